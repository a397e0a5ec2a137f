"""The Word file of a report: its template and its parts, paragraphs, tables and pictures."""

import io
import math
import re
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from os import PathLike

import numpy as np
import pandas as pd
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from cchc_analysis.charts.export import Encoded
from cchc_analysis.charts.units import MANY
from cchc_analysis.files import given_path
from cchc_analysis.groups import group_columns, several_groups
from cchc_analysis.reading.sources import contents, damaged
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.findings import when
from cchc_analysis.scoring.periods import are_points, few_common, percent_change
from cchc_analysis.scoring.printing import (
    MOST_PLACES,
    Printed,
    PrintedColumn,
    printed,
    printed_places,
)
from cchc_analysis.scoring.results import Group, Results
from cchc_analysis.scoring.schemes import GradeScheme
from cchc_analysis.scoring.sentences import grades_moved
from cchc_analysis.text import SHOWN, clean, in_years, lower_first, quoted

# Fields that hold paragraphs, tables and pictures; a report is nothing without the first.
_SECTIONS = (
    "ranking", "overall", "distribution", "comparison", "changes", "fields", "changed", "charts",
    "differences",
)  # fmt: skip
_TAG = re.compile(r"\{[{%].*?[%}]\}")
_FORM = "hãy sửa từ một mẫu trong cchc_analysis/reports/templates"
# Styles of the template; those that begin with CCHC are its own.
_STYLES = TEXT, TABLE, CAPTION, NAME = "Body Text", "CCHC bảng", "Caption", "CCHC tên"
_WIDEST = Mm(160)  # of a picture
_LETTER, _PADDING = 6.4, 14  # points: a letter of 12 pt, bold and of average width; both sides
_SHORT = 12  # rows
_TOGETHER = 3  # rows at the top and at the end of a longer table
_MARK, _FIRST = "cchc_", 1000  # names of the bookmarks of captions; their numbers
_OPEN, _CLOSE = "\ue000", "\ue001"  # around what a sentence points to, until it is numbered
_TEXT = qn("w:t")
_NEW_PAGE, _EXTENTS = "w:pPr/w:pageBreakBefore|w:r/w:br[@w:type='page']", ".//wp:extent/@cy"
_HALF = 0.54  # of a page: heights are estimated, and more than half is no harm
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


def open_template(
    path: str | PathLike | None, form: str, given: Collection[str]
) -> tuple[DocxTemplate, set[str]]:
    """Return a template and the names in it: what is `given` and the ranking have their place."""
    own = files("cchc_analysis.reports").joinpath("templates", f"{form}.docx")
    path = None if path is None else given_path(path)
    name = own.name if path is None else path.name
    # What is in it must be what its ending says; one with macros (.docm) is none of ours.
    if path is not None and contents(path) and path.suffix.lower() != ".docx":
        raise Refusal(
            "mẫu phải là tệp .docx", "hãy mở tệp trong Word rồi lưu lại dạng .docx", file=name
        )
    try:
        with (path or own).open("rb") as file:
            template = DocxTemplate(file)
            document = template.get_docx()
    except Exception:  # whatever a broken package makes the library raise
        raise damaged(name) from None
    page = document.element.xpath("./w:body/w:sectPr[w:pgSz[@w:w and @w:h] and w:pgMar]")
    if len(page) != 1 or not page[0].xpath("w:pgMar/@w:left and w:pgMar/@w:right"):
        raise Refusal("mẫu không có khổ giấy và lề trang", _FORM, file=name)
    tags = _tags(document, name)
    fields = set(re.findall(r"\w+", " ".join(tags)))
    for tag in tags:
        if tag.startswith("{{ ") and {*_SECTIONS} & set(re.findall(r"\w+", tag)):
            raise Refusal(
                f"trường {tag} của mẫu giữ cả đoạn và bảng",
                f"hãy viết {tag.replace('{{', '{{p')} trong một đoạn riêng", file=name,
            )  # fmt: skip
    placed = set(re.findall(r"\w+", " ".join(tag for tag in tags if tag.startswith("{{p "))))
    if "ranking" not in placed:
        lacking = ", ".join(field for field in _SECTIONS if field not in placed)
        raise Refusal(
            f"mẫu không có chỗ cho bảng xếp hạng; các trường còn thiếu: {lacking}", _FORM, file=name
        )
    for option in given:
        if not {option, f"{option}_in_lines"} & fields:
            raise Refusal(f"mẫu không có trường {option} nên không dùng được {{option}}",
                          "hãy bỏ {option} hoặc thêm trường đó vào mẫu", file=name,
                          option=Option(option))  # fmt: skip
    for style in _STYLES:
        if style not in document.styles or document.styles[style].type != WD_STYLE_TYPE.PARAGRAPH:
            raise Refusal(f"mẫu không có kiểu đoạn (style) '{style}'", _FORM, file=name)
    return template, fields


