"""How grades and their cut-offs are drawn: names, shades, bars, lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.drawing import LETTER, is_wide, out_of_100
from cchc_analysis.labels import ASSUMED, CHOOSE_SCHEME, NO_GRADE, UNSCORED, scale
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.shown import SHOWN
from cchc_analysis.text import decimal_comma

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer


def grade_names(distribution: pd.DataFrame, scheme: GradeScheme) -> tuple[pd.Series, pd.Series]:
    """Return the name of each row of a distribution, with bound, year and block, and the bound."""
    foreign = ~distribution["grade"].isin([*scheme.grades, NO_GRADE, UNSCORED])
    if foreign.any():
        raise ValueError(
            f"Loại '{distribution['grade'][foreign].iloc[0]}' trong bảng không thuộc thang "
            f"'{scheme.name or scheme}'; {CHOOSE_SCHEME}."
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


def grade_shades(scheme: GradeScheme) -> dict[str, str]:
    """Return the shade of each grade: darkest for the best, in order in grey."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    shades = colormaps["Blues"](np.linspace(0.95, 0.1, len(scheme.grades)))
    return dict(zip(scheme.grades, map(to_hex, shades), strict=True))


def ink_on(shade: str) -> str:
    """Return black or white, whichever is easier to read on a shade."""
    channels = np.array([int(shade[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])  # as WCAG defines it, and contrast too
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def draw_bars(ax: Axes, lengths: pd.Series, grades: pd.Series, scheme: GradeScheme) -> BarContainer:
    """Draw a bar in each row in the shade of its grade; white without one."""
    shades = grade_shades(scheme)
    colors = [shades.get(grade, "white") for grade in grades]
    return ax.barh(range(len(lengths)), lengths, 0.72, color=colors, edgecolor="black", lw=0.5)


def draw_cutoffs(ax: Axes, table: pd.DataFrame, scheme: GradeScheme) -> dict[str, str]:
    """Draw the cut-offs, say below what the axis is, and return those in view for the table."""
    left, right = ax.get_xlim()
    bounds = [bound for bound in scheme.bounds if bound]
    for bound in bounds:
        ax.axvline(bound, color="white", linewidth=1.6)  # so that the dashes show on any bar
        ax.axvline(bound, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    drawn = [bound for bound in bounds if left <= bound <= right]
    for bound in _apart(ax, drawn):
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
    return {SHOWN["cutoffs"]: "; ".join(map(decimal_comma, drawn))} if drawn else {}


def _apart(ax: Axes, bounds: list[float]) -> list[float]:
    """Return the bounds that can be written above the axes; all are written below."""
    left, right = ax.get_xlim()
    if min(-np.diff(bounds), default=right) > 0.09 * (right - left) and is_wide(ax):
        return bounds  # no need to measure
    ax.figure.draw_without_rendering()
    points = ax.get_window_extent().width * 72 / ax.figure.dpi / (right - left)
    kept: list[float] = []
    for bound in bounds:
        room = LETTER * (len(decimal_comma(bound)) + 1)
        if not kept or (kept[-1] - bound) * points >= room:
            kept.append(bound)
    return kept
