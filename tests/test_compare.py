from fractions import Fraction

import pandas as pd
import pytest
from conftest import DATA, ddci, loaded, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import compare_periods, describe_ranking, format_ranking, grade_units, rank_units

CHANGES = ["rank_change", "rank_change_own", "rank_change_others"]
PLACES = ["common_rank_before", "common_rank_after", *CHANGES]
SCORE = st.one_of(st.none(), st.integers(0, 12).map(lambda n: n / 4))
SIDE = st.dictionaries(st.sampled_from("abcdefg"), st.tuples(SCORE, st.sampled_from([3.0, 4.5])))


def named(**scores) -> pd.DataFrame:
    """Scores of units by name, out of 100."""
    points = pd.Series(list(scores.values()), dtype="float64")
    return pd.DataFrame({"unit": list(scores), "score": points, "max_score": 100.0})


def side(units) -> pd.DataFrame:
    names = pd.Series(list(units), dtype="str")
    scores, maxima = (pd.Series([u[at] for u in units.values()], dtype="float64") for at in (0, 1))
    return pd.DataFrame({"unit": names, "score": scores, "max_score": maxima})


def regions() -> tuple[pd.DataFrame, pd.DataFrame]:
    both = loaded(DATA / "par-index-regions.csv")
    return both[both["year"] == 2022], both[both["year"] == 2023]


def refused(before, after, **options) -> str:
    with pytest.raises(ValueError) as caught:
        compare_periods(before, after, **options)
    return str(caught.value)


def test_the_regions_by_hand():
    # 2022: 86,62  85  84,74  84,25; 2023: 88,33  87,79  87,72  86,82, and two new at 85,42.
    change = compare_periods(*regions()).set_index("unit")
    assert change["status"].tolist() == ["stayed"] * 4 + ["new"] * 2
    assert change["score_change"].tolist()[:4] == [1.71, 3.05, 2.72, 2.57]
    assert change["rank_after"].tolist() == [1, 2, 3, 4, 5, 5]
    assert change["common_units"].eq(4).all()
    # Among the four, 87,79 would have been first in 2022 (3 → 1); 84,74 would be fourth in 2023
    # (4 → 2).
    assert change.loc["Đông Nam Bộ", PLACES].tolist() == [3, 2, 1, 2.0, -1.0]
    # 87,72 would have been first in 2022 (2 → 1); 85 would be fourth in 2023 (4 → 3).
    assert change.loc["Trung du miền núi phía Bắc", PLACES].tolist() == [2, 3, -1, 1.0, -2.0]
    assert change.loc["Đồng bằng sông Hồng", CHANGES].tolist() == [0, 1.5, -1.5]
    assert change.loc["Tây Nguyên", CHANGES].isna().all()
    assert change["grade_before"].isna().sum() == 2
    assert change.attrs == {
        "kind": "change",
        "scale": "Thang điểm 100 – giả định",
        "note": "Năm 2023 so với năm 2022. So sánh được 4 đơn vị có điểm ở cả hai bảng: 1 tăng "
        "hạng, 1 giảm hạng, 2 giữ nguyên hạng. Ngoài ra 2 đơn vị chỉ có ở kỳ này. "
        "Tăng điểm nhưng giảm hạng: Trung du miền núi phía Bắc (+2,72 điểm, từ hạng 2 xuống "
        "hạng 3 trong 4 đơn vị). Chỉ có ở bảng sau: Đồng bằng sông Cửu Long; Tây Nguyên.",
        "years": (2022, 2023),
    }


def test_the_columns_and_their_types():
    change = compare_periods(named(a=9, b=8), named(a=9, c=8))
    assert change.columns.tolist() == [
        "unit", "status", "score_before", "score_after", "score_change", "percent_before",
        "percent_after", "rank_before", "rank_after", "ranked_before", "ranked_after",
        "common_rank_before", "common_rank_after", "common_units", "rank_change", "rank_change_own",
        "rank_change_others", "grade_before", "grade_after",
    ]  # fmt: skip
    assert [str(change[c].dtype) for c in PLACES] == ["Int64"] * 3 + ["float64"] * 2
    assert change["grade_before"].cat.ordered
    assert change["unit"].tolist() == ["a", "c", "b"]
    assert change["status"].tolist() == ["stayed", "new", "gone"]


