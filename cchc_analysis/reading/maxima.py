"""On what scale a table is scored: the maximum of each row, stated, given or assumed."""

import math
import re
from collections.abc import Iterable, Mapping
from numbers import Real

import pandas as pd

from cchc_analysis.reading.cells import distinct, each, numbers_in, to_numbers
from cchc_analysis.reading.grid import Where, first_line, place
from cchc_analysis.reading.header import LIKE, Header, split_maximum
from cchc_analysis.reading.vocabulary import SCALE_ELSEWHERE
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import decimal_comma, quoted
from cchc_analysis.vocabulary import SHOWN

_NOISE = 1e-9  # a sum of floats may stand this far beyond its maximum
_LOST_COMMA = 9  # "97,685" taken for 97685 is so many times too large
_ROUNDED = 0.05  # points of 100 and their percentage may differ by what was rounded
_SAME = 0.002  # so little differs what is everywhere in one proportion
_USUAL, _LARGEST = 100, 200  # a maximum that is assumed, and the largest that is proposed
_LEAST = 10  # whose best unit has no more of an assumed 100 is scored on another scale


def stated_maximum(
    where: Where, title: str, rows: pd.DataFrame, columns: Mapping[str, object]
) -> float | None:
    """Return the maximum that the title of the scores or the rows of maxima state, if any does.

    The title is that of the scores: "Tổng điểm (thang điểm 70)".
    """
    _, stated = split_maximum(title)
    values = numbers_in(rows[columns["score"]].astype("str").str.strip("()"))
    for line, value in values.items():
        if stated not in (None, value):
            raise where.refuse(
                f"thang điểm {decimal_comma(value)} khác thang điểm {decimal_comma(stated)} ghi ở "
                "chỗ khác trong bảng",
                "hãy thêm cột Điểm tối đa, hoặc sửa cho thống nhất", at=f"dòng {line}", value=value,
            )  # fmt: skip
        stated = float(value)
    return stated


def _scale(value: float | None) -> Option:
    """Return the option that states a maximum, whole where it is."""
    return Option("max_score", int(value) if value and value == int(value) else value)


def check_shares(
    where: Where, header: Header, rows: pd.DataFrame, columns: dict[str, object]
) -> None:
    """Refuse points beside their percentage: they have a maximum that nobody stated."""
    name_of = header.titles[columns["score"]]
    score = numbers_in(rows[columns["score"]])
    if in_percent(name_of, rows[columns["score"]]):
        return
    for column, title in header.titles.items():
        if column in columns.values() or not title:
            continue
        other = numbers_in(rows[column])
        ratio = (other / score)[(score > 0) & other.between(0, 100)]
        is_share = len(ratio) > 1 and ratio.max() - ratio.min() < _SAME * ratio.mean()
        if header.roles[column] in ("score", LIKE):
            is_share |= in_percent(title, rows[column])
        if is_share and ((other - score).abs() > _ROUNDED).any():
            scale = float(f"{_USUAL / ratio.median():.4g}") if len(ratio) else None
            scale = scale if scale is not None and scale <= _LARGEST else None
            raise where.refuse(
                f"các cột {quoted(name_of)} và {quoted(title)} đều có thể là điểm và khác nhau "
                "theo tỷ lệ, nên thang điểm không phải 100",
                "hãy đặt thang điểm, ví dụ {option} nếu cột kia là phần trăm của nó, hoặc chỉ rõ "
                f"cột điểm là cột {quoted(title, 40)}",
                option=_scale(scale),
            )


def in_percent(title: str, cells: pd.Series) -> bool:
    """Return whether a column holds percentages: its title or any of its cells says so."""
    return "%" in title or bool(distinct(cells).str.endswith("%").any())


def check_stated_elsewhere(where: Where, title: str, texts: Iterable[str]) -> None:
    """Refuse to assume 100 where a title has another number, or a text near by a maximum."""
    numbers = re.findall(r"(?<!\d)\d{2,3}(?:[.,]\d+)?(?!\d)", title)
    found = [SCALE_ELSEWHERE.search(text) for text in texts]
    numbers += [match[1] for match in found if match]
    # Of several numbers none is the maximum for certain: "(80+4)".
    is_one = len({*numbers, *re.findall(r"\d+(?:[.,]\d+)?", title)}) == 1
    for number in numbers:
        if float(number.replace(",", ".")) != _USUAL:
            raise where.refuse(
                f"bảng có ghi số {number} (tiêu đề, ghi chú) có thể là thang điểm",
                "hãy đặt thang điểm ({option}), đặt 100 nếu đúng là 100", value=number,
                option=_scale(float(number.replace(",", ".")) if is_one else None),
            )  # fmt: skip


