import warnings

import openpyxl
import pandas as pd
import pytest
from conftest import loaded, read_and_told, refusal, refusal_of_fields

from cchc_analysis import LoadWarning, grade_units, load_scores, plot_ranking, rank_units
from cchc_analysis.groups import scale_of


def frame(titles, *rows):
    return pd.DataFrame(rows, columns=titles.split("|"), dtype="object")


SELF = frame("STT|Đơn vị|Điểm tự chấm|Điểm thẩm định|Xếp hạng", [1, "a", 95, 90, 1])


def test_scores_that_compete_are_refused_with_the_list():
    sentence = refusal(SELF)
    assert (
        "các cột 'Điểm tự chấm' và 'Điểm thẩm định' đều có thể là 'Tổng điểm đánh giá'" in sentence
    )
    assert 'columns={"score": "Điểm thẩm định"}' in sentence
    fields = frame("Đơn vị|Thể chế|Thủ tục|Bộ máy", ["a", 9, 8, 7])
    assert "'Thể chế', 'Thủ tục' và 'Bộ máy'" in refusal(fields)
    names = frame("Đơn vị|Điểm năm 2020|Điểm năm 2021|Xếp hạng", ["a", 90, 91, 1])
    assert "'Điểm năm 2020' và 'Điểm năm 2021'" in refusal(names)
    assert "'Điểm' và 'Tỷ lệ %'" in refusal(frame("Đơn vị|Điểm|Tỷ lệ %", ["a", 68, 81]))
    totals = frame("Đơn vị|Tổng điểm tự chấm|Tổng điểm thẩm định", ["a", 90, 91])
    assert "'Tổng điểm tự chấm' và 'Tổng điểm thẩm định'" in refusal(totals)


@pytest.mark.parametrize(
    "titles",
    ["Đơn vị|Điểm tự chấm|Điểm thẩm định|Tổng điểm", "Đơn vị|Thể chế|Thủ tục|Tổng cộng",
     "Đơn vị|Điểm thể chế|Điểm thủ tục|Điểm tổng"],
)  # fmt: skip
def test_what_is_plainly_the_total_is_the_score(titles):
    with pytest.warns(LoadWarning, match="không dùng đến cột"):
        assert load_scores(frame(titles, ["a", 1, 2, 90]))["score"].tolist() == [90]


def test_the_caller_says_which_column_it_is():
    with pytest.warns(LoadWarning, match="không dùng đến cột 'Điểm tự chấm'"):
        scores = load_scores(SELF, columns={"score": "ĐIỂM thẩm  định"})
    assert scores["score"].tolist() == [90]
    assert loaded(SELF, columns={"score": 3})["score"].tolist() == [95]
    odd = frame("x|y|z", ["a", "b", 90], ["c", "d", 80])
    scores = loaded(odd, columns={"unit": "y", "score": "z"})
    assert scores["unit"].tolist() == ["b", "d"]
    rank = frame("Đơn vị|Điểm|Xếp hạng|Hạng cũ", ["a", 90, 1, 5])
    assert loaded(rank, columns={"published_rank": "Hạng cũ"})["published_rank"].tolist() == [5]


def test_a_column_that_the_caller_names_must_be_there_once():
    sentence = refusal(SELF, columns={"score": "Điểm x"})
    assert "không có cột 'Điểm x'" in sentence
    assert "'Điểm tự chấm', 'Điểm thẩm định'" in sentence
    assert "không có cột '9'" in refusal(SELF, columns={"score": 9})
    twice = frame("Đơn vị|Điểm|Điểm", ["a", 1, 2])
    assert "2 cột tên 'Điểm'" in refusal(twice, columns={"score": "Điểm"})
    assert "columns: không có cột 'diem'" in refusal(SELF, columns={"diem": "Điểm"})


def test_a_column_is_known_by_content_where_only_one_can_be_meant():
    units = frame("STT|Cấp trình|Điểm", [1, "Sở A", 90], [2, "Sở B", 80])
    with pytest.warns(LoadWarning, match="hiểu cột 'Cấp trình' là đơn vị"):
        assert load_scores(units)["unit"].tolist() == ["Sở A", "Sở B"]
    scores = frame("Đơn vị|Giá trị|Xếp hạng", ["a", 90, 1], ["b", 80, 2], ["c", 70.5, 3])
    with pytest.warns(LoadWarning, match="hiểu cột 'Giá trị' là điểm"):
        assert load_scores(scores)["score"].tolist() == [90, 80, 70.5]
    only = frame("Đơn vị|Điểm thẩm định", ["a", 90])
    with pytest.warns(LoadWarning, match="hiểu cột 'Điểm thẩm định' là điểm"):
        assert load_scores(only)["score"].tolist() == [90]


def test_a_column_that_could_be_anything_is_no_score():
    rising = frame("Đơn vị|Số hồ sơ|Xếp hạng", ["a", 12, 1], ["b", 80, 2], ["c", 5, 3])
    sentence = refusal(rising)
    assert "không có cột điểm; các cột: 'Đơn vị', 'Số hồ sơ', 'Xếp hạng'" in sentence
    names = frame("STT|Cấp trình|Người chấm|Điểm", [1, "x", "y", 90])
    sentence = refusal(names)
    assert "không có cột đơn vị" in sentence
    assert 'columns={"unit"' in sentence


