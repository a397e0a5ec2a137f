"""Raw cells: how they are held.

Every reader gives a DataFrame of cleaned text whose index is the line of the file, the row of the
sheet or of the table, so that a message can name the place. A blank cell is ""; one that the row
does not have is missing. In workbooks the columns are letters.
"""

import itertools
from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.reading.numbers import numbering
from cchc_analysis.text import clean


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
