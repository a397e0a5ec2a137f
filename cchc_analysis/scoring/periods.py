"""Two tables of the same units: who rose, who fell, and because of whom."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cchc_analysis.groups import SCORES, check_columns, count_above, row_names
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.matching import AFTER, BEFORE, match_keys, unmatched_in_words
from cchc_analysis.scoring.printing import format_signed
from cchc_analysis.scoring.ranking import graded, in_order, ranked, stamped
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.text import listed

_COLUMNS = [
    "unit", "status", "score_before", "score_after", "score_change", "percent_before",
    "percent_after", "rank_before", "rank_after", "rank_change", "rank_change_own",
    "rank_change_others", "grade_before", "grade_after",
]  # fmt: skip


def compare_periods(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    aliases: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Compare two rankings unit by unit, and say why places changed.

    Units match by name within their block, whatever the case, spacing, Unicode form, place of the
    tone mark, and ``&`` or ``và``; nothing is dropped. A place changes by the unit's own points and
    by all else (others' points, units that come or go). Each part is the mean of what it changes
    when it comes first and when it comes last, so they add up, at times in halves of a place, and
    exchanging the tables only turns the signs.

    Parameters
    ----------
    before, after : DataFrame
        Scores or rankings of one year each, with ``unit``, ``score`` and ``max_score``.
    scheme : str or GradeScheme
        The cut-offs for both, or their name for `load_scheme`. The default is an assumption.
    aliases : mapping, optional
        Names that are one unit, of either table to the other's: ``{"Phòng VH&TT": "Phòng Văn hóa
        và Thông tin"}``.

    Returns
    -------
    DataFrame
        One row per unit by the rank in `after`, units that are gone last: ``block`` (where both
        have it), ``unit``, ``status`` ("stayed", "new", "gone", or "no score" where one is missing
        in either table), ``score``, ``percent``, ``rank`` and ``grade`` with ``_before`` and
        ``_after``, ``score_change`` (points; missing where the maximum differs), ``rank_change``,
        ``rank_change_own`` and ``rank_change_others`` (positive is better). ``attrs["note"]``
        counts, and names what did not match; ``attrs["years"]`` has both years where known.

    Raises
    ------
    ValueError
        If a table has several years, two units of one name, or blocks that the other lacks; if an
        alias is in neither table; if ranks or grades are of other units or another scheme.

    Examples
    --------
    >>> before = pd.DataFrame({"unit": ["A", "B"], "score": [8.5, 8], "max_score": 10})
    >>> change = compare_periods(before, before.assign(score=[8.6, 9]))
    >>> change[["unit", "score_change", "rank_change", "rank_change_own", "rank_change_others"]]
      unit  score_change  rank_change  rank_change_own  rank_change_others
    0    B           1.0            1              1.0                 0.0
    1    A           0.1           -1              0.0                -1.0
    """
    scheme = load_scheme(scheme)
    years_of(before, after)
    before, after = (in_order(graded(ranked(table), scheme)) for table in (before, after))
    return compare_ranked(before, after, aliases)


def years_of(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int | None, int | None]:
    """Return the year of each of two tables, refusing one that has several."""
    return _year(before, BEFORE), _year(after, AFTER)


