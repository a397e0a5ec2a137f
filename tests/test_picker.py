import pandas as pd
import pytest
from conftest import DATA

from cchc_analysis import choose_table
from cchc_analysis.notebook import PARTS

FILE = DATA / "cchc-2020.csv"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    blocks = pd.DataFrame({"Đơn vị": ["A", "B", "C"], "Điểm": [63.5, 56, None]})
    with pd.ExcelWriter(tmp_path / "data" / "hai bảng.xlsx") as book:
        blocks.to_excel(book, sheet_name="Khối sở", index=False)
        blocks.iloc[:2].to_excel(book, sheet_name="Khối huyện", index=False)
    (tmp_path / "data" / "~$hai bảng.xlsx").write_bytes(b"")
    (tmp_path / "data" / "ghi chú.json").write_bytes(b"{}")
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "cạnh.csv").write_text("Đơn vị;Điểm\nX;50\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "beside")
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    return tmp_path


def names(choice):
    return [path.name for _, path in choice._drop["file"].options]


def upload(choice, name, data):
    choice._take({"new": ({"name": name, "content": memoryview(data)},)})


def test_it_begins_with_the_file_and_has_every_part(folder):
    choice = choose_table(FILE, folder=folder, scheme="par-index")
    assert (
        choice.said == "cchc-2020.csv: 18 đơn vị, 18 đơn vị được chấm. Thang điểm 100 – giả định."
    )
    assert choice.ranking["rank"].max() == 18
    assert set(choice._parts) == set(PARTS)
    assert "Nhóm A" in choice._parts["ranking"][1]
    assert choice._parts["chart"][2].startswith("Biểu đồ thanh ngang: xếp hạng 18 đơn vị")
    assert choice._parts["check"][2].endswith("Số chỗ khác: 1.")


def test_files_of_the_folders_are_offered_and_nothing_else(folder):
    assert names(choose_table(FILE, folder=folder)) == [
        "cchc-2020.csv", "hai bảng.xlsx", "cạnh.csv",
    ]  # fmt: skip


def test_what_is_chosen_changes_the_result(folder):
    choice = choose_table(FILE, folder=folder)
    drop = choice._drop
    drop["unit"].value = "Phòng Nội vụ"
    assert "so với Phòng Nội vụ" in choice._parts["comparison"][2]
    drop["file"].value = (folder / "data" / "hai bảng.xlsx").resolve()
    assert choice.said.splitlines()[0].startswith("hai bảng.xlsx: 5 đơn vị, 4 đơn vị được chấm.")
    assert "Lưu ý: hai bảng.xlsx: 1 đơn vị chưa có điểm ('C')" in choice.said
    assert drop["unit"].value is None  # the other table has no such unit
    assert [value for _, value in drop["unit"].options] == [None, "A", "B"]  # scored ones
    assert [label for label, _ in drop["table"].options][1:] == [
        "1. Khối sở (3 dòng)", "2. Khối huyện (2 dòng)",
    ]  # fmt: skip
    drop["table"].value = 2
    assert len(choice.ranking) == 2
    drop["scheme"].value = "par-index"
    assert drop["table"].value == 2
    drop["file"].value = FILE.resolve()
    assert drop["table"].value is None
    assert len(choice.ranking) == 18


def test_of_an_error_there_is_only_the_sentence(folder):
    choice = choose_table(folder / "không có.csv", folder=folder)
    assert choice.said.startswith("Không tìm thấy tệp ")
    assert choice.ranking is None
    assert choice._write.disabled
    assert {words for _, _, words in choice._parts.values()} == {choice.said}
    choice._drop["file"].value = (folder / "beside" / "cạnh.csv").resolve()
    assert not choice._write.disabled
    assert len(choice.ranking) == 1


def test_more_options_are_those_of_load_scores(folder):
    assert set(choose_table(FILE, folder=folder, max_score=200).ranking["max_score"]) == {200}
    assert "không có cột" in choose_table(FILE, columns={"score": "Tổng"}).said


def test_an_upload_is_kept_whole_and_replaces_nothing(folder):
    choice = choose_table(FILE, folder=folder)
    one, two = (f"Đơn vị;Điểm\nX;{n}\n".encode() for n in (50, 60))
    for data in (one, two, one):
        upload(choice, "../CON: bảng?.csv", data)
        assert choice.ranking["score"].tolist() == [50 if data is one else 60]
    kept = sorted((folder / "uploads").iterdir())
    assert [path.read_bytes() for path in kept] == [two, one]
    assert not set("/:?") & set("".join(path.name for path in kept))
    assert names(choice)[0] == kept[1].name
    upload(choice, "x.doc", b"x")
    assert choice.said.startswith("x.doc: chưa đọc được định dạng")


def test_the_report_is_written_and_an_edited_one_stays(folder):
    choice = choose_table(FILE, folder=folder)
    for _ in range(2):
        choice._report(None)
    (report,) = (folder / "reports" / "cchc-2020").iterdir()
    assert choice.said == f"Đã ghi {report}"
    report.write_bytes(b"edited")
    choice._report(None)
    assert report.read_bytes() == b"edited"
    assert (report.parent / "start-report-2.docx").stat().st_size > 10_000


def test_where_no_report_can_be_written_it_says_so(folder):
    choice = choose_table(FILE, folder=folder)
    (folder / "reports").write_bytes(b"")
    choice._report(None)
    assert choice.said.startswith(f"Không ghi được {folder / 'reports'}")


def test_what_is_said_is_text_whatever_it_holds(folder):
    choice = choose_table(FILE, folder=folder)
    choice._say("<b>x</b>")
    assert "&lt;b&gt;" in choice._words.value


def test_what_is_shown_without_a_kernel_is_the_same_in_every_run(folder):
    shown = choose_table(FILE, folder=folder)._repr_mimebundle_()
    assert shown["text/plain"] == "Bảng chọn hiện ra khi chạy sổ tay."
    assert "application/vnd.jupyter.widget-view+json" in shown
