"""A ranking as a workbook that an Excel user is at home in."""

from __future__ import annotations

import io
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis import grade_marks, worksheets
from cchc_analysis.chart_sheet import write_charts
from cchc_analysis.check import check_published
from cchc_analysis.compare import compare_periods
from cchc_analysis.fields import field_losses, field_matrix
from cchc_analysis.files import fixed_zip, write_whole
from cchc_analysis.format import as_laid_out, format_number, format_ranking, format_signed
from cchc_analysis.labels import METHOD, SHEETS, TOTAL, scale
from cchc_analysis.ranking import grade_distribution, graded, in_order, ranked
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.shown import SHOWN
from cchc_analysis.table import SCORES, check_columns, several_groups
from cchc_analysis.wording import measure_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_COMPARED = ("number", "year", "block", "unit", "score", "max_score", "percent", "rank")
_NOTES = (22, 66)  # widths of the columns of the sheet of notes


def write_workbook(
    ranking: pd.DataFrame,
    path: str | PathLike,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    fields: pd.DataFrame | None = None,
    source: str | None = None,
) -> Path:
    """Write a ranking and all that is made from it as one workbook for Excel.

    Sheets: ranking, distribution, charts, each unit against the mean of its year and block, changes
    (with `before`), fields (with `fields`), published figures that differ, and method. Cells hold
    numbers unrounded, shown as they are printed; the charts are Excel's own. A unit without a score
    has blank cells. The same tables give the same bytes in every run.

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
    source : str, optional
        Where the data are from, for the sheet of notes.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the ending is another, there is no unit, a column is missing, the grades are of another
        scheme, or the two tables do not compare.

    Examples
    --------
    >>> write_workbook(None, "bao-cao.xls")
    Traceback (most recent call last):
    ValueError: Tệp 'bao-cao.xls' phải có đuôi .xlsx; hãy đặt tên khác.
    """
    path = Path(fspath(path))
    if path.suffix.lower() != ".xlsx":
        raise ValueError(f"Tệp '{path.name}' phải có đuôi .xlsx; hãy đặt tên khác.")
    check_columns(ranking, SCORES)
    if ranking.empty:
        raise ValueError("Bảng không có đơn vị nào để ghi.")
    scheme = load_scheme(scheme)
    table = graded(ranked(ranking), scheme)
    data = io.BytesIO()
    book = worksheets.new_book(data, METHOD["title"])
    shades = grade_marks.grade_shades(scheme)
    worksheets.write_table(
        book, SHEETS["ranking"], as_laid_out(table), printed=format_ranking(table), shades=shades
    )
    about = _write_distribution(book, table, shades)
    write_charts(book, SHEETS["charts"], table, scheme=scheme, shades=shades)
    _write_comparison(book, table, shades)
    if before is not None:
        change = compare_periods(before, ranking, scheme=scheme)
        out_of_100 = all(
            change[f"score_{when}"].equals(change[f"percent_{when}"])
            for when in ("before", "after")
        )
        repeated = ["percent_before", "percent_after"] if out_of_100 else []
        _write(book, "change", change.drop(columns=repeated), shades, change.attrs["note"])
    if fields is not None:
        _write(book, "fields", field_losses(fields), shades)
        _write(book, "matrix", field_matrix(fields), shades)
    check = check_published(table)
    _write(book, "check", check, shades, check.attrs["note"])
    _write_notes(book, table, scheme, about, source)
    book.close()
    return write_whole(path, fixed_zip(data.getvalue()))


def _write(book: Workbook, name: str, table: pd.DataFrame, shades: dict, *notes: str) -> None:
    printed = format_ranking(table)
    worksheets.write_table(book, SHEETS[name], table, printed=printed, shades=shades, notes=notes)


def _write_distribution(book: Workbook, table: pd.DataFrame, shades: dict) -> str:
    """Write the counts, then the total of each group below them; return what is to be said."""
    counts = grade_distribution(table, by=several_groups(table))
    printed = format_ranking(counts)
    is_total = (printed[SHOWN["grade"]] == TOTAL).to_numpy()
    group = np.cumsum(is_total)
    units = np.zeros(len(printed))
    share = np.zeros(len(printed))
    units[~is_total], share[~is_total] = counts["units"], counts["share_pct"] / 100
    units[is_total] = [units[(group == at) & ~is_total].sum() for at in range(group[-1])]
    share[is_total] = np.where(printed[SHOWN["share_pct"]][is_total] == "100%", 1, np.nan)
    values = printed.assign(**{SHOWN["units"]: units, SHOWN["share_pct"]: share})
    order = np.argsort(is_total, kind="stable")  # totals last, out of the way of the filter
    worksheets.write_table(
        book, SHEETS["distribution"], values.iloc[order], printed=printed.iloc[order],
        shades=shades, totals=int(is_total.sum()), notes=[printed.attrs["note"]],
    )  # fmt: skip
    return printed.attrs["note"]


def _write_comparison(book: Workbook, table: pd.DataFrame, shades: dict) -> None:
    """Write how far each unit stands from the mean of its year and block."""
    measure = measure_of(table)
    ordered = in_order(table)
    means, differences = (pd.Series(np.nan, index=ordered.index) for _ in range(2))
    for _, group in ordered[ordered["score"].notna()].groupby("group"):
        values = measure.of(group)
        mean = sum(values) / len(values)
        means[ordered["group"] == group["group"].iloc[0]] = float(mean)
        differences[group.index] = [float(value - mean) for value in values]
    values, printed = as_laid_out(table), format_ranking(table)
    kept = [at for at, column in enumerate(values) if column in _COMPARED]
    values, printed = values.iloc[:, kept], printed.iloc[:, kept]
    names = ("mean_score", "from_mean") if measure.in_points else ("mean", "from_mean_pct")
    for name, column, form in zip(
        names, (means, differences), (format_number, format_signed), strict=True
    ):
        values = values.assign(**{name: column})
        texts = [form(value, measure.places) for value in column]
        printed = printed.assign(**{SHOWN[name]: texts})
    worksheets.write_table(book, SHEETS["comparison"], values, printed=printed, shades=shades)


def _write_notes(
    book: Workbook, table: pd.DataFrame, scheme: GradeScheme, about: str, source: str | None
) -> None:
    """Write what a reader has to know: scale, cut-offs, rules, source."""
    told = {
        "source": source,
        "scale": table.attrs.get("scale") or scale(table["max_score"]),
        "scheme": str(scheme),
        "basis": scheme.source,
        "ranks": METHOD["of_ranks"],
        "grades": METHOD["of_grades"],
        "unscored": METHOD["of_unscored"] if table["score"].isna().any() else "",
        "shares": about,
        "numbers": METHOD["of_numbers"],
        "charts": METHOD["of_charts"],
    }
    sheet = book.add_worksheet(SHEETS["notes"])
    style = worksheets.styles(book)
    sheet.set_column(0, 0, _NOTES[0])
    sheet.set_column(1, 1, _NOTES[1])
    rows = [(METHOD[name], text) for name, text in told.items() if text]
    for row, (name, text) in enumerate(rows):
        worksheets.write_text(
            sheet, row, 0, name, style, bold=True, border=1, valign="top", text_wrap=True
        )
        worksheets.write_text(sheet, row, 1, text, style, border=1, valign="top", text_wrap=True)
        sheet.set_row(row, worksheets.LINE * worksheets.lines_of(text, _NOTES[1]))
    worksheets.set_up_page(sheet)
    sheet.fit_to_pages(1, 0)
