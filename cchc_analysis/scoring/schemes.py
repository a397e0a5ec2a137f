"""Grade schemes: which percent earns which grade, and who says so."""

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.catalogue import in_file, known_schemes, of_file, of_words
from cchc_analysis.text import clean, decimal_comma, same, unit_key
from cchc_analysis.vocabulary import ASSUMED, RESERVED_GRADES, known_grades

DEFAULT_SCHEME = "thi-xa-2020"


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
        for many in (self.grades, self.bounds, self.strict):
            if isinstance(many, str) or not isinstance(many, Iterable):
                raise TypeError(
                    "grades, bounds và strict là những danh sách, ví dụ ['Đạt', 'Không đạt'], "
                    "[50, 0], strict=['Đạt']."
                )
        grades, bounds, source = tuple(self.grades), tuple(self.bounds), clean(self.source or "")
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
        object.__setattr__(self, "grades", grades)
        object.__setattr__(self, "bounds", tuple(map(float, bounds)))
        object.__setattr__(self, "strict", is_strict)
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "assumed", bool(self.assumed) or not source)

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

    def bounds_in_words(self) -> list[str]:
        """Return the bounds as they are read: "từ 90%", "trên 80%", "dưới 50%" for what is left.

        What is left under "trên 50%" is "không quá 50%".
        """
        told = []
        for at, (bound, above) in enumerate(zip(self.bounds, self.is_strict, strict=True)):
            words, of = "trên" if above else "từ", bound
            if not (bound or above) and at:
                words = "không quá" if self.is_strict[at - 1] else "dưới"
                of = self.bounds[at - 1]
            told.append(f"{words} {decimal_comma(of)}%")
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

    def sourced(self, source: str) -> "GradeScheme":
        """Return the scheme as this document states it, so that it is assumed no more."""
        return replace(self, source=source, assumed=False)

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
        blocks, named = self._named(table)
        schemes = list(named.values()) or list(self.of_block.values())
        return [
            (
                ", ".join(name for name, its in named.items() if its == scheme),
                np.isin(blocks, [at for at, its in enumerate(schemes) if its == scheme]),
                scheme,
            )
            for scheme in dict.fromkeys(schemes)
        ]

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
        """Return the documents that state the bounds."""
        return "; ".join(dict.fromkeys(one.source for one in self.of_block.values() if one.source))

    @property
    def told(self) -> str:
        """Return the schemes block by block, in words."""
        return "; ".join(f"{block}: {one}" for block, one in self.of_block.items())

    __str__ = told.fget


OneScheme = str | os.PathLike | GradeScheme
AnyScheme = OneScheme | BlockSchemes | Mapping[str, OneScheme]


def scheme_for(scheme: AnyScheme, *tables: pd.DataFrame) -> GradeScheme | BlockSchemes:
    """Return the scheme of these tables: one, or one for each block that they have."""
    loaded = load_scheme(scheme)
    if isinstance(scheme, Mapping):
        blocks = [str(b) for t in tables if "block" in t for b in t["block"].dropna().unique()]
        keys = set(map(unit_key, blocks))
        for name in scheme:
            if blocks and unit_key(name) not in keys:
                raise Refusal(
                    f"Bảng không có khối '{name}' mà thang xếp loại ghi",
                    f"hãy ghi các khối của bảng: {', '.join(dict.fromkeys(blocks))}",
                    value=name, option=Option("scheme"),
                )  # fmt: skip
    return loaded.of(*tables)


def load_scheme(name: AnyScheme) -> GradeScheme | BlockSchemes:
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
        keys = [unit_key(block) for block in name]
        if not keys or len(set(keys)) < len(keys):
            raise Refusal(
                "Thang theo khối trống, hoặc có khối ghi hai lần", "hãy ghi mỗi khối một lần"
            )
        return BlockSchemes({clean(block): load_scheme(one) for block, one in name.items()})
    if not isinstance(name, (str, os.PathLike)):
        raise TypeError(
            f"scheme nhận tên thang xếp loại, tệp .toml hoặc GradeScheme, không nhận {name!r:.60}."
        )
    name, known = os.fspath(name), known_schemes()
    if found := in_file(name):
        path, section = Path(found[0]), found[1]
        name, arguments = of_file(path, section)
        try:
            return GradeScheme(name=name, **arguments)
        except (Refusal, TypeError) as error:
            raise Refusal(str(error).rstrip("."), file=path.name, place=f"thang '{name}'") from None
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f" (có phải '{close[0]}'?)" if close else ""
        raise Refusal(
            f"Không có thang xếp loại '{name}'{hint}",
            f"hãy chọn một trong: {', '.join(known)}; hoặc ghi tệp .toml của bạn",
            value=name, option=Option("scheme"),
        )  # fmt: skip
    return GradeScheme(name=name, **known[name])


def scheme_of_words(text: str, source: str = "") -> GradeScheme:
    """Return the scheme of "Xuất sắc 90, Tốt trên 80; Khá 65, Yếu", assumed without a source."""
    return GradeScheme(**of_words(text), source=source)


def scheme_names() -> list[str]:
    """Return the names that `load_scheme` knows."""
    return list(known_schemes())


def spelled(grade: str) -> str:
    """Return a grade as the known schemes write it ("XUẤT SẮC" → "Xuất sắc"), else as it is."""
    return known_grades().get(same(grade), clean(grade))


def grade_key(grade: str) -> str:
    """Return the key of a grade: "A", "Nhóm A" and "NHÓM A" are one."""
    return same(grade).removeprefix("nhóm ").removeprefix("loại ")


def known_order(grades: Iterable[str]) -> list[str] | None:
    """Return the grades, best first, of the first known scheme that has all these; else None."""
    keys = set(map(same, grades))
    known = (scheme["grades"] for scheme in known_schemes().values())
    return next((order for order in known if keys <= set(map(same, order))), None)
