import re
from fractions import Fraction

import pandas as pd
import pytest
from conftest import DATA, loaded, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import GradeScheme, describe_ranking, grade_units, rank_units
from cchc_analysis.scoring.printing import format_number, format_percent
from cchc_analysis.text import MOST_TOLD

ASSUMED = (
    "Ngưỡng xếp loại giả định: Xuất sắc từ 90%, Tốt từ 80%, Khá từ 65%, Trung bình từ 50%, Yếu "
    "dưới 50%."
)
TWO = GradeScheme(["Đạt", "Không đạt"], [50, 0], source="Quyết định 1")
BOUNDS = "Ngưỡng xếp loại: Đạt từ 50%, Không đạt dưới 50%."


def test_the_town_of_2020_word_by_word(town):
    expected = (
        "Có 18 đơn vị được chấm điểm và xếp hạng (thang điểm 100 – giả định). Trong 18 đơn vị được "
        "chấm, có 3 đơn vị xếp loại Xuất sắc (16,67%), 6 đơn vị xếp loại Tốt (33,33%) và 9 đơn vị "
        "xếp loại Khá (50,00%); không có đơn vị xếp loại Trung bình hoặc Yếu. "
        f"{ASSUMED} Hạng nhất là Văn phòng HĐND&UBND (97,23 điểm), hạng nhì là Phòng Kinh tế "
        "(91,48 điểm), hạng ba là Phòng Nội vụ (90,89 điểm); xếp cuối (hạng 18) là Phòng Y tế "
        "(67,52 điểm). Điểm trung bình của 18 đơn vị được chấm là 80,06 điểm; 9/18 đơn vị (50,00%) "
        "đạt trên mức trung bình; đơn vị cao nhất hơn đơn vị thấp nhất 29,71 điểm."
    )
    assert describe_ranking(town) == expected
    columns = ["unit", "score", "max_score", "max_assumed"]
    scores = town[columns].sample(frac=1, random_state=1)
    assert describe_ranking(scores) == expected


def test_regions_of_two_years_begin_with_the_year():
    regions = loaded(DATA / "par-index-regions.csv")
    first, second = describe_ranking(regions, scheme="par-index").split("\n")
    assert first.startswith("Năm 2023: có 6 đơn vị được chấm điểm")
    assert second.startswith("Năm 2022: có 4 đơn vị được chấm điểm")
    assert "Cả 6 đơn vị được chấm đều xếp loại Nhóm B (100,00%)" in first
    assert "không có đơn vị xếp loại Nhóm A hoặc Nhóm C" in first
    assert "giả định:" not in first
    assert (
        "; đồng hạng cuối (hạng 5) là Đồng bằng sông Cửu Long (85,42 điểm) và Tây Nguyên (85,42 "
        "điểm)." in first
    )


def test_regions_against_the_year_before():
    regions = loaded(DATA / "par-index-regions.csv")
    young, old = (regions[regions["year"] == year] for year in (2023, 2022))
    words = describe_ranking(young, before=old, scheme="par-index")
    assert words.endswith(
        "So với năm 2022, trong 4 đơn vị có điểm ở cả hai năm, có 4 đơn vị tăng điểm, không có đơn"
        " vị giảm điểm hoặc giữ nguyên điểm; tăng điểm nhiều nhất là Đông Nam Bộ (tăng 3,05 "
        "điểm). Về thứ hạng giữa 4 đơn vị có hạng ở cả hai năm, có 1 đơn vị tăng hạng, 1 đơn vị "
        "giảm hạng và 2 đơn vị giữ nguyên hạng; tăng hạng nhiều nhất là Đông Nam Bộ (tăng 1 "
        "bậc); giảm hạng nhiều nhất là Trung du miền núi phía Bắc (giảm 1 bậc). Tăng điểm nhưng"
        " giảm hạng: Trung du miền núi phía Bắc (+2,72 điểm, từ hạng 2 xuống hạng 3 trong 4 đơn "
        "vị). Không đơn vị nào có điểm ở cả hai năm đổi loại. Số đơn vị được chấm theo loại: Nhóm "
        "B 6/6 (năm 2022: 4/4). Ở 4 đơn vị này, điểm trung bình tăng từ 85,15 điểm lên 87,67 điểm;"
        " khoảng cách giữa đơn vị cao nhất và đơn vị thấp nhất thu hẹp từ 2,37 điểm xuống 1,51 "
        "điểm. Có 2 đơn vị không có trong bảng năm 2022: Đồng bằng sông Cửu Long; Tây Nguyên."
    )


