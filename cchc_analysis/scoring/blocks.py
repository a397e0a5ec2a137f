"""Each block in one row: mean, median, best and worst, in percent of the maximum."""

import math

import numpy as np
import pandas as pd

from cchc_analysis.groups import (
    SCORES,
    check_columns,
    first_rows,
    group_columns,
    group_numbers,
    sorted_rows,
)
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.ranking import stamped

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
    score, maximum, groups = ranking["score"], ranking["max_score"], group_numbers(ranking)
    first = first_rows(groups)
    known = points, places, at, maxima, scale_places = exact.read(score, maximum)
    missing = np.isnan(points)
    units = np.bincount(groups, minlength=len(first))
    scored = units - np.bincount(groups[missing], minlength=len(first))
    result = ranking[group_columns(ranking)].iloc[first].reset_index(drop=True)
    result["units"], result["scored_units"] = units, scored
    # In order, the unscored units of a group stand first, then from worst to best.
    rows, line = sorted_rows(exact.order_key(score, maximum, known), groups)
    has = np.flatnonzero(scored)
    ends = np.cumsum(units)[has]
    starts = ends - scored[has]
    points[missing] = 0
    points = points.astype("int64")
    at = np.broadcast_to(at, len(ranking))
    # Points times the weight of their maximum are on one scale: whole numbers of any size.
    common = math.lcm(*maxima)
    weight = np.array([common // maximum for maximum in maxima], dtype="object")
    whole, upper = common * 10**places, 100 * 10**scale_places

    def in_order(positions: np.ndarray) -> np.ndarray:
        return points[rows[positions]].astype("object") * weight[at[rows[positions]]]

    best, worst = in_order(ends - 1), in_order(starts)
    middle = in_order((starts + ends - 1) // 2) + in_order((starts + ends) // 2)
    total, above = _sums(groups, points, at, weight, scored)
    statistics = {
        "mean": total[has] * upper / (whole * scored[has].astype("object")),
        "median": middle * upper / (2 * whole),
        "best": best * upper / whole,
        "worst": worst * upper / whole,
        "spread": (best - worst) * upper / whole,
    }
    for column, values in statistics.items():
        result[column] = pd.Series(values, has, dtype="float64")
    result["above_mean"] = np.bincount(groups, above & ~missing, len(first)).astype("int64")
    unit = ranking["unit"].array
    for column, end in (("first_unit", ends - 1), ("last_unit", starts)):
        begin, stop = (np.searchsorted(line, line[end], side) for side in ("left", "right"))
        tied = [rows[a:b] for a, b in zip(begin, stop, strict=True)]  # in the order of the table
        tied = np.concatenate([rows[:0], *tied])
        names = {}
        for group, name in zip(groups[tied].tolist(), unit[tied].tolist(), strict=True):
            names.setdefault(group, []).append(name)
        result[column] = pd.Series(names, result.index, dtype="object").str.join("; ").astype("str")
    return stamped(result[[*group_columns(ranking), *_COLUMNS]], "blocks")


def _sums(
    groups: np.ndarray, points: np.ndarray, at: np.ndarray, weight: np.ndarray, scored: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of each group in weighted points, and which units stand above its mean."""
    pair, pairs = groups, np.arange(len(scored))  # a group and a maximum
    if len(weight) > 1:
        pair, pairs = pd.factorize(groups * len(weight) + at)
    sums = np.zeros(len(pairs), dtype="int64")
    np.add.at(sums, pair, points)
    group, which = np.divmod(pairs, max(len(weight), 1))
    total = np.zeros(len(scored), dtype="object")
    np.add.at(total, group, sums.astype("object") * weight[which])
    # Points are whole numbers: above the mean is above the whole part of the mean's points.
    least = total[group] // (weight[which] * np.maximum(scored, 1).astype("object")[group])
    return total, points > least.astype("int64")[pair]
