"""What is chosen and pressed in the first notebook: a face over the public functions."""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from cchc_analysis.app.command import (
    as_number,
    as_year,
    in_words,
    notes,
    options_of,
    read,
    write_files,
)
from cchc_analysis.files import allowed_name, given_path, write_new
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.columns import check_roles
from cchc_analysis.reading.sources import KINDS
from cchc_analysis.reading.tables import list_tables
from cchc_analysis.refusal import FIELDS, Option, Refusal
from cchc_analysis.reports.notebook import PARTS, QUIET, SERIOUS, as_prose, first_look
from cchc_analysis.scoring.results import Results
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    Scheme,
    known_schemes,
    load_scheme,
    scheme_of_words,
)

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

_ENDINGS = tuple(ending for ending in KINDS if ending != ".md")  # a README is no table
_WRITTEN = {"Viết báo cáo Word": "docx", "Viết sổ Excel": "xlsx", "Xuất biểu đồ": "png",
            "Viết trang để gửi thư": "html"}  # fmt: skip
_OWN = "ngưỡng của tôi, ghi ở ô dưới"
_COLUMNS = [name.removeprefix("column ") for name in FIELDS if name.startswith("column ")]
_OF_FILE = [name for name in FIELDS if name not in ("file", "scheme", "cutoffs", "scheme_source")]
_OF_OWN = ("cutoffs", "scheme_source")  # say nothing of another scheme
_ALWAYS = ("file", "table", "scheme", "unit", "before")
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

    The last expression of a cell, it is shown as fields, and buttons that write report, workbook,
    charts and a page to send. A field that settles a refusal (which column is the score, the
    scale, the year) appears with it. ``show(part)`` in a later cell shows a part of the result,
    which follows every choice: "chart", "ranking", "distribution", "comparison" or "check".
    ``ranking`` is what is shown (None after an error), ``said`` what was said last.

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
    file = given_path(file)
    folder = file.parent if folder is None else given_path(folder)
    options = {"columns": columns, "max_score": max_score}
    return Choice(file, folder, load_scheme(scheme), options)