def _tags(document: Document, name: str) -> list[str]:
    """Return the tags in a document, its headers and footers; each is whole in its paragraph."""
    related = [rel.target_part for rel in document.part.rels.values() if not rel.is_external]
    stories = [document.element.body, *(part.element for part in related
               if re.search(r"/(header|footer)\d*\.xml$", part.partname))]  # fmt: skip
    tags = []
    for paragraph in (one for story in stories for one in story.iter(qn("w:p"))):
        text = "".join(part.text or "" for part in paragraph.iter(qn("w:t")))
        tags += _TAG.findall(text)
        if re.search(r"\{[{%]|[%}]\}", _TAG.sub("", text)):  # would swallow what follows
            raise Refusal(f"mẫu có trường viết sai ({quoted(text)})", _FORM, file=name)
    return tags


def fill(template: DocxTemplate, fields: Mapping[str, object], name: str) -> None:
    """Render a template and number its captions."""
    try:
        template.render(fields, _environment())
    except UndefinedError as error:
        field = re.findall("'([^']+)'", str(error))[-1]
        raise Refusal(f"không có trường '{field}' cho mẫu", _FORM, file=name) from None
    except Exception as error:  # what a person wrote between the braces
        raise Refusal("mẫu có trường viết sai", _FORM, file=name) from error
    _number_captions(template.docx)
    _fill_pages(template.docx)


