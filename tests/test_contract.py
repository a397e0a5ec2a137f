"""What holds for every public function, and for the package as it is installed."""

import ast
import inspect
import os
import re
import subprocess
import sys
import zipfile

import pandas as pd
import pytest
from conftest import DATA, ROOT
from PIL import Image

import cchc_analysis as cchc

PUBLIC = [
    "GradeScheme", "LoadWarning", "check_published", "choose_table",
    "compare_periods",
    "cutoff_sensitivity", "describe_ranking", "field_influence", "field_losses", "find_file",
    "fitting_schemes", "format_ranking",
    "grade_distribution", "grade_units", "implied_cutoffs", "list_tables", "load_fields",
    "load_scheme", "load_scores", "plot_blocks", "plot_change", "plot_comparison",
    "plot_distribution", "plot_fields", "plot_profile", "plot_rank_history", "plot_ranking",
    "points_to_next_grade", "rank_range", "rank_units", "save_chart", "self_score_gaps",
    "style_ranking",
    "summarise_blocks", "write_report", "write_workbook",
]  # fmt: skip
FUNCTIONS = [name for name in PUBLIC if name.islower()]
NOT_OF_A_TABLE = (
    "find_file",
    "list_tables",
    "load_fields",
    "load_scheme",
    "load_scores",
    "save_chart",
)
NOT_OF_A_TABLE += ("field_influence", "field_losses", "self_score_gaps")  # see test_fields.py
NOT_OF_A_TABLE += ("plot_change", "plot_rank_history")  # see test_change_charts.py
NOT_OF_A_TABLE += ("plot_fields", "plot_profile")  # see test_field_charts.py
NOT_OF_A_TABLE += ("write_report", "write_workbook")  # see test_report.py, test_workbook.py
NOT_OF_A_TABLE += ("choose_table",)  # see test_picker.py
# What some need beside the table; a second table is data too, and no keyword.
NEEDED = {"rank_range": {"margin": 0.5}}
SECOND_TABLES = ("after",)
OF_A_TABLE = [name for name in FUNCTIONS if name not in NOT_OF_A_TABLE]


def test_the_public_names_are_these():
    assert sorted(cchc.__all__) == sorted(PUBLIC)
    shown = {name for name in dir(cchc) if not name.startswith("_")}
    modules = {name for name in shown if inspect.ismodule(getattr(cchc, name))}
    assert shown - modules == set(PUBLIC)
    stub = (ROOT / "cchc_analysis" / "__init__.pyi").read_text(encoding="utf-8")
    assert re.findall(r'^    "(\w+)",$', stub, re.MULTILINE) == PUBLIC
    with pytest.raises(AttributeError, match="rank_unit"):
        cchc.rank_unit  # noqa: B018


def call(name, table):
    function = getattr(cchc, name)
    second = [table for p in inspect.signature(function).parameters if p in SECOND_TABLES]
    return function(table, *second, **NEEDED.get(name, {}))


@pytest.mark.parametrize("name", OF_A_TABLE)
def test_the_input_is_never_changed(name, town):
    before = town.copy(deep=True)
    call(name, town)
    pd.testing.assert_frame_equal(town, before)
    assert town.attrs == before.attrs


@pytest.mark.parametrize(
    "name", [n for n in OF_A_TABLE if not n.startswith(("plot_", "describe_", "style_"))]
)
def test_every_result_is_a_plain_frame_with_the_unit_as_a_column(name, town):
    result = call(name, town)
    assert type(result) is pd.DataFrame
    assert isinstance(result.index, pd.RangeIndex)
    assert not result.columns.has_duplicates


@pytest.mark.parametrize("wrong", ["data/cchc-2020.csv", None, 3])
@pytest.mark.parametrize("name", [*OF_A_TABLE, "plot_blocks", "plot_change", "save_chart"])
def test_what_is_no_table_is_refused_in_vietnamese(name, wrong):
    needed = NEEDED.get(name, {"name": "x", "folder": "."} if name == "save_chart" else {})
    with pytest.raises((TypeError, ValueError), match="Cần bảng|vùng vẽ"):
        getattr(cchc, name)(wrong, **needed)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("describe_ranking", {"unit": ["Phòng Nội vụ"]}),
        ("plot_ranking", {"unit": 3}),
        ("plot_comparison", {"ax": (None, None)}),
        ("plot_ranking", {"ax": [None, None]}),
        ("check_published", {"distribution": ["Tốt"]}),
        ("grade_units", {"scheme": {3: "par-index"}}),
        ("fitting_schemes", {}),
        ("rank_units", {"within": 5}),
        ("rank_units", {"within": 2.5}),
        ("cutoff_sensitivity", {"shift": None}),
        ("cutoff_sensitivity", {"scheme": 5}),
    ],
)
def test_an_option_of_another_kind_is_refused_in_a_sentence(name, option, town):
    function = getattr(cchc, name)
    with pytest.raises(ValueError, match="Bảng có nhiều cột 'unit'; hãy"):
        cchc.format_ranking(pd.concat([town, town], axis=1))
    with pytest.raises(cchc.refusal.Refusal, match="; hãy"):
        function(town, **option) if option else function([])
    assert len(cchc.fitting_schemes([town, town]).query("fits")) == 1


