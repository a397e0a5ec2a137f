"""The chart of ranks over the years, in the manner of `charts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import drawing
from cchc_analysis.charts.marks import OTHERS, mark_names
from cchc_analysis.charts.numbers import hand_over
from cchc_analysis.groups import check_columns, several_groups
from cchc_analysis.scoring.ranking import ranked
from cchc_analysis.text import unit_key
from cchc_analysis.vocabulary import SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEADER = "#b0b0b0"
_PALE = "#9a9a9a"  # the others, beside one that is chosen
_YEARS_ACROSS = 5  # for which there is room beside one another


def plot_rank_history(
    rankings: pd.DataFrame, *, unit: str | None = None, ax: Axes | None = None
) -> Axes:
    """Plot the rank of each unit over the years, first place on top, named at the right.

    A line is broken where its unit is not in the table or not scored. Units stand in the order of
    the last year; those without a rank in it follow, joined to their last place by dots.

    Parameters
    ----------
    rankings : DataFrame
        Has ``year``, ``unit``, ``score`` and ``max_score``; a missing ``rank`` is computed.
    unit : str, optional
        The unit to highlight; its rank is written in each year.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of units.

    Raises
    ------
    ValueError
        If there is no ``year``, if there are several blocks, if ranks are among other units than
        these, or if `unit` is not in the table or was never scored.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"] * 2, "score": [9, 8, 7, 8], "max_score": 10})
    >>> lines = plot_rank_history(scores.assign(year=[2022, 2022, 2023, 2023])).lines
    >>> [line.get_ydata().tolist() for line in lines]
    [[2.0, 1.0], [1.0, 2.0]]
    """
    check_columns(rankings, ["year", "unit", "score"])
    if "block" in several_groups(rankings):
        raise ValueError(
            "Bảng có nhiều khối, mỗi khối xếp hạng riêng; hãy chọn một khối trước khi vẽ, ví dụ "
            f"bang[bang['block'] == '{rankings['block'].iloc[0]}']."
        )
    from matplotlib.collections import LineCollection

    table = drawing.ready(ranked(rankings.sort_values("year", kind="stable", ignore_index=True)))
    table["key"] = table["unit"].map(unit_key)
    chosen_keys = table["key"][drawing.chosen_rows(table, unit)]
    ranks = table.pivot_table("rank", "key", "year", aggfunc="min", dropna=False).astype("float64")
    years = ranks.columns.tolist()
    units = table.drop_duplicates("key", keep="last").set_index("key")
    units = units.assign(final=ranks[years[-1]], latest=ranks.ffill(axis=1)[years[-1]])
    units = units.sort_values(["final", "latest"], kind="stable")
    ranks = ranks.loc[units.index]
    chosen = units.index.isin(chosen_keys)
    own = ranks[chosen].iloc[0] if chosen.any() else pd.Series(dtype="float64")
    why = np.where(units["final"].isna(), f" (không có hạng năm {years[-1]})", "")
    ax = drawing.row_axes(ax, drawing.numbered(units["unit"], units["final"]) + why, narrow=True)
    names = [label.get_text() for label in ax.get_yticklabels()]
    ax.set_yticks(range(1, len(names) + 1), names)
    ax.set_ylim(len(names) + 0.6, 0.4)
    ax.yaxis.tick_right()
    ax.spines["left"].set_visible(False)
    mark_names(ax, chosen)
    span = max(years[-1] - years[0], 1)
    edge = years[-1] + 0.06 * span
    ax.set_xlim(years[0] - 0.03 * span, edge)
    others = {"color": _PALE if chosen.any() else OTHERS, "lw": 1, "marker": "o", "ms": 4}
    for row, (key, places) in enumerate(ranks.iterrows()):
        ours = {"color": drawing.ACCENT, "lw": 3, "ms": 8, "mec": "black", "zorder": 3}
        ax.plot(years, places, **others | (ours if chosen[row] else {}))
        seen = places.last_valid_index()
        if seen is not None:
            ends = [[(seen, units["latest"][key]), (edge, row + 1)]]
            dots = "solid" if seen == years[-1] else "dotted"  # else it looks like a fall in rank
            ax.add_collection(LineCollection(ends, colors=_LEADER, lw=0.8, ls=dots, zorder=1))
    _write_places(ax, ranks, own)
    crowded = span > _YEARS_ACROSS * min(np.diff(years), default=1)
    ax.set_xticks(years, [str(year) for year in years], rotation=90 if crowded else 0)
    ax.set_xlabel(f"Số bên trái: hạng năm {years[0]} (1 là cao nhất)")
    period = f"năm {years[0]}" if len(years) == 1 else f"giai đoạn {years[0]}–{years[-1]}"
    drawing.set_title(ax, f"Xếp hạng cải cách hành chính {period}")
    of_last = table[table["year"] == years[-1]].reset_index(drop=True)
    of_last["name"] = of_last["unit"]  # the year is said before
    shown = ranks.astype("Int64").rename(columns="Hạng năm {}".format)
    shown.insert(0, SHOWN["unit"], units["unit"])
    places = ""
    if chosen.any():
        words = [f"{year}: {'không có' if pd.isna(r) else f'{r:.0f}'}" for year, r in own.items()]
        places = f" Hạng của {units['unit'][chosen].iloc[0]}: {'; '.join(words)}."
    return hand_over(
        ax,
        shown,
        f"Biểu đồ đường: xếp hạng của {len(units)} đơn vị, {period}. Năm {years[-1]}: "
        f"{drawing.first_and_last(of_last)}{places}",
    )


def _write_places(ax: Axes, ranks: pd.DataFrame, own: pd.Series) -> None:
    """Write the ranks of the first year, each once, and those of the chosen unit in between."""
    first = ranks.columns[0]
    written = [(first, rank, (-7, -3), "right") for rank in ranks[first].dropna().unique()]
    written += [(year, rank, (0, 6), "center") for year, rank in own.iloc[1:-1].dropna().items()]
    for year, rank, away, side in written:
        ax.annotate(
            f"{rank:.0f}", (year, rank), away, textcoords="offset points", ha=side, fontsize=8,
            fontweight="bold" if own.get(year) == rank else "normal", zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
