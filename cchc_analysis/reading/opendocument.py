"""What an .ods stores and python-calamine does not tell: see `hidden`."""

import zipfile

from cchc_analysis.reading.hidden import (
    NOT_COMPUTED,
    PERCENT,
    STRUCK,
    Marks,
    check_size,
    elements,
    value_of,
)


def marks_of_ods(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the marks of an .ods; refuse a sheet too large."""
    marked = _marked_styles(archive)
    found: dict[str, Marks] = {}
    lasts: dict[str, int] = {}
    for row in elements(archive, "content.xml", "table-row"):
        name = value_of(next(row.iterancestors("{*}table")), "name")
        at = lasts.get(name, 0)
        again = int(value_of(row, "number-rows-repeated") or 1)
        lasts[name] = at + again
        here = found.setdefault(name, Marks({}, set(), set()))
        column = columns = 0
        for cell in row:
            width = int(value_of(cell, "number-columns-repeated") or 1)
            shown = " ".join(_text(p, marked) for p in cell.iterfind("{*}p"))
            if shown or value_of(cell, "value-type"):
                columns = column + width
            if mark := _mark(cell, shown, marked):
                check_size(name, again, width)
                places = [(at + r, column + c) for r in range(again) for c in range(width)]
                here.cells.update(dict.fromkeys(places, mark))
            column += width
        if columns:
            check_size(name, at + again, columns)
            if value_of(row, "visibility") in ("collapse", "filter"):
                here.rows.update(range(at, at + again))
    return found


def _mark(cell: object, shown: str, marked: set[str]) -> str:
    kind = value_of(cell, "value-type")
    if shown and value_of(cell, "style-name") in marked:
        return STRUCK
    if kind == "percentage":
        return PERCENT
    if kind is None and value_of(cell, "formula") and not shown:
        return NOT_COMPUTED
    plain = " ".join("".join(p.itertext()) for p in cell.iterfind("{*}p"))
    return shown if shown.startswith("#") or len(plain) != len(shown) else ""


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
