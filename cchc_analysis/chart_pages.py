"""A chart as pictures for pages: as many as its rows need."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _DPI = 160 / 25.4, 300
_HIGHEST = 220 / 25.4  # inches: what a page holds beside a caption of two lines
_FEWEST = 5
_LINE = 0.13  # inches: a row of a heat map or of bars is no thinner


def chart_pages(ax: Axes, *, title: str = "", source: str = "") -> Iterator[tuple[bytes, str]]:
    """Yield PNG pictures of a chart with rows, and in words which part of it each is.

    Each carries its title, alt text and source as metadata, as those of `save_chart` do.
    What is computed over all rows (a mean, the axis) is the same on each page.
    """
    figure = ax.get_figure(root=True)
    figure.draw_without_rendering()
    rows, in_view = len(ax.get_yticks()), abs(float(ax.get_ylim()[0] - ax.get_ylim()[1]))
    height = figure.get_figheight()
    pitch = ax.get_position().height * height / in_view
    beside = height - pitch * in_view
    names = [label.get_window_extent().height / figure.dpi for label in ax.get_yticklabels()]
    names = [max(name, _LINE) for name in names]
    gap = max(pitch - max(names), 0)
    highest = _HIGHEST * figure.get_figwidth() / _WIDTH - beside
    pages = _pages([name + gap for name in names], highest)
    if height - beside <= highest or len(pages) == 1:
        yield _png(ax, title, source), ""
        return
    to_rows = ax.transData.inverted()
    boxes = [(text, text.get_window_extent()) for text in ax.texts]
    row_of = {text: to_rows.transform((0, (box.y0 + box.y1) / 2))[1] for text, box in boxes}
    for page, (start, stop) in enumerate(pages, 1):
        ax.set_ylim(stop - 0.4, start - 0.6)
        figure.set_figheight(beside + (max(names[start:stop]) + gap) * (stop - start + 0.2))
        for text, row in row_of.items():  # what stands above or below the rows stays
            text.set_visible(start - 0.5 < row < stop - 0.5 or not -0.5 < row < rows - 0.5)
        figure.draw_without_rendering()
        part = f"phần {page}/{len(pages)}"
        yield _png(ax, f"{title} – {part}", source), part


def _pages(heights: list[float], highest: float) -> list[tuple[int, int]]:
    """Return where the rows of each page begin and end; all rows of a page are equally high."""
    starts = [0]
    for row in range(1, len(heights)):
        if max(heights[starts[-1] : row + 1]) * (row + 1.2 - starts[-1]) > highest:
            starts.append(row)
    few = _FEWEST - (len(heights) - starts[-1])  # a last page of one row looks like a mistake
    if len(starts) > 1 and few > 0:
        starts[-1] = max(starts[-1] - few, starts[-2] + 1)
    return list(pairwise([*starts, len(heights)]))


def _png(ax: Axes, title: str, source: str) -> bytes:
    figure, picture = ax.get_figure(root=True), io.BytesIO()
    about = {"Software": None, "Title": title, "Description": ax.get_label(), "Source": source}
    dpi = _DPI * _WIDTH / figure.get_figwidth()
    figure.savefig(picture, format="png", dpi=dpi, metadata=about, facecolor="white")
    return picture.getvalue()
