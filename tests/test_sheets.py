import datetime
import warnings

import openpyxl
import pandas as pd
import pytest
import xlwt
from conftest import loaded, read_and_told, refusal
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TextProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P, Span
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from cchc_analysis import LoadWarning, list_tables, load_scores
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.cells import Where, check_size

HEADER = ["STT", "Đơn vị", "Tổng điểm"]


@pytest.fixture
def book(tmp_path):
    """Write rows to one sheet, or to several by name, and return the path."""

    def write(rows, *, change=lambda sheet: None, name="bảng.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, cells in (rows if isinstance(rows, dict) else {"Điểm": rows}).items():
            sheet = book.create_sheet(title)
            for row in cells:
                sheet.append(row)
            change(sheet)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime.date(2020, 5, 9), ["ô C3", "'09/05/2020'", "dạng ngày", "Text"]),
        (True, ["ô C3", "'TRUE'", "đúng/sai"]),
        ("=1/0", ["ô C3", "'#CHƯA TÍNH'", "công thức chưa có kết quả", "lưu lại"]),
        ("chín mươi", ["ô C3", "'chín mươi'", "không phải là số"]),
        (101, ["ô C3", "'101'", "0 đến 100"]),
    ],
)
def test_what_is_no_score_is_refused_with_its_cell(book, value, words):
    sentence = refusal(book([HEADER, [1, "a", 90], [2, "b", value]]))
    for word in ["bảng.xlsx, trang tính 'Điểm'", *words]:
        assert word in sentence


def test_an_error_cell_is_refused_in_every_format(book, tmp_path):
    def error(sheet):
        sheet["C3"].data_type = "e"

    path = book([HEADER, [1, "a", 90], [2, "b", "#DIV/0!"]], change=error)
    assert "ô C3: ô '#DIV/0!'" in refusal(path)
    old = xlwt.Workbook()
    sheet = old.add_sheet("Điểm")
    for at, row in enumerate([HEADER, [1, "a", 90], [2, "b"]]):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    sheet.row(2).set_cell_error(2, "#DIV/0!")
    old.save(str(tmp_path / "cũ.xls"))
    sentence = refusal(tmp_path / "cũ.xls")
    assert "ô C3: ô '#DIV/0!'" in sentence
    assert "công thức bị lỗi" in sentence


def test_a_percentage_is_read_as_it_is_shown(book, tmp_path):
    def percent(sheet):
        sheet["C2"].number_format = "0.00%"
        sheet["C3"].number_format = "0%"

    path = book([["STT", "Đơn vị", "Kết quả"], [1, "a", 0.9177], [2, "b", 1]], change=percent)
    scores = load_scores(path)
    assert scores["score"].tolist() == [91.77, 100]
    assert scale_of(scores) == "Thang điểm 100"
    old = xlwt.Workbook()
    sheet = old.add_sheet("x")
    for column, title in enumerate(["Đơn vị", "Kết quả"]):
        sheet.write(0, column, title)
    sheet.write(1, 0, "a")
    sheet.write(1, 1, 0.9177, xlwt.easyxf(num_format_str="0.00%"))
    old.save(str(tmp_path / "cũ.xls"))
    assert load_scores(tmp_path / "cũ.xls")["score"].tolist() == [91.77]


def test_a_raised_mark_is_no_digit(book):
    mark = TextBlock(InlineFont(vertAlign="superscript"), "1")
    path = book([HEADER, [1, "a", CellRichText("97,23", mark)]])
    sentence = refusal(path)
    assert "ô C2: ô '97,23[1]'" in sentence
    assert "chỉ số trên" in sentence
    named = book([HEADER, [1, CellRichText("Sở A", mark), 90]])
    with pytest.warns(LoadWarning, match=r"bỏ dấu chú thích ở 1 tên đơn vị .*Sở A\[1\]"):
        assert load_scores(named)["unit"].tolist() == ["Sở A"]


def test_stored_decimals_that_are_not_shown_are_told(book):
    path = book([HEADER, [1, "a", 81.8133333], [2, "b", 81.813]])
    with pytest.warns(LoadWarning, match=r"1 điểm lưu trong tệp có hơn 3 chữ số.*ô C2: 81.8133333"):
        assert load_scores(path)["score"].tolist() == [81.8133333, 81.813]


