"""What a command or a field says where the library or the system says it in Python or English."""

import errno
import re

_LONGEST = 248  # letters of a folder on Windows, where long paths are not switched on
_OPTIONS = "table|columns|max_score|scheme|year|unit|template|before|fields|source|date"
# How a sentence that names an argument of a function names the option of the command instead.
_IN_OPTIONS = (
    (r"\(\w+(?:=.*?)?; sổ tay: \w+; dòng lệnh: (--.*?)\)", r"(\1)"),
    (r", hoặc truyền max_score=\{.*?\}", ""),  # of fields: the command has no option for it
    (r"hãy dùng aliases=\{.*?\}", "hãy ghi cùng một tên trong cả hai tệp"),
    (r", hoặc bỏ bớt aliases", ""),
    (r"( một năm)(?: cho mỗi bảng| trước khi vẽ), ví dụ \w+\[.*?\]\]?(?=\.)", r"\1 (--year)"),
    (r" trước khi vẽ, ví dụ \w+\[.*?\]\]?(?=\.)", ""),
    (r" \(load_scores, block=\)", ""),
    (r" \(after\)", ""),
    (r"\((before|fields)\)", r"(--\1)"),
    (r'columns=\{"(\w+)": "(.*?)"\}', r'--columns \1="\2"'),
    (r"\bcolumns: ", "--columns: "),
    (rf"\b(?<!-)(?<!--columns )({_OPTIONS})=(?=[^\s;)])", r"--\1 "),
    (rf"\b(?<!-)(?<!--columns )({_OPTIONS})=", r"--\1"),
    ("--max_score", "--max-score"),
)
# And how a sentence that names an option names the field or the first cell of a notebook.
_IN_FIELDS = (
    (r",?(?: hoặc| nếu không hãy) chọn (?:nơi|thư mục) khác bằng --out", ""),
    ("chọn bằng --out", "chuyển sổ tay đến"),
    (r"(?:, ví dụ bảng thứ nhất)? \(--table.*?\)", " ở ô Bảng"),
    ("dùng --table", "chọn ở ô Bảng"),
    (r" \(--scheme\)", " ở ô Thang xếp loại"),
    (r'\((--columns \w+=".*?"|--columns|--max-score)\)', r"(đặt \1 ở ô lệnh đầu tiên)"),
    (r'--columns (\w+)="(.*?)"', r'COLUMNS = {"\1": "\2"}'),
    ("--columns", "COLUMNS"),
    (r"--max-score (?=\d)", "MAX_SCORE = "),
    ("--max-score", "MAX_SCORE"),
)


def as_options(sentence: str) -> str:
    """Return a sentence of the library with the options of the command for its arguments."""
    for pattern, option in _IN_OPTIONS:
        sentence = re.sub(pattern, option, sentence)
    return sentence


def in_words(error: Exception) -> str:
    """Return what is wrong; the system's own errors come in English and are put in words here."""
    if not isinstance(error, OSError) or error.errno is None:
        return as_options(str(error))
    path = error.filename or "tệp kết quả"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return (
            f"Không ghi được {path}: đĩa đã đầy; các tệp cũ vẫn còn nguyên. Hãy giải "
            "phóng đĩa hoặc chọn nơi khác bằng --out."
        )
    # Windows calls a path that is too long one that is not there.
    is_long = isinstance(error, FileNotFoundError) and len(str(path)) >= _LONGEST
    if is_long or error.errno == errno.ENAMETOOLONG:
        return (
            f"Không ghi được …{str(path)[-100:]}: tên tệp hoặc đường dẫn quá dài; hãy chọn bằng "
            "--out một thư mục có đường dẫn ngắn hơn."
        )
    if isinstance(error, FileNotFoundError):
        return f"Không tìm thấy {path}; hãy kiểm tra đường dẫn, hoặc chọn thư mục khác bằng --out."
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return (
            f"Không mở hoặc không ghi được {path}: chỗ của thư mục đã có một tệp; hãy "
            "đổi tên tệp đó hoặc chọn thư mục khác bằng --out."
        )
    return (
        f"Không mở hoặc không ghi được {path}; nếu tệp đang mở trong chương trình khác "
        "thì hãy đóng lại, nếu không hãy chọn thư mục khác bằng --out. Các tệp cũ vẫn còn nguyên."
    )


def in_fields(error: Exception) -> str:
    """Return what is wrong, or worth knowing, as one reads it who has fields and no command."""
    words = in_words(error)
    if words.isascii() or not isinstance(error, (ValueError, OSError, UserWarning)):
        words = f"Lỗi ngoài dự kiến ({type(error).__name__}: {words}); hãy thử đọc lại tệp."
    for pattern, field in _IN_FIELDS:
        words = re.sub(pattern, field, words)
    return words