@pytest.mark.parametrize(
    ("cells", "ranks"),
    [(["01 (95,5)", "02 (80)"], [1, 2]), (["thứ 1 (95.5)", "hạng 2 (80,0)"], [1, 2])],
)
def test_rank_and_score_in_one_cell(cells, ranks):
    table = frame("Đơn vị|Chỉ số", *zip("ab", cells, strict=True))
    scores = load_scores(table)
    assert scores["score"].tolist() == [95.5, 80]
    assert scores["published_rank"].tolist() == ranks
    share = frame("Đơn vị|Kết quả", ["a", "01 (0,727)"], ["b", "02 (0,7)"])
    assert load_scores(share, max_score=1)["score"].tolist() == [0.727, 0.7]
    two = frame("Đơn vị|2020|2021", ["a", "01 (90)", "02 (80)"])
    scores = loaded(two)
    assert scores["year"].tolist() == [2020, 2021]
    assert scores["score"].tolist() == [90, 80]
    assert scores["published_rank"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("title", "cells", "most"),
    [
        ("Tổng điểm", ["90,5/100", "79 / 100", "-"], [100, 100, 100]),
        ("Điểm đạt/điểm tối đa", ["90,5/100", "79/90 điểm", "-/90"], [100, 90, 90]),
    ],
)
def test_score_and_maximum_in_one_cell(title, cells, most):
    scores = loaded(frame(f"Đơn vị|{title}|Xếp hạng", *zip("abc", cells, [1, 2, ""], strict=True)))
    assert scores["score"].tolist()[:2] == [90.5, 79]
    assert scores["score"].isna().tolist() == [False, False, True]
    assert scores["max_score"].tolist() == most
    assert "max_assumed" not in scores


@pytest.mark.filterwarnings("ignore:.*không dùng đến cột")
def test_what_is_no_score_and_maximum_is_not_taken_for_one():
    beside = frame("Đơn vị|Hồ sơ|Điểm tự chấm|Tổng điểm", ["a", "60/70", "6/7", "90/100"])
    assert load_scores(beside)[["score", "max_score"]].to_numpy().tolist() == [[90, 100]]
    both = frame("Đơn vị|Tổng điểm|Điểm tối đa", ["a", "9/10", 100])
    assert load_scores(both)["max_score"].tolist() == [100]
    ranks = frame("Đơn vị|Điểm|Xếp hạng", ["a", 90, "1/2"], ["b", 80, "2/2"])
    assert load_scores(ranks)["published_rank"].tolist() == [1, 2]
    for cells in (["101/100", "9/10"], ["90/100", "80"]):
        assert "không phải là số" in refusal(frame("Đơn vị|Điểm", *zip("ab", cells, strict=True)))
    unscored = frame("Đơn vị|Điểm", ["a", "9/10"], ["b", "5/9"], ["c", "-"])
    assert "điền điểm tối đa" in refusal(unscored)


@pytest.mark.filterwarnings("ignore:.*(không dùng đến|hiểu cột)")
@pytest.mark.parametrize("change", ["Tăng/giảm", "So sánh với năm 2022", "Chênh lệch"])
def test_points_and_ranks_under_the_title_of_a_change_are_no_score(change):
    rows = [
        ["TT", "Đơn vị", "Năm 2023", "", change, ""],
        ["", "", "Điểm", "Hạng", "Điểm", "Hạng"],
    ]
    rows += [[1, "Sở A", 90, 1, 10, 1], [2, "Sở B", 88, 2, 3, -1]]
    for order in (range(6), [0, 1, 4, 5, 2, 3]):
        scores = load_scores(pd.DataFrame([[row[at] for at in order] for row in rows]))
        assert scores["score"].tolist() == [90, 88]
        assert scores["published_rank"].tolist() == [1, 2]


def test_two_columns_of_any_role_are_refused():
    for title, role in (("Xếp hạng|Thứ hạng", "published_rank"), ("Năm|Năm đánh giá", "year")):
        table = frame(f"Đơn vị|Điểm|{title}", ["a", 90, 1, 2])
        assert f'columns={{"{role}"' in refusal(table)


@pytest.mark.filterwarnings("ignore:.*hiểu cột 'Nhóm' là khối")
def test_grades_are_told_from_blocks_and_ranks_by_their_values():
    table = frame("Đơn vị|Điểm|Nhóm", ["a", 95, "A"], ["b", 80, "Nhóm B"])
    assert load_scores(table)["published_grade"].tolist() == ["A", "Nhóm B"]
    table = frame("Đơn vị|Điểm|Nhóm|Xếp hạng", ["a", 95, "Sở", "TỐT"], ["b", 80, "Huyện", "khá"])
    scores = load_scores(table)
    assert scores["block"].tolist() == ["Sở", "Huyện"]
    assert scores["published_grade"].tolist() == ["TỐT", "khá"]


@pytest.mark.parametrize("mark", ["*", " **", " (*)"])
def test_a_footnote_mark_is_no_part_of_a_name(mark):
    source = pd.DataFrame({"Đơn vị": [f"Sở A{mark}", "Sở B (2)"], "Điểm": ["90,5", "80"]})
    scores, told = read_and_told(load_scores, source, max_score=100)
    assert scores["unit"].tolist() == ["Sở A", "Sở B (2)"]
    assert f"bỏ dấu chú thích ở 1 tên đơn vị (ví dụ Sở A{mark})" in told


