"""The sections of a report that not every report has: changes, and scores by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.charts.fields import plot_fields, plot_profile
from cchc_analysis.charts.periods import plot_change
from cchc_analysis.groups import group_columns
from cchc_analysis.reports.word import TEXT, add_table
from cchc_analysis.scoring.exact import FALLBACK_PLACES
from cchc_analysis.scoring.fields import field_losses
from cchc_analysis.scoring.printing import format_ranking
from cchc_analysis.vocabulary import SHOWN, SHOWN_OF_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document

_SCORES = ["score_before", "score_after", "score_change"]
_PERCENTS = ["percent_before", "percent_after", "percent_change"]


def named(text: str, names: list[str]) -> str:
    """Return a caption with the block and year that it does not name yet."""
    more = ", ".join(name for name in names if name not in text)
    return f"{text} ({more})" if more else text


def since(change: pd.DataFrame) -> str:
    """Return which periods are compared."""
    years = change.attrs.get("years")
    return f"năm {years[1]} so với năm {years[0]}" if years else "so với kỳ trước"


def add_change(
    document: Document, draw: Callable, names: list[str], change: pd.DataFrame, unit: str | None
) -> None:
    """Add the table and the chart of what changed."""
    change, periods = change.reset_index(drop=True), since(change)
    same_scale = (change["score_change"].notna() | (change["status"] != "stayed")).all()
    by = (change["percent_after"] - change["percent_before"]).round(FALLBACK_PLACES)
    columns = [*(_SCORES if same_scale else _PERCENTS), "rank_before", "rank_after", "rank_change"]
    table = change.assign(percent_change=by)[["unit", *columns]]
    marked = [] if unit is None else list(change.index[change["unit"] == unit])
    text = named(f"Thay đổi điểm và thứ hạng {periods}", names)
    add_table(document, format_ranking(table), text, marked=marked)
    draw(plot_change, change, unit=unit)


def add_fields(
    document: Document, draw: Callable, names: list[str], fields: pd.DataFrame, note: str,
    unit: str | None,
) -> None:  # fmt: skip
    """Add where points were lost, by all units and by the chosen one."""
    for who in (None, unit)[: 1 if unit is None else 2]:
        losses = field_losses(fields, unit=who)
        printed = format_ranking(losses.drop(columns=group_columns(losses)))
        told = _most_lost(who or "Các đơn vị", losses, printed)
        document.add_paragraph(f"{told} {'' if who else note}".strip(), style=TEXT)
        text = f"Điểm bị mất theo từng lĩnh vực của {who or 'tất cả các đơn vị'}"
        if who is None:
            of_all = {SHOWN["max_score"]: f"Tổng {SHOWN['max_score'].lower()}"}
            add_table(document, printed.rename(columns=of_all), named(text, names))
            draw(plot_fields, fields)
        else:
            add_table(document, printed.drop(columns=SHOWN["units"]), named(text, names))
            draw(plot_profile, fields, unit=unit)


def _most_lost(who: str, losses: pd.DataFrame, printed: pd.DataFrame) -> str:
    """Return a sentence on the field in which most points were lost, or all that tie."""
    most = losses["lost"] == losses["lost"].max()
    if not losses["lost"].max() > 0:  # missing too
        return f"{who} không mất điểm ở lĩnh vực nào có điểm."
    lost, share = printed.loc[most, [SHOWN["lost"], SHOWN_OF_FIELDS["share_pct"]]].iloc[0]
    each = "mỗi lĩnh vực " if most.sum() > 1 else ""
    return (
        f"{who} mất điểm nhiều nhất ở lĩnh vực {'; '.join(losses['field'][most])}: {each}{lost} "
        f"điểm, chiếm {share}% tổng số điểm bị mất."
    )
