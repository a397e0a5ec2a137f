"""Raw cells from text copied out of a web page, one cell per line.

Header cells and names are broken over lines, prose and other numbers surround the table. The grid
is found again from what each column must hold and from the numbering: a reading that fits only in
one way is taken, anything else is refused.
"""

import re

import pandas as pd

from cchc_analysis.reading.grid import to_cells
from cchc_analysis.reading.header import role_of, split_maximum
from cchc_analysis.reading.numbers import are_column_numbers
from cchc_analysis.reading.pasted_rows import Row, number_of, rows_after, rows_at
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.text import clean, first_few, fold, quoted

_LINES_PER_HEADER = 4
_PIECE = re.compile(r"[+-]?[.,]?[0-9]+(?:[.,][0-9]*)?\.?\s*%?|[-–—]")  # what is left of a row
_LOST_ROWS = 30  # how far ahead the numbering may be for a row to be of the same table


def pasted_cells(text: str, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the tables in `text` as raw cells with their line numbers, and what to check.

    Each table is its header row and its rows, after the line above it, which may be its heading.
    Refused is a table that reads in two ways, and text below that looks like a row of it.
    """
    numbered = [(i, clean(line)) for i, line in enumerate(text.splitlines(), start=1)]
    lines = [i for i, line in numbered if line]
    values = [line for _, line in numbered if line]
    starts = [at for at in range(len(values)) if _names_a_ranking(_header_at(values, at)[0])]
    cells: dict[int, tuple[str, ...]] = {}
    notes: list[str] = []
    end = tried = 0
    for start in starts:
        header, body = _header_at(values, start)
        if start < end or body == tried:
            continue
        tried = body
        if are_column_numbers(values[body : body + len(header)]):
            body += len(header)
        table = values[: next((at for at in starts if at >= body), len(values))]
        rows = _rows_at(table, body, header, lines, name)
        if not rows:
            continue
        if start > end:
            cells[start - 1] = (values[start - 1],)
        cells[start] = tuple(header)
        at = body
        for row, stop in rows:
            cells[at], last, at = row, at, stop
        end = at
        if end < len(table):
            notes.append(f"không đọc phần chữ từ dòng {lines[end]} {quoted(values[end])}")
        roles = [role_of(cell) for cell in header]
        if "number" not in roles:
            names = [row[roles.index("unit")] for row, _ in rows]
            joined = [quoted(unit) for unit in names if unit not in values]
            what = f"{len(joined)} tên ghép từ nhiều dòng ({first_few(joined)}), " if joined else ""
            notes.append(
                f"bảng dán không có STT, hãy kiểm tra {what}đơn vị cuối {quoted(names[-1])} "
                f"(dòng {lines[last]})"
            )
    if starts and not cells:
        header, body = _header_at(values, starts[0])
        where = f"dòng {lines[body]}" if body < len(lines) else "cuối tệp"
        raise ValueError(
            f"{name}, {where}: không đọc được dòng nào sau tiêu đề ({', '.join(header)}); mỗi ô "
            "phải đứng một dòng, không thiếu ô."
        )
    return to_cells(list(cells.values()), [lines[at] for at in cells]), notes


def _rows_at(
    values: list[str], body: int, header: list[str], lines: list[int], name: str
) -> list[Row]:
    """Return the rows of the table whose header ends at `body`, none if no row begins there."""
    roles = [role_of(cell) for cell in header]
    # What the columns may hold: known grades, ranks that are grades, grades of any name.
    names = {}, {"published_rank": "published_grade"}, {"published_grade": "word"}
    for reading in ([other.get(role, role) for role in roles] for other in names):
        if ways := list(rows_at(values, body, reading)):
            break
    rows: list[Row] = []
    while ways:
        ways = [row for row in ways if rows_after(values, row, reading)] or ways
        if len(ways) > 1:
            raise ValueError(
                f"{name}, dòng {lines[rows[-1][1] if rows else body]}: bảng dán đọc được theo "
                "nhiều cách; hãy dán lại bảng vào Excel rồi lưu dạng .xlsx."
            )
        rows += ways
        ways = rows_after(values, rows[-1], reading)
    if rows and _goes_on(values, rows[-1], reading):
        end = rows[-1][1]
        raise ValueError(
            f"{name}, dòng {lines[end]}: {quoted(values[end])} trông như thuộc bảng nhưng không "
            f"đọc được thành một dòng đủ {len(header)} ô ({', '.join(header)}); hãy sửa dòng bị "
            "thiếu hoặc thừa ô, hoặc xóa phần không thuộc bảng."
        )
    return rows


def _names_a_ranking(header: list[str]) -> bool:
    return {"unit", "score"} <= {role_of(cell) for cell in header}


def _header_at(values: list[str], start: int) -> tuple[list[str], int]:
    """Return the header cells that begin at `start`, each with a role of its own, and their end."""
    header, roles, at = [], set(), start
    while at < len(values):
        for length in range(_LINES_PER_HEADER, 0, -1):
            *_, last = lines = values[at : at + length]
            cell = " ".join(lines)
            is_cell = length == 1 or last[0] != "(" or split_maximum(cell)[1]
            role = role_of(cell) if is_cell else None
            if role is not None and role not in roles:
                header.append(cell)
                roles.add(role)
                at += length
                break
        else:
            break
    return header, at


def _goes_on(values: list[str], last: Row, roles: list[str]) -> bool:
    """Return whether what stands below the last row looks like a part of the table."""
    cells, end = last
    if end == len(values):
        return False
    if _PIECE.fullmatch(values[end]):
        return True
    later = [row for at in range(end, len(values)) for row in rows_at(values, at, roles)]
    if "number" not in roles:
        one_less = [[r for r in roles if r != role] for role in roles if role != "score"]
        broken = len(roles) > 2 and any(any(rows_at(values, end, less)) for less in one_less)
        return bool(later) or broken
    due = number_of(last, roles) + 1
    if str(due) in cells[roles.index("number") + 1 :]:
        return True  # a cell of the last row may be lost and this the number of the next
    for row in later:
        first = number_of(row, roles)
        if due <= first < due + _LOST_ROWS or (first == 1 and rows_after(values, row, roles)):
            return True
    # A whole row but for its number; a name and a number alone would be found in any prose.
    unnumbered = [role for role in roles if role != "number"]
    footer = FOOTERS.match(fold(values[end]))
    return len(roles) > 3 and not footer and any(rows_at(values, end, unnumbered))
