"""From raw cells to the tables in them: header, rows, and the lines that stand above."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from os import PathLike
from types import MappingProxyType

import numpy as np
import pandas as pd

from cchc_analysis.reading.cells import (
    MOST_ABOVE,
    Grid,
    Where,
    are_numbers,
    count_filled,
    filled,
    first_line,
    has_letters,
    holds_any,
    lines_in_words,
    numbered_names,
    numbering,
    row_in_words,
    titles_in_words,
    to_cells,
)
from cchc_analysis.reading.columns import check_roles, proposed
from cchc_analysis.reading.header import (
    FIRST_TABLE,
    LIKE,
    MOST_OF_WORDS,
    PLAIN_NUMBER,
    YEAR,
    Header,
    Table,
    Wanted,
    bare,
    cells_of,
    goes_on,
    has_wanted,
    header_of,
    heads_part,
    is_block,
    is_distribution,
    is_header,
    is_heading,
    is_near_header,
    may_be_titles,
    role_of,
    role_or_like,
    split_pairs,
    with_row_below,
    without_changes,
    without_year,
    year_in,
)
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import SHOWN, first_few, fold, quoted

_LONGEST_HEADING = 120
_MOST_HEADER_ROWS = 3
_FIRST_UNITS = 3
_SCORE = "Điểm"  # what a column holds whose title is a year
_OF_ALL_YEARS = ("number", "unit", "block", "max_score")
_MOST_LEFT = 2  # columns in which the titles of a turned table may stand
_MOST_TABLES, _MOST_LOOKED_AT = 200, 50  # rows that may be titles


def find_tables(
    file: str, grids: Sequence[Grid], wanted: Wanted, left_out: Sequence[str] = ()
) -> tuple[list[Table], list[str]]:
    """Return the ranking tables, and in words what looks like another table.

    A header has what is needed, else the titles that the caller wants, else one that is known.
    `left_out` are in words the hidden sheets, which are not read.
    """
    by_title = any(isinstance(title, str) for title in wanted.values())
    for test in (
        lambda header: is_header(header, wanted),
        lambda header: by_title and has_wanted(header, wanted),
        is_near_header,
    ):
        found = [tables_in(file, at, grid, test, wanted) for at, grid in enumerate(grids)]
        has_rows = any(count_filled(t.body).any() for tables in found for t in tables)
        if any(found) and (has_rows or test is not is_near_header):
            break
    else:
        raise _no_table(file, grids, left_out)
    if (many := sum(map(len, found))) > _MOST_TABLES:
        problem = f"tệp có {many} bảng điểm (giới hạn {_MOST_TABLES})"
        raise Where(file).refuse(problem, "hãy chia bảng ra nhiều tệp")
    _check_above(file, grids, found)
    first = [filter(None, grid.cells.head(1).fillna("").to_numpy().flat) for grid in grids]
    unused = [
        f"{grid.place} ({'; '.join(cells)[:60]})"
        for grid, tables, cells in zip(grids, found, first, strict=True)
        if not tables
    ]
    tables = [table for tables in found for table in tables]
    over = tables[0].lines[1:]  # what stands over the tables of a document
    tables = [t if t.is_sheet else t._replace(general=(*t.general, *over)) for t in tables]
    full = [table for table in tables if holds_any(table.body)]
    if full:  # a header without rows is no table to choose
        empty = [table for table in tables if not holds_any(table.body)]
        unused += [f"{table.place} (tiêu đề không có dòng nào)" for table in empty]
    return full or tables, unused


def _check_above(file: str, grids: Sequence[Grid], found: list[list[Table]]) -> None:
    """Refuse rows above a header that look like units: they would be lost without a word."""
    for grid, tables in zip(grids, found, strict=True):
        if not tables:
            continue
        taken = {line for t in tables for line in (*t.above, *t.over)}
        roles = tables[0].header.roles
        unit = [c for c, role in roles.items() if role == "unit"]
        cells = grid.cells[grid.cells.index < tables[0].first]
        rest = cells[~cells.index.isin(taken)].fillna("")
        if rest.empty or not unit:
            continue
        names = has_letters(rest[unit[0]])
        others = rest.drop(columns=unit[0])
        is_unit = names & others.apply(lambda cells: are_numbers(cells)).any(axis=1)
        if (line := first_line(is_unit)) is not None:
            words = row_in_words(line, rest.loc[line])
            raise Where(file, grid.place).refuse(
                f"{words} trông như một đơn vị nhưng đứng trên dòng tiêu đề "
                f"({lines_in_words(is_unit.index[is_unit])[:60]})",
                "hãy chuyển dòng tiêu đề lên trên các đơn vị, hoặc xóa các dòng này",
                value=words,
            )


def tables_in(
    file: str, number: int, grid: Grid, test: Callable[[Header], bool],
    wanted: Wanted = MappingProxyType({}),
) -> list[Table]:  # fmt: skip
    """Return the tables of one grid whose header passes a test."""
    cells, where = grid.cells, Where(file, grid.place)
    may_be = may_be_titles(cells, wanted)
    if may_be.sum() > MOST_OF_WORDS:
        raise where.refuse(
            f"có {may_be.sum()} dòng gồm nhiều ô chữ mà không có số (giới hạn {MOST_OF_WORDS})",
            "hãy xóa các dòng tiêu đề lặp lại và các dòng không thuộc bảng điểm",
        )
    headers = _headers(cells, test, may_be, grid.merged)
    if len(headers) > _MOST_TABLES:
        raise where.refuse(
            f"có {len(headers)} dòng tiêu đề (giới hạn {_MOST_TABLES})",
            "hãy xóa các dòng tiêu đề lặp lại, hoặc chia bảng ra nhiều tệp",
        )
    start = _first_numbered(cells, wanted)
    if start is not None and (not headers or headers[0][0] > start):
        headers = [one for one in headers if any(one[2].roles.values())]
        row = cells_of(cells, cells.iloc[start])
        headers = [(start, 0, _without_titles(row)), *headers]
    above = [_lines_above(cells, at) for at, _, _ in headers]
    ends = [first for first, _ in above[1:]] + [len(cells)]
    tables: list[Table] = []
    for (at, rows, header), (first, lines), end in zip(headers, above, ends, strict=False):
        body = cells.iloc[at + rows : end]
        taken, over = tuple(cells.index[at : at + rows]), tuple(cells.index[first:at])
        if is_distribution(header):
            if tables:
                rows = _count_rows(header, tables[-1], body)
                lines = (*taken, *body.index[:rows])
                last = _with(tables[-1], f"bảng phân bố ở {lines_in_words(lines)}", lines, over)
                rest = body.iloc[rows:]
                if holds_any(rest):  # what stands below it is of the table, or is told
                    last = last._replace(body=pd.concat([last.body, rest]))
                tables[-1] = last
            continue
        if tables and _goes_on(tables[-1], header, body, lines):
            last = _with(tables[-1], f"dòng {cells.index[at]} (tiêu đề lặp lại)", taken, ())
            rest = cells.iloc[first:at]  # a line between may name the block that begins here
            tables[-1] = last._replace(body=pd.concat([last.body, rest, body]))
            continue
        own = [line for line in lines if is_heading(line)]
        heading = next((line for line in own if is_block(line)), own[0] if own else "")
        heading = heading or ("" if tables else grid.title)
        table = Table(
            grid.place, heading, grid.title, header, body, merged=grid.merged, longer=grid.longer,
            grid=number,
            above=taken, over=over, lines=(*lines, *grid.above),
            general=_general(cells, above[0]), is_sheet=grid.is_sheet,
        )  # fmt: skip
        if tables and not holds_any(tables[-1].body):  # a header without rows is no table
            table = _without_rows(table, tables.pop())
        elif tables and not holds_any(body):
            table = _without_rows(tables.pop(), table)
        tables.append(table)
    return [split_pairs(without_changes(table)) for table in tables]


def _first_numbered(cells: pd.DataFrame, wanted: Wanted) -> int | None:
    """Return the first row with a name and a number where the caller numbers their columns."""
    columns = [wanted.get(role) for role in ("unit", "score")]
    if not all(isinstance(c, int) and 0 < c <= cells.shape[1] for c in columns):
        return None
    names, scores = (cells.iloc[:, column - 1].fillna("") for column in columns)
    is_row = has_letters(names) & are_numbers(scores)
    return int(is_row.argmax()) if is_row.any() else None


def _without_titles(columns: Iterable[object]) -> Header:
    """Return the header of columns that nothing stands over."""
    blank = dict.fromkeys(columns, "")
    return Header(blank, blank)


def _count_rows(header: Header, above: Table, body: pd.DataFrame) -> int:
    """Return how many rows a distribution has: to a cell under no title of it, or to a unit.

    A unit goes on with the numbers of the table above, or has one and follows a blank row; without
    numbers nothing tells it from a grade.
    """
    others = body.drop(columns=[column for column, title in header.titles.items() if title])
    ends = count_filled(others).to_numpy() > 0
    own = {role: column for column, role in above.header.roles.items()}
    if {"number", "unit"} <= set(own):
        before, numbers = (numbering(rows[own["number"]].fillna("")) for rows in (above.body, body))
        blank = body.index[count_filled(body) == 0]
        goes_on = (numbers > before.max()) | (numbers.index > min(blank, default=body.index[-1]))
        names = has_letters(body[own["unit"]])
        ends |= names.to_numpy() & body.index.isin(numbers.index[goes_on])
    return int(ends.argmax()) if ends.any() else len(body)


def _general(cells: pd.DataFrame, first: tuple[int, list[str]]) -> tuple[str, ...]:
    """Return what stands over all tables of a grid, save what heads the first, nearest first."""
    at, lines = first
    rows = cells.iloc[:at].fillna("").to_numpy()[::-1]
    over = [" ".join(filter(None, row)) for row in rows[:MOST_ABOVE]]
    return (*lines[1:], *filter(None, over))


def _with(table: Table, note: str, lines: tuple[int, ...], over: tuple[int, ...]) -> Table:
    return table._replace(
        notes=(*table.notes, note), above=(*table.above, *lines), over=(*table.over, *over)
    )


def _without_rows(table: Table, empty: Table) -> Table:
    """Return a table that tells of a header beside it without rows."""
    note = f"{lines_in_words(empty.above)} (tiêu đề không có dòng nào)"
    table = table._replace(heading=table.heading or empty.heading, lines=table.lines or empty.lines)
    return _with(table, note, (*empty.above, *empty.body.index), empty.over)


def _headers(
    cells: pd.DataFrame,
    test: Callable[[Header], bool],
    may_be: np.ndarray,
    merged: Set[tuple[int, object]],
) -> list[tuple[int, int, Header]]:
    """Return where each header begins, over how many rows, and its titles.

    Titles that each span two rows are one row.
    """
    found: list[tuple[int, int, Header]] = []
    lines = cells.to_numpy()
    for at in np.flatnonzero(may_be):
        if found and at < sum(found[-1][:2]):
            continue
        header = joined = header_of(cells, lines[at])
        rows = 1
        for more in range(1, min(_MOST_HEADER_ROWS, len(cells) - at)):
            lower = cells_of(cells, lines[at + more])
            heads = list(filter(None, lower.values()))
            line = cells.index[at + more]
            own = [(line, column) for column, cell in lower.items() if cell]
            if own and merged.issuperset(own):
                rows = more + 1
                continue
            if len(heads) == 1 and heads_part(heads[0]):
                break
            is_part = may_be[at + more] and not (test(joined) or test(Header(lower, lower)))
            if not (is_part or goes_on(joined, lower)):
                break
            joined = with_row_below(joined, cells.columns, lower)
            if test(joined):
                header, rows = joined, more + 1
        if test(header) or is_distribution(header):
            found.append((at, rows, header))
    return found


def _lines_above(cells: pd.DataFrame, at: int) -> tuple[int, list[str]]:
    """Return where the lines of one cell right above a header begin, and them, nearest first."""
    first, lines = at, []
    for back in range(at - 1, max(-1, at - 20), -1):
        given = [cell for cell in cells.iloc[back].fillna("") if cell]
        if len(given) > 1 or (lines and not given):
            break
        if any(FOOTERS.match(fold(cell)) or PLAIN_NUMBER.fullmatch(cell) for cell in given):
            break
        first, lines = back, lines + given
    return first, [line for line in lines if len(line) <= _LONGEST_HEADING]


def _goes_on(last: Table, header: Header, body: pd.DataFrame, above: list[str]) -> bool:
    """Return whether a header is the last table's, repeated on the next page."""
    own, before = (
        {column: fold(title) for column, title in one.titles.items() if title}
        for one in (header, last.header)
    )
    if own != before:
        return False
    number = [column for column, role in header.roles.items() if role == "number"]
    if not number:
        return not above
    if "unit" not in header.roles.values():  # codes of criteria: another sheet begins as this one
        cells = (rows[number[0]][filled(rows[number[0]])] for rows in (last.body, body))
        before, after = (next(iter(own), "") for own in cells)
        return not above and after not in ("", before)
    before, after = numbering(last.body[number[0]]), numbering(body[number[0]])
    return bool(len(before) and len(after) and after.iloc[0] == before.iloc[-1] + 1)


