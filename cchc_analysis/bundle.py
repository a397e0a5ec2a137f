"""All files of one report, in a folder of their own: replaced together, never over a person's."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from cchc_analysis.files import as_typed, write_whole

MANIFEST = "manifest.json"
_KEPT = os.fsdecode("-đã-sửa".encode())  # these bytes, also where the locale is not UTF-8


def write_bundle(
    folder: Path, inputs: Sequence[Path], make: Callable[[Path], object]
) -> tuple[list[Path], list[str]]:
    """Let `make` fill a folder and move its files to `folder`; return them, and what was kept.

    Nothing in `folder` changes unless `make` ends well. A file that differs from the manifest of
    the last run was edited by a person: it stays there under another name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".moi-", dir=folder))
    try:
        make(staging)
        made = sorted(path for path in staging.iterdir() if path.is_file())
        known = _last_files(folder)
        written, told = [], []
        for path in made:
            target = folder / path.name
            if target.exists() and known.get(path.name) != _sha256(target):
                if _sha256(path) == _sha256(target):
                    written.append(target)
                    continue
                kept = _free_name(target)
                target.replace(kept)
                told.append(f"{target.name} đã được sửa hoặc không do lần chạy trước tạo ra, nên "
                            f"được giữ lại với tên {kept.name}")  # fmt: skip
            path.replace(target)
            written.append(target)
        about = {
            "package": f"cchc-analysis {version('cchc-analysis')}",
            "input": {as_typed(path.name): _sha256(path) for path in inputs},
            "files": {path.name: _sha256(path) for path in written},
        }
        text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
        written.append(write_whole(folder / MANIFEST, text.encode()))
        return written, told
    except OSError as error:
        if error.filename is None or staging.name not in str(error.filename):
            raise
        name = Path(error.filename).name  # the file that the user knows, not where it was made
        name = "" if name == staging.name else name
        raise type(error)(error.errno, error.strerror, str(folder / name)) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def _last_files(folder: Path) -> dict[str, str]:
    """Return what the last run wrote; nothing is known if its manifest cannot be read."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return files if isinstance(files, dict) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _free_name(path: Path) -> Path:
    """Return a name beside this one that no file has."""
    kept, number = path.with_stem(path.stem + _KEPT), 2
    while kept.exists():
        kept, number = path.with_stem(f"{path.stem}{_KEPT}-{number}"), number + 1
    return kept


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
