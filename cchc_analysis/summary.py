"""Each block in one row: mean, median, best and worst, in percent of the maximum."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from cchc_analysis import exact
from cchc_analysis.table import SCORES, check_columns, group_columns, group_numbers

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
    points, places = exact.to_integers(ranking["score"])
    order = exact.order_key(ranking["score"], ranking["max_score"])
    table = ranking.assign(group=group_numbers(ranking), points=points, order=order)
    result = table.drop_duplicates("group").set_index("group")[group_columns(ranking)]
    result["units"] = table.groupby("group").size()
    scored = table[table["score"].notna()].sort_values(["group", "order"], kind="stable")
    groups = scored.groupby("group")
    count = groups.size()
    result["scored_units"] = count.reindex(result.index, fill_value=0)
    # One percent of each maximum, in units of the last place of the scores.
    percent = {m: exact.to_fraction(m) * 10**places / 100 for m in scored["max_score"].unique()}
    shares = _shares(scored, percent, count)
    shares["mean"], shares["above_mean"] = _means(scored, percent, count)
    for column in ("mean", "median", "best", "worst", "spread"):
        values = [float(value) for value in shares[column]]
        result[column] = pd.Series(values, count.index, dtype="float64")
    result["above_mean"] = pd.Series(shares["above_mean"], count.index).reindex(
        result.index, fill_value=0
    )
    for column, end in (("first_unit", "max"), ("last_unit", "min")):
        at_end = scored[scored["order"] == groups["order"].transform(end)]
        result[column] = at_end.groupby("group")["unit"].agg("; ".join).astype("str")
    return result[[*group_columns(ranking), *_COLUMNS]].reset_index(drop=True)


def _shares(scored: pd.DataFrame, percent: dict, count: pd.Series) -> dict[str, list[Fraction]]:
    """Return for each group the exact percent of its best, worst and middle units."""
    points, maxima = scored["points"].to_numpy("int64"), scored["max_score"].to_numpy()
    ends = count.cumsum().to_numpy()
    starts = ends - count.to_numpy()

    def at(rows: np.ndarray) -> list[Fraction]:
        return [int(p) / percent[m] for p, m in zip(points[rows], maxima[rows], strict=True)]

    worst, best = at(starts), at(ends - 1)
    low, high = at((starts + ends - 1) // 2), at((starts + ends) // 2)
    return {
        "best": best,
        "worst": worst,
        "spread": [b - w for b, w in zip(best, worst, strict=True)],
        "median": [(a + b) / 2 for a, b in zip(low, high, strict=True)],
    }


def _means(
    scored: pd.DataFrame, percent: dict, count: pd.Series
) -> tuple[list[Fraction], np.ndarray]:
    """Return the exact mean of each group, and how many of its units stand above it."""
    scales = scored.groupby(["group", "max_score"])
    sums = scales["points"].sum()
    total = dict.fromkeys(count.index, Fraction(0))
    for (group, maximum), points in sums.items():
        total[group] += int(points) / percent[maximum]
    mean = {group: total[group] / int(n) for group, n in count.items()}
    # Points are whole numbers: above the mean is above the whole part of the mean's points.
    least = [math.floor(mean[group] * percent[maximum]) for group, maximum in sums.index]
    above = scored["points"].to_numpy("int64") > np.array(least, "int64")[scales.ngroup()]
    return list(mean.values()), pd.Series(above).groupby(scored["group"].to_numpy()).sum().array
