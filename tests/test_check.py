import pandas as pd
import pytest
from conftest import DATA, loaded, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import (
    check_published,
    describe_ranking,
    fitting_schemes,
    format_ranking,
    grade_distribution,
    grade_units,
    implied_cutoffs,
    rank_units,
)


def published(scores, ranks, **columns):
    return rank_units(table(scores, published_rank=pd.array(ranks, dtype="Int64"), **columns))


def test_the_town_agrees_with_what_was_published(town):
    counts = {"Xuất sắc": 3, "Tốt": 6, "Khá": 9, "Trung bình": 0, "Yếu": 0, "Tổng cộng": 18}
    check = check_published(town, distribution=counts)
    assert check.empty
    assert check.columns.tolist() == ["unit", "item", "published", "computed", "note"]
    assert check.attrs["note"] == (
        "Thứ hạng và xếp loại của 18 đơn vị, số đơn vị theo từng loại khớp với kết quả công bố."
    )


def test_a_wrong_rank_grade_and_count_are_found(town):
    town.loc[3, "published_rank"] = 7
    town.loc[4, "published_grade"] = "KHÁ"
    check = check_published(town, distribution=pd.DataFrame({"grade": ["TỐT"], "units": [5]}))
    assert check[["unit", "item", "published", "computed"]].fillna("").values.tolist() == [
        ["Phòng Giáo dục và Đào tạo", "rank", "7", "4"],
        ["Phòng Văn hóa và Thông tin", "grade", "Khá", "Tốt"],
        ["", "units", "5", "6"],
    ]
    assert check["note"].iloc[2] == "loại Tốt"
    assert check.attrs["note"].endswith("Số chỗ khác: 3.")
    assert format_ranking(check)["Đơn vị"].iloc[2] == "(cả bảng)"
    assert format_ranking(check)["Nội dung"].tolist() == ["Xếp hạng", "Xếp loại", "Số đơn vị"]


@pytest.mark.parametrize(
    ("scores", "ranks", "wrong"),
    [
        ([9, 8, 8, 7], [1, 2, 2, 4], []),
        ([9, 8, 8, 7], [1, 2, 3, 4], []),  # an order among printed ties
        ([9, 8, 8, 7], [1, 3, 2, 4], []),
        ([9, 8, 8, 7], [1, 2, 2, 3], ["d"]),  # another convention
        ([9, 8, 8, 7], [1, 3, 3, 4], ["b", "c"]),  # a tie that gives away the better place
        ([9, 8, 8, 7], [1, 2, None, 4], []),
        ([9, 8, 8, 8, 7], [1, 2, 2, 4, 5], []),  # two of three were equal unrounded
        ([9, 8, 8, 8, 7], [1, 2, 3, 3, 5], []),
        ([9, 8, 8, 8, 7], [1, 2, 2, 3, 5], ["d"]),
        ([9, 8, 8, 8, 7], [1, 3, 3, 3, 5], ["b", "c", "d"]),
        ([9, 8, 8, 7], [1, 4, None, 4], ["b"]),
        ([9, None], [1, 2], ["b"]),
    ],
)
def test_ties_may_be_published_in_an_order(scores, ranks, wrong):
    assert check_published(published(scores, ranks))["unit"].tolist() == wrong


def test_ranks_are_compared_within_blocks_and_computed_where_missing():
    ranking = table([9, 8, 7], block=["x", "y", "y"], published_rank=[1, 1, 1])
    check = check_published(ranking.set_axis([5, 5, 5]))
    assert check[["block", "unit", "published", "computed"]].values.tolist() == [
        ["y", "c", "1", "2"]
    ]


