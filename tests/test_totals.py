from fractions import Fraction

import pandas as pd
import pytest
from conftest import ddci, table
from hypothesis import given
from test_fields import FEW, rows, tables

from cchc_analysis import check_published, format_ranking, rank_units
from cchc_analysis.groups import scale_of
from cchc_analysis.scoring.fields import total_fields


def scores(*rows, **columns):
    names = ["unit", "score", "max_score"]
    return pd.DataFrame(rows, columns=names).astype({"score": float}).assign(**columns)


def test_fields_are_added_up_exactly():
    totals = total_fields(rows(("A", "x", 0.1, 1), ("A", "y", 0.2, 1), ("B", "x", 0.3, 2)))
    assert totals["score"].tolist() == [0.3, 0.3]
    assert totals["max_score"].tolist() == [2, 2]
    assert rank_units(totals)["rank"].tolist() == [1, 1]
    check = check_published(totals, fields=rows(("A", "x", 0.1, 1), ("A", "y", 0.2, 1)))
    assert len(check) == 0


def test_a_published_total_that_is_weighted_is_told_and_never_taken():
    totals = total_fields(ddci())
    assert len(totals) == 17
    assert totals.iloc[1].tolist() == ["Huyện Vũ Quang", 62.01, 90, 68.85]
    assert totals["score"].count() == 7  # departments have nothing to do with land
    assert scale_of(totals) == "Thang điểm 90"
    check = check_published(totals, fields=ddci())
    assert check.iloc[1].tolist()[:4] == ["Huyện Vũ Quang", "fields", "68,85", "62,01"]
    assert len(check) == 7
    note = check.attrs["note"]
    assert note.startswith("Đã đối chiếu: tổng các lĩnh vực của 7 đơn vị. 10 đơn vị thiếu điểm")
    assert "(Tiếp cận đất đai, Tính năng động và hiệu lực)" in note


def test_a_missing_field_leaves_no_score_and_other_fields_are_said():
    totals = total_fields(FEW)
    assert totals["score"].isna().tolist() == [False, True, False]
    assert totals["score"].tolist()[::2] == [20.5, 15.0]
    assert totals["max_score"].tolist() == [25, 25, 15]
    # 15 of 15 is more than 20,5 of 25
    assert rank_units(totals)["rank"].tolist() == [2, pd.NA, 1]
    check = check_published(scores(("A", 20.5, 25), ("B", 20, 25), ("C", 15, 25)), fields=FEW)
    assert len(check) == 0
    assert check.attrs["note"] == (
        "Đã đối chiếu: tổng các lĩnh vực của 2 đơn vị. 1 đơn vị thiếu điểm lĩnh vực nên chưa có "
        "tổng điểm: B (TTHC). 1 đơn vị thiếu lĩnh vực mà đơn vị khác có nên điểm tối đa có thể "
        "khác nhau: C. Số chỗ khác: 0."
    )


def test_a_score_that_is_not_the_sum_of_its_fields_is_a_row():
    check = check_published(scores(("C", 14.9, 15), ("a", 20.5, 25)), fields=FEW)
    assert check.values.tolist() == [["C", "fields", "14,90", "15,00", ""]]
    assert check.attrs["note"].endswith("Số chỗ khác: 1.")
    printed = format_ranking(check)
    assert printed["Nội dung"].tolist() == ["Tổng các lĩnh vực"]


def test_a_published_total_that_differs_is_a_row_of_its_own():
    fields = FEW.assign(published_total=[20.5, 20.5, 22, 22, 14.9])
    check = check_published(scores(("A", 20.5, 25), ("B", 22, 25), ("C", 15, 15)), fields=fields)
    assert check[["unit", "item", "published", "computed"]].values.tolist() == [
        ["C", "fields", "14,90", "15,00"]
    ]
    assert check["note"].tolist() == ["tổng ghi trong bảng điểm theo lĩnh vực"]
    both = check_published(scores(("A", 20, 25), ("C", 14.9, 15)), fields=fields)
    assert both[["unit", "published"]].values.tolist() == [["A", "20,00"], ["C", "14,90"]]


def test_a_difference_of_the_last_place_is_told():
    fields = rows(("A", "x", 0.123456, 1), ("A", "y", 1, 1))
    check = check_published(scores(("A", 1.123457, 2)), fields=fields)
    assert check[["published", "computed"]].values.tolist() == [["1,123457", "1,123456"]]


def test_fields_are_of_the_year_and_block_of_their_unit():
    fields = pd.concat([FEW.assign(year=2020), FEW.assign(year=2021, score=1.0)])
    totals = total_fields(fields)
    assert totals["year"].tolist() == [2020] * 3 + [2021] * 3
    assert totals["score"].tolist()[3:] == [2, 2, 1]
    years = scores(("A", 20.5, 25), ("A", 3, 25), ("B", 2, 25), year=[2020, 2021, 2021])
    check = check_published(years, fields=fields)
    assert check[["year", "unit", "computed"]].values.tolist() == [[2021, "A", "2,00"]]
    blocks = pd.concat([FEW.iloc[:4].assign(block="x"), FEW.iloc[4:].assign(block="y")])
    note = check_published(scores(("A", 20.5, 25), block="x"), fields=blocks).attrs["note"]
    assert "thiếu lĩnh vực mà" not in note


def test_units_without_fields_and_fields_of_no_unit_are_said():
    check = check_published(table([20.5, 3]).assign(unit=["A", "Z"]), fields=FEW)
    assert "Không có điểm theo lĩnh vực của 1 đơn vị: Z." in check.attrs["note"]
    assert "Không kể 2 đơn vị không có trong bảng xếp hạng: B; C." in check.attrs["note"]


def test_ranks_and_fields_are_checked_together(town):
    fields = pd.DataFrame({"unit": town["unit"], "field": "x", "score": 50.0, "max_score": 100.0})
    check = check_published(town, fields=fields)
    assert set(check["item"]) == {"fields"}
    assert "xếp hạng của 18 đơn vị" in check.attrs["note"]
    assert check["unit"].tolist() == town["unit"].tolist()


def test_one_unit_without_a_score_is_a_table():
    totals = total_fields(rows(("A", "x", None, 10)))
    assert totals["score"].isna().all()
    assert format_ranking(rank_units(totals))["Xếp hạng"].tolist() == ["–"]
    assert len(check_published(totals, fields=rows(("A", "x", None, 10)))) == 0


@given(tables())
def test_totals_are_sums(table):
    totals = total_fields(table)
    for row in totals.itertuples():
        part = table[table["unit"] == row.unit]
        assert Fraction(str(row.max_score)) == sum(map(Fraction, map(str, part["max_score"])))
        if part["score"].isna().any():
            assert pd.isna(row.score)
        else:
            assert Fraction(str(row.score)) == sum(map(Fraction, map(str, part["score"])))
    assert len(check_published(totals, fields=table)) == 0


def test_two_published_totals_of_a_unit_are_refused():
    fields = pd.DataFrame({"unit": "A", "field": ["x", "y"], "score": [1.0, 2], "max_score": 3.0})
    with pytest.raises(ValueError, match="'A' có nhiều tổng điểm công bố"):
        total_fields(fields.assign(published_total=[3.0, 4]))
