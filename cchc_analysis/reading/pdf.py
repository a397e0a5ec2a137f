"""Raw cells from PDF files with a text layer, read by pdfplumber, which is an optional extra."""

import logging.handlers
import re
from collections.abc import Iterator
from pathlib import Path

from cchc_analysis.reading.containers import damaged, encrypted
from cchc_analysis.reading.grid import Grid, to_cells

_SMALL = 0.75  # of the size of the letters around it: a footnote mark


def pdf_grids(path: Path) -> tuple[list[Grid], list[str]]:
    """Return the ruled tables of a PDF file; one that goes on over a page stays one."""
    try:
        import pdfplumber
    except ImportError:
        raise ValueError(
            f"{path.name}: muốn đọc PDF cần cài thêm thư viện pdfplumber bằng lệnh 'python -m uv "
            "sync --extra pdf' (hoặc 'pip install pdfplumber'), hoặc chép bảng vào tệp Excel."
        ) from None
    if b"%%EOF" not in path.read_bytes()[-2048:]:
        raise damaged(path.name)
    tables: list[tuple[str, str, list]] = []
    letters, notes = 0, []
    log = logging.handlers.BufferingHandler(100_000)  # what the library passes over it only logs
    logging.getLogger("pdfminer").addHandler(log)
    try:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                letters += len(page.chars)
                for number, (title, rows, small) in enumerate(_page_tables(page)):
                    notes += small
                    if number == 0 and tables and len(rows[0]) == len(tables[-1][2][-1]):
                        tables[-1][2].extend([[title, *[""] * (len(rows[0]) - 1)], *rows])
                    else:
                        tables.append((f"trang {page.page_number}", title, rows))
    except Exception as error:  # whatever a broken file makes the library raise
        wrong = encrypted if "Password" in repr(error) else damaged
        raise wrong(path.name) from None
    finally:
        logging.getLogger("pdfminer").removeHandler(log)
    if any(re.search("Data-loss|non-indirect", told.getMessage()) for told in log.buffer):
        raise damaged(path.name)
    if not tables:
        why = "không có bảng kẻ khung" if letters else "là bản quét (ảnh chụp), không có chữ"
        raise ValueError(f"{path.name}: tệp PDF {why}; hãy xin tệp gốc hoặc gõ lại vào Excel.")
    return [
        Grid(f"bảng {at} ({place})", title, to_cells(rows, range(1, len(rows) + 1)))
        for at, (place, title, rows) in enumerate(tables, start=1)
    ], notes


def _page_tables(page: object) -> Iterator[tuple[str, list[list[str]], list[str]]]:
    """Yield each table with the line above it, its rows, and in words the small print left out."""
    top = 0
    for table in page.find_tables():
        _, above, _, bottom = table.bbox
        lines = page.crop((0, min(top, above), page.width, above)).extract_text().splitlines()
        title = next((line for line in reversed(lines) if re.search(r"[^\W\d_]", line)), "")
        inside = page.within_bbox(table.bbox).chars
        sizes = sorted(char["size"] for char in inside) or [0]
        least = sizes[len(sizes) // 2] * _SMALL
        small = "".join(char["text"] for char in inside if char["size"] < least).strip()
        kept = page.filter(lambda o, least=least: o.get("size", least) >= least)
        (found,) = [t for t in kept.find_tables() if t.bbox == table.bbox] or [table]
        rows = [[cell or "" for cell in row] for row in found.extract()]
        told = [f"chữ nhỏ '{small[:60]}' ở trang {page.page_number}"] if small else []
        yield title, rows, told
        top = bottom
