import contextlib
import errno
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from conftest import DATA, RANKING_TABLES, ROOT, is_reserved
from matplotlib.figure import Figure
from PIL import Image

from cchc_analysis.app.command import main
from cchc_analysis.charts.export import encode
from cchc_analysis.files import allowed_name
from cchc_analysis.refusal import Refusal

RUN = "cchc_analysis.app.command."
NAMES = sorted(
    ["check.csv", "manifest.json", "report.docx", "report.html", "report.xlsx"]
    + [f"{n}.{e}" for n in ("comparison", "distribution", "ranking") for e in ("csv", "png", "svg")]
)


@pytest.mark.parametrize("name", RANKING_TABLES)
def test_the_main_job(name, tmp_path, coarse, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([str(DATA / f"{name}.csv")]) == 0
    more = ("blocks", "change") if "regions" in name else ()
    several = [f"{chart}.{end}" for chart in more for end in ("csv", "png", "svg")]
    names = sorted(path.name for path in (tmp_path / "reports" / name).iterdir())
    assert names == sorted([*NAMES, *several])
    said = capsys.readouterr().out
    assert "Thang điểm 100 – giả định" in said
    assert "Xuất sắc từ 90%, Tốt từ 80%" in said
    assert f"reports/{name}/ranking.png" in said


@pytest.mark.parametrize("places", [7, 8, 9])
def test_numbers_with_more_places_than_usual_are_told_once(places, tmp_path, words_only, capsys):
    file = tmp_path / "dài.csv"
    file.write_text(f"Đơn vị;Điểm\nA;81,{'1234567890'[:places]}\nB;80\n", encoding="utf-8")
    assert main([str(file), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("Lưu ý: Có số nhiều hơn 6 chữ số thập phân") == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--columns", "score=Điểm x"], "không có cột 'Điểm x' (--columns); các cột của bảng"),
        (["--columns", "diem=Điểm"], "--columns: không có cột 'diem'; các tên dùng được"),
        (["--table", "3"], "không có bảng '3' (--table); các bảng có"),
        (["--max-score", "70"], "khác thang điểm 70 đã đặt (--max-score)"),
        (["--block", " "], "--block=' ' không dùng được; hãy ghi ví dụ 'Khối sở'"),
        (["--before", "bảng.csv"], "bảng.csv (--before) giống hệt bảng của bảng.csv; hãy chọn tệp"),
        (
            ["--fields", "lĩnh vực.csv"],
            'ví dụ tiêu đề "Thể chế (10 điểm)"; cột không phải lĩnh vực thì xóa',
        ),
    ],
)
def test_a_sentence_that_only_names_an_option_names_that_of_the_command(
    given, words, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "bảng.csv"
    (tmp_path / "lĩnh vực.csv").write_text("Đơn vị;Thể chế\nA;9,5\nB;8\n", encoding="utf-8")
    file.write_text("Đơn vị;Điểm;Điểm tối đa\nA;90;100\nB;80;100\n", encoding="utf-8")
    assert main([str(file), *given, "--out", str(tmp_path)]) == 1
    assert words in capsys.readouterr().err


def test_the_town_in_files(tmp_path, unsaved, capsys):
    assert main([str(DATA / "cchc-2020.csv"), "--out", str(tmp_path)]) == 0
    read = lambda name: pd.read_csv(tmp_path / "cchc-2020" / name, sep=";", decimal=",")  # noqa: E731
    ranking = read("ranking.csv")
    assert ranking["Tổng điểm đánh giá"].tolist()[:2] == [97.23, 91.48]
    assert ranking["Xếp hạng"].tolist() == list(range(1, 19))
    counts = read("distribution.csv")
    assert counts["Số đơn vị"].tolist() == [3, 6, 9, 0, 0]
    assert counts["Tỷ lệ"].tolist() == ["16,67%", "33,33%", "50,00%", "0,00%", "0,00%"]
    assert read("check.csv").empty
    said = capsys.readouterr().out
    assert "Thứ hạng và xếp loại của 18 đơn vị khớp với kết quả công bố." in said
    assert "… và 8 đơn vị nữa" in said


def test_disagreements_are_counted_and_listed(tmp_path, sketched, capsys):
    frame = pd.read_csv(DATA / "cchc-2020.csv")
    frame.loc[0, "Xếp hạng"] = 2
    frame.to_csv(tmp_path / "sai.csv", index=False)
    assert main([str(tmp_path / "sai.csv"), "--out", str(tmp_path)]) == 0
    assert "Số chỗ khác: 1." in capsys.readouterr().out
    listed = pd.read_csv(tmp_path / "sai" / "check.csv", sep=";")
    assert listed[["Đơn vị", "Nội dung", "Công bố", "Tính lại"]].values.tolist() == [
        ["Văn phòng HĐND&UBND", "Xếp hạng", 2, 1]
    ]


def test_scale_and_scheme_can_be_given(tmp_path, words_only, capsys):
    (tmp_path / "b.csv").write_text("Đơn vị;Điểm\na;63\nb;50\n", encoding="utf-8")
    options = ["--max-score", "70,0", "--scheme", "nam-dinh-2020-so", "--out", str(tmp_path)]
    assert main([str(tmp_path / "b.csv"), *options]) == 0
    said = capsys.readouterr().out
    assert "Thang điểm 70\n" in said
    assert "Nhóm I từ 90%, Nhóm II từ 80%\n" in said
    assert "Không xếp loại" in said


def test_what_was_not_used_is_said(tmp_path, words_only, capsys):
    (tmp_path / "b.csv").write_text("Đơn vị;Điểm;Ghi chú\na;63;x\n", encoding="utf-8")
    assert main([str(tmp_path / "b.csv"), "--out", str(tmp_path)]) == 0
    assert "Lưu ý: b.csv: không dùng đến cột 'Ghi chú'." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["khong-co.csv"], "Lỗi: Không tìm thấy tệp khong-co.csv"),
        (["b"], "Lỗi: Không tìm thấy tệp b (có phải 'b.csv'?); hãy kiểm tra tên tệp hoặc ghi"),
        (["b.csv", "--table", "-1"], "Lỗi: b.csv: không có bảng '-1' (--table)"),
        (["b.csv", "--table="], "Lỗi: b.csv: không có bảng '' (--table)"),
        (["b.csv"], "Lỗi: b.csv, dòng 2: ô 'x' của cột 'Điểm' không phải là số"),
        (["b.csv", "--scheme", "abc"], "Lỗi: Không có thang xếp loại 'abc'"),
    ],
)
def test_an_error_is_one_sentence_and_nothing_is_written(
    arguments, sentence, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.csv").write_text("Đơn vị;Điểm\na;x\n", encoding="utf-8")
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1
    assert not (tmp_path / "reports").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path, capsys):
    (tmp_path / "reports").write_bytes(b"a file in the way")
    assert main([str(DATA / "cchc-2020.csv"), "--out", str(tmp_path / "reports")]) == 1
    assert "Không mở hoặc không ghi được" in capsys.readouterr().err


