"""From raw cells to scores: what each cell means, and what is refused."""

import math
import warnings
from numbers import Real
from os import PathLike

import pandas as pd

from cchc_analysis.grid import (
    check_numbering,
    find_columns,
    find_header,
    first_line,
    missing,
    to_numbers,
    to_whole,
    unit_rows,
)
from cchc_analysis.labels import ASSUMED, SHOWN, scale
from cchc_analysis.readers import read_cells
from cchc_analysis.text import clean, decimal_comma, same

_WHERE_MAX = "max_score; sổ tay: MAX_SCORE; dòng lệnh: --max-score"
_NOISE = 1e-9  # a sum of floats may stand this far beyond its maximum
_KEPT = ("unit", "score", "max_score", "year", "block", "published_rank", "published_grade")


def load_scores(
    source: str | PathLike | pd.DataFrame,
    *,
    max_score: float | None = None,
    year: int | None = None,
    block: str | None = None,
) -> pd.DataFrame:
    """Load a published table of scores, or refuse it with the reason.

    Parameters
    ----------
    source : path or DataFrame
        A CSV file (``,`` ``;`` tab or ``|``; decimal comma or dot), a ``.txt`` file with a table
        pasted from a web page, one cell per line, or a table in memory. Columns are known by
        their Vietnamese names ("Đơn vị", "Tổng điểm"…) or the English ones below.
    max_score : float, optional
        The maximum of every score, in points, where the source does not say it.
    year, block : int and str, optional
        The year and the block (khối) of all rows, where the source does not say them.

    Returns
    -------
    DataFrame
        One row per unit in source order, with a RangeIndex and the columns ``unit`` (str),
        ``score`` and ``max_score`` (float64, points; no score is a unit not scored), then those
        of ``year`` (int64), ``block`` (str), ``published_rank`` (Int64) and ``published_grade``
        (str, as published) that there are. ``attrs["scale"]`` says the scale in words: a maximum
        of 100 that nobody stated is "giả định" (attributes are lost when tables are merged).
        Rows and columns not used are told in a warning.

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way: file, place and remedy are named.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> load_scores(pd.DataFrame({"Đơn vị": ["Thanh tra"], "Điểm": ["73,98"]}))
            unit  score  max_score
    0  Thanh tra  73.98      100.0
    """
    name, cells = read_cells(source)
    position = find_header(cells)
    if position is None:
        raise ValueError(
            f"{name}: không tìm thấy dòng tiêu đề có cột đơn vị và cột điểm; hãy đặt tên cột, "
            "ví dụ: STT, Đơn vị, Tổng điểm, Xếp hạng, Xếp loại."
        )
    header, body = cells.iloc[position], cells.iloc[position + 1 :]
    columns, unused = find_columns(name, header, body, has_maximum=max_score is not None)
    rows, left_out = unit_rows(name, header, body, columns)
    table = {role: rows[column] for role, column in columns.items()}
    check_numbering(name, table)
    _add_given(name, table, "year", year)
    _add_given(name, table, "block", block)

    scores = pd.DataFrame({"unit": table["unit"]})
    title = header[columns["score"]]
    scores["score"] = to_numbers(name, title, table["score"])
    scores["max_score"], assumed = _maxima(name, table, title, scores["score"], max_score)
    _check_scores(name, scores, table["score"], assumed=assumed)
    if "year" in table:
        scores["year"] = to_whole(name, "Năm", table["year"], blank=False).astype("int64")
    if "block" in table:
        scores["block"] = table["block"]
    if "published_rank" in table:
        scores["published_rank"] = to_whole(name, "Xếp hạng", table["published_rank"])
    if "published_grade" in table:
        grades = table["published_grade"]
        scores["published_grade"] = grades.mask(missing(grades))
    _check_units(name, scores)
    if unused or left_out:
        told = f"{name}: không dùng đến {'; '.join([*unused, *left_out])}."
        warnings.warn(told, stacklevel=2)
    scores = scores.reset_index(drop=True)[[column for column in _KEPT if column in scores]]
    if isinstance(source, pd.DataFrame):  # a table loaded before keeps what was assumed then
        assumed |= source.attrs.get("scale", "").endswith(ASSUMED)
    scores.attrs["scale"] = scale(scores["max_score"], assumed=assumed)
    return scores


