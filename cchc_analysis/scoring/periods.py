"""Two tables of the same units: who rose, who fell, and because of whom."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from cchc_analysis.groups import SCORES, check_columns, row_names, several_groups
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring import mergers
from cchc_analysis.scoring.exact import Exact, to_integers
from cchc_analysis.scoring.mergers import AFTER, BEFORE, Predecessors
from cchc_analysis.scoring.order import count_above, ranks_within
from cchc_analysis.scoring.printing import format_signed
from cchc_analysis.scoring.ranking import in_order, rank_and_grade, stamped
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, scheme_for
from cchc_analysis.text import FEW, MOST_TOLD, clean, listed, unit_key
from cchc_analysis.vocabulary import VALUES

_CLOSE = 0.4  # "Sở TN-MT" is so near to "Sở Tài nguyên và Môi trường"
_COLUMNS = [
    "unit", "status", "score_before", "score_after", "score_change", "percent_before",
    "percent_after", "rank_before", "rank_after", "ranked_before", "ranked_after",
    "common_rank_before", "common_rank_after", "common_units", "rank_change", "rank_change_own",
    "rank_change_others", "grade_before", "grade_after",
]  # fmt: skip


def compare_periods(
    before: pd.DataFrame,
    after: pd.DataFrame | None = None,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    aliases: Mapping[str, str] | None = None,
    predecessors: Predecessors | None = None,
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
        Scores or rankings of one year each, with ``unit``, ``score`` and ``max_score``; or one
        table alone, with ``year``, whose last two years are compared.
    scheme : str, GradeScheme or mapping
        The cut-offs for both, as for `grade_units`. The default is an assumption.
    aliases : mapping, optional
        Names that are one unit, of either table to the other's: ``{"Phòng VH&TT": "Phòng Văn hóa
        và Thông tin"}``. Refused where another old unit could be meant, as of a merger.
    predecessors : mapping, DataFrame or path, optional
        The old units of each merged one, ``{"Phường C": ["Xã A", "Xã B"]}``, or a table or file
        with the columns ``unit`` and ``predecessor``, a line for each old unit. Nobody published
        weights: a merged unit has no mean, change or common rank of them.

    Returns
    -------
    DataFrame
        One row per unit by the rank in `after`, units that are gone last: ``block`` (where both
        have it), ``unit``, ``status`` ("stayed", "new", "gone", "no score" where one is missing in
        either table; "merged" and, of its old units, "absorbed"; one of the same name has no row of
        its own), ``score``, ``percent``, ``rank`` and ``grade`` with ``_before`` and
        ``_after``, ``score_change`` (points; missing where the maximum differs); ``ranked_before``
        and ``ranked_after``, the number of units among which it has its rank; its places among the
        ``common_units`` of its block, ``common_rank_before`` and ``common_rank_after``, and of
        these ``rank_change``, ``rank_change_own`` and ``rank_change_others`` (positive is better).
        ``attrs["note"]`` counts, and names what did not match, but says nothing of rises and falls
        where fewer than half of either list are common; ``attrs["years"]`` has both years where
        known. With `predecessors`, the text columns ``predecessors`` ("Xã A 81,20 (12/145); …") and
        ``into``.

    Raises
    ------
    ValueError
        If a table has several years (one alone: fewer than two), two units of one name, or blocks
        that the other lacks; if an alias is in neither table or could be a merger; if a merged unit
        or an old one is not there or is there twice; if ranks or grades are of other units or
        another scheme.

    Examples
    --------
    >>> before = pd.DataFrame({"unit": ["A", "B"], "score": [8.5, 8], "max_score": 10})
    >>> change = compare_periods(before, before.assign(score=[8.6, 9]))
    >>> change[["unit", "score_change", "rank_change", "rank_change_own", "rank_change_others"]]
      unit  score_change  rank_change  rank_change_own  rank_change_others
    0    B           1.0            1              1.0                 0.0
    1    A           0.1           -1              0.0                -1.0
    """
    if after is None:
        before, after = _last_years(before)
    years_of(before, after)
    scheme = scheme_for(scheme, before, after)
    before, after = (in_order(rank_and_grade(table, scheme)) for table in (before, after))
    return compare_ranked(before, after, aliases, predecessors)


