import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import DATA, LONG, ddci, loaded, made_town, table
from lxml import etree

from cchc_analysis import (
    GradeScheme,
    check_published,
    compare_periods,
    field_losses,
    grade_distribution,
    rank_units,
    write_workbook,
)
from cchc_analysis.charts.units import grade_shades, ink_on
from cchc_analysis.scoring.fields import field_matrix, total_fields
from cchc_analysis.scoring.schemes import known_schemes, load_scheme

SHEETS = [
    "Xếp hạng",
    "Phân bố",
    "Biểu đồ",
    "So sánh",
    "Sát ngưỡng",
    "Đối chiếu",
    "Ngưỡng",
    "Ghi chú",
]
DRAWN = "Số liệu biểu đồ"
NAMESPACES = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
}
SHADES = "(c:spPr | c:dPt/c:spPr)/a:solidFill/a:srgbClr/@val"
NASTY = ["=1+1", "<script>alert(1)</script>", "@SUM(A1)", "http://x.vn", "007", "-5", "+7", "a & b"]


def written(ranking, tmp_path, name="a.xlsx", **options) -> openpyxl.Workbook:
    return read(write_workbook(ranking, tmp_path / name, **options))


def read(path) -> openpyxl.Workbook:
    """The workbook with the values that are stored beside its formulas."""
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def town_path(tmp_path_factory):
    """Return where the workbook of the town is, which no test changes."""
    return write_workbook(made_town(), tmp_path_factory.mktemp("town") / "a.xlsx")


@pytest.fixture(scope="module")
def town_book(town_path):
    return read(town_path)


def rows_of(sheet) -> list[list]:
    """The rows in the columns that are shown; what a formula leaves blank is None."""
    dimensions = sheet.column_dimensions.values()
    hidden = {at for one in dimensions if one.hidden for at in range(one.min, one.max + 1)}
    rows = [
        [c.value if c.value != "" else None for c in row if c.column not in hidden]
        for row in sheet.iter_rows()
    ]
    return [row for row in rows if row[0] is not None]


def charts_of(path) -> list[dict]:
    """The charts in their order: title, and of each series the cells it refers to."""
    found = []
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
        for name in sorted(names, key=lambda n: int(re.findall(r"\d+", n)[0])):
            root = etree.fromstring(archive.read(name))
            find = root.xpath
            series = [
                {
                    part: s.xpath(f"string(c:{part}//c:f)", namespaces=NAMESPACES)
                    for part in ("tx", "cat", "val")
                }
                | {
                    "shades": [f"#{x.lower()}" for x in s.xpath(SHADES, namespaces=NAMESPACES)],
                    "cache": s.xpath("c:val//c:v/text()", namespaces=NAMESPACES),
                }
                for s in find("//c:ser", namespaces=NAMESPACES)
            ]
            title = "".join(find("//c:chart/c:title//a:t/text()", namespaces=NAMESPACES))
            found.append({"title": title, "series": series, "root": root})
    return found


def cells(book, reference) -> list:
    name, area = re.fullmatch(r"'?([^'!]+)'?!(.+)", reference).groups()
    area = book[name][area.replace("$", "")]
    return [c.value for row in area for c in row] if isinstance(area, tuple) else [area.value]


def drawn(book, chart, scheme="thi-xa-2020") -> dict:
    """What a chart of a ranking shows: the value of each unit; its bar is of the grade's series."""
    grades = load_scheme(scheme).grades
    bars = [s for s in chart["series"] if s["tx"].startswith("Ngưỡng!")]
    (labels,) = [s for s in chart["series"] if not s["tx"]]
    shades = grade_shades(grades)
    assert [(*cells(book, bar["tx"]), *bar["shades"]) for bar in bars] == [*shades.items()]
    assert labels["cat"].startswith(f"'{DRAWN}'!")
    units, values = cells(book, labels["cat"]), cells(book, labels["val"])
    units = [unit.removeprefix("► ") for unit in units]
    assert [float(v) for v in labels["cache"]] == values
    header, *rows = rows_of(book["Xếp hạng"])
    unit, graded = header.index("Đơn vị"), header.index("Xếp loại")
    grade_of = {row[unit]: row[graded] for row in rows}
    for bar, grade in zip(bars, grades, strict=True):
        of_grade = [v if grade_of[u] == grade else 0 for u, v in zip(units, values, strict=True)]
        assert cells(book, bar["val"]) == of_grade
    return dict(zip(cells(book, labels["cat"]), values, strict=True))


def long_table(units=140):
    scores = [round(99.5 - at * 0.4, 1) if at % 17 else None for at in range(units)]
    big = table(scores)
    big["unit"] = [f"{LONG} {at}" if at % 3 == 0 else f"Xã số {at}" for at in range(units)]
    return big


