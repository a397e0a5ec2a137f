"""From one table of raw cells to scores by field: each field is read as a table of scores."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from cchc_analysis.field_columns import Layout, one_maximum
from cchc_analysis.grid import in_words
from cchc_analysis.header import Header, Table, named, split_maximum
from cchc_analysis.labels import FOOTERS, PLAIN_TOTAL
from cchc_analysis.numbers import are_column_numbers, first_line, place
from cchc_analysis.scores import read_scores
from cchc_analysis.table import group_columns
from cchc_analysis.text import first_few, fold, quoted, same

# A total has no maximum of its own here; from 1000 on a comma might be a thousands mark.
_NO_MAXIMUM = 999.0


class Slice(NamedTuple):
    """The rows and the column of one field, or of the published totals."""

    field: str | None  # none for totals
    column: object
    body: pd.DataFrame
    stated: list[float]  # the maxima that are stated


def slices_of(where: str, table: Table, layout: Layout, wanted: Mapping) -> list[Slice]:
    """Return the fields of a table, and its totals."""
    for title in wanted.values():
        if len(at := named(table.header, title)) != 1:
            what = f"{len(at)} cột tên" if at else "không có cột"
            raise ValueError(f"{where}: {what} '{title}' (columns=); hãy ghi số thứ tự cột từ 1.")
    of_rows = layout.scores if layout.field is not None else []
    for columns in (layout.totals, of_rows):
        if len(columns) > 1:
            listed = " và ".join(f"'{layout.titles[column][:40]}'" for column in columns[:4])
            raise ValueError(
                f"{where}: các cột {listed} đều có thể là cột điểm; hãy xóa cột không dùng, hoặc "
                'chỉ rõ cột (columns={"score": "tên cột"}).'
            )
    slices = _long(where, layout) if of_rows else _wide(where, layout)
    if not any(one.field for one in slices):
        raise ValueError(f"{where}: bảng không có dòng lĩnh vực nào; hãy kiểm tra lại bảng.")
    return slices + [Slice(None, column, layout.body, []) for column in layout.totals]


def read_fields(
    where: str,
    table: Table,
    layout: Layout,
    slices: list[Slice],
    wanted: Mapping,
    given: object,
    known: dict,
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the scores of one table by line, what is unused and what to check."""
    maxima = _maxima(where, slices, given, has_column=bool(layout.maxima))
    parts, totals, told = [], [], []
    unused = {words: words for words in layout.unused}
    if layout.field is not None:  # below a table of rows
        blank = layout.body.fillna("")[(layout.body[layout.field].fillna("") == "").astype(bool)]
        rows = blank[(blank != "").any(axis=1)]
        unused |= {f"dòng {line}": in_words(line, row) for line, *row in rows.itertuples()}
    for (field, column, body, _), maximum in zip(slices, maxima, strict=True):
        kept = {column, *layout.others, *(layout.maxima if field else [])}
        body = body[[c for c in body if c in kept or c not in layout.titles]]
        titles = pd.Series(layout.titles, dtype="str").reindex(body.columns)
        titled = list(titles.dropna().index)
        at = {role: named(table.header, title)[0] for role, title in wanted.items()}
        at = {role: c for role, c in at.items() if c in titled and role != "field"}
        part, _, left_out, to_check = read_scores(
            f"{where}, lĩnh vực '{field[:60]}'" if field else where,
            table._replace(header=Header(titles, titles), body=body),
            wanted={role: titled.index(c) + 1 for role, c in (at | {"score": column}).items()},
            max_score=maximum,
            given=known,
        )
        for words in left_out:  # a row that is no unit is left out of every field: told once
            unused.setdefault(words.split(" '")[0] if words.startswith("dòng") else words, words)
        told += to_check
        (parts if field else totals).append(part.assign(field=field))
    fields = pd.concat(parts).sort_index(kind="stable")
    units = fields.groupby(fields["unit"].map(same))["unit"].transform("first")
    return _with_totals(where, fields.assign(unit=units), totals), list(unused.values()), told


