"""From one table of raw cells to scores and their maxima: what cells mean, what is refused."""

import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from numbers import Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.reading.cells import (
    Where,
    adds_up,
    check_errors,
    check_numbering,
    each,
    filled,
    first_line,
    has_letters,
    in_percent,
    lines_in_words,
    missing,
    numbers_in,
    place,
    row_in_words,
    small_scale,
    titles_in_words,
    to_numbers,
    to_whole,
)
from cchc_analysis.reading.columns import find_columns
from cchc_analysis.reading.header import (
    LIKE,
    Header,
    key_of,
    role_of,
    split_maximum,
    under_headings,
    years_said,
)
from cchc_analysis.reading.rows import Rows, check_any, check_fits, fates_of, is_long_grade
from cchc_analysis.reading.tables import Table
from cchc_analysis.reading.vocabulary import COUNTED, GAIN, PENALTY, SCALE_ELSEWHERE
from cchc_analysis.refusal import Clause, Option, Refusal
from cchc_analysis.text import SHOWN, clean, decimal_comma, fold, known_grades, quoted, same

_MOST_PLACES = 3  # decimals of a printed score
_YEARS = 1900, 2099
_CODE = re.compile(r"([0-9]+|[IVX]+|[A-ZĐ])\.([0-9]+)\.?")  # of a unit within its part
_NUMBERED_NAME = re.compile(r"^([0-9]+)[.)]\s*(?=[^\W\d_])")
_MARKED_NAME = r" ?(?:\[[0-9*,() ]{1,4}\]|\(?\*+\)?)$"  # of a footnote, raised or not
_STRUCK_NAME = re.compile(r"\[[^\]]*[^\W\d_]{2}[^\]]*\]")  # words in brackets, as `text_of` has
_MARKED_YEAR = re.compile(r"^([12])[.,]([0-9]{3})$")  # "2,012", a number with a thousands mark
_THREE_PLACES = re.compile("[0-9]{1,3}[.,][0-9]{3}")
_TITLES = ("number", "score", "max_score", "published_rank", "published_grade")
NOISE = 1e-9  # a sum of floats may stand this far beyond its maximum
_LOST_COMMA = 9  # "97,685" taken for 97685 is so many times too large
_ROUNDED = 0.05  # points of 100 and their percentage may differ by what was rounded
_USUAL, _LARGEST = 100, 200  # a maximum that is assumed, and the largest that is proposed


class Part(NamedTuple):
    """What one table gives: its scores by line, what is not used, and what to check."""

    scores: pd.DataFrame
    unused: list[str]
    left_out: dict[tuple[int, ...], str]  # the rows that are not used, by their lines
    told: list[str | Clause]
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
    are_parts: bool = False,
) -> Part:
    """Return the scores of one table, of which each row is a unit, or a criterion of one.

    `given` has the year and the block that are known from outside the table.
    """
    titles = table.header.titles
    check_any(where, table.body)
    body = table.body
    check_fits(where, titles, body)
    year = str(given.get("year") or years_said([table])[0].year)
    columns, added, unused, told = find_columns(where, table.header, body, wanted=wanted, year=year)
    if table.above and not any(table.header.roles.values()):  # it may be a unit without a score
        row = row_in_words(table.above[0], titles.values())
        told.append(Clause("hiểu {} là dòng tiêu đề", (row,)))
    title = titles[columns["score"]]
    if "number" in columns and not are_parts:
        number = columns["number"]
        body = body.copy(deep=False)
        body[number] = _within_parts(body[number], filled(body[columns["score"]]))
    fates = fates_of(Rows(where, table.heading, titles, columns, body, are_parts))
    rows = fates.units
    stated = _stated_maximum(where, title, fates.maxima, columns)
    told += fates.told
    cells = {role: rows[column] for role, column in columns.items()}
    if max_score is None and stated is None and "max_score" not in cells:
        _check_shares(where, table.header, rows, columns)
        above = " ".join([*table.lines, table.title])
        texts = [above, *fates.headings.unique(), *fates.left_out.values()]
        _check_stated_elsewhere(where, title, texts)
    for role in ("unit", "block", "published_grade"):
        if role in cells:
            check_errors(where, cells[role])
    _check_names(where, cells["unit"], numbered="number" in cells)
    notes = re.findall(r"'(\([0-9]\))", " ".join(fates.left_out.values()))
    cells["unit"] = _without_marks(cells["unit"], notes, told)
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
    scores["max_score"], assumed = _maxima_of(
        where, cells, title, scores["score"], max_score, stated
    )
    if added:
        scores["bonus"] = _bonus(where, {titles[column]: rows[column] for column in added})
    check_scores(where, scores, cells["score"], assumed=assumed)
    if "max_assumed" in cells:  # a table loaded before keeps what was assumed then
        assumed = each(cells["max_assumed"], lambda text: same(text) == "true")
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
    told += _long_numbers(table, cells["score"], columns["score"])
    of_score = (line for line, column in table.merged if column == columns["score"])
    if merged := sorted(line for line in of_score if line in rows.index):
        lines = ", ".join(map(str, merged[:10]))
        told.append(Clause("điểm ở dòng {} lấy từ ô gộp với dòng trên, hãy kiểm tra", (lines,)))
    words, used = [*filter(None, unused.values()), *table.notes], {*columns.values(), *added}
    return Part(scores, words, fates.left_out, told, fates.of, used | {*unused}, title)