def test_the_ranking_comes_first_and_holds_numbers_as_they_are(town, town_book):
    assert town_book.sheetnames == [*SHEETS, DRAWN]
    assert town_book[DRAWN].sheet_state == "hidden"
    sheet = town_book["Xếp hạng"]
    header, *rows = rows_of(sheet)
    assert header == ["STT", "Đơn vị", "Tổng điểm đánh giá", "Xếp hạng", "Xếp loại"]
    assert rows[0] == [1, "Văn phòng HĐND&UBND", 97.23, 1, "Xuất sắc"]
    expected = town[["unit", "score", "rank", "grade"]].astype("object").values.tolist()
    assert [row[1:] for row in rows] == expected
    assert sheet["C2"].data_type == "n"
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet["D2"].number_format == "0"


def test_header_filter_and_page_are_set_up(town, tmp_path):
    book = written(town, tmp_path, before=town.assign(year=2019))
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert "Trang &P/&N" in sheet.oddFooter.center.text
        margins = [sheet.page_margins.left, sheet.page_margins.right]
        assert [round(margin * 25.4) for margin in margins] == [30, 15]
        if sheet.title not in ("Biểu đồ", "Ghi chú"):
            named = {"Xếp hạng": "C2", "So sánh": "C2", "Phân bố": "A2", "Ngưỡng": "A2"}
            drawn_beside = {DRAWN: "C2"}
            assert sheet.freeze_panes == (named | drawn_beside).get(sheet.title, "B2")
            assert sheet["A1"].font.b
            assert sheet["A1"].font.name == "Times New Roman"
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.page_setup.fitToWidth in (
                None,
                1,
            )  # one, which is the default of the format
            assert sheet.page_setup.fitToHeight == 0
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
        wide = sheet.title in ("So với kỳ trước", "Sát ngưỡng", DRAWN)
        assert (sheet.page_setup.orientation == "landscape") == wide
    assert filters(book) == {
        "XepHang": "A1:L19", "PhanBo": "A1:C7", "SoSanh": "A1:F19", "SatNguong": "A1:J19",
        "SoVoiKyTruoc": "A1:S19", "Nguong": "A1:C8", "GhiChu": "A1:B10", "SoLieuBieuDo": "A1:I19",
    }  # fmt: skip
    assert not book["Đối chiếu"].auto_filter.ref  # without a row


def filters(book) -> dict[str, str]:
    return {t.name: t.ref for sheet in book.worksheets for t in sheet.tables.values()}


def test_columns_are_as_wide_as_their_texts_and_long_names_are_broken(town, town_book, tmp_path):
    widths = town_book["Xếp hạng"].column_dimensions
    assert widths["B"].width > town["unit"].str.len().max()
    assert widths["A"].width < widths["B"].width / 3
    sheet = written(long_table(), tmp_path)["Xếp hạng"]
    assert sheet.column_dimensions["B"].width < 60
    assert sheet["B2"].alignment.wrap_text
    heights = {sheet.row_dimensions[row].height for row in range(2, 142)}
    assert min(heights) >= 2 * 15  # two lines
    assert len(heights) == 1  # also after sorting


def test_grades_are_shaded_whatever_a_formula_finds(town_book):
    shades = grade_shades(load_scheme("thi-xa-2020").grades)
    rules = {str(area.sqref): found for area, found in rules_of(town_book["Xếp hạng"]).items()}
    assert list(rules) == ["E2:E19"]
    names = town_book.defined_names
    for rule, (grade, shade) in zip(rules["E2:E19"], shades.items(), strict=True):
        name = re.fullmatch(r"EXACT\(E2,(\w+)\)", rule.formula[0])[1]
        assert cells(town_book, names[name].attr_text) == [grade]
        assert f"#{rule.dxf.fill.bgColor.rgb[2:].lower()}" == shade
        assert f"#{rule.dxf.font.color.rgb[2:].lower()}" == ink_on(shade)


def rules_of(sheet) -> dict:
    return {area: area.rules for area in sheet.conditional_formatting}


@pytest.mark.parametrize("name", known_schemes())
def test_text_on_every_shade_is_readable(name):
    def luminance(color):
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for shade in grade_shades(load_scheme(name).grades).values():
        dark, light = sorted([luminance(shade), luminance(ink_on(shade))])
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_distribution_has_every_grade_and_its_total(town, town_book):
    sheet = town_book["Phân bố"]
    header, *rows, note = rows_of(sheet)
    assert header == ["Xếp loại", "Số đơn vị", "Tỷ lệ"]
    assert note[0].startswith("Tính trên số đơn vị được chấm.")
    counts = grade_distribution(town)
    assert [row[0] for row in rows] == [*counts["grade"], "Chưa chấm", "Tổng cộng"]
    assert [row[1] for row in rows] == [3, 6, 9, 0, 0, 0, 18]
    shares = [row[2] for row in rows]
    assert shares.pop(5) is None
    assert [share * 100 for share in shares] == pytest.approx([*counts["share_pct"], 100])
    assert sheet["C2"].number_format == "#,##0.00%"


