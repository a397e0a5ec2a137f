"""What is printed: every chart of the package as `save_chart` saves it."""

import re
import unicodedata
from functools import cache

import gallery
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import DATA, LONG, ROOT, ddci, table
from drawn import CHARTS, scores, texts_when_saved
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from PIL import Image

import cchc_analysis as cchc
from cchc_analysis.charts.export import encode, pictures_of
from cchc_analysis.charts.frame import numbers_of
from cchc_analysis.charts.units import grade_shades
from cchc_analysis.scoring.fields import total_fields
from cchc_analysis.scoring.results import results_of
from cchc_analysis.scoring.schemes import GradeScheme, known_schemes

LONGEST = f"{LONG} 1"[:86]  # and a number: 90 letters
VOWELS = "aăâeêioôơuưy"
TONES = "\u0300\u0301\u0303\u0309\u0323"
LETTERS = {unicodedata.normalize("NFC", v + t) for v in VOWELS for t in ("", *TONES)} | {"đ"}
LETTERS |= {letter.upper() for letter in LETTERS}
SIGNS = set("–…○●◆◇▲▼“”&%(),.;:/+-−±≥≤→×" + "\u00a0" + TONES + "\u0302\u0306\u031b")
# Protanopia, deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009), on linear RGB.
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _style():
    with plt.style.context("cchc_analysis.report"):
        yield


def overlapping(boxes):
    """Return the first two boxes that share some of the paper, if any do."""
    x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
    apart = (x1[:, None] <= x0) | (x0[:, None] >= x1) | (y1[:, None] <= y0) | (y0[:, None] >= y1)
    pairs = np.argwhere(~apart & ~np.eye(len(boxes), dtype="bool"))
    return pairs[0] if len(pairs) else None


SMALL_PRINT = {
    "source": "Cổng thông tin điện tử của Ủy ban nhân dân tỉnh, https://example.gov.vn/"
    + "x" * 120,
    "note": "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4). Số liệu ngày 11/01/2021."
    + "\nTRUNG TÂM VĂN HÓA – THÔNG TIN – THỂ THAO " * 4,
}


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    ("units", "name", "kind"),
    [
        (1, LONGEST, "mixed"), (1, "A", "equal"), (2, LONGEST, "mean is a cut-off"),
        (3, "A", "equal"), (18, LONGEST, "mean is a cut-off"), (63, "Phòng", "mixed"),
        (104, LONGEST, "mixed"),
    ],
)  # fmt: skip
def test_no_text_is_cut_or_overlaps_in_the_saved_picture(chart, units, name, kind, tmp_path):
    check_saved(CHARTS[chart](units, name, kind), 6.3, tmp_path)


def check_saved(ax, width, tmp_path):
    """Check that all text of a saved chart is large enough, within it, and apart."""
    with texts_when_saved() as saved:
        cchc.save_chart(ax, "x", folder=tmp_path, formats=["png"], **SMALL_PRINT)
    for page, seen in saved:
        assert page.width == pytest.approx(width, abs=0.02)  # 160 mm: what is printed is as large
        assert page.height < 9.1  # and fits a page
        assert min(text.get_fontsize() for text, _ in seen) >= 8
        drawn = [text.get_text() for text, _ in seen]
        assert any("1, 2, 2, 4" in text and "Nguồn" in text for text in drawn), "the small print"
        for text, box in seen:
            inside = page.x0 - 0.01 <= box.x0 and box.x1 <= page.x1 + 0.01
            assert inside and page.y0 - 0.01 <= box.y0 and box.y1 <= page.y1 + 0.01, text
        both = overlapping([box for _, box in seen])
        assert both is None, [drawn[at] for at in both]


NARROW = ["ranking", "distribution", "comparison", "one unit", "history"]


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    ("units", "name", "kind"),
    [(1, LONGEST, "equal"), (3, "A", "mixed"), (40, LONGEST, "mean is a cut-off")],
)
def test_charts_of_half_the_width(chart, units, name, kind, tmp_path):
    with plt.style.context("cchc_analysis.half"):
        ax = CHARTS[chart](units, name, kind)
    width = 3.15 if chart in NARROW else 6.3
    check_saved(ax, width, tmp_path)
    assert not any(line.startswith(("\xa0", " ")) for line in ax.get_title("left").split("\n"))


