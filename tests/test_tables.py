import openpyxl
import pandas as pd
import pytest
from conftest import loaded, read_and_told, refusal
from layouts import LAYOUTS

from cchc_analysis import LoadWarning, check_published, list_tables, load_scores, rank_units

HEADER = "STT;Đơn vị;Điểm;Xếp hạng"
SO, HUYEN = ["1;Sở A;90;1", "2;Sở B;80;2"], ["1;Huyện A;91;1", "2;Huyện B;70;2"]


@pytest.fixture
def text(tmp_path):
    def write(*lines, name="bảng.csv"):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


def test_blocks_stand_under_their_headings(text):
    path = text("I. Khối sở", HEADER, *SO, "", "II. Khối huyện:", HEADER, *HUYEN)
    scores = loaded(path)
    assert scores["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
    assert scores["published_rank"].tolist() == [1, 2, 1, 2]
    tables = list_tables(path)
    assert tables["heading"].tolist() == ["I. Khối sở", "II. Khối huyện:"]
    assert tables["rows"].tolist() == [2, 2]
    assert tables["columns"].tolist() == ["STT, Đơn vị, Điểm, Xếp hạng"] * 2
    assert tables["first_units"].tolist() == ["Sở A; Sở B", "Huyện A; Huyện B"]
    for table in (2, "khối huyện", "II. Khối huyện:"):
        one = load_scores(path, table=table)
        assert one["unit"].tolist() == ["Huyện A", "Huyện B"]
        assert "block" not in one
    for table in (0, 3, "khối xã", "khối"):
        assert "1: 'I. Khối sở'; 2: 'II. Khối huyện:'" in refusal(path, table=table)


def test_a_year_that_only_some_tables_have_as_a_column_is_refused(text):
    path = text("Khối sở", "Đơn vị;Điểm;Năm", "a;80;2020", "Khối huyện", "Đơn vị;Điểm", "b;90")
    assert "không có năm còn bảng khác có" in refusal(path)
    assert load_scores(path, table=1)["year"].tolist() == [2020]


def test_a_single_line_between_units_or_above_them_is_a_remark(text):
    for lines in ([SO[0], "Kết thúc phần thứ nhất", SO[1]], ["Danh sách đầy đủ", *SO]):
        with pytest.warns(LoadWarning, match="không dùng đến dòng"):
            scores = load_scores(text(HEADER, *lines))
        assert scores["unit"].tolist() == ["Sở A", "Sở B"] and "block" not in scores


def test_years_stand_under_their_headings(text):
    path = text("Kết quả năm 2020", HEADER, *SO, "Kết quả năm 2021", HEADER, *SO)
    assert loaded(path)["year"].tolist() == [2020, 2020, 2021, 2021]
    path = text("Khối sở năm 2020", HEADER, *SO, "Khối sở năm 2021", HEADER, *SO,
                "Khối huyện năm 2021", HEADER, *HUYEN)  # fmt: skip
    scores = loaded(path)
    assert scores["year"].tolist() == [2020] * 2 + [2021] * 4
    assert scores["block"].tolist() == ["Khối sở"] * 4 + ["Khối huyện"] * 2


def test_pasted_tables_stand_under_their_headings(text):
    def cells(rows):
        return [cell for row in rows for cell in row.split(";")]

    path = text("Kết quả", "Khối sở", *cells([HEADER, *SO]), "Khối huyện",
                *cells([HEADER, *HUYEN]), name="dán.txt")  # fmt: skip
    scores = loaded(path)
    assert scores["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
    assert scores["score"].tolist() == [90, 80, 91, 70]


def test_tables_without_headings_are_refused(text):
    sentence = refusal(text(HEADER, *SO, HEADER, *HUYEN))
    assert "có 2 bảng nhưng tiêu đề không cho biết" in sentence
    assert "table=1" in sentence


def test_the_same_units_under_headings_that_are_no_blocks_are_refused(text):
    path = text("Kết quả chung", HEADER, *SO, "Hai đơn vị cao nhất", HEADER, *SO)
    sentence = refusal(path)
    assert "đơn vị 'Sở A' có trong nhiều bảng ('Kết quả chung', 'Hai đơn vị cao nhất')" in sentence
    assert load_scores(path, table=1)["score"].tolist() == [90, 80]


def test_a_header_repeated_on_the_next_page_is_told(text):
    with pytest.warns(LoadWarning, match=r"dòng 4 \(tiêu đề lặp lại\)"):
        scores = load_scores(text(HEADER, *SO, HEADER, "3;Sở C;70;3"))
    assert scores["unit"].tolist() == ["Sở A", "Sở B", "Sở C"]
    with pytest.warns(LoadWarning, match=r"dòng 3 \(tiêu đề lặp lại\)"):
        assert len(load_scores(text("Đơn vị;Điểm", "a;90", "Đơn vị;Điểm", "b;80"))) == 2


@pytest.mark.filterwarnings("ignore:.*lấy tên khối từ các dòng tiêu đề")
def test_rows_that_head_a_block(text):
    path = text(HEADER, "I;Khối sở;;", *SO, "II;Khối huyện;;", *HUYEN)
    assert load_scores(path)["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
    counted = text(HEADER, "Khối sở;;;", *SO, "Khối huyện;;;", "3;Huyện A;91;1")
    assert load_scores(counted)["block"].tolist() == ["Khối sở", "Khối sở", "Khối huyện"]
    years = text(HEADER, "Năm 2020;;;", *SO, "Năm 2021;;;", *SO)
    assert load_scores(years)["year"].tolist() == [2020, 2020, 2021, 2021]


def test_rows_that_may_or_may_not_head_a_block_are_refused(text):
    sentence = refusal(text(HEADER, *SO, "Khối huyện;;;", *HUYEN))
    assert "dòng 4: 'Khối huyện' mở đầu một khối mới" in sentence
    sentence = refusal(text("Đơn vị;Điểm", "Khối sở;", "a;90"))
    assert "dòng 2: 'Khối sở' có thể là tên khối hoặc đơn vị chưa chấm" in sentence


def test_a_remark_between_rows_is_told_and_no_block(text):
    with pytest.warns(LoadWarning, match="dòng 4 'Các đơn vị dưới đây nộp chậm'"):
        scores = load_scores(text(HEADER, *SO, "Các đơn vị dưới đây nộp chậm;;;", "3;C;70;3"))
    assert "block" not in scores


def test_a_header_of_two_rows(text):
    path = text("STT;Đơn vị;Kết quả;;Xếp loại", ";;Điểm;Hạng;", "1;a;90;1;Tốt")
    scores = load_scores(path)
    assert scores.iloc[0].tolist() == ["a", 90, 100, 1, "Tốt", True]
    path = text("STT;Tên;Tổng điểm", ";đơn vị;đánh giá", "1;a;90")
    assert load_scores(path)["unit"].tolist() == ["a"]
    path = text("STT;Đơn vị;Năm 2020;;Năm 2021;", ";;Điểm;Hạng;Điểm;Hạng", "1;a;90;1;80;1")
    assert loaded(path)["score"].tolist() == [90, 80]
    scores = loaded(path, columns={"score": "Năm 2021 Điểm", "published_rank": 6})
    assert scores["score"].tolist() == [80]


def test_a_distribution_is_not_a_ranking(text):
    path = text("STT;Xếp loại;Số lượng;Tỷ lệ", "1;Tốt;3;50%", "2;Khá;3;50%")
    assert "đây là bảng phân bố (đếm số đơn vị theo loại)" in refusal(path)
    with pytest.raises(ValueError, match="bảng phân bố"):
        list_tables(path)


def test_a_hole_in_published_ranks_is_a_part_of_a_table(text):
    path = text(HEADER, *SO, "3;Sở C;60;35")
    with pytest.warns(LoadWarning, match="xếp hạng công bố thiếu hạng 3"):
        scores = load_scores(path)
    check = check_published(rank_units(scores))
    assert check.empty
    assert "Chưa đối chiếu: xếp hạng của 3 đơn vị (bảng công bố thiếu hạng 3" in check.attrs["note"]
    other = scores.assign(block="y", published_rank=[1, 3, 2])
    both = pd.concat([scores.assign(block="x"), other], ignore_index=True)
    check = check_published(both)
    assert check["block"].unique().tolist() == ["y"]
    assert "Đã đối chiếu: xếp hạng của 3 đơn vị." in check.attrs["note"]


def test_what_is_missing_is_counted_aloud(text):
    with pytest.warns(LoadWarning, match=r"2 đơn vị chưa có điểm \('b', 'c'\)"):
        scores = load_scores(text("STT;Đơn vị;Điểm", "1;a;90", "2;b;N/A", "3;c;–"))
    assert scores["score"].isna().tolist() == [False, True, True]


def test_a_rank_without_a_score_is_refused(text):
    sentence = refusal(text(HEADER, "1;a;90;1", "2;b;-;2"))
    assert "dòng 3: đơn vị 'b' có xếp hạng 2 nhưng không có điểm" in sentence


def test_one_warning_names_everything_that_was_left_out(text):
    lines = ["Tiêu đề", f"{HEADER};Ghi chú", *[f"{row};x" for row in SO], ";;;;", "3;C;70;3;y",
             ";Tổng cộng;240;;"]  # fmt: skip
    with pytest.warns(LoadWarning) as told:
        load_scores(text(*lines))
    (message,) = [str(one.message) for one in told]
    assert message == (
        "bảng.csv: không dùng đến cột 'Ghi chú'; dòng 7 'Tổng cộng 240'; dòng trống 5; dòng 1 "
        "'Tiêu đề'."
    )


def test_the_same_unit_in_another_unicode_form_is_the_same(text):
    sentence = refusal(text("Đơn vị;Điểm", "Phòng Y tế;90", "Pho\u0300ng Y tế;80"))
    assert "dòng 3: đơn vị 'Phòng Y tế' đã có ở dòng 2" in sentence


def test_a_row_of_sums_without_a_number_is_no_unit(text):
    with pytest.warns(LoadWarning, match="'Điểm TB 85'"):
        assert len(load_scores(text(HEADER, *SO, ";Điểm TB;85;"))) == 2
    sentence = refusal(text(HEADER, *SO, ";Kết quả chung;85;"))
    assert "dòng 4 'Kết quả chung 85' có điểm nhưng không có số thứ tự" in sentence


def test_a_head_with_figures_is_refused(text):
    path = text(HEADER, "I;KHỐI SỞ;85;", *SO, "II;KHỐI HUYỆN;80;", *HUYEN)
    assert "dòng 2: số thứ tự 'I' không phải là số như các dòng khác" in refusal(path)


def test_blocks_without_numbering_need_a_column(text):
    path = text("STT;Đơn vị;Điểm", ";I. KHỐI SỞ;", ";Sở A;90", ";II. KHỐI HUYỆN;", ";Huyện A;80")
    assert "có thể là tên khối hoặc đơn vị chưa chấm" in refusal(path)


def test_the_year_in_brackets_is_no_part_of_a_block(text):
    path = text("Khối sở (công bố năm 2021)", HEADER, *SO,
                "Khối huyện (công bố năm 2021)", HEADER, *HUYEN)  # fmt: skip
    assert loaded(path)["block"].unique().tolist() == ["Khối sở", "Khối huyện"]


def test_a_year_of_publication_is_not_the_year(text):
    path = text("Kết quả 2021 (ban hành năm 2022)", HEADER, *SO, "Kết quả 2020", HEADER, *SO)
    assert loaded(path)["year"].unique().tolist() == [2021, 2020]
    path = text("Kết quả năm 2021-2022", HEADER, *SO, "Kết quả năm 2020", HEADER, *SO)
    assert "Sở A" in refusal(path) or "không cho biết" in refusal(path)


def test_ranks_against_the_scores_are_told(text):
    with pytest.warns(
        LoadWarning, match="không theo điểm ở 1 đơn vị .ví dụ dòng 2: 'A' hạng 1 với"
    ):
        load_scores(text(HEADER, "1;A;80;1", "2;B;90;2"))
    with pytest.warns(LoadWarning, match=r"1 đơn vị có điểm nhưng không có hạng \('B'\)"):
        load_scores(text(HEADER, "1;A;90;1", "2;B;80;"))
    assert len(load_scores(text(HEADER, "1;A;90;1", "2;B;90;2", "3;C;80;2"))) == 3


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["1;A;90;1", "2;B;80;2", "1;C;85;1"], "dòng 4: số thứ tự bắt đầu lại từ 1"),
        (["1;A;90;1", "x;B;80;2", "2;C;70;3"], "dòng 3: số thứ tự 'x' không phải là số"),
        (["(1);A;90;1", "(3);B;80;2"], "dòng 3: số thứ tự nhảy đến 3"),
        (["1.0;A;90;1", "3.0;B;80;2"], "dòng 3: số thứ tự nhảy đến 3"),
        (["1;90;1;1"], "dòng 2: tên đơn vị '90' không có chữ cái nào"),
        (["1;A;90;0"], "dòng 2: xếp hạng '0' phải từ 1 trở lên"),
    ],
)
def test_rows_out_of_place_are_refused(text, lines, words):
    assert words in refusal(text(HEADER, *lines))


