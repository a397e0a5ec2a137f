"""The result on one page for a browser: a file of its own, to send by mail."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from cchc_analysis.charts.grades import grade_shades, ink_on
from cchc_analysis.groups import scale_of
from cchc_analysis.scoring.printing import printed

if TYPE_CHECKING:
    from cchc_analysis.charts.export import Encoded
    from cchc_analysis.scoring.results import Results


def page_of(results: Results, pictures: Mapping[str, Sequence[Encoded]], *, source: str) -> str:
    """Return the page: what is told, charts with their alt texts, and the tables as printed."""
    template = files("cchc_analysis.reports").joinpath("templates", "ket-qua.html")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    shades = grade_shades(results.scheme.grades).items()
    years = sorted(results.table["year"].unique()) if "year" in results.table else []
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        results=results,
        years=", ".join(map(str, years)),
        scale=scale_of(results.ranking),
        source=source,
        rankings=[printed(group.rows, "ranking") for group in results.groups],
        check=printed(results.check, "check"),
        charts=[
            (b64encode(one.pictures["svg"]).decode(), one.alt)
            for pages in pictures.values()
            for one in pages
        ],
        shades={grade: f"background: {shade}; color: {ink_on(shade)}" for grade, shade in shades},
    )
