"""A ranking as a workbook that an Excel user is at home in."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.charts.grades import grade_shades
from cchc_analysis.charts.units import chosen_rows, reference
from cchc_analysis.files import fixed_zip, with_ending, write_whole
from cchc_analysis.groups import scale_of, several_groups
from cchc_analysis.refusal import Refusal
from cchc_analysis.reports.sheets import new_book, write_charts, write_table
from cchc_analysis.scoring.mergers import Predecessors
from cchc_analysis.scoring.printing import Printed, printed
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme
from cchc_analysis.scoring.sentences import judged
from cchc_analysis.vocabulary import BLANK, METHOD, SHEETS


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
    results = results_of(
        ranking, scheme=scheme, before=before, predecessors=predecessors, fields=fields, unit=unit
    )
    return workbook_of(results, path, source=source)


def workbook_of(results: Results, path: Path, *, source: str | None = None) -> Path:
    """Write `results` as `write_workbook` does."""
    if not results.groups:
        raise Refusal("Bảng không có đơn vị nào để ghi")
    comparison = _comparison(results)  # refuses a unit that nothing can be compared with
    data = io.BytesIO()
    book = new_book(data, METHOD["title"])
    write = partial(
        write_table, book, shades=grade_shades(results.scheme.grades), unit=results.unit
    )
    ranking = _without_blank_notes(printed(results.table, "ranking"))
    write(SHEETS["ranking"], ranking)
    counts = printed(results.distribution, "distribution").totals_last()
    write(SHEETS["distribution"], counts, note=counts.note)
    write_charts(book, results, [column.name for column in ranking.columns])
    write(SHEETS["comparison"], comparison)
    write(
        SHEETS["margins"], printed(results.margins, "margins"),
        note="Hạng cao nhất, thấp nhất có thể: nếu mỗi điểm lệch lên, xuống tối đa "
        f"{judged(results.table)}.",
    )  # fmt: skip
    if "block" in several_groups(results.blocks):
        write(SHEETS["blocks"], printed(results.blocks, "blocks"))
    if results.change is not None:
        note = results.change.attrs["note"]
        write(SHEETS["change"], printed(results.change, "change"), note=note)
    if results.fields is not None:
        write(
            SHEETS["fields"], printed(results.losses, "losses"), note=results.fields.attrs["note"]
        )
        write(SHEETS["matrix"], printed(results.matrix, "matrix"))
    check = printed(results.check, "check")
    write(SHEETS["check"], check, note=results.check.attrs["note"])
    write(SHEETS["notes"], _notes(results, counts.note, source))
    book.close()
    return write_whole(path, fixed_zip(data.getvalue()))


def _without_blank_notes(shown: Printed) -> Printed:
    """Return a ranking without a column of notes that is blank."""
    columns = [c for c in shown.columns if c.name != "note" or {*c.texts} - {"", BLANK}]
    return replace(shown, columns=tuple(columns))


def _comparison(results: Results) -> Printed:
    """Return how far each unit is from the mean, and from one unit."""
    table, unit = results.table, results.unit
    chosen = chosen_rows(table, unit)
    values = table[["number", *several_groups(table), "unit", "rank", "percent"]]
    mean, *_ = reference(table, chosen, None)
    values = values.assign(mean=mean, from_mean_pct=(table["percent"] - mean).round(9))
    if unit is not None:
        own, *_ = reference(table, chosen, unit)
        values["from_unit_pct"] = (table["percent"] - own).round(9)
    return printed(values, "table")


def _notes(results: Results, shares: str, source: str | None) -> Printed:
    """Return what a reader has to know: scale, cut-offs, rules, source."""
    told = {
        "source": source,
        "scale": scale_of(results.table),
        "scheme": str(results.scheme),
        "basis": results.scheme.source,
        "ranks": METHOD["of_ranks"],
        "grades": METHOD["of_grades"],
        "unscored": METHOD["of_unscored"] if results.table["score"].isna().any() else "",
        "shares": shares,
        "numbers": METHOD["of_numbers"],
        "charts": METHOD["of_charts"],
    }
    rows = [(METHOD[name], text) for name, text in told.items() if text]
    return printed(pd.DataFrame(rows, columns=["Mục", "Nội dung"]), "table")
