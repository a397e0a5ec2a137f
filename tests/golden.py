"""What sources of all kinds give, by public names only: compared with `golden/` after each step.

`python tests/golden.py` writes `golden/` anew: a purposeful change is a commit of those files.
"""

import contextlib
import datetime
import importlib.metadata
import io
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import docx
import matplotlib as mpl
import openpyxl
import pandas as pd
import xlwt
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from layouts import LAYOUTS
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TextProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from reportlab.pdfgen.canvas import Canvas

import cchc_analysis as ca
from cchc_analysis.scoring.ranking import GradeWarning

HERE = Path(__file__).parent
EXPECTED = HERE / "golden"
DATA = HERE.parent / "data"
PASTED = HERE / "fixtures" / "cchc-2020-pasted.txt"


class Case(NamedTuple):
    """A source, how it is loaded, and what is made from it."""

    source: Callable[[Path], object]
    options: dict | None = None
    load: str = "load_scores"
    scheme: str = "thi-xa-2020"
    report: Callable[[Path], dict] | None = None  # options of write_report
    command: Callable[[Path], list] | None = None  # options of cchc-report, which writes the files
    calls: tuple[Callable[[pd.DataFrame], object], ...] = ()  # each is refused


# Writers of sources: each returns a function from a folder to the source.


def data(name):
    return lambda folder: DATA / f"{name}.csv"


def text(*lines, name="bảng.csv", encoding="utf-8"):
    def write(folder):
        (folder / name).write_bytes(("\n".join(lines) + "\n" if lines else "").encode(encoding))
        return folder / name

    return write


def frame(titles, *rows):
    return lambda folder: pd.DataFrame(rows, columns=titles.split("|"), dtype="object")


def layout(name, table):
    def write(folder):
        cells = pd.read_csv(DATA / f"{table}.csv", dtype=str, keep_default_na=False)
        LAYOUTS[name](list(cells), cells.to_numpy().tolist(), folder / name)
        return folder / name

    return write


def book(rows, change=lambda sheet: None):
    def write(folder):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, lines in (rows if isinstance(rows, dict) else {"Điểm": rows}).items():
            sheet = made.create_sheet(title)
            for line in lines:
                sheet.append(line)
            change(sheet)
        made.save(folder / "bảng.xlsx")
        return folder / "bảng.xlsx"

    return write


def old_book(rows, change=lambda sheet: None, looks=None):
    """An .xls; `looks` has the style of cells by their value."""

    def write(folder):
        made = xlwt.Workbook()
        sheet = made.add_sheet("Điểm")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell, xlwt.easyxf(**(looks or {}).get(cell, {})))
        change(sheet)
        made.save(str(folder / "bảng.xls"))
        return folder / "bảng.xls"

    return write


def libre(rows, *, struck=None, hidden=None):
    """An .ods, one cell of it struck out, one row hidden."""

    def write(folder):
        made = OpenDocumentSpreadsheet()
        style = Style(name="out", family="table-cell")
        style.addElement(TextProperties(textlinethroughstyle="solid"))
        made.automaticstyles.addElement(style)
        table = Table(name="Điểm")
        made.spreadsheet.addElement(table)
        for row in rows:
            line = TableRow(**({"visibility": "collapse"} if row[0] == hidden else {}))
            table.addElement(line)
            for shown in row:
                look = {"stylename": "out"} if shown == struck else {}
                cell = TableCell(valuetype="string", **look)
                cell.addElement(P(text=shown))
                line.addElement(cell)
        made.save(str(folder / "bảng.ods"))
        return folder / "bảng.ods"

    return write


def word(*tables, change=lambda document: None):
    def write(folder):
        made = docx.Document()
        for heading, rows in tables:
            made.add_paragraph(heading)
            table = made.add_table(len(rows), max(map(len, rows)))
            for line, row in zip(table.rows, rows, strict=True):
                for cell, words in zip(line.cells, row, strict=False):
                    cell.text = words
        change(made)
        made.save(str(folder / "bảng.docx"))
        return folder / "bảng.docx"

    return write


