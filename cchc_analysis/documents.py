"""Raw cells from documents: tables of Word files and web pages.

Text that is raised, struck out or hidden is put in brackets: in "97,23¹" the mark is no digit.
"""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cchc_analysis.grid import Grid, to_cells
from cchc_analysis.hidden import MOST_CELLS
from cchc_analysis.sniff import damaged
from cchc_analysis.text import clean

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKED_RUN = "./w:rPr[w:vanish or w:strike or w:dstrike or w:vertAlign[@w:val!='baseline']]"
_NO_TEXT = ("script", "style", "template", "head", "noscript", "select", "textarea")
_BLOCKS = (
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "caption", "dt", "dd",
    "center", "section", "article", "header", "table",
)  # fmt: skip
_MARKED_TAGS = ("sup", "sub", "del", "s", "strike")
_MOST_SPAN = 1000


def word_grids(path: Path) -> tuple[list[Grid], list[str]]:
    """Return the tables of a Word file, each with the paragraph above it."""
    import docx

    try:
        body = docx.Document(str(path)).element.body
    except Exception:  # whatever a broken package makes the library raise
        raise damaged(path.name) from None
    grids, title = [], ""
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if element.tag == f"{_W}p":
            if next(element.iterancestors(f"{_W}tbl"), None) is None:
                title = clean(_word_text(element)) or title
            continue
        place = f"bảng {len(grids) + 1}"
        if element.xpath(".//w:ins | .//w:del | .//w:moveFrom | .//w:moveTo"):
            raise ValueError(
                f"{path.name}, {place}: còn thay đổi chưa được chấp nhận (Track Changes), không rõ "
                "số nào đúng; hãy chấp nhận hoặc từ chối hết trong Word rồi lưu lại."
            )
        rows = _word_rows(element, f"{path.name}, {place}")
        grids.append(Grid(place, title, to_cells(rows, range(1, len(rows) + 1))))
        title = ""
    return grids, []


def _word_rows(table: object, where: str) -> list[list[str]]:
    """Return the cells of a table; what is merged down fills every row that it spans."""
    rows: list[list[str]] = []
    for row in table.xpath("./w:tr | ./w:sdt/w:sdtContent/w:tr"):
        cells = [""] * row.grid_before
        for cell in row.xpath("./w:tc | ./w:sdt/w:sdtContent/w:tc"):
            at = len(cells)
            above = rows[-1][at] if rows and at < len(rows[-1]) else ""
            cells.append(above if cell.vMerge == "continue" else _word_text(cell))
            cells += [""] * (_span(cell.grid_span, where) - 1)
        rows.append(cells + [""] * row.grid_after)
        _check_size(sum(map(len, rows)), where)
    return rows


def _word_text(node: object) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else "pPr"
    if name in ("tab", "br", "cr"):
        return " "
    if name == "noBreakHyphen":
        return "-"
    if name in ("pPr", "rPr", "tcPr", "Fallback"):
        return ""
    text = "".join(_word_text(child) for child in node if child.tag != f"{_W}tbl")
    if name == "r" and text.strip() and node.xpath(_MARKED_RUN):
        return f"[{text}]"
    return f"{text} " if name == "p" else text


def page_grids(text: str, name: str) -> tuple[list[Grid], list[str]]:
    """Return the innermost tables of a web page, each with its caption or the text above it."""
    from lxml import etree, html

    bare = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).lower()
    if bare.count("<table") > bare.count("</table"):
        raise damaged(name)
    if "<!entity" in bare:
        raise ValueError(
            f"{name}: trang chứa khai báo ENTITY không an toàn; hãy chép bảng sang một tệp mới."
        )
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
        grids = []
        for title, table in _innermost(root, etree.iterwalk(root, events=("start",))):
            place = f"bảng {len(grids) + 1}"
            rows = _page_rows(table, f"{name}, {place}")
            if len(rows) > 1 and max(map(len, rows)) > 1:
                grids.append(Grid(place, title, to_cells(rows, range(1, len(rows) + 1))))
    except (etree.LxmlError, RecursionError):
        raise damaged(name) from None
    return grids, []


def _innermost(root: object, walker: Iterator) -> Iterator[tuple[str, object]]:
    """Yield the tables that hold no other table, with the last text before each."""
    title = ""
    for _, node in walker:
        if node.tag not in _BLOCKS:
            continue
        inner = list(islice(node.iter(*_BLOCKS), 1, 2))
        if node.tag == "table" and not any(True for _ in islice(node.iter("table"), 1, 2)):
            yield clean(_page_text(node.find("caption"))) or title, node
            title = ""
            walker.skip_subtree()
        else:
            title = clean(_page_text(node) if not inner else node.text or "") or title


def _page_rows(table: object, where: str) -> list[list[str]]:
    """Return the cells of a table; what spans several rows fills each of them."""
    rows: list[list[str]] = []
    spans: dict[int, tuple[int, str]] = {}  # column → rows still to fill, and with what
    for row in table.iter("tr"):
        cells: list[str] = []
        given = [cell for cell in row if cell.tag in ("td", "th")]
        while given or len(cells) in spans:
            at = len(cells)
            if at in spans:
                left, text = spans.pop(at)
                if left > 1:
                    spans[at] = left - 1, text
                cells.append(text)
                continue
            cell = given.pop(0)
            text, width = _page_text(cell), _span(cell.get("colspan"), where)
            height = _span(cell.get("rowspan"), where)
            for offset in range(width):
                if height > 1:
                    spans[at + offset] = height - 1, text if offset == 0 else ""
                cells.append(text if offset == 0 else "")
        if cells:
            rows.append(cells)
        _check_size(len(rows) * max(map(len, rows), default=0), where)
    return rows


def _page_text(node: object) -> str:
    if node is None or not isinstance(node.tag, str) or node.tag in _NO_TEXT:
        return ""
    inside = (node.text or "") + "".join(_page_text(child) + (child.tail or "") for child in node)
    style = (node.get("style") or "").replace(" ", "").lower()
    is_marked = node.tag in _MARKED_TAGS or "display:none" in style or "line-through" in style
    if is_marked and inside.strip():
        return f"[{inside}]"
    return f" {inside} " if node.tag in (*_BLOCKS, "br") else inside


def _span(value: object, where: str) -> int:
    """Return over how many columns or rows a cell goes."""
    text = str(value or 1).strip()
    span = int(text) if text.isascii() and text.isdigit() else 1
    if span > _MOST_SPAN:
        raise ValueError(f"{where}: một ô gộp qua {text[:20]} ô; hãy bỏ gộp ô rồi lưu lại.")
    return max(span, 1)


def _check_size(cells: int, where: str) -> None:
    if cells > MOST_CELLS:
        raise ValueError(
            f"{where}: bảng có hơn {MOST_CELLS} ô; hãy lưu riêng bảng điểm vào một tệp mới."
        )