def test_the_numbering_may_begin_again_in_each_block(text):
    scores = load_scores(text(f"{HEADER};Khối", "1;A;90;1;Sở", "2;B;80;2;Sở", "1;C;85;1;Xã"))
    assert scores["block"].tolist() == ["Sở", "Sở", "Xã"]


def test_a_year_has_four_digits(text):
    assert "dòng 2: năm '20'" in refusal(text("Năm;Đơn vị;Điểm", "20;A;90"))


def test_the_year_of_a_decision_is_not_the_year_of_its_table(text):
    path = text(
        "Năm 2021 (Quyết định 24/QĐ-UBND ngày 5 tháng 1 năm 2022)", HEADER, *SO,
        "Năm 2020, theo báo cáo ngày 05/01/2022", HEADER, *SO,
    )  # fmt: skip
    assert loaded(path)["year"].tolist() == [2021, 2021, 2020, 2020]


def test_a_remark_above_a_header_does_not_name_the_block(text):
    remark = "Chưa tính điểm thưởng"
    path = text("Khối sở", remark, HEADER, *SO, "", "Khối huyện", remark, HEADER, *HUYEN)
    assert loaded(path)["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
    unit = text("Đơn vị tính: điểm", HEADER, ";Đơn vị tính: điểm;;", *SO)
    assert "block" not in loaded(unit)


def test_a_header_of_three_rows_and_rows_of_column_numbers(text):
    titles = ["STT;Đơn vị;Kết quả;", ";;Năm 2020;", ";;Điểm;Xếp hạng"]
    scores = loaded(text(*titles, "(1);(2);(3);(4)=(3)", *SO))
    assert scores["published_rank"].tolist() == [1, 2]


def test_a_list_of_counts_below_is_told_and_ends_the_table(text):
    path = text(HEADER, *SO, "Xếp loại;Số lượng;Tỷ lệ;", "Tốt;2;100%;")
    with pytest.warns(LoadWarning, match="không dùng đến bảng phân bố ở dòng 4–5"):
        assert len(load_scores(path)) == 2


@pytest.mark.parametrize("between", [[], [";;;"]])
def test_what_stands_below_a_list_of_counts_is_of_the_table_or_told(text, between):
    counts = [*SO, ";;;", "Xếp loại;Số lượng;;", "Tốt;2;;", *between]
    path = text(HEADER, *counts, "3;Sở C;70;3", ";;;NGƯỜI LẬP", ";Chưa chấm: Sở M;;")
    with pytest.warns(LoadWarning, match="'NGƯỜI LẬP'.*'Chưa chấm: Sở M'"):
        assert load_scores(path)["unit"].tolist() == ["Sở A", "Sở B", "Sở C"]
    assert "dòng 7 'Sở Z 55 9'" in refusal(text(HEADER, *counts[:5], ";Sở Z;55;9"))
    shares = text(HEADER, *SO, "Xếp loại;Số lượng;Tỷ lệ;", "Tốt;2;100%;", *between, "3;Sở C;70;3")
    assert len(loaded(shares)) == 3


@pytest.mark.parametrize(
    ("head", "counts"),
    [
        ("Đơn vị;Điểm", ["Xếp loại;Số lượng", "Tốt;1", "", "Hoàn thành;1", "", "Tổng;2"]),
        ("Đơn vị;Điểm", ["", "Xếp loại;Số lượng", "", "Nhóm A;1", "", "Nhóm B;1"]),
        ("STT;Đơn vị;Điểm", ["Xếp loại;Số lượng;Tỷ lệ", "Tốt;1;50", "", "Khá;1;50"]),
    ],
)
def test_a_list_of_counts_goes_on_below_a_blank_row(text, head, counts):
    rows = [f"{n};{unit};{95 - n}" for n, unit in enumerate(["Sở A", "Sở B"], 1)]
    rows = [row if head[0] == "S" else row[2:] for row in rows]
    last = len(rows) + len(counts) + 1
    with pytest.warns(LoadWarning, match=f"bảng phân bố ở dòng [45]–{last}"):
        assert load_scores(text(head, *rows, *counts))["unit"].tolist() == ["Sở A", "Sở B"]


def test_a_numbered_unit_ends_a_list_of_counts(text):
    counts = ["Xếp loại;Số lượng;Tỷ lệ;Ghi chú", "Tốt;2;100%;x"]
    assert len(loaded(text(HEADER, *SO, *counts, "3;Sở C;70;3"))) == 3


@pytest.mark.parametrize(
    "counts",
    [["Hoàn thành tốt;1", "Hoàn thành;2"], ["Loại A;3", "Loại B;6"], ["Trên 80 điểm;2"],
     ["Từ 80 đến dưới 90;1", "Tốt;9"], ["Đơn vị đạt loại tốt;1"], ["Xuất sắc;1", "Tốt;1"]],
)  # fmt: skip
def test_a_list_of_counts_without_titles_holds_no_units(text, counts):
    said = refusal(text("Đơn vị;Điểm", "Sở A;90", "Sở B;80", "Sở C;70", *counts))
    assert "hãy xóa" in said
    assert counts[0].split(";")[0] in said


def test_groups_may_be_units(text):
    assert len(loaded(text("Đơn vị;Điểm", "Nhóm 1;90", "Nhóm 2;80"))) == 2
    assert len(loaded(text("Đơn vị;Điểm", "Sở A;90", "Sở B;80", "Sở C;1", "Sở D;2,5"))) == 4


@pytest.mark.parametrize(
    "name",
    ["TB khối sở", "Cả nước", "Trung vị", "Điểm TB", "Giá trị trung bình", "Bình quân chung",
     "Điểm BQ", "ĐTB chung", "Mức BQC", "Cộng toàn tỉnh", "Cả tỉnh", "Tổng điểm toàn ngành",
     "Grand total", "Sub-total", "Avg.", "Sum", "Std", "National average", "Khối sở TB",
     "Khoảng cách", "Phương sai", "Điểm sàn"],
)  # fmt: skip
def test_sums_without_a_number_are_no_units(text, name):
    with pytest.warns(LoadWarning, match=f"dòng 4 '{name}"):
        assert len(load_scores(text("Đơn vị;Điểm", "A;90", "Xã Trung Bình;80", f"{name};85"))) == 2


@pytest.mark.parametrize("name", ["Chỉ số đại diện", "Khối", "Mức đạt"])
def test_a_row_with_the_mean_or_the_sum_of_the_others_is_told(text, name):
    rows = ["Sở A;90,5", "Sở B;80", "Sở C;74,1"]
    for row in (f"{name};81,5", f"{name};81,53"):
        with pytest.warns(LoadWarning, match=f"'{name} .*' có điểm bằng trung bình hoặc tổng"):
            assert len(load_scores(text("Đơn vị;Điểm", *rows, row))) == 4
        with pytest.warns(LoadWarning, match=f"dòng 2 '{name} "):
            load_scores(text("Đơn vị;Điểm", row, *rows))
    assert len(loaded(text("Đơn vị;Điểm", *rows, "Sở D;81,6"))) == 4


@pytest.mark.parametrize(
    "options", [{"table": 1.0}, {"table": True}, {"columns": "score"}, {"year": 20}, {"block": " "}]
)
def test_an_option_of_another_kind_is_refused(text, options):
    (name,) = options
    assert f"{name}=" in refusal(text(HEADER, *SO), **options)


def test_long_cells_do_not_make_long_sentences(text):
    long = "Đơn vị " * 200
    assert long[:50] in refusal(text(HEADER, f"1;{long};90;1", f"2;{long};80;2"))
    assert "…" in refusal(text(HEADER, f"1;A;{long};1"))
    assert "không có cột" in refusal(text(HEADER, *SO), columns={"score": long})
    refusal(text(HEADER, *SO), table=long)
    titles = ";".join(f"Điểm {number} {long}"[:190] for number in range(12))
    refusal(text(f"Đơn vị;{titles}", ";".join(["A", *["90"] * 12])))


@pytest.mark.parametrize(
    "name", ["Sở LĐ-TB&XH", "Phòng KT-HT", "Tổng công ty Điện lực", "Xã Trung Bình", "TB&XH"]
)
def test_a_unit_is_no_footer(text, name):
    assert len(load_scores(text(HEADER, *SO, f"3;{name};70;3"))) == 3
    assert len(load_scores(text("Đơn vị;Điểm", "A;90", f"{name};80", "C;70"))) == 3


def test_a_numbered_row_with_a_score_is_a_unit_whatever_its_name(text):
    assert loaded(text(HEADER, *SO, "3;Trung Bình;70;3"))["unit"].tolist()[-1] == "Trung Bình"
    assert loaded(text(HEADER, *SO, "3;Ghi chú;-;-"))["unit"].tolist()[-1] == "Ghi chú"


def test_what_is_no_unit_is_refused(text):
    assert "'Tốt' ở cột đơn vị là xếp loại" in refusal(text("Đơn vị;Điểm", "A;90", "Tốt;1"))
    assert "'Điểm' ở cột đơn vị" in refusal(text("Đơn vị;Điểm", "A;90", "Điểm;84"))
    numbered = refusal(text("STT;Đơn vị;Điểm", "1;Điểm tối đa;84", "2;A;60"))
    assert "dòng điểm tối đa thì chỉ xóa số thứ tự" in numbered
    heading = refusal(text("STT;Đơn vị;Điểm", "1;A;60", "2;C;50", "II;Khối huyện;70", "1;B;70"))
    assert "hoặc xóa số liệu của dòng nếu là tên khối" in heading
    assert "các bảng có: 1: không có tiêu đề;" in refusal(text("Đơn vị;Điểm", "A;90"), table=2)


def test_a_signature_is_no_heading_of_a_block(text):
    with pytest.warns(LoadWarning, match="không dùng đến dòng 4 'KT. Hội đồng'"):
        assert len(load_scores(text("Đơn vị;Điểm", "A;90", "B;80", "KT. Hội đồng;"))) == 2


def test_a_row_of_dots_is_a_gap(text):
    with pytest.warns(LoadWarning, match="không dùng đến dòng 4 '… … … …'"):
        scores = load_scores(text(HEADER, *SO, "…;…;…;…", "17;C;60;17"))
    assert scores["published_rank"].tolist() == [1, 2, 17]


def test_headings_that_are_grades_or_unnumbered_are_refused(text):
    grades = text(HEADER, "I;Loại Tốt;;", "1;A;90;1", "II;Loại Trung bình;;", "2;B;60;2")
    assert "'Loại Tốt' là xếp loại của các đơn vị phía dưới" in refusal(grades)
    roman = text("Đơn vị;Điểm", "I. Các sở;", "A;90", "II. UBND các huyện;", "B;80")
    assert "'I. Các sở' có thể là tên khối" in refusal(roman)


GRADE_HEADINGS = [
    ("Nhóm A, đạt kết quả Chỉ số CCHC từ 90% trở lên", "Nhóm B, đạt kết quả từ 80% đến dưới 90%"),
    ("Đơn vị xếp loại Xuất sắc", "Đơn vị xếp loại Tốt"), ("Mức A", "Mức B"),
    ("Các đơn vị đạt loại Xuất sắc (02 đơn vị)", "Các đơn vị đạt loại Tốt (02 đơn vị)"),
    ("Từ 90 điểm trở lên", "Từ 80 đến dưới 90 điểm"), ("Rất cao", "Cao"),
    ("Hoàn thành xuất sắc nhiệm vụ", "Hoàn thành tốt nhiệm vụ"),
]  # fmt: skip


@pytest.mark.parametrize("headings", GRADE_HEADINGS)
def test_parts_of_one_ranking_that_fall_from_one_to_the_next_are_no_blocks(text, headings):
    first, second = (
        f"{number};{name};;" for number, name in zip(["I", "II"], headings, strict=True)
    )
    rows = ["1;A;95;1", "2;B;91;2"], ["3;C;85;3", "4;D;82;4"]
    words = refusal(text(HEADER, first, *rows[0], second, *rows[1]))
    assert "xếp loại" in words and headings[0][:20] in words
    done = [f"{row};{name}" for part, name in zip(rows, headings, strict=True) for row in part]
    scores = loaded(text(f"{HEADER};Xếp loại", *done))  # as the refusal proposes
    assert scores["published_rank"].tolist() == [1, 2, 3, 4]
    assert scores["published_grade"].tolist() == [name for name in headings for _ in range(2)]


@pytest.mark.parametrize("names", [("Các sở", "UBND cấp xã"), ("Khối sở", "Khối xã")])
def test_blocks_whose_scores_fall_from_one_to_the_next_are_blocks(text, names):
    first, second = (f"{number};{name};;" for number, name in zip(["I", "II"], names, strict=True))
    scores = loaded(text(HEADER, first, "1;A;95;1", "2;B;91;2", second, "3;C;85;1", "4;D;82;2"))
    assert scores["block"].unique().tolist() == [*names]


def test_units_below_a_heading_that_does_not_rank_them_are_no_block(text):
    rows = ["I;Các đơn vị xếp hạng;;", *SO, "II;Các đơn vị không xếp hạng;;", "1;Thanh tra;93;"]
    assert "'Các đơn vị không xếp hạng' không phải tên khối" in refusal(text(HEADER, *rows))
    done = loaded(text(HEADER, *SO, "3;Thanh tra;93;Không xếp hạng"))
    assert rank_units(done)["rank"].isna().tolist() == [False, False, True]
    aside = text(HEADER, "I;Khối sở (không chấm điểm cộng);;", *SO, "II;Khối xã;;", *HUYEN)
    assert loaded(aside)["block"].nunique() == 2
    only = "Các cơ quan ngoài đánh giá"
    assert "không phải tên khối" in refusal(text(HEADER, f"I;{only};;", *SO, "II;Các xã;;", *HUYEN))


@pytest.mark.parametrize(
    "heads",
    [("I", "1.1", "1.2", "II", "2.1"), ("I.", "I.1", "I.2", "II.", "II.1"),
     ("1", "1.1.", "1.2.", "2", "2.1."), ("A", "A.1", "A.2", "B", "B.1")],
)  # fmt: skip
def test_numbers_may_begin_with_that_of_the_heading(text, heads):
    names = ["Các sở;;", "A;95;1", "B;90;2", "UBND các xã;;", "C;85;1"]
    rows = [f"{number};{name}" for number, name in zip(heads, names, strict=True)]
    scores = loaded(text(HEADER, *rows))
    assert scores["unit"].tolist() == ["A", "B", "C"]
    assert scores["block"].tolist() == ["Các sở", "Các sở", "UBND các xã"]
    rows[2] = rows[2].replace("2", "3", 1)
    assert "số thứ tự nhảy đến 3" in refusal(text(HEADER, *rows))


def test_headings_above_headings_and_blocks_without_units_are_no_units(text):
    rows = ["A;Cấp tỉnh;;", "I;Khối sở;;", *SO, "II;Khối đơn vị sự nghiệp;;", "III;Khối hội;;",
            *HUYEN, "B;Cấp xã;;", *HUYEN]  # fmt: skip
    scores = loaded(text(HEADER, *rows))
    blocks = ["Khối sở", "Khối hội", "Cấp xã"]
    assert scores["block"].tolist() == [name for name in blocks for _ in range(2)]
    twice = refusal(text(HEADER, "I;Khối sở;;", *SO, "II;Khối sở;;", *HUYEN))
    assert "hãy thêm cột Khối hoặc Năm" in twice or "đã có ở dòng" in twice


@pytest.mark.parametrize("signers", [("LẬP BIỂU", "GIÁM ĐỐC"), ("Nguyễn Văn A", "Trần Thị B")])
def test_who_signs_may_stand_under_the_numbers(text, signers):
    _, told = read_and_told(load_scores, text(HEADER, *SO, f"{signers[0]};;{signers[1]};"))
    assert f"không dùng đến dòng 4 '{' '.join(signers)}'" in told


def test_lines_below_which_ranks_begin_again_are_no_units(text):
    rows = ["Sóc Sơn;;", "A;95;1", "B;90;2", "Ba Đình;;", "C;85;1", "D;80;2"]
    words = refusal(text("Đơn vị;Điểm;Hạng", *rows))
    assert "'Sóc Sơn' có thể là tên khối hoặc đơn vị chưa chấm" in words
    done = [f"{row};{'Sóc Sơn' if at < 3 else 'Ba Đình'}" for at, row in enumerate(rows) if at % 3]
    scores = loaded(text("Đơn vị;Điểm;Hạng;Khối", *done))
    assert scores["block"].tolist() == ["Sóc Sơn"] * 2 + ["Ba Đình"] * 2
    one = loaded(text("Đơn vị;Điểm;Hạng", "A;95;1", "B;90;2", "Sở X;;", "C;85;3"))
    assert one["score"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize("row", ["Sở X;chưa nộp;", "Tổng số phiếu;1200;", ";85;"])
def test_a_row_above_the_header_that_is_no_title_is_told(text, row):
    with pytest.warns(LoadWarning, match=row.strip(";").replace(";", " ")):
        assert len(load_scores(text("KẾT QUẢ NĂM 2020;;", row, "", HEADER, *SO))) == 2
    assert load_scores(text("UBND TỈNH;;", "KẾT QUẢ;;", HEADER, *SO))["unit"].tolist()[0] == "Sở A"


def test_the_block_over_the_only_table_is_told(text):
    for heading in ("II. Khối huyện", "Cụm 3:"):
        with pytest.warns(LoadWarning, match=f"tiêu đề '{heading}' không dùng làm khối"):
            load_scores(text("KẾT QUẢ", heading, HEADER, *HUYEN))
    given = load_scores(text("II. Khối huyện", HEADER, *HUYEN), block="Khối huyện")
    assert given["block"].unique().tolist() == ["Khối huyện"]


def test_of_many_rows_left_out_each_is_named_by_its_line(text):
    remarks = [f";Ghi chú {number};;" for number in range(30)]
    with pytest.warns(LoadWarning, match="dòng 19–33") as told:
        load_scores(text(HEADER, *SO, *remarks))
    assert "chỗ khác" not in str(told[0].message)


def test_a_cell_that_has_no_fate_is_refused_with_its_line(text, monkeypatch):
    from cchc_analysis.reading import load

    read = load.read_scores

    def lose(*given, **options):
        part = read(*given, **options)
        return part._replace(scores=part.scores.iloc[:-1])

    monkeypatch.setattr(load, "read_scores", lose)
    assert "không rõ dòng 3 là gì" in refusal(text(HEADER, *SO))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Kính gửi các đồng chí", "Ban Chỉ đạo có kết quả như sau:"], "dòng 1–2 'Kính gửi các"),
        (["UBND TỈNH", "Kính gửi các sở", "KẾT QUẢ NĂM 2020"], "dòng 2 'Kính gửi các sở'"),
        (["Lời mở đầu", "", "Phụ lục", "Khối sở"], "dòng 1 'Lời mở đầu'"),
    ],
)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_prose_above_a_table_is_told_with_its_lines(text, lines, words, delimiter):
    name = "bảng.csv" if delimiter == ";" else "bảng.txt"
    rows = [line.replace(";", delimiter) for line in (HEADER, *SO)]
    with pytest.warns(LoadWarning) as told:
        assert len(load_scores(text(*lines, *rows, name=name))) == 2
    (message,) = [str(one.message) for one in told]
    assert f"không dùng đến {words}" in message
    assert "KẾT QUẢ NĂM 2020" not in message.split(". ")[0]


