"""What is drawn on charts: grades with their cut-offs, marked names, columns of text, an axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.drawing import LETTER, is_wide, out_of_100, set_title, with_minus
from cchc_analysis.groups import scale_of
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.text import decimal_comma, lower_first
from cchc_analysis.vocabulary import ASSUMED, CHOOSE_SCHEME, NO_GRADE, SHOWN, UNSCORED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

OTHERS = "#606060"
_GAP = 9  # points between columns of text


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
    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.3 * red + 0.59 * green + 0.11 * blue > 128 else "#ffffff"


def draw_bars(ax: Axes, lengths: pd.Series, grades: pd.Series, scheme: GradeScheme) -> BarContainer:
    """Draw a bar in each row in the shade of its grade; white without one."""
    shades = grade_shades(scheme)
    colors = [shades.get(grade, "white") for grade in grades]
    return ax.barh(range(len(lengths)), lengths, 0.72, color=colors, edgecolor="black", lw=0.5)


def draw_cutoffs(ax: Axes, table: pd.DataFrame, scheme: GradeScheme, title: str) -> dict[str, str]:
    """Draw the cut-offs with title and axis label; return those in view for the table."""
    left, right = ax.get_xlim()
    bounds = [bound for bound in scheme.bounds if bound]
    for bound in bounds:
        ax.axvline(bound, color="white", linewidth=1.6)  # so that the dashes show on any bar
        ax.axvline(bound, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    drawn = [bound for bound in bounds if left <= bound <= right]
    room, last = (right - left) * (0.09 if is_wide(ax) else 0.35), np.inf
    for bound in drawn:  # one that has no room is in the words below the axes, where all are
        if last - bound > room:
            last = bound
            ax.annotate(
                decimal_comma(bound), (bound, 1), (0, 3), ha="center", fontsize=8,
                xycoords=ax.get_xaxis_transform(), textcoords="offset points",
            )  # fmt: skip
    set_title(ax, title)
    start = f", trục bắt đầu từ {left:g}" if left else ""
    in_view = "/".join(map(decimal_comma, drawn))
    assumed = f" ({ASSUMED})" if scheme.assumed else ""
    ax.set_xlabel(
        f"{'Điểm' if out_of_100(table) else 'Tỷ lệ điểm, %'} "
        f"({lower_first(scale_of(table))}{start})"
        + (f"\nNét đứt: ngưỡng xếp loại {in_view}{assumed}" if drawn else "")
    )
    return {SHOWN["cutoffs"]: "; ".join(map(decimal_comma, drawn))} if drawn else {}


def mark_names(ax: Axes, chosen: Iterable[bool]) -> None:
    """Write the names of the chosen rows bold, which a photocopy keeps."""
    for label, own in zip(ax.get_yticklabels(), chosen, strict=True):
        if own:
            label.set_fontweight("bold")


def write_columns(ax: Axes, columns: Mapping[str, Iterable[str]], rows: Iterable[float]) -> None:
    """Write columns of numbers under their heads, right of the axes, flush right."""
    at = 0
    for head, texts in columns.items():
        texts = list(map(with_minus, texts))
        at += _GAP + LETTER * max(map(len, (head, *texts)))
        where = {"textcoords": "offset points", "ha": "right", "fontsize": 8}
        ax.annotate(head, (1, 1), (at, 3), xycoords="axes fraction", **where)
        for row, text in zip(rows, texts, strict=True):
            in_row = ax.get_yaxis_transform()
            ax.annotate(text, (1, row), (at, 0), xycoords=in_row, va="center", **where)


def set_percent_axis(ax: Axes, values: pd.Series, *, in_points: bool) -> str:
    """Set the x axis to fit percents, or points of 100; return what its label says of it."""
    known = values.dropna()
    if known.empty:
        known = pd.Series([0.0, 100.0])
    left = max(0, 5 * np.floor((known.min() - 2) / 5))
    ax.set_xlim(left, min(101, 5 * np.ceil((known.max() + 1) / 5)))
    ax.xaxis.get_major_locator().set_params(integer=True)
    of = "Điểm (thang điểm 100" if in_points else "Tỷ lệ điểm, % (của điểm tối đa"
    return f"{of}, trục bắt đầu từ {left:g})" if left else f"{of})"


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return how wide and high the axes are once the text beside them has taken its place."""
    ax.get_figure(root=True).draw_without_rendering()
    box = ax.get_window_extent()
    return box.width * 72 / ax.figure.dpi, box.height * 72 / ax.figure.dpi


def make_room(ax: Axes, points: float) -> None:
    """Make the figure higher by so many points."""
    ax.figure.set_figheight(ax.figure.get_figheight() + points / 72)
