import warnings
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("agg")

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
RANKING_TABLES = ["cchc-2020", "so-nganh-2021", "par-index-regions"]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture
def town() -> pd.DataFrame:
    from cchc_analysis import grade_units, load_scores, rank_units

    return load_scores(DATA / "cchc-2020.csv").pipe(rank_units).pipe(grade_units)


def table(scores, max_score=100.0, **columns) -> pd.DataFrame:
    """Scores of units a, b, c…"""
    units = [chr(ord("a") + at) for at in range(len(scores))]
    scores = pd.Series(scores, dtype="float64")
    return pd.DataFrame({"unit": units, "score": scores, "max_score": max_score, **columns})


def loaded(source, **options) -> pd.DataFrame:
    """Load a source whose warning is not what is tested."""
    from cchc_analysis import LoadWarning, load_scores

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoadWarning)
        return load_scores(source, **options)


def refusal(source, **options) -> str:
    """Return the sentence with which a source is refused."""
    from cchc_analysis import load_scores

    with pytest.raises(ValueError) as caught:
        load_scores(source, **options)
    assert type(caught.value) is ValueError
    assert len(str(caught.value)) <= 600
    return str(caught.value)
