"""What is chosen and pressed in the first notebook: a face over the public functions."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from cchc_analysis.files import write_new
from cchc_analysis.load import load_scores
from cchc_analysis.notebook import PARTS, first_look, paragraph
from cchc_analysis.ranking import grade_units, rank_units
from cchc_analysis.report import write_report
from cchc_analysis.schemes import DEFAULT_SCHEME, load_scheme, scheme_names
from cchc_analysis.tables import list_tables

_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".docx", ".html", ".htm", ".csv", ".txt", ".pdf")
_DROP = {"file": "Tệp", "table": "Bảng", "scheme": "Thang xếp loại", "unit": "Đơn vị"}
_ALL = {"table": ("tất cả các bảng trong tệp", None), "unit": ("không chọn đơn vị nào", None)}
# JupyterLab takes arrows and letters for its commands ("x" cuts a cell), unless told not to.
_OWN_KEYS = """document.addEventListener("focusin", ({target}) => {
    if (target.closest(".jupyter-widgets")) target.setAttribute("data-lm-suppress-shortcuts", "");
});"""


def choose_table(
    file: str | PathLike,
    *,
    folder: str | PathLike | None = None,
    scheme: str = DEFAULT_SCHEME,
    columns: Mapping[str, str | int] | None = None,
    max_score: float | None = None,
) -> Choice:
    """Choose file, table, scheme and unit by hand, and see at once what comes of it.

    The last expression of a cell, it is shown as fields and a button that writes the Word report.
    ``show(part)`` in a later cell shows a part of the result, which follows every choice: "chart",
    "ranking", "distribution", "comparison" or "check". ``ranking`` is what is shown (None after an
    error), ``said`` what was said last.

    Parameters
    ----------
    file : path
        The table to begin with.
    folder : path, optional
        The files to choose from are in it, its ``data/`` and the current folder; uploaded ones go
        to its ``uploads/``, reports to its ``reports/``, none over another. By default that of
        `file`.
    scheme : str
        The scheme to begin with.
    columns, max_score : mapping and float, optional
        As for `load_scores`.

    Raises
    ------
    ValueError
        If the scheme is not known. What is wrong with a file is said, not raised.

    Examples
    --------
    >>> choose_table("khong-co.csv", scheme="thi-xa")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Không có thang xếp loại 'thi-xa' (có phải 'thi-xa-2020'?); hãy chọn một trong: ...
    """
    folder = Path(file).parent if folder is None else Path(folder)
    options = {"columns": columns, "max_score": max_score}
    return Choice(Path(file), folder, load_scheme(scheme).name, options)


class Choice:
    """The fields of `choose_table`, and what comes of them."""

    def __init__(self, file: Path, folder: Path, scheme: str, options: dict) -> None:
        """Make the fields, and read the file."""
        from ipywidgets import HTML, Button, Dropdown, FileUpload, Output, VBox

        self._folder, self._options, self._busy = folder, options, False
        choices = {"file": self._files(file), **{name: [one] for name, one in _ALL.items()}}
        choices["scheme"] = [(f"{name}: {load_scheme(name)}", name) for name in scheme_names()]
        wide = {"style": {"description_width": "8em"}, "layout": {"width": "min(98%, 48em)"}}
        narrow = {"layout": {"width": "min(98%, 16em)"}}
        drop = {k: Dropdown(description=_DROP[k], options=choices[k], **wide) for k in _DROP}
        self._drop, drop["scheme"].value = drop, scheme
        upload = FileUpload(description="Tải tệp lên…", accept=",".join(_ENDINGS), **narrow)
        self._write = Button(description="Viết báo cáo Word", button_style="primary", **narrow)
        self._words = HTML()
        script = {"data": {"application/javascript": _OWN_KEYS}, "metadata": {}}
        keys = Output(outputs=({"output_type": "display_data", **script},))
        first, *others = drop.values()
        self._box = VBox([first, upload, *others, self._write, self._words, keys])
        self._read()
        for field in drop.values():
            field.observe(self._read, "value")
        upload.observe(self._take, "value")
        self._write.on_click(self._report)

    def _repr_mimebundle_(self, **_: object) -> dict:
        """Show the fields; where nothing runs, words that are the same in every run."""
        return self._box._repr_mimebundle_() | {"text/plain": "Bảng chọn hiện ra khi chạy sổ tay."}

    def show(self, part: str, *, again: bool = False) -> None:
        """Show a part of the result here, and keep it in step with what is chosen."""
        from IPython.display import display

        kind, content, words = self._parts[part]
        whole = {kind: {"unconfined": True}}  # a narrow window scrolls, and shrinks no chart
        under = {"text/html": paragraph(words), "text/plain": words}
        display({kind: content}, raw=True, metadata=whole, display_id=f"cchc {part}", update=again)
        display(under, raw=True, display_id=f"cchc {part} words", update=again)

    def _files(self, first: Path) -> list[tuple[str, Path]]:
        folders = [self._folder / "data", self._folder / "uploads", self._folder, Path.cwd()]
        found = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
        tables = [p for p in found if p.suffix.lower() in _ENDINGS and p.name[:2] != "~$"]
        paths = dict.fromkeys(path.resolve() for path in (first, *tables))
        return [(f"{path.name}   ({path.parent.name})", path) for path in paths]

    def _take(self, change: dict) -> None:
        """Keep uploaded files, and choose the last."""
        with self._saying("Đang tải lên…"):
            for upload in change["new"]:
                path = write_new(bytes(upload["content"]), self._folder / "uploads", upload["name"])
                self._drop["file"].options = self._files(path)

    def _read(self, change: dict | None = None) -> None:
        """Make all parts anew; of a new file, all its tables."""
        if self._busy:  # a field is given other options
            return
        self._busy, self.ranking = True, None
        if change and change["owner"] is self._drop["file"]:
            self._drop["table"].value = None
        with self._saying("Đang đọc…"), warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            self._parts = self._results()
            kind, content, words = self._parts["ranking"]
            self._say(words, *dict.fromkeys(f"Lưu ý: {warning.message}" for warning in told))
            self._parts["ranking"] = kind, content, self.said
        if self.ranking is None:
            self._parts = dict.fromkeys(PARTS, ("text/plain", "Chưa có kết quả.", self.said))
        self._write.disabled, self._busy = self.ranking is None, False
        for part in PARTS:
            self.show(part, again=True)

    def _results(self) -> dict[str, tuple[str, str, str]]:
        """Return the parts for what is chosen, and keep the ranking."""
        file, scheme = self._drop["file"].value, self._drop["scheme"].value
        tables = list_tables(file, columns=self._options["columns"])
        rows = zip(tables["table"], tables["heading"], tables["rows"], strict=True)
        self._offer("table", {f"{at}. {words} ({count} dòng)": at for at, words, count in rows})
        scores = load_scores(file, table=self._drop["table"].value, **self._options)
        ranking = scores.pipe(rank_units).pipe(grade_units, scheme=scheme)
        self._offer("unit", {unit: unit for unit in scores["unit"][scores["score"].notna()]})
        parts = first_look(ranking, file.name, scheme=scheme, unit=self._drop["unit"].value)
        self.ranking = ranking
        return parts

    def _offer(self, name: str, options: dict) -> None:
        """Give a field other options, keeping what is chosen if it is one of them."""
        field, chosen = self._drop[name], self._drop[name].value
        field.options = [_ALL[name], *options.items()]
        field.value = chosen if chosen in options.values() else None

    def _report(self, _: object) -> None:
        """Write the Word report beside those that are there."""
        file, scheme, unit = (self._drop[name].value for name in ("file", "scheme", "unit"))
        with self._saying("Đang viết báo cáo…"), tempfile.TemporaryDirectory() as staging:
            path = Path(staging) / "start-report.docx"
            write_report(self.ranking, path, scheme=scheme, unit=unit, source=f"tệp {file.name}")
            path = write_new(path.read_bytes(), self._folder / "reports" / file.stem, path.name)
            self._say(f"Đã ghi {path}")

    @contextmanager
    def _saying(self, words: str) -> Iterator[None]:
        """Say what is being done and, of an error, only the sentence."""
        self._say(words)
        try:
            yield
        except Exception as error:  # what the system says of a file comes in English
            file = getattr(error, "filename", None)
            self._say(f"Không ghi được {file}; hãy đóng tệp nếu đang mở." if file else str(error))

    def _say(self, *lines: str) -> None:
        self.said = "\n".join(lines)
        self._words.value = f'<div role="status">{paragraph(self.said)}</div>'
