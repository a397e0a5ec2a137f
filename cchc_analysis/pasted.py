"""Raw cells from text copied out of a web page, one cell per line.

Such text has lost its grid: header cells and names are broken over lines, prose and other numbers
surround the table. The grid is found again from what each column must hold and from the numbering,
over all rows at once: a reading that fits only in one way is taken, anything else is refused.
"""

import itertools
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from cchc_analysis.grid import are_column_numbers, role_of
from cchc_analysis.labels import FOOTERS, MISSING
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import clean, fold, same

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm)?", re.IGNORECASE)
_RANK = re.compile(r"((thứ|hạng)\s*)?[0-9]+(\s*/\s*[0-9]+)?", re.IGNORECASE)
_COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_KINDS = {
    "number": _COUNT, "score": _NUMBER, "max_score": _NUMBER, "year": _COUNT,
    "published_rank": _RANK,
}  # fmt: skip
_LINES_PER_HEADER = 4
_LINES_PER_NAME = 10
_LOST_ROWS = 30  # how far ahead the numbering may be for a row to be of the same table


class _Run(NamedTuple):
    rows: int  # how many rows follow one another
    ways: int  # in how many ways they can be read
    cells: tuple[str, ...]  # of the first row
    end: int  # where the first row ends
    goes_on: bool  # whether the second row begins there


def pasted_cells(text: str, name: str) -> pd.DataFrame:
    """Return the table in `text` as raw cells, header row first, indexed by line number.

    Refused is a table that reads in two ways, and text below that looks like a row of it.
    """
    numbered = [(i, clean(line)) for i, line in enumerate(text.splitlines(), start=1)]
    lines = [i for i, line in numbered if line]
    values = [line for _, line in numbered if line]
    first_header = tried = None
    for start in range(len(values)):
        header, body = _header_at(values, start)
        roles = [role_of(cell) for cell in header]
        if not {"unit", "score"} <= set(roles) or body == tried:
            continue
        first_header, tried = first_header or (header, body), body
        if are_column_numbers(values[body : body + len(header)]):
            body += len(header)
        # What the columns may hold: known grades, ranks that are grades, grades of any name.
        names = {"published_rank": "published_grade"}, {"published_grade": "word"}
        for reading in (roles, *([name_.get(r, r) for r in roles] for name_ in names)):
            if any(_row_at(values, body, reading)):
                runs = _runs_at(values, body, reading)
                break
        else:
            continue
        if runs[body].ways > 1:
            raise ValueError(
                f"{name}, dòng {lines[body]}: bảng dán đọc được theo nhiều cách; "
                "hãy dán lại bảng vào Excel rồi lưu dạng 'CSV UTF-8'."
            )
        starts = [body]
        while runs[starts[-1]].goes_on:
            starts.append(runs[starts[-1]].end)
        last = runs[starts[-1]]
        if _is_part(values, last, reading, [runs[at] for at in runs if at >= last.end]):
            raise ValueError(
                f"{name}, dòng {lines[last.end]}: '{values[last.end]}' trông như thuộc bảng nhưng "
                f"không đọc được thành một dòng đủ {len(header)} ô ({', '.join(header)}); "
                "hãy sửa dòng bị thiếu hoặc thừa ô, hoặc xóa phần không thuộc bảng."
            )
        if set(roles) == {"unit", "score"}:
            warnings.warn(
                f"{name}: bảng dán chỉ có tên và điểm nên được đọc đến số cuối cùng; hãy kiểm tra "
                f"đơn vị cuối '{last.cells[roles.index('unit')]}' (dòng {lines[starts[-1]]}).",
                stacklevel=4,
            )
        return pd.DataFrame(
            [header, *(runs[at].cells for at in starts)],
            index=pd.Index([lines[start], *(lines[at] for at in starts)], name="line"),
            dtype="str",
        )
    if first_header is None:
        return pd.DataFrame()
    header, body = first_header
    where = f"dòng {lines[body]}" if body < len(lines) else "cuối tệp"
    raise ValueError(
        f"{name}, {where}: không đọc được dòng nào sau tiêu đề ({', '.join(header)}); mỗi ô phải "
        "đứng một dòng, không thiếu ô."
    )


