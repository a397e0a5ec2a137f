"""What the ruled tables of a PDF file show, by pdfplumber, which is an optional extra."""

import contextlib
import logging.handlers
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from cchc_analysis.reading.appearance import Seen
from cchc_analysis.reading.containers import damaged, encrypted
from cchc_analysis.refusal import Refusal

_SMALL = 0.75  # of the size of the letters around it: a footnote mark
_MOST_MB = 100  # that the streams of a file unpack to
_CHUNK = 1 << 16


def pdf_tables(path: Path) -> tuple[list[Seen], list[str]]:
    """Return the ruled tables of a PDF file; one that goes on over a page stays one."""
    try:
        import pdfplumber
    except ImportError:
        raise Refusal(
            "muốn đọc PDF cần cài thêm thư viện pdfplumber bằng lệnh 'python -m uv sync --extra "
            "pdf' (hoặc 'pip install pdfplumber'), hoặc chép bảng vào tệp Excel",
            file=path.name,
        ) from None
    data = path.read_bytes()
    if b"%%EOF" not in data[-2048:]:
        raise damaged(path.name)
    _check_streams(data, path.name)
    tables: list[Seen] = []
    letters, notes = 0, []
    log = logging.handlers.BufferingHandler(100_000)  # what the library passes over it only logs
    logging.getLogger("pdfminer").addHandler(log)
    try:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                letters += len(page.chars)
                # A bold letter may be one that is printed twice, a hair apart.
                for number, (title, rows, small) in enumerate(_page_tables(page.dedupe_chars())):
                    notes += small
                    if number == 0 and tables and len(rows[0]) == len(tables[-1].rows[-1]):
                        tables[-1].rows += [[title, *[""] * (len(rows[0]) - 1)], *rows]
                    else:
                        place = f"bảng {len(tables) + 1} (trang {page.page_number})"
                        tables.append(Seen(place, title, rows))
    except Exception as error:  # whatever a broken file makes the library raise
        raise (encrypted if "Password" in repr(error) else damaged)(path.name) from None
    finally:
        logging.getLogger("pdfminer").removeHandler(log)
    if any(re.search("Data-loss|non-indirect", told.getMessage()) for told in log.buffer):
        raise damaged(path.name)
    if not tables:
        why = "không có bảng kẻ khung" if letters else "là bản quét (ảnh chụp), không có chữ"
        raise Refusal(f"tệp PDF {why}", "hãy xin tệp gốc hoặc gõ lại vào Excel", file=path.name)
    return tables, notes


def _check_streams(data: bytes, name: str) -> None:
    """Refuse streams that unpack to more than there is room for; the library takes them whole."""
    size = 0
    for start in re.finditer(rb"FlateDecode.{0,500}?stream\r?\n", data, re.DOTALL):
        at, unpacker = start.end(), zlib.decompressobj()
        with contextlib.suppress(zlib.error):  # encrypted, or for the library to say what is wrong
            while at < len(data) and not unpacker.eof and size <= _MOST_MB * 1e6:
                size += len(unpacker.decompress(data[at : at + _CHUNK]))
                at += _CHUNK
    if size > _MOST_MB * 1e6:
        raise Refusal(
            f"tệp quá lớn (giới hạn {_MOST_MB} MB sau khi giải nén)",
            "hãy in riêng bảng điểm ra một tệp mới",
            file=name,
        )


def _page_tables(page: object) -> Iterator[tuple[str, list[list[str]], list[str]]]:
    """Yield each table with the line above it, its rows, and in words the small print left out."""
    # Of a turned page the library takes the edges from before the turn.
    left = min((char["x0"] for char in page.chars), default=0)
    right = max((char["x1"] for char in page.chars), default=0) + 1
    top = min((char["top"] for char in page.chars), default=0)
    for table in page.find_tables():
        _, above, _, bottom = table.bbox
        over = page.crop((left, min(top, above - 1), right, above), strict=False)
        lines = over.extract_text().splitlines()
        title = next((line for line in reversed(lines) if re.search(r"[^\W\d_]", line)), "")
        inside = page.within_bbox(table.bbox, strict=False).chars
        sizes = sorted(char["size"] for char in inside) or [0]
        least = sizes[len(sizes) // 2] * _SMALL
        small = "".join(char["text"] for char in inside if char["size"] < least).strip()
        kept = page.filter(lambda o, least=least: o.get("size", least) >= least)
        (found,) = [t for t in kept.find_tables() if t.bbox == table.bbox] or [table]
        rows = [[cell or "" for cell in row] for row in found.extract()]
        told = [f"chữ nhỏ '{small[:60]}' ở trang {page.page_number}"] if small else []
        yield title, rows, told
        top = bottom
