"""Draw every chart of the package into .images/ for the README.

    python -m uv run python tests/gallery.py

The pictures are the same from run to run. With Chromium, LibreOffice and pdftoppm there, those of
the recipes that give a table or a file are made anew, too, in .images/recipes/.
"""

import io
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from PIL import Image, ImageOps, PngImagePlugin

import cchc_analysis as cchc
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
    of_town = SOURCES["town"], "Đơn vị bằng điểm thì đồng hạng (1, 2, 2, 4)."
    of_counts = SOURCES["town"], "Thang điểm 100 (giả định)."
    of_regions = SOURCES["regions"], "Thang điểm 100 (giả định)."
    two = "; ".join((SOURCES["town"], SOURCES["offices"]))
    return {
        "ranking": (cchc.plot_ranking(town), *of_town),
        "distribution": (cchc.plot_distribution(town.pipe(cchc.grade_units)), *of_counts),
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


def recipes(folder: Path) -> list[Path]:
    """Picture what the recipes of README.vi.md give that is no chart: tables, workbook, report."""
    town = cchc.load_scores(ROOT / "data" / "cchc-2020.csv").pipe(cchc.rank_units)
    pasted = "Đơn vị\tĐiểm\nPhòng A\t90\nPhòng B\t80,5\nPhòng C\tChưa chấm\n"
    old = pd.DataFrame({"unit": ["Xã A", "Xã B"], "score": [81.2, 79.9], "max_score": 100})
    new = pd.DataFrame({"unit": ["Phường C"], "score": [78], "max_score": 100})
    merged = cchc.compare_periods(old, new, predecessors={"Phường C": ["Xã A", "Xã B"]})
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore", cchc.LoadWarning)  # one is not scored
        work = Path(name)
        (work / "dan.txt").write_text(pasted, encoding="utf-8")
        tables = {"paste": cchc.load_scores(work / "dan.txt"), "merged": merged}
        for stem, table in tables.items():
            look = '<meta charset="utf-8"><body style="font: 13px sans-serif">'
            html = look + cchc.style_ranking(table).to_html()
            (work / f"{stem}.html").write_text(html, encoding="utf-8")
            _run(
                "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--window-size=1000,900", f"--screenshot={work / stem}.png",
                (work / f"{stem}.html").as_uri(),
            )  # fmt: skip
        cchc.write_workbook(town, work / "workbook.xlsx")
        cchc.write_report(town, work / "report.docx", agency="Phòng Nội vụ", unit="Phòng Y tế")
        for stem in ("workbook.xlsx", "report.docx"):
            profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"
            made = ["--convert-to", "pdf", "--outdir", str(work), str(work / stem)]
            _run("soffice", "--headless", profile, *made)
            page = work / Path(stem).stem
            first = ["-png", "-gray", "-r", "72", "-singlefile", "-f", "1", "-l", "1"]
            _run("pdftoppm", *first, f"{page}.pdf", str(page))
        paths = []
        for stem in (*tables, "workbook", "report"):
            picture, small = Image.open(work / f"{stem}.png").convert("RGB"), io.BytesIO()
            picture = picture.crop(ImageOps.invert(picture).getbbox())
            few = ImageOps.expand(picture, 8, "white").quantize(16, dither=Image.Dither.NONE)
            few.save(small, "png", optimize=True)
            paths.append(write_whole(folder / f"{stem}.png", small.getvalue()))
    return paths


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    mpl.use("agg")
    made = draw(ROOT / ".images")
    if all(map(shutil.which, ("chromium", "soffice", "pdftoppm"))):
        made += recipes(ROOT / ".images" / "recipes")
    for path in made:
        sys.stdout.write(f"{path.relative_to(ROOT).as_posix()}: {path.stat().st_size} bytes\n")
