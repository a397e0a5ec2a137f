"""What a column holds and what becomes of a row, told from evidence: through the public loaders."""

from functools import partial

import openpyxl
import pytest
from conftest import read_and_told, refusal
from openpyxl.styles import Font

from cchc_analysis import LoadWarning, list_tables, load_scores
from cchc_analysis.refusal import Option, Refusal

read = partial(read_and_told, load_scores)


@pytest.fixture
def text(tmp_path):
    def write(*lines):
        (tmp_path / "b.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / "b.csv"

    return write


# --- columns


@pytest.mark.parametrize(
    ("rank", "grade"),
    [("Hạng", "Nhóm xếp hạng"), ("Xếp hạng năm 2021", "Xếp loại PCI"), ("Hạng 2021", "Xếp loại"),
     ("Xếp hạng DTI", "Mức đánh giá"), ("Rank", "Tier")],
)  # fmt: skip
def test_ranks_and_grades_under_other_names_are_known_by_their_values(text, rank, grade):
    path = text(f"TT;Tỉnh;Điểm;{rank};{grade}", "1;A;72,9;1;Rất tốt", "2;B;72,8;2;Tốt")
    scores, _ = read(path)
    assert scores["published_rank"].tolist() == [1, 2]
    assert scores["published_grade"].tolist() == ["Rất tốt", "Tốt"]


def test_a_rank_or_grade_that_the_values_do_not_bear_out_is_told_and_not_used(text):
    rising = text("TT;Tỉnh;Điểm;Hạng 2021", "1;A;70;1", "2;B;72;2", "3;C;74;3")
    scores, told = read(rising)
    assert "published_rank" not in scores
    assert "không dùng đến cột 'Hạng 2021'" in told
    mixed = text("TT;Tỉnh;Điểm;Xếp loại PCI", "1;A;90;Ước", "2;B;80;Mơ", "3;C;70;Ước")
    scores, told = read(mixed)
    assert "published_grade" not in scores
    assert "'Xếp loại PCI'" in told


def test_two_years_of_ranks_leave_the_one_that_falls_with_the_scores(text):
    path = text("TT;Tỉnh;Điểm;Hạng 2020;Hạng 2021", "1;A;90;3;1", "2;B;80;1;2", "3;C;70;2;3")
    scores, told = read(path)
    assert scores["published_rank"].tolist() == [1, 2, 3]
    assert "'Hạng 2020'" in told
    assert "hiểu cột 'Hạng 2021' là xếp hạng".lower() in told.lower()


@pytest.mark.parametrize("title", ["", "Thứ tự", "No"])
def test_a_column_that_counts_is_the_number(text, title):
    path = text(f"{title};Đơn vị;Tổng điểm", "1;a;90", "2;b;80", ";Tổng;170")
    scores, told = read(path)
    assert scores["unit"].tolist() == ["a", "b"]
    assert "là số thứ tự" in told


def test_an_untitled_column_is_told_or_may_hold_a_lost_decimal(text):
    scores, told = read(text("Đơn vị;Điểm;", "a;90;x", "b;80;"))
    assert scores["score"].tolist() == [90, 80]
    assert "cột thứ 3 (không có tiêu đề)" in told
    assert "có thể là phần lẻ mà dấu phẩy đã tách" in refusal(
        text("Đơn vị;Điểm;", "a;97;23", "b;80;5")
    )
    named, _ = read(text("Đơn vị;Điểm cũ;", "a;97;90", "b;80;85"), columns={"score": 3})
    assert named["score"].tolist() == [90, 85]


def test_a_region_beside_the_units_is_a_block_unless_the_ranks_run_through_all(text):
    rows = ["ĐBSH;Hà Nội;90;1", "ĐBSH;Hải Phòng;80;2", "TN;Gia Lai;70;"]
    scores, told = read(text("Vùng;Tỉnh;Điểm;Hạng", *(f"{row}1" if row[-1] == ";" else row
                                                       for row in rows)))  # fmt: skip
    assert scores["block"].tolist() == ["ĐBSH", "ĐBSH", "TN"]
    assert "hiểu cột 'Vùng' là khối" in told
    scores, told = read(text("Vùng;Tỉnh;Điểm;Hạng", *(f"{row}3" if row[-1] == ";" else row
                                                       for row in rows)))  # fmt: skip
    assert "block" not in scores
    assert "không dùng đến cột 'Vùng'" in told


def test_two_columns_of_units_of_which_none_is_the_wider_are_refused(text):
    path = text("Đơn vị;Cơ quan;Điểm", "a;x;90", "b;y;80")
    assert 'columns={"unit"' in refusal(path)
    path = text("Tỉnh;Huyện;Điểm", "T1;a;90", "T2;a;80")  # two districts of one name
    assert 'columns={"unit"' in refusal(path)
    scores, _ = read(text("Huyện;Xã;Điểm", "H1;a;90", "H1;b;80", "H2;c;70"))
    assert scores["unit"].tolist() == ["a", "b", "c"]


def test_the_ranks_tell_the_total_from_its_parts(text):
    rows = [f"{i};T{i};{50 + i * 7 % 11};{40 + i * 5 % 13};{90 - i};{i}" for i in range(1, 8)]
    titles = "TT;Tỉnh;Chỉ số nhận thức số;Chỉ số thể chế số;Chỉ số DTI;Xếp hạng DTI"
    scores, told = read(text(titles, *rows))
    assert scores["score"].tolist() == [89, 88, 87, 86, 85, 84, 83]
    assert "hiểu cột 'Chỉ số DTI' là điểm" in told.replace("Hiểu", "hiểu")
    few = refusal(text(titles, *rows[:2]))
    assert "'Chỉ số nhận thức số', 'Chỉ số DTI' và 'Chỉ số thể chế số'" in few  # the last rises


DTI = ["Xếp hạng DTI;Tỉnh;Chỉ số Nhận thức số;Chuyển đổi số (PDTI)",
       "1;Đà Nẵng;95,5;80,02", "2;TP. HCM;89,17;71,63", "3;Quảng Ninh;95,81;70,24"]  # fmt: skip


def test_a_total_without_a_score_word_is_the_one_column_that_falls_with_the_ranks(text):
    scores, told = read(text(*DTI))
    assert scores["score"].tolist() == [80.02, 71.63, 70.24]
    assert scores["published_rank"].tolist() == [1, 2, 3]
    assert "iểu cột 'Chuyển đổi số (PDTI)' là điểm" in told


@pytest.mark.parametrize(
    "rows",
    [["1;Đà Nẵng;95,5;80,02", "2;TP. HCM;95,1;71,63", "3;Quảng Ninh;90,81;70,24"],  # both fall
     ["1;Đà Nẵng;95,5;70", "2;TP. HCM;96;71", "3;Quảng Ninh;95,81;70,5"],  # none
     ["1;Đà Nẵng;89,5;80,02", "2;TP. HCM;95,1;71,63"]],  # one of two rows, and no score word
)  # fmt: skip
def test_where_the_ranks_follow_several_columns_or_none_all_are_listed(text, rows):
    words = refusal(text(DTI[0], *rows))
    assert "'Chỉ số Nhận thức số'" in words
    assert "'Chuyển đổi số (PDTI)'" in words


@pytest.mark.parametrize("many", [2, 3])
def test_the_only_column_of_numbers_that_falls_with_the_ranks_is_the_score(text, many):
    rows = [f"{n};T{n};{90 - n};{n}" for n in range(1, many + 1)]
    scores, told = read(text("TT;Tỉnh;DTI;Xếp hạng DTI", *rows))
    assert scores["score"].tolist() == [90 - n for n in range(1, many + 1)]
    assert scores["published_rank"].tolist() == list(range(1, many + 1))
    assert "Hiểu cột 'Xếp hạng DTI' là xếp hạng" in told


@pytest.mark.parametrize(
    ("rank", "grade"),
    [("PCI Ranking", "PCI Tier"), ("Ranking", "Ranking group"), ("par_rank", "Overall grade")],
)
def test_english_ranks_and_grades_are_known_by_their_last_word(text, rank, grade):
    path = text(f"Province,PCI Score,{rank},{grade}", "HCMC,N/A,N/A,N/A",
                "A,73.4,1,Rất tốt", "B,72.1,2,Rất tốt", "C,71.3,3,Tốt")  # fmt: skip
    scores, _ = read(path)
    assert scores["published_rank"].tolist()[1:] == [1, 2, 3]
    assert scores["published_grade"].tolist()[1:] == ["Rất tốt", "Rất tốt", "Tốt"]


def test_words_that_all_differ_and_ranks_of_before_are_none(text):
    path = text("Province,PCI Score,Previous rank,PCI Tier", "A,73,1,x", "B,72,2,y", "C,71,3,z")
    scores, told = read(path)
    assert {"published_rank", "published_grade"}.isdisjoint(scores)
    assert "'PCI Tier'" in told


def test_a_table_of_ranks_alone_says_so(text):
    two = "Các tỉnh, thành phố trực thuộc TW;Xếp hạng DTI;Xếp hạng chính quyền số"
    for titles in ("Đơn vị;Xếp hạng;Xếp hạng kinh tế số", "Tỉnh;Xếp hạng DTI;Ghi chú", two):
        words = refusal(text(titles, "a;1;2" if "số" in titles else "a;1;", "b;2;"))
        assert "bảng chỉ có xếp hạng, không có cột điểm" in words
        assert "columns" not in words


def test_names_listed_again_in_another_order_have_their_own_refusal(text):
    path = text("TT;Tỉnh;Gia nhập;;PCI 2016;Xếp hạng",
                "1;An;8;Bắc;70;1", "2;Bắc;7;Cao;65;2", "3;Cao;6;An;60;3")  # fmt: skip
    words = refusal(path)
    assert "cột thứ 4 liệt kê lại các đơn vị theo một thứ tự khác" in words
    assert "xóa cột" not in words


@pytest.mark.parametrize(
    "title", ["Lĩnh vực CCHC", "Tiêu chí", "Nội dung đánh giá", "Chỉ số/Chỉ số thành phần"]
)
def test_a_table_of_fields_is_no_table_of_units(text, title):
    path = text(f"TT;{title};Thang điểm;Điểm số", "1;Thể chế;10;8", "2;TTHC;15;12")
    assert "bảng điểm theo lĩnh vực" in refusal(path)


@pytest.mark.parametrize(
    "titles",
    ["Province;Score;Rank", "Tỉnh/Province;Điểm số (Score);Rank", "Agency;Overall score;Ranking",
     "Đơn vị (Unit);Index;Hạng"],
)  # fmt: skip
def test_titles_in_english_and_in_two_languages(text, titles):
    scores, told = read(text(titles, "A;90;1", "B;80;2"))
    assert scores["published_rank"].tolist() == [1, 2]
    assert told == ""


def test_the_row_that_looked_most_like_a_header_is_shown_and_its_remedy_works(text):
    path = text("Báo cáo", "Tên;Kết luận;Cột gì", "A;8;7", "B;6;5")
    with pytest.raises(Refusal, match="giống nhất là dòng 2: 'Tên', 'Kết luận', 'Cột gì'"):
        load_scores(path)
    scores, _ = read(path, columns={"unit": "Tên", "score": "Cột gì"}, max_score=10)
    assert scores["score"].tolist() == [7, 5]


@pytest.mark.parametrize("title", ["Nhận xét", "Rating (2023)", "Chất lượng"])
def test_known_grades_that_follow_the_scores_are_published_under_any_title(text, title):
    scores, told = read(text(f"Đơn vị;Điểm;{title}", "a;90;Tốt", "b;85;Tốt", "c;70;Khá"))
    assert scores["published_grade"].tolist() == ["Tốt", "Tốt", "Khá"]
    assert f"hiểu cột '{title}' là xếp loại" in told


@pytest.mark.parametrize(
    ("title", "last"), [("Nhận xét", "Tốt"), ("Tự xếp hạng", "Khá"), ("Loại năm trước", "Khá")]
)
def test_grades_of_another_order_or_time_are_told_as_not_used(text, title, last):
    rows = ["a;90;Tốt", "b;85;Khá", f"c;70;{last}"]
    scores, told = read(text(f"Đơn vị;Điểm;{title}", *rows))
    assert "published_grade" not in scores
    assert f"không dùng đến cột '{title}'" in told


@pytest.mark.parametrize("title", ["Bậc", "Position (2023)", "Standing"])
def test_more_titles_of_ranks(text, title):
    scores, _ = read(text(f"Đơn vị;Điểm;{title}", "a;70;3", "b;90;1", "c;80;2"))
    assert scores["published_rank"].tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("first", "second"), [("90,5 (+1,2)", "80 (0)"), ("90,5 (↑2)", "80"), ("90,5 ▲", "80 (giảm 3)")]
)
def test_a_change_behind_a_number_is_told_and_no_part_of_it(text, first, second):
    path = text("Đơn vị;Điểm;Hạng", f"a;{first};1 (+2)", f"b;{second};2 (-1)")
    scores, told = read(path)
    assert scores["score"].tolist() == [90.5, 80]
    assert scores["published_rank"].tolist() == [1, 2]
    assert f"phần thay đổi sau số ở cột 'Điểm' (ví dụ '{first}')" in told


