import errno
import re
import time
from functools import partial
from inspect import signature
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from conftest import table
from matplotlib.figure import Figure
from PIL import Image

import cchc_analysis
from cchc_analysis import compare_periods, plot_comparison, plot_ranking, save_chart
from cchc_analysis.charts.export import encode, write_csv
from cchc_analysis.charts.frame import house_style


def save(town, folder, **options):
    with plt.style.context("cchc_analysis.report"):
        return save_chart(plot_ranking(town), "hạng", folder=folder, **options)


def test_files_formats_and_metadata(town, tmp_path):
    png, svg = save(town, tmp_path / "a" / "b", source="Phòng Nội vụ", note="Ghi chú")
    assert [png.name, svg.name] == ["hạng.png", "hạng.svg"]
    with Image.open(png) as picture:
        assert round(picture.info["dpi"][0]) == 300
        assert picture.width == pytest.approx(6.3 * 300, abs=3)  # 160 mm
        assert picture.info["Title"] == "Ba đơn vị đạt Xuất sắc; một nửa (9/18) ở loại Khá"
        assert "Khá. Biểu đồ thanh ngang: xếp hạng 18 đơn vị" in picture.info["Description"]
        assert picture.info["Source"] == "Phòng Nội vụ"
    text = svg.read_text(encoding="utf-8")
    assert "Nguồn: Phòng Nội vụ" in text
    assert "Ghi chú" in text
    assert "Biểu đồ thanh ngang" in text
    assert re.search(r"<text[^>]*>(?:<tspan[^>]*>)?97,23", text), "text stays text"


def test_a_pdf_has_its_metadata_its_text_and_truetype_fonts(town, tmp_path):
    import pdfplumber

    (path,) = save(town, tmp_path, formats="pdf", source="Phòng Nội vụ", note="Ghi chú")
    with pdfplumber.open(path) as pdf:
        about = pdf.metadata
        text = pdf.pages[0].extract_text()
        fonts = {char["fontname"] for char in pdf.pages[0].chars}
    assert about["Title"] == "Ba đơn vị đạt Xuất sắc; một nửa (9/18) ở loại Khá"
    assert "Khá. Biểu đồ thanh ngang: xếp hạng 18 đơn vị" in about["Subject"]
    assert about["Keywords"] == "Phòng Nội vụ"
    assert "CreationDate" not in about
    assert "1. Văn phòng HĐND&UBND" in text
    assert "Nguồn: Phòng Nội vụ" in text
    assert all("DejaVuSans" in font for font in fonts)
    data = path.read_bytes()
    assert b"/FontFile2" in data
    assert b"/Type3" not in data


def test_a_pdf_and_an_svg_keep_text_in_any_style(town, tmp_path):
    with plt.rc_context({"svg.fonttype": "path", "pdf.fonttype": 3}):
        svg, pdf = save_chart(plot_ranking(town), "x", folder=tmp_path, formats=["svg", "pdf"])
    assert "97,23" in svg.read_text(encoding="utf-8")
    assert b"/Type3" not in pdf.read_bytes()


def test_alt_text_can_be_given(town, coarse, tmp_path):
    (png,) = save(town, tmp_path, formats=["png"], alt="Hình khác")
    with Image.open(png) as picture:
        assert picture.info["Description"] == "Hình khác"


def test_the_chart_is_left_as_it_was(town, coarse, tmp_path):
    ax = plot_ranking(town)
    size, artists = ax.figure.get_size_inches().tolist(), len(ax.figure.get_children())
    save_chart(ax, "x", folder=tmp_path, source="x", note="y " * 300)
    assert ax.figure.get_size_inches().tolist() == size
    assert len(ax.figure.get_children()) == artists


