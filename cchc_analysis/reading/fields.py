"""From a source to the scores of each unit in each field (lĩnh vực): each is a table of scores."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.groups import LEVELS, group_columns
from cchc_analysis.reading.cells import (
    Grid,
    Where,
    are_numbers,
    as_written,
    filled,
    first_line,
    in_percent,
    numbers_in,
    place,
    row_in_words,
    to_numbers,
)
from cchc_analysis.reading.columns import check_roles
from cchc_analysis.reading.criteria import (
    Criterion,
    check_sums,
    criteria_of,
    is_coded,
    is_sum,
    sums_among,
    told_sums,
)
from cchc_analysis.reading.fieldcolumns import (
    KEYS,
    OTHER_STAGES,
    Column,
    Layout,
    check_rows,
    layouts_of,
    level_of,
    several_scores,
    stage_of,
)
from cchc_analysis.reading.header import (
    FIRST_TABLE,
    LIKE,
    Header,
    Said,
    Table,
    has_wanted,
    is_header,
    split_maximum,
    split_pairs,
    told_year,
    without_year,
    years_said,
)
from cchc_analysis.reading.load import (
    Loaded,
    check_blocks,
    check_options,
    check_units,
    joined,
    joined_in_words,
    load_each,
    name_of,
    named_by_headings,
    no_year,
    tell,
    unit_keys,
    year_said,
    years_of,
)
from cchc_analysis.reading.rows import TELLS_A_MEAN, UNITS
from cchc_analysis.reading.scores import Part, check_maximum, check_scores, read_scores
from cchc_analysis.reading.sources import read_grids
from cchc_analysis.reading.tables import find_tables, pick, tables_in
from cchc_analysis.reading.vocabulary import (
    FOOTERS,
    NAMED_UNIT,
    NUMBERED_SHEET,
    TITLED_UNIT,
    UNTITLED_LINE,
)
from cchc_analysis.refusal import Clause, Option, Refusal
from cchc_analysis.text import SHOWN, decimal_comma, first_few, fold, near, quoted, same, unit_key

_TENS = 10  # to which the maximum of a field is proposed
_LONGEST_OPTION = 280
_COUNTED = re.compile(r"^[0-9]+[ .)_-]+(?=.*[^\W\d_]{2})")  # "1. Sở A"
_ALIKE, _MOST_NAMES = 0.85, 200  # "Thủ tuc" is so near to "Thủ tục"; of fields that are compared


def read_columns(
    where: Where, table: Table, layout: Layout, unit: str, given: object, known: Mapping
) -> Part:
    """Return what a table gives whose titles name the fields."""
    body = layout.body if layout.of("unit") else layout.body.assign(unit=unit)
    of_column = {stages["score"].at: stages for stages in layout.scores.values()}
    stated = {
        at: [most for one in stages.values() for most in one.maxima]
        for at, stages in of_column.items()
    }
    limits = {name: limit for one in layout.taken for name, limit in one.limits.items()}
    best = {at: stages["score"].numbers.max() for at, stages in of_column.items()}
    maxima, parts = _maxima(where, [layout.tree], best, given, stated, limits), []
    leaves = {row.line: row for row in layout.tree.rows() if not row.below}
    for at, leaf in leaves.items():
        of_field = f"lĩnh vực '{leaf.full_title[:60]}'"
        within = where._replace(place=", ".join(filter(None, [where.place, of_field])))
        most = of_column[at]["score"].most
        own = body if most is None else body.assign(max_score=most)
        given_most = maxima[at] if most is None else None
        part = _read(within, table, layout, own, of_column[at], known, max_score=given_most)
        parts.append(part._replace(scores=part.scores.assign(**leaf.levels)))
    of = pd.concat([part.fates for part in parts], axis=1)
    fates = of.iloc[:, 0].mask(of.isin(UNITS).any(axis=1), UNITS[-1])
    fates = fates.reindex(table.body.index, fill_value="maximum")
    fields = pd.concat([part.scores for part in parts]).sort_index(kind="stable")
    for stage in ("score", *OTHER_STAGES):
        own = {at: stages[stage] for at, stages in of_column.items() if stage in stages}
        check_rows(where, layout.tree, own, fields.index.unique())
    fields = _with_total(where, layout, fields)
    return _together(layout, parts, fields, fates)


def _together(
    layout: Layout, parts: Sequence[Part], fields: pd.DataFrame, fates: pd.Series,
    unused: Sequence[str] = (),
) -> Part:  # fmt: skip
    """Return what the fields of a table, or the units side by side, give together.

    What is told of several is told once, with how often; of means if all fields have them, and
    never of criteria.
    """
    columns = {one.at for one in layout.columns if one not in layout.others}
    left_out, unused = layout.left_out, [*layout.unused, *unused]
    alike: dict[tuple, list[str]] = {}
    for part in parts:
        left_out = part.left_out | left_out  # a row that is left out of several is told once
        columns |= part.columns
        unused += part.unused
        for one in part.told:
            key = (one.words, one.line) if isinstance(one, Clause) else (one,)
            alike.setdefault(key, []).append(str(one))
    told = [
        own[0] if len({*own}) == 1 else f"{own[0]} (và tương tự ở {len(own) - 1} lĩnh vực khác)"
        for key, own in alike.items()
        if key[0] != TELLS_A_MEAN or (len(own) == len(parts) and not layout.names)
    ]
    left_out = dict(sorted(left_out.items()))
    return Part(fields, unused, left_out, [*layout.told, *told], fates, columns, "")


def read_rows(
    where: Where, table: Table, layout: Layout, unit: str, given: object, known: Mapping
) -> Part:
    """Return what a table gives whose rows are criteria."""
    if not layout.scores:
        raise where.refuse("không có cột điểm nào", "hãy đặt tên cột, ví dụ 'Điểm thẩm định'")
    maximum, told = layout.first("max_score"), layout.told
    measured = [*layout.taken, *([] if maximum is None else [maximum])]
    numbers = pd.DataFrame({one.at: one.numbers for one in measured})
    _fill_down(layout, numbers.notna().any(axis=1), told)
    trees, remarks = _trees(where, layout, numbers, told)
    _check_units(where, trees, numbers[[] if maximum is None else [maximum.at]])
    rows = {row.line: row for tree in trees for row in tree.rows() if row.line is not None}
    leaves = {line: row for line, row in sorted(rows.items()) if not row.below}
    body = layout.body
    for line in remarks:
        layout.left_out[line,] = row_in_words(line, body.loc[line].fillna(""))
    if maximum is None:
        best = next(iter(layout.scores.values()))["score"].numbers
        maxima = _maxima(where, trees, best, given, {}, {})
        body["max_score"] = pd.Series({line: as_written(one) for line, one in maxima.items()})
    elif given is not None:
        raise where.refuse(
            "bảng đã ghi điểm tối đa của từng dòng",
            "hãy bỏ {option.name}={option.rest}",
            option=Option("max_score"),
        )
    if layout.is_percent:
        _make_points(where, layout.taken[0], maximum, [*leaves], told)
    sums = [line for tree in trees for row in (tree, *tree.rows()) for line in row.again]
    parts, found = [], []
    for side, stages in layout.scores.items():
        column = stages["score"]
        body[column.at] = scores = _with_survey(stages, [*leaves], told)
        if not layout.of("unit"):
            body["unit"] = " ".join(side) or unit
        part = _read(where, table, layout, body.loc[[*leaves]], stages, known)
        for one in [one for one in measured if one is maximum or one in stages.values()]:
            readings = [one.cells, *([scores] if one is column else [])]
            numbers = [pd.concat([to_numbers(where, one.text, cells[[*rows]]),
                                  numbers_in(cells[sums])]) for cells in readings]  # fmt: skip
            cells = {line: (place(one.cells, line), cell) for line, cell in one.cells.items()}
            check_sums(where, trees, cells, *numbers)
        parts.append(part)
        own = [leaves[line] for line in part.scores.index]
        fields = part.scores.join(pd.DataFrame([one.levels for one in own], part.scores.index))
        totals = column.numbers.reindex([next(iter(one.path[0].above.again), None) for one in own])
        if totals.notna().any():
            fields["published_total"] = totals.array
        found.append(_with_total(where, layout, fields))
    fates = pd.Series("", table.body.index, dtype="str")
    fates[[*rows, *sums, *(line for lines in layout.left_out for line in lines)]] = "remark"
    fates[[*leaves]] = UNITS[-1]
    beside = [
        one.called for one in layout.of(None)
        if filled(one.cells[[*rows]]).any() and not filled(one.cells[[*leaves]]).any()
    ]  # fmt: skip
    return _together(layout, parts, pd.concat(found), fates, beside)


def _fill_down(layout: Layout, has_number: pd.Series, told: list) -> None:
    """Give rows a unit, year or block that is only written in the first row of each."""
    for one in layout.of(*KEYS):
        is_given = filled(one.cells)
        is_blank = has_number & ~is_given
        if is_blank.any() and one.cells[is_given].map(same).is_unique:
            one.cells = one.cells.mask(is_blank, one.cells.where(is_given).ffill().fillna(""))
            layout.body[one.at] = one.cells
            told.append(f"ô trống ở {one.called} lấy theo ô có chữ ngay trên")


def _check_units(where: Where, trees: list[Criterion], maxima: pd.DataFrame) -> None:
    """Refuse a sheet whose highest rows have the same criteria with the same maxima: are units."""
    for tree in trees:
        own = {tuple((same(row.name), *maxima.loc[row.line]) for row in one.below if row.line)
               for one in tree.below}  # fmt: skip
        if len(tree.below) > len(own) == 1 < len(*own) and len(maxima.columns):
            names = first_few([quoted(one.name) for one in tree.below])
            raise where.refuse(
                f"các dòng {names} có cùng các tiêu chí và điểm tối đa, có vẻ là đơn vị hoặc năm",
                "hãy thêm cột Đơn vị (hoặc Năm), điền ở từng dòng tiêu chí, và xóa các dòng này",
            )  # fmt: skip


def _check_bonus(
    where: Where, names: Mapping[int, str], numbers: pd.DataFrame, maximum: Column | None
) -> None:
    """Refuse a row of points beside the criteria: it has a negative number, or no maximum."""
    for line in (c for c, role in Header(names, names).likely.items() if role == "bonus"):
        own = numbers.loc[line]
        if own.min() < 0 or (maximum is not None and math.isnan(own[maximum.at])):
            raise where.refuse(
                f"{quoted(names[line])} là điểm cộng, trừ, không phải lĩnh vực hay tiêu chí",
                "hãy xóa dòng này và dòng tổng điểm, và ghi điểm ấy ở một cột của bảng xếp hạng",
                at=f"dòng {line}", value=names[line],
            )  # fmt: skip


def _trees(
    where: Where, layout: Layout, numbers: pd.DataFrame, told: list
) -> tuple[list[Criterion], list[int]]:
    """Return the tree of each unit, and the lines that are no criteria."""
    number, unit = (layout.first(kind) for kind in ("number", "unit"))
    has_number = numbers.notna().any(axis=1)
    has_score = numbers[[one.at for one in layout.taken]].notna().any(axis=1)
    coded = None  # the last row with a code
    groups: dict[tuple, tuple[list, list]] = {}
    left_out = []
    for line, row in layout.body.fillna("").iterrows():
        names = [row[one.at] for one in layout.names]
        code, owner = ("" if one is None else row[one.at] for one in (number, unit))
        first = next(filter(None, [*names, code]), "")
        counts = is_sum(first) and has_number[line]
        coded = line if is_coded(code, names) else coded
        explains = coded not in (None, line) and has_score[coded] and not has_score[line]
        is_row = has_number[line] or coded == line or (owner and any(names))
        is_remark = FOOTERS.match(fold(owner)) and not any(names)
        if unit is not None and not owner and has_number[line] and not counts:
            raise where.refuse("thiếu tên đơn vị", "hãy điền tên đơn vị", at=f"dòng {line}")
        if not is_row or is_remark or explains or (counts and unit is not None and not owner):
            left_out += [line] if row.any() else []
            continue
        key = tuple(same(row[one.at]) for one in layout.of(*KEYS))
        rows, totals = groups.setdefault(key, ([], []))
        if counts:
            totals.append(line)
        else:
            rows.append((line, code, names))
            _check_bonus(where, {line: first}, numbers, layout.first("max_score"))
    if not groups or not all(rows for rows, _ in groups.values()):
        raise where.refuse("bảng không có dòng lĩnh vực nào", "hãy kiểm tra lại bảng")
    trees = []
    for rows, totals in groups.values():
        tree = criteria_of(where, rows, told, has_units=unit is not None)
        tree.take_sums(totals)
        left_out += tree.cut_remarks(where, has_number)
        trees.append(tree)
    whole = numbers.drop(columns=[one.at for one in layout.taken if one.stage == "self_score"])
    sums = (row for tree in trees for rows in sums_among(tree, whole) for row in rows)
    if names := [f"dòng {row.line} {quoted(row.name)}" for row in dict.fromkeys(sums)]:
        told.append(told_sums(names, "dòng"))
    return trees, sorted(left_out)


def _with_survey(stages: Mapping[str, Column], lines: list[int], told: list) -> pd.Series:
    """Return the scores, in their place those of a survey where it alone measured something."""
    score, survey = stages["score"].cells, stages.get("survey_score", stages["score"]).cells
    alone = are_numbers(survey)
    for own in (one.cells for stage, one in stages.items() if stage != "survey_score"):
        alone &= ~are_numbers(own)
    filled_in = score.where(~alone, survey)
    if many := (filled_in != score)[lines].sum():
        told.append(f"{many} tiêu chí chỉ có điểm điều tra XHH, lấy làm điểm")
    return filled_in


def _make_points(
    where: Where, column: Column, maximum: Column, lines: list[int], told: list
) -> None:
    """Make points of a column of percentages of the maxima."""
    told.append(f"điểm tính từ {column.called} và điểm tối đa")
    cells = column.cells[lines]
    shares = to_numbers(where, column.text, cells.str.rstrip("% "))
    if 0 < shares.max() <= 1 and not cells.str.contains("%").any():
        raise where.refuse(
            f"{column.called} không có tỷ lệ nào trên 1%",
            "hãy ghi tỷ lệ bằng phần trăm, ví dụ 85%, hoặc thêm cột điểm",
        )
    maxima = to_numbers(where, SHOWN["max_score"], maximum.cells[lines])
    points = [f"{Decimal(str(a)) * Decimal(str(b)) / 100:f}" if a == a and b == b else ""
              for a, b in zip(shares, maxima, strict=True)]  # fmt: skip
    points = pd.Series(points, lines, dtype="str").reindex(column.cells.index, fill_value="")
    column.text, column.cells = SHOWN["score"], points.rename(column.at)


def _maxima(
    where: Where, trees: list[Criterion], best: Mapping[object, float], given: object,
    stated: Mapping[object, list[float]], limits: Mapping[str, float],
) -> dict[object, float]:  # fmt: skip
    """Return the maximum of each lowest row or column; refuse two of one name, and none.

    Those that names above it state must be the sums of those below them.
    """
    names, values, most = {}, {}, {}
    for leaf in (row for tree in trees for row in tree.rows() if not row.below):
        name = names.setdefault(leaf.line, leaf.full_title)
        of_name = given.get(same(name)) if isinstance(given, Mapping) else given
        own = [*stated.get(leaf.line, []), split_maximum(leaf.name)[1], of_name]
        own = [float(one) for one in own if one is not None]
        values.setdefault(same(name), {}).update(dict.fromkeys(own))
        most[same(name)] = max(most.get(same(name), 0), best[leaf.line])
    spelled = {same(name): name for name in reversed(names.values())}
    for key, own in values.items():
        if len(own) > 1:
            raise where.refuse(
                f"lĩnh vực {quoted(spelled[key])} có nhiều điểm tối đa khác nhau "
                f"({' và '.join(map(decimal_comma, own))}) ở tiêu đề, dòng điểm tối đa hoặc "
                "{option.name}",
                "hãy giữ lại số đúng", option=Option("max_score"),
            )  # fmt: skip
    if unknown := [spelled[key] for key, own in values.items() if not own]:
        is_deep = any(row.below for tree in trees for row in tree.below)
        proposed = _proposed({name: most[same(name)] for name in unknown})
        others = len(unknown) - len(proposed)
        more = f" (và tương tự cho {others} lĩnh vực còn lại)" if others else ""
        raise where.refuse(
            f"chưa biết điểm tối đa của {len(unknown)} lĩnh vực "
            f"({first_few([quoted(field, 60) for field in unknown])})",
            "hãy thêm cột Điểm tối đa, hoặc ghi vào tên, ví dụ 'Thể chế (10 điểm)'" if is_deep else
            "hãy ghi vào tiêu đề, ví dụ 'Thể chế (10 điểm)', thêm dòng Điểm tối đa, hoặc nêu "
            f"cho từng lĩnh vực, ví dụ {{option}}{more}; cột không phải lĩnh vực thì xóa, cột tổng "
            "điểm thì chỉ rõ là cột điểm",
            option=Option("max_score", proposed),
        )  # fmt: skip
    maxima = {at: next(iter(values[same(name)])) for at, name in names.items()}
    above = {row.line: split_maximum(row.name)[1] or limits.get(row.name)
             for tree in trees for row in tree.rows() if row.below}  # fmt: skip
    known = pd.Series(above | maxima, dtype="float").dropna()
    check_sums(where, trees, dict.fromkeys(known.index, ("điểm tối đa", "")), known)
    return maxima


def _proposed(best: Mapping[str, float]) -> dict[str, int]:
    """Return maxima that these fields may have, in tens, of as many as a sentence holds."""
    proposed, room = {}, _LONGEST_OPTION
    for field, score in best.items():
        proposed[field] = 100 if "%" in field else _TENS * max(1, math.ceil(score / _TENS))
        room -= len(json.dumps({field: 10}, ensure_ascii=False))
        if room < 0 and len(proposed) > 1:
            proposed.pop(field)
            break
    return proposed


def _read(
    where: Where, table: Table, layout: Layout, body: pd.DataFrame, stages: Mapping[str, Column],
    known: Mapping, *, max_score: float | None = None,
) -> Part:  # fmt: skip
    """Return what `read_scores` makes of one column of scores, and beside them the other stages."""
    score = stages["score"].at
    if layout.year:
        body = body.assign(year=layout.year)
    added = {role: role for role in ("unit", "year", "max_score") if role in body}
    shown = [one for one in layout.columns if one in layout.others or one.at == score]
    titles = {one.at: one.text for one in shown} | {role: SHOWN[role] for role in added}
    wanted, at = {**layout.wanted, **added, "score": score}, [*titles]
    part = read_scores(
        where,
        table._replace(header=Header(titles, titles), body=body[at]),
        wanted={role: at.index(c) + 1 for role, c in wanted.items() if c in titles},
        max_score=max_score,
        given=known,
        are_parts=bool(layout.names) or len(layout.scores) > 1,
    )
    scores = part.scores
    for stage in filter(stages.get, OTHER_STAGES):
        cells = stages[stage].cells[scores.index]
        own = to_numbers(where, stages[stage].text, cells)
        check_scores(where, scores.assign(score=own), cells, assumed=False)
        scores[stage] = own
    return part


def _with_total(where: Where, layout: Layout, fields: pd.DataFrame) -> pd.DataFrame:
    """Return the scores beside what a column of totals says in their rows."""
    if len(totals := layout.of("total")) > 1:
        raise several_scores(where, totals)
    for one in totals:
        cells = one.cells[fields.index.unique()]
        if in_percent(one.text, cells):
            raise where.refuse(f"{one.called} ghi tỷ lệ %, không phải tổng điểm", "hãy xóa cột này")
        total = to_numbers(where, one.text, cells)
        if total.notna().any():
            fields["published_total"] = total.reindex(fields.index)
    return fields


def load_fields(
    source: str | PathLike | pd.DataFrame | Sequence,
    *,
    table: int | str | Sequence | None = None,
    columns: Mapping[str, str | int] | Sequence | None = None,
    max_score: float | Mapping[str, float] | Sequence | None = None,
    unit: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
) -> pd.DataFrame:
    """Load a published table of scores by field (lĩnh vực), or refuse it with the reason.

    Either each field is a column, or each row is a field or a criterion: of one unit, of units in a
    column or side by side. A row that is not the sum of those below it is refused. There may be a
    column for each stage of the scoring ("I. Thể chế - Tự chấm"): the score is the appraised one,
    and a total is never a field, but the score where it is the sum of what each row has beside it;
    or for each year ("Năm 2022"). A maximum is never guessed: a title or a name says it ("Thể chế
    (10 điểm)"), a row or a column "Điểm tối đa", a first row of numbers in brackets ("(10)"), or
    `max_score`.

    Parameters
    ----------
    source : path or DataFrame, or list of them
        As for `load_scores`. Files of a list are of units or of years of their own, and each option
        may be a list, too: one for each.
    table : int or str, optional
        The one table to load, as for `load_scores`.
    columns : mapping, optional
        Which column holds what, as for `load_scores`; ``field`` is the column that names the
        fields. Where each field is a column, ``score`` is the published total; it may also name a
        stage of the scoring ("Tự chấm") that is the score.
    max_score : float or mapping, optional
        The maximum of every field in points, or of some by name: ``{"Thể chế": 10}``.
    unit : str, optional
        The unit that a score sheet is about, where it has no column of units; by default the one
        in a line above it, else the name of the sheet or the file, which is told.
    year : int, optional
        The year of all rows, where no column says it: ``load_fields([a, b], year=[2023, 2024])``.
        Titles are asked, too, where sheets or files are of several years.

    Returns
    -------
    DataFrame
        One row per unit and field, or criterion without others below it, in source order, with a
        RangeIndex: ``unit`` (str), ``year`` (int64) and ``block`` (str) where known, ``field``, and
        ``criterion`` and ``subcriterion`` (str) where there are such, ``score`` and ``max_score``
        (float64, points; no score is missing), ``self_score`` and ``survey_score`` (float64,
        points) where the source has them, and ``published_total`` (float64) where it has one plain
        column of totals, or a row of them: what it says of that row.

    Raises
    ------
    ValueError
        If the table cannot be read in exactly one way, a maximum is not known, a score is outside
        0 and its maximum, or two files give a unit the same field: place and remedy are named.
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
    options = {
        "table": table, "columns": columns, "max_score": max_score, "unit": unit, "year": year,
    }  # fmt: skip
    try:
        loaded = _of_years(load_each(_load, source, options))
        fields = _joined(loaded)
    except Refusal as error:
        error.reads = "fields"
        raise
    for name, words in _misspelt(fields):
        next(one for one in loaded if name in set(one.scores["field"])).told.append(words)
    for one in loaded:
        tell(one, "fields")
    return fields


def _load(
    source: str | PathLike | pd.DataFrame, *, table: int | str | None,
    columns: Mapping[str, str | int] | None, max_score: float | Mapping[str, float] | None,
    unit: str | None, year: int | None,
) -> Loaded:  # fmt: skip
    """Load one source, as `load_fields` does."""
    wanted, given = columns or {}, _checked_maxima(max_score)
    check_roles(wanted)
    check_options(year, None)
    file, grids, unused, told = read_grids(source)
    every, left_out = _tables_of(file, grids, wanted, unused)
    found = every
    if table is not None:
        one = pick(file, [own for own, _ in found], table)
        found, unused, left_out = [pair for pair in found if pair[0] is one], [], []
    unused += [*left_out, *(one.place for one, layouts in found if not layouts)]
    found = [(one, layouts) for one, layouts in found if layouts]
    if not found:
        raise Refusal(
            "không có cột lĩnh vực nào có số",
            "hãy dùng bảng có điểm từng lĩnh vực, mỗi lĩnh vực một cột, hoặc các cột Đơn vị, Lĩnh "
            "vực, Điểm, Điểm tối đa (cột mang tên khác thì dùng {option})",
            file=file, option=Option("columns"),
        )  # fmt: skip
    taken, several = [one for one, _ in found], len(found) > 1
    titled = years_said(taken)
    said = year_said(file, titled, year)
    known = _years_of_sheets(found, titled, told)
    units = _units(file, found, grids, unit, told, known)
    if not any(units):
        known = named_by_headings(file, taken, titled)
    own = {} if year is None else {"year": year}
    parts = []
    for (one, layouts), of_sheet, of_table in zip(found, units, known, strict=True):
        where = Where(file, one.place)
        for layout in layouts:
            read = read_rows if layout.names else read_columns
            parts.append((one, read(where, one, layout, of_sheet, given, of_table | own)))
    tables = [one for one, _ in every]
    fields, own_unused, own_told = joined(file, grids, tables, parts, is_chosen=table is not None)
    fields, unused, told = _spelled_alike(fields), [*unused, *own_unused], [*told, *own_told]
    levels = [level for level in LEVELS if level in fields]
    check_units(Where(file), fields)
    _check_names(file, fields["field"], max_score)
    gaps = fields[fields["score"].isna()]
    if len(gaps):
        names = gaps[levels].ffill(axis=1).iloc[:, -1]
        words = [f"'{u[:40]}': {name[:40]}" for u, name in zip(gaps["unit"], names, strict=True)]
        told.insert(0, f"{len(gaps)} điểm {_called(levels)} còn thiếu ({first_few(words)})")
    if several:
        told.append(joined_in_words(taken, [{}] * len(taken) if any(units) else known))
    years = sorted({str(one) for one in fields.get("year", [])})
    if years and said.year not in ("", *years):
        told.append(
            f"dùng năm {', '.join(years)} dù tiêu đề {quoted(said.line, 120)} ghi {said.year}"
        )
    return Loaded(file, fields, unused, told, said)


def _called(levels: Sequence[str]) -> str:
    return "lĩnh vực" if len(levels) == 1 else "tiêu chí"


def _spelled_alike(fields: pd.DataFrame) -> pd.DataFrame:
    """Return units and fields as they are first spelled."""
    for column in ("unit", "field"):
        first = {}
        fields[column] = [first.setdefault(same(text), text) for text in fields[column]]
    return fields


def _misspelt(fields: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the fields of nearly one name with another that no unit of a year has beside it."""
    keys = unit_keys(fields, "year", "block").fillna("").itertuples(index=False, name=None)
    units = pd.Series(list(keys), fields.index).groupby(fields["field"], sort=False).agg(set)
    found = []
    for at, (name, own) in enumerate(units[:_MOST_NAMES].items()):
        others = [other for other in units.index[:at] if own.isdisjoint(units[other])]
        if hint := near(name, others, _ALIKE, fold):
            words = f"lĩnh vực {quoted(name)}{hint} chỉ ở những đơn vị không có lĩnh vực kia"
            found.append((name, f"{words}; nếu là một thì hãy viết như nhau"))
    return found


def _of_years(loaded: Sequence[Loaded]) -> list[Loaded]:
    """Return sources with the years of their titles, where titles or columns tell several apart.

    One without a year beside those that have some is refused; a year that is not taken is told.
    """
    years = [set(one.scores.get("year", [])) or {one.said.year} - {""} for one in loaded]
    are_told = any("year" in one.scores for one in loaded) or len(set().union(*years)) > 1
    found = []
    for at, one in enumerate(loaded):
        scores, said, told = one.scores, one.said, []
        if are_told and not years[at]:
            raise no_year(loaded, at)
        if are_told and "year" not in scores:
            scores, told = scores.assign(year=int(said.year)), [told_year(said)]
        elif "year" not in scores and said.line:
            told = [
                f"tiêu đề {quoted(said.line, 120)} {said.doubt or f'ghi năm {said.year}'} mà bảng "
                "không có cột Năm, hãy kiểm tra có đúng năm của bảng điểm"
            ]
        found.append(one._replace(scores=scores, told=[*one.told, *told]))
    return found


def _joined(loaded: Sequence[Loaded]) -> pd.DataFrame:
    """Return the sources as one table; two that give the same unit and field are refused."""
    check_blocks(loaded, "hãy thêm cột Khối vào tệp này")
    parts = [one.scores.assign(source=at) for at, one in enumerate(loaded)]
    fields = _spelled_alike(pd.concat(parts, ignore_index=True))
    levels = [level for level in LEVELS if level in fields]
    keys = unit_keys(fields, "year", "block").join(fields[levels].map(same, na_action="ignore"))
    if (line := first_line(keys.duplicated())) is not None:
        before = first_line((keys.fillna("") == keys.fillna("").loc[line]).all(axis=1))
        names = [name_of(loaded, fields["source"][at]) for at in (before, line)]
        year = f" năm {fields['year'][line]}" if "year" in fields else ""
        raise Refusal(
            f"{' và '.join(names)} cùng có {_called(levels)} "
            f"{quoted(fields.loc[line, levels].dropna().iloc[-1])} của đơn vị "
            f"{quoted(fields['unit'][line])}{year}",
            "hãy bỏ đơn vị này khỏi một trong hai tệp" if year else
            "hãy ghi năm của từng tệp nếu là nhiều năm, ví dụ {option}, đúng đơn vị trong từng tệp "
            "nếu là nhiều đơn vị, hoặc bỏ một tệp",
            value=fields["unit"][line], option=years_of(loaded, *fields["source"][[before, line]]),
        )  # fmt: skip
    kept = ["unit", *group_columns(fields), *levels, "score", "max_score", *OTHER_STAGES]
    fields = fields[[column for column in [*kept, "published_total"] if column in fields]]
    texts = [column for column in ("unit", "block", *levels) if column in fields]
    return fields.astype(dict.fromkeys(texts, "str"))


def _tables_of(
    file: str, grids: list[Grid], wanted: Mapping[str, str | int], hidden: Sequence[str]
) -> tuple[list[tuple[Table, list[Layout]]], list[str]]:
    """Return the tables that name units, with what their columns hold; else the score sheets."""
    # Fields without a total do not look like scores; a second column beside the unit will do.
    named_by_caller = {r: title for r, title in wanted.items() if not stage_of(str(title))}
    needed = {"score": 2} | named_by_caller

    def tables(test: object) -> list[Table]:
        return [table for at, grid in enumerate(grids) for table in tables_in(file, at, grid, test)]

    def with_layouts(some: list[Table]) -> list[tuple[Table, list[Layout]]]:
        # Columns of one sheet go over into each other, which categories of their own forbid.
        texts = [
            split_pairs(one._replace(body=one.body.astype("str")), of_fields=True) for one in some
        ]
        return [(one, layouts_of(Where(file, one.place), one, wanted)) for one in texts]

    tests = () if "unit" in wanted else (_is_score_sheet, _is_of_years, _names_criteria)
    sheets = next(filter(None, map(tables, tests)), [])
    sheets = [t for t in sheets if has_wanted(t.header, named_by_caller)] or sheets
    if not sheets or tables(lambda header: is_header(header, needed)):
        some, unused = find_tables(file, grids, needed, hidden)
        found = with_layouts(some)
        if not sheets or any(layouts for _, layouts in found):
            return found, unused
    unused = [grid.place for at, grid in enumerate(grids) if all(t.grid != at for t in sheets)]
    return with_layouts(sheets), unused


def _years_of_sheets(
    found: Sequence[tuple[Table, list[Layout]]], titled: Sequence[Said], told: list
) -> list[dict[str, str]]:
    """Return the years of score sheets whose titles tell several."""
    years = sorted({said.year for said in titled} - {""})
    if len(years) < 2 or not all(own[0].is_of_one_unit for _, own in found):
        return [{} for _ in found]
    told.append(f"lấy năm {', '.join(years)} từ tiêu đề của từng bảng")
    return [{"year": said.year} if said.year else {} for said in titled]


def _is_score_sheet(header: Header) -> bool:
    """Return whether these titles are of criteria and their scores, and name no unit."""
    roles, titles = {*header.roles.values()}, {*header.titles.values(), *header.short.values()}
    has_scores = {"score", LIKE, "max_score"} & roles or any(map(stage_of, titles))
    has_scores = has_scores or any(map(NAMED_UNIT.match, titles))  # units side by side
    return _names_criteria(header) and bool(has_scores)


def _names_criteria(header: Header) -> bool:
    """Return whether a title is of criteria and none of units; the others may be units."""
    titles = {*header.titles.values(), *header.short.values()}
    is_any = any(level_of(title) is not None for title in titles)
    return is_any and "unit" not in header.roles.values()


def _is_of_years(header: Header) -> bool:
    """Return whether these titles are of years of one unit, and fields may be the others."""
    return "year" in header.roles.values() and "unit" not in header.roles.values()


def _units(
    file: str, found: list[tuple[Table, list[Layout]]], grids: list[Grid], given: str | None,
    told: list, known: Sequence[Mapping],
) -> list[str]:  # fmt: skip
    """Return the unit of each score sheet that names none in its columns, and tell it."""
    alone = [at for at, (_, layouts) in enumerate(found) if layouts[0].is_of_one_unit]
    if given is not None and ((len(found) > 1 and not any(known)) or not alone):
        raise Refusal(
            "unit= chỉ dùng cho một phiếu chấm điểm không có cột đơn vị",
            "hãy bỏ unit=" + ", hoặc chọn một bảng ({option})" * bool(alone), file=file,
            option=FIRST_TABLE if alone else None,
        )  # fmt: skip
    units, said = [given or ""] * len(found), {}
    for at in alone if given is None else []:
        one = found[at][0]
        others = [table for table, _ in found if table.grid == one.grid and table is not one]
        units[at], source = _unit_of(file, one, grids[one.grid], others)
        if source == "tên tệp" and "tiêu đề" in said:
            before, titles = found[at - 1][0], [*one.header.titles.values()]
            goes_on = not before.is_sheet and [*before.header.titles.values()] == titles
            if not (goes_on and units[at - 1]):
                raise Where(file, one.place).refuse(
                    "bảng không ghi là của đơn vị nào còn bảng khác thì ghi",
                    "hãy ghi 'Đơn vị: …' ở dòng trên bảng",
                )
            units[at], source = units[at - 1], "tiêu đề"  # a page break parted them
        said.setdefault(source, {})[quoted(units[at])] = None
    told += [
        f"lấy tên đơn vị theo {source} ({first_few([*names])}); tên khác thì đặt unit="
        for source, names in said.items()
    ]
    return units


def _unit_of(file: str, table: Table, grid: Grid, others: Sequence[Table]) -> tuple[str, str]:
    """Return the unit that a sheet is about, and in words where it stands.

    It is in a line above the table, or it is the name of the sheet or of the file.
    """
    first = table.body.index[0] if len(table.body) else table.above[-1]
    ends = [line for other in others for line in other.body.index if line < min(table.above)]
    rows = grid.cells.fillna("").loc[max(ends, default=0) + 1 : first - 1]
    rows = rows[~rows.index.isin(table.above) | (rows.nunique(axis=1) < 3)]  # no titles of columns
    lines = [" ".join(filter(None, row)) for row in rows.to_numpy()]
    lines = [
        line for line in [*lines, "" if grid.is_sheet else grid.title]
        if not UNTITLED_LINE.match(line) and line not in table.header.titles.values()
    ]  # fmt: skip
    found: dict[str, str] = {}
    for pattern in TITLED_UNIT:  # "Đơn vị: Sở A" says it better than "Kết quả thẩm định của Sở B"
        said = [one[1].strip(" .,;:–-") for line in lines if (one := re.search(pattern, line))]
        found = found or {unit_key(name): name for name in said}
    name, source = next(iter(found.values()), ""), "tiêu đề"
    if not found:
        key = fold(grid.title)
        is_named = grid.is_sheet and not (FOOTERS.match(key) or NUMBERED_SHEET.fullmatch(key))
        names = {"trang tính": grid.title * is_named, "tệp": Path(file).stem}
        names = {of: _COUNTED.sub("", without_year(name)) for of, name in names.items()}
        named = [of for of, name in names.items() if NAMED_UNIT.match(name)]
        of = next((of for of in [*named, *names] if names[of]), "tệp")
        name, source = names[of] or Path(file).stem, f"tên {of}"
    if len(found) > 1 or (source == "tên tệp" and not Path(file).suffix):
        raise Where(file, table.place).refuse(
            f"tiêu đề ghi nhiều đơn vị ({' và '.join(map(quoted, found.values()))})" if found
            else "bảng không ghi là của đơn vị nào",
            "hãy ghi 'Đơn vị: …' ở dòng trên bảng, hoặc đặt unit= khi dùng load_fields",
        )  # fmt: skip
    return name, source


def _checked_maxima(max_score: object) -> float | dict[str, float] | None:
    if isinstance(max_score, Mapping):
        return {same(str(field)): _checked_maxima(value) for field, value in max_score.items()}
    check_maximum(max_score)
    return max_score


def _check_names(file: str, fields: pd.Series, given: object) -> None:
    """Refuse a maximum that is given for a field that is not there."""
    names = {same(name): quoted(name) for name in fields.unique()}
    for field in given if isinstance(given, Mapping) else []:
        if same(str(field)) not in names:
            raise Refusal(
                f"không có lĩnh vực {quoted(field)} ({{option}}); các lĩnh vực: "
                f"{first_few([*names.values()])}",
                "hãy ghi đúng tên", file=file, value=field, option=Option("max_score"),
            )  # fmt: skip
