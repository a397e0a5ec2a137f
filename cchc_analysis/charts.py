"""Charts that compare units: made for a photocopied report, readable in grey."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis import exact
from cchc_analysis.format import LEAST_PLACES, format_number, format_percent, places_of
from cchc_analysis.labels import ASSUMED, MEAN, NO_GRADE, UNSCORED
from cchc_analysis.labels import scale as scale_in_words
from cchc_analysis.ranking import (
    grade_distribution,
    graded,
    group_columns,
    group_numbers,
    in_order,
)
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.text import same

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ACCENT = "#d6604d"
_GREY = "#707070"
_WIDTH = 6.3  # inches: 160 mm, the text width of an A4 report
_LINE = 0.14  # inches: one line of 8 pt
_PAD = 16  # points between the axes and the title, where the cut-offs are written
_NAME_LETTERS = 40
_TITLE_LETTERS = 44


def plot_ranking(
    ranking: pd.DataFrame, *, scheme: str | GradeScheme = DEFAULT_SCHEME, ax: Axes | None = None
) -> Axes:
    """Plot the score of each unit as a bar, best on top, with its rank, score and grade.

    Parameters
    ----------
    ranking : DataFrame
        A ranking, as `rank_units` gives it. Units without a score stand last, without a bar.
    scheme : str or GradeScheme
        The cut-offs to draw; the table's ``grade``, where it has one, must be of this scheme.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Its label (``ax.get_label()``) is the alt text of the chart, in Vietnamese.

    Raises
    ------
    ValueError
        If the table's grades are not those of `scheme`; the message names the first unit.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> [bar.get_width() for bar in plot_ranking(rank_units(scores)).patches]
    [95.0, 81.0]
    """
    scheme = load_scheme(scheme)
    table = _ready(ranking, scheme)
    grade = table["grade"].astype("object").fillna(NO_GRADE).mask(table["score"].isna(), UNSCORED)
    ranks = table["rank"].astype("object").map(lambda rank: f"{rank}. ", na_action="ignore").fillna("")
    ax = _axes(ax, ranks + _names(table))
    shades = _shades(scheme.grades)
    ax.barh(
        range(len(table)), table["percent"].fillna(0), height=0.72, edgecolor="black", linewidth=0.5,
        color=[shades.get(g, "white") for g in grade],
    )  # fmt: skip
    values = _values(table)
    _write_right(ax, [f"{v}  {g}" for v, g in zip(values, grade, strict=True)])
    ax.set_title("Xếp hạng đơn vị theo điểm đánh giá", pad=_PAD)
    ax.set_xlim(0, 100)
    _draw_cutoffs(ax, table, scheme)
    counts = grade_distribution(table)
    ax.set_label(
        f"Biểu đồ thanh ngang: xếp hạng {len(table)} đơn vị theo điểm đánh giá. "
        f"{_extremes(table, values)} "
        + ", ".join(f"{row.grade}: {row.units}" for row in counts.itertuples() if row.units)
        + " đơn vị."
    )
    return ax


def plot_distribution(
    distribution: pd.DataFrame,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    ax: Axes | None = None,
) -> Axes:
    """Plot how many units have each grade, with their share of the scored units.

    Parameters
    ----------
    distribution : DataFrame
        What `grade_distribution` gives, or a ranking to count.
    scheme : str or GradeScheme
        The cut-offs to state beside each grade; the table's grades must be of this scheme.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Its label (``ax.get_label()``) is the alt text of the chart, in Vietnamese.

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
    scheme = load_scheme(scheme)
    if "share_pct" not in distribution:
        distribution = grade_distribution(graded(distribution, scheme))
    foreign = ~distribution["grade"].isin([*scheme.grades, NO_GRADE, UNSCORED])
    if foreign.any():
        raise ValueError(
            f"Loại '{distribution['grade'][foreign].iloc[0]}' trong bảng không thuộc thang "
            f"'{scheme.name or scheme}'; hãy truyền scheme= là thang đã dùng."
        )
    words = dict(zip(scheme.grades, scheme.bounds_in_words(), strict=True))
    by = [c for c in distribution if c not in ("grade", "units", "share_pct")]
    names, texts = [], []
    for row in distribution.to_dict("records"):
        grade = f"{row['grade']} ({words[row['grade']]})" if row["grade"] in words else row["grade"]
        names.append(" – ".join([*(str(row[column]) for column in by), grade]))
        share = "" if pd.isna(row["share_pct"]) else f" ({format_percent(row['share_pct'])})"
        texts.append(f"{row['units']}{share}")
    ax = _axes(ax, names)
    shades = _shades(scheme.grades)
    bars = ax.barh(
        range(len(distribution)), distribution["units"], height=0.72, edgecolor="black", linewidth=0.5,
        color=[shades.get(g, "white") for g in distribution["grade"]],
    )  # fmt: skip
    ax.bar_label(bars, texts, padding=3, fontsize=8)
    ax.set_title("Phân bố xếp loại")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.margins(x=0.2)
    scored = distribution["units"][distribution["share_pct"].notna()].sum()
    base = "số đơn vị được chấm của từng nhóm" if by else f"{scored} đơn vị được chấm"
    assumed = f"\nNgưỡng xếp loại: {ASSUMED}" * scheme.assumed
    ax.set_xlabel(f"Số đơn vị (tỷ lệ trên {base}){assumed}")
    ax.set_label(
        f"Biểu đồ thanh ngang: phân bố xếp loại của {distribution['units'].sum()} đơn vị. "
        + "; ".join(f"{n}: {t}" for n, t in zip(names, texts, strict=True))
        + "."
    )
    return ax


