"""One small writer per layout in which a table travels: (titles, rows of text, path) → file."""

import csv
import html
import io
import unicodedata
from pathlib import Path

import docx
import matplotlib as mpl
import openpyxl
import pandas as pd
import xlwt
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

TITLE = "KẾT QUẢ XẾP HẠNG CÔNG TÁC CẢI CÁCH HÀNH CHÍNH"
FOOT = "Người lập biểu"


def comma(rows, titles):
    """Return the rows with a decimal comma in the score."""
    at = [i for i, title in enumerate(titles) if title in SCORES]
    return [[c.replace(".", ",") if i in at else c for i, c in enumerate(row)] for row in rows]


SCORES = ("Tổng điểm đánh giá", "Điểm đánh giá", "score", "Điểm")


def _number(cell, title):
    """Return what Excel would store: a number where the cell is one."""
    is_number = title != "Đơn vị" and cell.replace(".", "", 1).isdigit()
    return (float(cell) if "." in cell else int(cell)) if is_number else cell


def _csv(titles, rows, path, *, sep=",", encoding="utf-8", decimal="."):
    rows = comma(rows, titles) if decimal == "," else rows
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=sep, lineterminator="\r\n").writerows([titles, *rows])
    text = text.getvalue()
    if encoding == "cp1258":  # its accents are letters of their own, as Windows writes them
        text = "".join(_windows_1258(c) for c in text)
    path.write_bytes(text.encode(encoding))


def _windows_1258(letter):
    try:
        letter.encode("cp1258")
        return letter
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        tone = [c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"]
        return unicodedata.normalize("NFC", "".join(c for c in parts if c not in tone)) + tone[0]


def _pasted(titles, rows, path):
    lines = [TITLE, ""]
    for title in titles:
        lines += title.split(" ", 1) if len(title) > 12 else [title]
    for row in comma(rows, titles):
        for title, cell in zip(titles, row, strict=True):
            is_name = title in ("Đơn vị", "Tên đơn vị")
            lines += cell.split(" và ", 1) if is_name and cell.count(" và ") > 5 else [cell]
    path.write_text("\n".join([*lines, "", "Chia sẻ bài viết"]) + "\n", encoding="utf-8")


def _lined(titles, rows, path, *, sep="\t", edge="", rule=False):
    rows = [titles, *([["---"] * len(titles)] if rule else []), *comma(rows, titles)]
    lines = [f"{edge}{sep.join(row)}{edge}" for row in rows]
    path.write_text("\n".join([TITLE, "", *lines]) + "\n", encoding="utf-8")


def _xlsx(titles, rows, path):
    book = openpyxl.Workbook()
    for row in [titles, *rows]:
        book.active.append([_number(c, t) for c, t in zip(row, titles, strict=True)])
    book.save(path)


def _xlsx_report(titles, rows, path):
    """Title rows, merged cells, numbers as text, an empty column and row, footers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B1"] = "ỦY BAN NHÂN DÂN"
    sheet["B3"] = TITLE
    sheet.merge_cells(start_row=3, end_row=3, start_column=2, end_column=len(titles) + 1)
    for at, row in enumerate([titles, *comma(rows, titles)], start=5 if len(rows) > 1 else 4):
        for column, cell in enumerate(row, start=2):
            sheet.cell(at, column, cell)
    sheet.cell(sheet.max_row + 1, 2 + titles.index(_unit(titles)), "Tổng cộng")
    sheet.cell(sheet.max_row + 2, 2, FOOT)
    book.create_sheet("Ghi chú")["A1"] = "Chỉ có chữ"
    book.save(path)


def _unit(titles):
    return next(t for t in titles if t in ("Đơn vị", "Tên đơn vị", "unit"))


def _xlsx_two_rows(titles, rows, path):
    """A header of two rows: the rest stands under one title, the others are merged down."""
    book = openpyxl.Workbook()
    sheet = book.active
    at = titles.index(next(t for t in titles if t in SCORES))
    for column, title in enumerate(titles, start=1):
        if column <= at:
            sheet.cell(1, column, title)
            sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
        else:
            sheet.cell(2, column, title)
    sheet.cell(1, at + 1, "Kết quả")
    if len(titles) > at + 1:
        sheet.merge_cells(start_row=1, end_row=1, start_column=at + 1, end_column=len(titles))
    for row in rows:
        sheet.append([_number(c, t) for c, t in zip(row, titles, strict=True)])
    book.save(path)


def _xls(titles, rows, path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Điểm")
    sheet.write_merge(0, 0, 0, len(titles) - 1, TITLE)
    for at, row in enumerate([titles, *rows], start=2):
        for column, (cell, title) in enumerate(zip(row, titles, strict=True)):
            sheet.write(at, column, _number(cell, title))
    book.save(str(path))


def _ods(titles, rows, path):
    cells = [[_number(c, t) for c, t in zip(row, titles, strict=True)] for row in rows]
    pd.DataFrame(cells, columns=titles).to_excel(path, index=False, engine="odf")


def _docx(titles, rows, path):
    document = docx.Document()
    document.add_paragraph(TITLE)
    rows = [titles, *comma(rows, titles)]
    table = document.add_table(len(rows), len(titles))
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            first, *rest = text.split(" ", 1)
            cell.text = first
            for part in rest:  # the cell is broken over paragraphs
                cell.add_paragraph(part)
    document.add_paragraph(FOOT)
    document.save(str(path))


def _html(titles, rows, path):
    lines = "".join(
        f"<tr>{''.join(f'<td><p>{html.escape(c)}</p></td>' for c in row)}</tr>"
        for row in [titles, *comma(rows, titles)]
    )
    page = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title></head><body>"
        "<table><tr><td>Trang chủ</td><td>Tin tức</td></tr><tr><td colspan=2>"
        f"<h2>{TITLE}</h2><table border=1>{lines}</table></td></tr></table>"
        "<script>var x = '<b>';</script></body></html>"
    )
    path.write_text(page, encoding="utf-8")


def _pdf(titles, rows, path):
    font = Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    pdfmetrics.registerFont(TTFont("DejaVuSans", str(font)))
    style = ParagraphStyle("cell", fontName="DejaVuSans", fontSize=9)
    rows = [titles, *comma(rows, titles)]
    cells = [[Paragraph(html.escape(c), style) for c in row] for row in rows]
    table = Table(cells, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)], repeatRows=1)
    SimpleDocTemplate(str(path)).build([Paragraph(TITLE, style), table])


LAYOUTS = {
    "comma.csv": lambda *a: _csv(*a),
    "comma-quoted.csv": lambda *a: _csv(*a, decimal=","),
    "semicolon-bom.csv": lambda *a: _csv(*a, sep=";", encoding="utf-8-sig", decimal=","),
    "tab-utf16.csv": lambda *a: _csv(*a, sep="\t", encoding="utf-16", decimal=","),
    "tab.tsv": lambda *a: _csv(*a, sep="\t"),
    "windows-1258.csv": lambda *a: _csv(*a, sep=";", encoding="cp1258"),
    "pasted.txt": _pasted,
    "tab.txt": _lined,
    "spaces.txt": lambda *a: _lined(*a, sep="   "),
    "bars.txt": lambda *a: _lined(*a, sep=" | "),
    "markdown.md": lambda *a: _lined(*a, sep="|", edge="|", rule=True),
    "plain.xlsx": _xlsx,
    "report.xlsx": _xlsx_report,
    "two-rows.xlsx": _xlsx_two_rows,
    "old.xls": _xls,
    "libre.ods": _ods,
    "word.docx": _docx,
    "page.html": _html,
    "print.pdf": _pdf,
}
