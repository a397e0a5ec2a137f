"""The charts of a ranking: units by grade, counts of grades, each unit against the mean, blocks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from cchc_analysis.charts import units
from cchc_analysis.charts.frame import (
    ACCENT,
    LETTER,
    PALE,
    ROW,
    WIDTH,
    Frame,
    end_of_axis,
    fits_page,
)
from cchc_analysis.groups import (
    check_columns,
    grades_in_words,
    group_numbers,
    is_unit,
    several_groups,
)
from cchc_analysis.refusal import check_given
from cchc_analysis.scoring import exact, findings
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_percent,
    format_signed,
    printed_places,
)
from cchc_analysis.scoring.ranking import grade_distribution, graded, summarise_blocks
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    GradeScheme,
    Scheme,
    scheme_for,
)
from cchc_analysis.text import ASSUMED, BLANK, MEAN, NO_GRADE, SHOWN, UNSCORED

_ENDS, _NEIGHBOURS = 10, 2  # units of an overview at either end, and on either side of one's own
_DOT = 5.5  # points across
_PITCH = 6.6  # points from lane to lane
_LANES = 7  # for which there is room on either side of the line of a block
_AXES = 0.42  # of a page: the least width of the axes beside names and columns
_FAR = 1.5  # quartile ranges: what is farther from the quartiles is an outlier


def plot_ranking(
    ranking: pd.DataFrame,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    unit: str | None = None,
    overview: bool = False,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot the score of each unit as a bar, best on top, under a heading for each grade.

    Parameters
    ----------
    ranking : DataFrame
        A ranking, as `rank_units` gives it. Units without a score stand last, without a bar.
    scheme : str, GradeScheme or mapping
        The cut-offs to draw; the table's ``grade``, where it has one, must be of this scheme.
    unit : str, optional
        The unit whose name is written bold.
    overview : bool
        Draw only the first and last units, and `unit` with its neighbours; of those between only
        the grades are counted. For long tables.
    title, subtitle : str, optional
        In place of the finding, and of what the scores are.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of units.

    Raises
    ------
    ValueError
        If the table's grades are not those of `scheme`, naming the first unit, or if `unit` is not
        in the table.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> [float(bar.get_width()) for bar in plot_ranking(scores).patches]
    [95.0, 81.0]
    """
    check_given(bool, overview=overview)
    table, scheme = graded(ranking, scheme)
    table = units.drawn_units(table)
    told, what = units.first_and_last(table, units.printed_values(table)), units.measure(table)
    counts = grade_distribution(table)
    said = ", ".join(counts["grade"] + " " + counts["units"].astype("str"))
    table = _by_grade(table, scheme).assign(own=lambda rows: is_unit(rows, unit))
    groups = table["group"].nunique()
    fewer = [max(1, most // groups) for most in range(_ENDS, 0, -1)] if overview else [len(table)]
    for ends in fewer:
        shown, headings, left_out = _rows_under_headings(table, ends)
        names = units.numbered(shown["unit"], shown["rank"])
        if fits_page(names, sum(map(len, headings.values()))):
            break
    is_whole = len(shown) == len(table)
    frame = Frame(ax, names, titles=(title, subtitle), headings=headings, narrow=True)
    frame.ax.set_xlim(0, end_of_axis(table["percent"], 100))
    _draw_bars(frame, shown["percent"].fillna(0), shown["words"], scheme)
    for row, unit_ in zip(frame.rows, shown.fillna({"percent": 0}).itertuples(), strict=True):
        weight = "bold" if unit_.own else "normal"
        frame.write(row, unit_.printed, unit_.percent, of_axes=False, fontweight=weight)
    frame.mark_names(shown["own"])
    for _, rows in shown[shown["bound"] > 0].groupby(["group", "place"]):
        ends = frame.rows[rows.index[0]] - 0.5, frame.rows[rows.index[-1]] + 0.5
        # Behind the bars, which nothing cuts.
        frame.ax.vlines(rows["bound"].iloc[0], *ends, color="black", linewidth=0.8, zorder=0.5)
    in_points, words = units.out_of_100(table), ""
    if (shown["bound"] > 0).any():
        words = f". Vạch đứng: ngưỡng của loại{f' ({ASSUMED})' if scheme.assumed else ''}"
    topic = f"Xếp hạng các đơn vị theo {what}"
    of_one = isinstance(scheme, GradeScheme) and (
        "year" not in table or table["year"].nunique() < 2
    )
    finding = findings.of_grades(counts) if of_one else ""
    return frame.finish(
        finding or topic,
        findings.subject(table) + ("" if is_whole else ", đầu và cuối bảng"),
        [f"{'Điểm' if in_points else 'Tỷ lệ điểm, %'}{words}", left_out],
        {
            **units.numbers(shown, ranks=True),
            SHOWN["grade"]: shown["words"],
            SHOWN["cutoffs"]: shown["cuts"],
        },
        f"Biểu đồ thanh ngang: xếp hạng {units.counted(table)} theo {what}. {told} "
        f"Số đơn vị theo xếp loại: {said}.{units.assumption(scheme)}",
    )


def _by_grade(table: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Return the rows grade by grade, ranked or not, with grade, bound and value in words."""
    table = table.assign(words=grades_in_words(table), printed=units.printed_values(table))
    order = {grade: at for at, grade in enumerate([*scheme.grades, NO_GRADE, UNSCORED])}
    table = table.assign(place=table["words"].map(order), bound=0.0, bound_words="", cuts="")
    for _, rows, one in scheme.parts(table):
        told = one.bounds_in_words("" if units.out_of_100(table) else "%")
        grades = table.loc[rows, "words"]
        table.loc[rows, "bound"] = grades.map(dict(zip(one.grades, one.bounds, strict=True)))
        table.loc[rows, "bound_words"] = grades.map(dict(zip(one.grades, told, strict=True)))
        table.loc[rows, "cuts"] = "; ".join(cut for _, cut in one.cuts)
    return table.sort_values(["group", "place"], kind="stable", ignore_index=True)


def _rows_under_headings(
    table: pd.DataFrame, ends: int
) -> tuple[pd.DataFrame, dict[int, list[tuple[str, bool]]], str]:
    """Return the rows to draw (ends, one's own and near), headings, what is left at the end."""
    at = table.groupby("group").cumcount()
    scored = table.groupby("group")["score"].transform("count")
    near = table["own"].rolling(2 * _NEIGHBOURS + 1, center=True, min_periods=1).max() > 0
    kept = (at < ends) | ((at >= scored - ends) & (at < scored)) | near
    groups, headings, before, left_out = units.headings(table), {}, None, []
    counts = table.groupby(["group", "place"])["unit"].transform("size")
    for row in table.itertuples():
        if not kept[row.Index]:
            left_out.append(row.words)
            continue
        told = [(f"… {_counted(left_out)}", False)] if left_out else []
        told += groups.get(row.Index, [])
        if before is None or (row.group, row.place) != (before.group, before.place):
            bound = f" ({row.bound_words})" if isinstance(row.bound_words, str) else ""
            told.append((f"{row.words}{bound} – {counts[row.Index]} đơn vị", not groups))
        if told:
            headings[int(kept[: row.Index].sum())] = told
        left_out, before = [], row
    last = f"Không vẽ ở cuối: {_counted(left_out)}" if left_out else ""
    return table[kept].reset_index(drop=True), headings, last


def _counted(grades: list[str]) -> str:
    """Return how many units of each grade there are: "31 đơn vị (12 Tốt, 19 Khá)"."""
    counts = pd.Series(grades).value_counts(sort=False)
    return f"{len(grades)} đơn vị ({', '.join(f'{n} {grade}' for grade, n in counts.items())})"


def plot_distribution(
    distribution: pd.DataFrame,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot how many units have each grade, with their share of the scored units.

    Years and blocks stand below one another on one axis; grades that nobody has are named in one
    line.

    Parameters
    ----------
    distribution : DataFrame
        What `grade_distribution` gives, or a ranking to count.
    scheme : str, GradeScheme or mapping
        The cut-offs to state beside each grade; the table's grades must be of this scheme.
    title, subtitle : str, optional
        In place of the finding, and of what is counted.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If the grades are not those of `scheme`.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> [int(bar.get_width()) for bar in plot_distribution(scores).patches]
    [1, 1]
    """
    check_columns(distribution, [])
    if "share_pct" in distribution:
        scheme = scheme_for(scheme, distribution)
    else:
        table, scheme = graded(distribution, scheme)
        distribution = grade_distribution(
            table, by=None if isinstance(scheme, GradeScheme) else "block"
        )
    units.check_units(distribution, "grade")
    distribution = distribution.reset_index(drop=True)
    names, bounds = units.grade_names(distribution, scheme)
    shares = distribution["share_pct"].map(format_percent)
    texts = distribution["units"].astype("str") + (" (" + shares + ")").where(shares != BLANK, "")
    by = distribution.columns[: distribution.columns.get_loc("grade")].tolist()
    has_some = distribution["units"] > 0
    parts = [part for _, part in distribution.groupby(group_numbers(distribution, by))]
    headings, rows = {}, []
    of_nobody = ~distribution["grade"].isin(distribution["grade"][has_some])
    for part in parts:
        scored = part["units"][part["share_pct"].notna()].sum()
        base = f"{scored} đơn vị được chấm" if scored else "chưa có đơn vị nào được chấm"
        if by:
            headings[len(rows)] = [(f"{units.group_name(part.iloc[0], by)}: {base}", True)]
            base = "số đơn vị được chấm của từng nhóm"
            if lacks := _of_nobody(part["grade"][~has_some[part.index] & ~of_nobody[part.index]]):
                headings[len(rows)].append((lacks, False))
        rows += part.index[has_some[part.index]].tolist() or part.index.tolist()
    drawn = distribution.loc[rows]
    words = drawn["grade"] + (" (" + bounds[rows] + ")").where(bounds[rows] != "", "")
    frame = Frame(ax, words, titles=(title, subtitle), headings=headings, narrow=True)
    bars = _draw_bars(frame, drawn["units"], drawn["grade"], scheme)
    for row, bar, text in zip(frame.rows, bars, texts[rows], strict=True):
        frame.write(row, text, bar.get_width(), of_axes=False)
    frame.ax.xaxis.get_major_locator().set_params(integer=True)
    frame.ax.set_xlim(0, max(drawn["units"].max(), 1) * 1.05)
    assumed = f". Ngưỡng xếp loại: {ASSUMED}" if scheme.assumed else ""
    numbers = distribution.assign(share_pct=shares)
    numbers.insert(numbers.columns.get_loc("units"), "Ngưỡng", bounds)
    finding = findings.of_grades(distribution) if isinstance(scheme, GradeScheme) else ""
    topic = f"Số đơn vị theo xếp loại CCHC{findings.when(distribution)}"
    return frame.finish(
        finding or "Phân bố xếp loại cải cách hành chính",
        f"{topic} (tỷ lệ trên {base})",
        [f"Số đơn vị{assumed}", _of_nobody(distribution["grade"][of_nobody])],
        numbers.rename(columns=SHOWN),
        f"Biểu đồ thanh ngang: phân bố xếp loại của {distribution['units'].sum()} đơn vị. "
        f"{'; '.join(names + ': ' + texts)}.{units.assumption(scheme)}",
    )  # fmt: skip


def _of_nobody(grades: pd.Series) -> str:
    return f"Không có đơn vị nào ở loại: {', '.join(grades.unique())}" if len(grades) else ""


def plot_comparison(
    ranking: pd.DataFrame,
    *,
    unit: str | None = None,
    scheme: AnyScheme = DEFAULT_SCHEME,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot how far each unit stands from the mean, or from one chosen unit, with the cut-offs.

    Parameters
    ----------
    ranking : DataFrame
        A ranking, as `rank_units` gives it.
    unit : str, optional
        The unit to compare with, in the years and blocks where it has a score. By default the
        mean of the scored units of each year and block.
    scheme : str, GradeScheme or mapping
        The cut-offs to draw; the table's ``grade``, where it has one, must be of this scheme.
    title, subtitle : str, optional
        In place of the finding, and of what is compared.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of units.

    Raises
    ------
    ValueError
        If `unit` is not in the table or has no score, or if grades are not those of `scheme`.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> [text.get_text() for text in plot_comparison(scores, unit="A").texts][:2]
    ['+14,00', '0,00']
    """
    table, scheme = graded(ranking, scheme)
    table = units.drawn_units(table)
    chosen, in_points = units.chosen_rows(table, unit), units.out_of_100(table)
    standard, what = units.reference(table, chosen, unit)
    places = printed_places(table["score"]) if unit and in_points else LEAST_PLACES
    apart = table["percent"] - standard
    texts = apart.map(lambda by: format_signed(by, places)).mask(table["score"].isna(), UNSCORED)
    headings = units.headings(table)
    frame = Frame(ax, table["unit"], titles=(title, subtitle), headings=headings, narrow=True)
    frame.write_beside(texts)
    ax, rows = frame.ax, frame.rows
    axis = frame.set_percent_axis(pd.concat([table["percent"], standard]), in_points=in_points)
    ax.set_xlim(right=end_of_axis(table["percent"], 101))
    # Pale and broad, so that a cut-off beside it is seen.
    ax.vlines(standard, rows - 0.5, rows + 0.5, color="#b0b0b0", linewidth=4, zorder=1)
    ax.hlines(rows, standard, table["percent"], color="#707070", linewidth=1.2, zorder=2.5)
    colors = np.where(chosen, ACCENT, "white")
    ax.scatter(table["percent"], rows, s=26, c=colors, edgecolor="black", linewidth=0.6, zorder=3)
    frame.mark_names(chosen)
    cutoffs, all_cutoffs = _draw_cutoffs(frame, table, scheme)
    one = f"{format_number(standard.max(), places)}{'' if in_points else '%'}"
    one = one if standard.nunique() == 1 else ""
    line = MEAN if unit is None else "đơn vị được so sánh"
    points = "điểm" if in_points else "điểm %"
    words = f"{axis}. Vạch xám: {line}; bên phải: chênh lệch ({points})"
    if all_cutoffs:
        words += f"; nét đứt: ngưỡng xếp loại {all_cutoffs}"
    blocks = summarise_blocks(table)
    scored = table["score"].count()
    finding = findings.of_mean(blocks["above_mean"].sum(), scored, one)
    if unit is not None:
        finding = findings.of_unit(what, apart[~chosen])
    topic = f"Chênh lệch so với {what}"
    subject = findings.subject(table)
    of = f" của {scored} đơn vị được chấm" if unit is None and one else ""
    compared = table[standard.notna()]
    numbers = {
        f"So với {line}": standard.map(lambda value: format_number(value, places)),
        f"Chênh lệch ({points})": texts,
        **({SHOWN["cutoffs"]: cutoffs} if all_cutoffs else {}),
    }
    value = f" ({one})" if one else ""
    topic = f"{topic}{of}{value}"
    return frame.finish(
        finding or topic,
        f"{topic}. {subject}",
        [words],
        {**units.numbers(table), **numbers},
        f"Biểu đồ chấm tròn: chênh lệch của {units.counted(compared)} so với {what}{value}. "
        f"{units.first_and_last(compared, texts)}{units.assumption(scheme)}",
    )


def _draw_bars(frame: Frame, lengths: pd.Series, grades: pd.Series, scheme: Scheme) -> BarContainer:
    """Draw a bar in each row in the shade of its grade; grey without one."""
    shades = units.grade_shades(scheme.grades)
    colors = [shades.get(grade, PALE) for grade in grades]
    return frame.ax.barh(frame.rows, lengths, 0.72, color=colors, edgecolor="#8c9bab", lw=0.4)


def _draw_cutoffs(frame: Frame, table: pd.DataFrame, scheme: Scheme) -> tuple[pd.Series, str]:
    """Draw the cut-offs beside the rows they are of; return those in view, and all in words."""
    ax, (left, right) = frame.ax, frame.ax.get_xlim()
    told_of, in_view = [], pd.Series("", table.index, dtype="object")
    look = {"color": "black", "linewidth": 0.8, "linestyle": (0, (4, 3)), "zorder": 2}
    for block, rows, one in scheme.parts(table):
        drawn = [(bound, told) for bound, told in one.cuts if left <= bound <= right]
        last = np.inf
        for bound, told in drawn:
            if block:
                at = frame.rows[rows]
                ax.vlines(bound + 0 * at, at - 0.5, at + 0.5, **look)
                continue
            ax.axvline(bound, **look)
            # Those of all rows are written above the axes, where there is room.
            if (last - bound) / (right - left) > (0.09 if frame.is_wide else 0.35):
                last = bound
                frame.write_above((bound - left) / (right - left), told.replace("trên ", ">"))
        if drawn:
            cuts, assumed = [told for _, told in drawn], f" ({ASSUMED})" if one.assumed else ""
            in_view[rows] = "; ".join(cuts)
            told_of.append(f"{block} {'/'.join(cuts)}{assumed}".strip())
    return in_view, "; ".join(told_of)


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
