"""Grade schemes: which percent earns which grade, and who says so."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import KW_ONLY, dataclass, replace
from decimal import Decimal
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd

from cchc_analysis.refusal import Option, Refusal, check_given
from cchc_analysis.text import (
    ASSUMED,
    RESERVED_GRADES,
    clean,
    decimal_comma,
    known_grades,
    near,
    same,
    unit_key,
    words,
)

DEFAULT_SCHEME = "thi-xa-2020"
_FILE = re.compile(r"(.+?\.toml)(?::(.*))?", re.IGNORECASE | re.DOTALL)
_BARE_NAME = re.compile(r'^[ \t]*\[([^\[\]"\'=]+)\][ \t]*(?=#|$)', re.MULTILINE)
_TEXTS = ("source", "number", "date", "place", "years", "block", "address")
_KEYS = ("grades", "bounds", "strict", "assumed", *_TEXTS)
_FORM = (
    'hãy viết ba dòng như ví dụ: [cua-toi] rồi grades = ["Đạt", "Không đạt"] rồi bounds = [87.5, 0]'
)
_GRADE = re.compile(
    r"(.*?)[ :=]*(từ|trên|>=|≥|>|dưới|không quá)? *(\d+(?:[.,]\d+)?) *%?(?: trở lên)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_](?:[^\d,;:%=<>≥]*[\w)])??(?: (\d{1,2}))?")
_STRICT, _BELOW = ("trên", ">"), ("dưới", "không quá")
# A name with other words of a bound: "Tốt lớn hơn" 80, "Tốt đạt" 80, "còn lại Yếu".
_NO_NAME = re.compile(
    r"(?:còn lại|từ|trên|dưới)\b.*|(?!(?:không|chưa) đạt$).+ (?:hơn|quá|đạt|vượt|bằng|là|mức|điểm"
    r"|ngưỡng|tối thiểu|tối đa|ít nhất|nhiều nhất|trở lên|đến)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GradeScheme:
    """A set of grade cut-offs (thang xếp loại).

    Parameters
    ----------
    grades : sequence of str
        Grade names, best first.
    bounds : sequence of float
        The lower bound of each grade in percent of a unit's maximum, falling strictly within
        0…100 and closed below: a unit at the bound has the grade. The last may stand above 0;
        a unit below it gets no grade.
    name, source : str
        A short name, and the document that states the bounds.
    assumed : bool
        True where no document was found that states them; always true without a source.
    strict : sequence of str
        The grades that begin above their bound ("trên 80"), not at it ("từ 80").

    Raises
    ------
    ValueError
        If names and bounds do not make a scheme.

    Examples
    --------
    >>> print(GradeScheme(["Đạt", "Không đạt"], [50, 0], source="Quyết định 12/QĐ-UBND"))
    Đạt từ 50%, Không đạt dưới 50%
    """

    grades: Sequence[str]
    bounds: Sequence[float]
    _: KW_ONLY
    name: str = ""
    source: str = ""
    assumed: bool = False
    strict: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the bounds, and keep names and bounds as tuples."""
        check_given(str, name=self.name, source=self.source)
        check_given(bool, assumed=self.assumed)
        for many in (self.grades, self.bounds, self.strict):
            has_order = isinstance(many, Iterable) and not isinstance(many, str | Set | Mapping)
            if not has_order:
                raise Refusal(
                    "grades, bounds và strict là những danh sách",
                    "hãy ghi ví dụ ['Đạt', 'Không đạt'], [50, 0], strict=['Đạt']",
                )
        grades, bounds = tuple(self.grades), tuple(self.bounds)
        source = clean(self.source or "")
        if not grades or len(grades) != len(bounds):
            raise Refusal(
                f"Thang xếp loại có {len(grades)} tên loại và {len(bounds)} ngưỡng",
                "mỗi loại cần đúng một ngưỡng dưới (số lẻ viết với dấu chấm: 87.5)",
            )
        for grade in grades:
            if not isinstance(grade, str):
                raise Refusal(f"Tên loại {grade!r} không phải là chữ", "hãy đặt trong ngoặc kép")
        grades = tuple(map(clean, grades))
        keys = [same(grade) for grade in grades]
        for grade, key in zip(grades, keys, strict=True):
            if not key or keys.count(key) > 1 or key in map(same, RESERVED_GRADES):
                raise Refusal(
                    f"Tên loại '{grade}' trống, bị lặp hoặc có nghĩa khác", "hãy đặt tên khác"
                )
        for bound in bounds:
            if not isinstance(bound, (Real, Decimal)) or isinstance(bound, bool):
                raise Refusal(f"Ngưỡng {bound!r} không phải là số", "hãy viết ví dụ 80 hoặc 87.5")
            if not 0 <= bound <= 100:
                raise Refusal(f"Ngưỡng {bound:g} phải nằm trong khoảng 0 đến 100 (%)")
        if 0 < bounds[0] < 1:
            raise Refusal(
                f"Ngưỡng cao nhất là {decimal_comma(bounds[0])}%",
                f"ngưỡng ghi bằng phần trăm, ví dụ {100 * bounds[0]:g}",
            )
        for better, worse in pairwise(bounds):
            if better <= worse:
                raise Refusal(f"Ngưỡng {worse:g} đứng sau {better:g}", "các ngưỡng phải giảm dần")
        strict = {same(str(grade)): grade for grade in self.strict}
        for key, grade in strict.items():
            if key not in keys:
                raise Refusal(
                    f"strict nêu '{grade}' không phải là tên loại của thang",
                    f"hãy chọn trong: {', '.join(grades)}",
                )
            if bounds[keys.index(key)] == 100:
                raise Refusal(f"Không điểm nào trên 100% để đạt loại '{grade}'", "hãy sửa ngưỡng")
        is_strict = tuple(g for g, key in zip(grades, keys, strict=True) if key in strict)
        # It is frozen for everyone else.
        vars(self).update(grades=grades, bounds=tuple(map(float, bounds)), strict=is_strict)
        vars(self).update(source=source, assumed=bool(self.assumed) or not source)

    @property
    def is_strict(self) -> tuple[bool, ...]:
        """Return for each bound whether the grade begins above it, not at it."""
        return tuple(grade in self.strict for grade in self.grades)

    @property
    def cuts(self) -> list[tuple[float, str]]:
        """Return the bounds that part units, and how each is read: "90", "trên 80"."""
        return [
            (bound, f"trên {decimal_comma(bound)}" if above else decimal_comma(bound))
            for bound, above in zip(self.bounds, self.is_strict, strict=True)
            if bound or above
        ]

    def bounds_in_words(self, sign: str = "%") -> list[str]:
        """Return the bounds as they are read: "từ 90%", "trên 80%"; what is left is "dưới 50%"."""
        told = []
        for at, (bound, above) in enumerate(zip(self.bounds, self.is_strict, strict=True)):
            words, of = "trên" if above else "từ", bound
            if not (bound or above) and at:
                words = "không quá" if self.is_strict[at - 1] else "dưới"  # under "trên 50%"
                of = self.bounds[at - 1]
            told.append(f"{words} {decimal_comma(of)}{sign}")
        return told

    def of(self, *_: pd.DataFrame) -> "GradeScheme":
        """Return this scheme, which is that of any table."""
        return self

    def parts(self, _: pd.DataFrame) -> list[tuple[str, slice, "GradeScheme"]]:
        """Return this scheme as that of all rows of a table."""
        return [("", slice(None), self)]

    def moved(self, points: float) -> "GradeScheme":
        """Return the scheme with its bounds moved by so many points of percent, save those of 0."""
        cuts = dict(self.cuts)  # nine places, as for scores: 90 + 0.1 is 90.1
        bounds = [round(bound + points, 9) if bound in cuts else 0 for bound in self.bounds]
        return replace(self, bounds=bounds)

    @property
    def basis(self) -> str:
        """Return the document that states the bounds; "" where they are assumed."""
        return "" if self.assumed else self.source

    @property
    def told(self) -> str:
        """Return grades and bounds in words, without whether they are assumed."""
        pairs = zip(self.grades, self.bounds_in_words(), strict=True)
        return ", ".join(f"{grade} {bound}" for grade, bound in pairs)

    def __str__(self) -> str:
        """Return the scheme as a report states it."""
        return f"{self.told} ({ASSUMED})" if self.assumed else self.told


