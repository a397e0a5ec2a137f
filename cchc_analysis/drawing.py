"""What all charts share: rows with names, text beside them, cut-offs, shades, line breaks."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.format import format_number, format_percent, printed_places
from cchc_analysis.labels import ASSUMED, CHOOSE_SCHEME, NO_GRADE, UNSCORED, scale
from cchc_analysis.ranking import in_order
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.table import row_names
from cchc_analysis.text import decimal_comma, unit_key

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

ACCENT = "#d6604d"
_TITLE_PAD = 16  # points between the axes and the title, where the cut-offs are written
_WIDTH = 6.3  # inches: 160 mm, the text width of an A4 report
_LINE = 0.14  # inches: one line of 8 pt
_NAME_LETTERS = 40
_TITLE_LETTERS = 44


def ready(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order in which they are drawn, with the name of each."""
    if ranking.empty:
        raise ValueError("Bảng không có đơn vị nào để vẽ.")
    table = in_order(ranking)
    return table.assign(name=row_names(table))


def chosen_rows(table: pd.DataFrame, unit: str | None) -> pd.Series:
    """Return which rows are of the chosen unit, refusing one that is not there or has no score."""
    chosen = table["unit"].map(unit_key) == unit_key(unit or "")
    if unit is not None and not chosen.any():
        close = difflib.get_close_matches(unit, table["unit"], n=1, cutoff=0)
        raise ValueError(f"Không có đơn vị '{unit}' trong bảng; gần nhất là '{close[0]}'.")
    if unit is not None and table["score"][chosen].isna().all():
        raise ValueError(f"Đơn vị '{unit}' chưa được chấm; hãy chọn đơn vị khác.")
    return chosen


def out_of_100(table: pd.DataFrame) -> bool:
    """Return whether points are percent, so that scores can be drawn and printed as they are."""
    return bool((table["max_score"] == 100).all())


def values_in_words(table: pd.DataFrame) -> pd.Series:
    """Return what is drawn, as it is printed: points of 100, or percent of another maximum."""
    if out_of_100(table):
        places = printed_places(table["score"])
        return table["score"].map(lambda score: format_number(score, places))
    return table["percent"].map(format_percent)


def grade_names(distribution: pd.DataFrame, scheme: GradeScheme) -> pd.Series:
    """Return the name of each row of a distribution, with its bound, year and block."""
    foreign = ~distribution["grade"].isin([*scheme.grades, NO_GRADE, UNSCORED])
    if foreign.any():
        raise ValueError(
            f"Loại '{distribution['grade'][foreign].iloc[0]}' trong bảng không thuộc thang "
            f"'{scheme.name or scheme}'; {CHOOSE_SCHEME}."
        )
    bounds = dict(zip(scheme.grades, scheme.bounds_in_words(), strict=True))
    names = distribution["grade"].map(lambda g: f"{g} ({bounds[g]})" if g in bounds else g)
    for column in reversed(distribution.columns[: distribution.columns.get_loc("grade")]):
        names = distribution[column].astype("str") + " – " + names
    return names


def measure(table: pd.DataFrame) -> str:
    """Return in words what is drawn."""
    return "điểm cải cách hành chính" if out_of_100(table) else "tỷ lệ điểm cải cách hành chính"


def of_year(table: pd.DataFrame) -> str:
    """Return the year for the end of a title, if the table is of one."""
    one = "year" in table and table["year"].nunique() == 1
    return f", năm {table['year'].iloc[0]}" if one else ""


def assumption(scheme: GradeScheme) -> str:
    """Return the sentence that an alt text owes its reader where the cut-offs are assumed."""
    return f" Ngưỡng xếp loại: {ASSUMED}." if scheme.assumed else ""


