"""All files of one report, in a folder of their own: swapped whole, and never over a person's."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from cchc_analysis import __version__
from cchc_analysis.files import as_typed, move, write_whole
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import listed

_MANIFEST = "manifest.json"
_WAIT = 600  # seconds, for another run into the same folder
_OF_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what file managers leave in any folder
_OPEN = ("~$", ".~lock.")  # what Word and LibreOffice write beside a file that is open


def write_bundle(
    folder: Path, inputs: Mapping[str, Path], make: Callable[[Path], object]
) -> tuple[list[Path], list[str]]:
    """Let `make` fill a new folder and put it in the place of `folder`; return files, what to tell.

    A folder that a person has edited, or that is open elsewhere, stays as it is: the new one has a
    number behind its name. `inputs` (by role) are for the manifest.
    """
    from filelock import FileLock, Timeout  # asyncio comes with it

    work, lock = (folder.with_name(f".{folder.name}.{end}") for end in ("tmp", "lock"))
    new = work / "moi"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=_WAIT):
            try:
                _clear(work)  # of a run that was killed: it has no lock any more
                work.mkdir()  # fails on a link, which is never followed
                new.mkdir()
                make(new)
                made = {path.name: _sha256(path) for path in sorted(new.iterdir())}
                about = {
                    "package": f"cchc-analysis {__version__}",
                    "input": [
                        {"role": role, "path": as_typed(path.as_posix()), "sha256": _sha256(path)}
                        for role, path in inputs.items()
                    ],
                    "files": made,
                }
                text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
                write_whole(new / _MANIFEST, text.encode())
                place, told = _swap(new, folder, about)
            finally:
                _clear(work)
                with suppress(OSError):  # whoever waits for this lock sees that it is gone
                    lock.unlink()
    except Timeout:
        raise Refusal(
            f"Một lần chạy khác đang ghi vào {folder}", "hãy đợi lần đó xong rồi chạy lại"
        ) from None
    except OSError as error:  # names the file that the user knows, not where it was made
        if error.errno is None:
            raise
        path = str(error.filename or folder).replace(str(new), str(folder))
        raise type(error)(error.errno, error.strerror, path) from None
    return [place / name for name in (*made, _MANIFEST)], told


def _swap(new: Path, folder: Path, about: dict) -> tuple[Path, list[str]]:
    """Move a new folder to its place or the first free `…-2`; what it replaces waits beside it."""
    old, told = new.with_name("cu"), []
    old.mkdir()
    for number in count(1):
        place = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        kept, along = _of_persons(place, about, is_named=number == 1)
        if not kept and os.path.lexists(place):
            try:
                move(place, old / place.name)
            except PermissionError:  # on Windows, where a file in it is open
                kept = [place.name]
        if not kept:
            for name in along:
                shutil.copyfile(old / place.name / name, new / name)
            move(new, place)
            break
        if number == 1:
            told = kept
    if told:
        told = [f"{folder} đã được sửa hoặc đang mở ({listed(told)}) nên được giữ nguyên; kết quả "
                f"lần này nằm trong {place}"]  # fmt: skip
    return place, told


def _of_persons(folder: Path, about: dict, *, is_named: bool) -> tuple[list[str], list[str]]:
    """Return what in a folder keeps a run from replacing it, and the files that go along.

    A report that was edited or is open stays; a file beside it, like a person's notes, goes along.
    Where the number is ours (not `is_named`), the report must be of the same file.
    """
    if not os.path.lexists(folder):
        return [], []
    if folder.is_symlink() or not folder.is_dir():
        return [folder.name], []
    try:
        was = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        known = {_MANIFEST: _sha256(folder / _MANIFEST), **was["files"]}
        source = "" if is_named else Path(was["input"][0]["path"]).name
    except (OSError, ValueError, KeyError, TypeError):  # of no run, or of an old version
        known, source = {}, ""
    if not is_named and source != Path(about["input"][0]["path"]).name:
        return [folder.name], []
    kept, along = [], []
    for path in sorted(folder.iterdir()):
        if path.name in _OF_SYSTEM or (sha := _sha256(path)) == known.get(path.name):
            continue
        ours = path.name in {_MANIFEST, *known, *about["files"]}
        (kept if ours or not sha or path.name.startswith(_OPEN) else along).append(path.name)
    return kept, along


def _clear(work: Path) -> None:
    """Take away the folder in which a run works; what it had moved and not replaced goes back."""
    for old in (work / "cu").glob("*"):
        if not os.path.lexists(place := work.with_name(old.name)):
            old.replace(place)
    shutil.rmtree(work, ignore_errors=True)


def _sha256(path: Path) -> str:
    """Return the sum of a file; a folder or a link has none."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
