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


def to_integers(values: pd.Series) -> tuple[pd.Series, int]:
    """Return `values` as whole numbers of their last decimal place, and that place.

    The place is the smallest of 0…6 that gives every value back to within 1e-9. Values that need
    more are quantised at 9 places, with a warning. Missing stays missing.

    Parameters
    ----------
    values : Series of float

    Returns
    -------
    tuple of (Series of Int64 with the same index, int)

    Raises
    ------
    ValueError
        If a value is infinite or has more digits than a float holds exactly (2**53).

    Examples
    --------
    >>> to_integers(pd.Series([0.1 + 0.2, 0.3]))[0].tolist()
    [3, 3]
    """
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    missing = np.isnan(numbers)
    known = np.where(missing, 0.0, numbers)
    for places in range(MAX_PLACES + 1):
        scaled = np.rint(known * 10**places)
        if np.all(np.abs(scaled / 10**places - known) <= 1e-9):
            break
    else:
        places = FALLBACK_PLACES
        scaled = np.rint(known * 10**places)
        warnings.warn(
            f"Có số nhiều hơn {MAX_PLACES} chữ số thập phân; "
            f"các số được so sánh ở {FALLBACK_PLACES} chữ số.",
            stacklevel=3,
        )
    if np.any(np.abs(scaled) >= 2**53):
        raise ValueError(
            f"Số {known[np.abs(scaled).argmax()]:g} quá lớn hoặc có quá nhiều chữ số để so sánh "
            "chính xác; hãy kiểm tra lại cột điểm."
        )
    integers = pd.array(scaled.astype("int64"), dtype="Int64")
    integers[missing] = pd.NA
    return pd.Series(integers, index=values.index), places


def to_fraction(value: float) -> Fraction:
    """Return one number as the exact decimal it was printed as."""
    integer, places = to_integers(pd.Series([value], dtype="float64"))
    return Fraction(int(integer.iloc[0]), 10**places)


def mean_percent(score: pd.Series, max_score: pd.Series) -> float:
    """Return the mean of score / max_score × 100 over the scores there are; NaN if there are none."""
    points, places = to_integers(score)
    points = points.dropna()
    if points.empty:
        return math.nan
    sums = points.groupby(max_score[points.index]).sum()
    total = sum(Fraction(int(sum_)) / to_fraction(maximum) for maximum, sum_ in sums.items())
    return float(total * 100 / (len(points) * 10**places))


def percent_of(score: pd.Series, max_score: pd.Series) -> pd.Series:
    """Return score / max_score × 100, correctly rounded: 63 of 70 is 90.0."""
    points, point_places = to_integers(score)
    scales, scale_places = to_integers(max_score)
    parts = points.astype("Float64") * (100 * 10**scale_places)
    return (parts / (scales.astype("Float64") * 10**point_places)).astype("float64")


def order_key(score: pd.Series, max_score: pd.Series) -> pd.Series:
    """Return whole numbers that order and tie exactly as score / max_score does.

    Two units compare as score₁·max₂ against score₂·max₁. Over the least common multiple of the
    maxima that is one number a unit; where it would not fit 64 bits, its place in the order.
    """
    points, _ = to_integers(score)
    scales, _ = to_integers(max_score)
    maxima = [int(m) for m in scales.dropna().unique()]
    common = math.lcm(*maxima)
    highest = int(points.abs().max()) if points.notna().any() else 0
    if all(highest * (common // m) < 2**63 for m in maxima):
        return points * scales.map({m: common // m for m in maxima}).astype("Int64")
    known = points.notna() & scales.notna()
    products = [
        p * (common // m) for p, m in zip(points[known].tolist(), scales[known].tolist(), strict=True)
    ]
    place = {product: i for i, product in enumerate(sorted(set(products)))}
    key = pd.Series(pd.NA, index=score.index, dtype="Int64")
    key[known] = [place[p] for p in products]
    return key


def first_reached(score: pd.Series, max_score: pd.Series, bounds: tuple[float, ...]) -> np.ndarray:
    """Return for each score the position of the first bound it reaches, closed below.

    Parameters
    ----------
    score, max_score : Series of float, points
    bounds : tuple of float
        Percent of `max_score`, falling.

    Returns
    -------
    ndarray of int
        ``len(bounds)`` where no bound is reached, -1 where the score is missing.
    """
    points, places = to_integers(score)
    cuts = [to_fraction(bound) for bound in bounds]
    position = np.full(len(score), -1)
    for maximum in max_score.dropna().unique():
        here = (points.notna() & (max_score == maximum)).to_numpy(dtype=bool)
        # The least whole number of points that is bound % of this maximum or more, rising.
        whole = to_fraction(maximum) * 10**places / 100
        least = np.array([math.ceil(cut * whole) for cut in reversed(cuts)], dtype="int64")
        reached = np.searchsorted(least, points[here].to_numpy(dtype="int64"), side="right")
        position[here] = len(bounds) - reached
    return position