def _within_parts(numbers: pd.Series, scored: pd.Series) -> pd.Series:
    """Return numbers of units without that of the heading above: "I", "1.1" and "1", "1.1"."""
    is_code = each(numbers, _CODE.fullmatch)
    if not is_code.any():
        return numbers
    texts = numbers.astype("str").fillna("")
    parts = texts.str.extract(f"^{_CODE.pattern}$")
    heads = texts.str.fullmatch(r"(?:[0-9]+|[IVX]+|[A-ZĐ])\.?") & ~scored
    of_heads = parts[0][is_code].groupby(heads.cumsum()[is_code])
    are_within = heads.any() and of_heads.nunique().eq(1).all() and of_heads.first().is_unique
    if not are_within or (scored & ~is_code & texts.ne("")).any():
        return numbers
    return parts[1].fillna(texts.mask(heads & texts.str.rstrip(".").str.isdigit(), ""))


def _bonus(where: Where, cells: Mapping[str, pd.Series]) -> pd.Series:
    """Return the points of each unit beside its total; a column of penalties has none above 0."""
    parts = []
    for title, column in cells.items():
        points, key = to_numbers(where, title, column).fillna(0), key_of(title)
        is_penalty = PENALTY.fullmatch(key) and not GAIN.fullmatch(key)
        parts.append(-points.abs() if is_penalty else points)
    return sum(parts).round(9)


def _cut_grades(grades: pd.Series) -> list[str]:
    """Tell grades that are the beginning of a longer one, beside grades that are whole: "Rất t"."""
    words = {same(grade): grade for grade in grades.dropna().unique()}
    whole = known_grades() | words if set(words) & set(known_grades()) else words
    unknown = set(words) - set(known_grades())
    lines = grades.index.groupby(grades.map(same, na_action="ignore"))
    return [
        f"xếp loại {quoted(words[key])} ở {lines_in_words(lines[key])} có thể là "
        f"{quoted(whole[longer])} bị cắt mất phần cuối"
        for key, longer in pairwise(sorted(whole))  # right behind its beginning
        if key in unknown and longer.startswith(key) and not re.fullmatch("[ivx]+", longer)
    ]


def _without_marks(units: pd.Series, notes: Sequence[str], told: list) -> pd.Series:
    """Return names without numbers before them and marks behind, of notes below the table, too."""
    struck = each(units, _STRUCK_NAME.search)
    if (line := first_line(struck)) is not None:
        words = (
            "tên đơn vị có phần trong ngoặc vuông ở {} (ví dụ {}), có thể là chữ gạch bỏ, chỉ số "
            "trên hoặc ẩn, hãy kiểm tra"
        )
        told.append(Clause(words, (lines_in_words(units.index[struck]), quoted(units[line]))))
    found = map(_NUMBERED_NAME.match, units)
    if all(one and one[1] == str(at) for at, one in enumerate(found, start=1)):
        words = "bỏ số thứ tự trước các tên đơn vị (ví dụ {})"
        told.append(Clause(words, (quoted(units.iloc[0]),)))
        units = each(units, lambda name: _NUMBERED_NAME.sub("", name), "str")
    of_notes = [rf"|(?<=\w) ?{re.escape(note)}$" for note in notes]
    mark = re.compile(_MARKED_NAME + "".join(of_notes))
    marked = each(units, mark.search)
    if (line := first_line(marked)) is None:
        return units
    words = "bỏ dấu chú thích ở {} tên đơn vị (ví dụ {})"
    told.append(Clause(words, (marked.sum(), units[line])))
    return each(units, lambda name: mark.sub("", name), "str")


