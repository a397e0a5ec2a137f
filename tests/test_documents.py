import docx
import pytest
from conftest import loaded, read_and_told, refusal
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from layouts import LAYOUTS
from reportlab.pdfgen.canvas import Canvas

from cchc_analysis import LoadWarning, load_scores

HEADER = ["STT", "Đơn vị", "Điểm"]


@pytest.fixture
def word(tmp_path):
    """Write (heading, rows) to a Word file, let `change` work on it, and return the path."""

    def write(*tables, change=lambda document: None):
        document = docx.Document()
        for heading, rows in tables:
            document.add_paragraph(heading)
            table = document.add_table(len(rows), max(map(len, rows)))
            for line, row in zip(table.rows, rows, strict=True):
                for cell, text in zip(line.cells, row, strict=False):
                    cell.text = text
        change(document)
        document.save(str(tmp_path / "bảng.docx"))
        return tmp_path / "bảng.docx"

    return write


@pytest.fixture
def page(tmp_path):
    def write(body, name="trang.html", head="<meta charset='utf-8'>"):
        path = tmp_path / name
        path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
        return path

    return write


def rows(*lines):
    return "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in line)}</tr>" for line in lines)


def test_cells_merged_in_word(word):
    def merge(document):
        table = document.tables[0]
        table.cell(1, 0).merge(table.cell(2, 0)).text = "Khối sở"

    lines = [["Khối", *HEADER], ["", "1", "a", "90"], ["", "2", "b", "80"], ["X", "3", "c", "7"]]
    scores = load_scores(word(("Kết quả", lines), change=merge))
    assert scores["block"].tolist() == ["Khối sở", "Khối sở", "X"]


@pytest.mark.filterwarnings("ignore:.*lấy tên khối từ các dòng tiêu đề")
def test_a_row_merged_across_heads_a_block(word):
    def merge(document):
        for at in (1, 3):
            cells = document.tables[0].rows[at].cells
            cells[0].merge(cells[2])

    lines = [HEADER, ["I. Khối sở"], ["1", "a", "90"], ["II. Khối huyện"], ["1", "b", "80"]]
    scores = load_scores(word(("Kết quả", lines), change=merge))
    assert scores["block"].tolist() == ["Khối sở", "Khối huyện"]


def test_tables_of_a_word_file_stand_under_their_paragraphs(word):
    tables = [("1. Khối sở:", [HEADER, ["1", "a", "90"]]),
              ("2. Khối huyện:", [HEADER, ["1", "b", "80"]]),
              ("Phân bố", [["Xếp loại", "Số lượng"], ["Tốt", "2"]])]  # fmt: skip
    with pytest.warns(LoadWarning, match=r"bảng 3 \(Xếp loại; Số lượng\).*gộp 2 bảng"):
        scores = load_scores(word(*tables))
    assert scores["block"].tolist() == ["Khối sở", "Khối huyện"]


@pytest.mark.parametrize("mark", ["w:vertAlign", "w:strike", "w:vanish"])
def test_a_run_that_is_raised_struck_or_hidden_is_no_digit(word, mark):
    def add(document):
        run = document.tables[0].cell(1, 2).paragraphs[0].add_run("1")
        element = OxmlElement(mark)
        if mark == "w:vertAlign":
            element.set(qn("w:val"), "superscript")
        run._r.get_or_add_rPr().append(element)

    sentence = refusal(word(("x", [HEADER, ["1", "a", "97,23"]]), change=add))
    assert "bảng.docx, bảng 1, dòng 2: ô '97,23[1]' của cột 'Điểm'" in sentence


def test_tracked_changes_are_refused(word):
    def track(document):
        inserted = OxmlElement("w:ins")
        paragraph = document.tables[0].cell(1, 2).paragraphs[0]._p
        inserted.append(paragraph.r_lst[0])
        paragraph.append(inserted)

    sentence = refusal(word(("x", [HEADER, ["1", "a", "97,23"]]), change=track))
    assert "bảng 1: còn thay đổi chưa được chấp nhận (Track Changes)" in sentence


