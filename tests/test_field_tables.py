import warnings
from functools import partial

import docx
import openpyxl
import pandas as pd
import pytest
from conftest import DATA, ddci, read_and_told
from conftest import refusal_of_fields as refusal

from cchc_analysis import LoadWarning, load_fields, load_scores
from cchc_analysis.reading.header import split_maximum
from cchc_analysis.scoring.fields import total_fields

read = partial(read_and_told, load_fields)


def frame(titles, *rows) -> pd.DataFrame:
    return pd.DataFrame([*rows], columns=titles)


WIDE = frame(
    ["STT", "Đơn vị", "Thể chế (10 điểm)", "Cải cách TTHC (tối đa 15)", "Tổng điểm", "Xếp hạng"],
    ["1", "Sở A", "8,5", "12", "20,5", "1"],
    ["2", "Sở B", "9", "10,25", "19,25", "2"],
)


@pytest.mark.parametrize(
    ("title", "name", "maximum"),
    [
        ("Thể chế (10 điểm)", "Thể chế", 10),
        ("Cải cách TTHC (tối đa 15)", "Cải cách TTHC", 15),
        ("Cải cách TTHC (tối đa: 15,5 điểm)", "Cải cách TTHC", 15.5),
        ("Cải cách TTHC /15", "Cải cách TTHC", 15),
        ("Cải cách TTHC (/15)", "Cải cách TTHC", 15),
        ("Cải cách TTHC/15đ", "Cải cách TTHC", 15),
        ("Tài chính công (15đ)", "Tài chính công", 15),
        ("Tài chính công - 15 điểm", "Tài chính công", 15),
        ("Tài chính công (Điểm tối đa: 15)", "Tài chính công", 15),
        ("Tài chính công, thang điểm 100", "Tài chính công", 100),
        ("Tài chính công (điểm chuẩn 12.5)", "Tài chính công", 12.5),
        ("Thể chế (1)", "Thể chế (1)", None),  # a footnote or the number of the column
        ("Thể chế (15)", "Thể chế (15)", None),
        ("Thực hiện Nghị định 61/2018", "Thực hiện Nghị định 61/2018", None),
        ("Thực hiện Nghị định 61 / 2018", "Thực hiện Nghị định 61 / 2018", None),
        ("Tiêu chuẩn 10", "Tiêu chuẩn 10", None),
        ("Chỉ số 10", "Chỉ số 10", None),
        ("D1", "D1", None),
        ("Điểm tối đa", "Điểm tối đa", None),
    ],
)
def test_the_maximum_is_read_from_the_title_and_never_guessed(title, name, maximum):
    assert split_maximum(title) == (name, maximum)


def test_a_table_with_a_column_for_each_field():
    fields, told = read(WIDE)
    assert fields.to_dict("list") == {
        "unit": ["Sở A", "Sở A", "Sở B", "Sở B"],
        "field": ["Thể chế", "Cải cách TTHC"] * 2,
        "score": [8.5, 12.0, 9.0, 10.25],
        "max_score": [10.0, 15.0] * 2,
        "published_total": [20.5, 20.5, 19.25, 19.25],
    }
    assert isinstance(fields.index, pd.RangeIndex)
    assert fields.dtypes.astype("str").tolist() == ["str", "str", *["float64"] * 3]
    assert told == "Bảng (DataFrame): không dùng đến cột 'Xếp hạng'."


def test_the_input_is_never_changed():
    before = WIDE.copy(deep=True)
    read(WIDE)
    pd.testing.assert_frame_equal(WIDE, before)


@pytest.mark.parametrize("at", [0, 2])
@pytest.mark.parametrize("words", ["Điểm tối đa", "Điểm chuẩn", "THANG ĐIỂM", "Tối đa"])
def test_a_row_at_the_top_or_the_bottom_states_the_maxima(at, words):
    rows = [["1", "Sở A", "8", "9", "17"], ["2", "Sở B", "7", "-", ""]]
    rows.insert(at, ["", words, "10", "20 điểm", "30"])
    fields, told = read(frame(["STT", "Đơn vị", "Thể chế", "TTHC", "Tổng cộng"], *rows))
    assert fields["max_score"].tolist() == [10, 20, 10, 20]
    assert fields["unit"].tolist() == ["Sở A"] * 2 + ["Sở B"] * 2
    assert fields["published_total"].tolist()[:2] == [17, 17]
    assert fields["published_total"].isna().tolist() == [False, False, True, True]
    assert told == "Bảng (DataFrame): 1 điểm lĩnh vực còn thiếu ('Sở B': TTHC)."


@pytest.mark.parametrize("merged", [[], ["A1:A3", "B1:B3", "C1:D1", "E1:E2"]])
def test_a_first_row_of_numbers_that_none_exceeds_states_the_maxima(tmp_path, merged):
    rows = [
        ["STT", "Đơn vị", "Lĩnh vực", None, "Tổng"],
        [None, None, "Thể chế", "TTHC", None],
        [None, None, "(10)", "(15)", "(25)"],
        [1, "Sở A", 8, 9, 17],
        [2, "Sở B", 7, 6, 13],
    ]
    workbook(tmp_path / "a.xlsx", rows, merged)
    fields, told = read(tmp_path / "a.xlsx")
    assert fields["max_score"].tolist() == [10, 15, 10, 15]
    assert told == "a.xlsx: lấy điểm tối đa từ dòng 3 '(10) (15) (25)'."
    for own in (["10", "15", "25"], ["10 điểm", "15 điểm", "25 điểm"]):
        rows[2][2:] = own
        workbook(tmp_path / "a.xlsx", rows, merged)
        fields, told = read(tmp_path / "a.xlsx")
        assert fields["max_score"].tolist() == [10, 15, 10, 15]
        assert f"lấy điểm tối đa từ dòng 3 '{' '.join(own)}'" in told
    rows[2][2:] = ["7,5", "7,5", "15"]  # a mean of units
    workbook(tmp_path / "a.xlsx", rows, merged)
    assert "chưa biết điểm tối đa" in refusal(tmp_path / "a.xlsx")
    rows[2][2:] = ["(3)", "(4)", "(5)"]  # the numbers of the columns
    workbook(tmp_path / "a.xlsx", rows, merged)
    assert "chưa biết điểm tối đa" in refusal(tmp_path / "a.xlsx")


def test_the_caller_states_the_maxima():
    table = frame(["Đơn vị", "Thể chế", "TTHC"], ["Sở A", "8", "9"])
    assert read(table, max_score=10)[0]["max_score"].tolist() == [10, 10]
    by_name, told = read(table, max_score={"thể chế": 10, "TTHC": 20})
    assert by_name["max_score"].tolist() == [10, 20]
    assert told == ""
    assert "published_total" not in by_name


def test_an_unknown_maximum_is_refused_with_the_remedy():
    table = frame(["Đơn vị", "Thể chế (10 điểm)", "TTHC", "Tổng"], ["Sở A", "8", "9", "17"])
    words = refusal(table)
    assert "chưa biết điểm tối đa của 1 lĩnh vực ('TTHC')" in words
    assert 'max_score={"TTHC": 10}' in words
    assert read(table, max_score={"TTHC": 9})[0]["max_score"].tolist() == [10, 9]


@pytest.mark.parametrize(
    ("names", "steps"),
    [
        (["Thể chế", "TTHC", "Tổ chức bộ máy"], 1),
        ([f"Lĩnh vực {at}" for at in range(9)], 1),
        ([f"Cải cách thứ {at} của tổ chức bộ máy hành chính nhà nước" for at in range(9)], 3),
    ],
)
def test_the_maxima_of_all_fields_are_proposed_in_one_line(names, steps):
    table = frame(["Đơn vị", *names], ["Sở A", *["8"] * (len(names) - 1), "12,5"])
    known = {}
    for _ in range(steps):
        with pytest.raises(ValueError) as caught:
            load_fields(table, max_score=known)
        words, option = str(caught.value), caught.value.option
        known |= option.value
        others = len(names) - len(known)
        assert f"cho từng lĩnh vực, ví dụ {option.said()}" in words
        assert (f"tương tự cho {others} lĩnh vực còn lại" in words) == (others > 0)
        assert len(words) <= 600
    fields, _ = read(table, max_score=known)
    assert fields["max_score"].tolist() == [10.0] * (len(names) - 1) + [20.0]


