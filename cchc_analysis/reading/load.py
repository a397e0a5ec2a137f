"""From a source to scores: every table in it, joined, and one word on what was not used."""

import warnings
from collections.abc import Mapping, Sequence
from os import PathLike

import pandas as pd

from cchc_analysis.reading.headings import is_block, pick, under_headings
from cchc_analysis.reading.numbers import first_line
from cchc_analysis.reading.published import check_units, doubts, unit_keys
from cchc_analysis.reading.scores import read_scores
from cchc_analysis.reading.tables import Table, tables_of
from cchc_analysis.text import quoted
from cchc_analysis.vocabulary import CHOOSE_TABLE, SHOWN

_KEPT = (
    "unit", "score", "max_score", "year", "block", "published_rank", "published_grade",
    "max_assumed",
)  # fmt: skip
_MOST_TOLD = 15


class LoadWarning(UserWarning):
    """What `load_scores` left out or understood by itself: one warning per source."""


def load_scores(
    source: str | PathLike | pd.DataFrame,
    *,
    table: int | str | None = None,
    columns: Mapping[str, str | int] | None = None,
    max_score: float | None = None,
    year: int | None = None,
    block: str | None = None,
) -> pd.DataFrame:
    """Load a published table of scores, or refuse it with the reason.

    Several tables in one source (blocks, years) are joined under their headings. Numbers are read
    with a decimal comma or dot; never is one a thousands mark.

    Parameters
    ----------
    source : path or DataFrame
        A workbook (``.xlsx``, ``.xls``, ``.ods``), a Word file (``.docx``), a web page
        (``.html``), a CSV or text file (``.csv``, ``.txt``, also pasted one cell per line), a PDF
        file with a text layer, or a table in memory. Columns are known by their Vietnamese names
        ("Đơn vị", "Tổng điểm"…) or the English ones below.
    table : int or str, optional
        The one table to load: its number from 1 or its heading, as `list_tables` gives them.
    columns : mapping, optional
        Which column holds what, where the names do not tell: ``{"score": "Điểm thẩm định"}``, by
        title or by number from 1.
    max_score : float, optional
        The maximum of every score, in points, where the source does not say it.
    year, block : int and str, optional
        The year and the block (khối) of all rows, where the source does not say them.

    Returns
    -------
    DataFrame
        One row per unit in source order, with a RangeIndex and the columns ``unit`` (str),
        ``score`` and ``max_score`` (float64, points; no score is a unit not scored), then those
        of ``year`` (int64), ``block`` (str), ``published_rank`` (Int64), ``published_grade``
        (str, as published) and ``max_assumed`` (bool: nobody stated the maximum of 100) that
        there are.

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way: file, place and remedy are named.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    LoadWarning
        If something was not used, is missing, or was understood without being named.

    Examples
    --------
    >>> load_scores(pd.DataFrame({"Đơn vị": ["Thanh tra"], "Điểm": ["73,98"]}))
            unit  score  max_score  max_assumed
    0  Thanh tra  73.98      100.0         True
    """
    _check_options(table, columns, year, block)
    name, tables, unused, to_check = tables_of(source, columns)
    if table is not None:
        tables, unused = [pick(name, tables, table)], []
    named = named_by_headings(name, tables)
    parts, several = [], len(tables) > 1
    own = {role: given for role, given in (("year", year), ("block", block)) if given is not None}
    for one, known in zip(tables, named, strict=True):
        where = ", ".join(filter(None, [name, one.place]))
        part, left_out, told = read_scores(
            where, one, wanted=columns or {}, max_score=max_score, given=known | own
        )
        part = part.assign(place=one.place, line=part.index)
        parts.append(part)
        unused += [f"{one.place} {words}".strip() if several else words for words in left_out]
        to_check += told
    scores = join(name, parts)
    if "max_assumed" in scores:
        scores["max_assumed"] = scores["max_assumed"].fillna(False).astype("bool")
    if several and not all("year" in known for known in named):
        _check_overlap(name, scores, tables, named)
    check_units(name, scores)
    to_check = [*doubts(scores), *to_check]
    scores = scores[[column for column in _KEPT if column in scores]]
    scores = scores.astype({column: "str" for column in ("unit", "block") if column in scores})
    if several:
        listed = ", ".join(f"'{one.heading[:40]}'" for one in tables[:_MOST_TOLD])
        to_check.append(f"đã gộp {len(tables)} bảng ({listed}); dùng table= nếu chỉ cần một bảng")
    tell(name, unused, to_check)
    return scores


def _check_options(table: object, columns: object, year: object, block: object) -> None:
    """Refuse an option of another kind: it would be found in no table, or in all."""
    for option, value, is_right, example in (
        ("table", table, isinstance(table, int | str) and table is not True, "1 hoặc 'Khối sở'"),
        ("columns", columns, isinstance(columns, Mapping), '{"score": "Tổng điểm"}'),
        ("year", year, str(year).isdecimal() and 1900 <= int(str(year)) <= 2099, "2020"),
        ("block", block, isinstance(block, str) and block.strip(), "'Khối sở'"),
    ):
        if value is not None and not is_right:
            raise ValueError(f"{option}={value!r:.60} không dùng được; hãy ghi ví dụ {example}.")


def named_by_headings(name: str, tables: Sequence[Table]) -> list[dict[str, str]]:
    """Return for each of several tables the year or block of its heading, unless columns say it."""
    has_own = [{"year", "block"} & set(one.header.roles.values()) for one in tables]
    if len(tables) == 1 or all(has_own):
        return [{} for _ in tables]
    headings = [one.heading for one in tables]
    if len(set(headings)) < len(tables) and len({one.title for one in tables}) == len(tables):
        headings = [one.title for one in tables]  # sheets under the same lines
    return under_headings(name, headings, [one.context for one in tables])


def join(name: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of a source as one, refusing some with years or blocks and some without."""
    for column in ("year", "block"):
        if 0 < sum(column in part for part in parts) < len(parts):
            raise ValueError(
                f"{name}: chỉ một số bảng có cột {SHOWN[column]}, không ghép được; {CHOOSE_TABLE}."
            )
    return pd.concat(parts, ignore_index=True)


def _check_overlap(name: str, scores: pd.DataFrame, tables: Sequence[Table], named: list) -> None:
    """Refuse to join tables that list the same units, unless their headings call them blocks."""
    if all(is_block(one.heading) for one in tables) or not any(named):
        return
    keys = unit_keys(scores, "year")
    if (line := first_line(keys.duplicated())) is not None:
        listed = ", ".join(f"'{one.heading[:40]}'" for one in tables[:8])
        raise ValueError(
            f"{name}: đơn vị {quoted(scores['unit'][line])} có trong nhiều bảng ({listed}), không "
            f"rõ bảng nào cần dùng; {CHOOSE_TABLE}."
        )


def tell(name: str, unused: list[str], told: list[str]) -> None:
    """Warn once of what was not used, and of what to check."""
    if len(unused) > _MOST_TOLD:
        unused = [*unused[:_MOST_TOLD], f"và {len(unused) - _MOST_TOLD} chỗ khác"]
    clauses = [*([f"không dùng đến {'; '.join(unused)}"] if unused else []), *told]
    if clauses:
        first, *others = clauses
        words = ". ".join([first, *(other[0].upper() + other[1:] for other in others)])
        warnings.warn(f"{name}: {words}.", LoadWarning, stacklevel=3)
