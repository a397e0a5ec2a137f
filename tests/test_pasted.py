import itertools
from pathlib import Path

import pandas as pd
import pytest
from conftest import DATA, loaded

from cchc_analysis import LoadWarning, load_scores
from cchc_analysis.refusal import Refusal

PASTED = Path(__file__).parent / "fixtures" / "cchc-2020-pasted.txt"
LINES = PASTED.read_text(encoding="utf-8").splitlines()
FIRST, LAST = (
    LINES.index("1", LINES.index("STT")),
    LINES.index("Không có đơn vị xếp loại Trung bình, Yếu."),
)
TOWN = load_scores(DATA / "cchc-2020.csv")
pytestmark = pytest.mark.filterwarnings("ignore:.*không đọc phần chữ từ dòng")
UNSCORED = pytest.mark.filterwarnings("ignore:.*chưa có điểm")


@pytest.fixture
def load(tmp_path):
    def load_text(lines):
        path = tmp_path / "dán.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return load_scores(path)

    return load_text


def test_pasted_text_and_csv_give_the_identical_table():
    pd.testing.assert_frame_equal(load_scores(PASTED), TOWN)


def test_the_fixture_is_as_untidy_as_a_browser_leaves_it():
    assert {"", "Xếp", "hạng", "và xã hội", "2020", "5"} <= set(LINES)
    assert len(LINES) > 18 * 5


@pytest.mark.parametrize("at", [at for at in range(FIRST, LAST) if LINES[at].strip()])
def test_a_lost_line_is_refused_or_costs_a_word_of_a_name(load, at):
    """A part of a name that is gone cannot be seen; a number, a grade or a row can."""
    try:
        loaded = load(LINES[:at] + LINES[at + 1 :])
    except ValueError as error:
        assert "dán.txt, dòng" in str(error)
        return
    rest = loaded.drop(columns="unit").compare(TOWN.drop(columns="unit"))
    assert rest.empty
    assert (loaded["unit"] != TOWN["unit"]).sum() == 1


@pytest.mark.parametrize("at", range(FIRST + 1, LAST))
def test_text_that_breaks_off_gives_whole_rows_or_a_refusal(load, at):
    try:
        loaded = load(LINES[:at])
    except ValueError:
        return
    pd.testing.assert_frame_equal(loaded, TOWN.head(len(loaded)))
    filled = [line for line in LINES[FIRST:at] if line.strip()]
    assert filled[-1] in ("XUẤT SẮC", "SẮC", "TỐT", "KHÁ")


@pytest.mark.parametrize("at", [at for at in range(FIRST, LAST) if LINES[at].strip()])
def test_a_doubled_line_never_changes_a_number(load, at):
    try:
        loaded = load(LINES[: at + 1] + LINES[at:])
    except ValueError:
        return
    assert loaded.drop(columns="unit").compare(TOWN.drop(columns="unit")).empty


@pytest.mark.filterwarnings("ignore:.*bảng dán không có STT")
def test_without_numbering_the_table_must_be_the_end(load):
    rows = ["Đơn vị", "Điểm", "Phòng Nội vụ", "90,89", "Phòng Y tế", "67,52"]
    assert load(rows)["score"].tolist() == [90.89, 67.52]
    assert load([*rows, "Người ký"])["score"].tolist() == [90.89, 67.52]
    with pytest.raises(ValueError, match="dòng 8: 'một dòng chữ' trông như thuộc bảng"):
        load([*rows, "Tổng hợp"] + ["một dòng chữ"] * 12 + ["3"])


@UNSCORED
def test_ranks_may_be_words_and_scores_missing(load):
    lines = ["STT", "Đơn vị", "Điểm", "Xếp hạng", "1", "a", "-", "-", "2", "b", "80 điểm", "thứ 1"]
    loaded = load(lines)
    assert loaded["score"].isna().tolist() == [True, False]
    assert loaded["published_rank"].tolist() == [pd.NA, 1]


def test_a_scale_of_grades_that_is_not_known_is_read_line_by_line(load):
    lines = [
        "STT",
        "Đơn vị",
        "Điểm",
        "Xếp loại",
        "1",
        "a",
        "80",
        "Đạt",
        "2",
        "b",
        "40",
        "Không đạt",
    ]
    assert load(lines)["published_grade"].tolist() == ["Đạt", "Không đạt"]
    lines[3] = "Xếp hạng"
    lines[7], lines[11] = "Tốt", "Khá"
    assert load(lines)["published_grade"].tolist() == ["Tốt", "Khá"]


