"""All that is told of a ranking, computed once; reports, workbooks and notebooks only render it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import (
    group_columns,
    group_keys,
    groups_in_words,
    has_unit,
    is_unit,
    of_group,
    several_groups,
)
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring import sentences
from cchc_analysis.scoring.check import check_published
from cchc_analysis.scoring.cutoffs import margins_of
from cchc_analysis.scoring.exact import checked, told_once
from cchc_analysis.scoring.fields import (
    checked_fields,
    field_influence,
    field_losses,
    field_matrix,
    in_points,
    who_lacks,
)
from cchc_analysis.scoring.periods import Predecessors, compare_ranked, has_blocks, last_years
from cchc_analysis.scoring.ranking import (
    grade_distribution,
    in_order,
    rank_and_grade,
    summarise_blocks,
)
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, Scheme, scheme_for
from cchc_analysis.scoring.sentences import Changes
from cchc_analysis.text import clean, in_years, listed, lower_first


class Told(NamedTuple):
    """What is told of one year and block; a report tells all of it, other faces less."""

    units: str
    cutoffs: str
    places: str
    own: str
    changes: Changes
    nearness: str
    fields: str
    own_fields: str

    def texts(self) -> list[str]:
        """Return all that is told, a paragraph each."""
        moved = " ".join(filter(None, self.changes[:-2]))
        return [text for text in self._replace(changes=moved) if text]

    def paragraph(self) -> str:
        """Return what `describe_ranking` tells."""
        return " ".join(self._replace(nearness="", fields="", own_fields="").texts())


@dataclass(frozen=True)
class Group:
    """One year and block of a ranking: its rows in the order of print, and what is told of it.

    `near` has the units just below a grade, `near_counted` says how many where a table has them.
    """

    rows: pd.DataFrame
    distribution: pd.DataFrame
    told: Told
    change: pd.DataFrame | None = None
    fields: pd.DataFrame | None = None
    fields_note: str = ""
    losses: pd.DataFrame | None = None
    own_losses: pd.DataFrame | None = None
    distribution_before: pd.DataFrame | None = None
    near: pd.DataFrame | None = None
    near_counted: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return its block and its year in words, those it has: "Khối sở", "năm 2021"."""
        row = self.rows.iloc[0]
        block = "không ghi khối" if pd.isna(row.get("block")) else clean(str(row["block"]))
        names = (block,) if "block" in row else ()
        return (*names, f"năm {row['year']}") if "year" in row else names

    @property
    def name(self) -> str:
        """Return the name of the group as a sentence begins with it; "" if it has none."""
        name = ", ".join(self.names)
        return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class Results:
    """What a ranking gives: each thing is computed once, whoever shows it.

    `ranking` has the order of the source, `table` that of print, with ``group`` and ``number``.
    `unit` is spelled as the table spells it. `margins` has what each unit lacks for the next grade
    and the ranks it may have, `blocks` each year and block in a row, `matrix` the percent of each
    field. `across` is what is told of all blocks together, `more` what is told of no group.
    """

    ranking: pd.DataFrame
    table: pd.DataFrame
    scheme: Scheme
    unit: str | None
    distribution: pd.DataFrame
    margins: pd.DataFrame
    blocks: pd.DataFrame
    check: pd.DataFrame
    change: pd.DataFrame | None
    fields: pd.DataFrame | None
    losses: pd.DataFrame | None
    matrix: pd.DataFrame | None
    groups: tuple[Group, ...]
    across: tuple[str, ...]
    more: tuple[str, ...]


def results_of(
    ranking: pd.DataFrame,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None,
    predecessors: Predecessors | None = None,
    fields: pd.DataFrame | None = None,
    unit: str | None = None,
) -> Results:
    """Compute all that is told of a ranking; parameters are those of `describe_ranking`."""
    of_both = scheme_for(scheme, checked(ranking).table, *(() if before is None else (before,)))
    ranking = rank_and_grade(ranking, of_both)
    scheme = of_both.of(ranking)
    table = in_order(ranking.assign(unit=ranking["unit"].map(clean, na_action="ignore")))
    unit = None if unit is None else table["unit"][is_unit(table, unit)].iloc[0]
    is_asked = not (before is None and aliases is None and predecessors is None)
    old, now, change, why = None, table, None, ()
    if before is not None:
        old = in_order(rank_and_grade(before, of_both))
    elif "year" in several_groups(table) and table["year"].notna().all():
        old, now = last_years(table)
    elif predecessors is not None:
        raise Refusal(
            "predecessors chỉ dùng khi có bảng kỳ trước", "hãy thêm {option}",
            option=Option("before"),
        )  # fmt: skip
    try:
        change = None if old is None else compare_ranked(old, now, aliases, predecessors)
    except Refusal as error:
        if is_asked:
            raise
        why = (f"Không so sánh các năm: {error.problem}.",)
    if not is_asked and change is not None and change["status"].isin(["new", "gone"]).all():
        change = None  # years of other units
    if change is not None and "blocks" in change.attrs:
        old = old.assign(block=old["block"].replace(change.attrs["blocks"]))
    check = check_published(ranking, fields=fields)
    if fields is not None:
        fields = in_points(checked_fields(fields)[0], check.attrs["weights"])
    # What is the same in all rows is no column of them.
    same = [column for column in group_columns(table) if column not in several_groups(table)]
    margins, blocks = margins_of(table, scheme).drop(columns=same), summarise_blocks(table)
    counts = grade_distribution(ranking, by=several_groups(ranking))
    groups = []
    for number, part in table.groupby("group"):
        compared = change if number in set(now["group"]) else None
        groups.append(_group(part, table, margins, scheme, unit, old, compared, fields))
    if fields is not None and groups and all(group.losses is None for group in groups):
        raise Refusal(
            "Bảng điểm theo lĩnh vực không có năm, khối hoặc đơn vị nào của bảng",
            "hãy chọn bảng điểm theo lĩnh vực của các đơn vị này",
        )
    return Results(
        ranking, table, scheme, unit, distribution=counts, margins=margins, blocks=blocks,
        check=check, change=change, fields=fields,
        losses=None if fields is None else field_losses(fields),
        matrix=None if fields is None else field_matrix(fields), groups=tuple(groups),
        across=tuple(sentences.of_blocks(blocks, counts, scheme)),
        more=(*why, *_gone_blocks(now, old, change)),
    )  # fmt: skip