def _no_table(file: str, grids: Sequence[Grid], left_out: Sequence[str]) -> Refusal:
    """Return the refusal of a source without a header; it shows the row that looked most like one.

    What it proposes are the columns there that alone hold names and numbers.
    """
    # What could be named of each row, how many titles it has, and the words for it.
    found: list[tuple[Option | None, int, str]] = [(None, 1, "")]
    for grid in grids:
        may_be, given = may_be_titles(grid.cells), count_filled(grid.cells).to_numpy()
        for at in np.flatnonzero(may_be | (given == 1))[:_MOST_LOOKED_AT]:
            one = header_of(grid.cells, grid.cells.iloc[at])
            if is_distribution(one):
                return Refusal(
                    "đây là bảng phân bố (đếm số đơn vị theo loại), không phải bảng điểm của từng "
                    "đơn vị",
                    "hãy dùng bảng xếp hạng có cột đơn vị và cột điểm", file=file,
                )  # fmt: skip
            if given[at] > 2 or any(one.roles.values()):
                place = ", ".join(filter(None, [grid.place, f"dòng {grid.cells.index[at]}"]))
                seen = f"; giống nhất là {place}: {titles_in_words(one.titles.values())}"
                named = proposed(one, grid.cells.iloc[at + 1 :])
                found.append((named, given[at] * may_be[at], seen))
        named = proposed(_without_titles(grid.cells), grid.cells)
        if named and len(named.value) > 1:
            found.append((named, 0, f"; giống nhất là {grid.place}" * bool(grid.place)))
    option, _, seen = max(found, key=lambda one: (len(one[0].value) if one[0] else 0, one[1]))
    seen += f"; không đọc {first_few(left_out)}" if left_out else ""
    return Refusal(
        f"không tìm thấy dòng tiêu đề có cột đơn vị và cột điểm{seen}",
        ("hãy bỏ ẩn chỗ có bảng điểm, hoặc đặt tên cột" if left_out else "hãy đặt tên cột")
        + ", ví dụ: STT, Đơn vị, Tổng điểm, Xếp hạng, Xếp loại"
        + (", các ô cách nhau bằng dấu chấm phẩy" if file.endswith((".txt", ".md")) else "")
        + (", hoặc chỉ rõ cột ({option})" if option else ""),
        file=file, option=option,
    )  # fmt: skip


