"""What a refusal or a warning proposes is done as written, over stored sources and every layout."""

import re
import warnings

import pytest
from golden import cases
from layouts import LAYOUTS

from cchc_analysis import LoadWarning, load_scores

STORED = {
    name: case for name, case in cases().items() if case.load == "load_scores" and not case.calls
}
UNITS = ["Sở Nội vụ", "Sở Y tế", "Sở Tư pháp", "Sở Tài chính", "Ban Dân tộc", "Sở Công Thương"]
TABLES = {  # the titles after the number, what a row has after the unit, and the first score
    "unknown": (["Tên đối tượng", "Giá trị"], lambda at: [f"{95.5 - at}"], 94.5),
    "share": (["Đơn vị", "Điểm"], lambda at: [f"0.{95 - at}"], 0.94),
    "scale": (["Đơn vị", "Tổng điểm (84)"], lambda at: [f"{80.5 - at}"], 79.5),
    "stages": (["Đơn vị", "Điểm tự chấm", "Điểm thẩm định"], lambda at: ["97", f"{92 - at}"], 91),
    "pairs": (["Tỉnh", "Năm 2017"], lambda at: [f"{at:02d} (0,{827 - at})"], 0.826),
    "no title": (["Đơn vị", ""], lambda at: [f"{95.5 - at}"], 94.5),
}
UNWRITTEN = {
    "report.xlsx",
    "two-rows.xlsx",
    "windows-1258.csv",
}  # they need a known title of scores
BLANK = {"pasted.txt", "spaces.txt"}  # a blank title leaves no trace


def read(source, options):
    """Return the table or the refusal, and the options that the warning gives."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = load_scores(source, **options)
        except ValueError as error:
            return error, []
    clauses = [
        c for one in told if isinstance(one.message, LoadWarning) for c in one.message.clauses
    ]
    return found, [clause[1] for clause in clauses if not isinstance(clause, str)]


def added(options, option):
    """Return the options with one more; where it is what was given, the remedy is to drop it."""
    value = option.value
    if option.name == "columns" and value:
        value = {**options.get("columns", {}), **value}
    return {**options, option.name: None if options.get(option.name) == value else value}


def follow(source, options):
    """Do what each refusal proposes until none does; return what came last and how many steps."""
    for step in range(4):
        found, _ = read(source, options)
        option = getattr(found, "option", None)
        if option is None or option.value is None or option.said() not in str(found):
            return found, step
        if "tên cột" in (option.value if isinstance(option.value, dict) else {}).values():
            (role,) = option.value  # one of the columns that are listed
            titles = re.findall("'([^']+)'", found.problem.split(" đều có thể")[0])
            for title in titles:
                then, _ = read(source, added(options, option._replace(value={role: title})))
                assert str(then) != str(found)
                assert "không có cột" not in str(then)
            return found, step
        options = added(options, option)
        then, _ = read(source, options)
        assert str(then) != str(found)
        assert "không có cột '" not in str(then)
        assert "không có bảng" not in str(then)
    raise AssertionError(f"no end of remedies: {found}")


@pytest.mark.parametrize("name", STORED)
def test_every_remedy_of_a_stored_source_can_be_done(name, tmp_path):
    case = STORED[name]
    source, options = case.source(tmp_path), case.options or {}
    found, _ = follow(source, options)
    if not isinstance(found, ValueError):
        for option in read(source, options)[1]:
            if option.value is not None:
                then, _ = read(source, added(options, option))
                assert not isinstance(then, ValueError)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        (name, layout)
        for name in TABLES
        for layout in LAYOUTS
        if layout not in UNWRITTEN and not (name == "no title" and layout in BLANK)
    ],
)
def test_a_remedy_loads_the_table_from_every_layout(name, layout, tmp_path):
    titles, cells, score = TABLES[name]
    path = tmp_path / f"bảng-{layout}"
    rows = [[str(at), unit, *cells(at)] for at, unit in enumerate(UNITS, start=1)]
    LAYOUTS[layout](["TT", *titles], rows, path)
    found, steps = follow(path, {})
    assert not isinstance(found, ValueError), found
    assert steps == 1
    assert found["unit"].tolist() == UNITS
    assert found["score"][0] == score
