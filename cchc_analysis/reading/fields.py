"""From a source to the scores of each unit in each field (lĩnh vực): each is a table of scores."""

import re
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.groups import LEVELS, group_columns
from cchc_analysis.reading.cells import Grid, Where, first_line
from cchc_analysis.reading.columns import check_roles
from cchc_analysis.reading.fieldcolumns import (
    OTHER_STAGES,
    Layout,
    layouts_of,
    level_of,
    stage_of,
)
from cchc_analysis.reading.fieldtables import read_columns, read_rows
from cchc_analysis.reading.header import (
    FIRST_TABLE,
    LIKE,
    Header,
    Said,
    Table,
    has_wanted,
    is_header,
    told_year,
    without_year,
    years_said,
)
from cchc_analysis.reading.load import (
    Loaded,
    check_blocks,
    check_options,
    check_units,
    for_each,
    joined,
    joined_in_words,
    name_of,
    named_by_headings,
    no_year,
    tell,
    unit_keys,
    year_said,
    years_of,
)
from cchc_analysis.reading.scores import check_maximum
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.tables import find_tables, pick, tables_in
from cchc_analysis.reading.vocabulary import (
    FOOTERS,
    NAMED_UNIT,
    NUMBERED_SHEET,
    TITLED_UNIT,
    UNTITLED_LINE,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import first_few, fold, near, quoted, same, unit_key

_COUNTED = re.compile(r"^[0-9]+[ .)_-]+(?=.*[^\W\d_]{2})")  # "1. Sở A"
_ALIKE, _MOST_NAMES = 0.85, 200  # "Thủ tuc" is so near to "Thủ tục"; of fields that are compared


def load_fields(
    source: str | PathLike | pd.DataFrame | Sequence,
    *,
    table: int | str | Sequence | None = None,
    columns: Mapping[str, str | int] | Sequence | None = None,
    max_score: float | Mapping[str, float] | Sequence | None = None,
    unit: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
) -> pd.DataFrame:
    """Load a published table of scores by field (lĩnh vực), or refuse it with the reason.

    Either each field is a column, or each row is a field or a criterion: of one unit, of units in a
    column or side by side. A row that is not the sum of those below it is refused. There may be a
    column for each stage of the scoring ("I. Thể chế - Tự chấm"): the score is the appraised one,
    and a total is never a field, but the score where it is the sum of what each row has beside it;
    or for each year ("Năm 2022"). A maximum is never guessed: a title or a name says it ("Thể chế
    (10 điểm)"), a row or a column "Điểm tối đa", a first row of numbers in brackets ("(10)"), or
    `max_score`.

    Parameters
    ----------
    source : path or DataFrame, or list of them
        As for `load_scores`. Files of a list are of units or of years of their own, and each option
        may be a list, too: one for each.
    table : int or str, optional
        The one table to load, as for `load_scores`.
    columns : mapping, optional
        Which column holds what, as for `load_scores`; ``field`` is the column that names the
        fields. Where each field is a column, ``score`` is the published total; it may also name a
        stage of the scoring ("Tự chấm") that is the score.
    max_score : float or mapping, optional
        The maximum of every field in points, or of some by name: ``{"Thể chế": 10}``.
    unit : str, optional
        The unit that a score sheet is about, where it has no column of units; by default the one
        in a line above it, else the name of the sheet or the file, which is told.
    year : int, optional
        The year of all rows, where no column says it: ``load_fields([a, b], year=[2023, 2024])``.
        Titles are asked, too, where sheets or files are of several years.

    Returns
    -------
    DataFrame
        One row per unit and field, or criterion without others below it, in source order, with a
        RangeIndex: ``unit`` (str), ``year`` (int64) and ``block`` (str) where known, ``field``, and
        ``criterion`` and ``subcriterion`` (str) where there are such, ``score`` and ``max_score``
        (float64, points; no score is missing), ``self_score`` and ``survey_score`` (float64,
        points) where the source has them, and ``published_total`` (float64) where it has one plain
        column of totals, or a row of them: what it says of that row.

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way, a maximum is not known, a score is outside
        0 and its maximum, or two files give a unit the same field: place and remedy are named.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    LoadWarning
        If something was not used, is missing, or was understood without being named.

    Examples
    --------
    >>> one = pd.DataFrame({"Đơn vị": ["Thanh tra"], "Thể chế (10 điểm)": ["8,5"]})
    >>> load_fields(one)
            unit    field  score  max_score
    0  Thanh tra  Thể chế    8.5       10.0
    """
    options = {
        "table": table, "columns": columns, "max_score": max_score, "unit": unit, "year": year,
    }  # fmt: skip
    try:
        loaded = _of_years([_load(one, **own) for one, own in for_each(source, options)])
        fields = _joined(loaded)
    except Refusal as error:
        error.reads = "fields"
        raise
    for name, words in _misspelt(fields):
        next(one for one in loaded if name in set(one.scores["field"])).told.append(words)
    for one in loaded:
        unused, told = (list(dict.fromkeys(words)) for words in (one.unused, one.told))
        tell(one.file, unused, told, "fields")
    return fields


def _load(
    source: str | PathLike | pd.DataFrame, *, table: int | str | None,
    columns: Mapping[str, str | int] | None, max_score: float | Mapping[str, float] | None,
    unit: str | None, year: int | None,
) -> Loaded:  # fmt: skip
    """Load one source, as `load_fields` does."""
    wanted, given = columns or {}, _checked_maxima(max_score)
    check_roles(wanted)
    check_options(year, None)
    file, grids, unused, told = read_grids(source)
    every, left_out = _tables_of(file, grids, wanted)
    found = every
    if table is not None:
        one = pick(file, [own for own, _ in found], table)
        found, unused, left_out = [pair for pair in found if pair[0] is one], [], []
    unused += [*left_out, *(one.place for one, layouts in found if not layouts)]
    found = [(one, layouts) for one, layouts in found if layouts]
    if not found:
        raise Refusal(
            "không có cột lĩnh vực nào có số",
            "hãy dùng bảng có điểm từng lĩnh vực, mỗi lĩnh vực một cột, hoặc các cột Đơn vị, Lĩnh "
            "vực, Điểm, Điểm tối đa (cột mang tên khác thì dùng {option})",
            file=file, option=Option("columns"),
        )  # fmt: skip
    taken, several = [one for one, _ in found], len(found) > 1
    titled = years_said(taken)
    said = year_said(file, titled, year)
    known = _years_of_sheets(found, titled, told)
    units = _units(file, found, grids, unit, told, known)
    if not any(units):
        known = named_by_headings(file, taken, titled)
    own = {} if year is None else {"year": year}
    parts = []
    for (one, layouts), of_sheet, of_table in zip(found, units, known, strict=True):
        where = Where(file, one.place)
        for layout in layouts:
            read = read_rows if layout.names else read_columns
            parts.append((one, read(where, one, layout, of_sheet, given, of_table | own)))
    tables = [one for one, _ in every]
    fields, own_unused, own_told = joined(file, grids, tables, parts, is_chosen=table is not None)
    fields, unused, told = _spelled_alike(fields), [*unused, *own_unused], [*told, *own_told]
    levels = [level for level in LEVELS if level in fields]
    check_units(Where(file), fields)
    _check_names(file, fields["field"], max_score)
    gaps = fields[fields["score"].isna()]
    if len(gaps):
        names = gaps[levels].ffill(axis=1).iloc[:, -1]
        words = [f"'{u[:40]}': {name[:40]}" for u, name in zip(gaps["unit"], names, strict=True)]
        told.insert(0, f"{len(gaps)} điểm {_called(levels)} còn thiếu ({first_few(words)})")
    if several:
        told.append(joined_in_words(taken, [{}] * len(taken) if any(units) else known))
    years = sorted({str(one) for one in fields.get("year", [])})
    if years and said.year not in ("", *years):
        told.append(
            f"dùng năm {', '.join(years)} dù tiêu đề {quoted(said.line, 120)} ghi {said.year}"
        )
    return Loaded(file, fields, unused, told, said)


def _called(levels: Sequence[str]) -> str:
    return "lĩnh vực" if len(levels) == 1 else "tiêu chí"


def _spelled_alike(fields: pd.DataFrame) -> pd.DataFrame:
    """Return units and fields as they are first spelled."""
    for column in ("unit", "field"):
        first = {}
        fields[column] = [first.setdefault(same(text), text) for text in fields[column]]
    return fields


def _misspelt(fields: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the fields of nearly one name with another that no unit of a year has beside it."""
    keys = unit_keys(fields, "year", "block").fillna("").itertuples(index=False, name=None)
    units = pd.Series(list(keys), fields.index).groupby(fields["field"], sort=False).agg(set)
    found = []
    for at, (name, own) in enumerate(units[:_MOST_NAMES].items()):
        others = [other for other in units.index[:at] if own.isdisjoint(units[other])]
        if hint := near(name, others, _ALIKE, fold):
            words = f"lĩnh vực {quoted(name)}{hint} chỉ ở những đơn vị không có lĩnh vực kia"
            found.append((name, f"{words}; nếu là một thì hãy viết như nhau"))
    return found


def _of_years(loaded: Sequence[Loaded]) -> list[Loaded]:
    """Return sources with the years of their titles, where titles or columns tell several apart.

    One without a year beside those that have some is refused; a year that is not taken is told.
    """
    years = [set(one.scores.get("year", [])) or {one.said.year} - {""} for one in loaded]
    are_told = any("year" in one.scores for one in loaded) or len(set().union(*years)) > 1
    found = []
    for at, one in enumerate(loaded):
        scores, said, told = one.scores, one.said, []
        if are_told and not years[at]:
            raise no_year(loaded, at)
        if are_told and "year" not in scores:
            scores, told = scores.assign(year=int(said.year)), [told_year(said)]
        elif "year" not in scores and said.line:
            told = [
                f"tiêu đề {quoted(said.line, 120)} {said.doubt or f'ghi năm {said.year}'} mà bảng "
                "không có cột Năm, hãy kiểm tra có đúng năm của bảng điểm"
            ]
        found.append(one._replace(scores=scores, told=[*one.told, *told]))
    return found


def _joined(loaded: Sequence[Loaded]) -> pd.DataFrame:
    """Return the sources as one table; two that give the same unit and field are refused."""
    check_blocks(loaded, "hãy thêm cột Khối vào tệp này")
    parts = [one.scores.assign(source=at) for at, one in enumerate(loaded)]
    fields = _spelled_alike(pd.concat(parts, ignore_index=True))
    levels = [level for level in LEVELS if level in fields]
    keys = unit_keys(fields, "year", "block").join(fields[levels].map(same, na_action="ignore"))
    if (line := first_line(keys.duplicated())) is not None:
        before = first_line((keys.fillna("") == keys.fillna("").loc[line]).all(axis=1))
        names = [name_of(loaded, fields["source"][at]) for at in (before, line)]
        year = f" năm {fields['year'][line]}" if "year" in fields else ""
        raise Refusal(
            f"{' và '.join(names)} cùng có {_called(levels)} "
            f"{quoted(fields.loc[line, levels].dropna().iloc[-1])} của đơn vị "
            f"{quoted(fields['unit'][line])}{year}",
            "hãy bỏ đơn vị này khỏi một trong hai tệp" if year else
            "hãy ghi năm của từng tệp nếu là nhiều năm, ví dụ {option}, đúng đơn vị trong từng tệp "
            "nếu là nhiều đơn vị, hoặc bỏ một tệp",
            value=fields["unit"][line], option=years_of(loaded),
        )  # fmt: skip
    kept = ["unit", *group_columns(fields), *levels, "score", "max_score", *OTHER_STAGES]
    fields = fields[[column for column in [*kept, "published_total"] if column in fields]]
    texts = [column for column in ("unit", "block", *levels) if column in fields]
    return fields.astype(dict.fromkeys(texts, "str"))


def _tables_of(
    file: str, grids: list[Grid], wanted: Mapping[str, str | int]
) -> tuple[list[tuple[Table, list[Layout]]], list[str]]:
    """Return the tables that name units, with what their columns hold; else the score sheets."""
    # Fields without a total do not look like scores; a second column beside the unit will do.
    named_by_caller = {r: title for r, title in wanted.items() if not stage_of(str(title))}
    needed = {"score": 2} | named_by_caller

    def tables(test: object) -> list[Table]:
        return [table for at, grid in enumerate(grids) for table in tables_in(file, at, grid, test)]

    def with_layouts(some: list[Table]) -> list[tuple[Table, list[Layout]]]:
        # Columns of one sheet go over into each other, which categories of their own forbid.
        texts = [one._replace(body=one.body.astype("str")) for one in some]
        return [(one, layouts_of(Where(file, one.place), one, wanted)) for one in texts]

    tests = () if "unit" in wanted else (_is_score_sheet, _is_of_years, _names_criteria)
    sheets = next(filter(None, map(tables, tests)), [])
    sheets = [t for t in sheets if has_wanted(t.header, named_by_caller)] or sheets
    if not sheets or tables(lambda header: is_header(header, needed)):
        some, unused = find_tables(file, grids, needed)
        found = with_layouts(some)
        if not sheets or any(layouts for _, layouts in found):
            return found, unused
    unused = [grid.place for at, grid in enumerate(grids) if all(t.grid != at for t in sheets)]
    return with_layouts(sheets), unused


def _years_of_sheets(
    found: Sequence[tuple[Table, list[Layout]]], titled: Sequence[Said], told: list
) -> list[dict[str, str]]:
    """Return the years of score sheets whose titles tell several."""
    years = sorted({said.year for said in titled} - {""})
    if len(years) < 2 or not all(own[0].is_of_one_unit for _, own in found):
        return [{} for _ in found]
    told.append(f"lấy năm {', '.join(years)} từ tiêu đề của từng bảng")
    return [{"year": said.year} if said.year else {} for said in titled]


def _is_score_sheet(header: Header) -> bool:
    """Return whether these titles are of criteria and their scores, and name no unit."""
    roles, titles = {*header.roles.values()}, {*header.titles.values(), *header.short.values()}
    has_scores = {"score", LIKE, "max_score"} & roles or any(map(stage_of, titles))
    has_scores = has_scores or any(map(NAMED_UNIT.match, titles))  # units side by side
    return _names_criteria(header) and bool(has_scores)


def _names_criteria(header: Header) -> bool:
    """Return whether a title is of criteria and none of units; the others may be units."""
    titles = {*header.titles.values(), *header.short.values()}
    is_any = any(level_of(title) is not None for title in titles)
    return is_any and "unit" not in header.roles.values()


def _is_of_years(header: Header) -> bool:
    """Return whether these titles are of years of one unit, and fields may be the others."""
    return "year" in header.roles.values() and "unit" not in header.roles.values()


def _units(
    file: str, found: list[tuple[Table, list[Layout]]], grids: list[Grid], given: str | None,
    told: list, known: Sequence[Mapping],
) -> list[str]:  # fmt: skip
    """Return the unit of each score sheet that names none in its columns, and tell it."""
    alone = [at for at, (_, layouts) in enumerate(found) if layouts[0].is_of_one_unit]
    if given is not None and ((len(found) > 1 and not any(known)) or not alone):
        raise Refusal(
            "unit= chỉ dùng cho một phiếu chấm điểm không có cột đơn vị",
            "hãy bỏ unit=, hoặc chọn một bảng ({option})", file=file, option=FIRST_TABLE,
        )  # fmt: skip
    units, said = [given or ""] * len(found), {}
    for at in alone if given is None else []:
        one = found[at][0]
        others = [table for table, _ in found if table.grid == one.grid and table is not one]
        units[at], source = _unit_of(file, one, grids[one.grid], others)
        if source == "tên tệp" and "tiêu đề" in said:
            before, titles = found[at - 1][0], [*one.header.titles.values()]
            goes_on = not before.is_sheet and [*before.header.titles.values()] == titles
            if not (goes_on and units[at - 1]):
                raise Where(file, one.place).refuse(
                    "bảng không ghi là của đơn vị nào còn bảng khác thì ghi",
                    "hãy ghi 'Đơn vị: …' ở dòng trên bảng",
                )
            units[at], source = units[at - 1], "tiêu đề"  # a page break parted them
        said.setdefault(source, {})[quoted(units[at])] = None
    told += [
        f"lấy tên đơn vị theo {source} ({first_few([*names])}); tên khác thì đặt unit="
        for source, names in said.items()
    ]
    return units


def _unit_of(file: str, table: Table, grid: Grid, others: Sequence[Table]) -> tuple[str, str]:
    """Return the unit that a sheet is about, and in words where it stands.

    It is in a line above the table, or it is the name of the sheet or of the file.
    """
    first = table.body.index[0] if len(table.body) else table.above[-1]
    ends = [line for other in others for line in other.body.index if line < min(table.above)]
    rows = grid.cells.fillna("").loc[max(ends, default=0) + 1 : first - 1]
    rows = rows[~rows.index.isin(table.above) | (rows.nunique(axis=1) < 3)]  # no titles of columns
    lines = [" ".join(filter(None, row)) for row in rows.to_numpy()]
    lines = [
        line for line in [*lines, "" if grid.is_sheet else grid.title]
        if not UNTITLED_LINE.match(line) and line not in table.header.titles.values()
    ]  # fmt: skip
    found: dict[str, str] = {}
    for pattern in TITLED_UNIT:  # "Đơn vị: Sở A" says it better than "Kết quả thẩm định của Sở B"
        said = [one[1].strip(" .,;:–-") for line in lines if (one := re.search(pattern, line))]
        found = found or {unit_key(name): name for name in said}
    name, source = next(iter(found.values()), ""), "tiêu đề"
    if not found:
        key = fold(grid.title)
        is_named = grid.is_sheet and not (FOOTERS.match(key) or NUMBERED_SHEET.fullmatch(key))
        names = {"trang tính": grid.title * is_named, "tệp": Path(file).stem}
        names = {of: _COUNTED.sub("", without_year(name)) for of, name in names.items()}
        named = [of for of, name in names.items() if NAMED_UNIT.match(name)]
        of = next((of for of in [*named, *names] if names[of]), "tệp")
        name, source = names[of] or Path(file).stem, f"tên {of}"
    if len(found) > 1 or (source == "tên tệp" and not Path(file).suffix):
        raise Where(file, table.place).refuse(
            f"tiêu đề ghi nhiều đơn vị ({' và '.join(map(quoted, found.values()))})" if found
            else "bảng không ghi là của đơn vị nào",
            "hãy ghi 'Đơn vị: …' ở dòng trên bảng, hoặc đặt unit= khi dùng load_fields",
        )  # fmt: skip
    return name, source


def _checked_maxima(max_score: object) -> float | dict[str, float] | None:
    if isinstance(max_score, Mapping):
        return {same(str(field)): _checked_maxima(value) for field, value in max_score.items()}
    check_maximum(max_score)
    return max_score


def _check_names(file: str, fields: pd.Series, given: object) -> None:
    """Refuse a maximum that is given for a field that is not there."""
    names = {same(name): quoted(name) for name in fields.unique()}
    for field in given if isinstance(given, Mapping) else []:
        if same(str(field)) not in names:
            raise Refusal(
                f"không có lĩnh vực {quoted(field)} ({{option}}); các lĩnh vực: "
                f"{first_few([*names.values()])}",
                "hãy ghi đúng tên", file=file, value=field, option=Option("max_score"),
            )  # fmt: skip
