"""The command ``cchc-report``: what is typed, each file in turn, and what is said of it."""

import argparse
import codecs
import contextlib
import gc
import math
import os
import re
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn, TextIO

from cchc_analysis import __version__
from cchc_analysis.app.run import in_words, notes, run, scheme_of
from cchc_analysis.files import allowed_name, as_typed
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.reports.report import FORMS
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, AnyScheme, known_schemes
from cchc_analysis.text import TONES, words

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
