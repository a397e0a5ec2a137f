"""At which stage a column of scores was given: the unit's own, the appraised one, the survey's."""

import re

from cchc_analysis.reading.vocabulary import STAGES

_WORDED = {
    role: rf"(?:kết quả |số )?(?:điểm )?(?:do |qua )?(?:{words})(?: chấm)?(?: điểm)?"
    r"(?: (?:của|theo) .*)?"
    for role, words in STAGES.items()
}
_BETWEEN = r"\s*[-–—:(/]\s*"


def stage_of(title: str) -> str | None:
    """Return the column that a title which names only a stage stands for: "Điểm tự chấm"."""
    bare = title.strip(" ().:")
    return next((role for role, words in _WORDED.items() if _fits(words, bare)), None)


def split_stage(title: str, between: str = _BETWEEN) -> tuple[str, str | None]:
    """Return a title without the stage that it ends or begins with: "I. Thể chế - Tự chấm"."""
    for role, words in _WORDED.items():
        if found := _fits(rf"(.+?){between}{words}\s*\)?", title):
            return found[1], role
        if found := _fits(rf"{words}{between}(.+?)\)?", title):
            return found[1], role
    return title, None


def _fits(pattern: str, text: str) -> re.Match | None:
    return re.fullmatch(pattern, text, re.IGNORECASE)
