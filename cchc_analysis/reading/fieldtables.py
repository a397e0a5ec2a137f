"""What the columns of a table with fields hold, and the scores that they give.

Either each row is a unit and the titles name fields, or each row is a field or a criterion and the
titles name nothing, or units side by side. A column may be of one stage of the scoring: the unit's
own ("Tự chấm"), the appraised one, the survey's.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import LEVELS
from cchc_analysis.reading.cells import (
    are_column_numbers,
    are_numbers,
    filled,
    missing,
    numbers_in,
    to_numbers,
)
from cchc_analysis.reading.columns import column_named
from cchc_analysis.reading.criteria import (
    NEAR,
    Criterion,
    check_sums,
    criteria_of,
    have_levels,
    is_coded,
    is_sum,
    sums_among,
)
from cchc_analysis.reading.grid import (
    Where,
    as_written,
    row_in_words,
    titles_in_words,
    untitled,
)
from cchc_analysis.reading.header import (
    LIKE,
    YEAR,
    Header,
    Table,
    named,
    role_of,
    split_maximum,
)
from cchc_analysis.reading.headings import year_in
from cchc_analysis.reading.rows import LIKE_A_MEAN, TELLS_A_MEAN, UNITS
from cchc_analysis.reading.scores import Part, check_scores, in_percent, read_scores
from cchc_analysis.reading.vocabulary import (
    FOOTERS,
    GROUP_TITLE,
    LEVELS_OF_FIELDS,
    LIKE_HEADERS,
    NAMELESS,
    NO_FIELD,
    SHARE,
    STAGE_TOTAL,
    STAGES,
)
from cchc_analysis.refusal import Option, Told
from cchc_analysis.text import clean, decimal_comma, first_few, fold, quoted, same
from cchc_analysis.vocabulary import SHOWN

OTHER_STAGES = ("self_score", "survey_score")  # beside the score, where there are such
_KEYS = ("unit", "year", "block")
_NO_FIELD = ("published_rank", "published_grade", "bonus", "number")  # if only a pattern says so
_UNUSED = "unused"
_SAID = {"self_score": "tự chấm", "score": "thẩm định", "survey_score": "điều tra XHH"}
_WORDED = {
    stage: rf"(?:kết quả |số )?(?:điểm )?(?:do |qua )?(?:{words})"
    r"(?:,? (?:chấm|đánh giá))?(?: điểm)?(?: (?:của|theo) .*)?"
    for stage, words in STAGES.items()
}
_MARK, _SPACE = r"\s*[-–—:(/]\s*", r"\s+"
_YEAR_OF = re.compile(rf"[\s([\-–—:/]*(?:\bnăm\s+)?\b{YEAR}\b[)\]]?", re.IGNORECASE)
_APART = ", không cộng vào điểm"
_TENS = 10  # to which the maximum of a field is proposed
_LONGEST_OPTION = 280


class Title(NamedTuple):
    """What the titles over a column say."""

    text: str  # without the maximum
    name: str  # without the stage
    stage: str | None
    maximum: float | None


class Layout(NamedTuple):
    """What the columns of a table with fields hold."""

    titles: dict[object, Title]
    kinds: dict[object, str | None]
    names: list  # the columns that name fields, criteria and subcriteria; without, titles do
    scores: dict[str, dict[str, object]]  # of each field, or unit side by side: stage, column
    stated: dict[object, list[float]]  # the maxima that rows state
    percent: object | None  # where only this and the maximum tell the score
    wanted: dict[str, object]  # what the caller says
    unused: list[str]
    told: list[str]
    body: pd.DataFrame  # without the rows that number the columns or state maxima
    year: str = ""  # that the titles of its scores say

    @property
    def taken(self) -> set:
        """Return the columns that give the scores."""
        columns = {column for stages in self.scores.values() for column in stages.values()}
        return columns | {self.percent} - {None}

    @property
    def others(self) -> list:
        """Return the columns that tell the rows apart, and those that nobody knows."""
        return self.of(*_KEYS, "max_score" if self.names else "number", None)

    def of(self, *kinds: str) -> list:
        """Return the columns of some kinds."""
        return [column for column in self.titles if self.kinds[column] in kinds]

    @property
    def is_of_one_unit(self) -> bool:
        """Return whether neither a column nor titles side by side name the units."""
        return not self.of("unit") and (not self.names or {*self.scores} <= {""})


def stage_of(title: str) -> str | None:
    """Return the column that a title which names only a stage stands for: "Điểm tự chấm"."""
    name, stage = _split_stage(title)
    return None if name else stage


def _split_stage(title: str, between: str = _MARK) -> tuple[str, str | None]:
    """Return a title without the stage that it is, ends or begins with: "Thể chế - Tự chấm"."""
    for stage, words in _WORDED.items():
        only = rf"[ ().:]*(){words}[ ().:]*"
        for pattern in (only, rf"(.+?){between}{words}\s*\)?", rf"{words}{between}(.+?)\)?"):
            if found := re.fullmatch(rf"(?i){pattern}", title):
                return found[1], stage
    return title, None


def level_of(title: str) -> int | None:
    """Return the level of the names under a title, -1 where they are of all levels."""
    key = fold(split_maximum(title)[0])
    fits = [at for at, pattern in enumerate(LEVELS_OF_FIELDS) if pattern.fullmatch(key)]
    return fits[0] if fits else -1 if LIKE_HEADERS["field"].fullmatch(key) else None


def _title_of(header: Header, column: object) -> Title:
    """Return what the title of a column says, with the upper one if that names the field."""
    title, short = header.titles[column], header.short[column]
    upper, of_upper = split_maximum(title.removesuffix(short).strip())
    text, maximum = split_maximum(short)
    if upper and fold(text) in NAMELESS:  # "Thể chế" over "Điểm"
        upper, text, maximum = "", upper, maximum or of_upper
    text = text or title
    name, stage = _split_stage(text)
    if upper and not name:  # "Thể chế" over "Tự chấm"
        text, name, maximum = f"{upper} {text}", upper, maximum or of_upper
    elif upper and stage_of(upper):  # "Tự chấm" over "Thể chế"
        text, name, stage = f"{upper} {text}", text, stage_of(upper)
    bare, inner = split_maximum(name)
    return Title(text, bare, stage, maximum or inner)


def _split_loosely(titles: dict[object, Title], columns: list) -> list[tuple]:
    """Return the name and the stage of columns, also without a mark between: "Thể chế tự chấm".

    The words may be a name ("Công tác khảo sát"): they are a stage if it is the unit's own, or
    where the field is there at several, or each of several columns has one.
    """
    loose = {column: _split_stage(titles[column].name, _SPACE) for column in columns}
    bases = [same(name) for name, _ in loose.values()]
    every = len(columns) > 1 and all(stage for _, stage in loose.values())
    for column, (base, stage) in loose.items():
        if titles[column].stage is None and (
            every or bases.count(same(base)) > 1 or stage == "self_score"
        ):
            name, inner = split_maximum(base)
            maximum = titles[column].maximum or inner
            titles[column] = titles[column]._replace(name=name, stage=stage, maximum=maximum)
    return [(titles[column].name, titles[column].stage or "score", column) for column in columns]


def layouts_of(where: Where, table: Table, wanted: Mapping[str, str | int]) -> list[Layout]:
    """Return what each column of a table with fields holds; of each year its own."""
    header, score = table.header, wanted.get("score")
    # "Tự chấm" is no column, but a stage of each field
    chosen = stage_of(score) if isinstance(score, str) and not named(header, score) else None
    given = {
        role: column_named(where, header, title)
        for role, title in wanted.items()
        if role != "score" or not chosen
    }
    years = {column: year_in(title).year for column, title in header.titles.items()}
    known = sorted({*years.values()} - {""})
    if known and not any(years[column] for column in given.values()):
        layouts = {
            year: _layout(where, _of_year(table, years, year), given, chosen) for year in known
        }
        layouts = {year: one for year, one in layouts.items() if one.taken}
        taken = {column for one in layouts.values() for column in one.taken}
        if taken and all(years[column] for column in taken):
            told = f"lấy năm {', '.join(layouts)} từ tiêu đề các cột điểm"
            left = {c: _title_of(header, c) for c in years if years[c] not in ("", *layouts)}
            words = [f"cột {quoted(title.text)}" for title in left.values()]
            return [
                one._replace(
                    year=year, titles=one.titles | left, told=[*one.told, told],
                    kinds=one.kinds | dict.fromkeys(left, _UNUSED), unused=[*one.unused, *words],
                )
                for year, one in layouts.items()
            ]  # fmt: skip
        if len(known) > 1 and any(years[column] for column in taken):
            shared = next(header.titles[column] for column in taken if not years[column])
            raise where.refuse(
                f"cột {quoted(shared)} không ghi năm còn cột điểm khác ghi năm {', '.join(known)}",
                "hãy ghi năm vào tiêu đề của mọi cột điểm, hoặc xóa cột của năm khác",
            )
    one = _layout(where, table, given, chosen)
    return [one] if one.scores or one.names else []


def _of_year(table: Table, years: Mapping[object, str], year: str) -> Table:
    """Return the columns of a year, which their titles no longer say, and those of all years."""
    header, titles, short = table.header, {}, {}
    for column, title in header.titles.items():
        if years[column] == year:
            titles[column] = without_year(title) or "Điểm"
            short[column] = without_year(header.short[column]) or titles[column]
        elif not years[column]:
            titles[column], short[column] = title, header.short[column]
    others = [column for column in header.titles if column not in titles]
    return table._replace(
        header=Header(titles, short, header.parts), body=table.body.drop(columns=others)
    )


def without_year(title: str) -> str:
    """Return a title or a name without the year that it says: "Sở A năm 2022"."""
    return clean(_YEAR_OF.sub(" ", title)).strip(" -–—:,;/")


def _layout(where: Where, table: Table, given: dict[str, object], chosen: str | None) -> Layout:
    """Return what each column of a table holds, of which the caller has told some."""
    header, body = table.header, table.body
    titles = {column: _title_of(header, column) for column in header.titles}
    numbering = []
    if len(body) and are_column_numbers(body.iloc[0].fillna("").tolist()):
        numbering = [row_in_words(body.index[0], body.iloc[0].fillna(""))]
        body = body.iloc[1:]
    cells = body.fillna("")
    kinds = _kinds(table, titles, cells, given)
    names = [column for column, kind in kinds.items() if kind == "name"]
    percent, told, stated = None, [], {}
    if names:
        names = _by_level(where, titles, names)
        found, totals, percent = _of_rows(titles, cells, kinds, given, told)
    else:
        says_maximum = cells.map(_says_maximum).any(axis=1).astype(bool)
        stated = {
            column: numbers_in(cells[says_maximum][column].str.strip("()")).dropna().tolist()
            for column in titles
        }
        body, cells = body[~says_maximum], cells[~says_maximum]
        found = [
            c for c, kind in kinds.items()
            if kind in ("measure", LIKE) or (kind is None and (titles[c].maximum or stated[c]))
        ]  # fmt: skip
        found = _split_loosely(titles, found)
        plain, totals = (
            [c for c, own in kinds.items() if own == kind] for kind in ("score", "total")
        )
        found, totals = _with_own_totals(header, titles, cells, found, totals, told)
        if len(plain) == 1:  # beside fields the only "Kết quả" is their sum
            totals = totals or plain
    scores = _by_stage(where, titles, found, chosen, "đơn vị" if names else "lĩnh vực")
    appraised = [
        quoted(titles[c].text) for _, stage, c in found
        if stage == titles[c].stage == "score" and chosen is None
    ]  # fmt: skip
    told += [f"lấy điểm thẩm định làm điểm ({first_few(appraised)})"] * bool(appraised)
    if any("survey_score" in stages for stages in scores.values()):
        is_apart = "score" not in given and not {"total"} & {kinds[c] for *_, c in found}
        told.append("điểm điều tra XHH để riêng ở cột survey_score" + _APART * is_apart)
    kept = (*_KEYS, "name", "number", None, *(["max_score"] if names else []))
    kinds = {column: kind if kind in kept else _UNUSED for column, kind in kinds.items()}
    kinds |= dict.fromkeys(totals, "total") | {percent: "score"}
    kinds |= {column: "score" for stages in scores.values() for column in stages.values()}
    unused = [f"cột {quoted(titles[c].text)}" for c in titles if kinds[c] == _UNUSED] + numbering
    given = {role: c for role, c in given.items() if role not in ("score", "field")}
    return Layout(titles, kinds, names, scores, stated, percent, given, unused, told, body)


def _kinds(table: Table, titles: dict[object, Title], cells: pd.DataFrame, given: Mapping) -> dict:
    """Return what each column holds: its role, or "name", "total", "stage", "measure"."""
    texts = {column: title.text for column, title in titles.items()}
    header = Header(texts, texts)
    numbers = {column: are_numbers(cells[column]) for column in titles}
    numeric = {column: bool(found.any()) for column, found in numbers.items()}
    named = {
        column for column, title in titles.items()
        if column == given.get("field") or (
            any(level_of(words) is not None for words in (title.text, table.header.titles[column]))
            and (~numbers[column] & ~missing(cells[column])).sum() > numbers[column].sum()
        )
    }  # fmt: skip

    def kind_of(column: object, title: Title) -> str | None:
        key, role = fold(title.text), header.roles[column]
        if column in named:
            return "name"
        if role not in (None, LIKE, "score"):
            return _UNUSED if role == "field" else role  # "Nội dung" over a number names no field
        if STAGE_TOTAL.fullmatch(key) or (title.stage and is_sum(title.name)):
            return "stage" if named else _UNUSED
        if title.stage and (not title.name or named):
            return "stage"
        if is_sum(title.text) or key == "published total":
            return "total" if named or not in_percent(title.text, cells[column]) else _UNUSED
        if role == "score" or (named and role == LIKE and key.startswith("tong ")):
            return role
        if numeric[column] and (NO_FIELD.fullmatch(key) or header.likely.get(column) in _NO_FIELD):
            return _UNUSED
        if role == LIKE and (numeric[column] or named):
            return LIKE
        return "measure" if numeric[column] and key else None

    kinds = {column: kind_of(column, title) for column, title in titles.items()}
    for column in reversed([*titles][: min(map([*titles].index, named), default=0)]):
        if kinds[column] in ("number", "measure", _UNUSED, None) and have_levels([*cells[column]]):
            # Codes beside the names tell the levels, whatever their title ("Mã").
            kinds = {c: _UNUSED if kind == "number" else kind for c, kind in kinds.items()}
            kinds[column] = "number"
            break
    for role, column in given.items():
        role = {"field": "name", "score": "score" if named else "total"}.get(role, role)
        kinds = {c: _UNUSED if kind == role else kind for c, kind in kinds.items()} | {column: role}
    return kinds


def _says_maximum(cell: str) -> bool:
    return role_of(cell) == "max_score" or fold(cell) == "toi da"


def _by_level(where: Where, titles: dict[object, Title], names: list) -> list:
    """Return the columns of names from the highest level down; refuse two of one."""
    levels = {column: level_of(titles[column].text) for column in names}
    if len(names) > 1 and (len({*levels.values()}) < len(names) or {-1, None} & {*levels.values()}):
        both = " và ".join(quoted(titles[column].text) for column in names)
        raise where.refuse(
            f"không rõ các cột {both} là lĩnh vực, tiêu chí hay tiêu chí thành phần",
            "hãy đặt tên cột là 'Lĩnh vực', 'Tiêu chí', 'Tiêu chí thành phần', hoặc xóa cột thừa",
        )
    return sorted(names, key=levels.get) if len(names) > 1 else names


def _of_rows(
    titles: dict[object, Title], cells: pd.DataFrame, kinds: Mapping, given: Mapping, told: list
) -> tuple[list, list, object | None]:
    """Return the columns of scores where rows are criteria, of totals, and of percent.

    A column of totals that differs within a unit is of each row, and its score; that it is the sum
    of those beside it is told.
    """

    def of(*some: str) -> list:
        return [c for c, own in kinds.items() if own in some and c not in percents]

    percents = [
        c for c, kind in kinds.items()
        if kind in ("stage", "score", "total", LIKE, "measure") and c != given.get("score")
        and (in_percent(titles[c].text, cells[c]) or SHARE.match(fold(titles[c].text)))
    ]  # fmt: skip
    has_units, units = bool(of("unit")), [cells[column].map(same) for column in of(*_KEYS)]
    of_rows = [c for c in of("total") if _is_of_rows(cells[c], units)]
    totals = [c for c in of("total") if c not in of_rows]
    own = {c: titles[c].stage or _split_stage(titles[c].name, _SPACE)[1] for c in of("stage")}
    names = {c: "" if _is_group(titles[c].name) else titles[c].name for c in own}
    stages = [(names[c], stage or "score", c) for c, stage in own.items()]
    plain = of("score") or of(LIKE)
    parts = [*plain, *(c for c, stage in own.items() if stage != "self_score")]
    if not plain and {*own.values()} == {"self_score", "survey_score"}:
        parts = [*own]
    if "score" in given:
        plain, stages = [given["score"]], [one for one in stages if one[1] != "score"]
    elif of_rows and _is_sum(cells, of_rows[0], parts):
        names = " và ".join(quoted(titles[column].text) for column in parts)
        told.append(f"lấy cột {quoted(titles[of_rows[0]].text)} làm điểm, bằng tổng {names}")
        both = [c for c, stage in own.items() if stage in OTHER_STAGES]
        if len(both) > 1 and cells[both].apply(are_numbers).all(axis=1).any():
            told.append("chênh lệch giữa tự chấm và điểm gồm cả điểm điều tra XHH, hãy kiểm tra")
        plain, stages = of_rows, [one for one in stages if one[1] != "score"]
    elif not (plain or stages or any(_is_sum(cells, c, of("measure")) for c in of_rows)):
        plain, totals = [*of_rows, *totals], []
    else:
        plain = [*plain, *of_rows]
    found = [*stages, *(("", "score", column) for column in plain)]
    if not found:
        sides = [c for c in of("measure") if not FOOTERS.match(fold(titles[c].text))]
        found = _split_loosely(titles, sides)
    units = {same(unit) for unit, *_ in found}
    if has_units or (len(units) == 1 and _is_group(*units)):
        found = [("", stage, column) for _, stage, column in found]
    elif "" in units and len(units) > 1:
        found = [one for one in found if one[0]]
    is_told = not found and len(percents) == 1 and "max_score" in kinds.values()
    return found, totals, percents[0] if is_told else None


def _with_own_totals(
    header: Header, titles: Mapping, cells: pd.DataFrame, found: list, totals: list, told: list
) -> tuple[list, list]:
    """Return the scores of fields, and the totals left that do not stand under a field.

    "Tổng" beside the stages of a field is its score if it is their sum.
    """
    for column in totals:
        upper = split_maximum(header.titles[column].removesuffix(header.short[column]).strip())[0]
        own = [one for one in found if titles[one[2]].stage and same(one[0]) == same(upper)]
        parts = [c for _, stage, c in own if stage != "self_score"]
        if _is_sum(cells, column, parts):
            told.append("lấy cột 'Tổng' của từng lĩnh vực làm điểm, bằng tổng các điểm bên cạnh")
            found = [one for one in found if one not in own or one[1] != "score"]
            found.append((own[0][0], "score", column))
            totals = [c for c in totals if c != column]
    return found, totals


def _is_of_rows(total: pd.Series, units: list[pd.Series]) -> bool:
    """Return whether totals differ within a unit, or no unit has more than one row."""
    numbers = numbers_in(total).groupby(units or [""] * len(total))
    return numbers.nunique().max() > 1 or numbers.size().max() == 1


def _is_sum(cells: pd.DataFrame, total: object, parts: list) -> bool:
    """Return whether each number of a column is the sum of those that its row has in others."""
    numbers = cells[parts].apply(numbers_in)
    sums = numbers.sum(axis=1, min_count=1)
    differ = (numbers_in(cells[total]) - sums).abs() > NEAR
    return bool(parts) and not (differ | (sums.isna() != numbers_in(cells[total]).isna())).any()


def _is_group(title: str) -> bool:
    """Return whether a title over several stages says what they are, and names no unit."""
    key = fold(title)
    return key in NAMELESS or bool(role_of(title) or GROUP_TITLE.match(key))


def _by_stage(
    where: Where,
    titles: Mapping[object, Title],
    found: Iterable[tuple[str, str, object]],
    chosen: str | None,
    of: str,
) -> dict[str, dict[str, object]]:
    """Return the columns of each field, or unit, by stage; refuse two of one, or none of scores."""
    spelled: dict[str, str] = {}
    fields: dict[str, dict[str, object]] = {}
    for name, stage, column in found:
        stages = fields.setdefault(spelled.setdefault(same(name), name), {})
        if stage in stages:
            both = [titles[stages[stage]].text, titles[column].text]
            if name and same(both[0]) == same(both[1]):
                raise where.refuse(
                    f"có nhiều cột cùng tên {of} {quoted(spelled[same(name)])}",
                    "hãy đặt tên khác nhau, hoặc xóa cột không dùng",
                )
            raise _several(where, both, f" của {of} {quoted(name)}" if name else "")
        stages[stage] = column
    for name, stages in fields.items():
        of_name = f" của {of} {quoted(name)}" if name else ""
        if chosen and chosen not in stages:
            raise where.refuse(
                f"không có cột điểm {_SAID[chosen]}{of_name}", "hãy bỏ {option}, hoặc ghi đúng tên",
                value=_SAID[chosen], option=Option("columns", {"score": _SAID[chosen]}),
            )  # fmt: skip
        if chosen:
            stages["score"] = stages.pop(chosen)
        if "score" not in stages:
            stage, column = next(iter(stages.items()))
            title = titles[column].text
            raise where.refuse(
                f"cột {quoted(title)} chỉ là điểm {_SAID[stage]}, không có điểm thẩm định{of_name}",
                "hãy thêm cột điểm thẩm định, hoặc nếu lấy điểm này làm điểm thì chỉ rõ ({option})",
                value=title, option=Option("columns", {"score": _SAID[stage]}),
            )  # fmt: skip
    return fields


def _several(where: Where, titles: list[str], of_name: str = "") -> Exception:
    return where.refuse(
        f"các cột {titles_in_words(titles, ' và ')} đều có thể là cột điểm{of_name}",
        "hãy xóa cột không dùng" + ("" if of_name else ", hoặc chỉ rõ cột ({option})"),
        option=Option("columns", {"score": "tên cột"}),
    )


def read_columns(
    where: Where, table: Table, layout: Layout, unit: str, given: object, known: Mapping
) -> Part:
    """Return what a table gives whose titles name the fields."""
    body = layout.body if layout.of("unit") else layout.body.assign(unit=unit)
    stated, cells = {}, layout.body.fillna("")
    for name, stages in layout.scores.items():
        said = [(layout.titles[c].maximum, *layout.stated[c]) for c in stages.values()]
        stated[name] = [maximum for some in said for maximum in some if maximum is not None]
    parts, left_out = [], {}
    best = {f: numbers_in(cells[stages["score"]]).max() for f, stages in layout.scores.items()}
    maxima = _maxima(where, stated, given, best)
    for field, maximum in maxima.items():
        place_of_field = ", ".join(filter(None, [where.place, f"lĩnh vực '{field[:60]}'"]))
        within, stages = where._replace(place=place_of_field), layout.scores[field]
        part = _read(within, table, layout, body, stages, known, max_score=maximum)
        left_out = part.left_out | left_out  # a row that is no unit is none in any field
        parts.append(part._replace(scores=part.scores.assign(field=field)))
    of = pd.concat([part.fates for part in parts], axis=1)
    means = of.index[(of == LIKE_A_MEAN).all(axis=1)] if len(parts) > 1 else []
    rows = [
        cells.loc[means, [c for c in cells if c in (*layout.others, layout.scores[field]["score"])]]
        for field in maxima
    ]
    told = layout.told + _told_of_fields(
        [*part.told, *(Told(TELLS_A_MEAN, (row_in_words(at, own.loc[at]),)) for at in means)]
        for part, own in zip(parts, rows, strict=True)
    )
    fields = pd.concat([part.scores for part in parts]).sort_index(kind="stable")
    fates = of.iloc[:, 0].mask(of.isin(UNITS).any(axis=1), UNITS[-1])
    fates = fates.reindex(table.body.index, fill_value="maximum")
    fields, columns = _with_total(where, layout, fields), _columns_of(layout, parts)
    unused = [*layout.unused, *(words for part in parts for words in part.unused)]
    return Part(fields, unused, dict(sorted(left_out.items())), told, fates, columns, "")


def _told_of_fields(told: Iterable[Sequence[str | Told]]) -> list[str]:
    """Return what is told of several fields once, with how often; of two rows each."""
    alike: dict[tuple[str, int], list[str]] = {}
    for own in told:
        forms = [one.words if isinstance(one, Told) else one for one in own]
        for at, one in enumerate(own):
            alike.setdefault((forms[at], forms[:at].count(forms[at])), []).append(str(one))
    return [
        own[0] if len({*own}) == 1 else f"{own[0]} (và tương tự ở {len(own) - 1} lĩnh vực khác)"
        for own in alike.values()
    ]


def read_rows(
    where: Where, table: Table, layout: Layout, unit: str, given: object, known: Mapping
) -> Part:
    """Return what a table gives whose rows are criteria."""
    if not layout.scores and layout.percent is None:
        raise where.refuse("không có cột điểm nào", "hãy đặt tên cột, ví dụ 'Điểm thẩm định'")
    sides = layout.scores or {"": {"score": layout.percent}}
    maximum = next(iter(layout.of("max_score")), None)
    measured = dict.fromkeys(column for stages in sides.values() for column in stages.values())
    if maximum is not None:
        measured[maximum] = None
    body, cells, told = layout.body.copy(), layout.body.fillna(""), [*layout.told]
    trees, remarks = _trees(where, layout, cells, cells[[*measured]].apply(numbers_in), told)
    left_out = {(line,): row_in_words(line, cells.loc[line]) for line in remarks}
    rows = {row.line: row for tree in trees for row in tree.rows() if row.line is not None}
    leaves = {line: row for line, row in sorted(rows.items()) if not row.below}
    if maximum is None:
        scores = cells[next(iter(sides.values()))["score"]]
        body["max_score"] = _maxima_of_rows(where, leaves, given, scores)
    elif given is not None:
        raise where.refuse(
            "bảng đã ghi điểm tối đa của từng dòng", "hãy bỏ {option}", option=Option("max_score")
        )
    names = {line: row.name for line, row in leaves.items()}
    for line in (c for c, role in Header(names, names).likely.items() if role == "bonus"):
        stated = numbers_in(body.loc[line, [*measured]].fillna("").astype("str"))
        if stated.min() < 0 or (maximum is not None and math.isnan(stated[maximum])):
            raise where.refuse(
                f"{quoted(names[line])} là điểm cộng, trừ, không phải lĩnh vực hay tiêu chí",
                "hãy xóa dòng này và dòng tổng điểm, và ghi điểm ấy ở một cột của bảng xếp hạng",
                at=f"dòng {line}", value=names[line],
            )  # fmt: skip
    totals = [tree.line for tree in trees if tree.line is not None]
    sums = [
        *totals,
        *(line for tree in trees for row in (tree, *tree.rows()) for line in row.again),
    ]

    def numbers_of(column: object, cells: pd.Series) -> pd.Series:
        own = to_numbers(where, layout.titles[column].text, cells[[*rows]])
        return pd.concat([own, numbers_in(cells[sums])])

    numbers = {column: numbers_of(column, cells[column]) for column in measured
               if column != layout.percent}  # fmt: skip
    parts, found = [], []
    for side, stages in sides.items():
        if layout.scores:
            column, score = stages["score"], _with_survey(cells, stages)
            if filled_in := (score != cells[column])[[*leaves]].sum():
                told.append(f"{filled_in} tiêu chí chỉ có điểm điều tra XHH, lấy làm điểm")
        else:
            column, score = "score", _of_percent(where, layout, cells.loc[[*leaves]], maximum, told)
            stages = {"score": column}
        body[column] = score
        if not layout.of("unit"):
            body["unit"] = side or unit
        part = _read(where, table, layout, body.loc[[*leaves]], stages, known)
        parts.append(part)
        for own in [c for c in numbers if c in (maximum, *stages.values())]:
            also = [numbers_of(own, score)] if own == column else []
            check_sums(where, trees, cells[own], numbers[own], *also)
        fields = part.scores
        told += part.told
        numbers_of_rows = fields[["score", "max_score"]]
        if apart := [row for tree in trees for row in sums_among(tree, numbers_of_rows)]:
            told.append(
                f"{first_few([f'dòng {row.line} {quoted(row.name)}' for row in apart])} có điểm và "
                "điểm tối đa bằng tổng các dòng ngay dưới; hãy ghi mã (I, 1, 2…) trước tên nếu các "
                "dòng ấy là thành phần"
            )
        left_out |= part.left_out
        paths = [[row.title for row in leaves[line].path] for line in fields.index]
        for depth, level in enumerate(LEVELS[: max(map(len, paths))]):
            fields[level] = [path[depth] if depth < len(path) else None for path in paths]
        if totals and column in numbers:
            of_leaf = {row.line: tree.line for tree in trees for row in tree.rows()}
            fields["published_total"] = numbers[column].reindex(fields.index.map(of_leaf)).array
        found.append(_with_total(where, layout, fields))
    fates = pd.Series("", table.body.index, dtype="str")
    fates[fates.index.difference(body.index)] = "column numbers"
    fates[[*rows, *sums, *remarks]] = "remark"
    fates[[*leaves]] = UNITS[-1]
    beside = [c for c in layout.of(None) if filled(cells[c][[*rows]]).any()
              and not filled(cells[c][[*leaves]]).any()]  # fmt: skip
    titles = {c: layout.titles[c].text for c in beside}
    beside = [f"cột {quoted(title)}" if title else untitled(c) for c, title in titles.items()]
    unused = [*layout.unused, *beside, *(words for part in parts for words in part.unused)]
    return Part(pd.concat(found), unused, left_out, told, fates, _columns_of(layout, parts), "")


def _columns_of(layout: Layout, parts: Sequence[Part]) -> set:
    """Return the columns of a table that gave something or are told: all but some `others`."""
    return {*layout.titles}.difference(layout.others).union(*(part.columns for part in parts))


def _trees(
    where: Where, layout: Layout, cells: pd.DataFrame, numbers: pd.DataFrame, told: list
) -> tuple[list[Criterion], list[int]]:
    """Return the tree of each unit, and the lines that are no criteria."""
    number, unit = (next(iter(layout.of(kind)), None) for kind in ("number", "unit"))
    has_number = numbers.notna().any(axis=1)
    has_score = numbers.drop(columns=layout.of("max_score")).notna().any(axis=1)
    coded = None  # the last row with a code
    groups: dict[tuple, tuple[list, list]] = {}
    left_out = []
    for line, row in cells.iterrows():
        names = [row[column] for column in layout.names]
        code, owner = ("" if c is None else row[c] for c in (number, unit))
        first = next(filter(None, [*names, code]), "")
        counts = is_sum(first) and has_number[line]
        coded = line if is_coded(code, names) else coded
        explains = coded not in (None, line) and has_score[coded] and not has_score[line]
        is_row = has_number[line] or coded == line or (owner and any(names))
        is_remark = FOOTERS.match(fold(owner)) and not any(names)
        if unit is not None and not owner and has_number[line] and not counts:
            raise where.refuse("thiếu tên đơn vị", "hãy điền tên đơn vị", at=f"dòng {line}")
        if not is_row or is_remark or explains or (counts and unit is not None and not owner):
            left_out += [line] if row.any() else []
            continue
        key = tuple(same(row[column]) for column in layout.of(*_KEYS))
        rows, totals = groups.setdefault(key, ([], []))
        if counts:
            totals.append(line)
        else:
            rows.append((line, code, names))
    if not groups or not all(rows for rows, _ in groups.values()):
        raise where.refuse("bảng không có dòng lĩnh vực nào", "hãy kiểm tra lại bảng")
    trees = []
    for rows, totals in groups.values():
        tree = criteria_of(where, rows, numbers, told, has_units=unit is not None)
        tree.line, tree.again = next(iter(totals), None), totals[1:]
        left_out += tree.cut_remarks(has_number)
        trees.append(tree)
    return trees, sorted(left_out)


def _with_survey(cells: pd.DataFrame, stages: Mapping[str, object]) -> pd.Series:
    """Return the scores, in their place those of a survey where it alone measured something."""
    own = [column for stage, column in stages.items() if stage != "survey_score"]
    survey = cells[stages.get("survey_score", stages["score"])]
    alone = ~cells[own].apply(are_numbers).any(axis=1) & are_numbers(survey)
    return cells[stages["score"]].where(~alone, survey)


def _of_percent(
    where: Where, layout: Layout, cells: pd.DataFrame, maximum: object, told: list
) -> pd.Series:
    """Return the points that percentages of the maxima are."""
    title = layout.titles[layout.percent].text
    told.append(f"điểm tính từ cột {quoted(title)} và điểm tối đa")
    shares = to_numbers(where, title, cells[layout.percent].str.rstrip("% "))
    if 0 < shares.max() <= 1 and not cells[layout.percent].str.contains("%").any():
        raise where.refuse(
            f"cột {quoted(title)} không có tỷ lệ nào trên 1%",
            "hãy ghi tỷ lệ bằng phần trăm, ví dụ 85%, hoặc thêm cột điểm",
        )
    maxima = to_numbers(where, SHOWN["max_score"], cells[maximum])
    points = [f"{Decimal(str(a)) * Decimal(str(b)) / 100:f}" if a == a and b == b else ""
              for a, b in zip(shares, maxima, strict=True)]  # fmt: skip
    return pd.Series(points, cells.index, dtype="str")


def _maxima_of_rows(
    where: Where, leaves: Mapping[int, Criterion], given: object, cells: pd.Series
) -> pd.Series:
    """Return the maximum of each row where no column says it, as a cell."""
    stated: dict[str, list[float]] = {}
    keys, spelled = {}, {}
    for line, leaf in leaves.items():
        name = " – ".join(row.title for row in leaf.path)
        keys[line] = spelled.setdefault(same(name), name)
        maximum = split_maximum(leaf.name)[1]
        stated.setdefault(keys[line], []).extend([] if maximum is None else [maximum])
    is_deep = any(len(leaf.path) > 1 for leaf in leaves.values())
    best = numbers_in(cells[[*keys]]).groupby(keys).max()
    maxima = _maxima(where, stated, given, best, is_deep=is_deep)
    return pd.Series({line: as_written(maxima[key]) for line, key in keys.items()}, dtype="str")


def _maxima(
    where: Where,
    stated: Mapping[str, list[float]],
    given: object,
    best: Mapping[str, float],
    *,
    is_deep: bool = False,
) -> dict[str, float]:
    """Return the maximum of each field; refuse two of one, and fields without any."""
    maxima: dict[str, float] = {}
    for field, own in stated.items():
        of_field = given.get(same(field)) if isinstance(given, Mapping) else given
        values = dict.fromkeys([*own, *([] if of_field is None else [float(of_field)])])
        if len(values) > 1:
            raise where.refuse(
                f"lĩnh vực {quoted(field)} có nhiều điểm tối đa khác nhau "
                f"({' và '.join(map(decimal_comma, values))}) ở tiêu đề, dòng điểm tối đa hoặc "
                "{option.name}",
                "hãy giữ lại số đúng", option=Option("max_score"),
            )  # fmt: skip
        if values:
            (maxima[field],) = values
    if unknown := [field for field in stated if field not in maxima]:
        proposed = _proposed({field: best[field] for field in unknown})
        others = len(unknown) - len(proposed)
        more = f" (và tương tự cho {others} lĩnh vực còn lại)" if others else ""
        raise where.refuse(
            f"chưa biết điểm tối đa của {len(unknown)} lĩnh vực "
            f"({first_few([quoted(field, 60) for field in unknown])})",
            "hãy thêm cột Điểm tối đa, hoặc ghi vào tên, ví dụ 'Thể chế (10 điểm)'" if is_deep else
            "hãy ghi vào tiêu đề, ví dụ 'Thể chế (10 điểm)', thêm dòng Điểm tối đa, hoặc nêu "
            f"cho từng lĩnh vực, ví dụ {{option}}{more}; cột không phải lĩnh vực thì xóa, cột tổng "
            "điểm thì chỉ rõ là cột điểm",
            option=Option("max_score", proposed),
        )  # fmt: skip
    return maxima


def _proposed(best: Mapping[str, float]) -> dict[str, int]:
    """Return maxima that these fields may have, in tens, of as many as a sentence holds."""
    proposed, room = {}, _LONGEST_OPTION
    for field, score in best.items():
        proposed[field] = _TENS * math.ceil(score / _TENS) if score > 0 else _TENS
        room -= len(json.dumps({field: 10}, ensure_ascii=False))
        if room < 0 and len(proposed) > 1:
            proposed.pop(field)
            break
    return proposed


def _read(
    where: Where, table: Table, layout: Layout, body: pd.DataFrame, stages: Mapping[str, object],
    known: Mapping, *, max_score: float | None = None,
) -> Part:  # fmt: skip
    """Return what `read_scores` makes of one column of scores, and beside them the other stages."""
    score = stages["score"]
    added = {role: role for role in ("unit", "max_score", "score") if role in body}
    titles = {c: title.text for c, title in layout.titles.items() if c in (*layout.others, score)}
    titles |= {role: SHOWN[role] for role in added}
    wanted, at = {**layout.wanted, **added, "score": score}, [*titles]
    part = read_scores(
        where,
        table._replace(
            header=Header(titles, titles),
            body=body[[c for c in body if c in titles or c not in layout.titles]],
        ),
        wanted={role: at.index(c) + 1 for role, c in wanted.items() if c in titles},
        max_score=max_score,
        given=known,
        are_parts=bool(layout.names) or len(layout.scores) > 1,
    )
    scores = part.scores
    for stage in filter(stages.get, OTHER_STAGES):
        cells = body[stages[stage]].fillna("")[scores.index]
        own = to_numbers(where, layout.titles[stages[stage]].text, cells)
        check_scores(where, scores.assign(score=own), cells, assumed=False)
        scores[stage] = own
    return part


def _with_total(where: Where, layout: Layout, fields: pd.DataFrame) -> pd.DataFrame:
    """Return the scores beside what a column of totals says in their rows."""
    if len(totals := layout.of("total")) > 1:
        raise _several(where, [layout.titles[column].text for column in totals])
    for column in totals:
        title, cells = layout.titles[column], layout.body[column].fillna("")[fields.index.unique()]
        if in_percent(title.text, cells):
            raise where.refuse(
                f"cột {quoted(title.text)} ghi tỷ lệ %, không phải tổng điểm", "hãy xóa cột này"
            )
        total = to_numbers(where, title.text, cells)
        if total.notna().any():
            fields["published_total"] = total.reindex(fields.index)
    return fields
