"""Parts of a Word document: page, styles, headings, captions, tables, pictures, drawn lines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pandas as pd
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt

from cchc_analysis.shown import SHOWN
from cchc_analysis.text import clean

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
TEXT, TABLE, CAPTION, NAME, ANNEX = "Body Text", "CCHC bảng", "Caption", "CCHC tên", "CCHC phụ lục"
_LEFT = {SHOWN[column] for column in ("unit", "field", "item", "note")}  # columns of words
_LETTER, _PADDING = 6.4, 11  # points: a letter of 12 pt, bold and of average width; both sides


def open_document(template: Path | None) -> Document:
    """Return a new document as the decree wants it, or the template with the styles it lacks."""
    document = docx.Document(None if template is None else str(template))
    if template is None:
        section = document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = section.right_margin = Mm(20)
        section.left_margin, section.header_distance = Mm(30), Mm(10)
    own = template is None
    _style(document, "Normal", own=own, size=14)
    text = {"align": ALIGN.JUSTIFY, "indent": Mm(12.7), "after": 6, "line": 1.1}
    _style(document, TEXT, own=own, size=14, **text)
    for level in (1, 2):
        _style(document, f"Heading {level}", own=own, bold=True, before=6, after=6, level=level)
    middle = {"align": ALIGN.CENTER}
    _style(document, CAPTION, own=own, size=13, bold=True, before=6, after=6, **middle)
    _style(document, TABLE, own=own, size=12, before=2, after=2)
    _style(document, NAME, own=own, bold=True, **middle)
    _style(document, ANNEX, own=own, bold=True, level=1, numbered=False, **middle)
    _style(document, "Header", own=own, size=14, **middle)
    return document


def _style(
    document: Document, name: str, *, own: bool, size: float = 14, bold: bool = False,
    align: ALIGN | None = None, indent: Length = 0, before: float = 0, after: float = 0,
    line: float = 1, level: int = 0, numbered: bool = True,
) -> None:  # fmt: skip
    """Define a style; one that a template has stays as it is."""
    styles = document.styles
    if name in styles:
        if not own:
            return
        for part in (styles[name].element.pPr, styles[name].element.rPr):
            if part is not None:
                styles[name].element.remove(part)
    else:
        builtin = not name.startswith("CCHC")
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin).base_style = styles["Normal"]
    style: ParagraphStyle = styles[name]
    style.hidden, style.quick_style = False, True
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    if own:
        style.font.name = FONT
        for script in ("eastAsia", "cs"):
            style.element.rPr.rFonts.set(qn(f"w:{script}"), FONT)
        style.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN"/>'))
    paragraph = style.paragraph_format
    paragraph.alignment, paragraph.first_line_indent = align, indent
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.line_spacing, paragraph.widow_control = line, True
    if level:
        paragraph.keep_with_next = True
        style.font.all_caps = numbered and level == 1
        if numbered:
            paragraph.first_line_indent = Mm(12.7)
            style.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = _numbering(
                document
            )
            style.element.pPr.numPr.get_or_add_ilvl().val = level - 1
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level - 1))
        style.element.pPr.append(outline)


def _numbering(document: Document) -> int:
    """Return the number of the list "I., 1." of headings, added where it is not there yet."""
    lists = document.part.numbering_part.element
    if own := lists.xpath("./w:num[w:abstractNumId/@w:val = ../w:abstractNum[w:nsid/@w:val = "
                          "'CC4C2020']/@w:abstractNumId]/@w:numId"):  # fmt: skip
        return int(own[0])
    number = 1 + max(map(int, lists.xpath("./w:abstractNum/@w:abstractNumId")), default=-1)
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:pStyle w:val="Heading{at + 1}"/><w:suff w:val="space"/><w:lvlText w:val="%{at + 1}."/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="720"/></w:pPr></w:lvl>'
        for at, kind in enumerate(("upperRoman", "decimal"))
    )
    kind = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:nsid w:val="CC4C2020"/>'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    first = lists.find(qn("w:num"))
    lists.append(kind) if first is None else first.addprevious(kind)
    return lists.add_num(number).numId


def number_pages(section: Section) -> None:
    """Number the pages in the middle of the top margin, not on the first."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    add_field(paragraph, "PAGE", "2")


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field with the result that is shown until Word computes it again."""
    parts = ("begin", code, "separate", shown, "end")
    for part in parts:
        run = paragraph.add_run(part if part is shown else None)
        if part is code:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif part is not shown:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), part)
            run._r.append(mark)


def add_caption(document: Document, label: str, text: str) -> Paragraph:
    """Add a caption with its number as a field, so that Word can list tables and figures."""
    seen = document.element.body.xpath(f'.//w:instrText[contains(., " SEQ {label} ")]')
    paragraph = document.add_paragraph(f"{label} ", style=CAPTION)
    add_field(paragraph, f"SEQ {label} \\* ARABIC", str(len(seen) + 1))
    paragraph.add_run(f". {clean(text)}")
    return paragraph


def add_table(
    document: Document, printed: pd.DataFrame, text: str, *, marked: Sequence[int] = ()
) -> None:
    """Add a printed table under its caption: a header row that repeats, rows that never split."""
    add_caption(document, "Bảng", text).paragraph_format.keep_with_next = True
    size, widths = _widths(printed, text_width(document) / Pt(1))
    style = document.styles[TABLE].style_id

    def cell(value: object, at: int, *, head: bool = False, bold: bool = False) -> str:
        side = "left" if printed.columns[at] in _LEFT and not head else "center"
        look = ("<w:b/>" if bold else "") + f'<w:sz w:val="{round(size * 2)}"/>'
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{widths[at]}" w:type="dxa"/><w:vAlign w:val="center"/>'
            f'</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/><w:jc w:val="{side}"/></w:pPr><w:r>'
            f'<w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(clean(str(value)))}</w:t>'
            "</w:r></w:p></w:tc>"
        )

    heads = "".join(cell(head, at, head=True, bold=True) for at, head in enumerate(printed))
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"]
    for number, row in enumerate(printed.itertuples(index=False)):
        cells = "".join(cell(value, at, bold=number in marked) for at, value in enumerate(row))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>' for side in sides)
    margins = "".join(f'<w:{side} w:w="85" w:type="dxa"/>' for side in ("left", "right"))
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout '
        f'w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar><w:tblCaption '
        f'w:val="{escape(clean(text))}"/></w:tblPr><w:tblGrid>'
        f'{"".join(f"<w:gridCol w:w={chr(34)}{w}{chr(34)}/>" for w in widths)}</w:tblGrid>'
        f'{"".join(rows)}</w:tbl>'
    )
    document.element.body.insert_element_before(table, "w:sectPr")


def _widths(printed: pd.DataFrame, points: float) -> tuple[float, list[int]]:
    """Return the size of letters and the width of each column in twentieths of a point."""
    words = {head: head.split() for head in printed}
    wide = {head: max(map(len, map(str, [*printed[head], ""]))) for head in printed}
    for head in _LEFT & set(words):
        words[head] += [word for value in printed[head] for word in str(value).split()]
    least = {
        head: max(*map(len, words[head]), *([] if head in _LEFT else [wide[head]]), 3)
        for head in printed
    }
    size = 12.0
    while size > 8 and sum(least.values()) * _LETTER * size / 12 > points - _PADDING * len(least):
        size -= 0.5
    needed = pd.Series(least) * _LETTER * size / 12 + _PADDING
    room = pd.Series({h: max(wide[h], 12) if h in _LEFT else 0.5 for h in least}, dtype="float64")
    widths = needed + room * (points - needed.sum()) / room.sum()
    return size, [round(width * 20) for width in widths]


def text_width(document: Document) -> Length:
    """Return the width between the margins."""
    section = document.sections[-1]
    return Length(section.page_width - section.left_margin - section.right_margin)


def add_picture(document: Document, png: bytes, text: str, alt: str) -> None:
    """Add a picture as wide as the text, with its alt text, above its caption."""
    paragraph = document.add_paragraph(style=NAME)
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(png), min(text_width(document), Mm(160)))
    for about in (shape._inline.docPr, shape._inline.xpath(".//pic:cNvPr")[0]):
        about.set("descr", clean(alt))
        about.set("title", clean(text))
    add_caption(document, "Hình", text)