def _add_given(name: str, table: dict[str, pd.Series], role: str, given: object) -> None:
    """Add the year or block that the caller gives, unless the source says another."""
    if given is None:
        return
    text = pd.Series(clean(str(given)), index=table["unit"].index, dtype="str")
    if (line := first_line(table.get(role, text) != text)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: bảng ghi {SHOWN[role].lower()} '{table[role][line]}' nhưng tham "
            f"số là {role}={given!r}; hãy bỏ tham số này hoặc sửa bảng."
        )
    table[role] = text


def _maxima(
    name: str, table: dict, title: str, score: pd.Series, given: float | None
) -> tuple[pd.Series, bool]:
    """Return the maximum of each row, and whether it is assumed."""
    if given is not None and not (isinstance(given, Real) and 0 < given < math.inf):
        raise ValueError(f"max_score={given!r} phải là một số lớn hơn 0, ví dụ 100.")
    in_percent = "%" in title or table["score"].str.endswith("%").any()
    if "max_score" in table:
        maxima = to_numbers(name, SHOWN["max_score"], table["max_score"])
        if (line := first_line(~(maxima > 0))) is not None:
            raise ValueError(
                f"{name}, dòng {line}: ô điểm tối đa để trống hoặc không lớn hơn 0; hãy điền điểm "
                "tối đa của đơn vị này."
            )
        if (line := first_line(maxima != (given or maxima))) is not None:
            raise ValueError(
                f"{name}, dòng {line}: điểm tối đa '{table['max_score'][line]}' khác thang điểm đã "
                f"đặt (max_score={decimal_comma(given)}); hãy sửa ô này hoặc bỏ thang điểm đã đặt."
            )
    elif given is None and 0 <= score.max() <= 1:
        raise ValueError(
            f"{name}: điểm lớn nhất của cột '{title}' chỉ là {decimal_comma(score.max())}, có thể "
            "là tỷ lệ mà Excel lưu dưới dạng 0,9177 thay cho 91,77%; nếu vậy hãy đặt thang điểm "
            f"bằng 1 ({_WHERE_MAX}), chỉ đặt 100 nếu các đơn vị chỉ đạt chừng ấy điểm."
        )
    else:
        maxima = pd.Series(float(given or 100), score.index)
    # Percent beside a maximum in points: 81.33% of 84 is not 81.33 points.
    if in_percent and (line := first_line(~maxima.isin([1, 100]))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: cột '{title}' ghi tỷ lệ % nhưng điểm tối đa là "
            f"{decimal_comma(maxima[line])}; hãy dùng cột điểm, hoặc bỏ điểm tối đa nếu dùng tỷ lệ."
        )
    return maxima, given is None and "max_score" not in table and not in_percent


def _check_scores(name: str, scores: pd.DataFrame, cells: pd.Series, *, assumed: bool) -> None:
    """Refuse scores outside 0…max_score, and those that a large scale lets read in two ways."""
    maxima = scores["max_score"]
    outside = (scores["score"] < -_NOISE) | (scores["score"] > maxima + _NOISE)
    if (line := first_line(outside)) is not None:
        other_scale = f"hãy sửa ô này, hoặc đặt thang điểm nếu khác 100 ({_WHERE_MAX})"
        remedy = other_scale if assumed else "hãy sửa điểm hoặc điểm tối đa"
        raise ValueError(
            f"{name}, dòng {line}: điểm '{cells[line]}' nằm ngoài khoảng 0 đến "
            f"{decimal_comma(maxima[line])}; {remedy}."
        )
    two_ways = cells.str.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}")
    if (line := first_line((maxima >= 1000) & two_ways)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: với thang điểm {decimal_comma(maxima[line])}, '{cells[line]}' "
            "có thể là số lẻ hoặc số hàng nghìn; hãy viết số không có dấu ngăn hàng nghìn."
        )


def _check_units(name: str, scores: pd.DataFrame) -> None:
    """Refuse the same unit twice in one year and block."""
    keys = scores.filter(["unit", "year", "block"]).assign(unit=scores["unit"].map(same))
    if (line := first_line(keys.duplicated())) is not None:
        before = first_line((keys == keys.loc[line]).all(axis=1))
        raise ValueError(
            f"{name}, dòng {line}: đơn vị '{scores['unit'][line]}' đã có ở dòng {before}; hãy xóa "
            "một dòng, hoặc thêm cột Năm hay Khối nếu bảng gồm nhiều năm, nhiều khối."
        )
