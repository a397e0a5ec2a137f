"""Hidden is hidden, in every format; what could fill the memory or the day ends in a sentence."""

import lzma
import random
import resource
import subprocess
import sys
import time
import zipfile
import zlib

import docx
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from conftest import loaded, read_and_told, refusal
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from layouts import LAYOUTS
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableCellProperties, TextProperties
from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow, TableRowGroup
from odf.text import LineBreak, P, Span, Tab
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from reportlab.lib.colors import CMYKColor
from reportlab.lib.colors import Color as Color3
from reportlab.pdfgen.canvas import Canvas

from cchc_analysis import LoadWarning, list_tables, load_scores

HEADER = ["STT", "Đơn vị", "Điểm"]
ROW = "<tr{}><td>{}</td><td>{}</td><td>{}</td></tr>"
FIRST = ROW.format("", *HEADER) + ROW.format("", "1", "a", "90")


def page(tmp_path, body):
    path = tmp_path / "trang.html"
    path.write_text(f"<html><meta charset=utf-8><body>{body}</body></html>", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "how",
    ['style="display: none"', 'style="DISPLAY:none"', 'style="color:red; visibility:collapse"',
     'style="display : none !important"', "hidden", 'style="mso-hide:all"', 'style="opacity: 0"',
     'style="font-size:0"', 'class="x sr-only"', 'class="d-none"', 'style="color: #FFF"',
     'style="color:transparent"', 'style="position:absolute; left: -9999px"'],
)  # fmt: skip
def test_hidden_rows_tables_and_cells_of_a_page(tmp_path, how):
    row = ROW.format(f" {how}", "2", "b", "80")
    assert "dòng 3: dòng bị ẩn" in refusal(page(tmp_path, f"<table>{FIRST}{row}</table>"))
    body = f"<tbody {how}>{ROW.format('', '2', 'b', '80')}</tbody>"
    assert "dòng 3: dòng bị ẩn" in refusal(page(tmp_path, f"<table>{FIRST}{body}</table>"))
    empty = ROW.format(f" {how}", "", "", "")  # as Excel ends what it saves as a web page
    assert len(load_scores(page(tmp_path, f"<table>{FIRST}{empty}</table>"))) == 1
    for table in (f"<table {how}>{FIRST}</table>", f"<div {how}><table>{FIRST}</table></div>"):
        with pytest.warns(LoadWarning, match="không dùng đến bảng ẩn 'STT Đơn vị Điểm'"):
            assert len(load_scores(page(tmp_path, f"<table>{FIRST}</table>{table}"))) == 1
    total = f"<tr><td>STT<td>Đơn vị<td>Điểm<td {how}>Tổng điểm</tr><tr><td>1<td>a<td>9<td {how}>90"
    sentence = refusal(page(tmp_path, f"<table>{total}</table>"))
    assert "dòng 1: ô 'Tổng điểm' bị ẩn" in sentence


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (".an{display:none}", "dòng 3: dòng bị ẩn"),
        ("p, table > TR.an { Visibility : Hidden }", "dòng 3: dòng bị ẩn"),
        ("#x{display:none}", "dòng 3: dòng bị ẩn"),
        ("tr{display:table-row} .an{color:red;display:none}", "dòng 3: dòng bị ẩn"),
        ("@media screen{.an{display:none}}", "dòng 3: dòng bị ẩn"),
        ("TR.an td{color:#FFF}", "dòng 3: ô '2' bị ẩn"),
        (".an{color:white !important} td{background:#fff}", "dòng 3: dòng bị ẩn"),
        ("table{color:#fff} td{color:#333} .an td{color:white}", "dòng 3: dòng bị ẩn"),
        (".an{background:#123} TR{color:#000} .an td{color:#fff}", ""),
        ("TR:nth-child(n+2){background:navy} .an td{color:#fff}", ""),
        (".an:hover td{color:#fff} .khac{color:#fff}", ""),
        ("@media print{.an{display:none}} /* .an{display:none} */", ""),
        (".an{display:none} #x{display:table-row}", ""),
        (".menu .an{display:none} .an:hover{display:none}", ""),
    ],
)
def test_what_a_style_sheet_hides(tmp_path, sheet, said):
    row = ROW.format(' class="lẻ an" id="x"', "2", "b", "80").replace("TR", "tr")
    source = page(
        tmp_path, f"<style>{sheet.replace('TR', 'tr')}</style><table>{FIRST}{row}</table>"
    )
    if said:
        assert said in refusal(source)
    else:
        assert len(loaded(source)) == 2


@pytest.mark.parametrize(
    "selector",
    ["tr:nth-child(n+3)", "tr:not(.hien)", "tr + tr + tr", "tr[data-x='1']", "table tr:last-child"],
)
def test_a_rule_that_may_hide_a_part_of_a_table_is_told(tmp_path, selector):
    row = ROW.format(" data-x=1", "2", "b", "80")
    source = page(tmp_path, f"<style>{selector}{{display:none}}</style><table>{FIRST}{row}</table>")
    with pytest.warns(LoadWarning) as told:
        assert len(load_scores(source)) == 2
    assert f"quy tắc '{selector}' của trang, có thể ẩn một phần của bảng" in str(told[0].message)


