"""Charts that compare units, whose alt text is the label of the Axes (``ax.get_label()``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts import units
from cchc_analysis.charts.frame import ACCENT, Frame, end_of_axis
from cchc_analysis.charts.grades import assumption, draw_bars, draw_cutoffs, grade_names
from cchc_analysis.groups import grades_in_words, is_unit
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_percent,
    format_signed,
    printed_places,
)
from cchc_analysis.scoring.ranking import grade_distribution, graded
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, GradeScheme, scheme_for
from cchc_analysis.vocabulary import ASSUMED, BLANK, MEAN, SHOWN, UNSCORED

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_ranking(
    ranking: pd.DataFrame,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    unit: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot the score of each unit as a bar, best on top, with its rank, score and grade.

    Parameters
    ----------
    ranking : DataFrame
        A ranking, as `rank_units` gives it. Units without a score stand last, without a bar.
    scheme : str, GradeScheme or mapping
        The cut-offs to draw; the table's ``grade``, where it has one, must be of this scheme.
    unit : str, optional
        The unit whose name is written bold.
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
    table, scheme = graded(ranking, scheme)
    table = units.drawn_units(table)
    grades, values, what = grades_in_words(table), units.printed_values(table), units.measure(table)
    frame = Frame(ax, units.numbered(table["name"], table["rank"]), narrow=True)
    draw_bars(frame, table["percent"].fillna(0), grades, scheme)
    frame.write_beside(values + "  " + grades)
    frame.mark_names(is_unit(table, unit))
    frame.ax.set_xlim(0, end_of_axis(table["percent"], 100))
    frame.set_title(f"Xếp hạng các đơn vị theo {what}{units.of_year(table)}")
    cutoffs = draw_cutoffs(frame, table, scheme)
    counts = ", ".join(f"{row.grade} {row.units}" for row in grade_distribution(table).itertuples())
    return frame.finish(
        {**units.numbers(table, ranks=True), SHOWN["grade"]: grades, **cutoffs},
        f"Biểu đồ thanh ngang: xếp hạng {units.counted(table)} theo {what}. "
        f"{units.first_and_last(table, values)} Số đơn vị theo xếp loại: {counts}."
        f"{assumption(scheme)}",
    )


def plot_distribution(
    distribution: pd.DataFrame,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    ax: Axes | None = None,
) -> Axes:
    """Plot how many units have each grade, with their share of the scored units.

    Parameters
    ----------
    distribution : DataFrame
        What `grade_distribution` gives, or a ranking to count.
    scheme : str, GradeScheme or mapping
        The cut-offs to state beside each grade; the table's grades must be of this scheme.
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
    [1, 1, 0, 0, 0]
    """
    if "share_pct" in distribution:
        scheme = scheme_for(scheme, distribution)
    else:
        table, scheme = graded(distribution, scheme)
        distribution = grade_distribution(
            table, by=None if isinstance(scheme, GradeScheme) else "block"
        )
    names, bounds = grade_names(distribution, scheme)
    shares = distribution["share_pct"].map(format_percent)
    scored = distribution["units"][distribution["share_pct"].notna()].sum()
    base = f"tỷ lệ trên {scored} đơn vị được chấm" if scored else "chưa có đơn vị nào được chấm"
    if distribution.columns[0] != "grade":
        base = "tỷ lệ trên số đơn vị được chấm của từng nhóm"
    texts = distribution["units"].astype("str") + (" (" + shares + ")").where(shares != BLANK, "")
    frame = Frame(ax, names, narrow=True)
    bars = draw_bars(frame, distribution["units"], distribution["grade"], scheme)
    frame.ax.bar_label(bars, texts, padding=3, fontsize=8)
    frame.set_title("Phân bố xếp loại cải cách hành chính", pad=8)
    frame.ax.xaxis.get_major_locator().set_params(integer=True)
    frame.ax.margins(x=0.2)
    assumed = f"\nNgưỡng xếp loại: {ASSUMED}" if scheme.assumed else ""
    frame.ax.set_xlabel(f"Số đơn vị ({base}){assumed}")
    numbers = distribution.assign(share_pct=shares)
    numbers.insert(numbers.columns.get_loc("units"), "Ngưỡng", bounds)
    return frame.finish(
        numbers.rename(columns=SHOWN),
        f"Biểu đồ thanh ngang: phân bố xếp loại của {distribution['units'].sum()} đơn vị. "
        f"{'; '.join(names + ': ' + texts)}.{assumption(scheme)}",
    )


def plot_comparison(
    ranking: pd.DataFrame,
    *,
    unit: str | None = None,
    scheme: AnyScheme = DEFAULT_SCHEME,
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
    chosen = units.chosen_rows(table, unit)
    standard, what = units.reference(table, chosen, unit)
    frame = Frame(ax, table["name"], narrow=True)
    ax, rows = frame.ax, frame.rows
    ax.hlines(rows, standard, table["percent"], color="#707070", linewidth=1.2)
    colors = np.where(chosen, ACCENT, "white")
    ax.scatter(table["percent"], rows, s=26, c=colors, edgecolor="black", linewidth=0.6, zorder=3)
    ax.vlines(standard, rows - 0.5, rows + 0.5, color="black", linewidth=1.4, zorder=2.5)
    in_points = units.out_of_100(table)
    places = printed_places(table["score"]) if unit and in_points else LEAST_PLACES
    differences = (table["percent"] - standard).map(lambda by: format_signed(by, places))
    differences = differences.mask(table["score"].isna(), UNSCORED)
    frame.write_beside(differences)
    frame.mark_names(chosen)
    of = f" của {table['score'].count()} đơn vị được chấm" if unit is None else ""
    one = f" ({format_number(standard.max(), places)}{'' if in_points else '%'})"
    one = one if standard.nunique() == 1 else ""
    frame.set_percent_axis(pd.concat([table["percent"], standard]), in_points=in_points)
    ax.set_xlim(right=end_of_axis(table["percent"], 101))
    frame.set_title(f"Chênh lệch so với {what}{of}{one}{units.of_year(table)}")
    line = MEAN if unit is None else "đơn vị được so sánh"
    points = "điểm" if in_points else "điểm %"
    lines = f"\nNét liền đậm: {line}. Số bên phải: chênh lệch ({points})"
    cutoffs = draw_cutoffs(frame, table, scheme, lines)
    compared = table[standard.notna()]
    numbers = {
        f"So với {line}": standard.map(lambda value: format_number(value, places)),
        f"Chênh lệch ({points})": differences,
    }
    return frame.finish(
        {**units.numbers(table), **numbers, **cutoffs},
        f"Biểu đồ chấm tròn: chênh lệch của {units.counted(compared)} so với {what}{one}. "
        f"{units.first_and_last(compared, differences)}{assumption(scheme)}",
    )
