"""Exact arithmetic on scores: decimals of a few places that arrive as binary floats.

Everything that decides (ties, cut-offs, sums) is decided on whole numbers of the last printed
place. A tolerance would not do: near the tolerance, A = B and B = C no longer give A = C.
"""

import math
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd

MAX_PLACES = 6
FALLBACK_PLACES = 9
Read = tuple[np.ndarray, int, np.ndarray, list[int], int]
_AT_ONCE = 2**15  # values that stay in the processor's cache while they are looked at


def places_of(values: pd.Series) -> int:
    """Return the fewest places that give every value back to within 1e-9; at most 9."""
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    places, largest = 0, 0.0
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        largest = np.fmax.reduce(np.abs(part), initial=largest)  # NaN is no number
        while True:
            if not largest * 10**places < 2**53:  # a float no longer holds every whole number
                raise ValueError(
                    f"Số {largest:g} quá lớn hoặc có quá nhiều chữ số để so sánh chính xác; hãy "
                    "kiểm tra lại cột điểm."
                )
            back = np.rint(part * 10**places) / 10**places
            if places == FALLBACK_PLACES or not np.any(np.abs(back - part) > 1e-9):
                break
            places += 1
    return places


def _whole(values: pd.Series) -> tuple[np.ndarray, int]:
    """Return `values` as `to_integers` does, but as floats: missing is NaN."""
    places = places_of(values)
    if places > MAX_PLACES:
        places = FALLBACK_PLACES
        warnings.warn(
            f"Có số nhiều hơn {MAX_PLACES} chữ số thập phân; "
            f"các số được so sánh ở {FALLBACK_PLACES} chữ số.",
            stacklevel=4,
        )
    whole = values.to_numpy(dtype="float64", na_value=np.nan) * 10**places
    return np.rint(whole, out=whole), places


def to_integers(values: pd.Series) -> tuple[pd.Series, int]:
    """Return `values` as whole numbers (Int64) of their last decimal place, and that place.

    Values that need more than six places are quantised at nine, with a warning. Missing stays
    missing.

    Examples
    --------
    >>> to_integers(pd.Series([0.1 + 0.2, 0.3]))[0].tolist()
    [3, 3]
    """
    whole, places = _whole(values)
    missing = np.isnan(whole)
    whole[missing] = 0
    return pd.Series(pd.arrays.IntegerArray(whole.astype("int64"), missing), values.index), places


def read(score: pd.Series, max_score: pd.Series) -> Read:
    """Return what the functions below ask of scores and maxima, for who calls two of them.

    Points, missing where the score or its maximum is, and their place; where the maximum of each
    stands among the distinct ones (0: there is but one), these, and their place. Points of several
    maxima are brought to one scale, with one maximum, where floats hold what is computed of them.
    """
    points, places = _whole(score)
    at, maxima = np.zeros((), dtype="int64"), max_score.to_numpy(dtype="float64", na_value=np.nan)
    if one := np.all(maxima == maxima[:1]):
        maxima = maxima[:1]
    else:
        at, maxima = pd.factorize(maxima)
    whole, scale_places = _whole(pd.Series(maxima))
    maxima = [int(maximum) for maximum in whole]
    if not one:
        largest, common = int(np.fmax.reduce(np.abs(points), initial=0)), math.lcm(*maxima)
        fits = 0 < max(largest * 100 * 10**scale_places, 10**places) * common < 2**53
        weight = [common // maximum for maximum in maxima] if fits else [1] * len(maxima)
        points *= np.array([*weight, np.nan])[at]  # the last: no maximum
        if fits:
            at, maxima = np.zeros((), dtype="int64"), [common]
    return points, places, at, maxima, scale_places


def to_fraction(value: float) -> Fraction:
    """Return one number as the exact decimal it was printed as."""
    integer, places = to_integers(pd.Series([value], dtype="float64"))
    return Fraction(int(integer[0]), 10**places)


def percent_of(score: pd.Series, max_score: pd.Series, known: Read | None = None) -> pd.Series:
    """Return score / max_score × 100, correctly rounded: 63 of 70 is 90.0."""
    points, places, at, maxima, scale_places = known or read(score, max_score)
    percent = points * (100 * 10**scale_places)
    percent /= (np.array([*maxima, np.nan]) * 10**places)[at]  # the last: no maximum
    return pd.Series(percent, score.index, copy=False)


def mean_percent(score: pd.Series, max_score: pd.Series) -> float:
    """Return the mean of score / max_score × 100 over the scores there are; NaN without any."""
    points, places = to_integers(score)
    points = points.dropna()
    sums = points.groupby(max_score[points.index]).sum()
    total = sum(Fraction(int(points_)) / to_fraction(maximum) for maximum, points_ in sums.items())
    return float(total * 100 / (len(points) * 10**places)) if len(points) else math.nan


def order_key(score: pd.Series, max_score: pd.Series, known: Read | None = None) -> pd.Series:
    """Return whole numbers (Int64) that order and tie exactly as score / max_score does.

    Where maxima differ, two units compare as fractions do: score₁·max₂ against score₂·max₁.
    """
    points, _, at, maxima, _ = known or read(score, max_score)
    missing = np.isnan(points)
    key = np.where(missing, 0, points).astype("int64")
    if len(maxima) > 1:
        # Too many places or maxima for one scale: the place of each share among them all.
        codes, unique = pd.MultiIndex.from_arrays([key[~missing], at[~missing]]).factorize()
        shares = [Fraction(int(point), maxima[which]) for point, which in unique]
        place = {share: number for number, share in enumerate(sorted(set(shares)))}
        key[~missing] = np.array([place[share] for share in shares], dtype="int64")[codes]
    return pd.Series(pd.arrays.IntegerArray(key, missing), score.index, copy=False)


def first_reached(
    score: pd.Series, max_score: pd.Series, bounds: tuple[float, ...], known: Read | None = None
) -> np.ndarray:
    """Return for each score the position of the first bound it reaches.

    Bounds are percent of `max_score`, falling and closed below. ``len(bounds)`` means that none is
    reached, -1 that the score is missing.
    """
    points, places, at, maxima, scale_places = known or read(score, max_score)
    reached = np.zeros(len(score), dtype="int16")
    for bound in bounds:
        # The least whole number of points that is so many percent of each maximum, or more.
        percent = to_fraction(bound) * 10**places / (100 * 10**scale_places)
        reached += points >= np.array([*(math.ceil(percent * m) for m in maxima), np.nan])[at]
    return np.where(np.isnan(points), -1, len(bounds) - reached)
