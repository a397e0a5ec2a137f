"""Every chart of the package on made tables, and what is really drawn when it is saved."""

from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

import cchc_analysis as cchc
from cchc_analysis.charts.frame import renderer_of

POINT = 1 / 72  # inches
FIELDS = [
    "Công tác chỉ đạo, điều hành cải cách hành chính",
    "Xây dựng và tổ chức thực hiện văn bản quy phạm pháp luật tại địa phương",
    "Cải cách thủ tục hành chính", "Cải cách tổ chức bộ máy",
    "Xây dựng và nâng cao chất lượng đội ngũ cán bộ, công chức, viên chức",
    "Cải cách tài chính công", "Hiện đại hóa hành chính",
    "Tác động của cải cách hành chính đến người dân, tổ chức và phát triển kinh tế - xã hội",
]  # fmt: skip


def scores(units, name="Phòng", seed=0, *, kind="mixed"):
    """Return a table: all scores equal, a mean that is a cut-off, or scores of all kinds."""
    values = np.round(np.random.default_rng(seed).uniform(40, 100, units), 2)
    if kind == "equal":
        values[:] = 80.0
    elif kind == "mean is a cut-off":
        values = 80 + np.where(np.arange(units) % 2, -1.0, 1.0) * (np.arange(units) // 2 % 15)
        if units % 2:
            values[-1] = 80.0
    elif kind == "mixed" and units > 2:
        values[1::9] = np.nan
    units = [f"{name} {at}" for at in range(units)]
    return pd.DataFrame({"unit": units, "score": values, "max_score": 100.0})


def years(units, name, kind):
    parts = [scores(units, name, year, kind=kind).assign(year=year) for year in (2021, 2022, 2023)]
    return pd.concat(parts, ignore_index=True)


def fields(units, name, kind):
    parts = []
    for at, field in enumerate(FIELDS):
        part = scores(units, name, at, kind=kind)
        parts.append(part.assign(field=field, max_score=120.5 if at == 3 else 100.0))
    return pd.concat(parts, ignore_index=True)


def change(units, name, kind, ax=None):
    before, after = (scores(units, name, seed, kind=kind) for seed in (1, 2))
    compared = cchc.compare_periods(before.iloc[units // 20 :], after.iloc[: max(1, units - 2)])
    return cchc.plot_change(compared, unit=after["unit"][0], ax=ax)


def distribution(units, name, kind, ax=None):
    blocks = years(units, name, kind)
    blocks = blocks.assign(block=name).drop(columns="year") if units < 3 else blocks
    by = "block" if units < 3 else "year"
    return cchc.plot_distribution(cchc.grade_distribution(cchc.grade_units(blocks), by=by), ax=ax)


def of_unit(plot):
    def draw(units, name, kind, ax=None):
        table = scores(units, name, kind=kind)
        return plot(table, unit=table["unit"][0], ax=ax)

    return draw


CHARTS = {
    "ranking": lambda *a, ax=None: cchc.plot_ranking(scores(*a[:2], kind=a[2]), ax=ax),
    "distribution": distribution,
    "comparison": lambda *a, ax=None: cchc.plot_comparison(scores(*a[:2], kind=a[2]), ax=ax),
    "one unit": of_unit(cchc.plot_comparison),
    "change": change,
    "history": lambda units, name, kind, ax=None: cchc.plot_rank_history(
        years(units, name, kind), unit=f"{name} 0", ax=ax
    ),
    "blocks": lambda units, name, kind, ax=None: cchc.plot_blocks(
        years(units, name, kind), unit=f"{name} 0", ax=ax
    ),
    "fields": lambda *a, ax=None: cchc.plot_fields(fields(*a), ax=ax),
    "profile": lambda units, name, kind, ax=None: cchc.plot_profile(
        fields(units, name, kind), unit=f"{name} 0", ax=ax
    ),
}


@contextmanager
def texts_when_saved():
    """Collect (text, box in inches, size) of all that is drawn when a figure is saved, per format.

    Nothing is written into the file: to know which texts are drawn, and where, is enough.
    """
    saved = []

    def savefig(figure, _, *, bbox_inches, **__):
        seen = []

        def record(text, renderer):
            if text.get_visible() and text.get_text().strip():
                seen.append(text)

        renderer = renderer_of(figure)
        with patch.object(Text, "draw", record), renderer._draw_disabled():
            figure.draw(renderer)
        boxes = [text.get_window_extent(renderer) for text in seen]
        inches = [box.transformed(figure.dpi_scale_trans.inverted()) for box in boxes]
        saved.append((bbox_inches, list(zip(seen, inches, strict=True))))

    with patch.object(Figure, "savefig", savefig):
        yield saved
