"""Grade schemes: which percent earns which grade, and who says so."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import clean, decimal_comma, same
from cchc_analysis.vocabulary import ASSUMED, RESERVED_GRADES, known_grades, words

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
        True where no document was found that states them.

    Raises
    ------
    ValueError
        If names and bounds do not make a scheme.

    Examples
    --------
    >>> print(GradeScheme(["Đạt", "Không đạt"], [50, 0]))
    Đạt từ 50%, Không đạt dưới 50%
    """

    grades: Sequence[str]
    bounds: Sequence[float]
    _: KW_ONLY
    name: str = ""
    source: str = ""
    assumed: bool = False

    def __post_init__(self) -> None:
        """Check the bounds, and keep names and bounds as tuples."""
        if isinstance(self.grades, str) or isinstance(self.bounds, str):
            raise TypeError(
                "grades và bounds là hai danh sách, ví dụ ['Đạt', 'Không đạt'], [50, 0]."
            )
        grades = tuple(clean(str(grade)) for grade in self.grades)
        bounds = tuple(float(bound) for bound in self.bounds)
        if not grades or len(grades) != len(bounds):
            raise Refusal(
                f"Thang xếp loại có {len(grades)} tên loại và {len(bounds)} ngưỡng",
                "mỗi loại cần đúng một ngưỡng dưới",
            )
        keys = [same(grade) for grade in grades]
        for grade, key in zip(grades, keys, strict=True):
            if not key or keys.count(key) > 1 or key in map(same, RESERVED_GRADES):
                raise Refusal(
                    f"Tên loại '{grade}' trống, bị lặp hoặc có nghĩa khác", "hãy đặt tên khác"
                )
        for bound in bounds:
            if not 0 <= bound <= 100:
                raise Refusal(f"Ngưỡng {bound:g} phải nằm trong khoảng 0 đến 100 (%)")
        for better, worse in pairwise(bounds):
            if better <= worse:
                raise Refusal(f"Ngưỡng {worse:g} đứng sau {better:g}", "các ngưỡng phải giảm dần")
        object.__setattr__(self, "grades", grades)
        object.__setattr__(self, "bounds", bounds)

    def bounds_in_words(self) -> list[str]:
        """Return the bounds as they are read: "từ 90%", "dưới 50%" for a grade that begins at 0."""
        told = []
        for bound, higher in zip(self.bounds, (None, *self.bounds[:-1]), strict=True):
            from_ = f"từ {decimal_comma(bound)}%"
            told.append(from_ if bound or higher is None else f"dưới {decimal_comma(higher)}%")
        return told

    def __str__(self) -> str:
        """Return the scheme as a report states it."""
        pairs = zip(self.grades, self.bounds_in_words(), strict=True)
        told = ", ".join(f"{grade} {bound}" for grade, bound in pairs)
        return f"{told} ({ASSUMED})" if self.assumed else told


def load_scheme(name: str | GradeScheme) -> GradeScheme:
    """Return a grade scheme by its name.

    Parameters
    ----------
    name : str or GradeScheme
        A name in ``cchc_analysis/words/schemes.toml``: ``thi-xa-2020`` (assumed), ``da-nang-2011``,
        ``par-index``, ``nam-dinh-2020-so``, ``nam-dinh-2020-huyen`` or ``tttt-2024``. A
        `GradeScheme` comes back as it is.

    Raises
    ------
    ValueError
        If there is no scheme of that name.

    Examples
    --------
    >>> load_scheme("da-nang-2011").bounds
    (90.0, 80.0, 70.0, 60.0, 0.0)
    """
    if isinstance(name, GradeScheme):
        return name
    if not isinstance(name, str):
        raise TypeError(f"scheme nhận tên thang xếp loại hoặc GradeScheme, không nhận {name!r}.")
    known = _known()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f" (có phải '{close[0]}'?)" if close else ""
        raise Refusal(
            f"Không có thang xếp loại '{name}'{hint}", f"hãy chọn một trong: {', '.join(known)}",
            value=name, option=Option("scheme"),
        )  # fmt: skip
    return GradeScheme(name=name, **known[name])


def scheme_names() -> list[str]:
    """Return the names that `load_scheme` knows."""
    return list(_known())


def spelled(grade: str) -> str:
    """Return a grade as the known schemes write it ("XUẤT SẮC" → "Xuất sắc"), else as it is."""
    return known_grades().get(same(grade), clean(grade))


def known_order(grades: Iterable[str]) -> list[str] | None:
    """Return the grades, best first, of the first known scheme that has all these; else None."""
    keys = set(map(same, grades))
    known = (scheme["grades"] for scheme in _known().values())
    return next((order for order in known if keys <= set(map(same, order))), None)


def _known() -> dict[str, dict]:
    return words("schemes")