def test_the_chosen_unit_by_hand(town):
    words = describe_ranking(town, unit="phòng y tế")
    # 1441,10 / 18 = 80,06; 97,23 - 67,52 = 29,71; 80 - 67,52 = 12,48
    assert words.endswith(
        " Phòng Y tế đạt 67,52 điểm, xếp hạng 18 trong 18 đơn vị được chấm, xếp loại Khá; thấp hơn "
        "điểm trung bình 12,54 điểm, thấp hơn đơn vị cao nhất 29,71 điểm; còn thiếu 12,48 điểm để "
        "đạt loại Tốt."
    )
    best = describe_ranking(town, unit="Văn phòng HĐND&UBND")
    assert best.endswith("xếp loại Xuất sắc; cao hơn điểm trung bình 17,17 điểm.")
    with pytest.raises(ValueError, match="Không có đơn vị 'Phòng Z'"):
        describe_ranking(town, unit="Phòng Z")


@pytest.mark.parametrize(
    ("scores", "maxima", "words"),
    [
        ([8, 8, 2], 10, "a đạt 80,00%, tức 8,00 điểm, đồng hạng 1 trong 3 đơn vị được chấm (cùng "
         "với b), xếp loại Đạt; cao hơn tỷ lệ điểm trung bình 20,00 điểm phần trăm."),
        ([40, 50, 30], 100, "a đạt 40,00 điểm, xếp hạng 2 trong 3 đơn vị được chấm, xếp loại Không "
         "đạt; bằng điểm trung bình, thấp hơn đơn vị cao nhất 10,00 điểm; còn thiếu 10,00 điểm để "
         "đạt loại Đạt."),
        ([7, 9], [20, 10], "a đạt 35,00%, tức 7,00 điểm, xếp hạng 2 trong 2 đơn vị được chấm, xếp "
         "loại Không đạt; thấp hơn tỷ lệ điểm trung bình 27,50 điểm phần trăm, thấp hơn đơn vị cao "
         "nhất 55,00 điểm phần trăm; còn thiếu 15,00 điểm phần trăm (3,00 điểm) để đạt loại Đạt."),
        ([7], 10, "a đạt 70,00%, tức 7,00 điểm, xếp loại Đạt."),
        ([None, 7], 10, "a chưa được chấm điểm nên chưa có xếp hạng và xếp loại."),
    ],
)  # fmt: skip
def test_a_chosen_unit_that_ties_lacks_or_was_not_scored(scores, maxima, words):
    assert describe_ranking(table(scores, maxima), scheme=TWO, unit="a").endswith(f" {words}")


def test_a_year_that_got_worse_and_units_that_came_and_went():
    old = table([90, 80, 70, 60]).assign(unit=["a", "b", "c", "gone"])
    young = table([70, 75, 70, None, 65]).assign(unit=["a", "b", "c", "d", "new"])
    words = describe_ranking(young, before=old, scheme=TWO)
    assert (
        "So với kỳ trước, trong 3 đơn vị có điểm ở cả hai kỳ, có 2 đơn vị giảm điểm và 1 đơn vị "
        "giữ nguyên điểm, không có đơn vị tăng điểm; giảm điểm nhiều nhất là a (giảm 20,00 điểm)."
        in words
    )
    # of a, b and c alone: 90 + 80 + 70 = 240 of 3, then 70 + 75 + 70 = 215 of 3
    assert (
        "Ở 3 đơn vị này, điểm trung bình giảm từ 80,00 điểm xuống 71,67 điểm; khoảng cách giữa đơn "
        "vị cao nhất và đơn vị thấp nhất thu hẹp từ 20,00 điểm xuống 5,00 điểm." in words
    )
    assert "Có 2 đơn vị không có trong bảng kỳ trước: new; d." in words
    assert words.endswith("Có 1 đơn vị không có trong bảng kỳ này: gone.")


def test_the_same_year_twice_is_unchanged(town):
    words = describe_ranking(town, before=town)
    assert "có 18 đơn vị giữ nguyên điểm, không có đơn vị tăng điểm hoặc giảm điểm." in words
    assert "có 18 đơn vị giữ nguyên hạng, không có đơn vị tăng hạng hoặc giảm hạng." in words
    assert "Ở 18 đơn vị này, điểm trung bình không đổi (80,06 điểm);" in words
    assert words.endswith("đơn vị thấp nhất không đổi (29,71 điểm).")