@pytest.mark.parametrize(
    "selector",
    ["tr:hover", "td::before", "[hidden]", "[v-cloak]", ".menu tr:not(.hien)", "li + li"],
)
def test_a_rule_that_hides_nothing_of_a_table_is_not_told(tmp_path, selector):
    assert len(load_scores(page(tmp_path, f"<style>{selector}{{display:none}}</style><table>{FIRST}"
                                          "</table><ul><li>x<li>y</ul>"))) == 1  # fmt: skip


@pytest.mark.parametrize(
    "how",
    ['class="visually-hidden"', 'style="height:0;overflow:hidden"', 'style="color:white"',
     'style="text-indent:-999px"', 'style="position:absolute;clip:rect(0,0,0,0)"'],
)  # fmt: skip
def test_a_part_of_a_cell_that_nobody_sees_is_no_digit(tmp_path, how):
    row = ROW.format("", "2", "b", f"7<span {how}>5</span>")
    assert "ô '7[5]' của cột 'Điểm'" in refusal(page(tmp_path, f"<table>{FIRST}{row}</table>"))


@pytest.mark.parametrize(
    "row",
    ["<tr style='background:navy; color:white'>{}</tr>",
     "<tr bgcolor=navy><font color=white>{}</tr>",
     "<style>tr{{background:navy}}</style><tr style='color:white'>{}</tr>"],
)  # fmt: skip
def test_white_letters_on_a_background_are_seen(tmp_path, row):
    cells = "".join(f"<td>{cell}</td>" for cell in ("2", "b", "80"))
    assert len(load_scores(page(tmp_path, f"<table>{FIRST}{row.format(cells)}</table>"))) == 2


@pytest.mark.parametrize("col", ['style="display:none"', 'style="visibility:collapse"', "hidden"])
def test_a_column_that_a_page_hides_as_a_whole(tmp_path, col):
    total = "<tr><td>Đơn vị<td>Tổng điểm<td>Điểm</tr><tr><td>a<td>99<td>90</tr>"
    source = page(tmp_path, f"<table><col><col {col}><col>{total}</table>")
    assert "dòng 1: ô 'Tổng điểm' bị ẩn" in refusal(source)
    two = page(tmp_path, f"<table><col><col span=2 {col}>{total}</table>")
    assert "bị ẩn" in refusal(two)
    template = page(tmp_path, f"<table>{FIRST}</table><template><table>{total}</table></template>")
    with pytest.warns(LoadWarning, match="không dùng đến bảng ẩn 'Đơn vị Tổng điểm Điểm'"):
        assert len(load_scores(template)) == 1


def test_a_number_that_its_format_hides_and_a_sheet_of_a_chart(tmp_path):
    book = openpyxl.Workbook()
    for row in (HEADER, [1, "a", 90], [2, "b", 80]):
        book.active.append(row)
    book.create_chartsheet("Biểu đồ")
    book.save(tmp_path / "bảng.xlsx")
    assert len(loaded(tmp_path / "bảng.xlsx")) == 2
    book.active["C3"].number_format = ";;;"
    book.save(tmp_path / "bảng.xlsx")
    assert "ô C3: ô '[80]'" in refusal(tmp_path / "bảng.xlsx")


@pytest.mark.parametrize(
    "color",
    ["FFFFFFFF", Color(theme=0), Color(indexed=9)],
)
def test_white_letters_of_a_sheet_are_read_and_told(tmp_path, color):
    book = openpyxl.Workbook()
    for row in (HEADER, [1, "a", 90], [2, "b", 80]):
        book.active.append(row)
    book.active["C3"].font = Font(color=color)
    book.save(tmp_path / "b.xlsx")
    with pytest.warns(LoadWarning, match=r"có chỗ ẩn vẫn được đọc \(ô C3\)"):
        assert load_scores(tmp_path / "b.xlsx")["score"].tolist() == [90, 80]
    book.active["C3"].fill = PatternFill("solid", fgColor="FF000080")
    book.save(tmp_path / "b.xlsx")
    assert load_scores(tmp_path / "b.xlsx")["score"].tolist() == [90, 80]