@pytest.mark.parametrize("cell", ["90,5 (2)", "90,5 (*)", "(+2)"])
def test_a_number_behind_another_without_a_sign_is_refused(text, cell):
    assert f"ô '{cell}'" in refusal(text("Đơn vị;Điểm", f"a;{cell}", "b;80"))


@pytest.mark.parametrize("word", ["KXH", "không tham gia xếp hạng", "Not ranked"])
def test_words_for_a_unit_that_is_not_ranked(text, word):
    scores, told = read(text("Đơn vị;Điểm;Hạng", "a;95;1", f"b;93;{word}", "c;90;2"))
    assert scores["published_rank"].isna().tolist() == [False, True, False]
    assert "1 đơn vị có điểm nhưng không có hạng ('b')" in told
    refused = refusal(text("Đơn vị;Điểm;Hạng", "a;95;1", "b;93;*", "c;90;2"))
    assert "hoặc để trống nếu không xếp hạng" in refused
    blank, _ = read(text("Đơn vị;Điểm;Hạng", "a;95;1", "b;93;", "c;90;2"))
    assert blank["published_rank"].isna().tolist() == [False, True, False]


def test_a_column_beside_the_scores_that_is_named_is_not_refused(text):
    path = text("Đơn vị;Điểm;", "a;90;1", "b;80;2")
    scores, _ = read(path, columns={"published_rank": 3})
    assert scores["published_rank"].tolist() == [1, 2]


