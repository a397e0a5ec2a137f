"""The report: a Word file that looks like an administrative report and needs a signature."""

from __future__ import annotations

import contextlib
import datetime
import io
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.files import fixed_zip, write_whole
from cchc_analysis.groups import is_unit, of_group
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.scoring.check import check_published
from cchc_analysis.scoring.description import told_by_group
from cchc_analysis.scoring.fields import field_losses, who_lacks
from cchc_analysis.scoring.ranking import graded, in_order, ranked
from cchc_analysis.text import lower_first

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
        An agency's own ``.docx``, empty or with a letterhead and nothing below it. Its styles,
        page, header and footer stay, and its letterhead as it is: names, number and date that are
        given must stand in it. Pages are numbered if it has neither header nor footer.
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
    ValueError: Tên tệp 'report.doc' phải có đuôi .docx.
    """
    path = Path(path)
    if path.suffix.lower() != ".docx":
        raise ValueError(f"Tên tệp '{path.name}' phải có đuôi .docx.")
    date = None if date is None or date is pd.NaT else _to_date(date)
    _check_texts(
        agency=agency, parent=parent, place=place, subject=subject, signer_title=signer_title,
        signer=signer, source=source, unit=unit,
    )  # fmt: skip
    recipients = [recipients] if isinstance(recipients, str) else list(recipients or [])
    for name in recipients:
        _check_texts(recipients=name)
    scheme = load_scheme(scheme)
    known = graded(ranked(ranking), scheme)
    table = in_order(known)
    if table.empty:
        raise ValueError("Bảng không có đơn vị nào để lập báo cáo.")
    if unit is not None:
        unit = table["unit"][is_unit(table, unit)].iloc[0]
    check = check_published(known)
    told, more, change = told_by_group(ranking, scheme, before, unit=unit)
    if fields is not None:
        field_losses(fields)  # refuses what the report could not tell
    groups = [part.reset_index(drop=True) for _, part in table.groupby("group")]
    of_fields = [of_group(fields, part) for part in groups]
    if fields is not None and not any(map(len, of_fields)):
        raise ValueError("Bảng điểm theo lĩnh vực không có năm, khối hoặc đơn vị nào của bảng.")

    # Loaded here: importing the package loads neither python-docx nor matplotlib.
    from cchc_analysis.reports import letterhead, sections, word_styles
    from cchc_analysis.reports import word as word_parts

    document = word_styles.open_document(template)
    if subject is None or not subject.strip():
        subject = f"Kết quả xếp hạng, xếp loại cải cách hành chính {_years(table)}"
    letterhead.begin(
        document, parent=parent, agency=agency, number=number, place=place, date=date,
        subject=subject,
    )  # fmt: skip
    word_styles.number_pages(document)
    for part, words, of_part in zip(groups, told, of_fields, strict=True):
        level = 1
        if len(groups) > 1:
            document.add_paragraph(words.name or "Không ghi khối", style="Heading 1")
            words, level = words._replace(name=""), 2
        sections.add_results(
            document, part, words, scheme, level=level,
            unit=unit if part["score"][part["unit"] == unit].notna().any() else None,
            change=of_group(change, part) if words.changes else None, fields=of_part,
            fields_note=who_lacks(fields, part, of_part, table), source=source or "",
        )  # fmt: skip
    for words in more:
        document.add_paragraph(words, style=word_parts.TEXT)
    sections.add_method(document, ranking, scheme, check=check, source=source)
    closing = f"Trên đây là báo cáo {lower_first(' '.join(subject.split()))}"
    letterhead.end(
        document, closing=closing, recipients=recipients, title=signer_title, signer=signer
    )
    if len(check):
        title = "CÁC CHỖ KHÁC VỚI KẾT QUẢ ĐÃ CÔNG BỐ"
        letterhead.begin_annex(document, title, number=number, date=date, agency=agency)
        sections.add_check(document, check)
    about, day = document.core_properties, date or _UNDATED
    about.title, about.author = " ".join(subject.split()), agency or ""
    about.comments = about.last_modified_by = about.keywords = ""
    about.created = about.modified = datetime.datetime(day.year, day.month, day.day)
    about.revision, about.language = 1, "vi-VN"
    data = io.BytesIO()
    document.save(data)
    return write_whole(path, fixed_zip(data.getvalue()))


def _check_texts(**given: object) -> None:
    for option, text in given.items():
        if not isinstance(text, str | None):
            raise ValueError(f"{option}={text!r:.60} phải là chữ; hãy đặt trong ngoặc kép.")


def _to_date(date: datetime.date | str) -> datetime.date:
    """Return a date that is given as one or as text, the year or the day first."""
    if isinstance(date, datetime.date):
        return date
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(str(date).strip(), form).date()
    raise ValueError(f"Không hiểu ngày {date!r}; hãy viết ví dụ '11/01/2021'.")


def _years(table: pd.DataFrame) -> str:
    years = sorted(table["year"].unique()) if "year" in table else []
    many = "các năm " if len(years) > 1 else "năm "
    return many + (", ".join(map(str, years)) or "………")
