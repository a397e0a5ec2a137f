"""What a loaded table gives reason to check, which is told, and a unit that comes twice."""

import numpy as np
import pandas as pd

from cchc_analysis.groups import group_numbers, holes_in_ranks
from cchc_analysis.reading.distinct import each
from cchc_analysis.reading.places import Where, first_line
from cchc_analysis.text import decimal_comma, first_few, quoted, unit_key

_NOISE = 1e-9


def place_of(scores: pd.DataFrame, row: int) -> str:
    """Return where a row of the scores stands in the source."""
    return f"{scores['place'][row]}, dòng {scores['line'][row]}".removeprefix(", ")


def unit_keys(scores: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the key of the unit and other columns, equal where these are the same."""
    units = each(scores["unit"], lambda names: names.map(unit_key))
    return scores[[c for c in columns if c in scores]].assign(unit=units)


def check_units(where: Where, scores: pd.DataFrame) -> None:
    """Refuse the same unit twice in one year and block."""
    keys = unit_keys(scores, "year", "block")
    if (line := first_line(keys.duplicated())) is not None:
        before = first_line((keys == keys.loc[line]).all(axis=1))
        raise where.refuse(
            f"đơn vị {quoted(scores['unit'][line])} đã có ở {place_of(scores, before)}",
            "hãy xóa một dòng, hoặc thêm cột Năm hay Khối nếu bảng gồm nhiều năm, nhiều khối",
            at=place_of(scores, line), value=scores["unit"][line],
        )  # fmt: skip


def open_questions(scores: pd.DataFrame) -> list[str]:
    """Return in words what is missing from a table, and where its ranks contradict its scores."""
    unscored = scores["score"].isna()
    told = [_count(scores, unscored, "chưa có điểm")] if unscored.any() else []
    if "published_rank" not in scores:
        return told
    ranks = scores["published_rank"]
    unranked = ranks.isna() & ~unscored
    if unranked.any() and ranks.notna().any():
        told.append(_count(scores, unranked, "có điểm nhưng không có hạng"))
    if len(holes := holes_in_ranks(scores)):
        told.append(f"xếp hạng công bố thiếu hạng {holes.iloc[0]}, có thể chỉ là một phần của bảng")
    return told + _against_ranks(scores)


def _count(scores: pd.DataFrame, rows: pd.Series, what: str) -> str:
    units = list(map(quoted, scores.loc[rows, "unit"]))
    return f"{len(units)} đơn vị {what} ({first_few(units)})"


def _against_ranks(scores: pd.DataFrame) -> list[str]:
    """Tell units with less than one of a worse published rank: a column may be misread."""
    ranked = (scores["score"].notna() & scores["published_rank"].notna()).to_numpy()
    table = scores[["score", "max_score", "published_rank"]][ranked]
    share = (table["score"] / table["max_score"]).to_numpy()
    group, rank = group_numbers(scores)[ranked], table["published_rank"].to_numpy("int64")
    order = np.lexsort((share, -rank, group))  # in each group from the worst rank on
    best_below = pd.Series(share[order]).groupby(group[order], sort=False).cummax().to_numpy()
    against = table.index[order[best_below > share[order] + _NOISE]]
    if against.empty:
        return []
    at = against.min()
    row = scores.loc[at]
    return [
        f"xếp hạng công bố không theo điểm ở {len(against)} đơn vị (ví dụ {place_of(scores, at)}: "
        f"{quoted(row['unit'])} hạng {row['published_rank']} với {decimal_comma(row['score'])} "
        "điểm nhưng có đơn vị hạng sau cao điểm hơn), hãy kiểm tra cột điểm và cột hạng"
    ]
