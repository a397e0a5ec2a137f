"""Raw cells from workbooks: .xlsx, .xls and .ods, read by python-calamine."""

import datetime
import os
import re
import zipfile
from decimal import Decimal
from pathlib import Path

from cchc_analysis.reading.containers import damaged, encrypted
from cchc_analysis.reading.grid import Grid, as_written, to_cells
from cchc_analysis.reading.hidden import (
    PERCENT,
    STRUCK,
    Marks,
    Refused,
    check_size,
    is_percent,
    marks_of_xlsx,
)
from cchc_analysis.reading.opendocument import marks_of_ods
from cchc_analysis.text import quoted

_UNTITLED = re.compile(r"(?:sheet|trang[ _]?tính|bảng)[ _]?\d*", re.IGNORECASE)


def sheet_grids(path: Path, kind: str) -> tuple[list[Grid], list[str], list[str]]:
    """Return the cells of each visible sheet, in words the hidden sheets, and what to check."""
    import python_calamine as calamine

    try:
        marks = _marks(path, kind)
        grids, hidden, to_check = [], [], []
        with calamine.load_workbook(str(path)) as book:
            for about in book.sheets_metadata:
                if about.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    hidden.append(f"trang tính ẩn {quoted(about.name)}")
                    continue
                sheet = book.get_sheet_by_name(about.name)
                if sheet.total_height:
                    grid, told = _grid(sheet, marks.get(about.name) or Marks({}, set(), set()))
                    grids.append(grid)
                    to_check += told
    except calamine.PasswordError:
        raise encrypted(path.name) from None
    except Refused as error:
        raise ValueError(f"{path.name}: {error}") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the Rust library is no Exception
        wrong = encrypted if "encrypted" in str(error).lower() else damaged
        raise wrong(path.name) from None
    return grids, hidden, to_check


def _marks(path: Path, kind: str) -> dict[str, Marks]:
    if kind == "xls":
        return _marks_of_xls(path)
    with zipfile.ZipFile(path) as archive:
        return marks_of_xlsx(archive) if kind == "xlsx" else marks_of_ods(archive)


def _marks_of_xls(path: Path) -> dict[str, Marks]:
    import xlrd

    with Path(os.devnull).open("w", encoding="utf-8") as log:
        book = xlrd.open_workbook(path, formatting_info=True, logfile=log)
    formats = [book.format_map[style.format_key].format_str for style in book.xf_list]
    found = {}
    for sheet in book.sheets():
        check_size(sheet.name, sheet.nrows, sheet.ncols)
        rows = {at for at, about in sheet.rowinfo_map.items() if about.hidden}
        columns = {at for at, about in sheet.colinfo_map.items() if about.hidden}
        here = found[sheet.name] = Marks({}, rows, columns)
        for (at, column), runs in getattr(sheet, "rich_text_runlist_map", {}).items():
            text, ends = sheet.cell_value(at, column), [start for start, _ in runs[1:]]
            shown = text[: runs[0][0]]
            for (start, font), end in zip(runs, [*ends, len(text)], strict=True):
                marked = book.font_list[font].escapement or book.font_list[font].struck_out
                shown += f"[{text[start:end]}]" if marked else text[start:end]
            if shown != text:
                here.cells[at, column] = shown
        for at in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(at)):
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    here.cells[at, column] = xlrd.error_text_from_code.get(cell.value, "#")
                elif book.font_list[book.xf_list[cell.xf_index].font_index].struck_out:
                    here.cells[at, column] = STRUCK
                elif cell.ctype == xlrd.XL_CELL_NUMBER and is_percent(formats[cell.xf_index]):
                    here.cells[at, column] = PERCENT
    return found


def _grid(sheet: object, marks: Marks) -> tuple[Grid, list[str]]:
    from xlsxwriter.utility import xl_col_to_name

    check_size(sheet.name, sheet.total_height, sheet.total_width)
    rows = [[_as_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    # Calamine leaves out what is blank at the end: there, too, a formula may not be computed.
    height = max([len(rows), *(row + 1 for row, _ in marks.cells)])
    width = max([*map(len, rows), *(column + 1 for _, column in marks.cells)])
    rows = [[*row, *[""] * (width - len(row))] for row in rows + [[]] * (height - len(rows))]
    letters = [xl_col_to_name(column) for column in range(width)]
    for (row, column), mark in marks.cells.items():
        shown = rows[row][column]
        if mark == STRUCK:
            mark = f"[{shown}]" if shown else ""
        elif mark == PERCENT:
            mark = f"{(Decimal(shown) * 100).normalize():f}%"
        rows[row][column] = mark
    merged = set()
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        for row in range(top + 1, min(bottom + 1, height) if left < width else 0):
            rows[row][left] = rows[top][left]
            merged.add((row + 1, letters[left]))
    hidden = [f"cột {letters[c]}" for c in range(width) if c in marks.columns]
    hidden = [
        *hidden,
        *(f"dòng {r + 1}" for r in range(height) if r in marks.rows and any(rows[r])),
    ]
    place = f"trang tính '{sheet.name}'"
    told = [f"{place} có chỗ ẩn vẫn được đọc ({', '.join(hidden[:10])})"] if hidden else []
    title = "" if _UNTITLED.fullmatch(sheet.name) else sheet.name
    return Grid(place, title, to_cells(rows, range(1, height + 1), letters), merged), told


def _as_shown(cell: object) -> str:
    """Return a stored value as a person reads it."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime.date):  # a datetime is one too
        return cell.strftime("%d/%m/%Y")
    return str(as_written(cell))