def test_the_comparison_is_with_the_exact_mean(town, town_book, tmp_path):
    sheet = town_book["So sánh"]
    rows = rows_of(sheet)
    assert rows[0] == [
        "STT", "Đơn vị", "Xếp hạng", "Tỷ lệ điểm (%)", "Trung bình (%)",
        "So với trung bình (điểm phần trăm)",
    ]  # fmt: skip
    assert sheet["F2"].number_format == "+#,##0.00;-#,##0.00;#,##0.00"
    mean = round(town["score"].sum() * 100) / 1800
    assert [row[-1] for row in rows[1:]] == pytest.approx(list(town["score"] - mean), abs=1e-9)
    assert {row[-2] for row in rows[1:]} == {mean}
    # 0,1 + 0,2 against 0,3: the mean is 30% and no difference is noise.
    same = written(table([0.1 + 0.2, 0.3, 0.3], 1.0), tmp_path)["So sánh"]
    assert [same[f"F{row}"].value for row in (2, 3, 4)] == [0, 0, 0]


def test_one_unit_is_marked_and_compared_with(town, tmp_path):
    options = {
        "unit": " phòng NỘI VỤ",
        "before": town,
        "fields": ddci().assign(unit="Phòng Nội vụ"),
    }
    options["fields"] = options["fields"].drop_duplicates("field")
    book = written(town, tmp_path, **options)
    for name in ("Xếp hạng", "So sánh", "So với kỳ trước", "Lĩnh vực theo đơn vị"):
        bold = {c.value for row in book[name]["A2:E19"] for c in row if c.font.b}
        assert "Phòng Nội vụ" in bold
        assert "Phòng Kinh tế" not in bold
    sheet = book["So sánh"]
    assert sheet["G1"].value == "So với đơn vị được so sánh (điểm phần trăm)"
    assert [sheet[f"G{row}"].value for row in (2, 3, 4, 5)] == [6.34, 0.59, 0, -2.15]
    # In another block, and without a score, there is nothing to compare with.
    blocks = table([70, 63, None, 80.5, None], block=list("xxxyy")).assign(unit=list("abcba"))
    rows = rows_of(written(blocks, tmp_path, unit="a")["So sánh"])
    assert [row[-1] for row in rows[1:]] == [0, -7, None, None, None]
    assert [row[-2] for row in rows[1:]] == [3.5, -3.5, None, 0, None]


def test_changes_are_those_of_compare_periods(town, tmp_path):
    before = town.assign(score=(town["score"] * 97).round() / 100)[:-1]
    before = before[["unit", "score", "max_score"]]
    book = written(town, tmp_path, before=before)
    assert "So với kỳ trước" in book.sheetnames
    header, *rows = rows_of(book["So với kỳ trước"])
    change = compare_periods(before, town)
    at = header.index("Tăng, giảm điểm")
    got = [row[at] for row in rows[: len(change)]]
    assert got[-1] is None
    assert got[:-1] == pytest.approx(list(change["score_change"][:-1]))
    assert rows[-1][0] == change.attrs["note"]


def test_fields_have_their_sheets(tmp_path):
    fields = ddci()
    ranking = total_fields(fields)
    book = written(ranking, tmp_path, fields=fields)
    losses = field_losses(fields)
    header, *rows = rows_of(book["Lĩnh vực"])
    assert [row[0] for row in rows] == list(losses["field"])
    assert [row[header.index("Điểm chưa đạt")] for row in rows] == pytest.approx(
        list(losses["lost"])
    )
    header, *rows = rows_of(book["Lĩnh vực theo đơn vị"])
    assert header[:2] == ["Đơn vị", f"{fields['field'][0]} (%)"]
    assert [row[1] for row in rows] == pytest.approx(list(field_matrix(fields).iloc[:, 1]))


def test_notes_have_a_column_only_where_there_are_some(tmp_path):
    fields = ddci().drop(columns="published_total")
    fields = fields[~fields["unit"].str.startswith("Sở")]  # those have no score for land
    fields["score"] += 0.001921
    book = written(total_fields(fields), tmp_path, fields=fields)
    assert rows_of(book["Xếp hạng"])[0][-2:] == ["Xếp hạng", "Xếp loại"]  # no Ghi chú
    assert book["Xếp hạng"]["C2"].value == 80.097289  # as it is
    noted = total_fields(fields).assign(note="")
    assert rows_of(written(noted, tmp_path)["Xếp hạng"])[0][-1] == "Xếp loại"
    noted.loc[0, "note"] = "chấm lại"
    assert rows_of(written(noted, tmp_path)["Xếp hạng"])[0][-1] == "Ghi chú"


def test_long_names_of_fields_leave_room_for_the_rows(town, tmp_path):
    names = [f"Nâng cao hiệu lực, hiệu quả quản lý của chính quyền {at}" for at in range(8)]
    fields = [(unit, name, 1.0, 2.0) for unit in town["unit"] for name in names]
    fields = pd.DataFrame(fields, columns=["unit", "field", "score", "max_score"])
    sheet = written(town, tmp_path, fields=fields)["Lĩnh vực theo đơn vị"]
    assert sheet.page_setup.orientation == "landscape"
    width = sum(sheet.column_dimensions[c].width for c in "ABCDEFGHI") * 8 * 0.75  # points
    height = sum(sheet.row_dimensions[row].height for row in range(1, 20))
    assert height * min(1, 252 / 25.4 * 72 / width) < (210 - 45) / 25.4 * 72


