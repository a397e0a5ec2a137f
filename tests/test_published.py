"""Excerpts of published rankings, in the form in which they were found, each with two relatives."""

from functools import partial
from pathlib import Path

import matplotlib as mpl
import pytest
from conftest import read_and_told, refusal
from reportlab.lib import colors
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table

from cchc_analysis import load_scores

read = partial(read_and_told, load_scores)


@pytest.fixture
def written(tmp_path):
    def write(text, name="b.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def page(*rows):
    cells = ["".join(cell if "<" in cell else f"<td>{cell}" for cell in row) for row in rows]
    body = "".join(f"<tr>{row}" for row in cells)
    return f"<html><meta charset=utf-8><table>{body}</table></html>"


def lost(path, *titles, **options):
    """Return units, ranks, and whether each title is told as not used."""
    scores, told = read(path, **options)
    for title in titles:
        assert f"'{title}" in told
    return scores["unit"].tolist(), scores["published_rank"].tolist()


# PAR INDEX 2023 of the ministries: numbered by their ranks, a title over two lines, an average

MINISTRIES = ["1|Bộ Tư pháp|61.86|28.10|89.95", "2|Bộ Tài chính|61.52|27.66|89.18",
              "3|Bộ Nội vụ|60.65|26.38|87.04"]  # fmt: skip


@pytest.mark.parametrize(
    ("titles", "edge"),
    [("Xếp hạng|Các bộ, cơ quan ngang bộ|Điểm|thẩm định|Điểm điều tra XHH|Tổng điểm", ""),
     ("Hạng|Đơn vị|Điểm thẩm định|Điểm điều tra XHH|Tổng điểm", "|"),
     ("Rank|Ministry|Appraised|(60 points)|Survey|Total score", "")],
)  # fmt: skip
def test_pasted_cells_may_be_numbered_by_their_ranks(written, titles, edge):
    cells = "|".join([titles, *MINISTRIES, "Trung bình|84.38"]).split("|")
    path = written("\n\n".join(edge + cell for cell in ["PAR INDEX 2023", *cells]) + "\n", "b.txt")
    units, ranks = lost(path)
    assert units == ["Bộ Tư pháp", "Bộ Tài chính", "Bộ Nội vụ"]
    assert ranks == [1, 2, 3]


@pytest.mark.parametrize("last", ["Trung bình|||84.38", "|Trung bình||84.38", "|||"])
def test_rows_without_a_name_do_not_hide_which_column_has_the_names(written, last):
    titles = "Xếp hạng|Các bộ, cơ quan ngang bộ|Điểm thẩm định|Tổng điểm"
    rows = [row.split("|") for row in [titles, *MINISTRIES, last]]
    rows = [[*row[:3], row[-1]] for row in rows]
    assert lost(written(page(*rows), "b.html"))[1] == [1, 2, 3]


def test_two_columns_of_words_make_pasted_rows_wider(written):  # Swachh Survekshan 2020
    rows = ["RANK|STATE|CITY|SCORE", "1|MP|Indore|94", "2|Gujarat|Surat|91", "3|MP|Bhopal|84"]
    path = written("\n".join(f"|{cell}" for row in rows for cell in row.split("|")), "b.txt")
    assert lost(path, "STATE") == (["Indore", "Surat", "Bhopal"], [1, 2, 3])


# vn-sipas-provincial, vn-dti-provincial: names beside codes, years below each other

SIPAS = ["2015|Da Nang|DNA|1|95", "2015|Ca Mau|CM|2|89", "2017|Vinh Phuc|VP|1|95.5",
         "2017|Da Nang|DNA|2|95.1"]  # fmt: skip


@pytest.mark.parametrize("part", ["year", "Năm", "Khối"])
def test_each_year_or_block_has_its_own_names_and_ranks(written, part):
    rows = [f"{part}|geo_name|geo_short|sipas_rank|sipas_index", *SIPAS]
    units, ranks = lost(written("\n".join(rows)), "geo_short")
    assert units == ["Da Nang", "Ca Mau", "Vinh Phuc", "Da Nang"]
    assert ranks == [1, 2, 1, 2]


def test_ranks_that_begin_again_must_fall_in_each_part(written):
    rows = ["Năm|Tỉnh|Điểm|Hạng SIPAS", "1|A|90|1", "1|B|95|2", "2|A|80|1", "2|B|70|2"]
    scores, told = read(written("\n".join(rows).replace("\n", "\n201").replace("|", ";")))
    assert "published_rank" not in scores
    assert "'Hạng SIPAS'" in told


def test_of_two_columns_of_names_one_is_proposed(written):
    path = written("geo_name;source_name;dti_index;dti_rank\nHue;TP. Huế;0.9;1\nHN;Hà Nội;0.8;2")
    sentence = refusal(path)
    assert "'geo_name' và 'source_name' đều có thể là 'Đơn vị'" in sentence
    assert '(columns={"unit": "geo_name", "score": "dti_index"}, max_score=1)' in sentence
    named = {"columns": {"unit": "geo_name", "score": "dti_index"}, "max_score": 1}
    assert lost(path, "source_name", **named) == (["Hue", "HN"], [1, 2])


# Ranking tỉnh theo Toán TB (2024), a Markdown page


@pytest.mark.parametrize("score", ["**92.62**", "92.62", "**92.62** điểm"])
def test_emphasis_is_no_part_of_a_cell(written, score):
    rows = ["| Hạng | Tỉnh/Thành | Điểm TB |", "|---|---|---|", f"| 1 | **Thái Bình** | {score} |",
            "| 2 | TP.HCM | 69.84 |"]  # fmt: skip
    path = written("## Ranking theo Toán (2024)\n\n" + "\n".join(rows) + "\n\n> ghi\n", "b.md")
    scores, _ = read(path)
    assert scores["unit"].tolist() == ["Thái Bình", "TP.HCM"]
    assert scores["score"].tolist() == [92.62, 69.84]
    assert set(scores["year"]) == {2024}


@pytest.mark.parametrize("line", ["Top 10 tỉnh (2024)", "Full rankings 2024", "Scores, 2024"])
def test_a_line_that_speaks_of_a_ranking_says_its_year(written, line):
    scores, told = read(written(f"{line}\n\nHạng;Tỉnh;Điểm\n1;A;90\n2;B;80"))
    assert set(scores["year"]) == {2024}
    assert f"từ tiêu đề '{line}'" in told


@pytest.mark.parametrize("title", ["% ≥ 9", "Tỷ lệ (%) đạt", "% hài lòng"])
def test_a_share_that_falls_with_the_ranks_is_the_score(written, title):
    rows = [f"Hạng;Tỉnh;N;{title}", "1;A;17;92%", "2;B;21;81%", "3;C;15;70%", "4;D;22;61%"]
    assert read(written("\n".join(rows)))[0]["score"].tolist() == [92, 81, 70, 61]


# HDI of the provinces of Indonesia and the Philippines: tiers as rows, the country among them


@pytest.mark.parametrize(
    "titles",
    ["Rank;Province;HDI Score (2017)", "Rank;Province;Score",
     "Xếp hạng;Tỉnh;Điểm năm 2017"],
)  # fmt: skip
def test_a_tier_right_under_the_titles_is_no_title(written, titles):
    rows = [titles, "Very High", "1;Jakarta;80.1", "High", "2;Bali;74.3", "-;Indonesia;70.8"]
    path = written("\n".join(rows))
    scores, told = read(path)
    assert scores["published_rank"].tolist()[:2] == [1, 2]
    assert "dòng 2 'Very High'" in told
    assert "1 đơn vị có điểm nhưng không có hạng ('Indonesia')" in told
    assert ("2017" in titles) == ("year" in scores)


def test_a_first_title_over_two_rows_goes_on_in_small_letters(written):
    rows = ["Xếp;Đơn vị;Tổng", "hạng;;điểm", "1;A;90", "2;B;80"]
    assert lost(written("\n".join(rows))) == (["A", "B"], [1, 2])
    rows = ["Xếp;Đơn vị;Tổng điểm", "hạng;;", "1;A;90", "2;B;80"]
    assert lost(written("\n".join(rows))) == (["A", "B"], [1, 2])


def test_titles_of_two_rows_over_tiers(written):
    heads = ["<th colspan=2>Rank", "<th rowspan=2>Province", "<th colspan=2>HDI"]
    lower = [f"<th>{title}" for title in ("2023", "Change", "2023 Score", "Change")]
    rows = [heads, lower, ["<td colspan=5>Very high"], ["1", "+0", "Jakarta", "82.5", "0.9"],
            ["2", "+1", "Bali", "81.1", "0.5"]]  # fmt: skip
    scores, told = read(written(page(*rows), "b.html"))
    assert scores["score"].tolist() == [82.5, 81.1]
    assert scores["published_rank"].tolist() == [1, 2]
    assert set(scores["year"]) == {2023}
    assert "'Rank 2023' là xếp hạng" in told


@pytest.mark.parametrize("name", ["Country (average)", "Giá trị trung bình", "National average"])
def test_an_average_between_units_is_told(written, name):
    rows = ["Rank;Region;Score;Category (PSA)", "1;Manila;85;Very High", f";{name};75;High",
            "2;Ilocos;74;High", "3;Caraga;70;Medium"]  # fmt: skip
    scores, told = read(written("\n".join(rows)))
    assert scores["unit"].tolist() == ["Manila", "Ilocos", "Caraga"]
    assert scores["published_grade"].tolist() == ["Very High", "High", "Medium"]
    assert f"dòng 3 '{name}" in told


@pytest.mark.parametrize("region", ["Đồng bằng sông Hồng", "Vùng Tây Nguyên", "MIỀN NÚI PHÍA BẮC"])
def test_a_region_above_its_provinces_is_no_unit(written, region):
    rows = ["Tỉnh;Điểm", "CẢ NƯỚC;95", f"{region};98.3", "Hà Nội;98.7", "Hải Dương;98.5"]
    scores, told = read(written("\n".join(rows)))
    assert scores["unit"].tolist() == ["Hà Nội", "Hải Dương"]
    assert f"dòng 3 '{region} 98.3'" in told


def test_regions_alone_are_units(written):
    rows = ["Vùng;Điểm", "Đồng bằng sông Hồng;88.33", "Đông Nam Bộ;87.79", "Trung bình;86.98"]
    assert len(read(written("\n".join(rows)))[0]) == 2


# What is proposed is never what is known to be something else


@pytest.mark.parametrize("number", ["STT", "TT", "No"])
def test_a_number_is_proposed_as_no_score(written, number):  # HDI 2006, from rank 33 on
    rows = [f"{number};Tên quốc gia;HDI", "33;Kuwait;0,871 (+11)", "33;Brunei;0,871 (-1)"]
    assert f'"{number}"' not in refusal(written("\n".join(rows)))


@pytest.mark.parametrize("mark", ["", ".", ")"])
def test_names_that_begin_with_their_numbers_are_not_proposed(written, mark):  # Sitemorse 2008
    rows = [f"{i}{mark} +0 {name} State;{6.1 - i / 10}" for i, name in enumerate("ABC", 1)]
    assert '"unit"' not in refusal(written("\n".join(rows)))


@pytest.mark.parametrize("title", ["phát triển (theo GRDP/người)", "chung toàn tỉnh", "năm trước"])
def test_a_rank_of_something_is_known_by_its_values(written, title):
    rows = [f"Vùng;GRDP (điểm);Xếp hạng {title}", "ĐBSH;81,3;2", "TDMN;43,72;6", "BTB;48,01;3"]
    scores, told = read(written("\n".join(rows)))
    assert ("published_rank" in scores) == ("trước" not in title)
    assert f"'Xếp hạng {title}'" in told


# A row that a page breaks (PAR INDEX 2023 as printed by LibreOffice)


@pytest.mark.parametrize("rest", ["Đầu tư", "II. Khối huyện", "Thanh tra|0"])
def test_the_rest_of_a_row_on_the_next_page_is_of_that_row(tmp_path, rest):
    font = Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    pdfmetrics.registerFont(TTFont("DejaVuSans", str(font)))
    everywhere = (0, 0), (-1, -1)
    grid = [("FONTNAME", *everywhere, "DejaVuSans"), ("GRID", *everywhere, 1, colors.black)]
    first = [["Hạng", "Đơn vị", "Điểm"], ["1", "A", "90"], ["2", "Kế hoạch và", "80"]]
    second = [["", *f"{rest}|".split("|")[:2]], ["3", "Y tế", "70"]]
    parts = [Table(first, style=grid), PageBreak(), Table(second, style=grid)]
    SimpleDocTemplate(str(tmp_path / "b.pdf")).build(parts)
    if rest.startswith("II."):
        assert "'II. Khối huyện' có thể là tên khối" in refusal(tmp_path / "b.pdf")
        return
    scores, told = read(tmp_path / "b.pdf")
    is_rest = rest == "Đầu tư"
    assert ("Kế hoạch và Đầu tư" in scores["unit"].tolist()) == is_rest
    assert len(scores) == 4 - is_rest
    assert ("chỗ ngắt trang trong dòng '2 Kế hoạch và Đầu tư 80'" in told) == is_rest


@pytest.mark.parametrize(
    ("head", "title"),
    [("KẾT QUẢ NĂM 2024\n", "Điểm"), ("", "Điểm năm 2024"), ("NĂM 2023\n", "Điểm năm 2024")],
)
def test_a_rank_of_another_year_is_not_that_of_the_scores(written, head, title):
    rows = "1;A;95;1\n2;B;90;2\n3;C;85;3\n"
    scores, told = read(written(f"{head}TT;Đơn vị;{title};Hạng năm 2023\n{rows}"))
    assert "published_rank" not in scores
    assert "không dùng đến cột 'Hạng năm 2023'" in told
    scores, _ = read(written(f"{head}TT;Đơn vị;{title};Hạng năm 2024\n{rows}"))
    assert scores["published_rank"].tolist() == [1, 2, 3]


def test_a_part_of_the_score_is_no_percentage_of_it(written):
    head = "TT;Đơn vị;Điểm thẩm định;Điểm XHH;Tổng điểm\n"
    for rows in ("1;A;90;0;90\n2;B;80;0;80\n", "1;A;63;27;90\n2;B;56;24;80\n"):
        assert read(written(head + rows))[0]["score"].tolist() == [90, 80]
    scores, _ = read(written("TT;Đơn vị;Sáng kiến;Tổng điểm\n1;A;0;90\n2;B;0;80\n"))
    assert scores["score"].tolist() == [90, 80]
