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
from cchc_analysis.scoring.schemes import GradeScheme
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


def grade_names(distribution: pd.DataFrame, scheme: GradeScheme) -> tuple[pd.Series, pd.Series]:
    """Return the name of each row of a distribution, with bound, year and block, and the bound."""
    foreign = ~distribution["grade"].isin([*scheme.grades, NO_GRADE, UNSCORED])
    if foreign.any():
        grade = distribution["grade"][foreign].iloc[0]
        raise Refusal(
            f"Loại '{grade}' trong bảng không thuộc thang '{scheme.name or scheme}'",
            "hãy chọn đúng thang xếp loại ({option})",
            value=grade,
            option=Option("scheme"),
        )
    words = dict(zip(scheme.grades, scheme.bounds_in_words(), strict=True))
    bounds = distribution["grade"].map(lambda grade: words.get(grade, ""))
    names = distribution["grade"] + bounds.map(lambda bound: f" ({bound})" if bound else "")
    for column in reversed(distribution.columns[: distribution.columns.get_loc("grade")]):
        names = distribution[column].astype("str") + " – " + names
    return names, bounds


def assumption(scheme: GradeScheme) -> str:
    """Return the sentence that an alt text owes its reader where the cut-offs are assumed."""
    return f" Ngưỡng xếp loại: {ASSUMED}." if scheme.assumed else ""


def draw_bars(
    frame: Frame, lengths: pd.Series, grades: pd.Series, scheme: GradeScheme
) -> BarContainer:
    """Draw a bar in each row in the shade of its grade; white without one."""
    shades = grade_shades(scheme.grades)
    colors = [shades.get(grade, "white") for grade in grades]
    return frame.ax.barh(frame.rows, lengths, 0.72, color=colors, edgecolor="black", lw=0.5)


def draw_cutoffs(
    frame: Frame, table: pd.DataFrame, scheme: GradeScheme, more: str = ""
) -> dict[str, str]:
    """Draw the cut-offs and label the axis; return those in view for the numbers."""
    ax, (left, right) = frame.ax, frame.ax.get_xlim()
    for bound, _ in scheme.cuts:
        ax.axvline(bound, color="white", linewidth=1.6)  # so that the dashes show on any bar
        ax.axvline(bound, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    drawn = [(bound, told) for bound, told in scheme.cuts if left <= bound <= right]
    room, last = (right - left) * (0.09 if frame.is_wide else 0.35), np.inf
    for bound, told in drawn:  # one that has no room is in the words below the axes, where all are
        if last - bound > room:
            last = bound
            ax.annotate(
                told.replace("trên ", ">"), (bound, 1), (0, 3), ha="center", fontsize=8,
                xycoords=ax.get_xaxis_transform(), textcoords="offset points",
            )  # fmt: skip
    start = f", trục bắt đầu từ {left:g}" if left else ""
    in_view = [told for _, told in drawn]
    assumed = f" ({ASSUMED})" if scheme.assumed else ""
    ax.set_xlabel(
        f"{'Điểm' if out_of_100(table) else 'Tỷ lệ điểm, %'} "
        f"({lower_first(scale_of(table))}{start})"
        + (f"\nNét đứt: ngưỡng xếp loại {'/'.join(in_view)}{assumed}" if drawn else "")
        + more
    )
    return {SHOWN["cutoffs"]: "; ".join(in_view)} if drawn else {}