def test_disagreements_are_listed_with_what_was_compared(town, town_book, tmp_path):
    (header, note) = rows_of(town_book["Đối chiếu"])
    assert header[:2] == ["Đơn vị", "Nội dung"]
    assert note[0] == check_published(town).attrs["note"]
    town.loc[3, "published_rank"] = 7
    header, row, note = rows_of(written(town, tmp_path)["Đối chiếu"])
    assert row[:4] == ["Phòng Giáo dục và Đào tạo", "Xếp hạng", "7", "4"]


def test_the_notes_say_scale_scheme_and_rules(town, tmp_path):
    notes = dict(rows_of(written(town, tmp_path, source="Phòng Nội vụ")["Ghi chú"]))
    assert notes["Nguồn số liệu"] == "Phòng Nội vụ"
    assert notes["Thang điểm"] == "Thang điểm 100 – giả định"
    assert notes["Ngưỡng xếp loại"].endswith("(giả định)")
    assert "đồng hạng" in notes["Cách xếp hạng"]
    assert "Đơn vị chưa chấm" not in notes
    notes = dict(rows_of(written(table([9.0, None], 10), tmp_path)["Ghi chú"]))
    assert "Đơn vị chưa chấm" in notes
    assert "Nguồn số liệu" not in notes
    assert "số đơn vị được chấm" in notes["Tỷ lệ"]


def test_the_charts_refer_to_the_right_cells(town, town_path, town_book):
    ranking, distribution = charts_of(town_path)
    assert ranking["title"] == "Xếp hạng các đơn vị theo điểm cải cách hành chính"
    expected = dict(zip(town["unit"], town["score"], strict=True))
    assert drawn(town_book, ranking) == expected
    assert list(drawn(town_book, ranking)) == list(expected)  # best first
    (series,) = distribution["series"]
    assert series["cat"] == "'Phân bố'!$A$2:$A$6"
    assert series["val"] == "'Phân bố'!$B$2:$B$6"
    assert cells(town_book, series["val"]) == [float(value) for value in series["cache"]]
    dots = distribution["root"].xpath(
        "//c:dPt//a:solidFill[1]/a:srgbClr/@val", namespaces=NAMESPACES
    )
    shades = grade_shades(load_scheme("thi-xa-2020").grades)
    assert [f"#{dot.lower()}" for dot in dots[::2]] == [
        shades[g] for g in cells(town_book, series["cat"])
    ]
    shown = ranking["root"].xpath("//c:plotVisOnly/@val", namespaces=NAMESPACES)
    assert shown == []  # what is filtered stays drawn


def test_points_of_another_scale_are_drawn_on_that_scale(tmp_path):
    path = write_workbook(table([63, 56, 40], 70.0), tmp_path / "a.xlsx")
    (ranking, _) = charts_of(path)
    assert drawn(read(path), ranking)["b"] == 56
    most = ranking["root"].xpath("//c:valAx/c:scaling/c:max/@val", namespaces=NAMESPACES)
    assert most == ["70.0"]
    assert "a (90,00%)" in alts_and_ends(path)[0][0]


def test_charts_start_at_zero_with_the_best_on_top(town_path):
    for chart in charts_of(town_path):
        one = chart["root"].xpath
        assert one("//c:catAx/c:scaling/c:orientation/@val", namespaces=NAMESPACES) == ["maxMin"]
        assert one("//c:valAx/c:scaling/c:min/@val", namespaces=NAMESPACES) == ["0"]
        assert one("//c:catAx/c:tickLblSkip/@val", namespaces=NAMESPACES) == ["1"]
        assert one("//c:barDir/@val", namespaces=NAMESPACES) == ["bar"]
        assert "giả định" in "".join(one("//c:valAx//a:t/text()", namespaces=NAMESPACES))


def test_labels_have_the_places_that_are_printed(town, town_path, tmp_path):
    (ranking, _) = charts_of(town_path)
    assert not ranking["root"].xpath("//c:dLbls/c:numFmt", namespaces=NAMESPACES)  # the cells'
    book = written(town.assign(score=town["score"] + 0.001), tmp_path)
    assert book["Xếp hạng"]["C2"].number_format == "#,##0.000"


def alts_and_ends(path):
    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("xl/drawings/drawing1.xml"))
    alts = root.xpath("//xdr:cNvPr/@descr", namespaces=NAMESPACES)
    rows = root.xpath("//xdr:from/xdr:row/text() | //xdr:to/xdr:row/text()", namespaces=NAMESPACES)
    return alts, [int(row) for row in rows]