def test_text_in_a_content_control_is_read(word):
    def wrap(document):
        row = document.tables[0].rows[2]._tr
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        row.addprevious(control)
        control.append(content)
        content.append(row)

    lines = [HEADER, ["1", "a", "90"], ["2", "b", "80"]]
    assert load_scores(word(("x", lines), change=wrap))["unit"].tolist() == ["a", "b"]


def test_units_called_by_letters_are_no_codes_that_go_on(word):
    head = ["Đơn vị", "Điểm", "Hạng"]
    parts = [[head, ["A", "90", "1"], ["B", "80", "2"]], [head, ["C", "95", "1"], ["D", "70", "2"]]]
    assert "có 2 bảng nhưng tiêu đề không cho biết" in refusal(
        word(*(("", rows) for rows in parts))
    )


def test_a_word_file_without_a_table(word):
    path = word(change=lambda document: document.add_paragraph("Đơn vị, Điểm"))
    assert "bảng.docx: không tìm thấy dòng tiêu đề" in refusal(path)


def test_spans_and_marks_on_a_web_page(page):
    table = (
        "<table><tr><th rowspan=2>STT</th><th rowspan=2>Đơn vị</th><th colspan=2>Kết quả</th></tr>"
        "<tr><th>Điểm</th><th>Xếp hạng</th></tr>"
        "<tr><td>1</td><td>Sở&nbsp;A <b>&amp;</b> B<br>C</td><td><b>97</b>,23</td>"
        "<td rowspan=2>1</td></tr><tr><td>2</td><td>D</td><td>97,23</td></tr></table>"
    )
    scores = load_scores(page(table))
    assert scores["unit"].tolist() == ["Sở A & B C", "D"]
    assert scores["score"].tolist() == [97.23, 97.23]
    assert scores["published_rank"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "cell", ["97,2<sup>3</sup>", "9<del>7</del>1", "9<span style='display: none'>7</span>1"]
)
def test_a_part_of_a_number_that_is_marked_is_refused(page, cell):
    sentence = refusal(page(f"<table>{rows(HEADER, ['1', 'a', cell])}</table>"))
    assert "trang.html, bảng 1, dòng 2" in sentence
    assert "ngoặc vuông" in sentence


def test_tables_of_a_page_stand_under_their_captions(page):
    tables = [
        f"<h3>Khối {name}</h3><div><table>{rows(HEADER, ['1', name, '90'])}</table></div>"
        for name in ("sở", "huyện")
    ]
    layout = f"<table><tr><td>Trang chủ</td><td>{'<hr>'.join(tables)}</td></tr></table>"
    assert loaded(page(layout))["block"].tolist() == ["Khối sở", "Khối huyện"]


def test_a_page_that_is_cut_short(page, tmp_path):
    path = page(f"<table>{rows(HEADER, ['1', 'a', '90'], ['2', 'b', '80'])}</table>")
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("<td>2")], encoding="utf-8")
    assert "trang.html: tệp bị hỏng hoặc bị cắt" in refusal(path)


def test_a_page_in_windows_1258(tmp_path):
    path = tmp_path / "cũ.htm"
    text = "<html><meta charset='windows-1258'><table>{}</table></html>"
    table = rows(["Ðơn vi\u0323", "Ðiê\u0309m"], ["Pho\u0300ng Nô\u0323i vu\u0323", "90"])
    path.write_bytes(text.format(table).replace("Ð", "Đ").encode("cp1258"))
    assert load_scores(path)["unit"].tolist() == ["Phòng Nội vụ"]


def test_rows_with_a_cell_too_few_or_too_many(page):
    for line in (["2", "80"], ["2", "b", "80", "x"]):
        sentence = refusal(page(f"<table>{rows(HEADER, ['1', 'a', '90'], line)}</table>"))
        assert f"dòng 3: có {len(line)} ô trong khi tiêu đề có 3 ô" in sentence


def test_markup_in_a_name_is_text(page):
    table = rows(HEADER, ["1", "&lt;script&gt;alert(1)&lt;/script&gt;", "90"])
    assert load_scores(page(f"<table>{table}</table>"))["unit"][0] == "<script>alert(1)</script>"


