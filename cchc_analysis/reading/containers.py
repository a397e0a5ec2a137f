"""What a file really is, and whether it is safe to open: before any library reads it."""

import codecs
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
_ZIPPED = ("xlsx", "ods", "docx")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)


def kind_of(path: Path) -> str:
    """Return what to read `path` as; refuse what its ending does not say, or what is not safe."""
    try:
        if path.is_dir():
            raise ValueError(f"{path} là một thư mục; hãy chỉ rõ tệp cần đọc trong đó.")
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
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(
            f"{path.name}: chưa đọc được định dạng {quoted(path.suffix)}; hãy lưu bảng dạng "
            f".xlsx, .docx hoặc 'CSV UTF-8' (đọc được: {', '.join(KINDS)})."
        )
    if size == 0:
        raise ValueError(f"{path.name}: tệp trống; hãy kiểm tra lại tệp đã lưu.")
    if size > _MOST_MB[kind] * 1e6:
        raise ValueError(f"{path.name}: {_too_large(kind)}")
    found = _content(path, start)
    if found != kind and not (kind == "html" and found == "text"):
        raise ValueError(
            f"{path.name}: đuôi tệp là {quoted(path.suffix)} nhưng nội dung là {_SHOWN[found]}; "
            "hãy đổi đuôi cho đúng, hoặc mở tệp rồi lưu lại dạng .xlsx hay .docx."
        )
    return kind


def damaged(name: str) -> ValueError:
    """Return the sentence for a file that its own library cannot open."""
    return ValueError(
        f"{name}: tệp bị hỏng hoặc bị cắt, không mở được; hãy lấy lại tệp gốc, hoặc mở tệp trong "
        "chương trình đã tạo ra nó rồi lưu lại."
    )


def encrypted(name: str) -> ValueError:
    """Return the sentence for a file with a password."""
    return ValueError(f"{name}: tệp có mật khẩu; hãy mở tệp, bỏ mật khẩu rồi lưu lại.")


def _too_large(kind: str) -> str:
    unpacked = " sau khi giải nén" if kind in _ZIPPED else ""
    most = _MOST_XML_MB.get(kind, _MOST_MB[kind])
    return f"tệp quá lớn (giới hạn {most} MB{unpacked}); hãy lưu riêng bảng điểm vào một tệp mới."


def _content(path: Path, start: bytes) -> str:
    """Return what a file is, refusing what is not safe to open."""
    if start.startswith(b"PK"):
        return _zipped(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        data = path.read_bytes()
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(path.name)
        return "doc" if "WordDocument".encode("utf-16-le") in data else "xls"
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|table)",
                start, re.IGNORECASE | re.DOTALL):  # fmt: skip
        return "html"
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "unknown" if b"\0" in start and not is_utf16 else "text"


def _zipped(path: Path) -> str:
    """Return what a zipped file is; unpack all of it once: its size, its checksums, no entity."""
    try:
        with zipfile.ZipFile(path) as archive:
            kind = _kind_in(archive)
            fault = _fault_in(archive, kind) if kind in _ZIPPED else ""
    except _BROKEN as error:
        raise (encrypted if "encrypted" in str(error) else damaged)(path.name) from None
    if fault:
        raise ValueError(f"{path.name}: {fault}")
    return kind


def _kind_in(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "mimetype" in names:
        kind = archive.open("mimetype").read(200)
        return "ods" if b"opendocument.spreadsheet" in kind else "unknown"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "docx" if any(name.startswith("word/document") for name in names) else "zip"


def _fault_in(archive: zipfile.ZipFile, kind: str) -> str:
    """Return in words why a zipped file is not opened; an entity could multiply."""
    sizes = {part: part.file_size for part in archive.infolist()}
    xml = [part for part in sizes if part.filename.endswith((".xml", ".rels"))]
    most_xml = _MOST_XML_MB.get(kind, _MOST_MB[kind]) * 1e6
    if sum(sizes.values()) > _MOST_MB[kind] * 1e6 or sum(sizes[part] for part in xml) > most_xml:
        return _too_large(kind)
    for part in sizes:
        data = archive.read(part)
        if part.filename == "META-INF/manifest.xml" and b"encryption-data" in data:
            raise RuntimeError("encrypted")  # as zipfile says it of other files
        if part in xml and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
            return (
                "tệp chứa khai báo XML không an toàn (DOCTYPE); hãy mở tệp bằng Excel, Word hoặc "
                "LibreOffice rồi lưu lại."
            )
    return ""