def test_two_maxima_of_one_field_are_refused():
    words = refusal(WIDE, max_score=12)
    assert "lĩnh vực 'Thể chế' có nhiều điểm tối đa khác nhau (10 và 12)" in words
    table = frame(["Đơn vị", "Thể chế (10 điểm)"], ["Điểm tối đa", "12"], ["Sở A", "8"])
    assert "(10 và 12)" in refusal(table)
    assert read(table.assign(**{"Thể chế (10 điểm)": ["10", "8"]}))[0]["max_score"].tolist() == [10]


@pytest.mark.parametrize("wrong", [0, -1, float("inf"), float("nan"), True, "10", {"Thể chế": 0}])
def test_a_maximum_that_is_none_is_refused(wrong):
    assert "phải là một số lớn hơn 0" in refusal(WIDE, max_score=wrong)


def test_a_maximum_of_a_field_that_is_not_there_is_refused():
    assert "không có lĩnh vực 'Thể chê'" in refusal(WIDE, max_score={"Thể chê": 10})
    assert "các lĩnh vực: 'Thể chế'" in refusal(WIDE, max_score={"Thể chê": 10})


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("50", "điểm '50' nằm ngoài khoảng 0 đến 10"),
        ("-1", "điểm '-1' nằm ngoài khoảng 0 đến 10"),
        ("10,01", "điểm '10,01' nằm ngoài khoảng 0 đến 10"),
        ("tốt", "ô 'tốt' của cột 'Thể chế' không phải là số"),
    ],
)
def test_an_impossible_score_is_refused_with_its_place(cell, words):
    table = WIDE.copy()
    table.iloc[1, 2] = cell
    assert words in refusal(table)
    assert "lĩnh vực 'Thể chế', dòng 2" in refusal(table)


def test_percent_of_a_maximum_in_points_is_refused():
    table = WIDE.copy()
    table.iloc[1, 2] = "8%"
    assert "cột 'Thể chế' ghi tỷ lệ % nhưng điểm tối đa là 10" in refusal(table)


def test_a_percentage_is_no_published_total():
    table = WIDE.rename(columns={"Tổng điểm": "Kết quả"})
    table.iloc[1, 4] = "88%"
    assert "cột 'Kết quả' ghi tỷ lệ %, không phải tổng điểm" in refusal(table)
    assert "ghi tỷ lệ %" in refusal(WIDE.rename(columns={"Tổng điểm": "Kết quả (%)"}))


def test_a_score_that_is_its_maximum_or_nothing_is_allowed():
    table = WIDE.copy()
    table.iloc[:, 2] = ["10", "0"]
    assert read(table)[0]["score"].tolist() == [10, 12, 0, 10.25]


@pytest.mark.parametrize("blank", ["N/A", "-", "", "–", "Chưa chấm"])
def test_a_missing_score_stays_and_is_told(blank):
    table = WIDE.copy()
    table.iloc[1, 3] = blank
    fields, told = read(table)
    assert fields["score"].isna().tolist() == [False, False, False, True]
    assert "1 điểm lĩnh vực còn thiếu ('Sở B': Cải cách TTHC)" in told


def test_the_same_unit_or_field_twice_is_refused():
    twice = WIDE.assign(**{"Đơn vị": ["Sở A", "sở  a"]})
    assert "đơn vị 'Sở A' đã có ở dòng 1" in refusal(twice)
    table = frame(["Đơn vị", "Thể chế (10 điểm)", "THỂ CHẾ (10đ)"], ["Sở A", "8", "9"])
    words = "'Thể chế' và 'THỂ CHẾ' đều có thể là cột điểm của lĩnh vực 'Thể chế'"
    assert words in refusal(table)


def test_footers_are_left_out_and_told_once():
    table = pd.concat([WIDE, frame(WIDE.columns, ["", "Trung bình", "8,75", "11,13", "19,88", ""])])
    fields, told = read(table)
    assert fields["unit"].nunique() == 2
    assert told.count("Trung bình") == 1


def test_numbers_that_are_no_field_are_left_out_and_told():
    titles = ["Đơn vị", "Thể chế (10 điểm)", "Tổng điểm", "Tăng/giảm so với 2019", "Tỷ lệ (%)"]
    fields, told = read(frame(titles, ["Sở A", "8", "8", "0,5", "80"]))
    assert fields["field"].tolist() == ["Thể chế"]
    assert fields["published_total"].tolist() == [8]
    assert "cột 'Tăng/giảm so với 2019'" in told
    assert "cột 'Tỷ lệ (%)'" in told


@pytest.mark.parametrize("name", ["Tăng trưởng kinh tế", "Giảm nghèo", "Vị trí việc làm", "Nguồn"])
def test_a_field_may_be_called_almost_anything(name):
    fields, told = read(frame(["Đơn vị", f"{name} (10 điểm)"], ["Sở A", "8"]))
    assert fields["field"].tolist() == [name]
    assert told == ""
    long = frame(["Đơn vị", "Lĩnh vực", "Điểm", "Điểm tối đa"], ["Sở A", name, "8", "10"])
    assert read(long)[0]["field"].tolist() == [name]


@pytest.mark.parametrize("name", ["<b>đậm</b>", "$x^2$", "A, B; C", "**TTHC**", "100%_{a}"])
def test_markup_in_a_name_is_text(name):
    fields, _ = read(frame(["Đơn vị", f"{name} (100 điểm)"], ["Sở A", "8"]))
    assert fields["field"].tolist() == [name]


def test_two_totals_are_refused_until_one_is_chosen():
    table = WIDE.assign(**{"Tổng cộng": ["21", "20"]})
    assert "các cột 'Tổng điểm' và 'Tổng cộng'" in refusal(table)
    fields, told = read(table, columns={"score": "Tổng cộng"})
    assert fields["published_total"].tolist() == [21, 21, 20, 20]
    assert "cột 'Tổng điểm'" in told


def test_a_total_without_the_word_is_the_only_column_of_points():
    titles = ["Tên cơ quan", "Thể chế (10 điểm)", "TTHC (15 điểm)", "Kết quả"]
    fields, _ = read(frame(titles, ["Sở A", "8", "9", "17"]))
    assert fields["published_total"].tolist() == [17, 17]
    titles[-1] = "Tổng điểm (tối đa 25)"
    assert read(frame(titles, ["Sở A", "8", "9", "17"]))[0]["published_total"].tolist() == [17, 17]


def test_a_table_of_totals_only_is_refused():
    assert "không có cột lĩnh vực nào có số" in refusal(DATA / "cchc-2020.csv")


def test_a_published_table_is_read_with_its_total_and_what_is_not_used_is_told():
    fields, told = read(DATA / "ddci-ha-tinh-2021.csv", max_score=10)
    assert len(fields) == 17 * 9
    assert fields.columns.tolist() == ["unit", "field", "score", "max_score", "published_total"]
    first = "Tính minh bạch và tiếp cận thông tin"
    assert fields.iloc[9].tolist() == ["Huyện Vũ Quang", first, 7.02, 10, 68.85]
    assert fields["score"].isna().sum() == 11
    assert "không dùng đến cột 'published_grade'" in told
    assert "11 điểm lĩnh vực còn thiếu ('Sở Tư pháp': Tiếp cận đất đai" in told
    assert "chưa biết điểm tối đa của 9 lĩnh vực" in refusal(DATA / "ddci-ha-tinh-2021.csv")


