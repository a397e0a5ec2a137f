"""What a workbook stores and python-calamine does not tell.

It gives an error, and a formula that was never computed, as a blank cell; a percentage as a
fraction; a footnote mark as a digit of its number. Each is looked up and put into words.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from cchc_analysis.text import quoted

NOT_COMPUTED = "#CHƯA TÍNH"
STRUCK = "[]"  # the whole cell is struck out or raised
PERCENT = "%"  # the stored fraction is shown as a percentage
MOST_CELLS = 2_000_000
MOST_COLUMNS = 1000
_MARKED = (
    "*[(local-name()='vertAlign' or local-name()='strike')"
    " and not(@val='0' or @val='false' or @val='baseline')]"
)


class Marks(NamedTuple):
    """What a sheet shows otherwise than it is stored; rows and columns count from 0."""

    cells: dict[tuple[int, int], str]  # (row, column) → STRUCK, PERCENT or the whole text
    rows: set[int]  # that are hidden
    columns: set[int]


class Refused(ValueError):
    """A sentence for the analyst, to be told from a library's own errors."""


def check_size(sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet that would fill the memory: one cell far away is enough."""
    if rows * columns > MOST_CELLS or columns > MOST_COLUMNS:
        raise Refused(
            f"trang tính {quoted(sheet)} trải rộng {rows} dòng × {columns} cột (giới hạn "
            f"{MOST_CELLS} ô); hãy xóa các ô thừa ở xa bảng, hoặc chép riêng bảng sang tệp mới."
        )


def elements(archive: zipfile.ZipFile, part: str, *tags: str) -> Iterator:
    """Yield the elements of these tags one by one; those before are forgotten."""
    from lxml import etree

    with archive.open(part) as stream:
        names = [f"{{*}}{tag}" for tag in tags]
        for _, element in etree.iterparse(stream, tag=names, resolve_entities=False):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _tree(archive: zipfile.ZipFile, part: str) -> object:
    from lxml import etree

    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False))


def marks_of_xlsx(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the marks of an .xlsx; refuse a sheet too large, which calamine would not survive."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    links = _tree(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    (percent, struck), raised = _cell_styles(archive), _raised_texts(archive)
    found = {}
    for sheet in _tree(archive, "xl/workbook.xml").iterfind(".//{*}sheet"):
        part = posixpath.normpath(posixpath.join("/xl", targets[value_of(sheet, "id")]))[1:]
        here = found[sheet.get("name")] = Marks({}, set(), set())
        at = rows = columns = 0
        for row in elements(archive, part, "col", "row"):
            is_hidden = row.get("hidden") in ("1", "true")
            if row.tag.endswith("col"):
                last = min(int(row.get("max")), MOST_COLUMNS)
                here.columns.update(range(int(row.get("min")) - 1, last) if is_hidden else ())
                continue
            at, column = int(row.get("r", at + 1)), -1
            if is_hidden:
                here.rows.add(at - 1)
            for cell in row.iterfind("{*}c"):
                place, inner = cell.get("r"), cell.find("{*}is")
                column = xl_cell_to_rowcol(place)[1] if place else column + 1
                kind, value = cell.get("t", "n"), cell.findtext("{*}v") or ""
                mark = ""
                if kind == "e":
                    mark = value or "#"
                elif cell.find("{*}f") is not None and not value and kind != "str":
                    mark = NOT_COMPUTED
                elif value and cell.get("s") in struck:
                    mark = STRUCK
                elif inner is not None:
                    mark = _raised(inner)
                elif kind == "s":
                    mark = raised.get(value, "")
                elif kind == "n" and value and cell.get("s") in percent:
                    mark = PERCENT
                if mark:
                    here.cells[at - 1, column] = mark
                if mark or value or inner is not None:
                    rows, columns = max(rows, at), max(columns, column + 1)
        check_size(sheet.get("name"), rows, columns)
    return found


def _cell_styles(archive: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """Return the cell styles that show a fraction as a percentage, and those struck or raised."""
    if "xl/styles.xml" not in archive.namelist():
        return set(), set()
    styles = _tree(archive, "xl/styles.xml")
    own = [(f.get("numFmtId"), f.get("formatCode", "")) for f in styles.iterfind(".//{*}numFmt")]
    formats = {"9", "10"} | {number for number, code in own if is_percent(code)}
    fonts = enumerate(styles.iterfind("{*}fonts/{*}font"))
    marked = {str(at) for at, font in fonts if font.xpath(_MARKED)}
    cells = [(str(at), x) for at, x in enumerate(styles.iterfind("{*}cellXfs/{*}xf"))]
    percent = {at for at, style in cells if style.get("numFmtId") in formats}
    return percent, {at for at, style in cells if style.get("fontId") in marked}


def is_percent(code: str) -> bool:
    """Return whether a number format shows a percentage; a quoted sign is only shown."""
    return "%" in re.sub(r'"[^"]*"|\\.|\[[^]]*\]', "", code)


def _raised_texts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return by number the shared texts of which a part is raised or struck out."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return {}
    texts = enumerate(elements(archive, "xl/sharedStrings.xml", "si"))
    return {str(at): raised for at, text in texts if (raised := _raised(text))}


def _raised(text: object) -> str:
    """Return a rich text with its raised or struck parts in brackets, "" if there are none."""
    marked = f"*[local-name()='rPr']/{_MARKED}"
    runs = [(r.findtext("{*}t") or "", r.xpath(marked)) for r in text.iterfind("{*}r")]
    return "".join(f"[{t}]" if up else t for t, up in runs) if any(u for _, u in runs) else ""


def value_of(element: object, attribute: str) -> str | None:
    """Return an attribute by its name without the namespace."""
    found = (value for key, value in element.items() if key.endswith("}" + attribute))
    return next(found, None)