def test_a_change_below_what_is_printed_is_not_called_none():
    old, young = table([1, 2, 3.0], [3.0, 4, 7]), table([1, 2, 3.0001], [3.0, 4, 7])
    words = describe_ranking(young, before=old, scheme=TWO)
    assert "trung bình hầu như không đổi (42,06%);" in words


def test_disjoint_tables_have_nothing_to_compare():
    words = describe_ranking(table([9, 8]), before=table([9, 8]).assign(unit=["x", "y"]))
    assert "So với kỳ trước, không có đơn vị nào có điểm ở cả hai kỳ." in words
    assert "Có 2 đơn vị không có trong bảng kỳ này: x; y." in words


def test_another_maximum_the_year_before_compares_in_percent():
    words = describe_ranking(table([45, 40], 50), before=table([80, 80], 100), scheme=TWO)
    assert "Hạng nhất là a (90,00%, tức 45,00 điểm)" in words
    assert "tăng tỷ lệ điểm nhiều nhất là a (tăng 10,00 điểm phần trăm)" in words
    assert "tỷ lệ điểm trung bình tăng từ 80,00% lên 85,00%;" in words


def test_one_unit():
    assert describe_ranking(table([9], 10), scheme=TWO) == (
        "Có 1 đơn vị được chấm điểm và xếp hạng (thang điểm 10). Đơn vị được chấm xếp loại Đạt; "
        f"không có đơn vị xếp loại Không đạt. {BOUNDS} Đơn vị được chấm là a (90,00%, tức 9,00 "
        "điểm)."
    )


def test_two_units():
    assert describe_ranking(table([9, 2], 10), scheme=TWO) == (
        "Có 2 đơn vị được chấm điểm và xếp hạng (thang điểm 10). Trong 2 đơn vị được chấm, có 1 "
        f"đơn vị xếp loại Đạt (50,00%) và 1 đơn vị xếp loại Không đạt (50,00%). {BOUNDS} Hạng nhất "
        "là a (90,00%, tức 9,00 điểm); xếp cuối (hạng 2) là b (20,00%, tức 2,00 điểm). Tỷ lệ điểm "
        "trung bình của 2 đơn vị được chấm là 55,00%; 1/2 đơn vị (50,00%) đạt trên mức trung bình; "
        "đơn vị cao nhất hơn đơn vị thấp nhất 70,00 điểm phần trăm."
    )


def test_all_tied():
    words = describe_ranking(table([9, 9, 9], 10), scheme=TWO)
    assert "Cả 3 đơn vị được chấm đều xếp loại Đạt (100,00%)" in words
    assert words.endswith("Cả 3 đơn vị được chấm đồng hạng nhất, cùng đạt 90,00%, tức 9,00 điểm.")
    assert "trên mức trung bình" not in words


def test_none_scored():
    assert describe_ranking(table([None, None])) == (
        "Có 2 đơn vị nhưng chưa đơn vị nào được chấm điểm (a; b), nên chưa có xếp hạng và xếp loại."
    )
    assert describe_ranking(table([])) == "Bảng không có đơn vị nào."


def test_ties_among_the_first_and_unscored_units_are_named():
    words = describe_ranking(table([9, 8, 8, None, 4], 10), scheme=TWO)
    assert words.startswith(
        "Có 5 đơn vị, trong đó 4 đơn vị được chấm điểm và xếp hạng (thang điểm 10); 1 đơn vị chưa "
        "chấm: d. Trong 4 đơn vị được chấm, có 3 đơn vị xếp loại Đạt (75,00%)"
    )
    assert (
        "Hạng nhất là a (90,00%, tức 9,00 điểm), đồng hạng nhì là b (80,00%, tức 8,00 điểm) và c "
        "(80,00%, tức 8,00 điểm); " in words
    )


def test_a_long_tie_is_counted():
    words = describe_ranking(rank_units(table([9] * 12 + [8], 10)), scheme=TWO)
    assert "Đồng hạng nhất là 12 đơn vị (90,00%); xếp cuối (hạng 13) là m (80,00%, tức" in words


def test_units_below_the_last_bound_have_no_grade():
    words = describe_ranking(table([95, 60]), scheme="par-index")
    assert "1 đơn vị xếp loại Nhóm A (50,00%) và 1 đơn vị không xếp loại (50,00%)" in words


