"""What a cell says: nothing, a number, an error; a rule is asked once of each distinct text."""

import re
from collections.abc import Callable, Sequence
from string import ascii_uppercase

import numpy as np
import pandas as pd

from cchc_analysis.reading.grid import Where, first_line, place
from cchc_analysis.reading.vocabulary import MISSING, NO_NUMBER
from cchc_analysis.text import quoted, same

_NUMBER = re.compile(r"(?i)([+\-]?[0-9]{1,15}(?:[.,][0-9]+)?) ?(?:%|điểm|đ)?")
_FIX_NUMBER = "hãy sửa ô này (ví dụ 81,81), hoặc để trống nếu chưa chấm"
_ERROR = re.compile(r"#(?:CHƯA TÍNH|N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|)")
# 3, 03, 3.0, thứ 3, 3/141, 3 (đồng hạng)
_WHOLE = re.compile(
    r"(?i)(?:(?:thứ|hạng) ?)?([0-9]{1,9})(?:[.,]0*)?(?: ?/ ?[0-9]+)?(?: ?\(đồng hạng\))?"
)
_LEAST = 10  # whose best unit has no more of an assumed 100 is scored on another scale
_COUNT = re.compile(r"\(?0*([0-9]{1,9})(?:[.,]0+)?[.)]?\)?")
NEAR = 0.0051  # of a number to two places
_LETTER = re.compile(r"[^\W\d_]")


