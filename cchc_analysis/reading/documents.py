"""What the tables of a document show: of a Word file, a web page, and a PDF file if it is ruled."""

import contextlib
import itertools
import logging.handlers
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from cchc_analysis.reading.cells import (
    MOST_COLUMNS,
    WHITE,
    Seen,
    Where,
    check_size,
    is_unseen,
    text_of,
)
from cchc_analysis.reading.header import heads_part, is_heading
from cchc_analysis.reading.sources import Contents, damaged, encrypted, too_large
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import clean, quoted, words

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"  # the same words by another name
_W = f"{{{_MAIN}}}"
_ON = "not(@w:val='0' or @w:val='false' or @w:val='none')"
_OFF = ("0", "false", "off", "none", "baseline")
_MARKS = [f"{_W}{name}" for name in ("vanish", "strike", "dstrike", "position", "vertAlign")]
_SHADE = "*[self::w:shd[not(@w:fill='auto' or @w:fill='FFFFFF')] or self::w:highlight]"
_SHADED = f"*/{_SHADE}"
_HTML = words("files")["html"]
(
    _HIDDEN_STYLE, _HIDDEN_CLASS, _MARKED_STYLE, _WHITE_STYLE, _NO_RULE, _RULE, _SIMPLE,
    _NOT_SIMPLE, _BESIDE, _PASSING, _NO_MARKUP, _COLOR, _FILL,
) = (
    re.compile(_HTML[name])
    for name in ("hidden_style", "hidden_class", "marked_style", "white", "no_rule", "rule",
                 "simple", "not_simple", "beside", "passing", "no_markup", "color", "fill")
)  # fmt: skip
_STRUCK, _OF_TABLE = "line-through", ("td", "th", "tr", "tbody", "thead", "tfoot", "table")
_DISPLAY = re.compile("(?:^|;)(?:display|visibility):")
_MOST_TRIED = 5_000_000  # how often a rule of a style sheet is held against an element
_MOST_TAGS = 1_000_000
_COPY = "hãy mở trang trong trình duyệt rồi chép bảng vào một tệp Excel"
_MOST_BASED = 20  # styles of which each is based on the next
_DEEPEST = 300  # elements of which each stands in the one before; lxml reads no more
_TABLE = "\ufffc"  # stands for a table in the text of its page
_SMALL = 0.75  # of the size of the letters around it: a footnote mark
_WHITE_INKS = ((1,), (1, 1, 1), (0, 0, 0, 0))  # of grey, RGB, CMYK
_MOST_FILLS = 1000  # of a page, within which a white letter is looked for
_OVERLAP = 2  # points that a letter may reach over the line below it
_MOST_MB = 100  # that the streams of a file unpack to
_MOST_DRAWN, _MOST_OBJECTS = 700_000, 150_000  # on a page of a PDF file, and on all its pages
_PDF_TEXT, _FLATE_TWICE = rb"\([^()]*|<[^<>]*", rb"FlateDecode\s*/Fl"
_CHUNK = 1 << 16


def word_tables(path: Path, contents: Contents) -> tuple[list[Seen], list[str]]:
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
    _mark_runs(body, styles)
    tables: list[Seen] = []
    above: list[str] = []
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if element.tag == f"{_W}p":
            if next(element.iterancestors(f"{_W}tbl"), None) is None:
                above += filter(None, [_title_of(_word_text(element))])
        elif next(element.iterancestors("{*}Fallback"), None) is None:
            seen = Seen(f"bảng {len(tables) + 1}", above=above[::-1])
            tables.append(_word_table(element, seen, Where(path.name, seen.place)))
            above = []
    return tables, []


