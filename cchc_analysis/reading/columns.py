"""What each column of a table holds, weighed from its title, its values and the other columns.

Evidence is collected once for each column. Then each role is given to the one column that fits:
what the caller says settles, a known title comes before one that only a pattern knows, and a
pattern must be borne out by the values. What was understood rather than named is told; two that fit
equally are refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from cchc_analysis.reading.cells import (
    are_numbers,
    distinct,
    filled,
    missing,
    numbering,
    numbers_in,
    whole_in,
)
from cchc_analysis.reading.grid import Where, titles_in_words, untitled
from cchc_analysis.reading.header import LIKE, Header, falls, named
from cchc_analysis.reading.vocabulary import FINAL, HEADERS, LEVELS, MISSING, PLAIN_TOTAL, SUMS
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import fold, quoted, same
from cchc_analysis.vocabulary import SHOWN, known_grades

_LONGEST_TITLE = 40
_SHORT_GRADE = r"(?:nhóm |loại )?(?:[a-e]|i{1,3}|iv|v)"
_ENOUGH = 5  # rows whose order tells a total from its parts: 1 in 120 by chance
_MOST_GRADES = 7
_FEWEST_NAMES = 3  # of a second list of the units, and how many of them are in the first
_SAME_NAMES = 0.5


@dataclass(frozen=True, eq=False)
class Evidence:
    """What speaks for the role of one column."""

    column: object
    title: str
    role: str | None  # by its title, LIKE if it may hold scores
    likely: str | None  # by a pattern, where the title is not known
    cells: pd.Series = field(repr=False)

    @cached_property
    def key(self) -> str:
        """Return the title as titles are compared."""
        return fold(self.title)

    @cached_property
    def words(self) -> pd.Series:
        """Return the values, each once, as grades are compared; none is missing."""
        values = distinct(self.cells).map(same)
        return values[~values.isin(MISSING)]

    @cached_property
    def has_digits(self) -> bool:
        """Return whether any value has a digit."""
        return bool(distinct(self.cells).str.contains("[0-9]").any())

    @cached_property
    def are_numbers(self) -> bool:
        """Return whether there are numbers, and nothing else but missing values."""
        numbers = are_numbers(self.cells)
        return bool(numbers.any() and (numbers | missing(self.cells)).all())

    @cached_property
    def counts(self) -> bool:
        """Return whether the values number the rows: 1, 2, 3 … n."""
        numbers = numbering(self.cells)
        return len(numbers) > 1 and numbers.tolist() == list(range(1, len(numbers) + 1))

    @cached_property
    def are_known_grades(self) -> bool:
        """Return whether all values are grades of a known scheme."""
        return bool(len(self.words) and self.words.isin(list(known_grades())).all())

    @cached_property
    def are_all_words(self) -> bool:
        """Return whether every value has a letter."""
        return bool(distinct(self.cells).str.contains(r"[^\W\d_]").all())

    def are_names(self, rows: pd.Series) -> bool:
        """Return whether the values of these rows are words that all differ, and no grades."""
        cells = self.cells[rows]
        grades = set(known_grades())
        return bool(self.are_all_words and cells.is_unique and not grades & set(self.words))

    def falls_with(self, ranks: "Evidence", least: int = 3) -> bool:
        """Return whether the values fall as ranks rise: no other column does so by chance."""
        scores, order = numbers_in(self.cells), whole_in(ranks.cells).astype("float64")
        both = (scores.notna() & order.notna()).sum()
        return both >= least and falls(scores, order)

    def follows(self, scores: "Evidence") -> bool:
        """Return whether the values are few words that stand together when scores are sorted."""
        points = numbers_in(scores.cells)
        cells = self.cells.astype("str")
        order = cells[points.notna()].map(same)[points.dropna().sort_values().index]
        order = order[~order.isin(MISSING)]
        changes = (order != order.shift()).sum()
        return bool(len(order)) and changes == order.nunique() <= _MOST_GRADES


def find_columns(
    where: Where, header: Header, body: pd.DataFrame, *, wanted: Mapping[str, str | int]
) -> tuple[dict[str, object], list[str], list[str]]:
    """Return which column has each role, in words the columns not used, and what was understood."""
    columns = _wanted_columns(where, header, wanted)
    titles = header.titles
    body = body.fillna("")
    evidence = {
        column: Evidence(
            column, title, header.roles[column], header.likely.get(column), body[column]
        )
        for column, title in titles.items()
    }
    told = []
    roles = {c: _role(where, one, told) for c, one in evidence.items() if c not in columns.values()}
    units = [c for c, role in roles.items() if role == "unit"]
    _check_order(where, evidence, columns.get("unit", units[0] if len(units) == 1 else None))
    _settle_numbers(where, evidence, roles, told)
    free = {c: evidence[c] for c in roles if evidence[c].title}
    if "score" not in columns:
        columns["score"] = _score_column(where, titles, free, roles, told)
    _settle_regions(free, roles, columns, told)
    for column, role in roles.items():
        if role in (None, "note", "score", LIKE) or role in wanted:
            continue
        if role in columns:
            raise _two(where, role, [titles[columns[role]], titles[column]])
        columns[role] = column
    _settle_patterns(evidence, roles, columns, told)
    if "unit" not in columns:
        columns["unit"] = _unit_column(where, titles, evidence, columns, told)
        _check_order(where, evidence, columns["unit"])
    unused = [_unused(one) for c, one in evidence.items() if c not in columns.values()]
    return columns, list(filter(None, unused)), told


def _unused(one: Evidence) -> str:
    if one.title:
        return f"cột {quoted(one.title)}"
    return f"{untitled(one.column)} (không có tiêu đề)" if filled(one.cells).any() else ""


def check_roles(wanted: Mapping[str, str | int]) -> None:
    """Refuse a name in `columns` that is none of ours."""
    for role in wanted:
        if role not in SHOWN or role not in HEADERS:
            names = ", ".join(r for r in HEADERS if r in SHOWN and r != "note")
            raise Refusal(
                f"{{option.name}}: không có cột {quoted(role)}; các tên dùng được: {names}",
                value=role, option=Option("columns"),
            )  # fmt: skip


def column_named(where: Where, header: Header, title: str | int) -> object:
    """Return the one column that the caller means by a title or a number from 1."""
    if len(found := named(header, title)) == 1:
        return found[0]
    what = f"{len(found)} cột tên" if found else "không có cột"
    raise where.refuse(
        f"{what} {quoted(title)} ({{option}}); các cột của bảng: "
        f"{titles_in_words(header.titles.values())}",
        "hãy ghi đúng tên, hoặc số thứ tự cột từ 1",
        value=title, option=Option("columns"),
    )  # fmt: skip


def _wanted_columns(where: Where, header: Header, wanted: Mapping[str, str | int]) -> dict:
    check_roles(wanted)
    return {role: column_named(where, header, title) for role, title in wanted.items()}


def _role(where: Where, one: Evidence, told: list[str]) -> str | None:
    """Return what the title of a column says, where its values do not say another."""
    if one.role == "field" or (one.likely == "field" and one.are_all_words):
        raise where.refuse(
            f"cột {quoted(one.title)} cho thấy đây là bảng điểm theo lĩnh vực, mỗi đơn vị nhiều "
            "dòng",
            "hãy dùng bảng có tổng điểm, mỗi đơn vị một dòng",
        )
    if one.role == "score" and one.are_known_grades:
        return "published_grade"
    if one.role == "note" and one.are_numbers:
        raise where.refuse(
            f"cột {quoted(one.title)} chỉ có số, có thể dấu phẩy trong điểm đã tách thành ô khác",
            "hãy đặt số có dấu phẩy trong ngoặc kép, hoặc xóa cột này",
        )
    role = one.role
    if role == "published_rank" and len(one.words) and not one.has_digits:
        role = "published_grade"
    if one.key == "nhom":
        is_grade = one.words.isin(list(known_grades())) | one.words.str.fullmatch(_SHORT_GRADE)
        role = "published_grade" if is_grade.all() else "block"
    if role != one.role and not (role == "published_grade" and one.are_known_grades):
        told.append(_understood(one, role))
    return role


def _understood(one: Evidence, role: str) -> str:
    what = {"block": "khối", "unit": "đơn vị", "score": "điểm", "published_rank": "xếp hạng",
            "published_grade": "xếp loại", "number": "số thứ tự"}  # fmt: skip
    name = f"cột {quoted(one.title)}" if one.title else untitled(one.column)
    return f"hiểu {name} là {what[role]}"


def _settle_numbers(where: Where, evidence: dict, roles: dict, told: list[str]) -> None:
    """Make the number of a column that counts and has no title, or one that only suggests it.

    Another column of numbers without a title may be what a lost decimal comma has split off.
    """
    for column in roles:
        one = evidence[column]
        is_untitled = not one.title and filled(one.cells).any()
        if one.counts and (is_untitled or one.likely == "number"):
            if "number" not in roles.values():
                roles[column] = "number"
                told.append(_understood(one, "number"))
        elif is_untitled and are_numbers(one.cells).any():
            raise where.refuse(
                f"{untitled(column)} có dữ liệu nhưng không có tiêu đề",
                "hãy đặt tên cho cột, hoặc xóa cột nếu chắc chắn không thuộc bảng",
            )


def _settle_regions(free: dict, roles: dict, columns: dict, told: list[str]) -> None:
    """Make a block of the wider of two columns of units: "Vùng" beside "Tỉnh".

    Each unit is of one region, and a region has several. Where ranks were published for all regions
    together, these are no blocks, and the column is left out.
    """
    units = [one for c, one in free.items() if roles[c] == "unit"]
    if len(units) != 2 or "unit" in columns:
        return
    wide, narrow = sorted(units, key=_level)
    pairs = pd.DataFrame({"wide": wide.cells, "narrow": narrow.cells}).drop_duplicates()
    pairs = pairs[filled(pairs["narrow"])]
    is_wider = _level(wide) < _level(narrow) and wide.cells.nunique() < narrow.cells.nunique()
    if not is_wider or pairs["narrow"].duplicated().any():
        return
    ranks = next((free[c] for c in free if roles[c] == "published_rank"), None)
    through = ranks is not None and whole_in(ranks.cells).max() > wide.cells.value_counts().max()
    has_own = through or {"block"} & {*roles.values(), *columns}
    roles[wide.column] = None if has_own else "block"
    if not has_own:
        told.append(_understood(wide, "block"))


def _level(one: Evidence) -> int:
    """Return how wide the units of a title are: regions hold provinces, these districts."""
    return next((at for at, level in enumerate(LEVELS) if re.match(level, one.key)), len(LEVELS))


def _settle_patterns(evidence: dict, roles: dict, columns: dict, told: list[str]) -> None:
    """Give ranks and grades that only a pattern knows their role, where the values bear it out."""
    scores = evidence[columns["score"]]
    for role in ("published_rank", "published_grade"):
        if role in columns:
            continue
        likely = []
        for one in evidence.values():
            if one.likely not in ("published_rank", "published_grade"):
                continue
            if one.column in columns.values() or not len(one.words):
                continue
            if role == "published_rank":
                is_rank = (whole_in(one.cells).notna() | missing(one.cells)).all()
                fits = is_rank and scores.falls_with(one, least=2)
            else:
                fits = not one.has_digits and (one.are_known_grades or one.follows(scores))
            likely += [one] if fits else []
        if len(likely) == 1:
            columns[role] = likely[0].column
            told.append(_understood(likely[0], role))


def _score_column(
    where: Where, titles: Mapping, free: dict, roles: dict, told: list[str]
) -> object:
    """Return the one column that holds the scores; several are never guessed between."""
    found = [one for c, one in free.items() if roles[c] in ("score", LIKE)]
    if found:  # a sum beside them may be what counts
        found += [one for c, one in free.items() if roles[c] is None and one.key in SUMS]
    found += [one for one in free.values() if one not in found and FINAL.fullmatch(one.key)]
    found = [one for one in found if one.has_digits] or found
    found = [one for one in found if "%" not in one.title] or found
    ranks = [one for c, one in free.items() if roles[c] == "published_rank"]
    ranks = ranks or [one for one in free.values() if one.likely == "published_rank"]
    if not found:
        numeric = [
            one
            for c, one in free.items()
            if roles[c] is None and one.are_numbers and one not in ranks
        ]
        one = numeric[0] if numeric else None
        if len(numeric) > 1 or (one and ranks and one.falls_with(ranks[0])):
            found = numeric
        else:
            raise where.refuse(
                f"không có cột điểm; các cột: {titles_in_words(titles.values())}",
                "hãy đặt tên cột là 'Tổng điểm', hoặc chỉ rõ cột ({option})",
                option=Option("columns", {"score": "tên cột"}),
            )
    one = _total(where, found, ranks)
    is_named = roles[one.column] == "score" or one.key in SUMS or PLAIN_TOTAL.fullmatch(one.key)
    if not is_named or (roles[one.column] != "score" and len(found) == 1):
        told.append(_understood(one, "score"))
    return one.column


def _total(where: Where, found: list[Evidence], ranks: list[Evidence]) -> Evidence:
    """Return the one column, the one that is plainly the total, or that the ranks follow."""
    plain = [one for one in found if PLAIN_TOTAL.fullmatch(one.key)]
    after = any(FINAL.fullmatch(one.key) for one in found)
    if len(found) == 1:
        return found[0]
    if len(plain) == 1 and not after:
        return plain[0]
    falling = [one for one in found if ranks and one.falls_with(ranks[0], least=_ENOUGH)]
    if len(falling) == 1:
        return falling[0]
    raise _two(where, "score", [one.title for one in found])


def _unit_column(
    where: Where, titles: Mapping, evidence: dict, columns: dict, told: list[str]
) -> object:
    """Return the only other column of words that all differ."""
    scored = ~missing(evidence[columns["score"]].cells)
    free = [one for c, one in evidence.items() if c not in columns.values() and one.title]
    names = [one for one in free if one.are_names(scored)]
    if len(names) == 1:
        told.append(_understood(names[0], "unit"))
        return names[0].column
    raise where.refuse(
        f"không có cột đơn vị; các cột: {titles_in_words(titles.values())}",
        "hãy đặt tên cột là 'Đơn vị', hoặc chỉ rõ cột ({option})",
        option=Option("columns", {"unit": "tên cột"}),
    )


def _check_order(where: Where, evidence: dict, unit: object | None) -> None:
    """Refuse a second list of the same units in another order: scores would get foreign names."""
    if unit is None:
        return
    units = evidence[unit].cells
    own = set(distinct(units).map(same))
    for one in evidence.values():
        if one.column == unit or not one.are_all_words:
            continue
        names = set(distinct(one.cells).map(same)) - MISSING
        if len(names) < _FEWEST_NAMES or len(names & own) <= _SAME_NAMES * len(names):
            continue
        both = filled(one.cells) & filled(units)
        if (one.cells[both].astype("str") != units[both].astype("str")).any():
            name = f"cột {quoted(one.title)}" if one.title else untitled(one.column)
            raise where.refuse(
                f"{name} liệt kê lại các đơn vị theo một thứ tự khác, nên điểm bên cạnh nó không "
                "phải của đơn vị cùng dòng",
                "hãy tách mỗi chỉ số cùng cột tên đơn vị của nó thành một bảng riêng",
            )


def _two(where: Where, role: str, titles: Sequence[str]) -> Refusal:
    is_clear = role != "score" and 0 < len(titles[-1]) <= _LONGEST_TITLE
    one = titles[-1] if is_clear else "tên cột"  # an example of a score would be followed
    return where.refuse(
        f"các cột {titles_in_words(titles, ' và ')} đều có thể là '{SHOWN[role]}'",
        "hãy xóa cột không dùng, hoặc chỉ rõ cột ({option})",
        option=Option("columns", {role: one}),
    )
