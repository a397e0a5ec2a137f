import io
import subprocess
import sys

import pandas as pd
import pytest
from conftest import DATA, table

from cchc_analysis import format_ranking, style_ranking


def shown(ranking, **options):
    return style_ranking(ranking, **options).to_html()


def test_it_shows_what_is_printed(town):
    (seen,) = pd.read_html(io.StringIO(shown(town)), decimal=",", thousands=".", flavor="lxml")
    printed = format_ranking(town)
    assert list(seen) == list(printed)
    assert seen["Đơn vị"].tolist() == printed["Đơn vị"].tolist()
    assert seen["Tổng điểm đánh giá"].tolist() == town["score"].tolist()
    html = shown(town)
    assert ">97,23</td>" in html
    assert 'class="row_heading' not in html  # no index
    caption = "Thang điểm 100 – giả định. Ngưỡng xếp loại: Xuất sắc từ 90%"
    assert caption in html


def test_grades_are_shaded_and_written(town):
    html = shown(town)
    assert html.count("Xuất sắc</td>") == 3
    assert "background-color: #083c7d; color: #ffffff; text-align: center" in " ".join(
        html.replace(";\n", ";").split()
    )


def test_markup_in_a_name_is_text():
    ranking = table([9.0, 8], 10).assign(unit=["<script>alert(1)</script>", "a & b"])
    html = shown(ranking)
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "a &amp; b" in html


def test_the_same_table_gives_the_same_html_in_every_run():
    code = (
        "from cchc_analysis import load_scores, style_ranking\n"
        f"table = load_scores({str(DATA / 'cchc-2020.csv')!r}, max_score=100)\n"
        "print(style_ranking(table).to_html())"
    )
    run = [sys.executable, "-X", "utf8", "-c", code]
    one, two = (subprocess.run(run, capture_output=True, check=True).stdout for _ in range(2))
    assert one == two
    assert b"97,23" in one


def test_two_tables_of_one_notebook_do_not_share_their_shades(town):
    first, second = (style_ranking(t).uuid for t in (town, town.head(3)))
    assert first != second
    assert style_ranking(town.copy()).uuid == first


@pytest.mark.parametrize(
    ("scores", "words"), [([9.0], "Xuất sắc"), ([None, None], "Chưa chấm"), ([9.0, 9.0], ">1<")]
)
def test_one_unit_none_scored_and_ties(scores, words):
    assert words in shown(table(scores, 10))


def test_blocks_and_maxima_have_their_columns():
    html = shown(table([63, 80.0], [70.0, 100], block=["x", "y"]))
    for header in ("Khối", "Điểm tối đa", "Tỷ lệ điểm (%)"):
        assert f">{header}</th>" in html


def test_grades_of_another_scheme_are_refused(town):
    with pytest.raises(ValueError, match="hãy chọn đúng thang xếp loại"):
        style_ranking(town, scheme="da-nang-2011")
