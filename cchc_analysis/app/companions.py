"""What ``cchc-report`` reads beside a ranking: an earlier year, and fields."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cchc_analysis.groups import scale_of
from cchc_analysis.reading.fields import load_fields
from cchc_analysis.reading.load import load_scores
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.scoring.fields import who_lacks
from cchc_analysis.scoring.periods import compare_periods
from cchc_analysis.text import listed, unit_key


def read_before(
    file: Path, ranking: pd.DataFrame, of: Path, scheme: GradeScheme
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the scores of an earlier year, how they changed since, and what to tell of them."""
    before, told = _read(load_scores, file, "--before"), []
    if "year" in before and before["year"].nunique() > 1:
        now = ranking["year"].min() if "year" in ranking else 0
        earlier = before["year"][before["year"] < now]
        if earlier.empty or ranking["year"].nunique() > 1:
            raise ValueError(
                f"{file.name} (--before) có nhiều năm ({_years(before)}) và không rõ năm nào ngay "
                f"trước {of.name}; hãy ghi năm của {of.name} bằng --year."
            )
        before = rows_of(before, before["year"] == earlier.max())
        told.append(f"{file.name} có nhiều năm: so sánh với năm {earlier.max()}.")
    changes = compare_periods(before, ranking, scheme=scheme)
    if changes["status"].isin(["new", "gone"]).all():
        raise ValueError(
            f"{file.name} (--before) và {of.name} không có đơn vị nào chung nên không so sánh "
            f"được: bảng trước có {listed(before['unit'].tolist())}. Hãy kiểm tra lại hai tệp."
        )
    told += [f"Kỳ trước ({file.name}): {scale_of(before)}.", changes.attrs["note"]]
    return before, changes, told


def read_fields_of(file: Path, ranking: pd.DataFrame, of: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the fields of the units (and years) of a ranking, and what to tell of the others."""
    fields = _read(load_fields, file, "--fields")
    if "year" in fields and "year" in ranking:
        fields = rows_of(fields, fields["year"].isin(ranking["year"]))
    here = fields["unit"].map(unit_key).isin(ranking["unit"].map(unit_key))
    if not here.any():
        raise ValueError(
            f"{file.name} (--fields) không có đơn vị nào của {of.name}, hoặc không cùng năm; hãy "
            "kiểm tra lại hai tệp."
        )
    return rows_of(fields, here), [who_lacks(fields, ranking, fields, ranking)]


def rows_of(table: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return rows of a table, numbered anew, with what is known of it."""
    return table[chosen].reset_index(drop=True)


def _read(load: Callable, file: Path, option: str) -> pd.DataFrame:
    """Load a table by what it says itself."""
    try:
        return load(file)
    except ValueError as error:
        raise ValueError(
            f"{error} Tệp của {option} không dùng các lựa chọn của TỆP, hãy sửa ngay trong tệp."
        ) from None


def _years(table: pd.DataFrame) -> str:
    return ", ".join(map(str, sorted(table["year"].unique())))
