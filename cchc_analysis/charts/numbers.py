"""The numbers that a chart shows, handed over with it as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.charts import drawing
from cchc_analysis.groups import several_groups
from cchc_analysis.scoring import exact
from cchc_analysis.vocabulary import BLANK, MEAN, SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def hand_over(ax: Axes, shown: Mapping[str, object] | pd.DataFrame, alt: str) -> Axes:
    """Finish a chart: keep with it what it shows, as it is printed, and its alt text."""
    drawing.make_room_for_words(ax)
    table = pd.DataFrame(shown).reset_index(drop=True).rename_axis(columns=None).astype("object")
    ax.cchc_table = table.where(table.notna() & (table != ""), BLANK)
    ax.set_label(alt)
    return ax


def chart_table(ax: Axes) -> pd.DataFrame:
    """Return the numbers that a chart shows, as they are printed.

    `save_chart` writes this table beside the picture.

    Parameters
    ----------
    ax : Axes
        What a chart function of this package gave back.

    Returns
    -------
    DataFrame
        Text and whole numbers under Vietnamese headers: one row per unit, grade or field, in the
        order in which they are drawn. What is missing is "–".

    Raises
    ------
    ValueError
        If `ax` was not drawn by this package.

    Examples
    --------
    >>> from cchc_analysis import plot_ranking
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> chart_table(plot_ranking(scores)).iloc[0].tolist()
    ['B', 1, '95,00', 'Xuất sắc', '90; 80; 65; 50']
    """
    if not hasattr(ax, "cchc_table"):
        raise ValueError(
            "Biểu đồ này không do cchc_analysis vẽ nên không kèm số liệu; hãy dùng một hàm plot_…"
        )
    return ax.cchc_table.copy()


def who(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that say which unit a row is of."""
    return {SHOWN[column]: table[column] for column in (*several_groups(table), "unit")}


def value_header(table: pd.DataFrame) -> str:
    """Return what the values are called: points of 100, or percent of another maximum."""
    return SHOWN["score" if drawing.out_of_100(table) else "percent"]


def reference(table: pd.DataFrame, chosen: pd.Series, unit: str | None) -> tuple[pd.Series, str]:
    """Return for each row the percent to compare with, and its name: the mean or one unit's.

    Both are of the year and block of the row, the mean over its scored units.
    """
    groups = table.groupby("group")
    if unit is not None:
        own = table[chosen].groupby("group")["percent"].first()
        return table["group"].map(own), table["unit"][chosen].iloc[0]
    means = {at: exact.mean_percent(g["score"], g["max_score"]) for at, g in groups}
    every = ", ".join(f"từng {SHOWN[column].lower()}" for column in several_groups(table))
    return table["group"].map(means), f"{MEAN} {every}".strip()
