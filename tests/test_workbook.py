import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import DATA, LONG, loaded, table
from lxml import etree

from cchc_analysis import (
    GradeScheme,
    LoadWarning,
    check_published,
    compare_periods,
    field_losses,
    field_matrix,
    grade_distribution,
    load_fields,
    rank_units,
    write_workbook,
)
from cchc_analysis.grade_marks import grade_shades, ink_on
from cchc_analysis.schemes import load_scheme, scheme_names

SHEETS = ["Xếp hạng", "Phân bố", "Biểu đồ", "So sánh", "Đối chiếu", "Ghi chú"]
NAMESPACES = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
}
NASTY = ["=1+1", "<script>alert(1)</script>", "@SUM(A1)", "http://x.vn", "007", "-5", "+7", "a & b"]


def written(ranking, tmp_path, name="a.xlsx", **options) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_workbook(ranking, tmp_path / name, **options))


def papi() -> pd.DataFrame:
    with pytest.warns(LoadWarning):  # the column of regions
        return load_fields(DATA / "papi-2011-fields.csv")


def rows_of(sheet) -> list[list]:
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
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
                for s in find("//c:ser", namespaces=NAMESPACES)
            ]
            title = "".join(find("//c:chart/c:title//a:t/text()", namespaces=NAMESPACES))
            found.append({"title": title, "series": series, "root": root})
    return found


def cells(book, reference) -> list:
    name, area = re.fullmatch(r"'?([^'!]+)'?!(.+)", reference).groups()
    area = book[name][area.replace("$", "")]
    return [c.value for row in area for c in row] if isinstance(area, tuple) else [area.value]


def drawn(book, chart) -> dict:
    """What a chart of a ranking shows: the label of each unit with its grade and its value."""
    shown = {}
    for series in chart["series"]:
        grade = cells(book, series["tx"])[0]
        labels, values = cells(book, series["cat"]), cells(book, series["val"])
        for label, value in zip(labels, values, strict=True):
            shown.setdefault(label, [])
            if value is not None:
                shown[label].append((grade, value))
    return shown


def long_table(units=140):
    scores = [round(99.5 - at * 0.4, 1) if at % 17 else None for at in range(units)]
    big = table(scores)
    big["unit"] = [f"{LONG} {at}" if at % 3 == 0 else f"Xã số {at}" for at in range(units)]
    return big


def test_the_ranking_comes_first_and_holds_numbers_as_they_are(town, tmp_path):
    book = written(town, tmp_path)
    assert book.sheetnames == SHEETS
    sheet = book["Xếp hạng"]
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
            assert sheet.freeze_panes == "A2"
            assert sheet["A1"].font.b
            assert sheet["A1"].font.name == "Times New Roman"
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.page_setup.fitToWidth in (
                None,
                1,
            )  # one, which is the default of the format
            assert sheet.page_setup.fitToHeight == 0
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
        wide = sheet.title == "So với kỳ trước"
        assert (sheet.page_setup.orientation == "landscape") == wide
    assert book["Xếp hạng"].auto_filter.ref == "A1:E19"
    assert book["Phân bố"].auto_filter.ref == "A1:C6"  # the total is not sorted with the grades


def test_columns_are_as_wide_as_their_texts_and_rows_as_high(town, tmp_path):
    widths = written(town, tmp_path)["Xếp hạng"].column_dimensions
    assert widths["B"].width > town["unit"].str.len().max()
    assert widths["A"].width < widths["B"].width / 3
    sheet = written(long_table(), tmp_path)["Xếp hạng"]
    assert sheet.column_dimensions["B"].width < 60
    assert sheet.sheet_format.defaultRowHeight >= 2 * 15  # two lines, also after sorting
    assert sheet.sheet_format.customHeight


def test_grades_are_shaded_and_written(town, tmp_path):
    sheet = written(town, tmp_path)["Xếp hạng"]
    shades = grade_shades(load_scheme("thi-xa-2020"))
    for row in range(2, 20):
        cell = sheet.cell(row, 5)
        assert f"#{cell.fill.fgColor.rgb[2:].lower()}" == shades[cell.value]
        assert f"#{cell.font.color.rgb[2:].lower()}" == ink_on(shades[cell.value])


