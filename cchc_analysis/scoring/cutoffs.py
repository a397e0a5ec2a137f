"""Where the cut-offs between grades stand, and what becomes of the grades when they move."""

from collections.abc import Sequence
from itertools import pairwise
from numbers import Real

import pandas as pd

from cchc_analysis.groups import (
    SCORES,
    grades_in_words,
    group_columns,
    group_numbers,
    row_names,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.exact import Exact, checked
from cchc_analysis.scoring.printing import format_percent, format_signed
from cchc_analysis.scoring.ranking import grade_distribution, in_order, stamped, with_grades
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    known_order,
    scheme_for,
    spelled,
)
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
    exact = checked(scores, [*SCORES, "published_grade"])
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
        for better, worse in pairwise(grades):
            low, high = better.iloc[-1], worse.iloc[0]
            if high["key"] >= low["key"]:
                one, other = (
                    f"'{row['unit']}' ({format_percent(row['percent'])}, {row['grade']})"
                    for row in (high, low)
                )
                raise Refusal(
                    f"Xếp loại công bố chồng lấn: {one} không thấp hơn {other}, nên không ngưỡng "
                    "nào tách được hai loại",
                    "hãy kiểm tra lại hai đơn vị này",
                )
        for at, grade in enumerate(grades):
            above = grades[at + 1]["percent"].iloc[0] if at + 1 < len(grades) else float("nan")
            worst = grade.iloc[-1]
            found = {"grade": worst["grade"], "above": above, "at_most": worst["percent"]}
            rows.append({**worst[where], **found})
    found = pd.DataFrame(rows, columns=[*where, "grade", "above", "at_most"])
    return stamped(found, "cutoffs")


def _spelled_alike(grades: pd.Series) -> pd.Series:
    """Return grades as the known schemes write them, unknown ones as they are first met."""
    keys = grades.map(same, na_action="ignore")
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
    shifts = [shift] if isinstance(shift, Real) else list(shift)
    for points in shifts:
        if not isinstance(points, Real):
            raise Refusal(f"shift={points!r:.60} phải là số điểm %, ví dụ 1 hoặc (-1, 1)")
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
