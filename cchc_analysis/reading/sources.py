"""From a source to raw cells: the reader for each kind of file, and its encoding."""

import codecs
import re
import unicodedata
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cchc_analysis.files import given_path
from cchc_analysis.reading.appearance import Seen, as_shown
from cchc_analysis.reading.containers import Contents, contents
from cchc_analysis.reading.delimited import refuse_one_column, text_grid
from cchc_analysis.reading.grid import Grid, as_written, to_cells
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
        seen, left_out = _reader(kind, text)(path, found)
        shown = [as_shown(one, path.name) for one in seen]
        grids = [grid for grid, _ in shown if len(grid.cells)]
        notes = [words for _, told in shown for words in told]
    for grid in grids:
        start = " ".join(grid.cells.head(40).fillna("").to_numpy().ravel())
        _refuse_legacy(path.name, start)
        if len(broken := [word for word in start.split() if _TWICE.search(word)]) > 1:
            raise Refusal(
                f"chữ bị vỡ ({quoted(broken[0])}) vì tệp UTF-8 đã bị lưu lại theo bảng mã khác",
                "hãy lấy lại tệp gốc rồi lưu dạng 'CSV UTF-8' hoặc .xlsx",
                file=path.name,
            )
    refuse_one_column(grids, path.name)
    return Source(path.name, grids, left_out, to_check + notes)


def _reader(kind: str, text: str) -> Callable[[Path, Contents], tuple[list[Seen], list[str]]]:
    """Return the reader for a kind of file, which alone imports its library; a page is text."""
    if kind == "docx":
        from cchc_analysis.reading.documents import word_tables

        return lambda path, found: (word_tables(path, found), [])
    if kind == "html":
        from cchc_analysis.reading.pages import page_tables

        return lambda path, _: page_tables(text, path.name)
    if kind == "pdf":
        from cchc_analysis.reading.pdf import pdf_tables

        return lambda path, _: pdf_tables(path)
    from cchc_analysis.reading import opendocument, workbooks

    return {
        "xlsx": workbooks.xlsx_sheets,
        "xls": workbooks.xls_sheets,
        "ods": opendocument.ods_sheets,
    }[kind]


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
            raise Refusal(
                f"trang ghi bảng mã {quoted(stated)} nhưng chữ không theo bảng mã đó",
                "hãy mở trang gốc trong trình duyệt rồi chép bảng vào một tệp Excel",
                file=path.name,
            )
    try:
        return data.decode(encoding), told
    except UnicodeDecodeError as error:
        _refuse_legacy(path.name, data.decode("cp1252", errors="replace"))
        text = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
        if (
            not declared
            and encoding == "utf-8-sig"
            and re.search(r"(?i)(?:đơn vị|điểm|cơ quan|xếp)", text)
        ):
            return text, told
        line = data[: error.start].count(b"\n") + 1
        raise Refusal(
            "tệp không phải là văn bản UTF-8",
            "hãy mở tệp trong Excel rồi lưu lại dạng 'CSV UTF-8' hoặc .xlsx",
            file=path.name,
            place=f"dòng {line}",
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
            raise Refusal(
                f"chữ trong tệp dùng bảng mã cũ {encoding}",
                "hãy chuyển sang Unicode bằng UniKey (Ctrl+Shift+F6, chọn đúng mã nguồn) rồi lưu "
                "lại",
                file=name,
            )


def _from_frame(table: pd.DataFrame) -> pd.DataFrame:
    if isinstance(table.columns, pd.MultiIndex):
        raise Refusal("Bảng (DataFrame) có tiêu đề nhiều tầng", "hãy gộp thành một dòng tiêu đề")
    known = table.astype("object").where(table.notna(), "").map(as_written)
    rows = [list(table), *known.itertuples(index=False, name=None)]
    return to_cells([list(map(str, row)) for row in rows], range(len(table) + 1))
