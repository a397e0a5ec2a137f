import dataclasses

import pytest
from conftest import DATA, table
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import (
    GradeScheme,
    choose_table,
    cutoff_sensitivity,
    describe_ranking,
    grade_distribution,
    grade_units,
    load_scheme,
    plot_distribution,
    plot_ranking,
    points_to_next_grade,
    style_ranking,
    write_workbook,
)
from cchc_analysis.app.command import main
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring.schemes import scheme_of_words, spelled

KNOWN = {
    "thi-xa-2020": (90, 80, 65, 50, 0),
    "da-nang-2011": (90, 80, 70, 60, 0),
    "par-index": (90, 80, 70),
    "nam-dinh-2020-so": (90, 80),
    "nam-dinh-2020-huyen": (80, 70),
    "tttt-2024": (90, 80, 65, 50, 0),
}


@pytest.mark.parametrize(("name", "bounds"), KNOWN.items())
def test_known_schemes_have_the_printed_bounds(name, bounds):
    scheme = load_scheme(name)
    assert scheme.bounds == bounds
    assert scheme.name == name
    assert scheme.source


def test_only_the_town_scheme_is_assumed_and_says_so():
    assert [name for name in KNOWN if load_scheme(name).assumed] == ["thi-xa-2020"]
    assert str(load_scheme("thi-xa-2020")).endswith("(giả định)")
    assert "giả định" in load_scheme("thi-xa-2020").source
    assert "90/80/65/50" in load_scheme("tttt-2024").source


