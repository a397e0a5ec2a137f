"""The result as an Excel workbook with charts: its sheets, and the formulas that keep it alive."""

import io
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from cchc_analysis.charts import units
from cchc_analysis.charts.units import chosen_rows, reference
from cchc_analysis.files import with_ending, write_whole
from cchc_analysis.groups import is_unit, scale_of, several_groups
from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.cutoffs import JUDGED
from cchc_analysis.scoring.exact import told_once
from cchc_analysis.scoring.periods import Predecessors, percent_change
from cchc_analysis.scoring.printing import NUMBERS, Printed, format_percent, printed
from cchc_analysis.scoring.ranking import in_order
from cchc_analysis.scoring.results import Group, Results, results_of
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, GradeScheme
from cchc_analysis.scoring.sentences import judged
from cchc_analysis.text import (
    ASSUMED,
    BLANK,
    METHOD,
    NO_GRADE,
    SHEETS,
    SHOWN,
    UNSCORED,
    clean,
    fold,
    in_years,
    lower_first,
    same,
    unit_key,
    words,
)

_MOST_ROWS = 2000  # each is compared with each
_LARGEST = 10**15  # a spreadsheet compares fifteen digits
_MARK = "► "  # of the chosen unit, beside its bar
_BEGINS = ("từ", "trên")  # a bound itself has the grade, or has not
_FORMULAS = words("formulas")
_FONT = {"font_name": "Times New Roman", "font_size": 12}
_COLUMN, _ROW = 72, 21  # pixels of a column and a row in that font, where no other size is set
_CREATED = datetime(2000, 1, 1)  # the same in every run
_HEADER = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#d9d9d9", "border": 1}
# Widths of columns are in digits.
_WIDEST = 56  # a longer name is broken over lines
_LINE = 16.5  # points
_HEAD = 4  # about so many lines of a header
_HEAD_LETTERS = 255  # of a table, in Excel
_SCALE = ("#ffffff", "#7fb2dc")  # of numbers: black is read on both
_WIDE = 105  # a wider table is printed across the page
_SHADED = ("grade", "text")  # a list of what differs holds grades, too
# Excel shows these as text until someone edits the cell; an apostrophe keeps them text then too.
_LIKE_FORMULAS = ("=", "+", "-", "@")
# Of charts.
_CHART_WIDTH = 640  # pixels
_PAGE = 950  # pixels: a chart is no higher, so that it is not cut in print
_PRINTED = 95  # percent: charts fill the text width of a page
_COVERED = 9  # columns that the charts cover
_NAME_LETTERS = 38  # of a name in one line
_AROUND, _LEGEND, _TITLE = 135, 35, 65  # pixels around bars, more for a legend, and above bars
_CHART_FONT = {"name": "Times New Roman", "size": 10, "color": "#000000", "bold": False}
_LABELS = {"value": True, "font": _CHART_FONT}
_NONE = {"none": True}
# Of a series that the legend names, too: with nothing.
_ONLY_LABELS = {"data_labels": _LABELS, "fill": _NONE, "border": _NONE}
_THIN = {"color": "#8c8c8c", "width": 0.5}
_GAINED = "#2171b5"
_NO_LINES = {"major_gridlines": {"visible": 0}}


class Sheet(NamedTuple):
    """A table, the formulas of its columns by row ("": none), and how many last columns hide."""

    table: Printed
    formulas: Mapping[str, Sequence[str]] = {}
    hidden: int = 0


class Whole(NamedTuple):
    """Scores as whole numbers that order and tie as their shares of the maxima do.

    Where two are one percent of the maximum apart, so are the numbers `off`, give or take `slack`.
    """

    places: int
    of_maxima: int
    formula: str
    keys: pd.Series
    off: int
    slack: int
    fits: bool


class Living(NamedTuple):
    """The sheets with formulas, by their names in `SHEETS`, and what charts know of each group.

    `schemes` has the scheme of each group, `cuts` the rows of its grades on the sheet of cut-offs,
    `counts` its rows in the distribution. `mended` is a formula: was a score changed? It is ""
    where all are values: there are too many units, or too many digits.
    """

    sheets: Mapping[str, Sheet]
    schemes: Sequence[GradeScheme]
    cuts: Sequence[range]
    counts: Sequence[range]
    whole: Whole
    mended: str


