"""From raw cells to scores: which column is what, what each cell means, what is refused."""

import math
import re
import warnings
from os import PathLike

import pandas as pd

from cchc_analysis import labels
from cchc_analysis.readers import find_header, read_cells, role_of
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import clean, fold, same

_NUMBER = r"(?i)^([+\-−]?[0-9]+(?:[.,][0-9]+)?) ?(?:%|điểm)?$"
_RANK = r"(?i)^(?:(?:thứ|hạng) ?)?([0-9]+)(?:\.0)?(?: ?/ ?[0-9]+)?$"
_LETTER_GRADES = re.compile(r"(?:nhóm |loại )?(?:[a-e]|i{1,3}|iv|v)", re.IGNORECASE)
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
        A CSV file (``,`` ``;`` tab or ``|``; decimal comma or dot; UTF-8 or UTF-16), a ``.txt``
        file with a table pasted from a web page, one cell per line, or a table in memory. Columns
        are known by their names, Vietnamese ("Đơn vị", "Tổng điểm"…) or English as below.
    max_score : float, optional
        The maximum that every score is out of, in points, where the source does not say it.
    year, block : int and str, optional
        The year and the block (khối) of all rows, where the source does not say them.

    Returns
    -------
    DataFrame
        One row per unit in source order, with a RangeIndex and the columns ``unit`` (str),
        ``score`` and ``max_score`` (float64, points; a missing score is a unit not scored), then
        those of ``year`` (int64), ``block`` (str), ``published_rank`` (Int64) and
        ``published_grade`` (str, spelled as published) that there are. ``attrs["scale"]`` says the
        scale in words: a maximum of 100 that nobody stated is "giả định".

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way; the message names file, place and remedy.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    UserWarning
        If columns or rows were not used.

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
    unused: list[str] = []
    columns = _find_columns(name, header, body, unused)
    rows = _unit_rows(name, header, body, columns, unused)
    table = {role: rows[column].fillna("") for role, column in columns.items()}
    _check_numbering(name, table)
    _add_given(name, table, "year", year)
    _add_given(name, table, "block", block)

    scores = pd.DataFrame({"unit": table["unit"]})
    title = header[columns["score"]]
    scores["score"] = _numbers(name, title, table["score"])
    scores["max_score"], assumed = _maxima(name, table, title, scores["score"], max_score)
    _check_scores(name, scores, table["score"], assumed)
    if "year" in table:
        scores["year"] = _whole(name, "năm", table["year"], required=True).astype("int64")
    if "block" in table:
        scores["block"] = table["block"]
    if "published_rank" in table:
        scores["published_rank"] = _whole(name, "xếp hạng", table["published_rank"])
    if "published_grade" in table:
        grades = table["published_grade"]
        scores["published_grade"] = grades.where(~_missing(grades))
    _check_units(name, scores)
    if unused:
        warnings.warn(f"{name}: không dùng đến {'; '.join(unused)}.", stacklevel=2)
    scores = scores.reset_index(drop=True)[[column for column in _KEPT if column in scores]]
    scores.attrs["scale"] = labels.scale(scores["max_score"], assumed=assumed)
    return scores


def _find_columns(name: str, header: pd.Series, body: pd.DataFrame, unused: list[str]) -> dict:
    """Return which column has each role, from the header and, where it leaves a choice, the values."""
    columns: dict[str, int] = {}
    for column, title in header.items():
        role = role_of(title) if isinstance(title, str) else None
        if role == "field":
            raise ValueError(
                f"{name}: cột '{title}' cho thấy đây là bảng điểm theo lĩnh vực, mỗi đơn vị nhiều "
                "dòng; hãy dùng bảng có tổng điểm, mỗi đơn vị một dòng."
            )
        if role in ("published_rank", "published_grade"):
            role = _rank_grade_or_block(fold(title), role, body[column])
        if role in columns:
            raise ValueError(
                f"{name}: hai cột '{header[columns[role]]}' và '{title}' đều có thể là "
                f"'{labels.SHOWN[role].lower()}'; hãy xóa hoặc đổi tên cột không dùng."
            )
        if role in (None, "note"):
            if title == title and title:  # a missing title is NaN
                unused.append(f"cột '{title}'")
            elif (body[column].fillna("") != "").any():
                raise ValueError(
                    f"{name}: cột thứ {column + 1} có dữ liệu nhưng không có tiêu đề; "
                    "hãy đặt tên cho cột hoặc xóa cột."
                )
        else:
            columns[role] = column
    return columns