@pytest.mark.parametrize(
    ("code", "value", "is_longer"),
    [("0", 90.4, True), ("0.0", 81.25, True), ("#,##0.00", 81.255, True), ("0.00%", 0.81255, True),
     ('0.0" điểm"', 81.25, True), ("General", 81.25, False), ("0.00", 81.25, False),
     ("0.00%", 0.8125, False), ("0.0#", 81.25, False), ("@", 81.25, False)],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_a_number_that_is_shown_rounded_is_told(tmp_path, name, code, value, is_longer):
    rows = [HEADER, [1, "a", value], [2, "b", 1]]
    if name == "a.xls":
        book, style = xlwt.Workbook(), xlwt.easyxf(num_format_str=code)
        sheet = book.add_sheet("Điểm")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell, *([style] if (at, column) == (1, 2) else []))
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.active["C2"].number_format = code
    book.save(str(tmp_path / name))
    _, told = read_and_told(load_scores, tmp_path / name)
    assert ("1 điểm lưu trong tệp có nhiều chữ số hơn" in told) == is_longer


def test_a_table_on_a_hidden_sheet_is_said_where_there_is_no_other(book):
    def hide(sheet):
        sheet.parent.create_sheet("Bìa")["A1"] = "KẾT QUẢ"
        sheet.title, sheet.sheet_state = "Điểm", "hidden"

    words = refusal(book([HEADER, [1, "a", 90], [2, "b", 80]], change=hide))
    assert "không đọc trang tính ẩn 'Điểm'; hãy bỏ ẩn chỗ có bảng điểm" in words


def test_a_number_that_an_old_workbook_shows_nothing_of_is_refused(tmp_path):
    book, style = xlwt.Workbook(), xlwt.easyxf(num_format_str=";;;")
    sheet = book.add_sheet("Điểm")
    for at, row in enumerate([HEADER, [1, "a", 90], [2, "b", 80]]):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell, *([style] if (at, column) == (2, 2) else []))
    book.save(str(tmp_path / "a.xls"))
    assert "ô C3: ô '[80]' của cột" in refusal(tmp_path / "a.xls")


def test_a_block_merged_down_belongs_to_every_row(book):
    rows = [["Khối", *HEADER], ["Sở", 1, "a", 90], [None, 2, "b", 80], ["Huyện", 3, "c", 70]]
    path = book(rows, change=lambda sheet: sheet.merge_cells("A2:A3"))
    assert load_scores(path)["block"].tolist() == ["Sở", "Sở", "Huyện"]
    assert "ô A3: ô Khối để trống (có thể là ô gộp)" in refusal(book(rows))


def test_a_block_merged_down_in_libre_office_belongs_to_every_row(tmp_path):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Điểm")
    document.spreadsheet.addElement(sheet)
    for row in [["Khối", "Đơn vị", "Điểm"], ["Sở", "a", 90], [None, "b", 80]]:
        line = TableRow()
        sheet.addElement(line)
        for value in row:
            if value is None:
                line.addElement(CoveredTableCell())
                continue
            kind = "float" if isinstance(value, int) else "string"
            span = {"numberrowsspanned": 2} if value == "Sở" else {}
            number = {"value": value} if kind == "float" else {}
            cell = TableCell(valuetype=kind, **span, **number)
            cell.addElement(P(text=str(value)))
            line.addElement(cell)
    document.save(str(tmp_path / "gộp.ods"))
    assert load_scores(tmp_path / "gộp.ods")["block"].tolist() == ["Sở", "Sở"]


