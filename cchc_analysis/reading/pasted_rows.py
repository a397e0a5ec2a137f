"""Rows in lines of text, one cell per line: every way to read one, and those that follow it."""

import itertools
import re
from collections.abc import Iterator

from cchc_analysis.reading.header import role_of
from cchc_analysis.reading.vocabulary import FOOTERS, MISSING
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import fold, same

Row = tuple[tuple[str, ...], int]  # the cells, and the line after them

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm)?", re.IGNORECASE)
_CUT = re.compile(r"[0-9]+[.,]|[.,][0-9]+")  # a number broken over lines
_RANK = re.compile(r"((thứ|hạng)\s*)?[0-9]+(\s*/\s*[0-9]+)?", re.IGNORECASE)
_COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_KINDS = {
    "number": _COUNT, "score": _NUMBER, "max_score": _NUMBER, "year": _COUNT,
    "published_rank": _RANK,
}  # fmt: skip
_LINES_PER_NAME = 10


def rows_at(
    values: list[str], at: int, roles: list[str], cells: tuple[str, ...] = ()
) -> Iterator[Row]:
    """Yield every way to read one row at `at`."""
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
    if _NUMBER.fullmatch(line) or _CUT.fullmatch(line) or same(line) in MISSING:
        return False
    if len(line) > 2 and same(line) in known_grades():
        return False
    return role_of(line) not in ("number", "published_rank", "published_grade")


def rows_after(values: list[str], row: Row, roles: list[str]) -> list[Row]:
    """Return every way to read the row after `row`: the numbering goes on."""
    found = list(rows_at(values, row[1], roles))
    if "number" not in roles:
        return found
    return [below for below in found if number_of(below, roles) == number_of(row, roles) + 1]


def number_of(row: Row, roles: list[str]) -> int:
    """Return the number of a row: "1", "01" or "1."."""
    return int(_COUNT.fullmatch(row[0][roles.index("number")])[1])