def _mark_runs(body: object, styles: object) -> None:
    """Mark the runs that are raised, struck out or not seen, of themselves or by their styles."""
    every = {style.get(f"{_W}styleId"): style for style in styles.iter(f"{_W}style")}

    @cache
    def looks_of(name: str | None) -> dict[str, str]:
        looks: dict[str, str] = {}
        for _ in range(_MOST_BASED):  # styles may be based on one another in a ring
            if (style := every.get(name)) is None:
                break
            behind = {"fill": ""} if _find(style, f".//{_SHADE}") else {}
            looks = _looks(style) | looks | behind
            name = _value(style, "w:basedOn")
        return looks

    @lru_cache(_DEEPEST)  # a paragraph or table may hold most runs of a file
    def style_of(paragraph: object) -> str | None:
        return _value(paragraph, "w:pPr/w:pStyle")

    @lru_cache(_DEEPEST)
    def is_shaded(around: object) -> bool:
        names = _find(around, "self::w:tbl/w:tblPr/w:tblStyle/@w:val")
        return any("fill" in looks_of(name) for name in names) or bool(_find(around, _SHADED))

    for run in body.iter(f"{_W}r"):
        paragraph = next(run.iterancestors(f"{_W}p"), run)
        names = style_of(paragraph), _value(run, "w:rPr/w:rStyle")
        looks = looks_of(names[0]) | looks_of(names[1]) | _looks(run)
        size, color = looks.get(f"{_W}sz", ""), looks.get(f"{_W}color", "").upper()
        is_filled = "fill" in looks
        if color == WHITE and not is_filled:
            is_filled = any(map(is_shaded, (run, *run.iterancestors())))
        points = int(size) / 2 if size.isdecimal() else None
        is_marked = any(looks.get(mark, "0") not in _OFF for mark in _MARKS)
        if is_marked or is_unseen(color, points, is_filled=is_filled):
            run.set("marked", "")


def _looks(element: object) -> dict[str, str]:
    """Return the looks of letters that a run or a style says, by their tag."""
    return {one.tag: one.get(f"{_W}val", "1") for one in element.iterfind(f"{_W}rPr/*")}


def _value(element: object, path: str) -> str | None:
    found = element.find(path, {"w": _MAIN})
    return None if found is None else found.get(f"{_W}val")


def _tree(archive: zipfile.ZipFile, part: str) -> object:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(part).replace(_STRICT, _MAIN.encode()), parser)


def _find(element: object, path: str) -> list:
    return _xpath(path)(element)


@cache
def _xpath(path: str) -> Callable[[object], list]:
    from lxml import etree

    return etree.XPath(path, namespaces={"w": _MAIN})


def _word_table(table: object, seen: Seen, where: Where) -> Seen:
    if _find(table, ".//w:ins | .//w:del | .//w:moveFrom | .//w:moveTo"):
        raise where.refuse(
            "còn thay đổi chưa được chấp nhận (Track Changes), không rõ số nào đúng",
            "hãy chấp nhận hoặc từ chối hết trong Word rồi lưu lại",
        )
    numbered = 0
    for at, row in enumerate(_find(table, "./w:tr | ./w:sdt/w:sdtContent/w:tr")):
        if _find(row, f"./w:trPr/w:hidden[{_ON}]"):
            seen.hidden_rows.add(at)
        cells = [""] * _width(row, "./w:trPr/w:gridBefore")
        for cell in _find(row, "./w:tc | ./w:sdt/w:sdtContent/w:tc"):
            text = _word_text(cell)
            if _find(cell, "./w:tcPr/w:vMerge[not(@w:val='restart')]"):
                seen.merged.append((at - 1, at, len(cells)))
            if not text.strip() and _find(cell, "./w:p/w:pPr/w:numPr"):
                numbered += 1  # Word shows this number and stores none
                text = str(numbered)
            cells.append(text)
            cells += [""] * (_width(cell, "./w:tcPr/w:gridSpan") - 1)
        seen.rows.append(cells + [""] * _width(row, "./w:trPr/w:gridAfter"))
        check_size(where, at + 1, len(seen.rows[-1]))
    return seen


def _width(element: object, path: str) -> int:
    return _span(next(iter(_find(element, f"{path}/@w:val")), None))


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
    if name == "r":
        return text_of(text, is_marked="marked" in node.attrib)
    return f"{text} " if name == "p" else text


def _span(value: str | None) -> int:
    """Return over how many columns or rows a cell goes, 0 if it is not said."""
    text = (value or "").strip()
    is_number = text.isascii() and text.isdigit()
    return min(int(text[:9]), MOST_COLUMNS + 1) if is_number else 0


def _title_of(text: str) -> str:
    """Return a line that may be a heading: not one in brackets, nor the unit of measure."""
    text = clean(text)
    return text if is_heading(text) else ""