@told_once()
def describe_ranking(
    ranking: pd.DataFrame,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None,
    predecessors: Predecessors | None = None,
    unit: str | None = None,
) -> str:
    """Describe a ranking in one Vietnamese paragraph for each year and block.

    Every figure is computed from the table. Shares and means are of the scored units, whose number
    is said; "above the mean" is strictly above the exact mean. Points are told where all maxima of
    the group are 100, else percent of the maximum, with the points beside.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. A missing rank or grade is computed.
    scheme : str, GradeScheme or mapping
        The cut-offs, as for `grade_units`, of both periods. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does; means and gaps
        are then compared over the units that have a score in both. Without it the last two years of
        a ranking that has several are compared.
    aliases : mapping, optional
        Names that are one unit, as for `compare_periods`.
    predecessors : mapping, DataFrame or path, optional
        The old units of merged ones, as for `compare_periods`.
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
    Hạng nhất là A (90,00%, tức 9,00 điểm); xếp cuối (hạng 2) là B (85,00%, tức 8,50 điểm)
    """
    results = results_of(
        ranking, scheme=scheme, before=before, aliases=aliases, predecessors=predecessors,
        unit=unit,
    )  # fmt: skip
    paragraphs = []
    for group in results.groups:
        text = group.told.paragraph()
        paragraphs.append(f"{group.name}: {lower_first(text)}" if group.name else text)
    if results.check["item"].eq("grade").any():
        paragraphs.append(results.check.attrs["note"])
    return "\n".join([*paragraphs, *results.more]) or "Bảng không có đơn vị nào."


def _group(
    part: pd.DataFrame, table: pd.DataFrame, margins: pd.DataFrame,
    scheme: Scheme, unit: str | None, before: pd.DataFrame | None, change: pd.DataFrame | None,
    fields: pd.DataFrame | None,
) -> Group:  # fmt: skip
    """Return what there is of one group, among all rows of the ranking."""
    margins, part, scheme = margins.loc[part.index], part.reset_index(drop=True), scheme.of(part)
    counts = grade_distribution(part)
    units, cutoffs, places = sentences.of_results(part, counts, scheme)
    changed, counts_before, told = None, None, Changes()
    if change is not None:
        old, where, changed = before, "", change
        if has_blocks(before, table):
            old, where = of_group(before, part[["block"]]), " ở khối này"
            changed = of_group(change, part) if len(old) else None
            if changed is None:
                places = f"{places} Bảng kỳ trước không có khối này.".strip()
                places = in_years(places, change.attrs.get("years"))
        if changed is not None:
            counts_before = grade_distribution(old)
            told = sentences.of_change(changed, old, part, (counts_before, counts), where=where)
    own = "" if unit is None else sentences.of_unit(margins, unit, scheme)
    here, losses, own_losses = of_group(fields, part), None, None
    lost = own_lost = note = ""
    lacks = "" if fields is None else who_lacks(fields, table, part)
    if here is not None and len(here):
        losses = field_losses(here)
        apart = sentences.of_influence(field_influence(here))
        lost = f"{sentences.of_losses('các đơn vị', losses)} {apart}".strip()
        if unit is not None and has_unit(here, unit):
            own_losses = field_losses(here, unit=unit)
            own_lost = sentences.of_losses(unit, own_losses)
        note = fields.attrs["note"]
    near, named, counted = sentences.of_nearness(margins)
    return Group(
        part, counts, Told(units, cutoffs, places, own, told, named, lost, own_lost),
        change=changed, fields=here, fields_note=f"{note} {lacks}".strip(), losses=losses,
        own_losses=own_losses, distribution_before=counts_before, near=near, near_counted=counted,
    )  # fmt: skip


def _gone_blocks(
    table: pd.DataFrame, before: pd.DataFrame | None, change: pd.DataFrame | None
) -> tuple[str, ...]:
    """Return a sentence on the blocks that the earlier table alone has, if there are some."""
    if change is None or not has_blocks(before, table):
        return ()
    here, blocks = (group_keys(t["block"]) for t in (table, change))
    gone = groups_in_words(change["block"][~blocks.isin(here)]).unique()
    told = in_years(f"Khối chỉ có ở bảng kỳ trước: {listed(gone)}.", change.attrs.get("years"))
    return (told,) if len(gone) else ()
