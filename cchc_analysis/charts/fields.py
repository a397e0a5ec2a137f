"""The chart of units and fields at a glance, in the manner of `charts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import drawing
from cchc_analysis.charts.marks import make_room, size_in_points
from cchc_analysis.charts.numbers import hand_over, who
from cchc_analysis.groups import SCORES, check_columns, group_columns
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.fields import field_matrix, total_fields
from cchc_analysis.scoring.printing import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OF_FIELDS = (*SCORES, "field")
_CELL = 18  # points: the width of "100"
_LINE = 10.5
_PALEST, _DARKEST = 0.02, 0.6  # of the shades; black letters read well on all of them


def plot_fields(fields: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Plot units × fields as cells, darker for a higher percent, which is written in each.

    Percent is of the field's maximum, rounded half up to a whole number. Units stand in the order
    of their total over all fields, those that lack a score last.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score``, as `load_fields` gives it.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the units and fields.

    Raises
    ------
    ValueError
        If a column is missing or there is no unit.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": ["A", "A"], "field": ["I", "II"], "score": [4, 15]})
    >>> [text.get_text() for text in plot_fields(fields.assign(max_score=[8, 20])).texts]
    ['50', '75']
    """
    from matplotlib import colormaps

    check_columns(fields, OF_FIELDS)
    table = drawing.ready(total_fields(fields))
    matrix = field_matrix(fields)
    where, names = [*group_columns(table), "unit"], matrix.attrs["fields"]
    percents = table[where].merge(matrix, on=where, how="left")[names].to_numpy("float64")
    given = ax is not None
    ax = drawing.row_axes(ax, table["name"])
    _write_heads(ax, names, given)
    low = 10 * np.floor(np.nanmin(percents, initial=100) / 10)
    high = max(10 * np.ceil(np.nanmax(percents, initial=0) / 10), low + 10)
    shades = colormaps["Blues"](_PALEST + (_DARKEST - _PALEST) * (percents - low) / (high - low))
    shades[np.isnan(percents)] = 1
    ax.pcolormesh(
        np.arange(len(names) + 1) - 0.5, np.arange(len(table) + 1) - 0.5, shades,
        edgecolor="white", linewidth=0.8,
    )  # fmt: skip
    ax.set_ylim(len(table) - 0.5, -0.5)
    shown = pd.DataFrame(percents, columns=names).map(lambda percent: format_number(percent, 0))
    for (row, column), text in np.ndenumerate(shown.to_numpy()):
        ax.text(column, row, text, ha="center", va="center", fontsize=8)
    ax.spines[:].set_visible(False)
    drawing.set_title(
        ax, f"Tỷ lệ điểm theo lĩnh vực của các đơn vị{drawing.of_year(table)}", pad=20
    )
    ax.set_xlabel(
        "Số trong ô: % điểm tối đa của lĩnh vực, làm tròn đến phần nguyên\n"
        "Ô đậm hơn: tỷ lệ cao hơn. Đơn vị xếp theo tổng điểm các lĩnh vực"
        + ("\n–: không có điểm (đơn vị thiếu điểm xếp cuối)" if np.isnan(percents).any() else "")
    )
    who_and_what = pd.concat([pd.DataFrame(who(table)), shown.add_suffix(" (%)")], axis=1)
    return hand_over(
        ax,
        who_and_what,
        f"Bản đồ nhiệt: tỷ lệ điểm theo {len(names)} lĩnh vực của {len(table)} đơn vị. "
        f"{_ranges(pd.DataFrame(percents, columns=names))}",
    )


def _ranges(percents: pd.DataFrame) -> str:
    """Return a sentence on the lowest and the highest cell of each field."""
    ends = percents.agg(["min", "max"]).map(lambda percent: format_number(percent, 0))
    words = [f"{name} {low}–{high}%" for name, (low, high) in ends.items()]
    return f"Thấp nhất–cao nhất từng lĩnh vực: {'; '.join(words)}."


def field_means(fields: pd.DataFrame) -> pd.Series:
    """Return the mean percent of each field, over the units that have a score in it."""
    by_field = fields.groupby("field", sort=False)
    return pd.Series(
        {name: exact.mean_percent(rows["score"], rows["max_score"]) for name, rows in by_field},
        dtype="float64",
    )


def _write_heads(ax: Axes, names: list[str], given: bool) -> None:
    """Write the fields across the top, upright where they do not fit; a new figure makes room."""
    ax.set_xlim(-0.5, len(names) - 0.5)
    width = size_in_points(ax)[0]
    if not given and width < _CELL * len(names):
        ax.figure.set_figwidth(ax.figure.get_figwidth() + (_CELL * len(names) - width) / 72)
        width = _CELL * len(names)
    column, letters = width / len(names), max(map(len, names))
    upright = letters * drawing.LETTER > column
    # No more lines than have room, or one.
    most = letters // max(int(column / _LINE), 1) + 8 if upright else 2 * letters
    heads = [drawing.wrap(name, most) for name in names]
    if not given:
        letters = max(len(line) for head in heads for line in head.split("\n"))
        make_room(ax, letters * drawing.LETTER if upright else 0)
    ax.set_xticks(range(len(names)), heads, rotation=90 if upright else 0)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
