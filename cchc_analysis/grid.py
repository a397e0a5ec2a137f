"""The table in the raw cells: header, what each column holds, which rows are units, numbers."""

import re
from collections.abc import Sequence

import pandas as pd

from cchc_analysis.labels import FOOTERS, HEADERS, MISSING, SHOWN
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import fold, same

_ROLES = {name: role for role, names in HEADERS.items() for name in names}
_NUMBER = r"(?i)^([+\-]?[0-9]{1,15}(?:[.,][0-9]+)?) ?(?:%|điểm)?$"
_WHOLE = (
    r"(?i)^(?:(?:thứ|hạng) ?)?([0-9]{1,9})(?:[.,]0+)?(?: ?/ ?[0-9]+)?$"  # 3, 03, 3.0, thứ 3, 3/141
)
_SHORT_GRADE = re.compile(r"(?:nhóm |loại )?(?:[a-e]|i{1,3}|iv|v)")


def role_of(title: str) -> str | None:
    """Return what a column of this name holds, None if the name is not known."""
    return _ROLES.get(fold(title))


def find_header(cells: pd.DataFrame) -> int | None:
    """Return the position of the first row that names a unit and a score column."""
    for position, row in enumerate(cells.itertuples(index=False)):
        if {"unit", "score"} <= {role_of(cell) for cell in row if isinstance(cell, str)}:
            return position
    return None


def find_columns(
    name: str, header: pd.Series, body: pd.DataFrame, *, has_maximum: bool
) -> tuple[dict[str, int], list[str]]:
    """Return which column has each role, and the columns that have none, in words."""
    titles = header.dropna()
    roles = {column: role_of(title) for column, title in titles.items()}
    columns: dict[str, int] = {}
    unused = []
    for column, title in titles.items():
        role = roles[column]
        if role == "field":
            raise ValueError(
                f"{name}: cột '{title}' cho thấy đây là bảng điểm theo lĩnh vực, mỗi đơn vị nhiều "
                "dòng; hãy dùng bảng có tổng điểm, mỗi đơn vị một dòng."
            )
        if role in ("published_rank", "published_grade"):
            role = _rank_grade_or_block(fold(title), role, body[column].dropna().map(same))
        if role == "score" and "%" in title and (has_maximum or "max_score" in roles.values()):
            role = None if list(roles.values()).count("score") > 1 else role  # points are there
        if role in columns:
            raise ValueError(
                f"{name}: hai cột '{header[columns[role]]}' và '{title}' đều có thể là "
                f"'{SHOWN[role]}'; hãy xóa hoặc đổi tên cột không dùng."
            )
        if role not in (None, "note"):
            columns[role] = column
        elif title:
            unused.append(f"cột '{title}'")
        elif (body[column].fillna("") != "").any():
            raise ValueError(
                f"{name}: cột thứ {column + 1} có dữ liệu nhưng không có tiêu đề; "
                "hãy đặt tên cho cột hoặc xóa cột."
            )
    return columns, unused


def _rank_grade_or_block(title: str, role: str, values: pd.Series) -> str:
    """Return what a column holds whose name may mean several things ("Xếp hạng", "Nhóm")."""
    values = values[~values.isin(MISSING)]
    if role == "published_rank" and len(values) and not values.str.contains("[0-9]").any():
        return "published_grade"
    is_grade = values.isin(list(known_grades())) | values.str.fullmatch(_SHORT_GRADE)
    return "block" if title == "nhom" and not is_grade.all() else role


def unit_rows(
    name: str, header: pd.Series, body: pd.DataFrame, columns: dict[str, int]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that are units, and in words those that are not (empty ones say nothing)."""
    titled = header.notna()
    width = titled.sum()
    present = body.loc[:, titled].notna().sum(axis=1)
    body = body.fillna("")
    present += (body.loc[:, ~titled] != "").sum(axis=1).astype("int64")
    body = body[(body != "").any(axis=1)]
    nameless = body[columns["unit"]] == ""
    first = [columns[role] for role in ("number", "unit") if role in columns]
    aside = body[first].map(lambda cell: bool(FOOTERS.match(fold(cell)))).any(axis=1)
    if len(body) and are_column_numbers(body.iloc[0].tolist()):
        aside.iloc[0] = True
    unnumbered = body[columns["number"]] == "" if "number" in columns else nameless
    aside |= (nameless | unnumbered) & missing(body[columns["score"]])
    told = [
        f"dòng {line} '{' '.join(filter(None, row))[:60]}'"
        for line, *row in body[aside].itertuples()
    ]
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
    return rows, told


def are_column_numbers(cells: Sequence[str]) -> bool:
    """Return whether a row only numbers the columns: "1 2 3", "(1) (2) (3)", "A B 1 2"."""
    bare = [cell.strip("() ") for cell in cells if cell]
    return len(bare) > 2 and any(
        bare == [*"ABC"[:letters], *map(str, range(1, len(bare) - letters + 1))]
        for letters in range(4)
    )


def check_numbering(name: str, table: dict[str, pd.Series]) -> None:
    """Refuse a hole in the numbering (it means that rows were lost); a restart at 1 is none."""
    text = table.get("number", pd.Series(dtype="str"))
    numbers = text.str.extract(r"^0*([0-9]{1,9})\.?$")[0].dropna().astype("int64")
    goes_on = (numbers == numbers.shift(fill_value=0) + 1) | (numbers == 1)
    reordered = sorted(numbers) == list(range(1, len(numbers) + 1))
    if not reordered and (line := first_line(~goes_on)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: số thứ tự nhảy đến {numbers[line]}, có thể thiếu dòng; hãy bổ "
            "sung dòng thiếu, hoặc bỏ cột STT nếu chỉ dùng một phần bảng."
        )


def to_numbers(name: str, title: str, cells: pd.Series) -> pd.Series:
    """Return a column of numbers: comma and dot are both a decimal mark, never a thousands one."""
    found = cells.str.replace("−", "-").str.extract(_NUMBER, expand=False)
    if (line := first_line(found.isna() & ~missing(cells))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: ô '{cells[line]}' của cột '{title}' không phải là số; hãy sửa "
            "ô này (ví dụ 81,81), hoặc để trống nếu chưa chấm."
        )
    return found.str.replace(",", ".").astype("float64")


def to_whole(name: str, title: str, cells: pd.Series, *, blank: bool = True) -> pd.Series:
    """Return a column of whole numbers: ranks and years."""
    found = cells.str.extract(_WHOLE, expand=False)
    if (line := first_line(found.isna() & ~(blank & missing(cells)))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: ô '{cells[line]}' của cột {title} không phải là số nguyên; "
            f"hãy ghi số, ví dụ {'1' if blank else '2020'}."
        )
    return found.astype("Int64")


def missing(cells: pd.Series) -> pd.Series:
    """Return which cells are a word or sign for nothing."""
    return cells.map(same).isin(MISSING)


def first_line(bad: pd.Series) -> int | None:
    """Return the line of the first row that is marked, None if there is none."""
    return bad.idxmax() if bad.any() else None