def plot_comparison(
    ranking: pd.DataFrame,
    *,
    unit: str | None = None,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    ax: Axes | None = None,
) -> Axes:
    """Plot how far each unit stands from the mean, or from one chosen unit, with the cut-offs.

    Parameters
    ----------
    ranking : DataFrame
        A ranking, as `rank_units` gives it.
    unit : str, optional
        The unit to compare with; by default the mean of the scored units. Either is taken within
        each year and block.
    scheme : str or GradeScheme
        The cut-offs to draw; the table's ``grade``, where it has one, must be of this scheme.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Its label (``ax.get_label()``) is the alt text of the chart, in Vietnamese.

    Raises
    ------
    ValueError
        If there is no such unit, or the table's grades are not those of `scheme`.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> [text.get_text() for text in plot_comparison(rank_units(scores), unit="A").texts][:2]
    ['+14,00', '0,00']
    """
    scheme = load_scheme(scheme)
    table = _ready(ranking, scheme)
    chosen = table["unit"].map(same) == same(unit or "")
    if unit is not None and not chosen.any():
        close = difflib.get_close_matches(unit, table["unit"], n=1, cutoff=0)
        raise ValueError(f"Không có đơn vị '{unit}' trong bảng; gần nhất là '{close[0]}'.")
    groups = pd.Series(group_numbers(table), index=table.index)
    if unit is None:
        means = {g: exact.mean_percent(p["score"], p["max_score"]) for g, p in table.groupby(groups)}
        reference = groups.map(means)
    elif table["score"][chosen].isna().all():
        raise ValueError(f"Đơn vị '{unit}' chưa được chấm nên không so sánh được; hãy chọn đơn vị khác.")
    else:
        reference = groups.map(table[chosen].groupby(groups)["percent"].first())
    ax = _axes(ax, _names(table))
    at = np.arange(len(table))
    ax.hlines(at, reference, table["percent"], color=_GREY, linewidth=1.2)
    ax.scatter(
        table["percent"], at, s=26, zorder=3, edgecolor="black", linewidth=0.6,
        color=[_ACCENT if here else "white" for here in chosen],
    )  # fmt: skip
    for group in groups.unique():
        rows = at[groups == group]
        ax.vlines(reference[rows[0]], rows[0] - 0.5, rows[-1] + 0.5, color="black", linewidth=1)
    in_points = (table["max_score"] == 100).all()
    places = places_of(table["score"]) if in_points and unit is not None else LEAST_PLACES
    differences = (table["percent"] - reference).map(
        lambda points: "+" * (points > 0) + format_number(points, places)
    )
    differences = differences.mask(table["score"].isna(), UNSCORED)
    _write_right(ax, differences)
    what = MEAN.lower() if unit is None else table["unit"][chosen].iloc[0]
    if groups.nunique() == 1 and pd.notna(reference.iloc[0]):
        what += f" ({format_number(reference.iloc[0], places)}{'' if in_points else '%'})"
    ax.set_title(_wrap(f"Chênh lệch của từng đơn vị so với {what}", _TITLE_LETTERS), pad=_PAD)
    lowest = min(table["percent"].min(), reference.min())
    ax.set_xlim(0 if pd.isna(lowest) else max(0, 5 * np.floor((lowest - 2) / 5)), 101)
    ax.xaxis.get_major_locator().set_params(integer=True)
    _draw_cutoffs(ax, table, scheme)
    ax.set_label(
        f"Biểu đồ chấm: chênh lệch của {len(table)} đơn vị so với {what}. "
        + _extremes(table, differences)
    )
    return ax


