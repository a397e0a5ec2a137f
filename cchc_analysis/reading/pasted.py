"""Raw cells from text copied out of a web page, one cell per line, or a PDF, by single spaces.

Header cells and names are broken over lines, prose and other numbers surround the table. Each line
gets a letter for what it may be, a row is a pattern of letters that its titles give, and of the
titles that may begin at a line those are taken under which rows go on furthest. What then still
looks like a part of a table is refused. Where lines make no table, each word is read as one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from cchc_analysis.reading.cells import (
    Where,
    are_column_numbers,
    lines_in_words,
    titles_in_words,
    to_cells,
)
from cchc_analysis.reading.header import (
    CHANGE,
    LIKE,
    PAIR,
    heads_part,
    is_block,
    role_of,
    role_or_like,
    split_maximum,
)
from cchc_analysis.reading.vocabulary import FOOTERS, MISSING, PAGE
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import clean, first_few, fold, known_grades, quoted, same

MOST_LINES = 10_000  # of 15 columns and 600 units
_WIDEST, _LINES_PER_TITLE, _LINES_PER_GRADE, _MORE_LINES = 30, 4, 3, 20
_SHOWN, _START = 4, 300  # lines of what is not read, of what is too long
_LOST_ROWS = 30  # how far ahead the numbering may be for a row to be of the same table
_COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_FIGURE = re.compile(
    rf"((thứ|hạng)\s*)?[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm|/\s*[0-9]+)?(?:{CHANGE})?|{PAIR.pattern}",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[+-]?[.,]?[0-9]+(?:[.,][0-9]*)?\.?\s*%?|[-–—]")  # of a number, of a row
_SPACE = re.compile(r" (?![-–] [^\W\d_])(?<! [-–] (?=[^\W\d_]))")  # "Tài chính - Kế hoạch" has one
_AMONG_WORDS = re.compile(r"[^\W\d_] [0-9]|[0-9] [^\W\d_]")
_COLUMN_NUMBER = re.compile(r"\(\w{1,2}\)")
# "I" over "KHỐI SỞ", or "I Khối sở", above the first row of a part.
_PART = re.compile(r"(?m)^([IVX]+)(\s+)([^\W\d_][^\d\n]+)$(?=\s+0*1\.?( [^\W\d_]|$))")

# What a line may be: a number of rows (d), another figure (f), missing (m), a piece of a number
# (x), a title of the unit (u) or another (h), a grade (g), one that a unit may be called (a), what
# stands below tables (s), other text (t). A cell is of some of these, a name of several lines.
_NAME, _WORDS, _ONE_LINE = "[tasu]{1,10}", "[tasu]{1,20}", "[tas]"
_FIGURES, _RANKS, _GRADES, _TEXTS = "[dfm]", "[dfmga]", "[gam]", "[tgamu]"
_ANY, _ANY_GRADE, _ANY_WORD = "[dfmtgasu]", "[tgam]", "[dfmg]"
_CELLS = {
    "number": "d", "unit": _NAME, "block": f"(?:{_NAME}|m)", "score": _FIGURES,
    "max_score": _FIGURES, "year": _FIGURES, "published_rank": _RANKS,
    "published_grade": _ANY_GRADE,
}  # fmt: skip
# What the first cell of a column that may hold more than one thing says of the others.
_AS_THE_FIRST = {
    _ANY: {"df": _FIGURES, "tgasu": _TEXTS}, _ANY_WORD: {"df": _FIGURES, "g": _GRADES},
    _ANY_GRADE: {"ga": _GRADES},
}  # fmt: skip
_OF_WORDS = {_ANY: _ANY_WORD, _ANY_GRADE: _GRADES}  # what is a word that is no part of a name


class _Text(NamedTuple):
    """The lines of a text that hold something, their numbers, and their letters."""

    name: str
    values: Sequence[str]
    lines: Sequence[int]
    letters: str
    has_words: bool  # each is a word: only a name is of several

    @property
    def remedy(self) -> str:
        """Return how a table is pasted that is always read."""
        as_sheet = "dán lại bảng vào Excel rồi lưu dạng .xlsx"
        return "cách các ô bằng dấu chấm phẩy" if self.has_words else as_sheet

    def refuse(self, problem: str, remedy: str, at: int) -> Refusal:
        """Return a refusal of what stands in a line, or would below the last one."""
        is_inside = at < len(self.lines)
        place = f"dòng {self.lines[at]}" if is_inside else "cuối tệp"
        return Where(self.name).refuse(problem, remedy, at=place)


class _Rows(NamedTuple):
    """Rows of one pattern, each by the line where it begins, and the line after the last."""

    cells: Sequence[str]  # the pattern of each column
    rows: dict[int, tuple[str, ...]]
    end: int
    in_doubt: int | None  # which row reads in two ways

    @property
    def last(self) -> tuple[str, ...]:
        """Return the cells of the last row."""
        return self.rows[max(self.rows)]


class _Table(NamedTuple):
    """Rows under their titles."""

    header: Sequence[str]
    above: dict[int, Sequence[str]]  # the lines of the titles and of a heading below them
    body: _Rows

    @property
    def is_known(self) -> bool:
        """Return whether every title is known."""
        return all(map(role_of, self.header))


def pasted_cells(
    pasted: str, name: str, *, has_rows: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """Return the tables in a text as raw cells with their line numbers, and what to check.

    Each table is its header row and its rows, after the line above it, which may be its heading.
    Refused is a table that reads in two ways, and text around it that looks like a row; and what is
    longer than is read, unless delimiters make as many rows of it.
    """
    every = pasted.splitlines()
    many = sum(map(bool, map(str.strip, every)))
    if many > MOST_LINES:
        every = every[:_START]  # enough to know whether it is a table
    whole = _PART.sub(_with_its_number, "\n".join(clean(line).strip("| ") for line in every))
    numbered = [*enumerate(whole.splitlines(), start=1)]
    pages = {i: line for i, line in numbered if PAGE.fullmatch(line)}
    lines = [(i, line) for i, line in numbered if line and i not in pages]
    text = _text(name, lines)
    cells: dict[int, Sequence[str]] = {}
    notes: list[str] = []
    tables, left_out = _tables(text), {}
    if not tables and _holds_rows(text):
        rows = 0
        for own in (_pages_above_titles(lines), {}):  # or each is a cell that is broken off its row
            words = [*_words([one for one in lines if one[0] not in own])]
            by_words = _text(name, words[:MOST_LINES], has_words=True)
            found = _tables(by_words)
            if (more := sum(len(one.body.rows) for one in found)) > rows:
                rows, tables, text, left_out = more, found, by_words, own
                many = max(many, len(words))
        pages |= left_out
    tables = tables or _others(text)
    if many > MOST_LINES and (tables or not has_rows):
        of = "từ cách nhau một dấu cách" if text.has_words else "dòng có chữ, mỗi ô một dòng"
        raise Where(name).refuse(
            f"{'bảng' if tables else 'chữ'} dán dài quá (giới hạn {MOST_LINES} {of})",
            f"hãy {text.remedy}, hoặc xóa phần không thuộc bảng",
        )
    tops = [min([*table.above, *table.body.rows]) for table in tables]
    end = 0
    for table, top, below in zip(tables, tops, [*tops[1:], len(text.values)], strict=False):
        start = max(end, top - (table.header in table.above.values()))
        while start > end and text.lines[start - 1] == text.lines[start]:
            start -= 1
        if start < top:
            cells[start] = (" ".join(text.values[start:top]),)  # the line above may be a heading
        cells |= table.above | table.body.rows
        notes += _unread(text, end, start)
        _check(text, table, below)
        end = table.body.end
    notes += _unread(text, end, len(text.values))
    notes += [note for table in tables for note in _to_check(text, table)]
    if pages and tables:
        notes.append(
            f"bỏ số trang ở {lines_in_words(pages)} ({first_few([*map(quoted, pages.values())])})"
        )
    return to_cells(list(cells.values()), [text.lines[at] for at in cells]), notes


def _with_its_number(part: re.Match) -> str:
    """Return the heading of a part behind its number, on one line."""
    number, between, heading, row = part.groups()
    is_one = _letter(heading) == "t" and ("\n" in between or row or is_block(heading))
    return f"{number}. {heading}{between.replace(' ', '')}" if is_one else part[0]


def _pages_above_titles(lines: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Return the numbers that stand alone above titles that are there again, and the last one."""
    many = Counter(line for _, line in lines)
    found = {
        i: line for (i, line), (_, below) in pairwise(lines)
        if _COUNT.fullmatch(line) and many[below] > 1 and not re.search("[0-9]", below)
    }  # fmt: skip
    return found | dict(lines[-1:] if found and _COUNT.fullmatch(lines[-1][1]) else [])


