"""What a file really is, and whether it is safe to open: before any library reads it."""

import re
import zipfile
import zlib
from pathlib import Path

from cchc_analysis.text import quoted

# What each ending stands for.
KINDS = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods", ".docx": "docx",
    ".html": "html", ".htm": "html", ".csv": "text", ".tsv": "text", ".txt": "text",
    ".md": "text", ".pdf": "pdf",
}  # fmt: skip
_SHOWN = {
    "xlsx": "sổ tính Excel (.xlsx)", "xls": "sổ tính Excel đời cũ (.xls)",
    "ods": "sổ tính LibreOffice (.ods)", "docx": "văn bản Word (.docx)",
    "doc": "văn bản Word đời cũ (.doc)", "html": "trang web (.html)", "pdf": "tệp PDF (.pdf)",
    "text": "văn bản thường (.csv hoặc .txt)", "zip": "tệp nén", "unknown": "một định dạng khác",
}  # fmt: skip
# The largest file that is opened, in MB; of a zipped one, what it unpacks to. A table of a million
# rows is 60 MB of text; the trees of a web page and of a Word file take 20 times their size.
_MOST_MB = {"text": 200, "html": 20, "pdf": 50, "xls": 50, "xlsx": 100, "ods": 100, "docx": 100}
_MOST_XML_MB = {"docx": 20}
PASSWORD = "tệp có mật khẩu; hãy mở tệp, bỏ mật khẩu rồi lưu lại."
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)


class _Unsafe(Exception):
    """A zipped file that is whole but not to be opened."""


def kind_of(path: Path) -> str:
    """Return what to read `path` as; refuse what its ending does not say, or what is not safe."""
    try:
        is_there, is_folder = path.exists(), path.is_dir()
    except OSError:  # a name that no system allows
        is_there = is_folder = False
    if is_folder:
        raise ValueError(f"{path} là một thư mục; hãy chỉ rõ tệp cần đọc trong đó.")
    if not is_there:
        raise FileNotFoundError(
            f"Không tìm thấy tệp {str(path)[-300:]}; hãy kiểm tra tên tệp hoặc ghi đường dẫn đầy "
            "đủ."
        )
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(
            f"{path.name}: chưa đọc được định dạng {quoted(path.suffix)}; hãy lưu bảng dạng "
            f".xlsx, .docx hoặc 'CSV UTF-8' (đọc được: {', '.join(KINDS)})."
        )
    size = path.stat().st_size
    if size == 0:
        raise ValueError(f"{path.name}: tệp trống; hãy kiểm tra lại tệp đã lưu.")
    if size > _MOST_MB[kind] * 1e6:
        raise _too_large(path.name, kind)
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise type(error)(
            f"{path.name}: không mở được tệp; hãy đóng chương trình đang mở tệp hoặc kiểm tra "
            "quyền đọc rồi thử lại."
        ) from None
    found = _content(path, start)
    if found == "encrypted":
        raise encrypted(path.name)
    if found == "damaged":
        raise damaged(path.name)
    if found != kind and not (kind == "html" and found == "text"):
        raise ValueError(
            f"{path.name}: đuôi tệp là {quoted(path.suffix)} nhưng nội dung là {_SHOWN[found]}; "
            "hãy đổi đuôi cho đúng, hoặc mở tệp rồi lưu lại dạng .xlsx hay .docx."
        )
    if kind in ("xlsx", "ods", "docx"):
        _check_package(path, kind)
    return kind


def damaged(name: str) -> ValueError:
    """Return the sentence for a file that its own library cannot open."""
    return ValueError(
        f"{name}: tệp bị hỏng hoặc bị cắt, không mở được; hãy lấy lại tệp gốc, hoặc mở tệp trong "
        "chương trình đã tạo ra nó rồi lưu lại."
    )


def encrypted(name: str) -> ValueError:
    """Return the sentence for a file with a password."""
    return ValueError(f"{name}: {PASSWORD}")


def _too_large(name: str, kind: str) -> ValueError:
    unpacked = " sau khi giải nén" if kind in ("xlsx", "ods", "docx") else ""
    most = _MOST_XML_MB.get(kind, _MOST_MB[kind])
    return ValueError(
        f"{name}: tệp quá lớn (giới hạn {most} MB{unpacked}); hãy lưu riêng bảng điểm "
        "vào một tệp mới."
    )


def _content(path: Path, start: bytes) -> str:
    """Return what the first bytes say that a file is."""
    if start.startswith(b"PK"):
        return _zipped(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        data = path.read_bytes()
        for mark, kind in (("EncryptedPackage", "encrypted"), ("WordDocument", "doc")):
            if mark.encode("utf-16-le") in data:
                return kind
        return "xls"
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|table)",
                start, re.IGNORECASE | re.DOTALL):  # fmt: skip
        return "html"
    is_wide = start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start[:2]
    return "unknown" if b"\0" in start and not is_wide else "text"


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                is_sheet = b"opendocument.spreadsheet" in archive.open("mimetype").read(200)
                return "ods" if is_sheet else "unknown"
    except _BROKEN:
        return "damaged"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "docx" if any(name.startswith("word/document") for name in names) else "zip"


def _check_package(path: Path, kind: str) -> None:
    """Unpack all of a zipped file once: its size, its checksums, no entity that could multiply."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            xml = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
            if sum(part.file_size for part in parts) > _MOST_MB[kind] * 1e6 or (
                sum(part.file_size for part in xml) > _MOST_XML_MB.get(kind, 100) * 1e6
            ):
                raise _Unsafe(_too_large(path.name, kind))
            for part in parts:
                tail = b""
                with archive.open(part) as stream:
                    while chunk := stream.read(1 << 20):
                        if part in xml and re.search(rb"<!DOCTYPE|<!ENTITY", tail + chunk):
                            raise _Unsafe(
                                f"{path.name}: tệp chứa khai báo XML không an toàn (DOCTYPE); hãy "
                                "mở tệp bằng Excel, Word hoặc LibreOffice rồi lưu lại."
                            )
                        tail = chunk[-9:]
    except _Unsafe as error:
        raise ValueError(str(error)) from None
    except _BROKEN as error:
        if "encrypted" in str(error):
            raise encrypted(path.name) from None
        raise damaged(path.name) from None
