"""Rows pasted one cell per line under titles that are not known: each is as long as the others.

The distance between the numbers 1, 2, 3 gives the width, or without numbers the place of the names;
what stands before the first row is titles. A row that is shorter or longer ends the table.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cchc_analysis.reading.cells import are_column_numbers
from cchc_analysis.reading.header import LIKE, PAIR, role_of, role_or_like
from cchc_analysis.reading.headings import MARK, is_block
from cchc_analysis.reading.vocabulary import FOOTERS, MISSING
from cchc_analysis.text import fold, same
from cchc_analysis.vocabulary import known_grades

Row = tuple[tuple[str, ...], int]  # the cells, and the line after them
Titles = tuple[int, Sequence[str], str]  # where they begin, they, and the heading below them

NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm)?", re.IGNORECASE)
COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_NARROWEST, _WIDEST = 3, 30
_LOST_ROWS = 30  # how far ahead the numbering may be for a row to be of the same table
_LINES_PER_NAME, _LINES_PER_TITLE, _LINES_PER_GRADE = 10, 4, 3
_NUMBERED, _TEXT, _NUMBER, _EMPTY = "number", "text", "score", "empty"


@dataclass
class Stride:
    """Rows of one width: where they begin, what each column holds, and the rows."""

    first: int
    kinds: tuple[str, ...]
    rows: list[Row]

    @property
    def end(self) -> int:
        """Return the line after the last row."""
        return self.rows[-1][1]

    @property
    def unit(self) -> int:
        """Return the column of the names: the first one of words."""
        return self.kinds.index(_TEXT)


def numbered_rows(values: Sequence[str], first: int) -> Stride | None:
    """Return the rows from "1" at `first` on, None if it is none, or no "2" stands a row below."""
    if _count(values[first]) != 1:
        return None
    found: list[Stride] = []
    for after in range(first + _NARROWEST, min(len(values), first + _WIDEST + 1)):
        if _count(values[after]) != 2:
            continue
        for kinds in _kinds(values[first:after]):
            stride = Stride(first, kinds, _chain(values, first, kinds))
            if len(stride.rows) > 1:
                found.append(stride)
    return max(found, key=lambda one: (len(one.rows), -len(one.kinds)), default=None)


def named_rows(values: Sequence[str], start: int) -> Stride | None:
    """Return the rows without numbers under the titles that begin with the unit's at `start`."""
    for width in range(2, _WIDEST):
        first = start + width
        titles, lines = values[start:first], values[first : first + width]
        if len(lines) < width or any(_kind(title) != _TEXT for title in titles):
            return None
        below = map(_kind, values[first + width : first + 2 * width])  # of a unit with "N/A"
        kinds = tuple(
            other if kind == _EMPTY and other else kind
            for kind, other in itertools.zip_longest(map(_kind, lines), below)
        )
        if kinds[0] != _TEXT or _NUMBER not in kinds or role_or_like(lines[0]):
            continue
        rows: list[Row] = []
        for at in range(first, len(values) - width + 1, width):
            if not _fits(row := tuple(values[at : at + width]), kinds):
                break
            rows.append((row, at + width))
        if len(rows) > 1:
            return Stride(first, kinds, rows)
    return None


def titles_above(values: Sequence[str], found: Stride) -> Titles | None:
    """Return where the titles of numbered rows begin, them, and the heading between them and "1".

    None where there are no such titles, or not one for each column.
    """
    end, width = found.first, len(found.kinds)
    if are_column_numbers(values[max(0, end - width) : end]):
        end -= width
    above = 0
    while above < width * _LINES_PER_TITLE and above < end and not _is_number(values, end, above):
        above += 1
    lines = values[end - above : end]
    starts = [at for at, line in enumerate(lines) if role_of(line) == "number"]
    if not starts:
        # The numbers have no title: those of the other columns begin with the unit's.
        own = list(lines[max(0, len(lines) - width + 1) :])
        is_whole = len(own) == width - 1 and role_of(own[found.unit - 1]) == "unit"
        return (end - len(own), ["", *own], "") if is_whole and _speak_of_scores(own) else None
    lines, heading = list(lines[starts[-1] :]), ""
    start = end - len(lines)
    if len(lines) == width + 1 and (is_block(lines[-1]) or MARK.match(lines[-1])):
        heading = lines.pop()
    titles: list[str] = []
    for line in lines:
        joined = f"{titles[-1]} {line}" if titles else ""
        if (
            len(lines) > width
            and titles
            and (line[0].islower() or line[0] == "(" or role_of(joined))
        ):
            titles[-1] = joined
        else:
            titles.append(line)
    return (start, titles, heading) if len(titles) == width else None


