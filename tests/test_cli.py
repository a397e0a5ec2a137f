import errno
import json
from pathlib import Path

import docx
import pandas as pd
import pytest
from conftest import DATA, RANKING_TABLES

from cchc_analysis.cli import main

NAMES = sorted(
    ["check.csv", "manifest.json", "report.docx", "report.xlsx"]
    + [f"{n}.{e}" for n in ("comparison", "distribution", "ranking") for e in ("csv", "png", "svg")]
)


@pytest.mark.parametrize("name", RANKING_TABLES)
def test_the_main_job(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([str(DATA / f"{name}.csv")]) == 0
    assert sorted(path.name for path in (tmp_path / "reports" / name).iterdir()) == NAMES
    said = capsys.readouterr().out
    assert "Thang điểm 100 – giả định" in said
    assert "Xuất sắc từ 90%, Tốt từ 80%" in said
    assert f"reports/{name}/ranking.png" in said


def test_the_town_in_files(tmp_path, capsys):
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
    assert "xếp loại của 18 đơn vị. Số chỗ khác: 0." in said
    assert "… và 8 đơn vị nữa" in said


def test_disagreements_are_counted_and_listed(tmp_path, capsys):
    frame = pd.read_csv(DATA / "cchc-2020.csv")
    frame.loc[0, "Xếp hạng"] = 2
    frame.to_csv(tmp_path / "sai.csv", index=False)
    assert main([str(tmp_path / "sai.csv"), "--out", str(tmp_path)]) == 0
    assert "Số chỗ khác: 1." in capsys.readouterr().out
    listed = pd.read_csv(tmp_path / "sai" / "check.csv", sep=";")
    assert listed[["Đơn vị", "Nội dung", "Công bố", "Tính lại"]].values.tolist() == [
        ["Văn phòng HĐND&UBND", "Xếp hạng", 2, 1]
    ]


def test_scale_and_scheme_can_be_given(tmp_path, capsys):
    (tmp_path / "b.csv").write_text("Đơn vị;Điểm\na;63\nb;50\n", encoding="utf-8")
    options = ["--max-score", "70,0", "--scheme", "nam-dinh-2020-so", "--out", str(tmp_path)]
    assert main([str(tmp_path / "b.csv"), *options]) == 0
    said = capsys.readouterr().out
    assert "Thang điểm 70\n" in said
    assert "Nhóm I từ 90%, Nhóm II từ 80%\n" in said
    assert "Không xếp loại" in said


def test_what_was_not_used_is_said(tmp_path, capsys):
    (tmp_path / "b.csv").write_text("Đơn vị;Điểm;Ghi chú\na;63;x\n", encoding="utf-8")
    assert main([str(tmp_path / "b.csv"), "--out", str(tmp_path)]) == 0
    assert "Lưu ý: b.csv: không dùng đến cột 'Ghi chú'." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["khong-co.csv"], "Lỗi: Không tìm thấy tệp khong-co.csv"),
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
    (tmp_path / "reports").write_text("a file in the way")
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


def test_one_table_and_one_column_can_be_chosen(tmp_path, capsys):
    rows = ["Khối sở", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Sở A;95;90",
            "Khối huyện", "Đơn vị;Điểm tự chấm;Điểm thẩm định", "Huyện B;85;80"]  # fmt: skip
    path = tmp_path / "nhiều.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    out = ["--out", str(tmp_path)]
    assert main([str(path), *out]) == 1
    assert '--columns score="tên cột"' in capsys.readouterr().err
    chosen = [str(path), "--columns", "score=Điểm thẩm định", "--table", "Khối huyện", *out]
    assert main(chosen) == 0
    ranking = pd.read_csv(tmp_path / "nhiều" / "ranking.csv", sep=";")
    assert ranking["Đơn vị"].tolist() == ["Huyện B"]
    assert main([str(path), "--columns", "score=3", "--table", "1", *out]) == 0
    with pytest.raises(SystemExit):
        main([str(path), "--columns", "Điểm"])
    assert "thiếu dấu =" in capsys.readouterr().err


def test_every_option_reaches_the_report(tmp_path, capsys):
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
    assert "So với năm 2022, trong 4 đơn vị có điểm ở cả hai kỳ" in words
    inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["input"]
    assert [(one["role"], Path(one["path"]).name) for one in inputs] == [
        ("file", "par-index-regions.csv"), ("before", "trước.csv"), ("fields", "lĩnh vực.csv"),
    ]  # fmt: skip
    assert "Tây Nguyên" in capsys.readouterr().out


def test_a_bad_file_does_not_stop_the_others(tmp_path, capsys):
    (tmp_path / "hỏng.csv").write_text("Đơn vị;Điểm\na;x\n", encoding="utf-8")
    good = str(DATA / "cchc-2020.csv")
    assert main([str(tmp_path / "hỏng.csv"), good, "--out", str(tmp_path / "r")]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Lỗi: hỏng.csv, dòng 2")
    assert "Xong 1/2 tệp." in said.out
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["cchc-2020"]


def test_files_of_one_name_have_folders_of_their_own(tmp_path, capsys):
    for name in ("a.csv", "a.txt"):
        (tmp_path / name).write_text("Đơn vị;Điểm\nx;90\ny;80\n", encoding="utf-8")
    paths = [str(tmp_path / "a.csv"), str(tmp_path / "a.txt")]
    assert main([*paths, "--out", str(tmp_path / "r")]) == 0
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["a.csv", "a.txt"]
    assert main([*paths, "--before", paths[0]]) == 1
    assert "--before và --fields chỉ dùng với một tệp" in capsys.readouterr().err


def test_a_second_run_gives_the_same_files_and_keeps_what_a_person_changed(tmp_path, capsys):
    command = [str(DATA / "cchc-2020.csv"), "--out", str(tmp_path)]
    folder = tmp_path / "cchc-2020"
    assert main(command) == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(command) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "report.docx").write_bytes(b"my own words")
    capsys.readouterr()
    assert main(command) == 0
    assert "report.docx đã được sửa" in capsys.readouterr().out
    assert (folder / "report-đã-sửa.docx").read_bytes() == b"my own words"
    assert (folder / "report.docx").read_bytes() == before["report.docx"]


def test_a_year_that_is_not_there_is_said(tmp_path, capsys):
    path = str(DATA / "par-index-regions.csv")
    assert main([path, "--year", "2019", "--out", str(tmp_path)]) == 1
    assert "không có năm 2019 (--year); bảng có năm 2022, 2023" in capsys.readouterr().err
    assert main([str(DATA / "cchc-2020.csv"), "--year", "2020", "--out", str(tmp_path)]) == 0
    book = docx.Document(str(tmp_path / "cchc-2020" / "report.docx"))
    assert "năm 2020" in "\n".join(p.text for p in book.paragraphs)


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, capsys):
    command = [str(DATA / "cchc-2020.csv"), "--out", str(tmp_path)]
    assert main(command) == 0
    folder = tmp_path / "cchc-2020"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(_, path, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("cchc_analysis.job.write_workbook", full)
    capsys.readouterr()
    assert main([*command, "--scheme", "da-nang-2011"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Lỗi: Không ghi được {folder / 'report.xlsx'}: đĩa đã đầy")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