def test_what_libre_office_knows_of_a_cell_is_looked_up(tmp_path):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    def score(**cell):
        document = OpenDocumentSpreadsheet()
        sheet = Table(name="Điểm")
        document.spreadsheet.addElement(sheet)
        shown = cell.pop("shown", None)
        score = TableCell(**cell)
        if shown:
            score.addElement(P(text=shown))
        for row in (["Đơn vị", "Điểm"], ["a", score]):
            line = TableRow()
            sheet.addElement(line)
            for text in row:
                one = text if text is score else TableCell(valuetype="string")
                if text is not score:
                    one.addElement(P(text=text))
                line.addElement(one)
        document.save(str(tmp_path / "t.ods"))
        return tmp_path / "t.ods"

    percent = score(valuetype="percentage", value="0.9177", shown="91,77%")
    assert load_scores(percent)["score"].tolist() == [91.77]
    for cell, words in [
        ({"valuetype": "string", "formula": "of:=1/0", "shown": "#DIV/0!"}, "'#DIV/0!'"),
        ({"formula": "of:=1+1"}, "'#CHƯA TÍNH'"),
        ({"valuetype": "boolean", "booleanvalue": "true", "shown": "TRUE"}, "'TRUE'"),
        ({"valuetype": "date", "datevalue": "2020-05-09", "shown": "x"}, "'09/05/2020'"),
    ]:
        assert f"trang tính 'Điểm', ô B2: ô {words}" in refusal(score(**cell))


def test_sheets_are_blocks_or_years(book):
    blocks = {"Khối sở": [HEADER, [1, "a", 90]], "Khối huyện": [HEADER, [1, "b", 80]]}
    path = book(blocks)
    with pytest.warns(LoadWarning, match="đã gộp 2 bảng .'Khối sở', 'Khối huyện'."):
        scores = load_scores(path)
    assert scores[["unit", "block"]].values.tolist() == [["a", "Khối sở"], ["b", "Khối huyện"]]
    assert load_scores(path, table=2)["unit"].tolist() == ["b"]
    assert "block" not in load_scores(path, table="khối huyện")
    tables = list_tables(path)
    assert tables["place"].tolist() == ["trang tính 'Khối sở'", "trang tính 'Khối huyện'"]
    assert tables["first_units"].tolist() == ["a", "b"]
    years = loaded(book({"2020": [HEADER, [1, "a", 90]], "2021": [HEADER, [1, "a", 91]]}))
    assert years[["unit", "year"]].values.tolist() == [["a", 2020], ["a", 2021]]


def test_hidden_and_other_sheets_are_told(book):
    def hide(sheet):
        sheet.sheet_state = "hidden" if sheet.title == "cũ" else "visible"

    rows = {
        "Điểm": [HEADER, [1, "a", 90]],
        "cũ": [HEADER, [1, "a", 10]],
        "Phân bố": [["Xếp loại", "Số lượng"], ["Tốt", 1]],
    }
    with pytest.warns(LoadWarning) as told:
        scores = load_scores(book(rows, change=hide))
    assert scores["score"].tolist() == [90]
    assert "trang tính ẩn 'cũ'" in str(told[0].message)
    assert "trang tính 'Phân bố' (Xếp loại; Số lượng)" in str(told[0].message)


def test_a_cell_far_away_does_not_fill_the_memory(book):
    path = book([HEADER, [1, "a", 90]], change=lambda s: s.cell(1_048_576, 16_384, "x"))
    sentence = refusal(path)
    assert "trải rộng 1048576 dòng × 16384 cột (giới hạn 2000000 ô, 1000 cột)" in sentence


def test_too_many_letters_are_not_called_rows_and_columns():
    with pytest.raises(ValueError, match="trang tính 'A': có 20000001 chữ hoặc ô trống"):
        check_size(Where("a.xlsx", "trang tính 'A'"), 3, 3, 20_000_001)


def test_two_tables_on_a_sheet_and_a_signature(book):
    rows = [["I. KHỐI SỞ"], HEADER, [1, "a", 90], [2, "b", 80], [None, "Tổng cộng", 170], [],
            ["II. KHỐI HUYỆN"], HEADER, [1, "c", 70], [], [None, None, "Người lập biểu"],
            [None, None, "Nguyễn Văn A"]]  # fmt: skip
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        scores = load_scores(book(rows))
    assert scores[["unit", "block"]].values.tolist() == [
        ["a", "KHỐI SỞ"], ["b", "KHỐI SỞ"], ["c", "KHỐI HUYỆN"],
    ]  # fmt: skip
    (message,) = [str(one.message) for one in told]
    for words in ("dòng 5 'Tổng cộng 170'", "'Người lập biểu'", "'Nguyễn Văn A'"):
        assert words in message