@dataclass(frozen=True)
class BlockSchemes:
    """The scheme of each block (khối) of a table, by the name of the block."""

    of_block: Mapping[str, GradeScheme]
    name = ""

    @property
    def grades(self) -> tuple[str, ...]:
        """Return the grades of all schemes, better ones first in each."""
        order = TopologicalSorter()
        for one in self.of_block.values():
            for better, worse in pairwise([None, *one.grades]):
                order.add(worse, better)
        try:
            return tuple(order.static_order())[1:]
        except CycleError as error:
            raise Refusal(
                f"Các khối xếp loại '{error.args[1][0]}' và '{error.args[1][1]}' theo thứ tự ngược "
                "nhau", "hãy xếp loại riêng từng khối",
            ) from None  # fmt: skip

    def _named(self, table: pd.DataFrame) -> tuple[np.ndarray, dict[str, GradeScheme]]:
        """Return the number of each row's block, and the blocks of a table with their schemes."""
        if "block" not in table:
            raise Refusal(
                "Bảng không có cột khối (block) mà thang xếp loại ghi theo khối",
                "hãy dùng một thang, hoặc đếm theo khối",
            )
        blocks, names = pd.factorize(table["block"], use_na_sentinel=False)
        known = {unit_key(block): scheme for block, scheme in self.of_block.items()}
        for number, name in enumerate(names):
            if pd.isna(name) or unit_key(str(name)) not in known:
                unit = table["unit"].iloc[np.argmax(blocks == number)] if "unit" in table else ""
                what = f"Đơn vị '{unit}' không ghi khối nên" if pd.isna(name) else f"Khối '{name}'"
                raise Refusal(
                    f"{what} không có thang xếp loại (có thang: {', '.join(self.of_block)})",
                    "hãy ghi thang cho từng khối của bảng", value=name, option=Option("scheme"),
                )  # fmt: skip
        return blocks, {str(name): known[unit_key(str(name))] for name in names}

    def parts(self, table: pd.DataFrame) -> list[tuple[str, np.ndarray, GradeScheme]]:
        """Return each scheme of a table, the names of its blocks, and which rows are theirs."""
        (blocks, named), parts = self._named(table), []
        for scheme in dict.fromkeys((named or self.of_block).values()):
            names = [name for name in named if named[name] == scheme]
            rows = np.isin(blocks, [at for at, name in enumerate(named) if name in names])
            parts.append((", ".join(names), rows, scheme))
        return parts

    def of(self, *tables: pd.DataFrame) -> "BlockSchemes | GradeScheme":
        """Return the one scheme of all blocks of these tables, else those that they have."""
        named = {name: one for table in tables for name, one in self._named(table)[1].items()}
        schemes = set(named.values())
        return schemes.pop() if len(schemes) == 1 else BlockSchemes(named or self.of_block)

    def moved(self, points: float) -> "BlockSchemes":
        """Return the schemes with all bounds moved."""
        return BlockSchemes({block: one.moved(points) for block, one in self.of_block.items()})

    @property
    def assumed(self) -> bool:
        """Return whether a scheme among them is assumed."""
        return any(one.assumed for one in self.of_block.values())

    @property
    def source(self) -> str:
        """Return what is known of the documents that state the bounds."""
        return "; ".join(dict.fromkeys(one.source for one in self.of_block.values() if one.source))

    @property
    def basis(self) -> str:
        """Return the documents that state the bounds which are not assumed."""
        return "; ".join(dict.fromkeys(filter(None, (o.basis for o in self.of_block.values()))))

    @property
    def told(self) -> str:
        """Return the schemes block by block, in words."""
        return "; ".join(f"{block}: {one}" for block, one in self.of_block.items())

    __str__ = told.fget


