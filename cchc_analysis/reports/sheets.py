"""The sheets of a workbook: tables ready to be filtered and printed, and Excel's own charts."""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.grades import assumption, grade_names, grade_shades, ink_on
from cchc_analysis.charts.units import drawn_units, first_and_last, printed_values
from cchc_analysis.groups import scale_of, several_groups
from cchc_analysis.scoring.printing import format_percent
from cchc_analysis.scoring.schemes import GradeScheme
from cchc_analysis.text import clean, lower_first, unit_key
from cchc_analysis.vocabulary import ASSUMED, SHEETS, SHOWN

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from cchc_analysis.scoring.printing import Printed
    from cchc_analysis.scoring.results import Results

_FONT = {"font_name": "Times New Roman", "font_size": 12}
_COLUMN, _ROW = 72, 21  # pixels of a column and a row in that font, where no other size is set
_CREATED = datetime(2000, 1, 1)  # the same in every run
_HEADER = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#d9d9d9", "border": 1}
# Widths of columns are in digits.
_WIDEST = 56  # a longer name is broken over lines
_LINE = 16.5  # points
_HEAD = 4  # about so many lines of a header
_WIDE = 105  # a wider table is printed across the page
_NUMBERS = ("count", "place", "number", "percent", "change")
_SHADED = ("grade", "text")  # a list of what differs holds grades, too
# Excel shows these as text until someone edits the cell; an apostrophe keeps them text then too.
_LIKE_FORMULAS = ("=", "+", "-", "@")
# Of charts.
_CHART_WIDTH = 640  # pixels
_PAGE = 920  # pixels: a chart is no higher, so that it is not cut in print
_PRINTED = 95  # percent: charts fill the text width of a page
_COVERED = 9  # columns that the charts cover
_NAME_LETTERS = 38  # of a name in one line
_AROUND, _TITLE = 130, 60  # pixels for title and axis, and of it for the title
_CHART_FONT = {"name": "Times New Roman", "size": 10, "color": "#000000", "bold": False}
_NO_LINES = {"major_gridlines": {"visible": 0}}


def new_book(data: io.BytesIO, title: str) -> Workbook:
    """Return a workbook in memory."""
    from xlsxwriter import Workbook

    size = {"default_column_width": _COLUMN, "default_row_height": _ROW}
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
            if column.kind == "place":  # a number that is shown with those among which it is one
                look |= {"num_format": f'0"{text[text.find("/") :]}"'}
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
    _set_up_page(sheet, landscape=wide > _WIDE)
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


def _set_up_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Set a sheet up for A4 with the margins of a report, its name above, page numbers below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.6, top=0.98, bottom=0.8)  # inches: 30, 15, 25, 20 mm
    sheet.set_header('&C&"Times New Roman,Bold"&13&A', {"scale_with_doc": False})
    sheet.set_footer('&C&"Times New Roman,Regular"&12Trang &P/&N', {"scale_with_doc": False})