@pytest.mark.parametrize("given", [None, 5, b"x", ["a"]])
def test_a_path_of_another_kind_is_refused_in_a_sentence(given, town):
    for call in (
        lambda: cchc.find_file(given),
        lambda: cchc.choose_table(given),
        lambda: cchc.write_report(town, given),
        lambda: cchc.write_report(town, "a.docx", template=given or 5),
        lambda: cchc.write_workbook(town, given),
    ):
        with pytest.raises(cchc.refusal.Refusal, match="không phải là một đường dẫn; hãy ghi"):
            call()


@pytest.mark.parametrize("given", [5, ["a"], {"a": 1}, {"score": None}])
def test_columns_of_another_kind_are_refused_by_the_fields_too(given):
    choice = cchc.choose_table(DATA / "cchc-2020.csv", columns=given)
    assert "ngoài dự kiến" not in choice.said
    assert choice.said.startswith('ô "Cột')


@pytest.mark.parametrize(
    "part", [{"recipients": 5}, {"recipients": [5]}, {"agency": "a\x00b"}, {"form": ["thong-bao"]}]
)
def test_a_part_of_a_report_of_another_kind_is_refused(part, town, tmp_path):
    with pytest.raises(cchc.refusal.Refusal, match="; hãy"):
        cchc.write_report(town, tmp_path / "a.docx", **part)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_data_come_first_and_options_are_keywords_with_documentation(name):
    function = getattr(cchc, name)
    first, *options = inspect.signature(function).parameters.values()
    assert first.default is inspect.Parameter.empty
    named = [p for p in options if p.name not in ("name", "path", *SECOND_TABLES)]
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in named)
    described = re.split(r"\n *(?:Returns|Raises)\n", function.__doc__)[0]
    for parameter in [first, *options]:
        assert re.search(rf"\b{parameter.name}\b", described.split("Parameters\n")[1])
    for section in ("Raises", "Examples"):
        assert f"{section}\n" in function.__doc__


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_in_the_readme_and_most_in_a_notebook(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{name}" in readme
    notebooks = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "notebooks").glob("*.ipynb"))
    assert name in notebooks or name in ("GradeScheme", "LoadWarning")


def test_the_picture_in_the_readme_is_what_the_package_draws(town):
    with Image.open(ROOT / ".images" / "ranking.png") as picture:
        assert picture.info["Description"] == cchc.plot_ranking(town).get_label()


def test_importing_changes_nothing_and_loads_nothing_heavy():
    code = (
        "import sys, warnings, pandas\n"
        "before = warnings.filters[:], pandas.get_option('display.max_rows')\n"
        "import cchc_analysis\n"
        "assert (warnings.filters[:], pandas.get_option('display.max_rows')) == before\n"
        "heavy = {'matplotlib', 'babel', 'IPython', 'jupyterlab', 'lxml', 'docx', 'xlrd',\n"
        "         'python_calamine', 'pdfplumber', 'xlsxwriter', 'matplotlib.pyplot', 'pptx',\n"
        "         'jinja2', 'tqdm', 'ipywidgets', 'tomllib', 'html'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


ROOMS = ["reading", "scoring", "charts", "reports", "app"]


def test_a_room_imports_only_from_the_top_and_from_rooms_to_its_left():
    package = ROOT / "cchc_analysis"
    folders = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(ROOMS)
    for path in package.rglob("*.py"):
        if path == package / "__init__.py":  # the door to all rooms
            continue
        *rooms, _ = path.relative_to(package).parts
        allowed = ROOMS[: ROOMS.index(rooms[0]) + 1] if rooms else []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [n.name for n in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [f"{node.module}.{name.name}" for name in node.names]
            for name in names:
                first, room, *_ = [*name.split("."), ""]
                if first == "cchc_analysis" and room in ROOMS:
                    assert room in allowed, f"{path.relative_to(package)} imports {name}"


def test_the_wheel_works_from_another_folder(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        scripts = archive.read(next(n for n in archive.namelist() if "entry_points" in n)).decode()
    assert "cchc-report = cchc_analysis.app.command:main" in scripts
    assert "cchc-lab = cchc_analysis.app.jupyter:main" in scripts
    own = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    packed = tmp_path / "installed" / "cchc_analysis"
    assert {path.name for path in (packed / "notebooks").iterdir()} == own
    assert (packed / "data" / "cchc-2020.csv").is_file()
    code = (
        "import sys, cchc_analysis.app.command\n"
        f"assert cchc_analysis.__file__.startswith({str(tmp_path / 'installed')!r})\n"
        "sys.exit(cchc_analysis.app.command.main(sys.argv[1:]))"
    )
    away = tmp_path / "away"
    away.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONUTF8": "1"}
    environment["MPLBACKEND"] = "module://no_display_here"
    done = subprocess.run(
        [sys.executable, "-c", code, str(DATA / "cchc-2020.csv")],
        cwd=away, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (away / "reports" / "cchc-2020" / "ranking.png").is_file()
