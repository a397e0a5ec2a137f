"""From one table of raw cells to scores by field: each field is read as a table of scores."""

from collections.abc import Mapping

import pandas as pd

from cchc_analysis.reading.columns import column_named
from cchc_analysis.reading.field_columns import Layout
from cchc_analysis.reading.header import Header, Table, split_maximum
from cchc_analysis.reading.numbers import are_column_numbers, to_numbers
from cchc_analysis.reading.places import Where, first_line, place, row_in_words, titles_in_words
from cchc_analysis.reading.scores import read_scores
from cchc_analysis.reading.vocabulary import FOOTERS, PLAIN_TOTAL
from cchc_analysis.refusal import Option
from cchc_analysis.text import decimal_comma, first_few, fold, quoted, same

_SCORE = Option("columns", {"score": "tên cột"})
# The name of a field, its column, its rows, the maxima that are stated.
Slice = tuple[str, object, pd.DataFrame, list[float]]


def read_fields(
    where: Where, table: Table, layout: Layout, wanted: Mapping, given: object, known: dict
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


def _wide(where: Where, layout: Layout) -> list[Slice]:
    names = [same(layout.titles[column]) for column in layout.scores]
    for column, key in zip(layout.scores, names, strict=True):
        if names.count(key) > 1:
            raise where.refuse(
                f"{names.count(key)} cột cùng tên lĩnh vực {quoted(layout.titles[column])}",
                "hãy đặt tên khác nhau, hoặc xóa cột không dùng",
            )
    return [(layout.titles[c], c, layout.body, layout.stated[c]) for c in layout.scores]


def _long(where: Where, layout: Layout, unused: dict[str, str]) -> list[Slice]:
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


def _maxima(where: Where, slices: list[Slice], given: object, *, has_column: bool) -> list:
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
