"""On what scale a table is scored: the maximum of each row, stated, given or assumed."""

import math
import re
from collections.abc import Iterable
from numbers import Real

import numpy as np
import pandas as pd

from cchc_analysis.reading.distinct import distinct, each, filled
from cchc_analysis.reading.grid import begins, in_words
from cchc_analysis.reading.header import LIKE, Header, split_maximum
from cchc_analysis.reading.numbers import first_line, numbering, numbers_in, place, to_numbers
from cchc_analysis.reading.vocabulary import MAXIMUM, SCALE_ELSEWHERE
from cchc_analysis.text import decimal_comma, quoted
from cchc_analysis.vocabulary import SHOWN, WHERE_MAX

_NOISE = 1e-9  # a sum of floats may stand this far beyond its maximum
_LOST_COMMA = 9  # "97,685" taken for 97685 is so many times too large
_ROUNDED = 0.05  # points of 100 and their percentage may differ by what was rounded
_SAME = 0.002  # so little differs what is everywhere in one proportion
_USUAL = 100
_LEAST = 10  # whose best unit has no more of an assumed 100 is scored on another scale


def stated_maximum(
    name: str, title: str, body: pd.DataFrame, columns: dict[str, object]
) -> tuple[pd.DataFrame, float | None, list[str]]:
    """Return the rows without the one of the maxima, the maximum stated there or in the title.

    The title is that of the scores: "Tổng điểm (thang điểm 70)".
    """
    _, stated = split_maximum(title)
    # Above the first unit numbers stand alone, in brackets at times: "(15) (20) (84)".
    above = ~np.logical_or.accumulate(filled(body[columns["unit"]]).to_numpy())
    rows = begins(MAXIMUM, body, columns) | above
    cells = body.loc[rows, columns["score"]].astype("str").fillna("")
    values = numbers_in(cells.where(~above[rows], cells.str.strip("()"))).dropna()
    if "number" in columns and len(values):  # a numbered row is a unit, or refused as none
        values = values.drop(numbering(body.loc[values.index, columns["number"]].fillna("")).index)
    told = []
    for line in values.index:
        words = in_words(line, body.loc[line].fillna(""))
        if stated not in (None, values[line]):
            raise ValueError(
                f"{name}, dòng {line}: thang điểm {decimal_comma(values[line])} khác thang điểm "
                f"{decimal_comma(stated)} ghi ở chỗ khác trong bảng; hãy thêm cột "
                "Điểm tối đa, hoặc sửa cho thống nhất."
            )
        stated = float(values[line])
        told.append(f"lấy thang điểm từ {words}")
    return body.drop(index=values.index) if len(values) else body, stated, told


def check_shares(name: str, header: Header, rows: pd.DataFrame, columns: dict[str, object]) -> None:
    """Refuse points beside their percentage: they have a maximum that nobody stated."""
    name_of = header.titles[columns["score"]]
    score = numbers_in(rows[columns["score"]])
    if "%" in name_of or _in_percent(rows[columns["score"]]):
        return
    for column, title in header.titles.dropna().items():
        if column in columns.values() or not title:
            continue
        other = numbers_in(rows[column])
        ratio = (other / score)[(score > 0) & other.between(0, 100)]
        is_share = len(ratio) > 1 and ratio.max() - ratio.min() < _SAME * ratio.mean()
        if header.roles[column] in ("score", LIKE):
            is_share |= "%" in title or _in_percent(rows[column])
        if is_share and ((other - score).abs() > _ROUNDED).any():
            raise ValueError(
                f"{name}: các cột {quoted(name_of)} và {quoted(title)} đều có thể là điểm và khác "
                "nhau theo tỷ lệ, nên thang điểm không phải 100; hãy đặt thang điểm "
                f'({WHERE_MAX}), hoặc dùng cột kia (columns={{"score": "{title[:40]}"}}).'
            )


def _in_percent(cells: pd.Series) -> bool:
    return bool(distinct(cells).str.endswith("%").any())


def check_stated_elsewhere(name: str, title: str, texts: Iterable[str]) -> None:
    """Refuse to assume 100 where a title has another number, or a text near by a maximum."""
    numbers = re.findall(r"(?<!\d)\d{2,3}(?:[.,]\d+)?(?!\d)", title)
    found = [SCALE_ELSEWHERE.search(text) for text in texts]
    numbers += [match[1] for match in found if match]
    for number in numbers:
        if float(number.replace(",", ".")) != _USUAL:
            raise ValueError(
                f"{name}: bảng có ghi số {number} (tiêu đề, ghi chú) có thể là thang điểm; hãy đặt "
                f"thang điểm ({WHERE_MAX}), đặt 100 nếu đúng là 100."
            )


