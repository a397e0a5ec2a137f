"""What a notebook shows of a ranking: the table as it is printed, and the parts of a first look."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import TYPE_CHECKING

import pandas as pd

from cchc_analysis.charts.frame import house_style
from cchc_analysis.charts.grades import grade_shades, ink_on
from cchc_analysis.charts.ranking import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.groups import scale_of, several_groups
from cchc_analysis.schemes import DEFAULT_SCHEME, GradeScheme, load_scheme
from cchc_analysis.scoring.check import check_published
from cchc_analysis.scoring.printing import as_laid_out, format_ranking
from cchc_analysis.scoring.ranking import grade_distribution, graded, ranked
from cchc_analysis.vocabulary import SHOWN

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

PARTS = ("ranking", "chart", "distribution", "comparison", "check")
_FRAME = "border: 1px solid #000000"
_LOOK = [
    {"selector": "", "props": "border-collapse: collapse;"},
    {"selector": "th", "props": f"{_FRAME}; background: #d9d9d9; color: #000; text-align: center;"},
    {"selector": "td", "props": f"{_FRAME}; padding: 2px 8px;"},
]
# On paper: a dark theme of JupyterLab would leave black shades on black. Set cell by cell, because
# a rule for all cells would win over the shade of one.
_PAPER = {"background-color": "#ffffff", "color": "#000000", "text-align": "left"}


def style_ranking(ranking: pd.DataFrame, *, scheme: str | GradeScheme = DEFAULT_SCHEME) -> Styler:
    """Show a ranking in the notebook as `format_ranking` prints it, each grade in its shade.

    Names are shown as text, whatever they hold. The same table gives the same HTML in every run; a
    cell that is to be the same in every run ends in ``HTML(style_ranking(ranking).to_html())``.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, as `load_scores` gives it. A missing rank or grade is computed.
    scheme : str or GradeScheme
        The cut-offs, or their name for `load_scheme`. An assumed one is called so in the caption.

    Returns
    -------
    Styler
        The printed table without an index, with scale and cut-offs as its caption.

    Raises
    ------
    ValueError
        If a column is missing, or the grades are of another scheme.

    Examples
    --------
    >>> scores = pd.DataFrame({"unit": ["<b>A</b>"], "score": [81], "max_score": 100})
    >>> "&lt;b&gt;A&lt;/b&gt;" in style_ranking(scores).to_html()
    True
    """
    from html import escape

    scheme = load_scheme(scheme)
    table = graded(ranked(ranking), scheme)
    printed, values = format_ranking(table), as_laid_out(table)
    caption = escape(f"{scale_of(table)}. Ngưỡng xếp loại: {scheme}.")
    # Cells are styled by their id: two tables in one notebook must not have the same.
    content = printed.to_csv(index=False) + caption
    uuid = hashlib.sha256(content.encode()).hexdigest()[:12]
    shades = grade_shades(scheme)
    looks = {
        grade: f"background-color: {shade}; color: {ink_on(shade)}; text-align: center;"
        for grade, shade in shades.items()
    }
    are_numbers = [pd.api.types.is_numeric_dtype(values[column]) for column in values]
    numbers = [header for header, is_one in zip(printed, are_numbers, strict=True) if is_one]
    return (
        printed.style.set_uuid(uuid)
        .hide(axis="index")
        .format(escape="html")
        .format_index(escape="html", axis="columns")
        .set_caption(caption)
        .set_table_styles(_LOOK)
        .set_properties(**_PAPER)
        .set_properties(subset=numbers, **{"text-align": "right"})
        .map(lambda grade: looks.get(grade, ""), subset=[SHOWN["grade"]])
    )


def first_look(
    ranking: pd.DataFrame, *, scheme: str, unit: str | None
) -> dict[str, tuple[str, ...]]:
    """Return for each part its MIME type, its content, and the words that stand under it."""
    import matplotlib.pyplot as plt

    check = check_published(ranking)
    differs = format_ranking(check).style.hide(axis="index").set_uuid("check")
    parts = {
        "ranking": ("text/html", style_ranking(ranking, scheme=scheme).to_html()),
        "check": ("text/html", differs.format(escape="html").to_html(), check.attrs["note"]),
    }
    counts = grade_distribution(ranking, by=several_groups(ranking))
    with house_style():
        others = set(plt.get_fignums())
        try:
            charts = {
                "chart": plot_ranking(ranking, scheme=scheme),
                "distribution": plot_distribution(counts, scheme=scheme),
                "comparison": plot_comparison(ranking, unit=unit, scheme=scheme),
            }
            for part, ax in charts.items():
                drawn = io.BytesIO()
                ax.figure.savefig(drawn, format="png", dpi="figure")
                picture = base64.b64encode(drawn.getvalue()).decode()
                parts[part] = "image/png", picture, ax.get_label()
        finally:  # of a chart that fails, too
            for number in set(plt.get_fignums()) - others:
                plt.close(number)
    return parts
