"""The one frame of all charts: rows under headings, texts beside them, title, words, numbers."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import (
    Bbox,
    ScaledTranslation,
    Transform,
    TransformedBbox,
)
from matplotlib.transforms import blended_transform_factory as blended

from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.text import BLANK, fewest_lines

ACCENT, OTHERS, PALE = "#d6604d", "#606060", "#d0d0d0"
LETTER = 5.2  # points: a digit of 8 pt, or a letter of average width
_RUNNING = 4.9  # points: a letter of a sentence
WIDTH = 6.3  # inches: 160 mm, the text width of an A4 report
_NAME_LETTERS = 40
ROW = 0.21  # inches: a row with a name of one line, the unit of the y axis
_LINE = 0.14  # inches: one line of 8 pt
_AXES = 110  # points: the least width of axes beside columns that can be left out
_HEADING = 0.09 + _LINE
_ROWS = 6.8  # inches of a page, beside title, axis and small print
_EDGE = 0.06  # inches around all
_GAP = 9  # points between columns of text
_BOLD_LETTER = 7.3  # points: of a title
_NEAR = 6  # rows
_HAIR = 0.02  # inches by which the last two layouts may differ
_LAYOUTS = 4  # two are enough where no tick of the axis comes or goes


def house_style() -> AbstractContextManager[None]:
    """Return the context in which the package draws files: no matplotlibrc changes anything."""
    return plt.style.context(["default", "cchc_analysis.report"])


def check_axes(ax: object) -> None:
    """Refuse what is no Axes: the array or the pair that `plt.subplots` gives, a figure."""
    if not hasattr(ax, "get_title"):
        raise Refusal(
            f"ax={ax!r:.60} không phải là một vùng vẽ (Axes)",
            "hãy ghi ví dụ ax=plt.subplots()[1], của nhiều vùng thì từng vùng một",
        )


class RoomWarning(UserWarning):
    """What is told of given axes that are too low for the names of their rows."""


class Frame:
    """A row for each name, first on top, and what stands around the rows.

    A figure of our own is as high as its rows and words, and as wide as the text of a page, or as
    the style says (`half`) if it may be narrow; given axes keep their size. `headings` stand above
    the row of their number: texts, and whether they are bold. `heights` are in rows of one line.
    Rows that are `numbered` are equally high, and stand at 1, 2, 3….
    """

    def __init__(
        self, ax: Axes | None, names: Iterable[str], *, titles: tuple[str | None, str | None],
        heights: Sequence[float] | None = None,
        headings: Mapping[int, Sequence[tuple[str, bool]]] | None = None,
        letters: int = _NAME_LETTERS, narrow: bool = False, numbered: bool = False,
        width: float = WIDTH,
    ) -> None:  # fmt: skip
        """Make the rows, each with its name."""
        self._given = titles
        check_given(str, title=titles[0], subtitle=titles[1])
        self.is_ours = ax is None
        if ax is not None:
            check_axes(ax)
        if ax is None:
            width = min(width, plt.rcParams["figure.figsize"][0]) if narrow else width
            _, ax = plt.subplots(figsize=(width, 4))
        self.ax, self.figure = ax, ax.get_figure(root=True)
        # Alone in its figure, a chart has its words from edge to edge, and is laid out.
        self.is_whole = self.is_ours or (
            len(self.figure.axes) == 1 and self.figure.get_layout_engine() is None
        )
        room = self.figure.get_figwidth() if self.is_whole else _inches(ax)[0]
        self.points = 72 * (room - 2 * _EDGE)
        # Where a line of words begins: at the edge of the figure, or of axes among others.
        self._left = (_EDGE / self.figure.get_figwidth(), self.figure.transFigure)
        if not self.is_whole:
            self._left = (0.0, ax.transAxes)
        names = [wrap(name, max(8, int(letters * min(1, room / WIDTH)))) for name in names]
        lines = np.array([name.count("\n") + 1 for name in names])
        parts = [part for name in names for part in name.split("\n")]
        self._names = LETTER * max(map(len, parts), default=0)  # points
        sizes = np.maximum((0.07 + _LINE * lines) / ROW, 1 if heights is None else heights)
        self._texts: list[tuple[float, Text]] = []  # which row each is of
        self._headings = headings or {}
        self._pitch, at = ROW, 0.0  # inches, and where the first row begins
        if numbered:
            self._pitch, at, sizes = ROW * sizes.max(), 0.5, np.ones(len(sizes))
        self._above = 8.0 if numbered else 0.0  # points: what stands over the axes
        rows, self.edges, self._tops = [], [at], []
        for row, size in enumerate(sizes):
            for text, is_bold in self._headings.get(row, ()):
                at = self._write_heading(at, text, is_bold=is_bold)
            rows.append(at + size / 2)
            self._tops.append(at)
            at += size
            self.edges.append(at)
        self.rows = np.array(rows)
        ax.set_yticks(self.rows, names)
        ax.set_ylim(at, self.edges[0])
        ax.spines[:].set_in_layout(False)  # no measuring of ticks for what is the edge of the axes
        if self.is_whole:  # no drawing looks for the place of a label that the axis does not have
            edge = blended(self.figure.transFigure, ax.transAxes)
            ax.yaxis.set_label_coords(0, 0.5, transform=edge)

    @property
    def is_wide(self) -> bool:
        """Return whether there is as much room as the text of a page has."""
        return self.points >= 72 * (WIDTH - 2 * _EDGE) - 1

    def _write_heading(self, at: float, text: str, *, is_bold: bool) -> float:
        """Write a heading above a row and return where it ends."""
        (left, across), text = self._left, wrap(text, int(self.points / (LETTER + 1.1 * is_bold)))
        end = at + (0.09 + _LINE * (text.count("\n") + 1)) / ROW
        drawn = self.ax.text(
            left, end - 0.1, text, va="bottom", fontsize=8,
            transform=blended(across, self.ax.transData),
            fontweight="bold" if is_bold else "normal",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0},
        )  # fmt: skip
        drawn.set_in_layout(False)
        self._texts.append((end, drawn))
        return end

    def write(
        self, row: float, text: str, x: float = 1, *, away: tuple[float, float] = (3, 0),
        of_axes: bool = True, **options: object,
    ) -> None:  # fmt: skip
        """Write a text in a row: at a share of the axes, or a value, and so many points away."""
        at = self.ax.get_yaxis_transform() if of_axes else self.ax.transData
        options = {"va": "center", "fontsize": 8, "transform": self._away(at, *away)} | options
        drawn = self.ax.text(x, row, _with_minus(text).replace("$", r"\$"), **options)
        self._texts.append((row, drawn))

    def _away(self, place: Transform, right: float, up: float) -> Transform:
        """Return the transform of what stands so many points away from a place."""
        return place + ScaledTranslation(right / 72, up / 72, self.figure.dpi_scale_trans)

    def let_out(self, marks: Artist) -> None:
        """Draw marks at the left and right edge of the axes whole, in the rows that are shown."""
        marks.set_in_layout(False)
        marks.set_clip_box(TransformedBbox(Bbox([[-1, 0], [2, 1]]), self.ax.transAxes))

    def mark_names(self, chosen: Iterable[bool]) -> None:
        """Write the names of the chosen rows bold, which a photocopy keeps."""
        for label, own in zip(self.ax.get_yticklabels(), chosen, strict=True):
            if own:
                label.set_fontweight("bold")

    def write_beside(self, texts: Iterable[str]) -> None:
        """Write a text beside each row, right of the axes, where no bar or line can cross it."""
        for row, text in zip(self.rows, texts, strict=True):
            self.write(row, text)

    def draw_cells(self, columns: Sequence[float], shades: np.ndarray) -> None:
        """Draw a cell in each row and column, the columns 1 wide; what is between stays white."""
        across = [(at - 0.5, 1) for at in columns]
        for top, end, of_row in zip(self._tops, self.edges[1:], shades, strict=True):
            look = {"facecolors": of_row, "edgecolor": "white", "lw": 0.8, "antialiased": False}
            self.ax.broken_barh(across, (top, end - top), **look)
        self.ax.set_ylim(self.edges[-1], self.edges[0])

    def write_columns(
        self,
        columns: Mapping[str, Iterable[str]],
        first: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Write columns under their heads, flush right; `first` before, if there is room."""
        every, at = {**(first or {}), **columns}, 0.0
        widths = {head: _GAP + LETTER * max(map(len, (head, *of))) for head, of in every.items()}
        if not self.is_whole or sum(widths.values()) > self.points - self._names - _AXES:
            every = columns
        for head, texts in every.items():
            texts = list(map(_with_minus, texts))
            at += widths[head]
            self.write_above(1, head, away=at, ha="right")
            for row, text in zip(self.rows, texts, strict=True):
                self.write(row, text, away=(at, 0), ha="right")

    def write_above(self, x: float, text: str, *, away: float = 0, ha: str = "center") -> None:
        """Write a text above the axes, at a share of their width."""
        self._above = max(self._above, 3 + 12 * (text.count("\n") + 1))
        at = self._away(self.ax.transAxes, away, 3)
        self.ax.text(x, 1, text, ha=ha, fontsize=8, transform=at)

    def set_percent_axis(self, values: pd.Series, *, in_points: bool) -> str:
        """Set the x axis to fit percents, or points of 100; return what is to be said of it."""
        known = values.dropna()
        if known.empty:
            known = pd.Series([0.0, 100.0])
        left = max(0, 5 * np.floor((known.min() - 2) / 5))
        right = min(end_of_axis(known, 101), 5 * np.ceil((known.max() + 1) / 5))
        self.ax.set_xlim(left, right)
        self.ax.xaxis.get_major_locator().set_params(integer=True)
        start = f", trục bắt đầu từ {left:g}" if left else ""
        return f"{'Điểm' if in_points else 'Tỷ lệ điểm, %'}{start}"

    def finish(
        self, lead: str, subject: str, words: Iterable[str], numbers: object, alt: str
    ) -> Axes:
        """Write title, subtitle and the words below; keep alt text and numbers; return the chart.

        The title that is given replaces what leads, which begins the alt text; the subtitle the
        subject. `numbers` are those that are shown, as they are printed.
        """
        given = zip(self._given, (lead, subject), strict=True)
        title, subtitle = (ours if own is None else own for own, ours in given)
        self.subject = subtitle or title
        ax, (left, across) = self.ax, self._left
        if title and subtitle.startswith(title):  # where there is no finding
            subtitle = subtitle[len(title) :].lstrip(",. ")
            subtitle = subtitle[:1].upper() + subtitle[1:]
        self._title, self._subtitle = title, _by_sentences(subtitle, int(self.points / _RUNNING))
        at = self._away(blended(across, ax.transAxes), 0, 4 + self._above)
        self._small = ax.text(left, 1, "", fontsize=8, va="bottom", transform=at)
        self._small.set_in_layout(False)
        self._write_titles()
        if self._headings and ax.spines["left"].get_visible():  # no axis beside a heading
            ax.spines["left"].set_visible(False)
            at = {"transform": ax.get_yaxis_transform(), "zorder": 2.5}
            look = {"color": ax.spines["left"].get_edgecolor(), "linewidth": 0.8}
            self.let_out(ax.vlines(0 * self.rows, self._tops, self.edges[1:], **look, **at))
        below = [_by_sentences(line, int(self.points / _RUNNING)) for line in words if line]
        # Placed once below the ticks: each drawing would look for the place by measuring them anew.
        ax.xaxis.get_tightbbox(renderer_of(self.figure))
        under = (ax.xaxis.label.get_position()[1] - ax.bbox.y0) / self.figure.dpi
        at = self._away(blended(across, ax.transAxes), 0, 72 * under)
        ax.set_xlabel("\n".join(below), ha="left")
        ax.xaxis.set_label_coords(left, 0, transform=at)
        table = pd.DataFrame(numbers).reset_index(drop=True).rename_axis(columns=None)
        table = table.astype("object")
        self.numbers = table.where(table.notna() & (table != ""), BLANK)
        ax.cchc_frame = self
        ax.set_label(f"{title.rstrip('.')}. {alt}" if title else alt)
        self.lay_out()
        return ax

    def _write_titles(self, part: str = "") -> None:
        """Write title and subtitle above what stands over the axes, and the part of a page."""
        left, across = self._left
        most = int(self.points / LETTER)
        part = f"{part[: most - 1]}…" if len(part) > most else part
        lines = [*filter(None, self._subtitle.split("\n")), *filter(None, [part])]
        self._small.set_text("\n".join(lines))
        pad = 6 + self._above + 12 * len(lines)
        words = _with_minus(wrap(self._title, int(self.points / _BOLD_LETTER)))
        drawn = self.ax.set_title(words, loc="left", pad=pad, y=1, x=left)
        drawn.set_transform(self._away(blended(across, self.ax.transAxes), 0, pad))
        if part:
            self.sides[3] = self._top + 12 / 72

    def lay_out(self) -> None:
        """Give the axes their place; what stands around them is measured in points."""
        figure, ax = self.figure, self.ax
        before, renderer = np.inf, renderer_of(figure)
        for _ in range(_LAYOUTS if self.is_whole else 0):
            with warnings.catch_warnings():  # of letters that lack: told when they are drawn
                warnings.filterwarnings("ignore", "Glyph")
                around = ax.get_tightbbox(renderer, for_layout_only=True)
            own = ax.get_window_extent()
            sides = np.array([*(own.min - around.min), *(around.max - own.max)]) / figure.dpi
            sides = np.round(sides.clip(0) + _EDGE, 3)
            if np.abs(sides - before).max() < _HAIR:
                break
            before, self.sides, self._top = sides, sides.copy(), sides[3]
            self._place()
        if not self.is_ours:
            self._check_room(_inches(ax)[1])

    def _place(self) -> None:
        """Place the axes between their sides, and make a figure of our own as high as its rows."""
        left, bottom, right, top = self.sides
        width, height = self.figure.get_size_inches()
        high = max(height - bottom - top, height / 5)
        if self.is_ours:
            high = self._pitch * abs(np.subtract(*self.ax.get_ylim()))
            height = bottom + top + high
            self.figure.set_figheight(height)
        across = max(width - left - right, width / 5)
        self.ax.set_position([left / width, bottom / height, across / width, high / height])

    def _check_room(self, height: float) -> None:
        """Say it where the rows have less room in given axes than their names need."""
        needed = self._pitch * abs(np.subtract(*self.ax.get_ylim()))
        if height < 0.8 * needed:
            more = self.figure.get_figheight() + needed - height
            warnings.warn(
                f"Hình thấp nên chữ của {len(self.rows)} dòng chồng lên nhau: hãy đặt hình cao ít "
                f"nhất {np.ceil(more):g} inch, hoặc không đặt cỡ (bỏ ax=) để hình tự đủ cao.",
                RoomWarning,
                stacklevel=5,
            )

    def pages(self, highest: float) -> Iterator[tuple[int, int, str]]:
        """Show the rows on pages so many inches high; yield first row, end and part ("": all)."""
        top, edges, count = self.sides[3], np.array(self.edges), len(self.rows)
        room = (highest - self.sides[1] - top) / self._pitch
        # A page ends before a heading, where one is near, best of all before a bold one.
        headed = np.zeros(count + 1)
        for row, told in self._headings.items():
            headed[row] = 1 if any(is_bold for _, is_bold in told) else 0.5
        for parts, near in product(range(1, count + 1), (_NEAR, 0)):
            goals = np.linspace(edges[0], edges[-1], parts + 1)[1:-1]
            ends = [(np.abs(edges - goal) - near * headed).argmin() for goal in goals]
            ends = np.unique([0, *ends, count])
            said = _LINE / self._pitch if parts > 1 else 0  # which part it is
            if (np.diff(edges[ends]) <= room - said).all():
                break
        for page, (start, stop) in enumerate(pairwise(ends), 1):
            part = f"phần {page}/{len(ends) - 1}" if len(ends) > 2 else ""
            if part:
                self._show(start, stop, part)
            yield int(start), int(stop), part
        self.sides[3] = top
        self._show(0, count)

    def _show(self, start: int, stop: int, part: str = "") -> None:
        """Show some of the rows, and say which part they are and under which heading they begin."""
        high, low = self.edges[start], self.edges[stop]
        self.ax.set_ylim(low, high)
        for row, text in self._texts:
            text.set_visible(high < row <= low)
        before = [
            told for row in sorted(self._headings) if row < start for told in self._headings[row]
        ]
        own = self._headings.get(start, ())
        under = [text for text, is_bold in before if is_bold][-1:]
        under = [] if any(is_bold for _, is_bold in own) else under
        under += [] if own or not before else [before[-1][0]]
        if part and under:
            part += f", tiếp: {', '.join(dict.fromkeys(under))}"
        self._write_titles(part[:1].upper() + part[1:])
        self._place()


