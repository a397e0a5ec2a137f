import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import DATA, LONG, RANKING_TABLES, beside, check_texts, headings, table, titles
from matplotlib.colors import to_rgb

from cchc_analysis import (
    describe_ranking,
    grade_distribution,
    grade_units,
    load_scores,
    plot_comparison,
    plot_distribution,
    plot_ranking,
    rank_units,
)
from cchc_analysis.charts.export import encode
from cchc_analysis.refusal import Refusal

PLOTS = [plot_ranking, plot_distribution, plot_comparison]


@pytest.fixture(autouse=True)
def _style():
    with plt.style.context("cchc_analysis.report"):
        yield


def luminance(color):
    return np.dot(to_rgb(color), [0.2126, 0.7152, 0.0722])


def labels(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


texts = beside


def test_ranking_draws_each_score_in_order(town):
    ax = plot_ranking(town.sample(frac=1, random_state=0))
    bars = ax.patches
    assert [bar.get_width() for bar in bars] == town["score"].tolist()
    assert all(bar.get_x() == 0 for bar in bars)
    assert labels(ax)[0] == "1. Văn phòng HĐND&UBND"
    assert texts(ax)[:1] + texts(ax)[17:] == ["97,23", "67,52"]
    assert headings(ax) == [
        "Xuất sắc (từ 90) – 3 đơn vị", "Tốt (từ 80) – 6 đơn vị", "Khá (từ 65) – 9 đơn vị",
    ]  # fmt: skip
    *lines, axis = ax.collections
    assert len(axis.get_segments()) == 18  # beside the bars, not beside headings
    cuts = [line.get_segments()[0] for line in lines]
    assert [cut[0][0] for cut in cuts] == [90, 80, 65]  # each over the rows of its group
    assert [round(cut[1][1] - cut[0][1]) for cut in cuts][:2] == [3, 6]
    assert all(line.get_zorder() < bars[0].get_zorder() for line in lines)
    assert ax.get_xlim() == (0, 100)
    assert ax.yaxis_inverted()
    assert "giả định" in ax.get_xlabel()
    assert all(luminance(bar.get_edgecolor()) > 0.3 for bar in bars)  # no black outline


def test_the_title_is_the_finding_and_the_subtitle_the_subject(town):
    told = "Ba đơn vị đạt Xuất sắc; một nửa (9/18) ở loại Khá"
    ax = plot_ranking(town.assign(year=2020, max_assumed=False))
    assert titles(ax) == [told, "Điểm CCHC năm 2020, thang điểm 100"]
    assert ax.get_label().startswith(f"{told}. Biểu đồ")
    assert titles(plot_distribution(town))[0] == told
    ax = plot_ranking(town, title="Của tôi", subtitle="Nháp")
    assert titles(ax) == ["Của tôi", "Nháp"]
    assert ax.get_label().startswith("Của tôi. Biểu đồ")
    assert titles(plot_ranking(town, title="", subtitle="")) == ["", ""]


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([95, 91, 70], "Hơn một nửa (2/3) đạt Xuất sắc; một đơn vị ở loại Khá"),
        ([95, 85, 70, 60], "Một đơn vị đạt Xuất sắc; một đơn vị ở loại Trung bình"),
        ([85, 84, 70, 60, 40], "Không đơn vị nào đạt Xuất sắc; nhiều nhất là loại Tốt (2/5)"),
        ([85, 84], "Cả hai đơn vị đều đạt Tốt"),
        ([85, 84, None], "Cả hai đơn vị được chấm đều đạt Tốt"),
        ([85, None], "Xếp hạng các đơn vị theo điểm cải cách hành chính"),
        ([None], "Xếp hạng các đơn vị theo điểm cải cách hành chính"),
    ],
)
def test_what_one_line_cannot_say_is_not_said(scores, told):
    assert titles(plot_ranking(table(scores)))[0] == told


