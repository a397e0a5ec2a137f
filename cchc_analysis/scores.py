"""From one table of raw cells to scores: what each cell means, and what is refused."""

import math
from collections.abc import Mapping
from numbers import Real

import pandas as pd

from cchc_analysis.columns import find_columns
from cchc_analysis.grid import (
    check_errors,
    check_numbering,
    first_line,
    missing,
    place,
    to_numbers,
    to_whole,
    unit_rows,
)
from cchc_analysis.headings import sections, under_headings
from cchc_analysis.labels import SHOWN
from cchc_analysis.tables import Table
from cchc_analysis.text import clean, decimal_comma

_WHERE_MAX = "max_score; sổ tay: MAX_SCORE; dòng lệnh: --max-score"
_NOISE = 1e-9  # a sum of floats may stand this far beyond its maximum
_LOST_COMMA = 9  # "97,685" taken for 97685 is so many times too large
_MOST_PLACES = 3  # decimals of a printed score


def read_scores(
    name: str,
    table: Table,
    *,
    wanted: Mapping[str, str | int],
    max_score: float | None,
    given: Mapping[str, object],
) -> tuple[pd.DataFrame, bool, list[str], list[str]]:
    """Return the scores by line, whether their maximum is assumed, what is unused, what to check.

    `given` has the year and the block that are known from outside the table.
    """
    titles = table.header.titles
    if table.body.empty:
        raise ValueError(f"{name}: sau dòng tiêu đề không có đơn vị nào; hãy kiểm tra lại bảng.")
    columns, unused, told = find_columns(
        name, table.header, table.body, has_maximum=max_score is not None, wanted=wanted
    )
    body, headings = sections(name, table, columns)
    rows, left_out = unit_rows(name, titles, body, columns)
    cells = {role: rows[column] for role, column in columns.items()}
    for role in ("unit", "block", "published_grade"):
        if role in cells:
            check_errors(name, cells[role])
    if "number" in cells:
        check_numbering(name, cells["number"])
    if headings is not None and not {"year", "block"} & set(columns):
        lines = headings[rows.index]
        names = list(dict.fromkeys(lines))
        for role, *values in _by_role(under_headings(name, names, [""] * len(names))):
            cells[role] = lines.map(dict(zip(names, values, strict=True))).astype("str")
    for role, value in given.items():
        _add_given(name, cells, role, value)

    scores = pd.DataFrame({"unit": cells["unit"]})
    title = titles[columns["score"]]
    scores["score"] = to_numbers(name, title, cells["score"])
    scores["max_score"], assumed = _maxima(name, cells, title, scores["score"], max_score)
    _check_scores(name, scores, cells["score"], assumed=assumed)
    if "year" in cells:
        scores["year"] = to_whole(name, "Năm", cells["year"], blank=False).astype("int64")
    if "block" in cells:
        scores["block"] = _blocks(name, cells["block"])
    if "published_rank" in cells:
        ranks = scores["published_rank"] = to_whole(name, "Xếp hạng", cells["published_rank"])
        if (line := first_line(ranks.notna() & scores["score"].isna())) is not None:
            raise ValueError(
                f"{name}, {place(cells['score'], line)}: đơn vị '{scores['unit'][line]}' có xếp "
                f"hạng {ranks[line]} nhưng không có điểm; hãy bổ sung điểm hoặc xóa xếp hạng."
            )
    if "published_grade" in cells:
        grades = cells["published_grade"]
        scores["published_grade"] = grades.mask(missing(grades))
    told += _long_numbers(table, cells["score"])
    return scores, assumed, [*unused, *table.notes, *left_out], told


def _by_role(rows: list[dict[str, str]]) -> list[list[str]]:
    return [[role, *(row[role] for row in rows)] for role in rows[0]]


def _blocks(name: str, cells: pd.Series) -> pd.Series:
    if (line := first_line(missing(cells))) is not None:
        raise ValueError(
            f"{name}, {place(cells, line)}: ô Khối để trống (có thể là ô gộp); hãy bỏ gộp ô và "
            "điền tên khối vào từng dòng."
        )
    return cells


