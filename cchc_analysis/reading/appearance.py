"""What the look of a cell means, for every format: hidden, merged, struck, raised, a percentage.

Readers only report what they see, as `Seen`; what each look means is decided here, once.
"""

import datetime
from collections.abc import Set
from dataclasses import dataclass, field
from decimal import Decimal

from cchc_analysis.reading.grid import Grid, as_written, to_cells
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted

NOT_COMPUTED = "#CHƯA TÍNH"  # a formula whose value the file does not hold
MOST_CELLS, MOST_COLUMNS = 2_000_000, 1000
MOST_LETTERS = 10 * MOST_CELLS
_MOST_TOLD = 10
_MOST_ABOVE = 30  # lines of text over a table


@dataclass
class Seen:
    """One rectangle as its reader sees it; rows and columns count from 0.

    `is_sheet`: it stands in a workbook, where hiding is a way of looking that a click undoes.
    """

    place: str
    title: str = ""  # of a sheet its name
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)  # first and last row, column
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden_cells: set[tuple[int, int]] = field(default_factory=set)
    is_sheet: bool = False
    above: list[str] = field(default_factory=list)  # lines of text over a table, nearest first


def text_of(value: object, *, is_percent: bool = False, is_marked: bool = False) -> str:
    """Return a stored value as a person reads it: 0.9177 shown as a percentage is "91.77%".

    What is marked as no part of the value (raised, struck out, hidden) stands in brackets: in
    "97,23¹" the mark is no digit.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        text = str(value).upper()
    elif isinstance(value, datetime.date):  # a datetime is one too
        text = value.strftime("%d/%m/%Y")
    elif is_percent and isinstance(value, int | float):
        text = f"{(Decimal(as_written(value)) * 100).normalize():f}%"
    else:
        text = str(as_written(value))
    return f"[{text}]" if is_marked and text.strip() else text


def as_shown(seen: Seen, name: str) -> tuple[Grid, list[str]]:
    """Return raw cells, and in words what to check.

    A cell that is merged down repeats its text. A hidden row or column that is empty is nothing;
    of one that holds something nobody knows whether it counts: in a workbook it is read and told,
    in a document, where no click shows it, refused.
    """
    rows, where = seen.rows, ", ".join(filter(None, [name, seen.place]))
    width = max(map(len, rows), default=0)
    check_size(where, len(rows), width)
    letters = column_names(width) if seen.is_sheet else list(range(width))
    merged = set()
    for top, last, column in sorted(seen.merged):
        for row in range(top + 1, min(last + 1, len(rows)) if column < width else 0):
            line, above = rows[row], rows[row - 1]
            line.extend([""] * (column + 1 - len(line)))
            line[column] = above[column] if column < len(above) else ""
            merged.add((row + 1, letters[column]))
        check_size(where, len(merged), 1)
    check_size(where, len(rows), width, sum(len(cell) for row in rows for cell in row))
    hidden_rows = {at for at in seen.hidden_rows if at < len(rows) and "".join(rows[at]).strip()}
    hidden_columns = {
        at for at in seen.hidden_columns if any(at < len(row) and row[at].strip() for row in rows)
    }
    told = _told_hidden(seen, where, hidden_rows, hidden_columns, letters)
    return Grid(
        seen.place,
        seen.title or next(iter(seen.above), ""),
        to_cells(rows, range(1, len(rows) + 1), letters),
        merged,
        {row + 1 for row in hidden_rows},
        {letters[column] for column in hidden_columns},
        tuple(seen.above[:_MOST_ABOVE]),
    ), told


def _told_hidden(
    seen: Seen, where: str, rows: Set[int], columns: Set[int], letters: list
) -> list[str]:
    if seen.is_sheet:
        hidden = [f"cột {letters[column]}" for column in sorted(columns)]
        hidden += [f"dòng {row + 1}" for row in sorted(rows)]
        more = ["…"] if len(hidden) > _MOST_TOLD else []
        hidden = ", ".join(hidden[:_MOST_TOLD] + more)
        return [f"{seen.place} có chỗ ẩn vẫn được đọc ({hidden})"] if hidden else []
    cells = sorted((r, c) for r, c in seen.hidden_cells if seen.rows[r][c].strip())
    if not rows and not cells:
        return []
    row, column = min([*((row, -1) for row in rows), *cells])
    what = "dòng" if column < 0 else f"ô {quoted(' '.join(seen.rows[row][column].split()))}"
    raise Refusal(
        f"{what} bị ẩn, không rõ có dùng hay không",
        "hãy chép bảng vào Excel rồi xóa phần ẩn",
        file=where,
        place=f"dòng {row + 1}",
    )


def check_size(where: str, rows: int, columns: int, letters: int = 0) -> None:
    """Refuse a table that would fill the memory: one cell far away, or a merged one, is enough."""
    if rows * columns > MOST_CELLS or columns > MOST_COLUMNS or letters > MOST_LETTERS:
        raise Refusal(
            f"trải rộng {rows} dòng × {columns} cột (giới hạn {MOST_CELLS} ô)",
            "hãy xóa các ô thừa ở xa bảng, hoặc chép riêng bảng sang tệp mới",
            file=where,
        )


def column_names(width: int) -> list[str]:
    """Return the letters of so many columns of a sheet."""
    from xlsxwriter.utility import xl_col_to_name

    return [xl_col_to_name(column) for column in range(width)]
