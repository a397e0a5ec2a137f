"""One run of ``cchc-report`` for one file: what is read, what is written, what is said."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from cchc_analysis.app.companions import read_before, read_fields_of, rows_of
from cchc_analysis.charts.export import save_chart, stamp, write_csv
from cchc_analysis.charts.fields import plot_fields, plot_profile
from cchc_analysis.charts.frame import house_style
from cchc_analysis.charts.periods import plot_change
from cchc_analysis.charts.ranking import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.charts.units import chosen_rows
from cchc_analysis.files import as_typed
from cchc_analysis.groups import has_unit, scale_of, several_groups
from cchc_analysis.reading.load import load_scores
from cchc_analysis.refusals import as_options
from cchc_analysis.reports.folder import write_bundle
from cchc_analysis.reports.report import write_report
from cchc_analysis.reports.workbook import write_workbook
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.scoring.check import check_published
from cchc_analysis.scoring.printing import format_ranking
from cchc_analysis.scoring.ranking import grade_distribution, grade_units, rank_units

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEAD = 10
_INPUTS = ("before", "fields", "template")


class _Tables(NamedTuple):
    """All that a report is made from."""

    ranking: pd.DataFrame
    check: pd.DataFrame
    before: pd.DataFrame | None
    changes: pd.DataFrame | None
    fields: pd.DataFrame | None


class Job(NamedTuple):
    """One file, its folder and the options of the command."""

    file: Path
    folder: Path
    scheme: GradeScheme
    options: argparse.Namespace

    def run(self) -> list[str]:
        """Write all files of the report, and return the lines to show."""
        tables, told = self._read()
        given = vars(self.options)
        inputs = {"file": self.file} | {role: given[role] for role in _INPUTS if given[role]}
        files, kept = write_bundle(self.folder, inputs, lambda folder: self._write(folder, tables))
        return [
            *self._lines(tables),
            *(f"\n{as_options(line)}" for line in told if line),
            *(f"\n{line}" for line in kept),
            "\nĐã ghi:",
            *(f"  {path.as_posix()}" for path in files),
        ]

    def _read(self) -> tuple[_Tables, list[str]]:
        options, told = self.options, []
        ranking = self._scores().pipe(rank_units).pipe(grade_units, scheme=self.scheme)
        if options.unit is not None:
            chosen_rows(ranking, options.unit)  # refused if it cannot be marked
        before = changes = fields = None
        if options.before is not None:
            before, changes, told = read_before(options.before, ranking, self.file, self.scheme)
        if options.fields is not None:
            fields, words = read_fields_of(options.fields, ranking, self.file)
            told += words
        return _Tables(ranking, check_published(ranking), before, changes, fields), told

    def _scores(self) -> pd.DataFrame:
        options, year = self.options, self.options.year
        scores = load_scores(
            self.file,
            table=options.table,
            columns=dict(options.columns),
            max_score=options.max_score,
        )
        if year is None:
            return scores
        if "year" not in scores:
            return scores.assign(year=year)
        if year not in set(scores["year"]):
            years = ", ".join(map(str, sorted(set(scores["year"]))))
            raise ValueError(
                f"{self.file.name}: không có năm {year} (--year); bảng có năm {years}."
            )
        return rows_of(scores, scores["year"] == year)

    def _write(self, folder: Path, tables: _Tables) -> None:
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        mpl.use("agg")  # files only: no window, no display needed
        options, ranking = self.options, tables.ranking
        common = {"scheme": self.scheme, "before": tables.before, "fields": tables.fields}
        dated = f" (số liệu ngày {options.date})" if options.source and options.date else ""
        common |= {"unit": options.unit, "source": options.source and options.source + dated}
        write_report(ranking, folder / "report.docx", template=options.template, **common)
        write_workbook(ranking, folder / "report.xlsx", **common)
        write_csv(format_ranking(tables.check), folder / "check.csv")
        with house_style():
            for name, ax, files, shows in self._charts(tables):
                try:
                    note = stamp(ranking, scheme=self.scheme, date=options.date, shows=shows)
                    save_chart(ax, name, folder=folder, source=files, note=note)
                finally:
                    plt.close(ax.get_figure(root=True))

    def _charts(self, tables: _Tables) -> Iterator[tuple[str, Axes, str, tuple[str, ...]]]:
        """Yield the name of each chart, it, the files it is drawn from, and what its stamp says."""
        ranking, scheme, unit = tables.ranking, self.scheme, self.options.unit
        own = self.options.source or f"tệp {as_typed(self.file.name)}"
        ax = plot_ranking(ranking, scheme=scheme)
        yield "ranking", ax, own, ("scale", "cutoffs", "ranks")
        ax = plot_distribution(_counts(ranking), scheme=scheme)
        yield "distribution", ax, own, ("scale", "cutoffs")
        ax = plot_comparison(ranking, unit=unit, scheme=scheme)
        yield "comparison", ax, own, ("scale", "cutoffs")
        if tables.changes is not None:
            both = f"{own}; kỳ trước: tệp {as_typed(self.options.before.name)}"
            yield "change", plot_change(tables.changes, unit=unit), both, ("ranks",)
        if tables.fields is not None:
            theirs = f"tệp {as_typed(self.options.fields.name)}"
            yield "fields", plot_fields(tables.fields), theirs, ()
            if unit is not None and has_unit(tables.fields, unit):
                yield "profile", plot_profile(tables.fields, unit=unit), theirs, ()

    def _lines(self, tables: _Tables) -> list[str]:
        ranking, note = tables.ranking, tables.check.attrs["note"]
        printed, counts = format_ranking(ranking), format_ranking(_counts(ranking))
        said = [scale_of(ranking), f"Ngưỡng xếp loại: {self.scheme}"]
        said.append(f"\n{printed.head(_HEAD).to_string(index=False)}")
        if len(printed) > _HEAD:
            said.append(f"… và {len(printed) - _HEAD} đơn vị nữa")
        said += [f"\n{counts.to_string(index=False)}", counts.attrs["note"]]
        return [*filter(None, said), f"\n{note}"]


def _counts(ranking: pd.DataFrame) -> pd.DataFrame:
    return grade_distribution(ranking, by=several_groups(ranking))
