"""From the lines of a text to raw cells: under which delimiter they are a table."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from cchc_analysis.reading.grid import Grid, Where, check_size, laid_out
from cchc_analysis.reading.header import Header, header_of, is_header, is_near_header, may_be_titles
from cchc_analysis.text import quoted

_SPACES = "  "
_START = 40  # rows in which a table begins
_MOST_DELIMITERS = 2  # in one line of a name in quotes; with more it is a row
_DELIMITERS = {
    ".csv": (",", ";", "\t", "|"),
    ".tsv": ("\t", ",", ";", "|"),
    ".txt": ("|", "\t", ";", ",", _SPACES),
    ".md": ("|", "\t", ";", ",", _SPACES),
}  # fmt: skip
_RULE = set(" \t|:+-")  # what the line under the header of a Markdown table is made of


def text_grid(path: Path, text: str) -> tuple[Grid, list[str]]:
    """Return the cells of a text under the delimiter that makes a table of it; what to check."""
    suffix, where = path.suffix.lower(), Where(path.name)
    check_size(where, text.count("\n") + text.count("\r") + 1, 1)
    if not text or text.isspace():
        raise where.refuse("tệp trống", "hãy kiểm tra lại tệp đã lưu")
    to_check = []
    if text[-1] in "0123456789":
        end = re.search(r"[^\r\n]*\Z", text[-200:])[0].strip()[-30:]
        to_check.append(f"tệp kết thúc ngay sau '{end}', hãy kiểm tra số cuối có đủ không")
    found = []
    for delimiter in _DELIMITERS[suffix]:
        found.append(_delimited(where, text, delimiter))
        if _has_rows_under(is_header, found[-1]):
            return Grid("", "", _closed(where, found[-1])), to_check
    if suffix in (".txt", ".md"):
        from cchc_analysis.reading.pasted import pasted_cells  # only where there are no delimiters

        cells, notes = pasted_cells(text, path.name)
        if len(cells):
            return Grid("", "", cells), to_check + notes
    # No known names: what could be a header, else the delimiter that makes the most rows alike.
    near = [cells for cells in found if _has_rows_under(is_near_header, cells)]
    best = max(near or found, key=_most_alike)
    return Grid("", "", _closed(where, best)), to_check


def refuse_one_column(grids: list[Grid], name: str) -> None:
    """Refuse cells of which each is a whole row: a table quoted or pasted into one column."""
    starts = [grid.cells.head(_START).fillna("") for grid in grids]
    if any((start.ne("").sum(axis=1) > 1).sum() > 1 for start in starts):
        return  # a header alone may have its columns
    for grid, start in zip(grids, starts, strict=True):
        for delimiter in _DELIMITERS[".csv"]:
            rows = start.agg(delimiter.join, axis=1).str.strip(delimiter)
            if _has_rows_under(is_header, _delimited(Where(name), "\n".join(rows), delimiter)):
                raise Where(name, grid.place).refuse(
                    f"mỗi dòng nằm trọn trong một ô ({quoted(rows.iloc[-1])})",
                    "hãy mở tệp trong Excel, tách cột bằng Data → Text to Columns rồi lưu dạng "
                    ".xlsx",
                )


def _closed(where: Where, cells: pd.DataFrame) -> pd.DataFrame:
    """Refuse a table in which a cell in quotes swallowed other rows."""
    if line := cells.attrs.get("unclosed"):
        raise where.refuse(
            "ô mở bằng dấu ngoặc kép nhưng chứa cả các dòng sau, có thể thiếu dấu ngoặc kép đóng",
            "hãy sửa dòng này", at=f"dòng {line}",
        )  # fmt: skip
    return cells


def _has_rows_under(test: Callable[[Header], bool], cells: pd.DataFrame) -> bool:
    """Return whether a row names columns and another is as wide; prose may name columns too."""
    widths = cells.notna().sum(axis=1)
    wide, widths = cells[widths > 1], widths[widths > 1]
    return any(
        row and test(header_of(wide, at)) and (widths.iloc[at + 1 :] == widths.iloc[at]).any()
        for at, row in enumerate(may_be_titles(wide))
    )


def _most_alike(cells: pd.DataFrame) -> int:
    widths = cells.notna().sum(axis=1)
    return widths[widths > 1].value_counts().max() if (widths > 1).any() else 0


def _delimited(where: Where, text: str, delimiter: str) -> pd.DataFrame:
    """Return the cells of a text; that a quote is not closed stands in its attributes."""
    lines = text.count("\n") + 1
    check_size(where, lines, text.count(delimiter) // lines + 1)
    texts: list[str] = []  # of all rows in one list: many small ones would cost more than to parse
    widths, numbers = [], []
    for number, row in _rows(where, text, delimiter):
        if delimiter == "|" and _is_rule("|".join(row)):
            continue
        texts += row
        widths.append(len(row))
        numbers.append(number)
    longest = max(widths, default=0)
    # One long row makes all rows as wide; a cell that is filled up weighs as much as a letter.
    place = f"dòng {numbers[widths.index(longest)]}" if widths else ""
    check_size(where._replace(place=place), 1, longest, len(widths) * longest)
    cells = laid_out(texts, widths, numbers)
    ends = np.cumsum(widths)
    over_lines = (np.diff(numbers) > 1).nonzero()[0]  # after a row with a line end in a cell
    for at in [*over_lines, len(widths) - 1][: len(widths)]:
        row = texts[ends[at] - widths[at] : ends[at]]
        inside = [part for cell in row for part in cell.splitlines()[1:]]
        if any(part.count(delimiter) >= _MOST_DELIMITERS for part in inside):
            cells.attrs["unclosed"] = numbers[at]
            break
    return cells


def _rows(where: Where, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its first line."""
    if delimiter == _SPACES:
        for number, line in enumerate(text.splitlines(), start=1):
            yield number, re.split(r"\s{2,}", line.strip())
    elif delimiter == "|" and re.search(r"(?m)^[ \t]*\|", text):
        for number, line in enumerate(text.splitlines(), start=1):
            yield number, _piped(line)
    else:
        yield from _quoted(where, text, delimiter)


def _is_rule(row: str) -> bool:
    return "-" in row and _RULE.issuperset(row)


def _piped(row: str) -> list[str]:
    # Markdown: the outer bars are no cells
    row = row.strip()
    if "|" not in row:
        return [row]
    cells = re.split(r"(?<!\\)\|", row.removeprefix("|").removesuffix("|"))
    return [cell.replace(r"\|", "|") for cell in cells]


def _quoted(where: Where, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1  # a quoted cell may run over several lines
    except csv.Error:
        problem = "ô quá dài, có thể thiếu dấu ngoặc kép đóng"
        raise where.refuse(problem, "hãy sửa dòng này", at=f"dòng {line}") from None
