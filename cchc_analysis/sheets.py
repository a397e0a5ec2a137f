"""Raw cells from workbooks: .xlsx, .xls and .ods, read by python-calamine."""

import datetime
import os
import re
import zipfile
from decimal import Decimal
from pathlib import Path

from cchc_analysis.grid import Grid, as_written, to_cells
from cchc_analysis.hidden import (
    ABOVE,
    HIDDEN,
    PERCENT,
    STRUCK,
    Marks,
    Refused,
    check_size,
    is_percent,
    marks_of_xlsx,
)
from cchc_analysis.opendocument import marks_of_ods
from cchc_analysis.sniff import damaged, encrypted
from cchc_analysis.text import quoted

_UNTITLED = re.compile(r"(?:sheet|trang[ _]?tính|bảng)[ _]?\d*", re.IGNORECASE)


def sheet_grids(path: Path, kind: str) -> tuple[list[Grid], list[str], list[str]]:
    """Return the cells of each visible sheet, in words the hidden sheets, and what to check."""
    import python_calamine as calamine

    try:
        hidden_cells = _marks(path, kind)
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
                    grid, told = _grid(sheet, hidden_cells.get(about.name, {}))
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


def _marks(path: Path, kind: str) -> Marks:
    if kind == "xls":
        return _marks_of_xls(path)
    with zipfile.ZipFile(path) as archive:
        return marks_of_xlsx(archive) if kind == "xlsx" else marks_of_ods(archive)


def _marks_of_xls(path: Path) -> Marks:
    import xlrd

    with Path(os.devnull).open("w", encoding="utf-8") as log:
        book = xlrd.open_workbook(path, formatting_info=True, logfile=log)
    formats = [book.format_map[style.format_key].format_str for style in book.xf_list]
    found: Marks = {}
    for sheet in book.sheets():
        check_size(sheet.name, sheet.nrows, sheet.ncols)
        here = found[sheet.name] = {}
        for (at, column), runs in getattr(sheet, "rich_text_runlist_map", {}).items():
            text, ends = sheet.cell_value(at, column), [start for start, _ in runs[1:]]
            shown = text[: runs[0][0]]
            for (start, font), end in zip(runs, [*ends, len(text)], strict=True):
                marked = book.font_list[font].escapement or book.font_list[font].struck_out
                shown += f"[{text[start:end]}]" if marked else text[start:end]
            if shown != text:
                here[at, column] = shown
        for column, about in sheet.colinfo_map.items():
            if about.hidden and column < sheet.ncols:
                here[ABOVE, column] = HIDDEN
        for at in range(sheet.nrows):
            if at in sheet.rowinfo_map and sheet.rowinfo_map[at].hidden:
                here[at, 0] = HIDDEN
            for column, cell in enumerate(sheet.row(at)):
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    here[at, column] = xlrd.error_text_from_code.get(cell.value, "#")
                elif book.font_list[book.xf_list[cell.xf_index].font_index].struck_out:
                    here[at, column] = STRUCK
                elif cell.ctype == xlrd.XL_CELL_NUMBER and is_percent(formats[cell.xf_index]):
                    here[at, column] = PERCENT
    return found


def _grid(sheet: object, hidden_cells: dict[tuple[int, int], str]) -> tuple[Grid, list[str]]:
    check_size(sheet.name, sheet.total_height, sheet.total_width)
    rows = [[_as_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    width = max(map(len, rows))
    hidden: dict[str, list[str]] = {"cột": [], "dòng": []}
    for row, column in hidden_cells:
        mark = hidden_cells[row, column]
        if row == ABOVE:
            if column < width and any(line[column] for line in rows):
                hidden["cột"].append(_letters(column))
            continue
        while row >= len(rows):  # calamine leaves out the blank rows at the end
            rows.append([""] * width)
        if column >= width:
            width = column + 1
            rows = [[*row, *[""] * (width - len(row))] for row in rows]
        if mark == HIDDEN:
            hidden["dòng"].append(str(row + 1))
            continue
        shown = rows[row][column]
        if mark == STRUCK:
            mark = f"[{shown}]" if shown else ""
        rows[row][column] = _percent(shown) if mark == PERCENT else mark
    letters = [_letters(column) for column in range(width)]
    merged = set()
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        if left >= width or top >= len(rows):
            continue
        for row in range(top + 1, min(bottom + 1, len(rows))):
            rows[row][left] = rows[top][left]
            merged.add((row + 1, letters[left]))
    title = "" if _UNTITLED.fullmatch(sheet.name) else sheet.name
    cells = to_cells(rows, range(1, len(rows) + 1), letters)
    place = f"trang tính '{sheet.name}'"
    told = [
        f"{place} có {what} ẩn vẫn được đọc ({what} {', '.join(names[:10])})"
        for what, names in hidden.items()
        if names
    ]
    return Grid(place, title, cells, merged), told


def _as_shown(cell: object) -> str:
    """Return a stored value as a person reads it."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime.date):  # a datetime is one too
        return cell.strftime("%d/%m/%Y")
    return str(as_written(cell))


def _percent(share: str) -> str:
    text = f"{Decimal(share) * 100:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        letters, column = chr(ord("A") + column % 26) + letters, column // 26 - 1
    return letters
