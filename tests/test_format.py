import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, table

from cchc_analysis import (
    check_published,
    compare_periods,
    format_ranking,
    grade_distribution,
    grade_units,
    rank_units,
    style_ranking,
    summarise_blocks,
)
from cchc_analysis.scoring.printing import format_number, format_percent, kind_of, printed


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (81.755, 2, "81,76"),
        (81.745, 2, "81,75"),  # Babel alone gives 81,74
        (81.7549999999999, 2, "81,76"),  # float noise around a half is the half
        (2.5, 0, "3"),
        (97.685, 3, "97,685"),
        (81, 2, "81,00"),
        (1234567.891, 2, "1.234.567,89"),
        (-0.001, 2, "0,00"),
        (-1.275, 2, "-1,28"),
        (float("nan"), 2, "–"),
    ],
)
def test_numbers_are_vietnamese_and_halves_go_up(value, places, text):
    assert format_number(value, places) == text


def test_percent_has_two_places():
    assert format_percent(100 / 6) == "16,67%"
    assert format_percent(float("nan")) == "–"


def test_a_ranking_is_printed_in_the_order_of_the_decision():
    printed = table([81, 97.685, 81]).pipe(rank_units).pipe(grade_units).pipe(format_ranking)
    assert printed.columns.tolist() == [
        "STT",
        "Đơn vị",
        "Tổng điểm đánh giá",
        "Xếp hạng",
        "Xếp loại",
    ]
    assert printed.values.tolist() == [
        [1, "b", "97,685", 1, "Xuất sắc"],
        [2, "a", "81,000", 2, "Tốt"],
        [3, "c", "81,000", 2, "Tốt"],
    ]


def test_scores_have_at_least_two_places_and_decimals_rounds_half_up():
    ranking = rank_units(table([81, 81.5]))
    assert format_ranking(ranking)["Tổng điểm đánh giá"].tolist() == ["81,50", "81,00"]
    ranking = rank_units(table([81.755]))
    assert format_ranking(ranking, decimals=2)["Tổng điểm đánh giá"].tolist() == ["81,76"]
    assert format_ranking(ranking, decimals=0)["Tổng điểm đánh giá"].tolist() == ["82"]
    assert format_ranking(ranking, decimals=np.int64(2)).iloc[0, 2] == "81,76"
    for wrong in (-1, 10, 1.5, True, "2"):
        with pytest.raises(ValueError, match="decimals="):
            format_ranking(ranking, decimals=wrong)


def test_unscored_units_stand_last_and_are_said():
    printed = format_ranking(grade_units(rank_units(table([None, 95, 10])), scheme="par-index"))
    assert printed["Đơn vị"].tolist() == ["b", "c", "a"]
    assert printed["Xếp loại"].tolist() == ["Nhóm A", "Không xếp loại", "Chưa chấm"]
    assert printed["Xếp hạng"].tolist() == [1, 2, "–"]
    assert printed["Tổng điểm đánh giá"].tolist() == ["95,00", "10,00", "–"]


def test_blocks_are_numbered_from_one_and_named_where_they_differ():
    ranking = rank_units(table([1, 2, 3], block=["x", "y", "y"], year=2020))
    printed = format_ranking(ranking)
    assert printed["STT"].tolist() == [1, 1, 2]
    assert printed["Khối"].tolist() == ["x", "y", "y"]
    assert "Năm" not in printed


def test_different_maxima_are_printed_with_the_percent():
    printed = format_ranking(rank_units(table([62.62, 68.32], max_score=[70.0, 84.0])))
    assert printed["Điểm tối đa"].tolist() == ["70", "84"]
    assert printed["Tỷ lệ điểm (%)"].tolist() == ["89,46", "81,33"]


def test_a_distribution_gets_its_total():
    printed = format_ranking(grade_distribution(grade_units(table([95, 85, 85, 85, 85, 85]))))
    assert printed["Tỷ lệ"].tolist() == ["16,67%", "83,33%", "0,00%", "0,00%", "0,00%", "100%"]
    assert printed.iloc[-1].tolist() == ["Tổng cộng", 6, "100%"]
    assert printed.attrs["note"] == ""