def _last_years(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the last two years of a table that has several."""
    check_columns(table, SCORES)
    years = sorted(table["year"].unique()) if "year" in table else []
    if len(years) < 2:
        raise Refusal(
            f"Bảng có {len(years)} năm ({', '.join(map(str, years)) or 'không ghi'}) ở "
            f"{len(table)} dòng, cần ít nhất hai năm để so sánh",
            "hãy đọc cả hai tệp một lần bằng load_scores([tệp trước, tệp sau]), hoặc thêm cột Năm",
        )
    return [table[table["year"] == year].reset_index(drop=True) for year in years[-2:]]


def years_of(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int | None, int | None]:
    """Return the year of each of two tables, refusing one that has several."""
    return _year(before, BEFORE), _year(after, AFTER)


def compare_ranked(
    before: pd.DataFrame,
    after: pd.DataFrame,
    aliases: Mapping[str, str] | None = None,
    predecessors: Predecessors | None = None,
) -> pd.DataFrame:
    """Compare two rankings as `compare_periods` does: both are in order, graded by one scheme."""
    years = years_of(before, after)
    before, after = before.copy(), after.copy()
    both = pd.concat([before, after], ignore_index=True)
    order = Exact.of(both).order.array
    before["key"], after["key"] = order[: len(before)], order[len(before) :]
    for one in (before, after):
        one["key"] = one["key"].mask(one["rank"].isna())
    keyed = _with_keys(before, after)
    merged = {} if predecessors is None else mergers.rows_of(predecessors, *keyed)
    before.index, after.index = _match_keys(*keyed, aliases, merged)
    absorbed = [row for rows in merged.values() for row in rows]
    own = [
        row
        for new, rows in merged.items()
        for row in rows
        if (keyed[0].loc[row, ["block", "name"]] == keyed[1].loc[new, ["block", "name"]]).all()
    ]
    gone = before.index.difference(after.index, sort=False).difference(
        before.index[own], sort=False
    )
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
    table.loc[after.index[list(merged)], "status"] = "merged"
    table.loc[before.index[absorbed].intersection(keys), "status"] = "absorbed"
    table["score_change"] = _score_change(table)
    _add_places(table, before, after)
    table["rank_change_others"] = table["rank_change"].astype("float64") - table["rank_change_own"]
    columns = [*where, *_COLUMNS]
    if predecessors is not None:
        _add_mergers(table, before, after, merged)
        columns += ["predecessors", "into"]
    result = table[columns].reset_index(drop=True)
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


def _add_mergers(
    table: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, merged: Mapping[int, list[int]]
) -> None:
    """Add the old units of each merged one in words, and where each old one went."""
    for column in ("predecessors", "into"):
        table[column] = pd.Series(None, table.index, dtype="object")
    ranked = before["rank"].notna().groupby(before.index.get_level_values("block")).sum()
    into: dict[int, list[str]] = {}
    for new, rows in merged.items():
        old = before.iloc[rows]
        among = ranked[old.index.get_level_values("block")]
        table.loc[[after.index[new]], "predecessors"] = mergers.in_words(old, before, among)
        for row in rows:
            into.setdefault(row, []).append(clean(after["unit"].iloc[new]))
    for row, names in into.items():
        if before.index[row] in table.index:
            table.loc[[before.index[row]], "into"] = "; ".join(names)


def _with_keys(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return for the units of each table the block and the name under which they match."""
    blocks = _block_keys(before, after) or ("", "")
    return tuple(
        pd.DataFrame({"block": block, "name": table["unit"].map(unit_key), "unit": table["unit"]})
        for table, block in zip((before, after), blocks, strict=True)
    )


def _match_keys(
    before: pd.DataFrame,
    after: pd.DataFrame,
    aliases: Mapping[str, str] | None,
    merged: Mapping[int, list[int]],
) -> tuple[pd.MultiIndex, pd.MultiIndex]:
    """Return the keys of each table, where two names may be one unit; merged ones match nobody."""
    absorbed = {row for rows in merged.values() for row in rows}
    outside = (absorbed, set(merged))
    known = [set(table["name"]) for table in (before, after)]
    blocks = before["block"].ne("").any() or after["block"].ne("").any()
    renamed = {}
    for one, other in (aliases or {}).items():
        where = sorted([unit_key(name) in keys for keys in known] for name in (one, other))
        # Where there are blocks, a name may be of one unit in each.
        if not blocks and where != [[False, True], [True, False]]:
            raise Refusal(
                f"aliases: '{one}' và '{other}' phải là một đơn vị chỉ có ở bảng trước và một đơn "
                "vị chỉ có ở bảng sau",
                "hãy kiểm tra lại tên",
            )
        renamed[unit_key(one)] = unit_key(other)
    result = []
    for table, where, rows in zip((before, after), (BEFORE, AFTER), outside, strict=True):
        names = table["name"].map(lambda key: renamed.get(key, key))
        keys = pd.DataFrame({"block": table["block"], "name": names})
        if (twice := keys.duplicated()).any():
            at = twice.idxmax()
            first = (keys == keys.loc[at]).all(axis=1).idxmax()
            raise Refusal(
                f"Trong {where}, '{table['unit'][first]}' và '{table['unit'][at]}' là một tên khi "
                "so khớp",
                f"hãy ghi predecessors={{'{table['unit'][at]}': […]}} nếu chúng đã nhập làm một, "
                "nếu không thì sửa tên một trong hai đơn vị" if aliases else
                "hãy sửa tên một trong hai đơn vị",
            )  # fmt: skip
        # A blank before the name is in no name that was cleaned.
        keys["name"] = [f" {where} {name}" if row in rows else name for row, name in names.items()]
        result.append(pd.MultiIndex.from_frame(keys))
    for one, other in (aliases or {}).items():
        _check_renamed(one, other, before, after, result)
    return result[0], result[1]


def _check_renamed(
    one: str, other: str, before: pd.DataFrame, after: pd.DataFrame, keys: list[pd.MultiIndex]
) -> None:
    """Refuse an alias for what may be a merger: another old unit is gone, nobody says where to."""
    old, new = (one, other) if unit_key(one) in set(before["name"]) else (other, one)
    if _initials(old) == _initials(new):
        return
    for row in after.index[after["name"] == unit_key(new)]:
        own = keys[1][row] in keys[0]
        is_gone = (before["block"] == after["block"][row]) & ~keys[0].isin(keys[1])
        is_gone &= ~keys[0].get_level_values("name").str.startswith(" ")
        if own and is_gone.any():
            names = before["unit"][is_gone].tolist()
            raise Refusal(
                f"aliases: '{new}' có thể được nhập từ nhiều đơn vị: ngoài '{old}' còn "
                f"{listed(names[:FEW], of=len(names))} không còn trong bảng sau",
                f'nếu là sáp nhập, hãy thay bằng predecessors={{"{new}": ["{old}", …]}}; nếu '
                "không, hãy ghi nơi các đơn vị ấy nhập vào bằng predecessors, hoặc bỏ đơn vị đã "
                "giải thể khỏi bảng trước",
            )


def _initials(name: str) -> str:
    """Return the first letters of a name, of an abbreviation all: "Phòng VH&TT" is "pvhtt"."""
    words = [word for word in re.findall(r"\w+", clean(name)) if unit_key(word) != "và"]
    return "".join(word if word.isupper() else word[0] for word in words).casefold()


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


def _add_places(table: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Add the places among the units that both tables rank, and how many each list ranks."""
    blocks = table.index.get_level_values("block")
    groups = pd.factorize(blocks)[0]
    ranked = {when: table[f"rank_{when}"].notna() for when in ("before", "after")}
    common = ranked["before"] & ranked["after"]
    table["common_units"] = common.groupby(groups).transform("sum").astype("Int64")
    for when, whole in (("before", before), ("after", after)):
        # Of the whole list: an old unit that bears the name of its merged one has no row.
        counts = whole["rank"].notna().groupby(whole.index.get_level_values("block")).sum()
        counts = counts.reindex(blocks, fill_value=0)
        table[f"ranked_{when}"] = pd.array(counts, dtype="Int64")
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


def mergers_told(table: pd.DataFrame) -> list[str]:
    """Return sentences on merged units: where from, where to, and that nothing is compared."""
    told = []
    if (merged := table[table["status"] == "merged"]).size:
        names = [f"{clean(row.unit)} (từ {row.predecessors})" for row in merged.itertuples()]
        told.append(
            f"Có {len(names)} đơn vị nhập từ đơn vị kỳ trước, không tính bình quân, tăng giảm hay "
            f"thay đổi hạng vì không có tỷ trọng nào được công bố: {listed(names)}."
        )
    if (old := table[table["status"] == "absorbed"]).size:
        names = [f"{clean(row.unit)} (nhập vào {row.into})" for row in old.itertuples()]
        told.append(f"Có {len(names)} đơn vị kỳ trước đã nhập vào đơn vị khác: {listed(names)}.")
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
    count = table["status"].value_counts()
    stayed = count.get("stayed", 0)
    told_of = table[~few_common(table)]
    change = told_of["rank_change"].dropna()
    moves = {"tăng hạng": change > 0, "giảm hạng": change < 0, "giữ nguyên hạng": change == 0}
    statuses = ("new", "gone", "merged", "absorbed", "no score")
    others = {VALUES["status"][status]: count.get(status, 0) for status in statuses}
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
    told += mergers_told(table)
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
