"""The charts of a workbook as Excel's own, so that the analyst can restyle them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis.charts.grades import assumption, grade_names, grade_shades
from cchc_analysis.charts.units import drawn_units, first_and_last, printed_values
from cchc_analysis.groups import scale_of, several_groups
from cchc_analysis.reports.worksheets import ROW, set_up_page
from cchc_analysis.scoring.printing import format_percent
from cchc_analysis.scoring.schemes import GradeScheme
from cchc_analysis.text import decimal_comma, lower_first
from cchc_analysis.vocabulary import ASSUMED, SHEETS, SHOWN

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from cchc_analysis.scoring.results import Results

_WIDTH = 640  # pixels
_PAGE = 920  # pixels: a chart is no higher, so that it is not cut in print
_PRINTED = 95  # percent: charts fill the text width of a page
_COVERED = 9  # columns that the charts cover
_LETTERS = 38  # of a name in one line
_FRAME, _TITLE = 130, 60  # pixels for title and axis, and of it for the title
_FONT = {"name": "Times New Roman", "size": 10, "color": "#000000", "bold": False}
_NO_LINES = {"major_gridlines": {"visible": 0}}


def write_charts(book: Workbook, results: Results, columns: Sequence[str]) -> None:
    """Write a sheet with the charts of each year and block, which draw cells of other sheets.

    `columns` are those of the sheet of the ranking; on the sheet of the distribution the grades of
    each group stand below one another. A chart of many units is split, so that no page cuts it.
    """
    sheet = book.add_worksheet(SHEETS["charts"])
    set_up_page(sheet)
    sheet.set_print_scale(_PRINTED)
    scheme = results.scheme
    shades, assumed = grade_shades(scheme), assumption(scheme)
    table = drawn_units(results.table)
    value = "percent" if "percent" in columns else "score"
    what = SHOWN["percent"] if value == "percent" else "Điểm"
    most = 100 if value == "percent" else float(table["max_score"].max())
    grade, first_grade = len(several_groups(table)), 1
    charts, row, page, breaks = [], 0, 0, []
    for (_, group), of_group in zip(table.groupby("group"), results.groups, strict=True):
        of = f" – {', '.join(of_group.names)}" if of_group.names else ""
        scored = group[group["score"].notna()]
        about = first_and_last(group, printed_values(group))
        axis = f"{what} ({lower_first(scale_of(table))})"
        if len(scored) < len(group):
            axis += f"; không vẽ {len(group) - len(scored)} đơn vị chưa chấm"
        lines = max([1, *(len(textwrap.wrap(name, _LETTERS)) for name in scored["unit"])])
        pitch = 13 * lines + 11  # pixels
        for part in _parts(scored, (_PAGE - _FRAME) // pitch):
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
        height = max(290, height + _FRAME)  # lower, LibreOffice breaks the text beside bars
        _lay_out(chart, title, axis, scheme, height, bounds)
        rows = math.ceil(height / ROW) + 1
        if (row + rows - page - 1) * ROW > _PAGE:
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
            "data_labels": {"value": True, "font": _FONT},
        }
    )
    return chart


def _lay_out(
    chart: object, title: str, axis: str, scheme: GradeScheme, height: int, bounds: dict
) -> None:
    """Set titles, axes and frame: best on top, from zero, with room for names and labels."""
    cutoffs = "/".join(decimal_comma(bound) for bound in scheme.bounds if bound)
    axis += f"\nNgưỡng xếp loại: {cutoffs}%{f' ({ASSUMED})' if scheme.assumed else ''}"
    chart.set_size({"width": _WIDTH, "height": height})
    chart.set_title({"name": title, "name_font": _FONT | {"size": 12, "bold": True}})
    chart.set_legend({"none": True})
    chart.show_hidden_data()  # whoever filters a table changes no chart
    # Excel's bars lie down and its axes do not: y is that of the names.
    chart.set_y_axis(
        {"reverse": True, "crossing": "max", "num_font": _FONT, "interval_unit": 1, **_NO_LINES}
    )
    chart.set_x_axis(
        {"name": axis, "name_font": _FONT, "num_font": _FONT, "num_format": "0"}
        | {"min": 0, **bounds, **_NO_LINES}
    )
    bars = {"x": 0.37, "y": _TITLE / height, "width": 0.5, "height": 1 - _FRAME / height}
    chart.set_plotarea({"layout": bars})