def living_sheets(results: Results) -> Living:
    """Return the sheets that follow when a score is mended, and what they hold now."""
    rows = results.ranking.assign(source_row=range(1, len(results.ranking) + 1))
    table = results.table.assign(source_row=in_order(rows)["source_row"])
    schemes = [results.scheme.of(group.rows) for group in results.groups]
    cutoffs, cuts = _cutoffs(results, schemes)
    whole = _whole_numbers(table)
    ranking = _ranking(table, schemes, whole)
    counts, counted, counts_of = _distribution(results, schemes)
    chosen = table[chosen_rows(table, results.unit)] if results.unit is not None else table[:0]
    own = dict(zip(chosen["group"], chosen["source_row"], strict=True))
    places = ranking.table["grade_place"].values
    drawn = _drawn(table.assign(grade_place=places), own, max(map(len, cuts)) - 2)
    sheets = {
        "ranking": ranking, "distribution": Sheet(counts), "cutoffs": Sheet(cutoffs),
        "comparison": Sheet(_comparison(results)), "drawn": Sheet(drawn),
        "margins": Sheet(printed(results.margins, "margins")),
    }  # fmt: skip
    if results.change is not None:
        sheets["change"] = _change(results.change, results.unit)
    living, ranking = Living(sheets, schemes, cuts, counts_of, whole, ""), ranking.table
    if not whole.fits or len(table) > _MOST_ROWS:
        return living

    every = _columns("ranking", ranking, range(len(table)))
    of_group = []
    for group, rows in enumerate(cuts):
        grades, graded = _columns("cutoffs", cutoffs, rows), _columns("cutoffs", cutoffs, rows[:-2])
        of_group.append(
            every
            | {"same": f"{every['group_number_all']},{group + 1}"}
            | {"off": whole.off, "slack": whole.slack, "above": _BEGINS[True], "mark": _MARK}
            | {"grades": grades["grade_all"], "bounds": graded["bound_all"], "blank": BLANK}
            | {"begins": graded["begins_all"], "own_row": own.get(group, 0)}
            | {"own": _lookup(every, "percent", own[group]) if group in own else '""'}
        )
    cells = {sheet: [] for sheet in ("ranking", "margins", "drawn", "distribution")}
    for at, row in enumerate(table.itertuples()):
        of, here = of_group[row.group], _row(ranking, at)
        is_unranked = pd.isna(row.rank) and pd.notna(row.score)  # deliberately: it has no key
        here |= {"points": whole.formula.format(**here), "none": "key" if is_unranked else ""}
        cells["ranking"].append(of | here)
        found = {name[:-4]: _lookup(every, name[:-4], row.source_row) for name in every}
        cells["margins"].append(of | found)
        here = _row(drawn, at)
        line = f"MATCH({here['source_row']},{every['source_row_all']},0)"
        here |= {"value": here[drawn.columns[2].name], "of_number": row.number, "line": line}
        cells["drawn"].append(of | here)
    cells["comparison"] = cells["margins"]
    for at, (group, place) in enumerate(counted):
        here = of_group[group] | _row(counts, at) | {"place": place}
        part = _FORMULAS["part"]["grade" if at < len(counts) - counts.totals else "total"]
        is_unscored = counts["grade"].texts[at] == UNSCORED
        here |= {"part": part.format(**here), "none": "share_pct" if is_unscored else ""}
        cells["distribution"].append(here)
    for sheet, of in cells.items():
        formulas = {
            name: ["" if name == one.get("none") else text.format(**one, column=name) for one in of]
            for name in sheets[sheet].table.names
            if (text := _FORMULAS[sheet].get("bar" if name.isdecimal() else name))
        }
        sheets[sheet] = sheets[sheet]._replace(formulas=formulas)
    return living._replace(mended=_mended(every, ranking, cutoffs))


def _mended(every: Mapping[str, str], ranking: Printed, cutoffs: Printed) -> str:
    """Return the formula that tells whether a score, a maximum or a cut-off is another."""
    told = [f"SUMPRODUCT(--({every['score_all']}<>{every['score_written_all']}))>0"]
    of_cutoffs = _columns("cutoffs", cutoffs, range(len(cutoffs)))
    for cells, column in (
        (every["max_score_all"], ranking["max_score"]), (of_cutoffs["bound_all"], cutoffs["bound"])
    ):  # fmt: skip
        squares = float((column.values.astype("float64") ** 2).sum())  # in any order
        told.append(f"ABS(SUMSQ({cells})-{squares!r})>0.000001")
    above = cutoffs["begins"].texts.count(_BEGINS[True])
    told.append(f'COUNTIF({of_cutoffs["begins_all"]},"{_BEGINS[True]}")<>{above}')
    return f"OR({','.join(told)})"


