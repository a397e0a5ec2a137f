"""The long rest of a delimited text, read at once: only where it is what the csv module reads."""

import re

import numpy as np
import pandas as pd

from cchc_analysis.distinct import MOST_WHOLE, by_texts, is_whole
from cchc_analysis.grid import Grid
from cchc_analysis.text import clean

# A quote inside a cell, or what ends a line for `str.splitlines`: read line by line instead.
_ODD = re.compile('["\0\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]')
_PART = 1 << 18  # bytes that stay in the processor's cache


class _Bytes:
    """A line, and a part of a file in memory, which pandas reads without decoding it twice."""

    def __init__(self, line: str, data: bytes, start: int) -> None:
        self.line, self.data, self.at = line.encode(), data, start

    def read(self, size: int) -> bytes:
        part = self.line or self.data[self.at : self.at + size]
        self.at += 0 if self.line else len(part)
        self.line = b""
        return part

    def __iter__(self) -> "_Bytes":
        return self


def read_rest(data: bytes, delimiter: str, top: pd.DataFrame) -> pd.DataFrame | None:
    """Return the rows below the first lines, which were read as `top`; None if they may be odd.

    Every row has as many cells as the widest of `top`, and none holds a quote or a line break.
    """
    start = _after(data, len(top))
    returns = data.count(b"\r\n", start) if b"\r" in data else 0
    if _count(data, "\r", start) != returns or _is_odd(top):
        return None
    numbers = {
        column: "int64"
        for column in top
        if top[column].nunique() > len(top) / 2
        and all(map(is_whole, top[column].iloc[-10:].fillna("")))
    }
    for kinds in (numbers, dict.fromkeys(numbers, "str")):
        # Above all a line of words, so that no distinct texts are taken for numbers: "97.20".
        words = delimiter.join("0" if kinds.get(c) == "int64" else "x" for c in top)
        try:
            rest = pd.read_csv(
                _Bytes(f"{words}\n", data, start), sep=delimiter, header=None, na_filter=False,
                skip_blank_lines=False, low_memory=False,
                dtype={column: kinds.get(column, "category") for column in top},
            ).iloc[1:]  # fmt: skip
        except (ValueError, OverflowError):  # also of wider rows, and of what is not UTF-8
            continue
        if rest.shape[1] == top.shape[1] and _is_all(rest, data, start, delimiter):
            rest.index = pd.RangeIndex(len(top) + 1, len(top) + len(rest) + 1, name="line")
            return pd.DataFrame({column: _cleaned(rest[column]) for column in rest}, copy=False)
    return None


def join_rest(top: pd.DataFrame, rest: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of both, as distinct texts or whole numbers where both can be held so."""
    index = top.index.append(rest.index)
    return pd.DataFrame({c: _joined(top[c], rest[c], index) for c in rest}, index, copy=False)


def whole(grid: Grid) -> Grid:
    """Return a grid with the rest of its rows among its cells, as text."""
    if grid.rest is None:
        return grid
    cells = pd.concat([grid.cells, grid.rest.astype("str")])
    return grid._replace(cells=cells.rename_axis("line"), rest=None)


def _after(data: bytes, lines: int) -> int:
    start = 0
    for _ in range(lines):
        start = data.index(b"\n", start) + 1
    return start


def _count(data: bytes, letter: str, start: int) -> int:
    if letter.encode() not in data:
        return 0
    letters = np.frombuffer(data, "uint8")
    parts = (letters[at : at + _PART] for at in range(start, len(data), _PART))
    return sum(int(np.count_nonzero(part == ord(letter))) for part in parts)


def _is_odd(top: pd.DataFrame) -> bool:
    return bool(_ODD.search("".join(top.fillna("").to_numpy().ravel())))


def _is_all(rest: pd.DataFrame, data: bytes, start: int, delimiter: str) -> bool:
    """Return whether these cells are all of the text: no row is narrower, no number was "01".

    No row is wider, else pandas refuses; so if the delimiters between cells are as many as in a
    rectangle, none is narrower. If the bytes are as many as their texts need, all is kept.
    """
    within = size = 0
    for column in rest:
        cells = rest[column]
        if cells.dtype == "int64":
            if not cells.between(0, MOST_WHOLE - 1).all():
                return False
            size += len(cells) + sum(int((cells >= 10**n).sum()) for n in range(1, 9))
            continue
        many = np.ones(len(cells), "int64")
        if isinstance(cells.dtype, pd.CategoricalDtype):
            cells, codes = cells.cat.categories, cells.cat.codes
            many = np.bincount(codes, minlength=len(cells))
        if _ODD.search("".join(cells)):
            return False
        within += sum(text.count(delimiter) * n for text, n in zip(cells, many, strict=True))
        size += sum(len(text.encode()) * n for text, n in zip(cells, many, strict=True))
    between = len(rest) * (rest.shape[1] - 1)
    ends, quotes, returns = (_count(data, mark, start) for mark in '\n"\r')
    return (
        len(rest) == ends + (not data.endswith(b"\n"))
        and _count(data, delimiter, start) == between + within
        and len(data) - start == size + between + ends + returns + quotes
    )


def _cleaned(cells: pd.Series) -> pd.Series:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        texts = list(map(clean, cells.cat.categories))
        if texts == list(cells.cat.categories):
            return cells
        return by_texts(cells.cat.codes.to_numpy(), texts, cells.index)
    return cells if cells.dtype == "int64" else cells.map(clean)


def _joined(top: pd.Series, rest: pd.Series, index: pd.Index) -> pd.Series:
    if not top.isna().any() and isinstance(rest.dtype, pd.CategoricalDtype):
        texts = [*top, *rest.cat.categories]
        of_rest = rest.cat.codes.to_numpy("int32") + len(top)
        codes = np.concatenate([np.arange(len(top), dtype="int32"), of_rest])
        return by_texts(codes, texts, index)
    if rest.dtype == "int64" and all(isinstance(t, str) and is_whole(t) for t in top):
        return pd.Series(np.concatenate([top.astype("int64"), rest]), index)
    return pd.concat([top, rest.astype("str")])
