"""The charts of a workbook as Excel's own, so that the analyst can restyle them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from cchc_analysis import drawing, grade_marks
from cchc_analysis.format import LEAST_PLACES, format_percent, printed_places
from cchc_analysis.labels import ASSUMED, scale
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.text import clean

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


def number_format(table: pd.DataFrame) -> str:
    """Return the format of the scores that are drawn."""
    in_points = drawing.out_of_100(table)
    return "0." + "0" * (printed_places(table["score"]) if in_points else LEAST_PLACES)


def ranking_charts(
    book: Workbook,
    sheet: str,
    group: pd.DataFrame,
    names: int,
    columns: Mapping[str, int],
    scheme: GradeScheme,
    shades: Mapping[str, str],
) -> list[NativeChart]:
    """Return the charts of one year and block, as many as it takes to fit each on a page.

    The label of each unit stands in the column `names`, its score in that of its grade.
    """
    scored = group["score"].notna()
    own = {g: at for g, at in columns.items() if (group["words"][scored] == g).any()}
    if not own:
        return []
    lines = max(len(textwrap.wrap(label, _LETTERS)) for label in group["label"])
    pitch = max(24, 8 + 13 * lines)
    parts = math.ceil(len(group) / max(1, (PAGE - _FRAME) // pitch))
    size = math.ceil(len(group) / parts)
    axis = f"{'Điểm' if drawing.out_of_100(group) else 'Tỷ lệ điểm, %'} ({_scale(group)})"
    about = drawing.first_and_last(group, drawing.values_in_words(group))
    charts = []
    for part in range(parts):
        rows = group.index[part * size : (part + 1) * size]
        first, last = int(rows[0]) + 1, int(rows[-1]) + 1  # below the header
        chart = book.add_chart({"type": "bar"})
        for grade, column in own.items():
            chart.add_series(
                {
                    "name": [sheet, 0, column],
                    "categories": [sheet, first, names, last, names],
                    "values": [sheet, first, column, last, column],
                    "gap": 40,
                    "overlap": 100,  # a unit has one grade: its bars stand in one line
                    **_filled(shades.get(grade, "#ffffff")),
                    "data_labels": {
                        "value": True, "series_name": True, "separator": " ", "font": _FONT,
                        "num_format": number_format(group),
                    },
                }
            )  # fmt: skip
        title = f"Xếp hạng các đơn vị theo {drawing.measure(group)}{_of(group)}"
        title += f" ({part + 1}/{parts})" if parts > 1 else ""
        height = max(_LOWEST, _FRAME + pitch * len(rows))
        _finish(chart, title, axis, scheme, height, {"max": 100})
        charts.append(NativeChart(chart, height, _alt(title, about, scheme)))
    return charts


def distribution_chart(
    book: Workbook,
    sheet: str,
    group: pd.DataFrame,
    counts: pd.DataFrame,
    names: Sequence[str],
    at: tuple[int, int],
    scheme: GradeScheme,
    shades: Mapping[str, str],
) -> NativeChart:
    """Return the chart of how many units have each grade; their numbers stand below `at`."""
    top, column = at
    first, last = top + 1, top + len(counts)
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": [sheet, top, column + 1],
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
    shares = counts["share_pct"].map(lambda s: "" if pd.isna(s) else f" ({format_percent(s)})")
    told = "; ".join(names + ": " + counts["units"].astype("str") + shares)
    return NativeChart(chart, height, _alt(title, f"{told}.", scheme))


def _step(most: int) -> int:
    """Return the step of an axis of whole numbers: at most ten of them."""
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, most) if most <= 10 * step)


def _filled(shade: str) -> dict:
    return {"fill": {"color": shade}, "border": {"color": "#000000", "width": 0.5}}


def _alt(title: str, told: str, scheme: GradeScheme) -> str:
    assumed = grade_marks.assumption(scheme)
    return f"Biểu đồ thanh ngang: {title[0].lower()}{title[1:]}. {told}{assumed}"


def _of(group: pd.DataFrame) -> str:
    """Return the block and year of a group for the end of a title."""
    block = group["block"].iloc[0] if "block" in group else None
    of_block = "" if pd.isna(block) else f" – {clean(str(block))}"
    return f"{of_block}{drawing.of_year(group)}"


def _scale(group: pd.DataFrame) -> str:
    words = group.attrs.get("scale") or scale(group["max_score"])
    return words[0].lower() + words[1:]


def _finish(
    chart: Chart, title: str, axis: str, scheme: GradeScheme, height: int, bounds: dict
) -> None:
    """Set titles, axes and frame: best on top, from zero, with room for names and labels."""
    axis += f"\nNgưỡng xếp loại: {ASSUMED}" if scheme.assumed else ""
    chart.set_title({"name": title, "name_font": _FONT | {"size": 12, "bold": True}})
    chart.set_legend({"none": True})
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
