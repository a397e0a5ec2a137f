"""Rows in lines of text, one cell per line: every way to read them, and the longest run of rows."""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from cchc_analysis.header import role_of
from cchc_analysis.labels import FOOTERS, MISSING
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import fold, same

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm)?", re.IGNORECASE)
_CUT = re.compile(r"[0-9]+[.,]|[.,][0-9]+")  # a number broken over lines
_RANK = re.compile(r"((thứ|hạng)\s*)?[0-9]+(\s*/\s*[0-9]+)?", re.IGNORECASE)
COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_KINDS = {
    "number": COUNT, "score": _NUMBER, "max_score": _NUMBER, "year": COUNT,
    "published_rank": _RANK,
}  # fmt: skip
_LINES_PER_NAME = 10


class Run(NamedTuple):
    """Rows that follow one another, from one place on."""

    rows: int  # how many rows follow one another
    ways: int  # in how many ways they can be read
    cells: tuple[str, ...]  # of the first row
    end: int  # where the first row ends
    goes_on: bool  # whether the second row begins there


def rows_at(
    values: list[str], at: int, roles: list[str], cells: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every way to read one row at `at`, as its cells and its end."""
    if not roles:
        yield cells, at
        return
    for length in _lengths(values, at, roles[0]):
        cell = " ".join(values[at : at + length])
        yield from rows_at(values, at + length, roles[1:], (*cells, cell))


def _lengths(values: list[str], at: int, role: str) -> list[int]:
    """Return over how many lines a cell of this role may run."""
    if at >= len(values):
        return []
    if same(values[at]) in MISSING:
        return [1] if role not in ("number", "unit") else []
    if role in _KINDS:
        return [1] if _KINDS[role].fullmatch(values[at]) else []
    if role == "published_grade":
        sizes = range(min(3, len(values) - at), 0, -1)
        return [n for n in sizes if same(" ".join(values[at : at + n])) in known_grades()][:1]
    most = 1 if role == "word" else _LINES_PER_NAME
    if role == "word" and FOOTERS.match(fold(values[at])):
        return []
    words = itertools.takewhile(_may_be_in_a_name, values[at : at + most])
    return [length for length, _ in enumerate(words, start=1)]


def _may_be_in_a_name(line: str) -> bool:
    # A unit may be called "A", but none "Khá" or "STT": a list of grades or a table begins there.
    if (
        _NUMBER.fullmatch(line)
        or _CUT.fullmatch(line)
        or (len(line) > 2 and same(line) in known_grades())
    ):
        return False
    return role_of(line) not in ("number", "published_rank", "published_grade")


def runs_at(values: list[str], start: int, roles: list[str]) -> dict[int, Run]:
    """Return for each line from `start` where a row can begin the longest run of rows from it."""
    runs: dict[int, Run] = {}
    for at in range(len(values) - 1, start - 1, -1):
        found = []
        for cells, end in rows_at(values, at, roles):
            goes_on = end in runs and _follows(roles, cells, runs[end].cells)
            rows, ways = runs[end][:2] if goes_on else (0, 1)
            found.append(Run(rows + 1, ways, cells, end, goes_on))
        if found:
            most = max(run.rows for run in found)
            longest = [run for run in found if run.rows == most]
            runs[at] = longest[0]._replace(ways=sum(run.ways for run in longest))
    return runs


def _follows(roles: list[str], row: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Return whether `below` can be the row after `row`: the numbering goes on."""
    at = roles.index("number") if "number" in roles else None
    return at is None or count(below[at]) == count(row[at]) + 1


def count(cell: str) -> int:
    """Return the number of a row: "1", "01" or "1."."""
    return int(COUNT.fullmatch(cell)[1])
