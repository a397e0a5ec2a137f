"""The long rest of a delimited text, read at once: only where it is what the csv module reads."""

import io
import os
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from cchc_analysis.distinct import by_texts, is_whole
from cchc_analysis.grid import Grid
from cchc_analysis.table import first_rows, group_numbers
from cchc_analysis.text import clean

# A quote inside a cell, or what ends a line for `str.splitlines`: read line by line instead.
_ODD = re.compile('["\0\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]')
_PART = 1 << 20  # bytes that stay in the processor's cache
_WORD = 8  # bytes that are compared at once
_MOST_WORDS = 64  # of one cell
_KEPT = np.array([(1 << 8 * kept) - 1 for kept in range(_WORD + 1)], "uint64")


def read_rest(
    file: io.BufferedReader, delimiter: str, top: pd.DataFrame
) -> tuple[pd.DataFrame | None, str]:
    """Return the rows below the first lines, which were read as `top`, and the last unended line.

    Every row has as many cells as the widest of `top`, and none holds a quote or a line break; of
    what may be odd it is None.
    """
    size = os.fstat(file.fileno()).st_size - file.tell()
    data = bytearray(size + 1 + _WORD)  # room for a line end, and for the word at the last byte
    file.readinto(memoryview(data)[:size])
    last = data[data.rfind(b"\n") + 1 : size]
    if last:
        data[size] = ord("\n")
        size += 1
    if data.find(b"\0", 0, size) >= 0 or _ODD.search("".join(top.fillna("").to_numpy().ravel())):
        return None, ""
    starts = [0]
    while starts[-1] < size:
        starts.append(data.index(b"\n", min(starts[-1] + _PART, size - 1)) + 1)
    try:
        end = last.decode()
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            parts = list(threads.map(
                lambda a, b: _words(data, a, b, delimiter, top.shape[1]), starts[:-1], starts[1:]
            ))  # fmt: skip
            tops = [top[column].dropna() for column in top]
            rest = dict(zip(top, threads.map(_column, zip(*parts, strict=True), tops), strict=True))
    except ValueError:  # what is not UTF-8, too
        return None, ""
    rows = sum(part[0].shape[1] for part in parts)
    index = pd.RangeIndex(len(top) + 1, len(top) + rows + 1, name="line")
    return pd.DataFrame(rest, index, copy=False), end


def _words(data: bytearray, start: int, stop: int, delimiter: str, width: int) -> list[np.ndarray]:
    """Return for each column the words of each cell in some lines of a file, filled up with zeros.

    Lines of another number of cells are a ValueError.
    """
    letters = np.frombuffer(data, "uint8", stop - start, start)
    marks = np.flatnonzero((letters == ord("\n")) | (letters == ord(delimiter)))
    quotes = np.flatnonzero(letters == ord('"'))
    if len(quotes) % 2:  # a cell goes on in other lines
        raise ValueError
    if len(quotes):  # a mark in quotes is none
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    ends = marks.reshape(-1, width)
    starts = np.append(0, marks[:-1] + 1).reshape(-1, width)
    kinds = letters[ends]
    if (kinds[:, -1] != ord("\n")).any() or (kinds[:, :-1] != ord(delimiter)).any():
        raise ValueError
    ends[:, -1] -= letters[ends[:, -1] - 1] == ord("\r")
    at = np.ndarray(stop - start, "<u8", data, start, strides=(1,))  # a word at each byte
    columns = []
    for first, lengths in zip(starts.T, (ends - starts).T, strict=True):
        longest = int(lengths.max())
        if longest > _WORD * _MOST_WORDS:
            raise ValueError
        words = np.empty((max(1, -(-longest // _WORD)), len(first)), "uint64")
        for n, word in enumerate(words):  # what comes after the cell is cut off
            beyond = np.minimum(first + n * _WORD, len(at) - 1)
            np.bitwise_and(at[beyond], _KEPT[np.clip(lengths - n * _WORD, 0, _WORD)], out=word)
        columns.append(words)
    return columns


def _column(parts: tuple[np.ndarray, ...], top: pd.Series) -> pd.Categorical | np.ndarray:
    """Return cells by their distinct texts and those of `top`, or as whole numbers.

    What the csv module must read is a ValueError.
    """
    words = np.zeros((max(map(len, parts)), sum(part.shape[1] for part in parts)), "uint64")
    row = 0
    for part in parts:
        words[: len(part), row : row + part.shape[1]] = part
        row += part.shape[1]
    varying = [word for word in words if (word != word[0]).any()] or words[:1]
    codes = group_numbers(pd.DataFrame(dict(enumerate(varying)), copy=False), range(len(varying)))
    letters = words.T[first_rows(codes)].astype("<u8").view(f"S{len(words) * _WORD}")[:, 0]
    texts = [text.decode() for text in letters.tolist()]
    if len(texts) > len(codes) / 2 and all(map(is_whole, texts)):
        return np.array(texts, "int64")[codes]
    joined = " ".join(filter(None, texts))
    if '"' in joined:
        texts = [t[1:-1] if t[:1] == t[-1:] == '"' and len(t) > 1 else t for t in texts]
        joined = " ".join(filter(None, texts))
    if _ODD.search(joined):
        raise ValueError
    return by_texts(codes, [*(texts if clean(joined) == joined else map(clean, texts)), *top])


def join_rest(top: pd.DataFrame, rest: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of both, as distinct texts or whole numbers where both can be held so."""
    index = top.index.append(rest.index)
    if len(index) == index[-1] - index[0] + 1:
        index = pd.RangeIndex(index[0], index[-1] + 1, name=index.name)
    return pd.DataFrame({c: _joined(top[c], rest[c], index) for c in rest}, index, copy=False)


def whole(grid: Grid) -> Grid:
    """Return a grid with the rest of its rows among its cells, as text."""
    if grid.rest is None:
        return grid
    cells = pd.concat([grid.cells, grid.rest.astype("str")])
    return grid._replace(cells=cells.rename_axis("line"), rest=None)


def _joined(top: pd.Series, rest: pd.Series, index: pd.Index) -> pd.Series:
    if not top.isna().any() and isinstance(rest.dtype, pd.CategoricalDtype):
        codes = np.concatenate([rest.cat.categories.get_indexer(top), rest.cat.codes])
        return pd.Series(pd.Categorical.from_codes(codes, dtype=rest.dtype), index, copy=False)
    if rest.dtype == "int64" and all(isinstance(t, str) and is_whole(t) for t in top):
        return pd.Series(np.concatenate([top.astype("int64"), rest]), index)
    return pd.concat([top, rest.astype("str")])