def _ready(ranking: pd.DataFrame, scheme: GradeScheme) -> pd.DataFrame:
    """Return the ranking with all it needs to be drawn, in the order it is drawn."""
    table = in_order(graded(ranking, scheme))
    if table.empty:
        raise ValueError("Bảng không có đơn vị nào để vẽ.")
    return table


def _names(table: pd.DataFrame) -> pd.Series:
    """Return the name of each row: the unit, and the year and block where there are several."""
    names = table["unit"]
    for column in group_columns(table):
        if table[column].nunique() > 1:
            names = names + " – " + table[column].astype("str")
    return names


def _values(table: pd.DataFrame) -> list[str]:
    """Return what is plotted, as it is printed: points of 100, or percent of another maximum."""
    if (table["max_score"] == 100).all():
        places = places_of(table["score"])
        return [format_number(score, places) for score in table["score"]]
    return [format_percent(percent) for percent in table["percent"]]


def _axes(ax: Axes | None, names: Sequence[str]) -> Axes:
    """Return axes with a row for each name, first on top; a new figure grows with the rows."""
    import matplotlib.pyplot as plt

    wrapped = [_wrap(name, _NAME_LETTERS) for name in names]
    if ax is None:
        pitch = 0.07 + _LINE * max(name.count("\n") + 1 for name in wrapped)
        _, ax = plt.subplots(figsize=(_WIDTH, 1.3 + pitch * len(wrapped)), layout="constrained")
    ax.set_yticks(range(len(wrapped)), wrapped)
    ax.set_ylim(len(wrapped) - 0.4, -0.6)
    return ax


def _write_right(ax: Axes, texts: Sequence[str]) -> None:
    """Write a text beside each row, right of the axes, where no bar or line can cross it."""
    for row, text in enumerate(texts):
        ax.text(1.01, row, text, transform=ax.get_yaxis_transform(), va="center", fontsize=8)


def _draw_cutoffs(ax: Axes, table: pd.DataFrame, scheme: GradeScheme) -> None:
    """Draw the cut-offs inside the view, and say below what the axis and the lines are."""
    left, right = ax.get_xlim()
    for bound in (bound for bound in scheme.bounds if max(left, 0) < bound <= right):
        ax.axvline(bound, color="white", linewidth=1.6)  # so that the dashes show on any bar
        ax.axvline(bound, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
        ax.annotate(
            f"{bound:g}".replace(".", ","), (bound, 1), xycoords=ax.get_xaxis_transform(),
            xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8,
        )  # fmt: skip
    of_100 = (table["max_score"] == 100).all()
    what = "Điểm đánh giá" if of_100 else "Tỷ lệ điểm (%)"
    scale = table.attrs.get("scale") or scale_in_words(table["max_score"])
    start = "" if left == 0 else f", trục bắt đầu từ {left:g}"
    bounds = "/".join(f"{bound:g}" for bound in scheme.bounds if bound).replace(".", ",")
    assumed = f" ({ASSUMED})" * scheme.assumed
    ax.set_xlabel(
        f"{what} ({scale[0].lower() + scale[1:]}{start})\nNét đứt: ngưỡng xếp loại {bounds}{assumed}"
    )


def _extremes(table: pd.DataFrame, values: Sequence[str]) -> str:
    """Return a sentence on the first and the last scored unit."""
    scored = table.index[table["score"].notna()]
    if not len(scored):
        return "Chưa có đơn vị nào được chấm."
    names = _names(table)
    first, last = (f"{names[at]} ({values[at]})" for at in (scored[0], scored[-1]))
    return f"Đầu bảng: {first}; cuối bảng: {last}."


def _shades(grades: Sequence[str]) -> dict[str, tuple]:
    """Return a colour for each grade, darkest for the best, that stays in order in grey."""
    from matplotlib import colormaps

    return dict(zip(grades, colormaps["Blues"](np.linspace(0.95, 0.1, len(grades))), strict=True))


def _wrap(text: str, letters: int) -> str:
    """Break text into the fewest lines of at most so many letters, and those about equally long."""
    text = text.replace("$", r"\$")  # a dollar sign is no mathematics
    fewest = len(textwrap.wrap(text, letters))
    for width in range(max(1, -(-len(text) // max(fewest, 1))), letters):
        if len(lines := textwrap.wrap(text, width)) == fewest:
            return "\n".join(lines)
    return textwrap.fill(text, letters)
