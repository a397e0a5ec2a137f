"""One table on one sheet of a workbook, ready to be filtered and printed."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.charts.grades import ink_on
from cchc_analysis.text import clean, unit_key
from cchc_analysis.vocabulary import BLANK

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_FONT = {"font_name": "Times New Roman", "font_size": 12}
COLUMN, ROW = 72, 21  # pixels of a column and a row in that font, where no other size is set
_CREATED = datetime(2000, 1, 1)  # the same in every run
_HEADER = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#d9d9d9", "border": 1}
# Widths of columns are in digits.
_WIDEST = 56  # a longer name is broken over lines
_LINE = 16.5  # points
_HEAD = 4  # about so many lines of a header
_WIDE = 105  # a wider table is printed across the page
# Excel shows these as text until someone edits the cell; an apostrophe keeps them text then too.
_LIKE_FORMULAS = ("=", "+", "-", "@")


def new_book(data: io.BytesIO, title: str) -> Workbook:
    """Return a workbook in memory."""
    from xlsxwriter import Workbook

    size = {"default_column_width": COLUMN, "default_row_height": ROW}
    font = {"default_format_properties": _FONT.copy()}  # the library adds to it
    book = Workbook(data, {"in_memory": True, **size, **font})
    book.set_properties({"title": title, "author": "", "created": _CREATED})
    return book


def write_table(
    book: Workbook,
    name: str,
    table: pd.DataFrame,
    printed: pd.DataFrame,
    *,
    shades: Mapping[str, str],
    unit: str | None = None,
    totals: int = 0,
    note: str = "",
) -> None:
    """Write a table on a new sheet: header in the first row, numbers as numbers, a note below.

    `printed` has the same rows and columns as text: its headers, its decimal places and its words
    are those of the sheet. Rows of `unit` are bold. The last rows, so many as `totals`, are bold
    and not filtered or sorted.
    """
    sheet = book.add_worksheet(name)

    def style(**look: object) -> Format:
        return book.add_format(_FONT | {"valign": "vcenter"} | look)

    bold = pd.Series(range(len(table))) >= len(table) - totals
    if unit is not None and "unit" in table:
        bold |= (table["unit"].astype("str").map(unit_key) == unit_key(unit)).to_numpy()
    wide, lines = 0, [1] * (1 + len(table))
    for column, header in enumerate(printed):
        _write_text(sheet, 0, column, header, style, **_HEADER)
        values = table.iloc[:, column]
        texts = printed.iloc[:, column].astype("object").fillna(BLANK).astype("str").map(clean)
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        number = _as_number(texts) if is_number else {}
        for row, (value, text) in enumerate(zip(values, texts, strict=True), 1):
            look = {"border": 1, "bold": bool(bold[row - 1]), **number}
            if is_number and pd.isna(value):
                sheet.write_blank(row, column, None, style(**look))
            elif is_number:
                sheet.write_number(row, column, float(value), style(**look))
            else:
                shade = None if values.name == "unit" else shades.get(text)
                if shade:
                    look |= {"bg_color": shade, "font_color": ink_on(shade), "align": "center"}
                _write_text(sheet, row, column, text, style, text_wrap=True, **look)
        longest = max([len(header) / _HEAD, *map(len, [*header.split(), *texts])])
        width = min(1.1 * longest + 4, _WIDEST)  # capitals, and the arrow of the filter
        sheet.set_column(column, column, width)
        wide += width
        lines = [
            max(n, _lines(text, width)) for n, text in zip(lines, [header, *texts], strict=True)
        ]
    if "unit" in table:  # whoever sorts moves texts, but never heights
        lines[1:] = [max(lines[1:], default=1)] * len(table)
    for row, count in enumerate(lines):
        sheet.set_row(row, _LINE * count)
    last = max(printed.shape[1] - 1, 1)
    sheet.autofilter(0, 0, max(len(table) - totals, 1), printed.shape[1] - 1)
    sheet.freeze_panes(1, 0)
    if note:
        look = style(text_wrap=True, italic=True, valign="top")
        first = len(table) + 2
        sheet.merge_range(first, 0, first + _lines(note, wide), last, note, look)
    set_up_page(sheet, landscape=wide > _WIDE)
    sheet.fit_to_pages(1, 0)  # one page wide, as many high as it needs
    sheet.repeat_rows(0)


def _lines(text: str, width: float) -> int:
    """Return about how many lines a text takes in a column: a capital is wider than a digit."""
    return len(textwrap.wrap(text, max(1, int((width - 1) / 1.1)))) or 1


def _write_text(
    sheet: Worksheet, row: int, column: int, text: str, style: Callable[..., Format], **look: object
) -> None:
    """Write text as text, whatever it looks like."""
    quoted = {"quote_prefix": True} if text.startswith(_LIKE_FORMULAS) else {}
    sheet.write_string(row, column, text, style(**look, **quoted))


def _as_number(texts: pd.Series) -> dict[str, object]:
    """Return the look that shows numbers as they are printed; Excel sets the comma."""
    places = texts.str.extract(",([0-9]+)")[0].str.len().max()
    form = "0" if pd.isna(places) else "#,##0." + "0" * int(places)
    side = {"align": "center"} if pd.isna(places) else {"align": "right", "indent": 1}
    if texts.str.startswith("+").any():
        form = f"+{form};-{form};{form}"
    percent = "%" if texts.str.endswith("%").any() else ""
    return {"num_format": form + percent, **side}


def set_up_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Set a sheet up for A4 with the margins of a report, its name above, page numbers below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.6, top=0.98, bottom=0.8)  # inches: 30, 15, 25, 20 mm
    sheet.set_header('&C&"Times New Roman,Bold"&13&A', {"scale_with_doc": False})
    sheet.set_footer('&C&"Times New Roman,Regular"&12Trang &P/&N', {"scale_with_doc": False})
