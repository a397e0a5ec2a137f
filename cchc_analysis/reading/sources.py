"""From a source to raw cells: what kind of file it is, and the reader for each kind.

A file is opened by what it holds, not by its name. Before a library reads one that is packed, one
stream over its parts counts what would fill the memory or take the day: parts that unpack to more
than it claims, too many parts, cells, merged cells or ranges of columns, entities that multiply.
Of a text the encoding and the delimiter are found.
"""

import codecs
import copy
import csv
import io
import itertools
import posixpath
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

import numpy as np
import pandas as pd

from cchc_analysis.files import given_path, not_found
from cchc_analysis.reading.cells import (
    Grid,
    Seen,
    Where,
    as_shown,
    as_written,
    check_size,
    check_texts,
    count_filled,
    filled,
    laid_out,
    numbering,
    to_cells,
    untitled,
)
from cchc_analysis.reading.criteria import codes_go_on
from cchc_analysis.reading.header import (
    MOST_OF_WORDS,
    YEAR,
    Header,
    header_of,
    is_distribution,
    is_header,
    is_heading,
    is_near_header,
    may_be_titles,
    role_of,
)
from cchc_analysis.reading.vocabulary import LEGACY, PAGE
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted, words

_ZIPPED = ("xlsx", "ods", "docx")
_UNPACKED_MB, _WORD_XML_MB = 100, 20  # the tree of a Word file is 20 times its text
_FILES = words("files")
KINDS, KIND_SHOWN, _MOST_MB, _MOST_OF, _COUNTED = (
    _FILES[part] for part in ("kinds", "shown", "most_mb", "most_of", "counted")
)
_LOOKS = {kind: re.compile(looks.encode()) for kind, looks in _FILES["looks"].items()}
_TRUNCATED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)
_CHUNK, _LONGEST_TAG = 1 << 18, 1 << 23  # of a tag every chunk is read again until it ends
_TYPES = "[Content_Types].xml"
_READ = ("word/document", "word/styles.xml", "content.xml", "styles.xml")
_NAMED_PART = re.compile(rb"""(\b(?:PartName|Target)\s*=\s*["'])([^"']*)""")
_UNREAD = ("xl/worksheets/_rels/", "xl/chartsheets/")  # remarks, drawings, links
_RANGE = re.compile(r"(\$?[A-Z]{1,3}\$?[0-9]{1,7}):(\$?[A-Z]{1,3}\$?[0-9]{1,7})")
# What Vietnamese in UTF-8 becomes when it is read as Windows-1252: "Sá»Ÿ", "VÄƒn phÃ²ng"; when its
# letters are lost: "N?i v?", "S\ufffd"; or written as numbers: "&#7901;", "\\u1eddi".
_BROKEN = re.compile(
    r"á[º»]|Ã[¡-ª²-µ¹º½]|Ä[‘ƒ]|Æ[°¡]|\ufffd|^[^\W\d_]*\?+[^\W\d_]|&#[0-9]{3}|\\u[0-9a-f]{4}"
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_SPACES = "  "
_LIST = "1. a 2"  # a number, a name and a score: "1. Sở A 90,5", "- Sở A: 90,5 điểm", "Sở A (90,5)"
_IN_LIST = re.compile(
    r"(?i)(?:[-–*•+] ?)?(?:(?:hạng )?([0-9]{1,3})[.):]?\s)?\s*([^\W\d_].*?)[\s:(–-]+"
    rf"((?!{YEAR}$)[0-9]+(?:[.,][0-9]+)?%?)(?: ?(?:điểm|đ))?\)?[.;]?"
)
_TWO_NUMBERS = re.compile(r"(?:^| )[0-9]+(?:[.,][0-9]+ [0-9.,]+%?| [0-9]+%?)$")  # "Sở A 90 1"
_START = 40  # rows in which a table begins
_MOST_GRIDS = 500
_MOST_DELIMITERS = 2  # in one line of a name in quotes; with more it is a row
_DELIMITERS: dict[str, list[str]] = words("files")["delimiters"]
_STRONG = re.compile(r"(\*\*)(.+?)\*\*")  # Markdown
_RULE = set(" \t|:+-")  # what the line under the header of a Markdown table is made of


@dataclass
class Contents:
    """What a zipped file holds; of a workbook the formulas that were never computed."""

    kind: str
    name: str = ""
    is_strict: bool = False
    counts: Counter = field(default_factory=Counter)
    parts: dict[str, str] = field(default_factory=dict)  # id of a sheet → its part
    sheets: dict[str, str] = field(default_factory=dict)  # name of a sheet → its id
    uncomputed: dict[str, set[tuple[int, int]]] = field(default_factory=dict)  # part → row, column
    cuts: dict[str, list[int]] = field(default_factory=dict)  # part → from, to, from, to…

    def not_computed(self, sheet: str) -> set[tuple[int, int]]:
        """Return the cells of a sheet (from 1) that have a formula and no value."""
        part = self.parts.get(self.sheets.get(sheet, ""), "")
        return self.uncomputed.get(part, set())

    def tidied(self, path: Path) -> Path | io.BytesIO:
        """Return the file as a library understands it: its parts by their names, a sheet bare.

        Names ignore case, and some writers part them with backslashes. What stands below the cells
        of a sheet is left out, save merged cells: a library stumbles over it or fills in cells.
        """
        tidy = io.BytesIO()
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tidy, "w") as bare:
            read = [name for name in archive.namelist() if _tidy(name).startswith(_READ)]
            if self.kind != "xlsx" and all(name == _tidy(name) for name in read):
                return path
            for part in archive.infolist():
                name = _tidy(part.filename)
                if not name.endswith((".xml", ".rels")) or name.startswith(_UNREAD):
                    continue
                data = archive.read(part)  # its true size is known
                is_types = name == _TYPES.lower()
                if name.endswith(".rels") or is_types:
                    data = _NAMED_PART.sub(lambda n: n[1] + _tidy(n[2].decode()).encode(), data)
                ends = [0, *self.cuts.get(name, []), len(data)]
                kept = b"".join(data[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True))
                bare.writestr(_TYPES if is_types else name, kept)
        return tidy

    def count(self, what: str, many: int = 1) -> None:
        """Count what costs time and memory; too much of it is refused."""
        self.counts[what] += many
        if self.counts[what] > _MOST_OF[what]:
            raise Refusal(
                f"tệp chứa quá nhiều {what} (giới hạn {_MOST_OF[what]})",
                "hãy chép riêng bảng điểm sang một tệp mới, hoặc lưu bảng thành tệp .csv",
                file=self.name,
            )

    def no_doctype(self, *_: object) -> None:
        """Refuse a part that declares entities."""
        raise Refusal(
            "tệp chứa khai báo XML không an toàn (DOCTYPE)",
            "hãy mở tệp bằng Excel, Word hoặc LibreOffice rồi lưu lại",
            file=self.name,
        )


