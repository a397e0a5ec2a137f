import csv
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from conftest import DATA, ddci, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import (
    check_published,
    field_influence,
    field_losses,
    format_ranking,
    rank_units,
    self_score_gaps,
)
from cchc_analysis.groups import scale_of
from cchc_analysis.scoring.fields import field_matrix, total_fields
from cchc_analysis.scoring.results import results_of


def rows(*rows, **columns) -> pd.DataFrame:
    names = ["unit", "field", "score", "max_score"]
    table = pd.DataFrame(rows, columns=names).astype({"score": float, "max_score": float})
    return table.assign(**columns)


FEW = rows(
    ("A", "Thể chế", 8.5, 10),
    ("A", "TTHC", 12, 15),
    ("B", "Thể chế", 9, 10),
    ("B", "TTHC", None, 15),
    ("C", "TTHC", 15, 15),
)


@st.composite
def tables(draw) -> pd.DataFrame:
    """Some units, each with some of the fields, of maxima that may differ; some scores missing."""
    found = []
    for unit in "ABCDE"[: draw(st.integers(1, 5))]:
        for field in draw(st.lists(st.sampled_from(["x", "y", "z"]), unique=True, min_size=1)):
            most = draw(st.sampled_from([700, 1000, 1250]))
            score = draw(st.none() | st.integers(0, most))
            found.append((unit, field, None if score is None else score / 100, most / 100))
    return rows(*found)


@pytest.mark.parametrize("function", [field_matrix, field_losses, total_fields])
def test_the_input_is_never_changed_and_a_plain_frame_comes_back(function):
    table = FEW.assign(published_total=1.0).set_index(pd.Index(list("vwxyz")))
    table.attrs["kept"] = 1
    before = table.copy(deep=True)
    result = function(table)
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == before.attrs
    assert isinstance(result.index, pd.RangeIndex)
    assert not result.columns.has_duplicates


@pytest.mark.parametrize("function", [field_matrix, field_losses, total_fields])
def test_a_table_that_is_none_of_fields_is_refused(function, town):
    with pytest.raises(ValueError, match="không có cột 'field'.*dùng load_fields trước"):
        function(town)
    with pytest.raises(ValueError, match="'A' có lĩnh vực 'TTHC' nhiều lần"):
        function(pd.concat([FEW, FEW.iloc[[1]]]))


def test_the_matrix_has_the_percent_of_each_maximum():
    matrix = field_matrix(FEW)
    assert matrix.columns.tolist() == ["unit", "Thể chế", "TTHC"]
    assert matrix["unit"].tolist() == ["A", "B", "C"]
    assert matrix["Thể chế"].tolist()[:2] == [85.0, 90.0]
    assert matrix["TTHC"].tolist()[::2] == [80.0, 100.0]
    assert matrix.isna().sum().tolist() == [0, 1, 1]
    assert matrix.attrs["fields"] == ["Thể chế", "TTHC"]


def test_the_matrix_of_published_scores():
    matrix = field_matrix(ddci())
    assert matrix.shape == (17, 10)
    assert matrix.iloc[1].tolist() == [
        "Huyện Vũ Quang", 70.2, 66.2, 77.1, 67.9, 51, 76.4, 63.7, 87.7, 59.9,
    ]  # fmt: skip
    assert matrix["Tiếp cận đất đai"].isna().tolist() == [False] * 7 + [True] * 10
    printed = format_ranking(matrix)
    assert printed.columns.tolist() == [
        "Đơn vị", *(f"{field} (%)" for field in matrix.attrs["fields"]),
    ]  # fmt: skip
    assert printed.iloc[1].tolist()[:3] == ["Huyện Vũ Quang", "70,20", "66,20"]


