"""Vietnamese text: one spelling for what is kept, one key for what is compared; words as data."""

import re
import textwrap
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files

# Marks that show nothing: direction, joiners, soft hyphen, BOM, control characters; and what no
# XML may hold, so that no writer meets it: halves of a pair, U+FFFE, U+FFFF.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
_CACHED = 1 << 19  # a name of a unit is asked many times, in each of its years


def clean(text: str) -> str:
    """Return `text` in NFC, with Đ as Đ and every run of white space as one space."""
    # Old fonts and web pages write Đ with the Icelandic letter that looks the same.
    seen = _UNSEEN.sub("", text.replace("Ð", "Đ").replace("ð", "đ"))
    return " ".join(unicodedata.normalize("NFC", seen).split())


@lru_cache(maxsize=_CACHED)
def same(text: str) -> str:
    """Return the key under which two spellings of a name or grade are the same: case is ignored."""
    return clean(text).casefold()


class _Plain(dict):
    """What each letter is in a key, asked once: an accent is nothing, punctuation a space."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        is_accent = unicodedata.combining(letter)
        return self.setdefault(code, letter if letter.isalnum() else "" if is_accent else " ")


_PLAIN = _Plain({ord("đ"): "d"})


@lru_cache(maxsize=_CACHED)
def fold(text: str) -> str:
    """Return the key of a header, without case, accents or punctuation: "ĐIỂM số" → "diem so"."""
    letters = unicodedata.normalize("NFD", same(text))
    return " ".join(letters.translate(_PLAIN).split())


def in_years(text: str, years: Sequence[int] | None) -> str:
    """Return a text on two periods with their years, where these are known."""
    if not years:
        return text
    text = text.replace("kỳ trước", f"năm {years[0]}").replace("kỳ này", f"năm {years[1]}")
    return text.replace("hai kỳ", "hai năm")


def quoted(text: object, most: int = 60) -> str:
    """Return a text from a file in quotes, cut so that a sentence stays one."""
    text = str(text)
    return f"'{text}'" if len(text) <= most else f"'{text[: most - 1]}…'"


def lower_first(text: str) -> str:
    """Return a text for the middle of a sentence: "Thang điểm 100" → "thang điểm 100"."""
    return text[:1].lower() + text[1:]


def decimal_comma(value: float) -> str:
    """Return a number that was given, not computed, as short as it is: 90, 62,5."""
    return f"{value:g}".replace(".", ",")


def fewest_lines(text: str, letters: int, **options: bool) -> list[str]:
    """Return text in the fewest lines of at most so many letters, and those about equally long.

    Options are of `textwrap.wrap`, for lines that are made shorter than they may be.
    """
    fewest = len(textwrap.wrap(text, letters))
    for width in range(max(1, len(text) // max(fewest, 1)), letters):
        if len(lines := textwrap.wrap(text, width, **options)) == fewest:
            return lines
    return textwrap.wrap(text, letters)


_DASHES = re.compile("[\u2010-\u2015]")
_VOWELS = re.compile("(?:[aeiouy][\u0300-\u036f]*)+")
TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng


def unit_key(text: str) -> str:
    """Return the key under which units of two tables are one: "ỦY BAN A&B" → "uỷ ban a và b".

    Case, spacing, Unicode form, & for và, the length of a dash and the vowel that carries a tone
    ("hoà", "hòa") are ignored; accents themselves never are.
    """
    words = _DASHES.sub("-", same(text.replace("&", " và ")))
    letters = unicodedata.normalize("NFD", re.sub(" ?([-,.;:/()]) ?", r"\1", words))
    return unicodedata.normalize("NFC", _VOWELS.sub(_tone_last, letters))


def title_key(text: str) -> str:
    """Return the key under which a title is the one that was asked for: accents are its own."""
    return " ".join("".join(c if c.isalnum() else " " for c in unit_key(text)).split())


def _tone_last(vowels: re.Match) -> str:
    """Return a run of vowels with its tone after the last, so that its place does not matter."""
    tones = "".join(c for c in vowels[0] if c in TONES)
    return "".join(c for c in vowels[0] if c not in TONES) + tones


MOST_TOLD, FEW = 10, 3


def near(
    word: str, known: Iterable[str], cutoff: float = 0.6, key: Callable[[str], str] = str
) -> str:
    """Return " (có phải 'x'?)" of the known word whose key is nearest; "" where none is near."""
    names = {key(name): name for name in known}
    close = get_close_matches(key(word), names, n=1, cutoff=cutoff)
    return f" (có phải '{names[close[0]]}'?)" if close else ""


def listed(names: Sequence[str], *, of: int | None = None) -> str:
    """Return the first names of so many in one line: their commas are their own."""
    more = (len(names) if of is None else of) - min(len(names), MOST_TOLD)
    return "; ".join([*names[:MOST_TOLD], *([f"và {more} đơn vị khác"] if more else [])])


def first_few(texts: Sequence[str]) -> str:
    """Return the first three of some texts as examples, and … where there are more."""
    return ", ".join([*texts[:FEW], *(["…"] if len(texts) > FEW else [])])


@cache
def words(name: str) -> dict[str, dict]:
    """Return one of the files in ``words/``."""
    text = files("cchc_analysis").joinpath("words", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def known_grades() -> dict[str, str]:
    """Return every grade name of the known schemes, by its key, as it is written."""
    return {
        same(grade): grade for scheme in words("schemes").values() for grade in scheme["grades"]
    }


_LABELS = words("labels")
SHOWN: dict[str, str] = _LABELS["columns"]
SHOWN_OF_FIELDS: dict[str, str] = _LABELS["columns_of_fields"]
SHOWN_OF_POINTS: dict[str, str] = _LABELS["columns_of_points"]
_YES_NO = {key == "true": value for key, value in _LABELS["yes_no"].items()}
VALUES = {"status": _LABELS["status"], "separable_from_next": _YES_NO, "fits": _YES_NO}
OTHERS: dict[str, str] = _LABELS["others"]
SHEETS: dict[str, str] = _LABELS["sheets"]
METHOD: dict[str, str] = _LABELS["method"]
TABLES = words("tables")

NO_GRADE = "Không xếp loại"
UNSCORED = "Chưa chấm"
TOTAL = "Tổng cộng"
RESERVED_GRADES = (NO_GRADE, UNSCORED, TOTAL)
BLANK = "–"

ASSUMED = "giả định"
WHOLE_TABLE = "(cả bảng)"
MEAN = "điểm trung bình"