@pytest.mark.parametrize("name", scheme_names())
def test_text_on_every_shade_is_readable(name):
    def luminance(color):
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for shade in grade_shades(load_scheme(name)).values():
        dark, light = sorted([luminance(shade), luminance(ink_on(shade))])
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_distribution_has_every_grade_and_its_total(town, tmp_path):
    sheet = written(town, tmp_path)["Phân bố"]
    header, *rows = rows_of(sheet)
    assert header == ["Xếp loại", "Số đơn vị", "Tỷ lệ"]
    counts = grade_distribution(town)
    assert [row[0] for row in rows] == [*counts["grade"], "Tổng cộng"]
    assert [row[1] for row in rows] == [3, 6, 9, 0, 0, 18]
    assert [row[2] * 100 for row in rows] == pytest.approx([*counts["share_pct"], 100])
    assert sheet["C2"].number_format == "0.00%"


def test_the_comparison_is_with_the_exact_mean(town, tmp_path):
    header, *rows = rows_of(written(town, tmp_path)["So sánh"])
    assert header[-2:] == ["Điểm trung bình", "So với trung bình (điểm)"]
    mean = round(town["score"].sum() * 100) / 1800
    assert [row[-2] for row in rows] == pytest.approx([mean] * 18, abs=1e-13)
    assert [row[-1] for row in rows] == pytest.approx(list(town["score"] - mean), abs=1e-12)
    # 0,1 + 0,2 against 0,3: the mean is 0,3 and no difference is noise.
    same = written(table([0.1 + 0.2, 0.3, 0.3], 1.0), tmp_path)["So sánh"]
    assert [row[-1] for row in rows_of(same)[1:]] == [0, 0, 0]
    assert same["F2"].number_format == "#,##0.00"


def test_differences_show_their_sign(town, tmp_path):
    assert written(town, tmp_path)["So sánh"]["F2"].number_format == "+0.00;-0.00;0.00"


def test_changes_are_those_of_compare_periods(town, tmp_path):
    before = town.assign(score=(town["score"] * 97).round() / 100)[:-1]
    bare = town[["unit", "score", "max_score"]]
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
    assert "Tỷ lệ điểm trước (%)" not in header  # points of 100 say the same
    scaled = written(bare.assign(max_score=110.0), tmp_path, before=before)["So với kỳ trước"]
    assert "Tỷ lệ điểm trước (%)" in rows_of(scaled)[0]


def test_fields_have_their_sheets(tmp_path):
    fields = papi()
    ranking = table([90.0, 80])
    book = written(ranking, tmp_path, fields=fields)
    losses = field_losses(fields)
    header, *rows = rows_of(book["Lĩnh vực"])
    assert [row[0] for row in rows] == list(losses["field"])
    assert [row[header.index("Điểm bị mất")] for row in rows] == pytest.approx(list(losses["lost"]))
    header, *rows = rows_of(book["Lĩnh vực theo đơn vị"])
    assert header[:2] == ["Đơn vị", "D1 (%)"]
    assert [row[1] for row in rows] == pytest.approx(list(field_matrix(fields)["D1"]))


def test_disagreements_are_listed_with_what_was_compared(town, tmp_path):
    (header, note) = rows_of(written(town, tmp_path)["Đối chiếu"])
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
    assert "1 đơn vị chưa chấm" in notes["Tỷ lệ"]


