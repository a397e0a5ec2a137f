"""Names that are taken to be alike are so for every rule of words; what has one key is one line."""

import re
from itertools import product

import pandas as pd
import pytest
from conftest import DATA
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import delimited, distinct, grid, header, headings, labels, numbers, scores
from cchc_analysis.schemes import known_grades
from cchc_analysis.text import clean, fold, plain_lines, same, unit_key

KNOWN = [
    "Tổng", "Tổng cộng", "Tổng công ty Điện", "Tổng số đơn vị", "Cộng", "Tổng & Cộng",
    "Cả nước", "Toàn thị xã",
    "Trung bình", "Điểm trung bình", "Phòng có điểm trung bình", "Bình quân chung", "TB", "TB XH",
    "Kết quả chung toàn tỉnh", "Chung cả nước", "Giá trị trung bình", "Cao nhất", "Nguồn A",
    "Ghi chú", "TM. Ủy ban", "KT. Chủ tịch", "Chủ tịch", "Độ lệch chuẩn", "Max", "Điểm tối đa",
    "Tổng điểm quy định", "Thang điểm 70", "Điểm chuẩn", "Số điểm tối đa",
    "Tối đa", "Quy định", "Tự chấm", "Đơn vị",
    "Đơn vị tự chấm", "Hội đồng thẩm định", "Tên đơn vị", "Phường xã", "Tổng điểm (70 điểm)",
    "STT", "Xếp hạng", "Xếp hạng 2020", "Xếp loại (1)", "Điểm thẩm định", "Kết quả A", "Chỉ số B",
    "Khối sở", "II. Khối sở", "Các khối thi đua", "Cụm 1", "Cấp huyện", "Nhóm B", "Nhóm cơ quan",
    "Năm 2020: Khối sở", "Khối A năm 2020", "2020 Cụm 1", "I. Sở", "A. Sở", "Bảng 1. Sở A",
    "Biểu 2: Khối B", "- Sở A", "Các sở", "Sở A (1)", "Sở A [1]", "Sở A [*]",
    "1", "1,5", "01", "(1)", "1 (0,5)",
    "thứ 1 (0,5)", "Hạng 2 (3)", "50%", "10 điểm", "...", "…", ". .", "-", "–", "—", "n/a",
    "#REF!", "#CHƯA TÍNH", "Số lượng đơn vị", "Sở Nội vụ", "Ủy ban nhân dân phường 2", "Phường 12",
    "Sở LĐ–TB&XH", "Trường THCS Lê Lợi", "Xã Tân Lập", "Thống kê", "Y tế", "A", "Đ", "Ấp",
    *labels.MISSING, *known_grades().values(),
    *(title for names in labels.HEADERS.values() for title in names),
]  # fmt: skip
AROUND = [
    "{}",
    "{}.",
    "{}:",
    "({})",
    " {} ",
    "{} A",
    "A {}",
    "{} 1",
    "{} (1)",
    "{}–{}",
    "{}, {}",
    "{} &",
    "{} & {}",
    "{}…",
    '"{}"',
]
TABLES = {"cchc-2020": 1, "so-nganh-2021": 1, "par-index-regions": 1, "papi-2011-fields": 0}
REAL = [
    name
    for table, column in TABLES.items()
    for name in pd.read_csv(DATA / f"{table}.csv").iloc[:, column].unique()
]


def marked(text):
    """Return what each rule of words says of a text, asked of it alone."""
    said = {
        "number": re.fullmatch(header._PLAIN_NUMBER.pattern, text),
        "pair": re.fullmatch(header._PAIR, text),
        "title": header.is_title(text) and text,
        "role": header.role_of(text) in scores._TITLES,
        "grade": same(text) in known_grades(),
        "missing": same(text) in labels.MISSING,
        "footer": labels.FOOTERS.match(fold(text)),
        "maximum": labels.MAXIMUM.match(fold(text)),
        "heading": headings._may_head(text),
        "error": re.fullmatch(numbers._ERROR, text),
        "note": re.search(scores._MARKED_NAME, text),
        "gap": re.fullmatch("[.… ]*", text),
        "nameless": not re.search(r"[^\W\d_]", text),
    }
    return [rule for rule, found in said.items() if found]


def are_alike(texts):
    unlike = set(distinct._unlike(tuple(texts)).tolist())
    return [at not in unlike for at in range(len(texts))]


def check_alike(texts):
    texts = list(dict.fromkeys(map(clean, texts)))
    for text, is_alike in zip(texts, are_alike(texts), strict=True):
        assert not (is_alike and marked(text)), (text, marked(text))


def test_what_is_known_is_not_taken_for_any_name():
    forms = [one for text in KNOWN for one in (text, text.upper(), text.capitalize())]
    check_alike([around.format(*[one] * 2) for around, one in product(AROUND, forms)])


def test_the_names_of_data_are_mostly_alike():
    check_alike(REAL)
    assert sum(are_alike(REAL)) > 0.9 * len(REAL)


WORDS = st.sampled_from([*(word for text in KNOWN for word in text.split()), "Xã", "Lê", "và", "&"])
MARKS = st.sampled_from(
    [" ", " ", " ", "", ".", ". ", " - ", "–", ", ", "(", ")", "\u0301", "ß", "’"]
)


@st.composite
def names(draw):
    return clean("".join(draw(WORDS) + draw(MARKS) for _ in range(draw(st.integers(1, 4)))))


@given(st.lists(names(), min_size=1, max_size=20))
def test_names_of_known_words(texts):
    check_alike(texts)


@given(names() | st.text(max_size=12).map(clean))
def test_what_has_one_key_is_one_line(text):
    lines = [plain_lines((one,)) for one in (text, clean(unit_key(text)), text.upper().lower())]
    assert lines[0] == lines[1]
    assert unit_key(text) != unit_key(text.upper().lower()) or lines[0] == lines[2]


@pytest.mark.parametrize("held", ["category", "text"])
def test_a_rule_is_asked_of_all_that_differs(held):
    texts = ["Sở A", "Sở B", "Tổng cộng", "Sở A", "-", "Xã Tân Lập", ""]
    cells = pd.Series(texts, dtype="str")
    if held == "category":
        cells = pd.Series(distinct.by_texts(*(lambda c, t: (c, t))(*cells.factorize())))
    found = grid.begins(labels.FOOTERS, pd.DataFrame({0: cells}), {"unit": 0})
    assert found.tolist() == [False, False, True, False, False, False, False]
    assert numbers.missing(cells).tolist() == [False, False, False, False, True, False, True]
    assert distinct.filled(cells).tolist() == [True] * 6 + [False]
    assert delimited._TOP < distinct.LONG
