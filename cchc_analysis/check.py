"""What was published, held against what the scores give."""

from collections.abc import Mapping

import pandas as pd

from cchc_analysis.labels import BLANK, RESERVED_GRADES, TOTAL
from cchc_analysis.ranking import grade_distribution, rank_units
from cchc_analysis.schemes import spelled
from cchc_analysis.table import check_columns, group_columns, group_numbers
from cchc_analysis.text import same


def check_published(
    ranking: pd.DataFrame, *, distribution: Mapping[str, int] | pd.DataFrame | None = None
) -> pd.DataFrame:
    """List where published ranks, grades or counts disagree with the computed ones.

    What the table has is compared: ``published_rank`` with ``rank``, ``published_grade`` with
    ``grade``. Units with equal scores may have been published in an order (their unrounded scores
    differed); that is not a disagreement as long as the order stays within their places.

    Parameters
    ----------
    ranking : DataFrame
        A ranking with published columns, as `load_scores`, `rank_units` and `grade_units` give it.
        A missing ``rank`` is computed.
    distribution : mapping or DataFrame, optional
        The published counts: ``{"Xuất sắc": 3}``, or columns ``grade`` and ``units``.

    Returns
    -------
    DataFrame
        One row per disagreement, none when all agree: ``year`` and ``block`` where the table has
        them, ``unit`` (missing where it is about the whole table), ``item`` ("rank",
        "grade" or "units"), ``published``, ``computed`` and ``note`` (text). ``attrs["note"]``
        says what was compared. Grade names foreign to the scheme give one row in all, and then
        grades and counts are not compared.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("ab"), "score": [9, 8], "max_score": 10})
    >>> check_published(scores.assign(published_rank=[1, 3]))[["unit", "published", "computed"]]
      unit published computed
    0    b         3        2
    """
    if "rank" not in ranking:
        ranking = rank_units(ranking)
    ranking = ranking.reset_index(drop=True)
    found: list[dict] = []
    compared = []
    if "published_rank" in ranking:
        compared.append(f"xếp hạng của {ranking['published_rank'].count()} đơn vị")
        found += _check_ranks(ranking)
    grades, counts = ranking.get("published_grade", pd.Series(dtype="str")).dropna(), {}
    if distribution is not None:
        check_columns(ranking, ["grade"])
        counts = _as_counts(distribution)
    if "grade" in ranking and (foreign := _foreign_grades(ranking, pd.Series([*grades, *counts]))):
        found += foreign
    elif "grade" in ranking:
        if len(grades):
            compared.append(f"xếp loại của {len(grades)} đơn vị")
            found += _check_grades(ranking)
        if counts:
            compared.append("số đơn vị theo từng loại")
            found += _check_distribution(ranking, counts)
    where = group_columns(ranking)
    result = pd.DataFrame(found, columns=[*where, "unit", "item", "published", "computed", "note"])
    result.attrs["note"] = f"Đã đối chiếu: {', '.join(compared) or 'không có số liệu công bố nào'}."
    return result


def _check_ranks(ranking: pd.DataFrame) -> list[dict]:
    published, computed = ranking["published_rank"], ranking["rank"]
    ties = ranking.groupby([group_numbers(ranking), computed], dropna=False)["published_rank"]
    size, given = ties.transform("size"), ties.transform("count")
    in_order = (ties.transform("nunique") == given) & published.between(
        computed, computed + size - 1
    )
    agrees = (published == computed) | in_order
    wrong = published.notna() & ~agrees.fillna(False).astype(bool)
    return [_row(ranking, at, "rank", published[at], computed[at]) for at in ranking.index[wrong]]


def _as_counts(distribution: Mapping[str, int] | pd.DataFrame) -> Mapping[str, int]:
    if not isinstance(distribution, pd.DataFrame):
        return distribution
    check_columns(distribution, ["grade", "units"])
    return dict(zip(distribution["grade"], distribution["units"], strict=True))


def _check_grades(ranking: pd.DataFrame) -> list[dict]:
    published = ranking["published_grade"].map(same, na_action="ignore")
    computed = ranking["grade"].astype("object").map(same, na_action="ignore")
    wrong = published.notna() & (published != computed)
    return [
        _row(ranking, at, "grade", spelled(ranking["published_grade"][at]), ranking["grade"][at])
        for at in ranking.index[wrong]
    ]


def _foreign_grades(ranking: pd.DataFrame, published: pd.Series) -> list[dict]:
    """Return one row if a published grade is not of the scheme, however many units have it."""
    scheme = ranking["grade"].cat.categories
    known = [same(grade) for grade in (*scheme, *RESERVED_GRADES)]
    foreign = published[~published.map(same).isin(known)]
    if foreign.empty:
        return []
    names = ", ".join(dict.fromkeys(foreign.map(spelled)))
    note = (
        f"Thang đang dùng không có loại '{spelled(foreign.iloc[0])}'; xếp loại chưa được đối "
        "chiếu, hãy chọn scheme= đúng thang đã công bố."
    )
    return [_row(ranking, None, "grade", names, ", ".join(scheme), note)]


def _check_distribution(ranking: pd.DataFrame, published: Mapping[str, int]) -> list[dict]:
    counts = grade_distribution(ranking)
    computed = {same(g): n for g, n in zip(counts["grade"], counts["units"], strict=True)}
    computed[same(TOTAL)] = len(ranking)
    return [
        _row(ranking, None, "units", units, computed.get(same(grade), 0), spelled(grade))
        for grade, units in published.items()
        if computed.get(same(grade), 0) != units
    ]


def _row(
    ranking: pd.DataFrame,
    at: int | None,
    item: str,
    published: object,
    computed: object,
    note: str = "",
) -> dict:
    row = {} if at is None else {c: ranking[c][at] for c in (*group_columns(ranking), "unit")}
    computed = BLANK if pd.isna(computed) else str(computed)
    return row | {"item": item, "published": str(published), "computed": computed, "note": note}
