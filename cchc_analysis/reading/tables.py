"""From raw cells to the tables in them: header, rows, and the lines that stand above."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike

import numpy as np
import pandas as pd

from cchc_analysis.reading.grid import Grid, continued
from cchc_analysis.reading.header import (
    Header,
    Table,
    goes_on,
    header_of,
    is_distribution,
    is_header,
    is_near_header,
    may_be_titles,
    split_pairs,
)
from cchc_analysis.reading.headings import is_block, is_heading
from cchc_analysis.reading.numbers import numbering
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.text import fold

_LONGEST_HEADING = 120
_MOST_HEADER_ROWS = 3
_FIRST_UNITS = 3


def find_tables(
    name: str, grids: Sequence[Grid], wanted: Mapping[str, str | int]
) -> tuple[list[Table], list[str]]:
    """Return the ranking tables, and in words what looks like another table."""
    grids = continued(grids)
    for test in (lambda header: is_header(header, wanted), is_near_header):
        found = [_tables_in(grid, test) for grid in grids]
        if any(found):
            break
    else:
        raise _no_table(name, grids)
    widths = {g.cells.shape[1] for g, t in zip(grids, found, strict=True) if t} - {1}
    unused = [
        f"{grid.place} ({'; '.join(cell for cell in grid.cells.iloc[0].dropna() if cell)[:60]})"
        for grid, tables in zip(grids, found, strict=True)
        if not tables and (min(grid.cells.shape) > 1 or grid.cells.shape[1] in widths)
    ]
    return [table for tables in found for table in tables], unused


def _tables_in(grid: Grid, test: Callable[[Header], bool]) -> list[Table]:
    cells = grid.cells
    headers = _headers(cells, test)
    above = [_lines_above(cells, at) for at, _, _ in headers]
    tables: list[Table] = []
    for number, ((at, rows, header), (_, lines)) in enumerate(zip(headers, above, strict=True)):
        body = cells.iloc[at + rows : above[number + 1][0] if number + 1 < len(above) else None]
        if is_distribution(header):
            if tables:
                counted = f"bảng phân bố từ dòng {cells.index[at]}"
                tables[-1] = tables[-1]._replace(notes=(*tables[-1].notes, counted))
            continue
        if tables and _goes_on(tables[-1], header, body, lines):
            last = tables.pop()
            notes = (*last.notes, f"dòng {cells.index[at]} (tiêu đề lặp lại)")
            tables.append(last._replace(body=pd.concat([last.body, body]), notes=notes))
            continue
        own = [line for line in lines if is_heading(line)]
        heading = next((line for line in own if is_block(line)), own[0] if own else "")
        heading = heading or ("" if tables else grid.title)
        context = " ".join([*lines, grid.title])
        tables.append(
            Table(grid.place, heading, grid.title, context, header, body, (), grid.merged)
        )
    pairs = [split_pairs(table.header, table.body) for table in tables]
    return [t._replace(header=h, body=b) for t, (h, b) in zip(tables, pairs, strict=True)]


def _headers(cells: pd.DataFrame, test: Callable[[Header], bool]) -> list[tuple[int, int, Header]]:
    """Return where each header begins, over how many rows, and its titles."""
    found: list[tuple[int, int, Header]] = []
    may_be = may_be_titles(cells)
    for at in np.flatnonzero(may_be):
        if found and at < sum(found[-1][:2]):
            continue
        header, rows = header_of(cells, at), 1
        while rows < min(_MOST_HEADER_ROWS, len(cells) - at) and (
            goes_on(header, cells.iloc[at + rows]) or (may_be[at + rows] and not test(header))
        ):
            joined = header_of(cells, at, rows + 1)
            if not test(joined):
                break
            header, rows = joined, rows + 1
        if test(header) or is_distribution(header):
            found.append((at, rows, header))
    return found


def _lines_above(cells: pd.DataFrame, at: int) -> tuple[int, list[str]]:
    """Return where the lines of one cell right above a header begin, and them, nearest first."""
    first, lines = at, []
    for back in range(at - 1, max(-1, at - 20), -1):
        given = [cell for cell in cells.iloc[back].fillna("") if cell]
        if len(given) > 1 or (lines and not given) or any(FOOTERS.match(fold(c)) for c in given):
            break
        first, lines = back, lines + given
    return first, [line for line in lines if len(line) <= _LONGEST_HEADING]


def _goes_on(last: Table, header: Header, body: pd.DataFrame, above: list[str]) -> bool:
    """Return whether a header is the last table's, repeated on the next page."""
    if list(map(fold, header.titles.fillna(""))) != list(map(fold, last.header.titles.fillna(""))):
        return False
    number = [column for column, role in header.roles.items() if role == "number"]
    if not number:
        return not above
    before, after = numbering(last.body[number[0]]), numbering(body[number[0]])
    return bool(len(before) and len(after) and after.iloc[0] == before.iloc[-1] + 1)


def _no_table(name: str, grids: Sequence[Grid]) -> ValueError:
    for grid in grids:
        rows = np.flatnonzero(may_be_titles(grid.cells))
        if any(is_distribution(header_of(grid.cells, at)) for at in rows):
            return ValueError(
                f"{name}: đây là bảng phân bố (đếm số đơn vị theo loại), không phải bảng điểm của "
                "từng đơn vị; hãy dùng bảng xếp hạng có cột đơn vị và cột điểm."
            )
    return ValueError(
        f"{name}: không tìm thấy dòng tiêu đề có cột đơn vị và cột điểm; hãy đặt tên cột, "
        "ví dụ: STT, Đơn vị, Tổng điểm, Xếp hạng, Xếp loại."
    )


def tables_of(
    source: str | PathLike | pd.DataFrame, columns: Mapping | None
) -> tuple[str, list[Table], list[str], list[str]]:
    """Return the name of a source, its tables, what is not used, and what to check."""
    name, grids, left_out, to_check = read_grids(source)
    tables, unused = find_tables(name, grids, columns or {})
    return name, tables, [*left_out, *unused], to_check


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
    _, tables, _, _ = tables_of(source, columns)
    rows = []
    for number, one in enumerate(tables, start=1):
        body = one.body.fillna("")
        body = body[(body != "").any(axis=1)]
        titles = one.header.titles.fillna("")
        unit = next((c for c, role in one.header.roles.items() if role == "unit"), titles.index[0])
        units = body.loc[body[unit] != "", unit].head(_FIRST_UNITS)
        shown = ", ".join(titles[titles != ""])
        rows.append((number, one.place, one.heading, len(body), shown, "; ".join(units)))
    names = ["table", "place", "heading", "rows", "columns", "first_units"]
    return pd.DataFrame(rows, columns=names)