def page(body):
    head = "<meta charset='utf-8'>"
    return text(f"<html><head>{head}</head><body>{body}</body></html>", name="trang.html")


def cells(*lines):
    return "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in line)}</tr>" for line in lines)


def scan(folder):
    canvas = Canvas(str(folder / "quét.pdf"))
    canvas.rect(10, 10, 50, 50)
    canvas.save()
    return folder / "quét.pdf"


def cut(folder):
    path = layout("plain.xlsx", "cchc-2020")(folder)
    path.write_bytes(path.read_bytes()[:2000])
    return path


def misnamed(folder):
    return layout("page.html", "cchc-2020")(folder).replace(folder / "bảng.xlsx")


def strike(sheet):
    sheet["C3"].font = Font(strike=True)


def hide_row(sheet):
    sheet.row_dimensions[3].hidden = True


def hide_column(sheet):
    sheet.col(2).hidden = True


def hide_sheet(sheet):
    sheet.sheet_state = "hidden" if sheet.title == "cũ" else "visible"


def as_percent(sheet):
    sheet["C2"].number_format = "0.00%"
    sheet["C3"].number_format = "0%"


def merge_in_word(document):
    document.tables[0].cell(1, 2).merge(document.tables[0].cell(2, 2)).text = "90"


def mark_in_word(mark):
    def change(document):
        run = document.tables[0].cell(1, 2).paragraphs[0].add_run("1")
        run._r.get_or_add_rPr().append(OxmlElement(mark))

    return change


def track(document):
    inserted = OxmlElement("w:ins")
    paragraph = document.tables[0].cell(1, 2).paragraphs[0]._p
    inserted.append(paragraph.r_lst[0])
    paragraph.append(inserted)


def template(folder):
    made = docx.Document(str(Path(ca.__file__).parent / "reports" / "templates" / "bao-cao.docx"))
    made.sections[0].header.paragraphs[0].text = "UBND THỊ XÃ – MẪU RIÊNG"
    made.sections[0].footer.paragraphs[0].text = "Chân trang của cơ quan"
    made.save(str(folder / "mẫu.docx"))
    return folder / "mẫu.docx"


TITLES = ["STT", "Đơn vị", "Điểm"]
TITLE = "STT;Đơn vị;Điểm"
RANKED = "STT;Đơn vị;Điểm;Xếp hạng"
SO, HUYEN = ["1;Sở A;90;1", "2;Sở B;80;2"], ["1;Huyện A;91;1", "2;Huyện B;70;2"]
ONE, TWO, THREE = ["1", "a", "90"], ["2", "b", "80"], ["3", "c", "70"]
SELF = "STT|Đơn vị|Điểm tự chấm|Điểm thẩm định|Xếp hạng"
SHEET = [["STT", "Đơn vị", "Tổng điểm"], [1, "a", 90], [2, "b", 80]]
FORMULA = [*SHEET[:2], [2, "b", "=1/0"]]
DATED = [*SHEET[:2], [2, "b", datetime.date(2020, 5, 9)]]
SHARES = [["STT", "Đơn vị", "Kết quả"], [1, "a", 0.9177], [2, "b", 1]]
ALONE = [["Đơn vị", "Kết quả"], ["a", 0.9177], ["b", 1]]
PERCENT = {0.9177: {"num_format_str": "0.00%"}, 1: {"num_format_str": "0%"}}
RAISED = CellRichText("97,23", TextBlock(InlineFont(vertAlign="superscript"), "1"))
SHEETS = {"Khối sở": SHEET, "Khối huyện": [SHEET[0], [1, "c", 70.5], [2, "d", 60]]}
HIDDEN = {"Điểm": SHEET, "cũ": SHEET, "Phân bố": [["Xếp loại", "Số lượng"], ["Tốt", 1]]}
ON_SHEET = [["I. KHỐI SỞ"], *SHEET, [None, "Tổng cộng", 170], [], ["II. KHỐI HUYỆN"], SHEET[0],
            [1, "c", 70], [], [None, None, "Người lập biểu"]]  # fmt: skip
