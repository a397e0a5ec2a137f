"""One table on one sheet of a workbook, ready to be filtered and printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.drawing import ink_on
from cchc_analysis.labels import BLANK
from cchc_analysis.text import clean

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
_HEADER = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#d9d9d9", "border": 1}
_WIDEST = 44  # of a column, in letters; a longer name is broken over lines
_WIDE = 9  # a table of more columns is printed across the page
_LETTER = 1.12  # widths are in digits of Calibri 11, the text is in a larger font
_LINE = 16.5  # points
# Excel shows these as text until someone edits the cell; an apostrophe keeps them text then too.
_LIKE_FORMULAS = ("=", "+", "-", "@")


def write_table(
    book: Workbook,
    name: str,
    table: pd.DataFrame,
    *,
    printed: pd.DataFrame,
    shades: Mapping[str, str],
    totals: int = 0,
    notes: Sequence[str] = (),
) -> Worksheet:
    """Write a table on a new sheet: header in the first row, numbers as numbers, notes below.

    `printed` has the same rows and columns as text: its headers, its decimal places and its words
    are those of the sheet. The last rows, so many as `totals`, are not filtered or sorted.
    """
    sheet = book.add_worksheet(name)
    style = styles(book)
    for column, header in enumerate(printed):
        sheet.write_string(0, column, header, style(**_HEADER))
        values, texts = table.iloc[:, column], printed.iloc[:, column].astype("str")
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        number_format = number_format_of(texts) if is_number else "@"
        for row, (value, text) in enumerate(zip(values, texts, strict=True), 1):
            look = {"border": 1, "bold": row > len(table) - totals}
            if is_number:
                number = style(**look, num_format=number_format, align=_side(texts))
                write_number(sheet, row, column, value, number)
                continue
            shade = shades.get(text)
            colors = {"bg_color": shade, "font_color": ink_on(shade)} if shade else {}
            look |= {"align": "center" if text in (*shades, BLANK) else "left", "text_wrap": True}
            write_text(sheet, row, column, text, style, **look, **colors)
    widths = [_width(header, printed.iloc[:, at]) for at, header in enumerate(printed)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    last = len(table) - totals
    sheet.autofilter(0, 0, max(last, 1), len(widths) - 1)
    sheet.freeze_panes(1, 0)
    write_notes(sheet, len(table) + 2, widths, notes, style)
    set_up_page(sheet, landscape=len(widths) > _WIDE)
    sheet.fit_to_pages(1, 0)  # one page wide, as many high as it needs
    sheet.repeat_rows(0)
    return sheet


def write_notes(
    sheet: Worksheet,
    row: int,
    widths: Sequence[float],
    notes: Sequence[str],
    style: Callable[..., Format],
) -> None:
    """Write each note below a table, across its columns and as high as it needs."""
    for at, note in enumerate(filter(None, notes), row):
        look = {"text_wrap": True, "italic": True, "valign": "top", "border": 0}
        if len(widths) > 1:
            sheet.merge_range(at, 0, at, len(widths) - 1, "", style(**look))
        write_text(sheet, at, 0, note, style, **look)
        lines = int(len(note) * _LETTER / (sum(widths) * 0.95)) + 1
        sheet.set_row(at, _LINE * lines)


def styles(book: Workbook) -> Callable[..., Format]:
    """Return a function that gives the format of these properties, each made once."""
    made: dict[tuple, Format] = {}

    def style(**properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in made:
            made[key] = book.add_format(_FONT | properties)
        return made[key]

    return style


def write_text(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    style: Callable[..., Format],
    **look: object,
) -> None:
    """Write text as text, whatever it looks like."""
    text = clean(text)
    quoted = {"quote_prefix": True} if text.startswith(_LIKE_FORMULAS) else {}
    sheet.write_string(row, column, text, style(**look, **quoted))


def write_number(sheet: Worksheet, row: int, column: int, value: float, look: Format) -> None:
    """Write a number, or a blank cell where there is none."""
    if pd.isna(value):
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_number(row, column, float(value), look)


def number_format_of(texts: pd.Series) -> str:
    """Return the number format that shows a column as it is printed; Excel sets the comma."""
    places = int(texts.str.extract(",([0-9]+)")[0].str.len().max()) if _has(texts, ",") else 0
    form = "0." + "0" * places if places else "0"
    if _has(texts, "%"):
        return f"{form}%"
    if _has(texts, r"^\+|^-[0-9]"):
        return f"+{form};-{form};{form}"
    return f"#,##{form}" if places else form


def _has(texts: pd.Series, pattern: str) -> bool:
    return bool(texts.str.contains(pattern).any())


def _side(texts: pd.Series) -> str:
    """Return where numbers stand: whole ones (ranks, years) in the middle, others by their dot."""
    return "right" if _has(texts, ",") else "center"


def _width(header: str, texts: pd.Series) -> float:
    longest = max([0, *(len(str(text)) for text in texts)])
    words = max(len(word) for word in header.split()) + 2  # and the arrow of the filter
    return min(max(longest * _LETTER, words * _LETTER, 6) + 2, _WIDEST)


def set_up_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Set a sheet up for A4 with the margins of a report, its name above, page numbers below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.6, top=0.98, bottom=0.8)  # inches: 30, 15, 25, 20 mm
    sheet.set_header('&C&"Times New Roman,Bold"&13&A')
    sheet.set_footer('&C&"Times New Roman,Regular"&12Trang &P/&N')