# --- rows


@pytest.mark.parametrize("name", ["Tổng cộng", "Trung bình khối", "Bình quân chung", "Xuất sắc"])
def test_a_numbered_row_that_sums_up_is_told(text, name):
    scores, told = read(text("STT,Đơn vị,Điểm", "1,a,90", "2,b,80", f"3,{name},85"))
    assert len(scores) == 3
    assert f"dòng 4 '3 {name} 85' được tính là một đơn vị" in told


@pytest.mark.parametrize("name", ["Khối sở", "Việt Nam", "Tỷ lệ đạt"])
def test_a_name_that_may_sum_up_is_told_beside_units_but_not_beside_its_like(text, name):
    scores, told = read(text("Đơn vị,Điểm", "a,90", "b,80", f"{name},81"))
    assert len(scores) == 3
    assert f"dòng 4 '{name} 81' được tính là một đơn vị" in told
    assert read(text("Đơn vị,Điểm", "Khối sở,90", "Khối xã,80"))[1] == ""


@pytest.mark.parametrize("name", ["Khối sở (TB)", "Khối sở (bình quân 3 đơn vị)", "BQ khối",
                                  "Hà Nội, ngày 5 tháng 1 năm 2024"])  # fmt: skip
def test_means_of_blocks_and_the_date_are_no_units(text, name):
    scores, told = read(text("Đơn vị;Điểm", "a;90", "b;80", f"{name};81"))
    assert scores["unit"].tolist() == ["a", "b"]
    assert f"không dùng đến dòng 4 '{name}" in told