def test_a_second_table_is_not_passed_over(load):
    rows = ["1", "a", "80", "2", "b", "70"]
    below = ["1", "c", "60", "2", "d", "50"]
    with pytest.raises(ValueError, match="dòng 10: 'Khối huyện' mở đầu một khối mới"):
        load(["STT", "Đơn vị", "Điểm", *rows, "Khối huyện", *below])
    with pytest.raises(ValueError, match="dòng 10: 'c' trông như thuộc bảng"):
        load(["STT", "Đơn vị", "Điểm", *rows, *below])
    for lines in (
        ["Khối sở", "STT", "Đơn vị", "Điểm", *rows, "Khối huyện", *below],
        ["STT", "Đơn vị", "Điểm", "Khối sở", *rows, "Khối huyện", *below],
    ):
        with pytest.warns(LoadWarning, match="tên khối từ các dòng tiêu đề 'Khối sở', 'Khối"):
            assert load(lines)["block"].tolist() == ["Khối sở"] * 2 + ["Khối huyện"] * 2


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Năm 2020 có 18 đơn vị", "Xuất sắc", "3"], "không tìm thấy dòng tiêu đề"),
        (["STT", "Đơn vị", "Điểm"], "cuối tệp: không đọc được dòng nào"),
        (["STT", "Đơn vị", "Điểm", "Phòng Nội vụ", "80"], "dòng 4: không đọc được dòng nào"),
    ],
)
def test_text_without_a_table_is_refused(load, lines, words):
    with pytest.raises(ValueError, match=words):
        load(lines)


def test_a_long_table_is_read(load):
    lines = ["STT", "Đơn vị", "Điểm"]
    for number in range(1, 1501):
        lines += [str(number), f"Đơn vị {number}", f"{number % 100},5"]
    assert len(load(lines)) == 1500


LISTED = [
    "Không có đơn vị xếp loại Yếu.",
    "Tổng hợp",
    "Xuất sắc",
    "1",
    "Khá",
    "1",
    "Lượt xem",
    "1234",
]


@pytest.mark.filterwarnings("ignore:.*bảng dán không có STT")
@pytest.mark.parametrize("number", [True, False])
@pytest.mark.parametrize("rank", [True, False])
@pytest.mark.parametrize("grade", [True, False])
def test_a_list_of_grades_and_counts_after_the_table_is_no_part_of_it(load, number, rank, grade):
    lines = []
    header = ["STT", "Đơn vị", "Điểm", "Xếp hạng", "Xếp loại"]
    first = ["1", "Phòng Nội vụ", "95,5", "1", "Xuất sắc"]
    for row in (header, first, ["2", "Phòng Y tế", "70", "2", "Khá"]):
        lines += row[not number : 3] + row[3:4] * rank + row[4:] * grade
    listed = LISTED if number or rank or grade else ["Xuất sắc", "1", "Khá", "1"]
    loaded = load(lines + listed)
    assert loaded["unit"].tolist() == ["Phòng Nội vụ", "Phòng Y tế"]
    assert loaded["score"].tolist() == [95.5, 70]


@UNSCORED
def test_an_unscored_row_and_column_numbers_are_understood(load):
    lines = ["STT", "Đơn vị", "Điểm", "Xếp hạng", "Xếp loại", "(1)", "(2)", "(3)", "(4)", "(5)"]
    lines += ["1", "Phòng Nội vụ", "95,5", "1", "Xuất sắc", "2", "Phòng Y tế", "-", "N/A", "–"]
    loaded = load(lines)
    assert loaded["score"].isna().tolist() == [False, True]
    assert loaded["published_grade"].isna().tolist() == [False, True]


def test_units_may_be_called_a_and_b_and_the_last_is_told(load):
    with pytest.warns(UserWarning, match=r"hãy kiểm tra đơn vị cuối 'B' \(dòng 5\)"):
        assert load(["Đơn vị", "Điểm", "A", "95", "B", "80"])["unit"].tolist() == ["A", "B"]


def test_a_title_that_is_also_a_header_does_not_hide_the_table(load):
    lines = ["Xếp hạng", "STT", "Đơn vị", "Điểm", "Xếp hạng", "1", "Phòng Nội vụ", "90", "1"]
    assert load(lines)["published_rank"].tolist() == [1]


