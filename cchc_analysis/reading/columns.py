"""What each column of a table holds, weighed from its title, its values and the other columns.

Evidence is collected once for each column. Then each role is given to the one column that fits:
what the caller says settles, a known title comes before one that only a pattern knows, and a
pattern must be borne out by the values. What was understood rather than named is told; two that fit
equally are refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property

import pandas as pd

from cchc_analysis.reading.cells import (
    are_numbers,
    count_filled,
    distinct,
    filled,
    missing,
    numbering,
    numbers_in,
    small_scale,
    whole_in,
)
from cchc_analysis.reading.grid import Where, titles_in_words, untitled
from cchc_analysis.reading.header import LIKE, YEAR, Header, falls, named
from cchc_analysis.reading.vocabulary import (
    FINAL,
    FOOTERS,
    HEADERS,
    LEVELS_OF_UNITS,
    MISSING,
    NOT_A_SCORE,
    PLAIN_TOTAL,
    STAGES,
    SUMS,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import fold, quoted, same
from cchc_analysis.vocabulary import SHOWN, known_grades

_LONGEST_TITLE = 40
_SHORT_GRADE = r"(?:nhóm |loại )?(?:[a-e]|i{1,3}|iv|v)"
_ENOUGH = 3  # rows whose order tells one column from several others
_ANY_COLUMN = "tên cột"  # where none can be named, none is: an example would be followed
_MOST_GRADES = 7
_SURE = 5  # rows whose order tells the total from sub-indices
_FIRST_WORDS = 2
_FEWEST_NAMES = 3  # of a second list of the units, and how many of them are in the first
_SAME_NAMES = 0.5
_MOST_NAMED = 2 / 3  # of the rows with a score: the others may sum up


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

    @property
    def name(self) -> str:
        """Return how a message calls the column."""
        return f"cột {quoted(self.title)}" if self.title else untitled(self.column)

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
        return self._are_all(numbers_in)

    @cached_property
    def counts(self) -> bool:
        """Return whether the values number the rows: 1, 2, 3 … n."""
        numbers = numbering(self.cells)
        return len(numbers) > 1 and numbers.tolist() == list(range(1, len(numbers) + 1))

    @cached_property
    def are_numbered(self) -> bool:
        """Return whether every value begins with a number: several columns in one."""
        return bool(self.words.str.match(r"[0-9]+[.)]? ").all())

    @cached_property
    def are_ranks(self) -> bool:
        """Return whether there are whole numbers, and nothing else but missing values."""
        return self._are_all(whole_in)

    def _are_all(self, read: Callable[[pd.Series], pd.Series]) -> bool:
        found = read(self.cells).notna()
        return bool(found.any() and (found | missing(self.cells)).all())

    @cached_property
    def rank_all(self) -> bool:
        """Return whether the values rank several rows in one order, from 1 to n with their ties."""
        ranks = whole_in(self.cells).dropna().astype("int64")
        ties = (ranks.rank(method=method) for method in ("min", "max"))
        return len(ranks) > 1 and any((ranks == tied).all() for tied in ties)

    @cached_property
    def are_known_grades(self) -> bool:
        """Return whether all values are grades of a known scheme."""
        return bool(len(self.words) and self.words.isin(list(known_grades())).all())

    @cached_property
    def are_all_words(self) -> bool:
        """Return whether every value has a letter."""
        return bool(distinct(self.cells).str.contains(r"[^\W\d_]").all())

    def are_names(self, rows: pd.Series, parts: Sequence[pd.Series] = ()) -> bool:
        """Return whether these rows have words that all differ in each part, and no grades.

        A row or two of a summary may have none.
        """
        cells = self.cells[rows & filled(self.cells)]
        is_word = distinct(cells).str.contains(r"[^\W\d_]")
        grades = [one for one in known_grades() if one in set(self.words)]
        grades = [one for one in grades if not FOOTERS.match(fold(one))]  # "Trung bình" may be both
        named = pd.DataFrame(dict(enumerate([cells, *parts]))).loc[cells.index].astype("str")
        return bool(
            is_word.all() and len(cells) >= _MOST_NAMED * rows.sum() and len(cells)
            and not named.duplicated().any() and not grades
        )  # fmt: skip

    def falls_with(self, ranks: "Evidence", least: int = 2) -> bool:
        """Return whether the values of so many rows fall as ranks rise.

        Or do so in each part of a table whose ranks begin again at 1, year by year or by block.
        """
        scores, order = numbers_in(self.cells), whole_in(ranks.cells).astype("float64")
        both = scores.notna() & order.notna()
        scores, order = scores[both], order[both]
        if len(order) < least:
            return False
        begins = (order == 1) & (order.shift() != 1)
        parts = begins.cumsum()
        if begins.sum() < 2 or not begins.iloc[0]:
            return falls(scores, order)
        return all(
            own.is_monotonic_increasing and (len(own) == 1 or falls(scores[own.index], own))
            for _, own in order.groupby(parts)
        )

    def rise_with(self, ranks: "Evidence") -> float:
        """Return how far the values rise as ranks do: -1 where they fall, 0 where neither."""
        both = pd.DataFrame({"own": numbers_in(self.cells), "ranks": whole_in(ranks.cells)})
        both = both.astype("float64").rank().dropna()
        rise = both["own"].corr(both["ranks"]) if len(both) > 1 else 0
        return 0 if pd.isna(rise) else rise

    def follows(self, scores: "Evidence") -> bool:
        """Return whether the values are few words that stand together when scores are sorted."""
        points = numbers_in(scores.cells)
        cells = self.cells.astype("str")
        order = cells[points.notna()].map(same)[points.dropna().sort_values().index]
        order = order[~order.isin(MISSING)]
        changes = (order != order.shift()).sum()
        return changes == order.nunique() <= _MOST_GRADES and changes < len(order)

    def bears_out(self, role: str, scores: "Evidence") -> bool:
        """Return whether the values are what a role wants beside these scores."""
        if role == "published_rank":
            scored = replace(self, cells=self.cells[~missing(scores.cells)])
            return scored.are_ranks and scores.falls_with(self)
        if role == "published_grade":
            return not self.has_digits and (self.are_known_grades or self.follows(scores))
        if role == "year":
            return bool(self.words.str.fullmatch(YEAR).all())
        return role == "number" and self.counts


def find_columns(
    where: Where, header: Header, body: pd.DataFrame, *, wanted: Mapping[str, str | int]
) -> tuple[dict[str, object], list[object], dict[object, str], list[str]]:
    """Return which column has each role, and those of points beside the total.

    And in words each column that is not used, and what was understood.
    """
    columns = {role: column_named(where, header, title, role) for role, title in wanted.items()}
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
    _settle_numbers(evidence, roles, told)
    free = {c: evidence[c] for c in roles if evidence[c].title}
    if "score" not in columns:
        columns["score"] = _score_column(where, header, evidence, free, roles, told)
    _check_beside(where, header, evidence, columns["score"], is_named="score" in wanted)
    if source := header.parts.get(columns["score"]):  # "01 (0,727)" has its own rank
        roles |= {c: None for c, other in header.parts.items() if other != source and c in roles}
    _settle_regions(free, roles, columns, told)
    for role in dict.fromkeys(roles.values()):
        if role in (None, "note", "score", "bonus", LIKE) or role in wanted:
            continue
        found = [evidence[c] for c, other in roles.items() if other == role]
        if len(found) > 1:
            raise _several(where, header, role, found, evidence[columns["score"]])
        columns[role] = found[0].column
    _settle_patterns(evidence, columns, told)
    if "unit" not in columns:
        columns["unit"] = _unit_column(where, header, evidence, columns, told)
        _check_order(where, evidence, columns["unit"])
    others = {c: one for c, one in evidence.items() if c not in columns.values()}
    added = [columns.pop("bonus")] if "bonus" in columns else _added(others, roles, told)
    return columns, added, {c: _unused(one) for c, one in others.items() if c not in added}, told


def proposed(header: Header, body: pd.DataFrame) -> Option | None:
    """Return how a caller names the columns of a table without known titles that alone fit."""
    body = body[count_filled(body) > 1].fillna("")
    every = [Evidence(c, title, None, None, body[c]) for c, title in header.titles.items()]
    every = [one for one in every if len(one.words)]
    may_be = {None, "unit", "score", LIKE}  # what is known, or likely, is nothing else
    said = {one: {header.roles[one.column], header.likely.get(one.column)} for one in every}
    free = [one for one in every if said[one] <= may_be or not (one.are_ranks or one.are_all_words)]
    units = [one for one in free if one.are_names(filled(one.cells)) and not one.are_numbered]
    numbers = [one for one in free if one.are_numbers and not one.counts]
    falling = [one for one in numbers if any(one.falls_with(rank) for rank in every
                                             if rank.rank_all and rank is not one)]  # fmt: skip
    scores = falling if len(falling) == 1 else numbers
    if not scores:
        return None
    fit = {"unit": units, "score": scores}
    return _naming(header, {role: found[0] for role, found in fit.items() if len(found) == 1})


def _naming(header: Header, fit: Mapping[str, Evidence]) -> Option | None:
    """Return the option that names these columns, and the scale if the scores are too small."""
    names = {
        role: one.title if one.title and len(named(header, one.title)) == 1
        else header.number_of(one.column)
        for role, one in fit.items()
    }  # fmt: skip
    score = fit.get("score")
    if score is None or distinct(score.cells).str.endswith("%").any():
        return Option("columns", names) if names else None
    scale = small_scale(numbers_in(score.cells))
    return Option("columns", names, Option("max_score", scale) if scale else None)


def _added(others: dict, roles: dict, told: list[str]) -> list[object]:
    """Return the columns of points that units were given or lost beside the total."""
    found = [
        one for c, one in others.items()
        if one.are_numbers and (roles[c] == "bonus" or one.likely == "bonus")
    ]  # fmt: skip
    told += [_understood(one, "bonus") for one in found if roles[one.column] != "bonus"]
    return [one.column for one in found]


def _unused(one: Evidence) -> str:
    if one.title:
        return one.name
    return f"{one.name} (không có tiêu đề)" if filled(one.cells).any() else ""


def check_roles(wanted: Mapping[str, str | int]) -> None:
    """Refuse a name in `columns` that is none of ours, and what is no title and no number."""
    is_text = isinstance(wanted, Mapping) and all(
        isinstance(title, str | int) and title is not True for title in wanted.values()
    )
    if not is_text:
        raise Refusal(
            f"{{option.name}}={wanted!r:.60} không dùng được", "hãy ghi ví dụ {option}",
            value=wanted, option=Option("columns", {"score": "Tổng điểm"}),
        )  # fmt: skip
    for role in wanted:
        if role not in SHOWN or role not in HEADERS:
            names = ", ".join(r for r in HEADERS if r in SHOWN and r != "note")
            raise Refusal(
                f"{{option.name}}: không có cột {quoted(role)}; các tên dùng được: {names}",
                value=role, option=Option("columns"),
            )  # fmt: skip


def column_named(where: Where, header: Header, title: str | int, role: str | None = None) -> object:
    """Return the one column that the caller means by a title or a number from 1."""
    if len(found := named(header, title, role)) == 1:
        return found[0]
    what = f"{len(found)} cột tên" if found else "không có cột"
    by_key = {fold(one): one for one in header.titles.values()}
    close = [] if found else get_close_matches(fold(str(title)), by_key, n=1)
    hint = f" (có phải {quoted(by_key[close[0]])}?)" if close else ""
    raise where.refuse(
        f"{what} {quoted(title)} ({{option}}); các cột của bảng: "
        f"{titles_in_words(header.titles.values())}",
        f"hãy ghi đúng tên{hint}, hoặc số thứ tự cột từ 1",
        value=title, option=Option("columns"),
    )  # fmt: skip


def _role(where: Where, one: Evidence, told: list[str]) -> str | None:
    """Return what the title of a column says, where its values do not say another."""
    if one.role == "field" or (one.likely == "field" and one.are_all_words):
        raise where.refuse(
            f"{one.name} cho thấy đây là bảng điểm theo lĩnh vực, mỗi đơn vị nhiều dòng",
            "hãy dùng bảng có tổng điểm, mỗi đơn vị một dòng",
        )
    if one.role == "score" and one.are_known_grades:
        return "published_grade"
    if one.role == "note" and one.are_numbers:
        raise where.refuse(
            f"{one.name} chỉ có số, có thể dấu phẩy trong điểm đã tách thành ô khác",
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
            "published_grade": "xếp loại", "number": "số thứ tự",
            "bonus": "điểm cộng, trừ đã tính trong tổng điểm"}  # fmt: skip
    return f"hiểu {one.name} là {what[role]}"


def _settle_numbers(evidence: dict, roles: dict, told: list[str]) -> None:
    """Make the number of a column that counts and has no title, or one that only suggests it."""
    for column in roles:
        one = evidence[column]
        may_count = not one.title or one.likely == "number"
        if may_count and one.counts and "number" not in roles.values():
            roles[column] = "number"
            told.append(_understood(one, "number"))


def _check_beside(
    where: Where, header: Header, evidence: dict, score: object, *, is_named: bool
) -> None:
    """Refuse numbers without a title right of the scores: one title may stand over both.

    Where the scores are whole, they may be the decimals that a comma has split off.
    """
    beside = dict(zip(header.titles, list(header.titles)[1:], strict=False)).get(score)
    one, scores = evidence.get(beside), evidence[score]
    if one is None or one.title or not are_numbers(one.cells).any():
        return
    problem = f"{one.name} ngay bên phải cột điểm {quoted(scores.title)} không có tiêu đề"
    remedy = "hãy đặt tên cho cột, hoặc xóa cột nếu chắc chắn không thuộc bảng"
    if all(column.words.str.fullmatch("[0-9]{1,3}").all() for column in (one, scores)):
        raise where.refuse(f"{problem}, có thể là phần lẻ mà dấu phẩy đã tách ra", remedy)
    if not is_named:
        raise where.refuse(
            f"{problem} nhưng có số", f"{remedy}, hoặc chỉ rõ cột điểm ({{option}})",
            option=Option("columns", {"score": header.number_of(score)}),
        )  # fmt: skip


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
    fits = (at for at, level in enumerate(LEVELS_OF_UNITS) if re.match(level, one.key))
    return next(fits, len(LEVELS_OF_UNITS))


def _settle_patterns(evidence: dict, columns: dict, told: list[str]) -> None:
    """Give ranks and grades that only a pattern knows their role, where the values bear it out."""
    scores, patterns = evidence[columns["score"]], ("published_rank", "published_grade")
    for role in patterns:
        free = [one for c, one in evidence.items() if c not in columns.values() and len(one.words)]
        likely = [one for one in free if one.likely in patterns and one.bears_out(role, scores)]
        if role not in columns and len(likely) == 1:
            columns[role] = likely[0].column
            told.append(_understood(likely[0], role))


def _score_column(
    where: Where, header: Header, evidence: dict, free: dict, roles: dict, told: list[str]
) -> object:
    """Return the one column that holds the scores; several are never guessed between.

    What is plainly the total is the score. Otherwise published ranks decide: one column alone
    falls as they rise. Without ranks, it is the only column that a score word tells.
    """
    found = [one for c, one in free.items() if roles[c] in ("score", LIKE)]
    if found:  # a sum beside them may be what counts
        found += [one for c, one in free.items() if roles[c] is None and one.key in SUMS]
    found += [one for one in free.values() if one not in found and FINAL.fullmatch(one.key)]
    found = [one for one in found if one.has_digits] or found
    found = [one for one in found if "%" not in one.title] or found
    ranks = [one for c, one in free.items() if roles[c] == "published_rank"]
    ranks = ranks or [
        one for c, one in free.items() if roles[c] is None and one.likely == "published_rank"
    ]
    ranks = [one for one in ranks if one.are_ranks]
    numeric = [
        one for c, one in free.items()
        if roles[c] is None and one.are_numbers and one not in (*found, *ranks)
        and not NOT_A_SCORE.match(one.key) and "%" not in one.title
    ]  # fmt: skip
    shares = [
        one for c, one in free.items() if roles[c] is None and one.are_numbers and "%" in one.title
    ]
    nameless = [
        one for c, one in evidence.items() if not one.title and one.are_numbers and not roles.get(c)
    ]
    one = _plain_total(found or numeric, roles) or _ranked(found, numeric, ranks, nameless)
    one = one or _ranked([], [] if found else shares, ranks, [])
    if one is None:
        others = [  # without a title, in percent, or of ranks that are none
            one for c, one in evidence.items() if one.are_numbers and one not in numeric
            and one not in ranks and roles.get(c) in (None, "published_rank")
            and not NOT_A_SCORE.match(one.key)
        ]  # fmt: skip
        raise _no_score(where, header, found, numeric, ranks, others)
    is_named = roles[one.column] == "score" or one.key in SUMS or PLAIN_TOTAL.fullmatch(one.key)
    if not is_named or (roles[one.column] != "score" and len(found) == 1):
        told.append(_understood(one, "score"))
    return one.column


def _plain_total(found: list[Evidence], roles: dict) -> Evidence | None:
    """Return the one column whose title alone says that it is the total."""
    plain = [one for one in found if PLAIN_TOTAL.fullmatch(one.key)]
    after = any(FINAL.fullmatch(one.key) for one in found)
    if len(found) == 1 and roles[found[0].column] == "score":
        return found[0]
    return plain[0] if len(plain) == 1 and (len(found) == 1 or not after) else None


def _ranked(
    found: list[Evidence], numeric: list[Evidence], ranks: list[Evidence],
    nameless: list[Evidence],
) -> Evidence | None:  # fmt: skip
    """Return the one column that the ranks follow; without ranks, the one with a score word.

    Where the ranks contradict it, another may be meant, also one without a title.
    """
    every = [*found, *numeric]
    least = _ENOUGH if len(every) > 1 else 2
    falling = [one for one in every if any(one.falls_with(rank, least) for rank in ranks)]
    if len(falling) > 1 and any(one.falls_with(rank, _SURE) for one in falling for rank in ranks):
        falling = [one for one in falling if not _is_one_of_many(one, every)] or falling
    if len(falling) == 1:
        return falling[0]
    if falling or len(found) != 1:
        return None
    is_against = any(one.rank_all and not found[0].falls_with(one) for one in ranks)
    return None if (numeric or nameless) and is_against else found[0]


def _is_one_of_many(one: Evidence, every: list[Evidence]) -> bool:
    """Return whether several others are titled alike: "Chỉ số Thể chế", "Chỉ số Hạ tầng"."""
    first = one.key.split()[:_FIRST_WORDS]
    return sum(other.key.split()[:_FIRST_WORDS] == first for other in every) > _FIRST_WORDS


def _no_score(
    where: Where, header: Header, found: list[Evidence], numeric: list[Evidence],
    ranks: list[Evidence], others: list[Evidence],
) -> Refusal:  # fmt: skip
    """Return the refusal of several columns, those first that ranks follow best, or of none."""
    every = [*found, *numeric]
    if len(every) > 1:
        if through := [one for one in ranks if one.rank_all] or ranks:
            every = sorted(every, key=lambda one: min(one.rise_with(rank) for rank in through))
            return _several(where, header, "score", every, *through)
        return _several(where, header, "score", found if len(found) > 1 else every)
    titles = [titles_in_words(header.titles.values())]
    titles += [one.name for one in others if not one.title]
    if ranks and not numeric and not others:
        return where.refuse(
            f"bảng chỉ có xếp hạng, không có cột điểm; các cột: {titles[0]}",
            "hãy dùng bảng có điểm của từng đơn vị",
        )
    any_column = Option("columns", {"score": _ANY_COLUMN})
    return where.refuse(
        f"không có cột điểm; các cột: {', '.join(titles)}",
        "hãy đặt tên cột là 'Tổng điểm', hoặc chỉ rõ cột ({option})",
        option=_naming(header, {"score": others[0]}) if len(others) == 1 else any_column,
    )


def _unit_column(
    where: Where, header: Header, evidence: dict, columns: dict, told: list[str]
) -> object:
    """Return the only other column of words that all differ, or that a pattern knows."""
    scored = ~missing(evidence[columns["score"]].cells)
    parts = [evidence[columns[role]].cells for role in ("year", "block") if role in columns]
    free = [one for c, one in evidence.items() if c not in columns.values() and len(one.words)]
    names = [one for one in free if one.are_names(scored, parts)]
    likely = [one for one in names if one.likely == "unit"]
    names = likely or names
    if len(names) == 1:
        told.append(_understood(names[0], "unit"))
        return names[0].column
    if likely:  # each names every unit
        raise where.refuse(
            f"các cột {titles_in_words([one.title for one in likely], ' và ')} đều có thể là "
            f"'{SHOWN['unit']}'",
            "hãy chỉ rõ cột ({option})",
            option=_naming(header, {"unit": likely[0], "score": evidence[columns["score"]]}),
        )
    raise where.refuse(
        f"không có cột đơn vị; các cột: {titles_in_words(header.titles.values())}",
        "hãy đặt tên cột là 'Đơn vị', hoặc chỉ rõ cột ({option})",
        option=Option("columns", {"unit": _ANY_COLUMN}),
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
            raise where.refuse(
                f"{one.name} liệt kê lại các đơn vị theo một thứ tự khác, nên điểm bên cạnh nó "
                "không phải của đơn vị cùng dòng",
                "hãy tách mỗi chỉ số cùng cột tên đơn vị của nó thành một bảng riêng",
            )


def _several(
    where: Where, header: Header, role: str, found: list[Evidence], *others: Evidence
) -> Refusal:
    """Return the refusal of several columns of one role; its example is the only one that fits.

    What else is known speaks for it: the scores beside ranks, the ranks beside scores.
    """
    titles = [one.title for one in found]
    if len({one.key for one in found}) == 1:  # two tables side by side
        numbers = [header.number_of(one.column) for one in found]
        return where.refuse(
            f"có {len(found)} cột cùng tên {quoted(found[0].title)} (cột thứ "
            f"{' và '.join(map(str, numbers))})",
            "nếu là hai bảng đặt cạnh nhau, hãy đặt bảng bên phải xuống dưới bảng bên trái; nếu "
            "không, hãy xóa hoặc đổi tên cột không dùng",
        )
    if role == "unit":  # of a region and its provinces never the region: it would lose names
        narrow = max(map(_level, found))
        fits = [one for one in found if _level(one) == narrow]
    elif role == "score":
        fits = [one for one in found if any(one.falls_with(rank) for rank in others)]
        appraised, own = (
            [one for one in found if re.search(STAGES[stage], one.title, re.IGNORECASE)]
            for stage in ("score", "self_score")
        )
        if len(fits) != 1 and len(appraised) + len(own) == len(found):
            fits = appraised  # a unit scores itself, and then it is appraised
    else:
        fits = [one for one in found if one.bears_out(role, *others)]
    is_clear = len(fits) == 1 and 0 < len(fits[0].title) <= _LONGEST_TITLE
    return where.refuse(
        f"các cột {titles_in_words(titles, ' và ')} đều có thể là '{SHOWN[role]}'",
        "hãy xóa cột không dùng, hoặc chỉ rõ cột ({option})",
        option=Option("columns", {role: fits[0].title if is_clear else _ANY_COLUMN}),
    )