def test_titles_and_letterhead_above_a_table_are_no_prose(text):
    lines = ["UBND TỈNH X", "Số: 24/QĐ-UBND", "Hà Nội, ngày 5 tháng 1 năm 2022", "Phụ lục 1",
             "Kết quả chấm điểm", "(Kèm theo Quyết định số 24/QĐ-UBND)"]  # fmt: skip
    assert len(load_scores(text(*lines, HEADER, *SO))) == 2


@pytest.mark.parametrize("page", ["Trang sau", "- 2 -", "2/5", "* 7 *"])
def test_prose_above_a_page_that_is_repeated_is_told(text, page):
    with pytest.warns(LoadWarning) as told:
        load_scores(text(HEADER, SO[0], page, HEADER, SO[1]))
    assert f"dòng 4 (tiêu đề lặp lại); dòng 3 '{page}'" in str(told[0].message)


@pytest.mark.parametrize("first", [True, False])
def test_a_header_without_rows_is_told_and_no_table(text, first):
    lines = [HEADER, HEADER, *SO] if first else [HEADER, *SO, HEADER]
    with pytest.warns(LoadWarning, match=f"dòng {1 if first else 4} .tiêu đề không có dòng nào"):
        assert len(load_scores(text(*lines))) == 2
    assert list_tables(text(*lines))["rows"].tolist() == [2]


