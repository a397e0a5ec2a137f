"""Raw cells: how they are held, which rows are units, what a number looks like.

Every reader gives a DataFrame of cleaned text whose index is the line of the file, the row of the
sheet or of the table, so that a message can name the place. A blank cell is ""; one that the row
does not have is missing. In workbooks the columns are letters.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.labels import FOOTERS, MISSING, NO_NUMBER
from cchc_analysis.text import clean, fold, same

_NUMBER = r"(?i)^([+\-]?[0-9]{1,15}(?:[.,][0-9]+)?) ?(?:%|điểm)?$"
_FIX_NUMBER = "hãy sửa ô này (ví dụ 81,81), hoặc để trống nếu chưa chấm"
_ERROR = r"#(?:CHƯA TÍNH|N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|)"
_WHOLE = (
    r"(?i)^(?:(?:thứ|hạng) ?)?([0-9]{1,9})(?:[.,]0+)?(?: ?/ ?[0-9]+)?$"  # 3, 03, 3.0, thứ 3, 3/141
)


class Grid(NamedTuple):
    """One rectangle of raw cells: a sheet, a Word table, a text."""

    place: str  # for messages, after the name of the file: "", "trang tính 'X'", "bảng 2"
    title: str  # the name of the sheet, or the text above the table
    cells: pd.DataFrame


def to_cells(
    rows: list, lines: Iterable[int], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return rows of anything as cleaned text, padded to one width."""
    width = max(map(len, rows), default=0) if columns is None else len(columns)
    cells = [[*(clean(str(cell)) for cell in row), *[None] * (width - len(row))] for row in rows]
    return pd.DataFrame(cells, index=pd.Index(lines, name="line"), columns=columns, dtype="str")


def as_written(cell: object) -> object:
    """Return a float as a person writes it: 81.0 is 81, and none has an exponent."""
    if isinstance(cell, float | np.floating) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    return cell


