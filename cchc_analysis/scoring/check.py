"""What was published, held against what the scores give."""

from collections.abc import Mapping

import pandas as pd

from cchc_analysis.groups import (
    check_columns,
    check_graded,
    grades_in_words,
    group_columns,
    group_numbers,
    holes_in_ranks,
)
from cchc_analysis.scoring.conventions import explain_ranks
from cchc_analysis.scoring.ranking import grade_distribution, rank_units, stamped
from cchc_analysis.scoring.schemes import spelled
from cchc_analysis.text import same
from cchc_analysis.vocabulary import BLANK, CHOOSE_SCHEME, RESERVED_GRADES, TOTAL


def check_published(
    ranking: pd.DataFrame, *, distribution: Mapping[str, int] | pd.DataFrame | None = None
) -> pd.DataFrame:
    """List where published ranks, grades or counts disagree with the computed ones.

    What the table has is compared: ``published_rank`` with ``rank``, ``published_grade`` with
    ``grade``. Units with equal scores may have been published in an order (their unrounded scores
    differed); that is not a disagreement as long as the order stays within their places. Ranks with
    a hole are of a part of a table: its units cannot be ranked again, and are passed over.

    Where ranks differ, other conventions are tried: scores rounded to two, one or no decimals
    first, ranks without gaps (1-2-2-3), and the order of the list. One reproduces the ranks only
    if it gives every published one.

    Parameters
    ----------
    ranking : DataFrame
        A ranking with published columns, as `load_scores`, `rank_units` and `grade_units` give it.
        A missing ``rank`` is computed.
    distribution : mapping or DataFrame, optional
        The published counts: ``{"Xuất sắc": 3}``, or columns ``grade`` and ``units``.

    Returns
    -------
    DataFrame
        One row per disagreement, none when all agree: ``year`` and ``block`` where the table has
        them, ``unit`` (missing where it is about the whole table), ``item`` ("rank", "grade" or
        "units"), ``published``, ``computed`` and ``note`` (text; for a rank, the convention that
        gives it, if one does). ``attrs["note"]`` says what was compared, what was not, which
        convention reproduces the ranks, and how many differ. Grade names that the scheme lacks
        give one row in all, and grades and counts are not compared.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": list("ab"), "score": [9, 8], "max_score": 10})
    >>> check_published(scores.assign(published_rank=[1, 1]))[["unit", "published", "computed"]]
      unit published computed
    0    b         1        2
    """
    if "rank" not in ranking:
        ranking = rank_units(ranking)
    ranking = ranking.reset_index(drop=True)
    found: list[dict] = []
    compared, skipped, explained = [], "", ""
    if "published_rank" in ranking:
        holes = holes_in_ranks(ranking)
        whole = ranking.drop(index=holes.index)
        if ranks := whole["published_rank"].count():
            compared.append(f"xếp hạng của {ranks} đơn vị")
        if len(holes):
            skipped = f" Chưa đối chiếu: xếp hạng của {len(holes)} đơn vị (bảng công bố thiếu hạng "
            skipped += f"{holes.iloc[0]}, có thể chỉ là một phần của bảng)."
        wrong, explained = _check_ranks(whole)
        found += wrong
    if "grade" in ranking or distribution is not None:
        check_graded(ranking)
        grades = ranking.get("published_grade", pd.Series(dtype="str")).dropna()
        counts = _as_counts(distribution)
        foreign = _foreign_grades(ranking, [*grades, *counts])
        if foreign:
            found += foreign
            skipped += " Chưa đối chiếu: xếp loại (có loại ngoài thang)."
            grades, counts = [], {}
        if len(grades):
            compared.append(f"xếp loại của {len(grades)} đơn vị")
            found += _check_grades(ranking)
        if counts:
            compared.append("số đơn vị theo từng loại")
            found += _check_distribution(ranking, counts)
    where = group_columns(ranking)
    result = pd.DataFrame(found, columns=[*where, "unit", "item", "published", "computed", "note"])
    result["unit"] = result["unit"].astype("str")  # also where each row is of the whole table
    note = (
        f"Đã đối chiếu: {', '.join(compared)}.{skipped}{explained} Số chỗ khác: {len(result)}."
        if compared
        else skipped.strip() or "Bảng không có số liệu công bố để đối chiếu."
    )
    return stamped(result, "check", note=note)


def _check_ranks(ranking: pd.DataFrame) -> tuple[list[dict], str]:
    published, computed = ranking["published_rank"], ranking["rank"]
    ties = ranking.groupby([group_numbers(ranking), computed], dropna=False)["published_rank"]
    # Among tied units a published order, with ties of its own, must be one of their places.
    ordered = published == computed + ties.rank(method="min").astype("Int64") - 1
    incomplete = ties.transform("count") < ties.transform("size")
    within = published.between(computed, computed + ties.transform("size") - 1)
    wrong = published.notna() & ~(ordered | (incomplete & within)).fillna(False)
    notes, sentence = explain_ranks(ranking, wrong)
    return [
        _row(ranking, at, "rank", published[at], computed[at], notes[at])
        for at in ranking.index[wrong]
    ], sentence


def _check_grades(ranking: pd.DataFrame) -> list[dict]:
    published = ranking["published_grade"]
    computed = grades_in_words(ranking)
    wrong = published.notna() & (published.map(_key, na_action="ignore") != computed.map(_key))
    return [
        _row(ranking, at, "grade", spelled(published[at]), computed[at])
        for at in ranking.index[wrong]
    ]


def _check_distribution(ranking: pd.DataFrame, published: Mapping[str, int]) -> list[dict]:
    counts = grade_distribution(ranking)
    computed = {_key(g): n for g, n in zip(counts["grade"], counts["units"], strict=True)}
    computed[_key(TOTAL)] = len(ranking)
    return [
        _row(ranking, None, "units", units, computed.get(_key(grade), 0), f"loại {spelled(grade)}")
        for grade, units in published.items()
        if computed.get(_key(grade), 0) != units
    ]


def _foreign_grades(ranking: pd.DataFrame, grades: list[str]) -> list[dict]:
    """Return one row if there are grades that the scheme lacks."""
    scale = ranking["grade"].cat.categories
    known = {_key(grade) for grade in (*scale, *RESERVED_GRADES)}
    foreign = list(dict.fromkeys(spelled(grade) for grade in grades if _key(grade) not in known))
    if not foreign:
        return []
    note = f"Thang đang dùng không có loại '{foreign[0]}' (hoặc tên loại viết sai); xếp loại chưa "
    note += f"được đối chiếu, {CHOOSE_SCHEME}."
    return [_row(ranking, None, "grade", ", ".join(foreign), ", ".join(scale), note)]


def _as_counts(distribution: Mapping[str, int] | pd.DataFrame | None) -> dict[str, int]:
    if distribution is None:
        return {}
    if isinstance(distribution, pd.DataFrame):
        check_columns(distribution, ["grade", "units"])
        distribution = distribution.set_index("grade")["units"]
        if distribution.index.has_duplicates:
            raise ValueError("Phân bố công bố có loại bị lặp; hãy truyền phân bố của cả bảng.")
    return {str(grade): int(units) for grade, units in distribution.items()}


def _key(grade: str) -> str:
    """Return the key of a grade: "A", "Nhóm A" and "NHÓM A" are one."""
    return same(grade).removeprefix("nhóm ").removeprefix("loại ")


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