def test_a_column_that_is_neither_used_nor_told_is_refused(text, monkeypatch):
    from cchc_analysis.reading import load

    read = load.read_scores
    less = lambda part: part._replace(columns={0, 1, 2})  # noqa: E731
    monkeypatch.setattr(
        load, "read_scores", lambda *given, **options: less(read(*given, **options))
    )
    assert "không rõ dòng 2–3 là gì" in refusal(text(HEADER, *SO))


def test_a_block_below_the_header_is_no_title_of_an_untitled_column(text):
    path = text("TT;;Điểm", ";B. Đơn vị sự nghiệp;", "1;Sở A;90", "2;Sở B;80")
    with pytest.warns(LoadWarning, match="hiểu cột thứ 2 là đơn vị"):
        assert load_scores(path)["block"].unique().tolist() == ["Đơn vị sự nghiệp"]


# --- what a caller names is found, and what is refused shows how to name it


def test_a_header_of_three_rows_is_joined_whatever_the_caller_names(text):
    path = text("TT;Đơn vị;Kết quả đánh giá;;", ";;Điểm;;Xếp hạng", ";;Năm 2020;Năm 2021;",
                "1;Sở A;95;92;1", "2;Sở B;90;82;2")  # fmt: skip
    assert loaded(path, columns={"score": "Năm 2021"})["score"].tolist() == [92, 82]
    assert loaded(path, columns={"score": 3})["score"].tolist() == [95, 90]
    whole = "Kết quả đánh giá Điểm Năm 2020"
    assert loaded(path, columns={"score": whole})["score"].tolist() == [95, 90]


