"""Two tables of the same units: who rose, who fell, and because of whom."""

from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from cchc_analysis.groups import SCORES, check_columns, row_names, several_groups
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.exact import Exact, to_integers
from cchc_analysis.scoring.order import count_above, ranks_within
from cchc_analysis.scoring.printing import format_signed
from cchc_analysis.scoring.ranking import in_order, rank_and_grade, stamped
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.text import MOST_TOLD, clean, listed, unit_key

BEFORE, AFTER = "bảng trước", "bảng sau"
_CLOSE = 0.4  # "Sở TN-MT" is so near to "Sở Tài nguyên và Môi trường"
_COLUMNS = [
    "unit", "status", "score_before", "score_after", "score_change", "percent_before",
    "percent_after", "rank_before", "rank_after", "ranked_before", "ranked_after",
    "common_rank_before", "common_rank_after", "common_units", "rank_change", "rank_change_own",
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
    tone mark, and ``&`` or ``và``; nothing is dropped. A place changes among the units that both
    rank, so that units that come or go move nobody: by the unit's own points, and by those of the
    others. Each part is the mean of what it changes when it comes first and when it comes last, so
    they add up, at times in halves of a place, and exchanging the tables only turns the signs.

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
        ``_after``, ``score_change`` (points; missing where the maximum differs); ``ranked_before``
        and ``ranked_after``, the number of units among which it has its rank; its places among the
        ``common_units`` of its block, ``common_rank_before`` and ``common_rank_after``, and of
        these ``rank_change``, ``rank_change_own`` and ``rank_change_others`` (positive is better).
        ``attrs["note"]`` counts, and names what did not match, but says nothing of rises and falls
        where fewer than half of either list are common; ``attrs["years"]`` has both years where
        known.

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
    before, after = (in_order(rank_and_grade(table, scheme)) for table in (before, after))
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
    order = Exact.of(both).order.array
    before["key"], after["key"] = order[: len(before)], order[len(before) :]
    for one in (before, after):
        one["key"] = one["key"].mask(one["rank"].isna())
    before.index, after.index = _match_keys(before, after, aliases)
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
    _add_places(table)
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
        raise Refusal(
            f"Cột Năm của {where} có {len(years)} năm ({', '.join(map(str, years))})",
            "hãy chọn một năm cho mỗi bảng",
        )
    return int(years[0]) if len(years) else None


def _match_keys(
    before: pd.DataFrame, after: pd.DataFrame, aliases: Mapping[str, str] | None
) -> tuple[pd.MultiIndex, pd.MultiIndex]:
    """Return for the units of each table the block and the name under which they match."""
    names = [table["unit"].map(unit_key) for table in (before, after)]
    known = [set(keys) for keys in names]
    blocks = _block_keys(before, after)
    renamed = {}
    for one, other in (aliases or {}).items():
        where = sorted([unit_key(name) in keys for keys in known] for name in (one, other))
        # Where there are blocks, a name may be of one unit in each.
        if blocks is None and where != [[False, True], [True, False]]:
            raise Refusal(
                f"aliases: '{one}' và '{other}' phải là một đơn vị chỉ có ở bảng trước và một đơn "
                "vị chỉ có ở bảng sau",
                "hãy kiểm tra lại tên",
            )
        renamed[unit_key(one)] = unit_key(other)
    result = []
    for table, block, name, where in zip(
        (before, after), blocks or ("", ""), names, (BEFORE, AFTER), strict=True
    ):
        keys = pd.DataFrame({"block": block, "name": name.map(lambda key: renamed.get(key, key))})
        if (twice := keys.duplicated()).any():
            at = twice.idxmax()
            first = (keys == keys.loc[at]).all(axis=1).idxmax()
            raise Refusal(
                f"Trong {where}, '{table['unit'][first]}' và '{table['unit'][at]}' là một tên khi "
                "so khớp",
                "hãy sửa tên một trong hai đơn vị",
            )
        result.append(pd.MultiIndex.from_frame(keys))
    return result[0], result[1]


def _block_keys(before: pd.DataFrame, after: pd.DataFrame) -> list[pd.Series] | None:
    """Return the block of each unit as a key; None where no table has several."""
    if not any("block" in several_groups(table) for table in (before, after)):
        return None
    for table, where, other in ((before, BEFORE, AFTER), (after, AFTER, BEFORE)):
        if "block" not in table:
            raise Refusal(
                f"Không so sánh được: {other} có nhiều khối còn {where} không có cột Khối",
                "hãy chọn một khối, hoặc thêm cột Khối",
            )
    keys = [table["block"].map(unit_key, na_action="ignore") for table in (before, after)]
    for table, key, where in zip((before, after), keys, (BEFORE, AFTER), strict=True):
        if key.nunique() < table["block"].nunique():
            names = listed(table["block"].dropna().astype("str").unique())
            raise Refusal(
                f"Trong {where}, một khối có nhiều cách viết ({names})", "hãy viết thống nhất"
            )
    return [key.fillna("") for key in keys]


def _score_change(table: pd.DataFrame) -> pd.Series:
    """Return the difference in points, as exact as they are printed."""
    points, places = to_integers(pd.concat([table["score_before"], table["score_after"]]))
    change = points.iloc[len(table) :] - points.iloc[: len(table)]
    change = change.astype("float64") / 10**places
    return change.where(table["max_score_before"] == table["max_score_after"])


def _add_places(table: pd.DataFrame) -> None:
    """Add the places among the units that both tables rank, and how many each list ranks."""
    groups = pd.factorize(table.index.get_level_values("block"))[0]
    ranked = {when: table[f"rank_{when}"].notna() for when in ("before", "after")}
    common = ranked["before"] & ranked["after"]
    counted = {f"ranked_{when}": some for when, some in ranked.items()} | {"common_units": common}
    for column, some in counted.items():
        table[column] = some.groupby(groups).transform("sum").astype("Int64")
    for when in ranked:
        keys = table[f"key_{when}"].fillna(0).to_numpy("int64")
        table[f"common_rank_{when}"] = ranks_within(keys, ~common.to_numpy(), groups)
    table["rank_change"] = table["common_rank_before"] - table["common_rank_after"]
    table["rank_change_own"] = _own_places(table[common]).reindex(table.index)


def _own_places(common: pd.DataFrame) -> pd.Series:
    """Return how many places each unit's own points move it: mean of going first and last."""
    old, new = (common[f"key_{when}"].to_numpy("int64") for when in ("before", "after"))
    groups = common.index.get_level_values("block").to_numpy("str")
    # Places between the two tables; a unit does not stand above itself.
    moved_alone = 1 + count_above(new, groups, pool=old, pool_groups=groups) - (old > new)
    stood_alone = 1 + count_above(old, groups, pool=new, pool_groups=groups) - (new > old)
    first = common["common_rank_before"].to_numpy("int64") - moved_alone
    last = stood_alone - common["common_rank_after"].to_numpy("int64")
    return pd.Series((first + last) / 2, index=common.index)


def few_common(change: pd.DataFrame) -> pd.Series:
    """Return for each row whether fewer than half of a list of its block are in the other."""
    longest = change[["ranked_before", "ranked_after"]].max(axis=1)
    return (2 * change["common_units"] < longest).fillna(False).astype("bool")


def why_untold(change: pd.DataFrame) -> list[str]:
    """Return why nothing is said of rises and falls, if fewer than half of a list are common."""
    few = change[few_common(change) & (change["common_units"] > 0)]
    groups = ["common_units", "ranked_before", "ranked_after"]
    groups += ["block"] if "block" in change and change["block"].nunique() > 1 else []
    told = []
    for row in few[groups].drop_duplicates().itertuples():
        lists = {"kỳ trước": row.ranked_before, "kỳ này": row.ranked_after}
        of = [f"{n} đơn vị {when}" for when, n in lists.items() if 2 * row.common_units < n]
        only = f"{clean(row.block)}: chỉ" if "block" in groups else "Chỉ"
        told.append(
            f"{only} {row.common_units} đơn vị được xếp hạng ở cả hai kỳ, chưa đến một nửa của "
            f"{' và của '.join(of)}, nên không nêu tăng, giảm."
        )
    return told


def against_points(table: pd.DataFrame) -> list[str]:
    """Return a sentence on the units whose rank went against their own points, each way.

    Ranks are among the units that both periods have.
    """
    told = []
    for sign, words, to in (
        (1, "Tăng điểm nhưng giảm hạng", "xuống"),
        (-1, "Giảm điểm nhưng tăng hạng", "lên"),
    ):
        odd = table[(table["score_change"] * sign > 0) & (table["rank_change"] * sign < 0)]
        names = [
            f"{row.unit} ({format_signed(row.score_change)} điểm, từ hạng {row.common_rank_before} "
            f"{to} hạng {row.common_rank_after} trong {row.common_units} đơn vị)"
            for row in odd.itertuples()
        ]
        told += [f"{words}: {listed(names)}."] if names else []
    return told


def _sentences(table: pd.DataFrame, years: list[int | None]) -> list[str]:
    """Return what the table says in words: counts with their n, and what needs a look."""
    count = table["status"].value_counts().reindex(["stayed", "new", "gone", "no score"]).fillna(0)
    stayed, new, gone, no_score = map(int, count)
    told_of = table[~few_common(table)]
    change = told_of["rank_change"].dropna()
    moves = {"tăng hạng": change > 0, "giảm hạng": change < 0, "giữ nguyên hạng": change == 0}
    others = {"chỉ có ở kỳ sau": new, "chỉ có ở kỳ trước": gone, "thiếu điểm": no_score}
    moved = ", ".join(f"{some.sum()} {words}" for words, some in moves.items() if some.any())
    other = ", ".join(f"{units} đơn vị {words}" for words, units in others.items() if units)
    told = [f"So sánh được {stayed} đơn vị có điểm ở cả hai bảng{moved and f': {moved}'}."]
    told += [f"Ngoài ra {other}."] if other else []
    if None not in years:
        told.insert(0, f"Năm {years[1]} so với năm {years[0]}.")
    told += [*why_untold(table), *against_points(told_of)]
    # Of units that stayed, those whose maximum differs have no change in points.
    rescaled = (table["score_change"].isna() & (table["status"] == "stayed")).sum()
    if rescaled:
        told.append(f"Điểm tối đa của {rescaled} đơn vị đã thay đổi nên chỉ so sánh tỷ lệ điểm.")
    units = row_names(table)
    return told + _unmatched(units[table["status"] == "gone"], units[table["status"] == "new"])


def _unmatched(gone: pd.Series, new: pd.Series) -> list[str]:
    """Return sentences that list units of one table only, with the nearest names in the other.

    Both hold the unit's name as printed, by block and matching name.
    """
    named = []
    for (block, key), unit in gone[:MOST_TOLD].items():
        here = new[new.index.get_level_values("block") == block].droplevel("block")
        close = get_close_matches(key, here.index, 2, _CLOSE)
        named.append(f"{unit} (gần nhất: {' hoặc '.join(here[close])})" if close else unit)
    told = []
    if named:
        told.append(f"Chỉ có ở bảng trước: {listed(named, of=len(gone))}.")
    if len(new):
        told.append(f"Chỉ có ở bảng sau: {listed(new.tolist())}.")
    if len(new) and named:
        told.append("Nếu hai tên là một đơn vị, hãy ghi cùng một tên trong cả hai bảng.")
    return told
