"""Raw cells: what their look means, how they are held, how a message names where one stands.

Readers only report what they see, as `Seen`: what is hidden, merged, struck, raised, a percentage.
Of it they give a DataFrame of cleaned text whose index is the line of the file, the row of the
sheet or of the table, so that a message can name the place. A blank cell is ""; one that the row
does not have is missing. In workbooks the columns are letters. A column is categorical: it knows
its distinct texts, of which rules are asked.
"""

import datetime
import itertools
import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import clean, quoted

_LONGEST_TITLE = 40
_MOST_TITLES = 8
NOT_COMPUTED = "#CHƯA TÍNH"  # a formula whose value the file does not hold
_MOST_CELLS, MOST_COLUMNS = 2_000_000, 1000
_MOST_LETTERS, _OF_A_TEXT = 10 * _MOST_CELLS, 80  # each distinct text takes as long as 80 more
_MOST_TOLD = 10
MOST_ABOVE = 30  # lines of text over a table
WHITE, _LEAST_SIZE = "FFFFFF", 2  # points, below which nobody reads a letter


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


def lines_in_words(lines: Iterable[int], of: str = "dòng") -> str:
    """Return line numbers, those that follow one another as a range: "dòng 3, 7–9"."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return f"{of} " + ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in spans)


def titles_in_words(
    titles: Iterable[str], last: str = ", ", *, most: int = _MOST_TITLES, of: str = "cột"
) -> str:
    """Return the first of some titles, each cut short, and of how many more columns or tables."""
    titles = [title for title in titles if title]
    names = [quoted(title, _LONGEST_TITLE) for title in titles[:most]]
    if more := len(titles) - len(names):
        return f"{', '.join(names)} và {more} {of} khác"
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def numbered_names(names: Iterable[str]) -> str:
    """Return the first eight names of tables with their numbers from 1."""
    names = [quoted(name, _LONGEST_TITLE) if name else "không có tiêu đề" for name in names]
    shown = [f"{at}: {name}" for at, name in enumerate(names[:_MOST_TITLES], start=1)]
    more = len(names) - len(shown)
    return "; ".join([*shown, *([f"và {more} bảng khác"] if more else [])])


class Grid(NamedTuple):
    """One rectangle of raw cells: a sheet, a Word table, a text.

    A cell is known by `place`, its line and its column, here and in all that is made of it.
    """

    place: str  # for messages, after the name of the file: "", "trang tính 'X'", "bảng 2"
    title: str  # the name of the sheet, or the text above the table
    cells: pd.DataFrame  # by line and column, each text as `as_shown` says that it is read
    merged: Set[tuple[int, object]] = frozenset()  # (line, column) filled from the line above
    above: tuple[str, ...] = ()  # the lines of text over a table, nearest first
    is_sheet: bool = False  # of a workbook, where the title is the name of a sheet
    is_beside: bool = False  # right of the grid before, in one sheet


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


def _cleaned(cells: np.ndarray) -> pd.Categorical:
    codes, texts = pd.factorize(cells)
    # Two texts may be one when they are clean; where a cell is missing, it is filled with a blank.
    which, texts = pd.factorize(np.array([*map(clean, texts), ""], dtype="object"))
    return pd.Categorical.from_codes(np.append(which, -1)[codes], pd.Index(texts, dtype="str"))


def as_written(cell: object) -> object:
    """Return a float as a person writes it: 81.0 is 81, and none has an exponent."""
    if isinstance(cell, float | np.floating) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    return cell


@dataclass
class Seen:
    """One rectangle as its reader sees it; rows and columns count from 0.

    `is_sheet`: it stands in a workbook, where hiding is a way of looking that a click undoes.
    """

    place: str
    title: str = ""  # of a sheet its name
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)  # first and last row, column
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden_cells: set[tuple[int, int]] = field(default_factory=set)
    is_sheet: bool = False
    above: list[str] = field(default_factory=list)  # lines of text over a table, nearest first


def text_of(value: object, *, is_percent: bool = False, is_marked: bool = False) -> str:
    """Return a stored value as a person reads it: 0.9177 shown as a percentage is "91.77%".

    What is marked as no part of the value (raised, struck out, hidden) stands in brackets: in
    "97,23¹" the mark is no digit.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        text = str(value).upper()
    elif isinstance(value, datetime.date):  # a datetime is one too
        text = value.strftime("%d/%m/%Y")
    elif is_percent and isinstance(value, int | float):
        text = f"{(Decimal(as_written(value)) * 100).normalize():f}%"
    else:
        text = str(as_written(value))
    return f"[{text}]" if is_marked and text.strip() else text