def test_a_number_in_brackets_is_a_mark_only_of_a_note_below_the_table():
    table = frame("TT|Đơn vị|Điểm", [1, "Sở A (1)", 95], [2, "Sở B(1)", 90], [3, "Xã C (2)", 80])
    assert loaded(table)["unit"].tolist() == ["Sở A (1)", "Sở B(1)", "Xã C (2)"]
    noted = pd.concat([table, frame("TT|Đơn vị|Điểm", ["(1) Có điểm thưởng", "", ""])])
    scores, told = read_and_told(load_scores, noted)
    assert scores["unit"].tolist() == ["Sở A", "Sở B", "Xã C (2)"]
    assert "ỏ dấu chú thích ở 2 tên đơn vị" in told


def test_a_footnote_mark_does_not_hide_a_title():
    table = frame("Đơn vị|Tổng điểm (1)|Xếp loại [*]", ["a", 95, "Tốt"])
    assert load_scores(table)["published_grade"].tolist() == ["Tốt"]


def test_a_total_of_one_kind_of_score_is_not_plainly_the_total():
    table = frame("Đơn vị|Tổng điểm tự chấm|Điểm thẩm định", ["a", 95, 90])
    assert "'Tổng điểm tự chấm' và 'Điểm thẩm định'" in refusal(table)


def test_a_header_alone_and_a_column_of_no_number_are_refused():
    assert "không có đơn vị nào" in refusal(frame("STT|Đơn vị|Điểm"))
    for number in (0, -1):
        assert "không có cột" in refusal(SELF, columns={"score": number})
    assert "không dùng được" in refusal(SELF, columns={"score": True})


@pytest.mark.parametrize(
    "title",
    ["Tổng điểm (thang điểm 70)", "Tổng điểm (tối đa 70)", "Điểm (tối đa là 70 điểm)",
     "Tổng điểm (70 điểm)", "Tổng điểm/70", "Điểm thang 70"],
)  # fmt: skip
def test_a_title_may_state_the_maximum(title):
    scores = load_scores(frame(f"Đơn vị|{title}", ["a", 63], ["b", 60]))
    assert scores["max_score"].tolist() == [70, 70]
    assert scale_of(scores) == "Thang điểm 70"
    assert "(DataFrame): điểm tối đa 70 khác thang điểm 100 đã đặt (max_score=)" in refusal(
        frame(f"Đơn vị|{title}", ["a", 63]), max_score=100
    )


def test_a_row_may_state_the_maximum():
    table = frame("Đơn vị|Điểm", ["Điểm tối đa", 70], ["a", 63], ["b", 60])
    with pytest.warns(LoadWarning, match="lấy thang điểm từ dòng 1 'Điểm tối đa 70'"):
        scores = load_scores(table)
    assert scores["unit"].tolist() == ["a", "b"]
    assert scores["max_score"].tolist() == [70, 70]
    both = frame("Đơn vị|Điểm/84", ["Điểm tối đa", 70], ["a", 63])
    assert "thang điểm 70 khác thang điểm 84" in refusal(both)


def test_points_beside_another_percentage_need_a_maximum():
    table = frame("Đơn vị|Tổng điểm|Tỷ lệ (%)", ["a", "68,32", "81,33"])
    sentence = refusal(table)
    assert "'Tổng điểm' và 'Tỷ lệ (%)'" in sentence
    assert "thang điểm không phải 100" in sentence
    assert loaded(table, max_score=84)["score"].tolist() == [68.32]
    assert loaded(table, columns={"score": "Tỷ lệ (%)"})["score"].tolist() == [81.33]
    alike = frame("Đơn vị|Tổng điểm|Tỷ lệ (%)", ["a", "68,32", "68,32%"])
    assert loaded(alike)["max_score"].tolist() == [100]


def test_judgements_compete_with_a_plain_score():
    table = frame("Đơn vị|Điểm|Thẩm định", ["a", 95, 90])
    assert "các cột 'Điểm' và 'Thẩm định'" in refusal(table)
    words = frame("Đơn vị|Điểm|Kết quả thẩm định", ["a", 95, "Đạt"])
    assert loaded(words)["score"].tolist() == [95]


def test_a_pair_that_reads_both_ways_is_no_pair():
    assert "không có cột điểm" in refusal(
        frame("Đơn vị|Xếp hạng", ["a", "95 (1)"], ["b", "85 (2)"])
    )


def test_small_scores_are_not_taken_for_points_of_100():
    table = frame("Đơn vị|Điểm", ["a", 9.5], ["b", 8])
    assert "thang điểm là 10" in refusal(table)
    assert load_scores(table, max_score=10)["max_score"].tolist() == [10, 10]


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Đơn vị|Tổng điểm|Điểm trừ|Tổng điểm sau khi trừ", ["a", 79, 5, 74]),
        ("Đơn vị|Điểm thẩm định|Điểm trừ|Điểm sau khi trừ", ["a", 79, 5, 74]),
        ("Đơn vị|Tổng điểm|Điểm cuối cùng", ["a", 79, 74]),
    ],
)
def test_what_comes_after_a_total_competes_with_it(titles, row):
    assert "đều có thể là 'Tổng điểm đánh giá'" in refusal(frame(titles, row))


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Đơn vị|Điểm đánh giá|Điểm thưởng|Tổng cộng", ["a", 79, 5, 84]),
        ("Đơn vị|Điểm tự chấm|Điểm XHH|Tổng", ["a", 60, 24, 84]),
    ],
)
def test_a_sum_is_the_score_and_not_its_parts(titles, row):
    assert loaded(frame(titles, row))["score"].tolist() == [84]


