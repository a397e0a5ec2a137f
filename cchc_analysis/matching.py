"""Which unit of one table is which unit of another: by name, and never by guessing."""

from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches

import pandas as pd

from cchc_analysis.table import several_groups
from cchc_analysis.text import MOST_TOLD, listed, unit_key

BEFORE, AFTER = "bảng trước (before)", "bảng sau (after)"
_CLOSE = 0.4  # "Sở TN-MT" is so near to "Sở Tài nguyên và Môi trường"


def match_keys(
    before: pd.DataFrame, after: pd.DataFrame, aliases: Mapping[str, str] | None
) -> tuple[pd.MultiIndex, pd.MultiIndex]:
    """Return for the units of each table the block and the name under which they match."""
    names = [table["unit"].map(unit_key) for table in (before, after)]
    known = [set(keys) for keys in names]
    blocks = _block_keys(before, after)
    renamed = {}
    for one, other in (aliases or {}).items():
        if blocks is None:  # else a name may be of one unit in each block
            _check_alias(one, other, known, [*before["unit"], *after["unit"]])
        renamed[unit_key(one)] = unit_key(other)
    result = []
    for table, block, name, where in zip(
        (before, after), blocks or ("", ""), names, (BEFORE, AFTER), strict=True
    ):
        keys = pd.DataFrame({"block": block, "name": name.map(lambda key: renamed.get(key, key))})
        if (twice := keys.duplicated()).any():
            at = twice.idxmax()
            first = (keys == keys.loc[at]).all(axis=1).idxmax()
            raise ValueError(
                f"Trong {where}, '{table['unit'][first]}' và '{table['unit'][at]}' là một tên khi "
                "so khớp; hãy sửa tên một trong hai đơn vị, hoặc bỏ bớt aliases."
            )
        result.append(pd.MultiIndex.from_frame(keys))
    return result[0], result[1]


def _check_alias(one: str, other: str, known: list[set[str]], units: list[str]) -> None:
    """Refuse an alias unless one name is in the one table and the other in the other."""
    for name in (one, other):
        if not any(unit_key(name) in keys for keys in known):
            close = get_close_matches(name, units, n=1, cutoff=0)
            hint = f"; gần nhất là '{close[0]}'" if close else ""
            raise ValueError(f"aliases: không bảng nào có đơn vị '{name}'{hint}.")
        if all(unit_key(name) in keys for keys in known):
            raise ValueError(
                f"aliases: '{name}' có ở cả hai bảng nên đã được so khớp; hãy bỏ tên này khỏi "
                "aliases, hoặc sửa tên trong bảng."
            )
    if (unit_key(one) in known[0]) == (unit_key(other) in known[0]):
        where = BEFORE if unit_key(one) in known[0] else AFTER
        raise ValueError(
            f"aliases: '{one}' và '{other}' cùng ở {where}; hãy ghép một tên của bảng này với một "
            "tên của bảng kia."
        )


def _block_keys(before: pd.DataFrame, after: pd.DataFrame) -> list[pd.Series] | None:
    """Return the block of each unit as a key; None where no table has several."""
    if not any("block" in several_groups(table) for table in (before, after)):
        return None
    for table, where, other in ((before, BEFORE, AFTER), (after, AFTER, BEFORE)):
        if "block" not in table:
            raise ValueError(
                f"Không so sánh được: {other} có nhiều khối còn {where} không có cột Khối; hãy "
                "chọn một khối, hoặc thêm cột Khối (load_scores, block=)."
            )
    keys = [t["block"].map(unit_key, na_action="ignore").fillna("") for t in (before, after)]
    for table, key, where in zip((before, after), keys, (BEFORE, AFTER), strict=True):
        spellings = table.groupby(key)["block"].unique()
        if (twice := spellings.str.len() > 1).any():
            names = "', '".join(map(str, spellings[twice].iloc[0]))
            raise ValueError(
                f"Trong {where}, một khối có nhiều cách viết: '{names}'; hãy viết thống nhất."
            )
    return keys


def unmatched_in_words(gone: pd.Series, new: pd.Series) -> list[str]:
    """Return sentences that list units of one table only, with the nearest names in the other.

    Both hold the unit's name as printed, by block and matching name.
    """
    told = []
    old, young = (units.reset_index() for units in (gone, new))
    moved = old.merge(young, on="name", suffixes=("_before", "_after"))
    if len(moved):
        names = listed(list(moved["unit_after"]))
        told.append(
            f"Cùng tên nhưng khác khối nên không so sánh: {names}. Nếu là một khối, hãy viết thống "
            "nhất tên khối."
        )
    old, young = (units[~units["name"].isin(moved["name"])] for units in (old, young))
    named, best, example = [], 0.0, ""
    for block, key, unit in old[:MOST_TOLD].itertuples(index=False):
        here = young[young["block"] == block].set_index("name")["unit"]
        close = get_close_matches(key, here.index, 2, _CLOSE)
        names = " hoặc ".join(here[close])
        named.append(f"{unit} (gần nhất: {names})" if close else unit)
        ratio = SequenceMatcher(None, close[0], key).ratio() if close else 0
        if ratio > best:
            best, example = ratio, f'aliases={{"{unit}": "{here[close[0]]}"}}'
    if named:
        told.append(f"Chỉ có ở bảng trước: {listed(named, of=len(old))}.")
    if len(young):
        told.append(f"Chỉ có ở bảng sau: {listed(list(young['unit']))}.")
    return [*told, *([f"Nếu hai tên là một đơn vị, hãy dùng {example}."] if example else [])]
