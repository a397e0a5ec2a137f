"""JupyterLab for an analyst: what ``%load_ext cchc_analysis`` changes, and ``cchc-lab``."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd

from cchc_analysis.app.command import Parser, in_words, make_readable, notes
from cchc_analysis.files import given_path, write_whole
from cchc_analysis.reading.load import LoadWarning
from cchc_analysis.refusal import Face, Option, Refusal
from cchc_analysis.reports.notebook import QUIET, SERIOUS, as_html, as_prose
from cchc_analysis.scoring.printing import kind_of
from cchc_analysis.text import SHOWN, listed

if TYPE_CHECKING:
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

_STOPPED = "Ô này chưa chạy xong; các ô sau chưa chạy."
_ROWS = 60
_loaded: WeakKeyDictionary[InteractiveShell, ExitStack] = WeakKeyDictionary()
_FIRST = "00-start-here.ipynb"
_COPIED = ".cchc-lab.json"  # which notebook of the package each copy was
_UPLOAD = 200 * 2**20  # bytes; Jupyter closes the connection at ten million without a word
# In Vietnamese, without the question whether to fetch news. Written to the working folder only.
_SETTINGS = {
    "translation-extension/plugin": {"locale": "vi_VN"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


def load(shell: InteractiveShell) -> None:
    """Set the style of charts; let refusals, warnings and tables show themselves in Vietnamese."""
    import matplotlib.pyplot as plt

    if shell in _loaded:
        return
    undo = _loaded[shell] = ExitStack()
    undo.enter_context(plt.rc_context())
    plt.style.use("cchc_analysis.report")

    handlers = shell.custom_exceptions, shell.CustomTB
    shell.set_custom_exc((Refusal, FileNotFoundError), _say_refusal)
    undo.callback(lambda: vars(shell).update(custom_exceptions=handlers[0], CustomTB=handlers[1]))

    undo.enter_context(warnings.catch_warnings())
    usual = warnings.showwarning

    def say(message: Warning, category: type[Warning], *place: object) -> None:
        if isinstance(message, LoadWarning):
            message = message.with_options(partial(_settled, shell, message))
        one = warnings.WarningMessage(message, category, *place)
        if ours := notes([one], _face(shell)):
            _box(ours[0], QUIET)
        else:
            usual(message, category, *place)

    warnings.showwarning = say
    # A cell that is run again tells again what it has told.
    warnings.filterwarnings("always", category=UserWarning, module="__main__")

    html = shell.display_formatter.formatters["text/html"]
    usual_table = html.type_printers.copy()
    html.for_type(pd.DataFrame, _table)
    html.for_type(str, lambda words: as_prose(words) if " " in words else None)
    undo.callback(lambda: setattr(html, "type_printers", usual_table))


def unload(shell: InteractiveShell) -> None:
    """Undo all that `load` has changed."""
    _loaded.pop(shell).close()


def _say_refusal(
    shell: InteractiveShell, kind: type, error: Exception, trace: TracebackType,
    tb_offset: int | None = None,
) -> None:  # fmt: skip
    """Show a refusal as its sentence; the cell has failed all the same."""
    if getattr(error, "errno", None) is not None:  # not one of our sentences
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    if getattr(error, "option", None) is not None:
        error.option = _settled(shell, error, error.option)
    words = in_words(error, _face(shell))
    _box(words, SERIOUS, role="alert")
    shell._showtraceback(kind, error, [_STOPPED])  # an error, to whoever runs the notebook
    shell._last_traceback = [words]


def _face(shell: InteractiveShell) -> Face:
    """Return how options are called: as the constants of our notebooks, where a cell set them."""
    return "notebook" if {"FILE", "FILES", "SCHEME"} & set(shell.user_ns) else "python"


def _settled(shell: InteractiveShell, said: Refusal | LoadWarning, option: Option) -> Option:
    """Return an option that a constant sets, or what is written into the file where none does."""
    if _face(shell) == "python":
        return option
    own = shell.user_ns
    beside = own.get("FIELDS" if said.reads == "fields" else "BEFORE")  # read without the constants
    is_beside = said.file and said.file == _name(beside)
    return option.beside(said.reads) if is_beside or option.name.upper() not in own else option


def _name(given: object) -> str:
    """Return the name of the file that a constant names, if it names one."""
    try:
        return given_path(given).name
    except Refusal:
        return ""


def _box(words: str, color: str, role: str = "status") -> None:
    from IPython.display import display

    shown = as_prose(words, role=role, color=color)
    display({"text/html": shown, "text/plain": words}, raw=True)


def _table(table: pd.DataFrame) -> str | None:
    """Return a table of the package as it is printed; any other is shown by pandas.

    So is one with an index that says something: here it would not be seen.
    """
    kind = kind_of(table)
    has_our_columns = len(table.columns) and set(table) <= set(SHOWN)
    is_ours = kind != "table" or "kind" in table.attrs or has_our_columns
    if not is_ours or table.index.name is not None or table.index.dtype != "int64":
        return table._repr_html_()
    if kind == "ranking" and ("rank" not in table or not set(table) <= set(SHOWN)):
        kind = "table"  # as it was loaded, in its own order; or with columns of the analyst
    return as_html(table, kind, rows=_ROWS)


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
