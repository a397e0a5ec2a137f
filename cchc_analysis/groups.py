"""What the functions ask of a table: its columns, and the groups within which units compare."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from cchc_analysis.text import decimal_comma, unit_key
from cchc_analysis.vocabulary import ASSUMED, NO_GRADE, UNSCORED

SCORES = ("unit", "score", "max_score")


def scale_of(table: pd.DataFrame) -> str:
    """Return the scale (thang điểm) of a table in words, and whether it is assumed."""
    if table["max_score"].nunique() > 1:
        words = "Thang điểm riêng của từng đơn vị"
    else:
        words = f"Thang điểm {decimal_comma(table['max_score'].iloc[0])}"
    return f"{words} – {ASSUMED}" if is_max_assumed(table) else words


def is_max_assumed(table: pd.DataFrame) -> bool:
    """Return whether nobody stated the maximum of some unit."""
    return "max_assumed" in table and bool(table["max_assumed"].fillna(False).any())


def group_columns(table: pd.DataFrame) -> list[str]:
    """Return those of year and block that the table has: units are compared within them."""
    return [column for column in ("year", "block") if column in table]


def several_groups(table: pd.DataFrame) -> list[str]:
    """Return those of year and block that differ between rows, so that a row must name them."""
    return [column for column in group_columns(table) if table[column].nunique(dropna=False) > 1]


def row_names(table: pd.DataFrame) -> pd.Series:
    """Return the unit of each row, with its year and block where the table has several."""
    names = table["unit"].astype("object")
    for column in several_groups(table):
        known = table[column].notna()
        names = names + " – " + table[column].astype("object").where(known, "không ghi").map(str)
    return names.astype("str")


def has_unit(table: pd.DataFrame, unit: str) -> bool:
    """Return whether a unit is in a table."""
    return bool((table["unit"].map(unit_key) == unit_key(unit)).any())


def is_unit(table: pd.DataFrame, unit: str | None) -> pd.Series:
    """Return which rows are of a unit, refusing one that is not there; without one, none is."""
    keys = table["unit"].map(unit_key)
    if unit is not None and not has_unit(table, unit):
        names = dict(zip(keys, table["unit"], strict=True))
        close = [names[key] for key in get_close_matches(unit_key(unit), names, n=1, cutoff=0.4)]
        hint = f" (có phải '{close[0]}'?)" if close else ""
        raise ValueError(f"Không có đơn vị '{unit}' trong bảng{hint}; hãy ghi đúng tên.")
    return keys == unit_key(unit or "")


def group_numbers(table: pd.DataFrame, within: str | Sequence[str] | None = None) -> np.ndarray:
    """Return for each row the number of its group: by default of its year and block."""
    columns = group_columns(table) if within is None else within
    columns = [columns] if isinstance(columns, str) else list(columns)
    check_columns(table, columns)
    if not columns:
        return np.zeros(len(table), dtype="int64")
    numbers, *others = (_value_numbers(table[column]) for column in columns)
    for own in others:
        numbers *= own.max(initial=0) + 1
        numbers += own
        numbers = pd.factorize(numbers)[0]
    return numbers


def _value_numbers(values: pd.Series) -> np.ndarray:
    """Return for each value its number among the distinct ones, as they are first met.

    Of a few texts held many times, where they stand in memory is compared, and then what is left.
    """
    if getattr(values.dtype, "storage", "") == "python":
        texts = np.ascontiguousarray(values.to_numpy())
        places = np.ndarray(len(texts), "intp", texts)
        if len(pd.unique(places[:10_000])) < 5_000:
            objects = pd.factorize(places)[0]
            few = values.iloc[first_rows(objects)]
            return pd.factorize(few, use_na_sentinel=False)[0][objects]
    return pd.factorize(values, use_na_sentinel=False)[0]


def first_rows(groups: np.ndarray) -> np.ndarray:
    """Return the first row of each group that `group_numbers` gives."""
    first = np.empty(groups.max(initial=-1) + 1, dtype="int64")
    first[groups[::-1]] = np.arange(len(groups) - 1, -1, -1)  # what is written last stays
    return first


def sorted_rows(keys: pd.Series, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows by group and key (missing first), and a number for both in that order.

    Group, key and row are packed into one whole number: nothing sorts faster.
    """
    key = keys.to_numpy("int64", na_value=0, copy=True)  # changed below
    bits, several = len(key).bit_length(), int(groups.max(initial=0)) + 1
    least, most = int(key.min(initial=0)), int(key.max(initial=0))
    if several * (most - least + 2) << bits >= 2**63:
        key, values = pd.factorize(key, sort=True)
        least, most = 0, len(values)
    key -= least - 1
    key[keys.isna()] = 0
    line = groups * (most - least + 2)
    line += key
    if several * (most - least + 2) << bits >= 2**63:
        order = np.argsort(line, kind="stable")
        return order, line[order]
    line <<= bits
    line |= np.arange(len(key))
    line.sort()
    rows = line & (2**bits - 1)
    line >>= bits
    return rows, line