def contents(path: Path) -> Contents:
    """Return what `path` is and, of a zipped file, what has been seen in it.

    Refused is what its ending does not say, or what is not safe.
    """
    try:
        if path.is_dir():
            raise Refusal(f"{path} là một thư mục", "hãy chỉ rõ tệp cần đọc trong đó")
        with path.open("rb") as file:
            start = file.read(4096)
            size = file.seek(0, 2)
    except PermissionError:
        raise PermissionError(
            f"{path.name}: không mở được tệp; hãy đóng chương trình đang mở tệp hoặc kiểm tra "
            "quyền đọc rồi thử lại."
        ) from None
    except OSError:
        raise not_found(path) from None
    ending = quoted(path.suffix)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise Refusal(
            f"chưa đọc được định dạng {ending}",
            f"hãy lưu bảng dạng .xlsx, .docx hoặc 'CSV UTF-8' (đọc được: {', '.join(KINDS)})",
            file=path.name,
        )
    if size == 0:
        raise Refusal("tệp trống", "hãy kiểm tra lại tệp đã lưu", file=path.name)
    if size > _MOST_MB[kind] * 1e6:
        raise too_large(_MOST_MB[kind], path.name)
    found = _content(path, start)
    if (kind, found.kind) == ("html", "text"):  # a page may begin with anything
        found = Contents("html")
    elif kind == "xls" and found.kind in ("html", "text"):  # portals hand these out as Excel files
        kind = found.kind
        if size > _MOST_MB[kind] * 1e6:
            raise too_large(_MOST_MB[kind], path.name)
    if found.kind != kind:
        remedy = "mở tệp rồi lưu lại dạng .xlsx hay .docx"
        if found.kind not in ("mht", "xml"):  # which are not read under any ending
            remedy = f"đổi đuôi cho đúng, hoặc {remedy}"
        raise Refusal(
            f"đuôi tệp là {ending} nhưng nội dung là {KIND_SHOWN[found.kind]}", f"hãy {remedy}",
            file=path.name,
        )  # fmt: skip
    return found


