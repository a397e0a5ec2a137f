"""From a source to raw cells: one small reader per format, text in, text out.

Every reader gives a DataFrame of cleaned text, one row per row of the source, whose index is the
line (of a file) or row (of a DataFrame) it stands in, so that a message can name the place. A cell
that is blank is ""; one that the row does not have is missing.
"""

import csv
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.labels import ROLES
from cchc_analysis.pasted import pasted_cells
from cchc_analysis.text import clean, fold

_DELIMITERS = (",", ";", "\t", "|")
_FORMATS = {".csv", ".txt"}


def read_cells(source: str | PathLike | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the name that messages give to `source`, and its raw cells."""
    if isinstance(source, pd.DataFrame):
        return "Bảng (DataFrame)", _from_frame(source)
    if not isinstance(source, (str, PathLike)):
        raise TypeError(f"load_scores nhận đường dẫn hoặc DataFrame, không nhận {type(source).__name__}.")
    path = Path(source)
    if path.is_dir():
        raise ValueError(f"{path} là một thư mục; hãy chỉ rõ tệp cần đọc trong đó.")
    if not path.exists():
        raise FileNotFoundError(
            f"Không tìm thấy tệp {path}; hãy kiểm tra tên tệp hoặc ghi đường dẫn đầy đủ."
        )
    if path.suffix.lower() not in _FORMATS:
        raise ValueError(
            f"{path.name}: chưa đọc được định dạng '{path.suffix}'; "
            "hãy lưu bảng thành .csv (CSV UTF-8), hoặc dán bảng vào một tệp .txt."
        )
    text = _decode(path)
    if not text.strip():
        raise ValueError(f"{path.name}: tệp trống; hãy kiểm tra lại tệp đã lưu.")
    for delimiter in _DELIMITERS:
        cells = _delimited(text, delimiter)
        if find_header(cells) is not None:
            return path.name, cells
    if path.suffix.lower() == ".txt":
        return path.name, pasted_cells(text, path.name)
    return path.name, cells


def find_header(cells: pd.DataFrame) -> int | None:
    """Return the position of the first row that names a unit and a score column."""
    for position, row in enumerate(cells.itertuples(index=False)):
        roles = {role_of(cell) for cell in row if isinstance(cell, str)}
        if {"unit", "score"} <= roles:
            return position
    return None


def role_of(header: str) -> str | None:
    """Return what a column of this name holds, None if the name is not known."""
    return ROLES.get(fold(header))


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


def _delimited(text: str, delimiter: str) -> pd.DataFrame:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows, lines, line = [], [], 1
    for row in reader:
        rows.append([clean(cell) for cell in row])
        lines.append(line)
        line = reader.line_num + 1  # a quoted cell may run over several lines
    return _frame(rows, lines)


def _from_frame(table: pd.DataFrame) -> pd.DataFrame:
    if isinstance(table.columns, pd.MultiIndex):
        raise ValueError("Bảng (DataFrame) có tiêu đề nhiều tầng; hãy gộp lại thành một dòng tiêu đề.")
    known = table.astype(object).where(table.notna(), "")
    rows = [list(table.columns), *known.itertuples(index=False, name=None)]
    return _frame([[clean(str(cell)) for cell in row] for row in rows], range(len(rows)))


def _frame(rows: list[list[str]], lines: Iterable[int]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=pd.Index(lines, name="line"), dtype="str")
