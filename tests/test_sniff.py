import zipfile
from pathlib import Path

import openpyxl
import pytest
from conftest import DATA, loaded, read_and_told, refusal
from layouts import LAYOUTS

from cchc_analysis import LoadWarning, load_scores

TITLES, ROWS = ["STT", "Đơn vị", "Điểm"], [["1", "a", "90.5"], ["2", "b", "80"]]
ZIPPED = {"plain.xlsx": "x.xlsx", "libre.ods": "x.ods", "word.docx": "x.docx"}


@pytest.fixture(params=ZIPPED)
def zipped(request, tmp_path):
    path = tmp_path / ZIPPED[request.param]
    LAYOUTS[request.param](TITLES, ROWS, path)
    return path


def repack(path, change, rename=str):
    """Write the zipped file again, each part as `change(name, data)` gives it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            part = zipfile.ZipInfo("x")
            part.filename = rename(name)  # as it is, also with backslashes
            archive.writestr(part, change(name, data), zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("made", "ending", "words"),
    [
        ("page.html", ".xlsx", "'.xlsx' nhưng nội dung là trang web"),
        ("plain.xlsx", ".xls", "nội dung là sổ tính Excel (.xlsx)"),
        ("plain.xlsx", ".csv", "nội dung là sổ tính Excel (.xlsx)"),
        ("old.xls", ".xlsx", "nội dung là sổ tính Excel đời cũ"),
        ("word.docx", ".xlsx", "nội dung là văn bản Word (.docx)"),
        ("print.pdf", ".docx", "nội dung là tệp PDF"),
        ("comma.csv", ".xlsx", "nội dung là văn bản thường"),
        ("page.html", ".txt", "nội dung là trang web"),
        ("libre.ods", ".html", "nội dung là sổ tính LibreOffice"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says(tmp_path, made, ending, words):
    path = tmp_path / f"bảng{ending}"
    LAYOUTS[made](TITLES, ROWS, path)
    sentence = refusal(path)
    assert sentence.startswith(f"bảng{ending}: đuôi tệp là '{ending}'")
    assert words in sentence
    assert "hãy đổi đuôi" in sentence


def test_a_file_that_is_nothing_known(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"ab\x01\x02\0\0\0cd" * 50)
    assert "nội dung là một định dạng khác" in refusal(tmp_path / "x.csv")
    with zipfile.ZipFile(tmp_path / "x.docx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert "nội dung là tệp nén" in refusal(tmp_path / "x.docx")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_zipped_file_cut_short(zipped, share):
    data = zipped.read_bytes()
    zipped.write_bytes(data[: int(len(data) * share)])
    assert refusal(zipped).startswith(f"{zipped.name}: tệp bị hỏng hoặc bị cắt")


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_byte_is_refused(zipped, seed):
    """A checksum guards every part, so that no flipped byte can change a number."""
    import random

    data = bytearray(zipped.read_bytes())
    with zipfile.ZipFile(zipped) as archive:
        part = max(archive.infolist(), key=lambda p: p.compress_size)
        start = part.header_offset + 30 + len(part.filename) + 4
    at = start + random.Random(seed).randrange(part.compress_size - 8)
    data[at] ^= 0x55
    zipped.write_bytes(bytes(data))
    assert "tệp bị hỏng" in refusal(zipped)


def test_an_old_workbook_cut_short(tmp_path):
    LAYOUTS["old.xls"](TITLES, ROWS, tmp_path / "x.xls")
    data = (tmp_path / "x.xls").read_bytes()
    for share in (0.05, 0.3, 0.6):
        (tmp_path / "x.xls").write_bytes(data[: int(len(data) * share)])
        assert "x.xls: tệp bị hỏng hoặc bị cắt" in refusal(tmp_path / "x.xls")


def test_a_password(tmp_path, zipped):
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
    (tmp_path / "khóa.xlsx").write_bytes(head + "EncryptedPackage".encode("utf-16-le"))
    assert "khóa.xlsx: tệp có mật khẩu" in refusal(tmp_path / "khóa.xlsx")
    data = bytearray(zipped.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of an encrypted part
    zipped.write_bytes(bytes(data))
    assert "mật khẩu" in refusal(zipped)
    if zipped.suffix == ".ods":
        LAYOUTS["libre.ods"](TITLES, ROWS, zipped)
        locked = b"<manifest:encryption-data/></manifest:manifest>"
        repack(zipped, lambda name, data: data.replace(b"</manifest:manifest>", locked))
        assert "mật khẩu" in refusal(zipped)


def test_a_bomb_is_refused_unopened(zipped):
    bomb = b" " * 10_000_000
    with zipfile.ZipFile(zipped, "a", zipfile.ZIP_DEFLATED) as archive:
        for at in range(11):
            archive.writestr(f"bomb{at}.bin", bomb)
    assert zipped.stat().st_size < 300_000
    assert "tệp quá lớn (giới hạn" in refusal(zipped)
    assert "MB sau khi giải nén)" in refusal(zipped)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "%s">%s]>' % (
    b"x" * 100,
    b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 50) for c in range(98, 108)),
)


def test_entities_that_multiply_are_refused(zipped, tmp_path):
    def plant(name, data):
        part = {".xlsx": "xl/worksheets/sheet1.xml", ".ods": "content.xml"}
        if name != part.get(zipped.suffix, "word/document.xml"):
            return data
        head = data.find(b"?>") + 2 if b"?>" in data else 0
        return data[:head] + ENTITIES + data[head:]

    repack(zipped, plant)
    assert "khai báo XML không an toàn (DOCTYPE)" in refusal(zipped)
    page = tmp_path / "x.html"
    page.write_bytes(b"<html>" + ENTITIES + b"<table><tr><td>&k;</td></tr></table></html>")
    assert "ENTITY không an toàn" in refusal(page)


def test_a_file_too_large(tmp_path):
    path = tmp_path / "lớn.html"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    assert refusal(path).startswith("lớn.html: tệp quá lớn (giới hạn 20 MB)")


def test_nothing_there(tmp_path):
    assert "thư mục" in refusal(tmp_path)
    for name in ("x.csv", "x.xlsx", "x.docx", "x.html"):
        (tmp_path / name).touch()
        assert refusal(tmp_path / name) == f"{name}: tệp trống; hãy kiểm tra lại tệp đã lưu."
    openpyxl.Workbook().save(tmp_path / "y.xlsx")
    assert "không tìm thấy dòng tiêu đề" in refusal(tmp_path / "y.xlsx")
    (tmp_path / "z.csv").write_text(" \n\n", encoding="utf-8")
    assert "tệp trống" in refusal(tmp_path / "z.csv")


def test_every_known_ending_is_told_for_an_unknown_one(tmp_path):
    path = Path(tmp_path, "x.doc")
    path.write_bytes((DATA / "cchc-2020.csv").read_bytes())
    sentence = refusal(path)
    assert "chưa đọc được định dạng '.doc'" in sentence
    assert ".xlsx, .xlsm, .xls, .ods, .docx" in sentence


PAGE = (
    '<html><meta charset="utf-8"><body><table><tr><td>STT<td>Đơn vị<td>Điểm</tr>'
    "<tr><td>1<td>Sở A<td>90</tr><tr><td>2<td>Sở B<td>80</tr></table></body></html>"
)
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)


@pytest.mark.parametrize(
    "start",
    [
        "",
        "<!-- xuất từ cổng -->",
        "<!DOCTYPE html>",
        "<?xml version='1.0'?>",
        "<style>td{}</style>",
    ],
)
def test_a_page_that_a_portal_names_a_workbook_is_read_and_told(tmp_path, start):
    (tmp_path / "x.xls").write_text(start + PAGE, encoding="utf-8")
    with pytest.warns(LoadWarning, match="'.xls' nhưng nội dung là trang web"):
        assert load_scores(tmp_path / "x.xls", max_score=100)["score"].tolist() == [90, 80]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("made", ["page.html", "tab.tsv", "comma-quoted.csv", "semicolon-bom.csv"])
def test_a_text_or_page_in_any_unicode_that_is_named_a_workbook_is_read(tmp_path, made, encoding):
    LAYOUTS[made](TITLES, ROWS, tmp_path / made)
    text = (tmp_path / made).read_text(encoding="utf-8-sig")
    (tmp_path / "x.xls").write_bytes(text.encode(encoding))
    found, told = read_and_told(load_scores, tmp_path / "x.xls")
    assert len(found) == len(ROWS)
    kind = "trang web" if made == "page.html" else "văn bản thường"
    assert f"tệp đuôi '.xls' nhưng nội dung là {kind}" in told


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".csv"])
def test_what_excel_reads_and_we_do_not_is_named(tmp_path, ending):
    path = tmp_path / f"x{ending}"
    saved = "From: <Saved by Blink>\n"
    for text, kind in (
        (f"MIME-Version: 1.0\n\n{PAGE}", ".mht"),
        (f"{saved}MIME-Version: 1.0\n\n{PAGE}", ".mht"),
        (XML_2003, "XML 2003"),
    ):
        path.write_text(text, encoding="utf-8")
        assert kind in refusal(path)
        assert "hãy mở tệp rồi lưu lại dạng .xlsx" in refusal(path)


@pytest.mark.parametrize("ending", [".docm", ".dotx", ".docx"])
def test_documents_with_macros_and_templates_are_documents(tmp_path, ending):
    LAYOUTS["word.docx"](TITLES, ROWS, tmp_path / f"x{ending}")
    assert len(loaded(tmp_path / f"x{ending}")) == len(ROWS)


@pytest.mark.parametrize("stated", ["windows-1252", "iso-8859-1", "us-ascii", "undefined", "x-no"])
def test_an_encoding_that_a_page_states_wrongly(tmp_path, stated):
    (tmp_path / "x.html").write_text(PAGE.replace("utf-8", stated), encoding="utf-8")
    with pytest.warns(LoadWarning, match=f"trang ghi bảng mã '{stated}' nhưng được đọc là UTF-8"):
        assert load_scores(tmp_path / "x.html")["unit"].tolist() == ["Sở A", "Sở B"]
    (tmp_path / "x.html").write_bytes(b"\xff\x81" + PAGE.replace("utf-8", "us-ascii").encode())
    assert "trang ghi bảng mã 'us-ascii' nhưng chữ không theo" in refusal(tmp_path / "x.html")


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
def test_utf8_saved_again_in_another_encoding(tmp_path, wrong):
    for text in (
        "STT,Đơn vị,Điểm\n1,Sở Tài chính,90\n2,Sở Nội vụ,80\n",
        "unit,score\nTài chính,90\nVăn phòng,80\nSở Ngoại vụ,70\n",
    ):
        broken = text.encode().decode(wrong, errors="replace")
        (tmp_path / "x.csv").write_text(broken, encoding="utf-8")
        assert "chữ bị vỡ" in refusal(tmp_path / "x.csv")


@pytest.mark.parametrize(
    "header", ["STT;Đ?n v?;?i?m", "STT;Đơn v\ufffd;\ufffdiểm", "STT;\\u0110;\\u0111;"]
)
def test_letters_that_are_lost_or_written_as_numbers(tmp_path, header):
    path = tmp_path / "x.csv"
    path.write_text(f"{header}\n1;S? N?i v?;90\n2;S? Y t?;80\n", encoding="utf-8")
    assert "chữ bị vỡ" in refusal(path)
    path.write_text("STT;Đơn vị;Điểm\n1;Sở A?;90\n2;Sở B (?);80\n", encoding="utf-8")
    assert loaded(path)["unit"].tolist() == ["Sở A?", "Sở B (?)"]


@pytest.mark.parametrize("row", ['"{},{},{}"', '"{};{};{}"', "xlsx"])
def test_whole_rows_in_one_column(tmp_path, row):
    rows = [("STT", "Đơn vị", "Điểm"), (1, "Văn phòng", 91.77), (2, "Sở A", 80)]
    path = tmp_path / ("x.xlsx" if row == "xlsx" else "x.csv")
    if row == "xlsx":
        book = openpyxl.Workbook()
        for one in rows:
            book.active.append([",".join(map(str, one))])
        book.save(path)
    else:
        lines = [row.format(*one) for one in rows]
        for first in (lines[0], lines[0].strip('"')):
            path.write_text("\n".join([first, *lines[1:]]) + "\n", encoding="utf-8")
            assert "mỗi dòng nằm trọn trong một ô" in refusal(path)
    assert "mỗi dòng nằm trọn trong một ô" in refusal(path)
    assert "Text to Columns" in refusal(path)


@pytest.mark.parametrize(
    "rename",
    [
        str.upper,
        str.lower,
        str.title,
        lambda name: name.replace("/", "\\"),
        lambda name: name.replace("/", "\\").upper(),
        lambda name: name.replace("xl/w", "XL/W").replace("/sheet", "/Sheet"),
    ],
    ids=range(6),
)
def test_parts_named_in_another_case_or_with_backslashes(zipped, rename):
    repack(zipped, lambda _, data: data, rename)
    assert loaded(zipped)["score"].tolist() == [90.5, 80]


def test_two_parts_of_one_name_are_no_file(zipped):
    with zipfile.ZipFile(zipped) as archive:
        name = archive.namelist()[0]
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr(name.swapcase(), "x")
    assert "tệp bị hỏng" in refusal(zipped)


def test_references_to_parts_ignore_case_too(tmp_path):
    LAYOUTS["plain.xlsx"](TITLES, ROWS, tmp_path / "x.xlsx")

    def change(name, data):
        if name.endswith(".rels") or name == "[Content_Types].xml":
            return data.replace(b"/xl/", b"/XL/").replace(b"sheet1.xml", b"SHEET1.xml")
        return data

    repack(tmp_path / "x.xlsx", change)
    assert loaded(tmp_path / "x.xlsx")["score"].tolist() == [90.5, 80]
