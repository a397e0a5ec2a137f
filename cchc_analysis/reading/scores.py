"""From one table of raw cells to scores: what each cell means, and what is refused."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cchc_analysis.reading.columns import find_columns, listed
from cchc_analysis.reading.distinct import each
from cchc_analysis.reading.grid import are_gaps, check_rows, unit_rows
from cchc_analysis.reading.header import role_of
from cchc_analysis.reading.headings import sections, under_headings
from cchc_analysis.reading.maxima import (
    check_scores,
    check_shares,
    check_stated_elsewhere,
    maxima_of,
    stated_maximum,
)
from cchc_analysis.reading.numbers import (
    check_errors,
    check_numbering,
    first_line,
    missing,
    place,
    to_numbers,
    to_whole,
)
from cchc_analysis.reading.tables import Table
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import clean, quoted, same
from cchc_analysis.vocabulary import SHOWN

_MOST_PLACES = 3  # decimals of a printed score
_YEARS = 1900, 2099
_LONGEST_CODE = 2  # a unit may be called "A"
_MARKED_NAME = r" ?\[[0-9*,() ]{1,4}\]$"  # a raised footnote
_TITLES = ("number", "score", "max_score", "published_rank", "published_grade")


def read_scores(
    name: str,
    table: Table,
    *,
    wanted: Mapping[str, str | int],
    max_score: float | None,
    given: Mapping[str, object],
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the scores by line, what is unused, what to check.

    `given` has the year and the block that are known from outside the table.
    """
    titles = table.header.titles
    check_rows(name, table.body)
    columns, unused, told = find_columns(name, table.header, table.body, wanted=wanted)
    title = titles[columns["score"]]
    body, stated, words = stated_maximum(name, title, table.body, columns)
    told += words
    check_rows(name, body)
    body, headings = sections(name, table._replace(body=body), columns)
    gaps = are_gaps(body)
    rows, left_out = unit_rows(name, titles, body, columns, gaps)
    cells = {role: rows[column] for role, column in columns.items()}
    if max_score is None and stated is None and "max_score" not in cells:
        check_shares(name, table.header, rows, columns)
        headings_ = [] if headings is None else list(headings.unique())
        check_stated_elsewhere(name, title, [table.context, *headings_, *left_out])
    for role in ("unit", "block", "published_grade"):
        if role in cells:
            check_errors(name, cells[role])
    _check_names(name, cells["unit"], numbered="number" in cells)
    marked = each(cells["unit"], lambda texts: texts.str.contains(_MARKED_NAME))
    if (line := first_line(marked)) is not None:
        told.append(f"bỏ dấu chú thích ở {marked.sum()} tên đơn vị (ví dụ {cells['unit'][line]})")
        cells["unit"] = cells["unit"].astype("str").str.replace(_MARKED_NAME, "", regex=True)
    if headings is not None and not {"year", "block"} & set(columns):
        lines = headings[rows.index]
        names = list(dict.fromkeys(lines))
        known = under_headings(name, names, [""] * len(names))
        for role in known[0]:
            values = {line: one[role] for line, one in zip(names, known, strict=True)}
            cells[role] = lines.map(values).astype("str")
        told.append(f"lấy tên khối từ các dòng tiêu đề {listed(names)}")
    for role, value in given.items():
        _add_given(name, cells, role, value)

    if "number" in cells:
        parts = [cells[column] for column in ("year", "block") if column in cells]
        check_numbering(name, cells["number"], parts, has_gap=gaps.any())

    scores = pd.DataFrame({"unit": cells["unit"]})
    scores["score"] = to_numbers(name, title, cells["score"])
    scores["max_score"], assumed = maxima_of(name, cells, title, scores["score"], max_score, stated)
    check_scores(name, scores, cells["score"], assumed=assumed)
    if "max_assumed" in cells:  # a table loaded before keeps what was assumed then
        assumed = each(cells["max_assumed"], lambda texts: texts.map(same) == "true")
    if np.any(assumed):
        scores["max_assumed"] = assumed
    if "year" in cells:
        scores["year"] = _years(name, cells["year"])
    if "block" in cells:
        scores["block"] = _blocks(name, cells["block"])
    if "published_rank" in cells:
        ranks = scores["published_rank"] = to_whole(name, "Xếp hạng", cells["published_rank"])
        if (line := first_line((ranks < 1).fillna(False))) is not None:
            raise ValueError(
                f"{name}, {place(cells['published_rank'], line)}: xếp hạng "
                f"{quoted(cells['published_rank'][line])} phải từ 1 trở lên; hãy sửa ô này."
            )
        if (line := first_line(ranks.notna() & scores["score"].isna())) is not None:
            raise ValueError(
                f"{name}, {place(cells['score'], line)}: đơn vị {quoted(scores['unit'][line])} có "
                f"xếp hạng {ranks[line]} nhưng không có điểm; hãy bổ sung điểm hoặc xóa xếp hạng."
            )
    if "published_grade" in cells:
        grades = cells["published_grade"]
        scores["published_grade"] = grades.astype("str").mask(missing(grades))
    told += _long_numbers(table, cells["score"])
    of_score = (line for line, column in table.merged if column == columns["score"])
    if merged := sorted(line for line in of_score if line in rows.index):
        lines = ", ".join(map(str, merged[:10]))
        told.append(f"điểm ở dòng {lines} lấy từ ô gộp với dòng trên, hãy kiểm tra")
    return scores, [*unused, *table.notes, *left_out], told