def test_every_place_of_a_workbook_gives_the_same_frame(tmp_path, book):
    frame = pd.DataFrame([[1, "a", 90.5], [2, "b", 80]], columns=HEADER)
    frame.to_excel(tmp_path / "t.ods", engine="odf", index=False)
    pd.testing.assert_frame_equal(
        load_scores(tmp_path / "t.ods"), load_scores(book([HEADER, *frame.values.tolist()]))
    )


def test_an_error_in_any_column_is_refused_and_never_a_grade(book):
    rows = [["Đơn vị", "Điểm", "Xếp loại"], ["a", 90, "=IF(1,1)"]]
    assert "ô C2: ô '#CHƯA TÍNH' không dùng được; ô chứa công thức" in refusal(book(rows))
    rows = [["Đơn vị", "Điểm", "Xếp hạng"], ["a", 90, "=RANK(1)"]]
    assert "mở tệp trong Excel rồi lưu lại" in refusal(book(rows))


def test_a_quoted_percent_sign_is_only_shown(book):
    def show(sheet):
        sheet["C2"].number_format = '0.0"%"'

    assert load_scores(book([HEADER, [1, "a", 91.5]], change=show))["score"].tolist() == [91.5]


def test_a_hidden_row_is_told(book):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    with pytest.warns(LoadWarning, match="ẩn vẫn được đọc .dòng 3"):
        load_scores(book([HEADER, [1, "a", 90], [2, "b", 80]], change=hide))


def test_a_merge_beside_the_table_does_no_harm(book):
    path = book([HEADER, [1, "a", 90]], change=lambda sheet: sheet.merge_cells("H2:H4"))
    assert load_scores(path)["unit"].tolist() == ["a"]


def test_a_raised_mark_in_an_old_workbook(tmp_path):
    old = xlwt.Workbook()
    sheet = old.add_sheet("Điểm")
    for column, title in enumerate(["Đơn vị", "Điểm"]):
        sheet.write(0, column, title)
    sheet.write(1, 0, "a")
    raised = xlwt.easyfont("escapement superscript")
    sheet.write_rich_text(1, 1, ["85,25", ("1", raised)])
    old.save(str(tmp_path / "cũ.xls"))
    assert "ô B2: ô '85,25[1]'" in refusal(tmp_path / "cũ.xls")


def test_sheets_under_the_same_title_are_told_by_their_names(book):
    rows = [["KẾT QUẢ XẾP HẠNG"], HEADER, [1, "a", 90]]
    other = [["KẾT QUẢ XẾP HẠNG"], HEADER, [1, "b", 90]]
    scores = loaded(book({"Khối sở": rows, "Khối huyện": other}))
    assert scores["block"].tolist() == ["Khối sở", "Khối huyện"]


def test_a_score_that_is_struck_out_is_refused(book, tmp_path):
    def strike(sheet):
        sheet["C3"].font = Font(strike=True)

    path = book([HEADER, [1, "a", 90], [2, "b", 80]], change=strike)
    assert "ô C3: ô '[80]'" in refusal(path)
    old = xlwt.Workbook()
    sheet = old.add_sheet("Điểm")
    for at, row in enumerate([HEADER, [1, "a", 90], [2, "b", 80]]):
        for column, cell in enumerate(row):
            struck = xlwt.easyxf("font: struck_out true" if cell == 80 else "")
            sheet.write(at, column, cell, struck)
    old.save(str(tmp_path / "cũ.xls"))
    assert "ô C3: ô '[80]'" in refusal(tmp_path / "cũ.xls")