def page_tables(text: str, name: str) -> tuple[list[Seen], list[str]]:
    """Return the innermost tables of a web page, and in words those that nobody sees.

    A table stands under its caption or the line above it.
    """
    from lxml import etree, html

    bare = _NO_MARKUP.sub("", text.lower())
    is_cut = "<html" in bare and "</html" not in bare and "</body" not in bare
    if is_cut or bare.count("<table") > bare.count("</table"):
        raise damaged(name)
    for is_bad, problem in (
        (bare.count("<") > _MOST_TAGS, f"trang có quá nhiều thẻ HTML (giới hạn {_MOST_TAGS})"),
        ("<!entity" in bare, "trang chứa khai báo ENTITY không an toàn"),
    ):
        if is_bad:
            raise Where(name).refuse(problem, _COPY)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)  # of a small file
    shown: list[Seen] = []
    hidden: list[str] = []
    try:
        root = html.document_fromstring(
            text.replace(_TABLE, "").encode(errors="replace"), parser=parser
        )
        if any(error.level == etree.ErrorLevels.FATAL for error in parser.error_log):
            raise RecursionError  # what stands below is not in the tree
        hidden += _hide_by_looks(root, name)
        tables = [table for table in root.iter("table") if table.find(".//table") is None]
        captions = [_html_text(table.find("caption")) for table in tables]
        found = [_html_table(table, name, at) for at, table in enumerate(tables, start=1)]
        are_hidden = [any(map(_is_hidden, (table, *table.iterancestors()))) for table in tables]
        for table in tables:
            table.clear(keep_tail=True)
            table.text = _TABLE
        above = _html_text(root).split(_TABLE)
    except RecursionError:
        raise Where(name).refuse("trang có các thẻ HTML lồng nhau quá sâu", _COPY) from None
    except etree.LxmlError:
        raise damaged(name) from None
    for lines, caption, seen, is_hidden in zip(above, captions, found, are_hidden, strict=False):
        if is_hidden:
            first = next(filter(None, (clean(" ".join(row)) for row in seen.rows)), "")
            hidden += [f"bảng ẩn {quoted(first)}"] if first else []
        elif max(map(len, seen.rows), default=0) > 1:
            titles = [*map(_title_of, lines.split("\n")), _title_of(caption)]
            seen.above = list(filter(None, titles[::-1]))
            seen.place = f"bảng {len(shown) + 1}"
            shown.append(seen)
    return shown, hidden


def _html_table(table: object, name: str, number: int) -> Seen:
    """Return the cells of a table; what spans several rows is merged down."""
    seen, where = Seen(""), Where(name, f"bảng {number}")
    spans: dict[int, int] = {}  # column → rows still to fill
    columns = [col for col in table.iter("col") for _ in range(_span(col.get("span")) or 1)]
    out_of_sight = {at for at, col in enumerate(columns[:MOST_COLUMNS]) if _is_hidden(col)}
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
            width, height = (_span(cell.get(f"{way}span")) or 1 for way in ("col", "row"))
            if any(column + offset in spans for offset in range(width)):
                raise where.refuse(
                    "các ô gộp chồng lên nhau, không rõ số nào của đơn vị nào",
                    "hãy chép bảng vào Excel rồi bỏ gộp ô", at=f"dòng {at + 1}",
                )  # fmt: skip
            if height > 1:
                spans |= dict.fromkeys(range(column, column + width), height - 1)
            if _is_hidden(cell) or out_of_sight.issuperset(range(column, column + width)):
                seen.hidden_cells.add((at, column))
            cells += [_html_text(cell), *[""] * (width - 1)]
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
    is_closed = node.tag == "dialog" and node.get("open") is None
    is_said = is_closed or any(node.get(name) is not None for name in ("hidden", "popover"))
    is_said |= node.tag == "template"
    is_said |= bool(_HIDDEN_CLASS.search(node.get("class") or ""))
    return is_said or bool(_HIDDEN_STYLE.search(_style_of(node)))


