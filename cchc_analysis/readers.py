"""From a source to raw cells: one small reader per format, text in, text out.

Every reader gives a DataFrame of cleaned text whose index is the line of the file (or the row of
the table in memory), so that a message can name the place. A blank cell is ""; one that the row
does not have is missing.
"""

import csv
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from cchc_analysis.grid import find_header
from cchc_analysis.pasted import pasted_cells
from cchc_analysis.text import clean

_DELIMITERS = (",", ";", "\t", "|")
_FORMATS = (".csv", ".txt")


def read_cells(source: str | PathLike | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the name that messages give to `source`, and its raw cells."""
    if isinstance(source, pd.DataFrame):
        return "Bảng (DataFrame)", _from_frame(source)
    if not isinstance(source, (str, PathLike)):
        raise TypeError(f"Nguồn phải là đường dẫn hoặc DataFrame, không phải {source!r:.60}.")
    path = Path(source)
    if path.is_dir():
        raise ValueError(f"{path} là một thư mục; hãy chỉ rõ tệp cần đọc trong đó.")
    if not path.exists():
        raise FileNotFoundError(
            f"Không tìm thấy tệp {path}; hãy kiểm tra tên tệp hoặc ghi đường dẫn đầy đủ."
        )
    if path.suffix.lower() not in _FORMATS:
        raise ValueError(
            f"{path.name}: chưa đọc được định dạng '{path.suffix}'; hãy lưu bảng dạng 'CSV UTF-8' "
            "(.csv), hoặc dán bảng vào một tệp .txt."
        )
    text, is_csv = _decode(path), path.suffix.lower() == ".csv"
    if not text.strip():
        raise ValueError(f"{path.name}: tệp trống; hãy kiểm tra lại tệp đã lưu.")
    for delimiter in _DELIMITERS:
        cells = _delimited(text, delimiter, path.name)
        header = find_header(cells)
        if header is not None and (is_csv or _is_grid(cells, header)):
            return path.name, cells
    return path.name, cells if is_csv else pasted_cells(text, path.name)


def _is_grid(cells: pd.DataFrame, header: int) -> bool:
    """Return whether rows go on as wide as the header; prose may name columns in a line too."""
    width = cells.notna().sum(axis=1)
    return bool((width.iloc[header + 1 :] == width.iloc[header]).any())


def _decode(path: Path) -> str:
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path.name}, dòng {line}: tệp không phải là văn bản UTF-8; "
            "hãy mở tệp trong Excel rồi lưu lại dạng 'CSV UTF-8'."
        ) from None


def _delimited(text: str, delimiter: str, name: str) -> pd.DataFrame:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows, lines, line = [], [], 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(line)
            line = reader.line_num + 1  # a quoted cell may run over several lines
    except csv.Error:
        raise ValueError(
            f"{name}, dòng {line}: ô quá dài, có thể thiếu dấu ngoặc kép đóng; hãy sửa dòng này."
        ) from None
    return _frame(rows, lines)


def _from_frame(table: pd.DataFrame) -> pd.DataFrame:
    if isinstance(table.columns, pd.MultiIndex):
        raise ValueError("Bảng (DataFrame) có tiêu đề nhiều tầng; hãy gộp thành một dòng tiêu đề.")
    known = table.astype("object").where(table.notna(), "").map(_as_written)
    return _frame([list(table), *known.itertuples(index=False, name=None)], range(len(table) + 1))


def _as_written(cell: object) -> object:
    """Return a float as a person writes it: 81.0 is 81, and none has an exponent."""
    if isinstance(cell, float | np.floating) and np.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    return cell


def _frame(rows: list, lines: Iterable[int]) -> pd.DataFrame:
    width = max(map(len, rows), default=0)
    cells = [[*(clean(str(cell)) for cell in row), *[None] * (width - len(row))] for row in rows]
    return pd.DataFrame(cells, index=pd.Index(lines, name="line"), dtype="str")
