"""Results: everything that is told of a ranking, computed once."""

import pandas as pd
import pytest
from conftest import table

from cchc_analysis import (
    check_published,
    compare_periods,
    describe_ranking,
    field_losses,
    grade_distribution,
)
from cchc_analysis.scoring import ranking
from cchc_analysis.scoring.results import results_of


def test_each_thing_is_what_its_own_function_gives(town):
    before = town.assign(score=town["score"] - 1)[["unit", "score", "max_score"]]
    results = results_of(town, before=before, unit="phòng y tế")
    assert results.unit == "Phòng Y tế"
    assert results.scheme.name == "thi-xa-2020"
    pd.testing.assert_frame_equal(results.ranking, town)
    pd.testing.assert_frame_equal(results.check, check_published(town))
    pd.testing.assert_frame_equal(results.distribution, grade_distribution(town))
    pd.testing.assert_frame_equal(results.change, compare_periods(before, town))
    (group,) = results.groups
    assert group.rows["number"].tolist() == list(range(1, 19))
    text = group.told.paragraph()
    assert text == describe_ranking(town, before=before, unit="Phòng Y tế")


def years(*blocks, scores=(70, 90, 80, 60, 95, 40), units="ababab"):
    """Return two units in each of three years."""
    return table(
        scores, unit=list(units), year=[2020, 2020, 2021, 2021, 2023, 2023], **dict(blocks)
    )


def test_the_last_of_several_years_is_held_against_the_one_before_it():
    scores = years()
    results = results_of(scores)
    before, now = (scores[scores["year"] == year] for year in (2021, 2023))
    alone = results_of(now, before=before)
    pd.testing.assert_frame_equal(results.change, alone.change)
    assert [group.change is None for group in results.groups] == [True, True, False]
    assert results.groups[-1].told == alone.groups[0].told
    assert "So với năm 2021, trong 2 đơn vị" in describe_ranking(scores).splitlines()[-1]
    merged = results_of(years(units="ababcb"), predecessors={"c": ["a"]})
    assert merged.change["status"].tolist() == ["merged", "stayed", "absorbed"]


def test_years_that_do_not_compare_are_told_and_stop_no_report():
    results = results_of(years(("block", ["k1", "k1", "hòa", "hoà", "k1", "k1"])))
    assert results.change is None
    assert results.more == (
        "Không so sánh các năm: Trong bảng trước, một khối có nhiều cách viết (hòa; hoà).",
    )
    with pytest.raises(ValueError, match="một khối có nhiều cách viết"):
        results_of(
            years(("block", ["k1", "k1", "hòa", "hoà", "k1", "k1"])), predecessors={"a": ["b"]}
        )


def test_years_without_a_common_unit_are_not_compared():
    results = results_of(years(units="ababcd"))
    assert results.change is None
    assert not any(group.told.changes.points for group in results.groups)


def test_each_block_and_year_is_a_group_with_its_names_and_what_is_told_of_it():
    scores = table([70, 90, 80], block=["Khối sở", "Khối sở", "Khối huyện"], year=2021)
    first, second = results_of(scores, unit="c").groups
    assert first.names == ("Khối sở", "năm 2021")
    assert first.name == "Khối sở, năm 2021"
    assert first.rows["unit"].tolist() == ["b", "a"]
    assert first.rows.index.tolist() == [0, 1]
    assert first.told.own == ""
    assert second.told.own.startswith("c đạt 80,00 điểm")
    assert first.distribution["units"].sum() == 2


def test_fields_go_to_the_group_of_their_unit_and_others_are_refused():
    scores = table([7, 9], max_score=10, block=["x", "y"])
    fields = pd.DataFrame({"unit": ["a", "z"], "field": "TTHC", "score": 7.0, "max_score": 10})
    first, second = results_of(scores, fields=fields).groups
    assert first.fields["unit"].tolist() == ["a"]
    assert first.fields_note == "Không kể 1 đơn vị không có trong bảng xếp hạng: z."
    assert len(second.fields) == 0
    with pytest.raises(ValueError, match="không có năm, khối hoặc đơn vị nào của bảng"):
        results_of(scores, fields=fields.iloc[1:])


