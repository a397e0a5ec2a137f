from fractions import Fraction
from itertools import product

import pandas as pd
import pytest
from conftest import DATA, loaded, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import (
    GradeScheme,
    format_ranking,
    grade_units,
    points_to_next_grade,
    rank_range,
    rank_units,
)

RANKS = ["rank", "best_rank", "worst_rank"]
UNITS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 12)), st.sampled_from([3, 4, 5])), max_size=6
)
MARGIN = st.sampled_from([0, 0.25, 0.5, 0.75, 1.25])


def quarters(units) -> pd.DataFrame:
    """Units with scores in quarters of a point and their maxima."""
    scores = [None if points is None else points / 4 for points, _ in units]
    return table(scores, max_score=pd.Series([m for _, m in units], dtype="float64"))


def shares(units, moves=None) -> dict[int, Fraction]:
    moves = moves or [0] * len(units)
    return {
        at: (Fraction(points, 4) + Fraction(move)) / maximum
        for at, ((points, maximum), move) in enumerate(zip(units, moves, strict=True))
        if points is not None
    }


def ranks(share: dict[int, Fraction]) -> dict[int, int]:
    return {a: 1 + sum(other > mine for other in share.values()) for a, mine in share.items()}


def test_points_to_the_next_grade_of_the_town_by_hand(town):
    points = points_to_next_grade(town).set_index("unit")
    first, tied, best = "Phòng Giáo dục và Đào tạo", "Phòng Y tế", "Văn phòng HĐND&UBND"
    assert points.loc[first, ["points_to_next", "margin"]].tolist() == [1.26, 8.74]  # 88,74
    assert points.loc[tied, ["next_grade", "points_to_next", "margin"]].tolist() == [
        "Tốt", 12.48, 2.52,
    ]  # fmt: skip
    assert points.loc[best, "margin"] == 7.23
    assert points.loc[best, ["next_grade", "points_to_next"]].isna().all()
    assert points["points_to_next"].nsmallest(1).index.tolist() == [
        "Ban Quản lý dự án và ĐTXD khu vực thị xã"
    ]


def test_the_departments_just_below_a_bound():
    points = points_to_next_grade(loaded(DATA / "so-nganh-2021.csv"))
    near = points[points["points_to_next"] < 1]
    assert near["unit"].tolist() == [
        "Sở Giáo dục và Đào tạo",
        "Sở Lao động - Thương binh và Xã hội",
        "Sở Giao thông Vận tải",
    ]
    assert near["points_to_next"].tolist() == [0.545, 0.923, 0.973]


def test_points_are_of_the_units_own_scale():
    # 90% of 84 is 75,6; of 62,5 it is 56,25; at the bound a unit has the grade.
    points = points_to_next_grade(table([68.32, 50, 75.6], max_score=[84, 62.5, 84]))
    assert points["unit"].tolist() == ["c", "a", "b"]
    assert points["grade"].tolist() == ["Xuất sắc", "Tốt", "Tốt"]
    assert points["points_to_next"].tolist()[1:] == [7.28, 6.25]
    assert points["margin"].tolist() == [0, 1.12, 0]


def test_below_the_last_bound_the_last_grade_is_next():
    points = points_to_next_grade(table([95, 60.5, None]), scheme="par-index")
    assert points["next_grade"].tolist()[1] == "Nhóm C"
    assert points["points_to_next"].tolist()[1] == 9.5
    assert points["margin"].isna().tolist() == [False, True, True]
    assert points.iloc[2, 3:].isna().all()
    assert points["next_grade"].cat.categories.tolist() == ["Nhóm A", "Nhóm B", "Nhóm C"]


def test_points_within_blocks_of_one_unit_and_of_none():
    points = points_to_next_grade(table([70, 95], block=["x", "y"], year=2020))
    assert points.columns.tolist()[:3] == ["year", "block", "unit"]
    assert points["block"].tolist() == ["x", "y"]
    assert points_to_next_grade(table([None]))["grade"].isna().all()
    assert points_to_next_grade(table([])).empty


def test_grades_of_another_scheme_are_refused(town):
    with pytest.raises(ValueError, match="thang 'tttt-2024' cho"):
        points_to_next_grade(town, scheme="tttt-2024")
    with pytest.raises(ValueError, match="max_score"):
        points_to_next_grade(town.drop(columns="max_score"))


