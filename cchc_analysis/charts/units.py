"""The units and grades that a chart draws: their order, names, values, shades, words on them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cchc_analysis.groups import (
    SCORES,
    check_columns,
    groups_in_words,
    is_unit,
    out_of_100,
    row_names,
    several_groups,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.printing import format_number, format_percent, printed_places
from cchc_analysis.scoring.ranking import in_order
from cchc_analysis.scoring.schemes import Scheme
from cchc_analysis.text import ASSUMED, MEAN, NO_GRADE, SHOWN, UNSCORED, listed

MANY = 40  # units: more are no picture that is seen at once


def check_units(table: pd.DataFrame, column: str = "unit") -> None:
    """Refuse what is no table of units or of their grades, and a table of nobody."""
    check_columns(table, [column])
    if table.empty:
        raise Refusal("Bảng không có đơn vị nào để vẽ")


def drawn_units(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order in which they are drawn, with the name of each."""
    check_units(ranking)
    check_columns(ranking, SCORES)
    table = in_order(ranking)
    return table.assign(name=row_names(table))


def chosen_rows(table: pd.DataFrame, unit: str | None) -> pd.Series:
    """Return which rows are of the chosen unit, refusing one that is not there or has no score."""
    chosen = is_unit(table, unit)
    if unit is not None and table["score"][chosen].isna().all():
        raise Refusal(f"Đơn vị '{unit}' chưa được chấm", "hãy chọn đơn vị khác", value=unit)
    return chosen


def chosen_units(table: pd.DataFrame, unit: str | Sequence[str] | None, *, most: int) -> list[str]:
    """Return the chosen units as the table spells them, one or several, refusing too many."""
    given = [*unit] if isinstance(unit, Sequence) and not isinstance(unit, str) else [unit]
    given = [] if unit is None else given
    if len(given) > most or (unit is not None and not given):
        raise Refusal(f"unit= có {len(given)} đơn vị", f"hãy chọn từ 1 đến {most}", value=unit)
    return list(dict.fromkeys(table["unit"][chosen_rows(table, one)].iloc[0] for one in given))


def printed_values(table: pd.DataFrame) -> pd.Series:
    """Return what is drawn, as it is printed: points of 100, or percent of another maximum."""
    if out_of_100(table):
        places = printed_places(table["score"])
        return table["score"].map(lambda score: format_number(score, places))
    return table["percent"].map(format_percent)


def measure(table: pd.DataFrame) -> str:
    """Return in words what is drawn."""
    return "điểm cải cách hành chính" if out_of_100(table) else "tỷ lệ điểm cải cách hành chính"


def headings(table: pd.DataFrame) -> dict[int, list[tuple[str, bool]]]:
    """Return for the first row of each year and block its name in bold, where there are several."""
    several = several_groups(table)
    firsts = table.drop_duplicates("group") if several else table[:0]
    return {at: [(group_name(row, several), True)] for at, row in firsts.iterrows()}


def group_name(row: pd.Series, columns: list[str]) -> str:
    """Return the year and block of a row."""
    names = groups_in_words(row[columns])
    return " – ".join(names.where(names.index != "year", "Năm " + names)) or "Cả bảng"


def numbers(table: pd.DataFrame, *, ranks: bool = False) -> dict[str, pd.Series]:
    """Return the columns that say which unit a row is of, and its value."""
    columns = [*several_groups(table), "unit", *(["rank"] if ranks else [])]
    value = "score" if out_of_100(table) else "percent"
    said = {SHOWN[column]: table[column] for column in columns}
    return said | {SHOWN[value]: printed_values(table).str.rstrip("%")}


def numbered(names: pd.Series, ranks: pd.Series) -> pd.Series:
    """Return names with their rank before them, where they have one."""
    return (ranks.astype("Int64").astype("string") + ". ").fillna("") + names


def counted(table: pd.DataFrame) -> str:
    """Return how many units are drawn, and of how many where some have no score."""
    scored, units = table["score"].count(), f"{len(table)} đơn vị"
    return units if scored == len(table) else f"{scored} đơn vị được chấm (trong số {units})"


def first_and_last(table: pd.DataFrame, values: pd.Series | None = None) -> str:
    """Return a sentence on the first and the last scored units of each year and block."""
    sentences = []
    for _, rows in table[table["score"].notna()].groupby("group"):
        ends = []
        for rank in (rows["rank"].min(), rows["rank"].max()):
            tied = rows["name"][rows["rank"] == rank]
            value = "" if values is None else f" ({values[tied.index[0]]})"
            ends.append(f"{listed(tied.tolist())}{value}")
        sentences.append(f"Đầu bảng: {ends[0]}; cuối bảng: {ends[1]}.")
    return " ".join(sentences) or "Chưa có đơn vị nào được chấm."


def reference(table: pd.DataFrame, chosen: pd.Series, unit: str | None) -> tuple[pd.Series, str]:
    """Return the percent to compare each row with, and whose: its group's mean, or one unit's."""
    groups = table.groupby("group")
    if unit is not None:
        own = table[chosen].groupby("group")["percent"].first()
        return table["group"].map(own), table["unit"][chosen].iloc[0]
    means = {at: exact.mean_percent(g) for at, g in groups}
    every = ", ".join(f"từng {SHOWN[column].lower()}" for column in several_groups(table))
    return table["group"].map(means), f"{MEAN} {every}".strip()


def grade_shades(grades: Sequence[str]) -> dict[str, str]:
    """Return the shade of each grade, given best first: darkest for the best, in order in grey."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    shades = colormaps["Blues"](np.linspace(0.95, 0.1, len(grades)))
    return dict(zip(grades, map(to_hex, shades), strict=True))


def ink_on(shade: str) -> str:
    """Return black or white, whichever is easier to read on a shade."""
    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.3 * red + 0.59 * green + 0.11 * blue > 128 else "#ffffff"


def grade_names(distribution: pd.DataFrame, scheme: Scheme) -> tuple[pd.Series, pd.Series]:
    """Return the name of each row of a distribution, with bound, year and block, and the bound."""
    bounds = pd.Series("", distribution.index, dtype="object")
    for _, rows, one in scheme.parts(distribution):
        words = dict(zip(one.grades, one.bounds_in_words(), strict=True))
        words |= dict.fromkeys((NO_GRADE, UNSCORED), "")
        own = distribution["grade"][rows].astype("object")
        if (foreign := ~own.isin(words)).any():
            grade = own[foreign].iloc[0]
            raise Refusal(
                f"Loại '{grade}' trong bảng không thuộc thang '{one.name or one}'",
                "hãy chọn đúng thang xếp loại ({option})", value=grade, option=Option("scheme"),
            )  # fmt: skip
        bounds[own.index] = own.map(words)
    names = distribution["grade"] + bounds.map(lambda bound: f" ({bound})" if bound else "")
    for column in reversed(distribution.columns[: distribution.columns.get_loc("grade")]):
        names = groups_in_words(distribution[column]) + " – " + names
    return names, bounds


def assumption(scheme: Scheme) -> str:
    """Return the sentence that an alt text owes its reader where the cut-offs are assumed."""
    return f" Ngưỡng xếp loại: {ASSUMED}." if scheme.assumed else ""
