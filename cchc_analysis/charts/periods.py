"""Charts over time: what changed between two periods, and ranks over the years."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from cchc_analysis.charts import units
from cchc_analysis.charts.frame import ACCENT, OTHERS, Frame
from cchc_analysis.groups import (
    check_columns,
    group_numbers,
    groups_in_words,
    has_unit,
    in_group,
    row_names,
    several_groups,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring import findings
from cchc_analysis.scoring.periods import are_points, few_common, percent_change, why_untold
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_signed,
    printed_places,
)
from cchc_analysis.scoring.ranking import ranked
from cchc_analysis.scoring.sentences import grades_moved, of_moves
from cchc_analysis.text import (
    NO_GRADE,
    SHOWN,
    VALUES,
    in_years,
    listed,
    lower_first,
    quoted,
    unit_key,
)

_NEEDED = (
    "unit", "status", "score_before", "score_after", "percent_before", "percent_after",
    "rank_before", "rank_after", "ranked_before", "ranked_after", "common_units",
    "common_rank_before", "common_rank_after",
)  # fmt: skip
_LEADER = "#b0b0b0"
_PALE = "#9a9a9a"  # the others, beside those that are chosen
# Of the chosen units: told apart in grey by their dashes.
_FRONT = ((ACCENT, "-"), ("#1f4e79", "--"), ("#5e3c99", "-."), ("#00695c", ":"))
_YEARS_ACROSS = 5  # for which there is room beside one another


def plot_change(
    comparison: pd.DataFrame,
    *,
    unit: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot each unit as an arrow from before (ring) to after, with its points, place and grade.

    Units stand in the order of the later rank, those that are gone last, under their block. A unit
    that was not scored in both periods is kept, with the reason in words.

    Parameters
    ----------
    comparison : DataFrame
        What `compare_periods` gives: ``unit``, ``status``, and ``score``, ``percent`` and ``rank``
        with the suffixes ``_before`` and ``_after``, and places among the ``common_units``, which
        are not drawn where those are few.
    unit : str, optional
        The unit to highlight.
    title, subtitle : str, optional
        In place of the finding, and of what is compared.
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
    >>> row |= {"ranked_before": 2, "ranked_after": 2, "common_units": 2}
    >>> row |= {"common_rank_before": 2, "common_rank_after": 1}
    >>> [t.get_text() for t in plot_change(pd.DataFrame(row)).texts][:4]
    ['Trước → nay', '80,00 → 81,50', 'Điểm', '+1,50']
    """
    table = _changes(comparison)
    chosen = units.chosen_rows(table, unit).to_numpy()
    before, after = table["percent_before"], table["percent_after"]
    names = units.numbered(table["unit"], table["rank_after"])
    frame = Frame(ax, names, titles=(title, subtitle), headings=units.headings(table))
    ax, rows = frame.ax, frame.rows
    change = percent_change(table)
    colors = np.where(chosen, ACCENT, OTHERS)
    ax.hlines(rows, before, after, color=colors, linewidth=np.where(chosen, 3, 1.4))
    # So much larger than what is drawn over it that a ring is left where nothing changed.
    whole = {"clip_on": False}  # at the end of the axis, too
    ax.scatter(before, rows, s=80, c="white", edgecolor=colors, linewidth=1.2, zorder=3, **whole)
    # The point of an arrow, which a photocopy keeps, ends where the value is.
    right, left = ([(0, 0), (back, 0.6), (back, -0.6)] for back in (-1, 1))
    still = ~(change > 0) & ~(change < 0)
    for marker, size, some in ((right, 110, change > 0), (left, 110, change < 0), ("o", 24, still)):
        ax.scatter(after[some], rows[some], s=size, c=colors[some], marker=marker,
                   edgecolor="none", zorder=4, **whole)  # fmt: skip
    frame.mark_names(chosen)
    in_points = are_points(table)
    both = pd.concat([before, after], ignore_index=True)
    places = printed_places(both) if in_points else LEAST_PLACES
    texts = change.map(lambda by: "" if pd.isna(by) else format_signed(by, places))
    few, untold = few_common(table), why_untold(table)
    old, new = (table[f"common_rank_{when}"].astype("string") for when in ("before", "after"))
    alone = few | (table["common_units"] < 2)  # one unit has no place among others
    moves = (old + " → " + new).mask(alone).fillna("")
    crossed = _crossed(table)
    head, what = ("Điểm", "điểm") if in_points else ("Điểm %", "tỷ lệ điểm")
    points = "điểm" if in_points else "điểm phần trăm"
    years = comparison.attrs.get("years")
    earlier, later = (in_years(period, years) for period in ("kỳ trước", "kỳ này"))
    drawn = [values.map(lambda value: format_number(value, places)) for values in (before, after)]
    scores = (drawn[0] + " → " + drawn[1]).where(change.notna(), "")
    pair = " → ".join(map(str, years or ("Trước", "nay")))
    frame.write_columns({head: texts, "Hạng": moves} | crossed, first={pair: scores})
    frame.write_beside(table["why"])
    axis = frame.set_percent_axis(both, in_points=in_points)
    common = " hoặc ".join(map(str, table["common_units"][~alone].unique()))
    among = f"hạng giữa {common} đơn vị chung của hai kỳ" if common else ""
    too_few = "quá ít đơn vị chung nên không nêu thay đổi hạng" if few.any() else ""
    right = "; ".join(filter(None, ["Bên phải: thay đổi", among, too_few]))
    topic = f"Thay đổi {what} cải cách hành chính, {later} so với {earlier}"
    finding = "" if untold else findings.of_change(change, table["name"], texts, what)
    alt = "Không có đơn vị nào có điểm ở cả hai kỳ."
    if known := change.count():
        told = of_moves(
            table["name"], change, what, lambda by: f"{format_number(by, places)} {points}"
        )
        alt = f"Trong {known} đơn vị có điểm ở cả hai kỳ, {told}."
    scale = comparison.attrs.get("scale", "")
    unit_of = {SHOWN[c]: table[c] for c in ("block", "unit") if c in table}
    numbers = {
        f"Hạng {later}": table["rank_after"],
        f"{head} {earlier}": drawn[0],
        f"{head} {later}": drawn[1],
        f"Thay đổi ({head.lower()})": texts,
        "Hạng giữa các đơn vị chung": moves,
        **{f"Lên (▲), xuống (▼) {name.lower()}": words for name, words in crossed.items()},
        SHOWN["note"]: table["why"],
    }
    return frame.finish(
        finding or topic,
        ", ".join(filter(None, [topic, lower_first(scale)])),
        [f"{axis}. ○ {earlier} → ► ◄ {later}. Đơn vị xếp theo hạng {later}", right],
        {**unit_of, **numbers},
        f"Biểu đồ mũi tên: {what} cải cách hành chính của {len(table)} đơn vị, {later} so "
        f"với {earlier}. {' '.join(untold) or alt}",
    )


