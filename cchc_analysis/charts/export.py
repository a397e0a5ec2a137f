"""Charts as files and pages: drawn and encoded once, with alt text, numbers and what they state."""

import io
import re
import struct
import textwrap
import warnings
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from os import PathLike
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cchc_analysis.charts.fields import plot_fields, plot_profile
from cchc_analysis.charts.frame import WIDTH, check_axes, house_style, numbers_of, renderer_of
from cchc_analysis.charts.periods import plot_change
from cchc_analysis.charts.ranking import (
    plot_blocks,
    plot_comparison,
    plot_distribution,
    plot_ranking,
)
from cchc_analysis.charts.units import MANY
from cchc_analysis.files import given_path, why_not_allowed, write_whole
from cchc_analysis.groups import has_unit, scale_of, several_groups
from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.scoring.results import Group, Results

_FORMATS = ("png", "svg", "pdf")
_USUAL = ("png", "svg")
_DPI = 300
_DRAWN = {"png": "rgba"}  # what matplotlib writes for it: pixels
_LEVEL = 3  # of 9, of compression: the next takes half as long again
# The same bytes in every run, and text that stays text whatever style is in use.
_EXPORT = {"svg.hashsalt": "cchc-analysis", "svg.fonttype": "none", "pdf.fonttype": 42}
# No layout engine, not even one that does nothing: with any, each format is drawn twice.
_EXPORT |= {"figure.autolayout": False, "figure.constrained_layout.use": False}
# At 300 dpi hints move no line of a letter that is seen, and are a third of the time of drawing.
_EXPORT |= {"text.hinting": "none"}

_LAYOUTS = 5
_HIGHEST = 230 / 25.4  # inches: what a page holds beside a caption of two lines

_SIZE = 8  # points, of the small print
_LETTER = 0.54  # of the size: a letter of average width
_LACKS = re.compile(r"(?s)Glyph (\d+) .*missing from font\(s\) (.*?)(?:,|\.$)")  # a letter
_LIKE_FORMULA = re.compile(r"(?![+-]?[0-9.,]*%?\Z)[=+\-@\t\r]")  # a number with its sign is none
_RANKS = "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4)."


@dataclass(frozen=True)
class Encoded:
    """A chart as it is saved: its pictures by format, and in words and numbers what they show.

    `subject` is what the chart is of, where its title is what is found, for a caption; `table` has
    the numbers as they are printed, if the chart is one of this package.
    """

    title: str
    subject: str
    alt: str
    table: pd.DataFrame | None
    pictures: dict[str, bytes]