def _columns(sheet: str, table: Printed, rows: range) -> dict[str, str]:
    """Return where the columns of a sheet stand: {"score_all": "'Xếp hạng'!$C$2:$C$19"}."""
    first, last = rows[0] + 1, rows[-1] + 1  # below the heads
    return {
        f"{column.name}_all": f"'{SHEETS[sheet]}'!{xl_range_abs(first, at, last, at)}"
        for at, column in enumerate(table.columns)
    }


def _row(table: Printed, row: int) -> dict[str, str]:
    """Return where the cells of a row stand on its own sheet: {"score": "$C2"}."""
    return {
        column.name: xl_rowcol_to_cell(row + 1, at, col_abs=True)
        for at, column in enumerate(table.columns)
    }


def _lookup(every: Mapping[str, str], name: str, row: int) -> str:
    """Return the formula of what the first sheet has for the unit of a row of the source."""
    return f"INDEX({every[f'{name}_all']},MATCH({row},{every['source_row_all']},0))"


def _whole_numbers(table: pd.DataFrame) -> Whole:
    """Return the scores as whole numbers, of more places than they have: some may be added."""
    score, maxima = exact.floats(table["score"]), exact.floats(table["max_score"])
    of_maxima = max(exact.places_of(table["max_score"]), 2)  # someone may write 70,25
    least = max(exact.places_of(table["score"]), of_maxima + 2)
    greatest = round(np.fmax.reduce(maxima, initial=0) * 10**of_maxima)
    is_one = table["max_score"].nunique() <= 1
    of_all = greatest if is_one else 400 * greatest**2  # what has all points, in 10^-of_maxima
    most = of_all * max(np.fmax.reduce(score / maxima, initial=0), 1)
    tried = range(exact.MAX_PLACES if least <= exact.MAX_PLACES else exact.FALLBACK_PLACES, 0, -1)
    fitting = [at for at in tried if at >= least and most * 10 ** (at - of_maxima) < _LARGEST]
    places = fitting[0] if fitting else least
    keys, formula = np.rint(score * 10**places), f"{{score}}*{10**places}"
    if not is_one:
        # A quotient of whole numbers, so that equal shares are equal floats, times 400 squares of
        # the greatest maximum, so that others are at least 4 apart.
        keys = np.rint(keys / np.rint(maxima * 10**of_maxima) * of_all)
        formula = f"ROUND({formula},0)/ROUND({{max_score}}*{10**of_maxima},0)*{of_all}"
    keys = pd.Series(keys if fitting else np.nan, table.index).astype("Int64")
    off = round(of_all * 10 ** (places - of_maxima - 2) * 2 * JUDGED)
    keys, slack = keys.mask(table["rank"].isna()), 0 if is_one else 1
    return Whole(places, of_maxima, formula, keys, off, slack, fits=bool(fitting))


def _ranking(table: pd.DataFrame, schemes: Sequence[GradeScheme], whole: Whole) -> Sheet:
    """Return the first sheet, whose last columns are hidden."""
    shown = printed(table, "ranking").columns
    shown = [c for c in shown if c.name != "note" or {*c.texts} - {"", BLANK}]
    maxima = table["max_score"]
    if maxima.nunique() == 1:  # also of a unit whose score comes later
        table = table.assign(max_score=maxima.max())
    names = {column.name for column in shown}
    more = table[[name for name in ("max_score", "percent") if name not in names]]
    places = [
        schemes[group].grades.index(grade) if isinstance(grade, str) else len(schemes[group].grades)
        for group, grade in zip(table["group"], table["grade"].astype("object"), strict=True)
    ]
    more = more.assign(
        group_number=table["group"] + 1, source_row=table["source_row"], key=whole.keys,
        grade_place=np.array(places) + 1 + table["score"].isna(), score_written=table["score"],
    )  # fmt: skip
    hidden = printed(more, "table").columns
    return Sheet(Printed((*shown, *hidden)), hidden=len(hidden))


def _distribution(
    results: Results, schemes: Sequence[GradeScheme]
) -> tuple[Printed, list[tuple[int, int | str]], list[range]]:
    """Return counts, also of what there may be later, what each row counts, rows of each group."""
    parts, counted, rows = [], [], []
    for number, (group, scheme) in enumerate(zip(results.groups, schemes, strict=True)):
        grades = [*scheme.grades, NO_GRADE, UNSCORED]
        places = {grade: at for at, grade in enumerate(grades, 1)}
        if not scheme.bounds[-1] and not scheme.is_strict[-1]:
            grades.remove(NO_GRADE)  # nobody is below the last bound
        part = group.distribution.set_index("grade").reindex(grades)
        share = part["share_pct"]
        share = share.fillna(0) if share.notna().any() else share
        part = part.assign(
            units=part["units"].fillna(0).astype("int64"),
            share_pct=share.mask(part.index == UNSCORED),
        )
        where = {c: group.rows[c].iloc[0] for c in several_groups(results.table)}
        parts.append(part.reset_index().assign(**where)[[*where, "grade", "units", "share_pct"]])
        rows.append(range(len(counted), len(counted) + len(grades)))
        counted += [(number, places[grade]) for grade in grades]
    counted += [(number, '">0"') for number in range(len(schemes))]
    counts = printed(pd.concat(parts, ignore_index=True), "distribution").totals_last()
    return counts, counted, rows


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


