"""What a field does to a ranking: the points lost in it, and the differences that it makes."""

from fractions import Fraction

import pandas as pd

from cchc_analysis.groups import check_columns, group_columns, group_numbers
from cchc_analysis.scoring.exact import Exact, told_once
from cchc_analysis.scoring.fields import (
    checked_fields,
    field_losses,
    to_common_integers,
    whole_fields,
)
from cchc_analysis.scoring.ranking import stamped, with_ranks


def field_influence(fields: pd.DataFrame) -> pd.DataFrame:
    """Tell for each field its share of the points lost and of the differences between units.

    The place to gain points is not the place to gain rank: where all units lose the same, nobody
    falls behind. The share of the differences is the covariance of the field with the total over
    the variance of the total, of the units of a year and block that have a score in every field.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score`` (points), as `load_fields` gives it.

    Returns
    -------
    DataFrame
        One row per field, within each year and block, most lost first: ``year`` and ``block`` where
        the table has them, ``field``, ``share_lost`` and ``share_difference`` (fractions that add
        to 1; missing where nothing is lost or nothing differs; a share of the differences may be
        negative), and ``places_moved`` (Int64): how many units would have another place without
        the field.

    Raises
    ------
    ValueError
        If a column is missing, or a unit has a field twice.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": list("AABB"), "field": ["x", "y"] * 2, "max_score": 10})
    >>> field_influence(fields.assign(score=[2, 9, 2, 8])).round(3).values.tolist()
    [['x', 0.842, 0.0, 0], ['y', 0.158, 1.0, 1]]
    """
    with told_once():
        fields = whole_fields(fields)
        losses = field_losses(fields)
    where = group_columns(fields)
    losses["share_lost"] = losses["share_pct"] / 100
    found = {}
    for _, part in fields.groupby(group_numbers(fields), sort=False):
        group = tuple(part[column].iloc[0] for column in where)
        for field, share, moved in _differences(part):
            found[*group, field] = share, moved
    keys = list(losses[[*where, "field"]].itertuples(index=False, name=None))
    losses["share_difference"] = pd.Series([found[key][0] for key in keys], dtype="float64")
    losses["places_moved"] = pd.Series([found[key][1] for key in keys], dtype="Int64")
    columns = ["field", "share_lost", "share_difference", "places_moved"]
    return stamped(losses[[*where, *columns]], "influence")


def _differences(part: pd.DataFrame) -> list[tuple[str, float | None, int | None]]:
    """Return for each field of one group its share of the differences, and the places it moves."""
    names = list(dict.fromkeys(part["field"]))
    _, (score, maximum) = to_common_integers(part, "score", "max_score")
    part = part.assign(score=score, max_score=maximum)
    scores, maxima = (
        part.set_index(["unit", "field"])[column].astype("object").unstack()[names]  # noqa: PD010
        for column in ("score", "max_score")
    )
    whole = scores.notna().all(axis=1)
    scores, maxima = scores[whole].map(int), maxima[whole].map(int)
    total, most, units = scores.sum(axis=1), maxima.sum(axis=1), int(whole.sum())
    spread = _covariance(total, total)
    ranks = _ranks(total, most)
    found = []
    for field in names:
        share = Fraction(_covariance(scores[field], total), spread) if spread else None
        rest = most - maxima[field]
        moved = None
        if units and (rest > 0).all():
            moved = int((_ranks(total - scores[field], rest) != ranks).sum())
        found.append((field, None if share is None else float(share), moved))
    return found


def _covariance(one: pd.Series, other: pd.Series) -> int:
    """Return the covariance of whole numbers, times the square of how many there are."""
    return len(one) * sum((one * other).tolist()) - sum(one.tolist()) * sum(other.tolist())


def _ranks(score: pd.Series, maximum: pd.Series) -> pd.Series:
    table = pd.DataFrame({"unit": score.index, "score": score.to_numpy("float64")})
    return with_ranks(Exact.of(table.assign(max_score=maximum.to_numpy("float64"))))["rank"]


def self_score_gaps(fields: pd.DataFrame) -> pd.DataFrame:
    """List by how much each unit scores itself above its appraised score, the largest first.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``self_score`` (points), as `load_fields` gives it.
        Of a score sheet a field is the sum of its criteria that have both.

    Returns
    -------
    DataFrame
        One row per unit and field that has both scores: ``unit``, ``year`` and ``block`` where the
        table has them, ``field``, ``self_score``, ``score`` and ``overrated`` (points: the
        self-score less the appraised one, negative where the unit is too modest). Equal ones stay
        in the order of the table.

    Raises
    ------
    ValueError
        If a column is missing, or a unit has a field twice.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": list("AB"), "field": "x", "score": [8, 7], "max_score": 10})
    >>> self_score_gaps(fields.assign(self_score=[8.5, 9]))[["unit", "overrated"]].values.tolist()
    [['B', 2.0], ['A', 0.5]]
    """
    check_columns(fields, ["self_score"])
    fields, unit = checked_fields(fields)
    points, (own, score) = to_common_integers(fields, "self_score", "score")
    both = own.notna() & score.notna()
    whole = fields.assign(self_score=own, score=score, overrated=own - score, of_unit=unit)[both]
    by_field = whole.groupby(["of_unit", "field"], sort=False)
    heads = ["unit", *group_columns(fields)]
    table = by_field[heads].first().reset_index("field")
    numbers = ["self_score", "score", "overrated"]
    sums = by_field[numbers].sum().astype("Float64") / points
    table[numbers] = sums.astype("float64").to_numpy()
    table = table.sort_values("overrated", ascending=False, kind="stable", ignore_index=True)
    return stamped(table[[*heads, "field", *numbers]], "fields")
