import io
import zipfile
from pathlib import Path

import pytest

from cchc_analysis.files import fixed_zip, write_whole


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
