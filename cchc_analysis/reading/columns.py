"""What each column of a table holds, weighed from its title, its values and the other columns.

Evidence is collected once for each column. Then each role is given to the one column that fits:
what the caller says settles, a known title comes before one that only a pattern knows, and a
pattern must be borne out by the values. What was understood rather than named is told; two that fit
equally are refused.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from cchc_analysis.reading import vocabulary as words
from cchc_analysis.reading.cells import (
    Where,
    adds_up,
    are_numbers,
    column_numbers,
    count_filled,
    distinct,
    filled,
    has_letters,
    in_percent,
    missing,
    numbering,
    numbers_in,
    small_scale,
    titles_in_words,
    untitled,
    whole_in,
)
from cchc_analysis.reading.header import (
    LIKE,
    YEAR,
    Header,
    falls,
    key_of,
    named,
    role_of,
    split_maximum,
    year_in,
)
from cchc_analysis.reading.rows import MOST_GRADES
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import SHOWN, fold, known_grades, near, quoted, same

_SHORT_GRADE = r"(?:nhóm |loại )?(?:[a-e]|i{1,3}|iv|v)"
_MAYBE_MAXIMUM = re.compile(r"(?<=\w)\s*\([0-9.,]+\)$")
_NUMBERED = r"[0-9]+[.)]? .*[0-9]"  # of several columns in one
_ENOUGH = 3  # rows whose order tells one column from several others
_ANY_COLUMN = "tên cột"  # where none can be named, none is: an example would be followed
_SURE = 5  # rows whose order tells the total from sub-indices
_FIRST_WORDS = 2
_FEWEST_NAMES = 3  # of a second list of the units, and how many of them are in the first
_SAME_NAMES = 0.5
_SIDE_BY_SIDE = (
    "nếu là hai bảng đặt cạnh nhau, hãy đặt bảng bên phải xuống dưới bảng bên trái (hai khối thì "
    "thêm dòng tên khối trên mỗi bảng)"
)
_PLACES = ("published_rank", "published_grade")  # of which a title may say one for the other
_LIKELY = {"max_score": ("max_score",), **dict.fromkeys(_PLACES, _PLACES)}
_FIRST_ROWS = 3
_MOST_NAMED = 2 / 3  # of the rows with a score: the others may sum up


@dataclass(eq=False)
class Evidence:
    """What speaks for the role of one column."""

    column: object
    title: str
    role: str | None  # by its title, LIKE if it may hold scores
    likely: str | None  # by a pattern, where the title is not known
    cells: pd.Series = field(repr=False)

    @cached_property
    def key(self) -> str:
        """Return the title as titles are compared, without the maximum that it states."""
        return key_of(_MAYBE_MAXIMUM.sub("", split_maximum(self.title)[0] or self.title))

    @property
    def name(self) -> str:
        """Return how a message calls the column."""
        return f"cột {quoted(self.title)}" if self.title else untitled(self.column)

    @cached_property
    def words(self) -> set[str]:
        """Return the values, each once, as grades are compared; none is missing."""
        return {*map(same, distinct(self.cells))} - words.MISSING

    @cached_property
    def has_digits(self) -> bool:
        """Return whether any value has a digit."""
        return any(re.search("[0-9]", text) for text in distinct(self.cells))

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
        return bool(self.words) and known_grades().keys() >= self.words

    @cached_property
    def are_all_words(self) -> bool:
        """Return whether every value has a letter."""
        return bool(has_letters(self.cells.dropna()).all())

    def are_names(self, rows: pd.Series, parts: Sequence[pd.Series] = ()) -> bool:
        """Return whether these rows have words that all differ in each part, and no grades.

        A row or two of a summary may have none.
        """
        cells = self.cells[rows & filled(self.cells)]
        # "Trung bình" may be a grade and the name of a row.
        grades = {key for key in known_grades() if not words.FOOTERS.match(fold(key))}
        named = pd.DataFrame(dict(enumerate([cells, *parts]))).loc[cells.index].astype("str")
        return bool(
            has_letters(cells).all() and len(cells) >= _MOST_NAMED * rows.sum() and len(cells)
            and not named.duplicated().any() and grades.isdisjoint(self.words)
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
        parts = ((order == 1) & (order.shift() != 1)).cumsum()
        if parts.iloc[0] == 0 or parts.iloc[-1] < 2:
            return falls(scores, order)
        return all(
            own.is_monotonic_increasing and (len(own) == 1 or falls(scores[own.index], own))
            for _, own in order.groupby(parts)
        )

    def rise_with(self, ranks: "Evidence") -> float:
        """Return how far the values rise as ranks do: -1 where they fall, 0 where neither."""
        both = pd.DataFrame({"own": numbers_in(self.cells), "ranks": whole_in(ranks.cells)})
        both = both.astype("float64").rank().dropna()
        return both["own"].corr(both["ranks"]) if (both.nunique() > 1).all() else 0

    def ranks_within(self, parts: pd.Series, scores: "Evidence") -> bool:
        """Return whether the values rank the rows of each part from 1 on, as scores fall."""
        own = [self.cells[lines] for lines in parts.groupby(parts.astype("str")).groups.values()]
        return all(
            (whole_in(cells) == 1).all() if len(cells) == 1
            else replace(self, cells=cells).rank_all
            and replace(scores, cells=scores.cells[cells.index]).falls_with(
                replace(self, cells=cells)
            )
            for cells in own
        )  # fmt: skip

    def follows(self, scores: "Evidence") -> bool:
        """Return whether the values are few words that stand together when scores are sorted."""
        points = numbers_in(scores.cells)
        cells = self.cells.astype("str")
        order = cells[points.notna()].map(same)[points.dropna().sort_values().index]
        order = order[~order.isin(words.MISSING)]
        changes = (order != order.shift()).sum()
        return changes == order.nunique() <= MOST_GRADES and changes < len(order)

    def bears_out(self, role: str, scores: "Evidence") -> bool:
        """Return whether the values are what a role wants beside these scores."""
        if role == "published_rank":
            scored = replace(self, cells=self.cells[~missing(scores.cells)])
            return scored.are_ranks and scores.falls_with(self)
        if role == "published_grade":
            return not self.has_digits and (self.are_known_grades or self.follows(scores))
        if role == "max_score":
            return bool((numbers_in(self.cells) >= numbers_in(scores.cells)).all())
        if role == "year":
            return all(re.fullmatch(YEAR, value) for value in self.words)
        return role == "number" and self.counts


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
        if role not in SHOWN or role not in words.HEADERS:
            names = ", ".join(r for r in words.HEADERS if r in SHOWN and r != "note")
            raise Refusal(
                f"{{option.name}}: không có cột {quoted(role)}; các tên dùng được: {names}",
                value=role, option=Option("columns"),
            )  # fmt: skip


def columns_named(
    where: Where, header: Header, wanted: Mapping[str, str | int]
) -> dict[str, object]:
    """Return by role the columns that the caller means by titles or numbers from 1, each once."""
    found: dict[str, object] = {}
    for role, title in wanted.items():
        columns = named(header, title, role)
        if len(columns) != 1:
            what = f"{len(columns)} cột tên" if columns else "không có cột"
            hint = "" if columns else near(str(title), header.titles.values(), key=fold)
            raise where.refuse(
                f"{what} {quoted(title)} ({{option.name}}); các cột của bảng: "
                f"{titles_in_words(header.titles.values())}",
                f"hãy ghi đúng tên{hint}, hoặc số thứ tự cột từ 1",
                value=title, option=Option("columns"),
            )  # fmt: skip
        if columns[0] in found.values():
            raise where.refuse(
                f"cột {quoted(title)} được chỉ rõ hai lần ({{option.name}})",
                "hãy ghi mỗi cột một lần", value=title, option=Option("columns"),
            )  # fmt: skip
        found[role] = columns[0]
    return found


def _evidence(header: Header, body: pd.DataFrame) -> dict[object, Evidence]:
    """Return what speaks for the role of each column with a title."""
    return {
        c: Evidence(c, title, header.roles[c], header.likely.get(c), body[c])
        for c, title in header.titles.items()
    }


def find_columns(
    where: Where, header: Header, body: pd.DataFrame, *, wanted: Mapping[str, str | int],
    year: str = "",
) -> tuple[dict[str, object], list[object], dict[object, str], list[str]]:  # fmt: skip
    """Return which column has each role, and those of points beside the total.

    And in words each column that is not used, and what was understood. `year` is the table's.
    """
    numbers = column_numbers(body, _FIRST_ROWS)  # they are no evidence of what a column holds
    found = _Columns(where, header, body.drop(index=numbers).fillna(""), wanted, year)
    added = found.added()
    unused = {one.column: _unused(one) for one in found.left if one not in added}
    return found.of, [one.column for one in added], unused, found.told


def _unused(one: Evidence) -> str:
    if one.title:
        return one.name
    return f"{one.name} (không có tiêu đề)" if filled(one.cells).any() else ""


def proposed(header: Header, body: pd.DataFrame) -> Option | None:
    """Return how a caller names the columns of a table without known titles that alone fit."""
    body = body[count_filled(body) > 1].fillna("")
    every = [one for one in _evidence(header, body).values() if one.words]
    may_be = {None, "unit", "score", LIKE}  # what is known, or likely, is nothing else
    free = [
        one for one in every
        if {one.role, one.likely} <= may_be or not (one.are_ranks or one.are_all_words)
    ]  # fmt: skip
    units = [one for one in free if one.are_names(filled(one.cells)) and not one.are_numbers]
    units = [
        one for one in units if not all(re.match(_NUMBERED, word) for word in one.words)
        and "score" not in map(role_of, one.words)  # titles, one below the other
    ]  # fmt: skip
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
    if score is None or in_percent("", score.cells):
        return Option("columns", names) if names else None
    scale = small_scale(numbers_in(score.cells))
    return Option("columns", names, Option("max_score", scale) if scale else None)


class _Columns:
    """The columns of one table as each is given its role."""

    def __init__(
        self, where: Where, header: Header, body: pd.DataFrame, wanted: Mapping[str, str | int],
        year: str,
    ) -> None:  # fmt: skip
        self.where, self.header, self.year = where, header, year
        self.told: list[str] = []
        self.of = columns_named(where, header, wanted)
        self.every = _evidence(header, body)
        self.free = self.left  # of what the caller does not say
        for one in self.free:
            self._settle(one)
        unit, units = self.of.get("unit"), self._with_role("unit")
        self._check_order(units[0].column if unit is None and len(units) == 1 else unit)
        for one in self.free:
            may_count = not one.title or one.likely == "number"
            if may_count and one.counts and not self._with_role("number"):
                self._understand(one, "number")
        if "score" not in wanted:
            self.of["score"] = self._score().column
        self.score = self.every[self.of["score"]]
        self._check_beside(is_named="score" in wanted)
        if source := header.parts.get(self.score.column):  # "01 (0,727)" has its own rank
            for one in self.free:
                one.role = one.role if header.parts.get(one.column, source) == source else None
        self._settle_regions()
        if "published_rank" not in wanted:
            self._settle_ranks()
        for role in dict.fromkeys(one.role for one in self.free):
            if role in (None, "note", "score", "bonus", LIKE) or role in wanted:
                continue
            if found := self._beside_score(role):
                self.of[role] = found.column
        self._settle_patterns()
        if "unit" not in self.of:
            self.of["unit"] = self._unit().column
            self._check_order(self.of["unit"])
        if "unit" not in wanted:
            self._check_left(self.every[self.of["unit"]])

    @property
    def left(self) -> list[Evidence]:
        """Return the columns that have no role yet."""
        return [one for column, one in self.every.items() if column not in self.of.values()]

    def added(self) -> list[Evidence]:
        """Return the columns of points that units were given or lost beside the total."""
        if "bonus" in self.of:
            return [self.every[self.of.pop("bonus")]]
        found = [
            one for one in self.left
            if one.are_numbers and "bonus" in (one.role, one.likely)
        ]  # fmt: skip
        for one in found:
            if one.role != "bonus":
                self._understand(one, "bonus")
        return found

    def _with_role(self, role: str) -> list[Evidence]:
        return [one for one in self.free if one.role == role]

    def _understand(self, one: Evidence, role: str) -> None:
        """Give a column a role that its title does not name, and tell it."""
        one.role = role
        called = words.UNDERSTOOD.get(role, SHOWN[role].lower())
        self.told.append(f"hiểu {one.name} là {called}")

    def _settle(self, one: Evidence) -> None:
        """Give a column another role than its title says, where its values do."""
        if one.role == "field" or (one.likely == "field" and one.are_all_words):
            raise self.where.refuse(
                f"{one.name} cho thấy đây là bảng điểm theo lĩnh vực, mỗi đơn vị nhiều dòng",
                "hãy dùng bảng có tổng điểm, mỗi đơn vị một dòng",
            )
        if one.role == "note" and one.are_numbers:
            raise self.where.refuse(
                f"{one.name} chỉ có số, có thể dấu phẩy trong điểm đã tách thành ô khác",
                "hãy đặt số có dấu phẩy trong ngoặc kép, hoặc xóa cột này",
            )
        is_rank = one.role == "published_rank" and one.words and not one.has_digits
        if one.role in ("score", "published_rank") and one.are_known_grades:
            one.role = "published_grade"
        elif is_rank:
            self._understand(one, "published_grade")
        elif one.key == "nhom":
            others = one.words - known_grades().keys()
            if not all(re.fullmatch(_SHORT_GRADE, word) for word in others):
                self._understand(one, "block")

    def _check_beside(self, *, is_named: bool) -> None:
        """Refuse numbers without a title right of the scores: one title may stand over both.

        Where the scores are whole, they may be the decimals that a comma has split off.
        """
        pairs = itertools.pairwise(self.every.values())
        one = next((after for before, after in pairs if before is self.score), None)
        if one not in self.left or one.title or not are_numbers(one.cells).any():
            return
        problem = f"{one.name} ngay bên phải cột điểm {quoted(self.score.title)} không có tiêu đề"
        remedy = "hãy đặt tên cho cột, hoặc xóa cột nếu chắc chắn không thuộc bảng"
        if all(re.fullmatch("[0-9]{1,3}", word) for word in one.words | self.score.words):
            problem = f"{problem}, có thể là phần lẻ mà dấu phẩy đã tách ra"
            raise self.where.refuse(problem, remedy)
        if not is_named:
            raise self.where.refuse(
                f"{problem} nhưng có số", f"{remedy}, hoặc chỉ rõ cột điểm ({{option}})",
                option=Option("columns", {"score": self.header.number_of(self.score.column)}),
            )  # fmt: skip

    def _settle_regions(self) -> None:
        """Make a block of the wider of two columns of units: "Vùng" beside "Tỉnh".

        Each unit is of one region, and a region has several. Where ranks were published for all
        regions together, these are no blocks, and the column is left out.
        """
        units = self._with_role("unit")
        if len(units) != 2 or "unit" in self.of:
            return
        wide, narrow = sorted(units, key=_level)
        pairs = pd.DataFrame({"wide": wide.cells, "narrow": narrow.cells}).drop_duplicates()
        pairs = pairs[filled(pairs["narrow"])]
        is_wider = _level(wide) < _level(narrow) and wide.cells.nunique() < narrow.cells.nunique()
        if not is_wider or pairs["narrow"].duplicated().any():
            return
        most = wide.cells.value_counts().max()
        through = any(whole_in(one.cells).max() > most for one in self._with_role("published_rank"))
        if through or "block" in self.of or self._with_role("block"):
            wide.role = None
        else:
            self._understand(wide, "block")

    def _settle_ranks(self) -> None:
        """Of several columns of ranks take the one within blocks, not that of all units."""
        alike = [one for one in self.free if "published_rank" in (one.role, one.likely)]
        if len(alike) < 2:
            return
        scored, blocks = ~missing(self.score.cells), self._with_role("block")
        # Without a column of blocks, a row without a score may head one.
        parts = (blocks[0].cells if len(blocks) == 1 else (~scored).cumsum())[scored]
        within = [one for one in alike if one.ranks_within(parts, self.score)]
        if len(within) == 1 and parts.nunique() > 1:
            for one in alike:
                one.role = one.role if one is within[0] else None
            if not within[0].role:
                self._understand(within[0], "published_rank")

    def _beside_score(self, role: str) -> Evidence | None:
        """Return the column of a role that is of the scores: of several that under their title.

        None if each stands under the title of another year, block or part.
        """
        found, over = self._with_role(role), self.header.upper(self.score.column)
        if len(found) == 1:
            return found[0]
        uppers = [self.header.upper(one.column) for one in found]
        if uppers.count(over) == 1:
            self._understand(one := found[uppers.index(over)], role)
            return one
        if over in uppers or len({*uppers}) < len(uppers):
            raise self._several(role, found, self.score)
        return None

    def _settle_patterns(self) -> None:
        """Give maxima, ranks and grades that a pattern knows their role, if the values agree.

        And the year that their title says is that of the scores.
        """
        own_year = {year_in(self.score.title).year or self.year, ""}
        for role, patterns in _LIKELY.items():
            own = [one for one in self.left if one.title and not words.EARLIER.search(one.key)]
            own = [one for one in own if own_year == {""} or year_in(one.title).year in own_year]
            free = [one for one in own if one.words and one.likely in patterns]
            likely = [one for one in free if one.bears_out(role, self.score)]
            if role == "published_grade" and not likely:  # under any title
                known = [one for one in own if one.are_known_grades]
                likely = [one for one in known if one.follows(self.score)]
            if role not in self.of and len(likely) == 1:
                self.of[role] = likely[0].column
                self._understand(likely[0], role)

    def _score(self) -> Evidence:
        """Return the one column that holds the scores; several are never guessed between.

        What is plainly the total is the score. Otherwise published ranks decide: one column alone
        falls as they rise. Without ranks, it is the only column that a score word tells.
        """
        titled = [one for one in self.free if one.title]
        found = [one for one in titled if one.role in ("score", LIKE)]
        if found:  # a sum beside them may be what counts
            found += [one for one in titled if one.role is None and one.key in words.SUMS]
        titled = [one for one in titled if one.likely != "max_score"]
        found = [one for one in found if not words.NOT_A_SCORE.match(one.key)] or found
        found += [one for one in titled if one not in found and words.FINAL.fullmatch(one.key)]
        found = [one for one in found if one.has_digits] or found
        found = [one for one in found if not in_percent(one.title, one.cells)] or found
        likely = [one for one in titled if (one.role, one.likely) == (None, "published_rank")]
        ranks = [one for one in self._with_role("published_rank") or likely if one.are_ranks]
        numbers = [one for one in self.free if one.role is None and one.are_numbers]
        shares = [one for one in numbers if "%" in one.title]
        numeric = [
            one for one in numbers
            if one.title and one not in (*found, *ranks, *shares)
            and not words.NOT_A_SCORE.match(one.key)
        ]  # fmt: skip
        fits = _adding_up([*found, *numeric]) or _totals(found or numeric)
        if len(fits) != 1:
            fits = _followed([*found, *numeric], ranks)
        if not fits and len(found) == 1:  # where ranks contradict it, another may be meant
            is_against = any(one.rank_all and not found[0].falls_with(one) for one in ranks)
            has_other = numeric or not all(one.title for one in numbers)
            fits = [] if is_against and has_other else found
        if len(fits) != 1 and not found:
            fits = _followed(shares, ranks)
        if len(fits) != 1:
            raise self._no_score(found, numeric, ranks)
        (one,) = fits
        is_known = one.role == "score"
        is_named = is_known or one.key in words.SUMS or words.PLAIN_TOTAL.fullmatch(one.key)
        if not is_named or (not is_known and len(found) == 1):
            self._understand(one, "score")
        return one

    def _no_score(
        self, found: list[Evidence], numeric: list[Evidence], ranks: list[Evidence]
    ) -> Refusal:
        """Return the refusal of several columns, those first that ranks follow best, or of none."""
        every = [*found, *numeric]
        if len(every) > 1:
            if through := [one for one in ranks if one.rank_all] or ranks:
                every = sorted(every, key=lambda one: min(one.rise_with(rank) for rank in through))
                return self._several("score", every, *through)
            return self._several("score", found if len(found) > 1 else every)
        # What is left: without a title, in percent, or of ranks that are none.
        others = [one for one in self.free if one.are_numbers and one not in (*numeric, *ranks)]
        others = [
            one for one in others if one.role == "published_rank"
            or (one.role is None and not words.NOT_A_SCORE.match(one.key))
        ]  # fmt: skip
        titles = [titles_in_words(self.header.titles.values())]
        titles += [one.name for one in others if not one.title]
        if ranks and not numeric and not others:
            return self.where.refuse(
                f"bảng chỉ có xếp hạng, không có cột điểm; các cột: {titles[0]}",
                "hãy dùng bảng có điểm của từng đơn vị",
            )
        return self.where.refuse(
            f"không có cột điểm; các cột: {', '.join(titles)}",
            "hãy đặt tên cột là 'Tổng điểm', hoặc chỉ rõ cột ({option})",
            option=self._option("score", others),
        )

    def _unit(self) -> Evidence:
        """Return the only other column of words that all differ, or that a pattern knows."""
        scored = ~missing(self.score.cells)
        parts = [self.every[self.of[role]].cells for role in ("year", "block") if role in self.of]
        names = [one for one in self.left if one.words and one.are_names(scored, parts)]
        likely = [one for one in names if one.likely == "unit"]
        if len(likely or names) == 1:
            (one,) = likely or names
            self._understand(one, "unit")
            return one
        if likely:  # each names every unit
            titles = titles_in_words([one.title for one in likely], " và ")
            raise self.where.refuse(
                f"các cột {titles} đều có thể là '{SHOWN['unit']}'",
                "hãy chỉ rõ cột ({option})",
                option=_naming(self.header, {"unit": likely[0], "score": self.score}),
            )
        raise self.where.refuse(
            f"không có cột đơn vị; các cột: {titles_in_words(self.header.titles.values())}",
            "hãy đặt tên cột là 'Đơn vị', hoặc chỉ rõ cột ({option})",
            option=self._option("unit", []),
        )

    def _check_order(self, unit: object | None) -> None:
        """Refuse a second list of the units in another order: scores would get foreign names."""
        if unit is None:
            return
        units = self.every[unit].cells
        own = set(map(same, distinct(units)))
        for one in self.every.values():
            if one.column == unit or not one.are_all_words:
                continue
            names = one.words
            if len(names) < _FEWEST_NAMES or len(names & own) <= _SAME_NAMES * len(names):
                continue
            both = filled(one.cells) & filled(units)
            if (one.cells[both].astype("str") != units[both].astype("str")).any():
                raise self.where.refuse(
                    f"{one.name} liệt kê lại các đơn vị theo một thứ tự khác, nên điểm bên cạnh nó "
                    "không phải của đơn vị cùng dòng",
                    "hãy tách mỗi chỉ số cùng cột tên đơn vị của nó thành một bảng riêng",
                )

    def _are_side_by_side(self, numbers: Sequence[Evidence]) -> bool:
        """Return whether names stand left of these numbers, and others among them."""
        at, names = (
            [self.header.number_of(one.column) for one in some]
            for some in (numbers, [
                one for one in self.every.values()
                if one.role in (None, "unit") and one.are_names(filled(one.cells))
            ])
        )  # fmt: skip
        is_left = min(names, default=max(at)) < min(at)
        return is_left and any(min(at) < name < max(at) for name in names)

    def _check_left(self, unit: Evidence) -> None:
        """Refuse units right of the scores if names are left of these: they may be others'."""
        first, own = (self.header.number_of(one.column) for one in (self.score, unit))
        right = [
            one for one in self.left
            if one.are_numbers and self.header.number_of(one.column) > own > first
        ]  # fmt: skip
        if right and self._are_side_by_side([self.score, *right]):
            raise self.where.refuse(
                f"bên trái cột điểm {quoted(self.score.title)} và bên phải nó đều có tên, không rõ "
                "điểm là của đơn vị nào",
                f"{_SIDE_BY_SIDE}; nếu không, hãy chỉ rõ cột đơn vị ({{option}})",
                option=self._option("unit", []),
            )

    def _several(self, role: str, found: list[Evidence], *others: Evidence) -> Refusal:
        """Return the refusal of several columns of one role; its example is the one that fits.

        What else is known speaks for it: the scores beside ranks, the ranks beside scores.
        """
        titles = [one.title for one in found]
        what = f"các cột {titles_in_words(titles, ' và ')} đều có thể là '{SHOWN[role]}'"
        remedy = "hãy xóa cột không dùng, hoặc chỉ rõ cột ({option})"
        at = [self.header.number_of(one.column) for one in found]
        if len({key_of(title) for title in titles}) == 1:
            what = f"có {len(found)} cột cùng tên {quoted(titles[0])}"
            return self.where.refuse(
                f"{what} (cột thứ {' và '.join(map(str, at))})",
                f"{_SIDE_BY_SIDE}; nếu không, hãy xóa hoặc đổi tên cột không dùng",
            )
        if role == "score" and self._are_side_by_side(found):
            remedy = f"{_SIDE_BY_SIDE}; nếu không, {remedy}"
        if role == "unit":  # of a region and its provinces never the region: it would lose names
            narrow = max(map(_level, found))
            fits = [one for one in found if _level(one) == narrow]
        elif role == "score":
            fits = [one for one in found if any(one.falls_with(rank) for rank in others)]
            appraised, own = (
                [one for one in found if re.search(words.STAGES[by], one.title, re.IGNORECASE)]
                for by in ("score", "self_score")
            )
            if len(fits) != 1 and len(appraised) + len(own) == len(found):
                fits = appraised  # a unit scores itself, and then it is appraised
        else:
            fits = [one for one in found if one.bears_out(role, *others)]
        return self.where.refuse(what, remedy, option=self._option(role, fits))

    def _option(self, role: str, fits: list[Evidence]) -> Option:
        """Return the option that names the only column that fits, else one that names none."""
        if len(fits) != 1:
            return Option("columns", {role: _ANY_COLUMN})
        return _naming(self.header, {role: fits[0]})