def test_different_maxima_are_told_in_percent():
    words = describe_ranking(table([63, 42], [70.0, 84.0]), scheme=TWO)
    assert "(thang điểm riêng của từng đơn vị)" in words
    assert (
        "Hạng nhất là a (90,00%, tức 63,00 điểm); xếp cuối (hạng 2) là b (50,00%, tức 42,00 điểm)."
        in words
    )
    assert "Tỷ lệ điểm trung bình của 2 đơn vị được chấm là 70,00%" in words
    assert words.endswith("đơn vị cao nhất hơn đơn vị thấp nhất 40,00 điểm phần trăm.")


def test_blocks_are_parted_and_each_compares_within_itself():
    both = table([9, 8, 30], [10.0, 10.0, 40.0], block=["Khối sở", "Khối sở", "Khối huyện"])
    first, second = describe_ranking(both, scheme=TWO).split("\n")
    assert first.startswith("Khối sở: có 2 đơn vị được chấm điểm và xếp hạng (thang điểm 10).")
    assert second.startswith("Khối huyện: có 1 đơn vị")
    assert "c (75,00%, tức 30,00 điểm)" in second
    old = both.assign(score=[8.0, 8, 35], block=["KHỐI SỞ", "KHỐI SỞ", "Khối huyện"])
    first, second = describe_ranking(both, before=old, scheme=TWO).split("\n")
    assert "tăng tỷ lệ điểm nhiều nhất là a (tăng 10,00 điểm phần trăm)" in first
    assert "chỉ c có điểm ở cả hai kỳ: tỷ lệ điểm giảm 12,50 điểm phần trăm." in second
    assert "đơn vị này" not in second, "one unit has no mean"


def test_one_block_may_be_called_otherwise_the_year_before():
    old = table([8, 8], block="Sở", year=2020)
    words = describe_ranking(table([9, 8], block="Khối sở", year=2021), before=old, scheme=TWO)
    assert words.startswith("Khối sở, năm 2021: có 2 đơn vị")
    assert "So với năm 2020, trong 2 đơn vị" in words
    assert "trung bình tăng từ 8,00 điểm lên 8,50 điểm" in words


def test_names_are_one_line():
    words = describe_ranking(table([9], 10).assign(unit="Phòng\nY <b> $x$, 1"), scheme=TWO)
    assert "\n" not in words
    assert "Phòng Y <b> $x$, 1 (90,00%, tức 9,00 điểm)" in words


def test_a_table_that_does_not_fit_is_refused(town):
    with pytest.raises(ValueError, match="có xếp loại"):
        describe_ranking(town, scheme="da-nang-2011")
    with pytest.raises(ValueError, match="'score'"):
        describe_ranking(town.drop(columns="score"))


def test_the_input_is_never_changed(town):
    before = town.copy(deep=True)
    describe_ranking(town, before=town)
    pd.testing.assert_frame_equal(town, before)
    assert town.attrs == before.attrs


@given(st.lists(st.none() | st.integers(0, 10000), min_size=1, max_size=12))
def test_every_number_is_one_of_the_table(points):
    scores = table([None if p is None else p / 100 for p in points])
    words = describe_ranking(scores).replace(ASSUMED, "")
    numbers = re.findall(r"[0-9]+(?:[.,][0-9]+)*%?", words)
    known = [Fraction(p, 100) for p in points if p is not None]
    ranking = grade_units(rank_units(scores))
    # Counts: of units, of scored ones, of each grade, above the mean; the scale and the last rank.
    counts = {len(points), len(known), len(points) - len(known), 100}
    counts |= set(ranking["grade"].value_counts()) | {len(points) - MOST_TOLD}
    texts = {format_number(float(value), 2) for value in known}
    if known:
        mean = sum(known) / len(known)
        above = sum(value > mean for value in known)
        counts |= {above, int(ranking["rank"].max())}
        texts |= {format_number(float(mean), 2), format_number(float(max(known) - min(known)), 2)}
        shares = [*ranking["grade"].value_counts(), above]
        texts |= {format_percent(count * 100 / len(known)) for count in shares}
    assert set(numbers) <= texts | {str(count) for count in counts}
    assert str(len(known)) in numbers or not known


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_only_the_order_of_ties(points, random):
    scores = table([p / 10 for p in points])
    order = list(range(len(points)))
    random.shuffle(order)
    one, other = (describe_ranking(t, scheme=TWO) for t in (scores, scores.iloc[order]))
    assert sorted(re.findall(r"\w+", one)) == sorted(re.findall(r"\w+", other))