def damaged(name: str) -> Refusal:
    """Return the sentence for a file that its own library cannot open."""
    return Refusal(
        "tệp bị hỏng hoặc bị cắt, không mở được",
        "hãy lấy lại tệp gốc, hoặc mở tệp trong chương trình đã tạo ra nó rồi lưu lại",
        file=name,
    )


def encrypted(name: str) -> Refusal:
    """Return the sentence for a file with a password."""
    return Refusal("tệp có mật khẩu", "hãy mở tệp, bỏ mật khẩu rồi lưu lại", file=name)


def _content(path: Path, start: bytes) -> Contents:
    """Return what a file is, refusing what is not safe to open."""
    if start.startswith(b"PK"):
        try:
            return _contents_of(path)
        except Refusal:
            raise
        except _TRUNCATED as error:
            raise (encrypted if "encrypted" in str(error) else damaged)(path.name) from None
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        data = path.read_bytes()
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(path.name)
        return Contents("doc" if "WordDocument".encode("utf-16-le") in data else "xls")
    if b"%PDF-" in start[:1024]:
        return Contents("pdf")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", errors="ignore").encode(errors="ignore")
    for kind, looks in _LOOKS.items():
        if looks.search(start):
            return Contents(kind)
    return Contents("unknown" if b"\0" in start else "text")


def _contents_of(path: Path) -> Contents:
    """Return what a zipped file holds, or refuse it; a broken one raises what zipfile raises."""
    found = Contents("zip", path.name)
    found.count("tệp con", path.read_bytes().count(b"PK\x01\x02"))  # zipfile would list them all
    with zipfile.ZipFile(path) as archive:
        names = [_tidy(name) for name in archive.namelist()]
        packed = {part.compress_type for part in archive.infolist()}  # bzip2 unpacks all at once
        if len(names) > len(set(names)) or packed - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise zipfile.BadZipFile
        found.kind = _kind_in(archive, names)
        if found.kind in _ZIPPED:
            _look_at_parts(archive, found)
    return found


def _look_at_parts(archive: zipfile.ZipFile, found: Contents) -> None:
    most = {True: _WORD_XML_MB if found.kind == "docx" else _UNPACKED_MB, False: _UNPACKED_MB}
    sizes = Counter()
    for part in archive.infolist():
        name = _tidy(part.filename)
        is_xml = name.endswith((".xml", ".rels"))
        room = min(
            most[is_xml] * 1_000_000 - sizes[is_xml], _UNPACKED_MB * 1_000_000 - sizes.total()
        )
        size = _unpack(archive, part, room, _Part(name, found) if is_xml else None)
        if size > room:
            raise too_large(most[is_xml], found.name, unpacked=True)
        sizes[is_xml] += size


def too_large(most: int, name: str, *, unpacked: bool = False) -> Refusal:
    """Return the sentence for a file of more than so many MB."""
    return Refusal(
        f"tệp quá lớn (giới hạn {most} MB{' sau khi giải nén' if unpacked else ''})",
        "hãy lưu riêng bảng điểm vào một tệp mới",
        file=name,
    )


def _tidy(name: str) -> str:
    return name.replace("\\", "/").lower()


