import json
from pathlib import Path

import pytest

from cchc_analysis.reports.folder import write_bundle


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"x")
    return tmp_path / "in.csv"


def maker(**files):
    def make(folder):
        for name, text in files.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")

    return make


def test_files_and_manifest(tmp_path, source):
    folder = tmp_path / "out"
    written, told = write_bundle(folder, {"file": source}, maker(b="2", a="1"))
    assert [path.name for path in written] == ["a.txt", "b.txt", "manifest.json"]
    assert told == []
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert about["package"].startswith("cchc-analysis ")
    assert [(one["role"], Path(one["path"]).name) for one in about["input"]] == [("file", "in.csv")]
    assert about["files"]["a.txt"].startswith("6b86b273ff34")  # sha256 of "1"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    write_bundle(folder, {"file": source}, maker(b="2", a="1"))
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_a_run_wrote_is_replaced_and_what_a_person_wrote_is_kept(tmp_path, source):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1", b="1"))
    (folder / "a.txt").write_bytes(b"by hand")
    for text in ("2", "3"):
        _, told = write_bundle(folder, {"file": source}, maker(a=text, b=text))
    assert told == []
    assert (folder / "a.txt").read_bytes() == b"3"
    assert (folder / "a-đã-sửa.txt").read_bytes() == b"by hand"
    (folder / "a.txt").write_bytes(b"again")
    _, told = write_bundle(folder, {"file": source}, maker(a="4", b="4"))
    assert "a.txt đã được sửa" in told[0]
    assert "a-đã-sửa-2.txt" in told[0]
    assert (folder / "a-đã-sửa-2.txt").read_bytes() == b"again"
    (folder / "manifest.json").write_bytes(b"[")
    _, told = write_bundle(folder, {"file": source}, maker(a="5", b="5"))
    assert len(told) == 2, "without a manifest nothing is known to be ours"


def test_nothing_changes_when_making_fails(tmp_path, source):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1"))

    def fail(staging):
        (staging / "a.txt").write_bytes(b"2")
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        write_bundle(folder, {"file": source}, fail)
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "manifest.json"]
    assert (folder / "a.txt").read_bytes() == b"1"
    with pytest.raises(ValueError, match="x"):
        write_bundle(tmp_path / "new", {"file": source}, fail)
    assert not (tmp_path / "new").exists()


def files_of(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_the_manifest_has_every_input_with_its_role(tmp_path, source):
    (tmp_path / "x").mkdir()
    other = tmp_path / "x" / "in.csv"
    other.write_bytes(b"y")
    inputs = {"file": source, "before": other}
    write_bundle(tmp_path / "out", inputs, maker(a="1"))
    about = manifest_of(tmp_path / "out")
    assert [(one["role"], one["path"], one["sha256"][:6]) for one in about["input"]] == [
        ("file", source.as_posix(), "2d7116"), ("before", other.as_posix(), "a1fce4"),
    ]  # fmt: skip


def test_what_no_run_makes_any_more_goes_unless_a_person_edited_it(tmp_path, source):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1", b="1", c="1"))
    (folder / "c.txt").write_bytes(b"by hand")
    (folder / "mine.txt").write_bytes(b"mine")
    written, told = write_bundle(folder, {"file": source}, maker(a="2"))
    assert [path.name for path in written] == ["a.txt", "manifest.json"]
    assert told == [
        "c.txt là của lần chạy trước và đã được sửa, nên được giữ lại",
        "Đã xóa tệp của lần chạy trước mà lần này không tạo: b.txt",
    ]
    assert set(files_of(folder)) == {"a.txt", "c.txt", "mine.txt", "manifest.json"}
    _, told = write_bundle(folder, {"file": source}, maker(a="3", b="3", c="3"))
    assert told == [
        "c.txt đã được sửa hoặc không do lần chạy trước tạo ra, nên được giữ lại với tên "
        "c-đã-sửa.txt"
    ], "nobody is blamed for a.txt and b.txt"
    _, told = write_bundle(folder, {"file": source}, maker(a="4"))
    assert told == ["Đã xóa tệp của lần chạy trước mà lần này không tạo: b.txt, c.txt"]


def test_a_manifest_of_an_older_version_is_understood_and_one_that_lies_does_no_harm(
    tmp_path, source
):
    folder = tmp_path / "out"
    folder.mkdir()
    one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"  # of "1"
    for name in ("a.txt", "b.txt", "../in.csv"):
        (folder / name).write_bytes(b"1")
    old = {"package": "x", "input": {"in.csv": one}}
    old["files"] = dict.fromkeys(("a.txt", "b.txt", "../in.csv", str(source)), one)
    (folder / "manifest.json").write_text(json.dumps(old), encoding="utf-8")
    _, told = write_bundle(folder, {"file": source}, maker(a="2"))
    assert told == ["Đã xóa tệp của lần chạy trước mà lần này không tạo: b.txt"]
    assert source.exists()


@pytest.mark.parametrize("fails", range(8))
def test_all_files_are_moved_or_none(fails, tmp_path, source, monkeypatch):
    """A file that is open in Word on Windows cannot be moved, whichever it is."""
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1", b="1", gone="1", same="1"))
    (folder / "b.txt").write_bytes(b"by hand")
    before, moves, replace = files_of(folder), [], Path.replace

    def move(path, target):
        if path.parent == folder or target.parent == folder:
            moves.append(path)
            if len(moves) == fails + 1 and not path.name.startswith("."):
                raise PermissionError(13, "Access is denied", str(path), None, str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", move)
    if fails == 7:  # of a, b, gone and the manifest, and of the new a, b and manifest
        write_bundle(folder, {"file": source}, maker(a="2", b="2", same="1"))
        assert len(moves) == 7
        return
    with pytest.raises(PermissionError) as caught:
        write_bundle(folder, {"file": source}, maker(a="2", b="2", same="1"))
    assert Path(caught.value.filename).parent == folder
    assert files_of(folder) == before
    monkeypatch.setattr(Path, "replace", replace)
    _, told = write_bundle(folder, {"file": source}, maker(a="3", b="3", same="3"))
    assert len(told) == 2, "b.txt is kept and gone.txt removed; no other was edited"


def test_a_disk_that_fills_while_the_manifest_is_written_changes_nothing(
    tmp_path, source, monkeypatch
):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1"))
    before = files_of(folder)

    def full(path, _):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("cchc_analysis.reports.folder.write_whole", full)
    with pytest.raises(OSError) as caught:
        write_bundle(folder, {"file": source}, maker(a="2"))
    assert caught.value.filename == str(folder / "manifest.json")
    assert files_of(folder) == before


@pytest.mark.parametrize("moves", range(6))
def test_what_a_killed_run_left_is_put_right_by_the_next(moves, tmp_path, source, monkeypatch):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1", b="1"))
    plan = []
    with monkeypatch.context() as patched:
        patched.setattr("cchc_analysis.reports.folder._move_all", plan.extend)
        patched.setattr("shutil.rmtree", lambda *_, **__: None)
        write_bundle(folder, {"file": source}, maker(a="2", b="2"))
    assert len(plan) == 6
    for start, end in plan[:moves]:  # and then the power went
        start.replace(end)
    assert len(list(folder.glob(".moi-*"))) == 1
    _, told = write_bundle(folder, {"file": source}, maker(a="3", b="3"))
    assert told == []
    assert sorted(files_of(folder)) == ["a.txt", "b.txt", "manifest.json"]
