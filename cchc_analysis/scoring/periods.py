"""Two periods: which unit is which, also after mergers, and how points and ranks changed."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from os import PathLike
from typing import NamedTuple

import numpy as np
import pandas as pd

from cchc_analysis.groups import row_names, scale_of, several_groups
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.vocabulary import MERGED
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.exact import (
    FALLBACK_PLACES,
    NOISE,
    Exact,
    checked,
    to_common_integers,
    told_once,
)
from cchc_analysis.scoring.printing import format_number, format_signed, printed_places
from cchc_analysis.scoring.ranking import (
    count_above,
    in_order,
    rank_and_grade,
    ranks_within,
    stamped,
)
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, scheme_for
from cchc_analysis.text import FEW, MOST_TOLD, VALUES, clean, fold, listed, near, quoted, unit_key

Predecessors = Mapping[str, str | Sequence[str]] | pd.DataFrame | str | PathLike
BEFORE, AFTER = "bảng trước", "bảng sau"
_OPTION = Option("predecessors")
_EXAMPLE = 'hãy ghi ví dụ {"Phường C": ["Xã A", "Xã B"]}'
_UNIT_OF = {BEFORE: "đơn vị cũ", AFTER: "đơn vị mới"}
_CLOSE = 0.4  # "Sở TN-MT" is so near to "Sở Tài nguyên và Môi trường"


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
    for table, where in ((olds, BEFORE), (news, AFTER)):
        _rows_by_key(table, table, {}, where)
    merged = {} if predecessors is None else _merged(_read_pairs(predecessors), olds, news)
    absorbed = {row: new for new, rows in merged.items() for row in rows}
    renamed = _renamed({} if aliases is None else aliases, olds, news)
    rows, keys = (
        _rows_by_key(table.drop(index=[*left_out]), others, renamed, where)
        for table, others, left_out, where in (
            (olds, news, absorbed, BEFORE),
            (news, olds, merged, AFTER),
        )
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


def _renamed_blocks(olds: pd.DataFrame, news: pd.DataFrame) -> dict[str, str]:
    """Return which block of the later table one of the earlier is whose name it lacks.

    Most units of each are in the other, by names that each table has once.
    """
    olds, news = (
        one[~one["block_key"].isin(other["block_key"]) & ~one["name_key"].duplicated(keep=False)]
        for one, other in ((olds, news), (news, olds))
    )
    if olds.empty or news.empty or "block" not in olds:
        return {}
    both = olds.merge(news, on="name_key")[["block_x", "block_y"]].value_counts()
    sizes = olds["block"].value_counts(), news["block"].value_counts()
    return {
        old: new for (old, new), units in both.items()
        if 2 * units > max(sizes[0][old], sizes[1][new])
    }  # fmt: skip


def _key(table: pd.DataFrame, row: int) -> tuple[str, str]:
    return table["block_key"][row], table["name_key"][row]


def _rows_by_key(
    table: pd.DataFrame, others: pd.DataFrame, renamed: Mapping[str, str], where: str
) -> dict[tuple[str, str], int]:
    """Return the row of each unit by its block and name, refusing several of one name."""
    names = table["name_key"].map(lambda name: renamed.get(name, name))
    rows = table.groupby([table["block_key"], names], sort=False).groups
    for (block, name), own in rows.items():
        if len(own) == 1:
            continue
        units, remedy = table["unit"][own].tolist(), "hãy sửa tên một trong hai đơn vị"
        is_other = (others["block_key"] == block) & (others["name_key"] == name)
        if table["name_key"][own].nunique() > 1 and is_other.any():  # aliases made them one
            other = others["unit"][is_other].iloc[0]
            into = {other: units} if where == BEFORE else {unit: [other] for unit in units}
            remedy = (
                f"hãy thay các cặp ấy bằng predecessors={json.dumps(into, ensure_ascii=False)} nếu "
                "là sáp nhập, chia tách, nếu không thì bỏ tên sai khỏi aliases"
            )
        problem = f"Trong {where}, '{units[0]}' và '{units[1]}' là một tên khi so khớp"
        raise Refusal(problem, remedy)
    return {key: own[0] for key, own in rows.items()}


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
                "hãy kiểm tra lại tên, hoặc bỏ cặp này",
            )
    renamed = {unit_key(one): unit_key(other) for one, other in aliases.items()}
    if len(renamed) < len(aliases) or (not by_block and renamed.keys() & {*renamed.values()}):
        raise Refusal(
            f"aliases={aliases!r:.200} có một tên ở nhiều cặp",
            "hãy ghi mỗi đơn vị cũ một cặp, tên cũ trước, tên mới sau",
        )
    return renamed


def _check_renamed(
    one: str, other: str, olds: pd.DataFrame, same: pd.DataFrame, gone: pd.DataFrame
) -> None:
    """Refuse an alias for what may be a merger: another old unit is gone, nobody says where to."""
    old, new = (one, other) if unit_key(one) in set(olds["name_key"]) else (other, one)
    blocks = same["block_key"][same["name_key"] == unit_key(new)]
    names = gone["unit"][gone["block_key"].isin(blocks)].tolist()
    if names and _initials(old) != _initials(new):
        others = f'"{names[0]}"' if len(names) == 1 else "…"
        raise Refusal(
            f"aliases: '{new}' có thể được nhập từ nhiều đơn vị: ngoài '{old}' còn "
            f"{listed(names[:FEW], of=len(names))} không còn trong bảng sau",
            f'nếu là sáp nhập, hãy thay bằng predecessors={{"{new}": ["{old}", {others}]}}; nếu '
            "không, hãy ghi nơi các đơn vị ấy nhập vào bằng predecessors, hoặc bỏ đơn vị đã giải "
            "thể khỏi bảng trước",
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
            raise _refused(f"'{unit}' không có danh sách tên đơn vị cũ", f"{_EXAMPLE}, hoặc bỏ nó")
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


@told_once()
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
        that the other lacks, or is not the earlier one; if an alias is in neither table or could be
        a merger; if a merged unit or an old one is not there or is there twice; if ranks or grades
        are of other units or another scheme.

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
        before, after = last_years(before)
    scheme = scheme_for(scheme, before, after)
    before, after = (in_order(rank_and_grade(table, scheme)) for table in (before, after))
    return compare_ranked(before, after, aliases, predecessors)


def last_years(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the last two years of a table that has several."""
    table = checked(table).table
    years = _years_in(table, "bảng")
    if len(years) < 2:
        raise Refusal(
            f"Bảng có {len(years)} năm ({', '.join(map(str, years)) or 'không ghi'}) ở "
            f"{len(table)} dòng, cần ít nhất hai năm để so sánh",
            "hãy đọc cả hai tệp bằng một danh sách [tệp trước, tệp sau], hoặc thêm cột Năm",
        )
    return [table[table["year"] == year].reset_index(drop=True) for year in years[-2:]]


