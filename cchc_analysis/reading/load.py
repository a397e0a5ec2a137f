"""From a source to scores: every table in it, joined, and one word on what was not used."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import combinations
from operator import methodcaller
from os import PathLike
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.groups import LEVELS, group_numbers, holes_in_ranks
from cchc_analysis.reading.cells import (
    Grid,
    Where,
    are_numbers,
    count_filled,
    each,
    filled,
    first_line,
    lines_in_words,
    row_in_words,
    titles_in_words,
)
from cchc_analysis.reading.header import (
    CHOOSE_TABLE,
    FIRST_TABLE,
    YEAR,
    Said,
    bare,
    belongs_to_title,
    is_block,
    names_of,
    told_year,
    year_in,
    years_said,
)
from cchc_analysis.reading.rows import UNITS
from cchc_analysis.reading.scores import NOISE, Part, read_scores
from cchc_analysis.reading.tables import Table, pick, tables_of
from cchc_analysis.refusal import Face, Option, Reads, Refusal, with_option
from cchc_analysis.text import SHOWN, clean, decimal_comma, first_few, quoted, unit_key

_KEPT = (
    "unit", "score", "max_score", "bonus", "year", "block", "published_rank", "published_grade",
    "max_assumed",
)  # fmt: skip
_MOST_TOLD, _SHORT = 15, 40
_YEARS = "hãy ghi năm của từng tệp theo thứ tự, ví dụ {option}"
_BLOCKS = 'hãy thêm cột Khối vào tệp này, hoặc ghi block=["Khối sở", None] (None: tệp đã có khối)'


class LoadWarning(UserWarning):
    """What `load_scores` left out or understood by itself: one warning per source.

    Parameters
    ----------
    file : str
        What was read.
    clauses : sequence of str or of (str, Option)
        What is told; ``{option}`` in a clause stands for its option.
    reads : {"scores", "fields"}
        By which loader.
    """

    def __init__(
        self, file: str, clauses: Sequence[str | tuple[str, Option]], reads: Reads = "scores"
    ) -> None:
        """Keep the clauses; the sentence of the warning names options as Python gives them."""
        self.file, self.clauses, self.reads = file, tuple(clauses), reads
        super().__init__(self.said())

    def said(self, face: Face = "python") -> str:
        """Return the sentences as this face says them."""
        told = [
            clause if isinstance(clause, str) else with_option(*clause, face)
            for clause in self.clauses
        ]
        first, *others = told
        words = ". ".join([first, *(other[:1].upper() + other[1:] for other in others)])
        return f"{self.file}: {words}."

    def with_options(self, of: Callable[[Option], Option]) -> "LoadWarning":
        """Return the same warning with other options."""
        clauses = [
            clause if isinstance(clause, str) else (clause[0], of(clause[1]))
            for clause in self.clauses
        ]
        return LoadWarning(self.file, clauses, self.reads)


class Loaded(NamedTuple):
    """The scores of one source, what is told of it, and what its titles say of the year."""

    file: str
    scores: pd.DataFrame
    unused: list[str]
    told: list[str | tuple[str, Option]]
    said: Said
    options: Sequence[Mapping[str, object]] = ()  # of each file that was loaded with it
    at: int = 0  # which of them


def load_scores(
    source: str | PathLike | pd.DataFrame | Sequence,
    *,
    table: int | str | Sequence | None = None,
    columns: Mapping[str, str | int] | Sequence | None = None,
    max_score: float | Sequence | None = None,
    year: int | Sequence[int] | None = None,
    block: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Load a published table of scores, or refuse it with the reason.

    Several tables in one source (blocks, years) are joined under their headings; years side by side
    in its titles ("Điểm 2023", "Điểm 2024") are a table each. Numbers are read with a decimal comma
    or dot; never is one a thousands mark. Several sources are joined by year.

    Parameters
    ----------
    source : path or DataFrame, or list of them
        A workbook (``.xlsx``, ``.xls``, ``.ods``), a Word file (``.docx``), a web page
        (``.html``), a CSV or text file (``.csv``, ``.txt``, also pasted one cell per line), a PDF
        file with a text layer, or a table in memory. Columns are known by their Vietnamese names
        ("Đơn vị", "Tổng điểm"…) or the English ones below. Of a list, each has years of its own
        (of its titles or columns, or `year`), and each option may be a list, too: one for each.
    table : int or str, optional
        The one table to load: its number from 1 or its heading, as `list_tables` gives them.
    columns : mapping, optional
        Which column holds what, where the names do not tell: ``{"score": "Điểm thẩm định"}``, by
        title or by number from 1.
    max_score : float, optional
        The maximum of every score, in points, where the source does not say it.
    year, block : int and str, optional
        The year and the block (khối) of all rows, where the source does not say them:
        ``load_scores([one, other], year=[2023, 2024])``.

    Returns
    -------
    DataFrame
        One row per unit in source order, with a RangeIndex and the columns ``unit`` (str),
        ``score`` and ``max_score`` (float64, points; no score is a unit not scored), then those
        of ``bonus`` (float64, points beside the criteria that the score holds, negative for a
        penalty; a score may exceed its maximum by them), ``year`` (int64), ``block`` (str),
        ``published_rank`` (Int64), ``published_grade`` (str, as published) and ``max_assumed``
        (bool: nobody stated the maximum of 100) that there are.

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way: file, place and remedy are named; or if two
        sources are of one year, or one of none.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    LoadWarning
        If something was not used, is missing, or was understood without being named.

    Examples
    --------
    >>> load_scores(pd.DataFrame({"Đơn vị": ["Thanh tra"], "Điểm": ["73,98"]}))
            unit  score  max_score  max_assumed
    0  Thanh tra  73.98      100.0         True
    """
    options = {
        "table": table, "columns": columns, "max_score": max_score, "year": year, "block": block,
    }  # fmt: skip
    loaded = load_each(_load, source, options)
    _check_years(loaded)
    check_blocks(loaded, _BLOCKS)
    for one in loaded:
        tell(one)
    if len(loaded) == 1:
        return loaded[0].scores
    return _completed(pd.concat([one.scores for one in loaded], ignore_index=True))


