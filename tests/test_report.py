import datetime
import io
import itertools
import re
import shutil
import subprocess
import zipfile
from base64 import b64decode

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import DATA, LONG, ROOT, ddci, loaded, table
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image

from cchc_analysis import (
    compare_periods,
    describe_ranking,
    field_losses,
    format_ranking,
    grade_distribution,
    grade_units,
    rank_units,
    write_report,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.results import results_of
from cchc_analysis.text import in_years

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
UNITS = 100  # a chart of them is on three pages
OF_ALL = {"Điểm tối đa": "Tổng điểm tối đa"}
GIVEN = {
    "parent": "Ủy ban nhân dân thị xã Hương Trà", "agency": "Phòng Nội vụ", "place": "Hương Trà",
    "number": 9, "date": "2021-01-05", "recipients": ["UBND thị xã", "- Các phòng, ban;"],
    "signer_title": "KT. Trưởng phòng\nPhó Trưởng phòng", "signer": "Nguyễn Văn A",
    "source": "Trang thông tin điện tử thị xã", "subject": "Kết quả năm 2020",
}  # fmt: skip


def many(count=UNITS, seed=1):
    """Units of one year with names long and short, two of them without a score."""
    drawn = np.random.default_rng(seed).uniform(45, 99, count).round(2)
    units = [LONG if n == 3 else f"UBND xã số {n}" for n in range(count)]
    scores = pd.DataFrame({"unit": units, "score": drawn, "max_score": 100.0, "year": 2023})
    scores.loc[[5, 77], "score"] = np.nan
    return scores


def texts(document):
    return [paragraph._p.xpath("string(.)") for paragraph in document.paragraphs]


def captions(document, label):
    return [text for text in texts(document) if text.startswith(f"{label} ")]


RANKING, COUNTS, CHANGED = "Kết quả xếp hạng, xếp loại các", "Số đơn vị và tỷ lệ", "Thay đổi điểm"
LACKING, OWN = "lĩnh vực của tất cả", "lĩnh vực của Huyện"


def signature(document):
    """The table of recipients and signer."""
    return next(one for one in document.tables if "Nơi nhận:" in one.cell(0, 0).text)


def rows(document, about, number=0):
    """The text of the first table whose caption says this, or of a later one."""
    wanted = [text for text in captions(document, "Bảng") if about in text][number]
    caption = next(p._p for p in document.paragraphs if p._p.xpath("string(.)") == wanted)
    return [
        [cell.xpath("string(.)") for cell in row.findall(qn("w:tc"))]
        for row in caption.getnext().findall(qn("w:tr"))
    ]


def printed(frame):
    return [list(frame), *frame.astype("str").to_numpy().tolist()]


@pytest.fixture(autouse=True)
def _charts(request):
    """Draw the charts only where a test asks for it."""
    asked = {"coarse", "unsaved"} & set(request.fixturenames)
    request.getfixturevalue(asked.pop() if asked else "sketched")


@pytest.fixture
def few():
    """A ranking where the template or the options are tested: a chart of it is drawn at once."""
    return table([97.23, 81]).pipe(rank_units).pipe(grade_units)


@pytest.fixture(scope="module")
def few_dots():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cchc_analysis.charts.export._DPI", 40)
        yield


@pytest.fixture(scope="module")
def town_file(tmp_path_factory, few_dots):
    return write_report(
        loaded(DATA / "cchc-2020.csv"), tmp_path_factory.mktemp("r") / "r.docx", **GIVEN
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory, few_dots):
    """The report with all there is, of many units."""
    scores, fields = many(), of_fields(many())
    before = scores.assign(year=2022, score=(scores["score"] - 1.5).round(2)).iloc[2:]
    published = scores.assign(published_rank=rank_units(scores)["rank"].mask(scores.index == 9, 1))
    path = tmp_path_factory.mktemp("r") / "r.docx"
    source = GIVEN["source"]
    write_report(published, path, before=before, fields=fields, unit="UBND xã số 9", source=source)
    return {"path": path, "scores": published, "before": before, "fields": fields}


def of_fields(scores, seed=2):
    draw = np.random.default_rng(seed)
    parts = [
        scores[[c for c in scores if c in ("unit", "year", "block")]].assign(
            field=name, score=draw.uniform(3, 10, len(scores)).round(2), max_score=10.0
        )
        for name in ("Chỉ đạo, điều hành", "Cải cách thể chế", "Chính quyền số")
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_page_is_as_the_decree_wants_it(town_file):
    (section,) = Document(town_file).sections
    sides = ("page_width", "page_height", "top_margin", "bottom_margin", "left_margin")
    lengths = [round(getattr(section, side).mm, 1) for side in (*sides, "right_margin")]
    assert lengths == [210, 297, 20, 20, 30, 20]
    assert section.header_distance < section.top_margin
    assert section.different_first_page_header_footer
    (paragraph,) = section.header.paragraphs
    assert paragraph.alignment == ALIGN.CENTER
    assert paragraph._p.xpath("string(.//w:fldSimple/@w:instr)").strip() == "PAGE"
    assert 13 <= paragraph.style.font.size.pt <= 14
    assert section.first_page_header.is_linked_to_previous  # nothing is on page 1


@pytest.mark.parametrize(
    "name", ["Normal", "Body Text", "Heading 1", "Heading 2", "Caption", "CCHC bảng", "Header"]
)
def test_all_letters_are_times_new_roman_and_black(town_file, name):
    style = Document(town_file).styles[name]
    fonts = style.element.rPr.rFonts.attrib
    scripts = {qn(f"w:{script}") for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    assert dict(fonts) == dict.fromkeys(scripts, "Times New Roman")
    assert style.font.color.rgb is None
    assert 12 <= style.font.size.pt <= 14
    own = Document(town_file).element.body.xpath(".//w:rFonts | .//w:color[not(@w:val='000000')]")
    assert not own


def test_text_is_justified_and_indented(town_file):
    text = next(p for p in Document(town_file).paragraphs if p.text.startswith("Có 18 đơn"))
    assert text.style.name == "Body Text"
    look = text.style.paragraph_format
    assert look.alignment == ALIGN.JUSTIFY
    assert Mm(10) <= look.first_line_indent <= Mm(12.8)
    assert look.space_after >= Pt(6)
    assert 1 <= look.line_spacing <= 1.5


def test_no_paragraph_is_empty(town_file, full):
    for path in (town_file, full["path"]):
        for paragraph in Document(path).element.body.xpath(".//w:p"):
            assert paragraph.xpath("string(.)").strip() or paragraph.xpath(".//pic:pic")


def test_the_parts_of_a_report_stand_where_the_decree_has_them(town_file):
    document = Document(town_file)
    head, tail = document.tables[0], signature(document)
    assert [cell.text for row in head.rows for cell in row.cells] == [
        f"ỦY BAN NHÂN DÂN THỊ XÃ HƯƠNG TRÀ\nPHÒNG NỘI VỤ\n{'_' * 12}",
        f"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n{'_' * 54}",
        "Số: 09/BC-………",
        "Hương Trà, ngày 05 tháng 01 năm 2021",
    ]
    assert texts(document)[:3] == ["BÁO CÁO", "Kết quả năm 2020", "_" * 16]
    assert [cell.text for cell in tail.rows[0].cells] == [
        "Nơi nhận:\n- UBND thị xã;\n- Các phòng, ban;\n- Lưu: VT.",
        "KT. TRƯỞNG PHÒNG\nPHÓ TRƯỞNG PHÒNG\nNguyễn Văn A",
    ]
    assert texts(document)[3:5] == [
        f"Căn cứ {'…' * 22};", "Phòng Nội vụ báo cáo kết quả năm 2020 như sau:",
    ]  # fmt: skip
    assert "Trên đây là báo cáo kết quả năm 2020./." in texts(document)


def test_what_was_not_given_is_a_dotted_line(tmp_path, few):
    document = Document(write_report(few, tmp_path / "r.docx"))
    both = document.tables[0], signature(document)
    cells = [cell.text for one in both for row in one.rows for cell in row.cells]
    dots = "………………………"
    assert cells[0] == f"{dots}\n{dots}\n_________"
    assert cells[2:4] == ["Số: ………/BC-………", "…………, ngày …… tháng …… năm ………"]
    assert cells[4:] == [f"Nơi nhận:\n- {dots};\n- Lưu: VT.", f"{dots}\n{dots}"]
    assert " ".join(texts(document)[1:3]) == (
        "Kết quả xếp hạng, xếp loại công tác cải cách hành chính năm ………"
    )
    assert any(text.startswith("Nguồn số liệu: ……") for text in texts(document))


def test_a_superior_that_is_not_there_leaves_no_line(tmp_path, few):
    path = write_report(few, tmp_path / "r.docx", parent="", agency="UBND tỉnh Thừa Thiên Huế")
    left = Document(path).tables[0].rows[0].cells[0]
    assert left.text.strip("_").split() == ["UBND", "TỈNH", "THỪA", "THIÊN", "HUẾ"]


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2022-02-09", "ngày 09 tháng 02 năm 2022"),
        ("11/12/2021", "ngày 11 tháng 12 năm 2021"),
        (datetime.date(2021, 3, 30), "ngày 30 tháng 3 năm 2021"),
        (pd.Timestamp("2021-01-01"), "ngày 01 tháng 01 năm 2021"),
    ],
)
def test_dates_and_their_zeros(tmp_path, date, words):
    path = write_report(table([81, 95]), tmp_path / "r.docx", date=date, number="123/BC-PNV")
    cells = Document(path).tables[0].rows[1].cells
    assert [cell.text for cell in cells] == ["Số: 123/BC-PNV", f"…………, {words}"]


def test_the_tables_hold_the_figures(town_file, town):
    document = Document(town_file)
    assert rows(document, RANKING) == printed(format_ranking(town))
    assert rows(document, COUNTS) == printed(format_ranking(grade_distribution(town)))
    assert rows(document, COUNTS)[-1] == ["Tổng cộng", "18", "100%"]
    assert len(document.tables) == 4  # with what stands above and below
    told = describe_ranking(town)
    said = [re.sub(r" \([BH][^()]*\d\)\.$", ".", text) for text in texts(document)]
    assert len([text for text in said if len(text) > 60 and text in told]) == 2
    assert " ".join(said).count("Xuất sắc từ 90%") == 1, "cut-offs are said once"


def test_all_tables_of_many_units_hold_the_figures(full):
    document = Document(full["path"])
    ranking = full["scores"].pipe(rank_units).pipe(grade_units)
    assert rows(document, RANKING) == printed(format_ranking(ranking))
    assert len(rows(document, RANKING)) == UNITS + 1
    change = compare_periods(full["before"], ranking)
    assert len(rows(document, CHANGED)) == UNITS + 1
    points = ["unit", "score_before", "score_after", "score_change"]
    places = ["common_rank_before", "common_rank_after", "common_units", "rank_change"]
    shown = format_ranking(change[[*points, *places]])
    heads = [in_years(head, (2022, 2023)) for head in shown]
    assert rows(document, CHANGED) == printed(shown.set_axis(heads, axis=1))
    losses = format_ranking(field_losses(full["fields"])).drop(columns="Năm")
    assert rows(document, LACKING) == printed(losses.rename(columns=OF_ALL))
    told = describe_ranking(ranking, before=full["before"], unit="UBND xã số 9")
    assert any(text.removesuffix(".") in told for text in texts(document) if "9 đạt" in text)
    worst = losses.iloc[0]
    assert any(
        p.startswith(
            f"Điểm chưa đạt của các đơn vị nhiều nhất ở lĩnh vực {worst['Lĩnh vực']}: "
            f"{worst['Điểm chưa đạt']} điểm ({worst['Tỷ lệ chưa đạt so với điểm tối đa (%)']}% "
            "điểm tối đa), chiếm "
        )
        for p in texts(document)
    )


def test_counts_of_grades_stand_beside_those_of_the_year_before(full):
    found = rows(Document(full["path"]), COUNTS)
    assert found[0] == ["Xếp loại", "Số đơn vị", "Tỷ lệ", "Số đơn vị năm 2022"]
    before = grade_distribution(full["before"].pipe(rank_units).pipe(grade_units))
    assert {row[0]: int(row[3]) for row in found[1:-1]} == dict(
        zip(before["grade"].astype("str"), before["units"], strict=True)
    )
    assert found[-1][3] == str(len(full["before"]))


def test_a_grade_that_only_the_year_before_gave_is_a_row(tmp_path):
    before = table([95, 60, None], year=2022)
    document = Document(write_report(table([95, 60], year=2023), tmp_path / "r.docx",
                                     before=before))  # fmt: skip
    assert ["Chưa chấm", "0", "–", "1"] in rows(document, COUNTS)
    assert rows(document, COUNTS)[-1][1:] == ["2", "100%", "3"]


def test_who_changed_grade_has_a_row_and_the_text_the_number(tmp_path):
    before, after = table([89, 70, 60], year=2022), table([91, 70, 66], year=2023)
    document = Document(write_report(after, tmp_path / "r.docx", before=before))
    assert rows(document, "Các đơn vị đổi loại năm 2023 so với năm 2022") == [
        ["Đơn vị", "Điểm năm 2022", "Điểm năm 2023", "Tăng, giảm điểm", "Xếp loại năm 2022",
         "Xếp loại năm 2023"],
        ["a", "89,00", "91,00", "+2,00", "Tốt", "Xuất sắc"],
        ["c", "60,00", "66,00", "+6,00", "Trung bình", "Khá"],
    ]  # fmt: skip
    assert "Có 2 đơn vị lên loại (Bảng 2)." in texts(document)
    none = Document(write_report(before.assign(year=2023), tmp_path / "r.docx", before=before))
    assert "Không đơn vị nào có điểm ở cả hai năm đổi loại (Bảng 3)." in texts(none)


def test_the_text_points_to_tables_and_charts_that_are_there(full):
    document = Document(full["path"])
    known = {" ".join(text.split(". ")[:1]) for label in ("Bảng", "Hình")
             for text in captions(document, label)}  # fmt: skip
    pointed = [field for field in document.element.body.iter(qn("w:fldSimple"))
               if " REF " in field.get(qn("w:instr"))]  # fmt: skip
    marks = document.element.xpath(".//w:bookmarkStart[starts-with(@w:name, 'cchc_')]/@w:name")
    assert len(pointed) > 5
    assert len(set(marks)) == len(marks)
    for field in pointed:
        assert field.xpath("string(.)") in known
        assert field.get(qn("w:instr")).split()[1] in marks
    assert not any("\ue000" in text for text in texts(document))


def test_fields_of_other_units_are_left_out_and_said(tmp_path):
    scores = table([90, 80, 70])
    fields = of_fields(scores).replace({"unit": {"c": "Sở lạ"}})
    document = Document(write_report(scores, tmp_path / "r.docx", fields=fields, unit="c"))
    words = " ".join(texts(document))
    assert "c đạt 70,00 điểm" in words
    assert not any("plot_profile" in text for text in captions(document, "Hình"))
    assert "Không có điểm theo lĩnh vực của 1 đơn vị: c." in words
    assert "Không kể 1 đơn vị không có trong bảng xếp hạng: Sở lạ." in words
    assert rows(document, LACKING)[1][1] == "2"


def test_header_rows_repeat_and_rows_never_split(full):
    document = Document(full["path"])
    for found in document.tables[1:]:
        if found._tbl == signature(document)._tbl:
            continue
        heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in found.rows]
        assert heads == [True] + [False] * (len(heads) - 1)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in found.rows)


