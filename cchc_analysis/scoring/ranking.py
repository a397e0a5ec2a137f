"""Percent, rank and grade of each unit; how many have each grade, and each block in one row."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cchc_analysis.groups import (
    as_names,
    check_columns,
    grades_in_words,
    group_columns,
    group_keys,
    group_numbers,
    out_of_100,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.exact import Exact, checked
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    BlockSchemes,
    Scheme,
    grade_key,
    scheme_for,
)
from cchc_analysis.text import NO_GRADE, TABLES, UNSCORED, unit_key

_DERIVED = ("percent", "rank", "grade")


def rank_units(scores: pd.DataFrame, *, within: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Rank units by percent of their maximum, best first.

    Ties share the better place (17, 17, 19) and are decided exactly, before any rounding. A unit
    without a score has no rank; nor has one that the table deliberately does not rank: where the
    published ranks are right only among the units that have one.

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
    return with_ranks(checked(scores), within)


def grade_units(scores: pd.DataFrame, *, scheme: AnyScheme = DEFAULT_SCHEME) -> pd.DataFrame:
    """Grade units by percent of their maximum.

    A grade begins at its lower bound, or above it where the scheme says so, decided exactly and
    before any rounding: 63 of 70 is 90% and 89.995 is not. A unit without a score has no grade; nor
    has one below the last bound.

    Parameters
    ----------
    scores : DataFrame
        Has ``unit``, ``score`` and ``max_score`` (points), as `load_scores` gives it.
    scheme : str, GradeScheme or mapping
        The cut-offs, or their name for `load_scheme`; a mapping has those of each block of the
        table. The default is an assumption.

    Returns
    -------
    DataFrame
        The same rows, order and index, with ``percent`` (0…100) and ``grade`` (an ordered
        Categorical over all grades of the scheme, best first).

    Raises
    ------
    ValueError
        If a column is missing, the scheme is not known, a block has none, or a name is no block.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("ab"), "score": [63, 62.9], "max_score": 70})
    >>> grade_units(scores)["grade"].tolist()
    ['Xuất sắc', 'Tốt']
    """
    points = checked(scores)
    result = with_grades(points, scheme := scheme_for(scheme, points.table))
    others = differently_graded(result).sum() if scheme.name == DEFAULT_SCHEME else 0
    if others:
        warnings.warn(
            f"Thang giả định '{scheme.name}' cho {others} đơn vị xếp loại khác công bố; "
            "check_published cho biết khác ở đâu và thang nào khớp.",
            GradeWarning, stacklevel=2,
        )  # fmt: skip
    return result


class GradeWarning(UserWarning):
    """What is told where the default scheme is not the one by which a table was graded."""


def rank_and_grade(table: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Return a table ranked and graded; ranks and grades that it has must be the same."""
    points = checked(table)
    result = _with(points, scheme, rank=_ranks(points), grade=_grades(points, scheme))
    _check_same(table, result, "rank")
    _check_same(table, result, "grade", scheme)
    return result


