import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import (
    GradeScheme,
    check_published,
    compare_periods,
    cutoff_sensitivity,
    describe_ranking,
    format_ranking,
    grade_distribution,
    grade_units,
    load_scores,
    points_to_next_grade,
    rank_range,
    rank_units,
    style_ranking,
    summarise_blocks,
)
from cchc_analysis.groups import group_numbers
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.ranking import ranks_within, sorted_rows

SCORES = st.lists(st.one_of(st.none(), st.integers(0, 1000).map(lambda n: n / 10)), min_size=1)


def ranks(scores, **columns):
    return rank_units(table(scores, **columns))["rank"].tolist()


def test_ties_share_the_better_place_and_missing_has_none():
    assert ranks([70, 90, 70, None, 60]) == [2, 1, 2, pd.NA, 4]
    assert str(rank_units(table([1.0]))["rank"].dtype) == "Int64"


def test_float_noise_does_not_break_a_tie():
    assert ranks([0.1 + 0.2, 0.3], max_score=1.0) == [1, 1]


def test_a_difference_in_the_last_place_is_a_difference():
    assert ranks([85.421, 85.42]) == [1, 2]


def test_units_of_different_maxima_rank_by_percent():
    assert ranks([63, 75.6, 68.32, 62.62], max_score=[70, 84, 84, 70]) == [1, 1, 4, 3]


@pytest.mark.parametrize("other", [10, 20])
def test_a_score_without_a_maximum_is_refused_and_a_maximum_may_lack_where_the_score_does(other):
    with pytest.raises(ValueError, match="Điểm 9 của 'a' không có điểm tối đa; hãy ghi"):
        ranks([9, 8, 7], max_score=[None, 10, other])
    assert ranks([None, 8, 7], max_score=[None, 10, 10]) == [pd.NA, 1, 2]


def test_ranks_start_again_in_each_year_and_block():
    scores = table([3, 2, 1, 9], year=[2020, 2020, 2021, 2021], block=["x", "y", "x", "x"])
    assert rank_units(scores)["rank"].tolist() == [1, 1, 2, 1]
    assert rank_units(scores, within="year")["rank"].tolist() == [1, 2, 2, 1]
    assert rank_units(scores, within=[])["rank"].tolist() == [2, 3, 4, 1]


def test_a_missing_block_is_a_group_of_its_own():
    assert ranks([3, 2, 1], block=["x", None, None]) == [1, 1, 2]


@given(SCORES)
def test_ranks_agree_with_pandas_and_do_not_depend_on_row_order(scores):
    ranked = rank_units(table(scores))
    tenths = pd.Series([None if s is None else round(s * 10) for s in scores], dtype="Int64")
    expected = tenths.rank(method="min", ascending=False)
    assert ranked["rank"].equals(expected.astype("Int64"))
    backwards = rank_units(table(scores).iloc[::-1])
    assert backwards["rank"].sort_index().equals(ranked["rank"])


@given(SCORES, st.integers(0, 500))
def test_a_common_shift_of_all_scores_leaves_ranks(scores, shift):
    moved = [None if s is None else s + shift / 10 for s in scores]
    assert ranks(moved, max_score=1000) == ranks(scores, max_score=1000)


@pytest.mark.parametrize(
    ("score", "max_score", "grade"),
    [
        (90, 100, "Xuất sắc"),
        (89.995, 100, "Tốt"),
        (63, 70, "Xuất sắc"),
        (62.99, 70, "Tốt"),
        (75.6, 84, "Xuất sắc"),
        (100, 100, "Xuất sắc"),
        (50, 100, "Trung bình"),
        (49.99, 100, "Yếu"),
        (0, 100, "Yếu"),
    ],
)
def test_a_grade_begins_at_its_bound(score, max_score, grade):
    assert grade_units(table([score], max_score=max_score))["grade"].tolist() == [grade]


def test_grades_are_an_ordered_categorical_best_first():
    grade = grade_units(table([95, None]))["grade"]
    assert grade.cat.ordered
    assert grade.cat.categories.tolist() == ["Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"]
    assert grade.isna().tolist() == [False, True]


def test_below_the_last_bound_there_is_no_grade():
    graded = grade_units(table([95, 69.9]), scheme="par-index")
    assert graded["grade"].isna().tolist() == [False, True]


def test_either_order_gives_the_same_table():
    scores = table([81, 97.685, None], block=["x", "y", "y"])
    one = scores.pipe(rank_units).pipe(grade_units)
    other = scores.pipe(grade_units).pipe(rank_units)
    pd.testing.assert_frame_equal(one, other)
    assert one.columns.tolist()[-3:] == ["percent", "rank", "grade"]
    pd.testing.assert_frame_equal(one, one.pipe(rank_units).pipe(grade_units))


