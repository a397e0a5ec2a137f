"""From a source to raw cells: the reader for each kind of file, and its encoding."""

import codecs
import re
import unicodedata
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cchc_analysis.files import given_path
from cchc_analysis.reading.containers import Contents, contents
from cchc_analysis.reading.delimited import refuse_one_column, text_grid
from cchc_analysis.reading.grid import Grid, Seen, Where, as_shown, as_written, to_cells
from cchc_analysis.reading.vocabulary import LEGACY
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted

# What Vietnamese in UTF-8 becomes when it is read as Windows-1252: "Sá»Ÿ", "VÄƒn phÃ²ng".
_TWICE = re.compile("á[º»]|Ã[¡-ª²-µ¹º½]|Ä[‘ƒ]|Æ[°¡]")
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


class Source(NamedTuple):
    """What a reader found: the name that messages give it, its grids, and what has to be told."""

    name: str
    grids: list[Grid]
    left_out: list[str]  # in words: hidden sheets, small print
    to_check: list[str]


def read_grids(source: str | PathLike | pd.DataFrame) -> Source:
    """Return the raw cells of a source; what cannot be read as one thing only is refused."""
    if isinstance(source, pd.DataFrame):
        return Source("Bảng (DataFrame)", [Grid("", "", _from_frame(source))], [], [])
    if not isinstance(source, (str, PathLike)):
        raise TypeError(f"Nguồn phải là đường dẫn hoặc DataFrame, không phải {source!r:.60}.")
    path = given_path(source)
    found = contents(path)
    kind = found.kind
    left_out: list[str] = []
    text, to_check = _decode(path, kind) if kind in ("text", "html") else ("", [])
    if kind == "text":
        grid, notes = text_grid(path, text)
        grids = [grid]
    else:
        seen, left_out = _seen(path, found, text)
        shown = [as_shown(one, path.name) for one in seen]
        grids = [grid for grid, _ in shown if len(grid.cells)]
        notes = [words for _, told in shown for words in told]
    for grid in grids:
        start = " ".join(grid.cells.head(40).fillna("").to_numpy().ravel())
        _refuse_legacy(path.name, start)
        if len(broken := [word for word in start.split() if _TWICE.search(word)]) > 1:
            raise Where(path.name).refuse(
                f"chữ bị vỡ ({quoted(broken[0])}) vì tệp UTF-8 đã bị lưu lại theo bảng mã khác",
                "hãy lấy lại tệp gốc rồi lưu dạng 'CSV UTF-8' hoặc .xlsx",
            )
    refuse_one_column(grids, path.name)
    return Source(path.name, grids, left_out, to_check + notes)


def _seen(path: Path, found: Contents, text: str) -> tuple[list[Seen], list[str]]:
    """Return what the reader for a kind of file sees, which alone imports its library."""
    if found.kind in ("xlsx", "xls", "ods"):
        from cchc_analysis.reading import workbooks

        return getattr(workbooks, f"{found.kind}_sheets")(path, found)
    from cchc_analysis.reading import documents

    if found.kind == "html":
        return documents.page_tables(text, path.name)
    return documents.pdf_tables(path) if found.kind == "pdf" else documents.word_tables(path, found)


def _decode(path: Path, kind: str) -> tuple[str, list[str]]:
    """Return the text of a file and what to check.

    Of the encodings before Unicode, Windows-1258 can be known. What is valid UTF-8 is UTF-8,
    whatever a page says of itself: no Vietnamese in another encoding is.
    """
    data = path.read_bytes()
    told = []
    if kind == "html" and path.suffix.lower() == ".xls":
        told.append("tệp đuôi '.xls' nhưng nội dung là trang web, được đọc như trang web")
    encoding = "utf-8-sig"
    declared = _CHARSET.search(data[:4096]) if kind == "html" else None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif declared and (stated := declared[1].decode().lower()) not in ("utf-8", "utf8"):
        if _is_in("utf-8", data):
            if not data.isascii():
                told.append(f"trang ghi bảng mã {quoted(stated)} nhưng được đọc là UTF-8")
        elif _is_in(stated, data):
            encoding = stated
        else:
            _refuse_legacy(path.name, data.decode("cp1252", errors="replace"))
            raise Where(path.name).refuse(
                f"trang ghi bảng mã {quoted(stated)} nhưng chữ không theo bảng mã đó",
                "hãy mở trang gốc trong trình duyệt rồi chép bảng vào một tệp Excel",
            )
    try:
        return data.decode(encoding), told
    except UnicodeDecodeError as error:
        _refuse_legacy(path.name, data.decode("cp1252", errors="replace"))
        text = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
        is_vietnamese = re.search(r"(?i)(?:đơn vị|điểm|cơ quan|xếp)", text)
        if not declared and encoding == "utf-8-sig" and is_vietnamese:
            return text, told
        line = data[: error.start].count(b"\n") + 1
        raise Where(path.name).refuse(
            "tệp không phải là văn bản UTF-8",
            "hãy mở tệp trong Excel rồi lưu lại dạng 'CSV UTF-8' hoặc .xlsx",
            at=f"dòng {line}",
        ) from None


def _is_in(encoding: str, data: bytes) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _refuse_legacy(name: str, text: str) -> None:
    for encoding, words in LEGACY.items():
        if sum(word in text for word in words) > 1:
            raise Where(name).refuse(
                f"chữ trong tệp dùng bảng mã cũ {encoding}",
                "hãy chuyển sang Unicode bằng UniKey (Ctrl+Shift+F6, chọn đúng mã nguồn) rồi lưu "
                "lại",
            )


def _from_frame(table: pd.DataFrame) -> pd.DataFrame:
    if isinstance(table.columns, pd.MultiIndex):
        raise Refusal("Bảng (DataFrame) có tiêu đề nhiều tầng", "hãy gộp thành một dòng tiêu đề")
    known = table.astype("object").where(table.notna(), "").map(as_written)
    rows = [list(table), *known.itertuples(index=False, name=None)]
    return to_cells([list(map(str, row)) for row in rows], range(len(table) + 1))