def test_the_charts_refer_to_the_right_cells(town, tmp_path):
    path = write_workbook(town, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    ranking, distribution = charts_of(path)
    assert ranking["title"] == "Xếp hạng các đơn vị theo điểm cải cách hành chính"
    expected = {f"{row.rank}. {row.unit}": [(row.grade, row.score)] for row in town.itertuples()}
    assert drawn(book, ranking) == expected
    assert list(drawn(book, ranking)) == list(expected)  # best first
    (series,) = distribution["series"]
    assert cells(book, series["cat"]) == [
        "Xuất sắc (từ 90%)", "Tốt (từ 80%)", "Khá (từ 65%)", "Trung bình (từ 50%)",
        "Yếu (dưới 50%)",
    ]  # fmt: skip
    assert cells(book, series["val"]) == [3, 6, 9, 0, 0]


def test_charts_start_at_zero_with_the_best_on_top(town, tmp_path):
    for chart in charts_of(write_workbook(town, tmp_path / "a.xlsx")):
        one = chart["root"].xpath
        assert one("//c:catAx/c:scaling/c:orientation/@val", namespaces=NAMESPACES) == ["maxMin"]
        assert one("//c:valAx/c:scaling/c:min/@val", namespaces=NAMESPACES) == ["0"]
        assert one("//c:catAx/c:tickLblSkip/@val", namespaces=NAMESPACES) == ["1"]
        assert one("//c:barDir/@val", namespaces=NAMESPACES) == ["bar"]
        assert "giả định" in "".join(one("//c:valAx//a:t/text()", namespaces=NAMESPACES))


def test_labels_have_the_places_that_are_printed(town, tmp_path):
    (ranking, _) = charts_of(write_workbook(town, tmp_path / "a.xlsx"))
    formats = ranking["root"].xpath("//c:dLbls/c:numFmt/@formatCode", namespaces=NAMESPACES)
    assert set(formats) == {"0.00"}
    assert ranking["root"].xpath("//c:dLbls/c:showSerName/@val", namespaces=NAMESPACES)
    book = written(town.assign(score=town["score"] + 0.001), tmp_path)
    assert book["Xếp hạng"]["C2"].number_format == "#,##0.000"


def alts_and_ends(path):
    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("xl/drawings/drawing1.xml"))
    alts = root.xpath("//xdr:cNvPr/@descr", namespaces=NAMESPACES)
    rows = root.xpath("//xdr:from/xdr:row/text() | //xdr:to/xdr:row/text()", namespaces=NAMESPACES)
    return alts, [int(row) for row in rows]


def test_each_chart_has_alt_text(town, tmp_path):
    alts, _ = alts_and_ends(write_workbook(town, tmp_path / "a.xlsx"))
    assert alts[0].startswith("Biểu đồ thanh ngang: xếp hạng các đơn vị")
    assert "Đầu bảng: Văn phòng HĐND&UBND (97,23)" in alts[0]
    assert "Tốt (từ 80%): 6 (33,33%)" in alts[1]
    assert all(alt.endswith("Ngưỡng xếp loại: giả định.") for alt in alts)


