"""What the functions ask of a table: its columns, and the groups within which units compare."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from cchc_analysis.refusal import Refusal
from cchc_analysis.text import ASSUMED, NO_GRADE, UNSCORED, decimal_comma, near, unit_key

LEVELS = ("field", "criterion", "subcriterion")
SCORES = ("unit", "score", "max_score")


def scale_of(table: pd.DataFrame) -> str:
    """Return the scale (thang điểm) of a table in words, and whether it is assumed."""
    maxima = table["max_score"].dropna()
    if maxima.empty:
        return "Thang điểm không ghi"
    if maxima.nunique() > 1:
        words = "Thang điểm riêng của từng đơn vị"
    else:
        words = f"Thang điểm {decimal_comma(maxima.iloc[0])}"
    is_assumed = "max_assumed" in table and table["max_assumed"].fillna(False).any()
    return f"{words} – {ASSUMED}" if is_assumed else words


def out_of_100(table: pd.DataFrame) -> bool:
    """Return whether points are percent, so that scores can be told and drawn as they are."""
    return bool((table["max_score"].dropna() == 100).all())


def group_columns(table: pd.DataFrame) -> list[str]:
    """Return those of year and block that the table has: units are compared within them."""
    return [column for column in ("year", "block") if column in table]


def several_groups(table: pd.DataFrame) -> list[str]:
    """Return those of year and block that differ between rows, so that a row must name them."""
    return [column for column in group_columns(table) if table[column].nunique(dropna=False) > 1]


def groups_in_words(values: pd.Series) -> pd.Series:
    """Return years or blocks as texts, and in words where one is missing."""
    return values.astype("object").where(values.notna(), "không ghi").map(str)


def group_keys(values: pd.Series) -> pd.Series:
    """Return the keys under which the years or blocks of two tables are one, missing ones too."""
    return groups_in_words(values).map(unit_key)


def row_names(table: pd.DataFrame) -> pd.Series:
    """Return the unit of each row, with its year and block where the table has several."""
    names = table["unit"].astype("object")
    for column in several_groups(table):
        names = names + " – " + groups_in_words(table[column])
    return names.astype("str")


def has_unit(table: pd.DataFrame, unit: str) -> bool:
    """Return whether a unit is in a table."""
    return bool((table["unit"].map(unit_key) == unit_key(unit)).any())


def is_unit(table: pd.DataFrame, unit: str | None) -> pd.Series:
    """Return which rows are of a unit, refusing one that is not there; without one, none is."""
    if not isinstance(unit, str | None):
        raise Refusal(
            f"unit={unit!r:.60} không dùng được", 'hãy ghi tên một đơn vị, ví dụ unit="Sở Nội vụ"',
            value=unit,
        )  # fmt: skip
    if unit is not None and not has_unit(table, unit):
        hint = near(unit, table["unit"], 0.4, unit_key)
        raise Refusal(f"Không có đơn vị '{unit}' trong bảng{hint}", "hãy ghi đúng tên", value=unit)
    return table["unit"].map(unit_key) == unit_key(unit or "")


def group_numbers(table: pd.DataFrame, within: str | Sequence[str] | None = None) -> np.ndarray:
    """Return for each row the number of its group: by default of its year and block."""
    columns = group_columns(table) if within is None else as_names(within)
    check_columns(table, columns)
    numbers = np.zeros(len(table), dtype="int64")
    for at, column in enumerate(columns):
        try:
            codes, _ = pd.factorize(table[column], use_na_sentinel=False)
        except TypeError:
            raise Refusal(f"Cột '{column}' có ô là danh sách", "hãy ghi chữ hoặc số") from None
        numbers = pd.factorize(numbers * len(table) + codes)[0] if at else codes
    return numbers


def as_names(columns: str | Sequence[str] | None) -> list[str]:
    """Return the columns by which to group as a list."""
    if isinstance(columns, str):
        return [columns]
    is_list = isinstance(columns, Collection | None) and not isinstance(columns, pd.DataFrame)
    names = list(() if columns is None else columns) if is_list else []
    if not is_list or not all(isinstance(name, str) for name in names):
        raise Refusal(
            f"{columns!r:.60} không phải là tên cột", 'hãy ghi ví dụ ["year", "block"]',
            value=columns,
        )  # fmt: skip
    return names


def in_group(rows: pd.DataFrame, group: Mapping[str, object]) -> pd.Series:
    """Return which rows are of a year and block, as far as they have these."""
    here = pd.Series(True, rows.index)
    for column in group_columns(rows):
        if column in group:
            (key,) = group_keys(pd.Series([group[column]]))
            here &= group_keys(rows[column]) == key
    return here


def of_group(rows: pd.DataFrame | None, part: pd.DataFrame) -> pd.DataFrame | None:
    """Return the rows of the year and block of a part of the ranking, or else of its units."""
    if rows is None:
        return None
    here = in_group(rows, part.iloc[0])
    if "field" in rows:
        here &= rows["unit"].map(unit_key).isin(part["unit"].map(unit_key))
    return rows[here]


def year_numbers(table: pd.DataFrame) -> np.ndarray:
    """Return for each row the number of its year: of all blocks together."""
    return group_numbers(table, [column for column in group_columns(table) if column == "year"])


def _are_of_all_blocks(table: pd.DataFrame) -> bool:
    """Return whether the published ranks of a year go through all of its blocks."""
    if "block" not in several_groups(table) or not table["published_rank"].notna().any():
        return False
    ranks = table["published_rank"]
    return bool(
        ranks.groupby(year_numbers(table)).rank(method="min").eq(ranks)[ranks.notna()].all()
    )


def holes_in_ranks(table: pd.DataFrame) -> pd.Series:
    """Return for the rows of each group that is a part of a table the first rank that lacks.

    Published ranks are of a part if one is greater than the number of units: a misprint among
    them is none, and a scored unit without a published rank may have the one that lacks.
    """
    if "published_rank" not in table or _are_of_all_blocks(table):
        return pd.Series(dtype="Int64")
    ranks, groups = table["published_rank"], group_numbers(table)
    blank = ranks.isna() & table["score"].notna()
    units = (ranks.notna() | blank).groupby(groups).transform("sum")
    if not (is_beyond := (ranks > units).fillna(False)).any():
        return pd.Series(dtype="Int64")
    due = ranks.groupby(groups).rank(method="min").astype("Int64")
    due += blank.groupby(groups).transform("sum")
    lacking = due.where(ranks > due).groupby(groups).transform("min")
    return lacking[is_beyond.groupby(groups).transform("any")]


def grades_in_words(table: pd.DataFrame) -> pd.Series:
    """Return the grade of each row, and in words why there is none."""
    grades = table["grade"].astype("object").fillna(NO_GRADE)
    return grades.mask(table["score"].isna(), UNSCORED)


def check_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    """Refuse a table that lacks a column, naming what adds it, and one that has some twice."""
    if not isinstance(table, pd.DataFrame):
        raise Refusal(f"Cần bảng do load_scores hay load_fields đọc, không phải {table!r:.60}")
    if isinstance(table.columns, pd.MultiIndex):
        raise Refusal("Bảng có tiêu đề nhiều tầng", "hãy gộp thành một dòng tiêu đề")
    made_by = dict.fromkeys(SCORES, "load_scores") | {"field": "load_fields"}
    made_by |= {"rank": "rank_units", "grade": "grade_units"}
    for column in [*needed, *table.columns[table.columns.duplicated()]]:
        if column not in table:
            remedy = f"dùng {made_by[column]} trước" if column in made_by else "kiểm tra lại bảng"
            columns = ", ".join(map(str, table.columns))
            problem = f"Bảng không có cột '{column}' (các cột: {columns})"
            raise Refusal(problem, f"hãy {remedy}", value=column)
        if isinstance(table[column], pd.DataFrame):
            raise Refusal(f"Bảng có nhiều cột '{column}'", "hãy giữ lại một cột", value=column)