LETTER = {
    "parent": "Ủy ban nhân dân tỉnh", "agency": "Sở Nội vụ", "place": "Huế", "number": 9,
    "date": "2022-01-05", "recipients": ["UBND tỉnh", "- Các sở, ban;"], "signer": "Nguyễn Văn A",
    "signer_title": "KT. Giám đốc\nPhó Giám đốc", "subject": "Kết quả năm 2021",
    "source": "Trang thông tin điện tử tỉnh",
}  # fmt: skip
# From DDCI Hà Tĩnh 2021: a sister index, fields of 10 points each.
FIELDS = (
    "Đơn vị;Minh bạch (10 điểm);Chi phí thời gian (10 điểm);Người đứng đầu (10 điểm);Tổng điểm",
    "Huyện Vũ Quang;7,02;6,62;7,71;21,35", "Huyện Hương Khê;8,07;7,04;9,07;24,18",
    "Thị xã Kỳ Anh;7,29;8,24;7,74;23,27", "Thị xã Hồng Lĩnh;9,21;8,97;;", "Lộc Hà;5,48;4,08;7;17",
)  # fmt: skip
FIELDS_OF = ["Huyện Vũ Quang", "Huyện Hương Khê", "Thị xã Kỳ Anh", "Thị xã Hồng Lĩnh", "Lộc Hà"]
TOTALS = [TITLE, *(f"{n};{u};{p}" for n, u, p in zip(
    range(1, 6), FIELDS_OF, ("71,2", "80,6", "77,57", "90,9", "55,2"), strict=True))]  # fmt: skip
LATER = text("Năm;Đơn vị;Điểm", "2021;Phòng A;91,5", "2021;Phòng B;88", "2021;Phòng C;88",
             "2021;Phòng D;", "2021;Phòng Văn hoá & TT;49,5")  # fmt: skip
EARLIER = text("Năm;Đơn vị;Điểm", "2020;Phòng B;90", "2020;Phòng A;85,25", "2020;Phòng D;70",
               "2020;Phòng E;64", "2020;Phòng Văn hóa và TT;81,5", name="trước.csv")  # fmt: skip
TOWN_AS_TEXT = PASTED.read_text(encoding="utf-8").splitlines()


def _load(source, folder, load="load_scores"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.LoadWarning)
        return getattr(ca, load)(source(folder))


def _layout_cases():
    tables = ("cchc-2020", "so-nganh-2021")
    for at, name in enumerate(LAYOUTS):
        yield f"layout-{name.replace('.', '-')}", Case(layout(name, tables[at % 2]))


def cases() -> dict[str, Case]:
    """Return all cases by name."""
    refused = _refused_texts() | _refused_frames() | _refused_files()
    return (
        _reports()
        | dict(_layout_cases())
        | _pasted()
        | _files()
        | {f"refused-{name}": case for name, case in refused.items()}
    )