def compare_ranked(
    before: pd.DataFrame, after: pd.DataFrame, aliases: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Compare two rankings as `compare_periods` does: both are in order, graded by one scheme."""
    years = years_of(before, after)
    before, after = before.copy(), after.copy()
    both = pd.concat([before, after], ignore_index=True)
    order = exact.order_key(both["score"], both["max_score"]).array
    before["key"], after["key"] = order[: len(before)], order[len(before) :]
    before.index, after.index = match_keys(before, after, aliases)
    gone = before.index.difference(after.index, sort=False)
    keys = after.index.append(gone)
    table = pd.concat(
        [before.reindex(keys).add_suffix("_before"), after.reindex(keys).add_suffix("_after")],
        axis=1,
    )
    where = ["block"] if "block" in before and "block" in after else []
    for column in (*where, "unit"):
        table[column] = table[f"{column}_after"].fillna(table[f"{column}_before"])
    has = table[["score_before", "score_after"]].notna().all(axis=1)
    is_new, is_gone = ~keys.isin(before.index), keys.isin(gone)
    table["status"] = np.select(
        [is_new, is_gone, ~has], ["new", "gone", "no score"], default="stayed"
    )
    table["score_change"] = _score_change(table)
    table["rank_change"] = table["rank_before"] - table["rank_after"]
    own = _own_places(table[has], before, after)
    table["rank_change_own"] = own.reindex(keys)
    table["rank_change_others"] = table["rank_change"].astype("float64") - table["rank_change_own"]
    result = table[[*where, *_COLUMNS]].reset_index(drop=True)
    told = {"note": " ".join(_sentences(table, years))}
    if None not in years:
        told["years"] = tuple(years)
    return stamped(result, "change", **told)


def _year(table: pd.DataFrame, where: str) -> int | None:
    check_columns(table, SCORES)
    years = table["year"].unique() if "year" in table else []
    if len(years) > 1:
        raise ValueError(
            f"Cột Năm của {where} có {len(years)} năm ({', '.join(map(str, years))}); hãy chọn một "
            f'năm cho mỗi bảng, ví dụ scores[scores["year"] == {years[0]}].'
        )
    return int(years[0]) if len(years) else None


def _score_change(table: pd.DataFrame) -> pd.Series:
    """Return the difference in points, as exact as they are printed."""
    points, places = exact.to_integers(pd.concat([table["score_before"], table["score_after"]]))
    change = points.iloc[len(table) :] - points.iloc[: len(table)]
    change = change.astype("float64") / 10**places
    return change.where(table["max_score_before"] == table["max_score_after"])


def _own_places(stayed: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Return how many places each unit's own points move it: mean of going first and last."""
    old, new = (stayed[f"key_{when}"].to_numpy("int64") for when in ("before", "after"))
    pools = {}
    for name, table in (("before", before), ("after", after)):
        scored = table[table["key"].notna()]
        pools[name] = {
            "pool": scored["key"].to_numpy("int64"),
            "pool_groups": scored.index.get_level_values("block").to_numpy("str"),
        }
    groups = stayed.index.get_level_values("block").to_numpy("str")
    # Places between the two tables; a unit does not stand above itself.
    moved_alone = 1 + count_above(new, groups, **pools["before"]) - (old > new)
    stood_alone = 1 + count_above(old, groups, **pools["after"]) - (new > old)
    first = stayed["rank_before"].to_numpy("int64") - moved_alone
    last = stood_alone - stayed["rank_after"].to_numpy("int64")
    return pd.Series((first + last) / 2, index=stayed.index)


def against_points(table: pd.DataFrame) -> list[str]:
    """Return a sentence on the units whose rank went against their own points, each way."""
    told = []
    for sign, words, to in (
        (1, "Tăng điểm nhưng giảm hạng", "xuống"),
        (-1, "Giảm điểm nhưng tăng hạng", "lên"),
    ):
        odd = table[(table["score_change"] * sign > 0) & (table["rank_change"] * sign < 0)]
        names = [
            f"{row.unit} ({format_signed(row.score_change)} điểm, từ hạng {row.rank_before} {to} "
            f"hạng {row.rank_after})"
            for row in odd.itertuples()
        ]
        told += [f"{words}: {listed(names)}."] if names else []
    return told


def _sentences(table: pd.DataFrame, years: list[int | None]) -> list[str]:
    """Return what the table says in words: counts with their n, and what needs a look."""
    count = table["status"].value_counts().reindex(["stayed", "new", "gone", "no score"]).fillna(0)
    stayed, new, gone, no_score = map(int, count)
    change = table["rank_change"].dropna()
    moves = {"tăng hạng": change > 0, "giảm hạng": change < 0, "giữ nguyên hạng": change == 0}
    others = {"chỉ có ở kỳ sau": new, "chỉ có ở kỳ trước": gone, "thiếu điểm": no_score}
    moved = ", ".join(f"{some.sum()} {words}" for words, some in moves.items() if some.any())
    other = ", ".join(f"{units} đơn vị {words}" for words, units in others.items() if units)
    told = [f"So sánh được {stayed} đơn vị có điểm ở cả hai bảng{moved and f': {moved}'}."]
    told += [f"Ngoài ra {other}."] if other else []
    if None not in years:
        told.insert(0, f"Năm {years[1]} so với năm {years[0]}.")
    told += against_points(table)
    # Of units that stayed, those whose maximum differs have no change in points.
    rescaled = (table["score_change"].isna() & (table["status"] == "stayed")).sum()
    if rescaled:
        told.append(f"Điểm tối đa của {rescaled} đơn vị đã thay đổi nên chỉ so sánh tỷ lệ điểm.")
    units = row_names(table)
    return told + unmatched_in_words(
        units[table["status"] == "gone"], units[table["status"] == "new"]
    )
