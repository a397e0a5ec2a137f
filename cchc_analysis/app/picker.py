"""What is chosen and pressed in the first notebook: a face over the public functions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from cchc_analysis.app.form import ALL, ENDINGS, Form, as_html
from cchc_analysis.files import allowed_name, write_new
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.load import load_scores
from cchc_analysis.reading.tables import list_tables
from cchc_analysis.reports.notebook import PARTS, first_look
from cchc_analysis.reports.report import write_report
from cchc_analysis.schemes import DEFAULT_SCHEME, load_scheme
from cchc_analysis.scoring.ranking import grade_units, rank_units


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
        self._folder, self._options, self._busy = folder, options, False
        self._parts = {}
        self._form = Form(self._files(file), scheme)
        self._read()
        for name, field in self._form.drop.items():
            field.observe(lambda _, name=name: self._read(is_new=name == "file"), "value")
        self._form.again.on_click(lambda _: self._read(self._form.drop["file"].value))
        self._form.upload.observe(self._take, "value")
        self._form.write.on_click(self._report)

    def _repr_mimebundle_(self, **_: object) -> dict:
        """Show the fields; where nothing runs, words that are the same in every run."""
        return self._form.box._repr_mimebundle_() | {
            "text/plain": "Bảng chọn hiện ra khi chạy sổ tay."
        }

    @property
    def said(self) -> str:
        """What was said last under the fields."""
        return self._form.said

    def show(self, part: str, *, again: bool = False) -> None:
        """Show a part of the result here, and keep it in step with what is chosen."""
        from IPython.display import display

        kind, content, words = self._parts[part]
        whole = {kind: {"unconfined": True}}  # a narrow window scrolls, and shrinks no chart
        under = {"text/html": as_html(words), "text/plain": words}
        display({kind: content}, raw=True, metadata=whole, display_id=f"cchc {part}", update=again)
        display(under, raw=True, display_id=f"cchc {part} words", update=again)

    def _files(self, first: Path) -> list[tuple[str, Path]]:
        folders = [self._folder / "data", self._folder / "uploads", self._folder, Path.cwd()]
        found = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
        tables = [p for p in found if p.suffix.lower() in ENDINGS and p.name[:2] != "~$"]
        paths = dict.fromkeys(path.resolve() for path in (first, *tables))
        return [(f"{path.name}   ({path.parent.name})", path) for path in paths]

    def _take(self, change: dict) -> None:
        """Keep uploaded files, and choose the last."""
        if change["new"]:
            with self._form.saying("Đang tải lên…"):
                for one in change["new"]:
                    path = write_new(bytes(one["content"]), self._folder / "uploads", one["name"])
                self._read(path, is_new=True)
            self._form.upload.value = ()  # the same file can be given again

    def _read(self, file: Path | None = None, *, is_new: bool = False) -> None:
        """Make all parts anew; a file that is given is chosen."""
        if self._busy:  # a field is given other options
            return
        self._busy, self.ranking = True, None
        drop = self._form.drop
        try:
            with self._form.saying("Đang đọc…") as told:
                if file:
                    drop["file"].options = self._files(file)
                file, table, unit = drop["file"].value, drop["table"].value, drop["unit"].value
                for name in ALL:  # an error leaves nothing of another file
                    self._form.offer(name, {}, None)
                tables = list_tables(file, columns=self._options["columns"])
                rows = zip(tables["table"], tables["heading"], tables["rows"], strict=True)
                names = {f"{at}. {words} ({count} dòng)": at for at, words, count in rows}
                table = self._form.offer("table", names, None if is_new else table)
                scores = load_scores(file, table=table or None, **self._options)
                names = {name: name for name in scores["unit"][scores["score"].notna()]}
                unit = self._form.offer("unit", names, unit) or None
                scheme = drop["scheme"].value
                ranking = scores.pipe(rank_units).pipe(grade_units, scheme=scheme)
                self._parts = first_look(ranking, scheme=scheme, unit=unit)
                scored = ranking["score"].count()
                words = f"{file.name}: {len(ranking)} đơn vị, {scored} đơn vị được chấm. "
                self._form.say(f"{words}{scale_of(ranking)}.", told=told)
                self._parts["ranking"] += (self._form.said,)
                self.ranking = ranking
        finally:
            if self.ranking is None:
                nothing = "text/plain", "Chưa có kết quả.", self._form.said
                self._parts = dict.fromkeys(PARTS, nothing)
            self._form.write.disabled, self._busy = self.ranking is None, False
            for part in PARTS:
                self.show(part, again=True)

    def _report(self, _: object) -> None:
        """Write the Word report, of the file as it is now, beside those that are there."""
        self._read()
        if self.ranking is None:
            return
        file, scheme, unit = (self._form.drop[name].value for name in ("file", "scheme", "unit"))
        with (
            self._form.saying("Đang viết báo cáo…") as told,
            tempfile.TemporaryDirectory() as staging,
        ):
            path = Path(staging) / "start-report.docx"
            source = f"tệp {file.name}"
            write_report(self.ranking, path, scheme=scheme, unit=unit or None, source=source)
            folder = self._folder / "reports" / allowed_name(file.stem)
            path = write_new(path.read_bytes(), folder, path.name)
            self._form.say(f"Đã ghi {path}", told=told)
