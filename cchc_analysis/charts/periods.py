"""Charts over time: what changed between two periods, and ranks over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.frame import ACCENT, OTHERS, Frame, wrap
from cchc_analysis.charts.units import (
    check_units,
    chosen_rows,
    drawn_units,
    first_and_last,
    numbered,
)
from cchc_analysis.groups import check_columns, group_numbers, row_names, several_groups
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.periods import few_common, why_untold
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_signed,
    printed_places,
)
from cchc_analysis.scoring.ranking import ranked
from cchc_analysis.text import listed, unit_key
from cchc_analysis.vocabulary import SHOWN, VALUES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED = (
    "unit", "status", "score_before", "score_after", "percent_before", "percent_after",
    "rank_before", "rank_after", "ranked_before", "ranked_after", "common_units", "rank_change",
)  # fmt: skip
_LEADER = "#b0b0b0"
_PALE = "#9a9a9a"  # the others, beside one that is chosen
_LEGEND_LETTERS = 60  # of a line below the axis, or the picture is wider than the text of a page
_YEARS_ACROSS = 5  # for which there is room beside one another


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
        with the suffixes ``_before`` and ``_after``, and ``rank_change`` among the
        ``common_units``, which is not drawn where those are few.
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
    >>> row |= {"ranked_before": 2, "ranked_after": 2, "common_units": 2, "rank_change": 1}
    >>> [t.get_text() for t in plot_change(pd.DataFrame(row)).texts]
    ['Điểm', '+1,50', 'Hạng', '▲1', '']
    """
    table = _changes(comparison)
    chosen = chosen_rows(table, unit).to_numpy()
    before, after = table["percent_before"], table["percent_after"]
    frame = Frame(ax, numbered(table["name"], table["rank_after"]))
    ax, rows = frame.ax, frame.rows
    colors, edges = np.where(chosen, ACCENT, OTHERS), np.where(chosen, "black", OTHERS)
    ax.hlines(rows, before, after, color=colors, linewidth=np.where(chosen, 3, 1.4))
    # So much larger than what is drawn over it that a ring is left where nothing changed.
    ax.scatter(before, rows, s=80, c="white", edgecolor=edges, linewidth=1.2, zorder=3)
    ax.scatter(after, rows, s=24, c=colors, edgecolor=edges, linewidth=0.8, zorder=4)
    frame.mark_names(chosen)
    scores = table[["score_before", "score_after"]].to_numpy("float64")
    percents = table[["percent_before", "percent_after"]].to_numpy("float64")
    in_points = np.allclose(scores, percents, rtol=0, atol=1e-9, equal_nan=True)  # out of 100
    places = LEAST_PLACES
    if in_points:
        places = printed_places(pd.concat([before, after], ignore_index=True))
    change = (after - before).round(9)  # equal changes tie
    texts = change.map(lambda by: "" if pd.isna(by) else format_signed(by, places))
    few = few_common(table)
    moves = table["rank_change"].mask(few).map(_places_moved)
    head, what = ("Điểm", "điểm") if in_points else ("Điểm %", "tỷ lệ điểm")
    frame.write_columns({head: texts, "Hạng": moves})
    frame.write_beside(table["why"])
    earlier, later = _periods(comparison)
    frame.set_title(f"Thay đổi {what} cải cách hành chính, {later} so với {earlier}")
    axis = frame.set_percent_axis(pd.concat([before, after]), in_points=in_points)
    common = " hoặc ".join(map(str, table["common_units"][~few].unique()))
    among = f"hạng giữa {common} đơn vị chung của hai kỳ" if common else ""
    too_few = "quá ít đơn vị chung nên không nêu thay đổi hạng" if few.any() else ""
    right = ", ".join(filter(None, ["Số bên phải: thay đổi", among]))
    right = wrap("; ".join(filter(None, [right, too_few])), _LEGEND_LETTERS)
    ax.set_xlabel(f"{axis}\n○ {earlier}   ● {later}\n{right}\nĐơn vị xếp theo hạng {later}")
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
    return frame.finish(
        {**unit_of, **numbers},
        f"Biểu đồ chấm tròn đôi: {what} cải cách hành chính của {len(table)} đơn vị, {later} so "
        f"với {earlier}. {' '.join(why_untold(table)) or _rises_and_falls(table, change, texts)}",
    )


