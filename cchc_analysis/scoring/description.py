"""A ranking in words: the paragraph that a report needs."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import is_unit, of_group, several_groups
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.scoring.changes import change_in_words
from cchc_analysis.scoring.periods import compare_periods
from cchc_analysis.scoring.ranking import graded, in_order, ranked
from cchc_analysis.scoring.sentences import (
    grades_in_words,
    own_in_words,
    ranks_in_words,
    units_in_words,
)
from cchc_analysis.text import clean, listed, lower_first, unit_key


def describe_ranking(
    ranking: pd.DataFrame,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None,
    unit: str | None = None,
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
    unit : str, optional
        The unit of which to tell the rank, the distance to the mean, and to the next grade.

    Returns
    -------
    str
        One paragraph for each group, with its name first where it has one, parted by line breaks.

    Raises
    ------
    ValueError
        If a column is missing, the grades are of another scheme, there is no such unit, or the two
        tables do not compare.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [9, 8.5], "max_score": 10})
    >>> print(describe_ranking(scores).split(". ")[3])
    Hạng nhất là A (9,00 điểm); xếp cuối (hạng 2) là B (8,50 điểm)
    """
    told, more, _ = told_by_group(ranking, load_scheme(scheme), before, aliases, unit)
    paragraphs = []
    for group in told:
        text = " ".join(filter(None, [group.results, group.own, group.changes]))
        paragraphs.append(f"{group.name}: {lower_first(text)}" if group.name else text)
    return "\n".join(paragraphs + more) or "Bảng không có đơn vị nào."


class Told(NamedTuple):
    """What is told of one year and block: its name, results, the chosen unit, and changes."""

    name: str
    results: str
    own: str
    changes: str


def told_by_group(
    ranking: pd.DataFrame, scheme: GradeScheme, before: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None, unit: str | None = None,
) -> tuple[list[Told], list[str], pd.DataFrame | None]:  # fmt: skip
    """Return what is told of each group, what is told of no group, and what changed."""
    table = in_order(graded(ranked(ranking), scheme))
    table["unit"] = table["unit"].map(clean)
    chosen = is_unit(table, unit)
    change = None
    if before is not None:
        change = compare_periods(before, ranking, scheme=scheme, aliases=aliases)
        _check_order(change)
    several = change is not None and any("block" in several_groups(t) for t in (before, ranking))
    told = []
    for _, part in table.groupby("group"):
        scored = part[part["score"].notna()]
        words, changes = [units_in_words(part, scored)], []
        if len(scored):
            words += [grades_in_words(part, scored, scheme), *ranks_in_words(scored)]
        own = part["unit"][chosen[part.index]]
        if several:
            old = of_group(before, part[["block"]])
            if old.empty:
                words.append("Bảng kỳ trước không có khối này.")
            else:
                changes = change_in_words(of_group(change, part), old, part, where=" ở khối này")
        elif change is not None:
            changes = change_in_words(change, before, part)
        about = own_in_words(part, scored, own.iloc[0], scheme) if len(own) else ""
        name = ", ".join(group_names(part))
        name = name[:1].upper() + name[1:]
        told.append(Told(name, " ".join(words), about, " ".join(changes)))
    more = []
    if several:
        here, blocks = (t["block"].astype("str").map(unit_key) for t in (table, change))
        gone = change["block"][~blocks.isin(here)].astype("str").unique()
        more = [f"Khối chỉ có ở bảng kỳ trước: {listed(gone)}."] if len(gone) else []
    return told, more, change


def _check_order(change: pd.DataFrame) -> None:
    earlier, later = change.attrs.get("years", (0, 1))
    if earlier >= later:
        raise ValueError(
            f"Bảng kỳ trước (before) là năm {earlier}, không trước năm {later}; hãy kiểm tra lại "
            "hai bảng."
        )


def group_names(part: pd.DataFrame) -> list[str]:
    """Return the block and the year of a group in words, those it has: "Khối sở", "năm 2021"."""
    row = part.iloc[0]
    names = [clean(str(row["block"]))] if "block" in part and pd.notna(row["block"]) else []
    return [*names, *([f"năm {row['year']}"] if "year" in part else [])]