@given(UNITS)
def test_adding_the_points_gives_the_next_grade_and_no_less_does(units):
    scheme = GradeScheme(["A", "B", "C"], [80, 50, 12.5])
    points = points_to_next_grade(quarters(units), scheme=scheme)
    assert (points["points_to_next"].dropna() > 0).all()
    assert (points["margin"].dropna() >= 0).all()
    lifted = points.dropna(subset=["points_to_next"])
    for off, grades in ((0, lifted["next_grade"]), (-0.0001, lifted["grade"])):
        score = lifted["score"] + lifted["points_to_next"] + off
        again = grade_units(lifted.assign(score=score), scheme=scheme)
        assert again["grade"].astype("object").equals(grades.astype("object"))


def test_the_pair_of_the_town_that_half_a_point_cannot_tell_apart(town):
    pair = ["Trung tâm GDNN&GDTX", "Trung tâm Dịch vụ Nông nghiệp thị xã"]  # 81,9 and 81,81
    half = rank_range(town, margin=0.5).set_index("unit")
    assert not half.loc[pair[0], "separable_from_next"]
    # 81,4 to 82,4 and 81,31 to 82,31; 81 can reach 81,5: three units share places 7 to 9.
    assert half.loc[pair, RANKS].values.tolist() == [[7, 7, 9], [8, 7, 9]]
    printed = rank_range(town, margin=0.005).set_index("unit")
    assert printed["separable_from_next"].tolist() == [True] * 17 + [pd.NA]
    assert printed["best_rank"].equals(printed["rank"])
    assert printed["worst_rank"].equals(printed["rank"])


def test_the_interval_is_closed():
    # 8,2 can fall to 8,1 and 8 can rise to 8,1: that is a tie, so no place is lost.
    touching = rank_range(table([8.2, 8]), margin=0.1)
    assert touching["separable_from_next"].tolist() == [False, pd.NA]
    assert touching[RANKS].values.tolist() == [[1, 1, 1], [2, 1, 2]]
    assert rank_range(table([8.2, 8]), margin=0.0999)["separable_from_next"][0]
    crossing = rank_range(table([8.2, 8]), margin=0.1001)
    assert crossing[RANKS].values.tolist() == [[1, 1, 2], [2, 1, 2]]


def test_ties_are_never_separable_and_without_a_margin_the_rank_is_certain():
    exact = rank_range(table([8, 9, 8, 7, None]), margin=0)
    assert exact["unit"].tolist() == ["b", "a", "c", "d", "e"]
    assert exact[RANKS].values.tolist()[:4] == [[1, 1, 1], [2, 2, 2], [2, 2, 2], [4, 4, 4]]
    assert exact["separable_from_next"].tolist() == [True, False, False, pd.NA, pd.NA]
    assert exact.iloc[4][[*RANKS]].isna().all()
    assert [str(exact[c].dtype) for c in (*RANKS, "separable_from_next")] == [
        "Int64", "Int64", "Int64", "boolean",
    ]  # fmt: skip


def test_the_margin_is_in_points_of_each_units_own_scale():
    # Half a point is 5% of 10 and 0,5% of 100: 0,80…0,90 reaches 0,895, and 0,885…0,895 the other.
    ranges = rank_range(table([89, 8.5], max_score=[100, 10]), margin=0.5)
    assert ranges[RANKS].values.tolist() == [[1, 1, 2], [2, 1, 2]]
    ranges = rank_range(table([89, 85], max_score=100), margin=0.5)
    assert ranges["separable_from_next"].tolist() == [True, pd.NA]


def test_any_unit_at_the_next_place_counts():
    # b and c tie at 80%, but only c, of a small scale, can reach 85%.
    scores = table([85, 80, 8], max_score=[100, 100, 10])
    for order in ([0, 1, 2], [0, 2, 1]):
        ranges = rank_range(scores.iloc[order], margin=0.5)
        assert ranges["separable_from_next"].tolist() == [False, False, False]


def test_ranges_stay_within_years_and_blocks():
    scores = table([9, 8.9, 8.95, 1], block=["x", "y", "x", "y"], year=2020)
    ranges = rank_range(scores, margin=0.1)
    assert ranges.columns.tolist()[:3] == ["year", "block", "unit"]
    assert ranges["unit"].tolist() == ["a", "c", "b", "d"]
    assert ranges[RANKS].values.tolist() == [[1, 1, 2], [2, 1, 2], [1, 1, 1], [2, 2, 2]]
    assert ranges["separable_from_next"].tolist() == [False, pd.NA, True, pd.NA]


