"""`%load_ext cchc_analysis`, in a kernel as a notebook has it."""

import nbformat
import pytest
from conftest import DATA
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SETUP = f"""%load_ext cchc_analysis
import warnings
import pandas as pd
from cchc_analysis import grade_distribution, grade_units, list_tables, rank_units
from cchc_analysis import load_fields, load_scores
seed = r"{DATA / "cchc-2020.csv"}"
raw = pd.DataFrame({{"Đơn vị": ["Sở A", "Sở B"], "Điểm": [81, 70.5], "Lạ": ["x", "y"]}})
many = pd.DataFrame({{"unit": [f"Xã {{n}}" for n in range(99)], "score": 50, "max_score": 100}})"""
CELLS = {
    "set-up": SETUP,
    "ranking": "ranking = load_scores(seed).pipe(rank_units).pipe(grade_units)\nranking",
    "head": "ranking.head(3)",
    "columns": 'ranking[["unit", "score"]]',
    "own column": "ranking.assign(mine=1)",
    "index": 'ranking.set_index("unit")',
    "other": "pd.DataFrame({'a': [1]})",
    "counts": "grade_distribution(ranking)",
    "many": "rank_units(many)",
    "tables": "list_tables(raw)",
    "prose": "'Sở <A> đứng đầu; thứ hạng giữ nguyên.'",
    "word": "'a'",
    "told": "scores = load_scores(raw)",
    "told again": "scores = load_scores(raw)\nscores = load_scores(raw)",
    "not ours": "warnings.warn('plain', stacklevel=1)",
    "refused": 'load_scores(raw.assign(**{"Điểm": ["81", "chín"]}))',
    "refused option": "load_scores(raw, max_score=-1)",
    "constants": "SCHEME = MAX_SCORE = None\nload_scores(raw, max_score=-1)",
    "few points": "few = raw.assign(**{'Điểm': [0.8, 0.7]})\nload_scores(few)",
    "beside": "BEFORE = 'C:/a/Bảng (DataFrame)'\nload_scores(few)",
    "beside another": "BEFORE = ['x', 'C:\\bảng']\nload_scores(few)",
    "no constant": "del MAX_SCORE, BEFORE\nload_scores(few)",
    "of fields": "load_fields(raw[['Đơn vị']].assign(A=[8, 7], B=[9, 6]))",
    "no file": 'load_scores("không có.csv")',
    "no file of others": 'open("không có.csv")',
    "error": "1 / 0",
    "unload": "%unload_ext cchc_analysis\nranking.head(1)",
    "refused plainly": "load_scores(raw, max_score=-1)",
}


def notebook(*cells):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return made


@pytest.fixture(scope="module")
def execute():
    """Return a function that runs a notebook; all run in one kernel, whose imports take seconds."""
    manager, channels = start_new_kernel()
    channels.stop_channels()

    def execute(run, **options):
        client = NotebookClient(run, km=manager, **options)
        try:
            client.execute()
        finally:
            client.kc.stop_channels()

    yield execute
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def outputs(execute):
    """Return what each cell shows: (type of output, HTML, text) of each."""
    run = notebook(*CELLS.values())
    execute(run, allow_errors=True)
    return {
        name: [
            (out["output_type"], out.get("data", {}).get("text/html", ""),
             out.get("data", {}).get("text/plain") or out.get("text") or out.get("evalue"))
            for out in cell["outputs"]
        ]
        for name, cell in zip(CELLS, run.cells, strict=True)
    }  # fmt: skip


def test_tables_of_the_package_show_themselves_as_they_are_printed(outputs):
    ((_, html, text),) = outputs["ranking"]
    assert "Tổng điểm đánh giá" in html
    assert "97,23" in html
    assert "unit" in text  # the frame itself is as it was
    for name, shows, hides in (
        ("head", "<td id", "Phòng Lao động"),
        ("columns", "Tổng điểm đánh giá", "Xếp hạng"),
        ("own column", "mine", "<th>0</th>"),
        ("counts", "Tổng cộng", "share_pct"),
        ("many", "… và 39 dòng nữa", "Xã 60<"),
    ):
        ((_, html, _),) = outputs[name]
        assert shows in html
        assert hides not in html
        assert "dataframe" not in html
    for name in ("index", "other"):  # what is not ours, or would be lost, is shown by pandas
        assert 'class="dataframe"' in outputs[name][0][1]


def test_prose_wraps_between_words_and_columns_of_ours_have_vietnamese_heads(outputs):
    ((_, html, text),) = outputs["prose"]
    assert html.startswith("<p style=")
    assert html.endswith("Sở &lt;A&gt; đứng đầu; thứ hạng giữ nguyên.</p>")
    assert text == "'Sở <A> đứng đầu; thứ hạng giữ nguyên.'"
    assert outputs["word"][0][1] == ""
    assert "Các đơn vị đầu" in outputs["tables"][0][1]


def test_a_warning_is_one_sentence_each_time(outputs):
    for name, times in (("told", 1), ("told again", 2)):
        assert len(outputs[name]) == times
        for kind, html, text in outputs[name]:
            assert (kind, 'role="status"' in html) == ("display_data", True)
            assert text.startswith("Lưu ý: Bảng (DataFrame): không dùng đến cột 'Lạ'")
            assert "load_scores" not in text
    ((kind, _, text),) = outputs["not ours"]
    assert kind == "stream"
    assert "UserWarning: plain" in text


def test_a_refusal_is_one_sentence_in_a_box(outputs):
    for name in ("refused", "refused option", "constants", "no file"):
        (kind, html, text), (error, _, _) = outputs[name]
        assert (kind, error, 'role="alert"' in html) == ("display_data", "error", True)
        assert "Traceback" not in html
        assert "\n" not in text
    assert "'chín'" in outputs["refused"][0][2]
    assert "max_score=100" in outputs["refused option"][0][2]
    assert "MAX_SCORE = 100" in outputs["constants"][0][2]  # a notebook with constants
    for name in ("few points", "beside another"):
        assert "MAX_SCORE = 1." in outputs[name][0][2]
    for name in ("beside", "no constant"):  # no constant settles it: what is written in the file
        assert 'ví dụ tiêu đề "Tổng điểm (thang điểm 1)".' in outputs[name][0][2]
    assert 'ví dụ tiêu đề "A (10 điểm)"' in outputs["of fields"][0][2]
    assert [outputs[name][0][0] for name in ("no file of others", "error")] == ["error"] * 2


def test_unload_undoes_it(outputs):
    assert 'class="dataframe"' in outputs["unload"][0][1]
    assert outputs["refused plainly"][0][0] == "error"


def test_a_refused_cell_has_failed_and_no_later_one_runs(execute):
    run = notebook(SETUP, "load_scores(raw, max_score=-1)", "print('sau')")
    with pytest.raises(CellExecutionError, match="phải là một số lớn hơn 0"):
        execute(run)
    assert run.cells[2]["outputs"] == []
    kinds = [output["output_type"] for output in run.cells[1]["outputs"]]
    assert kinds == ["display_data", "error"]  # by which nbval, too, knows a cell that has failed
