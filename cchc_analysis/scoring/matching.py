"""Which unit of one table is which unit of another: by name, and never by guessing."""

from collections.abc import Mapping
from difflib import get_close_matches

import pandas as pd

from cchc_analysis.groups import several_groups
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
        where = sorted([unit_key(name) in keys for keys in known] for name in (one, other))
        # Where there are blocks, a name may be of one unit in each.
        if blocks is None and where != [[False, True], [True, False]]:
            raise ValueError(
                f"aliases: '{one}' và '{other}' phải là một đơn vị chỉ có ở bảng trước và một đơn "
                "vị chỉ có ở bảng sau; hãy kiểm tra lại tên."
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
            raise ValueError(
                f"Trong {where}, '{table['unit'][first]}' và '{table['unit'][at]}' là một tên khi "
                "so khớp; hãy sửa tên một trong hai đơn vị, hoặc bỏ bớt aliases."
            )
        result.append(pd.MultiIndex.from_frame(keys))
    return result[0], result[1]


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
    keys = [table["block"].map(unit_key, na_action="ignore") for table in (before, after)]
    for table, key, where in zip((before, after), keys, (BEFORE, AFTER), strict=True):
        if key.nunique() < table["block"].nunique():
            names = listed(table["block"].dropna().astype("str").unique())
            raise ValueError(
                f"Trong {where}, một khối có nhiều cách viết ({names}); hãy viết thống nhất."
            )
    return [key.fillna("") for key in keys]


def unmatched_in_words(gone: pd.Series, new: pd.Series) -> list[str]:
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
        told.append("Nếu hai tên là một đơn vị, hãy dùng aliases={tên này: tên kia}.")
    return told
