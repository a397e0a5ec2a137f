"""What a file really is, and what is in a zipped one: a bounded look before any library reads it.

A library believes what a file says of itself. Here every part is unpacked once, a little at a
time, and what would fill the memory or the day is refused in a sentence: a part that holds more
than it claims, too many parts, cells, merged cells or ranges of columns, entities that multiply.
"""

import codecs
import copy
import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from cchc_analysis.files import not_found
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import quoted, words

_ZIPPED = ("xlsx", "ods", "docx")
_UNPACKED_MB, _WORD_XML_MB = 100, 20  # the tree of a Word file is 20 times its text
_FILES = words("files")
KINDS, KIND_SHOWN, _MOST_MB, _MOST_OF, _COUNTED = (
    _FILES[part] for part in ("kinds", "shown", "most_mb", "most_of", "counted")
)
_LOOKS = {kind: re.compile(looks.encode()) for kind, looks in _FILES["looks"].items()}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)
_CHUNK, _LONGEST_TAG = 1 << 18, 1 << 23  # of a tag every chunk is read again until it ends
_TYPES = "[Content_Types].xml"
_READ = ("word/document", "word/styles.xml", "content.xml", "styles.xml")
_NAMED_PART = re.compile(rb"""(\b(?:PartName|Target)\s*=\s*["'])([^"']*)""")
_UNREAD = ("xl/worksheets/_rels/", "xl/chartsheets/")  # remarks, drawings, links
_RANGE = re.compile(r"(\$?[A-Z]{1,3}\$?[0-9]{1,7}):(\$?[A-Z]{1,3}\$?[0-9]{1,7})")


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
        except _BROKEN as error:
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
