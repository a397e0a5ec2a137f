"""Draw every chart of the package into .images/ for the README.

    python -m uv run python tests/gallery.py

The pictures are the same from run to run.
"""

import io
import sys
import tempfile
import warnings
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from PIL import Image, PngImagePlugin

import cchc_analysis as cchc
from cchc_analysis.charts.export import stamp
from cchc_analysis.files import write_whole

ROOT = Path(__file__).parents[1]
SOURCES = {
    "town": "Cổng thông tin của thị xã, 11/01/2021 (data/cchc-2020.csv)",
    "offices": "Quyết định 24/QĐ-UBND ngày 05/01/2022 (data/so-nganh-2021.csv)",
    "regions": "infographics.vn 210954, 18/04/2024 (data/par-index-regions.csv)",
    "ddci": "ddcihatinh.vn, DDCI Hà Tĩnh 2021 (data/ddci-ha-tinh-2021.csv)",
}
COLORS = 128


def charts() -> dict:
    """Return the charts by name, each with its source and note."""
    town, offices, regions = (
        cchc.load_scores(ROOT / "data" / f"{name}.csv").pipe(cchc.rank_units)
        for name in ("cchc-2020", "so-nganh-2021", "par-index-regions")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cchc.LoadWarning)  # eleven scores are missing
        ddci = cchc.load_fields(ROOT / "data" / "ddci-ha-tinh-2021.csv", max_score=10)
    both = pd.concat(
        [town.assign(block="Phòng, ban của thị xã"), offices.assign(block="Sở, ban, ngành tỉnh")],
        ignore_index=True,
    )
    change = cchc.compare_periods(*(regions[regions["year"] == year] for year in (2022, 2023)))
    unit = "Đông Nam Bộ"
    of_town = SOURCES["town"], stamp(town, date="11/01/2021")
    of_regions = SOURCES["regions"], "Thang điểm 100 (giả định)."
    two = "; ".join((SOURCES["town"], SOURCES["offices"]))
    return {
        "ranking": (cchc.plot_ranking(town), *of_town),
        "distribution": (cchc.plot_distribution(town.pipe(cchc.grade_units)), *of_town),
        "comparison": (cchc.plot_comparison(town, unit="Phòng Nội vụ"), *of_town),
        "blocks": (cchc.plot_blocks(both, unit="Phòng Nội vụ"), two, "Thang điểm 100 (giả định)."),
        "change": (cchc.plot_change(change, unit=unit), *of_regions),
        "history": (cchc.plot_rank_history(regions, unit=unit), *of_regions),
        "fields": (cchc.plot_fields(ddci), SOURCES["ddci"], None),
        "profile": (cchc.plot_profile(ddci, unit="Thành phố Hà Tĩnh"), SOURCES["ddci"], None),
    }


def draw(folder: Path) -> list[Path]:
    """Draw all charts into a folder, in few colours: a README is read on a screen."""
    paths = []
    with plt.style.context("cchc_analysis.report"), tempfile.TemporaryDirectory() as large:
        for name, (ax, source, note) in charts().items():
            options = {"folder": large, "formats": ["png"], "source": source, "note": note}
            (path,) = cchc.save_chart(ax, name, **options)
            about, small = PngImagePlugin.PngInfo(), io.BytesIO()
            with Image.open(path) as picture:
                for key in ("Title", "Description", "Source"):
                    about.add_itxt(key, picture.info[key])
                few = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
                few.save(small, "png", pnginfo=about, dpi=picture.info["dpi"], optimize=True)
            paths.append(write_whole(folder / path.name, small.getvalue()))
            plt.close(ax.figure)
    return paths


if __name__ == "__main__":
    mpl.use("agg")
    for path in draw(ROOT / ".images"):
        sys.stdout.write(f"{path.relative_to(ROOT).as_posix()}: {path.stat().st_size} bytes\n")