@pytest.mark.parametrize("score", ["Trần B", "(đã ký)", "Thủ trưởng"])
def test_two_signatures_are_told_and_a_misspelled_score_is_refused(text, score):
    rows = ["STT;Đơn vị;Điểm", "1;a;90", "2;b;80"]
    assert f"dòng 4 'Lê A {score}'" in read(text(*rows, f";Lê A;{score}"))[1]
    assert "có điểm nhưng không có số thứ tự" in refusal(text(*rows, ";c;9O,5"))


@pytest.mark.parametrize("name", ["BQ chung", "Trung bình cả nước", "Average", "Median", "BQ"])
def test_summaries_without_a_number_are_no_units(text, name):
    scores, told = read(text("Đơn vị,Điểm", "a,90", "b,80", f"{name},85"))
    assert scores["unit"].tolist() == ["a", "b"]
    assert f"không dùng đến dòng 4 '{name} 85'" in told


@pytest.mark.parametrize("word", ["Min", "Max", "Trung vị", "Trung bình"])
def test_a_summary_may_be_named_in_any_cell_of_a_row_without_a_unit(text, word):
    path = text("TT;Đơn vị;Điểm;Xếp loại", "1;A;90;Tốt", "2;B;80;Khá", f";;85;{word}")
    scores, told = read(path)
    assert scores["unit"].tolist() == ["A", "B"]
    assert word in told


