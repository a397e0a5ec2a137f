"""Each block in one row: mean, median, best and worst, in percent of the maximum."""

import numpy as np
import pandas as pd

from cchc_analysis.groups import group_columns, group_numbers
from cchc_analysis.scoring.exact import checked
from cchc_analysis.scoring.order import first_rows, sorted_rows
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
        If a column is missing, or a score is none.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [9, 6, 6], "max_score": 10})
    >>> summarise_blocks(scores)[["mean", "median", "spread", "above_mean", "last_unit"]]
       mean  median  spread  above_mean last_unit
    0  70.0    60.0    30.0           1      b; c
    """
    exact, groups = checked(ranking), group_numbers(ranking)
    where, missing = group_columns(ranking), exact.missing
    table = ranking[where].iloc[first_rows(groups)].reset_index(drop=True)
    table["units"] = np.bincount(groups, minlength=len(table))
    table["scored_units"] = np.bincount(groups[~missing], minlength=len(table))
    # Shares in whole numbers, group by group from the worst to the best; who has none stands first.
    rows, _ = sorted_rows(exact.order, groups)
    rows = rows[~missing[rows]]
    whole, percent = exact.on_one_scale
    whole = whole[rows]
    scored = table["scored_units"][table["scored_units"] > 0]
    count, ends = scored.to_numpy(), scored.cumsum().to_numpy()
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
        table[column] = pd.Series(values, scored.index, dtype="float64")
    # Shares are whole numbers: above the mean is above the whole part of the mean.
    above = np.repeat(total // count, count) < whole
    above = np.add.reduceat(above, starts, dtype="int64") if len(starts) else count
    table["above_mean"] = pd.Series(above, scored.index).reindex(table.index, fill_value=0)
    for column, end in (("first_unit", best), ("last_unit", worst)):
        tied = rows[whole == np.repeat(end, count)]  # in the order of the table
        names: dict[int, list[str]] = {}
        for group, unit in zip(groups[tied], ranking["unit"].iloc[tied], strict=True):
            names.setdefault(group, []).append(unit)
        joined = {group: "; ".join(units) for group, units in names.items()}
        table[column] = pd.Series(joined, table.index, dtype="str")
    return stamped(table[[*where, *_COLUMNS]], "blocks")
