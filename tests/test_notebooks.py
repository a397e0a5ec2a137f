import ast
import re
from functools import cache
from io import StringIO

import nbformat
import pandas as pd
import pytest
from conftest import DATA, RANKING_TABLES, ROOT, ddci, loaded
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
READ = {path.stem: nbformat.read(path, 4) for path in NOTEBOOKS}
TABLE_OF = dict.fromkeys(READ, "cchc-2020")
TABLE_OF |= {"04-years": "par-index-regions", "06-fields": "ddci-ha-tinh-2021"}
START = "00-start-here"  # its outputs are displayed, and a button writes its file
OF_ONE_TABLE = ["01-ranking", "02-grades", "03-compare-units", "07-report"]


def cells(notebook, kind):
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def output_text(cell):
    return "".join(map(shown_by, cell.outputs))


def shown_by(output):
    """Return the words of an output, printed or displayed."""
    return output.get("text") or output.get("data", {}).get("text/plain", "").strip("'\"")


def html_of(cell):
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


def said_by(notebook):
    return "".join(map(output_text, cells(notebook, "code")))


def shown_in(notebook):
    """Return the words of all outputs, and their tables with what stands over them."""
    return said_by(notebook) + "".join(map(html_of, cells(notebook, "code")))


def test_the_eight_notebooks_are_there():
    others = [START, "04-years", "05-blocks", "06-fields"]
    assert list(READ) == sorted([*OF_ONE_TABLE, *others])


@cache
def units_of_data():
    units = [unit for name in RANKING_TABLES for unit in loaded(DATA / f"{name}.csv")["unit"]]
    return {*units, *ddci()["unit"]}


@pytest.mark.parametrize("name", READ)
class TestEach:
    def test_it_was_run_from_top_to_bottom_and_its_outputs_are_committed(self, name):
        code = cells(READ[name], "code")
        assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
        assert all(cell.outputs for cell in code[1:]), "a notebook without outputs checks nothing"
        assert not [o for cell in code for o in cell.outputs if o.get("name") == "stderr"]

    def test_markdown_holds_no_figure_and_no_unit(self, name):
        prose = "\n".join(cell.source for cell in cells(READ[name], "markdown"))
        assert not re.findall(r"\d", prose)
        for unit in units_of_data():
            assert unit.casefold() not in prose.casefold()

    def test_it_is_short_and_defines_nothing(self, name):
        assert len(READ[name].cells) <= 25
        for cell in cells(READ[name], "code"):
            kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
            assert not [
                node
                for node in ast.walk(ast.parse(TransformerManager().transform_cell(cell.source)))
                if isinstance(node, kinds)
            ]

    def test_the_first_code_cell_names_the_file(self, name):
        first = cells(READ[name], "code")[0]
        named = rf'^(?:FILE = |FILES = \[)"data/{TABLE_OF[name]}.csv"'
        assert re.search(named, first.source, re.MULTILINE)
        assert first.metadata.tags == ["parameters"]

    def test_under_each_chart_stands_its_alt_text(self, name):
        charts = [
            cell
            for cell in cells(READ[name], "code")
            if ("plot_" in cell.source and "ax =" in cell.source)
            or cell.source
            in [f'choice.show("{p}")' for p in ("chart", "distribution", "comparison")]
        ]
        assert len(charts) >= (3 if name == START else 1)
        for cell in charts:
            picture, words = cell.outputs
            assert "image/png" in picture.data
            assert re.search("Biểu đồ|Bản đồ nhiệt", shown_by(words))

    def test_it_says_what_is_assumed(self, name):
        said = shown_in(READ[name])
        if name == "06-fields":  # its table states the maxima, and it gives no grades
            assert "giả định" not in said
        else:
            assert "thang điểm 100 – giả định" in said.casefold()
            # the regions are of the national index, whose cut-offs are published
            assert ("Ngưỡng xếp loại giả định" in said or "(giả định)" in said) == (
                name != "04-years"
            )

    def test_the_finding_and_the_chart_open_the_page(self, name):
        if name == START:
            return
        setup, load, chart = cells(READ[name], "code")[:3]
        assert setup.source.startswith("%load_ext cchc_analysis\n")
        assert setup.metadata.jupyter.source_hidden
        assert len(READ[name].cells[0].source) < 700
        assert load.outputs[-1].output_type == "execute_result"
        assert "image/png" in chart.outputs[0].data
        code = "\n".join(cell.source for cell in cells(READ[name], "code"))
        lines = [line for line in code.splitlines() if line.strip() and line.strip()[0] != "#"]
        assert len(lines) <= 30
        assert "raise " not in code

    def test_a_constant_means_one_thing_in_every_notebook(self, name):
        meanings = re.findall(r"(?m)^BEFORE = .*# (.*)$", cells(READ[name], "code")[0].source)
        assert {words.split(",")[0] for words in meanings} <= {"tệp bảng điểm kỳ trước"}

    def test_it_ends_with_the_export(self, name):
        if name == START:
            return
        last = READ[name].cells[-1]
        assert "save_chart(" in last.source
        exported = output_text(last).split()
        assert exported
        assert all(path.startswith(f"reports/{TABLE_OF[name]}/") for path in exported)