def test_titles_that_nobody_knows_are_a_header_where_the_caller_names_them(text):
    path = text("BÁO CÁO;;;", "Mã;Tên;Chấm;", ";;lần 1;lần 2", "1;Sở A;90;71", "2;Sở B;60;82",
                "3;Sở C;-;-")  # fmt: skip
    for wanted in ({"unit": "Tên", "score": "lần 2"}, {"unit": 2, "score": 4}):
        assert loaded(path, columns=wanted)["score"].head(2).tolist() == [71, 82]
    numbers = text("Mã;Tên;1;2", "1;Sở A;90;71", "2;Sở B;60;82")  # titles that look like a row
    assert loaded(numbers, columns={"unit": "Tên", "score": "2"})["score"].tolist() == [71, 82]


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (["Mã;Tên đối tượng;Giá trị", "1;Sở A;90", "2;Sở B;80"], {"unit": 2, "score": 3}),
        (
            ["BẢNG;;", "Mã;Tên;Giá trị;Vị thế", "x;Sở A;90;1", "x;Sở B;80;2"],
            {"unit": 2, "score": 3},
        ),
        (["Biểu 1;;", ";;Điểm", ";Hà Nội;80", ";Huế;60"], {"unit": 2, "score": 3}),
        (["Mã;Tên;Giá trị;Giá trị", "1;Sở A;90;x", "2;Sở B;80;x"], {"unit": 2, "score": 3}),
    ],
)
def test_a_table_without_known_titles_is_loaded_as_its_refusal_proposes(text, lines, columns):
    path = text(*lines)
    with pytest.raises(ValueError) as caught:
        loaded(path)
    error = caught.value
    assert error.option.said() in str(error)
    titles = next(line for line in lines if ";Giá" in line or ";Điểm" in line).split(";")
    number_of = {title: at for at, title in enumerate(titles, start=1)}
    said = {role: number_of.get(title, title) for role, title in error.option.value.items()}
    assert said == columns
    assert len(loaded(path, columns=error.option.value)) == 2


