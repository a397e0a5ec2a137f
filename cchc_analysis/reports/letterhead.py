"""What stands above and below the content of a report: fields of the template."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from cchc_analysis.refusal import Refusal
from cchc_analysis.text import clean, fewest_lines, lower_first

_DOTS = "………………………"
_LETTERS = 23  # capitals in a line of the left column
_LETTER = 6  # points: a bold letter of 14 points, on average


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
            check_text(name, text)
        return self._replace(date=date, recipients=[clean(name) for name in several])

    def fields(self, subject: str, points: float) -> dict[str, str | list[str]]:
        """Return the fields of the base document, on a page with so many points for text."""
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
            "number": number_in_words(self.number),
            "place": clean(self.place or "…………"),
            "date": date_in_words(self.date),
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


def check_text(name: str, text: object) -> None:
    """Refuse what is given for a text and is none."""
    if not isinstance(text, str | None):
        raise Refusal(f"{name}={text!r:.60} phải là chữ", "hãy đặt trong ngoặc kép")


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


def _to_date(date: datetime.date | str) -> datetime.date:
    """Return a date that is given as one or as text, the year or the day first."""
    if isinstance(date, datetime.date):
        return date
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(str(date).strip(), form).date()
    raise Refusal(f"Không hiểu ngày {date!r}", "hãy viết ví dụ '11/01/2021'", value=date)