def test_each_chart_has_alt_text(town_path):
    alts, _ = alts_and_ends(town_path)
    assert alts[0].startswith("Biểu đồ thanh ngang: xếp hạng các đơn vị")
    assert "Đầu bảng: Văn phòng HĐND&UBND (97,23)" in alts[0]
    assert "Tốt (từ 80%): 6 (33,33%)" in alts[1]
    assert all(alt.endswith("Ngưỡng xếp loại: giả định.") for alt in alts)


@pytest.mark.parametrize("units", [1, 2, 18, 63, 140, 200])
def test_many_units_are_drawn_on_as_many_charts_as_fit_their_pages(units, tmp_path):
    big = long_table(units)
    path = write_workbook(big, tmp_path / "a.xlsx")
    book = read(path)
    *rankings, _ = charts_of(path)
    shown = {unit: value for chart in rankings for unit, value in drawn(book, chart).items()}
    assert list(shown.values()) == sorted(big["score"].dropna(), reverse=True)
    assert set(shown) == set(big["unit"][big["score"].notna()])
    if len(rankings) > 1:
        assert re.search(r"\(thứ \d+–\d+\)$", rankings[1]["title"])
    _, rows = alts_and_ends(path)
    assert rows == sorted(rows)  # none covers another
    breaks = [b.id for b in book["Biểu đồ"].row_breaks.brk]
    tops, ends = rows[::2], rows[1::2]
    for top, end in zip(tops, ends, strict=True):
        assert not any(top < at <= end for at in breaks)
        page = max([0, *(at for at in breaks if at <= top)])
        assert (end - page) * 21 * 0.95 / 96 * 25.4 <= 297 - 45  # mm between the margins
    sheet = book["Biểu đồ"]
    assert sheet.print_area.endswith(f"$I${sheet.print_area.rsplit('$', 1)[1]}")
    assert int(sheet.print_area.rsplit("$", 1)[1]) > ends[-1]


def test_blocks_are_sorted_filtered_and_drawn_apart(tmp_path):
    ranking = table([70, 63, None, 80.5, 60], [70, 70, 70, 100, 84], block=list("xxxyy"))
    path = write_workbook(ranking, tmp_path / "a.xlsx")
    book = read(path)
    header, *rows = rows_of(book["Xếp hạng"])
    assert header == [
        "STT", "Khối", "Đơn vị", "Tổng điểm đánh giá", "Điểm tối đa", "Tỷ lệ điểm (%)", "Xếp hạng",
        "Xếp loại",
    ]  # fmt: skip
    assert [row[1] for row in rows] == list("xxxyy")
    assert rows[2] == [3, "x", "c", None, 70, None, None, "Chưa chấm"]
    assert rows[1][5] == 90
    totals = rows_of(book["Phân bố"])[-3:]  # and a note
    assert totals[0][:3] == ["x", "Tổng cộng", 3]
    assert totals[1][:3] == ["y", "Tổng cộng", 2]
    assert filters(book)["PhanBo"] == "A1:D13"
    charts = charts_of(path)
    assert [chart["title"].split(" – ")[1] for chart in charts] == list("xxyy")
    assert drawn(book, charts[0]) == {"a": 100, "b": 90}
    assert "không vẽ 1 đơn vị cuối bảng, chưa chấm khi lập sổ" in axis_of(charts[0])
    assert drawn(book, charts[2])["d"] == 80.5
    assert cells(book, charts[1]["series"][0]["val"]) == [2, 0, 0, 0, 0, 1]
    assert cells(book, charts[3]["series"][0]["val"]) == [0, 1, 1, 0, 0]
    header, *rows = book["So sánh"].iter_rows(values_only=True)
    assert header == (
        "STT", "Khối", "Đơn vị", "Xếp hạng", "Tỷ lệ điểm (%)", "Trung bình (%)",
        "So với trung bình (điểm phần trăm)",
    )  # fmt: skip
    assert [row[-1] for row in rows[:3]] == [5, -5, None]
    assert [row[-2] for row in rows] == [95, 95, 95, *[rows[3][-2]] * 2]


def test_years_are_told_apart(tmp_path):
    regions = loaded(DATA / "par-index-regions.csv")
    path = write_workbook(regions, tmp_path / "a.xlsx", scheme="par-index")
    titles = [chart["title"] for chart in charts_of(path)]
    assert [title[-4:] for title in titles] == ["2023", "2023", "2022", "2022", "2022"]
    assert titles[-1] == "Tăng, giảm điểm so với năm 2022"
    sheet = read(path)["Xếp hạng"]
    assert sheet["B2"].value == 2023
    assert [row[4] for row in rows_of(sheet)[5:7]] == [5, 5]  # a tie


def test_a_unit_below_the_last_bound_is_drawn_without_a_shade(tmp_path):
    scheme = GradeScheme(["Đạt"], [50])
    path = write_workbook(table([80.0, 40]), tmp_path / "a.xlsx", scheme=scheme)
    assert drawn(read(path), charts_of(path)[0], scheme) == {"a": 80, "b": 40}


def axis_of(chart):
    return "".join(chart["root"].xpath("//c:valAx//a:t/text()", namespaces=NAMESPACES))


