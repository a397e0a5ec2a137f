"""Long columns of text: a rule is asked once of each distinct text, not of each cell.

A short column is text (`str`). A long one is a category of its distinct texts or, where nearly all
differ and are whole numbers as `str(int)` writes them, int64. What a rule says is the same.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

LONG = 1000  # rows from which on it pays to look for distinct texts
MOST_WHOLE = 10**9
_ALIKE = pd.Series(["1", "2000"], dtype="str")


def held(body: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text in which each long column is held by its distinct texts."""
    if len(body) < LONG:
        return body
    return pd.DataFrame({column: _held(body[column]) for column in body}, copy=False)


def _held(cells: pd.Series) -> pd.Series:
    if not isinstance(cells.dtype, pd.StringDtype) or cells.isna().any():
        return cells
    codes, texts = cells.factorize()
    if len(texts) <= len(cells) / 2:
        return by_texts(codes, texts, cells.index)
    return cells.astype("int64") if all(map(is_whole, texts)) else cells


def by_texts(codes: np.ndarray, texts: Iterable[str], index: pd.Index) -> pd.Series:
    """Return a column from texts, which need not differ, and the place of each cell's text."""
    place, texts = pd.Series([*texts, ""], dtype="str").factorize()  # `fillna("")` needs the blank
    values = pd.Categorical.from_codes(place.astype("int32")[codes], texts)
    return pd.Series(values, index, copy=False)


def is_whole(text: str) -> bool:
    """Return whether a text is a whole number as `str(int)` writes it, of nine digits at most."""
    return text.isascii() and text.isdigit() and len(text) < 10 and (text[0] != "0" or text == "0")


def each(
    cells: pd.Series, rule: Callable[[pd.Series], pd.Series], *, words: bool = False
) -> pd.Series:
    """Return what a rule says of each cell; it is asked of a Series of texts.

    A rule of `words` tells whole numbers apart as years, from 1900 to 2099, and not otherwise.
    """
    if isinstance(cells.dtype, pd.CategoricalDtype):
        codes, texts = cells.cat.codes.to_numpy(), pd.Series(cells.cat.categories, dtype="str")
    elif cells.dtype != "int64":
        return rule(cells)
    elif words:
        codes, texts = cells.between(1900, 2099).to_numpy().astype("int8"), _ALIKE
    else:
        codes, numbers = cells.factorize()
        texts = pd.Series(numbers.astype(str), dtype="str")
    said = rule(texts).array.take(codes)
    return pd.Series(said, cells.index, name=cells.name)


def distinct(cells: pd.Series) -> pd.Series:
    """Return the texts of a column, those of a long one once; none is missing."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        at = np.unique(cells.cat.codes.to_numpy())
        return pd.Series(cells.cat.categories[at[at >= 0]], dtype="str")
    return cells.astype("str").dropna()


def filled(cells: pd.Series) -> pd.Series:
    """Return which cells hold something."""
    return each(cells, lambda texts: texts.fillna("") != "", words=True)


def count_filled(body: pd.DataFrame) -> pd.Series:
    """Return how many cells of each row hold something."""
    return sum((filled(body[column]) for column in body), pd.Series(0, body.index))


def without(body: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Return a table without the rows that are marked: itself if none is."""
    return body[~rows] if rows.any() else body
