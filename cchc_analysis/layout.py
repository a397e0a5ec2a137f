"""Where things of a figure come to stand, without drawing it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def measuring() -> Iterator[None]:
    """Measure without matplotlib's warning of a letter that lacks: `save_chart` refuses it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


def lay_out(figure: Figure) -> None:
    """Place the axes as a draw would, which costs twice as much."""
    engine = figure.get_layout_engine()
    if engine is not None:
        with measuring(), quick_rows(figure), suppress(ValueError):  # which a draw ignores too
            engine.execute(figure)


@contextmanager
def quick_rows(figure: Figure) -> Iterator[None]:
    """Leave y labels without text where they are: to place one, all names are measured again."""
    axes = [ax.yaxis for ax in figure.axes if ax.yaxis._autolabelpos and not ax.get_ylabel()]
    for axis in axes:
        axis._autolabelpos = False
    try:
        yield
    finally:
        for axis in axes:
            axis._autolabelpos = True
