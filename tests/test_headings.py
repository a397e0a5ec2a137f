"""What titles say: the year of their tables, their blocks, and what they share."""

import openpyxl
import pandas as pd
import pytest
from conftest import loaded, refusal

from cchc_analysis import LoadWarning, load_scores

HEADER = ["STT", "Đơn vị", "Tổng điểm"]
SO, HUYEN = [[1, "Sở A", 90], [2, "Sở B", 80]], [[1, "Huyện A", 91], [2, "Huyện B", 70]]
TITLE = "KẾT QUẢ XẾP HẠNG CHỈ SỐ CCHC"


@pytest.fixture
def book(tmp_path):
    def write(**sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, (title, rows) in sheets.items():
            sheet = made.create_sheet(name.replace("_", " "))
            for row in ([title], [], HEADER, *rows):
                sheet.append(row)
        made.save(tmp_path / "bảng.xlsx")
        return tmp_path / "bảng.xlsx"

    return write


def text(folder, *lines):
    rows = [";".join(map(str, row)) for row in (HEADER, *SO)]
    (folder / "bảng.csv").write_text("\n".join([*lines, *rows]) + "\n", encoding="utf-8")
    return folder / "bảng.csv"


def groups(scores):
    columns = [column for column in ("year", "block") if column in scores]
    return scores[columns].drop_duplicates().to_numpy().tolist()


def test_sheets_that_are_named_are_blocks_and_what_their_titles_share_is_the_year(book):
    path = book(Khối_sở=(f"{TITLE} CÁC SỞ, BAN, NGÀNH NĂM 2024", SO),
                Khối_huyện=(f"{TITLE} UBND CÁC HUYỆN NĂM 2024", HUYEN))  # fmt: skip
    with pytest.warns(LoadWarning, match="lấy năm 2024 từ tiêu đề 'KẾT QUẢ"):
        assert groups(load_scores(path)) == [[2024, "Khối sở"], [2024, "Khối huyện"]]
    same = book(Sở=(f"{TITLE} NĂM 2024", SO), Huyện=(f"{TITLE} NĂM 2024", HUYEN))
    assert groups(loaded(same)) == [[2024, "Sở"], [2024, "Huyện"]]
    years = book(Khối_sở=(f"{TITLE} NĂM 2023", SO), Khối_huyện=(f"{TITLE} NĂM 2024", HUYEN))
    assert groups(loaded(years)) == [[2023, "Khối sở"], [2024, "Khối huyện"]]


@pytest.mark.parametrize("sheets", [("Sheet1", "Sheet2"), ("Biểu_1", "Biểu_2"), ("PL_I", "PL_II")])
def test_of_sheets_without_a_name_the_titles_leave_the_blocks(book, sheets):
    titles = (f"{TITLE} CÁC SỞ, BAN, NGÀNH CỦA TỈNH NĂM 2024",
              f"{TITLE} UBND CÁC HUYỆN, THỊ XÃ CỦA TỈNH NĂM 2024")  # fmt: skip
    path = book(**dict(zip(sheets, zip(titles, (SO, HUYEN), strict=True), strict=True)))
    blocks = [[2024, "CÁC SỞ, BAN, NGÀNH"], [2024, "UBND CÁC HUYỆN, THỊ XÃ"]]
    assert groups(loaded(path)) == blocks


def test_sheets_named_by_years_or_titled_by_them_are_years(book):
    named = book(**{"2023": (TITLE, SO), "2024": (TITLE, SO)})
    assert groups(loaded(named)) == [[2023], [2024]]
    titled = book(Sheet1=(f"{TITLE} NĂM 2023", SO), Sheet2=(f"{TITLE} NĂM 2024", SO))
    assert groups(loaded(titled)) == [[2023], [2024]]
    against = book(**{"2024": (f"{TITLE} NĂM 2023", SO), "2025": (f"{TITLE} NĂM 2024", SO)})
    assert "tiêu đề không cho biết bảng nào là khối nào, năm nào" in refusal(against)


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE} NĂM 2024", "PAR INDEX 2024", "Chỉ số CCHC (năm 2024)", "Năm đánh giá: 2024",
        "Kết quả năm 2024 (công bố năm 2025)", "Kết quả năm 2024 so với năm 2023",
        "Kết quả CCHC giai đoạn 2021-2025 năm 2024",
        "Kết quả CCHC năm 2024 theo Quyết định số 12/2025/QĐ-UBND ngày 5/1/2025",
    ],
)  # fmt: skip
def test_the_year_of_the_only_title_is_taken_and_told(tmp_path, title):
    with pytest.warns(LoadWarning, match="lấy năm 2024 từ tiêu đề .*; dùng year= nếu khác"):
        assert groups(load_scores(text(tmp_path, "UBND TỈNH", title))) == [[2024]]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Kết quả 6 tháng đầu năm 2024", "là của một phần năm 2024"),
        ("Kết quả quý IV năm 2024", "là của một phần năm 2024"),
        ("Kết quả đợt 1 năm 2024", "là của một phần năm 2024"),
        ("BÁO CÁO KẾT QUẢ CCHC QUÝ III/2023", "là của một phần năm 2023"),
        ("Kết quả tháng 12/2024", "là của một phần năm 2024"),
        ("Kết quả tháng sáu năm 2024", "là của một phần năm 2024"),
        ("Quý 4, 2024", "là của một phần năm 2024"),
        ("Phụ lục 2024", "có số 2024 mà không ghi là năm của kết quả"),
        ("Sở, ban, ngành 2024", "có số 2024 mà không ghi là năm của kết quả"),
        ("CCHC-2024", "có số 2024 mà không ghi là năm của kết quả"),
        ("Kết quả năm 2023 - 2024", "ghi nhiều năm"),
        ("Kết quả năm 2023-24", "ghi nhiều năm"),
        ("GIAI ĐOẠN 2021-2025", "ghi nhiều năm"),
        ("Kết quả nhiệm kỳ 2021 - 2026", "ghi nhiều năm"),
        ("Kết quả năm 2023 và năm 2024", "ghi nhiều năm"),
        ("Kết quả năm 2024, nhiệm vụ năm 2025", "ghi nhiều năm"),
    ],
)
def test_a_doubtful_year_is_told_and_not_taken(tmp_path, title, words):
    with pytest.warns(LoadWarning, match=f"{words} nên không lấy năm; dùng year="):
        assert "year" not in load_scores(text(tmp_path, title))