def _cutoffs(results: Results, schemes: Sequence[GradeScheme]) -> tuple[Printed, list[range]]:
    """Return the grades and bounds of each scheme, and the rows of each group."""
    rows, cuts = [], {}
    named = [(own, ", ".join(of.names)) for own, of in zip(schemes, results.groups, strict=True)]
    for scheme in dict.fromkeys(schemes):
        of = [names for own, names in named if own == scheme]
        begins = [_BEGINS[above] for above in scheme.is_strict]
        lines = [*zip(scheme.grades, begins, scheme.bounds, strict=True)]
        lines += [(word, BLANK, np.nan) for word in (NO_GRADE, UNSCORED)]
        cuts[scheme] = range(len(rows), len(rows) + len(lines))
        rows += [("; ".join(filter(None, of)), *line) for line in lines]
    columns = ["of_groups", "grade", "begins", "bound"]
    table = pd.DataFrame(rows, columns=columns)
    table = table if len(cuts) > 1 else table[columns[1:]]
    return printed(table, "table"), [cuts[scheme] for scheme in schemes]


def _drawn(table: pd.DataFrame, own: Mapping[int, int], grades: int) -> Printed:
    """Return what the charts of rankings draw: of each grade the bars that have its shade."""
    value = "percent" if table["max_score"].nunique() > 1 else "score"
    drawn = table[["source_row", "unit", value, "grade_place"]]
    bars = {
        str(at): table[value].where(table["grade_place"] == at, 0.0) for at in range(1, grades + 1)
    }
    is_own = table["source_row"] == table["group"].map(own)
    return printed(drawn.assign(unit=_marked(table, is_own), **bars), "table")


def _change(change: pd.DataFrame, unit: str | None) -> Sheet:
    """Return the changes; in hidden columns is what their chart draws."""
    gain = gain_of(change)
    is_own = pd.Series(False, change.index) if unit is None else is_unit(change, unit)
    drawn = {"drawn_unit": _marked(change, is_own)}
    drawn |= {"gained": gain.clip(lower=0), "dropped": gain.clip(upper=0)}
    drawn |= {} if gain.name in change else {gain.name: gain}
    shown, hidden = printed(change, "change"), printed(pd.DataFrame(drawn), "table").columns
    return Sheet(Printed((*shown.columns, *hidden)), hidden=len(hidden))


def gain_of(change: pd.DataFrame) -> pd.Series:
    """Return what units gained: points, or percent where all maxima changed."""
    if change["score_change"].notna().any():
        return change["score_change"]
    return percent_change(change).rename("percent_change")


def _marked(table: pd.DataFrame, is_own: pd.Series) -> pd.Series:
    """Return the names of units as they stand beside bars."""
    return table["unit"].mask(is_own, _MARK + table["unit"])


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
        Scores or a ranking of an earlier year, to compare as `compare_periods` does. Without it the
        last two years of a ranking that has several are compared.
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
    book = _new_book(data, METHOD["title"])
    write = partial(
        _write_table, book, shades=_named_shades(book, results, living), unit=results.unit
    )
    _check_typed(write("ranking", living.sheets["ranking"]), results.table, living)
    write("distribution", living.sheets["distribution"], note=METHOD["of_shares"])
    _write_charts(book, results, living)
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
    return write_whole(path, data.getvalue())


def _named_shades(book: Workbook, results: Results, living: Living) -> dict[str, str]:
    """Give the cells of the grades on the sheet of cut-offs names; return the shade of each."""
    shades, named = units.grade_shades(results.scheme.grades), {}
    cutoffs = living.sheets["cutoffs"].table
    column = cutoffs.names.index("grade")
    for row, grade in enumerate(cutoffs["grade"].texts):
        if grade in shades:
            name = f"Loai_{row + 1}"
            cell = xl_rowcol_to_cell(row + 1, column, row_abs=True, col_abs=True)
            book.define_name(name, f"='{SHEETS['cutoffs']}'!{cell}")
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