@pytest.mark.parametrize(
    "title",
    ["Tổng điểm (84)", "Điểm [70]", "Tổng điểm (max 84)", "Tổng điểm (62,5)", "Tổng điểm 84",
     "Tổng điểm (80+4)"],
)  # fmt: skip
def test_another_number_in_the_title_may_be_the_scale(title):
    table = frame(f"Đơn vị|{title}", ["a", 60], ["b", 50])
    assert "có thể là thang điểm" in refusal(table)
    assert loaded(table, max_score=84)["max_score"].tolist() == [84, 84]
    years = frame("Đơn vị|Điểm năm 2020", ["a", 60])
    assert loaded(years)["max_score"].tolist() == [100]


def test_numbers_above_the_first_unit_are_maxima():
    for row in (["", "(15)", "(84)"], ["", 15, 84]):
        table = frame("Đơn vị|Thể chế|Tổng điểm", row, ["a", 10, 60], ["b", 9, 70])
        with pytest.warns(LoadWarning, match="ấy thang điểm từ dòng 1"):
            assert load_scores(table)["max_score"].tolist() == [84, 84]


@pytest.mark.parametrize("title", ["Chỉ số CCHC", "% so với điểm tối đa", "Tỷ lệ", "Điểm quy đổi"])
def test_a_column_in_one_proportion_to_the_score_needs_a_maximum(title):
    table = frame(f"Đơn vị|Tổng điểm|{title}", ["a", 68.32, 81.33], ["b", 60, 71.43])
    assert "thang điểm không phải 100" in refusal(table)
    assert loaded(table, max_score=84)["score"].tolist() == [68.32, 60]
    other = frame(f"Đơn vị|Tổng điểm|{title} x", ["a", 68, 81], ["b", 60, 90])
    assert loaded(other, columns={"score": 2})["score"].tolist() == [68, 60]


def test_a_note_of_numbers_is_a_lost_decimal():
    assert "dấu phẩy trong điểm" in refusal(frame("Đơn vị|Điểm|Ghi chú", ["a", 90, "5"]))


def test_results_that_are_grades_are_no_scores():
    scores = load_scores(frame("Đơn vị|Điểm|Kết quả", ["a", 90, "Tốt"], ["b", 70, "KHÁ"]))
    assert scores["published_grade"].tolist() == ["Tốt", "KHÁ"]


def test_ranks_in_roman_numbers_are_told():
    table = frame("Đơn vị|Điểm|Xếp hạng", ["a", 90, "I"], ["b", 70, "II"])
    with pytest.warns(LoadWarning, match="hiểu cột 'Xếp hạng' là xếp loại"):
        load_scores(table)


# --- what is proposed works when it is done as written

_PROPOSING = {
    "one": (SELF, "Điểm thẩm định"),
    "both fall": (frame("Đơn vị|Tự chấm|Thẩm định|Hạng", ["An", 90, 85, 1], ["Ba", 80, 75, 2]),
                  "Thẩm định"),
    "years": (frame("Đơn vị|Năm 2020|Năm 2021|Hạng", ["a", 90, 91, 1]), None),
    "region": (frame("Tỉnh|Xếp hạng|Vùng|Điểm", ["An", 1, "x", 90], ["Ba", 2, "y", 80]), "Tỉnh"),
    "region first": (frame("Vùng|Tỉnh|Điểm", ["x", "An", 90], ["y", "Ba", 80]), "Tỉnh"),
    "same names": (frame("Tỉnh|Huyện|Điểm", ["T1", "a", 90], ["T2", "a", 80]), "Huyện"),
    "equals": (frame("Đơn vị|Cơ quan|Điểm", ["a", "x", 90], ["b", "y", 80]), "tên cột"),
    "ranks": (
        frame("Đơn vị|Điểm|Xếp hạng|Thứ hạng", ["a", 90, 1, 2], ["b", 80, 2, 1]), "Xếp hạng"),
    "years of two": (frame("Đơn vị|Điểm|Năm|Năm đánh giá", ["a", 90, 2020, 1]), "Năm"),
    "two rows": (
        frame("Hạng|Tỉnh|Điểm x|DTI", [1, "An", 80, 90], [2, "Ba", 85, 70]), "DTI"),
    "no unit": (frame("STT|Cấp trình|Người chấm|Điểm", [1, "x", "y", 90]), None),
    "share": (frame("Đơn vị|Điểm", ["a", 0.9], ["b", 0.8]), 1),
    "tens": (frame("Đơn vị|Điểm", ["a", 9.5], ["b", 8]), 10),
    "percent": (frame("Đơn vị|Tổng điểm|Tỷ lệ (%)", ["a", "68,32", "81,33"]), 84),
    "title": (frame("Đơn vị|Tổng điểm (84)", ["a", 60], ["b", 50]), 84),
    "sum in a title": (frame("Đơn vị|Tổng điểm (80+4)", ["a", 60], ["b", 50]), None),
}  # fmt: skip


def follow(source, options):
    """Do what the refusal of a source proposes, and return its option and what comes of it."""
    with pytest.raises(ValueError) as caught:
        loaded(source, **options)
    option = getattr(caught.value, "option", None)
    if option is None or option.value is None or option.said() not in str(caught.value):
        return option, None
    value = None if options.get(option.name) == option.value else option.value
    if option.name == "columns" and value:
        value = {**options.get("columns", {}), **value}
    try:
        return option, loaded(source, **{**options, option.name: value})
    except ValueError as error:
        assert str(error) != str(caught.value)
        return option, str(error)


