"""What the report still asks of a ranking in words, until it renders `Results`."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from cchc_analysis.scoring.results import _names as group_names  # noqa: F401
from cchc_analysis.scoring.results import results_of
from cchc_analysis.scoring.schemes import GradeScheme


class Told(NamedTuple):
    """What is told of one year and block: its name, results, the chosen unit, and changes."""

    name: str
    results: str
    own: str
    changes: str


def told_by_group(
    ranking: pd.DataFrame, scheme: GradeScheme, before: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None, unit: str | None = None,
) -> tuple[list[Told], list[str], pd.DataFrame | None]:  # fmt: skip
    """Return what is told of each group, what is told of no group, and what changed."""
    results = results_of(ranking, scheme=scheme, before=before, aliases=aliases, unit=unit)
    return [Told(g.name, *g.told) for g in results.groups], [*results.more], results.change
