import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import LONG, check_texts, ddci
from matplotlib.colors import to_hex

from cchc_analysis import plot_fields, plot_profile
from cchc_analysis.charts.frame import ACCENT

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
    return [label.get_text().replace("\n", " ") for label in ax.get_xticklabels()]


def cells(ax):
    """Return the texts of each row of cells, and check that each stands in its own."""
    width = len(ax.get_xticks())
    for at, text in enumerate(ax.texts):
        assert text.get_position() == (at % width, at // width)
    written = [text.get_text() for text in ax.texts]
    return [written[at : at + width] for at in range(0, len(written), width)]


FIELDS = long(
    [
        ("a", "I", 4, 8), ("a", "II", 15, 20), ("b", "I", 7.96, 8), ("b", "II", 20, 20),
        ("c", "I", None, 8), ("c", "II", 0, 20), ("d", "I", 1, 8), ("d", "II", 17, 20),
    ]
)  # fmt: skip

# plot_fields


def test_fields_are_cells_of_whole_percent_in_the_order_of_totals():
    ax = plot_fields(FIELDS.sample(frac=1, random_state=2).sort_values("field", kind="stable"))
    assert labels(ax) == ["b", "a", "d", "c"]
    assert cells(ax) == [["100", "100"], ["50", "75"], ["13", "85"], ["–", "0"]]
    assert heads(ax) == ["I", "II"]
    assert "làm tròn đến phần nguyên" in ax.get_xlabel()
    assert "–: không có điểm" in ax.get_xlabel()
    assert "Thấp nhất–cao nhất từng lĩnh vực: I 13–100%; II 0–100%." in ax.get_label()


def test_fields_of_the_sister_index():
    ax = plot_fields(ddci())
    at = dict(zip(labels(ax), cells(ax), strict=True))
    assert len(at) == 17
    assert at["Huyện Vũ Quang"][:4] == ["70", "66", "77", "68"]  # 7,02; 6,62; 7,71; 6,79 of 10
    assert at["Sở Tài chính"][-2:] == ["–", "–"]
    assert heads(ax) == list(dict.fromkeys(ddci()["field"]))
    assert "–: không có điểm" in ax.get_xlabel()
    assert ax.get_label().startswith("Bản đồ nhiệt: tỷ lệ điểm theo 9 lĩnh vực của 17 đơn vị.")


def test_short_heads_stand_upright_over_63_units():
    fields = long([(f"Tỉnh {at}", f"D{n}", at / 10, 10) for at in range(63) for n in range(6)])
    ax = plot_fields(fields)
    assert len(labels(ax)) == 63
    assert heads(ax) == ["D0", "D1", "D2", "D3", "D4", "D5"]
    assert all(label.get_rotation() == 0 for label in ax.get_xticklabels())
    assert "không có điểm" not in ax.get_xlabel()
    check_texts(ax)


def luminance(colors):
    parts = np.asarray(colors)[..., :3]
    parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return parts @ [0.2126, 0.7152, 0.0722]


def test_cells_are_darker_for_more_and_their_figures_read_well_in_grey():
    percents = np.arange(0, 101, 5)
    ax = plot_fields(long([(f"u{p}", "I", p, 100) for p in percents]))
    shades = luminance(ax.collections[0].get_array()[:, 0])
    assert (np.diff(shades) > 0).all()  # the best, on top, is darkest
    assert all(to_hex(text.get_color()) == "#000000" for text in ax.texts)
    assert (shades.min() + 0.05) / 0.05 > 6  # contrast of black letters; WCAG asks for 4.5


def test_a_missing_cell_is_blank():
    ax = plot_fields(FIELDS)
    shades = ax.collections[0].get_array()
    assert shades[3, 0].tolist() == [1, 1, 1, 1]
    assert (luminance(shades)[:3] < 1).all()


def test_fields_name_years_and_blocks():
    both = pd.concat([FIELDS.assign(year=2022), FIELDS.assign(year=2023)], ignore_index=True)
    assert labels(plot_fields(both))[0] == "b – 2022"
    assert "năm 2023" in plot_fields(FIELDS.assign(year=2023)).get_title(loc="left")


# plot_profile


def test_profile_draws_the_unit_the_mean_and_the_best():
    ax = plot_profile(FIELDS, unit="A")
    assert [bar.get_width() for bar in ax.patches] == [50, 75]
    assert [bar.get_x() for bar in ax.patches] == [0, 0]
    assert {to_hex(bar.get_facecolor()) for bar in ax.patches} == {ACCENT}
    mean, best = ax.collections
    assert [line[0][0] for line in mean.get_segments()] == [54, 65]
    assert best.get_offsets()[:, 0].tolist() == [99.5, 100]
    assert labels(ax) == ["I", "II"]
    assert [text.get_text() for text in ax.texts] == [
        "Đơn vị", "50,00", "75,00", "Trung bình", "54,00", "65,00", "Cao nhất", "99,50", "100,00",
        "Số đơn vị", "3", "4",
    ]  # fmt: skip
    assert ax.get_xlim()[0] == 0
    assert ax.get_title(loc="left") == "Điểm từng lĩnh vực của a"
    assert "I: 50,00% (trung bình 54,00% của 3 đơn vị, cao nhất 99,50%)." in ax.get_label()


def test_profile_of_the_sister_index():
    fields = ddci()
    ax = plot_profile(fields, unit="Huyện Vũ Quang")
    assert ax.texts[1].get_text() == "70,20"  # 7,02 of 10
    mean = fields[fields["field"] == fields["field"][0]]["score"].mean() * 10
    assert ax.collections[0].get_segments()[0][0][0] == pytest.approx(mean)
    assert [text.get_text() for text in ax.texts][-3:] == ["17", "7", "16"]


def test_profile_keeps_a_field_without_a_score():
    ax = plot_profile(FIELDS, unit="c")
    assert [bar.get_width() for bar in ax.patches] == [0, 0]
    assert ax.texts[1].get_text() == "–"
    without = FIELDS[~((FIELDS["unit"] == "a") & (FIELDS["field"] == "I"))]
    assert plot_profile(without, unit="a").texts[2].get_text() == "–"


def test_profile_compares_within_one_year_and_refuses_several():
    both = pd.concat(
        [FIELDS.assign(year=2022), FIELDS[FIELDS["unit"] != "b"].assign(year=2023)],
        ignore_index=True,
    )
    with pytest.raises(ValueError, match="'a' có ở nhiều năm.*== 2022"):
        plot_profile(both, unit="a")
    assert plot_profile(both, unit="b").texts[7].get_text() == "99,50"
    ax = plot_profile(both[both["year"] == 2023], unit="a")
    assert ax.texts[7].get_text() == "50,00"  # the best of 2023, without b
    assert "năm 2023" in ax.get_title(loc="left")
    blocks = FIELDS.assign(block=["x"] * 4 + ["y"] * 4)
    assert plot_profile(blocks, unit="d").texts[7].get_text() == "12,50"


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
    ("units", "name"), [(1, LONG), (3, "Phòng"), (18, LONG), (63, LONG), (140, "Phòng")]
)
def test_no_text_is_cut_or_overlaps(plot, units, name):
    ax = plot(made(units, 8, name))
    assert ax.figure.get_figwidth() == 6.3
    check_texts(ax)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("fields", [1, 2, 3, 5, 13, 24])
@pytest.mark.parametrize("name", ["A", LONG])
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
    title = ax._left_title.get_window_extent().y0
    heads_top = max(label.get_window_extent().y1 for label in ax.get_xticklabels())
    assert title - heads_top > 4


@pytest.mark.parametrize("plot", PLOTS)
def test_the_given_axes_are_used_and_the_table_is_left_as_it_was(plot):
    fields = made(18, 8)
    before = fields.copy(deep=True)
    _, (left, right) = plt.subplots(1, 2)
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
    assert {text.get_text() for text in ax.texts} == {"–"}


@pytest.mark.parametrize("plot", PLOTS)
def test_markup_in_a_name_is_drawn_as_text(plot):
    ax = plot(long([("$u_1$ <b>", "$x_1$ ^", 1.0, 2.0)]))
    check_texts(ax)
    assert any(r"\$x_1\$" in text for text in [*labels(ax), *heads(ax)])
