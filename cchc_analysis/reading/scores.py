"""From one table of raw cells to scores: what each cell means, and what is refused."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.reading.cells import (
    by_texts,
    check_errors,
    check_numbering,
    each,
    missing,
    to_numbers,
    to_whole,
)
from cchc_analysis.reading.columns import find_columns
from cchc_analysis.reading.grid import (
    Where,
    first_line,
    lines_in_words,
    place,
    titles_in_words,
)
from cchc_analysis.reading.header import role_of
from cchc_analysis.reading.headings import under_headings
from cchc_analysis.reading.maxima import (
    check_scores,
    check_shares,
    check_stated_elsewhere,
    maxima_of,
    stated_maximum,
)
from cchc_analysis.reading.rows import Rows, check_any, check_fits, fates_of
from cchc_analysis.reading.tables import Table
from cchc_analysis.reading.vocabulary import GAIN, PENALTY
from cchc_analysis.refusal import Option
from cchc_analysis.text import clean, fold, quoted, same
from cchc_analysis.vocabulary import SHOWN, known_grades

_MOST_PLACES = 3  # decimals of a printed score
_YEARS = 1900, 2099
_LONGEST_CODE = 2  # a unit may be called "A"
_MARKED_NAME = r" ?\[[0-9*,() ]{1,4}\]$"  # a raised footnote
_STRUCK_NAME = r".*\[[^\]]*[^\W\d_]{2}[^\]]*\].*"  # words in brackets, as `text_of` puts them
_MARKED_YEAR = r"^([12])[.,]([0-9]{3})$"  # "2,012", a number with a thousands mark
_TITLES = ("number", "score", "max_score", "published_rank", "published_grade")


class Part(NamedTuple):
    """What one table gives: its scores by line, what is not used, and what to check."""

    scores: pd.DataFrame
    unused: list[str]
    told: list[str]
    fates: pd.Series  # of each row below the header
    columns: set  # which are used or told
    title: str  # of the column of scores


def read_scores(
    where: Where,
    table: Table,
    *,
    wanted: Mapping[str, str | int],
    max_score: float | None,
    given: Mapping[str, object],
) -> Part:
    """Return the scores of one table.

    `given` has the year and the block that are known from outside the table.
    """
    titles = table.header.titles
    check_any(where, table.body)
    check_fits(where, titles, table.body)
    body = by_texts(table.body)
    columns, added, unused, told = find_columns(where, table.header, body, wanted=wanted)
    title = titles[columns["score"]]
    fates = fates_of(Rows(where, table.heading, titles, columns, body))
    rows = fates.units
    stated = stated_maximum(where, title, fates.maxima, columns)
    told += fates.told
    cells = {role: rows[column] for role, column in columns.items()}
    if max_score is None and stated is None and "max_score" not in cells:
        check_shares(where, table.header, rows, columns)
        texts = [table.context, *fates.headings.unique(), *fates.left_out]
        check_stated_elsewhere(where, title, texts)
    for role in ("unit", "block", "published_grade"):
        if role in cells:
            check_errors(where, cells[role])
    _check_names(where, cells["unit"], numbered="number" in cells)
    cells["unit"] = _without_marks(cells["unit"], told)
    if "year" in cells:
        cells["year"] = _without_thousands(cells["year"], told)
    if len(fates.headings) and not {"year", "block"} & set(columns):
        cells |= _under_sections(where, table.heading, fates.headings, rows.index, told)
    for role, value in given.items():
        _add_given(where, cells, role, value)
    if "number" in cells:
        parts = [cells[column] for column in ("year", "block") if column in cells]
        has_gap = (fates.of == "gap").any()
        check_numbering(where, cells["number"], parts, has_gap=has_gap)

    scores = pd.DataFrame({"unit": cells["unit"]})
    scores["score"] = to_numbers(where, title, cells["score"])
    scores["max_score"], assumed = maxima_of(
        where, cells, title, scores["score"], max_score, stated
    )
    if added:
        scores["bonus"] = _bonus(where, {titles[column]: rows[column] for column in added})
    check_scores(where, scores, cells["score"], assumed=assumed)
    if "max_assumed" in cells:  # a table loaded before keeps what was assumed then
        assumed = each(cells["max_assumed"], lambda texts: texts.map(same) == "true")
    if np.any(assumed):
        scores["max_assumed"] = assumed
    if "year" in cells:
        scores["year"] = _years(where, cells["year"])
    if "block" in cells:
        scores["block"] = _blocks(where, cells["block"])
    if "published_rank" in cells:
        scores["published_rank"] = _ranks(where, cells, scores)
    if "published_grade" in cells:
        grades = cells["published_grade"]
        scores["published_grade"] = grades.astype("str").mask(missing(grades))
        told += _cut_grades(scores["published_grade"])
    told += _long_numbers(table, cells["score"])
    of_score = (line for line, column in table.merged if column == columns["score"])
    if merged := sorted(line for line in of_score if line in rows.index):
        lines = ", ".join(map(str, merged[:10]))
        told.append(f"điểm ở dòng {lines} lấy từ ô gộp với dòng trên, hãy kiểm tra")
    words = [*filter(None, unused.values()), *table.notes, *fates.left_out]
    return Part(scores, words, told, fates.of, {*columns.values(), *added, *unused}, title)


def _bonus(where: Where, cells: Mapping[str, pd.Series]) -> pd.Series:
    """Return the points of each unit beside its total; a column of penalties has none above 0."""
    parts = []
    for title, column in cells.items():
        points, key = to_numbers(where, title, column).fillna(0), fold(title)
        is_penalty = PENALTY.fullmatch(key) and not GAIN.fullmatch(key)
        parts.append(-points.abs() if is_penalty else points)
    return sum(parts).round(9)


def _cut_grades(grades: pd.Series) -> list[str]:
    """Tell grades that are the beginning of a longer one, beside grades that are whole: "Rất t"."""
    words = {same(grade): grade for grade in grades.dropna().unique()}
    whole = known_grades() | words if set(words) & set(known_grades()) else words
    longer = {
        key: next((other for at, other in whole.items() if at != key and at.startswith(key)), None)
        for key in set(words) - set(known_grades())
    }
    keys = grades.map(same, na_action="ignore")
    return [
        f"xếp loại {quoted(words[key])} ở {lines_in_words(keys.index[keys == key])} có thể là "
        f"{quoted(other)} bị cắt mất phần cuối"
        for key, other in sorted(longer.items())
        if other
    ]


def _without_marks(units: pd.Series, told: list[str]) -> pd.Series:
    struck = each(units, lambda texts: texts.str.fullmatch(_STRUCK_NAME))
    if (line := first_line(struck)) is not None:
        told.append(
            f"tên đơn vị có phần trong ngoặc vuông ở {lines_in_words(units.index[struck])} (ví dụ "
            f"{quoted(units[line])}), có thể là chữ gạch bỏ, chỉ số trên hoặc ẩn, hãy kiểm tra"
        )
    marked = each(units, lambda texts: texts.str.contains(_MARKED_NAME))
    if (line := first_line(marked)) is None:
        return units
    told.append(f"bỏ dấu chú thích ở {marked.sum()} tên đơn vị (ví dụ {units[line]})")
    return units.astype("str").str.replace(_MARKED_NAME, "", regex=True)


def _under_sections(
    where: Where, heading: str, headings: pd.Series, lines: pd.Index, told: list[str]
) -> dict[str, pd.Series]:
    """Return the year or block of each unit, from the row that heads its part of the table."""
    every = headings.index.union(lines)
    of_units = headings.reindex(every).ffill().fillna(heading)[lines]
    names = list(dict.fromkeys(of_units))
    known = under_headings(where, names)
    told.append(f"lấy tên khối từ các dòng tiêu đề {titles_in_words(names)}")
    return {
        role: of_units.map(
            {name: one[role] for name, one in zip(names, known, strict=True)}
        ).astype("str")
        for role in known[0]
    }


def _ranks(where: Where, cells: dict[str, pd.Series], scores: pd.DataFrame) -> pd.Series:
    said = cells["published_rank"]
    ranks = to_whole(where, "Xếp hạng", said)
    is_none = (ranks < 1).fillna(False)
    where.check(is_none, said, "xếp hạng {cell} phải từ 1 trở lên", "hãy sửa ô này")
    if (line := first_line(ranks.notna() & scores["score"].isna())) is not None:
        raise where.refuse(
            f"đơn vị {quoted(scores['unit'][line])} có xếp hạng {ranks[line]} nhưng không có điểm",
            "hãy bổ sung điểm hoặc xóa xếp hạng", at=place(cells["score"], line),
        )  # fmt: skip
    return ranks


def _check_names(where: Where, units: pd.Series, *, numbered: bool) -> None:
    """Refuse what is no name: without a letter, a title or a grade; cells are out of place."""
    foreign = each(units, lambda texts: texts.map(role_of).isin(_TITLES))
    if not numbered:  # "Trung Bình" is a commune too
        grades = [key for key in known_grades() if len(key) > _LONGEST_CODE]
        foreign |= each(units, lambda texts: texts.map(same).isin(grades))
    where.check(
        foreign, units, "{cell} ở cột đơn vị là xếp loại hoặc tiêu đề",
        "hãy xóa dòng này nếu không phải đơn vị (dòng điểm tối đa thì chỉ xóa số thứ tự)",
    )  # fmt: skip
    has_letter = each(units, lambda texts: texts.str.contains(r"[^\W\d_]"))
    where.check(
        ~has_letter, units,
        "tên đơn vị {cell} không có chữ cái nào, có thể các ô bị lệch cột",
        "hãy kiểm tra dòng này",
    )  # fmt: skip


def _without_thousands(years: pd.Series, told: list[str]) -> pd.Series:
    marked = each(years, lambda texts: texts.str.fullmatch(_MARKED_YEAR))
    if (line := first_line(marked)) is None:
        return years
    told.append(f"bỏ dấu ngăn hàng nghìn ở {marked.sum()} ô năm (ví dụ {place(years, line)})")
    return years.astype("str").str.replace(_MARKED_YEAR, r"\1\2", regex=True)


def _years(where: Where, cells: pd.Series) -> pd.Series:
    years = to_whole(where, "Năm", cells, blank=False).astype("int64")
    where.check(
        ~years.between(*_YEARS), cells,
        f"năm {{cell}} phải gồm bốn chữ số từ {_YEARS[0]} đến {_YEARS[1]}", "hãy sửa ô này",
    )  # fmt: skip
    return years


def _blocks(where: Where, cells: pd.Series) -> pd.Series:
    where.check(
        missing(cells), cells,
        "ô Khối để trống (có thể là ô gộp)", "hãy bỏ gộp ô và điền tên khối vào từng dòng",
    )  # fmt: skip
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


def _add_given(where: Where, table: dict[str, pd.Series], role: str, given: object) -> None:
    """Add the year or block that the caller gives, unless the source says another."""
    text = pd.Series(clean(str(given)), index=table["unit"].index, dtype="str")
    said = table.get(role, text).astype("str")
    where.check(
        said != text, said,
        f"bảng ghi {SHOWN[role].lower()} {{cell}} nhưng tham số là {role}={given!r}",
        "hãy bỏ tham số này hoặc sửa bảng", option=Option(role, given),
    )  # fmt: skip
    table[role] = text
