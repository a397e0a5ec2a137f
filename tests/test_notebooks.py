import ast
import re

import nbformat
import pandas as pd
import pytest
from conftest import DATA, RANKING_TABLES, ROOT
from nbclient import NotebookClient

import cchc_analysis

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
READ = {path.stem: nbformat.read(path, 4) for path in NOTEBOOKS}


def cells(notebook, kind):
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def output_text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_the_three_notebooks_are_there():
    assert list(READ) == ["01-ranking", "02-grades", "03-compare-units"]


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
        for table in RANKING_TABLES:
            for unit in cchc_analysis.load_scores(DATA / f"{table}.csv")["unit"]:
                assert unit.casefold() not in prose.casefold()

    def test_it_is_short_and_defines_nothing(self, name):
        assert len(READ[name].cells) <= 25
        for cell in cells(READ[name], "code"):
            kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
            assert not [
                node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, kinds)
            ]

    def test_the_first_code_cell_names_the_file(self, name):
        first = cells(READ[name], "code")[0]
        assert re.search(r'^FILE = "data/cchc-2020.csv"', first.source, re.MULTILINE)
        assert first.metadata.tags == ["parameters"]

    def test_under_each_chart_stands_its_alt_text(self, name):
        charts = [
            cell
            for cell in cells(READ[name], "code")
            if "plot_" in cell.source and "ax =" in cell.source
        ]
        assert charts
        for cell in charts:
            kinds = [
                "image" if "image/png" in o.get("data", {}) else o.output_type for o in cell.outputs
            ]
            assert kinds == ["image", "stream"]
            assert output_text(cell).startswith("Biểu đồ")

    def test_it_says_what_is_assumed_and_ends_with_the_export(self, name):
        said = "".join(map(output_text, cells(READ[name], "code")))
        assert "Thang điểm 100 – giả định" in said
        assert "Yếu dưới 50% (giả định)" in said
        last = READ[name].cells[-1]
        assert "save_chart(" in last.source
        exported = output_text(last).split()
        assert exported
        assert all(path.startswith("reports/cchc-2020/") for path in exported)


def run(name, folder, **changes):
    """Run a notebook as an analyst does who changes its parameters."""
    notebook = nbformat.from_dict(READ[name])
    for parameter, value in changes.items():
        pattern = rf"(?m)^{parameter} = [^#\n]*"
        notebook.cells[1].source, count = re.subn(
            pattern, f"{parameter} = {value!r} ", notebook.cells[1].source
        )
        assert count == 1
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute()
    return notebook


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "sổ tay").mkdir()
    for path in DATA.glob("*.csv"):
        (tmp_path / "data" / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("table", RANKING_TABLES[1:])
def test_one_changed_line_runs_it_on_another_table(name, table, project):
    notebook = run(name, project / "sổ tay", FILE=f"data/{table}.csv")
    last = output_text(notebook.cells[-1]).split()
    assert last
    assert all((project / path).is_file() for path in last)
    assert all(path.startswith(f"reports/{table}/") for path in last)


def test_it_runs_where_there_is_no_data_folder_with_a_path_given(tmp_path):
    elsewhere = tmp_path / "nơi khác"
    elsewhere.mkdir()
    frame = pd.DataFrame({"Đơn vị": ["a", "b"], "Điểm": ["63,5", ""]})
    frame.to_csv(elsewhere / "b.csv", index=False)
    notebook = run("01-ranking", elsewhere, FILE=str(elsewhere / "b.csv"), MAX_SCORE=70)
    assert "2 đơn vị, 1 đơn vị được chấm. Thang điểm 70." in output_text(notebook.cells[2])


def test_where_there_is_no_file_one_sentence_asks_for_a_path(project):
    with pytest.raises(Exception, match="Không tìm thấy tệp .*ghi đường dẫn đầy đủ"):
        run("01-ranking", project, FILE="data/khong-co.csv")