def test_a_scheme_is_frozen_and_equal_by_value():
    scheme = GradeScheme(["Đạt", "Không đạt"], [50, 0], name="x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        scheme.bounds = (60, 0)
    assert scheme == GradeScheme(("Đạt", "Không đạt"), (50.0, 0.0), name="x")
    assert load_scheme(scheme) is scheme
    assert hash(scheme)


@pytest.mark.parametrize(
    ("grades", "bounds", "sentence"),
    [
        (["A", "B"], [90], "2 tên loại và 1 ngưỡng"),
        ([], [], "0 tên loại"),
        (["A", "B"], [80, 80], "giảm dần"),
        (["A", "B"], [80, 90], "giảm dần"),
        (["A"], [101], "0 đến 100"),
        (["A"], [-1], "0 đến 100"),
        (["A"], [float("nan")], "0 đến 100"),
        (["A", "a"], [90, 80], "bị lặp"),
        ([" "], [90], "trống"),
        (["Chưa chấm"], [90], "có nghĩa khác"),
        (["A", "B"], [0.875, 0], "cao nhất là 0,875%; ngưỡng ghi bằng phần trăm, ví dụ 87.5"),
        ({"A", "B"}, [90, 80], "danh sách"),  # without an order
        ({"A": 90}, [90], "danh sách"),
    ],
)
def test_what_is_no_scheme_is_refused(grades, bounds, sentence):
    with pytest.raises(ValueError, match=sentence):
        GradeScheme(grades, bounds)


@pytest.mark.parametrize(
    "about", [{"name": 5}, {"source": ["QĐ 5"]}, {"assumed": "false"}, {"assumed": []}]
)
def test_what_is_said_of_a_scheme_is_text_or_true(about):
    with pytest.raises(Refusal, match=rf"^{next(iter(about))}=.* phải là"):
        GradeScheme(["A"], [90], **about)


def test_a_string_is_no_list_of_grades():
    with pytest.raises(Refusal, match="danh sách"):
        GradeScheme("AB", [90, 80])


def test_an_unknown_known_schemes_the_known_ones_and_the_closest():
    with pytest.raises(
        ValueError, match="có phải 'da-nang-2011'.*một trong: thi-xa-2020, da-nang-2011, par-index"
    ):
        load_scheme("da-nang")
    with pytest.raises(Refusal, match="GradeScheme"):
        load_scheme(90)


def test_bounds_in_words():
    scheme = GradeScheme(["A", "B", "C"], [89.5, 70, 0])
    assert str(scheme) == "A từ 89,5%, B từ 70%, C dưới 70% (giả định)"
    assert GradeScheme(["A"], [0]).bounds_in_words() == ["từ 0%"]


def test_spelling_of_a_published_grade():
    assert spelled("XUẤT  SẮC") == "Xuất sắc"
    assert spelled("Hoàn thành tốt") == "Hoàn thành tốt"


OWN = """[so]
grades = ["Tốt", "Khá", "Yếu"]
bounds = [87.5, 70, 0]
strict = ["Tốt"]
number = "Quyết định 5/QĐ-UBND"
date = "02/01/2024"
place = "UBND tỉnh"
[của huyện]
grades = ["Đạt"]
bounds = [50]
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cua-toi.toml").write_text(OWN, encoding="utf-8-sig")
    return tmp_path / "cua-toi.toml"


def test_a_scheme_of_ones_own_stands_in_a_file(own):
    scheme = load_scheme("cua-toi.toml:so")
    assert str(scheme) == "Tốt trên 87,5%, Khá từ 70%, Yếu dưới 70%"
    assert scheme.source == "Quyết định 5/QĐ-UBND ngày 02/01/2024 của UBND tỉnh"
    assert load_scheme(f"{own}:của huyện") == GradeScheme(["Đạt"], [50], name="của huyện")
    with pytest.raises(ValueError, match=r'2 thang xếp loại \(so, của huyện\).*toml:so"'):
        load_scheme(own)
    own.write_text(OWN[: OWN.index("[của")], encoding="utf-8")
    assert load_scheme(own) == load_scheme("CUA-TOI.toml".lower()) == scheme
    # What is a folder on Windows is a name elsewhere; the colon of its drive parts nothing.
    own.rename(own.with_name(r"C:\nguong.toml"))
    assert load_scheme(r"C:\nguong.toml") == load_scheme(r"C:\nguong.toml:so") == scheme


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("khac.toml", OWN, "Không tìm thấy tệp thang xếp loại 'khac.toml'"),
        ("a.toml:xa", OWN, "không có thang xếp loại 'xa'; hãy chọn một trong: so, của huyện"),
        ("a.toml:", OWN, "không có thang xếp loại ''"),
        ("a.toml", "", "a.toml: tệp không có thang nào; hãy viết ba dòng"),
        ("a.toml", "bounds = [5]", "a.toml: mục 'bounds' không thuộc thang nào"),
        ("a.toml", "[a]\nbound = [5]", r"thang 'a': không hiểu mục 'bound' \(có phải 'bounds'\?\)"),
        ("a.toml", '[a]\ngrades = ["A"]', "thang 'a': thiếu mục 'bounds'"),
        ("a.toml", "[a]\ngrades = [A]\nbounds = [5]", "a.toml, dòng 2: không đọc được"),
        ("a.toml", '[a]\ngrades = ["A"]\nbounds = ["x"]', "Ngưỡng 'x' không phải là số"),
        ("a.toml", '[a]\ngrades = "A"\nbounds = [5]', "thang 'a': grades, bounds và strict"),
        ("a.toml", '[a]\ngrades = ["A"]\nbounds = [87,5]', "1 tên loại và 2 ngưỡng"),
        (
            "a.toml",
            '[a]\ngrades = ["A"]\nbounds = [5]\ndate = 2024',
            "mục 'date' không phải là chữ",
        ),
        ("a.toml", '[a]\ngrades = ["A"]\nbounds = [5]\nstrict = ["B"]', "strict nêu 'B'"),
        (
            "a.toml",
            '[a]\ngrades = ["A"]\nbounds = [5]\nassumed = "false"',
            "'assumed' không phải là true hay false; hãy ghi assumed = true",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(name, text, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told) as caught:
        load_scheme(name)
    assert "\n" not in str(caught.value)


def test_a_folder_and_other_letters_are_refused(tmp_path):
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(ValueError, match="không mở được tệp thang xếp loại"):
        load_scheme(tmp_path / "a.toml")
    (tmp_path / "b.toml").write_text(OWN, encoding="utf-16")
    with pytest.raises(ValueError, match="không phải là chữ UTF-8"):
        load_scheme(tmp_path / "b.toml")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Xuất sắc 90, Tốt 80, Yếu", "Xuất sắc từ 90%, Tốt từ 80%, Yếu dưới 80%"),
        ("Tốt 87,5; Khá trên 70", "Tốt từ 87,5%, Khá trên 70%"),
        ("A: >= 87.5%, B > 70, C không quá 70.", "A từ 87,5%, B trên 70%, C không quá 70%"),
        ("Nhóm 1 90, Nhóm 2 80", "Nhóm 1 từ 90%, Nhóm 2 từ 80%"),
        ("Tốt từ 80 trở lên, Yếu dưới 80%", "Tốt từ 80%, Yếu dưới 80%"),
        ("Đạt 50, Chưa đạt 0", "Đạt từ 50%, Chưa đạt dưới 50%"),
    ],
)  # fmt: skip
def test_cut_offs_in_words(words, told):
    scheme = scheme_of_words(words, "Quyết định 5")
    assert str(scheme) == told
    assert str(scheme_of_words(told)) == f"{told} (giả định)"


@pytest.mark.parametrize(
    "words",
    [
        "", "Đạt", "Tốt 80,Khá 65", "Tốt 87, 5, Khá", "Nhóm 1 90, Nhóm 2 80, Nhóm 3", "A 90 100",
        "A 90-100, B", "A 90, B, C 50", "A 90, B 80 C 70", "A 90,, B 80", "Tốt -5", "A 50, B 80",
        "A lớn hơn 80, B", "A đạt 80, B", "A 80, còn lại B", "A tối thiểu 80, B", "A là 80, B",
        "A 0,8; B", "A 101, B", "A 90, a 80", "A 90, Chưa chấm", "A trên 100, B", "A 90, B dưới 80",
        "90, 80",
    ],
)  # fmt: skip
def test_what_is_left_over_of_cut_offs_in_words_is_refused(words):
    with pytest.raises(ValueError, match=r"[^.]\.$"):
        scheme_of_words(words)


def test_above_80_is_not_from_80():
    strict = GradeScheme(["Tốt", "Khá"], [80, 50], strict=["tốt"], source="x")
    scores = table([56, 56.01, 55.99, 35, None], 70)
    assert grade_units(scores, scheme=strict)["grade"].tolist()[:4] == ["Khá", "Tốt", "Khá", "Khá"]
    lacking = points_to_next_grade(scores, scheme=strict).set_index("unit")
    assert lacking.loc["a", ["next_grade", "points_to_next", "margin"]].tolist() == ["Tốt", 0, 21]
    told = describe_ranking(scores, scheme=strict, unit="a")
    assert "Ngưỡng xếp loại: Tốt trên 80%, Khá từ 50%." in told
    assert told.endswith("đúng bằng ngưỡng phải vượt để đạt loại Tốt.")
    assert describe_ranking(scores, scheme=strict, unit="d").endswith(
        "còn thiếu hơn 30,00 điểm phần trăm (21,00 điểm) để đạt loại Tốt."
    )
    ranked = grade_units(scores, scheme=strict)
    words = [text.get_text() for text in plot_ranking(ranked, scheme=strict).texts]
    assert words[:2] == ["Tốt (trên 80%) – 1 đơn vị", "Khá (từ 50%) – 3 đơn vị"]
    ax = plot_distribution(ranked, scheme=strict)
    assert ax.get_yticklabels()[0].get_text() == "Tốt (trên 80%)"
    moved = cutoff_sensitivity(scores, scheme=strict, shift=-0.5)
    assert moved["units"].tolist() == [1, 3, 1, 3, 1, 1]


@given(st.lists(st.integers(0, 200).map(lambda n: n / 2), min_size=1), st.integers(2, 199))
def test_a_strict_bound_differs_only_at_the_bound(scores, bound):
    bound /= 2
    closed, strict = (
        grade_units(table(scores), scheme=GradeScheme(["A", "B"], [bound, 0], strict=above))
        for above in ([], ["A"])
    )
    assert ((closed["grade"] != strict["grade"]) == (closed["percent"] == bound)).all()


def test_a_source_ends_that_cut_offs_are_assumed(own):
    assert GradeScheme(["A"], [50], source=" ").assumed
    assert GradeScheme(["A"], [50], assumed=False).assumed
    assert not GradeScheme(["A"], [50], source="Quyết định 5").assumed
    assert load_scheme("cua-toi.toml:của huyện").assumed


def run(capsys, *arguments):
    code = main([str(DATA / "cchc-2020.csv"), *arguments, "--out", "r"])
    return code, "".join(capsys.readouterr())


def test_the_command_takes_cut_offs_of_ones_own(own, capsys, monkeypatch):
    monkeypatch.setattr("cchc_analysis.app.command.write_files", lambda folder, *_: None)
    of_words = "--cutoffs", "Xuất sắc 90, Tốt trên 80, Khá 62,5, Yếu"
    told = "Ngưỡng xếp loại: Xuất sắc từ 90%, Tốt trên 80%, Khá từ 62,5%, Yếu dưới 62,5%"
    assert f"{told} (giả định)\n" in run(capsys, *of_words)[1]
    assert f"{told}\n" in run(capsys, *of_words, "--scheme-source", "Quyết định 5")[1]
    own.write_text(OWN[: OWN.index("[của")].replace("0]", "0.0]"), encoding="utf-8")
    assert "Tốt trên 87,5%, Khá từ 70%, Yếu dưới 70%\n" in run(capsys, "--scheme", str(own))[1]
    known = "--scheme", "thi-xa-2020", "--scheme-source", "Quyết định 9"
    assert "Yếu dưới 50%\n" in run(capsys, *known)[1]
    for refused, words in {
        (*of_words, *known): "Có cả --scheme và --cutoffs; hãy dùng một trong hai.",
        known[2:]: "--scheme-source không cho biết các ngưỡng; hãy ghi thêm --cutoffs hoặc",
        (*known[:3], " "): "--scheme-source trống",
        ("--cutoffs", "Tốt 80,Khá 65"): 'ví dụ --cutoffs "Xuất sắc 90; Tốt trên 80; Khá 62,5;',
    }.items():
        code, said = run(capsys, *refused)
        assert (code, said.count("\n")) == (1, 1)
        assert words in said


def test_the_notebook_offers_the_scheme_that_it_is_given(own):
    choice = choose_table(DATA / "cchc-2020.csv", folder=own.parent, scheme="cua-toi.toml:so")
    assert choice.fields["scheme"].value == load_scheme("cua-toi.toml:so")
    assert any("Tốt trên 87,5%" in words for words, _ in choice.fields["scheme"].options)
    assert set(choice.ranking["grade"].dropna()) == {"Tốt", "Khá", "Yếu"}


BLOCKS = {"Khối sở": "nam-dinh-2020-so", "Khối huyện": "nam-dinh-2020-huyen"}
OTHERS = {"Khối sở": "nam-dinh-2020-so", "khối  HUYỆN": "da-nang-2011"}


def of_blocks(scores=(91, 85, 70, 85, 75, 60)):
    names = ["Khối sở" if at * 2 < len(scores) else "Khối huyện" for at in range(len(scores))]
    return table(list(scores), block=names)


def test_each_block_is_graded_by_its_own_scheme():
    graded = grade_units(of_blocks(), scheme=BLOCKS)
    words = graded["grade"].astype("object").fillna("-").tolist()
    assert words == ["Nhóm I", "Nhóm II", "-", "Nhóm I", "Nhóm II", "-"]
    counts = grade_distribution(grade_units(of_blocks(), scheme=OTHERS), by="block")
    assert counts.groupby("block", sort=False)["grade"].agg(list).tolist() == [
        ["Nhóm I", "Nhóm II", "Không xếp loại"],
        list(load_scheme("da-nang-2011").grades),
    ]
    told = describe_ranking(of_blocks(), scheme=OTHERS)
    assert "Khối sở: có 3" in told and "Ngưỡng xếp loại: Nhóm I từ 90%, Nhóm II từ 80%." in told
    assert "không có đơn vị xếp loại Rất tốt hoặc Yếu." in told
    # Graded again by one scheme, a table has forgotten its blocks.
    again = grade_distribution(grade_units(graded, scheme="par-index"), by="block")
    assert again["grade"].nunique() == 4


@given(
    st.lists(st.integers(0, 100), min_size=2, max_size=9),
    st.lists(st.sampled_from(sorted(KNOWN)), min_size=2, max_size=2),
)
def test_a_scheme_by_block_equals_grading_each_block_alone(scores, names):
    both = dict(zip(("Khối sở", "Khối huyện"), names, strict=True))
    scores = of_blocks(scores)
    try:
        whole = {f: f(scores, scheme=both) for f in (grade_units, points_to_next_grade)}
    except ValueError as error:
        assert "thứ tự ngược nhau" in str(error)
        return
    counts = grade_distribution(whole[grade_units], by="block")
    for block, part in scores.groupby("block"):
        for function, found in whole.items():
            alone = function(part, scheme=both[block])
            here = found[found["block"] == block]
            assert here.astype("object").fillna("").values.tolist() == (
                alone.astype("object").fillna("").values.tolist()
            )
        own = grade_distribution(grade_units(part, scheme=both[block]))
        here = counts[counts["block"] == block].drop(columns="block")
        assert here.astype("object").fillna("").values.tolist() == (
            own.astype("object").fillna("").values.tolist()
        )


@pytest.mark.parametrize(
    ("scheme", "told"),
    [
        ({"Khối sở": "par-index"}, "Khối 'Khối huyện' không có thang xếp loại"),
        ({**BLOCKS, "Khối xã": "par-index"}, "không có khối 'Khối xã'"),
        ({**BLOCKS, "KHỐI SỞ": "par-index"}, "khối ghi hai lần"),
        ({**BLOCKS, "Khối sở": BLOCKS}, "Một khối có nhiều thang"),
        ({}, "trống"),
        ({"Khối sở": "x", "Khối huyện": "par-index"}, "Không có thang xếp loại 'x'"),
        (
            {
                "Khối sở": GradeScheme(["Tốt", "Khá"], [80, 0]),
                "Khối huyện": GradeScheme(["Khá", "Tốt"], [80, 0]),
            },
            "theo thứ tự ngược",
        ),
    ],
)
def test_a_scheme_by_block_that_does_not_fit_the_table_is_refused(scheme, told):
    with pytest.raises(ValueError, match=told):
        grade_units(of_blocks(), scheme=scheme)


def test_a_table_without_blocks_has_no_scheme_by_block():
    with pytest.raises(ValueError, match="không có cột khối"):
        grade_units(table([90]), scheme=BLOCKS)
    scores = of_blocks()
    with pytest.raises(ValueError, match="'a' không ghi khối"):
        grade_units(scores.assign(block=scores["block"].mask(scores.index == 0)), scheme=BLOCKS)
    assert grade_units(of_blocks()[:0], scheme=BLOCKS)["grade"].tolist() == []


def test_cutoffs_stand_beside_the_rows_of_their_block():
    ax = plot_ranking(of_blocks(), scheme=BLOCKS)
    drawn = [line[0][0] for lines in ax.collections for line in lines.get_segments()]
    assert [at for at in drawn if at] == [90, 80, 80, 70]  # the axis stands at 0
    words = [text.get_text() for text in ax.texts]
    assert words.index("Khối sở") < words.index("Nhóm I (từ 90) – 1 đơn vị")
    assert words.index("Khối huyện") < words.index("Nhóm I (từ 80) – 1 đơn vị")
    ticks = plot_distribution(of_blocks(), scheme=BLOCKS).get_yticklabels()
    bounds = [tick.get_text() for tick in ticks if "Không" not in tick.get_text()]
    assert [name[-8:] for name in bounds] == ["(từ 90%)", "(từ 80%)", "(từ 80%)", "(từ 70%)"]
    assert "Khối huyện: Nhóm I từ 80%" in style_ranking(of_blocks(), scheme=BLOCKS).to_html()


def test_the_command_takes_a_scheme_for_each_block(tmp_path, coarse, capsys):
    source = tmp_path / "t.csv"
    rows = zip(of_blocks()["block"], "ABCDEF", of_blocks()["score"], strict=True)
    lines = [f"{block},Sở {unit},{score}" for block, unit, score in rows]
    source.write_text("\n".join(["Khối,Đơn vị,Điểm", *lines]), encoding="utf-8")
    schemes = "; ".join(f"{block}={name}" for block, name in BLOCKS.items())
    assert main([str(source), "--scheme", schemes, "--out", str(tmp_path / "r")]) == 0
    assert "Khối sở: Nhóm I từ 90%, Nhóm II từ 80%; Khối huyện: Nhóm I" in capsys.readouterr().out
    for wrong in ("Khối sở=par-index", f"{schemes}; Khối xã=par-index", "Khối sở=par-index; x",
                  "Khối sở=par-index; Khối sở=par-index"):  # fmt: skip
        assert main([str(source), "--scheme", wrong, "--out", str(tmp_path / "r")])
        assert "Khối" in capsys.readouterr().err


def test_a_workbook_says_the_cutoffs_of_each_block(tmp_path):
    from openpyxl import load_workbook

    path = write_workbook(of_blocks(), tmp_path / "t.xlsx", scheme=BLOCKS)
    cells = [str(cell.value) for row in load_workbook(path)["Ghi chú"] for cell in row]
    assert any("Khối huyện: Nhóm I từ 80%, Nhóm II từ 70%" in cell for cell in cells)
    assert sum("Thông báo 118" in cell for cell in cells) == 1


def test_the_basis_of_schemes_by_block_is_of_those_that_are_not_assumed():
    mixed = {"Khối sở": "thi-xa-2020", "Khối huyện": "nam-dinh-2020-huyen"}
    scheme = load_scheme(mixed)
    assert scheme.assumed and scheme.basis == load_scheme("nam-dinh-2020-huyen").source
    assert load_scheme("thi-xa-2020").basis == "" and "giả định" in str(scheme)