def tables_of(
    source: str | PathLike | pd.DataFrame, columns: Wanted | None, table: int | str | None = None
) -> tuple[str, list[Grid], list[Table], list[str], list[str]]:
    """Return the name of a source, its grids and tables, what is not used, and what to check.

    A sheet that the caller names is read though others look more like rankings.
    """
    check_roles(columns or {})
    file, grids, left_out, to_check = read_grids(source)
    turned = [_turned(grid) for grid in grids]
    to_check += [
        f"{own.place}: mỗi cột là một đơn vị, được đọc như một dòng" for own in turned if own
    ]
    grids = [own or grid for own, grid in zip(turned, grids, strict=True)]
    tables, unused = find_tables(file, grids, columns or {}, left_out)
    if isinstance(table, str) and not _called(tables, table):
        is_meant = [fold(table) in fold(f"{grid.title} {grid.place}") for grid in grids]
        if any(is_meant):
            own = [g if here else g._replace(cells=g.cells.head(0))
                   for g, here in zip(grids, is_meant, strict=True)]  # fmt: skip
            tables, _ = find_tables(file, own, columns or {})
    if not columns:  # which may name those of one year
        tables = [part for one in tables for part in _by_years(one)]
    return file, grids, tables, [*left_out, *unused], to_check


def _by_years(table: Table) -> list[Table]:
    """Return a table for each year that titles of scores say; what is of no year is of the last.

    Where ranks, grades or other scores have no year, there is one table.
    """
    header = table.header
    bare_titles, short = (
        {column: without_year(title) or _SCORE * bool(title) for column, title in row.items()}
        for row in (header.titles, header.short)
    )
    years = {column: year_in(title).year for column, title in header.titles.items()}
    roles = {c: role_or_like(bare_titles[c]) for c in years}
    roles = {c: role or header.likely.get(c) for c, role in roles.items()}
    own = [bare_titles[c] for c, role in roles.items() if role is None and years[c]]
    again = {title for title in own if own.count(title) > 1}
    known = {"score", "published_rank", LIKE} & {*roles.values()}
    if len(again) == 1 and known == {"published_rank"}:  # "DTI 2022", "Hạng 2022", "DTI 2021" …
        roles |= {c: LIKE for c, title in bare_titles.items() if title in again}
    every = sorted({years[c] for c, role in roles.items() if role in ("score", LIKE)})
    of_year = {"score", LIKE, "bonus", "published_rank", "published_grade", "year"}
    if len(every) < 2 or not all(years[c] for c, role in roles.items() if role in of_year):
        return [table]
    parts = []
    for year in every:
        titles = {
            column: title for column, title in bare_titles.items()
            if years[column] == year or (roles[column] in _OF_ALL_YEARS and not years[column])
            or (year == every[-1] and years[column] not in every)
        }  # fmt: skip
        heading = f"{table.heading} năm {year}" if is_block(table.heading) else f"Năm {year}"
        parts.append(table._replace(
            place=", ".join(filter(None, [table.place, f"năm {year}"])), heading=heading,
            header=Header(titles, {column: short[column] for column in titles}, header.parts),
            body=table.body[[*titles]],
            lines=(heading, *(line for line in table.lines if not year_in(line).year)),
        ))  # fmt: skip
    return parts