def _hide_by_looks(root: object, name: str) -> list[str]:
    """Mark what the style sheets of a page hide, raise or strike, and white letters on nothing.

    Return in words the rules that may hide a part of a table, by its place or state.
    """
    sheets = _NO_RULE.sub("", " ".join(sheet.text or "" for sheet in root.iter("style")))
    all_looks = [sheets, *root.xpath("//@style"), *map("color:{}".format, root.xpath("//@color"))]
    has_white = _WHITE_STYLE.search(re.sub(r"\s", "", " ".join(all_looks)).lower())
    rules: dict[str, list[tuple]] = {}  # by the last part of the last step of a selector
    for at, (selectors, looks) in enumerate(_RULE.findall(sheets)):
        looks = re.sub(r"\s", "", looks).lower()
        is_seen = any(one.search(looks) for one in (_HIDDEN_STYLE, _DISPLAY, _MARKED_STYLE))
        if not (is_seen or (has_white and (_COLOR.search(looks) or _FILL.search(looks)))):
            continue
        for selector in filter(None, map(str.strip, selectors.split(","))):
            simple = _BESIDE.sub("", _NOT_SIMPLE.sub(r"\1", selector))
            steps = simple.replace(">", " ").split() or ["*"]
            if all(map(_SIMPLE.fullmatch, steps)) and not _PASSING.search(selector):
                parts = [re.findall(r"[.#]?[\w-]+|\[[\w-]+\]", step) for step in steps]
                every = "".join(steps)
                weight = (every.count("#"), every.count("."), len(steps), at)
                last = parts[-1][-1] if parts[-1] else "*"
                doubt = quoted(selector) if simple != selector else ""
                rules.setdefault(last, []).append((weight, parts, looks, doubt))
    paint = {None: ("", root.find(".//link") is not None)}  # of letters, and whether behind them
    tried, doubts = 0, {}
    for node in root.iter() if rules or _STRUCK in "".join(all_looks) or has_white else ():
        if not isinstance(node.tag, str):
            continue
        found = [rule for key in {*_keys(node), "*"} for rule in rules.get(key, ())]
        line = [_keys(one) for one in (node, *node.iterancestors())] if found else []
        tried += len(found) * len(line)
        if tried > _MOST_TRIED:
            problem = "bảng định kiểu (CSS) của trang quá lớn để biết hết những gì bị ẩn"
            raise Where(name).refuse(problem, _COPY)
        found = [rule for rule in found if _is_under(line, rule[1])]
        if any("table" in keys for keys in line):
            doubts |= {one[3]: 0 for one in found if one[3] and _HIDDEN_STYLE.search(one[2])}
        sure = sorted(rule for rule in found if not rule[3])
        looks = [rule[2] for rule in sure]
        shows = [one for one in looks if _HIDDEN_STYLE.search(one) or _DISPLAY.search(one)]
        if shows and _HIDDEN_STYLE.search(shows[-1]):
            node.set("hidden", "")
        is_of_table = node.tag in _OF_TABLE
        if any(map(_MARKED_STYLE.search, looks)) and not is_of_table:
            node.set("marked", "")
        is_struck = is_of_table and node.getparent().get("marked") is not None
        if is_of_table and (is_struck or any(_STRUCK in one for one in (*looks, _style_of(node)))):
            node.set("marked", "")  # as a whole, with what is in it
        color, is_filled = paint[node.getparent()]
        said = "color:{};background:{}".format(node.get("color"), node.get("bgcolor")).lower()
        own = ";".join([said, *looks, _style_of(node)])
        color = [color, *(one for one in _COLOR.findall(own) if one != "none")][-1]
        is_filled |= any(map(_FILL.search, (own, *(rule[2] for rule in found))))
        paint[node] = color, is_filled
    white = {
        node for node, (color, is_filled) in paint.items()
        if not is_filled and _WHITE_STYLE.search(f"color:{color}")
    }  # fmt: skip
    for node in white:  # one that holds cells leaves its color to them
        if white.issuperset(node.iter("td", "th")):
            node.set("hidden", "")
    return [f"quy tắc {doubt} của trang, có thể ẩn một phần của bảng" for doubt in doubts]


def _keys(node: object) -> set[str]:
    """Return by what simple selectors may call an element: its tag, id, classes, attributes."""
    classes = (f".{name}" for name in (node.get("class") or "").split())
    return {node.tag, f"#{node.get('id')}", *classes, *(f"[{name}]" for name in node.attrib)}


def _is_under(line: list[set[str]], steps: list[list[str]]) -> bool:
    """Return whether the last step is of an element, and the others of those around it in turn."""
    if not line[0].issuperset(steps[-1]):
        return False
    left = steps[:-1]
    for keys in line[1:]:
        if left and keys.issuperset(left[-1]):
            left = left[:-1]
    return not left


