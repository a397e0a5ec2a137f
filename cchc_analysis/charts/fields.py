"""Charts of fields: units and fields at a glance, and the fields of one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.frame import ACCENT, LETTER, Frame, wrap
from cchc_analysis.charts.units import check_units, chosen_rows, drawn_units, of_year
from cchc_analysis.groups import (
    SCORES,
    check_columns,
    group_columns,
    group_numbers,
    several_groups,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.fields import field_matrix, total_fields, whole_fields
from cchc_analysis.scoring.printing import LEAST_PLACES, format_number, format_percent
from cchc_analysis.vocabulary import SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OF_FIELDS = (*SCORES, "field")
_CELL = 18  # points: the width of "100"
_LINE = 10.5  # points: a line of an upright head
_PALEST, _DARKEST = 0.02, 0.6  # of the shades; black letters read well on all of them
_FIELD_LETTERS = 28  # fewer than of a unit: three columns stand beside the bars


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

    check_columns(fields, _OF_FIELDS)
    table = drawn_units(total_fields(fields))
    matrix = field_matrix(fields)
    where, names = [*group_columns(table), "unit"], matrix.attrs["fields"]
    percents = table[where].merge(matrix, on=where, how="left")[names].to_numpy("float64")
    frame = Frame(ax, table["name"])
    ax = frame.ax
    _write_heads(frame, names)
    low = 10 * np.floor(np.nanmin(percents, initial=100) / 10)
    high = max(10 * np.ceil(np.nanmax(percents, initial=0) / 10), low + 10)
    shades = colormaps["Blues"](_PALEST + (_DARKEST - _PALEST) * (percents - low) / (high - low))
    shades[np.isnan(percents)] = 1
    ax.pcolormesh(
        np.arange(len(names) + 1) - 0.5, np.arange(len(table) + 1) - 0.5, shades,
        edgecolor="white", linewidth=0.8,
    )  # fmt: skip
    ax.set_ylim(len(table) - 0.5, -0.5)
    printed = pd.DataFrame(percents, columns=names).map(lambda percent: format_number(percent, 0))
    for (row, column), text in np.ndenumerate(printed.to_numpy()):
        ax.text(column, row, text, ha="center", va="center", fontsize=8)
    ax.spines[:].set_visible(False)
    frame.set_title(f"Tỷ lệ điểm theo lĩnh vực của các đơn vị{of_year(table)}", pad=20, y=None)
    ax.set_xlabel(
        "Số trong ô: % điểm tối đa của lĩnh vực, làm tròn đến phần nguyên\n"
        "Ô đậm hơn: tỷ lệ cao hơn. Đơn vị xếp theo tổng điểm các lĩnh vực"
        + ("\n–: không có điểm (đơn vị thiếu điểm xếp cuối)" if np.isnan(percents).any() else "")
    )
    who = table[[*several_groups(table), "unit"]].rename(columns=SHOWN)
    return frame.finish(
        pd.concat([who, printed.add_suffix(" (%)")], axis=1),
        f"Bản đồ nhiệt: tỷ lệ điểm theo {len(names)} lĩnh vực của {len(table)} đơn vị. "
        f"{_ranges(pd.DataFrame(percents, columns=names))}",
    )


def _ranges(percents: pd.DataFrame) -> str:
    """Return a sentence on the lowest and the highest cell of each field."""
    ends = percents.agg(["min", "max"]).map(lambda percent: format_number(percent, 0))
    words = [f"{name} {low}–{high}%" for name, (low, high) in ends.items()]
    return f"Thấp nhất–cao nhất từng lĩnh vực: {'; '.join(words)}."


def _write_heads(frame: Frame, names: list[str]) -> None:
    """Write the fields across the top, upright where they do not fit; our own figure makes room."""
    ax = frame.ax
    ax.set_xlim(-0.5, len(names) - 0.5)
    width = frame.size_in_points()[0]
    if frame.ours and width < _CELL * len(names):
        frame.grow(wide=_CELL * len(names) - width)
        width = _CELL * len(names)
    column, letters = width / len(names), max(map(len, names))
    upright = letters * LETTER > column
    # No more lines than have room, or one.
    most = letters // max(int(column / _LINE), 1) + 8 if upright else 2 * letters
    heads = [wrap(name, most) for name in names]
    if upright:
        frame.grow(high=LETTER * max(len(line) for head in heads for line in head.split("\n")))
    ax.set_xticks(range(len(names)), heads, rotation=90 if upright else 0)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)


def plot_profile(fields: pd.DataFrame, *, unit: str, ax: Axes | None = None) -> Axes:
    """Plot the fields of one unit as bars, with the mean and the best of all units in each.

    All are percent of the field's maximum. Mean and best are over the units that have a score in
    the field, within the year and block of the unit.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score``, as `load_fields` gives it.
    unit : str
        The unit to show.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of fields.

    Raises
    ------
    ValueError
        If a column is missing, or if `unit` is not in the table, has no score, or stands in
        several years or blocks.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": ["A", "A", "B", "B"], "field": ["I", "II"] * 2})
    >>> ax = plot_profile(fields.assign(score=[4, 5, 2, 9], max_score=10), unit="A")
    >>> [float(bar.get_width()) for bar in ax.patches]
    [40.0, 50.0]
    """
    check_columns(fields, _OF_FIELDS)
    fields = whole_fields(_same_group(fields, unit))
    matrix = field_matrix(fields)
    chosen = chosen_rows(matrix.assign(score=0), unit)
    unit, names = matrix["unit"][chosen].iloc[0], matrix.attrs["fields"]
    table = pd.DataFrame({"own": matrix.loc[chosen, names].iloc[0]}, dtype="float64")
    table["mean"], table["best"] = _means(fields), matrix[names].max()
    frame = Frame(ax, names, letters=_FIELD_LETTERS)
    ax, rows = frame.ax, frame.rows
    ax.barh(rows, table["own"].fillna(0), 0.6, color=ACCENT, edgecolor="black", lw=0.5)
    ax.vlines(table["mean"], rows - 0.4, rows + 0.4, color="black", lw=2, zorder=3)
    ax.scatter(
        table["best"], rows, s=34, c="white", marker="D", edgecolor="black", zorder=4, clip_on=False
    )
    columns = {"own": "Đơn vị", "mean": "Trung bình", "best": "Cao nhất"}
    words = table.map(lambda percent: format_number(percent, LEAST_PLACES)).rename(columns=columns)
    scored = matrix[names].count()
    frame.write_columns({**words, "Số đơn vị": scored.astype("str")})
    ax.set_xlim(0, 101)
    frame.set_title(f"Điểm từng lĩnh vực của {unit}{of_year(fields)}")
    ax.set_xlabel(
        "Tỷ lệ điểm, % (của điểm tối đa từng lĩnh vực)\n"
        "Thanh: đơn vị. Vạch đậm: trung bình. ◇: cao nhất"
    )
    frame.grow(high=13)  # for the heads of the columns
    sentences = [
        f"{name}: {row['own']} (trung bình {row['mean']} của {scored[name]} đơn vị, cao nhất "
        f"{row['best']})."
        for name, row in table.map(format_percent).iterrows()
    ]
    numbers = {f"{head} (%)": words[head] for head in words}
    return frame.finish(
        {SHOWN["field"]: pd.Series(names, names), **numbers, "Số đơn vị có điểm": scored},
        f"Biểu đồ thanh ngang: tỷ lệ điểm theo {len(names)} lĩnh vực của {unit}, so với trung bình "
        f"và mức cao nhất của các đơn vị. {' '.join(sentences)}",
    )


def _same_group(fields: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the rows of the year and block of the unit, which must be one."""
    check_units(fields)
    chosen = chosen_rows(fields, unit)
    groups = group_numbers(fields)
    if len(set(groups[chosen])) > 1:
        column = several_groups(fields[chosen])[0]
        raise Refusal(
            f"Đơn vị '{unit}' có ở nhiều {SHOWN[column].lower()}",
            "hãy chọn một trước khi vẽ, ví dụ "
            f"bang[bang['{column}'] == {fields[chosen][column].tolist()[0]!r}]",
            value=unit,
        )
    return fields[groups == groups[chosen][0]]


def _means(fields: pd.DataFrame) -> pd.Series:
    """Return the mean percent of each field, over the units that have a score in it."""
    by_field = fields.groupby("field", sort=False)
    return pd.Series(
        {name: exact.mean_percent(rows["score"], rows["max_score"]) for name, rows in by_field},
        dtype="float64",
    )