def test_units_above_a_header_are_never_lost(text):
    path = text("1,Sở A,90", "2,Sở B,80", "TT,Đơn vị,Điểm số", "1,Sở C,70", "2,Sở D,60")
    words = refusal(path)
    assert "dòng 1 '1 Sở A 90' trông như một đơn vị nhưng đứng trên dòng tiêu đề" in words
    assert "dòng 1–2" in words
    block = text("TT;Đơn vị;;Hạng", "1;Sở A;90;1", "2;Sở B;80;2", "II. Khối huyện;;;",
                 "TT;Đơn vị;Điểm số;Hạng", "1;H A;70;1", "2;H B;60;2")  # fmt: skip
    assert "'1 Sở A 90 1'" in refusal(block)


def test_other_rows_with_numbers_above_a_header_are_told(text):
    scores, told = read(text("Số đơn vị;2;", "TT;Đơn vị;Điểm", "1;A;90", "2;B;80"))
    assert len(scores) == 2
    assert "không dùng đến dòng 1 'Số đơn vị 2'" in told


def test_a_header_without_rows_is_no_table_to_choose(text):
    path = text("STT;Đơn vị;Tổng điểm;Hạng", "", "STT;Đơn vị;Điểm;Hạng", "1;A;90;1")
    assert list_tables(path)["rows"].tolist() == [1]
    scores, told = read(path)
    assert scores["unit"].tolist() == ["A"]
    assert "(tiêu đề không có dòng nào)" in told


ROWS = [
    "1;a;90;1", "2;b;80;2", ";Tổng cộng;170;", ";;;", ";Nguồn: Sở Nội vụ;;", "Ghi chú;;;",
    "…;…;…;…", ";;85;Min", ";Điểm tối đa;100;", "KT. CHỦ TỊCH;;;", ";một lời nhắc;;", "3;c;-;",
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(ROWS)))
def test_every_row_is_a_unit_or_named_or_refused(text, at):
    rows = [*ROWS[:2], *([] if at < 2 else [ROWS[at]])]
    path = text("STT;Đơn vị;Điểm;Hạng", *rows)
    try:
        scores, told = read(path)
    except Refusal as error:
        assert "dòng" in str(error)
        return
    units = set(scores["unit"])
    for line, row in enumerate(rows, start=2):
        cells = [cell for cell in row.split(";") if cell]
        assert not cells or (cells[1:2] and cells[1] in units) or f"dòng {line} '" in told


@pytest.mark.parametrize("row", ["kết quả đạt được còn thấp", "kết quả, tuy vậy, còn thấp"])
@pytest.mark.parametrize("title", ["Lĩnh vực, Ghi chú", "Ghi chú, Người chấm"])
def test_prose_below_titles_is_said_not_to_fit_them(text, title, row):
    words = refusal(text(f"Đơn vị, Khối, {title}, Điểm", *[f"Năm qua {row} hơn"] * 80))
    assert "không dòng nào bên dưới (dòng 2–81) đủ 5 ô như dòng tiêu đề ('Đơn vị'" in words


# --- what is told and refused