@pytest.mark.parametrize("units", [20, 45])
def test_no_page_ends_with_a_row_or_two_of_a_long_table_or_begins_with_them(
    tmp_path, units, unsaved
):
    scores = table([*range(100 - units, 100)])
    document = Document(write_report(scores, tmp_path / "r.docx"))
    kept = [bool(row._tr.xpath(".//w:keepNext")) for row in document.tables[-1].rows]
    assert kept[:3] == [True] * 3
    assert not kept[-1]
    # Half a page of them stays together, because the chart that follows needs a page of its own.
    if units == 45:
        assert 18 <= kept[:-1][::-1].index(False) <= 28


def test_what_stands_before_the_annex_is_half_a_page_with_the_signature(few, tmp_path):
    body = Document(write_report(few, tmp_path / "r.docx")).element.body
    annex = body.xpath("./w:p[w:pPr/w:pageBreakBefore]")[0]
    before = annex.xpath("preceding-sibling::w:p")[::-1]
    assert all(one.xpath("w:pPr/w:keepNext") for one in before[:6])
    assert not all(one.xpath("w:pPr/w:keepNext") for one in before[:12])
    assert not annex.getprevious().xpath(".//w:keepNext")


def test_what_is_said_of_a_table_or_chart_stands_on_its_page(full):
    pictures = Document(full["path"]).element.xpath("//w:p[.//w:drawing]")
    headings = Document(full["path"]).element.xpath(
        "//w:p[.//w:fldSimple[contains(@w:instr, 'Bảng ')]][following-sibling::*[1][self::w:tbl]]"
    )
    headings += Document(full["path"]).element.xpath("//w:p[w:pPr/w:pStyle[contains(@w:val, 'Head"
                                                     "ing')]]")  # fmt: skip
    assert len(headings) > 8
    assert all(part.xpath("w:pPr/w:keepNext") for part in [*pictures, *headings])


