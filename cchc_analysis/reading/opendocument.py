"""What the sheets of an .ods show, in one pass over its cells."""

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cchc_analysis.reading.appearance import NOT_COMPUTED, Seen, check_size, text_of
from cchc_analysis.reading.containers import Contents, damaged
from cchc_analysis.reading.workbooks import filled_in, hidden_sheet, sheet
from cchc_analysis.refusal import Refusal

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_GROUPS = (f"{_TABLE}table-row-group", f"{_TABLE}table-column-group")
_ENDS = (
    f"{_TABLE}table", f"{_TABLE}table-column", f"{_TABLE}table-row", f"{_STYLE}style",
    *_GROUPS,
)  # fmt: skip
_UNSEEN = ("collapse", "filter")
_INSIDE = (f"{_TEXT}span", f"{_TEXT}a", f"{_TEXT}ruby", f"{_TEXT}ruby-base", f"{_TEXT}meta")
_BLANKS = (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")


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
                    hidden.append(hidden_sheet(one.name))
                else:
                    shown.append(one.seen())
    except (etree.LxmlError, KeyError, ValueError) as error:
        if isinstance(error, Refusal):
            raise
        raise damaged(path.name) from None
    return shown, hidden


class _Styles:
    """The styles that say how text looks, and which tables are not shown."""

    def __init__(self) -> None:
        self.marked: set[str] = set()  # raised or struck out
        self.hidden: set[str] = set()

    def add(self, style: object) -> None:
        name = style.get(f"{_STYLE}name")
        for text in style.iterfind(f"{_STYLE}text-properties"):
            is_raised = (text.get(f"{_STYLE}text-position") or "0")[0] != "0"
            if is_raised or text.get(f"{_STYLE}text-line-through-style") not in (None, "none"):
                self.marked.add(name)
        for table in style.iterfind(f"{_STYLE}table-properties"):
            if table.get(f"{_TABLE}display") == "false":
                self.hidden.add(name)


class _Sheet:
    """One sheet as its rows come in; what is repeated is repeated, within bounds."""

    def __init__(self, table: object, styles: _Styles, file: str) -> None:
        self.name = table.get(f"{_TABLE}name") or ""
        self.is_hidden = table.get(f"{_TABLE}style-name") in styles.hidden
        self.where, self.styles = f"{file}, trang tính '{self.name}'", styles
        self.cells: dict[tuple[int, int], str] = {}
        self.merged: list[tuple[int, int, int]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.row = self.column = self.folded = 0  # folded: in how many hidden groups this stands

    def add_columns(self, column: object) -> None:
        many = _repeated(column, "columns")
        if self.folded or column.get(f"{_TABLE}visibility") in _UNSEEN:
            self.hidden_columns.update(range(self.column, min(self.column + many, 20_000)))
        self.column += many

    def add_rows(self, row: object) -> None:
        many, column, given = _repeated(row, "rows"), 0, []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            width = _repeated(cell, "columns")
            is_covered = cell.tag != f"{_TABLE}table-cell"  # under a merged cell nobody sees it
            if text := "" if is_covered else self._text(cell):
                check_size(self.where, self.row + many, column + width)
                given += [(column + at, text) for at in range(width)]
                down = int(cell.get(f"{_TABLE}number-rows-spanned") or 1)
                if down > 1:
                    self.merged.append((self.row, self.row + down - 1, column))
            column += width
        if given:
            for row_at in range(self.row, self.row + many):
                self.cells.update(((row_at, at), text) for at, text in given)
            if self.folded or row.get(f"{_TABLE}visibility") in _UNSEEN:
                self.hidden_rows.update(range(self.row, self.row + many))
        self.row += many

    def seen(self) -> Seen:
        return sheet(
            self.name,
            filled_in(self.cells, self.where),
            merged=self.merged,
            hidden_rows=self.hidden_rows,
            hidden_columns=self.hidden_columns,
        )

    def _text(self, cell: object) -> str:
        shown = " ".join(self._inside(p) for p in cell.iterfind(f"{_TEXT}p"))
        is_marked = cell.get(f"{_TABLE}style-name") in self.styles.marked
        kind, value = (cell.get(f"{_OFFICE}{name}") for name in ("value-type", "value"))
        if shown.startswith("#"):  # an error
            return shown
        if kind in ("float", "currency", "percentage") and value:
            number = float(value)
            return text_of(number, is_percent=kind == "percentage", is_marked=is_marked)
        if kind == "boolean":
            is_true = cell.get(f"{_OFFICE}boolean-value") == "true"
            return text_of(is_true, is_marked=is_marked)
        if kind == "date" and (day := cell.get(f"{_OFFICE}date-value")):
            return text_of(datetime.datetime.fromisoformat(day), is_marked=is_marked)
        if kind is None and cell.get(f"{_TABLE}formula") and not shown:
            return NOT_COMPUTED
        return text_of(shown or cell.get(f"{_OFFICE}string-value"), is_marked=is_marked)

    def _inside(self, node: object) -> str:
        """Return the text of a paragraph; a remark and a drawing are no text of the cell."""
        text = node.text or ""
        for child in node:
            if child.tag in _BLANKS:
                text += " "
            elif child.tag in _INSIDE:
                is_marked = child.get(f"{_TEXT}style-name") in self.styles.marked
                text += text_of(self._inside(child), is_marked=is_marked)
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