def _reports():
    day = ["--source", "Quyết định số 12/QĐ-UBND", "--date", "11/01/2021"]
    return {
        "data-cchc-2020": Case(data("cchc-2020"), command=lambda folder: day),
        "data-so-nganh-2021": Case(data("so-nganh-2021"), report=lambda folder: LETTER),
        "data-par-index": Case(data("par-index-regions"), report=lambda folder: {}),
        "report-two-blocks": Case(
            text("I. Khối sở", RANKED, *SO, "", "II. Khối huyện:", RANKED, *HUYEN),
            report=lambda folder: {"unit": "huyện b", "date": datetime.date(2021, 2, 3)},
        ),
        "report-before": Case(
            LATER, report=lambda folder: {"before": _load(EARLIER, folder), "unit": "Phòng B"}
        ),
        "report-fields": Case(
            text(*TOTALS), scheme="nam-dinh-2020-so", command=lambda folder: [
                "--fields", text(*FIELDS, name="lĩnh vực.csv")(folder), "--unit", "Lộc Hà",
                "--year", "2021", "--scheme", "nam-dinh-2020-so", "--template", template(folder),
            ],
        ),
        "report-maxima": Case(
            frame("Khối|Đơn vị|Điểm|Điểm tối đa", ["Sở", "a", 63, 70], ["Sở", "b", 75.6, 84],
                  ["Sở", "c", "59,995", 70], ["Xã", "d", 40, 50], ["Xã", "e", 39.95, 50]),
            report=lambda folder: {"unit": "b"},
        ),
        "report-missing": Case(
            text(RANKED, "1;a;90;1", "2;b;N/A;", "3;c;–;-", "4;d;49,99;2"),
            report=lambda folder: {"date": "11/01/2021"},
        ),
        "report-unit": Case(data("so-nganh-2021"), report=lambda folder: {"unit": "SỞ NỘI VỤ"}),
        "report-disagreeing": Case(
            text(f"{RANKED};Xếp loại", "1;a;90,004;1;Tốt", "2;b;88;2;Tốt", "3;c;88;3;Khá",
                 "4;d;81,755;3;Tốt", "5;e;60;5;Khá"),
            report=lambda folder: {"number": "12/BC-UBND", "agency": "UBND thị xã"},
        ),
        "report-scale-70": Case(
            text(TITLE, "1;a;63", "2;b;62,99", "3;c;20"), {"max_score": 70, "year": 2020},
            scheme="nam-dinh-2020-so", report=lambda folder: {"source": "Thông báo 118/TB-UBND"},
        ),
        "report-template": Case(
            text("Đơn vị;Điểm", "=A1+1;90", "<b>a & b</b>;80", "007 x;70"),
            report=lambda folder: {"template": template(folder)},
        ),
        "fields-columns": Case(text(*FIELDS), load="load_fields"),
        "fields-rows": Case(
            text("unit,field,score,max_score", *(f"{u},{f},{s},{m}" for u, f, s, m in (
                ("A", "Thể chế", 8.5, 10), ("A", "TTHC", 12, 15), ("B", "Thể chế", 9, 10),
                ("B", "TTHC", "", 15), ("C", "TTHC", 15, 15)))),
            load="load_fields",
        ),
        "fields-maximum-row": Case(
            frame("STT|Đơn vị|Thể chế|TTHC|Tổng cộng", ["", "Điểm tối đa", "10", "20 điểm", "30"],
                  ["1", "Sở A", "8", "9", "17"], ["2", "Sở B", "7", "-", ""]),
            load="load_fields",
        ),
    }  # fmt: skip


