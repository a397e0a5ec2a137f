"""What stands below a chart in small print, and whether its letters are all there to print."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.groups import scale_of
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

TIES = "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4)"
_SIZE = 8  # points
_LETTER = 0.54  # of the size: a letter of average width


def stamp(
    ranking: pd.DataFrame,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    date: str | None = None,
    shows: Collection[str] = ("scale", "cutoffs", "ranks"),
) -> str:
    """Return what a chart of a ranking owes its reader: scale, cut-offs, tie rule, date.

    A chart that does not show some of the first three says nothing of them.
    """
    told = {
        "scale": scale_of(ranking),
        "cutoffs": f"Ngưỡng xếp loại: {load_scheme(scheme)}",
        "ranks": TIES,
    }
    parts = [words for what, words in told.items() if what in shows]
    parts += [f"Số liệu ngày {date}"] if date else []
    return f"{'. '.join(parts)}." if parts else ""


def write_below(figure: Figure, parts: list[str]) -> Text:
    """Write the small print below a figure, which keeps its size; no line is wider than it."""
    text = figure.text(0.01, 0, "", va="top", fontsize=_SIZE)
    text.set_in_layout(False)
    width = figure.bbox.width * 0.99 - 0.06 * figure.dpi
    most = int(figure.get_figwidth() * 72 / (_SIZE * _LETTER))
    # A list of numbers ("1, 2, 2, 4") is not broken; the text that is drawn has plain spaces.
    paragraphs = re.sub(r"(?<=\d,) (?=\d)", "\xa0", "\n".join(parts)).splitlines()
    for letters in range(most, 1, -3):
        lines = [line for part in paragraphs for line in textwrap.wrap(part, letters)]
        text.set_text("\n".join(lines).replace("\xa0", " ").replace("$", r"\$"))
        if text.get_window_extent().width <= width:
            break
    return text


def check_letters(figure: Figure) -> None:
    """Refuse a figure with a letter that the fonts really used do not have: it would be a box."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        letters = set(text.get_text()) - {"\n", " "}
        known, name = _letters_of(tuple(text.get_fontfamily()), text.get_weight())
        if text.get_visible() and (lacking := sorted(letters - known)):
            raise ValueError(
                f"Phông chữ '{name}' không có chữ '{lacking[0]}' (mã U+{ord(lacking[0]):04X}) "
                f"trong '{' '.join(text.get_text().split())}'; hãy dùng "
                'plt.style.use("cchc_analysis.report") trước khi vẽ, hoặc thay, xóa chữ này.'
            )


@cache
def _letters_of(families: tuple[str, ...], weight: str | int) -> tuple[set[str], str]:
    """Return the letters of the font files that are really used, and the name of the first."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    fonts = []
    for family in families:
        try:
            properties = FontProperties(family=[family], weight=weight)
            fonts.append(get_font(findfont(properties, fallback_to_default=False)))
        except ValueError:  # not on this machine: the next of the list is used
            continue
    fonts = fonts or [get_font(findfont(FontProperties(family=list(families), weight=weight)))]
    return {chr(code) for font in fonts for code in font.get_charmap()}, fonts[0].family_name
