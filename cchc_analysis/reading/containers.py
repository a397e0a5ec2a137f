"""What a file really is, and whether it is safe to open: before any library reads it."""

import codecs
import re
import zipfile
import zlib
from pathlib import Path

from cchc_analysis.reading.archives import (
    MOST_MB,
    ZIPPED,
    Contents,
    contents_of,
    too_large,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted

# What each ending stands for.
KINDS = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods", ".docx": "docx",
    ".docm": "docx", ".dotx": "docx", ".html": "html", ".htm": "html", ".csv": "text",
    ".tsv": "text", ".txt": "text", ".md": "text", ".pdf": "pdf",
}  # fmt: skip
_SHOWN = {
    "xlsx": "sổ tính Excel (.xlsx)", "xls": "sổ tính Excel đời cũ (.xls)",
    "ods": "sổ tính LibreOffice (.ods)", "docx": "văn bản Word (.docx)",
    "doc": "văn bản Word đời cũ (.doc)", "html": "trang web (.html)", "pdf": "tệp PDF (.pdf)",
    "mht": "trang web kèm ảnh (.mht)", "xml": "bảng tính XML 2003 (.xml)",
    "text": "văn bản thường (.csv hoặc .txt)", "zip": "tệp nén", "unknown": "một định dạng khác",
}  # fmt: skip
# The largest file that is opened, in MB. A table of a million rows is 60 MB of text; the tree of a
# web page takes 20 times its size.
_MOST_MB = {"text": 200, "html": 20, "pdf": 50, "xls": 50} | dict.fromkeys(ZIPPED, MOST_MB)
# How a text begins that is markup; the markup of a page may begin with any tag.
_LOOKS = {
    "mht": re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE),
    "xml": re.compile(rb"<(?:\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office:spreadsheet"),
    "html": re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:.*<)?(?:!doctype html|html|head|table)\b",
                       re.IGNORECASE | re.DOTALL),
}  # fmt: skip
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)


def kind_of(path: Path) -> str:
    """Return what to read `path` as; refuse what its ending does not say, or what is not safe."""
    return contents(path).kind


def contents(path: Path) -> Contents:
    """Return what `path` is and, of a zipped file, what has been seen in it."""
    try:
        if path.is_dir():
            raise Refusal(f"{path} là một thư mục", "hãy chỉ rõ tệp cần đọc trong đó")
        with path.open("rb") as file:
            start = file.read(4096)
            size = file.seek(0, 2)
    except PermissionError:
        raise PermissionError(
            f"{path.name}: không mở được tệp; hãy đóng chương trình đang mở tệp hoặc kiểm tra "
            "quyền đọc rồi thử lại."
        ) from None
    except OSError:
        raise FileNotFoundError(
            f"Không tìm thấy tệp {str(path)[-300:]}; hãy kiểm tra tên tệp hoặc ghi đường dẫn đầy "
            "đủ."
        ) from None
    ending = quoted(path.suffix)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise Refusal(
            f"chưa đọc được định dạng {ending}",
            f"hãy lưu bảng dạng .xlsx, .docx hoặc 'CSV UTF-8' (đọc được: {', '.join(KINDS)})",
            file=path.name,
        )
    if size == 0:
        raise Refusal("tệp trống", "hãy kiểm tra lại tệp đã lưu", file=path.name)
    if size > _MOST_MB[kind] * 1e6:
        raise too_large(_MOST_MB[kind], path.name)
    found = _content(path, start)
    if (kind, found.kind) == ("html", "text"):  # a page may begin with anything
        found = Contents("html")
    elif (kind, found.kind) == ("xls", "html"):  # portals hand out pages as Excel files
        kind = "html"
        if size > _MOST_MB[kind] * 1e6:
            raise too_large(_MOST_MB[kind], path.name)
    if found.kind != kind:
        remedy = "mở tệp rồi lưu lại dạng .xlsx hay .docx"
        if found.kind not in ("mht", "xml"):  # which are not read under any ending
            remedy = f"đổi đuôi cho đúng, hoặc {remedy}"
        raise Refusal(
            f"đuôi tệp là {ending} nhưng nội dung là {_SHOWN[found.kind]}",
            f"hãy {remedy}",
            file=path.name,
        )
    return found


def damaged(name: str) -> Refusal:
    """Return the sentence for a file that its own library cannot open."""
    return Refusal(
        "tệp bị hỏng hoặc bị cắt, không mở được",
        "hãy lấy lại tệp gốc, hoặc mở tệp trong chương trình đã tạo ra nó rồi lưu lại",
        file=name,
    )


def encrypted(name: str) -> Refusal:
    """Return the sentence for a file with a password."""
    return Refusal("tệp có mật khẩu", "hãy mở tệp, bỏ mật khẩu rồi lưu lại", file=name)


def _content(path: Path, start: bytes) -> Contents:
    """Return what a file is, refusing what is not safe to open."""
    if start.startswith(b"PK"):
        try:
            return contents_of(path)
        except Refusal:
            raise
        except _BROKEN as error:
            raise (encrypted if "encrypted" in str(error) else damaged)(path.name) from None
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        data = path.read_bytes()
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(path.name)
        return Contents("doc" if "WordDocument".encode("utf-16-le") in data else "xls")
    if b"%PDF-" in start[:1024]:
        return Contents("pdf")
    for kind, looks in _LOOKS.items():
        if looks.search(start):
            return Contents(kind)
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return Contents("unknown" if b"\0" in start and not is_utf16 else "text")
