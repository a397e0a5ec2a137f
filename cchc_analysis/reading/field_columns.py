"""Which columns of a table are fields, and how many points each field has at most."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from cchc_analysis.reading.header import LIKE, Header, Table, named, role_of, split_maximum
from cchc_analysis.reading.numbers import are_column_numbers, are_numbers
from cchc_analysis.reading.places import Where
from cchc_analysis.reading.vocabulary import (
    NAMELESS,
    NO_FIELD,
    NUMBER,
    PLAIN_TOTAL,
    POINTS,
    STAGE,
)
from cchc_analysis.text import fold, quoted, same


class Layout(NamedTuple):
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


def layout_of(where: Where, table: Table, wanted: Mapping[str, str | int]) -> Layout:
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
        # Beside fields the only column "Điểm" or "Kết quả" is their sum.
        totals = of("total") or (of("score") if len(of("score")) == 1 else [])
        maxima, others = [], of("unit", "year", "block", "number", None)
    others = [column for column in others if column not in scores]
    if not fields:
        _check_stages(where, [titles[column] for column in scores])
    used = {*fields, *scores, *totals, *maxima, *others, *of("number")}
    unused = [f"cột '{titles[column]}'" for column in titles if column not in used]
    return Layout(
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