def test_a_foreign_scale_is_reported_once(town):
    regraded = grade_units(town, scheme="tttt-2024")
    check = check_published(regraded, distribution={"Xuất sắc": 3})
    assert check["item"].tolist() == ["grade"]
    assert check["published"].tolist() == ["Xuất sắc, Tốt, Khá"]
    assert check["computed"].tolist() == ["A, B, C, D, E"]
    assert check["note"][0].endswith("chưa được đối chiếu, hãy chọn đúng thang xếp loại.")
    assert "Chưa đối chiếu: xếp loại (có loại ngoài thang)." in check.attrs["note"]
    none = check_published(regraded.drop(columns="published_rank"))
    assert none.attrs["note"] == (
        "Chưa đối chiếu: xếp loại (có loại ngoài thang). Thang cho đúng mọi xếp loại công bố: "
        "thi-xa-2020 (giả định)."
    )


def test_what_is_not_there_is_not_compared():
    check = check_published(table([9, 8]))
    assert check.empty
    assert "không có số liệu công bố để đối chiếu" in check.attrs["note"]
    with pytest.raises(ValueError, match="không có cột 'grade'"):
        check_published(table([9]), distribution={"Tốt": 1})


def test_cutoffs_implied_by_the_town(town):
    cutoffs = implied_cutoffs(town)
    assert cutoffs["grade"].tolist() == ["Xuất sắc", "Tốt", "Khá"]
    assert cutoffs["above"].tolist()[:2] == [88.74, 78.79]
    assert cutoffs["above"].isna().tolist() == [False, False, True]
    assert cutoffs["at_most"].tolist() == [90.89, 81, 67.52]


def test_cutoffs_are_percent_of_the_maximum_and_found_within_blocks():
    scores = table([63, 60, 80, None], max_score=[70, 70, 100, 100], block=list("xxyy"))
    cutoffs = implied_cutoffs(scores.assign(published_grade=["A", "B", "A", "B"]))
    assert cutoffs["block"].tolist() == ["x", "x", "y"]
    assert cutoffs["at_most"].round(4).tolist() == [90, 85.7143, 80]


@pytest.mark.parametrize("other", [88.74, 88.75])
def test_overlapping_grades_name_the_two_units(other):
    scores = table([95, 88.74, other], published_grade=["A", "A", "B"])
    with pytest.raises(ValueError, match=r"'c' \(88,7\d%, B\) không thấp hơn 'b' \(88,74%, A\)"):
        implied_cutoffs(scores)
    with pytest.raises(ValueError, match=r"'c' \(\d\d,\d\d%, B\)"):
        implied_cutoffs(scores.assign(max_score=[100, 100, 99]))
    with pytest.raises(ValueError, match="published_grade"):
        implied_cutoffs(table([1]))


def test_misspelt_grades_are_named_and_it_is_said_that_none_is_compared(town):
    town.loc[0, "published_grade"] = "Xuất sắcc"
    town.loc[4, "published_grade"] = "KHÁ"
    check = check_published(town, distribution={"Xuất sắc": 3, "Giỏi": 1, "Tốt": 7})
    assert check[["item", "published"]].values.tolist() == [["grade", "Xuất sắcc, Giỏi"]]
    assert "tên loại viết sai" in check["note"][0]
    assert "Chưa đối chiếu: xếp loại" in check.attrs["note"]


def test_words_for_no_grade_and_short_names_of_groups_agree():
    scores = table([95, 60, None], published_grade=["A", "Không xếp loại", "Chưa chấm"])
    assert check_published(grade_units(scores, scheme="par-index")).empty


@pytest.mark.parametrize("units", ["ba", None, 2.5, -1])
def test_a_published_number_of_units_is_a_whole_number(town, units):
    with pytest.raises(ValueError, match="số đơn vị của loại 'Tốt' là .*; hãy ghi số nguyên"):
        check_published(town, distribution={"Tốt": units})
    assert check_published(town, distribution={"Tốt": 6.0, "Khá": "9"}).empty


def test_a_published_distribution_may_be_a_series_or_text_but_not_of_several_blocks(town):
    assert check_published(town, distribution=pd.Series({"Tốt": "6"})).empty
    twice = pd.DataFrame({"grade": ["Tốt", "Tốt"], "units": [1, 2]})
    with pytest.raises(ValueError, match="loại bị lặp"):
        check_published(town, distribution=twice)


