import pandas as pd
import pytest
from conftest import DATA, loaded, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import GradeScheme, cutoff_sensitivity, format_ranking

SCORES = st.lists(st.one_of(st.none(), st.integers(0, 400).map(lambda n: n / 4)), min_size=1)


def counts(result, scenario) -> list[int]:
    return result["units"][result["scenario"] == scenario].tolist()


def moved(result, scenario) -> dict[str, str]:
    here = result[(result["scenario"] == scenario) & result["moved"].notna()]
    return dict(zip(here["grade"], here["moved"], strict=True))


def test_the_town_by_hand(town):
    result = cutoff_sensitivity(town, shift=(-2, 0.9))
    assert result.columns.tolist() == ["scenario", "grade", "units", "share_pct", "moved"]
    assert counts(result, "thi-xa-2020") == [3, 6, 9, 0, 0]
    # 88,74 and 88,46 reach 88; 78,79 reaches 78.
    assert counts(result, "thi-xa-2020, ngưỡng -2") == [5, 5, 8, 0, 0]
    assert moved(result, "thi-xa-2020, ngưỡng -2") == {
        "Xuất sắc": "Phòng Giáo dục và Đào tạo (Tốt); Phòng Văn hóa và Thông tin (Tốt)",
        "Tốt": "Ban Quản lý dự án và ĐTXD khu vực thị xã (Khá)",
    }
    # 90,89 no longer reaches 90,9; 81 reaches 80,9, exactly.
    assert counts(result, "thi-xa-2020, ngưỡng +0,9") == [2, 7, 9, 0, 0]
    assert moved(result, "thi-xa-2020, ngưỡng +0,9") == {"Tốt": "Phòng Nội vụ (Xuất sắc)"}


def test_three_departments_are_less_than_a_point_away():
    result = cutoff_sensitivity(loaded(DATA / "so-nganh-2021.csv"))
    assert result["scenario"].unique().tolist() == [
        "thi-xa-2020", "thi-xa-2020, ngưỡng -1", "thi-xa-2020, ngưỡng +1",
    ]  # fmt: skip
    assert [counts(result, s)[:3] for s in result["scenario"].unique()] == [
        [1, 14, 6], [1, 17, 3], [1, 13, 7],
    ]  # fmt: skip


def test_schemes_side_by_side_are_held_against_the_first_by_name(town):
    schemes = ["thi-xa-2020", "da-nang-2011", "tttt-2024"]
    result = cutoff_sensitivity(town, scheme=schemes, shift=())
    assert result["scenario"].unique().tolist() == schemes
    assert counts(result, "da-nang-2011") == [3, 6, 7, 2, 0]
    assert set(moved(result, "da-nang-2011")) == {"Rất tốt", "Trung bình"}
    assert moved(result, "da-nang-2011")["Trung bình"] == (
        "Trung tâm Phát triển quỹ đất (Khá); Phòng Y tế (Khá)"
    )
    assert moved(result, "tttt-2024")["A"].startswith("Văn phòng HĐND&UBND (Xuất sắc); ")


def test_a_moved_scheme_is_held_against_itself(town):
    result = cutoff_sensitivity(town, scheme=["thi-xa-2020", "tttt-2024"], shift=1)
    assert moved(result, "tttt-2024, ngưỡng +1") == {
        "B": "Phòng Nội vụ (A)",
    }


def test_shifts_are_exact_and_of_the_units_own_maximum():
    # 90,1% of 70 is 63,07; 89,9% of 84 is 75,516.
    scores = table([63.07, 63.06, 75.516, 75.515], max_score=[70, 70, 84, 84])
    result = cutoff_sensitivity(scores, shift=[0.1, -0.1])
    assert counts(result, "thi-xa-2020, ngưỡng +0,1")[:2] == [1, 3]
    assert counts(result, "thi-xa-2020, ngưỡng -0,1")[:2] == [3, 1]


def test_a_bound_of_zero_stays_and_below_the_last_bound_is_no_grade():
    assert counts(cutoff_sensitivity(table([0.5]), shift=1), "thi-xa-2020, ngưỡng +1")[-1] == 1
    scores = table([70.5, None, 95, 60])
    result = cutoff_sensitivity(scores, scheme="par-index", shift=1)
    here = result[result["scenario"] == "par-index, ngưỡng +1"]
    assert here["grade"].tolist() == ["Nhóm A", "Nhóm B", "Nhóm C", "Không xếp loại", "Chưa chấm"]
    assert here["units"].tolist() == [1, 0, 0, 2, 1]
    assert moved(result, "par-index, ngưỡng +1") == {"Không xếp loại": "a (Nhóm C)"}
    assert here["share_pct"].round(2).tolist()[:4] == [33.33, 0, 0, 66.67]
    assert here["share_pct"].isna().tolist() == [False] * 4 + [True]