def ranks_within(keys: pd.Series, groups: np.ndarray) -> pd.Series:
    """Return the competition rank (Int64) of each key within its group, the greatest first.

    As ``keys.groupby(groups).rank(method="min", ascending=False)``, many times faster.
    """
    rows, line = (array[::-1] for array in sorted_rows(keys, groups))
    # The narrowest whole numbers: ranks are written to rows all over the table.
    place = np.arange(1, len(keys) + 1, dtype=np.min_scalar_type(len(keys)))
    place[1:] *= line[1:] != line[:-1]  # tied ones share the better place
    np.maximum.accumulate(place, out=place)
    sizes = np.bincount(groups)[::-1]
    place -= np.repeat((np.cumsum(sizes) - sizes).astype(place.dtype), sizes)
    rank = np.empty_like(place)
    rank[rows] = place
    ranks = pd.arrays.IntegerArray(rank.astype("int64"), keys.isna().to_numpy())
    return pd.Series(ranks, keys.index, copy=False)


def of_group(rows: pd.DataFrame | None, part: pd.DataFrame) -> pd.DataFrame | None:
    """Return the rows of the year and block of a part of the ranking, or else of its units."""
    if rows is None:
        return None
    here = pd.Series(True, rows.index)
    for column in group_columns(part):
        if column in rows:
            here &= rows[column].astype("str").map(unit_key) == unit_key(str(part[column].iloc[0]))
    if "field" in rows:
        here &= rows["unit"].map(unit_key).isin(part["unit"].map(unit_key))
    return rows[here]


def holes_in_ranks(table: pd.DataFrame) -> pd.Series:
    """Return for the rows of each group that is a part of a table the first rank that lacks.

    Published ranks are of a part if one is greater than the number of units: a misprint among
    them is none, and a scored unit without a published rank may have the one that lacks.
    """
    if "published_rank" not in table:
        return pd.Series(dtype="Int64")
    ranks, groups = table["published_rank"], group_numbers(table)
    blank = (ranks.isna() & table["score"].notna()).groupby(groups).transform("sum")
    units = ranks.groupby(groups).transform("count") + blank
    due = ranks.groupby(groups).rank(method="min").astype("Int64") + blank
    lacking = due.where(ranks > due).groupby(groups).transform("min")
    return lacking[ranks.groupby(groups).transform("max") > units]


def count_above(
    keys: np.ndarray, groups: np.ndarray, *, pool: np.ndarray, pool_groups: np.ndarray
) -> np.ndarray:
    """Return for each key how many keys of the pool are greater, within its group."""
    size = len(keys) + len(pool)
    _, place = np.unique(np.concatenate([keys, pool]), return_inverse=True)
    _, group = np.unique(np.concatenate([groups, pool_groups]), return_inverse=True)
    place = group * size + place  # all groups on one line, each with a stretch of its own
    line = np.sort(place[len(keys) :])
    ends = np.searchsorted(line, (group[: len(keys)] + 1) * size)
    return ends - np.searchsorted(line, place[: len(keys)], side="right")


def grades_in_words(table: pd.DataFrame) -> pd.Series:
    """Return the grade of each row, and in words why there is none."""
    grades = table["grade"].astype("object").fillna(NO_GRADE)
    return grades.mask(table["score"].isna(), UNSCORED)


def check_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    """Refuse a table that lacks a column, naming it and the function that adds it."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"Cần bảng do load_scores hay load_fields đọc, không phải {table!r:.60}.")
    made_by = dict.fromkeys(SCORES, "load_scores") | {"field": "load_fields"}
    made_by |= {"rank": "rank_units", "grade": "grade_units"}
    for column in needed:
        if column not in table:
            remedy = f"dùng {made_by[column]} trước" if column in made_by else "kiểm tra lại bảng"
            columns = ", ".join(map(str, table.columns))
            raise ValueError(f"Bảng không có cột '{column}' (các cột: {columns}); hãy {remedy}.")


def check_graded(table: pd.DataFrame) -> None:
    """Refuse grades that have lost their scheme: its empty grades would be missing."""
    check_columns(table, ["grade"])
    if not isinstance(table["grade"].dtype, pd.CategoricalDtype):
        raise ValueError(
            "Cột 'grade' không còn mang thang xếp loại (bảng đã được ghép hoặc đọc lại từ tệp); "
            "hãy dùng grade_units lại với đúng thang."
        )