def test_row_order_and_labels_are_kept_even_when_labels_repeat():
    scores = table([1, 3, 2]).set_axis([7, 7, 5])
    ranked = scores.pipe(rank_units).pipe(grade_units)
    assert ranked.index.tolist() == [7, 7, 5]
    assert ranked["rank"].tolist() == [3, 1, 2]


def test_an_empty_table_stays_empty():
    assert table([]).pipe(rank_units).pipe(grade_units).empty


def test_distribution_keeps_zero_rows():
    counts = grade_distribution(grade_units(table([95, 85, 85])))
    assert counts["grade"].tolist() == ["Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"]
    assert counts["units"].tolist() == [1, 2, 0, 0, 0]
    assert counts["share_pct"].round(6).tolist() == [33.333333, 66.666667, 0, 0, 0]


def test_shares_are_of_scored_units_and_the_others_stand_last():
    counts = grade_distribution(grade_units(table([95, 60, None, None]), scheme="par-index"))
    assert counts["grade"].tolist()[-2:] == ["Không xếp loại", "Chưa chấm"]
    assert counts["units"].tolist() == [1, 0, 0, 1, 2]
    assert counts["share_pct"].tolist()[:4] == [50, 0, 0, 50]
    assert np.isnan(counts["share_pct"].iloc[4])


def test_distribution_of_nobody_scored():
    counts = grade_distribution(grade_units(table([None])))
    assert counts["units"].tolist() == [0, 0, 0, 0, 0, 1]
    assert counts["share_pct"].tolist()[:5] == [0] * 5


def test_distribution_by_block_and_year():
    graded = grade_units(table([95, 85, 95], year=2020, block=["sở", "huyện", "sở"]))
    counts = grade_distribution(graded, by=["year", "block"])
    assert counts.columns.tolist() == ["year", "block", "grade", "units", "share_pct"]
    assert counts["block"].unique().tolist() == ["sở", "huyện"]
    assert counts[counts["units"] > 0]["units"].tolist() == [2, 1]
    assert grade_distribution(graded, by="year")["units"].tolist() == [2, 1, 0, 0, 0]


@given(SCORES)
def test_counts_add_up_to_the_units(scores):
    scheme = GradeScheme(["A", "B"], [80, 40])
    counts = grade_distribution(grade_units(table(scores), scheme=scheme))
    assert counts["units"].sum() == len(scores)
    assert round(counts["share_pct"].sum(), 9) == (100 if any(s is not None for s in scores) else 0)


def test_published_numbers_of_the_real_tables_are_pinned():
    town = load_scores(DATA / "cchc-2020.csv").pipe(rank_units).pipe(grade_units)
    assert town["rank"].tolist() == list(range(1, 19))
    assert grade_distribution(town)["units"].tolist() == [3, 6, 9, 0, 0]
    province = load_scores(DATA / "so-nganh-2021.csv").pipe(rank_units).pipe(grade_units)
    assert province["rank"].tolist() == list(range(1, 22))
    assert grade_distribution(province)["units"].tolist() == [1, 14, 6, 0, 0]
    regions = load_scores(DATA / "par-index-regions.csv").pipe(rank_units)
    assert regions["rank"].tolist() == [1, 2, 3, 4, 5, 5, 1, 3, 2, 4]


@pytest.mark.parametrize("function", [rank_units, grade_units])
def test_a_missing_column_is_named(function):
    with pytest.raises(ValueError, match=r"không có cột 'max_score'.*load_scores"):
        function(table([1]).drop(columns="max_score"))
    with pytest.raises(ValueError, match=r"không có cột 'grade'.*grade_units"):
        grade_distribution(table([1]))
    with pytest.raises(ValueError, match="không có cột 'region'"):
        rank_units(table([1]), within="region")


def test_distribution_of_an_empty_table_has_its_columns():
    empty = grade_units(table([], block=[]))
    counts = grade_distribution(empty, by="block")
    assert counts.columns.tolist() == ["block", "grade", "units", "share_pct"]
    assert counts.empty


MIXED = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 120)),  # many ties
        st.sampled_from([100.0, 84.0, 70.0, 62.5]),
        st.sampled_from([2020, 2021]),
        st.sampled_from(["x", "y", None]),
    ),
    min_size=1,
    max_size=40,
)