class Choice:
    """The fields of `choose_table`, and what comes of them."""

    def __init__(self, file: Path, folder: Path, scheme: Scheme, options: dict) -> None:
        """Make the fields, and read the file."""
        from ipywidgets import Button, FileUpload, HBox, Output, VBox

        self._folder, self._options, self._busy = folder, options, False
        self._parts, self._results, self._error, self.said = {}, None, None, ""
        self.fields = {name: _field(name) for name in FIELDS}
        known = known_schemes()
        schemes = [(f"{name}: {one}", name) for name, one in known.items()]
        if scheme not in known.values():
            schemes.append((f"{scheme.name or 'thang riêng'}: {scheme}", scheme))
        self.fields["scheme"].options = [*schemes, (_OWN, _OWN)]
        self.fields["scheme"].value = scheme.name if scheme in known.values() else scheme
        self._list_files(file)
        narrow = {"layout": {"width": "min(98%, 14em)"}}
        ends = ",".join(_ENDINGS)
        self.upload = FileUpload(description="Tải tệp lên…", accept=ends, **narrow)
        self.again = Button(description="Đọc lại tệp", **narrow)
        self.write = {name: Button(description=name, **narrow) for name in _WRITTEN}
        self.words = Output()
        script = {"data": {"application/javascript": _OWN_KEYS}, "metadata": {}}
        keys = Output(outputs=({"output_type": "display_data", **script},))
        first, *others = self.fields.values()
        pressed = [
            HBox(row, layout={"flex_flow": "row wrap"})
            for row in ([self.again, self.upload], list(self.write.values()))
        ]
        self._box = VBox([first, pressed[0], *others, pressed[1], self.words, keys])
        self._read()
        for name, field in self.fields.items():
            field.observe(lambda _, name=name: self._read(changed=name), "value")
        self.again.on_click(lambda _: self._read(self.fields["file"].value))
        self.upload.observe(self._take, "value")
        for name, button in self.write.items():
            button.on_click(lambda _, name=name: self._write(_WRITTEN[name]))

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

    def _list_files(self, first: Path) -> None:
        """Offer the files of the folders, and choose the first."""
        folders = [self._folder / "data", self._folder / "uploads", self._folder, Path.cwd()]
        found = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
        tables = [p for p in found if p.suffix.lower() in _ENDINGS and p.name[:2] != "~$"]
        paths = dict.fromkeys(path.resolve() for path in (first, *tables))
        names = {f"{path.name}   ({path.parent.name})": path for path in paths}
        self.fields["file"].options = list(names.items())
        self._offer("before", names)

    def _take(self, change: dict) -> None:
        """Keep uploaded files that can be read, or could be with a field set; choose the last."""
        folder = self._folder / "uploads"
        for one in change["new"]:
            there, before = set(folder.glob("*")), self._state()
            with self._saying("Đang tải lên…"):
                path = write_new(bytes(one["content"]), folder, one["name"])
                self._read(path, changed="file")
                if self._error and getattr(self._error, "option", None) is None:
                    if path not in there:
                        path.unlink()
                    self._say(f"{self.said} Tệp này không được giữ lại.")
                    self._go_back(*before)
        self.upload.value = ()  # the same file can be given again

    def _state(self) -> tuple:
        """Return what is shown, and what the fields offer and hold."""
        fields = [(one, getattr(one, "options", None), one.value) for one in self.fields.values()]
        return self._results, self._parts, fields

    def _go_back(self, results: Results | None, parts: dict, fields: Sequence) -> None:
        """Show again what was shown."""
        self._busy = True
        for field, options, value in fields:
            if options is not None:
                field.options = options
            field.value = value
        self._results, self._parts, self._busy = results, parts, False
        self._show()

    def _read(self, file: Path | None = None, *, changed: str = "") -> None:
        """Make all parts anew; a file that is given is chosen."""
        if self._busy:  # a field is given other options
            return
        self._busy, self._results = True, None
        try:
            with self._saying("Đang đọc…") as told:
                if file:
                    self._list_files(file)
                if changed == "file":  # nothing that was said of another file holds
                    for name in _OF_FILE:
                        self.fields[name].value = ""
                results, more = self._computed("" if changed == "table" else self._value("unit"))
                self._parts = first_look(results)
                scores, scored = results.ranking, results.ranking["score"].count()
                words = f"{self._value('file').name}: {len(scores)} đơn vị, {scored} đơn vị được "
                words += f"chấm. {scale_of(scores)}."
                self._say(words, *more, *notes(told, "fields"))
                self._parts["ranking"] += (self.said,)
                self._results = results
        finally:
            if self._results is None:
                self._parts = dict.fromkeys(PARTS, ("text/plain", "Chưa có kết quả.", self.said))
            self._busy = False
            self._show()

    def _computed(self, unit: str) -> tuple[Results, list[str]]:
        """Return what the fields give, and what to tell of it; offer what can be chosen then."""
        file, table = self._value("file"), self._value("table")
        self._offer("unit", {})  # an error leaves nothing of another file
        self._offer("table", {})
        chosen = {role: self._value(f"column {role}") for role in _COLUMNS}
        columns = {role: column for role, column in chosen.items() if column}
        check_roles(given := self._options["columns"] or {})
        columns = {**given, **columns}
        try:
            tables = list_tables(file, columns=columns)
        except Refusal as error:
            if error.option is not None and error.option.name == "columns":
                for role, column in (error.option.value or {}).items():
                    self._offer(f"column {role}", {str(column): column}, columns.get(role))
            raise
        for role in _COLUMNS:
            chosen = columns.get(role)
            titles = [*tables.attrs["titles"], *([chosen] if isinstance(chosen, int) else [])]
            self._offer(f"column {role}", {str(title): title for title in titles}, chosen)
        rows = zip(tables["table"], tables["heading"], tables["rows"], strict=True)
        names = {f"{at}. {words} ({count} dòng)": at for at, words, count in rows}
        self._asked = options_of(
            file, columns=columns, unit=unit or None,
            table=self._offer("table", names, table) or None,
            max_score=self._typed("max_score", as_number) or self._options["max_score"],
            block=self._value("block") or None, year=self._typed("year", as_year),
            before=self._value("before") or None,
            before_year=self._typed("before_year", as_year), source=f"tệp {file.name}",
        )  # fmt: skip
        results, told = read(file, self._scheme(), self._asked)
        scores = results.ranking
        self._offer("unit", {one: one for one in scores["unit"][scores["score"].notna()]}, unit)
        return results, told

    def _scheme(self) -> AnyScheme:
        if self._value("scheme") != _OWN:
            return self._value("scheme")
        if not self._value("cutoffs"):
            raise Refusal("Chưa có ngưỡng xếp loại", "hãy ghi ở {option}", option=Option("cutoffs"))
        return scheme_of_words(self._value("cutoffs"), self._value("scheme_source"))

    def _value(self, name: str) -> object:
        value = self.fields[name].value
        return value.strip() if isinstance(value, str) else value

    def _typed(self, name: str, meant: Callable) -> float | None:
        """Return what is meant by the text of a field, or refuse it; None of an empty one."""
        try:
            return meant(self._value(name)) if self._value(name) else None
        except ArgumentTypeError as error:
            raise Refusal(f"{{option.name}}: {error}", option=Option(name)) from None

    def _write(self, kind: str) -> None:
        """Write files of the table as it is now, beside those that are there; link to them."""
        self._read()
        if self._results is None:
            return
        file = self._value("file")
        with self._saying("Đang ghi…") as told, tempfile.TemporaryDirectory() as staging:
            write_files(Path(staging), self._results, file, self._asked, [kind])
            folder = self._folder / "reports" / allowed_name(file.stem)
            made = [path for path in sorted(Path(staging).iterdir()) if path.suffix != ".csv"]
            paths = [write_new(path.read_bytes(), folder, f"start-{path.name}") for path in made]
            written = [f"Đã ghi {path}" for path in paths]
            self._say(*written, *notes(told, "fields"), links=paths)

    def _offer(self, name: str, options: Mapping, chosen: object = "") -> object:
        """Give a list other options; keep and return what was chosen if it is one of them."""
        field = self.fields[name]
        field.options = [(FIELDS[name]["none"], ""), *options.items()]
        field.value = chosen if chosen in options.values() else ""
        return field.value

    def _show(self) -> None:
        """Show the parts, and the fields that are always needed, set, or named in what was said."""
        assumed = self._results is not None and "max_assumed" in self._results.ranking
        is_own = self._value("scheme") == _OWN
        needed = {*_ALWAYS, *(["max_score"] if assumed else []), *self._named()}
        for name, field in self.fields.items():
            is_shown = is_own if name in _OF_OWN else name in needed or field.value
            field.layout.display = None if is_shown else "none"
        for button in self.write.values():
            button.disabled = self._results is None
        for part in PARTS:
            self.show(part, again=True)

    def _named(self) -> list[str]:
        """Return the fields that are named in what was said."""
        return [name for name, one in self.fields.items() if f'ô "{one.description}"' in self.said]

    def _is_asked(self) -> bool:
        """Return whether nothing is wrong yet: what is missing goes into fields that are empty."""
        of_a_cell = re.search(r"(ô [A-Z]+|dòng )\d+$", getattr(self._error, "place", ""))
        return bool(named := self._named()) and not of_a_cell and not any(map(self._value, named))

    @contextmanager
    def _saying(self, words: str) -> Iterator[list]:
        """Say what is being done and, of an error, only the sentence; record warnings."""
        self._error = None
        self._say(words)
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always", UserWarning)
                yield told
        except Exception as error:
            self._error = error
            self._say(in_words(error, "fields"))

    def _say(self, *lines: str, links: Sequence[Path] = ()) -> None:
        """Say lines under the fields, as an error or a question if one is there, with links."""
        self.said = "\n".join(lines)
        if not self._error:
            shown = as_prose(self.said, role="status")
        elif self._is_asked():
            shown = as_prose(self.said, role="status", color=QUIET)
        else:
            shown = as_prose(f"Lỗi: {self.said}", role="alert", color=SERIOUS)
        shown += "".join(map(_link, links))
        data = {"text/html": shown, "text/plain": self.said}
        self.words.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)


def _field(name: str) -> DOMWidget:
    """Return a list or a text field with what it is called."""
    from ipywidgets import Dropdown, Text

    said = FIELDS[name]
    look = {"style": {"description_width": "12em"}, "layout": {"width": "min(98%, 50em)"}}
    look["description"] = said["label"]
    if "example" in said:
        return Text(placeholder=said["example"], continuous_update=False, **look)
    return Dropdown(options=[(said["none"], "")], **look)


def _link(path: Path) -> str:
    """Return a link that JupyterLab opens; what a browser cannot show is downloaded."""
    with suppress(ValueError):  # on another drive of Windows
        path = Path(os.path.relpath(path))
    download = " download" if path.suffix in (".docx", ".xlsx") else ""
    href = quote(path.as_posix())
    return f'<p><a href="{href}" target="_blank"{download}>Mở {escape(path.name)}</a></p>'