def test_a_table_with_a_row_for_each_field_is_read_row_by_row(tmp_path):
    long = ddci().drop(columns="published_total").assign(region="x")
    long = long[["unit", "region", "field", "score", "max_score"]]
    long.to_csv(tmp_path / "a.csv", index=False)
    fields, told = read(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(fields, ddci().drop(columns="published_total"))
    assert told.startswith("a.csv: không dùng đến cột 'region'.")


LONG = frame(
    ["STT", "Đơn vị", "Lĩnh vực", "Điểm", "Điểm tối đa"],
    ["1", "Sở A", "Thể chế", "8", "10"],
    ["2", "Sở A", "TTHC", "9,5", "15"],
    ["", "Sở A", "Tổng cộng", "17,5", "25"],
    ["3", "Sở B", "thể chế", "7", "10"],
)


def test_the_total_rows_of_a_long_table_are_checked_and_are_no_fields():
    fields, told = read(LONG)
    assert fields.drop(columns="published_total").to_numpy().tolist() == [
        ["Sở A", "Thể chế", 8, 10],
        ["Sở A", "TTHC", 9.5, 15],
        ["Sở B", "Thể chế", 7, 10],
    ]
    assert fields["published_total"].tolist()[:2] == [17.5, 17.5]
    assert fields["published_total"].isna().tolist() == [False, False, True]
    assert told == ""
    words = refusal(LONG.assign(**{"Điểm": ["8", "9,5", "18", "7"]}))
    assert "dòng 3: 'Tổng' ghi 18 nhưng các thành phần cộng lại là 17,5" in words


def test_a_long_table_takes_maxima_from_names_or_from_the_caller():
    table = LONG.drop(columns="Điểm tối đa")
    assert "chưa biết điểm tối đa của 2 lĩnh vực ('Thể chế', 'TTHC')" in refusal(table)
    assert read(table, max_score={"Thể chế": 10, "TTHC": 15})[0]["max_score"].tolist() == [
        10,
        15,
        10,
    ]
    named = table.assign(**{"Lĩnh vực": ["Thể chế (10 điểm)", "TTHC (15đ)", "Tổng", "Thể chế"]})
    assert read(named)[0]["max_score"].tolist() == [10, 15, 10]
    assert read(named)[0]["field"].tolist() == ["Thể chế", "TTHC", "Thể chế"]


def test_a_long_table_with_a_repeated_total_keeps_it_apart_from_the_scores():
    table = frame(
        ["Đơn vị", "Lĩnh vực", "Điểm", "Điểm tối đa", "Tổng điểm"],
        ["Sở A", "Thể chế", "8", "10", "17"],
        ["Sở A", "TTHC", "9", "15", "17"],
    )
    fields, _ = read(table)
    assert fields["score"].tolist() == [8, 9]
    assert fields["published_total"].tolist() == [17, 17]
    with pytest.raises(ValueError, match="nhiều tổng điểm công bố khác nhau"):
        total_fields(fields.assign(published_total=[17, 18]))
    table.iloc[1, 4] = "18"
    words = refusal(table)
    assert "các cột 'Điểm' và 'Tổng điểm' đều có thể là cột điểm" in words
    for score, scores in (("Điểm", [8, 9]), ("Tổng điểm", [17, 18])):
        chosen, _ = read(table.assign(**{"Điểm tối đa": 20}), columns={"score": score})
        assert chosen["score"].tolist() == scores
        assert "published_total" not in chosen


OF_ROWS = {"Đơn vị": ["A", "A"], "Lĩnh vực": ["I. X", "II. Y"], "Điểm tối đa": [10, 20]}


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"Điểm thẩm định": [8, 17], "Điểm XHH": [1, ""]}, "'Điểm thẩm định' và 'Điểm XHH'"),
        ({"Tự chấm": [10, 17], "Thẩm định": [9, ""], "XHH": ["", 17]}, "'Thẩm định' và 'XHH'"),
        ({"Điểm lần 1": [4, 9], "Điểm lần 2": [5, 8]}, "'Điểm lần 1' và 'Điểm lần 2'"),
        ({"Tự chấm": [8, 16], "XHH": [1, 1]}, "'Tự chấm' và 'XHH'"),
    ],
)
def test_a_total_of_each_row_is_its_score_if_it_is_the_sum_of_those_beside_it(alone, parts, names):
    table = pd.DataFrame({**OF_ROWS, **parts, "Tổng điểm": [9, 17]})
    options = {"unit": "A"} if alone else {}
    table = table.drop(columns="Đơn vị") if alone else table
    fields, told = read(table, **options)
    assert fields["score"].tolist() == [9, 17]
    assert "published_total" not in fields
    assert f"ấy cột 'Tổng điểm' làm điểm, bằng tổng {names}" in told
    assert "không cộng vào" not in told
    assert ("gồm cả điểm điều tra XHH" in told) == ("Tự chấm" in parts)
    table["Tổng điểm"] = [9, 16]
    if names != "'Tự chấm' và 'XHH'":  # else there is no other score
        words = refusal(table, **options)
        assert "'Tổng điểm' ghi 16 nhưng các thành phần cộng lại là 17" in words
    if "Thẩm định" in parts:
        fields, _ = read(table.assign(**{"Tổng điểm": 26}), **options)  # of the unit
        assert fields["published_total"].tolist() == [26, 26]


@pytest.mark.parametrize("title", ["Tổng điểm sau phúc tra", "Tổng hợp điểm", "Kết quả cuối cùng"])
def test_another_column_that_may_be_the_score_is_refused_until_one_is_chosen(title):
    table = pd.DataFrame({**OF_ROWS, "Thẩm định": [8, 17], title: [9, 18]})
    assert f"'Thẩm định' và '{title}' đều có thể là cột điểm" in refusal(table)
    fields, told = read(table, columns={"score": title})
    assert fields["score"].tolist() == [9, 18]
    assert "cột 'Thẩm định'" in told


@pytest.mark.parametrize("stage", ["tự chấm", "thẩm định"])
def test_the_total_of_a_stage_alone_is_of_that_stage(stage):
    table = pd.DataFrame({**OF_ROWS, f"Tổng {stage}": [9, 17]})
    if stage == "tự chấm":
        assert "cột 'Tổng tự chấm' chỉ là điểm tự chấm" in refusal(table)
        table["Tổng thẩm định"] = [8, 16]
    fields, _ = read(table)
    assert fields["score"].tolist() == ([9, 17] if stage == "thẩm định" else [8, 16])


def test_fields_of_small_whole_scores_are_no_counts_and_a_mean_is_one_in_every_field():
    titles = ["Đơn vị", "Thể chế (5 điểm)", "TTHC (5 điểm)"]
    rows = [["A", 5, 3], ["B", 5, 4], ["C", 5, 2], ["D", 2, 2], ["E", 1, 1]]
    fields, told = read(frame(titles, *rows))
    assert len(fields) == 10
    assert told == ""
    rows[-1] = ["E", 4.25, 1]
    assert read(frame(titles, *rows))[1] == ""
    rows[-1] = ["E", 4.25, 2.75]
    told = read(frame(titles, *rows))[1]
    assert "'E 4.25' có điểm bằng trung bình" in told
    assert told.count("trung bình") == 1


def test_what_is_told_of_several_fields_is_told_once(tmp_path):
    rows = [["Đơn vị", "X (5 điểm)", "Y (5 điểm)"], ["a", 1.12345678, 2.12345678], ["b", 1, 2]]
    workbook(tmp_path / "a.xlsx", rows)
    told = read(tmp_path / "a.xlsx")[1]
    assert told.count("chữ số thập phân") == 1
    assert "(và tương tự ở 1 lĩnh vực khác)" in told


def test_rows_are_told_once_for_all_fields_and_each_of_several():
    titles = ["STT", "Đơn vị", "X (10 điểm)", "Y (10 điểm)"]
    rows = [["1", "Sở A", 8, 9], ["2", "Trung Bình", 7, 6], ["3", "Khá", 9, 5], ["4", "B", 3, 2]]
    told = read(frame(titles, *rows))[1]
    for row in ("dòng 2 '2 Trung Bình 7'", "dòng 3 '3 Khá 9'"):
        words = f"{row} được tính là một đơn vị; hãy xóa dòng nếu là dòng tổng hợp"
        assert f"{words} (và tương tự ở 1 lĩnh vực khác)" in told.replace("Dòng", "dòng")
    rows[3:3] = [["", "", "", ""], ["", "Nguồn: x", "", ""], ["", "Nguồn: y", "", "1"]]
    assert "dòng trống 4; dòng 5 'Nguồn: x'; dòng 6 'Nguồn: y'." in read(frame(titles, *rows))[1]


