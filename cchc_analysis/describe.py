"""A ranking in words: the paragraph that a report needs."""

from collections.abc import Mapping

import pandas as pd

from cchc_analysis.compare import compare_periods
from cchc_analysis.format import format_percent
from cchc_analysis.labels import ASSUMED, NO_GRADE, UNSCORED, scale
from cchc_analysis.ranking import grade_distribution, graded, in_order, ranked
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.table import several_groups
from cchc_analysis.text import MOST_TOLD, clean, listed, unit_key
from cchc_analysis.wording import change_in_words, joined, measure_of

_PLACES = {1: "nhất", 2: "nhì", 3: "ba"}


def describe_ranking(
    ranking: pd.DataFrame,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None,
) -> str:
    """Describe a ranking in one Vietnamese paragraph for each year and block.

    Every figure is computed from the table. Shares and means are of the scored units, whose number
    is said; "above the mean" is strictly above the exact mean. Points are told where all maxima of
    the group are equal, else percent of the maximum.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. A missing rank or grade is computed.
    scheme : str or GradeScheme
        The cut-offs, or their name for `load_scheme`. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does; means and gaps
        are then compared over the units that have a score in both.
    aliases : mapping, optional
        Names that are one unit, as for `compare_periods`.

    Returns
    -------
    str
        One paragraph for each group, with its name first where it has one, parted by line breaks.

    Raises
    ------
    ValueError
        If a column is missing, the grades are of another scheme, or the two tables do not compare.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [9, 8.5], "max_score": 10})
    >>> print(describe_ranking(scores).split(". ")[3])
    Hạng nhất là A (9,00 điểm); xếp cuối (hạng 2) là B (8,50 điểm)
    """
    scheme = load_scheme(scheme)
    table = in_order(graded(ranked(ranking), scheme))
    table["unit"] = table["unit"].map(clean)
    change = None
    if before is not None:
        change = compare_periods(before, ranking, scheme=scheme, aliases=aliases)
        _check_order(change)
    assumed = ranking.attrs.get("scale", "").endswith(ASSUMED)
    several = change is not None and any("block" in several_groups(t) for t in (before, ranking))
    paragraphs = []
    for _, part in table.groupby("group"):
        scored = part[part["score"].notna()]
        words = [_units(part, scored, assumed=assumed)]
        if len(scored):
            words += [_grades(part, scored, scheme), *_ranks(scored)]
        if several:
            old = _in_block(before, part["block"].iloc[0])
            known = _of_units(aliases, old, part)
            of_block = (
                None if old.empty else compare_periods(old, part, scheme=scheme, aliases=known)
            )
            words += (
                ["Bảng kỳ trước không có khối này."]
                if of_block is None
                else change_in_words(of_block, old, part, where=" ở khối này")
            )
        elif change is not None:
            words += change_in_words(change, before, part)
        text = " ".join(words)
        if name := group_name(part):
            text = f"{name}: {text[0].lower()}{text[1:]}"
        paragraphs.append(text)
    if several and (gone := _blocks(before, but=_blocks(table))):
        paragraphs.append(f"Khối chỉ có ở bảng kỳ trước: {listed(list(gone.values()))}.")
    return "\n".join(paragraphs) or "Bảng không có đơn vị nào."


def _check_order(change: pd.DataFrame) -> None:
    earlier, later = change.attrs.get("years", (0, 1))
    if earlier >= later:
        raise ValueError(
            f"Bảng kỳ trước (before) là năm {earlier}, không trước năm {later}; hãy kiểm tra lại "
            "hai bảng."
        )


