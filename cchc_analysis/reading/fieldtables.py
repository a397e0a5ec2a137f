"""From a table with fields to the score of each unit in each field or criterion.

Each is read as a table of scores: of each field, or of each unit side by side, one.
"""

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from cchc_analysis.reading.cells import (
    Where,
    are_numbers,
    as_written,
    filled,
    in_percent,
    numbers_in,
    place,
    row_in_words,
    to_numbers,
)
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
    several_scores,
)
from cchc_analysis.reading.header import Header, Table, split_maximum
from cchc_analysis.reading.rows import TELLS_A_MEAN, UNITS
from cchc_analysis.reading.scores import Part, check_scores, read_scores
from cchc_analysis.reading.vocabulary import FOOTERS
from cchc_analysis.refusal import Clause, Option
from cchc_analysis.text import decimal_comma, first_few, fold, quoted, same
from cchc_analysis.vocabulary import SHOWN

_TENS = 10  # to which the maximum of a field is proposed
_LONGEST_OPTION = 280


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
        part = _read(within, table, layout, body, of_column[at], known, max_score=maxima[at])
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
            "bảng đã ghi điểm tối đa của từng dòng", "hãy bỏ {option}", option=Option("max_score")
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