@pytest.mark.parametrize(("cut", "whole"), [("K", "Khá"), ("Tố", "Tốt"), ("Rất t", "Rất tốt")])
def test_a_grade_that_is_the_beginning_of_another_is_told_with_its_place(text, cut, whole):
    scores, told = read(text("TT;Đơn vị;Điểm;Xếp loại", "1;a;95;Xuất sắc", f"2;b;85;{cut}"))
    assert scores["published_grade"].tolist() == ["Xuất sắc", cut]
    assert f"Xếp loại '{cut}' ở dòng 3 có thể là '{whole}'".lower() in told.lower()


@pytest.mark.parametrize("grades", [("XS", "T"), ("A", "B"), ("Tốt", "Nhóm I"), ("Khá", "-")])
def test_grades_that_are_whole_are_not_told(text, grades):
    rows = [
        f"{n};{unit};9{9 - n};{grade}" for n, unit, grade in zip((1, 2), "ab", grades, strict=True)
    ]
    _, told = read(text("TT;Đơn vị;Điểm;Xếp loại", *rows))
    assert "bị cắt" not in told


@pytest.mark.parametrize("year", ["2,012", "2.012", "2012"])
def test_a_year_may_have_a_thousands_mark(text, year):
    scores, told = read(
        text("year;unit_name;par_index", f"{year};An;87", f"{year};Ba;83"), year=2012
    )
    assert scores["year"].tolist() == [2012, 2012]
    assert ("hàng nghìn ở 2 ô năm" in told) == (year != "2012")
    assert "không phải là số nguyên" in refusal(text("Năm;Đơn vị;Điểm", "20,12;A;87"))


def test_struck_out_names_are_told_with_their_lines(text, tmp_path):
    _, told = read(text("TT;Đơn vị;Điểm", "1;[Sở Nội vụ];90", "2;Sở Y tế [1];80"))
    assert "ở dòng 2 (ví dụ '[Sở Nội vụ]')" in told
    page = "<meta charset='utf-8'><table><tr><td>TT<td>Đơn vị<td>Điểm<tr><td>1<td>Sở A<td>90"
    page += "<tr><td>2<td><s>Sở B</s><td>80<tr><td>3<td>Sở <del>C cũ</del> D<td>70</table>"
    (tmp_path / "b.html").write_text(page, encoding="utf-8")
    _, told = read(tmp_path / "b.html")
    assert "ngoặc vuông ở dòng 3–4" in told
    book = openpyxl.Workbook()
    for row in (["TT", "Đơn vị", "Điểm"], [1, "Sở A", 90], [2, "Sở B", 80]):
        book.active.append(row)
    book.active["B3"].font = Font(strike=True)
    book.save(tmp_path / "b.xlsx")
    _, told = read(tmp_path / "b.xlsx")
    assert "ngoặc vuông ở dòng 3 (ví dụ '[Sở B]')" in told


def test_a_refusal_and_a_warning_know_their_parts(text):
    path = text("Đơn vị;Điểm tự chấm;Điểm thẩm định", "a;9;8")
    with pytest.raises(Refusal) as caught:
        load_scores(path)
    assert caught.value.file == "b.csv"
    scale = Option("max_score", 10)
    assert caught.value.option == Option("columns", {"score": "Điểm thẩm định"}, scale)
    assert '--columns score="Điểm thẩm định"' in caught.value.said("command")
    two = text("Khối sở", "Đơn vị;Điểm", "a;90", "", "Khối xã", "Đơn vị;Điểm", "b;80")
    with pytest.warns(LoadWarning) as told:
        load_scores(two)
    warning = told[0].message
    assert "dùng table= nếu chỉ cần một bảng" in str(warning)
    assert "dùng --table nếu chỉ cần một bảng" in warning.said("command")
    assert "dùng TABLE = … nếu" in warning.said("notebook")


@pytest.mark.parametrize("titles", ["Đơn vị;Điểm;Đơn vị;Điểm", "Sở;Điểm sở;Huyện;Điểm huyện",
                                    "Đơn vị;Tổng điểm;Huyện;Tổng số điểm"])  # fmt: skip
