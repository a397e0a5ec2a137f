import io
import os
import zipfile
from pathlib import Path, PureWindowsPath

import pytest
from conftest import is_reserved
from hypothesis import example, given
from hypothesis import strategies as st

from cchc_analysis import find_file, load_scores
from cchc_analysis.files import (
    allowed_name,
    as_typed,
    fixed_zip,
    why_not_allowed,
    write_new,
    write_whole,
)  # fmt: skip
from cchc_analysis.refusal import Refusal


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "mới" / "a.txt"
    assert write_whole(path, b"one") == path
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_what_was_there_stays_after_a_failure(tmp_path, monkeypatch):
    path = write_whole(tmp_path / "a.txt", b"one")

    def fail(*_):
        raise OSError(28, "No space left on device", "/tmp/x")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError) as caught:
        write_whole(path, b"two")
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_zipped_file_is_the_same_whenever_it_is_written():
    def zipped(day):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr(zipfile.ZipInfo("a/b.xml", (2020, 1, day, 0, 0, 0)), "text")
        return data.getvalue()

    assert zipped(1) != zipped(2)
    assert fixed_zip(zipped(1)) == fixed_zip(zipped(2))
    with zipfile.ZipFile(io.BytesIO(fixed_zip(zipped(1)))) as archive:
        assert archive.read("a/b.xml") == b"text"


DEVICES = ["CON", "prn", "Aux", "nul", "COM1", "com¹", "LPT9", "lpt³", "CONIN$", "conout$"]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("cchc-2020", "cchc-2020"), ("Con", "Con_"), ("nul.2020", "nul_.2020"), ("a:b/c?", "a_b_c_"),
     ("tháng 1. ", "tháng 1"), ("...", "_"), ("CONG", "CONG"), ("aux .b", "aux_ .b"),
     ("CON:", "CON_")],
)  # fmt: skip
def test_a_name_that_every_system_allows(name, allowed):
    assert allowed_name(name) == allowed


names = st.text(
    st.sampled_from('ab. :/\\*?"<>|\t\0ệĐ￿') | st.characters(codec="utf-8"), max_size=300
)
names |= st.tuples(st.sampled_from(DEVICES), st.sampled_from(["", ".x", " ", " .x", ":", ". ."]))
names = names.map("".join)


@given(names)
@example("\x80" * 80)
def test_windows_refuses_no_name_that_is_made(name):
    made = allowed_name(name)
    path = PureWindowsPath(made)
    assert path.name == made, "one part, no drive"
    assert not is_reserved(made)
    assert not is_reserved(f"{made}.csv")
    assert not set(made) & set('<>:"/\\|?*') and min(made) >= " "
    assert not made.endswith((".", " "))
    assert len(os.fsencode(made)) <= 200
    assert allowed_name(made) == made
    assert name != made or why_not_allowed(name) is None


@given(names)
def test_what_a_person_chose_is_taken_as_it_is_or_refused(name):
    if why_not_allowed(name) is None:
        assert PureWindowsPath(f"{name}.png").name == f"{name}.png"
        assert not is_reserved(f"{name}.png")
        assert len(os.fsencode(f"{name}.png")) < 255


def test_long_names_that_differ_at_the_end_stay_apart():
    long = "Kết quả xác định chỉ số cải cách hành chính của các sở, ban, ngành tỉnh " * 3
    one, two = (allowed_name(f"{long}{year}") for year in (2020, 2021))
    assert one != two
    assert one[:60] == two[:60] == long[:60]


def test_a_name_is_told_as_it_was_typed():
    typed = "Bảng điểm.csv"
    assert as_typed(typed) == typed
    in_ascii = typed.encode().decode("ascii", "surrogateescape")  # as a C locale gives it
    assert as_typed(in_ascii) == typed
    assert as_typed("b\udce1ng") == "b\ufffdng", "bytes of another encoding"


@pytest.mark.parametrize(
    ("name", "ending"),
    [("ệ" * 90 + ".xlsx", ".xlsx"), ("CON.csv", "_.csv"), ("a: b. ", "a_ b"), (".csv", ".csv"),
     ("5. " + "ệ" * 90, ""), ("a.b/c.docx", "a.b_c.docx")],
)  # fmt: skip
def test_a_new_file_keeps_its_ending(tmp_path, name, ending):
    paths = [write_new(data, tmp_path, name) for data in (b"1", b"2", b"1")]
    assert paths[0] == paths[2]
    assert paths[0].name.endswith(ending)
    assert paths[1].suffix == paths[0].suffix
    assert not is_reserved(paths[0].name)
    assert [path.read_bytes() for path in paths[:2]] == [b"1", b"2"]


@pytest.mark.parametrize(
    "typed", ["{}", '"{}"', " '{}' ", "“{}”", "file://{}", "FILE://{}", '"file://{}"']
)
def test_a_path_that_was_pasted_is_found(tmp_path, typed):
    path = tmp_path / "bảng điểm.csv"
    path.write_text("Đơn vị;Điểm\nSở A;81,5\nSở B;70\n", encoding="utf-8")
    name = typed.format(path if "://" not in typed.lower() else path.as_uri()[len("file://") :])
    assert find_file(name)[0] == path
    assert load_scores(name, max_score=100)["score"].tolist() == [81.5, 70]


def test_a_name_is_found_from_the_folders_above(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    path = tmp_path / "data" / "a.csv"
    path.write_text("x", encoding="utf-8")
    for here in (tmp_path, tmp_path / "notebooks", tmp_path / "notebooks" / "deep"):
        monkeypatch.chdir(here)
        assert find_file("data/a.csv") == (path, tmp_path / "reports" / "a")
        assert find_file(str(path)) == (path, tmp_path / "reports" / "a")
    away = tmp_path.parent / f"{tmp_path.name}-away"
    away.mkdir()
    monkeypatch.chdir(away)
    assert find_file(path) == (path, away / "reports" / "a")
    with pytest.raises(FileNotFoundError, match="Không tìm thấy tệp data/a.csv; hãy kiểm tra"):
        find_file("data/a.csv")


def test_one_file_or_a_list_of_them_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_bytes(b"")
    assert find_file(["a.csv", "b.csv"], several=True) == (paths, tmp_path / "reports" / "b")
    assert find_file("a.csv", several=True) == (paths[:1], tmp_path / "reports" / "a")
    with pytest.raises(Refusal, match="Danh sách tệp trống; hãy ghi ít nhất một tệp"):
        find_file([], several=True)


def test_a_path_that_lost_its_backslashes_says_so():
    for typed in ("C:\\bang\n.csv", "D:\x07.csv", "a\x00.csv"):
        with pytest.raises(ValueError, match="hãy đặt chữ r trước dấu ngoặc kép"):
            load_scores(typed)
