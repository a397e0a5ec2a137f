"""The chart of blocks, or years, side by side."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cchc_analysis.charts import units
from cchc_analysis.charts.frame import ACCENT, LETTER, PALE, ROW, WIDTH, Frame
from cchc_analysis.groups import several_groups
from cchc_analysis.scoring import exact, findings
from cchc_analysis.scoring.printing import LEAST_PLACES, format_number, format_percent
from cchc_analysis.text import MEAN, SHOWN

_DOT = 5.5  # points across
_PITCH = 6.6  # points from lane to lane
_LANES = 7  # for which there is room on either side of the line of a block
_AXES = 0.42  # of a page: the least width of the axes beside names and columns
_FAR = 1.5  # quartile ranges: what is farther from the quartiles is an outlier


def plot_blocks(
    ranking: pd.DataFrame,
    *,
    unit: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot each unit as a dot, blocks below one another on one axis, with quartiles and mean.

    Years, where there are several, have a row each as blocks have. The first and the last unit of
    each row are named, and outliers beside them as far as there is room. Units that would hide one
    another stand above and below the line of their block; only the place along the axis counts.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, with ``block`` or ``year``. The mean is over the scored units.
    unit : str, optional
        The unit to highlight in each row in which it is.
    title, subtitle : str, optional
        In place of the finding, and of what the scores are.
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
    chosen, several = units.chosen_rows(table, unit).to_numpy(), several_groups(table)
    groups = [rows for _, rows in table.groupby("group")]
    names = [
        units.group_name(rows.iloc[0], several or ["block"] * ("block" in table)) for rows in groups
    ]
    means = [exact.mean_percent(rows) for rows in groups]
    in_points, printed = units.out_of_100(table), units.printed_values(table)
    written = [format_number(m, LEAST_PLACES) if in_points else format_percent(m) for m in means]
    scored = [rows[rows["score"].notna()] for rows in groups]
    counts = [f"{len(own)}/{len(rows)}" for own, rows in zip(scored, groups, strict=True)]
    values = table["percent"]
    apart = _PITCH * np.nanmax([values.max() - values.min(), 5]) / (72 * WIDTH * _AXES)
    lanes = [lanes_of(rows["percent"].to_numpy(), apart) for rows in scored]
    heights = [
        (_PITCH * (2 * min(np.abs(of_group).max(initial=0), _LANES) + 2) + 32) / 72 / ROW
        for of_group in lanes
    ]
    frame = Frame(ax, names, titles=(title, subtitle), heights=heights)
    ax = frame.ax
    frame.write_columns({"Trung bình": written, "Được chấm": counts})
    axis = frame.set_percent_axis(table["percent"], in_points=in_points)
    dots, step = {"s": _DOT**2, "linewidth": 0.6}, _PITCH / 72 / ROW
    for at, rows, of_group, mean, high in zip(
        frame.rows, scored, lanes, means, heights, strict=True
    ):
        own, percent = chosen[rows.index], rows["percent"].to_numpy()
        half = high / 2 - 1.05
        places = at + of_group * min(step, half / max(np.abs(of_group).max(initial=1), 1))
        if len(rows) > 3:
            low, middle, top = np.quantile(percent, [0.25, 0.5, 0.75])
            ax.fill_between(
                [low, top], at - half, at + half, color="#e4e4e4", linewidth=0, zorder=1
            )
            ax.vlines(middle, at - half, at + half, color="white", linewidth=2.4, zorder=2)
        ax.scatter(percent[~own], places[~own], c=PALE, edgecolor="#404040", zorder=3, **dots)
        ax.scatter(
            percent[own], places[own], c=ACCENT, edgecolor="black", marker="D", zorder=4, **dots
        )
        ax.vlines(mean, at - half, at + half, color="black", linewidth=1.8, zorder=2.5)
        _name_ends(frame, at, high / 2 - 0.4, rows, printed)
    what, by = units.measure(table), f" theo {' và '.join(SHOWN[c].lower() for c in several)}"
    by = by if several else ""
    sentences = [
        f"{name}: trung bình {mean} ({count} đơn vị được chấm)."
        for name, mean, count in zip(names, written, counts, strict=True)
    ]
    # Two columns of counts: Excel takes 4/6 for a date.
    of_group = table.groupby("group")["score"]
    numbers = {
        "Trung bình của nhóm": table["group"].map(dict(enumerate(written))),
        "Số đơn vị được chấm của nhóm": of_group.transform("count"),
        "Số đơn vị của nhóm": of_group.transform("size"),
    }
    topic = f"{what.capitalize()}{by or ' của các đơn vị'}"
    finding = findings.of_means(means, written, several)
    diamond = f". ◆ {table['unit'][chosen].iloc[0]}" if unit else ""
    return frame.finish(
        finding or topic,
        f"{topic}. {findings.subject(table)}",
        [f"{axis}. Chấm: từng đơn vị; vạch đậm: {MEAN}; vùng xám: từ tứ phân vị 1 đến 3; "
         f"vạch trắng: trung vị{diamond}"],
        {**units.numbers(table), **numbers},
        f"Biểu đồ chấm tròn: {what} của {units.counted(table)}{by}. {' '.join(sentences)} "
        f"{units.first_and_last(table, printed)}",
    )  # fmt: skip


def _name_ends(
    frame: Frame, at: float, half: float, rows: pd.DataFrame, printed: pd.Series
) -> None:
    """Write the names of the last unit and the outliers below it, of the first ones above."""
    percent = rows["percent"]
    if percent.empty:
        return
    low, high = np.quantile(percent, [0.25, 0.75])
    far = _FAR * (high - low)
    left, right = frame.ax.get_xlim()
    ends = {percent.max(): (at - half, percent > high + far)}
    ends |= {percent.min(): (at + half, percent < low - far)}
    for end, (row, is_far) in ends.items():
        some = rows[is_far | (percent == end)]
        some = some.sort_values("percent", ascending=end == percent.min())
        share = (end - left) / (right - left)
        is_right = share > 0.5
        most = int((share if is_right else 1 - share) * 72 * WIDTH * _AXES / LETTER)
        text = _named_within(most, some["unit"].tolist(), printed[some.index].tolist())
        frame.write(
            row, text, end, away=(3 if is_right else -3, 0), of_axes=False,
            ha="right" if is_right else "left",
        )  # fmt: skip


def _named_within(most: int, names: list[str], values: list[str]) -> str:
    """Return as many names with their values as so many letters hold, at least one, shortened."""
    told = [f"{name} ({value})" for name, value in zip(names, values, strict=True)]
    for count in range(len(told), 0, -1):
        if len(text := "; ".join(told[:count])) <= most:
            return text
    return f"{names[0][: max(1, most - len(values[0]) - 4)].rstrip()}… ({values[0]})"


def lanes_of(values: np.ndarray, apart: float) -> np.ndarray:
    """Return for each value the lane (0, 1, -1, 2, …) where it is so far from those before it."""
    lanes = np.zeros(len(values))
    last: list[float] = []  # the greatest value of each lane so far
    for at in np.argsort(values, kind="stable"):
        free = next((n for n, value in enumerate(last) if values[at] - value >= apart), len(last))
        last[free : free + 1] = [values[at]]
        lanes[at] = (free + 1) // 2 * (1 if free % 2 else -1)
    return lanes