def unit_rows(
    name: str, titles: pd.Series, body: pd.DataFrame, columns: dict[str, object]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that are units, and in words those that are not."""
    titled = titles.notna()
    width = titled.sum()
    present = body.loc[:, titled].notna().sum(axis=1)
    body = body.fillna("")
    present += (body.loc[:, ~titled] != "").sum(axis=1).astype("int64")
    blank = (body == "").all(axis=1)
    blank_lines, body = body.index[blank], body[~blank]
    nameless = body[columns["unit"]] == ""
    first = [columns[role] for role in ("number", "unit") if role in columns]
    aside = body[first].map(lambda cell: bool(FOOTERS.match(fold(cell)))).any(axis=1)
    aside = aside.astype(bool)
    if len(body) and are_column_numbers(body.iloc[0].tolist()):
        aside.iloc[0] = True
    unnumbered = body[columns["number"]] == "" if "number" in columns else nameless
    aside |= (nameless | unnumbered) & missing(body[columns["score"]])
    aside |= nameless & unnumbered & ~are_numbers(body[columns["score"]])  # a signature
    told = [in_words(line, row) for line, *row in body[aside].itertuples()]
    lost = unnumbered & ~aside
    if "number" in columns and lost.any() and not lost[~aside].all():
        raise ValueError(
            f"{name}, {in_words(first_line(lost), body.loc[first_line(lost)])} có điểm nhưng không "
            "có số thứ tự; hãy điền STT nếu là đơn vị, hoặc xóa dòng nếu là dòng tổng hợp."
        )
    rows = body[~aside]
    if rows.empty:
        raise ValueError(f"{name}: sau dòng tiêu đề không có đơn vị nào; hãy kiểm tra lại bảng.")
    if (line := first_line(present[rows.index] != width)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: có {present[line]} ô trong khi tiêu đề có {width} ô; hãy sửa "
            "dòng này (tên đơn vị hay số có dấu phẩy phải đặt trong ngoặc kép)."
        )
    if (line := first_line(nameless[~aside])) is not None:
        raise ValueError(f"{name}, dòng {line}: có điểm nhưng thiếu tên đơn vị; hãy điền tên.")
    inside = blank_lines[(blank_lines > rows.index[0]) & (blank_lines < rows.index[-1])]
    if len(inside):
        told.append(f"dòng trống {', '.join(map(str, inside))}")
    return rows, told


def in_words(line: int, row: Iterable[str]) -> str:
    """Return a row for a message: its line and how it begins."""
    return f"dòng {line} '{' '.join(filter(None, row))[:60]}'"


def are_column_numbers(cells: Sequence[str]) -> bool:
    """Return whether a row only numbers the columns: "1 2 3", "(1) (2) (3)", "A B 1 2"."""
    bare = [cell.strip("() ") for cell in cells if cell]
    return len(bare) > 2 and any(
        bare == [*"ABC"[:letters], *map(str, range(1, len(bare) - letters + 1))]
        for letters in range(4)
    )


def numbering(cells: pd.Series) -> pd.Series:
    """Return the numbers of the rows that have one, from "1", "01" or "1."."""
    return cells.str.extract(r"^0*([0-9]{1,9})\.?$")[0].dropna().astype("int64")


def check_numbering(name: str, cells: pd.Series) -> None:
    """Refuse a hole in the numbering (it means that rows were lost); a restart at 1 is none."""
    numbers = numbering(cells)
    goes_on = (numbers == numbers.shift(fill_value=0) + 1) | (numbers == 1)
    reordered = sorted(numbers) == list(range(1, len(numbers) + 1))
    if not reordered and (line := first_line(~goes_on)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: số thứ tự nhảy đến {numbers[line]}, có thể thiếu dòng; hãy bổ "
            "sung dòng thiếu, hoặc bỏ cột STT nếu chỉ dùng một phần bảng."
        )


def are_numbers(cells: pd.Series) -> pd.Series:
    """Return which cells can be read as a number."""
    return cells.str.replace("−", "-").str.fullmatch(_NUMBER[:-1]).astype(bool)


def to_numbers(name: str, title: str, cells: pd.Series) -> pd.Series:
    """Return a column of numbers: comma and dot are both a decimal mark, never a thousands one."""
    found = cells.str.replace("−", "-").str.extract(_NUMBER, expand=False)
    if (line := first_line(found.isna() & ~missing(cells))) is not None:
        raise ValueError(
            f"{name}, {place(cells, line)}: ô '{cells[line][:60]}' của cột '{title}' không phải là "
            f"số; {_remedy(cells[line], _FIX_NUMBER)}."
        )
    return found.str.replace(",", ".").astype("float64")


def check_errors(name: str, cells: pd.Series) -> None:
    """Refuse a cell that shows the error of a formula, or a formula that was never computed."""
    if (line := first_line(cells.str.fullmatch(_ERROR))) is not None:
        raise ValueError(
            f"{name}, {place(cells, line)}: '{cells[line]}': {_remedy(cells[line], '')}."
        )


def _remedy(cell: str, otherwise: str) -> str:
    return next((words for pattern, words in NO_NUMBER if re.match(pattern, cell)), otherwise)


def to_whole(name: str, title: str, cells: pd.Series, *, blank: bool = True) -> pd.Series:
    """Return a column of whole numbers: ranks and years."""
    found = cells.str.extract(_WHOLE, expand=False)
    if (line := first_line(found.isna() & ~(blank & missing(cells)))) is not None:
        raise ValueError(
            f"{name}, {place(cells, line)}: ô '{cells[line][:60]}' của cột {title} không phải là "
            f"số nguyên; {_remedy(cells[line], f'hãy ghi số, ví dụ {1 if blank else 2020}')}."
        )
    return found.astype("Int64")


def missing(cells: pd.Series) -> pd.Series:
    """Return which cells are a word or sign for nothing."""
    return cells.map(same).isin(MISSING)


def place(cells: pd.Series, line: int) -> str:
    """Return where a cell stands: "ô D5" in a workbook, "dòng 5" elsewhere."""
    column = str(cells.name)
    return f"ô {column}{line}" if column.isascii() and column.isalpha() else f"dòng {line}"


def first_line(bad: pd.Series) -> int | None:
    """Return the line of the first row that is marked, None if there is none."""
    return bad.idxmax() if bad.any() else None