Scheme = GradeScheme | BlockSchemes
OneScheme = str | os.PathLike | GradeScheme
AnyScheme = OneScheme | BlockSchemes | Mapping[str, OneScheme]


def scheme_for(scheme: AnyScheme, *tables: pd.DataFrame) -> Scheme:
    """Return the scheme of these tables: one, or one for each block that they have."""
    loaded = load_scheme(scheme)
    if isinstance(scheme, Mapping):
        blocks = [str(b) for t in tables if "block" in t for b in t["block"].dropna().unique()]
        keys = set(map(unit_key, blocks))
        for name in scheme:
            if blocks and unit_key(str(name)) not in keys:
                raise Refusal(
                    f"Bảng không có khối '{name}' mà thang xếp loại ghi",
                    f"hãy ghi các khối của bảng: {', '.join(dict.fromkeys(blocks))}",
                    value=name, option=Option("scheme"),
                )  # fmt: skip
    return loaded.of(*tables)


def load_scheme(name: AnyScheme) -> Scheme:
    """Return a grade scheme by its name, of a file of one's own, or one for each block.

    Parameters
    ----------
    name : str, path, GradeScheme or mapping
        A name in ``cchc_analysis/words/schemes.toml``: ``thi-xa-2020`` (assumed), ``da-nang-2011``,
        ``par-index``, ``nam-dinh-2020-so``, ``nam-dinh-2020-huyen``, ``tttt-2024``… Or a file of
        that form, of which only ``grades`` and ``bounds`` are needed: ``cua-toi.toml``, and of
        several schemes in it ``cua-toi.toml:name``. A `GradeScheme` comes back as it is. A mapping
        gives each block its own: ``{"Khối sở": "nam-dinh-2020-so", "Khối xã": "cua-toi.toml"}``.

    Raises
    ------
    ValueError
        If there is no scheme of that name, or the file does not hold one.

    Examples
    --------
    >>> load_scheme("da-nang-2011").bounds
    (90.0, 80.0, 70.0, 60.0, 0.0)
    """
    if isinstance(name, (GradeScheme, BlockSchemes)):
        return name
    if isinstance(name, Mapping):
        keys = [unit_key(str(block)) for block in name]
        if not keys or len(set(keys)) < len(keys):
            raise Refusal(
                "Thang theo khối trống, hoặc có khối ghi hai lần", "hãy ghi mỗi khối một lần"
            )
        if any(isinstance(one, Mapping | BlockSchemes) for one in name.values()):
            raise Refusal("Một khối có nhiều thang", "hãy ghi mỗi khối một thang", value=name)
        return BlockSchemes({clean(str(block)): load_scheme(one) for block, one in name.items()})
    if not isinstance(name, (str, os.PathLike)):
        raise Refusal(
            f"scheme={name!r:.60} không dùng được",
            "hãy ghi tên thang xếp loại, tệp .toml hoặc GradeScheme", value=name,
        )  # fmt: skip
    name, known = os.fspath(name), known_schemes()
    if match := _FILE.fullmatch(name):
        return _of_file(Path(match[1]), match[2])
    if name not in known:
        raise Refusal(
            f"Không có thang xếp loại '{name}'{near(name, known)}",
            f"hãy chọn một trong: {', '.join(known)}; hoặc ghi tệp .toml của bạn",
            value=name, option=Option("scheme"),
        )  # fmt: skip
    return known[name]