@pytest.mark.parametrize("name", _PROPOSING)
def test_what_is_proposed_names_what_fits(name):
    source, fits = _PROPOSING[name]
    option, then = follow(source, {})
    value = option.value
    if option.name == "columns":
        assert set(value.values()) == {fits or "tên cột"}
        if isinstance(then, str) and fits in (None, "tên cột"):
            assert "không có cột 'tên cột'" in then  # nothing fits alone: the titles are listed
        elif name == "same names":
            assert "đơn vị 'a' đã có ở dòng 1" in then
        elif name == "years of two":
            assert then["year"].tolist() == [2020]
        else:
            assert len(then) == len(source)
    else:
        assert value == fits
        assert then is None if fits is None else set(then["max_score"]) == {fits}


@pytest.mark.parametrize(
    ("titles", "rows", "bonus"),
    [
        (["Điểm thưởng", "Điểm trừ"], [["3", "0"], ["", "1,5"], ["1", ""], ["-", ""]],
         [3, -1.5, 1, 0]),
        (["Cộng/trừ"], [["3"], ["-1,5"], ["1"], ["0"]], [3, -1.5, 1, 0]),
        (["Thưởng", "Trừ"], [["1", "0"], ["", "1,5"], ["1", ""], ["-", ""]], [1, -1.5, 1, 0]),
        (["Điểm bị trừ"], [["0"], ["-1,5"], ["2"], [""]], [0, -1.5, -2, 0]),
        (["Điểm cộng, trừ"], [["+3"], ["−1,5"], ["1"], ["0"]], [3, -1.5, 1, 0]),
        (["Điểm cộng thêm", "Phạt"], [["0,1", "0"]] * 3 + [["0,3", "0,1"]], [0.1, 0.1, 0.1, 0.2]),
    ],
)  # fmt: skip
def test_points_beside_the_total_are_the_bonus_that_it_holds(titles, rows, bonus):
    scores = ["99", "95,5", "90", "80"]
    raw = pd.DataFrame(
        [[f"Sở {at}", *row, score] for at, row, score in zip("ABCD", rows, scores, strict=True)],
        columns=["Đơn vị", *titles, "Tổng điểm"],
    )
    with pytest.warns(LoadWarning, match="điểm cộng, trừ đã tính trong tổng điểm"):
        table = load_scores(raw, max_score=100)
    assert table["bonus"].tolist() == bonus
    assert table["score"].tolist() == [99, 95.5, 90, 80]
    back = load_scores(table)  # and a table that was loaded before
    assert back["bonus"].tolist() == bonus


def test_a_total_exceeds_its_maximum_by_no_more_than_its_bonus():
    rows = {"Đơn vị": ["Sở A", "Sở B", "Sở C"], "Điểm thưởng": [2.5, 0, None]}
    raw = pd.DataFrame(rows | {"Điểm": [102.5, 100, 60]})
    with pytest.warns(LoadWarning):
        ranking = grade_units(rank_units(load_scores(raw)))
    assert ranking["percent"].tolist() == [102.5, 100, 60]
    assert ranking["grade"].tolist() == ["Xuất sắc", "Xuất sắc", "Trung bình"]
    ax = plot_ranking(ranking)
    assert ax.get_xlim()[1] > 102.5
    assert (
        plot_ranking(ranking.assign(score=99.5)[["unit", "score", "max_score"]]).get_xlim()[1]
        == 100
    )
    for wrong in (102.51, 105):
        with pytest.raises(ValueError, match="nằm ngoài khoảng 0 đến 100"):
            load_scores(raw.assign(**{"Điểm": [wrong, 100, 60]}))
    for hand, what in (("bonus", [2.4, 0, 0]), ("bonus", [-1, 0, 0]), ("score", [60, 100.1, 1])):
        with pytest.raises(ValueError, match="nằm ngoài"):
            rank_units(ranking.assign(**{hand: what}))