def test_a_picture_hides_no_border_and_stays_between_the_margins(full):
    body = Document(full["path"]).element.body
    below = body.xpath("./w:tbl/following-sibling::*[1][self::w:p]")
    below = [one for one in below if one.xpath(".//w:drawing")]
    assert below
    assert all(one.xpath("w:pPr/w:spacing/@w:before") == ["120"] for one in below)
    sides = ("distL", "distR")  # where they lack, LibreOffice keeps 3 mm
    assert all([one.get(side) for side in sides] == ["0", "0"] for one in body.xpath("//wp:inline"))


def test_captions_are_fields_numbered_in_order(full):
    document = Document(full["path"])
    for label in ("Bảng", "Hình"):
        found = captions(document, label)
        numbers = [int(re.match(rf"{label} (\d+)\. \S", text)[1]) for text in found]
        assert numbers == list(range(1, len(found) + 1))
        fields = document.element.xpath(f'.//w:fldSimple[contains(@w:instr, "SEQ {label} ")]')
        assert len(fields) == len(found)
        for paragraph in document.paragraphs:
            if paragraph._p.xpath("string(.)") in found:
                assert paragraph.style.name == "Caption"


def test_every_picture_has_an_alt_text_and_fits_the_page(full):
    document = Document(full["path"])
    assert len(document.inline_shapes) == len(captions(document, "Hình"))
    for shape, caption in zip(document.inline_shapes, captions(document, "Hình"), strict=True):
        about = shape._inline.docPr
        found = about.get("title").partition(" – phần ")[0]
        assert f"{found}. B" in about.get("descr")  # the finding opens it
        assert caption.count(". ") >= 1
        assert shape.width == Mm(160)
        assert Mm(20) < shape.height <= Mm(230)


def test_every_picture_carries_title_alt_text_and_source(full):
    document = Document(full["path"])
    for shape in document.inline_shapes:
        about, place = (
            shape._inline.docPr,
            shape._inline.graphic.graphicData.pic.blipFill.blip.embed,
        )
        picture = Image.open(io.BytesIO(document.part.related_parts[place].blob))
        assert picture.info["Title"] == about.get("title")
        assert about.get("descr").endswith(picture.info["Description"])
        assert picture.info["Source"] == GIVEN["source"]


