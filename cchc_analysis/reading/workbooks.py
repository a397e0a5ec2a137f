"""What the sheets of a workbook show: .xlsx by openpyxl, .xls by xlrd, each in one pass."""

import contextlib
import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

from cchc_analysis.reading.appearance import NOT_COMPUTED, Seen, check_size, text_of
from cchc_analysis.reading.containers import Contents, damaged, encrypted
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted

_UNTITLED = re.compile(r"(?:sheet|trang[ _]?tính|bảng)[ _]?\d*", re.IGNORECASE)


def sheet(name: str, rows: list[list[str]], **seen: object) -> Seen:
    """Return what is seen of a sheet; a name that nobody gave is no title."""
    title = "" if _UNTITLED.fullmatch(name) else name
    return Seen(f"trang tính '{name}'", title, rows, **seen, is_sheet=True)


def hidden_sheet(name: str) -> str:
    """Return in words a sheet that is left out."""
    return f"trang tính ẩn {quoted(name)}"


def filled_in(cells: dict[tuple[int, int], str], where: str) -> list[list[str]]:
    """Return the rows of which some cells are known, by row and column from 0."""
    known = {at: text for at, text in cells.items() if text}
    height = max((row + 1 for row, _ in known), default=0)
    width = max((column + 1 for _, column in known), default=0)
    check_size(where, height, width)
    rows = [[""] * width for _ in range(height)]
    for (row, column), text in known.items():
        rows[row][column] = text
    return rows


def xlsx_sheets(path: Path, contents: Contents) -> tuple[list[Seen], list[str]]:
    """Return what each visible sheet of an .xlsx shows, and in words the hidden ones."""
    import openpyxl

    if contents.is_strict:
        raise Refusal(
            "sổ tính lưu ở dạng 'Strict Open XML', chưa đọc được",
            "hãy mở tệp rồi lưu lại dạng 'Excel Workbook (.xlsx)'",
            file=path.name,
        )
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a table does not need
            tidied = contents.tidied(path)
            book = openpyxl.load_workbook(tidied, data_only=True, rich_text=True, keep_links=False)
    except Exception:  # whatever a broken file makes the library raise
        raise damaged(path.name) from None
    shown = [one for one in book.worksheets if one.sheet_state == "visible"]
    hidden = [hidden_sheet(one.title) for one in book.worksheets if one not in shown]
    return [_xlsx_sheet(one, contents, path.name) for one in shown], hidden


def _xlsx_sheet(page: object, contents: Contents, name: str) -> Seen:
    cells = {
        (cell.row - 1, cell.column - 1): _xlsx_text(cell)
        for cell in page._cells.values()  # its rows would make every blank cell
        if cell.value is not None or cell.data_type == "e"
    }
    for row, column in contents.not_computed(page.title):
        cells[row - 1, column - 1] = NOT_COMPUTED
    columns = page.column_dimensions.values()
    rows = filled_in(cells, f"{name}, trang tính '{page.title}'")
    return sheet(
        page.title,
        rows,
        merged=[(r.min_row - 1, r.max_row - 1, r.min_col - 1) for r in page.merged_cells.ranges],
        hidden_rows={at - 1 for at, row in page.row_dimensions.items() if row.hidden},
        hidden_columns={
            at - 1
            for column in columns
            if column.hidden
            for at in range(column.min, min(column.max, len(rows[0]) if rows else 0) + 1)
        },
    )


def _xlsx_text(cell: object) -> str:
    from openpyxl.cell.rich_text import CellRichText, TextBlock

    value = "#" if cell.value is None else cell.value  # an error without its name
    if isinstance(value, CellRichText):
        value = "".join(
            text_of(part.text, is_marked=_is_marked(part.font))
            if isinstance(part, TextBlock)
            else part
            for part in value
        )
    if not cell.has_style:
        return text_of(value)
    is_percent = cell.data_type == "n" and _is_percent(cell.number_format)
    return text_of(value, is_percent=is_percent, is_marked=_is_marked(cell.font))


def _is_marked(font: object) -> bool:
    return bool(font.strike) or font.vertAlign in ("superscript", "subscript")


def _is_percent(code: str) -> bool:
    """Return whether a number format shows a percentage; a quoted sign is only shown."""
    return "%" in re.sub(r'"[^"]*"|\\.|\[[^]]*\]', "", code)


def xls_sheets(path: Path, contents: Contents) -> tuple[list[Seen], list[str]]:
    """Return what each visible sheet of an .xls shows, and in words the hidden ones."""
    import xlrd

    try:
        with Path(os.devnull).open("w", encoding="utf-8") as log:
            book = xlrd.open_workbook(path, formatting_info=True, ragged_rows=True, logfile=log)
        shown = [one for one in book.sheets() if not one.visibility]
        hidden = [hidden_sheet(one.name) for one in book.sheets() if one.visibility]
        return [_xls_sheet(one, book, path.name) for one in shown], hidden
    except Refusal:
        raise
    except Exception as error:  # whatever a changed byte makes the library raise
        raise (encrypted if "encrypted" in str(error) else damaged)(path.name) from None


def _xls_sheet(page: object, book: object, name: str) -> Seen:
    cells = {
        (row, column): _xls_text(page, book, row, column)
        for row in range(page.nrows)
        for column in range(page.row_len(row))
    }
    return sheet(
        page.name,
        filled_in(cells, f"{name}, trang tính '{page.name}'"),
        merged=[(top, end - 1, left) for top, end, left, _ in page.merged_cells],
        hidden_rows={at for at, row in page.rowinfo_map.items() if row.hidden},
        hidden_columns={at for at, column in page.colinfo_map.items() if column.hidden},
    )


def _xls_text(page: object, book: object, row: int, column: int) -> str:
    import xlrd

    cell = page.cell(row, column)
    style = book.xf_list[cell.xf_index]
    is_percent, value = False, cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        value = xlrd.error_text_from_code.get(value, "#")
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        with contextlib.suppress(ValueError, OverflowError):  # else it is shown as a number
            value = xlrd.xldate_as_datetime(value, book.datemode)
    elif cell.ctype == xlrd.XL_CELL_NUMBER:
        is_percent = _is_percent(book.format_map[style.format_key].format_str)
    elif runs := page.rich_text_runlist_map.get((row, column)):
        value = _with_marks(value, runs, book.font_list)
    return text_of(value, is_percent=is_percent, is_marked=_is_old(book.font_list, style))


def _with_marks(text: str, runs: Iterable[tuple[int, int]], fonts: list) -> str:
    starts = [start for start, _ in runs]
    parts = [text[: starts[0]]]
    for (start, font), end in zip(runs, [*starts[1:], len(text)], strict=True):
        is_marked = fonts[font].escapement or fonts[font].struck_out
        parts.append(text_of(text[start:end], is_marked=bool(is_marked)))
    return "".join(parts)


def _is_old(fonts: list, style: object) -> bool:
    font = fonts[style.font_index]
    return bool(font.struck_out or font.escapement)
