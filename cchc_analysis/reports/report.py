"""The report: a Word file that looks like an administrative report and needs a signature."""

from __future__ import annotations

import contextlib
import datetime
import io
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from cchc_analysis.files import fixed_zip, with_ending, write_whole
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.exact import told_once
from cchc_analysis.scoring.mergers import Predecessors
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme
from cchc_analysis.text import clean, fewest_lines, lower_first

if TYPE_CHECKING:
    from cchc_analysis.charts.export import Encoded
    from cchc_analysis.reports.pictures import Sources

_UNDATED = datetime.date(1980, 1, 1)
_DOTS = "………………………"
_LETTERS = 23  # capitals in a line of the left column
_LETTER = 6  # points: a bold letter of 14 points, on average


def write_report(
    ranking: pd.DataFrame,
    path: str | PathLike,
    *,
    scheme: AnyScheme = DEFAULT_SCHEME,
    before: pd.DataFrame | None = None,
    predecessors: Predecessors | None = None,
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
    scheme : str, GradeScheme or mapping
        The cut-offs, as for `grade_units`. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does.
    predecessors : mapping, DataFrame or path, optional
        The old units of merged ones, as for `compare_periods`.
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
    _check_text("source", source)
    _check_text("unit", unit)
    path = with_ending(path, ".docx")
    with told_once():
        results = results_of(
            ranking, scheme=scheme, before=before, predecessors=predecessors, fields=fields,
            unit=unit,
        )  # fmt: skip
        return report_of(results, path, template=template, letter=letter, source=source)


class Letter(NamedTuple):
    """What is given of the parts of an administrative report; what is not is a dotted line."""

    agency: str | None = None
    parent: str | None = None
    place: str | None = None
    number: str | int | None = None
    date: datetime.date | str | None = None
    subject: str | None = None
    recipients: Sequence[str] | str | None = None
    signer_title: str | None = None
    signer: str | None = None

    def checked(self) -> Letter:
        """Return it with a date for its date, a list of recipients, and texts for the others."""
        date = None if self.date is None or self.date is pd.NaT else _to_date(self.date)
        several = [self.recipients] if isinstance(self.recipients, str) else self.recipients or []
        texts = self._asdict() | {"number": None, "date": None, "recipients": None}
        for name, text in [*texts.items(), *(("recipients", one) for one in several)]:
            _check_text(name, text)
        return self._replace(date=date, recipients=[clean(name) for name in several])

    def fields(self, subject: str, points: float) -> dict[str, str | list[str]]:
        """Return the fields of the template, on a page with so many points for text."""
        agency, title = clean(self.agency or _DOTS), self.signer_title or _DOTS
        wide = {"break_long_words": False}
        agency_lines = fewest_lines(agency.upper(), _LETTERS, **wide)
        # Broken here and not by Word, so that the line below is half as long as the last line.
        letters = round(points / _LETTER * 0.8)
        lines = [fewest_lines(clean(part), letters, **wide) for part in subject.splitlines()]
        about = " ".join(subject.split())
        names = [name.lstrip("-– ").rstrip(";. ") for name in self.recipients]
        names = [name for name in names if name] or [_DOTS]
        names += [] if any(name.startswith("Lưu") for name in names) else ["Lưu: VT"]
        return {
            "parent": "" if self.parent == "" else clean(self.parent or _DOTS).upper(),
            "agency": agency,
            "agency_in_lines": agency_lines,
            "line_of_agency": "_" * len(agency_lines[-1]),
            "number": _number_in_words(self.number),
            "place": clean(self.place or "…………"),
            "date": _date_in_words(self.date),
            "subject_in_lines": [part for line in lines for part in line],
            "line_of_subject": "_" * len(lines[-1][-1]),
            "about": lower_first(about).rstrip(". "),
            "recipients": [*(f"{name};" for name in names[:-1]), f"{names[-1]}."],
            "signer_title": [clean(line).upper() for line in title.splitlines()],
            "signer": clean(self.signer or _DOTS),
        }

    def given(self) -> list[str]:
        """Return the names of what was given, which must have a place in a template."""
        return [name for name, value in self._asdict().items() if value]


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


def _check_text(name: str, text: object) -> None:
    """Refuse what is given for a text and is none."""
    if not isinstance(text, str | None):
        raise Refusal(f"{name}={text!r:.60} phải là chữ", "hãy đặt trong ngoặc kép")


def _date_in_words(date: datetime.date | None) -> str:
    """Return a date as the decree writes it: "ngày 05 tháng 01 năm 2022"."""
    if date is None:
        return "ngày …… tháng …… năm ………"
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def _number_in_words(number: str | int | None) -> str:
    """Return the number of a report with its symbol: 5 is "05/BC-………"."""
    number = clean("" if number is None else str(number)) or "………"
    number = number.zfill(2) if number.isdecimal() else number
    return number if "/" in number else f"{number}/BC-………"


def _to_date(date: datetime.date | str) -> datetime.date:
    """Return a date that is given as one or as text, the year or the day first."""
    if isinstance(date, datetime.date):
        return date
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(str(date).strip(), form).date()
    raise Refusal(f"Không hiểu ngày {date!r}", "hãy viết ví dụ '11/01/2021'", value=date)
