"""The parts around the content of an administrative report, as Nghị định 30/2020/NĐ-CP has them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from cchc_analysis.reports.word import ANNEX, NAME, TABLE, TEXT, text_width
from cchc_analysis.text import clean, fewest_lines, quoted, unit_key

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_DOTS = "………………………"
_COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"
_LETTERS = 23  # capitals in a line of the left column
_LETTER = 6  # points: a bold letter of 14 points, on average
_HEAD = ("CỘNG H", "Độc lập", "Số ?:", r"(?=.{,80}$).*ngày\b.*\btháng\b.*\bnăm\b")


def date_in_words(date: datetime.date | None) -> str:
    """Return a date as the decree writes it: "ngày 05 tháng 01 năm 2022"."""
    if date is None:
        return "ngày …… tháng …… năm ………"
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def number_in_words(number: str | int | None) -> str:
    """Return the number of a report with its symbol: 5 is "05/BC-………"."""
    number = clean("" if number is None else str(number)) or "………"
    number = number.zfill(2) if number.isdecimal() else number
    return number if "/" in number else f"{number}/BC-………"


def begin(
    document: Document, *, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None, subject: str,
) -> None:  # fmt: skip
    """Write all that stands above the content, or keep the letterhead of the template."""
    given = {
        "parent": parent, "agency": agency, "place": place,
        "number": None if number is None else number_in_words(number),
        "date": None if date is None else date_in_words(date),
    }  # fmt: skip
    if not _has_letterhead(document, given):
        table = _side_by_side(document, 2, 0.39)
        left, right = table.rows[0].cells
        if parent != "":
            _write(left, clean(parent or _DOTS).upper(), 12)
        for line in fewest_lines(clean(agency or _DOTS).upper(), _LETTERS, break_long_words=False):
            _write(left, line, 12, bold=True)
        _write(left, "_" * len(line), 6)
        _write(right, _COUNTRY, 12, bold=True)
        _write(right, _MOTTO, 13, bold=True)
        _write(right, "_" * 2 * len(_MOTTO), 6)
        left, right = table.rows[1].cells
        _write(left, f"Số: {number_in_words(number)}", 13).paragraph_format.space_before = Pt(8)
        dated = f"{clean(place or '…………')}, {date_in_words(date)}"
        _write(right, dated, 13, italic=True).paragraph_format.space_before = Pt(8)
    document.add_paragraph("BÁO CÁO", style=NAME).paragraph_format.space_before = Pt(18)
    # Broken here and not by Word, so that the line below is half as long as the last line.
    letters = round(text_width(document) / Pt(_LETTER) * 0.8)
    for part in subject.splitlines():
        for line in fewest_lines(clean(part), letters, break_long_words=False):
            document.add_paragraph(line, style=NAME)
    last = document.add_paragraph(style=NAME)
    last.add_run("_" * len(line)).font.size = Pt(6)
    last.paragraph_format.space_after = Pt(18)


def _has_letterhead(document: Document, given: dict[str, str | None]) -> bool:
    """Return whether a template has a letterhead, which stays as it is.

    What is given must stand in it, and nothing below it: an older report would stay unseen.
    """
    section = document.sections[0]
    headers = [h._element for h in (section.first_page_header, section.header)
               if not h.is_linked_to_previous]  # fmt: skip
    lines, above = (
        [clean("".join(p.xpath(".//w:t/text()"))) for part in parts for p in part.xpath(".//w:p")]
        for parts in ([document.element.body], headers)
    )
    found = [[at for at, line in enumerate(lines) if re.match(head, line)] for head in _HEAD]
    last = max((places[0] for places in found if places), default=-1)
    for at, line in enumerate(lines):
        if line and (at > last or line.upper().startswith("BÁO CÁO")):
            raise ValueError(
                f"Tệp mẫu còn nội dung dưới phần đầu văn bản ({quoted(line)}); hãy xóa phần đó "
                "trong tệp mẫu, chỉ để lại phần đầu."
            )
    text = unit_key(" ".join([*above, *lines]))
    if unit_key(_COUNTRY) not in text:
        return False
    for option, words in given.items():
        if words and unit_key(words) not in text:
            raise ValueError(
                f"Tệp mẫu đã có phần đầu văn bản nhưng không có '{words}'; hãy bỏ {option}= hoặc "
                "sửa tệp mẫu."
            )
    return True


def _side_by_side(document: Document, rows: int, share: float) -> Table:
    table = document.add_table(rows, 2)
    table.autofit = False
    margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
    margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)
    for column, part in zip(table.columns, (share, 1 - share), strict=True):
        column.width = int(text_width(document) * part)
        for cell in column.cells:
            cell.width = column.width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
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


def end(
    document: Document, *, closing: str, recipients: Sequence[str], title: str | None,
    signer: str | None,
) -> None:  # fmt: skip
    """Write the last sentence, Nơi nhận and the place of the signature, kept on one page."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    last = document.add_paragraph(f"{closing.rstrip('. ')}./.", style=TEXT)
    last.paragraph_format.keep_with_next = True
    left, right = _side_by_side(document, 1, 0.44).rows[0].cells
    _write(left, "Nơi nhận:", 12, bold=True, italic=True, align=ALIGN.LEFT)
    names = [clean(name).lstrip("-– ").rstrip(";. ") for name in recipients]
    names = [name for name in names if name] or [_DOTS]
    if not any(name.startswith("Lưu") for name in names):
        names.append("Lưu: VT")
    for name in names:
        stop = "." if name is names[-1] else ";"
        _write(left, f"- {name}{stop}", 11, align=ALIGN.LEFT)
    for line in (title or _DOTS).splitlines():
        _write(right, clean(line).upper(), 14, bold=True)
    # Space, and no empty paragraph, is left for the signature.
    name = _write(right, clean(signer or _DOTS), 14, bold=True)
    name.paragraph_format.space_before = Pt(60)


def begin_annex(
    document: Document, title: str, *, number: str | int | None, date: datetime.date | None,
    agency: str | None,
) -> None:  # fmt: skip
    """Begin an annex on a page of its own."""
    document.add_paragraph("Phụ lục", style=ANNEX).paragraph_format.page_break_before = True
    document.add_paragraph(title, style=NAME)
    of = f"{number_in_words(number)} {date_in_words(date)} của {clean(agency or _DOTS)}"
    paragraph = document.add_paragraph(style=NAME)
    paragraph.paragraph_format.space_after = Pt(12)
    run = paragraph.add_run(f"(Kèm theo Báo cáo số {of})")
    run.bold, run.italic = False, True
