"""The command ``cchc-lab``: a working folder with the notebooks, opened in JupyterLab."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from cchc_analysis.app.command import Parser, make_readable
from cchc_analysis.app.run import in_words
from cchc_analysis.files import write_whole
from cchc_analysis.text import listed

_FIRST = "00-start-here.ipynb"
_COPIED = ".cchc-lab.json"  # which notebook of the package each copy was
_UPLOAD = 200 * 2**20  # bytes; Jupyter closes the connection at ten million without a word
# In Vietnamese, without the question whether to fetch news. Written to the working folder only.
_SETTINGS = {
    "translation-extension/plugin": {"locale": "vi_VN"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make or complete the working folder and open JupyterLab in it; return 0, or 1."""
    for stream in (sys.stdout, sys.stderr):
        make_readable(stream)
    parser = Parser("cchc-lab")
    parser.check_names(sys.argv[1:] if arguments is None else arguments, only_near=True)
    options, others = parser.parse_known_args(arguments)
    try:
        made, old = fill(options.folder)
    except OSError as error:
        print(f"Lỗi: {in_words(error, 'command')}", file=sys.stderr)
        return 1
    print(f"Thư mục làm việc: {options.folder.resolve()} (thêm {len(made)} tệp)")
    if old:
        print(
            f"Lưu ý: {listed(old)} trong thư mục này cũ hơn gói; muốn có bản mới thì đổi tên hoặc "
            "chuyển bản cũ đi rồi chạy lại cchc-lab."
        )
    return _open(options.folder.resolve(), others)


def fill(folder: Path) -> tuple[list[str], list[str]]:
    """Copy notebooks and sample tables that are not there yet; return those, and which are old.

    A copy is old if the package has another notebook than the one that it was made of.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / _COPIED
    try:
        copied = dict(json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        copied = {}
    made, old = [], []
    for name, source in _sources():
        target, sha = folder / name, hashlib.sha256(source.read_bytes()).hexdigest()
        if not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            made.append(name)
            copied[name] = sha
        elif target.suffix == ".ipynb" and copied.get(name, sha) != sha:
            old.append(name)
    write_whole(record, (json.dumps(copied, indent=2) + "\n").encode())
    for plugin, settings in _SETTINGS.items():
        path = folder / ".jupyter" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (json.dumps(settings, indent=4) + "\n").encode())
    return made, old


def _sources() -> Iterator[tuple[str, Path]]:
    """Return the notebooks and sample tables, of the installed package or of the project."""
    home = Path(str(files("cchc_analysis")))
    home = home if (home / "notebooks").is_dir() else home.parent
    for path in sorted((home / "notebooks").glob("*.ipynb")):
        yield path.name, path
    for path in sorted((home / "data").iterdir()):
        if path.is_file():
            yield f"data/{path.name}", path


def _open(folder: Path, others: Sequence[str]) -> int:
    """Run JupyterLab in a folder, with settings and layout that are its own; return 0, or 1.

    What it says in English, and asks after Ctrl+C, goes to a file there.
    """
    own = folder / ".jupyter"
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{_FIRST}",
        f"--LabApp.user_settings_dir={own}",
        f"--LabApp.workspaces_dir={own / 'workspaces'}",
        f"--ServerApp.tornado_settings={{'websocket_max_message_size': {_UPLOAD}}}",
        "--ServerApp.answer_yes=True",
        *others,
    ]
    log = own / "jupyter.log"
    try:
        with _errors_to(log):
            from jupyterlab.labapp import LabApp  # says something itself

            server = LabApp.initialize_server(options)
            print(f"Nếu trình duyệt không tự mở thì chép địa chỉ này vào đó: {server.public_url}")
            print("Tắt JupyterLab: bấm Ctrl+C trong cửa sổ này.", flush=True)
            server.start()
    except KeyboardInterrupt:  # before the server listens to it
        pass
    except SystemExit as stopped:
        if stopped.code:
            print(
                "Lỗi: JupyterLab không mở được: cổng đang bận, tài khoản root mà không có "
                f"--allow-root, hoặc lựa chọn chuyển cho nó không dùng được; chi tiết ở {log}.",
                file=sys.stderr,
            )
            return 1
    print("Đã tắt JupyterLab.")
    return 0


@contextmanager
def _errors_to(log: Path) -> Iterator[None]:
    """Send what this program and those that it starts say of errors to a file."""
    usual = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(usual, 2)
        os.close(usual)