@pytest.mark.parametrize("title", ["Tổng cộng", "Điểm cộng dồn", "Tổng điểm"])
def test_a_sum_is_no_bonus(title):
    raw = pd.DataFrame({"Đơn vị": ["Sở A", "Sở B", "Sở C"], title: [92.5, 80, 60]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = load_scores(raw)
    assert "bonus" not in table
    assert table["score"].tolist() == [92.5, 80, 60]


# --- columns without a title, and two in one


def test_a_number_names_a_column_of_the_source_though_another_was_cut_in_two():
    titles = "TT|Tỉnh|Năm 2016|Năm 2017"
    table = frame(titles, [1, "a", "02 (60)", "01 (72,7)"], [2, "b", "01 (70)", "02 (65)"])
    for wanted in ("Năm 2017", 4, "Năm 2017 – Tổng điểm đánh giá"):
        scores = loaded(table, columns={"score": wanted})
        assert scores["score"].tolist() == [72.7, 65]
        assert scores["published_rank"].tolist() == [1, 2]  # its own rank, not that of 2016
    assert loaded(table, columns={"score": 3})["published_rank"].tolist() == [2, 1]
    twice = loaded(table, columns={"score": 4, "published_rank": "Năm 2016"})
    assert twice["published_rank"].tolist() == [2, 1]


def test_a_column_without_a_title_that_nobody_asked_for_is_told():
    for at, row in ((0, [7, "a", 90]), (1, ["a", 7, 90]), (1, ["a", "x", 90])):
        titles = ["Đơn vị", "Điểm"]
        titles.insert(at, "")
        table = pd.DataFrame([row, [*map({"a": "b"}.get, row, row)]], columns=titles)
        with pytest.warns(LoadWarning, match=f"cột thứ {at + 1} .không có tiêu đề"):
            assert load_scores(table)["score"].tolist() == [90, 90]
    units = frame("STT||Điểm", [1, "Sở A", 90], [2, "Sở B", 80])
    with pytest.warns(LoadWarning, match="iểu cột thứ 2 là đơn vị"):
        assert load_scores(units)["unit"].tolist() == ["Sở A", "Sở B"]


def test_numbers_without_a_title_beside_the_scores_are_refused():
    table = frame("Đơn vị|Điểm|", ["a", "90,5", "92,5"], ["b", "80,5", "81"])
    assert 'columns={"score": 2}' in refusal(table)
    assert loaded(table, columns={"score": 2})["score"].tolist() == [90.5, 80.5]
    split = frame("Đơn vị|Điểm|", ["a", "90", "5"], ["b", "80", "25"])
    for options in ({}, {"columns": {"score": "Điểm"}}):
        assert "phần lẻ mà dấu phẩy đã tách ra" in refusal(split, **options)


def test_scores_without_a_title_are_named_by_their_number():
    table = frame("STT|Đơn vị|", [1, "a", 90], [2, "b", 80])
    assert 'columns={"score": 3}' in refusal(table)
    assert loaded(table, columns={"score": 3})["score"].tolist() == [90, 80]
    two = frame("STT|Đơn vị||", [1, "a", 90, 70], [2, "b", 80, 95])
    assert 'columns={"score": "tên cột"}' in refusal(two)
    assert loaded(two, columns={"score": 4})["score"].tolist() == [70, 95]


def test_two_tables_side_by_side_are_refused():
    table = pd.DataFrame([["a", 90, "c", 70], ["b", 80, "d", 60]], columns=["Đơn vị", "Điểm"] * 2)
    side = "có 2 cột cùng tên 'Điểm' (cột thứ 2 và 4); nếu là hai bảng đặt cạnh nhau"
    assert side in refusal(table)
    assert "cùng tên 'Đơn vị'" in refusal(table, columns={"score": 2})


def test_the_total_is_no_index_titled_like_several_others():
    rows = [[n, f"Tỉnh {n}", 9 - n, n, 9 - n, 99 - n] for n in range(1, 6)]
    indices = frame("Xếp hạng|Tỉnh|Chỉ số A|Chỉ số B|Chỉ số C|Tổng thể (PDTI)", *rows)
    with pytest.warns(LoadWarning, match="iểu cột 'Tổng thể .PDTI.' là điểm"):
        assert load_scores(indices)["score"].tolist() == [98, 97, 96, 95, 94]
    few = frame("Xếp hạng|Tỉnh|Chỉ số A|Chỉ số B|Chỉ số C|Tổng thể (PDTI)", *rows[:3])
    assert "'Tổng thể (PDTI)'" in refusal(few)  # three rows may fall by chance


@pytest.mark.parametrize(
    "titles",
    ["Đơn vị - Unit|Tổng điểm - Total score|Xếp hạng - Rank|Xếp loại - Grade",
     "Tỉnh/Province|Điểm/Score|Hạng/Rank|Nhóm/Tier",
     "Province Name|Overall Score|Overall Rank|Classification"],
)  # fmt: skip
def test_titles_may_be_english_or_of_two_languages(titles):
    scores = load_scores(frame(titles, ["a", 90, 1, "Tốt"], ["b", 80, 2, "Khá"]))
    assert scores["published_rank"].tolist() == [1, 2]
    assert scores["published_grade"].tolist() == ["Tốt", "Khá"]


@pytest.mark.parametrize("asked", ["Điểm thẩm đinh", "diem tham dinh", "Diểm thẩm định"])
def test_a_column_asked_for_with_other_letters_is_suggested_and_not_taken(asked):
    table = pd.DataFrame({"Đơn vị": ["A"], "Điểm tự chấm": [80], "Điểm thẩm định": [81]})
    with pytest.raises(ValueError, match=r"\(có phải 'Điểm thẩm định'\?\)"):
        load_scores(table, columns={"score": asked})


@pytest.mark.parametrize("asked", ["điểm  thẩm định", "Điểm hoà giải", "Điểm hòa giải"])
def test_case_spaces_and_the_place_of_a_tone_do_not_make_another_column(asked):
    table = pd.DataFrame({"Đơn vị": ["A"], "Điểm hòa giải": [80], "Điểm thẩm định": [80]})
    with pytest.warns(LoadWarning, match="không dùng đến cột"):
        assert load_scores(table, columns={"score": asked})["score"].tolist() == [80]


@pytest.mark.parametrize(
    "title",
    ["Rank no.", "Thứ bậc", "Xếp hạng toàn tỉnh", "Hạng toàn quốc", "Vị trí xếp hạng năm 2021",
     "Xếp thứ tự", "Order", "Xếp hạng (khối)", "XH"],
)  # fmt: skip
def test_ranks_under_other_titles_that_fall_with_the_scores(title):
    rows = [["An", 90, 1], ["Ba", 80, 2], ["Tư", 70, 3]]
    with pytest.warns(LoadWarning, match="là xếp hạng"):
        assert list(load_scores(frame(f"Đơn vị|Điểm|{title}", *rows))["published_rank"]) == [
            1,
            2,
            3,
        ]
    rows[2][2] = "7,5"
    assert "published_rank" not in loaded(frame(f"Đơn vị|Điểm|{title}", *rows))


@pytest.mark.parametrize(
    "title",
    ["Mức độ", "Phân nhóm", "Nhóm chất lượng điều hành", "Category", "Class", "Đánh giá",
     "Hạng mức", "Xếp mức", "Danh hiệu"],
)  # fmt: skip
def test_grades_under_other_titles_that_follow_the_scores(title):
    rows = [["An", 90, "Vàng"], ["Ba", 80, "Bạc"], ["Tư", 70, "Bạc"]]
    with pytest.warns(LoadWarning, match="là xếp loại"):
        grades = load_scores(frame(f"Đơn vị|Điểm|{title}", *rows))["published_grade"]
    assert grades.tolist() == ["Vàng", "Bạc", "Bạc"]
    rows[2][2] = "Vàng"
    assert "published_grade" not in loaded(frame(f"Đơn vị|Điểm|{title}", *rows))


def test_where_ranks_contradict_the_score_a_column_without_title_may_be_meant():
    rows = [["An", 50, 90, 1], ["Ba", 70, 80, 2], ["Tư", 60, 70, 3]]
    assert "tự chấm" in refusal(frame("Đơn vị|Điểm tự chấm||Hạng", *rows))
    share = frame("Đơn vị|% đạt|Hạng", ["An", 80, 1], ["Ba", 90, 2])
    assert 'columns={"score": "% đạt"}' in refusal(share)


@pytest.mark.parametrize("titles", ["Điểm đạt được|Tỷ lệ", "Điểm đánh giá|Kết quả", "Điểm|Chỉ số"])
def test_a_share_beside_points_is_not_the_score(titles):
    table = frame(f"Đơn vị|{titles}|Hạng", ["a", "95,5", "95,5%", 1], ["b", 90, "90%", 2])
    with pytest.warns(LoadWarning, match="không dùng đến cột"):
        assert load_scores(table)["score"].tolist() == [95.5, 90]
    assert loaded(frame("Đơn vị|Tỷ lệ", ["a", "95,5%"], ["b", "90%"]))["score"][0] == 95.5


@pytest.mark.parametrize("total", ["Tổng (35)", "Tổng cộng (35)", "Tổng điểm đạt được (35)"])
def test_a_total_whose_title_has_a_number_is_the_total(total):
    table = frame(f"Đơn vị|Thể chế (15)|TTHC (20)|{total}", ["a", 14, 18, 32], ["b", 13, 17, 30])
    assert "max_score=35" in refusal(table)
    assert loaded(table, max_score=35)["score"].tolist() == [32, 30]
    two = frame("Đơn vị|Điểm (15)|Điểm (20)", ["a", 14, 18], ["b", 13, 17])
    assert "'Điểm (15)' và 'Điểm (20)' đều có thể" in refusal(two)


@pytest.mark.parametrize("title", ["Nhóm", "Xếp loại", "Xếp hạng"])
def test_units_with_a_score_and_without_a_grade_are_told(title):
    rows = [["Xuất sắc", "a", 95], ["", "b", 92], ["Tốt", "c", 88], ["", "d", 85]]
    with pytest.warns(LoadWarning, match=r"2 đơn vị có điểm nhưng không có xếp loại \('b', 'd'\)"):
        load_scores(frame(f"{title}|Đơn vị|Điểm", *rows))


def test_grades_in_roman_numerals_are_not_cut():
    rows = [["a", 95, "I"], ["b", 92, "I"], ["c", 80, "II"], ["d", 70, "III"]]
    assert loaded(frame("Đơn vị|Điểm|Xếp loại", *rows))["published_grade"].tolist()[-1] == "III"
    rows[-1][-1] = "IIIb"
    with pytest.warns(LoadWarning, match="'III' ở dòng 5 có thể là 'IIIb'"):
        load_scores(frame("Đơn vị|Điểm|Xếp loại", *rows, ["e", 60, "III"]))


PARTS = ["Điểm thẩm định", "Điểm điều tra XHH"]


@pytest.mark.parametrize(
    ("titles", "columns", "score"),
    [
        ("Thẩm định|XHH|Cộng", [[58, 57.5, 50], [30, 26, 23]], "sum"),
        ("Tự chấm|Thẩm định|XHH|Kết quả CCHC", [[62, 61, 60], [58, 57.5, 50], [30, 26, 23]], "sum"),
        ("Tiếp cận|Thủ tục|Kết quả|SIPAS", [[88, 87, 80], [90, 86.2, 83], [93, 91, 85]], "mean"),
        ("Thể chế|Thủ tục|Tổ chức|Kết quả", [[28, 27, 20], [30, 26, 23], [31, 30, 24]], "sum"),
    ],
)
def test_the_column_that_adds_up_all_others_is_the_score(titles, columns, score):
    *parts, last = titles.split("|")
    values = pd.DataFrame(dict(zip(parts, columns, strict=True)))
    judged = values.drop(columns=["Tự chấm"], errors="ignore")
    table = values.assign(**{last: judged.agg(score, axis=1).round(2)})
    table.insert(0, "Đơn vị", ["Sở A", "Sở B", "Sở C"])
    assert loaded(table)["score"].tolist() == table[last].tolist()
    table.loc[0, last] -= 1  # of nothing the sum: a judgement competes, a total may be anything
    assert last not in ("Cộng", "Kết quả CCHC") or "đều có thể là" in refusal(table)


def write_workbook(path, rows, merged):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def test_what_stands_under_the_title_of_a_part_is_of_the_part(tmp_path):
    rows = [
        ["TT", "Tỉnh", PARTS[0], None, PARTS[1], None, "Tổng điểm", "Xếp hạng"],
        [None, None, *["Điểm", "Xếp hạng"] * 2, None, None],
        [1, "Hải Phòng", 62, 1, 30, 2, 92, 1],
        [2, "Quảng Ninh", 60, 2, 31.5, 1, 91.5, 2],
    ]
    merged = ["A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2", "H1:H2"]
    path = write_workbook(tmp_path / "a.xlsx", rows, merged)
    scores = loaded(path)
    assert scores["score"].tolist() == [92, 91.5]
    assert scores["published_rank"].tolist() == [1, 2]
    rows[1][2:6] = ["Điểm tối đa", "Điểm đạt"] * 2
    for row in rows[2:]:
        row[2:6] = [65, row[2], 35, row[4]]
    scores = loaded(write_workbook(path, rows, merged))
    assert scores["score"].tolist() == [92, 91.5]
    assert scores["max_assumed"].all()  # that of a part is not that of the total
    rows[0] = ["TT", "Tỉnh", PARTS[0], None, PARTS[1], None, "Tổng", None]
    rows[1][6:] = ["Điểm tối đa", "Điểm đạt"]
    for row in rows[2:]:
        row[6:] = [100, row[6]]
    scores = loaded(write_workbook(path, rows, [*merged[:4], "G1:H1"]))
    assert scores[["score", "max_score"]].to_numpy().tolist() == [[92, 100], [91.5, 100]]


def test_one_proportion_that_is_no_percentage_of_a_maximum_is_chance():
    table = frame("Đơn vị|Điểm|Công chức|Xếp hạng", ["a", 92.3, 91.0, 1], ["b", 91.3, 90.0, 2])
    assert loaded(table)["score"].tolist() == [92.3, 91.3]
    for most in (70, 82.5, 120):
        share = [round(100 * score / most, 2) for score in (68, 61.5)]
        table = frame("Đơn vị|Điểm|Quy đổi", ["a", 68, share[0]], ["b", 61.5, share[1]])
        assert f"max_score={most} nếu cột kia" in refusal(table)


@pytest.mark.parametrize(
    "title", ["Tổng điểm tối đa sau khi trừ tiêu chí không đánh giá", "Điểm chuẩn của khối"]
)
def test_maxima_are_known_by_a_pattern_that_their_values_bear_out(title):
    titles = f"Đơn vị|{title}|Tổng điểm đạt được|Tỷ lệ (%)"
    table = frame(titles, ["a", 95, 88, 92.63], ["b", 90, 80, 88.89])
    scores, told = read_and_told(load_scores, table)
    assert scores["max_score"].tolist() == [95, 90]
    assert f"cột '{title}' là điểm tối đa" in told
    table[1] = [95, 50]  # of b it is none: and no one maximum makes these shares
    assert "max_score=95" not in refusal(table)


def test_a_ranking_of_units_and_ranks_that_only_patterns_know_needs_no_word_for_scores():
    rows = ["Bộ A", 0.7723, 1], ["Bộ B", 0.7221, 2]
    table = frame("Tên bộ, ngành|DTI 2022|Xếp hạng DTI 2022", *rows)
    assert loaded(table, max_score=1)["score"].tolist() == [0.7723, 0.7221]


@pytest.mark.parametrize("numbers", ["1 2 3 4 5", "(1) (2) (3) (4) (5)", "A B 1 2 3"])
def test_a_row_that_numbers_the_columns_is_no_evidence_against_them(numbers):
    rows = [1, "Đà Nẵng", 88.2, "Tốt", 1], [2, "Huế", 83.1, "Tốt", 2], [3, "Hà Nội", 73.5, "Khá", 3]
    table = frame("TT|Đơn vị|DTI|Nhóm xếp hạng|Hạng DTI", numbers.split(), *rows)
    scores = loaded(table)
    assert scores["score"].tolist() == [88.2, 83.1, 73.5]
    assert scores["published_rank"].tolist() == [1, 2, 3]
    assert scores["published_grade"].tolist() == ["Tốt", "Tốt", "Khá"]


def test_a_column_that_the_caller_names_for_two_roles_is_refused():
    table = frame("Đơn vị|Tổng điểm|Điểm tối đa", ["a", 90, 100], ["b", 80, 100])
    wanted = {"score": "Tổng điểm", "max_score": 2}  # all would have 100 percent
    assert "cột '2' được chỉ rõ hai lần (columns)" in refusal(table, columns=wanted)
    fields = frame("Đơn vị|Lĩnh vực|Điểm|Điểm tối đa", ["a", "x", 9, 10], ["a", "y", 8, 10])
    both = refusal_of_fields(fields, columns={"score": "Điểm", "max_score": "Điểm"})
    assert "cột 'Điểm' được chỉ rõ hai lần" in both