def _long_numbers(table: Table, cells: pd.Series) -> list[str]:
    """Tell scores of a workbook whose stored decimals are more than a table shows."""
    long = cells.str.contains(rf"[.,][0-9]{{{_MOST_PLACES + 1},}}")
    if not table.place.startswith("trang tính") or not long.any():
        return []
    line = first_line(long)
    return [
        f"{long.sum()} điểm lưu trong tệp có hơn {_MOST_PLACES} chữ số thập phân, có thể khác số "
        f"hiển thị (ví dụ {place(cells, line)}: {cells[line]})"
    ]


def _add_given(name: str, table: dict[str, pd.Series], role: str, given: object) -> None:
    """Add the year or block that the caller gives, unless the source says another."""
    if given is None:
        return
    text = pd.Series(clean(str(given)), index=table["unit"].index, dtype="str")
    if (line := first_line(table.get(role, text) != text)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: bảng ghi {SHOWN[role].lower()} '{table[role][line]}' nhưng tham "
            f"số là {role}={given!r}; hãy bỏ tham số này hoặc sửa bảng."
        )
    table[role] = text


def _maxima(
    name: str, table: dict, title: str, score: pd.Series, given: float | None
) -> tuple[pd.Series, bool]:
    """Return the maximum of each row, and whether it is assumed."""
    if given is not None and not (isinstance(given, Real) and 0 < given < math.inf):
        raise ValueError(f"max_score={given!r} phải là một số lớn hơn 0, ví dụ 100.")
    in_percent = "%" in title or table["score"].str.endswith("%").any()
    if "max_score" in table:
        maxima = to_numbers(name, SHOWN["max_score"], table["max_score"])
        if (line := first_line(~(maxima > 0))) is not None:
            raise ValueError(
                f"{name}, dòng {line}: ô điểm tối đa để trống hoặc không lớn hơn 0; hãy điền điểm "
                "tối đa của đơn vị này."
            )
        if (line := first_line(maxima != (given or maxima))) is not None:
            raise ValueError(
                f"{name}, dòng {line}: điểm tối đa '{table['max_score'][line]}' khác thang điểm đã "
                f"đặt (max_score={decimal_comma(given)}); hãy sửa ô này hoặc bỏ thang điểm đã đặt."
            )
    elif given is None and 0 <= score.max() <= 1:
        raise ValueError(
            f"{name}: điểm lớn nhất của cột '{title}' chỉ là {decimal_comma(score.max())}, có thể "
            "là tỷ lệ mà Excel lưu dưới dạng 0,9177 thay cho 91,77%; nếu vậy hãy đặt thang điểm "
            f"bằng 1 ({_WHERE_MAX}), chỉ đặt 100 nếu các đơn vị chỉ đạt chừng ấy điểm."
        )
    else:
        maxima = pd.Series(float(given or 100), score.index)
    # Percent beside a maximum in points: 81.33% of 84 is not 81.33 points.
    if in_percent and (line := first_line(~maxima.isin([1, 100]))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: cột '{title}' ghi tỷ lệ % nhưng điểm tối đa là "
            f"{decimal_comma(maxima[line])}; hãy dùng cột điểm, hoặc bỏ điểm tối đa nếu dùng tỷ lệ."
        )
    return maxima, given is None and "max_score" not in table and not in_percent


def _check_scores(name: str, scores: pd.DataFrame, cells: pd.Series, *, assumed: bool) -> None:
    """Refuse scores outside 0…max_score, and those that a large scale lets read in two ways."""
    maxima = scores["max_score"]
    outside = (scores["score"] < -_NOISE) | (scores["score"] > maxima + _NOISE)
    if (line := first_line(outside)) is not None:
        other_scale = f"hãy sửa ô này, hoặc đặt thang điểm nếu khác 100 ({_WHERE_MAX})"
        remedy = other_scale if assumed else "hãy sửa điểm hoặc điểm tối đa"
        if cells[line].isdigit() and scores["score"][line] > _LOST_COMMA * maxima[line]:
            remedy = f"có thể đã mất dấu phẩy khi mở bằng Excel tiếng Anh; {remedy}"
        raise ValueError(
            f"{name}, {place(cells, line)}: điểm '{cells[line]}' nằm ngoài khoảng 0 đến "
            f"{decimal_comma(maxima[line])}; {remedy}."
        )
    two_ways = cells.str.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}")
    if (line := first_line((maxima >= 1000) & two_ways)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: với thang điểm {decimal_comma(maxima[line])}, '{cells[line]}' "
            "có thể là số lẻ hoặc số hàng nghìn; hãy viết số không có dấu ngăn hàng nghìn."
        )
