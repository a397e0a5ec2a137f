"""The chart of blocks, or years, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import units
from cchc_analysis.charts.frame import ACCENT, Frame, wrap
from cchc_analysis.groups import group_columns, several_groups
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.printing import LEAST_PLACES, format_number, format_percent
from cchc_analysis.vocabulary import MEAN, SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DOT = 5.5  # points across
_PITCH = 6.6  # points from lane to lane
_LANES = 7  # for which there is room on either side of the line of a block


def plot_blocks(ranking: pd.DataFrame, *, unit: str | None = None, ax: Axes | None = None) -> Axes:
    """Plot each unit as a dot, blocks below one another on one axis, with their means.

    Years, where there are several, have a row each as blocks have. Units that would hide one
    another stand above and below the line of their block; only the place along the axis counts.
    Where they are too many for that, they overlap.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, with ``block`` or ``year``. The mean is over the scored units.
    unit : str, optional
        The unit to highlight in each row in which it is.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the units of equal score.

    Raises
    ------
    ValueError
        If `unit` is not in the table or has no score.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("abc"), "score": [81, 95, 70], "max_score": 100})
    >>> ax = plot_blocks(scores.assign(block=["Sở", "Sở", "Huyện"]))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Sở', 'Huyện']
    """
    table = units.drawn_units(ranking)
    chosen = units.chosen_rows(table, unit).to_numpy()
    groups = [rows for _, rows in table.groupby("group")]
    means = [exact.mean_percent(rows["score"], rows["max_score"]) for rows in groups]
    in_points = units.out_of_100(table)
    written = [format_number(m, LEAST_PLACES) if in_points else format_percent(m) for m in means]
    frame = Frame(ax, map(_name, groups))
    ax, scored = frame.ax, [rows[rows["score"].notna()] for rows in groups]
    counts = [f"{len(own)}/{len(rows)}" for own, rows in zip(scored, groups, strict=True)]
    frame.write_columns({"Trung bình": written, "Được chấm": counts})
    axis = frame.set_percent_axis(table["percent"], in_points=in_points)
    what, by = units.measure(table), _by(several_groups(table))
    frame.set_title(f"{what.capitalize()}{by or ' của các đơn vị'}{units.of_year(table)}")
    diamond = f"\n{wrap('◆ ' + table['unit'][chosen].iloc[0], 50)}" if unit else ""
    ax.set_xlabel(f"{axis}\nChấm: từng đơn vị. Vạch đậm: {MEAN}{diamond}")
    frame.make_room_for_words()
    lanes, step = _places_of_dots(frame, scored)
    dots = {"s": _DOT**2, "edgecolor": "black", "linewidth": 0.6}
    for at, (rows, of_group, mean) in enumerate(zip(scored, lanes, means, strict=True)):
        own, percent = chosen[rows.index], rows["percent"].to_numpy()
        places = at + of_group * step
        ax.scatter(percent[~own], places[~own], c="#d0d0d0", zorder=3, **dots)
        ax.scatter(percent[own], places[own], c=ACCENT, marker="D", zorder=4, **dots)
        ax.vlines(mean, at - 0.42, at + 0.42, color="black", linewidth=1.8, zorder=2.5)
    sentences = [
        f"{_name(rows)}: trung bình {mean} ({count} đơn vị được chấm)."
        for rows, mean, count in zip(groups, written, counts, strict=True)
    ]
    # Two columns of counts: Excel takes 4/6 for a date.
    of_group = table.groupby("group")["score"]
    numbers = {
        "Trung bình của nhóm": table["group"].map(dict(enumerate(written))),
        "Số đơn vị được chấm của nhóm": of_group.transform("count"),
        "Số đơn vị của nhóm": of_group.transform("size"),
    }
    return frame.finish(
        {**units.numbers(table), **numbers},
        f"Biểu đồ chấm tròn: {what} của {units.counted(table)}{by}. {' '.join(sentences)} "
        f"{units.first_and_last(table, units.printed_values(table))}",
    )


def _places_of_dots(frame: Frame, groups: list[pd.DataFrame]) -> tuple[list[np.ndarray], float]:
    """Return the lane of each dot of each group, and how far lanes are apart; make them room."""
    width, height = frame.size_in_points()
    left, right = frame.ax.get_xlim()
    apart = _PITCH * (right - left) / width
    lanes = [lanes_of(rows["percent"].to_numpy(), apart) for rows in groups]
    highest = max(np.abs(of_group).max(initial=0) for of_group in lanes)
    rows_in_view = abs(np.subtract(*frame.ax.get_ylim()))
    if frame.ours:
        lacking = max(0, (2 * min(highest, _LANES) + 2) * _PITCH * rows_in_view - height)
        frame.grow(high=lacking)
        height += lacking
    return lanes, min(_PITCH * rows_in_view / height, 1 / (2 * highest + 2))


def _name(rows: pd.DataFrame) -> str:
    return " – ".join(str(rows[column].iloc[0]) for column in group_columns(rows)) or "Cả bảng"


def _by(columns: list[str]) -> str:
    return f" theo {' và '.join(SHOWN[c].lower() for c in columns)}" if columns else ""


def lanes_of(values: np.ndarray, apart: float) -> np.ndarray:
    """Return for each value the lane (0, 1, -1, 2, …) where it is so far from those before it."""
    lanes = np.zeros(len(values))
    last: list[float] = []  # the greatest value of each lane so far
    for at in np.argsort(values, kind="stable"):
        free = next((n for n, value in enumerate(last) if values[at] - value >= apart), len(last))
        last[free : free + 1] = [values[at]]
        lanes[at] = (free + 1) // 2 * (1 if free % 2 else -1)
    return lanes