def _blocks(table: pd.DataFrame, but: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the blocks of a table by their key, without those of another."""
    named = {unit_key(str(block)): str(block) for block in table["block"].dropna().unique()}
    return {key: block for key, block in named.items() if key not in (but or {})}


def _of_units(aliases: Mapping[str, str] | None, *tables: pd.DataFrame) -> dict[str, str]:
    """Return the aliases of which both names are units of these tables."""
    keys = {unit_key(unit) for table in tables for unit in table["unit"]}
    given = (aliases or {}).items()
    return {a: b for a, b in given if {unit_key(a), unit_key(b)} <= keys}


def _in_block(table: pd.DataFrame, block: object) -> pd.DataFrame:
    return table[table["block"].astype("str").map(unit_key) == unit_key(str(block))]


def group_name(part: pd.DataFrame) -> str:
    """Return the block and year of a group as a heading has them: "Khối sở, năm 2021"."""
    row = part.iloc[0]
    names = [clean(str(row["block"]))] if "block" in part and pd.notna(row["block"]) else []
    names += [f"năm {row['year']}"] if "year" in part else []
    name = ", ".join(names)
    return name[:1].upper() + name[1:]


def _units(part: pd.DataFrame, scored: pd.DataFrame, *, assumed: bool) -> str:
    missing = part.loc[part["score"].isna(), "unit"].tolist()
    if scored.empty:
        return (
            f"Có {len(part)} đơn vị nhưng chưa đơn vị nào được chấm điểm ({listed(missing)}), nên "
            "chưa có xếp hạng và xếp loại."
        )
    words = scale(scored["max_score"], assumed=assumed)
    words = f"được chấm điểm và xếp hạng ({words[0].lower()}{words[1:]})"
    if not missing:
        return f"Có {len(part)} đơn vị {words}."
    return (
        f"Có {len(part)} đơn vị, trong đó {len(scored)} đơn vị {words}; {len(missing)} đơn vị chưa "
        f"chấm: {listed(missing)}."
    )


def _grades(part: pd.DataFrame, scored: pd.DataFrame, scheme: GradeScheme) -> str:
    counts = grade_distribution(part)
    counts = counts[counts["grade"] != UNSCORED]
    bounds = str(scheme).removesuffix(f" ({ASSUMED})")
    called = f"Ngưỡng xếp loại {ASSUMED}" if scheme.assumed else "Ngưỡng xếp loại"
    given = []
    for row in counts[counts["units"] > 0].itertuples():
        words = NO_GRADE.lower() if row.grade == NO_GRADE else f"xếp loại {row.grade}"
        given.append((row.units, f"{words} ({format_percent(row.share_pct)})"))
    told = f"Trong {len(scored)} đơn vị được chấm, có "
    told += joined([f"{units} đơn vị {words}" for units, words in given])
    if len(scored) == 1:
        told = f"Đơn vị được chấm {given[0][1].split(' (')[0]}"
    elif len(given) == 1:
        told = f"Cả {len(scored)} đơn vị được chấm đều {given[0][1]}"
    empty = counts.loc[counts["units"] == 0, "grade"].tolist()
    none = f"; không có đơn vị xếp loại {joined(empty, ' hoặc ')}" if empty else ""
    return f"{told}{none}. {called}: {bounds}."


def _ranks(scored: pd.DataFrame) -> list[str]:
    """Return the first three places and the last, the mean and the gap."""
    measure, count = measure_of(scored), len(scored)
    values = measure.of(scored)
    best, worst, last = max(values), min(values), scored["rank"].max()
    if count == 1:
        return [f"Đơn vị được chấm là {scored['unit'].iloc[0]} ({measure.text(best)})."]
    if best == worst:
        return [f"Cả {count} đơn vị được chấm đồng hạng nhất, cùng đạt {measure.text(best)}."]
    phrases = []
    told = scored.assign(value=values)
    for rank, place in told[(told["rank"] <= len(_PLACES)) | (told["rank"] == last)].groupby(
        "rank"
    ):
        value = measure.text(place["value"].iloc[0])
        names = joined([f"{unit} ({value})" for unit in place["unit"]])
        if len(place) > MOST_TOLD:
            names = f"{len(place)} đơn vị ({value})"
        called = f"cuối (hạng {rank})" if rank == last else _PLACES[rank]
        alone = "xếp" if rank == last else "hạng"
        called = f"{alone if len(place) == 1 else 'đồng hạng'} {called}"
        phrases.append(f"{called} là {names}")
    places = f"{', '.join(phrases[:-1])}; {phrases[-1]}."
    mean = sum(values) / count
    above = sum(value > mean for value in values)
    return [
        places[0].upper() + places[1:],
        f"{'Điểm' if measure.in_points else 'Tỷ lệ điểm'} trung bình của {count} đơn vị được chấm "
        f"là {measure.text(mean)}; {above}/{count} đơn vị ({format_percent(above * 100 / count)}) "
        "đạt trên mức trung bình; đơn vị cao nhất hơn đơn vị thấp nhất "
        f"{measure.gap(best - worst)}.",
    ]