def test_units_of_two_years_are_not_added_up_and_blocks_stand_under_headings():
    years = pd.concat([table([95, 94]).assign(year=y) for y in (2021, 2022)], ignore_index=True)
    ax = plot_ranking(years)
    assert titles(ax) == [
        "Xếp hạng các đơn vị theo điểm cải cách hành chính",
        "Điểm CCHC các năm 2021, 2022, thang điểm 100",
    ]
    assert headings(ax)[:3] == ["Năm 2021", "Xuất sắc (từ 90) – 2 đơn vị", "Năm 2022"]
    blocks = plot_ranking(table([95, 94, 70], block=["Sở", "Huyện", "Sở"]), unit="c")
    assert labels(blocks) == ["1. a", "2. c", "1. b"]
    assert headings(blocks)[0] == "Sở"
    assert titles(blocks)[0] == "Hơn một nửa (2/3) đạt Xuất sắc; một đơn vị ở loại Khá"


def test_units_without_a_grade_and_not_ranked_stand_in_groups_of_their_own():
    ax = plot_ranking(table([95, 40, None]), scheme="par-index")
    assert headings(ax)[1:] == ["Không xếp loại – 1 đơn vị", "Chưa chấm – 1 đơn vị"]
    assert texts(ax) == ["95,00", "40,00", "–"]


def test_a_block_that_is_not_known_has_its_heading():
    graded = grade_units(table([95, 80, 70], block=["x", None, "x"]))
    assert "không ghi" in headings(plot_ranking(graded))
    ax = plot_distribution(grade_distribution(graded, by="block"))
    assert "không ghi: 1 đơn vị được chấm" in headings(ax)
    assert "không ghi – Tốt (từ 80%): 1 (100,00%)" in ax.get_label()


def test_counts_of_nobody_are_refused():
    graded = grade_units(table([95, 80], block=["x", "y"]))
    counts = grade_distribution(graded, by="block")
    for empty in (counts.head(0), grade_distribution(graded.head(0), by="block")):
        with pytest.raises(Refusal, match="Bảng không có đơn vị nào để vẽ"):
            plot_distribution(empty)
    assert "Không có đơn vị nào ở loại: Xuất sắc" in plot_distribution(graded.head(0)).get_xlabel()


def test_an_overview_counts_what_it_does_not_draw():
    scores = pd.DataFrame({"unit": [f"u{at}" for at in range(100)], "max_score": 100.0})
    scores["score"] = np.arange(100.0) / 2 + 50
    scores.loc[0, "score"] = None
    ax = plot_ranking(scores, overview=True, unit="u50")
    assert labels(ax)[9:15] == ["10. u90", "48. u52", "49. u51", "50. u50", "51. u49", "52. u48"]
    assert labels(ax)[-1] == "99. u1"
    assert headings(ax)[1] == "… 37 đơn vị (10 Xuất sắc, 20 Tốt, 7 Khá)"
    assert headings(ax)[3] == "… 37 đơn vị (18 Khá, 19 Trung bình)"
    assert "Không vẽ ở cuối: 1 đơn vị (1 Chưa chấm)" in ax.get_xlabel()
    assert len(labels(ax)) == 25
    assert ax.figure.get_figheight() < 9
    assert "đầu và cuối bảng" in titles(ax)[1]
    whole = plot_ranking(scores.head(3).assign(score=80.0), overview=True)
    assert len(labels(whole)) == 3
    assert "đầu và cuối bảng" not in titles(whole)[1]
    long = scores.assign(unit=scores["unit"] + " Ban Quản lý dự án đầu tư xây dựng " * 3)
    for one in (long, long.assign(block=[f"Khối {at % 4}" for at in range(100)])):
        assert len(encode(plot_ranking(one, overview=True), formats=["png"])) == 1


def test_grades_tell_themselves_apart_in_grey(town):
    ax = plot_distribution(town)
    lightness = [luminance(bar.get_facecolor()) for bar in ax.patches]
    assert np.all(np.diff(lightness) > 0.05)


def test_distribution_draws_counts_with_shares(town):
    for given in (town, grade_distribution(town), town.drop(columns="grade")):
        ax = plot_distribution(given)
        assert [bar.get_width() for bar in ax.patches] == [3, 6, 9]
        assert texts(ax) == ["3 (16,67%)", "6 (33,33%)", "9 (50,00%)"]
        assert labels(ax)[0] == "Xuất sắc (từ 90%)"
        assert all(tick == int(tick) for tick in ax.get_xticks())
        assert "18 đơn vị được chấm" in titles(ax)[1]
        assert "Không có đơn vị nào ở loại: Trung bình, Yếu" in ax.get_xlabel()


def test_counts_and_points_have_whole_numbers_on_the_axis():
    for ax in (plot_distribution(table([95])), plot_comparison(table([95, 94.5]))):
        assert all(tick == int(tick) for tick in ax.get_xticks())