def test_a_table_of_counts_below_the_table_is_no_part_of_it(load):
    lines = ["STT", "Đơn vị", "Điểm", "Xếp loại", "1", "Phòng Nội vụ", "95,5", "Xuất sắc"]
    counts = ["STT", "Xếp loại", "Số lượng", "Tỷ lệ", "1", "Xuất sắc", "1", "100%"]
    assert load(lines + counts)["score"].tolist() == [95.5]


def test_prose_that_names_columns_costs_no_time(load):
    prose = ["Đơn vị", "Điểm", "một dòng chữ"] * 1500
    lines = ["STT", "Đơn vị", "Điểm", "1", "Phòng Nội vụ", "95,5"]
    assert load(prose + lines)["score"].tolist() == [95.5]


def test_a_table_that_reads_in_two_ways_is_refused(load):
    lines = ["STT", "Đơn vị", "Khối", "Điểm", "1", "Phòng", "Nội vụ", "Khối sở", "80"]
    with pytest.raises(ValueError, match="dòng 5: bảng dán đọc được theo nhiều cách"):
        load(lines)
    assert load([*lines[:5], "Phòng Nội vụ", *lines[7:]])["block"].tolist() == ["Khối sở"]


def test_a_lost_score_does_not_take_the_number_of_the_next_row(load):
    lines = ["STT", "Đơn vị", "Điểm", "1", "Phòng A", "97,23", "2", "Phòng B", "3", "Phòng C", "70"]
    with pytest.raises(ValueError, match="dòng 7: 'Phòng B' trông như thuộc bảng"):
        load(lines)
    assert load([*lines[:8], "90", *lines[8:]])["score"].tolist() == [97.23, 90, 70]


def test_what_stands_below_the_table_is_told(load):
    with pytest.warns(LoadWarning, match="không đọc phần chữ từ dòng 7 'Nơi nhận:'"):
        assert load(["Đơn vị", "Điểm", "a", "90", "b", "80", "Nơi nhận:"]).shape == (2, 4)


def test_pieces_of_a_number_are_refused_wherever_they_stand(load):
    table = ["STT", "Đơn vị", "Điểm", "1", "a", "90", "2", "Phường"]
    for broken in (["2", "91"], ["90,", "5"], ["90", ",5"]):
        for rest in ([], ["3", "c", "80"]):
            with pytest.raises(ValueError, match="bảng dán|không đọc được"):
                load([*table, *broken, *rest])


def test_a_title_may_state_the_maximum_on_a_line_of_its_own(load):
    scores = load(["STT", "Đơn vị", "Tổng điểm", "(thang 70)", "1", "a", "63", "2", "b", "60"])
    assert scores["max_score"].tolist() == [70, 70]


@pytest.mark.parametrize("first", [["a"], ["a", "90"]])
def test_a_first_row_that_lost_a_cell_is_refused(load, first):
    lines = ["STT", "Đơn vị", "Điểm", "Xếp hạng", "1", *first]
    with pytest.raises(Refusal, match="trông như thuộc bảng nhưng không đọc được"):
        load([*lines, "2", "b", "80", "2", "3", "c", "70", "3"])


def test_a_lost_grade_is_no_reason_to_take_another_word_for_it(load):
    table = ["STT", "Đơn vị", "Điểm", "Xếp loại", "1", "a", "90", "Đạt", "2", "b", "80"]
    with pytest.raises(ValueError, match="không đọc được"):
        load([*table, "Nơi nhận:", "UBND"])


def test_names_joined_without_a_numbering_are_told(load):
    with pytest.warns(LoadWarning, match="1 tên ghép từ nhiều dòng .'Sở C Sở D'"):
        load(["Đơn vị", "Điểm", "Xếp hạng", "Sở A", "90", "1", "Sở C", "Sở D", "70", "2"])


SURVEYED = ["STT", "Đơn vị", "Tổng điểm", "Điểm điều tra XHH"]
SO = ["1", "Sở A", "92,93", "33,68", "2", "Sở B", "91,2", "30,1", "3", "Sở C", "90", "29,5"]
HUYEN = [line.replace("Sở", "Huyện") for line in SO]
PARTS = ["STT", "Đơn vị", "Điểm tự chấm", "Điểm thẩm định", "Điểm XHH", "Tổng điểm", "Chỉ số"]
SCORED = ["1", "Sở A", "60", "58", "30", "88", "88", "2", "Sở B", "59", "57", "29", "86", "86"]
SCORED += ["3", "Sở C", "58", "55", "28", "83", "83"]
GRADED = ["STT", "Đơn vị", "Điểm XHH", "Tổng điểm", "Xếp loại"]
GRADES = ["1", "Sở A", "30", "95", "Xuất", "sắc", "2", "Sở B", "29", "85", "Tốt"]


