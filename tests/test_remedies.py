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
    given = {**options, option.name: None if options.get(option.name) == value else value}
    return added(given, option.also) if option.also else given


def follow(source, options):
    """Do what each refusal proposes until none does; return what came last and how many steps."""
    found, _ = read(source, options)
    for step in range(4):
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
        before, (found, _) = found, read(source, options)
        assert str(found) != str(before)
        assert "không có cột '" not in str(found)
        assert "không có bảng" not in str(found)
    raise AssertionError(f"no end of remedies: {found}")


@pytest.mark.parametrize("name", STORED)
def test_every_remedy_of_a_stored_source_can_be_done(name, tmp_path):
    case = STORED[name]
    source, options = case.source(tmp_path), case.options or {}
    found, told = read(source, options)
    if isinstance(found, ValueError):
        follow(source, options)
    for option in told:
        if option.value is not None:
            then, _ = read(source, added(options, option))
            assert not isinstance(then, ValueError)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        (name, layout)
        for at, name in enumerate(TABLES)
        for number, layout in enumerate(LAYOUTS)
        if layout not in UNWRITTEN and not (name == "no title" and layout in BLANK)
        # What a layout may lose is a title; what numbers say is asked in a third of the layouts.
        if name in ("unknown", "no title") or number % 3 == at % 3
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


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - UNWRITTEN))
def test_rows_under_no_titles_load_by_the_numbers_of_their_columns(first, layout, tmp_path):
    path = tmp_path / f"bảng-{layout}"
    top, *rows = [[str(n), unit, f"{95.5 - n}"][first:] for n, unit in enumerate(UNITS, start=1)]
    LAYOUTS[layout](top, rows, path)
    found, steps = follow(path, {})
    assert not isinstance(found, ValueError), found
    assert steps == 1
    assert found["unit"].tolist() == UNITS
    assert found["score"].tolist() == [94.5, 93.5, 92.5, 91.5, 90.5, 89.5]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["Sở A;90,5;", "Sở B;;Tốt"], 'columns={"unit": 1, "score": 2}'),
        (["KẾT QUẢ", "Sở A;0,95;1", "Sở B;0,9;2"], '"score": 2}, max_score=1)'),
        (["TT;Tên tỉnh/TP;Xếp hạng", "1;Huế;0,5461", "2;Hà Nội;0,5"],
         '"score": "Xếp hạng"}, max_score=1)'),
        (["Tên tỉnh/TP;Xếp hạng", "Huế;0,5461", "Hà Nội;0,5"],
         '(columns={"score": "Xếp hạng"}, max_score=1)'),
        (["Tỉnh;Xếp hạng", "Huế;7,5461", "Hà Nội;6,5"],
         '(columns={"score": "Xếp hạng"}, max_score=10)'),
    ],
)  # fmt: skip
def test_columns_and_scale_are_proposed_in_one_line(lines, said, tmp_path):
    path = tmp_path / "bảng.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert said in str(read(path, {})[0])
    found, steps = follow(path, {})
    assert steps == 1
    assert len(found) == 2


def test_a_first_row_without_a_score_is_told_to_be_the_header(tmp_path):
    path = tmp_path / "bảng.csv"
    path.write_text("Sở A;;Tốt\nSở B;90,5;Khá\nSở C;80,5;Khá\n", encoding="utf-8")
    with pytest.warns(LoadWarning, match="Hiểu dòng 1 'Sở A Tốt' là dòng tiêu đề"):
        assert len(load_scores(path, columns={"unit": 1, "score": 2})) == 2
