"""All files of one report, in a folder of their own: replaced together, never over a person's."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from cchc_analysis.files import as_typed, write_whole

MANIFEST = "manifest.json"
_KEPT = os.fsdecode("-đã-sửa".encode())  # these bytes, also where the locale is not UTF-8
_NEW, _OLD = ".moi-", "cu"  # where a run makes its files, and in it those that they replace


def write_bundle(
    folder: Path, inputs: Mapping[str, Path], make: Callable[[Path], object]
) -> tuple[list[Path], list[str]]:
    """Let `make` fill a folder and move its files to `folder`; return them, and what to tell.

    All of `folder` is replaced or nothing. A file that differs from what the command last wrote
    under its name was edited by a person and stays, under another name if need be; one that no run
    makes any more goes. `inputs` (by role) are for the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new = None
    try:
        _undo_killed(folder)
        new = Path(tempfile.mkdtemp(prefix=_NEW, dir=folder))
        make(new)
        made = {path.name: _sha256(path) for path in sorted(new.iterdir()) if path.is_file()}
        known = _known(folder)
        about = {
            "package": f"cchc-analysis {version('cchc-analysis')}",
            "input": [
                {"role": role, "path": as_typed(path.as_posix()), "sha256": _sha256(path)}
                for role, path in inputs.items()
            ],
            "files": made,
        }
        text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
        write_whole(new / MANIFEST, text.encode())
        (new / _OLD).mkdir()
        moves, told = _moves(folder, new, made, known)
        _move_all(moves)
        shutil.rmtree(new / _OLD, ignore_errors=True)
        return [folder / name for name in (*made, MANIFEST)], told
    except OSError as error:  # names the file that the user knows, not where it was made
        if error.errno is None:
            raise
        path = re.sub(rf"[/\\]{re.escape(_NEW)}\w*", "", str(error.filename or folder))
        raise type(error)(error.errno, error.strerror, path) from None
    finally:
        if new and not any((new / _OLD).glob("*")):  # else the next run puts these back
            shutil.rmtree(new, ignore_errors=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def _moves(
    folder: Path, new: Path, made: Mapping[str, str], known: Mapping[str, str]
) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Return what goes where, old files before new ones, and in words what is kept or removed."""
    away, removed, told = [], [], []
    changed = [name for name, sha in made.items() if _sha256(folder / name) != sha]
    for name in [*changed, *(name for name in known if name not in made)]:
        path = folder / name
        if not path.exists():
            continue
        if _sha256(path) == known.get(name):
            away.append((path, new / _OLD / name))
            removed += [] if name in made else [name]
        elif name in made:
            away.append((path, _free_name(path)))
            told.append(f"{name} đã được sửa hoặc không do lần chạy trước tạo ra, nên được giữ lại "
                        f"với tên {away[-1][1].name}")  # fmt: skip
        else:
            told.append(f"{name} là của lần chạy trước và đã được sửa, nên được giữ lại")
    if removed:
        told.append(f"Đã xóa tệp của lần chạy trước mà lần này không tạo: {', '.join(removed)}")
    if (folder / MANIFEST).exists():
        away.append((folder / MANIFEST, new / _OLD / MANIFEST))
    return [*away, *((new / name, folder / name) for name in (*changed, MANIFEST))], told


def _move_all(moves: Iterable[tuple[Path, Path]]) -> None:
    """Make all moves, each to a free place, or none: a file may be open in another program."""
    begun = []
    try:
        for start, end in moves:
            begun.append((start, end))
            start.replace(end)
    except BaseException:
        for start, end in reversed(begun):
            with contextlib.suppress(OSError):  # the last one was not made
                end.replace(start)
        raise


def _undo_killed(folder: Path) -> None:
    """Put back what a run that was killed had moved away, and take its folder away."""
    for left in folder.glob(f"{_NEW}*"):
        new = _known(left)
        for old in (left / _OLD).glob("*"):
            place = folder / old.name
            if not place.exists() or _sha256(place) == new.get(old.name):
                old.replace(place)
        shutil.rmtree(left, ignore_errors=True)


def _known(folder: Path) -> dict[str, str]:
    """Return what the command last wrote there; nothing is known without a manifest."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {name: sha for name, sha in files.items() if Path(name).name == name != MANIFEST}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _free_name(path: Path) -> Path:
    """Return a name beside this one that no file has."""
    kept, number = path.with_stem(path.stem + _KEPT), 2
    while kept.exists():
        kept, number = path.with_stem(f"{path.stem}{_KEPT}-{number}"), number + 1
    return kept


def _sha256(path: Path) -> str:
    """Return the sum of a file; none if there is no file."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
