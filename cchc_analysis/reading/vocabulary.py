"""The words of published tables: titles, footers, missing values, maxima, old encodings."""

import re

# Names of a column in published tables, as `text.fold` gives them: no case, accents, punctuation.
# Sources: the tables listed in data/datapackage.json and the decisions quoted in the README.
HEADERS = {
    "number": ["stt", "tt", "so tt", "so thu tu"],
    "unit": [
        "unit", "don vi", "ten don vi", "co quan", "ten co quan", "co quan don vi",
        "ten co quan don vi", "tinh thanh pho", "ten tinh thanh pho", "tinh tp", "dia phuong",
        "ten dia phuong", "don vi dia phuong", "co quan don vi dia phuong", "so ban nganh",
        "ten so ban nganh", "bo nganh", "phong ban", "huyen thi xa thanh pho", "xa phuong",
        "phuong xa", "xa phuong thi tran", "phuong xa thi tran", "don vi duoc danh gia", "tinh",
        "huyen", "quan huyen", "so nganh", "ten so nganh", "don vi hanh chinh", "ubnd",
        "co quan chuyen mon", "ten don vi hanh chinh", "don vi truc thuoc", "phong ban don vi",
        "uy ban nhan dan", "vung", "ubnd xa phuong", "ubnd xa phuong thi tran", "ten xa phuong",
        "quan huyen thi xa", "huyen thanh pho", "huyen thi xa", "ten phong ban",
    ],
    "score": [
        "score", "diem", "diem so", "tong diem", "tong so diem", "tong diem danh gia",
        "diem danh gia", "ket qua", "chi so", "ty le", "ti le", "diem cchc", "tong diem cchc",
        "chi so cchc", "chi so cai cach hanh chinh", "par index", "ket qua danh gia",
        "tong diem dat duoc", "diem dat duoc", "diem tong", "tong diem chung",
    ],
    "max_score": [
        "max score", "diem toi da", "diem chuan", "thang diem", "tong diem toi da",
        "diem toi da duoc cham",
    ],
    "max_assumed": ["max assumed"],
    "year": ["year", "nam", "nam danh gia"],
    "block": ["block", "khoi", "nhom co quan", "khoi co quan", "khoi thi dua", "cum"],
    "published_rank": [
        "published rank", "xep hang", "thu hang", "hang", "vi thu", "xep thu", "thu tu xep hang",
        "vi tri xep hang", "xep hang cchc", "vi tri", "ket qua xep hang", "xep hang chung",
    ],
    "published_grade": [
        "published grade", "xep loai", "phan loai", "nhom", "loai", "muc xep loai", "xep loai cchc",
        "ket qua xep loai",
    ],
    "field": ["field", "linh vuc", "noi dung"],
    "note": ["ghi chu"],
}  # fmt: skip

# A title that is no name above may still hold scores ("Điểm thẩm định"), these words excepted.
JUDGED = "tu cham|tu danh gia|tham dinh|phuc tra|cham lai|dieu tra|khao sat|xhh"
SCORE_LIKE = re.compile(
    r"(?:tong |so |tong so )?(?:diem|chi so|ket qua)\b.*|.* (?:diem|chi so)"
    rf"|(?:don vi |hoi dong )?(?:{JUDGED})\b.*"
)
NOT_A_SCORE = re.compile(
    r".*\b(?:tang|giam|chenh lech|thay doi|so sanh|toi da|chuan|cong them|thuong|tru|phat)\b.*"
)
PLAIN_TOTAL = re.compile(
    r"(?:tong|tong so|tong cong)(?: so)?(?: diem)?(?: danh gia| dat duoc| chung| cchc)?"
    rf"|(?!.*\b(?:cham|{JUDGED})\b).* tong(?: cong| so)?(?: diem)?"
)
# The maximum that a title states: "Tổng điểm (thang điểm 70)", "(tối đa 84)", "(10đ)", "/84"; but
# "(1)" is a footnote, "/2020" a year.
_NO_YEAR = r"(?!(?:19|20)[0-9]{2}\b)"
NUMBER = r"([0-9]{1,4}(?:[.,][0-9]+)?)"
POINTS = r"(?: ?(?:điểm|đ))"
SCALE = re.compile(
    r"[\s\-–:,;]*[(\[]?\s*(?:(?:theo |tính theo |trên )?"
    rf"\b(?:(?:số |tổng )?(?:điểm )?tối đa|điểm chuẩn|thang(?: điểm)?)(?: là)?[:=]?\s*{NUMBER}"
    rf"{POINTS}?"
    rf"|(?<![\w.,/]){_NO_YEAR}{NUMBER}{POINTS}"
    rf"|(?<![0-9])(?<![0-9] )/\s*{_NO_YEAR}{NUMBER}{POINTS}?"
    r"|(?<=\()(100)"
    r")\s*[)\]]?$",
    re.IGNORECASE,
)
SCALE_ELSEWHERE = re.compile(
    rf"(?:thang(?: điểm)?|tối đa)[^0-9.;]{{0,25}}{NUMBER}(?! ?%)", re.IGNORECASE
)
# A column that comes after others: the score may be in it or in what it began with.
FINAL = re.compile(r"(?:tong|diem|ket qua|so)\b.*\b(?:sau|cuoi cung|chinh thuc|con lai)\b.*")
COUNTS = {"so luong", "so don vi", "so co quan", "so luong don vi", "so luong co quan"}

