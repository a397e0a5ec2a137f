import os
import re
import warnings
from datetime import UTC, datetime

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from conftest import DATA

from cchc_analysis import LoadWarning, choose_table
from cchc_analysis.app import command, picker
from cchc_analysis.charts import export as pictures
from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.reports.notebook import PARTS, QUIET, SERIOUS

FILE = DATA / "cchc-2020.csv"
WORD, BOOK, CHARTS, PAGE = picker._WRITTEN


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with tables in and beside it."""
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


@pytest.fixture
def folder(place, sketched, monkeypatch):
    """Return the same for tests that look at no chart: drawing three takes a second."""
    shown = dict.fromkeys(PARTS, ("text/plain", "", "")) | {"ranking": ("text/plain", "")}
    monkeypatch.setattr(picker, "first_look", lambda _: dict(shown))
    return place


def names(choice):
    return [path.name for _, path in choice.fields["file"].options]


def shown(choice):
    return choice.words.outputs[0]["data"]["text/html"]


def is_quiet(choice):
    """Return whether what is said is no error: nothing is wrong, something is still to be given."""
    html = shown(choice)
    assert ("Lỗi: " in html) == ('role="alert"' in html) == (SERIOUS in html)
    return QUIET in html and 'role="status"' in html


def offered(choice):
    """Return the fields that are there besides those that always are."""
    return {
        field.description for name, field in choice.fields.items()
        if field.layout.display != "none" and name not in picker._ALWAYS
    }  # fmt: skip


def upload(choice, name, data):
    about = {"name": name, "type": "", "size": len(data), "last_modified": datetime.now(UTC)}
    choice.upload.value = ({**about, "content": memoryview(data)},)


def fail(error):
    def failing(*_, **__):
        raise error

    return failing


def counted(monkeypatch, module, name):
    """Count the calls of a function."""
    calls, function = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a, **k: (calls.append(name), function(*a, **k))[1])
    return calls


def write(path, *scores):
    rows = "".join(f"Đơn vị {n};{score}\n" for n, score in enumerate(scores))
    path.write_text(f"Đơn vị;Điểm\n{rows}", encoding="utf-8")
    return path.resolve()


def test_it_begins_with_the_file_and_has_every_part(place):
    choice = choose_table(FILE, folder=place, scheme="par-index")
    assert (
        choice.said == "cchc-2020.csv: 18 đơn vị, 18 đơn vị được chấm. Thang điểm 100 – giả định."
    )
    assert choice.ranking["rank"].max() == 18
    assert set(choice._parts) == set(PARTS)
    assert "Nhóm A" in choice._parts["ranking"][1]
    assert "Biểu đồ thanh ngang: xếp hạng 18 đơn vị" in choice._parts["chart"][2]
    assert choice._parts["check"][2].endswith("Số chỗ khác: 1.")


def test_files_of_the_folders_are_offered_and_nothing_else(folder):
    assert names(choose_table(FILE, folder=folder)) == [
        "cchc-2020.csv", "hai bảng.xlsx", "cạnh.csv",
    ]  # fmt: skip


def test_a_chosen_unit_is_what_the_others_are_compared_with(place):
    choice = choose_table(FILE, folder=place)
    choice.fields["unit"].value = "Phòng Nội vụ"
    assert "so với Phòng Nội vụ" in choice._parts["comparison"][2]


def test_what_is_chosen_changes_the_result(folder):
    choice = choose_table(FILE, folder=folder)
    drop = choice.fields
    drop["unit"].value = "Phòng Nội vụ"
    drop["file"].value = (folder / "data" / "hai bảng.xlsx").resolve()
    assert choice.said.splitlines()[0].startswith("hai bảng.xlsx: 5 đơn vị, 4 đơn vị được chấm.")
    assert "Lưu ý: hai bảng.xlsx: 1 đơn vị chưa có điểm ('C')" in choice.said
    assert (drop["unit"].value, drop["unit"].index) == ("", 0)  # the other table has no such unit
    assert [value for _, value in drop["unit"].options] == ["", "A", "B"]  # scored ones
    assert [label for label, _ in drop["table"].options][1:] == [
        "1. Khối sở (3 dòng)", "2. Khối huyện (2 dòng)",
    ]  # fmt: skip
    drop["table"].value = 2
    assert len(choice.ranking) == 2
    drop["scheme"].value = "par-index"
    assert drop["table"].value == 2
    drop["file"].value = FILE.resolve()
    assert (drop["table"].value, drop["table"].index) == ("", 0)  # None would leave the field blank
    assert len(choice.ranking) == 18


def test_of_an_error_there_is_only_the_sentence(folder):
    choice = choose_table(folder / "không có.csv", folder=folder)
    assert choice.said.startswith("Không tìm thấy tệp ")
    assert choice.ranking is None
    assert choice.write[WORD].disabled
    assert {words for _, _, words in choice._parts.values()} == {choice.said}
    choice.fields["file"].value = (folder / "beside" / "cạnh.csv").resolve()
    assert not choice.write[WORD].disabled
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
        choice.write[WORD].click()
    (report,) = (folder / "reports" / "cchc-2020").iterdir()
    assert choice.said == f"Đã ghi {report}"
    report.write_bytes(b"edited")
    choice.write[WORD].click()
    assert report.read_bytes() == b"edited"
    assert (report.parent / "start-report-2.docx").stat().st_size > 10_000


def test_where_no_report_can_be_written_it_says_so(folder):
    choice = choose_table(FILE, folder=folder)
    (folder / "reports").write_bytes(b"")
    choice.write[WORD].click()
    assert choice.said.startswith("Không mở hoặc không ghi được ")


def test_what_is_said_is_text_whatever_it_holds(folder):
    choice = choose_table(folder / "<b>x.csv", folder=folder)
    assert "<b>" in choice.said
    assert "&lt;b&gt;" in shown(choice)


def test_what_is_shown_without_a_kernel_is_the_same_in_every_run(folder):
    shown = choose_table(FILE, folder=folder)._repr_mimebundle_()
    assert shown["text/plain"] == "Bảng chọn hiện ra khi chạy sổ tay."
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_a_corrected_file_is_read_again(folder):
    file = write(folder / "data" / "sửa.csv", 90, "x")
    choice = choose_table(file, folder=folder)
    assert choice.ranking is None
    write(file, 90, 80)
    choice.again.click()
    assert choice.ranking["score"].tolist() == [90, 80]
    time = file.stat().st_mtime_ns
    write(file, 91, 82)
    os.utime(file, ns=(time, time))  # as a copy may have it
    other = write(folder / "data" / "mới.csv", 1)
    choice.fields["unit"].value = "Đơn vị 1"
    choice.again.click()
    assert choice.ranking["score"].tolist() == [91, 82]
    assert choice.fields["unit"].value == "Đơn vị 1"
    assert other.name in names(choice)


def test_the_report_is_of_the_file_as_it_is(folder, monkeypatch):
    reported = []
    monkeypatch.setattr(command, "report_of", lambda results, path, **_: (
        reported.append(results.ranking["score"].tolist()), path.write_bytes(b"x")
    ))  # fmt: skip
    file = write(folder / "data" / "sửa.csv", 90, 80)
    choice = choose_table(file, folder=folder)
    choice.write[WORD].click()
    write(file, 90, 80, 70)
    choice.write[WORD].click()
    assert reported == [[90, 80], [90, 80, 70]]
    assert choice.said.startswith("Đã ghi ")
    file.unlink()
    choice.write[WORD].click()
    assert choice.said.startswith("Không tìm thấy tệp ")
    assert len(reported) == 2
    assert choice.write[WORD].disabled


def test_the_same_file_is_uploaded_again(folder):
    choice = choose_table(FILE, folder=folder)
    for _ in range(2):
        upload(choice, "a.csv", "Đơn vị;Điểm\nX;50\n".encode())
        assert choice.upload.value == ()
        assert choice.said.startswith("a.csv: 1 đơn vị")
    assert len(list((folder / "uploads").iterdir())) == 1


def test_an_upload_is_read_once(folder, monkeypatch):
    choice = choose_table(FILE, folder=folder)
    calls = counted(monkeypatch, command, "load_scores")
    upload(choice, "a.csv", "Đơn vị;Điểm\nX;50\n".encode())
    assert (len(calls), len(choice.ranking)) == (1, 1)


def test_a_score_above_the_scale_is_an_error_though_a_field_may_settle_it(folder):
    choice = choose_table(write(folder / "data" / "cao.csv", 90, 120), folder=folder)
    assert "Thang điểm" in offered(choice)
    assert not is_quiet(choice)


def test_an_upload_with_a_long_name_keeps_its_ending(folder):
    choice = choose_table(FILE, folder=folder)
    name = "Kết quả đánh giá, xếp loại cải cách hành chính các sở, ban, ngành " * 3
    upload(choice, f"{name}2021.csv", "Đơn vị;Điểm\nX;50\n".encode())
    assert choice.ranking["score"].tolist() == [50]


def test_after_an_error_nothing_is_offered_of_the_file_before(folder):
    choice = choose_table(folder / "data" / "hai bảng.xlsx", folder=folder)
    choice.fields["table"].value = 2
    choice.fields["unit"].value = "B"
    choice.fields["file"].value = write(folder / "beside" / "cạnh.csv", "x")
    assert choice.ranking is None
    assert len(choice.fields["unit"].options) == 1
    assert [label for label, _ in choice.fields["table"].options[1:]] == ["1.  (1 dòng)"]
    (folder / "beside" / "cạnh.csv").write_bytes(b"")
    choice.again.click()
    assert [len(choice.fields[name].options) for name in ("table", "unit")] == [1, 1]


def test_no_figure_stays_open(place, monkeypatch):
    plt.close("all")
    own = plt.figure()
    choice = choose_table(FILE, folder=place)
    assert plt.get_fignums() == [own.number]

    def half(*_, **__):
        plt.subplots()
        raise Refusal("chưa vẽ xong", "hãy thử lại")

    monkeypatch.setattr(pictures, "plot_comparison", half)
    choice.fields["unit"].value = "Phòng Nội vụ"
    assert choice.said == "chưa vẽ xong; hãy thử lại."
    assert plt.get_fignums() == [own.number]
    plt.close(own)


def test_after_an_interruption_the_fields_still_work(folder, monkeypatch):
    choice = choose_table(FILE, folder=folder)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(picker, "first_look", fail(KeyboardInterrupt()))
        choice.again.click()
    assert choice.ranking is None
    assert choice.write[WORD].disabled
    choice.again.click()
    assert len(choice.ranking) == 18
    assert not choice.write[WORD].disabled


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("percent"), "Lỗi ngoài dự kiến (KeyError: 'percent'); hãy đọc lại tệp."),
        (KeyError("điểm"), "Lỗi ngoài dự kiến (KeyError: 'điểm'); hãy đọc lại tệp."),
        (ValueError("no axes"), "Lỗi ngoài dự kiến (ValueError: no axes); hãy đọc lại tệp."),
        (PermissionError(13, "Permission denied", "a.xlsx"),
         "Không mở hoặc không ghi được a.xlsx; nếu tệp đang mở trong chương trình khác thì hãy "
         "đóng lại, nếu không hãy chọn thư mục khác. Các tệp cũ vẫn còn nguyên."),
        (OSError(28, "No space left on device", "a"),
         "Không ghi được a: đĩa đã đầy; các tệp cũ vẫn còn nguyên. Hãy giải phóng đĩa hoặc chọn "
         "thư mục khác."),
        (FileNotFoundError(2, "No such file", "a"),
         "Không tìm thấy a; hãy kiểm tra đường dẫn, hoặc chọn thư mục khác."),
        (OSError(36, "File name too long", "a"),
         "Không ghi được …a: tên tệp hoặc đường dẫn quá dài; hãy chọn một thư mục có đường dẫn "
         "ngắn hơn."),
    ],
)  # fmt: skip
def test_of_any_error_there_is_a_sentence(folder, monkeypatch, error, said):
    monkeypatch.setattr(picker, "read", fail(error))
    assert choose_table(FILE, folder=folder).said == said


def test_what_is_warned_of_while_the_report_is_written_is_said(folder, monkeypatch):
    def warn(_, path, **__):
        warnings.warn(LoadWarning("x.csv", ["có chỗ cần xem"]), stacklevel=2)
        warnings.warn("Glyph missing", UserWarning, stacklevel=2)
        path.write_bytes(b"x")

    monkeypatch.setattr(command, "report_of", warn)
    choice = choose_table(FILE, folder=folder)
    choice.write[WORD].click()
    assert choice.said.splitlines()[1:] == ["Lưu ý: x.csv: có chỗ cần xem."]


def test_the_folder_of_a_report_is_one_on_every_system(folder):
    choice = choose_table(write(folder / "data" / "nul.2020.csv", 85), folder=folder)
    choice.write[WORD].click()
    assert [path.name for path in (folder / "reports").iterdir()] == ["nul_.2020"]


def test_of_a_new_file_all_tables_are_read(folder):
    file = folder / "data" / "hai bảng.xlsx"
    choice = choose_table(file, folder=folder)
    choice.fields["table"].value = 2
    upload(choice, "khác.xlsx", file.read_bytes())
    assert choice.fields["table"].value == ""
    assert len(choice.ranking) == 5


def test_which_column_is_the_score_is_asked_for_and_chosen(folder):
    file = folder / "data" / "hai cột.csv"
    file.write_text("Đơn vị;Điểm tự chấm;Điểm thẩm định\nA;90;80\nB;70;85\n", encoding="utf-8")
    choice = choose_table(file, folder=folder)
    assert offered(choice) == {"Cột điểm"}
    assert 'ô "Cột điểm"' in choice.said
    assert not re.search("columns|COLUMNS|max_score", choice.said)
    assert is_quiet(choice)
    field = choice.fields["column score"]
    assert [label for label, _ in field.options[1:]] == [
        "Đơn vị", "Điểm tự chấm", "Điểm thẩm định",
    ]  # fmt: skip
    field.value = "Điểm thẩm định"
    assert choice.ranking["score"].tolist() == [80, 85]
    assert 'role="status"' in shown(choice)
    choice.fields["file"].value = (folder / "beside" / "cạnh.csv").resolve()
    assert field.value == ""
    assert len(choice.ranking) == 1


def test_columns_without_known_titles_are_chosen_one_after_the_other(folder):
    file = folder / "data" / "lạ.csv"
    file.write_text("Chốn;Trị;Lượng\nSở A;90;91\nSở B;70;66\n", encoding="utf-8")
    choice = choose_table(file, folder=folder)
    assert offered(choice) == {"Cột đơn vị"}
    choice.fields["column unit"].value = "Chốn"
    assert offered(choice) == {"Cột đơn vị", "Cột điểm"}
    choice.fields["column score"].value = "Lượng"
    assert choice.ranking["score"].tolist() == [91, 66]


def test_columns_without_titles_are_chosen_by_their_numbers(folder):
    file = folder / "data" / "trần.csv"
    file.write_text("1;Sở A;90,5\n2;Sở B;70\n", encoding="utf-8")
    choice = choose_table(file, folder=folder)
    assert {'ô "Cột đơn vị"', 'ô "Cột điểm"'} <= set(re.findall(r'ô "[^"]+"', choice.said))
    choice.fields["column score"].value = 3
    choice.fields["column unit"].value = 2
    assert choice.ranking["score"].tolist() == [90.5, 70]
    choice.fields["max_score"].value = "120"
    assert set(choice.ranking["max_score"]) == {120}


def test_the_scale_is_asked_for_and_typed(folder):
    choice = choose_table(write(folder / "data" / "nhỏ.csv", 0.9, 0.75), folder=folder)
    assert offered(choice) == {"Thang điểm"}
    assert is_quiet(choice)
    choice.fields["max_score"].value = "một"
    assert choice.said.startswith("ô \"Thang điểm\": 'một' không phải là một số lớn hơn 0")
    assert not is_quiet(choice)
    choice.fields["max_score"].value = "1"
    assert set(choice.ranking["max_score"]) == {1}


def test_an_assumed_scale_can_be_set(folder):
    choice = choose_table(FILE, folder=folder)
    assert offered(choice) == {"Thang điểm"}
    choice.fields["max_score"].value = "120,5"
    assert set(choice.ranking["max_score"]) == {120.5}


def test_a_table_is_held_against_that_of_the_year_before(folder):
    now, then = (write(folder / "data" / f"{name}.csv", *points) for name, points in
                 {"nay": (90, 80), "trước": (70, 85)}.items())  # fmt: skip
    choice = choose_table(now, folder=folder)
    choice.fields["before"].value = then
    assert set(choice._parts) == set(PARTS)  # no chart is drawn that is not shown
    assert "Kỳ trước (trước.csv): Thang điểm 100 – giả định." in choice.said
    assert "1 tăng hạng, 1 giảm hạng" in choice.said
    choice.fields["before"].value = (folder / "beside" / "cạnh.csv").resolve()
    assert 'cạnh.csv (ô "Bảng kỳ trước") và nay.csv không có đơn vị nào chung' in choice.said
    assert choice.ranking is None


def test_one_year_of_several_is_chosen(folder):
    file = folder / "data" / "năm.csv"
    rows = "".join(f"{unit};{year};{80 + year % 7}\n" for unit in "AB" for year in (2019, 2020))
    file.write_text(f"Đơn vị;Năm;Điểm\n{rows}", encoding="utf-8")
    choice = choose_table(file, folder=folder)
    choice.fields["before"].value = (folder / "beside" / "cạnh.csv").resolve()
    assert 'không rõ năm nào so với cạnh.csv; hãy ghi năm của năm.csv bằng ô "Năm"' in choice.said
    assert is_quiet(choice)
    choice.fields["before"].value = ""
    choice.fields["year"].value = "2020"
    assert choice.ranking["year"].tolist() == [2020, 2020]
    choice.fields["year"].value = "2018"
    assert 'không có năm 2018 (ô "Năm")' in choice.said
    assert {"Năm"} <= offered(choice)


def test_own_cut_offs_are_written(folder):
    choice = choose_table(FILE, folder=folder)
    choice.fields["scheme"].value = picker._OWN
    assert choice.said == 'Chưa có ngưỡng xếp loại; hãy ghi ở ô "Ngưỡng của tôi".'
    assert {"Ngưỡng của tôi", "Văn bản nêu ngưỡng"} <= offered(choice)
    assert is_quiet(choice)
    choice.fields["cutoffs"].value = "Tốt 85; Khá trên 70; Yếu"
    assert set(choice.ranking["grade"]) == {"Tốt", "Khá", "Yếu"}
    choice.fields["scheme_source"].value = "Quyết định 5"
    choice.fields["cutoffs"].value = "Tốt"
    assert choice.ranking is None
    assert 'ví dụ ô "Ngưỡng của tôi" là Xuất sắc 90; Tốt' in choice.said
    assert not is_quiet(choice)
    choice.fields["cutoffs"].value = " "
    assert is_quiet(choice)
    choice.fields["scheme"].value = "thi-xa-2020"
    assert len(choice.ranking) == 18
    assert not {"Ngưỡng của tôi", "Văn bản nêu ngưỡng"} & offered(choice)  # of another scheme


def test_a_rejected_upload_is_not_kept_and_one_that_a_field_settles_is(folder):
    choice = choose_table(FILE, folder=folder)
    choice.fields["unit"].value = "Phòng Nội vụ"
    upload(choice, "hỏng.xlsx", b"x")
    assert choice.said.endswith("Tệp này không được giữ lại.")
    assert 'role="alert"' in shown(choice)
    assert list((folder / "uploads").iterdir()) == []
    assert choice.fields["file"].value == FILE.resolve()
    assert choice.fields["unit"].value == "Phòng Nội vụ"
    assert len(choice.ranking) == 18
    upload(choice, "hai.csv", "Đơn vị;Điểm tự chấm;Điểm thẩm định\nA;90;80\n".encode())
    assert [path.name for path in (folder / "uploads").iterdir()] == ["hai.csv"]
    assert "Cột điểm" in offered(choice)


def test_each_button_writes_its_files_and_links_to_them(folder, monkeypatch):
    monkeypatch.chdir(folder)
    choice = choose_table(FILE, folder=folder)
    made = set()
    for button in (WORD, BOOK, CHARTS, PAGE):
        choice.write[button].click()
        links = re.findall('href="([^"]+)"', shown(choice))
        assert links
        assert all((folder / link).stat().st_size > 1000 for link in links)
        made |= {link.rpartition("/")[2] for link in links}
    charts = {f"start-{n}.{e}" for n in ("ranking", "distribution", "comparison")
              for e in ("png", "svg")}  # fmt: skip
    assert made == {"start-report.docx", "start-report.xlsx", "start-report.html"} | charts


def test_a_heading_that_is_no_block_is_made_one(folder):
    file = folder / "data" / "khối.csv"
    file.write_text("Khối các sở\nĐơn vị;Điểm\nA;81\nB;80\n", encoding="utf-8")
    choice = choose_table(file, folder=folder)
    assert 'dùng ô "Khối" là Khối các sở nếu cần' in choice.said
    assert "Khối" in offered(choice)
    choice.fields["block"].value = "Khối sở"
    assert set(choice.ranking["block"]) == {"Khối sở"}


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (Option("columns", {"year": "N", "unit": "U"}), 'ô "Cột đơn vị"'),
        (Option("columns", {"year": "N"}), 'ô "Tệp"'),
        (Option("columns"), 'ô "Cột điểm"'),
        (Option("before_year"), 'ô "Năm kỳ trước"'),
        (Option("source"), 'ô "Tệp"'),
    ],
)
def test_only_fields_that_are_there_are_named(option, named):
    assert option.named("fields") == named
