"""Raw cells from text copied out of a web page, one cell per line.

Header cells and names are broken over lines, prose and other numbers surround the table. The grid
is found again from what each column must hold and from the numbering: a reading that fits only in
one way is taken, anything else is refused.
"""

import bisect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import NamedTuple

import pandas as pd

from cchc_analysis.reading.cells import are_column_numbers
from cchc_analysis.reading.grid import Where, lines_in_words, titles_in_words, to_cells
from cchc_analysis.reading.header import (
    CHANGE,
    LIKE,
    PAIR,
    PLAIN_NUMBER,
    role_of,
    role_or_like,
    split_maximum,
)
from cchc_analysis.reading.headings import heads_part
from cchc_analysis.reading.vocabulary import FOOTERS, MISSING, PAGE
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import clean, first_few, fold, quoted, same
from cchc_analysis.vocabulary import known_grades

Row = tuple[tuple[str, ...], int]  # the cells, and the line after them
_Header = tuple[tuple[str, ...], int]  # the titles, and the line after them
_Titles = tuple[int, Sequence[str], str]  # where they begin, they, and the heading below them

_NUMBER_IN = re.compile(rf"[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm)?(?:{CHANGE})?", re.IGNORECASE)
_COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_NARROWEST, _WIDEST = 3, 30
_LINES_PER_TITLE, _LINES_PER_NAME, _LINES_PER_GRADE = 4, 10, 3
# What the columns of titles that are not known hold: what their first cells do.
_TEXT, _NUMBER, _EMPTY, _NAME, _NAMES, _GRADE = "text", "figure", "any", "name", "names", "grade"
_SHOWN = 4  # lines of what is not read
_LOST_ROWS = 30  # how far ahead the numbering may be for a row to be of the same table
MOST_LINES = 10_000  # of 15 columns and 600 units
_MOST_WAYS = 1000  # two are too many; what is read on tells them apart
_PIECE = re.compile(r"[+-]?[.,]?[0-9]+(?:[.,][0-9]*)?\.?\s*%?|[-–—]")  # what is left of a row
_CUT = re.compile(r"[0-9]+[.,]|[.,][0-9]+")  # a number broken over lines
_RANK = re.compile(rf"((thứ|hạng)\s*)?[0-9]+(\s*/\s*[0-9]+)?(?:{CHANGE})?", re.IGNORECASE)
_KINDS = {
    "number": _COUNT, "score": _NUMBER_IN, "max_score": _NUMBER_IN, "year": _COUNT,
    "published_rank": _RANK,
}  # fmt: skip


class _Text(NamedTuple):
    """The lines of a text that hold something, and their numbers."""

    name: str
    values: Sequence[str]
    lines: Sequence[int]

    def refuse(self, problem: str, remedy: str, at: int) -> Refusal:
        """Return a refusal of what stands in a line, or would below the last one."""
        is_inside = at < len(self.lines)
        place = f"dòng {self.lines[at]}" if is_inside else "cuối tệp"
        return Where(self.name).refuse(problem, remedy, at=place)


