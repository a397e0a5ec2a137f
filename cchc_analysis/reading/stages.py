"""At which stage a column of scores was given: the unit's own, the appraised one, the survey's."""

import re
from collections.abc import Mapping

from cchc_analysis.reading.grid import Where, titles_in_words
from cchc_analysis.reading.header import Header, named
from cchc_analysis.reading.vocabulary import STAGES
from cchc_analysis.refusal import Option
from cchc_analysis.text import quoted, same

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


def by_stage(
    where: Where,
    titles: Mapping[object, str],
    found: list[tuple[str, str, object]],
    chosen: str | None,
    of: str = "lĩnh vực",
) -> dict[str, dict[str, object]]:
    """Return the columns of each field, or unit, by stage; refuse two of one, or none of scores."""
    names: dict[str, str] = {}
    fields: dict[str, dict[str, object]] = {}
    for field, stage, column in found:
        stages = fields.setdefault(names.setdefault(same(field), field), {})
        of_field = f" của {of} {quoted(field)}" if field else ""
        if stage in stages:
            both = titles_in_words([titles[stages[stage]], titles[column]], " và ")
            if field and same(titles[stages[stage]]) == same(titles[column]):
                raise where.refuse(
                    f"có nhiều cột cùng tên {of} {quoted(names[same(field)])}",
                    "hãy đặt tên khác nhau, hoặc xóa cột không dùng",
                )
            raise where.refuse(
                f"các cột {both} đều có thể là cột điểm{of_field}",
                "hãy xóa cột không dùng" + ("" if field else ", hoặc chỉ rõ cột ({option})"),
                option=Option("columns", {"score": "tên cột"}),
            )
        stages[stage] = column
    for field, stages in fields.items():
        of_field = f" của {of} {quoted(field)}" if field else ""
        if chosen in stages:
            stages["score"] = stages.pop(chosen)
        if "score" not in stages:
            stage = next(iter(stages))
            said = {"self_score": "tự chấm", "survey_score": "điều tra XHH"}[stage]
            raise where.refuse(
                f"cột {quoted(titles[stages[stage]])} chỉ là điểm {said}, không có điểm thẩm định"
                f"{of_field}",
                "hãy thêm cột điểm thẩm định, hoặc nếu lấy điểm này làm điểm thì chỉ rõ ({option})",
                value=titles[stages[stage]], option=Option("columns", {"score": said}),
            )  # fmt: skip
    return fields


def chosen_stage(header: Header, wanted: Mapping[str, str | int]) -> str | None:
    """Return the stage that the caller calls the score, where no column has that title."""
    score = wanted.get("score")
    return stage_of(score) if isinstance(score, str) and not named(header, score) else None


def _fits(pattern: str, text: str) -> re.Match | None:
    return re.fullmatch(pattern, text, re.IGNORECASE)
