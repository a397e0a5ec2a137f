"""Each block in one row: mean, median, best and worst, in percent of the maximum."""

from bisect import bisect_left, bisect_right

import numpy as np
import pandas as pd

from cchc_analysis.groups import group_columns, group_numbers
from cchc_analysis.scoring.exact import checked
from cchc_analysis.scoring.order import first_rows, sorted_rows
from cchc_analysis.scoring.ranking import stamped


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
        If a column is missing, or a score is none.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [9, 6, 6], "max_score": 10})
    >>> summarise_blocks(scores)[["mean", "median", "spread", "above_mean", "last_unit"]]
       mean  median  spread  above_mean last_unit
    0  70.0    60.0    30.0           1      b; c
    """
    exact, groups = checked(ranking), group_numbers(ranking)
    missing = exact.missing
    table = ranking[group_columns(ranking)].iloc[first_rows(groups)].reset_index(drop=True)
    units = np.bincount(groups, minlength=len(table))
    scored = np.bincount(groups[~missing], minlength=len(table))
    table = table.assign(units=units, scored_units=scored)
    # Shares in whole numbers, group by group from the worst to the best; who has none stands first
    # and counts 0.
    rows, _ = sorted_rows(exact.keys, missing, groups)
    whole, percent = exact.on_one_scale
    whole = whole[rows]
    has_some = np.flatnonzero(scored)
    ends, count = units.cumsum()[has_some], scored[has_some]
    starts = ends - count
    best, worst = whole[ends - 1], whole[starts]
    total = np.add.reduceat(whole, starts) if len(starts) else worst
    doubled = whole[(starts + ends - 1) // 2].astype("object") + whole[(starts + ends) // 2]
    statistics = {
        "mean": (total, count),
        "median": (doubled, 2),
        "best": (best, 1),
        "worst": (worst, 1),
        "spread": (best - worst, 1),
    }
    for column, (sums, parts) in statistics.items():
        exactly = sums.astype("object") * percent.numerator
        values = exactly / (np.asarray(parts, dtype="object") * percent.denominator)
        table[column] = pd.Series(values, has_some, dtype="float64")
    # Each group is sorted: where its values pass the mean, and where those tied at its ends stop.
    # Shares are whole numbers: above the mean is above the whole part of the mean.
    above, first, last = [], [], []
    units = ranking["unit"].to_numpy()
    for start, end, mean in zip(starts, ends, total // count, strict=True):
        part = whole[start:end]
        above.append(end - start - bisect_right(part, mean))
        first.append("; ".join(units[rows[start + bisect_left(part, part[-1]) : end]]))
        last.append("; ".join(units[rows[start : start + bisect_right(part, part[0])]]))
    table["above_mean"] = pd.Series(above, has_some).reindex(table.index, fill_value=0)
    table["first_unit"] = pd.Series(first, has_some, dtype="str")
    table["last_unit"] = pd.Series(last, has_some, dtype="str")
    return stamped(table, "blocks")