def test_a_long_ranking_has_its_overview(tmp_path, unsaved):
    path = write_report(table([*range(60)]), tmp_path / "r.docx")
    found = captions(Document(path), "Hình")
    assert all("đầu và cuối bảng" in text for text in found)
    assert 1 <= len(found) <= 2, "and not the pages of all units, who stand in the table"
    assert any(text.endswith("(Bảng 2, Hình 1).") for text in texts(Document(path)))


def test_headings_show_in_the_navigation_pane_and_are_numbered(town_file):
    document = Document(town_file)
    found = [p for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert [p.text for p in found] == [
        "Kết quả", "Thứ hạng và xếp loại",
        "Khoảng cách đến ngưỡng xếp loại và giữa các hạng", "Hạn chế, nguyên nhân và kiến nghị",
        "Hạn chế", "Nguyên nhân", "Kiến nghị", "Phương pháp và nguồn số liệu",
    ]  # fmt: skip
    style = found[0].style.element
    assert style.xpath("string(w:pPr/w:outlineLvl/@w:val)") == "0"
    number = style.xpath("string(w:pPr/w:numPr/w:numId/@w:val)")
    assert document.part.numbering_part.element.xpath(f"./w:num[@w:numId='{number}']")


def test_what_agrees_is_said_and_what_differs_is_an_annex(tmp_path, town, full):
    agreed = " ".join(texts(Document(write_report(town, tmp_path / "a.docx"))))
    assert "Thứ hạng và xếp loại của 18 đơn vị khớp với kết quả công bố." in agreed
    assert "Các chỗ khác" not in agreed
    document = Document(full["path"])
    words = texts(document)
    at = words.index("Phụ lục")
    assert words[at : at + 3] == [
        "Phụ lục", "KẾT QUẢ XẾP HẠNG, XẾP LOẠI TỪNG ĐƠN VỊ",
        "(Kèm theo Báo cáo số ………/BC-……… ngày …… tháng …… năm ……… của ………………………)",
    ]  # fmt: skip
    assert document.paragraphs[at].paragraph_format.page_break_before
    shown = document.tables[-1].rows
    assert shown[1].cells[1].text == "UBND xã số 9"
    assert shown[0].cells[-1].text == "Ghi chú"
    assert shown[1].cells[-1].text.startswith("không khớp")
    assert "Các chỗ khác nêu tại Phụ lục." in " ".join(words)
    unpublished = write_report(table([81, 95]), tmp_path / "b.docx")
    assert "Bảng không có số liệu công bố để đối chiếu." in " ".join(texts(Document(unpublished)))


def test_what_was_not_compared_is_not_said_to_agree(tmp_path, town):
    part = town.drop(columns=["percent", "rank", "grade"]).drop(index=[2])
    words = " ".join(texts(Document(write_report(part, tmp_path / "r.docx"))))
    assert "Chưa đối chiếu: xếp hạng của 17 đơn vị" in words


def test_the_annex_has_no_words_of_the_program(tmp_path, town):
    scores = town.drop(columns="grade")
    document = Document(write_report(scores, tmp_path / "r.docx", scheme="par-index"))
    row = [cell.text for cell in document.tables[-1].rows[1].cells]
    assert row[0] == "(cả bảng)"
    everything = " ".join([*texts(document), *row])
    assert "scheme" not in everything
    assert "xếp loại chưa được đối chiếu, hãy chọn đúng thang xếp loại." in everything


def test_the_note_says_scheme_scale_ties_and_source(town_file, tmp_path):
    words = texts(Document(town_file))
    at = words.index("Phương pháp và nguồn số liệu")
    cutoffs, ties, source = words[at + 1 : at + 4]
    assert source.startswith("Nguồn số liệu: Trang thông tin điện tử thị xã, ngày ………. Thứ hạng")
    assert cutoffs.startswith("Ngưỡng xếp loại: ")
    assert cutoffs.endswith("(giả định).")
    assert "(thang điểm 100 – giả định)" in " ".join(words[:at])
    assert "17, 17, 19" in ties
    path = write_report(table([81, 95]), tmp_path / "r.docx", scheme="da-nang-2011")
    (cutoffs,) = [t for t in texts(Document(path)) if t.startswith("Ngưỡng xếp loại")]
    assert "giả định" not in cutoffs
    assert "1898/QĐ-UBND" in cutoffs


def test_the_same_report_has_the_same_bytes(tmp_path, town_file, coarse):
    again = write_report(loaded(DATA / "cchc-2020.csv"), tmp_path / "other.docx", **GIVEN)
    assert again.read_bytes() == town_file.read_bytes()
    about = Document(again).core_properties
    assert about.created == about.modified
    assert about.created.date() == datetime.date(2021, 1, 5)
    assert (about.author, about.comments, about.title) == ("Phòng Nội vụ", "", "Kết quả năm 2020")
    with zipfile.ZipFile(again) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_is_left_changed(tmp_path, few):
    looks, style = mpl.rcParams.copy(), few.copy()
    kept = plt.figure()
    write_report(few, tmp_path / "r.docx")
    assert plt.get_fignums() == [kept.number]
    assert mpl.rcParams == looks
    pd.testing.assert_frame_equal(few, style)
    assert few.attrs == style.attrs


def test_names_are_text_and_no_markup(tmp_path, coarse):
    names = ["<b>A & B</b>", 'x"$y$', "=1+1 {SEQ}", "abc\nd"]
    scores = table([90, 80, 70, 60]).assign(unit=names)
    document = Document(write_report(scores, tmp_path / "r.docx", unit=names[0], signer="A & <B>"))
    assert [row[1] for row in rows(document, RANKING)[1:]] == [*names[:3], "abc d"]
    assert any("so với <b>A & B</b>" in text for text in captions(document, "Hình"))
    assert signature(document).rows[0].cells[1].text.endswith("A & <B>")


@pytest.mark.parametrize(
    "scores",
    [
        table([81]),
        table([None]),
        table([80, 80, 80]),
        table([81, None, 65]),
        table([63, 62.62, None], max_score=[70, 70, 84]),
        table([0, 100]),
    ],
    ids=["one", "none scored", "tied", "missing", "maxima", "ends"],
)
def test_every_table_makes_a_report(tmp_path, scores):
    document = Document(write_report(scores, tmp_path / "r.docx"))
    ranking = scores.pipe(rank_units).pipe(grade_units)
    assert rows(document, RANKING) == printed(format_ranking(ranking))
    assert len(document.inline_shapes) == bool(scores["score"].count())
    words = " ".join(texts(document))
    assert "trong 1 đơn vị" not in words
    paragraphs = [p for p in document.paragraphs if p._p.xpath("string(.)").strip()]
    for heading, below in itertools.pairwise(paragraphs):
        if heading.style.name == "Heading 2":
            assert below.style.name == "Body Text", "a section has a sentence"


def test_each_block_has_its_section(tmp_path):
    scores = table([90, 80, 70, 60], block=["Khối sở", "Khối huyện"] * 2, year=2023)
    before = scores.assign(score=[80, 85, 75, 65], year=2022)
    document = Document(
        write_report(scores, tmp_path / "r.docx", before=before, fields=of_fields(scores), unit="c")
    )
    headings = [p for p in document.paragraphs if p.style.name.startswith("Heading")]
    first = [p.text for p in headings if p.style.name == "Heading 1"]
    assert first == [
        "Kết quả chung", "Khối sở, năm 2023", "Khối huyện, năm 2023",
        "Hạn chế, nguyên nhân và kiến nghị", "Phương pháp và nguồn số liệu",
    ]  # fmt: skip
    assert [p.text for p in headings if p.style.name == "Heading 2"] == [
        "Thứ hạng và xếp loại", "Khoảng cách đến ngưỡng xếp loại và giữa các hạng",
        "Thay đổi so với năm 2022", "Kết quả theo lĩnh vực",
    ] * 2 + ["Hạn chế", "Nguyên nhân", "Kiến nghị"]  # fmt: skip
    assert [row[1] for row in rows(document, RANKING)] == ["Đơn vị", "a", "c"]
    assert rows(document, "Kết quả từng khối") == [
        ["Khối", "Số đơn vị được chấm", "Trung bình (điểm)", "Cao nhất (điểm)", "Thấp nhất (điểm)",
         "Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"],
        ["Khối sở", "2", "80,00", "90,00", "70,00", "1", "0", "1", "0", "0"],
        ["Khối huyện", "2", "70,00", "80,00", "60,00", "0", "1", "0", "1", "0"],
    ]  # fmt: skip
    assert captions(document, "Hình")[0].endswith("1. plot_blocks"), "its name, not drawn"
    changes = [t for t in captions(document, "Bảng") if "Thay đổi" in t]
    assert [t.rsplit("(")[-1] for t in changes] == ["Khối sở)", "Khối huyện)"]


def test_a_block_without_a_name_is_called_so_in_captions(tmp_path):
    scores = pd.DataFrame({"unit": list("abcd"), "score": [90, 80, 70, 60], "max_score": 100.0})
    scores["block"] = ["Sở", "Sở", None, None]
    document = Document(write_report(scores, tmp_path / "a.docx"))
    tables = captions(document, "Bảng")[1:]
    assert [text.rpartition(" (")[2] for text in tables] == ["Sở)", "không ghi khối)"] * 2


def test_a_block_without_a_name_stands_among_the_others_with_its_counts(tmp_path):
    ranking = table([95, 81, 60, 82], block=["K", None, None, "K"])
    document = Document(write_report(ranking, tmp_path / "r.docx"))
    assert "các khối: K 88,50 điểm; không ghi khối 70,50 điểm" in " ".join(texts(document))
    assert rows(document, "Kết quả từng khối")[-1][-5:] == ["0", "1", "0", "1", "0"]


def test_a_block_that_the_year_before_lacks_has_no_section_of_changes(tmp_path):
    scores = table([90, 80, 70, 60], block=["Khối sở", "Khối huyện"] * 2, year=2023)
    before = scores[scores["block"] == "Khối sở"].assign(year=2022)
    document = Document(write_report(scores, tmp_path / "r.docx", before=before))
    assert sum(text.startswith("Thay đổi so với năm") for text in texts(document)) == 1
    assert any("Bảng năm 2022 không có khối này" in text for text in texts(document))


def test_where_maxima_changed_the_table_has_the_change_in_percent(tmp_path):
    before, after = table([60, 90], max_score=120, year=2022), table([60, 70], year=2023)
    document = Document(write_report(after, tmp_path / "r.docx", before=before))
    assert rows(document, CHANGED)[0][1:4] == [
        "Tỷ lệ điểm năm 2022 (%)", "Tỷ lệ điểm năm 2023 (%)", "Tăng, giảm (điểm phần trăm)",
    ]  # fmt: skip
    assert rows(document, CHANGED)[1][:4] == ["b", "75,00", "70,00", "-5,00"]
    words = " ".join(texts(document))
    assert "Điểm tối đa của 2 đơn vị đã thay đổi nên chỉ so sánh tỷ lệ điểm." in words


def test_a_new_unit_of_another_maximum_puts_the_table_in_percent_as_the_text_is(tmp_path):
    before, after = table([60, 90], year=2022), table([65, 90, 63], [100, 100, 70], year=2023)
    document = Document(write_report(after, tmp_path / "r.docx", before=before))
    assert rows(document, CHANGED)[0][1] == "Tỷ lệ điểm năm 2022 (%)"
    assert "tăng tỷ lệ điểm nhiều nhất là a (tăng 5,00 điểm phần trăm)" in " ".join(texts(document))


def test_years_have_sections_too(tmp_path):
    regions = loaded(DATA / "par-index-regions.csv")
    document = Document(write_report(regions, tmp_path / "r.docx", scheme="par-index"))
    assert [len(rows(document, RANKING, n)) for n in (0, 1)] == [7, 5]
    first = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert first[:3] == ["Kết quả chung", "Năm 2023", "Năm 2022"]
    assert "Điểm trung bình các năm: năm 2022 85,15 điểm; năm 2023 86,92 điểm" in " ".join(
        texts(document)
    )


def test_a_unit_without_a_score_in_one_year_is_marked_in_the_other(tmp_path, unsaved):
    scores = table([90, 80, None, 70, 60, 50], year=[2022] * 3 + [2023] * 3)
    scores = scores.assign(unit=list("acbacb"))
    document = Document(write_report(scores, tmp_path / "r.docx", unit="b"))
    compared = [text for text in captions(document, "Hình") if "Chênh lệch" in text]
    assert "so với b" in compared[-1]
    assert any(text.startswith("b chưa được chấm điểm") for text in texts(document))


def test_the_unit_is_marked(full):
    document = Document(full["path"])
    (found,) = [t for t in document.tables if t.cell(0, 0).text == "STT"]
    marked = found._tbl.xpath("./w:tr[w:tc//w:b]")
    assert [row.xpath("string(./w:tc[2])") for row in marked] == ["Đơn vị", "UBND xã số 9"]


def test_published_scores_by_field(tmp_path):
    fields = ddci()
    scores = fields.groupby("unit", sort=False)[["score", "max_score"]].sum().reset_index()
    path = write_report(scores.round(6), tmp_path / "r.docx", fields=fields, unit="Huyện Vũ Quang")
    losses = format_ranking(field_losses(fields)).rename(columns=OF_ALL)
    assert rows(Document(path), LACKING) == printed(losses)
    own = format_ranking(field_losses(fields, unit="Huyện Vũ Quang")).drop(columns="Số đơn vị")
    assert rows(Document(path), OWN) == printed(own)


BASE = ROOT / "cchc_analysis" / "reports" / "templates" / "bao-cao.docx"


def template(tmp_path, change=lambda _: None):
    """The template as an office changes it."""
    document = Document(str(BASE))
    change(document)
    document.save(tmp_path / "mau.docx")
    return tmp_path / "mau.docx"


def paragraph_of(document, text):
    found = [p for p in document.element.body.iter(qn("w:p")) if text in p.xpath("string(.)")]
    return found[0]


def without(*names):
    def change(document):
        for name in names:
            paragraph = paragraph_of(document, name)
            paragraph.getparent().remove(paragraph)

    return change


def with_text(text):
    return lambda document: document.paragraphs[0].insert_paragraph_before(text)


def test_a_template_keeps_its_styles_header_words_and_page(tmp_path, few):
    def change(document):
        document.sections[0].left_margin = Mm(35)
        document.sections[0].header.paragraphs[0].text = "SỞ NỘI VỤ – MẪU {{ number }}"
        document.styles["Normal"].font.name = "Arial"
        document.styles["Heading 1"].font.size = Pt(17)
        for style in document.styles["Body Text"], document.styles["CCHC bảng"]:
            style.font.size = None  # as that of Normal
        document.sections[0].top_margin = None
        for width in document.element.xpath("//w:tcW"):
            width.getparent().remove(width)
        document.paragraphs[0].text = "TỜ TRÌNH"
        first, last = (paragraph_of(document, f"group.{n}") for n in ("ranking", "distribution"))
        last.addnext(first)

    path = write_report(few, tmp_path / "r.docx", template=template(tmp_path, change), number=1)
    document = Document(path)
    assert round(document.sections[0].left_margin.mm, 1) == 35
    assert document.sections[0].header.paragraphs[0].text == "SỞ NỘI VỤ – MẪU 01/BC-………"
    assert document.styles["Normal"].font.name == "Arial"
    assert document.styles["Heading 1"].font.size == Pt(17)
    assert texts(document)[0] == "TỜ TRÌNH"
    assert captions(document, "Bảng")[1].startswith(f"Bảng 2. {RANKING}"), "as they stand"
    assert rows(document, COUNTS) == printed(format_ranking(grade_distribution(few)))
    assert document.inline_shapes[0].width <= Mm(156)


def test_a_field_that_word_has_cut_in_pieces_is_one(tmp_path, few):
    def cut(document):
        (run,) = document.tables[0].cell(1, 0).paragraphs[0].runs
        run.text = "Số: {{ num"
        document.tables[0].cell(1, 0).paragraphs[0].add_run("ber }}").italic = True

    path = write_report(few, tmp_path / "r.docx", template=template(tmp_path, cut), number=12)
    assert Document(path).tables[0].cell(1, 0).text == "Số: 12/BC-………"


def no_page(document):
    document.element.body.remove(document.element.body.sectPr)


def no_size(document):
    document.element.body.sectPr.remove(document.element.body.sectPr.pgSz)


def other_kind(document):
    document.styles["Caption"].delete()
    document.styles.add_style("Caption", WD_STYLE_TYPE.CHARACTER)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (no_page, "mẫu không có khổ giấy và lề trang; hãy sửa từ một mẫu"),
        (no_size, "mẫu không có khổ giấy và lề trang"),
        (other_kind, "mẫu không có kiểu đoạn (style) 'Caption'"),
        (lambda d: d.styles["CCHC bảng"].delete(), "không có kiểu đoạn (style) 'CCHC bảng'"),
        (without("group.ranking"), "bảng xếp hạng; các trường còn thiếu: ranking; hãy sửa từ một"),
        (without("group.ranking", "{{p group.fields"), "các trường còn thiếu: ranking, fields"),
        (lambda d: [without("{{p group.ranking")(d), with_text("{%p if group.ranking %}")(d)],
         "các trường còn thiếu: ranking;"),
        (with_text("{{ khong_co }}"), "không có trường 'khong_co' cho mẫu"),
        (with_text("{{ agency.khong }}"), "không có trường 'khong' cho mẫu"),
        (with_text("{{ agency"), "mẫu có trường viết sai"),
        (with_text("{% if agency %}"), "mẫu có trường viết sai"),
        (with_text("{{ 1 / 0 }}"), "mẫu có trường viết sai"),
        (with_text("{{ ''.__class__.__mro__ }}"), "mẫu"),
        (with_text("{{ differences }}"), "hãy viết {{p differences }} trong một đoạn riêng"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_filled_is_refused(tmp_path, few, change, words):
    mine = template(tmp_path, change)
    with pytest.raises(ValueError) as caught:
        write_report(few, tmp_path / "r.docx", template=mine)
    assert str(caught.value).startswith("mau.docx: ")
    assert words in str(caught.value)
    assert str(caught.value).count(";") <= 2
    assert not (tmp_path / "r.docx").exists()


@pytest.mark.parametrize("lines", [[], ["SỞ NỘI VỤ", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"]])
def test_a_letterhead_alone_is_no_template(tmp_path, few, lines):
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(tmp_path / "mau.docx")
    words = (
        "ranking, overall, distribution, comparison, changes, fields, changed, charts, "
        "differences; hãy sửa từ một mẫu"
    )
    with pytest.raises(ValueError, match=words):
        write_report(few, tmp_path / "r.docx", template=tmp_path / "mau.docx")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"agency": "Sở Y tế"}, "agency"),
        ({"number": 7}, "number"),
        ({"date": "2021-03-01"}, "date"),
    ],
)
def test_what_a_template_has_no_field_for_is_refused(tmp_path, few, given, field):
    def change(document):
        for part in document.element.iter(qn("w:t")):
            part.text = re.sub(rf"{{{{ {field}(_in_lines)? }}}}", "……", part.text)
            part.text = part.text.replace("for line in agency_in_lines", "for line in []")

    words = f"mẫu không có trường {field} nên không dùng được {field}=; hãy bỏ {field}="
    with pytest.raises(ValueError, match=re.escape(words)):
        write_report(few, tmp_path / "r.docx", template=template(tmp_path, change), **given)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"date": "5.1.21"}, "Không hiểu ngày '5.1.21'"),
        ({"date": "31/02/2021"}, "Không hiểu ngày"),
        ({"unit": "Phòng Không Có"}, "Không có đơn vị 'Phòng Không Có'"),
        ({"scheme": "khong-co"}, "Không có thang xếp loại"),
        ({"fields": of_fields(table([1, 2]))}, "lĩnh vực"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, few, options, words):
    if "fields" in options:
        options = {"fields": options["fields"].assign(year=1999)}
        few = few.assign(year=2020)
    with pytest.raises(ValueError, match=words):
        write_report(few, tmp_path / "r.docx", **options)
    assert not (tmp_path / "r.docx").exists()