def _changes(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order in which they are drawn, with what is written where."""
    check_columns(comparison, _NEEDED)
    check_units(comparison)
    table = comparison.assign(group=group_numbers(comparison))
    table["gone"] = table["status"].isin(["gone", "absorbed"])
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
        raise Refusal(
            "Bảng có nhiều khối, mỗi khối xếp hạng riêng",
            "hãy chọn một khối trước khi vẽ, ví dụ "
            f"bang[bang['block'] == '{rankings['block'].iloc[0]}']",
        )
    from matplotlib.collections import LineCollection

    table = drawn_units(ranked(rankings.sort_values("year", kind="stable", ignore_index=True)))
    table["key"] = table["unit"].map(unit_key)
    chosen_keys = table["key"][chosen_rows(table, unit)]
    ranks = table.pivot_table("rank", "key", "year", aggfunc="min", dropna=False).astype("float64")
    years = ranks.columns.tolist()
    units = table.drop_duplicates("key", keep="last").set_index("key")
    units = units.assign(final=ranks[years[-1]], latest=ranks.ffill(axis=1)[years[-1]])
    units = units.sort_values(["final", "latest"], kind="stable")
    ranks = ranks.loc[units.index]
    chosen = units.index.isin(chosen_keys)
    own = ranks[chosen].iloc[0] if chosen.any() else pd.Series(dtype="float64")
    why = np.where(units["final"].isna(), f" (không có hạng năm {years[-1]})", "")
    frame = Frame(ax, numbered(units["unit"], units["final"]) + why, narrow=True, first=1)
    ax = frame.ax
    ax.yaxis.tick_right()
    ax.spines["left"].set_visible(False)
    frame.mark_names(chosen)
    span = max(years[-1] - years[0], 1)
    edge = years[-1] + 0.06 * span
    ax.set_xlim(years[0] - 0.03 * span, edge)
    others = {"color": _PALE if chosen.any() else OTHERS, "lw": 1, "marker": "o", "ms": 4}
    ours = {"color": ACCENT, "lw": 3, "ms": 8, "mec": "black", "zorder": 3}
    for row, is_own, (key, places) in zip(frame.rows, chosen, ranks.iterrows(), strict=True):
        ax.plot(years, places, **others | (ours if is_own else {}))
        seen = places.last_valid_index()
        if seen is not None:
            ends = [[(seen, units["latest"][key]), (edge, row)]]
            dots = "solid" if seen == years[-1] else "dotted"  # else it looks like a fall in rank
            ax.add_collection(LineCollection(ends, colors=_LEADER, lw=0.8, ls=dots, zorder=1))
    _write_places(ax, ranks, own)
    crowded = span > _YEARS_ACROSS * min(np.diff(years), default=1)
    ax.set_xticks(years, [str(year) for year in years], rotation=90 if crowded else 0)
    ax.set_xlabel(f"Số bên trái: hạng năm {years[0]} (1 là cao nhất)")
    period = f"năm {years[0]}" if len(years) == 1 else f"giai đoạn {years[0]}–{years[-1]}"
    frame.set_title(f"Xếp hạng cải cách hành chính {period}")
    of_last = table[table["year"] == years[-1]].reset_index(drop=True)
    of_last["name"] = of_last["unit"]  # the year is said before
    numbers = ranks.astype("Int64").rename(columns="Hạng năm {}".format)
    numbers.insert(0, SHOWN["unit"], units["unit"])
    places = ""
    if chosen.any():
        words = [f"{year}: {'không có' if pd.isna(r) else f'{r:.0f}'}" for year, r in own.items()]
        places = f" Hạng của {units['unit'][chosen].iloc[0]}: {'; '.join(words)}."
    return frame.finish(
        numbers,
        f"Biểu đồ đường: xếp hạng của {len(units)} đơn vị, {period}. Năm {years[-1]}: "
        f"{first_and_last(of_last)}{places}",
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
