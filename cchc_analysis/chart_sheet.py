"""The sheet of a workbook that holds its charts, and the numbers that they draw.

They draw the numbers beside them on their sheet, not the table of the ranking: whoever sorts or
filters that table would otherwise change which bar is dark, or mix two blocks under one title.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis import drawing, grade_marks
from cchc_analysis.labels import CHART_DATA, UNSCORED
from cchc_analysis.native_charts import (
    PAGE,
    WIDTH,
    NativeChart,
    distribution_chart,
    number_format,
    ranking_charts,
)
from cchc_analysis.ranking import grade_distribution
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.shown import SHOWN
from cchc_analysis.table import grades_in_words
from cchc_analysis.text import clean
from cchc_analysis.worksheets import ROW, set_up_page, styles, write_number, write_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_PRINTED = 95  # percent: charts fill the text width of a page
_COVERED = 9  # columns that the charts cover
_DATA = 10  # the column where the numbers begin
_SMALL = {"font_size": 10}


def write_charts(
    book: Workbook, name: str, ranking: pd.DataFrame, *, scheme: GradeScheme, shades: Mapping
) -> None:
    """Write a sheet with the charts of each year and block, and right of them their numbers."""
    sheet = book.add_worksheet(name)
    set_up_page(sheet)
    sheet.set_print_scale(_PRINTED)
    sheet.set_column(_DATA, _DATA, 50)
    table = drawing.ready(ranking)
    table["unit"] = table["unit"].map(clean)
    table["words"] = grades_in_words(table)
    unscored = table["unit"] + f" ({UNSCORED.lower()})"
    ranked = table["rank"].astype("str") + ". " + table["unit"]
    table["label"] = ranked.mask(table["score"].isna(), unscored)
    in_use = set(table["words"][table["score"].notna()])
    grades = [*scheme.grades, *sorted(in_use - set(scheme.grades))]
    columns = {g: _DATA + 1 + at for at, g in enumerate(g for g in grades if g in in_use)}
    _write_scores(book, sheet, table, columns)
    charts: list[NativeChart] = []
    for _, group in table.groupby("group"):
        charts += ranking_charts(book, name, group, _DATA, columns, scheme, shades)
    top = len(table) + 3
    for _, group in table.groupby("group"):
        counts = grade_distribution(group)
        names, _ = grade_marks.grade_names(counts, scheme)
        _write_counts(book, sheet, top, names, counts["units"])
        at = (top, _DATA)
        charts.append(distribution_chart(book, name, group, counts, names, at, scheme, shades))
        top += len(counts) + 2
    _place(sheet, charts)


def _write_scores(
    book: Workbook, sheet: Worksheet, table: pd.DataFrame, columns: Mapping[str, int]
) -> None:
    """Write what the charts of the ranking draw: a row for each unit, a column for each grade."""
    style = styles(book)
    number = style(**_SMALL, num_format=number_format(table))
    for header, column in {CHART_DATA: _DATA, **columns}.items():
        write_text(sheet, 0, column, header, style, **_SMALL, bold=True)
    for row, unit in enumerate(table.itertuples(), 1):
        write_text(sheet, row, _DATA, unit.label, style, **_SMALL)
        if unit.words in columns:
            write_number(sheet, row, columns[unit.words], unit.percent, number)


def _write_counts(
    book: Workbook, sheet: Worksheet, top: int, names: Sequence[str], units: Sequence[int]
) -> None:
    style = styles(book)
    for at, header in enumerate([CHART_DATA, SHOWN["units"]]):
        write_text(sheet, top, _DATA + at, header, style, **_SMALL, bold=True)
    for row, (name, count) in enumerate(zip(names, units, strict=True), top + 1):
        write_text(sheet, row, _DATA, name, style, **_SMALL)
        write_number(sheet, row, _DATA + 1, count, style(**_SMALL, num_format="0"))


def _place(sheet: Worksheet, charts: Sequence[NativeChart]) -> None:
    """Put charts below one another, a new page before one that would be cut."""
    row, page, breaks = 0, 0, []
    for chart, height, alt in charts:
        rows = math.ceil(height / ROW) + 1
        if row > page and (row + rows - page - 1) * ROW > PAGE:
            breaks.append(row)
            page = row
        chart.set_size({"width": WIDTH, "height": height})
        sheet.insert_chart(row, 0, chart, {"description": alt, "y_offset": 5, "object_position": 2})
        row += rows
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, row - 1, _COVERED - 1)
