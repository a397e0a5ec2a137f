"""What becomes of the grades when cut-offs move."""

import math
from collections.abc import Sequence
from numbers import Real

import pandas as pd

from cchc_analysis import exact
from cchc_analysis.format import format_signed
from cchc_analysis.ranking import grade_distribution, grade_units, in_order
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.table import grades_in_words, row_names
from cchc_analysis.text import same


def cutoff_sensitivity(
    scores: pd.DataFrame,
    *,
    scheme: str | GradeScheme | Sequence[str | GradeScheme] = DEFAULT_SCHEME,
    shift: float | Sequence[float] = (-1, 1),
) -> pd.DataFrame:
    """Count grades again with every cut-off moved, and name the units that change grade.

    A bound of 0 stays 0. A moved scheme is held against the scheme as it is; another scheme against
    the first one, by the names of the grades, unless they share none.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score`` and ``max_score`` (points); its grades are not used.
    scheme : str, GradeScheme or sequence of them
        The cut-offs, or several to stand side by side.
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
    schemes = [scheme] if isinstance(scheme, (str, GradeScheme)) else list(scheme)
    schemes = [load_scheme(one) for one in schemes]
    if not schemes:
        raise ValueError("scheme trống; hãy nêu ít nhất một thang xếp loại.")
    shifts = [shift] if isinstance(shift, Real) else list(shift)
    table = in_order(scores)
    table["unit"] = row_names(table)
    parts, told = [], []
    first = grades_in_words(grade_units(table, scheme=schemes[0]))
    for one in schemes:
        graded = grade_units(table, scheme=one)
        base, held = grades_in_words(graded), first
        if not {same(g) for g in one.grades} & {same(g) for g in schemes[0].grades}:
            held = base
            told.append(
                f"Thang '{_name(one)}' không có tên loại nào chung với '{_name(schemes[0])}' nên "
                "không nêu đơn vị đổi loại."
            )
        parts.append(_scenario(graded, _name(one), held))
        for points in dict.fromkeys(shifts):
            words = f"{_name(one)}, ngưỡng {_signed(points)}"
            moved = grade_units(table, scheme=_moved(one, points))
            parts.append(_scenario(moved, words, base))
    result = pd.concat(parts, ignore_index=True)
    result.attrs["note"] = " ".join(told)
    return result


def _name(scheme: GradeScheme) -> str:
    return scheme.name or str(scheme)


def _signed(points: float) -> str:
    """Return the shift in words, refusing what is no number."""
    if not isinstance(points, Real) or isinstance(points, bool) or not math.isfinite(points):
        raise ValueError(f"shift={points!r} phải là số điểm %, ví dụ 1 hoặc (-1, 1).")
    return format_signed(points)


def _moved(scheme: GradeScheme, points: float) -> GradeScheme:
    off = exact.to_fraction(points)
    bounds = [float(exact.to_fraction(bound) + off) if bound else 0.0 for bound in scheme.bounds]
    try:
        return GradeScheme(scheme.grades, bounds, assumed=True)
    except ValueError as error:
        raise ValueError(
            f"Không dời được ngưỡng của thang '{_name(scheme)}' {_signed(points)} điểm %: {error}"
        ) from None


def _scenario(graded: pd.DataFrame, words: str, held: pd.Series) -> pd.DataFrame:
    """Return the distribution of a graded table, with the units whose grade is not `held`."""
    now = grades_in_words(graded)
    moved = now.map(same) != held.map(same)
    names = (graded["unit"] + " (" + held + ")")[moved].groupby(now[moved]).agg("; ".join)
    counts = grade_distribution(graded)
    counts.insert(0, "scenario", words)
    return counts.assign(moved=counts["grade"].map(names).astype("str"))
