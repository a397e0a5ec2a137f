"""Raw cells from web pages, as a browser saves them; hidden and raised text is put in brackets."""

import re
from collections import deque

from cchc_analysis.reading.containers import damaged
from cchc_analysis.reading.documents import check_size, grid_of, hidden_row, span, title_of
from cchc_analysis.reading.grid import Grid

_NO_TEXT = ("script", "style", "template", "head", "noscript", "select", "textarea")
_BLOCKS = (
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "caption", "dt", "dd",
    "center", "section", "article", "header", "table", "br",
)  # fmt: skip
_MARKED_TAGS = ("sup", "sub", "del", "s", "strike", "small")
_MARKED_STYLES = re.compile(
    r"display:none|visibility:hidden|line-through|font-size:0|opacity:0(?![.]?[1-9])"
    r"|vertical-align:(?:super|sub)"
)
_TABLE = "\ufffc"  # stands for a table in the text of its page


def page_grids(text: str, name: str) -> list[Grid]:
    """Return the innermost tables of a web page, each with its caption or the line above it."""
    from lxml import etree, html

    bare = re.sub(r"<!--.*?-->|<script.*?</script", "", text.lower(), flags=re.DOTALL)
    is_cut = "<html" in bare and "</html" not in bare and "</body" not in bare
    if is_cut or bare.count("<table") > bare.count("</table"):
        raise damaged(name)
    if "<!entity" in bare:
        raise ValueError(
            f"{name}: trang chứa khai báo ENTITY không an toàn; hãy chép bảng sang một tệp mới."
        )
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    grids: list[Grid] = []
    try:
        root = html.document_fromstring(
            text.replace(_TABLE, "").encode(errors="replace"), parser=parser
        )
        if any("depth" in error.message.lower() for error in parser.error_log):
            raise damaged(name)
        tables = [table for table in root.iter("table") if table.find(".//table") is None]
        read = [
            (_page_text(table.find("caption")), *_page_rows(table, f"{name}, bảng {at}"))
            for at, table in enumerate(tables, start=1)
        ]
        for table in tables:
            table.clear(keep_tail=True)
            table.text = _TABLE
        above = _page_text(root).split(_TABLE)
    except (etree.LxmlError, RecursionError):
        raise damaged(name) from None
    for lines, (caption, rows, merged) in zip(above, read, strict=False):
        titles = [title for line in lines.split("\n") if (title := title_of(line))]
        if rows and max(map(len, rows)) > 1:
            title = title_of(caption) or (titles[-1] if titles else "")
            grids.append(grid_of(grids, title, rows, merged))
    return grids


def _page_rows(table: object, where: str) -> tuple[list[list[str]], set[tuple[int, int]]]:
    """Return the cells of a table; what spans several rows fills each of them, as told."""
    rows: list[list[str]] = []
    merged = set()
    size = 0
    spans: dict[int, tuple[int, str]] = {}  # column → rows still to fill, and with what
    for row in table.iter("tr"):
        if row.get("hidden") is not None or "display:none" in (row.get("style") or ""):
            raise hidden_row(where, len(rows) + 1)
        cells: list[str] = []
        given = deque(cell for cell in row if cell.tag in ("td", "th"))
        while given or len(cells) in spans:
            at = len(cells)
            if at in spans:
                left, text = spans.pop(at)
                if left > 1:
                    spans[at] = left - 1, text
                cells.append(text)
                merged.add((len(rows) + 1, at))
                continue
            cell = given.popleft()
            text, width = _page_text(cell), span(cell.get("colspan")) or 1
            if any(at + offset in spans for offset in range(width)):
                raise ValueError(
                    f"{where}, dòng {len(rows) + 1}: các ô gộp chồng lên nhau, không rõ số nào của "
                    "đơn vị nào; hãy chép bảng vào Excel rồi bỏ gộp ô."
                )
            height = span(cell.get("rowspan")) or 1
            for offset in range(width):
                if height > 1:
                    spans[at + offset] = height - 1, text if offset == 0 else ""
                cells.append(text if offset == 0 else "")
        if cells:
            rows.append(cells)
        size += sum(map(len, cells)) + len(cells)
        check_size(size, len(cells), where)
    return rows, merged


def _page_text(node: object) -> str:
    if node is None or not isinstance(node.tag, str) or node.tag in _NO_TEXT:
        return ""
    inside = (node.text or "") + "".join(_page_text(child) + (child.tail or "") for child in node)
    style = (node.get("style") or "").replace(" ", "").lower()
    is_marked = node.tag in _MARKED_TAGS or node.get("hidden") is not None
    if node.tag not in ("td", "th", "tr", "table"):
        is_marked |= _MARKED_STYLES.search(style) is not None
    is_marked |= node.tag == "a" and (node.get("href") or "").startswith("#")
    if node.tag in ("a", "small") and re.search(r"[^\W\d_]{2}", inside):
        is_marked = False  # words are no mark
    if is_marked and inside.strip():
        return f"[{inside}]"
    return f"\n{inside}\n" if node.tag in _BLOCKS else inside