def pandas_ranks(shares, frame) -> pd.Series:
    place = {share: at for at, share in enumerate(sorted({s for s in shares if s is not None}))}
    places = pd.Series([place.get(share) for share in shares], dtype="Int64")
    groups = frame.groupby(["year", "block"], dropna=False).ngroup().to_numpy()
    return places.groupby(groups).rank(method="min", ascending=False).astype("Int64")


@given(MIXED)
def test_ranks_and_grades_are_those_of_pandas_in_several_groups_and_maxima(rows):
    frame = pd.DataFrame(rows, columns=["score", "max_score", "year", "block"])
    frame = frame.assign(unit="a", score=frame["score"].astype("float64") / 10)
    shares = [None if p is None else Fraction(p * 10) / Fraction(m) for p, m, *_ in rows]
    assert rank_units(frame)["rank"].equals(pandas_ranks(shares, frame))
    scheme = GradeScheme(["A", "B", "C"], [10, 5, 2])
    grades = [next((g for g, b in zip("ABC", (10, 5, 2), strict=True) if s is not None and s >= b),
                   None) for s in shares]  # fmt: skip
    graded = grade_units(frame, scheme=scheme)
    assert graded["grade"].astype("object").where(graded["grade"].notna(), None).tolist() == grades
    counts = grade_distribution(graded, by=["year", "block"])
    assert counts["units"].sum() == len(frame)
    keys = frame.groupby(["year", "block"], dropna=False).ngroup()
    assert len(counts[counts["grade"] == "A"]) == keys.nunique()