def _new_book(data: io.BytesIO, title: str) -> Workbook:
    """Return a workbook in memory, whose parts have a time that never changes."""
    size = {"default_column_width": _COLUMN, "default_row_height": _ROW}
    font = {"default_format_properties": _FONT.copy()}  # the library adds to it
    book = Workbook(data, {"in_memory": True, **size, **font})
    book.set_properties({"title": title, "author": "", "created": _CREATED})
    return book


class _Nothing(str):
    """The text "" that a formula gave: of a bare one the library tells no type, as of no result."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        """Return that it is not what the library looks for."""
        return False


_NOTHING = _Nothing()


class _Formula(str):
    """A formula as it is: the library has searched it once, and would search it 29 times more."""

    __slots__ = ()

    def __contains__(self, text: str) -> bool:
        """Return also that newer functions, which there are none, have their prefix already."""
        return text == "_xlfn." or super().__contains__(text)


def _write_table(
    book: Workbook,
    name: str,
    content: Sheet,
    *,
    shades: Mapping[str, str],
    unit: str | None = None,
    note: str = "",
    mended: str = "",
    scaled: Sequence[str] = (),
    most_is_dark: bool = False,
) -> Worksheet:
    """Write a printed table on a new sheet: numbers as numbers, a note below.

    Rows of `unit` and totals are bold; totals, which are the last rows, are not filtered or sorted.
    `shades` has the names of the cells that hold a grade. Where the formula `mended` is true, the
    sheet warns. `scaled` columns beside one another are coloured, the least or the most dark.
    """
    sheet, printed = book.add_worksheet(SHEETS[name]), content.table
    rows, last = len(printed), len(printed.columns) - 1

    formats: dict[tuple, Format] = {}

    def style(**look: object) -> Format:
        key = tuple(sorted(look.items()))
        if key not in formats:
            formats[key] = book.add_format(_FONT | {"valign": "vcenter"} | look)
        return formats[key]

    bold = [row >= rows - printed.totals for row in range(rows)]
    if "unit" in printed.names and unit is not None:
        bold = [unit_key(text) == unit_key(unit) for text in printed["unit"].texts]  # no totals
    if rows > printed.totals:
        _make_table(sheet, name, rows - printed.totals, [c.head for c in printed.columns])
    wide, lines = 0, [1] * (1 + rows)
    for at, column in enumerate(printed.columns):
        _write_text(sheet, 0, at, column.head, style, **_HEADER)
        texts = [clean(text) for text in column.texts]
        is_number = column.kind in NUMBERS
        number = _as_number(texts) if is_number else {"text_wrap": True}
        if column.kind == "grade":
            number["align"] = "center"
        scale = 100 if column.kind == "percent" else 1
        formulas = content.formulas.get(column.name, [""] * rows)
        cells = zip(column.values, texts, formulas, strict=True)
        for row, (value, text, formula) in enumerate(cells, 1):
            look = {"border": 1, "bold": bold[row - 1], **number}
            if column.kind == "place":  # a number that is shown with those among which it is one
                look |= {"num_format": f'0"{text[text.find("/") :]}"'}
            known = text
            if is_number:
                known = _NOTHING if pd.isna(value) else _plain(value / scale)
            if formula:
                sheet.write_formula(row, at, _Formula(formula), style(**look), known)
            elif is_number and known is not _NOTHING:
                sheet.write_number(row, at, known, style(**look))
            elif is_number:
                sheet.write_blank(row, at, None, style(**look))
            else:
                _write_text(sheet, row, at, text, style, **look)
        if rows and column.kind in _SHADED:
            _shade(book, sheet, rows, at, shades)
        longest = max([len(column.head) / _HEAD, *map(len, [*column.head.split(), *texts])])
        width = min(1.1 * longest + 4, _WIDEST)  # capitals, and the arrow of the filter
        is_hidden = at > last - content.hidden
        sheet.set_column(at, at, width, None, {"hidden": is_hidden})
        if not is_hidden:
            wide += width
            of_column = [_lines(text, width) for text in [column.head, *texts]]
            lines = [max(pair) for pair in zip(lines, of_column, strict=True)]
    if "unit" in printed.names:  # whoever sorts moves texts, but never heights
        lines[1:] = [max(lines[1:], default=1)] * rows
    for row, count in enumerate(lines):
        sheet.set_row(row, _LINE * count)
    if rows and scaled:
        first, *_, end = [at for at, name in enumerate(printed.names) if name in scaled] * 2
        low, high = _SCALE if most_is_dark else _SCALE[::-1]
        look = {"type": "2_color_scale", "min_color": low, "max_color": high}
        sheet.conditional_format(1, first, rows, end, look)
    named = [at for at, column in enumerate(printed.columns) if column.kind == "name"]
    sheet.freeze_panes(1, named[0] + 1 if named else 0)
    last, below = max(last - content.hidden, 1), rows + 2
    if note:
        look = style(text_wrap=True, italic=True, valign="top")
        sheet.merge_range(below, 0, below + _lines(note, wide), last, note, look)
        below += _lines(note, wide) + 1
    if mended:
        look = style(text_wrap=True, bold=True, valign="top")
        sheet.merge_range(below, 0, below + 2, last, "", look)
        sheet.write_formula(below, 0, f'=IF({mended},"{METHOD["mended"]}","")', look, _NOTHING)
    _set_up_page(sheet, landscape=wide > _WIDE)
    sheet.fit_to_pages(1, 0)  # one page wide, as many high as it needs
    sheet.repeat_rows(0)
    return sheet


def _check_typed(sheet: Worksheet, table: pd.DataFrame, living: Living) -> None:
    """Let nobody type a score that this package would refuse, or of more places than count."""
    names = living.sheets["ranking"].table.names
    cells = {name: names.index(name) for name in ("score", "max_score")}
    score, most = (xl_rowcol_to_cell(1, at, col_abs=True) for at in cells.values())
    of = living.whole
    is_score = f"{score}>=0,ROUND({score},{of.places})={score}"
    if "bonus" not in table:  # points beside the total may take it beyond the maximum
        is_score += f",{score}<={most}"
    is_most = f"{most}>0,ROUND({most},{of.of_maxima})={most}"
    for name, rule in (("score", is_score), ("max_score", is_most)):
        cell = xl_rowcol_to_cell(1, cells[name], col_abs=True)
        told = METHOD["typed"].format(of.places, of.of_maxima)
        rule = {"validate": "custom", "value": f"=AND(ISNUMBER({cell}),{rule})"}
        at = (1, cells[name], len(table), cells[name])
        sheet.data_validation(*at, rule | {"error_title": SHEETS["ranking"], "error_message": told})


def _plain(number: float) -> float:
    """Return a number as a cell stores it: whole ones without a point."""
    return int(number) if number == int(number) else float(number)


def _make_table(sheet: Worksheet, name: str, rows: int, heads: Sequence[str]) -> None:
    """Make rows a table with a name, or only filter them where the heads cannot name columns."""
    last = len(heads) - 1
    if len(set(map(same, heads))) <= last or max(map(len, heads)) > _HEAD_LETTERS:
        sheet.autofilter(0, 0, rows, last)
        return
    columns = [{"header": head} for head in heads]
    named = {"name": fold(SHEETS[name]).title().replace(" ", ""), "columns": columns, "style": None}
    sheet.add_table(0, 0, rows, last, named)


def _shade(book: Workbook, sheet: Worksheet, rows: int, at: int, shades: Mapping[str, str]) -> None:
    """Give the grades of a column their shades, also those that formulas find later."""
    for name, shade in shades.items():
        look = book.add_format({"bg_color": shade, "font_color": units.ink_on(shade)})
        criteria = f"=EXACT({xl_rowcol_to_cell(1, at)},{name})"
        rule = {"type": "formula", "criteria": criteria, "format": look, "stop_if_true": True}
        sheet.conditional_format(1, at, rows, at, rule)


def _lines(text: str, width: float) -> int:
    """Return about how many lines a text takes in a column: a capital is wider than a digit."""
    return len(textwrap.wrap(text, max(1, int((width - 1) / 1.1)))) or 1


def _write_text(
    sheet: Worksheet, row: int, column: int, text: str, style: Callable[..., Format], **look: object
) -> None:
    """Write text as text, whatever it looks like."""
    quoted = {"quote_prefix": True} if text.startswith(_LIKE_FORMULAS) else {}
    sheet.write_string(row, column, text, style(**look, **quoted))


def _as_number(texts: Sequence[str]) -> dict[str, object]:
    """Return the look that shows numbers as they are printed; Excel sets the comma."""
    places = max((len(text.rstrip("%").partition(",")[2]) for text in texts), default=0)
    form = "#,##0." + "0" * places if places else "0"
    if any(text.startswith("+") for text in texts):
        form = f"+{form};-{form};{form}"
    percent = "%" if any(text.endswith("%") for text in texts) else ""
    side = {"align": "right", "indent": 1} if places else {"align": "center"}
    return {"num_format": form + percent, **side}


def _set_up_page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """Set a sheet up for A4 with the margins of a report, its name above, page numbers below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.6, top=0.98, bottom=0.8)  # inches: 30, 15, 25, 20 mm
    sheet.set_header('&C&"Times New Roman,Bold"&13&A', {"scale_with_doc": False})
    sheet.set_footer('&C&"Times New Roman,Regular"&12Trang &P/&N', {"scale_with_doc": False})


