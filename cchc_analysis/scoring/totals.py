"""What the fields of a unit add up to, held against the published total."""

import pandas as pd

from cchc_analysis.groups import group_columns, group_numbers
from cchc_analysis.scoring.fields import checked_fields, to_common_integers
from cchc_analysis.scoring.ranking import stamped
from cchc_analysis.text import listed


def total_fields(fields: pd.DataFrame) -> pd.DataFrame:
    """Add the fields of each unit to one score, and say where the published total differs.

    A unit with a missing field has no score: the rest of its fields is not its total.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score`` (points), as `load_fields` gives it,
        and ``published_total`` where there is one.

    Returns
    -------
    DataFrame
        One row per unit, ready for `rank_units`: ``unit``, ``year`` and ``block`` where the table
        has them, ``score`` and ``max_score`` (sums over its fields, points), ``published_total``
        and ``difference`` (published less added) where known, and ``note`` (text: a missing
        field). ``attrs["note"]`` counts, and names the units whose published total differs and
        those that lack a field which others have: their maximum is another.

    Raises
    ------
    ValueError
        If a column is missing, or a unit has a field twice.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": "A", "field": ["x", "y"], "score": [0.1, 0.2]})
    >>> total_fields(fields.assign(max_score=1, published_total=0.4))["difference"].tolist()
    [0.1]
    """
    fields, unit = checked_fields(fields)
    given = ["published_total"] if "published_total" in fields else []
    points, columns = to_common_integers(fields, "score", "max_score", *given)
    whole = pd.DataFrame(dict(zip(["score", "max_score", *given], columns, strict=True)))
    by_unit = whole.groupby(unit)
    for column in given:
        if (several := by_unit[column].nunique() > 1).any():
            name = fields["unit"][unit == several.idxmax()].iloc[0]
            raise ValueError(
                f"Đơn vị '{name}' có nhiều tổng điểm công bố khác nhau; hãy giữ lại tổng đúng."
            )
    totals = by_unit.first()[given]
    totals["score"] = by_unit["score"].sum().mask(by_unit["score"].count() < by_unit.size())
    totals["max_score"] = by_unit["max_score"].sum()
    if given:
        totals["difference"] = totals["published_total"] - totals["score"]
    heads = fields[["unit", *group_columns(fields)]].groupby(unit).head(1).reset_index(drop=True)
    order = ["score", "max_score", *given, *(["difference"] if given else [])]
    numbers = (totals[order].astype("Float64") / points).astype("float64").reset_index(drop=True)
    table = pd.concat([heads, numbers], axis=1)
    gaps = fields[fields["score"].isna()].groupby(unit)["field"].agg(", ".join)
    table["note"] = ("Thiếu điểm lĩnh vực: " + gaps.reindex(table.index)).fillna("").astype("str")
    note = " ".join(filter(None, [_summary(table), _unlike(fields, unit)]))
    return stamped(table, "ranking", note=note)


def _summary(table: pd.DataFrame) -> str:
    scored = table["score"].notna()
    words = [f"Đã cộng điểm các lĩnh vực của {scored.sum()}/{len(table)} đơn vị."]
    if not scored.all():
        words.append(f"{(~scored).sum()} đơn vị thiếu điểm lĩnh vực nên chưa có tổng điểm.")
    if "difference" in table:
        known = table["difference"].dropna()
        other = table["unit"][known.index[known != 0]].tolist()
        words.append(
            f"Tổng điểm công bố khác tổng các lĩnh vực ở {len(other)}/{len(known)} đơn vị đối "
            f"chiếu được{': ' if other else ''}{listed(other)}."
        )
    return " ".join(words)


def _unlike(fields: pd.DataFrame, unit: pd.Series) -> str:
    """Return in words which units lack a field that others of their year and block have."""
    has = fields["field"].groupby(unit).transform("size")
    every = fields["field"].groupby(group_numbers(fields)).transform("nunique")
    units = fields["unit"][(has < every) & ~unit.duplicated()].tolist()
    if not units:
        return ""
    return (
        f"{len(units)} đơn vị thiếu lĩnh vực mà đơn vị khác có nên điểm tối đa có thể khác nhau: "
        f"{listed(units)}."
    )
