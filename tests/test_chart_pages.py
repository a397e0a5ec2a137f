import io
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import LONG, check_boxes
from matplotlib.figure import Figure
from PIL import Image

from cchc_analysis import compare_periods, plot_change, plot_comparison, plot_ranking, rank_units
from cchc_analysis.charts import export as module
from cchc_analysis.charts.export import chart_pages


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


@pytest.mark.parametrize(
    ("name", "count"),
    [*itertools.product(PLOTS, [1, 18, 34]), ("ranking", 140), ("comparison", 80), ("change", 80)],
)
def test_every_row_is_on_one_page_and_nothing_is_cut(name, count, monkeypatch):
    dpi = 300 if count == 18 else 75  # as saved, or as quick: boxes are measured, not pixels
    monkeypatch.setattr(module, "_DPI", dpi)
    of = rank_units(scores(count))
    ax = PLOTS[name](of)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    seen, words = [], []
    label = ax.get_label()
    for page in chart_pages(ax, title="Hình", source="Báo cáo", note="Ghi chú " * 30):
        part, alt = page.part, page.alt
        with Image.open(io.BytesIO(page.pictures["png"])) as picture:
            width, height = picture.size
            assert width == pytest.approx(160 / 25.4 * dpi, abs=2)
            assert height <= 231 / 25.4 * dpi
            assert page.fits_a_page
            assert page.size == pytest.approx((width / dpi, height / dpi), abs=2 / dpi)
            assert picture.info["Description"] == alt
            assert picture.info["Title"] == (f"Hình – {part}" if part else "Hình")
            assert picture.info["Source"] == "Báo cáo"
        ax.figure.draw_without_rendering()  # after the picture, which has another dpi
        bottom, top = ax.get_ylim()
        on_page = [n for n in range(count) if top < n < bottom]
        seen += on_page
        words.append(part)
        if part:
            first, last = (" ".join(labels[n].split()) for n in (on_page[0], on_page[-1]))
            assert alt.endswith(f": từ {first} đến {last}. {label}")
        else:
            assert alt == label
        drawn = [text for text in ax.texts if text.get_visible()]
        drawn += [ax.get_yticklabels()[n] for n in on_page]
        check_boxes(ax, [text.get_window_extent() for text in drawn if text.get_text()])
        beside = [t for t in drawn if t.get_text().startswith(("UBND", "Ban"))]
        assert len(beside) <= len(on_page)
    assert seen == list(range(len(labels)))
    pages = len(words)
    assert words == ([""] if pages == 1 else [f"phần {n}/{pages}" for n in range(1, pages + 1)])
    assert pages == 1 if count == 1 else count <= 34 or pages > 3


def test_rows_move_together_before_they_are_split():
    of = scores(21).assign(unit=[f"{LONG[:60]} {n}" for n in range(21)])  # all of two lines
    (page,) = chart_pages(plot_ranking(rank_units(of)))
    assert page.part == ""
    with Image.open(io.BytesIO(page.pictures["png"])) as picture:
        assert picture.size[1] <= 231 / 25.4 * 300


def test_pages_have_about_as_many_rows_each():
    ax = plot_ranking(rank_units(scores(70, every=1000).iloc[1:]))  # names of one line
    rows = [abs(float(np.subtract(*ax.get_ylim()))) for _ in chart_pages(ax)]
    assert len(rows) > 1
    assert max(rows) - min(rows) < 6


def test_a_narrow_page_keeps_the_size_of_the_letters():
    ax = plot_ranking(rank_units(scores(5)))
    (page,) = chart_pages(ax, width=150 / 25.4)
    with Image.open(io.BytesIO(page.pictures["png"])) as picture:
        assert picture.size[0] == pytest.approx(150 / 25.4 * 300, abs=2)
    ax.figure.draw_without_rendering()
    check_boxes(ax, [text.get_window_extent() for text in ax.texts if text.get_text()])


@pytest.fixture
def _no_pictures(monkeypatch):
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: None)
    monkeypatch.setattr(module, "_settle", lambda _: None)  # no page has other rows by it


@pytest.mark.usefixtures("_no_pictures")
def test_the_mean_is_of_all_units_on_every_page():
    ax = plot_comparison(rank_units(scores(140)))
    mean = scores(140)["score"].mean()
    drawn = 0
    for _ in chart_pages(ax):
        line = ax.collections[-1].get_segments()[0]
        assert line[0][0] == pytest.approx(mean)
        drawn += 1
    assert drawn > 2


@pytest.mark.usefixtures("_no_pictures")
def test_a_last_page_has_more_than_one_row():
    for count in (30, 44, 45, 46, 47, 48, 49, 50):
        ax = plot_ranking(rank_units(scores(count, every=1000)))
        last = 0
        for _ in chart_pages(ax):
            bottom, top = ax.get_ylim()
            last = sum(top < n < bottom for n in range(count))
        assert last >= 5
        ax.figure.clear()