def test_shares_that_do_not_add_up_are_noted():
    printed = format_ranking(grade_distribution(grade_units(table([95, 85, 70]))))
    assert printed["Tỷ lệ"].tolist()[-1] == "100%"
    assert printed.attrs["note"] == "Do làm tròn, các tỷ lệ cộng lại là 99,99%."


def test_a_distribution_of_nobody_scored_has_no_share():
    printed = format_ranking(grade_distribution(grade_units(table([None]))))
    assert printed.iloc[-1].tolist() == ["Tổng cộng", 1, "–"]


def test_a_distribution_by_block_has_a_total_in_each():
    counts = grade_distribution(grade_units(table([95, 85], block=["x", "y"])), by="block")
    printed = format_ranking(counts)
    totals = printed[printed["Xếp loại"] == "Tổng cộng"]
    assert totals.values.tolist() == [["x", "Tổng cộng", 1, "100%"], ["y", "Tổng cộng", 1, "100%"]]


def test_other_tables_keep_their_rows():
    printed = format_ranking(
        pd.DataFrame({"unit": ["b", "a"], "mean": [0.30000000000000004, None]})
    )
    assert printed.to_dict("list") == {
        "Đơn vị": ["b", "a"],
        "Trung bình (%)": ["0,30", "–"],
    }


def test_whole_numbers_are_printed_as_scores_too():
    frame = pd.DataFrame({"unit": ["a", "b"], "score": [81, 90], "max_score": [90, 100]})
    for dtype in ("int64", "Int64", "Float64", "object"):
        printed = format_ranking(rank_units(frame.astype({"score": dtype})))
        assert printed["Tổng điểm đánh giá"].tolist() == ["81,00", "90,00"]
        assert printed["Điểm tối đa"].tolist() == ["90", "100"]


def test_scores_without_a_rank_are_ranked_and_a_subset_of_columns_will_do():
    scores = table([81, 90])
    assert format_ranking(scores)["Đơn vị"].tolist() == ["b", "a"]
    few = rank_units(scores)[["unit", "score", "rank"]]
    assert format_ranking(few).columns.tolist() == [
        "STT",
        "Đơn vị",
        "Tổng điểm đánh giá",
        "Xếp hạng",
    ]


def test_decimals_are_of_scores_only():
    ranking = rank_units(table([50.25, 60], max_score=[62.5, 70]))
    printed = format_ranking(ranking, decimals=0)
    assert printed["Tổng điểm đánh giá"].tolist() == ["60", "50"]
    assert printed["Điểm tối đa"].tolist() == ["70,0", "62,5"]
    assert printed["Tỷ lệ điểm (%)"].tolist() == ["85,71", "80,40"]


@pytest.mark.filterwarnings("ignore:Có số nhiều hơn")
def test_scores_of_eight_places_are_printed_without_a_false_zero():
    printed = format_ranking(rank_units(table([81.12345678])))
    assert printed["Tổng điểm đánh giá"].tolist() == ["81,12345678"]


def test_a_missing_block_keeps_its_distribution():
    counts = grade_distribution(
        grade_units(table([95, 85, 85], block=["x", None, None])), by="block"
    )
    printed = format_ranking(counts)
    assert printed[printed["Xếp loại"] == "Tổng cộng"]["Số đơn vị"].tolist() == [1, 2]