def test_places_change_among_the_units_of_both_lists_only():
    # D is last twice: that its list is shorter moves it nowhere.
    before, after = named(A=80, B=70, D=60), named(C=78, D=66)
    change = compare_periods(before, after).set_index("unit").loc["D"]
    assert change[["rank_before", "ranked_before", "rank_after", "ranked_after"]].tolist() == [
        3, 3, 2, 2,
    ]  # fmt: skip
    assert change[["common_units", *PLACES]].tolist() == [1, 1, 1, 0, 0, 0]
    for words in (
        compare_periods(before, after).attrs["note"], describe_ranking(after, before=before),
    ):  # fmt: skip
        assert (
            "ỉ 1 đơn vị được xếp hạng ở cả hai kỳ, chưa đến một nửa của 3 đơn vị kỳ trước" in words
        )
        assert "tăng hạng" not in words
        assert "tăng điểm" not in words


def test_of_half_of_both_lists_rises_and_falls_are_told_with_their_number():
    before, after = named(A=80, B=70, D=60, E=50), named(D=78, E=79)
    words = describe_ranking(after, before=before)
    assert "giữa 2 đơn vị có hạng ở cả hai kỳ, có 1 đơn vị tăng hạng và 1 đơn vị giảm" in words
    change = compare_periods(before, after)
    assert change["rank_change"].tolist() == [1, -1, pd.NA, pd.NA]
    assert format_ranking(change)["Hạng kỳ trước"].tolist() == ["4/4", "3/4", "1/4", "2/4"]
    note = compare_periods(before, after[:1]).attrs["note"]
    assert "Chỉ 1 đơn vị được xếp hạng ở cả hai kỳ, chưa đến một nửa của 4 đơn vị kỳ trước" in note


def test_too_few_in_one_block_are_told_of_that_block():
    before = named(A=80, B=70, D=60, X=90, Y=80).assign(block=[*"xxx", *"yy"])
    after = named(C=78, D=66, X=80, Y=90).assign(block=[*"xx", *"yy"])
    note = compare_periods(before, after).attrs["note"]
    assert "x: chỉ 1 đơn vị được xếp hạng ở cả hai kỳ" in note
    assert "3 đơn vị có điểm ở cả hai bảng: 1 tăng hạng, 1 giảm hạng." in note


def test_why_a_place_changed_by_hand():
    change = compare_periods(named(a=9, b=8, c=7), named(a=7.5, b=8, c=8.5)).set_index("unit")
    # a: 7,5 among the old 8 and 7 is second (-1); 9 among the new 8 and 8,5 is first (-2).
    assert change.loc["a", CHANGES].tolist() == [-2, -1.5, -0.5]
    assert change.loc["b", CHANGES].tolist() == [0, 0, 0]
    assert change.loc["c", CHANGES].tolist() == [2, 1.5, 0.5]


def test_a_difference_of_points_is_that_of_the_printed_numbers():
    change = compare_periods(named(a=86.62, b=0.3), named(a=88.33, b=0.1 + 0.2))
    assert change["score_change"].tolist() == [1.71, 0]
    assert 88.33 - 86.62 != 1.71, "floats would have made this test pass by themselves"


def test_points_lost_and_places_gained_are_named():
    note = compare_periods(named(a=90, b=80), named(a=70, b=79.5)).attrs["note"]
    assert "Giảm điểm nhưng tăng hạng: b (-0,50 điểm, từ hạng 2 lên hạng 1 trong 2 đơn vị)." in note
    assert "Tăng điểm nhưng" not in note


def test_of_another_maximum_only_shares_are_compared():
    change = compare_periods(table([63, 60], max_score=70), table([75.6, 42], max_score=[84, 70]))
    assert change["score_change"].isna().tolist() == [True, False]
    assert change["percent_before"].tolist()[0] == change["percent_after"].tolist()[0] == 90
    assert change["rank_change"].tolist() == [0, 0]
    assert change["rank_change_own"].tolist() == [0, 0]
    assert (
        "Điểm tối đa của 1 đơn vị đã thay đổi nên chỉ so sánh tỷ lệ điểm." in change.attrs["note"]
    )
    all_of_them = compare_periods(table([63, 60], max_score=70), table([75.6, 42], max_score=84))
    assert all_of_them.attrs["note"].endswith("chỉ so sánh tỷ lệ điểm.")


