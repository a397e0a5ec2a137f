"""Units that were merged between two periods: which old ones became which new one."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from os import PathLike

import pandas as pd

from cchc_analysis.reading.sources import read_grids
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.printing import format_number, printed_places
from cchc_analysis.text import clean, fold, quoted, unit_key

Predecessors = Mapping[str, str | Sequence[str]] | pd.DataFrame | str | PathLike
_OPTION = Option("predecessors")
_TITLES = {
    "unit": ("unit", "don vi", "don vi moi", "ten don vi moi"),
    "predecessor": ("predecessor", "don vi cu", "ten don vi cu"),
}
BEFORE, AFTER = "bảng trước", "bảng sau"
_UNIT_OF = {BEFORE: "đơn vị cũ", AFTER: "đơn vị mới"}


def read_pairs(predecessors: Predecessors) -> list[tuple[str, str]]:
    """Return new and old unit of each line: of a dict, or of a table with two columns."""
    if not isinstance(predecessors, Mapping):
        return _of_table(predecessors)
    pairs = []
    for unit, old in predecessors.items():
        olds = [old] if isinstance(old, str) else list(old)
        if not olds or not all(isinstance(name, str) for name in (unit, *olds)):
            raise Refusal(
                f"{{option.name}}: '{unit}' không có danh sách tên đơn vị cũ",
                'hãy ghi ví dụ {"Phường C": ["Xã A", "Xã B"]}', option=_OPTION,
            )  # fmt: skip
        pairs += [(unit, name) for name in olds]
    return pairs


def _of_table(source: pd.DataFrame | str | PathLike) -> list[tuple[str, str]]:
    found = read_grids(source)
    for grid in found.grids:
        cells = grid.cells.fillna("")
        for at, line in enumerate(cells.itertuples(index=False)):
            titles = [fold(cell) for cell in line]
            places = [[titles.index(t) for t in some if t in titles] for some in _TITLES.values()]
            if all(places):
                return _of_lines(found.name, cells.iloc[at + 1 :], *(place[0] for place in places))
    raise Refusal(
        "{option.name} không có hai cột unit (đơn vị mới) và predecessor (đơn vị cũ)",
        "hãy đặt tên hai cột như vậy, mỗi đơn vị cũ một dòng", file=found.name, option=_OPTION,
    )  # fmt: skip


def _of_lines(file: str, lines: pd.DataFrame, unit: int, old: int) -> list[tuple[str, str]]:
    pairs, last = [], ""
    for line, row in zip(lines.index, lines.itertuples(index=False), strict=True):
        last = row[unit] or last  # a cell that is merged over its lines
        if row[old] and last:
            pairs += [(last, name) for name in map(clean, row[old].split(";")) if name]
        elif row[unit] or row[old]:
            raise Refusal(
                f"{{option.name}}: thiếu một tên ({quoted(row[unit] or row[old])})",
                "hãy ghi cả đơn vị mới và đơn vị cũ", file=file, place=f"dòng {line}",
                option=_OPTION,
            )  # fmt: skip
    return pairs


def rows_of(
    predecessors: Predecessors, before: pd.DataFrame, after: pd.DataFrame
) -> dict[int, list[int]]:
    """Return for the row of each merged unit those of its old units, which have keys as columns."""
    merged: dict[int, list[int]] = {}
    for unit, old in read_pairs(predecessors):
        new = _row(after, unit, AFTER)
        row = _row(before, old, BEFORE, block=after["block"].iloc[new])
        if row in merged.setdefault(new, []):
            raise Refusal(f"predecessors: '{old}' có hai lần ở '{unit}'", "hãy bỏ một lần")
        merged[new].append(row)
    absorbed = {row for rows in merged.values() for row in rows}
    keys, olds = (list(zip(t["block"], t["name"], strict=True)) for t in (after, before))
    for new, rows in merged.items():
        if keys[new] in olds and (same := olds.index(keys[new])) not in absorbed:
            name = after["unit"].iloc[new]
            raise Refusal(
                f"predecessors: '{before['unit'].iloc[same]}' có ở bảng trước nhưng không nằm "
                f"trong các đơn vị cũ của '{name}'",
                "hãy ghi thêm tên này vào đơn vị mới mà nó đã nhập vào",
            )
        for row in rows:
            if olds[row] in keys and keys.index(olds[row]) not in merged:
                name = before["unit"].iloc[row]
                raise Refusal(
                    f"predecessors: '{name}' đã nhập vào '{after['unit'].iloc[new]}' nhưng vẫn có "
                    "trong bảng sau",
                    "hãy kiểm tra lại tên, hoặc bỏ nó khỏi các đơn vị cũ",
                )
    return merged


def _row(keyed: pd.DataFrame, name: str, where: str, block: str | None = None) -> int:
    """Return the row of a unit, of several of one name the one in this block."""
    found = [row for row, key in enumerate(keyed["name"]) if key == unit_key(name)]
    if len(found) > 1 and block is not None:
        found = [row for row in found if keyed["block"].iloc[row] == block]
    if len(found) == 1:
        return found[0]
    problem = f"predecessors: {_UNIT_OF[where]} '{name}' không có trong {where}"
    remedy = "hãy ghi đúng tên như trong bảng"
    if where == BEFORE:
        remedy += ", hoặc thêm nó vào bảng trước với ô điểm để trống"
    else:
        remedy += ", hoặc bỏ các dòng của nó"
    if found or (keyed["name"] == unit_key(name)).sum() > 1:
        raise Refusal(f"predecessors: '{name}' có ở nhiều khối của {where}", "hãy so từng khối")
    units = dict(zip(keyed["name"], keyed["unit"], strict=True))
    if close := get_close_matches(unit_key(name), units, 1, 0.6):
        problem += f" (có phải '{units[close[0]]}'?)"
    raise Refusal(problem, remedy, value=name)


def in_words(old: pd.DataFrame, table: pd.DataFrame, units: pd.Series) -> str:
    """Return old units with their scores and places: "Xã A 81,20 (12/145)"."""
    places = printed_places(table["score"])
    told = []
    for row, among in zip(old.itertuples(), units, strict=True):
        score = "chưa chấm" if pd.isna(row.score) else format_number(row.score, places)
        place = "" if pd.isna(row.rank) else f" ({row.rank}/{among})"
        told.append(f"{clean(row.unit)} {score}{place}")
    return "; ".join(told)
