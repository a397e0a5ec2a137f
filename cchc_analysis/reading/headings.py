"""What the headings say: which block or year a table, or a part of a table, belongs to."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from cchc_analysis.reading.distinct import count_filled, each, filled
from cchc_analysis.reading.header import Table
from cchc_analysis.reading.numbers import numbering
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import fold, quoted, same
from cchc_analysis.vocabulary import CHOOSE_TABLE

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
_BLOCK = "(?:cac )?(?:khoi|nhom|cum|cap) "


def pick(name: str, tables: list[Table], table: int | str) -> Table:
    """Return the table of this number, from 1, or of this heading."""
    if isinstance(table, int):
        found = tables[table - 1 : table] if table > 0 else []
    else:
        key = fold(table)
        found = [t for t in tables if key in (fold(t.heading), fold(_bare(t.heading)))]
        found = found or [t for t in tables if key in fold(f"{t.heading} {t.place}")]
    if len(found) != 1:
        raise ValueError(
            f"{name}: {'nhiều' if found else 'không có'} bảng {quoted(table)} (table=); các bảng "
            f"có: {_numbered([t.heading or t.place for t in tables])}; hãy ghi số thứ tự hoặc tiêu "
            "đề của một bảng."
        )
    return found[0]


def _numbered(names: Sequence[str]) -> str:
    names = [quoted(name, 40) if name else "không có tiêu đề" for name in names[:8]]
    return "; ".join(f"{at}: {name}" for at, name in enumerate(names, start=1))


def under_headings(
    name: str, headings: Sequence[str], contexts: Sequence[str]
) -> list[dict[str, str]]:
    """Return the year, the block or both that headings name; they must tell the tables apart."""
    years = [_year(h) or _year(c) for h, c in zip(headings, contexts, strict=True)]
    blocks = [_bare(heading) for heading in headings]
    named: dict[str, list[str]] = {}
    if all(years) and len(set(years)) > 1:
        named["year"] = years
    if all(blocks) and (len(set(blocks)) > 1 or not named):
        named["block"] = blocks
    rows = [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
    if len({tuple(row.values()) for row in rows}) < len(headings):
        raise ValueError(
            f"{name}: có {len(headings)} bảng nhưng tiêu đề không cho biết bảng nào là khối nào, "
            f"năm nào ({_numbered(headings)}); {CHOOSE_TABLE}."
        )
    return rows


def _year(text: str) -> str:
    """Return the one year that a text names, "" if none or several; in brackets it is no such."""
    text = _DATE.sub(" ", text)
    years = set(re.findall(rf"(?i)năm\s+({_YEAR})(?!\s*[-–])", text))
    years = years or set(re.findall(rf"(?<![/\w]){_YEAR}(?![/\w])", text))
    return years.pop() if len(years) == 1 else ""


def _bare(heading: str) -> str:
    """Return a heading without its number and its year: "II. Khối huyện năm 2020:"."""
    text = re.sub(rf"\s*\([^)]*{_YEAR}[^)]*\)", "", _MARK.sub("", heading, count=1))
    text = re.sub(rf"(?i)\s*(?:năm\s+)?\b{_YEAR}\b", "", text)
    return text.strip(" .:,;–-*#")


def sections(
    name: str, table: Table, columns: Mapping[str, object]
) -> tuple[pd.DataFrame, pd.Series | None]:
    """Return the body without the rows that head a part of it, and the heading of each row.

    A row of one text alone ("II. Khối huyện") heads the rows below it if it stands above the first
    unit, or if the numbering begins again at 1; any other such row is left to `unit_rows`.
    """
    body = table.body.fillna("")
    given = count_filled(body)
    if "number" not in columns or not filled(body[columns["number"]]).any():
        alone = (given == 1) & each(body[columns["unit"]], lambda texts: texts.map(_may_head))
        if alone.any():
            line = alone.idxmax()
            raise ValueError(
                f"{name}, dòng {line}: {quoted(body[columns['unit']][line])} có thể là tên khối "
                "hoặc đơn vị chưa chấm; hãy thêm cột Khối, hoặc ghi '-' vào mọi ô trống nếu là đơn "
                "vị."
            )
        return table.body, None
    number, units = body[columns["number"]], numbering(body[columns["number"]])
    pattern = r"(?:[IVXLC]+|[A-ZĐ])[.)]?"
    lettered = each(number, lambda texts: texts.str.fullmatch(pattern))
    scored = filled(body[columns["score"]])
    marked = lettered & (given == 2)
    heads = ((given == 1) | marked) & ~scored
    texts = [max(row, key=bool) for row in body[heads].astype("str").iloc[:, ::-1].to_numpy()]
    text = pd.Series(texts, body.index[heads], dtype="str")  # the last that is not blank
    is_one = text.str.contains(r"[^\W\d_]{2}") & text.map(is_heading).astype(bool)
    is_one &= marked[heads] | ~text.map(lambda cell: bool(FOOTERS.match(fold(cell)))).astype(bool)
    text = text[is_one]
    ends = [*text.index[1:], body.index[-1]]
    lines = [a for a, b in zip(text.index, ends, strict=False) if len(units.loc[a:b])]
    starts_again = all(units.loc[line:].iloc[0] == 1 for line in lines)
    if not lines or not (starts_again or lines[0] < units.index[0]):
        return table.body, None
    one = text[lines[0]]  # a single line may be any remark
    if len(lines) == 1 and not (is_block(one) or _MARK.match(one) or marked[lines[0]]):
        return table.body, None
    if lines[0] > units.index[0] and not is_block(table.heading):
        raise ValueError(
            f"{name}, dòng {lines[0]}: {quoted(text[lines[0]])} mở đầu một khối mới nhưng các đơn "
            "vị phía trên không có tên khối; hãy thêm dòng tên khối lên đầu bảng."
        )
    if {same(_GRADE.sub("", _bare(text[line]))) for line in lines} <= set(known_grades()):
        raise ValueError(
            f"{name}, dòng {lines[0]}: {quoted(text[lines[0]])} là xếp loại của các đơn vị phía "
            "dưới, không phải khối; hãy xóa các dòng này và thêm cột Xếp loại."
        )
    headings = text[lines].reindex(body.index).ffill().fillna(table.heading)
    return table.body.drop(index=lines), headings.drop(index=lines)


def is_heading(line: str) -> bool:
    """Return whether a line can name what stands below: not a unit of measure, nor a remark."""
    return line[:1] not in ("", "(") and not re.match("(?:don vi tinh|dvt)\\b", fold(line))


def _may_head(cell: str) -> bool:
    return is_block(cell) or bool(_MARK.match(cell) or re.match("cac ", fold(cell)))


def is_block(heading: str) -> bool:
    """Return whether a heading calls itself a block: "Khối sở", "Cụm 1"."""
    return re.match(_BLOCK, fold(_bare(heading))) is not None