@pytest.fixture(scope="module")
def kernel():
    """Start one kernel for all notebooks of this module: the imports of each would take seconds."""
    manager, channels = start_new_kernel()
    channels.stop_channels()
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.fixture
def run(kernel):
    """Return a function that runs a notebook as an analyst does who changes its parameters."""

    def run(name, folder, **changes):
        notebook = nbformat.from_dict(READ[name])
        for parameter, value in changes.items():
            pattern = rf"(?m)^{parameter} = [^#\n]*"
            line = f"{parameter} = {value!r} "
            notebook.cells[1].source, count = re.subn(
                pattern, lambda _, line=line: line, notebook.cells[1].source
            )
            assert count == 1
        execute(notebook, kernel, folder)
        return notebook

    return run


def execute(notebook, kernel, folder):
    """Run a notebook in a kernel that has forgotten the one before, as if it were new."""
    anew = nbformat.v4.new_code_cell(
        "%reset -f\nimport gc as _gc\nimport os as _os\nimport matplotlib.pyplot as _plt\n"
        "import cchc_analysis.charts.export as _export\n"
        "_gc.freeze()  # each reset searches for garbage twice, modules too\n"
        f"_os.chdir({str(folder)!r})\n_plt.close('all')\n_plt.style.use('default')\n"
        "_told = get_ipython().extension_manager.unload_extension('cchc_analysis')\n"
        "%config InlineBackend.print_figure_kwargs = {'dpi': 40}\n"
        "_export._DPI = 40  # no picture is looked at\ndel _gc, _os, _plt, _export, _told"
    )
    notebook.cells.insert(0, anew)
    client = NotebookClient(notebook, km=kernel, timeout=120)
    try:
        client.execute()
    finally:
        client.kc.stop_channels()
        del notebook.cells[0]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "sổ tay").mkdir()
    for path in DATA.glob("*.csv"):
        (tmp_path / "data" / path.name).write_bytes(path.read_bytes())
    mine = {"Tên đơn vị": ["Sở Nội vụ", "Sở Tư pháp", "Thanh tra tỉnh"], "Điểm": [63.5, 56, None]}
    mine = pd.DataFrame(mine).assign(**{"Điểm tối đa": 70})
    mine.to_excel(tmp_path / "data" / "bảng của tôi.xlsx", index=False)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file"),
    [
        *((name, "par-index-regions.csv") for name in OF_ONE_TABLE),
        *((name, "bảng của tôi.xlsx") for name in OF_ONE_TABLE),
    ],
)
def test_one_changed_line_runs_it_on_another_table(name, file, run, project):
    notebook = run(name, project / "sổ tay", FILE=f"data/{file}")
    last = output_text(notebook.cells[-1]).splitlines()
    assert last
    assert all((project / path).is_file() for path in last)
    assert all(path.startswith(f"reports/{file.rsplit('.', 1)[0]}/") for path in last)


def test_it_runs_where_there_is_no_data_folder_with_a_path_given(run, tmp_path):
    elsewhere = tmp_path / "nơi khác"
    elsewhere.mkdir()
    frame = pd.DataFrame({"Đơn vị": ["a", "b"], "Điểm": ["63,5", ""]})
    frame.to_csv(elsewhere / "b.csv", index=False)
    notebook = run("01-ranking", elsewhere, FILE=str(elsewhere / "b.csv"), MAX_SCORE=70)
    assert "Có 2 đơn vị, trong đó 1 đơn vị được chấm điểm và xếp hạng (thang điểm 70)" in said_by(
        notebook
    )


