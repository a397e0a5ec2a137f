"""The report: a Word file that looks like an administrative report and needs a signature."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.files import fixed_zip, with_ending, write_whole
from cchc_analysis.refusal import Refusal
from cchc_analysis.reports.letterhead import Letter, check_text
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, GradeScheme

if TYPE_CHECKING:
    from cchc_analysis.charts.export import Encoded
    from cchc_analysis.reports.pictures import Sources

_UNDATED = datetime.date(1980, 1, 1)


def write_report(
    ranking: pd.DataFrame,
    path: str | PathLike,
    *,
    scheme: str | GradeScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    fields: pd.DataFrame | None = None,
    unit: str | None = None,
    template: str | PathLike | None = None,
    agency: str | None = None,
    parent: str | None = None,
    place: str | None = None,
    number: str | int | None = None,
    date: datetime.date | str | None = None,
    subject: str | None = None,
    recipients: Sequence[str] | str | None = None,
    signer_title: str | None = None,
    signer: str | None = None,
    source: str | None = None,
) -> Path:
    """Write a ranking as a Word report laid out by Nghị định 30/2020/NĐ-CP.

    It has the paragraph of `describe_ranking`, the ranking, the distribution, the charts, the
    method, and what differs from the published results as an annex. A part that was not given is a
    dotted line. The same input gives the same bytes in every run.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. Each year and block has its own section.
    path : path
        A name that ends in ``.docx``. A file of this name is replaced, whole or not at all.
    scheme : str or GradeScheme
        The cut-offs, or their name for `load_scheme`. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does.
    fields : DataFrame, optional
        Scores by field, as `load_fields` gives them: where points were lost.
    unit : str, optional
        The unit to mark, and to compare the others with; by default they are held to the mean.
    template : path, optional
        An office's own ``.docx``, made by changing ``reports/templates/bao-cao.docx`` in Word: it
        holds styles, page and words, and fields like ``{{ agency }}`` for what a report fills in.
        What is given must have its field, and the ranking too.
    agency, parent, place, signer : str, optional
        Names of the agency, its superior ("" for none), the place, and who signs.
    number : str or int, optional
        The number, with or without its symbol: ``12`` or ``"12/BC-UBND"``.
    date : date or str, optional
        The day of the report; as text ``"2021-01-11"`` or ``"11/01/2021"``.
    subject : str, optional
        What the report is about; by default the ranking and its year.
    recipients : sequence of str, optional
        The list of Nơi nhận; "Lưu: VT" is added where it lacks.
    signer_title : str, optional
        The title above the signature; line breaks stay.
    source : str, optional
        Where the data are from.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If a date, unit or template cannot be used, or tables do not fit one another.
    OSError
        If the file cannot be written; what was there is still whole.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> write_report(scores, "report.doc")
    Traceback (most recent call last):
    cchc_analysis.refusal.Refusal: Tệp 'report.doc' phải có đuôi .docx; hãy đặt tên khác.
    """
    letter = Letter(
        agency, parent, place, number, date, subject, recipients, signer_title, signer
    ).checked()
    check_text("source", source)
    check_text("unit", unit)
    path = with_ending(path, ".docx")
    results = results_of(ranking, scheme=scheme, before=before, fields=fields, unit=unit)
    return report_of(results, path, template=template, letter=letter, source=source)


def report_of(
    results: Results,
    path: Path,
    *,
    template: str | PathLike | None = None,
    letter: Letter | None = None,
    source: str | None = None,
    sources: Sources | None = None,
    pictures: Mapping[str, list[Encoded]] | None = None,
) -> Path:
    """Write `results` as `write_report` does.

    Charts may have `sources` of their own; those of the only group may be made already.
    """
    # Loaded here: importing the package loads neither python-docx nor matplotlib.
    from docx.shared import Pt

    from cchc_analysis.reports.pictures import Sources, pictures_of
    from cchc_analysis.reports.sections import method_of, sections_of
    from cchc_analysis.reports.template import fill, open_template
    from cchc_analysis.reports.word import text_width

    if not results.groups:
        raise Refusal("Bảng không có đơn vị nào để lập báo cáo")
    letter = letter or Letter().checked()
    subject = (letter.subject or "").strip() or (
        f"Kết quả xếp hạng, xếp loại cải cách hành chính {_years(results.table)}"
    )
    sources = sources or Sources(*[source or ""] * 3)
    opened = open_template(template, letter.given())
    document = opened.docx
    groups = []
    for group in results.groups:
        made = pictures or pictures_of(results, group, sources=sources, formats=("png",))
        groups.append(sections_of(document, results, group, made))
    fields = letter.fields(subject, text_width(document) / Pt(1))
    fields |= {"groups": groups, **method_of(document, results, source)}
    fill(opened, fields, Path(template or "").name)
    about, day = document.core_properties, letter.date or _UNDATED
    about.title, about.author = " ".join(subject.split()), letter.agency or ""
    about.comments = about.last_modified_by = about.keywords = ""
    about.created = about.modified = datetime.datetime(day.year, day.month, day.day)
    about.revision, about.language = 1, "vi-VN"
    data = io.BytesIO()
    document.save(data)
    return write_whole(path, fixed_zip(data.getvalue()))


def _years(table: pd.DataFrame) -> str:
    years = sorted(table["year"].unique()) if "year" in table else []
    many = "các năm " if len(years) > 1 else "năm "
    return many + (", ".join(map(str, years)) or "………")
