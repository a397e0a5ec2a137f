"""The letterhead that an agency's own template has, and the words that stand in one."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from docx.oxml.ns import qn

from cchc_analysis.text import clean, quoted, unit_key

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.table import CT_Row, CT_Tbl
    from docx.oxml.text.paragraph import CT_P

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_DATE = re.compile(r"(.*?),? *(ngày\b.*\btháng\b.*\bnăm\b.*)", re.IGNORECASE)
_HEAD = re.compile(f"CỘNG H|Độc lập|Số ?:|{_DATE.pattern}", re.IGNORECASE)
_SYMBOL = "BC-………"
# Of the old report: what nothing refers to any more would stay in the file unseen.
_PARTS = ("image", "chart", "oleObject", "package", "hyperlink", "comments")


def date_in_words(date: datetime.date | None) -> str:
    """Return a date as the decree writes it: "ngày 05 tháng 01 năm 2022"."""
    if date is None:
        return "ngày …… tháng …… năm ………"
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def number_in_words(number: str | int | None, symbol: str = _SYMBOL) -> str:
    """Return the number of a report with its symbol: 5 is "05/BC-………"."""
    number = "………" if number is None else clean(str(number))
    number = number.zfill(2) if number.isdecimal() else number
    return number if "/" in number else f"{number}/{symbol}"


def keep_letterhead(
    document: Document, parent: str | None, agency: str | None, number: str | int | None,
    place: str | None, date: datetime.date | None,
) -> str | None:  # fmt: skip
    """Keep what stands above BÁO CÁO in a template; return its number if that is a letterhead.

    Number, place and date that are given are set in it; the names that are given it must have.
    """
    _cut_old_report(document)
    paragraphs = _paragraphs(document)
    texts = [_text_of(paragraph) for paragraph in paragraphs]
    named = unit_key(" ".join(texts))
    if unit_key(COUNTRY) not in named:
        return None
    for option, name in (("parent", parent), ("agency", agency)):
        if name and unit_key(name) not in named:
            raise ValueError(
                f"Tệp mẫu đã có phần đầu văn bản nhưng không có '{name}'; hãy bỏ {option}= hoặc "
                "sửa tệp mẫu."
            )
    _check_empty(document)
    numbered = dated = None
    words = number_in_words(number)
    for paragraph, text in zip(paragraphs, texts, strict=True):
        if re.match(r"Số ?:", text):
            numbered = paragraph
            symbol = text.partition("/")[2].strip() or _SYMBOL
            written = text.partition(":")[2].strip()
            as_is = number is None and re.match("[0-9]", written)
            words = written if as_is else number_in_words(number, symbol)
        elif len(text) < 80 and (found := _DATE.fullmatch(text)):
            dated = paragraph, *found.groups()
    for given, found, what in (
        (number is not None, numbered, "chỗ ghi 'Số:' (number=)"),
        (place or date, dated, "chỗ ghi 'ngày … tháng … năm …' (place=, date=)"),
    ):
        if given and found is None:
            raise ValueError(f"Phần đầu văn bản của tệp mẫu không có {what}; hãy sửa tệp mẫu.")
    if number is not None:
        _replace(numbered, f"Số: {words}")
    if place or date:
        paragraph, old_place, old_date = dated
        _replace(
            paragraph,
            f"{clean(place or old_place)}, {date_in_words(date) if date else old_date}",
        )
    return words


def _cut_old_report(document: Document) -> None:
    """Take away the report for which a template was written, and empty lines at its end."""
    body = document.element.body
    elements = [element for element in body if element.tag != qn("w:sectPr")]
    title = next((at for at, element in enumerate(elements) if _title_rows(element)), None)
    if title is not None:
        rows = _title_rows(elements[title])
        above = rows[0].getprevious() if rows[0].tag == qn("w:tr") else None
        if above is not None and above.tag == qn("w:tr"):  # the letterhead is in the same table
            for row in [rows[0], *rows[0].itersiblings()]:
                elements[title].remove(row)
            title += 1
        for element in elements[title:]:
            body.remove(element)
    shown = ".//w:t|.//w:drawing|.//w:pict|.//w:sectPr|.//w:br"
    while len(body) > 1 and body[-2].tag == qn("w:p") and not body[-2].xpath(shown):
        body.remove(body[-2])
    part = document.part
    used = set(part.element.xpath("//@r:embed|//@r:link|//@r:id"))
    for key, rel in list(part.rels.items()):
        if key not in used and rel.reltype.rsplit("/", 1)[-1].startswith(_PARTS):
            del part.rels[key]


def _title_rows(element: CT_P | CT_Tbl) -> list[CT_P | CT_Row]:
    """Return the paragraph, or the rows of a table, that begin with BÁO CÁO."""
    return [
        row
        for row in element.xpath("./w:tr") or [element]
        for paragraph in row.xpath("descendant-or-self::w:p")
        if _text_of(paragraph).upper().startswith("BÁO CÁO")
    ]


def _check_empty(document: Document) -> None:
    """Refuse a letterhead with text below it: it would stand in the new report unseen."""
    lines = [
        (at, _text_of(paragraph))
        for at, element in enumerate(document.element.body)
        for paragraph in element.xpath("descendant-or-self::w:p")
    ]
    last = max((at for at, text in lines if len(text) < 80 and _HEAD.match(text)), default=-1)
    for at, text in lines:
        if at > last and text:
            raise ValueError(
                f"Tệp mẫu còn nội dung dưới phần đầu văn bản ({quoted(text)}) và không có dòng "
                "BÁO CÁO ở trên; hãy xóa phần đó trong tệp mẫu."
            )


def _paragraphs(document: Document) -> list[CT_P]:
    section = document.sections[0]
    parts = [document.element.body]
    for header in (section.first_page_header, section.header):
        parts += [] if header.is_linked_to_previous else [header._element]
    return [paragraph for part in parts for paragraph in part.xpath(".//w:p")]


def _text_of(paragraph: CT_P) -> str:
    return clean("".join(paragraph.xpath(".//w:t/text()")))


def _replace(paragraph: CT_P, text: str) -> None:
    first, *others = paragraph.xpath(".//w:t")
    first.text = text
    for other in others:
        other.text = ""