class _Table:
    """The lines below a header, as rows of cells that hold what their columns must hold."""

    def __init__(self, values: Sequence[str], roles: Sequence[str]) -> None:
        self.values, self.roles = values, roles
        self._lengths, self.is_row = cache(self._lengths), cache(self.is_row)

    def rows_at(self, at: int) -> list[Row]:
        """Return the ways to read one row at `at`."""
        return list(itertools.islice(self._rows(at, 0, ()), _MOST_WAYS))

    def rows_after(self, row: Row) -> list[Row]:
        """Return the ways to read the row after `row`: the numbering goes on."""
        found = self.rows_at(row[1])
        if "number" not in self.roles:
            return found
        return [below for below in found if self.number_of(below) == self.number_of(row) + 1]

    def number_of(self, row: Row) -> int:
        """Return the number of a row: "1", "01" or "1."."""
        return int(_COUNT.fullmatch(row[0][self.roles.index("number")])[1])

    def is_row(self, at: int, role: int = 0) -> bool:
        """Return whether the cells from this role on can be read at `at`."""
        if role == len(self.roles):
            return True
        return any(self.is_row(at + many, role + 1) for many in self._lengths(at, role))

    def _rows(self, at: int, role: int, cells: tuple[str, ...]) -> Iterator[Row]:
        if role == len(self.roles):
            yield cells, at
            return
        for end in (at + many for many in self._lengths(at, role)):
            if self.is_row(end, role + 1):
                yield from self._rows(end, role + 1, (*cells, " ".join(self.values[at:end])))

    def _lengths(self, at: int, role: int) -> list[int]:
        """Return over how many lines a cell of this role may run."""
        values, name = self.values, self.roles[role]
        if at >= len(values):
            return []
        if same(values[at]) in MISSING:
            return [1] if name not in ("number", "unit", _NAME, _NAMES) else []
        if name in _KINDS:
            return [1] if _KINDS[name].fullmatch(values[at]) else []
        if name in (_NUMBER, _TEXT, _EMPTY):
            return [1] if name in (_EMPTY, _kind(values[at])) else []
        if name in (_NAME, _NAMES):
            most = 1 if name == _NAME or FOOTERS.match(fold(values[at])) else _LINES_PER_NAME
            lines = itertools.takewhile(lambda line: _kind(line) == _TEXT, values[at : at + most])
            names = itertools.accumulate(lines, "{} {}".format)
            return [n for n, one in enumerate(names, start=1)
                    if role_of(one) is None and not FOOTERS.match(fold(one))]  # fmt: skip
        if name in ("published_grade", _GRADE):
            sizes = range(min(_LINES_PER_GRADE, len(values) - at), 0, -1)
            known = [n for n in sizes if same(" ".join(values[at : at + n])) in known_grades()][:1]
            return known or [1] * (name == _GRADE and _kind(values[at]) == _TEXT)
        most = 1 if name == "word" else _LINES_PER_NAME
        if name == "word" and FOOTERS.match(fold(values[at])):
            return []
        words = itertools.takewhile(_may_be_in_a_name, values[at : at + most])
        return [length for length, _ in enumerate(words, start=1)]


class _Stride(NamedTuple):
    """Rows of one width: what their columns hold, where they begin, and they."""

    table: _Table
    first: int
    rows: list[Row]

    @property
    def end(self) -> int:
        """Return the line after the last row."""
        return self.rows[-1][1]

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.table.roles)

    @property
    def unit(self) -> int:
        """Return the column of the names."""
        return int(self.table.roles[0] == "number")


_RowsAt = Callable[[int], _Stride | None]


class _Found(NamedTuple):
    """A table in the text: its titles, its rows, each with its line, and what is to be checked."""

    start: int
    end: int
    rows: dict[int, Sequence[str]]
    header: Sequence[str]
    notes: list[str]


