"""Files for a report: pictures with their metadata, tables for Excel."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FORMATS = ("png", "svg")
_DPI = 300
_NOTE_SIZE = 7.5  # points
_LAYOUTS = 10  # five were enough in every chart that was tried
_RESERVED = '<>:"/\\|?*'


def save_chart(
    ax: Axes,
    name: str,
    *,
    folder: str | PathLike,
    formats: Sequence[str] = _FORMATS,
    alt: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> list[Path]:
    """Save the figure of a chart in each format, with source and note in small print below it.

    The same chart gives the same bytes in every run.

    Parameters
    ----------
    ax : Axes
        The chart; it is left as it was.
    name : str
        The file name, without an ending.
    folder : path
        Made where there is none. Files of these names are replaced.
    formats : sequence of {"png", "svg"}
        PNG has 300 dpi.
    alt : str, optional
        The alt text kept in the file; by default the label that the chart functions give `ax`.
    source, note : str, optional
        Where the data are from, and what a reader has to know (an assumed scheme).

    Returns
    -------
    list of Path
        The files, in the order of `formats`.

    Raises
    ------
    ValueError
        If a format is not known or `name` is no file name.

    Examples
    --------
    >>> save_chart(None, "a/b", folder="reports")
    Traceback (most recent call last):
    ValueError: Tên biểu đồ 'a/b' có ký tự không dùng được trong tên tệp ('/').
    """
    import matplotlib as mpl
    from matplotlib.transforms import Bbox

    bad = next((c for c in name if c in _RESERVED or ord(c) < 32), None)
    if bad or not name.strip(". "):
        reason = f"có ký tự không dùng được trong tên tệp ({bad!r})" if bad else "trống"
        raise ValueError(f"Tên biểu đồ '{name}' {reason}.")
    formats = [formats] if isinstance(formats, str) else formats
    for format_ in formats:
        if format_ not in _FORMATS:
            raise ValueError(
                f"Không xuất được định dạng '{format_}'; hãy chọn trong: {', '.join(_FORMATS)}."
            )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{format_}" for format_ in formats]
    figure = ax.get_figure(root=True)
    small_print = [part for part in (source and f"Nguồn: {source}", note) if part]
    letters = int(figure.get_figwidth() * 72 / (_NOTE_SIZE * 0.54))
    lines = [line for part in small_print for line in textwrap.wrap(part, letters)]
    text = figure.text(0.01, 0, "\n".join(lines).replace("$", r"\$"), va="top", fontsize=_NOTE_SIZE)
    text.set_in_layout(False)  # below the figure, so that the chart keeps its size
    about = {
        "Title": " ".join((ax.get_title(loc="left") or ax.get_title()).split()),
        "Description": alt or ax.get_label(),
        "Source": source or "",
    }
    engine, margins = figure.get_layout_engine(), _margins(figure)
    try:
        _settle(figure)
        below = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
        drawn = [figure.bbox_inches, figure.get_tightbbox(), *([below.padded(0.05)] * bool(lines))]
        with mpl.rc_context({"svg.hashsalt": "cchc-analysis"}):
            for path, format_ in zip(paths, formats, strict=True):
                undated = {"Date": None} if format_ == "svg" else {}
                figure.savefig(
                    path, format=format_, dpi=_DPI, metadata=about | undated,
                    bbox_inches=Bbox.union(drawn),
                )  # fmt: skip
    finally:
        text.remove()
        figure.set_layout_engine(engine)
        if engine is not None and engine.adjust_compatible:  # tight layout moved the margins
            figure.subplots_adjust(**margins)
    return paths


def _margins(figure: Figure) -> dict[str, float]:
    sides = ("left", "right", "bottom", "top", "wspace", "hspace")
    return {side: getattr(figure.subplotpars, side) for side in sides}


def _settle(figure: Figure) -> None:
    """Lay the figure out until nothing moves any more (each layout starts from the last)."""
    before = None
    for _ in range(_LAYOUTS):
        figure.draw_without_rendering()
        after = [[round(edge, 9) for edge in ax.get_position().bounds] for ax in figure.axes]
        if after == before:
            break
        before = after
    if figure.get_layout_engine() is not None:
        figure.set_layout_engine("none")
        for ax, bounds in zip(figure.axes, after, strict=True):  # the last digits never settle
            ax.set_position(bounds)
            ax.set_in_layout(True)


def write_csv(printed: pd.DataFrame, path: Path) -> Path:
    """Write a printed table for Vietnamese Excel: UTF-8 with BOM, ``;``, decimal comma.

    No ``sep=`` line: it would make Excel ignore the BOM. Text that Excel would take for a formula
    is kept as text by an apostrophe.
    """
    safe = printed.map(lambda cell: f"'{cell}" if str(cell).startswith(("=", "+", "@")) else cell)
    safe.to_csv(path, sep=";", encoding="utf-8-sig", index=False, lineterminator="\r\n")
    return path