def test_a_pdf_over_two_pages_is_one_table(tmp_path):
    lines = [[str(n), f"Đơn vị {n}", f"{100 - n / 4:.2f}"] for n in range(1, 121)]
    LAYOUTS["print.pdf"](HEADER, lines, tmp_path / "dài.pdf")
    assert len(loaded(tmp_path / "dài.pdf")) == 120


def test_a_scanned_pdf_and_one_without_rules_are_refused(tmp_path):
    canvas = Canvas(str(tmp_path / "quét.pdf"))
    canvas.rect(10, 10, 50, 50)
    canvas.save()
    assert "quét.pdf: tệp PDF là bản quét (ảnh chụp)" in refusal(tmp_path / "quét.pdf")
    canvas = Canvas(str(tmp_path / "chữ.pdf"))
    canvas.drawString(50, 700, "STT   Don vi   Diem")
    canvas.save()
    assert "chữ.pdf: tệp PDF không có bảng kẻ khung" in refusal(tmp_path / "chữ.pdf")
    data = (tmp_path / "chữ.pdf").read_bytes()
    (tmp_path / "cắt.pdf").write_bytes(data[: len(data) // 2])
    assert "cắt.pdf: tệp bị hỏng hoặc bị cắt" in refusal(tmp_path / "cắt.pdf")
    Canvas(str(tmp_path / "khóa.pdf"), encrypt="mật").save()
    assert "khóa.pdf: tệp có mật khẩu" in refusal(tmp_path / "khóa.pdf")


def test_without_pdfplumber_a_sentence_says_how_to_install_it(tmp_path, monkeypatch):
    LAYOUTS["print.pdf"](HEADER, [["1", "a", "90"]], tmp_path / "t.pdf")
    monkeypatch.setitem(__import__("sys").modules, "pdfplumber", None)
    assert "python -m uv sync --extra pdf" in refusal(tmp_path / "t.pdf")


def test_a_run_that_is_expressly_not_struck_is_text(word):
    def add(document):
        for run in document.tables[0].cell(1, 2).paragraphs[0].runs:
            strike = OxmlElement("w:strike")
            strike.set(qn("w:val"), "0")
            run._r.get_or_add_rPr().append(strike)

    path = word(("x", [HEADER, ["1", "a", "97,23"]]), change=add)
    assert load_scores(path)["score"].tolist() == [97.23]


def test_spans_that_overlap_and_hidden_rows_are_refused(page):
    cells = "<tr><td>1<td>a<td rowspan=2>90<tr><td>2<td colspan=2>b<tr><td>3<td>c"
    sentence = refusal(page(f"<table>{rows(HEADER)}{cells}</table>"))
    assert "dòng 3: các ô gộp chồng lên nhau" in sentence
    hidden = rows(["2", "b", "80"]).replace("<tr>", "<tr style='display:none'>")
    sentence = refusal(page(f"<table>{rows(HEADER, ['1', 'a', '90'])}{hidden}</table>"))
    assert "dòng 3: dòng bị ẩn" in sentence


def test_a_page_nested_too_deep_is_refused(page):
    deep = rows(["2", "<b>" * 2000 + "b" + "</b>" * 2000, "80"], ["3", "c", "70"])
    sentence = refusal(page(f"<table>{rows(HEADER, ['1', 'a', '90'])}{deep}</table>"))
    assert "lồng nhau quá sâu; hãy mở trang trong trình duyệt" in sentence


@pytest.mark.parametrize(
    "long", ["<img src='data:image/png;base64,{}'>", "<!--{}-->", "<style>{}</style>"]
)
def test_no_row_below_a_picture_of_many_letters_is_lost(page, long):
    long = long.format("iVBOR" * 2_400_000)
    one = rows(HEADER, ["1", "a", "90"], ["2", f"b{long}", "80"], ["3", "c", "70"])
    assert loaded(page(f"<table>{one}</table>"))["unit"].tolist() == ["a", "b", "c"]
    two = [f"<p>Khối {n}<table>{one.replace(long, '')}</table>" for n in "12"]
    assert loaded(page(long.join(two)))["block"].tolist() == ["Khối 1"] * 3 + ["Khối 2"] * 3


def test_lines_in_brackets_are_no_heading(word):
    tables = [("KHỐI SỞ", [HEADER, ["1", "a", "90"]]), ("KHỐI HUYỆN", [HEADER, ["1", "b", "80"]])]

    def remark(document):
        for table in document.tables:
            table._tbl.addprevious(document.add_paragraph("(Kèm theo Quyết định số 12)")._p)

    assert loaded(word(*tables, change=remark))["block"].tolist() == ["KHỐI SỞ", "KHỐI HUYỆN"]


def test_a_style_that_raises_its_text_marks_it(word):
    def change(document):
        style = document.styles.add_style("Chú thích", WD_STYLE_TYPE.CHARACTER)
        style.font.superscript = True
        document.tables[0].cell(1, 2).paragraphs[0].add_run("1", style=style)

    assert "'97,23[1]'" in refusal(word(("", [HEADER, ["1", "a", "97,23"]]), change=change))


def test_a_hidden_row_in_word_is_refused(word):
    def change(document):
        row = document.tables[0].rows[2]._tr.get_or_add_trPr()
        row.append(OxmlElement("w:hidden"))

    lines = [HEADER, ["1", "a", "90"], ["2", "b", "80"]]
    assert "bảng 1, dòng 3: dòng bị ẩn" in refusal(word(("", lines), change=change))


def test_a_score_merged_down_is_told(word, page):
    def merge(document):
        document.tables[0].cell(1, 2).merge(document.tables[0].cell(2, 2)).text = "90"

    lines = [HEADER, ["1", "a", ""], ["2", "b", ""], ["3", "c", "80"]]
    with pytest.warns(LoadWarning, match="điểm ở dòng 3 lấy từ ô gộp với dòng trên"):
        assert load_scores(word(("", lines), change=merge))["score"].tolist() == [90, 90, 80]
    table = rows(HEADER) + "<tr><td>1</td><td>a</td><td rowspan=2>90</td></tr>" + rows(["2", "b"])
    with pytest.warns(LoadWarning, match="điểm ở dòng 3 lấy từ ô gộp với dòng trên"):
        assert load_scores(page(f"<table>{table}</table>"))["score"].tolist() == [90, 90]


@pytest.mark.parametrize(
    "heading", ["<b>{}</b>", "{}<br>", "<p><span>{}</span></p>", "<div>{}<br/><i>(điểm)</i></div>"]
)
def test_a_heading_on_a_page_may_be_any_line_of_text(page, heading):
    so, huyen = rows(HEADER, ["1", "a", "90"]), rows(HEADER, ["1", "b", "80"])
    body = [heading.format(f"<b>Khối</b> {n}") + f"<table>{t}</table>" for n, t in
            (("sở", so), ("huyện", huyen))]  # fmt: skip
    scores = loaded(page("<script>var x</script>".join(body)))
    assert scores["block"].tolist() == ["Khối sở", "Khối huyện"]


def test_a_table_that_a_page_break_parts_is_one(word, page):
    one = [HEADER, ["1", "a", "90"], ["2", "b", "80"]]
    for rest in ([["3", "c", "70"]], [HEADER, ["3", "c", "70"], ["4", "d", "60"]]):
        units = ["a", "b", "c", "d"][: len(rest) + 1 + (len(rest) == 1)]
        assert loaded(word(("Kết quả", one), ("", rest)))["unit"].tolist()[:3] == units[:3]
        body = "".join(f"<table>{rows(*part)}</table>" for part in (one, rest))
        assert loaded(page(body))["unit"].tolist()[:3] == units[:3]
    wrong = [["3", "c", "8l"]]
    assert "bảng 1 và bảng 2, dòng 4: ô '8l'" in refusal(word(("x", one), ("", wrong)))


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize(
    ("headings", "column", "found"),
    [
        (["I. Khối sở", "II. Khối xã"], "block", ["Khối sở", "Khối xã"]),
        (["1. Các sở", "2. UBND cấp xã"], "block", ["Các sở", "UBND cấp xã"]),
        (["Năm 2023", "Năm 2024"], "year", [2023, 2024]),
        (["KẾT QUẢ NĂM 2023", "KẾT QUẢ NĂM 2023 (tiếp theo)"], "year", [2023, 2023]),
    ],
)  # fmt: skip
def test_a_line_between_tables_whose_numbers_run_on_is_not_lost(
    word, page, headings, column, found, again
):
    parts = [[HEADER, ["1", "a", "90"], ["2", "b", "80"]], [HEADER, ["3", "c", "85"]]]
    parts[1] = parts[1][1 - again :]
    tables = [*zip(headings, parts, strict=True)]
    body = [f"<h4>{heading}</h4><table>{rows(*part)}</table>" for heading, part in tables]
    for path in (word(*tables), page("".join(body))):
        assert loaded(path)[column].tolist() == [found[0], *found]
    remark = word(("", parts[0]), ("Ghi chú: đã làm tròn", parts[1]))
    assert "dòng 4 'Ghi chú: đã làm tròn'" in read_and_told(load_scores, remark)[1]
    scale = word(("Khối sở (thang điểm 100)", parts[0]), ("Khối xã (thang điểm 90)", parts[1]))
    assert "thang điểm" in refusal(scale)


def test_one_row_apart_is_told(page):
    body = f"<table>{rows(HEADER, ['1', 'a', '90'])}</table><table>{rows(['5', 'c', '70'])}</table>"
    with pytest.warns(LoadWarning, match="không dùng đến bảng 2 .5; c; 70"):
        load_scores(page(body))


def test_automatic_numbers_of_word_are_numbers(word):
    def number(document):
        for row in document.tables[0].rows[1:]:
            properties = row.cells[0].paragraphs[0]._p.get_or_add_pPr()
            properties.get_or_add_numPr()

    lines = [HEADER, ["", "a", "90"], ["", "b", ""], ["", "c", "80"]]
    scores = loaded(word(("", lines), change=number))
    assert scores["unit"].tolist() == ["a", "b", "c"]


def test_words_of_a_page_are_no_marks(page):
    name = "<a href='#'>Sở Nội vụ</a> <small>(cơ quan thường trực)</small>"
    unit, score = loaded(page(f"<table>{rows(HEADER, ['1', name, '90'])}</table>")).iloc[0][:2]
    assert (unit, score) == ("Sở Nội vụ (cơ quan thường trực)", 90)
    noted = f"<table>{rows(HEADER, ['1', 'Sở A<sup>(1)</sup>', '90'])}</table>"
    with pytest.warns(LoadWarning, match="bỏ dấu chú thích ở 1 tên đơn vị"):
        assert load_scores(page(noted))["unit"].tolist() == ["Sở A"]


def choice(*options, at=""):
    return f"<select {at}>{''.join(f'<option{one}</option>' for one in options)}</select>"


@pytest.mark.parametrize(
    ("field", "score"),
    [
        ("<input value=90>", 90),
        ("<input type='NUMBER' value='90,5'> <input type=hidden value=7>", 90.5),
        ("<textarea>\n90\n</textarea><input type=submit value=1>", 90),
        (choice(">10", " selected>90", ">80"), 90),
        (choice(">90", ">80") + "<input type=checkbox value=5 checked>", 90),
        (choice(" value=''>Chọn", ">80"), None),
        ("<input value=90><input value=5>", "'90 5'"),
        ("<input value=90 style='display:none'>", "'[90]'"),
        (choice(">90", at="class='d-none'"), "'[ 90 ]'"),
    ],
)
def test_what_a_field_of_a_form_shows_is_text(page, field, score):
    table = rows(HEADER, ["1", "a", field], ["2", "b", "<input value=80>"], ["3", "c", "70"])
    path = page(f"<datalist><option>5</datalist><table>{table}</table>")
    if isinstance(score, str):
        assert score in refusal(path)
    else:
        found = loaded(path)["score"]
        assert found[1:].tolist() == [80, 70]
        assert (found.isna()[0] and score is None) or found[0] == score
