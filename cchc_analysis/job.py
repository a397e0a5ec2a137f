"""One run of ``cchc-report`` for one file: what is read, what is written, what is said."""

import argparse
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cchc_analysis.bundle import write_bundle
from cchc_analysis.change_charts import plot_change
from cchc_analysis.charts import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.check import check_published
from cchc_analysis.compare import compare_periods
from cchc_analysis.export import save_chart, write_csv
from cchc_analysis.field_charts import plot_fields
from cchc_analysis.field_tables import load_fields
from cchc_analysis.files import as_typed
from cchc_analysis.format import format_ranking
from cchc_analysis.load import load_scores
from cchc_analysis.profile_charts import plot_profile
from cchc_analysis.ranking import grade_distribution, grade_units, rank_units
from cchc_analysis.report import write_report
from cchc_analysis.schemes import GradeScheme
from cchc_analysis.small_print import stamp
from cchc_analysis.table import several_groups
from cchc_analysis.workbook import write_workbook

_HEAD = 10


class Job(NamedTuple):
    """One file, its folder and the options of the command."""

    file: Path
    folder: Path
    scheme: GradeScheme
    options: argparse.Namespace

    def run(self) -> list[str]:
        """Write all files of the report, and return the lines to show."""
        options = self.options
        scores = self._scores(self.file, options.year)
        ranking = scores.pipe(rank_units).pipe(grade_units, scheme=self.scheme)
        before = None if options.before is None else self._scores(options.before, None)
        fields = None if options.fields is None else load_fields(options.fields)
        inputs = [path for path in (self.file, options.before, options.fields) if path]
        check = check_published(ranking)
        files, kept = write_bundle(
            self.folder, inputs, lambda folder: self._write(folder, ranking, before, fields, check)
        )
        return [
            *self._lines(ranking, check),
            *kept,
            "\nĐã ghi:",
            *(f"  {p.as_posix()}" for p in files),
        ]

    def _scores(self, file: Path, year: int | None) -> pd.DataFrame:
        options = self.options
        scores = load_scores(
            file, table=options.table, columns=dict(options.columns), max_score=options.max_score
        )
        if year is None or "year" not in scores:
            return scores if year is None else _at(scores.assign(year=year), scores)
        if year not in set(scores["year"]):
            years = ", ".join(map(str, sorted(set(scores["year"]))))
            raise ValueError(f"{file.name}: không có năm {year} (--year); bảng có năm {years}.")
        return _at(scores[scores["year"] == year].reset_index(drop=True), scores)

    def _write(
        self,
        folder: Path,
        ranking: pd.DataFrame,
        before: pd.DataFrame | None,
        fields: pd.DataFrame | None,
        check: pd.DataFrame,
    ) -> None:
        import matplotlib as mpl
        import matplotlib.style

        mpl.use("agg")  # files only: no window, no display needed
        scheme, unit, source = self.scheme, self.options.unit, f"tệp {as_typed(self.file.name)}"
        common = {"scheme": scheme, "before": before, "fields": fields, "source": source}
        write_report(
            ranking, folder / "report.docx", unit=unit, template=self.options.template, **common
        )
        write_workbook(ranking, folder / "report.xlsx", unit=unit, **common)
        write_csv(format_ranking(check), folder / "check.csv")
        note = stamp(ranking, scheme=scheme)
        with mpl.style.context("cchc_analysis.report"):
            charts = {
                "ranking": plot_ranking(ranking, scheme=scheme),
                "distribution": plot_distribution(_counts(ranking), scheme=scheme),
                "comparison": plot_comparison(ranking, unit=unit, scheme=scheme),
            }
            if before is not None:
                changes = compare_periods(before, ranking, scheme=scheme)
                charts["change"] = plot_change(changes, unit=unit)
            if fields is not None:
                charts["fields"] = plot_fields(fields)
                if unit is not None:
                    charts["profile"] = plot_profile(fields, unit=unit)
            for name, ax in charts.items():
                save_chart(ax, name, folder=folder, source=source, note=note)

    def _lines(self, ranking: pd.DataFrame, check: pd.DataFrame) -> list[str]:
        printed, counts = format_ranking(ranking), format_ranking(_counts(ranking))
        said = [ranking.attrs["scale"], f"Ngưỡng xếp loại: {self.scheme}"]
        said.append(f"\n{printed.head(_HEAD).to_string(index=False)}")
        if len(printed) > _HEAD:
            said.append(f"… và {len(printed) - _HEAD} đơn vị nữa")
        said += [f"\n{counts.to_string(index=False)}", counts.attrs["note"]]
        return [*filter(None, said), f"\n{check.attrs['note']}"]


def _counts(ranking: pd.DataFrame) -> pd.DataFrame:
    return grade_distribution(ranking, by=several_groups(ranking))


def _at(table: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return a table with what is known of the scores it was made from."""
    table.attrs = dict(scores.attrs)
    return table
