"""What ``cchc-report`` reads beside a ranking: an earlier year, fields, and the unit to mark."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cchc_analysis.compare import compare_periods
from cchc_analysis.drawing import chosen_rows
from cchc_analysis.field_tables import load_fields
from cchc_analysis.labels import ASSUMED
from cchc_analysis.load import load_scores
from cchc_analysis.refusals import as_options
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.table import is_unit
from cchc_analysis.text import listed, unit_key

_OWN = ("--table", "--columns", "--max-score")  # of the ranking's file only


def read_before(
    file: Path, ranking: pd.DataFrame, of: Path, scheme: GradeScheme, *, is_own_scale: bool
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the scores of an earlier year, how they changed since, and what to tell of them.

    `is_own_scale` is true where the scale of the ranking was given, which is not that of this file.
    """
    before, told = _read(load_scores, file, "--before"), []
    years = sorted(before["year"].unique()) if "year" in before else []
    now = sorted(ranking["year"].unique()) if "year" in ranking else []
    if len(now) > 1 or (len(years) > 1 and not now):
        what = f"có nhiều năm ({_list(now)})" if now else f"không ghi năm, còn {file.name} có nhiều"
        raise ValueError(f"{of.name} {what}; hãy ghi năm của {of.name} bằng --year.")
    if len(years) > 1:
        earlier = [year for year in years if year < now[0]]
        if not earlier:
            raise ValueError(
                f"{file.name} (--before) có năm {_list(years)}, không có năm nào trước năm "
                f"{now[0]}; hãy chọn bảng khác."
            )
        before = rows_of(before, before["year"] == earlier[-1])
        told.append(f"{file.name} có năm {_list(years)}: so sánh với năm {earlier[-1]}.")
    changes = compare_periods(before, ranking, scheme=scheme)
    if changes["status"].isin(["new", "gone"]).all():
        raise ValueError(
            f"{file.name} (--before) và {of.name} không có đơn vị nào chung nên không so sánh "
            f"được: bảng trước có {listed(before['unit'].tolist())}. Hãy kiểm tra lại hai tệp."
        )
    scale = before.attrs["scale"]
    doubt = is_own_scale and scale.endswith(ASSUMED)
    scale += "; --max-score không dùng cho tệp này" if doubt else ""
    told += [f"Kỳ trước ({file.name}): {scale}.", changes.attrs["note"]]
    return before, changes, told


def read_fields_of(file: Path, ranking: pd.DataFrame, of: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the fields of the units (and years) of a ranking, and what to tell of the others."""
    fields = _read(load_fields, file, "--fields")
    if "year" in fields and "year" in ranking:
        here = fields["year"].isin(ranking["year"])
        if not here.any():
            raise ValueError(
                f"{file.name} (--fields) có năm {_list(sorted(fields['year'].unique()))}, không có "
                f"năm {_list(sorted(ranking['year'].unique()))} của {of.name}; hãy chọn bảng khác."
            )
        fields = rows_of(fields, here)
    keys, units = fields["unit"].map(unit_key), ranking["unit"].map(unit_key)
    here, told = keys.isin(units), []
    if not here.any():
        raise ValueError(
            f"{file.name} (--fields) không có đơn vị nào của {of.name}; hãy kiểm tra lại hai tệp."
        )
    others, lacking = (
        table["unit"].drop_duplicates().tolist()
        for table in (fields[~here], ranking[~units.isin(keys)])
    )
    if others:
        told.append(
            f"Không dùng điểm lĩnh vực của {len(others)} đơn vị không có trong {of.name}: "
            f"{listed(others)}."
        )
    if lacking:
        told.append(
            f"{file.name} không có điểm lĩnh vực của {len(lacking)} đơn vị: {listed(lacking)}."
        )
    return rows_of(fields, here), told


def unit_to_mark(
    unit: str | None, ranking: pd.DataFrame, *, is_needed: bool
) -> tuple[str | None, list[str]]:
    """Return the unit to mark; if it cannot be, none and why, unless it must be in the table."""
    if unit is None:
        return None, []
    if is_needed:
        is_unit(ranking, unit)  # refused if it is not there
    try:
        chosen_rows(ranking, unit)
    except ValueError as error:
        return None, [f"Lưu ý: {error} Báo cáo không làm nổi bật đơn vị nào."]
    return unit, []


def rows_of(table: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return rows of a table, numbered anew, with what is known of it."""
    return table[chosen].reset_index(drop=True)


def _read(load: Callable, file: Path, option: str) -> pd.DataFrame:
    """Load a table by what it says itself; the sentence of an error may name other options."""
    try:
        return load(file)
    except ValueError as error:
        if any(name in as_options(str(error)) for name in _OWN):
            raise ValueError(
                f"{error} Với {option}, hãy sửa ngay trong tệp: {', '.join(_OWN)} không dùng cho "
                "tệp này."
            ) from None
        raise


def _list(years: list[int]) -> str:
    return ", ".join(map(str, years))
