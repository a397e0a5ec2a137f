"""Percent, rank and grade of each unit, and how many units have each grade."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cchc_analysis.groups import (
    SCORES,
    check_columns,
    check_graded,
    first_rows,
    group_numbers,
    ranks_within,
)
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.vocabulary import CHOOSE_SCHEME, NO_GRADE, UNSCORED

_DERIVED = ("percent", "rank", "grade")


def rank_units(scores: pd.DataFrame, *, within: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Rank units by percent of their maximum, best first.

    Ties share the better place (17, 17, 19) and are decided exactly, before any rounding. A unit
    without a score has no rank.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score`` and ``max_score`` (points), as `load_scores` gives it.
    within : str or sequence of str, optional
        Columns within whose values units are ranked: by default those of ``year`` and ``block``
        that the table has; ``[]`` ranks all rows together.

    Returns
    -------
    DataFrame
        The same rows, order and index, with ``percent`` (0…100) and ``rank`` (Int64).

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [7, 9, 9], "max_score": 10})
    >>> rank_units(scores)["rank"].tolist()
    [3, 1, 1]
    """
    check_columns(scores, SCORES)
    groups = group_numbers(scores, within)
    points = exact.read(scores["score"], scores["max_score"])
    key = exact.order_key(scores["score"], scores["max_score"], points)
    return _with(scores, points, rank=ranks_within(key, groups))


def grade_units(
    scores: pd.DataFrame, *, scheme: str | GradeScheme = DEFAULT_SCHEME
) -> pd.DataFrame:
    """Grade units by percent of their maximum.

    A grade begins at its lower bound, decided exactly and before any rounding: 63 of 70 is 90% and
    89.995 is not. A unit without a score has no grade; nor has one below the last bound.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score`` and ``max_score`` (points), as `load_scores` gives it.
    scheme : str or GradeScheme
        The cut-offs, or their name for `load_scheme`. The default is an assumption.

    Returns
    -------
    DataFrame
        The same rows, order and index, with ``percent`` (0…100) and ``grade`` (an ordered
        Categorical over all grades of the scheme, best first).

    Raises
    ------
    ValueError
        If a column is missing or the scheme is not known.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("ab"), "score": [63, 62.9], "max_score": 70})
    >>> grade_units(scores)["grade"].tolist()
    ['Xuất sắc', 'Tốt']
    """
    scheme = load_scheme(scheme)
    check_columns(scores, SCORES)
    points = exact.read(scores["score"], scores["max_score"])
    position = exact.first_reached(scores["score"], scores["max_score"], scheme.bounds, points)
    codes = np.where(position < len(scheme.grades), position, -1)
    return _with(
        scores, points, grade=pd.Categorical.from_codes(codes, scheme.grades, ordered=True)
    )


def grade_distribution(
    ranking: pd.DataFrame, *, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Count the units of each grade, and their share of the scored units.

    Parameters
    ----------
    ranking : DataFrame
        Has ``score`` and ``grade``, as `grade_units` gives it.
    by : str or sequence of str, optional
        Columns (``year``, ``block``…) for whose values to count separately.

    Returns
    -------
    DataFrame
        ``grade`` (str), ``units`` (int) and ``share_pct`` (0…100), after the columns of `by`: one
        row per grade of the scheme, best first and empty ones kept; then, only where there are
        some, "Không xếp loại" (scored, below the last bound) and "Chưa chấm" (no share).

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("ab"), "score": [95, 60], "max_score": 100})
    >>> grade_distribution(grade_units(scores, scheme="par-index"))["units"].tolist()
    [1, 0, 0, 1]
    """
    by = [by] if isinstance(by, str) else list(by or [])
    check_columns(ranking, ["score", "grade", *by])
    check_graded(ranking)
    grades = [*ranking["grade"].cat.categories, NO_GRADE, UNSCORED]
    grade = ranking["grade"].cat.codes.to_numpy("int16", copy=True)
    grade[grade < 0] = len(grades) - 2
    grade[ranking["score"].isna()] = len(grades) - 1
    groups = group_numbers(ranking, by) if by else 0
    first = first_rows(groups) if by else np.zeros(1, dtype="int64")
    grade = grade + groups * len(grades)
    # A row for each group and a column for each grade.
    counts = np.bincount(grade, minlength=len(first) * len(grades)).reshape(-1, len(grades))
    share = counts * 100 / np.maximum(counts[:, :-1].sum(axis=1, keepdims=True), 1)
    share[:, -1] = np.nan
    result = {column: ranking[column].array[np.repeat(first, len(grades))] for column in by}
    result["grade"] = pd.array(np.tile(grades, len(first)), dtype="str")
    result |= {"units": counts.ravel(), "share_pct": share.ravel()}
    kept = (counts > 0) | (np.arange(len(grades)) < len(grades) - 2)
    return stamped(pd.DataFrame(result)[kept.ravel()].reset_index(drop=True), "distribution")


def graded(ranking: pd.DataFrame, scheme: GradeScheme) -> pd.DataFrame:
    """Return `ranking` graded by `scheme`, refusing a table whose grades are of another."""
    result = grade_units(ranking, scheme=scheme)
    if "grade" in ranking:
        old, new = (t["grade"].astype("object").fillna(NO_GRADE) for t in (ranking, result))
        if (differs := (old != new).to_numpy()).any():
            at = differs.argmax()
            raise ValueError(
                f"Đơn vị '{ranking['unit'].iloc[at]}' có xếp loại '{old.iloc[at]}' trong bảng "
                f"nhưng thang '{scheme.name or scheme}' cho '{new.iloc[at]}'; "
                f"{CHOOSE_SCHEME}."
            )
    return result


def ranked(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return `ranking` ranked within its years and blocks, refusing ranks among other units."""
    result = rank_units(ranking)
    if "rank" in ranking:
        old, new = (t["rank"].astype("Int64").fillna(0) for t in (ranking, result))
        if (differs := (old != new).to_numpy()).any():
            at = differs.argmax()
            raise ValueError(
                f"Đơn vị '{ranking['unit'].iloc[at]}' {_rank(old.iloc[at])} trong bảng nhưng "
                f"{_rank(new.iloc[at])} khi xếp lại trong năm và khối của bảng này; hãy dùng cả "
                "bảng thay cho một phần, hoặc dùng rank_units lại."
            )
    return result


def _rank(rank: int) -> str:
    return f"có hạng {rank}" if rank else "không có hạng"


def in_order(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by year and block, rank, then source order, numbered within each group."""
    if "rank" not in ranking:
        ranking = rank_units(ranking)
    table = ranking.assign(group=group_numbers(ranking))
    table = table.sort_values(["group", "rank"], ignore_index=True)
    return table.assign(number=table.groupby("group").cumcount() + 1)


def _with(table: pd.DataFrame, points: exact.Read, **derived: object) -> pd.DataFrame:
    """Return `table` with percent and what is derived, always in the same order of columns."""
    derived["percent"] = exact.percent_of(table["score"], table["max_score"], points)
    derived = {c: derived.get(c, table.get(c)) for c in _DERIVED if c in derived or c in table}
    table = table.drop(columns=[*_DERIVED], errors="ignore").assign(**derived)
    return stamped(table, "ranking")


def stamped(table: pd.DataFrame, kind: str, **told: object) -> pd.DataFrame:
    """Return a table that was just made, with what it is, for who prints it, and what it tells."""
    table.attrs = table.attrs | {"kind": kind, **told}
    return table
