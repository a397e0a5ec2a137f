"""Vietnamese text: one spelling for what is kept, one key for what is compared."""

import unicodedata

# Old fonts and web pages write Đ with the Icelandic letter that looks the same.
_LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "\u200b": "", "\ufeff": "", "\u00ad": ""})


def clean(text: str) -> str:
    """Return `text` in NFC, with Đ as Đ and every run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_LOOKALIKES)).split())


def same(text: str) -> str:
    """Return the key under which two spellings of a name or grade are the same: case is ignored."""
    return clean(text).casefold()


def fold(text: str) -> str:
    """Return the key of a header, without case, accents or punctuation: "ĐIỂM số" → "diem so"."""
    letters = unicodedata.normalize("NFD", same(text)).replace("đ", "d")
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())