def with_ranks(points: Exact, within: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return the table of these points with its ranks."""
    return _with(points, None, rank=_ranks(points, within))


def with_grades(points: Exact, scheme: Scheme) -> pd.DataFrame:
    """Return the table of these points with its grades."""
    return _with(points, scheme, grade=_grades(points, scheme))


def _ranks(points: Exact, within: str | Sequence[str] | None = None) -> pd.array:
    """Return the ranks among all scored units, or among those that the table ranks.

    A unit that is scored and was deliberately not ranked has none: in its group the published ranks
    are of the others alone.
    """
    groups = group_numbers(points.table, within)
    ranks = ranks_within(points.keys, points.missing, groups)
    published = points.table.get("published_rank")
    if published is None or not ((unranked := published.isna().to_numpy()) & ~points.missing).any():
        return ranks
    among = ranks_within(points.keys, points.missing | unranked, groups)
    wrong, still_wrong = (
        differs(published, r, groups).groupby(groups).transform("any") for r in (ranks, among)
    )
    deliberate = (wrong & ~still_wrong).to_numpy()
    ranks[deliberate] = among[deliberate]
    return ranks


def differs(published: pd.Series, computed: pd.array, groups: np.ndarray) -> pd.Series:
    """Return which published ranks are not the computed ones, nor an order among tied units."""
    computed = pd.Series(computed, published.index, dtype="Int64")
    ties = published.groupby([groups, computed], dropna=False)
    # Among tied units a published order, with ties of its own, must be one of their places.
    ordered = published == computed + ties.rank(method="min").astype("Int64") - 1
    incomplete = ties.transform("count") < ties.transform("size")
    within = published.between(computed, computed + ties.transform("size") - 1)
    return published.notna() & ~(ordered | (incomplete & within)).fillna(False).astype("bool")


def differently_graded(graded: pd.DataFrame) -> pd.Series:
    """Return which rows were published with another grade than they have."""
    if "published_grade" not in graded:
        return pd.Series(False, graded.index)
    published, computed = (
        grades.map({grade: grade_key(grade) for grade in grades.dropna().unique()})
        for grades in (graded["published_grade"], grades_in_words(graded))
    )
    return published.notna() & (published != computed)


def _grades(points: Exact, scheme: Scheme) -> pd.Categorical:
    grades = scheme.grades
    codes = np.full(len(points.points), -1, dtype="int16")
    for _, rows, one in scheme.parts(points.table):
        # The last is that of a score that reaches no bound (len) or is missing (-1).
        numbers = np.array([*map(grades.index, one.grades), -1], dtype="int16")
        codes[rows] = numbers[points.first_reached(one.bounds, one.is_strict)[rows]]
    return pd.Categorical.from_codes(codes, grades, ordered=True)


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
        row per grade of the scheme (of the block, where each has its own), best first and empty
        ones kept; then, only where there are
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
    by = as_names(by)
    check_columns(ranking, ["score", "grade", *by])
    check_graded(ranking)
    grades = [*ranking["grade"].cat.categories, NO_GRADE, UNSCORED]
    grade = ranking["grade"].cat.codes.to_numpy("int16", copy=True)
    grade[grade < 0] = len(grades) - 2
    grade[ranking["score"].isna()] = len(grades) - 1
    groups = group_numbers(ranking, by) if by else 0
    first = _first_rows(groups) if by else np.zeros(1, dtype="int64")
    grade = grade + groups * len(grades)
    # A row for each group and a column for each grade.
    counts = np.bincount(grade, minlength=len(first) * len(grades)).reshape(-1, len(grades))
    share = counts * 100 / np.maximum(counts[:, :-1].sum(axis=1, keepdims=True), 1)
    share[:, -1] = np.nan
    result = {column: ranking[column].array[np.repeat(first, len(grades))] for column in by}
    result["grade"] = pd.array(np.tile(grades, len(first)), dtype="str")
    result |= {"units": counts.ravel(), "share_pct": share.ravel()}
    kept = (counts > 0) | _possible(ranking, groups, grades)
    return stamped(pd.DataFrame(result)[kept.ravel()].reset_index(drop=True), "distribution")


def _possible(ranking: pd.DataFrame, groups: np.ndarray | int, grades: list[str]) -> np.ndarray:
    """Return for each group (row) which grades its schemes have; a table graded by one has all."""
    own = ranking.attrs.get("grades_of_blocks")
    if own is None or "block" not in ranking:
        return np.arange(len(grades)) < len(grades) - 2
    possible = np.zeros((np.max(groups, initial=0) + 1, len(grades)), dtype="bool")
    keys = group_keys(ranking["block"])
    for group, key in dict.fromkeys(zip(np.broadcast_to(groups, len(keys)), keys, strict=True)):
        possible[group] |= np.isin(grades, own.get(key, grades[:-2]))
    return possible


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
    table = ranking[group_columns(ranking)].iloc[_first_rows(groups)].reset_index(drop=True)
    units = np.bincount(groups, minlength=len(table))
    scored = units - np.bincount(groups[missing], minlength=len(table))
    # Shares in whole numbers, group by group from the worst to the best; who has none stands first.
    rows, _ = sorted_rows(exact.keys, missing, groups)
    whole, percent = exact.on_one_scale
    names, found = ranking["unit"].to_numpy(), []
    for end, count in zip(units.cumsum(), scored.tolist(), strict=True):
        own = rows[end - count : end]
        part = whole[own]
        if not count:
            found.append({"above_mean": 0})
            continue
        total, worst, best = int(part.sum()), int(part[0]), int(part[-1])
        middle = int(part[(count - 1) // 2]) + int(part[count // 2])
        sums = {"mean": (total, count), "median": (middle, 2), "best": (best, 1),
                "worst": (worst, 1), "spread": (best - worst, 1)}  # fmt: skip
        # Above the mean is above its whole part: shares are whole numbers.
        last, above = part.searchsorted([worst, total // count], "right")
        statistics = {
            name: value * percent.numerator / (parts * percent.denominator)
            for name, (value, parts) in sums.items()
        }
        ends = {"first_unit": own[part.searchsorted(best) :], "last_unit": own[:last]}
        ends = {column: "; ".join(names[tied]) for column, tied in ends.items()}
        found.append({**statistics, **ends, "above_mean": count - above})
    told = pd.DataFrame(found, columns=TABLES["columns"]["blocks"][2:])
    kinds = {"above_mean": "int64", "first_unit": "str", "last_unit": "str"}
    told = told.astype(dict.fromkeys(told, "float64") | kinds)
    table = table.assign(units=units, scored_units=scored).join(told)
    return stamped(table, "blocks", in_points=out_of_100(ranking))


def graded(ranking: pd.DataFrame, scheme: AnyScheme) -> tuple[pd.DataFrame, Scheme]:
    """Return `ranking` graded by `scheme`, and that; grades it has must not be of another."""
    points = checked(ranking)
    scheme = scheme_for(scheme, points.table)
    result = with_grades(points, scheme)
    _check_same(ranking, result, "grade", scheme)
    return result, scheme


def ranked(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return `ranking` ranked within its years and blocks, refusing ranks among other units."""
    result = with_ranks(checked(ranking))
    _check_same(ranking, result, "rank")
    return result


def _check_same(
    table: pd.DataFrame, result: pd.DataFrame, column: str, scheme: Scheme | None = None
) -> None:
    """Refuse ranks among other units than a table's own, and grades of another scheme."""
    if column not in table:
        return
    kind, none = ("Int64", 0) if column == "rank" else ("object", NO_GRADE)
    old, new = (t[column].astype(kind).fillna(none) for t in (table, result))
    if not (differs := (old != new).to_numpy()).any():
        return
    at = differs.argmax()
    unit, old, new = table["unit"].iloc[at], old.iloc[at], new.iloc[at]
    if scheme is None:
        had, has = (f"có hạng {rank}" if rank else "không có hạng" for rank in (old, new))
        raise Refusal(
            f"Đơn vị '{unit}' {had} trong bảng nhưng {has} khi xếp lại trong năm và khối của bảng "
            "này", "hãy dùng cả bảng thay cho một phần, hoặc dùng rank_units lại",
        )  # fmt: skip
    scheme = scheme.of(table.iloc[[at]])
    raise Refusal(
        f"Đơn vị '{unit}' có xếp loại '{old}' trong bảng nhưng thang '{scheme.name or scheme}' cho "
        f"'{new}'", "hãy chọn đúng thang xếp loại ({option})", option=Option("scheme"),
    )  # fmt: skip


def check_graded(table: pd.DataFrame) -> None:
    """Refuse grades that have lost their scheme: its empty grades would be missing."""
    check_columns(table, ["grade"])
    if not isinstance(table["grade"].dtype, pd.CategoricalDtype):
        raise Refusal(
            "Cột 'grade' không còn mang thang xếp loại (bảng đã được ghép hoặc đọc lại từ tệp)",
            "hãy dùng grade_units lại với đúng thang",
        )


def in_order(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by year and block, rank, then source order, numbered within each group."""
    if "rank" not in ranking:
        ranking = with_ranks(Exact.of(ranking))
    groups = group_numbers(ranking)
    order = np.lexsort([ranking["rank"].to_numpy("float64", na_value=np.inf), groups])
    groups = groups[order]
    numbers = np.arange(1, len(groups) + 1) - _first_rows(groups)[groups]
    return ranking.iloc[order].reset_index(drop=True).assign(group=groups, number=numbers)


def _with(points: Exact, scheme: Scheme | None, **derived: object) -> pd.DataFrame:
    """Return the table of these points with percent and what is derived, in a fixed order."""
    table = points.table
    derived["percent"] = points.percent()
    derived = {c: derived.get(c, table.get(c)) for c in _DERIVED if c in derived or c in table}
    table = stamped(table.drop(columns=[*_DERIVED], errors="ignore").assign(**derived), "ranking")
    if scheme is not None:
        table.attrs.pop("grades_of_blocks", None)
    if isinstance(scheme, BlockSchemes):
        own = {unit_key(b): list(one.grades) for b, one in scheme.of_block.items()}
        table.attrs["grades_of_blocks"] = own
    return table


def stamped(table: pd.DataFrame, kind: str, **told: object) -> pd.DataFrame:
    """Return a table with the columns of its kind, and what it is and tells for who prints it."""
    if columns := TABLES["columns"].get(kind):
        table = table[[*group_columns(table), *(name for name in columns if name in table)]]
    table.attrs = table.attrs | {"kind": kind, **told}
    return table


def _first_rows(groups: np.ndarray) -> np.ndarray:
    """Return the first row of each group that `group_numbers` gives."""
    first = np.empty(groups.max(initial=-1) + 1, dtype="int64")
    first[groups[::-1]] = _row_numbers(len(groups))[::-1]  # what is written last stays
    return first


def _row_numbers(rows: int) -> np.ndarray:
    """Return 0, 1, 2… for the rows of a table, in half the memory where that holds them."""
    return np.arange(rows, dtype="int32" if rows < 2**31 else "int64")


def sorted_rows(
    keys: np.ndarray, missing: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows by group and key (missing first), and a number for both in that order."""
    # Group, key and row are packed into one whole number: nothing sorts faster.
    bits, several = len(keys).bit_length(), int(groups.max(initial=0)) + 1
    least, most = int(keys.min(initial=0)), int(keys.max(initial=0))
    if several * (most - least + 2) << bits >= 2**63:
        keys, values = pd.factorize(keys, sort=True)
        least, most = 0, len(values)
    span = most - least + 2
    line = groups * span
    line += keys
    line -= least - 1
    line[missing] = groups[missing] * span
    if several * span << bits >= 2**63:
        order = np.argsort(line, kind="stable")
        return order, line[order]
    line <<= bits
    line |= _row_numbers(len(line))
    line.sort()
    rows = line & (2**bits - 1)
    line >>= bits
    return rows, line


def ranks_within(keys: np.ndarray, missing: np.ndarray, groups: np.ndarray) -> pd.array:
    """Return the competition rank (Int64) of each key in its group: as pandas' "min", faster."""
    rows, line = (array[::-1] for array in sorted_rows(keys, missing, groups))
    place = _row_numbers(len(keys))
    place[1:] *= line[1:] != line[:-1]  # tied ones share the better place
    np.maximum.accumulate(place, out=place)
    sizes = np.bincount(groups)[::-1]
    place -= np.repeat((np.cumsum(sizes) - sizes - 1).astype(place.dtype), sizes)
    rank = np.empty(len(keys), dtype="int64")
    rank[rows] = place
    return pd.arrays.IntegerArray(rank, missing.copy())


def count_above(keys: np.ndarray, groups: np.ndarray, *, pool: np.ndarray) -> np.ndarray:
    """Return for each key how many of the pool, a key for each row, are greater in its group."""
    size = 2 * len(keys)
    _, place = np.unique(np.concatenate([keys, pool]), return_inverse=True)
    _, group = np.unique(groups, return_inverse=True)
    own, pool = place.reshape(2, -1) + group * size  # on one line, each group with a stretch of it
    line = np.sort(pool)
    return np.searchsorted(line, (group + 1) * size) - np.searchsorted(line, own, side="right")