def _years_in(table: pd.DataFrame, where: str) -> list[int]:
    """Return the years of a table; one of which some rows have none is refused."""
    lacks = table["year"].isna() if "year" in table else pd.Series(True, table.index)
    if lacks.any() and not lacks.all():
        raise Refusal(
            f"Trong {where}, đơn vị '{table['unit'][lacks].iloc[0]}' không ghi năm",
            "hãy điền cột Năm của mọi dòng",
        )
    return [] if lacks.all() else sorted(map(int, table["year"].unique()))


def _years_of(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int | None, int | None]:
    """Return the year of each of two tables, refusing one that has several, and a later first."""
    found = []
    for table, where in ((before, BEFORE), (after, AFTER)):
        years = _years_in(table, where)
        if len(years) > 1:
            raise Refusal(
                f"Cột Năm của {where} có {len(years)} năm ({', '.join(map(str, years))})",
                "hãy chọn một năm cho mỗi bảng",
            )
        found.append(years[0] if years else None)
    earlier, later = found
    if None not in (earlier, later) and earlier >= later:
        raise Refusal(
            f"Bảng kỳ trước là năm {earlier}, không trước năm {later}",
            "hãy kiểm tra lại hai bảng",
        )
    return earlier, later


def compare_ranked(
    before: pd.DataFrame,
    after: pd.DataFrame,
    aliases: Mapping[str, str] | None,
    predecessors: Predecessors | None,
) -> pd.DataFrame:
    """Compare two rankings as `compare_periods` does: both are in order, graded by one scheme."""
    years = _years_of(before, after)
    before, after = with_keys(*(one.reset_index(drop=True) for one in (before, after)))
    if blocks := _renamed_blocks(before, after):
        own = before["block"].replace(blocks)
        before = before.assign(block=own, block_key=own.map(unit_key, na_action="ignore"))
    both = pd.concat([before, after], ignore_index=True)
    order = Exact.of(both).order
    for one, own in ((before, order[: len(before)]), (after, order[len(before) :])):
        one["key"] = own.set_axis(one.index).mask(one["rank"].isna())
    units = match(before, after, aliases, predecessors)
    sides = {
        when: one.reindex(rows).reset_index(drop=True)
        for when, one, rows in (("before", before, units.old), ("after", after, units.new))
    }
    table = pd.concat([one.add_suffix(f"_{when}") for when, one in sides.items()], axis=1)
    where = ["block"] if "block" in before and "block" in after else []
    for column in (*where, "unit", "block_key", "name_key"):
        table[column] = sides["after"][column].fillna(sides["before"][column])
    lacks = table[["score_before", "score_after"]].isna().any(axis=1)
    status = pd.Series(units.status, table.index, dtype="str")
    table["status"] = status.mask((status == "stayed") & lacks, "no score")
    points, (old, new) = to_common_integers(table, "score_before", "score_after")
    change = (new - old).astype("float64") / points  # as exact as they are printed
    table["score_change"] = change.where(table["max_score_before"] == table["max_score_after"])
    _add_places(table, before, after)
    if predecessors is not None:
        table = table.assign(**in_words(units, before, after))
    note = _sentences(table, years)
    note += [
        f"{quoted(old)} của kỳ trước là {quoted(new)}: phần lớn đơn vị là một."
        for old, new in blocks.items()
    ]
    told = {"note": " ".join(note), "scale": scale_of(both)}
    if blocks:
        told["blocks"] = blocks
    if None not in years:
        told["years"] = years
    return stamped(table, "change", **told)