def _check_names(name: str, units: pd.Series, *, numbered: bool) -> None:
    """Refuse what is no name: without a letter, a title or a grade; cells are out of place."""
    foreign = each(units, lambda texts: texts.map(role_of).isin(_TITLES))
    if not numbered:  # "Trung Bình" is a commune too
        grades = [key for key in known_grades() if len(key) > _LONGEST_CODE]
        foreign |= each(units, lambda texts: texts.map(same).isin(grades))
    if (line := first_line(foreign)) is not None:
        raise ValueError(
            f"{name}, {place(units, line)}: {quoted(units[line])} ở cột đơn vị là xếp loại hoặc "
            "tiêu đề; hãy xóa dòng này nếu không phải đơn vị (dòng điểm tối đa thì chỉ xóa số thứ "
            "tự)."
        )
    has_letter = each(units, lambda texts: texts.str.contains(r"[^\W\d_]"))
    if (line := first_line(~has_letter)) is not None:
        raise ValueError(
            f"{name}, {place(units, line)}: tên đơn vị {quoted(units[line])} không có chữ cái nào, "
            "có thể các ô bị lệch cột; hãy kiểm tra dòng này."
        )


def _years(name: str, cells: pd.Series) -> pd.Series:
    years = to_whole(name, "Năm", cells, blank=False).astype("int64")
    if (line := first_line(~years.between(*_YEARS))) is not None:
        raise ValueError(
            f"{name}, {place(cells, line)}: năm {quoted(cells[line])} phải gồm bốn chữ số từ "
            f"{_YEARS[0]} đến {_YEARS[1]}; hãy sửa ô này."
        )
    return years


def _blocks(name: str, cells: pd.Series) -> pd.Series:
    if (line := first_line(missing(cells))) is not None:
        raise ValueError(
            f"{name}, {place(cells, line)}: ô Khối để trống (có thể là ô gộp); hãy bỏ gộp ô và "
            "điền tên khối vào từng dòng."
        )
    return cells


def _long_numbers(table: Table, cells: pd.Series) -> list[str]:
    """Tell scores of a workbook whose stored decimals are more than a table shows."""
    pattern = rf"[.,][0-9]{{{_MOST_PLACES + 1},}}"
    long = each(cells, lambda texts: texts.str.contains(pattern))
    if not table.place.startswith("trang tính") or not long.any():
        return []
    line = first_line(long)
    return [
        f"{long.sum()} điểm lưu trong tệp có hơn {_MOST_PLACES} chữ số thập phân, có thể khác số "
        f"hiển thị (ví dụ {place(cells, line)}: {cells[line]})"
    ]


def _add_given(name: str, table: dict[str, pd.Series], role: str, given: object) -> None:
    """Add the year or block that the caller gives, unless the source says another."""
    text = pd.Series(clean(str(given)), index=table["unit"].index, dtype="str")
    if (line := first_line(table.get(role, text).astype("str") != text)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: bảng ghi {SHOWN[role].lower()} {quoted(table[role][line])} "
            f"nhưng tham số là {role}={given!r}; hãy bỏ tham số này hoặc sửa bảng."
        )
    table[role] = text