def _crossed(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return a column of the new grade of each unit that has another one, if there are such."""
    if "grade_before" not in table or table["grade_before"].dtype != "category":
        return {}
    words = pd.Series("", table.index, dtype="object")
    both = table[table[["score_before", "score_after"]].notna().all(axis=1)]
    for sign, moved in zip("▲▼", grades_moved(both).values(), strict=True):
        words[moved.index] = f"{sign} " + moved["grade_after"].astype("object").fillna(NO_GRADE)
    return {"Loại": words} if words.any() else {}


def _changes(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order in which they are drawn, with what is written where."""
    check_columns(comparison, _NEEDED)
    units.check_units(comparison)
    table = comparison.assign(group=group_numbers(comparison))
    table["gone"] = table["status"].isin(["gone", "absorbed"])
    table = table.sort_values(["group", "gone", "rank_after", "rank_before"], ignore_index=True)
    why = table["status"].map(VALUES["status"]).mask(table["status"] == "stayed", "")
    score = table["score_after"].fillna(table["score_before"])
    return table.assign(name=row_names(table), score=score, why=why)


def plot_rank_history(
    rankings: pd.DataFrame,
    *,
    block: str | None = None,
    unit: str | Sequence[str] | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot the rank of each unit over the years, first place on top, named at the right.

    A line is broken where its unit is not in the table or not scored. Units stand in the order of
    the last year; those without a rank in it follow, joined to their last place by dots.

    Parameters
    ----------
    rankings : DataFrame
        Has ``year``, ``unit``, ``score`` and ``max_score``; a missing ``rank`` is computed.
    block : str, optional
        Of several blocks the one to draw, as each ranks its own units; by default the one of
        `unit`, else the first. The others are named below.
    unit : str or sequence of str, optional
        The unit, or up to four, before the others; its rank is written in each year.
    title, subtitle : str, optional
        In place of the finding, and of what is ranked.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of units.

    Raises
    ------
    ValueError
        If there is no ``year``, if ranks are among other units than these, if a block is not in
        the table, or if a unit is not in it or was never scored.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"] * 2, "score": [9, 8, 7, 8], "max_score": 10})
    >>> lines = plot_rank_history(scores.assign(year=[2022, 2022, 2023, 2023])).lines
    >>> [line.get_ydata().tolist() for line in lines]
    [[2.0, 1.0], [1.0, 2.0]]
    """
    check_columns(rankings, ["year", "unit", "score"])
    rankings, others = _of_block(rankings, block, unit)
    rankings = rankings.sort_values("year", kind="stable", ignore_index=True)
    table = units.drawn_units(ranked(rankings))
    table["key"] = table["unit"].map(unit_key)
    front = [unit_key(name) for name in units.chosen_units(table, unit, most=len(_FRONT))]
    ranks = table.pivot_table("rank", "key", "year", aggfunc="min", dropna=False).astype("float64")
    years = ranks.columns.tolist()
    last = table.drop_duplicates("key", keep="last").set_index("key")
    last = last.assign(final=ranks[years[-1]], latest=ranks.ffill(axis=1)[years[-1]])
    last = last.sort_values(["final", "latest"], kind="stable")
    ranks = ranks.loc[last.index]
    chosen = last.index.isin(front)
    why = np.where(last["final"].isna(), f" (không có hạng năm {years[-1]})", "")
    names = units.numbered(last["unit"], last["final"]) + why
    frame = Frame(ax, names, titles=(title, subtitle), narrow=True, numbered=True)
    ax = frame.ax
    ax.yaxis.tick_right()
    ax.spines["left"].set_visible(False)
    frame.mark_names(chosen)
    span = max(years[-1] - years[0], 1)
    edge = years[-1] + 0.06 * span
    ax.set_xlim(years[0] - 0.03 * span, edge)
    usual = {"color": _PALE if front else OTHERS, "lw": 1, "marker": "o", "ms": 4}
    if len(last) > units.MANY:
        usual |= {"color": _PALE, "lw": 0.3, "ms": 2}
    for row, (key, places) in zip(frame.rows, ranks.iterrows(), strict=True):
        look = usual
        if key in front:
            color, dashes = _FRONT[front.index(key)]
            look = {"color": color, "ls": dashes, "lw": 3, "marker": "o", "ms": 8, "zorder": 3}
        ax.plot(years, places, **look)
        seen = places.last_valid_index()
        if seen is not None:
            ends = [[(seen, last["latest"][key]), (edge, row)]]
            dots = "solid" if seen == years[-1] else "dotted"  # else it looks like a fall in rank
            ax.add_collection(LineCollection(ends, colors=_LEADER, lw=0.8, ls=dots, zorder=1))
    _write_places(frame, ranks, chosen)
    crowded = span > _YEARS_ACROSS * min(np.diff(years), default=1)
    ax.set_xticks(years, [str(year) for year in years], rotation=90 if crowded else 0)
    period = f"năm {years[0]}" if len(years) == 1 else f"giai đoạn {years[0]}–{years[-1]}"
    of_last = table[table["year"] == years[-1]].reset_index(drop=True)
    of_last["name"] = of_last["unit"]  # the year is said before
    numbers = ranks.astype("Int64").rename(columns="Hạng năm {}".format)
    numbers.insert(0, SHOWN["unit"], last["unit"])
    told = ""
    for key in front:
        own = ranks.loc[key].items()
        words = [f"{year}: {'không có' if pd.isna(rank) else f'{rank:.0f}'}" for year, rank in own]
        told += f" Hạng của {last['unit'][key]}: {'; '.join(words)}."
    topic = f"Xếp hạng cải cách hành chính {period}"
    of = f" ({table['block'][0]})" if "block" in table and table["block"].notna().all() else ""
    lead = front[0] if front else ranks.index[0]
    finding = ""
    if len(front) < 2 <= len(last):
        finding = findings.of_history(last["unit"][lead], ranks.loc[lead])
    return frame.finish(
        finding or topic,
        f"{topic}, {len(last)} đơn vị{of}",
        [f"Số bên trái: hạng năm {years[0]} (1 là cao nhất)", others],
        numbers,
        f"Biểu đồ đường: xếp hạng của {len(last)} đơn vị{of}, {period}. Năm {years[-1]}: "
        f"{units.first_and_last(of_last)}{told}",
    )


def _of_block(
    rankings: pd.DataFrame, block: str | None, unit: str | Sequence[str] | None
) -> tuple[pd.DataFrame, str]:
    """Return the rows of the one block that is drawn, and in words the others."""
    if "block" not in several_groups(rankings) and block is None:
        return rankings, ""
    check_columns(rankings, ["block"])
    chosen, blocks = units.chosen_units(rankings, unit, most=len(_FRONT)), rankings["block"]
    own_block = blocks[rankings["unit"] == chosen[0]] if chosen else blocks
    own = in_group(rankings, {"block": own_block.iloc[0] if block is None else block})
    names, which = groups_in_words(blocks), quoted(str(block))
    if not own.any():
        known = listed([*names.unique()])
        raise Refusal(f"Không có khối {which}; các khối: {known}", "hãy ghi đúng tên", value=block)
    for one in chosen:
        if not has_unit(rankings[own], one):
            problem = f"{quoted(one)} không thuộc khối {names[own].iloc[0]}"
            raise Refusal(problem, "hãy chọn khối của đơn vị này", value=one)
    others = listed([*names[~own].unique()])
    return rankings[own], f"Không vẽ khối khác: {others}" * bool(others)


def _write_places(frame: Frame, ranks: pd.DataFrame, chosen: np.ndarray) -> None:
    """Write the ranks of the first year, each once, and those of the chosen units in between."""
    first, own = ranks.columns[0], ranks[chosen]
    written = [(first, rank, (-7, 0), "right") for rank in ranks[first].dropna().unique()]
    for year in ranks.columns[1:-1]:
        written += [(year, rank, (0, 10), "center") for rank in own[year].dropna().unique()]
    for year, rank, away, side in written:
        frame.write(
            rank, f"{rank:.0f}", year, away=away, of_axes=False, ha=side, zorder=5,
            fontweight="bold" if (own[year] == rank).any() else "normal",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
