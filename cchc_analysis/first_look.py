"""What the first notebook shows of a ranking: each part as what Jupyter displays, and words."""

from __future__ import annotations

import base64
import io

import pandas as pd

from cchc_analysis.charts import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.check import check_published
from cchc_analysis.format import format_ranking
from cchc_analysis.ranking import grade_distribution
from cchc_analysis.styled import style_ranking
from cchc_analysis.table import several_groups

PARTS = ("ranking", "chart", "distribution", "comparison", "check")


def first_look(
    ranking: pd.DataFrame, name: str, *, scheme: str, unit: str | None
) -> dict[str, tuple[str, str, str]]:
    """Return for each part its MIME type, its content, and the words that stand under it."""
    import matplotlib.pyplot as plt

    check = check_published(ranking)
    differs = format_ranking(check).style.hide(axis="index").set_uuid("check").format(escape="html")
    scored, scale = ranking["score"].count(), ranking.attrs["scale"]
    words = f"{name}: {len(ranking)} đơn vị, {scored} đơn vị được chấm. {scale}."
    parts = {
        "ranking": ("text/html", style_ranking(ranking, scheme=scheme).to_html(), words),
        "check": ("text/html", differs.to_html(), check.attrs["note"]),
    }
    with plt.style.context("cchc_analysis.report"):
        counts = grade_distribution(ranking, by=several_groups(ranking))
        charts = {
            "chart": plot_ranking(ranking, scheme=scheme),
            "distribution": plot_distribution(counts, scheme=scheme),
            "comparison": plot_comparison(ranking, unit=unit, scheme=scheme),
        }
        for part, ax in charts.items():
            drawn = io.BytesIO()
            ax.figure.savefig(drawn, format="png", dpi="figure")
            plt.close(ax.figure)
            picture = base64.b64encode(drawn.getvalue()).decode()
            parts[part] = "image/png", picture, ax.get_label()
    return parts
