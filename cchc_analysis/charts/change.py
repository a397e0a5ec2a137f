"""The chart of what changed between two periods, in the manner of `charts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import drawing
from cchc_analysis.charts.marks import OTHERS, mark_names, set_percent_axis, write_columns
from cchc_analysis.charts.numbers import hand_over
from cchc_analysis.groups import check_columns, group_numbers, row_names
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_signed,
    printed_places,
)
from cchc_analysis.text import listed
from cchc_analysis.vocabulary import SHOWN, VALUES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED = (
    "unit", "status", "score_before", "score_after", "percent_before", "percent_after",
    "rank_before", "rank_after", "rank_change",
)  # fmt: skip


def plot_change(
    comparison: pd.DataFrame, *, unit: str | None = None, ax: Axes | None = None
) -> Axes:
    """Plot each unit before (hollow) and after (filled), with the change of points and rank.

    Units stand in the order of the later rank, those that are gone last, within each block. A unit
    that was not scored in both periods is kept, with the reason in words.

    Parameters
    ----------
    comparison : DataFrame
        What `compare_periods` gives: ``unit``, ``status``, and ``score``, ``percent`` and ``rank``
        with the suffixes ``_before`` and ``_after``, ``rank_change``.
    unit : str, optional
        The unit to highlight.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of units.

    Raises
    ------
    ValueError
        If a column is missing, or if `unit` is not in the table or was scored in neither period.

    Examples
    --------
    >>> row = {"unit": ["A"], "status": "stayed", "score_before": 80, "score_after": 81.5}
    >>> row |= {"percent_before": 80, "percent_after": 81.5, "rank_before": 2, "rank_after": 1}
    >>> [t.get_text() for t in plot_change(pd.DataFrame(row | {"rank_change": 1})).texts]
    ['Điểm', '+1,50', 'Hạng', '▲1', '']
    """
    table = _changes(comparison)
    chosen = drawing.chosen_rows(table, unit).to_numpy()
    before, after = table["percent_before"], table["percent_after"]
    ax = drawing.row_axes(ax, drawing.numbered(table["name"], table["rank_after"]))
    rows = np.arange(len(table))
    colors = np.where(chosen, drawing.ACCENT, OTHERS)
    ax.hlines(rows, before, after, color=colors, linewidth=np.where(chosen, 3, 1.4))
    edges = np.where(chosen, "black", OTHERS)
    # So much larger than what is drawn over it that a ring is left where nothing changed.
    ax.scatter(before, rows, s=80, c="white", edgecolor=edges, linewidth=1.2, zorder=3)
    ax.scatter(after, rows, s=24, c=colors, edgecolor=edges, linewidth=0.8, zorder=4)
    mark_names(ax, chosen)
    scores = table[["score_before", "score_after"]].to_numpy("float64")
    percents = table[["percent_before", "percent_after"]].to_numpy("float64")
    in_points = np.allclose(scores, percents, rtol=0, atol=1e-9, equal_nan=True)  # out of 100
    places = LEAST_PLACES
    if in_points:
        places = printed_places(pd.concat([before, after], ignore_index=True))
    change = (after - before).round(9)  # equal changes tie
    texts = change.map(lambda by: "" if pd.isna(by) else format_signed(by, places))
    moves = table["rank_change"].map(_places_moved)
    head = "Điểm" if in_points else "Điểm %"
    write_columns(ax, {head: texts, "Hạng": moves}, rows)
    drawing.write_right(ax, table["why"])
    what = "điểm" if in_points else "tỷ lệ điểm"
    earlier, later = _periods(comparison)
    drawing.set_title(ax, f"Thay đổi {what} cải cách hành chính, {later} so với {earlier}")
    axis = set_percent_axis(ax, pd.concat([before, after]), in_points=in_points)
    ax.set_xlabel(
        f"{axis}\n○ {earlier}   ● {later}. Số bên phải: thay đổi\nĐơn vị xếp theo hạng {later}"
    )
    drawn = [values.map(lambda value: format_number(value, places)) for values in (before, after)]
    unit_of = {SHOWN[c]: table[c] for c in ("block", "unit") if c in table}
    numbers = {
        f"Hạng {later}": table["rank_after"],
        f"{head} {earlier}": drawn[0],
        f"{head} {later}": drawn[1],
        f"Thay đổi ({head.lower()})": texts,
        "Tăng (▲), giảm (▼) hạng": moves,
        SHOWN["note"]: table["why"],
    }
    return hand_over(
        ax,
        {**unit_of, **numbers},
        f"Biểu đồ chấm tròn đôi: {what} cải cách hành chính của {len(table)} đơn vị, {later} so "
        f"với {earlier}. {_rises_and_falls(table, change, texts)}",
    )


def _changes(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order in which they are drawn, with what is written where."""
    check_columns(comparison, _NEEDED)
    if comparison.empty:
        raise ValueError("Bảng không có đơn vị nào để vẽ.")
    table = comparison.assign(group=group_numbers(comparison))
    table["gone"] = table["status"] == "gone"
    table = table.sort_values(["group", "gone", "rank_after", "rank_before"], ignore_index=True)
    why = table["status"].map(VALUES["status"]).mask(table["status"] == "stayed", "")
    score = table["score_after"].fillna(table["score_before"])
    return table.assign(name=row_names(table), score=score, why=why)


def _periods(comparison: pd.DataFrame) -> list[str]:
    years = comparison.attrs.get("years")
    return [f"năm {year}" for year in years] if years else ["kỳ trước", "kỳ này"]


def _places_moved(places: float) -> str:
    return "" if pd.isna(places) else "▲▼"[places < 0] * bool(places) + f"{abs(places):.0f}"


def _rises_and_falls(table: pd.DataFrame, change: pd.Series, texts: pd.Series) -> str:
    counts = {
        "tăng": (change > 0).sum(),
        "giảm": (change < 0).sum(),
        "giữ nguyên": (change == 0).sum(),
        "không so sánh được": change.isna().sum(),
    }
    words = "Số đơn vị: " + ", ".join(f"{word} {n}" for word, n in counts.items()) + "."
    for word, some, at in (("Tăng", change > 0, "idxmax"), ("Giảm", change < 0, "idxmin")):
        if some.any():
            most = getattr(change, at)()
            tied = table["name"][change == change[most]]
            words += f" {word} nhiều nhất: {listed(tied.tolist())} ({texts[most]})."
    return words
