"""What `%load_ext cchc_analysis` changes in a notebook, and how all of it is undone."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd

from cchc_analysis.app.run import in_words, notes
from cchc_analysis.files import given_path
from cchc_analysis.reading.load import LoadWarning
from cchc_analysis.refusal import Face, Option, Refusal
from cchc_analysis.reports.notebook import QUIET, SERIOUS, as_html, as_prose
from cchc_analysis.scoring.printing import kind_of
from cchc_analysis.vocabulary import SHOWN

if TYPE_CHECKING:
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

_STOPPED = "Ô này chưa chạy xong; các ô sau chưa chạy."
_ROWS = 60
_loaded: WeakKeyDictionary[InteractiveShell, ExitStack] = WeakKeyDictionary()


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
