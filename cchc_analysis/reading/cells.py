"""Raw cells: what their look and their text mean, how they are held, where one stands.

Readers only report what they see, as `Seen`: what is hidden, merged, struck, raised, a percentage.
Of it they give a DataFrame of cleaned text whose index is the line of the file, the row of the
sheet or of the table, so that a message can name the place. A blank cell is ""; one that the row
does not have is missing. In workbooks the columns are letters. A column is categorical: it knows
its distinct texts, of which rules are asked once each.
"""

import datetime
import itertools
import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.reading.vocabulary import MISSING, NO_NUMBER
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import clean, quoted, same

_LONGEST_TITLE = 40
_MOST_TITLES = 8
NOT_COMPUTED = "#CHƯA TÍNH"  # a formula whose value the file does not hold
_MOST_CELLS, MOST_COLUMNS = 2_000_000, 1000
_MOST_LETTERS, _OF_A_TEXT = 10 * _MOST_CELLS, 80  # each distinct text takes as long as 80 more
_MOST_TOLD = 10
MOST_ABOVE = 30  # lines of text over a table
_NOISE = 1e-9  # of a float
WHITE, _LEAST_SIZE = "FFFFFF", 2  # points, below which nobody reads a letter
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


class Where(NamedTuple):
    """What is being read: the file, and the sheet or table in it."""

    file: str
    place: str = ""

    def refuse(
        self, problem: str, remedy: str, *, at: str = "", value: object = None,
        option: Option | None = None,
    ) -> Refusal:  # fmt: skip
        """Return a refusal of what stands here, or at a line or cell of it."""
        place = ", ".join(filter(None, [self.place, at]))
        return Refusal(problem, remedy, file=self.file, place=place, value=value, option=option)

    def check(
        self, bad: pd.Series, cells: pd.Series, problem: str, remedy: str,
        *, option: Option | None = None,
    ) -> None:  # fmt: skip
        """Refuse the first of the rows that are marked; {cell} is what stands in its cell."""
        if (line := first_line(bad)) is not None:
            raise self.refuse(
                problem.replace("{cell}", quoted(cells[line])), remedy,
                at=place(cells, line), value=cells[line], option=option,
            )  # fmt: skip


def place(cells: pd.Series, line: int) -> str:
    """Return where a cell stands: "ô D5" in a workbook, "dòng 5" elsewhere."""
    column = cells.name
    is_letters = isinstance(column, str) and re.fullmatch("[A-Z]{1,3}", column)
    return f"ô {column}{line}" if is_letters else f"dòng {line}"


def untitled(column: object) -> str:
    """Return how a column without a title is called."""
    return f"cột {column}" if isinstance(column, str) else f"cột thứ {column + 1}"


def first_line(bad: pd.Series) -> int | None:
    """Return the line of the first row that is marked, None if there is none."""
    return bad.idxmax() if bad.any() else None


def row_in_words(line: int, row: Iterable[str]) -> str:
    """Return a row for a message: its line and how it begins."""
    return f"dòng {line} {quoted(' '.join(cell for cell in map(str, row) if cell))}"