def test_what_is_proposed_of_tables_side_by_side_reads_them(text, titles):
    words = refusal(text(titles, "Sở A;90;H A;70", "Sở B;80;H B;60"))
    assert "; nếu là hai bảng đặt cạnh nhau, hãy đặt bảng bên phải xuống dưới" in words
    below = text("Khối sở;", "Đơn vị;Điểm", "Sở A;90", "Sở B;80", "Khối huyện;", "Đơn vị;Điểm",
                 "H A;70", "H B;60")  # fmt: skip
    assert read(below)[0]["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2


@pytest.mark.parametrize("titles", ["Sở;Điểm sở;Huyện;Điểm huyện", "Sở;Điểm;Huyện;Phần trăm"])
def test_scores_are_never_given_to_the_units_of_the_table_right_of_them(text, titles):
    path, score = text(titles, "S A;90;H A;70", "S B;80;H B;60"), titles.split(";")[1]
    words = refusal(path, columns={"score": score})
    assert f"bên trái cột điểm '{score}' và bên phải nó đều có tên" in words
    scores, _ = read(path, columns={"score": score, "unit": "Sở"})
    assert scores["unit"].tolist() == ["S A", "S B"]
    two = text("Ghi nhận;Điểm;Đơn vị;Xếp hạng", "x;90;a;1", "y;80;b;2")  # one table
    assert read(two)[0]["unit"].tolist() == ["a", "b"]


@pytest.mark.parametrize("notes", ["Ghi chú", "Ngày nộp"])
def test_words_between_two_scores_hide_no_remedy(text, notes):
    path = text(f"Mã;Điểm tự chấm;Đơn vị;{notes};Điểm thẩm định", "1;95;a;x;90", "2;93;b;y;80")
    assert '(columns={"score": "Điểm thẩm định"})' in refusal(path)


@pytest.mark.parametrize("own", ["Hạng trong khối", "Xếp hạng khối", "Xếp hạng"])
@pytest.mark.parametrize("every", ["Hạng toàn tỉnh", "Xếp hạng chung"])
def test_of_two_columns_of_ranks_those_within_the_blocks_are_taken(text, own, every):
    rows = ["a;95;1;1;Sở", "c;90;1;2;Xã", "b;85;2;3;Sở", "d;80;2;4;Xã", "e;70;1;5;Cụm"]
    scores, told = read(text(f"Đơn vị;Điểm;{own};{every};Khối", *rows))
    assert scores["published_rank"].tolist() == [1, 1, 2, 2, 1]
    assert f"không dùng đến cột '{every}'" in told
    under = ["Khối sở;;;;", "1;a;95;1;1", "2;b;85;2;3", "Khối xã;;;;", "1;c;90;1;2", "2;d;80;2;4"]
    scores, _ = read(text(f"STT;Đơn vị;Điểm;{own};{every}", *under))
    assert scores["published_rank"].tolist() == [1, 2, 1, 2]
    foreign = text(f"Đơn vị;Điểm;{own};{every};Khối", "a;95;2;1;Sở", "b;85;1;2;Sở", "c;70;1;3;Xã")
    assert own == "Xếp hạng" or read(foreign)[0]["published_rank"].tolist() == [1, 2, 3]


def test_of_two_columns_of_ranks_the_one_under_the_title_over_the_scores_is_taken(text):
    path = text("Đơn vị;Năm 2022;;Năm 2023;", ";Điểm;Hạng;Điểm;Hạng", "a;88;2;90;2", "b;89;1;80;1")
    scores, told = read(path, columns={"score": "Năm 2023 Điểm"})
    assert scores["published_rank"].tolist() == [2, 1]  # a misprint stays one
    assert "cột 'Năm 2023 Hạng' là xếp hạng" in told
    both = text("Đơn vị;Điểm;Hạng;Xếp hạng", "a;90;1;1", "b;80;2;2")
    assert "'Hạng' và 'Xếp hạng' đều có thể là 'Xếp hạng công bố'" in refusal(both)


@pytest.mark.parametrize("titles", ["Đơn vị;Số hồ sơ", "Lĩnh vực;Kết quả chấm", "Huyện;Ghi chú"])
def test_titles_of_another_table_below_the_units_are_named_as_such(text, titles):
    words = refusal(text("Đơn vị;Điểm", "a;90", "b;80", "", titles, "a;900", "b;800"))
    assert "trông như tiêu đề của một bảng khác; hãy xóa bảng đó" in words
    assert len(read(text("Đơn vị;Điểm", "a;90", "b;80"))[0]) == 2
