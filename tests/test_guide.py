"""What the guide of the analyst says is done as it says."""

import re
import shutil

import pandas as pd
import pytest
from conftest import DATA, ROOT

from cchc_analysis.app.command import main
from cchc_analysis.scoring.schemes import known_schemes, load_scheme

GUIDE = (ROOT / "README.vi.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST, *RECIPES = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = [
    "python -m pip install uv && python -m uv run cchc-report data/cchc-2020.csv",
    "python -m pip install uv && python -m uv run --group dev pytest",
]


def test_there_is_a_recipe_for_each_wish():
    wishes = (
        "Ngưỡng",
        "Đánh dấu",
        "Một khối",
        "Hai năm",
        "Hai tệp",
        "Cỡ và dạng",
        "Bảng ra Excel",
        "Phiếu",
    )
    titles = re.findall(r"^\*\*(.+?)\*\*.*\n?.*:\n\n```python", GUIDE, re.MULTILINE)
    assert len(titles) == len(RECIPES)
    assert all(any(title.startswith(wish) for title in titles) for wish in wishes)
    assert all(recipe.count("\n") <= 3 for recipe in RECIPES)
    for title in ("Ngưỡng", "Đánh dấu", "Một khối", "Hai năm", "Cỡ", "Bảng ra", "Dán", "Xã, phường",
                  "Lĩnh vực", "Báo cáo Word"):  # fmt: skip
        (recipe,) = re.findall(rf"^\*\*{title}.*?(?=^\*\*|^## )", GUIDE, re.MULTILINE | re.DOTALL)
        (picture,) = re.findall(r"!\[.+\]\((.+)\)", recipe)
        assert 1_000 < (ROOT / picture).stat().st_size < 160_000


@pytest.mark.filterwarnings("ignore::cchc_analysis.LoadWarning")  # eleven scores are missing
@pytest.mark.parametrize("recipe", RECIPES, ids=range(len(RECIPES)))
def test_each_recipe_runs_as_typed_after_the_first_cell(recipe, tmp_path, coarse, monkeypatch):
    import matplotlib as mpl

    shutil.copytree(DATA, tmp_path / "data")
    if "phieu-cham" in recipe:
        rows = [["I", "Thể chế", 3, 2], ["1.1", "Văn bản", 3, 2], ["1.1.1", "Kế hoạch", 3, 2]]
        sheet = pd.DataFrame(rows, columns=["TT", "Tiêu chí", "Điểm tối đa", "Thẩm định"])
        sheet.to_excel(tmp_path / "phieu-cham.xlsx", sheet_name="Sở Nội vụ", index=False)
    for year in (2023, 2024):
        lines = [[f"Kết quả năm {year}", ""], ["Đơn vị", "Điểm"], ["Sở A", 81], ["Sở B", 79]]
        pd.DataFrame(lines).to_excel(tmp_path / f"nam-{year}.xlsx", header=False, index=False)
    (tmp_path / "dan.txt").write_text("Đơn vị\tĐiểm\nA\t90\nB\t80\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with mpl.rc_context():
        exec(FIRST.removeprefix("%load_ext cchc_analysis\n") + recipe, {})
    written = re.findall(r'"([\w/-]+\.(?:xlsx|docx))"', recipe)
    assert all((tmp_path / name).is_file() for name in written)


@pytest.mark.parametrize("text", [README, GUIDE], ids=["README.md", "README.vi.md"])
def test_both_say_the_two_commands_and_link_to_what_is_there(text):
    for command in COMMANDS:
        assert f"```\n{command}\n```" in text
    links = re.findall(r"\]\((?!http)([^)#]+)", text)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_guide_names_every_option_of_the_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options
    assert not [option for option in options if f"`{option}" not in GUIDE]


def test_the_guide_says_every_scheme_with_its_bounds():
    for name in known_schemes():
        (row,) = re.findall(rf"^\| `{name}`.*$", GUIDE, re.MULTILINE)
        scheme = load_scheme(name)
        for grade, bound in zip(scheme.grades, scheme.bounds, strict=True):
            above = "trên " if grade in scheme.strict else ""
            assert (f"{grade} {above}{bound:g}" if bound else f"còn lại {grade}") in row
        assert ("giả định" in row) == scheme.assumed
