"""`cchc-lab`: what it puts into the working folder, and what it leaves alone."""

import json
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from conftest import ROOT

from cchc_analysis.app import jupyter as lab

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_a_new_folder_has_all_notebooks_and_sample_tables(tmp_path):
    made, old = lab.fill(tmp_path / "a" / "số liệu")
    assert [name for name in made if name.endswith(".ipynb")] == NOTEBOOKS
    assert "data/cchc-2020.csv" in made
    assert old == []
    for name in made:
        assert (tmp_path / "a" / "số liệu" / name).is_file()
    settings = tmp_path / "a" / "số liệu" / ".jupyter" / "@jupyterlab"
    said = settings / "translation-extension" / "plugin.jupyterlab-settings"
    assert json.loads(said.read_text(encoding="utf-8")) == {"locale": "vi_VN"}


def test_what_is_there_stays_and_an_old_copy_is_told(tmp_path, monkeypatch):
    lab.fill(tmp_path)
    edited, mine = tmp_path / "01-ranking.ipynb", tmp_path / "data" / "cchc-2020.csv"
    edited.write_text("của tôi", encoding="utf-8")
    mine.write_text("của tôi", encoding="utf-8")
    (tmp_path / "02-grades.ipynb").unlink()
    assert lab.fill(tmp_path) == (["02-grades.ipynb"], [])  # edited by its owner is not old
    newer = tmp_path / "newer.ipynb"
    newer.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(lab, "_sources", lambda: iter([("01-ranking.ipynb", newer)]))
    assert lab.fill(tmp_path) == ([], ["01-ranking.ipynb"])
    assert edited.read_text(encoding="utf-8") == mine.read_text(encoding="utf-8") == "của tôi"


@pytest.mark.parametrize("record", ["", "{", "[1]", '"x"', "null"])
def test_a_record_that_is_damaged_is_made_anew(tmp_path, record):
    (tmp_path / ".cchc-lab.json").write_text(record, encoding="utf-8")
    made, old = lab.fill(tmp_path)
    assert len(made) > len(NOTEBOOKS)
    assert (old, lab.fill(tmp_path)) == ([], ([], []))


def test_the_command_opens_the_first_notebook_with_settings_of_the_folder(
    tmp_path, monkeypatch, capsys
):
    given, server = [], SimpleNamespace(public_url="http://x", start=lambda: None)
    opened = "jupyterlab.labapp.LabApp.initialize_server"
    monkeypatch.setattr(opened, lambda options: (given.extend(options), server)[1])
    assert lab.main(["--folder", str(tmp_path / "x"), "--no-browser"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'x'}" in given
    assert f"--LabApp.user_settings_dir={tmp_path / 'x' / '.jupyter'}" in given
    assert "--LabApp.default_url=/lab/tree/00-start-here.ipynb" in given
    assert given[-1] == "--no-browser"
    assert "chép địa chỉ này vào đó: http://x\n" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        lab.main(["--foldr", str(tmp_path / "y")])
    assert "không hiểu '--foldr' (có phải --folder?)" in capsys.readouterr().err
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert lab.main(["--folder", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith("Lỗi: ")
    for mistaken in (["--folder", ""], ["--folder"], ["--folder="]):
        with pytest.raises(SystemExit):
            lab.main(mistaken)
        assert capsys.readouterr().err.startswith("Lỗi: --folder: ")


def test_where_jupyterlab_does_not_open_a_sentence_says_so(tmp_path):
    # As a process: what JupyterLab logs in English stays in a file of the folder.
    code = """
import json, pathlib, sys
from jupyter_server.serverapp import ServerApp
from cchc_analysis.app.jupyter import main
for wrong in json.loads(sys.argv[1]):
    assert main(["--folder", "x", *wrong]) == 1
    ServerApp.clear_instance()
    assert pathlib.Path("x/.jupyter/jupyter.log").read_bytes()
    print(end="\\0", file=sys.stderr, flush=True)
"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--allow-root"]
        wrong = [options, ["--ServerApp.port=x"], ["khong-co.ipynb"]]
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(wrong)], cwd=tmp_path,
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *said, end = done.stderr.split("\0")
    assert (len(said), end) == (3, "")
    for sentence in said:
        assert sentence.startswith("Lỗi: JupyterLab không mở được: cổng đang bận, ")
        assert sentence.count("\n") == 1