def lines_in_words(lines: Iterable[int], of: str = "dòng") -> str:
    """Return line numbers, those that follow one another as a range: "dòng 3, 7–9"."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return f"{of} " + ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in spans)


def titles_in_words(
    titles: Iterable[str], last: str = ", ", *, most: int = _MOST_TITLES, of: str = "cột"
) -> str:
    """Return the first of some titles, each cut short, and of how many more columns or tables."""
    titles = [title for title in titles if title]
    names = [quoted(title, _LONGEST_TITLE) for title in titles[:most]]
    if more := len(titles) - len(names):
        return f"{', '.join(names)} và {more} {of} khác"
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def numbered_names(names: Iterable[str]) -> str:
    """Return the first eight names of tables with their numbers from 1."""
    names = [quoted(name, _LONGEST_TITLE) if name else "không có tiêu đề" for name in names]
    shown = [f"{at}: {name}" for at, name in enumerate(names[:_MOST_TITLES], start=1)]
    more = len(names) - len(shown)
    return "; ".join([*shown, *([f"và {more} bảng khác"] if more else [])])


class Grid(NamedTuple):
    """One rectangle of raw cells: a sheet, a Word table, a text.

    A cell is known by `place`, its line and its column, here and in all that is made of it.
    """

    place: str  # for messages, after the name of the file: "", "trang tính 'X'", "bảng 2"
    title: str  # the name of the sheet, or the text above the table
    cells: pd.DataFrame  # by line and column, each text as `as_shown` says that it is read
    merged: Set[tuple[int, object]] = frozenset()  # (line, column) filled from the line above
    above: tuple[str, ...] = ()  # the lines of text over a table, nearest first
    is_sheet: bool = False  # of a workbook, where the title is the name of a sheet
    is_beside: bool = False  # right of the grid before, in one sheet
    longer: Set[tuple[int, object]] = frozenset()  # whose number is stored with more places


def to_cells(
    rows: Sequence[Sequence[str]], lines: Iterable[int], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return rows of texts as cleaned text, padded to one width; each distinct text once."""
    texts = list(itertools.chain.from_iterable(rows))
    return laid_out(texts, list(map(len, rows)), lines, columns)


