"""The words of published tables, from ``words/headings.toml``, made ready to be asked."""

import re
from collections.abc import Iterable

from cchc_analysis.text import words

_WORDS = words("headings")
_TOTALS, _FIELDS, _ROWS, _LINES, _MAXIMA, _YEARS = (
    _WORDS[part] for part in ("totals", "fields", "rows", "lines", "maxima", "years")
)


def _any_of(patterns: Iterable[str], **parts: str) -> re.Pattern:
    """Return one pattern for several, with the words that they share filled in."""
    text = "|".join(patterns)
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return re.compile(text)


JUDGED: str = _TOTALS["judged"]

# What a column is called: whole titles, and patterns that its values must bear out.
HEADERS: dict[str, list[str]] = {role: said["names"] for role, said in _WORDS["titles"].items()}
LIKE_HEADERS: dict[str, re.Pattern] = {
    role: _any_of(said["patterns"], judged=JUDGED)
    for role, said in _WORDS["titles"].items()
    if "patterns" in said
}
LEVELS_OF_UNITS: list[str] = _WORDS["titles"]["unit"]["levels"]
UNDERSTOOD: dict[str, str] = _WORDS["understood"]
PENALTY, GAIN = (re.compile(_WORDS["titles"]["bonus"][kind]) for kind in ("penalty", "gain"))
EARLIER = re.compile(_WORDS["titles"]["published_grade"]["never"])
NOT_A_SCORE = _any_of(_WORDS["titles"]["score"]["never"])

SUMS: list[str] = _TOTALS["sums"]
PLAIN_TOTAL = _any_of(_TOTALS["plain"], judged=JUDGED)
FINAL = re.compile(_TOTALS["final"])
COUNTS = set(_TOTALS["counts"])
ACCENTED: list[str] = _TOTALS["accented"]

SUBTOTAL = re.compile(_FIELDS["subtotal"])
NAMELESS = set(_FIELDS["nameless"])
GROUP_TITLE, SHARE, SHARE_BELOW = (
    re.compile(_FIELDS[kind]) for kind in ("group", "share", "share_below")
)
NO_FIELD = _any_of(_FIELDS["never"])
LEVEL_WORDS: str = _FIELDS["level_words"]
LEVELS_OF_FIELDS = [re.compile(pattern) for pattern in _FIELDS["levels"]]
TITLED_UNIT = [
    _any_of([pattern], named=f"(?:{_FIELDS['named']})") for pattern in _FIELDS["titled_unit"]
]
NAMED_UNIT = re.compile(rf"(?i)(?:{_FIELDS['named']})\b")
UNTITLED_LINE = re.compile(_FIELDS["untitled_line"])
STAGES: dict[str, str] = _FIELDS["stages"]
SHORT_STAGES: dict[str, str] = _FIELDS["short_stages"]
STAGE_TOTAL = _any_of([_FIELDS["stage_total"]], judged=JUDGED)

FOOTERS = _any_of([*_ROWS["footers"], _ROWS["footer_ends"]])
TITLES = _any_of(_ROWS["titles"])
COUNTED, REGION, WHOLE = (re.compile(_ROWS[kind]) for kind in ("counted", "region", "whole"))
MAXIMUM = re.compile(_ROWS["maximum"])
MISSING = set(_ROWS["missing"])

BLOCK, MEASURE, NUMBERED_SHEET, UNNAMED_SHEET, PAGE = (
    re.compile(_LINES[kind])
    for kind in ("block", "measure", "numbered_sheet", "unnamed_sheet", "page")
)
GROUP_WORDS = set(_LINES["group_words"])
OF_UNITS = re.compile(rf"(?:{'|'.join(GROUP_WORDS)})\b")
GRADE_HEADING, UNRANKED = _any_of(_LINES["grades"]), re.compile(_LINES["unranked"])

_PARTS = {name: _MAXIMA[name] for name in ("number", "points", "no_year")}
SCALE = re.compile(
    rf"[\s\-–:,;]*[(\[]?\s*{_any_of(_MAXIMA['title'], **_PARTS).pattern}\s*[)\]]?$", re.IGNORECASE
)
SCALE_ELSEWHERE = re.compile(_any_of([_MAXIMA["elsewhere"]], **_PARTS).pattern, re.IGNORECASE)

RESULTS = re.compile(_YEARS["results"])
PROSE = re.compile(_YEARS["prose"])
NO_YEARS, OTHER_YEARS = (
    re.compile("|".join(some), re.IGNORECASE)
    for some in (_YEARS["other"], [*_YEARS["other"], _YEARS["period"]])
)
PART_OF_YEAR = re.compile(_YEARS["part"])
PLACES = re.compile(f"(?:{_YEARS['places']})$")

MERGED = {role: re.compile(pattern) for role, pattern in _WORDS["merged"].items()}

LEGACY: dict[str, list[str]] = _WORDS["legacy"]
NO_NUMBER: dict[str, str] = _WORDS["no_number"]
