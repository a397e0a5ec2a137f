import io
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import LONG, check_boxes
from drawn import texts_when_saved
from matplotlib.figure import Figure
from PIL import Image

from cchc_analysis import (
    compare_periods,
    plot_change,
    plot_comparison,
    plot_ranking,
    rank_units,
    save_chart,
)
from cchc_analysis.charts import export as module
from cchc_analysis.charts.export import encode
from cchc_analysis.charts.units import MANY


def scores(count, every=9):
    drawn = np.random.default_rng(3).uniform(45, 99, count).round(2)
    units = [f"{LONG} {n}" if n % every == 0 else f"UBND xã số {n}" for n in range(count)]
    return pd.DataFrame({"unit": units, "score": drawn, "max_score": 100.0})


def change(of):
    return plot_change(compare_periods(of.assign(score=of["score"] - 1), of))


PLOTS = {"ranking": plot_ranking, "comparison": plot_comparison, "change": change}


@pytest.fixture(autouse=True)
def _restore_look():
    with plt.style.context("cchc_analysis.report"):
        yield


@pytest.mark.parametrize("name", PLOTS)
def test_more_units_than_are_seen_at_once_take_several_pages(name):
    """A report counts on it: it does not draw what it would leave out."""
    short = scores(MANY + 1).assign(unit=[f"Xã {n}" for n in range(MANY + 1)], score=80.0)
    assert len(encode(PLOTS[name](short), formats=["svg"])) > 1


@pytest.mark.parametrize(
    ("name", "count"),
    [*itertools.product(PLOTS, [1, 18, 34]), ("ranking", 104), ("comparison", 80), ("change", 80)],
)
def test_pages_fit_a_sheet_and_say_which_they_are(name, count, monkeypatch):
    dpi = 300 if (name, count) == ("ranking", 18) else 75  # as saved, or as quick
    monkeypatch.setattr(module, "_DPI", dpi)
    ax = PLOTS[name](rank_units(scores(count)))
    title = " ".join(ax.get_title(loc="left").split()).replace("\N{MINUS SIGN}", "-")
    before, label = ax.get_ylim(), ax.get_label()
    names = [" ".join(tick.get_text().split()) for tick in ax.get_yticklabels()]
    pages = encode(ax, source="Báo cáo", note="Ghi chú " * 30, formats="png")
    firsts, lasts = [], []
    for number, page in enumerate(pages, 1):
        part = f"phần {number}/{len(pages)}" if len(pages) > 1 else ""
        with Image.open(io.BytesIO(page.pictures["png"])) as picture:
            width, height = picture.size
            assert width == pytest.approx(160 / 25.4 * dpi, abs=2)
            assert height <= 231 / 25.4 * dpi
            assert picture.info["Description"] == page.alt
            assert picture.info["Title"].replace("\N{MINUS SIGN}", "-") == (
                f"{title} – {part}" if part else title
            )
            assert picture.info["Source"] == "Báo cáo"
        assert page.alt.endswith(label)
        if part:
            first, last = page.alt.split(": từ ", 1)[1].removesuffix(f". {label}").split(" đến ")
            firsts.append(names.index(first))
            lasts.append(names.index(last))
    assert ax.get_ylim() == before
    if len(pages) > 1:  # each row is on one page
        assert firsts == [0, *(last + 1 for last in lasts[:-1])]
        assert lasts[-1] == count - 1
    assert len(pages) == 1 if count == 1 else count <= 34 or len(pages) > 2


@pytest.mark.parametrize("name", PLOTS)
def test_nothing_is_cut_or_overlaps_on_any_page(name):
    ax = PLOTS[name](rank_units(scores(90)))
    with texts_when_saved() as saved:
        encode(ax, source="Báo cáo", note="Ghi chú " * 30, formats="png")
    assert len(saved) > 2
    for page, seen in saved:
        boxes = [box for _, box in seen]
        x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
        assert x0.min() >= page.x0 - 0.01
        assert x1.max() <= page.x1 + 0.01
        assert y0.min() >= page.y0 - 0.01
        assert y1.max() <= page.y1 + 0.01
        for one, other in itertools.combinations(range(len(boxes)), 2):
            apart = (
                x1[one] <= x0[other] or x1[other] <= x0[one]
                or y1[one] <= y0[other] or y1[other] <= y0[one]
            )  # fmt: skip
            assert apart, [seen[at][0].get_text() for at in (one, other)]


def test_a_page_that_begins_within_a_grade_names_it(monkeypatch):
    seen = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: seen.append(
        figure.axes[0].cchc_frame._small.get_text().split("\n")[-1]
    ))  # fmt: skip
    ax = plot_ranking(rank_units(scores(120).assign(score=95, block="Khối xã")))
    encode(ax, formats="png")
    pages = len(seen)
    assert pages > 2
    assert seen[0] == f"Phần 1/{pages}"
    assert seen[1] == f"Phần 2/{pages}, tiếp: Xuất sắc (từ 90) – 120 đơn vị"
    assert "Phần" not in ax.cchc_frame._small.get_text()


def test_pages_are_files_of_their_own_where_there_are_several(tmp_path, coarse):
    paths = save_chart(plot_ranking(rank_units(scores(90))), "r", folder=tmp_path)
    pages = len(paths) // 2
    assert [path.name for path in paths] == [
        f"r-{page}.{kind}" for page in range(1, pages + 1) for kind in ("png", "svg")
    ]
    assert len(pd.read_csv(tmp_path / "r.csv", sep=";")) == 90
    assert save_chart(plot_ranking(scores(3)), "r", folder=tmp_path, formats="png") == [
        tmp_path / "r.png"
    ]


def test_names_of_two_lines_fit_beside_one_another():
    of = scores(15).assign(unit=[f"{LONG[:60]} {n}" for n in range(15)])
    (page,) = encode(plot_ranking(rank_units(of)), formats="png")
    with Image.open(io.BytesIO(page.pictures["png"])) as picture:
        assert picture.size[1] <= 231 / 25.4 * 300


@pytest.fixture
def _no_pictures(monkeypatch):
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: None)


@pytest.mark.usefixtures("_no_pictures")
def test_a_page_ends_before_a_heading_that_is_near_and_names_the_block():
    blocks = [
        scores(14, every=99).assign(score=[85] * 8 + [70] * 6, block=f"Khối {n}") for n in range(4)
    ]
    frame = plot_ranking(rank_units(pd.concat(blocks))).cchc_frame
    told = {}
    for start, _, _ in frame.pages(6.5):
        told[start] = frame._small.get_text().split("\n")[-1]
    assert len(told) > 2
    for start, words in [*told.items()][1:]:
        assert start % 14 in (0, 8)
        assert words.endswith(f"tiếp: Khối {start // 14}") == (start % 14 == 8)


@pytest.mark.usefixtures("_no_pictures")
def test_a_last_page_has_more_than_one_row():
    for count in (30, 44, 45, 46, 47, 48, 49, 50):
        ax = plot_ranking(rank_units(scores(count, every=1000)))
        rows = [stop - start for start, stop, _ in ax.cchc_frame.pages(9)]
        assert min(rows) >= 5
        assert sum(rows) == count
        ax.figure.clear()


def test_boxes_of_a_whole_chart_do_not_overlap_after_its_pages():
    ax = plot_ranking(rank_units(scores(60)))
    for _ in ax.cchc_frame.pages(9):
        pass
    ax.figure.draw_without_rendering()
    check_boxes(ax, [text.get_window_extent() for text in ax.texts if text.get_text()])
