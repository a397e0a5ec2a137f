"""A ranking as a workbook that an Excel user is at home in."""

from __future__ import annotations

import io
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from cchc_analysis.charts.grades import grade_shades
from cchc_analysis.charts.units import chosen_rows, drawn_units, reference
from cchc_analysis.files import fixed_zip, write_whole
from cchc_analysis.groups import SCORES, check_columns, scale_of, several_groups
from cchc_analysis.reports.native_charts import write_charts
from cchc_analysis.reports.worksheets import new_book, write_table
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.scoring.check import check_published
from cchc_analysis.scoring.fields import field_losses, field_matrix
from cchc_analysis.scoring.periods import compare_periods
from cchc_analysis.scoring.printing import as_laid_out, format_number, format_ranking, format_signed
from cchc_analysis.scoring.ranking import grade_distribution, graded, ranked
from cchc_analysis.vocabulary import BLANK, METHOD, SHEETS, SHOWN, TOTAL

_HINT = " Nếu hai tên là một đơn vị"


def write_workbook(
    ranking: pd.DataFrame,
    path: str | PathLike,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    fields: pd.DataFrame | None = None,
    unit: str | None = None,
    source: str | None = None,
) -> Path:
    """Write a ranking and all that is made from it as one workbook for Excel.

    Sheets: ranking, distribution, charts, each unit against the mean of its year and block, changes
    (with `before`), fields (with `fields`), published figures that differ, and method. Cells hold
    numbers unrounded, shown as they are printed, and no formulas: whoever changes a score writes
    the workbook anew. The charts are Excel's own and draw the cells of ranking and distribution.
    A unit without a score has blank cells. The same tables give the same bytes.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. A missing rank or grade is computed.
    path : path
        The file, which ends in ``.xlsx``. One that is there is replaced whole.
    scheme : str or GradeScheme
        The cut-offs, or their name for `load_scheme`. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does.
    fields : DataFrame, optional
        Scores by field, as `load_fields` gives them.
    unit : str, optional
        The unit to mark, and to compare the others with beside the mean.
    source : str, optional
        Where the data are from, for the sheet of notes.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the ending is another, there is no unit or not the one to mark, a column is missing, the
        grades are of another scheme, or the two tables do not compare.

    Examples
    --------
    >>> write_workbook(None, "bao-cao.xls")
    Traceback (most recent call last):
    ValueError: Tệp 'bao-cao.xls' phải có đuôi .xlsx; hãy đặt tên khác.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ValueError(f"Tệp '{path.name}' phải có đuôi .xlsx; hãy đặt tên khác.")
    check_columns(ranking, SCORES)
    if ranking.empty:
        raise ValueError("Bảng không có đơn vị nào để ghi.")
    scheme = load_scheme(scheme)
    table = graded(ranked(ranking), scheme)
    comparison = _comparison(table, unit)
    data = io.BytesIO()
    book = new_book(data, METHOD["title"])
    write = partial(write_table, book, shades=grade_shades(scheme), unit=unit)
    rows = _without_blanks(as_laid_out(table), format_ranking(table))
    write(SHEETS["ranking"], *rows)
    counts = _distribution(table)
    totals = int((counts[1][SHOWN["grade"]] == TOTAL).sum())
    shares = counts[1].attrs["note"]
    write(SHEETS["distribution"], *counts, totals=totals, note=shares)
    write_charts(book, table, list(rows[0]), scheme)
    write(SHEETS["comparison"], *comparison)
    if before is not None:
        change = compare_periods(before, ranking, scheme=scheme)
        note = change.attrs["note"].split(_HINT)[0]  # what only a program can do
        write(SHEETS["change"], change, format_ranking(change), note=note)
    if fields is not None:
        for name, of_fields in (("fields", field_losses(fields)), ("matrix", field_matrix(fields))):
            write(SHEETS[name], of_fields, format_ranking(of_fields))
    check = check_published(table)
    write(SHEETS["check"], check, format_ranking(check), note=check.attrs["note"])
    notes = _notes(table, scheme, shares, source)
    write(SHEETS["notes"], notes, notes)
    book.close()
    return write_whole(path, fixed_zip(data.getvalue()))


def _without_blanks(
    table: pd.DataFrame, printed: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a ranking without a column of notes that is blank."""
    kept = [c != "note" or table[c].fillna("").any() for c in table]
    return table.loc[:, kept], printed.loc[:, kept]


def _distribution(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts of each group and below them the totals, as numbers and as printed."""
    counts = grade_distribution(table, by=several_groups(table))
    printed = format_ranking(counts)
    is_total = (printed[SHOWN["grade"]] == TOTAL).to_numpy()
    shares = np.where(printed[SHOWN["share_pct"]] == BLANK, np.nan, 1)  # of a total
    shares[~is_total] = counts["share_pct"] / 100
    order = np.argsort(is_total, kind="stable")  # totals last, out of the way of the filter
    return printed.assign(**{SHOWN["share_pct"]: shares}).iloc[order], printed.iloc[order]


def _comparison(table: pd.DataFrame, unit: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how far each unit is from the mean, and from one unit, as numbers and as printed."""
    table = drawn_units(table)
    chosen = chosen_rows(table, unit)
    values = table[["number", *several_groups(table), "unit", "rank", "percent"]]
    mean, *_ = reference(table, chosen, None)
    values = values.assign(mean=mean, from_mean_pct=(table["percent"] - mean).round(9))
    if unit is not None:
        own, *_ = reference(table, chosen, unit)
        values["from_unit_pct"] = (table["percent"] - own).round(9)
    printed = values.copy()
    for column in values.loc[:, "percent":]:
        form = format_signed if column.startswith("from_") else format_number
        printed[column] = values[column].map(partial(form, places=2))
    return values, printed.rename(columns=SHOWN)


def _notes(
    table: pd.DataFrame, scheme: GradeScheme, shares: str, source: str | None
) -> pd.DataFrame:
    """Return what a reader has to know: scale, cut-offs, rules, source."""
    told = {
        "source": source,
        "scale": scale_of(table),
        "scheme": str(scheme),
        "basis": scheme.source,
        "ranks": METHOD["of_ranks"],
        "grades": METHOD["of_grades"],
        "unscored": METHOD["of_unscored"] if table["score"].isna().any() else "",
        "shares": shares,
        "numbers": METHOD["of_numbers"],
        "charts": METHOD["of_charts"],
    }
    rows = [(METHOD[name], text) for name, text in told.items() if text]
    return pd.DataFrame(rows, columns=["Mục", "Nội dung"])
