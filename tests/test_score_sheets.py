import copy
import datetime
from functools import partial

import docx
import openpyxl
import pandas as pd
import pytest
from conftest import read_and_told
from conftest import refusal_of_fields as refusal
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_analysis import field_losses, format_ranking, load_fields
from cchc_analysis.scoring.fields import field_matrix, total_fields

read = partial(read_and_told, load_fields)

TREE = [
    ["I", "Cải cách thể chế", 10, 9, 8.5],
    ["1.1", "Xây dựng văn bản", 6, 5, 5],
    ["1.1.1", "Ban hành kế hoạch", 2, 2, 2],
    ["1.1.2", "Thực hiện kế hoạch", 4, 3, 3],
    ["1.2", "Theo dõi thi hành", 4, 4, 3.5],
    ["II", "Thủ tục hành chính", 5, 5, 4],
    ["2.1", "Công khai", 5, 5, 4],
]
TITLES = ["TT", "Lĩnh vực/Tiêu chí/Tiêu chí thành phần", "Điểm tối đa", "Tự đánh giá", "Thẩm định"]
LEAVES = [
    ["Sở A", "Cải cách thể chế", "Xây dựng văn bản", "Ban hành kế hoạch", 2, 2, 2],
    ["Sở A", "Cải cách thể chế", "Xây dựng văn bản", "Thực hiện kế hoạch", 3, 4, 3],
    ["Sở A", "Cải cách thể chế", "Theo dõi thi hành", None, 3.5, 4, 4],
    ["Sở A", "Thủ tục hành chính", "Công khai", None, 4, 5, 5],
]
NAMES = ["unit", "field", "criterion", "subcriterion", "score", "max_score", "self_score"]


def as_rows(fields: pd.DataFrame) -> list[list]:
    table = fields.astype("object")
    return table.where(table.notna(), None).to_numpy().tolist()


