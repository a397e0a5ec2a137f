"""What the charts of changes, blocks and fields share: a marked name, columns of text, an axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.drawing import LETTER, measuring, with_minus

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OTHERS = "#606060"
_GAP = 9


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
    with measuring():
        ax.figure.draw_without_rendering()
    box = ax.get_window_extent()
    return box.width * 72 / ax.figure.dpi, box.height * 72 / ax.figure.dpi


def make_room(ax: Axes, points: float) -> None:
    """Make the figure higher by so many points."""
    ax.figure.set_figheight(ax.figure.get_figheight() + points / 72)