def test_units_without_a_score_have_no_bar_and_are_counted(tmp_path):
    path = write_workbook(table([9.0, *[None] * 70], 10), tmp_path / "a.xlsx")
    one, _ = charts_of(path)
    assert drawn(read(path), one) == {"a": 9}
    assert "không vẽ 70 đơn vị cuối bảng, chưa chấm khi lập sổ" in axis_of(one)


def test_no_unit_scored_is_a_table_too(tmp_path):
    path = write_workbook(table([None, None]), tmp_path / "a.xlsx")
    (chart,) = charts_of(path)
    assert chart["title"].startswith("Phân bố")
    assert rows_of(read(path)["So sánh"])[1:] == [[1, "a", *[None] * 4], [2, "b", *[None] * 4]]


def test_text_stays_text_whatever_it_looks_like(tmp_path):
    ranking = table(range(90, 90 - len(NASTY), -1)).assign(unit=NASTY)
    fields = pd.DataFrame({"unit": NASTY, "field": "=2+2", "score": 1.0, "max_score": 2.0})
    path = write_workbook(
        ranking, tmp_path / "a.xlsx", before=ranking[1:], fields=fields, unit="=1+1",
        source="=HYPERLINK(1)",
    )  # fmt: skip
    book = openpyxl.load_workbook(path)
    assert [row[1] for row in rows_of(book["Xếp hạng"])[1:]] == NASTY
    assert book["Xếp hạng"]["B2"].quotePrefix  # stays text when someone edits it
    all_cells = [c for s in book.worksheets for row in s.iter_rows() for c in row]
    formulas = [c.value for c in all_cells if c.data_type == "f"]
    # None holds a text of the source, which alone stand in quotes beside the words that are ours.
    quoted = {text for formula in formulas for text in re.findall('"([^"]*)"', formula)}
    ours = {"", ">", "<", ">=0", ">0", "trên", "–", "► "}
    assert {text for text in quoted if not text.startswith("Điểm hoặc ngưỡng")} == ours
    names = "|".join(re.escape(f"'{sheet.title}'!") for sheet in book.worksheets)
    called = set()
    for formula in formulas:
        bare = re.sub(rf'"[^"]*"|{names}', "", formula)
        assert re.fullmatch(r"[A-Z0-9$:(),.=<>&+*/-]+", bare)
        called |= {*re.findall(r"[A-Z]+(?=\()", bare)}
    # Of Excel 2007: newer ones have longer names in a file, which `_Formula` does not give them.
    assert called <= {
        "ABS", "AND", "AVERAGEIFS", "COUNT", "COUNTIF", "COUNTIFS", "IF", "IFERROR", "INDEX",
        "ISNUMBER", "MATCH", "OR", "ROUND", "ROWS", "SUMIFS", "SUMPRODUCT", "SUMSQ",
    }  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets")]
    assert not any(b"<hyperlink" in sheet for sheet in sheets)


def test_the_same_table_gives_the_same_bytes(town, tmp_path):
    fields = ddci().replace(
        {"unit": dict(zip(ddci()["unit"].unique(), town["unit"], strict=False))}
    )
    options = {"before": town, "fields": fields}
    first = write_workbook(town, tmp_path / "a.xlsx", **options).read_bytes()
    assert write_workbook(town, tmp_path / "b.xlsx", **options).read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_the_input_is_never_changed_and_ranks_are_computed_where_missing(town, tmp_path):
    before = town.copy(deep=True)
    first = write_workbook(town, tmp_path / "a.xlsx", before=town).read_bytes()
    pd.testing.assert_frame_equal(town, before)
    bare = town.drop(columns=["rank", "grade", "percent"])
    assert write_workbook(bare, tmp_path / "b.xlsx", before=bare).read_bytes() == first