def _write_charts(book: Workbook, results: Results, living: Living) -> None:
    """Write a sheet with the charts of each year and block, which draw cells; no page cuts one."""
    sheet = book.add_worksheet(SHEETS["charts"])
    _set_up_page(sheet)
    sheet.set_print_scale(_PRINTED)
    charts = []
    for number in range(len(results.groups)):
        charts += _of_ranking(book, results, living, number)
        charts.append(_of_distribution(book, results, living, number))
    if results.change is not None:
        charts += _of_change(book, results, living.sheets["change"].table.names)
    row, page, breaks = 0, 0, []
    for chart, alt in charts:
        rows = math.ceil(chart.height / _ROW) + 1
        if (row + rows - page - 1) * _ROW > _PAGE:
            breaks.append(row)
            page = row
        sheet.insert_chart(row, 0, chart, {"description": alt, "y_offset": 5, "object_position": 2})
        row += rows
    sheet.set_h_pagebreaks([at for at in breaks if at])
    sheet.print_area(0, 0, row - 1, _COVERED - 1)


def _of_ranking(
    book: Workbook, results: Results, living: Living, number: int
) -> list[tuple[Chart, str]]:
    """Return the charts of a group by rank, on which each grade is a series."""
    of_group, scheme, cuts = results.groups[number], living.schemes[number], living.cuts[number]
    table, drawn = units.drawn_units(results.table), living.sheets["drawn"].table
    group = table[table["group"] == number]
    scored = group[group["score"].notna()]
    value = drawn.columns[2].name
    what = SHOWN["percent"] if value == "percent" else "Điểm"
    axis = f"{what} ({lower_first(scale_of(table))})"
    if len(scored) < len(group):
        axis += f"; không vẽ {len(group) - len(scored)} đơn vị cuối bảng, chưa chấm khi lập sổ"
    shades, charts = units.grade_shades(results.scheme.grades), []
    grade = living.sheets["cutoffs"].table.names.index("grade")
    for part, height in _parts(scored):
        title = f"Xếp hạng các đơn vị theo {what.lower()} cải cách hành chính{_of(of_group)}"
        if len(part) < len(scored):
            title += f" (thứ {part['number'].iloc[0]}–{part['number'].iloc[-1]})"
        chart = book.add_chart({"type": "bar"})
        add = partial(_add_bars, chart, SHEETS["drawn"], part.index, drawn.names)
        for place, named in enumerate(scheme.grades):
            name = [SHEETS["cutoffs"], cuts[place] + 1, grade]
            add(str(place + 1), name=name, fill={"color": shades[named]}, border=_THIN)
        add(value, name=" ", **_ONLY_LABELS)
        most = 100 if value == "percent" else float(table["max_score"].max())
        alt = units.first_and_last(group, units.printed_values(group)) + units.assumption(scheme)
        _lay_out(chart, title, f"{axis}\n{_cuts_of(scheme)}", height, {"min": 0, "max": most})
        charts.append((chart, _alt(title, alt)))
    return charts