def test_whom_the_shares_leave_out_is_said_of_its_block():
    scores = pd.DataFrame({"unit": list("abcd"), "score": [9, None, 9, 9], "max_score": 10})
    for blocks, words in (
        (
            ["X", "X", None, None],
            "X: tỷ lệ tính trên 1 đơn vị được chấm, không gồm 1 đơn vị chưa chấm.",
        ),
        ("XXYY", "X: tỷ lệ tính trên 1 đơn vị được chấm, không gồm 1 đơn vị chưa chấm."),
        ("XXXX", "Tỷ lệ tính trên 3 đơn vị được chấm, không gồm 1 đơn vị chưa chấm."),
    ):
        counts = grade_distribution(grade_units(scores.assign(block=list(blocks))), by="block")
        assert format_ranking(counts).attrs["note"] == words
    both = scores.assign(block=list("XYXY"), score=[9, 9, None, None])
    counts = grade_distribution(grade_units(both), by="block")
    words = "Tỷ lệ tính trên 1 đơn vị được chấm, không gồm 1 đơn vị chưa chấm."
    assert format_ranking(counts).attrs["note"] == words


def test_a_distribution_says_whom_the_shares_leave_out():
    printed = format_ranking(grade_distribution(grade_units(table([95, None]))))
    assert printed.attrs["note"] == (
        "Tỷ lệ tính trên 1 đơn vị được chấm, không gồm 1 đơn vị chưa chấm."
    )


def test_a_printed_column_says_what_it_holds(town):
    seen = {column.name: column for column in printed(town, "ranking").columns}
    assert {name: column.kind for name, column in seen.items()} == {
        "number": "count", "unit": "name", "score": "number", "rank": "count", "grade": "grade",
    }  # fmt: skip
    assert {name: column.align for name, column in seen.items()} == {
        "number": "center", "unit": "left", "score": "right", "rank": "center", "grade": "center",
    }  # fmt: skip
    assert seen["score"].values.tolist()[:2] == [97.23, 91.48]
    assert seen["score"].texts[:2] == ("97,23", "91,48")
    assert seen["score"].head == "Tổng điểm đánh giá"


def test_totals_stand_in_their_groups_and_last_where_that_is_asked_for():
    counts = grade_distribution(grade_units(table([95, 85], block=["x", "y"])), by="block")
    in_groups = printed(counts, "distribution")
    assert [in_groups["grade"].texts[row] for row in in_groups.total_rows] == ["Tổng cộng"] * 2
    below = in_groups.totals_last()
    assert below["grade"].texts[-2:] == ("Tổng cộng", "Tổng cộng")
    assert below.totals == 2
    assert below["block"].texts[-2:] == ("x", "y")
    assert below["share_pct"].kind == "percent"
    assert below["share_pct"].texts[-1] == "100%"
    assert below["share_pct"].values.iloc[-1] == 100
    assert len(below) == len(in_groups) == 12


def test_a_change_has_its_sign_and_a_table_of_no_kind_is_printed_as_it_stands():
    before, after = table([8, 9]), table([9.5, 8])
    change = printed(compare_periods(before, after), "change")
    assert change["score_change"].texts == ("+1,50", "-1,00")
    assert change["rank_change"].texts == ("+1", "-1")
    assert change["status"].texts == ("so sánh được", "so sánh được")
    mine = pd.DataFrame({"Ngày": ["1/2"], "n": [3], "x": [0.5], 4: [None]})
    assert format_ranking(mine).values.tolist() == [["1/2", 3, "0,50", "–"]]
    assert format_ranking(mine).columns.tolist() == ["Ngày", "n", "x", "4"]


def test_what_a_table_is_goes_with_it_and_a_part_of_it_is_no_whole(town):
    kinds = {
        kind_of(make(town))
        for make in (grade_distribution, check_published, summarise_blocks, rank_units)
    }
    assert kinds == {"distribution", "check", "blocks", "ranking"}
    assert kind_of(grade_distribution(town)[["grade", "units"]]) == "table"
    assert kind_of(town[["unit", "grade"]]) == "table"
    assert kind_of(town.head(3)) == "ranking"


# As a notebook shows it


def shown(ranking, **options):
    return style_ranking(ranking, **options).to_html()