def test_units_whose_fields_are_not_their_score_are_told_with_the_results():
    scores = table([87.37, 81.9, 70]).assign(max_score=100.0)
    halves = {"a": 40.75, "b": 40.75, "c": 35}
    cells = [(unit, field, halves[unit], 50) for unit in halves for field in ("Thể chế", "TTHC")]
    fields = pd.DataFrame(cells, columns=["unit", "field", "score", "max_score"])
    check = results_of(scores, fields=fields).check
    assert check[["unit", "item", "published", "computed"]].values.tolist() == [
        ["a", "fields", "87,37", "81,50"], ["b", "fields", "81,90", "81,50"],
    ]  # fmt: skip
    assert "tổng các lĩnh vực của 3 đơn vị" in check.attrs["note"]
    assert results_of(scores).check.empty


def test_where_weights_are_known_losses_are_of_points_of_the_total():
    points = {"x": [9, 5, 2, 7, 4], "y": [3, 8, 6, 1, 9]}
    fields = pd.DataFrame(
        [(u, f, points[f][at], 10) for f in "xy" for at, u in enumerate("abcde")],
        columns=["unit", "field", "score", "max_score"],
    ).astype({"score": float})  # fmt: skip
    scores = table([8 * x + 2 * y for x, y in zip(*points.values(), strict=True)]).assign(
        max_score=100.0
    )
    results = results_of(scores, fields=fields)
    assert "x 80 % / y 20 %" in results.check.attrs["note"]
    assert results.check.empty
    losses = results.losses.set_index("field")
    assert losses["lost"].to_dict() == {"x": 23 * 8, "y": 23 * 2}  # 23 points each, unweighted
    assert losses["max_score"].to_dict() == {"x": 400, "y": 100}
    pd.testing.assert_frame_equal(
        field_losses(fields, weights=results.check.attrs["weights"]), results.losses
    )
    (group,) = results.groups
    assert group.fields_note.startswith("Điểm từng lĩnh vực đã nhân trọng số")
    alone = results_of(scores.assign(block=list("vwxyz")), fields=fields)  # too few in each block
    assert alone.losses["lost"].tolist() == [23, 23]
    assert "trọng số" not in alone.groups[0].fields_note


def test_a_table_is_ranked_once(town, monkeypatch):
    calls = []
    once = ranking.ranks_within
    monkeypatch.setattr(ranking, "ranks_within", lambda *a: calls.append(1) or once(*a))
    results_of(town, unit="Phòng Y tế")
    assert len(calls) == 1


def test_no_unit_at_all_is_no_group():
    results = results_of(table([]))
    assert results.groups == ()
    assert results.more == ()


def nearness(scores):
    return results_of(scores).groups[0].told.nearness


def test_who_is_just_below_a_grade_and_how_sure_the_first_places_are():
    assert nearness(table([95, 89.996, 79.5, 79.2, 60])) == (
        "Sát loại trên (thiếu không quá 1% điểm tối đa): b còn thiếu 0,004 điểm để đạt loại Xuất "
        "sắc; c còn thiếu 0,500 điểm để đạt loại Tốt; d còn thiếu 0,800 điểm để đạt loại Tốt. Nếu "
        "mỗi điểm lệch lên hoặc xuống tối đa 0,5 điểm: a chắc chắn hạng 1; b chắc chắn hạng 2; "
        "c (hạng 3) có thể từ hạng 3 đến 4."
    )
    assert "gần nhất là b còn thiếu 15,00 điểm để đạt loại Khá." in nearness(table([95, 50]))
    assert nearness(table([95])) == ""