def fits_page(names: Iterable[str], headings: int) -> bool:
    """Return whether rows of these names, and so many headings, fit one page in a new figure."""
    letters = int(_NAME_LETTERS * min(1, plt.rcParams["figure.figsize"][0] / WIDTH))
    lines = [wrap(name, letters).count("\n") + 1 for name in names]
    return ROW * len(lines) + _LINE * (sum(lines) - len(lines)) + _HEADING * headings <= _ROWS


def renderer_of(figure: Figure) -> RendererAgg:
    """Return what measures the texts of a figure; its own forgets them when its height changes."""
    of_fonts = [name for name in plt.rcParams if name.startswith(("font.", "text.", "mathtext."))]
    return _measuring(figure.dpi, str([plt.rcParams[name] for name in of_fonts]))


@cache
def _measuring(dpi: float, _fonts: str) -> RendererAgg:
    """Return the one renderer for charts in these fonts: matplotlib keeps what it has measured."""
    return RendererAgg(1, 1, dpi)


def numbers_of(ax: Axes) -> pd.DataFrame | None:
    """Return the numbers that a chart shows, as they are printed; None of a chart not ours."""
    return ax.cchc_frame.numbers.copy() if hasattr(ax, "cchc_frame") else None


def end_of_axis(percents: pd.Series, usual: float) -> float:
    """Return where an axis of percents ends: points beside the total may lift one above 100."""
    most = percents.max()
    return most + 1 if most > 100 else usual


def wrap(text: str, letters: int) -> str:
    """Break text into the fewest lines of at most so many letters, and those about equally long."""
    # A dollar sign is no mathematics.
    return "\n".join(fewest_lines(text.replace("$", r"\$"), letters))


def _by_sentences(text: str, letters: int) -> str:
    """Break text into lines between its sentences, and within those that are longer than a line."""
    lines = [""]
    for part in re.split(r"(?<=[.;]) ", text):
        first, *more = wrap(part, letters).split("\n")
        if more or len(lines[-1]) + len(first) >= letters:
            lines += [first, *more]
        else:
            lines[-1] = f"{lines[-1]} {first}".strip()
    return "\n".join(filter(None, lines))


def _inches(ax: Axes) -> np.ndarray:
    """Return how wide and high axes are."""
    return ax.get_window_extent().size / ax.get_figure(root=True).dpi


def _with_minus(text: str) -> str:
    """Return a number with a true minus for a picture (Excel takes it for text)."""
    return re.sub(r"(?<![\w)])-(?=\d)", "\N{MINUS SIGN}", text)