def test_a_date_that_is_missing_is_a_dotted_line(tmp_path, few):
    path = write_report(few, tmp_path / "r.docx", date=pd.NaT, recipients=["", "Như trên"])
    document = Document(path)
    assert "ngày …… tháng …… năm" in document.tables[0].rows[1].cells[1].text
    assert signature(document).rows[0].cells[0].text == "Nơi nhận:\n- Như trên;\n- Lưu: VT."


def test_a_template_that_is_not_there_is_said(tmp_path, few):
    with pytest.raises(FileNotFoundError, match="Không tìm thấy tệp .*khong.docx"):
        write_report(few, tmp_path / "r.docx", template=tmp_path / "khong.docx")


def test_files_that_are_no_template_are_refused(tmp_path, few):
    (tmp_path / "mau.docx").write_bytes(b"not a zip")
    with pytest.raises(ValueError, match="mau.docx: đuôi tệp là '.docx' nhưng"):
        write_report(few, tmp_path / "r.docx", template=tmp_path / "mau.docx")
    with pytest.raises(ValueError, match="không có đơn vị nào"):
        write_report(few.iloc[:0], tmp_path / "r.docx")


def test_a_crash_leaves_the_old_file(tmp_path, few, monkeypatch):
    path = tmp_path / "r.docx"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="Không có đơn vị"):
        write_report(few, path, unit="x")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_report(few, path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["r.docx"]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_repeats_the_header_row(full, tmp_path):
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path,
         full["path"]],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    import pdfplumber

    with pdfplumber.open(tmp_path / "r.pdf") as pdf:
        pages = [page.extract_text() for page in pdf.pages]
        ends = [max(one["bottom"] for one in page.chars + page.images) for page in pdf.pages]
        assert min(ends[:-1]) > pdf.pages[0].height * 0.48  # no page is less than half full
    assert "Độc lập - Tự do - Hạnh phúc" in pages[0]
    assert not pages[0].startswith("1\n")
    assert all(page.startswith(f"{n}\n") for n, page in enumerate(pages[1:], 2))
    assert sum("STT" in page for page in pages) >= 3


