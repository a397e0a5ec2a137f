from .app.picker import choose_table
from .charts.export import save_chart
from .charts.fields import plot_fields, plot_profile
from .charts.periods import plot_change, plot_rank_history
from .charts.ranking import plot_blocks, plot_comparison, plot_distribution, plot_ranking
from .files import find_file
from .reading.fields import load_fields
from .reading.load import LoadWarning, load_scores
from .reading.tables import list_tables
from .reports.notebook import style_ranking
from .reports.report import write_report
from .reports.workbook import write_workbook
from .scoring.check import check_published
from .scoring.cutoffs import (
    cutoff_sensitivity,
    fitting_schemes,
    implied_cutoffs,
    points_to_next_grade,
    rank_range,
)
from .scoring.fields import field_influence, field_losses, self_score_gaps
from .scoring.periods import compare_periods
from .scoring.printing import format_ranking
from .scoring.ranking import grade_distribution, grade_units, rank_units, summarise_blocks
from .scoring.results import describe_ranking
from .scoring.schemes import GradeScheme, load_scheme

__all__ = [
    "GradeScheme",
    "LoadWarning",
    "check_published",
    "choose_table",
    "compare_periods",
    "cutoff_sensitivity",
    "describe_ranking",
    "field_influence",
    "field_losses",
    "find_file",
    "fitting_schemes",
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
    "self_score_gaps",
    "style_ranking",
    "summarise_blocks",
    "write_report",
    "write_workbook",
]
