"""Parts of a Word document: fields, captions, tables, pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import pandas as pd
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt

from cchc_analysis.shown import SHOWN
from cchc_analysis.text import clean

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TEXT, TABLE, CAPTION, NAME, ANNEX = "Body Text", "CCHC bảng", "Caption", "CCHC tên", "CCHC phụ lục"
_LEFT = {SHOWN[column] for column in ("unit", "field", "item", "note")}  # columns of words
_LETTER, _PADDING = 6.4, 14  # points: a letter of 12 pt, bold and of average width; both sides
_SHORT = 12  # rows
_ONE_LINE = 12  # letters
_SMALL, _MOST_LINES = 10, 3  # points; of a name: above that, letters become smaller


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field with the result that is shown until Word computes it again."""

    def mark(kind: str) -> None:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(element)

    mark("begin")
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)
    mark("separate")
    paragraph.add_run(shown)
    mark("end")


def add_caption(document: Document, label: str, text: str) -> Paragraph:
    """Add a caption with its number as a field, so that Word can list tables and figures."""
    seen = document.element.body.xpath(f'.//w:instrText[contains(., " SEQ {label} ")]')
    paragraph = document.add_paragraph(f"{label} ", style=CAPTION)
    add_field(paragraph, f"SEQ {label} \\* ARABIC", str(len(seen) + 1))
    part = " – phần "  # of a chart on several pages: never broken there
    paragraph.add_run(f". {clean(text)}".replace(part, part.replace("– phần ", "–\xa0phần\xa0")))
    return paragraph


def add_table(
    document: Document, printed: pd.DataFrame, text: str, *, marked: Sequence[int] = ()
) -> None:
    """Add a printed table under its caption: a header row that repeats, rows that never split."""
    add_caption(document, "Bảng", text).paragraph_format.keep_with_next = True
    size, widths = _widths(printed, text_width(document) / Pt(1))
    style = document.styles[TABLE].style_id

    def cell(
        value: object, at: int, *, head: bool = False, bold: bool = False, keep: bool = False
    ) -> str:
        after = "<w:keepNext/>" if keep else ""
        side = "left" if printed.columns[at] in _LEFT and not head else "center"
        look = ("<w:b/>" if bold else "") + f'<w:sz w:val="{round(size * 2)}"/>'
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{widths[at]}" w:type="dxa"/><w:vAlign w:val="center"/>'
            f'</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>{after}<w:jc w:val="{side}"/></w:pPr>'
            f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(clean(str(value)))}</w:t>'
            "</w:r></w:p></w:tc>"
        )

    heads = "".join(
        cell(head, at, head=True, bold=True, keep=True) for at, head in enumerate(printed)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"]
    for number, row in enumerate(printed.itertuples(index=False)):
        # A short table is on one page; of a long one, no row stands alone above or below a break.
        last = len(printed) - 1
        look = {"bold": number in marked}
        look["keep"] = number < last and (last < _SHORT or number == 0 or number >= last - 2)
        cells = "".join(cell(value, at, **look) for at, value in enumerate(row))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>' for side in sides)
    margins = "".join(f'<w:{side} w:w="85" w:type="dxa"/>' for side in ("left", "right"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout '
        f'w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar><w:tblCaption '
        f'w:val="{escape(clean(text))}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )
    document.element.body.insert_element_before(table, "w:sectPr")


def _widths(printed: pd.DataFrame, points: float) -> tuple[float, list[int]]:
    """Return the size of letters and the width of each column in twentieths of a point."""
    wide = {head: max(map(len, map(str, [*printed[head], "   "]))) for head in printed}
    words = {head for head in printed if head in _LEFT and wide[head] > _ONE_LINE}
    least, best = {}, {}
    for head in printed:
        parts = [part for text in (head, *printed[head]) for part in str(text).split()]
        parts = parts if head in words else [*head.split(), "-" * wide[head]]
        least[head] = max(4, *map(len, parts))
        best[head] = max(least[head], wide[head] if head in words else len(head) // 2 + 2)
    least, best = pd.Series(least, dtype="float64"), pd.Series(best, dtype="float64")
    is_words = best.index.isin(list(words))
    for size in (12, 11.5, 11, 10.5, 10, 9.5, 9, 8.5, 8):
        letter = _LETTER * size / 12
        widths = least * letter + _PADDING
        free = points - widths.sum()
        share = (best - least) * letter * ~is_words  # heads in two lines, before long names
        widths += share * max(0, min(1, free / 3 / max(share.sum(), 1)))
        room = best.where(is_words, 0.01)
        widths += room * (points - widths.sum()) / room.sum()
        lines = best[is_words] * letter / (widths[is_words] - _PADDING)
        if free >= 0 and (size <= _SMALL or not (lines > _MOST_LINES).any()):
            break
    return size, [round(width * 20) for width in widths]


def text_width(document: Document) -> Length:
    """Return the width between the margins."""
    section = document.sections[-1]
    return Length(section.page_width - section.left_margin - section.right_margin)


def add_picture(document: Document, png: bytes, text: str, alt: str) -> None:
    """Add a picture as wide as the text, with its alt text, above its caption."""
    paragraph = document.add_paragraph(style=NAME)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(8)
    shape = paragraph.add_run().add_picture(io.BytesIO(png), min(text_width(document), Mm(160)))
    for about in (shape._inline.docPr, shape._inline.xpath(".//pic:cNvPr")[0]):
        about.set("descr", clean(alt))
        about.set("title", clean(text))
    add_caption(document, "Hình", text)
