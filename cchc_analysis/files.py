"""Files that are replaced whole or not at all, and are the same from run to run."""

import hashlib
import io
import os
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path
from urllib.parse import urlsplit

from cchc_analysis.refusal import Refusal
from cchc_analysis.text import near, quoted

# What no file name can have on Windows.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
# Names of devices there, with any ending: "CON" and "nul.2020.csv" cannot be files.
_DEVICE = re.compile(
    r"^(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])( *(?:\..*)?)$", re.IGNORECASE
)
_QUOTED = re.compile(r"""^["'“‘](.*)["'”’]$""")
_MOST_BYTES = 150  # of a folder; on Windows a whole path has 260 letters
_LONGEST_NAME = 255  # bytes, with its ending
_LONGEST = 250
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between trials to move a file
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zipped file can have


def given_path(given: str | PathLike) -> Path:
    """Return a path as it was meant: one from a file manager may have quotes or be an address."""
    if not isinstance(given, str | PathLike):
        raise Refusal(
            f"{given!r:.60} không phải là một đường dẫn",
            'hãy ghi tên tệp trong ngoặc kép, ví dụ "data/bang.xlsx"', value=given,
        )  # fmt: skip
    if not (text := os.fsdecode(given)).strip():
        raise Refusal("Đường dẫn trống", 'hãy ghi tên tệp, ví dụ "data/bang.xlsx"', value=text)
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in re.split(r"[/\\]", text)):
        raise Refusal(
            f"Tên tệp {quoted(Path(text).name)} quá dài", "hãy đặt tên ngắn hơn", value=text
        )
    if os.path.lexists(text):
        return Path(text)
    text = _QUOTED.sub(r"\1", text.strip())
    if text.lower().startswith("file:"):
        from urllib.request import url2pathname  # seldom, and slow to import

        text = url2pathname(urlsplit(text).path)
    if found := re.search(r"[\x00-\x1f]", text):  # "C:\bang.csv" without r has no backslash left
        raise Refusal(
            f"Đường dẫn {text!r:.100} có ký tự điều khiển {found[0]!r}, do dấu \\ trong ngoặc kép",
            'hãy đặt chữ r trước dấu ngoặc kép: FILE = r"C:\\…", hoặc dùng dấu /',
            value=text,
        )
    return Path(text)


def find_file(
    file: str | PathLike | Sequence[str | PathLike], *, several: bool = False
) -> tuple[Path | list[Path], Path]:
    """Find a table that a notebook names, and the folder for what is made of it.

    Parameters
    ----------
    file : path
        As typed, or pasted from a file manager (quotes and ``file:///`` do no harm): whole, or
        from the current folder or one above it ("data/cchc-2020.csv").
    several : bool, default False
        Take one file or a list of files, and return a list.

    Returns
    -------
    tuple of Path
        The file, or the list of them; and, of the last, ``reports/<name of the file>`` in the
        nearest of these folders that has a folder ``data``, else in the current one. Nothing is
        made.

    Raises
    ------
    ValueError
        If the path has lost its backslashes, or the list is empty.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> find_file("khong-co.csv")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FileNotFoundError: Không tìm thấy tệp khong-co.csv; hãy kiểm tra tên tệp hoặc ghi đường dẫn...
    """
    if several:
        if not (files := [file] if isinstance(file, str | PathLike) else list(file)):
            raise Refusal("Danh sách tệp trống", "hãy ghi ít nhất một tệp")
        found = [find_file(one) for one in files]
        return [path for path, _ in found], found[-1][1]
    path, folders = given_path(file), [Path.cwd(), *Path.cwd().parents]
    found = next((folder / path for folder in folders if (folder / path).is_file()), None)
    if found is None:
        raise not_found(path)
    home = next((folder for folder in folders if (folder / "data").is_dir()), folders[0])
    return found, home / "reports" / allowed_name(found.stem)


