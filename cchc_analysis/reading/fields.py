"""From a source to the scores of each unit in each field (lĩnh vực): each is a table of scores."""

import re
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.groups import LEVELS, group_columns
from cchc_analysis.reading.columns import check_roles
from cchc_analysis.reading.fieldtables import (
    OTHER_STAGES,
    Layout,
    layout_of,
    level_of,
    read_columns,
    read_rows,
    stage_of,
)
from cchc_analysis.reading.grid import Grid, Where
from cchc_analysis.reading.header import FIRST_TABLE, LIKE, Header, Table, is_header, named
from cchc_analysis.reading.headings import years_said
from cchc_analysis.reading.load import check_units, join, joined_in_words, named_by_headings, tell
from cchc_analysis.reading.scores import check_maximum
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.tables import find_tables, pick, tables_in
from cchc_analysis.reading.vocabulary import TITLED_UNIT, UNTITLED_LINE
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import first_few, quoted, same, unit_key


def load_fields(
    source: str | PathLike | pd.DataFrame,
    *,
    table: int | str | None = None,
    columns: Mapping[str, str | int] | None = None,
    max_score: float | Mapping[str, float] | None = None,
    unit: str | None = None,
) -> pd.DataFrame:
    """Load a published table of scores by field (lĩnh vực), or refuse it with the reason.

    Either each field is a column, or each row is a field or a criterion: of one unit, of units in a
    column or side by side. A row that is not the sum of those below it is refused. There may be a
    column for each stage of the scoring ("I. Thể chế - Tự chấm"): the score is the appraised one,
    and a total is never a field. A maximum is never guessed: a title or a name says it ("Thể chế
    (10 điểm)"), a row or a column "Điểm tối đa", or `max_score`.

    Parameters
    ----------
    source : path or DataFrame
        As for `load_scores`.
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
        If the table cannot be read in exactly one way, a maximum is not known, or a score is
        outside 0 and its maximum: file, place and remedy are named.
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
    wanted, given = columns or {}, _checked_maxima(max_score)
    check_roles(wanted)
    file, grids, unused, told = read_grids(source)
    found, left_out = _tables_of(file, grids, wanted)
    if table is not None:
        one = pick(file, [own for own, _ in found], table)
        found, unused, left_out = [pair for pair in found if pair[0] is one], [], []
    unused += [*left_out, *(one.place for one, layout in found if not layout.holds_fields)]
    found = [(one, layout) for one, layout in found if layout.holds_fields]
    if not found:
        raise Refusal(
            "không có cột lĩnh vực nào có số",
            "hãy dùng bảng có điểm từng lĩnh vực, mỗi lĩnh vực một cột, hoặc các cột Đơn vị, Lĩnh "
            "vực, Điểm, Điểm tối đa (cột tên khác thì ghi đúng tên cột vào {option})",
            file=file, option=Option("columns"),
        )  # fmt: skip
    taken = [one for one, _ in found]
    units = _units(file, found, grids, unit, told)
    known, titled = [{}] * len(found), years_said(taken)
    if not any(units):
        known = named_by_headings(file, taken, titled)
    parts = []
    for (one, layout), of_sheet, of_table in zip(found, units, known, strict=True):
        where = Where(file, one.place)
        part, words, to_check = (
            read_rows(where, one, layout, of_sheet, given, of_table) if layout.names
            else read_columns(where, one, layout, given, of_table)
        )  # fmt: skip
        parts.append(part.assign(place=one.place, line=part.index))
        unused += [f"{one.place} {word}".strip() if len(found) > 1 else word for word in words]
        told += to_check
    fields = join(file, parts)
    levels = [level for level in LEVELS if level in fields]
    for column in ("unit", "field"):
        fields[column] = fields.groupby(fields[column].map(same))[column].transform("first")
    for names, part in fields.groupby(levels, sort=False, dropna=False):
        deepest = [name for name in names if pd.notna(name)][-1]
        what = "lĩnh vực" if len(levels) == 1 else "tiêu chí"
        check_units(Where(file, f"{what} {quoted(deepest)}"), part)
    _check_names(file, fields["field"], max_score)
    gaps = fields[fields["score"].isna()]
    if len(gaps):
        names = gaps[levels].ffill(axis=1).iloc[:, -1]
        words = [f"'{u[:40]}': {name[:40]}" for u, name in zip(gaps["unit"], names, strict=True)]
        told.insert(0, f"{len(gaps)} điểm {what} còn thiếu ({first_few(words)})")
    if "survey_score" in fields and (fields["score"] != fields["survey_score"]).any():
        told.append("điểm điều tra XHH để riêng ở cột survey_score, không cộng vào điểm")
    for said in [] if "year" in fields else [one for one in titled if one.year]:
        told.append(
            f"tiêu đề {quoted(said.line, 120)} ghi năm {said.year} mà bảng không có cột Năm, hãy "
            "kiểm tra có đúng năm của bảng điểm"
        )
    if len(parts) > 1:
        told.append(joined_in_words(taken, known))
    tell(file, list(dict.fromkeys(filter(None, unused))), list(dict.fromkeys(told)))
    kept = ["unit", *group_columns(fields), *levels, "score", "max_score", *OTHER_STAGES]
    fields = fields[[column for column in [*kept, "published_total"] if column in fields]]
    texts = [column for column in ("unit", "block", *levels) if column in fields]
    return fields.astype(dict.fromkeys(texts, "str"))


def _tables_of(
    file: str, grids: list[Grid], wanted: Mapping[str, str | int]
) -> tuple[list[tuple[Table, Layout]], list[str]]:
    """Return the tables that name units, with what their columns hold; else the score sheets."""
    # Fields without a total do not look like scores; a second column beside the unit will do.
    named_by_caller = {r: title for r, title in wanted.items() if not stage_of(str(title))}
    needed = {"score": 2} | named_by_caller

    def tables(test: object) -> list[Table]:
        return [table for at, grid in enumerate(grids) for table in tables_in(at, grid, test)]

    def with_layouts(some: list[Table]) -> list[tuple[Table, Layout]]:
        return [(one, layout_of(Where(file, one.place), one, wanted)) for one in some]

    sheets = [] if "unit" in wanted else tables(_is_sheet)
    has_named = [all(named(t.header, one) for one in named_by_caller.values()) for t in sheets]
    sheets = [t for t, has in zip(sheets, has_named, strict=True) if has or not any(has_named)]
    if not sheets or tables(lambda header: is_header(header, needed)):
        some, unused = find_tables(file, grids, needed)
        found = with_layouts(some)
        if not sheets or any(layout.holds_fields for _, layout in found):
            return found, unused
    unused = [grid.place for at, grid in enumerate(grids) if all(t.grid != at for t in sheets)]
    return with_layouts(sheets), unused


def _is_sheet(header: Header) -> bool:
    """Return whether these titles are of criteria and their scores, and name no unit."""
    roles, titles = header.roles, header.titles
    return (
        "unit" not in roles.values()
        and any(
            level_of(words) is not None for c in titles for words in (titles[c], header.short[c])
        )
        and any(
            role in ("score", LIKE, "max_score") or stage_of(titles[c]) or stage_of(header.short[c])
            for c, role in roles.items()
        )
    )


def _units(
    file: str, found: list[tuple[Table, Layout]], grids: list[Grid], given: str | None, told: list
) -> list[str]:
    """Return the unit of each score sheet that names none in its columns, and tell it."""
    alone = [at for at, (_, layout) in enumerate(found) if layout.is_of_one_unit]
    if given is not None and (len(found) > 1 or not alone):
        raise Refusal(
            "unit= chỉ dùng cho một phiếu chấm điểm không có cột đơn vị",
            "hãy bỏ unit=, hoặc chọn một bảng ({option})", file=file, option=FIRST_TABLE,
        )  # fmt: skip
    units, said = [given or ""] * len(found), {}
    for at in alone if given is None else []:
        one = found[at][0]
        others = [table for table, _ in found if table.grid == one.grid and table is not one]
        units[at], source = _unit_of(file, one, grids[one.grid], others)
        said.setdefault(source, []).append(quoted(units[at]))
    told += [
        f"lấy tên đơn vị theo {source} ({first_few(names)}); tên khác thì đặt unit="
        for source, names in said.items()
    ]
    return units


def _unit_of(file: str, table: Table, grid: Grid, others: Sequence[Table]) -> tuple[str, str]:
    """Return the unit that a sheet is about, and in words where it stands.

    It is in a line above the table, or it is the name of the sheet or of the file.
    """
    first = table.body.index[0] if len(table.body) else table.above[-1]
    ends = [line for other in others for line in other.body.index if line < min(table.above)]
    rows = grid.cells.fillna("").loc[
        [i for i in grid.cells.index if max(ends, default=0) < i < first]
    ]
    lines = [" ".join(filter(None, row)) for row in rows.to_numpy()]
    is_sheet = grid.place.startswith("trang")
    found: dict[str, str] = {}
    for line in [*lines, "" if is_sheet else grid.title]:
        if UNTITLED_LINE.match(line) or line in table.header.titles.values():
            continue
        if said := next(filter(None, (re.search(pattern, line) for pattern in TITLED_UNIT)), None):
            name = said[1].strip(" .,;:–-")
            found.setdefault(unit_key(name), name)
    name, source = next(iter(found.values()), ""), "tiêu đề"
    if not found:
        name, source = (
            (grid.title, "tên trang tính")
            if is_sheet and grid.title
            else (Path(file).stem, "tên tệp")
        )
    if len(found) > 1 or (source == "tên tệp" and not Path(file).suffix):
        raise Where(file, table.place).refuse(
            f"tiêu đề ghi nhiều đơn vị ({' và '.join(map(quoted, found.values()))})" if found
            else "bảng không ghi là của đơn vị nào",
            "hãy ghi 'Đơn vị: …' ở dòng trên bảng, hoặc đặt unit= khi dùng load_fields",
        )  # fmt: skip
    return name, source


def _checked_maxima(max_score: object) -> float | dict[str, float] | None:
    if not isinstance(max_score, Mapping):
        check_maximum(max_score)
        return max_score
    for value in max_score.values():
        check_maximum(value)
    return {same(str(field)): value for field, value in max_score.items()}


def _check_names(file: str, fields: pd.Series, given: object) -> None:
    """Refuse a maximum that is given for a field that is not there."""
    names = list(fields.unique())
    for field in given if isinstance(given, Mapping) else []:
        if same(str(field)) not in map(same, names):
            listed = first_few([quoted(one) for one in names])
            raise Refusal(
                f"không có lĩnh vực {quoted(field)} ({{option}}); các lĩnh vực: {listed}",
                "hãy ghi đúng tên", file=file, value=field, option=Option("max_score"),
            )  # fmt: skip
