"""The options of ``cchc-report``, and what is said where they are not understood."""

import argparse
import math
import re
import sys
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from cchc_analysis import __version__
from cchc_analysis.files import as_typed
from cchc_analysis.reports.report import FORMS
from cchc_analysis.scoring.schemes import DEFAULT_SCHEME, known_schemes
from cchc_analysis.vocabulary import words

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