def _html_text(node: object) -> str:
    if node is None or not isinstance(node.tag, str) or node.tag in _HTML["no_text"]:
        return ""
    inside, parts = node.text or "", node
    if node.tag == "input" and (node.get("type") or "").strip().lower() not in _HTML["no_value"]:
        inside = node.get("value") or ""
    elif node.tag == "select":  # those that are chosen, else the first; one without a value is none
        is_one, options = node.get("multiple") is None, [*node.iter("option")]
        chosen = [option for option in options if option.get("selected") is not None]
        seen = (chosen or options[:1])[-1:] if is_one else chosen
        inside, parts = "", [option for option in seen if option.get("value") != ""]
    inside += "".join(_html_text(child) + (child.tail or "") for child in parts)
    if node.tag == "details" and node.get("open") is None:
        head = _html_text(node.find("summary"))
        inside = head + text_of(inside.replace(head, "", 1), is_marked=True)
    is_marked = node.tag in _HTML["marked"] or node.get("marked") is not None
    if node.tag not in _OF_TABLE:  # these are hidden as a whole
        is_marked |= _is_hidden(node) or bool(_MARKED_STYLE.search(_style_of(node)))
    is_marked |= node.tag == "a" and (node.get("href") or "").startswith("#")
    if node.tag in ("a", "small") and re.search(r"[^\W\d_]{2}", inside):
        is_marked = False  # words are no mark
    if is_marked and inside.strip():
        return text_of(inside, is_marked=True)
    around = "\n" if node.tag in _HTML["blocks"] else " " if node.tag in _HTML["boxes"] else ""
    return f"{around}{inside}{around}"


def pdf_tables(path: Path) -> tuple[list[Seen], list[str]]:
    """Return the ruled tables of a PDF file; one that goes on over a page stays one."""
    try:
        import pdfplumber
    except ImportError:
        raise Refusal(
            "muốn đọc PDF cần cài thêm thư viện pdfplumber bằng lệnh 'python -m uv sync --extra "
            "pdf' (hoặc 'pip install pdfplumber'), hoặc chép bảng vào tệp Excel",
            file=path.name,
        ) from None
    data = path.read_bytes()
    if b"%%EOF" not in data[-2048:]:
        raise damaged(path.name)
    _check_streams(data, path.name)
    tables: list[Seen] = []
    letters, objects, notes = 0, 0, []
    log = logging.handlers.BufferingHandler(100_000)  # what the library passes over it only logs
    logging.getLogger("pdfminer").addHandler(log)
    try:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                if is_little := _drawn(page) <= _MOST_DRAWN:
                    objects += len(page.chars) + len(page.edges)
                if not is_little or objects > _MOST_OBJECTS:
                    raise Where(path.name, f"trang {page.page_number}").refuse(
                        "tệp PDF có quá nhiều chữ và nét vẽ", "hãy chép bảng điểm vào tệp Excel"
                    )
                letters += len(page.chars)
                # A bold letter may be one that is printed twice, a hair apart.
                for number, (title, rows, small) in enumerate(_ruled_tables(page.dedupe_chars())):
                    notes += small
                    if number == 0 and tables and len(rows[0]) == len(tables[-1].rows[-1]):
                        last = tables[-1].rows
                        if title:
                            last.append([title, *[""] * (len(rows[0]) - 1)])
                        elif _is_rest(rows[0], last[-1]):
                            rest = zip(last.pop(), rows.pop(0), strict=True)
                            last.append([clean(" ".join(two)) for two in rest])
                            words = quoted(" ".join(filter(None, last[-1])))
                            notes.append(f"chỗ ngắt trang trong dòng {words} (đã ghép)")
                        last += rows
                    else:
                        place = f"bảng {len(tables) + 1} (trang {page.page_number})"
                        tables.append(Seen(place, rows=rows, above=[*filter(None, [title])]))
    except Refusal:
        raise
    except Exception as error:  # whatever a broken file makes the library raise
        raise (encrypted if "Password" in repr(error) else damaged)(path.name) from None
    finally:
        logging.getLogger("pdfminer").removeHandler(log)
    if any(re.search("Data-loss|non-indirect", told.getMessage()) for told in log.buffer):
        raise damaged(path.name)
    if not tables:
        why = "không có bảng kẻ khung" if letters else "là bản quét (ảnh chụp), không có chữ"
        raise Refusal(f"tệp PDF {why}", "hãy xin tệp gốc hoặc gõ lại vào Excel", file=path.name)
    return tables, notes


