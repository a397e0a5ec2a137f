"""The folder of a report, whole whatever happens; run as a script, it kills 200 runs."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cchc_analysis.refusal import Refusal
from cchc_analysis.reports.folder import write_bundle

# Writes reports of one file after another: in each, all files hold the same number.
ENDLESS = """
import sys, time
from pathlib import Path
from cchc_analysis.reports.folder import write_bundle

folder, source, first, most = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])
for number in range(first, first + most):
    def make(new):
        for name in "abcd":
            (new / f"{name}.txt").write_text(str(number) * 1000, encoding="utf-8")
            time.sleep(0.002)
    write_bundle(folder, {"file": source}, make)
    print(number, flush=True)
"""


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"x")
    return tmp_path / "in.csv"


@pytest.fixture
def impatient(monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    return waits


def maker(**files):
    def make(folder):
        for name, text in files.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")

    return make


def files_of(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def beside(folder):
    return sorted(path.name for path in folder.parent.iterdir())


def test_files_and_manifest(tmp_path, source):
    folder = tmp_path / "out"
    written, told = write_bundle(folder, {"file": source}, maker(b="2", a="1"))
    assert written == [folder / name for name in ("a.txt", "b.txt", "manifest.json")]
    assert told == []
    about = manifest_of(folder)
    assert about["package"].startswith("cchc-analysis ")
    assert [(one["role"], Path(one["path"]).name) for one in about["input"]] == [("file", "in.csv")]
    assert about["files"]["a.txt"].startswith("6b86b273ff34")  # sha256 of "1"
    before = files_of(folder)
    write_bundle(folder, {"file": source}, maker(b="2", a="1"))
    assert files_of(folder) == before
    assert beside(folder) == ["in.csv", "out"]


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


def test_a_report_is_replaced_whole(tmp_path, source):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1", b="1"))
    (folder / "Thumbs.db").write_bytes(b"of the system")
    (folder / "b.txt").unlink()
    _, told = write_bundle(folder, {"file": source}, maker(a="2", c="2"))
    assert told == []
    assert set(files_of(folder)) == {"a.txt", "c.txt", "manifest.json"}
    assert beside(folder) == ["in.csv", "out"]


@pytest.mark.parametrize("name", ["a.txt", "b.txt", "~$report.docx", ".~lock.report.docx#"])
def test_what_a_person_edited_or_has_open_stays_and_the_new_one_goes_beside(tmp_path, source, name):
    folder, inputs = tmp_path / "out", {"file": source}
    write_bundle(folder, inputs, maker(a="1", b="1"))
    (folder / name).write_bytes(b"by hand")
    before = files_of(folder)
    for text in ("2", "3"):
        written, told = write_bundle(folder, inputs, maker(a=text))
        assert written[0] == tmp_path / "out-2" / "a.txt"
        assert told == [
            f"{folder} đã được sửa hoặc đang mở ({name}) nên được giữ nguyên; kết quả lần này nằm "
            f"trong {folder}-2"
        ]
        assert files_of(folder) == before
        assert set(files_of(tmp_path / "out-2")) == {"a.txt", "manifest.json"}
        assert (tmp_path / "out-2" / "a.txt").read_text(encoding="utf-8") == text
    (tmp_path / "out-2" / "a.txt").write_bytes(b"this too")
    written, _ = write_bundle(folder, inputs, maker(a="4"))
    assert written[0].parent == tmp_path / "out-3"
    assert beside(folder) == ["in.csv", "out", "out-2", "out-3"]


def test_the_report_of_another_file_is_not_taken_for_the_next_number(tmp_path, source):
    other = tmp_path / "out-2.csv"
    other.write_bytes(b"y")
    write_bundle(tmp_path / "out-2", {"file": other}, maker(a="other"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_bytes(b"mine")
    written, _ = write_bundle(tmp_path / "out", {"file": source}, maker(a="1"))
    assert written[0].parent == tmp_path / "out-3"
    assert files_of(tmp_path / "out-2")["a.txt"] == "other"


def test_a_persons_file_beside_the_report_goes_along(tmp_path, source):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "start-report.docx").write_bytes(b"of a notebook")
    for text in ("1", "2"):
        written, told = write_bundle(folder, {"file": source}, maker(a=text))
        assert (written[0], told) == (folder / "a.txt", [])
        assert files_of(folder)["a.txt"] == text
        assert files_of(folder)["start-report.docx"] == "of a notebook"
        assert set(manifest_of(folder)["files"]) == {"a.txt"}
    write_bundle(folder, {"file": source}, lambda new: (new / "b.txt").touch())
    assert set(files_of(folder)) == {"b.txt", "start-report.docx", "manifest.json"}
    (folder / "mine").mkdir()
    _, told = write_bundle(folder, {"file": source}, maker(a="3"))
    assert "(mine)" in told[0], "a folder stays where it is"


@pytest.mark.parametrize("manifest", ["[", "[]", '{"files": 3}', '{"files": {"../in.csv": "1"}}'])
def test_nothing_is_known_by_a_manifest_that_is_none(tmp_path, source, manifest):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1"))
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    _, told = write_bundle(folder, {"file": source}, maker(a="2"))
    assert "a.txt" in told[0]
    assert source.exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_are_never_followed(tmp_path, source):
    safe = tmp_path / "safe"
    safe.mkdir()
    (safe / "a.txt").write_bytes(b"1")
    (tmp_path / "out").symlink_to(safe)
    _, told = write_bundle(tmp_path / "out", {"file": source}, maker(a="1"))
    assert "(out)" in told[0]
    (tmp_path / "out-2" / "a.txt").unlink()
    (tmp_path / "out-2" / "a.txt").symlink_to(safe / "a.txt")
    written, _ = write_bundle(tmp_path / "out", {"file": source}, maker(a="2"))
    assert written[0].parent == tmp_path / "out-3"
    (tmp_path / ".out.tmp").symlink_to(safe)
    with pytest.raises(FileExistsError):
        write_bundle(tmp_path / "out", {"file": source}, maker(a="3"))
    assert files_of(safe) == {"a.txt": "1"}


def test_nothing_changes_when_making_fails(tmp_path, source):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1"))

    def fail(new):
        (new / "a.txt").write_bytes(b"2")
        raise ValueError("x")

    before = files_of(folder)
    for target in (folder, tmp_path / "new"):
        with pytest.raises(ValueError, match="x"):
            write_bundle(target, {"file": source}, fail)
    assert files_of(folder) == before
    assert beside(folder) == ["in.csv", "out"]


@pytest.mark.parametrize("fails", [0, 1])
def test_a_folder_that_is_open_on_windows_cannot_be_moved(
    fails, tmp_path, source, monkeypatch, impatient
):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1", b="1"))
    before, replace = files_of(folder), Path.replace

    def move(path, target):
        if path == (folder, tmp_path / ".out.tmp" / "moi")[fails]:
            raise PermissionError(13, "Access is denied", str(path), None, str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", move)
    if fails == 0:
        written, told = write_bundle(folder, {"file": source}, maker(a="2"))
        assert written[0].parent == tmp_path / "out-2"
        assert "đang mở (out)" in told[0]
    else:
        with pytest.raises(PermissionError) as caught:
            write_bundle(folder, {"file": source}, maker(a="2"))
        assert caught.value.filename == str(folder)
        assert not (tmp_path / "out-2").exists()
    assert sum(impatient) > 3, "seconds"
    assert files_of(folder) == before
    assert not list(tmp_path.glob(".*"))


def test_a_virus_scanner_that_holds_a_folder_for_a_moment_is_waited_for(
    tmp_path, source, monkeypatch, impatient
):
    folder = tmp_path / "out"
    write_bundle(folder, {"file": source}, maker(a="1"))
    replace = Path.replace

    def move(path, target):
        if path == folder and len(impatient) < 3:
            raise PermissionError(13, "Access is denied", str(path), None, str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", move)
    written, told = write_bundle(folder, {"file": source}, maker(a="2"))
    assert (written[0], told) == (folder / "a.txt", [])


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


def test_a_run_that_another_keeps_waiting_says_so(tmp_path, source, monkeypatch):
    monkeypatch.setattr("cchc_analysis.reports.folder._WAIT", 0.1)

    def again(_):
        write_bundle(tmp_path / "out", {"file": source}, maker(a="1"))

    with pytest.raises(Refusal, match="Một lần chạy khác đang ghi vào .*hãy đợi lần đó xong"):
        write_bundle(tmp_path / "out", {"file": source}, again)


@pytest.mark.parametrize("name", ["out", "out-2"])
def test_what_a_killed_run_had_moved_away_goes_back(tmp_path, source, name):
    folder = tmp_path / "out"
    write_bundle(tmp_path / name, {"file": source}, maker(a="1"))
    before = files_of(tmp_path / name)
    work = tmp_path / ".out.tmp"
    (work / "moi").mkdir(parents=True)
    (work / "cu").mkdir()
    (tmp_path / name).rename(work / "cu" / name)  # and then the power went
    with pytest.raises(ZeroDivisionError):
        write_bundle(folder, {"file": source}, lambda _: 1 / 0)
    assert files_of(tmp_path / name) == before
    assert beside(folder) == ["in.csv", name]


def is_whole(folder):
    """All files of one run, as its manifest has them."""
    files = files_of(folder)
    files.pop("manifest.json")
    return set(files) == set(manifest_of(folder)["files"]) and len(set(files.values())) == 1


def endless(folder, source, *numbers):
    command = [sys.executable, "-c", ENDLESS, folder, source, *map(str, numbers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed_runs(kills, folder, source, seed=1):
    """Kill runs at random moments; return how often a folder was there, and how often moved away.

    After a kill the folder is whole, or away in the moment between two moves; the next run is whole
    and clears all.
    """
    draw, there = random.Random(seed), 0
    for number in range(kills):
        with endless(folder, source, number * 10_000, 10_000) as run:
            run.stdout.readline()
            time.sleep(draw.uniform(0, 0.1))
            run.kill()
        if folder.exists():
            there += 1
            assert is_whole(folder)
        else:
            assert is_whole(folder.parent / f".{folder.name}.tmp" / "cu" / folder.name)
        left = set(beside(folder)) - {folder.name, source.name}
        assert left <= {f".{folder.name}.tmp", f".{folder.name}.lock"}
        _, told = write_bundle(folder, {"file": source}, maker(a="x", b="x"))
        assert told == []
        assert is_whole(folder)
        assert beside(folder) == sorted([folder.name, source.name])
    return there, kills - there


def test_runs_that_are_killed_leave_the_folder_whole(tmp_path, source):
    killed_runs(12, tmp_path / "out", source)


def paired_runs(pairs, folder, source):
    """Let two runs write into one folder at once, again and again: both end well."""
    for pair in range(pairs):
        runs = [endless(folder, source, at * 10_000 + pair, 20) for at in (1, 2)]
        for run in runs:
            _, said = run.communicate(timeout=120)
            assert (run.returncode, said) == (0, b"")
        assert is_whole(folder)
        assert beside(folder) == sorted([folder.name, source.name])


def test_two_runs_at_once_are_each_whole(tmp_path, source):
    paired_runs(2, tmp_path / "out", source)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "in.csv")
        source.write_bytes(b"x")
        there, away = killed_runs(200, Path(place, "out"), source)
        print(f"200 kills: {there} times whole in its place, {away} times moved away and put back")
        paired_runs(20, Path(place, "out"), source)
        print("20 pairs of runs at once: whole")