def load_each(
    load: Callable[..., Loaded], sources: object, options: dict[str, object]
) -> list[Loaded]:
    """Load each source, of a list with its own options: those that are lists have one for each.

    What is refused of one proposes an option with what the others have.
    """
    is_list = isinstance(sources, list | tuple)
    each, loaded = [*sources] if is_list else [sources], []
    if not each:
        raise Refusal("Danh sách tệp trống", "hãy ghi ít nhất một tệp")
    kinds = (list, tuple) if is_list else ()
    several = {name: given for name, given in options.items() if isinstance(given, kinds)}
    for name, given in several.items():
        if len(given) != len(each):
            raise Refusal(
                f"{name}= có {len(given)} giá trị cho {len(each)} tệp",
                "hãy ghi mỗi tệp một giá trị, theo thứ tự của các tệp", value=given,
            )  # fmt: skip
    every = [options | {name: own[at] for name, own in several.items()} for at in range(len(each))]
    for at, source in enumerate(each):
        try:
            loaded.append(load(source, **every[at])._replace(options=every, at=at))
        except Refusal as error:
            error.option = error.option and error.option.of_file(at, every)
            error.args = (error.said(),)
            raise
    return loaded


def _check_years(loaded: Sequence[Loaded]) -> None:
    """Refuse sources of one year, and one without a year."""
    years = [set(one.scores["year"].unique()) if "year" in one.scores else set() for one in loaded]
    for at in range(len(loaded)):
        if not years[at] and len(loaded) > 1:
            raise no_year(loaded, at)
    for before, at in combinations(range(len(loaded)), 2):
        if both := sorted(years[before] & years[at]):
            pair = [(n, loaded[n]) for n in (before, at)]
            free = [n for n, one in pair if one.said.year or one.options[n]["year"]]  # no column
            raise Refusal(
                f"{name_of(loaded, before)} và {name_of(loaded, at)} cùng có năm "
                f"{', '.join(map(str, both))}",
                _YEARS if free and years[before] == years[at] == {*both[:1]} else
                "hãy bỏ năm này khỏi một trong hai tệp", option=years_of(loaded, *free),
            )  # fmt: skip


