"""What a command or a field says where the library or the system says it in Python or English."""

import errno
import re

_LONGEST = 248  # letters of a folder on Windows, where long paths are not switched on
# How a sentence that names an argument of a function names the option of the command instead.
_IN_OPTIONS = (
    (r"\(\w+(?:=.*?)?; sổ tay: \w+; dòng lệnh: (--.*?)\)", r"(\1)"),
    (r", hoặc truyền max_score=\{.*?\}|, hoặc bỏ bớt aliases| \(load_scores, block=\)", ""),
    (r"hãy dùng aliases=\{.*?\}", "hãy ghi cùng một tên trong cả hai tệp"),
    (r", ví dụ scores\[.*?\](?=\.)", " (--year)"),
    (r", ví dụ \w+\[.*?\]\]?(?=\.)| \(after\)", ""),
    (r"\((before|fields)\)", r"(--\1)"),
    (r'columns=\{"(\w+)": "(.*?)"\}', r'--columns \1="\2"'),
    (r"(?<![-\w])(columns|max_score|table|scheme|year|unit|template|before|fields|source|date)=\b",
     r"--\1 "),
    (r"(?<![-\w])(columns|max_score|table|scheme|template)(?:=(?=[\s;)])|(?=: ))", r"--\1"),
    ("--max_score", "--max-score"),
)  # fmt: skip


def as_options(sentence: str) -> str:
    """Return a sentence of the library with the options of the command for its arguments."""
    for pattern, option in _IN_OPTIONS:
        sentence = re.sub(pattern, option, sentence)
    return sentence


def in_words(error: Exception) -> str:
    """Return what is wrong; the system's own errors come in English and are put in words here."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    path = str(error.filename or "tệp kết quả")
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return (
            f"Không ghi được {path}: đĩa đã đầy; các tệp cũ vẫn còn nguyên. Hãy giải "
            "phóng đĩa hoặc chọn thư mục khác."
        )
    # Windows calls a path that is too long one that is not there.
    is_long = isinstance(error, FileNotFoundError) and len(path) >= _LONGEST
    if is_long or error.errno == errno.ENAMETOOLONG:
        return (
            f"Không ghi được …{path[-100:]}: tên tệp hoặc đường dẫn quá dài; hãy chọn một thư mục "
            "có đường dẫn ngắn hơn."
        )
    if isinstance(error, FileNotFoundError):
        return f"Không tìm thấy {path}; hãy kiểm tra đường dẫn, hoặc chọn thư mục khác."
    return (
        f"Không mở hoặc không ghi được {path}; nếu tệp đang mở trong chương trình khác thì hãy "
        "đóng lại, nếu không hãy chọn thư mục khác. Các tệp cũ vẫn còn nguyên."
    )