def test_the_total_of_a_field_is_its_score_and_no_total_is_a_field(tmp_path):
    rows = [
        ["Đơn vị", "X (10 điểm)", None, None, "Y (15 điểm)", None, None, "Cộng"],
        [None, *["Thẩm định", "XHH", "Tổng"] * 2, None],
        ["Sở A", 7, 1.5, 8.5, 11, 2, 13, 21.5],
    ]
    merged = ["A1:A2", "B1:D1", "E1:G1", "H1:H2"]
    workbook(tmp_path / "a.xlsx", rows, merged)
    fields, told = read(tmp_path / "a.xlsx")
    assert fields["score"].tolist() == [8.5, 13]
    assert fields["published_total"].tolist() == [21.5, 21.5]
    assert "ấy cột 'Tổng' làm điểm, bằng tổng các điểm bên cạnh" in told
    rows[2][3] = 8
    workbook(tmp_path / "a.xlsx", rows, merged)
    assert "ô D3: 'Tổng' ghi 8 nhưng các thành phần cộng lại là 8,5" in refusal(tmp_path / "a.xlsx")
    rows = [
        ["Đơn vị", "Điểm thẩm định", None, None, "Tổng điểm"],
        [None, "X (10 điểm)", "Y (15 điểm)", "Cộng", None],
        ["Sở A", 8, 13, 21, 24],
    ]
    workbook(tmp_path / "b.xlsx", rows, ["A1:A2", "B1:D1", "E1:E2"])
    assert read(tmp_path / "b.xlsx")[0]["field"].tolist() == ["X", "Y"]


@pytest.mark.parametrize("more", [{}, {"Tổng điểm": ["15", "15"]}, {"STT": ["1", "2"]}])
def test_years_in_rows_of_one_unit_and_fields_in_columns(tmp_path, more):
    years = pd.DataFrame(
        {"Năm": ["2022", "2023"], "Thể chế (10 điểm)": ["8", "9"], "TTHC (10đ)": ["7", "6"], **more}
    )
    fields, _ = read(years, unit="Sở A")
    assert fields["unit"].unique().tolist() == ["Sở A"]
    assert fields["year"].tolist() == [2022, 2022, 2023, 2023]
    assert fields["score"].tolist() == [8, 7, 9, 6]
    assert ("published_total" in fields) == ("Tổng điểm" in more)
    assert "hãy ghi 'Đơn vị: …' ở dòng trên bảng, hoặc đặt unit=" in refusal(years)
    years.to_csv(tmp_path / "Sở B.csv", index=False)
    assert read(tmp_path / "Sở B.csv")[0]["unit"].unique().tolist() == ["Sở B"]


def test_a_long_table_is_refused_where_it_is_wrong():
    twice = pd.concat([LONG, LONG.iloc[[0]]])
    assert "dòng 5: 'Thể chế' đã có ở dòng 1" in refusal(twice)
    nameless = LONG.assign(**{"Lĩnh vực": ["Thể chế", "", "Tổng", "Thể chế"]})
    assert "dòng 2: thiếu tên lĩnh vực" in refusal(nameless)
    impossible = LONG.assign(**{"Điểm": ["8", "50", "17", "7"]})
    assert "dòng 2: điểm '50' nằm ngoài khoảng 0 đến 15" in refusal(impossible)
    blank = LONG.assign(**{"Điểm tối đa": ["10", "", "", "10"]})
    assert "dòng 2: ô điểm tối đa để trống" in refusal(blank)


def test_a_long_table_leaves_out_what_stands_below_it():
    table = pd.concat([LONG, frame(LONG.columns, ["", "Nguồn: Sở Nội vụ", "", "", ""])])
    fields, told = read(table)
    assert len(fields) == 3
    assert "Nguồn: Sở Nội vụ" in told


def test_a_long_table_whose_field_is_called_otherwise():
    table = LONG.rename(columns={"Lĩnh vực": "Tiêu chí"})
    assert read(table, columns={"field": "Tiêu chí"})[0]["field"].nunique() == 2
    assert "không có cột 'Trục' (columns)" in refusal(table, columns={"field": "Trục"})
    assert "các tên dùng được" in refusal(table, columns={"linh_vuc": "Tiêu chí"})


def test_what_was_loaded_can_be_saved_and_loaded_again(tmp_path):
    fields, _ = read(LONG)
    fields.to_csv(tmp_path / "fields.csv", index=False)
    again, _ = read(tmp_path / "fields.csv")
    pd.testing.assert_frame_equal(again, fields)


def test_year_and_block_come_from_columns():
    fields, _ = read(WIDE.assign(Năm="2020", Khối="Khối sở"))
    assert fields[["year", "block"]].drop_duplicates().to_numpy().tolist() == [[2020, "Khối sở"]]
    assert fields.columns.tolist()[:4] == ["unit", "year", "block", "field"]
    fields, _ = read(pd.concat([WIDE.assign(Năm=year) for year in ("2020", "2021")]))
    assert fields["year"].tolist() == [2020] * 4 + [2021] * 4