@cache
def known_schemes() -> dict[str, GradeScheme]:
    """Return the schemes of the catalogue by their names."""
    return {name: _scheme(name, section) for name, section in words("schemes").items()}


def _of_file(path: Path, name: str | None) -> GradeScheme:
    """Return a scheme of a file in the form of the catalogue: the one of this name, or its only."""
    schemes = _read(path)
    if name is None and len(schemes) == 1:
        (name,) = schemes
    names = ", ".join(schemes)
    if name is None:
        raise Refusal(
            f"tệp có {len(schemes)} thang xếp loại ({names})",
            "hãy nêu một thang: {option}", file=path.name,
            option=Option("scheme", f"{path.as_posix()}:{next(iter(schemes))}"),
        )  # fmt: skip
    if (name := clean(name)) not in schemes:
        raise Refusal(
            f"tệp không có thang xếp loại '{name}'", f"hãy chọn một trong: {names}",
            file=path.name, value=name, option=Option("scheme"),
        )  # fmt: skip
    section, remedy, problem = schemes[name], _FORM, ""
    for key in section:
        if key not in _KEYS:
            problem = f"không hiểu mục '{key}'{near(key, _KEYS)}"
            remedy = f"các mục dùng được: {', '.join(_KEYS)}"
        elif key in _TEXTS and not isinstance(section[key], str):
            problem = f"mục '{key}' không phải là chữ"
            remedy = f'hãy đặt trong ngoặc kép, ví dụ {key} = "{section[key]}"'
        elif key == "assumed" and not isinstance(section[key], bool):
            problem, remedy = f"mục '{key}' không phải là true hay false", f"hãy ghi {key} = true"
    for key in ("grades", "bounds"):
        if key not in section and not problem:
            problem = f"thiếu mục '{key}'"
    try:
        if not problem:
            return _scheme(name, section)
    except (Refusal, TypeError) as error:
        problem, remedy = str(error).rstrip("."), ""
    raise Refusal(problem, remedy, file=path.name, place=f"thang '{name}'")


