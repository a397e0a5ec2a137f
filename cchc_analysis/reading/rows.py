"""What becomes of each row below a header: named rules, in the order in which they are asked.

A row has the fate of the first rule that applies to it; the last rule applies to every row, so that
none is without one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from cchc_analysis.reading.cells import (
    Where,
    are_numbers,
    column_numbers,
    count_filled,
    each,
    filled,
    has_letters,
    lines_in_words,
    missing,
    numbering,
    numbers_in,
    row_in_words,
    titles_in_words,
    whole_in,
)
from cchc_analysis.reading.header import (
    bare,
    heads_part,
    is_block,
    is_heading,
    names_units,
    role_of,
    year_in,
)
from cchc_analysis.reading.vocabulary import FOOTERS, MAXIMUM, REGION, WHOLE
from cchc_analysis.refusal import Clause, Refusal
from cchc_analysis.text import fold, known_grades, quoted, same, words

_GRADE = re.compile(r"(?i)^(?:xếp )?(?:loại|nhóm)\s+")
MOST_GRADES = 7  # of a scheme
_FEWEST_SUMMED = 3
_LONGEST_CODE = 2  # a unit may be called "A"
_LETTERED = re.compile(r"(?:[IVXLC]+|[A-ZĐ])[.)]?")
_DOTS = re.compile("[.… ]*")


@dataclass(frozen=True)
class Rows:
    """The rows of a table that no rule has decided yet."""

    where: Where
    heading: str  # of the table
    titles: Mapping[object, str]
    columns: Mapping[str, object]  # which column has which role
    raw: pd.DataFrame  # a cell that its row does not have is missing here
    are_parts: bool = False  # each score is of a criterion or a field of a unit

    @cached_property
    def body(self) -> pd.DataFrame:
        """Return the cells, blank where a row has none."""
        return self.raw.fillna("")

    @cached_property
    def given(self) -> pd.Series:
        """Return how many cells of each row hold something."""
        return count_filled(self.body)

    def among(self, lines: Sequence[int]) -> pd.Series:
        """Return which rows stand in these lines."""
        return pd.Series(self.body.index.isin(lines), self.body.index)

    @cached_property
    def nameless(self) -> pd.Series:
        """Return which rows name no unit."""
        return ~filled(self.body[self.columns["unit"]])

    @cached_property
    def unnumbered(self) -> pd.Series:
        """Return which rows have no number; where there is no such column, no name."""
        return (
            ~filled(self.body[self.columns["number"]])
            if "number" in self.columns
            else self.nameless
        )

    @property
    def are_numbered(self) -> bool:
        """Return whether any row has a number."""
        return "number" in self.columns and not self.unnumbered.all()

    @cached_property
    def counted(self) -> pd.Series:
        """Return which rows have a number that counts."""
        if "number" not in self.columns:
            return self.among([])
        return self.among(numbering(self.body[self.columns["number"]]).index)

    @cached_property
    def score(self) -> pd.Series:
        """Return the cells of the scores."""
        return self.body[self.columns["score"]]

    @cached_property
    def headings(self) -> pd.Series:
        """Return the rows that head a part of a table, with their text; none has a missing cell.

        A row of one text alone ("II. Khối huyện") heads the rows below it if it stands above the
        first unit, if the numbering begins again at 1, or if it names a block as the line above the
        table does; any other is left to the other rules. Below one there may be others before the
        first unit.
        """
        none, body, columns, given = pd.Series(dtype="str"), self.body, self.columns, self.given
        if not self.are_numbered:
            alone = body.loc[given == 1, columns["unit"]]
            starts_again = len(alone) > 1 and all(map(self._begins_at_1, alone.index))
            heads = [starts_again or heads_part(name) or names_units(name) for name in alone]
            self.where.check(
                pd.Series(heads, alone.index, dtype="bool"), alone,
                "{cell} có thể là tên khối hoặc đơn vị chưa chấm",
                "hãy xóa dòng này và thêm cột Khối, hoặc ghi '-' vào mọi ô trống nếu là đơn vị",
            )  # fmt: skip
            return none
        number = body[columns["number"]]
        marked = (given == 2) & each(number, _LETTERED.fullmatch)
        heads = ((given == 1) | marked) & ~filled(self.score)
        if not heads.any():
            return none
        texts = [max(row, key=bool) for row in body[heads].astype("str").iloc[:, ::-1].to_numpy()]
        text = pd.Series(texts, body.index[heads], dtype="str")  # the last that is not blank
        is_one = text.str.contains(r"[^\W\d_]{2}") & text.map(is_heading).astype(bool)
        is_footer = text.map(fold).astype("str").str.match(FOOTERS.pattern).astype(bool)
        text = text[is_one & (marked[heads] | ~is_footer)]
        units = numbering(number)
        ends = [*text.index[1:], body.index[-1]]
        lines = [a for a, b in zip(text.index, ends, strict=False) if len(units.loc[a:b])]
        starts_again = all(units.loc[line:].iloc[0] == 1 for line in lines)
        # Numbers may run on where the table and each of these lines names its units or its year.
        every = [self.heading, *text[lines]]
        years = [year_in(heading).year for heading in every]
        are_parts = all(map(names_units, every)) or (all(years) and len(set(years)) > 1)
        if not lines or not (starts_again or are_parts or lines[0] < units.index[0]):
            return none
        one = text[lines[0]]  # a single line may be any remark
        if len(lines) == 1 and not (are_parts or heads_part(one) or marked[lines[0]]):
            return none
        if lines[0] > units.index[0] and not (are_parts or is_block(self.heading)):
            raise self.where.refuse(
                f"{quoted(one)} mở đầu một khối mới nhưng các đơn vị phía trên không có tên khối",
                "hãy thêm dòng tên khối lên đầu bảng, hoặc xóa từ dòng này xuống nếu là bảng khác",
                at=f"dòng {lines[0]}", value=one,
            )  # fmt: skip
        if {same(_GRADE.sub("", bare(text[line]))) for line in lines} <= set(known_grades()):
            raise self.where.refuse(
                f"{quoted(one)} là xếp loại của các đơn vị phía dưới, không phải khối",
                "hãy xóa các dòng này và thêm cột Xếp loại", at=f"dòng {lines[0]}", value=one,
            )  # fmt: skip
        scores = [numbers_in(self.score.loc[a:b]) for a, b in pairwise([*lines, body.index[-1]])]
        falls = all(above.min() >= below.max() for above, below in pairwise(scores))
        are_named = starts_again or are_parts or any(map(names_units, text[lines]))
        may_be_grades = falls and not are_named
        if may_be_grades and len(lines) > 1:
            raise self.where.refuse(
                f"{quoted(one)} có thể là xếp loại hoặc khối của các đơn vị phía dưới",
                "hãy xóa các dòng này và thêm cột Xếp loại hoặc cột Khối", at=f"dòng {lines[0]}",
                value=one,
            )  # fmt: skip
        upper = marked[text.index] | text.map(heads_part).astype(bool)
        return text[text.index.isin(lines) | (upper & (text.index < lines[-1]))]

    def _begins_at_1(self, line: int) -> bool:
        """Return whether the published ranks below a line begin at 1."""
        if "published_rank" not in self.columns:
            return False
        ranks = whole_in(self.body.loc[line:, self.columns["published_rank"]])
        return bool(ranks.dropna().head(1).eq(1).any())

    @cached_property
    def summed(self) -> pd.Series:
        """Return which rows begin as those do that sum up a table or stand below it.

        Or name a region of the country in a table that has other units.
        """
        summed = self.begins(FOOTERS.match)
        units = self.body[self.columns["unit"]]
        regions = each(units, lambda name: REGION.fullmatch(fold(name)))
        others = ~(self.nameless | summed | regions) & are_numbers(self.score)
        return summed | (regions & others.any())

    def begins(self, match: Callable[[str], object]) -> pd.Series:
        """Return which rows begin with a word of some kind, in the number or in the name."""
        found = pd.Series(False, self.body.index)
        for role in ("number", "unit"):
            if role in self.columns:
                found |= each(self.body[self.columns[role]], lambda cell: match(fold(cell)))
        return found

    def in_words(self, line: int) -> str:
        """Return a row for a message."""
        return row_in_words(line, self.body.loc[line])


def _maxima(rows: Rows) -> pd.Series:
    """Above the first unit numbers stand alone, in brackets at times: "(15) (20) (84)"."""
    above = rows.nameless & ~(~rows.nameless).cummax()
    rows_of_maxima = (rows.begins(MAXIMUM.match) | above) & ~rows.counted
    if not rows_of_maxima.any():
        return rows_of_maxima
    cells = rows.score.astype("str")
    return rows_of_maxima & are_numbers(cells.where(~above, cells.str.strip("()")))


def _column_numbers(rows: Rows) -> pd.Series:
    return rows.among(column_numbers(rows.body))


def _gaps(rows: Rows) -> pd.Series:
    """Dots alone: units were left out on purpose."""
    gaps = pd.Series(True, rows.body.index)
    for column in rows.body:
        gaps &= each(rows.body[column], _DOTS.fullmatch)
        if not gaps.any():
            break
    return gaps


def _other_titles(rows: Rows) -> pd.Series:
    """Return rows of titles in the columns of the units and of the scores."""
    are_words = ~are_numbers(rows.score) & ~missing(rows.score)
    names = rows.body.loc[are_words, rows.columns["unit"]]
    return rows.among([at for at, name in names.items() if role_of(name) in ("unit", "field")])


def _summed_beside(rows: Rows) -> pd.Series:
    """No unit, but "Min", "Trung vị" in another cell."""
    return rows.among([
        line for line, *cells in rows.body[rows.nameless].itertuples()
        if any(FOOTERS.match(fold(cell)) for cell in map(str, cells) if cell)
    ])  # fmt: skip


def _counts(rows: Rows) -> pd.Series:
    """Smaller whole numbers at the end that add up to how many units stand above them."""
    numbers, lines = numbers_in(rows.score), []
    for many in range(2, min(MOST_GRADES, len(numbers) - 1) + 1):
        above, last = numbers.iloc[:-many], numbers.iloc[-many:]
        is_count = not rows.are_parts and (last % 1 == 0).all() and last.max() < above.min()
        if is_count and last.sum() == len(above) and "number" not in rows.columns:
            lines = last.index
    return rows.among(lines)


def _signatures(rows: Rows) -> pd.Series:
    """Return rows without a number whose score is words, or no number where there is no name.

    A person may stand under the numbers.
    """
    are_words = rows.are_numbered & ~each(rows.score, re.compile("[0-9]").search)
    is_free = rows.unnumbered
    if rows.are_numbered:
        is_free = is_free | (rows.nameless & has_letters(rows.body[rows.columns["number"]]))
    return is_free & (are_words | (rows.nameless & ~are_numbers(rows.score)))


def _may_sum_up(rows: Rows) -> pd.Series:
    """Return which rows are a numbered sum or a grade, or a block or the country beside units."""
    names = rows.body[rows.columns["unit"]]
    whole = each(names, lambda name: is_block(name) or WHOLE.fullmatch(fold(name)))
    return rows.summed | each(names, is_long_grade) | (whole & (not whole.all()))


def is_long_grade(name: str) -> bool:
    """Return whether a name is a grade of a known scheme that is no code."""
    return len(name) > _LONGEST_CODE and same(name) in known_grades()


def _means(rows: Rows) -> pd.Series:
    """Return whether the first or last row has the mean or sum of the others, to its places."""
    numbers, lines = numbers_in(rows.score), []
    are_many = numbers.notna().sum() > _FEWEST_SUMMED
    for at in (0, -1) if are_many else ():
        others = numbers.drop(numbers.index[at]).dropna()
        places = len(re.sub(r".*[.,]|^[0-9]*$|%", "", str(rows.score.iloc[at])))
        near = 0.5 * 10**-places + 1e-9
        if any(abs(numbers.iloc[at] - of) < near for of in (others.mean(), others.sum())):
            lines.append(numbers.index[at])
    return rows.among(lines)


def _cells_of(rows: Rows) -> pd.Series:
    """Return how many cells each row has of those that have a title, and of others if filled."""
    own = (rows.raw[column].notna() for column in rows.titles)
    return sum(own, count_filled(rows.raw.drop(columns=list(rows.titles))))


class Rule(NamedTuple):
    """One fate: whose it is, and what is said of such a row."""

    name: str
    applies: Callable[[Rows], pd.Series]
    is_unit: bool = False
    is_told: bool = False  # that it is left out
    tells: str = ""  # what else is said
    refuses: str = ""
    remedy: str = ""


_APPLY = {
    "blank": lambda rows: rows.given == 0,
    "maximum": _maxima,
    "heading": lambda rows: rows.among(rows.headings.index),
    "column numbers": _column_numbers,
    "gap": _gaps,
    "other titles": _other_titles,
    "summary": lambda rows: rows.summed & ~(rows.counted & filled(rows.score)),
    "remark": lambda rows: (rows.nameless | rows.unnumbered) & missing(rows.score),
    "signature": _signatures,
    "summary beside": _summed_beside,
    "unnumbered": lambda rows: rows.unnumbered & rows.are_numbered,
    "counts": _counts,
    "ragged": lambda rows: _cells_of(rows) != len(rows.titles),
    "nameless": lambda rows: rows.nameless,
    "may be a summary": _may_sum_up,
    "mean of the others": _means,
    "unit": lambda rows: rows.among(rows.body.index),
}
_SAID = words("rows")
_RULES = [Rule(name, applies, **_SAID.get(name, {})) for name, applies in _APPLY.items()]
UNITS = [rule.name for rule in _RULES if rule.is_unit]
TELLS_A_MEAN: str = _SAID["mean of the others"]["tells"]


class Fates(NamedTuple):
    """What became of the rows of a table."""

    of: pd.Series  # the rule of each line, by name
    units: pd.DataFrame
    headings: pd.Series  # the texts that head parts of the table, by line
    maxima: pd.DataFrame  # the rows that state the maxima
    left_out: dict[tuple[int, ...], str]  # of each line, or of several, in words
    told: list[Clause]


def fates_of(rows: Rows) -> Fates:
    """Return the fate of every row, or refuse the table for one that is not to be understood."""
    start, of = rows, pd.Series("", rows.raw.index, dtype="str")
    headings = pd.Series(dtype="str")
    told: list[Clause] = []
    left_out: dict[tuple[int, ...], str] = {}
    for rule in _RULES:
        if rows.raw.empty:
            break
        found = rule.applies(rows).to_numpy("bool")
        if not found.any():
            continue
        lines = rows.raw.index[found]
        if rule.refuses:
            raise _refusal(rows, rule, lines[0])
        if rule.name == "heading":
            headings = rows.headings
        of[lines] = rule.name
        if rule.is_told:
            left_out |= {(line,): rows.in_words(line) for line in lines}
        if rule.tells:
            told += [Clause(rule.tells, (rows.in_words(line),), line) for line in lines]
        rows = replace(rows, raw=rows.raw[~found])
    units = start.body[of.isin(UNITS)]
    check_any(start.where, units)
    blank = of.index[of == "blank"]
    inside = blank[(blank > units.index[0]) & (blank < units.index[-1])]
    left_out = dict(sorted(left_out.items()))
    if len(inside):
        left_out[(*inside,)] = lines_in_words(inside, "dòng trống")
    return Fates(of, units, headings, start.body[of == "maximum"], left_out, told)


def _refusal(rows: Rows, rule: Rule, line: int) -> Refusal:
    row = rows.in_words(line)
    problem = rule.refuses.format(row=row, cells=_cells_of(rows)[line], width=len(rows.titles))
    at = "" if row in problem else f"dòng {line}"  # the row says itself where it stands
    return rows.where.refuse(problem, rule.remedy, at=at, value=row)


def check_any(where: Where, rows: pd.DataFrame) -> None:
    """Refuse a header without rows."""
    if rows.empty:
        raise where.refuse("sau dòng tiêu đề không có đơn vị nào", "hãy kiểm tra lại bảng")


def check_fits(where: Where, titles: Mapping[object, str], rows: pd.DataFrame) -> None:
    """Refuse rows of which none has the cells of the header: a sentence was taken for titles."""
    some = rows[count_filled(rows) > 0]
    if len(some) > 1 and not some[list(titles)].notna().all(axis=1).any():
        raise where.refuse(
            f"không dòng nào bên dưới ({lines_in_words(some.index)}) đủ {len(titles)} ô như dòng "
            f"tiêu đề ({titles_in_words(titles.values())})",
            "hãy kiểm tra đây có phải là bảng không, hoặc ghi đủ ô ở mỗi dòng",
        )
