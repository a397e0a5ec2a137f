from .block_charts import plot_blocks
from .change_charts import plot_change
from .chart_tables import chart_table
from .charts import plot_comparison, plot_distribution, plot_ranking
from .check import check_published
from .compare import compare_periods
from .cutoffs import cutoff_sensitivity, implied_cutoffs
from .describe import describe_ranking
from .export import save_chart
from .field_charts import plot_fields
from .field_tables import load_fields
from .fields import field_losses, field_matrix
from .format import format_ranking
from .history_charts import plot_rank_history
from .load import LoadWarning, load_scores
from .margins import points_to_next_grade, rank_range
from .notebook import style_ranking
from .picker import choose_table
from .profile_charts import plot_profile
from .ranking import grade_distribution, grade_units, rank_units
from .report import write_report
from .schemes import GradeScheme, load_scheme
from .summary import summarise_blocks
from .tables import list_tables
from .totals import total_fields
from .workbook import write_workbook

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
