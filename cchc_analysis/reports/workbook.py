"""A ranking as a workbook that an Excel user is at home in."""

import io
import string
from functools import partial
from os import PathLike
from pathlib import Path

import pandas as pd
from xlsxwriter import Workbook

from cchc_analysis.charts.units import grade_shades
from cchc_analysis.files import fixed_zip, with_ending, write_whole
from cchc_analysis.groups import scale_of, several_groups
from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.reports.formulas import Living, Sheet, living_sheets
from cchc_analysis.reports.sheets import check_typed, new_book, write_charts, write_table
from cchc_analysis.scoring.exact import told_once
from cchc_analysis.scoring.mergers import Predecessors
from cchc_analysis.scoring.printing import Printed, printed
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme
from cchc_analysis.scoring.sentences import judged
from cchc_analysis.vocabulary import METHOD, SHEETS


def write_workbook(
    ranking: pd.DataFrame,
    path: str | PathLike,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    predecessors: Predecessors | None = None,
    fields: pd.DataFrame | None = None,
    unit: str | None = None,
    source: str | None = None,
) -> Path:
    """Write a ranking and all that is made from it as one workbook for Excel.

    Sheets: ranking, distribution, charts, each unit against the mean of its year and block,
    margins, changes (with `before`), fields (with `fields`), published figures that differ,
    cut-offs, method. Percent, rank, grade, counts, shares and margins are formulas with their
    results: whoever mends a score or a cut-off gets what this package computes; sheets that do not
    follow say so then. Above 2,000 units all are values. The charts are Excel's own and follow.
    A unit without a score has blank cells. The same tables give the same bytes.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. A missing rank or grade is computed.
    path : path
        The file, which ends in ``.xlsx``. One that is there is replaced whole.
    scheme : str, GradeScheme or mapping
        The cut-offs, as for `grade_units`. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does.
    predecessors : mapping, DataFrame or path, optional
        The old units of merged ones, as for `compare_periods`.
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
    cchc_analysis.refusal.Refusal: Tệp 'bao-cao.xls' phải có đuôi .xlsx; hãy đặt tên khác.
    """
    path = with_ending(path, ".xlsx")
    check_given(str, source=source)
    with told_once():
        results = results_of(
            ranking, scheme=scheme, before=before, predecessors=predecessors, fields=fields,
            unit=unit,
        )  # fmt: skip
        return workbook_of(results, path, source=source)


def workbook_of(results: Results, path: Path, *, source: str | None = None) -> Path:
    """Write `results` as `write_workbook` does."""
    if not results.groups:
        raise Refusal("Bảng không có đơn vị nào để ghi")
    living = living_sheets(results)  # refuses a unit that nothing can be compared with
    data = io.BytesIO()
    book = new_book(data, METHOD["title"])
    write = partial(
        write_table, book, shades=_named_shades(book, results, living), unit=results.unit
    )
    check_typed(write("ranking", living.sheets["ranking"]), results.table, living)
    write("distribution", living.sheets["distribution"], note=METHOD["of_shares"])
    write_charts(book, results, living)
    write("comparison", living.sheets["comparison"])
    near = METHOD["of_near"].format(judged(results.table))
    write("margins", living.sheets["margins"], note=near)
    still = partial(write, mended=living.mended)
    if "block" in several_groups(results.blocks):
        still("blocks", Sheet(printed(results.blocks, "blocks")))
    if results.change is not None:
        still("change", living.sheets["change"], note=results.change.attrs["note"])
    if results.fields is not None:
        losses, matrix = printed(results.losses, "losses"), printed(results.matrix, "matrix")
        note = results.fields.attrs["note"]
        still("fields", Sheet(losses), note=note, scaled=["lost_pct"], most_is_dark=True)
        still("matrix", Sheet(matrix), scaled=results.matrix.attrs["fields"])
    still("check", Sheet(printed(results.check, "check")), note=results.check.attrs["note"])
    write("cutoffs", living.sheets["cutoffs"])
    still("notes", Sheet(_notes(results, living, source)))
    write("drawn", living.sheets["drawn"]).hide()
    book.close()
    return write_whole(path, fixed_zip(data.getvalue()))


def _named_shades(book: Workbook, results: Results, living: Living) -> dict[str, str]:
    """Give the cells of the grades on the sheet of cut-offs names; return the shade of each."""
    shades, named = grade_shades(results.scheme.grades), {}
    cutoffs = living.sheets["cutoffs"].table
    column = string.ascii_uppercase[cutoffs.names.index("grade")]
    for row, grade in enumerate(cutoffs["grade"].texts):
        if grade in shades:
            name = f"Loai_{row + 1}"
            book.define_name(name, f"='{SHEETS['cutoffs']}'!${column}${row + 2}")
            named[name] = shades[grade]
    return named


def _notes(results: Results, living: Living, source: str | None) -> Printed:
    """Return what a reader has to know: scale, cut-offs, rules, source."""
    told = {
        "source": source,
        "scale": scale_of(results.table),
        "scheme": str(results.scheme),
        "basis": results.scheme.source,
        "ranks": METHOD["of_ranks"],
        "grades": METHOD["of_grades"],
        "unscored": METHOD["of_unscored"] if results.table["score"].isna().any() else "",
        "shares": METHOD["of_shares"],
        "numbers": METHOD["of_numbers"].format(living.whole.places),
        "mending": METHOD["of_mending" if living.mended else "of_values"],
        "charts": METHOD["of_charts"],
    }
    rows = [(METHOD[name], text) for name, text in told.items() if text]
    return printed(pd.DataFrame(rows, columns=["Mục", "Nội dung"]), "table")