@pytest.mark.parametrize(
    ("maxima", "off", "places"),
    [
        ([70, 70], "0,35 điểm", "a chắc chắn hạng 1"),
        ([70, 100], "0,5% điểm tối đa", "a (hạng 1) có thể từ hạng 1 đến 2"),
        ([70, 140], "0,5% điểm tối đa", "a (hạng 1) có thể từ hạng 1 đến 2"),
    ],
)
def test_a_score_may_be_off_by_half_a_percent_of_its_own_maximum(maxima, off, places):
    shares = [0.9, 0.88 if maxima == [70, 70] else 0.891]
    scores = table([s * m for s, m in zip(shares, maxima, strict=True)], max_score=maxima)
    told = nearness(scores)
    assert f"tối đa {off}: {places}; b" in told
    results = results_of(scores.assign(block="x"))
    assert results.margins["best_rank"].tolist() == [1, 1 + (maxima == [70, 70])]
    assert "block" not in results.margins


def test_which_blocks_differ_and_by_how_much():
    scores = table([90, 80, 60], block=["x", "x", "y"])
    assert results_of(scores).across == (
        "Trong 3 đơn vị được chấm, có 1 đơn vị xếp loại Xuất sắc (33,33%), 1 đơn vị xếp loại Tốt "
        "(33,33%) và 1 đơn vị xếp loại Trung bình (33,33%); không có đơn vị xếp loại Khá hoặc Yếu. "
        "Điểm trung bình của các khối: x 85,00 điểm; y 60,00 điểm; chênh nhau 25,00 điểm.",
    )
    assert results_of(scores[:2]).across == results_of(table([9])).across == ()
    years = pd.concat([scores.assign(year=year) for year in (2020, 2021)])
    assert ["khối năm 2020: x 85" in told for told in results_of(years).across] == [True, False]
    alone = years.drop(columns="block").drop_duplicates(["unit", "year"])
    assert results_of(alone).across == (
        "Điểm trung bình các năm: năm 2020 76,67 điểm; năm 2021 76,67 điểm.",
    )
    (told,) = results_of(scores.assign(max_score=[200.0, 100, 100])).across
    assert told.endswith(
        "Tỷ lệ điểm trung bình của các khối: x 62,50%; y 60,00%; chênh nhau 2,50 điểm phần trăm."
    )
    schemes = {"x": "da-nang-2011", "y": "thi-xa-2020"}
    (told,) = results_of(scores, scheme=schemes).across
    assert told.startswith("Điểm trung bình"), "grades of two schemes are not added up"


def test_who_changed_grade_and_the_counts_against_the_year_before():
    before = table([89.5, 70, 60, 95])
    words = describe_ranking(table([90, 70, 49.5, 95]), before=before)
    assert "Có 1 đơn vị lên loại: a (Tốt → Xuất sắc)." in words
    assert "Có 1 đơn vị xuống loại: c (Trung bình → Yếu)." in words
    assert "theo loại: Xuất sắc 2/4 (kỳ trước: 1/4), Tốt 0/4 (kỳ trước: 1/4)," in words


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_units_of_a_block_that_is_not_known_are_held_against_those_of_before(missing):
    scores = table([90, 80, 70, 60], block=pd.Series(["x", missing, "x", missing], dtype="object"))
    fields = pd.concat([scores.assign(field=name, score=30, max_score=50) for name in "IJ"])
    results = results_of(scores, before=scores.assign(score=[89, 81, 70, 60]), fields=fields)
    assert [len(group.change) for group in results.groups] == [2, 2]
    assert [group.name for group in results.groups] == ["X", "Không ghi khối"]
    assert [group.losses["units"].tolist() for group in results.groups] == [[2, 2], [2, 2]]
    assert "giảm điểm nhiều nhất là b" in results.groups[1].told.changes.points
    assert results.more == ()
    assert set(results.check["unit"]) == {"a", "b", "c"}
