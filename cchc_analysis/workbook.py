"""A ranking as a workbook that an Excel user is at home in."""

from __future__ import annotations

import io
import re
from os import PathLike
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cchc_analysis import marks, worksheets
from cchc_analysis.chart_sheet import write_charts, write_comparison, write_distribution
from cchc_analysis.check import check_published
from cchc_analysis.compare import compare_periods
from cchc_analysis.drawing import chosen_rows
from cchc_analysis.fields import field_losses, field_matrix
from cchc_analysis.files import fixed_zip, write_whole
from cchc_analysis.format import as_laid_out, format_ranking
from cchc_analysis.labels import BLANK, METHOD, SHEETS, scale_of
from cchc_analysis.ranking import graded, in_order, ranked
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.table import SCORES, check_columns, group_columns
from cchc_analysis.text import unit_key

if TYPE_CHECKING:
    from xlsxwriter import Workbook

# What Excel computes from the cells of a row; nine places, so that no noise of a float is left.
_FORMULAS = {
    "percent": "=100*{score}/{max_score}",
    "difference": "=ROUND({published_total}-{score},9)",
    "score_change": "=ROUND({score_after}-{score_before},9)",
    "rank_change": "={rank_before}-{rank_after}",
    "lost": "=ROUND({max_score}-{score},9)",
    "lost_pct": "=100*{lost}/{max_score}",
}
_GIVEN = ("score", "max_score", "score_before", "score_after", "published_total")
_NOTES = (22, 66)  # widths of the columns of the sheet of notes


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
    numbers unrounded, shown as they are printed. The charts are Excel's own and draw the cells of
    ranking and distribution; counts, totals, means and differences are formulas, ranks and grades
    are not. A unit without a score has blank cells. The same tables give the same bytes.

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
    if unit is not None:
        unit = unit_key(table["unit"][chosen_rows(table, unit)].iloc[0])
    data = io.BytesIO()
    book = worksheets.new_book(data, METHOD["title"])
    shades = marks.grade_shades(scheme)
    columns = _write(book, "ranking", table, shades, unit)
    about = write_distribution(book, table, columns, shades)
    write_charts(book, table, columns, scheme=scheme, shades=shades)
    write_comparison(book, table, columns, shades, unit)
    if before is not None:
        change = compare_periods(before, ranking, scheme=scheme)
        out_of_100 = all(
            change[f"score_{when}"].equals(change[f"percent_{when}"])
            for when in ("before", "after")
        )
        repeated = ["percent_before", "percent_after"] if out_of_100 else []
        note = change.attrs["note"].split(_HINT)[0]  # what only a program can do
        _write(book, "change", change.drop(columns=repeated), shades, unit, note)
    if fields is not None:
        _write(book, "fields", field_losses(fields), shades, unit)
        _write(book, "matrix", _in_rank_order(field_matrix(fields), table), shades, unit)
    check = check_published(table)
    _write(book, "check", check, shades, unit, check.attrs["note"])
    _write_notes(book, table, scheme, about, source)
    book.close()
    return write_whole(path, fixed_zip(data.getvalue()))


def _write(
    book: Workbook, name: str, table: pd.DataFrame, shades: dict, unit: str | None, *notes: str
) -> list[str]:
    """Write a table without its columns of text that are blank throughout; return its columns."""
    values, printed = as_laid_out(table), format_ranking(table)
    blank = printed.isin(["", BLANK]).all() & (len(values) > 0)
    is_number = [pd.api.types.is_numeric_dtype(kind) for kind in values.dtypes]
    kept = np.flatnonzero(~blank.to_numpy() | is_number)
    values, printed = values.iloc[:, kept], printed.iloc[:, kept]
    letter, formulas = dict(zip(values, ascii_uppercase, strict=False)), {}
    for column, form in _FORMULAS.items():
        if {column, *re.findall(r"{(\w+)}", form)} <= set(letter):
            formulas[column] = [
                form.format_map({c: f"{at}{row}" for c, at in letter.items()}) if known else ""
                for row, known in enumerate(values[column].notna(), 2)
            ]
    worksheets.write_table(
        book, SHEETS[name], values, printed=printed, shades=shades, formulas=formulas,
        given=[] if {"field", "note"} & set(table) else _GIVEN,  # scores there are sums
        unit=unit, notes=notes,
    )  # fmt: skip
    return list(values)


def _in_rank_order(matrix: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a matrix of fields in the order of the ranking, others last."""
    on = ["unit", *(column for column in group_columns(matrix) if column in table)]
    own, order = (
        pd.MultiIndex.from_frame(rows[on].astype("str").map(unit_key))
        for rows in (matrix, in_order(table))
    )
    place = order.unique().get_indexer(own)
    return matrix.iloc[np.argsort(np.where(place < 0, len(order), place), kind="stable")]


def _write_notes(
    book: Workbook, table: pd.DataFrame, scheme: GradeScheme, about: str, source: str | None
) -> None:
    """Write what a reader has to know: scale, cut-offs, rules, source."""
    told = {
        "source": source,
        "scale": scale_of(table),
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
