"""Grades on charts: their shades and bars, their names with bounds, and the cut-offs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.frame import Frame
from cchc_analysis.charts.units import out_of_100
from cchc_analysis.groups import scale_of
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.schemes import BlockSchemes, GradeScheme
from cchc_analysis.text import lower_first
from cchc_analysis.vocabulary import ASSUMED, NO_GRADE, SHOWN, UNSCORED

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
        names = distribution[column].astype("str") + " – " + names
    return names, bounds


def assumption(scheme: GradeScheme | BlockSchemes) -> str:
    """Return the sentence that an alt text owes its reader where the cut-offs are assumed."""
    return f" Ngưỡng xếp loại: {ASSUMED}." if scheme.assumed else ""


def draw_bars(
    frame: Frame, lengths: pd.Series, grades: pd.Series, scheme: GradeScheme | BlockSchemes
) -> BarContainer:
    """Draw a bar in each row in the shade of its grade; white without one."""
    shades = grade_shades(scheme.grades)
    colors = [shades.get(grade, "white") for grade in grades]
    return frame.ax.barh(frame.rows, lengths, 0.72, color=colors, edgecolor="black", lw=0.5)


def draw_cutoffs(
    frame: Frame, table: pd.DataFrame, scheme: GradeScheme | BlockSchemes, more: str = ""
) -> dict[str, str]:
    """Draw the cut-offs and label the axis; return those in view for the numbers.

    Those of a block stand beside its rows only.
    """
    ax, (left, right) = frame.ax, frame.ax.get_xlim()
    told_of, in_view = [], pd.Series("", table.index, dtype="object")
    for block, rows, one in scheme.parts(table):
        drawn = [(bound, told) for bound, told in one.cuts if left <= bound <= right]
        if block:
            _mark_block(frame, frame.rows[rows], one)
        else:
            _mark_all(frame, one, drawn)
        if drawn:
            cuts, assumed = [told for _, told in drawn], f" ({ASSUMED})" if one.assumed else ""
            in_view[rows] = "; ".join(cuts)
            told_of.append(f"{block} {'/'.join(cuts)}{assumed}".strip())
    start = f", trục bắt đầu từ {left:g}" if left else ""
    ax.set_xlabel(
        f"{'Điểm' if out_of_100(table) else 'Tỷ lệ điểm, %'} "
        f"({lower_first(scale_of(table))}{start})"
        + (f"\nNét đứt: ngưỡng xếp loại {'; '.join(told_of)}" if told_of else "")
        + more
    )
    return {SHOWN["cutoffs"]: in_view} if told_of else {}


def _mark_all(frame: Frame, scheme: GradeScheme, drawn: Sequence[tuple[float, str]]) -> None:
    """Draw the cut-offs of all rows, and write those above the axes that have room there."""
    ax, (left, right) = frame.ax, frame.ax.get_xlim()
    for bound, _ in scheme.cuts:
        ax.axvline(bound, color="white", linewidth=1.6)  # so that the dashes show on any bar
        ax.axvline(bound, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    room, last = (right - left) * (0.09 if frame.is_wide else 0.35), np.inf
    for bound, told in drawn:  # one that has no room is in the words below the axes, where all are
        if last - bound > room:
            last = bound
            ax.annotate(
                told.replace("trên ", ">"), (bound, 1), (0, 3), ha="center", fontsize=8,
                xycoords=ax.get_xaxis_transform(), textcoords="offset points",
            )  # fmt: skip


def _mark_block(frame: Frame, rows: np.ndarray, scheme: GradeScheme) -> None:
    """Draw the cut-offs of some rows beside them."""
    for bound, _ in scheme.cuts:
        for color, width, line in (("white", 1.6, "-"), ("black", 0.8, (0, (4, 3)))):
            frame.ax.vlines(bound + 0 * rows, rows - 0.5, rows + 0.5, color, line, linewidth=width)