def test_nothing_is_proposed_where_no_column_fits_alone(text):
    sentence = refusal(text("Mã;Tên;Giá trị", "1;Sở A;x1", "2;Sở B;x2"))
    assert "giống nhất là dòng 1: 'Mã', 'Tên', 'Giá trị'" in sentence
    assert "columns" not in sentence


SHEETS = ["comma.csv", "semicolon-bom.csv", "tab.tsv", "markdown.md", "plain.xlsx", "old.xls",
          "libre.ods", "word.docx", "page.html", "print.pdf"]  # fmt: skip


@pytest.mark.parametrize("layout", SHEETS)
@pytest.mark.parametrize("gap", [1, 0])
def test_a_ranking_that_goes_on_beside_itself_is_one(tmp_path, layout, gap):
    titles = ["STT", "Đơn vị", "Điểm"]
    rows = [["1", "Sở A", "90"], ["2", "Sở B", "80"], ["3", "Sở C", "70"], ["4", "Sở D", "60"]]
    beside = [[*rows[at], *[""] * gap, *rows[at + 2]] for at in (0, 1)]
    LAYOUTS[layout]([*titles, *[""] * gap, *titles], beside, tmp_path / layout)
    found, told = read_and_told(load_scores, tmp_path / layout)
    assert found["unit"].tolist() == ["Sở A", "Sở B", "Sở C", "Sở D"]
    assert found["score"].tolist() == [90, 80, 70, 60]
    assert "(tiêu đề lặp lại)" in told


