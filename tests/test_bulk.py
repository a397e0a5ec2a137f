"""A long table, read at once and held by distinct texts, is what it is line by line."""

import warnings

import pandas as pd
import pytest
from conftest import DATA
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc_analysis import bulk, delimited, distinct, list_tables, load_scores

TITLES = ["STT", "Đơn vị", "Khối", "Năm", "Điểm", "Xếp hạng", "Xếp loại"]


def outcome(path, *, long, **options):
    """Return the frame or the refusal, the warnings, and whether the text was read at once."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        patch.setattr(delimited, "_TOP", 8 if long else 10**9)
        patch.setattr(distinct, "LONG", 0 if long else 10**9)
        patch.setattr(bulk, "_PART", 64)
        try:
            found = load_scores(path, **options)
            found = (found, found.attrs)
        except ValueError as error:
            found = (str(error), None)
        return *found, [str(one.message) for one in told]


def check(path, **options):
    one, many = (outcome(path, long=long, **options) for long in (False, True))
    assert one[1:] == many[1:]
    if isinstance(one[0], str) or isinstance(many[0], str):
        assert one[0] == many[0]
    else:
        pd.testing.assert_frame_equal(one[0], many[0])


def rows(count=40):
    return [
        [str(at + 1), f"Sở {at % 10}", f"Khối {at // 20 + 1}", str(2019 + at // 10 % 2),
         f"{90 - at % 10 / 4:.2f}", str(at % 10 + 1), "Tốt"]
        for at in range(count)
    ]  # fmt: skip


def is_read_at_once(path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_TOP", 8)
        return delimited.long_text(path) is not None


ODD = [
    "", " ", "-", "0", "01", "+1", " 1", "1.", "7", "2020", "1e3", "97,23", "97.2300", "101", "x",
    "IV", "Tốt", "Sở  A", "A, B", "Tổng cộng", "Trung bình", "Điểm tối đa", "...", "#REF!", "50%",
    '"a"', '"a" b', 'a"b', '"a""b"', '"', '"a,b"', '"a\nb"', "a\r", "\x0b", "\u2028", "\0",
    "e\u0301",
    "Ðơn", "1234567890", "12345678901234567890", "STT", "Đơn vị", "nan", "TRUE", "\ufeff", "Sở [1]",
]  # fmt: skip
EDITS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 6), st.sampled_from([*ODD, None, "row", "title"])),
    max_size=3,
)


@given(EDITS, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_stands_in_a_long_text(tmp_path, edits, delimiter, end, is_ended):
    lines = [list(TITLES), *rows()]
    for line, column, cell in edits:
        if cell is None:  # a cell too few
            lines[line] = lines[line][:column]
        elif cell == "row":
            lines.insert(line, [""] * column)
        elif cell == "title":
            lines.insert(line, list(TITLES))
        elif column < len(lines[line]):
            lines[line][column] = cell
    text = end.join(delimiter.join(line) for line in lines) + end * is_ended
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    check(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("comma", ["", '"'])
def test_a_plain_archive_is_read_at_once(tmp_path, encoding, comma):
    lines = [",".join(TITLES)]
    for row in rows():
        row[4] = f"{comma}{row[4].replace('.', ',') if comma else row[4]}{comma}"
        lines.append(",".join(row))
    path = tmp_path / "a.csv"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    assert is_read_at_once(path) == (encoding != "utf-16")
    scores, _, told = outcome(path, long=True)
    assert told == []
    assert len(scores) == 40
    assert scores["score"].iloc[:3].tolist() == [90, 89.75, 89.5]
    assert scores.dtypes.astype(str).to_dict() == {
        "unit": "str", "score": "float64", "max_score": "float64", "year": "int64",
        "block": "str", "published_rank": "Int64", "published_grade": "str",
    }  # fmt: skip
    check(path)
    check(path, max_score=90)
    check(path, columns={"score": "Xếp hạng"})
    check(path, columns={"score": "không có"})


@pytest.mark.parametrize("line", [5, 7, 8, 9, 20, 40])
@pytest.mark.parametrize("open_row", ['"Sở X,50', 'Sở X,"50', 'Sở X,50"', '"Sở X"a,"50'])
def test_a_quote_that_is_not_closed_loses_no_row(tmp_path, line, open_row):
    lines = ["Đơn vị,Điểm", *(f"Sở {n},{90 - n}" for n in range(40))]
    lines[line - 1] = open_row
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert not is_read_at_once(path)
    check(path)
    with pytest.raises(ValueError, match=f"dòng {line}"):
        load_scores(path)


@pytest.mark.parametrize("line", range(4, 10))
def test_a_header_over_the_end_of_what_is_read_first(tmp_path, line):
    lines = ["Đơn vị,Điểm", *(f"Sở {n},{90 - n}" for n in range(40))]
    lines[line:line] = ["Khối B,", "Đơn vị,Tổng", ",Điểm"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert list_tables(path)["rows"].tolist() == [line - 1, 41 - line]
    check(path)


@pytest.mark.parametrize("name", ["cchc-2020", "so-nganh-2021", "par-index-regions"])
def test_the_tables_of_data(name):
    check(DATA / f"{name}.csv")


def test_rows_without_a_score_are_no_headers_of_a_long_table(tmp_path):
    # A header of two rows, whose upper one alone has no known title, below many such rows.
    lines = [
        "Đơn vị,Điểm",
        *(f"Phòng {n},{50 if n > 2900 else ''}" for n in range(3000)),
        ",",
        "Năm 2021,Năm 2021",
    ]
    lines += ["Đơn vị,Điểm", *(f"Sở {n},{n % 90}.5" for n in range(3000))]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert list_tables(path)["rows"].tolist() == [3000, 3000]
