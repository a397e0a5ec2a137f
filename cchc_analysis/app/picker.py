"""What is chosen and pressed in the first notebook: a face over the public functions."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import pandas as pd

from cchc_analysis.app.run import in_words, notes
from cchc_analysis.files import allowed_name, write_new
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.containers import KINDS
from cchc_analysis.reading.load import load_scores
from cchc_analysis.reading.tables import list_tables
from cchc_analysis.reports.notebook import PARTS, as_prose, first_look
from cchc_analysis.reports.report import report_of
from cchc_analysis.scoring.results import results_of
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    BlockSchemes,
    GradeScheme,
    known_schemes,
    load_scheme,
)

_ENDINGS = tuple(ending for ending in KINDS if ending != ".md")  # a README is no table
_DROP = {"file": "Tệp", "table": "Bảng", "scheme": "Thang xếp loại", "unit": "Đơn vị"}
_ALL = {"table": ("tất cả các bảng trong tệp", 0), "unit": ("không chọn đơn vị nào", "")}
# JupyterLab takes arrows and letters for its commands ("x" cuts a cell), unless told not to.
_OWN_KEYS = """document.addEventListener("focusin", ({target}) => {
    if (target.closest(".jupyter-widgets")) target.setAttribute("data-lm-suppress-shortcuts", "");
});"""


def choose_table(
    file: str | PathLike,
    *,
    folder: str | PathLike | None = None,
    scheme: AnyScheme = DEFAULT_SCHEME,
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
    scheme : str or GradeScheme
        The scheme to begin with, as for `load_scheme`: one's own stands beside the known ones.
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
    cchc_analysis.refusal.Refusal: Không có thang xếp loại 'thi-xa' (có phải 'thi-xa-2020'?); ...
    """
    folder = Path(file).parent if folder is None else Path(folder)
    options = {"columns": columns, "max_score": max_score}
    return Choice(Path(file), folder, load_scheme(scheme), options)