def _turned(grid: Grid) -> Grid | None:
    """Return a grid whose units stand side by side with a row for each, None if it is none.

    One below the other stand titles of a score and of a rank, a grade or the unit; over the numbers
    stand names. What is left of the titles only numbers them.
    """
    cells = grid.cells.head(MOST_OF_WORDS).fillna("")
    for at in range(min(_MOST_LEFT, cells.shape[1])):
        roles = [role_of(title) for title in cells.iloc[:, at]]
        if "score" not in roles:
            continue
        right = cells.iloc[: roles.index("score") + 1, at + 1 :]
        given = count_filled(right)
        words = sum((has_letters(right[column]).astype(int) for column in right), 0 * given)
        top = int(given.where(given == words, 0).to_numpy().argmax())
        names, below = [name for name in right.iloc[top] if name], cells.iloc[top + 1 :, at]
        are_known = all(role_or_like(title) is not None for title in below if title)
        is_turned = {"published_rank", "published_grade"} & set(roles[top + 1 :]) or (
            roles[top] == "unit" and are_known
        )
        has_numbers = 2 * are_numbers(right.iloc[-1]).sum() >= len(names) > 1
        no_units = len({*names}) < len(names) or any(map(_is_no_unit, names))
        if not is_turned or not has_numbers or no_units:
            continue
        rows = grid.cells.iloc[top:, at:].fillna("").to_numpy().T.tolist()
        rows[0][0] = rows[0][0] if roles[top] == "unit" else SHOWN["unit"]
        over = [[" ".join(filter(None, row))] for row in cells.iloc[:top].to_numpy()]
        return grid._replace(
            place=f"{grid.place or 'bảng'} (xoay ngang thành dọc)",
            cells=to_cells([*over, *rows], range(1, len(over) + len(rows) + 1)),
            merged=frozenset(),
            longer=frozenset(),
        )
    return None


