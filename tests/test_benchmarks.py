import importlib
import sys

import pytest
from conftest import ROOT


@pytest.mark.usefixtures("unsaved")
@pytest.mark.parametrize(
    "name", ["ranking", "several_maxima", "growth", "memory", "archive", "files"]
)
def test_each_benchmark_runs_on_a_few_rows_and_compares_results(name, monkeypatch, capsys):
    # Not the engines, which are in a dependency group of their own, nor what only takes time.
    monkeypatch.syspath_prepend(ROOT / "tests" / "benchmarks")
    monkeypatch.setattr(sys, "argv", ["run.py", "--rows", "1000", "--only", name])
    importlib.import_module("run").main()
    said = capsys.readouterr().out
    assert "| what | measured |" in said
    assert said.count("\n|") > 2