def test_grades_that_lost_their_scheme_are_refused(town):
    for function in (check_published, grade_distribution):
        with pytest.raises(ValueError, match="không còn mang thang xếp loại"):
            function(town.astype({"grade": "object"}))


def test_grades_in_the_wrong_order_overlap():
    scores = table([95, 85], published_grade=["Tốt", "XUẤT SẮC"])
    with pytest.raises(
        ValueError, match=r"'a' \(95,00%, Tốt\) không thấp hơn 'b' \(85,00%, Xuất sắc\)"
    ):
        implied_cutoffs(scores)


def test_a_grade_is_one_with_and_without_the_word_before_it():
    scores = table([95, 85, 70, 60], published_grade=["Loại A", "A", "NHÓM B", "B"])
    cutoffs = implied_cutoffs(scores)
    assert cutoffs["grade"].str[-1].tolist() == ["A", "B"]
    assert cutoffs["above"].tolist()[:1] == [70]
    assert cutoffs["at_most"].tolist() == [85, 60]


def test_unknown_grades_are_one_whatever_their_case():
    scores = table([95, 85, 70], published_grade=["ĐẠT", "Đạt", "Chưa đạt"])
    cutoffs = implied_cutoffs(scores)
    assert cutoffs["grade"].tolist() == ["ĐẠT", "Chưa đạt"]
    assert cutoffs["above"].tolist()[:1] == [70]


def test_an_unknown_scale_that_shares_names_is_reported_once():
    published = ["Giỏi", "Khá", "Trung bình", "Trung bình", "Kém"]
    scores = table([95, 85, 75, 72, 60], published_grade=published)
    with pytest.warns(UserWarning, match="cho 5 đơn vị xếp loại khác công bố"):
        check = check_published(grade_units(scores))
    assert check["published"].tolist() == ["Giỏi, Kém"]


@pytest.mark.parametrize(
    ("scores", "ranks", "differ"),
    [
        ([95, 93, 90, 85], [1, None, 2, 3], 0),
        ([95, 93, 93, 85], [1, None, 2, 3], 0),
        ([95, 93, 90, 85], [1, None, 3, 2], 1),
    ],
)
def test_a_unit_that_is_scored_and_not_ranked_is_passed_over(scores, ranks, differ):
    check = check_published(published(scores, ranks))
    assert len(check) == differ
    assert ("không xếp hạng: b." in check.attrs["note"]) == (differ == 0)


def graded_as(grades, scores=(91, 85, 85, 75), **columns):
    return table(list(scores), published_grade=grades, **columns)


def test_the_check_says_which_scheme_gives_the_published_grades():
    other = graded_as(["Rất tốt", "Tốt", "Tốt", "Khá"])
    with pytest.warns(UserWarning, match="'thi-xa-2020' cho 1 đơn vị xếp loại khác công bố"):
        told = check_published(grade_units(other)).attrs["note"]
    assert told.endswith("Thang cho đúng mọi xếp loại công bố: da-nang-2011.")
    assert "Thang" not in check_published(grade_units(other, scheme="da-nang-2011")).attrs["note"]
    none = graded_as(["Rất tốt", "Tốt", "Khá", "Khá"])
    assert (
        "Thang cho đúng"
        not in check_published(grade_units(none, scheme="da-nang-2011")).attrs["note"]
    )


def test_the_check_says_which_scheme_each_block_has():
    blocks = ["Khối sở"] * 2 + ["Khối huyện"] * 2
    both = graded_as(["Nhóm I", "Nhóm II"] * 2, block=blocks)
    told = check_published(grade_units(both, scheme="nam-dinh-2020-so")).attrs["note"]
    assert "công bố: Khối sở: nam-dinh-2020-so; Khối huyện: nam-dinh-2020-huyen." in told
    own = {"Khối sở": "nam-dinh-2020-so", "Khối huyện": "nam-dinh-2020-huyen"}
    assert check_published(grade_units(both, scheme=own)).empty


