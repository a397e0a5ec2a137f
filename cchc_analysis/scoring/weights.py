"""Whether published totals are a weighted mean of the fields, and with which weights."""

from typing import NamedTuple

import numpy as np

_MORE_UNITS = 2  # than fields: as many as fields would fit any totals
_DROPPED = 10  # one unit in so many may break the weights
_NOISE = 1e-9


class Weights(NamedTuple):
    """The weight of each field, fractions, and which units they reproduce."""

    of_fields: np.ndarray
    fits: np.ndarray


def fitted_weights(percents: np.ndarray, totals: np.ndarray, room: float) -> Weights | None:
    """Return the weights that give the totals of units (rows) from their fields, if any do.

    They are not negative, the same for all units, and give every total to within `room` but for
    at most a tenth of the units, which then break them.
    """
    units, fields = percents.shape
    kept = np.isfinite(percents).all(axis=1) & np.isfinite(totals)
    for _ in range(1 + kept.sum() // _DROPPED):
        if kept.sum() < fields + _MORE_UNITS:
            return None
        weights, _, rank, _ = np.linalg.lstsq(percents[kept], totals[kept], rcond=None)
        if rank < fields:
            return None
        for places in (2, 3, 9):  # weights are printed as whole percent, if they are
            tried = np.round(weights, places)
            off = np.abs(percents @ tried - totals)
            if (tried >= 0).all() and (off[kept] <= room + _NOISE).all():
                return Weights(tried, kept)
        off = np.where(kept, np.abs(percents @ weights - totals), -1)
        kept = kept & (np.arange(units) != off.argmax())
    return None
