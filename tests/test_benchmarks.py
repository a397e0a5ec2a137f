import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.mark.parametrize(
    "name", ["ranking", "several_maxima", "growth", "memory", "archive", "files"]
)
def test_each_benchmark_runs_on_a_few_rows_and_compares_results(name):
    # Not the engines, which are in a dependency group of their own, nor what only takes time.
    script = ROOT / "tests" / "benchmarks" / "run.py"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(script), "--rows", "1000", "--only", name],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| what | measured |" in done.stdout
    assert done.stdout.count("\n|") > 2
