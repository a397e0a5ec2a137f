"""Scores by field (lĩnh vực): points lost, what makes units differ, what they add up to.

What they add up to is the total of a unit, or gives it by weights that are the same for all.
"""

import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from numbers import Real

import numpy as np
import pandas as pd

from cchc_analysis.groups import (
    LEVELS,
    SCORES,
    group_columns,
    group_keys,
    group_numbers,
    in_group,
    is_unit,
    of_group,
    several_groups,
)
from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.scoring.exact import (
    FALLBACK_PLACES,
    NOISE,
    Exact,
    checked,
    places_of,
    to_common_integers,
    told_once,
)
from cchc_analysis.scoring.printing import format_number, printed_places
from cchc_analysis.scoring.ranking import stamped, with_ranks
from cchc_analysis.text import decimal_comma, listed, quoted, unit_key

Weights = Sequence[tuple[Mapping[str, object], Mapping[str, float]]]  # group; points of each field
_WEIGHTED = "Điểm từng lĩnh vực đã nhân trọng số nêu ở phần đối chiếu với kết quả công bố."
_NUMBERS = ("score", "max_score", "self_score", "survey_score")
_MORE_UNITS = 2  # than fields: as many as fields would fit any totals
_MOST_BREAK = 0.1  # of the units may break the weights
_MOST_DIFFER = 0.5  # where more sums differ, the total may be a weighted one


def field_matrix(fields: pd.DataFrame) -> pd.DataFrame:
    """Lay out the percent of each field's maximum: a row per unit, a column per field, as met."""
    fields, unit = checked_fields(whole_fields(fields))
    heads = fields[["unit", *group_columns(fields)]].groupby(unit).head(1)
    names = list(dict.fromkeys(fields["field"]))
    if taken := [name for name in names if name in heads]:
        raise Refusal(f"Lĩnh vực '{taken[0]}' trùng tên một cột của bảng", "hãy đổi tên lĩnh vực")
    cells = fields.assign(at=unit, percent=Exact.of(fields).percent()).pivot_table(
        index="at", columns="field", values="percent", aggfunc="first"
    )
    cells = cells.reindex(index=range(len(heads)), columns=names)
    matrix = pd.concat([heads.reset_index(drop=True), cells], axis=1)
    return stamped(matrix, "matrix", fields=names)


def field_losses(
    fields: pd.DataFrame,
    *,
    unit: str | None = None,
    level: str = "field",
    weights: Weights = (),
) -> pd.DataFrame:
    """Add up the points lost in each field or criterion, most lost first.

    What a unit loses in a field is the maximum less its score. A score that is missing is no loss:
    neither it nor its maximum is counted.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score`` (points), as `load_fields` gives it.
    unit : str, optional
        The one unit to look at; by default all.
    level : {"field", "criterion", "subcriterion"}
        Down to which level of a score sheet.
    weights : list, optional
        ``check_published(ranking, fields=fields).attrs["weights"]``: where a total is a weighted
        mean of the fields, losses are of points of the total.

    Returns
    -------
    DataFrame
        One row per field, within each year and block of the table: ``year`` and ``block`` where
        the table has them, ``field`` (and ``criterion``, ``subcriterion``), ``units`` (with a
        score), ``max_score``, ``score`` and ``lost`` (sums over those, points), ``lost_pct`` (of
        the field's maximum) and ``share_pct`` (of all points lost). Fields of equal loss stay in
        the order of the table; one without any score stands last, without numbers.

    Raises
    ------
    ValueError
        If a column is missing, a unit has a field twice, or there is no such unit or level.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": "A", "field": ["x", "y"], "score": [8, 9], "max_score": 12})
    >>> field_losses(fields)[["field", "lost", "share_pct"]].values.tolist()
    [['x', 4.0, 57.142857142857146], ['y', 3.0, 42.857142857142854]]
    """
    check_given(str, level=level)
    fields, who = checked_fields(fields)
    fields = in_points(fields, weights)
    if level not in LEVELS or level not in fields:
        known = " hay ".join(repr(one) for one in LEVELS if one in fields)
        raise Refusal(f"level={level!r} không có trong bảng", f"hãy ghi {known}", value=level)
    names = list(LEVELS[: LEVELS.index(level) + 1])
    if unit is not None:
        fields = fields[is_unit(fields, unit)]
    where = group_columns(fields)
    points, (score, maximum) = to_common_integers(fields, "score", "max_score")
    whole = fields.assign(group=group_numbers(fields), score=score, max_score=maximum)
    whole["max_score"] = maximum.mask(score.isna())
    whole["who"] = who.mask(score.isna())
    by_field = whole.groupby(["group", *names], sort=False, dropna=False)
    table = by_field[where].first()
    table["units"] = by_field["who"].nunique()
    sums = by_field[["max_score", "score"]].sum(min_count=1)
    sums["lost"] = lost = sums["max_score"] - sums["score"]
    all_lost = lost.groupby("group").transform("sum")
    table = pd.concat([table, (sums / points).astype("float64")], axis=1)
    table["lost_pct"] = (lost * 100 / sums["max_score"]).astype("float64")
    table["share_pct"] = (lost * 100 / all_lost.mask(all_lost == 0)).astype("float64")
    table["order"] = -lost
    table = table.reset_index().sort_values(["group", "order"], kind="stable", ignore_index=True)
    return stamped(table, "losses")