def _read(path: Path) -> dict[str, dict]:
    """Return the sections of a file, whose names may have accents without quotes."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = tomllib.loads(_BARE_NAME.sub(lambda m: f'["{m[1].strip()}"]', text))
    except FileNotFoundError:
        raise Refusal(
            f"Không tìm thấy tệp thang xếp loại '{path}' (tìm ở {path.absolute().parent})",
            "hãy kiểm tra tên và thư mục", value=str(path),
        ) from None  # fmt: skip
    except UnicodeDecodeError:
        raise Refusal(
            "tệp không phải là chữ UTF-8", "hãy lưu lại thành UTF-8", file=path.name
        ) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = f"dòng {line[1]}" if line else "cuối tệp"
        raise Refusal("không đọc được", _FORM, file=path.name, place=place) from None
    except OSError:
        raise Refusal("không mở được tệp thang xếp loại", "hãy kiểm tra đường dẫn",
                      file=str(path)) from None  # fmt: skip
    loose = [key for key, section in found.items() if not isinstance(section, Mapping)]
    if loose or not found:
        problem = f"mục '{loose[0]}' không thuộc thang nào" if loose else "tệp không có thang nào"
        raise Refusal(problem, _FORM, file=path.name)
    return {clean(name): section for name, section in found.items()}


def _scheme(name: str, section: Mapping) -> GradeScheme:
    """Return a scheme; its source is what is known of its document."""
    about = {key: clean(section.get(key, "")) for key in _TEXTS}
    document = about["number"] + (f" ngày {about['date']}" if about["date"] else "")
    issuer = " của ".join(filter(None, [document, about["place"]]))
    year = about["years"] and f"năm {about['years']}"
    head = ", ".join(filter(None, [issuer, year, about["block"]]))
    return GradeScheme(
        section["grades"], section["bounds"], name=name, strict=section.get("strict", ()),
        source="; ".join(filter(None, [head, about["source"], about["address"]])),
        assumed=section.get("assumed", False) or not (about["number"] or about["source"]),
    )  # fmt: skip


def scheme_of_words(text: str, source: str = "") -> GradeScheme:
    """Return the scheme of "Xuất sắc 90, Tốt trên 87,5; Khá 65, Yếu", assumed without a source.

    Grades are parted by ``;`` or by a comma with a space; the last needs no bound. Nothing may be
    left over.
    """
    pieces = [clean(piece) for piece in re.split(r";|,(?=\s)", text.strip().rstrip(".;,"))]
    grades, bounds, strict = [], [], []
    for at, piece in enumerate(pieces):
        is_last = at == len(pieces) - 1
        match = _GRADE.fullmatch(piece)
        name, how, bound = match.groups() if match else (piece, None, "0" if is_last else "")
        bound, how = float(bound.replace(",", ".") or "nan"), (how or "").lower()
        is_name = _NAME.fullmatch(name)
        is_good = is_name and (is_name[1] is None or int(is_name[1]) == at + 1) and bound == bound
        is_good = is_good and not _NO_NAME.fullmatch(name)
        if is_good and how in _BELOW:  # what is left below the last bound
            goes_on = is_last and bounds and bound == bounds[-1]
            is_good = goes_on and (how == "không quá") == (grades[-1] in strict)
            bound = 0.0
        if not is_good:
            raise _left_over(piece)
        grades.append(name)
        bounds.append(bound)
        strict += [name] if how in _STRICT else []
    numbered = [name[-1].isdigit() for name in grades]
    if any(numbered) != all(numbered) or not any(bounds):
        raise _left_over(pieces[-1])
    return GradeScheme(grades, bounds, strict=strict, source=source)


def _left_over(piece: str) -> Refusal:
    return Refusal(
        f"Không hiểu '{piece}' trong các ngưỡng xếp loại",
        "hãy viết tên loại rồi ngưỡng dưới, cách nhau bằng dấu ; hoặc dấu phẩy kèm dấu cách, "
        'ví dụ {option}', value=piece,
        option=Option("cutoffs", "Xuất sắc 90; Tốt trên 80; Khá 62,5; Yếu 0"),
    )  # fmt: skip


def spelled(grade: str) -> str:
    """Return a grade as the known schemes write it ("XUẤT SẮC" → "Xuất sắc"), else as it is."""
    return known_grades().get(same(grade), clean(grade))


def grade_key(grade: str) -> str:
    """Return the key of a grade: "A", "Nhóm A" and "NHÓM A" are one."""
    return same(grade).removeprefix("nhóm ").removeprefix("loại ")


def known_order(grades: Iterable[str]) -> list[str] | None:
    """Return the grades, best first, of the first known scheme that has all these; else None."""
    keys = set(map(same, grades))
    known = (scheme.grades for scheme in known_schemes().values())
    return next((order for order in known if keys <= set(map(same, order))), None)