def test_distribution_shows_those_without_a_grade_and_each_block():
    graded = grade_units(table([95, 60, None], block=["x", "y", "y"]), scheme="par-index")
    ax = plot_distribution(grade_distribution(graded, by="block"), scheme="par-index")
    assert [bar.get_width() for bar in ax.patches] == [1, 1, 1]
    assert headings(ax)[0] == "x: 1 đơn vị được chấm"
    assert headings(ax)[1:] == [
        "y: 1 đơn vị được chấm", "Không có đơn vị nào ở loại: Nhóm A",
    ]  # fmt: skip
    assert "Không có đơn vị nào ở loại: Nhóm B, Nhóm C" in ax.get_xlabel()
    assert labels(ax)[-2:] == ["Không xếp loại", "Chưa chấm"]
    assert texts(ax)[-2:] == ["1 (100,00%)", "1"]


def test_comparison_draws_each_unit_against_the_mean(town):
    ax = plot_comparison(town)
    mean = sum(round(s * 100) for s in town["score"]) / 1800  # 80.06 by hand
    dots, lines = ax.collections[2].get_offsets(), ax.collections[1].get_segments()
    assert dots[:, 0].tolist() == town["score"].tolist()
    np.testing.assert_allclose([line[0][0] for line in lines], mean)
    assert texts(ax)[0] == "+17,17"
    assert texts(ax)[17] == "−12,54"  # a true minus, which the table has not
    assert titles(ax) == [
        "9/18 đơn vị đạt trên mức trung bình (80,06)",
        "Chênh lệch so với điểm trung bình của 18 đơn vị được chấm (80,06). Điểm CCHC, "
        "thang điểm 100 – giả định",
    ]
    assert "trục bắt đầu từ 65" in ax.get_xlabel()
    assert "90/80/65 (giả định)" in ax.get_xlabel()
    assert {line.get_xdata()[0] for line in ax.lines} == {90, 80, 65}


def test_a_mean_says_over_how_many_units_it_is():
    some = plot_comparison(table([90, 80, None]))
    assert titles(some)[0] == "1/2 đơn vị đạt trên mức trung bình (85,00)"
    assert "so với điểm trung bình của 2 đơn vị được chấm (85,00)" in titles(some)[1]
    assert "của 2 đơn vị được chấm (trong số 3 đơn vị)" in some.get_label()
    blocks = plot_comparison(table([90, 80, 70], block=["x", "x", "y"]))
    assert titles(blocks)[0] == "1/3 đơn vị đạt trên mức trung bình"
    assert "điểm trung bình từng khối" in titles(blocks)[1]


def test_the_chosen_unit_is_bold_and_other_blocks_have_no_difference_from_it():
    scores = table([90, 80, 70, None], block=["x", "x", "y", "y"])
    ax = plot_comparison(scores, unit="b")
    assert labels(ax) == ["a", "b", "c", "d"]
    assert headings(ax) == ["x", "y"]
    assert titles(ax)[0] == "1 đơn vị cao hơn b, không đơn vị nào thấp hơn"
    assert texts(ax)[:4] == ["+10,00", "0,00", "–", "Chưa chấm"]
    assert "chênh lệch của 2 đơn vị so với b (80,00)." in ax.get_label()
    assert [label.get_fontweight() for label in ax.get_yticklabels()][:2] == ["normal", "bold"]
    assert "Đầu bảng: a – x (+10,00); cuối bảng: b – x (0,00)." in ax.get_label()
    years = pd.concat([table([9, 8]).assign(year=2022), table([7, None]).assign(year=2023)])
    ax = plot_comparison(years, unit="b")  # not scored in 2023
    assert texts(ax)[:4] == ["+1,00", "0,00", "–", "Chưa chấm"]


def test_equal_scores_are_first_and_last():
    alt = plot_ranking(table([80, 80, None])).get_label()
    assert "xếp hạng 2 đơn vị được chấm (trong số 3 đơn vị)" in alt
    assert ". Đầu bảng: a; b (80,00); cuối bảng: a; b (80,00). Số đơn vị" in alt
    blocks = table([80, 80, None, 70, 60], block=list("xxyzz"))
    assert (
        "Đầu bảng: a – x; b – x (80,00); cuối bảng: a – x; b – x (80,00). "
        "Đầu bảng: d – z (70,00); cuối bảng: e – z (60,00)."
    ) in plot_ranking(blocks).get_label()