def _pasted():
    name, header = "dán.txt", ["STT", "Đơn vị", "Điểm", "Xếp hạng"]
    blocks = [*header, *";".join(SO).split(";")], [*header, *";".join(HUYEN).split(";")]
    return {
        "pasted-page": Case(lambda folder: PASTED),
        "pasted-commas": Case(text(*(
            re.sub(r"^(\d\d)\.(\d+)$", r"\1,\2", line) for line in TOWN_AS_TEXT), name=name)),
        "pasted-two-blocks": Case(
            text("Kết quả", "Khối sở", *blocks[0], "Khối huyện", *blocks[1], name=name)),
        "pasted-unnumbered": Case(
            text("Đơn vị", "Điểm", "Phòng Nội vụ", "90,89", "Phòng Y", "tế", "67,52", "Nơi nhận:",
                 name=name)),
        "pasted-totals-and-notes": Case(
            text("Bảng điểm", f"{RANKED};Ghi chú", *(f"{row};x" for row in SO), ";;;;",
                 "3;C;70,5;3;y", ";Tổng cộng;240;;", "Người lập biểu;;;;")),
        "pasted-block-rows": Case(
            text(RANKED, "I;Khối sở;;", *SO, "II;Khối huyện;;", *HUYEN)),
        "pasted-two-years": Case(
            text("Kết quả năm 2020", RANKED, *SO, "Kết quả năm 2021", RANKED, *SO)),
        "pasted-table-picked": Case(
            text("I. Khối sở", RANKED, *SO, "II. Khối huyện:", RANKED, *HUYEN),
            {"table": "khối huyện", "block": "Huyện", "year": 2021}),
        "pasted-column-picked": Case(
            frame(SELF, [1, "a", 95, 90, 1], [2, "b", 95, 80, 2]),
            {"columns": {"score": "ĐIỂM thẩm  định"}}),
        "pasted-three-header-rows": Case(
            text("STT;Đơn vị;Kết quả;", ";;Năm 2020;", ";;Điểm;Xếp hạng", "(1);(2);(3);(4)=(3)",
                 *SO)),
        "pasted-rank-and-score": Case(
            frame("Đơn vị|Chỉ số", ["a", "thứ 1 (95.5)"], ["b", "hạng 2 (80,0)"])),
        "pasted-scale-in-title": Case(
            frame("Đơn vị|Tổng điểm (thang điểm 70)", ["a", "63"], ["b", "60,5"])),
        "pasted-part": Case(text(RANKED, *SO, "…;…;…;…", "17;C;60;17")),
        "pasted-order": Case(text(RANKED, "1;A;80;1", "2;B;90;2", "3;C;81,7549999999;2")),
    }  # fmt: skip


def _files():
    merged = cells(TITLES) + "<tr><td>1<td>a<sup>(1)</sup><td rowspan=2>90" + cells(["2", "b"])
    captions = (f"<h3>Khối {name}</h3><table>{cells(TITLES, ONE, TWO)}</table>"
                for name in ("sở", "huyện"))  # fmt: skip
    down = [["Khối", *SHEET[0]], ["Sở", 1, "a", 90], [None, 2, "b", 80], ["Xã", 3, "c", 70]]
    return {
        "xlsx-percent": Case(book(SHARES, as_percent)),
        "xlsx-hidden-row": Case(book(SHEET, hide_row)),
        "xlsx-hidden-sheet": Case(book(HIDDEN, hide_sheet)),
        "xlsx-sheets": Case(book(SHEETS)),
        "xlsx-two-on-a-sheet": Case(book(ON_SHEET)),
        "xlsx-merged": Case(book(down, lambda sheet: sheet.merge_cells("A2:A3"))),
        "xls-hidden-column": Case(old_book(SHEET, hide_column)),
        "xls-percent": Case(old_book(ALONE, looks=PERCENT)),
        "ods-hidden-row": Case(libre([TITLES, ONE, TWO, THREE], hidden="2")),
        "docx-merged": Case(word(("", [TITLES, ONE, TWO, THREE]), change=merge_in_word)),
        "docx-two-pages": Case(word(("Kết quả", [TITLES, ONE, TWO]), ("", [THREE]))),
        "html-captions": Case(page("<hr>".join(captions))),
        "html-merged": Case(page(f"<table>{merged}</table>")),
    }  # fmt: skip


