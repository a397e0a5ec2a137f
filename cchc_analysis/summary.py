"""Each block in one row: mean, median, best and worst, in percent of the maximum."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from cchc_analysis import exact
from cchc_analysis.table import (
    SCORES,
    check_columns,
    first_rows,
    group_columns,
    group_numbers,
    sorted_rows,
)

_COLUMNS = [
    "units", "scored_units", "mean", "median", "best", "worst", "spread", "above_mean",
    "first_unit", "last_unit",
]  # fmt: skip


def summarise_blocks(ranking: pd.DataFrame) -> pd.DataFrame:
    """Summarise the scores of each year and block, in percent of the units' maxima.

    All statistics are over scored units and exact before they are rounded for print: a unit counts
    as above the mean only if its percent is strictly greater than the unrounded mean. The median of
    an even number of units is the mean of the two in the middle.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, with ``unit``, ``score`` and ``max_score``.

    Returns
    -------
    DataFrame
        One row per year and block, in the order of the table: ``year`` and ``block`` where it has
        them, ``units``, ``scored_units``, ``mean``, ``median``, ``best``, ``worst`` (0…100),
        ``spread`` (best - worst, in percentage points), ``above_mean`` (units), ``first_unit`` and
        ``last_unit`` (tied ones joined by "; "). Without a scored unit, what needs one is missing.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [9, 6, 6], "max_score": 10})
    >>> summarise_blocks(scores)[["mean", "median", "spread", "above_mean", "last_unit"]]
       mean  median  spread  above_mean last_unit
    0  70.0    60.0    30.0           1      b; c
    """
    check_columns(ranking, SCORES)
    score, max_score = ranking["score"], ranking["max_score"]
    groups = group_numbers(ranking)
    first = first_rows(groups)
    missing = score.isna().to_numpy()
    result = ranking[group_columns(ranking)].iloc[first].reset_index(drop=True)
    units = np.bincount(groups, minlength=len(first))
    scored = units - np.bincount(groups[missing], minlength=len(first))
    result["units"], result["scored_units"] = units, scored
    # In order, the unscored units of a group stand first, then from worst to best.
    rows, line = sorted_rows(exact.order_key(score, max_score), groups)
    has = np.flatnonzero(scored)
    ends = np.cumsum(units)[has]
    starts = ends - scored[has]
    points, places = exact.to_integers(score)
    points = points.to_numpy("int64", na_value=0)
    at, maxima, scale_places = exact.distinct(max_score)
    # One percent of each maximum, in units of the last place of the scores.
    percent = [Fraction(m * 10**places, 100 * 10**scale_places) for m in maxima]

    def shares(places: np.ndarray) -> np.ndarray:
        return np.array([int(points[row]) / percent[at[row]] for row in rows[places]], "object")

    best, worst = shares(ends - 1), shares(starts)
    mean, above = _means(groups, points, at, percent, scored)
    statistics = {
        "mean": mean[has],
        "median": (shares((starts + ends - 1) // 2) + shares((starts + ends) // 2)) / 2,
        "best": best,
        "worst": worst,
        "spread": best - worst,
    }
    for column, values in statistics.items():
        result[column] = pd.Series(map(float, values), has, dtype="float64")
    result["above_mean"] = np.bincount(groups[above & ~missing], minlength=len(first))
    for column, end in (("first_unit", ends - 1), ("last_unit", starts)):
        reached = np.full(len(first), -1)
        reached[has] = line[end]
        tied = np.sort(rows[line == np.repeat(reached, units)])  # in the order of the table
        names = {}
        for group, name in zip(groups[tied], ranking["unit"].array[tied], strict=True):
            names.setdefault(group, []).append(name)
        result[column] = pd.Series(names, result.index, dtype="object").str.join("; ").astype("str")
    return result[[*group_columns(ranking), *_COLUMNS]]


def _means(
    groups: np.ndarray,
    points: np.ndarray,
    at: np.ndarray,
    percent: list[Fraction],
    scored: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact mean of each group, and which units stand above it."""
    pair, pairs = pd.factorize(groups * len(percent) + at)  # a group and a maximum
    sums = np.zeros(len(pairs), dtype="int64")
    np.add.at(sums, pair, points)
    pairs = [divmod(both, len(percent)) for both in pairs.tolist()]
    mean = np.full(len(scored), Fraction(0), dtype="object")
    for (group, which), total in zip(pairs, sums.tolist(), strict=True):
        mean[group] += total / percent[which]
    mean /= np.maximum(scored, 1).astype("object")
    # Points are whole numbers: above the mean is above the whole part of the mean's points.
    least = [math.floor(mean[group] * percent[which]) for group, which in pairs]
    return mean, points > np.array(least, dtype="int64")[pair]