def test_letters_without_a_size_are_told_and_rows_of_a_sheet_without_others_are_not(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx", {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.set_default_row(hide_unused_rows=True)  # hides rows that hold nothing
    for at, row in enumerate((HEADER, [1, "a", 90], [2, "b", 80])):
        sheet.write_row(at, 0, row)
    sheet.write_rich_string(3, 1, "c", book.add_format({"font_color": "#FFFFFF"}), " xy", "z")
    sheet.write_row(3, 0, [3])
    sheet.write(3, 2, 70, book.add_format({"font_size": 1}))
    book.close()
    with pytest.warns(LoadWarning, match=r"ẩn vẫn được đọc \(ô C4\)") as told:
        assert load_scores(tmp_path / "b.xlsx")["unit"].tolist() == ["a", "b", "c[ xy]z"]
    assert "dòng 4 (ví dụ 'c[ xy]z'), có thể là chữ gạch bỏ" in str(told[0].message)


@pytest.mark.parametrize("look", ["font: color white", "font: height 20"])
def test_letters_of_an_old_workbook_that_nobody_sees_are_told(tmp_path, look):
    book = xlwt.Workbook()
    for at, row in enumerate((HEADER, [1, "a", 90], [2, "b", 80])):
        for column, cell in enumerate(row):
            is_other = (at, column) == (2, 1)
            style = xlwt.easyxf(look) if is_other else xlwt.Style.default_style
            (book.add_sheet("a") if not at + column else book.get_sheet(0)).write(
                at, column, cell, style
            )
    book.save(str(tmp_path / "b.xls"))
    with pytest.warns(LoadWarning, match=r"ẩn vẫn được đọc \(ô B3\)"):
        assert load_scores(tmp_path / "b.xls")["score"].tolist() == [90, 80]


@pytest.mark.parametrize(
    ("base", "own", "of_column", "told"),
    [
        ({"color": "#ffffff"}, {}, False, "ô B3"),
        ({"color": "#ffffff"}, {"backgroundcolor": "#000080"}, False, ""),
        ({"fontsize": "1pt"}, {}, True, "ô B1, ô B2, ô B3"),
        ({}, {"backgroundcolor": "#ffffff"}, True, ""),
    ],
)
def test_letters_of_libre_office_that_nobody_sees_are_told(tmp_path, base, own, of_column, told):
    document = OpenDocumentSpreadsheet()
    general = Style(name="Base", family="table-cell")
    general.addElement(TextProperties(**base))
    document.styles.addElement(general)
    style = Style(name="ce1", family="table-cell", parentstylename="Base")
    style.addElement(TableCellProperties(**own))
    document.automaticstyles.addElement(style)
    table = Table(name="a")
    document.spreadsheet.addElement(table)
    for column in range(3):
        usual = {"defaultcellstylename": "ce1"} if of_column and column == 1 else {}
        table.addElement(TableColumn(**usual))
    for at, row in enumerate((HEADER, ["1", "a", "90"], ["2", "b", "80"])):
        table.addElement(line := TableRow())
        for column, text in enumerate(row):
            is_other = not of_column and (at, column) == (2, 1)
            line.addElement(cell := TableCell(**({"stylename": "ce1"} if is_other else {})))
            cell.addElement(P(text=text))
    document.save(str(tmp_path / "b.ods"))
    _, words = read_and_told(load_scores, tmp_path / "b.ods")
    assert (f"có chỗ ẩn vẫn được đọc ({told})" in words) if told else not words


@pytest.mark.parametrize("look", [{"color": "#FFFFFF"}, {"fontsize": "1pt"}, {"display": "none"}])
def test_a_part_of_a_cell_of_libre_office_that_nobody_sees_is_marked(tmp_path, look):
    document = OpenDocumentSpreadsheet()
    style = Style(name="T1", family="text")
    style.addElement(TextProperties(**look))
    document.automaticstyles.addElement(style)
    document.spreadsheet.addElement(table := Table(name="a"))
    for row in (["Đơn vị", "Điểm"], ["a", "90"], ["b", "80"]):
        table.addElement(line := TableRow())
        for text in row:
            line.addElement(cell := TableCell())
            cell.addElement(paragraph := P(text=text))
            if text == "80":
                paragraph.addElement(Span(stylename="T1", text=",5"))
    document.save(str(tmp_path / "b.ods"))
    assert "ô B3: ô '80[,5]' của cột 'Điểm' không phải là số" in refusal(tmp_path / "b.ods")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('<row r="3"', '<row ht="0" customHeight="1" r="3"', "dòng 3"),
        ("<sheetData>", '<cols><col min="2" max="2" width="0"/></cols><sheetData>', "cột B"),
    ],
)
def test_a_row_without_height_or_a_column_without_width_is_told(tmp_path, old, new, place):
    book = openpyxl.Workbook()
    for row in (HEADER, [1, "a", 90], [2, "b", 80]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as of,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as to,
    ):
        for name in of.namelist():
            to.writestr(name, of.read(name).replace(old.encode(), new.encode()))
    with pytest.warns(LoadWarning, match=rf"có chỗ ẩn vẫn được đọc \({place}\)"):
        assert load_scores(tmp_path / "b.xlsx")["score"].tolist() == [90, 80]


@pytest.mark.parametrize(
    ("fill", "style"),
    [("auto", None), ("000080", None), (None, "Light List"), (None, "Như Light List")],
)
def test_white_letters_of_a_word_file_are_marked_where_nothing_is_behind_them(
    tmp_path, fill, style
):
    document = docx.Document()
    own = document.styles.add_style("Như Light List", WD_STYLE_TYPE.TABLE)
    own.base_style = document.styles["Light List"]
    table = document.add_table(3, 3, style)
    for line, row in zip(
        table.rows, (HEADER, ["1", "Sở A", "90"], ["2", "Sở B", "80"]), strict=True
    ):
        for cell, text in zip(line.cells, row, strict=True):
            cell.paragraphs[0].add_run(text)
    cell = table.cell(2, 1)
    cell.paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)
    if fill:
        cell._tc.get_or_add_tcPr().append(shade := OxmlElement("w:shd"))
        shade.set(qn("w:fill"), fill)
    document.save(tmp_path / "b.docx")
    if fill == "auto":
        with pytest.warns(LoadWarning, match=r"trong ngoặc vuông ở dòng 3"):
            load_scores(tmp_path / "b.docx")
    else:
        assert load_scores(tmp_path / "b.docx")["unit"].tolist() == ["Sở A", "Sở B"]


