"""A rule is asked once of each distinct text of a column, not of each cell."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def each(cells: pd.Series, rule: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Return what a rule says of each cell; it is asked of a Series of texts."""
    codes, texts = pd.factorize(cells, use_na_sentinel=False)
    said = rule(pd.Series(texts, dtype="str")).array.take(codes)
    return pd.Series(said, cells.index, name=cells.name)


def distinct(cells: pd.Series) -> pd.Series:
    """Return the texts of a column, each once; none is missing."""
    return pd.Series(cells.unique()).astype("str").dropna()


def filled(cells: pd.Series) -> pd.Series:
    """Return which cells hold something."""
    return cells.fillna("") != ""


def count_filled(body: pd.DataFrame) -> pd.Series:
    """Return how many cells of each row hold something."""
    some = pd.Series(np.zeros(len(body), "int16"), body.index, copy=False)
    return sum((filled(body[column]) for column in body), some)