def each(cells: pd.Series, rule: Callable[[str], object], dtype: type | str = bool) -> pd.Series:
    """Return what a rule says of each cell, of a missing one as of a blank one."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        codes, texts = cells.array.codes, cells.array.categories
    else:
        codes, texts = pd.factorize(cells.to_numpy("object"))  # twice as fast as of strings
    texts = [*texts.tolist(), ""]  # -1, the last, is a missing cell
    if len(codes) < len(texts):  # a part of a table is asked for what stands in it
        used, codes = np.unique(codes, return_inverse=True)
        texts = [texts[code] for code in used]
    said = [*map(rule, texts)]
    array = pd.array(said, dtype) if isinstance(dtype, str) else np.array(said, dtype)
    return pd.Series(array.take(codes), cells.index, name=cells.name)


def distinct(cells: pd.Series) -> list[str]:
    """Return the texts of a column, each once; none is missing."""
    return [text for text in cells.unique().tolist() if pd.notna(text)]


def filled(cells: pd.Series) -> pd.Series:
    """Return which cells hold something."""
    return each(cells, bool)


def count_filled(body: pd.DataFrame) -> pd.Series:
    """Return how many cells of each row hold something."""
    some = np.zeros(len(body), "int16")
    for column in body:
        some += filled(body[column]).to_numpy()
    return pd.Series(some, body.index)


def holds_any(body: pd.DataFrame) -> bool:
    """Return whether any cell of a table holds something."""
    return any(filled(body[column]).any() for column in body)


def are_column_numbers(cells: Sequence[str]) -> bool:
    """Return whether a row only numbers the columns: "1 2 3", "(1) (2) (3)", "A B 1 2", "a b c"."""
    bare = [cell.partition("=")[0].strip("() ") for cell in cells if cell]
    return len(bare) > 2 and any(
        [cell.upper() for cell in bare]
        == [*ascii_uppercase[:letters], *map(str, range(1, len(bare) - letters + 1))]
        for letters in range(len(bare) + 1)
    )


def column_numbers(body: pd.DataFrame, top: int = 1) -> list:
    """Return which of the first rows only number the columns."""
    rows = zip(body.index, body.head(top).to_numpy("object", na_value=""), strict=False)
    return [line for line, cells in rows if are_column_numbers([*map(str, cells)])]


def numbering(cells: pd.Series) -> pd.Series:
    """Return the numbers of the rows that have one, from "1", "01", "1.", "(1)" or "1.0"."""
    return _whole_numbers(cells, _COUNT).dropna().astype("int64")


def check_numbering(
    where: Where, cells: pd.Series, parts: list[pd.Series], *, has_gap: bool
) -> None:
    """Refuse a hole in the numbering: rows were lost. Each year and block may begin again.

    A table with a row of dots says itself that it has a gap.
    """
    numbers = numbering(cells)
    strange = filled(cells) & ~cells.index.isin(numbers.index) & bool(len(numbers))
    where.check(
        strange, cells, "số thứ tự {cell} không phải là số như các dòng khác",
        "hãy sửa ô này, hoặc xóa số liệu của dòng nếu là tên khối",
    )  # fmt: skip
    if np.array_equal(np.sort(numbers), np.arange(1, len(numbers) + 1)):
        return
    if has_gap and numbers.is_monotonic_increasing and numbers.is_unique:
        return
    for _, part in numbers.groupby(parts or (lambda _: 0), sort=False):
        goes_on = part == part.shift(fill_value=0) + 1
        if sorted(part) == list(range(1, len(part) + 1)) or goes_on.all():
            continue
        line = first_line(~goes_on)
        problem = f"số thứ tự nhảy đến {part[line]}, có thể thiếu dòng"
        remedy = "hãy bổ sung dòng thiếu, hoặc bỏ cột STT nếu chỉ dùng một phần bảng"
        if part[line] == 1:
            problem = "số thứ tự bắt đầu lại từ 1, có thể là khối hay năm khác"
            remedy = "hãy thêm cột Khối hoặc Năm, hoặc đánh lại số thứ tự nếu là một bảng"
        raise where.refuse(problem, remedy, at=place(cells, line), value=int(part[line]))


def are_numbers(cells: pd.Series) -> pd.Series:
    """Return which cells can be read as a number."""
    return numbers_in(cells).notna()


def to_numbers(where: Where, title: str, cells: pd.Series) -> pd.Series:
    """Return a column of numbers: comma and dot are both a decimal mark, never a thousands one."""
    found = numbers_in(cells)
    problem = f"ô {{cell}} của cột {quoted(title)} không phải là số"
    _check_read(where, cells, found.isna() & ~missing(cells), problem, _FIX_NUMBER)
    return found


def numbers_in(cells: pd.Series) -> pd.Series:
    """Return the cells that are numbers as such, the others as missing."""
    return each(cells, _number, float)


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text.replace("−", "-"))
    return float(found[1].replace(",", ".")) if found else np.nan


def check_errors(where: Where, cells: pd.Series) -> None:
    """Refuse a cell that shows the error of a formula, or a formula that was never computed."""
    shows_one = each(cells, _ERROR.fullmatch)
    _check_read(where, cells, shows_one, "ô {cell} không dùng được", "")


def _check_read(where: Where, cells: pd.Series, bad: pd.Series, problem: str, remedy: str) -> None:
    """Refuse the first cell that is bad, with the remedy of what stands there if one is known."""
    if (line := first_line(bad)) is not None:
        known = (words for pattern, words in NO_NUMBER.items() if re.match(pattern, cells[line]))
        where.check(bad, cells, problem, next(known, remedy))


def adds_up(total: pd.Series, parts: Sequence[pd.Series]) -> pd.Series:
    """Return of each row whether a number is the sum of others, each rounded to two places.

    Where none of them has one, it has none.
    """
    if not len(parts):
        return pd.Series(False, total.index)
    sums = pd.concat(parts, axis=1).sum(axis=1, min_count=1)
    is_near = (total - sums).abs() <= NEAR * len(parts)
    return is_near | (sums.isna() & total.isna())


def has_letters(cells: pd.Series) -> pd.Series:
    """Return which cells have a letter, as every name has."""
    return each(cells, _LETTER.search)


def small_scale(scores: pd.Series) -> int | None:
    """Return the likely scale of scores too small for one of 100: 1 or 10."""
    most = scores.max()
    return (1 if most <= 1 else _LEAST) if 0 <= most <= _LEAST else None


def in_percent(title: str, cells: pd.Series) -> bool:
    """Return whether a column holds percentages: its title or any of its cells says so."""
    return "%" in title or any(text.endswith("%") for text in distinct(cells))


def to_whole(where: Where, title: str, cells: pd.Series, *, blank: bool = True) -> pd.Series:
    """Return a column of whole numbers: ranks and years."""
    found = whole_in(cells)
    problem = f"ô {{cell}} của cột {title} không phải là số nguyên"
    remedy = "hãy ghi số, ví dụ " + ("1, hoặc để trống nếu không xếp hạng" if blank else "2020")
    _check_read(where, cells, found.isna() & ~(blank & missing(cells)), problem, remedy)
    return found


def whole_in(cells: pd.Series) -> pd.Series:
    """Return the cells that are whole numbers or ranks as such, the others as missing."""
    return _whole_numbers(cells, _WHOLE)


def _whole_numbers(cells: pd.Series, pattern: re.Pattern) -> pd.Series:
    def read(text: str) -> int | None:
        found = pattern.fullmatch(text)
        return int(found[1]) if found else None

    return each(cells, read, "Int64")


def missing(cells: pd.Series) -> pd.Series:
    """Return which cells are a word or sign for nothing."""
    return each(cells, lambda text: same(text) in MISSING)