def encode(
    ax: Axes,
    *,
    source: str | None = None,
    note: str | None = None,
    alt: str | None = None,
    formats: Sequence[str] = _USUAL,
) -> list[Encoded]:
    """Return a chart as the pages that its rows need; parameters are those of `save_chart`.

    What is computed over all rows (a mean, the axis, the numbers) is the same on each page. The
    chart is left as it was.
    """
    check_given(str, alt=alt, source=source, note=note)
    is_list = isinstance(formats, list | tuple)
    formats = formats if is_list else [formats]
    for format_ in formats:
        if format_ not in _FORMATS:
            raise Refusal(
                f"Không xuất được định dạng '{format_}'",
                f"hãy chọn trong: {', '.join(_FORMATS)}",
                value=format_,
            )
    check_axes(ax)
    title = " ".join((ax.get_title(loc="left") or ax.get_title()).replace(r"\$", "$").split())
    figure, frame = ax.get_figure(root=True), getattr(ax, "cchc_frame", None)
    alt, renderer = alt or (ax.get_label() if frame else title), renderer_of(figure)
    if frame is None or not frame.is_ours:
        _settle(figure)
        return [_encoded(ax, renderer, title, title, alt, source, note, formats)]
    below, small_print = _write_below(figure, renderer, source, note), 0
    if below.get_text():
        small_print = below.get_window_extent(renderer).height / figure.dpi + 0.1
    below.remove()
    highest = _HIGHEST * max(1, figure.get_figwidth() / WIDTH) - small_print
    units, pages = [" ".join(tick.get_text().split()) for tick in ax.get_yticklabels()], []
    for start, stop, part in frame.pages(highest):
        words, subject, told = title, frame.subject, alt
        if part:
            words, subject = f"{title} – {part}", f"{subject} – {part}"
            told = f"{part.capitalize()}: từ {units[start]} đến {units[stop - 1]}. {alt}"
        pages.append(_encoded(ax, renderer, words, subject, told, source, note, formats))
    return pages


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

    A chart that is higher than a page is written as several, `name` with ``-1``, ``-2``… The same
    chart gives the same bytes in every run. The numbers that it shows are written beside it as a
    table, with the ending ``.csv``; of several charts in one figure, those of `ax`.

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
        The pictures, page by page in the order of `formats`.

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
    cchc_analysis.refusal.Refusal: Tên biểu đồ 'a/b' có ký tự không dùng được trong tên tệp ('/').
    """
    folder = given_path(folder)
    check_given(str, name=name)
    if reason := why_not_allowed(name or ""):
        raise Refusal(f"Tên biểu đồ '{name}' {reason}", value=name)
    return write_chart(
        encode(ax, source=source, note=note, alt=alt, formats=formats), name, folder=folder
    )


def write_chart(pages: Sequence[Encoded], name: str, *, folder: str | PathLike) -> list[Path]:
    """Write the pictures of a chart, and beside them its numbers; return the pictures."""
    paths = []
    for number, page in enumerate(pages, 1):
        ending = f"-{number}" if len(pages) > 1 else ""
        for format_, picture in page.pictures.items():
            paths.append(write_whole(Path(folder) / f"{name}{ending}.{format_}", picture))
    if pages[0].table is not None:
        write_csv(pages[0].table, Path(folder) / f"{name}.csv")
    return paths


def _encoded(
    ax: Axes, renderer: RendererAgg, title: str, subject: str, alt: str, source: str | None,
    note: str | None, formats: Sequence[str],
) -> Encoded:  # fmt: skip
    """Return the figure of a chart with its small print; no dates, so that bytes stay the same."""
    figure, pictures = ax.get_figure(root=True), {}
    about = {"Title": title, "Description": alt, "Source": source or ""}
    pdf = {"Title": title, "Subject": alt, "Keywords": source or "", "CreationDate": None}
    metadata = {"svg": about | {"Date": None}, "pdf": pdf}
    engine, text = figure.get_layout_engine(), _write_below(figure, renderer, source, note)
    try:
        drawn = [figure.bbox_inches, figure.get_tightbbox(renderer)]
        if text.get_text():
            # Words of axes among others may stand below the figure.
            text.set_y(min(0, drawn[1].y0 / figure.get_figheight()))
            below = text.get_window_extent(renderer)
            drawn.append(below.transformed(figure.dpi_scale_trans.inverted()).padded(0.05))
        box = Bbox.union(drawn)
        with mpl.rc_context(_EXPORT), warnings.catch_warnings():
            warnings.filterwarnings("error", _LACKS.pattern)
            figure.set_layout_engine(None)
            for format_ in formats:
                picture = _Png(about) if format_ == "png" else io.BytesIO()
                figure.savefig(
                    picture, format=_DRAWN.get(format_, format_), dpi=_DPI, bbox_inches=box,
                    metadata=metadata.get(format_),
                )  # fmt: skip
                pictures[format_] = picture.getvalue()
    except UserWarning as told:
        if (found := _LACKS.match(str(told))) is None:
            raise
        raise _of_letter(figure, found) from None
    finally:
        text.remove()
        figure.set_layout_engine(engine)
    if "svg" in pictures:  # the alt text where a screen reader looks: beside the title
        described = f"</title>\n <desc>{escape(alt, quote=False)}</desc>".encode()
        svg = pictures["svg"].replace(b"<svg ", b'<svg role="img" ', 1)
        pictures["svg"] = svg.replace(b"</title>", described, 1)
    return Encoded(title, subject or title, alt, numbers_of(ax), pictures)


class _Png(io.BytesIO):
    """A PNG of the pixels that are written to it, with what is told about it.

    Its rows have no filter: Pillow tries five for each, which suits photographs; charts become
    larger by it and take more than twice as long.
    """

    def __init__(self, about: Mapping[str, str]) -> None:
        """Keep what is to be told."""
        super().__init__()
        self._about = about

    def write(self, pixels: memoryview) -> int:
        """Write all pixels, by row and column."""
        height, width, colors = pixels.shape
        rows = np.zeros((height, 1 + width * colors), "uint8")  # the first byte: no filter
        rows[:, 1:] = np.asarray(pixels).reshape(height, -1)
        told = [f"{name}\0\0\0\0\0{text}".encode() for name, text in self._about.items()]
        parts = [
            (b"IHDR", struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0)),  # RGBA, 8 bits of each
            *((b"iTXt", text) for text in told),
            (b"pHYs", struct.pack(">2IB", *[round(_DPI / 0.0254)] * 2, 1)),  # a metre
            (b"IDAT", zlib.compress(rows, _LEVEL)),
            (b"IEND", b""),
        ]
        super().write(b"\x89PNG\r\n\x1a\n")
        for name, data in parts:
            super().write(struct.pack(">I", len(data)) + name + data)
            super().write(struct.pack(">I", zlib.crc32(name + data)))
        return pixels.nbytes


def _settle(figure: Figure) -> None:
    """Lay a figure out until nothing moves any more (each layout starts from the last)."""
    if (engine := figure.get_layout_engine()) is None:
        return
    for _ in range(_LAYOUTS):
        engine.execute(figure)
    for ax in figure.axes:  # the last digits never settle
        ax.set_position([round(edge, 6) for edge in ax.get_position().bounds])
        ax.set_in_layout(True)


def _write_below(
    figure: Figure, renderer: RendererAgg, source: str | None, note: str | None
) -> Text:
    """Write the small print below a figure, which keeps its size; no line is wider than it."""
    text = figure.text(0.01, 0, "", va="top", fontsize=_SIZE)
    text.set_in_layout(False)
    width = figure.bbox.width * 0.99 - 0.06 * figure.dpi
    most = int(figure.get_figwidth() * 72 / (_SIZE * _LETTER))
    # A list of numbers ("1, 2, 2, 4") is not broken; the text that is drawn has plain spaces.
    words = "\n".join(filter(None, (source and f"Nguồn: {source}", note)))
    paragraphs = re.sub(r"(?<=\d,) (?=\d)", "\xa0", words).splitlines()
    for letters in range(most, 1, -3):
        lines = [line for part in paragraphs for line in textwrap.wrap(part, letters)]
        text.set_text("\n".join(lines).replace("\xa0", " ").replace("$", r"\$"))
        if text.get_window_extent(renderer).width <= width:
            break
    return text


def _of_letter(figure: Figure, told: re.Match) -> Refusal:
    """Return the refusal of a letter that matplotlib does not find: it would be a box."""
    letter, font = chr(int(told[1])), told[2]
    texts = [text.get_text() for text in figure.findobj(Text)]
    text = next((text for text in texts if letter in text), letter)  # mathtext has it by its name
    return Refusal(
        f"Phông chữ '{font}' không có chữ '{letter}' (mã U+{ord(letter):04X}) "
        f"trong '{' '.join(text.split())}'",
        'hãy dùng plt.style.use("cchc_analysis.report") trước khi vẽ, hoặc thay, xóa chữ này',
        value=letter,
    )


def write_csv(printed: pd.DataFrame, path: Path) -> Path:
    """Write a printed table for Vietnamese Excel: UTF-8 with BOM, ``;``, decimal comma.

    No ``sep=`` line: it would make Excel ignore the BOM. Text that Excel would take for a formula
    is kept as text by an apostrophe; a number with its sign is none.
    """
    safe = printed.map(lambda cell: f"'{cell}" if _LIKE_FORMULA.match(str(cell)) else cell)
    text = safe.to_csv(sep=";", index=False, lineterminator="\r\n")
    return write_whole(Path(path), text.encode("utf-8-sig"))


def drawn(
    results: Results, group: Group | None = None, only: Collection[str] = ()
) -> Iterator[tuple[str, Axes]]:
    """Yield each chart of a group, or of all groups in one, with its name; each is closed then."""
    with house_style():
        plots = _plots(results, group)
        for name, plot in {name: plots[name] for name in only or plots if name in plots}.items():
            others = set(plt.get_fignums())
            try:
                yield name, plot()
            finally:  # of a chart that fails, too
                for number in set(plt.get_fignums()) - others:
                    plt.close(number)


def pictures_of(
    results: Results, group: Group | None = None, *, source: Mapping[str, str],
    formats: tuple[str, ...], only: Collection[str] = (),
) -> dict[str, list[Encoded]]:  # fmt: skip
    """Return the pages of each chart by its name; `source` is as for `write_report`."""
    own, before = source.get("scores"), source.get("before")
    fields = source.get("fields", own)
    both = f"{own}; kỳ trước: {before}" if before else own
    sources = {"change": both, "fields": fields, "profile": fields}
    # What a chart does not say itself.
    notes = dict.fromkeys(("ranking", "overview", "change"), _RANKS)
    notes["distribution"] = f"{scale_of(results.table if group is None else group.rows)}."
    return {
        name: encode(ax, source=sources.get(name, own), note=notes.get(name), formats=formats)
        for name, ax in drawn(results, group, only)
    }


def _plots(results: Results, group: Group | None) -> dict[str, Callable[[], Axes]]:
    """Return what draws each chart."""
    of, unit = group or results, results.unit
    rows = results.table if group is None else group.rows
    scheme = results.scheme.of(rows)
    if unit is not None and rows["score"][rows["unit"] == unit].isna().all():
        unit = None  # a unit without a score here is not held against the others
    plots = {
        "ranking": partial(plot_ranking, rows, unit=unit, scheme=scheme),
        "overview": partial(plot_ranking, rows, unit=unit, scheme=scheme, overview=True),
        "distribution": partial(plot_distribution, of.distribution, scheme=scheme),
        "comparison": partial(plot_comparison, rows, unit=unit, scheme=scheme),
    }
    if len(rows) <= MANY:
        del plots["overview"]
    if group is None and several_groups(rows):
        plots["blocks"] = partial(plot_blocks, rows, unit=unit)
    if of.change is not None:
        plots["change"] = partial(plot_change, of.change, unit=unit)
    if of.fields is not None and len(of.fields):
        own = unit if unit is not None and has_unit(of.fields, unit) else None
        plots["fields"] = partial(plot_fields, of.fields, unit=own)
        if own is not None:
            plots["profile"] = partial(plot_profile, of.fields, unit=own)
    return plots
