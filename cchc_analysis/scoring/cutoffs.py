"""Cut-offs: which published grades allow, how near units are to them, what moving them changes."""

import math
import sys
from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import zip_longest
from numbers import Real

import numpy as np
import pandas as pd

from cchc_analysis.groups import (
    SCORES,
    check_columns,
    grades_in_words,
    group_columns,
    group_numbers,
    row_names,
    several_groups,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.exact import (
    Exact,
    checked,
    to_common_integers,
    to_fraction,
    to_integers,
    told_once,
)
from cchc_analysis.scoring.printing import format_percent, format_signed
from cchc_analysis.scoring.ranking import (
    count_above,
    differently_graded,
    grade_distribution,
    graded,
    in_order,
    ranked,
    stamped,
    with_grades,
)
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    GradeScheme,
    Scheme,
    grade_key,
    known_order,
    known_schemes,
    load_scheme,
    scheme_for,
    spelled,
)
from cchc_analysis.text import ASSUMED, RESERVED_GRADES, same

_PUBLISHED = [*SCORES, "published_grade"]
JUDGED = 0.5  # percent of the maximum: by so much a score may be off, up or down


@told_once()
def implied_cutoffs(scores: pd.DataFrame | Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Find the interval in which each grade's lower bound must lie, from published grades alone.

    A bound lies above the best unit of the grades below and is at most the worst unit of its own
    grade. No scheme is assumed; intervals are found within each year and block.

    Parameters
    ----------
    scores : DataFrame or sequence of DataFrame
        Has ``unit``, ``score``, ``max_score`` and ``published_grade``, as `load_scores` gives it.
        Several tables are taken as graded by one scheme, whatever their years and blocks: a bound
        lies in the intervals of all of them.

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
    scores = _one_table(scores)
    exact = checked(scores, _PUBLISHED)
    table = scores.assign(
        percent=exact.percent(),
        key=exact.order,
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
        for grade, below in zip_longest(grades, grades[1:]):
            low, high = grade.iloc[-1], None if below is None else below.iloc[0]
            if high is not None and high["key"] >= low["key"]:
                one, other = (
                    f"'{row['unit']}' ({format_percent(row['percent'])}, {row['grade']})"
                    for row in (high, low)
                )
                raise Refusal(
                    f"Xếp loại công bố chồng lấn: {one} không thấp hơn {other}, nên không ngưỡng "
                    "nào tách được hai loại",
                    "hãy kiểm tra lại hai đơn vị này",
                )
            above = float("nan") if high is None else high["percent"]
            found = {"grade": low["grade"], "above": above, "at_most": low["percent"]}
            rows.append({**low[where], **found})
    found = pd.DataFrame(rows, columns=[*where, "grade", "above", "at_most"])
    return stamped(found, "cutoffs")


def _one_table(scores: pd.DataFrame | Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return several tables that one scheme graded as one."""
    if not isinstance(scores, (list, tuple)):
        return scores
    if not scores:
        raise Refusal("Danh sách bảng trống", "hãy nêu ít nhất một bảng có xếp loại công bố")
    names = [*SCORES, "bonus", "published_grade"]
    tables = [checked(one, _PUBLISHED).table.filter(names) for one in scores]
    for number, one in enumerate(tables, 1):
        one["unit"] += f" (bảng {number})"
    return pd.concat(tables, ignore_index=True)


@told_once()
def fitting_schemes(scores: pd.DataFrame | Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tell for each known grade scheme whether it gives every published grade.

    Parameters
    ----------
    scores : DataFrame, or list of them
        Has ``unit``, ``score``, ``max_score`` and ``published_grade``, as `load_scores` gives it;
        a unit without a score tells nothing. Several are one, as for `implied_cutoffs`. Or
        intervals of bounds, with ``grade``, ``above`` and ``at_most``: what `implied_cutoffs`
        gives, or rows of ``data/observed-cutoffs.csv``.

    Returns
    -------
    DataFrame
        One row per scheme that `load_scheme` knows: ``scheme``, ``fits`` (bool), and of the first
        row that contradicts it ``unit`` and ``note`` (text, missing where it fits).

    Raises
    ------
    ValueError
        If a column is missing, or no grade was published.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [91, 72], "max_score": 100})
    >>> found = fitting_schemes(scores.assign(published_grade=["Rất tốt", "Khá"]))
    >>> found.loc[found["fits"], "scheme"].tolist()
    ['da-nang-2011']
    """
    scores = _one_table(scores)
    check_columns(scores, [])
    rows = _observed(scores) if "at_most" in scores else scores
    if rows.get("published_grade", pd.Series(dtype="str")).isna().all():
        raise Refusal("Bảng không có xếp loại công bố", "hãy dùng bảng có cột xếp loại")
    exact = checked(rows, _PUBLISHED)
    found = [(name, *_contradiction(exact, load_scheme(name))) for name in known_schemes()]
    table = pd.DataFrame(found, columns=["scheme", "unit", "note"], dtype="str")
    table.insert(1, "fits", table["note"].isna())
    return stamped(table, "fitting")


def _observed(bounds: pd.DataFrame) -> pd.DataFrame:
    """Return intervals as units: one at `at_most` has the grade, one at `above` a lower one."""
    check_columns(bounds, ["grade", "above", "at_most"])
    names = [name for name in ("place", "year", "block", "unit") if name in bounds]
    names = bounds[names or ["grade"]]
    whose = [", ".join(map(str, row)) for row in names.to_numpy("object")]
    rows = pd.DataFrame({"unit": whose, "published_grade": bounds["grade"]}, bounds.index)
    rows = rows.assign(max_score=100.0, is_lower=False)
    lower = rows.assign(score=bounds["above"], is_lower=True)
    rows = pd.concat([rows.assign(score=bounds["at_most"]), lower])
    return rows.sort_index(kind="stable").reset_index(drop=True)


def _contradiction(exact: Exact, scheme: GradeScheme) -> tuple[str | None, str | None]:
    """Return the first unit that the scheme grades otherwise than was published, and how."""
    graded, grades = with_grades(exact, scheme), [*map(grade_key, scheme.grades)]
    published = graded["published_grade"].map(grade_key, na_action="ignore")
    foreign = published.notna() & ~published.isin([*grades, *map(grade_key, RESERVED_GRADES)])
    wrong = differently_graded(graded) & graded["score"].notna()
    if "is_lower" in graded:
        place = {grade: at for at, grade in enumerate(grades)}
        reached = graded["grade"].cat.codes.between(0, published.map(place))
        wrong = wrong.mask(graded["is_lower"], reached)
    if not (wrong | foreign).any():
        return None, None
    at = (wrong | foreign).to_numpy().argmax()
    row, grade = graded.iloc[at], spelled(graded["published_grade"].iloc[at])
    if foreign.iloc[at]:
        return row["unit"], f"thang này không có loại {grade}"
    told = "dưới loại " if row.get("is_lower") else ""
    told = f"{format_percent(row['percent'])}: công bố {told}{grade}"
    return row["unit"], f"{told}, thang này cho {grades_in_words(graded).iloc[at]}"


def fitting_in_words(table: pd.DataFrame) -> str:
    """Return which known scheme gives all published grades, or those of each block; else ""."""
    table = table[table["published_grade"].notna() & table["score"].notna()]
    whole = _that_fit(table)
    if whole or "block" not in several_groups(table):
        return " hoặc ".join(whole)
    by_block = {block: _that_fit(part) for block, part in table.groupby("block", sort=False)}
    if not all(by_block.values()):
        return ""
    return "; ".join(f"{block}: {' hoặc '.join(names)}" for block, names in by_block.items())


def _that_fit(table: pd.DataFrame) -> list[str]:
    if table.empty:
        return []
    found = fitting_schemes(table)
    schemes = map(load_scheme, found.loc[found["fits"], "scheme"])
    return [f"{one.name} ({ASSUMED})" if one.assumed else one.name for one in schemes]


def _spelled_alike(grades: pd.Series) -> pd.Series:
    """Return grades as the known schemes write them, unknown ones as they are first met."""
    keys = grades.map(grade_key, na_action="ignore")
    return grades.groupby(keys).transform("first").map(spelled, na_action="ignore")


def cutoff_sensitivity(
    scores: pd.DataFrame,
    *,
    scheme: AnyScheme | Sequence[AnyScheme] = DEFAULT_SCHEME,
    shift: float | Sequence[float] = (-1, 1),
) -> pd.DataFrame:
    """Count grades again with every cut-off moved, and name the units that change grade.

    A bound of 0 stays 0. A moved scheme is held against the scheme as it is; another scheme against
    the first one, by the names of the grades.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score`` and ``max_score`` (points); its grades are not used.
    scheme : str, GradeScheme, mapping or sequence of them
        The cut-offs, as for `grade_units`, or several to stand side by side.
    shift : float or sequence of float
        Percentage points by which all bounds move; ``()`` to leave them.

    Returns
    -------
    DataFrame
        One row per scenario and grade, over all rows: ``scenario`` (text: the scheme as it is
        first, then moved), ``grade``, ``units`` and ``share_pct`` as `grade_distribution` counts
        them, and ``moved``: the units of this grade that had another, "Phòng A (Khá)", joined by
        "; " (missing if none).

    Raises
    ------
    ValueError
        If a column is missing, a scheme is not known, or moved bounds leave 0…100 or meet.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [90.5, 70], "max_score": 100})
    >>> table = cutoff_sensitivity(scores, shift=1)
    >>> table.loc[table["moved"].notna(), ["scenario", "grade", "units", "moved"]]
                     scenario grade  units         moved
    6  thi-xa-2020, ngưỡng +1   Tốt      1  A (Xuất sắc)
    """
    schemes = list(scheme) if isinstance(scheme, (list, tuple)) else [scheme]
    if not schemes:
        raise Refusal("scheme trống", "hãy nêu ít nhất một thang xếp loại")
    shifts = list(shift) if isinstance(shift, Collection) else [shift]
    for points in shifts:
        if not isinstance(points, Real):
            raise Refusal(f"shift={points!r:.60} không phải là số điểm %", "hãy ghi ví dụ 1")
    table = in_order(checked(scores).table)
    schemes = [scheme_for(one, table) for one in schemes]
    table["unit"] = row_names(table)
    exact = Exact.of(table)
    parts = []
    first = grades_in_words(with_grades(exact, schemes[0]))
    for one in schemes:
        graded, name = with_grades(exact, one), one.name or one.told
        base = grades_in_words(graded)
        parts.append(_scenario(graded, name, first))
        for points in dict.fromkeys(shifts):
            moved = with_grades(exact, one.moved(points))
            parts.append(_scenario(moved, f"{name}, ngưỡng {format_signed(points)}", base))
    return stamped(pd.concat(parts, ignore_index=True), "distribution")


def _scenario(graded: pd.DataFrame, words: str, held: pd.Series) -> pd.DataFrame:
    """Return the distribution of a graded table, with the units whose grade is not `held`."""
    now = grades_in_words(graded)
    moved = now.map(same) != held.map(same)
    names = (graded["unit"] + " (" + held + ")")[moved].groupby(now[moved]).agg("; ".join)
    counts = grade_distribution(graded)
    counts.insert(0, "scenario", words)
    return counts.assign(moved=counts["grade"].map(names).astype("str"))


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