@pytest.mark.parametrize(
    "line",
    [
        "Quyết định số 123/QĐ-UBND ngày 5/1/2025", "Quyết định số 123/QĐ-UBND năm 2025",
        "Quyết định số 123 năm 2025 công bố kết quả", "Huế, ngày 05 tháng 01 năm 2025",
        "Kết quả chấm điểm, ngày tháng 01 năm 2025", "Kết quả công bố năm 2025",
        "Luật Tổ chức chính quyền địa phương năm 2015",
        "Chỉ số theo TCVN ISO 9001:2015",
    ],
)  # fmt: skip
def test_a_date_or_the_number_of_a_decision_is_no_year_of_scores(tmp_path, line):
    assert "year" not in load_scores(text(tmp_path, line))


def test_titles_of_two_years_over_one_table_are_told(tmp_path):
    path = text(tmp_path, "Kết quả năm 2023", "Kết quả năm 2024")
    with pytest.warns(LoadWarning, match="khác năm nên không lấy năm"):
        assert "year" not in load_scores(path)


def test_the_title_of_the_scores_may_name_another_year(tmp_path):
    path = tmp_path / "bảng.csv"
    path.write_text("Kết quả năm 2024;;;\nĐơn vị;Điểm năm 2023;Hạng\nA;90;1\nB;80;2\n", "utf-8")
    with pytest.warns(LoadWarning, match="ghi năm 2024 còn cột điểm ghi năm 2023"):
        assert "year" not in load_scores(path)


@pytest.mark.parametrize("title", ["By Statistics Indonesia in 2023", "Phụ lục 2024", "CCHC-2024"])
def test_a_title_with_some_year_takes_none_away_from_the_title_of_the_scores(tmp_path, title):
    path = tmp_path / "bảng.csv"
    path.write_text(f"{title};;\nĐơn vị;Điểm năm 2023;Hạng\nA;90;1\nB;80;2\n", "utf-8")
    assert groups(loaded(path)) == [[2023]]


def test_what_the_caller_gives_wins_and_is_told(tmp_path, book):
    with pytest.warns(LoadWarning, match="dùng năm 2023 dù tiêu đề 'Kết quả năm 2024' ghi 2024"):
        assert groups(load_scores(text(tmp_path, "Kết quả năm 2024"), year=2023)) == [[2023]]
    path = book(Khối_sở=(f"{TITLE} NĂM 2023", SO), Khối_huyện=(f"{TITLE} NĂM 2024", HUYEN))
    assert "các bảng có tiêu đề ghi năm 2023, 2024" in refusal(path, year=2024)
    assert groups(loaded(path, table=1, year=2024, block="x")) == [[2024, "x"]]


@pytest.mark.parametrize("blocks", [[], ["Khối sở"], ["Khối sở", "Khối huyện"]])
def test_titles_that_each_span_two_rows_are_one_header(tmp_path, blocks):
    page = (file := openpyxl.Workbook()).active
    page.append(["KẾT QUẢ NĂM 2023"])
    for at, block in enumerate(blocks or [""]):
        page.append([block])
        page.append(["STT", "Đơn vị", "Tổng điểm"])
        last = page.max_row
        for column in "ABC":
            page.merge_cells(f"{column}{last}:{column}{last + 1}")
        page.append([])
        for number in (1, 2):
            page.cell(last + 1 + number, 1, number)
            page.cell(last + 1 + number, 2, f"{block} a{number}")
            page.cell(last + 1 + number, 3, 95 - number - 10 * at)
    file.save(tmp_path / "b.xlsx")
    scores = loaded(tmp_path / "b.xlsx")
    assert scores["score"].tolist() == [94, 93, 84, 83][: 2 * max(1, len(blocks))]
    assert set(scores["year"]) == {2023}
    assert len(blocks) < 2 or list(scores["block"].unique()) == blocks


def test_a_title_over_all_tables_of_a_page_gives_their_year(tmp_path):
    table = pd.DataFrame(SO, columns=HEADER).to_html(index=False)
    other = pd.DataFrame(HUYEN, columns=HEADER).to_html(index=False)
    path = tmp_path / "trang.html"
    path.write_text(
        f"<html><body><p>Đăng ngày 12/01/2025</p><h1>{TITLE} năm 2024</h1><h2>Khối sở</h2>{table}"
        f"<h2>Khối huyện</h2>{other}</body></html>", "utf-8")  # fmt: skip
    assert groups(loaded(path)) == [[2024, "Khối sở"], [2024, "Khối huyện"]]


def test_a_year_in_only_some_titles_is_not_taken(book):
    path = book(Sheet1=("Khối sở năm 2024", SO), Sheet2=("Khối huyện", HUYEN))
    with pytest.warns(LoadWarning, match="còn tiêu đề của bảng khác không ghi năm"):
        assert groups(load_scores(path)) == [["Khối sở"], ["Khối huyện"]]
