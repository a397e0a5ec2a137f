"""Where the cut-offs between grades stand, and what becomes of the grades when they move."""

from collections.abc import Sequence
from itertools import pairwise
from numbers import Real

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
from cchc_analysis.scoring.exact import Exact, checked
from cchc_analysis.scoring.printing import format_percent, format_signed
from cchc_analysis.scoring.ranking import grade_distribution, in_order, stamped, with_grades
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    GradeScheme,
    grade_key,
    known_order,
    load_scheme,
    scheme_for,
    scheme_names,
    spelled,
)
from cchc_analysis.text import decimal_comma, same
from cchc_analysis.vocabulary import ASSUMED, RESERVED_GRADES

_ENDS = ("above", "at_most")
_PUBLISHED = [*SCORES, "published_grade"]


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
    if isinstance(scores, (list, tuple)):
        if not scores:
            raise Refusal("Danh sách bảng trống", "hãy nêu ít nhất một bảng có xếp loại công bố")
        names = [*SCORES, "bonus", "published_grade"]
        tables = [checked(one, _PUBLISHED).table.filter(names) for one in scores]
        for number, one in enumerate(tables, 1):
            one["unit"] += f" (bảng {number})"
        scores = pd.concat(tables, ignore_index=True)
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


def fitting_schemes(scores: pd.DataFrame) -> pd.DataFrame:
    """Tell for each known grade scheme whether it gives every published grade.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score``, ``max_score`` and ``published_grade``, as `load_scores` gives it;
        a unit without a score tells nothing. Or intervals of bounds, with ``grade``, ``above`` and
        ``at_most``: what `implied_cutoffs` gives, or rows of ``data/observed-cutoffs.csv``.

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
    is_bounds = "at_most" in scores and "score" not in scores
    if is_bounds:
        check_columns(scores, ["grade", "above", "at_most"])
        rows = scores.assign(published_grade=scores["grade"])
    else:
        exact = checked(scores, _PUBLISHED)
        rows = exact.table
    if rows["published_grade"].isna().all():
        raise Refusal("Bảng không có xếp loại công bố", "hãy dùng bảng có cột xếp loại")
    found = []
    for name in scheme_names():
        scheme = load_scheme(name)
        notes = _outside(scores, scheme) if is_bounds else _misgraded(exact, scheme)
        known = set(map(grade_key, (*scheme.grades, *RESERVED_GRADES)))
        foreign = ~rows["published_grade"].map(grade_key, na_action="ignore").isin(known)
        foreign &= rows["published_grade"].notna()
        notes = notes.mask(
            foreign,
            "thang này không có loại " + rows["published_grade"].map(spelled, na_action="ignore"),
        )
        wrong = notes.notna().to_numpy()
        at = wrong.argmax()
        unit, note = (_who(rows.iloc[at]) or None, notes.iloc[at]) if wrong.any() else (None, None)
        found.append((name, not wrong.any(), unit, note))
    table = pd.DataFrame(found, columns=["scheme", "fits", "unit", "note"])
    return stamped(table.astype({"unit": "str", "note": "str"}), "fitting")


def _who(row: pd.Series) -> str:
    """Return the unit of a row, or the place, year and block of one of intervals."""
    names = ["unit"] if "unit" in row else ["place", "year", "block"]
    return ", ".join(str(row[name]) for name in names if name in row and pd.notna(row[name]))


def _misgraded(exact: Exact, scheme: GradeScheme) -> pd.Series:
    """Return what contradicts the scheme in the scored rows that it grades otherwise."""
    graded = with_grades(exact, scheme)
    percent, given = graded["percent"].map(format_percent), grades_in_words(graded)
    notes = (
        percent
        + ": công bố "
        + graded["published_grade"].map(spelled, na_action="ignore")
        + ", thang này cho "
        + given
    )
    return notes.where(differently_graded(graded) & graded["score"].notna())


def _outside(bounds: pd.DataFrame, scheme: GradeScheme) -> pd.Series:
    """Return what contradicts the scheme in the intervals that do not hold its bound."""
    notes = pd.Series(None, bounds.index, dtype="object")
    for grade, bound, words in zip(
        scheme.grades, scheme.bounds, scheme.bounds_in_words(), strict=True
    ):
        # A unit at `above` has a lower grade, one at `at_most` has this one.
        above, at_most = bounds["above"] >= bound, bounds["at_most"] < bound
        if grade in scheme.strict:
            above, at_most = bounds["above"] > bound, bounds["at_most"] <= bound
        own = bounds["grade"].map(grade_key, na_action="ignore") == grade_key(grade)
        low, high = (bounds[name].map(decimal_comma, na_action="ignore") for name in _ENDS)
        where = "nằm ngoài khoảng (" + low.fillna("…") + "; " + high.fillna("…") + "]"
        notes = notes.mask(own & (above | at_most), f"{grade} {words} " + where)
    return notes


def differently_graded(graded: pd.DataFrame) -> pd.Series:
    """Return which rows were published with another grade than they have."""
    published, computed = graded["published_grade"], grades_in_words(graded)
    return published.notna() & (
        published.map(grade_key, na_action="ignore") != computed.map(grade_key)
    )


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