def test_marks_and_hidden_rows_of_libre_office(tmp_path):
    def write(text="80", *, row=None, cell=None):
        document = OpenDocumentSpreadsheet()
        for name, family, looks in (
            ("up", "text", {"textposition": "super 58%"}),
            ("out", "text", {"textlinethroughstyle": "solid"}),
            ("whole", "table-cell", {"textlinethroughstyle": "solid"}),
        ):
            style = Style(name=name, family=family)
            style.addElement(TextProperties(**looks))
            document.automaticstyles.addElement(style)
        table = Table(name="Điểm")
        document.spreadsheet.addElement(table)
        for line in ([*HEADER], ["1", "a", "90"], ["2", "b", text]):
            is_last = line[0] == "2"
            made = TableRow(**({"visibility": row} if row and is_last else {}))
            table.addElement(made)
            for shown in line:
                styled = {"stylename": cell} if cell and is_last and shown == text else {}
                made.addElement(box := TableCell(valuetype="string", **styled))
                box.addElement(paragraph := P())
                first, _, mark = shown.partition("^")
                paragraph.addText(first)
                if mark:
                    paragraph.addElement(Span(stylename=mark, text="1"))
        document.save(str(tmp_path / "bảng.ods"))
        return tmp_path / "bảng.ods"

    assert load_scores(write())["score"].tolist() == [90, 80]
    assert "ô C3: ô '80[1]'" in refusal(write("80^up"))
    assert "ô C3: ô '80[1]'" in refusal(write("80^out"))
    assert "ô C3: ô '[80]'" in refusal(write(cell="whole"))
    for hidden in ("collapse", "filter"):
        with pytest.warns(LoadWarning, match="ẩn vẫn được đọc .dòng 3"):
            assert len(load_scores(write(row=hidden))) == 2


def test_a_score_merged_down_in_a_workbook_is_told(book):
    rows = [HEADER, [1, "a", 90], [2, "b", None], [3, "c", 80]]
    path = book(rows, change=lambda sheet: sheet.merge_cells("C2:C3"))
    with pytest.warns(LoadWarning, match="điểm ở dòng 3 lấy từ ô gộp với dòng trên"):
        assert load_scores(path)["score"].tolist() == [90, 90, 80]


def test_a_hidden_column_is_told(book, tmp_path):
    def hide(sheet):
        sheet.column_dimensions["C"].hidden = True

    with pytest.warns(LoadWarning, match="ẩn vẫn được đọc .cột C"):
        load_scores(book([HEADER, [1, "a", 90]], change=hide))
    old = xlwt.Workbook()
    sheet = old.add_sheet("Điểm")
    for at, row in enumerate([HEADER, [1, "a", 90]]):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    sheet.col(2).hidden = True
    old.save(str(tmp_path / "cũ.xls"))
    with pytest.warns(LoadWarning, match="ẩn vẫn được đọc .cột C"):
        load_scores(tmp_path / "cũ.xls")


def test_a_sheet_that_looks_less_like_a_ranking_is_read_where_it_is_named(book):
    plain = {"Tổng hợp": [HEADER, [1, "a", 90], [2, "b", 80]],
             "Nguồn": [["Mã", "Tên", "Giá trị"], [1, "Sở C", 70], [2, "Sở D", 60]],
             "Ghi": [["Đơn vị", "Lời"], ["Sở C", "tốt"]]}  # fmt: skip
    path = book(plain)
    assert loaded(path)["unit"].tolist() == ["a", "b"]
    wanted = {"unit": "Tên", "score": "Giá trị"}
    assert loaded(path, columns=wanted)["unit"].tolist() == ["Sở C", "Sở D"]
    assert loaded(path, columns=wanted, table="Nguồn")["unit"].tolist() == ["Sở C", "Sở D"]
    sentence = refusal(path, table="Nguồn")
    assert "giống nhất là trang tính 'Nguồn', dòng 1" in sentence
    assert 'columns={"unit": "Tên", "score": "Giá trị"}' in sentence
    assert "các cột: 'Đơn vị', 'Lời'" in refusal(path, table="Ghi")
    assert "các bảng có: 1: 'Tổng hợp'" in refusal(path, table="Ngoài")


def test_the_same_titles_in_two_sheets_do_not_hide_one_another(book):
    path = book({"A": [["STT", "Đơn vị", "Giá trị"], [1, "a", 90]],
                 "B": [["Mã", "Tên", "Giá trị"], [7, "Sở C", 70]]})  # fmt: skip
    assert loaded(path, columns={"score": "Giá trị"})["unit"].tolist() == ["a"]
    assert loaded(path, columns={"score": "Giá trị"}, table="B")["unit"].tolist() == ["Sở C"]
    both = loaded(path, columns={"unit": 2, "score": 3})
    assert both["block"].tolist() == ["A", "B"]
