"""How long the whole command takes from a cold start, against a bare script of the same imports.

    python -m uv run python tests/benchmarks/cold_start.py

The bare script imports pandas, matplotlib and python-docx and saves as many empty charts at the
same size and dpi as the command does. Both run in processes of their own, by turns, and find all
modules compiled, as users do, whatever this process may write.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
COMMAND = "import sys; from cchc_analysis.app.command import main; sys.exit(main(sys.argv[1:]))"
BARE = """
import sys, pandas, docx, matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
sizes = eval(sys.argv[2])
for at, size in enumerate(sizes):
    figure, _ = plt.subplots(figsize=size)
    for kind in ("png", "svg"):
        figure.savefig(f"{sys.argv[1]}/{at}.{kind}", dpi=300)
"""


def seconds(code: str, *arguments: str) -> float:
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, env=usual
    )
    return time.perf_counter() - start


def cold_start(runs: int = RUNS) -> tuple[float, float]:
    """Return the median seconds of the bare script and of the command."""
    from PIL import Image

    data = str(ROOT / "data" / "cchc-2020.csv")
    with tempfile.TemporaryDirectory() as folder:
        seconds(COMMAND, data, "--out", folder)  # warms the caches of the system
        sizes = []
        for picture in sorted(Path(folder, "cchc-2020").glob("*.png")):
            with Image.open(picture) as image:
                sizes.append(tuple(round(side / 300, 2) for side in image.size))
        bare, whole = [], []
        for _ in range(runs):
            bare.append(seconds(BARE, folder, str(sizes)))
            whole.append(seconds(COMMAND, data, "--out", folder))
    return statistics.median(bare), statistics.median(whole)


def main() -> None:
    bare, whole = cold_start()
    names = ("pandas", "matplotlib", "python-docx", "xlsxwriter")
    print(
        ", ".join(f"{name} {version(name)}" for name in names), f"Python {sys.version.split()[0]}"
    )
    print(f"bare {bare:.2f} s, cchc-report {whole:.2f} s")
    print(f"ratio {whole / bare:.2f}")


if __name__ == "__main__":
    main()
