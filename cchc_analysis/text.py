"""Vietnamese text: one spelling for what is kept, one key for what is compared."""

import re
import unicodedata

# Old fonts and web pages write Đ with the Icelandic letter that looks the same.
_LOOKALIKES = str.maketrans("Ðð", "Đđ")
# Marks that show nothing: direction, joiners, soft hyphen, BOM, control characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)


def clean(text: str) -> str:
    """Return `text` in NFC, with Đ as Đ and every run of white space as one space."""
    seen = _UNSEEN.sub("", text.translate(_LOOKALIKES))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def same(text: str) -> str:
    """Return the key under which two spellings of a name or grade are the same: case is ignored."""
    return clean(text).casefold()


def fold(text: str) -> str:
    """Return the key of a header, without case, accents or punctuation: "ĐIỂM số" → "diem so"."""
    letters = unicodedata.normalize("NFD", same(text)).replace("đ", "d")
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def quoted(text: object, most: int = 60) -> str:
    """Return a text from a file in quotes, cut so that a sentence stays one."""
    text = str(text)
    return f"'{text}'" if len(text) <= most else f"'{text[: most - 1]}…'"


def decimal_comma(value: float) -> str:
    """Return a number that was given, not computed, as short as it is: 90, 62,5."""
    return f"{value:g}".replace(".", ",")