@told_once()
def field_influence(fields: pd.DataFrame, *, weights: Weights = ()) -> pd.DataFrame:
    """Tell for each field its share of the points lost and of the differences between units.

    The place to gain points is not the place to gain rank: where all units lose the same, nobody
    falls behind. The share of the differences is the covariance of the field with the total over
    the variance of the total, of the units of a year and block that have a score in every field.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score`` (points), as `load_fields` gives it.
    weights : list, optional
        As for `field_losses`: where a total is a weighted mean, shares and places are of it.

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
    fields = in_points(whole_fields(fields), weights)
    losses = field_losses(fields)
    losses["share_lost"] = losses["share_pct"] / 100
    found = {}  # groups have the same numbers, since they stand in the same order
    for group, part in fields.groupby(group_numbers(fields)):
        found |= {(group, field): pair for field, *pair in _differences(part)}
    keys = [*zip(group_numbers(losses), losses["field"], strict=True)]
    losses["share_difference"] = pd.Series([found[key][0] for key in keys], dtype="float64")
    losses["places_moved"] = pd.Series([found[key][1] for key in keys], dtype="Int64")
    return stamped(losses, "influence", note=fields.attrs["note"])


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
    fields, unit = checked_fields(fields, "self_score")
    both = fields[["self_score", "score"]].notna().all(axis=1)
    table = _added(fields[both], unit[both], "field", numbers=("self_score", "score"))
    points, (own, score) = to_common_integers(table, "self_score", "score")
    table["overrated"] = ((own - score) / points).astype("float64")
    table = table.sort_values("overrated", ascending=False, kind="stable", ignore_index=True)
    columns = ["unit", *group_columns(fields), "field", "self_score", "score", "overrated"]
    return stamped(table[columns], "fields")


def total_fields(fields: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of the fields of each unit, ready to rank; none where a field is missing."""
    fields, unit = checked_fields(fields)
    table = _added(fields, unit)
    if "published_total" in fields:
        published = fields["published_total"].groupby(unit)
        if (several := published.nunique() > 1).any():
            name = fields["unit"][unit == several.idxmax()].iloc[0]
            raise Refusal(
                f"Đơn vị '{name}' có nhiều tổng điểm công bố khác nhau", "hãy giữ lại tổng đúng"
            )
        table["published_total"] = published.first()
    return stamped(table, "ranking")


