"""What the columns of a table with fields hold, weighed from their titles and their cells.

Either each row is a unit and the titles name fields, or each row is a field or a criterion and the
titles name nothing, or units side by side. A column may be of one stage of the scoring: the unit's
own ("Tự chấm"), the appraised one, the survey's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pandas as pd

from cchc_analysis.reading import vocabulary as words
from cchc_analysis.reading.cells import (
    Where,
    adds_up,
    are_numbers,
    column_numbers,
    in_percent,
    missing,
    numbers_in,
    place,
    row_in_words,
    titles_in_words,
    untitled,
)
from cchc_analysis.reading.columns import columns_named
from cchc_analysis.reading.criteria import (
    Criterion,
    check_sums,
    have_levels,
    is_sum,
    sums_among,
    told_sums,
    tree_of_titles,
)
from cchc_analysis.reading.header import (
    LIKE,
    Header,
    Table,
    key_of,
    named,
    role_of,
    split_maximum,
    without_year,
    year_in,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import first_few, fold, quoted, same

OTHER_STAGES = ("self_score", "survey_score")  # beside the score, where there are such
KEYS = ("unit", "year", "block")
_PLACES = ("published_rank", "published_grade")
_NO_FIELD = (*_PLACES, "bonus", "number", "max_score")  # if only a pattern says so
_UNUSED = "unused"
_SAID = {"self_score": "tự chấm", "score": "thẩm định", "survey_score": "điều tra XHH"}
_WORDED = {
    stage: rf"(?:kết quả |số )?(?:điểm )?(?:do |qua |sau |được )?(?:{said})"
    r"(?:,? (?:chấm|đánh giá))?(?: điểm)?(?: (?:của|theo) .*)?"
    for stage, said in words.STAGES.items()
}
_LOOSE = {stage: f"(?:{said}|{words.SHORT_STAGES[stage]})" for stage, said in _WORDED.items()}
_STATED = r"\(.+\)|.+ ?(?:điểm|đ)"  # a maximum, in a row
_IN_BRACKETS = re.compile(r"(.+?)\s*\(([0-9]+(?:[.,][0-9]+)?)\)")
_MARK, _SPACE = r"\s*[-–—:(/]\s*", r"\s+"
_APART = ", không cộng vào điểm"
_LAST = 5  # rows where a total may be told again


@dataclass(eq=False)
class Column:
    """What the titles over a column say, and what it holds."""

    at: object  # its column in the table
    cells: pd.Series = field(repr=False)  # blank where a row has none
    text: str  # of the titles without the maximum
    path: tuple[str, ...]  # the names in its titles, from the highest down: its field, or unit
    stage: str | None  # none if it is the score
    maxima: list[float]  # that titles and rows state
    limits: dict[str, float]  # and those of the names above the last
    most: pd.Series | None = field(
        default=None, repr=False
    )  # the maximum in each row, if they differ
    kind: str | None = None  # its role, or "name", "total", "stage", "measure", "maximum", "unused"

    @property
    def name(self) -> str:
        """Return the lowest name, without the stage."""
        return self.path[-1] if self.path else ""

    @property
    def called(self) -> str:
        """Return how a message calls the column."""
        return f"cột {quoted(self.text)}" if self.text else untitled(self.at)

    @property
    def numbers(self) -> pd.Series:
        """Return the cells that are numbers."""
        return numbers_in(self.cells)

    @property
    def are_words(self) -> bool:
        """Return whether more cells are words than numbers."""
        numbers = are_numbers(self.cells)
        return (~numbers & ~missing(self.cells)).sum() > numbers.sum()

    @property
    def is_percent(self) -> bool:
        """Return whether it holds percentages."""
        return in_percent(self.text, self.cells)


class Layout(NamedTuple):
    """What the columns of a table with fields hold."""

    columns: list[Column]
    names: list[Column]  # of fields, criteria and subcriteria; without these, titles name fields
    scores: dict[tuple[str, ...], dict[str, Column]]  # by the names of fields or units, and stage
    is_percent: bool  # whether the scores are only told in percent of the maximum
    wanted: dict[str, object]  # what the caller says
    left_out: dict[tuple[int, ...], str]  # rows that number the columns or tell shares
    told: list[str]
    body: pd.DataFrame  # without these rows, and those that state maxima
    year: str = ""  # that the titles of its scores say
    tree: Criterion = Criterion("")  # of the titles, where these name fields

    @property
    def taken(self) -> list[Column]:
        """Return the columns that give the scores, each once."""
        every = (one for stages in self.scores.values() for one in stages.values())
        return [*dict.fromkeys(every)]

    @property
    def others(self) -> list[Column]:
        """Return the columns that tell the rows apart, and those that nobody knows."""
        return self.of(*KEYS, "max_score" if self.names else "number", None)

    @property
    def unused(self) -> list[str]:
        """Return in words the columns that are not used."""
        return [one.called for one in self.of(_UNUSED)]

    def of(self, *kinds: str | None) -> list[Column]:
        """Return the columns of some kinds."""
        return [one for one in self.columns if one.kind in kinds]

    def first(self, kind: str) -> Column | None:
        """Return the first column of a kind, if there is any."""
        return next(iter(self.of(kind)), None)

    @property
    def is_of_one_unit(self) -> bool:
        """Return whether neither a column nor titles side by side name the units."""
        return not self.of("unit") and (not self.names or {*self.scores} <= {()})


def stage_of(title: str) -> str | None:
    """Return the column that a title which names only a stage stands for: "Điểm tự chấm"."""
    name, stage = _split_stage(title)
    return None if name else stage


def _split_stage(
    title: str, between: str = _MARK, worded: Mapping[str, str] = _WORDED
) -> tuple[str, str | None]:
    """Return a title without the stage that it is, ends or begins with: "Thể chế - Tự chấm"."""
    for stage, said in worded.items():
        only = rf"[ ().:]*(){said}[ ().:]*"
        for pattern in (only, rf"(.+?){between}{said}\s*\)?", rf"{said}{between}(.+?)\)?"):
            if found := re.fullmatch(rf"(?i){pattern}", title):
                return found[1], stage
    return title, None


def level_of(title: str) -> int | None:
    """Return the level of the names under a title, -1 where they are of all levels."""
    key = fold(split_maximum(title)[0])
    fits = [at for at, pattern in enumerate(words.LEVELS_OF_FIELDS) if pattern.fullmatch(key)]
    return fits[0] if fits else -1 if words.LIKE_HEADERS["field"].fullmatch(key) else None


def _column_of(header: Header, column: object, cells: pd.Series, year: str = "") -> Column:
    """Return what the titles over a column say, from the highest down: names, a stage, maxima."""
    titles = [part for title in header.path(column) for part in _parted(title)]
    if year:
        titles = [*filter(None, map(without_year, titles))] or ["Điểm"]
    names: list[tuple[str, float | None]] = []
    said: list[tuple[str, str | None]] = []  # the text of each title that says something
    for title in titles:
        text, maximum = split_maximum(title)
        name, stage = _split_stage(text)
        name, inner = split_maximum(name)
        maximum = maximum or inner
        if fold(name) not in words.NAMELESS:  # of several names the text has the last
            names.append((name, maximum))
            said = [one for one in said if one[1]]
        elif names and maximum:  # "Thể chế" over "Tự chấm (10 điểm)"
            names[-1] = names[-1][0], maximum
        if stage or fold(name) not in words.NAMELESS or (not said and title == titles[-1]):
            said.append((text, stage))
    stage = next((stage for _, stage in said[::-1] if stage), None)
    if not names and not stage:
        names = [(text, maximum)] if titles else []
    *above, last = names or [("", None)]
    return Column(
        column, cells, " ".join(text for text, _ in said), tuple(name for name, _ in names), stage,
        [*filter(None, last[1:])], {name: limit for name, limit in above if limit},
    )  # fmt: skip


def _parted(title: str) -> list[str]:
    """Return a title as two, a name over a word for points: "Thể chế - Điểm tối đa"."""
    for mark in re.finditer(_MARK, title):
        two = title[: mark.start()], title[mark.end() :].rstrip(") ")
        for name, word in (two, two[::-1]):
            is_of_points = fold(word) in words.NAMELESS or role_of(word) == "max_score"
            if fold(name) and fold(word) and is_of_points:
                return [name, word]
    return [title]


def _split_loosely(columns: list[Column], *, has_maxima: bool) -> list[Column]:
    """Return columns with their name and stage, also without a mark between: "Thể chế tự chấm".

    The words may be a name ("Công tác khảo sát"): they are a stage if it is the unit's own, or
    where the name is there at several, or each of several columns has one. Letters ("TĐ", "TC")
    are one beside another stage, unless they may be the maximum; what adds these up is a total.
    """
    read: dict[Column, tuple[tuple[str, ...], str | None, float | None]] = {}
    for one in columns:
        name, stage = _split_stage(one.name, rf"(?:{_MARK}|{_SPACE})", _LOOSE)
        name, inner = split_maximum(name)
        path = one.path if one.stage else (*one.path[:-1], *filter(None, [name]))
        read[one] = path, one.stage or stage, inner
    keys = {one: tuple(map(same, path)) for one, (path, *_) in read.items()}
    short = {one for one, (_, stage, _) in read.items() if stage and not one.stage
             and re.search(words.SHORT_STAGES[stage], one.name, re.IGNORECASE)}  # fmt: skip
    every = len(read) > 1 and not short and all(stage for _, stage, _ in read.values())
    for one, (path, stage, inner) in read.items():
        beside = [other for other in read if other is not one and keys[other] == keys[one]]
        others = [other for other in beside if read[other][1] not in (None, stage)]
        is_sure = beside or every or stage == "self_score"
        if one in short:
            is_below = any((one.numbers < other.numbers).any() for other in others)
            is_sure = others and (has_maxima or is_below or stage != "score")
        if one in short and len(others) > 1 and _fits(one, others).all():
            one.path, one.kind = (*path, one.text), "total"
        elif stage and not one.stage and is_sure:
            one.path, one.stage = path, stage
            one.maxima = [*one.maxima, *filter(None, [inner])]
    return columns


def layouts_of(where: Where, table: Table, wanted: Mapping[str, str | int]) -> list[Layout]:
    """Return what each column of a table with fields holds; of each year its own."""
    header, score = table.header, wanted.get("score")
    # "Tự chấm" is no column, but a stage of each field
    chosen = stage_of(score) if isinstance(score, str) and not named(header, score) else None
    of_columns = {role: title for role, title in wanted.items() if role != "score" or not chosen}
    given = columns_named(where, header, of_columns)
    years = {column: year_in(title).year for column, title in header.titles.items()}
    known = sorted({*years.values()} - {""})
    if known and not any(years[column] for column in given.values()):
        every = [
            _layout(where, table, given, chosen, [c for c in years if years[c] in ("", year)], year)
            for year in known
        ]
        every = [one for one in every if one.scores]
        taken = [column.at for one in every for column in one.taken]
        shared = [header.titles[column] for column in taken if not years[column]]
        if taken and not shared:
            own = [one.year for one in every]
            told = f"lấy năm {', '.join(own)} từ tiêu đề các cột điểm"
            left = [replace(_column_of(header, column, table.body[column]), kind=_UNUSED)
                    for column, year in years.items() if year not in ("", *own)]  # fmt: skip
            return [
                one._replace(columns=[*one.columns, *left], told=[*one.told, told]) for one in every
            ]
        if len(known) > 1 and len(shared) < len(taken):
            raise where.refuse(
                f"cột {quoted(shared[0])} không ghi năm còn cột điểm khác ghi năm "
                f"{', '.join(known)}",
                "hãy ghi năm vào tiêu đề của mọi cột điểm, hoặc xóa cột của năm khác",
            )
    one = _layout(where, table, given, chosen, [*years])
    return [one] if one.scores or one.names else []


def _layout(
    where: Where, table: Table, given: dict[str, object], chosen: str | None,
    of: list, year: str = "",
) -> Layout:  # fmt: skip
    """Return what each of some columns of a table holds, of which the caller has told some."""
    body, told = table.body, []
    lines = column_numbers(body) + _told_below(body)
    left_out = {(line,): row_in_words(line, body.loc[line].fillna("")) for line in lines}
    body = body.drop(index=lines)[of]
    columns = [_column_of(table.header, column, body[column].fillna(""), year) for column in of]
    _weigh(columns, given)
    names = _by_level(where, [one for one in columns if one.kind == "name"])
    if names:
        _settle_maxima(where, [one for one in columns if one.kind == "max_score"])
    percent, tree = None, Criterion("")
    if names:
        found, totals, percent = _of_rows(where, columns, given, told)
    else:
        body = _without_maxima(columns, body, told)
        _take_brackets([one for one in columns if one.kind == "measure"], told)
        found, totals = _of_columns(where, columns, told)
    points = found if percent is None else [percent]
    scores = _by_stage(where, points, chosen, "đơn vị" if names else "lĩnh vực")
    if scores and not names:
        tree, totals = _tree_of(where, scores, totals, told)
    appraised = [quoted(one.text) for one in found if one.stage == "score" and chosen is None]
    told += [f"lấy điểm thẩm định làm điểm ({first_few(appraised)})"] * bool(appraised)
    if any("survey_score" in stages for stages in scores.values()):
        is_apart = "score" not in given and all(one.kind != "total" for one in found)
        told.append("điểm điều tra XHH để riêng ở cột survey_score" + _APART * is_apart)
    kept = (*KEYS, "name", "number", None, *(["max_score"] if names else []))
    taken = [one for stages in scores.values() for one in stages.values()]
    for one in columns:
        if one in taken or one in totals:
            one.kind = "score" if one in taken else "total"
        elif one.kind not in (*kept, "maximum"):
            one.kind = _UNUSED
    return Layout(columns, names, scores, percent is not None, given, left_out, told, body,
                  year, tree)  # fmt: skip


def _told_below(body: pd.DataFrame) -> list[int]:
    """Return the last rows that tell of a total above them its share, place or grade."""
    found, is_below = [], False
    for line, row in body.tail(_LAST).fillna("").iterrows():
        is_told = any(words.SHARE_BELOW.fullmatch(fold(c)) or role_of(c) in _PLACES for c in row)
        found += [line] * (is_below and is_told)
        is_below |= any(map(is_sum, row))
    return found


def _weigh(columns: list[Column], given: Mapping) -> None:
    """Say of each column what it holds."""
    texts = {one.at: one.text for one in columns}
    bare = Header(texts, texts)
    for one in columns:
        if one.at == given.get("field") or (one.are_words and level_of(one.text) is not None):
            one.kind = "name"
    first = next((at for at, one in enumerate(columns) if one.kind == "name"), None)
    for one in columns:
        if one.kind is None:
            likely = bare.likely.get(one.at)
            one.kind = _kind_of(one, bare.roles[one.at], likely, are_rows=first is not None)
    for one in reversed(columns[:first] if first else []):
        if one.kind in ("number", "measure", _UNUSED, None) and have_levels([*one.cells]):
            _give(columns, one.at, "number")  # codes tell the levels under any title ("Mã")
            break
    for role, column in given.items():
        score = "total" if first is None else "score"
        _give(columns, column, {"field": "name", "score": score}.get(role, role))


def _give(columns: list[Column], column: object, kind: str) -> None:
    """Let this column alone be of a kind."""
    for one in columns:
        one.kind = kind if one.at == column else _UNUSED if one.kind == kind else one.kind


def _kind_of(one: Column, role: str | None, likely: str | None, *, are_rows: bool) -> str | None:
    """Return what a column holds that names no fields, where rows or titles do."""
    key, is_numeric = key_of(one.text), bool(are_numbers(one.cells).any())
    if are_rows and role_of(one.name) == "max_score":
        return "max_score"
    if role not in (None, LIKE, "score"):
        return _UNUSED if role == "field" else role  # "Nội dung" over a number names no field
    if words.STAGE_TOTAL.fullmatch(key) or (one.stage and is_sum(one.name)):
        return "stage" if are_rows else _UNUSED
    if one.stage and (not one.name or are_rows):
        return "stage"
    if is_sum(one.text) or key == "published total":
        return "total" if are_rows or not one.is_percent else _UNUSED
    if role in ("score", LIKE) and one.are_words:  # "Kết quả thực hiện"
        return _UNUSED
    if role == "score" or (are_rows and role == LIKE and key.startswith("tong ")):
        return role
    if is_numeric and (words.NO_FIELD.fullmatch(key) or likely in _NO_FIELD):
        return _UNUSED
    if role == LIKE and (is_numeric or are_rows):
        return LIKE
    return "measure" if is_numeric and key else None


def _by_level(where: Where, names: list[Column]) -> list[Column]:
    """Return the columns of names from the highest level down; refuse two of one."""
    levels = {one: level_of(one.text) for one in names}
    if len(names) > 1 and (len({*levels.values()}) < len(names) or {-1, None} & {*levels.values()}):
        raise where.refuse(
            f"không rõ các cột {' và '.join(quoted(one.text) for one in names)} là lĩnh vực, tiêu "
            "chí hay tiêu chí thành phần",
            "hãy đặt tên cột là 'Lĩnh vực', 'Tiêu chí', 'Tiêu chí thành phần', hoặc xóa cột thừa",
        )
    return sorted(names, key=levels.get) if len(names) > 1 else names


def _settle_maxima(where: Where, maxima: list[Column]) -> None:
    """Refuse several columns of maxima that differ, unless one alone is of no stage and no unit."""
    whole = [one for one in maxima if not one.stage and all(map(_is_group, one.path[:-1]))]
    are_same = all(one.numbers.equals(maxima[0].numbers) for one in maxima)
    if len(maxima) > 1 and len(whole) != 1 and not are_same:
        titles = [one.text if one.stage else " ".join(one.path) for one in maxima]
        raise where.refuse(
            f"các cột {titles_in_words(titles, ' và ')} đều là điểm tối đa",
            "hãy thay bằng một cột điểm tối đa của cả tiêu chí, hoặc tách mỗi đơn vị một bảng",
        )
    for one in maxima:
        is_taken = one is (whole or maxima)[0]
        one.kind = "max_score" if is_taken else "maximum" if are_same else _UNUSED


def _of_rows(
    where: Where, columns: list[Column], given: Mapping, told: list
) -> tuple[list[Column], list[Column], Column | None]:
    """Return the columns of scores where rows are criteria, of totals, and of percent.

    A column of totals that differs within a unit is of each row, and may be its score.
    """

    def of(*kinds: str) -> list[Column]:
        return [one for one in columns if one.kind in kinds and one not in percents]

    percents: list[Column] = []
    percents = [
        one for one in of("stage", "score", "total", LIKE, "measure")
        if one.at != given.get("score") and (one.is_percent or words.SHARE.match(fold(one.text)))
    ]  # fmt: skip
    measured = _split_loosely(of("stage", "measure"), has_maxima=bool(of("max_score")))
    measured = [one for one in measured if one.kind != "total"]
    keys = [one.cells.map(same) for one in of(*KEYS)]
    of_rows = [one for one in of("total") if _is_of_rows(one.numbers, keys)]
    totals = [one for one in of("total") if one not in of_rows]

    def side_of(path: tuple[str, ...]) -> tuple[str, ...]:
        return () if not path or _is_group(path[-1]) else path[-1:]

    stages = [one for one in measured if one.stage or one.kind == "stage"]
    sides = [one for one in measured
             if one not in stages and not words.FOOTERS.match(fold(one.text))]  # fmt: skip
    for one in measured:
        one.path = side_of(one.path) or (() if one in stages else one.path)
    kinds = [one.stage or "score" for one in stages]
    # "Cá nhân tự chấm" beside "Thẩm định (Sở Nội vụ)": not whose points, but who gave them
    are_scorers = len({one.path for one in stages}) == len(kinds) and len({*kinds}) > 1
    plain = of("score") or of(LIKE)
    for one in [*plain, *(stages if of("unit") or are_scorers else [])]:
        one.path = ()
    for one in of_rows:
        one.path = side_of(one.path[:-1])
    found = [*stages, *plain]
    if "score" in given:
        (chosen,) = (one for one in columns if one.at == given["score"])
        chosen.path, chosen.stage = (), None
        found = [*(one for one in stages if one.stage in OTHER_STAGES), chosen]
    elif not found and not any(_fits(one, of("measure")).all() for one in of_rows):
        found, totals = [*of_rows, *totals], []
        for one in found:
            one.path = ()
    else:
        found = _with_sums(where, found, [*of_rows, *plain], told)
        named = {one.path for one in found if one.kind == "total"}
        found += [one for one in of_rows if one.path not in named]
    are_means = all(words.FOOTERS.match(fold(one.text)) for one in found)
    if found and are_means and "score" not in given and len(sides) > 1:
        raise several_scores(where, [*sides, *found])  # "Điểm trung bình": of whom?
    found = found or sides
    units = {one.path for one in found}
    if () in units and len(units) > 1:
        found = [one for one in found if one.path]
    if found or len(percents) != 1 or not of("max_score"):
        return found, totals, None
    (percent,) = percents
    percent.path, percent.stage = (), None
    return found, totals, percent


def _without_maxima(columns: list[Column], body: pd.DataFrame, told: list) -> pd.DataFrame:
    """Take out the rows and columns that state the maxima of fields, and give these to them.

    A first row of nothing but numbers that do not count the columns is one, too, if it says so in
    brackets or words, or no number below is larger. A column is of the field in whose title it
    stands.
    """
    cells = pd.DataFrame({one.at: one.cells for one in columns})
    is_one = cells.map(lambda cell: role_of(cell) == "max_score")
    is_one = is_one.any(axis=1).astype(bool)
    for line, row in cells.head(1).iterrows():
        # A title that is merged down stands here, too.
        own = {one: row[one.at] for one in columns if row[one.at] not in ("", one.text)}
        texts = pd.Series([*own.values()], dtype="str")
        numbers = numbers_in(texts.str.strip("()"))
        is_stated = texts.str.fullmatch(_STATED).all() or all(
            most >= one.numbers.max() for one, most in zip(own, numbers, strict=True)
        )
        are_most = numbers.notna().all() and set(numbers.diff()[1:]) != {1} and is_stated
        if own and are_most and not any(one.kind in ("number", *KEYS) for one in own):
            is_one[line] = True
            told.append(f"lấy điểm tối đa từ {row_in_words(line, own.values())}")
    for one in columns:
        one.maxima += numbers_in(one.cells[is_one].str.strip("()")).dropna().tolist()
        one.cells = one.cells[~is_one]
    for one in columns:
        numbers = one.numbers.dropna().unique()
        if role_of(one.name) == "max_score" and one.path[1:] and len(numbers):
            one.kind = "maximum"
            for other in (other for other in columns if other.path == one.path[:-1]):
                other.maxima.append(numbers.max())
                of_rows = one.numbers[other.numbers.notna()]
                other.most = one.cells if of_rows.nunique(dropna=False) > 1 else None
    return body[~is_one]


def _take_brackets(fields: list[Column], told: list) -> None:
    """Take for maxima the numbers in brackets behind all fields, if they fit and do not count."""
    found = [_IN_BRACKETS.fullmatch(one.name) for one in fields]
    if len(fields) < 2 or not all(found) or any(one.maxima for one in fields):
        return
    numbers = numbers_in(pd.Series([one[2] for one in found], dtype="str"))
    are_most = all(most >= one.numbers.max() for most, one in zip(numbers, fields, strict=True))
    if are_most and set(numbers.diff()[1:]) != {1}:
        told.append(f"lấy điểm tối đa từ số trong ngoặc, ví dụ {quoted(fields[0].name)}")
        for one, (name, _), most in zip(fields, (f.groups() for f in found), numbers, strict=True):
            one.path, one.maxima = (*one.path[:-1], name), [most]


def _of_columns(
    where: Where, columns: list[Column], told: list
) -> tuple[list[Column], list[Column]]:
    """Return the columns of scores where titles name fields, and of totals.

    "Tổng" beside the criteria of a field is the number of the field.
    """
    own = [one for one in columns
           if one.kind in ("measure", LIKE) or (one.kind is None and one.maxima)]  # fmt: skip
    plain, totals = ([one for one in columns if one.kind == kind] for kind in ("score", "total"))
    own = _named(own, totals)
    found = _split_loosely(own, has_maxima=any(one.maxima for one in own))
    totals += [one for one in found if one.kind == "total"]
    under = [one for one in totals if len(one.path) > 1]
    for one in under:
        one.path = one.path[:-1]
    found = _with_sums(where, [one for one in found if one not in totals], under, told)
    of_fields = [
        total for total in under
        if any(one.path[: len(total.path)] == total.path != one.path for one in found)
    ]  # fmt: skip
    for one in of_fields:
        one.path = (*one.path, one.text)
    found += of_fields
    totals = [one for one in totals if one not in found]
    fields = [one for one in found if one.stage not in OTHER_STAGES and one.kind != "total"]
    apart = [one for one in columns if one.kind == "stage" and one.stage != "self_score"]
    if any(_fits(total, [*fields, *apart]).all() for total in totals if apart and fields):
        names = first_few([quoted(one.text) for one in apart])
        told.append(f"hiểu cột {names} là lĩnh vực vì tổng điểm gồm cả điểm ấy")
        for one in apart:
            one.path, one.stage = (one.text,), None
        found += apart
    # Beside fields the only "Kết quả" is their sum.
    return found, totals or (plain if len(plain) == 1 else [])


def _named(columns: list[Column], totals: list[Column]) -> list[Column]:
    """Return columns whose titles name fields without what stands over all of them, or a group."""
    for one in [*columns, *totals]:
        above = [name for name in one.path[:-1] if not (_is_group(name) or level_of(name) == 0)]
        one.path = (*above, *one.path[-1:])
    while len({one.path[:1] for one in columns}) == 1 and all(one.path[1:] for one in columns):
        for one in [*columns, *totals]:
            one.path = one.path[1:] or one.path
    return columns


def _tree_of(
    where: Where, scores: dict[tuple, dict[str, Column]], totals: list[Column], told: list
) -> tuple[Criterion, list[Column]]:
    """Return the tree of fields in columns, and the totals, of which one may only add up all."""
    columns = {stages["score"].at: stages["score"] for stages in scores.values()}
    numbers = pd.DataFrame({at: one.numbers for at, one in columns.items()})
    if all(one.maxima for one in columns.values()):
        numbers.loc["maximum"] = [one.maxima[0] for one in columns.values()]
    paths = {stages["score"].at: path for path, stages in scores.items()}
    tree = tree_of_titles(where, paths)
    sums, parents = sums_among(tree, numbers.T)
    if sums:
        (total,) = sums
        tree.below.remove(total)
        del scores[paths[total.line]]
        if not totals:
            told.append(f"hiểu {columns[total.line].called} là tổng điểm, bằng tổng các lĩnh vực")
        totals = totals or [columns[total.line]]
    elif parents:
        told.append(told_sums([columns[one.line].called for one in parents], "cột"))
    return tree, totals


def _with_sums(where: Where, found: list[Column], totals: list[Column], told: list) -> list[Column]:
    """Return columns of scores; one that adds up the stages beside it, of one name, is the score.

    Refuse a row of a sum that is none, where others are.
    """
    beside = []
    for total in totals:
        own = [one for one in found if one.path == total.path and one is not total]
        are_beside = {one.stage for one in own} == {*OTHER_STAGES}
        parts = [one for one in own if one.stage != "self_score" or are_beside]
        beside.append((total, own, parts, _fits(total, parts)))
    are_sums = any(fits[are_numbers(total.cells)].any() for total, *_, fits in beside)
    for total, own, parts, fits in beside:
        if not fits.all():
            if are_sums and parts and total.kind == "total":
                paths = {total.at: (total.text,)} | {p.at: (total.text, str(p.at)) for p in parts}
                columns = {one.at: one for one in (total, *parts)}
                check_rows(where, tree_of_titles(where, paths), columns, fits.index[~fits])
            continue
        said = "các điểm bên cạnh" if total.path else " và ".join(quoted(one.text) for one in parts)
        told.append(f"lấy cột {quoted(total.text)} làm điểm, bằng tổng {said}")
        both = [are_numbers(one.cells) for one in own if one.stage in OTHER_STAGES]
        if len(both) > 1 and pd.concat(both, axis=1).all(axis=1).any():
            told.append("chênh lệch giữa tự chấm và điểm gồm cả điểm điều tra XHH, hãy kiểm tra")
        found = [one for one in found if one.path != total.path or one.stage in OTHER_STAGES]
        found.append(total)
        total.kind = "total"
    return found


def check_rows(
    where: Where, tree: Criterion, columns: Mapping[object, Column], lines: Iterable[int]
) -> None:
    """Refuse a row in which a column is not the sum of those below it in a tree of columns."""
    numbers = pd.DataFrame({at: one.numbers for at, one in columns.items()})
    for line in lines if any(row.below for row in tree.below) and len(columns) else []:
        cells = {at: (place(one.cells, line), one.cells[line]) for at, one in columns.items()}
        check_sums(where, [tree], cells, numbers.loc[line])


def _is_of_rows(total: pd.Series, units: list[pd.Series]) -> bool:
    """Return whether totals differ within a unit, or no unit has more than one row."""
    numbers = total.groupby(units or [""] * len(total))
    return numbers.nunique().max() > 1 or numbers.size().max() == 1


def _fits(total: Column, parts: list[Column]) -> pd.Series:
    """Return of each row whether the number of a column is the sum of those in others."""
    return adds_up(total.numbers, [one.numbers for one in parts])


def _is_group(title: str) -> bool:
    """Return whether a title over several stages says what they are, and names no unit."""
    key = fold(title)
    is_one = key in words.NAMELESS or role_of(title) or words.GROUP_TITLE.match(key)
    return bool(is_one or is_sum(title))


def _by_stage(
    where: Where, found: list[Column], chosen: str | None, of: str
) -> dict[tuple[str, ...], dict[str, Column]]:
    """Return the columns of each field, or unit, by stage; refuse two of one, or none of scores."""
    spelled: dict[tuple, tuple] = {}
    fields: dict[tuple[str, ...], dict[str, Column]] = {}
    for column in found:
        own = spelled.setdefault(tuple(map(same, column.path)), column.path)
        stages, name = fields.setdefault(own, {}), " – ".join(own)
        stage = column.stage or "score"
        if stage not in stages:
            stages[stage] = column
        else:
            of_name = f" của {of} {quoted(name)}" if name else ""
            raise several_scores(where, [stages[stage], column], of_name)
    for path, stages in fields.items():
        of_name = f" của {of} {quoted(' – '.join(path))}" if path else ""
        if chosen in stages:
            stages["score"] = stages.pop(chosen)
        elif chosen:
            raise where.refuse(
                f"không có cột điểm {_SAID[chosen]}{of_name}",
                'hãy bỏ "score" khỏi {option.name}{option.rest}, hoặc ghi đúng tên',
                value=_SAID[chosen], option=Option("columns", {"score": _SAID[chosen]}),
            )  # fmt: skip
        elif "score" not in stages:
            stage, column = next(iter(stages.items()))
            may_be_score = all(stage in own for own in fields.values())
            raise where.refuse(
                f"{column.called} chỉ là điểm {_SAID[stage]}, không có điểm thẩm định{of_name}",
                "hãy thêm cột điểm thẩm định, hoặc "
                + ("nếu lấy điểm này làm điểm thì chỉ rõ ({option})" if may_be_score else
                   "ghi 'Thẩm định' ở tiêu đề của cột là điểm ấy"),
                value=column.text, option=Option("columns", {"score": _SAID[stage]}),
            )  # fmt: skip
    return fields


def several_scores(where: Where, columns: list[Column], of_name: str = "") -> Refusal:
    """Return the refusal of columns that may each be the score."""
    titles = titles_in_words([one.text for one in columns], " và ")
    return where.refuse(
        f"các cột {titles} đều có thể là cột điểm{of_name}",
        "hãy xóa cột không dùng" + ("" if of_name else ", hoặc chỉ rõ cột ({option})"),
        option=Option("columns", {"score": "tên cột"}),
    )
