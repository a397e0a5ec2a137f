"""The chart of blocks, or years, side by side; in the manner of `charts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import drawing
from cchc_analysis.charts.marks import make_room, set_percent_axis, size_in_points, write_columns
from cchc_analysis.charts.numbers import hand_over, value_header, who
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
    table = drawing.ready(ranking)
    chosen = drawing.chosen_rows(table, unit).to_numpy()
    groups = [rows for _, rows in table.groupby("group")]
    means = [exact.mean_percent(rows["score"], rows["max_score"]) for rows in groups]
    in_points = drawing.out_of_100(table)
    written = [format_number(m, LEAST_PLACES) if in_points else format_percent(m) for m in means]
    given = ax is not None
    ax = drawing.row_axes(ax, map(_name, groups))
    counts = [(int(rows["score"].count()), len(rows)) for rows in groups]
    beside = {"Trung bình": written, "Được chấm": [f"{n}/{of}" for n, of in counts]}
    write_columns(ax, beside, range(len(groups)))
    axis = set_percent_axis(ax, table["percent"], in_points=in_points)
    what, by = drawing.measure(table), _by(several_groups(table))
    drawing.set_title(ax, f"{what.capitalize()}{by or ' của các đơn vị'}{drawing.of_year(table)}")
    diamond = f"\n{drawing.wrap('◆ ' + table['unit'][chosen].iloc[0], 50)}" if unit else ""
    ax.set_xlabel(f"{axis}\nChấm: từng đơn vị. Vạch đậm: {MEAN}{diamond}")
    drawing.make_room_for_words(ax)
    scored = [rows[rows["score"].notna()] for rows in groups]
    width, height = size_in_points(ax)
    left, right = ax.get_xlim()
    per_point = (right - left) / width
    lanes = [_lanes(rows["percent"].to_numpy(), _PITCH * per_point) for rows in scored]
    highest = max(np.abs(of_group).max(initial=0) for of_group in lanes)
    rows_in_view = abs(np.subtract(*ax.get_ylim()))
    if not given:
        lacking = (2 * min(highest, _LANES) + 2) * _PITCH * rows_in_view - height
        make_room(ax, max(0, lacking))
        height += max(0, lacking)
    step = min(_PITCH * rows_in_view / height, 1 / (2 * highest + 2))
    dots = {"s": _DOT**2, "edgecolor": "black", "linewidth": 0.6}
    for at, (rows, of_group, mean) in enumerate(zip(scored, lanes, means, strict=True)):
        own = chosen[rows.index]
        percent = rows["percent"].to_numpy()
        places = at + of_group * step
        ax.scatter(percent[~own], places[~own], c="#d0d0d0", zorder=3, **dots)
        ax.scatter(percent[own], places[own], c=drawing.ACCENT, marker="D", zorder=4, **dots)
        ax.vlines(mean, at - 0.42, at + 0.42, color="black", linewidth=1.8, zorder=2.5)
    sentences = [
        f"{_name(rows)}: trung bình {mean} ({rows['score'].count()}/{len(rows)} đơn vị được chấm)."
        for rows, mean in zip(groups, written, strict=True)
    ]
    values = drawing.values_in_words(table)
    shown = {**who(table), value_header(table): values.str.rstrip("%")}
    # Two columns of counts: Excel takes 4/6 for a date.
    of_group = table.groupby("group")["score"]
    shown["Trung bình của nhóm"] = table["group"].map(dict(enumerate(written)))
    shown["Số đơn vị được chấm của nhóm"] = of_group.transform("count")
    shown["Số đơn vị của nhóm"] = of_group.transform("size")
    return hand_over(
        ax,
        shown,
        f"Biểu đồ chấm tròn: {what} của {drawing.units_in_words(table)}{by}. {' '.join(sentences)} "
        f"{drawing.first_and_last(table, values)}",
    )


def _name(rows: pd.DataFrame) -> str:
    return " – ".join(str(rows[column].iloc[0]) for column in group_columns(rows)) or "Cả bảng"


def _by(columns: list[str]) -> str:
    return f" theo {' và '.join(SHOWN[c].lower() for c in columns)}" if columns else ""


def _lanes(values: np.ndarray, apart: float) -> np.ndarray:
    """Return for each value the lane (0, 1, -1, 2, …) where it is so far from those before it."""
    lanes = np.zeros(len(values))
    last: list[float] = []  # the greatest value of each lane so far
    for at in np.argsort(values, kind="stable"):
        free = next((n for n, value in enumerate(last) if values[at] - value >= apart), len(last))
        last[free : free + 1] = [values[at]]
        lanes[at] = (free + 1) // 2 * (1 if free % 2 else -1)
    return lanes