def write(path, sheets: dict, merged=()):
    """Write tables as sheets of a workbook, or as tables of a Word file under their titles."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            for cells in merged:
                sheet.merge_cells(cells)
        book.save(path)
        return path
    document = docx.Document()
    for name, rows in sheets.items():
        above = [row for row in rows if len(row) == 1]
        for row in above or [[f"Đơn vị: {name}"]]:
            document.add_paragraph(str(row[0]))
        rows = [row for row in rows if len(row) > 1]
        table = document.add_table(len(rows), max(map(len, rows)))
        for line, row in zip(table.rows, rows, strict=True):
            for place, cell in zip(line.cells, row, strict=False):
                place.text = "" if cell is None else str(cell)
        for cells in merged:
            (left, top), (right, bottom) = (
                (ord(one[0]) - 65, int(one[1:]) - 1 - len(above)) for one in cells.split(":")
            )
            first, last = table.cell(top, left), table.cell(bottom, right)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        table.cell(row, column).text = ""
            text = first.text
            first.merge(last).text = text
    document.save(path)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_unit_per_sheet_with_merged_parents(tmp_path, kind):
    tree = [[*row] for row in TREE]
    for row in tree:  # the parents are written over both columns
        if "." not in row[0]:
            row[0], row[1] = f"{row[0]}. {row[1]}", None
    total = ["", "Tổng cộng", 15, 14, 12.5]
    rows = [["PHIẾU CHẤM ĐIỂM CẢI CÁCH HÀNH CHÍNH"], TITLES, *tree, total]
    path = tmp_path / f"sheets.{kind}"
    sheets = {"Sở A": [["PHIẾU CHẤM ĐIỂM CỦA SỞ A NĂM 2025"], *rows[1:]], "Sở B": rows}
    if kind == "docx":
        sheets["Sở B"] = rows[1:]
    write(path, sheets, ["A3:B3", "A8:B8"] if kind == "xlsx" else [])
    fields, told = read(path)
    assert fields.columns.tolist() == [*NAMES, "published_total"]
    assert [row[1:-1] for row in as_rows(fields)] == [row[1:] for row in LEAVES] * 2
    assert fields["unit"].tolist() == ["SỞ A"] * 4 + ["Sở B"] * 4
    assert "lấy tên đơn vị theo tiêu đề ('SỞ A'" in told.replace("Lấy", "lấy")
    assert fields["published_total"].tolist() == [12.5] * 8
    tree[0][4] = 9
    write(path, {"Sở A": rows})
    words = refusal(path)
    assert "'Cải cách thể chế' ghi 9 nhưng các thành phần cộng lại là 8,5" in words
    assert ("ô E3" if kind == "xlsx" else "dòng 2") in words


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("upper", ["stages", "units"])
def test_units_side_by_side_under_a_header_of_two_rows(tmp_path, kind, upper):
    over, under = ["Tự chấm", "Thẩm định"], ["Sở A", "Sở B"]
    if upper == "units":
        over, under = under, over
    rows = [
        ["TT", "Lĩnh vực, tiêu chí", "Điểm tối đa", over[0], None, over[1], None],
        [None, None, None, *under, *under],
        *([*row[:3], row[3], row[3 if upper == "stages" else 4], row[4 if upper == "stages" else 3],
           row[4]] for row in TREE),
    ]  # fmt: skip
    path = tmp_path / f"sheet.{kind}"
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"]
    write(path, {"CCHC": rows}, merged)
    fields, told = read(path)
    expected = [[unit, *row[1:]] for unit in ("Sở A", "Sở B") for row in LEAVES]
    assert as_rows(fields) == expected
    assert "tên đơn vị" not in told
    rows[3][6] = 5.5
    words = refusal(write(path, {"CCHC": rows}, merged))
    assert "'Xây dựng văn bản' ghi 5,5 nhưng các thành phần cộng lại là 5" in words


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_total_of_each_unit_side_by_side_is_its_score_or_contradicts_its_parts(tmp_path, kind):
    rows = [
        ["STT", "Tiêu chí", "Điểm tối đa", "Sở A", None, None, "Sở B", None, None],
        [None, None, None, *["Thẩm định", "XHH", "Tổng"] * 2],
        [1, "Thể chế", 10, 7, 1.5, 8.5, 8, 1, 9],
        [2, "Tổ chức", 15, 11, None, 11, 12, 2.5, 14.5],
        [None, "Tổng cộng", 25, 18, 1.5, 19.5, 20, 3.5, 23.5],
    ]
    path = tmp_path / f"sheet.{kind}"
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:I1"]
    fields, told = read(write(path, {"CCHC": rows}, merged))
    assert fields["score"].tolist() == [8.5, 11, 9, 14.5]
    assert fields["survey_score"].tolist()[::2] == [1.5, 1]
    assert fields["published_total"].tolist() == [19.5, 19.5, 23.5, 23.5]
    assert "ấy cột 'Tổng' làm điểm, bằng tổng các điểm bên cạnh" in told
    rows[3][8] = 15
    words = refusal(write(path, {"CCHC": rows}, merged))
    assert "'Tổng' ghi 15 nhưng các thành phần cộng lại là 14,5" in words
    for row in rows[2:]:
        row[5], row[8] = row[2], row[2]  # no sums: which is the score?
    words = refusal(write(path, {"CCHC": rows}, merged))
    assert "'Sở A Thẩm định' và 'Tổng' đều có thể là cột điểm của đơn vị 'Sở A'" in words


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_long_table_with_criteria(tmp_path, kind):
    titles = ["Đơn vị", "Lĩnh vực", "Tiêu chí", "Tiêu chí thành phần", "Điểm tối đa", "Tự chấm",
              "Thẩm định"]  # fmt: skip
    rows = [[unit, *leaf[1:4], leaf[5], leaf[6], leaf[4]]
            for unit in ("Sở A", "Sở B") for leaf in LEAVES]  # fmt: skip
    path = write(tmp_path / f"long.{kind}", {"Điểm": [titles, *rows]})
    fields, _ = read(path)
    assert as_rows(fields) == [[unit, *row[1:]] for unit in ("Sở A", "Sở B") for row in LEAVES]
    fields.to_csv(tmp_path / "saved.csv", index=False)
    pd.testing.assert_frame_equal(read(tmp_path / "saved.csv")[0], fields)
    rows.insert(0, ["Sở A", "Cải cách thể chế", None, None, 10, 9, 9])
    write(path, {"Điểm": [titles, *rows]})
    words = refusal(path)
    assert "'Cải cách thể chế' ghi 9 nhưng các thành phần cộng lại là 8,5" in words


def sheet(*rows, titles=TITLES) -> pd.DataFrame:
    return pd.DataFrame([[str(cell) for cell in row] for row in rows], columns=titles)


def test_names_in_columns_merged_down_or_written_once(tmp_path):
    titles = ["STT", "Lĩnh vực", "Tiêu chí", "Tiêu chí thành phần", "Điểm tối đa", "Tự chấm",
              "Điểm thẩm định"]  # fmt: skip
    rows = [[at, *leaf[1:4], leaf[5], leaf[6], leaf[4]] for at, leaf in enumerate(LEAVES, 1)]
    rows[1][1:3] = rows[2][1:2] = [None]
    rows[1].insert(1, None)
    merged = write(tmp_path / "m.xlsx", {"Sở A": [titles, *rows]}, ["B2:B4", "C2:C3"])
    assert as_rows(read(merged)[0]) == LEAVES
    rows.insert(0, [None, "Cải cách thể chế", None, None, 10, 9, 8.5])
    rows[1][1] = None
    once = write(tmp_path / "o.docx", {"Sở A": [titles, *rows]})
    assert as_rows(read(once)[0]) == LEAVES


TWO_YEARS = [["I", "Thể chế", "10", "9", "8", "9", "7"], ["II", "TTHC", "5", "5", "4", "5", "3"]]


@pytest.mark.parametrize(
    "titles",
    [
        ["Tự chấm 2022", "Thẩm định 2022", "Tự chấm 2023", "Thẩm định 2023"],
        [
            "Năm 2022 - Tự chấm",
            "Năm 2022 - Thẩm định",
            "Năm 2023 - Tự chấm",
            "Năm 2023 - Thẩm định",
        ],
        ["Tự chấm (2022)", "Điểm thẩm định (2022)", "Tự chấm (2023)", "Điểm thẩm định (2023)"],
        ["Điểm tự chấm năm 2022", "Kết quả 2022", "Điểm tự chấm năm 2023", "Kết quả 2023"],
    ],
)
def test_two_years_side_by_side(titles):
    table = pd.DataFrame(TWO_YEARS, columns=[*TITLES[:3], *titles])
    fields, told = read(table, unit="Sở A")
    assert fields.drop(columns="unit").to_numpy().tolist() == [
        [2022, "Thể chế", 8, 10, 9], [2022, "TTHC", 4, 5, 5],
        [2023, "Thể chế", 7, 10, 9], [2023, "TTHC", 3, 5, 5],
    ]  # fmt: skip
    assert "năm 2022, 2023 từ tiêu đề các cột điểm" in told
    assert "ghi năm '2023' nhưng năm đã đặt là '2022'; hãy bỏ năm đã đặt" in refusal(
        table, unit="Sở A", year=2022
    )


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("upper", ["stages", "years"])
def test_two_years_under_a_header_of_two_rows(tmp_path, kind, upper):
    over, under, order = ["Tự chấm", "Thẩm định"], ["Năm 2022", "Năm 2023"], [0, 1, 2, 3, 5, 4, 6]
    if upper == "years":
        over, under, order = under, over, range(7)
    rows = [
        [*TITLES[:3], over[0], None, over[1], None],
        [None, None, None, *under, *under],
        *([row[at] for at in order] for row in TWO_YEARS),
    ]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"]
    fields, _ = read(write(tmp_path / f"sheet.{kind}", {"Sở A": rows}, merged))
    assert fields[["unit", "year"]].drop_duplicates().to_numpy().tolist() == [
        ["Sở A", 2022], ["Sở A", 2023],
    ]  # fmt: skip
    assert fields["score"].tolist() == [8, 4, 7, 3]
    assert fields["self_score"].tolist() == [9, 5, 9, 5]


def test_years_of_units_in_rows_and_of_fields_in_columns():
    titles = ["Đơn vị", "Lĩnh vực", "Điểm tối đa", "Năm 2022", "Năm 2023"]
    rows = [[unit, *row[1:5]] for unit in ("Sở A", "Sở B") for row in TWO_YEARS]
    table = pd.DataFrame(rows, columns=titles)
    fields, _ = read(table)
    assert fields["year"].tolist() == [2022] * 4 + [2023] * 4
    assert fields["score"].tolist() == [9, 5, 9, 5, 8, 4, 8, 4]
    wide = pd.DataFrame(
        [["Sở A", "8", "9", "4", "5", "12", "14"]],
        columns=["Đơn vị", "Thể chế 2022", "Thể chế 2023", "TTHC 2022", "TTHC 2023", "Tổng 2022",
                 "Tổng 2023"],
    )  # fmt: skip
    fields, _ = read(wide, max_score=10)
    assert fields["field"].tolist() == ["Thể chế", "TTHC"] * 2
    assert fields["published_total"].tolist() == [12, 12, 14, 14]
    mixed = wide.set_axis(["Đơn vị", "Tài chính", *wide.columns[2:]], axis=1)
    assert "cột 'Tài chính' không ghi năm" in refusal(mixed, max_score=10)
    shares = pd.DataFrame(
        [["Thể chế", "10", "80%", "90%"]],
        columns=["Lĩnh vực", "Điểm tối đa", "Tỷ lệ % 2022", "Tỷ lệ % 2023"],
    )
    fields, _ = read(shares, unit="Sở A")
    assert fields[["year", "score"]].to_numpy().tolist() == [[2022, 8], [2023, 9]]
    chosen, told = read(table, columns={"score": "Năm 2023"})
    assert "year" not in chosen
    assert chosen["score"].tolist() == [8, 4, 8, 4]
    assert "'Năm 2022'" in told


@pytest.mark.parametrize("other", ["Tổng điểm 2023", "Xếp hạng 2021", "Tự chấm 2021"])
def test_a_year_without_fields_beside_those_of_another_is_told(other):
    titles = ["Đơn vị", "Thể chế 2022 (10 điểm)", "Tổng điểm 2022", other]
    fields, told = read(pd.DataFrame([["Sở A", "8", "8", "7"]], columns=titles))
    assert fields.to_numpy().tolist() == [["Sở A", 2022, "Thể chế", 8, 10, 8]]
    assert f"không dùng đến cột '{other}'" in told


@pytest.mark.parametrize(
    ("names", "titles"),
    [
        (["Năm 2022", "Năm 2023"], ["", ""]),
        (["2022", "2023"], ["PHIẾU CHẤM ĐIỂM CỦA SỞ A", "PHIẾU CHẤM ĐIỂM CỦA SỞ A"]),
        (["Sở A 2022", "Sở A 2023"], ["", ""]),
        (["Sheet1", "Sheet2"], [f"PHIẾU CHẤM ĐIỂM CỦA SỞ A NĂM {year}" for year in (2022, 2023)]),
    ],
)
def test_a_sheet_for_each_year_of_one_unit(tmp_path, names, titles):
    sheets = {
        name: [*([[title]] if title else []), TITLES, *TREE]
        for name, title in zip(names, titles, strict=True)
    }
    path = write(tmp_path / "Sở A.xlsx", sheets)
    fields, told = read(path)
    assert fields["unit"].str.casefold().unique().tolist() == ["sở a"]
    assert fields["year"].tolist() == [2022] * 4 + [2023] * 4
    assert "năm 2022, 2023 từ tiêu đề của từng bảng" in told
    assert read(path, unit="Sở B")[0]["unit"].unique().tolist() == ["Sở B"]
    assert "year" not in read(path, table=1)[0]


def test_a_sheet_without_a_year_among_years_is_refused(tmp_path):
    sheets = {name: [TITLES, *TREE] for name in ("Năm 2022", "Năm 2023", "Tổng hợp")}
    words = refusal(write(tmp_path / "Sở A.xlsx", sheets))
    assert (
        "'Tổng hợp': không có năm còn bảng khác có, không ghép được; hãy ghi năm cho mọi bảng"
        in words
    )


@pytest.mark.parametrize("of", ["column", "title", "option"])
def test_a_year_that_the_title_contradicts_is_told(tmp_path, of):
    titles, rows = (
        ["Đơn vị", "Thể chế (10 điểm)", "TTHC (10 điểm)"],
        [["Sở A", 8, 9], ["Sở B", 7, 6]],
    )
    if of == "title":
        titles = ["Đơn vị", "Thể chế 2022 (10 điểm)", "TTHC 2022 (10 điểm)"]
    if of == "column":
        titles, rows = [*titles, "Năm"], [[*row, 2022] for row in rows]
    path = write(tmp_path / "a.xlsx", {"Sheet1": [["KẾT QUẢ CCHC NĂM 2023"], titles, *rows]})
    fields, told = read(path, **({"year": 2022} if of == "option" else {}))
    assert fields["year"].tolist() == [2022] * 4
    assert "ùng năm 2022 dù tiêu đề 'KẾT QUẢ CCHC NĂM 2023' ghi 2023" in told


def test_rows_of_one_unit_with_a_column_of_years():
    rows = [["2022", "Thể chế", "10", "8"], ["2023", "Thể chế", "10", "9"]]
    table = pd.DataFrame(rows, columns=["Năm", "Lĩnh vực", "Điểm tối đa", "Điểm"])
    fields, _ = read(table, unit="Sở A")
    assert fields[["year", "score"]].to_numpy().tolist() == [[2022, 8], [2023, 9]]


def test_files_of_units_are_one_table(tmp_path):
    paths = [write(tmp_path / f"Sở {one}.xlsx", {"Sheet1": [TITLES, *TREE]}) for one in "AB"]
    fields, told = read(paths)
    assert [row[1:] for row in as_rows(fields)] == [row[1:] for row in LEAVES] * 2
    assert fields["unit"].tolist() == ["Sở A"] * 4 + ["Sở B"] * 4
    assert told.count("tên tệp") == 2
    assert read(paths, unit=["Sở C", "Sở D"])[0]["unit"].unique().tolist() == ["Sở C", "Sở D"]
    words = refusal([paths[0], paths[0]])
    assert "(tệp thứ 1) và Sở A.xlsx (tệp thứ 2) cùng có tiêu chí 'Ban hành kế hoạch'" in words
    assert "year=[2023, 2024]" in words
    fields, _ = read([paths[0], paths[0]], year=[2023, 2024])
    assert fields["year"].tolist() == [2023] * 4 + [2024] * 4
    assert "cùng có" in refusal(paths, unit="Sở A")
    assert "unit= có 1 giá trị cho 2 tệp" in refusal(paths, unit=["Sở A"])
    assert "Danh sách tệp trống" in refusal([])


def test_fields_of_several_files_are_settled_for_one_alone(tmp_path):
    whole = pd.DataFrame({"Đơn vị": ["A"], "Thể chế (10)": ["9"], "Thủ tục (5)": ["4"]})
    plain = pd.DataFrame({"Đơn vị": ["B"], "Thể chế": ["8"], "Thủ tục": ["3"]})
    words = refusal([whole, plain], max_score=[None, {"Thể chế": 10}])
    assert 'max_score=[None, {"Thể chế": 10, "Thủ tục": 10}]' in words
    names = [f"Lĩnh vực có tên dài thứ {at}" for at in range(12)]
    long = pd.DataFrame([["A", *["9"] * 12]], columns=["Đơn vị", *names])
    words = refusal([long, plain], max_score=[dict.fromkeys(names, 10), None])
    assert 'ví dụ max_score=[…, {"Thể chế": 10, "Thủ tục": 10}]' in words
    sheet = pd.DataFrame({"Lĩnh vực": ["Thể chế"], "Điểm tối đa": [10], "Tự chấm": [9]})
    units = {"unit": ["C", None]}
    words = refusal([sheet, plain], max_score=10, columns={"score": "tự chấm"}, **units)
    assert "hãy bỏ max_score= (max_score=[None, 10])" in words
    words = refusal([sheet, plain], max_score=[None, 10], columns={"score": "tự chấm"}, **units)
    assert 'khỏi columns (columns=[{"score": "tự chấm"}, None])' in words
    columns = [{"score": "tự chấm"}, None]
    fields, _ = read([sheet, plain], max_score=[None, 10], columns=columns, **units)
    assert fields["score"].tolist() == [9, 8, 3]


def test_files_of_years_are_one_table(tmp_path):
    sheets = [[[f"PHIẾU CHẤM ĐIỂM CỦA SỞ A NĂM {year}"], TITLES, *TREE] for year in (2022, 2023)]
    paths = [write(tmp_path / f"{at}.docx", {"a": rows}) for at, rows in enumerate(sheets)]
    fields, told = read(paths)
    assert fields["year"].tolist() == [2022] * 4 + [2023] * 4
    assert "ấy năm 2022 từ tiêu đề 'PHIẾU CHẤM ĐIỂM CỦA SỞ A NĂM 2022'" in told
    other = pd.DataFrame([["Sở B", "8"]], columns=["Đơn vị", "Thể chế (10 điểm)"])
    assert "(tệp thứ 3) không cho biết năm; hãy ghi năm" in refusal([*paths, other])
    alone, told = read([paths[0], other])
    assert "year" not in alone
    assert "ghi năm 2022 mà bảng không có cột Năm" in told
    blocks = other.assign(Khối="Khối sở")
    assert "không có khối còn tệp khác thì có" in refusal([blocks, other])
    again = other.replace("Sở B", "SỞ  B")
    words = refusal([other, again], year=2023)
    assert "cùng có lĩnh vực 'Thể chế' của đơn vị 'Sở B' năm 2023; hãy bỏ đơn vị này" in words


def test_nothing_of_a_source_is_lost_without_a_word(tmp_path):
    rows = [["PHIẾU CHẤM ĐIỂM"], ["Tổng số", "phiếu", 12], ["Đơn vị: Sở A"], TITLES, *TREE]
    _, told = read(write(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert "dòng 2 'Tổng số phiếu 12'" in told
    assert "Đơn vị: Sở A'" not in told
    rows = [TITLES, [*TREE[0], None, "xem lại"], *TREE[1:]]  # beside a row that is a sum
    _, told = read(write(tmp_path / "b.xlsx", {"Sở A": rows}))
    assert "không dùng đến cột G" in told
    rows = [["KẾT QUẢ"], ["Sở X", 5, 5], [], ["Đơn vị", "Thể chế", "TTHC"], ["Sở A", 8, 9]]
    words = refusal(write(tmp_path / "c.xlsx", {"A": rows}), max_score=10)
    assert "dòng 2 'Sở X 5 5' trông như một đơn vị" in words
    rows[1] = [None, 5, 5]
    _, told = read(write(tmp_path / "d.xlsx", {"A": rows}), max_score=10)
    assert "dòng 2 '5 5'" in told


@pytest.mark.parametrize("code", ["01/01/0000", "31/12/9999", "00/00/2001"])
def test_a_date_that_is_no_code_is_refused(code):
    rows = [["I", "Thể chế", 3, 3, 3], ["1.1", "a", 1, 1, 1], [code, "b", 2, 2, 2]]
    assert f"mã '{code}'" in refusal(pd.DataFrame(rows, columns=TITLES, dtype="str"), unit="Sở A")


def test_codes_that_excel_changed_are_told_from_their_neighbours(tmp_path):
    many = [[float(f"1.{at}"), f"Tiêu chí {at}", 1, 1, 1] for at in range(1, 13)]
    rows = [TITLES, ["I", "Thể chế", 14, 14, 14], *many, ["1.13", "Khác", 2, 2, 2],
            [datetime.datetime(2001, 1, 13), "a", 1, 1, 1],
            [datetime.datetime(2002, 1, 13), "b", 1, 1, 1]]  # fmt: skip
    fields, told = read(write(tmp_path / "a.xlsx", {"Sở A": rows}))
    assert fields["criterion"].tolist() == [
        *(f"Tiêu chí {at}" for at in range(1, 13)),
        "Khác",
        "Khác",
    ]
    assert "ã '1.1' ở dòng 12 được hiểu là 1.10" in told
    assert "ã '13/01/2001' ở dòng 16 được hiểu là 1.13.1" in told
    rows[5][0] = 1.7
    words = refusal(write(tmp_path / "a.xlsx", {"Sở A": rows}))
    assert "dòng 6: mã '1.7' đứng sau mã '1.3' không rõ là mã nào" in words


@pytest.mark.parametrize("code", ["1.1", "1.3", "2.1", "III", "x1", ""])
def test_a_code_that_does_not_follow_is_refused(code):
    table = sheet(*TREE)
    table.iloc[4, 0] = code
    words = refusal(table, unit="Sở A")
    assert "dòng 5: " in words
    assert "mã" in words


def test_the_fields_of_one_unit_with_percent_and_place():
    titles = ["TT", "Chỉ số thành phần", "Điểm tối đa", "Điểm đạt", "Tỷ lệ (%)", "Xếp hạng"]
    rows = [
        ["1", "Thể chế", "10", "8,745", "87,45", "07/17"],
        ["2", "TTHC", "20", "15", "75", "01/17"],
    ]
    fields, told = read(pd.DataFrame(rows, columns=titles), unit="Sở A")
    assert as_rows(fields) == [["Sở A", "Thể chế", 8.745, 10], ["Sở A", "TTHC", 15, 20]]
    assert "cột 'Xếp hạng'" in told
    table = pd.DataFrame(rows, columns=titles).drop(columns="Điểm đạt")
    fields, told = read(table, unit="Sở A")
    assert fields["score"].tolist() == [8.745, 15]
    assert "iểm tính từ cột 'Tỷ lệ (%)' và điểm tối đa" in told


@pytest.mark.parametrize(
    ("line", "unit"),
    [("Đơn vị: Sở Nội vụ", "Sở Nội vụ"), ("Cơ quan, đơn vị được chấm điểm: Xã B", "Xã B"),
     ("PHIẾU CHẤM ĐIỂM CCHC CỦA UBND XÃ AN PHÚ NĂM 2025", "UBND XÃ AN PHÚ"),
     ("Bảng tự chấm điểm năm 2025 - Sở Tài chính", "Sở Tài chính"),
     ("(Kèm theo Quyết định số 12/QĐ-UBND của UBND tỉnh)", "Tờ một"),
     ("Đơn vị: Sở Y tế / KẾT QUẢ THẨM ĐỊNH CỦA SỞ NỘI VỤ", "Sở Y tế"),
     ("KẾT QUẢ THẨM ĐỊNH CỦA SỞ NỘI VỤ", "Tờ một"), ("Điểm phúc tra của Sở Nội vụ", "Tờ một"),
     ("KẾT QUẢ THẨM ĐỊNH CỦA SỞ NỘI VỤ ĐỐI VỚI SỞ Y TẾ NĂM 2025", "SỞ Y TẾ"),
     ("KẾT QUẢ TỰ CHẤM CỦA SỞ Y TẾ VÀ KẾT QUẢ THẨM ĐỊNH CỦA SỞ NỘI VỤ", "SỞ Y TẾ"),
     ("Bảng điểm của Sở Y tế do Sở Nội vụ thẩm định", "Sở Y tế"),
     ("KẾT QUẢ THẨM ĐỊNH CỦA SỞ NỘI VỤ / Đơn vị: Sở Y tế", "Sở Y tế"),
     ("Người lập: Phòng Nội vụ", "Tờ một"), ("Đơn vị thẩm định: Sở Nội vụ", "Tờ một"),
     ("Đơn vị tính: điểm", "Tờ một"), ("CHỈ SỐ CCHC CỦA CÁC SỞ, BAN, NGÀNH", "Tờ một")],
)  # fmt: skip
def test_the_unit_is_in_the_title_or_else_the_name_of_the_sheet(tmp_path, line, unit):
    lines = [[one] for one in line.split(" / ")]
    path = write(tmp_path / "a.xlsx", {"Tờ một": [*lines, ["Năm 2025"], TITLES, *TREE]})
    fields, told = read(path)
    assert fields["unit"].unique().tolist() == [unit]
    assert f"'{unit}'" in told
    assert unit == "Tờ một" or f"dòng 1 '{line}'" not in told  # it is used
    fields, told = read(path, unit="Sở X")
    assert fields["unit"].unique().tolist() == ["Sở X"]
    assert "tên đơn vị" not in told


def test_the_unit_of_a_sheet_without_a_name_is_that_of_its_file_or_refused(tmp_path):
    path = write(tmp_path / "Sở Y tế.xlsx", {"Sheet1": [TITLES, *TREE]})
    fields, told = read(path)
    assert fields["unit"].unique().tolist() == ["Sở Y tế"]
    assert "tên tệp" in told
    assert "đặt unit=" in refusal(sheet(*TREE))
    assert "hãy ghép bảng vào dưới phần trước của nó" in refusal(sheet(*TREE[5:]), unit="Sở A")
    two = write(tmp_path / "b.xlsx", {"Sheet1": [TITLES, *TREE], "Sheet2": [TITLES, *TREE]})
    assert "đã có ở" in refusal(two)
    assert "hãy bỏ unit=, hoặc chọn một bảng (table=1)" in refusal(two, unit="Sở A")
    assert read(two, unit="Sở A", table=1)[0]["unit"].unique().tolist() == ["Sở A"]


def test_a_criterion_that_only_a_survey_measures_has_its_score():
    table = sheet(*TREE).assign(**{"Điều tra XHH": ""})
    table.iloc[4, [3, 4, 5]] = ["", "", "3"]
    table.iloc[0, [3, 4]] = ["5", "8"]
    fields, told = read(table, unit="Sở A")
    assert fields["score"].tolist() == [2, 3, 3, 4]
    assert fields["survey_score"].isna().tolist() == [True, True, False, True]
    assert "1 tiêu chí chỉ có điểm điều tra XHH" in told


@pytest.mark.parametrize("stage", ["Tự đánh giá", "Điều tra XHH"])
def test_a_sheet_without_an_appraised_score_is_refused_until_one_is_chosen(stage):
    table = sheet(*TREE).drop(columns="Thẩm định").rename(columns={"Tự đánh giá": stage})
    words = refusal(table, unit="Sở A")
    assert f"cột '{stage}' chỉ là điểm" in words
    for score in (stage, stage.lower()):
        fields, _ = read(table, unit="Sở A", columns={"score": score})
        assert fields["score"].tolist() == [2, 3, 4, 5]


def test_how_points_are_given_is_no_score_and_letters_number_the_columns():
    how = ["Cách xác định và tính điểm", *["4 lần: 20 điểm"] * len(TREE)]
    titles = ["STT", "Chỉ số/Chỉ số thành phần", *TITLES[2:]]
    source = sheet(*TREE).set_axis(titles, axis="columns").assign(**{how[0]: how[1:]})
    fields, told = read(
        pd.concat([pd.DataFrame([list("abcdef")], columns=source.columns), source]), unit="Sở A"
    )
    assert as_rows(fields[NAMES]) == LEAVES
    assert "cột 'Cách xác định và tính điểm'" in told


@pytest.mark.parametrize(("at", "cell", "words"), [
    ((2, 2), "3", "'Xây dựng văn bản' ghi 6 nhưng các thành phần cộng lại là 7"),
    ((2, 4), "2,5", "điểm '2,5' nằm ngoài khoảng 0 đến 2"),
    ((3, 3), "2", "'Xây dựng văn bản' ghi 5 nhưng các thành phần cộng lại là 4"),
    ((6, 4), "", "'Thủ tục hành chính' ghi 4 nhưng các thành phần cộng lại là 0"),
    ((4, 2), "", "dòng 5: ô điểm tối đa để trống"),
])  # fmt: skip
def test_a_sheet_that_contradicts_itself_is_refused(at, cell, words):
    table = sheet(*TREE)
    table.iloc[at] = cell
    assert words in refusal(table, unit="Sở A")


def test_a_parent_that_is_rounded_or_states_nothing_is_no_contradiction():
    table = sheet(*TREE)
    table.iloc[0, 4], table.iloc[4, 4] = "8,33", "3,333"
    assert read(table, unit="Sở A")[0]["score"].tolist() == [2, 3, 3.333, 4]
    table.iloc[[0, 1, 5], 2:] = ""
    assert read(table, unit="Sở A")[0]["score"].tolist() == [2, 3, 3.333, 4]


def test_rows_below_a_criterion_that_only_explain_it_are_left_out():
    rows = [*TREE[:5], ["", "- Đúng hạn: 4 điểm; không: 0", "", "", ""], *TREE[5:],
            ["", "NGƯỜI CHẤM", "", "", ""]]  # fmt: skip
    fields, told = read(sheet(*rows), unit="Sở A")
    assert as_rows(fields) == LEAVES
    assert "Đúng hạn" in told
    assert "NGƯỜI CHẤM" in told


@given(
    st.lists(st.lists(st.lists(st.integers(0, 400), max_size=3), min_size=1, max_size=3),
             min_size=1, max_size=3)
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_a_sheet_of_three_levels_flattened_has_the_same_totals_of_fields(tree):
    rows, flat = [], []
    for one, criteria in enumerate(tree, 1):
        points = [leaves or [100] for leaves in criteria]
        whole = sum(map(sum, points))
        rows.append([one, f"Lĩnh vực {one}", 4 * sum(map(len, points)), whole / 100])
        flat.append(rows[-1])
        for two, (criterion, leaves) in enumerate(zip(criteria, points, strict=True), 1):
            rows.append(
                [f"{one}.{two}", f"Tiêu chí {one}.{two}", 4 * len(leaves), sum(leaves) / 100]
            )
            rows += [[f"{one}.{two}.{three}", "như nhau", 4, leaf / 100]
                     for three, leaf in enumerate(criterion, 1)]  # fmt: skip
    titles = ["TT", "Tiêu chí", "Điểm tối đa", "Thẩm định"]
    deep, _ = read(sheet(*rows, titles=titles), unit="A")
    level, _ = read(sheet(*flat, titles=titles), unit="A")
    sums = deep.groupby("field", sort=False)[["score", "max_score"]].sum().round(9)
    assert (
        sums.reset_index().to_numpy().tolist()
        == level[["field", "score", "max_score"]].to_numpy().tolist()
    )
    assert total_fields(deep)["score"].tolist() == total_fields(level)["score"].tolist()


def test_losses_are_added_up_down_to_a_level():
    table = sheet(*TREE)
    fields, _ = read(table, unit="Sở A")
    losses = field_losses(fields, level="criterion")
    assert losses[["field", "criterion", "units", "lost"]].to_numpy().tolist() == [
        ["Cải cách thể chế", "Xây dựng văn bản", 1, 1],
        ["Thủ tục hành chính", "Công khai", 1, 1],
        ["Cải cách thể chế", "Theo dõi thi hành", 1, 0.5],
    ]
    assert field_losses(fields)["lost"].tolist() == [1.5, 1]
    assert field_losses(fields, level="subcriterion")["lost"].tolist() == [1, 1, 0.5, 0]
    assert field_losses(fields, level="criterion").pipe(format_ranking).columns[1] == "Tiêu chí"
    with pytest.raises(ValueError, match="level='criterion' không có trong bảng; hãy ghi 'field'"):
        field_losses(fields.drop(columns=["criterion", "subcriterion"]).head(1), level="criterion")
    assert field_matrix(fields).iloc[0].tolist() == ["Sở A", 85, 80]
    fields.loc[0, "score"] = None
    assert field_matrix(fields).iloc[0].isna().tolist() == [False, True, False]


def test_a_sum_among_the_criteria_is_the_number_of_their_field():
    titles = ["Đơn vị", "Lĩnh vực", "Tiêu chí", "Điểm tối đa", "Điểm"]
    rows = [
        ["A", "T", "Nguồn nhân lực", "2", "1"], ["A", "T", "y", "2", "1"],
        ["A", "T", "Cộng", "4", "2"], ["A", "Tổng cộng", "", "4", "2"],
    ]  # fmt: skip
    fields, _ = read(sheet(*rows, titles=titles))
    assert fields["criterion"].tolist() == ["Nguồn nhân lực", "y"]
    assert fields["published_total"].tolist() == [2, 2]
    rows[2][4] = "3"
    words = refusal(sheet(*rows, titles=titles))
    assert "dòng 3: 'T' ghi 3 nhưng các thành phần cộng lại là 2" in words


@pytest.mark.parametrize("total", [[], [["", "Tổng cộng", 15, 14, 12.5]]])
def test_a_sum_below_each_field_is_of_that_field(total):
    below = ["", "Cộng", 10, 9, 8.5], ["", "Cộng", 5, 5, 4]
    rows = [*TREE[:5], below[0], *TREE[5:], below[1], *total]
    fields, _ = read(sheet(*rows), unit="Sở A")
    assert as_rows(fields.drop(columns="published_total", errors="ignore")) == LEAVES
    assert ("published_total" in fields) == bool(total)
    rows[5] = ["", "Cộng", 10, 9, 8]
    assert "'Cải cách thể chế' ghi 8 nhưng" in refusal(sheet(*rows), unit="Sở A")
    rows = [*TREE[:4], ["", "Cộng", 6, 5, 5], *TREE[4:], *total]  # of a criterion
    assert len(read(sheet(*rows), unit="Sở A")[0]) == len(LEAVES)
    flat = [TREE[0], ["", "Cộng", 15, 14, 12.5], TREE[5]]  # of nothing that has parts: of all
    assert len(read(sheet(*flat), unit="Sở A")[0]) == 2


@pytest.mark.parametrize("title", ["Điểm trung bình", "Bình quân chung", "Điểm cao nhất"])
def test_a_mean_beside_units_side_by_side_is_the_score_only_if_it_is_chosen(title):
    titles = [*TITLES[:3], "Sở A", "Sở B", title]
    rows = [[*row, row[-1]] for row in TREE]
    if title.startswith("Điểm"):
        words = refusal(sheet(*rows, titles=titles))
        assert f"các cột 'Sở A', 'Sở B' và '{title}' đều có thể là cột điểm" in words
    else:
        assert read(sheet(*rows, titles=titles))[0]["unit"].unique().tolist() == ["Sở A", "Sở B"]
    without = sheet(*TREE, titles=titles[:-1])
    assert read(without)[0]["unit"].unique().tolist() == ["Sở A", "Sở B"]
    chosen, _ = read(sheet(*rows, titles=titles), unit="Sở C", columns={"score": title})
    assert chosen["score"].tolist() == [row[4] for row in LEAVES]


def test_codes_tell_the_levels_of_a_long_table_too():
    titles = ["Đơn vị", "TT", "Tiêu chí", "Điểm tối đa", "Thẩm định"]
    rows = [[unit, *row[:3], row[4]] for unit in ("Sở A", "Sở B") for row in TREE]
    fields, _ = read(sheet(*rows, titles=titles))
    assert as_rows(fields) == [[unit, *row[1:6]] for unit in ("Sở A", "Sở B") for row in LEAVES]
    words = refusal(sheet(*rows, titles=titles), unit="Sở C")
    assert words.endswith("chỉ dùng cho một phiếu chấm điểm không có cột đơn vị; hãy bỏ unit=.")


def test_fields_in_columns_may_be_called_criteria():
    titles = ["STT", "Đơn vị", "Tiêu chí 1 (5 điểm)", "Tiêu chí 2 (5 điểm)"]
    rows = [["I", "Khối sở", "", ""], ["1", "Sở A", "3", "4"], ["II", "Khối huyện", "", ""],
            ["1", "Huyện B", "3", "5"]]  # fmt: skip
    fields, _ = read(sheet(*rows, titles=titles))
    assert fields["field"].tolist() == ["Tiêu chí 1", "Tiêu chí 2"] * 2


def test_a_stage_that_is_chosen_and_that_one_unit_or_field_lacks_is_refused():
    titles = [*TITLES[:3], "Sở A - Thẩm định", "Sở B - Thẩm định", "Sở B - Tự chấm"]
    rows = [[*row, row[4]] for row in TREE]
    assert "không có cột điểm tự chấm của đơn vị 'Sở A'" in refusal(
        sheet(*rows, titles=titles), columns={"score": "Tự chấm"}
    )
    wide = sheet(["A", 5, 6], titles=["Đơn vị", "I. X - Tự chấm (10 điểm)", "II. Y (10 điểm)"])
    words = refusal(wide, columns={"score": "Tự chấm"})
    assert "không có cột điểm tự chấm của lĩnh vực 'II. Y'" in words
    assert "không có cột điểm tự chấm" in refusal(
        sheet(["A", "X", 5, 10], titles=["Đơn vị", "Lĩnh vực", "Điểm", "Điểm tối đa"]),
        columns={"score": "Tự chấm"},
    )


@pytest.mark.parametrize("name", ["1.10", "2021", "12 điểm"])
def test_a_number_among_names_is_a_name(name):
    titles = ["Lĩnh vực", "Tiêu chí", "Điểm tối đa", "Điểm"]
    rows = [["T", "x", 2, 1], ["T", "y", 2, 1], [name, "z", 2, 1]]
    fields, _ = read(sheet(*rows, titles=titles), unit="Sở A")
    assert fields["criterion"].tolist() == ["x", "y", "z"]
    assert len(fields["field"].unique()) == 2


def test_codes_in_the_names_tell_the_levels_of_a_long_table():
    titles = ["Đơn vị", "Lĩnh vực", "Điểm tối đa", "Điểm"]
    rows = [["A", "1. T", 4, 2], ["A", "1.1. x", 2, 1], ["A", "1.2. y", 2, 1]]
    fields, _ = read(sheet(*rows, titles=titles))
    assert fields[["field", "criterion"]].to_numpy().tolist() == [["T", "x"], ["T", "y"]]
    rows[0][3] = 3
    assert "'T' ghi 3 nhưng" in refusal(sheet(*rows, titles=titles))


def test_numbers_may_run_on_below_the_next_letter():
    rows = [
        ["A", "T", 4, 2],
        ["1", "x", 2, 1],
        ["2", "y", 2, 1],
        ["B", "S", 2, 1],
        ["3", "z", 2, 1],
    ]
    fields, _ = read(sheet(*rows, titles=["TT", "Tiêu chí", "Điểm tối đa", "Điểm"]), unit="Sở A")
    assert fields[["field", "criterion"]].to_numpy().tolist() == [
        ["T", "x"],
        ["T", "y"],
        ["S", "z"],
    ]
    rows[4][0] = "4"
    assert "mã '4'" in refusal(
        sheet(*rows, titles=["TT", "Tiêu chí", "Điểm tối đa", "Điểm"]), unit="A"
    )


def test_score_sheets_below_one_another_are_of_the_unit_right_above_each(tmp_path):
    one, other = ([[f"Đơn vị: Sở {name}"], TITLES, *TREE] for name in "AB")
    fields, _ = read(write(tmp_path / "a.xlsx", {"Phiếu": [*one, [], *other]}))
    assert fields["unit"].tolist() == ["Sở A"] * 4 + ["Sở B"] * 4


def test_coded_rows_that_only_explain_a_criterion_are_told():
    rows = [["1", "T", 4, 4, 4], ["a", "Đúng hạn", "", "", ""], ["b", "Quá hạn", "", "", ""]]
    fields, told = read(sheet(*rows), unit="Sở A")
    assert fields["score"].tolist() == [4]
    assert "dòng 2 'a Đúng hạn'; dòng 3 'b Quá hạn'" in told


@pytest.mark.parametrize(
    "other",
    [
        [["TT", "Tiêu chí", "Tài liệu kiểm chứng"], ["I", "Cải cách thể chế", "Báo cáo"]],
        [["Năm", "Thể chế (10 điểm)", "TTHC (5 điểm)"], [2022, 9, 4], [2023, 8, 4]],
    ],
)
def test_what_names_criteria_or_years_without_scores_hides_no_score_sheet(tmp_path, other):
    path = write(tmp_path / "a.xlsx", {"Danh mục": other, "Sở A": [TITLES, *TREE]})
    fields, told = read(path)
    assert as_rows(fields[NAMES]) == LEAVES
    assert "không dùng đến trang tính 'Danh mục'" in told


def test_a_sheet_without_a_column_that_the_caller_names_hides_no_other(tmp_path):
    titles = [*TITLES[:3], "Tự chấm", "Hội đồng A"]
    sheets = {"Sở A": [titles, *TREE], "Mẫu": [TITLES[:3], *(row[:3] for row in TREE)]}
    path = write(tmp_path / "a.xlsx", sheets)
    fields, told = read(path, columns={"score": "Hội đồng A"})
    assert as_rows(fields) == LEAVES
    assert "trang tính 'Mẫu'" in told
    assert "không có cột 'Hội đồng B'" in refusal(path, columns={"score": "Hội đồng B"})


@pytest.mark.parametrize(("titles", "rows", "words"), [
    ("Đơn vị|Lĩnh vực|Nội dung|Điểm|Điểm tối đa", ["a|x|y|1|2"], "không rõ các cột 'Lĩnh vực' và"),
    ("Đơn vị|Lĩnh vực|Ghi chú", ["a|x|y", "a|z|y"], "không có cột điểm nào"),
    ("Đơn vị|Lĩnh vực|Điểm|Điểm tối đa", ["a|x|1|2", "a|y|1|2", "|z|1|2"],
     "dòng 3: thiếu tên đơn vị"),
    ("Đơn vị|Lĩnh vực|Điểm|Điểm tối đa", ["Sở|Tổng điểm|1|2", "Sở|x|1|2", "Sở|Cộng|2|2"],
     "dòng 3: 'Tổng' ghi 2 nhưng các thành phần cộng lại là 1"),
    ("Đơn vị|Lĩnh vực|Điểm|Điểm tối đa", ["a|x|1|2", "b|Tổng điểm|1|2"], "không có dòng lĩnh vực"),
    ("Đơn vị|Lĩnh vực|Tiêu chí|Điểm|Điểm tối đa", ["a||k|1|2", "a|x|l|1|2"],
     "dòng 1: không rõ 'k' thuộc lĩnh vực nào"),
    ("TT|Tiêu chí|Điểm tối đa|Điểm thẩm định",
     ["A|q|2|1", "I|w|2|1", "1|e|2|1", "1.1|r|2|1", "1.1.1|t|2|1"], "dòng 4: '1.1 r' là cấp thứ 4"),
])  # fmt: skip
def test_rows_of_fields_that_lack_what_tells_them_are_refused(titles, rows, words):
    table = pd.DataFrame([row.split("|") for row in rows], columns=titles.split("|"))
    options = {} if titles.startswith("Đơn vị") else {"unit": "Sở A"}
    assert words in refusal(table, **options)


def test_a_score_beside_stages_of_units_is_of_none_of_them_and_maxima_are_stated_once():
    titles = ["Lĩnh vực", "Điểm tối đa", "Sở A - Tự chấm", "Sở A - Thẩm định", "Điểm"]
    table = pd.DataFrame([["x", 10, 9, 8, 7], ["y", 5, 4, 3, 2]], columns=titles)
    fields, told = read(table)
    assert fields["unit"].eq("Sở A").all() and fields["score"].tolist() == [8, 3]
    assert "cột 'Điểm'" in told
    assert "hãy bỏ max_score=" in refusal(table, max_score=5)


@pytest.mark.parametrize("title", ["Mã", "Ký hiệu", "Mục", "No.", "#"])
@pytest.mark.parametrize("counted", [False, True])
def test_codes_beside_the_names_tell_the_levels_whatever_their_title(title, counted):
    rows = [["I", "X", 10, 7], ["1", "k", 5, 4], ["2", "l", 5, 3]]
    table = pd.DataFrame(rows, columns=[title, "Tiêu chí", "Điểm tối đa", "Điểm"])
    long = pd.concat([table.assign(**{"Đơn vị": unit}) for unit in "AB"], ignore_index=True)
    if counted:
        long.insert(0, "STT", range(1, 7))
    fields, _ = read(long)
    assert as_rows(fields[["unit", "field", "criterion", "score"]]) == [
        [unit, "X", *leaf] for unit in "AB" for leaf in (["k", 4], ["l", 3])
    ]
    alone, _ = read(table, unit="A")
    assert as_rows(alone) == as_rows(fields[fields["unit"] == "A"])


@pytest.mark.parametrize("title", ["Mã", "TT", ""])  # without one the codes stand in the names
@pytest.mark.parametrize("numbers", [[7, 4, 3, 4, 4], ["", 4, 3, "", 4]])
def test_rows_without_codes_are_below_the_code_above_them(title, numbers):
    codes, names = ["I", "", "", "II", ""], list("xklym")
    if not title:
        names = [
            f"{code}. {name}" if code else name for code, name in zip(codes, names, strict=True)
        ]
    table = pd.DataFrame({title or "STT": codes if title else "", "Tiêu chí": names})
    table = table.assign(**{"Điểm tối đa": [10, 5, 5, 5, 5], "Điểm": numbers})
    fields, _ = read(table, unit="A")
    assert fields[["field", "criterion", "score"]].to_numpy().tolist() == [
        ["x", "k", 4], ["x", "l", 3], ["y", "m", 4]
    ]  # fmt: skip
    table.loc[1, "Điểm tối đa"] = 4
    words = refusal(table, unit="A")
    assert "dòng 1: 'x' ghi 10 nhưng các thành phần cộng lại là 9; hãy sửa số sai" in words
    assert "hoặc điền mã của 'k', 'l' (dòng tổng thì ghi 'Tổng điểm')" in words


def test_bullets_are_parts_if_they_add_up_and_explain_if_they_have_no_score():
    table = pd.DataFrame({"TT": ["I", "1", "", "", "2"], "Tiêu chí": ["x", "k", "- b", "- c", "l"]})
    table = table.assign(**{"Điểm tối đa": [10, 5, 3, 2, 5], "Điểm": [7, 4, 3, 1, 3]})
    fields, _ = read(table, unit="A")
    assert fields["subcriterion"].tolist()[:2] == ["- b", "- c"]
    table["Điểm tối đa"], table["Điểm"] = [10, 5, 5, 2, 5], [7, 4, "", "", 3]
    fields, told = read(table, unit="A")
    assert fields["criterion"].tolist() == ["k", "l"]
    assert "dòng 3 '- b 5'; dòng 4 '- c 2'" in told
    one = table.drop(3).assign(**{"Điểm tối đa": [15, 5, 5, 5], "Điểm": [11, 4, 4, 3]})
    assert "cộng lại là 7; hãy sửa số sai, hoặc điền mã của '- b'" in refusal(one, unit="A")


@pytest.mark.parametrize("name", ["Cộng I", "Tổng điểm lĩnh vực I", "Cộng (I)", "TỔNG CỘNG MỤC I"])
def test_a_row_that_sums_up_a_field_below_it_is_checked(name):
    rows = [
        *TREE[:5],
        ["", name, *TREE[0][2:]],
        *TREE[5:],
        ["", "TỔNG CỘNG (I + II)", 15, 14, 12.5],
    ]
    fields, _ = read(sheet(["", "Tổng điểm", 15, 14, 12.5], *rows), unit="Sở A")
    assert as_rows(fields[NAMES]) == LEAVES
    assert fields["published_total"].eq(12.5).all()
    rows[5] = ["", name, 10, 9, 8]
    words = refusal(sheet(*rows), unit="Sở A")
    assert "dòng 6: 'Cải cách thể chế' ghi 8 nhưng các thành phần cộng lại là 8,5" in words
    rows[5], rows[0] = ["", name, *TREE[0][2:]], [*TREE[0][:2], "", "", ""]
    assert as_rows(read(sheet(*rows), unit="Sở A")[0][NAMES]) == LEAVES


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_stages_and_their_total_under_one_title(tmp_path, kind):
    over = [*TITLES[:3], "Điểm đánh giá", None, None, None, "Ghi chú"]
    under = [None] * 3 + ["Tự chấm", "Thẩm định", "XHH", "Tổng", None]
    rows = [[*row, None, row[4], None] for row in TREE]
    rows[6][4:7], rows[5][4:7] = [3, 1, 4], [3, 1, 4]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:G1", "H1:H2"]
    fields, told = read(write(tmp_path / f"a.{kind}", {"Sở A": [over, under, *rows]}, merged))
    assert as_rows(fields[NAMES]) == LEAVES
    assert "ấy cột 'Tổng' làm điểm, bằng tổng 'Thẩm định' và 'XHH'" in told
    over = [*TITLES[:3], "Điểm đợt 1", None, "Điểm đợt 2", None]
    under = [None] * 3 + ["Tự chấm", "Thẩm định"] * 2
    rows = [[*row, *row[3:]] for row in TREE]
    path = write(tmp_path / f"b.{kind}", {"Sở A": [over, under, *rows]}, [*merged[:3], "D1:E1"])
    assert "đều có thể là cột điểm" in refusal(path)


@pytest.mark.parametrize("cut", [2, 5, 6])
def test_titles_that_a_page_break_repeats_are_no_other_sheet(tmp_path, cut):
    rows = [TITLES, *TREE[:cut], TITLES, *TREE[cut:]]
    fields, told = read(write(tmp_path / "a.xlsx", {"Sở A": rows}))
    assert as_rows(fields) == LEAVES
    assert "(tiêu đề lặp lại)" in told
    rows = [TITLES, *TREE, TITLES, *TREE]  # begins again
    assert "đã có ở" in refusal(write(tmp_path / "b.xlsx", {"Sở A": rows}))


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_table_without_a_unit_beside_one_that_has_it_is_no_unit_of_the_file(tmp_path, kind):
    path, title = tmp_path / f"Tệp.{kind}", ["Đơn vị: Sở A"]
    titles, rows = TITLES[1:], [["X", 10, 9, 8], ["Y", 5, 4, 4]]
    if kind == "xlsx":
        sheets = {"Sheet1": [title, titles, rows[0]], "Sheet2": [titles, rows[1]]}
        words = refusal(write(path, sheets))
        assert "trang tính 'Sheet2': bảng không ghi là của đơn vị nào còn bảng khác thì" in words
        return
    document = docx.Document()
    document.add_paragraph(title[0])
    for row in rows:  # a page break parted them
        table = document.add_table(2, 4)
        for line, cells in enumerate((titles, row)):
            for column, cell in enumerate(cells):
                table.cell(line, column).text = str(cell)
        document.add_paragraph()
    document.save(path)
    fields, told = read(path)
    assert fields[["unit", "field"]].to_numpy().tolist() == [["Sở A", "X"], ["Sở A", "Y"]]
    assert "tên tệp" not in told


@pytest.mark.parametrize("titles", [
    ["Tự đánh giá", "Kết quả thẩm định của Sở Nội vụ"], ["Tự đánh giá", "Thẩm định của Sở Nội vụ"],
    ["Tự chấm (đơn vị)", "Thẩm định (Sở Nội vụ)"], ["Tự chấm - Xã B", "Thẩm định - Hội đồng tỉnh"],
])  # fmt: skip
def test_a_title_of_a_column_names_no_unit(tmp_path, titles):
    path = write(tmp_path / "a.xlsx", {"1. Sở A": [[*TITLES[:3], *titles], *TREE]})
    fields, told = read(path)
    assert as_rows(fields) == LEAVES
    assert "tên trang tính ('Sở A')" in told


def test_codes_may_begin_with_the_numeral_of_the_field():
    for first, second in (("I", "II"), ("A", "B")):
        rows = [[one.replace("1.", f"{first}.", 1).replace("2.", f"{second}.", 1), *row]
                for one, *row in TREE]  # fmt: skip
        rows[0][0], rows[5][0] = first, second
        assert rows[2][0] == f"{first}.1.1"
        assert as_rows(read(sheet(*rows), unit="Sở A")[0]) == LEAVES
        rows[4][0] = f"{second}.2"
        assert f"mã '{second}.2'" in refusal(sheet(*rows), unit="Sở A")
    for code, words in (
        ("TC1", "'TC1 Theo dõi thi hành' là cấp thứ 4"),
        ("#1", "không có mã, hoặc mã không rõ"),
    ):
        rows[4][0] = code
        assert words in refusal(sheet(*rows), unit="Sở A")


@pytest.mark.parametrize("codes", [
    ["LV1", "LV1/TC1.1", "LV1/TC1.1.1", "LV1/TC1.1.2", "LV1/TC1.2", "LV2", "LV2/TC2.1"],
    ["LV 1", "TC 1.1", "TC 1.1.1", "TC 1.1.2", "TC 1.2", "LV 2", "TC 2.1"],
    ["LV1", "TC1", "TCTP1", "TCTP2", "TC2", "LV2", "TC3"],
    ["Lĩnh vực 1", "Lĩnh vực 1 / 1.1", "1.1.1", "1.1.2", "Lĩnh vực 1 / 1.2", "Lĩnh vực 2", "2.1"],
    ["Phần I", "Tiêu chí 1", "a", "b", "Tiêu chí 2", "Phần II", "Tiêu chí 1"],
    ["Mục A", "Nhóm I", "1", "2", "Nhóm II", "Mục B", "Nhóm I"],
])  # fmt: skip
@pytest.mark.parametrize("in_names", [False, True])
def test_codes_may_be_called_fields_and_criteria(codes, in_names):
    rows = [[code, *row[1:]] for code, row in zip(codes, TREE, strict=True)]
    if in_names:
        rows = [["", f"{code}: {name}", *row] for code, name, *row in rows]
    assert as_rows(read(sheet(*rows), unit="Sở A")[0]) == LEAVES
    rows.pop(1)
    assert "mã" in refusal(sheet(*rows), unit="Sở A")


def test_options_below_the_lowest_level_explain_it_if_they_have_no_numbers():
    more = [["a)", "Đúng hạn: 2 điểm", "", "", ""], ["b)", "Quá hạn: 0 điểm", "", "", ""]]
    fields, told = read(sheet(*TREE[:3], *more, *TREE[3:]), unit="Sở A")
    assert as_rows(fields) == LEAVES
    assert "dòng 4 'a) Đúng hạn: 2 điểm'; dòng 5 'b) Quá hạn" in told
    more[0][2:] = more[1][2:] = [1, 1, 1]
    words = refusal(sheet(*TREE[:3], *more, *TREE[3:]), unit="Sở A")
    assert "dòng 4: 'a Đúng hạn: 2 điểm' là cấp thứ 4, dưới lĩnh vực" in words


@pytest.mark.parametrize("titles", [
    ["Đơn vị tự đánh giá", "Tổ thẩm định đánh giá"],
    ["Tự đánh giá, chấm điểm", "Hội đồng thẩm định"],
])  # fmt: skip
def test_stages_may_be_called_at_length(titles):
    fields, _ = read(sheet(*TREE, titles=[*TITLES[:3], *titles]), unit="Sở A")
    assert as_rows(fields) == LEAVES


@pytest.mark.parametrize("cells", [["A", "B", "A"], [1, 2, 1.5], ["0,1", "0,2", "0,15"]])
def test_what_is_beside_the_names_and_tells_no_level_is_not_used(cells):
    table = pd.DataFrame({"Nhóm việc": cells, "Lĩnh vực": list("xyz"), "Điểm": [7, 4, 3]})
    fields, told = read(table.assign(**{"Điểm tối đa": 10}), unit="A")
    assert fields["field"].tolist() == ["x", "y", "z"]
    assert "không dùng đến cột 'Nhóm việc'" in told


def test_a_row_without_a_level_that_is_the_sum_of_those_below_it_is_told():
    table = pd.DataFrame({"Lĩnh vực": list("xklz"), "Điểm tối đa": [10, 5, 5, 5]})
    fields, told = read(table.assign(**{"Điểm": [7, 4, 3, 4]}), unit="A")
    assert len(fields) == 4
    assert (
        "dòng 1 'x' bằng tổng các dòng ngay sau; nếu các dòng ấy là thành phần thì hãy ghi mã"
        in told
    )
    for scores in ([7, 4, 2, 4], [7, 4, 3, 4]):
        most = [10, 5, 5, 5] if scores[2] == 2 else [10, 5, 6, 5]
        table = table.assign(**{"Điểm": scores, "Điểm tối đa": most})
        assert "bằng tổng" not in read(table, unit="A")[1]
    coded = table.assign(**{"Lĩnh vực": ["I. x", "1. k", "2. l", "II. z"]})
    coded["Điểm tối đa"] = [10, 5, 5, 5]
    assert read(coded, unit="A")[0]["criterion"].tolist()[:2] == ["k", "l"]


@pytest.mark.parametrize("scores", [[8, 9, 7, 5, 1, 3], [8, 8, 8, 8, 8, 8], [8, 9, 7, 9, 7, 8]])
def test_criteria_are_no_counts_of_grades_and_no_mean_of_one_another(scores):
    table = pd.DataFrame({"TT": range(1, 7), "Lĩnh vực": list("uvwxyz"), "Điểm": scores})
    fields, told = read(table.assign(**{"Điểm tối đa": 10}), unit="A")
    assert fields["score"].tolist() == scores
    assert told == ""


@pytest.mark.parametrize("name", ["Điểm thưởng", "Điểm trừ", "Trừ điểm", "Điểm cộng/trừ"])
@pytest.mark.parametrize(("score", "most"), [(1, None), (-1, None), (-1, 2)])
def test_points_beside_the_total_are_no_row_of_a_sheet(name, score, most):
    rows = [["I", "X", 10, 7], ["II", "Y", 5, 4], ["III", name, most, score]]
    table = pd.DataFrame(rows, columns=["TT", "Lĩnh vực", "Điểm tối đa", "Điểm"])
    told = refusal(table, unit="A")
    assert f"dòng 3: '{name}' là điểm cộng, trừ" in told
    assert len(read(table[:2], unit="A")[0]) == 2


@pytest.mark.parametrize("name", ["Tổng hợp", "Chung", "Tổng cộng", "Biểu 1", "Phụ lục II", "PL01"])
def test_a_sheet_that_is_called_as_a_footer_or_by_number_names_no_unit(tmp_path, name):
    path = write(
        tmp_path / "Sở Y tế.xlsx", {name: [["Lĩnh vực", "Điểm tối đa", "Điểm"], ["X", 10, 7]]}
    )
    fields, told = read(path)
    assert fields["unit"].tolist() == ["Sở Y tế"]
    assert "theo tên tệp" in told


@pytest.mark.parametrize("year", [None, [2023, 2024]])
def test_a_field_that_one_file_spells_otherwise_is_told(year):
    titles = ["Đơn vị", "Thể chế (10 điểm)", "Thủ tục (5 điểm)"]
    one = pd.DataFrame([["Sở A", 8, 4]], columns=titles)
    names = {"Thủ tục (5 điểm)": "Thủ tuc (5 điểm)"}
    other = one.rename(columns=names).assign(**{"Đơn vị": "Sở A" if year else "Sở B"})
    fields, told = read([one, other], year=year)
    assert fields["field"].nunique() == 3
    assert "lĩnh vực 'Thủ tuc' (có phải 'Thủ tục'?) chỉ ở những đơn vị không có" in told
    both = one.assign(**{"Thủ tục số (5 điểm)": 3})  # who has both has two fields
    assert "có phải" not in read([both, both.assign(**{"Đơn vị": "Sở B"})])[1]
    assert "có phải" not in read([one, one.assign(**{"Đơn vị": "Sở B"})])[1]


@pytest.mark.parametrize(("cells", "scores"), [
    (["85", "90"], [8.5, 4.5]), (["0,85%", "0,9%"], [0.085, 0.045]), (["0", "0"], [0, 0]),
    (["0,85", "0,9"], None), (["1", "0,5"], None), (["1", "0"], None),
])  # fmt: skip
def test_shares_of_one_are_no_percent(cells, scores):
    table = pd.DataFrame({"Lĩnh vực": ["X", "Y"], "Điểm tối đa": ["10", "5"], "Tỷ lệ (%)": cells})
    if scores is None:
        assert "không có tỷ lệ nào trên 1%; hãy ghi tỷ lệ bằng phần trăm" in refusal(
            table, unit="A"
        )
    else:
        assert read(table, unit="A")[0]["score"].tolist() == scores


@pytest.mark.parametrize("rows", [*range(2, 7)])
@pytest.mark.parametrize("again", [False, True])
def test_a_page_break_with_titles_again_or_without_parts_no_sheet(tmp_path, rows, again):
    write(tmp_path / "w.docx", {"Sở A": [TITLES, *TREE]})
    document = docx.Document(tmp_path / "w.docx")
    upper = document.tables[0]
    document.add_paragraph(["", "Trang 2", "2"][rows % 3])
    lower = document.add_table(0, len(TITLES))
    for row in [copy.deepcopy(upper.rows[0])] * again + [*upper.rows][1 + rows :]:
        lower._tbl.append(row._tr)
    document.save(tmp_path / "w.docx")
    fields, told = read(tmp_path / "w.docx")
    assert as_rows(fields) == LEAVES
    assert ("(tiêu đề lặp lại)" in told) == ("không dùng đến" in told) == again


def test_a_table_that_begins_again_without_titles_goes_on_with_nothing(tmp_path):
    write(tmp_path / "w.docx", {"Sở A": [TITLES, *TREE]})
    document = docx.Document(tmp_path / "w.docx")
    document.element.body.insert(-1, copy.deepcopy(document.tables[0]._tbl))
    document.tables[1]._tbl.remove(document.tables[1].rows[0]._tr)
    document.save(tmp_path / "w.docx")  # it begins with "I"
    assert "không dùng đến bảng 2" in read(tmp_path / "w.docx")[1]


@pytest.mark.parametrize("above", [False, True])
def test_a_row_of_points_beside_the_criteria_needs_no_code_to_be_told_from_them(above):
    rows = [["", "Tổng điểm", 15, 14, 12.5], ["", "Cộng điểm thưởng", "", 1, 1]]
    words = refusal(sheet(*TREE, *(rows[::-1] if above else rows)), unit="Sở A")
    assert "'Cộng điểm thưởng' là điểm cộng, trừ" in words


@pytest.mark.parametrize("name", ["Xếp hạng", "Xếp loại", "Thứ hạng"])
def test_the_place_below_the_total_is_no_criterion(name):
    rows = [["", "Tổng điểm", 15, 14, 12.5], ["", name, "", "Tốt" if "loại" in name else 1, 2]]
    fields, told = read(sheet(*TREE, *rows), unit="Sở A")
    assert as_rows(fields.drop(columns="published_total")) == LEAVES
    assert f"không dùng đến dòng 9 '{name}" in told


@pytest.mark.parametrize("titles", [["Sở A", "Sở B"], ["UBND xã A", "Phường B"]])
def test_units_side_by_side_need_no_title_of_scores(tmp_path, titles):
    rows = [["Chỉ số thành phần", *titles], ["X (10 điểm)", 8, 7], ["Y (5 điểm)", 4, 3]]
    fields, _ = read(write(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert fields["unit"].tolist() == [titles[0]] * 2 + [titles[1]] * 2
    assert fields["score"].tolist() == [8, 4, 7, 3]


@pytest.mark.parametrize("title", ["Tối đa", "Điểm tối đa", "Thang điểm"])
def test_the_maximum_under_a_title_of_scores(tmp_path, title):
    rows = [["TT", "Nội dung", "Điểm", None, None], [None, None, title, "Tự chấm", "Thẩm định"],
            *TREE]  # fmt: skip
    path = write(tmp_path / "Sở A.xlsx", {"Sheet1": rows}, ["A1:A2", "B1:B2", "C1:E1"])
    assert as_rows(read(path)[0]) == LEAVES


def test_several_who_score_are_refused_as_columns_of_scores():
    titles = [*TITLES[:3], "Cá nhân tự chấm", "Tập thể chấm", "Cấp có thẩm quyền chấm"]
    words = refusal(sheet(*([*row, row[4]] for row in TREE), titles=titles), unit="Sở A")
    assert "các cột 'Tập thể chấm' và 'Cấp có thẩm quyền chấm' đều có thể là cột điểm;" in words


@pytest.mark.parametrize("cells", [["", "93,3", "83,3"], ["100%", "93,3%", "83,3%"]])
def test_the_share_below_the_total_is_no_criterion(cells):
    rows = [*TREE, ["", "Tổng điểm", 15, 14, 12.5], ["", "Tỷ lệ đạt (%)", *cells]]
    fields, told = read(sheet(*rows), unit="Sở A")
    assert as_rows(fields.drop(columns="published_total")) == LEAVES
    assert "không dùng đến dòng 9 'Tỷ lệ đạt (%)" in told
    above = [["", "Tổng điểm", 15, 14, 12], ["1", "Tỷ lệ đúng hạn", 10, 9, 8], ["2", "B", 5, 5, 4]]
    fields, _ = read(sheet(*above), unit="Sở A")
    assert fields["field"].tolist() == ["Tỷ lệ đúng hạn", "B"]


@pytest.mark.parametrize("titles", [
    ["Cá nhân tự chấm", "Thẩm định"], ["Xã tự chấm", "Sở Nội vụ thẩm định"],
    ["Điểm tự chấm của đơn vị", "Điểm sau thẩm định"], ["Đơn vị tự chấm", "Hội đồng chấm"],
    ["Điểm do đơn vị tự chấm", "Điểm được thẩm định"], ["Sở A tự đánh giá", "Hội đồng chấm điểm"],
])  # fmt: skip
def test_who_scores_stands_beside_the_stage_and_is_no_unit(titles):
    fields, told = read(sheet(*TREE, titles=[*TITLES[:3], *titles]), unit="Sở A")
    assert as_rows(fields) == LEAVES
    assert "không dùng" not in told
    both = [f"{unit} {stage}" for unit in ("Sở A", "Sở B") for stage in ("tự chấm", "thẩm định")]
    rows = [[*row, *row[3:]] for row in TREE]
    fields, _ = read(sheet(*rows, titles=[*TITLES[:3], *both]))
    assert as_rows(fields) == [[unit, *row[1:]] for unit in ("Sở A", "Sở B") for row in LEAVES]


@pytest.mark.parametrize("column", ["Đơn vị", "Khối", "Năm"])
@pytest.mark.parametrize("total", [False, True])
def test_a_unit_block_or_year_that_is_written_once_is_of_the_rows_below_it(column, total):
    rows = [["X", 10, 8], ["Y", 5, 4], *([["Tổng", 15, 12]] if total else [])]
    names = ["2023", "2024"] if column == "Năm" else ["Sở A", "Sở B"]
    rows = [[name if at == 0 else "", *row] for name in names for at, row in enumerate(rows)]
    table = pd.DataFrame(rows, columns=[column, "Lĩnh vực", "Điểm tối đa", "Điểm"])
    options = {} if column == "Đơn vị" else {"unit": "Sở C"}
    fields, told = read(table, **options)
    key = {"Đơn vị": "unit", "Khối": "block", "Năm": "year"}[column]
    assert fields[key].astype("str").tolist() == [name for name in names for _ in range(2)]
    assert fields["score"].tolist() == [8, 4] * 2
    assert ("published_total" in fields) == total
    assert f"trống ở cột '{column}' lấy theo ô có chữ ngay trên" in told
    table.iloc[1, 0] = names[0]  # not once: what is blank was forgotten
    words = {"Đơn vị": "thiếu tên đơn vị", "Khối": "ô Khối để trống", "Năm": "ô '' của cột Năm"}
    assert words[column] in refusal(table, **options)


@pytest.mark.parametrize("names", [["Sở A", "Sở B"], ["Năm 2023", "Năm 2024"], ["Xã C", "Xã D"]])
def test_units_as_the_highest_rows_are_no_fields(names):
    rows = [["I", names[0], 15, 12], ["1", "X", 10, 8], ["2", "Y", 5, 4],
            ["II", names[1], 15, 10], ["1", "X", 10, 7], ["2", "Y", 5, 3]]  # fmt: skip
    titles = ["TT", "Nội dung", "Điểm tối đa", "Điểm"]
    words = refusal(sheet(*rows, titles=titles), unit="Sở A")
    assert f"các dòng '{names[0]}', '{names[1]}' có cùng các tiêu chí và điểm tối đa" in words
    rows[3][2], rows[5][2] = 14, 4  # another maximum: criteria of one name
    assert len(read(sheet(*rows, titles=titles), unit="Sở A")[0]) == 4


def test_the_file_names_the_unit_where_the_sheet_only_says_what_it_holds(tmp_path):
    rows = [["TT", "Tiêu chí", "Điểm tối đa", "Điểm"], ["1", "X", 10, 8]]
    for name, sheet_name, unit in (
        ("Sở Y tế 2025", "Chấm điểm", "Sở Y tế"), ("1. Xã B", "Điểm", "Xã B"),
        ("Chấm điểm", "Sở Y tế", "Sở Y tế"), ("Sở Y tế", "Sở A", "Sở A"), ("a", "b", "b"),
    ):  # fmt: skip
        fields, _ = read(write(tmp_path / f"{name}.xlsx", {sheet_name: rows}))
        assert fields["unit"].tolist() == [unit]


@pytest.mark.parametrize("whole", ["Điểm đạt được", "Kết quả", "Tổng điểm"])
def test_a_score_that_is_the_sum_of_the_stages_beside_it_is_the_score(whole):
    titles = ["TT", "Tiêu chí", "Điểm tối đa", "Tự chấm", "Thẩm định", "Điều tra XHH", whole]
    rows = [["1", "X", 10, 9, 8, "", 8], ["2", "Y", 5, "", "", 4.5, 4.5], ["3", "Z", 5, 5, 3, 1, 4]]
    fields, told = read(sheet(*rows, titles=titles), unit="A")
    assert fields["score"].tolist() == [8, 4.5, 4]
    assert f"cột '{whole}' làm điểm, bằng tổng 'Thẩm định' và 'Điều tra XHH'" in told
    assert "không cộng vào điểm" not in told
    rows[0][-1] = 8.5
    said = "ghi 8,5 nhưng các thành phần cộng lại là 8;"
    words = refusal(sheet(*rows, titles=titles), unit="A")
    assert (said if whole == "Tổng điểm" else "đều có thể là cột điểm") in words


def test_fields_without_codes_above_criteria_with_codes():
    rows = [["", "X", 15, 13], ["1", "k", 5, 4], ["2", "l", 10, 9],
            ["", "Y", 10, 9], ["3", "m", 10, 9]]  # fmt: skip
    titles = ["TT", "Tiêu chí", "Điểm tối đa", "Điểm"]
    for code in ("3", "1"):
        rows[4][0] = code
        fields, _ = read(sheet(*rows, titles=titles), unit="A")
        assert fields[["field", "criterion"]].to_numpy().tolist() == [
            ["X", "k"], ["X", "l"], ["Y", "m"],
        ]  # fmt: skip
    rows[3][3] = 8
    assert "'Y' ghi 8 nhưng" in refusal(sheet(*rows, titles=titles), unit="A")
    one = [["", "PAR INDEX", 15, 13], *rows[1:3]]  # it may be the total
    assert "'PAR INDEX' có điểm nhưng không có mã" in refusal(sheet(*one, titles=titles), unit="A")


def test_one_text_below_the_title_of_the_names_is_no_title(tmp_path):
    rows = [["TT", "Nội dung", "Điểm tối đa", "Điểm"], [None, "Phần chung", None, None],
            ["1", "X", 10, 8], ["2", "Y", 5, 4]]  # fmt: skip
    fields, told = read(write(tmp_path / "Sở A.xlsx", {"Sheet1": rows}))
    assert fields["field"].tolist() == ["X", "Y"]
    assert "dòng 2 'Phần chung'" in told


def test_a_parent_whose_name_states_another_maximum_than_its_parts_is_refused():
    rows = [["I", "X (15 điểm)", 13], ["1", "k (5 điểm)", 4], ["2", "l (10 điểm)", 9]]
    titles = ["TT", "Tiêu chí", "Điểm"]
    fields, _ = read(sheet(*rows, titles=titles), unit="A")
    assert fields["max_score"].tolist() == [5, 10]
    rows[0][1] = "X (20 điểm)"
    words = refusal(sheet(*rows, titles=titles), unit="A")
    assert "điểm tối đa: 'X (20 điểm)' ghi 20 nhưng các thành phần cộng lại là 15" in words


@pytest.mark.parametrize("title", ["Kết quả thực hiện", "Giải trình chung", "Tài liệu kiểm chứng"])
def test_words_under_a_title_of_scores_are_no_scores(title):
    rows = [[*row, "Kế hoạch số 12" if at % 2 else ""] for at, row in enumerate(TREE)]
    fields, told = read(sheet(*rows, titles=[*TITLES, title]), unit="Sở A")
    assert fields["score"].tolist() == [row[4] for row in LEAVES]
    assert f"cột '{title}'" in told


def test_units_side_by_side_whose_names_nobody_knows(tmp_path):
    rows = [["TT", "Lĩnh vực", "Hải Phòng", "Hà Nội", "Trung bình"],
            [1, "X (10 điểm)", 8.5, 8, 8.25], [2, "Y (5 điểm)", 4, 5, 4.5]]  # fmt: skip
    fields, told = read(write(tmp_path / "a.xlsx", {"Điểm": rows}))
    assert fields["unit"].unique().tolist() == ["Hải Phòng", "Hà Nội"]
    assert fields["score"].tolist() == [8.5, 4, 8, 5]
    assert "cột 'Trung bình'" in told


def test_codes_that_begin_again_are_of_another_sheet():
    rows = [["", "Sở A", "", ""], ["1", "X", 10, 8], ["2", "Y", 5, 4],
            ["", "Sở B", "", ""], ["1", "X", 10, 9], ["2", "Y", 5, 3]]  # fmt: skip
    titles = ["TT", "Tiêu chí", "Điểm tối đa", "Điểm"]
    words = refusal(sheet(*rows, titles=titles), unit="A")
    assert "dòng 5: mã '1' bắt đầu lại từ đầu, có vẻ là phiếu của đơn vị hay năm khác" in words
    units = [["Sở A", *row] for row in rows[1:3]] + [["Sở B", *row] for row in rows[4:]]
    fields, _ = read(sheet(*units, titles=["Đơn vị", *titles]))  # as the remedy says
    assert fields["score"].tolist() == [8, 4, 9, 3]


def test_a_maximum_of_each_stage_is_none_of_the_criterion(tmp_path):
    parts = ["Điểm tối đa", "Điểm đạt"]
    rows = [["TT", "Tiêu chí", "Thẩm định", None, "XHH", None, "Tổng", None],
            [None, None, *parts * 3],
            [1, "X", 8, 7, 2, 1.5, 10, 8.5], [2, "Y", 10, 9, 5, 4, 15, 13]]  # fmt: skip
    merged = ["A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:H1"]
    fields, _ = read(write(tmp_path / "a.xlsx", {"Sở A": rows}, merged))
    assert fields[["score", "max_score"]].to_numpy().tolist() == [[8.5, 10], [13, 15]]
    words = refusal(write(tmp_path / "b.xlsx", {"Sở A": [row[:6] for row in rows]}, merged[:4]))
    assert "các cột 'Thẩm định Điểm tối đa' và 'XHH Điểm tối đa' đều là điểm tối đa" in words
    rows[0][2:6] = ["Sở A", None, "Sở B", None]
    words = refusal(write(tmp_path / "c.xlsx", {"Điểm": [row[:6] for row in rows]}, merged[:4]))
    assert "các cột 'Sở A Điểm tối đa' và 'Sở B Điểm tối đa' đều là điểm tối đa" in words


@pytest.mark.parametrize("title", ["Hội đồng phê duyệt", "Cơ quan thẩm định", "Sở Nội vụ chấm"])
def test_who_judges_is_a_stage_of_the_scoring(title):
    rows = [["1", "X", 10, 9, 8], ["2", "Y", 5, 5, 4]]
    titles = ["TT", "Tiêu chí", "Điểm tối đa", "Đơn vị tự chấm", title]
    fields, _ = read(sheet(*rows, titles=titles), unit="A")
    assert fields[["score", "self_score"]].to_numpy().tolist() == [[8, 9], [4, 5]]
    rows = [[*row, row[4]] for row in rows]
    both = sheet(*rows, titles=[*titles, "Hội đồng thẩm định"])
    assert f"'{title}' và 'Hội đồng thẩm định' đều có thể là cột điểm" in refusal(both, unit="A")


def test_rows_that_hold_others_without_a_code_are_refused_with_a_remedy_that_works():
    titles = ["Tiêu chí", "Điểm tối đa", "Điểm đạt"]
    rows = [["Chỉ đạo", 10, 9], ["Kế hoạch", 5, 5], ["Kiểm tra", 5, 4], ["Thể chế", 10, 8]]
    table = pd.DataFrame([*rows, ["Tổng", 20, 17]], columns=titles)
    assert "hoặc thêm cột STT ghi mã (1, 1.1, 1.2, 2)" in refusal(table, unit="Sở A")
    table.insert(0, "STT", ["1", "1.1", "1.2", "2", ""])
    fields = load_fields(table, unit="Sở A")
    assert fields["criterion"].fillna("").tolist() == ["Kế hoạch", "Kiểm tra", ""]


def test_a_stage_that_the_caller_wants_is_never_replaced_by_a_column_of_percent():
    titles = ["STT", "Tiêu chí", "Điểm tối đa", "Thẩm định (%)"]
    table = pd.DataFrame([["1", "Kế hoạch", 5, 80], ["2", "Thể chế", 10, 70]], columns=titles)
    wanted = {"score": "Tự chấm"}
    assert "không có cột điểm tự chấm" in refusal(table, unit="Sở A", columns=wanted)
    fields, told = read(table, unit="Sở A")
    assert fields["score"].tolist() == [4, 7]
    assert "iểm tính từ cột 'Thẩm định (%)'" in told
