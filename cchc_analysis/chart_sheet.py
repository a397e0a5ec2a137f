"""The sheets that Excel computes and draws from that of the ranking, which they refer to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from string import ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis import drawing
from cchc_analysis.format import MOST_PLACES, format_number, format_ranking, format_signed
from cchc_analysis.labels import AGAINST, AVERAGE, BLANK, SHEETS, TOTAL
from cchc_analysis.native_charts import (
    PAGE,
    WIDTH,
    NativeChart,
    distribution_chart,
    ranking_charts,
)
from cchc_analysis.ranking import grade_distribution, in_order
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.shown import SHOWN
from cchc_analysis.table import grades_in_words, several_groups
from cchc_analysis.text import unit_key
from cchc_analysis.wording import measure_of
from cchc_analysis.worksheets import ROW, set_up_page, write_table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_PRINTED = 95  # percent: charts fill the text width of a page
_COVERED = 9  # columns that the charts cover


def _cells(columns: Sequence[str], column: str, first: int, last: int | None = None) -> str:
    """Return the reference to cells of the sheet of the ranking, whose units begin at 0."""
    at = ascii_uppercase[columns.index(column)]
    end = "" if last is None else f":${at}${last + 2}"
    return f"'{SHEETS['ranking']}'!${at}${first + 2}{end}"


def write_distribution(
    book: Workbook, ranking: pd.DataFrame, columns: Sequence[str], shades: Mapping
) -> str:
    """Write the counts, then the total of each group below them; return what is to be said."""
    counts = grade_distribution(ranking, by=several_groups(ranking))
    printed = format_ranking(counts)
    is_total = (printed[SHOWN["grade"]] == TOTAL).to_numpy()
    sizes = np.diff(np.flatnonzero(is_total), prepend=-1) - 1
    units, share = SHOWN["units"], SHOWN["share_pct"]
    known = (printed[share] != BLANK).to_numpy()
    shares = np.where(known, 1, np.nan)  # of a total; the others follow
    shares[~is_total] = counts["share_pct"] / 100
    order = np.argsort(is_total, kind="stable")  # totals last, out of the way of the filter
    values = printed.assign(**{share: shares}).iloc[order]
    a, b, c = ascii_uppercase[printed.columns.get_loc(SHOWN["grade"]) :][:3]
    rows, ends, row = [], [], 2
    for (_, group), size in zip(in_order(ranking).groupby("group"), sizes, strict=True):
        span = int(group.index[0]), int(group.index[-1])
        grades, scores = _cells(columns, "grade", *span), _cells(columns, "score", *span)
        for at in range(row, row + size):
            rows.append((f'=COUNTIF({grades},"="&{a}{at})', f"={b}{at}/COUNT({scores})"))
        ends.append([f"=SUM({at}{row}:{at}{row + size - 1})" for at in (b, c)])
        row += size
    of_units, of_share = zip(*rows, *ends, strict=True)
    of_share = [form if has else "" for form, has in zip(of_share, known[order], strict=True)]
    write_table(
        book, SHEETS["distribution"], values, printed=printed.iloc[order], shades=shades,
        formulas={units: of_units, share: of_share}, totals=len(ends),
        notes=[printed.attrs["note"]],
    )  # fmt: skip
    return printed.attrs["note"]


def write_comparison(
    book: Workbook, ranking: pd.DataFrame, columns: Sequence[str], shades: Mapping, unit: str | None
) -> None:
    """Write how far each unit stands from the mean of its year and block, and from one unit."""
    table, measure = in_order(ranking), measure_of(ranking)
    value, of = ("score", "") if measure.in_points else ("percent", "_pct")
    against = [f"from_mean{of}", *([] if unit is None else [f"from_unit{of}"])]
    shown = ["number", *several_groups(table), "unit", value, "rank"]
    values = table[shown].astype({"rank": "float64"}).assign(**dict.fromkeys(against, np.nan))
    formulas = {c: [f"={_cells(columns, c, row)}" for row in table.index] for c in shown[1:]}
    for column in (value, "rank"):  # a blank cell is no 0
        formulas[column] = [f'=IF({f[1:]}="","",{f[1:]})' for f in formulas[column]]
    formulas |= {column: [""] * len(table) for column in against}
    at, ends, of_ends = ascii_uppercase[shown.index(value)], [], []
    for _, group in table.groupby("group"):
        scored = group.index[group["score"].notna()]
        exact = pd.Series(measure.of(group), index=scored, dtype="object")
        own = group.index[group["unit"].astype("str").map(unit_key) == unit]
        span = f"{at}{group.index[0] + 2}:{at}{group.index[-1] + 2}"
        mean = exact.sum() / len(exact) if len(exact) else np.nan
        lines = [(mean, AVERAGE, "", f'=IFERROR(AVERAGE({span}),"")')]
        for row in own.intersection(scored)[:1]:
            name = f'="{AGAINST}"&{_cells(columns, "unit", row)}'
            lines.append((exact[row], AGAINST + table["unit"][row], name, formulas[value][row]))
        for column, (standard, name, of_name, form) in zip(against, lines, strict=False):
            end = len(table) + len(ends) + 2
            for row in group.index:
                gap = f"ROUND({at}{row + 2}-${at}${end},9)"
                formulas[column][row] = f'=IF({at}{row + 2}="","",{gap})'
            values.loc[scored, column] = (exact - standard).astype("float64")
            ends.append({**group.iloc[0][shown[1:-3]], "unit": name, value: float(standard)})
            of_ends.append({"unit": of_name, value: form})
    values = pd.concat([values, pd.DataFrame(ends, columns=values.columns)], ignore_index=True)
    formulas = {c: [*own, *(end.get(c, "") for end in of_ends)] for c, own in formulas.items()}
    printed, places = values.astype("object"), min(measure.places, MOST_PLACES)
    for column in values.select_dtypes("number"):
        decimals = format_signed if column in against else format_number
        form = partial(decimals, places=places if column in (value, *against) else 0)
        printed[column] = values[column].map(form)
    write_table(
        book, SHEETS["comparison"], values, printed=printed.rename(columns=SHOWN), shades=shades,
        formulas=formulas, unit=unit, totals=len(ends),
    )  # fmt: skip


def write_charts(
    book: Workbook,
    ranking: pd.DataFrame,
    columns: Sequence[str],
    *,
    scheme: GradeScheme,
    shades: Mapping,
) -> None:
    """Write a sheet with the charts of each year and block.

    `columns` are those of the sheet of the ranking. Its rows stand there in the order of
    `in_order`, and on the sheet of the distribution the grades of each group below one another.
    """
    sheet = book.add_worksheet(SHEETS["charts"])
    set_up_page(sheet)
    sheet.set_print_scale(_PRINTED)
    table = drawing.ready(ranking)
    table["words"] = grades_in_words(table)
    grade, row = len(several_groups(table)), 1
    of_ranking, of_distribution = [], []
    for _, group in table.groupby("group"):
        counts, at = grade_distribution(group), (row, grade)
        of_ranking += ranking_charts(book, group, columns, counts, at, scheme, shades)
        of_distribution.append(distribution_chart(book, group, counts, at, scheme, shades))
        row += len(counts)
    _place(sheet, of_ranking + of_distribution)


def _place(sheet: Worksheet, charts: Sequence[NativeChart]) -> None:
    """Put charts below one another, a new page before one that would be cut."""
    row, page, breaks = 0, 0, []
    for chart, height, alt in charts:
        rows = math.ceil(height / ROW) + 1
        if row > page and (row + rows - page - 1) * ROW > PAGE:
            breaks.append(row)
            page = row
        chart.set_size({"width": WIDTH, "height": height})
        sheet.insert_chart(row, 0, chart, {"description": alt, "y_offset": 5, "object_position": 2})
        row += rows
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, row - 1, _COVERED - 1)
