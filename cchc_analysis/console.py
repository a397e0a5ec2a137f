"""A console or a redirected output that lacks Vietnamese letters."""

import codecs
import contextlib
import unicodedata
from typing import TextIO

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
_PLAIN = {
    "đ": "d", "Đ": "D", "–": "-", "…": "...", "“": '"', "”": '"', "×": "x", "→": "->", "±": "+-",
    "≤": "<=", "≥": ">=", "·": ".", "\u00a0": " ",
}  # fmt: skip


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
    tone = "".join(part for part in parts if part in _TONES)
    shape = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    for form in (letter, shape + tone, shape, parts[0], _PLAIN.get(letter, "?")):
        with contextlib.suppress(UnicodeEncodeError):
            return form.encode(encoding)
    return b"?"