def _rank_grade_or_block(title: str, role: str, values: pd.Series) -> str:
    """Return what a column is whose name may mean several things ("Xếp hạng", "Nhóm")."""
    known = [value for value in values.dropna() if same(value) not in labels.MISSING]
    if role == "published_rank" and known and not any(re.search("[0-9]", v) for v in known):
        return "published_grade"
    grades = known_grades()
    if title == "nhom" and not all(
        same(value) in grades or _LETTER_GRADES.fullmatch(value) for value in known
    ):
        return "block"
    return role


def _unit_rows(
    name: str, header: pd.Series, body: pd.DataFrame, columns: dict, unused: list[str]
) -> pd.DataFrame:
    """Return the rows that are units; empty rows are left out, and footers too, which is told."""
    filled = body.fillna("")
    body, filled = body[(filled != "").any(axis=1)], filled[(filled != "").any(axis=1)]
    first = [columns[role] for role in ("number", "unit") if role in columns]
    footer = filled[first].map(fold).isin(labels.FOOTERS).any(axis=1)
    nameless = filled[columns["unit"]] == ""
    aside = footer | (nameless & _missing(filled[columns["score"]]))
    unused += [f"dòng {line} '{' '.join(row).strip()[:60]}'" for line, *row in filled[aside].itertuples()]
    body, nameless = body[~aside], nameless[~aside]
    if body.empty:
        raise ValueError(f"{name}: sau dòng tiêu đề không có đơn vị nào; hãy kiểm tra lại bảng.")
    cells, width = body.notna().sum(axis=1), header.notna().sum()
    if (line := _first(cells != width)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: có {cells[line]} ô trong khi tiêu đề có {width} ô; hãy sửa dòng "
            "này (tên đơn vị hay số có dấu phẩy phải đặt trong ngoặc kép)."
        )
    if (line := _first(nameless)) is not None:
        raise ValueError(f"{name}, dòng {line}: có điểm nhưng không có tên đơn vị; hãy điền tên đơn vị.")
    return body


def _check_numbering(name: str, table: dict[str, pd.Series]) -> None:
    """Refuse a hole in the numbering: it means that rows were lost."""
    numbers = table.pop("number", pd.Series(dtype="str")).str.extract(r"^0*([0-9]+)\.?0*$")[0].dropna()
    numbers = numbers.astype("int64")
    goes_on = (numbers == numbers.shift(fill_value=0) + 1) | (numbers == 1)
    lost = sorted(set(range(1, int(numbers.max()) + 1)) - set(numbers)) if len(numbers) else []
    if lost or not (goes_on.all() or numbers.is_unique):
        line = _first(~goes_on)
        raise ValueError(
            f"{name}, dòng {line}: số thứ tự nhảy đến {numbers[line]}, có thể thiếu dòng; hãy bổ sung "
            "dòng thiếu, hoặc bỏ cột STT nếu chỉ dùng một phần bảng."
        )


def _add_given(name: str, table: dict[str, pd.Series], role: str, given: object) -> None:
    """Add the year or block that the caller gives, unless the source says another."""
    if given is None:
        return
    text = pd.Series(clean(str(given)), index=table["unit"].index, dtype="str")
    if (line := _first(table.get(role, text) != text)) is not None:
        raise ValueError(
            f"{name}, dòng {line}: bảng ghi {labels.SHOWN[role].lower()} '{table[role][line]}' nhưng "
            f"được truyền {role}={given!r}; hãy bỏ tham số này hoặc sửa bảng."
        )
    table[role] = text


def _numbers(name: str, title: str, cells: pd.Series) -> pd.Series:
    """Return a column of numbers; comma and dot are both a decimal mark, never a thousands mark."""
    found = cells.str.extract(_NUMBER)[0]
    if (line := _first(found.isna() & ~_missing(cells))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: ô '{cells[line]}' của cột '{title}' không phải là số; hãy sửa "
            "ô này (ví dụ 81,81), hoặc để trống nếu chưa chấm."
        )
    return found.str.replace(",", ".").str.replace("−", "-").astype("float64")


