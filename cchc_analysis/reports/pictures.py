"""The charts of a report: each is drawn and encoded once, for its file and for its page."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from cchc_analysis.charts.blocks import plot_blocks
from cchc_analysis.charts.export import Encoded, encode
from cchc_analysis.charts.fields import plot_fields, plot_profile
from cchc_analysis.charts.frame import house_style
from cchc_analysis.charts.periods import plot_change
from cchc_analysis.charts.ranking import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.charts.units import MANY
from cchc_analysis.groups import has_unit, scale_of, several_groups
from cchc_analysis.scoring.results import Group, Results

_RANKS = "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4)."


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
    results: Results, group: Group | None = None, *, source: Mapping[str, str],
    formats: tuple[str, ...], only: Collection[str] = (),
) -> dict[str, list[Encoded]]:  # fmt: skip
    """Return the pages of each chart by its name; `source` is as for `write_report`."""
    own, before = source.get("scores"), source.get("before")
    fields = source.get("fields", own)
    both = f"{own}; kỳ trước: {before}" if before else own
    sources = {"change": both, "fields": fields, "profile": fields}
    # What a chart does not say itself.
    notes = dict.fromkeys(("ranking", "overview", "change"), _RANKS)
    notes["distribution"] = f"{scale_of(results.table if group is None else group.rows)}."
    return {
        name: encode(ax, source=sources.get(name, own), note=notes.get(name), formats=formats)
        for name, ax in drawn(results, group, only)
    }


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