def _of_distribution(
    book: Workbook, results: Results, living: Living, number: int
) -> tuple[Chart, str]:
    """Return the chart of how many units of a group have each grade."""
    of_group, scheme, rows = results.groups[number], living.schemes[number], living.counts[number]
    counts, names = of_group.distribution, living.sheets["distribution"].table.names
    rows = rows[: len(counts) if UNSCORED not in set(counts["grade"]) else len(rows)]
    shades = units.grade_shades(results.scheme.grades)
    chart = book.add_chart({"type": "bar"})
    points = [{"fill": {"color": shades[grade]}, "border": _THIN} for grade in scheme.grades]
    points += [{"fill": {"color": "#ffffff"}, "border": _THIN}] * (len(rows) - len(points))
    _add_bars(
        chart, SHEETS["distribution"], rows, names, "units", category="grade", points=points,
        data_labels=_LABELS,
    )  # fmt: skip
    shares = counts["share_pct"].map(lambda s: "" if pd.isna(s) else f" ({format_percent(s)})")
    told = units.grade_names(counts, scheme)[0] + ": " + counts["units"].astype("str") + shares
    title = f"Phân bố xếp loại cải cách hành chính{_of(of_group)}"
    bounds = {"min": 0, "major_unit": math.ceil(counts["units"].max() / 10)}
    _lay_out(chart, title, f"Số đơn vị\n{_cuts_of(scheme)}", 26 * len(rows), bounds)
    return chart, _alt(title, f"{'; '.join(told)}.{units.assumption(scheme)}")


