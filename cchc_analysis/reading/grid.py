"""Raw cells: how they are held, and which rows are units.

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

from cchc_analysis.reading.distinct import count_filled, each, filled
from cchc_analysis.reading.numbers import (
    are_column_numbers,
    are_numbers,
    first_line,
    missing,
    numbering,
)
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.text import clean, fold, quoted


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


def to_cells(
    rows: Sequence[Sequence[str]], lines: Iterable[int], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return rows of texts as cleaned text, padded to one width; each distinct text once."""
    given = list(itertools.zip_longest(*rows))
    names = range(len(given)) if columns is None else columns
    given += [(None,) * len(rows)] * (len(names) - len(given))
    cleaned = {name: _cleaned(cells) for name, cells in zip(names, given, strict=True)}
    return pd.DataFrame(cleaned, index=pd.Index(lines, name="line"), columns=names)


def _cleaned(cells: Sequence[str | None]) -> pd.api.extensions.ExtensionArray:
    codes, texts = pd.factorize(pd.Series(cells, dtype="object"))
    return pd.array([*map(clean, texts), None], dtype="str").take(codes)


def as_written(cell: object) -> object:
    """Return a float as a person writes it: 81.0 is 81, and none has an exponent."""
    if isinstance(cell, float | np.floating) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    return cell


def continued(grids: Sequence[Grid]) -> list[Grid]:
    """Join a grid whose numbering goes on where the one before ends: a page break parted them."""
    joined: list[Grid] = []
    for grid in grids:
        last = joined[-1] if joined else None
        if last is None or last.place[:4] != "bảng" or last.cells.shape[1] != grid.cells.shape[1]:
            joined.append(grid)
            continue
        before, after = (numbering(g.cells.iloc[:, 0].fillna("")) for g in (last, grid))
        if before.empty or after.empty or after.iloc[0] != before.iloc[-1] + 1:
            joined.append(grid)
            continue
        lines = len(last.cells)
        joined[-1] = last._replace(
            place=f"{last.place} và {grid.place}",
            cells=pd.concat([last.cells, grid.cells.set_axis(grid.cells.index + lines)]),
            merged={*last.merged, *((line + lines, column) for line, column in grid.merged)},
            hidden_rows={*last.hidden_rows, *(line + lines for line in grid.hidden_rows)},
            hidden_columns={*last.hidden_columns, *grid.hidden_columns},
        )
    return joined


def unit_rows(
    name: str,
    titles: pd.Series,
    body: pd.DataFrame,
    columns: dict[str, object],
    gaps: pd.Series,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that are units, and in words those that are not.

    A row with a number and something for a score is a unit, whatever its name. `gaps` marks the
    rows of dots.
    """
    titled = titles.notna()
    width = titled.sum()
    present = sum(
        (body[column].notna() for column in titles[titled].index),
        count_filled(body.loc[:, ~titled]),
    )
    body = body.fillna("")
    blank = count_filled(body) == 0
    blank_lines, body = body.index[blank], body[~blank]
    nameless = ~filled(body[columns["unit"]])
    scored = are_numbers(body[columns["score"]])
    aside = begins(FOOTERS, body, columns)
    if "number" in columns and aside.any():
        numbered = body.index.isin(numbering(body[columns["number"]]).index)
        aside &= ~(numbered & filled(body[columns["score"]]))
    aside |= gaps[body.index] if gaps.any() else False
    if len(body) and are_column_numbers([str(body[column].iloc[0]) for column in body]):
        aside.iloc[0] = True
    unnumbered = ~filled(body[columns["number"]]) if "number" in columns else nameless
    aside |= (nameless | unnumbered) & missing(body[columns["score"]])
    aside |= nameless & unnumbered & ~scored  # a signature
    told = [in_words(line, row) for line, *row in body[aside].itertuples()]
    lost = unnumbered & ~aside
    if "number" in columns and lost.any() and not lost[~aside].all():
        raise ValueError(
            f"{name}, {in_words(first_line(lost), body.loc[first_line(lost)])} có điểm nhưng không "
            "có số thứ tự; hãy điền STT nếu là đơn vị, hoặc xóa dòng nếu là dòng tổng hợp."
        )
    rows = body[~aside]
    check_rows(name, rows)
    if (line := first_line(present[~blank][~aside] != width)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: có {present[line]} ô trong khi tiêu đề có {width} ô; hãy sửa "
            "dòng này (tên đơn vị hay số có dấu phẩy phải đặt trong ngoặc kép)."
        )
    if (line := first_line(nameless[~aside])) is not None:
        raise ValueError(f"{name}, dòng {line}: có điểm nhưng thiếu tên đơn vị; hãy điền tên.")
    inside = blank_lines[(blank_lines > rows.index[0]) & (blank_lines < rows.index[-1])]
    if len(inside):
        told.append(f"dòng trống {', '.join(map(str, inside))}")
    return rows, told


def are_gaps(body: pd.DataFrame) -> pd.Series:
    """Return which rows hold dots alone: units were left out on purpose."""
    are_gaps = pd.Series(True, body.index)
    for column in body:
        are_gaps &= each(body[column], lambda texts: texts.fillna("").str.fullmatch("[.… ]*"))
        if not are_gaps.any():
            return are_gaps
    return are_gaps & (count_filled(body) > 0)


def check_rows(name: str, rows: pd.DataFrame) -> None:
    """Refuse a header without rows."""
    if rows.empty:
        raise ValueError(f"{name}: sau dòng tiêu đề không có đơn vị nào; hãy kiểm tra lại bảng.")


def begins(pattern: re.Pattern, body: pd.DataFrame, columns: dict[str, object]) -> pd.Series:
    """Return which rows begin with a word of this kind, in the number or the name."""
    first = [columns[role] for role in ("number", "unit") if role in columns]
    found = pd.Series(False, body.index)
    for column in first:
        found |= each(
            body[column],
            lambda texts: texts.fillna("").map(lambda cell: bool(pattern.match(fold(cell)))),
        ).astype(bool)
    return found


def in_words(line: int, row: Iterable[str]) -> str:
    """Return a row for a message: its line and how it begins."""
    return f"dòng {line} {quoted(' '.join(cell for cell in map(str, row) if cell))}"
