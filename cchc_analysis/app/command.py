"""The command ``cchc-report``: what is typed, read and written, file by file, and what is said."""

import argparse
import codecs
import contextlib
import errno
import gc
import math
import os
import re
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import NoReturn, TextIO
from warnings import WarningMessage

import pandas as pd

from cchc_analysis import __version__
from cchc_analysis.charts.units import chosen_rows
from cchc_analysis.files import allowed_name, as_typed, write_whole
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.fields import load_fields
from cchc_analysis.reading.load import LoadWarning, load_scores
from cchc_analysis.refusal import Face, Option, Refusal
from cchc_analysis.reports.folder import write_bundle
from cchc_analysis.reports.report import FORMS, report_of
from cchc_analysis.reports.workbook import workbook_of
from cchc_analysis.scoring.fields import who_lacks
from cchc_analysis.scoring.printing import printed
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    known_schemes,
    load_scheme,
    scheme_of_words,
)
from cchc_analysis.text import TONES, clean, listed, unit_key, words

_HEAD = 10  # units that are shown
_INPUTS = ("before", "predecessors", "template")
_LONGEST = 248  # letters of a folder on Windows, where long paths are not switched on
_FORMS = [form for form in FORMS if form != "bao-cao"]  # written beside it
# What argparse says in English; the rest of its sentences are ours.
_SAID = (
    ("the following arguments are required: .*", "thiếu tên tệp bảng điểm"),
    ("argument ([^:]+): expected .*", r"\1: thiếu giá trị đi kèm"),
    (
        "unrecognized arguments: (.*)",
        r"không hiểu '\1'; hãy đặt chữ có dấu cách trong ngoặc kép thẳng "
        r"""("…"), và ghi các tệp liền nhau""",
    ),
    ("argument ([^:]+): ignored explicit argument .*", r"\1: không có giá trị đi kèm"),
    ("argument ([^:]+): (.*)", r"\1: \2"),
)
_STOPPED = 130  # what a shell gives for Ctrl+C
# How a console that lacks a sign shows it.
_PLAIN = {"đ": "d", "Đ": "D", "–": "-", "…": "...", "→": "->", "\u00a0": " "}


def scheme_of(options: argparse.Namespace) -> AnyScheme:
    """Return the scheme that the options name, or one by block, as the document states it."""
    source = options.scheme_source
    if options.scheme is not None and options.cutoffs is not None:
        raise Refusal("Có cả --scheme và --cutoffs", "hãy dùng một trong hai")
    if source is not None and not source.strip():
        raise Refusal("--scheme-source trống", "hãy ghi văn bản nêu ngưỡng, hoặc bỏ lựa chọn này")
    if options.cutoffs is not None:
        return scheme_of_words(options.cutoffs, source or "")
    if source is not None and options.scheme is None:
        raise Refusal(
            "--scheme-source không cho biết các ngưỡng", "hãy ghi thêm --cutoffs hoặc --scheme"
        )
    scheme = DEFAULT_SCHEME if options.scheme is None else options.scheme
    of_block = _by_block(scheme)
    schemes = {block: load_scheme(one) for block, one in (of_block or {"": scheme}).items()}
    if source is not None:
        schemes = {b: replace(one, source=source, assumed=False) for b, one in schemes.items()}
    return schemes if of_block else schemes[""]


def _by_block(scheme: str) -> dict[str, str]:
    """Return the schemes of "Khối sở=a; Khối huyện=b", by block; none of one for all."""
    pairs = [piece.partition("=") for piece in scheme.rstrip("; ").split(";")]
    if "=" not in scheme or (len(pairs) == 1 and Path(scheme).exists()):
        return {}
    of_block = {clean(block): clean(one) for block, _, one in pairs}
    if not all([*of_block, *of_block.values()]) or len(of_block) < len(pairs):
        raise Refusal(
            f"--scheme '{scheme}' không phải là mỗi khối một thang",
            'hãy viết {option}', value=scheme,
            option=Option("scheme", "Khối sở=nam-dinh-2020-so; Khối huyện=nam-dinh-2020-huyen"),
        )  # fmt: skip
    return of_block


