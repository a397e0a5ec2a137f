"""The sheets of a workbook that follow when a score is mended: tables and their formulas.

No formula holds a text of the source: a unit is looked up by the number of its row in the source, a
grade by its place on the sheet of cut-offs. Whoever sorts a sheet moves its formulas along.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from cchc_analysis.charts.units import chosen_rows, reference
from cchc_analysis.groups import is_unit, several_groups
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.cutoffs import JUDGED
from cchc_analysis.scoring.periods import percent_change
from cchc_analysis.scoring.printing import Printed, printed
from cchc_analysis.scoring.ranking import in_order
from cchc_analysis.scoring.results import Results
from cchc_analysis.scoring.schemes import GradeScheme
from cchc_analysis.text import BLANK, NO_GRADE, SHEETS, UNSCORED, words

_MOST_ROWS = 2000  # each is compared with each
_LARGEST = 10**15  # a spreadsheet compares fifteen digits
_MARK = "► "  # of the chosen unit, beside its bar
_BEGINS = ("từ", "trên")  # a bound itself has the grade, or has not
_FORMULAS = words("formulas")


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
