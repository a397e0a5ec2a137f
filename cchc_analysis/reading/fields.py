"""From a source to the scores of each unit in each field (lĩnh vực)."""

from collections.abc import Mapping
from os import PathLike

import pandas as pd

from cchc_analysis.groups import group_columns
from cchc_analysis.reading.columns import check_roles
from cchc_analysis.reading.field_columns import layout_of
from cchc_analysis.reading.field_scores import read_fields
from cchc_analysis.reading.load import join, joined_in_words, named_by_headings, tell
from cchc_analysis.reading.maxima import check_maximum
from cchc_analysis.reading.places import Where
from cchc_analysis.reading.published import check_units
from cchc_analysis.reading.tables import pick, tables_of
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import first_few, quoted, same


def load_fields(
    source: str | PathLike | pd.DataFrame,
    *,
    table: int | str | None = None,
    columns: Mapping[str, str | int] | None = None,
    max_score: float | Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Load a published table of scores by field (lĩnh vực), or refuse it with the reason.

    Either each field is a column, or each row is one field of one unit. The maximum of a field is
    never guessed: its title says it ("Thể chế (10 điểm)"), a row "Điểm tối đa", a column of that
    name in a table of rows, or `max_score`.

    Parameters
    ----------
    source : path or DataFrame
        As for `load_scores`.
    table : int or str, optional
        The one table to load, as for `load_scores`.
    columns : mapping, optional
        Which column holds what, as for `load_scores`; ``field`` is the column that names the
        fields. Where each field is a column, ``score`` is the published total.
    max_score : float or mapping, optional
        The maximum of every field in points, or of some by name: ``{"Thể chế": 10}``.

    Returns
    -------
    DataFrame
        One row per unit and field in source order, with a RangeIndex: ``unit`` (str), ``year``
        (int64) and ``block`` (str) where known, ``field`` (str), ``score`` and ``max_score``
        (float64, points; no score is missing), and ``published_total`` (float64) where the source
        has one plain column of totals: what it says in that row.

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way, a maximum is not known, or a score is
        outside 0 and its maximum: file, place and remedy are named.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    LoadWarning
        If something was not used, is missing, or was understood without being named.

    Examples
    --------
    >>> one = pd.DataFrame({"Đơn vị": ["Thanh tra"], "Thể chế (10 điểm)": ["8,5"]})
    >>> load_fields(one)
            unit    field  score  max_score
    0  Thanh tra  Thể chế    8.5       10.0
    """
    wanted, given = columns or {}, _checked_maxima(max_score)
    check_roles(wanted)
    # Fields without a total do not look like scores; a second column beside the unit will do.
    file, _, tables, unused, told = tables_of(source, {"score": 2, **wanted})
    if table is not None:
        tables, unused = [pick(file, tables, table)], []
    layouts = [layout_of(Where(file, one.place), one, wanted) for one in tables]
    found = [(one, layout) for one, layout in zip(tables, layouts, strict=True) if layout.scores]
    if not found:
        raise Refusal(
            "không có cột lĩnh vực nào có số",
            "hãy dùng bảng có điểm từng lĩnh vực, mỗi lĩnh vực một cột, hoặc các cột Đơn vị, Lĩnh "
            "vực, Điểm, Điểm tối đa (cột tên khác thì ghi đúng tên cột vào {option})",
            file=file, option=Option("columns"),
        )  # fmt: skip
    unused += [t.place for t, layout in zip(tables, layouts, strict=True) if not layout.scores]
    parts = []
    for (one, layout), known in zip(
        found, named_by_headings(file, [one for one, _ in found]), strict=True
    ):
        part, words, to_check = read_fields(
            Where(file, one.place), one, layout, wanted, given, known
        )
        parts.append(part.assign(place=one.place, line=part.index))
        unused += [f"{one.place} {word}".strip() if len(found) > 1 else word for word in words]
        told += to_check
    fields = join(file, parts)
    for field, part in fields.groupby("field", sort=False):
        check_units(Where(file, f"lĩnh vực {quoted(field)}"), part)
    _check_names(file, fields["field"], max_score)
    gaps = fields[fields["score"].isna()]
    if len(gaps):
        words = [f"'{u[:40]}': {f[:40]}" for u, f in zip(gaps["unit"], gaps["field"], strict=True)]
        told.insert(0, f"{len(gaps)} điểm lĩnh vực còn thiếu ({first_few(words)})")
    if len(parts) > 1:
        told.append(joined_in_words([one for one, _ in found]))
    tell(file, list(dict.fromkeys(filter(None, unused))), list(dict.fromkeys(told)))
    kept = ["unit", *group_columns(fields), "field", "score", "max_score", "published_total"]
    return fields[[column for column in kept if column in fields]]


def _checked_maxima(max_score: object) -> float | dict[str, float] | None:
    if not isinstance(max_score, Mapping):
        check_maximum(max_score)
        return max_score
    for value in max_score.values():
        check_maximum(value)
    return {same(str(field)): value for field, value in max_score.items()}


def _check_names(file: str, fields: pd.Series, given: object) -> None:
    """Refuse a maximum that is given for a field that is not there."""
    names = list(fields.unique())
    for field in given if isinstance(given, Mapping) else []:
        if same(str(field)) not in map(same, names):
            listed = first_few([quoted(one) for one in names])
            raise Refusal(
                f"không có lĩnh vực {quoted(field)} ({{option}}); các lĩnh vực: {listed}",
                "hãy ghi đúng tên", file=file, value=field, option=Option("max_score"),
            )  # fmt: skip
