"""What the lines above a table say: its year, its block, and which lines are headings at all."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from cchc_analysis.reading import vocabulary as words
from cchc_analysis.reading.cells import Where, numbered_names
from cchc_analysis.reading.header import CHOOSE_TABLE, FIRST_TABLE, LONGEST_TITLE, YEAR, Table
from cchc_analysis.refusal import Option
from cchc_analysis.text import clean, fold, quoted

_MARK = re.compile(
    r"(?:\b(?:[IVXLC]+|[A-ZĐ]|[0-9]+(?:\.[0-9]+)*)[.)/]|(?:Bảng|Biểu) [0-9]+[.:]?|[-–+*•#]+)\s+"
    r"|^[0-9IVXLC]+[.)](?=[^\W\d_])"  # "1.Nhóm sở"
)
_SPAN = rf"{YEAR}\s*(?:[-–—/,;&]|đến|và|tới)\s*(?:năm\s+)?{YEAR}|{YEAR}[-–/][0-9]{{2}}\b"

_YEAR_OF = re.compile(rf"[\s([\-–—:/]*(?:\bnăm\s+)?\b{YEAR}\b[)\]]?", re.IGNORECASE)
# "quý III/2023", "tháng 6 năm 2023", but no date
_PART = re.compile(
    rf"(?i)(?<![0-9] )(?<!ngày )\b(?:quý|tháng) (?:[0-9]{{1,2}}|[ivx]+)\W+(?:năm )?({YEAR})\b"
)


class Said(NamedTuple):
    """What titles say of the year of a table: the year, or why it is not taken; and which title."""

    year: str = ""
    line: str = ""
    doubt: str = ""
    is_vague: bool = False  # it may be of something else, and the title of the scores knows better


def is_heading(line: str) -> bool:
    """Return whether a line can name what stands below: not a unit of measure, nor a remark."""
    return line[:1] not in ("", "(") and not words.MEASURE.match(fold(line))


def is_block(heading: str) -> bool:
    """Return whether a heading calls itself a block: "Khối sở", "Cụm 1"."""
    return len(heading) <= LONGEST_TITLE and bool(words.BLOCK.match(fold(bare(heading))))


def heads_part(line: str) -> bool:
    """Return whether a line calls itself a block or has a number or mark: "II. Các huyện"."""
    return is_block(line) or bool(_MARK.match(line))


def bare(heading: str) -> str:
    """Return a heading without its number and its year: "II. Khối huyện năm 2020:"."""
    text = re.sub(rf"\s*\([^)]*{YEAR}[^)]*\)", "", _MARK.sub("", heading, count=1))
    text = re.sub(rf"(?i)\s*(?:năm\s+)?\b{YEAR}\b", "", text)
    return text.strip(" .:,;–-*#")


def year_in(line: str) -> Said:
    """Return the year that a line says its scores are of.

    Dates, the numbers of decisions and years of publication name another; two years, a span of
    them or a part of a year is a doubt, and none is taken.
    """
    if len(line) > LONGEST_TITLE:
        return Said()
    text = re.sub(rf"\((?:năm\s+)?({YEAR})\)", r" năm \1 ", line, flags=re.IGNORECASE)
    part = _PART.search(text)
    text = words.OTHER_YEARS.sub(" ", text)
    span = re.search(_SPAN, text, re.IGNORECASE)
    years = re.findall(rf"(?<![\w/:.,-]){YEAR}(?![\w/])|(?<=năm){YEAR}\b", text, re.IGNORECASE)
    years = list(dict.fromkeys(years))
    if span or len(years) > 1:
        return Said("", line, "ghi nhiều năm")
    if years and words.PART_OF_YEAR.search(fold(text)):
        return Said("", line, f"là của một phần năm {years[0]}")
    if part and not years:
        return Said("", line, f"là của một phần năm {part[1]}")
    return Said(years[0], line) if years else Said()


def without_year(title: str) -> str:
    """Return a title or a name without the year that it says: "Sở A năm 2022"."""
    return clean(_YEAR_OF.sub(" ", title)).strip(" -–—:,;/")


def _of_lines(lines: Sequence[str]) -> Said:
    """Return the one year that some titles say."""
    found = [said for line in lines if (said := year_in(line)) != Said()]
    sure = {said.year: said for said in found if not said.doubt}
    if len(sure) > 1:
        one, other = list(sure.values())[:2]
        return Said("", one.line, f"ghi năm {one.year} còn {quoted(other.line, 40)} khác năm")
    return next((said for said in found if said.doubt), None) or next(iter(sure.values()), Said())


def _is_title(line: str, above: str = "") -> bool:
    """Return whether a line, or the one above it, speaks of results and is no sentence."""
    key = fold(line)
    is_short = len(line) <= LONGEST_TITLE and not words.PROSE.match(key)
    return is_short and bool(words.RESULTS.search(key) or (above and _is_title(above)))


def belongs_to_title(line: str, above: str = "") -> bool:
    """Return whether a line over a table is of its title or letterhead, and no sentence."""
    if not any(map(str.isalpha, line)):  # "- 2 -" is the number of a page
        return bool(re.fullmatch(YEAR, line))
    is_sentence = len(line) > LONGEST_TITLE or line[-1:] in ".:;,"
    is_capital = not any(map(str.islower, line)) or line.startswith("(")
    is_title = is_capital or bool(words.TITLES.match(fold(line))) or _is_title(line, above)
    return heads_part(line) or (is_title and not is_sentence)


def _titles(lines: Sequence[str]) -> list[str]:
    above = [*lines[1:], ""]
    return [line for line, over in zip(lines, above, strict=False) if _is_title(line, over)]


def years_said(tables: Sequence[Table]) -> list[Said]:
    """Return for each table the year that stands over it."""
    return [_year_of(one, is_alone=_is_alone(one, tables)) for one in tables]


def _is_alone(table: Table, tables: Sequence[Table]) -> bool:
    """Return whether a table is the only one of its sheet or page."""
    return sum(table.grid == other.grid for other in tables) == 1


def _year_of(table: Table, *, is_alone: bool) -> Said:
    """Return the year that stands over a table: in its own lines, else in those over all.

    The name of a sheet that holds no other table must not contradict them.
    """
    titles = _titles(table.lines)
    own = [line for line in table.lines if line in titles or is_block(line)]
    if not is_alone and table.heading not in own:
        own.append(table.heading)
    sheet = [table.title] if table.is_sheet and is_alone else []
    found = _of_lines([*own, *sheet])
    found = found if found != Said() else _of_lines(_titles([table.title, *table.general]))
    return found if found != Said() else _unsure([*table.lines, table.title, *table.general])


def _unsure(lines: Sequence[str]) -> Said:
    """Return the first line that has a year and does not say that it is of the scores."""
    for line in lines:
        if not words.PROSE.match(fold(line)) and len(line) <= LONGEST_TITLE:
            years = re.findall(rf"(?<![0-9:]){YEAR}(?![0-9])", words.NO_YEARS.sub(" ", line))
            doubt = f"có số {years[0]} mà không ghi là năm của kết quả" if years else ""
            doubt = "ghi nhiều năm" if len(years) > 1 else doubt
            if sure := year_in(line).doubt:
                return Said("", line, sure)
            if doubt:
                return Said("", line, doubt, is_vague=True)
    return Said()


def names_of(where: Where, tables: Sequence[Table], years: Sequence[str]) -> list[dict[str, str]]:
    """Return the year, the block or both that tell several tables apart."""
    names = [
        one.heading
        if is_block(one.heading)
        else one.title * (one.is_sheet and _is_alone(one, tables))
        for one in tables
    ]
    has_own = [bare(name) and not words.NUMBERED_SHEET.fullmatch(fold(name)) for name in names]
    headings = [one.heading for one in tables]
    if not all(has_own) or _same(names, years):
        names = headings
        if _same(names, years) and len({one.title for one in tables}) == len(tables):
            names = [one.title for one in tables]  # sheets under the same lines
    return under_headings(where, names, years)


def _same(names: Sequence[str], years: Sequence[str]) -> bool:
    """Return whether some of these names, with their years, are of several tables."""
    return len({*zip(map(bare, names), years, strict=True)}) < len(names)


def under_headings(
    where: Where, headings: Sequence[str], years: Sequence[str] = ()
) -> list[dict[str, str]]:
    """Return the year, the block or both that headings name; they must tell the tables apart."""
    years = years or [year_in(heading).year for heading in headings]
    blocks = _without_shared([bare(heading) for heading in headings])
    named: dict[str, Sequence[str]] = {}
    if all(years) and len(set(years)) > 1:
        named["year"] = years
    if all(blocks) and (len(set(blocks)) > 1 or not named):
        named["block"] = blocks
    rows = [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
    if len({tuple(row.values()) for row in rows}) < len(headings):
        raise where.refuse(
            f"có {len(headings)} bảng nhưng tiêu đề không cho biết bảng nào là khối nào, năm nào "
            f"({numbered_names(headings)})",
            f"hãy ghi khối hoặc năm ở dòng trên mỗi bảng, hoặc {CHOOSE_TABLE.removeprefix('hãy ')}",
            option=FIRST_TABLE,
        )
    return rows


def _without_shared(names: Sequence[str]) -> list[str]:
    """Return names without what all of them begin and end with, if that speaks of results.

    "KẾT QUẢ XẾP HẠNG CÁC SỞ CỦA TỈNH" beside "KẾT QUẢ XẾP HẠNG CÁC HUYỆN CỦA TỈNH" leaves "CÁC SỞ"
    and "CÁC HUYỆN".
    """
    rows = [name.split() for name in names]
    distinct = {name.casefold(): [fold(word) for word in name.split()] for name in names}.values()
    if len(distinct) < 2:
        return list(names)
    first = _shared(distinct)
    while first and next(iter(distinct))[first - 1] in words.GROUP_WORDS:
        first -= 1
    before = " ".join(next(iter(distinct))[:first])
    if not words.RESULTS.search(before):
        return list(names)
    last = _shared([row[first:][::-1] for row in distinct])
    ending = next(iter(distinct))[-last:] if last else []
    last = next((last - at for at, word in enumerate(ending) if words.PLACES.match(word)), 0)
    cut = [" ".join(row[first : len(row) - last]).strip(" .:,;–-") for row in rows]
    cut = [re.sub(r"(?i)^(?:của|đối với|tại)\s+", "", name) for name in cut]
    return cut if all(cut) else list(names)


def _shared(rows: Sequence[Sequence[str]]) -> int:
    """Return with how many words all rows begin alike."""
    return len([*takewhile(lambda row: len(set(row)) == 1, zip(*rows, strict=False))])


def told_year(said: Said) -> tuple[str, Option] | None:
    """Return the clause on the year that titles say, or on why none is taken."""
    title = quoted(said.line, 120)
    if said.year:
        return f"lấy năm {said.year} từ tiêu đề {title}; dùng {{option}} nếu khác", Option("year")
    if said.doubt:
        doubt = f"tiêu đề {title} {said.doubt} nên không lấy năm; dùng {{option}} nếu cần"
        return doubt, Option("year")
    return None