def test_moved_units_are_named_by_rank_with_their_block():
    scores = table([90.2, 90.3, 90.5], block=["x", "y", "y"])
    result = cutoff_sensitivity(scores, shift=1)
    assert moved(result, "thi-xa-2020, ngưỡng +1") == {
        "Tốt": "a – x (Xuất sắc); c – y (Xuất sắc); b – y (Xuất sắc)"
    }


def test_an_unnamed_scheme_is_named_by_its_bounds():
    result = cutoff_sensitivity(table([60]), scheme=GradeScheme(["Đạt", "Không"], [50, 0]), shift=5)
    assert result["scenario"].unique().tolist() == [
        "Đạt từ 50%, Không dưới 50%",
        "Đạt từ 50%, Không dưới 50%, ngưỡng +5",
    ]


@pytest.mark.parametrize(
    ("shift", "told"),
    [
        (11, "Ngưỡng 101 phải nằm trong"),
        (-50, "Ngưỡng 0 đứng sau 0"),
        (-60, "Ngưỡng -10 phải nằm trong"),
        (float("nan"), "Ngưỡng nan phải nằm trong"),
    ],
)
def test_a_shift_that_makes_no_scheme_is_refused(shift, told):
    with pytest.raises(ValueError, match=told):
        cutoff_sensitivity(table([90]), shift=shift)


def test_what_is_missing_is_refused_and_nobody_scored_is_not():
    with pytest.raises(ValueError, match="max_score"):
        cutoff_sensitivity(table([90]).drop(columns="max_score"))
    result = cutoff_sensitivity(table([None]))
    assert result["moved"].isna().all()
    assert counts(result, "thi-xa-2020") == [0, 0, 0, 0, 0, 1]


@given(SCORES, st.integers(-40, 40).map(lambda n: n / 4), st.randoms())
def test_units_add_up_and_their_order_changes_nothing(scores, shift, random):
    scores = table(scores)
    result = cutoff_sensitivity(scores, shift=shift)
    assert set(result.groupby("scenario")["units"].sum()) == {len(scores)}
    rows = random.sample(range(len(scores)), len(scores))
    again = cutoff_sensitivity(scores.iloc[rows], shift=shift)
    assert again.drop(columns="moved").equals(result.drop(columns="moved"))
    names = [t["moved"].str.split("; ").map(sorted, na_action="ignore") for t in (result, again)]
    assert names[0].equals(names[1])


@given(SCORES)
def test_lower_bounds_never_make_a_grade_worse(scores):
    result = cutoff_sensitivity(table(scores), shift=[-3])
    base, lower = (
        group["units"].cumsum().to_numpy()[:5] for _, group in result.groupby("scenario")
    )
    assert (lower >= base).all()


def test_it_is_printed_with_a_total_in_each_scenario(town):
    printed = format_ranking(cutoff_sensitivity(town, shift=1))
    assert printed.columns.tolist() == [
        "Phương án", "Xếp loại", "Số đơn vị", "Tỷ lệ", "Đơn vị đổi loại (loại ban đầu)",
    ]  # fmt: skip
    assert printed.iloc[5].tolist() == ["thi-xa-2020", "Tổng cộng", 18, "100%", "–"]
    assert printed.iloc[0, 4] == "–"
    assert printed.iloc[7, 4] == "Phòng Nội vụ (Xuất sắc)"
    assert not printed.isna().any(axis=None)
    assert isinstance(printed, pd.DataFrame)


def test_a_missing_block_has_a_name_too():
    scores = table([90.5, 70, 60], block=["X", "Y", None])
    moved = cutoff_sensitivity(scores, shift=1)["moved"].dropna()
    assert moved.tolist() == ["a – X (Xuất sắc)"]


def test_no_scheme_and_a_shift_of_words_are_refused():
    with pytest.raises(ValueError, match="shift='1' không phải là số điểm %"):
        cutoff_sensitivity(table([90.5]), shift=["1"])
    with pytest.raises(ValueError, match="ít nhất một thang xếp loại"):
        cutoff_sensitivity(table([90.5]), scheme=[])
