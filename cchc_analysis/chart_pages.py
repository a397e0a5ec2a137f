"""A chart as pictures for pages: as many as its rows need."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from cchc_analysis.layout import lay_out, quick_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _DPI = 160 / 25.4, 300
_HIGHEST = 220 / 25.4  # inches: what a page holds beside a caption of two lines
_LEAST_GAP = 0.035  # inches between two names
_LINE = 0.13  # inches: a row of a heat map or of bars is no thinner


def chart_pages(
    ax: Axes, *, title: str = "", source: str = "", width: float = _WIDTH
) -> Iterator[tuple[bytes, str, str]]:
    """Yield PNG pictures of a chart with rows, which part of it each is in words, and its alt text.

    Rows move together before they are split; what is computed over all rows (a mean, the axis) is
    the same on each page. Each picture carries its title, alt text and source as metadata, as
    those of `save_chart` do. `width` is in inches.
    """
    figure, label = ax.get_figure(root=True), ax.get_label()
    if figure.get_figwidth() < _WIDTH + 0.01:  # else its text is smaller anyway
        figure.set_figwidth(min(width, figure.get_figwidth()))
    lay_out(figure)
    rows, in_view = len(ax.get_yticks()), abs(float(ax.get_ylim()[0] - ax.get_ylim()[1]))
    height = figure.get_figheight()
    pitch = ax.get_position().height * height / in_view
    beside = height - pitch * in_view
    names = [max(t.get_window_extent().height / figure.dpi, _LINE) for t in ax.get_yticklabels()]
    gap = max(pitch - max(names), 0)
    highest = _HIGHEST * figure.get_figwidth() / _WIDTH - beside
    if pitch * in_view <= highest:
        yield _png(ax, title, label, source), "", label
        return
    if len(_pages(names, gap, highest)) > len(_pages(names, _LEAST_GAP, highest)):
        gap = min(gap, _LEAST_GAP)
    pages = _pages(names, gap, highest)
    to_rows = ax.transData.inverted()
    boxes = [(text, text.get_window_extent()) for text in ax.texts]
    row_of = {text: to_rows.transform((0, (box.y0 + box.y1) / 2))[1] for text, box in boxes}
    units = [" ".join(tick.get_text().split()) for tick in ax.get_yticklabels()]
    for page, (start, stop) in enumerate(pages, 1):
        ax.set_ylim(stop - 0.4, start - 0.6)
        figure.set_figheight(beside + (max(names[start:stop]) + gap) * (stop - start + 0.2))
        for text, row in row_of.items():  # what stands above or below the rows stays
            text.set_visible(start - 0.5 < row < stop - 0.5 or not -0.5 < row < rows - 0.5)
        lay_out(figure)
        part, alt = "", label
        if len(pages) > 1:
            part = f"phần {page}/{len(pages)}"
            alt = f"Phần {page}/{len(pages)}: từ {units[start]} đến {units[stop - 1]}. {label}"
        yield _png(ax, f"{title} – {part}" if part else title, alt, source), part, alt


def _pages(names: list[float], gap: float, highest: float) -> list[tuple[int, int]]:
    """Return where the rows of each page begin and end: few pages, about equally high.

    All rows of a page are as high as the highest of them.
    """
    pages = _filled(names, gap, highest)
    for share in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55):
        lower = _filled(names, gap, highest * share)
        if len(lower) > len(pages):
            break
        pages = lower
    return pages


def _filled(names: list[float], gap: float, highest: float) -> list[tuple[int, int]]:
    starts = [0]
    for row in range(1, len(names)):
        if (max(names[starts[-1] : row + 1]) + gap) * (row + 1.2 - starts[-1]) > highest:
            starts.append(row)
    return list(pairwise([*starts, len(names)]))


def _png(ax: Axes, title: str, alt: str, source: str) -> bytes:
    figure, picture = ax.get_figure(root=True), io.BytesIO()
    about = {"Software": None, "Title": title, "Description": alt, "Source": source}
    dpi = _DPI * min(1, _WIDTH / figure.get_figwidth())
    with quick_rows(figure):
        figure.savefig(picture, format="png", dpi=dpi, metadata=about, facecolor="white")
    return picture.getvalue()