@pytest.mark.parametrize("kind", [WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER])
@pytest.mark.parametrize(
    ("base", "own", "is_seen"),
    [
        ({"color": RGBColor(255, 255, 255)}, {}, False),
        ({"size": Pt(1)}, {}, False),
        ({"hidden": True}, {}, False),
        ({"hidden": True}, {"hidden": False}, True),
        ({"color": RGBColor(255, 255, 255)}, {"color": RGBColor(0, 0, 0)}, True),
    ],
)
def test_text_of_a_word_file_that_a_style_hides_is_marked(tmp_path, kind, base, own, is_seen):
    document = docx.Document()
    hides = document.styles.add_style("Ẩn", kind)
    document.styles.add_style("Như trên", kind).base_style = hides
    table = document.add_table(3, 2)
    for line, row in zip(table.rows, (HEADER[1:], ["a", "90"], ["b", "80"]), strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.paragraphs[0].add_run(text)
    run = (paragraph := table.cell(2, 1).paragraphs[0]).runs[0]
    (paragraph if kind == WD_STYLE_TYPE.PARAGRAPH else run).style = "Như trên"
    for font, looks in ((hides.font, base), (run.font, own)):
        for name, value in looks.items():
            of, name = (font.color, "rgb") if name == "color" else (font, name)
            setattr(of, name, value)
    document.save(tmp_path / "b.docx")
    if is_seen:
        assert load_scores(tmp_path / "b.docx")["score"].tolist() == [90, 80]
    else:
        assert "dòng 3: ô '[80]' của cột 'Điểm' không phải là số" in refusal(tmp_path / "b.docx")


@pytest.mark.parametrize("white", [Color3(1, 1, 1), CMYKColor(0, 0, 0, 0), 1])
def test_white_letters_of_a_pdf_are_told_where_nothing_is_behind_them(tmp_path, white):
    canvas = Canvas(str(tmp_path / "a.pdf"))
    for at, row in enumerate([["STT", "Unit", "Score"], ["1", "aa", "90"], ["2", "bb", "80"]]):
        for column, text in enumerate(row):
            canvas.setFillColorRGB(0, 0, 0.5)
            canvas.rect(100 + 80 * column, 400 - 20 * at, 80, 20, fill=at == 0)
            canvas.setFillColorRGB(*[float(at == 0)] * 3)  # white on blue
            canvas.drawString(104 + 80 * column, 406 - 20 * at, text)
    canvas.setFillGray(1) if white == 1 else canvas.setFillColor(white)
    canvas.drawString(275, 366, "5")
    canvas.save()
    with pytest.warns(LoadWarning, match=r"không dùng đến chữ không nhìn thấy '5' ở trang 1"):
        assert load_scores(tmp_path / "a.pdf")["score"].tolist() == [90, 80]


def test_what_libre_office_hides_covers_or_parts(tmp_path):
    document = OpenDocumentSpreadsheet()
    table = Table(name="Điểm")
    document.spreadsheet.addElement(table)
    table.addElement(TableColumn(numbercolumnsrepeated=2))
    table.addElement(TableColumn(visibility="collapse"))
    group = TableRowGroup(display="false")
    for number, row in enumerate([HEADER, ["1", "Văn phòng\nHĐND\tUBND", "90"], ["2", None, "80"]]):
        line = TableRow()
        (group if number == 2 else table).addElement(line)
        for text in row:
            cell = TableCell(valuetype="string") if text else CoveredTableCell(valuetype="string")
            cell.addElement(paragraph := P())
            for letter in text or "che":
                part = {"\n": LineBreak, "\t": Tab}.get(letter)
                paragraph.addElement(part()) if part else paragraph.addText(letter)
            line.addElement(cell)
    table.addElement(group)
    document.save(str(tmp_path / "t.ods"))
    assert "thiếu tên đơn vị" in refusal(tmp_path / "t.ods")  # what is covered is no name
    with zipfile.ZipFile(tmp_path / "t.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(b"covered-table-cell", b"table-cell")
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.warns(LoadWarning, match=r"ẩn vẫn được đọc \(cột C, dòng 3\)"):
        units = load_scores(tmp_path / "t.ods")["unit"]
    assert units.tolist() == ["Văn phòng HĐND UBND", "che"]


@pytest.mark.parametrize("turn", [0, 90, 270])
def test_bold_print_and_turned_pages_of_a_pdf(tmp_path, turn):
    canvas = Canvas(str(tmp_path / "đậm.pdf"))
    canvas.setPageRotation(turn)
    canvas.translate(*{0: (0, 0), 90: (600, 0), 270: (0, 800)}[turn])
    canvas.rotate(turn)  # so that a reader sees the table upright
    if turn:
        canvas.drawString(50, 480, "Ket qua")
    for at, row in enumerate([["STT", "Unit", "Score"], ["1", "aa", "9"], ["2", "bb", "8"]]):
        for column, text in enumerate(row):
            canvas.rect(100 + 80 * column, 400 - 20 * at, 80, 20)
            for aside in (0, 0.3):  # each letter twice
                canvas.drawString(104 + 80 * column + aside, 406 - 20 * at, text)
    canvas.save()
    assert loaded(tmp_path / "đậm.pdf", max_score=10)["score"].tolist() == [9, 8]
    assert list_tables(tmp_path / "đậm.pdf")["heading"].tolist() == ["Ket qua" if turn else ""]


def workbook(tmp_path, *, before="", after="", also=()):
    """Write a workbook with markup before and after the cells of its sheet."""
    book = openpyxl.Workbook()
    for row in (HEADER, [1, "a", 90]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = sheet.replace("<sheetData>", f"{before}<sheetData>")
    sheet = sheet.replace("</sheetData>", f"</sheetData>{after}")
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, "xl/worksheets/sheet1.xml": sheet, **dict(also)}.items():
            archive.writestr(name, data)
    return tmp_path / "x.xlsx"


def bounded(*paths):
    """Return what a child process says of files, within time and memory: refused, or its units."""
    code = (
        "import sys, time, cchc_analysis\n"
        "for path in sys.argv[1:]:\n"
        "    start = time.process_time()\n"
        "    try: print(path.split('/')[-1], len(cchc_analysis.load_scores(path)))\n"
        "    except ValueError as error: print(error)\n"
        "    assert time.process_time() - start < 10\n"
    )
    seconds = 10 * len(paths)  # of the processor, however busy the machine is

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        capture_output=True, encoding="utf-8", timeout=60 + seconds, preexec_fn=limit,
        env={**__import__("os").environ, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert not done.stderr
    return done.stdout


def test_a_workbook_that_would_take_the_day_is_refused(tmp_path):
    merged = "<mergeCells>" + '<mergeCell ref="A2:A2001"/>' * 300_000 + "</mergeCells>"
    columns = "<cols>" + '<col min="1" max="9999" hidden="1"/>' * 1_000_000 + "</cols>"
    wide = f"<row>{'<c/>' * 10_000}</row>" * 30
    styles = "<styleSheet><numFmts>{}</numFmts></styleSheet>"
    formats = [f"<numFmt formatCode='{'[' * 500_000}'/>", "<numFmt formatCode='0.0'/>" * 20_000]
    also = [[("xl/styles.xml", styles.format(one))] for one in formats]
    fonts = f"<styleSheet><fonts>{'<font/>' * 500_000}</fonts></styleSheet>"
    digits = "1" * 50_000_000
    link = '<hyperlinks><hyperlink ref="A1:XFD1048576" location="a"/></hyperlinks>'
    heavy = [
        ({"after": merged}, "quá nhiều ô gộp (giới hạn 100000)"),
        ({"before": columns}, "quá nhiều khoảng cột"),
        ({"after": wide}, "quá nhiều ô (giới hạn 250000)"),
        ({"also": also[0]}, "quá nhiều ký tự định dạng số"),
        ({"also": also[1]}, "quá nhiều ký tự định dạng số"),
        ({"before": f"<x a='{digits}'/>"}, "bị hỏng"),
        ({"before": f"<!--{digits}-->"}, "bị hỏng"),
        ({}, "quá nhiều tệp con (giới hạn 10000)"),
        ({"after": link}, "8.xlsx 1"),  # a link is not read
        ({"after": "<row hidden='1'/>" * 1_048_573}, "quá nhiều dòng (giới hạn 250000)"),
        ({"also": [("xl/styles.xml", fonts)]}, "quá nhiều kiểu ô (giới hạn 100000)"),
    ]
    paths = [tmp_path / f"{at}.xlsx" for at in range(len(heavy))]
    for path, (parts, words) in zip(paths, heavy, strict=True):
        data = workbook(tmp_path, **parts).read_bytes()
        if "tệp con" in words:
            listed, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
            data = data[:listed] + data[listed:end] * 70_000 + data[end:]
        path.write_bytes(data)
    said = bounded(*paths).splitlines()
    for path, (_, words), sentence in zip(paths, heavy, said, strict=True):
        assert sentence.startswith(path.name)
        assert words in sentence


def test_a_word_file_that_would_take_the_day_ends_in_a_table_or_a_sentence(tmp_path):
    document = docx.Document()
    table = document.add_table(2, 3)
    for cell, text in zip(table._cells, [*HEADER, "1", "a", "90"], strict=True):
        cell.text = text
    document.save(str(tmp_path / "x.docx"))
    with zipfile.ZipFile(tmp_path / "x.docx") as archive:
        parts = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    body, score = parts["word/document.xml"], "<w:r><w:t>90</w:t></w:r>"
    white, cell = '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>', "<w:tc><w:p/></w:tc>"
    heavy = [
        (score, score.replace("0", "") * 250_000, "999…' của cột 'Điểm' không phải"),
        (score, score.replace("<w:r>", white) * 150_000, "[90][90]"),
        ("<w:sectPr", f"<w:tbl><w:tr>{cell}</w:tr></w:tbl><w:p/>" * 50_000 + "<w:sectPr", "50001"),
        ("</w:tbl>", f"<w:tr>{cell}</w:tr>" * 150_000 + "</w:tbl>", "3.docx 1"),
        ("</w:tbl>", "<w:tr/>" * 260_000 + "</w:tbl>", "quá nhiều dòng (giới hạn 250000)"),
        ("</w:tr>", "<w:tc/>" * 260_000 + "</w:tr>", "quá nhiều ô (giới hạn 250000)"),
    ]
    paths = [tmp_path / f"{at}.docx" for at in range(len(heavy))]
    for path, (mark, much, _) in zip(paths, heavy, strict=True):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in {**parts, "word/document.xml": body.replace(mark, much, 1)}.items():
                archive.writestr(name, text.encode("latin-1"))
    for path, (*_, words), sentence in zip(paths, heavy, bounded(*paths).splitlines(), strict=True):
        assert sentence.startswith(path.name)
        assert words in sentence


def test_a_stream_of_a_pdf_that_would_fill_the_memory_is_refused(tmp_path):
    packer, chunk = zlib.compressobj(), bytes(1 << 20)
    first, again = (packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    stream = first + again * 699 + packer.flush()  # a packed part that may be repeated as it is
    head = b"%PDF-1.4\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n"
    (tmp_path / "x.pdf").write_bytes(head + stream + b"\nendstream\nendobj\n%%EOF\n")
    assert "tệp quá lớn (giới hạn 100 MB sau khi giải nén)" in bounded(tmp_path / "x.pdf")


def test_a_page_of_a_pdf_that_would_take_the_day_is_refused(tmp_path):
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]"
        b"/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj"
    )
    full, packed = "trang 1: tệp PDF có quá nhiều chữ và nét vẽ", zlib.compress(bytes(9_000_000))
    heavy = [
        (b"", b"BT /F 8 Tf " + b"(999999999) Tj " * 20_000 + b"ET", full),
        (b"", b"BT /F 8 Tf <" + b"39" * 100_000 + b"> Tj ET", full),
        (b"", b"BT " + b"(" * 900_000, full),
        (b"", b"0 0 m 9 9 l S " * 150_000, full),
        (b"/Filter/FlateDecode", zlib.compress(b"q " * 800_000), full),
        (b"/Filter[/FlateDecode/FlateDecode]", zlib.compress(packed), "tệp bị hỏng"),
    ]
    for at, (how, stream, _) in enumerate(heavy):
        of_stream = b"<</Length %d%b>>stream\n%b\nendstream endobj\n" % (len(stream), how, stream)
        tail = b"trailer<</Root 1 0 R>>\n%%EOF\n"
        (tmp_path / f"{at}.pdf").write_bytes(head + of_stream + tail)
    said = bounded(*(tmp_path / f"{at}.pdf" for at in range(len(heavy)))).splitlines()
    for (*_, words), sentence in zip(heavy, said, strict=True):
        assert words in sentence


def test_many_full_pages_of_a_pdf_are_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr("cchc_analysis.reading.documents._MOST_OBJECTS", 50)
    canvas = Canvas(str(tmp_path / "dài.pdf"))
    for _ in range(3):
        canvas.drawString(72, 700, "Sở Nội vụ 93 điểm 5")
        canvas.showPage()
    canvas.save()
    assert "trang 3: tệp PDF có quá nhiều chữ" in refusal(tmp_path / "dài.pdf")


VALIDATED = "<dataValidations><dataValidation sqref='1:4'/></dataValidations>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<dimension ref='1:4'/>", ""),
        ("", "<autoFilter ref='1:4'/>"),
        ("", "<autoFilter ref='A:C'><sortState ref='2:4'/></autoFilter>"),
        ("", VALIDATED),
        ("", "<mergeCells><mergeCell ref='5:6'/></mergeCells>" + VALIDATED),
        ("", "<mergeCells><mergeCell ref='5:A6'/><mergeCell ref='B9:B10'/></mergeCells>"),
        ("", "<hyperlinks><hyperlink ref='A3:C9' location='a'/></hyperlinks>"),
        ("", "<hyperlinks><hyperlink ref='3:4' location='a'/></hyperlinks>"),
        ("", "<conditionalFormatting sqref='1:1048576'/><hyperlinks/>"),
    ],
)  # fmt: skip
def test_what_stands_below_the_cells_of_a_sheet_is_not_read(tmp_path, before, after):
    path = workbook(tmp_path, before=before, after=after)
    assert load_scores(path)["unit"].tolist() == ["a"]


