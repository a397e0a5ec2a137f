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


def places_of(values: pd.Series) -> int:
    """Return the fewest places that give every value back to within 1e-9; at most 9."""
    known = values.dropna().to_numpy(dtype="float64")
    for places in range(FALLBACK_PLACES + 1):
        scaled = np.rint(known * 10**places)
        if not np.all(np.abs(scaled) < 2**53):  # a float no longer holds every whole number
            raise ValueError(
                f"Số {known[np.abs(scaled).argmax()]:g} quá lớn hoặc có quá nhiều chữ số để so "
                "sánh chính xác; hãy kiểm tra lại cột điểm."
            )
        if np.all(np.abs(scaled / 10**places - known) <= 1e-9):
            break
    return places


def to_integers(values: pd.Series) -> tuple[pd.Series, int]:
    """Return `values` as whole numbers (Int64) of their last decimal place, and that place.

    Values that need more than six places are quantised at nine, with a warning. Missing stays
    missing.

    Examples
    --------
    >>> to_integers(pd.Series([0.1 + 0.2, 0.3]))[0].tolist()
    [3, 3]
    """
    places = places_of(values)
    if places > MAX_PLACES:
        places = FALLBACK_PLACES
        warnings.warn(
            f"Có số nhiều hơn {MAX_PLACES} chữ số thập phân; "
            f"các số được so sánh ở {FALLBACK_PLACES} chữ số.",
            stacklevel=3,
        )
    return (values.astype("float64") * 10**places).round().astype("Int64"), places


def to_fraction(value: float) -> Fraction:
    """Return one number as the exact decimal it was printed as."""
    integer, places = to_integers(pd.Series([value], dtype="float64"))
    return Fraction(int(integer[0]), 10**places)


def percent_of(score: pd.Series, max_score: pd.Series) -> pd.Series:
    """Return score / max_score × 100, correctly rounded: 63 of 70 is 90.0."""
    points, point_places = to_integers(score)
    scales, scale_places = to_integers(max_score)
    parts = points.astype("float64") * (100 * 10**scale_places)
    return parts / (scales.astype("float64") * 10**point_places)


def mean_percent(score: pd.Series, max_score: pd.Series) -> float:
    """Return the mean of score / max_score × 100 over the scores there are; NaN without any."""
    points, places = to_integers(score)
    points = points.dropna()
    sums = points.groupby(max_score[points.index]).sum()
    total = sum(Fraction(int(points_)) / to_fraction(maximum) for maximum, points_ in sums.items())
    return float(total * 100 / (len(points) * 10**places)) if len(points) else math.nan


def order_key(score: pd.Series, max_score: pd.Series) -> pd.Series:
    """Return whole numbers (Int64) that order and tie exactly as score / max_score does.

    Where maxima differ, two units compare as fractions do: score₁·max₂ against score₂·max₁.
    """
    points, _ = to_integers(score)
    if max_score.nunique() == 1:
        return points
    scales, _ = to_integers(max_score)
    known = (points.notna() & scales.notna()).to_numpy()
    common = math.lcm(*map(int, scales[known].unique()))
    if known.any() and 0 < int(points.abs().max()) * common < 2**63:
        return points * (common // scales)
    # Too many places or maxima for 64 bits: the place of each share among them all.
    pairs = pd.MultiIndex.from_arrays([points[known], scales[known]])
    codes, unique = pairs.factorize()
    shares = [Fraction(int(point), int(scale)) for point, scale in unique]
    place = {share: at for at, share in enumerate(sorted(set(shares)))}
    key = np.zeros(len(score), dtype="int64")
    key[known] = np.array([place[share] for share in shares], dtype="int64")[codes]
    return pd.Series(pd.arrays.IntegerArray(key, ~known), index=score.index)


def first_reached(score: pd.Series, max_score: pd.Series, bounds: tuple[float, ...]) -> np.ndarray:
    """Return for each score the position of the first bound it reaches.

    Bounds are percent of `max_score`, falling and closed below. ``len(bounds)`` means that none is
    reached, -1 that the score is missing.
    """
    points, places = to_integers(score)
    rising = [to_fraction(bound) for bound in reversed(bounds)]
    position = np.full(len(score), -1)
    for maximum in max_score.dropna().unique():
        here = (points.notna() & (max_score == maximum)).to_numpy(dtype=bool)
        # The least whole number of points that is so many percent of this maximum, or more.
        least = [math.ceil(cut * to_fraction(maximum) * 10**places / 100) for cut in rising]
        reached = np.searchsorted(least, points[here].to_numpy(dtype="int64"), side="right")
        position[here] = len(bounds) - reached
    return position