# Words of a table in the encodings before Unicode, as they look when they are taken for Unicode.
LEGACY = {
    "TCVN3 (ABC, phông .VnTime)": ("n vÞ", "n VÞ", "iÓm", "xÕp", "XÕp", "h¹ng", "lo¹i", "Phßng"),
    "VNI (phông VNI-Times)": ("n vò", "N VÒ", "ieåm", "IEÅM", "eáp", "EÁP", "haïng", "loaïi"),
}  # fmt: skip

# What a cell holds that looks like no number, and what to do about it.
NO_NUMBER = (
    ("#CHƯA TÍNH", "ô chứa công thức chưa có kết quả, hãy mở tệp trong Excel rồi lưu lại"),
    ("#", "công thức bị lỗi, hãy sửa công thức hoặc gõ số vào ô"),
    (r"\d\d/\d\d/\d{4}", "ô được lưu dưới dạng ngày, hãy đổi định dạng ô sang Text rồi gõ lại số"),
    ("(?:TRUE|FALSE)$", "ô chứa giá trị đúng/sai, hãy gõ lại số"),
    (r".*\[.+\]", "phần trong ngoặc vuông là chỉ số trên, chữ gạch bỏ hoặc ẩn, hãy xóa phần đó"),
)

# How the first cell of a row begins that sums up a table, or stands below it, and is no unit.
FOOTER_STARTS = re.compile(
    r"(?:tong|tong so|cong|chung|ca nuoc|toan (?:quoc|tinh|huyen|thi xa|thanh pho|vung|nganh))$"
    r"|(?:tong cong(?! ty\b)|tong hop|so don vi|tong so don vi|so luong)\b"
    r"|(?:(?:ket qua )?chung (?:toan|ca)|max|min|do lech|chenh lech)\b"
    r"|(?:(?:gia tri|chi so|ket qua|muc|diem|ty le|diem so) )?"
    r"(?:trung binh|binh quan|tb(?! xh)|tbc|trung vi|cao nhat|thap nhat|lon nhat|nho nhat)\b"
    r"|(?:nguon|ghi chu|luu y|nguoi lap|noi nhan|chu tich)\b"
    r"|(?:tm|kt|tl|q) (?:uy ban|ubnd|hdnd|hoi dong|ban|bo|so|cuc|chi cuc|chu tich|pho|giam doc"
    r"|truong)\b"
)
FOOTERS = re.compile(
    rf"{FOOTER_STARTS.pattern}"
    r"|(?!(?:xa|phuong|thi tran|huyen|ubnd)\b).* (trung binh|binh quan)(?: chung)?$"
)

# The row that states the maximum of each column of scores, and is no unit.
MAXIMUM = re.compile(r"(?:tong )?(?:diem |so diem |muc )?(?:toi da|chuan|quy dinh)\b|thang diem\b")

MISSING = {
    "", "-", "–", "—", "n/a", "na", "nan", "chưa chấm", "không chấm", "chưa đánh giá",
    "không đánh giá", "chưa xếp hạng", "không xếp hạng",
}  # fmt: skip