def check_maximum(given: object) -> None:
    """Refuse what the caller gives as a maximum and is none."""
    is_number = given is None or (isinstance(given, Real) and not isinstance(given, bool))
    if not is_number or (given is not None and not 0 < given < math.inf):
        raise ValueError(f"max_score={given!r:.60} phải là một số lớn hơn 0, ví dụ 100.")


def maxima_of(
    name: str,
    table: dict,
    title: str,
    score: pd.Series,
    given: float | None,
    stated: float | None,
) -> tuple[pd.Series, bool]:
    """Return the maximum of each row, and whether it is assumed."""
    check_maximum(given)
    in_percent = "%" in title or _in_percent(table["score"])
    if "max_score" in table:
        maxima = to_numbers(name, SHOWN["max_score"], table["max_score"])
        if (line := first_line(~(maxima > 0))) is not None:
            raise ValueError(
                f"{name}, dòng {line}: ô điểm tối đa để trống hoặc không lớn hơn 0; hãy điền điểm "
                "tối đa của đơn vị này."
            )
    else:
        maxima = pd.Series(float(stated or given or _USUAL), score.index)
    for other, said in ((stated, "ghi trong bảng"), (given, "đã đặt (max_score=)")):
        if other is not None and (line := first_line(maxima != other)) is not None:
            where = f", dòng {line}" if "max_score" in table else ""
            raise ValueError(
                f"{name}{where}: điểm tối đa {decimal_comma(maxima[line])} khác thang điểm "
                f"{decimal_comma(other)} {said}; hãy sửa bảng, hoặc bỏ thang điểm đã đặt."
            )
    assumed = given is None and stated is None and "max_score" not in table
    if assumed and 0 <= score.max() <= (1 if in_percent else _LEAST):
        raise ValueError(
            f"{name}: điểm lớn nhất của cột {quoted(title)} chỉ là {decimal_comma(score.max())}, "
            "có thể thang điểm là 10, hoặc là tỷ lệ mà Excel lưu dưới dạng 0,9177 thay cho 91,77% "
            f"(thang điểm 1); hãy đặt đúng thang điểm ({WHERE_MAX})."
        )
    # Percent beside a maximum in points: 81.33% of 84 is not 81.33 points.
    if in_percent and (line := first_line(~maxima.isin([1, 100]))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: cột {quoted(title)} ghi tỷ lệ % nhưng điểm tối đa là "
            f"{decimal_comma(maxima[line])}; hãy dùng cột điểm, hoặc bỏ điểm tối đa nếu dùng tỷ lệ."
        )
    return maxima, assumed and not in_percent


def check_scores(name: str, scores: pd.DataFrame, cells: pd.Series, *, assumed: bool) -> None:
    """Refuse scores outside 0…max_score, and those that a large scale lets read in two ways."""
    maxima = scores["max_score"]
    outside = (scores["score"] < -_NOISE) | (scores["score"] > maxima + _NOISE)
    if (line := first_line(outside)) is not None:
        other_scale = f"hãy sửa ô này, hoặc đặt thang điểm nếu khác 100 ({WHERE_MAX})"
        remedy = other_scale if assumed else "hãy sửa điểm hoặc điểm tối đa"
        if str(cells[line]).isdigit() and scores["score"][line] > _LOST_COMMA * maxima[line]:
            remedy = f"có thể đã mất dấu phẩy khi mở bằng Excel tiếng Anh; {remedy}"
        raise ValueError(
            f"{name}, {place(cells, line)}: điểm {quoted(cells[line])} nằm ngoài khoảng 0 đến "
            f"{decimal_comma(maxima[line])}; {remedy}."
        )
    two_ways = each(cells, lambda texts: texts.str.fullmatch("[0-9]{1,3}[.,][0-9]{3}"))
    if (line := first_line((maxima >= 1000) & two_ways)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: với thang điểm {decimal_comma(maxima[line])}, "
            f"{quoted(cells[line])} có thể là số lẻ hoặc số hàng nghìn; hãy viết số không có dấu "
            "ngăn hàng nghìn."
        )
