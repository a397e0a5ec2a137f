"""The one frame of all charts: rows with names, text beside them, title, axis, words, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.text import fewest_lines
from cchc_analysis.vocabulary import BLANK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACCENT, OTHERS = "#d6604d", "#606060"
LETTER = 5.2  # points: a digit of 8 pt, or a letter of average width
WIDTH = 6.3  # inches: 160 mm, the text width of an A4 report
NAME_LETTERS = 40
_LINE = 0.14  # inches: one line of 8 pt
_GAP = 9  # points between columns of text
_TITLE_PAD = 16  # points between the axes and the title, where the cut-offs are written
_TITLE_LETTERS = 44
_NARROW_TITLE, _NARROW_AXIS = 15, 22  # letters, where names take half of a narrow figure


def house_style() -> AbstractContextManager[None]:
    """Return the context in which the package draws files: no matplotlibrc changes anything."""
    import matplotlib.pyplot as plt

    return plt.style.context(["default", "cchc_analysis.report"])


class Frame:
    """A row for each name, first on top, and what stands around the rows.

    A figure of our own grows with the rows and their words; given axes keep their place. It is as
    wide as the text of a page, or as the style says (`half`) if it may be narrow. Rows are
    numbered from `first` on.
    """

    def __init__(
        self, ax: Axes | None, names: Iterable[str], *, letters: int = NAME_LETTERS,
        narrow: bool = False, first: int = 0,
    ) -> None:  # fmt: skip
        """Make the rows, each with its name."""
        import matplotlib.pyplot as plt

        self.ours = ax is None
        self._lacks_room = self.ours  # for lines of words that it was not made for
        style = plt.rcParams["figure.figsize"][0]
        width = min(WIDTH, style) if narrow and self.ours else WIDTH
        names = [wrap(name, int(letters * width / WIDTH)) for name in names]
        if ax is None:
            pitch = 0.07 + _LINE * max(name.count("\n") + 1 for name in names)
            _, ax = plt.subplots(figsize=(width, 1.3 + pitch * len(names)), layout="constrained")
        self.ax, self.rows = ax, np.arange(first, first + len(names))
        ax.set_yticks(self.rows, names)
        ax.set_ylim(self.rows[-1] + 0.6, first - 0.6)

    @property
    def is_wide(self) -> bool:
        """Return whether the figure is as wide as the text of a page."""
        return self.ax.get_figure(root=True).get_figwidth() >= WIDTH

    def mark_names(self, chosen: Iterable[bool]) -> None:
        """Write the names of the chosen rows bold, which a photocopy keeps."""
        for label, own in zip(self.ax.get_yticklabels(), chosen, strict=True):
            if own:
                label.set_fontweight("bold")

    def write_beside(self, texts: Iterable[str]) -> None:
        """Write a text beside each row, right of the axes, where no bar or line can cross it."""
        at = {"transform": self.ax.get_yaxis_transform(), "va": "center", "fontsize": 8}
        for row, text in zip(self.rows, texts, strict=True):
            self.ax.text(1.01, row, _with_minus(text), **at)

    def write_columns(self, columns: Mapping[str, Iterable[str]]) -> None:
        """Write columns of numbers under their heads, right of the axes, flush right."""
        at, in_row = 0, self.ax.get_yaxis_transform()
        where = {"textcoords": "offset points", "ha": "right", "fontsize": 8}
        for head, texts in columns.items():
            texts = list(map(_with_minus, texts))
            at += _GAP + LETTER * max(map(len, (head, *texts)))
            self.ax.annotate(head, (1, 1), (at, 3), xycoords="axes fraction", **where)
            for row, text in zip(self.rows, texts, strict=True):
                self.ax.annotate(text, (1, row), (at, 0), xycoords=in_row, va="center", **where)

    def set_title(self, title: str, pad: float = _TITLE_PAD, y: float | None = 1) -> None:
        """Set the title, broken into lines, above the cut-offs.

        Its place is fixed, else each layout measures all rows once more to find it; where ticks
        stand on top, `y` is None.
        """
        letters = _TITLE_LETTERS if self.is_wide else _NARROW_TITLE
        self.ax.set_title(wrap(title, letters), pad=pad, y=y)

    def set_percent_axis(self, values: pd.Series, *, in_points: bool) -> str:
        """Set the x axis to fit percents, or points of 100; return what its label says of it."""
        known = values.dropna()
        if known.empty:
            known = pd.Series([0.0, 100.0])
        left = max(0, 5 * np.floor((known.min() - 2) / 5))
        right = min(end_of_axis(known, 101), 5 * np.ceil((known.max() + 1) / 5))
        self.ax.set_xlim(left, right)
        self.ax.xaxis.get_major_locator().set_params(integer=True)
        of = "Điểm (thang điểm 100" if in_points else "Tỷ lệ điểm, % (của điểm tối đa"
        return f"{of}, trục bắt đầu từ {left:g})" if left else f"{of})"

    def size_in_points(self) -> tuple[float, float]:
        """Return how wide and high the axes are once the text beside them has taken its place."""
        self.ax.get_figure(root=True).draw_without_rendering()
        box = self.ax.get_window_extent()
        return box.width * 72 / self.ax.figure.dpi, box.height * 72 / self.ax.figure.dpi

    def grow(self, *, high: float = 0, wide: float = 0) -> None:
        """Make a figure of our own larger by so many points."""
        if self.ours:
            width, height = self.ax.figure.get_size_inches()
            self.ax.figure.set_size_inches(width + wide / 72, height + high / 72)

    def make_room_for_words(self) -> None:
        """Make a figure of our own higher by lines of title and axis that it was not made for."""
        if not self._lacks_room:
            return
        self._lacks_room, ax = False, self.ax
        if not self.is_wide:
            lines = ax.get_xlabel().split("\n")
            ax.set_xlabel("\n".join("\n".join(fewest_lines(line, _NARROW_AXIS)) for line in lines))
        title = ax.get_title(loc="left").count("\n")
        below = max(0, ax.get_xlabel().count("\n") - 1)
        ax.figure.set_figheight(ax.figure.get_figheight() + 0.18 * title + 0.15 * below)

    def finish(self, numbers: Mapping[str, object] | pd.DataFrame, alt: str) -> Axes:
        """Return the chart with its alt text and the numbers that it shows, as they are printed."""
        self.make_room_for_words()
        table = pd.DataFrame(numbers).reset_index(drop=True).rename_axis(columns=None)
        table = table.astype("object")
        self.ax.cchc_numbers = table.where(table.notna() & (table != ""), BLANK)
        self.ax.set_label(alt)
        return self.ax


def numbers_of(ax: Axes) -> pd.DataFrame | None:
    """Return the numbers that a chart shows, as they are printed; None of a chart not ours.

    Text and whole numbers under Vietnamese headers: one row per unit, grade or field, in the order
    in which they are drawn. What is missing is "–".
    """
    return ax.cchc_numbers.copy() if hasattr(ax, "cchc_numbers") else None


def end_of_axis(percents: pd.Series, usual: float) -> float:
    """Return where an axis of percents ends: points beside the total may lift one above 100."""
    most = percents.max()
    return most + 1 if most > 100 else usual


def wrap(text: str, letters: int) -> str:
    """Break text into the fewest lines of at most so many letters, and those about equally long."""
    # A dollar sign is no mathematics.
    return "\n".join(fewest_lines(text.replace("$", r"\$"), letters))


def _with_minus(text: str) -> str:
    """Return a number with a true minus for a picture (Excel takes it for text)."""
    return re.sub(r"^-(?=\d)", "\N{MINUS SIGN}", text)
