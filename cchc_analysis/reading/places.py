"""Where something stands in a source, and how a message names it."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import quoted

_LONGEST_TITLE = 40
_MOST_TITLES = 8


class Where(NamedTuple):
    """What is being read: the file, and the sheet or table in it."""

    file: str
    place: str = ""

    def refuse(
        self, problem: str, remedy: str, *, at: str = "", value: object = None,
        option: Option | None = None,
    ) -> Refusal:  # fmt: skip
        """Return a refusal of what stands here, or at a line or cell of it."""
        place = ", ".join(filter(None, [self.place, at]))
        return Refusal(problem, remedy, file=self.file, place=place, value=value, option=option)


def place(cells: pd.Series, line: int) -> str:
    """Return where a cell stands: "ô D5" in a workbook, "dòng 5" elsewhere."""
    column = cells.name
    is_letters = isinstance(column, str) and re.fullmatch("[A-Z]{1,3}", column)
    return f"ô {column}{line}" if is_letters else f"dòng {line}"


def untitled(column: object) -> str:
    """Return how a column without a title is called."""
    return f"cột {column}" if isinstance(column, str) else f"cột thứ {column + 1}"


def first_line(bad: pd.Series) -> int | None:
    """Return the line of the first row that is marked, None if there is none."""
    return bad.idxmax() if bad.any() else None


def row_in_words(line: int, row: Iterable[str]) -> str:
    """Return a row for a message: its line and how it begins."""
    return f"dòng {line} {quoted(' '.join(cell for cell in map(str, row) if cell))}"


def lines_in_words(lines: Iterable[int]) -> str:
    """Return line numbers, those that follow one another as a range: "dòng 3, 7–9"."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return "dòng " + ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in spans)


def titles_in_words(titles: Iterable[str], last: str = ", ") -> str:
    """Return the first eight of some titles, each cut short, and how many more there are."""
    titles = [title for title in titles if title]
    names = [quoted(title, _LONGEST_TITLE) for title in titles[:_MOST_TITLES]]
    if more := len(titles) - len(names):
        return f"{', '.join(names)} và {more} cột khác"
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def numbered_names(names: Iterable[str]) -> str:
    """Return the first eight names of tables with their numbers from 1."""
    names = [quoted(name, 40) if name else "không có tiêu đề" for name in names]
    shown = [f"{at}: {name}" for at, name in enumerate(names[:_MOST_TITLES], start=1)]
    more = len(names) - len(shown)
    return "; ".join([*shown, *([f"và {more} bảng khác"] if more else [])])