def test_cutoffs_too_close_to_be_written_apart_are_written_below():
    close = GradeScheme(["A", "B", "C", "D"], [90, 89.5, 60, 0])
    ax = cchc.plot_comparison(table([95, 40]), scheme=close)
    assert [text.get_text() for text in ax.texts[2:4]] == ["90", "60"]
    assert "90/89,5/60" in ax.get_xlabel()
    assert {line.get_xdata()[0] for line in ax.lines} == {90, 89.5, 60}


def test_cutoffs_over_a_chart_of_half_the_width_are_those_that_have_room(town, tmp_path):
    with plt.style.context("cchc_analysis.half"):
        ax = cchc.plot_comparison(town)
    assert [text.get_text() for text in ax.texts[18:-1]] == ["90", "65"]
    assert "90/80/65" in ax.get_xlabel()
    check_saved(ax, 3.15, tmp_path)


def test_a_mean_on_a_cutoff_does_not_hide_it():
    made = scores(4, kind="mean is a cut-off")
    ax = cchc.plot_comparison(made)
    (mean,) = {line[0][0] for line in ax.collections[0].get_segments()}
    assert mean == 80
    assert 80 in {line.get_xdata()[0] for line in ax.lines}
    assert ax.collections[0].get_zorder() < min(line.get_zorder() for line in ax.lines)
    assert ax.collections[0].get_linewidth()[0] > 3 * ax.lines[0].get_linewidth()


# What a chart shows, as a table


@cache
def drawn_once(chart, units, kind):
    return CHARTS[chart](units, "Phòng", kind)


def numbers_in(texts):
    """Return the numbers with a decimal comma that are in some texts."""
    return set(re.findall(r"\d+,\d+", " ".join(map(str, texts))))


