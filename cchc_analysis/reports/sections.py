"""The content of the report: one function for the results of a group, one for the method."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from docx.shared import Inches, Pt

from cchc_analysis.charts.export import chart_pages
from cchc_analysis.charts.frame import house_style
from cchc_analysis.charts.ranking import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.groups import has_unit, scale_of
from cchc_analysis.reports.more_sections import add_change, add_fields, named, since
from cchc_analysis.reports.word import TEXT, add_picture, add_table, text_width
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.scoring.description import Told, group_names
from cchc_analysis.scoring.printing import format_ranking
from cchc_analysis.scoring.ranking import grade_distribution
from cchc_analysis.text import clean, lower_first
from cchc_analysis.vocabulary import CHOOSE_SCHEME

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document

_TIES = (
    "Xếp hạng theo tỷ lệ điểm đạt so với điểm tối đa, trước khi làm tròn; các đơn vị bằng điểm "
    "đồng hạng ở hạng cao hơn, hạng tiếp theo bỏ trống (ví dụ 17, 17, 19). Số liệu được làm tròn "
    "khi in, từ nửa đơn vị của chữ số cuối trở lên thì làm tròn lên."
)


def add_results(
    document: Document, part: pd.DataFrame, told: Told, scheme: GradeScheme, *, level: int,
    unit: str | None, change: pd.DataFrame | None, fields: pd.DataFrame | None,
    fields_note: str, source: str,
) -> None:  # fmt: skip
    """Add all that is told of one year and block, each with its heading, table and chart."""
    heading = f"Heading {level}"
    names = group_names(part)
    draw = partial(_chart, document, names, source)
    counts = format_ranking(grade_distribution(part))
    marked = [] if unit is None else list(part.index[part["unit"] == unit])
    document.add_paragraph("Kết quả xếp hạng, xếp loại", style=heading)
    results = told.results
    if told.name:
        results = f"{told.name}: {lower_first(results)}"
    document.add_paragraph(results, style=TEXT)
    text = named("Kết quả xếp hạng, xếp loại các đơn vị", names)
    add_table(document, format_ranking(part), text, marked=marked)
    scored = part["score"].count()
    if scored:
        draw(plot_ranking, part, unit=unit, scheme=scheme)
    document.add_paragraph("Phân bố xếp loại", style=heading)
    add_table(document, counts, named("Số đơn vị và tỷ lệ theo từng loại", names))
    if counts.attrs["note"]:
        below = document.add_paragraph(counts.attrs["note"], style=TEXT)
        below.paragraph_format.space_before = Pt(6)
    if scored:
        draw(plot_distribution, part, scheme=scheme)
    if scored > 1 or told.own:
        document.add_paragraph("So sánh giữa các đơn vị", style=heading)
    if told.own:
        document.add_paragraph(told.own, style=TEXT)
    if scored > 1:
        draw(plot_comparison, part, unit=unit, scheme=scheme)
    if change is not None:
        document.add_paragraph(f"Thay đổi {since(change)}", style=heading)
        document.add_paragraph(told.changes, style=TEXT)
        add_change(document, draw, names, change, unit)
    if fields is not None and len(fields):
        document.add_paragraph("Điểm bị mất theo lĩnh vực", style=heading)
        known = unit is not None and has_unit(fields, unit)
        add_fields(document, draw, names, fields, fields_note, unit if known else None)


def _chart(
    document: Document, names: list[str], source: str, plot: Callable, table: pd.DataFrame,
    **options: object,
) -> None:  # fmt: skip
    """Draw a chart and add it, on as many pages as it needs, with its title as the caption."""
    with house_style():
        figures = set(plt.get_fignums())
        try:
            ax = plot(table, **options)
            title = " ".join((ax.get_title(loc="left") or ax.get_title()).split())
            text = clean(named(title.replace(r"\$", "$"), names))
            for side in ("left", "center"):
                ax.set_title("", loc=side)
            width = min(text_width(document) / Inches(1), 160 / 25.4)
            for page in chart_pages(ax, title=text, source=source, width=width):
                add_picture(document, page.pictures["png"], page.title, page.alt)
        finally:
            for number in set(plt.get_fignums()) - figures:
                plt.close(number)


def add_method(
    document: Document, ranking: pd.DataFrame, scheme: GradeScheme, *, check: pd.DataFrame,
    source: str | None,
) -> None:  # fmt: skip
    """Add how the figures came about, where they are from, and whether they are as published."""
    document.add_paragraph("Phương pháp và nguồn số liệu", style="Heading 1")
    said = f" Nguồn của ngưỡng: {scheme.source}." if scheme.source and not scheme.assumed else ""
    annex = " Các chỗ khác được nêu tại Phụ lục kèm theo." if len(check) else ""
    for text in (
        f"Nguồn số liệu: {source.rstrip('. ') if source else '………………………………………………'}.",
        f"{scale_of(ranking)}. Ngưỡng xếp loại: {scheme}.{said}",
        _TIES,
        f"{check.attrs['note']}{annex}",
    ):
        document.add_paragraph(text, style=TEXT)


def add_check(document: Document, check: pd.DataFrame) -> None:
    """Add what differs from the published results."""
    # What a reader of paper can do nothing with: the options of a program.
    notes = check["note"].str.replace(f", {CHOOSE_SCHEME}", "", regex=False)
    text = "Chỗ khác giữa kết quả công bố và kết quả tính lại"
    add_table(document, format_ranking(check.assign(note=notes)), text)