def test_what_is_no_text_is_refused(tmp_path):
    for option in ("agency", "source", "unit", "signer_title"):
        with pytest.raises(ValueError, match=f"{option}=3 phải là chữ"):
            write_report(table([90]), tmp_path / "r.docx", **{option: 3})
    for number in (2.5, {"a": 1}, [12]):
        with pytest.raises(ValueError, match=r"number=.* phải là chữ"):
            write_report(table([90]), tmp_path / "r.docx", number=number)
    with pytest.raises(ValueError, match="recipients=3 phải là chữ"):
        write_report(table([90]), tmp_path / "r.docx", recipients=["Như trên", 3])
    with pytest.raises(Refusal, match="Cần bảng do load_scores hay load_fields đọc"):
        write_report(table([90]), tmp_path / "r.docx", before="nam-2020.csv")
    assert not any(tmp_path.iterdir())


def test_a_number_that_is_blank_is_not_known(tmp_path):
    path = write_report(table([90]), tmp_path / "r.docx", number="")
    assert Document(path).tables[0].cell(1, 0).text == "Số: ………/BC-………"


def test_the_note_of_a_difference_has_more_room_than_a_list_of_grades(tmp_path):
    published = table([90, 70], published_rank=[2, 1], published_grade="A")
    document = Document(write_report(published, tmp_path / "r.docx"))
    widths = [column.width for column in document.tables[-1].columns]
    assert widths[-1] == max(widths)