@pytest.mark.parametrize("maxima", [[100.0], [100.0, 84.0, 70.0, 62.5]])
def test_two_hundred_thousand_rows_are_ranked_as_pandas_does(maxima):
    rng, size = np.random.default_rng(6), 200_000
    maximum, hundredths = rng.choice(maxima, size), rng.integers(0, 6250, size)
    frame = pd.DataFrame(
        {"unit": "a", "score": hundredths / 100, "max_score": maximum},
        index=rng.integers(0, 9, size),
    ).assign(year=rng.integers(2010, 2025, size), block=rng.integers(0, 20, size).astype("str"))
    frame.loc[rng.random(size) < 0.01, "score"] = np.nan
    key = pd.Series(hundredths * (105000 // (maximum * 10).astype("int64")), frame.index)
    key = key.where(frame["score"].notna())
    groups = (
        frame["year"].astype("str").to_numpy("object") + " " + frame["block"].to_numpy("object")
    )
    expected = key.groupby(groups).rank(method="min", ascending=False).astype("Int64")
    ranked = rank_units(frame)
    assert ranked["rank"].equals(expected)
    pd.testing.assert_frame_equal(ranked[frame.columns], frame)
    points = np.where(frame["score"].isna(), np.nan, hundredths)
    bounds = [points * 1000 >= maximum * 1000 * cut for cut in (90, 80, 65, 50, 0)]
    reached = np.select(bounds, range(5), -1)
    assert (grade_units(frame)["grade"].cat.codes.to_numpy() == reached).all()


@pytest.mark.parametrize("spread", [5, 2**40, 2**61])
@pytest.mark.parametrize("groups", [1, 1000, 4000])
def test_keys_and_groups_that_do_not_fit_one_number_are_ranked_too(spread, groups):
    rng, size = np.random.default_rng(6), 4000
    key = pd.Series(rng.integers(-spread, spread, size), dtype="Int64").mask(rng.random(size) < 0.1)
    group = np.append(np.arange(groups), rng.integers(0, groups, size - groups))
    expected = key.groupby(group).rank(method="min", ascending=False).astype("Int64")
    given = key.fillna(0).to_numpy("int64"), key.isna().to_numpy(), group
    assert pd.Series(ranks_within(*given)).equals(expected)
    rows, line = sorted_rows(*given)
    assert (np.diff(line) >= 0).all()
    assert (np.lexsort((key.fillna(-(2**62)).to_numpy("int64"), group)) == rows).all()


def test_the_keys_that_are_sorted_stay_as_they_are():
    keys, missing, groups = np.array([5, 3, 9]), np.zeros(3, dtype="bool"), np.zeros(3, "int64")
    sorted_rows(keys, missing, groups)
    assert ranks_within(keys, missing, groups).tolist() == [2, 3, 1]
    assert keys.tolist() == [5, 3, 9]


@pytest.mark.parametrize("objects", [50, 2000, 20_000])
@pytest.mark.parametrize("step", [1, 3, -1])
def test_equal_texts_are_one_block_whatever_objects_hold_them(objects, step):
    held = np.array([f"Khối {at % 40}" if at % 40 else np.nan for at in range(objects)], "object")
    rows = np.random.default_rng(6).permutation(20_000) % objects
    table = pd.DataFrame({"block": pd.Series(held[rows], dtype="str")})[::step]
    assert len(set(map(id, table["block"].dropna().array))) > 40 * (objects > 50)
    expected = pd.factorize(table["block"], use_na_sentinel=False)[0]
    assert (group_numbers(table) == expected).all()
    assert (group_numbers(table.astype("object")) == expected).all()


@pytest.mark.parametrize("function", [rank_units, grade_units, summarise_blocks, describe_ranking])
@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"max_score": [100, 0]}, "Điểm tối đa 0 của 'b' không lớn hơn 0"),
        ({"max_score": [100, -100]}, "Điểm tối đa -100 của 'b' không lớn hơn 0"),
        ({"score": [90, 100.01]}, "Điểm 100,01 của 'b' nằm ngoài khoảng từ 0 đến điểm tối đa"),
        ({"score": [90, -1]}, "Điểm -1 của 'b' nằm ngoài khoảng"),
        ({"score": [90, "90,5"]}, "Điểm '90,5' của 'b' là chữ, không phải số"),
        ({"score": ["81", "90"]}, "Điểm '81' của 'a' là chữ, không phải số"),
        ({"unit": ["a", ""]}, "Tên đơn vị '' để trống"),
        ({"unit": ["\xa0", "b"]}, "Tên đơn vị ' ' để trống"),
        ({"year": "năm 2020"}, "Năm 'năm 2020' của 'a' là chữ, không phải số"),
        ({"year": 2020.5}, "Năm 2020,5 của 'a' không phải là số nguyên"),
        ({"year": pd.Timestamp("2020-01-01")}, "Năm '2020-01-01 00:00:00' của 'a' không phải là"),
    ],
)
def test_a_table_made_by_hand_is_checked_where_it_enters(function, columns, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        function(table([90, 80]).assign(**columns))


def test_two_columns_of_one_name_are_refused():
    twice = pd.concat([table([90, 80]), table([1, 2])[["score"]]], axis=1)
    with pytest.raises(ValueError, match="nhiều cột 'score'"):
        rank_units(twice)


def test_missing_in_an_object_column_and_numbers_of_32_bits_are_what_they_show():
    made = table([90, 80]).assign(score=pd.Series([pd.NA, 81.23], dtype="object"))
    assert rank_units(made)["percent"].tolist()[1] == 81.23
    short = table([81.23, 62.5]).astype({"score": "float32", "max_score": "float32"})
    assert rank_units(short)["percent"].tolist() == [81.23, 62.5]


@pytest.mark.parametrize("column", ["score", "max_score"])
def test_missing_in_object_columns_works_wherever_a_table_enters(column):
    made = table([90, 80, 70]).assign(score=pd.Series([90, pd.NA, 70], dtype="object"))
    made[column] = made[column].astype("object")
    made.loc[1, column] = pd.NA
    whole = made.astype({"score": "float64", "max_score": "float64"}, errors="ignore")
    for function in (
        rank_units, format_ranking, points_to_next_grade, summarise_blocks, cutoff_sensitivity,
        describe_ranking, check_published, lambda t: compare_periods(t, t),
        lambda t: rank_range(t, margin=1), lambda t: style_ranking(t).to_html(),
    ):  # fmt: skip
        assert len(function(made)) == len(function(whole))


def test_a_published_rank_that_is_a_text_is_refused_and_one_that_lacks_is_none():
    made = table([90, 80]).assign(published_rank=pd.Series([1, pd.NA], dtype="object"))
    assert check_published(made).empty
    with pytest.raises(ValueError, match="Xếp hạng công bố 'hai' của 'a' là chữ"):
        check_published(made.assign(published_rank=["hai", 1]))


def test_an_attribute_of_another_kind_does_not_change_what_a_table_is():
    for kind in (["ranking"], "distribution", "matrix", "blocks", 7):
        made = rank_units(table([90, 80]))
        expected = format_ranking(made)
        made.attrs = {"kind": kind, "scale": [1], "fields": "abc"}
        pd.testing.assert_frame_equal(format_ranking(made), expected)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit": ["a", None]}, "cột 'unit', dòng thứ 2"),
        ({"unit": [1, 2]}, "Tên đơn vị 1 không phải là chữ"),
        ({"published_grade": [1, 2]}, "không phải là chữ"),
        ({"published_grade": [["Tốt"], "Khá"]}, "không phải là chữ"),
        ({"published_rank": [0, 1]}, "không phải là số nguyên từ 1 trở lên"),
        ({"published_rank": [1.5, 1]}, "không phải là số nguyên từ 1 trở lên"),
        ({"unit": [["a"], "b"]}, "không phải là chữ"),
        ({"score": [[90], 80]}, "không phải là số"),
        ({"score": [True, False]}, "không phải là số"),
        ({"max_score": [{}, 100]}, "không phải là số"),
    ],
)
@pytest.mark.parametrize("verb", [rank_units, grade_units])
def test_what_is_no_unit_or_no_number_is_refused(verb, wrong, words):
    with pytest.raises(ValueError, match=words):
        verb(table([90, 80]).assign(**wrong))