def row_axes(ax: Axes | None, names: Iterable[str], letters: int = _NAME_LETTERS) -> Axes:
    """Return axes with a row for each name, first on top; a new figure grows with the rows."""
    import matplotlib.pyplot as plt

    names = [wrap(name, letters) for name in names]
    if ax is None:
        pitch = 0.07 + _LINE * max(name.count("\n") + 1 for name in names)
        _, ax = plt.subplots(figsize=(_WIDTH, 1.3 + pitch * len(names)), layout="constrained")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    return ax


def write_right(ax: Axes, texts: Iterable[str]) -> None:
    """Write a text beside each row, right of the axes, where no bar or line can cross it."""
    for row, text in enumerate(texts):
        ax.text(1.01, row, text, transform=ax.get_yaxis_transform(), va="center", fontsize=8)


def draw_bars(ax: Axes, lengths: pd.Series, grades: pd.Series, scheme: GradeScheme) -> BarContainer:
    """Draw a bar in each row in the shade of its grade: darkest for the best, in order in grey."""
    from matplotlib import colormaps

    shades = colormaps["Blues"](np.linspace(0.95, 0.1, len(scheme.grades)))
    shade_of = dict(zip(scheme.grades, shades, strict=True))
    colors = [shade_of.get(grade, "white") for grade in grades]
    return ax.barh(range(len(lengths)), lengths, 0.72, color=colors, edgecolor="black", lw=0.5)


def draw_cutoffs(ax: Axes, table: pd.DataFrame, scheme: GradeScheme) -> None:
    """Draw the cut-offs, and say below what the axis is and which lines are in view."""
    left, right = ax.get_xlim()
    bounds = [bound for bound in scheme.bounds if bound]
    for bound in bounds:
        ax.axvline(bound, color="white", linewidth=1.6)  # so that the dashes show on any bar
        ax.axvline(bound, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    drawn = [bound for bound in bounds if left <= bound <= right]
    for bound in drawn:
        ax.annotate(
            decimal_comma(bound), (bound, 1), (0, 3), xycoords=ax.get_xaxis_transform(),
            textcoords="offset points", ha="center", fontsize=8,
        )  # fmt: skip
    in_words = table.attrs.get("scale") or scale(table["max_score"])
    start = f", trục bắt đầu từ {left:g}" if left else ""
    in_view = "/".join(map(decimal_comma, drawn))
    assumed = f" ({ASSUMED})" if scheme.assumed else ""
    ax.set_xlabel(
        f"{'Điểm' if out_of_100(table) else 'Tỷ lệ điểm, %'} "
        f"({in_words[0].lower()}{in_words[1:]}{start})"
        + (f"\nNét đứt: ngưỡng xếp loại {in_view}{assumed}" if drawn else "")
    )


def first_and_last(table: pd.DataFrame, values: pd.Series) -> str:
    """Return a sentence on the first and the last scored unit of each year and block."""
    scored = table[table["score"].notna()]
    if scored.empty:
        return "Chưa có đơn vị nào được chấm."
    words = table["name"] + " (" + values + ")"
    return " ".join(
        f"Đầu bảng: {words[rows[0]]}; cuối bảng: {words[rows[-1]]}."
        for rows in scored.groupby("group").groups.values()
    )


def set_title(ax: Axes, title: str, pad: float = _TITLE_PAD) -> None:
    """Set the title, broken into lines, above the cut-offs."""
    one_word = "cải cách hành chính"
    title = title.replace(one_word, one_word.replace(" ", "\xa0"))
    ax.set_title(wrap(title, _TITLE_LETTERS), pad=pad)


def wrap(text: str, letters: int) -> str:
    """Break text into the fewest lines of at most so many letters, and those about equally long."""
    text = text.replace("$", r"\$")  # a dollar sign is no mathematics
    fewest = len(textwrap.wrap(text, letters))
    for width in range(max(1, len(text) // max(fewest, 1)), letters):
        if len(lines := textwrap.wrap(text, width)) == fewest:
            return "\n".join(lines)
    return textwrap.fill(text, letters)
