from fractions import Fraction

import pandas as pd
import pytest
from conftest import ddci
from hypothesis import given, settings
from test_fields import FEW, rows, tables

from cchc_analysis import format_ranking, rank_units, total_fields
from cchc_analysis.groups import scale_of


def test_fields_are_added_up_exactly():
    totals = total_fields(rows(("A", "x", 0.1, 1), ("A", "y", 0.2, 1), ("B", "x", 0.3, 2)))
    assert totals["score"].tolist() == [0.3, 0.3]
    assert totals["max_score"].tolist() == [2, 2]
    assert totals["note"].tolist() == ["", ""]
    assert rank_units(totals)["rank"].tolist() == [1, 1]


def test_a_published_total_that_is_weighted_is_told_and_never_taken():
    totals = total_fields(ddci())
    assert len(totals) == 17
    assert totals.iloc[1].tolist() == ["Huyện Vũ Quang", 62.01, 90, 68.85, 6.84, ""]
    assert totals["score"].count() == 7  # departments have nothing to do with land
    assert totals["note"][13] == (
        "Thiếu điểm lĩnh vực: Tiếp cận đất đai, Tính năng động và hiệu lực"
    )
    assert totals.attrs["note"].startswith("Đã cộng điểm các lĩnh vực của 7/17 đơn vị. 10 đơn vị")
    assert "khác tổng các lĩnh vực ở 7/7 đơn vị đối chiếu được" in totals.attrs["note"]
    assert scale_of(totals) == "Thang điểm 90"


def test_a_missing_field_leaves_no_score_and_other_fields_are_said():
    totals = total_fields(FEW)
    assert totals["score"].isna().tolist() == [False, True, False]
    assert totals["score"].tolist()[::2] == [20.5, 15.0]
    assert totals["max_score"].tolist() == [25, 25, 15]
    assert totals["note"].tolist() == ["", "Thiếu điểm lĩnh vực: TTHC", ""]
    assert totals.attrs["note"] == (
        "Đã cộng điểm các lĩnh vực của 2/3 đơn vị. 1 đơn vị thiếu điểm lĩnh vực nên chưa có tổng "
        "điểm. 1 đơn vị thiếu lĩnh vực mà đơn vị khác có nên điểm tối đa có thể khác nhau: C."
    )
    # 15 of 15 is more than 20,5 of 25
    assert rank_units(totals)["rank"].tolist() == [2, pd.NA, 1]


def test_a_published_total_that_differs_is_said():
    published = [20.5, 20.5, 22, 22, 14.9]
    totals = total_fields(FEW.assign(published_total=published))
    assert totals.columns.tolist() == [
        "unit", "score", "max_score", "published_total", "difference", "note",
    ]  # fmt: skip
    assert totals["difference"].tolist()[::2] == [0, -0.1]
    assert totals["difference"].isna().tolist() == [False, True, False]
    assert totals["note"].tolist() == [
        "",
        "Thiếu điểm lĩnh vực: TTHC",
        "",
    ]
    assert "khác tổng các lĩnh vực ở 1/2 đơn vị đối chiếu được: C." in totals.attrs["note"]
    printed = format_ranking(totals)
    assert printed["Đơn vị"].tolist() == ["C", "A", "B"]
    assert printed["Tổng điểm công bố"].tolist() == ["14,90", "20,50", "22,00"]
    assert printed["Chênh lệch (công bố – cộng lại)"].tolist() == ["-0,10", "0,00", "–"]


def test_a_difference_of_the_last_place_is_told():
    table = rows(("A", "x", 0.123456, 1), ("A", "y", 1, 1), published_total=1.123457)
    assert total_fields(table)["difference"].tolist() == [0.000001]
    printed = format_ranking(total_fields(table))
    assert printed["Chênh lệch (công bố – cộng lại)"].tolist() == ["+0,000001"]


def test_years_and_blocks_are_units_of_their_own():
    table = pd.concat([FEW.assign(year=2020), FEW.assign(year=2021, score=1.0)])
    totals = total_fields(table)
    assert totals["year"].tolist() == [2020] * 3 + [2021] * 3
    assert totals["score"].tolist()[3:] == [2, 2, 1]
    blocks = total_fields(
        pd.concat([FEW.iloc[:4].assign(block="x"), FEW.iloc[4:].assign(block="y")])
    )
    assert "thiếu lĩnh vực mà" not in blocks.attrs["note"]


def test_one_unit_without_a_score_is_a_table():
    totals = total_fields(rows(("A", "x", None, 10)))
    assert totals["score"].isna().all()
    assert format_ranking(rank_units(totals))["Xếp hạng"].tolist() == ["–"]


@settings(deadline=None)
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


def test_two_published_totals_of_a_unit_are_refused():
    fields = pd.DataFrame({"unit": "A", "field": ["x", "y"], "score": [1.0, 2], "max_score": 3.0})
    with pytest.raises(ValueError, match="'A' có nhiều tổng điểm công bố"):
        total_fields(fields.assign(published_total=[3.0, 4]))
