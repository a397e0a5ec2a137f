"""The content of the report: the results of a group, the method, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cchc_analysis.groups import scale_of
from cchc_analysis.reports.word import HEADINGS, TEXT, paragraph, picture, table
from cchc_analysis.scoring.exact import FALLBACK_PLACES
from cchc_analysis.scoring.printing import Printed, printed
from cchc_analysis.text import lower_first

if TYPE_CHECKING:
    from docx.document import Document

    from cchc_analysis.charts.export import Encoded
    from cchc_analysis.scoring.results import Group, Results

_DOTS = "………………………………………………"
_WHEN = ("before", "after")
_COMMON = ("common_rank_before", "common_rank_after", "common_units")
_RANKS = (
    "rank_before", "rank_after", "ranked_before", "ranked_after", *_COMMON, "rank_change",
)  # fmt: skip
_SCORES = ("unit", "score_before", "score_after", "score_change", *_RANKS)
_PERCENTS = ("unit", "percent_before", "percent_after", "percent_change", *_RANKS)
_LOSSES = ("field", "units", "max_score", "score", "lost", "lost_pct", "share_pct")


def sections_of(
    document: Document, results: Results, group: Group, pictures: Mapping[str, Sequence[Encoded]]
) -> dict[str, str]:
    """Return all that is told of one year and block: for each field heading, text, table, chart."""
    several = len(results.groups) > 1
    head = partial(paragraph, document, style=HEADINGS[several])
    # Kept with the table or chart that it is about, or a page ends with a heading and a sentence.
    say = partial(paragraph, document, style=TEXT, keep=True)
    told, scored = group.told, group.rows["score"].count()

    def tabled(shown: Printed, text: str) -> str:
        names = [column.texts for column in shown.columns if column.name == "unit"]
        marked = [at for at, name in enumerate(*names) if name == results.unit] if names else []
        return table(document, shown, _named(text, group), marked=marked)

    def drawn(name: str) -> str:
        """Return a chart, on as many pages as it needs, with its title as the caption."""
        return Markup().join(
            picture(document, page, _named(page.subject, group)) for page in pictures[name]
        )

    # The heading of a group is not said again.
    alone = not several and group.name
    counts = printed(group.distribution, "distribution")
    sections = {
        "name": (group.name or "Không ghi khối") if several else "",
        "ranking": head("Kết quả xếp hạng, xếp loại")
        + say(f"{group.name}: {lower_first(told.results)}" if alone else told.results)
        + tabled(printed(group.rows, "ranking"), "Kết quả xếp hạng, xếp loại các đơn vị")
        + (drawn("overview") if scored and "overview" in pictures else "")
        + (drawn("ranking") if scored else ""),
        "distribution": head("Phân bố xếp loại")
        + tabled(counts, "Số đơn vị và tỷ lệ theo từng loại")
        + (say(counts.note, before=6) if counts.note else "")
        + (drawn("distribution") if scored else ""),
        "comparison": (head("So sánh giữa các đơn vị") if scored > 1 or told.own else Markup())
        + (say(told.nearness) if told.nearness else "")
        + (say(told.own) if told.own else "")
        + (drawn("comparison") if scored > 1 else ""),
        "changes": "",
        "fields": "",
    }
    if group.change is not None:
        years = group.change.attrs.get("years")
        since = f"năm {years[1]} so với năm {years[0]}" if years else "so với kỳ trước"
        sections["changes"] = (
            head(f"Thay đổi {since}")
            + say(told.changes)
            + tabled(_changes(group.change), f"Thay đổi điểm và thứ hạng {since}")
            + drawn("change")
        )
    if "fields" in pictures:
        sections["fields"] = head("Điểm bị mất theo lĩnh vực")
        for unit in (None, results.unit)[: 1 + ("profile" in pictures)]:
            shown = printed(group.own_losses if unit else group.losses, "losses")
            columns = [shown[name] for name in _LOSSES if not (unit and name == "units")]
            if unit is None:  # of all units, so that it is not taken for the maximum of one
                columns = [replace(c, head=f"Tổng {c.head.lower()}") if c.name == "max_score" else c
                           for c in columns]  # fmt: skip
            of = unit or "tất cả các đơn vị"
            sections["fields"] += (
                say(told.own_fields if unit else f"{told.fields} {group.fields_note}".strip())
                + tabled(replace(shown, columns=tuple(columns)),
                         f"Điểm bị mất theo từng lĩnh vực của {of}")
                + drawn("profile" if unit else "fields")
            )  # fmt: skip
    return sections


def method_of(document: Document, results: Results, source: str | None) -> dict[str, object]:
    """Return how the figures came about, where they are from, and whether they are as published."""
    scheme, check = results.scheme, results.check
    text = "Chỗ khác giữa kết quả công bố và kết quả tính lại"
    return {
        "more": (*results.more, *results.across),
        "source": source.rstrip(". ") if source else _DOTS,
        "scale": scale_of(results.ranking),
        "cutoffs": str(scheme),
        "basis": scheme.basis,
        "checked": check.attrs["note"],
        "differences": table(document, printed(check, "check"), text) if len(check) else "",
    }


def _named(text: str, group: Group) -> str:
    """Return a caption with the block and year that it does not name yet."""
    more = ", ".join(name for name in group.names if name not in text)
    return f"{text} ({more})" if more else text


def _changes(change: pd.DataFrame) -> Printed:
    """Return what changed, in points or, where maxima changed, in percent of them."""
    in_points = (change["score_change"].notna() | (change["status"] != "stayed")).all()
    by = (change["percent_after"] - change["percent_before"]).round(FALLBACK_PLACES)
    columns = [*(_SCORES if in_points else _PERCENTS)]
    if all(change[f"rank_{when}"].equals(change[f"common_rank_{when}"]) for when in _WHEN):
        columns = [name for name in columns if name not in _COMMON]  # both lists are the same units
    if "into" in change:
        columns += ["predecessors", "into"]
    return printed(change.assign(percent_change=by)[columns], "change")