def _header_at(values: list[str], start: int) -> tuple[list[str], int]:
    """Return the header cells that begin at `start`, each with a role of its own, and their end."""
    header, roles, at = [], set(), start
    while at < len(values):
        for length in range(_LINES_PER_HEADER, 0, -1):
            cell = " ".join(values[at : at + length])
            role = role_of(cell)
            if role is not None and role not in roles:
                header.append(cell)
                roles.add(role)
                at += length
                break
        else:
            break
    return header, at


def _row_at(
    values: list[str], at: int, roles: list[str], cells: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every way to read one row at `at`, as its cells and its end."""
    if not roles:
        yield cells, at
        return
    for length in _lengths(values, at, roles[0]):
        cell = " ".join(values[at : at + length])
        yield from _row_at(values, at + length, roles[1:], (*cells, cell))


def _lengths(values: list[str], at: int, role: str) -> list[int]:
    """Return over how many lines a cell of this role may run."""
    if at >= len(values):
        return []
    if same(values[at]) in MISSING:
        return [1] if role not in ("number", "unit") else []
    if role in _KINDS:
        return [1] if _KINDS[role].fullmatch(values[at]) else []
    if role == "published_grade":
        sizes = range(min(3, len(values) - at), 0, -1)
        return [n for n in sizes if same(" ".join(values[at : at + n])) in known_grades()][:1]
    most = 1 if role == "word" else _LINES_PER_NAME
    words = itertools.takewhile(_may_be_in_a_name, values[at : at + most])
    return [length for length, _ in enumerate(words, start=1)]


def _may_be_in_a_name(line: str) -> bool:
    # A unit may be called "A", but none "Khá" or "STT": a list of grades or a table begins there.
    if _NUMBER.fullmatch(line) or (len(line) > 2 and same(line) in known_grades()):
        return False
    return role_of(line) not in ("number", "published_rank", "published_grade")


def _runs_at(values: list[str], start: int, roles: list[str]) -> dict[int, _Run]:
    """Return for each line from `start` where a row can begin the longest run of rows from it."""
    runs: dict[int, _Run] = {}
    for at in range(len(values) - 1, start - 1, -1):
        found = []
        for cells, end in _row_at(values, at, roles):
            goes_on = end in runs and _follows(roles, cells, runs[end].cells)
            rows, ways = runs[end][:2] if goes_on else (0, 1)
            found.append(_Run(rows + 1, ways, cells, end, goes_on))
        if found:
            most = max(run.rows for run in found)
            longest = [run for run in found if run.rows == most]
            runs[at] = longest[0]._replace(ways=sum(run.ways for run in longest))
    return runs


def _follows(roles: list[str], row: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Return whether `below` can be the row after `row`: the numbering goes on."""
    at = roles.index("number") if "number" in roles else None
    return at is None or _count(below[at]) == _count(row[at]) + 1


def _count(cell: str) -> int:
    return int(_COUNT.fullmatch(cell)[1])


def _is_part(values: list[str], last: _Run, roles: list[str], later: list[_Run]) -> bool:
    """Return whether what stands below the last row looks like a part of the table."""
    end = last.end
    if end == len(values):
        return False
    if "number" not in roles:
        one_less = [[r for r in roles if r != role] for role in roles if role != "score"]
        broken = len(roles) > 2 and any(any(_row_at(values, end, less)) for less in one_less)
        return bool(later) or broken
    at_number = roles.index("number")
    due = _count(last.cells[at_number]) + 1
    for run in later:
        first = _count(run.cells[at_number])
        if due <= first < due + _LOST_ROWS or (first == 1 and run.rows > 1):
            return True
    if _COUNT.fullmatch(values[end]) and _count(values[end]) == due:
        return True
    # A whole row but for its number; a name and a number alone would be found in any prose.
    unnumbered = [role for role in roles if role != "number"]
    footer = FOOTERS.match(fold(values[end]))
    return len(roles) > 3 and not footer and any(_row_at(values, end, unnumbered))
