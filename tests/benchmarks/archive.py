"""The nation's archive, made by a seed, and its ranking by three other engines."""

import math

import numpy as np
import pandas as pd

YEARS, BLOCKS = 15, 700
MAXIMA = (100.0, 84.0, 70.0, 62.5)
WITHIN = ["year", "block"]
CUTS, GRADES = [50, 65, 80, 90], ["Yếu", "Trung bình", "Khá", "Tốt", "Xuất sắc"]


def archive(rows: int, *, several: bool = False, seed: int = 6) -> pd.DataFrame:
    """Return scores of two decimals, one in a hundred missing, many of them tied."""
    rng = np.random.default_rng(seed)
    row = np.arange(rows)
    units = max(rows // YEARS, 1)  # a unit comes back each year
    maxima = rng.choice(MAXIMA, rows, p=[0.7, 0.1, 0.1, 0.1]) if several else np.full(rows, 100.0)
    score = np.minimum(np.round(rng.normal(0.8, 0.08, rows) * maxima, 2), maxima)
    score[rng.random(rows) < 0.01] = np.nan
    block = np.array([f"Khối {n:03d}" for n in range(BLOCKS)], dtype="object")
    unit = np.array([f"Đơn vị {n:06d}" for n in range(units)], dtype="object")
    return pd.DataFrame(
        {
            "year": 2010 + row * YEARS // max(rows, 1),
            "block": pd.Series(block[rng.integers(0, BLOCKS, rows)], dtype="str"),
            "unit": pd.Series(unit[row % units], dtype="str"),
            "score": score,
            "max_score": maxima,
        }
    )


def whole_numbers(scores: pd.DataFrame) -> pd.Series:
    """Return what orders as percent does: hundredths of a point on the scale of all maxima."""
    tenths = (scores["max_score"] * 10).astype("int64")
    common = math.lcm(*(int(maximum) for maximum in tenths.unique()))
    return (scores["score"] * 100).round().astype("Int64") * (common // tenths)


def by_pandas(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank and grade with groupby.rank and cut."""
    key = whole_numbers(scores)
    groups = [scores[column] for column in WITHIN]
    rank = key.groupby(groups).rank(method="min", ascending=False).astype("Int64")
    percent = scores["score"] / scores["max_score"] * 100
    edges = [-np.inf, *CUTS, np.inf]
    grade = pd.cut(percent.round(9), edges, right=False, labels=GRADES)
    result = scores.assign(percent=percent, rank=rank, grade=grade)
    result["grade"].value_counts()
    by_group = result.groupby(WITHIN, sort=False)["percent"]
    by_group.agg(["size", "count", "mean", "median", "max", "min"])
    (percent > by_group.transform("mean")).groupby(groups, sort=False).sum()
    for end in ("max", "min"):
        ends = result[key == key.groupby(groups).transform(end)]
        ends.groupby(WITHIN, sort=False)["unit"].agg("; ".join)
    return result


def to_polars(scores: pd.DataFrame) -> "pl.DataFrame":  # noqa: F821
    import polars as pl

    columns = {c: scores[c].tolist() for c in ("block", "unit")}
    columns |= {c: scores[c].to_numpy() for c in ("year", "max_score")}
    return pl.DataFrame(columns).with_columns(
        score=pl.Series(scores["score"].to_numpy(), nan_to_null=True)
    )


def by_polars(frame: "pl.DataFrame") -> tuple:  # noqa: F821
    """Rank and grade with rank().over() and cut; count and summarise with group_by."""
    import polars as pl

    tenths = (pl.col("max_score") * 10).cast(pl.Int64)
    several = (frame["max_score"] != frame["max_score"][0]).any()
    common = math.lcm(*frame.select(tenths.unique()).to_series().to_list()) if several else 1
    key = (pl.col("score") * 100).round().cast(pl.Int64)
    percent = pl.col("percent")
    ranked = frame.with_columns(
        percent=pl.col("score") / pl.col("max_score") * 100,
        key=key * (common // tenths) if several else key,
    ).with_columns(
        rank=pl.col("key").rank("min", descending=True).over(WITHIN),
        grade=percent.round(9).cut(CUTS, left_closed=True, labels=GRADES),
    )
    counts = ranked.group_by("grade").len()
    at_end = {
        column: pl.col("unit").filter(pl.col("key") == end).str.join("; ")
        for column, end in (
            ("first_unit", pl.col("key").max()),
            ("last_unit", pl.col("key").min()),
        )
    }
    summary = ranked.group_by(WITHIN, maintain_order=True).agg(
        units=pl.len(), scored_units=percent.count(), mean=percent.mean(),
        median=percent.median(), best=percent.max(), worst=percent.min(),
        above_mean=(percent > percent.mean()).sum(), **at_end,
    )  # fmt: skip
    return ranked, counts, summary


def by_duckdb(base: "duckdb.DuckDBPyConnection") -> dict[str, np.ndarray]:  # noqa: F821
    """Rank alone, with rank() over (partition by …): in SQL a table has no order of rows."""
    return base.execute(
        "select case when score is not null and not isnan(score) then rank() over (partition by "
        "year, block order by if(isnan(score), null, round(score / max_score, 12)) desc nulls last)"
        " else 0 end as rank from scores"
    ).fetchnumpy()