def test_help_is_vietnamese_and_a_word_is_no_number(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert "Xếp hạng, xếp loại" in said
    assert "--before nam-2020.xlsx" in said, "examples"
    with pytest.raises(SystemExit):
        main(["x.csv", "--max-score", "nhiều"])
    assert "'nhiều' không phải là một số" in capsys.readouterr().err


def test_one_table_and_one_column_can_be_chosen(tmp_path, sketched, capsys):
    rows = ["Khối sở", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Sở A;95;90",
            "Khối huyện", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Huyện B;85;80"]  # fmt: skip
    path = tmp_path / "nhiều.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    out = ["--out", str(tmp_path)]
    assert main([str(path), *out]) == 1
    assert '--columns score="Điểm thẩm định"' in capsys.readouterr().err
    chosen = [str(path), "--columns", "score=Điểm thẩm định", "--table", "Khối huyện", *out]
    assert main(chosen) == 0
    ranking = pd.read_excel(tmp_path / "nhiều" / "report.xlsx")
    assert ranking["Đơn vị"].tolist() == ["Huyện B"]
    assert main([str(path), "--columns", "score=3", "--table", "1", *out]) == 0
    path.write_text("Sở A;0,95\nSở B;0,85\n", encoding="utf-8")
    assert main([str(path), *out]) == 1
    assert '--columns unit="1" --columns score="2" --max-score 1)' in capsys.readouterr().err
    by_number = ["--columns", "unit=1", "--columns", "score=2", "--max-score", "1"]
    assert main([str(path), *by_number, *out]) == 0
    with pytest.raises(SystemExit):
        main([str(path), "--columns", "Điểm"])
    assert "không phải là TÊN=CỘT" in capsys.readouterr().err


def test_every_option_reaches_the_report(tmp_path, sketched, capsys):
    regions = str(DATA / "par-index-regions.csv")
    frame = pd.read_csv(regions)
    frame[frame["year"] == 2022].to_csv(tmp_path / "trước.csv", index=False)
    fields = pd.DataFrame(
        {"Đơn vị": frame["unit"].unique(), "Thể chế (10 điểm)": 8, "Thủ tục (20 điểm)": 15}
    )
    fields.to_csv(tmp_path / "lĩnh vực.csv", index=False)
    options = ["--year", "2023", "--before", str(tmp_path / "trước.csv"), "--unit", "Tây Nguyên"]
    options += ["--fields", str(tmp_path / "lĩnh vực.csv"), "--scheme", "par-index"]
    assert main([regions, *options, "--out", str(tmp_path)]) == 0
    folder = tmp_path / "par-index-regions"
    names = {path.name for path in folder.iterdir()}
    assert {"change.png", "fields.png", "profile.png", "report.docx", "report.xlsx"} <= names
    words = "\n".join(p.text for p in docx.Document(str(folder / "report.docx")).paragraphs)
    assert "So với năm 2022, trong 4 đơn vị có điểm ở cả hai năm" in words
    inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["input"]
    assert [(one["role"], Path(one["path"]).name) for one in inputs] == [
        ("file", "par-index-regions.csv"), ("before", "trước.csv"), ("fields", "lĩnh vực.csv"),
    ]  # fmt: skip
    assert "Tây Nguyên" in capsys.readouterr().out


def test_a_bad_file_does_not_stop_the_others(tmp_path, sketched, capsys):
    (tmp_path / "hỏng.csv").write_text("Đơn vị;Điểm\na;x\n", encoding="utf-8")
    good = str(DATA / "cchc-2020.csv")
    assert main([str(tmp_path / "hỏng.csv"), good, "--out", str(tmp_path / "r")]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Lỗi: hỏng.csv, dòng 2")
    assert "Xong 1/2 tệp." in said.out
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["cchc-2020"]


def test_files_of_one_name_keep_their_endings(tmp_path, words_only, capsys):
    (tmp_path / "x").mkdir()
    paths = [scores(tmp_path / name) for name in ("a.csv", "a.txt", "b.csv", "x/a.csv")]
    assert main([*paths[:3], "--out", str(tmp_path / "r")]) == 0
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["a.csv", "a.txt", "b"]
    assert main([*paths, "--out", str(tmp_path / "s")]) == 1
    assert "có nhiều tệp cùng tên a, kết quả sẽ ghi đè nhau" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
    assert main([*paths[:2], "--before", paths[0]]) == 1
    assert "--before và --fields chỉ dùng với một tệp" in capsys.readouterr().err


of_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no files of such names")


@of_posix
@pytest.mark.parametrize(
    "pair",
    [("A.csv", "a.csv"), ("a:b.csv", "a?b.csv"), ("con.csv", "con_.csv"), ("Ế.csv", "Ế.csv")],
)
def test_files_whose_folders_would_be_one_on_windows_do_not_overwrite_each_other(
    pair, tmp_path, capsys
):
    paths = [tmp_path / folder / name for folder, name in zip("12", pair, strict=True)]
    for path in paths:
        path.parent.mkdir()
        path.write_text("Đơn vị;Điểm\nx;90\n", encoding="utf-8")
    assert main([*map(str, paths), "--out", str(tmp_path / "r")]) == 1
    assert f"nhiều tệp cùng tên {pair[0][:-4]}" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_a_unit_with_a_name_of_2000_letters_is_reported(tmp_path, unsaved, capsys):
    path = written(tmp_path / "dài.csv", "Đơn vị;Điểm", f"{'x' * 2000};90", f"{'Sở ' * 700};80")
    assert main([path, "--out", str(tmp_path / "r")]) == 0
    names = {re.sub(r"-\d\.", ".", path.name) for path in (tmp_path / "r" / "dài").iterdir()}
    assert sorted(names) == NAMES  # of two pages where a name needs half of one


LONG_NAME = "Kết quả xác định chỉ số cải cách hành chính các sở " * 3


@of_posix
@pytest.mark.parametrize("name", ["CON", "a:b?", "tháng 1 . ", LONG_NAME[:110] + " 2020"])
def test_a_file_with_a_name_that_windows_refuses_has_a_folder_that_it_allows(
    name, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(RUN + "write_files", lambda folder, *_: (folder / "a.txt").touch())
    path = tmp_path / f"{name}.csv"
    path.write_text("Đơn vị;Điểm\nx;90\n", encoding="utf-8")
    assert main([str(path), "--out", str(tmp_path / "r")]) == 0
    (folder,) = (tmp_path / "r").iterdir()
    assert not is_reserved(folder.name)
    assert folder.name == allowed_name(name) != name
    assert {path.name for path in folder.iterdir()} == {"a.txt", "manifest.json"}


@pytest.mark.parametrize(
    ("number", "letters"), [(errno.ENAMETOOLONG, 5), (errno.ENOENT, 260), (errno.ENOENT, 5)]
)
def test_a_path_that_is_too_long_is_said(number, letters, tmp_path, monkeypatch, capsys):
    def refuse(*_):
        raise OSError(number, "The system cannot find the path specified", "x" * letters)

    monkeypatch.setattr(RUN + "write_bundle", refuse)
    assert main([str(DATA / "cchc-2020.csv"), "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert ("đường dẫn quá dài" in said) == ((number, letters) != (errno.ENOENT, 5))
    assert len(said) < 300


def test_a_second_run_gives_the_same_files_and_keeps_what_a_person_changed(
    tmp_path, sketched, capsys
):
    command = [scores(tmp_path / "a.csv"), "--out", str(tmp_path / "r")]
    folder = tmp_path / "r" / "a"
    assert main(command) == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(command) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "report.docx").write_bytes(b"my own words")
    capsys.readouterr()
    assert main(command) == 0
    assert "đã được sửa hoặc đang mở (report.docx)" in capsys.readouterr().out
    assert (folder / "report.docx").read_bytes() == b"my own words"
    new = {path.name: path.read_bytes() for path in (tmp_path / "r" / "a-2").iterdir()}
    assert new == before


def test_a_year_that_is_not_there_is_said(tmp_path, sketched, capsys):
    path = str(DATA / "par-index-regions.csv")
    assert main([path, "--year", "2019", "--out", str(tmp_path)]) == 1
    assert "không có năm 2019 (--year); bảng có năm 2022, 2023" in capsys.readouterr().err
    assert main([str(DATA / "cchc-2020.csv"), "--year", "2020", "--out", str(tmp_path)]) == 0
    book = docx.Document(str(tmp_path / "cchc-2020" / "report.docx"))
    assert "năm 2020" in "\n".join(p.text for p in book.paragraphs)


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, sketched, capsys):
    command = [scores(tmp_path / "a.csv"), "--out", str(tmp_path / "r")]
    assert main(command) == 0
    folder = tmp_path / "r" / "a"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(_, path, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(RUN + "workbook_of", full)
    capsys.readouterr()
    assert main([*command, "--scheme", "da-nang-2011"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Lỗi: Không ghi được {folder / 'report.xlsx'}: đĩa đã đầy")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.fixture
def words_only(monkeypatch):
    """Leave out the files of a report where only what is said is tested: they take seconds."""
    monkeypatch.setattr(RUN + "write_files", lambda folder, *_: (folder / "a.txt").touch())


@pytest.fixture
def charts_only(monkeypatch):
    """Leave out the report and the workbook; return what they were given."""
    given = {}
    monkeypatch.setattr("cchc_analysis.charts.export._DPI", 40)

    def note(name):
        return lambda results, path, **options: (
            given.update({name: options, "results": results}) or path.touch()
        )

    for name in ("report_of", "workbook_of"):
        monkeypatch.setattr(RUN + name, note(name))
    return given


def written(path, *rows):
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def scores(path, units="abc", start=90, **columns):
    head = ";".join(["Đơn vị", "Điểm", *columns])
    rows = [";".join([f"Sở {u}", str(start - at), *columns.values()]) for at, u in enumerate(units)]
    return written(path, head, *rows)


def fields(path, units="abc"):
    return written(path, "Đơn vị;Thể chế (10 điểm);Thủ tục (20 điểm)", *(f"Sở {u};8;{12 + at}"
                   for at, u in enumerate(units)))  # fmt: skip


def test_a_chart_names_the_files_that_it_is_drawn_from_and_only_the_rules_that_it_shows(
    tmp_path, charts_only
):
    command = [scores(tmp_path / "nay.csv"), "--unit", "Sở b", "--out", str(tmp_path / "r")]
    command += ["--before", scores(tmp_path / "trước.csv", start=80)]
    command += ["--fields", fields(tmp_path / "lv.csv")]
    assert main(command) == 0
    folder = tmp_path / "r" / "nay"

    def sources():
        found = {}
        for path in folder.glob("*.png"):
            with Image.open(path) as picture:
                found[path.stem] = picture.info["Source"]
        return found

    now, earlier, by_field = "tệp nay.csv", "tệp trước.csv", "tệp lv.csv"
    assert sources() == {
        "change": f"{now}; kỳ trước: {earlier}", "comparison": now, "distribution": now,
        "fields": by_field, "profile": by_field, "ranking": now,
    }  # fmt: skip
    assert charts_only["workbook_of"]["source"] is None
    assert charts_only["report_of"]["source"] == {
        "scores": "tệp nay.csv", "before": "tệp trước.csv", "fields": "tệp lv.csv",
        "predecessors": None,
    }  # fmt: skip
    below = {}
    for path in folder.glob("*.svg"):
        text = " ".join(re.findall(">([^<>]+)</text>", path.read_text(encoding="utf-8")))
        below[path.stem] = " ".join(text.partition("Nguồn: ")[2].split())
        told = [word in below[path.stem] for word in ("Thang điểm", "Ngưỡng", "đồng hạng")]
        assert told == {
            "ranking": [0, 0, 1], "distribution": [1, 0, 0], "comparison": [0, 0, 0],
            "change": [0, 0, 1], "fields": [0, 0, 0], "profile": [0, 0, 0],
        }[path.stem], path.name  # fmt: skip
    assert below["fields"] == below["profile"] == by_field
    assert main([*command, "--source", "Quyết định 12", "--date", "11/01/2021"]) == 0
    own = "Quyết định 12 (số liệu ngày 11/01/2021)"
    assert sources()["ranking"] == charts_only["report_of"]["source"]["scores"] == own
    assert sources()["change"] == f"{own}; kỳ trước: {earlier}"
    assert sources()["fields"] == by_field
    assert f"Nguồn: {own}" in (folder / "ranking.svg").read_text(encoding="utf-8")


def test_several_files_of_fields_are_one_table(tmp_path, charts_only, sketched, capsys):
    command = [scores(tmp_path / "nay.csv"), "--out", str(tmp_path / "r")]
    one, other = fields(tmp_path / "lv1.csv", "ab"), fields(tmp_path / "lv2.csv", "c")
    assert main([*command, "--fields", one, "--fields", other]) == 0
    assert "Không có điểm theo lĩnh vực" not in capsys.readouterr().out
    assert charts_only["report_of"]["source"]["fields"] == "tệp lv1.csv, lv2.csv"
    about = json.loads((tmp_path / "r" / "nay" / "manifest.json").read_text(encoding="utf-8"))
    assert [made["role"] for made in about["input"]] == ["file", "fields", "fields 2"]
    assert main([*command, "--fields", one, "--fields", one]) == 1
    said = capsys.readouterr().err
    assert "cùng có lĩnh vực 'Thể chế' của đơn vị 'Sở a'" in said
    assert "year" not in said


def test_fields_and_earlier_scores_of_others_are_refused_or_told(tmp_path, charts_only, capsys):
    command = [scores(tmp_path / "nay.csv"), "--out", str(tmp_path / "r")]
    for option, file in (("--before", scores), ("--fields", fields)):
        assert main([*command, option, file(tmp_path / "x.csv", "xyz")]) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"Lỗi: x.csv ({option}) ")
        assert "không có đơn vị nào" in said
    assert not (tmp_path / "r").exists()
    command += ["--before", scores(tmp_path / "x.csv", "bcx")]
    assert main([*command, "--fields", fields(tmp_path / "lv.csv", "abxy")]) == 0
    said = capsys.readouterr().out
    assert "Chỉ có ở bảng trước: Sở x" in said
    assert "Chỉ có ở bảng sau: Sở a." in said
    assert "Không kể 2 đơn vị không có trong bảng xếp hạng: Sở x; Sở y." in said
    assert "Không có điểm theo lĩnh vực của 1 đơn vị: Sở c." in said
    assert "aliases" not in said
    drawn = pd.read_csv(tmp_path / "r" / "nay" / "fields.csv", sep=";")
    assert drawn["Đơn vị"].unique().tolist() == ["Trung bình", "Sở b", "Sở a"]
    assert charts_only["results"].fields["unit"].unique().tolist() == ["Sở a", "Sở b"]


def test_the_earlier_year_is_the_last_before_and_never_guessed(tmp_path, words_only, capsys):
    regions, out = str(DATA / "par-index-regions.csv"), ["--out", str(tmp_path / "r")]
    assert main([regions, "--year", "2023", "--before", regions, *out]) == 0
    said = capsys.readouterr().out
    assert "có nhiều năm: so sánh với năm 2022." in said
    assert "Năm 2023 so với năm 2022." in said
    for year, words in (("2022", "không rõ năm nào ngay trước"), (None, "bằng --year.")):
        given = ["--year", year] if year else []
        assert main([regions, *given, "--before", regions, *out]) == 1
        assert words in capsys.readouterr().err
    town = str(DATA / "cchc-2020.csv")
    assert main([town, "--before", regions, *out]) == 1
    remedy = "hãy ghi năm cần so bằng --before-year."
    assert remedy in capsys.readouterr().err
    assert main([town, "--before", regions, "--before-year", "2022", *out]) == 1
    assert "không có đơn vị nào chung" in capsys.readouterr().err
    assert main([regions, "--year", "2022", "--before", scores(tmp_path / "n.csv", Năm="2023"),
                 *out]) == 1  # fmt: skip
    assert "scores[" not in capsys.readouterr().err


def test_each_file_has_its_own_year(tmp_path, words_only, capsys):
    def titled(year, *lines):
        return written(tmp_path / f"{year}.csv", f"Kết quả chấm điểm năm {year}", "Đơn vị;Điểm",
                       *lines)  # fmt: skip

    regions, out = str(DATA / "par-index-regions.csv"), ["--out", str(tmp_path / "r")]
    plain = scores(tmp_path / "trước.csv", "ab")
    now, before = titled(2024, "Sở a;70", "Sở b;75"), titled(2022, "Sở a;75", "Sở b;70")
    assert main([now, "--before", plain, "--before-year", "2023", *out]) == 0
    assert "Năm 2024 so với năm 2023." in capsys.readouterr().out
    assert main([now, "--before", before, *out]) == 0
    said = capsys.readouterr().out
    assert "lấy năm 2024 từ tiêu đề 'Kết quả chấm điểm năm 2024'; dùng --year nếu khác" in said
    assert "dùng --before-year nếu khác" in said
    assert main([now, "--year", "2025", "--before", before, "--before-year", "2023", *out]) == 0
    said = capsys.readouterr().out
    assert "Năm 2025 so với năm 2023." in said
    assert "dùng năm 2023 dù tiêu đề" in said
    chosen = ["--year", "2023", "--before", regions, "--before-year"]
    assert main([regions, *chosen, "2022", *out]) == 0
    assert "Năm 2023 so với năm 2022." in capsys.readouterr().out
    assert main([regions, *chosen, "2021", *out]) == 1
    assert "không có năm 2021 (--before-year); bảng có năm 2022, 2023" in capsys.readouterr().err
    assert main([now, "--before-year", "2023", *out]) == 1
    assert (
        "--before-year chỉ dùng khi có bảng kỳ trước; hãy thêm --before." in capsys.readouterr().err
    )


def test_merged_units_come_from_a_file(tmp_path, words_only, capsys):
    before = written(tmp_path / "trước.csv", "Đơn vị;Điểm", "Xã A;80", "Xã B;70", "Xã D;60")
    now = written(tmp_path / "nay.csv", "Đơn vị;Điểm", "Phường C;78", "Xã D;66")
    pairs = written(tmp_path / "nhập.csv", "unit,predecessor", "Phường C,Xã A", "Phường C,Xã B")
    command = [now, "--before", before, "--out", str(tmp_path / "r")]
    assert main([*command, "--predecessors", pairs]) == 0
    said = capsys.readouterr().out
    assert "Phường C (từ Xã A 80,00 (1/3); Xã B 70,00 (2/3))" in said
    assert "Xã A (nhập vào Phường C); Xã B (nhập vào Phường C)" in said
    assert "tăng hạng" not in said
    wrong = written(tmp_path / "sai.csv", "unit,predecessor", "Phường C,Xã X")
    assert main([*command, "--predecessors", wrong]) == 1
    assert "đơn vị cũ 'Xã X' không có trong bảng trước" in capsys.readouterr().err
    assert main([now, "--predecessors", pairs, "--out", str(tmp_path / "r")]) == 1
    said = capsys.readouterr().err
    assert "--predecessors chỉ dùng khi có bảng kỳ trước; hãy thêm --before" in said


def test_the_earlier_table_has_its_own_layout_and_scale(tmp_path, words_only, capsys):
    rows = ["Khối sở", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Sở a;65;63", "Sở b;60;56"]
    other = ["Khối huyện", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Huyện x;65;63"]
    now = written(tmp_path / "nay.csv", *rows, *other)
    chosen = ["--columns", "score=Điểm thẩm định", "--table", "1", "--max-score", "70"]
    command = [now, *chosen, "--out", str(tmp_path / "r"), "--before"]
    assert main([*command, scores(tmp_path / "trước.csv", "ab")]) == 0
    said = capsys.readouterr().out
    assert "trước.csv): Thang điểm 100 – giả định." in said
    assert main([*command, now]) == 1
    said = capsys.readouterr().err
    assert 'hoặc chỉ rõ cột (tiêu đề "Tổng điểm" thay cho "Điểm thẩm định")' in said
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("chỉ dùng cho TỆP, không dùng cho --before và --fields") == 4


IN_FILE = {
    "column": (
        "Đơn vị;Điểm lần 1;Điểm lần 2\na;60;70\nb;50;80", 'tiêu đề "Tổng điểm" thay cho',
        "Đơn vị;Điểm lần 1;Tổng điểm\na;60;70\nb;50;80",
    ),
    "scale": (
        "Đơn vị;Điểm\na;160\nb;80", 'tiêu đề "Tổng điểm (thang điểm …)"',
        "Đơn vị;Tổng điểm (thang điểm 200)\na;160\nb;80",
    ),
    "table": (
        "Đơn vị;Điểm\na;60\n\nKhối sở\nĐơn vị;Điểm\nb;80\n", "(tệp chỉ có bảng này)",
        "Đơn vị;Điểm\na;60\n",
    ),
}  # fmt: skip
IN_FIELDS = {
    "maxima": (
        "Đơn vị;Thể chế;TTHC\na;8;9\nb;7;8\n", 'tiêu đề "TTHC (10 điểm)"',
        "Đơn vị;Thể chế (10 điểm);TTHC (10 điểm)\na;8;9\nb;7;8\n",
    ),
    "column": (
        "Đơn vị;Lĩnh vực;Điểm tối đa;Điểm lần 1;Điểm lần 2\na;X;10;9;8\nb;X;10;8;9\n",
        'tiêu đề "Điểm" thay cho "tên cột"',
        "Đơn vị;Lĩnh vực;Điểm tối đa;Điểm lần 1;Điểm\na;X;10;9;8\nb;X;10;8;9\n",
    ),
    "stage": (
        "Đơn vị;Lĩnh vực;Điểm tối đa;Điểm tự chấm\na;X;10;9\nb;X;10;8\n",
        'tiêu đề "Điểm" thay cho "tự chấm"',
        "Đơn vị;Lĩnh vực;Điểm tối đa;Điểm\na;X;10;9\nb;X;10;8\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("option", "refused", "said", "mended"),
    [("before", *case) for case in IN_FILE.values()]
    + [("fields", *case) for case in IN_FIELDS.values()],
    ids=[*(f"before {case}" for case in IN_FILE), *(f"fields {case}" for case in IN_FIELDS)],
)
def test_a_file_beside_the_first_is_mended_in_the_file(
    option, refused, said, mended, tmp_path, words_only, capsys
):
    now = written(tmp_path / "nay.csv", "Đơn vị;Điểm", "a;90", "b;80")
    command = [now, "--out", str(tmp_path / "r"), f"--{option}"]
    assert main([*command, written(tmp_path / "sai.csv", refused)]) == 1
    words = capsys.readouterr().err
    assert said in words
    assert "--" not in words and "=" not in words
    assert main([*command, written(tmp_path / "đúng.csv", mended)]) == 0


def test_the_year_of_the_earlier_table_has_its_own_option(tmp_path, words_only, capsys):
    now = scores(tmp_path / "nay.csv", "ab")
    rows = ["Đơn vị;Điểm", "Sở a;60", "Sở b;70"]
    before = written(tmp_path / "trước.csv", "KẾT QUẢ NĂM 2019", *rows)
    assert main([now, "--before", before, "--out", str(tmp_path / "r")]) == 0
    assert "dùng --before-year nếu khác" in capsys.readouterr().out


def test_a_unit_that_cannot_be_marked_is_refused(tmp_path, words_only, capsys):
    one = written(tmp_path / "một.csv", "Đơn vị;Điểm", "Sở a;90", "Sở b;80", "Sở c;chưa chấm")
    two, out = scores(tmp_path / "hai.csv", "xy"), ["--out", str(tmp_path / "r")]
    assert main([one, "--unit", "Sở c", *out]) == 1
    assert "Đơn vị 'Sở c' chưa được chấm" in capsys.readouterr().err
    assert main([one, two, "--unit", "sở B", *out]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Lỗi: hai.csv: Không có đơn vị 'sở B' trong bảng")
    assert "Xong 1/2 tệp." in said.out
    by_field = fields(tmp_path / "lv.csv", "bx")
    assert main([one, "--unit", "Sở a", "--fields", by_field, *out]) == 0
    said = capsys.readouterr().out
    assert "Không có điểm theo lĩnh vực của 2 đơn vị: Sở a; Sở c." in said


WORDS_ONLY = (
    "import sys; from cchc_analysis.app.command import main\n"
    "from cchc_analysis.app import command\n"
    "command.write_files = lambda folder, *_: (folder / 'a.txt').touch(); main(sys.argv[1:])"
)


@pytest.mark.skipif(os.name == "nt", reason="a pipe of a shell that Windows lacks")
def test_a_reader_that_goes_away_is_no_traceback(tmp_path):
    command = [sys.executable, "-c", WORDS_ONLY]
    command += [scores(tmp_path / "a.csv"), "--out", str(tmp_path / "r")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.close()
        said = run.stderr.read().decode()
    assert "Traceback" not in said
    assert (tmp_path / "r" / "a" / "a.txt").exists()


ENGLISH = re.compile(
    r"\b(usage|error|argument|option|invalid|value|expected|required|unrecognized|the|No such|not"
    r"|following|arguments|directory)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "thiếu tên tệp bảng điểm"),
        (["x.csv", "--year", "abc"], "--year: 'abc' không phải là một năm"),
        (["x.csv", "--date", "31/02/2021"], "--date: '31/02/2021' không phải là một ngày"),
        (["x.csv", "--date", "29.2.2023"], "--date: '29.2.2023' không phải là một ngày"),
        (["x.csv", "--max-score", "-5"], "--max-score: '-5' không phải là một số lớn hơn 0"),
        (["x.csv", "--yaer", "2020"], "không hiểu '--yaer' (có phải --year?)"),
        (["x.csv", "--yaer=2020"], "không hiểu '--yaer' (có phải --year?)"),
        (["--shceme", "par-index"], "không hiểu '--shceme' (có phải --scheme?)"),
        (["x.csv", "--max_score", "70"], "không hiểu '--max_score' (có phải --max-score?)"),
        (["x.csv", "–scheme", "par-index"], "không hiểu '–scheme' (có phải --scheme?)"),
        (["x.csv", "--zzz"], "không hiểu '--zzz'; hãy kiểm tra tên lựa chọn"),
        (["x.csv", "--unit", "Sở", "Y", "tế"], "không hiểu 'Y tế'; hãy đặt chữ có dấu cách trong"),
        (["x.csv", "--unit", "A", "y.csv"], "không hiểu 'y.csv'; hãy đặt"),
        (["x.csv", "--before", "=", "y.csv"], "dấu = đứng riêng; hãy bỏ dấu cách ở hai bên"),
        (["x.csv", "--unit", "A", "--unit=B"], "--unit: được ghi nhiều lần; hãy ghi một lần"),
        (
            ["x.csv", "--columns", "score="],
            "--columns: 'score=' không phải là TÊN=CỘT; hãy viết ví dụ score",
        ),
        (
            ["x.csv", "--columns", "score=A", "--columns", "score = B"],
            "--columns: hai cột cho một tên",
        ),
        (["x.csv", "--unit"], "--unit: thiếu giá trị đi kèm"),
        (["x.csv", "--help=1"], "-h/--help: không có giá trị đi kèm"),
    ],
)
def test_a_wrong_command_is_said_in_vietnamese(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said.startswith(f"Lỗi: {words}")
    assert said.endswith(". Gõ cchc-report --help để xem cách dùng.\n")
    assert not ENGLISH.search(said.replace(" --help ", " "))
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert said.startswith("cách dùng: cchc-report ")
    assert not ENGLISH.search(said)


def test_a_heading_that_is_told_to_be_no_block_is_made_one_as_it_says(tmp_path, words_only, capsys):
    file = tmp_path / "a.csv"
    file.write_text("Khối các sở\nĐơn vị;Điểm\nA;81\nB;80\n", encoding="utf-8")
    assert main([str(file), "--out", str(tmp_path)]) == 0
    (option,) = re.findall('dùng --block "(.+?)" nếu cần', capsys.readouterr().out)
    assert main([str(file), "--out", str(tmp_path), "--block", option]) == 0
    assert "không dùng làm khối" not in capsys.readouterr().out


def test_a_value_that_looks_like_an_option_and_a_file_with_a_dash_are_no_options(tmp_path, capsys):
    assert main(["–chưa-có.csv", "--source", "- nguồn", "--unit", "– Sở A"]) == 1
    assert capsys.readouterr().err.startswith("Lỗi: Không tìm thấy tệp –chưa-có.csv")
    with pytest.raises(SystemExit):
        main(["--version"])
    assert re.fullmatch(r"cchc-report [\d.]+\n", capsys.readouterr().out)


def test_a_wrong_template_or_place_is_said_in_a_sentence(tmp_path, sketched, capsys):
    given, town = scores(tmp_path / "a.csv"), str(DATA / "cchc-2020.csv")
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "mẫu.docx").write_bytes(b"PK")
    for options, words in (
        (["--template", "khong.docx"], "Không tìm thấy tệp khong.docx"),
        (["--template", town], "cchc-2020.csv: mẫu phải là tệp .docx"),
        (["--template", str(tmp_path / "mẫu.docx")], "mẫu.docx: tệp bị hỏng"),
        (["--out", str(tmp_path / "f")], "Không mở hoặc không ghi được"),
        (["--out", str(tmp_path / "f" / "g")], "Không mở hoặc không ghi được"),
    ):
        assert main([given, *options]) == 1
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1
        assert not ENGLISH.search(said)


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("float division by zero"), MemoryError(), RecursionError("deep")]
)
def test_whatever_one_file_does_the_others_come_out(error, tmp_path, monkeypatch, capsys):
    def fail(folder, results, file, _):
        if file.stem == "hai":
            raise error
        (folder / "a.txt").touch()

    monkeypatch.setattr(RUN + "write_files", fail)
    files = [scores(tmp_path / f"{name}.csv") for name in ("một", "hai", "ba")]
    assert main([*files, "--out", str(tmp_path / "r")]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"Lỗi: hai.csv: Lỗi ngoài dự kiến ({type(error).__name__}")
    assert said.err.count("\n") == 1
    assert "Xong 2/3 tệp." in said.out
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["ba", "một"]


def test_a_refusal_names_the_options_of_the_command(tmp_path, words_only, capsys):
    rows = ["Khối sở", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Sở A;95;90"]
    assert main([written(tmp_path / "a.csv", *rows), "--out", str(tmp_path / "r")]) == 1
    said = capsys.readouterr().err
    assert "--columns score=" in said
    assert not re.search(r"columns=\{|COLUMNS|sổ tay", said)


@pytest.mark.parametrize("form", ["thong-bao", "quyet-dinh"])
def test_a_notice_or_decision_stands_beside_the_report(form, tmp_path, sketched, capsys):
    file = scores(tmp_path / "a.csv")
    assert main([file, "--out", str(tmp_path), "--form", form]) == 0
    assert {path.name for path in (tmp_path / "a").glob("*.docx")} == {
        "report.docx", f"{form}.docx",
    }  # fmt: skip
    with pytest.raises(SystemExit):
        main([file, "--form", "to-trinh"])
    assert "'to-trinh' không có; hãy ghi thong-bao hoặc quyet-dinh" in capsys.readouterr().err


def test_a_chart_is_encoded_once_for_its_file_and_for_its_page(
    tmp_path, coarse, monkeypatch, capsys
):
    made, save = [], Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda *a, format, **k: (
        made.append(format), save(*a, format=format, **k))[1]
    )  # fmt: skip
    town = str(DATA / "cchc-2020.csv")
    assert main([town, "--unit", "Phòng Nội vụ", "--out", str(tmp_path)]) == 0
    assert made == ["rgba", "svg"] * 3
    folder = tmp_path / "cchc-2020"
    with zipfile.ZipFile(folder / "report.docx") as parts:
        inside = [parts.read(name) for name in parts.namelist() if name.endswith(".png")]
    files = {name: (folder / f"{name}.png").read_bytes() for name in ("ranking", "comparison")}
    assert sorted(inside) == sorted(files.values()), "the counts stand in a table"


def test_a_style_of_the_user_changes_no_picture(tmp_path, charts_only, capsys):
    pictures = []
    for color in ("white", "#ff0000"):
        with plt.rc_context({"axes.facecolor": color, "figure.facecolor": color}):
            assert main([scores(tmp_path / "a.csv"), "--out", str(tmp_path / color)]) == 0
        pictures.append((tmp_path / color / "a" / "ranking.png").read_bytes())
    assert pictures[0] == pictures[1]


def test_many_files_each_with_its_heading_and_no_chart_left_open(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(RUN + "report_of", lambda *_, **__: None)
    monkeypatch.setattr(RUN + "workbook_of", lambda *_, **__: None)
    monkeypatch.setattr("cchc_analysis.charts.export.encode", lambda ax, **_: (
        opened.append(len(plt.get_fignums())), encode(ax, formats=("svg",))
    )[1])  # fmt: skip
    files = [scores(tmp_path / f"{at}.csv") for at in range(4)]
    bad = written(tmp_path / "hỏng.csv", "Đơn vị;Điểm", "a;x")
    (tmp_path / "x").mkdir()
    twice = [files[3], str(tmp_path / "x" / ".." / "3.csv")]
    assert main([*files, bad, *twice, "--out", str(tmp_path / "r")]) == 1
    assert opened == [1] * 3 * 4
    assert not plt.get_fignums()
    said = capsys.readouterr()
    assert "Xong 4/5 tệp." in said.out
    assert [line for line in said.out.splitlines() if line.startswith("Tệp ")] == [
        f"Tệp {path}" for path in (*files[:3], twice[1], bad)
    ]
    assert said.err.startswith("Lỗi: hỏng.csv, dòng 2")
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == list("0123")


def test_an_error_names_its_file_among_several(tmp_path, monkeypatch, capsys):
    def refuse(*_):
        raise Refusal("Không vẽ được")

    monkeypatch.setattr(RUN + "write_files", refuse)
    files = [scores(tmp_path / "một.csv"), scores(tmp_path / "hai.csv")]
    assert main([*files, "--out", str(tmp_path / "r")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "Lỗi: một.csv: Không vẽ được.", "Lỗi: hai.csv: Không vẽ được.",
    ]  # fmt: skip


def test_ctrl_c_is_said_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(RUN + "write_files", stop)
    assert main([scores(tmp_path / "a.csv"), "--out", str(tmp_path / "r")]) == 130
    said = capsys.readouterr()
    assert said.err == "\nĐã dừng (Ctrl+C); tệp đang làm dở không ghi gì.\n"
    assert not (tmp_path / "r" / "a").exists()


def test_the_progress_bar_stands_on_lines_of_its_own(tmp_path):
    pty = pytest.importorskip("pty", reason="terminals of this kind are not on Windows")
    import fcntl
    import struct
    import termios

    main_end, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 90, 0, 0))
    files = [scores(tmp_path / f"{name}.csv") for name in "abc"]
    command = [sys.executable, "-c", WORDS_ONLY, *files, "--out", str(tmp_path / "r")]
    with subprocess.Popen(command, stdout=end, stderr=end, stdin=subprocess.DEVNULL, cwd=ROOT):
        os.close(end)
        data = b""
        with contextlib.suppress(OSError):  # how Linux says that the other end is closed
            while chunk := os.read(main_end, 65536):
                data += chunk
    os.close(main_end)
    lines = []  # as they stand on the screen: after \r the line is written over
    for line in data.decode().replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    assert lines.count("Thang điểm 100 – giả định") == 3
    assert "Xong 3/3 tệp." in lines
    assert [line[:4] for line in lines if re.search(r"\d/3 \[", line)] == ["100%"], "one bar"


def test_a_disk_that_is_really_full_leaves_what_was_there(tmp_path, monkeypatch, capsys):
    def write(folder, results, *_):
        for name in "abc":
            (folder / name).write_bytes(results.scheme.name.encode() * 10_000)

    monkeypatch.setattr(RUN + "write_files", write)
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("only root on Linux may mount a small disk")
    try:
        command = [scores(tmp_path / "x.csv"), "--out", str(disk)]
        assert main(command) == 0
        folder = disk / "x"
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        free = shutil.disk_usage(disk).free
        for left in (0, 200_000, 368_640):  # room for nothing, for some, for all but the manifest
            (disk / "filler").write_bytes(b"x" * (free - left))
            capsys.readouterr()
            assert main([*command, "--scheme", "da-nang-2011"]) == 1
            said = capsys.readouterr().err
            assert "đĩa đã đầy; các tệp cũ vẫn còn nguyên" in said
            assert str(folder) in said
            assert ".tmp" not in said
            assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        assert "manifest.json: đĩa đã đầy" in said
        (disk / "filler").unlink()
        assert main([*command, "--scheme", "da-nang-2011"]) == 0
        assert "đã được sửa" not in capsys.readouterr().out
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_long_table_has_an_overview_beside_its_pages(tmp_path, unsaved, capsys):
    rows = [f"Xã {at};{95 - at / 2}" for at in range(60)]
    path = written(tmp_path / "xã.csv", "Đơn vị;Điểm", *rows)
    assert main([path, "--out", str(tmp_path / "r"), "--unit", "Xã 30"]) == 0
    names = {file.name for file in (tmp_path / "r" / "xã").iterdir()}
    assert {"overview.png", "overview.csv", "ranking-1.png", "ranking-2.svg"} <= names
    drawn = pd.read_csv(tmp_path / "r" / "xã" / "overview.csv", sep=";")
    assert drawn["Đơn vị"].tolist()[9:12] == ["Xã 9", "Xã 28", "Xã 29"]
    assert len(pd.read_csv(tmp_path / "r" / "xã" / "ranking.csv", sep=";")) == 60