def _kind_in(archive: zipfile.ZipFile, names: list[str]) -> str:
    if "mimetype" in names:
        kind = archive.open(archive.infolist()[names.index("mimetype")]).read(200)
        return "ods" if b"opendocument.spreadsheet" in kind else "unknown"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "docx" if any(name.startswith("word/document") for name in names) else "zip"


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int, xml: object) -> int:
    """Return the true size of a part, or at once a size for which there is no room."""
    honest = copy.copy(part)
    honest.file_size = room + 2 * _CHUNK  # zipfile cuts a part where its head says that it ends
    size = 0
    try:
        with archive.open(honest) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > room:
                    return size
                if xml:
                    xml.parser.Parse(chunk)
                    if size - xml.parser.CurrentByteIndex > _LONGEST_TAG:
                        raise zipfile.BadZipFile(part.filename)
        if xml and size:
            xml.parser.Parse(b"", True)
    except expat.ExpatError:
        raise zipfile.BadZipFile(part.filename) from None
    if size != part.file_size:
        raise zipfile.BadZipFile(part.filename)
    return size


class _Part:
    """An XML part as it streams by: counted, and what of a workbook has to be known of it."""

    def __init__(self, name: str, found: Contents) -> None:
        self.name, self.found = name, found
        self.row = self.column = 0
        self.place = self.kind = ""
        self.has_formula = self.has_value = self.in_value = False
        self.is_below = False  # the cells of its sheet
        self.cuts = found.cuts.setdefault(name, [])  # of even length where nothing is being cut
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._root
        self.parser.StartDoctypeDeclHandler = found.no_doctype

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        self.parser.StartElementHandler = self._start
        if tag.rpartition(":")[2] in ("worksheet", "workbook"):  # others hold no formula or name
            self.parser.EndElementHandler = self._end
            self.parser.CharacterDataHandler = self._text
        purl = "http://purl.oclc.org/ooxml/"
        self.found.is_strict |= any(value.startswith(purl) for value in attributes.values())
        self._start(tag, attributes)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        self.found.count("phần tử XML")
        if what := _COUNTED.get(tag):
            self.found.count(what)
        area = _area(attributes.get("ref", "")) if tag == "mergeCell" else 0
        if self.is_below:
            self._cut(not area and tag != "mergeCells")
        if tag == "c":
            self.column += 1
            self.place, self.kind = attributes.get("r", ""), attributes.get("t", "")
            self.has_formula = self.has_value = False
        elif tag == "f":
            self.has_formula = True
        elif tag == "v":
            self.in_value = True
        elif tag == "row":
            at = attributes.get("r", "")
            self.row, self.column = int(at) if at.isdecimal() else self.row + 1, 0
        elif tag == "numFmt":
            self.found.count("ký tự định dạng số", len(attributes.get("formatCode", "")))
        elif tag == "definedName":  # may be a broken range, too
            self._cut(True)
        elif area:
            self.found.count("ô gộp", area)
        elif tag == "encryption-data":
            raise RuntimeError("encrypted")  # as zipfile says it of other files
        elif tag == "Relationship" and self.name == "xl/_rels/workbook.xml.rels":
            target = posixpath.join("/xl", _tidy(attributes.get("Target", "")))
            self.found.parts[attributes.get("Id", "")] = posixpath.normpath(target)[1:]
        elif tag == "sheet" and self.name == "xl/workbook.xml":
            of = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.found.sheets[attributes.get("name", "")] = of

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self.in_value = False
        elif tag == "sheetData":
            self.is_below = True
        elif tag in ("mergeCells", "worksheet", "definedNames"):
            self._cut(False)
        elif tag == "c" and self.has_formula and not self.has_value and self.kind != "str":
            from xlsxwriter.utility import xl_cell_to_rowcol

            row, column = self.row - 1, self.column - 1
            if self.place:
                row, column = xl_cell_to_rowcol(self.place)
            self.found.uncomputed.setdefault(self.name, set()).add((row + 1, column + 1))

    def _cut(self, is_cut: bool) -> None:
        """Begin or end to leave out what stands here."""
        if is_cut != len(self.cuts) % 2:
            self.cuts.append(self.parser.CurrentByteIndex)

    def _text(self, _: str) -> None:
        self.has_value |= self.in_value