def test_a_missing_score_keeps_the_unit_and_is_counted():
    change = compare_periods(named(a=9, b=None, c=7), named(a=None, b=5, c=8, d=None))
    assert change.set_index("unit")["status"].to_dict() == {
        "c": "stayed", "b": "no score", "a": "no score", "d": "new",
    }  # fmt: skip
    assert change["rank_change"].tolist() == [0, pd.NA, pd.NA, pd.NA]
    assert (
        "So sánh được 1 đơn vị có điểm ở cả hai bảng: 1 giữ nguyên hạng. Ngoài ra 1 đơn vị chỉ có "
        "ở kỳ này, 2 đơn vị thiếu điểm." in change.attrs["note"]
    )


def test_ties_share_a_place_in_both():
    change = compare_periods(named(a=9, b=9, c=8), named(a=8, b=8, c=8)).set_index("unit")
    assert change["rank_change"].to_dict() == {"a": 0, "b": 0, "c": 2}
    # c did not move: its two places are due to the others.
    assert change.loc["c", CHANGES].tolist() == [2, 0, 2]


def test_one_unit_no_unit_and_nothing_in_common():
    one = compare_periods(named(a=9), named(a=8))
    assert one[CHANGES].values.tolist() == [[0, 0, 0]]
    none = named(a=9).iloc[:0]
    assert compare_periods(none, named(a=9))["status"].tolist() == ["new"]
    assert compare_periods(named(a=9), none)["status"].tolist() == ["gone"]
    assert compare_periods(none, none).empty
    apart = compare_periods(named(a=9, b=8), named(c=9))
    assert apart["status"].tolist() == ["new", "gone", "gone"]
    assert apart["rank_change"].isna().all()
    assert "So sánh được 0 đơn vị" in apart.attrs["note"]
    assert compare_periods(named(a=None), named(a=None))["status"].tolist() == ["no score"]


def test_units_compare_within_their_block():
    before = table([9, 8, 7, 6], block=["x", "x", "y", "y"])
    after = table([8, 9, 5, 6], block=["X", "X", "y", "y"]).assign(unit=list("abcd"))
    change = compare_periods(before, after)
    assert change.columns[0] == "block"
    assert change["block"].tolist() == ["X", "X", "y", "y"]
    assert change[CHANGES[0]].tolist() == [1, -1, 1, -1]
    assert change["rank_change_own"].tolist() == [0.5, -0.5, 0, -1]


def test_one_name_in_two_blocks_is_two_units_and_a_move_is_said():
    before = pd.DataFrame({"unit": ["Thanh tra"] * 2, "score": [9, 8], "block": ["sở", "huyện"]})
    after = before.iloc[:1].assign(block="xã")
    change = compare_periods(before.assign(max_score=10), after.assign(max_score=10))
    assert change["status"].tolist() == ["new", "gone", "gone"]
    assert change["block"].tolist() == ["xã", "sở", "huyện"]
    assert (
        "Chỉ có ở bảng trước: Thanh tra – sở; Thanh tra – huyện. Chỉ có ở bảng sau: Thanh tra – xã."
    ) in change.attrs["note"]


def test_blocks_of_one_table_only_are_refused_and_a_single_one_is_not():
    several = table([9, 8], block=["x", "y"])
    assert "bảng sau có nhiều khối còn bảng trước" in refused(table([9, 8]), several)
    assert "bảng trước có nhiều khối còn" in refused(several, table([9]))
    change = compare_periods(table([9]), table([8], block="x"))
    assert change["status"].tolist() == ["stayed"]
    assert "block" not in change
    assert compare_periods(table([9], block="z"), table([8], block="x"))["block"].tolist() == ["x"]
    spelled = table([9, 8, 7], block=["Hòa", "Hoà", "y"])
    assert "một khối có nhiều cách viết (Hòa; Hoà; y)" in refused(spelled, several)


def test_one_table_of_several_years_compares_its_last_two():
    years = pd.concat([table([9, 8]).assign(year=year) for year in (2024, 2020, 2022)])
    years.loc[years["year"] == 2022, "score"] = [7.0, 8.0]
    change = compare_periods(years)
    assert change.attrs["years"] == (2022, 2024)
    before, after = (years[years["year"] == year] for year in (2022, 2024))
    pd.testing.assert_frame_equal(change, compare_periods(before, after))
    for one in (table([9, 8]), years[years["year"] == 2020], years[:0]):
        with pytest.raises(ValueError, match="cần ít nhất hai năm để so sánh; hãy đọc cả hai tệp"):
            compare_periods(one)


