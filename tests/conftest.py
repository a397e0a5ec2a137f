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
