"""Raw cells: how they are held, and how a message names where one stands.

Every reader gives a DataFrame of cleaned text whose index is the line of the file, the row of the
sheet or of the table, so that a message can name the place. A blank cell is ""; one that the row
does not have is missing. In workbooks the columns are letters.
"""

import itertools
import re
from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import clean, quoted

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

    def check(
        self, bad: pd.Series, cells: pd.Series, problem: str, remedy: str,
        *, option: Option | None = None,
    ) -> None:  # fmt: skip
        """Refuse the first of the rows that are marked; {cell} is what stands in its cell."""
        if (line := first_line(bad)) is not None:
            raise self.refuse(
                problem.replace("{cell}", quoted(cells[line])), remedy,
                at=place(cells, line), value=cells[line], option=option,
            )  # fmt: skip


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


class Grid(NamedTuple):
    """One rectangle of raw cells: a sheet, a Word table, a text.

    A cell is known by `place`, its line and its column, here and in all that is made of it.
    """

    place: str  # for messages, after the name of the file: "", "trang tính 'X'", "bảng 2"
    title: str  # the name of the sheet, or the text above the table
    cells: pd.DataFrame  # by line and column, each text as `appearance` says that it is read
    merged: Set[tuple[int, object]] = frozenset()  # (line, column) filled from the line above
    hidden_rows: Set[int] = frozenset()  # lines that nobody sees and that hold something
    hidden_columns: Set[object] = frozenset()
    above: tuple[str, ...] = ()  # the lines of text over a table, nearest first


def to_cells(
    rows: Sequence[Sequence[str]], lines: Iterable[int], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return rows of texts as cleaned text, padded to one width; each distinct text once."""
    texts = list(itertools.chain.from_iterable(rows))
    return laid_out(texts, list(map(len, rows)), lines, columns)


def laid_out(
    texts: Sequence[str],
    widths: Sequence[int],
    lines: Iterable[int],
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the texts of rows, one row after the other, as `to_cells` does of rows."""
    names = range(max(widths, default=0)) if columns is None else columns
    cells = np.full((len(widths), len(names)), None, dtype="object")
    cells[np.arange(len(names)) < np.array(widths, dtype="int64")[:, None]] = texts
    cleaned = {name: _cleaned(cells[:, at]) for at, name in enumerate(names)}
    return pd.DataFrame(cleaned, index=pd.Index(lines, name="line"), columns=names)


def _cleaned(cells: np.ndarray) -> pd.api.extensions.ExtensionArray:
    codes, texts = pd.factorize(cells)
    return pd.array([*map(clean, texts), None], dtype="str").take(codes)


def as_written(cell: object) -> object:
    """Return a float as a person writes it: 81.0 is 81, and none has an exponent."""
    if isinstance(cell, float | np.floating) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    return cell