def write_charts(book: Workbook, results: Results, columns: Sequence[str]) -> None:
    """Write a sheet with the charts of each year and block, which draw cells of other sheets.

    `columns` are those of the sheet of the ranking; on the sheet of the distribution the grades of
    each group stand below one another. A chart of many units is split, so that no page cuts it.
    """
    sheet = book.add_worksheet(SHEETS["charts"])
    _set_up_page(sheet)
    sheet.set_print_scale(_PRINTED)
    table = drawn_units(results.table)
    value = "percent" if "percent" in columns else "score"
    what = SHOWN["percent"] if value == "percent" else "Điểm"
    most = 100 if value == "percent" else float(table["max_score"].max())
    grade, first_grade = len(several_groups(table)), 1
    charts, row, page, breaks = [], 0, 0, []
    for (_, group), of_group in zip(table.groupby("group"), results.groups, strict=True):
        of = f" – {', '.join(of_group.names)}" if of_group.names else ""
        scheme = results.scheme.of(group)
        shades, assumed = grade_shades(scheme.grades), assumption(scheme)
        scored = group[group["score"].notna()]
        about = first_and_last(group, printed_values(group))
        axis = f"{what} ({lower_first(scale_of(table))})"
        if len(scored) < len(group):
            axis += f"; không vẽ {len(group) - len(scored)} đơn vị chưa chấm"
        lines = max([1, *(len(textwrap.wrap(name, _NAME_LETTERS)) for name in scored["unit"])])
        pitch = 13 * lines + 11  # pixels
        for part in _parts(scored, (_PAGE - _AROUND) // pitch):
            cells = [SHEETS["ranking"], int(part.index[0]) + 1, int(part.index[-1]) + 1]
            cells += [columns.index("unit"), columns.index(value)]
            bars = _bars(book, cells, part["grade"].astype("object"), shades)
            title = f"Xếp hạng các đơn vị theo {what.lower()} cải cách hành chính{of}"
            if len(part) < len(scored):
                title += f" (hạng {part['rank'].iloc[0]}–{part['rank'].iloc[-1]})"
            charts.append((bars, title, axis, {"max": most}, pitch * len(part), about))
        counts = of_group.distribution
        cells = [SHEETS["distribution"], first_grade, first_grade + len(counts) - 1]
        bars = _bars(book, [*cells, grade, grade + 1], counts["grade"], shades)
        first_grade += len(counts)
        shares = counts["share_pct"].map(lambda s: "" if pd.isna(s) else f" ({format_percent(s)})")
        told = grade_names(counts, scheme)[0] + ": " + counts["units"].astype("str") + shares
        axis = f"Số đơn vị (trong {len(group)} đơn vị, {len(scored)} đơn vị được chấm)"
        title = f"Phân bố xếp loại cải cách hành chính{of}"
        whole = {"major_unit": math.ceil(counts["units"].max() / 10)}
        charts.append((bars, title, axis, whole, 30 * len(counts), f"{'; '.join(told)}."))
    for chart, title, axis, bounds, height, told in charts:
        height = max(290, height + _AROUND)  # lower, LibreOffice breaks the text beside bars
        _lay_out(chart, title, axis, scheme, height, bounds)
        rows = math.ceil(height / _ROW) + 1
        if (row + rows - page - 1) * _ROW > _PAGE:
            breaks.append(row)
            page = row
        alt = f"Biểu đồ thanh ngang: {lower_first(title)}. {told}{assumed}"
        sheet.insert_chart(row, 0, chart, {"description": alt, "y_offset": 5, "object_position": 2})
        row += rows
    sheet.set_h_pagebreaks([at for at in breaks if at])
    sheet.print_area(0, 0, row - 1, _COVERED - 1)


def _parts(table: pd.DataFrame, most: int) -> list[pd.DataFrame]:
    """Return the rows in parts of about equal length, none longer than so many."""
    parts = np.array_split(np.arange(len(table)), math.ceil(len(table) / max(most, 1)) or 1)
    return [table.iloc[part] for part in parts if len(part)]


def _bars(
    book: Workbook, cells: Sequence[str | int], grades: pd.Series, shades: Mapping[str, str]
) -> object:
    """Return a chart of cells (sheet, first and last row, columns of names and of values)."""
    sheet, first, last, name, value = cells
    line = {"color": "#000000", "width": 0.5}
    filled = [{"fill": {"color": shades.get(g, "#ffffff")}, "border": line} for g in grades]
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": [sheet, 0, value],
            "categories": [sheet, first, name, last, name],
            "values": [sheet, first, value, last, value],
            "gap": 40,
            "points": filled,
            "data_labels": {"value": True, "font": _CHART_FONT},
        }
    )
    return chart


def _lay_out(
    chart: object, title: str, axis: str, scheme: GradeScheme, height: int, bounds: dict
) -> None:
    """Set titles, axes and frame: best on top, from zero, with room for names and labels."""
    cutoffs = "/".join(told for _, told in scheme.cuts)
    axis += f"\nNgưỡng xếp loại: {cutoffs}%{f' ({ASSUMED})' if scheme.assumed else ''}"
    chart.set_size({"width": _CHART_WIDTH, "height": height})
    chart.set_title({"name": title, "name_font": _CHART_FONT | {"size": 12, "bold": True}})
    chart.set_legend({"none": True})
    chart.show_hidden_data()  # whoever filters a table changes no chart
    # Excel's bars lie down and its axes do not: y is that of the names.
    chart.set_y_axis(
        {
            "reverse": True,
            "crossing": "max",
            "num_font": _CHART_FONT,
            "interval_unit": 1,
            **_NO_LINES,
        }
    )
    chart.set_x_axis(
        {"name": axis, "name_font": _CHART_FONT, "num_font": _CHART_FONT, "num_format": "0"}
        | {"min": 0, **bounds, **_NO_LINES}
    )
    bars = {"x": 0.37, "y": _TITLE / height, "width": 0.5, "height": 1 - _AROUND / height}
    chart.set_plotarea({"layout": bars})
