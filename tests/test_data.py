import json
import re

import pandas as pd
import pytest
from conftest import DATA, ROOT, loaded

from cchc_analysis import implied_cutoffs, load_scheme
from cchc_analysis.scoring.schemes import known_schemes

PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
SHARED = ROOT.parent / "shared" / "data"


@pytest.mark.filterwarnings("default")
def test_the_data_are_what_the_package_says():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    assert report.stats["tasks"] == len(list(DATA.glob("*.csv"))) == 5


@pytest.mark.filterwarnings("default")
def test_the_validation_can_fail(tmp_path):
    from frictionless import Package

    for path in DATA.iterdir():
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace("97.23", "197.23"), encoding="utf-8")
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_every_resource_names_its_grain_source_and_fields():
    for resource in PACKAGE["resources"]:
        assert resource["description"].startswith("One row per")
        assert resource["sources"][0]["title"]
        columns = pd.read_csv(DATA / resource["path"]).columns.tolist()
        assert [field["name"] for field in resource["schema"]["fields"]] == columns


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda r: r["name"])
def test_the_dictionary_is_that_of_the_package(resource):
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    section = readme[readme.index(f"## `{resource['path']}`") :]
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \| ([^|]+) \|([^|]*)\|$", section, re.MULTILINE)
    expected = [
        (f["name"], f["type"], f["description"], f.get("unit", ""))
        for f in resource["schema"]["fields"]
    ]
    assert [tuple(cell.strip() for cell in row) for row in rows[: len(expected)]] == expected


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder is not beside the project")
@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda r: r["name"])
def test_the_figures_are_those_that_were_handed_over(resource):
    if resource["name"] == "observed-cutoffs":
        given = pd.read_csv(SHARED / "schemes-evidence.csv").set_index("id")
        for row in pd.read_csv(DATA / resource["path"], dtype="str").itertuples():
            told = given.loc[row.id].astype("str").str.cat(sep=" ").replace(",", ".")
            assert row.kind in given.loc[row.id, "kind"]
            numbers = [row.above, row.at_most, row.units]
            assert all(pd.isna(one) or one in told for one in numbers)
        return
    ours = (DATA / resource["path"]).read_text(encoding="utf-8")
    handed = (SHARED / resource["path"]).read_text(encoding="utf-8")
    if resource["name"] == "ddci-ha-tinh-2021":
        table = pd.read_csv(SHARED / resource["path"], dtype="str", keep_default_na=False)
        misprint = table.loc[table["unit"] == "Sở Tài chính", "Tính năng động và hiệu lực"]
        assert misprint.tolist() == ["50"]
        assert "prints 50 under 'Tính năng động và hiệu lực'" in resource["description"]
        table.loc[misprint.index, misprint.name] = ""
        handed = table.drop(columns="votes").to_csv(index=False, lineterminator="\n")
    assert ours == handed


def test_what_was_observed_in_the_tables_of_this_folder_is_what_they_give():
    observed = pd.read_csv(DATA / "observed-cutoffs.csv")
    for name, source in (("hue-2021-so", "so-nganh-2021"), ("seed-2020", "cchc-2020")):
        found = implied_cutoffs(loaded(DATA / f"{source}.csv"))
        own = observed[observed["id"] == name][found.columns]
        assert own.fillna(0).values.tolist() == found.fillna(0).values.tolist()


def test_no_scheme_is_of_a_source_that_does_not_state_it():
    observed = pd.read_csv(DATA / "observed-cutoffs.csv")
    whole = set(observed.loc[observed["id"] != "tay-ninh-2021", "id"])
    assert not whole & set(known_schemes())
    assert not any("335" in load_scheme(name).source for name in known_schemes())
