import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import DATA, LONG, beside, check_texts, headings, table, titles
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from cchc_analysis import (
    compare_periods,
    load_scores,
    plot_blocks,
    plot_change,
    plot_rank_history,
    rank_units,
)
from cchc_analysis.charts.frame import ACCENT, numbers_of
from cchc_analysis.charts.ranking import lanes_of

PLOTS = [plot_change, plot_rank_history, plot_blocks]


@pytest.fixture(autouse=True)
def _style():
    with plt.style.context("cchc_analysis.report"):
        yield


@pytest.fixture
def regions():
    return load_scores(DATA / "par-index-regions.csv")


def of_years(regions):
    return compare_periods(*(regions[regions["year"] == year] for year in (2022, 2023)))


def made(units, seed, name="Phòng"):
    scores = np.round(np.random.default_rng(seed).uniform(55, 100, units), 2)
    scores[1::9] = np.nan
    names = [f"{name} {at}" for at in range(units)]
    return pd.DataFrame({"unit": names, "score": scores, "max_score": 100.0})


def labels(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


texts = beside


def dots_of(ax):
    """Return the groups of dots of a chart."""
    return [shapes for shapes in ax.collections if isinstance(shapes, PathCollection)]


def columns(ax, *, heads):
    """Return the texts of each column beside the rows."""
    rows = len(ax.get_yticks())
    return {
        texts(ax)[at]: texts(ax)[at + 1 : at + 1 + rows]
        for at in range(0, heads * (rows + 1), rows + 1)
    }


# plot_change


def test_change_draws_before_and_after_in_the_order_of_the_later_rank(regions):
    ax = plot_change(of_years(regions).sample(frac=1, random_state=3), unit="Đông Nam Bộ")
    lines, before, *after = ax.collections
    assert [dots.get_offsets()[:, 0].tolist() for dots in after] == [
        [88.33, 87.79, 87.72, 86.82], [], [85.42, 85.42],  # up, down, neither
    ]  # fmt: skip
    assert before.get_offsets()[:4, 0].tolist() == [86.62, 84.74, 85, 84.25]
    assert before.get_offsets().mask[4:, 0].all()  # no 2022 figure
    assert [line[0][0] for line in lines.get_segments()[:4]] == [86.62, 84.74, 85, 84.25]
    assert labels(ax)[:2] == ["1. Đồng bằng sông Hồng", "2. Đông Nam Bộ"]
    assert sorted(labels(ax)[4:]) == ["5. Tây Nguyên", "5. Đồng bằng sông Cửu Long"]
    assert columns(ax, heads=2) == {  # names leave no room for the scores
        "Điểm": ["+1,71", "+3,05", "+2,72", "+2,57", "", ""],
        "Hạng": ["1 → 1", "3 → 2", "2 → 3", "4 → 4", "", ""],
    }
    assert titles(ax) == [
        "Cả 4 đơn vị đều tăng điểm; tăng nhiều nhất là Đông Nam Bộ (+3,05)",
        "Thay đổi điểm cải cách hành chính, năm 2023 so với năm 2022, thang điểm 100 – giả định",
    ]
    assert texts(ax)[14:] == ["", "", "", "", "chỉ có ở kỳ này", "chỉ có ở kỳ này"]
    assert "trục bắt đầu từ 80" in ax.get_xlabel()
    assert "○ năm 2022 → ► ◄ năm 2023" in ax.get_xlabel()


def test_change_points_up_or_down_and_marks_a_cutoff_that_is_crossed():
    before = table([91, 79, 85]).pipe(rank_units)
    after = table([89, 81, 85]).pipe(rank_units)
    ax = plot_change(compare_periods(before, after))
    _, _, up, down, same = ax.collections
    assert [dots.get_offsets()[:, 0].tolist() for dots in (up, down, same)] == [[81], [89], [85]]
    assert columns(ax, heads=4)["Loại"] == ["▼ Tốt", "", "▲ Tốt"]
    assert titles(ax)[0] == "1/3 đơn vị tăng điểm, 1 đơn vị giảm"
    check_texts(ax)
    for dots, points_to in ((up, max), (down, min)):  # the tip is on the value
        assert points_to(dots.get_paths()[0].vertices[:, 0]) == 0
    assert "Loại" not in texts(plot_change(compare_periods(before, before)))


def test_change_marks_one_unit_in_colour_and_in_grey(regions):
    ax = plot_change(of_years(regions), unit="đông nam  bộ")
    lines, _, after, *_ = ax.collections
    assert [to_hex(color) == ACCENT for color in after.get_facecolor()] == [
        False, True, False, False,
    ]  # fmt: skip
    assert lines.get_linewidth()[1] > lines.get_linewidth()[0]
    bold = [label.get_fontweight() == "bold" for label in ax.get_yticklabels()]
    assert bold == [False, True, False, False, False, False]
    with pytest.raises(ValueError, match="Không có đơn vị 'Đông Nam B'.*'Đông Nam Bộ'"):
        plot_change(of_years(regions), unit="Đông Nam B")


def test_change_says_why_a_unit_has_no_change():
    before = table([90, None, 80, None, 70])
    after = pd.concat(
        [table([91, 85, None, None]), table([60, None]).assign(unit=["x", "y"])],
        ignore_index=True,
    )
    ax = plot_change(compare_periods(before, after))
    why = dict(zip(labels(ax), texts(ax)[21 + 3 :], strict=True))
    assert why == {
        "1. a": "", "2. b": "thiếu điểm", "3. x": "chỉ có ở kỳ này", "c": "thiếu điểm",
        "d": "thiếu điểm", "y": "chỉ có ở kỳ này", "e": "chỉ có ở kỳ trước",
    }  # fmt: skip
    assert labels(ax)[-1] == "e"
    assert "Chỉ 1 đơn vị được xếp hạng ở cả hai kỳ" in ax.get_label()


def test_change_of_other_maxima_is_in_percent_and_says_so():
    before, after = table([63, 42], max_score=[70, 84]), table([66.5, 42], max_score=[70, 84])
    ax = plot_change(compare_periods(before, after))
    assert columns(ax, heads=3) == {
        "Trước → nay": ["90,00 → 95,00", "50,00 → 50,00"],
        "Điểm %": ["+5,00", "0,00"],
        "Hạng": ["1 → 1", "2 → 2"],
    }
    assert "Tỷ lệ điểm, %" in ax.get_xlabel()
    assert "Thay đổi tỷ lệ điểm" in titles(ax)[1]


def test_change_is_exact_to_the_last_digit_and_shows_every_place():
    ax = plot_change(compare_periods(table([91.48, 81.755]), table([97.23, 81.755])))
    assert columns(ax, heads=3)["Điểm"] == ["+5,750", "0,000"]
    assert columns(ax, heads=3)["Trước → nay"][0] == "91,480 → 97,230"
    assert "; tăng điểm nhiều nhất là a (tăng 5,750 điểm)" in ax.get_label()
    ax = plot_change(compare_periods(table([64.3, 0.1]), table([64.6, 0.4])))
    assert 0.4 - 0.1 > 64.6 - 64.3  # as floats
    assert "; tăng điểm nhiều nhất là a và b (tăng 0,30 điểm)" in ax.get_label()
    ax = plot_change(compare_periods(table([91.48]), table([97.23])))
    assert columns(ax, heads=2)["Điểm"] == ["+5,75"]


def test_change_names_blocks_and_keeps_gone_units_in_theirs():
    comparison = pd.concat(
        [
            compare_periods(table([9, 8]), table([9])).assign(block="x"),
            compare_periods(table([7]), table([6])).assign(block="y"),
        ],
        ignore_index=True,
    )
    ax = plot_change(comparison)
    assert labels(ax) == ["1. a", "b", "1. a"]
    assert headings(ax) == ["x", "y"]


# plot_rank_history


def test_history_draws_the_ranks_of_each_year_with_ties(regions):
    ax = plot_rank_history(regions, unit="Đông Nam Bộ")
    drawn = [line.get_ydata().tolist() for line in ax.lines]
    assert drawn[:4] == [[1, 1], [3, 2], [2, 3], [4, 4]]
    assert [y for _, y in drawn[4:]] == [5, 5]
    assert np.isnan([x for x, _ in drawn[4:]]).all()
    assert labels(ax)[1] == "2. Đông Nam Bộ"
    assert sorted(labels(ax)[4:]) == ["5. Tây Nguyên", "5. Đồng bằng sông Cửu Long"]
    assert sorted(texts(ax)) == ["1", "2", "3", "4"]
    bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
    assert bold == ["3"]
    assert [line.get_color() == ACCENT for line in ax.lines] == [False, True] + [False] * 4
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2022", "2023"]
    assert ax.yaxis_inverted()
    assert "Hạng của Đông Nam Bộ: 2022: 3; 2023: 2." in ax.get_label()
    assert "Năm 2023: Đầu bảng: Đồng bằng sông Hồng; cuối bảng: " in ax.get_label()
    assert "cuối bảng: Đồng bằng sông Cửu Long; Tây Nguyên." in ax.get_label()  # they tie


def test_history_brings_a_few_units_to_the_front(regions):
    several = ["Đông Nam Bộ", "tây nguyên"]
    ax = plot_rank_history(regions, unit=several)
    front = [line for line in ax.lines if line.get_linewidth() > 1]
    assert len({line.get_linestyle() for line in front}) == 2  # told apart in grey
    assert "Hạng của Đông Nam Bộ: 2022: 3; 2023: 2. Hạng của Tây Nguyên" in ax.get_label()
    assert titles(plot_rank_history(regions, unit="Đông Nam Bộ"))[0] == (
        "Đông Nam Bộ từ hạng 3 lên hạng 2 (năm 2022–2023)"
    )
    again = pd.concat([regions, regions[regions["year"] == 2022].assign(year=2025)])
    assert titles(plot_rank_history(again, unit="Đông Nam Bộ"))[0] == (
        "Đông Nam Bộ trở lại hạng 3 (năm 2022–2025)"
    )
    alone = regions[regions["unit"] == "Đông Nam Bộ"]
    assert "hạng 1" not in titles(plot_rank_history(alone))[0]  # of one unit
    with pytest.raises(ValueError, match="unit= có 5 đơn vị; hãy chọn từ 1 đến 4"):
        plot_rank_history(regions, unit=list(regions["unit"][:5]))


def test_history_breaks_where_a_unit_is_absent_or_unscored():
    years = {
        2019: table([90, 80, 70]),
        2020: table([90, None, 95]).iloc[[0, 1]],
        2022: table([None, 85, 99]).iloc[[0, 1]],
    }
    scores = pd.concat([t.assign(year=y) for y, t in years.items()], ignore_index=True)
    ax = plot_rank_history(scores, unit="a")
    lines = dict(zip(labels(ax), ax.lines, strict=True))
    a, c = "a (không có hạng năm 2022)", "c (không có hạng năm 2022)"
    assert list(lines) == ["1. b", a, c]
    np.testing.assert_array_equal(lines["1. b"].get_ydata(), [2, np.nan, 1])
    np.testing.assert_array_equal(lines[a].get_ydata(), [1, 1, np.nan])
    assert lines["1. b"].get_xdata().tolist() == [2019, 2020, 2022]
    assert texts(ax)[-1] == "1"  # the chosen unit, in 2020
    # Each is joined to its name: by dots where it has no rank in the last year.
    dashes = [line.get_linestyle()[0][1] for line in ax.collections]
    assert [dash is None for dash in dashes] == [True, False, False]


def test_history_takes_ranks_that_the_table_has_and_years_in_any_order(regions):
    mixed = regions.sample(frac=1, random_state=1)
    assert [line.get_ydata()[1] for line in plot_rank_history(mixed).lines] == [1, 2, 3, 4, 5, 5]
    ranked = plot_rank_history(rank_units(regions))
    assert [line.get_ydata()[1] for line in ranked.lines] == [1, 2, 3, 4, 5, 5]
    with pytest.raises(ValueError, match="dùng rank_units lại"):
        plot_rank_history(rank_units(regions, within=[]))
    with pytest.raises(ValueError, match="dùng rank_units lại"):
        plot_rank_history(rank_units(regions).iloc[1:])


def test_history_knows_a_unit_by_its_name_however_it_is_spelled():
    spelled = pd.DataFrame({"unit": ["Ủy ban A & B", "UỶ BAN A và B", "C"], "score": [9, 8, 9.0]})
    ax = plot_rank_history(spelled.assign(year=[2022, 2023, 2023], max_score=10), unit="C")
    assert labels(ax) == ["1. C", "2. UỶ BAN A và B"]
    assert ax.lines[1].get_ydata().tolist() == [1, 2]


def test_history_puts_units_without_a_rank_below_all_that_have_one():
    scores = pd.concat(
        [table([99, 98, 97]).assign(year=2022), table([None, 60, 70]).assign(year=2023)],
        ignore_index=True,
    )
    ax = plot_rank_history(scores)
    assert labels(ax) == ["1. c", "2. b", "a (không có hạng năm 2023)"]
    never = plot_rank_history(table([9, None], year=2023))
    assert labels(never) == ["1. a", "b (không có hạng năm 2023)"]


def test_history_is_of_one_block_and_names_the_others(regions):
    blocks = regions.assign(block=["Sở", "Sở", "Huyện", "Huyện", "Huyện"] * 2)
    of_unit = blocks["unit"][blocks["block"] == "Huyện"].iloc[0]
    for chosen, block, other in (
        ({}, "Sở", "Huyện"), ({"block": "huyện"}, "Huyện", "Sở"), ({"unit": of_unit}, "Huyện", "Sở")
    ):  # fmt: skip
        ax = plot_rank_history(blocks, **chosen)
        assert f"({block})" in titles(ax)[1]
        assert f"Không vẽ khối khác: {other}" in ax.get_xlabel()
    for chosen, said in (
        ({"block": "Xã"}, r"Không có khối 'Xã'; các khối: Sở; Huyện; hãy ghi đúng tên"),
        ({"block": "Sở", "unit": of_unit}, f"'{of_unit}' không thuộc khối Sở"),
        ({"unit": "Tây"}, "Không có đơn vị 'Tây'"),
    ):
        with pytest.raises(ValueError, match=said):
            plot_rank_history(blocks, **chosen)
    assert "khối khác" not in plot_rank_history(regions.assign(block="Sở")).get_xlabel()


def test_history_refuses_a_table_without_years():
    with pytest.raises(ValueError, match="không có cột 'year'"):
        plot_rank_history(table([9]))


# plot_blocks


def test_blocks_draw_each_unit_and_the_exact_mean(town):
    offices = load_scores(DATA / "so-nganh-2021.csv").assign(block="Sở, ban, ngành")
    both = pd.concat([town.assign(block="Thị xã"), offices], ignore_index=True)
    ax = plot_blocks(both[["unit", "score", "max_score", "block"]], unit="Thanh tra")
    _, _, others, own, mean = ax.collections[:5]
    drawn = np.concatenate([others.get_offsets(), own.get_offsets()])
    assert sorted(drawn[:, 0]) == sorted(town["score"])
    assert own.get_offsets().tolist()[0][0] == 73.98
    assert len(ax.collections[7].get_offsets()) == 21
    assert mean.get_segments()[0][0][0] == pytest.approx(1441.10 / 18)
    assert labels(ax) == ["Thị xã", "Sở, ban, ngành"]
    assert columns(ax, heads=2) == {
        "Trung bình": ["80,06", "82,56"],
        "Được chấm": ["18/18", "21/21"],
    }
    assert "◆ Thanh tra" in ax.get_xlabel()
    assert "Thị xã: trung bình 80,06 (18/18 đơn vị được chấm)." in ax.get_label()


def test_blocks_say_how_many_are_scored_and_keep_years_apart():
    scores = pd.concat([table([90, None]).assign(year=2022), table([None]).assign(year=2023)])
    ax = plot_blocks(scores)
    assert labels(ax) == ["Năm 2022", "Năm 2023"]
    assert columns(ax, heads=2) == {"Trung bình": ["90,00", "–"], "Được chấm": ["1/2", "0/1"]}
    assert "theo năm" in titles(ax)[0]
    both = plot_blocks(table([90, 80], max_score=[90, 100], year=2022, block=["x", "y"]))
    assert labels(both) == ["x", "y"]
    assert titles(both)[0] == "Trung bình của các khối từ 80,00% đến 100,00%"
    assert columns(both, heads=1)["Trung bình"] == ["100,00%", "80,00%"]
    assert "%" in both.get_xlabel()


def test_blocks_name_their_ends_and_show_quartiles_and_median():
    ax = plot_blocks(table([90, 80, 81, 82, 83, 40], block="x"))
    assert [text for text in texts(ax) if "0,00" in text] == ["a (90,00)", "f (40,00)"]
    long = table([90, 80, 81]).assign(unit=["Ban Quản lý dự án " * 5, "b", "c"], block="x")
    assert re.search(r"Ban Quản lý.*… \(90,00\)", " ".join(texts(plot_blocks(long))))
    box, median = ax.collections[:2]
    assert {x for x, _ in box.get_paths()[0].vertices.tolist()} == {80.25, 82.75}
    assert median.get_segments()[0][0][0] == 81.5
    of_three = plot_blocks(table([90, 80, 70])).collections  # of which there are no quarters
    assert len(of_three) == len(ax.collections) - 2
    check_texts(ax)


@pytest.mark.parametrize("scores", [[80.0] * 15, [80.0] * 3 + [80.01] * 5 + [81, 99], [70.0]])
def test_blocks_hide_no_dot_behind_another(scores):
    units = pd.DataFrame({"unit": [f"u{at}" for at in range(len(scores))], "score": scores})
    ax = plot_blocks(units.assign(max_score=100.0), unit="u0")
    ax.figure.draw_without_rendering()
    dots = np.concatenate([dots.get_offsets() for dots in dots_of(ax)])
    places = ax.transData.transform(dots) * 72 / ax.figure.dpi
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + 99 * np.eye(len(dots))
    assert apart.min() > 5.5
    assert ax.get_ylim()[0] > dots[:, 1].max()
    assert ax.get_ylim()[1] < dots[:, 1].min()


def test_more_units_than_there_is_room_for_overlap_in_their_row():
    equal = table([80.0] * 20 + [90]).assign(unit=[f"u{at}" for at in range(21)])
    many = pd.concat([equal] * 10, ignore_index=True)
    many["unit"] = [f"u{at}" for at in range(len(many))]
    high, ax = plot_blocks(many), plot_blocks(equal, unit="u19")
    assert high.figure.get_figheight() == pytest.approx(ax.figure.get_figheight(), abs=0.2)
    dots = dots_of(high)[0].get_offsets()
    assert len(dots) == 210
    assert high.get_ylim()[0] > dots[:, 1].max()
    assert dots[:, 1].min() > high.get_ylim()[1]
    check_texts(high)
    blocks = pd.concat([many.assign(block=name) for name in "xyz"], ignore_index=True)
    check_texts(plot_blocks(blocks))


def test_the_table_of_blocks_has_no_number_that_excel_takes_for_a_date():
    shown = numbers_of(plot_blocks(table([90, None, 80], block=["x", "x", "y"])))
    assert shown.iloc[0].tolist()[-3:] == ["90,00", 1, 2]
    assert not shown.map(lambda cell: "/" in str(cell)).any(axis=None)


def test_a_ring_is_left_where_nothing_changed():
    before, *_, after = dots_of(plot_change(compare_periods(table([80]), table([80]))))
    inner = np.sqrt(before.get_sizes()[0]) / 2 - before.get_linewidth()[0] / 2
    assert inner - np.sqrt(after.get_sizes()[0]) / 2 - after.get_linewidth()[0] / 2 > 0.8


def test_units_that_are_apart_stand_on_one_line():
    assert lanes_of(np.array([20.0, 10, 1]), 3).tolist() == [0, 0, 0]
    assert sorted(lanes_of(np.array([1.0, 1, 1, 9]), 3)) == [-1, 0, 0, 1]


@given(st.lists(st.integers(0, 30), max_size=40))
def test_lanes_keep_units_apart_whatever_their_order(values):
    values = np.array(values, dtype="float64")
    lanes = lanes_of(values, 3)
    for lane in set(lanes):
        assert (np.diff(np.sort(values[lanes == lane])) >= 3).all()
    order = np.random.default_rng(0).permutation(len(values))
    again = lanes_of(values[order], 3)
    assert sorted(zip(values, lanes, strict=True)) == sorted(zip(values[order], again, strict=True))


# all


def arguments(plot, units, name="Phòng"):
    before, after = made(units, 1, name).iloc[units // 20 :], made(units, 2, name)
    if plot is plot_change:
        return compare_periods(before, after.iloc[: max(1, units - 2)])
    years = [before, after, made(units, 3, name).iloc[: max(1, units - 2)]]
    return pd.concat([t.assign(year=2020 + y) for y, t in enumerate(years)], ignore_index=True)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize(
    ("units", "name"), [(18, LONG), (140, "Phòng")]
)  # 1, 2, 3, 63 and 104: test_print.py, in what is saved
def test_no_text_is_cut_or_overlaps(plot, units, name):
    ax = plot(arguments(plot, units, name), unit=f"{name} 0")
    assert ax.figure.get_figwidth() == 6.3
    check_texts(ax)


@pytest.mark.parametrize("years", [1, 2, 20])
def test_no_text_of_many_years_or_blocks_overlaps(years):
    scores = [made(20, year, LONG).assign(year=2000 + year) for year in range(years)]
    scores = pd.concat(scores, ignore_index=True)
    check_texts(plot_rank_history(scores, unit=f"{LONG} 0"))
    check_texts(plot_blocks(scores, unit=f"{LONG} 0"))
    scores["block"] = LONG + " " + scores["year"].astype("str")
    check_texts(plot_blocks(scores.drop(columns="year"), unit=f"{LONG} 0"))


def test_ties_write_no_rank_or_name_on_another():
    tied = pd.concat([table([9, 9, 9, 8]).assign(year=y) for y in (2022, 2023)], ignore_index=True)
    ax = plot_rank_history(tied, unit="b")
    assert labels(ax) == ["1. a", "1. b", "1. c", "4. d"]
    assert texts(ax) == ["1", "4"]
    check_texts(ax)
    check_texts(plot_change(compare_periods(table([9, 9, 8]), table([9, 9, 9]))))


@pytest.mark.parametrize("plot", PLOTS)
def test_the_given_axes_are_used_and_the_table_is_left_as_it_was(plot):
    given_table = arguments(plot, 18)
    before = given_table.copy(deep=True)
    _, (left, right) = plt.subplots(1, 2, figsize=(16, 9))
    parameters = dict(plt.rcParams)
    assert plot(given_table, unit="Phòng 5", ax=right) is right
    pd.testing.assert_frame_equal(given_table, before)
    assert not left.collections
    assert dict(plt.rcParams) == parameters
    assert len(plt.get_fignums()) == 1
    assert plot(given_table).figure is not right.figure


@pytest.mark.parametrize("plot", PLOTS)
def test_nobody_scored_and_nobody_there(plot):
    empty = arguments(plot, 3)
    nobody = empty.assign(
        **{c: np.nan for c in empty if c.startswith(("score", "percent", "rank"))}
    )
    assert ". Biểu đồ" in plot(nobody).get_label()
    with pytest.raises(ValueError, match="không có đơn vị nào"):
        plot(empty.iloc[:0])
    with pytest.raises(ValueError, match="'Phòng 0' chưa được chấm"):
        plot(nobody, unit="Phòng 0")


@pytest.mark.parametrize("plot", PLOTS)
def test_markup_in_a_name_is_drawn_as_text(plot):
    name = "$x_1$ <b>&amp;</b> ^"
    ax = plot(arguments(plot, 1).assign(unit=name, block=name), unit=name)
    ax.figure.draw_without_rendering()
    drawn = [*ax.get_yticklabels(), ax.xaxis.label]
    assert any(r"\$x_1\$" in text.get_text() for text in drawn)
    check_texts(ax)
