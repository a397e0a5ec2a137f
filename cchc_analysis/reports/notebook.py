"""A ranking as HTML: tables and a first look in a notebook, and the result as a page to send."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template

from cchc_analysis.charts.units import grade_shades, ink_on
from cchc_analysis.groups import scale_of
from cchc_analysis.scoring.printing import NUMBERS, Printed, kind_of, printed
from cchc_analysis.scoring.ranking import graded, ranked
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    Scheme,
    known_order,
    load_scheme,
)
from cchc_analysis.text import BLANK, NO_GRADE, TOTAL, UNSCORED

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from cchc_analysis.charts.export import Encoded
    from cchc_analysis.scoring.results import Results

SERIOUS, QUIET = "#c62828", "#f9a825"
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


def style_ranking(table: pd.DataFrame, *, scheme: AnyScheme = DEFAULT_SCHEME) -> Styler:
    """Show a table in the notebook as `format_ranking` prints it, each grade in its shade.

    Names are shown as text, whatever they hold. The same table gives the same HTML in every run; a
    cell that is to be the same in every run ends in ``HTML(style_ranking(ranking).to_html())``.

    Parameters
    ----------
    table : DataFrame
        Scores or a ranking, as `load_scores` gives it: a missing rank or grade is computed. Or any
        other table of this package.
    scheme : str, GradeScheme or mapping
        The cut-offs, as for `grade_units`. An assumed one is called so in the caption.

    Returns
    -------
    Styler
        The printed table without an index; its caption is scale and cut-offs of a ranking, and the
        note of another table.

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
    kind = kind_of(table)
    if kind == "ranking":
        table, scheme = graded(ranked(table), scheme)
        return _styled(printed(table, kind), scheme.grades, _basis(table, scheme))
    shown = printed(table, kind)
    return _styled(shown, load_scheme(scheme).grades, shown.note or table.attrs.get("note", ""))


def as_html(table: pd.DataFrame, kind: str, *, rows: int) -> str:
    """Return the first rows of a table as HTML, and how many more there are."""
    shown = printed(table, kind)
    more = len(shown) - rows
    told = [
        shown.note or table.attrs.get("note", ""),
        f"… và {more} dòng nữa, không hiện ở đây." if more > 0 else "",
    ]
    shown = replace(
        shown, columns=tuple(column.take(range(min(rows, len(shown)))) for column in shown.columns)
    )
    grades = {text for column in shown.columns if column.kind == "grade" for text in column.texts}
    grades -= {BLANK, NO_GRADE, UNSCORED, TOTAL}
    order = known_order(grades) or load_scheme(DEFAULT_SCHEME).grades
    return _styled(shown, order, " ".join(filter(None, told))).to_html()


def as_prose(words: str, *, role: str = "", color: str = "") -> str:
    """Return words as HTML that wraps between them, with a bar of a colour beside them."""
    bar = f"border-left: 4px solid {color}; padding: 0.4em 0.8em; " if color else ""
    called = f' role="{role}"' if role else ""
    return f'<p{called} style="{bar}white-space: pre-line; max-width: 60em">{escape(words)}</p>'


def first_look(results: Results) -> dict[str, tuple[str, ...]]:
    """Return for each part its MIME type, its content, and the words that stand under it."""
    from cchc_analysis.charts.export import drawn

    check, scheme = results.check, results.scheme
    basis = _basis(results.table, scheme)
    ranking = _styled(printed(results.ranking, "ranking"), scheme.grades, basis)
    parts = {
        "ranking": ("text/html", ranking.to_html()),
        "check": (
            "text/html",
            _styled(printed(check, "check"), scheme.grades).to_html(),
            check.attrs["note"],
        ),
    }
    for name, ax in drawn(results, only=PARTS):
        picture = io.BytesIO()
        ax.figure.savefig(picture, format="png", dpi="figure")
        shown = "image/png", base64.b64encode(picture.getvalue()).decode(), ax.get_label()
        parts["chart" if name == "ranking" else name] = shown
    return parts


def page_of(results: Results, pictures: Mapping[str, Sequence[Encoded]], *, source: str) -> str:
    """Return the page: what is told, charts with their alt texts, and the tables as printed."""
    shades = grade_shades(results.scheme.grades).items()
    years = sorted(results.table["year"].unique()) if "year" in results.table else []
    return _page().render(
        results=results,
        years=", ".join(map(str, years)),
        scale=scale_of(results.ranking),
        source=source,
        rankings=[printed(group.rows, "ranking") for group in results.groups],
        check=printed(results.check, "check"),
        charts=[
            (base64.b64encode(one.pictures["svg"]).decode(), one.alt)
            for pages in pictures.values()
            for one in pages
        ],
        shades={grade: f"background: {shade}; color: {ink_on(shade)}" for grade, shade in shades},
    )


@cache
def _page() -> Template:
    """Return the template of the page."""
    text = files("cchc_analysis.reports").joinpath("templates", "ket-qua.html").read_text("utf-8")
    rules = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    return Environment(autoescape=True, **rules).from_string(text)


def _basis(ranking: pd.DataFrame, scheme: Scheme) -> str:
    return f"{scale_of(ranking)}. Ngưỡng xếp loại: {scheme}."


def _styled(shown: Printed, grades: Sequence[str], caption: str = "") -> Styler:
    """Return a printed table as HTML."""
    frame, caption = shown.frame(), escape(caption)
    # Cells are styled by their id: two tables in one notebook must not have the same.
    content = frame.to_csv(index=False) + caption
    looks = {
        grade: f"background-color: {shade}; color: {ink_on(shade)}; text-align: center;"
        for grade, shade in grade_shades(grades).items()
    }
    numbers = [column.head for column in shown.columns if column.kind in NUMBERS]
    shaded = [column.head for column in shown.columns if column.kind == "grade"]
    return (
        frame.style.set_uuid(hashlib.sha256(content.encode()).hexdigest()[:12])
        .hide(axis="index")
        .format(escape="html")
        .format_index(escape="html", axis="columns")
        .set_caption(caption)
        .set_table_styles(_LOOK)
        .set_properties(**_PAPER)
        .set_properties(subset=numbers, **{"text-align": "right"})
        .map(lambda grade: looks.get(grade, ""), subset=shaded)
    )
