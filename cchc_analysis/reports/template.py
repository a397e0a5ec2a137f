"""The document that a report begins as: as Nghị định 30/2020/NĐ-CP wants it, or an agency's own.

``templates/bao-cao.docx`` holds page, styles, numbering, letterhead, signature and annex, with
fields like ``{{ agency }}``: what is changed there in Word is changed in every report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from importlib.resources import files
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from cchc_analysis.reading.containers import damaged, kind_of
from cchc_analysis.refusal import Refusal
from cchc_analysis.reports.word import text_width

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

_FIELD = re.compile(r"\{\{ (\w+) \}\}")
_PLACES = ("{{ content }}", "{{ annex }}")  # paragraphs: what is added there follows
_LIST = "CC4C2020"  # by which the numbering "I., 1." of headings is known


def open_document(
    template: str | PathLike | None,
) -> tuple[Document, list[list[BaseOxmlElement]]]:
    """Return a document without content, and what stands above it, below it and above an annex.

    A template keeps what it has: it gets the styles that it lacks, in its own letters, and page
    numbers if it has neither header nor footer.
    """
    with files("cchc_analysis.reports").joinpath("templates", "bao-cao.docx").open("rb") as file:
        base = docx.Document(file)
    parts = [[]]
    for part in base.element.body[:-1]:  # the last one is the page
        base.element.body.remove(part)
        if part.xpath("string(.)") in _PLACES:
            parts.append([])
        else:
            parts[-1].append(part)
    if template is None:
        return base, parts
    document = _opened(Path(template))
    ids, narrowed = _give_styles(base, document), text_width(document) / text_width(base)
    header = base.sections[0].header._element
    section = document.sections[0]
    if section.header.is_linked_to_previous and section.footer.is_linked_to_previous:
        section.different_first_page_header_footer = True
        section.header._element[:] = deepcopy(list(header))
        parts.append([section.header._element])
    for part in chain.from_iterable(parts):
        for style in part.iter(qn("w:pStyle")):
            style.set(qn("w:val"), ids[style.get(qn("w:val"))])
        for cell in part.iter(qn("w:gridCol"), qn("w:tcW")):
            cell.set(qn("w:w"), str(round(int(cell.get(qn("w:w"))) * narrowed)))
    return document, parts[:3]


def _opened(path: Path) -> Document:
    if kind_of(path) != "docx":
        raise Refusal(
            "mẫu phải là tệp .docx", "hãy mở tệp trong Word rồi lưu lại dạng .docx", file=path.name
        )
    try:
        return docx.Document(str(path))
    except Exception:  # whatever a broken package makes the library raise
        raise damaged(path.name) from None


def _give_styles(base: Document, document: Document) -> dict[str, str]:
    """Give a document the styles that it lacks; return its ids for those of the base."""
    ids = {}
    for style in base.styles:
        if style.name not in document.styles:
            own = deepcopy(style.element)
            for part in own.xpath("./w:rPr/w:rFonts | ./w:rPr/w:lang | ./w:basedOn"):
                part.getparent().remove(part)
            for number in own.xpath("./w:pPr/w:numPr/w:numId"):
                number.val = _numbering(base, document)
            while document.styles.element.xpath(f"./w:style[@w:styleId='{own.styleId}']"):
                own.styleId += "0"  # the id of another style
            document.styles.element.append(own)
            if style.base_style is not None:
                document.styles[style.name].base_style = document.styles[style.base_style.name]
        ids[style.style_id] = document.styles[style.name].style_id
    return ids


def _numbering(base: Document, document: Document) -> int:
    """Return the number of the list "I., 1." of headings, added where it is not there yet."""
    wanted = base.part.numbering_part
    try:
        lists = document.part.numbering_part.element
    except NotImplementedError:  # no list of any kind is there
        document.part.relate_to(wanted, RELATIONSHIP_TYPE.NUMBERING)
        lists = wanted.element
    kinds = f"./w:abstractNum[w:nsid/@w:val='{_LIST}']"
    if not lists.xpath(kinds):
        (kind,) = deepcopy(wanted.element.xpath(kinds))
        taken = map(int, lists.xpath("./w:abstractNum/@w:abstractNumId"))
        kind.set(qn("w:abstractNumId"), str(1 + max(taken, default=-1)))
        lists.insert(len(lists.xpath("./w:numPicBullet | ./w:abstractNum")), kind)
        lists.add_num(int(kind.get(qn("w:abstractNumId"))))
    number = lists.xpath(f"{kinds}/@w:abstractNumId")[0]
    return int(lists.xpath(f"./w:num[w:abstractNumId/@w:val='{number}']/@w:numId")[0])


def add_parts(
    document: Document, parts: Iterable[BaseOxmlElement], fields: Mapping[str, str]
) -> None:
    """Add parts of the base document, with their fields filled in.

    A paragraph is repeated for each line of a field, and left out if a field in it is empty.
    """
    for part in parts:
        document.element.body.insert_element_before(part, "w:sectPr")
        for paragraph in part.xpath("descendant-or-self::w:p"):
            names = _FIELD.findall(paragraph.xpath("string(.)"))
            if not names:
                continue
            lines = [fields[name].split("\n") for name in names]
            for at in range(max(map(len, lines)) if [""] not in lines else 0):
                here = {name: own[min(at, len(own) - 1)]
                        for name, own in zip(names, lines, strict=True)}  # fmt: skip
                filled = deepcopy(paragraph)
                for text in filled.iter(qn("w:t")):
                    for name, line in here.items():
                        text.text = text.text.replace(f"{{{{ {name} }}}}", line)
                paragraph.addprevious(filled)
            paragraph.getparent().remove(paragraph)
