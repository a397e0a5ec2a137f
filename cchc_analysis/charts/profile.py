"""The chart of the fields of one unit, in the manner of `charts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import drawing
from cchc_analysis.charts.fields import OF_FIELDS, field_means
from cchc_analysis.charts.marks import make_room, write_columns
from cchc_analysis.charts.numbers import hand_over
from cchc_analysis.groups import check_columns, group_numbers, several_groups
from cchc_analysis.scoring.fields import field_matrix
from cchc_analysis.scoring.printing import LEAST_PLACES, format_number, format_percent
from cchc_analysis.vocabulary import SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME_LETTERS = 28  # fewer than elsewhere: three columns stand beside the bars


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
    check_columns(fields, OF_FIELDS)
    fields = _same_group(fields, unit)
    matrix = field_matrix(fields)
    chosen = drawing.chosen_rows(matrix.assign(score=0), unit)
    unit = matrix["unit"][chosen].iloc[0]
    names = matrix.attrs["fields"]
    table = pd.DataFrame({"own": matrix.loc[chosen, names].iloc[0]}, dtype="float64")
    table["mean"], table["best"] = field_means(fields), matrix[names].max()
    given = ax is not None
    ax = drawing.row_axes(ax, names, _NAME_LETTERS)
    rows = np.arange(len(names))
    ax.barh(rows, table["own"].fillna(0), 0.6, color=drawing.ACCENT, edgecolor="black", lw=0.5)
    ax.vlines(table["mean"], rows - 0.4, rows + 0.4, color="black", lw=2, zorder=3)
    ax.scatter(
        table["best"], rows, s=34, c="white", marker="D", edgecolor="black", zorder=4, clip_on=False
    )
    columns = {"own": "Đơn vị", "mean": "Trung bình", "best": "Cao nhất"}
    words = table.map(lambda percent: format_number(percent, LEAST_PLACES))
    scored = matrix[names].count()
    beside = {head: words[column] for column, head in columns.items()}
    write_columns(ax, {**beside, "Số đơn vị": scored.astype("str")}, rows)
    ax.set_xlim(0, 101)
    drawing.set_title(ax, f"Điểm từng lĩnh vực của {unit}{drawing.of_year(fields)}")
    ax.set_xlabel(
        "Tỷ lệ điểm, % (của điểm tối đa từng lĩnh vực)\n"
        "Thanh: đơn vị. Vạch đậm: trung bình. ◇: cao nhất"
    )
    if not given:
        make_room(ax, 13)  # for the heads of the columns
    sentences = [
        f"{name}: {row['own']} (trung bình {row['mean']} của {scored[name]} đơn vị, cao nhất "
        f"{row['best']})."
        for name, row in table.map(format_percent).iterrows()
    ]
    shown = {f"{head} (%)": words[column] for column, head in columns.items()}
    return hand_over(
        ax,
        {SHOWN["field"]: pd.Series(names, names), **shown, "Số đơn vị có điểm": scored},
        f"Biểu đồ thanh ngang: tỷ lệ điểm theo {len(names)} lĩnh vực của {unit}, so với trung bình "
        f"và mức cao nhất của các đơn vị. {' '.join(sentences)}",
    )


def _same_group(fields: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the rows of the year and block of the unit, which must be one."""
    if fields.empty:
        raise ValueError("Bảng không có đơn vị nào để vẽ.")
    chosen = drawing.chosen_rows(fields, unit)
    groups = group_numbers(fields)
    if len(set(groups[chosen])) > 1:
        column = several_groups(fields[chosen])[0]
        raise ValueError(
            f"Đơn vị '{unit}' có ở nhiều {SHOWN[column].lower()}; hãy chọn một trước khi vẽ, ví dụ "
            f"bang[bang['{column}'] == {fields[chosen][column].tolist()[0]!r}]."
        )
    return fields[groups == groups[chosen][0]]