def pasted_cells(pasted: str, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the tables in a text as raw cells with their line numbers, and what to check.

    Each table is its header row and its rows, after the line above it, which may be its heading.
    Refused is a table that reads in two ways, and text around it that looks like a row.
    """
    numbered = [(i, clean(line).strip("| ")) for i, line in enumerate(pasted.splitlines(), start=1)]
    pages = {i: line for i, line in numbered if PAGE.fullmatch(line)}
    numbered = [(i, line) for i, line in numbered if line and i not in pages]
    lines, values = [i for i, _ in numbered], [line for _, line in numbered]
    text = _Text(name, values, lines)
    if len(lines) > MOST_LINES:
        raise text.refuse(
            f"bảng dán mỗi ô một dòng dài quá (giới hạn {MOST_LINES} dòng có chữ)",
            "hãy dán bảng vào Excel rồi lưu dạng .xlsx, hoặc xóa phần không thuộc bảng", MOST_LINES,
        )  # fmt: skip
    numbered_at = cache(partial(_numbered_rows, values))
    every = {at: _header(values, at) for at in range(len(values))}
    headers = {at: one for at, one in every.items() if {"unit", "score"} <= {*map(role_of, one[0])}}
    tables = _known_tables(text, headers)
    tables = sorted([*tables, *_other_tables(text, tables, numbered_at)])
    if not tables and not headers:
        tables = _without_titles(text, numbered_at)
    if headers and not tables:
        header, body = next(iter(headers.values()))
        problem = f"không đọc được dòng nào sau tiêu đề ({', '.join(header)})"
        raise text.refuse(problem, "mỗi ô phải đứng một dòng, không thiếu ô", body)
    cells: dict[int, Sequence[str]] = {}
    notes: list[str] = []
    for first in tables[:1]:
        notes += _unread(
            text, 0, first.start - (values[first.start] == first.header[0]), numbered_at
        )
    end = 0
    ends = [*(one.start for one in tables[1:]), len(values)]
    for table, below in zip(tables, ends, strict=False):
        if table.start > end and values[table.start] == table.header[0]:
            cells[table.start - 1] = (values[table.start - 1],)
        cells |= table.rows
        end = table.end
        # the line above a header is its heading
        notes += _unread(text, end, below - (below < len(values)), numbered_at) + table.notes
    if pages and tables:
        notes.append(
            f"bỏ số trang ở {lines_in_words(pages)} ({first_few([*map(quoted, pages.values())])})"
        )
    return to_cells(list(cells.values()), [lines[at] for at in cells]), notes


def _unread(text: _Text, first: int, end: int, numbered_at: _RowsAt) -> list[str]:
    """Return in words the lines around the tables; refuse titles over a number or numbered rows."""
    _, values, lines = text
    if first >= end:
        return []
    for at in (at for at in range(first, end) if role_of(values[at]) == "unit"):
        below = values[at : min(end + 1, at + _WIDEST)]  # and the line above a header
        after = (at for at, line in enumerate(below) if role_of(line) == "score")
        is_title = any(map(PLAIN_NUMBER.fullmatch, below[next(after, len(below)) :]))
        if is_title or any(map(numbered_at, range(at, min(end, at + _WIDEST)))):
            raise text.refuse(
                f"{quoted(values[at])} trông như tiêu đề của một bảng không đọc được",
                "hãy ghi đủ tiêu đề và ô, mỗi ô một dòng, hoặc xóa phần không thuộc bảng", at,
            )  # fmt: skip
    last = f" đến dòng {lines[end - 1]}" if end - 1 > first else ""
    start = " ".join(values[first : min(end, first + _SHOWN)])
    return [f"không đọc phần chữ từ dòng {lines[first]} {quoted(start)}{last}"]


def _known_tables(text: _Text, headers: Mapping[int, _Header]) -> list[_Found]:
    """Return the tables of which every title is known."""
    values = text.values
    found: list[_Found] = []
    starts = [*headers, len(values)]
    end = tried = 0
    for start, (header, body) in headers.items():
        wider = _named_rows(values, start) if start >= end and body != tried else None
        # One more title may follow, which is not known.
        is_cut = body < len(values) and role_or_like(values[body]) == LIKE
        if start < end or body == tried or is_cut or (wider and wider.width > len(header)):
            continue
        tried = body
        if are_column_numbers(values[body : body + len(header)]):
            body = min(body + len(header), len(values))
        stop = starts[bisect.bisect_left(starts, body)]
        if (stride := _known_rows(text, header, body, stop)) is None:
            continue
        end, rows = stride.end, {start: header, **_rows_of(stride)}
        notes = []
        if "number" not in stride.table.roles:
            units = [row[stride.table.roles.index("unit")] for row, _ in stride.rows]
            notes.append(_to_check("bảng dán không có STT", units, text, max(rows)))
        found.append(_Found(start, end, rows, header, notes))
    return found


def _to_check(what: str, units: Sequence[str], text: _Text, last: int) -> str:
    """Return what is to be checked of a table whose last row begins in this line."""
    joined = [quoted(unit) for unit in units if unit not in text.values]
    names = f"{len(joined)} tên ghép từ nhiều dòng ({first_few(joined)}), " if joined else ""
    end = f"đơn vị cuối {quoted(units[-1])} (dòng {text.lines[last]})"
    return f"{what}, hãy kiểm tra {names}{end}"


def _other_tables(text: _Text, known: Sequence[_Found], numbered_at: _RowsAt) -> list[_Found]:
    """Return the tables with titles that are not known, by the width of their rows."""
    values = text.values
    found: list[_Found] = []
    # What is numbered is no table without numbers.
    for rows_at in (numbered_at, partial(_named_rows, values)):
        at = 0
        while at < len(values):
            if inside := [one.end for one in (*known, *found) if one.start <= at < one.end]:
                at = inside[0]
                continue
            stride = rows_at(at)
            titles = _titles_above(values, stride) if stride else None
            above = [one for one in (*known, *found) if stride and one.end == stride.first - 1]
            if above and not titles and len(above[0].header) == stride.width:
                # The same table goes on under the name of its next part.
                titles = (above[0].end, above[0].header, values[above[0].end])
            if titles is None:
                at += 1
                continue
            found.append(_other_table(text, stride, titles))
            at = found[-1].end
    return found


def _other_table(text: _Text, stride: _Stride, titles: _Titles) -> _Found:
    """Return the table of rows of one width under their titles."""
    start, header, heading = titles
    units = [row[stride.unit] for row, _ in stride.rows]
    _check_whole(text, stride, header)
    rows: dict[int, Sequence[str]] = {stride.first - 1: (heading,)} if heading else {}
    if start != stride.first - 1:
        rows = {start: header, **rows}
    rows |= _rows_of(stride)
    what = (
        f"bảng dán có cột chưa biết, hiểu mỗi dòng là {len(header)} ô ({titles_in_words(header)})"
    )
    notes = [_to_check(what, units, text, max(rows))] * (not all(map(role_of, header)))
    return _Found(start, stride.end, rows, header, notes)


def _without_titles(text: _Text, numbered_at: _RowsAt) -> list[_Found]:
    """Return the first run of rows of one width that begins near the top, under no titles."""
    values = text.values
    every = (
        stride
        for at in range(min(len(values), _WIDEST))
        for width in range(1, _WIDEST)
        for stride in [_alike_rows(values, at, width) if width > 1 else numbered_at(at)]
    )
    stride = next(filter(None, every), None)
    if stride is None:
        return []
    header = [""] * stride.width
    _check_whole(text, stride, header)
    return [_Found(stride.first, stride.end, _rows_of(stride), header, [])]


def _rows_of(stride: _Stride) -> dict[int, Sequence[str]]:
    starts = [stride.first, *(after for _, after in stride.rows)]
    return dict(zip(starts, (row for row, _ in stride.rows), strict=False))


def _check_whole(text: _Text, stride: _Stride, header: Sequence[str]) -> None:
    """Refuse a row beside those of one width that is shorter or longer."""
    if (lost := _lost_row(stride)) is not None:
        words = (line for line in text.values[lost : lost + 2] if not _NUMBER_IN.fullmatch(line))
        raise _not_a_row(text, lost, next(words, stride.rows[-1][0][stride.unit]), header)


def _known_rows(text: _Text, header: Sequence[str], first: int, stop: int) -> _Stride | None:
    """Return the rows of the table whose header stands above, None if no row begins there."""
    roles = [role_of(cell) for cell in header]
    # What the columns may hold: known grades, ranks that are grades, grades of any name.
    for other in {}, {"published_rank": "published_grade"}, {"published_grade": "word"}:
        table = _Table(text.values[:stop], [other.get(role, role) for role in roles])
        if ways := table.rows_at(first):
            break
    rows: list[Row] = []
    while ways:
        ways = [row for row in ways if table.rows_after(row)] or ways
        if len(ways) > 1:
            raise text.refuse(
                "bảng dán đọc được theo nhiều cách",
                "hãy dán lại bảng vào Excel rồi lưu dạng .xlsx", rows[-1][1] if rows else first,
            )  # fmt: skip
        rows += ways
        ways = table.rows_after(rows[-1])
    if not rows:
        return None
    stride = _Stride(table, first, rows)
    _check_whole(text, stride, header)
    return stride


def _not_a_row(text: _Text, at: int, words: str, header: Sequence[str]) -> Refusal:
    """Return the refusal of what looks like a part of a table and is no whole row of it."""
    return text.refuse(
        f"{quoted(words)} trông như thuộc bảng nhưng không đọc được thành một dòng đủ "
        f"{len(header)} ô" + f" ({', '.join(header)})" * any(header),
        "hãy sửa dòng bị thiếu hoặc thừa ô, hoặc xóa phần không thuộc bảng", at,
    )  # fmt: skip


def _header(values: Sequence[str], start: int) -> _Header:
    """Return the header cells that begin at `start`, each with a role of its own, and their end."""
    found: dict[str, str] = {}
    at = start
    while at < len(values):
        for length in range(_LINES_PER_TITLE, 0, -1):
            *_, last = lines = values[at : at + length]
            cell = " ".join(lines)
            is_cell = length == 1 or last[0] != "(" or split_maximum(cell)[1]
            role = role_of(cell) if is_cell else None
            if role is not None and role not in found:
                found[role] = cell
                at += len(lines)
                break
        else:
            break
    return tuple(found.values()), at


def _may_be_in_a_name(line: str) -> bool:
    # A unit may be called "A", but none "Khá" or "STT": a list of grades or a table begins there.
    if _NUMBER_IN.fullmatch(line) or _CUT.fullmatch(line) or same(line) in MISSING:
        return False
    if len(line) > 2 and same(line) in known_grades():
        return False
    return role_of(line) not in ("number", "published_rank", "published_grade")


def _numbered_rows(values: Sequence[str], first: int) -> _Stride | None:
    """Return the rows from "1" at `first` on, None if it is none, or no "2" stands a row below."""
    if _count(values[first]) != 1:
        return None
    found: list[_Stride] = []
    for after in range(first + _NARROWEST, min(len(values), first + _WIDEST + 1)):
        for roles in _roles(values[first:after]) if _count(values[after]) == 2 else []:
            table = _Table(values, roles)
            if len(rows := _chain(table, first)) > 1:
                found.append(_Stride(table, first, rows))
    titled = [one for one in found if len(found) > 1 and _titles_above(values, one)]
    return max(titled or found, key=lambda one: (len(one.rows), -one.width), default=None)


def _chain(table: _Table, at: int) -> list[Row]:
    """Return the rows as long as their numbers go on; the last one ends where it is full."""
    rows: list[Row] = []
    while at < len(table.values) and _count(table.values[at]) == len(rows) + 1:
        ways = table.rows_at(at)
        starts = {row[1] for row in ways if row[1] < len(table.values)}
        starts = {end for end in starts if _count(table.values[end]) == len(rows) + 2}
        if not ways:
            break
        rows.append(next((row for row in ways if row[1] in starts), ways[0]))
        at = rows[-1][1]
    return rows


def _named_rows(values: Sequence[str], start: int) -> _Stride | None:
    """Return the rows without numbers under the titles that begin with the unit's at `start`."""
    if role_of(values[start]) != "unit":
        return None
    for width in range(2, _WIDEST):
        first = start + width
        titles = values[start:first]
        if len(values) < first + width or any(_kind(title) != _TEXT for title in titles):
            return None
        if stride := _alike_rows(values, first, width):
            return stride
    return None


def _alike_rows(values: Sequence[str], first: int, width: int) -> _Stride | None:
    """Return the rows of this width from `first` on that are a name and hold what the first does.

    None if it is a title, or if no other row is like it.
    """
    lines = values[first : first + width]
    below = map(_kind, values[first + width : first + 2 * width])  # of a unit with "N/A"
    kinds = [
        other if kind == _EMPTY and other else kind
        for kind, other in itertools.zip_longest(map(_kind, lines), below)
    ]
    if kinds[0] != _TEXT or _NUMBER not in kinds or role_or_like(lines[0]):
        return None
    table, rows, at = _Table(values, [_NAME, *kinds[1:]]), [], first
    while row := table.rows_at(at):
        rows += row
        at += width
    return _Stride(table, first, rows) if len(rows) > 1 else None


def _titles_above(values: Sequence[str], found: _Stride) -> _Titles | None:
    """Return where the titles of rows begin, them, and the heading between them and "1".

    None where there are no such titles, or not one for each column.
    """
    end, width = found.first, found.width
    if found.unit == 0:
        return end - width, values[end - width : end], ""
    if are_column_numbers(values[max(0, end - width) : end]):
        end -= width
    before = values[max(0, end - width * _LINES_PER_TITLE) : end]
    lines = [*itertools.takewhile(lambda line: not _NUMBER_IN.fullmatch(line), before[::-1])][::-1]
    starts = [at for at, line in enumerate(lines) if role_of(line) == "number"]
    starts = (
        starts
        or [  # a table may be numbered by its ranks
            at for at, line in enumerate(lines[: 1 - width]) if role_of(line) == "published_rank"
        ]
    )
    if not starts:
        # The numbers have no title: those of the other columns begin with the unit's.
        own = lines[max(0, len(lines) - width + 1) :]
        is_whole = len(own) == width - 1 and role_of(own[found.unit - 1]) == "unit"
        speaks = any(role_or_like(title) in ("score", LIKE) for title in own)
        return (end - len(own), ["", *own], "") if is_whole and speaks else None
    lines, heading = lines[starts[-1] :], ""
    start = end - len(lines)
    if len(lines) == width + 1 and heads_part(lines[-1]):
        heading = lines.pop()
    titles: list[str] = []
    for line in lines:
        joined = f"{titles[-1]} {line}" if titles else ""
        goes_on = line[0].islower() or line[0] == "(" or role_of(joined)
        if len(lines) > width and titles and goes_on:
            titles[-1] = joined
        else:
            titles.append(line)
    return (start, titles, heading) if len(titles) == width else None


def _lost_row(found: _Stride) -> int | None:
    """Return where a row of the table begins that is shorter or longer, None if there is none."""
    end, width, table = found.end, found.width, found.table
    values = table.values
    if found.unit == 0 and end < len(values) and FOOTERS.match(fold(values[end])):
        texts = (at for at in range(end + 1, len(values)) if _kind(values[at]) == _TEXT)
        end = next(texts, len(values))  # a sum among the rows
    below, last = values[end : end + width], found.rows[-1][0]
    if not below:
        return None
    is_words = _kind(below[0]) == _TEXT and not _PIECE.fullmatch(below[0])
    if found.unit == 0:  # a whole row stands a little below: the one here has lost or won a cell
        numbers = sum(_kind(line) == _NUMBER for line in below)  # half a row is no prose
        is_row = not FOOTERS.match(fold(below[0])) and numbers >= max(
            2, table.roles.count(_NUMBER) / 2
        )
        near = range(end, min(len(values), end + 2 * width))
        less = ([*table.roles[:at], *table.roles[at + 1 :]] for at in range(1, width))
        less = (some for some in less if {"score", _NUMBER} & {*some})
        is_row |= width > 2 and any(_Table(values, some).is_row(end) for some in less)
        return end if not is_words or is_row or any(map(table.is_row, near)) else None
    due = _count(last[0]) + 1
    if due in map(_count, last[2:]) and is_words and _NUMBER in map(_kind, below):
        return found.rows[-2:][0][1]  # a cell of the last row is lost, this the number of the next
    if not is_words and (_count(below[0]) != 1 or table.is_row(end)):
        return end
    if width > _NARROWEST and table.is_row(end, 1):
        return end
    later = range(end, min(len(values), end + _LOST_ROWS * width))
    rows = (_count(values[at]) for at in later if _count(values[at]) and table.is_row(at))
    own = itertools.takewhile(lambda number: number != 1, rows)  # there the next block begins
    return end if any(due <= number < due + _LOST_ROWS for number in own) else None


def _count(line: str) -> int | None:
    found = _COUNT.fullmatch(line)
    return int(found[1]) if found else None


@lru_cache(maxsize=10_000)
def _kind(line: str) -> str:
    if same(line) in MISSING:
        return _EMPTY
    return _NUMBER if _NUMBER_IN.fullmatch(line) or PAIR.fullmatch(line) else _TEXT


def _roles(lines: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what the columns may hold by their first row, whose name may run over several lines.

    Beside another text it may not: a line could be of both.
    """
    kinds = [*map(_kind, lines[1:])]
    if kinds[0] != _TEXT or _NUMBER not in kinds:
        return []
    name = len([*itertools.takewhile(lambda kind: kind == _TEXT, kinds)])
    sizes = range(2, _LINES_PER_GRADE + 1)
    grades = [n for n in sizes if same(" ".join(lines[-n:])) in known_grades()]
    found = []
    for first, rest in ((_NAMES if name == 1 else _NAME, kinds[1:]), (_NAMES, kinds[name:])):
        for cut in (0, *(size - 1 for size in grades)):
            own = rest[: len(rest) - cut]
            own = [*own[:-1], _GRADE] if own[-1:] == [_TEXT] else own
            found.append(("number", first, *own))
    return list(dict.fromkeys(found))