def _of_change(book: Workbook, results: Results, names: Sequence[str]) -> list[tuple[Chart, str]]:
    """Return the charts of what each unit gained (dark) or lost (white), as the sheet has them."""
    change = results.change
    gain = gain_of(change)
    value = gain.name
    blocks = change["block"].astype("str") if "block" in several_groups(change) else None
    charts = []
    for block, rows in change.groupby(blocks, sort=False) if blocks is not None else [("", change)]:
        known = rows.index[gain[rows.index].notna()]
        for part, height in _parts(rows.loc[known[0] : known[-1]]) if len(known) else ():
            title = in_years(f"{SHOWN[value]} so với kỳ trước", change.attrs.get("years"))
            title += f" – {block}" if block else ""
            chart = book.add_chart({"type": "bar"})
            add = partial(
                _add_bars, chart, SHEETS["change"], part.index, names, category="drawn_unit"
            )
            add("gained", fill={"color": _GAINED}, border=_THIN)
            add("dropped", fill={"color": "#ffffff"}, border=_THIN)
            add(value, name=" ", **_ONLY_LABELS)
            gained, lost = ((gain[part.index] * sign > 0).sum() for sign in (1, -1))
            _lay_out(chart, title, f"{SHOWN[value]} (khi lập sổ)", height, {})
            charts.append((chart, _alt(title, f"{gained} đơn vị tăng, {lost} đơn vị giảm.")))
    return charts


def _of(group: Group) -> str:
    """Return the group for the end of a title, if it has a name."""
    return f" – {', '.join(group.names)}" if group.names else ""


def _alt(title: str, told: str) -> str:
    """Return an alt text: it is written once, and a score may be mended."""
    return f"Biểu đồ thanh ngang: {lower_first(title)}. Khi lập sổ: {told}"


def _cuts_of(scheme: GradeScheme) -> str:
    """Return the line below an axis on which the cut-offs stand."""
    cuts = "/".join(told for _, told in scheme.cuts)
    return f"Ngưỡng xếp loại khi lập sổ: {cuts}%{f' ({ASSUMED})' if scheme.assumed else ''}"


def _parts(table: pd.DataFrame) -> list[tuple[pd.DataFrame, int]]:
    """Return the rows in parts of about equal length that fit a page, and the height of each."""
    lines = max([1, *(len(textwrap.wrap(name, _NAME_LETTERS)) for name in table["unit"])])
    pitch = 13 * lines + 11  # pixels
    most = max(1, (_PAGE - _AROUND - _LEGEND) // pitch)
    parts = np.array_split(np.arange(len(table)), math.ceil(len(table) / most) or 1)
    return [(table.iloc[part], pitch * len(part)) for part in parts if len(part)]


def _add_bars(
    chart: Chart, sheet: str, rows: Sequence[int], names: Sequence[str], value: str,
    *, category: str = "unit", **look: object,
) -> None:  # fmt: skip
    """Add a series of cells, over those that a chart has; by default it has the column's name."""
    first, last = rows[0] + 1, rows[-1] + 1
    at, of = names.index(value), names.index(category)
    cells = {"categories": [sheet, first, of, last, of], "values": [sheet, first, at, last, at]}
    chart.add_series({"name": [sheet, 0, at], "gap": 40, "overlap": 100} | cells | look)


def _lay_out(chart: Chart, title: str, axis: str, height: int, bounds: dict) -> None:
    """Set titles, axes and frame: first on top, from zero, with room for names and labels."""
    legend = _LEGEND if len(chart.series) > 1 else 0
    height = max(290, height + _AROUND + legend)  # lower, LibreOffice breaks the text beside bars
    chart.set_size({"width": _CHART_WIDTH, "height": height})
    chart.set_title({"name": title, "name_font": _CHART_FONT | {"size": 12, "bold": True}})
    chart.set_legend({"position": "top", "font": _CHART_FONT} if legend else {"none": True})
    chart.show_hidden_data()  # whoever filters a table changes no chart
    # Excel's bars lie down and its axes do not: y is that of the names.
    low = {"reverse": True, "crossing": "max", "num_font": _CHART_FONT, "interval_unit": 1}
    chart.set_y_axis({**low, "label_position": "low", **_NO_LINES})
    chart.set_x_axis(
        {"name": axis, "name_font": _CHART_FONT, "num_font": _CHART_FONT, "num_format": "0"}
        | {**bounds, **_NO_LINES}
    )
    bars = {"x": 0.37, "y": (_TITLE + legend) / height, "width": 0.5}
    bars["height"] = 1 - (_AROUND + legend) / height
    chart.set_plotarea({"layout": bars})