@pytest.mark.parametrize(
    ("lines", "scores"),
    [
        ([*SURVEYED, *SO], [92.93, 91.2, 90]),
        ([*SURVEYED[1:], *SO], [92.93, 91.2, 90]),
        ([*SURVEYED[1:], *(line for at, line in enumerate(SO) if at % 4)], [92.93, 91.2, 90]),
        ([*SURVEYED[:3], "Điểm điều", "tra (XHH)", *SO], [92.93, 91.2, 90]),
        ([*SURVEYED, *SO[:5], "Sở Lao động,", "Thương binh", *SO[6:]], [92.93, 91.2, 90]),
        ([*PARTS, *SCORED], [88, 86, 83]),
        ([*GRADED, *GRADES], [95, 85]),
    ],
)
def test_columns_that_are_not_known_are_counted_by_the_length_of_the_rows(load, lines, scores):
    with pytest.warns(LoadWarning, match="cột chưa biết, hiểu mỗi dòng là"):
        assert load(lines)["score"].tolist() == scores


@pytest.mark.parametrize("at", [at for at in range(len(SCORED)) if at % 7 > 1])
def test_a_lost_cell_among_unknown_columns_never_shifts_a_score(load, at):
    unit = SCORED[at - at % 7 + 1]
    with pytest.raises(ValueError, match=f"'{unit}' trông như thuộc bảng|không tìm thấy|đủ"):
        load([*PARTS, *SCORED[:at], *SCORED[at + 1 :]])


@pytest.mark.filterwarnings("ignore:.*cột chưa biết")
@pytest.mark.parametrize(
    "lines",
    [
        ["1.Nhóm sở", *SURVEYED, *SO, "2. Nhóm huyện", *SURVEYED, *HUYEN],
        [*SURVEYED, "1. Nhóm sở", *SO, "2.Nhóm huyện", *HUYEN],
        ["I.Nhóm sở", *SURVEYED, *SO, "II.Nhóm huyện", *SURVEYED, *HUYEN, "Nơi nhận:"],
    ],
)
def test_tables_of_unknown_columns_under_numbered_headings_are_blocks(load, lines):
    assert load(lines)["block"].tolist() == ["Nhóm sở"] * 3 + ["Nhóm huyện"] * 3


@pytest.mark.filterwarnings("ignore:.*cột chưa biết")
@pytest.mark.parametrize("titles", [SURVEYED, []])
def test_a_block_may_be_larger_than_the_one_above_it(load, titles):
    more = [*HUYEN, "4", "Huyện D", "88", "28", "5", "Huyện E", "87", "27"]
    table = load(["I. Nhóm sở", *SURVEYED, *SO, "II. Nhóm huyện", *titles, *more])
    assert table["block"].tolist() == ["Nhóm sở"] * 3 + ["Nhóm huyện"] * 5


@pytest.mark.parametrize("lost", ["Xuất", "90,", "Sở"])
def test_a_row_of_unknown_columns_whose_number_is_lost_is_refused(load, lost):
    with pytest.raises(ValueError, match=f"'{lost}' trông như thuộc bảng|không đọc được"):
        load([*SURVEYED, *SO[:8], lost, *SO[9:]])


RANKED = ["TT", "Đơn vị", "Tổng điểm", "Xếp hạng", "1", "Huyện A", "85", "1"]
RANKED += ["2", "Huyện B", "84", "2"]


@pytest.mark.parametrize("titles", [["TT", "Đơn vị", "Xếp hạng"], ["Đơn vị", "Tổng điểm"]])
def test_a_block_whose_title_is_empty_is_refused(load, titles):
    rows = ["1", "Sở A", "95", "1", "2", "Sở B", "94", "2"]
    with pytest.raises(ValueError, match="'Đơn vị' trông như tiêu đề của một bảng"):
        load([*titles, *rows, *RANKED])