def test_the_matrix_keeps_units_of_years_and_blocks_apart():
    both = pd.concat([FEW.assign(year=2020, block="x"), FEW.assign(year=2021, block="x")])
    matrix = field_matrix(both)
    assert matrix.columns.tolist()[:3] == ["unit", "year", "block"]
    assert matrix["year"].tolist() == [2020] * 3 + [2021] * 3
    assert format_ranking(matrix).columns.tolist()[:3] == ["Đơn vị", "Năm", "Khối"]


def test_a_field_nobody_has_a_score_in_keeps_its_column():
    matrix = field_matrix(rows(("A", "x", None, 10), ("B", "x", None, 10)))
    assert matrix["unit"].tolist() == ["A", "B"]
    assert matrix["x"].isna().all()
    assert format_ranking(matrix)["x (%)"].tolist() == ["–", "–"]


@pytest.mark.parametrize("name", ["score", "rank", "share_pct", "field", "<b>", "$x$", "a, b\nc"])
def test_any_name_of_a_field_is_text(name):
    table = rows(("A", name, 5, 10))
    assert field_matrix(table)[name].tolist() == [50.0]
    assert format_ranking(field_matrix(table))[f"{name} (%)"].tolist() == ["50,00"]
    assert field_losses(table)["field"].tolist() == [name]


def test_a_field_called_as_a_column_is_refused():
    with pytest.raises(ValueError, match="'unit' trùng tên"):
        field_matrix(rows(("A", "unit", 5, 10)))


def test_losses_are_added_up_and_the_most_stands_first():
    # Thể chế: 10 − 8,5 + 10 − 9 = 2,5 of 20; TTHC: 15 − 12 + 15 − 15 = 3 of 30; B has none.
    losses = field_losses(FEW)
    assert losses.to_dict("list") == {
        "field": ["TTHC", "Thể chế"],
        "units": [2, 2],
        "max_score": [30.0, 20.0],
        "score": [27.0, 17.5],
        "lost": [3.0, 2.5],
        "lost_pct": [10.0, 12.5],
        "share_pct": [300 / 5.5, 250 / 5.5],
    }
    assert format_ranking(losses).to_dict("list") == {
        "Lĩnh vực": ["TTHC", "Thể chế"],
        "Số đơn vị": [2, 2],
        "Điểm tối đa": ["30", "20"],
        "Điểm đạt": ["27,00", "17,50"],
        "Điểm chưa đạt": ["3,00", "2,50"],
        "Tỷ lệ chưa đạt so với điểm tối đa (%)": ["10,00", "12,50"],
        "Tỷ trọng trong tổng điểm chưa đạt (%)": ["54,55", "45,45"],
    }


def test_fields_are_printed_row_by_row():
    printed = format_ranking(FEW)
    assert printed.columns.tolist() == ["Đơn vị", "Lĩnh vực", "Điểm đạt", "Điểm tối đa"]
    assert printed.iloc[3].tolist() == ["B", "TTHC", "–", "15"]


def test_losses_of_one_unit():
    losses = field_losses(ddci(), unit="HUYỆN VŨ QUANG")
    assert losses["field"].tolist()[::4] == [
        "Hỗ trợ DN, HTX, HKD", "Chi phí không chính thức", "Tiếp cận đất đai",
    ]  # fmt: skip
    assert losses["lost"].tolist() == [4.9, 4.01, 3.63, 3.38, 3.21, 2.98, 2.36, 2.29, 1.23]
    assert losses["units"].tolist() == [1] * 9
    assert losses["share_pct"][0] == pytest.approx(4.9 / 27.99 * 100, abs=1e-12)
    with pytest.raises(ValueError, match="có phải 'Huyện Vũ Quang'"):
        field_losses(ddci(), unit="Huyện Vũ Quangg")


