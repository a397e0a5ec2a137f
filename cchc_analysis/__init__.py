"""Rank, grade and chart the yearly CCHC scores of Vietnamese government units."""

from cchc_analysis.block_charts import plot_blocks
from cchc_analysis.change_charts import plot_change
from cchc_analysis.chart_tables import chart_table
from cchc_analysis.charts import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.check import check_published
from cchc_analysis.compare import compare_periods
from cchc_analysis.cutoffs import cutoff_sensitivity, implied_cutoffs
from cchc_analysis.describe import describe_ranking
from cchc_analysis.export import save_chart
from cchc_analysis.field_charts import plot_fields
from cchc_analysis.field_tables import load_fields
from cchc_analysis.fields import field_losses, field_matrix
from cchc_analysis.format import format_ranking
from cchc_analysis.history_charts import plot_rank_history
from cchc_analysis.load import LoadWarning, load_scores
from cchc_analysis.margins import points_to_next_grade, rank_range
from cchc_analysis.notebook import style_ranking
from cchc_analysis.picker import choose_table
from cchc_analysis.profile_charts import plot_profile
from cchc_analysis.ranking import grade_distribution, grade_units, rank_units
from cchc_analysis.report import write_report
from cchc_analysis.schemes import GradeScheme, load_scheme
from cchc_analysis.summary import summarise_blocks
from cchc_analysis.tables import list_tables
from cchc_analysis.totals import total_fields
from cchc_analysis.workbook import write_workbook

__all__ = [
    "GradeScheme",
    "LoadWarning",
    "chart_table",
    "check_published",
    "choose_table",
    "compare_periods",
    "cutoff_sensitivity",
    "describe_ranking",
    "field_losses",
    "field_matrix",
    "format_ranking",
    "grade_distribution",
    "grade_units",
    "implied_cutoffs",
    "list_tables",
    "load_fields",
    "load_scheme",
    "load_scores",
    "plot_blocks",
    "plot_change",
    "plot_comparison",
    "plot_distribution",
    "plot_fields",
    "plot_profile",
    "plot_rank_history",
    "plot_ranking",
    "points_to_next_grade",
    "rank_range",
    "rank_units",
    "save_chart",
    "style_ranking",
    "summarise_blocks",
    "total_fields",
    "write_report",
    "write_workbook",
]
