"""A rule is asked once of each distinct text of a column, not of each cell."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def by_texts(body: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns know their distinct texts, so that each rule finds them."""
    return pd.DataFrame({column: _by_texts(body[column]) for column in body}, index=body.index)


def _by_texts(cells: pd.Series) -> pd.Categorical:
    codes, texts = pd.factorize(cells.astype("object"))
    blank = [] if "" in texts else [""]  # where a cell is missing, it is filled with a blank
    return pd.Categorical.from_codes(codes, pd.Index([*texts, *blank], dtype="str"))


def each(cells: pd.Series, rule: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Return what a rule says of each cell; it is asked of a Series of texts."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        codes, texts = cells.cat.codes.to_numpy(), list(cells.cat.categories)
        texts += [None] if (codes < 0).any() else []  # -1, the last, is a missing cell
    else:
        codes, texts = pd.factorize(cells, use_na_sentinel=False)
    said = rule(pd.Series(texts, dtype="str")).array.take(codes)
    return pd.Series(said, cells.index, name=cells.name)


def distinct(cells: pd.Series) -> pd.Series:
    """Return the texts of a column, each once; none is missing."""
    return pd.Series(cells.unique()).astype("str").dropna()


def filled(cells: pd.Series) -> pd.Series:
    """Return which cells hold something."""
    return cells.notna() & (cells != "")


def count_filled(body: pd.DataFrame) -> pd.Series:
    """Return how many cells of each row hold something."""
    some = pd.Series(np.zeros(len(body), "int16"), body.index, copy=False)
    return sum((filled(body[column]) for column in body), some)