@pytest.mark.parametrize("year", [[2021, None], pd.array([pd.NA, 2021], dtype="Int64")])
def test_a_row_without_a_year_is_refused_and_a_column_without_any_is_none(year):
    some = table([9, 8], year=year)
    for tables in ((pd.concat([some, table([9, 8], year=2022)]),), (some, table([9, 8]))):
        with pytest.raises(ValueError, match=r"đơn vị '[ab]' không ghi năm; hãy điền cột Năm"):
            compare_periods(*tables)
    none = some.assign(year=year if isinstance(year, list) else year[:1].take([0, 0]))
    none["year"] = none["year"].mask(none["year"].notna())
    assert "years" not in compare_periods(none, table([9, 8], year=2022)).attrs
    text = pd.concat([table([9, 8], year="2021"), table([9, 8], year=2022)])
    with pytest.raises(ValueError, match="Năm '2021' của 'a' là chữ"):
        compare_periods(text)


@pytest.mark.parametrize(
    ("olds", "news"),
    [(("Khối sở (20 đơn vị)", "Khối huyện"), ("Khối sở (18 đơn vị)", "Khối huyện")),
     (("Các sở, ban, ngành", "Các huyện"), ("Khối sở, ban, ngành", "Khối huyện")),
     (("A", "B"), ("C", "D"))],
)  # fmt: skip
def test_a_block_of_another_name_with_most_of_its_units_is_the_same(olds, news):
    before = table([90, 89, 70, 60], block=[olds[0]] * 2 + [olds[1]] * 2, year=2023)
    after = table([88, 89, 70, 60], block=[news[0]] * 2 + [news[1]] * 2, year=2024)
    changes = compare_periods(before, after)
    assert changes["status"].eq("stayed").all()
    assert changes["rank_change"].tolist() == [1, -1, 0, 0]
    assert f"'{olds[0]}' của kỳ trước là '{news[0]}'" in changes.attrs["note"]
    words = describe_ranking(pd.concat([before, after], ignore_index=True)).splitlines()
    assert "So với năm 2023, trong 2 đơn vị" in words[2]
    few = after.assign(unit=["a", "y", "c", "d"])  # half is not most
    told = compare_periods(before, few).attrs["note"]
    assert f"'{olds[0]}' của kỳ trước" not in told


def test_blocks_may_be_numbers():
    before, after = (table(scores, block=[1, 2]) for scores in ([9, 8], [7, 8]))
    assert compare_periods(before, after)["common_units"].tolist() == [1, 1]


def test_several_years_are_refused():
    both = loaded(DATA / "par-index-regions.csv")
    told = refused(both, both)
    assert "bảng trước có 2 năm (2022, 2023)" in told
    assert told.endswith("hãy chọn một năm cho mỗi bảng.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("PHÒNG  NỘI VỤ", "Phòng Nội vụ"),
        ("Uỷ ban nhân dân xã Hoà Thuỷ", "Ủy ban nhân dân xã Hòa Thủy"),
        ("Văn phòng HĐND&UBND", "Văn phòng HĐND và UBND"),
    ],
)
def test_spellings_of_one_name_match_and_the_later_is_kept(old, new):
    change = compare_periods(named(**{old: 9}), named(**{new: 8}))
    assert change[["unit", "status"]].values.tolist() == [[new, "stayed"]]


def test_accents_are_never_ignored():
    assert len(compare_periods(named(**{"Xã Hòa": 9}), named(**{"Xã Hóa": 9}))) == 2


def test_what_does_not_match_is_listed_and_an_alias_settles_it():
    old, new = "Phòng VH&TT", "Phòng Văn hóa và Thông tin"
    before, after = named(**{old: 9, "Thanh tra": 8}), named(**{new: 8, "Thanh tra": 9})
    note = compare_periods(before, after).attrs["note"]
    assert f"Chỉ có ở bảng trước: {old} (gần nhất: {new}). Chỉ có ở bảng sau: {new}." in note
    assert note.endswith("Nếu hai tên là một đơn vị, hãy ghi cùng một tên trong cả hai bảng.")
    for aliases in ({old: new}, {new: old}, {old.upper(): f" {new}"}):
        change = compare_periods(before, after, aliases=aliases)
        assert change["unit"].tolist() == ["Thanh tra", new]
        assert change["status"].tolist() == ["stayed"] * 2
        assert "Chỉ có" not in change.attrs["note"]


