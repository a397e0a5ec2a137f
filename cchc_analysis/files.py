"""Files that are replaced whole or not at all, and are the same from run to run."""

import io
import os
import re
import tempfile
import zipfile
from pathlib import Path

# What no file name can have on Windows.
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zipped file can have


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file beside its place and move it there: a crash leaves what was there before."""
    name = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):  # the file that the user knows
            raise type(error)(error.errno, error.strerror, str(path)) from None
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def fixed_zip(data: bytes) -> bytes:
    """Return a zipped file (.docx, .xlsx) whose parts have a time that never changes."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(fixed, "w") as new:
        for part in old.infolist():
            about = zipfile.ZipInfo(part.filename, _ZIP_TIME)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(about, old.read(part))
    return fixed.getvalue()
