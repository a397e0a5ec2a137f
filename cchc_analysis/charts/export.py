"""Files for a report: pictures with their metadata, tables for Excel."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.charts.numbers import chart_table
from cchc_analysis.charts.small_print import check_letters, write_below
from cchc_analysis.files import why_not_allowed, write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FORMATS = ("png", "svg", "pdf")
_USUAL = ("png", "svg")
_DPI = 300
_LAYOUTS = 10  # five were enough in every chart that was tried
_NUMBER = re.compile(r"[+-]?[0-9.,]*%?")
# The same bytes in every run, and text that stays text whatever style is in use.
_EXPORT = {"svg.hashsalt": "cchc-analysis", "svg.fonttype": "none", "pdf.fonttype": 42}
# No layout engine, not even one that does nothing: with any, each format is drawn twice.
_EXPORT |= {"figure.autolayout": False, "figure.constrained_layout.use": False}


def save_chart(
    ax: Axes,
    name: str,
    *,
    folder: str | PathLike,
    formats: Sequence[str] = _USUAL,
    alt: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> list[Path]:
    """Save the figure of a chart in each format, with source and note in small print below it.

    The same chart gives the same bytes in every run. What it shows is written beside it as a table
    (`chart_table`), with the ending ``.csv``; of several charts in one figure, that of `ax`.

    Parameters
    ----------
    ax : Axes
        The chart; it is left as it was.
    name : str
        The file name, without an ending.
    folder : path
        Made where there is none. Files of these names are replaced, each whole or not at all.
    formats : sequence of {"png", "svg", "pdf"}
        PNG has 300 dpi.
    alt : str, optional
        The alt text kept in the file; by default the label that the chart functions give. A
        PDF keeps it as its subject, and the source as its keywords.
    source, note : str, optional
        Where the data are from, and what a reader has to know (an assumed scheme, the tie rule,
        the date of the data). Line breaks are kept.

    Returns
    -------
    list of Path
        The pictures, in the order of `formats`.

    Raises
    ------
    ValueError
        If a format is not known, `name` is no file name, or the font lacks a letter.
    OSError
        If a file cannot be written; ``filename`` says which. What was there before is whole.

    Examples
    --------
    >>> save_chart(None, "a/b", folder="reports")
    Traceback (most recent call last):
    ValueError: Tên biểu đồ 'a/b' có ký tự không dùng được trong tên tệp ('/').
    """
    import matplotlib as mpl
    from matplotlib.transforms import Bbox

    if reason := why_not_allowed(name):
        raise ValueError(f"Tên biểu đồ '{name}' {reason}.")
    formats = [formats] if isinstance(formats, str) else formats
    for format_ in formats:
        if format_ not in _FORMATS:
            raise ValueError(
                f"Không xuất được định dạng '{format_}'; hãy chọn trong: {', '.join(_FORMATS)}."
            )
    paths = [Path(folder) / f"{name}.{format_}" for format_ in formats]
    figure = ax.get_figure(root=True)
    small_print = [part for part in (source and f"Nguồn: {source}", note) if part]
    title = " ".join((ax.get_title(loc="left") or ax.get_title()).replace(r"\$", "$").split())
    about = _about(
        title, alt or (ax.get_label() if hasattr(ax, "cchc_table") else title), source or ""
    )
    engine, text = figure.get_layout_engine(), write_below(figure, small_print)
    try:
        check_letters(figure)
        _settle(figure)
        drawn = [figure.bbox_inches, figure.get_tightbbox()]
        if small_print:
            below = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
            drawn.append(below.padded(0.05))
        pictures = []
        with mpl.rc_context(_EXPORT):
            figure.set_layout_engine(None)
            for format_ in formats:
                picture = io.BytesIO()
                figure.savefig(
                    picture, format=format_, dpi=_DPI, metadata=about[format_],
                    bbox_inches=Bbox.union(drawn),
                )  # fmt: skip
                pictures.append(picture.getvalue())
    finally:
        text.remove()
        figure.set_layout_engine(engine)
    for path, picture in zip(paths, pictures, strict=True):
        write_whole(path, picture)
    if hasattr(ax, "cchc_table"):
        write_csv(chart_table(ax), Path(folder) / f"{name}.csv")
    return paths


def _about(title: str, alt: str, source: str) -> dict[str, dict[str, str | None]]:
    """Return the metadata as each format has them; no dates, so that the bytes stay the same."""
    about = {"Title": title, "Description": alt, "Source": source}
    pdf = {"Title": title, "Subject": alt, "Keywords": source, "CreationDate": None}
    return {"png": about, "svg": about | {"Date": None}, "pdf": pdf}


def _settle(figure: Figure) -> None:
    """Lay the figure out until nothing moves any more (each layout starts from the last)."""
    engine, before = figure.get_layout_engine(), None
    if engine is None:
        return
    for _ in range(_LAYOUTS):
        engine.execute(figure)
        after = [[round(edge, 9) for edge in ax.get_position().bounds] for ax in figure.axes]
        if after == before:
            break
        before = after
    for ax, bounds in zip(figure.axes, after, strict=True):  # the last digits never settle
        ax.set_position(bounds)
        ax.set_in_layout(True)


def write_csv(printed: pd.DataFrame, path: Path) -> Path:
    """Write a printed table for Vietnamese Excel: UTF-8 with BOM, ``;``, decimal comma.

    No ``sep=`` line: it would make Excel ignore the BOM. Text that Excel would take for a formula
    is kept as text by an apostrophe; a number with its sign is none.
    """
    safe = printed.map(lambda cell: f"'{cell}" if _is_formula(str(cell)) else cell)
    text = safe.to_csv(sep=";", index=False, lineterminator="\r\n")
    return write_whole(Path(path), text.encode("utf-8-sig"))


def _is_formula(cell: str) -> bool:
    return cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell)
