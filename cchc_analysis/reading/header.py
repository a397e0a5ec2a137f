"""The titles of a table: over its columns and over the whole, with the year and block they name."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import takewhile
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.reading import vocabulary as words
from cchc_analysis.reading.cells import (
    Where,
    count_filled,
    each,
    missing,
    numbered_names,
    numbers_in,
)
from cchc_analysis.refusal import Option
from cchc_analysis.text import SHOWN, clean, fold, quoted, same, title_key

_ROLES = {name: role for role, names in words.HEADERS.items() for name in names}
_ACCENTED = {fold(word): word for word in words.ACCENTED}
_FOOTNOTE = re.compile(r"\s*[\[(](?:\d|\*+)[\])]$")
PAIR = re.compile(r"(?:thứ |hạng )?0*([0-9]{1,4}) ?\(([0-9]+(?:[.,][0-9]+)?)[ %]*\)")
_SHARE = re.compile(r"([0-9]+(?:[.,][0-9]+)?|[-–]?) ?/ ?([0-9]+(?:[.,][0-9]+)?)(?: ?điểm)?")
_PAIRS = {PAIR: ("published_rank", "score"), _SHARE: ("score", "max_score")}
_SIGN = "(?:[+−–=↑↓▲▼±-]|tăng|giảm)"
CHANGE = rf" ?(?:\({_SIGN}? ?[0-9.,]*(?: ?(?:bậc|điểm|%))?\)|[↑↓▲▼] ?[0-9.,]*)"
_AT_END = re.compile(f"{CHANGE}$")
_SIGNED = re.compile(rf"[0-9.,]+%? ?(?:\({_SIGN}|[↑↓▲▼])")
YEAR = "(?:19|20)[0-9]{2}"
PLAIN_NUMBER = re.compile(rf"(?!{YEAR}$)\(?[+-]?[0-9]+(?:[.,][0-9]+)?\)? ?(?:%|điểm|đ)?")  # no year
_TWO_NAMES = re.compile("[/()]| [-–] ")
LONGEST_TITLE = 200
MOST_OF_WORDS = 2000  # rows of several texts without a number, in one grid
CHOOSE_TABLE = "hãy chọn một bảng, ví dụ bảng thứ nhất ({option})"
FIRST_TABLE = Option("table", 1)
LIKE = "score-like"
Wanted = Mapping[str, str | int]  # which column the caller says has which role
_MARK = re.compile(
    r"(?:\b(?:[IVXLC]+|[A-ZĐ]|[0-9]+(?:\.[0-9]+)*)[.)/]|(?:Bảng|Biểu) [0-9]+[.:]?|[-–+*•#]+)\s+"
    r"|^[0-9IVXLC]+[.)](?=[^\W\d_])"  # "1.Nhóm sở"
)
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_SPAN = rf"{YEAR}\s*(?:[-–—/,;&]|đến|và|tới)\s*(?:năm\s+)?{YEAR}|{YEAR}[-–/][0-9]{{2}}\b"
_YEAR_OF = re.compile(rf"[\s([\-–—:/]*(?:\bnăm\s+)?\b{YEAR}\b[)\]]?", re.IGNORECASE)
# "quý III/2023", "tháng 6 năm 2023", but no date
_PART = re.compile(
    rf"(?i)(?<![0-9] )(?<!ngày )\b(?:quý|tháng) (?:[0-9]{{1,2}}|[ivx]+)\W+(?:năm )?({YEAR})\b"
)


@dataclass(frozen=True)
class Header:
    """The titles of a table; those of several rows are joined, and `short` is the lowest one."""

    titles: Mapping[object, str]  # by column; where the row has no cell, there is none
    short: Mapping[object, str]
    parts: Mapping[object, object] = field(default_factory=dict)  # which column each was cut from
    paths: Mapping[object, tuple[str, ...]] = field(default_factory=dict)  # of titles in rows

    def number_of(self, column: object) -> int:
        """Return the number from 1 of a column of the source."""
        return self.sources.index(self.parts.get(column, column)) + 1

    def upper(self, column: object) -> str:
        """Return the title that stands over that of a column and others."""
        return self.titles[column].removesuffix(self.short[column]).strip()

    def path(self, column: object) -> tuple[str, ...]:
        """Return the titles that stand over a column, from the highest down."""
        two = (self.upper(column), self.short[column])
        return self.paths.get(column) or tuple(filter(None, two))

    @property
    def sources(self) -> list[object]:
        """Return the columns of the source, in order."""
        return list(dict.fromkeys(self.parts.get(column, column) for column in self.titles))

    @cached_property
    def roles(self) -> dict[object, str | None]:
        """Return for each titled column its role, or that it may hold scores."""
        found = {}
        for column, title in self.titles.items():
            joined, short = role_or_like(title), role_or_like(self.short[column])
            found[column] = short or joined if joined in (None, LIKE) else joined
        return found

    @cached_property
    def likely(self) -> dict[object, str]:
        """Return the roles that patterns give the columns without a known title."""
        found = {}
        for column, role in self.roles.items():
            for title in (self.titles[column], self.short[column]) if role in (None, LIKE) else ():
                for other, pattern in words.LIKE_HEADERS.items():
                    if other != "score" and pattern.fullmatch(_key(title)):
                        found.setdefault(column, other)
        return found


class Table(NamedTuple):
    """One table with a header."""

    place: str
    heading: str  # the line above the header, else the title of its sheet or page
    title: str  # of its sheet or page
    header: Header
    body: pd.DataFrame
    notes: tuple[str, ...] = ()
    merged: Set[tuple[int, object]] = frozenset()  # as in its grid
    grid: int = 0  # of which grid of the source
    above: tuple[int, ...] = ()  # the lines of its header
    over: tuple[int, ...] = ()  # those of one text each that stand over it
    lines: tuple[str, ...] = ()  # right above it, nearest first
    general: tuple[str, ...] = ()  # above all tables here
    is_sheet: bool = False  # as in its grid
    longer: Set[tuple[int, object]] = frozenset()

    @property
    def first(self) -> int:
        """Return the line where it begins."""
        return (*self.above, *self.body.index[:1])[0]


def role_of(title: str) -> str | None:
    """Return what a column of this name holds, None if the name is not known.

    A name may stand in two languages: "Tỉnh/Province", "Đơn vị (Unit)".
    """
    if (role := _ROLES.get(_key(title))) or not _TWO_NAMES.search(title):
        return role
    names = [name for name in _TWO_NAMES.split(title) if name.strip()]
    roles = {_ROLES.get(fold(name)) for name in names} if len(names) == 2 else set()
    return roles.pop() if len(roles) == 1 else None


def split_maximum(title: str) -> tuple[str, float | None]:
    """Return a title without the maximum that it states, and that maximum: "Thể chế (10 điểm)"."""
    found = words.SCALE.search(title)
    if found is None:
        return title, None
    number = next(filter(None, found.groups()))
    return title[: found.start()].strip(), float(number.replace(",", "."))


@lru_cache(maxsize=10_000)
def key_of(title: str) -> str:
    """Return the key of a title, in which no other word is taken for one of a change."""

    def own(word: re.Match) -> str:
        text, key = same(word[0]), fold(word[0])
        return text if text in (key, _ACCENTED.get(key, text)) else f"{key}x"

    if _ACCENTED.keys().isdisjoint(plain := fold(title).split()):
        return " ".join(plain)
    return fold(re.sub(r"\w+", own, clean(title)))


@lru_cache(maxsize=10_000)
def _key(title: str) -> str:
    bare = _FOOTNOTE.sub("", title)
    return key_of(split_maximum(bare)[0] or bare) if len(title) < LONGEST_TITLE else ""


@lru_cache(maxsize=10_000)
def role_or_like(title: str) -> str | None:
    """Return the role of a title, or that it may hold scores."""
    key = _key(title)
    is_like = words.LIKE_HEADERS["score"].fullmatch(key) and not words.NOT_A_SCORE.match(key)
    return role_of(title) or (LIKE if is_like else None)


def may_be_titles(cells: pd.DataFrame, wanted: Wanted = MappingProxyType({})) -> np.ndarray:
    """Return for each row whether it has several cells and none is a number.

    Or whether it has every title that the caller wants, whatever else it has.
    """
    may_be = np.ones(len(cells), "bool")
    for column in cells:
        may_be &= ~each(cells[column], PLAIN_NUMBER.fullmatch).to_numpy()
    may_be[may_be] = count_filled(cells[may_be]) > 1
    titles = [title_key(title) for title in wanted.values() if isinstance(title, str)]
    if not titles:
        return may_be
    keys = pd.DataFrame({column: each(cells[column], title_key, "str") for column in cells})
    has_every = [(keys == title).any(axis=1) for title in titles]
    return may_be | np.logical_and.reduce(has_every)


def header_of(columns: Iterable[object], row: Iterable[object]) -> Header:
    """Return the titles in a row."""
    titles = cells_of(columns, row)
    return Header(titles, titles)


def cells_of(columns: Iterable[object], row: Iterable[object]) -> dict[object, str]:
    """Return the cells that a row has, by column."""
    return {c: cell for c, cell in zip(columns, row, strict=True) if isinstance(cell, str)}


def with_row_below(upper: Header, columns: Iterable[object], lower: Mapping[object, str]) -> Header:
    """Return titles with those of the row below; an upper one stands over the columns it spans."""
    titles, short, paths, over = {}, {}, {}, ()
    for column in columns:
        up, last, low = (row.get(column, "") for row in (upper.titles, upper.short, lower))
        low = "" if low in (up, last) else low
        over = upper.path(column) if up else over
        paths[column] = (*over, *filter(None, [low])) if up or low else ()
        titles[column], short[column] = " ".join(paths[column]), low or last
    return Header(titles, short, paths=paths)


def goes_on(header: Header, lower: Mapping[object, str]) -> bool:
    """Return whether a row below goes on with the titles: nothing new under the unit."""
    own = [column for column, role in header.roles.items() if role in ("number", "unit")]
    if not own:
        return False
    new = {c for c, cell in lower.items() if cell not in ("", header.short.get(c, ""))}
    is_text = not any(PLAIN_NUMBER.fullmatch(cell) for cell in lower.values())
    # One text under the first title heads the rows below it: "Nhóm rất tốt" under "Xếp hạng".
    first = next((c for c in header.titles if header.roles[c] != "number"), None)
    heads = new == {first} and header.titles[first] and not lower[first][0].islower()
    return bool(new) and new.isdisjoint(own) and is_text and not heads


def is_header(header: Header, wanted: Wanted = MappingProxyType({})) -> bool:
    """Return whether these titles name a unit and a score, or those that the caller wants."""
    known = {"score" if role == LIKE else role for role in header.roles.values()}
    return {"unit", "score"} - set(wanted) <= known and has_wanted(header, wanted)


def has_wanted(header: Header, wanted: Wanted) -> bool:
    """Return whether each column that the caller wants is there; a dash is no title of one."""
    found = [named(header, title) for title in wanted.values()]
    nothing = words.MISSING - {""}
    return all(found) and not any(same(header.titles[c]) in nothing for own in found for c in own)


def is_near_header(header: Header) -> bool:
    """Return whether these titles could be of a ranking whose unit or score is called otherwise."""
    known = {*header.roles.values()}
    is_ranked = {"unit", "published_rank"} <= known | {*header.likely.values()}
    return bool(is_ranked or {"unit", "score", LIKE} & known) and not is_distribution(header)


def is_distribution(header: Header) -> bool:
    """Return whether these titles are of a count by grade and not of a ranking."""
    keys = {fold(title) for title in header.titles.values()}
    return bool(keys & words.COUNTS) and "unit" not in header.roles.values()


def named(header: Header, wanted: str | int, role: str | None = None) -> list:
    """Return the columns that the caller may mean, by title or by number from 1.

    Of a column that was cut into rank and score it is the part with this role.
    """
    titles, sources = header.titles, header.sources
    own = {column: header.parts.get(column, column) for column in titles}
    if isinstance(wanted, int):
        chosen = sources[wanted - 1 : wanted] if wanted > 0 and wanted is not True else []
        found = [column for column, source in own.items() if source in chosen]
    else:
        key, whole = title_key(wanted), {c: _whole_title(header, c) for c in titles}
        for texts in (titles, header.short, whole):
            if found := [column for column in titles if title_key(texts[column]) == key]:
                break
    parts = [column for column in found if column in header.parts]
    return [column for column in parts if header.short[column] == role] or found


def _whole_title(header: Header, column: object) -> str:
    """Return the title that a column has in the source."""
    title, short = header.titles[column], header.short[column]
    return title.removesuffix(f" – {SHOWN.get(short)}") if column in header.parts else title


def falls(scores: pd.Series, ranks: pd.Series) -> bool:
    """Return whether scores fall as ranks rise, and do so at all."""
    both = pd.DataFrame({"rank": ranks, "score": scores}).dropna()
    both = both.sort_values(["rank", "score"], ascending=[True, False])
    return bool(both["score"].is_monotonic_decreasing and both["score"].nunique() > 1)


def without_changes(table: Table) -> Table:
    """Return a table without what stands behind its numbers and tells a change: "0,871 (+11)"."""
    for column, title in table.header.titles.items():
        if (signed := each(table.body[column], _SIGNED.match)).any():
            cells = table.body[column].astype("str").fillna("")
            bare = each(cells, lambda text: _AT_END.sub("", text), "str")
            if numbers_in(bare[signed]).notna().all():
                cell = quoted(cells[signed].iloc[0])
                note = f"phần thay đổi sau số ở cột {quoted(title)} (ví dụ {cell})"
                table = table._replace(body=table.body.copy(), notes=(*table.notes, note))
                table.body[column] = bare
    return table


def split_pairs(table: Table, *, of_fields: bool = False) -> Table:
    """Make two columns of each whose cells hold two numbers: "01 (0,727)", "90,5/100".

    Scores are known by their title; of fields several columns may hold shares.
    """
    shared = [c for c, cells in table.body.items() if each(cells, _SHARE.fullmatch).any()]
    for column in table.header.titles:
        table = _split_pairs(table, column, is_field=of_fields and len(shared) > 1)
    return table


def _split_pairs(table: Table, column: object, *, is_field: bool) -> Table:
    """Make two columns of one if each of its cells that is not missing holds a pair."""
    header, body = table.header, table.body
    for pattern, roles in _PAIRS.items():
        if not each(body[column], pattern.fullmatch).any():
            continue
        cells = body[column].astype("str").fillna("")
        pairs = cells.str.extract(f"^{pattern.pattern}$")
        first, second = numbers_in(pairs[0]), numbers_in(pairs[1])
        if not (second.notna() | missing(cells)).all():
            continue
        others = {role for other, role in header.roles.items() if other != column}
        is_score = pattern is _SHARE and _names_score(header.titles[column], others)
        if pattern is PAIR:
            fits = _are_ranks(cells, first, second)
        else:
            is_field &= header.roles[column] in (None, LIKE)
            fits = is_field or (is_score and (first <= second)[first.notna()].all())
        if not fits:
            continue
        if pattern is _SHARE and second.nunique() == 1:  # that of a unit without a score, too
            pairs.loc[cells != "", 1] = pairs[1].dropna().iloc[0]
        titles, short, source = {}, {}, dict(header.parts)
        for other, title in header.titles.items():
            for group, role in enumerate(roles if other == column else ()):
                part = f"{column} {role}"
                body = body.assign(**{part: pairs[group].fillna("")})
                is_named = pattern is _SHARE and role == "score"
                titles[part] = title if is_named else f"{title} – {SHOWN[role]}"
                short[part] = "" if role == "max_score" and role in others else role
                if pattern is _SHARE and not is_score:
                    short[part] = header.short[other] if is_named else titles[part]
                source[part] = column
            if other != column:
                titles[other], short[other] = title, header.short[other]
        return table._replace(header=Header(titles, short, source), body=body.drop(columns=column))
    return table


def _are_ranks(cells: pd.Series, ranks: pd.Series, scores: pd.Series) -> bool:
    """Return whether pairs are ranks and scores: "01", or scores fall and could be no ranks."""
    is_marked = cells[ranks.notna()].str.match("0|thứ|hạng") | (ranks >= 10)
    no_ranks = scores.max() > len(ranks) or (scores % 1 > 0).any()
    return bool((is_marked.all() and ranks.min() < 10) or (falls(scores, ranks) and no_ranks))


def _names_score(title: str, others: Set[str | None]) -> bool:
    """Return whether a title of shares is of scores, beside columns of other roles."""
    roles = {*map(role_or_like, [title, *_TWO_NAMES.split(title)])}
    return "score" in roles or (LIKE in roles and "score" not in others)


class Said(NamedTuple):
    """What titles say of the year of a table: the year, or why it is not taken; and which title."""

    year: str = ""
    line: str = ""
    doubt: str = ""
    is_vague: bool = False  # it may be of something else, and the title of the scores knows better


def is_heading(line: str) -> bool:
    """Return whether a line can name what stands below: not a unit of measure, nor a remark."""
    return line[:1] not in ("", "(") and not words.MEASURE.match(fold(line))


def is_block(heading: str) -> bool:
    """Return whether a heading calls itself a block: "Khối sở", "Cụm 1"."""
    return len(heading) <= LONGEST_TITLE and bool(words.BLOCK.match(fold(bare(heading))))


def names_units(heading: str) -> bool:
    """Return whether a heading names the units below it: a block, or "Các sở", "UBND cấp xã"."""
    return is_block(heading) or bool(words.OF_UNITS.match(fold(bare(heading))))


def heads_part(line: str) -> bool:
    """Return whether a line calls itself a block or has a number or mark: "II. Các huyện"."""
    return is_block(line) or bool(_MARK.match(line))


def bare(heading: str) -> str:
    """Return a heading without its number and its year: "II. Khối huyện năm 2020:"."""
    text = re.sub(rf"\s*\([^)]*{YEAR}[^)]*\)", "", _MARK.sub("", heading, count=1))
    text = re.sub(rf"(?i)\s*(?:năm\s+)?\b{YEAR}\b", "", text)
    return text.strip(" .:,;–-*#")


def year_in(line: str) -> Said:
    """Return the year that a line says its scores are of.

    Dates, the numbers of decisions and years of publication name another; two years, a span of
    them or a part of a year is a doubt, and none is taken.
    """
    if len(line) > LONGEST_TITLE:
        return Said()
    text = re.sub(rf"\((?:năm\s+)?({YEAR})\)", r" năm \1 ", line, flags=re.IGNORECASE)
    part = _PART.search(text)
    text = words.OTHER_YEARS.sub(" ", text)
    span = re.search(_SPAN, text, re.IGNORECASE)
    years = re.findall(rf"(?<![\w/:.,-]){YEAR}(?![\w/])|(?<=năm){YEAR}\b", text, re.IGNORECASE)
    years = list(dict.fromkeys(years))
    if span or len(years) > 1:
        return Said("", line, "ghi nhiều năm")
    if years and words.PART_OF_YEAR.search(fold(text)):
        return Said("", line, f"là của một phần năm {years[0]}")
    if part and not years:
        return Said("", line, f"là của một phần năm {part[1]}")
    return Said(years[0], line) if years else Said()


def without_year(title: str) -> str:
    """Return a title or a name without the year that it says: "Sở A năm 2022"."""
    return clean(_YEAR_OF.sub(" ", title)).strip(" -–—:,;/")


def _of_lines(lines: Sequence[str]) -> Said:
    """Return the one year that some titles say."""
    found = [said for line in lines if (said := year_in(line)) != Said()]
    sure = {said.year: said for said in found if not said.doubt}
    if len(sure) > 1:
        one, other = list(sure.values())[:2]
        return Said("", one.line, f"ghi năm {one.year} còn {quoted(other.line, 40)} khác năm")
    return next((said for said in found if said.doubt), None) or next(iter(sure.values()), Said())


def _is_title(line: str, above: str = "") -> bool:
    """Return whether a line, or the one above it, speaks of results and is no sentence."""
    key = fold(line)
    is_short = len(line) <= LONGEST_TITLE and not words.PROSE.match(key)
    return is_short and bool(words.RESULTS.search(key) or (above and _is_title(above)))


def belongs_to_title(line: str, above: str = "") -> bool:
    """Return whether a line over a table is of its title or letterhead, and no sentence."""
    if not any(map(str.isalpha, line)):  # "- 2 -" is the number of a page
        return bool(re.fullmatch(YEAR, line))
    is_sentence = len(line) > LONGEST_TITLE or line[-1:] in ".:;,"
    is_capital = not any(map(str.islower, line)) or line.startswith("(")
    is_title = is_capital or bool(words.TITLES.match(fold(line))) or _is_title(line, above)
    return heads_part(line) or (is_title and not is_sentence)


def _titles(lines: Sequence[str]) -> list[str]:
    above = [*lines[1:], ""]
    return [line for line, over in zip(lines, above, strict=False) if _is_title(line, over)]


def years_said(tables: Sequence[Table]) -> list[Said]:
    """Return for each table the year that stands over it."""
    return [_year_of(one, is_alone=_is_alone(one, tables)) for one in tables]


def _is_alone(table: Table, tables: Sequence[Table]) -> bool:
    """Return whether a table is the only one of its sheet or page."""
    return sum(table.grid == other.grid for other in tables) == 1


def _year_of(table: Table, *, is_alone: bool) -> Said:
    """Return the year that stands over a table: in its own lines, else in those over all.

    The name of a sheet that holds no other table must not contradict them.
    """
    titles = _titles(table.lines)
    own = [line for line in table.lines if line in titles or is_block(line)]
    if not is_alone and table.heading not in own:
        own.append(table.heading)
    sheet = [table.title] if table.is_sheet and is_alone else []
    found = _of_lines([*own, *sheet])
    found = found if found != Said() else _of_lines(_titles([table.title, *table.general]))
    return found if found != Said() else _unsure([*table.lines, table.title, *table.general])


def _unsure(lines: Sequence[str]) -> Said:
    """Return the first line that has a year and does not say that it is of the scores."""
    for line in lines:
        if not words.PROSE.match(fold(line)) and len(line) <= LONGEST_TITLE:
            years = re.findall(rf"(?<![0-9:]){YEAR}(?![0-9])", words.NO_YEARS.sub(" ", line))
            doubt = f"có số {years[0]} mà không ghi là năm của kết quả" if years else ""
            doubt = "ghi nhiều năm" if len(years) > 1 else doubt
            if sure := year_in(line).doubt:
                return Said("", line, sure)
            if doubt:
                return Said("", line, doubt, is_vague=True)
    return Said()


def names_of(where: Where, tables: Sequence[Table], years: Sequence[str]) -> list[dict[str, str]]:
    """Return the year, the block or both that tell several tables apart."""
    names = [
        one.heading
        if is_block(one.heading)
        else one.title * (one.is_sheet and _is_alone(one, tables))
        for one in tables
    ]
    has_own = [bare(name) and not words.NUMBERED_SHEET.fullmatch(fold(name)) for name in names]
    headings = [one.heading for one in tables]
    if not all(has_own) or _same(names, years):
        names = headings
        if _same(names, years) and len({one.title for one in tables}) == len(tables):
            names = [one.title for one in tables]  # sheets under the same lines
    return under_headings(where, names, years)


def _same(names: Sequence[str], years: Sequence[str]) -> bool:
    """Return whether some of these names, with their years, are of several tables."""
    return len({*zip(map(bare, names), years, strict=True)}) < len(names)


def under_headings(
    where: Where, headings: Sequence[str], years: Sequence[str] = (), *, in_rows: bool = False
) -> list[dict[str, str]]:
    """Return the year, the block or both that headings name; they must tell the tables apart.

    Grades are no blocks: units below them are of one ranking; nor are units without a rank.
    """
    bare_texts = (_IN_BRACKETS.sub("", same(heading)) for heading in headings)
    if any(unranked := [bool(words.UNRANKED.search(text)) for text in bare_texts]):
        name = headings[unranked.index(True)]
        raise where.refuse(
            f"{quoted(name)} không phải tên khối",
            "hãy xóa các đơn vị ấy, hoặc xóa các dòng tiêu đề, đánh lại số thứ tự rồi ghi xếp hạng "
            "của mọi đơn vị ('Không xếp hạng' cho các đơn vị ấy)", value=name,
        )  # fmt: skip
    if all(words.GRADE_HEADING.search(same(heading)) for heading in headings):
        raise where.refuse(
            f"{quoted(headings[0])} là xếp loại của các đơn vị phía dưới, không phải khối",
            "hãy ghép thành một bảng không có các dòng này, thêm cột Xếp loại", value=headings[0],
        )  # fmt: skip
    years = years or [year_in(heading).year for heading in headings]
    blocks = _without_shared([bare(heading) for heading in headings])
    named: dict[str, Sequence[str]] = {}
    if all(years) and len(set(years)) > 1:
        named["year"] = years
    if all(blocks) and (len(set(blocks)) > 1 or not named):
        named["block"] = blocks
    rows = [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
    if len({tuple(row.values()) for row in rows}) < len(headings):
        remedy = "hãy thêm cột Khối hoặc Năm cho mọi đơn vị thay cho các dòng tiêu đề"
        if not in_rows:
            remedy = "hãy ghi khối hoặc năm ở dòng trên mỗi bảng, hoặc "
            remedy += CHOOSE_TABLE.removeprefix("hãy ")
        raise where.refuse(
            f"có {len(headings)} bảng nhưng tiêu đề không cho biết bảng nào là khối nào, năm nào "
            f"({numbered_names(headings)})",
            remedy, option=None if in_rows else FIRST_TABLE,
        )  # fmt: skip
    return rows


def _without_shared(names: Sequence[str]) -> list[str]:
    """Return names without what all of them begin and end with, if that speaks of results.

    "KẾT QUẢ XẾP HẠNG CÁC SỞ CỦA TỈNH" beside "KẾT QUẢ XẾP HẠNG CÁC HUYỆN CỦA TỈNH" leaves "CÁC SỞ"
    and "CÁC HUYỆN".
    """
    rows = [name.split() for name in names]
    distinct = {name.casefold(): [fold(word) for word in name.split()] for name in names}.values()
    if len(distinct) < 2:
        return list(names)
    first = _shared(distinct)
    while first and next(iter(distinct))[first - 1] in words.GROUP_WORDS:
        first -= 1
    before = " ".join(next(iter(distinct))[:first])
    if not words.RESULTS.search(before):
        return list(names)
    last = _shared([row[first:][::-1] for row in distinct])
    ending = next(iter(distinct))[-last:] if last else []
    last = next((last - at for at, word in enumerate(ending) if words.PLACES.match(word)), 0)
    cut = [" ".join(row[first : len(row) - last]).strip(" .:,;–-") for row in rows]
    cut = [re.sub(r"(?i)^(?:của|đối với|tại)\s+", "", name) for name in cut]
    return cut if all(cut) else list(names)


def _shared(rows: Sequence[Sequence[str]]) -> int:
    """Return with how many words all rows begin alike."""
    return len([*takewhile(lambda row: len(set(row)) == 1, zip(*rows, strict=False))])


def told_year(said: Said) -> tuple[str, Option] | None:
    """Return the clause on the year that titles say, or on why none is taken."""
    title = quoted(said.line, 120)
    if said.year:
        return f"lấy năm {said.year} từ tiêu đề {title}; dùng {{option}} nếu khác", Option("year")
    if said.doubt:
        doubt = f"tiêu đề {title} {said.doubt} nên không lấy năm; dùng {{option}} nếu cần"
        return doubt, Option("year")
    return None