@pytest.mark.parametrize("name", ["rank", "unit", "group"])
def test_an_index_may_be_called_as_a_column(name):
    made = table([80, 90]).rename_axis(name)
    assert format_ranking(rank_units(made))["Đơn vị"].tolist() == ["b", "a"]


@pytest.mark.parametrize(
    ("scores", "published", "ranks"),
    [
        ([95, 93, 90, 80], [1, None, 2, 3], [1, None, 2, 3]),  # deliberately not ranked
        ([95, 93, 90, 80], [1, None, 3, 4], [1, 2, 3, 4]),  # its cell is blank only
        ([95, 93, 90, 80], [None, None, 1, 2], [None, None, 1, 2]),
        ([95, 93, 90, 80], [1, None, 4, 2], [1, 2, 3, 4]),  # wrong either way: of all
    ],
)
def test_a_unit_that_the_table_deliberately_does_not_rank_has_no_rank(scores, published, ranks):
    table = pd.DataFrame({"unit": list("abcd"), "score": scores, "max_score": 100})
    table["published_rank"] = pd.array(published, dtype="Int64")
    ranking = grade_units(rank_units(table))
    assert ranking["rank"].equals(pd.Series(ranks, dtype="Int64"))
    assert ranking["grade"].notna().all()
    ranges = rank_range(ranking, margin=0)
    assert ranges["best_rank"].tolist() == ranges["rank"].tolist() == ranges["worst_rank"].tolist()
    change = compare_periods(ranking, ranking).set_index("unit").loc[list("abcd")]
    assert change["rank_after"].isna().tolist() == [rank is None for rank in ranks]
    assert (change["rank_change"].dropna() == 0).all()


@pytest.mark.parametrize("kind", ["category", "object", "str"])
def test_kinds_of_columns_and_attributes_of_a_table_by_hand_change_nothing(kind):
    made = table([90, 80], block="k").astype({"unit": kind, "block": kind})
    made["score"] = pd.Categorical(made["score"]) if kind == "category" else made["score"]
    made.attrs = {"kind": np.array([1, 2])}
    ranking = grade_units(rank_units(made))
    assert ranking["rank"].tolist() == [1, 2]
    compared = compare_periods(ranking, ranking.assign(year=None))
    assert compared["rank_change"].tolist() == [0, 0]
    assert "có 2 đơn vị được chấm điểm" in describe_ranking(ranking)


@pytest.mark.parametrize("block", [["a"], {"a": 1}, ("a",)])
def test_a_block_that_is_no_text_is_refused(block):
    made = table([90, 80]).assign(block=[block, block])
    for function in (rank_units, grade_units):
        with pytest.raises(Refusal, match="cột 'block', dòng thứ 1 của bảng: .*không phải là chữ"):
            function(made)
    ranking = rank_units(table([90, 80]).assign(block=[1, 2]))
    assert ranking["block"].tolist() == ["1", "2"]


def test_titles_of_several_levels_and_names_of_no_column_are_refused():
    levels = table([90, 80])
    levels.columns = pd.MultiIndex.from_product([levels.columns, [""]])
    with pytest.raises(Refusal, match="tiêu đề nhiều tầng"):
        rank_units(levels)
    for within in ([["a"]], [5], 5):
        with pytest.raises(Refusal, match="không phải là tên cột"):
            rank_units(table([90, 80]), within=within)
    assert rank_units(table([9, 8]), within=np.array(["unit"]))["rank"].tolist() == [1, 1]


def test_points_without_an_end_and_groups_without_a_name_are_refused(town):
    with pytest.raises(ValueError, match="không phải là một số hữu hạn"):
        rank_units(table([1020.0, 80], bonus=[float("inf"), 0]))
    with pytest.raises(ValueError, match="không phải là một số hữu hạn"):
        rank_units(table([90.0, 80], max_score=float("inf")))
    with pytest.raises(ValueError, match="Cột 'x' có ô là danh sách"):
        rank_units(town.assign(x=[[1]] * 18), within="x")
