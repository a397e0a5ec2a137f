"""What the sheets of a workbook show: .xlsx by openpyxl, .xls by xlrd, .ods by its parts."""

import contextlib
import datetime
import os
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from cchc_analysis.reading.cells import (
    MOST_COLUMNS,
    NOT_COMPUTED,
    WHITE,
    Seen,
    Where,
    check_size,
    is_longer,
    is_unseen,
    text_of,
)
from cchc_analysis.reading.sources import Contents, damaged, encrypted
from cchc_analysis.reading.vocabulary import UNNAMED_SHEET
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_GROUPS = (f"{_TABLE}table-row-group", f"{_TABLE}table-column-group")
_ENDS = (
    f"{_TABLE}table", f"{_TABLE}table-column", f"{_TABLE}table-row", f"{_STYLE}style",
    *_GROUPS,
)  # fmt: skip
_WHITES = (("theme", 0), ("indexed", 1), ("indexed", 9))
_NOTHING_SHOWN = ";;;"  # the number format that shows nothing
_UNSEEN = ("collapse", "filter")
_TWIPS = 20  # to a point
_INSIDE = (f"{_TEXT}span", f"{_TEXT}a", f"{_TEXT}ruby", f"{_TEXT}ruby-base", f"{_TEXT}meta")
_BLANKS = (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")


def _hidden_sheet(name: str) -> str:
    """Return in words a sheet that is left out."""
    return f"trang tính ẩn {quoted(name)}"


def _sheet(file: str, name: str, cells: dict[tuple[int, int], str], **seen: object) -> Seen:
    """Return what is seen of a sheet, of its cells by row and column from 0.

    A name that nobody gave is no title.
    """
    known = {at: text for at, text in cells.items() if text}
    height = max((row + 1 for row, _ in known), default=0)
    width = max((column + 1 for _, column in known), default=0)
    where = Where(file, f"trang tính '{name}'")
    check_size(where, height, width)
    rows = [[""] * width for _ in range(height)]
    for (row, column), text in known.items():
        rows[row][column] = text
    title = "" if UNNAMED_SHEET.fullmatch(name) else name
    return Seen(where.place, title, rows, **seen, is_sheet=True)


def xlsx_sheets(path: Path, contents: Contents) -> tuple[list[Seen], list[str]]:
    """Return what each visible sheet of an .xlsx shows, and in words the hidden ones."""
    import openpyxl

    if contents.is_strict:
        raise Where(path.name).refuse(
            "sổ tính lưu ở dạng 'Strict Open XML', chưa đọc được",
            "hãy mở tệp rồi lưu lại dạng 'Excel Workbook (.xlsx)'",
        )
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a table does not need
            tidied = contents.tidied(path)
            book = openpyxl.load_workbook(tidied, data_only=True, rich_text=True, keep_links=False)
    except Exception:  # whatever a broken file makes the library raise
        raise damaged(path.name) from None
    shown = [one for one in book.worksheets if one.sheet_state == "visible"]
    hidden = [_hidden_sheet(one.title) for one in book.worksheets if one not in shown]
    return [_xlsx_sheet(one, contents, path.name) for one in shown], hidden


def _xlsx_sheet(page: object, contents: Contents, name: str) -> Seen:
    cells = {
        (cell.row - 1, cell.column - 1): _xlsx_text(cell)
        for cell in page._cells.values()  # its rows would make every blank cell
        if cell.value is not None or cell.data_type == "e"
    }
    unseen = {
        (cell.row - 1, cell.column - 1)
        for cell in page._cells.values() if cell.has_style and _is_unseen(cell.font, cell)
    }  # fmt: skip
    for row, column in contents.not_computed(page.title):
        cells[row - 1, column - 1] = NOT_COMPUTED
    wide = page.column_dimensions.values()
    hidden = [column for column in wide if column.hidden or column.width == 0]
    spans = [range(column.min, min(column.max, MOST_COLUMNS) + 1) for column in hidden]
    return _sheet(
        name, page.title, cells,
        merged=[(r.min_row - 1, r.max_row - 1, r.min_col - 1) for r in page.merged_cells.ranges],
        hidden_rows={
            at - 1 for at, row in page.row_dimensions.items() if row.hidden or row.height == 0
        },
        hidden_columns={at - 1 for span in spans for at in span},
        hidden_cells=unseen & set(cells),
        longer={
            (cell.row - 1, cell.column - 1)
            for cell in page._cells.values()
            if cell.has_style and is_longer(cell.value, cell.number_format)
        },
    )  # fmt: skip


def _is_unseen(font: object, cell: object) -> bool:
    color, is_filled = font.color, cell.fill.fill_type is not None or bool(cell.parent.tables)
    said = (color.type, color.value) if color is not None and not color.tint else ("", "")
    white = said[1] if said[0] == "rgb" else WHITE * (said in _WHITES)
    return is_unseen(white, font.sz, is_filled=is_filled)


def _xlsx_text(cell: object) -> str:
    from openpyxl.cell.rich_text import CellRichText, TextBlock

    value = "#" if cell.value is None else cell.value  # an error without its name
    if isinstance(value, CellRichText):
        value = "".join(
            text_of(part.text, is_marked=_is_marked(part.font) or _is_unseen(part.font, cell))
            if isinstance(part, TextBlock)
            else part
            for part in value
        )
    if not cell.has_style:
        return text_of(value)
    is_percent = cell.data_type == "n" and _is_percent(cell.number_format)
    is_marked = _is_marked(cell.font) or cell.number_format.strip() == _NOTHING_SHOWN
    return text_of(value, is_percent=is_percent, is_marked=is_marked)


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
        hidden = [_hidden_sheet(one.name) for one in book.sheets() if one.visibility]
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
    return _sheet(
        name, page.name, cells,
        merged=[(top, end - 1, left) for top, end, left, _ in page.merged_cells],
        hidden_rows={at for at, one in page.rowinfo_map.items() if one.hidden or one.height == 0},
        hidden_columns={at for at, one in page.colinfo_map.items() if one.hidden or not one.width},
        hidden_cells={at for at, text in cells.items() if text and _is_unseen_in(book, page, *at)},
        longer={at for at in cells if is_longer(page.cell(*at).value, _format_of(book, page, *at))},
    )  # fmt: skip


def _format_of(book: object, page: object, row: int, column: int) -> str:
    style = book.xf_list[page.cell(row, column).xf_index]
    return book.format_map[style.format_key].format_str


def _is_unseen_in(book: object, page: object, row: int, column: int) -> bool:
    style = book.xf_list[page.cell(row, column).xf_index]
    font = book.font_list[style.font_index]
    color = bytes(book.colour_map.get(font.colour_index) or ()).hex()
    is_filled = bool(style.background.fill_pattern)
    return is_unseen(color, font.height / _TWIPS, is_filled=is_filled)


def _xls_text(page: object, book: object, row: int, column: int) -> str:
    import xlrd

    cell = page.cell(row, column)
    style, fonts = book.xf_list[cell.xf_index], book.font_list
    is_percent, is_marked, value = False, _is_old(fonts[style.font_index]), cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        value = xlrd.error_text_from_code.get(value, "#")
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        with contextlib.suppress(ValueError, OverflowError):  # else it is shown as a number
            value = xlrd.xldate_as_datetime(value, book.datemode)
    elif cell.ctype == xlrd.XL_CELL_NUMBER:
        is_percent = _is_percent(code := _format_of(book, page, row, column))
        is_marked |= code.strip() == _NOTHING_SHOWN
    elif runs := page.rich_text_runlist_map.get((row, column)):
        value = _with_marks(value, runs, fonts)
    return text_of(value, is_percent=is_percent, is_marked=is_marked)


def _with_marks(text: str, runs: Iterable[tuple[int, int]], fonts: list) -> str:
    starts = [start for start, _ in runs]
    parts = [text[: starts[0]]]
    for (start, font), end in zip(runs, [*starts[1:], len(text)], strict=True):
        parts.append(text_of(text[start:end], is_marked=_is_old(fonts[font])))
    return "".join(parts)


def _is_old(font: object) -> bool:
    return bool(font.struck_out or font.escapement)


def ods_sheets(path: Path, contents: Contents) -> tuple[list[Seen], list[str]]:
    """Return what each visible sheet of an .ods shows, and in words the hidden ones."""
    from lxml import etree

    shown, hidden = [], []
    try:
        with zipfile.ZipFile(contents.tidied(path)) as archive:
            styles = _Styles()
            if "styles.xml" in archive.namelist():
                for _, style in _events(archive, "styles.xml", "end", f"{_STYLE}style"):
                    styles.add(style)
            for one in _sheets(archive, styles, path.name):
                if one.is_hidden:
                    hidden.append(_hidden_sheet(one.name))
                else:
                    shown.append(one.seen())
    except (etree.LxmlError, KeyError, ValueError) as error:
        if isinstance(error, Refusal):
            raise
        raise damaged(path.name) from None
    return shown, hidden


class _Styles:
    """What styles say of letters, of what is behind them, and of rows, columns and tables."""

    def __init__(self) -> None:
        self.looks: dict[str | None, dict[str, str]] = {None: {}}
        self.are_unseen = cache(self.are_unseen)

    def add(self, style: object) -> None:
        """Add a style; what it does not say is as in the one on which it is based."""
        own = {key.rpartition("}")[2]: said for part in style for key, said in part.attrib.items()}
        based = self.looks.get(style.get(f"{_STYLE}parent-style-name"), {})
        self.looks[style.get(f"{_STYLE}name")] = based | own

    def is_marked(self, name: str | None) -> bool:
        """Return whether letters are raised or struck out."""
        looks = self.looks.get(name, {})
        is_struck = looks.get("text-line-through-style", "none") != "none"
        return is_struck or looks.get("text-position", "0")[:1] not in ("", "0")

    def is_hidden(self, name: str | None) -> bool:
        """Return whether a row, column or table is not shown, or has no size."""
        looks = self.looks.get(name, {})
        ways = [
            w for w in ("row-height", "column-width") if looks.get(f"use-optimal-{w}") != "true"
        ]
        is_small = any(re.match(r"[0.]+[a-z]", looks.get(way, "")) for way in ways)
        return is_small or looks.get("display") == "false"

    def are_unseen(self, *names: str) -> bool:
        """Return whether nobody sees letters of these styles, each within the one before it."""
        looks: dict[str, str] = {}
        for name in names:
            looks |= self.looks.get(name, {})
        size = re.fullmatch("([0-9.]+)pt", looks.get("font-size", ""))
        is_filled = looks.get("background-color", "transparent") not in ("transparent", "#ffffff")
        points = float(size[1]) if size else None
        is_out = is_unseen(looks.get("color", ""), points, is_filled=is_filled)
        return is_out or looks.get("display") == "none"


class _Sheet:
    """One sheet as its rows come in; what is repeated is repeated, within bounds."""

    def __init__(self, table: object, styles: _Styles, file: str) -> None:
        self.name = table.get(f"{_TABLE}name") or ""
        self.is_hidden = styles.is_hidden(table.get(f"{_TABLE}style-name"))
        self.where, self.styles = Where(file, f"trang tính '{self.name}'"), styles
        self.cells: dict[tuple[int, int], str] = {}
        self.merged: list[tuple[int, int, int]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.hidden_cells: set[tuple[int, int]] = set()
        self.usual: list[str] = []  # styles of cells by their column
        self.row = self.column = self.folded = 0  # folded: in how many hidden groups this stands

    def add_columns(self, column: object) -> None:
        many = _repeated(column, "columns")
        if self._is_hidden(column):
            self.hidden_columns.update(range(self.column, min(self.column + many, 20_000)))
        usual = [column.get(f"{_TABLE}default-cell-style-name") or ""]
        self.usual += usual * min(many, MOST_COLUMNS - len(self.usual))
        self.column += many

    def add_rows(self, row: object) -> None:
        many, column, given, unseen = _repeated(row, "rows"), 0, [], []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            width = _repeated(cell, "columns")
            is_covered = cell.tag != f"{_TABLE}table-cell"  # under a merged cell nobody sees it
            style = cell.get(f"{_TABLE}style-name") or row.get(f"{_TABLE}default-cell-style-name")
            style = style or "".join(self.usual[column : column + 1])
            if text := "" if is_covered else self._text(cell, style):
                check_size(self.where, self.row + many, column + width)
                given += [(column + at, text) for at in range(width)]
                if self.styles.are_unseen(style):
                    unseen += range(column, column + width)
                down = int(cell.get(f"{_TABLE}number-rows-spanned") or 1)
                if down > 1:
                    self.merged.append((self.row, self.row + down - 1, column))
            column += width
        if given:
            for row_at in range(self.row, self.row + many):
                self.cells.update(((row_at, at), text) for at, text in given)
                self.hidden_cells.update((row_at, at) for at in unseen)
            if self._is_hidden(row):
                self.hidden_rows.update(range(self.row, self.row + many))
        self.row += many

    def _is_hidden(self, line: object) -> bool:
        is_small = self.styles.is_hidden(line.get(f"{_TABLE}style-name"))
        return bool(self.folded or is_small or line.get(f"{_TABLE}visibility") in _UNSEEN)

    def seen(self) -> Seen:
        return _sheet(
            self.where.file, self.name, self.cells, merged=self.merged,
            hidden_rows=self.hidden_rows, hidden_columns=self.hidden_columns,
            hidden_cells=self.hidden_cells,
        )  # fmt: skip

    def _text(self, cell: object, style: str) -> str:
        shown = " ".join(self._inside(p, style) for p in cell.iterfind(f"{_TEXT}p"))
        kind, value, day, is_true, text = (
            cell.get(f"{_OFFICE}{name}")
            for name in ("value-type", "value", "date-value", "boolean-value", "string-value")
        )
        if shown.startswith("#"):  # an error
            return shown
        if kind is None and cell.get(f"{_TABLE}formula") and not shown:
            return NOT_COMPUTED
        said = shown or text
        if kind in ("float", "currency", "percentage") and value:
            said = float(value)
        elif kind == "boolean":
            said = is_true == "true"
        elif kind == "date" and day:
            said = datetime.datetime.fromisoformat(day)
        is_marked = self.styles.is_marked(style)
        return text_of(said, is_percent=kind == "percentage", is_marked=is_marked)

    def _inside(self, node: object, style: str) -> str:
        """Return the text of a paragraph; a remark and a drawing are no text of the cell."""
        text = node.text or ""
        for child in node:
            if child.tag in _BLANKS:
                text += " "
            elif child.tag in _INSIDE:
                own = child.get(f"{_TEXT}style-name")
                is_marked = self.styles.is_marked(own)
                is_marked |= bool(own and self.styles.are_unseen(style, own))
                text += text_of(self._inside(child, style), is_marked=is_marked)
            text += child.tail or ""
        return text


def _sheets(archive: zipfile.ZipFile, styles: _Styles, file: str) -> Iterator[_Sheet]:
    """Yield the sheets; what has been read is forgotten, so that a long one fits the memory."""
    open_tables, sheet_ = 0, None
    starts = f"{_TABLE}table", *_GROUPS
    for event, node in _events(archive, "content.xml", ("start", "end"), *_ENDS):
        if event == "start":
            if node.tag == starts[0]:
                open_tables += 1
                sheet_ = _Sheet(node, styles, file) if open_tables == 1 else sheet_
            elif node.tag in _GROUPS and sheet_:
                sheet_.folded += node.get(f"{_TABLE}display") == "false"
            continue
        if node.tag == f"{_STYLE}style":
            styles.add(node)
        elif node.tag == starts[0]:
            open_tables -= 1
            if open_tables == 0:
                yield sheet_
                node.clear()
        elif node.tag in _GROUPS and sheet_:
            sheet_.folded -= node.get(f"{_TABLE}display") == "false"
        elif open_tables == 1 and sheet_:
            if node.tag == f"{_TABLE}table-row":
                sheet_.add_rows(node)
            else:
                sheet_.add_columns(node)
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]


def _events(archive: zipfile.ZipFile, part: str, events: object, *tags: str) -> Iterator:
    from lxml import etree

    events = (events,) if isinstance(events, str) else events
    with archive.open(part) as stream:
        yield from etree.iterparse(stream, events=events, tag=tags, resolve_entities=False)


def _repeated(element: object, what: str) -> int:
    return int(element.get(f"{_TABLE}number-{what}-repeated") or 1)