@pytest.mark.parametrize("row", [["7", "Sở X", "99"], ["Sở X", "99", "Sở Y", "98"]])
def test_units_above_a_pasted_header_are_told(load, row):
    with pytest.warns(LoadWarning, match="(?i)không đọc phần chữ từ dòng 1 '.*Sở X"):
        assert len(load([*row, *RANKED])) == 2


@pytest.mark.filterwarnings("ignore:.*(chưa có điểm|mỗi dòng là 4 ô)")
@pytest.mark.parametrize("first", [0, 1])
def test_what_is_missing_is_no_title(load, first):
    rows = [["Sở A", "7", "90", "1"], ["Sở B", "8", "80", "2"], ["Sở C", "9", "70", "3"]]
    rows.insert(first, ["Sở D", "N/A", "N/A", "N/A"])
    lines = ["Province", "Entry", "PCI Score", "Rank", *(cell for row in rows for cell in row)]
    scores = load(lines)
    assert len(scores) == 4
    assert scores["unit"][scores["score"].isna()].tolist() == ["Sở D"]


@pytest.mark.filterwarnings("ignore:.*(mỗi dòng là|bảng dán)")
def test_ranks_and_scores_in_one_cell_are_read_where_titles_break_over_lines(load):
    rows = [f"{n}\nTỉnh {n}\n{n:02d} (9{9 - n},5)" for n in range(1, 10)]
    titles = ["TT", "Tỉnh, thành phố trực thuộc", "Trung ương", "Năm 2017"]
    scores = load([*titles, *"\n".join(rows).split("\n")])
    assert scores["score"].tolist() == [99.5 - n for n in range(1, 10)]
    assert scores["published_rank"].tolist() == list(range(1, 10))


@pytest.mark.parametrize(
    "cut", [["Sở D", "5", "6", "7"], ["Sở D", "5", "6", "7", "70", "Khá", "x"]]
)
def test_shorter_rows_below_rows_without_a_number_are_refused(load, cut):
    lines = ["Đơn vị", "Thể chế", "Thủ tục", "Tổng điểm", "Xếp loại"]
    for row in (["Sở A", "9", "9", "90", "Tốt"], ["Sở B", "8", "8", "80", "Tốt"], cut, cut):
        lines += row
    with pytest.raises(ValueError, match="'Sở D' trông như thuộc bảng"):
        load(lines)


@pytest.mark.parametrize("page", ["Trang 1/2", "TRANG 3", "Page 1 of 2"])
@pytest.mark.parametrize("at", [4, 5, 7])
def test_the_number_of_a_page_is_no_part_of_a_name(load, page, at):
    lines = ["STT", "Đơn vị", "Điểm", "1", "Sở A", "90", "2", "Sở B", "80", "3", "Sở C", "70"]
    lines.insert(at, page)
    with pytest.warns(LoadWarning, match=f"bỏ số trang ở dòng {at + 1} .'{page}'"):
        assert load(lines)["unit"].tolist() == ["Sở A", "Sở B", "Sở C"]


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("title", ["Điểm", "Tổng điểm"])
def test_one_row_under_its_own_header_is_not_lost(load, above, title):
    many = ["Đơn vị", "Thể chế", "Điểm", "Sở A", "7", "90", "Sở B", "9", "80", "Sở C", "8", "70"]
    one = ["Đơn vị", "Thể chế", title, "Huyện D", "6", "60"]
    with pytest.raises(ValueError, match="'Đơn vị' trông như tiêu đề|có 2 bảng|trông như thuộc"):
        load([*one, *many] if above else [*many, "Ghi thêm", *one])


@pytest.mark.parametrize(("titles", "rows", "words"), [
    # One title more than those that are known: the cells of the first row are no part of a name.
    ("Đơn vị|Điểm|Ghi gì", "Sở A|90|tốt|Sở B|80|khá|Sở C|70|yếu", "không dùng đến cột 'Ghi gì'"),
    ("STT|Đơn vị|Điểm cuối kỳ|Cỡ|1|2|3|4", "1|Sở A|90|5|2|Sở B|80|6|3|Sở C|70|7", "là 4 ô"),
    ("STT|Đơn vị|Điểm", "1|Sở A|90|2|Sở B|80|3|Sở C|70|Phụ lục|1|Lúa|5|6|2|Ngô|7|8|3|Khoai|7|8",
     "không đọc phần chữ từ dòng 13 'Phụ lục 1 Lúa 5' đến dòng 25"),
])  # fmt: skip
def test_what_stands_beside_rows_is_told_and_no_part_of_them(load, titles, rows, words):
    with pytest.warns(LoadWarning, match=words):
        scores = load([*titles.split("|"), *rows.split("|")])
    assert scores["unit"].tolist() == ["Sở A", "Sở B", "Sở C"]
    assert scores["score"].tolist() == [90, 80, 70]