def _area(reference: str) -> int:
    """Return how many cells a range covers, 0 if it is none; openpyxl makes each of them."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    if (ends := _RANGE.fullmatch(reference)) is None:
        return 0
    (top, left), (end, right) = map(xl_cell_to_rowcol, ends.groups())
    return (abs(right - left) + 1) * (abs(end - top) + 1)


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
        raise Refusal(
            f"Nguồn {source!r:.60} không dùng được",
            "hãy ghi đường dẫn hoặc DataFrame",
            value=source,
        )
    path = given_path(source)
    found, where = contents(path), Where(path.name)
    kind, left_out = found.kind, []
    text, to_check = _decode(where, path, kind) if kind in ("text", "html") else ("", [])
    if kind == "text":
        cells, notes = _text_cells(where, path.suffix.lower(), text)
        grids = [Grid("", "", cells)]
    else:
        seen, left_out = _seen(path, found, text)
        seen = [one for one in seen if one.rows]
        if len(seen) > _MOST_GRIDS:
            raise where.refuse(
                f"tệp có {len(seen)} bảng (giới hạn {_MOST_GRIDS})",
                "hãy chép riêng bảng điểm sang tệp mới",
            )
        shown = [as_shown(one, path.name) for one in seen]
        grids = [grid for grid, _ in shown]
        notes = [words for _, told in shown for words in told]
    check_texts(where, grids)
    for grid in grids:
        start = " ".join(grid.cells.head(_START).fillna("").to_numpy().ravel())
        _refuse_legacy(where, start)
        if len(broken := [word for word in start.split() if _BROKEN.search(word)]) > 1:
            raise where.refuse(
                f"chữ bị vỡ ({quoted(broken[0])}) vì tệp đã bị lưu lại theo bảng mã khác",
                "hãy lấy lại tệp gốc rồi lưu dạng 'CSV UTF-8' hoặc .xlsx",
            )
    _refuse_one_column(where, grids)
    grids = [part for grid in grids for part in _side_by_side(grid)]
    return Source(path.name, _continued(grids), left_out, to_check + notes)


def _continued(grids: list[Grid]) -> list[Grid]:
    """Join a grid whose numbering goes on where the one before ends: a page break parted them.

    A line between is a row, which may name a block or a year. Also joined is one whose codes of
    criteria go on, with no line between but the number of a page.
    """
    joined: list[Grid] = []
    for grid in grids:
        last = joined[-1] if joined else None
        is_apart = last is None or last.is_sheet or not last.place
        if (is_apart and not grid.is_beside) or last.cells.shape[1] != grid.cells.shape[1]:
            joined.append(grid)
            continue
        cells = [g.cells.iloc[:, 0].fillna("") for g in (last, grid)]
        before, after = map(numbering, cells)
        counts_on = not before.empty and not after.empty and after.iloc[0] == before.iloc[-1] + 1
        are_units = any(role_of(cell) == "unit" for cell in cells[0])  # one may be called "A"
        between = [[line] for line in grid.above if not (line.isdigit() or PAGE.fullmatch(line))]
        if not counts_on and (between or are_units or not codes_go_on(*cells)):
            joined.append(grid)
            continue
        lines, place = last.cells.index[-1], f"{last.place} và {grid.place}"
        if grid.is_beside:  # what stands over it is a row of it
            place, between = f"{last.place}, và {grid.place} tính từ dòng {lines + 1}", []
        rest = [""] * (last.cells.shape[1] - 1)
        rows = to_cells(
            [[*line, *rest] for line in between[::-1]],
            range(lines + 1, lines + 1 + len(between)), last.cells.columns,
        )  # fmt: skip
        lines += len(between)
        joined[-1] = last._replace(
            place=place,
            cells=pd.concat([last.cells, rows, grid.cells.set_axis(grid.cells.index + lines)]),
            merged={*last.merged, *((line + lines, column) for line, column in grid.merged)},
        )
    return joined


def _side_by_side(grid: Grid) -> list[Grid]:
    """Return each of the tables that stand side by side in a grid as one of its own.

    They are parted by an empty column, or by nothing where the titles of one are those of the next;
    and numbers, or a line above each, tell them apart. What stands over one stands over all.
    """
    start, parts = grid.cells.head(_START).fillna(""), []
    holds = [filled(cells).any() for _, cells in grid.cells.items()]
    for is_given, run in itertools.groupby(range(len(holds)), holds.__getitem__):
        part = [*run]
        if is_given and parts and not all(_headers_in(start, one) for one in (parts[-1], part)):
            parts[-1] = [*range(parts[-1][0], part[-1] + 1)]
        elif is_given:
            parts.append(part)
    parts = [part for some in parts for part in _repeated(start, some)]
    if len(parts) < 2 or not all(_are_apart(start, part) for part in parts):
        return [grid]
    given = count_filled(start)
    above = start[given.eq(1) & ~given.gt(1).cummax()]
    return [_part_of(grid, part, above, at) for at, part in enumerate(parts)]


def _part_of(grid: Grid, part: Sequence[int], above: pd.DataFrame, at: int) -> Grid:
    """Return the columns of one of several tables, under the lines that stand over all."""
    own, others = grid.cells.iloc[:, part], above.drop(columns=above.columns[part])
    rows, numbers = np.flatnonzero(count_filled(own)), {c: n for n, c in enumerate(own)}
    last = own.columns[-1] if isinstance(own.columns[-1], str) else part[-1] + 1
    lines, every = ([t for t in rows.to_numpy()[::-1].flat if t] for rows in (others, above))
    return grid._replace(
        place=", ".join(filter(None, [grid.place, f"{untitled(own.columns[0])}–{last}"])),
        title=next(filter(is_heading, every), grid.title),
        cells=own.iloc[rows[0] : rows[-1] + 1].rename(columns=numbers),
        merged={(line, numbers[c]) for line, c in grid.merged if c in numbers},
        longer={(line, numbers[c]) for line, c in grid.longer if c in numbers},
        above=(*lines, *grid.above),
        is_beside=at > 0,
    )


def _headers_in(start: pd.DataFrame, part: Sequence[int]) -> list[Header]:
    """Return the titles in some columns of a unit and a score, or of a grade and its count."""
    own = start.iloc[:, part]
    headers = [header_of(part, row) for row in own[may_be_titles(own)].to_numpy()]
    return [one for one in headers if is_header(one) or is_distribution(one)]


def _are_apart(start: pd.DataFrame, part: Sequence[int]) -> bool:
    """Return whether a table has numbers of its own, counts grades, or has a line above it."""
    first = count_filled(start.iloc[:, part]).loc[lambda given: given > 0]
    return first.iloc[0] == 1 or any(
        is_distribution(one) or "number" in one.roles.values() for one in _headers_in(start, part)
    )


def _repeated(start: pd.DataFrame, part: Sequence[int]) -> list[Sequence[int]]:
    """Return the columns of each of several tables of which all have the same titles."""
    for header in _headers_in(start, part):
        titles = [*header.titles.values()]
        for width in range(2, len(titles) // 2 + 1):
            many, more = divmod(len(titles), width)
            own = header_of(part[:width], titles[:width])
            if not more and titles == titles[:width] * many and is_header(own):
                return [part[at : at + width] for at in range(0, len(part), width)]
    return [part]


def _seen(path: Path, found: Contents, text: str) -> tuple[list[Seen], list[str]]:
    """Return what the reader for a kind of file sees, which alone imports its library."""
    if found.kind in ("xlsx", "xls", "ods"):
        from cchc_analysis.reading import workbooks

        return getattr(workbooks, f"{found.kind}_sheets")(path, found)
    from cchc_analysis.reading import documents

    if found.kind == "html":
        return documents.page_tables(text, path.name)
    return documents.pdf_tables(path) if found.kind == "pdf" else documents.word_tables(path, found)


def _decode(where: Where, path: Path, kind: str) -> tuple[str, list[str]]:
    """Return the text of a file and what to check.

    Of the encodings before Unicode, Windows-1258 can be known. What is valid UTF-8 is UTF-8,
    whatever a page says of itself: no Vietnamese in another encoding is.
    """
    data, told, start = path.read_bytes(), [], 0
    if path.suffix.lower() == ".xls":
        told.append(f"tệp đuôi '.xls' nhưng nội dung là {KIND_SHOWN[kind]}, được đọc như thế")
    declared = _CHARSET.search(data[:4096]) if kind == "html" else None
    stated = declared[1].decode().lower() if declared else "utf-8"
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", stated):
        try:
            text = data.decode(encoding)
        except LookupError:
            continue
        except UnicodeError as error:
            start = getattr(error, "start", 0)
            continue
        is_other = stated not in ("utf-8", "utf8") and encoding == "utf-8-sig"
        if is_other and not data.isascii():
            told.append(f"trang ghi bảng mã {quoted(stated)} nhưng được đọc là UTF-8")
        return text, told
    _refuse_legacy(where, data.decode("cp1252", errors="replace"))
    if stated not in ("utf-8", "utf8"):
        raise where.refuse(
            f"trang ghi bảng mã {quoted(stated)} nhưng chữ không theo bảng mã đó",
            "hãy mở trang gốc trong trình duyệt rồi chép bảng vào một tệp Excel",
        )
    text = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
    if not declared and not is_utf16 and re.search(r"(?i)(?:đơn vị|điểm|cơ quan|xếp)", text):
        return text, told
    line = data[:start].count(b"\n") + 1
    raise where.refuse(
        "tệp không phải là văn bản UTF-8",
        "hãy mở tệp trong Excel rồi lưu lại dạng 'CSV UTF-8' hoặc .xlsx",
        at=f"dòng {line}",
    )


def _refuse_legacy(where: Where, text: str) -> None:
    for encoding, known in LEGACY.items():
        if sum(word in text for word in known) > 1:
            raise where.refuse(
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


def _text_cells(where: Where, suffix: str, text: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells of a text under the delimiter that makes a table of it; what to check."""
    check_size(where, text.count("\n") + text.count("\r") + 1, 1)
    if not text or text.isspace():
        raise where.refuse("tệp trống", "hãy kiểm tra lại tệp đã lưu")
    to_check = []
    if text[-1] in "0123456789":
        end = re.search(r"[^\r\n]*\Z", text[-200:])[0].strip()[-30:]
        to_check.append(f"tệp kết thúc ngay sau '{end}', hãy kiểm tra số cuối có đủ không")
    found = {}
    for delimiter in _DELIMITERS[suffix]:
        found[delimiter] = _delimited(where, text, delimiter)
        if _has_rows_under(is_header, found[delimiter]):
            return _closed(where, found[delimiter]), to_check
    if suffix in (".txt", ".md"):
        from cchc_analysis.reading.pasted import MOST_LINES, pasted_cells  # without delimiters

        has_rows = max(map(_most_alike, found.values()))[0] > MOST_LINES
        cells, notes = pasted_cells(text, where.file, has_rows=has_rows)
        if len(cells):
            return cells, to_check + notes
    # No known names: what could be a header, else the delimiter that makes the most rows alike; of
    # two the one that stands less often between digits, where it may be a decimal mark.
    near = [d for d, cells in found.items() if _has_rows_under(is_near_header, cells)]
    marks = {d: len(re.findall(rf"(?<=[0-9]){re.escape(d)}[0-9]", text)) for d in near or found}
    best = max(marks, key=lambda d: (*_most_alike(found[d]), -marks[d]))
    return _closed(where, found[best]), to_check