def run(file: Path, folder: Path, scheme: AnyScheme, options: argparse.Namespace) -> list[str]:
    """Write all files of the report of one file, and return the lines to show."""
    import matplotlib as mpl

    mpl.use("agg")  # files only: no window, no display needed
    results, told = read(file, scheme, options)
    inputs = {"file": file} | {role: vars(options)[role] for role in _INPUTS if vars(options)[role]}
    several = enumerate(options.fields or [], 1)
    inputs |= {f"fields {at}".removesuffix(" 1"): path for at, path in several}
    written, kept = write_bundle(
        folder, inputs, lambda new: write_files(new, results, file, options)
    )
    return [
        *_lines(results),
        *(f"\n{line}" for line in [*told, *kept] if line),
        "\nĐã ghi:",
        *(f"  {path.as_posix()}" for path in written),
    ]


def read(file: Path, scheme: AnyScheme, options: argparse.Namespace) -> tuple[Results, list[str]]:
    """Return what the files give, and what to tell of those beside the first."""
    told, before, fields = [], None, None
    given = {name: vars(options)[name] for name in ("table", "max_score", "block")}
    scores = _of_year(file, "year", options, columns=dict(options.columns), **given)
    chosen_rows(scores, options.unit)  # refused if it cannot be marked
    if options.before is not None:
        before, told = _before(options, scores, file)
    if options.fields is not None:
        of_all = _beside(load_fields, options.fields)
        if "year" in of_all and "year" in scores:
            of_all = _rows(of_all, of_all["year"].isin(scores["year"]))
        fields = _rows(of_all, of_all["unit"].map(unit_key).isin(scores["unit"].map(unit_key)))
        if fields.empty:
            raise Refusal(
                f"{_names(options.fields)} ({{option.name}}) không có đơn vị nào của {file.name}, "
                "hoặc không cùng năm",
                "hãy kiểm tra lại hai tệp",
                option=Option("fields"),
            )
    results = results_of(
        scores, scheme=scheme, before=before, predecessors=options.predecessors, fields=fields,
        unit=options.unit,
    )  # fmt: skip
    if before is not None and results.change["status"].isin(["new", "gone"]).all():
        raise Refusal(
            f"{options.before.name} ({{option.name}}) và {file.name} không có đơn vị nào chung "
            f"nên không so sánh được: bảng trước có {listed(before['unit'].tolist())}",
            "hãy kiểm tra lại hai tệp",
            option=Option("before"),
        )
    if results.change is not None:
        told.append(results.change.attrs["note"])
    if fields is not None:
        told.append(who_lacks(of_all, scores))
    return results, told


def write_files(
    folder: Path, results: Results, file: Path, options: argparse.Namespace,
    kinds: Collection[str] = ("docx", "xlsx", "html", "csv", "png"),
) -> None:  # fmt: skip
    """Write report, workbook, page, check and charts; each chart is drawn once for all of them."""
    from cchc_analysis.charts.export import pictures_of, write_chart, write_csv
    from cchc_analysis.reports.notebook import page_of

    dated = f" (số liệu ngày {options.date})" if options.date else ""
    own = (options.source or f"tệp {as_typed(file.name)}") + dated
    before = f"tệp {as_typed(options.before.name)}" if options.before else ""
    fields = f"tệp {_names(options.fields)}" if options.fields else ""
    olds = options.predecessors and f"tệp {as_typed(options.predecessors.name)}"
    source = {"scores": own, "before": before, "fields": fields, "predecessors": olds}
    only = results.groups[0] if len(results.groups) == 1 else None
    formats = ("png", "svg") if {*kinds} & {"docx", "png"} else ("svg",)
    pictures = {}
    if {*kinds} & {"html", "png"}:  # else a report draws what stands in it
        pictures = pictures_of(results, only, source=source, formats=formats)
    given = {"source": source, "pictures": pictures}
    if options.form:
        name = f"{options.form}.docx"
        report_of(results, folder / name, form=options.form, template=options.template, **given)
    if "docx" in kinds:
        template = None if options.form else options.template
        report_of(results, folder / "report.docx", template=template, **given)
    if "xlsx" in kinds:
        workbook_of(results, folder / "report.xlsx", source=options.source and own)
    if "html" in kinds:
        page = page_of(results, pictures, source=own)
        write_whole(folder / "report.html", page.encode())
    if "csv" in kinds:
        write_csv(printed(results.check, "check").frame(), folder / "check.csv")
    if "png" in kinds:
        for name, pages in pictures.items():
            write_chart(pages, name, folder=folder)


