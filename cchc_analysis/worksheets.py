"""One table on one sheet of a workbook, ready to be filtered and printed."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.format import MOST_PLACES
from cchc_analysis.labels import BLANK, NO_GRADE, UNSCORED
from cchc_analysis.marks import ink_on
from cchc_analysis.text import clean, unit_key

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Widths are in digits of this font.
_FONT = {"font_name": "Times New Roman", "font_size": 12}
COLUMN, ROW = 72, 21  # pixels of a column and a row in that font, where no other size is set
_CREATED = datetime(2000, 1, 1)  # the same in every run
_HEADER = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#d9d9d9", "border": 1}
_WIDEST = 56  # of a column; a longer name is broken over lines
_HEAD = 4  # about so many lines of a header: a high one pushes rows off the page
_WIDE = 105  # a wider table is printed across the page
_BOLD = 1.1
LINE = 16.5  # points
# Excel shows these as text until someone edits the cell; an apostrophe keeps them text then too.
_LIKE_FORMULAS = ("=", "+", "-", "@")


def new_book(data: io.BytesIO, title: str) -> Workbook:
    """Return a workbook in memory that takes no text for a formula, number or link."""
    from xlsxwriter import Workbook

    text_is_text = {f"strings_to_{what}": False for what in ("formulas", "numbers", "urls")}
    size = {"default_column_width": COLUMN, "default_row_height": ROW}
    font = {"default_format_properties": _FONT.copy()}  # the library adds to it
    book = Workbook(data, {"in_memory": True, **text_is_text, **size, **font})
    book.set_properties({"title": title, "author": "", "created": _CREATED})
    return book


def write_table(
    book: Workbook,
    name: str,
    table: pd.DataFrame,
    *,
    printed: pd.DataFrame,
    shades: Mapping[str, str],
    formulas: Mapping[str, Sequence[str]],
    given: Sequence[str] = (),
    unit: str | None = None,
    totals: int = 0,
    notes: Sequence[str] = (),
) -> None:
    """Write a table on a new sheet: header in the first row, numbers as numbers, notes below.

    `printed` has the same rows and columns as text: its headers, its decimal places (no more than
    three but in columns that are `given`) and its words are those of the sheet. A column of
    `formulas` has one for each row, "" for none; the value is stored with it. Rows of `unit`, a key
    of a name, are bold. The last rows, so many as `totals`, are not filtered or sorted.
    """
    own = table["unit"].astype("str").map(unit_key) == unit if "unit" in table else []
    marked = np.flatnonzero(own)
    sheet = book.add_worksheet(name)
    style = styles(book)
    for column, header in enumerate(printed):
        write_text(sheet, 0, column, header, style, **_HEADER)
        values, texts = table.iloc[:, column], _as_text(printed.iloc[:, column])
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        places = None if values.name in given else MOST_PLACES
        number = {"num_format": _number_format(texts, places), **_side(texts)} if is_number else {}
        of_column = formulas.get(values.name, [""] * len(table))
        words = {} if values.name == "unit" else {NO_GRADE, UNSCORED, BLANK, *shades}
        for row, (value, text, formula) in enumerate(zip(values, texts, of_column, strict=True), 1):
            look = {"border": 1, "bold": row > len(table) - totals or row - 1 in marked, **number}
            if is_number:
                stored = "" if pd.isna(value) else float(value)
                if formula:
                    sheet.write_formula(row, column, formula, style(**look), stored)
                else:  # nothing is a blank cell
                    sheet.write(row, column, stored, style(**look))
                continue
            shade = shades.get(text) if text in words else None
            colors = {"bg_color": shade, "font_color": ink_on(shade)} if shade else {}
            look |= {"align": "center" if text in words else "left", "text_wrap": True}
            write_text(sheet, row, column, text, style, formula, **look, **colors)
    widths = [_width(header, _as_text(printed.iloc[:, at])) for at, header in enumerate(printed)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # Every row is as high as the highest needs: whoever sorts moves texts, but never heights.
    pairs = [(text, width) for at, width in enumerate(widths) for text in printed.iloc[:, at]]
    sheet.set_default_row(LINE * max([1, *(lines_of(*pair) for pair in pairs)]))
    heads = [lines_of(head, width / _BOLD) for head, width in zip(printed, widths, strict=True)]
    sheet.set_row(0, LINE * (max(heads) + 0.5))
    last = len(table) - totals
    sheet.autofilter(0, 0, max(last, 1), len(widths) - 1)
    sheet.freeze_panes(1, 0)
    look = {"text_wrap": True, "italic": True, "valign": "top", "border": 0}
    for at, note in enumerate(filter(None, notes), len(table) + 2):
        if len(widths) > 1:
            sheet.merge_range(at, 0, at, len(widths) - 1, "", style(**look))
        write_text(sheet, at, 0, note, style, **look)
        sheet.set_row(at, LINE * lines_of(note, sum(widths)))
    set_up_page(sheet, landscape=sum(widths) > _WIDE)
    sheet.fit_to_pages(1, 0)  # one page wide, as many high as it needs
    sheet.repeat_rows(0)


def lines_of(text: object, width: float) -> int:
    """Return how many lines a text takes in a column of this width."""
    text = str(text)
    letters = (width - 1) * len(text) / (_size(text) or 1)
    return len(textwrap.wrap(text, max(1, int(letters)))) or 1


def _as_text(values: pd.Series) -> pd.Series:
    """Return a printed column as text, a dash where there is none."""
    return values.astype("object").where(values.notna(), BLANK).astype("str")


def _size(text: str) -> float:
    """Return about how wide a text is: a capital takes more than a digit, other letters less."""
    return sum(1.4 if letter.isupper() else 0.95 for letter in text)


def styles(book: Workbook) -> Callable[..., Format]:
    """Return a function that gives the format of these properties, each made once."""
    made: dict[tuple, Format] = {}

    def style(**properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in made:
            made[key] = book.add_format(_FONT | {"valign": "vcenter"} | properties)
        return made[key]

    return style


def write_text(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    style: Callable[..., Format],
    formula: str = "",
    **look: object,
) -> None:
    """Write text as text, whatever it looks like, or as what a formula gives."""
    text = clean(text)
    if formula:
        sheet.write_formula(row, column, formula, style(**look), text)
        return
    quoted = {"quote_prefix": True} if text.startswith(_LIKE_FORMULAS) else {}
    sheet.write_string(row, column, text, style(**look, **quoted))


def _number_format(texts: pd.Series, most: int | None) -> str:
    """Return the number format that shows a column as it is printed; Excel sets the comma."""
    places = int(texts.str.extract(",([0-9]+)")[0].str.len().max()) if _has(texts, ",") else 0
    places = places if most is None else min(places, most)
    form = "0." + "0" * places if places else "0"
    if _has(texts, "%"):
        return f"{form}%"
    if _has(texts, r"^\+|^-[0-9]"):
        return f"+{form};-{form};{form}"
    return f"#,##{form}" if places else form


def _has(texts: pd.Series, pattern: str) -> bool:
    return bool(texts.str.contains(pattern).any())


def _side(texts: pd.Series) -> dict:
    """Return where numbers stand: whole ones (ranks, years) in the middle, others by their end."""
    return {"align": "right", "indent": 1} if _has(texts, ",") else {"align": "center"}


def _width(header: str, texts: pd.Series) -> float:
    longest = max([0, *map(_size, texts)])
    words = max([_size(header) / _HEAD, *map(_size, header.split())]) * _BOLD
    return min(max(longest, words + 1.5, 7) + 2, _WIDEST)  # and the filter's arrow


def set_up_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Set a sheet up for A4 with the margins of a report, its name above, page numbers below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.6, top=0.98, bottom=0.8)  # inches: 30, 15, 25, 20 mm
    sheet.set_header('&C&"Times New Roman,Bold"&13&A', {"scale_with_doc": False})
    sheet.set_footer('&C&"Times New Roman,Regular"&12Trang &P/&N', {"scale_with_doc": False})