def workbook(path, rows, merged=(), title="Sheet"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return book


def test_a_header_of_two_rows_in_a_workbook(tmp_path):
    rows = [
        ["ĐIỂM CHỈ SỐ CCHC NĂM 2020"],
        ["STT", "Đơn vị", "Lĩnh vực", None, "Tổng điểm"],
        [None, None, "Thể chế (10 điểm)", "TTHC\n(tối đa 15)", None],
        [1, "Sở A", 8.5, 12, 20.5],
        [2, "Sở B", 9, 50, 59],
    ]
    merged = ["A2:A3", "B2:B3", "C2:D2", "E2:E3"]
    workbook(tmp_path / "two.xlsx", rows, merged)
    words = refusal(tmp_path / "two.xlsx")
    assert "lĩnh vực 'TTHC', ô D5: điểm '50' nằm ngoài khoảng 0 đến 15" in words
    rows[-1][3] = 5
    workbook(tmp_path / "two.xlsx", rows, merged)
    fields, _ = read(tmp_path / "two.xlsx")
    assert fields["field"].tolist() == ["Thể chế", "TTHC"] * 2
    assert fields["max_score"].tolist() == [10, 15] * 2
    assert fields["published_total"].tolist() == [20.5, 20.5, 59, 59]


def test_a_field_over_its_points_and_its_rank(tmp_path):
    rows = [
        ["Đơn vị", "Thể chế (10 điểm)", None, "TTHC", None, "Tổng điểm", None],
        [None, "Điểm", "Xếp hạng", "Điểm", "Xếp hạng", "Điểm", "Xếp hạng"],
        ["Sở A", 8.5, 2, 12, 1, 20.5, 1],
        ["Sở B", 9, 1, 10, 2, 19, 2],
    ]
    merged = ["A1:A2", "B1:C1", "D1:E1", "F1:G1"]
    workbook(tmp_path / "ranks.xlsx", rows, merged)
    fields, _ = read(tmp_path / "ranks.xlsx", max_score={"TTHC": 15})
    assert fields["field"].tolist() == ["Thể chế", "TTHC"] * 2
    assert fields["score"].tolist() == [8.5, 12, 9, 10]
    assert fields["published_total"].tolist() == [20.5, 20.5, 19, 19]


def test_fields_beside_a_sheet_of_totals(tmp_path):
    book = workbook(tmp_path / "book.xlsx", [["Đơn vị", "Tổng điểm"], ["Sở A", 17]], title="XH")
    sheet = book.create_sheet("Lĩnh vực")
    for row in (["Đơn vị", "Thể chế", "TTHC"], ["Sở A", 8, 9]):
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    fields, told = read(tmp_path / "book.xlsx", max_score=10)
    assert fields["score"].tolist() == [8, 9]
    assert "trang tính 'XH'" in told


def test_blocks_on_two_sheets_are_joined_under_their_names(tmp_path):
    header = ["Đơn vị", "Thể chế (10 điểm)", "Tổng điểm"]
    book = workbook(tmp_path / "b.xlsx", [header, ["Sở A", 8, 8]], title="Khối sở")
    sheet = book.create_sheet("Khối huyện")
    for row in (header, ["Huyện C", 7, 7.5]):
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    fields, told = read(tmp_path / "b.xlsx")
    assert fields["block"].tolist() == ["Khối sở", "Khối huyện"]
    assert fields["published_total"].tolist() == [8, 7.5]
    assert "đã gộp 2 bảng" in told
    one, _ = read(tmp_path / "b.xlsx", table=2)
    assert one["unit"].tolist() == ["Huyện C"]


def test_semicolons_and_bars(tmp_path):
    text = "STT;Đơn vị;Thể chế (10 điểm);TTHC (15 điểm);Tổng điểm\n1;Sở A;8,5;12;20,5\n"
    (tmp_path / "f.csv").write_text(text, encoding="utf-8")
    (tmp_path / "f.txt").write_text(text.replace(";", " | "), encoding="utf-8")
    for name in ("f.csv", "f.txt"):
        fields, _ = read(tmp_path / name)
        assert fields["score"].tolist() == [8.5, 12]
        assert fields["published_total"].tolist() == [20.5, 20.5]


def test_one_unit_with_one_field_is_a_table():
    fields, _ = read(frame(["Đơn vị", "Thể chế (10 điểm)"], ["Sở A", "-"]))
    assert fields["score"].isna().tolist() == [True]


def test_rows_that_number_the_columns_are_no_unit():
    titles = ["STT", "Đơn vị", "Thể chế (10 điểm)", "Ghi chú"]
    for numbers in (["1", "2", "3", "4"], ["(1)", "(2)", "(3)", "(4)"]):
        fields, _ = read(frame(titles, numbers, ["1", "Sở A", "8", ""]))
        assert fields["unit"].tolist() == ["Sở A"]
    fields, _ = read(pd.concat([frame(LONG.columns, ["1", "2", "3", "4", "5"]), LONG]))
    assert fields["unit"].tolist() == ["Sở A", "Sở A", "Sở B"]


def test_a_unit_that_is_called_otherwise_is_pointed_out():
    table = frame(["STT", "Tên", "Thể chế (10 điểm)", "Tổng cộng"], ["1", "Sở A", "8", "8"])
    for unit in (2, "Tên"):
        assert read(table, columns={"unit": unit})[0]["published_total"].tolist() == [8]


def test_stages_of_scoring_and_a_word_over_numbers_are_no_fields():
    titles = ["Đơn vị", "Tự chấm (10 điểm)", "Thẩm định (10 điểm)", "Tổng điểm"]
    assert "không có cột lĩnh vực" in refusal(frame(titles, ["Sở A", "8", "7", "7"]))
    assert "không có cột lĩnh vực" in refusal(frame(["Đơn vị", "Nội dung"], ["Sở A", "8"]))


def test_a_word_file_and_pasted_text_with_a_row_of_maxima(tmp_path):
    rows = [
        ["TT", "Cơ quan, đơn vị", "Thể chế", "TTHC", "Tổng điểm"],
        ["", "Điểm tối đa", "10", "20", "30"],
        ["", "I. Khối sở", "", "", ""],
        ["1", "Sở A", "8,5", "15", "23,5"],
        ["", "II. Khối huyện", "", "", ""],
        ["1", "Huyện C", "7", "N/A", ""],
    ]
    document = docx.Document()
    cells = document.add_table(len(rows), 5)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            cells.cell(at, column).text = text
    document.save(tmp_path / "f.docx")
    text = "\n".join("\t".join(row) for row in rows)
    (tmp_path / "f.txt").write_text(text + "\n", encoding="utf-8")
    for name in ("f.docx", "f.txt"):
        fields, _ = read(tmp_path / name)
        assert fields["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
        assert fields["max_score"].tolist() == [10, 20] * 2
        assert fields["score"].tolist()[:3] == [8.5, 15, 7]


@pytest.mark.parametrize(
    "title", ["Điểm trừ (tối đa 2 điểm)", "Điểm thưởng (5đ)", "Điểm cộng (2 điểm)"]
)
def test_what_is_added_or_taken_off_is_no_field(title):
    one = pd.DataFrame({"Đơn vị": ["A"], "Tác động đến phát triển (10 điểm)": [9], title: [1]})
    with pytest.warns(LoadWarning, match="không dùng đến cột"):
        assert load_fields(one)["field"].tolist() == ["Tác động đến phát triển"]


@pytest.mark.parametrize(
    "name", ["Điểm công khai", "ĐIỂM PHÁT TRIỂN SỐ", "Điểm thường xuyên", "Điểm cộng đồng"]
)
def test_another_word_without_accents_is_nothing_added_or_taken_off(name):
    fields, told = read(frame(["Đơn vị", f"{name} (10 điểm)", "Y (10 điểm)"], ["A", "8", "7"]))
    assert fields["field"].tolist() == [name, "Y"]
    assert told == ""
    ranking = frame(["Đơn vị", "Tổng điểm", name], ["A", "80", "8"], ["B", "70", "9"])
    assert "bonus" not in read_and_told(load_scores, ranking)[0]
    alone, told = read_and_told(load_scores, ranking.drop(columns="Tổng điểm"), max_score=10)
    assert alone["score"].tolist() == [8, 9]
    assert f"hiểu cột '{name}' là điểm" in told


@pytest.mark.parametrize("title", ["Điểm tổng hợp", "Chung", "Điểm cuối cùng"])
def test_a_column_that_adds_up_all_fields_is_no_field_whatever_its_title(title):
    titles = ["Đơn vị", "X", "Y", "Z", title]
    rows = (
        ["Điểm tối đa", "10", "10", "5", "25"],
        ["A", "8", "7", "4", "19"],
        ["B", "9", "6", "4", "19"],
    )
    fields, told = read(frame(titles, *rows))
    assert fields["field"].tolist() == ["X", "Y", "Z"] * 2
    assert fields["published_total"].tolist() == [19] * 6
    assert f"hiểu cột '{title}' là tổng điểm" in told
    mean = ["Trung bình", "8,33", "6,67", "4,33", "19,34"]  # each is rounded
    assert title not in read(frame(titles, *rows, mean))[0]["field"].tolist()
    own = frame([*titles, "Tổng điểm"], *([*row, row[-1]] for row in rows))
    assert f"không dùng đến cột '{title}'" in read(own)[1]
    for column, cell in ((4, "18"), (1, "7")):  # no sum
        other = frame(titles, *rows)
        other.iloc[1, column] = cell
        assert title in read(other)[0]["field"].tolist()
    other = frame(titles, [*rows[0][:4], "20"], *rows[1:])  # nor are the maxima
    assert title in read(other)[0]["field"].tolist()


def test_a_column_that_adds_up_those_right_behind_it_is_told():
    titles = ["Đơn vị", "P (20 điểm)", "x", "y", "Q (20 điểm)", "z", "w"]
    titles[1:] = [title if "điểm" in title else f"{title} (10 điểm)" for title in titles[1:]]
    rows = [["A", 12, 5, 7, 9, 4, 5], ["B", 15, 6, 9, 8, 2, 6]]
    fields, told = read(frame(titles, *rows))
    assert len(fields) == 12
    assert "cột 'P', cột 'Q' bằng tổng các cột ngay sau; nếu các cột ấy là thành phần thì" in told
    assert "bằng tổng" not in read(frame(titles, *rows).drop(columns=[titles[1], titles[4]]))[1]
    coded = [f"{code} {title}" for code, title in zip(CODES, titles[1:], strict=True)]
    fields, told = read(frame(["Đơn vị", *coded], *rows))
    assert fields[["unit", "field", "criterion", "score"]].to_numpy().tolist() == CRITERIA
    assert told == ""
    rows[1][2] = 5
    assert "cột 'Q' bằng tổng" in read(frame(titles, *rows))[1]
    words = refusal(frame(["Đơn vị", *coded], *rows))
    assert "dòng 2: 'P' ghi 15 nhưng các thành phần cộng lại là 14" in words
    bare = [title.partition(" (")[0] for title in titles]  # of one row it may be chance
    assert "bằng tổng" not in read(frame(bare, rows[0]), max_score=20)[1]
    titles[4] = "Q (15 điểm)"
    assert "bằng tổng" not in read(frame(titles, *rows))[1]


CODES = ["I.", "1.1", "1.2", "II.", "2.1", "2.2"]
CRITERIA = [
    ["A", "P", "x", 5], ["A", "P", "y", 7], ["A", "Q", "z", 4], ["A", "Q", "w", 5],
    ["B", "P", "x", 6], ["B", "P", "y", 9], ["B", "Q", "z", 2], ["B", "Q", "w", 6],
]  # fmt: skip


@pytest.mark.parametrize("total", [None, "Cộng", "Điểm", "Tổng điểm"])
@pytest.mark.parametrize("whole", ["Tổng điểm", "Điểm chung"])
def test_criteria_in_columns_are_below_the_title_that_is_merged_over_them(tmp_path, total, whole):
    own = [] if total is None else [total]
    under = ["x (10 điểm)", "y (10 điểm)", *own, "z (10 điểm)", "w (10 điểm)", *own]
    width = 2 + len(own)
    over = ["P (20 điểm)", *[None] * (width - 1), "Q (20 điểm)", *[None] * (width - 1)]
    sums = [[12], [9]], [[15], [8]]
    rows = [
        ["Đơn vị", *over, f"{whole} (40 điểm)"],
        [None, *under, None],
        ["A", 5, 7, *(sums[0][0] if own else []), 4, 5, *(sums[0][1] if own else []), 21],
        ["B", 6, 9, *(sums[1][0] if own else []), 2, 6, *(sums[1][1] if own else []), 23],
    ]
    ends = [f"{chr(65 + at)}1" for at in (1, width, width + 1, 2 * width)]
    merged = ["A1:A2", f"{ends[0]}:{ends[1]}", f"{ends[2]}:{ends[3]}"]
    workbook(tmp_path / "a.xlsx", rows, merged)
    fields, told = read(tmp_path / "a.xlsx")
    assert fields[["unit", "field", "criterion", "score"]].to_numpy().tolist() == CRITERIA
    assert fields["published_total"].tolist() == [21] * 4 + [23] * 4
    assert ("là tổng điểm, bằng tổng các lĩnh vực" in told) == (whole == "Điểm chung")
    rows[0][1] = "P (25 điểm)"
    workbook(tmp_path / "a.xlsx", rows, merged)
    words = refusal(tmp_path / "a.xlsx")
    assert "điểm tối đa: 'P' ghi 25 nhưng các thành phần cộng lại là 20" in words
    if own:
        rows[0][1], rows[2][3] = "P (20 điểm)", 11
        workbook(tmp_path / "a.xlsx", rows, merged)
        assert "ô D3: 'P' ghi 11 nhưng các thành phần" in refusal(tmp_path / "a.xlsx")


def test_three_rows_of_titles_are_field_criterion_and_stage(tmp_path):
    rows = [
        ["Đơn vị", "I. X", None, None, None, "II. Y (10 điểm)", None],
        [None, "1. x (10 điểm)", None, "2. y (10 điểm)", None, None, None],
        [None, *["Tự chấm", "Thẩm định"] * 3],
        ["A", 6, 5, 7, 7, 9, 8],
    ]
    workbook(tmp_path / "a.xlsx", rows, ["A1:A3", "B1:E1", "F1:G2", "B2:C2", "D2:E2"])
    fields, _ = read(tmp_path / "a.xlsx")
    assert fields.astype("object").where(fields.notna(), None).to_numpy().tolist() == [
        ["A", "I. X", "1. x", 5, 10, 6], ["A", "I. X", "2. y", 7, 10, 7],
        ["A", "II. Y", None, 8, 10, 9],
    ]  # fmt: skip


@pytest.mark.parametrize("over", ["KẾT QUẢ CÁC CHỈ SỐ", "Nội dung chấm điểm", "Trong đó"])
def test_a_title_over_all_fields_names_none(tmp_path, over):
    rows = [["Đơn vị", over, None, "Tổng"], [None, "X (10 điểm)", "Y (10đ)", None], ["A", 5, 7, 12]]
    workbook(tmp_path / "a.xlsx", rows, ["A1:A2", "B1:C1", "D1:D2"])
    fields, _ = read(tmp_path / "a.xlsx")
    assert fields.to_numpy().tolist() == [["A", "X", 5, 10, 12], ["A", "Y", 7, 10, 12]]


@pytest.mark.parametrize("name", ["Trọng số", "Hệ số", "Tỷ trọng (%)"])
@pytest.mark.parametrize("at", [1, 3])
def test_a_row_of_weights_is_no_unit(name, at):
    rows = [["A", "8", "7"], ["B", "9", "6"]]
    rows.insert(at - 1, [name, "2", "1"])
    fields, told = read(frame(["Đơn vị", "X (10 điểm)", "Y (10 điểm)"], *rows))
    assert fields["unit"].unique().tolist() == ["A", "B"]
    assert f"không dùng đến dòng {at} '{name}" in told


@pytest.mark.parametrize("total", ["Tổng {}", "Tổng điểm {}", "Tổng cộng - {}"])
def test_the_total_of_a_stage_of_scoring_is_no_field_and_is_told(total):
    totals = [total.format(stage) for stage in ("tự chấm", "thẩm định")]
    titles = ["Đơn vị", "I. Thể chế (10 điểm)", *(f"{one} (10 điểm)" for one in totals)]
    fields, told = read(frame(titles, ["A", "5", "6", "5"], ["B", "4", "5", "4"]))
    assert fields["field"].unique().tolist() == ["I. Thể chế"]
    assert fields["score"].tolist() == [5, 4]
    assert all(f"cột '{one}'" in told for one in totals)


def test_in_a_long_table_the_total_of_a_stage_may_be_the_score():
    titles = ["Đơn vị", "Lĩnh vực", "Tổng thẩm định", "Điểm tối đa"]
    fields, _ = read(frame(titles, ["A", "Thể chế", "5", "10"], ["B", "Thể chế", "4", "10"]))
    assert fields["score"].tolist() == [5, 4]


STAGES = ["Tự chấm", "Thẩm định", "Điều tra XHH"]
OF_STAGES = {
    "unit": ["A", "B"], "field": ["I. Thể chế"] * 2, "score": [5, 4], "max_score": [10, 10],
    "self_score": [6, 5],
}  # fmt: skip


@pytest.mark.parametrize(
    "title",
    ["I. Thể chế - {} (10 điểm)", "I. Thể chế (10 điểm) - {}", "I. Thể chế ({}) (10 điểm)",
     "I. Thể chế {} (10 điểm)", "I. Thể chế: điểm {} (10 điểm)", "I. Thể chế – {} (10 điểm)",
     "{} - I. Thể chế (10 điểm)"],
)  # fmt: skip
def test_the_stages_of_a_field_are_one_field_and_the_appraised_one_is_its_score(title):
    titles = ["Đơn vị", *map(title.format, STAGES), "Tổng tự chấm", "Tổng thẩm định"]
    rows = ["A", "6", "5", "3,5", "6", "5"], ["B", "5", "4", "4", "5", "4"]
    fields, told = read(frame(titles, *rows))
    assert fields.to_dict("list") == OF_STAGES | {"survey_score": [3.5, 4]}
    assert "Lấy điểm thẩm định làm điểm" in told
    assert "cột 'Tổng tự chấm'; cột 'Tổng thẩm định'" in told


@pytest.mark.parametrize("upside", [False, True])
def test_stages_under_or_over_the_fields_of_a_header_of_two_rows(tmp_path, upside):
    fields, stages = ["I. Thể chế (10 điểm)", "II. TTHC (20 điểm)"], STAGES[:2]
    upper, lower = (stages, fields) if upside else (fields, stages)
    rows = [
        ["STT", "Đơn vị", upper[0], None, upper[1], None],
        [None, None, *lower * 2],
        [1, "A", 6, *([15, 5, 14] if upside else [5, 15, 14])],
    ]
    workbook(tmp_path / "two.xlsx", rows, ["A1:A2", "B1:B2", "C1:D1", "E1:F1"])
    found, _ = read(tmp_path / "two.xlsx")
    assert found.to_numpy().tolist() == [
        ["A", "I. Thể chế", 5, 10, 6],
        ["A", "II. TTHC", 14, 20, 15],
    ]


@pytest.mark.parametrize(("stage", "chosen"), [*zip(STAGES, ["Tự chấm", None, "XHH"], strict=True)])
def test_one_stage_alone_is_the_score_only_if_it_is_the_appraised_one_or_chosen(stage, chosen):
    table = frame(["Đơn vị", f"I. Thể chế - {stage} (10 điểm)"], ["A", "6"])
    if chosen is None:
        assert read(table)[0]["field"].tolist() == ["I. Thể chế"]
        return
    words = refusal(table)
    assert f"cột 'I. Thể chế - {stage}' chỉ là điểm" in words
    assert 'columns={"score": ' in words
    fields, _ = read(table, columns={"score": chosen})
    assert fields.to_numpy().tolist() == [["A", "I. Thể chế", 6, 10]]


def test_stages_without_a_field_are_none():
    titles = ["Đơn vị", "Thẩm định (70 điểm)", "Điều tra XHH (30 điểm)"]
    assert "không có cột lĩnh vực" in refusal(frame(titles, ["A", "60", "20"]))


def test_words_of_a_stage_may_be_the_name_of_a_field():
    titles = ["Đơn vị", "Công tác khảo sát (10 điểm)", "Thể chế (10 điểm)"]
    fields, _ = read(frame(titles, ["A", "6", "5"]))
    assert fields["field"].tolist() == ["Công tác khảo sát", "Thể chế"]


def test_words_of_a_stage_behind_every_field_are_no_part_of_their_names():
    titles = ["Đơn vị", "Thể chế thẩm định (10 điểm)", "TTHC thẩm định (10 điểm)"]
    assert read(frame(titles, ["A", "6", "5"]))[0]["field"].tolist() == ["Thể chế", "TTHC"]


def test_two_columns_that_may_be_the_score_of_a_field_are_refused():
    titles = ["Đơn vị", "Thể chế (10 điểm)", "Thể chế - Thẩm định (10 điểm)"]
    words = refusal(frame(titles, ["A", "6", "5"]))
    assert "'Thể chế' và 'Thể chế - Thẩm định' đều có thể là cột điểm của lĩnh vực" in words


def test_a_self_score_above_the_maximum_is_refused():
    titles = ["Đơn vị", "Thể chế - Tự chấm (10 điểm)", "Thể chế - Thẩm định (10 điểm)"]
    words = refusal(frame(titles, ["A", "11", "5"]))
    assert "lĩnh vực 'Thể chế', dòng 1: điểm '11' nằm ngoài khoảng 0 đến 10" in words


def test_the_stages_of_a_long_table():
    titles = ["Đơn vị", "Lĩnh vực", "Điểm tối đa", *STAGES]
    table = frame(titles, ["A", "I. Thể chế", "10", "6", "5", "3,5"],
                  ["B", "I. Thể chế", "10", "5", "4", "4"])  # fmt: skip
    fields, told = read(table)
    assert fields.to_dict("list") == OF_STAGES | {"survey_score": [3.5, 4]}
    assert "lấy điểm thẩm định làm điểm ('Thẩm định')" in told
    words = refusal(table.drop(columns="Thẩm định"))
    assert "cột 'Tự chấm' chỉ là điểm tự chấm, không có điểm thẩm định" in words
    for score in ("Tự chấm", 4):
        fields, _ = read(table.drop(columns="Thẩm định"), columns={"score": score})
        assert fields["score"].tolist() == [6, 5]
        assert fields["survey_score"].tolist() == [3.5, 4]
    saved = read(table)[0]
    pd.testing.assert_frame_equal(read(saved)[0], saved)


@pytest.mark.parametrize(
    ("rows", "is_told"),
    [
        (["Đơn vị;Thể chế (10 điểm)", "Sở A;8", "Sở B;9"], True),
        (["Đơn vị;Lĩnh vực;Điểm;Điểm tối đa", "Sở A;Thể chế;8;10", "Sở B;Thể chế;9;10"], True),
        (["Đơn vị: Sở A;", "TT;Tiêu chí;Điểm tối đa;Điểm", "I;Thể chế;10;8"], True),
        (["Đơn vị;Năm;Thể chế (10 điểm)", "Sở A;2023;8", "Sở B;2023;9"], False),
    ],
)
def test_a_year_in_the_title_of_fields_is_told(rows, is_told, tmp_path):
    path = tmp_path / "lĩnh vực.csv"
    path.write_text("\n".join(["KẾT QUẢ CCHC NĂM 2023", *rows]) + "\n", encoding="utf-8")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert load_fields(path)["score"].iloc[0] == 8
    said = " ".join(str(one.message) for one in told).lower()
    words = "tiêu đề 'kết quả cchc năm 2023' ghi năm 2023 mà bảng không có cột năm"
    assert (words in said) == is_told


@pytest.mark.parametrize("title", ["Điều tra XHH", "Điểm XHH", "Khảo sát"])
def test_a_survey_beside_fields_is_one_if_the_total_has_its_points(title):
    rows = [["Điểm tối đa", "10", "5", "5", "20"], ["A", "8", "4", "3", "15"],
            ["B", "9", "3", "4", "16"]]  # fmt: skip
    fields, told = read(frame(["Đơn vị", "X", "Y", title, "Tổng điểm"], *rows))
    assert fields["field"].tolist() == ["X", "Y", title] * 2
    assert fields["max_score"].tolist() == [10, 5, 5] * 2
    assert f"hiểu cột '{title}' là lĩnh vực vì tổng điểm gồm cả điểm ấy" in told.lower().replace(
        title.lower(), title
    )
    rows[1][4], rows[2][4] = "12", "12"
    fields, told = read(frame(["Đơn vị", "X", "Y", title, "Tổng điểm"], *rows))
    assert fields["field"].tolist() == ["X", "Y"] * 2
    assert f"không dùng đến cột '{title}'" in told


def test_numbers_in_brackets_behind_all_fields_are_maxima_if_they_fit():
    titles = ["Đơn vị", "Thể chế (10)", "Thủ tục (10)", "Bộ máy (15)", "Tổng điểm (35)"]
    rows = [["Sở A", 8.5, 9, 13.5, 31], ["Sở B", 8, 8, 12, 28]]
    fields, told = read(frame(titles, *rows))
    assert fields["field"].unique().tolist() == ["Thể chế", "Thủ tục", "Bộ máy"]
    assert fields["max_score"].unique().tolist() == [10, 15]
    assert fields["published_total"].tolist() == [31] * 3 + [28] * 3
    assert "ấy điểm tối đa từ số trong ngoặc, ví dụ 'Thể chế (10)'" in told
    counted = ["Đơn vị", "Thể chế (11)", "Thủ tục (12)", "Bộ máy (13)", "Tổng điểm"]
    assert "chưa biết điểm tối đa của 3 lĩnh vực" in refusal(frame(counted, *rows))
    assert "chưa biết điểm tối đa" in refusal(frame(titles, ["Sở A", 8, 11, 12, 31]))


def test_a_column_beside_the_stages_of_a_field_states_its_maximum(tmp_path):
    rows = [
        ["TT", "Đơn vị", "X", None, None, "Y", None, None],
        [None, None, *["Điểm tối đa", "Tự chấm", "Thẩm định"] * 2],
        [1, "Sở A", 10, 9, 8, 15, 14, 13],
        [2, "Sở B", 10, 9.5, 9, 15, 12, 11],
    ]
    merged = ["A1:A2", "B1:B2", "C1:E1", "F1:H1"]
    workbook(tmp_path / "a.xlsx", rows, merged)
    fields, told = read(tmp_path / "a.xlsx")
    assert fields["score"].tolist() == [8, 13, 9, 11]
    assert fields["max_score"].tolist() == [10, 15] * 2
    assert "không dùng" not in told
    rows[3][5] = 12  # another for another unit
    workbook(tmp_path / "a.xlsx", rows, merged)
    assert read(tmp_path / "a.xlsx")[0]["max_score"].tolist() == [10, 15, 10, 12]
    rows[3][5] = None
    workbook(tmp_path / "a.xlsx", rows, merged)
    assert "lĩnh vực 'Y', dòng 4: ô điểm tối đa để trống" in refusal(tmp_path / "a.xlsx")


OF_POINTS = [
    ["Thể chế - Điểm tối đa", "Thể chế - Điểm đạt"], ["Thể chế (tối đa)", "Thể chế (đạt)"],
    ["Điểm tối đa: Thể chế", "Điểm: Thể chế"], ["Thể chế – Điểm tối đa", "Thể chế"],
]  # fmt: skip


@pytest.mark.parametrize("titles", OF_POINTS)
@pytest.mark.parametrize("maxima", [["10", "10"], ["10", "8"]])
def test_a_title_may_join_a_field_and_a_word_for_points(titles, maxima):
    titles = ["Đơn vị", *titles, "TTHC (20 điểm)", "Tổng"]
    rows = ["Sở A", maxima[0], "8", "9", "17"], ["Sở B", maxima[1], "7", "9", "16"]
    fields, told = read(frame(titles, *rows))
    assert fields["field"].tolist() == ["Thể chế", "TTHC"] * 2
    assert fields["score"].tolist() == [8, 9, 7, 9]
    assert fields["max_score"].tolist() == [10, 20, int(maxima[1]), 20]
    assert told == ""


def test_a_field_may_begin_as_a_maximum_does_and_a_maximum_of_nothing_is_told():
    titles = ["Đơn vị", "Chuẩn tiếp cận pháp luật (10 điểm)", "Thủ tục (10 điểm)"]
    assert read(frame(titles, ["Sở A", "8", "9"]))[0]["score"].tolist() == [8, 9]
    titles = ["Đơn vị", "Điểm tối đa thể chế", "Điểm thể chế (10 điểm)", "Thủ tục (10 điểm)"]
    fields, told = read(frame(titles, ["Sở A", "10", "8", "9"]))
    assert fields["score"].tolist() == [8, 9]
    assert "không dùng đến cột 'Điểm tối đa thể chế'" in told


def test_cells_of_several_fields_may_hold_score_and_maximum():
    titles = ["Đơn vị", "Thể chế", "TTHC", "Tổng"]
    rows = ["Sở A", "8/10", "-", "8/10"], ["Sở B", "7/10", "8,5 / 9", "15,5/19"]
    fields, told = read(frame(titles, *rows))
    assert fields["score"].tolist()[:1] + fields["score"].tolist()[2:] == [8, 7, 8.5]
    assert fields["max_score"].tolist() == [10, 9, 10, 9]
    assert fields["published_total"].tolist() == [8, 8, 15.5, 15.5]
    assert "1 điểm lĩnh vực còn thiếu ('Sở A': TTHC)" in told
    beyond = frame(titles, ["Sở A", "8/10", "10/9", "18/19"], rows[1])
    assert "lĩnh vực 'TTHC', dòng 1: điểm '10' nằm ngoài khoảng 0 đến 9" in refusal(beyond)
    sides = frame(["Lĩnh vực", "Sở A", "Sở B"], ["Thể chế", "8/10", "7/10"], ["TTHC", "5/6", "6/6"])
    fields, told = read(sides)
    assert fields["score"].tolist() == [8, 5, 7, 6]
    assert fields["max_score"].tolist() == [10, 6, 10, 6]
    assert told == ""


def test_counts_in_cells_are_no_fields_of_a_ranking():
    titles = ["Đơn vị", "Số tiêu chí đạt", "Số hồ sơ", "Điểm"]
    scores, told = read_and_told(load_scores, frame(titles, ["Sở A", "8/10", "9/12", "90"]))
    assert scores["score"].tolist() == [90]
    assert "không dùng đến cột 'Số tiêu chí đạt'; cột 'Số hồ sơ'" in told


@pytest.mark.filterwarnings("ignore::cchc_analysis.LoadWarning")
@pytest.mark.parametrize(
    ("titles", "beside"),
    [
        (["Thể chế - TC", "Thể chế - TĐ", "Thủ tục TC", "Thủ tục TĐ"], "self_score"),
        (["Thể chế - TĐ", "Thể chế - Tự chấm", "Thủ tục (TĐ)", "Thủ tục (Tự chấm)"], "self_score"),
        (["Thể chế Điểm TĐ", "Thể chế XHH", "Thủ tục Điểm TĐ", "Thủ tục ĐT XHH"], "survey_score"),
    ],
)
def test_letters_beside_another_stage_are_a_stage(titles, beside):
    most = ["Điểm tối đa", "10", "10", "20", "20"]
    rows = [["Sở A", "9", "8", "18", "17"], ["Sở B", "8", "8", "17", "17"]]
    fields = load_fields(frame(["Đơn vị", *titles], most, *rows))
    assert fields["field"].tolist() == ["Thể chế", "Thủ tục"] * 2
    of = titles[0].endswith("TC")
    assert fields["score"].tolist() == ([8, 17, 8, 17] if of else [9, 18, 8, 17])
    assert fields[beside].tolist() == ([9, 18, 8, 17] if of else [8, 17, 8, 17])


@pytest.mark.filterwarnings("ignore::cchc_analysis.LoadWarning")
@pytest.mark.parametrize(
    "title", ["Thể chế (10 điểm) {}", "Thể chế {} (10 điểm)", "THỂ CHẾ - {} (10 điểm)"]
)
@pytest.mark.parametrize("stages", [["TĐ", "TC"], ["thẩm định", "tự chấm"], ["TĐ", "khảo sát"]])
def test_the_maximum_of_a_field_stands_before_or_behind_its_stage(title, stages):
    fields = load_fields(frame(["Đơn vị", *map(title.format, stages)], ["A", "8", "9"]))
    assert fields[["score", "max_score"]].to_numpy().tolist() == [[8, 10]]
    assert fields["field"].str.casefold().tolist() == ["thể chế"]


@pytest.mark.filterwarnings("ignore::cchc_analysis.LoadWarning")
def test_letters_that_may_be_the_maximum_or_are_a_sum_are_no_stage_and_the_remedy_is_true():
    titles = ["Đơn vị", "Thể chế - TĐ", "Thể chế - XHH", "Thủ tục - TĐ", "Thủ tục - XHH"]
    rows = [["Sở A", "10", "8", "20", "17"], ["Sở B", "10", "8", "20", "17"]]
    with pytest.raises(ValueError, match="ghi 'Thẩm định' ở tiêu đề của cột là điểm ấy") as caught:
        load_fields(frame(titles, *rows), max_score=20)
    assert "columns=" not in str(caught.value)
    named = [title.replace("TĐ", "Thẩm định") for title in titles]
    assert len(load_fields(frame(named, *rows), max_score=20)) == 4
    alone = load_fields(frame(["Đơn vị", "Thể chế", "TC"], rows[0][:3]), max_score=20)
    assert alone["field"].tolist() == ["Thể chế", "TC"]
    titles = ["Đơn vị", "Thể chế - TĐ", "Thể chế - XHH", "Thể chế - TC"]
    fields = load_fields(frame(titles, ["Điểm tối đa", "", "", "20"], ["A", "9", "8", "17"]))
    assert fields[["field", "score", "survey_score"]].to_numpy().tolist() == [["Thể chế", 17, 8]]


@pytest.mark.filterwarnings("ignore::cchc_analysis.LoadWarning")
def test_a_stage_that_all_fields_have_may_be_the_score():
    table = frame(["Đơn vị", "Thể chế - XHH", "Thủ tục - XHH"], ["Sở A", "9", "8"])
    with pytest.raises(ValueError, match="điều tra XHH") as caught:
        load_fields(table, max_score=10)
    option = caught.value.option
    assert option.said() in str(caught.value)
    fields = load_fields(table, max_score=10, columns=option.value)
    assert fields["score"].tolist() == [9, 8]
