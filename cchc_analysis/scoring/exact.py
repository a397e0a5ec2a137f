"""Exact arithmetic on scores: decimals of a few places that arrive as binary floats.

Everything that decides (ties, cut-offs, sums) is decided on whole numbers of the last printed
place. A tolerance would not do: near the tolerance, A = B and B = C no longer give A = C.
"""

import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import zip_longest
from numbers import Real

import numpy as np
import pandas as pd

from cchc_analysis.groups import SCORES, check_columns
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import SHOWN, decimal_comma, quoted

MAX_PLACES = 6
FALLBACK_PLACES = 9
NOISE = 1e-9  # of a float: half of it is less than the ninth place
_STAGES = ("self_score", "survey_score")
_NUMBERS = ("score", "max_score", "bonus", "published_rank", "published_total", *_STAGES)
_ENDLESS = "không phải là một số hữu hạn"
_AT_ONCE = 2**15  # values that stay in the processor's cache while they are looked at


@dataclass(frozen=True)
class Exact:
    """The scores of a table and their maxima, as whole numbers of their last places.

    `points` are floats that hold whole numbers of 10^-`places`, NaN where the score or its maximum
    is missing. `maxima` are the distinct ones, in 10^-`max_places`, and `which` tells for each
    score its maximum (one number for all where there is one; -1: none). Points of several maxima
    are brought to one scale where floats hold what is computed of them. `table` is theirs, with
    floats for numbers that came as objects.
    """

    points: np.ndarray
    places: int
    maxima: tuple[int, ...]
    max_places: int
    which: np.ndarray
    table: pd.DataFrame

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Exact":
        """Return the scores and maxima of a table that is known to have good ones."""
        objects = [c for c in _NUMBERS if c in table and table[c].dtype == "object"]
        if objects:  # pd.NA, None, Decimal
            table = table.assign(**{column: floats(table[column]) for column in objects})
        points, places = _whole(table["score"])
        which, maxima = np.zeros((), dtype="int64"), _maxima(table)
        if not (one := len(maxima) <= 1):
            which, maxima = pd.factorize(maxima)
        whole, max_places = _whole(pd.Series(maxima))
        maxima = [int(maximum) for maximum in whole if not np.isnan(maximum)]
        if not one:
            largest, common = int(np.fmax.reduce(np.abs(points), initial=0)), math.lcm(*maxima)
            if 0 < max(largest * 100 * 10**max_places, 10**places) * common < 2**53:
                points *= _last_is_missing([common // maximum for maximum in maxima])[which]
                which, maxima = np.zeros((), dtype="int64"), [common]
            else:
                points[which < 0] = np.nan
        if not maxima:
            points[:] = np.nan
        return cls(points, places, tuple(maxima), max_places, which, table)

    @cached_property
    def missing(self) -> np.ndarray:
        """Return which scores cannot be ranked: they or their maxima are missing."""
        return np.isnan(self.points)

    def percent(self) -> pd.Series:
        """Return score / max_score × 100, correctly rounded: 63 of 70 is 90.0."""
        percent = self.points * (100 * 10**self.max_places)
        percent /= (_last_is_missing(self.maxima) * 10**self.places)[self.which]
        return pd.Series(percent, self.table.index, copy=False)

    @cached_property
    def on_one_scale(self) -> tuple[np.ndarray, Fraction]:
        """Return whole numbers in the proportions of the shares, and the percent that a 1 is.

        What is missing is 0. They are Python's, of any size, where 64 bits would not hold their
        sum: where maxima differ, two units compare as fractions do, score₁·max₂ and score₂·max₁.
        """
        whole = np.zeros(len(self.points), dtype="int64")
        np.copyto(whole, self.points, where=~self.missing, casting="unsafe")
        common = math.lcm(*self.maxima)
        largest = max(int(whole.max(initial=0)), -int(whole.min(initial=0)))
        if len(self.maxima) > 1 or largest * len(whole) >= 2**63:
            weights = np.array([*(common // maximum for maximum in self.maxima), 0], dtype="object")
            whole = whole.astype("object") * weights[self.which]
        return whole, Fraction(100 * 10**self.max_places, common * 10**self.places)

    @cached_property
    def keys(self) -> np.ndarray:
        """Return whole numbers that order and tie exactly as score / max_score does."""
        whole, _ = self.on_one_scale
        return pd.factorize(whole, sort=True)[0] if whole.dtype == "object" else whole

    @property
    def order(self) -> pd.Series:
        """Return the keys as a column (Int64) of the table; missing stays missing."""
        keys = pd.arrays.IntegerArray(self.keys, self.missing)
        return pd.Series(keys, self.table.index, copy=False)

    def first_reached(self, bounds: Sequence[float], strict: Sequence[bool] = ()) -> np.ndarray:
        """Return for each score the position of the first bound it reaches.

        Bounds are percent of the maximum, falling, and closed below unless `strict` says that one
        must be passed. ``len(bounds)`` means that none is reached, -1 that the score is missing.
        """
        reached = np.zeros(len(self.points), dtype="int16")
        for bound, above in zip_longest(bounds, strict, fillvalue=False):
            # The least whole number of points that is so many percent of each maximum, or more.
            percent = to_fraction(bound) * 10**self.places / (100 * 10**self.max_places)
            needed = [percent * maximum for maximum in self.maxima]
            needed = [math.floor(n) + 1 if above else math.ceil(n) for n in needed]
            least = _last_is_missing(needed)
            reached += self.points >= least[self.which]
        return np.where(self.missing, -1, len(bounds) - reached)


class PlacesWarning(UserWarning):
    """What is told of numbers with more places than scores are printed with."""


@contextmanager
def told_once() -> Iterator[None]:
    """Give each warning once, to who called the function that this is in: tables share theirs."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    for message in {str(one.message): one.message for one in told}.values():
        warnings.warn(message, stacklevel=4)


def checked(table: pd.DataFrame, needed: Sequence[str] = SCORES) -> Exact:
    """Return the scores of a table that enters the package, refusing those that are none.

    What is told or asked once is so of a table that is new: one with ``percent`` was here.
    """
    check_columns(table, needed)
    is_new = "percent" not in table
    if is_new:  # what pandas compares when tables are joined, and what it does not add up
        columns = ("unit", "score", "max_score", "block")
        own = [c for c in columns if c in table and table[c].dtype == "category"]
        table = table.copy(deep=False)
        table.attrs = {}
        table = table.astype(dict.fromkeys(own, "object"))
    for column, kinds in (("block", str | int), ("unit", str), ("published_grade", str)):
        values = table.get(column, pd.Series(dtype="str"))
        if values.dtype not in ("str", "category"):
            right = values.map(lambda value, kinds=kinds: isinstance(value, kinds)).astype("bool")
            _refuse(table, column, values.notna() & ~right, "không phải là chữ")
    if "block" in table and table["block"].dtype not in ("str", "category"):
        table = table.assign(block=table["block"].astype("str"))
    if "year" in table and table["year"].dtype == "str" and table["year"].str.isdecimal().all():
        table = table.assign(year=table["year"].astype("int64"))
    if is_new and not _are_names(table["unit"].to_numpy("object")):
        _refuse(table, "unit", table["unit"].isna(), "không phải là chữ")
        _refuse(table, "unit", table["unit"].str.strip() == "", "để trống")
    for column in (c for c in (*_NUMBERS, "year") if c in table):
        values = table[column]
        if not pd.api.types.is_numeric_dtype(values) or values.dtype.kind in "bc":
            wrong = ~values.map(_is_number_or_missing).astype("bool")
            if wrong.any():
                is_text = isinstance(values[wrong.to_numpy()].iloc[0], str)
                why = "là chữ, không phải số" if is_text else "không phải là số"
                _refuse(table, column, wrong, why)
        if is_new and column not in ("score", "max_score"):
            _refuse(table, column, np.isinf(floats(values)), _ENDLESS)
    if is_new and "published_rank" in table:
        ranks = floats(table["published_rank"])
        wrong = (ranks < 1) | (ranks % 1 > 0)
        _refuse(table, "published_rank", wrong, "không phải là số nguyên từ 1 trở lên")
    if "year" in table and table["year"].dtype.kind not in "iu":
        _refuse(table, "year", floats(table["year"]) % 1 > 0, "không phải là số nguyên")
    score, most = floats(table["score"]), _maxima(table)
    _refuse(table, "max_score", most <= 0, "không lớn hơn 0")
    _refuse(table, "max_score", np.isinf(most), _ENDLESS)  # a score that is, is above it
    beyond = np.fmax(floats(table["bonus"]), 0) if "bonus" in table else 0
    limits = {"score": most + beyond} | {stage: most for stage in _STAGES if stage in table}
    for column, limit in limits.items():
        points = floats(table[column])
        wrong = (points < -NOISE) | (points > limit + NOISE)
        _refuse(table, column, wrong, "nằm ngoài khoảng từ 0 đến điểm tối đa")
    if np.isnan(most).any():
        wrong = np.isnan(most) & ~np.isnan(score)
        _refuse(table, "score", wrong, "không có điểm tối đa", "hãy ghi điểm tối đa (max_score)")
    if "year" in table and table["year"].dtype.kind == "f" and (table["year"] % 1 == 0).all():
        table = table.assign(year=table["year"].astype("int64"))  # 2024.0, of a joined table
    exact = Exact.of(table)
    if is_new and FALLBACK_PLACES in (exact.places, exact.max_places):
        warnings.warn(
            f"Có số nhiều hơn {MAX_PLACES} chữ số thập phân; "
            f"các số được so sánh ở {FALLBACK_PLACES} chữ số.",
            PlacesWarning,
            stacklevel=3,
        )
    return exact


def _are_names(units: np.ndarray) -> bool:
    """Return whether all units, texts or missing, have a name that is not blank."""
    try:
        return all(map(str.strip, units))
    except TypeError:  # what is missing is no text
        return False


def _is_number_or_missing(value: object) -> bool:
    if isinstance(value, (Real, Decimal)):
        # A float holds less than some whole numbers and fractions of Python.
        return not isinstance(value, (bool, np.bool_)) and not abs(value) > sys.float_info.max
    return value is None or value is pd.NA


def _refuse(
    table: pd.DataFrame, column: str, wrong: pd.Series | np.ndarray, why: str,
    remedy: str = "hãy sửa lại ô này trong bảng",
) -> None:  # fmt: skip
    """Refuse the first value of a column that is wrong, if there is one."""
    if not np.any(wrong):
        return
    at = int(np.argmax(np.asarray(wrong)))
    unit, value = table["unit"].iloc[at], table[column].iloc[at]
    is_number = _is_number_or_missing(value) and isinstance(value, Real)
    told = decimal_comma(float(value)) if is_number else quoted(value)
    what = {"score": "Điểm", "unit": "Tên đơn vị"}.get(column) or SHOWN[column]
    of = "" if column == "unit" else f" của {quoted(unit)}"
    raise Refusal(
        f"{what} {told}{of} {why}", remedy,
        place=f"cột '{column}', dòng thứ {at + 1} của bảng", value=value,
    )  # fmt: skip


def places_of(values: pd.Series) -> int:
    """Return the fewest places that give every value back to within 1e-9; at most 9."""
    numbers = floats(values)
    places, largest = 0, 0.0
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        largest = np.fmax.reduce(np.abs(part), initial=largest)  # NaN is no number
        while True:
            if not largest * 10**places < 2**53:  # a float no longer holds every whole number
                raise Refusal(
                    f"Số {largest:g} quá lớn hoặc có quá nhiều chữ số để so sánh chính xác",
                    "hãy kiểm tra lại cột điểm",
                )
            back = np.rint(part * 10**places) / 10**places
            if places == FALLBACK_PLACES or not np.any(np.abs(back - part) > NOISE):
                break
            places += 1
    return places


def to_integers(values: pd.Series) -> tuple[pd.Series, int]:
    """Return `values` as whole numbers (Int64) of their last place (above six, nine), and that."""
    whole, places = _whole(values)
    missing = np.isnan(whole)
    whole[missing] = 0
    return pd.Series(pd.arrays.IntegerArray(whole.astype("int64"), missing), values.index), places


def to_common_integers(table: pd.DataFrame, *columns: str) -> tuple[int, list[pd.Series]]:
    """Return columns as whole numbers of one last place, and how many of them make a point."""
    rows = len(table)
    values = [pd.Series(floats(table[column]), table.index) for column in columns]
    whole, places = to_integers(pd.concat(values))
    return 10**places, [whole[at * rows :][:rows] for at in range(len(columns))]


def to_fraction(value: float) -> Fraction:
    """Return one number as the exact decimal it was printed as."""
    integer, places = to_integers(pd.Series([value], dtype="float64"))
    return Fraction(int(integer[0]), 10**places)


def mean_percent(table: pd.DataFrame) -> float:
    """Return the mean of score / max_score × 100 over the scores there are; NaN without any."""
    points = Exact.of(table)
    whole, percent = points.on_one_scale
    scored = int((~points.missing).sum())
    return float(int(whole.sum()) * percent / scored) if scored else math.nan


def floats(values: pd.Series) -> np.ndarray:
    """Return numbers as floats; one that was kept in 32 bits is the decimal that it shows."""
    if values.dtype in ("float32", "Float32"):
        values = pd.to_numeric(values.astype("float32").astype("str"))
    return values.to_numpy(dtype="float64", na_value=np.nan)


def _maxima(table: pd.DataFrame) -> np.ndarray:
    """Return the maximum of each score, or the one that all of them have."""
    maxima = floats(table["max_score"])
    return maxima[:1] if np.all(maxima == maxima[:1]) else maxima


def _whole(values: pd.Series) -> tuple[np.ndarray, int]:
    """Return `values` as `to_integers` does, but as floats: missing is NaN."""
    places = places_of(values)
    if places > MAX_PLACES:
        places = FALLBACK_PLACES
    whole = floats(values) * 10**places
    return np.rint(whole, out=whole), places


def _last_is_missing(numbers: Sequence[int]) -> np.ndarray:
    """Return numbers of maxima with NaN behind them, where -1, no maximum, finds it."""
    return np.array([*numbers, np.nan])
