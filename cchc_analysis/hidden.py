"""What a workbook stores and python-calamine does not tell.

It gives an error, and a formula that was never computed, as a blank cell; a percentage as a
fraction; a footnote mark as a digit of its number. Each is looked up and put into words.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator

from cchc_analysis.text import quoted

NOT_COMPUTED = "#CHƯA TÍNH"
HIDDEN = "(ẩn)"  # of the first cell of a row, or above a column: it is hidden, and read
ABOVE = -1  # the row above a column
STRUCK = "[]"  # the whole cell is struck out or raised
PERCENT = "%"  # the stored fraction is shown as a percentage
MOST_CELLS = 2_000_000
MOST_COLUMNS = 1000
_MOST_MERGED = 100_000
_LONGEST_TEXT = 32_767  # letters in a cell that Excel allows
_MARKED = (
    "*[(local-name()='vertAlign' or local-name()='strike')"
    " and not(@val='0' or @val='false' or @val='baseline')]"
)

Marks = dict[str, dict[tuple[int, int], str]]  # sheet → (row, column) from 0 → what it shows


class Refused(ValueError):
    """A sentence for the analyst, to be told from a library's own errors."""


def check_size(sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet that would fill the memory: one cell far away is enough."""
    if rows * columns > MOST_CELLS or columns > MOST_COLUMNS:
        raise Refused(
            f"trang tính {quoted(sheet)} trải rộng {rows} dòng × {columns} cột (giới hạn "
            f"{MOST_CELLS} ô); hãy xóa các ô thừa ở xa bảng, hoặc chép riêng bảng sang tệp mới."
        )


def elements(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator:
    """Yield the elements of this tag one by one; those before are forgotten."""
    from lxml import etree

    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, tag=f"{{*}}{tag}", resolve_entities=False):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _tree(archive: zipfile.ZipFile, part: str) -> object:
    from lxml import etree

    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False))


def marks_of_xlsx(archive: zipfile.ZipFile) -> Marks:
    """Return the marks of an .xlsx; refuse a sheet too large, which calamine would not survive."""
    links = _tree(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    (percent, struck), raised = _cell_styles(archive), _raised_texts(archive)
    found: Marks = {}
    for sheet in _tree(archive, "xl/workbook.xml").iterfind(".//{*}sheet"):
        name, link = sheet.get("name"), value_of(sheet, "id")
        part = posixpath.normpath(posixpath.join("/xl", targets[link]))[1:]
        here = found[name] = {}
        if archive.read(part).count(b"<mergeCell ") > _MOST_MERGED:
            raise Refused(f"trang tính '{name}' có hơn {_MOST_MERGED} vùng ô gộp; hãy bỏ gộp ô.")
        for column in elements(archive, part, "col"):
            if column.get("hidden") in ("1", "true"):
                last = min(int(column.get("max")), MOST_COLUMNS)
                here |= {(ABOVE, at): HIDDEN for at in range(int(column.get("min")) - 1, last)}
        at = rows = columns = 0
        for row in elements(archive, part, "row"):
            at, column = int(row.get("r", at + 1)), 0
            if row.get("hidden") in ("1", "true") and row.find("{*}c/{*}v") is not None:
                here[at - 1, 0] = HIDDEN
            for cell in row.iterfind("{*}c"):
                letters = re.match("[A-Z]*", cell.get("r", ""))[0]
                column = _number(letters) if letters else column + 1
                kind, value = cell.get("t", "n"), cell.findtext("{*}v") or ""
                if value or cell.find("{*}is") is not None:
                    rows, columns = max(rows, at), max(columns, column)
                if kind == "e":
                    here[at - 1, column - 1] = value or "#"
                elif cell.find("{*}f") is not None and not value and kind != "str":
                    here[at - 1, column - 1] = NOT_COMPUTED
                elif cell.get("s") in struck:
                    here[at - 1, column - 1] = STRUCK
                elif (inner := cell.find("{*}is")) is not None and (text := _raised(inner)):
                    here[at - 1, column - 1] = text
                elif kind == "s" and value in raised:
                    here[at - 1, column - 1] = raised[value]
                elif kind == "n" and value and cell.get("s") in percent:
                    here[at - 1, column - 1] = PERCENT
        check_size(name, rows, columns)
    return found


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


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
    """Return the shared texts of which a part is raised or struck out, that part in brackets."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return {}
    found = {}
    for at, text in enumerate(elements(archive, "xl/sharedStrings.xml", "si")):
        if sum(map(len, text.itertext())) > _LONGEST_TEXT:
            raise Refused(f"một ô dài hơn {_LONGEST_TEXT} chữ; hãy chép riêng bảng sang tệp mới.")
        if raised := _raised(text):
            found[str(at)] = raised
    return found


def _raised(text: object) -> str:
    """Return a rich text with its raised or struck parts in brackets, "" if there are none."""
    marked = f"*[local-name()='rPr']/{_MARKED}"
    runs = [(r.findtext("{*}t") or "", r.xpath(marked)) for r in text.iterfind("{*}r")]
    return "".join(f"[{t}]" if up else t for t, up in runs) if any(u for _, u in runs) else ""


def value_of(element: object, attribute: str) -> str | None:
    """Return an attribute by its name without the namespace."""
    found = (value for key, value in element.items() if key.endswith("}" + attribute))
    return next(found, None)