def _of_year(file: Path, name: str, options: argparse.Namespace, **given: object) -> pd.DataFrame:
    """Return the scores of the year that an option names: the only one, or one of several."""
    year = vars(options)[name]
    try:
        return load_scores(file, year=year, **given)
    except Refusal as error:
        if year is None or error.option != Option("year", year):
            raise
        scores = load_scores(file, **given)  # the file says others
        if "year" not in scores:
            raise
    if year not in set(scores["year"]):
        raise Refusal(
            f"không có năm {year} ({{option.name}})", f"bảng có năm {_years(scores)}",
            file=file.name, option=Option(name),
        )  # fmt: skip
    return _rows(scores, scores["year"] == year)


def _before(
    options: argparse.Namespace, scores: pd.DataFrame, of: Path
) -> tuple[pd.DataFrame, list[str]]:
    """Return the scores of the period before those of a file, and what to tell of them."""
    file, told = options.before, []
    load = partial(_of_year, name="before_year", options=options)
    before = _beside(load, file, year="before_year")
    if "year" in scores and scores["year"].nunique() > 1:
        raise Refusal(
            f"{of.name} có nhiều năm ({_years(scores)}) và không rõ năm nào so với {file.name}",
            f"hãy ghi năm của {of.name} bằng {{option.name}}", option=Option("year"),
        )  # fmt: skip
    if "year" in before and before["year"].nunique() > 1:
        now = scores["year"].min() if "year" in scores else 0
        earlier = before["year"][before["year"] < now]
        if earlier.empty:
            raise Refusal(
                f"{file.name} có nhiều năm ({_years(before)}) và không rõ năm nào ngay trước "
                f"{of.name}",
                "hãy ghi năm cần so bằng {option.name}", option=Option("before_year"),
            )  # fmt: skip
        before = _rows(before, before["year"] == earlier.max())
        told.append(f"{file.name} có nhiều năm: so sánh với năm {earlier.max()}.")
    if before.equals(scores):
        raise Refusal(
            f"{file.name} ({{option.name}}) giống hệt bảng của {of.name}",
            "hãy chọn tệp của kỳ trước", option=Option("before"),
        )  # fmt: skip
    return before, [*told, f"Kỳ trước ({file.name}): {scale_of(before)}."]


def _names(files: Sequence[Path]) -> str:
    return ", ".join(as_typed(file.name) for file in files)


def _beside(load: Callable, file: Path | Sequence[Path], **renamed: str) -> pd.DataFrame:
    """Load a file by what it says itself; what is told names no option of the first file."""
    with warnings.catch_warnings(record=True) as warned:
        try:
            table = load(file)
        except Refusal as error:
            error.option = error.option and error.option.beside(error.reads, **renamed)
            raise
    for message in (one.message for one in warned):
        if isinstance(message, LoadWarning):
            message = message.with_options(methodcaller("beside", message.reads, **renamed))
        warnings.warn(message, stacklevel=2)
    return table