@pytest.mark.parametrize("chart", CHARTS)
def test_the_table_beside_a_chart_has_all_its_numbers(chart, tmp_path):
    ax = drawn_once(chart, 18, "mixed")
    shown = numbers_of(ax)
    assert isinstance(shown.index, pd.RangeIndex)
    assert shown.notna().all(axis=None)
    assert shown.columns.is_unique
    assert not any(re.fullmatch("[a-z_]+", column) for column in shown.columns), "in Vietnamese"
    in_table = numbers_in([*shown.columns, *shown.to_numpy().ravel()])
    titles = [ax.get_title(loc="left"), *(label.get_text() for label in ax.get_yticklabels())]
    drawn = [*titles, *(text.get_text() for text in ax.texts)]
    assert not any(re.search(r"-\d", text) for text in drawn), "a true minus"
    assert numbers_in(drawn) <= in_table
    if chart == "blocks":  # each dot is a number too
        dots = [
            dot for shapes in ax.collections if isinstance(shapes, PathCollection)
            for dot in shapes.get_offsets()[:, 0]
        ]  # fmt: skip
        assert sorted(filter(None, dots)) == sorted(values(shown, "Tổng điểm đánh giá"))
    cchc.save_chart(ax, "hình 1", folder=tmp_path, formats=["svg"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hình 1.csv", "hình 1.svg"]
    data = (tmp_path / "hình 1.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(tmp_path / "hình 1.csv", sep=";", dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(read, shown.astype("str"), check_dtype=False)
    assert not data.decode("utf-8-sig").count("'")  # a change of +1,50 is a number


def counts_of(shown):
    """Return what an alt text may count in a table, beside the numbers that stand in it."""
    yield from (len(shown), len(shown.columns) - 1)  # units or fields; fields of units
    yield from (len(shown) - 1, len(shown.columns) - 2)  # beside mean and total
    for column in shown.columns:
        yield (shown[column] == "–").sum()
        yield (shown[column] != "–").sum()
    if "Số đơn vị" in shown:
        yield shown["Số đơn vị"].sum()
    if "Xếp loại" in shown:
        yield from shown["Xếp loại"].value_counts()
    for column in shown.filter(like="Thay đổi"):
        yield from shown[column].map(lambda by: by[0] if by[0] in "+-–" else "0").value_counts()
    for column in shown.filter(like="Chênh lệch"):
        yield (shown[column] != "Chưa chấm").sum()


@pytest.mark.parametrize("units", [1, 18])
@pytest.mark.parametrize("kind", ["mixed", "equal"])
@pytest.mark.parametrize("chart", CHARTS)
def test_the_alt_text_says_what_the_table_says(chart, kind, units):
    ax = drawn_once(chart, units, kind)
    shown = numbers_of(ax)
    whole = r"\d+(?:,\d+)?"
    told = set(re.findall(whole, ax.get_label()))
    cells = map(str, [*shown.columns, *shown.to_numpy().ravel()])
    in_table = set(re.findall(whole, " ".join(cells)))
    assert told <= in_table | {"0"} | set(map(str, counts_of(shown)))
    assert told


def values(shown, column):
    return [float(v.strip("%").replace(",", ".")) for v in shown[column] if v != "–"]


def test_the_tables_of_the_town(town):
    shown = numbers_of(cchc.plot_ranking(town))
    assert shown.iloc[9].tolist() == [
        "Ban Quản lý dự án và ĐTXD khu vực thị xã", 10, "78,79", "Khá", "90; 80; 65; 50",
    ]  # fmt: skip
    assert values(shown, "Tổng điểm đánh giá") == town["score"].tolist()
    shown = numbers_of(cchc.plot_distribution(town))
    assert shown.values.tolist()[:2] == [
        ["Xuất sắc", "từ 90%", 3, "16,67%"], ["Tốt", "từ 80%", 6, "33,33%"],
    ]  # fmt: skip
    shown = numbers_of(cchc.plot_comparison(town))
    assert shown.iloc[17, :4].tolist() == ["Phòng Y tế", "67,52", "80,06", "-12,54"]
    assert set(shown["Các ngưỡng xếp loại (%)"]) == {"90; 80; 65"}  # the others are out of view
    shown = numbers_of(cchc.plot_blocks(town.assign(block="Thị xã")))
    assert shown.iloc[0].tolist() == ["Văn phòng HĐND&UBND", "97,23", "80,06", 18, 18]


def test_the_tables_of_two_years():
    regions = cchc.load_scores(DATA / "par-index-regions.csv")
    two = (regions[regions["year"] == year] for year in (2022, 2023))
    shown = numbers_of(cchc.plot_change(cchc.compare_periods(*two)))
    assert shown.iloc[1].tolist() == ["Đông Nam Bộ", 2, "84,74", "87,79", "+3,05", "3 → 2", "–"]
    assert shown.iloc[5, 1:].tolist() == [5, "–", "85,42", "–", "–", "chỉ có ở kỳ này"]
    shown = numbers_of(cchc.plot_rank_history(regions))
    assert shown.columns.tolist() == ["Đơn vị", "Hạng năm 2022", "Hạng năm 2023"]
    assert shown.iloc[1].tolist() == ["Đông Nam Bộ", 3, 2]
    assert shown.iloc[5].tolist()[1:] == ["–", 5]


def test_the_tables_of_fields():
    shown = numbers_of(cchc.plot_profile(ddci(), unit="Huyện Vũ Quang"))
    assert shown.iloc[3].tolist() == ["Chi phí thời gian", "3,38", "10", "2,90", "1,03", 17]
    shown = numbers_of(cchc.plot_fields(ddci())).set_index("Đơn vị")
    own = shown.loc["Huyện Vũ Quang"]
    names = [f"{name} (tối đa 10, %)" for name in list(dict.fromkeys(ddci()["field"]))[:4]]
    assert own[names].tolist() == ["70", "66", "77", "68"]
    assert shown.loc["Trung bình", names[1]] == "70,97"


def test_missing_scores_and_other_maxima_in_the_tables():
    mixed = table([63, None, 42], max_score=[70, 84, 84])
    shown = numbers_of(cchc.plot_ranking(mixed))
    assert shown["Tỷ lệ điểm (%)"].tolist() == ["90,00", "50,00", "–"]
    assert shown["Xếp hạng"].tolist() == [1, 2, "–"]
    assert shown["Xếp loại"].tolist() == ["Xuất sắc", "Trung bình", "Chưa chấm"]
    assert numbers_of(cchc.plot_comparison(mixed)).iloc[2, 3] == "Chưa chấm"


def test_a_chart_of_another_hand_has_no_table(tmp_path):
    ax = plt.figure().subplots()
    ax.set_title("Một biểu đồ khác")
    assert encode(ax, formats=["svg"])[0].table is None
    (path,) = cchc.save_chart(ax, "x", folder=tmp_path, formats=["png"])
    assert list(tmp_path.iterdir()) == [path]
    with Image.open(path) as picture:
        assert picture.info["Description"] == "Một biểu đồ khác"


def test_the_table_is_a_copy(town):
    ax = cchc.plot_ranking(town)
    shown = numbers_of(ax)
    shown.loc[0, "Đơn vị"] = "x"
    assert numbers_of(ax).iloc[0, 0] == "Văn phòng HĐND&UBND"


# Letters


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_the_font_that_is_really_used_has_every_vietnamese_letter(weight):
    assert len(LETTERS) == 2 * (12 * 6 + 1)
    ax = plt.figure().subplots()
    ax.set_title("".join(sorted(LETTERS | SIGNS)).replace("$", r"\$"), weight=weight)
    assert encode(ax)


def test_a_font_that_lacks_a_letter_is_refused(town, tmp_path):
    with plt.rc_context({"font.family": "cmr10", "axes.formatter.use_mathtext": True}):
        ax = cchc.plot_ranking(town)
        with pytest.raises(ValueError, match="Phông chữ 'cmr10' không có chữ '.' .*report"):
            cchc.save_chart(ax, "x", folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:Glyph")  # matplotlib says it too
@pytest.mark.parametrize(
    ("letter", "code"),
    [("国", "56FD"), ("\uf0b7", "F0B7"), ("✅", "2705"), ("\u0378", "0378")],
)
def test_a_letter_that_no_font_of_ours_has_is_to_be_replaced(letter, code, tmp_path):
    where = f"1. Phòng {letter} và A"
    ax = cchc.plot_ranking(table([9]).assign(unit=where[3:]))
    with pytest.raises(ValueError, match="DejaVu Sans") as caught:
        cchc.save_chart(ax, "x", folder=tmp_path)
    assert str(caught.value) == (
        f"Phông chữ 'DejaVu Sans' không có chữ '{letter}' (mã U+{code}) trong '{where}'; hãy dùng "
        'plt.style.use("cchc_analysis.report") trước khi vẽ, hoặc thay, xóa chữ này.'
    )
    with pytest.raises(ValueError, match="không có chữ"):
        cchc.save_chart(cchc.plot_ranking(table([9])), "x", folder=tmp_path, note=letter)
    assert not list(tmp_path.iterdir())


def test_a_font_that_is_not_there_is_replaced_by_the_next(town, tmp_path):
    families = ["Không có phông này", "cmr10", "DejaVu Sans"]
    with plt.rc_context({"font.family": families, "axes.formatter.use_mathtext": True}):
        assert encode(cchc.plot_ranking(town))


def test_an_svg_names_fonts_for_machines_without_ours(town, tmp_path):
    (svg,) = cchc.save_chart(cchc.plot_ranking(town), "x", folder=tmp_path, formats=["svg"])
    text = svg.read_text(encoding="utf-8")
    families = re.search(r"font-family: ([^;\"]+)", text)[1].replace("&apos;", "'")
    assert families.startswith("'DejaVu Sans', 'Verdana', 'Arial'")
    assert families.endswith("sans-serif")


# Shades


def linear(colors):
    parts = np.asarray(colors)[..., :3]
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colors):
    return linear(colors) @ [0.2126, 0.7152, 0.0722]


def lightness(luminance):
    """Return L* (0 black … 100 white) of relative luminance."""
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


def contrast(one, other):
    light, dark = np.maximum(one, other), np.minimum(one, other)
    return (light + 0.05) / (dark + 0.05)


SCHEMES = [*known_schemes().values()]
SCHEMES += [
    GradeScheme([f"Loại {at}" for at in range(n)], np.linspace(90, 0, n)) for n in (2, 3, 4, 5)
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name or str(len(s.grades)))
def test_grades_tell_themselves_apart_in_grey_and_to_the_colour_blind(scheme):
    shades = [to_rgb(shade) for shade in grade_shades(scheme.grades).values()]
    seen = {"grey": luminance(shades)}
    for kind, matrix in BLIND.items():
        simulated = np.clip(linear(shades) @ np.transpose(matrix), 0, 1)
        seen[kind] = simulated @ [0.2126, 0.7152, 0.0722]
    for kind, light in seen.items():
        assert (np.diff(lightness(light)) >= 10).all(), kind  # lighter from grade to grade
        assert (contrast(light[1:], light[:-1]) >= 1.25).all(), kind
        # Text on a shade, in black or white, whichever reads better (WCAG asks for 4.5).
        assert (np.maximum(contrast(light, 0), contrast(light, 1)) >= 4.5).all(), kind


def test_grades_are_written_as_well_as_coloured(town):
    for plot in (cchc.plot_ranking, cchc.plot_distribution):
        ax = plot(town)
        words = [t.get_text() for t in (*ax.texts, *ax.get_yticklabels())]
        for grade in town["grade"].unique():
            assert any(grade in word for word in words)


# Axes


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("kind", ["mixed", "equal"])
def test_bars_start_at_zero_or_the_axis_says_that_it_does_not(chart, kind):
    ax = drawn_once(chart, 18, kind)
    left = ax.get_xlim()[0]
    if ax.patches:
        assert {bar.get_x() for bar in ax.patches} == {0}
        assert left == 0
    elif chart in ("comparison", "one unit", "change", "blocks"):
        assert left >= 0
        assert (f"trục bắt đầu từ {left:g}" in ax.get_xlabel()) == (left > 0)
    else:
        assert chart in ("history", "fields")  # places and cells: no length is a number


# The small print


def test_the_small_print_says_where_the_data_are_from_and_what_the_chart_does_not_say():
    totals = total_fields(ddci())
    results = results_of(totals, before=totals, fields=ddci())
    source = {"scores": "Báo cáo 12", "before": "Báo cáo 11", "fields": "Phụ lục 3"}
    pictures = pictures_of(results, source=source, formats=("svg",))
    ties = "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4)."
    for name, (origin, told) in {
        "ranking": ("Báo cáo 12", ties), "change": ("Báo cáo 12; kỳ trước: Báo cáo 11", ties),
        "distribution": ("Báo cáo 12", "Thang điểm 90."),
        "fields": ("Phụ lục 3", ""),
    }.items():  # fmt: skip
        drawn = pictures[name][0].pictures["svg"].decode()
        assert f">Nguồn: {origin}<" in drawn
        assert told in drawn
        assert (ties in drawn) == (told == ties)


# The gallery


def test_the_gallery_is_what_the_package_draws(tmp_path):
    drawn = {path.name: path for path in gallery.draw(tmp_path)}
    committed = {path.name: path for path in (ROOT / ".images").glob("*.png")}
    assert drawn.keys() == committed.keys()
    plots = {name for name in cchc.__all__ if name.startswith("plot_")}
    assert len(drawn) == len(plots)
    for name, path in committed.items():
        with Image.open(path) as old, Image.open(drawn[name]) as new:
            for key in ("Title", "Description", "Source"):
                assert old.info[key] == new.info[key], f"{name}: run tests/gallery.py"
            assert old.size == new.size, f"{name}: run tests/gallery.py"
            assert new.width == 1890  # the text of a page: 160 mm at 300 dpi
        assert path.stat().st_size < 160_000


def test_the_style_is_for_a4_between_the_margins():
    assert mpl.rcParams["figure.figsize"][0] == pytest.approx(160 / 25.4, abs=0.01)
    sizes = [mpl.rcParams[name] for name in mpl.rcParams if name.endswith("labelsize")]
    assert all(size >= 8 for size in sizes if isinstance(size, float))


@pytest.mark.parametrize("other", ["dark_background", "classic", "Solarize_Light2", "seaborn-v0_8"])
@pytest.mark.parametrize("name", ["ranking", "change", "fields"])
def test_the_style_resets_what_another_style_or_a_matplotlibrc_has_changed(other, name):
    assert np.array_equal(drawn_after("default", name), drawn_after(other, name))


@cache
def drawn_after(before, name):
    with plt.style.context([before, "cchc_analysis.report"]):
        canvas = CHARTS[name](5, "Sở", "mixed").figure.canvas
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())
