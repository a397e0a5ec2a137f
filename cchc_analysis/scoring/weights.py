"""What the fields of each unit add up to, and the weights by which they give its total."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.groups import group_columns, group_numbers, of_group, several_groups
from cchc_analysis.scoring.fields import (
    lacking_fields,
    to_common_integers,
    total_fields,
    who_lacks,
    whole_fields,
)
from cchc_analysis.scoring.printing import format_number, printed_places
from cchc_analysis.text import decimal_comma, unit_key

_MORE_UNITS = 2  # than fields: as many as fields would fit any totals
_MOST_BREAK = 0.1  # of the units may break the weights
_MOST_DIFFER = 0.5  # where more sums differ, the total may be a weighted one
_NOISE = 1e-9


class Sums(NamedTuple):
    """How the sums of fields agree with the totals of units.

    `wrong` has the row of the ranking, what is published, what is computed, and a note; `units` is
    how many were compared; `weights` has, for each group that is weighted, its year and block and
    the points that each field is worth.
    """

    wrong: list[tuple[int, str, str, str]]
    units: int
    told: str
    weights: list[tuple[dict, dict[str, float]]]


def sums_of(ranking: pd.DataFrame, fields: pd.DataFrame) -> Sums:
    """Hold the sum of each unit's fields, or their weighted mean, against its total."""
    totals = total_fields(fields)
    keys = [column for column in group_columns(ranking) if column in totals]
    ours, theirs = (
        pd.DataFrame({c: table[c].astype("str").map(unit_key) for c in (*keys, "unit")})
        for table in (ranking, totals)
    )
    theirs["sum"], theirs["most"] = totals["score"], totals["max_score"]
    theirs["published_total"] = totals.get("published_total", float("nan"))
    both = ours.assign(score=ranking["score"]).merge(
        theirs.drop_duplicates([*keys, "unit"]), how="left", on=[*keys, "unit"]
    )
    numbers = both[["sum", "score", "published_total"]]
    _, (whole, *stated) = to_common_integers(both, *numbers)
    differs, other = (whole.notna() & one.notna() & (one != whole) for one in stated)
    places = printed_places(pd.concat([numbers[name] for name in numbers]))
    means, told, weights = both["sum"].copy(), "", []
    notes = [
        f"các lĩnh vực tối đa {decimal_comma(of_sum)} điểm, tổng điểm tối đa {decimal_comma(most)}"
        if of_sum != most else ""
        for of_sum, most in zip(both["most"], ranking["max_score"], strict=True)
    ]  # fmt: skip
    notes = pd.Series(notes, both.index, dtype="object")
    compared = whole.notna() & numbers[["score", "published_total"]].notna().any(axis=1)
    fields, groups = whole_fields(fields), group_numbers(ranking)
    for number in np.unique(groups):
        here = ranking.index[groups == number]
        held = here[compared[here]]
        if not len(held) or differs[held].mean() <= _MOST_DIFFER:
            continue
        maxima = ranking["max_score"][here]
        where = "".join(f" {ranking[column][here[0]]}" for column in several_groups(ranking))
        if found := _weighted_means(ranking.loc[here], of_group(fields, ranking.loc[here])):
            share, mean, fits = found
            said = " / ".join(f"{name} {decimal_comma(100 * w)} %" for name, w in share.items())
            told += f" Điểm{where} là trung bình có trọng số của các lĩnh vực: {said}."
            means[mean.index], differs[here], other[here] = mean, False, False
            differs[mean.index] = ~fits
            notes[here] = "không theo trọng số chung của các lĩnh vực"
            points = share * (maxima.iloc[0] if maxima.nunique() == 1 else 100)
            weights.append((ranking[group_columns(ranking)].loc[here[0]].to_dict(), dict(points)))
    wrong = {}
    own = pd.Series("tổng ghi trong bảng điểm theo lĩnh vực", both.index)
    for column, differ, note in (("score", differs, notes), ("published_total", other, own)):
        for at in both.index[differ]:
            pair = [format_number(value, places) for value in (both[column][at], means[at])]
            wrong.setdefault((at, pair[0]), (at, *pair, note[at]))
    lacking = [*lacking_fields(fields), who_lacks(fields, ranking, fields, ranking)]
    told = "".join(f" {words}" for words in lacking if words) + told
    return Sums(list(wrong.values()), int(compared.sum()), told, weights)


def _weighted_means(
    ranking: pd.DataFrame, fields: pd.DataFrame
) -> tuple[pd.Series, pd.Series, np.ndarray] | None:
    """Return the weights of one group, the mean that they give each unit, and which have it."""
    keys, percent = fields["unit"].map(unit_key), fields["score"] / fields["max_score"] * 100
    cells = percent.groupby([keys, fields["field"]], sort=False).first().unstack(sort=False)  # noqa: PD010
    names = ranking["unit"].map(unit_key)
    ranking = ranking[names.isin(cells.index)]
    table, scale = cells.loc[names[ranking.index]], ranking["max_score"] / 100
    room = 10.0 ** -printed_places(ranking["score"]) / scale.min()
    room = (room + 10.0 ** -printed_places(percent)) / 2
    totals = (ranking["score"] / scale).to_numpy("float64")
    found = fitted_weights(table.to_numpy(), totals, room)
    if found is None:
        return None
    share, fits = found
    means = pd.Series(table.to_numpy() @ share, ranking.index) * scale
    return pd.Series(share, table.columns), means, fits


def fitted_weights(
    percents: np.ndarray, totals: np.ndarray, room: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the weights that give the totals of units (rows) from their fields, if any do.

    They are not negative, the same for all units, and give every total to within `room` but for
    at most a tenth of the units, which then break them: the second says which do not.
    """
    units, fields = percents.shape
    kept = np.isfinite(percents).all(axis=1) & np.isfinite(totals)
    for _ in range(1 + int(kept.sum() * _MOST_BREAK)):
        if kept.sum() < fields + _MORE_UNITS:
            return None
        weights, _, rank, _ = np.linalg.lstsq(percents[kept], totals[kept], rcond=None)
        if rank < fields:
            return None
        for places in (2, 3, 9):  # weights are printed as whole percent, if they are
            tried = np.round(weights, places)
            off = np.abs(percents @ tried - totals)
            if (tried >= 0).all() and (off[kept] <= room + _NOISE).all():
                return tried, kept
        off = np.where(kept, np.abs(percents @ weights - totals), -1)
        kept = kept & (np.arange(units) != off.argmax())
    return None