def test_losses_of_published_scores_are_exact():
    lost: dict[str, Decimal] = {}
    with (DATA / "ddci-ha-tinh-2021.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for field in list(row)[1:10]:
                points = 10 - Decimal(row[field]) if row[field] else 0
                lost[field] = lost.get(field, Decimal(0)) + points
    losses = field_losses(ddci())
    assert dict(zip(losses["field"], losses["lost"], strict=True)) == {
        field: float(points) for field, points in lost.items()
    }
    assert losses["field"].tolist() == sorted(lost, key=lost.get, reverse=True)
    assert sorted(losses["max_score"]) == [70.0, 160.0, *[170.0] * 7]


def test_equal_losses_stay_in_order_and_no_score_stands_last():
    losses = field_losses(
        rows(("A", "w", None, 10), ("A", "x", 10, 10), ("A", "y", 9.9, 10), ("A", "z", 0.3, 0.4))
    )
    assert losses["field"].tolist() == ["y", "z", "x", "w"]
    assert losses["lost"].tolist()[:3] == [0.1, 0.1, 0]
    assert losses.iloc[3, 1] == 0
    assert losses.iloc[3, 2:].isna().all()
    assert format_ranking(losses).iloc[3].tolist() == ["w", 0, *["–"] * 5]


def test_nothing_lost_has_no_shares():
    losses = field_losses(rows(("A", "x", 10, 10)))
    assert losses["lost"].tolist() == [0]
    assert losses["lost_pct"].tolist() == [0]
    assert losses["share_pct"].isna().all()


def test_losses_are_of_each_year_and_block():
    table = pd.concat([FEW.assign(block="x"), FEW.assign(block="y", score=0.0)])
    losses = field_losses(table)
    assert losses.columns[0] == "block"
    assert losses["block"].tolist() == ["x", "x", "y", "y"]
    assert losses["lost"].tolist() == [3.0, 2.5, 45.0, 20.0]
    assert losses["share_pct"][:2].sum() == pytest.approx(100)


@given(tables())
def test_losses_add_up_to_all_that_is_lost(table):
    scored = table.dropna(subset="score")
    lost = sum(
        Fraction(str(most)) - Fraction(str(score))
        for score, most in zip(scored["score"], scored["max_score"], strict=True)
    )
    losses = field_losses(table)
    assert sum(Fraction(str(points)) for points in losses["lost"].dropna()) == lost
    assert losses["units"].sum() == len(scored)
    if lost:
        assert losses["share_pct"].sum() == pytest.approx(100)
    by_unit = [field_losses(table, unit=unit)["lost"].dropna() for unit in set(table["unit"])]
    assert sum(Fraction(str(points)) for part in by_unit for points in part) == lost
    assert losses["lost"].dropna().is_monotonic_decreasing


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_number(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    mixed = table.iloc[order]
    for function, key in ((field_losses, "field"), (field_matrix, "unit"), (total_fields, "unit")):
        one, other = (function(t).sort_values(key, ignore_index=True) for t in (table, mixed))
        other = other[list(one)]
        pd.testing.assert_frame_equal(one, other, check_exact=True)


# Totals


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
        "Tổng các lĩnh vực của 2 đơn vị khớp với kết quả công bố. 1 đơn vị thiếu điểm lĩnh vực nên "
        "chưa có tổng điểm: B (TTHC). 1 đơn vị thiếu lĩnh vực mà đơn vị khác có nên điểm tối đa có "
        "thể khác nhau: C."
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


@pytest.mark.parametrize("column", [{"year": 2023}, {"block": "Khối huyện"}])
def test_fields_of_another_year_or_block_are_of_none_of_the_units(column):
    totals = pd.DataFrame({"unit": ["A", "B"], "score": [20.0, 9], "max_score": 25})
    of_another = {"year": 2024} if "year" in column else {"block": "Khối sở"}
    ranking = rank_units(totals.assign(**of_another))
    note = check_published(ranking, fields=FEW[:3].assign(**column)).attrs["note"]
    assert note.endswith("Không có điểm theo lĩnh vực của 2 đơn vị: A; B.")
    both = pd.concat([FEW[:3].assign(**column), FEW[:2].assign(**of_another)])
    assert "của 1 đơn vị: B" in check_published(ranking, fields=both).attrs["note"]


@pytest.mark.parametrize("name", [None, 1, " "])
def test_a_field_without_a_name_is_refused(name):
    for function in (field_losses, field_influence):
        with pytest.raises(ValueError, match="Tên lĩnh vực .* của 'A' trống hoặc không phải là"):
            function(FEW[:2].assign(field=["Thể chế", name]))


def test_a_self_score_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="Điểm tự chấm 'x' của 'A' là chữ"):
        self_score_gaps(FEW.assign(self_score="x"))
    for points in (-1, 1000):
        with pytest.raises(ValueError, match="nằm ngoài khoảng từ 0 đến điểm tối đa"):
            self_score_gaps(FEW.assign(self_score=points))


def test_points_beside_the_total_are_beside_the_fields_unless_the_sums_hold_them():
    fields = rows(*((u, f, s, 50) for u, own in {"A": (50, 40), "B": (45, 35)}.items()
                    for f, s in zip("xy", own, strict=True)))  # fmt: skip
    totals = pd.DataFrame({"unit": ["A", "B"], "max_score": 100, "bonus": [2.1, -0.1]})
    for score, wrong in (([92.1, 79.9], []), ([90.0, 80.0], []), ([92.1, 79.0], ["B"])):
        check = check_published(rank_units(totals.assign(score=score)), fields=fields)
        assert check["unit"].tolist() == wrong
        assert ("cộng, trừ được tính ngoài các lĩnh vực" in check.attrs["note"]) == (
            90 not in score
        )
    assert check[["published", "computed"]].values.tolist() == [["79,00", "79,90"]]


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


def test_the_place_to_gain_points_is_not_the_place_to_gain_rank():
    # Everybody loses 8 of x; y alone tells A 19 > B 18 > C 13 apart.
    table = rows(
        ("A", "x", 2, 10), ("A", "y", 9, 10), ("B", "x", 2, 10), ("B", "y", 8, 10),
        ("C", "x", 2, 10), ("C", "y", 3, 10),
    )  # fmt: skip
    influence = field_influence(table)
    assert influence.columns.tolist() == ["field", "share_lost", "share_difference", "places_moved"]
    assert influence["field"].tolist() == ["x", "y"]
    assert influence["share_lost"].tolist() == [24 / 34, 10 / 34]
    assert influence["share_difference"].tolist() == [0, 1]
    assert influence["places_moved"].tolist() == [0, 2]
    assert format_ranking(influence)["Số đơn vị đổi hạng nếu bỏ lĩnh vực"].tolist() == [0, 2]


def test_a_share_of_the_differences_may_be_negative_or_missing():
    # Totals 10, 11: x falls by 1 where the total rises by 1, y rises by 2.
    table = rows(("A", "x", 5, 10), ("A", "y", 5, 10), ("B", "x", 4, 10), ("B", "y", 7, 10))
    shares = field_influence(table).set_index("field")
    assert shares["share_difference"].to_dict() == {"x": -1, "y": 2}
    assert shares["places_moved"].to_dict() == {"x": 0, "y": 2}
    same = table.assign(score=10.0)
    assert field_influence(same)[["share_lost", "share_difference"]].isna().all(axis=None)
    one = field_influence(rows(("A", "x", 5, 10)))
    assert one["share_difference"].isna().all()
    assert one["places_moved"].isna().all()


def test_the_influence_on_a_weighted_total_is_of_its_points():
    # Of 20 and 80 points A has 10 + 72, B 18 + 48: B is ahead in x alone, and behind in all.
    table = rows(("A", "x", 5, 10), ("A", "y", 9, 10), ("B", "x", 9, 10), ("B", "y", 6, 10))
    weights = [({}, {"x": 20.0, "y": 80.0})]
    found = field_influence(table, weights=weights)
    assert found["field"].tolist() == ["y", "x"]
    assert found["share_lost"].tolist() == pytest.approx([40 / 52, 12 / 52])
    assert found["share_difference"].tolist() == [1.5, -0.5]
    assert found["places_moved"].tolist() == [2, 0]
    assert found.attrs["note"] == field_losses(table, weights=weights).attrs["note"] != ""
    lost = field_losses(table, weights=weights)["share_pct"] / 100
    assert found["share_lost"].tolist() == lost.tolist()
    # Of a year without weights nothing is weighted, and criteria are weighted with their field.
    years = pd.concat([table.assign(year=2020), table.assign(year=2021)])
    both = field_influence(years, weights=[({"year": 2021}, weights[0][1])])
    plain = field_influence(table)["share_difference"].tolist()
    assert both["share_difference"].tolist() == [*plain, 1.5, -0.5]
    halves = pd.concat([table.assign(criterion=name) for name in "ab"], ignore_index=True)
    deep = field_influence(halves, weights=weights)
    assert deep["share_difference"].tolist() == [1.5, -0.5]


@pytest.mark.parametrize("function", [field_losses, field_influence])
@pytest.mark.parametrize(
    "weights",
    [
        "x", None, [()], [("a", "b")], [({}, 50)], [({}, {"x": 50}, 1)], [({}, {"x": "50"})],
        [({}, {"x": -1, "y": 50})], [({}, {"x": float("nan"), "y": 50})], [({}, {"x": 50})],
    ],
)  # fmt: skip
def test_what_are_no_weights_of_these_fields_is_refused(function, weights):
    table = rows(("A", "x", 5, 10), ("A", "y", 9, 10))
    with pytest.raises(ValueError, match=r"^weights.*; hãy ghi weights=check_published\("):
        function(table, weights=weights)


def test_a_field_that_is_worth_nothing_is_in_no_loss_and_no_influence():
    units = {"A": (9, 5, 1), "B": (8, 8, 9), "C": (7, 3, 5), "D": (2, 6, 6), "E": (1, 9, 2)}
    fields = rows(
        *((u, f, s, 10) for u, own in units.items() for f, s in zip("xyz", own, strict=True))
    )
    totals = pd.DataFrame({"unit": list(units), "max_score": 100.0})
    ranking = rank_units(totals.assign(score=[5.0 * (x + y) for x, y, _ in units.values()]))
    check = check_published(ranking, fields=fields)
    assert "x 50 % / y 50 % / z 0 %" in check.attrs["note"]
    for function in (field_losses, field_influence):
        found = function(fields, weights=check.attrs["weights"])
        assert sorted(found["field"]) == ["x", "y"]
    results = results_of(ranking, fields=fields)
    assert sorted(results.groups[0].losses["field"]) == ["x", "y"]


@pytest.mark.parametrize("level", [pd.DataFrame(), 5, ["field"], pd.NA])
def test_a_level_that_is_no_text_is_refused(level):
    with pytest.raises(ValueError, match="level=.* phải là chữ"):
        field_losses(FEW, level=level)


@given(tables(), st.booleans())
def test_shares_of_influence_add_to_one_in_each_year_and_block(table, two):
    if two:
        table = pd.concat([table.assign(year=2020), table.assign(year=2021)])
    influence = field_influence(table)
    groups = influence.groupby("year") if two else [(None, influence)]
    for _, part in groups:
        for column in ("share_lost", "share_difference"):
            assert part[column].isna().all() or part[column].sum() == pytest.approx(1)


def test_who_scores_itself_higher_than_it_was_appraised():
    table = rows(("A", "x", 8, 10), ("B", "x", 7, 10), ("C", "x", None, 10), ("B", "y", 5, 10))
    gaps = self_score_gaps(table.assign(self_score=[8.1, 9, 5, 4.5]))
    assert gaps.to_numpy().tolist() == [
        ["B", "x", 9, 7, 2], ["A", "x", 8.1, 8, 0.1], ["B", "y", 4.5, 5, -0.5],
    ]  # fmt: skip
    assert format_ranking(gaps).columns[-1] == "Tự chấm cao hơn (điểm)"
    with pytest.raises(ValueError, match="không có cột 'self_score'"):
        self_score_gaps(table)


def weighted(weights=(0.5, 0.3, 0.2), units=6, **wrong) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return fields of 10 points whose weighted mean is the total of a ranking of 100."""
    cells = [(f"U{u}", field, (3 * u * (at + 2) + at * at) % 10, 10)
             for u in range(units) for at, field in enumerate("xyz")]  # fmt: skip
    fields = rows(*cells)
    table = fields.assign(
        part=fields["score"] * 10 * fields["field"].map(dict(zip("xyz", weights, strict=True)))
    )
    ranking = table.groupby("unit")["part"].sum().round(2).rename("score").reset_index()
    ranking["score"] = (
        ranking.set_index("unit")["score"].add(pd.Series(wrong), fill_value=0).tolist()
    )
    return fields, ranking.assign(max_score=100.0)


def test_the_weights_of_totals_are_told_where_they_give_every_one():
    fields, ranking = weighted()
    check = check_published(ranking, fields=fields)
    assert check.empty
    assert (
        "trung bình có trọng số của các lĩnh vực: x 50 % / y 30 % / z 20 %" in check.attrs["note"]
    )
    assert check.attrs["note"].startswith("Tổng có trọng số các lĩnh vực của 6 đơn vị khớp")


def test_totals_may_be_rounded_to_one_decimal():
    fields, ranking = weighted((0.45, 0.33, 0.22), units=8)
    fields["score"], exact = fields["score"] * 0.97, ranking["score"] * 0.97
    ranking["score"] = exact.round(1)
    assert (ranking["score"] - exact).abs().max() > 0.03
    check = check_published(ranking, fields=fields)
    assert check.empty
    assert "x 45 % / y 33 % / z 22 %" in check.attrs["note"]
    ranking.loc[3, "score"] += 1  # of eight one is more than a tenth
    assert "trọng số" not in check_published(ranking, fields=fields).attrs["note"]


@pytest.mark.parametrize("lacks", ["field", "total"])
def test_a_unit_that_lacks_a_field_or_its_total_breaks_no_weights(lacks):
    fields, ranking = weighted(units=12)
    if lacks == "field":
        fields["score"] = fields["score"].mask(fields.index == 4)
    else:
        ranking["score"] = ranking["score"].mask(ranking.index == 4)
    check = check_published(ranking, fields=fields)
    assert check.empty
    assert "trọng số" in check.attrs["note"]
    assert "của 11 đơn vị" in check.attrs["note"]


def test_a_unit_that_breaks_the_weights_is_listed():
    fields, ranking = weighted(units=12, U4=7.0)
    check = check_published(ranking, fields=fields)
    assert check["unit"].tolist() == ["U4"]
    assert check["item"].tolist() == ["fields"]
    assert check["note"].tolist() == ["không theo trọng số chung của các lĩnh vực"]


@pytest.mark.parametrize("case", ["few units", "negative", "none", "sums"])
def test_nothing_is_said_of_weights_that_do_not_fit(case):
    fields, ranking = weighted(
        (0.9, 0.3, -0.2) if case == "negative" else (0.5, 0.3, 0.2),
        units=4 if case == "few units" else 6,
    )
    if case == "none":
        ranking["score"] += [0, 1, 0, 3, 0, 2]
    if case == "sums":
        sums = fields.groupby("unit")["score"].sum()
        ranking = ranking.assign(score=sums.tolist(), max_score=30.0)
        ranking.loc[2, "score"] += 1
    ranking["score"] = ranking["score"].clip(lower=0)
    check = check_published(ranking, fields=fields)
    assert "trọng số" not in check.attrs["note"]
    assert check["unit"].tolist() == (["U2"] if case == "sums" else check["unit"].tolist())
    assert len(check)
