"""Raw cells from workbooks: .xlsx, .xls and .ods, read by python-calamine."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import numpy as np

from cchc_analysis.grid import Grid, to_cells
from cchc_analysis.hidden import PERCENT, Refused, check_size, marks
from cchc_analysis.sniff import damaged, encrypted

_UNTITLED = re.compile(r"(?:sheet|trang[ _]?tính|bảng)[ _]?\d*", re.IGNORECASE)


def sheet_grids(path: Path, kind: str) -> tuple[list[Grid], list[str]]:
    """Return the cells of each visible sheet, and in words the hidden sheets."""
    import python_calamine as calamine

    try:
        hidden_cells = marks(path, kind)
        grids, hidden = [], []
        with calamine.load_workbook(str(path)) as book:
            for about in book.sheets_metadata:
                if about.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    hidden.append(f"trang tính ẩn '{about.name}'")
                    continue
                sheet = book.get_sheet_by_name(about.name)
                if sheet.total_height:
                    grids.append(_grid(sheet, hidden_cells.get(about.name, {})))
    except calamine.PasswordError:
        raise encrypted(path.name) from None
    except Refused as error:
        raise ValueError(f"{path.name}: {error}") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of the Rust library is no Exception
        raise damaged(path.name) from None
    return grids, hidden


def _grid(sheet: object, hidden_cells: dict[tuple[int, int], str]) -> Grid:
    check_size(sheet.name, sheet.total_height, sheet.total_width)
    rows = [[_as_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    width = max(map(len, rows))
    for row, column in hidden_cells:
        mark = hidden_cells[row, column]
        while row >= len(rows):  # calamine leaves out the blank rows at the end
            rows.append([""] * width)
        if column >= width:
            width = column + 1
            rows = [[*row, *[""] * (width - len(row))] for row in rows]
        rows[row][column] = _percent(rows[row][column]) if mark == PERCENT else mark
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        for row in range(top + 1, min(bottom + 1, len(rows))):
            rows[row][left] = rows[top][left]
    title = "" if _UNTITLED.fullmatch(sheet.name) else sheet.name
    letters = [_letters(column) for column in range(width)]
    return Grid(
        f"trang tính '{sheet.name}'", title, to_cells(rows, range(1, len(rows) + 1), letters)
    )


def _as_shown(cell: object) -> str:
    """Return a stored value as a person reads it: 81.0 is 81, and no number has an exponent."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    if isinstance(cell, datetime.date):  # a datetime is one too
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def _percent(share: str) -> str:
    text = f"{Decimal(share) * 100:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        letters, column = chr(ord("A") + column % 26) + letters, column // 26 - 1
    return letters
