"""The Vietnamese words: headers as they are met in published tables, and as they are shown."""

import re

import pandas as pd

from cchc_analysis.text import decimal_comma

# Names of a column in published tables, as `text.fold` gives them: no case, accents, punctuation.
# Sources: the tables listed in data/datapackage.json and the decisions quoted in the README.
HEADERS = {
    "number": ["stt", "tt", "so tt", "so thu tu"],
    "unit": [
        "unit", "don vi", "ten don vi", "co quan", "ten co quan", "co quan don vi",
        "ten co quan don vi", "tinh thanh pho",
    ],
    "score": [
        "score", "diem", "diem so", "tong diem", "tong so diem", "tong diem danh gia",
        "diem danh gia", "ket qua", "chi so", "ty le", "ti le",
    ],
    "max_score": ["max score", "diem toi da", "diem chuan", "thang diem"],
    "year": ["year", "nam"],
    "block": ["block", "khoi", "nhom co quan"],
    "published_rank": ["published rank", "xep hang", "thu hang", "hang", "vi thu", "xep thu"],
    "published_grade": ["published grade", "xep loai", "phan loai", "nhom"],
    "field": ["field", "linh vuc", "noi dung"],
    "note": ["ghi chu"],
}  # fmt: skip

# How the first cell of a row begins that sums up a table, or stands below it, and is no unit.
FOOTERS = re.compile(
    r"(tong|tong so|cong|tb)$|(tong cong|trung binh|binh quan|diem trung binh|diem binh quan)\b"
    r"|(nguon|ghi chu|luu y|nguoi lap|noi nhan)\b"
)

MISSING = {"", "-", "–", "—", "n/a", "na", "nan", "chưa chấm", "không chấm"}

NO_GRADE = "Không xếp loại"
UNSCORED = "Chưa chấm"
TOTAL = "Tổng cộng"
RESERVED_GRADES = (NO_GRADE, UNSCORED, TOTAL)
BLANK = "–"

ASSUMED = "giả định"
CHOOSE_SCHEME = "hãy chọn đúng thang xếp loại (scheme=; sổ tay: SCHEME; dòng lệnh: --scheme)"
WHOLE_TABLE = "(cả bảng)"
MEAN = "điểm trung bình"

# Column names as they are shown.
SHOWN = {
    "number": "STT",
    "year": "Năm",
    "block": "Khối",
    "unit": "Đơn vị",
    "max_score": "Điểm tối đa",
    "score": "Tổng điểm đánh giá",
    "percent": "Tỷ lệ điểm (%)",
    "rank": "Xếp hạng",
    "grade": "Xếp loại",
    "published_rank": "Xếp hạng công bố",
    "published_grade": "Xếp loại công bố",
    "units": "Số đơn vị",
    "share_pct": "Tỷ lệ",
    "above": "Ngưỡng dưới lớn hơn (%)",
    "at_most": "Ngưỡng dưới không quá (%)",
    "item": "Nội dung",
    "published": "Công bố",
    "computed": "Tính lại",
    "note": "Ghi chú",
    "cutoff": "Ngưỡng (%)",
    "margin": "Cách ngưỡng (điểm %)",
    "gap": "Cách đơn vị trên (điểm %)",
}


def scale(max_score: pd.Series, *, assumed: bool = False) -> str:
    """Return the scale (thang điểm) of a table in words."""
    if max_score.nunique() > 1:
        return "Thang điểm riêng của từng đơn vị"
    words = f"Thang điểm {decimal_comma(max_score.iloc[0])}"
    return f"{words} – {ASSUMED}" if assumed else words
