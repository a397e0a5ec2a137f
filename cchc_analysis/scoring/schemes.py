"""Grade schemes: which percent earns which grade, and who says so."""

from cchc_analysis.schemes import (  # noqa: F401
    DEFAULT_SCHEME,
    GradeScheme,
    known_order,
    load_scheme,
    scheme_names,
    spelled,
)