def no_year(loaded: Sequence[Loaded], at: int) -> Refusal:
    """Return the refusal of a source without a year among several."""
    said = loaded[at].said
    why = f": tiêu đề {quoted(said.line, 80)} {said.doubt}" * bool(said.doubt)
    problem = f"{name_of(loaded, at)} không cho biết năm{why}"
    return Refusal(problem, _YEARS, option=years_of(loaded))


def name_of(loaded: Sequence[Loaded], at: int) -> str:
    """Return how a message calls one of several sources."""
    return f"{loaded[at].file} (tệp thứ {at + 1})"


def years_of(loaded: Sequence[Loaded], *clash: int) -> Option:
    """Return the option that gives the sources without a year, and those that clash, an example."""
    own = [{*one.scores.get("year", [])} or {*map(int, one.said.year.split())} for one in loaded]
    without = [at for at, years in enumerate(own) if at in clash or not years]
    taken = {year for at, years in enumerate(own) if at not in without for year in years}
    free = [year for year in range(max({2024}.union(*own)), 0, -1) if year not in taken]
    years = [int(*one) if len(one) == 1 else None for one in own]
    for at, year in zip(without, sorted(free[: len(without)]), strict=True):
        years[at] = year
    return Option("year", years)


def check_blocks(loaded: Sequence[Loaded], remedy: str) -> None:
    """Refuse sources of which some have blocks and some have none."""
    without = [at for at, one in enumerate(loaded) if "block" not in one.scores]
    if 0 < len(without) < len(loaded):
        raise Refusal(f"{name_of(loaded, without[0])} không có khối còn tệp khác thì có", remedy)


