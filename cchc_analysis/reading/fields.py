"""From a source to the scores of each unit in each field (lĩnh vực): each is a table of scores."""

import re
from collections.abc import Mapping
from os import PathLike
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import group_columns
from cchc_analysis.reading.cells import are_column_numbers, are_numbers, to_numbers
from cchc_analysis.reading.columns import check_roles, column_named
from cchc_analysis.reading.grid import Where, first_line, place, row_in_words, titles_in_words
from cchc_analysis.reading.header import LIKE, Header, Table, named, role_of, split_maximum
from cchc_analysis.reading.load import check_units, join, joined_in_words, named_by_headings, tell
from cchc_analysis.reading.maxima import check_maximum
from cchc_analysis.reading.scores import read_scores
from cchc_analysis.reading.tables import pick, tables_of
from cchc_analysis.reading.vocabulary import (
    FOOTERS,
    NAMELESS,
    NO_FIELD,
    NUMBER,
    PLAIN_TOTAL,
    POINTS,
    STAGE,
    STAGE_TOTAL,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import decimal_comma, first_few, fold, quoted, same

_SCORE = Option("columns", {"score": "tên cột"})
# The name of a field, its column, its rows, the maxima that are stated.
_Slice = tuple[str, object, pd.DataFrame, list[float]]


class _Layout(NamedTuple):
    """What the columns of a table with fields hold."""

    titles: dict[object, str]  # without what is said of the maximum
    stated: dict[object, list[float]]  # the maxima that titles and rows state
    field: object | None  # the column that names the field, in a long table
    scores: list  # the columns of sub-scores: each a field, or in a long table the one
    totals: list  # the columns that may be the published total
    maxima: list  # the column of maxima of a long table
    others: list  # the columns that tell the rows apart
    unused: list[str]
    body: pd.DataFrame  # without the rows of maxima


def _layout_of(where: Where, table: Table, wanted: Mapping[str, str | int]) -> _Layout:
    """Return what each column of a table holds, were it a table with fields."""
    header, body = table.header, table.body
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
        scores = of("score") or of(LIKE) or of("numeric") or of("total")
        totals = [column for column in of("total") if column not in scores]
        maxima, others = of("max_score"), of("unit", "year", "block", None)
    else:
        scores = [c for c in titles if c in of("numeric", LIKE) or (stated[c] and c in of(None))]
        scores = [c for c in scores if not STAGE_TOTAL.fullmatch(fold(titles[c]))]
        # Beside fields the only column "Điểm" or "Kết quả" is their sum.
        totals = of("total") or (of("score") if len(of("score")) == 1 else [])
        maxima, others = [], of("unit", "year", "block", "number", None)
    others = [column for column in others if column not in scores]
    if not fields:
        _check_stages(where, [titles[column] for column in scores])
    used = {*fields, *scores, *totals, *maxima, *others, *of("number")}
    unused = [f"cột '{titles[column]}'" for column in titles if column not in used]
    return _Layout(
        titles, stated, next(iter(fields), None), scores, totals, maxima, others, unused, body
    )


def _check_stages(where: Where, titles: list[str]) -> None:
    """Refuse one field at two stages of its scoring: "I. Thể chế - Tự chấm", "… - Thẩm định"."""
    stages: dict[str, str] = {}
    for title in titles:
        if found := STAGE.fullmatch(title):
            other = stages.setdefault(same(found[1]), title)
            if other != title:
                raise where.refuse(
                    f"các cột {quoted(other)} và {quoted(title)} là điểm của một lĩnh vực ở hai "
                    "bước chấm",
                    "hãy xóa các cột của bước không dùng",
                    value=title,
                )


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
    title, short = header.titles[column], header.short[column]
    name, maximum = split_maximum(short)
    if fold(name) in NAMELESS and title != short:
        upper, stated = split_maximum(title.removesuffix(short).strip())
        return upper, stated if maximum is None else maximum
    return name or title, maximum


def _is_maximum(cell: str) -> bool:
    return role_of(cell) == "max_score" or fold(cell) == "toi da"


def _as_number(cell: str) -> float | None:
    bare = re.fullmatch(rf"(?i)\(?{NUMBER}{POINTS}?\)?", cell)
    return float(bare[1].replace(",", ".")) if bare else None


def _read_fields(
    where: Where, table: Table, layout: _Layout, wanted: Mapping, given: object, known: dict
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the scores of one table by line, what is unused and what to check."""
    at = {role: column_named(where, table.header, title) for role, title in wanted.items()}
    for columns in (layout.totals, layout.scores if layout.field is not None else []):
        if len(columns) > 1:
            listed = titles_in_words([layout.titles[column] for column in columns], " và ")
            raise where.refuse(
                f"các cột {listed} đều có thể là cột điểm",
                "hãy xóa cột không dùng, hoặc chỉ rõ cột ({option})",
                option=_SCORE,
            )
    unused = {words: words for words in layout.unused}
    slices = _wide(where, layout) if layout.field is None else _long(where, layout, unused)
    maxima = _maxima(where, slices, given, has_column=bool(layout.maxima))
    parts, told = [], []
    for (field, column, body, _), maximum in zip(slices, maxima, strict=True):
        kept = {column, *layout.others, *layout.maxima}
        body = body[[c for c in body if c in kept or c not in layout.titles]]
        titles = {c: layout.titles[c] for c in body if c in layout.titles}
        titled = list(titles)
        roles = {role: c for role, c in at.items() if c in titled and role != "field"}
        place_of_field = ", ".join(filter(None, [where.place, f"lĩnh vực '{field[:60]}'"]))
        part = read_scores(
            where._replace(place=place_of_field),
            table._replace(header=Header(titles, titles), body=body),
            wanted={role: titled.index(c) + 1 for role, c in (roles | {"score": column}).items()},
            max_score=maximum,
            given=known,
        )
        for words in part.unused:  # a row that is no unit is left out of every field: told once
            unused.setdefault(words.split(" '")[0] if words.startswith("dòng") else words, words)
        told += part.told
        parts.append(part.scores.assign(field=field))
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


def _wide(where: Where, layout: _Layout) -> list[_Slice]:
    names = [same(layout.titles[column]) for column in layout.scores]
    for column, key in zip(layout.scores, names, strict=True):
        if names.count(key) > 1:
            raise where.refuse(
                f"{names.count(key)} cột cùng tên lĩnh vực {quoted(layout.titles[column])}",
                "hãy đặt tên khác nhau, hoặc xóa cột không dùng",
            )
    return [(layout.titles[c], c, layout.body, layout.stated[c]) for c in layout.scores]


def _long(where: Where, layout: _Layout, unused: dict[str, str]) -> list[_Slice]:
    """Return the fields of a table in which each row is one field of one unit."""
    column, body = layout.scores[0], layout.body.fillna("")
    body = body[(body != "").any(axis=1)]
    if len(body) and are_column_numbers(body.iloc[0].tolist()):
        body = body.iloc[1:]
    cells = body[layout.field]
    is_footer = body.map(lambda cell: bool(FOOTERS.match(fold(cell)))).any(axis=1)
    if (line := first_line((cells == "") & ~is_footer)) is not None:
        raise where.refuse("thiếu tên lĩnh vực", "hãy điền tên", at=place(cells, line))
    read = cells.map(split_maximum)
    names = read.str[0]
    is_total = names.map(lambda name: bool(PLAIN_TOTAL.fullmatch(fold(name))))
    is_none = ((cells == "") | is_total).astype(bool)
    for line, *row in body[is_none].itertuples():
        unused[f"dòng {line}"] = row_in_words(line, row)
    names = names[~is_none]
    if names.empty:
        raise where.refuse("bảng không có dòng lĩnh vực nào", "hãy kiểm tra lại bảng")
    slices = []
    for _, part in names.groupby(names.map(same), sort=False):
        stated = {maximum for maximum in read[part.index].str[1] if pd.notna(maximum)}
        stated = [*layout.stated[column], *sorted(stated)]
        slices.append((part.iloc[0], column, layout.body.loc[part.index], stated))
    return slices


def _maxima(where: Where, slices: list[_Slice], given: object, *, has_column: bool) -> list:
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
) -> pd.DataFrame:
    """Load a published table of scores by field (lĩnh vực), or refuse it with the reason.

    Either each field is a column, or each row is one field of one unit. The maximum of a field is
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
        fields. Where each field is a column, ``score`` is the published total.
    max_score : float or mapping, optional
        The maximum of every field in points, or of some by name: ``{"Thể chế": 10}``.

    Returns
    -------
    DataFrame
        One row per unit and field in source order, with a RangeIndex: ``unit`` (str), ``year``
        (int64) and ``block`` (str) where known, ``field`` (str), ``score`` and ``max_score``
        (float64, points; no score is missing), and ``published_total`` (float64) where the source
        has one plain column of totals: what it says in that row.

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
    # Fields without a total do not look like scores; a second column beside the unit will do.
    file, _, tables, unused, told = tables_of(source, {"score": 2, **wanted})
    if table is not None:
        tables, unused = [pick(file, tables, table)], []
    layouts = [_layout_of(Where(file, one.place), one, wanted) for one in tables]
    found = [(one, layout) for one, layout in zip(tables, layouts, strict=True) if layout.scores]
    if not found:
        raise Refusal(
            "không có cột lĩnh vực nào có số",
            "hãy dùng bảng có điểm từng lĩnh vực, mỗi lĩnh vực một cột, hoặc các cột Đơn vị, Lĩnh "
            "vực, Điểm, Điểm tối đa (cột tên khác thì ghi đúng tên cột vào {option})",
            file=file, option=Option("columns"),
        )  # fmt: skip
    unused += [t.place for t, layout in zip(tables, layouts, strict=True) if not layout.scores]
    parts = []
    for (one, layout), known in zip(
        found, named_by_headings(file, [one for one, _ in found]), strict=True
    ):
        part, words, to_check = _read_fields(
            Where(file, one.place), one, layout, wanted, given, known
        )
        parts.append(part.assign(place=one.place, line=part.index))
        unused += [f"{one.place} {word}".strip() if len(found) > 1 else word for word in words]
        told += to_check
    fields = join(file, parts)
    for field, part in fields.groupby("field", sort=False):
        check_units(Where(file, f"lĩnh vực {quoted(field)}"), part)
    _check_names(file, fields["field"], max_score)
    gaps = fields[fields["score"].isna()]
    if len(gaps):
        words = [f"'{u[:40]}': {f[:40]}" for u, f in zip(gaps["unit"], gaps["field"], strict=True)]
        told.insert(0, f"{len(gaps)} điểm lĩnh vực còn thiếu ({first_few(words)})")
    if len(parts) > 1:
        told.append(joined_in_words([one for one, _ in found]))
    tell(file, list(dict.fromkeys(filter(None, unused))), list(dict.fromkeys(told)))
    kept = ["unit", *group_columns(fields), "field", "score", "max_score", "published_total"]
    return fields[[column for column in kept if column in fields]]


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