@pytest.mark.parametrize(
    "total", [["Trung bình", "83"], ["Cao nhất"], ["Bình quân chung", "8", "83"]]
)
def test_shorter_rows_below_a_sum_without_a_number_are_refused(load, total):
    titles = ["Đơn vị", "Thể chế", "Nhân sự", "Điểm"]
    rows = ["Sở A", "7", "6", "90", "Sở B", "9", "8", "80"]
    with pytest.raises(ValueError, match="'Sở C' trông như thuộc bảng"):
        load([*titles, *rows, *total, "Sở C", "8", "70"])


# A list: a number, a name and a score on one line, or a name over its score

LISTS = [
    "1. Ty {0}|2. Cục {1}|3. Ban {2}", "1) Ty – {0}|2) Cục – {1}|3) Ban – {2}",
    "Hạng 1: Ty {0} điểm|Hạng 2: Cục {1} điểm|Hạng 3: Ban {2} điểm", "Ty {0}|Cục {1}|Ban {2}",
    "- Ty: {0} điểm;|- Cục: {1} điểm;|- Ban: {2} điểm.", "Ty ({0})|Cục ({1})|Ban ({2})",
    "Ty||{0}||Cục||{1}||Ban||{2}", "Ty||{0} điểm||Cục||{1} điểm||Ban||{2} điểm",
    "1. Ty||{0}||2. Cục||{1}||3. Ban||{2}", "TT Đơn vị|1 Ty {0}|2 Cục {1}|3 Ban {2}",
]  # fmt: skip


@pytest.mark.parametrize("lines", LISTS)
@pytest.mark.parametrize("scores", [["92,93", "91,5", "88"], ["90", "80", "70"]])
def test_what_is_proposed_of_a_list_reads_it(tmp_path, lines, scores):
    path = tmp_path / "dán.txt"
    text = "Kết quả năm 2023|" + lines.format(*scores)
    path.write_text(text.replace("|", "\n") + "\n", encoding="utf-8")
    with pytest.raises(Refusal, match="các ô cách nhau bằng dấu chấm phẩy") as refused:
        load_scores(path)
    found = loaded(path, columns=refused.value.option.value)
    assert found["unit"].tolist() == ["Ty", "Cục", "Ban"]
    assert found["score"].tolist() == [float(score.replace(",", ".")) for score in scores]


@pytest.mark.parametrize("row", ["{0} Sở {1} 9{0},5 {0}", "{0}. Sở {1} 9{0} {0}", "Sở {1} 9{0} 2"])
def test_of_two_numbers_in_a_line_none_is_proposed_as_the_score(tmp_path, row):
    path = tmp_path / "dán.txt"
    lines = [row.format(at, name) for at, name in enumerate("abc", start=1)]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_scores(path)
    assert "score" not in (refused.value.option.value if refused.value.option else {})


@pytest.mark.parametrize("number", ["{}. ", "{}.", "{}) "])
def test_a_number_before_each_name_is_told_and_no_part_of_it(tmp_path, number):
    path = tmp_path / "b.csv"
    rows = [f"{number.format(at)}{name};8{at}" for at, name in enumerate("abc", start=1)]
    path.write_text("\n".join(["Đơn vị;Điểm", *rows, ""]), encoding="utf-8")
    with pytest.warns(LoadWarning, match="bỏ số thứ tự trước các tên đơn vị"):
        assert load_scores(path)["unit"].tolist() == ["a", "b", "c"]
    path.write_text("Đơn vị;Điểm\n7. a;80\n2. b;81\n", encoding="utf-8")
    assert load_scores(path)["unit"].tolist() == ["7. a", "2. b"]


@pytest.mark.parametrize("change", ["(+1)", "(tăng 2)", "↓1"])
def test_pasted_cells_may_tell_a_change(load, change):
    with pytest.warns(LoadWarning, match="phần thay đổi sau số ở cột 'Điểm'"):
        scores = load(["STT", "Đơn vị", "Điểm", "1", "a", f"90,5 {change}", "2", "b", "80 (0)"])
    assert scores["score"].tolist() == [90.5, 80]


