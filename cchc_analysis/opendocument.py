"""What an .ods stores and python-calamine does not tell: see `hidden`."""

import zipfile

from cchc_analysis.hidden import (
    HIDDEN,
    NOT_COMPUTED,
    PERCENT,
    STRUCK,
    Marks,
    Refused,
    check_size,
    elements,
    value_of,
)
from cchc_analysis.sniff import PASSWORD


def marks_of_ods(archive: zipfile.ZipFile) -> Marks:
    """Return the marks of an .ods; refuse a sheet too large, and one with a password."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Refused(PASSWORD)
    marked = _marked_styles(archive)
    found: Marks = {}
    lasts: dict[str, int] = {}
    for row in elements(archive, "content.xml", "table-row"):
        name = value_of(next(row.iterancestors("{*}table")), "name")
        at = lasts.get(name, 0)
        again = int(value_of(row, "number-rows-repeated") or 1)
        lasts[name] = at + again
        here = found.setdefault(name, {})
        column = columns = 0
        for cell in row:
            width = int(value_of(cell, "number-columns-repeated") or 1)
            shown = " ".join(_text(p, marked) for p in cell.iterfind("{*}p"))
            if shown or value_of(cell, "value-type"):
                columns = column + width
            if mark := _mark(cell, shown, marked):
                check_size(name, again, width)
                here |= {(at + r, column + c): mark for r in range(again) for c in range(width)}
            column += width
        if columns:
            check_size(name, at + again, columns)
            if value_of(row, "visibility") in ("collapse", "filter"):
                here |= {(at + r, 0): HIDDEN for r in range(again)}
    return found


def _mark(cell: object, shown: str, marked: set[str]) -> str:
    kind = value_of(cell, "value-type")
    if value_of(cell, "style-name") in marked:
        return STRUCK
    if kind == "percentage":
        return PERCENT
    if value_of(cell, "formula") and kind in (None, "string") and not shown:
        return NOT_COMPUTED if kind is None else ""
    if shown.startswith("#") or (kind == "float" and shown in ("TRUE", "FALSE")):
        return shown
    if kind == "boolean":
        return (value_of(cell, "boolean-value") or "").upper()
    plain = " ".join("".join(p.itertext()) for p in cell.iterfind("{*}p"))
    return "" if len(plain) == len(shown) else shown


def _marked_styles(archive: zipfile.ZipFile) -> set[str]:
    """Return the styles of text and cells that are raised or struck out."""
    found = set()
    for part in {"content.xml", "styles.xml"} & set(archive.namelist()):
        for style in elements(archive, part, "style"):
            for text in style.iterfind("{*}text-properties"):
                is_raised = (value_of(text, "text-position") or "0")[0] != "0"
                if is_raised or value_of(text, "text-line-through-style") not in (None, "none"):
                    found.add(value_of(style, "name"))
    return found


def _text(node: object, marked: set[str]) -> str:
    inside = (node.text or "") + "".join(_text(c, marked) + (c.tail or "") for c in node)
    return f"[{inside}]" if inside and value_of(node, "style-name") in marked else inside
