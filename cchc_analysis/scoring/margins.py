"""How far a unit is from another grade or another rank."""

import math
import sys
from collections.abc import Sequence
from fractions import Fraction
from numbers import Real

import numpy as np
import pandas as pd

from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.exact import Exact, to_common_integers, to_fraction, to_integers
from cchc_analysis.scoring.ranking import count_above, graded, in_order, ranked, stamped
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, Scheme

JUDGED = 0.5  # percent of the maximum: by so much a score may be off, up or down


def points_to_next_grade(
    ranking: pd.DataFrame, *, scheme: AnyScheme = DEFAULT_SCHEME
) -> pd.DataFrame:
    """Find the points each unit lacks for the next grade, and those it has above its own bound.

    Both are exact and in points of the unit's own scale: 84% of a maximum of 70 lacks 4.2 points
    for a bound of 90%. A unit that lacks 0 stands at a bound that must be passed ("trên 80").

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, with ``unit``, ``score`` and ``max_score``.
    scheme : str, GradeScheme or mapping
        The cut-offs, as for `grade_units`. The default is an assumption.

    Returns
    -------
    DataFrame
        One row per unit, by rank: ``year`` and ``block`` where the table has them, ``unit``,
        ``score``, ``max_score``, ``grade``, ``next_grade``, ``points_to_next`` (both missing for
        the best grade) and ``margin`` (score - own lower bound; missing where that is 0 or none). A
        unit without a score has none of them.

    Raises
    ------
    ValueError
        If a column is missing, or the table's grades are of another scheme.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["a", "b"], "score": [58.8, 63.5], "max_score": 70})
    >>> points_to_next_grade(scores)[["unit", "next_grade", "points_to_next", "margin"]]
      unit next_grade  points_to_next  margin
    0    b        NaN             NaN     0.5
    1    a   Xuất sắc             4.2     2.8
    """
    table, scheme = graded(ranking, scheme)
    return _to_next_grade(in_order(table), scheme)


def margins_of(table: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Return what each unit lacks for a grade, and its ranks if every score is `JUDGED` off."""
    places = _reachable(table, table["max_score"] * JUDGED / 100)
    return _to_next_grade(table, scheme).join(places[["rank", "best_rank", "worst_rank"]])


def _to_next_grade(table: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Return the margins of a graded table in order."""
    parts = []
    for _, rows, one in scheme.parts(table):
        part, cuts = table[rows], dict(one.cuts)
        own = Exact.of(part).first_reached(one.bounds, one.is_strict)
        is_cut = np.array([*(bound in cuts for bound in one.bounds), False])
        part = part.assign(
            next_grade=pd.Categorical.from_codes(np.maximum(own - 1, -1), one.grades),
            points_to_next=-_above(part, one.bounds, own - 1),
            margin=_above(part, one.bounds, np.where(is_cut[own], own, -1)),
        )
        parts.append(part)
    table = pd.concat(parts).loc[table.index]
    table["next_grade"] = pd.Categorical(table["next_grade"], scheme.grades, ordered=True)
    return stamped(table, "margins")


def _above(table: pd.DataFrame, bounds: Sequence[float], chosen: np.ndarray) -> pd.Series:
    """Return the points of each score above its chosen bound, missing where there is no bound."""
    points, places = to_integers(table["score"])
    cuts = [to_fraction(bound) / 100 for bound in bounds]
    maxima = {m: to_fraction(m) for m in table["max_score"].dropna().unique()}
    above = [
        float(Fraction(int(p), 10**places) - cuts[at] * maxima[m])
        if 0 <= at < len(cuts)
        else math.nan
        for p, m, at in zip(points, table["max_score"], chosen, strict=True)
    ]
    return pd.Series(above, table.index, dtype="float64")


def rank_range(ranking: pd.DataFrame, *, margin: float) -> pd.DataFrame:
    """Find the best and the worst rank of each unit if every score may be off by up to `margin`.

    Each score may be off by itself, up or down, by `margin` included. The best rank counts the
    units that are better even at their lowest and this one's highest, the worst rank those that
    can be better at all. Exact, without simulation; the limits 0 and the maximum change nothing.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, with ``unit``, ``score`` and ``max_score``.
    margin : float
        Points of the unit's own scale: 0.005 for scores printed with two decimals, 0.5 for half a
        point of judgement.

    Returns
    -------
    DataFrame
        One row per unit, by rank: ``year`` and ``block`` where the table has them, ``unit``,
        ``score``, ``rank``, ``best_rank``, ``worst_rank`` (Int64) and ``separable_from_next``
        (boolean): False where a unit at the next place, or at the same, can reach this one;
        missing for the last unit. A unit without a score has none of them.

    Raises
    ------
    ValueError
        If a column is missing, `margin` is no number of points, or ranks are of other units.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [90, 81.9, 81.81], "max_score": 100})
    >>> rank_range(scores, margin=0.5)[["rank", "best_rank", "worst_rank", "separable_from_next"]]
       rank  best_rank  worst_rank  separable_from_next
    0     1          1           1                 True
    1     2          2           3                False
    2     3          2           3                 <NA>
    """
    is_number = isinstance(margin, Real) and not isinstance(margin, bool)
    if not is_number or not 0 <= margin <= sys.float_info.max:
        raise Refusal(f"margin={margin!r:.60} phải là số điểm không âm, ví dụ 0.5")
    table = in_order(ranked(ranking))
    return _reachable(table, pd.Series(float(margin), table.index))


def _reachable(table: pd.DataFrame, off: pd.Series) -> pd.DataFrame:
    """Return the ranks that each unit of a ranking in order can have if scores are so far off."""
    table = table.copy()
    low, high = _limits(table, off)
    has = table["rank"].notna().to_numpy()
    low, high, groups = low[has].to_numpy("int64"), high[has].to_numpy("int64"), table["group"][has]
    certain = count_above(high, groups, pool=low)
    possible = count_above(low, groups, pool=high) - (high > low)
    for column, others in (("best_rank", certain), ("worst_rank", possible)):
        table[column] = pd.Series(others + 1, groups.index, dtype="Int64")
    scored = table[has].assign(low=low, high=high)
    table["separable_from_next"] = _separable(scored).reindex(table.index)
    return stamped(table, "rank range")


def _limits(table: pd.DataFrame, off: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return whole numbers that order the lowest and the highest shares there can be."""
    point, (score, off) = to_common_integers(table.assign(off=off), "score", "off")
    both = pd.concat([score - off, score + off], ignore_index=True)
    maxima = pd.concat([table["max_score"]] * 2, ignore_index=True)
    limits = pd.DataFrame({"score": both.astype("float64") / point, "max_score": maxima})
    key = Exact.of(limits).order
    return key[: len(table)], key[len(table) :].reset_index(drop=True)


def _separable(scored: pd.DataFrame) -> pd.Series:
    """Return for each unit whether none at the next place, nor at its own, can reach it."""
    places = scored.groupby(["group", "rank"])["high"].agg(["max", "size"])
    below = places["max"].astype("Int64").groupby(level="group").shift(-1)
    at = pd.MultiIndex.from_frame(scored[["group", "rank"]])
    reach = pd.Series(below.reindex(at).array, scored.index)
    tied = places["size"].reindex(at).to_numpy() > 1
    return (scored["low"] > reach).astype("boolean").mask(tied, other=False)
