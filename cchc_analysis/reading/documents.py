"""What the tables of a Word file show, read from the parts of the file itself."""

import re
import zipfile
from pathlib import Path

from cchc_analysis.reading.appearance import MOST_COLUMNS, Seen, check_size, text_of
from cchc_analysis.reading.containers import Contents, damaged
from cchc_analysis.reading.headings import is_heading
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import clean

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"  # the same words by another name
_W = f"{{{_MAIN}}}"
_ON = "not(@w:val='0' or @w:val='false' or @w:val='none')"
_MARKED_RUN = (
    f"./w:rPr[w:vanish[{_ON}] or w:strike[{_ON}] or w:dstrike[{_ON}] or w:position[{_ON}]"
    " or w:vertAlign[@w:val!='baseline']]"
)


def word_tables(path: Path, contents: Contents) -> list[Seen]:
    """Return the tables of a Word file, each with the paragraph above it."""
    from lxml import etree

    try:
        with zipfile.ZipFile(contents.tidied(path)) as archive:
            names = archive.namelist()
            main = min(name for name in names if re.fullmatch(r"word/document\d*\.xml", name))
            body = _tree(archive, main)
            styles = _tree(archive, "word/styles.xml") if "word/styles.xml" in names else body
    except (etree.LxmlError, ValueError):
        raise damaged(path.name) from None
    # A run may have its looks from a style; struck out it is seen as what it is.
    named = _find(styles, ".//w:style[@w:type='character']")
    marked = {style.get(f"{_W}styleId") for style in named if _find(style, _MARKED_RUN)}
    for style in body.iter(f"{_W}rStyle"):
        if style.get(f"{_W}val") in marked:
            style.tag = f"{_W}strike"
    tables: list[Seen] = []
    above: list[str] = []
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if element.tag == f"{_W}p":
            if next(element.iterancestors(f"{_W}tbl"), None) is None:
                above += filter(None, [title_of(_text(element))])
        elif next(element.iterancestors("{*}Fallback"), None) is None:
            seen = Seen(f"bảng {len(tables) + 1}", above=above[::-1])
            tables.append(_table(element, seen, path.name))
            above = []
    return tables


def _tree(archive: zipfile.ZipFile, part: str) -> object:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(part).replace(_STRICT, _MAIN.encode()), parser)


def _find(element: object, path: str) -> list:
    return element.xpath(path, namespaces={"w": _MAIN})


def _table(table: object, seen: Seen, name: str) -> Seen:
    where = f"{name}, {seen.place}"
    if _find(table, ".//w:ins | .//w:del | .//w:moveFrom | .//w:moveTo"):
        raise Refusal(
            "còn thay đổi chưa được chấp nhận (Track Changes), không rõ số nào đúng",
            "hãy chấp nhận hoặc từ chối hết trong Word rồi lưu lại",
            file=where,
        )
    numbered = 0
    for at, row in enumerate(_find(table, "./w:tr | ./w:sdt/w:sdtContent/w:tr")):
        if _find(row, f"./w:trPr/w:hidden[{_ON}]"):
            seen.hidden_rows.add(at)
        cells = [""] * _span(row, "./w:trPr/w:gridBefore")
        for cell in _find(row, "./w:tc | ./w:sdt/w:sdtContent/w:tc"):
            text = _text(cell)
            if _find(cell, "./w:tcPr/w:vMerge[not(@w:val='restart')]"):
                seen.merged.append((at - 1, at, len(cells)))
            if not text.strip() and _find(cell, "./w:p/w:pPr/w:numPr"):
                numbered += 1  # Word shows this number and stores none
                text = str(numbered)
            cells.append(text)
            cells += [""] * (_span(cell, "./w:tcPr/w:gridSpan") - 1)
        seen.rows.append(cells + [""] * _span(row, "./w:trPr/w:gridAfter"))
        check_size(where, at + 1, len(seen.rows[-1]))
    return seen


def _span(element: object, path: str) -> int:
    return span(next(iter(_find(element, f"{path}/@w:val")), None))


def _text(node: object) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else "pPr"
    if name in ("tab", "br", "cr"):
        return " "
    if name == "noBreakHyphen":
        return "-"
    if name in ("pPr", "rPr", "tcPr", "Fallback"):
        return ""
    text = "".join(_text(child) for child in node if child.tag != f"{_W}tbl")
    if name == "r":
        return text_of(text, is_marked=bool(text.strip() and _find(node, _MARKED_RUN)))
    return f"{text} " if name == "p" else text


def span(value: str | None) -> int:
    """Return over how many columns or rows a cell goes, 0 if it is not said."""
    text = (value or "").strip()
    is_number = text.isascii() and text.isdigit()
    return min(int(text[:9]), MOST_COLUMNS + 1) if is_number else 0


def title_of(text: str) -> str:
    """Return a line that may be a heading: not one in brackets, nor the unit of measure."""
    text = clean(text)
    return text if is_heading(text) else ""
