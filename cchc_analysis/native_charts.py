"""The charts of a workbook as Excel's own, so that the analyst can restyle them.

They draw the numbers beside them on their sheet, not the table of the ranking: whoever sorts or
filters that table would otherwise change which bar is dark, or mix two blocks under one title.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis import drawing
from cchc_analysis.format import LEAST_PLACES, format_percent, printed_places
from cchc_analysis.labels import ASSUMED, CHART_DATA, UNSCORED, scale
from cchc_analysis.ranking import grade_distribution
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.shown import SHOWN
from cchc_analysis.table import grades_in_words
from cchc_analysis.text import clean
from cchc_analysis.worksheets import set_up_page, styles, write_number, write_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

_WIDTH = 620  # pixels: the text width of a page at 96 to the inch
_PAGE = 920  # pixels: a chart is no higher, so that it is not cut in print
_ROW = 20  # pixels of a row of the sheet
_COLUMNS = 10  # of 64 pixels, which the charts cover
_NAMES, _BARS = 0.37, 0.41  # shares of the width; the rest is for the text beside the bars
_LETTERS = 34  # of a name in one line
_FRAME = 130  # pixels for title and axis
_DATA = 11  # the column where the numbers begin
_FONT = {"name": "Times New Roman", "size": 10, "color": "#000000"}
_PLAIN = _FONT | {"bold": False}


def write_charts(
    book: Workbook, name: str, ranking: pd.DataFrame, *, scheme: GradeScheme, shades: Mapping
) -> None:
    """Write a sheet with the charts of each year and block, and right of them their numbers."""
    sheet = book.add_worksheet(name)
    set_up_page(sheet)
    sheet.set_column(_DATA, _DATA, 50)
    table = drawing.ready(ranking)
    table["unit"] = table["unit"].map(clean)
    table["words"] = grades_in_words(table)
    in_use = set(table["words"][table["score"].notna()])
    order = [*scheme.grades, *sorted(in_use - set(scheme.grades))]
    grades = [grade for grade in order if grade in in_use]
    _write_numbers(book, sheet, table, grades)
    charts = []
    for _, group in table.groupby("group"):
        charts += _of_ranking(book, sheet, group, grades, scheme, shades)
    counts_at = len(table) + 3
    for _, group in table.groupby("group"):
        counts = grade_distribution(group)
        charts.append(_of_distribution(book, sheet, group, counts, counts_at, scheme, shades))
        counts_at += len(counts) + 2
    _place(sheet, charts)


def _place(sheet: Worksheet, charts: list[tuple[Chart, int, str]]) -> None:
    """Put charts below one another, a new page before one that would be cut."""
    row, page, breaks = 0, 0, []
    for chart, height, alt in charts:
        rows = math.ceil(height / _ROW) + 1
        if row > page and (row + rows - page - 1) * _ROW > _PAGE:
            breaks.append(row)
            page = row
        chart.set_size({"width": _WIDTH, "height": height})
        sheet.insert_chart(row, 0, chart, {"description": alt, "object_position": 2})
        row += rows
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, row - 1, _COLUMNS - 1)


def _write_numbers(
    book: Workbook, sheet: Worksheet, table: pd.DataFrame, grades: list[str]
) -> None:
    """Write what the charts of the ranking draw: a row for each unit, a column for each grade."""
    style = styles(book)
    places = printed_places(table["score"]) if drawing.out_of_100(table) else LEAST_PLACES
    number = style(font_size=10, num_format="0." + "0" * places)
    for at, header in enumerate([CHART_DATA, *grades]):
        write_text(sheet, 0, _DATA + at, header, style, font_size=10, bold=True)
    for row, unit in enumerate(table.itertuples(), 1):
        rank = "" if pd.isna(unit.rank) else f"{unit.rank}. "
        unscored = f" ({UNSCORED.lower()})" if pd.isna(unit.score) else ""
        write_text(sheet, row, _DATA, f"{rank}{unit.unit}{unscored}", style, font_size=10)
        if unit.words in grades:
            column = _DATA + 1 + grades.index(unit.words)
            write_number(sheet, row, column, unit.percent, number)


def _of_ranking(
    book: Workbook,
    sheet: Worksheet,
    group: pd.DataFrame,
    grades: list[str],
    scheme: GradeScheme,
    shades: Mapping[str, str],
) -> list[tuple[Chart, int, str]]:
    """Return the charts of one year and block, as many as it takes to fit each on a page."""
    lines = math.ceil((group["unit"].str.len().max() + 15) / _LETTERS)
    pitch = 8 + 14 * lines
    most = max(1, (_PAGE - _FRAME) // pitch)
    parts = math.ceil(len(group) / most)
    size = math.ceil(len(group) / parts)
    scored = group["score"].notna()
    own = [grade for grade in grades if (group["words"][scored] == grade).any()]
    title = f"Xếp hạng các đơn vị theo {drawing.measure(group)}{_of(group)}"
    about = drawing.first_and_last(group, drawing.values_in_words(group))
    charts = []
    for part in range(parts):
        rows = group.index[part * size : (part + 1) * size]
        first, last = int(rows[0]) + 1, int(rows[-1]) + 1
        chart = book.add_chart({"type": "bar"})
        for grade in own or grades[:1]:
            column = _DATA + 1 + grades.index(grade)
            chart.add_series(
                {
                    "name": [sheet.name, 0, column],
                    "categories": [sheet.name, first, _DATA, last, _DATA],
                    "values": [sheet.name, first, column, last, column],
                    "gap": 40,
                    "overlap": 100,  # a unit has one grade: its bars stand in one line
                    **_filled(shades.get(grade, "#ffffff")),
                    "data_labels": {
                        "value": True, "series_name": True, "separator": " ", "font": _PLAIN,
                    },
                }
            )  # fmt: skip
        if not own:
            continue
        of_parts = f" ({part + 1}/{parts})" if parts > 1 else ""
        axis = f"{'Điểm' if drawing.out_of_100(group) else 'Tỷ lệ điểm, %'} ({_scale(group)})"
        height = _FRAME + pitch * len(rows)
        _finish(chart, title + of_parts, axis, scheme, height, most=100)
        alt = f"Biểu đồ thanh ngang: {title[0].lower()}{title[1:]}{of_parts}. {about}"
        charts.append((chart, height, alt + drawing.assumption(scheme)))
    return charts


def _of_distribution(
    book: Workbook,
    sheet: Worksheet,
    group: pd.DataFrame,
    counts: pd.DataFrame,
    top: int,
    scheme: GradeScheme,
    shades: Mapping[str, str],
) -> tuple[Chart, int, str]:
    """Write how many units have each grade, and return their chart."""
    style = styles(book)
    names = drawing.grade_names(counts, scheme)
    for at, header in enumerate([CHART_DATA, SHOWN["units"]]):
        write_text(sheet, top, _DATA + at, header, style, font_size=10, bold=True)
    for row, (name, units) in enumerate(zip(names, counts["units"], strict=True), top + 1):
        write_text(sheet, row, _DATA, name, style, font_size=10)
        write_number(sheet, row, _DATA + 1, units, style(font_size=10, num_format="0"))
    chart = book.add_chart({"type": "bar"})
    shares = counts["share_pct"].map(lambda s: "" if pd.isna(s) else f" ({format_percent(s)})")
    texts = counts["units"].astype("str") + shares
    chart.add_series(
        {
            "name": [sheet.name, top, _DATA + 1],
            "categories": [sheet.name, top + 1, _DATA, top + len(counts), _DATA],
            "values": [sheet.name, top + 1, _DATA + 1, top + len(counts), _DATA + 1],
            "gap": 40,
            **_filled("#ffffff"),
            "points": [_filled(shades.get(grade, "#ffffff")) for grade in counts["grade"]],
            "data_labels": {
                "value": True, "font": _PLAIN, "custom": [{"value": text} for text in texts],
            },
        }
    )  # fmt: skip
    title = f"Phân bố xếp loại cải cách hành chính{_of(group)}"
    scored = int(group["score"].notna().sum())
    axis = f"Số đơn vị (tỷ lệ trên {scored} đơn vị được chấm)"
    height = _FRAME + 30 * len(counts)
    _finish(chart, title, axis, scheme, height)
    told = "; ".join(names + ": " + texts)
    alt = f"Biểu đồ thanh ngang: {title[0].lower()}{title[1:]}. {told}."
    return chart, height, alt + drawing.assumption(scheme)


def _filled(shade: str) -> dict:
    return {"fill": {"color": shade}, "border": {"color": "#000000", "width": 0.5}}


def _of(group: pd.DataFrame) -> str:
    """Return the block and year of a group for the end of a title."""
    block = group["block"].iloc[0] if "block" in group else None
    of_block = "" if pd.isna(block) else f" – {clean(str(block))}"
    return f"{of_block}{drawing.of_year(group)}"


def _scale(group: pd.DataFrame) -> str:
    words = group.attrs.get("scale") or scale(group["max_score"])
    return words[0].lower() + words[1:]


def _finish(
    chart: Chart,
    title: str,
    axis: str,
    scheme: GradeScheme,
    height: int,
    *,
    most: int | None = None,
) -> None:
    """Set titles, axes and frame: best on top, from zero, with room for names and labels."""
    if scheme.assumed:
        axis += f"\nNgưỡng xếp loại: {ASSUMED}"
    chart.set_title({"name": title, "name_font": _FONT | {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {"reverse": True, "num_font": _PLAIN, "interval_unit": 1, "major_gridlines": {"visible": 0}}
    )
    bounds = {"min": 0, "max": most} if most else {"min": 0, "min_major_unit": 1}
    chart.set_y_axis(
        bounds
        | {"name": axis, "name_font": _PLAIN, "num_font": _PLAIN, "num_format": "0"}
        | {"label_position": "high", "major_gridlines": {"visible": 0}}
    )
    layout = {"x": _NAMES, "y": 60 / height, "width": _BARS, "height": 1 - _FRAME / height}
    chart.set_plotarea({"layout": layout})