def _whole(name: str, title: str, cells: pd.Series, *, required: bool = False) -> pd.Series:
    """Return a column of whole numbers: years, or ranks as "01", "thứ 3" and "4/141" print them."""
    found = cells.str.extract(_RANK)[0]
    if (line := _first(found.isna() & (required | ~_missing(cells)))) is not None:
        raise ValueError(
            f"{name}, dòng {line}: ô '{cells[line]}' của cột {title} không phải là số nguyên; "
            "hãy sửa ô này."
        )
    return found.astype("Int64")


def _maxima(
    name: str, table: dict, title: str, score: pd.Series, given: float | None
) -> tuple[pd.Series, bool]:
    """Return the maximum of each row, and whether it is assumed."""
    if given is not None and not (math.isfinite(given) and given > 0):
        raise ValueError(f"max_score={given!r} phải là một số lớn hơn 0.")
    if "max_score" in table:
        maxima = _numbers(name, labels.SHOWN["max_score"], table["max_score"])
        if (line := _first(~(maxima > 0) | (given is not None and maxima != given))) is not None:
            raise ValueError(
                f"{name}, dòng {line}: điểm tối đa '{table['max_score'][line]}' trống, không lớn hơn 0 "
                "hoặc khác max_score được truyền; hãy sửa ô này hoặc bỏ tham số."
            )
        return maxima, False
    if given is None and score.max() <= 1:
        raise ValueError(
            f"{name}: điểm lớn nhất của cột '{title}' chỉ là {score.max():g}, có thể là tỷ lệ mà Excel "
            "lưu dưới dạng 0,9177 thay cho 91,77%; hãy truyền max_score (dòng lệnh: --max-score), "
            "ví dụ 1 hoặc 100."
        )
    percent = "%" in title or bool(table["score"].str.endswith("%").any())
    return pd.Series(100.0 if given is None else float(given), score.index), given is None and not percent


def _check_scores(name: str, scores: pd.DataFrame, cells: pd.Series, assumed: bool) -> None:
    """Refuse scores outside 0…max_score, and those that a large scale lets read in two ways."""
    maxima = scores["max_score"]
    line = _first((scores["score"] < 0) | (scores["score"] > maxima))
    if line is not None:
        hint = "nếu thang điểm khác 100, hãy truyền max_score (dòng lệnh: --max-score)"
        raise ValueError(
            f"{name}, dòng {line}: điểm '{cells[line]}' nằm ngoài khoảng 0 đến {maxima[line]:g}; "
            f"hãy sửa ô này{'; ' + hint if assumed else ' hoặc điểm tối đa'}."
        )
    line = _first((maxima >= 1000) & cells.str.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}"))
    if line is not None:
        raise ValueError(
            f"{name}, dòng {line}: với thang điểm {maxima[line]:g}, '{cells[line]}' có thể là số lẻ hoặc "
            "số hàng nghìn; hãy viết số không có dấu ngăn hàng nghìn."
        )


def _check_units(name: str, scores: pd.DataFrame) -> None:
    """Refuse the same unit twice in one year and block."""
    keys = scores.assign(unit=scores["unit"].map(same))[
        [column for column in ("unit", "year", "block") if column in scores]
    ]
    if (line := _first(keys.duplicated())) is not None:
        before = keys.index[(keys == keys.loc[line]).all(axis=1)][0]
        raise ValueError(
            f"{name}, dòng {line}: đơn vị '{scores['unit'][line]}' đã có ở dòng {before}; hãy xóa một "
            "dòng, hoặc thêm cột Năm hay Khối nếu bảng gồm nhiều năm, nhiều khối."
        )


def _missing(cells: pd.Series) -> pd.Series:
    return cells.map(same).isin(labels.MISSING)


def _first(bad: pd.Series) -> int | None:
    """Return the line of the first row that is marked, None if there is none."""
    return bad.idxmax() if bad.any() else None