def _is_no_unit(name: str) -> bool:
    """Return whether a name over numbers is a title, a year, or a stage, and no unit."""
    return role_or_like(name) not in (None, "max_score") or bool(re.search(YEAR, name))


def _called(tables: list[Table], name: str) -> list[Table]:
    """Return the tables whose heading is this name, else those whose heading or place has it."""
    if not (key := fold(name)):
        return []
    exact = [t for t in tables if key in (fold(t.heading), fold(bare(t.heading)))]
    return exact or [t for t in tables if key in fold(f"{t.heading} {t.place}")]


def pick(file: str, tables: list[Table], table: int | str) -> Table:
    """Return the table of this number, from 1, or of this heading."""
    if not isinstance(table, int | str) or table is True:
        raise Refusal(
            f"{{option.name}}={table!r:.60} không dùng được", "hãy ghi ví dụ 1 hoặc 'Khối sở'",
            value=table, option=FIRST_TABLE,
        )  # fmt: skip
    if isinstance(table, int):
        found = tables[table - 1 : table] if table > 0 else []
    else:
        found = _called(tables, table)
    if len(found) != 1:
        raise Refusal(
            f"{'nhiều' if found else 'không có'} bảng {quoted(table)} ({{option.name}}); các bảng "
            f"có: {numbered_names(t.heading or t.place for t in tables)}",
            "hãy ghi số thứ tự hoặc tiêu đề của một bảng ({option})",
            file=file, value=table, option=FIRST_TABLE,
        )  # fmt: skip
    return found[0]