def _under_sections(
    where: Where, heading: str, headings: pd.Series, lines: pd.Index, told: list
) -> dict[str, pd.Series]:
    """Return the year or block of each unit, from the row that heads its part of the table."""
    every = headings.index.union(lines)
    of_units = headings.reindex(every).ffill().fillna(heading)[lines]
    names = list(dict.fromkeys(of_units))
    known = under_headings(where, names, in_rows=True)
    told.append(Clause("lấy tên khối từ các dòng tiêu đề {}", (titles_in_words(names, of="khối"),)))
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
    where.check(is_none, said, "xếp hạng {cell} phải từ 1 trở lên",
                "hãy sửa ô này, hoặc để trống nếu không xếp hạng")  # fmt: skip
    if (line := first_line(ranks.notna() & scores["score"].isna())) is not None:
        raise where.refuse(
            f"đơn vị {quoted(scores['unit'][line])} có xếp hạng {ranks[line]} nhưng không có điểm",
            "hãy bổ sung điểm hoặc xóa xếp hạng", at=place(cells["score"], line),
        )  # fmt: skip
    return ranks


def _check_names(where: Where, units: pd.Series, *, numbered: bool) -> None:
    """Refuse what is no name: without a letter, a title or a grade; cells are out of place."""
    foreign = each(units, lambda name: role_of(name) in _TITLES)
    if not numbered:  # "Trung Bình" is a commune too
        foreign |= each(units, is_long_grade)
        counted = each(units, lambda name: COUNTED.match(fold(name)))
        foreign |= counted & (not counted.all())  # of a table of groups all names are such
    where.check(
        foreign, units, "{cell} ở cột đơn vị là xếp loại hoặc tiêu đề",
        "hãy xóa dòng này nếu không phải đơn vị"
        + (" (dòng điểm tối đa thì chỉ xóa số thứ tự)" if numbered
           else ", hoặc thêm cột STT nếu là đơn vị"),
    )  # fmt: skip
    where.check(
        ~has_letters(units), units,
        "tên đơn vị {cell} không có chữ cái nào, có thể các ô bị lệch cột",
        "hãy kiểm tra dòng này",
    )  # fmt: skip


def _without_thousands(years: pd.Series, told: list) -> pd.Series:
    marked = each(years, _MARKED_YEAR.match)
    if (line := first_line(marked)) is None:
        return years
    words = "bỏ dấu ngăn hàng nghìn ở {} ô năm (ví dụ {})"
    told.append(Clause(words, (marked.sum(), place(years, line))))
    return each(years, lambda year: _MARKED_YEAR.sub(r"\1\2", year), "str")


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


def _long_numbers(table: Table, cells: pd.Series, column: object) -> list[Clause]:
    """Tell scores of a workbook whose stored decimals are more than it shows, or a table does."""
    longer = [line for line, at in table.longer if at == column]
    long = pd.Series(cells.index.isin(longer), cells.index)
    what = "nhiều chữ số hơn số hiển thị, dùng số được lưu"
    if not long.any() and table.is_sheet:
        long = each(cells, re.compile(rf"[.,][0-9]{{{_MOST_PLACES + 1}}}").search)
        what = f"hơn {_MOST_PLACES} chữ số thập phân, có thể khác số hiển thị"
    if (line := first_line(long)) is None:
        return []
    words = f"{{}} điểm lưu trong tệp có {what} (ví dụ {{}}: {{}})"
    return [Clause(words, (long.sum(), place(cells, line), cells[line]))]


def _add_given(where: Where, table: dict[str, pd.Series], role: str, given: object) -> None:
    """Add the year or block that the caller gives, unless the source says another."""
    text = pd.Series(clean(str(given)), index=table["unit"].index, dtype="str")
    named = SHOWN[role].lower()
    said = table.get(role, text).astype("str")
    where.check(
        said != text, said,
        f"bảng ghi {named} {{cell}} nhưng {named} đã đặt là '{given}'",
        f"hãy bỏ {named} đã đặt{{option.rest}}, hoặc sửa bảng", option=Option(role, given),
    )  # fmt: skip
    table[role] = text


