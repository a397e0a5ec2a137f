"""What stands below a chart in small print, and whether its letters are all there to print."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.labels import scale_of
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

TIES = "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4)"
_OURS = "DejaVu Sans"  # of the style `report`
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
    letters = int(figure.get_figwidth() * 72 / (_SIZE * _LETTER))
    # A list of numbers ("1, 2, 2, 4") is not broken; the text that is drawn has plain spaces.
    paragraphs = [
        re.sub(r"(?<=\d,) (?=\d)", "\xa0", line) for part in parts for line in part.splitlines()
    ]
    while letters > 1:
        lines = [line for part in paragraphs for line in textwrap.wrap(part, letters)]
        text.set_text("\n".join(lines).replace("\xa0", " ").replace("$", r"\$"))
        drawn = text.get_window_extent().width
        if drawn <= width:
            break
        letters = min(letters - 1, int(letters * width / drawn))
    return text


def check_letters(figure: Figure) -> None:
    """Refuse a figure with a letter that the fonts really used do not have: it would be a box.

    That may be a private sign, as the bullets of Word are, or one that nobody sees.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    letters_known = cache(letters_of)  # most texts are of a few fonts
    for text in figure.findobj(Text):
        letters = set(text.get_text()) - {"\n", " "}
        if text.get_visible() and letters:
            known, name = letters_known(text.get_fontproperties())
            if lacking := sorted(letters - known):
                remedy = "thay hoặc xóa chữ này trong bảng số liệu (hoặc trong nguồn, ghi chú)"
                if lacking[0] in letters_of(FontProperties(family=_OURS))[0]:
                    remedy = 'dùng plt.style.use("cchc_analysis.report") trước khi vẽ, hoặc chọn '
                    remedy += "phông chữ khác"
                where = " ".join(text.get_text().replace(r"\$", "$").split())
                raise ValueError(
                    f"Phông chữ '{name}' không có chữ '{lacking[0]}' trong '{where}' "
                    f"(mã U+{ord(lacking[0]):04X}); hãy {remedy}."
                )


def letters_of(font: FontProperties) -> tuple[set[str], str]:
    """Return the letters of the font files that are really used, and the name of the first."""
    from matplotlib.font_manager import findfont

    files = []
    for family in font.get_family():
        one = font.copy()
        one.set_family(family)
        try:
            files.append(findfont(one, fallback_to_default=False))
        except ValueError:  # not on this machine: the next of the list is used
            continue
    files = files or [findfont(font)]
    return set().union(*(_letters_in(str(file)) for file in files)), _name_of(str(files[0]))


@cache
def _letters_in(file: str) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    return frozenset(map(chr, FT2Font(file).get_charmap()))


@cache
def _name_of(file: str) -> str:
    from matplotlib.ft2font import FT2Font

    return FT2Font(file).family_name