def _completed(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are kept; what only some tables have is none in the others."""
    for column, usual in (("bonus", 0.0), ("max_assumed", False)):
        if column in scores:
            scores[column] = scores[column].fillna(usual).astype(type(usual))
    return scores[[column for column in _KEPT if column in scores]]


def _load(
    source: str | PathLike | pd.DataFrame, *, table: int | str | None,
    columns: Mapping[str, str | int] | None, max_score: float | None, year: int | None,
    block: str | None,
) -> Loaded:  # fmt: skip
    """Load one source, as `load_scores` does."""
    check_options(year, block)
    file, grids, found, unused, to_check = tables_of(source, columns, table)
    tables = found
    if table is not None:
        tables, unused = [pick(file, found, table)], []
    titled = years_said(tables)
    named = named_by_headings(file, tables, titled)
    said = year_said(file, titled, year)
    several = len(tables) > 1
    own = {role: given for role, given in (("year", year), ("block", block)) if given is not None}
    parts = [
        read_scores(
            Where(file, one.place), one, wanted=columns or {}, max_score=max_score,
            given=known | own,
        )
        for one, known in zip(tables, named, strict=True)
    ]  # fmt: skip
    scores, own_unused, own_told = joined(
        file, grids, found, list(zip(tables, parts, strict=True)), is_chosen=table is not None
    )
    unused, to_check = [*unused, *own_unused], [*to_check, *own_told]
    if "year" not in scores:
        said = _of_score(said, [part.title for part in parts])
        scores = scores.assign(year=int(said.year)) if said.year else scores
        to_check += filter(None, [told_year(said)])
    elif year is not None and said.year not in ("", str(year)):
        to_check.append(f"dùng năm {year} dù tiêu đề {quoted(said.line, 120)} ghi {said.year}")
    if several and not all("year" in known for known in named):
        _check_overlap(file, scores, tables, named)
    check_units(Where(file), scores)
    to_check = [*_open_questions(scores), *to_check]
    scores = _completed(scores)
    scores = scores.astype({column: "str" for column in ("unit", "block") if column in scores})
    if several:
        to_check.append(joined_in_words(tables, named))
    elif table is None and "block" not in scores and is_block(tables[0].heading):
        words = f"tiêu đề {quoted(tables[0].heading)} không dùng làm khối; dùng {{option}} nếu cần"
        to_check.append((words, Option("block", bare(tables[0].heading))))
    return Loaded(file, scores, unused, to_check, said)


def joined(
    file: str,
    grids: Sequence[Grid],
    found: Sequence[Table],
    taken: Sequence[tuple[Table, Part]],
    *,
    is_chosen: bool,
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return what the tables of a source give as one, what is not used, and what to check.

    Some with years or blocks and some without are refused, and what is lost. Of the others that
    were found nothing is told where the caller chose one.
    """
    chosen = {id(table): table for table, _ in taken}
    unused = [
        f"{table.place} {words}".strip() if len(chosen) > 1 else words
        for table, part in taken
        for words in [*part.unused, *_rows_in_words(part.left_out)]
    ]
    others = [table for table in found if id(table) not in chosen]
    above = _check_conserved(file, grids, taken, others)
    unused += [] if is_chosen else above
    parts = [part.scores.assign(place=t.place, line=part.scores.index) for t, part in taken]
    for column in ("year", "block"):
        without = [table for table, part in taken if column not in part.scores]
        if 0 < len(without) < len(taken):
            name = SHOWN[column].lower()
            raise Where(file, without[0].place).refuse(
                f"không có {name} còn bảng khác có, không ghép được",
                f"hãy ghi {name} cho mọi bảng, hoặc chọn một bảng ({{option}})", option=FIRST_TABLE,
            )  # fmt: skip
    told = [str(words) for _, part in taken for words in part.told]
    unused, told = (list(dict.fromkeys(words)) for words in (unused, told))  # years share rows
    return pd.concat(parts, ignore_index=True), unused, told


def _rows_in_words(left_out: Mapping[tuple[int, ...], str]) -> list[str]:
    """Return the rows that are left out, many by their lines alone."""
    many = [line for lines in [*left_out][_MOST_TOLD:] for line in lines]
    told = [*left_out.values()][:_MOST_TOLD]
    return [*told, lines_in_words(sorted(many))] if many else told


def _check_conserved(
    file: str, grids: Sequence[Grid], taken: Sequence[tuple[Table, Part]], others: Sequence[Table]
) -> list[str]:
    """Return in words what stands above the tables and is of no title; refuse what is lost.

    Each cell that holds something is of a unit in a column that is used or told, or in a row that
    has another fate; or it is in a header, or above it. Sheets without a table are told elsewhere.
    """
    told, names = [], {table.heading for table, _ in taken if len(taken) > 1}
    for number, grid in enumerate(grids):
        own = [(table, part) for table, part in taken if table.grid == number]
        if not own:
            continue
        lines, columns = grid.cells.index, grid.cells.columns
        left = np.column_stack([filled(grid.cells[column]).to_numpy() for column in columns])
        for other in others:
            if other.grid == number:
                left[lines.isin([*other.above, *other.over, *other.body.index])] = False
        for table, part in own:
            is_unit = part.fates.isin(UNITS)
            known = part.fates.index[~is_unit & (part.fates != "")]
            left[lines.isin([*table.above, *known])] = False
            units = part.fates.index[is_unit].intersection(part.scores.index)
            kept = [table.header.parts.get(column, column) for column in part.columns]
            left[np.ix_(lines.isin(units), columns.isin(kept))] = False
        above = lines < min(table.first for table, _ in own)
        above |= lines.isin([line for table, _ in own for line in table.over])
        if len(lost := lines[left.any(axis=1) & ~above]):
            raise Where(file, grid.place).refuse(
                f"không rõ {lines_in_words(lost)} là gì", "hãy sửa hoặc xóa các dòng này"
            )
        if above.any():
            no_column = (part for table, part in own if "unit" not in table.header.roles.values())
            units = {unit for part in no_column for unit in part.scores["unit"]}
            words = _above(grid.cells[above], names, units)
            told += [f"{grid.place} {one}".strip() for one in words]
    return told


def _above(rows: pd.DataFrame, names: Set[str], units: Set[str]) -> list[str]:
    """Return in words the rows above a table that name nothing: each row, and all prose.

    What holds the name of a unit of a sheet without a column of units names that unit.
    """
    texts, given = rows.fillna("").agg(" ".join, axis=1).map(clean), count_filled(rows)
    is_text = (given == 1) & (~are_numbers(texts) | texts.str.fullmatch(YEAR))
    told = [row_in_words(line, [text]) for line, text in texts[(given > 0) & ~is_text].items()]
    alone = texts[is_text]
    no_title = [
        text not in names
        and not belongs_to_title(text, over)
        and not any(re.search(rf"\b{re.escape(unit)}(?!\w)", text) for unit in units)
        for over, text in zip(["", *alone], alone, strict=False)
    ]
    if prose := list(alone[no_title].items()):
        told.append(f"{lines_in_words(line for line, _ in prose)} {quoted(prose[0][1])}")
    return told


def check_options(year: object, block: object) -> None:
    """Refuse an option of another kind: it would be found in no table, or in all."""
    for option, value, is_right, example in (
        ("year", year, re.fullmatch(YEAR, str(year)), "2020"),
        ("block", block, isinstance(block, str) and block.strip(), "'Khối sở'"),
    ):
        if value is not None and not is_right:
            raise Refusal(
                f"{{option.name}}={value!r:.60} không dùng được", f"hãy ghi ví dụ {example}",
                value=value, option=Option(option),
            )  # fmt: skip


def named_by_headings(
    file: str, tables: Sequence[Table], said: Sequence[Said]
) -> list[dict[str, str]]:
    """Return for each of several tables the year or block of its heading, unless columns say it."""
    has_own = [{"year", "block"} & set(one.header.roles.values()) for one in tables]
    if len(tables) == 1 or all(has_own):
        return [{} for _ in tables]
    return names_of(Where(file), tables, [one.year for one in said])


def year_said(file: str, every: Sequence[Said], given: int | None) -> Said:
    """Return the year that all titles say, or why none is taken; refuse one given for several."""
    sure = {said.year: said for said in every if said.year}
    if given is not None and len(sure) > 1:
        raise Refusal(
            f"các bảng có tiêu đề ghi năm {', '.join(sorted(sure))} nhưng đã đặt {{option}}",
            "hãy bỏ năm đã đặt{option.rest}, hoặc chỉ đọc một bảng",
            file=file, value=given, option=Option("year", given),
        )  # fmt: skip
    if doubt := next((said for said in every if said.doubt), None):
        return doubt
    if len(sure) != 1:
        return Said()
    (said,) = sure.values()
    if all(one.year for one in every):
        return said
    return Said("", said.line, f"ghi năm {said.year} còn tiêu đề của bảng khác không ghi năm")


def _of_score(said: Said, titles: Sequence[str]) -> Said:
    """Return the year of the titles, unless the column of scores is of another, or that year."""
    found = {one.year: one for title in titles if (one := year_in(title)).year != said.year}
    own = set(found) - {""}
    if said.year and own:
        return Said("", said.line, f"ghi năm {said.year} còn cột điểm ghi năm {', '.join(own)}")
    is_one = (said == Said() or said.is_vague) and len(found) == 1 and own
    return next(iter(found.values())) if is_one else said


def joined_in_words(
    tables: Sequence[Table], named: Sequence[Mapping[str, str]]
) -> tuple[str, Option]:
    """Return the clause that tells how many tables became one, and what tells them apart."""
    names = [", ".join(known.values()) or t.heading for t, known in zip(tables, named, strict=True)]
    headings = titles_in_words(names, most=_MOST_TOLD, of="bảng")
    words = f"đã gộp {len(tables)} bảng ({headings}); dùng {{option}} nếu chỉ cần một bảng"
    return words, Option("table")


def _check_overlap(file: str, scores: pd.DataFrame, tables: Sequence[Table], named: list) -> None:
    """Refuse to join tables that list the same units, unless their headings call them blocks."""
    blocks = [known.get("block", "") for known in named]
    if all(map(is_block, blocks)) or not any(named):
        return
    keys = unit_keys(scores, "year")
    if (line := first_line(keys.duplicated())) is not None:
        unit = scores["unit"][line]
        headings = titles_in_words((one.heading for one in tables), of="bảng")
        raise Refusal(
            f"đơn vị {quoted(unit)} có trong nhiều bảng ({headings}), không rõ bảng nào cần dùng",
            CHOOSE_TABLE, file=file, value=unit, option=FIRST_TABLE,
        )  # fmt: skip


def tell(loaded: Loaded, reads: Reads = "scores") -> None:
    """Warn once of what was not used, and of what to check."""
    unused, told = (list(dict.fromkeys(words)) for words in (loaded.unused, loaded.told))
    unused = [*unused[:_MOST_TOLD], *(words[:_SHORT] for words in unused[_MOST_TOLD:])]
    clauses = [*([f"không dùng đến {'; '.join(unused)}"] if unused else []), *told]
    if clauses:
        warning = LoadWarning(loaded.file, clauses, reads)
        of_file = methodcaller("of_file", loaded.at, loaded.options)
        warnings.warn(warning.with_options(of_file), stacklevel=3)


def _place_of(scores: pd.DataFrame, row: int) -> str:
    """Return where a row of the scores stands in the source."""
    return f"{scores['place'][row]}, dòng {scores['line'][row]}".removeprefix(", ")


def unit_keys(scores: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the key of the unit and other columns, equal where these are the same."""
    units = each(scores["unit"], unit_key, "str")
    return scores[[c for c in columns if c in scores]].assign(unit=units)


def check_units(where: Where, scores: pd.DataFrame) -> None:
    """Refuse the same unit twice in one year, block and field."""
    keys = unit_keys(scores, "year", "block", *LEVELS)
    if (line := first_line(keys.duplicated())) is not None:
        keys = keys.astype("object").fillna("")
        before = first_line((keys == keys.loc[line]).all(axis=1))
        raise where.refuse(
            f"đơn vị {quoted(scores['unit'][line])} đã có ở {_place_of(scores, before)}",
            "hãy xóa một dòng, hoặc thêm cột Năm hay Khối nếu bảng gồm nhiều năm, nhiều khối",
            at=_place_of(scores, line), value=scores["unit"][line],
        )  # fmt: skip


def _open_questions(scores: pd.DataFrame) -> list[str]:
    """Return in words what is missing from a table, and where its ranks contradict its scores."""
    unscored = scores["score"].isna()
    told = [_count(scores, unscored, "chưa có điểm")] if unscored.any() else []
    for column, what in (("published_rank", "hạng"), ("published_grade", "xếp loại")):
        if column not in scores:
            continue
        lacks = scores[column].isna()
        if (without := lacks & ~unscored).any() and not lacks.all():
            told.append(_count(scores, without, f"có điểm nhưng không có {what}"))
    if "published_rank" not in scores:
        return told
    if len(holes := holes_in_ranks(scores)):
        told.append(f"xếp hạng công bố thiếu hạng {holes.iloc[0]}, có thể chỉ là một phần của bảng")
    return told + _against_ranks(scores)


def _count(scores: pd.DataFrame, rows: pd.Series, what: str) -> str:
    units = list(map(quoted, scores.loc[rows, "unit"]))
    return f"{len(units)} đơn vị {what} ({first_few(units)})"


def _against_ranks(scores: pd.DataFrame) -> list[str]:
    """Tell units with less than one of a worse published rank: a column may be misread."""
    ranked = (scores["score"].notna() & scores["published_rank"].notna()).to_numpy()
    table = scores[["score", "max_score", "published_rank"]][ranked]
    share = (table["score"] / table["max_score"]).to_numpy()
    group, rank = group_numbers(scores)[ranked], table["published_rank"].to_numpy("int64")
    order = np.lexsort((share, -rank, group))  # in each group from the worst rank on
    best_below = pd.Series(share[order]).groupby(group[order], sort=False).cummax().to_numpy()
    against = table.index[order[best_below > share[order] + NOISE]]
    if against.empty:
        return []
    at = against.min()
    row = scores.loc[at]
    return [
        f"xếp hạng công bố không theo điểm ở {len(against)} đơn vị (ví dụ {_place_of(scores, at)}: "
        f"{quoted(row['unit'])} hạng {row['published_rank']} với {decimal_comma(row['score'])} "
        "điểm nhưng có đơn vị hạng sau cao điểm hơn), hãy kiểm tra cột điểm và cột hạng"
    ]
