"""The report: a Word file that looks like an administrative report and needs a signature."""

from __future__ import annotations

import contextlib
import datetime
import io
import re
from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.files import fixed_zip, with_ending, write_whole
from cchc_analysis.groups import scale_of, several_groups
from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.scoring.exact import told_once
from cchc_analysis.scoring.periods import Predecessors
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme
from cchc_analysis.text import clean, fewest_lines, in_years, lower_first

if TYPE_CHECKING:
    from cchc_analysis.charts.export import Encoded

# The forms that are issued, with the symbol in their number.
FORMS = {"bao-cao": "BC", "thong-bao": "TB", "quyet-dinh": "QĐ"}
_UNDATED = datetime.date(1980, 1, 1)
_DOTS = "………………………"
_DATED = re.compile(r"\d+[/.-]\d+[/.-]\d+|ngày \d")
_ABOUT = re.compile(r"^(?:V/v|Về việc)\s+(?:công bố\s+|thông báo\s+|báo cáo\s+)?", re.IGNORECASE)
_CHARTED = ("distribution", "comparison", "changes", "fields", "charts")
_LONGEST_PROPERTY = 255  # letters of a title or an author in a Word file
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
    form: str = "bao-cao",
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
    source: str | Mapping[str, str] | None = None,
) -> Path:
    """Write a ranking as a Word report, notice or decision laid out by Nghị định 30/2020/NĐ-CP.

    A report tells how blocks and units did, who is near a grade, what changed, where points lack,
    and the method; the ranking itself, high charts, and what differs from the published results
    are its annex. A notice and a decision have the results and the annex. What was not given is a
    dotted line, as is every legal basis. The same input gives the same bytes in every run.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. Each year and block has its own section.
    path : path
        A name that ends in ``.docx``. A file of this name is replaced, whole or not at all.
    scheme : str, GradeScheme or mapping
        The cut-offs, as for `grade_units`. An assumed one is called so.
    before : DataFrame, optional
        Scores or a ranking of an earlier year, to compare as `compare_periods` does. Without it the
        last two years of a ranking that has several are compared.
    predecessors : mapping, DataFrame or path, optional
        The old units of merged ones, as for `compare_periods`.
    fields : DataFrame, optional
        Scores by field, as `load_fields` gives them: where points were lost.
    unit : str, optional
        The unit to mark, and to compare the others with; by default they are held to the mean.
    form : {"bao-cao", "thong-bao", "quyet-dinh"}
        What is written: a report, a notice or a decision.
    template : path, optional
        An office's own ``.docx``, made by changing that of the form in ``reports/templates`` in
        Word: it holds styles, page and words, and fields like ``{{ agency }}`` for what is filled
        in. What is given must have its field, and the ranking too.
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
    source : str or mapping, optional
        Where the scores are from, with their date. Or a mapping of this for "scores", "before",
        "fields" and "predecessors".

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If a form, date, unit or template cannot be used, or tables do not fit one another.
    OSError
        If the file cannot be written; what was there is still whole.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 95], "max_score": 100})
    >>> write_report(scores, "report.doc")
    Traceback (most recent call last):
    cchc_analysis.refusal.Refusal: Tệp 'report.doc' phải có đuôi .docx; hãy đặt tên khác.
    """
    letter = _letter(
        agency=agency, parent=parent, place=place, number=number, date=date, subject=subject,
        recipients=recipients, signer_title=signer_title, signer=signer,
    )  # fmt: skip
    for text in source.values() if isinstance(source, Mapping) else [source]:
        check_given(str, source=text)
    check_given(str, unit=unit)
    if not isinstance(form, str) or form not in FORMS:
        raise Refusal(f"form={form!r} không có", f"hãy ghi {', '.join(map(repr, FORMS))}")
    path = with_ending(path, ".docx")
    with told_once():
        results = results_of(
            ranking, scheme=scheme, before=before, predecessors=predecessors, fields=fields,
            unit=unit,
        )  # fmt: skip
        return report_of(results, path, form=form, template=template, letter=letter, source=source)


def report_of(
    results: Results,
    path: Path,
    *,
    form: str = "bao-cao",
    template: str | PathLike | None = None,
    letter: Mapping[str, object] | None = None,
    source: str | Mapping[str, str] | None = None,
    pictures: Mapping[str, list[Encoded]] | None = None,
) -> Path:
    """Write `results` as `write_report` does; charts may be made already."""
    # Loaded here: importing the package loads neither python-docx nor matplotlib.
    from docx.shared import Pt

    from cchc_analysis.charts.export import pictures_of
    from cchc_analysis.reports.word import Sections, fill, open_template, text_width

    if not results.groups:
        raise Refusal("Bảng không có đơn vị nào để lập báo cáo")
    letter = letter or _letter()
    given = source if isinstance(source, Mapping) else {"scores": source or ""}
    opened, names = open_template(template, form, [name for name in letter if letter[name]])
    sections = Sections(opened.docx, results)
    pictures, groups, overall = pictures or {}, [], {}
    draw = partial(pictures_of, results, source=given, formats=("png",))
    for at, group in enumerate(results.groups):
        made = {}
        if names & {*_CHARTED}:
            made = len(results.groups) == 1 and pictures
            made = made or draw(group, only=sections.charts_of(group))
        groups.append(sections.of_group(at, group, made))
    if "overall" in names:
        overall = pictures or draw(only=("blocks",))
    subject = (letter.get("subject") or "").strip() or (
        "Kết quả xếp hạng, xếp loại\n"  # a line ends between words, not within "công tác"
        f"công tác cải cách hành chính {_years(results.table)}"
    )
    if form == "quyet-dinh" and not _ABOUT.match(subject):
        subject = f"Về việc công bố {lower_first(subject)}"
    scheme = results.scheme
    fields = _fields(letter, subject, form, text_width(opened.docx) / Pt(1)) | {
        "overall": sections.overall(overall), "groups": groups, "more": results.more,
        "sources": _sources(results, given), "source": _dated(given.get("scores")),
        "scale": scale_of(results.ranking),
        "cutoffs": str(scheme), "basis": scheme.basis,
        "since": in_years("kỳ trước", results.change is not None and
                          results.change.attrs.get("years")),
        "checked": results.check.attrs["note"], "differences": sections.differences(),
    }  # fmt: skip
    fill(opened, fields, Path(template or "").name)
    about, day = opened.docx.core_properties, letter["date"] or _UNDATED
    about.title = " ".join(subject.split())[:_LONGEST_PROPERTY]
    about.author = (letter.get("agency") or "")[:_LONGEST_PROPERTY]
    about.comments = about.last_modified_by = about.keywords = ""
    about.created = about.modified = datetime.datetime(day.year, day.month, day.day)
    about.revision, about.language = 1, "vi-VN"
    data = io.BytesIO()
    opened.docx.save(data)
    return write_whole(path, fixed_zip(data.getvalue()))


