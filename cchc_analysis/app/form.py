"""The fields of the first notebook, and the line under them that says what comes of a choice."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cchc_analysis.reading.containers import KINDS
from cchc_analysis.refusals import in_words
from cchc_analysis.schemes import load_scheme, scheme_names

ENDINGS = tuple(ending for ending in KINDS if ending != ".md")  # a README is no table
_DROP = {"file": "Tệp", "table": "Bảng", "scheme": "Thang xếp loại", "unit": "Đơn vị"}
ALL = {"table": ("tất cả các bảng trong tệp", 0), "unit": ("không chọn đơn vị nào", "")}
# JupyterLab takes arrows and letters for its commands ("x" cuts a cell), unless told not to.
_OWN_KEYS = """document.addEventListener("focusin", ({target}) => {
    if (target.closest(".jupyter-widgets")) target.setAttribute("data-lm-suppress-shortcuts", "");
});"""


class Form:
    """The fields, of which nothing is asked yet."""

    def __init__(self, files: list, scheme: str) -> None:
        """Make the fields."""
        from ipywidgets import HTML, Button, Dropdown, FileUpload, Output, VBox

        choices = {"file": files, **{name: [one] for name, one in ALL.items()}}
        choices["scheme"] = [(f"{name}: {load_scheme(name)}", name) for name in scheme_names()]
        wide = {"style": {"description_width": "8em"}, "layout": {"width": "min(98%, 48em)"}}
        narrow = {"layout": {"width": "min(98%, 16em)"}}
        drop = {k: Dropdown(description=_DROP[k], options=choices[k], **wide) for k in _DROP}
        self.drop, drop["scheme"].value = drop, scheme
        ends = ",".join(ENDINGS)
        self.upload = FileUpload(description="Tải tệp lên…", accept=ends, **narrow)
        self.again = Button(description="Đọc lại tệp", **narrow)
        self.write = Button(description="Viết báo cáo Word", button_style="primary", **narrow)
        self.words = HTML()
        script = {"data": {"application/javascript": _OWN_KEYS}, "metadata": {}}
        keys = Output(outputs=({"output_type": "display_data", **script},))
        first, *others = drop.values()
        buttons = self.again, self.upload
        self.box = VBox([first, *buttons, *others, self.write, self.words, keys])

    def offer(self, name: str, options: dict, chosen: object) -> object:
        """Give a field other options; keep and return what was chosen if it is one of them."""
        field = self.drop[name]
        field.options = [ALL[name], *options.items()]
        field.value = chosen if chosen in options.values() else ALL[name][1]
        return field.value

    @contextmanager
    def saying(self, words: str) -> Iterator[list]:
        """Say what is being done and, of an error, only the sentence; record warnings."""
        self.say(words)
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always", UserWarning)
                yield told
        except Exception as error:
            words = in_words(error)
            if words.isascii() or not isinstance(error, (ValueError, OSError)):
                words = f"Lỗi ngoài dự kiến ({type(error).__name__}: {words}); hãy đọc lại tệp."
            self.say(words)

    def say(self, *lines: str, told: Iterable = ()) -> None:
        """Say lines under the fields, and what was warned of."""
        # Libraries warn in English of what is of no use here.
        notes = [f"Lưu ý: {one.message}" for one in told if not str(one.message).isascii()]
        self.said = "\n".join(dict.fromkeys([*lines, *notes]))
        self.words.value = f'<div role="status">{as_html(self.said)}</div>'


def as_html(words: str) -> str:
    """Return words as HTML, line for line."""
    from html import escape

    return f'<p style="white-space: pre-line">{escape(words)}</p>'
