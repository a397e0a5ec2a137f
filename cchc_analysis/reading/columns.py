"""What each column of a table holds: by its name, by its values, or as the caller says."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from cchc_analysis.reading.distinct import distinct, filled
from cchc_analysis.reading.header import LIKE, Header, falls, named
from cchc_analysis.reading.numbers import are_numbers, missing, numbers_in
from cchc_analysis.reading.vocabulary import FINAL, HEADERS, MISSING, PLAIN_TOTAL
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import fold, quoted, same
from cchc_analysis.vocabulary import SHOWN

_LONGEST_TITLE = 40
_SUMS = ("tong", "tong cong")
_SHORT_GRADE = re.compile(r"(?:nhóm |loại )?(?:[a-e]|i{1,3}|iv|v)")


def find_columns(
    name: str, header: Header, body: pd.DataFrame, *, wanted: Mapping[str, str | int]
) -> tuple[dict[str, object], list[str], list[str]]:
    """Return which column has each role, in words the columns not used, and what was understood."""
    titles, found = header.titles.dropna(), header.roles
    columns = _wanted_columns(name, header, wanted)
    told = []
    for column, title in titles.items():
        role = found[column]
        if role == "field":
            raise ValueError(
                f"{name}: cột {quoted(title)} cho thấy đây là bảng điểm theo lĩnh vực, mỗi đơn vị "
                "nhiều dòng; hãy dùng bảng có tổng điểm, mỗi đơn vị một dòng."
            )
        if role == "score" and _holds_grades(body[column]):
            found[column] = "published_grade"
        if role == "note" and _holds_numbers(body[column].fillna("")):
            raise ValueError(
                f"{name}: cột {quoted(title)} chỉ có số, có thể dấu phẩy trong điểm đã tách thành "
                "ô khác; hãy đặt số có dấu phẩy trong ngoặc kép, hoặc xóa cột này."
            )
        if role in ("published_rank", "published_grade"):
            words = distinct(body[column]).map(same)
            found[column] = _rank_grade_or_block(fold(title), role, words)
            if found[column] == "block":
                told.append(f"hiểu cột {quoted(title)} là khối")
            elif found[column] != role and not words.isin([*known_grades(), *MISSING]).all():
                told.append(f"hiểu cột {quoted(title)} là xếp loại")
        if not title and filled(body[column]).any():
            number = f"cột {column}" if isinstance(column, str) else f"cột thứ {column + 1}"
            raise ValueError(
                f"{name}: {number} có dữ liệu nhưng không có tiêu đề; "
                "hãy đặt tên cho cột hoặc xóa cột."
            )
    free = {c: role for c, role in found.items() if c not in columns.values() and titles[c]}
    if "score" not in columns:
        columns["score"], words = _score_column(name, titles, body, free)
        told += words
    for column, role in free.items():
        if role in (None, "note", "score", LIKE) or role in wanted:
            continue
        if role in columns:
            _refuse_two(name, role, titles[[columns[role], column]])
        columns[role] = column
    if "unit" not in columns:
        columns["unit"], words = _unit_column(name, titles, body, columns)
        told += words
    unused = [f"cột {quoted(titles[c])}" for c in free if c not in columns.values()]
    return columns, unused, told


def check_roles(wanted: Mapping[str, str | int]) -> None:
    """Refuse a name in `columns` that is none of ours."""
    for role in wanted:
        if role not in SHOWN or role not in HEADERS:
            names = ", ".join(r for r in HEADERS if r in SHOWN and r != "note")
            raise ValueError(f"columns: không có cột {quoted(role)}; các tên dùng được: {names}.")


def _wanted_columns(name: str, header: Header, wanted: Mapping[str, str | int]) -> dict:
    check_roles(wanted)
    columns = {}
    for role, title in wanted.items():
        at = named(header, title)
        if len(at) != 1:
            what = f"{len(at)} cột tên" if at else "không có cột"
            raise ValueError(
                f"{name}: {what} {quoted(title)} (columns=); các cột của bảng: "
                f"{listed(header.titles.dropna())}; hãy ghi đúng tên, hoặc số thứ tự cột từ 1."
            )
        columns[role] = at[0]
    return columns


def _score_column(
    name: str, titles: pd.Series, body: pd.DataFrame, free: dict
) -> tuple[object, list[str]]:
    """Return the one column that holds the scores; several are never guessed between."""
    keys = titles.map(fold)
    of_scores = [c for c, role in free.items() if role in ("score", LIKE)]
    if of_scores:  # a sum beside them may be what counts
        of_scores += [c for c, role in free.items() if role is None and keys[c] in _SUMS]
    of_scores += [c for c in free if c not in of_scores and FINAL.fullmatch(keys[c])]
    of_scores = [c for c in of_scores if distinct(body[c]).str.contains("[0-9]").any()] or of_scores
    of_scores = [c for c in of_scores if "%" not in titles[c]] or of_scores
    if of_scores:
        one = _only(name, titles[of_scores])
        told = len(of_scores) == 1 and free[one] == LIKE
        return one, [f"hiểu cột {quoted(titles[one])} là điểm"] if told else []
    numeric = [c for c, role in free.items() if role is None and _holds_numbers(body[c].fillna(""))]
    ranks = [c for c, role in free.items() if role == "published_rank"]
    if len(numeric) > 1 or (numeric and ranks and _falls(body, numeric[0], ranks[0])):
        one = _only(name, titles[numeric])
        return one, [f"hiểu cột {quoted(titles[one])} là điểm"]
    raise ValueError(
        f"{name}: không có cột điểm; các cột: {listed(titles)}; hãy đặt tên cột là 'Tổng điểm', "
        f"hoặc {_say('score', 'tên cột')}."
    )


def _only(name: str, titles: pd.Series) -> object:
    """Return the one column, or the one that is plainly the total: none that comes after it."""
    keys = titles.map(fold)
    is_plain = keys.str.fullmatch(PLAIN_TOTAL).astype(bool)
    chosen = titles if len(titles) == 1 else titles[is_plain]
    if len(chosen) != 1 or (len(titles) > 1 and keys.str.fullmatch(FINAL).any()):
        _refuse_two(name, "score", titles)
    return chosen.index[0]


def _unit_column(
    name: str, titles: pd.Series, body: pd.DataFrame, columns: dict
) -> tuple[object, list[str]]:
    """Return the only other column of words that all differ."""
    scored = ~missing(body[columns["score"]].fillna(""))
    words = [
        c
        for c in titles.index.difference(list(columns.values()), sort=False)
        if titles[c] and _are_names(body[c].fillna("")[scored])
    ]
    if len(words) == 1:
        return words[0], [f"hiểu cột {quoted(titles[words[0]])} là đơn vị"]
    raise ValueError(
        f"{name}: không có cột đơn vị; các cột: {listed(titles)}; hãy đặt tên cột là 'Đơn vị', "
        f"hoặc {_say('unit', 'tên cột')}."
    )


def _are_names(cells: pd.Series) -> bool:
    are_words = distinct(cells).str.contains(r"[^\W\d_]").all()
    return bool(are_words and cells.is_unique and not set(cells.map(same)) & set(known_grades()))


def _holds_grades(cells: pd.Series) -> bool:
    values, grades = distinct(cells), {*known_grades(), *MISSING}
    are_grades = all(same(value) in grades for value in values.tolist())
    return are_grades and bool(set(values.map(same)) - MISSING)


def _holds_numbers(cells: pd.Series) -> bool:
    numbers = are_numbers(cells)
    return bool(numbers.any() and (numbers | missing(cells)).all())


def _falls(body: pd.DataFrame, scores: object, ranks: object) -> bool:
    """Return whether a column falls as the published ranks rise: no other column does by chance."""
    score = numbers_in(body[scores])
    rank = pd.to_numeric(body[ranks].astype("str").str.extract("([0-9]+)", expand=False))
    return (score.notna() & rank.notna()).sum() > 2 and falls(score, rank)


def _refuse_two(name: str, role: str, titles: pd.Series) -> None:
    is_clear = role != "score" and len(titles.iloc[-1]) <= _LONGEST_TITLE
    one = titles.iloc[-1] if is_clear else "tên cột"  # an example of a score would be followed
    raise ValueError(
        f"{name}: các cột {listed(titles, ' và ')} đều có thể là '{SHOWN[role]}'; hãy xóa cột "
        f"không dùng, hoặc {_say(role, one)}."
    )


def _say(role: str, title: str) -> str:
    return (
        f'chỉ rõ cột (columns={{"{role}": "{title}"}}; sổ tay: COLUMNS; dòng lệnh: --columns '
        f'{role}="{title}")'
    )


def listed(titles: Iterable[str], last: str = ", ") -> str:
    """Return the first eight of some titles in words, each cut short."""
    names = [quoted(title, _LONGEST_TITLE) for title in titles if title][:8]
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _rank_grade_or_block(title: str, role: str, values: pd.Series) -> str:
    """Return what a column holds whose name may mean several things ("Xếp hạng", "Nhóm")."""
    values = values[~values.isin(MISSING)]
    if role == "published_rank" and len(values) and not values.str.contains("[0-9]").any():
        return "published_grade"
    is_grade = values.isin(list(known_grades())) | values.str.fullmatch(_SHORT_GRADE)
    return "block" if title == "nhom" and not is_grade.all() else role
