"""The content of the report: the results of a group, the method, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from docx.shared import Pt

from cchc_analysis.groups import scale_of
from cchc_analysis.reports.word import TEXT, add_picture, add_table
from cchc_analysis.scoring.exact import FALLBACK_PLACES
from cchc_analysis.scoring.fields import field_losses
from cchc_analysis.scoring.printing import Printed, printed
from cchc_analysis.text import clean, lower_first

if TYPE_CHECKING:
    from docx.document import Document

    from cchc_analysis.charts.export import Encoded
    from cchc_analysis.scoring.results import Group, Results

_TIES = (
    "Xếp hạng theo tỷ lệ điểm đạt so với điểm tối đa, trước khi làm tròn; các đơn vị bằng điểm "
    "đồng hạng ở hạng cao hơn, hạng tiếp theo bỏ trống (ví dụ 17, 17, 19). Số liệu được làm tròn "
    "khi in, từ nửa đơn vị của chữ số cuối trở lên thì làm tròn lên."
)
_DOTS = "………………………………………………"
_RANKS = ("rank_before", "rank_after", "rank_change")
_SCORES = ("unit", "score_before", "score_after", "score_change", *_RANKS)
_PERCENTS = ("unit", "percent_before", "percent_after", "percent_change", *_RANKS)
_LOSSES = ("field", "units", "max_score", "score", "lost", "lost_pct", "share_pct")


def add_results(
    document: Document, results: Results, group: Group, pictures: Mapping[str, Sequence[Encoded]],
    *, level: int,
) -> None:  # fmt: skip
    """Add all that is told of one year and block, each with its heading, table and chart."""

    def say(text: str, style: str = TEXT) -> None:
        document.add_paragraph(text, style=style)

    head = partial(say, style=f"Heading {level}")
    table = partial(_add_table, document, group, results.unit)
    draw = partial(_draw, document, group, pictures)
    told, scored = group.told, group.rows["score"].count()
    head("Kết quả xếp hạng, xếp loại")
    # The heading of a group is not said again.
    alone = level == 1 and group.name
    say(f"{group.name}: {lower_first(told.results)}" if alone else told.results)
    table(printed(group.rows, "ranking"), "Kết quả xếp hạng, xếp loại các đơn vị")
    if scored:
        draw("ranking")
    head("Phân bố xếp loại")
    counts = printed(group.distribution, "distribution")
    table(counts, "Số đơn vị và tỷ lệ theo từng loại")
    if counts.note:
        say(counts.note)
        document.paragraphs[-1].paragraph_format.space_before = Pt(6)
    if scored:
        draw("distribution")
    if scored > 1 or told.own:
        head("So sánh giữa các đơn vị")
    if told.own:
        say(told.own)
    if scored > 1:
        draw("comparison")
    if group.change is not None:
        years = group.change.attrs.get("years")
        since = f"năm {years[1]} so với năm {years[0]}" if years else "so với kỳ trước"
        head(f"Thay đổi {since}")
        say(told.changes)
        table(_changes(group.change), f"Thay đổi điểm và thứ hạng {since}")
        draw("change")
    if "fields" in pictures:
        head("Điểm bị mất theo lĩnh vực")
        known = "profile" in pictures
        for unit in (None, results.unit)[: 1 + known]:
            losses = field_losses(group.fields, unit=unit)
            shown = printed(losses, "losses")
            said = _most_lost(unit or "Các đơn vị", losses, shown)
            say(said if unit else f"{said} {group.fields_note}".strip())
            columns = [shown[name] for name in _LOSSES if not (unit and name == "units")]
            if unit is None:  # of all units, so that it is not taken for the maximum of one
                columns = [replace(c, head=f"Tổng {c.head.lower()}") if c.name == "max_score" else c
                           for c in columns]  # fmt: skip
            of = unit or "tất cả các đơn vị"
            table(replace(shown, columns=tuple(columns)),
                  f"Điểm bị mất theo từng lĩnh vực của {of}")  # fmt: skip
            draw("profile" if unit else "fields")


def add_method(document: Document, results: Results, source: str | None) -> None:
    """Add how the figures came about, where they are from, and whether they are as published."""
    scheme, check = results.scheme, results.check
    document.add_paragraph("Phương pháp và nguồn số liệu", style="Heading 1")
    said = f" Nguồn của ngưỡng: {scheme.source}." if scheme.source and not scheme.assumed else ""
    annex = " Các chỗ khác được nêu tại Phụ lục kèm theo." if len(check) else ""
    for text in (
        f"Nguồn số liệu: {source.rstrip('. ') if source else _DOTS}.",
        f"{scale_of(results.ranking)}. Ngưỡng xếp loại: {scheme}.{said}",
        _TIES,
        f"{check.attrs['note']}{annex}",
    ):
        document.add_paragraph(text, style=TEXT)


def add_check(document: Document, check: pd.DataFrame) -> None:
    """Add what differs from the published results."""
    text = "Chỗ khác giữa kết quả công bố và kết quả tính lại"
    add_table(document, printed(check, "check"), text)


def _add_table(
    document: Document, group: Group, unit: str | None, shown: Printed, text: str
) -> None:
    """Add a table of a group, with the row of the unit marked."""
    names = [column.texts for column in shown.columns if column.name == "unit"]
    marked = [at for at, name in enumerate(*names) if name == unit] if names else []
    add_table(document, shown, _named(text, group), marked=marked)


def _draw(
    document: Document, group: Group, pictures: Mapping[str, Sequence[Encoded]], name: str
) -> None:
    """Add a chart, on as many pages as it needs, with its title as the caption."""
    whole, *pages = pictures[name]
    for chart in pages or [whole]:
        text = _named(whole.title, group)
        add_picture(document, chart, clean(f"{text} – {chart.part}" if chart.part else text))


def _named(text: str, group: Group) -> str:
    """Return a caption with the block and year that it does not name yet."""
    more = ", ".join(name for name in group.names if name not in text)
    return f"{text} ({more})" if more else text


def _changes(change: pd.DataFrame) -> Printed:
    """Return what changed, in points or, where maxima changed, in percent of them."""
    in_points = (change["score_change"].notna() | (change["status"] != "stayed")).all()
    by = (change["percent_after"] - change["percent_before"]).round(FALLBACK_PLACES)
    columns = _SCORES if in_points else _PERCENTS
    return printed(change.assign(percent_change=by)[[*columns]], "change")


def _most_lost(who: str, losses: pd.DataFrame, shown: Printed) -> str:
    """Return a sentence on the field in which most points were lost, or all that tie."""
    most = losses["lost"].max()
    if not most > 0:  # missing too
        return f"{who} không mất điểm ở lĩnh vực nào có điểm."
    tied = [at for at, lost in enumerate(losses["lost"]) if lost == most]
    names = "; ".join(losses["field"].iloc[tied])
    lost, share = (shown[name].texts[tied[0]] for name in ("lost", "share_pct"))
    each = "mỗi lĩnh vực " if len(tied) > 1 else ""
    return (
        f"{who} mất điểm nhiều nhất ở lĩnh vực {names}: {each}{lost} điểm, chiếm {share}% tổng số "
        "điểm bị mất."
    )
