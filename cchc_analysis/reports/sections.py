"""The content of the report: what is told of all blocks, of each group, and in the annex."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from docx.document import Document
from markupsafe import Markup

from cchc_analysis.charts.export import Encoded
from cchc_analysis.charts.units import MANY
from cchc_analysis.groups import group_columns, several_groups
from cchc_analysis.reports.word import TEXT, paragraph, picture, pointing, table
from cchc_analysis.scoring.findings import when
from cchc_analysis.scoring.periods import are_points, few_common, percent_change
from cchc_analysis.scoring.printing import MOST_PLACES, Printed, printed, printed_places
from cchc_analysis.scoring.results import Group, Results
from cchc_analysis.scoring.schemes import GradeScheme
from cchc_analysis.scoring.sentences import grades_moved
from cchc_analysis.text import SHOWN, in_years, lower_first

_WHEN = ("before", "after")
_OWN = ("rank_before", "rank_after", "ranked_before", "ranked_after")
_COMMON = ("common_rank_before", "common_rank_after", "common_units")
_GRADES = ("grade_before", "grade_after")
_BLOCKS = ("units", "scored_units", "mean", "best", "worst")
_NEAR = ("unit", "score", "max_score", "grade", "points_to_next", "next_grade")
_LISTED = 5  # names with figures that a sentence may hold; more are a table
_DIFFERENT = 20  # rows of what differs from the published results; the workbook has all
_IN_TEXT = 15  # rows of a table that may stand in the text and not in the annex
_LOW = 0.65  # height of a chart to its width: a higher one stands in the annex
_PAGES = 4  # of a chart, with those of other blocks; the table says it where there are more
_OF_RANKS = ("ranking", "overview")  # charts of which there is one
_CHARTS = (*_OF_RANKS, "comparison", "change", "fields", "profile")  # those of a group
_REPEATED = ("comparison", "change")  # charts of what the annex has in a table, if of several pages


@dataclass(frozen=True)
class Sections:
    """What makes the fields of a template: each is paragraphs, tables and charts as XML."""

    document: Document
    results: Results

    def overall(self, pictures: Mapping[str, Sequence[Encoded]]) -> Markup:
        """Return how the blocks did together: sentences, a table, a chart; nothing of one group."""
        results = self.results
        if not several_groups(results.blocks):
            return Markup()
        where = several_groups(results.blocks)
        columns = [c for c in _BLOCKS if c != "units" or results.table["score"].isna().any()]
        blocks = results.blocks[[*where, *columns]]
        if isinstance(results.scheme, GradeScheme):  # grades of several schemes have no column
            for grade, counts in results.distribution.groupby("grade", sort=False, observed=True):
                counts = counts[[*where, "units"]].rename(columns={"units": str(grade)})
                blocks = blocks.merge(counts.astype({str(grade): "Int64"}), "left", where)
        blocks.attrs = results.blocks.attrs  # a merge may drop them
        each = ", ".join(f"từng {SHOWN[column].lower()}" for column in where)
        return (
            self.say(results.across, "blocks", "blocks_chart")
            + table(self.document, printed(blocks, "blocks"), f"Kết quả {each}", "blocks")
            + self.drawn(pictures.get("blocks", []), "blocks_chart", None)
        )

    def charts_of(self, group: Group) -> list[str]:
        """Return which charts a group may have; no other one needs to be drawn."""
        scored = group.rows["score"].count()
        left_out = {"comparison"} if self.results.unit is None or scored < 2 else set()
        left_out |= {*_OF_RANKS} if not scored else set()
        left_out |= {"ranking", *_REPEATED} if len(group.rows) > MANY else set()  # several pages
        return [name for name in _CHARTS if name not in left_out]

    def of_group(
        self, at: int, group: Group, pictures: Mapping[str, Sequence[Encoded]]
    ) -> dict[str, str | list[str]]:
        """Return all fields of one year and block."""
        told, unit = group.told, self.results.unit
        several = len(self.results.groups) > 1
        key = f"{{}}_{at}".format
        here, annex = (
            {
                name: self.drawn(pages, key("chart" if name in _OF_RANKS else name), group)
                for name, pages in chosen.items()
            }
            for chosen in self._split(group, pictures)
        )
        counts = _counts(group)
        distribution = (
            self.say([told.units], key("counts"))
            + self.tabled(group, counts, "Số đơn vị và tỷ lệ theo từng loại", key("counts"))
            + self.say([counts.note])
            + self.say([told.places], key("ranking"), key("chart"))
            + here.get("overview", here.get("ranking", ""))
        )
        comparison = self.say([told.nearness])
        if len(group.near) > _LISTED:
            nearest = group.near.head(_IN_TEXT)
            some = f" ({_IN_TEXT} đơn vị sát nhất)" if len(group.near) > _IN_TEXT else ""
            same = nearest["max_score"].nunique() == 1
            shown = nearest[[name for name in _NEAR if name != "max_score" or not same]]
            comparison = self.say([group.near_counted], key("near")) + self.tabled(
                group, printed(shown, "margins"), f"Các đơn vị sát loại trên{some}", key("near")
            )
        comparison += self.say([told.own], key("comparison"))
        comparison += here.get("comparison", "")
        changes, changed, moved = Markup(), Markup(), Markup()
        ranking = self.tabled(group, printed(group.rows, "ranking"),
                             "Kết quả xếp hạng, xếp loại các đơn vị", key("ranking"))  # fmt: skip
        if group.change is not None:
            years = group.change.attrs.get("years")
            since = in_years("kỳ này so với kỳ trước", years)
            both = group.change[group.change["status"] == "stayed"]
            movers = pd.concat(grades_moved(both).values())
            if 0 < len(movers) <= _IN_TEXT:
                moved = self.tabled(
                    group, _changed(group.change.loc[movers.index], ranks=False, grades=True),
                    f"Các đơn vị đổi loại {since}", key("moved"),
                )  # fmt: skip
            of = told.changes
            changes = (
                self.say(
                    [of.points, f"{of.ranks} {of.against_counted}"], key("changes"), key("change")
                )
                + self.say([f"{of.means} {of.others}"])
                + self.say([of.grades_counted or of.grades], key("moved" if moved else "changes"))
                + moved
                + here.get("change", "")
            )
            changed = self.tabled(
                group, _changed(group.change, grades=not moved and bool(of.grades_counted)),
                f"Thay đổi điểm và thứ hạng {since}", key("changes"),
            )  # fmt: skip
        fields = Markup()
        if group.losses is not None:
            fields = self.say([f"{told.fields} {group.fields_note}"], key("losses"),
                              key("fields"))  # fmt: skip
            fields += self.tabled(group, _losses(group.losses), "Điểm chưa đạt theo từng lĩnh vực "
                                  "của tất cả các đơn vị", key("losses"))  # fmt: skip
            fields += here.get("fields", "")
            if group.own_losses is not None:
                fields += self.say([told.own_fields], key("own"), key("profile"))
                fields += self.tabled(
                    group, _losses(group.own_losses, own=True),
                    f"Điểm chưa đạt theo từng lĩnh vực của {unit}", key("own"),
                )  # fmt: skip
                fields += here.get("profile", "")
        elif group.fields_note:
            fields = self.say([group.fields_note])
        return {
            "name": group.name if several else f"Kết quả{when(group.rows)}",
            "told": [text for text in (told.units, told.places) if text],
            "distribution": distribution,
            "comparison": comparison,
            "changes": changes,
            "fields": fields,
            "ranking": ranking,
            "changed": changed,
            "charts": Markup().join(annex.values()),
        }

    def _split(
        self, group: Group, pictures: Mapping[str, Sequence[Encoded]]
    ) -> tuple[dict[str, list[Encoded]], dict[str, list[Encoded]]]:
        """Return the charts for the text, and the high ones for the annex."""
        in_text, in_annex, groups = {}, {}, len(self.results.groups)
        pictures = {name: pictures[name] for name in self.charts_of(group) if name in pictures}
        many = {name for name, pages in pictures.items() if len(pages) > 1}
        left_out = many & {*_REPEATED}
        left_out |= {name for name in many if len(pictures[name]) * groups > _PAGES}
        for name, pages in pictures.items():
            if name in left_out:
                continue
            width, height = struct.unpack(">II", pages[0].pictures["png"][16:24])  # of its head
            is_low = len(pages) == 1 and height / width < _LOW
            (in_text if is_low else in_annex)[name] = pages
        return in_text, in_annex

    def say(self, texts: Iterable[str], *keys: str) -> Markup:
        """Return paragraphs, the last one pointing to tables and charts."""
        texts = [text.strip() for text in texts if text.strip()]
        texts[-1:] = [pointing(text, keys) for text in texts[-1:]]
        return Markup().join(paragraph(self.document, text, TEXT) for text in texts)

    def tabled(self, group: Group, shown: Printed, text: str, key: str) -> Markup:
        """Return a table of a group, the chosen unit in bold."""
        names = [column.texts for column in shown.columns if column.name == "unit"]
        unit = self.results.unit
        marked = [at for at, name in enumerate(*names) if name == unit] if names else []
        return table(self.document, shown, _named(text, group), key, marked=marked)

    def drawn(self, pages: Sequence[Encoded], key: str, group: Group | None) -> Markup:
        """Return a chart, on as many pages as it has, with its title as the caption."""
        return Markup().join(
            picture(
                self.document, page, _named(page.subject, group) if group else page.subject,
                "" if at else key,
            )
            for at, page in enumerate(pages)
        )  # fmt: skip

    def differences(self) -> Markup:
        """Return what differs from the published results; nothing if all agrees."""
        check = self.results.check
        if check.empty:
            return ""
        text = "Chỗ khác giữa kết quả công bố và kết quả tính lại"
        if len(check) > _DIFFERENT:
            text += f" ({_DIFFERENT} chỗ đầu trong {len(check)} chỗ)"
        shown = printed(check.head(_DIFFERENT), "check")
        return table(self.document, shown, text, "check")


def _named(text: str, group: Group) -> str:
    """Return a caption with the block, and with the year that it does not name yet."""
    year = f"năm {group.rows['year'].iloc[0]}" if "year" in group.rows else ""
    more = ", ".join(name for name in group.names if name != year or name not in text)
    return f"{text} ({more})" if more else text


def _counts(group: Group) -> Printed:
    """Return how many units have each grade, beside those of the period before."""
    if group.distribution_before is None:
        return printed(group.distribution, "distribution")
    before = group.distribution_before.set_index("grade")["units"]
    gone = before[(before > 0) & ~before.index.isin(group.distribution["grade"])]
    counts = pd.concat([group.distribution, pd.DataFrame({"grade": gone.index, "units": 0})])
    shown = printed(counts, "distribution")
    known = [before.get(grade, 0) for grade in shown["grade"].texts[:-1]]
    values = pd.Series([*known, sum(known)])
    head = in_years("Số đơn vị kỳ trước", group.change.attrs.get("years"))
    units = replace(shown["units"], name="units_before", head=head, values=values,
                    texts=tuple(map(str, values)))  # fmt: skip
    return replace(shown, columns=(*shown.columns, units))


def _changed(change: pd.DataFrame, *, ranks: bool = True, grades: bool) -> Printed:
    """Return what changed, in points or, where it is of other maxima, in percent of them."""
    both = change[change["status"] == "stayed"]
    kind = "score" if are_points(change) else "percent"
    columns = ["unit", *(f"{kind}_{what}" for what in (*_WHEN, "change"))]
    if kind == "percent" and both["score_change"].notna().all():
        columns += ["score_before", "score_after"]  # points beside
    same = all(change[f"rank_{when}"].equals(change[f"common_rank_{when}"]) for when in _WHEN)
    if ranks:  # in one list of units: the places of this year among all are in their own table
        listed = _OWN if same else _COMMON if not few_common(change).any() else (*_OWN, *_COMMON)
        columns += [*listed, "rank_change"]
    columns += _GRADES if grades else ()
    columns += ("predecessors", "into") if "into" in change else ()
    shown = printed(change.assign(percent_change=percent_change(change))[columns], "change")
    return _headed(shown, rank_change="Tăng, giảm bậc") if same else shown


def _headed(shown: Printed, **heads: str) -> Printed:
    """Return a table of which some columns have other heads."""
    named = [replace(one, head=heads.get(one.name, one.head)) for one in shown.columns]
    return replace(shown, columns=tuple(named))


def _losses(losses: pd.DataFrame, *, own: bool = False) -> Printed:
    """Return where points lack; sums of all units are called so."""
    places = min(printed_places(losses["lost"]), MOST_PLACES)
    losses = losses.drop(columns=[*group_columns(losses), *(["units"] if own else [])])
    shown = printed(losses, "losses", decimals=places)
    head = f"Tổng {lower_first(shown['max_score'].head)}"
    return shown if own else _headed(shown, max_score=head)