def test_one_unit_and_none():
    one = rank_range(table([9]), margin=1)
    assert one[RANKS].values.tolist() == [[1, 1, 1]]
    assert one["separable_from_next"].isna().all()
    assert rank_range(table([None, None], max_score=[3, 4]), margin=1)["rank"].isna().all()
    assert rank_range(table([]), margin=1).empty


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf"), 10**400, "0,5", True, None])
def test_a_margin_is_a_number_of_points(margin):
    with pytest.raises(ValueError, match="margin="):
        rank_range(table([9, 8]), margin=margin)


def test_ranks_of_a_part_of_the_table_are_refused(town):
    with pytest.raises(ValueError, match="có hạng 4 trong bảng nhưng có hạng 1"):
        rank_range(town[3:], margin=0.5)
    with pytest.raises(ValueError, match="max_score"):
        rank_range(town.drop(columns="max_score"), margin=0.5)


@given(UNITS.filter(lambda units: len(units) < 6), MARGIN)
def test_ranges_are_the_extremes_over_all_corners(units, margin):
    """The extreme ranks of a table in which each score is off by -m, 0 or +m."""
    corners = [ranks(shares(units, m)) for m in product((-margin, 0, margin), repeat=len(units))]
    ranges = rank_range(quarters(units), margin=margin).set_index("unit")
    for at in shares(units):
        unit = chr(ord("a") + at)
        seen = [corner[at] for corner in corners]
        assert ranges.loc[unit, RANKS].tolist() == [
            ranks(shares(units))[at], min(seen), max(seen),
        ]  # fmt: skip


@given(UNITS, MARGIN)
def test_separable_means_that_no_neighbour_below_can_reach(units, margin):
    share, m = shares(units), Fraction(margin)
    place = ranks(share)
    ranges = rank_range(quarters(units), margin=margin).set_index("unit")
    for at, (points, maximum) in enumerate(units):
        separable = ranges["separable_from_next"][chr(ord("a") + at)]
        below = [place[j] for j in share if j != at and place[j] >= place.get(at, 99)]
        if at not in share or not below:
            assert separable is pd.NA
            continue
        low = (Fraction(points, 4) - m) / maximum
        rivals = [j for j in share if j != at and place[j] == min(below)]
        reached = any((Fraction(units[j][0], 4) + m) / units[j][1] >= low for j in rivals)
        assert separable == (not reached)


@given(UNITS, st.tuples(MARGIN, MARGIN).map(sorted), st.randoms())
def test_ranges_hold_the_rank_widen_and_do_not_depend_on_row_order(units, margins, random):
    scores = quarters(units)
    narrow, wide = (rank_range(scores, margin=m).set_index("unit") for m in margins)
    scored = narrow.dropna(subset=["rank"])
    assert (scored["best_rank"] <= scored["rank"]).all()
    assert (scored["rank"] <= scored["worst_rank"]).all()
    assert (wide["best_rank"] <= narrow["best_rank"]).all()
    assert (narrow["worst_rank"] <= wide["worst_rank"]).all()
    rows = random.sample(range(len(units)), len(units))
    shuffled = rank_range(scores.iloc[rows], margin=margins[1]).set_index("unit")
    pd.testing.assert_frame_equal(shuffled.sort_index(), wide.sort_index())


def test_both_are_printed_in_vietnamese(town):
    printed = format_ranking(rank_range(rank_units(town), margin=0.5))
    assert printed.columns.tolist() == [
        "Đơn vị", "Tổng điểm đánh giá", "Xếp hạng", "Hạng cao nhất có thể", "Hạng thấp nhất có thể",
        "Phân biệt được với hạng liền sau",
    ]  # fmt: skip
    assert printed.iloc[6].tolist() == ["Trung tâm GDNN&GDTX", "81,90", 7, 7, 9, "không"]
    assert printed.iloc[-1].tolist()[-1] == "–"
    printed = format_ranking(points_to_next_grade(town))
    assert printed.columns.tolist() == [
        "Đơn vị", "Tổng điểm đánh giá", "Điểm tối đa", "Xếp loại", "Loại liền trên",
        "Còn thiếu (điểm)", "Vượt ngưỡng (điểm)",
    ]  # fmt: skip
    assert printed.iloc[0].tolist()[3:] == ["Xuất sắc", "–", "–", "7,23"]
    unscored = format_ranking(points_to_next_grade(table([None])))
    assert unscored.iloc[0].tolist() == ["a", "–", "100", "Chưa chấm", "–", "–", "–"]


def test_a_bound_of_zero_is_no_cutoff_to_stand_above():
    last = points_to_next_grade(table([45.0])).iloc[0]
    assert last["grade"] == "Yếu"
    assert pd.isna(last["margin"])
    assert last["points_to_next"] == 5
