"""What the tables of a web page show, as a browser saves it."""

import itertools
import re
from collections import deque

from cchc_analysis.reading.appearance import Seen, check_size, text_of
from cchc_analysis.reading.containers import damaged
from cchc_analysis.reading.documents import span, title_of
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import clean, quoted

_NO_TEXT = ("script", "style", "template", "head", "noscript", "select", "textarea")
_BLOCKS = (
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "caption", "dt", "dd",
    "center", "section", "article", "header", "table", "br",
)  # fmt: skip
_MARKED_TAGS = ("sup", "sub", "del", "s", "strike", "small")
_HIDDEN_STYLE = re.compile(r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse))")
_MARKED_STYLE = re.compile(
    r"line-through|font-size:0|opacity:0(?![.]?[1-9])|vertical-align:(?:super|sub)"
)
# A comment or a script that is never closed goes on to the end, as in a browser.
_NO_MARKUP = re.compile(r"<!--(?:.*?-->|.*)|<script(?:.*?</script|.*)", re.DOTALL)
_MOST_TAGS = 1_000_000
_TABLE = "\ufffc"  # stands for a table in the text of its page


def page_tables(text: str, name: str) -> tuple[list[Seen], list[str]]:
    """Return the innermost tables of a web page, and in words those that nobody sees.

    A table stands under its caption or the line above it.
    """
    from lxml import etree, html

    bare = _NO_MARKUP.sub("", text.lower())
    is_cut = "<html" in bare and "</html" not in bare and "</body" not in bare
    if is_cut or bare.count("<table") > bare.count("</table"):
        raise damaged(name)
    if bare.count("<") > _MOST_TAGS:
        raise Refusal(
            f"trang có quá nhiều thẻ HTML (giới hạn {_MOST_TAGS})",
            "hãy chép bảng sang một tệp mới",
            file=name,
        )
    if "<!entity" in bare:
        raise Refusal(
            "trang chứa khai báo ENTITY không an toàn",
            "hãy chép bảng sang một tệp mới",
            file=name,
        )
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    shown: list[Seen] = []
    hidden: list[str] = []
    try:
        root = html.document_fromstring(
            text.replace(_TABLE, "").encode(errors="replace"), parser=parser
        )
        if any("depth" in error.message.lower() for error in parser.error_log):
            raise damaged(name)
        tables = [table for table in root.iter("table") if table.find(".//table") is None]
        captions = [_text(table.find("caption")) for table in tables]
        found = [_table(table, name, at) for at, table in enumerate(tables, start=1)]
        are_hidden = [any(map(_is_hidden, (table, *table.iterancestors()))) for table in tables]
        for table in tables:
            table.clear(keep_tail=True)
            table.text = _TABLE
        above = _text(root).split(_TABLE)
    except (etree.LxmlError, RecursionError):
        raise damaged(name) from None
    for lines, caption, seen, is_hidden in zip(above, captions, found, are_hidden, strict=False):
        if is_hidden:
            first = next(filter(None, (clean(" ".join(row)) for row in seen.rows)), "")
            hidden += [f"bảng ẩn {quoted(first)}"] if first else []
        elif max(map(len, seen.rows), default=0) > 1:
            titles = [*map(title_of, lines.split("\n")), title_of(caption)]
            seen.above = list(filter(None, titles[::-1]))
            seen.place = f"bảng {len(shown) + 1}"
            shown.append(seen)
    return shown, hidden


def _table(table: object, name: str, number: int) -> Seen:
    """Return the cells of a table; what spans several rows is merged down."""
    seen, where = Seen("", ""), f"{name}, bảng {number}"
    spans: dict[int, int] = {}  # column → rows still to fill
    for row in table.iter("tr"):
        at, cells = len(seen.rows), []
        given = deque(cell for cell in row if cell.tag in ("td", "th"))
        while given or len(cells) in spans:
            column = len(cells)
            if column in spans:
                left = spans.pop(column)
                if left > 1:
                    spans[column] = left - 1
                cells.append("")
                seen.merged.append((at - 1, at, column))
                continue
            cell = given.popleft()
            width, height = (span(cell.get(f"{way}span")) or 1 for way in ("col", "row"))
            if any(column + offset in spans for offset in range(width)):
                raise Refusal(
                    "các ô gộp chồng lên nhau, không rõ số nào của đơn vị nào",
                    "hãy chép bảng vào Excel rồi bỏ gộp ô",
                    file=where,
                    place=f"dòng {at + 1}",
                )
            if height > 1:
                spans |= dict.fromkeys(range(column, column + width), height - 1)
            if _is_hidden(cell):
                seen.hidden_cells.add((at, column))
            cells += [_text(cell), *[""] * (width - 1)]
        if cells:
            within = itertools.takewhile(lambda node: node is not table, row.iterancestors())
            if _is_hidden(row) or any(map(_is_hidden, within)):
                seen.hidden_rows.add(at)
            seen.rows.append(cells)
        check_size(where, len(seen.rows), len(cells))
    return seen


def _style_of(node: object) -> str:
    return re.sub(r"\s", "", node.get("style") or "").lower()


def _is_hidden(node: object) -> bool:
    return node.get("hidden") is not None or bool(_HIDDEN_STYLE.search(_style_of(node)))


def _text(node: object) -> str:
    if node is None or not isinstance(node.tag, str) or node.tag in _NO_TEXT:
        return ""
    inside = (node.text or "") + "".join(_text(child) + (child.tail or "") for child in node)
    is_marked = node.tag in _MARKED_TAGS
    if node.tag not in ("td", "th", "tr", "tbody", "table"):  # these are hidden as a whole
        is_marked |= _is_hidden(node) or bool(_MARKED_STYLE.search(_style_of(node)))
    is_marked |= node.tag == "a" and (node.get("href") or "").startswith("#")
    if node.tag in ("a", "small") and re.search(r"[^\W\d_]{2}", inside):
        is_marked = False  # words are no mark
    if is_marked and inside.strip():
        return text_of(inside, is_marked=True)
    return f"\n{inside}\n" if node.tag in _BLOCKS else inside
