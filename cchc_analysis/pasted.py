"""Raw cells from text copied out of a web page, one cell per line.

Such text has lost its grid: header cells and names are broken over lines, blank lines stand
anywhere, prose and other numbers surround the table. The grid is found again from what each
column must hold (a number, a rank, text) and from the numbering, over all rows at once: a
reading that fits only in one way is taken, anything else is refused.
"""

import itertools
import re

import pandas as pd

from cchc_analysis.grid import role_of
from cchc_analysis.labels import FOOTERS
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import clean, fold, same

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s*(%|điểm)?|[-–—]|n/a", re.IGNORECASE)
_RANK = re.compile(r"((thứ|hạng)\s*)?[0-9]+(\s*/\s*[0-9]+)?|[-–—]|n/a", re.IGNORECASE)
_COUNT = re.compile(r"0*([0-9]{1,4})\.?")
_KINDS = {
    "number": _COUNT, "score": _NUMBER, "max_score": _NUMBER, "year": _COUNT,
    "published_rank": _RANK,
}  # fmt: skip
_LINES_PER_HEADER = 4
_LINES_PER_NAME = 6
_LOST_ROWS = 30  # how far ahead the numbering may be for a row to be of the same table


def pasted_cells(text: str, name: str) -> pd.DataFrame:
    """Return the table in `text` as raw cells, header row first, indexed by line number.

    Raises
    ------
    ValueError
        If there is no header, if a row cannot be read, if the table can be read in two ways, or
        if something that looks like a row is left over.
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
        for reading in _readings(roles):
            rows, ways, end = _rows_at(values, body, reading)
            if rows:
                break
        if not rows:
            continue
        if ways > 1:
            raise ValueError(
                f"{name}, dòng {lines[body]}: bảng dán đọc được theo nhiều cách; "
                "hãy dán lại bảng vào Excel rồi lưu dạng 'CSV UTF-8'."
            )
        broken = _leftover_row(values, end, reading, rows[-1][1])
        if broken is not None:
            raise ValueError(
                f"{name}, dòng {lines[broken]}: '{values[broken]}' trông như thuộc bảng nhưng "
                f"không đọc được thành một dòng đủ {len(header)} ô ({', '.join(header)}); "
                "hãy sửa dòng bị thiếu hoặc thừa ô, hoặc xóa phần không thuộc bảng."
            )
        return pd.DataFrame(
            [header, *(cells for _, cells in rows)],
            index=pd.Index([lines[start], *(lines[at] for at, _ in rows)], name="line"),
            dtype="str",
        )
    if first_header is None:
        raise ValueError(
            f"{name}: không tìm thấy dòng tiêu đề có cột đơn vị và cột điểm; "
            "hãy dán cả tiêu đề của bảng (ví dụ STT, Đơn vị, Tổng điểm, Xếp hạng, Xếp loại)."
        )
    header, body = first_header
    where = f"dòng {lines[body]}" if body < len(lines) else "cuối tệp"
    raise ValueError(
        f"{name}, {where}: không đọc được dòng nào của bảng sau tiêu đề ({', '.join(header)}); "
        "mỗi ô phải nằm trên dòng riêng và mỗi đơn vị phải đủ các ô."
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


def _readings(roles: list[str]) -> list[list[str]]:
    """Return what the columns may hold: known grades, ranks that are grades, grades of any name."""
    return [
        roles,
        [role.replace("published_rank", "published_grade") for role in roles],
        [role.replace("published_grade", "word") for role in roles],
    ]


def _row_at(values: list[str], at: int, roles: list[str], cells: tuple[str, ...] = ()):  # noqa: ANN202
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
    if role in _KINDS:
        return [1] if _KINDS[role].fullmatch(values[at]) else []
    if role == "published_grade":
        grades = known_grades()
        return [n for n in (1, 2, 3) if same(" ".join(values[at : at + n])) in grades][-1:]
    most = 1 if role == "word" else _LINES_PER_NAME
    words = itertools.takewhile(lambda line: not _NUMBER.fullmatch(line), values[at : at + most])
    return [length for length, _ in enumerate(words, start=1)]


def _rows_at(values: list[str], start: int, roles: list[str]) -> tuple[list, int, int]:
    """Return the longest run of rows from `start`, in how many ways it reads, and its end."""
    best: dict[int, tuple[int, int, int, tuple[str, ...]]] = {}
    for at in range(len(values) - 1, start - 1, -1):
        found = []
        for cells, end in _row_at(values, at, roles):
            follows = end in best and _follows(roles, cells, best[end][3])
            count, ways = best[end][:2] if follows else (0, 1)
            found.append((count + 1, ways, end if follows else -end, cells))
        if found:
            most = max(option[0] for option in found)
            top = [option for option in found if option[0] == most]
            best[at] = (most, sum(option[1] for option in top), *top[0][2:])
    rows, at = [], start
    while at in best:
        _, _, end, cells = best[at]
        rows.append((at, cells))
        at = abs(end)
        if end < 0:
            break
    return rows, best[start][1] if rows else 0, at


def _follows(roles: list[str], row: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Return whether `below` can be the row after `row`: the numbering goes on."""
    if "number" not in roles:
        return True
    at = roles.index("number")
    return _count(below[at]) == _count(row[at]) + 1


def _count(cell: str) -> int:
    return int(_COUNT.fullmatch(cell)[1])


def _leftover_row(
    values: list[str], end: int, roles: list[str], last: tuple[str, ...]
) -> int | None:
    """Return where something after the table looks like a part of it, None if nothing does."""
    rest = range(end, len(values))
    if "number" not in roles:  # nothing tells where such a table ends, so no number may follow it
        return next((end for at in rest if _NUMBER.fullmatch(values[at])), None)
    at_number = roles.index("number")
    due = _count(last[at_number]) + 1
    broken = end < len(values) and _COUNT.fullmatch(values[end]) and _count(values[end]) == due
    unnumbered = [role for role in roles if role != "number"]
    if broken or (
        end < len(values)
        and fold(values[end]) not in FOOTERS
        and any(_row_at(values, end, unnumbered))
    ):
        return end
    for at in rest:
        for cells, _ in _row_at(values, at, roles):
            if _count(cells[at_number]) == 1 or due <= _count(cells[at_number]) < due + _LOST_ROWS:
                return end
    return None