def _wide(where: str, layout: Layout) -> list[Slice]:
    """Return for each field its name, its column, the rows and the stated maxima."""
    names = [same(layout.titles[column]) for column in layout.scores]
    for column, key in zip(layout.scores, names, strict=True):
        if names.count(key) > 1:
            raise ValueError(
                f"{where}: {names.count(key)} cột cùng tên lĩnh vực '{layout.titles[column][:60]}'"
                "; hãy đặt tên khác nhau, hoặc xóa cột không dùng."
            )
    return [Slice(layout.titles[c], c, layout.body, layout.stated[c]) for c in layout.scores]


def _long(where: str, layout: Layout) -> list[Slice]:
    """Return the same for a table in which each row is one field of one unit."""
    column, body = layout.scores[0], layout.body.fillna("")
    body = body[(body != "").any(axis=1)]
    if len(body) and are_column_numbers(body.iloc[0].tolist()):
        body = body.iloc[1:]
    cells = body[layout.field]
    if (line := first_line((cells == "") & ~body.map(_is_footer).any(axis=1))) is not None:
        raise ValueError(f"{where}, {place(cells, line)}: thiếu tên lĩnh vực; hãy điền tên.")
    read = cells[cells != ""].map(split_maximum)
    names = read.str[0]
    is_total = names.map(lambda name: bool(PLAIN_TOTAL.fullmatch(fold(name)))).astype(bool)
    slices = []
    for _, part in names[~is_total].groupby(names.map(same), sort=False):
        stated = {maximum for maximum in read[part.index].str[1] if pd.notna(maximum)}
        stated = [*layout.stated[column], *sorted(stated)]
        slices.append(Slice(part.iloc[0], column, layout.body.loc[part.index], stated))
    if is_total.any():
        slices.append(Slice(None, column, layout.body.loc[names.index[is_total]], []))
    return slices


def _is_footer(cell: str) -> bool:
    return FOOTERS.match(fold(cell)) is not None


def _maxima(where: str, slices: list[Slice], given: object, *, has_column: bool) -> list:
    """Return the maximum of each field; none where a column says it for each row."""
    maxima, unknown = [], []
    for field, _, _, stated in slices:
        if field is None:
            maxima.append(_NO_MAXIMUM)
            continue
        of_field = given.get(same(field)) if isinstance(given, Mapping) else given
        stated = [*stated, *([] if of_field is None else [float(of_field)])]
        maxima.append(one_maximum(where, field, stated) if stated else None)
        if not stated and not has_column:
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


def _with_totals(where: str, fields: pd.DataFrame, totals: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the fields with the published total of their unit."""
    if not totals or (found := pd.concat(totals).dropna(subset="score")).empty:
        return fields
    by = ["key", *group_columns(fields)]
    found = found.assign(key=found["unit"].map(same)).drop_duplicates([*by, "score"])
    keys = fields.assign(key=fields["unit"].map(same))[by]
    if keys.assign(field=fields["field"]).duplicated().any():
        return fields  # a unit stands there twice: refused with both places by `load_fields`
    if (line := first_line(found.duplicated(by, keep=False))) is not None:
        raise ValueError(
            f"{where}, dòng {line}: đơn vị '{found['unit'][line]}' có nhiều tổng điểm công bố khác "
            "nhau; hãy giữ lại tổng đúng."
        )
    places = pd.MultiIndex.from_frame(found[by])
    alone = ~places.isin(pd.MultiIndex.from_frame(keys))
    if alone.any():
        raise ValueError(
            f"{where}, dòng {found.index[alone][0]}: đơn vị '{found['unit'][alone].iloc[0]}' có "
            "tổng điểm nhưng không có lĩnh vực nào; hãy bổ sung hoặc xóa dòng này."
        )
    total = pd.Series(found["score"].to_numpy(), index=places)
    return fields.assign(
        published_total=total.reindex(pd.MultiIndex.from_frame(keys)).to_numpy(dtype="float64")
    )
