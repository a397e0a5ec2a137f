"""Long columns of text: a rule is asked once of each distinct text, not of each cell.

A short column is text (`str`). A long one is a category of its distinct texts or, where nearly all
differ and are whole numbers as `str(int)` writes them, int64. What a rule says is the same.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import groupby

import numpy as np
import pandas as pd

from cchc_analysis.labels import FOOTER_STARTS, HEADERS, JUDGED, MAXIMUM, MISSING
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import fold, plain_lines

LONG = 1000  # rows from which on it pays to look for distinct texts
_ALIKE = pd.Series(["1", "2000"], dtype="str")
# A name of which no rule of words says anything: of letters, and beginning as none that is known.
_NO_NAME = re.compile(r"(?m)\n(?![^\W\d_]{2}[\w ,.&'-]*$)")
_INSIDE = re.compile("diem|chi so|ket qua|trung binh|binh quan")


def held(body: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text in which each long column is held by its distinct texts."""
    if len(body) < LONG:
        return body
    return pd.DataFrame({column: _held(body[column]) for column in body}, copy=False)


def _held(cells: pd.Series) -> pd.Series:
    if not isinstance(cells.dtype, pd.StringDtype) or cells.isna().any():
        return cells
    codes, texts = cells.factorize()
    if len(texts) <= len(cells) / 2:
        return pd.Series(by_texts(codes, texts), cells.index, copy=False)
    return cells.astype("int64") if all(map(is_whole, texts)) else cells


def by_texts(codes: np.ndarray, texts: Iterable[str]) -> pd.Categorical:
    """Return a column from texts, which need not differ, and the place of each cell's text."""
    place, texts = pd.Series([*texts, ""], dtype="str").factorize()  # `fillna("")` needs the blank
    return pd.Categorical.from_codes(place.astype("int32")[codes], texts)


def is_whole(text: str) -> bool:
    """Return whether a text is a whole number as `str(int)` writes it, of nine digits at most."""
    return text.isascii() and text.isdigit() and len(text) < 10 and (text[0] != "0" or text == "0")


def each(
    cells: pd.Series, rule: Callable[[pd.Series], pd.Series], *, words: bool = False
) -> pd.Series:
    """Return what a rule says of each cell; it is asked of a Series of texts.

    A rule of `words` marks cells. It tells whole numbers apart as years, from 1900 to 2099, and not
    otherwise; and names only as far as `_unlike` does.
    """
    if isinstance(cells.dtype, pd.CategoricalDtype):
        codes, texts = cells.cat.codes.to_numpy(), pd.Series(cells.cat.categories, dtype="str")
        if words:
            at = _unlike(tuple(texts.tolist()))
            alike = np.delete(np.arange(len(texts)), at)
            said = rule(texts.iloc[[*at, *alike[:1]]]).to_numpy("bool")
            marks = np.full(len(texts), said[-1])
            marks[at] = said[: len(at)]
            some = marks[: codes.max(initial=0) + 1]  # without the blank, where no cell is
            values = np.full(len(cells), some[0]) if some.all() or not some.any() else marks[codes]
            return pd.Series(values, cells.index, name=cells.name, copy=False)
    elif cells.dtype != "int64":
        return rule(cells)
    elif words:
        codes, texts = cells.between(1900, 2099).to_numpy().astype("int8"), _ALIKE
    else:
        codes, numbers = cells.factorize()
        texts = pd.Series(numbers.astype(str), dtype="str")
    said = rule(texts).array.take(codes)
    return pd.Series(said, cells.index, name=cells.name)


@lru_cache(maxsize=8)
def _unlike(texts: tuple[str, ...]) -> np.ndarray:
    """Return where the texts stand of which a rule of words may say what it does not of any name.

    The others are of letters, and begin like nothing that is known: no footer, title or heading.
    """
    words = re.sub(r" va\b", "", plain_lines(texts))  # & as well, which parts no words for `fold`
    found = [_lines(_NO_NAME, "\n".join(texts))]
    found += [_lines(pattern, words) for pattern in (_known_words(), _INSIDE)]
    return np.unique(np.concatenate(found))


def _lines(pattern: re.Pattern, text: str) -> np.ndarray:
    """Return the numbers of the lines where a pattern is found, each after its line break."""
    starts = [found.start() for found in pattern.finditer(f"\n{text}")]
    if not starts:
        return np.array([], "int64")
    ends = np.cumsum([len(line) + 1 for line in text.split("\n")])
    return np.searchsorted(ends, starts, side="right")


@cache
def _known_words() -> re.Pattern:
    titles = [fold(title) for role, names in HEADERS.items() if role != "unit" for title in names]
    titles += ["cac", "khoi", "nhom", "cum", "cap", "thu", "hang", "bang", "bieu"]
    whole = {*map(fold, [*MISSING, *known_grades(), *HEADERS["unit"]])} - {""}
    return re.compile(
        rf"(?m)\n(?:{FOOTER_STARTS.pattern}|{MAXIMUM.pattern}|(?:don vi |hoi dong )?(?:{JUDGED})\b"
        rf"|(?:{_one_of(titles)}|[ivxlc]+)\b|(?:{_one_of(whole)})$)"
    )


def _one_of(words: Iterable[str]) -> str:
    """Return a pattern of words; under their first letters `re` finds them several times faster."""
    under = groupby(sorted(words), lambda word: word[0])
    return "|".join(f"{first}(?:{'|'.join(word[1:] for word in own)})" for first, own in under)


def distinct(cells: pd.Series) -> pd.Series:
    """Return the texts of a column, each once; none is missing."""
    return pd.Series(cells.unique()).astype("str").dropna()


def filled(cells: pd.Series) -> pd.Series:
    """Return which cells hold something."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.codes != cells.cat.categories.get_indexer([""])[0]
    return each(cells, lambda texts: texts.fillna("") != "", words=True)


def count_filled(body: pd.DataFrame) -> pd.Series:
    """Return how many cells of each row hold something."""
    some = pd.Series(np.zeros(len(body), "int16"), body.index, copy=False)
    return sum((filled(body[column]) for column in body), some)