def test_candidates_are_of_the_same_block():
    before = named(**{"Xã Tân An": 9, "Z": 8}).assign(block=["x", "y"])
    after = named(**{"Xã Tân Ân": 9, "Z": 8}).assign(block=["x", "y"])
    assert "Xã Tân An – x (gần nhất: Xã Tân Ân – x)" in compare_periods(before, after).attrs["note"]
    elsewhere = compare_periods(before, after.assign(block=["y", "y"]))
    assert (
        "Chỉ có ở bảng trước: Xã Tân An – x. Chỉ có ở bảng sau: Xã Tân Ân – y."
        in elsewhere.attrs["note"]
    )


def test_an_alias_that_settles_nothing_is_refused():
    before, after = named(**{"Phòng A": 9, "Phòng B": 8, "C": 1}), named(**{"Phòng Á": 9, "C": 1})
    for one, other in (("Phòng AA", "Phòng Á"), ("Phòng A", "Phòng B"), ("Phòng A", "C")):
        told = refused(before, after, aliases={one: other})
        assert f"'{one}' và '{other}' phải là một đơn vị chỉ có ở bảng trước" in told
    assert "Trong bảng trước, 'Phòng A' và 'Phòng B' là một tên" in refused(
        before, after, aliases={"Phòng A": "Phòng Á", "Phòng B": "Phòng Á"}
    )


@pytest.mark.parametrize("aliases", ["Phòng A", ["Phòng A"], {"Phòng A": None}])
def test_aliases_that_are_no_pairs_of_names_are_refused(aliases):
    assert "aliases=" in refused(named(a=9), named(a=8), aliases=aliases)


@pytest.mark.parametrize("year", [2019, 2020])
def test_a_table_that_is_not_the_earlier_one_is_refused(year):
    told = refused(named(a=9).assign(year=2020), named(a=8).assign(year=year))
    assert f"Bảng kỳ trước là năm 2020, không trước năm {year}" in told
    assert len(compare_periods(named(a=9).assign(year=2020), named(a=8))) == 1


def test_two_units_of_one_key_are_refused():
    twice = named(**{"Xã Hòa": 9, "Xã Hoà": 8})
    assert "Trong bảng sau, 'Xã Hòa' và 'Xã Hoà' là một tên" in refused(named(a=1), twice)


def test_ranks_of_a_part_and_grades_of_another_scheme_are_refused():
    whole = rank_units(named(a=9, b=8, c=7))
    assert "'b' có hạng 2 trong bảng nhưng có hạng 1" in refused(whole[1:], whole)
    graded = grade_units(whole, scheme="tttt-2024")
    assert "thang 'thi-xa-2020'" in refused(graded, graded)
    change = compare_periods(graded, graded, scheme="tttt-2024")
    assert change["grade_after"].tolist() == ["E"] * 3


def test_a_long_list_is_cut_and_counted():
    many = named(**{f"Xã số {at:03}": at for at in range(60)})
    note = compare_periods(many, named(**{"Huyện": 1})).attrs["note"]
    assert "; và 50 đơn vị khác" in note
    assert len(note) < 1500