def _stated_maximum(
    where: Where, title: str, rows: pd.DataFrame, columns: Mapping[str, object]
) -> float | None:
    """Return the maximum that the title of the scores or the rows of maxima state, if any does.

    The title is that of the scores: "Tổng điểm (thang điểm 70)".
    """
    _, stated = split_maximum(title)
    values = numbers_in(rows[columns["score"]].astype("str").str.strip("()"))
    for line, value in values.items():
        if stated not in (None, value):
            raise where.refuse(
                f"thang điểm {decimal_comma(value)} khác thang điểm {decimal_comma(stated)} ghi ở "
                "chỗ khác trong bảng",
                "hãy thêm cột Điểm tối đa, hoặc sửa cho thống nhất", at=f"dòng {line}", value=value,
            )  # fmt: skip
        stated = float(value)
    return stated


def _scale(value: float | None) -> Option:
    """Return the option that states a maximum, whole where it is."""
    return Option("max_score", int(value) if value and value == int(value) else value)


def _check_shares(
    where: Where, header: Header, rows: pd.DataFrame, columns: dict[str, object]
) -> None:
    """Refuse points beside their percentage: they have a maximum that nobody stated.

    What adds up to them is their parts.
    """
    name_of = header.titles[columns["score"]]
    score = numbers_in(rows[columns["score"]])
    if in_percent(name_of, rows[columns["score"]]):
        return
    beside = [c for c, title in header.titles.items() if title and c not in columns.values()]
    parts = [c for c in beside if header.roles[c] in ("score", LIKE)]
    if adds_up(score, [numbers_in(rows[column]) for column in parts]).all():
        beside = [column for column in beside if column not in parts]
    for column in beside:
        title, other = header.titles[column], numbers_in(rows[column])
        both = (score > 0) & (other > 0) & (other <= _USUAL)
        low = ((other - _ROUNDED) / (score + _ROUNDED))[both].max()
        high = ((other + _ROUNDED) / (score - _ROUNDED))[both].min()
        step = 2 if high > 1 else 1  # maxima above 100 are whole, others may have a half
        scale = math.ceil(step * _USUAL / high) / step if high > 0 else None
        is_share = bool(scale) and both.sum() > 1 and scale * low <= _USUAL
        if header.roles[column] in ("score", LIKE):
            is_share |= in_percent(title, rows[column])
        if is_share and ((other - score).abs() > _ROUNDED).any():
            scale = scale if scale and low <= high and scale <= _LARGEST else None
            raise where.refuse(
                f"các cột {quoted(name_of)} và {quoted(title)} đều có thể là điểm và khác nhau "
                "theo tỷ lệ, nên thang điểm không phải 100",
                "hãy đặt thang điểm, "
                + ("ví dụ {option} nếu cột kia là phần trăm của nó, " if scale else "")
                + f"hoặc chỉ rõ cột điểm là cột {quoted(title, 40)}",
                option=_scale(scale),
            )


def _check_stated_elsewhere(where: Where, title: str, texts: Iterable[str]) -> None:
    """Refuse to assume 100 where a title has another number, or a text near by a maximum."""
    numbers = re.findall(r"(?<!\d)\d{2,3}(?:[.,]\d+)?(?!\d)", title)
    found = [SCALE_ELSEWHERE.search(text) for text in texts]
    numbers += [match[1] for match in found if match]
    # Of several numbers none is the maximum for certain: "(80+4)".
    is_one = len({*numbers, *re.findall(r"\d+(?:[.,]\d+)?", title)}) == 1
    for number in numbers:
        if float(number.replace(",", ".")) != _USUAL:
            raise where.refuse(
                f"bảng có ghi số {number} (tiêu đề, ghi chú) có thể là thang điểm",
                "hãy đặt thang điểm ({option}), đặt 100 nếu đúng là 100", value=number,
                option=_scale(float(number.replace(",", ".")) if is_one else None),
            )  # fmt: skip