def _add_places(table: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Add the places among the units that both tables rank, and how many each list ranks."""
    groups = pd.factorize(table["block_key"])[0]
    common = table["rank_before"].notna() & table["rank_after"].notna()
    table["common_units"] = common.groupby(groups).transform("sum").astype("Int64")
    for when, whole in (("before", before), ("after", after)):
        # Of the whole list: an old unit that bears the name of its merged one has no row.
        counts = whole["rank"].notna().groupby(whole["block_key"]).sum()
        table[f"ranked_{when}"] = table["block_key"].map(counts).fillna(0).astype("Int64")
        keys = table[f"key_{when}"].fillna(0).to_numpy("int64")
        table[f"common_rank_{when}"] = ranks_within(keys, ~common.to_numpy(), groups)
    table["rank_change"] = table["common_rank_before"] - table["common_rank_after"]
    table["rank_change_own"] = _own_places(table[common]).reindex(table.index)
    table["rank_change_others"] = table["rank_change"].astype("float64") - table["rank_change_own"]


def _own_places(common: pd.DataFrame) -> pd.Series:
    """Return how many places each unit's own points move it: mean of going first and last."""
    old, new = (common[f"key_{when}"].to_numpy("int64") for when in ("before", "after"))
    groups = common["block_key"].to_numpy("str")
    # Places between the two tables; a unit does not stand above itself.
    moved_alone = 1 + count_above(new, groups, pool=old) - (old > new)
    stood_alone = 1 + count_above(old, groups, pool=new) - (new > old)
    first = common["common_rank_before"].to_numpy("int64") - moved_alone
    last = stood_alone - common["common_rank_after"].to_numpy("int64")
    return pd.Series((first + last) / 2, index=common.index)


def percent_change(change: pd.DataFrame) -> pd.Series:
    """Return the differences in percent: beyond nine places there is only noise of the division."""
    return (change["percent_after"] - change["percent_before"]).round(FALLBACK_PLACES)


def are_points(change: pd.DataFrame) -> bool:
    """Return whether points are percent in both periods, so that scores can be told as they are."""
    scores, percents = (
        change[[f"{kind}_before", f"{kind}_after"]].to_numpy("float64", na_value=np.nan)
        for kind in ("score", "percent")
    )
    return np.allclose(scores, percents, rtol=0, atol=NOISE, equal_nan=True)


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


def rescaled_told(table: pd.DataFrame) -> list[str]:
    """Return a sentence on the units whose maximum changed: they have no change in points."""
    units = (table["score_change"].isna() & (table["status"] == "stayed")).sum()
    if not units:
        return []
    return [f"Điểm tối đa của {units} đơn vị đã thay đổi nên chỉ so sánh tỷ lệ điểm."]


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


def moves(by: pd.Series) -> dict[str, int]:
    """Return how many rise, fall and stay."""
    return {"tăng": (by > 0).sum(), "giảm": (by < 0).sum(), "giữ nguyên": (by == 0).sum()}


def against_points(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return whose rank among the units of both periods went against their points, each way."""
    points, places = table["score_change"], table["rank_change"]
    return {
        "tăng điểm nhưng giảm hạng": table[(points > 0) & (places < 0)],
        "giảm điểm nhưng tăng hạng": table[(points < 0) & (places > 0)],
    }


def against_told(table: pd.DataFrame) -> list[str]:
    """Return a sentence on the units whose rank went against their own points, each way."""
    told, places = [], printed_places(table["score_change"])
    for words, odd in against_points(table).items():
        names = [
            f"{row.unit} ({format_signed(row.score_change, places)} điểm, từ hạng "
            f"{row.common_rank_before} {'lên' if row.rank_change > 0 else 'xuống'} hạng "
            f"{row.common_rank_after} trong "
            f"{row.common_units} đơn vị)"
            for row in odd.itertuples()
        ]
        told += [f"{words.capitalize()}: {listed(names)}."] if names else []
    return told


def _sentences(table: pd.DataFrame, years: list[int | None]) -> list[str]:
    """Return what the table says in words: counts with their n, and what needs a look."""
    count = table["status"].value_counts()
    stayed = count.get("stayed", 0)
    told_of = table[~few_common(table)]
    statuses = ("new", "gone", "merged", "absorbed", "no score")
    others = {VALUES["status"][status]: count.get(status, 0) for status in statuses}
    moved = moves(told_of["rank_change"]).items()
    moved = ", ".join(f"{units} {way} hạng" for way, units in moved if units)
    other = ", ".join(f"{units} đơn vị {words}" for words, units in others.items() if units)
    told = [f"So sánh được {stayed} đơn vị có điểm ở cả hai bảng{moved and f': {moved}'}."]
    told += [f"Ngoài ra {other}."] if other else []
    if None not in years:
        told.insert(0, f"Năm {years[1]} so với năm {years[0]}.")
    told += [*why_untold(table), *against_told(told_of), *rescaled_told(table)]
    return [*told, *mergers_told(table), *_unmatched(table)]


def _unmatched(table: pd.DataFrame) -> list[str]:
    """Return sentences that list units of one table only, with the nearest names in the other."""
    table = table.assign(shown=row_names(table))
    gone, new = (table[table["status"] == status] for status in ("gone", "new"))
    named = []
    for row in gone[:MOST_TOLD].itertuples():
        here = new[new["block_key"] == row.block_key].set_index("name_key")["shown"]
        close = get_close_matches(row.name_key, here.index, 2, _CLOSE)
        near = f" (gần nhất: {' hoặc '.join(here[close])})" if close else ""
        named.append(f"{row.shown}{near}")
    told = []
    if named:
        told.append(f"Chỉ có ở bảng trước: {listed(named, of=len(gone))}.")
    if len(new):
        told.append(f"Chỉ có ở bảng sau: {listed(new['shown'].tolist())}.")
    if len(new) and named:
        told.append("Nếu hai tên là một đơn vị, hãy ghi cùng một tên trong cả hai bảng.")
    return told