def _rows(table: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    return table[chosen].reset_index(drop=True)


def _years(table: pd.DataFrame) -> str:
    return ", ".join(map(str, sorted(table["year"].unique())))


def _lines(results: Results) -> list[str]:
    """Return the first units, how many have each grade, and whether all is as published."""
    ranking = printed(results.ranking, "ranking").frame()
    counts = printed(results.distribution, "distribution")
    more = len(ranking) - _HEAD
    lines = [
        scale_of(results.ranking),
        f"Ngưỡng xếp loại: {results.scheme}",
        f"\n{ranking.head(_HEAD).to_string(index=False)}",
        f"… và {more} đơn vị nữa" if more > 0 else "",
        f"\n{counts.frame().to_string(index=False)}",
        counts.note,
        f"\n{results.check.attrs['note']}",
    ]
    return [line for line in lines if line]


def in_words(error: Exception, face: Face) -> str:
    """Return what is wrong in a sentence, with options as this face has them."""
    if isinstance(error, Refusal):
        return error.said(face)
    if not isinstance(error, OSError):
        again = "hãy lưu lại tệp rồi chạy lại" if face == "command" else "hãy đọc lại tệp"
        return f"Lỗi ngoài dự kiến ({type(error).__name__}: {error}); {again}."
    return str(error) if error.errno is None else _of_system(error)


def notes(told: Iterable[WarningMessage], face: Face) -> list[str]:
    """Return what the package warned of; libraries tell in English what is of no use here."""
    ours = [one.message for one in told if one.category.__module__.startswith("cchc_analysis.")]
    said = [one.said(face) if hasattr(one, "said") else str(one) for one in ours]
    return [f"Lưu ý: {words}" for words in dict.fromkeys(said)]


def _of_system(error: OSError) -> str:
    """Return an error of the system, which comes in English, in words."""
    path = str(error.filename or "tệp kết quả")
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return (
            f"Không ghi được {path}: đĩa đã đầy; các tệp cũ vẫn còn nguyên. Hãy giải "
            "phóng đĩa hoặc chọn thư mục khác."
        )
    # Windows calls a path that is too long one that is not there.
    is_long = isinstance(error, FileNotFoundError) and len(path) >= _LONGEST
    if is_long or error.errno == errno.ENAMETOOLONG:
        return (
            f"Không ghi được …{path[-100:]}: tên tệp hoặc đường dẫn quá dài; hãy chọn một thư mục "
            "có đường dẫn ngắn hơn."
        )
    if isinstance(error, FileNotFoundError):
        return f"Không tìm thấy {path}; hãy kiểm tra đường dẫn, hoặc chọn thư mục khác."
    return (
        f"Không mở hoặc không ghi được {path}; nếu tệp đang mở trong chương trình khác thì hãy "
        "đóng lại, nếu không hãy chọn thư mục khác. Các tệp cũ vẫn còn nguyên."
    )


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options as they were given; each file once, however often it is named."""
    parser = Parser("cchc-report")
    parser.check_names(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(arguments)
    if len(dict(options.columns)) < len(options.columns):
        parser.error("argument --columns: hai cột cho một tên; hãy ghi mỗi tên một lần")
    options.files = list({file.resolve(): file for file in options.files}.values())
    return options


def options_of(file: Path, **given: object) -> argparse.Namespace:
    """Return the options of the command for a file, with those that were given elsewhere."""
    return argparse.Namespace(**vars(Parser("cchc-report").parse_args([str(file)])) | given)


_NAME = re.compile(r"[-–—]+[^\W\d][\w-]*")


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: str, actions: object, groups: object, prefix: object = None) -> None:
        super().add_usage(usage, actions, groups, prefix or "cách dùng: ")


class _Once(argparse.Action):
    """Keep the value of an option; of two values, none is left out in silence."""

    def __call__(self, _: object, options: argparse.Namespace, value: object, name: str) -> None:
        if getattr(options, self.dest) is not self.default:
            raise argparse.ArgumentError(self, "được ghi nhiều lần; hãy ghi một lần")
        setattr(options, self.dest, value)


class Parser(argparse.ArgumentParser):
    """The options of a command; its errors are one sentence in Vietnamese."""

    def __init__(self, prog: str) -> None:
        """Take from ``words/options.toml`` what is said of the command."""
        said = words("options")[prog]
        super().__init__(
            prog=prog, description=said["description"], epilog=said.get("examples"),
            formatter_class=_Help, add_help=False, allow_abbrev=False,
        )  # fmt: skip
        schemes = f"{', '.join(known_schemes())} (mặc định: {DEFAULT_SCHEME})"
        named = {"schemes": schemes, "forms": " hoặc ".join(_FORMS), "own": words("options")["own"]}
        group = self.add_argument_group("tham số")
        for name, option in said["options"].items():
            option = option | {"help": option["help"].format_map(named)}
            kind = _KINDS.get(name) or _KINDS.get(option["metavar"], as_typed)
            if name == "files":
                group.add_argument(name, type=kind, **option)
            else:
                group.add_argument(f"--{name}", type=kind, **{"action": _Once} | option)
        shown = f"%(prog)s {__version__}"
        group.add_argument("--version", action="version", version=shown, help="hiện số phiên bản")
        group.add_argument("-h", "--help", action="help", help="hiện hướng dẫn này")

    def check_names(self, arguments: Sequence[str], *, only_near: bool = False) -> None:
        """Refuse what looks like an option and is none, and say which one may be meant.

        A dash that Word has made long counts as two; `only_near` lets others pass.
        """
        known = self._option_string_actions
        for text in arguments:
            name = text.partition("=")[0]
            if text == "--":  # what follows are files
                return
            if text == "=":
                self._say("dấu = đứng riêng; hãy bỏ dấu cách ở hai bên")
            if name in known or not _NAME.fullmatch(name) or Path(text).exists():
                continue
            words = "--" + name.lstrip("-–—").replace("_", "-").lower()
            if near := get_close_matches(words, known, n=1, cutoff=0.8 if only_near else 0.7):
                self._say(f"không hiểu '{name}' (có phải {near[0]}?)")
            if name.startswith("-") and not only_near:
                self._say(
                    f"không hiểu '{name}'; hãy kiểm tra tên lựa chọn, và đặt chữ có dấu cách "
                    "trong ngoặc kép"
                )

    def _say(self, said: str) -> NoReturn:
        self.exit(2, f"Lỗi: {said}. Gõ {self.prog} --help để xem cách dùng.\n")

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, and end."""
        said = "không hiểu dòng lệnh"
        for english, ours in _SAID:
            if match := re.fullmatch(english, message, re.DOTALL):
                said = match.expand(ours)
                break
        self._say(said)


def _as_path(text: str) -> Path:
    """Return a path that was typed."""
    if text.strip():
        return Path(text)
    raise argparse.ArgumentTypeError("tên trống; hãy ghi tên tệp hoặc thư mục")


def as_number(text: str) -> float:
    """Return a number above 0 that was typed."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if 0 < number < math.inf:
        return number
    raise argparse.ArgumentTypeError(
        f"'{text}' không phải là một số lớn hơn 0; hãy viết ví dụ 100 hoặc 62,5"
    )


def as_year(text: str) -> int:
    """Return a year that was typed."""
    if text.isdecimal() and 1900 <= int(text) <= 2099:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' không phải là một năm; hãy viết ví dụ 2020")


def _date(text: str) -> str:
    """Return a date as it was typed; one in numbers is in the calendar."""
    if parts := re.fullmatch(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})\s*", text):
        try:
            date(int(parts[4]), int(parts[3]), int(parts[1]))
        except ValueError:
            words = f"'{text}' không phải là một ngày; hãy viết ví dụ 11/01/2021"
            raise argparse.ArgumentTypeError(words) from None
    return as_typed(text)


def _table(text: str) -> int | str:
    return int(text) if text.removeprefix("-").isdecimal() else as_typed(text)


def _form(text: str) -> str:
    if text in _FORMS:
        return text
    raise argparse.ArgumentTypeError(f"'{text}' không có; hãy ghi {' hoặc '.join(_FORMS)}")


def _column(text: str) -> tuple[str, int | str]:
    role, _, column = (part.strip() for part in text.partition("="))
    if not (role and column):
        raise argparse.ArgumentTypeError(
            f"'{text}' không phải là TÊN=CỘT; hãy viết ví dụ score=\"Tổng điểm\""
        )
    return role, _table(column)


# What a typed value is made into: of an option, or of all whose value is called so; else a text.
_KINDS = {
    "columns": _column, "table": _table, "form": _form, "date": _date, "max-score": as_number,
    "TỆP": _as_path, "THƯ_MỤC": _as_path, "NĂM": as_year,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after a sentence on each file that could not be read."""
    for stream in (sys.stdout, sys.stderr):
        make_readable(stream)
    options = read_options(arguments)
    files = options.files
    try:
        scheme = scheme_of(options)
        folders = _folders(options)
    except (ValueError, OSError) as error:
        print(f"Lỗi: {in_words(error, 'command')}", file=sys.stderr)
        return 1
    done, failed, usual = 0, 0, gc.get_threshold()
    watched, say = _progress(files)
    try:
        gc.set_threshold(50_000)  # the usual 700 search all that is loaded twice a file
        for file in watched:
            if len(files) > 1:
                say(f"\nTệp {file}")
            good = _report(file, folders[file], scheme, options, say)
            done, failed = done + good, failed + (not good)
    except KeyboardInterrupt:
        print("\nĐã dừng (Ctrl+C); tệp đang làm dở không ghi gì.", file=sys.stderr)
    except BrokenPipeError:  # "| head": nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        gc.set_threshold(*usual)
    if len(files) > 1:
        print(f"Xong {done}/{len(files)} tệp.")
    return _STOPPED if done + failed < len(files) else int(failed > 0)


def _report(
    file: Path, folder: Path, scheme: AnyScheme, options: argparse.Namespace, say: Callable
) -> bool:
    """Make one report, or say why not: whatever one file does, the others are read."""
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            lines = run(file, folder, scheme, options)
    except BrokenPipeError:
        raise
    except Exception as error:
        words, name = in_words(error, "command"), as_typed(file.name)
        where = "" if name in as_typed(words) or len(options.files) == 1 else f"{name}: "
        say(f"Lỗi: {where}{words}", file=sys.stderr)
        return False
    say("\n".join([*lines, *notes(told, "command")]))
    return True


def _progress(files: Sequence[Path]) -> tuple[Iterable[Path], Callable]:
    """Return the files, under a progress bar if there are several and a person looks on.

    And what prints: above the bar, where there is one.
    """
    if len(files) == 1 or not sys.stderr.isatty():
        return files, print
    from tqdm import tqdm

    return tqdm(files, unit=" tệp"), tqdm.write


def _folders(options: argparse.Namespace) -> dict[Path, Path]:
    """Return the folder of each file: its name, with its ending where two have the same.

    What is wrong for all files is refused before any work is done.
    """
    if len(options.files) > 1 and (options.before or options.fields):
        raise Refusal("--before và --fields chỉ dùng với một tệp", "hãy chạy lệnh cho từng tệp")
    for name in ("before_year", "predecessors"):
        if vars(options)[name] and not options.before:
            problem = "{option.name} chỉ dùng khi có bảng kỳ trước"
            raise Refusal(problem, "hãy thêm --before", option=Option(name))
    folders = {file: options.out / allowed_name(file.stem) for file in options.files}
    for file in _alike(folders):
        folders[file] = options.out / allowed_name(file.name)
    for file in _alike(folders):
        raise Refusal(
            f"có nhiều tệp cùng tên {file.stem}, kết quả sẽ ghi đè nhau",
            "hãy đổi tên một tệp, hoặc chạy lệnh cho từng tệp với --out khác nhau", file=str(file),
        )  # fmt: skip
    return folders


def _alike(folders: dict[Path, Path]) -> list[Path]:
    """Return the files whose folder is on Windows or macOS that of another one, too."""
    keys = {
        file: unicodedata.normalize("NFC", folder.name).casefold()
        for file, folder in folders.items()
    }
    counts = Counter(keys.values())
    return [file for file, key in keys.items() if counts[key] > 1]


def make_readable(stream: TextIO | None) -> None:
    """Let a stream write what its encoding lacks with fewer accents rather than fail.

    "Lỗi" stays itself in UTF-8 and in Windows-1258 (a letter and its tone), and is "Lôi" in
    Windows-1252 and "Loi" in ASCII. What has no plain form is "?".
    """
    if not hasattr(stream, "reconfigure"):  # none, or one that a notebook or a test set up
        return

    def write_plain(error: UnicodeError) -> tuple[bytes, int]:
        lost = error.object[error.start : error.end]
        # Names of files that the system could not decode are the bytes of UTF-8.
        lost = lost.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return b"".join(_plain(letter, stream.encoding) for letter in lost), error.end

    codecs.register_error(f"plain-{stream.encoding}", write_plain)
    stream.reconfigure(errors=f"plain-{stream.encoding}")


def _plain(letter: str, encoding: str) -> bytes:
    """Return the form of a letter nearest to it that an encoding has."""
    parts = unicodedata.normalize("NFD", letter)
    tone = "".join(part for part in parts if part in TONES)
    shape = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    for form in (letter, shape + tone, shape, parts[0], _PLAIN.get(letter, "?")):
        with contextlib.suppress(UnicodeEncodeError):
            return form.encode(encoding)
    return b"?"
