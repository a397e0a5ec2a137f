import json
from pathlib import Path

import pytest

from cchc_analysis.bundle import folder_name, write_bundle


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in.csv").write_text("x")
    return tmp_path / "in.csv"


def maker(**files):
    def make(folder):
        for name, text in files.items():
            (folder / f"{name}.txt").write_text(text)

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
    (folder / "a.txt").write_text("by hand")
    for text in ("2", "3"):
        _, told = write_bundle(folder, {"file": source}, maker(a=text, b=text))
    assert told == []
    assert (folder / "a.txt").read_text() == "3"
    assert (folder / "a-đã-sửa.txt").read_text() == "by hand"
    (folder / "a.txt").write_text("again")
    _, told = write_bundle(folder, {"file": source}, maker(a="4", b="4"))
    assert "a.txt đã được sửa" in told[0]
    assert "a-đã-sửa-2.txt" in told[0]
    assert (folder / "a-đã-sửa-2.txt").read_text() == "again"
    (folder / "manifest.json").write_text("[")
    _, told = write_bundle(folder, {"file": source}, maker(a="5", b="5"))
    assert len(told) == 2, "without a manifest nothing is known to be ours"


def test_nothing_changes_when_making_fails(tmp_path, source):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1"))

    def fail(staging):
        (staging / "a.txt").write_text("2")
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        write_bundle(folder, {"file": source}, fail)
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "manifest.json"]
    assert (folder / "a.txt").read_text() == "1"
    with pytest.raises(ValueError, match="x"):
        write_bundle(tmp_path / "new", {"file": source}, fail)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("cchc-2020", "cchc-2020"), ("Con", "Con_"), ("nul.2020", "nul.2020_"), ("a:b/c?", "a_b_c_"),
     ("tháng 1. ", "tháng 1"), ("...", "_"), ("CONG", "CONG")],
)  # fmt: skip
def test_a_folder_has_a_name_that_every_system_allows(name, allowed):
    assert folder_name(name) == allowed