def test_small_print_makes_room_below(town, coarse, tmp_path):
    heights = []
    for note in (None, "một hai ba " * 40):
        (png,) = save(town, tmp_path, formats=["png"], note=note)
        with Image.open(png) as picture:
            heights.append(picture.height / picture.width)
            assert picture.width == pytest.approx(6.3 * 40, abs=1)
    assert heights[1] > heights[0] + 0.053


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a:b", "", " . ", "a\nb"])
def test_names_that_no_system_takes_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match="Tên biểu đồ"):
        save_chart(plot_ranking(table([9])), name, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_unknown_formats_are_refused(tmp_path):
    with pytest.raises(ValueError, match="'gif'.*png, svg, pdf"):
        save_chart(plot_ranking(table([9])), "x", folder=tmp_path / "neu", formats=["png", "gif"])
    assert not (tmp_path / "neu").exists()


def test_titles_of_two_lines_are_kept_whole(tmp_path):
    name = "Ban Quản lý dự án và đầu tư xây dựng khu vực thị xã"
    ax = plot_comparison(table([9, 8]).assign(unit=["a", name]), unit=name)
    (png,) = save_chart(ax, "x", folder=tmp_path, formats=["png"])
    with Image.open(png) as picture:
        assert name in picture.info["Title"]


def test_the_title_in_the_metadata_is_as_it_is_read(tmp_path):
    ax = plot_comparison(table([9, 8]).assign(unit=["a", "$x$"]), unit="$x$")
    (png,) = save_chart(ax, "x", folder=tmp_path, formats=["png"])
    with Image.open(png) as picture:
        assert picture.info["Title"] == "1 đơn vị cao hơn $x$, không đơn vị nào thấp hơn"


def no_room(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device", "/tmp/.x")


def in_use(*_, **__):
    raise PermissionError(errno.EACCES, "The process cannot access the file", "/tmp/.x")


@pytest.mark.parametrize(
    ("where", "name", "fails", "kind"),
    [
        (Path, "write_bytes", no_room, OSError),  # a full disk
        (Path, "replace", in_use, PermissionError),  # open in another program on Windows
        (Path, "write_bytes", in_use, PermissionError),  # a folder that may only be read
    ],
)
def test_what_cannot_be_written_is_named_and_what_was_there_stays(
    where, name, fails, kind, town, tmp_path, coarse, monkeypatch
):
    ax = plot_ranking(town)
    before = {path: path.read_bytes() for path in save_chart(ax, "x", folder=tmp_path)}
    before[tmp_path / "x.csv"] = (tmp_path / "x.csv").read_bytes()
    monkeypatch.setattr(where, name, fails)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # between trials
    with pytest.raises(kind) as caught:
        save_chart(ax, "x", folder=tmp_path, note="khác")
    assert caught.value.filename == str(tmp_path / "x.png")
    with pytest.raises(kind) as caught:
        write_csv(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")
    assert caught.value.filename == str(tmp_path / "x.csv")
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_names_the_file(town, tmp_path):
    (tmp_path / "tep").write_text("x", encoding="utf-8")
    with pytest.raises(OSError) as caught:
        save_chart(plot_ranking(town), "x", folder=tmp_path / "tep" / "a")
    assert caught.value.filename == str(tmp_path / "tep" / "a" / "x.png")


def test_a_crash_while_drawing_leaves_every_file_as_it_was(town, coarse, tmp_path, monkeypatch):
    ax = plot_ranking(town)
    before = [path.read_bytes() for path in save_chart(ax, "x", folder=tmp_path)]
    savefig, calls = Figure.savefig, []

    def crash_at_the_second(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        savefig(*arguments, **options)

    monkeypatch.setattr(Figure, "savefig", crash_at_the_second)
    with pytest.raises(MemoryError):
        save_chart(ax, "x", folder=tmp_path, note="khác")
    assert [(tmp_path / name).read_bytes() for name in ("x.png", "x.svg")] == before


def test_changes_in_a_csv_are_numbers_and_formulas_are_text(tmp_path):
    cells = ["+5,75", "-1.234,5", "-16,67%", "+1+cmd", "-2+3", "@SUM(A1)", "=1", "-", "–"]
    data = write_csv(pd.DataFrame({"a": cells}), tmp_path / "x.csv").read_bytes()
    assert data.decode("utf-8-sig").split("\r\n")[1:-1] == [
        "+5,75", "-1.234,5", "-16,67%", "'+1+cmd", "'-2+3", "'@SUM(A1)", "'=1", "-", "–",
    ]  # fmt: skip


def test_csv_is_for_vietnamese_excel(tmp_path):
    frame = pd.DataFrame(
        {"Đơn vị": ["a;b", "=HYPERLINK(1)", "–"], "Điểm": ["97,23", "-1,5", "81,00"]}
    )
    data = write_csv(frame, tmp_path / "x.csv").read_bytes()
    assert data.decode("utf-8-sig") == (
        'Đơn vị;Điểm\r\n"a;b";97,23\r\n\'=HYPERLINK(1);-1,5\r\n–;81,00\r\n'
    )
    assert data.startswith(b"\xef\xbb\xbf")


def test_saving_again_gives_the_same_bytes(town, coarse, tmp_path):
    with plt.style.context("cchc_analysis.report"):
        for plot, formats in ((plot_ranking, ["png", "svg", "pdf"]), (plot_comparison, ["svg"])):
            ax = plot(town)
            ax.figure.canvas.draw()  # as plt.show() does
            one, again, fresh = (
                [path.read_bytes() for path in save_chart(
                    chart, "a", folder=tmp_path, source="x", formats=formats
                )]
                for chart in (ax, ax, plot(town))
            )  # fmt: skip
            assert one == again == fresh


@pytest.mark.parametrize("layout", [None, "tight", "constrained", "compressed"])
def test_a_figure_of_the_caller_is_left_as_it_was(layout, tmp_path):
    figure, (left, right) = plt.subplots(1, 2, layout=layout)
    left.plot([1, 2])
    plot_ranking(table([9, 8]), ax=right)
    (one,) = save_chart(right, "a", folder=tmp_path, formats="svg")
    (again,) = save_chart(right, "b", folder=tmp_path, formats="svg")
    assert one.read_bytes() == again.read_bytes()
    assert figure.get_layout_engine() is None or layout


def test_axes_in_a_part_of_a_figure_are_saved(coarse, tmp_path):
    part = plt.figure(layout="constrained").subfigures(1, 2)[0]
    assert save_chart(plot_ranking(table([9]), ax=part.subplots()), "a", folder=tmp_path)


def test_of_two_charts_in_one_figure_the_given_one_hands_over_its_table(town, coarse, tmp_path):
    _, (left, right) = plt.subplots(1, 2, figsize=(14, 8), layout="constrained")
    plot_ranking(town, ax=left)
    plot_comparison(town, ax=right)
    (png,) = save_chart(right, "x", folder=tmp_path, formats=["png"])
    with Image.open(png) as picture:
        assert picture.info["Description"] == right.get_label()
    assert "Chênh lệch" in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")


def test_each_format_is_drawn_once(town, coarse, tmp_path, monkeypatch):
    drawn, draw = [], Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda *args: [drawn.append(1), draw(*args)][-1])
    save_chart(plot_comparison(town), "a", folder=tmp_path, formats=["png", "svg", "pdf"])
    assert len(drawn) == 3


def test_a_y_label_that_a_person_adds_stands_beside_the_names(town, coarse, tmp_path):
    ax = plot_ranking(town)
    save_chart(ax, "a", folder=tmp_path)
    ax.set_ylabel("Đơn vị")
    ax.figure.draw_without_rendering()
    names = min(label.get_window_extent().x0 for label in ax.get_yticklabels())
    assert ax.yaxis.label.get_window_extent().x1 < names


def test_what_is_encoded_is_what_is_saved_and_what_a_page_holds(town, tmp_path):
    ax = plot_ranking(town)
    (png,) = save_chart(ax, "x", folder=tmp_path, formats="png", source="Sở", note="Ghi chú")
    (chart,) = encode(ax, source="Sở", note="Ghi chú")
    assert list(chart.pictures) == ["png", "svg"]
    assert chart.pictures["png"] == png.read_bytes()
    assert chart.title == "Ba đơn vị đạt Xuất sắc; một nửa (9/18) ở loại Khá"
    assert chart.alt == ax.get_label()
    assert chart.table["Đơn vị"].tolist() == town["unit"].tolist()


def test_a_screen_reader_finds_the_alt_text_of_an_svg(tmp_path):
    ax = plot_ranking(table([9, 8]).assign(unit=["A & <b>", "$x$"]))
    root = ElementTree.fromstring(encode(ax, formats="svg")[0].pictures["svg"])
    svg = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert [root.findtext(svg + name) for name in ("title", "desc")] == [
        "Cả hai đơn vị đều đạt Yếu",
        ax.get_label(),
    ]
    assert "A & <b>" in ax.get_label()


def test_a_matplotlibrc_changes_nothing_in_the_house_style(tmp_path):
    def drawn():
        with house_style():
            ax = plot_comparison(table([90, 80, 70]))
            return encode(ax, source="Sở")[0].pictures

    own = {"axes.grid": True, "font.size": 30, "lines.linewidth": 9, "savefig.facecolor": "black"}
    with plt.rc_context(own | {"figure.figsize": (2, 2), "svg.fonttype": "path"}):
        theirs = drawn()
        assert plt.rcParams["font.size"] == 30
    assert theirs == drawn()


def test_a_chart_after_other_fonts_is_measured_in_its_own():
    def left(**fonts):
        with house_style(), plt.rc_context(fonts):
            return plot_comparison(table([90, 80]).assign(unit=["Sở A", "Sở B"])).get_position().x0

    ours = left()
    assert left(**{"font.sans-serif": ["DejaVu Sans Mono"]}) != ours
    assert left() == ours


NO_TEXTS = (3, 2.5, ["a"], True, b"a")


@pytest.mark.parametrize("option", ["alt", "source", "note", "name"])
def test_what_is_no_text_of_a_file_is_refused(option, tmp_path):
    ax = plot_ranking(table([90]))
    for given in NO_TEXTS:
        options = {"name": "r", "folder": tmp_path, option: given}
        with pytest.raises(ValueError, match=re.escape(f"{option}={given!r} phải là chữ; hãy")):
            save_chart(ax, **options)
    with pytest.raises(ValueError, match="trống"):
        save_chart(ax, None, folder=tmp_path)
    for folder in (None, 3, ["a"]):
        with pytest.raises(ValueError, match="đường dẫn"):
            save_chart(ax, "r", folder=folder)
    with pytest.raises(ValueError, match="Không xuất được định dạng '5'"):
        save_chart(ax, "r", folder=tmp_path, formats=5)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", [name for name in cchc_analysis.__all__ if "plot_" in name])
def test_what_is_no_text_of_a_chart_is_refused_before_it_is_drawn(name):
    years = pd.concat([table([90, 80]).assign(year=year) for year in (2020, 2021)])
    fields = table([9, 8]).assign(field="Thể chế", max_score=10.0)
    given = {
        "plot_change": compare_periods(years), "plot_fields": fields, "plot_profile": fields,
    }.get(name, years)  # fmt: skip
    plot = getattr(cchc_analysis, name)
    if name == "plot_profile":
        plot = partial(plot, unit=fields["unit"][0])
        with pytest.raises(ValueError, match="unit= có 0 đơn vị"):
            plot(given, unit=None)
    for option in ("title", "subtitle"):
        for text in NO_TEXTS:
            with pytest.raises(ValueError, match=re.escape(f"{option}={text!r} phải là chữ")):
                plot(given, **{option: text})
    for option in {"overview", "self_scores"} & {*signature(plot).parameters}:
        for other in (None, "có", 1, []):
            with pytest.raises(ValueError, match=f"^{option}=.* phải là True hoặc False"):
                plot(given, **{option: other})
    assert not plt.get_fignums()
