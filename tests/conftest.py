import functools
import gc
import io
import ntpath
import os
import sys
import warnings
from pathlib import Path, PureWindowsPath

import hypothesis
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

mpl.use("agg")
# Where Python keeps no bytecode, each kernel and command that is tested would compile pandas anew,
# and each process of pytest all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
# Machines are busy: a property is no slower to be true.
hypothesis.settings.register_profile("busy", deadline=None, max_examples=25)
hypothesis.settings.load_profile("busy")
LONG = "Ban Quản lý dự án đầu tư xây dựng công trình giao thông và phát triển khu vực ven biển số"
_FEW_DOTS = 40  # an inch, in pictures that nobody looks at
RANKING_TABLES = ["cchc-2020", "so-nganh-2021", "par-index-regions"]
LONGEST_FILES = [
    "test_browser", "test_print", "test_notebooks", "test_cli", "test_workbook", "test_golden",
    "test_report", "test_hidden", "test_score_sheets", "test_remedies", "test_roundtrip",
    "test_export", "test_field_charts", "test_picker", "test_chart_pages", "test_pasted",
    "test_charts", "test_console", "test_layouts", "test_change_charts", "test_load",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest: a long one at the end leaves a processor idle."""
    order = {name: at for at, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def pytest_collection_finish():
    """Search for garbage seldom: it took a twentieth.

    What is frozen (`gc.freeze`) hypothesis 6.120 takes for lost, where CI is set.
    """
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture
def coarse(monkeypatch):
    """Save charts with few dots, where the text beside them is tested: 300 dpi cost a quarter."""
    monkeypatch.setattr("cchc_analysis.charts.export._DPI", _FEW_DOTS)


@pytest.fixture
def unsaved(monkeypatch):
    """Draw and lay out every chart, but save grey of its size: its words and numbers are tested."""
    from matplotlib.figure import Figure

    def savefig(figure, file, *, bbox_inches, format, **_):
        width, height = (round(_FEW_DOTS * side) for side in bbox_inches.size)
        file.write(np.full((height, width, 4), 99, "uint8").data if format == "rgba" else b"")

    monkeypatch.setattr("cchc_analysis.charts.export._DPI", _FEW_DOTS)
    monkeypatch.setattr(Figure, "savefig", savefig)


@pytest.fixture
def sketched(monkeypatch):
    """Put one picture for every chart of a report: to draw them is four fifths of its time."""
    from PIL import Image

    from cchc_analysis.charts import export as pictures
    from cchc_analysis.charts.export import Encoded

    png = io.BytesIO()
    Image.effect_noise((160, 90), 50).save(png, "png")

    def encoded(name, *, formats, **_):
        kinds = dict.fromkeys(formats, png.getvalue())
        return [Encoded(name, name, name, pd.DataFrame({"Biểu đồ": [name]}), kinds)]

    for name in [name for name in vars(pictures) if name.startswith("plot_")]:
        monkeypatch.setattr(pictures, name, lambda *_, name=name, **__: name)
    monkeypatch.setattr(pictures, "encode", encoded)


@functools.cache
def made_town() -> pd.DataFrame:
    from cchc_analysis import grade_units, load_scores, rank_units

    return load_scores(DATA / "cchc-2020.csv").pipe(rank_units).pipe(grade_units)


@pytest.fixture
def town() -> pd.DataFrame:
    return made_town().copy()


def table(scores, max_score=100.0, **columns) -> pd.DataFrame:
    """Scores of units a, b, c…, z, u26…"""
    units = [chr(ord("a") + at) if at < 26 else f"u{at}" for at in range(len(scores))]
    scores = pd.Series(scores, dtype="float64")
    return pd.DataFrame({"unit": units, "score": scores, "max_score": max_score, **columns})


def loaded(source, **options) -> pd.DataFrame:
    """Load a source whose warning is not what is tested."""
    from cchc_analysis import LoadWarning, load_scores

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoadWarning)
        return load_scores(source, **options)


@functools.cache
def _ddci() -> pd.DataFrame:
    from cchc_analysis import LoadWarning, load_fields

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoadWarning)
        return load_fields(DATA / "ddci-ha-tinh-2021.csv", max_score=10)


def ddci() -> pd.DataFrame:
    """Return the published scores by field: 17 units, nine fields of 10 points, eleven missing."""
    return _ddci().copy()


def refusal(source, **options) -> str:
    """Return the sentence with which a source is refused."""
    from cchc_analysis import load_scores

    with pytest.raises(ValueError) as caught:
        load_scores(source, **options)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) <= 600
    return str(caught.value)


def read_and_told(load, source, **options) -> tuple[pd.DataFrame, str]:
    """Return what a source gives, and what was told of it."""
    from cchc_analysis import LoadWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = load(source, **options)
    assert all(issubclass(one.category, LoadWarning) for one in caught)
    return table, " ".join(str(one.message) for one in caught)


def refusal_of_fields(source, **options) -> str:
    """Return the sentence with which a source of fields is refused, whatever it tells before."""
    from cchc_analysis import load_fields

    with pytest.raises(ValueError) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_fields(source, **options)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) <= 600
    return str(caught.value)


def is_reserved(name: str) -> bool:
    """Return whether Windows has no file of this name."""
    if hasattr(ntpath, "isreserved"):  # from Python 3.13 on
        return ntpath.isreserved(name)
    return PureWindowsPath(name).is_reserved()


def titles(ax) -> list[str]:
    """Return title and subtitle of a chart, each in one line."""
    frame = ax.cchc_frame
    small = frame._small.get_text()
    return [" ".join(text.split()) for text in (ax.get_title(loc="left"), small)]


def beside(ax) -> list[str]:
    """Return what is written in the rows and over their columns, without headings and titles."""
    frame = ax.cchc_frame
    headings = [text for texts in frame._headings.values() for text, _ in texts]
    others = [frame._small.get_text(), *headings]
    return [t.get_text() for t in ax.texts if " ".join(t.get_text().split()) not in
            [" ".join(o.split()) for o in others]]  # fmt: skip


def headings(ax) -> list[str]:
    """Return the headings above the rows, from top to bottom."""
    return [text for _, texts in sorted(ax.cchc_frame._headings.items()) for text, _ in texts]


def check_texts(ax) -> None:
    """Check on the drawn chart that no text is cut or covers another, or is too small to read."""
    ax.figure.draw_without_rendering()
    left, right = ax.get_xlim()
    ticks = [t for t in ax.get_xticklabels() if left <= t.get_position()[0] <= right]
    drawn = [*ax.get_yticklabels(), *ticks, *ax.texts, ax.title, ax._left_title, ax.xaxis.label]
    drawn = [text for text in drawn if text.get_text()]
    assert min(text.get_fontsize() for text in drawn) >= 8
    check_boxes(ax, [text.get_window_extent() for text in drawn])


def check_boxes(ax, boxes) -> None:
    """Assert that no text box of a figure is cut or overlaps another."""
    figure = ax.figure.bbox
    x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
    assert min(x0) >= -1
    assert min(y0) >= -1
    assert max(x1) <= figure.x1 + 1
    assert max(y1) <= figure.y1 + 1
    apart = (x1[:, None] < x0) | (x0[:, None] > x1) | (y1[:, None] < y0) | (y0[:, None] > y1)
    assert (apart | np.eye(len(boxes), dtype="bool")).all()
