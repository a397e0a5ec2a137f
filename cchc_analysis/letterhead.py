"""The parts around the content of an administrative report, as Nghị định 30/2020/NĐ-CP has them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from cchc_analysis.text import clean, fewest_lines
from cchc_analysis.word_parts import ANNEX, NAME, TABLE, TEXT, text_width
from cchc_analysis.word_template import COUNTRY, date_in_words, keep_letterhead, number_in_words

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

DOTS = "………………………"
_MOTTO, _MOTTO_POINTS = "Độc lập - Tự do - Hạnh phúc", 151  # its width at 13 points, bold
_LETTERS = 23  # capitals in a line of the left column
_CAPITAL, _SMALL = 6.8, 6  # points: a bold letter of 12 and of 14 points, on average


def begin(
    document: Document, *, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None, subject: str,
) -> str:  # fmt: skip
    """Write all that stands above the content, or keep the letterhead of the template.

    Returns the number with its symbol.
    """
    number_in_full = keep_letterhead(document, parent, agency, number, place, date)
    if number_in_full is None:
        number_in_full = number_in_words(number)
        _letterhead(document, parent, agency, number_in_full, place, date)
    name = document.add_paragraph("BÁO CÁO", style=NAME)
    name.paragraph_format.space_before = Pt(18)
    # Broken here and not by Word, so that the line is below the last line of the text.
    letters = round(text_width(document) / Pt(_SMALL) * 0.8)
    lines = [
        part
        for line in subject.splitlines()
        for part in fewest_lines(clean(line), letters, break_long_words=False)
    ]
    for line in lines:
        last = document.add_paragraph(line, style=NAME)
    last.paragraph_format.space_after = Pt(18)
    _line_under(last, 0.42 * _SMALL * len(lines[-1]))
    return number_in_full


def _letterhead(
    document: Document, parent: str | None, agency: str | None, number: str,
    place: str | None, date: datetime.date | None,
) -> None:  # fmt: skip
    table = _side_by_side(document, 2, 0.39)
    left, right = table.rows[0].cells
    if parent != "":
        _write(left, clean(parent or DOTS).upper(), 12)
    for line in fewest_lines(clean(agency or DOTS).upper(), _LETTERS, break_long_words=False):
        last = _write(left, line, 12, bold=True)
    _line_under(last, 0.42 * _CAPITAL * len(line))
    _write(right, COUNTRY, 12, bold=True)
    _line_under(_write(right, _MOTTO, 13, bold=True), _MOTTO_POINTS)
    left, right = table.rows[1].cells
    _write(left, f"Số: {number}", 13).paragraph_format.space_before = Pt(8)
    dated = _write(right, f"{clean(place or '…………')}, {date_in_words(date)}", 13, italic=True)
    dated.paragraph_format.space_before = Pt(8)


def _side_by_side(document: Document, rows: int, share: float) -> object:
    table = document.add_table(rows, 2)
    table.autofit = False
    margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
    margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)
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
    """Draw a line under a paragraph of one line, centred, as Word's own Draw does."""
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
        f'<wp:positionV relativeFrom="paragraph"><wp:posOffset>{Pt(19)}</wp:posOffset>'
        "</wp:positionV>"
        f'<wp:extent cx="{Pt(points)}" cy="0"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:wrapNone/><wp:docPr id="{number}" name="Đường kẻ {number}" descr="Đường kẻ ngang"/>'
        "<wp:cNvGraphicFramePr/><a:graphic><a:graphicData "
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
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    document.add_paragraph(
        f"{closing.rstrip('. ')}./.", style=TEXT
    ).paragraph_format.keep_with_next = True
    left, right = _side_by_side(document, 1, 0.44).rows[0].cells
    _write(left, "Nơi nhận:", 12, bold=True, italic=True, align=ALIGN.LEFT)
    names = [clean(name).lstrip("-– ").rstrip(";. ") for name in recipients]
    names = [name for name in names if name] or [DOTS]
    if not any(name.startswith("Lưu") for name in names):
        names.append("Lưu: VT")
    for at, name in enumerate(names, 1):
        stop = "." if at == len(names) else ";"
        _write(left, f"- {name}{stop}", 11, align=ALIGN.LEFT)
    titles = [clean(line).upper() for line in (title or DOTS).splitlines() if line.strip()]
    for line in titles:
        _write(right, line, 14, bold=True)
    # Space, and no empty paragraph, is left for the signature.
    name = _write(right, clean(signer or DOTS), 14, bold=True)
    name.paragraph_format.space_before = Pt(60)


def begin_annex(
    document: Document, title: str, *, number: str, date: datetime.date | None, agency: str | None
) -> None:
    """Begin an annex on a page of its own."""
    document.add_paragraph("Phụ lục", style=ANNEX).paragraph_format.page_break_before = True
    document.add_paragraph(title, style=NAME)
    of = f"(Kèm theo Báo cáo số {number} {date_in_words(date)} của {clean(agency or DOTS)})"
    paragraph = document.add_paragraph(style=NAME)
    paragraph.paragraph_format.space_after = Pt(12)
    run = paragraph.add_run(of)
    run.bold, run.italic = False, True
