"""The charts of a report: each is drawn and encoded once, for its file and for its page."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from cchc_analysis.charts.blocks import plot_blocks
from cchc_analysis.charts.export import Encoded, encode, stamp
from cchc_analysis.charts.fields import plot_fields, plot_profile
from cchc_analysis.charts.frame import house_style
from cchc_analysis.charts.periods import plot_change
from cchc_analysis.charts.ranking import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.charts.units import MANY
from cchc_analysis.groups import has_unit, several_groups
from cchc_analysis.scoring.results import Group, Results

# What the small print of each chart says beside its source and date.
_SHOWS = {
    "ranking": ("ranks",), "overview": ("ranks",), "change": ("ranks",), "distribution": ("scale",),
}  # fmt: skip


class Sources(NamedTuple):
    """Where the data of the charts are from: of scores, of what changed, of fields; their date."""

    scores: str = ""
    change: str = ""
    fields: str = ""
    date: str = ""

    def of(self, name: str) -> str:
        """Return the source of a chart."""
        of_fields = {"fields": self.fields, "profile": self.fields}
        return {"change": self.change, **of_fields}.get(name, self.scores)


def drawn(
    results: Results, group: Group | None = None, only: Collection[str] = ()
) -> Iterator[tuple[str, Axes]]:
    """Yield each chart of a group, or of all groups in one, with its name; each is closed then."""
    with house_style():
        plots = _plots(results, group)
        for name, plot in {name: plots[name] for name in only or plots if name in plots}.items():
            others = set(plt.get_fignums())
            try:
                yield name, plot()
            finally:  # of a chart that fails, too
                for number in set(plt.get_fignums()) - others:
                    plt.close(number)


def pictures_of(
    results: Results, group: Group | None = None, *, sources: Sources, formats: tuple[str, ...],
    only: Collection[str] = (),
) -> dict[str, list[Encoded]]:  # fmt: skip
    """Return the pages of each chart by its name."""
    rows = results.table if group is None else group.rows
    pictures = {}
    for name, ax in drawn(results, group, only):
        date = sources.date if name not in ("fields", "profile") else ""
        note = stamp(rows, date=date, shows=_SHOWS.get(name, ()))
        pictures[name] = encode(ax, source=sources.of(name), note=note, formats=formats)
    return pictures


def _plots(results: Results, group: Group | None) -> dict[str, Callable[[], Axes]]:
    """Return what draws each chart."""
    of, unit = group or results, results.unit
    rows = results.table if group is None else group.rows
    scheme = results.scheme.of(rows)
    if unit is not None and rows["score"][rows["unit"] == unit].isna().all():
        unit = None  # a unit without a score here is not held against the others
    plots = {
        "ranking": partial(plot_ranking, rows, unit=unit, scheme=scheme),
        "overview": partial(plot_ranking, rows, unit=unit, scheme=scheme, overview=True),
        "distribution": partial(plot_distribution, of.distribution, scheme=scheme),
        "comparison": partial(plot_comparison, rows, unit=unit, scheme=scheme),
    }
    if len(rows) <= MANY:
        del plots["overview"]
    if group is None and several_groups(rows):
        plots["blocks"] = partial(plot_blocks, rows, unit=unit)
    if of.change is not None:
        plots["change"] = partial(plot_change, of.change, unit=unit)
    if of.fields is not None and len(of.fields):
        own = unit if unit is not None and has_unit(of.fields, unit) else None
        plots["fields"] = partial(plot_fields, of.fields, unit=own)
        if own is not None:
            plots["profile"] = partial(plot_profile, of.fields, unit=own)
    return plots
