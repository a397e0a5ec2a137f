"""What all charts share: rows with names, text beside them, titles, line breaks, room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.groups import is_unit, row_names
from cchc_analysis.scoring.printing import format_number, format_percent, printed_places
from cchc_analysis.scoring.ranking import in_order
from cchc_analysis.text import fewest_lines, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACCENT = "#d6604d"
TITLE_PAD = 16  # points between the axes and the title, where the cut-offs are written
_WIDTH = 6.3  # inches: 160 mm, the text width of an A4 report
_LINE = 0.14  # inches: one line of 8 pt
LETTER = 5.2  # points: a digit of 8 pt, or a letter of average width
_NAME_LETTERS = 40
_TITLE_LETTERS = 44
_NARROW_TITLE, _NARROW_AXIS = 15, 22  # letters, where names take half of a narrow figure


def ready(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order in which they are drawn, with the name of each."""
    if ranking.empty:
        raise ValueError("Bảng không có đơn vị nào để vẽ.")
    table = in_order(ranking)
    return table.assign(name=row_names(table))


def chosen_rows(table: pd.DataFrame, unit: str | None) -> pd.Series:
    """Return which rows are of the chosen unit, refusing one that is not there or has no score."""
    chosen = is_unit(table, unit)
    if unit is not None and table["score"][chosen].isna().all():
        raise ValueError(f"Đơn vị '{unit}' chưa được chấm; hãy chọn đơn vị khác.")
    return chosen


def out_of_100(table: pd.DataFrame) -> bool:
    """Return whether points are percent, so that scores can be drawn and printed as they are."""
    return bool((table["max_score"] == 100).all())


def values_in_words(table: pd.DataFrame) -> pd.Series:
    """Return what is drawn, as it is printed: points of 100, or percent of another maximum."""
    if out_of_100(table):
        places = printed_places(table["score"])
        return table["score"].map(lambda score: format_number(score, places))
    return table["percent"].map(format_percent)


def measure(table: pd.DataFrame) -> str:
    """Return in words what is drawn."""
    return "điểm cải cách hành chính" if out_of_100(table) else "tỷ lệ điểm cải cách hành chính"


def numbered(names: pd.Series, ranks: pd.Series) -> pd.Series:
    """Return names with their rank before them, where they have one."""
    return (ranks.astype("Int64").astype("string") + ". ").fillna("") + names


def of_year(table: pd.DataFrame) -> str:
    """Return the year for the end of a title, if the table is of one."""
    one = "year" in table and table["year"].nunique() == 1
    return f", năm {table['year'].iloc[0]}" if one else ""


def row_axes(
    ax: Axes | None, names: Iterable[str], letters: int = _NAME_LETTERS, *, narrow: bool = False
) -> Axes:
    """Return axes with a row for each name, first on top; a new figure grows with the rows.

    It is as wide as the text of a page, or as the style says (`half`) if it may be narrow.
    """
    import matplotlib.pyplot as plt

    width = min(_WIDTH, plt.rcParams["figure.figsize"][0]) if narrow and ax is None else _WIDTH
    names = [wrap(name, int(letters * width / _WIDTH)) for name in names]
    grows = ax is None
    if grows:
        pitch = 0.07 + _LINE * max(name.count("\n") + 1 for name in names)
        _, ax = plt.subplots(figsize=(width, 1.3 + pitch * len(names)), layout="constrained")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.cchc_grows = grows  # the figure is ours: see `make_room_for_words`
    return ax


def write_right(ax: Axes, texts: Iterable[str]) -> None:
    """Write a text beside each row, right of the axes, where no bar or line can cross it."""
    for row, text in enumerate(map(with_minus, texts)):
        ax.text(1.01, row, text, transform=ax.get_yaxis_transform(), va="center", fontsize=8)


def with_minus(text: str) -> str:
    """Return a number with a true minus for a picture (Excel takes it for text)."""
    return re.sub(r"^-(?=\d)", "\N{MINUS SIGN}", text)


def units_in_words(table: pd.DataFrame) -> str:
    """Return how many units are drawn, and of how many where some have no score."""
    scored, units = table["score"].count(), f"{len(table)} đơn vị"
    return units if scored == len(table) else f"{scored} đơn vị được chấm (trong số {units})"


def first_and_last(table: pd.DataFrame, values: pd.Series | None = None) -> str:
    """Return a sentence on the first and the last scored units of each year and block."""
    sentences = []
    for _, rows in table[table["score"].notna()].groupby("group"):
        ends = []
        for rank in (rows["rank"].min(), rows["rank"].max()):
            tied = rows["name"][rows["rank"] == rank]
            value = "" if values is None else f" ({values[tied.index[0]]})"
            ends.append(f"{listed(tied.tolist())}{value}")
        sentences.append(f"Đầu bảng: {ends[0]}; cuối bảng: {ends[1]}.")
    return " ".join(sentences) or "Chưa có đơn vị nào được chấm."


def set_title(ax: Axes, title: str, pad: float = TITLE_PAD) -> None:
    """Set the title, broken into lines, above the cut-offs."""
    ax.set_title(wrap(title, _TITLE_LETTERS if is_wide(ax) else _NARROW_TITLE), pad=pad)


def make_room_for_words(ax: Axes) -> None:
    """Make our own figure higher by lines of title and axis that it was not made for."""
    if not ax.cchc_grows:
        return
    if not is_wide(ax):
        lines = ax.get_xlabel().split("\n")
        ax.set_xlabel("\n".join("\n".join(fewest_lines(line, _NARROW_AXIS)) for line in lines))
    title = ax.get_title(loc="left").count("\n")
    below = max(0, ax.get_xlabel().count("\n") - 1)
    ax.figure.set_figheight(ax.figure.get_figheight() + 0.18 * title + 0.15 * below)
    ax.cchc_grows = False


def is_wide(ax: Axes) -> bool:
    """Return whether a chart's figure is as wide as the text of a page."""
    return ax.get_figure(root=True).get_figwidth() >= _WIDTH


def wrap(text: str, letters: int) -> str:
    """Break text into the fewest lines of at most so many letters, and those about equally long."""
    # A dollar sign is no mathematics.
    return "\n".join(fewest_lines(text.replace("$", r"\$"), letters))
