import unicodedata

import pytest

from cchc_analysis.text import clean, fold, same, unit_key


def test_clean_heals_spaces_unicode_form_and_lookalike_letters():
    decomposed = unicodedata.normalize("NFD", "  Phòng  Nội\u00a0vụ\n")
    assert clean(decomposed) == "Phòng Nội vụ"
    assert clean("Ðội Quy tắc đô thị") == "Đội Quy tắc đô thị"


def test_same_ignores_case_but_not_accents():
    assert same("XUẤT SẮC") == same("Xuất sắc")
    assert same("Khá") != same("Kha")


@pytest.mark.parametrize(
    "header", ["ĐIỂM\nđánh giá", "Điểm  đánh giá", "Ðiểm đánh giá:", "diem danh gia"]
)
def test_fold_gives_one_key_to_every_spelling_of_a_header(header):
    assert fold(header) == fold(unicodedata.normalize("NFD", header)) == "diem danh gia"


def test_what_cannot_be_seen_is_removed():
    assert clean("Phòng\u200b \u200eNội\x01 vụ\u202c\ufeff") == "Phòng Nội vụ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Uỷ ban", "ỦY BAN"),
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("tuỳ", "tùy"),
        ("quý", "qúy"),
        ("già", "gìa"),
        ("Phòng VH&TT", "Phòng VH và TT"),
        ("HĐND & UBND", "HĐND&UBND"),
        ("Sở Lao động - Thương binh", "Sở Lao động–Thương binh"),
        ("Phòng  Nội\u00a0vụ ", unicodedata.normalize("NFD", "Phòng Nội vụ")),
        ("Ðội", "Đội"),
    ],
)
def test_a_unit_has_one_key_however_it_is_spelled(one, other):
    assert unit_key(one) == unit_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hóa"),
        ("Hoà", "Hoa"),
        ("Thuỷ", "Thuý"),
        ("quý", "quỷ"),
        ("gì", "gi"),
        ("Tân An", "Tấn An"),
        ("đội", "dội"),
        ("Bến Cát", "Bên Cát"),
        ("khối", "khôi"),
        ("Xã 1", "Xã 2"),
        ("Văn hóa, thông tin", "Văn hóa và thông tin"),
    ],
)
def test_accents_and_words_are_never_ignored(one, other):
    assert unit_key(one) != unit_key(other)