def _refuse_one_column(where: Where, grids: list[Grid]) -> None:
    """Refuse cells of which each is a whole row: a table quoted or pasted into one column."""
    starts = [grid.cells.head(_START).fillna("") for grid in grids]
    if any((start.ne("").sum(axis=1) > 1).sum() > 1 for start in starts):
        return  # a header alone may have its columns
    for grid, start in zip(grids, starts, strict=True):
        for delimiter in _DELIMITERS[".csv"]:
            rows = start.agg(delimiter.join, axis=1).str.strip(delimiter)
            if _has_rows_under(is_header, _delimited(where, "\n".join(rows), delimiter)):
                raise where._replace(place=grid.place).refuse(
                    f"mỗi dòng nằm trọn trong một ô ({quoted(rows.iloc[-1])})",
                    "hãy mở tệp trong Excel, tách cột bằng Data → Text to Columns rồi lưu dạng "
                    ".xlsx",
                )


def _closed(where: Where, cells: pd.DataFrame) -> pd.DataFrame:
    """Refuse a table in which a cell in quotes swallowed other rows."""
    if line := cells.attrs.get("unclosed"):
        raise where.refuse(
            "ô mở bằng dấu ngoặc kép nhưng chứa cả các dòng sau, có thể thiếu dấu ngoặc kép đóng",
            "hãy sửa dòng này", at=f"dòng {line}",
        )  # fmt: skip
    return cells