@pytest.mark.parametrize(("units", "is_there"), [(3, False), (4, True)])
def test_places_among_common_units_are_printed_where_they_are_others(tmp_path, units, is_there):
    before, after = table([90, 80, 70]), table([85, 91, 75, 88][:units])
    path = write_report(after, tmp_path / "a.docx", before=before)
    heads = {cell.text for one in Document(path).tables for cell in one.rows[0].cells}
    changed = "Tăng, giảm hạng giữa các đơn vị chung" if is_there else "Tăng, giảm bậc"
    among = " giữa các đơn vị chung" if is_there else ""
    assert {f"Hạng kỳ trước{among}", f"Hạng kỳ này{among}", changed} <= heads
    assert ("Hạng kỳ trước" in heads) is not is_there
    before = table([90, 80, 70, 60, 50, 40, 30])
    few = Document(write_report(table([90, 80, 70]), tmp_path / "b.docx", before=before))
    assert "Hạng kỳ trước" in {cell.text for one in few.tables for cell in one.rows[0].cells}


@pytest.mark.parametrize(
    ("units", "rows_", "said"), [(5, 0, ""), (6, 6, ""), (20, 15, "15 đơn vị")]
)
def test_many_units_just_below_a_grade_are_a_table(tmp_path, units, rows_, said):
    scores = table([95, *[89.5 + at / 100 for at in range(units)]])
    path = write_report(scores.assign(unit=scores["unit"] + " "), tmp_path / "a.docx")
    document = Document(path)
    told = " ".join(texts(document))
    assert (f"Có {units} đơn vị sát loại trên" in told) is (rows_ > 0)
    assert ("còn thiếu 0,4" in told) is (rows_ == 0)
    of_near = [one for one in document.tables if "Loại liền trên" in one.rows[0].cells[-1].text]
    assert [len(one.rows) - 1 for one in of_near] == ([rows_] if rows_ else [])
    assert said in told
    assert "Điểm tối đa" not in {cell.text for one in of_near for cell in one.rows[0].cells}


def test_a_long_list_of_what_differs_is_cut_with_its_count(tmp_path):
    published = table([90.0 - at for at in range(25)])
    published["published_rank"] = [*range(25, 0, -1)]
    document = Document(write_report(published, tmp_path / "a.docx"))
    assert len(document.tables[-1].rows) == 21
    assert "(20 chỗ đầu trong 24 chỗ)" in " ".join(texts(document))