@pytest.mark.parametrize("units", [1, 2, 18, 63, 140, 200])
def test_many_units_are_drawn_on_as_many_charts_as_fit_their_pages(units, tmp_path):
    big = long_table(units)
    path = write_workbook(big, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    *rankings, _ = charts_of(path)
    shown = {label: bars for chart in rankings for label, bars in drawn(book, chart).items()}
    assert len(shown) == (units if big["score"].notna().any() else 0)
    scored = [bars[0][1] for bars in shown.values() if bars]
    assert scored == sorted(big["score"].dropna(), reverse=True)
    assert len([label for label in shown if label.endswith("(chưa chấm)")]) == (
        big["score"].isna().sum() if shown else 0
    )
    if len(rankings) > 1:
        assert rankings[1]["title"].endswith(f"(2/{len(rankings)})")
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
    book = openpyxl.load_workbook(path)
    header, *rows = rows_of(book["Xếp hạng"])
    assert header == [
        "STT", "Khối", "Đơn vị", "Tổng điểm đánh giá", "Điểm tối đa", "Tỷ lệ điểm (%)", "Xếp hạng",
        "Xếp loại",
    ]  # fmt: skip
    assert [row[1] for row in rows] == list("xxxyy")
    assert rows[2] == [3, "x", "c", None, 70, None, None, "Chưa chấm"]
    assert rows[1][5] == 90
    totals = rows_of(book["Phân bố"])[-3:]
    assert totals[0][:3] == ["x", "Tổng cộng", 3]
    assert totals[1][:3] == ["y", "Tổng cộng", 2]
    assert book["Phân bố"].auto_filter.ref == "A1:D12"
    charts = charts_of(path)
    assert [chart["title"].split(" – ")[1] for chart in charts] == list("xyxy")
    assert drawn(book, charts[0]) == {
        "1. a": [("Xuất sắc", 100)], "2. b": [("Xuất sắc", 90)], "c (chưa chấm)": [],
    }  # fmt: skip
    assert drawn(book, charts[1])["1. d"] == [("Tốt", 80.5)]
    assert cells(book, charts[2]["series"][0]["val"]) == [2, 0, 0, 0, 0, 1]
    assert cells(book, charts[3]["series"][0]["val"]) == [0, 1, 1, 0, 0]
    header, *rows = rows_of(book["So sánh"])
    assert header[-2:] == ["Trung bình (%)", "So với trung bình (điểm %)"]
    assert [row[-2] for row in rows[:3]] == [95, 95, 95]
    assert [row[-1] for row in rows[:3]] == [5, -5, None]


def test_years_are_told_apart(tmp_path):
    regions = loaded(DATA / "par-index-regions.csv")
    path = write_workbook(regions, tmp_path / "a.xlsx", scheme="par-index")
    titles = [chart["title"] for chart in charts_of(path)]
    assert [title[-4:] for title in titles] == ["2023", "2022"] * 2
    sheet = openpyxl.load_workbook(path)["Xếp hạng"]
    assert sheet["B2"].value == 2023
    assert [row[4] for row in rows_of(sheet)[5:7]] == [5, 5]  # a tie


def test_a_unit_below_the_last_bound_is_drawn_without_a_shade(tmp_path):
    scheme = GradeScheme(["Đạt"], [50])
    path = write_workbook(table([80.0, 40]), tmp_path / "a.xlsx", scheme=scheme)
    book = openpyxl.load_workbook(path)
    assert drawn(book, charts_of(path)[0]) == {
        "1. a": [("Đạt", 80)], "2. b": [("Không xếp loại", 40)],
    }  # fmt: skip


def test_no_unit_scored_is_a_table_too(tmp_path):
    path = write_workbook(table([None, None]), tmp_path / "a.xlsx")
    (chart,) = charts_of(path)
    assert chart["title"].startswith("Phân bố")
    assert rows_of(openpyxl.load_workbook(path)["So sánh"])[1] == [1, "a"] + [None] * 4


def test_text_stays_text_whatever_it_looks_like(tmp_path):
    ranking = table(range(90, 90 - len(NASTY), -1)).assign(unit=NASTY)
    fields = pd.DataFrame({"unit": NASTY, "field": "=2+2", "score": 1.0, "max_score": 2.0})
    path = write_workbook(
        ranking, tmp_path / "a.xlsx", before=ranking[1:], fields=fields, source="=HYPERLINK(1)"
    )
    book = openpyxl.load_workbook(path)
    assert [row[1] for row in rows_of(book["Xếp hạng"])[1:]] == NASTY
    assert book["Xếp hạng"]["B2"].quotePrefix  # stays text when someone edits it
    kinds = {c.data_type for s in book.worksheets for row in s.iter_rows() for c in row}
    assert kinds <= {"s", "n"}
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_the_same_table_gives_the_same_bytes(town, tmp_path):
    options = {"before": town, "fields": papi()}
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


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_libreoffice_recalculates_it_without_error(town, tmp_path, form):
    path = write_workbook(town, tmp_path / "a.xlsx", before=rank_units(town[1:]))
    command = [
        "soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--convert-to", form, "--outdir", str(tmp_path / "out"), str(path),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert b"Error" not in done.stderr
    result = tmp_path / "out" / f"a.{form}"
    assert result.stat().st_size > 5000
    if form == "xlsx":
        ours, theirs = (openpyxl.load_workbook(p) for p in (path, result))
        assert theirs.sheetnames == ours.sheetnames
        for sheet in ours.worksheets:
            for mine, other in zip(rows_of(sheet), rows_of(theirs[sheet.title]), strict=True):
                assert other == [pytest.approx(v) if isinstance(v, float) else v for v in mine]
        assert len(charts_of(result)) == 2
