import csv
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from conftest import DATA, ddci
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import field_losses, format_ranking
from cchc_analysis.scoring.fields import field_matrix, total_fields


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
        "Điểm bị mất": ["3,00", "2,50"],
        "Tỷ lệ mất so với điểm tối đa (%)": ["10,00", "12,50"],
        "Tỷ trọng trong tổng điểm bị mất (%)": ["54,55", "45,45"],
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
