"""Where the cut-offs between grades stand."""

from itertools import pairwise

import pandas as pd

from cchc_analysis import exact
from cchc_analysis.format import format_number, format_percent, printed_places
from cchc_analysis.schemes import known_order, spelled
from cchc_analysis.table import SCORES, check_columns, group_columns, group_numbers
from cchc_analysis.text import same


def implied_cutoffs(scores: pd.DataFrame) -> pd.DataFrame:
    """Find the interval in which each grade's lower bound must lie, from published grades alone.

    A bound lies above the best unit of the grades below and is at most the worst unit of its own
    grade. No scheme is assumed; intervals are found within each year and block.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score``, ``max_score`` and ``published_grade``, as `load_scores` gives it.

    Returns
    -------
    DataFrame
        One row per published grade, best first: ``year`` and ``block`` where the table has them,
        ``grade``, ``above`` (exclusive; missing for the lowest grade) and ``at_most`` (inclusive),
        both in percent of the maximum.

    Raises
    ------
    ValueError
        If ``published_grade`` is missing, or if two grades overlap, so that no bound separates
        them; the message names the two units.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [9, 8, 6], "max_score": 10})
    >>> implied_cutoffs(scores.assign(published_grade=["A", "B", "B"]))
      grade  above  at_most
    0     A   80.0     90.0
    1     B    NaN     60.0
    """
    check_columns(scores, [*SCORES, "published_grade"])
    table = scores.assign(
        percent=exact.percent_of(scores["score"], scores["max_score"]),
        key=exact.order_key(scores["score"], scores["max_score"]),
        grade=_spelled_alike(scores["published_grade"]),
        group=group_numbers(scores),
    ).dropna(subset=["key", "grade"])
    where = group_columns(scores)
    rows = []
    for _, part in table.groupby("group"):
        part = part.sort_values("key", ascending=False, kind="stable")
        by_grade = dict(list(part.groupby("grade", sort=False)))
        order = known_order(by_grade) or by_grade  # else by their best unit
        grades = [by_grade[grade] for grade in order if grade in by_grade]
        for better, worse in pairwise(grades):
            low, high = better.iloc[-1], worse.iloc[0]
            if high["key"] >= low["key"]:
                raise ValueError(
                    f"Xếp loại công bố chồng lấn: '{high['unit']}' ({_points(scores, high)}, "
                    f"{high['grade']}) không thấp hơn '{low['unit']}' ({_points(scores, low)}, "
                    f"{low['grade']}), nên không ngưỡng nào tách được hai loại; hãy kiểm tra lại "
                    "hai đơn vị này."
                )
        for at, grade in enumerate(grades):
            above = grades[at + 1]["percent"].iloc[0] if at + 1 < len(grades) else float("nan")
            worst = grade.iloc[-1]
            found = {"grade": worst["grade"], "above": above, "at_most": worst["percent"]}
            rows.append({**worst[where], **found})
    return pd.DataFrame(rows, columns=[*where, "grade", "above", "at_most"])


def _points(scores: pd.DataFrame, row: pd.Series) -> str:
    if scores["max_score"].nunique() > 1:
        return format_percent(row["percent"])
    return format_number(row["score"], printed_places(scores["score"]))


def _spelled_alike(grades: pd.Series) -> pd.Series:
    """Return grades as the known schemes write them, unknown ones as they are first met."""
    keys = grades.map(same, na_action="ignore")
    return grades.groupby(keys).transform("first").map(spelled, na_action="ignore")
