"""The command ``cchc-report``: from published tables to the files of a report."""

import argparse
import codecs
import contextlib
import gc
import os
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from cchc_analysis.app.options import read_options
from cchc_analysis.app.run import in_words, notes, run, scheme_of
from cchc_analysis.files import allowed_name, as_typed
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.scoring.schemes import AnyScheme
from cchc_analysis.text import TONES

_STOPPED = 130  # what a shell gives for Ctrl+C
# How a console that lacks a sign shows it.
_PLAIN = {"đ": "d", "Đ": "D", "–": "-", "…": "...", "→": "->", "\u00a0": " "}


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
