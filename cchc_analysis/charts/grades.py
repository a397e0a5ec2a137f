"""Grades on charts: their shades and bars, their names with bounds, and the cut-offs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.frame import PALE, Frame
from cchc_analysis.groups import groups_in_words
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.schemes import BlockSchemes, GradeScheme
from cchc_analysis.vocabulary import ASSUMED, NO_GRADE, UNSCORED

if TYPE_CHECKING:
    from matplotlib.container import BarContainer


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


def grade_names(
    distribution: pd.DataFrame, scheme: GradeScheme | BlockSchemes
) -> tuple[pd.Series, pd.Series]:
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


def assumption(scheme: GradeScheme | BlockSchemes) -> str:
    """Return the sentence that an alt text owes its reader where the cut-offs are assumed."""
    return f" Ngưỡng xếp loại: {ASSUMED}." if scheme.assumed else ""


def draw_bars(
    frame: Frame, lengths: pd.Series, grades: pd.Series, scheme: GradeScheme | BlockSchemes
) -> BarContainer:
    """Draw a bar in each row in the shade of its grade; grey without one."""
    shades = grade_shades(scheme.grades)
    colors = [shades.get(grade, PALE) for grade in grades]
    return frame.ax.barh(frame.rows, lengths, 0.72, color=colors, edgecolor="#8c9bab", lw=0.4)


def draw_cutoffs(
    frame: Frame, table: pd.DataFrame, scheme: GradeScheme | BlockSchemes
) -> tuple[pd.Series, str]:
    """Draw the cut-offs beside the rows that they are of; return those in view, and all in words.

    Those of all rows are written above the axes, where there is room.
    """
    ax, (left, right) = frame.ax, frame.ax.get_xlim()
    told_of, in_view = [], pd.Series("", table.index, dtype="object")
    look = {"color": "black", "linewidth": 0.8, "linestyle": (0, (4, 3)), "zorder": 2}
    for block, rows, one in scheme.parts(table):
        drawn = [(bound, told) for bound, told in one.cuts if left <= bound <= right]
        last = np.inf
        for bound, told in drawn:
            if block:
                at = frame.rows[rows]
                ax.vlines(bound + 0 * at, at - 0.5, at + 0.5, **look)
                continue
            ax.axvline(bound, **look)
            if (last - bound) / (right - left) > (0.09 if frame.is_wide else 0.35):
                last = bound
                frame.write_above((bound - left) / (right - left), told.replace("trên ", ">"))
        if drawn:
            cuts, assumed = [told for _, told in drawn], f" ({ASSUMED})" if one.assumed else ""
            in_view[rows] = "; ".join(cuts)
            told_of.append(f"{block} {'/'.join(cuts)}{assumed}".strip())
    return in_view, "; ".join(told_of)