def _refused_texts():
    return {
        "empty": Case(text()),
        "no-table": Case(text("Chỉ có chữ, không có bảng")),
        "no-score": Case(text("Đơn vị,Xếp hạng", "a,1")),
        "no-number": Case(text("Đơn vị,Điểm", "a,9O.5")),
        "thousands": Case(text("Đơn vị,Điểm", 'a,"1.234,5"')),
        "beyond-maximum": Case(text("Đơn vị,Điểm", "a,80", "b,100.5")),
        "unit-twice": Case(text("Đơn vị,Điểm", "Phòng Văn hóa,80", "Phòng Văn hoá,70")),
        "unquoted-comma": Case(text("Đơn vị,Điểm", "a,97,23")),
        "open-quote": Case(text(f"{TITLE};Ghi chú", '1;"a;80;x', "2;b;70;y", "3;c;60;z")),
        "lost-row": Case(text("STT,Đơn vị,Điểm", "1,a,80", "3,b,70")),
        "lost-headings": Case(text(RANKED, *SO, RANKED, *HUYEN)),
        "distribution": Case(text("STT;Xếp loại;Số lượng;Tỷ lệ", "1;Tốt;3;50%", "2;Khá;3;50%")),
        "rank-without-score": Case(text(RANKED, "1;a;90;1", "2;b;-;2")),
        "scale-beside": Case(text("(Thang điểm tối đa: 84 điểm)", TITLE, "1;A;60")),
        "block-or-unit": Case(text("Đơn vị;Điểm", "Khối sở;", "a;90")),
        "encoding": Case(text("unit,score", "Phòng Néi vô,80", encoding="latin-1")),
        "table-unknown": Case(
            text("I. Khối sở", RANKED, *SO, "II. Khối xã", RANKED, *HUYEN), {"table": "khối"}
        ),
        "pasted-lost-score": Case(
            text(*TITLES, "1", "Phòng A", "97,23", "2", "Phòng B", *THREE, name="dán.txt")
        ),
        "pasted-two-readings": Case(
            text("STT", "Đơn vị", "Khối", "Điểm", "1", "Phòng", "Nội vụ", "Khối sở", "80",
                 name="dán.txt")
        ),
    }  # fmt: skip


def _refused_frames():
    return {
        "competing": Case(frame(SELF, [1, "a", 95, 90, 1])),
        "column-unknown": Case(frame(SELF, [1, "a", 95, 90, 1]), {"columns": {"score": "x"}}),
        "share-of-one": Case(frame("unit|Chỉ số (%)", ["a", 0.9177], ["b", 0.88])),
        "points-and-percent": Case(frame("Đơn vị|Tổng điểm|Tỷ lệ (%)", ["a", "68,32", "81,33"])),
        "year-against": Case(frame("unit|score|Năm", ["a", 80, 2020]), {"year": 2021}),
        "fields-maximum": Case(
            frame("Đơn vị|Thể chế (10 điểm)|TTHC|Tổng", ["A", "8", "9", "17"]), load="load_fields"
        ),
        "functions": Case(
            frame("Năm|Đơn vị|Điểm|Xếp loại", [2020, "a", 95, "Tốt"], [2020, "b", 85, "Xuất sắc"]),
            calls=(
                lambda table: ca.rank_units(table.drop(columns="max_score")),
                lambda table: ca.rank_units(table, within="region"),
                lambda table: ca.grade_units(table, scheme="da-nang-2012"),
                lambda table: ca.points_to_next_grade(
                    ca.grade_units(table.drop(columns="published_grade")), scheme="tttt-2024"
                ),
                ca.grade_distribution,
                ca.implied_cutoffs,
                lambda table: ca.rank_range(table, margin=-1),
                lambda table: ca.describe_ranking(table, before=table.assign(year=2021)),
                lambda table: ca.cutoff_sensitivity(table, shift="1"),
                lambda table: ca.describe_ranking(table, unit="c"),
                lambda table: ca.format_ranking(table, decimals=10),
                lambda table: ca.GradeScheme(["A", "B"], [50, 90], name="x"),
                ca.field_losses,
                lambda table: ca.write_report(table, "r.doc"),
                lambda table: ca.write_report(table, "r.docx", date="hôm qua"),
                lambda table: ca.write_workbook(table, "r.xls"),
            ),
        ),
    }  # fmt: skip