def lost_row(values: Sequence[str], found: Stride) -> int | None:
    """Return where a row of the table begins that is shorter or longer, None if there is none."""
    end, width, kinds = found.end, len(found.kinds), found.kinds
    last, (*_, start) = found.rows[-1][0], (found.first, *(end for _, end in found.rows[:-1]))
    below = values[end : end + width]
    if not below:
        return None
    if kinds[0] != _NUMBERED:
        numbers = sum(_kind(line) == _NUMBER for line in below)  # half a row is no prose
        is_row = not FOOTERS.match(fold(below[0])) and numbers >= max(2, kinds.count(_NUMBER) / 2)
        is_cut = _kind(below[0]) != _TEXT or is_row or _shifted(values, end, kinds)
        return end if is_cut else None
    due = _count(last[0]) + 1
    if due in map(_count, last[2:]) and _kind(below[0]) == _TEXT and _NUMBER in map(_kind, below):
        return start  # a cell of the last row is lost, and this the number of the next
    if _kind(below[0]) != _TEXT and _count(below[0]) != 1:
        return end
    if len(kinds) > _NARROWEST and len(below) == width and _fits(("", *below[:-1]), kinds):
        return end
    later = range(end, min(len(values), end + _LOST_ROWS * width))
    is_later = (at for at in later if due <= (_count(values[at]) or 0) < due + _LOST_ROWS)
    return end if any(_row(values[at : at + width], kinds) for at in is_later) else None


def _shifted(values: Sequence[str], end: int, kinds: tuple[str, ...]) -> bool:
    """Return whether a whole row stands a little below: the one here has lost or won a cell."""
    rows = (values[at : at + len(kinds)] for at in range(end, end + 2 * len(kinds)))
    return any(len(row) == len(kinds) and _fits(row, kinds) for row in rows)


def _is_number(values: Sequence[str], end: int, above: int) -> bool:
    return NUMBER.fullmatch(values[end - above - 1]) is not None


def _speak_of_scores(titles: Sequence[str]) -> bool:
    return any(role_or_like(title) in ("score", LIKE) for title in titles)


def _count(line: str) -> int | None:
    found = COUNT.fullmatch(line)
    return int(found[1]) if found else None


@lru_cache(maxsize=10_000)
def _kind(line: str) -> str:
    if same(line) in MISSING:
        return _EMPTY
    return _NUMBER if NUMBER.fullmatch(line) or re.fullmatch(PAIR, line) else _TEXT


def _kinds(lines: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what the columns hold by their first row, whose name may run over several lines."""
    kinds = [_NUMBERED, *map(_kind, lines[1:])]
    if kinds[1] != _TEXT or _NUMBER not in kinds:
        return []
    name = len(list(itertools.takewhile(lambda kind: kind == _TEXT, kinds[1:])))
    found = [kinds, [_NUMBERED, _TEXT, *kinds[1 + name :]]]
    for size in range(2, _LINES_PER_GRADE + 1):
        if same(" ".join(lines[-size:])) in known_grades():
            found += [kinds[: 1 - size] for kinds in found[:2]]
    return list(dict.fromkeys(map(tuple, found)))


def _chain(values: Sequence[str], first: int, kinds: tuple[str, ...]) -> list[Row]:
    """Return the rows as long as their numbers go on; the last one ends where it is full."""
    rows: list[Row] = []
    at = first
    while at < len(values) and _count(values[at]) == len(rows) + 1:
        due, row = len(rows) + 2, None
        shortest = at + len(kinds)
        ends = range(shortest, min(len(values), shortest + _LINES_PER_NAME) + 1)
        for end in sorted(ends, key=lambda end: end == len(values) or _count(values[end]) != due):
            if row := _row(values[at:end], kinds):
                rows.append((row, end))
                at = end
                break
        if row is None:
            break
    return rows


def _row(lines: Sequence[str], kinds: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the cells of a row; only its name, or a known grade, may run over several lines."""
    extra = len(lines) - len(kinds)
    if extra < 0:
        return None
    if extra and _TEXT not in (kinds[2:3] or [_TEXT]):
        name = " ".join(lines[1 : extra + 2])
        joined = (lines[0], name, *lines[extra + 2 :])
        if all(_kind(line) == _TEXT for line in lines[1 : extra + 2]) and _fits(joined, kinds):
            return joined
    if extra and kinds[-1] == _TEXT and same(" ".join(lines[-extra - 1 :])) in known_grades():
        lines = (*lines[: -extra - 1], " ".join(lines[-extra - 1 :]))
        extra = 0
    return tuple(lines) if not extra and _fits(lines, kinds) else None


def _fits(cells: Sequence[str], kinds: tuple[str, ...]) -> bool:
    """Return whether each cell is of its column's kind, and the name no footer."""
    name = cells[kinds.index(_TEXT)]
    found = zip(map(_kind, cells), kinds, strict=True)
    return (
        all(own in (kind, _EMPTY) or kind in (_NUMBERED, _EMPTY) for own, kind in found)
        and _kind(name) == _TEXT
        and not FOOTERS.match(fold(name))
        and role_of(name) is None
    )
