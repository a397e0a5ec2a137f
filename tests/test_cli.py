import pandas as pd
import pytest
from conftest import DATA, RANKING_TABLES

from cchc_analysis.cli import main

NAMES = [
    "check.csv", "comparison.csv", "comparison.png", "comparison.svg", "distribution.csv",
    "distribution.png", "distribution.svg", "ranking.csv", "ranking.png", "ranking.svg",
]  # fmt: skip


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
    assert counts["Số đơn vị"].tolist() == [3, 6, 9, 0, 0, 18]
    assert counts["Tỷ lệ"].tolist() == ["16,67%", "33,33%", "50,00%", "0,00%", "0,00%", "100%"]
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
    assert "Xếp hạng, xếp loại" in capsys.readouterr().out
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