def test_what_was_there_stays_whole_after_a_failure(town, tmp_path, monkeypatch):
    path = write_workbook(town, tmp_path / "a.xlsx")
    old = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match=re.escape(str(path))):
        write_workbook(town.head(0).reindex(range(1)).assign(unit="a", max_score=1.0), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "a.xls"}, "Tệp 'a.xls' phải có đuôi .xlsx; hãy đặt tên khác."),
        ({"scheme": "da-nang"}, "Không có thang xếp loại 'da-nang'"),
        ({"ranking": table([])}, "Bảng không có đơn vị nào để ghi."),
        ({"ranking": pd.DataFrame({"unit": ["a"]})}, "Bảng không có cột 'score'"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left(change, message, tmp_path):
    options = {"ranking": table([9.0]), "path": "a.xlsx", **change}
    ranking, path = options.pop("ranking"), tmp_path / options.pop("path")
    with pytest.raises(ValueError, match=re.escape(message)):
        write_workbook(ranking, path, **options)
    assert list(tmp_path.iterdir()) == []


def test_ranks_of_a_part_are_refused(town, tmp_path):
    with pytest.raises(ValueError, match="hãy dùng cả bảng"):
        write_workbook(rank_units(town)[5:], tmp_path / "a.xlsx")


LIBREOFFICE = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def converted(tmp_path_factory) -> dict[str, tuple[Path, Path]]:
    """Each workbook that is held against what LibreOffice makes of it, and that; in one start."""
    folder = tmp_path_factory.mktemp("libreoffice")
    paths = [write_all(folder / "all.xlsx")]
    for at, (scores, options, new) in enumerate(MENDED.values()):
        paths.append(write_workbook(scores, folder / f"{at}.xlsx", **options))
        mended(paths[-1], new)
    command = [
        "soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to", "xlsx", "--outdir", str(folder / "out"), *map(str, paths),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert b"Error" not in done.stderr
    return {path.stem: (path, folder / "out" / path.name) for path in paths}


def write_all(path):
    """Write a workbook with all that it may have."""
    town, fields = made_town(), ddci()
    units = dict(zip(fields["unit"].unique(), town["unit"], strict=False))
    fields = fields.replace({"unit": units})
    return write_workbook(town, path, before=town, fields=fields, unit="Phòng Y tế")


def mended(path, scores: dict[int | str, object]) -> None:
    """Change scores by their rows in the source, or cut-offs; what was computed is gone."""
    book = openpyxl.load_workbook(path)
    for cell in (at for at in scores if isinstance(at, str)):
        book["Ngưỡng"][cell].value = scores[cell]
    sheet = book["Xếp hạng"]
    heads = [cell.value for cell in sheet[1]]
    at, row_at = heads.index("Tổng điểm đánh giá"), heads.index("Dòng trong nguồn")
    for row in sheet.iter_rows(min_row=2):
        if row[row_at].value - 1 in scores:
            row[at].value = scores[row[row_at].value - 1]
    book.save(path)


STRICT = GradeScheme(["*", ">5", "=1+1"], [80, 30, 10], strict=["*"])
BY_BLOCK = {"=1": STRICT, "*": "thi-xa-2020", ">0": GradeScheme(['"', "?"], [75.5, 0])}
MENDED = {  # scores, options, what is mended: by row of the source
    "ties": (table([81.9, 81.81, 67.52, None, 0.1 + 0.2, 0.3]), {}, {1: 81.9, 2: None, 3: 99.5}),
    "maxima and blocks": (
        table([63, 56.7, 67.5, 56.25, None, 40, 75.5], [70, 63, 84, 70, 70, 100.5, 100],
              block=["=1", "=1", "*", "*", "*", ">0", ">0"]),
        {"unit": "a", "scheme": BY_BLOCK}, {1: 56.25, 4: 67.5, 6: 75.499999},
    ),
    "strict": (
        table([80, 80.1, 30, 9]).assign(unit=NASTY[:4]), {"scheme": STRICT}, {0: 80.000001, 2: 10},
    ),
    "another cut-off": (table([85, 75]), {}, {"C2": 85, "B3": "trên", "C3": 75}),
    "bonus and years": (
        table([101.5, 100, 99, 100], year=[2020, 2020, 2021, 2021], bonus=5.0, max_assumed=True),
        {}, {1: 101.5, 2: 100.5},
    ),
}  # fmt: skip


@LIBREOFFICE
def test_who_mends_a_score_gets_what_the_package_computes(converted, tmp_path):
    for at, (scores, options, new) in enumerate(MENDED.values()):
        _, path = converted[str(at)]
        due = scores.copy()
        if "C2" in new:
            own = GradeScheme(
                load_scheme("thi-xa-2020").grades, [85, 75, 65, 50, 0], strict=["Tốt"]
            )
            options = {"scheme": own}
        else:
            due.loc[list(new), "score"] = pd.Series(new, dtype="float64")
        due, got = written(due, tmp_path, **options), read(path)
        for name in ("Xếp hạng", "Phân bố", "So sánh", "Sát ngưỡng", DRAWN):
            ours, theirs = by_unit(due[name]), by_unit(got[name])
            assert theirs.keys() == ours.keys()
            for key, row in ours.items():
                numbers = [isinstance(value, float) for value in row]
                row = [
                    pytest.approx(value, abs=1e-9) if number else value
                    for value, number in zip(row, numbers, strict=True)
                ]
                assert theirs[key] == row, name
        for name in ("Đối chiếu", "Ghi chú"):
            warned = [cell.value for row in got[name].iter_rows() for cell in row]
            assert any("đã được sửa" in str(value) for value in warned)
        assert not any("đã được sửa" in str(c.value) for row in due["Đối chiếu"] for c in row)


def by_unit(sheet) -> dict:
    """The rows by their names; a sheet that was not sorted again is in another order."""
    header, *rows = rows_of(sheet)
    names = [at for at, head in enumerate(header) if head in ("Năm", "Khối", "Đơn vị", "Xếp loại")]
    if "Đơn vị" in header:
        names = [at for at in names if header[at] != "Xếp loại"]
    return {tuple(row[at] for at in names): row for row in rows}


@pytest.mark.parametrize(
    ("ranking", "why"),
    [
        (table([0.5] * 21, 1.0), "quá nhiều đơn"),
        (table([1.5, 2.123456789], [3.1234567, 4.0]), "quá nhiều chữ số"),
    ],
)
@pytest.mark.filterwarnings("ignore:Có số nhiều hơn 6")
def test_where_formulas_would_be_slow_or_inexact_there_are_values(
    ranking, why, tmp_path, monkeypatch
):
    monkeypatch.setattr("cchc_analysis.reports.workbook._MOST_ROWS", 20)
    path = write_workbook(ranking, tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets")]
    assert not any(b"<f>" in sheet for sheet in sheets)
    notes = dict(rows_of(read(path)["Ghi chú"]))
    assert why in notes["Sửa điểm"]


def test_a_unit_that_is_not_ranked_on_purpose_stays_so(tmp_path):
    ranking = table([90, 80, 70]).assign(published_rank=pd.array([1, None, 2], dtype="Int64"))
    book = openpyxl.load_workbook(write_workbook(rank_units(ranking), tmp_path / "a.xlsx"))
    heads = [cell.value for cell in book["Xếp hạng"][1]]
    keys = [row[heads.index("Điểm nguyên để so sánh")].value for row in book["Xếp hạng"]][1:]
    assert [key is None for key in keys] == [False, False, True]


def test_the_change_is_drawn_and_the_chosen_unit_is_marked(town, tmp_path):
    before = town.assign(score=town["score"].iloc[::-1].to_numpy(), year=2019)
    before = before[["unit", "score", "max_score"]]
    path = write_workbook(town, tmp_path / "a.xlsx", before=before, unit="Phòng Y tế")
    book, (ranking, _, change) = read(path), charts_of(path)
    assert change["title"] == "Tăng, giảm điểm so với kỳ trước"
    gained, lost, labels = change["series"]
    units, values = cells(book, labels["cat"]), cells(book, labels["val"])
    assert [unit for unit in units if "►" in unit] == ["► Phòng Y tế"]
    units = [unit.removeprefix("► ") for unit in units]
    due = compare_periods(before, town).set_index("unit")["score_change"]
    assert values == pytest.approx(list(due[units]))
    both = zip(cells(book, gained["val"]), cells(book, lost["val"]), strict=True)
    assert [up + down for up, down in both] == values
    assert [unit for unit in drawn(book, ranking) if "►" in unit] == ["► Phòng Y tế"]


def test_a_change_of_all_maxima_is_drawn_in_percent_and_none_is_not_drawn(tmp_path):
    before, after = table([50, 60, 70]), table([6, 6, 7.5], 10.0)
    path = write_workbook(after, tmp_path / "a.xlsx", before=before)
    change = charts_of(path)[-1]
    assert change["title"] == "Tăng, giảm (điểm phần trăm) so với kỳ trước"
    *_, labels = change["series"]
    assert cells(read(path), labels["cat"]) == ["c", "a", "b"]
    assert cells(read(path), labels["val"]) == [5, 10, 0]
    others = before.assign(unit=["x", "y", "z"])
    path = write_workbook(after, tmp_path / "b.xlsx", before=others)
    assert len(charts_of(path)) == 2


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({}, "AND(ISNUMBER($C2),$C2>=0,ROUND($C2,6)=$C2,$C2<=$F2)"),
        ({"bonus": 5.0}, "AND(ISNUMBER($C2),$C2>=0,ROUND($C2,6)=$C2)"),
    ],
)
def test_nobody_types_a_score_that_would_be_refused(more, rule, tmp_path):
    path = write_workbook(table([90, 80, None]).assign(**more), tmp_path / "a.xlsx")
    rules = openpyxl.load_workbook(path)["Xếp hạng"].data_validations.dataValidation
    assert [(str(one.sqref), one.formula1) for one in rules] == [
        ("C2:C4", rule), ("F2:F4", "AND(ISNUMBER($F2),$F2>0,ROUND($F2,2)=$F2)"),
    ]  # fmt: skip
    assert "từ 0 đến điểm tối đa" in rules[0].error


def test_fields_have_a_scale_of_colours(tmp_path):
    book = written(total_fields(ddci()), tmp_path, fields=ddci())
    ((area, (rule,)),) = rules_of(book["Lĩnh vực theo đơn vị"]).items()
    assert (str(area.sqref), rule.type) == ("B2:J18", "colorScale")
    least, most = (color.rgb for color in rule.colorScale.color)
    assert (least, most) == ("FF7FB2DC", "FFFFFFFF")  # few points are dark


@LIBREOFFICE
def test_libreoffice_opens_it_and_reads_the_same_cells(converted):
    ours, theirs = map(read, converted["all"])
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                number = isinstance(cell.value, float)
                other = theirs[sheet.title][cell.coordinate].value
                assert other == (pytest.approx(cell.value, abs=1e-9) if number else cell.value)
    assert len(charts_of(converted["all"][1])) == 3