def _refused_files():
    one = ("x", [TITLES, ["1", "a", "97,23"], TWO])
    return {
        "xlsx-date": Case(book(DATED)),
        "xlsx-formula": Case(book(FORMULA)),
        "xlsx-struck": Case(book(SHEET, strike)),
        "xlsx-raised": Case(book([*SHEET[:2], [2, "b", RAISED]])),
        "xls-struck": Case(old_book(SHEET, looks={80: {"strg_to_parse": "font: struck_out true"}})),
        "ods-struck": Case(libre([TITLES, ONE, TWO], struck="80")),
        "docx-struck": Case(word(one, change=mark_in_word("w:strike"))),
        "docx-tracked": Case(word(one, change=track)),
        "html-raised": Case(
            page(f"<table>{cells(TITLES, ['1', 'a', '97,2<sup>3</sup>'])}</table>")
        ),
        "pdf-scanned": Case(scan),
        "cut-short": Case(cut),
        "misnamed": Case(misnamed),
    }


def outcome(case: Case, folder: Path) -> dict[str, str]:
    """Return all that a case gives, as text by section."""
    source = case.source(folder)
    given, told = {}, []
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", ca.LoadWarning)
            table = getattr(ca, case.load)(source, **(case.options or {}))
    except ValueError as error:
        given["refusal"] = str(error)
    else:
        made = _of_fields if case.load == "load_fields" else _of_scores
        given["frame"] = _csv(table, types=True)
        if case.calls:
            given["refusal"] = "\n".join(_said(partial(call, table)) for call in case.calls)
        else:
            given |= made(case, table, folder)
        if case.command:
            given |= _commanded(source, case.command(folder), folder)
    given["warning"] = "\n".join(str(one.message) for one in told)
    if isinstance(source, Path) and "refusal" not in given:
        given["tables"] = _csv(ca.list_tables(source))
    return {
        name: words.replace(str(folder), "<folder>").replace(folder.as_posix(), "<folder>")
        for name, words in sorted(given.items())
        if words
    }


def _of_scores(case, scores, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GradeWarning)  # the check says more
        ranking = ca.grade_units(ca.rank_units(scores), scheme=case.scheme)
    options = case.report(folder) if case.report else {}
    tell = {name: options[name] for name in ("before", "unit") if name in options}
    check = ca.check_published(ranking)
    counts = ca.grade_distribution(ranking, by=[c for c in ("year", "block") if c in ranking])
    printed = [_csv(ca.format_ranking(table)) for table in (ranking, counts)]
    given = {
        "printed": "\n".join(printed),
        "paragraph": _said(lambda: ca.describe_ranking(ranking, scheme=case.scheme, **tell)),
        "check": _csv(check),
    }
    if not case.report:
        return given
    given["results"] = "\n\n".join(_said(partial(_csv_of, make)) for make in (
        lambda: ca.summarise_blocks(ranking),
        lambda: ca.points_to_next_grade(ranking, scheme=case.scheme),
        lambda: ca.rank_range(ranking, margin=0.5),
        lambda: ca.cutoff_sensitivity(scores, scheme=case.scheme),
        *([lambda: ca.implied_cutoffs(scores)] if "published_grade" in scores else []),
        *([lambda: ca.compare_periods(tell["before"], scores)] if "before" in tell else []),
    ))  # fmt: skip
    book = {name: options[name] for name in ("before", "unit", "source") if name in options}
    common = {"scheme": case.scheme}
    report = ca.write_report(ranking, folder / "report.docx", **common, **options)
    workbook = ca.write_workbook(ranking, folder / "report.xlsx", **common, **book)
    return given | {"report": _report(report), "workbook": _workbook(workbook)}


def _of_fields(case, fields, folder):
    scores = fields.groupby("unit", sort=False, as_index=False)[["score", "max_score"]].sum()
    tables = [ca.field_losses(fields), ca.check_published(scores, fields=fields)]
    return {
        "printed": "\n\n".join(_csv(ca.format_ranking(table)) for table in tables),
        "results": "\n\n".join(map(_csv, tables)),
    }


