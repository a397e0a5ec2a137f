"""Which unit of one period is which of the other: of one name, renamed, or merged from several."""

import re
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import several_groups
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.vocabulary import MERGED
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.printing import format_number, printed_places
from cchc_analysis.text import FEW, clean, fold, listed, near, quoted, unit_key

Predecessors = Mapping[str, str | Sequence[str]] | pd.DataFrame | str | PathLike
BEFORE, AFTER = "bảng trước", "bảng sau"
_OPTION = Option("predecessors")
_EXAMPLE = 'hãy ghi ví dụ {"Phường C": ["Xã A", "Xã B"]}'
_UNIT_OF = {BEFORE: "đơn vị cũ", AFTER: "đơn vị mới"}


class Matched(NamedTuple):
    """The units of two tables: rows that stand side by side (-1: none), what became of each unit.

    `merged` has for the row of each merged unit those of its old ones.
    """

    old: list[int]
    new: list[int]
    status: list[str]
    merged: dict[int, list[int]]


def match(
    olds: pd.DataFrame,
    news: pd.DataFrame,
    aliases: Mapping[str, str] | None,
    predecessors: Predecessors | None,
) -> Matched:
    """Match units by the keys of `with_keys`; merged ones and their old ones match nobody."""
    merged = {} if predecessors is None else _merged(_read_pairs(predecessors), olds, news)
    absorbed = {row: new for new, rows in merged.items() for row in rows}
    renamed = _renamed({} if aliases is None else aliases, olds, news)
    rows, keys = (
        _rows_by_key(table, renamed, left_out, where)
        for table, left_out, where in ((olds, absorbed, BEFORE), (news, merged, AFTER))
    )
    same = {row: rows[key] for key, row in keys.items() if key in rows}
    gone = set(rows.values()) - set(same.values())
    for one, other in (aliases or {}).items():
        _check_renamed(one, other, olds, news.loc[list(same)], olds.loc[sorted(gone)])
    gone |= {row for row, new in absorbed.items() if _key(olds, row) != _key(news, new)}
    old = [same.get(row, -1) for row in news.index] + sorted(gone)
    new = [*news.index] + [-1] * len(gone)
    status = [
        "merged" if row in merged else "stayed" if row in same else "new" for row in news.index
    ]
    status += ["absorbed" if row in absorbed else "gone" for row in sorted(gone)]
    return Matched(old, new, status, merged)