def not_found(path: Path) -> FileNotFoundError:
    """Return the error of a file that is not there; its ending may be what Windows hides."""
    if path.is_dir():
        return FileNotFoundError(f"{path} là một thư mục; hãy chỉ rõ tệp cần đọc trong đó.")
    beside = []
    with suppress(OSError):
        beside = [one.name for one in path.parent.iterdir() if one.is_file()]
    hint = near(path.name, beside, 0.8, key=lambda name: Path(name).stem)
    return FileNotFoundError(
        f"Không tìm thấy tệp {str(path)[-300:]}{hint}; hãy kiểm tra tên tệp hoặc ghi đường dẫn đầy "
        "đủ."
    )


def allowed_name(name: str) -> str:
    """Return a name that Windows, macOS and Linux allow: "CON" and "a:b" are none there.

    One that is too long (a letter with its accents takes three bytes) is cut and keeps a mark of
    what was cut, so that names which differ in their last letters stay apart.
    """
    data = os.fsencode(name)
    if len(data) > _MOST_BYTES:
        mark = f"-{hashlib.sha256(data).hexdigest()[:8]}"
        start = data[: _MOST_BYTES - len(mark)].decode("utf-8", errors="ignore").rstrip(". ")
        name = os.fsdecode(f"{start}{mark}".encode())
    allowed = _FORBIDDEN.sub("_", name).rstrip(". ") or "_"
    return _DEVICE.sub(r"\1_\2", allowed)


def why_not_allowed(name: str) -> str | None:
    """Return in words what keeps a name that a person chose from being one of a file."""
    if bad := _FORBIDDEN.search(name):
        return f"có ký tự không dùng được trong tên tệp ({bad[0]!r})"
    if not name.strip(". "):
        return "trống"
    if _DEVICE.search(name):
        return "là tên mà Windows dành riêng, không dùng được làm tên tệp"
    return "quá dài" if len(os.fsencode(name)) > _LONGEST else None


def with_ending(path: str | PathLike, ending: str) -> Path:
    """Return the path of a file, which must have this ending."""
    path = given_path(path)
    if path.suffix.lower() != ending:
        raise Refusal(f"Tệp '{path.name}' phải có đuôi {ending}", "hãy đặt tên khác")
    return path


def as_typed(text: str) -> str:
    """Return a name or argument from the system as it was typed, where the locale is not UTF-8."""
    try:
        return os.fsencode(text).decode("utf-8", errors="replace")
    except UnicodeEncodeError:  # not from the system
        return text


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file beside its place and move it there: a crash leaves what was there before."""
    beside = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        with suppress(OSError):  # no file is there, or the drive has no permissions to keep
            shutil.copymode(path, beside)
        move(beside, path)
    except OSError as error:  # the file that the user knows
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):  # it has moved
            beside.unlink()
    return path


def move(start: Path, end: Path) -> None:
    """Move a file or folder; a virus scanner or a cloud drive lets go of it within seconds."""
    for wait in _WAITS:
        try:
            start.replace(end)
            return
        except PermissionError:
            time.sleep(wait)
    start.replace(end)


def fixed_zip(data: bytes) -> bytes:
    """Return a zipped file (.docx) whose parts have a time that never changes."""
    fixed = io.BytesIO(data)
    with zipfile.ZipFile(fixed, "a") as package:
        for part in package.infolist():
            part.date_time = _ZIP_TIME
            fixed.seek(part.header_offset)
            fixed.write(part.FileHeader())
        package.comment = b""  # so that the list of the parts is written anew
    return fixed.getvalue()


def write_new(data: bytes, folder: Path, name: str) -> Path:
    """Write a file under a safe name that no other file has, and return its path."""
    ending = re.search(r"(?<=.)\.\w{1,8}$", name)  # it says what the file is, and is never cut
    safe = allowed_name(name[: ending.start()]) + ending[0] if ending else allowed_name(name)
    path = first = folder / safe
    number = 2
    while path.exists() and path.read_bytes() != data:
        path, number = first.with_stem(f"{first.stem}-{number}"), number + 1
    return write_whole(path, data)