def whole_fields(fields: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit and field; a field with a criterion that has no score has none."""
    fields, unit = checked_fields(fields)
    return _added(fields, unit, "field") if "criterion" in fields else fields


def _added(
    fields: pd.DataFrame, unit: pd.Series, *by: str, numbers: Sequence[str] = ("score", "max_score")
) -> pd.DataFrame:
    """Return the exact sums of each unit; the score is missing where a part has none."""
    points, whole = to_common_integers(fields, *numbers)
    fields = fields.assign(of_unit=unit, **dict(zip(numbers, whole, strict=True)))
    parts = fields.groupby(["of_unit", *by], sort=False)
    table, sums = parts[["unit", *group_columns(fields)]].first(), parts[[*numbers]].sum()
    sums["score"] = sums["score"].mask(parts["score"].count() < parts.size())
    table[[*numbers]] = (sums.astype("Float64") / points).astype("float64")
    return table.reset_index([*by]).reset_index(drop=True)


def in_points(fields: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Return fields of which each is worth so many points of the total, where weights are known."""
    remedy = 'hãy ghi weights=check_published(ranking, fields=fields).attrs["weights"]'
    if not isinstance(weights, list | tuple) or not all(map(_is_weighting, weights)):
        raise Refusal(f"weights={weights!r:.60} không dùng được", remedy)
    fields = fields.reset_index(drop=True)
    for where, points in weights:
        here = fields[in_group(fields, where)]
        if unknown := [field for field in here["field"].unique() if field not in points]:
            raise Refusal(f"weights không ghi trọng số của lĩnh vực '{unknown[0]}'", remedy)
        most = here["max_score"].groupby([here["unit"].map(unit_key), here["field"]])
        factor = here["field"].map(points) / most.transform("sum")
        for column in [name for name in _NUMBERS if name in fields]:
            fields[column] = (fields[column] * factor).round(FALLBACK_PLACES).fillna(fields[column])
        fields = fields.drop(index=factor.index[factor == 0])  # worth nothing: nothing is lost
    return stamped(fields, "fields", note=_WEIGHTED if weights else "")


def _is_weighting(one: object) -> bool:
    """Return whether this is a group, and points of the total for each of its fields."""
    if not isinstance(one, tuple) or [isinstance(part, Mapping) for part in one] != [True, True]:
        return False
    return all(isinstance(p, Real) and 0 <= p <= sys.float_info.max for p in one[1].values())


def checked_fields(fields: pd.DataFrame, *needed: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the fields by row number, and the number of each row's unit within year and block."""
    fields = checked(fields, [*needed, "field", *SCORES]).table.reset_index(drop=True)
    named = fields["field"].map(lambda name: isinstance(name, str) and name.strip() != "")
    if not named.all():
        name, unit = fields.loc[named.idxmin(), ["field", "unit"]]
        raise Refusal(
            f"Tên lĩnh vực {quoted(str(name))} của '{unit}' trống hoặc không phải là chữ",
            "hãy ghi tên",
        )
    groups = group_numbers(fields)
    unit = fields.groupby([groups, "unit"], sort=False).ngroup()
    levels = [level for level in LEVELS if level in fields]
    again = fields[levels].assign(of_unit=unit).duplicated()
    if again.any():
        at = again.idxmax()
        what, name = ("lĩnh vực", fields["field"][at]) if len(levels) == 1 else (
            "tiêu chí", fields.loc[at, levels].dropna().iloc[-1])  # fmt: skip
        raise Refusal(
            f"Đơn vị '{fields['unit'][at]}' có {what} '{name}' nhiều lần trong cùng năm, khối",
            "hãy xóa dòng thừa, hoặc thêm cột year hay block",
        )
    return fields, unit


def _lacking_fields(fields: pd.DataFrame) -> list[str]:
    """Return sentences on the units that lack a score in a field, or a field that others have."""
    fields, unit = checked_fields(fields)
    gaps = fields[fields["score"].isna()].drop_duplicates(["unit", "field"])
    gaps = gaps.groupby("unit", sort=False)["field"].agg(", ".join)
    has = fields["field"].groupby(unit).transform("nunique")
    every = fields["field"].groupby(group_numbers(fields)).transform("nunique")
    unlike = fields["unit"][(has < every) & ~unit.duplicated()].tolist()
    told = []
    if len(gaps):
        names = [f"{name} ({lacks})" for name, lacks in gaps.items()]
        told.append(
            f"{len(gaps)} đơn vị thiếu điểm lĩnh vực nên chưa có tổng điểm: {listed(names)}."
        )
    if unlike:
        told.append(
            f"{len(unlike)} đơn vị thiếu lĩnh vực mà đơn vị khác có nên điểm tối đa có thể khác "
            f"nhau: {listed(unlike)}."
        )
    return told


def who_lacks(fields: pd.DataFrame, ranking: pd.DataFrame, part: pd.DataFrame | None = None) -> str:
    """Return which units, of a part, have no fields, and which of the fields are not ranked."""
    part = ranking if part is None else part
    columns = [column for column in (*group_columns(part), "unit") if column in fields]
    known, own = (pd.MultiIndex.from_frame(_keys(table, columns)) for table in (fields, part))
    lacking = part["unit"][~own.isin(known)].tolist()
    ranked_units = {*map(unit_key, ranking["unit"])}
    outside = [unit for unit in fields["unit"].unique() if unit_key(unit) not in ranked_units]
    told = []
    if lacking:
        told.append(f"Không có điểm theo lĩnh vực của {len(lacking)} đơn vị: {listed(lacking)}.")
    if outside:
        told.append(
            f"Không kể {len(outside)} đơn vị không có trong bảng xếp hạng: {listed(outside)}."
        )
    return " ".join(told)


def _keys(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of names as keys that compare."""
    return pd.DataFrame({c: group_keys(table[c]) for c in columns})


def sums_of(
    ranking: pd.DataFrame, fields: pd.DataFrame
) -> tuple[list[tuple[int, str, str, str]], int, str, Weights]:
    """Hold the sum of each unit's fields, or their weighted mean, against its total.

    Return what differs (row of the ranking, published, computed, note), how many units have a sum
    and a total, what is told, and of each group that is weighted what its fields are worth.
    """
    totals = total_fields(fields)
    keys = [column for column in group_columns(ranking) if column in totals]
    ours, theirs = (_keys(table, [*keys, "unit"]) for table in (ranking, totals))
    theirs["sum"], theirs["most"] = totals["score"], totals["max_score"]
    theirs["published_total"] = totals.get("published_total", float("nan"))
    both = ours.assign(score=ranking["score"]).merge(
        theirs.drop_duplicates([*keys, "unit"]), how="left", on=[*keys, "unit"]
    )
    bonus, told = _beside_fields(both, ranking), ""
    if bonus.any():
        told = " Điểm cộng, trừ được tính ngoài các lĩnh vực."
        ranking = ranking.assign(score=(ranking["score"] - bonus).round(FALLBACK_PLACES))
        both["score"] = ranking["score"]
    numbers = both[["sum", "score", "published_total"]]
    _, (whole, *stated) = to_common_integers(both, *numbers)
    differs, other = (whole.notna() & one.notna() & (one != whole) for one in stated)
    places = printed_places(pd.concat([numbers[name] for name in numbers]))
    means, weights = both["sum"].copy(), []
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
            known = mean.notna() & ranking["score"][mean.index].notna()
            differs[mean.index] = ~fits & known
            notes[here] = "không theo trọng số chung của các lĩnh vực"
            points = share * (maxima.iloc[0] if maxima.nunique() == 1 else 100)
            weights.append((ranking[group_columns(ranking)].loc[here[0]].to_dict(), dict(points)))
    wrong = {}
    own = pd.Series("tổng ghi trong bảng điểm theo lĩnh vực", both.index)
    for column, differ, note in (("score", differs, notes), ("published_total", other, own)):
        for at in both.index[differ]:
            pair = [both[column][at], means[at]]
            if column == "score":
                pair = [value + bonus[at] for value in pair]
            pair = [format_number(value, places) for value in pair]
            wrong.setdefault((at, pair[0]), (at, *pair, note[at]))
    lacking = [*_lacking_fields(fields), who_lacks(fields, ranking)]
    told = "".join(f" {words}" for words in lacking if words) + told
    return list(wrong.values()), int(compared.sum()), told, weights


def _beside_fields(both: pd.DataFrame, ranking: pd.DataFrame) -> pd.Series:
    """Return the points beside the total of each unit if more sums are scores without them."""
    bonus = ranking.get("bonus", pd.Series(0.0, ranking.index)).fillna(0).astype("float64")
    fits = [(both["sum"] - (both["score"] - beside)).abs() < NOISE for beside in (0 * bonus, bonus)]
    return bonus if fits[1].sum() > fits[0].sum() else 0 * bonus


def _weighted_means(
    ranking: pd.DataFrame, fields: pd.DataFrame
) -> tuple[pd.Series, pd.Series, np.ndarray] | None:
    """Return the weights of one group, the mean that they give each unit, and which have it."""
    keys, percent = fields["unit"].map(unit_key), fields["score"] / fields["max_score"] * 100
    cells = percent.groupby([keys, fields["field"]], sort=False).first().unstack(sort=False)  # noqa: PD010
    names = ranking["unit"].map(unit_key)
    ranking = ranking[names.isin(cells.index)]
    table, scale = cells.loc[names[ranking.index]], ranking["max_score"] / 100
    room = 10.0 ** -max(1, places_of(ranking["score"])) / scale.min()  # 81.5 may be rounded
    room = (room + 10.0 ** -printed_places(percent)) / 2
    totals = (ranking["score"] / scale).to_numpy("float64")
    found = _fitted_weights(table.to_numpy(), totals, room)
    if found is None:
        return None
    share, fits = found
    means = pd.Series(table.to_numpy() @ share, ranking.index) * scale
    return pd.Series(share, table.columns), means, fits


def _fitted_weights(
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
            tried = np.round(weights, places) + 0.0  # not -0
            off = np.abs(percents @ tried - totals)
            if (tried >= 0).all() and (off[kept] <= room + NOISE).all():
                return tried, kept
        off = np.where(kept, np.abs(percents @ weights - totals), -1)
        kept = kept & (np.arange(units) != off.argmax())
    return None
