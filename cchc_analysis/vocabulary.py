"""Words as data, from the files in ``words/``: what is shown, and the grade schemes."""

import tomllib
from functools import cache
from importlib.resources import files

from cchc_analysis.text import same


@cache
def words(name: str) -> dict[str, dict]:
    """Return one of the files in ``words/``."""
    text = files("cchc_analysis").joinpath("words", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def known_grades() -> dict[str, str]:
    """Return every grade name of the known schemes, by its key, as it is written."""
    return {
        same(grade): grade for scheme in words("schemes").values() for grade in scheme["grades"]
    }


_LABELS = words("labels")
SHOWN: dict[str, str] = _LABELS["columns"]
SHOWN_OF_FIELDS: dict[str, str] = _LABELS["columns_of_fields"]
SHOWN_OF_POINTS: dict[str, str] = _LABELS["columns_of_points"]
_YES_NO = {key == "true": value for key, value in _LABELS["yes_no"].items()}
VALUES = {"status": _LABELS["status"], "separable_from_next": _YES_NO, "fits": _YES_NO}
OTHERS: dict[str, str] = _LABELS["others"]
SHEETS: dict[str, str] = _LABELS["sheets"]
METHOD: dict[str, str] = _LABELS["method"]
TABLES = words("tables")

NO_GRADE = "Không xếp loại"
UNSCORED = "Chưa chấm"
TOTAL = "Tổng cộng"
RESERVED_GRADES = (NO_GRADE, UNSCORED, TOTAL)
BLANK = "–"

ASSUMED = "giả định"
WHOLE_TABLE = "(cả bảng)"
MEAN = "điểm trung bình"
