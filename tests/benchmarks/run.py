"""Measure what the issue on speed promises, as ratios of one run, and print a Markdown table.

    python -m uv run --group bench python tests/benchmarks/run.py [--rows N] [--only NAME]

What is compared runs by turns in this run; the least of the turns counts, since other programs can
only add. Every result is compared with the other's before a time is printed.
"""

import argparse
import contextlib
import datetime
import io
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
import archive as data
from cold_start import cold_start

from cchc_analysis import (
    LoadWarning,
    grade_distribution,
    grade_units,
    load_scores,
    rank_units,
    summarise_blocks,
)

PACKAGES = ("pandas", "numpy", "matplotlib", "polars", "duckdb")
TURNS = 3


def by_turns(*calls: Callable[[], object]) -> tuple[list[float], list[object]]:
    """Return the least seconds of each call, and what each returned."""
    seconds, results = [math.inf] * len(calls), [None] * len(calls)
    for _ in range(TURNS):
        for at, call in enumerate(calls):
            results[at] = None  # so that no result of the turn before takes room
            start = time.perf_counter()
            results[at] = call()
            seconds[at] = min(seconds[at], time.perf_counter() - start)
    return seconds, results


def ours(scores: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    ranking = scores.pipe(rank_units).pipe(grade_units)
    return ranking, grade_distribution(ranking), summarise_blocks(ranking)


def ranking(rows: int, *, several: bool = False) -> list[tuple[str, str]]:
    scores = data.archive(rows, several=several)
    (own, by_pandas), ((ranking, _, _), plain) = by_turns(
        lambda: ours(scores), lambda: data.by_pandas(scores)
    )
    assert ranking["rank"].equals(plain["rank"])
    grades = [table["grade"].astype("object").fillna("") for table in (ranking, plain)]
    assert grades[0].equals(grades[1])
    assert ranking.index.equals(scores.index)
    assert ranking["unit"].equals(scores["unit"])
    what = f"{rows:,} rows{', four maxima' if several else ''}"
    return [
        (f"{what}: rank, grade, distribution, summary", f"{own:.2f} s"),
        ("– pandas' groupby.rank and cut, of ours", f"{by_pandas / own:.1f} ×"),
    ]


def several_maxima(rows: int) -> list[tuple[str, str]]:
    return ranking(rows, several=True)


def engines(rows: int) -> list[tuple[str, str]]:
    """Hold the ranking against Polars and DuckDB."""
    import duckdb
    import polars as pl

    lines = []
    for several in (False, True):
        scores = data.archive(rows, several=several)
        frame = data.to_polars(scores)
        base = duckdb.connect()
        base.execute("create table scores as select * from scores")
        seconds, results = by_turns(
            lambda: ours(scores),  # noqa: B023
            lambda: data.by_polars(frame),  # noqa: B023
            lambda: rank_units(scores),  # noqa: B023
            lambda: data.by_duckdb(base),  # noqa: B023
        )
        ranking, _, summary = results[0]
        ranked, _, groups = results[1]
        rank = ranking["rank"].astype("float64").fillna(0)
        assert (ranked["rank"].fill_null(0).to_numpy() == rank.to_numpy()).all()
        grade = ranking["grade"].astype("object").fillna("")
        assert (ranked["grade"].cast(pl.String).fill_null("").to_numpy() == grade.to_numpy()).all()
        assert groups["first_unit"].to_list() == summary["first_unit"].fillna("").tolist()
        assert groups["last_unit"].to_list() == summary["last_unit"].fillna("").tolist()
        for column in ("mean", "median", "best", "worst"):
            difference = summary[column] - groups[column].to_numpy()
            assert not (difference.abs() > 1e-9).any()
        assert results[3]["rank"].sum() == rank.sum()
        base.close()
        of = ", four maxima" if several else ""
        lines += [
            (f"All four, of Polars{of}", f"{seconds[0] / seconds[1]:.2f} ×"),
            (f"rank_units, of DuckDB's rank() over{of}", f"{seconds[2] / seconds[3]:.2f} ×"),
        ]
    return lines


def growth(rows: int) -> list[tuple[str, str]]:
    """Measure time against rows: the exponent between the last two sizes."""
    sizes = [size for size in (10**3, 10**4, 10**5, 10**6, 10**7) if size <= rows]
    seconds = []
    for size in sizes:
        scores = data.archive(size)
        seconds.append(by_turns(lambda: ours(scores))[0][0])  # noqa: B023
    told = ", ".join(f"{size:.0e}: {s:.3f} s" for size, s in zip(sizes, seconds, strict=True))
    if len(sizes) < 2:
        return [("Time against rows", told)]
    exponent = math.log10(seconds[-1] / seconds[-2])
    return [("Time against rows", told), ("– exponent of the last step", f"{exponent:.2f}")]


def memory(rows: int) -> list[tuple[str, str]]:
    """Measure in a process of its own by how much the work raises its peak above the table."""
    code = (
        f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "import run\n"
        "def status(name):\n"
        "    lines = open('/proc/self/status').read().splitlines()\n"
        "    return next(int(l.split()[1]) / 1024 for l in lines if l.startswith(name + ':'))\n"
        "before = status('VmRSS')\n"
        f"scores = run.data.archive({rows})\n"
        "import gc; gc.collect(); open('/proc/self/clear_refs', 'w').write('5')\n"
        "start = status('VmRSS'); kept = run.ours(scores)\n"
        "print(start - before, status('VmHWM') - start,\n"
        "      scores.memory_usage(deep=True).sum() / 2**20,\n"
        "      scores.memory_usage().sum() / 2**20)"
    )
    if not Path("/proc/self/clear_refs").exists():
        return [("Memory", "measured on Linux only")]
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    resident, more, deep, shallow = map(float, done.stdout.split())
    return [
        (f"Peak memory over the table, {rows:,} rows", f"{more:.0f} MiB"),
        ("– of memory_usage(deep=True)", f"{more / deep:.2f} × of {deep:.0f} MiB"),
        ("– of what the table took", f"{more / resident:.2f} × of {resident:.0f} MiB"),
        ("– of memory_usage(), text as pointers", f"{more / shallow:.2f} × of {shallow:.0f} MiB"),
    ]  # fmt: skip


def archive(rows: int) -> list[tuple[str, str]]:
    """Load, rank, grade and count the communes of a country over 15 years, against bare pandas.

    In each turn one of other names: what is remembered of the turn before must not help.
    """
    rows = min(rows, 165_000)
    warnings.simplefilter("ignore", LoadWarning)  # it tells of the missing scores
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{turn}.csv") for turn in range(TURNS)]
        for turn, path in enumerate(paths):
            made = data.archive(rows, seed=turn).drop(columns="max_score")
            made["unit"] += f" {turn}"
            made.columns = ["Năm", "Khối", "Đơn vị", "Điểm"]
            made.to_csv(path, index=False)
        for_own, for_bare = iter(paths), iter(paths)

        def own() -> tuple[pd.DataFrame, pd.DataFrame]:
            ranking = load_scores(next(for_own), max_score=100).pipe(rank_units).pipe(grade_units)
            return ranking, grade_distribution(ranking)

        def bare() -> tuple[pd.DataFrame, pd.Series]:
            scores = pd.read_csv(next(for_bare))
            rank = scores.groupby(["Năm", "Khối"])["Điểm"].rank("min", ascending=False)
            edges = [-math.inf, *data.CUTS, math.inf]
            grade = pd.cut(scores["Điểm"], edges, right=False, labels=data.GRADES)
            return scores.assign(rank=rank, grade=grade), grade.value_counts()

        seconds, ((ranking, distribution), (plain, counts)) = by_turns(own, bare)
    assert ranking["score"].equals(plain["Điểm"])
    assert ranking["unit"].tolist() == plain["Đơn vị"].tolist()
    assert ranking["rank"].astype("float64").equals(plain["rank"])
    assert distribution.groupby("grade", observed=True)["units"].sum()[counts.index].equals(counts)
    return [
        (f"CSV of {rows:,} rows loaded, ranked, graded, counted", f"{seconds[0]:.2f} s"),
        ("– of bare read_csv, groupby.rank, cut", f"{seconds[0] / seconds[1]:.1f} ×"),
    ]


def files(rows: int) -> list[tuple[str, str]]:
    """Report 1,000 small files of four formats by one command, in seconds of the processor."""
    import docx

    from cchc_analysis.app.command import main

    count = min(max(rows // 10_000, 4), 1000)  # a small run reads one of each
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for at in range(count):
            table = data.archive(18, seed=at)[["unit", "score"]].dropna()
            table["unit"] += [f" {n}" for n in range(len(table))]
            table.columns = ["Đơn vị", "Điểm"]
            kind = ("csv", "xlsx", "html", "docx")[at % 4]
            path = Path(folder, f"{at:04d}.{kind}")
            if kind == "csv":
                table.to_csv(path, index=False)
            elif kind == "xlsx":
                table.to_excel(path, index=False, engine="xlsxwriter")
            elif kind == "html":
                path.write_text('<meta charset="utf-8">' + table.to_html(index=False), "utf-8")
            else:
                document = docx.Document()
                cells = document.add_table(len(table) + 1, 2)
                for r, row in enumerate([table.columns, *table.to_numpy().tolist()]):
                    for c, value in enumerate(row):
                        cells.cell(r, c).text = str(value)
                document.save(path)
            paths.append(str(path))
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert main([*paths, "--max-score", "100", "--out", f"{folder}/out"]) == 0
        spent = time.process_time() - start
    what = f"cchc-report, {count:,} small files, seconds of the processor"
    return [(what, f"{spent / count:.2f} s a file")]


def imports(rows: int) -> list[tuple[str, str]]:
    """Import in fresh processes by turns, in seconds of the processor."""

    def seconds(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    codes = (
        "import pandas",
        "import pandas, cchc_analysis",
        "import pandas; from cchc_analysis import *",
    )
    turns = [[seconds(code) for code in codes] for _ in range(15 if rows > 1e5 else 1)]
    bare, own, names = (min(column) for column in zip(*turns, strict=True))
    return [
        ("import pandas and cchc_analysis, of import pandas (processor)", f"{own / bare:.3f} ×"),
        ("– and every public name, with the modules behind them", f"{names / bare:.3f} ×"),
    ]


def start(rows: int) -> list[tuple[str, str]]:
    bare, whole = cold_start(5 if rows > 1e5 else 1)
    return [("cchc-report from a cold start, of a bare script", f"{whole / bare:.2f} ×")]


ALL = (ranking, several_maxima, engines, growth, memory, archive, files, imports, start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--only", choices=[function.__name__ for function in ALL])
    given = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = [f"Python {sys.version.split()[0]}"]
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    print(
        f"{datetime.date.today():%d/%m/%Y}; {', '.join(versions)}; {os.cpu_count()} cores{load}\n"
    )
    print("| what | measured |\n|---|---|")
    for function in ALL:
        if given.only in (None, function.__name__):
            for what, measured in function(given.rows):
                print(f"| {what} | {measured} |", flush=True)


if __name__ == "__main__":
    main()