def test_a_named_range_that_is_broken_is_no_damage(tmp_path):
    path = workbook(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = b"<definedNames><definedName name='_xlnm.Print_Titles' localSheetId='0'>!$:4"
    end = b"</definedName></definedNames></workbook>"
    book = (
        parts["xl/workbook.xml"].replace(b"<definedNames/>", b"").replace(b"<definedNames />", b"")
    )
    parts["xl/workbook.xml"] = book.replace(b"</workbook>", name + end)
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    assert load_scores(path)["unit"].tolist() == ["a"]


@pytest.mark.parametrize("wide", [1, 400_000])  # more than is read at once
def test_merged_cells_are_kept_among_what_is_left_out(tmp_path, wide):
    merged = "<mergeCells><mergeCell ref='1:2'/><mergeCell ref='C2:C3'/><mergeCell ref='4:5'/>"
    after = f"<autoFilter ref='{'1' * wide}:4'/>{merged}</mergeCells>{VALIDATED}"
    path = workbook(tmp_path, after=after)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    row = '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>b</t></is></c></row>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", f"{row}</sheetData>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert loaded(path)[["unit", "score"]].values.tolist() == [["a", 90], ["b", 90]]


def test_a_part_that_says_it_is_small_is_unpacked_within_bounds(tmp_path):
    path = workbook(tmp_path, also=[("xl/media/x.bin", b"\0" * 150_000_000)])
    data = bytearray(path.read_bytes())
    for size_at in (data.find(b"xl/media/x.bin") - 8, data.rfind(b"xl/media/x.bin") - 22):
        assert data[size_at : size_at + 4] == (150_000_000).to_bytes(4, "little")
        data[size_at : size_at + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    assert "tệp quá lớn (giới hạn 100 MB sau khi giải nén)" in bounded(path)


def test_a_text_that_would_take_the_day_is_refused(tmp_path):
    rules = "".join(f".c{i} td {{display:none}}" for i in range(20_000))
    one = "<table><tr><td>Đơn vị<td>Điểm<tr><td>a<td>90</table>"
    cells, long = "<tr class='a'><td>a<td>b</tr>" * 2000, "Sở " * 40_000
    heavy = [
        ("0.csv", "STT,Đơn vị,Điểm\n" + "," * 150_000_000, "giới hạn 2000000 ô, 1000 cột"),
        ("1.csv", "STT,Đơn vị,Điểm\n" + "\n" * 100_000_000, "giới hạn 2000000 ô, 1000 cột"),
        ("2.html", "<html><body>" + "<!--" * 200_000 + "</body></html>", "bị cắt"),
        ("3.html", "<html><body>" + "<script" * 200_000 + "</body></html>", "bị cắt"),
        ("4.html", "<html><table>" + "<tr>" * 1_000_001 + "</table></html>", "quá nhiều thẻ"),
        ("5.md", "|a|b|\n|" + "-" * 80_000 + "x|\n", "tiêu đề"),
        ("6.txt", "STT\nĐơn vị\nĐiểm\n" * 3000, "không đọc được dòng nào"),
        ("7.txt", "Đơn vị\nKhối\nLĩnh vực\nGhi chú\nĐiểm\n" + "một dòng chữ\n" * 80, "dòng 6"),
        ("8.txt", "một dòng chữ\n" * 20_000, "giới hạn 10000 dòng có chữ"),
        ("9.txt", "1\nA\n2\n" * 3000, "trông như thuộc bảng"),
        ("10.txt", "".join(f"{i}\tA {i}\t9\n" for i in range(12_000)), "tiêu đề"),
        ("11.csv", "STT,Đơn vị,Điểm\n1,A,90\n2,B,80\n" * 4000, "4000 dòng gồm nhiều ô chữ"),
        ("12.csv", "STT,Đơn vị,Điểm\n1,A,90\n2,B,80\n" * 400, "400 dòng tiêu đề"),
        ("13.csv", "một, hai, ba\n" * 20_000, "20000 dòng gồm nhiều ô chữ"),
        ("17.csv", "Đơn vị,Điểm\n" + "".join(f"Xã {i},{i}\n" for i in range(150_000)), "chữ (30"),
        ("18.csv", "Đơn vị,Điểm\n" + "".join(f"{long}{i},9\n" for i in range(170)), "(17"),
        (
            "19.tsv",
            "".join(f"{i}\tA\t{i}\n" for i in range(150_000)),
            "chia bảng theo năm ra nhiều tệp",
        ),
        ("14.html", f"<html>{'<table><tr><td>a<td>b</table>' * 600}</html>", "600 bảng"),
        ("16.html", f"<html>{one * 210}</html>", "210 bảng điểm (giới hạn 200)"),
        ("15.html", f"<style>{rules}</style><table>{cells}</table>", "(CSS) của trang quá lớn"),
        ("20.html", f"<style>{'/*' * 3_000_000}</style>{one}", " 1"),
        ("21.html", f"<style>{'@media screen ' * 900_000}</style>{one}", " 1"),
        ("22.html", f"<style>{':a(' * 3_000_000}{{display:none}}</style>{one}", " 1"),
        ("23.html", one.replace("<td>a", f"<td class='{'sr-only ' * 2_000_000}d-x'>a"), " 1"),
    ]
    for name, text, _ in heavy:
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = bounded(*(tmp_path / name for name, *_ in heavy)).splitlines()
    for (name, _, words), sentence in zip(heavy, said, strict=True):
        assert sentence.startswith(name)
        assert words in sentence


def test_a_part_that_no_office_packs_so_is_not_unpacked(tmp_path, monkeypatch):
    packer, quick = lzma.LZMACompressor, {"mode": lzma.MODE_FAST, "mf": lzma.MF_HC3}
    monkeypatch.setattr(lzma, "LZMACompressor", lambda kind, filters: packer(
        kind, filters=[one | quick for one in filters]
    ))  # fmt: skip
    paths = [tmp_path / "1.xlsx", tmp_path / "2.xlsx"]
    for path, packed in zip(paths, [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], strict=True):
        workbook(tmp_path).rename(path)
        with zipfile.ZipFile(path, "a", packed) as archive:
            archive.writestr("xl/media/x.bin", bytes(110_000_000))
    for path, sentence in zip(paths, bounded(*paths).splitlines(), strict=True):
        assert sentence.startswith(f"{path.name}: ")
        assert "bị hỏng" in sentence


@pytest.mark.parametrize(
    "grade",
    [lambda at: f"Loại {at}", lambda at: "A" * (at % 300 + 1), lambda at: f"{at} Tốt"],
)  # fmt: skip
def test_many_grades_take_no_day(grade):
    rows = [[f"Xã {at}", at % 100, grade(at)] for at in range(20_000)]
    start = time.process_time()
    ranked = loaded(pd.DataFrame(rows, columns=["Đơn vị", "Điểm", "Xếp loại"]))
    assert time.process_time() - start < 10
    assert ranked["published_grade"].tolist() == [row[2] for row in rows]


def test_a_strict_workbook_is_named_as_such(tmp_path):
    path = workbook(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    old = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
            archive.writestr(name, data.replace(old, strict))
    assert "'Strict Open XML'" in refusal(path)
    assert "mở tệp rồi lưu lại" in refusal(path)


def test_letters_that_no_xml_may_hold_are_taken_out(tmp_path):
    (tmp_path / "a.csv").write_text("Đơn vị,Điểm\nSở \ufffeA\uffff\x01,90\n", encoding="utf-8")
    assert load_scores(tmp_path / "a.csv")["unit"].tolist() == ["Sở A"]


@pytest.fixture(scope="module")
def old_workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("xls") / "x.xls"
    LAYOUTS["old.xls"](HEADER, [["1", "a", "90.5"], ["2", "b", "80"]], path)
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(60))
def test_a_changed_byte_of_an_old_workbook_ends_in_a_table_or_a_sentence(
    old_workbook, tmp_path, seed
):
    data, rng = bytearray(old_workbook), random.Random(seed)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    (tmp_path / "x.xls").write_bytes(data)
    try:
        loaded(tmp_path / "x.xls")
    except ValueError as error:
        assert str(error).startswith("x.xls")


BY_CLASS = [
    (".font6{vertical-align:super}", '90<font class="font6">1</font>', "90[1]"),
    ("<!-- span.MsoFootnoteReference {vertical-align:super} -->",
     "90<span class=MsoFootnoteReference>1</span>", "90[1]"),
    (".xl65{text-decoration:line-through}", '<span class="xl65">90</span>', "[90]"),
    (".w{width:0;overflow:hidden}", "90<span class=w>1</span>", "90[1]"),
    ("", "90<dialog>1</dialog>", "90[1]"), ("", "90<span popover>1</span>", "90[1]"),
    ("", "<details><summary>90</summary>1</details>", "90[1]"), ("", "90<rt>1</rt>", "90[1]"),
    ("", "<math><mfrac><mn>9</mn><mn>1</mn></mfrac></math>", "[91]"),
    ("", "90<button>1</button>", "90 1"),
]  # fmt: skip


@pytest.mark.parametrize(("css", "cell", "seen"), BY_CLASS)
def test_text_that_is_raised_struck_or_not_shown_is_no_digit(tmp_path, css, cell, seen):
    row = f"<tr><td>2<td>Sở B<td>{cell}"
    words = refusal(page(tmp_path, f"<style>{css}</style><table>{FIRST}{row}</table>"))
    assert f"ô '{seen}' của cột 'Điểm'" in words


@pytest.mark.parametrize(
    ("css", "row"),
    [(".x{text-decoration:line-through}", "<tr><td>2<td>Sở B<td class=x>80"),
     (".x td{text-decoration:line-through}", "<tr class=x><td>2<td>Sở B<td>80"),
     ("", '<tr style="text-decoration: line-through"><td>2<td>Sở B<td>80'),
     ("", '<tbody style="text-decoration:line-through"><tr><td>2<td>Sở B<td>80</tbody>')],
)  # fmt: skip
def test_a_cell_or_a_row_that_is_struck_is_refused(tmp_path, css, row):
    path = page(tmp_path, f"<style>{css}</style><table>{FIRST}{row}</table>")
    assert "'[" in refusal(path)


@pytest.mark.parametrize("tag", ["svg", "canvas", "iframe", "object", "video"])
def test_what_is_drawn_or_stands_for_it_is_no_text(tmp_path, tag):
    drawn = f"<{tag}><title>5</title></{tag}>"
    row = f"<tr><td>2<td>{drawn}Sở B<td>80{drawn}"
    scores = loaded(page(tmp_path, f"<table>{FIRST}{row}</table>"))
    assert scores["unit"].tolist()[1] == "Sở B"
    assert scores["score"].tolist()[1] == 80