def test_a_first_row_that_lost_its_score_is_refused_and_one_without_a_score_is_read(load):
    titles, rest = ["STT", "Đơn vị", "Điểm"], ["2", "Sở B", "80", "3", "Sở C", "70"]
    for lost in (["1", "Sở A"], ["1", "Sở A 90"]):
        with pytest.raises(Refusal, match="trông như thuộc bảng|không đọc được dòng nào"):
            load([*titles, *lost, *rest])
    with pytest.warns(LoadWarning, match="1 đơn vị chưa có điểm"):
        scores = load([*titles, "Khối sở", "1", "Sở A", "-", *rest])
    assert scores["score"].isna().tolist() == [True, False, False]


@pytest.mark.filterwarnings("ignore:.*cột chưa biết")
@pytest.mark.parametrize("broken", [["Huyện", "A"], ["Huyện A"], ["Huyện A,", "phường", "B"]])
def test_names_over_several_lines_in_the_next_block_are_read(load, broken):
    more = ["1", *broken, "92", "30", "2", "Huyện C", "91", "29"]
    scores = load([*SURVEYED, "1. Nhóm sở", *SO, "2.Nhóm huyện", *more])
    assert scores["unit"].tolist()[3:] == [" ".join(broken), "Huyện C"]
    assert scores["block"].tolist() == ["Nhóm sở"] * 3 + ["Nhóm huyện"] * 2


@pytest.mark.parametrize("lost", ["29,5", "90", "Huyện C"])
def test_a_second_block_that_is_not_whole_is_refused(load, lost):
    at = HUYEN.index(lost)
    with pytest.raises(Refusal, match="trông như"):
        load([*SURVEYED, "1. Nhóm sở", *SO, "2. Nhóm huyện", *HUYEN[:at], *HUYEN[at + 1 :]])


@pytest.mark.filterwarnings("ignore:.*cột chưa biết")
def test_cells_parted_by_single_spaces_are_read(load):
    scores = load([
        "KẾT QUẢ XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM 2023",
        "STT Cơ quan, đơn vị Điểm điều tra XHH Tổng", "điểm", "Xếp hạng Xếp loại",
        "I. Khối sở", "1 Văn phòng HĐND&UBND 30,25 97,23 1 Xuất", "sắc",
        "2 Sở Tài chính - Kế hoạch, Khoa học và", "Công nghệ - 90 2 Tốt", "Trang 1/2",
        "Khối huyện", "1 Huyện A 29 80 1 Tốt", "2 Huyện B 28 70,5 2 Khá",
    ])  # fmt: skip
    assert scores.drop(columns=["max_score", "max_assumed"]).to_csv(index=False).splitlines() == [
        "unit,score,year,block,published_rank,published_grade",
        "Văn phòng HĐND&UBND,97.23,2023,Khối sở,1,Xuất sắc",
        '"Sở Tài chính - Kế hoạch, Khoa học và Công nghệ",90.0,2023,Khối sở,2,Tốt',
        "Huyện A,80.0,2023,Khối huyện,1,Tốt", "Huyện B,70.5,2023,Khối huyện,2,Khá",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        (["1 Sở A 90,5 1", "2 Sở B 80", "3 Sở C 70 3"], "dòng 4"),  # a cell is lost
        (["1 Sở A 90,5 1", "3 Sở C 70 3", "4 Sở D 60 4"], "dòng 3"),  # a row is lost
        (["1 Phường 1 90,5 1", "2 Phường 2 80 2"], "dòng 2"),  # which number is the score?
        (["1 Sở A Khối sở 90,5 1", "2 Sở B Khối sở 80 2 tốt"], "dòng 3|không tìm thấy"),
    ],
)
def test_what_single_spaces_do_not_tell_is_refused(load, rows, place):
    with pytest.raises(Refusal, match=place):
        load(["STT Đơn vị Điểm Xếp hạng", *rows])


def test_a_table_of_more_words_than_are_read_is_refused_with_a_remedy_that_works(load):
    names = ["".join(letters) for letters in itertools.product("abcdefghij", repeat=4)]
    rows = [
        [str(at), f"Sở {name}", f"{at**0.5:.3f}".replace(".", ",")]
        for at, name in enumerate(names[:2600], start=1)
    ]
    titles = ["STT", "Đơn vị", "Điểm"]
    with pytest.raises(Refusal, match="giới hạn 10000 từ"):
        load([" ".join(row) for row in (titles, *rows)])  # 2,500 lines are 10,000 words
    assert len(load([";".join(row) for row in (titles, *rows)])) == 2600