@cache
def _environment() -> SandboxedEnvironment:
    """Return what compiles the parts of all templates, each once."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    environment.from_string = lru_cache(environment.from_string)
    return environment


def paragraph(document: Document, runs: str, style: str, *, keep: bool = False) -> Markup:
    """Return a paragraph of text or runs, kept with the next one where it is to be."""
    runs = runs if isinstance(runs, Markup) else run(runs)
    return Markup(
        f'<w:p><w:pPr><w:pStyle w:val="{document.styles[style].style_id}"/>'
        f"{'<w:keepNext/>' * keep}</w:pPr>{runs}</w:p>"
    )


def run(text: str) -> Markup:
    """Return text as a run."""
    return Markup(f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>')


def _field(instruction: str, shown: str) -> Markup:
    return Markup(f'<w:fldSimple w:instr=" {instruction} ">{run(shown)}</w:fldSimple>')


def pointing(text: str, keys: Sequence[str]) -> str:
    """Return a sentence that names the tables and charts of these keys, those that stand there."""
    return f"{text.removesuffix('.')}{_OPEN}{'|'.join(keys)}{_CLOSE}." if keys else text


def caption(
    document: Document, label: str, text: str, key: str = "", *, keep: bool = False
) -> Markup:
    """Return a caption; its number is a field, so that Word can list tables and figures."""
    number = run(f"{label} ") + _field(f"SEQ {label} \\* ARABIC", "0")
    if key:  # the place to which the text points
        name = f'w:name="{escape(_MARK + key)}"'
        number = Markup(f'<w:bookmarkStart w:id="0" {name}/>{number}<w:bookmarkEnd w:id="0"/>')
    return paragraph(document, number + run(f". {clean(text)}"), CAPTION, keep=keep)


def _number_captions(document: Document) -> None:
    """Give captions the numbers in which they stand, and sentences those they point to."""
    body = document.element.body
    spaced = {document.styles[name].style_id for name in (TEXT, NAME)}  # a picture hides a border
    seen: dict[str, int] = {}
    for field in body.iter(qn("w:fldSimple")):
        if label := re.match(" SEQ (.+?) ", field.get(qn("w:instr"))):
            seen[label[1]] = number = seen.get(label[1], 0) + 1
            next(field.iter(_TEXT)).text = str(number)
    for below in body.xpath("./w:tbl/following-sibling::*[1][self::w:p][w:pPr/w:pStyle]"):
        if below.style in spaced and below.pPr.spacing is None:
            below.get_or_add_pPr().get_or_add_spacing().set(qn("w:before"), "120")
    called = {}
    for at, start in enumerate(body.iter(qn("w:bookmarkStart"))):
        if (name := start.get(qn("w:name"))).startswith(_MARK):
            label, field, end = list(start.itersiblings())[:3]
            called[name] = "".join(text.text for one in (label, field) for text in one.iter(_TEXT))
            for one in (start, end):
                one.set(qn("w:id"), str(_FIRST + at))
    for text in [text for text in body.iter(_TEXT) if _OPEN in (text.text or "")]:
        before, _, rest = text.text.partition(_OPEN)
        keys, _, after = rest.partition(_CLOSE)
        known = [_MARK + key for key in keys.split("|") if _MARK + key in called]
        fields = [_field(f"REF {name} \\h", called[name]) for name in known]
        told = run(" (") + run(", ").join(fields) + run(")") if known else ""
        whole = parse_xml(f"<w:p {nsdecls('w')}>{run(before)}{told}{run(after)}</w:p>")
        old = text.getparent()
        for one in whole:
            old.addprevious(one)
        old.getparent().remove(old)


def _fill_pages(document: Document) -> None:
    """Keep half a page together before a new page and a high picture, so that none is emptier.

    What does not fit below something else then begins a page, and leaves the one before at least
    half full, too.
    """
    section, width = document.sections[-1], text_width(document) / Pt(1)
    margins = (section.top_margin or 0) + (section.bottom_margin or 0)
    half = _HALF * (section.page_height - margins) / Pt(1)
    groups = [[]]  # of paragraphs and rows that are kept together already
    for part in document.element.body.xpath("w:p|w:tbl/w:tr[w:tc/w:p]"):
        groups[-1].append(part)
        first = Paragraph(part.xpath("self::w:p|w:tc/w:p")[0], document)
        kept = first.paragraph_format.keep_with_next
        if not (first.style.paragraph_format.keep_with_next if kept is None else kept):
            groups.append([])
    for at, group in enumerate(groups):
        extents = [int(cy) / Pt(1) for part in group for cy in part.xpath(_EXTENTS)]
        if max(extents, default=0) < half * 0.9 and not (group and group[0].xpath(_NEW_PAGE)):
            continue  # its caption makes it half a page
        before, filled = at, 0.0
        while before:
            more = filled + sum(_height(document, part, width) for part in groups[before - 1])
            if abs(more - half) >= abs(filled - half):
                break
            before, filled = before - 1, more
        for part in [one for of in groups[before:at] for one in of][:-1]:
            for each in part.xpath("self::w:p|w:tc/w:p"):
                each.get_or_add_pPr().get_or_add_keepNext()


def _height(document: Document, part: BaseOxmlElement, width: float) -> float:
    """Return about how many points high a paragraph or a row is."""
    if cells := part.xpath("w:tc"):
        widths = [(cell.width or Pt(width / len(cells))) / Pt(1) - _PADDING for cell in cells]
        each = zip(cells, widths, strict=True)
        return max(sum(_height(document, one, wide) for one in cell.p_lst) for cell, wide in each)
    one = Paragraph(part, document)
    look = one.style
    own, style = one.paragraph_format, look.paragraph_format
    spaces = (own.space_before or style.space_before, own.space_after or style.space_after)
    if pictures := part.xpath(_EXTENTS):
        return (max(map(int, pictures)) + sum(space or 0 for space in spaces)) / Pt(1)
    size = max([run.font.size or look.font.size or Pt(14) for run in one.runs], default=0)
    points = size / Pt(1)
    lines = math.ceil(len(one.text) * points * _LETTER / 12 / 1.15 / max(width, points))
    return lines * points * 1.2 + sum(space or 0 for space in spaces) / Pt(1)


def table(
    document: Document, printed: Printed, text: str, key: str, *, marked: Sequence[int] = ()
) -> Markup:
    """Return a printed table under its caption: its header row repeats, its rows never split."""
    size, widths = _widths(printed.columns, text_width(document) / Pt(1))
    style = document.styles[TABLE].style_id

    def row(texts: Sequence[str], *, head: bool = False, bold: bool = False, keep: bool) -> str:
        cells = []
        for value, column, width in zip(texts, printed.columns, widths, strict=True):
            side = "left" if column.align == "left" and not head else "center"
            cells.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
                f'</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>{"<w:keepNext/>" * keep}'
                f'<w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{"<w:b/>" * (bold or head)}'
                f'<w:sz w:val="{size * 2}"/></w:rPr><w:t xml:space="preserve">'
                f"{escape(clean(value))}</w:t></w:r></w:p></w:tc>"
            )
        repeated = "<w:tblHeader/>" * head
        return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"

    rows = [row([column.head for column in printed.columns], head=True, keep=True)]
    for at, texts in enumerate(zip(*(column.texts for column in printed.columns), strict=True)):
        # A short table is on one page; no page begins or ends with a row or two of a long one.
        left = len(printed) - 1 - at
        keep = left > 0 and (len(printed) <= _SHORT or at < _TOGETHER - 1 or left < _TOGETHER)
        rows.append(row(texts, bold=at in marked, keep=keep))
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>' for side in sides)
    margins = "".join(f'<w:{side} w:w="85" w:type="dxa"/>' for side in ("left", "right"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return caption(document, "Bảng", text, key, keep=True) + Markup(
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout '
        f'w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar><w:tblCaption '
        f'w:val="{escape(clean(text))}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


def _widths(columns: Sequence[PrintedColumn], points: float) -> tuple[int, list[int]]:
    """Return the size of letters and the width of each column in twentieths of a point.

    Names and heads are broken between words, lists after a comma; letters become smaller until
    words fit. What room is left goes to names first, so that a row is a line.
    """
    least, more = [], []
    for column in columns:
        is_words, head = column.align == "left", column.head
        words = [word for text in column.texts for word in text.split(None if is_words else ", ")]
        # Heads in four lines at most, usual names in two.
        usual = np.median([len(text) for text in column.texts] or [0]) * 0.6 * is_words
        least.append(max(4, usual, len(head) / 4, *map(len, [*head.split(), *words])))
        longest = max(map(len, column.texts), default=0)
        more.append(max(0, longest - least[-1]) * is_words)
    least, more = np.array(least), np.array(more)
    for size in range(12, 7, -1):
        letter = _LETTER * size / 12
        widths = least * letter + _PADDING
        if widths.sum() <= points:
            break
    left = max(0, points - widths.sum())
    widths += more * min(letter, left / max(1, more.sum()))
    widths += (points - widths.sum()) / len(widths)
    return size, [round(width * 20) for width in widths]


def text_width(document: Document) -> Length:
    """Return the width between the margins."""
    section = document.sections[-1]
    return Length(section.page_width - section.left_margin - section.right_margin)


def picture(document: Document, chart: Encoded, text: str, key: str) -> Markup:
    """Return the picture of a chart as wide as the text, with its alt text, above its caption."""
    png = io.BytesIO(chart.pictures["png"])
    inline = document.part.new_pic_inline(png, min(text_width(document), _WIDEST))
    for side in "TBLR":  # else LibreOffice keeps 3 mm around it, beyond the margin
        inline.set(f"dist{side}", "0")
    for about in (inline.docPr, inline.xpath(".//pic:cNvPr")[0]):
        about.set("descr", clean(chart.alt))
        about.set("title", clean(chart.title))
    drawn = Markup(
        f"<w:r><w:drawing>{etree.tostring(inline, encoding='unicode')}</w:drawing></w:r>"
    )
    return paragraph(document, drawn, NAME, keep=True) + caption(document, "Hình", text, key)


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
