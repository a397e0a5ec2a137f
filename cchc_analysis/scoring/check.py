"""What was published, held against what the scores give."""

import re
from collections.abc import Mapping

import pandas as pd

from cchc_analysis.groups import (
    check_columns,
    grades_in_words,
    group_columns,
    group_numbers,
    holes_in_ranks,
    several_groups,
    year_numbers,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.cutoffs import fitting_in_words
from cchc_analysis.scoring.exact import Exact, checked, to_integers, told_once
from cchc_analysis.scoring.fields import sums_of
from cchc_analysis.scoring.ranking import (
    check_graded,
    differently_graded,
    differs,
    grade_distribution,
    stamped,
    with_ranks,
)
from cchc_analysis.scoring.schemes import grade_key, spelled
from cchc_analysis.text import BLANK, RESERVED_GRADES, TOTAL, listed

_LISTED = "lấy số thứ tự trong danh sách"
_METHODS = {"1-2-2-4": "min", "1-2-2-3": "dense"}
_ROUNDED = {
    2: "làm tròn điểm đến hai chữ số thập phân",
    1: "làm tròn điểm đến một chữ số thập phân",
    0: "làm tròn điểm đến hàng đơn vị",
}


@told_once()
def check_published(
    ranking: pd.DataFrame,
    *,
    distribution: Mapping[str, int] | pd.DataFrame | None = None,
    fields: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List where published ranks, grades, counts or totals disagree with the computed ones.

    What the table has is compared: ``published_rank`` with ``rank``, ``published_grade`` with
    ``grade``. Units with equal scores may have been published in an order (their unrounded scores
    differed); that is not a disagreement as long as the order stays within their places. Ranks with
    a hole are of a part of a table: its units cannot be ranked again, and are passed over.

    Where ranks differ, other conventions are tried: scores rounded to two, one or no decimals
    first, ranks without gaps (1-2-2-3), the order of the list, and ranks of all blocks together.
    One reproduces the ranks only if it gives every published one. Where units are scored and have
    no published rank, ranks among the ranked only agree, too, if they give every published one of
    the year and block.

    Parameters
    ----------
    ranking : DataFrame
        A ranking with published columns, as `load_scores`, `rank_units` and `grade_units` give it.
        A missing ``rank`` is computed.
    distribution : mapping or DataFrame, optional
        The published counts: ``{"Xuất sắc": 3}``, or columns ``grade`` and ``units``.
    fields : DataFrame, optional
        Scores by field, as `load_fields` gives them, to be added up: the sum of a unit is held
        against its score, and against ``published_total`` where the fields have it. A unit that
        lacks a score in a field has no sum, which is said. Where most sums differ and one set of
        weights gives every score within rounding (in each year and block, from at least two more
        units than fields, none negative), the weights are said, and only units that break them
        are listed.

    Returns
    -------
    DataFrame
        One row per disagreement, none when all agree: ``year`` and ``block`` where the table has
        them, ``unit`` (missing where it is about the whole table), ``item`` ("rank", "grade",
        "units" or "fields"), ``published``, ``computed`` and ``note`` (text; for a rank, the
        convention that gives it, if one does). ``attrs["note"]`` says what was compared, what was
        not, which convention reproduces the ranks, and how many differ; ``attrs["weights"]`` has
        the points that each field is worth in each year and block where weights are told, for
        `field_losses`. Grade names that the scheme lacks give one row in all, and grades and counts
        are not compared.

    Raises
    ------
    ValueError
        If a column is missing, or a unit has a field twice.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("ab"), "score": [9, 8], "max_score": 10})
    >>> check_published(scores.assign(published_rank=[1, 1]))[["unit", "published", "computed"]]
      unit published computed
    0    b         1        2
    """
    points = checked(ranking)
    ranking = points.table if "rank" in ranking else with_ranks(points)
    ranking = ranking.reset_index(drop=True)
    sums = ([], 0, "", []) if fields is None else sums_of(ranking, fields)
    found: list[dict] = []
    compared, skipped, explained = {}, "", ""
    if "published_rank" in ranking:
        ranking["published_rank"] = ranking["published_rank"].convert_dtypes()  # 1.0 is rank 1
        holes = holes_in_ranks(ranking)
        whole = ranking.drop(index=holes.index)
        if ranks := whole["published_rank"].count():
            compared["xếp hạng"] = int(ranks)
        if len(holes):
            skipped = f" Chưa đối chiếu: xếp hạng của {len(holes)} đơn vị (bảng công bố thiếu hạng "
            skipped += f"{holes.iloc[0]}, có thể chỉ là một phần của bảng)."
        wrong, explained = _check_ranks(whole)
        found += wrong
    if "grade" in ranking or distribution is not None:
        check_graded(ranking)
        grades = ranking.get("published_grade", pd.Series(dtype="str")).dropna()
        counts, wrong = _as_counts(distribution), []
        foreign = _foreign_grades(ranking, [*grades, *counts])
        if foreign:
            found += foreign
            skipped += " Chưa đối chiếu: xếp loại (có loại ngoài thang)."
            wrong, counts = foreign if len(grades) else [], {}
        elif len(grades):
            compared["xếp loại"] = len(grades)
            computed = grades_in_words(ranking)
            wrong = [
                _row(ranking, at, "grade", spelled(ranking["published_grade"][at]), computed[at])
                for at in ranking.index[differently_graded(ranking)]
            ]
            found += wrong
        if wrong and (fitting := fitting_in_words(ranking)):
            explained += f" Thang cho đúng mọi xếp loại công bố: {fitting}."
        if counts:
            compared["số đơn vị theo từng loại"] = None
            found += _check_distribution(ranking, counts)
    wrong, added, told, weights = sums
    found += [_row(ranking, at, "fields", *texts) for at, *texts in wrong]
    skipped += told
    if added:
        compared[f"tổng {'có trọng số ' if weights else ''}các lĩnh vực"] = added
    where = group_columns(ranking)
    result = pd.DataFrame(found, columns=[*where, "unit", "item", "published", "computed", "note"])
    result["unit"] = result["unit"].astype("str")  # also where each row is of the whole table
    note = f"{skipped}{explained}".strip() or "Bảng không có số liệu công bố để đối chiếu."
    if compared:
        note = _agreement(compared, len(result), skipped + explained)
    return stamped(result, "check", note=note, weights=weights)


def _agreement(compared: dict[str, int | None], found: int, more: str) -> str:
    """Return what was held against the published results, and whether it agrees."""
    parts = [f"{what} của {units} đơn vị" if units else what for what, units in compared.items()]
    if found:
        return f"Đã đối chiếu: {', '.join(parts)}.{more} Số chỗ khác: {found}."
    if compared.get("xếp hạng", 0) == compared.get("xếp loại"):
        parts[:2] = [f"thứ hạng và xếp loại của {compared['xếp hạng']} đơn vị"]
    what = ", ".join(parts)
    return f"{what[0].upper()}{what[1:]} khớp với kết quả công bố.{more}"


def _check_ranks(ranking: pd.DataFrame) -> tuple[list[dict], str]:
    published, computed = ranking["published_rank"], ranking["rank"]
    wrong = differs(published, computed, group_numbers(ranking))
    left_out = ranking.loc[ranking["rank"].isna() & ranking["score"].notna(), "unit"]
    told = ""
    if len(left_out):
        told = " Xếp hạng được đối chiếu giữa các đơn vị có xếp hạng công bố, không kể "
        told += f"{len(left_out)} đơn vị được chấm nhưng không xếp hạng: {listed(left_out)}."
    notes, sentence = _explain_ranks(ranking, wrong)
    return [
        _row(ranking, at, "rank", published[at], computed[at], notes[at])
        for at in ranking.index[wrong]
    ], told + sentence


def _explain_ranks(ranking: pd.DataFrame, wrong: pd.Series) -> tuple[pd.Series, str]:
    """Return for each wrong rank a convention that gives it, and a sentence about all ranks."""
    notes = pd.Series("", index=ranking.index)
    unscored = ranking["score"].isna() & ranking["published_rank"].notna()
    notes[unscored] = "có hạng nhưng chưa chấm"
    if not (wrong := wrong & ~unscored).any():
        return notes, ""
    published = ranking["published_rank"].mask(unscored)
    total = published.count()
    conventions = pd.DataFrame(_conventions(ranking))
    fits = conventions.eq(published, axis="index").fillna(False).astype("bool")
    whole = [name for name in fits if fits[name].sum() == total]
    # A row may stand by chance where its rank says.
    fits = fits[whole or [name for name in fits if name != _LISTED]]
    lost = wrong & ~fits.any(axis=1)
    notes[wrong] = "khớp nếu " + fits.idxmax(axis=1)
    notes[lost] = "không khớp quy ước nào"
    if whole:
        return notes, f" Cả {total} xếp hạng công bố đều khớp nếu {' hoặc '.join(whole)}."
    sentence = " Không quy ước nào cho đúng mọi xếp hạng công bố."
    if lost.any():
        rows = zip(ranking["unit"][lost], published[lost], strict=True)
        units = listed([f"{unit} (hạng {rank})" for unit, rank in rows])
        sentence += f" Không khớp quy ước nào: {units}."
    return notes, sentence


def _conventions(ranking: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the ranks by each convention but ours, the simplest first."""
    groups = group_numbers(ranking)
    points, places = to_integers(ranking["score"])
    scores, result = {"": ranking["score"].astype("float64")}, {}
    for kept in (kept for kept in _ROUNDED if kept < places):
        last = 10 ** (places - kept)
        half_up = (points + last // 2) // last
        scores[f"{_ROUNDED[kept]} rồi "] = half_up.astype("float64") / 10**kept
    for words, score in scores.items():
        key = Exact.of(ranking.assign(score=score)).order.groupby(groups)
        for digits, method in _METHODS.items():
            ranks = key.rank(method=method, ascending=False)
            result[f"{words}xếp {digits}"] = ranks.astype("Int64")
    del result["xếp 1-2-2-4"]  # ours
    if "block" in several_groups(ranking):
        of_all = Exact.of(ranking).order.groupby(year_numbers(ranking))
        result["xếp chung mọi khối"] = of_all.rank(method="min", ascending=False).astype("Int64")
    order = ranking.groupby(groups).cumcount() + 1
    return result | {_LISTED: order.astype("Int64")}


def _check_distribution(ranking: pd.DataFrame, published: Mapping[str, int]) -> list[dict]:
    counts = grade_distribution(ranking)
    computed = {grade_key(g): n for g, n in zip(counts["grade"], counts["units"], strict=True)}
    computed[grade_key(TOTAL)] = len(ranking)
    return [
        _row(ranking, None, "units", units, counted, f"loại {spelled(grade)}")
        for grade, units in published.items()
        if (counted := computed.get(grade_key(grade), 0)) != units
    ]


def _foreign_grades(ranking: pd.DataFrame, grades: list[str]) -> list[dict]:
    """Return one row if there are grades that the scheme lacks."""
    scale = ranking["grade"].cat.categories
    known = {grade_key(grade) for grade in (*scale, *RESERVED_GRADES)}
    lacks = [spelled(grade) for grade in grades if grade_key(grade) not in known]
    if not (foreign := list(dict.fromkeys(lacks))):
        return []
    note = f"Thang đang dùng không có loại '{foreign[0]}' (hoặc tên loại viết sai); xếp loại chưa "
    note += "được đối chiếu, hãy chọn đúng thang xếp loại."
    return [_row(ranking, None, "grade", ", ".join(foreign), ", ".join(scale), note)]


def _as_counts(distribution: Mapping[str, int] | pd.DataFrame | None) -> dict[str, int]:
    if distribution is None:
        return {}
    if isinstance(distribution, pd.DataFrame):
        check_columns(distribution, ["grade", "units"])
        distribution = distribution.set_index("grade")["units"]
        if distribution.index.has_duplicates:
            raise Refusal("Phân bố công bố có loại bị lặp", "hãy truyền phân bố của cả bảng")
    elif not isinstance(distribution, (Mapping, pd.Series)):
        raise Refusal(
            f"distribution={distribution!r:.60} không dùng được",
            'hãy ghi số đơn vị của từng loại, ví dụ {"Tốt": 6, "Khá": 9}',
        )
    for grade, units in distribution.items():
        if not re.fullmatch(r"\d+(?:\.0+)?", str(units)):
            raise Refusal(
                f"Phân bố công bố: số đơn vị của loại '{grade}' là {units!r}",
                "hãy ghi số nguyên, ví dụ 6", value=units,
            )  # fmt: skip
    return {str(grade): int(float(units)) for grade, units in distribution.items()}


def _row(
    ranking: pd.DataFrame,
    at: int | None,
    item: str,
    published: object,
    computed: object,
    note: str = "",
) -> dict:
    row = {} if at is None else {c: ranking[c][at] for c in (*group_columns(ranking), "unit")}
    computed = BLANK if pd.isna(computed) else str(computed)
    return row | {"item": item, "published": str(published), "computed": computed, "note": note}
