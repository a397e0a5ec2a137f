"""The document that a report is rendered from: as Nghị định 30/2020/NĐ-CP wants it, or an office's.

``templates/`` has one for each form: it holds page, styles, letterhead, headings, signature and
annex, with fields like ``{{ agency }}``; an office changes it in Word and passes it.
"""

import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from os import PathLike

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from cchc_analysis.files import given_path
from cchc_analysis.reading.containers import contents, damaged
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.reports.word import STYLES, fill_pages, number_captions
from cchc_analysis.text import quoted

# Fields that hold paragraphs, tables and pictures; a report is nothing without the first.
SECTIONS = (
    "ranking", "overall", "distribution", "comparison", "changes", "fields", "changed", "charts",
    "differences",
)  # fmt: skip
_TAG = re.compile(r"\{[{%].*?[%}]\}")
_FORM = "hãy sửa từ một mẫu trong cchc_analysis/reports/templates"


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
        if tag.startswith("{{ ") and {*SECTIONS} & set(re.findall(r"\w+", tag)):
            raise Refusal(
                f"trường {tag} của mẫu giữ cả đoạn và bảng",
                f"hãy viết {tag.replace('{{', '{{p')} trong một đoạn riêng", file=name,
            )  # fmt: skip
    placed = set(re.findall(r"\w+", " ".join(tag for tag in tags if tag.startswith("{{p "))))
    if "ranking" not in placed:
        lacking = ", ".join(field for field in SECTIONS if field not in placed)
        raise Refusal(
            f"mẫu không có chỗ cho bảng xếp hạng; các trường còn thiếu: {lacking}", _FORM, file=name
        )
    for option in given:
        if not {option, f"{option}_in_lines"} & fields:
            raise Refusal(f"mẫu không có trường {option} nên không dùng được {{option}}",
                          "hãy bỏ {option} hoặc thêm trường đó vào mẫu", file=name,
                          option=Option(option))  # fmt: skip
    for style in STYLES:
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
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        template.render(fields, environment)
    except UndefinedError as error:
        field = re.findall("'([^']+)'", str(error))[-1]
        raise Refusal(f"không có trường '{field}' cho mẫu", _FORM, file=name) from None
    except Exception as error:  # what a person wrote between the braces
        raise Refusal("mẫu có trường viết sai", _FORM, file=name) from error
    number_captions(template.docx)
    fill_pages(template.docx)