def _is_rest(row: list[str], last: list[str]) -> bool:
    """Return whether a page begins with words that the row before it has left over."""
    under = [above for cell, above in zip(row, last, strict=True) if cell]
    is_text = re.search(r"[^\W\d_]", " ".join(row)) and not re.search("[0-9]", " ".join(row))
    return bool(is_text and last[0] and not row[0] and all(under) and not any(map(heads_part, row)))


def _drawn(page: object) -> int:
    """Return how much is drawn on a page: bytes, where a letter takes as long as ten."""
    from pdfminer.pdftypes import stream_value

    content = b" ".join(stream_value(one).get_data() for one in page.page_obj.contents)
    content = content[: _MOST_DRAWN + 1]  # more is too much without a look
    texts = re.findall(_PDF_TEXT, content)
    return len(content) + sum(len(text) * (9 if text[:1] == b"(" else 4) for text in texts)


def _check_streams(data: bytes, name: str) -> None:
    """Refuse streams that unpack to more than there is room for; the library takes them whole."""
    if re.search(_FLATE_TWICE, data):  # no program packs twice
        raise damaged(name)
    size = 0
    for start in re.finditer(rb"FlateDecode.{0,500}?stream\r?\n", data, re.DOTALL):
        at, unpacker = start.end(), zlib.decompressobj()
        with contextlib.suppress(zlib.error):  # encrypted, or for the library to say what is wrong
            while at < len(data) and not unpacker.eof and size <= _MOST_MB * 1e6:
                size += len(unpacker.decompress(data[at : at + _CHUNK]))
                at += _CHUNK
    if size > _MOST_MB * 1e6:
        raise too_large(_MOST_MB, name, unpacked=True)


def _color_of(drawn: dict) -> str:
    """Return the color in which something of a page is drawn, "" if it is not white."""
    color = drawn.get("non_stroking_color")
    parts = tuple(color) if isinstance(color, tuple | list) else (color,)
    return WHITE if parts in _WHITE_INKS else ""


def _is_unseen(char: dict, fills: list[dict]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    is_filled = not _color_of(char) or any(
        one["x0"] <= x <= one["x1"] and one["top"] <= y <= one["bottom"] for one in fills
    )
    return is_unseen(_color_of(char), char["size"], is_filled=is_filled)


def _ruled_tables(page: object) -> Iterator[tuple[str, list[list[str]], list[str]]]:
    """Yield each table with the line above it, its rows, and in words the small print left out."""
    # Of a turned page the library takes the edges from before the turn.
    left = min((char["x0"] for char in page.chars), default=0)
    right = max((char["x1"] for char in page.chars), default=0) + 1
    top = min((char["top"] for char in page.chars), default=0)
    drawn = (one for one in (*page.rects, *page.curves, *page.images) if one.get("fill", True))
    fills = [one for one in drawn if _color_of(one) != WHITE][:_MOST_FILLS]
    for table in page.find_tables():
        _, above, _, bottom = table.bbox
        # A letter of the first row may reach over the line above it, and is of no title.
        over = page.filter(lambda o, most=above + _OVERLAP: o.get("bottom", 0) < most)
        over = over.crop((left, min(top, above - 1), right, above), strict=False)
        lines = over.extract_text().splitlines()
        title = next((line for line in reversed(lines) if re.search(r"[^\W\d_]", line)), "")
        inside = page.within_bbox(table.bbox, strict=False).chars
        sizes = sorted(char["size"] for char in inside) or [0]
        least = sizes[len(sizes) // 2] * _SMALL
        small = [char for char in inside if char["size"] < least]
        unseen = [char for char in inside if char["size"] >= least and _is_unseen(char, fills)]
        left_out = {(char["x0"], char["top"], char["text"]) for char in (*small, *unseen)}
        kept = page.filter(
            lambda o, out=left_out: (o.get("x0"), o.get("top"), o.get("text")) not in out
        )
        (found,) = [t for t in kept.find_tables() if t.bbox == table.bbox] or [table]
        rows = [[cell or "" for cell in row] for row in found.extract()]
        told = [
            f"{what} '{text[:60]}' ở trang {page.page_number}"
            for what, chars in (("chữ nhỏ", small), ("chữ không nhìn thấy", unseen))
            if (text := "".join(char["text"] for char in chars).strip())
        ]
        yield title, rows, told
        top = bottom
