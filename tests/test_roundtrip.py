"""Generated tables through the layouts, whole and broken: an equal frame or a refusal."""

import itertools
import random
import tempfile
import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import LAYOUTS

from cchc_analysis import LoadWarning, load_scores
from cchc_analysis.refusal import Refusal

TITLES = ["STT", "Đơn vị", "Điểm", "Xếp hạng", "Xếp loại"]
WHOLE = ["comma-quoted.csv", "semicolon-bom.csv", "pasted.txt", "bars.txt", "plain.xlsx",
         "old.xls", "libre.ods", "word.docx", "page.html"]  # fmt: skip
NAMES = st.text(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyÁẢẤỂỤỬ ,;\"'&-.0123456789áàảãạấ"),
    min_size=2, max_size=90,
).filter(lambda name: sum(c.isalpha() for c in name) > 1)  # fmt: skip


@st.composite
def tables(draw):
    names = draw(
        st.lists(NAMES, min_size=1, max_size=6, unique_by=lambda n: " ".join(n.lower().split()))
    )
    if draw(st.booleans()):
        names = [unicodedata.normalize("NFD", name) for name in names]
    places = draw(st.integers(0, 3))
    score = st.none() | st.integers(0, 100 * 10**places).map(lambda n: n / 10**places)
    scores = draw(st.lists(score, min_size=len(names), max_size=len(names)))
    rows = []
    for number, (name, score) in enumerate(zip(names, scores, strict=True), start=1):
        shown = "-" if score is None else f"{score:.{places}f}"
        rank = "-" if score is None else str(1 + sum(s is not None and s > score for s in scores))
        rows.append([str(number), name, shown, rank, "Tốt"])
    return rows, scores


def attempt(path):
    """Return the loaded frame, None if it is refused, and whether anything was told."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", LoadWarning)
        try:
            return load_scores(path), bool(told)
        except ValueError as error:
            assert type(error) in (ValueError, Refusal)
            assert len(str(error)) <= 600
            assert str(error).startswith(path.name)
            return None, True


@given(tables())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_table_comes_back_or_is_refused(made):
    rows, scores = made
    names = [" ".join(unicodedata.normalize("NFC", row[1]).split()) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        for layout in WHOLE:
            path = Path(folder, layout)
            LAYOUTS[layout](TITLES, rows, path)
            loaded, _ = attempt(path)
            if loaded is None:
                continue
            points = [np.nan if s is None else s for s in scores]
            np.testing.assert_array_equal(loaded["score"], points, layout)
            if "pasted" not in layout:
                assert loaded["unit"].tolist() == names, layout
            assert loaded["published_grade"].unique().tolist() == ["Tốt"], layout


GOOD = [
    ["1", "Văn phòng HĐND&UBND", "97.23", "1", "Xuất sắc"],
    ["2", "Phòng Lao động, thương binh và xã hội", "91.4", "2", "Xuất sắc"],
    ["3", "Phòng Nội vụ", "90.891", "3", "Xuất sắc"],
    ["4", "Phòng Y tế", "88", "4", "Tốt"],
    ["5", "Trạm 2", "67.52", "5", "Khá"],
]


def broken(rows, kind, rng):
    """Return the rows with one thing wrong, and the scores that may still be read."""
    rows = [list(row) for row in rows]
    at = rng.randrange(len(rows))
    column = rng.randrange(5)
    if kind == "cell deleted":
        del rows[at][column]
        rows[at].append("")
    elif kind == "cell lost":
        del rows[at][column]
    elif kind == "row dropped":
        del rows[at]
    elif kind == "shifted":
        rows[at] = ["", *rows[at][:-1]]
    elif kind == "digits inserted":
        score = rows[at][2]
        inserted = [f"{score[:1]} {score[1:]}", f"1,{score}", f"{score},5"]
        rows[at][2] = rng.choice(inserted if "." in score else inserted[:1])  # 88,5 is a score
    return rows


KINDS = ["cell deleted", "row dropped", "shifted", "digits inserted"]
BREAKABLE = ["comma.csv", "semicolon-bom.csv", "tab.txt", "bars.txt", "page.html",
             "plain.xlsx", "word.docx"]  # fmt: skip


# Each layout is broken in other places: 14 of the 25 cells, in a kind that has a place.
@pytest.mark.parametrize(
    ("kind", "layout"),
    [*itertools.product(KINDS, BREAKABLE), *(("cell lost", text) for text in BREAKABLE[:5])],
)
@pytest.mark.parametrize("seed", range(2))
def test_a_broken_table_never_gives_another_number(tmp_path, layout, kind, seed):
    rows = broken(GOOD, kind, random.Random(f"{kind}{layout}{seed}"))
    LAYOUTS[layout](TITLES, rows, tmp_path / layout)
    loaded, told = attempt(tmp_path / layout)
    if loaded is None:
        return
    good = {row[1]: float(row[2]) for row in GOOD}
    for unit, score in zip(loaded["unit"], loaded["score"], strict=True):
        assert np.isnan(score) or good[unit] == score
    assert told or len(loaded) == len(GOOD) or kind == "row dropped"


@pytest.mark.parametrize("layout", ["comma.csv", "tab.txt", "markdown.md", "pasted.txt",
                                    "page.html", "tab-utf16.csv"])  # fmt: skip
def test_a_text_cut_anywhere_never_gives_another_number(tmp_path, layout):
    rows = [["1", "Sở Y tế", "97.23"], ["2", "Sở B", "90.891"]]
    LAYOUTS[layout](TITLES[:3], rows, tmp_path / layout)  # the score last: nothing guards its end
    data = (tmp_path / layout).read_bytes()
    good = {row[1]: float(row[2]) for row in rows}
    for end in range(len(data) // 2, len(data)):
        (tmp_path / layout).write_bytes(data[:end])
        loaded, told = attempt(tmp_path / layout)
        if loaded is not None and not told:
            assert all(good[u] == s for u, s in zip(loaded["unit"], loaded["score"], strict=True))
