from fractions import Fraction
from statistics import median

import pandas as pd
import pytest
from conftest import DATA, ddci, loaded, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import format_ranking, summarise_blocks

STATISTICS = ["mean", "median", "best", "worst", "spread"]
UNITS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 30)),
        st.sampled_from([3, 7, 9.999991, 8.999983, 7.999987]),  # too many places for one scale
        st.sampled_from("xyz"),
    ),
    min_size=1,
    max_size=25,
)


def tenths(units) -> pd.DataFrame:
    scores = [None if points is None else points / 10 for points, _, _ in units]
    return table(scores, max_score=[float(m) for _, m, _ in units], block=[b for *_, b in units])


def test_the_town_by_hand(town):
    summary = summarise_blocks(town)
    # The scores add up to 1441,10; the middle two are 81 and 78,79.
    assert summary[["units", "scored_units", "above_mean"]].values.tolist() == [[18, 18, 9]]
    assert summary.loc[0, STATISTICS].tolist() == [14411 / 180, 79.895, 97.23, 67.52, 29.71]
    assert summary[["first_unit", "last_unit"]].values.tolist() == [
        ["Văn phòng HĐND&UBND", "Phòng Y tế"]
    ]
    assert summary.columns.tolist() == [
        "units", "scored_units", *STATISTICS, "above_mean", "first_unit", "last_unit",
    ]  # fmt: skip


def test_the_departments_have_a_unit_in_the_middle():
    summary = summarise_blocks(loaded(DATA / "so-nganh-2021.csv"))
    assert summary.loc[0, ["median", "best", "worst", "spread"]].tolist() == [
        83.226, 97.685, 73.475, 24.21,
    ]  # fmt: skip


def test_the_regions_of_two_years():
    summary = summarise_blocks(loaded(DATA / "par-index-regions.csv"))
    assert summary["year"].tolist() == [2023, 2022]
    assert summary["units"].tolist() == [6, 4]
    assert summary["mean"].tolist() == [5215 / 60, 85.1525]
    assert summary["median"].tolist() == [87.27, 84.87]
    assert summary["spread"].tolist() == [2.91, 2.37]
    assert summary["above_mean"].tolist() == [3, 1]
    assert summary["last_unit"][0] == "Đồng bằng sông Cửu Long; Tây Nguyên"


def test_fields_as_blocks():
    fields = ddci().rename(columns={"field": "block"})
    summary = summarise_blocks(fields).set_index("block")
    assert summary["units"].tolist() == [17] * 9
    land = "Tiếp cận đất đai"
    scores = fields[fields["block"] == land]["score"].dropna()
    assert summary.loc[land, "scored_units"] == 7
    assert summary.loc[land, "median"] == pytest.approx(scores.median() * 10, abs=1e-12)
    assert summary.loc[land, "above_mean"] == (scores > scores.mean()).sum()


def test_above_the_mean_is_decided_exactly():
    # Three tenths have the mean 0,1 exactly; as floats one of them would stand above it.
    assert sum([0.1, 0.1, 0.1]) / 3 != 0.1
    summary = summarise_blocks(table([0.1, 0.1, 0.1], max_score=1))
    assert summary["above_mean"].tolist() == [0]
    assert summary[STATISTICS].values.tolist() == [[10, 10, 10, 10, 0]]
    assert summary["first_unit"].tolist() == summary["last_unit"].tolist() == ["a; b; c"]


def test_statistics_are_in_percent_of_each_units_maximum():
    summary = summarise_blocks(table([63, 42, 84], max_score=[70, 84, 84]))  # 90, 50 and 100
    assert summary.loc[0, STATISTICS].tolist() == [80, 90, 100, 50, 50]
    assert summary.loc[0, ["above_mean", "first_unit", "last_unit"]].tolist() == [2, "c", "b"]


def test_unscored_units_are_counted_and_a_block_of_them_has_no_statistics():
    summary = summarise_blocks(table([9, None, None, 8], block=["x", "x", "y", "x"], year=2020))
    assert summary.columns.tolist()[:2] == ["year", "block"]
    assert summary[["units", "scored_units", "above_mean"]].values.tolist() == [
        [3, 2, 1],
        [1, 0, 0],
    ]
    assert summary.loc[1, [*STATISTICS, "first_unit", "last_unit"]].isna().all()
    assert [str(summary[c].dtype) for c in ("units", "scored_units", "above_mean")] == ["int64"] * 3


