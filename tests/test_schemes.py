import dataclasses

import pytest

from cchc_analysis import GradeScheme, load_scheme
from cchc_analysis.scoring.schemes import spelled

KNOWN = {
    "thi-xa-2020": (90, 80, 65, 50, 0),
    "da-nang-2011": (90, 80, 70, 60, 0),
    "par-index": (90, 80, 70),
    "nam-dinh-2020-so": (90, 80),
    "nam-dinh-2020-huyen": (80, 70),
    "tttt-2024": (90, 80, 65, 50, 0),
}


@pytest.mark.parametrize(("name", "bounds"), KNOWN.items())
def test_known_schemes_have_the_printed_bounds(name, bounds):
    scheme = load_scheme(name)
    assert scheme.bounds == bounds
    assert scheme.name == name
    assert scheme.source


def test_only_the_town_scheme_is_assumed_and_says_so():
    assert [name for name in KNOWN if load_scheme(name).assumed] == ["thi-xa-2020"]
    assert str(load_scheme("thi-xa-2020")).endswith("(giả định)")
    assert "giả định" in load_scheme("thi-xa-2020").source
    assert "90/80/65/50" in load_scheme("tttt-2024").source


def test_a_scheme_is_frozen_and_equal_by_value():
    scheme = GradeScheme(["Đạt", "Không đạt"], [50, 0], name="x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        scheme.bounds = (60, 0)
    assert scheme == GradeScheme(("Đạt", "Không đạt"), (50.0, 0.0), name="x")
    assert load_scheme(scheme) is scheme
    assert hash(scheme)


@pytest.mark.parametrize(
    ("grades", "bounds", "sentence"),
    [
        (["A", "B"], [90], "2 tên loại và 1 ngưỡng"),
        ([], [], "0 tên loại"),
        (["A", "B"], [80, 80], "giảm dần"),
        (["A", "B"], [80, 90], "giảm dần"),
        (["A"], [101], "0 đến 100"),
        (["A"], [-1], "0 đến 100"),
        (["A"], [float("nan")], "0 đến 100"),
        (["A", "a"], [90, 80], "bị lặp"),
        ([" "], [90], "trống"),
        (["Chưa chấm"], [90], "có nghĩa khác"),
    ],
)
def test_what_is_no_scheme_is_refused(grades, bounds, sentence):
    with pytest.raises(ValueError, match=sentence):
        GradeScheme(grades, bounds)


def test_a_string_is_no_list_of_grades():
    with pytest.raises(TypeError, match="danh sách"):
        GradeScheme("AB", [90, 80])


def test_an_unknown_scheme_names_the_known_ones_and_the_closest():
    with pytest.raises(
        ValueError, match="có phải 'da-nang-2011'.*một trong: thi-xa-2020, da-nang-2011, par-index"
    ):
        load_scheme("da-nang")
    with pytest.raises(TypeError, match="GradeScheme"):
        load_scheme(90)


def test_bounds_in_words():
    scheme = GradeScheme(["A", "B", "C"], [89.5, 70, 0])
    assert str(scheme) == "A từ 89,5%, B từ 70%, C dưới 70%"
    assert GradeScheme(["A"], [0]).bounds_in_words() == ["từ 0%"]


def test_spelling_of_a_published_grade():
    assert spelled("XUẤT  SẮC") == "Xuất sắc"
    assert spelled("Hoàn thành tốt") == "Hoàn thành tốt"
