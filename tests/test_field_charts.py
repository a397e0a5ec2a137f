import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import LONG, beside, check_texts, ddci, headings, titles
from matplotlib.colors import to_hex

from cchc_analysis import plot_fields, plot_profile
from cchc_analysis.charts.frame import numbers_of

NAMES = [
    "Công tác chỉ đạo, điều hành cải cách hành chính",
    "Xây dựng và tổ chức thực hiện văn bản quy phạm pháp luật tại địa phương",
    "Cải cách thủ tục hành chính",
    "Cải cách tổ chức bộ máy",
    "Xây dựng và nâng cao chất lượng đội ngũ cán bộ, công chức, viên chức",
    "Cải cách tài chính công",
    "Hiện đại hóa hành chính",
    "Tác động của cải cách hành chính đến người dân, tổ chức và phát triển kinh tế - xã hội",
]
MAXIMA = [8.5, 10, 14.5, 10.5, 15, 12, 16, 13.5]


@pytest.fixture(autouse=True)
def _style():
    with plt.style.context("cchc_analysis.report"):
        yield


def long(rows, **columns):
    """Return a long table of (unit, field, score, max_score)."""
    names = ["unit", "field", "score", "max_score"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def made(units, fields, name="Phòng"):
    random = np.random.default_rng(units)
    rows = []
    for unit in range(units):
        for field in range(fields):
            title = NAMES[field % 8] + (f" {field // 8}" if field > 7 else "")
            most = MAXIMA[field % 8]
            score = np.nan if (unit % 17, field) == (5, 2) else round(random.uniform(0, most), 2)
            rows.append((f"{name} {unit}", title, score, most))
    return long(rows)


def labels(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


def heads(ax):
    """Return the heads of the columns, the last of which is the total."""
    written = beside(ax)
    return [head.replace("\n", " ") for head in written[: written.index("Tổng") + 1]]


def cells(ax):
    """Return the texts of each row of cells: of the mean, and of each unit; the total is last."""
    width = len(heads(ax))
    written = beside(ax)[width:]
    return [written[at : at + width] for at in range(0, len(written), width)]


FIELDS = long(
    [
        ("a", "I", 4, 8), ("a", "II", 15, 20), ("b", "I", 7.96, 8), ("b", "II", 20, 20),
        ("c", "I", None, 8), ("c", "II", 0, 20), ("d", "I", 1, 8), ("d", "II", 17, 20),
    ]
)  # fmt: skip

# plot_fields


def test_fields_are_cells_of_whole_percent_in_the_order_of_totals_weakest_field_first():
    ax = plot_fields(FIELDS.sample(frac=1, random_state=2).sort_values("field", kind="stable"))
    assert labels(ax) == ["Trung bình", "b", "a", "d", "c"]
    assert heads(ax) == ["I (8)", "II (20)", "Tổng"]
    assert cells(ax) == [
        ["54", "65", "77"], ["100", "100", "100"], ["50", "75", "68"], ["13", "85", "64"],
        ["–", "0", "–"],
    ]  # fmt: skip
    words = ax.get_xlabel().replace("\n", " ")
    assert "làm tròn" in words
    assert "–: không có điểm" in words
    assert titles(ax)[0] == "Yếu nhất là I (54,00%)"
    assert "Thấp nhất–cao nhất từng lĩnh vực: I 13–100%; II 0–100%." in ax.get_label()


def test_fields_of_the_sister_index():
    ax = plot_fields(ddci(), unit="huyện vũ quang")
    at = dict(zip(labels(ax), cells(ax), strict=True))
    assert len(at) == 18
    names = list(dict.fromkeys(ddci()["field"]))
    assert heads(ax) == [*(f"{n} (10)" for n in range(1, 10)), "Tổng"]  # named below
    key = ax.get_xlabel().replace("\n", " ").split("có điểm ")[1]
    order = [one.split(" ", 1)[1] for one in key.split("; ")]
    assert sorted(order) == sorted(names)
    told = dict(zip(order, at["Huyện Vũ Quang"], strict=False))
    assert [told[name] for name in names[:4]] == ["70", "66", "77", "68"]  # 7,02; 6,62; 7,71; 6,79
    assert "–" in at["Sở Tài chính"]
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["Huyện Vũ Quang"]
    assert "9 lĩnh vực, 17 đơn vị" in ax.get_label()


@pytest.mark.parametrize("name", ["group", "score", "at", "rank", "Tổng", "Trung bình"])
def test_a_field_may_have_any_name(name):
    ax = plot_fields(FIELDS.replace({"field": {"I": name}}))
    assert cells(ax)[1:3] == [["100", "100", "100"], ["50", "75", "68"]]


def test_short_heads_are_written_over_63_units():
    fields = long([(f"Tỉnh {at}", f"D{n}", at / 10, 10) for at in range(63) for n in range(6)])
    ax = plot_fields(fields)
    assert len(labels(ax)) == 64
    assert heads(ax)[:2] == ["D0 (10)", "D1 (10)"]
    assert {text.get_rotation() for text in ax.texts} == {0}
    assert "không có điểm" not in ax.get_xlabel()
    check_texts(ax)


def test_self_scores_are_cells_of_points_above_the_appraised_ones():
    fields = long([("a", "I", 4, 8), ("a", "II", 15, 20), ("b", "I", 6, 8), ("b", "II", 20, 20)])
    ax = plot_fields(fields.assign(self_score=[5, 15.5, 6, 19]), self_scores=True)
    assert labels(ax) == ["Trung bình", "b", "a"]
    assert cells(ax)[1:] == [["0,00", "−1,00", "−1,00"], ["+1,00", "+0,50", "+1,50"]]
    assert titles(ax)[0] == "Tự chấm cao hơn nhiều nhất ở I (+0,50 điểm)"
    assert "tự chấm và thẩm định" in ax.get_label()
    check_texts(ax)
    with pytest.raises(ValueError, match="self_score"):
        plot_fields(fields, self_scores=True)


def luminance(colors):
    parts = np.asarray(colors)[..., :3]
    parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return parts @ [0.2126, 0.7152, 0.0722]


def test_cells_are_darker_for_less_and_their_figures_read_well_in_grey():
    percents = np.arange(0, 101, 5)
    ax = plot_fields(long([(f"u{p}", "I", p, 100) for p in percents]))
    shades = luminance([row.get_facecolor()[0] for row in ax.collections[1:]])
    assert (np.diff(shades) < 0).all()  # the last is darkest
    assert all(to_hex(text.get_color()) == "#000000" for text in ax.texts)
    assert (shades.min() + 0.05) / 0.05 > 6  # contrast of black letters; WCAG asks for 4.5


def test_a_missing_cell_is_blank():
    ax = plot_fields(FIELDS)
    shades = np.array([row.get_facecolor() for row in ax.collections])
    assert shades[4, 0].tolist() == [1, 1, 1, 1]
    assert (luminance(shades)[:4, :2] < 1).all()


def test_fields_name_years_and_blocks():
    both = pd.concat([FIELDS.assign(year=2022), FIELDS.assign(year=2023)], ignore_index=True)
    ax = plot_fields(both)
    assert labels(ax)[:2] == ["Trung bình", "b"]
    assert labels(ax).count("Trung bình") == 2
    assert headings(ax) == ["Năm 2022", "Năm 2023"]
    assert "năm 2023" in titles(plot_fields(FIELDS.assign(year=2023)))[1]


# plot_profile


def test_profile_draws_the_points_that_lack_with_the_mean_and_the_least():
    ax = plot_profile(FIELDS, unit="A")
    assert labels(ax) == ["II", "I"]  # most lacking first
    assert [bar.get_width() for bar in ax.patches] == [5, 4]
    assert {bar.get_x() for bar in ax.patches} == {0}
    mean, least = ax.collections
    assert [line[0][0] for line in mean.get_segments()] == pytest.approx([7, 11.04 / 3])
    assert least.get_offsets()[:, 0].tolist() == [0, 0.04]
    assert beside(ax) == ["Chưa đạt/tối đa", "5,00/20", "4,00/8"]
    assert ax.get_xlim()[0] == 0
    assert titles(ax) == [
        "a thiếu nhiều điểm nhất ở II (5,00 điểm)",
        "Điểm chưa đạt theo lĩnh vực của a",
    ]
    assert "I: 4,00 (trung bình 3,68 của 3 đơn vị)." in ax.get_label()


def test_profile_of_the_sister_index():
    fields = ddci()
    ax = plot_profile(fields, unit="Huyện Vũ Quang")
    at = dict(zip(labels(ax), beside(ax)[1:], strict=True))
    first = fields["field"][0]
    assert at[first] == "2,98/10"  # 7,02 of 10
    mean = 10 - fields[fields["field"] == first]["score"].mean()
    row = labels(ax).index(first)
    assert ax.collections[0].get_segments()[row][0][0] == pytest.approx(mean)
    counts = dict(zip(numbers_of(ax)["Lĩnh vực"], numbers_of(ax)["Số đơn vị có điểm"], strict=True))
    assert sorted(counts.values())[:2] == [7, 16]


def test_profile_keeps_a_field_without_a_score():
    ax = plot_profile(FIELDS, unit="c")
    assert [bar.get_width() for bar in ax.patches] == [20, 0]
    assert beside(ax)[1:] == ["20,00/20", "–"]
    without = FIELDS[~((FIELDS["unit"] == "a") & (FIELDS["field"] == "I"))]
    assert labels(plot_profile(without, unit="a")) == ["II"]


def test_profile_of_several_years_has_them_below_one_another_and_refuses_several_blocks():
    both = pd.concat(
        [FIELDS.assign(year=2023), FIELDS[FIELDS["unit"] != "b"].assign(year=2022, score=1)],
        ignore_index=True,
    )
    ax = plot_profile(both, unit="a")
    assert headings(ax) == ["II", "I"]
    assert labels(ax) == ["2022", "2023"] * 2
    assert beside(ax)[1:] == ["19,00/20", "5,00/20", "7,00/8", "4,00/8"]
    assert labels(plot_profile(both, unit="b")) == ["I", "II"]
    blocks = both.assign(block=both["year"].map({2022: "x", 2023: "y"})).drop(columns="year")
    with pytest.raises(ValueError, match="'a' có ở nhiều khối.*== 'y'"):
        plot_profile(blocks, unit="a")
    with pytest.raises(ValueError, match="Các đơn vị được chọn ở nhiều năm"):
        plot_profile(both, unit=["a", "c"])


def test_profile_of_a_few_units_has_them_side_by_side_where_they_differ_most_first():
    ax = plot_profile(FIELDS, unit=["d", "B"])
    assert headings(ax) == ["I", "II"]
    assert labels(ax) == ["d", "b"] * 2
    assert beside(ax)[1:] == ["7,00/8", "0,04/8", "3,00/20", "0,00/20"]
    assert titles(ax)[0] == (
        "Chênh nhau nhiều nhất ở I: điểm chưa đạt cao nhất là d (7,00), thấp nhất là b (0,04)"
    )
    assert len({bar.get_facecolor() for bar in ax.patches}) == 2
    check_texts(ax)
    with pytest.raises(ValueError, match="có 5 đơn vị; hãy chọn từ 1 đến 4"):
        plot_profile(FIELDS, unit=list("abcda"))


def test_profile_refuses_a_unit_that_is_not_there():
    with pytest.raises(ValueError, match="Không có đơn vị 'e' trong bảng"):
        plot_profile(FIELDS, unit="e")
    with pytest.raises(ValueError, match="'e' chưa được chấm"):
        plot_profile(pd.concat([FIELDS, long([("e", "I", None, 8)])]), unit="e")


# both


def profile(fields, ax=None):
    return plot_profile(fields, unit=fields["unit"].iloc[0], ax=ax)


PLOTS = [plot_fields, profile]


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize(
    ("units", "name"), [(18, LONG), (140, "Phòng")]
)  # 1, 2, 3, 63 and 104: test_print.py, in what is saved
def test_no_text_is_cut_or_overlaps(plot, units, name):
    ax = plot(made(units, 8, name))
    assert ax.figure.get_figwidth() == 6.3
    check_texts(ax)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize(
    ("fields", "name"),
    [(1, "A"), (5, "A"), (24, "A"), *((fields, LONG) for fields in (1, 2, 3, 5, 13, 24))],
)
def test_no_text_of_few_or_many_fields_overlaps(plot, fields, name):
    check_texts(plot(made(4, fields, name)))


def test_one_field_of_a_long_name_keeps_its_bar():
    ax = profile(made(1, 1, LONG))
    ax.figure.draw_without_rendering()
    assert ax.patches[0].get_window_extent().height * 72 / ax.figure.dpi > 8


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("fields", [ddci(), made(63, 6)], ids=["ddci", "63 units"])
def test_no_text_of_the_sister_index_overlaps(plot, fields):
    ax = plot(fields)
    check_texts(ax)


@pytest.mark.parametrize("plot", PLOTS)
def test_the_given_axes_are_used_and_the_table_is_left_as_it_was(plot):
    fields = made(18, 8)
    before = fields.copy(deep=True)
    _, (left, right) = plt.subplots(1, 2, figsize=(16, 9))
    parameters, size = dict(plt.rcParams), right.figure.get_size_inches().tolist()
    assert plot(fields, ax=right) is right
    pd.testing.assert_frame_equal(fields, before)
    assert right.figure.get_size_inches().tolist() == size
    assert not left.texts
    assert dict(plt.rcParams) == parameters
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("plot", PLOTS)
def test_a_table_without_rows_or_columns_is_refused(plot):
    with pytest.raises(ValueError, match="không có đơn vị nào"):
        plot_fields(FIELDS[:0])
    with pytest.raises(ValueError, match="không có đơn vị nào"):
        plot_profile(FIELDS[:0], unit="a")
    with pytest.raises(ValueError, match="không có cột 'field'"):
        plot(FIELDS.drop(columns="field"))


def test_nobody_scored_is_a_table_of_blanks():
    ax = plot_fields(FIELDS.assign(score=np.nan))
    assert {text for row in cells(ax) for text in row} == {"–"}


@pytest.mark.parametrize("plot", PLOTS)
def test_markup_in_a_name_is_drawn_as_text(plot):
    ax = plot(long([("$u_1$ <b>", "$x_1$ ^", 1.0, 2.0)]))
    check_texts(ax)
    assert any(r"\$x_1\$" in text for text in [*labels(ax), *beside(ax)])