def check_maximum(given: object) -> None:
    """Refuse what the caller gives as a maximum and is none."""
    is_number = given is None or (isinstance(given, Real) and not isinstance(given, bool))
    if not is_number or (given is not None and not 0 < given <= sys.float_info.max):
        raise Refusal(
            f"max_score={given!r:.60} phải là một số lớn hơn 0", "hãy ghi ví dụ {option}",
            value=given, option=Option("max_score", _USUAL),
        )  # fmt: skip


def _maxima_of(
    where: Where,
    table: dict,
    title: str,
    score: pd.Series,
    given: float | None,
    stated: float | None,
) -> tuple[pd.Series, bool]:
    """Return the maximum of each row, and whether it is assumed."""
    check_maximum(given)
    is_percent = in_percent(title, table["score"])
    if "max_score" in table:
        maxima = to_numbers(where, SHOWN["max_score"], table["max_score"])
        where.check(
            ~(maxima > 0), table["max_score"], "ô điểm tối đa để trống hoặc không lớn hơn 0",
            "hãy điền điểm tối đa của đơn vị này",
        )  # fmt: skip
    else:
        maxima = pd.Series(float(stated or given or _USUAL), score.index)
    for other, said in ((stated, "ghi trong bảng"), (given, "đã đặt ({option})")):
        if other is not None and (line := first_line(maxima != other)) is not None:
            raise where.refuse(
                f"điểm tối đa {decimal_comma(maxima[line])} khác thang điểm {decimal_comma(other)} "
                f"{said}",
                "hãy sửa bảng" + (", hoặc bỏ thang điểm đã đặt{option.rest}" if given else ""),
                at=f"dòng {line}" if "max_score" in table else "", value=float(maxima[line]),
                option=Option("max_score"),
            )  # fmt: skip
    assumed = given is None and stated is None and "max_score" not in table
    scale = small_scale(score) if assumed else None
    if scale == 1 or (scale and not is_percent):
        raise where.refuse(
            f"điểm lớn nhất của cột {quoted(title)} chỉ là {decimal_comma(score.max())}, có thể "
            "thang điểm là 10, hoặc là tỷ lệ mà Excel lưu dưới dạng 0,9177 thay cho 91,77% "
            "(thang điểm 1)",
            "hãy đặt đúng thang điểm, ví dụ {option}",
            value=score.max(), option=Option("max_score", scale),
        )  # fmt: skip
    # Percent beside a maximum in points: 81.33% of 84 is not 81.33 points.
    if is_percent and (line := first_line(~maxima.isin([1, 100]))) is not None:
        raise where.refuse(
            f"cột {quoted(title)} ghi tỷ lệ % nhưng điểm tối đa là {decimal_comma(maxima[line])}",
            "hãy dùng cột điểm, hoặc bỏ điểm tối đa nếu dùng tỷ lệ", at=f"dòng {line}",
        )  # fmt: skip
    return maxima, assumed and not is_percent


def check_scores(where: Where, scores: pd.DataFrame, cells: pd.Series, *, assumed: bool) -> None:
    """Refuse scores outside 0…max_score, and those that a large scale lets read in two ways.

    Points beside the total may lift it above the maximum.
    """
    maxima = scores["max_score"]
    most = maxima + scores["bonus"].clip(lower=0) if "bonus" in scores else maxima
    outside = (scores["score"] < -NOISE) | (scores["score"] > most + NOISE)
    if (line := first_line(outside)) is not None:
        other_scale = "hãy sửa ô này, hoặc đặt thang điểm nếu khác 100 ({option})"
        remedy = other_scale if assumed else "hãy sửa điểm hoặc điểm tối đa"
        if str(cells[line]).isdigit() and scores["score"][line] > _LOST_COMMA * maxima[line]:
            remedy = f"có thể đã mất dấu phẩy khi mở bằng Excel tiếng Anh; {remedy}"
        raise where.refuse(
            f"điểm {quoted(cells[line])} nằm ngoài khoảng 0 đến {decimal_comma(maxima[line])}",
            remedy, at=place(cells, line), value=cells[line], option=Option("max_score"),
        )  # fmt: skip
    two_ways = each(cells, _THREE_PLACES.fullmatch)
    where.check(
        (maxima >= 1000) & two_ways, cells,
        "với thang điểm từ 1000 trở lên, {cell} có thể là số lẻ hoặc số hàng nghìn",
        "hãy viết số không có dấu ngăn hàng nghìn",
    )  # fmt: skip