def _has_rows_under(test: Callable[[Header], bool], cells: pd.DataFrame) -> bool:
    """Return whether a row names columns and another is as wide; prose may name columns too."""
    widths = cells.notna().sum(axis=1)
    wide, widths = cells[widths > 1], widths[widths > 1]
    return any(
        test(header_of(wide, wide.iloc[at])) and (widths.iloc[at + 1 :] == widths.iloc[at]).any()
        for at in np.flatnonzero(may_be_titles(wide))[:MOST_OF_WORDS]
    )


def _most_alike(cells: pd.DataFrame) -> tuple[int, int]:
    """Return how many rows are of one width, and that width."""
    widths = cells.notna().sum(axis=1)
    counts = widths[widths > 1].value_counts()
    return (0, 0) if counts.empty else (counts.max(), counts.idxmax())


def _delimited(where: Where, text: str, delimiter: str) -> pd.DataFrame:
    """Return the cells of a text; that a quote is not closed stands in its attributes."""
    lines = text.count("\n") + 1
    check_size(where, lines, text.count(delimiter) // lines + 1)
    texts: list[str] = []  # of all rows in one list: many small ones would cost more than to parse
    widths, numbers = [], []
    for number, row in _rows(where, text, delimiter):
        if delimiter == "|" and "-" in (line := "|".join(row)) and _RULE.issuperset(line):
            continue
        texts += row
        widths.append(len(row))
        numbers.append(number)
    longest = max(widths, default=0)
    # One long row makes all rows as wide; a cell that is filled up weighs as much as a letter.
    place = f"dòng {numbers[widths.index(longest)]}" if widths else ""
    check_size(where._replace(place=place), 1, longest, len(widths) * longest)
    cells = laid_out(texts, widths, numbers)
    ends = np.cumsum(widths)
    over_lines = (np.diff(numbers) > 1).nonzero()[0]  # after a row with a line end in a cell
    for at in [*over_lines, len(widths) - 1][: len(widths)]:
        row = texts[ends[at] - widths[at] : ends[at]]
        inside = [part for cell in row for part in cell.splitlines()[1:]]
        if any(part.count(delimiter) >= _MOST_DELIMITERS for part in inside):
            cells.attrs["unclosed"] = numbers[at]
            break
    return cells


def _rows(where: Where, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its first line."""
    if delimiter == _SPACES:
        for number, line in enumerate(text.splitlines(), start=1):
            yield number, re.split(r"\s{2,}", line.strip())
    elif delimiter == _LIST:
        lines = [line.strip() for line in text.splitlines()]
        found = [
            _IN_LIST.fullmatch("" if _TWO_NUMBERS.search(line.rstrip(".;)")) else line)
            for line in lines
        ]
        first = 1 if any(one and one[1] for one in found) else 2
        for number, (line, one) in enumerate(zip(lines, found, strict=True), start=1):
            yield number, [cell or "" for cell in one.groups()][first - 1 :] if one else [line]
    elif delimiter == "|" and re.search(r"(?m)^[ \t]*\|", text):
        for number, line in enumerate(text.splitlines(), start=1):
            yield number, _piped(line)
    else:
        yield from _quoted(where, text, delimiter)


def _piped(row: str) -> list[str]:
    # Markdown: the outer bars are no cells
    row = row.strip()
    if "|" not in row:
        return [row]
    cells = re.split(r"(?<!\\)\|", row.removeprefix("|").removesuffix("|"))
    return [_STRONG.sub(r"\2", cell.strip()).replace(r"\|", "|") for cell in cells]


def _quoted(where: Where, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1  # a quoted cell may run over several lines
    except csv.Error:
        problem = "ô quá dài, có thể thiếu dấu ngoặc kép đóng"
        raise where.refuse(problem, "hãy sửa dòng này", at=f"dòng {line}") from None
