"""The charts of a workbook as Excel's own, so that the analyst can restyle them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from cchc_analysis import drawing, marks
from cchc_analysis.format import LEAST_PLACES, MOST_PLACES, format_number, format_percent
from cchc_analysis.labels import ASSUMED, SHEETS, scale_of
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.text import clean, decimal_comma, lower_first
from cchc_analysis.wording import measure_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

WIDTH = 640  # pixels
PAGE = 920  # pixels: a chart is no higher, so that it is not cut in print
_LOWEST = 290  # pixels: below that LibreOffice breaks the text beside bars over lines
_NAMES, _BARS = 0.37, 0.41  # shares of the width; the rest is for the text beside the bars
_LETTERS = 38  # of a name in one line
_FRAME, _TITLE = 130, 60  # pixels for title and axis, and of it for the title
_FONT = {"name": "Times New Roman", "size": 10, "color": "#000000", "bold": False}
_NO_LINES = {"major_gridlines": {"visible": 0}}


class NativeChart(NamedTuple):
    """A chart, its height in pixels and its alt text."""

    chart: Chart
    height: int
    alt: str


def ranking_charts(
    book: Workbook,
    group: pd.DataFrame,
    columns: Sequence[str],
    counts: pd.DataFrame,
    at: tuple[int, int],
    scheme: GradeScheme,
    shades: Mapping[str, str],
) -> list[NativeChart]:
    """Return the charts of one year and block, as many as it takes to fit each on a page.

    They draw the cells of the sheet of the ranking, whose columns are `columns`. A series is a
    grade, whose name is a cell of those that begin `at` on the sheet of the distribution. It
    reaches from the first unit of the chart to the last of that grade, and the next better one is
    drawn over it: so each bar has one shade and one label, and no number is copied.
    """
    sheet, words = SHEETS["ranking"], group["words"]
    in_points = "percent" not in columns
    name, value = columns.index("unit"), columns.index("score" if in_points else "percent")
    if group["score"].isna().all():
        return []
    lines = max(len(textwrap.wrap(clean(unit), _LETTERS)) for unit in group["unit"])
    pitch = max(24, 8 + 13 * lines)
    parts = math.ceil(len(group) / max(1, (PAGE - _FRAME) // pitch))
    size = math.ceil(len(group) / parts)
    places = min(measure_of(group).places, MOST_PLACES) if in_points else LEAST_PLACES
    drawn = group["score" if in_points else "percent"]
    texts = drawn.map(partial(format_number, places=places))
    # Stored beside the reference; the library itself would store a blank cell as 0.
    drawn = drawn.astype("object").where(drawn.notna(), None)
    about = drawing.first_and_last(group, texts if in_points else texts + "%")
    axis = f"{'Điểm' if in_points else 'Tỷ lệ điểm, %'} ({lower_first(scale_of(group))})"
    most = float(group["max_score"].max()) if in_points else 100
    place_of = {grade: place for place, grade in enumerate(counts["grade"])}
    charts = []
    for part in range(parts):
        rows = group.index[part * size : (part + 1) * size]
        first, end = int(rows[0]) + 1, int(rows[-1]) + 1  # below the header
        chart = book.add_chart({"type": "bar"})
        scored = words[rows][group["score"][rows].notna()]
        for grade in reversed(dict.fromkeys(scored if len(scored) else words[rows])):
            own = rows[words[rows] == grade]
            chart.add_series(
                {
                    "name": [SHEETS["distribution"], at[0] + place_of[grade], at[1]],
                    "categories": [sheet, first, name, end, name],
                    "values": [sheet, first, value, end, value],
                    "values_data": drawn.loc[first - 1 : end - 1].tolist(),
                    "gap": 40,
                    "overlap": 100,
                    **_filled(shades.get(grade, "#ffffff")),
                    "data_labels": {
                        "value": True, "series_name": True, "separator": " ", "font": _FONT,
                        "num_format": "0." + "0" * places,
                        "custom": [{"delete": True}] * (int(own[0]) + 1 - first),
                    },
                }
            )  # fmt: skip
            end = int(own[0])
        title = f"Xếp hạng các đơn vị theo {'điểm' if in_points else 'tỷ lệ điểm'} cải cách"
        title += f" hành chính{_of(group)}" + (f" ({part + 1}/{parts})" if parts > 1 else "")
        height = max(_LOWEST, _FRAME + pitch * len(rows))
        blank = "; không có thanh: chưa chấm" if len(scored) < len(rows) else ""
        _finish(chart, title, axis + blank, scheme, height, {"max": most})
        charts.append(NativeChart(chart, height, _alt(title, about, scheme)))
    return charts


def distribution_chart(
    book: Workbook,
    group: pd.DataFrame,
    counts: pd.DataFrame,
    at: tuple[int, int],
    scheme: GradeScheme,
    shades: Mapping[str, str],
) -> NativeChart:
    """Return the chart of how many units have each grade, drawn from the cells that begin `at`."""
    sheet, (first, column) = SHEETS["distribution"], at
    last = first + len(counts) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": [sheet, 0, column + 1],
            "categories": [sheet, first, column, last, column],
            "values": [sheet, first, column + 1, last, column + 1],
            "gap": 40,
            **_filled("#ffffff"),
            "points": [_filled(shades.get(grade, "#ffffff")) for grade in counts["grade"]],
            "data_labels": {"value": True, "font": _FONT},
        }
    )
    title = f"Phân bố xếp loại cải cách hành chính{_of(group)}"
    scored = int(group["score"].notna().sum())
    axis = f"Số đơn vị (trong {len(group)} đơn vị, {scored} đơn vị được chấm)"
    height = max(_LOWEST, _FRAME + 30 * len(counts))
    most = max(int(counts["units"].max()), 1)
    _finish(chart, title, axis, scheme, height, {"max": most, "major_unit": _step(most)})
    names, _ = marks.grade_names(counts, scheme)
    shares = counts["share_pct"].map(lambda s: "" if pd.isna(s) else f" ({format_percent(s)})")
    told = "; ".join(names + ": " + counts["units"].astype("str") + shares)
    return NativeChart(chart, height, _alt(title, f"{told}.", scheme))


def _step(most: int) -> int:
    """Return the step of an axis of whole numbers: at most ten of them."""
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, most) if most <= 10 * step)


def _filled(shade: str) -> dict:
    return {"fill": {"color": shade}, "border": {"color": "#000000", "width": 0.5}}


def _alt(title: str, told: str, scheme: GradeScheme) -> str:
    assumed = marks.assumption(scheme)
    return f"Biểu đồ thanh ngang: {lower_first(title)}. {told}{assumed}"


def _of(group: pd.DataFrame) -> str:
    """Return the block and year of a group for the end of a title."""
    block = group["block"].iloc[0] if "block" in group else None
    of_block = "" if pd.isna(block) else f" – {clean(str(block))}"
    return f"{of_block}{drawing.of_year(group)}"


def _finish(
    chart: Chart, title: str, axis: str, scheme: GradeScheme, height: int, bounds: dict
) -> None:
    """Set titles, axes and frame: best on top, from zero, with room for names and labels."""
    bounds_in_view = "/".join(decimal_comma(bound) for bound in scheme.bounds if bound)
    axis += f"\nNgưỡng xếp loại: {bounds_in_view}%" if bounds_in_view else ""
    axis += f" ({ASSUMED})" if scheme.assumed else ""
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
    bars = {"x": _NAMES, "y": _TITLE / height, "width": _BARS, "height": 1 - _FRAME / height}
    chart.set_plotarea({"layout": bars})
