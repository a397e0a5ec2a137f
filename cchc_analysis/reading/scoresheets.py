"""Score sheets (phiếu chấm điểm): a row per criterion of three levels, each the sum of others."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import LEVELS
from cchc_analysis.reading.cells import (
    are_column_numbers,
    are_numbers,
    numbers_in,
    to_numbers,
    to_whole,
)
from cchc_analysis.reading.grid import Grid, Where, place, row_in_words
from cchc_analysis.reading.header import LIKE, Header, Table, named, role_of, split_maximum
from cchc_analysis.reading.maxima import check_scores
from cchc_analysis.reading.stages import by_stage, chosen_stage, split_stage, stage_of
from cchc_analysis.reading.vocabulary import (
    FOOTERS,
    LEVELS_OF_FIELDS,
    LIKE_HEADERS,
    NAMELESS,
    NO_FIELD,
    PLAIN_TOTAL,
    TITLED_UNIT,
    UNTITLED_LINE,
)
from cchc_analysis.refusal import Option
from cchc_analysis.text import fold, quoted, same, unit_key

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_CODE = r"([IVXLC]+|[A-ZĐ]|[a-zđ]|[0-9]{1,3}(?:[.,][0-9]{1,3})*)"
_IN_NAME = re.compile(
    r"(?:(?:lĩnh vực|tiêu chí|tiêu chí thành phần)\s+)?"
    rf"(?:{_CODE}[.):/]+\s+|([0-9]{{1,3}}(?:[.,][0-9]{{1,3}})+)[.):/]*\s+)(.+)",
    re.IGNORECASE,
)
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_KINDS = ["upper", "roman", "number", "lower"]  # from the highest level down
_FIRST = (("upper", "A"), ("roman", "I"), ("lower", "a"))  # what shows that there are such
_LEAST_PLACES = 2  # of the parts; a sum of whole points is no rounding


class _Code(NamedTuple):
    """The number of a row: what kind it is of, and its parts: "1.1.2" is three."""

    kind: str
    parts: tuple[int, ...]

    def said(self) -> str:
        return ".".join(map(str, self.parts))


class _Row(NamedTuple):
    """A row of the tree: the keys from its field down to it, and what it is called."""

    line: int
    path: tuple
    name: str
    code: str


class _Sheet(NamedTuple):
    """What the columns of a score sheet hold."""

    unit: object | None
    keys: dict[str, object]  # the columns of year and block
    number: object | None
    names: dict[int, object]  # the columns of names by level; the one column of all levels is at 0
    maximum: object | None
    scores: dict[str, dict[str, object]]  # of each unit side by side, "" if it is one: by stage
    percent: object | None  # where only this and the maximum tell the score
    unused: list[str]


def is_sheet(header: Header) -> bool:
    """Return whether these titles are of criteria and their scores, and name no unit."""
    roles, titles = header.roles, header.titles
    if "unit" in roles.values() or not _name_columns(header):
        return False
    return any(
        role in ("score", LIKE, "max_score") or stage_of(titles[c]) or stage_of(header.short[c])
        for c, role in roles.items()
    )


def has_levels(header: Header, body: pd.DataFrame) -> bool:
    """Return whether a table with a column of units has criteria below its fields."""
    names = [c for c in _name_columns(header) if not are_numbers(body[c].fillna("")).any()]
    if len(names) != 1:
        return bool(names)
    number = next((c for c, role in header.roles.items() if role == "number"), None)
    cells = [] if number is None else body[number].fillna("")
    return any(len(code.parts) > 1 or code.kind == "roman" for cell in cells
               for code in _codes(cell)[:1])  # fmt: skip


def unit_of(file: str, table: Table, grid: Grid, others: Sequence[Table]) -> tuple[str, str]:
    """Return the unit that a sheet is about, and in words where it stands.

    It is in a line above the table, or it is the name of the sheet or of the file.
    """
    first = table.body.index[0] if len(table.body) else table.above[-1]
    ends = [line for other in others for line in other.body.index if line < min(table.above)]
    start = max(ends, default=0)
    rows = grid.cells.fillna("").loc[[i for i in grid.cells.index if start < i < first]]
    lines = [" ".join(cell for cell in row if cell) for row in rows.to_numpy()]
    found: dict[str, str] = {}
    for line in [*lines, "" if grid.place.startswith("trang") else grid.title]:
        if UNTITLED_LINE.match(line) or line in table.header.titles.values():
            continue
        if said := next((m for p in TITLED_UNIT if (m := re.search(p, line))), None):
            name = said[1].strip(" .,;:–-")
            found.setdefault(unit_key(name), name)
    where = Where(file, table.place)
    remedy = "hãy ghi 'Đơn vị: …' ở dòng trên bảng, hoặc đặt unit= khi dùng load_fields"
    if len(found) > 1:
        listed = " và ".join(map(quoted, found.values()))
        raise where.refuse(f"tiêu đề ghi nhiều đơn vị ({listed})", remedy)
    if found:
        return next(iter(found.values())), "tiêu đề"
    if grid.place.startswith("trang") and grid.title:
        return grid.title, "tên trang tính"
    if not Path(file).suffix:
        raise where.refuse("bảng không ghi là của đơn vị nào", remedy)
    return Path(file).stem, "tên tệp"


def _name_columns(header: Header) -> list:
    return [
        column
        for column, title in header.titles.items()
        if header.roles[column] == "field"
        or _level(title) is not None
        or _level(header.short[column]) is not None
    ]


def _level(title: str) -> int | None:
    """Return the level of the names under a title, -1 where they are of all levels."""
    key = fold(split_maximum(title)[0])
    for level, pattern in enumerate(LEVELS_OF_FIELDS):
        if pattern.fullmatch(key):
            return level
    return -1 if LIKE_HEADERS["field"].fullmatch(key) else None


def _sheet_of(where: Where, table: Table, wanted: Mapping[str, str | int]) -> _Sheet:
    """Return what each column of a score sheet holds."""
    header, cells = table.header, table.body.fillna("")
    titles, roles = dict(header.titles), dict(header.roles)
    for role, title in wanted.items():
        for column in named(header, title)[:1]:
            roles = {c: None if other == role else other for c, other in roles.items()}
            roles[column] = role
    of = {role: [c for c in titles if roles[c] == role] for role in set(roles.values())}
    names = [c for c in _name_columns(header) if not are_numbers(cells[c]).any()]
    if not names:
        raise where.refuse(
            "không có cột tên lĩnh vực, tiêu chí", "hãy đặt tên cột, ví dụ 'Lĩnh vực/Tiêu chí'"
        )
    levels = {c: max(-1, _level(header.short[c]) or 0) for c in names}
    if len(names) > 1 and (len(set(levels.values())) < len(names) or -1 in levels.values()):
        both = " và ".join(quoted(titles[c]) for c in names)
        raise where.refuse(
            f"không rõ các cột {both} là lĩnh vực, tiêu chí hay tiêu chí thành phần",
            "hãy đặt tên cột là 'Lĩnh vực', 'Tiêu chí', 'Tiêu chí thành phần', hoặc xóa cột thừa",
        )
    ordered = sorted(names, key=levels.get)
    maxima = of.get("max_score", [])
    if len(maxima) > 1:
        raise where.refuse("có nhiều cột điểm tối đa", "hãy xóa cột không dùng")
    own = [c for role in ("unit", "year", "block", "number") for c in of.get(role, [])]
    taken = {*names, *maxima, *own}
    found, loose, percents = [], [], []
    for column in [c for c in titles if c not in taken]:
        numbers = are_numbers(cells[column])
        is_score = roles[column] in ("score", LIKE)
        key = fold(titles[column])
        if not numbers.any() and not (is_score or _stage_in(header, column)):
            continue
        in_percent = "%" in titles[column] or cells[column].str.endswith("%").any()
        if roles[column] == "score" and "score" in wanted:
            found.append(("", "score", column))
        elif in_percent or re.match("t[iy] le", key):
            percents.append(column)
        elif stage := _stage_in(header, column):
            found.append((*stage, column))
        elif is_score and (roles[column] == "score" or not NO_FIELD.fullmatch(key)):
            found.append(("", "score", column))
        elif roles[column] is None and not NO_FIELD.fullmatch(key) and not FOOTERS.match(key):
            loose.append((titles[column], "score", column))
    found = found or loose  # "Sở A", "Sở B"
    units = {same(unit) for unit, *_ in found}
    groups = {same(u) for u in units if _is_group(u)}
    if len(units) == 1 and groups:  # "Kết quả chấm điểm" over the stages
        found = [("", stage, column) for _, stage, column in found]
    elif "" in units and len(units) > 1:
        found = [one for one in found if one[0]]
    percent = percents[0] if not found and len(percents) == 1 and maxima else None
    if not found and percent is None:
        raise where.refuse("không có cột điểm nào", "hãy đặt tên cột, ví dụ 'Điểm thẩm định'")
    if "score" in wanted:
        at = next((c for c, role in roles.items() if role == "score"), None)
        found = [one for one in found if one[1] != "score" or one[2] == at]
    scores = (
        by_stage(where, titles, found, chosen_stage(header, wanted), of="đơn vị") if found else {}
    )
    used = {*taken, percent, *(c for stages in scores.values() for c in stages.values())}
    unused = [f"cột {quoted(t)}" for c, t in titles.items() if t and c not in used]
    keys = {role: of[role][0] for role in ("year", "block") if of.get(role)}
    return _Sheet(
        next(iter(of.get("unit", [])), None), keys, next(iter(of.get("number", [])), None),
        dict(enumerate(ordered)), next(iter(maxima), None), scores, percent, unused,
    )  # fmt: skip


def _stage_in(header: Header, column: object) -> tuple[str, str] | None:
    """Return the unit, if titles name one, and the stage of a column."""
    title, short = header.titles[column], header.short[column]
    upper = title.removesuffix(short).strip()
    if stage := stage_of(title):
        return "", stage
    if upper and (stage := stage_of(short)):
        return upper, stage
    if upper and (stage := stage_of(upper)):
        return "" if fold(short) in NAMELESS or role_of(short) else short, stage
    name, stage = split_stage(title)
    return (name, stage) if stage else None


def _is_group(title: str) -> bool:
    """Return whether a title over several stages says what they are, and names no unit."""
    key = fold(title)
    return key in NAMELESS or bool(
        role_of(title) or re.match("(?:diem|ket qua|so diem|tong diem|danh gia|cham)\\b", key)
    )


def read_sheet(
    where: Where, table: Table, unit: str, *, given: object, wanted: Mapping[str, str | int]
) -> tuple[pd.DataFrame, list[str], list]:
    """Return the leaves of a score sheet by line, what is not used, and what to check."""
    sheet = _sheet_of(where, table, wanted)
    cells = table.body.fillna("")
    cells = cells[(cells != "").any(axis=1)]
    if len(cells) and are_column_numbers(cells.iloc[0].tolist()):
        cells = cells.iloc[1:]
    told: list = []
    unused = [*sheet.unused, *table.notes]
    if sheet.unit is None:
        groups = [(unit, cells)]
    else:
        is_footer = cells[sheet.unit].map(lambda cell: bool(FOOTERS.match(fold(cell))))
        unused += [row_in_words(line, row) for line, *row in cells[is_footer].itertuples()]
        cells = cells[~is_footer]
        where.check(
            cells[sheet.unit] == "", cells[sheet.unit], "thiếu tên đơn vị", "hãy điền tên đơn vị"
        )
        by = [cells[column].map(same) for column in (sheet.unit, *sheet.keys.values())]
        groups = [(rows[sheet.unit].iloc[0], rows) for _, rows in cells.groupby(by, sort=False)]
    parts = []
    for name, rows in groups:
        tree, total, left_out = _tree(where, sheet, rows, told)
        unused += left_out
        values = _values(where, table, sheet, rows.loc[[row.line for row in tree]], tree, given)
        for of_unit, stages in (sheet.scores or {"": {"score": sheet.percent}}).items():
            leaves = _leaves(where, table, sheet, rows, tree, total, values, stages, told)
            leaves = leaves.assign(unit=of_unit or name)
            for role, column in sheet.keys.items():
                leaves[role] = rows[column].iloc[0]
            parts.append(leaves)
    found = pd.concat(parts)
    if "year" in found:
        found["year"] = to_whole(where, "Năm", found["year"], blank=False).astype("int64")
    return found, unused, told


def _tree(
    where: Where, sheet: _Sheet, rows: pd.DataFrame, told: list
) -> tuple[list[_Row], list[int], list[str]]:
    """Return the rows of criteria, the lines of totals, and in words the rows that are neither."""
    measured = [c for stages in sheet.scores.values() for c in stages.values()]
    measured += [c for c in (sheet.maximum, sheet.percent) if c is not None]
    has_numbers = rows[measured].apply(are_numbers).any(axis=1)
    kept, totals, left_out = [], [], []
    for line, row in rows.iterrows():
        names = [row[column] for column in sheet.names.values()]
        number = "" if sheet.number is None else row[sheet.number]
        first = next(filter(None, [*names, number]), "")
        if is_sum(first) and has_numbers[line]:
            totals.append(line)
        elif has_numbers[line] or (_codes(number) and any(names)) or _split_code(first)[0]:
            kept.append((line, number, names))
        else:
            left_out.append(row_in_words(line, row))
    if len(totals) > 1:
        raise where.refuse(f"có nhiều dòng tổng ({', '.join(f'dòng {t}' for t in totals)})",
                           "hãy giữ lại một dòng")  # fmt: skip
    if not kept:
        raise where.refuse("bảng không có dòng lĩnh vực nào", "hãy kiểm tra lại bảng")
    read = _by_column(where, kept) if len(sheet.names) > 1 else _by_code(where, kept, rows, told)
    seen: dict[tuple, int] = {}
    for row in read:
        if (before := seen.setdefault(row.path, row.line)) != row.line:
            raise where.refuse(
                f"{quoted(row.name)} đã có ở dòng {before}", "hãy xóa hoặc sửa một dòng",
                at=f"dòng {row.line}", value=row.name,
            )  # fmt: skip
    return read, totals, left_out


def is_sum(name: str) -> bool:
    """Return whether a row is called the sum of others: "Tổng điểm", "Cộng"."""
    key = fold(name)
    return key == "cong" or bool(PLAIN_TOTAL.fullmatch(key))


def _by_column(where: Where, kept: list) -> list[_Row]:
    """Return the rows of a sheet with a column for each level; a blank name is that above it."""
    read: list[_Row] = []
    above: tuple = ()
    spelled: dict[str, str] = {}
    for line, _, names in kept:
        depth = max((at for at, name in enumerate(names) if name), default=-1)
        if depth < 0:
            raise where.refuse("dòng có điểm nhưng không có tên", "hãy điền tên", at=f"dòng {line}")
        path: tuple = ()
        if depth > 0 and is_sum(names[depth]):  # "Cộng" among the criteria of a field
            depth -= 1
        for at, name in enumerate(names[: depth + 1]):
            filled = name or (above[at] if len(above) > at and path == above[:at] else "")
            if not filled:
                raise where.refuse(
                    f"không rõ {quoted(names[depth])} thuộc "
                    f"{'tiêu chí' if at else 'lĩnh vực'} nào",
                    "hãy điền tên vào ô trống", at=f"dòng {line}", value=names[depth],
                )  # fmt: skip
            path = (*path, spelled.setdefault(same(filled), filled))
        above = path
        read.append(_Row(line, path, path[-1], ""))
    return read


def _by_code(where: Where, kept: list, rows: pd.DataFrame, told: list) -> list[_Row]:
    """Return the rows of a sheet whose codes tell the levels: "I", "1.1", "1.1.2"."""
    found = []
    for line, number, (name, *_) in kept:
        own, bare = _split_code(name or number)
        in_number = number if _codes(number) else ""
        found.append((line, in_number, own, name, bare))
    in_column = [number for _, number, *_ in found]
    levels = any(len(c.parts) > 1 or c.kind != "number" for t in in_column for c in _codes(t)[:1])
    if not levels and all(own for _, _, own, *_ in found):
        coded = [(line, own, bare) for line, _, own, _, bare in found]
    else:
        coded = [(line, number or own, name if number else bare)
                 for line, number, own, name, bare in found]  # fmt: skip
    if not any(code for _, code, _ in coded):
        return [_Row(line, (same(name),), name, "") for line, _, name in coded]
    texts = {code.strip(" .):/,(") for _, code, _ in coded}
    kinds: set[tuple[str, int]] = set()
    kinds |= {(kind, 1) for kind, first in _FIRST if first in texts}
    plain = [_codes(code)[0] for _, code, _ in coded if _codes(code) and not _DATE.fullmatch(code)]
    kinds |= {("number", len(code.parts)) for code in plain if code.kind == "number"}
    if any(_DATE.fullmatch(code) for _, code, _ in coded) and max(n for _, n in kinds) < 3:
        kinds.add(("number", 3))
    ordered = sorted(kinds, key=lambda kind: (_KINDS.index(kind[0]), kind[1]))
    depths = {kind: depth for depth, kind in enumerate(ordered)}
    if len(depths) > len(LEVELS):
        raise where.refuse(
            f"mã các dòng có {len(depths)} cấp, nhiều hơn lĩnh vực, tiêu chí, tiêu chí thành phần",
            "hãy bỏ cấp thừa (phần chung phía trên, hoặc các dòng giải thích phía dưới)",
        )
    read: list[_Row] = []
    stack: list[_Code] = []
    latest: dict[int, _Code] = {}
    for line, text, name in coded:
        fits = [c for c in _codes(text) if _goes_on(c, depths, stack, latest)]
        at = f"dòng {line}"
        if not text:
            raise where.refuse(
                f"dòng {quoted(name)} có điểm nhưng không có mã",
                "hãy điền mã (ví dụ 1.1), hoặc xóa dòng nếu không phải tiêu chí",
                at=at,
            )
        if len(fits) != 1:
            before = f" đứng sau mã {quoted(read[-1].code)}" if read else " ở dòng đầu"
            raise where.refuse(
                f"mã {quoted(text)}{before} không rõ là mã nào (có thể thiếu dòng, hoặc Excel đã "
                "đổi mã thành số, ngày)",
                "hãy đổi định dạng ô sang Text rồi gõ lại mã", at=at, value=text,
            )  # fmt: skip
        code = fits[0]
        if code != _codes(text)[0] or _DATE.fullmatch(text):
            told.append(f"mã {quoted(text)} ở {at} được hiểu là {code.said()} theo dòng bên cạnh")
        depth = depths[code.kind, len(code.parts)]
        stack = [*stack[:depth], code]
        latest[depth] = code
        said = code.said() if code.kind == "number" else text.strip(" .):/,(")
        read.append(_Row(line, tuple(stack), name or said, said))
    return read


def _goes_on(code: _Code, depths: dict, stack: list[_Code], latest: dict) -> bool:
    """Return whether a code may follow those above it: the next of its level, or the first."""
    depth = depths.get((code.kind, len(code.parts)))
    if depth is None or depth > len(stack):
        return False
    *prefix, last = code.parts
    if len(stack) > depth:
        before = stack[depth].parts
        return before[:-1] == code.parts[:-1] and last == before[-1] + 1
    if depth == 0:
        return last == 1
    parent = stack[depth - 1]
    if prefix:
        share = parent.parts[: len(prefix)]
        if tuple(prefix[: len(share)]) != share:
            return False
    runs_on = not prefix and depth in latest and last == latest[depth].parts[-1] + 1
    return last == 1 or runs_on


def _split_code(name: str) -> tuple[str, str]:
    """Return the code that a name begins with, and the name: "1.1. Kế hoạch", "I. Thể chế"."""
    found = _IN_NAME.fullmatch(name)
    return (found[1] or found[2], found[3]) if found else ("", name)


def _codes(cell: str) -> list[_Code]:
    """Return what a code may be, first as it stands: Excel keeps 1.10 as 1.1, 1.1.1 as a date."""
    if date := _DATE.fullmatch(cell):
        day, month, year = map(int, date.groups())
        ends = [(year % 100,)] if year < 2100 else []
        both = dict.fromkeys([(day, month), (month, day)])
        return [_Code("number", (*pair, *end)) for end in [*ends, ()] for pair in both]
    text = cell.strip(" .):/,(")
    if not re.fullmatch(_CODE, text):
        return []
    if text[0].isdigit():
        parts = tuple(map(int, re.split("[.,]", text)))
        codes = [parts]
        if len(parts) > 1 and parts[-1] < 10:
            codes.append((*parts[:-1], parts[-1] * 10))
        return [_Code("number", one) for one in codes]
    found = []
    if re.fullmatch("[IVXLC]+", text):
        values = [_ROMAN[letter] for letter in text]
        total = sum(-a if a < b else a for a, b in pairwise([*values, 0]))
        found.append(_Code("roman", (total,)))
    if len(text) == 1:
        kind = "upper" if text.isupper() else "lower"
        places = {alphabet.index(text.lower()) + 1 for alphabet in
                  ("abcdefghijklmnopqrstuvwxyz", "abcdđeghiklmnopqrstuvxy")
                  if text.lower() in alphabet}  # fmt: skip
        found += [_Code(kind, (at,)) for at in sorted(places)]
    return found


def _values(
    where: Where, table: Table, sheet: _Sheet, rows: pd.DataFrame, tree: list[_Row], given: object
) -> pd.Series:
    """Return the maximum of each row of the tree, from its column, its name, or the caller."""
    if sheet.maximum is not None:
        if given is not None:
            raise where.refuse(
                "bảng đã ghi điểm tối đa của từng dòng", "hãy bỏ {option}",
                option=Option("max_score"),
            )  # fmt: skip
        return to_numbers(where, table.header.titles[sheet.maximum], rows[sheet.maximum])
    stated = pd.Series({row.line: split_maximum(row.name)[1] for row in tree}, dtype="float64")
    if all(len(row.path) == 1 for row in tree) and given is not None:
        for row in tree:
            key = same(split_maximum(row.name)[0])
            of_row = given.get(key) if isinstance(given, Mapping) else given
            if pd.isna(stated[row.line]) and of_row is not None:
                stated[row.line] = of_row
    return stated


def _leaves(
    where: Where, table: Table, sheet: _Sheet, rows: pd.DataFrame, tree: list[_Row],
    totals: list[int], maxima: pd.Series, stages: Mapping[str, object], told: list,
) -> pd.DataFrame:  # fmt: skip
    """Return the leaves of one unit; refuse a row that is not the sum of those below it."""
    lines = [row.line for row in tree]
    numbers = {"max_score": maxima}
    cells = {stage: rows[column] for stage, column in stages.items()}
    if sheet.maximum is not None:
        cells["max_score"] = rows[sheet.maximum]
    for stage, column in stages.items():
        if column == sheet.percent:
            percent = numbers_in(rows[column].str.rstrip("% "))[lines]
            numbers[stage] = pd.Series([
                float(Decimal(str(p)) * Decimal(str(m)) / 100) if p == p and m == m else p
                for p, m in zip(percent, maxima, strict=True)
            ], lines)  # fmt: skip
            told.append(f"điểm tính từ cột {quoted(table.header.titles[column])} và điểm tối đa")
        else:
            numbers[stage] = to_numbers(where, table.header.titles[column], rows[column][lines])
    below, leaves = _children(tree, numbers)
    of_leaf = [row.line for row in leaves]
    numbers["filled"] = numbers["score"].copy()
    if "survey_score" in stages:
        blank = numbers["score"].isna() & numbers.get("self_score", numbers["score"]).isna()
        blank &= numbers["survey_score"].notna()
        numbers["filled"] = numbers["score"].where(~blank, numbers["survey_score"])
        if by_survey := [line for line in of_leaf if blank[line]]:
            told.append(f"{len(by_survey)} tiêu chí chỉ có điểm điều tra XHH, lấy làm điểm")
    found = pd.DataFrame({"unit": "", "field": "", "score": numbers["filled"][of_leaf]})
    found["max_score"] = maxima[of_leaf]
    for row in leaves:
        if not maxima[row.line] > 0:
            raise where.refuse(
                f"chưa biết điểm tối đa của {quoted(row.name)}",
                "hãy điền vào cột Điểm tối đa, hoặc ghi vào tên, ví dụ 'Thể chế (10 điểm)'",
                at=place(cells["max_score"], row.line) if "max_score" in cells
                else f"dòng {row.line}", value=row.name,
            )  # fmt: skip
    for stage in stages:
        if stage != "score":
            found[stage] = numbers[stage][of_leaf]
        check_scores(where, found.assign(score=found[stage]), cells[stage][of_leaf], assumed=False)
    for role in ("max_score", *stages):
        if role in cells and (sheet.percent is None or role == "max_score"):
            also = numbers["filled"] if role == "score" else None
            _check_sums(where, tree, below, cells[role], numbers[role], also, totals)
    names = {row.path: row for row in tree}
    deepest = max(len(row.path) for row in leaves)
    for at, level in enumerate(LEVELS[:deepest]):
        found[level] = [_name(names, row.path[: at + 1], tree) if len(row.path) > at else None
                        for row in leaves]  # fmt: skip
    if totals and stages["score"] != sheet.percent:
        stated = numbers_in(rows[stages["score"]])[totals[0]]
        if pd.notna(stated):
            found["published_total"] = stated
    return found


def _name(names: Mapping[tuple, _Row], path: tuple, tree: list[_Row]) -> str:
    """Return what a row is called, with its code where another beside it has the same name."""
    if path not in names:
        return path[-1]
    row = names[path]
    name = split_maximum(row.name)[0] or row.name
    twins = [o for o in tree if o.path[:-1] == path[:-1] and same(o.name) == same(row.name)]
    return f"{row.code} {name}" if len(twins) > 1 else name


def _children(
    tree: list[_Row], numbers: Mapping[str, pd.Series]
) -> tuple[dict[tuple, list[tuple]], list[_Row]]:
    """Return the paths right below each path, and the rows without any below them.

    Rows without any number only explain their parent.
    """
    has_number = {
        row.path: any(pd.notna(series[row.line]) for series in numbers.values()) for row in tree
    }
    bare = {
        path for path in has_number
        if len(path) > 1 and not any(has for o, has in has_number.items()
                                     if o[: len(path) - 1] == path[:-1] and len(o) >= len(path))
        and has_number.get(path[:-1])
    }  # fmt: skip
    kept = [row for row in tree if row.path not in bare]
    kids: dict[tuple, dict[tuple, None]] = {}  # each once, in order
    for row in kept:
        for at in range(len(row.path)):
            kids.setdefault(row.path[:at], {})[row.path[: at + 1]] = None
    below = {path: list(paths) for path, paths in kids.items()}
    return below, [row for row in kept if row.path not in below]


def _check_sums(
    where: Where, tree: list[_Row], below: dict[tuple, list[tuple]], cells: pd.Series,
    numbers: pd.Series,
    also: pd.Series | None, totals: list[int],
) -> None:  # fmt: skip
    """Refuse a row that differs from the sum of the rows below it by more than rounding."""
    lines = {row.path: row.line for row in tree}
    names = {row.path: row.name for row in tree}
    stated = {path: _exact(numbers[line]) for path, line in lines.items()
              if pd.notna(numbers[line])}  # fmt: skip
    others = dict(stated)
    if also is not None:
        for path, line in lines.items():
            if path not in stated and pd.notna(also[line]):
                others[path] = _exact(also[line])
    if totals and pd.notna(total := numbers_in(cells[totals]).iloc[0]):
        stated[()] = others[()] = _exact(total)
        lines[()], names[()] = totals[0], "Tổng"
    parents = [_places(stated[path]) for path in below if path in stated]
    fewest = max([1, *parents])

    def value(path: tuple, known: dict) -> Decimal | None:
        if path in known and path != ():
            return known[path]
        parts = [value(kid, known) for kid in below.get(path, ())]
        parts = [part for part in parts if part is not None]
        return sum(parts) if parts else None

    for path in sorted((one for one in below if one in stated), key=len, reverse=True):
        sums = []
        for known in (stated, others):
            parts = [value(kid, known) for kid in below[path]]
            parts = [part for part in parts if part is not None]
            places = max([_LEAST_PLACES, *map(_places, parts)])
            room = (Decimal(10) ** -fewest + len(parts) * Decimal(10) ** -places) / 2
            sums.append((sum(parts, Decimal()), room))
        if all(abs(stated[path] - total) > room for total, room in sums):
            raise where.refuse(
                f"{quoted(names[path])} ghi {_said(stated[path])} nhưng các dòng thành phần cộng "
                f"lại là {_said(sums[0][0])}",
                "hãy sửa số sai", at=place(cells, lines[path]), value=cells[lines[path]],
            )  # fmt: skip


def _exact(number: float) -> Decimal:
    """Return a number as it is written, not as the nearest float."""
    return Decimal(repr(float(number)))


def _places(number: Decimal) -> int:
    return max(0, -number.normalize().as_tuple().exponent)


def _said(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def needs_unit(where: Where, table: Table, wanted: Mapping[str, str | int]) -> bool:
    """Return whether neither a column nor titles side by side name the units of a sheet."""
    sheet = _sheet_of(where, table, wanted)
    return sheet.unit is None and (not sheet.scores or "" in sheet.scores)