def test_it_shows_what_is_printed(town):
    (seen,) = pd.read_html(io.StringIO(shown(town)), decimal=",", thousands=".", flavor="lxml")
    printed = format_ranking(town)
    assert list(seen) == list(printed)
    assert seen["Đơn vị"].tolist() == printed["Đơn vị"].tolist()
    assert seen["Tổng điểm đánh giá"].tolist() == town["score"].tolist()
    html = shown(town)
    assert ">97,23</td>" in html
    assert 'class="row_heading' not in html  # no index
    caption = "Thang điểm 100 – giả định. Ngưỡng xếp loại: Xuất sắc từ 90%"
    assert caption in html


def test_grades_are_shaded_and_written(town):
    html = shown(town)
    assert html.count("Xuất sắc</td>") == 3
    assert "background-color: #083c7d; color: #ffffff; text-align: center" in " ".join(
        html.replace(";\n", ";").split()
    )


def test_markup_in_a_name_is_text():
    ranking = table([9.0, 8], 10).assign(unit=["<script>alert(1)</script>", "a & b"])
    html = shown(ranking)
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "a &amp; b" in html


def test_the_same_table_gives_the_same_html_in_every_run():
    code = (
        "from cchc_analysis import load_scores, style_ranking\n"
        f"table = load_scores({str(DATA / 'cchc-2020.csv')!r}, max_score=100)\n"
        "print(style_ranking(table).to_html())"
    )
    run = [sys.executable, "-X", "utf8", "-c", code]
    one, two = (subprocess.run(run, capture_output=True, check=True).stdout for _ in range(2))
    assert one == two
    assert b"97,23" in one


def test_two_tables_of_one_notebook_do_not_share_their_shades(town):
    first, second = (style_ranking(t).uuid for t in (town, town.head(3)))
    assert first != second
    assert style_ranking(town.copy()).uuid == first


@pytest.mark.parametrize(
    ("scores", "words"), [([9.0], "Xuất sắc"), ([None, None], "Chưa chấm"), ([9.0, 9.0], ">1<")]
)
def test_one_unit_none_scored_and_ties(scores, words):
    assert words in shown(table(scores, 10))


def test_blocks_and_maxima_have_their_columns():
    html = shown(table([63, 80.0], [70.0, 100], block=["x", "y"]))
    for header in ("Khối", "Điểm tối đa", "Tỷ lệ điểm (%)"):
        assert f">{header}</th>" in html


def test_grades_of_another_scheme_are_refused(town):
    with pytest.raises(ValueError, match="hãy chọn đúng thang xếp loại"):
        style_ranking(town, scheme="da-nang-2011")


def test_numbers_stay_numbers_under_vietnamese_heads(tmp_path):
    ranking = table([81.755, 0.1 + 0.2, None], block=["Khối sở", "Khối sở", "Khối xã"])
    ranking = grade_units(rank_units(ranking))
    format_ranking(ranking, numbers=True).to_excel(tmp_path / "a.xlsx", index=False)
    back = pd.read_excel(tmp_path / "a.xlsx")
    assert list(back) == ["STT", "Khối", "Đơn vị", "Tổng điểm đánh giá", "Xếp hạng", "Xếp loại"]
    assert back["Tổng điểm đánh giá"].tolist()[:2] == [81.755, 0.3]
    assert back["Xếp hạng"].tolist()[:2] == [1, 2]
    assert back["Tổng điểm đánh giá"].isna().tolist() == [False, False, True]
    assert back["Xếp loại"].tolist() == ["Tốt", "Yếu", "Chưa chấm"]
    assert format_ranking(ranking)["Xếp hạng"].tolist() == [1, 2, "–"]  # as it was


def test_numbers_of_other_tables_keep_their_meaning():
    ranking = grade_units(rank_units(table([81.0, 95])), scheme="par-index")
    counts = format_ranking(grade_distribution(ranking), numbers=True)
    assert counts["Tỷ lệ (%)"].tolist() == [50, 50, 0, 100]
    change = format_ranking(compare_periods(table([80.0, 95]), table([81.0, 95])), numbers=True)
    assert change["Tăng, giảm điểm"].tolist() == [0, 1]
    assert change["Hạng kỳ này"].tolist() == [1, 2]  # "1/2" in print