def _letter(**given: object) -> dict[str, object]:
    """Return the parts of a letter with a date for its date, and a list of recipients."""
    date, names, number = (given.get(name) for name in ("date", "recipients", "number"))
    date = None if date is None or date is pd.NaT else _to_date(date)
    names = list(filter(None, names if isinstance(names, list | tuple) else [names]))
    number = None if pd.api.types.is_integer(number) else number
    texts = given | {"number": number, "date": None, "recipients": None}
    for name, text in [*texts.items(), *(("recipients", one) for one in names)]:
        check_given(str, **{name: text})
    return given | {"date": date, "recipients": [clean(name) for name in names]}


def _fields(
    letter: Mapping[str, object], subject: str, form: str, points: float
) -> dict[str, str | list[str]]:
    """Return the fields of a template with so many points for text; what is not given is dotted."""
    agency, title = clean(letter.get("agency") or _DOTS), letter.get("signer_title") or _DOTS
    wide = {"break_long_words": False}
    agency_lines = fewest_lines(agency.upper(), _LETTERS, **wide)
    # Broken here and not by Word, so that the line below is half as long as the last line.
    letters = round(points / _LETTER * 0.8)
    lines = [fewest_lines(clean(part), letters, **wide) for part in subject.splitlines()]
    about = _ABOUT.sub("", " ".join(subject.split()))
    names = [name.lstrip("-– ").rstrip(";. ") for name in letter["recipients"]]
    names = [name for name in names if name] or [_DOTS]
    names += [] if any(name.startswith("Lưu") for name in names) else ["Lưu: VT"]
    parent = letter.get("parent")
    return {
        "parent": "" if parent == "" else clean(parent or _DOTS).upper(),
        "agency": agency,
        "agency_in_lines": agency_lines,
        "line_of_agency": "_" * len(agency_lines[-1]),
        "number": _number_in_words(letter.get("number"), FORMS[form]),
        "place": clean(letter.get("place") or "…………"),
        "date": _date_in_words(letter["date"]),
        "subject_in_lines": [part for line in lines for part in line],
        "line_of_subject": "_" * len(lines[-1][-1]),
        "about": lower_first(about).rstrip(". "),
        "recipients": [*(f"{name};" for name in names[:-1]), f"{names[-1]}."],
        "signer_title": [clean(line).upper() for line in title.splitlines()],
        "signer": clean(letter.get("signer") or _DOTS),
    }


def _sources(results: Results, given: Mapping[str, str]) -> str:
    """Return where each table that was used is from."""
    change = results.change
    is_apart = change is not None and "year" not in several_groups(results.table)
    years = change.attrs.get("years") if is_apart else None
    used = {
        "scores": in_years("điểm kỳ này", years) if years else "điểm",
        "before": is_apart and in_years("điểm kỳ trước", years),
        "predecessors": change is not None and "into" in change and "đơn vị sáp nhập",
        "fields": results.fields is not None and "điểm theo lĩnh vực",
    }
    named = {what: _dated(given.get(name)) for name, what in used.items() if what}
    if len(named) == 1:
        return named["điểm"]
    return "; ".join(f"{what}: {source}" for what, source in named.items())


def _dated(source: str | None) -> str:
    """Return a source with its date; what is not known is to be filled in."""
    source = (source or _DOTS).rstrip(". ")
    return source if _DATED.search(source) else f"{source}, ngày ………"


def _years(table: pd.DataFrame) -> str:
    years = sorted(table["year"].unique()) if "year" in table else []
    many = "các năm " if len(years) > 1 else "năm "
    return many + (", ".join(map(str, years)) or "………")


def _date_in_words(date: datetime.date | None) -> str:
    """Return a date as the decree writes it: "ngày 05 tháng 01 năm 2022"."""
    if date is None:
        return "ngày …… tháng …… năm ………"
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def _number_in_words(number: str | int | None, symbol: str) -> str:
    """Return the number of a report with its symbol: 5 is "05/BC-………"."""
    number = clean("" if number is None else str(number)) or "………"
    number = number.zfill(2) if number.isdecimal() else number
    return number if "/" in number else f"{number}/{symbol}-………"


def _to_date(date: datetime.date | str) -> datetime.date:
    """Return a date that is given as one or as text, the year or the day first."""
    if isinstance(date, datetime.date):
        return date
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(str(date).strip(), form).date()
    raise Refusal(f"Không hiểu ngày {date!r}", "hãy viết ví dụ '11/01/2021'", value=date)