def _level(one: Evidence) -> int:
    """Return how wide the units of a title are: regions hold provinces, these districts."""
    fits = (at for at, level in enumerate(words.LEVELS_OF_UNITS) if re.match(level, one.key))
    return next(fits, len(words.LEVELS_OF_UNITS))


def _totals(found: list[Evidence]) -> list[Evidence]:
    """Return the columns whose titles alone say that they are the total."""
    if len(found) == 1 and found[0].role == "score":
        return found
    after = len(found) > 1 and any(words.FINAL.fullmatch(one.key) for one in found)
    return [one for one in found if words.PLAIN_TOTAL.fullmatch(one.key) and not after]


def _adding_up(every: list[Evidence]) -> list[Evidence]:
    """Return the one column that has in each row the sum or the mean of all others.

    What units gave themselves is no part of it.
    """
    own = re.compile(words.STAGES["self_score"], re.IGNORECASE)
    numbers = {one: numbers_in(one.cells) for one in every if not own.search(one.title)}
    numbers = pd.DataFrame(numbers).dropna()
    if len(numbers) < 2 or len(numbers.columns) < _FEWEST_NAMES:
        return []
    parts = {one: [numbers[other] for other in numbers if other is not one] for one in numbers}
    fits = [
        one for one, others in parts.items()
        if any(adds_up(numbers[one] * of, others).all() for of in (1, len(others)))
    ]  # fmt: skip
    return fits if len(fits) == 1 else []


def _followed(every: list[Evidence], ranks: list[Evidence]) -> list[Evidence]:
    """Return the columns that ranks follow; a total before one of several that are titled alike."""
    least = _ENOUGH if len(every) > 1 else 2
    falling = [one for one in every if any(one.falls_with(rank, least) for rank in ranks)]
    if len(falling) > 1 and any(one.falls_with(rank, _SURE) for one in falling for rank in ranks):
        return [one for one in falling if not _is_one_of_many(one, every)] or falling
    return falling


def _is_one_of_many(one: Evidence, every: list[Evidence]) -> bool:
    """Return whether several others are titled alike: "Chỉ số Thể chế", "Chỉ số Hạ tầng"."""
    first = one.key.split()[:_FIRST_WORDS]
    return sum(other.key.split()[:_FIRST_WORDS] == first for other in every) > _FIRST_WORDS
