"""The long rest of a delimited text, read at once: only where it is what the csv module reads."""

import io
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from cchc_analysis.distinct import by_texts, is_whole
from cchc_analysis.grid import Grid
from cchc_analysis.table import first_rows, group_numbers
from cchc_analysis.text import clean

# A quote inside a cell, or what ends a line for `str.splitlines`: read line by line instead.
_ODD = re.compile('["\0\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]')
_PART = 1 << 18  # bytes that stay in the processor's cache
_WORD = 8  # bytes that are compared at once
_MOST_WORDS = 64  # of one cell
_KEPT = np.array([(1 << 8 * kept) - 1 for kept in range(_WORD + 1)], "uint64")
_ROWS = 1 << 14  # whose words stay there, too


def read_rest(
    file: io.BufferedReader, delimiter: str, top: pd.DataFrame
) -> tuple[pd.DataFrame | None, str]:
    """Return the rows below the first lines, which were read as `top`, and the last unended line.

    Every row has as many cells as the widest of `top`, and none holds a quote or a line break; of
    what may be odd it is None.
    """
    size = os.fstat(file.fileno()).st_size - file.tell()
    data = bytearray(size + 2 + _WORD * _MOST_WORDS)
    data[0] = ord("\n")
    file.readinto(memoryview(data)[1 : size + 1])
    last = data[data.rfind(b"\n") + 1 : size + 1]
    if last:
        size += 1
        data[size] = ord("\n")
    returns = data.count(b"\r\n") if b"\r" in data else 0
    is_odd = data.find(b"\0", 0, size) >= 0 or (b"\r" in data and data.count(b"\r") != returns)
    if is_odd or _ODD.search("".join(top.fillna("").to_numpy().ravel())):
        return None, ""
    letters, width = np.frombuffer(data, "uint8"), top.shape[1]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        marks = _marks(data, size + 1, delimiter, threads.map)
        if len(marks) % width != 1 or marks[-1] != size:
            return None, ""
        before, after = (list(of.reshape(-1, width).T) for of in (marks[:-1], marks[1:]))
        kinds = [*delimiter * (width - 1), "\n"]
        if not all(threads.map(lambda at, kind: (letters[at] == ord(kind)).all(), after, kinds)):
            return None, ""
        if returns:
            after[-1] = after[-1] - (letters[after[-1] - 1] == ord("\r"))
        tops = [top[column].dropna() for column in top]
        try:
            rest = threads.map(lambda a, b, c: _column(data, a + 1, b, c), before, after, tops)
            rest, end = dict(zip(top, rest, strict=True)), last.decode()
        except ValueError:  # what is not UTF-8, too
            return None, ""
    return pd.DataFrame(
        rest, pd.RangeIndex(len(top) + 1, len(top) + len(after[0]) + 1, name="line"), copy=False
    ), end


def _marks(data: bytearray, size: int, delimiter: str, each: Callable) -> np.ndarray:
    """Return where lines and cells end, but for marks in quotes."""
    letters = np.frombuffer(data, "uint8", size)

    def within(start: int) -> np.ndarray:
        part = letters[start : start + _PART]
        return np.flatnonzero((part == ord("\n")) | (part == ord(delimiter))) + start

    marks = np.concatenate(list(each(within, range(0, size, _PART))))
    if b'"' in data:
        quotes = np.flatnonzero(letters == ord('"'))
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    return marks


def _column(
    data: bytearray, starts: np.ndarray, ends: np.ndarray, top: pd.Series
) -> pd.Categorical | np.ndarray:
    """Return cells by their distinct texts and those of `top`, or as whole numbers.

    What the csv module must read is a ValueError.
    """
    lengths = ends - starts
    longest = int(lengths.max(initial=1))
    if longest > _WORD * _MOST_WORDS:
        raise ValueError
    at = np.ndarray(len(data) - _WORD + 1, "<u8", data, strides=(1,))  # a word at each byte
    words = np.empty((-(-longest // _WORD), len(starts)), "uint64")
    for start in range(0, len(starts), _ROWS):
        rows = slice(start, start + _ROWS)
        for n, word in enumerate(words):  # what comes after the cell is cut off
            kept = np.clip(lengths[rows] - n * _WORD, 0, _WORD)
            word[rows] = at[starts[rows] + n * _WORD] & _KEPT[kept]
    words = [word for word in words if (word != word[0]).any()] or words[:1]
    codes = group_numbers(pd.DataFrame(dict(enumerate(words)), copy=False), range(len(words)))
    first = first_rows(codes)
    texts = [
        data[a:b].decode()
        for a, b in zip(starts[first].tolist(), ends[first].tolist(), strict=True)
    ]
    if len(texts) > len(codes) / 2 and all(map(is_whole, texts)):
        return np.array(texts, "int64")[codes]
    if b'"' in data:
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