def has_blocks(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Return whether units of two tables match within their blocks."""
    return any("block" in several_groups(table) for table in (before, after))


def with_keys(before: pd.DataFrame, after: pd.DataFrame) -> list[pd.DataFrame]:
    """Return two tables with the block and the name of each unit as keys that compare."""
    by_block, found = has_blocks(before, after), []
    for table, where, other in ((before, BEFORE, AFTER), (after, AFTER, BEFORE)):
        table = table.assign(name_key=table["unit"].map(unit_key), block_key="")
        if by_block and "block" not in table:
            raise Refusal(
                f"Không so sánh được: {other} có nhiều khối còn {where} không có cột Khối",
                "hãy thêm cột Khối vào bảng ấy",
            )
        if by_block:
            table["block_key"] = table["block"].astype("str").map(unit_key, na_action="ignore")
            if table["block_key"].nunique() < table["block"].nunique():
                names = listed(table["block"].dropna().astype("str").unique())
                raise Refusal(
                    f"Trong {where}, một khối có nhiều cách viết ({names})", "hãy viết thống nhất"
                )
        found.append(table.fillna({"block_key": ""}))
    return found


def _key(table: pd.DataFrame, row: int) -> tuple[str, str]:
    return table["block_key"][row], table["name_key"][row]


def _rows_by_key(
    table: pd.DataFrame, renamed: Mapping[str, str], left_out: Mapping, where: str
) -> dict[tuple[str, str], int]:
    """Return the row of each unit by its block and name, refusing two of one name."""
    rows: dict[tuple[str, str], int] = {}
    for row, block, name in table[["block_key", "name_key"]].itertuples(name=None):
        if row in left_out or rows.setdefault((block, renamed.get(name, name)), row) == row:
            continue
        first, unit = table["unit"][rows[block, renamed.get(name, name)]], table["unit"][row]
        remedy = "hãy sửa tên một trong hai đơn vị"
        if renamed:
            remedy = (
                f"hãy ghi predecessors={{'{unit}': […]}} nếu chúng đã nhập làm một, nếu không thì "
                "sửa tên một trong hai đơn vị"
            )
        raise Refusal(f"Trong {where}, '{first}' và '{unit}' là một tên khi so khớp", remedy)
    return rows


def _renamed(aliases: Mapping[str, str], olds: pd.DataFrame, news: pd.DataFrame) -> dict[str, str]:
    """Return the key of each alias; without blocks, each name is in one of the tables only."""
    is_text = isinstance(aliases, Mapping) and all(
        isinstance(name, str) for names in aliases.items() for name in names
    )
    if not is_text:
        raise Refusal(
            f"aliases={aliases!r:.60} không dùng được",
            'hãy ghi tên này là tên kia, ví dụ {"Phòng VH&TT": "Phòng Văn hóa và Thông tin"}',
        )
    known = [set(table["name_key"]) for table in (olds, news)]
    by_block = olds["block_key"].ne("").any() or news["block_key"].ne("").any()
    for names in aliases.items():
        where = sorted([unit_key(name) in keys for keys in known] for name in names)
        if not by_block and where != [[False, True], [True, False]]:
            raise Refusal(
                f"aliases: '{names[0]}' và '{names[1]}' phải là một đơn vị chỉ có ở bảng trước và "
                "một đơn vị chỉ có ở bảng sau",
                "hãy kiểm tra lại tên",
            )
    return {unit_key(one): unit_key(other) for one, other in aliases.items()}


def _check_renamed(
    one: str, other: str, olds: pd.DataFrame, same: pd.DataFrame, gone: pd.DataFrame
) -> None:
    """Refuse an alias for what may be a merger: another old unit is gone, nobody says where to."""
    old, new = (one, other) if unit_key(one) in set(olds["name_key"]) else (other, one)
    blocks = same["block_key"][same["name_key"] == unit_key(new)]
    names = gone["unit"][gone["block_key"].isin(blocks)].tolist()
    if names and _initials(old) != _initials(new):
        raise Refusal(
            f"aliases: '{new}' có thể được nhập từ nhiều đơn vị: ngoài '{old}' còn "
            f"{listed(names[:FEW], of=len(names))} không còn trong bảng sau",
            f'nếu là sáp nhập, hãy thay bằng predecessors={{"{new}": ["{old}", …]}}; nếu không, '
            "hãy ghi nơi các đơn vị ấy nhập vào bằng predecessors, hoặc bỏ đơn vị đã giải thể khỏi "
            "bảng trước",
        )


def _initials(name: str) -> str:
    """Return the first letters of a name, of an abbreviation all: "Phòng VH&TT" is "pvhtt"."""
    words = [word for word in re.findall(r"\w+", clean(name)) if unit_key(word) != "và"]
    return "".join(word if word.isupper() else word[0] for word in words).casefold()


def _read_pairs(predecessors: Predecessors) -> list[tuple[str, str]]:
    """Return new and old unit of each line: of a dict, or of a table with two columns."""
    if isinstance(predecessors, pd.DataFrame | str | PathLike):
        return _of_table(predecessors)
    if not isinstance(predecessors, Mapping):
        raise _refused(f"{predecessors!r:.60} không dùng được", _EXAMPLE)
    pairs = []
    for unit, old in predecessors.items():
        olds = [old] if isinstance(old, str) else [*old] if isinstance(old, Iterable) else []
        if not olds or not all(isinstance(name, str) for name in (unit, *olds)):
            raise _refused(f"'{unit}' không có danh sách tên đơn vị cũ", _EXAMPLE)
        pairs += [(unit, name) for name in olds]
    return pairs


def _of_table(source: pd.DataFrame | str | PathLike) -> list[tuple[str, str]]:
    found, pairs = read_grids(source), []
    for grid in found.grids:
        cells = grid.cells.fillna("")
        for at, line in enumerate(cells.itertuples(index=False)):
            titles = [fold(cell) for cell in line]
            places = [
                [at for at, title in enumerate(titles) if MERGED[role].fullmatch(title)]
                for role in ("unit", "predecessor")
            ]
            if all(places):
                where = ", ".join(filter(None, [found.name, grid.place]))
                pairs += _of_lines(where, cells.iloc[at + 1 :], *(place[0] for place in places))
                break
    if pairs:
        return pairs
    raise Refusal(
        "{option.name} không có dòng nào dưới hai cột unit (đơn vị mới) và predecessor (đơn vị cũ)",
        "hãy đặt tên hai cột như vậy, mỗi đơn vị cũ một dòng", file=found.name, option=_OPTION,
    )  # fmt: skip


def _of_lines(file: str, lines: pd.DataFrame, unit: int, old: int) -> list[tuple[str, str]]:
    pairs, last = [], ""
    for line, row in zip(lines.index, lines.itertuples(index=False), strict=True):
        last = row[unit] or last  # a cell that is merged over its lines
        if row[old] and last:
            pairs += [(last, name) for name in map(clean, row[old].split(";")) if name]
        elif row[unit] or row[old]:
            problem = f"thiếu một tên ({quoted(row[unit] or row[old])})"
            remedy = "hãy ghi cả đơn vị mới và đơn vị cũ, hoặc xóa dòng nếu là ghi chú"
            raise _refused(problem, remedy, file=file, place=f"dòng {line}")
    return pairs


def _merged(
    pairs: Sequence[tuple[str, str]], olds: pd.DataFrame, news: pd.DataFrame
) -> dict[int, list[int]]:
    """Return for the row of each merged unit those of its old units."""
    merged: dict[int, list[int]] = {}
    named = set(olds["name_key"])
    for unit, old in pairs:
        new = _row(news, unit, AFTER)
        for name in _each_name(old, named):
            row = _row(olds, name, BEFORE, block=news["block_key"][new])
            if row in merged.setdefault(new, []):
                raise _refused(f"'{name}' có hai lần ở '{unit}'", "hãy bỏ một lần")
            merged[new].append(row)
    absorbed = {row for rows in merged.values() for row in rows}
    before, after = ({_key(table, row): row for row in table.index} for table in (olds, news))
    for new, rows in merged.items():
        name, own = news["unit"][new], before.get(_key(news, new))
        if own is not None and own not in absorbed:
            raise _refused(
                f"'{olds['unit'][own]}' có ở bảng trước nhưng không nằm trong các đơn vị cũ của "
                f"'{name}'",
                "hãy ghi thêm tên này vào đơn vị mới mà nó đã nhập vào",
            )
        for row in rows:
            if after.get(_key(olds, row), new) not in merged:
                raise _refused(
                    f"'{olds['unit'][row]}' đã nhập vào '{name}' nhưng vẫn có trong bảng sau",
                    "hãy kiểm tra lại tên, hoặc bỏ nó khỏi các đơn vị cũ",
                )
    return merged


def _each_name(text: str, known: set[str]) -> list[str]:
    """Return the units that a text names, "Xã A, Xã B và Xã C", if one is known; else the text.

    A cell of several lines has nothing but a space between them: "Xã A Xã B".
    """
    names = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    each = re.compile(rf"({names})(?:[,;] ?| và | |$)")
    key = unit_key(text)
    if key not in known and not each.sub("", key):
        return each.findall(key)
    parts = re.split(r"[,;] ?| và ", text)
    return [text] if key in known or known.isdisjoint(map(unit_key, parts)) else parts


def _row(keyed: pd.DataFrame, name: str, where: str, block: str | None = None) -> int:
    """Return the row of a unit, of several of one name the one in this block."""
    named = keyed[keyed["name_key"] == unit_key(name)]
    found = named if block is None or len(named) < 2 else named[named["block_key"] == block]
    if len(found) == 1:
        return found.index[0]
    if len(named):
        raise _refused(f"'{name}' có ở nhiều khối của {where}", "hãy so từng khối")
    hint = near(name, keyed["unit"], key=unit_key)  # "Xã AA" is so near to "Xã A"
    other = (
        "thêm nó vào bảng trước với ô điểm để trống" if where == BEFORE else "bỏ các dòng của nó"
    )
    raise _refused(
        f"{_UNIT_OF[where]} '{name}' không có trong {where}{hint}",
        f"hãy ghi đúng tên như trong bảng, hoặc {other}",
    )


def _refused(problem: str, remedy: str, **where: str) -> Refusal:
    return Refusal(f"{{option.name}}: {problem}", remedy, option=_OPTION, **where)


def in_words(units: Matched, before: pd.DataFrame, after: pd.DataFrame) -> dict[str, list]:
    """Return for each row the old units, "Xã A 81,20 (12/145); …", and where an old one went."""
    places = printed_places(before["score"])
    ranked = before["rank"].notna().groupby(before["block_key"]).transform("sum")
    told, into = {}, {}
    for new, rows in units.merged.items():
        words = []
        for row in rows:
            score, rank = before["score"][row], before["rank"][row]
            score = "chưa chấm" if pd.isna(score) else format_number(score, places)
            place = "" if pd.isna(rank) else f" ({rank}/{ranked[row]})"
            words.append(f"{clean(before['unit'][row])} {score}{place}")
            into.setdefault(row, []).append(clean(after["unit"][new]))
        told[new] = "; ".join(words)
    went = {row: "; ".join(names) for row, names in into.items()}
    olds = [row if new == -1 else None for row, new in zip(units.old, units.new, strict=True)]
    return {"predecessors": list(map(told.get, units.new)), "into": list(map(went.get, olds))}
