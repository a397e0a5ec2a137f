"""The letterhead that an agency's own template has, and the words that stand in one."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from docx.oxml.ns import qn

from cchc_analysis.text import clean, unit_key

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.text.paragraph import CT_P

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_DATE = re.compile(r"(.*?),? *(ngày\b.*\btháng\b.*\bnăm\b.*)", re.IGNORECASE)


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


def keep_letterhead(
    document: Document, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None,
) -> bool:  # fmt: skip
    """Keep what stands above BÁO CÁO in a template; return whether that is a letterhead.

    Number, place and date that are given are set in it; the names that are given it must have.
    """
    _cut_old_report(document)
    paragraphs = _paragraphs(document)
    texts = [clean("".join(paragraph.xpath(".//w:t/text()"))) for paragraph in paragraphs]
    words = unit_key(" ".join(texts))
    if unit_key(COUNTRY) not in words:
        return False
    for option, name in (("parent", parent), ("agency", agency)):
        if name and unit_key(name) not in words:
            raise ValueError(
                f"Tệp mẫu đã có phần đầu văn bản nhưng không có '{name}'; hãy bỏ {option}= hoặc "
                "sửa tệp mẫu."
            )
    numbered = dated = None
    for paragraph, text in zip(paragraphs, texts, strict=True):
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
    return True


def _cut_old_report(document: Document) -> None:
    """Take away the report for which a template was written, and empty lines at its end."""
    body = document.element.body
    titles = [p._p for p in document.paragraphs if clean(p.text).upper() == "BÁO CÁO"]
    for element in [*titles[:1], *(titles[0].itersiblings() if titles else [])]:
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    shown = ".//w:t|.//w:drawing|.//w:pict|.//w:sectPr|.//w:br"
    while len(body) > 1 and body[-2].tag == qn("w:p") and not body[-2].xpath(shown):
        body.remove(body[-2])


def _paragraphs(document: Document) -> list[CT_P]:
    section = document.sections[0]
    parts = [document.element.body]
    for header in (section.first_page_header, section.header):
        parts += [] if header.is_linked_to_previous else [header._element]
    return [paragraph for part in parts for paragraph in part.xpath(".//w:p")]


def _replace(paragraph: CT_P, text: str) -> None:
    first, *others = paragraph.xpath(".//w:t")
    first.text = text
    for other in others:
        other.text = ""