def _holds_rows(text: _Text) -> bool:
    """Return whether numbers stand in lines with words rather than in lines of their own."""
    return sum(map(bool, map(_AMONG_WORDS.search, text.values))) > len(
        re.findall("[df]", text.letters)
    )


def _words(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield each word of the lines of which none is a heading: single spaces part its cells."""
    for i, line in lines:
        is_whole = is_block(line) or (heads_part(line) and not re.search(r"\s\d", line))
        yield from ((i, word) for word in ([line] if is_whole else _SPACE.split(line)))


def _text(name: str, numbered: Sequence[tuple[int, str]], *, has_words: bool = False) -> _Text:
    """Return a text in which a grade that is broken over lines is one line."""
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(numbered):
        sizes = range(_LINES_PER_GRADE, 0, -1)
        joined = {size: " ".join(line for _, line in numbered[at : at + size]) for size in sizes}
        size = next((size for size in sizes if same(joined[size]) in known_grades()), 1)
        found.append((numbered[at][0], joined[size]))
        at += size
    values = [line for _, line in found]
    letters = "".join(map(_letter, values))
    return _Text(name, values, [i for i, _ in found], letters, has_words)


@lru_cache(maxsize=10_000)
def _letter(line: str) -> str:
    """Return what a line may be."""
    role = role_or_like(line)
    is_grade = same(line) in known_grades()
    tests = {
        "m": same(line) in MISSING,
        "d": _COUNT.fullmatch(line),
        "f": _FIGURE.fullmatch(line),
        "x": _PIECE.fullmatch(line),
        "u": role == "unit",
        "h": role,
        "g": is_grade and len(line) > 2,
        "a": is_grade,
        "s": FOOTERS.match(fold(line)),
    }
    return next((letter for letter, is_so in tests.items() if is_so), "t")


def _count(line: str) -> int | None:
    found = _COUNT.fullmatch(line)
    return int(found[1]) if found else None


def _tables(text: _Text) -> list[_Table]:
    """Return the tables in a text that have titles."""
    found, at = [], 0
    while at < len(text.values):
        table = found[-1] if found and found[-1].body.end == at else None
        table = (table and _next_part(text, table, at)) or _table_at(text, at)
        found += [table] if table else []
        at = table.body.end if table else at + 1
    return found


def _others(text: _Text) -> list[_Table]:
    """Return the rows in a text that have no titles; refuse titles without rows."""
    for at in range(len(text.values)):
        header: dict[str, str] = {}
        body = at
        for title, end in _titles(text.values, at, goes_on=False):
            if (role := role_of(title)) is None or role in header:
                break
            header[role], body = title, end
        if {"unit", "score"} <= header.keys():
            problem = f"không đọc được dòng nào sau tiêu đề ({', '.join(header.values())})"
            raise text.refuse(problem, "mỗi ô phải đứng một dòng, không thiếu ô", body)
    return _without_titles(text)


def _titles(values: Sequence[str], at: int, *, goes_on: bool) -> Iterator[tuple[str, int]]:
    """Yield the titles from a line on, each with the line after.

    A title that is known may be broken over lines; one may go on in lines that look so.
    """
    while at < len(values):
        for size in range(_LINES_PER_TITLE, 0, -1):
            title = " ".join(lines := values[at : at + size])
            is_one = size == 1 or all(line[0].isalnum() for line in lines)
            if role_of(title) and (is_one or split_maximum(title)[1]):
                break
        at += len(lines)
        while goes_on and at < len(values) and _goes_on(values[at]):
            title = f"{title} {values[at]}"
            at += 1
        yield title, at


def _goes_on(line: str) -> bool:
    """Return whether a line goes on with a title: a small letter, a bracket, letters as XHH."""
    is_short = line.isupper() and line.isalpha() and not role_of(line)
    return len(line) > 1 and (
        line[0].islower() or is_short or (line[0] == "(" and not _COLUMN_NUMBER.fullmatch(line))
    )


def _table_at(text: _Text, at: int) -> _Table | None:
    """Return the table whose titles begin at a line, under as many of them as explain the most."""
    first, _ = next(_titles(text.values, at, goes_on=False))
    if role_of(first) is None or not re.search("[df]", text.letters[at : at + 2 * _WIDEST]):
        return None
    best = None
    for goes_on in (True, False):
        header: list[str] = []
        end = at
        for title, after in _titles(text.values, at, goes_on=goes_on):
            if len(header) == _WIDEST or re.search("[dfx]", text.letters[end:after]):
                break
            header, end = [*header, title], after
            if len(header) == 1 or text.letters[end : end + 1] in "uh":
                continue  # no row begins with a title
            table = _table_under(text, at, header, end)
            if table and (best is None or table.body.end > best.body.end):
                best = table
    return best


def _table_under(text: _Text, start: int, header: Sequence[str], at: int) -> _Table | None:
    """Return the table whose titles are these and whose rows begin at a line."""
    values, width, above = text.values, len(header), {}
    sizes = (width + 1, width)  # the numbers of the rows may have no title
    at += next((many for many in sizes if are_column_numbers(values[at : at + many])), 0)
    if at + 1 < len(values) and heads_part(values[at]) and _count(values[at + 1]) == 1:
        above = {at: (values[at],)}
        at += 1
    if at >= len(values):
        return None
    roles = [*map(role_of, header)]
    fewest = 1 if all(roles) and {"unit", "score"} <= {*roles} else 2
    is_first = _count(values[at]) == 1
    if roles[0] == "unit" and is_first and {"score", LIKE} & {*map(role_or_like, header)}:
        header, roles, fewest = ["", *header], ["number", *roles], 2  # the numbers have no title
    elif roles[0] == "published_rank" and None in roles and is_first:
        roles[0] = "number"  # a table may be numbered by its ranks
    is_unnumbered = roles[0] != "number" and start and role_of(values[start - 1]) == "number"
    if is_unnumbered or (fewest > 1 and roles[0] not in ("number", "unit")):
        return None
    cells = _cells_of(roles)
    if text.has_words:
        cells = [
            cell.replace(_NAME, _WORDS) if _NAME in cell else _OF_WORDS.get(cell, cell)
            for cell in cells
        ]
    body = _read(text, cells, at)
    if len(body.rows) < fewest or (fewest > 1 and _FIGURES not in body.cells):
        return None
    return _Table(header, {start: header} | above, body)


def _cells_of(roles: Sequence[str | None]) -> list[str]:
    """Return the patterns of the cells in columns of these roles."""
    cells = [_CELLS.get(role, _ANY) for role in roles]
    if roles[0] == "number":
        cells[1] = cells[1] if roles[1] or "unit" in roles else _NAME
    elif None in roles or "block" in roles:  # nothing tells where a name ends
        cells = [cell.replace(_NAME, _ONE_LINE) for cell in cells]
    else:
        cells[0] = cells[0].replace(_NAME, f"(?!u){_NAME}")  # another table begins there
    return cells


def _read(text: _Text, cells: Sequence[str], at: int) -> _Rows:
    """Return the rows from a line on; numbered ones as long as their numbers go on."""
    values, letters = text.values, text.letters
    rows: dict[int, tuple[str, ...]] = {}
    number = in_doubt = None
    while at < len(values):
        pattern, ends = "".join(f"({cell})" for cell in cells), []
        if cells[0] == "d":
            if (own := _count(values[at])) is None or (rows and own != number + 1):
                break
            number = own
            least = at + len(cells)
            ends = range(least, min(len(values), least + _MORE_LINES))
        row = re.compile(pattern)
        whole = (row.fullmatch(letters, at, end) for end in ends if _count(values[end]) == own + 1)
        if (found := next(filter(None, whole), None) or row.match(letters, at)) is None:
            break
        other = re.compile(pattern.replace("}", "}?")).fullmatch(letters, at, found.end())
        if in_doubt is None and other.regs != found.regs:
            in_doubt = at
        spans = found.regs[1:]
        rows[at] = tuple(" ".join(values[first:end]) for first, end in spans)
        firsts = [letters[first] for first, _ in spans]
        cells = [_narrowed(cell, first) for cell, first in zip(cells, firsts, strict=True)]
        at = found.end()
    return _Rows(cells, rows, at, in_doubt)


def _narrowed(cell: str, letter: str) -> str:
    """Return what the cells of a column may hold when one of them holds this."""
    narrower = _AS_THE_FIRST.get(cell, {}).items()
    return next((own for letters, own in narrower if letter in letters), cell)


def _next_part(text: _Text, table: _Table, at: int) -> _Table | None:
    """Return the rows with which a table goes on under the name of its next part."""
    body = table.body
    if body.cells[0] != "d" or at + 1 >= len(text.values) or _count(text.values[at + 1]) != 1:
        return None
    more = _read(text, body.cells, at + 1)
    above = {at: (text.values[at],)}
    return _Table(table.header, above, more) if len(more.rows) > 1 else None


def _without_titles(text: _Text) -> list[_Table]:
    """Return the rows of one width that begin near the top, under no titles."""
    for at in range(min(len(text.values), _WIDEST)):
        is_first = _count(text.values[at]) == 1
        start = ["d", _NAME] if is_first else [_ONE_LINE]
        bodies = [
            _read(text, [*start, *[_ANY] * more], at)
            for more in range(1, _WIDEST) if is_first or text.letters[at] in "tas"
        ]  # fmt: skip
        bodies = [one for one in bodies if len(one.rows) > 1 and _FIGURES in one.cells]
        if bodies:
            body = max(bodies, key=lambda one: one.end)
            return [_Table([""] * len(body.cells), {}, body)]
    return []


def _to_check(text: _Text, table: _Table) -> list[str]:
    """Return what is to be checked of a table without numbers or of titles that are not known."""
    is_numbered = table.body.cells[0] == "d"
    if not any(table.header) or (is_numbered and table.is_known):
        return []
    roles = [*map(role_of, table.header)]
    unit = roles.index("unit") if "unit" in roles else int(is_numbered)
    units = [row[unit] for row in table.body.rows.values()]
    joined = [quoted(name) for name in units if name not in text.values and not text.has_words]
    names = f"{len(joined)} tên ghép từ nhiều dòng ({first_few(joined)}), " if joined else ""
    what = "bảng dán không có STT"
    if not table.is_known:
        what = (
            f"bảng dán có cột chưa biết, hiểu mỗi dòng là {len(table.header)} ô "
            f"({titles_in_words(table.header)})"
        )
    last = f"đơn vị cuối {quoted(units[-1])} (dòng {text.lines[max(table.body.rows)]})"
    return [f"{what}, hãy kiểm tra {names}{last}"]


def _unread(text: _Text, first: int, end: int) -> list[str]:
    """Return in words the lines around the tables; refuse titles over a number."""
    if first >= end:
        return []
    letters = text.letters[first:end]
    titles = re.search(r"(?=[^df]{0,30}h)(?=[^df]{0,30}u)[uh][^df]{1,30}[df]", letters)
    if titles:
        at = first + letters.index("u", titles.start())
        raise text.refuse(
            f"{quoted(text.values[at])} trông như tiêu đề của một bảng không đọc được",
            "hãy ghi đủ tiêu đề và ô, mỗi ô một dòng, hoặc xóa phần không thuộc bảng", at,
        )  # fmt: skip
    last = f" đến dòng {text.lines[end - 1]}" if text.lines[end - 1] > text.lines[first] else ""
    start = " ".join(text.values[first : min(end, first + _SHOWN)])
    return [f"không đọc phần chữ từ dòng {text.lines[first]} {quoted(start)}{last}"]


def _check(text: _Text, table: _Table, below: int) -> None:
    """Refuse a table that reads in two ways, and a row below it that is shorter or longer."""
    if table.body.in_doubt is not None:
        raise text.refuse(
            "bảng dán đọc được theo nhiều cách",
            f"hãy {text.remedy}", table.body.in_doubt,
        )  # fmt: skip
    if (at := _lost_row(text, table.body, below)) is not None:
        near = range(at, min(at + 2, below))
        words = next((text.values[n] for n in near if text.letters[n] not in "df"), None)
        titles = f" ({', '.join(table.header)})" if any(table.header) else ""
        raise text.refuse(
            f"{quoted(words or table.body.last[-1])} trông như thuộc bảng nhưng không đọc được "
            f"thành một dòng đủ {len(table.header)} ô{titles}",
            f"hãy {text.remedy if text.has_words else 'sửa dòng bị thiếu hoặc thừa ô'}, hoặc xóa "
            "phần không thuộc bảng", at,
        )  # fmt: skip


def _lost_row(text: _Text, body: _Rows, below: int) -> int | None:
    """Return where a row of the table begins that is shorter or longer, None if there is none."""
    values, letters, end = text.values, text.letters[:below], body.end
    is_numbered, width = body.cells[0] == "d", len(body.cells)
    if not is_numbered and end < below and FOOTERS.match(fold(values[end])):  # a sum among rows
        end = next((at for at in range(end + 1, below) if letters[at] in "tasu"), below)
    if end == below:
        return None
    row = re.compile("".join(body.cells))
    if letters[end] in "dfmx" and (_count(values[end]) != 1 or row.match(letters, end)):
        return end
    less = [[*body.cells[:at], *body.cells[at + 1 :]] for at in range(width)]
    less = less[:1] if is_numbered else [some for some in less[1:] if _FIGURES in some]
    is_cut = any(re.compile("".join(some)).match(letters, end) for some in less)
    if is_cut and width > (3 if is_numbered else 2):  # what is shorter is a list of counts
        return end
    if not is_numbered:
        figures = len(re.findall("[df]", letters[end : end + width]))
        is_half = figures >= max(2, body.cells.count(_FIGURES) / 2)
        near = range(end, min(below, end + 2 * width))
        return end if is_half or any(row.match(letters, at) for at in near) else None
    due = _count(body.last[0]) + 1
    if due in map(_count, body.last[2:]) and re.search("[df]", letters[end : end + width]):
        return max(body.rows)  # a cell of the last row is lost, this the number of the next
    for at in range(end, min(below, end + _LOST_ROWS * width)):
        number = _count(values[at]) if row.match(letters, at) else None
        is_next = number and due <= number < due + _LOST_ROWS
        if is_next or (number and len(_read(text, body.cells, at).rows) > 1):
            return end
    return None
