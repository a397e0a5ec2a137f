"""One table on one sheet of a workbook, ready to be filtered and printed."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.charts.grades import ink_on
from cchc_analysis.text import clean, unit_key

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from cchc_analysis.scoring.printing import Printed

_FONT = {"font_name": "Times New Roman", "font_size": 12}
COLUMN, ROW = 72, 21  # pixels of a column and a row in that font, where no other size is set
_CREATED = datetime(2000, 1, 1)  # the same in every run
_HEADER = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#d9d9d9", "border": 1}
# Widths of columns are in digits.
_WIDEST = 56  # a longer name is broken over lines
_LINE = 16.5  # points
_HEAD = 4  # about so many lines of a header
_WIDE = 105  # a wider table is printed across the page
_NUMBERS = ("count", "number", "percent", "change")
_SHADED = ("grade", "text")  # a list of what differs holds grades, too
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
    printed: Printed,
    *,
    shades: Mapping[str, str],
    unit: str | None = None,
    note: str = "",
) -> None:
    """Write a printed table on a new sheet: numbers as numbers, a note below.

    Rows of `unit` and totals are bold; totals, which are the last rows, are not filtered or sorted.
    """
    sheet, rows = book.add_worksheet(name), len(printed)

    def style(**look: object) -> Format:
        return book.add_format(_FONT | {"valign": "vcenter"} | look)

    named = [column for column in printed.columns if column.name == "unit"]
    bold = [row >= rows - printed.totals for row in range(rows)]
    if named and unit is not None:
        bold = [unit_key(text) == unit_key(unit) for text in named[0].texts]  # and no totals
    wide, lines = 0, [1] * (1 + rows)
    for at, column in enumerate(printed.columns):
        _write_text(sheet, 0, at, column.head, style, **_HEADER)
        texts = [clean(text) for text in column.texts]
        is_number = column.kind in _NUMBERS
        number = _as_number(texts) if is_number else {}
        scale = 100 if column.kind == "percent" else 1
        for row, (value, text) in enumerate(zip(column.values, texts, strict=True), 1):
            look = {"border": 1, "bold": bold[row - 1], **number}
            if is_number and pd.isna(value):
                sheet.write_blank(row, at, None, style(**look))
            elif is_number:
                sheet.write_number(row, at, float(value) / scale, style(**look))
            else:
                shade = shades.get(text) if column.kind in _SHADED else None
                if shade:
                    look |= {"bg_color": shade, "font_color": ink_on(shade), "align": "center"}
                _write_text(sheet, row, at, text, style, text_wrap=True, **look)
        longest = max([len(column.head) / _HEAD, *map(len, [*column.head.split(), *texts])])
        width = min(1.1 * longest + 4, _WIDEST)  # capitals, and the arrow of the filter
        sheet.set_column(at, at, width)
        wide += width
        lines = [
            max(n, _lines(text, width))
            for n, text in zip(lines, [column.head, *texts], strict=True)
        ]
    if named:  # whoever sorts moves texts, but never heights
        lines[1:] = [max(lines[1:], default=1)] * rows
    for row, count in enumerate(lines):
        sheet.set_row(row, _LINE * count)
    last = len(printed.columns) - 1
    sheet.autofilter(0, 0, max(rows - printed.totals, 1), last)
    sheet.freeze_panes(1, 0)
    if note:
        look = style(text_wrap=True, italic=True, valign="top")
        first = rows + 2
        sheet.merge_range(first, 0, first + _lines(note, wide), max(last, 1), note, look)
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


def _as_number(texts: Sequence[str]) -> dict[str, object]:
    """Return the look that shows numbers as they are printed; Excel sets the comma."""
    places = max((len(text.rstrip("%").partition(",")[2]) for text in texts), default=0)
    form = "#,##0." + "0" * places if places else "0"
    if any(text.startswith("+") for text in texts):
        form = f"+{form};-{form};{form}"
    percent = "%" if any(text.endswith("%") for text in texts) else ""
    side = {"align": "right", "indent": 1} if places else {"align": "center"}
    return {"num_format": form + percent, **side}


def set_up_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Set a sheet up for A4 with the margins of a report, its name above, page numbers below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.6, top=0.98, bottom=0.8)  # inches: 30, 15, 25, 20 mm
    sheet.set_header('&C&"Times New Roman,Bold"&13&A', {"scale_with_doc": False})
    sheet.set_footer('&C&"Times New Roman,Regular"&12Trang &P/&N', {"scale_with_doc": False})
