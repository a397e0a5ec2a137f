"""`report.html`: the result in one file for a browser."""

import base64
import re

import pandas as pd
import pytest
from lxml import html

from cchc_analysis.charts.export import pictures_of
from cchc_analysis.reports.notebook import page_of
from cchc_analysis.scoring.results import results_of


def page(table, **options):
    results = results_of(table, **options)
    pictures = pictures_of(results, source={}, formats=("svg",))
    return page_of(results, pictures, source="tệp <a>.csv")


@pytest.fixture(scope="module")
def scores():
    return pd.DataFrame({"unit": ["Sở <A>", "Sở & B"], "score": [81.75, 95], "max_score": 100})


def test_it_has_the_sentences_the_charts_with_alt_texts_and_the_table(scores):
    text = page(scores, unit="Sở & B")
    body = html.fromstring(text)
    assert "Có 2 đơn vị được chấm điểm" in body.findtext(".//p")
    images = body.findall(".//img")
    assert images[0].get("alt").startswith("Một nửa (1/2) đạt Xuất sắc; một đơn vị ở")
    for image in images:
        svg = base64.b64decode(image.get("src").removeprefix("data:image/svg+xml;base64,"))
        assert image.get("alt") in html.fromstring(svg).xpath("string(//desc)")
    rows = [[cell.text for cell in row] for row in body.findall(".//table/tr")]
    assert rows[1][1:4] == ["Sở & B", "95,00", "1"]
    assert rows[2][1:4] == ["Sở <A>", "81,75", "2"]
    assert body.xpath("//td[contains(@class, 'own')]/text()") == ["Sở & B"]
    assert "Nguồn: tệp <a>.csv" in body.find(".//footer/p").text


def test_nothing_is_fetched_and_it_is_the_same_in_every_run(scores):
    text = page(scores)
    assert not re.search(r"https?:|<script|<link|@import", text)
    assert text == page(scores)


def test_each_block_and_year_has_its_table(scores):
    blocks = [scores.assign(block=name, year=2024) for name in ("Khối sở", "Khối huyện")]
    body = html.fromstring(page(pd.concat(blocks, ignore_index=True)))
    assert body.findtext(".//h1") == "Kết quả cải cách hành chính năm 2024"
    assert len(body.findall(".//table")) == 2
    heads = [head.text for head in body.findall(".//h2")]
    assert heads[-3:-1] == [
        "Bảng xếp hạng: Khối sở, năm 2024",
        "Bảng xếp hạng: Khối huyện, năm 2024",
    ]