def list_tables(
    source: str | PathLike | pd.DataFrame, *, columns: Mapping[str, str | int] | None = None
) -> pd.DataFrame:
    """List the tables in a source from which `load_scores` can choose.

    Parameters
    ----------
    source : path or DataFrame
        As for `load_scores`.
    columns : mapping, optional
        As for `load_scores`, where the names of the columns do not tell a table.

    Returns
    -------
    DataFrame
        One row per table: ``table`` (its number from 1), ``place``, ``heading``, ``rows`` (that
        are not empty, below the header), ``columns`` and ``first_units`` (text).

    Raises
    ------
    ValueError
        If the source cannot be read or holds no table of scores.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> one = pd.DataFrame({"Đơn vị": ["Thanh tra"], "Điểm": ["73,98"]})
    >>> list_tables(one)[["table", "rows", "columns", "first_units"]]
       table  rows       columns first_units
    0      1     1  Đơn vị, Điểm   Thanh tra
    """
    _, _, tables, _, _ = tables_of(source, columns)
    rows = []
    for number, one in enumerate(tables, start=1):
        body = one.body.fillna("")
        body = body[(body != "").any(axis=1)]
        titles, roles = one.header.titles, one.header.roles
        unit = next((c for c, role in roles.items() if role == "unit"), body.columns[0])
        units = body.loc[body[unit] != "", unit].head(_FIRST_UNITS)
        shown = ", ".join(filter(None, titles.values()))
        rows.append((number, one.place, one.heading, len(body), shown, "; ".join(units)))
    names = ["table", "place", "heading", "rows", "columns", "first_units"]
    shown = pd.DataFrame(rows, columns=names)
    titles = [title for one in tables for title in one.header.titles.values() if title]
    shown.attrs["titles"] = list(dict.fromkeys(titles))
    return shown