def laid_out(
    texts: Sequence[str],
    widths: Sequence[int],
    lines: Iterable[int],
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the texts of rows, one row after the other, as `to_cells` does of rows."""
    names = range(max(widths, default=0)) if columns is None else columns
    cells = np.full((len(widths), len(names)), None, dtype="object")
    cells[np.arange(len(names)) < np.array(widths, dtype="int64")[:, None]] = texts
    cleaned = {name: _cleaned(cells[:, at]) for at, name in enumerate(names)}
    return pd.DataFrame(cleaned, index=pd.Index(lines, name="line"), columns=names)


def _cleaned(cells: np.ndarray) -> pd.Categorical:
    codes, texts = pd.factorize(cells)
    # Two texts may be one when they are clean; where a cell is missing, it is filled with a blank.
    which, texts = pd.factorize(np.array([*map(clean, texts), ""], dtype="object"))
    return pd.Categorical.from_codes(np.append(which, -1)[codes], pd.Index(texts, dtype="str"))


def as_written(cell: object) -> object:
    """Return a float as a person writes it: 81.0 is 81, and none has an exponent."""
    if isinstance(cell, float | np.floating) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    return cell


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
    longer: set[tuple[int, int]] = field(default_factory=set)  # numbers stored with more places
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


def is_longer(value: object, code: str) -> bool:
    """Return whether a number has more places than its format in a workbook shows: "0.0"."""
    shown = re.match(r"[^;0]*0(?:\.(0+)(?![#?]))?(?![0-9./:#?E])", code)
    places = 2 * ("%" in code) + len(shown[1] or "") if shown else None
    return isinstance(value, float) and bool(shown) and abs(value - round(value, places)) > _NOISE


def is_unseen(color: str, size: float | None, *, is_filled: bool) -> bool:
    """Return whether letters are white (RGB) and nothing is behind them, or of no size (points)."""
    is_white = color.upper()[-6:] == WHITE
    return (is_white and not is_filled) or (size is not None and size < _LEAST_SIZE)


def as_shown(seen: Seen, name: str) -> tuple[Grid, list[str]]:
    """Return raw cells, and in words what to check.

    A cell that is merged down repeats its text. A hidden row or column that is empty is nothing;
    of one that holds something nobody knows whether it counts: in a workbook it is read and told,
    in a document, where no click shows it, refused.
    """
    rows, where = seen.rows, Where(name, seen.place)
    width = max(map(len, rows), default=0)
    check_size(where, len(rows), width)
    letters = list(range(width))
    if seen.is_sheet:
        from xlsxwriter.utility import xl_col_to_name  # slow to import

        letters = [xl_col_to_name(column) for column in letters]
    merged = set()
    for top, last, column in sorted(seen.merged):
        for row in range(top + 1, min(last + 1, len(rows)) if column < width else 0):
            line, above = rows[row], rows[row - 1]
            line.extend([""] * (column + 1 - len(line)))
            line[column] = above[column] if column < len(above) else ""
            merged.add((row + 1, letters[column]))
        check_size(where, len(merged), 1)
    check_size(where, len(rows), width, sum(len(cell) for row in rows for cell in row))
    return Grid(
        seen.place,
        seen.title or next(iter(seen.above), ""),
        to_cells(rows, range(1, len(rows) + 1), letters),
        merged,
        tuple(seen.above[:MOST_ABOVE]),
        seen.is_sheet,
        longer={(row + 1, letters[column]) for row, column in seen.longer},
    ), _told_hidden(seen, where, letters)


def _told_hidden(seen: Seen, where: Where, letters: list) -> list[str]:
    """Tell what holds something and is hidden in a workbook; refuse it in a document."""
    known = seen.rows
    rows = [at for at in sorted(seen.hidden_rows) if at < len(known) and "".join(known[at]).strip()]
    if seen.is_sheet:
        columns = [
            at for at in sorted(seen.hidden_columns)
            if any("".join(row[at : at + 1]).strip() for row in known)
        ]  # fmt: skip
        hidden = [f"cột {letters[at]}" for at in columns] + [f"dòng {at + 1}" for at in rows]
        hidden += [f"ô {letters[column]}{row + 1}" for row, column in sorted(seen.hidden_cells)]
        more = ["…"] if len(hidden) > _MOST_TOLD else []
        hidden = ", ".join(hidden[:_MOST_TOLD] + more)
        return [f"{seen.place} có chỗ ẩn vẫn được đọc ({hidden})"] if hidden else []
    cells = sorted((r, c) for r, c in seen.hidden_cells if known[r][c].strip())
    if not rows and not cells:
        return []
    row, column = min([*((row, -1) for row in rows), *cells])
    what = "dòng" if column < 0 else f"ô {quoted(' '.join(known[row][column].split()))}"
    raise where.refuse(
        f"{what} bị ẩn, không rõ có dùng hay không", "hãy chép bảng vào Excel rồi xóa phần ẩn",
        at=f"dòng {row + 1}",
    )  # fmt: skip


def check_size(where: Where, rows: int, columns: int, letters: int = 0) -> None:
    """Refuse a table that would fill the memory: one cell far away, or a merged one, is enough."""
    is_wide = rows * columns > _MOST_CELLS or columns > MOST_COLUMNS
    if is_wide or letters > _MOST_LETTERS:
        raise where.refuse(
            f"trải rộng {rows} dòng × {columns} cột (giới hạn {_MOST_CELLS} ô, {MOST_COLUMNS} cột)"
            if is_wide else f"có {letters} chữ hoặc ô trống (giới hạn {_MOST_LETTERS})",
            "hãy xóa các ô thừa ở xa bảng, hoặc chép riêng bảng sang tệp mới",
        )  # fmt: skip


def check_texts(where: Where, grids: Iterable[Grid]) -> None:
    """Refuse tables that would take the day: every rule is asked of each distinct text."""
    columns = (column for grid in grids for _, column in grid.cells.items())
    distinct = [column.drop_duplicates().dropna() for column in columns]
    if sum(len(texts) * _OF_A_TEXT + texts.str.len().sum() for texts in distinct) > _MOST_LETTERS:
        raise where.refuse(
            f"có quá nhiều chữ ({sum(map(len, distinct))} ô khác nhau)",
            "hãy chép riêng bảng điểm sang tệp mới, hoặc chia bảng theo năm ra nhiều tệp",
        )


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