@pytest.mark.parametrize("name", READ)
def test_data_are_found_from_the_root_from_notebooks_and_by_a_path_given(name, kernel, tmp_path):
    # Only the cells that load, all in one kernel that moves: whole runs would take minutes.
    first, load = cells(READ[name], "code")[:2]
    files = re.findall(r'(?m)^(?:FILE|OTHER|FILES) = \[?"(.+)"', first.source)
    away = first.source
    for file in files:
        away = away.replace(file, (ROOT / file).as_posix())
    moved = nbformat.from_dict(READ[name])
    moved.cells = [
        nbformat.v4.new_code_cell(f"import os\nos.chdir({str(folder)!r})\n{source}")
        for folder, begin in ((ROOT, first.source), (ROOT / "notebooks", ""), (tmp_path, away))
        for source in ([begin, load.source] if begin else [load.source])
    ]
    execute(moved, kernel, tmp_path)
    said = [
        "".join(map(shown_by, cell.outputs)) for cell in moved.cells if load.source in cell.source
    ]
    assert said == ["".join(map(shown_by, load.outputs))] * 3


def test_a_chart_is_as_wide_as_half_a_page_by_one_constant(run, project):
    notebook = run("01-ranking", project, FILE="data/cchc-2020.csv", SIZE=(3.15, 8))
    assert "chồng lên nhau" not in shown_in(notebook)
    (picture, *_) = output_text(notebook.cells[-1]).splitlines()
    with Image.open(project / picture) as chart:
        assert chart.width / chart.info["dpi"][0] == pytest.approx(3.15, abs=0.1)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("data/khong-co.csv", "Không tìm thấy tệp .*ghi đường dẫn đầy đủ"),
        (r"C:\Users\An\bảng.xlsx", r"Không tìm thấy tệp C:\\Users\\An\\bảng\.xlsx; hãy"),
        ("data/chữ.csv", "'chín'"),
        ("data/bảng.json", r"chưa đọc được định dạng '\.json'; hãy"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(file, words, run, project):
    (project / "data" / "chữ.csv").write_text("Đơn vị;Điểm\nA;chín\n", encoding="utf-8")
    (project / "data" / "bảng.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CellExecutionError) as caught:
        run("01-ranking", project, FILE=file)
    assert re.search(words, caught.value.evalue)
    assert "\n" not in caught.value.evalue


def test_units_without_a_figure_are_said_to_lack_it_and_kept():
    said = shown_in(READ["04-years"])
    assert "Chỉ có ở bảng sau: Đồng bằng sông Cửu Long; Tây Nguyên." in said
    assert "4 đơn vị tăng điểm, không có đơn vị giảm điểm hoặc giữ nguyên điểm" in said
    assert "1 tăng hạng, 1 giảm hạng, 2 giữ nguyên hạng" in said


def test_near_misses_and_uncertain_places_are_shown():
    said = said_by(READ["03-compare-units"])
    assert "Gần loại liền trên nhất: Ban Quản lý dự án và ĐTXD khu vực thị xã; Phòng" in said
    (shown,) = [c for c in cells(READ["03-compare-units"], "code") if "rank_range" in c.source]
    rows = {
        row[0]: row[1:]
        for row in pd.read_html(StringIO(html_of(shown)), thousands=None)[0].values.tolist()
    }
    assert len(rows) == 15
    assert rows["Trung tâm GDNN&GDTX"] == ["81,90", 7, 7, 9, "không"]
    assert rows["Trung tâm Dịch vụ Nông nghiệp thị xã"] == ["81,81", 8, 7, 9, "không"]


def test_who_changed_grade_since_the_file_before_is_told(run, project):
    frame = pd.DataFrame({"Đơn vị": ["A", "B"], "Năm": 2020, "Điểm": [91, 85]})
    frame.to_csv(project / "data" / "b.csv", index=False)
    frame.assign(Năm=2019, Điểm=[85, 85]).to_csv(project / "data" / "a.csv", index=False)
    said = said_by(
        run("03-compare-units", project, FILE="data/b.csv", BEFORE="data/a.csv", UNIT="A")
    )
    assert "lên loại: A (Tốt → Xuất sắc)" in said


def test_each_year_may_have_its_own_file(run, project):
    for name, lines in {
        "a": ["Kết quả năm 2019", "Đơn vị;Điểm", "A;60", "B;50", "C;40"],
        "b": ["Đơn vị;Điểm", "A;70", "B;71", "D;60"],
    }.items():
        (project / "data" / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    files = ["data/a.csv", "data/b.csv"]
    assert "ví dụ year=[2019, 2024]" in refused(run, "04-years", project, FILES=files)
    changes = {"FILES": files, "YEAR": [2019, 2021], "PREDECESSORS": {"D": ["C"]}}
    notebook = run("04-years", project / "sổ tay", **changes)
    said = shown_in(notebook)
    assert "Năm 2021 so với năm 2019. So sánh được 2 đơn vị có điểm ở cả hai bảng" in said
    assert "1 tăng hạng, 1 giảm hạng." in said
    assert "D (từ C 40,00 (3/3))" in said
    last = output_text(notebook.cells[-1]).split()
    assert last[0] == "reports/b/change.png"
    assert all((project / path).is_file() for path in last)


def test_one_block_of_several_is_followed_over_the_years(run, project):
    frame = pd.DataFrame({"Năm": [2021, 2022] * 3, "Đơn vị": ["A", "A", "B", "B", "C", "C"]})
    frame = frame.assign(Khối=["Sở"] * 4 + ["Xã"] * 2, Điểm=[60, 70, 65, 64, 50, 51])
    frame.to_csv(project / "data" / "b.csv", index=False)
    for block, words in ((None, "Hạng của B: 2021: 1; 2022: 2."), ("Xã", "1 đơn vị")):
        changes = {"FILES": ["data/b.csv"], "ONE_BLOCK": block, "UNIT": None if block else "B"}
        notebook = run("04-years", project, **changes)
        assert words in output_text(notebook.cells[-3])
        assert f"đơn vị ({block or 'Sở'}), giai đoạn" in output_text(notebook.cells[-3])
        assert "Sở, năm 2022: có 2 đơn vị" in said_by(notebook)
    said = refused(run, "04-years", project, FILES=["data/b.csv"], ONE_BLOCK="Huyện")
    assert "Không có khối 'Huyện'; các khối: Sở; Xã" in said


def refused(run, name, project, **changes):
    """Return the one sentence with which a notebook, or the library in it, ends."""
    with pytest.raises(CellExecutionError) as caught:
        run(name, project, **changes)
    assert caught.value.ename in ("Refusal", "ValueError")
    assert caught.value.evalue.endswith(".")
    assert "\n" not in caught.value.evalue
    return caught.value.evalue


@pytest.mark.parametrize("file", ["cchc-2020.csv", "so-nganh-2021.csv", "bảng của tôi.xlsx"])
def test_a_table_without_years_is_refused_in_a_sentence(file, run, project):
    said = refused(run, "04-years", project, FILES=[f"data/{file}"])
    assert re.search(r"Bảng có [01] năm .*cần ít nhất hai năm để so sánh; hãy", said)


def test_blocks_of_one_file_or_of_two_are_compared(run, project):
    frame = pd.DataFrame({"Khối": ["Sở", "Sở", "Huyện"], "Đơn vị": ["A", "B", "A"]})
    frame.assign(Điểm=[60, 50, 70]).to_csv(project / "data" / "b.csv", index=False)
    said = said_by(run("05-blocks", project, FILE="data/b.csv", FILE_IS={}, OTHER=None))
    assert "Sở: có 2 đơn vị được chấm" in said
    assert "Huyện: có 1 đơn vị được chấm" in said
    changed = {"FILE": "data/par-index-regions.csv", "FILE_IS": {"block": "Vùng"}}
    notebook = run("05-blocks", project / "sổ tay", **changed)
    assert all((project / path).is_file() for path in output_text(notebook.cells[-1]).split())


@pytest.mark.parametrize(
    "changed", [{"OTHER": None, "FILE_IS": {}}, {"OTHER_IS": {}, "FILE_IS": {}}]
)
def test_tables_without_blocks_are_not_ranked_as_one(changed, run, project):
    assert "không có cột 'block'" in refused(run, "05-blocks", project, **changed)


def test_the_sister_index_is_called_so_and_only_it(run, project):
    assert "DDCI Hà Tĩnh 2021 là chỉ số cùng họ, không phải CCHC." in said_by(READ["06-fields"])
    frame = pd.DataFrame({"Đơn vị": ["A", "B"], "Thể chế (10 điểm)": [8, 9.5]})
    frame.assign(**{"Tài chính (5 điểm)": [5, 1]}).to_csv(project / "data" / "b.csv", index=False)
    changes = {"FILE": "data/b.csv", "UNIT": None, "MAX_SCORE": None}  # its titles state the maxima
    notebook = run("06-fields", project / "sổ tay", **changes)
    said = said_by(notebook)
    assert "DDCI" not in said
    assert "lĩnh vực Tài chính, 4,00 điểm." in said
    assert all((project / path).is_file() for path in output_text(notebook.cells[-1]).split())


@pytest.mark.parametrize("file", ["cchc-2020.csv", "bảng của tôi.xlsx"])
def test_a_table_without_fields_is_refused_in_a_sentence(file, run, project):
    words = f"{file}: không có cột lĩnh vực nào có số; hãy dùng"
    assert words in refused(run, "06-fields", project, FILE=f"data/{file}")
