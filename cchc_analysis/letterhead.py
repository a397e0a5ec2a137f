"""The parts around the content of an administrative report, as Nghị định 30/2020/NĐ-CP has them."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from cchc_analysis.text import clean, unit_key
from cchc_analysis.word_parts import ANNEX, NAME, TABLE, TEXT, number_pages, text_width

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

DOTS = "………………………"
_COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO, _MOTTO_POINTS = "Độc lập - Tự do - Hạnh phúc", 162  # its width at 14 points, bold
_LETTERS = 23  # capitals in a line of the left column
_CAPITAL, _SMALL = 7.4, 6  # points: a bold letter of 13 and of 14 points, on average
_DATE = re.compile(r"(.*?),? *(ngày\b.*\btháng\b.*\bnăm\b.*)", re.DOTALL | re.IGNORECASE)


def date_in_words(date: datetime.date | None) -> str:
    """Return a date as the decree writes it: "ngày 05 tháng 01 năm 2022"."""
    if date is None:
        return "ngày …… tháng …… năm ………"
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def number_in_words(number: str | int | None) -> str:
    """Return the number of a report with its symbol: 5 is "05/BC-………"."""
    number = "………" if number is None else clean(str(number))
    number = number.zfill(2) if number.isdecimal() else number
    return number if "/" in number else f"{number}/BC-………"


def begin(
    document: Document, *, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None, subject: str,
) -> None:  # fmt: skip
    """Write all that stands above the content; a letterhead of the template is kept."""
    body = document.element.body
    paragraphs = [p for p in document.paragraphs if clean(p.text).upper() == "BÁO CÁO"]
    old = [] if not paragraphs else [paragraphs[0]._p, *paragraphs[0]._p.itersiblings()]
    for element in old:  # the report for which the template was written
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    blank = ".//w:t|.//w:drawing|.//w:pict|.//w:sectPr|.//w:br"
    while len(body) > 1 and body[-2].tag == qn("w:p") and not body[-2].xpath(blank):
        body.remove(body[-2])
    if unit_key(_COUNTRY) in unit_key(_text_of_letterhead(document)):
        _fill(document, parent, agency, number, place, date)
    else:
        _letterhead(document, parent, agency, number, place, date)
    name = document.add_paragraph("BÁO CÁO", style=NAME)
    name.paragraph_format.space_before = Pt(18)
    lines = [clean(line) for line in subject.splitlines() if line.strip()]
    for line in lines:
        last = document.add_paragraph(line, style=NAME)
    last.paragraph_format.space_after = Pt(18)
    letters = len(textwrap.wrap(lines[-1], round(text_width(document) / Pt(_SMALL)))[-1])
    _line_under(last, 0.42 * letters * _SMALL)


def _letterhead(
    document: Document, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None,
) -> None:  # fmt: skip
    width = text_width(document)
    table = _side_by_side(document, 2, 0.406)
    left, right = table.rows[0].cells
    if parent != "":
        _write(left, clean(parent or DOTS).upper(), 13)
    name = clean(agency or DOTS).upper()
    of_agency = _write(left, name, 13, bold=True)
    _line_under(of_agency, 0.42 * _CAPITAL * len(textwrap.wrap(name, _LETTERS)[-1]))
    _write(right, _COUNTRY, 13 if width >= Mm(159) else 12, bold=True)
    _line_under(_write(right, _MOTTO, 14, bold=True), _MOTTO_POINTS)
    left, right = table.rows[1].cells
    _write(left, f"Số: {number_in_words(number)}", 13).paragraph_format.space_before = Pt(8)
    dated = _write(right, f"{clean(place or '…………')}, {date_in_words(date)}", 14, italic=True)
    dated.paragraph_format.space_before = Pt(8)


def _fill(
    document: Document, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None,
) -> None:  # fmt: skip
    """Set number, place and date in the letterhead of a template; the rest it must have."""
    words = unit_key(_text_of_letterhead(document))
    for option, name in (("parent", parent), ("agency", agency)):
        if name and unit_key(name) not in words:
            raise ValueError(
                f"Tệp mẫu đã có phần đầu văn bản nhưng không có '{name}'; hãy bỏ {option}= hoặc "
                "sửa tệp mẫu."
            )
    numbered = dated = None
    for paragraph in _paragraphs(document):
        text = clean("".join(paragraph.xpath(".//w:t/text()")))
        if re.match(r"Số ?:", text):
            numbered = paragraph
        elif len(text) < 80 and (found := _DATE.fullmatch(text)):
            dated = paragraph, *found.groups()
    for given, found, what in (
        (number is not None, numbered, "chỗ ghi 'Số:' (number=)"),
        (place or date, dated, "chỗ ghi 'ngày … tháng … năm …' (place=, date=)"),
    ):
        if given and found is None:
            raise ValueError(f"Phần đầu văn bản của tệp mẫu không có {what}; hãy sửa tệp mẫu.")
    if number is not None:
        _replace(numbered, f"Số: {number_in_words(number)}")
    if place or date:
        paragraph, old_place, old_date = dated
        _replace(
            paragraph,
            f"{clean(place or old_place)}, {date_in_words(date) if date else old_date}",
        )


def _paragraphs(document: Document) -> list:
    section = document.sections[0]
    parts = [document.element.body]
    for header in (section.first_page_header, section.header):
        parts += [] if header.is_linked_to_previous else [header._element]
    return [paragraph for part in parts for paragraph in part.xpath(".//w:p")]


def _text_of_letterhead(document: Document) -> str:
    return " ".join("".join(p.xpath(".//w:t/text()")) for p in _paragraphs(document))


def _replace(paragraph: OxmlElement, text: str) -> None:
    first, *others = paragraph.xpath(".//w:t")
    first.text = text
    for other in others:
        other.text = ""


def _side_by_side(document: Document, rows: int, share: float) -> object:
    table = document.add_table(rows, 2)
    table.autofit = False
    width = text_width(document)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, part in zip(row.cells, (share, 1 - share), strict=True):
            cell.width = int(width * part)
    for column, part in zip(table.columns, (share, 1 - share), strict=True):
        column.width = int(width * part)
    return table


def _write(
    cell: _Cell, text: str, size: float, *, bold: bool = False, italic: bool = False,
    align: ALIGN = ALIGN.CENTER,
) -> Paragraph:  # fmt: skip
    paragraph = cell.paragraphs[0] if not cell.text else cell.add_paragraph()
    paragraph.style, paragraph.alignment = TABLE, align
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    return paragraph


def _line_under(paragraph: Paragraph, points: float) -> None:
    """Draw a line under the last line of a paragraph, centred, as Word's own Draw does."""
    number = paragraph.part.next_id
    below = paragraph.paragraph_format.space_after or Pt(0)
    spaces = nsdecls("w", "wp", "a") + (
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    )
    line = parse_xml(
        f'<w:r {spaces}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor '
        'distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="251659264" '
        'behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="column"><wp:align>center</wp:align></wp:positionH>'
        f'<wp:positionV relativeFrom="line"><wp:posOffset>{Pt(18)}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{Pt(points)}" cy="0"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:wrapNone/><wp:docPr id="{number}" name="Đường kẻ {number}" descr="Đường kẻ ngang"/>'
        '<wp:cNvGraphicFramePr/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        f'<wps:cNvCnPr/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{Pt(points)}" cy="0"/>'
        '</a:xfrm><a:prstGeom prst="line"><a:avLst/></a:prstGeom><a:ln w="9525"><a:solidFill>'
        '<a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr><wps:bodyPr/></wps:wsp>'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"
        "</w:r>"
    )
    paragraph._p.append(line)
    paragraph.paragraph_format.space_after = max(below, Pt(5))