@pytest.mark.parametrize("layout", SHEETS)
def test_blocks_beside_one_another_are_told_by_the_line_over_each(tmp_path, layout):
    over = ["Khối sở", "", "", "", "Khối huyện", "", ""]
    rows = [
        ["STT", "Đơn vị", "Điểm", "", "STT", "Đơn vị", "Điểm"],
        ["1", "Sở A", "90", "", "1", "Huyện C", "70"],
        ["2", "Sở B", "80", "", "2", "Huyện D", "60"],
    ]
    LAYOUTS[layout](over, rows, tmp_path / layout)
    blocks = loaded(tmp_path / layout)["block"].tolist()
    assert blocks == ["Khối sở"] * 2 + ["Khối huyện"] * 2
    LAYOUTS[layout](rows[0], rows[1:], tmp_path / layout)
    words = refusal(tmp_path / layout)
    assert "có 2 bảng nhưng tiêu đề không cho biết bảng nào là khối nào" in words
    assert "hãy ghi khối hoặc năm ở dòng trên mỗi bảng" in words
    assert loaded(tmp_path / layout, table=1)["unit"].tolist() == ["Sở A", "Sở B"]


def test_years_of_one_table_or_counts_beside_it_are_not_its_columns(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["KẾT QUẢ XẾP HẠNG"], ["Năm 2023", None, None, None, "Năm 2024"],
        ["STT", "Đơn vị", "Điểm", None, "STT", "Đơn vị", "Điểm"],
        [1, "Sở A", 90, None, 1, "Sở B", 70], [2, "Sở B", 80, None, 2, "Sở A", 60],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    assert loaded(tmp_path / "b.xlsx")["year"].tolist() == [2023, 2023, 2024, 2024]
    book.active["G5"] = "x"
    book.save(tmp_path / "b.xlsx")
    assert "cột E–G, dòng 5: ô 'x'" in refusal(tmp_path / "b.xlsx")
    book = openpyxl.Workbook()
    for row in (
        ["STT", "Đơn vị", "Điểm", None, "Xếp loại", "Số đơn vị"],
        [1, "Sở A", 90, None, "Khá", 1], [2, "Sở B", 80, None, "Tốt", 1],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    found, told = read_and_told(load_scores, tmp_path / "b.xlsx")
    assert "published_grade" not in found
    assert "không dùng đến trang tính 'Sheet', cột E–F (Xếp loại; Số đơn vị)" in told


def test_where_a_cell_of_a_ranking_beside_itself_stands_is_said(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["STT", "Đơn vị", "Điểm", None, "STT", "Đơn vị", "Điểm"],
        [1, "Sở A", 90, None, 3, "Sở C", 70], [2, "Sở B", 80, None, 4, "Sở D", "x"],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    assert "cột E–G tính từ dòng 4, dòng 6: ô 'x'" in refusal(tmp_path / "b.xlsx")


@pytest.mark.parametrize("layout", SHEETS)
@pytest.mark.parametrize(
    ("corner", "rows", "columns"),
    [
        ("Chỉ tiêu", [["Tổng điểm", "90", "85", "80"], ["Xếp hạng", "1", "2", "3"]], {}),
        ("Đơn vị", [["Điểm", "90", "85", "80"]], {}),
        ("Lĩnh vực", [["Thể chế", "9", "8", "7"], ["Tổng điểm", "90", "85", "80"],
                      ["Xếp loại", "Tốt", "Khá", "Khá"]], {}),
        ("", [["Điểm tự chấm", "95", "95", "95"], ["Điểm", "90", "85", "80"],
              ["Thứ hạng", "1", "2", "3"]], {"score": "Điểm"}),
    ],
)  # fmt: skip
def test_units_side_by_side_are_rows(tmp_path, layout, corner, rows, columns):
    LAYOUTS[layout]([corner, "Sở A", "Sở B", "Sở C"], rows, tmp_path / layout)
    found, told = read_and_told(load_scores, tmp_path / layout, columns=columns or None)
    assert found["unit"].tolist() == ["Sở A", "Sở B", "Sở C"]
    assert found["score"].tolist() == [90, 85, 80]
    assert "(xoay ngang thành dọc): mỗi cột là một đơn vị" in told


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (["Đơn vị", "Thể chế", "TTHC"], [["Sở A", "9", "8"], ["Tổng điểm", "90", "80"]]),
        (["Chỉ tiêu", "Năm 2022", "Năm 2023"], [["Tổng điểm", "85", "90"], ["Hạng", "9", "5"]]),
        (["Nội dung", "Điểm tự chấm", "Điểm"], [["Tổng điểm", "9", "8"], ["Hạng", "", "5"]]),
    ],
)
def test_fields_years_and_stages_side_by_side_are_no_units(tmp_path, titles, rows):
    LAYOUTS["comma.csv"](titles, rows, tmp_path / "b.csv")
    words = refusal(tmp_path / "b.csv")
    assert "xoay" not in words
    assert '"unit"' not in words  # none of the columns holds names of units alone


@pytest.mark.parametrize("title", ["Đơn vị tính", "ĐVT", "Trung bình"])
def test_a_column_of_measures_or_means_beside_the_units_is_none_of_them(text, title):
    path = text(f"Chỉ tiêu;{title};Sở A;Sở B", "Tổng điểm;điểm;90;85", "Xếp hạng;;1;2")
    found, told = read_and_told(load_scores, path)
    assert found["unit"].tolist() == ["Sở A", "Sở B"]
    assert f"dòng 2 '{title} điểm'" in told


@pytest.mark.parametrize("again", [True, False])
def test_a_block_whose_numbers_run_on_is_not_lost(text, again):
    rows = ["Khối sở;;", "STT;Đơn vị;Điểm", "1;Sở A;90", "2;Sở B;80"]
    header = ["STT;Đơn vị;Điểm"] * again
    path = text(*rows, "Khối huyện;;", *header, "3;Huyện C;70", "4;Huyện D;60")
    assert loaded(path)["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
    found, told = read_and_told(load_scores, text(*rows, "Trang 2;;", *header, "3;Sở C;70"))
    assert "block" not in found
    assert "'Trang 2'" in told


def test_blocks_beside_one_another_whose_numbers_run_on_are_two(text):
    path = text("Khối sở;;;;Khối huyện;;", "STT;Đơn vị;Điểm;;STT;Đơn vị;Điểm",
                "1;Sở A;90;;3;Huyện C;70", "2;Sở B;80;;4;Huyện D;60")  # fmt: skip
    assert loaded(path)["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2
