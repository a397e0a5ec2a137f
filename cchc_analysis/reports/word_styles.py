"""The page and the styles of a report: as the decree wants them, or those of a template."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt

from cchc_analysis.reading.containers import damaged, kind_of
from cchc_analysis.reports.word import ANNEX, CAPTION, NAME, TABLE, TEXT, add_field

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

FONT = "Times New Roman"


def open_document(template: str | PathLike | None) -> Document:
    """Return a new document as the decree wants it, or the template with the styles it lacks."""
    document = _opened(template)
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
    _style(document, TABLE, own=own, size=12, before=1, after=1)
    _style(document, NAME, own=own, bold=True, **middle)
    _style(document, ANNEX, own=own, bold=True, level=1, numbered=False, **middle)
    _style(document, "Header", own=own, size=14, **middle)
    return document


def _opened(template: str | PathLike | None) -> Document:
    if template is None:
        return docx.Document()
    path = Path(template)
    if kind_of(path) != "docx":
        raise ValueError(
            f"{path.name}: mẫu (template=) phải là tệp .docx; hãy mở tệp trong Word rồi lưu lại "
            "dạng .docx."
        )
    try:
        return docx.Document(str(path))
    except Exception:  # whatever a broken package makes the library raise
        raise damaged(path.name) from None


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


def number_pages(document: Document) -> None:
    """Write the number of each page but the first in the top margin, if nothing is there yet."""
    section = document.sections[0]
    if section.header.is_linked_to_previous and section.footer.is_linked_to_previous:
        section.different_first_page_header_footer = True
        paragraph = section.header.paragraphs[0]
        paragraph.alignment = ALIGN.CENTER
        add_field(paragraph, "PAGE", "2")