class Choice:
    """The fields of `choose_table`, and what comes of them."""

    def __init__(
        self, file: Path, folder: Path, scheme: GradeScheme | BlockSchemes, options: dict
    ) -> None:
        """Make the fields, and read the file."""
        from ipywidgets import HTML, Button, Dropdown, FileUpload, Output, VBox

        self._folder, self._options, self._busy = folder, options, False
        self._parts, self._results = {}, None
        choices = {"file": self._files(file), **{name: [one] for name, one in _ALL.items()}}
        known = known_schemes()
        choices["scheme"] = [(f"{name}: {one}", name) for name, one in known.items()]
        if scheme not in known.values():
            choices["scheme"].append((f"{scheme.name or 'thang riêng'}: {scheme}", scheme))
        wide = {"style": {"description_width": "8em"}, "layout": {"width": "min(98%, 48em)"}}
        narrow = {"layout": {"width": "min(98%, 16em)"}}
        self.fields = drop = {
            name: Dropdown(description=words, options=choices[name], **wide)
            for name, words in _DROP.items()
        }
        drop["scheme"].value = scheme.name if scheme in known.values() else scheme
        ends = ",".join(_ENDINGS)
        self.upload = FileUpload(description="Tải tệp lên…", accept=ends, **narrow)
        self.again = Button(description="Đọc lại tệp", **narrow)
        self.write = Button(description="Viết báo cáo Word", button_style="primary", **narrow)
        self.words = HTML()
        script = {"data": {"application/javascript": _OWN_KEYS}, "metadata": {}}
        keys = Output(outputs=({"output_type": "display_data", **script},))
        first, *others = drop.values()
        buttons = self.again, self.upload
        self._box = VBox([first, *buttons, *others, self.write, self.words, keys])
        self._read()
        for name, field in drop.items():
            field.observe(lambda _, name=name: self._read(is_new=name == "file"), "value")
        self.again.on_click(lambda _: self._read(drop["file"].value))
        self.upload.observe(self._take, "value")
        self.write.on_click(lambda _: self._report())

    def _repr_mimebundle_(self, **_: object) -> dict:
        """Show the fields; where nothing runs, words that are the same in every run."""
        return self._box._repr_mimebundle_() | {"text/plain": "Bảng chọn hiện ra khi chạy sổ tay."}

    @property
    def ranking(self) -> pd.DataFrame | None:
        """What is shown, ranked and graded; None after an error."""
        return None if self._results is None else self._results.ranking

    def show(self, part: str, *, again: bool = False) -> None:
        """Show a part of the result here, and keep it in step with what is chosen."""
        from IPython.display import display

        kind, content, words = self._parts[part]
        whole = {kind: {"unconfined": True}}  # a narrow window scrolls, and shrinks no chart
        under = {"text/html": as_prose(words), "text/plain": words}
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
        if change["new"]:
            with self._saying("Đang tải lên…"):
                for one in change["new"]:
                    path = write_new(bytes(one["content"]), self._folder / "uploads", one["name"])
                self._read(path, is_new=True)
            self.upload.value = ()  # the same file can be given again

    def _read(self, file: Path | None = None, *, is_new: bool = False) -> None:
        """Make all parts anew; a file that is given is chosen."""
        if self._busy:  # a field is given other options
            return
        self._busy, self._results = True, None
        fields = self.fields
        try:
            with self._saying("Đang đọc…") as told:
                if file:
                    fields["file"].options = self._files(file)
                file, table, unit = (fields[name].value for name in ("file", "table", "unit"))
                for name in _ALL:  # an error leaves nothing of another file
                    self._offer(name, {}, None)
                tables = list_tables(file, columns=self._options["columns"])
                rows = zip(tables["table"], tables["heading"], tables["rows"], strict=True)
                names = {f"{at}. {words} ({count} dòng)": at for at, words, count in rows}
                table = self._offer("table", names, None if is_new else table)
                scores = load_scores(file, table=table or None, **self._options)
                names = {name: name for name in scores["unit"][scores["score"].notna()]}
                unit = self._offer("unit", names, unit) or None
                results = results_of(scores, scheme=fields["scheme"].value, unit=unit)
                self._parts = first_look(results)
                words = f"{file.name}: {len(scores)} đơn vị, {scores['score'].count()} đơn vị "
                self._say(f"{words}được chấm. {scale_of(scores)}.", *notes(told, "notebook"))
                self._parts["ranking"] += (self.said,)
                self._results = results
        finally:
            if self._results is None:
                nothing = "text/plain", "Chưa có kết quả.", self.said
                self._parts = dict.fromkeys(PARTS, nothing)
            self.write.disabled, self._busy = self._results is None, False
            for part in PARTS:
                self.show(part, again=True)

    def _report(self) -> None:
        """Write the Word report, of the file as it is now, beside those that are there."""
        self._read()
        if self._results is None:
            return
        file = self.fields["file"].value
        with self._saying("Đang viết báo cáo…") as told, tempfile.TemporaryDirectory() as staging:
            path = Path(staging) / "start-report.docx"
            report_of(self._results, path, source=f"tệp {file.name}")
            folder = self._folder / "reports" / allowed_name(file.stem)
            path = write_new(path.read_bytes(), folder, path.name)
            self._say(f"Đã ghi {path}", *notes(told, "notebook"))

    def _offer(self, name: str, options: dict, chosen: object) -> object:
        """Give a field other options; keep and return what was chosen if it is one of them."""
        field = self.fields[name]
        field.options = [_ALL[name], *options.items()]
        field.value = chosen if chosen in options.values() else _ALL[name][1]
        return field.value

    @contextmanager
    def _saying(self, words: str) -> Iterator[list]:
        """Say what is being done and, of an error, only the sentence; record warnings."""
        self._say(words)
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always", UserWarning)
                yield told
        except Exception as error:
            self._say(in_words(error, "notebook"))

    def _say(self, *lines: str) -> None:
        """Say lines under the fields."""
        self.said = "\n".join(lines)
        self.words.value = f'<div role="status">{as_prose(self.said)}</div>'
