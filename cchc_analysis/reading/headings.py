"""What the headings say: which block or year a table, or a part of a table, belongs to."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from cchc_analysis.reading.distinct import count_filled, each, filled
from cchc_analysis.reading.numbers import numbering
from cchc_analysis.reading.places import Where, numbered_names
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.refusal import Option
from cchc_analysis.text import fold, quoted, same
from cchc_analysis.vocabulary import known_grades

_MARK = re.compile(
    r"(?:\b(?:[IVXLC]+|[A-ZĐ]|[0-9]+(?:\.[0-9]+)*)[.)/]|(?:Bảng|Biểu) [0-9]+[.:]?|[-–+*•#]+)\s+"
)
_YEAR = "(?:19|20)[0-9]{2}"
# What names a year that is not the table's: brackets, a date, the number of a decision.
_DATE = re.compile(
    r"\([^)]*\)?|ngày\s+\S+\s+tháng\s+\S+\s+năm\s+\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"
    r"|\d*/\S*[A-ZĐ]\S*",
    re.IGNORECASE,
)
_GRADE = re.compile(r"(?i)^(?:xếp )?(?:loại|nhóm)\s+")
_LETTERED = r"(?:[IVXLC]+|[A-ZĐ])[.)]?"
_BLOCK = "(?:cac )?(?:khoi|nhom|cum|cap) "


CHOOSE_TABLE = "hãy chọn một bảng, ví dụ bảng thứ nhất ({option})"
FIRST_TABLE = Option("table", 1)


def under_headings(
    where: Where, headings: Sequence[str], contexts: Sequence[str]
) -> list[dict[str, str]]:
    """Return the year, the block or both that headings name; they must tell the tables apart."""
    years = [_year(h) or _year(c) for h, c in zip(headings, contexts, strict=True)]
    blocks = [bare(heading) for heading in headings]
    named: dict[str, list[str]] = {}
    if all(years) and len(set(years)) > 1:
        named["year"] = years
    if all(blocks) and (len(set(blocks)) > 1 or not named):
        named["block"] = blocks
    rows = [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
    if len({tuple(row.values()) for row in rows}) < len(headings):
        raise where.refuse(
            f"có {len(headings)} bảng nhưng tiêu đề không cho biết bảng nào là khối nào, năm nào "
            f"({numbered_names(headings)})",
            CHOOSE_TABLE,
            option=FIRST_TABLE,
        )
    return rows


def _year(text: str) -> str:
    """Return the one year that a text names, "" if none or several; in brackets it is no such."""
    text = _DATE.sub(" ", text)
    years = set(re.findall(rf"(?i)năm\s+({_YEAR})(?!\s*[-–])", text))
    years = years or set(re.findall(rf"(?<![/\w]){_YEAR}(?![/\w])", text))
    return years.pop() if len(years) == 1 else ""


def bare(heading: str) -> str:
    """Return a heading without its number and its year: "II. Khối huyện năm 2020:"."""
    text = re.sub(rf"\s*\([^)]*{_YEAR}[^)]*\)", "", _MARK.sub("", heading, count=1))
    text = re.sub(rf"(?i)\s*(?:năm\s+)?\b{_YEAR}\b", "", text)
    return text.strip(" .:,;–-*#")


def section_headings(
    where: Where, heading: str, body: pd.DataFrame, columns: Mapping[str, object]
) -> pd.Series:
    """Return the rows that head a part of a table, with their text; none has a missing cell.

    A row of one text alone ("II. Khối huyện") heads the rows below it if it stands above the first
    unit, or if the numbering begins again at 1; any other such row is left to the other rules.
    """
    none, given = pd.Series(dtype="str"), count_filled(body)
    if "number" not in columns or not filled(body[columns["number"]]).any():
        names = body[columns["unit"]]
        alone = (given == 1) & each(names, lambda texts: texts.map(_may_head).astype("bool"))
        if alone.any():
            line = alone.idxmax()
            raise where.refuse(
                f"{quoted(names[line])} có thể là tên khối hoặc đơn vị chưa chấm",
                "hãy thêm cột Khối, hoặc ghi '-' vào mọi ô trống nếu là đơn vị",
                at=f"dòng {line}", value=names[line],
            )  # fmt: skip
        return none
    number, units = body[columns["number"]], numbering(body[columns["number"]])
    marked = (given == 2) & each(number, lambda texts: texts.str.fullmatch(_LETTERED))
    heads = ((given == 1) | marked) & ~filled(body[columns["score"]])
    texts = [max(row, key=bool) for row in body[heads].astype("str").iloc[:, ::-1].to_numpy()]
    text = pd.Series(texts, body.index[heads], dtype="str")  # the last that is not blank
    is_one = text.str.contains(r"[^\W\d_]{2}") & text.map(is_heading).astype(bool)
    is_one &= marked[heads] | ~text.map(lambda cell: bool(FOOTERS.match(fold(cell)))).astype(bool)
    text = text[is_one]
    ends = [*text.index[1:], body.index[-1]]
    lines = [a for a, b in zip(text.index, ends, strict=False) if len(units.loc[a:b])]
    starts_again = all(units.loc[line:].iloc[0] == 1 for line in lines)
    if not lines or not (starts_again or lines[0] < units.index[0]):
        return none
    one = text[lines[0]]  # a single line may be any remark
    if len(lines) == 1 and not (is_block(one) or _MARK.match(one) or marked[lines[0]]):
        return none
    if lines[0] > units.index[0] and not is_block(heading):
        raise where.refuse(
            f"{quoted(one)} mở đầu một khối mới nhưng các đơn vị phía trên không có tên khối",
            "hãy thêm dòng tên khối lên đầu bảng", at=f"dòng {lines[0]}", value=one,
        )  # fmt: skip
    if {same(_GRADE.sub("", bare(text[line]))) for line in lines} <= set(known_grades()):
        raise where.refuse(
            f"{quoted(one)} là xếp loại của các đơn vị phía dưới, không phải khối",
            "hãy xóa các dòng này và thêm cột Xếp loại", at=f"dòng {lines[0]}", value=one,
        )  # fmt: skip
    return text[lines]


def is_heading(line: str) -> bool:
    """Return whether a line can name what stands below: not a unit of measure, nor a remark."""
    return line[:1] not in ("", "(") and not re.match("(?:don vi tinh|dvt)\\b", fold(line))


def _may_head(cell: str) -> bool:
    return is_block(cell) or bool(_MARK.match(cell) or re.match("cac ", fold(cell)))


def is_block(heading: str) -> bool:
    """Return whether a heading calls itself a block: "Khối sở", "Cụm 1"."""
    return re.match(_BLOCK, fold(bare(heading))) is not None
