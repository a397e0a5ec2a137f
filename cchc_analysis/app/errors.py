"""What went wrong and what was warned of, as the command or a field says it."""

import errno
from collections.abc import Iterable
from warnings import WarningMessage

from cchc_analysis.refusal import Face, Refusal

_LONGEST = 248  # letters of a folder on Windows, where long paths are not switched on
_AGAIN = {"notebook": "hãy đọc lại tệp", "command": "hãy lưu lại tệp rồi chạy lại"}


def in_words(error: Exception, face: Face) -> str:
    """Return what is wrong in a sentence, with options as this face has them."""
    if isinstance(error, Refusal):
        return " ".join([error.said(face), *getattr(error, "__notes__", [])])
    if not isinstance(error, OSError):
        return f"Lỗi ngoài dự kiến ({type(error).__name__}: {error}); {_AGAIN[face]}."
    return str(error) if error.errno is None else _of_system(error)


def notes(told: Iterable[WarningMessage], face: Face) -> list[str]:
    """Return what the package warned of; libraries tell in English what is of no use here."""
    ours = [one.message for one in told if one.category.__module__.startswith("cchc_analysis.")]
    said = [one.said(face) if hasattr(one, "said") else str(one) for one in ours]
    return [f"Lưu ý: {words}" for words in dict.fromkeys(said)]


def _of_system(error: OSError) -> str:
    """Return an error of the system, which comes in English, in words."""
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
