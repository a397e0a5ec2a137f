"""The content of the report: one function for the results of a group, one for the method."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd

from cchc_analysis.change_charts import plot_change
from cchc_analysis.chart_pages import chart_pages
from cchc_analysis.charts import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.field_charts import plot_fields
from cchc_analysis.fields import field_losses
from cchc_analysis.format import format_ranking
from cchc_analysis.labels import ASSUMED, scale
from cchc_analysis.marks import mark_names
from cchc_analysis.profile_charts import plot_profile
from cchc_analysis.ranking import grade_distribution
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.table import group_columns
from cchc_analysis.text import clean
from cchc_analysis.word_parts import TEXT, add_picture, add_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document

_SCORES = ["score_before", "score_after", "score_change"]
_PERCENTS = ["percent_before", "percent_after"]
_TIES = (
    "Xếp hạng theo tỷ lệ điểm đạt so với điểm tối đa, trước khi làm tròn; các đơn vị bằng điểm "
    "đồng hạng ở hạng cao hơn, hạng tiếp theo bỏ trống (ví dụ 17, 17, 19). Số in ra làm tròn nửa "
    "lên."
)


def add_results(
    document: Document, part: pd.DataFrame, paragraph: str, scheme: GradeScheme, *, level: int,
    unit: str | None, change: pd.DataFrame | None, fields: pd.DataFrame | None, source: str,
) -> None:  # fmt: skip
    """Add all that is told of one year and block, each with its heading, table and chart."""
    heading = f"Heading {level}"
    names = [str(part[c].iloc[0]) for c in ("block",) if c in part]
    names += [f"năm {part['year'].iloc[0]}"] if "year" in part else []
    draw = partial(_chart, document, names, source)
    counts = format_ranking(grade_distribution(part))
    marked = [] if unit is None else list(part.index[part["unit"] == unit])
    document.add_paragraph("Kết quả xếp hạng, xếp loại", style=heading)
    document.add_paragraph(paragraph, style=TEXT)
    text = _named("Kết quả xếp hạng, xếp loại các đơn vị", names)
    add_table(document, format_ranking(part), text, marked=marked)
    draw(plot_ranking, part, unit=unit, scheme=scheme)
    document.add_paragraph("Phân bố xếp loại", style=heading)
    add_table(document, counts, _named("Số đơn vị và tỷ lệ theo từng loại", names))
    if counts.attrs["note"]:
        document.add_paragraph(counts.attrs["note"], style=TEXT)
    draw(plot_distribution, part, scheme=scheme)
    document.add_paragraph("So sánh giữa các đơn vị", style=heading)
    draw(plot_comparison, part, unit=unit, scheme=scheme)
    if change is not None:
        _add_change(document, draw, heading, names, change, unit)
    if fields is not None and len(fields):
        _add_fields(document, draw, heading, names, fields, unit)


def _add_change(
    document: Document, draw: Callable, heading: str, names: list[str], change: pd.DataFrame,
    unit: str | None,
) -> None:  # fmt: skip
    years = change.attrs.get("years")
    since = f"so với năm {years[0]}" if years else "so với kỳ trước"
    document.add_paragraph(f"Thay đổi {since}", style=heading)
    same_scale = (change["score_change"].notna() | (change["status"] != "stayed")).all()
    change = change.reset_index(drop=True)
    columns = [*(_SCORES if same_scale else _PERCENTS), "rank_before", "rank_after", "rank_change"]
    marked = [] if unit is None else list(change.index[change["unit"] == unit])
    text = _named(f"Thay đổi điểm và thứ hạng {since}", names)
    add_table(document, format_ranking(change[["unit", *columns]]), text, marked=marked)
    if "block" not in change:  # the note is of the whole table
        document.add_paragraph(change.attrs["note"], style=TEXT)
    draw(plot_change, change, unit=unit)


def _add_fields(
    document: Document, draw: Callable, heading: str, names: list[str], fields: pd.DataFrame,
    unit: str | None,
) -> None:  # fmt: skip
    document.add_paragraph("Điểm bị mất theo lĩnh vực", style=heading)
    text = "Điểm bị mất theo từng lĩnh vực của tất cả các đơn vị"
    add_table(document, _losses(fields), _named(text, names))
    draw(plot_fields, fields)
    if unit is not None:
        own = _losses(fields, unit=unit).drop(columns="Số đơn vị")
        add_table(document, own, _named(f"Điểm bị mất theo từng lĩnh vực của {unit}", names))
        draw(plot_profile, fields, unit=unit)


def _losses(fields: pd.DataFrame, **options: str) -> pd.DataFrame:
    losses = field_losses(fields, **options)
    return format_ranking(losses.drop(columns=group_columns(losses)))


def _named(text: str, names: list[str]) -> str:
    """Return a caption with the block and year that it does not name yet."""
    more = ", ".join(name for name in names if name not in text)
    return f"{text} ({more})" if more else text


def _chart(
    document: Document, names: list[str], source: str, plot: Callable, table: pd.DataFrame,
    **options: object,
) -> None:  # fmt: skip
    """Draw a chart and add it, on as many pages as it needs, with its title as the caption."""
    with plt.style.context("cchc_analysis.report"):
        figures = set(plt.get_fignums())
        try:
            if plot is plot_ranking:  # has no option for it: the name is bold, as in the table
                unit = options.pop("unit")
                ax = plot(table, **options)
                mark_names(ax, table["unit"] == unit)
            else:
                ax = plot(table, **options)
            title = " ".join((ax.get_title(loc="left") or ax.get_title()).split())
            text = clean(_named(title.replace(r"\$", "$"), names))
            for side in ("left", "center"):
                ax.set_title("", loc=side)
            for png, part in chart_pages(ax, title=text, source=source):
                alt = f"{part.capitalize()}. {ax.get_label()}" if part else ax.get_label()
                add_picture(document, png, f"{text} – {part}" if part else text, alt)
        finally:
            for number in set(plt.get_fignums()) - figures:
                plt.close(number)


def add_method(
    document: Document, ranking: pd.DataFrame, table: pd.DataFrame, scheme: GradeScheme, *,
    check: pd.DataFrame, source: str | None,
) -> None:  # fmt: skip
    """Add how the figures came about, where they are from, and whether they are as published."""
    document.add_paragraph("Phương pháp và nguồn số liệu", style="Heading 1")
    words = ranking.attrs.get("scale") or scale(table["max_score"])
    said = f" (nguồn: {scheme.source})" if scheme.source and not scheme.assumed else ""
    bounds = str(scheme).removesuffix(f" ({ASSUMED})")
    called = f"Ngưỡng xếp loại ({ASSUMED}, chưa có văn bản quy định kèm theo)"
    agree = " Kết quả tính lại khớp với kết quả đã công bố." if " Số chỗ khác" in (
        note := check.attrs["note"]
    ) else ""  # fmt: skip
    if len(check):
        agree = " Các chỗ khác được nêu tại Phụ lục kèm theo."
    for text in (
        f"Nguồn số liệu: {source or '………………………………………………'}.",
        f"{words}. {called if scheme.assumed else 'Ngưỡng xếp loại'}: {bounds}{said}.",
        _TIES,
        f"{note}{agree}",
    ):
        document.add_paragraph(text, style=TEXT)
