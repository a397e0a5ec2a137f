"""Raw cells from text copied out of a web page, one cell per line.

Header cells and names are broken over lines, prose and other numbers surround the table. The grid
is found again from what each column must hold and from the numbering, over all rows at once: a
reading that fits only in one way is taken, anything else is refused.
"""

import re

import pandas as pd

from cchc_analysis.grid import to_cells
from cchc_analysis.header import role_of, split_maximum
from cchc_analysis.labels import FOOTERS
from cchc_analysis.numbers import are_column_numbers
from cchc_analysis.runs import COUNT, Run, count, rows_at, runs_at
from cchc_analysis.text import clean, fold, quoted

_LINES_PER_HEADER = 4
_SHOWN = 5
_PIECE = re.compile(r"[+-]?[.,]?[0-9]+(?:[.,][0-9]*)?\.?\s*%?")  # a number, or what is left of one
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
    rows: dict[int, tuple[str, ...]] = {}
    notes: list[str] = []
    end = tried = 0
    for start in starts:
        header, body = _header_at(values, start)
        if start < end or body == tried:
            continue
        tried = body
        table = values[: next((at for at in starts if at >= body), len(values))]
        found = _rows_at(table, body, header, lines, name)
        if not found:
            continue
        if start > end:
            rows[start - 1] = (values[start - 1],)
        rows |= {start: tuple(header)} | {at: run.cells for at, run in found.items()}
        end = list(found.values())[-1].end
        if end < len(table):
            notes.append(f"không đọc phần chữ từ dòng {lines[end]} {quoted(values[end])}")
        roles = [role_of(cell) for cell in header]
        names = [run.cells[roles.index("unit")] for run in found.values()]
        of_one_line = set(values)
        joined = [name_ for name_ in names if name_ not in of_one_line]
        if joined and "number" not in roles:
            listed = ", ".join(map(quoted, joined[:_SHOWN]))
            notes.append(
                f"bảng dán không có STT nên {len(joined)} tên trên nhiều dòng được ghép lại "
                f"({listed}), hãy kiểm tra có phải một đơn vị không"
            )
        if len(header) == 2:
            notes.append(
                "bảng dán chỉ có tên và điểm nên được đọc đến số cuối cùng, hãy kiểm tra đơn vị "
                f"cuối {quoted(names[-1])} (dòng {lines[list(found)[-1]]})"
            )
    if starts and not rows:
        header, body = _header_at(values, starts[0])
        where = f"dòng {lines[body]}" if body < len(lines) else "cuối tệp"
        raise ValueError(
            f"{name}, {where}: không đọc được dòng nào sau tiêu đề ({', '.join(header)}); mỗi ô "
            "phải đứng một dòng, không thiếu ô."
        )
    return to_cells(list(rows.values()), [lines[at] for at in rows]), notes


def _rows_at(
    values: list[str], body: int, header: list[str], lines: list[int], name: str
) -> dict[int, Run]:
    """Return the rows of the table whose header ends at `body`, none if no row begins there."""
    roles = [role_of(cell) for cell in header]
    if are_column_numbers(values[body : body + len(header)]):
        body += len(header)
    # What the columns may hold: known grades, ranks that are grades, grades of any name.
    names = {"published_rank": "published_grade"}, {"published_grade": "word"}
    for reading in (roles, *([name_.get(r, r) for r in roles] for name_ in names)):
        if any(rows_at(values, body, reading)):
            break
    else:
        return {}
    runs = runs_at(values, body, reading)
    if runs[body].ways > 1:
        raise ValueError(
            f"{name}, dòng {lines[body]}: bảng dán đọc được theo nhiều cách; "
            "hãy dán lại bảng vào Excel rồi lưu dạng .xlsx."
        )
    starts = [body]
    while runs[starts[-1]].goes_on:
        starts.append(runs[starts[-1]].end)
    last = runs[starts[-1]]
    if _is_part(values, last, reading, [runs[at] for at in runs if at >= last.end]):
        raise ValueError(
            f"{name}, dòng {lines[last.end]}: {quoted(values[last.end])} trông như thuộc bảng "
            f"nhưng không đọc được thành một dòng đủ {len(header)} ô ({', '.join(header)}); "
            "hãy sửa dòng bị thiếu hoặc thừa ô, hoặc xóa phần không thuộc bảng."
        )
    return {at: runs[at] for at in starts}


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


def _is_part(values: list[str], last: Run, roles: list[str], later: list[Run]) -> bool:
    """Return whether what stands below the last row looks like a part of the table."""
    end = last.end
    if end == len(values):
        return False
    if _PIECE.fullmatch(values[end]):
        return True
    if "number" not in roles:
        one_less = [[r for r in roles if r != role] for role in roles if role != "score"]
        broken = len(roles) > 2 and any(any(rows_at(values, end, less)) for less in one_less)
        return bool(later) or broken
    at_number = roles.index("number")
    due = count(last.cells[at_number]) + 1
    if any(cell == str(due) for at, cell in enumerate(last.cells) if at > at_number):
        return True  # a cell of the last row may be lost and this the number of the next
    for run in later:
        first = count(run.cells[at_number])
        if due <= first < due + _LOST_ROWS or (first == 1 and run.rows > 1):
            return True
    if COUNT.fullmatch(values[end]) and count(values[end]) == due:
        return True
    # A whole row but for its number; a name and a number alone would be found in any prose.
    unnumbered = [role for role in roles if role != "number"]
    footer = FOOTERS.match(fold(values[end]))
    return len(roles) > 3 and not footer and any(rows_at(values, end, unnumbered))