def end(
    document: Document, *, closing: str, recipients: Sequence[str], title: str | None,
    signer: str | None,
) -> None:  # fmt: skip
    """Write the last sentence, Nơi nhận and the place of the signature, kept on one page."""
    document.add_paragraph(f"{closing}./.", style=TEXT).paragraph_format.keep_with_next = True
    left, right = _side_by_side(document, 1, 0.44).rows[0].cells
    _write(left, "Nơi nhận:", 12, bold=True, italic=True, align=ALIGN.LEFT)
    names = [clean(name).lstrip("-– ").rstrip(";.") for name in recipients] or [DOTS]
    if not any(name.startswith("Lưu") for name in names):
        names.append("Lưu: VT")
    for at, name in enumerate(names, 1):
        stop = "." if at == len(names) else ";"
        _write(left, f"- {name}{stop}", 11, align=ALIGN.LEFT)
    titles = [clean(line).upper() for line in (title or DOTS).splitlines() if line.strip()]
    for line in titles:
        _write(right, line, 14, bold=True)
    for paragraph in (*left.paragraphs, *right.paragraphs):
        paragraph.paragraph_format.keep_with_next = True
    # The name stands below the table, so that no empty paragraph has to end it.
    name = document.add_paragraph(clean(signer or DOTS), style=NAME)
    name.paragraph_format.left_indent = int(text_width(document) * 0.44)
    beside = 14 + 13 * len(names) - 16 * len(titles)
    name.paragraph_format.space_before = Pt(max(6, 75 - max(beside, 0)))


def begin_annex(
    document: Document, title: str, *, number: str | int | None, date: datetime.date | None,
    agency: str | None,
) -> None:  # fmt: skip
    """Begin an annex on a page of its own, whose pages are counted from 1."""
    last = document.paragraphs[-1]
    section = document.add_section()
    carrier = document.paragraphs[-1]._p  # python-docx gives the break an empty paragraph
    last._p.get_or_add_pPr().append(carrier.pPr.sectPr)
    carrier.getparent().remove(carrier)
    count = OxmlElement("w:pgNumType")
    count.set(qn("w:start"), "1")
    section._sectPr.find(qn("w:pgMar")).addnext(count)
    for line in ("Phụ lục", title):
        document.add_paragraph(line, style=ANNEX)
    document.paragraphs[-1].style = NAME
    of = (
        f"(Kèm theo Báo cáo số {number_in_words(number)} {date_in_words(date)} của "
        f"{clean(agency or DOTS)})"
    )
    document.add_paragraph(style=NAME).add_run(of).italic = True
    run = document.paragraphs[-1].runs[0]
    run.bold = False
    document.paragraphs[-1].paragraph_format.space_after = Pt(12)


def number_first_pages(document: Document) -> None:
    """Number the pages of a document that does not do so yet and has nothing in its header."""
    section = document.sections[0]
    parts = [document.element.body]
    for part in (section.header, section.footer):
        parts += [] if part.is_linked_to_previous else [part._element]
    fields = [p for part in parts for p in part.xpath('.//w:instrText|.//w:fldSimple/@w:instr')]
    if not any("PAGE" in str(getattr(field, "text", field)) for field in fields) and (
        section.header.is_linked_to_previous or not clean(section.header._element.xpath("string()"))
    ):
        number_pages(section)
