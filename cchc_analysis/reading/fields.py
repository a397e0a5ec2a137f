"""From a source to the scores of each unit in each field (lĩnh vực): each is a table of scores."""

import re
from collections.abc import Callable, Mapping
from os import PathLike
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import LEVELS, group_columns
from cchc_analysis.reading.cells import are_column_numbers, are_numbers, to_numbers
from cchc_analysis.reading.columns import check_roles, column_named
from cchc_analysis.reading.grid import Grid, Where, first_line, place, row_in_words, titles_in_words
from cchc_analysis.reading.header import (
    FIRST_TABLE,
    LIKE,
    Header,
    Table,
    is_header,
    named,
    role_of,
    split_maximum,
)
from cchc_analysis.reading.headings import years_said
from cchc_analysis.reading.load import check_units, join, joined_in_words, named_by_headings, tell
from cchc_analysis.reading.maxima import check_maximum, check_scores
from cchc_analysis.reading.scores import read_scores
from cchc_analysis.reading.scoresheets import (
    has_levels,
    is_sheet,
    is_sum,
    needs_unit,
    read_sheet,
    unit_of,
)
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.stages import by_stage, chosen_stage, split_stage, stage_of
from cchc_analysis.reading.tables import continued, find_tables, pick, tables_in
from cchc_analysis.reading.vocabulary import (
    FOOTERS,
    NAMELESS,
    NO_FIELD,
    NUMBER,
    PLAIN_TOTAL,
    POINTS,
    STAGE_TOTAL,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import decimal_comma, first_few, fold, quoted, same

_SCORE = Option("columns", {"score": "tên cột"})
_STAGES = ("self_score", "survey_score")  # beside the score, where there are such


class _Field(NamedTuple):
    """One field: its name, its columns by stage, its rows, and the maxima that are stated."""

    name: str
    columns: dict[str, object]
    body: pd.DataFrame
    stated: list[float]


class _Layout(NamedTuple):
    """What the columns of a table with fields hold."""

    titles: dict[object, str]  # without what is said of the maximum and the stage
    stated: dict[object, list[float]]  # the maxima that titles and rows state
    field: object | None  # the column that names the field, in a long table
    scores: dict[str, dict[str, object]]  # of each field, or of "" in a long table: stage, column
    totals: list  # the columns that may be the published total
    maxima: list  # the column of maxima of a long table
    others: list  # the columns that tell the rows apart
    unused: list[str]
    told: list[str]
    body: pd.DataFrame  # without the rows of maxima


def _layout_of(where: Where, table: Table, wanted: Mapping[str, str | int]) -> _Layout:
    """Return what each column of a table holds, were it a table with fields."""
    header, body = table.header, table.body
    if chosen := chosen_stage(header, wanted):  # "Tự chấm" is no column, but a stage of each field
        wanted = {role: title for role, title in wanted.items() if role != "score"}
    read = {column: _read_title(header, column) for column in header.titles}
    titles = {column: name for column, (name, _) in read.items()}
    stated = {column: [maximum] * (maximum is not None) for column, (_, maximum) in read.items()}
    is_of_maxima = body.fillna("").map(_is_maximum).any(axis=1).astype(bool)
    for _, row in body[is_of_maxima].fillna("").iterrows():
        for column in titles:
            if (found := _as_number(row[column])) is not None:
                stated[column].append(found)
    body = body[~is_of_maxima]
    roles = _roles(header, titles, body, wanted)

    def of(*some: str | None) -> list:
        return [column for column in titles if roles[column] in some]

    fields = of("field")
    if fields:  # each row is one field of one unit
        stages = [(stage_of(titles[column]), column) for column in of("stage")]
        plain = of("score") or of(LIKE)
        if "score" in wanted:
            stages = [(stage, column) for stage, column in stages if stage != "score"]
        elif not plain and "score" not in dict(stages):
            plain = of("numeric") or ([] if stages else of("total"))
        split = [("", stage, c) for stage, c in [*(("score", c) for c in plain), *stages]]
        maxima, others = of("max_score"), of("unit", "year", "block", None)
    else:
        found = [c for c in titles if c in of("numeric", LIKE) or (stated[c] and c in of(None))]
        found = [c for c in found if not STAGE_TOTAL.fullmatch(fold(titles[c]))]
        split = _split(header, titles, found)
        maxima, others = [], of("unit", "year", "block", "number", None)
    scores = by_stage(where, titles, split, chosen)
    understood = [
        quoted(titles[column])
        for field, stage, column in split
        if stage == "score" and chosen is None
        and (field != titles[column] if field else stage_of(titles[column]))
    ]  # fmt: skip
    told = [f"lấy điểm thẩm định làm điểm ({first_few(understood)})"] if understood else []
    taken = [column for stages in scores.values() for column in stages.values()]
    # Beside fields the only column "Điểm" or "Kết quả" is their sum.
    totals = of("total") or (of("score") if len(of("score")) == 1 else [])
    totals, others = ([c for c in some if c not in taken] for some in (totals, others))
    used = {*fields, *taken, *totals, *maxima, *others, *of("number")}
    unused = [f"cột '{titles[column]}'" for column in titles if column not in used]
    return _Layout(
        titles, stated, next(iter(fields), None), scores, totals, maxima, others, unused, told, body
    )


def _split(header: Header, titles: dict, columns: list) -> list[tuple[str, str, object]]:
    """Return the field and the stage of each column: "I. Thể chế - Tự chấm".

    Without a mark between them the words may be a name ("Công tác khảo sát"): they are a stage if
    it is the unit's own, or where the field is there at several or each of several columns has one.
    """
    loose = {column: split_stage(titles[column], r"\s+") for column in columns}
    bases = [same(field) for field, _ in loose.values()]
    every = len(columns) > 1 and all(stage for _, stage in loose.values())
    found = []
    for column in columns:
        upper = header.titles[column].removesuffix(header.short[column]).strip()
        field, stage = split_stage(titles[column])
        if upper and stage is None and (stage := stage_of(header.short[column])):
            field = titles[column].removesuffix(header.short[column]).strip()
        elif upper and stage is None and (stage := stage_of(upper)):
            field = titles[column]
        elif stage is None:
            base, said = loose[column]
            if every or bases.count(same(base)) > 1 or said == "self_score":
                field, stage = base, said
        found.append((split_maximum(field)[0], stage or "score", column))
    return found


def _roles(header: Header, titles: dict, body: pd.DataFrame, wanted: Mapping) -> dict:
    """Return the role of each column; "total" and "numeric" are roles in a table with fields."""
    found = Header(titles, titles).roles
    numbers = body.fillna("")
    if len(numbers) and are_column_numbers(numbers.iloc[0].tolist()):
        numbers = numbers.iloc[1:]
    for column, role in found.items():
        key, holds_numbers = fold(titles[column]), are_numbers(numbers[column]).any()
        if role == "field" and holds_numbers:
            found[column] = role = "no field"  # "Nội dung" over a number names no field
        in_percent = "%" in titles[column] or numbers[column].str.endswith("%").any()
        is_total = PLAIN_TOTAL.fullmatch(key) or key == "published total"
        if role in (None, "score", LIKE) and is_total:
            found[column] = "no field" if in_percent else "total"
        elif role in (None, LIKE) and stage_of(titles[column]) and holds_numbers:
            found[column] = "stage"
        elif role in (None, LIKE) and NO_FIELD.fullmatch(key) and holds_numbers:
            found[column] = "no field"
        elif role is None and holds_numbers and key:
            found[column] = "numeric"
        elif role == LIKE and not holds_numbers:
            found[column] = None
    is_long = "field" in {*found.values(), *wanted}
    for role, title in wanted.items():
        role = "total" if role == "score" and not is_long else role
        for column in named(header, title)[:1]:
            found = {c: "no field" if other == role else other for c, other in found.items()}
            found[column] = role
    return found


def _read_title(header: Header, column: object) -> tuple[str, float | None]:
    """Return a title without the maximum that it or its upper part says, and that maximum."""
    title, short = header.titles[column], header.short[column]
    name, maximum = split_maximum(short)
    upper, stated = split_maximum(title.removesuffix(short).strip())
    if upper and (fold(name) in NAMELESS or stage_of(name)):
        name = upper if fold(name) in NAMELESS else f"{upper} {name}"
        return name, stated if maximum is None else maximum
    base, _ = split_stage(name)
    return name or title, split_maximum(base)[1] if maximum is None else maximum


def _is_maximum(cell: str) -> bool:
    return role_of(cell) == "max_score" or fold(cell) == "toi da"


def _as_number(cell: str) -> float | None:
    bare = re.fullmatch(rf"(?i)\(?{NUMBER}{POINTS}?\)?", cell)
    return float(bare[1].replace(",", ".")) if bare else None


def _read_fields(
    where: Where, table: Table, layout: _Layout, wanted: Mapping, given: object, known: dict
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the scores of one table by line, what is unused and what to check."""
    at = {
        role: column_named(where, table.header, title)
        for role, title in wanted.items()
        if role != "score" or layout.totals or layout.field is not None
    }
    if len(layout.totals) > 1:
        listed = titles_in_words([layout.titles[column] for column in layout.totals], " và ")
        raise where.refuse(
            f"các cột {listed} đều có thể là cột điểm",
            "hãy xóa cột không dùng, hoặc chỉ rõ cột ({option})",
            option=_SCORE,
        )
    unused = {words: words for words in layout.unused}
    slices = (
        _long(where, layout, unused)
        if layout.field is not None
        else [
            _Field(
                name, stages, layout.body, [m for c in stages.values() for m in layout.stated[c]]
            )
            for name, stages in layout.scores.items()
        ]
    )
    maxima = _maxima(where, slices, given, has_column=bool(layout.maxima))
    parts, told = [], [*layout.told]
    for (field, stages, body, _), maximum in zip(slices, maxima, strict=True):
        column, whole = stages["score"], body
        kept = {column, *layout.others, *layout.maxima}
        body = body[[c for c in body if c in kept or c not in layout.titles]]
        titles = {c: layout.titles[c] for c in body if c in layout.titles}
        titled = list(titles)
        roles = {role: c for role, c in at.items() if c in titled and role != "field"}
        place_of_field = ", ".join(filter(None, [where.place, f"lĩnh vực '{field[:60]}'"]))
        within = where._replace(place=place_of_field)
        part = read_scores(
            within,
            table._replace(header=Header(titles, titles), body=body),
            wanted={role: titled.index(c) + 1 for role, c in (roles | {"score": column}).items()},
            max_score=maximum,
            given=known,
        )
        for words in part.unused:  # a row that is no unit is left out of every field: told once
            unused.setdefault(words.split(" '")[0] if words.startswith("dòng") else words, words)
        told += part.told
        scores = part.scores.assign(field=field)
        for stage in filter(stages.get, _STAGES):
            cells = whole[stages[stage]].fillna("")[scores.index]
            own = to_numbers(within, table.header.titles[stages[stage]], cells)
            check_scores(within, scores.assign(score=own), cells, assumed=False)
            scores[stage] = own
        parts.append(scores)
    fields = pd.concat(parts).sort_index(kind="stable")
    fields = fields.astype({column: "str" for column in ("unit", "block") if column in fields})
    fields["unit"] = fields.groupby(fields["unit"].map(same))["unit"].transform("first")
    for column in layout.totals:
        title, cells = layout.titles[column], layout.body[column].fillna("")[fields.index.unique()]
        if "%" in title or cells.str.endswith("%").any():
            raise where.refuse(
                f"cột {quoted(title)} ghi tỷ lệ %, không phải tổng điểm", "hãy xóa cột này"
            )
        total = to_numbers(where, title, cells)
        if total.notna().any():
            fields["published_total"] = total.reindex(fields.index)
    return fields, list(unused.values()), told


def _long(where: Where, layout: _Layout, unused: dict[str, str]) -> list[_Field]:
    """Return the fields of a table in which each row is one field of one unit."""
    stages, body = layout.scores[""], layout.body.fillna("")
    body = body[(body != "").any(axis=1)]
    if len(body) and are_column_numbers(body.iloc[0].tolist()):
        body = body.iloc[1:]
    cells = body[layout.field]
    is_footer = body.map(lambda cell: bool(FOOTERS.match(fold(cell)))).any(axis=1)
    if (line := first_line((cells == "") & ~is_footer)) is not None:
        raise where.refuse("thiếu tên lĩnh vực", "hãy điền tên", at=place(cells, line))
    read = cells.map(split_maximum)
    names = read.str[0]
    is_total = names.map(is_sum)
    is_none = ((cells == "") | is_total).astype(bool)
    for line, *row in body[is_none].itertuples():
        unused[f"dòng {line}"] = row_in_words(line, row)
    names = names[~is_none]
    if names.empty:
        raise where.refuse("bảng không có dòng lĩnh vực nào", "hãy kiểm tra lại bảng")
    slices = []
    for _, part in names.groupby(names.map(same), sort=False):
        stated = {maximum for maximum in read[part.index].str[1] if pd.notna(maximum)}
        stated = [*layout.stated[stages["score"]], *sorted(stated)]
        slices.append(_Field(part.iloc[0], stages, layout.body.loc[part.index], stated))
    return slices


def _maxima(where: Where, slices: list[_Field], given: object, *, has_column: bool) -> list:
    """Return the maximum of each field; none where a column says it for each row."""
    maxima, unknown = [], []
    for field, _, _, stated in slices:
        of_field = given.get(same(field)) if isinstance(given, Mapping) else given
        of_field = dict.fromkeys([*stated, *([] if of_field is None else [float(of_field)])])
        if len(of_field) > 1:
            raise where.refuse(
                f"lĩnh vực {quoted(field)} có nhiều điểm tối đa khác nhau "
                f"({' và '.join(map(decimal_comma, of_field))}) ở tiêu đề, dòng điểm tối đa hoặc "
                "max_score=",
                "hãy giữ lại số đúng",
            )
        maxima.append(next(iter(of_field), None))
        if not of_field and not has_column:
            unknown.append(field[:60])
    if unknown:
        raise where.refuse(
            f"chưa biết điểm tối đa của {len(unknown)} lĩnh vực "
            f"({first_few(list(map(quoted, unknown)))})",
            "hãy ghi vào tiêu đề, ví dụ 'Thể chế (10 điểm)', thêm dòng Điểm tối đa, hoặc truyền "
            "{option}; cột không phải lĩnh vực thì xóa, cột tổng điểm thì chỉ rõ là cột điểm",
            option=Option("max_score", {unknown[0]: 10}),
        )
    return maxima


def load_fields(
    source: str | PathLike | pd.DataFrame,
    *,
    table: int | str | None = None,
    columns: Mapping[str, str | int] | None = None,
    max_score: float | Mapping[str, float] | None = None,
    unit: str | None = None,
) -> pd.DataFrame:
    """Load a published table of scores by field (lĩnh vực), or refuse it with the reason.

    Either each field is a column, or each row is one field of one unit. A field may have a column
    for each stage of its scoring ("I. Thể chế - Tự chấm"): its score is the appraised one, and a
    total is never a field. The maximum of a field is
    never guessed: its title says it ("Thể chế (10 điểm)"), a row "Điểm tối đa", a column of that
    name in a table of rows, or `max_score`.

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
        One row per unit and field in source order, with a RangeIndex: ``unit`` (str), ``year``
        (int64) and ``block`` (str) where known, ``field`` (str), ``score`` and ``max_score``
        (float64, points; no score is missing), ``self_score`` and ``survey_score`` (float64,
        points) where the source has them, and ``published_total`` (float64) where it has one plain
        column of totals: what it says in that row.

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
    grids = continued(grids)
    sheets = [] if "unit" in wanted else _tables(grids, is_sheet)
    # Fields without a total do not look like scores; a second column beside the unit will do.
    needed = {"score": 2} | {r: title for r, title in wanted.items() if not stage_of(str(title))}
    tables, layouts = [], []
    if not sheets or _tables(grids, lambda header: is_header(header, needed)):
        tables, left_out = find_tables(file, grids, needed)
        layouts = [
            None if has_levels(one.header, one.body)
            else _layout_of(Where(file, one.place), one, wanted)
            for one in tables
        ]  # fmt: skip
        unused += left_out
    if sheets and not any(layout is None or layout.scores for layout in layouts):
        unused = [grid.place for at, grid in enumerate(grids) if all(t.grid != at for t in sheets)]
        tables, layouts = sheets, [None] * len(sheets)
    if table is not None:
        one = pick(file, tables, table)
        layouts = [layout for t, layout in zip(tables, layouts, strict=True) if t is one]
        tables, unused = [one], []
    found = [
        (one, layout)
        for one, layout in zip(tables, layouts, strict=True)
        if layout is None or layout.scores
    ]
    if not found:
        raise Refusal(
            "không có cột lĩnh vực nào có số",
            "hãy dùng bảng có điểm từng lĩnh vực, mỗi lĩnh vực một cột, hoặc các cột Đơn vị, Lĩnh "
            "vực, Điểm, Điểm tối đa (cột tên khác thì ghi đúng tên cột vào {option})",
            file=file, option=Option("columns"),
        )  # fmt: skip
    unused += [t.place for t in tables if not any(t is one for one, _ in found)]
    taken = [one for one, _ in found]
    units = _units(file, found, grids, wanted, unit, told)
    known = [{}] * len(found)
    if found[0][1] is not None:
        known = named_by_headings(file, taken, years_said(taken))
    parts = []
    for (one, layout), of_sheet, of_table in zip(found, units, known, strict=True):
        where = Where(file, one.place)
        if layout is None:
            part, words, to_check = read_sheet(where, one, of_sheet, given=given, wanted=wanted)
        else:
            part, words, to_check = _read_fields(where, one, layout, wanted, given, of_table)
        parts.append(part.assign(place=one.place, line=part.index))
        unused += [f"{one.place} {word}".strip() if len(found) > 1 else word for word in words]
        told += to_check
    fields = join(file, parts)
    fields["field"] = fields.groupby(fields["field"].map(same))["field"].transform("first")
    levels = [level for level in LEVELS if level in fields]
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
    if len(parts) > 1:
        told.append(joined_in_words(taken, known))
    tell(file, list(dict.fromkeys(filter(None, unused))), list(dict.fromkeys(told)))
    kept = ["unit", *group_columns(fields), *levels, "score", "max_score", *_STAGES]
    kept.append("published_total")
    fields = fields[[column for column in kept if column in fields]]
    return fields.astype(dict.fromkeys(("unit", *levels), "str"))


def _tables(grids: list[Grid], test: Callable[[Header], bool]) -> list[Table]:
    return [table for at, grid in enumerate(grids) for table in tables_in(at, grid, test)]


def _units(
    file: str,
    found: list,
    grids: list[Grid],
    wanted: Mapping[str, str | int],
    given: str | None,
    told: list,
) -> list[str]:
    """Return the unit of each score sheet that has no column of units, and tell where it stands."""
    units = [""] * len(found)
    alone = [
        at
        for at, (one, layout) in enumerate(found)
        if layout is None and needs_unit(Where(file, one.place), one, wanted)
    ]
    if given is not None:
        if len(found) > 1 or not alone:
            raise Refusal(
                "unit= chỉ dùng cho một phiếu chấm điểm không có cột đơn vị",
                "hãy bỏ unit=, hoặc chọn một bảng ({option})", file=file, option=FIRST_TABLE,
            )  # fmt: skip
        return [given]
    said: dict[str, list[str]] = {}
    for at in alone:
        one = found[at][0]
        others = [t for t, _ in found if t.grid == one.grid and t is not one]
        units[at], source = unit_of(file, one, grids[one.grid], others)
        said.setdefault(source, []).append(quoted(units[at]))
    told += [
        f"lấy tên đơn vị theo {source} ({first_few(names)}); tên khác thì đặt unit="
        for source, names in said.items()
    ]
    return units


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