def test_schemes_that_do_not_fit_name_the_first_unit():
    found = fitting_schemes(graded_as(["A", "B", None, "D"], (90, 79.5, 10, 50)))
    found = found.set_index("scheme")
    assert not found["fits"].any()
    assert found.loc["tttt-2024", "unit"] == "b"
    assert found.loc["tttt-2024", "note"] == "79,50%: công bố B, thang này cho C"
    assert found.loc["par-index", ["unit", "note"]].tolist() == [
        "b", "79,50%: công bố B, thang này cho Nhóm C"
    ]  # fmt: skip
    assert found.loc["da-nang-2011", "note"] == "thang này không có loại A"
    with pytest.raises(ValueError, match="không có xếp loại công bố"):
        fitting_schemes(graded_as([None] * 4))


def test_a_unit_without_a_score_contradicts_no_scheme():
    found = fitting_schemes(graded_as(["Tốt", "Khá"], (81, None)))
    assert found.loc[found["fits"], "scheme"].tolist() == [
        "thi-xa-2020",
        "da-nang-2011",
        "par-2012",
    ]


@pytest.mark.parametrize(
    ("above", "at_most", "fits"), [(79, 80, True), (80, 81, False), (None, 79.9, False)]
)
def test_intervals_hold_a_bound_or_contradict_it(above, at_most, fits):
    interval = pd.DataFrame({"grade": ["TỐT"], "above": [above], "at_most": [at_most]})
    found = fitting_schemes(interval).set_index("scheme")
    assert found.loc["da-nang-2011", "fits"] == fits
    # "trên 80": a unit at 80 has a lower grade, and one at `at_most` is above 80.
    assert found.loc["tay-ninh-2021", "fits"] == (above == 80)


def test_tables_of_one_scheme_narrow_its_bounds():
    tables = [loaded(DATA / f"{name}.csv") for name in ("cchc-2020", "so-nganh-2021")]
    both = implied_cutoffs(tables).set_index("grade")
    assert both.loc["Tốt", ["above", "at_most"]].tolist() == [79.455, 80.696]
    wrong = graded_as(["Khá", "Tốt"], (85, 80))
    with pytest.raises(ValueError, match=r"'a \(bảng 2\)' .* không thấp hơn '.* \(bảng 1\)'"):
        implied_cutoffs([graded_as(["Tốt"], (82,)), wrong[:1]])
    with pytest.raises(ValueError, match="trống"):
        implied_cutoffs([])


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8), st.integers(1, 7))
def test_intersected_intervals_are_those_of_each_table(scores, cut):
    one = grade_units(table(scores))
    one = one.assign(published_grade=one["grade"].astype("str"))
    parts = [part for part in (one[:cut], one[cut:]) if len(part)]
    whole = implied_cutoffs(parts).set_index("grade")
    for part in parts:
        for row in implied_cutoffs(part).itertuples():
            assert not whole.loc[row.grade, "above"] < row.above
            assert whole.loc[row.grade, "at_most"] <= row.at_most


def test_the_paragraph_is_not_silent_where_grades_were_published_otherwise(town):
    assert "Đã đối chiếu" not in describe_ranking(town)
    town.loc[4, "published_grade"] = "KHÁ"
    assert describe_ranking(town).endswith("Số chỗ khác: 1.")


@pytest.mark.parametrize(
    ("ranks", "differ", "said"),
    [
        ([1, 3, 2, 4], 3, "Cả 4 xếp hạng công bố đều khớp nếu xếp chung mọi khối"),
        ([1, 3, 4, 2], 2, "Không quy ước nào cho đúng mọi xếp hạng công bố"),
        ([1, 3, 1, 2], 0, "thiếu hạng 2, có thể chỉ là một phần"),  # of a part of the first block
        ([1, 2, 1, 2], 0, "Xếp hạng của 4 đơn vị khớp"),
    ],
)
def test_published_ranks_may_go_through_all_blocks(ranks, differ, said):
    scores = table([90, 80, 85, 70]).assign(block=list("xxyy"), published_rank=ranks)
    check = check_published(rank_units(scores))
    assert len(check) == differ
    assert said in check.attrs["note"]
    assert (check["note"] == "khớp nếu xếp chung mọi khối").all() or differ == 2