def test_a_distribution_says_where_nobody_is_scored():
    ax = plot_distribution(table([None, None]))
    assert texts(ax) == ["2"]
    assert "chưa có đơn vị nào được chấm" in titles(ax)[1]


def test_comparison_with_one_unit_in_its_own_year():
    regions = load_scores(DATA / "par-index-regions.csv")
    ax = plot_comparison(regions, unit="đông nam bộ")
    at = list(zip(labels(ax), texts(ax), strict=False))
    assert headings(ax) == ["Năm 2023", "Năm 2022"]
    assert at.count(("Đông Nam Bộ", "0,00")) == 2
    assert ("Đồng bằng sông Hồng", "+0,54") in at
    assert ("Trung du miền núi phía Bắc", "+0,26") in at[6:]


def test_a_unit_that_is_not_there_is_named_with_the_closest(town):
    with pytest.raises(ValueError, match="Không có đơn vị 'Phòng Nội Vu'.*'Phòng Nội vụ'"):
        plot_comparison(town, unit="Phòng Nội Vu")
    with pytest.raises(ValueError, match="'b' chưa được chấm"):
        plot_comparison(table([9, None]), unit="b")


def test_different_maxima_are_drawn_in_percent():
    scores = table([63, 75.6, 42], max_score=[70, 84, 84])
    ax = plot_ranking(scores)
    assert [bar.get_width() for bar in ax.patches] == [90, 90, 50]
    assert texts(ax)[:3] == ["90,00%", "90,00%", "50,00%"]
    assert headings(ax) == ["Xuất sắc (từ 90%) – 2 đơn vị", "Trung bình (từ 50%) – 1 đơn vị"]
    assert "%" in ax.get_xlabel()
    assert texts(plot_comparison(scores))[:3] == ["+13,33", "+13,33", "−26,67"]


@pytest.mark.parametrize("plot", PLOTS)
def test_grades_of_another_scheme_are_refused_naming_the_first_unit(plot, town):
    regraded = grade_units(town, scheme="da-nang-2011")
    with pytest.raises(ValueError, match="'Văn phòng HĐND&UBND' có xếp loại 'Rất tốt'"):
        plot(regraded)
    assert plot(regraded, scheme="da-nang-2011")
    with pytest.raises(ValueError, match="Loại 'Rất tốt'"):
        plot_distribution(grade_distribution(regraded))


@pytest.mark.parametrize("plot", PLOTS)
def test_the_given_axes_are_used_and_nothing_else_is_touched(plot, town):
    _, (left, right) = plt.subplots(1, 2, figsize=(16, 9))
    before = dict(plt.rcParams)
    assert plot(town, ax=right) is right
    assert not left.patches
    assert not left.collections
    assert dict(plt.rcParams) == before
    assert len(plt.get_fignums()) == 1
    assert plot(town).figure is not right.figure


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("name", RANKING_TABLES)
def test_alt_text_says_what_the_chart_shows(plot, name):
    scores = load_scores(DATA / f"{name}.csv")
    alt = plot(scores).get_label()
    assert ". Biểu đồ" in alt
    assert str(len(scores)) in alt
    assert alt.endswith("Ngưỡng xếp loại: giả định.")


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize(
    ("units", "name"), [(18, LONG), (140, "Phòng")]
)  # 1, 2, 3, 63 and 104: test_print.py, in what is saved
def test_no_text_is_cut_or_overlaps(plot, units, name):
    scores = np.round(np.random.default_rng(units).uniform(40, 100, units), 2)
    scores[1::9] = np.nan
    ranking = pd.DataFrame(
        {"unit": [f"{name} {at}" for at in range(units)], "score": scores, "max_score": 100.0}
    ).pipe(rank_units)
    ax = plot(ranking)
    check_texts(ax)


@pytest.mark.parametrize("plot", PLOTS)
def test_nobody_scored_and_nobody_there(plot):
    assert "hưa" in plot(table([None, None])).get_label()
    if plot is not plot_distribution:
        with pytest.raises(ValueError, match="không có đơn vị nào"):
            plot(table([]))