@pytest.mark.filterwarnings("ignore:.*lấy tên khối từ")
@pytest.mark.parametrize("part", ["{}. {}", "{} {}", "{}\n{}", "{}\n\n{}"])
@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_part_may_have_its_number_beside_or_above_its_name(load, between, part):
    rows = [["1", "Sở A", "95,5", "1"], ["2", "Sở B", "90", "2"]]
    lines = [between.join(["STT", "Đơn vị", "Điểm", "Xếp hạng"])]
    for names in [["I", "KHỐI SỞ"], ["II", "Khối huyện"]]:
        lines += [part.format(*names), *map(between.join, rows)]
    scores = load(lines)
    assert scores["block"].tolist() == ["KHỐI SỞ"] * 2 + ["Khối huyện"] * 2
    assert scores["unit"].tolist() == ["Sở A", "Sở B"] * 2


def test_a_unit_or_a_grade_of_one_letter_heads_no_part(load):
    scores = load(["STT", "Đơn vị", "Điểm", "1", "X", "90", "2", "V Land", "1"])
    assert scores["unit"].tolist() == ["X", "V Land"]
    titles = ["STT", "Đơn vị", "Điểm", "Xếp loại", "Xếp hạng"]
    scores = load([*titles, "1", "X", "90", "Tốt", "1", "2", "V", "80", "Khá", "2"])
    assert scores["published_rank"].tolist() == [1, 2]


@pytest.mark.parametrize("last", [["2"], []])
def test_the_number_of_a_page_may_stand_alone_above_titles_that_come_again(load, last):
    titles = "TT Đơn vị Tổng điểm Xếp hạng"
    rows = ["1 Sở A 95,5 1", "2 Sở B 90,5 2", "3 Sở C 88,5 3", "4 Sở D 85,5 4"]
    with pytest.warns(LoadWarning, match="Bỏ số trang ở dòng 4") as told:
        scores = load([titles, *rows[:2], "1", titles, *rows[2:], *last])
    assert scores["score"].tolist() == [95.5, 90.5, 88.5, 85.5]
    assert ("dòng 4, 8" in str(told[0].message)) == bool(last)


@pytest.mark.filterwarnings("ignore:.*tiêu đề lặp lại")
def test_a_rank_that_is_broken_off_its_row_is_no_number_of_a_page(load):
    titles = "TT Đơn vị Tổng điểm Xếp hạng"
    scores = load([titles, "1 Sở A 95,5 1", "2 Sở B 90,5", "2", titles, "3 Sở C 80,5", "3"])
    assert scores["published_rank"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("between", "words"), [(" ", "giới hạn 10000 từ"), ("\n", "giới hạn 10000 dòng")]
)
@pytest.mark.parametrize("many", [3400, 12_000])
def test_a_text_that_is_too_long_is_called_so_however_long(load, between, words, many):
    letters = itertools.cycle("abcdefghij")
    rows = [[str(at), f"Xã {next(letters)}", f"{at % 90},5"] for at in range(1, many)]
    with pytest.raises(Refusal, match=words):
        load([between.join(row) for row in (["STT", "Đơn vị", "Điểm"], *rows)])


def test_words_at_the_limit_lose_no_row(load):
    names = ["".join(letters) for letters in itertools.product("abcdefghijkl", repeat=3)][:1699]
    rows = [f"{at} Sở {name} 90,5 Xuất sắc" for at, name in enumerate(names, start=1)]
    with pytest.raises(Refusal, match="giới hạn 10000 từ"):  # a grade of two words is one cell
        load(["STT Đơn vị Điểm Xếp loại", *rows])


def test_names_that_end_in_a_number_are_read_as_is_proposed(load):
    titles = ["TT", "Đơn vị", "Điểm", "Hạng"]
    rows = [titles, ["1", "Sở A", "95,5", "1"], ["2", "Phường 1", "90", "2"]]
    with pytest.raises(Refusal, match="hãy cách các ô bằng dấu chấm phẩy"):
        load([" ".join(row) for row in rows])
    assert load([";".join(row) for row in rows])["unit"].tolist() == ["Sở A", "Phường 1"]