FORMS = {"bao-cao": "BC", "thong-bao": "TB", "quyet-dinh": "QĐ"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("given", [{}, GIVEN], ids=["none", "all"])
def test_each_form_has_the_measures_of_the_decree(tmp_path, town, form, given):
    document = Document(write_report(town, tmp_path / "r.docx", form=form, **given))
    (section,) = document.sections
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    low, high = (20, 20, 30, 15), (25, 25, 35, 20)
    assert all(
        least <= round(side.mm, 1) <= most
        for side, least, most in zip(sides, low, high, strict=True)
    )
    assert section.different_first_page_header_footer
    sizes = {
        "CỘNG HÒA XÃ HỘI": (12, 13), "Độc lập": (13, 14), "Số: ": (13, 13), ", ngày": (13, 14),
        "Nơi nhận": (12, 12), "- Lưu: VT.": (11, 11),
    }  # fmt: skip
    cells = [p for one in (document.tables[0], signature(document)) for row in one.rows
             for cell in row.cells for p in cell.paragraphs]  # fmt: skip
    for text, (least, most) in sizes.items():
        found = next(p for p in cells if text in p.text)
        assert least <= found.runs[0].font.size.pt <= most
    about = document.styles["Body Text"]
    assert 13 <= about.font.size.pt <= 14
    assert about.paragraph_format.space_after >= Pt(6)
    assert Mm(10) <= about.paragraph_format.first_line_indent <= Mm(12.8)
    assert document.tables[0].cell(1, 0).text.endswith(f"/{FORMS[form]}-………")
    assert any(text.startswith(f"Căn cứ {'…' * 20}") for text in texts(document)), "never filled in"
    assert rows(document, RANKING) == printed(format_ranking(town))
    annex = texts(document).index("Phụ lục")
    assert document.paragraphs[annex].paragraph_format.page_break_before
    assert not re.search(r"[{}]|None|nan\b", " ".join(texts(document)))


def test_a_decision_has_its_articles_and_a_notice_its_words(tmp_path, town):
    decision = texts(Document(write_report(town, tmp_path / "q.docx", form="quyet-dinh")))
    assert decision[0] == decision[decision.index("QUYẾT ĐỊNH:")][:-1] == "QUYẾT ĐỊNH"
    assert " ".join(decision[1:3]).startswith("Về việc công bố kết quả xếp hạng, xếp loại công")
    articles = [text for text in decision if text.startswith("Điều")]
    assert [text[:7] for text in articles] == ["Điều 1.", "Điều 2.", "Điều 3.", "Điều 4."]
    assert articles[0].startswith("Điều 1. Công bố kết quả xếp hạng, xếp loại công tác cải cách")
    notice = write_report(town, tmp_path / "t.docx", form="thong-bao", agency="Sở Nội vụ")
    assert any(text.startswith("Sở Nội vụ thông báo kết quả") for text in texts(Document(notice)))
    assert len(Document(notice).inline_shapes) == 0
    with pytest.raises(ValueError, match="form='to-trinh' không có; hãy ghi 'bao-cao'"):
        write_report(town, tmp_path / "r.docx", form="to-trinh")


def test_every_source_is_told_with_its_day(tmp_path):
    scores, before = table([90, 80], year=2023), table([85, 75], year=2022)
    sources = {"scores": "Quyết định 1, ngày 05/01/2024", "fields": "Sở Nội vụ"}
    path = write_report(scores, tmp_path / "r.docx", before=before, fields=of_fields(scores),
                        source=sources)  # fmt: skip
    (told,) = [text for text in texts(Document(path)) if text.startswith("Nguồn số liệu")]
    assert told.startswith(
        "Nguồn số liệu: điểm năm 2023: Quyết định 1, ngày 05/01/2024; điểm năm 2022: "
        "………………………, ngày ………; điểm theo lĩnh vực: Sở Nội vụ, ngày ………. "
    )


def test_a_block_of_another_maximum_is_told_in_percent_with_points_beside(tmp_path):
    scores = table([56.86, 49, 90], max_score=[70, 70, 100], block=["x", "x", "y"])
    document = Document(write_report(scores, tmp_path / "r.docx", unit="b"))
    words = " ".join(texts(document))
    assert "Hạng nhất là a (81,23%, tức 56,86 điểm)" in words
    assert "còn thiếu 10,00 điểm phần trăm (7,00 điểm) để đạt loại Tốt" in words
    assert rows(document, RANKING)[1][2:4] == ["56,86", "81,23"]


def test_sums_have_no_more_places_than_the_table(tmp_path):
    fields = of_fields(table([90, 80])).assign(score=lambda f: f["score"] + 0.000001)
    document = Document(write_report(table([90, 80]), tmp_path / "r.docx", fields=fields))
    for row in rows(document, LACKING)[1:]:
        assert all(len(cell.partition(",")[2]) <= 3 for cell in row[2:])


def test_every_caption_names_its_block_whatever_its_letters(tmp_path):
    scores = table([90, 80, 70, 60], block=["x", "Sở", "x", "Sở"]).assign(unit=list("abcd"))
    path = write_report(scores, tmp_path / "a.docx", before=scores.assign(score=[89, 80, 71, 62]))
    captions = [text for text in texts(Document(path)) if re.match(r"(Bảng|Hình) \d+\. ", text)]
    assert len(captions) > 6
    assert [one for one in captions if not re.search(r"\((x|Sở)\)$|khối|plot_blocks", one)] == []


def test_equal_fields_are_not_called_the_one_that_parts_units_most(tmp_path):
    scores = table([20, 10])
    fields = pd.concat([scores.assign(field=name, score=[10, 5], max_score=50) for name in "IJ"])
    told = results_of(scores, fields=fields).groups[0].told.fields
    assert "mỗi lĩnh vực 85,00 điểm" in told
    assert "hơn kém nhau" not in told
    lacking = results_of(scores.assign(score=[None, None]), fields=fields.assign(score=None))
    assert lacking.groups[0].told.fields == "Chưa có điểm theo lĩnh vực của các đơn vị."


@pytest.mark.parametrize("option", ["agency", "subject", "source", "signer"])
@pytest.mark.parametrize("letter", ["\ud800", "\uffff", "\x0b"])
def test_what_no_xml_may_hold_is_refused_in_an_option(option, letter, tmp_path):
    with pytest.raises(ValueError, match=f"{option}=.* có ký tự điều khiển"):
        write_report(table([90.0, 80]), tmp_path / "a.docx", **{option: f"a{letter}b"})


def test_long_names_of_offices_and_files(tmp_path, sketched):
    long = "Sở Nội vụ " * 30
    path = write_report(table([90.0, 80]), tmp_path / "a.docx", agency=long, subject=long)
    assert Document(str(path)).core_properties.title == long[:255]
    with pytest.raises(ValueError, match="Tên tệp .* quá dài"):
        write_report(table([90.0, 80]), tmp_path / f"{'x' * 300}.docx")