def _commanded(source, options, folder):
    """Run ``cchc-report`` and return what it says and writes."""
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="cchc-report")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = command.load()([str(source), *map(str, options), "--out", str(folder / "out")])
    (out,) = (folder / "out").iterdir()
    given = {"command": f"{said.getvalue()}exit {code}", "report": _report(out / "report.docx")}
    written = [f"{path.name}:\n{path.read_text(encoding='utf-8-sig')}"
               for path in sorted(out.glob("*.csv"))]  # fmt: skip
    return given | {"workbook": _workbook(out / "report.xlsx"), "written": "\n".join(written)}


def _said(function):
    """Return what a function gives, or the sentence with which it refuses."""
    try:
        return str(function())
    except ValueError as error:
        return f"ValueError: {error}"


def _csv_of(make):
    return _csv(make())


def _csv(table, *, types=False):
    facts = [
        f"# {name}: {table.attrs[name]}" for name in ("scale", "note") if table.attrs.get(name)
    ]
    if types:
        facts.insert(0, f"# {', '.join(f'{name} {kind}' for name, kind in table.dtypes.items())}")
    shown = table.copy()
    for name in shown:
        if shown[name].dtype == "float64":  # numpy's repr: as many digits as tell the number
            shown[name] = [repr(float(value)) for value in shown[name]]
    return "\n".join([*facts, shown.to_csv(index=False, na_rep="NA", lineterminator="\n").rstrip()])


def _report(path):
    document = docx.Document(path)
    about = document.core_properties
    lines = [f"properties: {about.title} | {about.author} | {about.created:%Y-%m-%d}"]
    for section in document.sections:
        for name in ("header", "first_page_header", "footer", "first_page_footer"):
            part = getattr(section, name)
            if not part.is_linked_to_previous:
                lines.append(f"{name}: {' / '.join(_words(p._p) for p in part.paragraphs)}")
    for element in document.element.body:
        if element.tag == qn("w:p"):
            style = element.style or "Normal"
            lines.append(f"[{style}] {_words(element)}")
        elif element.tag == qn("w:tbl"):
            for row in element.iter(qn("w:tr")):
                of_row = [
                    " / ".join(map(_words, cell.iter(qn("w:p")))) for cell in row.iter(qn("w:tc"))
                ]
                lines.append(f"| {' | '.join(of_row)} |")
    return "\n".join(lines)


def _words(paragraph):
    """Return the text of a paragraph, with its fields and what is told of its pictures."""
    words = []
    for part in paragraph.iter():
        if part.tag == qn("w:t"):
            words.append(part.text or "")
        elif part.tag in (qn("w:br"), qn("w:tab")):
            words.append(" / " if part.tag == qn("w:br") else "\t")
        elif part.tag == qn("w:fldSimple"):
            words.append(f"{{{part.get(qn('w:instr')).strip()}}}")
        elif part.tag == qn("w:instrText"):
            words.append(f"{{{part.text.strip()}}}")
        elif part.tag == qn("wp:docPr"):
            words.append(f"<picture: {part.get('descr')}>")
    return "".join(words).replace("\n", " / ")


def _workbook(path):
    lines = []
    for sheet in openpyxl.load_workbook(path, data_only=True):
        lines.append(f"sheet {sheet.title}")
        for row in sheet.iter_rows():
            filled = [_cell(cell) for cell in row if cell.value is not None]
            if filled:
                lines.append(" | ".join(filled))
    return "\n".join(lines)


def _cell(cell):
    form = "" if cell.number_format == "General" else f" {{{cell.number_format}}}"
    return f"{cell.coordinate} {cell.value!r}{form}"


def as_text(given: dict[str, str]) -> str:
    """Return the sections as one file."""
    return "\n".join(f"== {name} ==\n{words}\n" for name, words in given.items())


def main() -> None:
    """Write all expected files anew."""
    mpl.use("agg")
    shutil.rmtree(EXPECTED, ignore_errors=True)
    EXPECTED.mkdir()
    for name, case in cases().items():
        with tempfile.TemporaryDirectory() as folder:
            words = as_text(outcome(case, Path(folder)))
        (EXPECTED / f"{name}.txt").write_bytes(words.encode())


if __name__ == "__main__":
    main()