def check_maximum(given: object) -> None:
    """Refuse what the caller gives as a maximum and is none."""
    is_number = given is None or (isinstance(given, Real) and not isinstance(given, bool))
    if not is_number or (given is not None and not 0 < given < math.inf):
        raise Refusal(
            f"max_score={given!r:.60} phải là một số lớn hơn 0", "hãy ghi ví dụ {option}",
            value=given, option=Option("max_score", _USUAL),
        )  # fmt: skip


def maxima_of(
    where: Where,
    table: dict,
    title: str,
    score: pd.Series,
    given: float | None,
    stated: float | None,
) -> tuple[pd.Series, bool]:
    """Return the maximum of each row, and whether it is assumed."""
    check_maximum(given)
    is_percent = in_percent(title, table["score"])
    if "max_score" in table:
        maxima = to_numbers(where, SHOWN["max_score"], table["max_score"])
        where.check(
            ~(maxima > 0), table["max_score"], "ô điểm tối đa để trống hoặc không lớn hơn 0",
            "hãy điền điểm tối đa của đơn vị này",
        )  # fmt: skip
    else:
        maxima = pd.Series(float(stated or given or _USUAL), score.index)
    for other, said in ((stated, "ghi trong bảng"), (given, "đã đặt ({option})")):
        if other is not None and (line := first_line(maxima != other)) is not None:
            raise where.refuse(
                f"điểm tối đa {decimal_comma(maxima[line])} khác thang điểm {decimal_comma(other)} "
                f"{said}",
                "hãy sửa bảng, hoặc bỏ thang điểm đã đặt",
                at=f"dòng {line}" if "max_score" in table else "", value=float(maxima[line]),
                option=Option("max_score"),
            )  # fmt: skip
    assumed = given is None and stated is None and "max_score" not in table
    if assumed and 0 <= score.max() <= (1 if is_percent else _LEAST):
        raise where.refuse(
            f"điểm lớn nhất của cột {quoted(title)} chỉ là {decimal_comma(score.max())}, có thể "
            "thang điểm là 10, hoặc là tỷ lệ mà Excel lưu dưới dạng 0,9177 thay cho 91,77% "
            "(thang điểm 1)",
            "hãy đặt đúng thang điểm, ví dụ {option}",
            value=score.max(), option=Option("max_score", 1 if score.max() <= 1 else _LEAST),
        )  # fmt: skip
    # Percent beside a maximum in points: 81.33% of 84 is not 81.33 points.
    if is_percent and (line := first_line(~maxima.isin([1, 100]))) is not None:
        raise where.refuse(
            f"cột {quoted(title)} ghi tỷ lệ % nhưng điểm tối đa là {decimal_comma(maxima[line])}",
            "hãy dùng cột điểm, hoặc bỏ điểm tối đa nếu dùng tỷ lệ", at=f"dòng {line}",
        )  # fmt: skip
    return maxima, assumed and not is_percent


def check_scores(where: Where, scores: pd.DataFrame, cells: pd.Series, *, assumed: bool) -> None:
    """Refuse scores outside 0…max_score, and those that a large scale lets read in two ways.

    Points beside the total may lift it above the maximum.
    """
    maxima = scores["max_score"]
    most = maxima + scores["bonus"].clip(lower=0) if "bonus" in scores else maxima
    outside = (scores["score"] < -_NOISE) | (scores["score"] > most + _NOISE)
    if (line := first_line(outside)) is not None:
        other_scale = "hãy sửa ô này, hoặc đặt thang điểm nếu khác 100 ({option})"
        remedy = other_scale if assumed else "hãy sửa điểm hoặc điểm tối đa"
        if str(cells[line]).isdigit() and scores["score"][line] > _LOST_COMMA * maxima[line]:
            remedy = f"có thể đã mất dấu phẩy khi mở bằng Excel tiếng Anh; {remedy}"
        raise where.refuse(
            f"điểm {quoted(cells[line])} nằm ngoài khoảng 0 đến {decimal_comma(maxima[line])}",
            remedy, at=place(cells, line), value=cells[line], option=Option("max_score"),
        )  # fmt: skip
    two_ways = each(cells, lambda texts: texts.str.fullmatch("[0-9]{1,3}[.,][0-9]{3}"))
    where.check(
        (maxima >= 1000) & two_ways, cells,
        "với thang điểm từ 1000 trở lên, {cell} có thể là số lẻ hoặc số hàng nghìn",
        "hãy viết số không có dấu ngăn hàng nghìn",
    )  # fmt: skip