def is_unseen(color: str, size: float | None, *, is_filled: bool) -> bool:
    """Return whether letters are white (RGB) and nothing is behind them, or of no size (points)."""
    is_white = color.upper()[-6:] == WHITE
    return (is_white and not is_filled) or (size is not None and size < _LEAST_SIZE)


def as_shown(seen: Seen, name: str) -> tuple[Grid, list[str]]:
    """Return raw cells, and in words what to check.

    A cell that is merged down repeats its text. A hidden row or column that is empty is nothing;
    of one that holds something nobody knows whether it counts: in a workbook it is read and told,
    in a document, where no click shows it, refused.
    """
    rows, where = seen.rows, Where(name, seen.place)
    width = max(map(len, rows), default=0)
    check_size(where, len(rows), width)
    letters = list(range(width))
    if seen.is_sheet:
        from xlsxwriter.utility import xl_col_to_name  # slow to import

        letters = [xl_col_to_name(column) for column in letters]
    merged = set()
    for top, last, column in sorted(seen.merged):
        for row in range(top + 1, min(last + 1, len(rows)) if column < width else 0):
            line, above = rows[row], rows[row - 1]
            line.extend([""] * (column + 1 - len(line)))
            line[column] = above[column] if column < len(above) else ""
            merged.add((row + 1, letters[column]))
        check_size(where, len(merged), 1)
    check_size(where, len(rows), width, sum(len(cell) for row in rows for cell in row))
    return Grid(
        seen.place,
        seen.title or next(iter(seen.above), ""),
        to_cells(rows, range(1, len(rows) + 1), letters),
        merged,
        tuple(seen.above[:MOST_ABOVE]),
        seen.is_sheet,
    ), _told_hidden(seen, where, letters)


def _told_hidden(seen: Seen, where: Where, letters: list) -> list[str]:
    """Tell what holds something and is hidden in a workbook; refuse it in a document."""
    known = seen.rows
    rows = [at for at in sorted(seen.hidden_rows) if at < len(known) and "".join(known[at]).strip()]
    if seen.is_sheet:
        columns = [
            at for at in sorted(seen.hidden_columns)
            if any("".join(row[at : at + 1]).strip() for row in known)
        ]  # fmt: skip
        hidden = [f"cột {letters[at]}" for at in columns] + [f"dòng {at + 1}" for at in rows]
        hidden += [f"ô {letters[column]}{row + 1}" for row, column in sorted(seen.hidden_cells)]
        more = ["…"] if len(hidden) > _MOST_TOLD else []
        hidden = ", ".join(hidden[:_MOST_TOLD] + more)
        return [f"{seen.place} có chỗ ẩn vẫn được đọc ({hidden})"] if hidden else []
    cells = sorted((r, c) for r, c in seen.hidden_cells if known[r][c].strip())
    if not rows and not cells:
        return []
    row, column = min([*((row, -1) for row in rows), *cells])
    what = "dòng" if column < 0 else f"ô {quoted(' '.join(known[row][column].split()))}"
    raise where.refuse(
        f"{what} bị ẩn, không rõ có dùng hay không", "hãy chép bảng vào Excel rồi xóa phần ẩn",
        at=f"dòng {row + 1}",
    )  # fmt: skip


def check_size(where: Where, rows: int, columns: int, letters: int = 0) -> None:
    """Refuse a table that would fill the memory: one cell far away, or a merged one, is enough."""
    is_wide = rows * columns > _MOST_CELLS or columns > MOST_COLUMNS
    if is_wide or letters > _MOST_LETTERS:
        raise where.refuse(
            f"trải rộng {rows} dòng × {columns} cột (giới hạn {_MOST_CELLS} ô, {MOST_COLUMNS} cột)"
            if is_wide else f"có {letters} chữ hoặc ô trống (giới hạn {_MOST_LETTERS})",
            "hãy xóa các ô thừa ở xa bảng, hoặc chép riêng bảng sang tệp mới",
        )  # fmt: skip


def check_texts(where: Where, grids: Iterable[Grid]) -> None:
    """Refuse tables that would take the day: every rule is asked of each distinct text."""
    columns = (column for grid in grids for _, column in grid.cells.items())
    distinct = [column.drop_duplicates().dropna() for column in columns]
    if sum(len(texts) * _OF_A_TEXT + texts.str.len().sum() for texts in distinct) > _MOST_LETTERS:
        raise where.refuse(
            f"có quá nhiều chữ ({sum(map(len, distinct))} ô khác nhau)",
            "hãy chép riêng bảng điểm sang tệp mới, hoặc chia bảng theo năm ra nhiều tệp",
        )
