"""The content of the report: one function for the results of a group, one for the method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd

from cchc_analysis.change_charts import plot_change
from cchc_analysis.chart_pages import chart_pages
from cchc_analysis.charts import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.describe import group_name
from cchc_analysis.field_charts import plot_fields
from cchc_analysis.fields import field_losses
from cchc_analysis.format import format_ranking
from cchc_analysis.labels import ASSUMED, MEAN, scale
from cchc_analysis.profile_charts import plot_profile
from cchc_analysis.ranking import grade_distribution
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.word_parts import TEXT, add_picture, add_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document

_SCORES = ["score_before", "score_after", "score_change"]
_PERCENTS = ["percent_before", "percent_after"]
_TIES = (
    "Đơn vị được xếp hạng theo tỷ lệ điểm đạt so với điểm tối đa, so sánh trước khi làm tròn; các "
    "đơn vị bằng nhau đồng hạng ở hạng cao hơn và các hạng tiếp theo được bỏ trống (ví dụ 17, 17, "
    "19); đơn vị chưa chấm không có hạng và loại. Số in ra được làm tròn nửa lên; tỷ lệ tính trên "
    "số đơn vị được chấm."
)


def add_results(
    document: Document, part: pd.DataFrame, paragraph: str, scheme: GradeScheme, *, level: int,
    unit: str | None, change: pd.DataFrame | None, fields: pd.DataFrame | None,
) -> None:  # fmt: skip
    """Add all that is told of one year and block, each with its heading, table and chart."""
    heading = f"Heading {level}"
    of = f" ({name})" if (name := group_name(part)) else ""
    counts = format_ranking(grade_distribution(part))
    printed = format_ranking(part)
    marked = [] if unit is None else list(part.index[part["unit"] == unit])
    document.add_paragraph("Kết quả xếp hạng, xếp loại", style=heading)
    document.add_paragraph(paragraph, style=TEXT)
    add_table(document, printed, f"Kết quả xếp hạng, xếp loại các đơn vị{of}", marked=marked)
    ranks = f"Xếp hạng các đơn vị theo điểm đánh giá{of}"
    _chart(document, ranks, plot_ranking, part, scheme=scheme)
    document.add_paragraph("Phân bố xếp loại", style=heading)
    add_table(document, counts, f"Số đơn vị và tỷ lệ theo từng loại{of}")
    if counts.attrs["note"]:
        document.add_paragraph(counts.attrs["note"], style=TEXT)
    _chart(document, f"Phân bố xếp loại{of}", plot_distribution, part, scheme=scheme)
    document.add_paragraph("So sánh giữa các đơn vị", style=heading)
    compared = f"Chênh lệch của các đơn vị so với {unit or MEAN}{of}"
    _chart(document, compared, plot_comparison, part, unit=unit, scheme=scheme)
    if change is not None:
        _add_change(document, heading, of, change, unit)
    if fields is not None and len(fields):
        _add_fields(document, heading, of, fields, unit)


def _add_change(
    document: Document, heading: str, of: str, change: pd.DataFrame, unit: str | None
) -> None:
    years = change.attrs.get("years")
    since = f"so với năm {years[0]}" if years else "so với kỳ trước"
    document.add_paragraph(f"Thay đổi {since}", style=heading)
    if not of:  # the note is of the whole table
        document.add_paragraph(change.attrs["note"], style=TEXT)
    same_scale = (change["score_change"].notna() | (change["status"] != "stayed")).all()
    change = change.reset_index(drop=True)
    columns = [*(_SCORES if same_scale else _PERCENTS), "rank_before", "rank_after", "rank_change"]
    columns += ["status"] if (change["status"] != "stayed").any() else []
    marked = [] if unit is None else list(change.index[change["unit"] == unit])
    text = f"Thay đổi điểm và thứ hạng {since}{of}"
    add_table(document, format_ranking(change[["unit", *columns]]), text, marked=marked)
    _chart(document, text, plot_change, change, unit=unit)


def _add_fields(
    document: Document, heading: str, of: str, fields: pd.DataFrame, unit: str | None
) -> None:
    document.add_paragraph("Điểm bị mất theo lĩnh vực", style=heading)
    losses = format_ranking(field_losses(fields))
    add_table(document, losses, f"Điểm bị mất theo từng lĩnh vực của tất cả các đơn vị{of}")
    _chart(document, f"Tỷ lệ điểm theo lĩnh vực của các đơn vị{of}", plot_fields, fields)
    if unit is not None:
        own = format_ranking(field_losses(fields, unit=unit)).drop(columns="Số đơn vị")
        add_table(document, own, f"Điểm bị mất theo từng lĩnh vực của {unit}{of}")
        _chart(document, f"Điểm từng lĩnh vực của {unit}{of}", plot_profile, fields, unit=unit)


def _chart(
    document: Document, text: str, plot: Callable, table: pd.DataFrame, **options: object
) -> None:
    """Draw a chart and add it, on as many pages as it needs, each with its caption."""
    with plt.style.context("cchc_analysis.report"):
        figures = set(plt.get_fignums())
        try:
            ax = plot(table, **options)
            for png, part in chart_pages(ax):
                named, alt = text, ax.get_label()
                if part:
                    named, alt = f"{text} – {part}", f"{part.capitalize()}. {alt}"
                add_picture(document, png, named, alt)
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