def test_no_unit_is_lost_whatever_a_block_is_called():
    old = table([79, 71, 60], block="Khối sở")
    words = describe_ranking(table([80, 70], block="Sở"), before=old, scheme=TWO)
    assert "Có 1 đơn vị không có trong bảng kỳ này: c." in words
    rescaled = table([63, 50, 60], 70, block="Khối sở")
    assert "tăng tỷ lệ điểm" in describe_ranking(
        table([80, 70], block="Sở"), before=rescaled, scheme=TWO
    )
    young = table([9, 8, 7], 10, block=["X", "X", "Y"])
    before = table([9, 8, 7], 10, block=["Z", "X", "Y"])
    words = describe_ranking(young, before=before, scheme=TWO)
    assert "Có 1 đơn vị không có ở khối này trong bảng kỳ trước: a." in words
    assert words.endswith("Khối chỉ có ở bảng kỳ trước: Z.")
    before = table([9, 8, 7], 10, block=["Z", "X", "X"])
    words = describe_ranking(young, before=before, scheme=TWO)
    assert "Bảng kỳ trước không có khối này." in words


@pytest.mark.parametrize("year", [2020, 2020.0, "2020"])
def test_a_year_has_no_decimals(year):
    words = describe_ranking(table([9], year=year), before=table([8], year=2019.0))
    assert words.startswith("Năm 2020: ")
    assert "2020.0" not in words
    assert "2019.0" not in words


def test_a_year_is_compared_with_an_earlier_one_only():
    with pytest.raises(ValueError, match="là năm 2021, không trước năm 2020"):
        describe_ranking(table([9], year=2020), before=table([9], year=2021))


def test_a_maximum_is_told_to_have_changed_where_it_did():
    before = table([60, 60, 50], [70, 100, 100])
    assert "Điểm tối đa" not in describe_ranking(before, before=before.iloc[1:], scheme=TWO)
    told = describe_ranking(table([60, 60, 50], [100, 100, 70]), before=before, scheme=TWO)
    assert " Điểm tối đa của 2 đơn vị đã thay đổi nên chỉ so sánh tỷ lệ điểm." in told


def test_a_unit_that_was_deliberately_not_ranked_is_not_placed():
    made = table([95, 93, 90, 80]).assign(unit=["A", "Thanh tra", "B", "C"])
    made["published_rank"] = pd.array([1, None, 2, 3], dtype="Int64")
    text = describe_ranking(made, unit="Thanh tra")
    assert "hạng nhì là B (90,00 điểm); xếp cuối (hạng 3) là C" in text
    assert "Bảng công bố không xếp hạng 1 đơn vị: Thanh tra." in text
    assert "Thanh tra đạt 93,00 điểm, không được xếp hạng trong bảng công bố, xếp loại" in text
    assert "B đạt 90,00 điểm, xếp hạng 2 trong 3 đơn vị được xếp hạng" in describe_ranking(
        made, unit="B"
    )
    # Where the published ranks agree among all, the unit has the rank that was forgotten.
    made["published_rank"] = pd.array([1, None, 3, 4], dtype="Int64")
    assert "Thanh tra đạt 93,00 điểm, xếp hạng 2 trong 4" in describe_ranking(
        made, unit="Thanh tra"
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([90.0, None], "chỉ a có điểm ở cả hai kỳ: điểm tăng 1,00 điểm."),
        ([88.5, 80.0], "chỉ a có điểm ở cả hai kỳ: điểm giảm 0,50 điểm."),
        ([89.0], "chỉ a có điểm ở cả hai kỳ: điểm không đổi."),
    ],
)
def test_one_common_unit_has_no_most_and_no_place_among_others(after, said):
    told = describe_ranking(table(after), before=table([89.0]))
    assert said in told
    assert "nhiều nhất" not in told
    assert "thứ hạng giữa" not in told


def test_a_block_that_nobody_scored_has_no_list_of_grades():
    scores = table([90.0, 80.0, None, None], block=list("xxyy"))
    told = describe_ranking(scores, before=scores).split("\n")
    assert "theo loại: Xuất sắc 1/2" in told[0]
    assert "theo loại" not in told[1]