def test_markup_in_a_name_is_drawn_as_text():
    ax = plot_ranking(table([90]).assign(unit="$x_1$ <b>&amp;</b>"))
    ax.figure.draw_without_rendering()
    assert labels(ax) == [r"1. \$x_1\$ <b>&amp;</b>"]


def test_alt_text_keeps_years_apart():
    alt = plot_ranking(load_scores(DATA / "par-index-regions.csv")).get_label()
    last = "Đồng bằng sông Cửu Long – 2023; Tây Nguyên – 2023 (85,42)."  # both, for they tie
    assert f"Đồng bằng sông Hồng – 2023 (88,33); cuối bảng: {last}" in alt
    assert "cuối bảng: Bắc Trung Bộ và Duyên hải miền Trung – 2022 (84,25)." in alt


def test_unscored_units_are_written_in_every_row_chart():
    assert texts(plot_comparison(table([9, None])))[:2] == ["0,00", "Chưa chấm"]
    assert texts(plot_ranking(table([9, None])))[:2] == ["9,00", "–"]


@pytest.mark.parametrize(
    ("maxima", "of", "told"),
    [
        ([100, None], "Điểm CCHC", "(60,00 điểm)"),
        ([100, 100], "Điểm CCHC", "(60,00 điểm)"),
        ([75, None], "Tỷ lệ điểm CCHC", "(80,00%, tức 60,00 điểm)"),
    ],
)
def test_a_unit_without_score_and_maximum_changes_no_measure(maxima, of, told):
    scores = table([60, None], maxima)
    assert of in titles(plot_ranking(scores))[1]
    assert told in describe_ranking(scores)


def test_titles_and_axes_say_what_year_and_which_lines():
    regions = load_scores(DATA / "par-index-regions.csv")
    one = regions[regions["year"] == 2022]
    assert "năm 2022" in titles(plot_ranking(one))[1]
    assert "các năm 2022, 2023" in titles(plot_ranking(regions))[1]
    axis = plot_comparison(one).get_xlabel().replace("\n", " ")
    assert "nét đứt: ngưỡng xếp loại 90/80 (giả định)" in axis  # the others are out of view
    assert "Vạch xám: điểm trung bình; bên phải: chênh lệch (điểm)" in axis
    assert "điểm %" in plot_comparison(table([63, 50], max_score=70), unit="a").get_xlabel()


def test_a_unit_is_bold_in_the_ranking_however_it_is_spelled(town):
    def bold(ax):
        return [label.get_fontweight() == "bold" for label in ax.get_yticklabels()]

    assert not any(bold(plot_ranking(town)))
    assert (
        bold(plot_ranking(town, unit="phòng NỘI VỤ")) == (town["unit"] == "Phòng Nội vụ").tolist()
    )
    assert bold(plot_ranking(table([9, None]), unit="b")) == [False, True]  # not scored
    with pytest.raises(ValueError, match="Không có đơn vị 'Phòng Nội Vu'.*'Phòng Nội vụ'"):
        plot_ranking(town, unit="Phòng Nội Vu")


@pytest.mark.parametrize(
    ("refused", "problem", "option"),
    [
        (lambda: plot_comparison(table([])), "Bảng không có đơn vị nào để vẽ", None),
        (lambda: plot_comparison(table([9, None]), unit="b"), "Đơn vị 'b' chưa được chấm", None),
        (
            lambda: plot_distribution(pd.DataFrame({"grade": ["A"], "units": 1, "share_pct": 9})),
            "Loại 'A' trong bảng không thuộc thang 'thi-xa-2020'",
            "scheme",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_settles_it(refused, problem, option):
    with pytest.raises(Refusal) as caught:
        refused()
    assert caught.value.problem == problem
    assert (caught.value.option and caught.value.option.name) == option
    if option:
        assert "--scheme" in caught.value.said("command")
        assert "SCHEME" in caught.value.said("notebook")


def test_axes_given_alone_are_laid_out_and_too_low_ones_are_told(town):
    _, ax = plt.subplots(figsize=(12, 9))
    check_texts(plot_ranking(town, ax=ax))
    _, low = plt.subplots(figsize=(12, 3))
    with pytest.warns(UserWarning, match=r"18 dòng chồng lên nhau: .* ít nhất \d+ inch, .*bỏ ax="):
        plot_ranking(town, ax=low)
    assert low.figure.get_size_inches().tolist() == [12, 3]
