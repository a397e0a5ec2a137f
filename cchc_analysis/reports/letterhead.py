"""What stands above and below the content of a report: the fields of the base document."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import clean, fewest_lines, lower_first, quoted, unit_key

if TYPE_CHECKING:
    from docx.document import Document

_DOTS = "………………………"
_LETTERS = 23  # capitals in a line of the left column
_LETTER = 6  # points: a bold letter of 14 points, on average
_COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_HEAD = ("CỘNG H", "Độc lập", "Số ?:", r"(?=.{,80}$).*ngày\b.*\btháng\b.*\bnăm\b")


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

    def fields(self, subject: str, points: float) -> dict[str, str]:
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
            "agency_in_lines": "\n".join(agency_lines),
            "line_of_agency": "_" * len(agency_lines[-1]),
            "number": number_in_words(self.number),
            "place": clean(self.place or "…………"),
            "date": date_in_words(self.date),
            "subject_in_lines": "\n".join(map("\n".join, lines)),
            "line_of_subject": "_" * len(lines[-1][-1]),
            "about": lower_first(about).rstrip(". "),
            "recipients": "\n".join([*(f"{name};" for name in names[:-1]), f"{names[-1]}."]),
            "signer_title": "\n".join(clean(line).upper() for line in title.splitlines()),
            "signer": clean(self.signer or _DOTS),
        }

    def stands_in(self, document: Document) -> bool:
        """Return whether a template has a letterhead, which stays as it is.

        What is given must stand in it, and nothing below it: an older report would stay unseen.
        """
        section = document.sections[0]
        headers = [h._element for h in (section.first_page_header, section.header)
                   if not h.is_linked_to_previous]  # fmt: skip
        lines, above = (
            [clean("".join(p.xpath(".//w:t/text()"))) for one in parts for p in one.xpath(".//w:p")]
            for parts in ([document.element.body], headers)
        )
        found = [[at for at, line in enumerate(lines) if re.match(head, line)] for head in _HEAD]
        last = max((places[0] for places in found if places), default=-1)
        for at, line in enumerate(lines):
            if line and (at > last or line.upper().startswith("BÁO CÁO")):
                raise Refusal(
                    f"Tệp mẫu còn nội dung dưới phần đầu văn bản ({quoted(line)})",
                    "hãy xóa phần đó trong tệp mẫu, chỉ để lại phần đầu",
                )
        text = unit_key(" ".join([*above, *lines]))
        if unit_key(_COUNTRY) not in text:
            return False
        for name, words in self._given().items():
            if words and unit_key(words) not in text:
                raise Refusal(
                    f"Tệp mẫu đã có phần đầu văn bản nhưng không có '{words}'",
                    "hãy bỏ {option} hoặc sửa tệp mẫu", option=Option(name),
                )  # fmt: skip
        return True

    def _given(self) -> Mapping[str, str | None]:
        return {
            "parent": self.parent, "agency": self.agency, "place": self.place,
            "number": None if self.number is None else number_in_words(self.number),
            "date": None if self.date is None else date_in_words(self.date),
        }  # fmt: skip


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
