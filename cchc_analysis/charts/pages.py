"""A chart as pictures for pages: as many as its rows need."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _DPI = 160 / 25.4, 300
_HIGHEST = 220 / 25.4  # inches: what a page holds beside a caption of two lines
_LEAST_GAP = 0.035  # inches between two names
_LINE = 0.13  # inches: a row of a heat map or of bars is no thinner
_ENDS = 0.2  # rows: half a gap above the first and below the last


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
    figure.draw_without_rendering()
    rows, in_view = len(ax.get_yticks()), abs(float(ax.get_ylim()[0] - ax.get_ylim()[1]))
    pitch = ax.get_position().height * figure.get_figheight() / in_view
    beside = figure.get_figheight() - pitch * in_view
    highest = _HIGHEST * figure.get_figwidth() / _WIDTH - beside
    if pitch * in_view <= highest:
        yield _png(ax, title, label, source), "", label
        return
    names = [text.get_window_extent().height / figure.dpi for text in ax.get_yticklabels()]
    pitch = min(pitch, max(_LINE, *names) + _LEAST_GAP)
    pages = math.ceil(rows / int(highest / pitch - _ENDS))
    to_rows = ax.transData.inverted()
    boxes = [(text, text.get_window_extent()) for text in ax.texts]
    row_of = {text: to_rows.transform((0, (box.y0 + box.y1) / 2))[1] for text, box in boxes}
    units = [" ".join(tick.get_text().split()) for tick in ax.get_yticklabels()]
    for page in range(pages):
        start, stop = rows * page // pages, rows * (page + 1) // pages
        ax.set_ylim(stop - 0.4, start - 0.6)
        figure.set_figheight(beside + pitch * (stop - start + _ENDS))
        for text, row in row_of.items():  # what stands above or below the rows stays
            text.set_visible(start - 0.5 < row < stop - 0.5 or not -0.5 < row < rows - 0.5)
        figure.draw_without_rendering()
        part, alt = "", label
        if pages > 1:
            part = f"phần {page + 1}/{pages}"
            alt = f"Phần {page + 1}/{pages}: từ {units[start]} đến {units[stop - 1]}. {label}"
        yield _png(ax, f"{title} – {part}" if part else title, alt, source), part, alt


def _png(ax: Axes, title: str, alt: str, source: str) -> bytes:
    figure, picture = ax.get_figure(root=True), io.BytesIO()
    about = {"Software": None, "Title": title, "Description": alt, "Source": source}
    dpi = _DPI * min(1, _WIDTH / figure.get_figwidth())
    figure.savefig(picture, format="png", dpi=dpi, metadata=about, facecolor="white")
    return picture.getvalue()
