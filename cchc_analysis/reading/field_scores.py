"""From one table of raw cells to scores by field: each field is read as a table of scores."""

from collections.abc import Mapping

import pandas as pd

from cchc_analysis.reading.field_columns import Layout
from cchc_analysis.reading.grid import in_words
from cchc_analysis.reading.header import Header, Table, named, split_maximum
from cchc_analysis.reading.numbers import are_column_numbers, first_line, place, to_numbers
from cchc_analysis.reading.scores import read_scores
from cchc_analysis.reading.vocabulary import FOOTERS, PLAIN_TOTAL
from cchc_analysis.text import decimal_comma, first_few, fold, quoted, same

# The name of a field, its column, its rows, the maxima that are stated.
Slice = tuple[str, object, pd.DataFrame, list[float]]


def read_fields(
    where: str, table: Table, layout: Layout, wanted: Mapping, given: object, known: dict
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the scores of one table by line, what is unused and what to check."""
    at = {role: _column_of(where, table.header, title) for role, title in wanted.items()}
    for columns in (layout.totals, layout.scores if layout.field is not None else []):
        if len(columns) > 1:
            listed = " và ".join(f"'{layout.titles[column][:40]}'" for column in columns[:4])
            raise ValueError(
                f"{where}: các cột {listed} đều có thể là cột điểm; hãy xóa cột không dùng, hoặc "
                'chỉ rõ cột (columns={"score": "tên cột"}).'
            )
    unused = {words: words for words in layout.unused}
    slices = _wide(where, layout) if layout.field is None else _long(where, layout, unused)
    maxima = _maxima(where, slices, given, has_column=bool(layout.maxima))
    parts, told = [], []
    for (field, column, body, _), maximum in zip(slices, maxima, strict=True):
        kept = {column, *layout.others, *layout.maxima}
        body = body[[c for c in body if c in kept or c not in layout.titles]]
        titles = pd.Series(layout.titles, dtype="str").reindex(body.columns)
        titled = list(titles.dropna().index)
        roles = {role: c for role, c in at.items() if c in titled and role != "field"}
        part, left_out, to_check = read_scores(
            f"{where}, lĩnh vực '{field[:60]}'",
            table._replace(header=Header(titles, titles), body=body),
            wanted={role: titled.index(c) + 1 for role, c in (roles | {"score": column}).items()},
            max_score=maximum,
            given=known,
        )
        for words in left_out:  # a row that is no unit is left out of every field: told once
            unused.setdefault(words.split(" '")[0] if words.startswith("dòng") else words, words)
        told += to_check
        parts.append(part.assign(field=field))
    fields = pd.concat(parts).sort_index(kind="stable")
    fields["unit"] = fields.groupby(fields["unit"].map(same))["unit"].transform("first")
    for column in layout.totals:
        title, cells = layout.titles[column], layout.body[column].fillna("")[fields.index.unique()]
        if "%" in title or cells.str.endswith("%").any():
            raise ValueError(
                f"{where}: cột {quoted(title)} ghi tỷ lệ %, không phải tổng điểm; hãy xóa cột này."
            )
        total = to_numbers(where, title, cells)
        if total.notna().any():
            fields["published_total"] = total.reindex(fields.index)
    return fields, list(unused.values()), told


def _column_of(where: str, header: Header, title: str | int) -> object:
    if len(found := named(header, title)) != 1:
        what = f"{len(found)} cột tên" if found else "không có cột"
        raise ValueError(f"{where}: {what} '{title}' (columns=); hãy ghi số thứ tự cột từ 1.")
    return found[0]


def _wide(where: str, layout: Layout) -> list[Slice]:
    names = [same(layout.titles[column]) for column in layout.scores]
    for column, key in zip(layout.scores, names, strict=True):
        if names.count(key) > 1:
            raise ValueError(
                f"{where}: {names.count(key)} cột cùng tên lĩnh vực '{layout.titles[column][:60]}'"
                "; hãy đặt tên khác nhau, hoặc xóa cột không dùng."
            )
    return [(layout.titles[c], c, layout.body, layout.stated[c]) for c in layout.scores]


def _long(where: str, layout: Layout, unused: dict[str, str]) -> list[Slice]:
    """Return the fields of a table in which each row is one field of one unit."""
    column, body = layout.scores[0], layout.body.fillna("")
    body = body[(body != "").any(axis=1)]
    if len(body) and are_column_numbers(body.iloc[0].tolist()):
        body = body.iloc[1:]
    cells = body[layout.field]
    is_footer = body.map(lambda cell: bool(FOOTERS.match(fold(cell)))).any(axis=1)
    if (line := first_line((cells == "") & ~is_footer)) is not None:
        raise ValueError(f"{where}, {place(cells, line)}: thiếu tên lĩnh vực; hãy điền tên.")
    read = cells.map(split_maximum)
    names = read.str[0]
    is_total = names.map(lambda name: bool(PLAIN_TOTAL.fullmatch(fold(name))))
    is_none = ((cells == "") | is_total).astype(bool)
    for line, *row in body[is_none].itertuples():
        unused[f"dòng {line}"] = in_words(line, row)
    names = names[~is_none]
    if names.empty:
        raise ValueError(f"{where}: bảng không có dòng lĩnh vực nào; hãy kiểm tra lại bảng.")
    slices = []
    for _, part in names.groupby(names.map(same), sort=False):
        stated = {maximum for maximum in read[part.index].str[1] if pd.notna(maximum)}
        stated = [*layout.stated[column], *sorted(stated)]
        slices.append((part.iloc[0], column, layout.body.loc[part.index], stated))
    return slices


def _maxima(where: str, slices: list[Slice], given: object, *, has_column: bool) -> list:
    """Return the maximum of each field; none where a column says it for each row."""
    maxima, unknown = [], []
    for field, _, _, stated in slices:
        of_field = given.get(same(field)) if isinstance(given, Mapping) else given
        of_field = dict.fromkeys([*stated, *([] if of_field is None else [float(of_field)])])
        if len(of_field) > 1:
            raise ValueError(
                f"{where}: lĩnh vực '{field[:60]}' có nhiều điểm tối đa khác nhau "
                f"({' và '.join(map(decimal_comma, of_field))}) ở tiêu đề, dòng điểm tối đa hoặc "
                "max_score=; hãy giữ lại số đúng."
            )
        maxima.append(next(iter(of_field), None))
        if not of_field and not has_column:
            unknown.append(field[:60])
    if unknown:
        raise ValueError(
            f"{where}: chưa biết điểm tối đa của {len(unknown)} lĩnh vực "
            f"({first_few(list(map(quoted, unknown)))}); hãy ghi vào tiêu đề, ví dụ "
            "'Thể chế (10 điểm)', thêm dòng Điểm tối đa, hoặc truyền "
            f'max_score={{"{unknown[0]}": 10}}; cột không phải lĩnh vực thì xóa, cột tổng điểm thì '
            'chỉ rõ (columns={"score": "tên cột"}).'
        )
    return maxima