def test_the_printed_table():
    printed = format_ranking(
        compare_periods(
            named(a=91.48, b=95, c=1), named(a=97.23, b=None, d=96.5), scheme="par-index"
        )
    )
    assert printed.columns.tolist() == [
        "Đơn vị", "Tình trạng", "Điểm kỳ trước", "Điểm kỳ này", "Tăng, giảm điểm",
        "Tỷ lệ điểm kỳ trước (%)", "Tỷ lệ điểm kỳ này (%)", "Hạng kỳ trước", "Hạng kỳ này",
        "Hạng kỳ trước giữa các đơn vị chung",
        "Hạng kỳ này giữa các đơn vị chung", "Tăng, giảm hạng giữa các đơn vị chung",
        "Do điểm của đơn vị", "Do các đơn vị khác", "Xếp loại kỳ trước", "Xếp loại kỳ này",
    ]  # fmt: skip
    assert printed.iloc[:, :5].values.tolist() == [
        ["a", "so sánh được", "91,48", "97,23", "+5,75"],
        ["d", "chỉ có ở kỳ này", "–", "96,50", "–"],
        ["b", "thiếu điểm", "95,00", "–", "–"],
        ["c", "chỉ có ở kỳ trước", "1,00", "–", "–"],
    ]
    assert printed.iloc[0, 7:].tolist() == [
        "2/3", "1/2", "1/1", "1/1", "0", "0", "0", "Nhóm A", "Nhóm A",
    ]  # fmt: skip
    assert printed.iloc[3, 7:].tolist() == ["3/3", *"––––––", "Không xếp loại", "–"]
    falling = format_ranking(compare_periods(named(a=9, b=8), named(a=7, b=8)))
    assert falling["Tăng, giảm hạng giữa các đơn vị chung"].tolist() == ["+1", "-1"]
    assert falling["Do điểm của đơn vị"].tolist() == ["0", "-1"]
    assert falling["Tăng, giảm điểm"].tolist() == ["0,00", "-2,00"]


def places(unit, score, others) -> int:
    """The rank of a share among the units of a table, found by looking at each."""
    share = Fraction(score[0]) / Fraction(score[1])
    return 1 + sum(
        Fraction(points) / Fraction(most) > share
        for name, (points, most) in others.items()
        if name != unit and points is not None
    )


@given(SIDE, SIDE, st.randoms())
def test_places_agree_with_counting_whatever_comes_first(before, after, random):
    compared = compare_periods(side(before), side(after)).sort_values("unit", ignore_index=True)
    check_counts(before, after, compared.set_index("unit"))
    check_mirror(before, after, compared.set_index("unit"))
    shuffled = [side(dict(random.sample(list(s.items()), len(s)))) for s in (before, after)]
    other = compare_periods(*shuffled).sort_values("unit", ignore_index=True)
    pd.testing.assert_frame_equal(compared, other)


def check_counts(before, after, change):
    """Check each place by looking at each unit, and that the two parts of a change add up."""
    assert set(change.index) == set(before) | set(after)
    scored = {u for u in set(before) & set(after) if None not in (before[u][0], after[u][0])}
    assert set(change.index[change["status"] == "stayed"]) == scored
    stayed = change[change["status"] == "stayed"]
    before, after = ({unit: side[unit] for unit in stayed.index} for side in (before, after))
    assert change["common_units"].eq(len(stayed)).all()
    for unit, row in stayed.iterrows():
        old, new = before[unit], after[unit]
        first = places(unit, old, before) - places(unit, new, before)
        last = places(unit, old, after) - places(unit, new, after)
        assert row["rank_change"] == places(unit, old, before) - places(unit, new, after)
        assert row["rank_change_own"] == (first + last) / 2
        assert row["rank_change_own"] + row["rank_change_others"] == row["rank_change"]
    assert change.loc[change["status"] != "stayed", CHANGES].isna().all(axis=None)


def check_mirror(before, after, one):
    """Check that the tables compared the other way round give the opposite."""
    other = compare_periods(side(after), side(before)).set_index("unit").sort_index()
    for column in ("score_change", *CHANGES):
        assert one[column].equals(-other[column] + 0)
    for column in ("score", "percent", "rank", "grade"):
        assert one[f"{column}_before"].equals(other[f"{column}_after"])
    turned = {"stayed": "stayed", "no score": "no score", "new": "gone", "gone": "new"}
    assert one["status"].map(turned).equals(other["status"])


def test_published_scores_agree_with_counting():
    fields = ddci()
    first, second = fields["field"].unique()[:2]
    before, after = (fields[fields["field"] == field] for field in (first, second))
    change = compare_periods(before, after).set_index("unit")
    points = [dict(zip(t["unit"], t["score"], strict=True)) for t in (before, after)]
    for unit in points[0]:
        own = [p[unit] for p in points]
        ranks = [1 + sum(s > mine for s in p.values()) for p, mine in zip(points, own, strict=True)]
        assert change.loc[unit, ["rank_before", "rank_after"]].tolist() == ranks
        assert round(own[1] - own[0], 6) == change.loc[unit, "score_change"]
    assert change["rank_change"].sum() == 0  # no ties
