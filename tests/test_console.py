"""The command where the locale is not UTF-8, and a console that has few letters."""

import io
import os
import struct
import subprocess
import sys
import unicodedata

import pytest

from cchc_analysis.app.command import make_readable

# An encoding that this package did not state is an error; what its libraries do is their own.
COMMAND = """
import sys, warnings
warnings.filterwarnings("ignore", category=EncodingWarning)
warnings.filterwarnings("error", category=EncodingWarning, module="cchc_analysis")
from cchc_analysis.app.command import main
{first}
sys.exit(main(sys.argv[1:]))
"""
# No picture is looked at; what draws none does not load matplotlib for it.
FEW_DOTS = "from cchc_analysis.charts import export\nexport._DPI = 40"
C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CONSOLES = [
    ("ascii", C),
    ("cp1252", {"PYTHONIOENCODING": "cp1252"}),
    ("cp1258", {"PYTHONIOENCODING": "cp1258"}),
    ("utf-8", C | {"PYTHONIOENCODING": "utf-8"}),
]
TABLE = "Đơn vị;Điểm\nPhòng Nội vụ;90,5\nPhòng Y tế;67,52\n"
NAME = "Bảng điểm năm 2020 – Đợt 1"


def run(*arguments, first="", **environment):
    command = COMMAND.format(first=first)
    return subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", command, *arguments],
        env={**os.environ, **environment}, capture_output=True, check=False,
    )  # fmt: skip


def written(text, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    make_readable(stream)
    stream.write(text)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "seen"),
    [("utf-8", "Lỗi: Đơn vị ‘ở’ – 97,23 → 90…"), ("ascii", "Loi: Don vi ?o? - 97,23 -> 90..."),
     ("cp1252", "Lôi: Don vi ‘o’ – 97,23 -> 90…"), ("latin-1", "Lôi: Don vi ?o? - 97,23 -> 90...")],
)  # fmt: skip
def test_a_letter_that_is_lacking_loses_only_what_it_must(encoding, seen):
    assert written("Lỗi: Đơn vị ‘ở’ – 97,23 → 90…", encoding) == seen


def test_windows_1258_shows_every_vietnamese_letter():
    text = "Lỗi: Ủy ban nhân dân quận, Đơn vị ở Sở Kế hoạch và Đầu tư, thị xã Quảng Trị"
    assert unicodedata.normalize("NFC", written(text, "cp1258")) == text


def test_a_name_that_the_system_could_not_decode_is_shown():
    escaped = "tệp Bảng.csv".encode().decode("ascii", "surrogateescape")
    assert written(escaped, "utf-8") == "tệp Bảng.csv"
    assert written(escaped, "ascii") == "tep Bang.csv"


def test_streams_that_cannot_be_changed_are_left(capsys):
    make_readable(None)
    make_readable(io.StringIO())


@pytest.mark.parametrize(("encoding", "environment"), CONSOLES[:2])
def test_the_command_on_any_console(encoding, environment, tmp_path):
    path = tmp_path / f"{NAME}.csv"
    path.write_text(TABLE, encoding="utf-8")
    chosen = ["--unit", "Phòng Y tế", "--out", tmp_path]
    done = run(path, *chosen, first=FEW_DOTS, **environment)
    assert done.returncode == 0, done.stderr.decode(encoding)
    assert done.stderr == b""
    said = unicodedata.normalize("NFC", done.stdout.decode(encoding))
    of_scale = {"ascii": "Thang diem 100 - gia dinh", "cp1252": "Thang diêm 100 – gia dinh"}
    assert of_scale[encoding] in said
    assert "?" not in said
    chart = (tmp_path / NAME / "ranking.svg").read_text(encoding="utf-8")
    assert f"tệp {NAME}.csv" in chart
    assert f'/{NAME}.csv"' in (tmp_path / NAME / "manifest.json").read_text(encoding="utf-8")
    if encoding != "ascii":  # names of files are the same in the others
        return
    (tmp_path / NAME / "check.csv").write_bytes(b"by hand")
    again = run(path, *chosen, first=FEW_DOTS, **environment)
    assert again.returncode == 0, again.stderr.decode(encoding)
    assert (tmp_path / NAME / "check.csv").read_bytes() == b"by hand"
    assert (tmp_path / f"{NAME}-2" / "check.csv").exists()


def test_help_on_any_console():
    done = run("--help", **C)  # with more letters: the command, above
    assert done.returncode == 0, done.stderr
    assert "Xep hang, xep loai" in done.stdout.decode("ascii")


@pytest.mark.parametrize(("encoding", "environment"), CONSOLES)
def test_errors_on_any_console(encoding, environment, tmp_path):
    bad = tmp_path / f"{NAME}.csv"
    bad.write_text("Đơn vị;Điểm\na;x\n", encoding="utf-8")
    done = run(bad, "--out", tmp_path / "r", **environment)
    said = unicodedata.normalize("NFC", done.stderr.decode(encoding))
    assert done.returncode == 1
    assert {"ascii": "Loi: Bang diem nam 2020 - Dot 1.csv, dong 2: o 'x'"}.get(
        encoding, ", dòng 2: ô 'x'") in said  # fmt: skip
    assert said.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminal on this system")
def test_the_progress_bar_on_a_narrow_console(tmp_path):
    for name in ("một", "hai"):
        (tmp_path / f"{name}.csv").write_text("Đơn vị;Điểm\na;x\n", encoding="utf-8")
    import fcntl
    import termios

    screen, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = COMMAND.format(first="")
    done = subprocess.run(
        [sys.executable, "-c", command, tmp_path / "một.csv", tmp_path / "hai.csv"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"}, stdout=subprocess.PIPE, stderr=terminal,
        check=False,
    )  # fmt: skip
    shown = os.read(screen, 4096).decode("cp1252")
    assert done.returncode == 1
    assert "100%" in shown
    assert "Traceback" not in shown
    said = done.stdout.decode("cp1252").split("\n")
    assert [line[:4] for line in said if line.strip()] == ["Têp ", "Têp ", "Xong"]


def test_a_file_whose_name_is_not_utf_8(tmp_path):
    path = os.fsencode(tmp_path) + b"/b\xe1o c\xe1o.csv"
    try:
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(TABLE.encode())
    except OSError:
        pytest.skip("this file system has names in Unicode only")
    done = run(path, "--out", tmp_path, first=FEW_DOTS, PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    assert "Lỗi" not in done.stdout.decode()
    assert "b\ufffdo" in (tmp_path / os.fsdecode(b"b\xe1o c\xe1o") / "manifest.json").read_text(
        encoding="utf-8"
    )
