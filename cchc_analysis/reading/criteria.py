"""The rows of a score sheet: fields, criteria and subcriteria, each the sum of those below it.

Columns of names tell the levels, or codes do: "I", "1.1", "1.1.2". A code is what can follow those
above it, because Excel keeps 1.10 as 1.1 and 1.1.1 as a date.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.groups import LEVELS
from cchc_analysis.reading.cells import NEAR, Where
from cchc_analysis.reading.header import split_maximum
from cchc_analysis.reading.vocabulary import LEVEL_WORDS, PLAIN_TOTAL, SUBTOTAL
from cchc_analysis.text import first_few, fold, quoted, same

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_DIGITS = "[0-9]{1,3}"
_NUMBER = rf"{_DIGITS}(?:[.,]{_DIGITS})*"
_LETTER = rf"(?:[IVXLC]+|[A-ZĐ])(?:\.{_DIGITS})*|[a-zđ]"  # "I", "I.1.2", "A.1", "a"
_LABELLED = rf"(?i:{LEVEL_WORDS})\s+(?:{_NUMBER}|{_LETTER})|(?i:[A-ZĐ]{{2,5}})\s?{_NUMBER}"
_ANY = rf"(?:{_LABELLED}|{_NUMBER}|{_LETTER})"
_CODE = rf"(?:{_ANY}\s*/\s*)*({_ANY})"  # "LV1/TC1.1"
_AROUND = " .):/,("
_IN_NAME = re.compile(
    rf"(?:{_CODE}(?:[.):/]+\s+|\s*[–-]+\s+(?![0-9]))"
    rf"|(?:(?:{LEVEL_WORDS})\s+)?({_DIGITS}(?:[.,]{_DIGITS})+)[.):/]*\s+)(.+)",
    re.IGNORECASE,
)
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ALPHABETS = "abcdefghijklmnopqrstuvwxyz", "abcdđeghiklmnopqrstuvxy"
_PLAIN = "number", 1  # the level of codes that may only count
_LEAST_PLACES = 2  # of the parts; a sum of whole points is no rounding


@dataclass(eq=False)
class Criterion:
    """A row of a sheet and those below it; above all of them stands the whole sheet."""

    name: str
    line: int | None = None  # none where only the rows below name it
    code: str = ""
    above: "Criterion | None" = None
    below: list["Criterion"] = field(default_factory=list)
    again: list[int] = field(default_factory=list)  # the other rows that state its sum

    def add(self, name: str, line: int | None = None, code: str = "") -> "Criterion":
        """Return a new row below this one."""
        self.below.append(Criterion(name, line, code, self))
        return self.below[-1]

    @property
    def path(self) -> list["Criterion"]:
        """Return the rows from the field down to this one."""
        return [] if self.above is None else [*self.above.path, self]

    @property
    def title(self) -> str:
        """Return its name, with its code where another beside it is called the same."""
        name = split_maximum(self.name)[0] or self.name
        twins = [one for one in self.above.below if same(one.name) == same(self.name)]
        return f"{self.code} {name}" if len(twins) > 1 else name

    @property
    def levels(self) -> dict[str, str]:
        """Return its title and those above it by level."""
        return dict(zip(LEVELS, [row.title for row in self.path], strict=False))

    @property
    def full_title(self) -> str:
        """Return its title with those above it."""
        return " – ".join(self.levels.values())

    def rows(self) -> Iterator["Criterion"]:
        """Return all below it, each before those below itself."""
        for one in self.below:
            yield one
            yield from one.rows()

    def parts(self, numbers: Mapping) -> list:
        """Return the numbers of the rows below it; of one without, the sum of those below that."""
        found = []
        for one in self.below:
            own = [numbers[one.line]] if one.line in numbers else one.parts(numbers)
            found += [sum(own)] if own else []
        return found

    def take_sums(self, lines: list[int]) -> None:
        """Give each row that sums up others to the highest that ends right above it, or to all.

        Such rows are of parts only where one stands between others; the last, where all have one.
        """
        known, ends = sorted(row.line for row in self.rows() if row.line is not None), {}
        for row in self.rows():
            if row.below:
                ends.setdefault(max(one.line for one in row.rows() if one.line is not None), row)
        are_between = any(known[0] < line < known[-1] for line in lines)
        for line in lines:
            is_of_part = line < known[-1] or all(field.again for field in self.below[:-1])
            above = max((one for one in known if one < line), default=None)
            owner = ends.pop(above, self) if are_between and is_of_part else self
            owner.again.append(line)

    def cut_remarks(self, where: Where, numbered: pd.Series) -> list[int]:
        """Take out the rows without numbers that only explain one; return their lines.

        What is below the third level and has numbers is refused.
        """
        lines = []
        for one in list(self.rows()):
            below = [row.line for row in one.rows()]
            if below and numbered.get(one.line) and not any(map(numbered.get, below)):
                lines += below
                one.below.clear()
            elif below and len(one.path) == len(LEVELS):
                name = f"{one.below[0].code} {one.below[0].name}".strip()
                raise where.refuse(
                    f"{quoted(name)} là cấp thứ {len(LEVELS) + 1}, dưới lĩnh vực, "
                    "tiêu chí, tiêu chí thành phần",
                    "hãy bỏ cấp thừa (phần chung phía trên, hoặc các dòng giải thích phía dưới)",
                    at=f"dòng {below[0]}", value=name,
                )  # fmt: skip
        return lines


class Code(NamedTuple):
    """The number of a row: what kind it is of, and its parts: "1.1.2" has three."""

    kind: str
    parts: tuple[int, ...]

    @property
    def level(self) -> tuple[str, int]:
        """Return what codes of one level have in common."""
        return self.kind, len(self.parts)


class Codes:
    """The codes of a sheet as far as it is read: what tells which may come next, and how deep."""

    def __init__(self) -> None:
        self.open: list[Code] = []  # from the highest level down to the last row
        self._levels: dict[tuple[str, int], tuple[int, int]] = {}  # depth, and the latest number

    def may_follow(self, cell: str) -> list[Code]:
        """Return what a cell may be that follows: the next of its level, or the first below."""
        return [code for code in _codes_in(cell) if self._depth(code) is not None]

    def _depth(self, code: Code) -> int | None:
        *prefix, last = code.parts
        depth, latest = self._levels.get(code.level, (len(self.open), 0))
        if depth < len(self.open):
            *before, number = self.open[depth].parts
            is_next = self.open[depth].kind == code.kind and [*before, number + 1] == [*code.parts]
            return depth if is_next else None
        if depth > len(self.open):
            return None
        kind, above = self.open[-1] if self.open else ("", ())
        is_within = above[: len(prefix)] == tuple(prefix[: len(above)])
        is_one_deeper = kind != code.kind or len(prefix) == len(above)
        is_first = last == 1 or (depth and not prefix and last == latest + 1)
        return depth if is_within and is_one_deeper and is_first else None

    def take(self, code: Code) -> int:
        """Go on with a code that may follow; return how deep it stands."""
        depth = self._depth(code)
        self.open[depth:] = [code]
        self._levels[code.level] = depth, code.parts[-1]
        return depth


def is_sum(name: str) -> bool:
    """Return whether a row is called the sum of others: "Tổng điểm (35)", "Cộng (I + II)"."""
    key = fold(re.sub(r"\([^()]*\+[^()]*\)|\([0-9.,]+\)$", "", name))
    return key == "cong" or bool(PLAIN_TOTAL.fullmatch(key))


def is_coded(number: str, names: Sequence[str]) -> bool:
    """Return whether a row has a code beside its name or in it."""
    first = next(filter(None, [*names, number]), "")
    return bool((_codes_in(number) and any(names)) or _split_code(first)[0])


def have_levels(cells: Sequence[str]) -> bool:
    """Return whether cells hold nothing but codes, and of several levels, each from its first.

    The cells below "I" and "II" may be blank.
    """
    codes = [_codes_in(cell) for cell in cells if cell]
    levels: dict[tuple, set] = {}
    for code in (found[0] for found in codes if found):
        levels.setdefault(code.level, set()).add(code.parts[-1])
    are_several = len(levels) > 1 or (cells[0] and "" in cells and _PLAIN not in levels)
    return all(codes) and are_several and all(1 in numbers for numbers in levels.values())


def codes_go_on(before: Sequence[str], after: Sequence[str]) -> bool:
    """Return whether the first code may follow the last of those before."""
    codes = Codes()
    for cell in before:
        for code in codes.may_follow(cell)[:1]:
            codes.take(code)
    first = next(filter(_codes_in, after), "")
    return bool(codes.open and codes.may_follow(first))


def criteria_of(
    where: Where, rows: list[tuple[int, str, list[str]]], told: list, *, has_units: bool
) -> Criterion:
    """Return the tree of the rows of one unit: of each its line, its code and its names.

    In a table with a column of units plain numbers may count rows, and tell no levels.
    """
    numbers = [number if _codes_in(number) else "" for _, number, _ in rows]
    own = [_split_code(names[0] or number) for _, number, names in rows]
    levels = {code.level for number in numbers for code in _codes_in(number)[:1]} - {_PLAIN}
    is_deep = levels or any(re.search("[0-9][.,][0-9]", code) for code, _ in own)
    if len(rows[0][2]) > 1 or (has_units and not is_deep):
        return _by_names(where, [(line, names) for line, _, names in rows])
    if not levels and all(code for code, _ in own):
        numbers = [""] * len(rows)  # they only count
    coded = [
        (line, number or code, names[0] if number else bare)
        for (line, _, names), number, (code, bare) in zip(rows, numbers, own, strict=True)
    ]
    heads = [at for at, (_, code, _) in enumerate(coded) if not code]
    are_fields = len(heads) > 1 and heads[0] == 0 and heads[-1] + 1 < len(coded)
    if are_fields and not any(at + 1 in heads for at in heads):  # only criteria have codes
        coded = [(line, code or f"Phần {heads.index(at) + 1}", name)
                 for at, (line, code, name) in enumerate(coded)]  # fmt: skip
    if any(code for _, code, _ in coded):
        return _by_codes(where, coded, told)
    return _by_names(where, [(line, [name]) for line, _, name in coded])


def tree_of_titles(where: Where, paths: Mapping[object, tuple[str, ...]]) -> Criterion:
    """Return the tree of columns of scores: titles above others or codes tell the levels."""
    split = [_split_code(path[-1]) for path in paths.values()]
    are_flat = all(len(path) == 1 for path in paths.values())
    if are_flat and all(code for code, _ in split) and have_levels([code for code, _ in split]):
        rows = [(at, *one) for at, one in zip(paths, split, strict=True)]
        return _by_codes(where, rows, [])
    tree = _by_names(where, [(at, [*path]) for at, path in paths.items()])
    for row in tree.rows():
        row.line = row.full_title if row.line is None else row.line
    return tree


def _by_names(where: Where, rows: list[tuple[int, list[str]]]) -> Criterion:
    """Return the tree of rows with a name for each level; a blank name is that above it."""
    root, above = Criterion("Tổng"), []
    for line, names in rows:
        at = f"dòng {line}"
        if not any(names):
            raise where.refuse("thiếu tên lĩnh vực hoặc tiêu chí", "hãy điền tên", at=at)
        depth = max(at for at, name in enumerate(names) if name)
        last, node = names[depth], root
        if depth and is_sum(last):  # "Cộng" among the criteria of a field
            depth -= 1
        for level, name in enumerate(names[: depth + 1]):
            known = [one for one in node.below if same(one.name) == same(name)]
            if not name:
                known = [one for one in above[level : level + 1] if one.above is node]
            if not name and not known:
                raise where.refuse(
                    f"không rõ {quoted(last)} thuộc {'tiêu chí' if level else 'lĩnh vực'} nào",
                    "hãy điền tên vào ô trống", at=at, value=last,
                )  # fmt: skip
            node = known[0] if known else node.add(name)
        if node.line is not None and is_sum(last):
            node.again.append(line)
            continue
        if node.line is not None:
            raise where.refuse(
                f"{quoted(node.name)} đã có ở dòng {node.line}",
                "hãy xóa hoặc sửa một dòng, hoặc thêm cột Năm hay Khối nếu bảng gồm nhiều",
                at=at, value=node.name,
            )  # fmt: skip
        node.line, above = line, node.path
    return root


def _by_codes(where: Where, rows: list[tuple[int, str, str]], told: list) -> Criterion:
    """Return the tree of rows whose codes tell the levels; one without is below the last."""
    root, last, codes = Criterion("Tổng"), None, Codes()
    for line, text, name in rows:
        path = last.path if last else []
        summed = SUBTOTAL.fullmatch(fold(name)) if last and not text else None
        named = [row for row in path if summed and fold(row.code) == summed[1]]
        if named:
            named[0].again.append(line)
            continue
        if not text and 0 < len(path) < len(LEVELS):
            last.add(name, line)
            continue
        at, fits = f"dòng {line}", codes.may_follow(text)
        if not text:
            raise where.refuse(
                f"dòng {quoted(name)} có điểm nhưng không có mã, hoặc mã không rõ",
                "hãy điền mã (ví dụ 1.1), hoặc xóa dòng nếu không phải tiêu chí", at=at,
            )  # fmt: skip
        if not fits and Codes().may_follow(text):
            raise where.refuse(
                f"mã {quoted(text)} bắt đầu lại từ đầu, có vẻ là phiếu của đơn vị hay năm khác",
                "hãy tách mỗi phiếu thành một bảng, hoặc thêm cột Đơn vị (Năm), điền ở từng dòng "
                "tiêu chí; nếu là một phiếu thì sửa mã", at=at, value=text,
            )  # fmt: skip
        if len(fits) != 1:
            before = f" đứng sau mã {quoted(last.code)}" if last else " ở dòng đầu"
            raise where.refuse(
                f"mã {quoted(text)}{before} không rõ là mã nào (có thể thiếu dòng, hoặc Excel đã "
                "đổi mã thành số, ngày)",
                "hãy đổi định dạng ô sang Text rồi gõ lại mã" if last else
                "hãy ghép bảng vào dưới phần trước của nó, hoặc đánh mã từ đầu", at=at, value=text,
            )  # fmt: skip
        (code,) = fits
        said = ".".join(map(str, code.parts)) if code.kind == "number" else text.strip(_AROUND)
        if code != _codes_in(text)[0] or _DATE.fullmatch(text):
            told.append(f"mã {quoted(text)} ở {at} được hiểu là {said} theo dòng bên cạnh")
        depth = codes.take(code)
        last = (path[depth - 1] if depth else root).add(name or said, line, said)
    return root


def _split_code(name: str) -> tuple[str, str]:
    """Return the code that a name begins with, and the name: "1.1. Kế hoạch", "I. Thể chế"."""
    found = _IN_NAME.fullmatch(name)
    return (found[1] or found[2], found[3]) if found else ("", name)


def _codes_in(cell: str) -> list[Code]:
    """Return what a code may be, first as it stands."""
    if date := _DATE.fullmatch(cell):
        day, month, year = map(int, date.groups())
        ends = [(year % 100,)] if year < 2100 else []
        both = dict.fromkeys([(day, month), (month, day)])
        return [Code("number", (*pair, *end)) for end in [*ends, ()] for pair in both]
    whole = re.fullmatch(_CODE, cell.strip(_AROUND))
    if not whole:
        return []
    label, code = re.fullmatch(r"(.*\s|[^\W\d]{2,}(?=[0-9])|)(.+)", whole[1]).groups()
    letter, *digits = re.split("[.,]", code)
    under = tuple(map(int, digits))
    if letter.isdigit():
        parts = (int(letter), *under)
        kind = "number" if under else fold(label) or "number"
        was_cut = bool(under) and under[-1] < 10
        return [Code(kind, parts), *[Code(kind, (*parts[:-1], parts[-1] * 10))] * was_cut]
    found = []
    if re.fullmatch("[IVXLC]+", letter):
        values = [_ROMAN[one] for one in letter]
        total = sum(-a if a < b else a for a, b in pairwise([*values, 0]))
        found.append(Code("number" if under else "roman", (total, *under)))
    if len(letter) == 1:
        kind = "number" if under else "upper" if letter.isupper() else "lower"
        places = {letters.find(letter.lower()) + 1 for letters in _ALPHABETS} - {0}
        found += [Code(kind, (at, *under)) for at in sorted(places)]
    return found


def check_sums(
    where: Where, trees: list[Criterion], cells: Mapping[object, tuple[str, str]],
    *readings: pd.Series,
) -> None:  # fmt: skip
    """Refuse a row that is not the sum of those below it, within rounding, as its numbers are read.

    Of each cell there is its place and its text.
    What only a survey measured may be in the numbers above it or not: these are two readings.
    """
    known = [
        {line: Decimal(repr(number)) for line, number in reading.dropna().items()}
        for reading in readings
    ]
    stated = known[0]
    for tree in trees:
        rows = sorted((tree, *tree.rows()), key=lambda row: -len(row.path))  # the lowest first
        parents = [(row, line) for row in rows for line in (row.line, *row.again)
                   if row.below and line in stated]  # fmt: skip
        fewest = max([1, *(_places(stated[line]) for _, line in parents)])
        for parent, line in parents:
            number, sums = stated[line], []
            for numbers in known:
                parts = parent.parts(numbers)
                places = max([_LEAST_PLACES, *map(_places, parts)])
                room = (Decimal(10) ** -fewest + len(parts) * Decimal(10) ** -places) / 2
                sums.append((sum(parts, Decimal()), room))
            if all(abs(number - total) > room for total, room in sums):
                at, cell = cells[line]
                rows = [*parent.rows()]
                uncoded = [quoted(one.name) for one in rows if parent.code and not one.code]
                also = ""
                if uncoded:
                    also = (
                        f", hoặc điền mã của {first_few(uncoded)} (dòng tổng thì ghi 'Tổng điểm')"
                    )
                elif not any(one.code for one in rows):
                    also = (
                        ", hoặc thêm cột STT ghi mã (1, 1.1, 1.2, 2) nếu có dòng gồm các dòng dưới"
                    )
                raise where.refuse(
                    f"{quoted(parent.name)} ghi {_said(number)} nhưng các thành phần cộng lại "
                    f"là {_said(sums[0][0])}",
                    f"hãy sửa số sai{also}",
                    at=at, value=cell,
                )  # fmt: skip


def sums_among(tree: Criterion, numbers: pd.DataFrame) -> tuple[list[Criterion], list[Criterion]]:
    """Return the one field that adds up all others, and those that add up several right behind.

    In each of several columns of numbers, within rounding. Where fields have parts there are none
    of the latter.
    """
    rows = tree.parts(dict(zip(numbers.index, numbers.fillna(0).to_numpy(), strict=True)))
    if len(rows) < 3 or len(numbers.columns) < 2:
        return [], []
    own, room = np.array(rows), NEAR * len(rows)
    every = (abs(own.sum(axis=0) - 2 * own) <= room).all(axis=1)
    behind = [own[at + 1 :].cumsum(axis=0)[1:] for at in range(len(own))]
    some = [(abs(one - sums) <= room).all(axis=1).any() and one.any()
            for one, sums in zip(own, behind, strict=True)]  # fmt: skip
    found = [
        [c for c, is_one in zip(tree.below, of, strict=True) if is_one] for of in (every, some)
    ]
    is_flat = not any(one.below for one in tree.below)
    return (found[0] if len(found[0]) == 1 else []), found[1] if is_flat else []


def told_sums(names: Sequence[str], of: str) -> str:
    """Return what is told of fields that add up those right behind them: these may be parts."""
    return (
        f"{first_few(names)} bằng tổng các {of} ngay sau; nếu các {of} ấy là thành phần thì hãy "
        "ghi mã (I, 1, 2…) trước mọi tên, để điểm không bị tính hai lần"
    )


def _places(number: Decimal) -> int:
    return max(0, -number.normalize().as_tuple().exponent)


def _said(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")