def test_one_unit_none_and_a_missing_block():
    one = summarise_blocks(table([9], max_score=10))
    assert one.loc[0, STATISTICS].tolist() == [90, 90, 90, 90, 0]
    assert one.loc[0, ["above_mean", "first_unit", "last_unit"]].tolist() == [0, "a", "a"]
    assert summarise_blocks(table([])).empty
    assert summarise_blocks(table([None], max_score=5))["mean"].isna().all()
    parts = summarise_blocks(table([9, 8], block=["x", None]))
    assert parts["block"].isna().tolist() == [False, True]
    assert parts["units"].tolist() == [1, 1]


def test_a_unit_without_score_and_maximum_counts_as_a_unit_only():
    for others in ([10, 10], [10, 20], [9.999991, 8.999983]):
        with_one = table([None, 8, 8.9], max_score=[None, *others]).assign(unit=["c", "a", "b"])
        summary, alone = summarise_blocks(with_one), summarise_blocks(with_one[1:])
        assert summary.loc[0, ["units", "scored_units"]].tolist() == [3, 2]
        pd.testing.assert_frame_equal(summary.drop(columns="units"), alone.drop(columns="units"))


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="không có cột 'score'"):
        summarise_blocks(table([9]).drop(columns="score"))


@given(UNITS, st.randoms())
def test_it_agrees_with_fractions_and_not_with_row_order(units, random):
    rows = random.sample(range(len(units)), len(units))
    frame = tenths(units)
    summary = summarise_blocks(frame).set_index("block")
    shuffled = summarise_blocks(frame.iloc[rows]).set_index("block")
    columns = ["units", "scored_units", "above_mean", *STATISTICS]
    pd.testing.assert_frame_equal(summary[columns], shuffled[columns].reindex(summary.index))
    for block, row in summary.iterrows():
        here = [
            Fraction(p, 10) / Fraction(str(m)) * 100
            for p, m, b in units
            if b == block and p is not None
        ]
        assert row["units"] == sum(b == block for *_, b in units)
        assert row["scored_units"] == len(here)
        if here:
            mean = sum(here) / len(here)
            best, worst = max(here), min(here)
            exact = [float(x) for x in (mean, median(here), best, worst, best - worst)]
            assert row[STATISTICS].tolist() == exact
            assert row["above_mean"] == sum(x > mean for x in here)


@given(UNITS, st.integers(0, 40))
def test_a_common_shift_moves_the_mean_and_leaves_the_spread(units, shift):
    units = [(points, 7, block) for points, _, block in units]
    higher = [(None if p is None else p + shift, m, b) for p, m, b in units]
    one, other = summarise_blocks(tenths(units)), summarise_blocks(tenths(higher))
    for column in ("spread", "above_mean", "first_unit", "last_unit"):
        assert one[column].equals(other[column])


def test_ten_thousand_groups_are_done_in_seconds():
    size = 100_000
    frame = pd.DataFrame({"unit": "a", "score": 1.25, "max_score": 10.0}, index=range(size))
    summary = summarise_blocks(frame.assign(block=[str(at % 10_000) for at in range(size)]))
    assert len(summary) == 10_000


def test_it_is_printed_in_vietnamese():
    printed = format_ranking(summarise_blocks(table([9, None], block=["x", "y"])))
    assert printed.columns.tolist() == [
        "Khối", "Số đơn vị", "Số đơn vị được chấm", "Trung bình (điểm)", "Trung vị (điểm)",
        "Cao nhất (điểm)", "Thấp nhất (điểm)", "Chênh lệch cao nhất – thấp nhất (điểm)",
        "Số đơn vị trên trung bình", "Đơn vị đứng đầu", "Đơn vị đứng cuối",
    ]  # fmt: skip
    assert printed.iloc[0].tolist()[3:8] == ["9,00", "9,00", "9,00", "9,00", "0,00"]
    assert printed.iloc[1].tolist()[3:] == ["–"] * 5 + [0, "–", "–"]
