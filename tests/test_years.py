"""Several files, one for each year: joined, or refused with the option that settles it."""

import pandas as pd
import pytest
from conftest import loaded, read_and_told
from conftest import refusal as refused

from cchc_analysis import LoadWarning, compare_periods, list_tables, load_scores
from cchc_analysis.refusal import Refusal

pytestmark = pytest.mark.filterwarnings("ignore::cchc_analysis.LoadWarning")


@pytest.fixture
def write(tmp_path):
    def file(name, *lines, title="", head="Đơn vị;Điểm;Thang điểm"):
        text = "\n".join([*([title] if title else []), head, *lines])
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
        return tmp_path / name

    return file


def refusal(*args, **options) -> Refusal:
    with pytest.raises(Refusal) as refused:
        load_scores(*args, **options)
    return refused.value


def test_files_of_two_years_are_one_table(write):
    old = write("a.csv", "A;80;100", "B;70;100", title="Kết quả chấm điểm năm 2023")
    new = write("b.csv", "A;75;100", "B;78;100", title="Kết quả chấm điểm năm 2024")
    scores = load_scores([old, new])
    assert scores["year"].tolist() == [2023, 2023, 2024, 2024]
    assert scores["score"].tolist() == [80, 70, 75, 78]
    assert scores.columns.tolist() == ["unit", "score", "max_score", "year"]
    pd.testing.assert_frame_equal(load_scores((old, new)), scores)
    one = load_scores([old])
    pd.testing.assert_frame_equal(one, load_scores(old))
    change = compare_periods(*(part for _, part in scores.groupby("year")))
    assert change["rank_change"].tolist() == [1, -1]


def test_years_are_given_where_the_files_do_not_say_them(write):
    files = [write("a.csv", "A;80;100"), write("b.csv", "A;75;100")]
    assert load_scores(files, year=[2023, 2024])["year"].tolist() == [2023, 2024]
    titled = write("c.csv", "A;75;100", title="Kết quả chấm điểm năm 2023")
    both = load_scores([titled, titled], year=[2023, 2024])
    assert both["year"].tolist() == [2023, 2024], "the option is stronger than a title"
    frames = [pd.DataFrame({"Đơn vị": ["A"], "Điểm": [score]}) for score in (80, 70)]
    scores = load_scores(frames, year=[2023, 2024], max_score=[100, None])
    assert scores["max_assumed"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("titles", "words", "years"),
    [
        (("", ""), "a.csv (tệp thứ 1) không cho biết năm", [2023, 2024]),
        (("năm 2024", "năm 2024"), "a.csv (tệp thứ 1) và b.csv (tệp thứ 2) cùng có năm 2024",
         [2023, 2024]),
        (("năm 2024", ""), "b.csv (tệp thứ 2) không cho biết năm", [2024, 2023]),
        (("", "năm 2023"), "a.csv (tệp thứ 1) không cho biết năm", [2024, 2023]),
        (("năm 2024", "6 tháng đầu năm 2025"), "'Kết quả chấm điểm 6 tháng đầu năm 2025' là của",
         [2024, 2023]),
    ],
)  # fmt: skip
def test_files_of_one_year_or_of_none_are_refused_in_each_face(write, titles, words, years):
    files = [
        write(name, "A;80;100", title=f"Kết quả chấm điểm {title}" if title else "")
        for name, title in zip(("a.csv", "b.csv"), titles, strict=True)
    ]
    error = refusal(files)
    assert words in str(error)
    assert f"hãy ghi năm của từng tệp theo thứ tự, ví dụ year={years}" in str(error)
    assert f"ví dụ YEAR = {years}" in error.said("notebook")
    assert load_scores(files, year=years)["year"].nunique() == 2


def test_a_file_of_several_years_goes_with_others_of_other_years(write):
    head = "Đơn vị;Điểm;Thang điểm;Năm"
    both = write("a.csv", "A;80;100;2022", "A;81;100;2023", head=head)
    new = write("b.csv", "A;82;100;2024", head=head)
    assert load_scores([both, new])["year"].tolist() == [2022, 2023, 2024]
    assert "hãy bỏ năm này khỏi một trong hai tệp" in str(refusal([both, new, both]))
    untitled = write("c.csv", "A;82;100")
    assert "year=[None, 2024]" in str(refusal([both, untitled]))
    assert load_scores([both, untitled], year=[None, 2024])["year"].nunique() == 3


def test_years_in_columns_are_not_replaced(write):
    own = write("a.csv", "A;80;100;2024", head="Đơn vị;Điểm;Thang điểm;Năm")
    titled = write("b.csv", "A;75;100", title="Kết quả năm 2024")
    assert "ví dụ year=[2024, 2023]" in str(refusal([own, titled]))
    assert load_scores([own, titled], year=[2024, 2023])["year"].tolist() == [2024, 2023]
    assert "hãy bỏ năm này khỏi một trong hai tệp" in str(refusal([own, own]))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("head", "row", "given", "proposed"),
    [
        ("Đơn vị;Tổng điểm (70)", "A;61", {}, {"max_score": 70}),
        ("Xã;Điểm tự chấm;Điểm thẩm định", "A;9;8,5", {"columns": {"unit": "Xã"}},
         {"columns": {"unit": "Xã", "score": "Điểm thẩm định"}, "max_score": 10}),
        ("Đơn vị;Điểm;Thang điểm", "A;9;10", {"max_score": 100}, {"max_score": None}),
        ("Đơn vị;Điểm;Thang điểm;Năm", "A;9;10;2022", {"year": 2020}, {"year": None}),
    ],
)  # fmt: skip
def test_of_several_files_the_list_that_settles_it_for_one_is_proposed(
    write, first, head, row, given, proposed
):
    one = write("a.csv", row, row.replace("A", "B"), title="KẾT QUẢ NĂM 2022", head=head)
    other = write("b.csv", "A;95;100", title="KẾT QUẢ NĂM 2024")
    files = [one, other] if first else [other, one]

    def beside(of_one):
        return {name: [value, None][:: 1 if first else -1] for name, value in of_one.items()}

    words = str(refusal(files, **beside(given)))
    for name, values in beside(proposed).items():
        assert f"{name}={values}".replace("'", '"') in words
    scores = load_scores(files, **{**beside(given), **beside(proposed)})
    assert scores["year"].tolist() == sorted([2022, 2022, 2024], reverse=not first)


def test_a_warning_proposes_for_its_file_alone(write):
    files = [write(f"{at}.csv", "A;80;100", title=f"Kết quả năm {at}") for at in (2023, 2024)]
    with pytest.warns(LoadWarning) as told:
        load_scores(files)
    assert "dùng year=[…, None] nếu khác" in str(told[0].message)
    assert "dùng YEAR = [None, …] nếu khác" in told[1].message.said("notebook")
    with pytest.warns(LoadWarning, match="dùng year= nếu khác"):
        load_scores(files[0])


def test_blocks_are_of_all_files_or_of_none(write):
    old = write("a.csv", "A;80;100", title="Kết quả năm 2023")
    new = write("b.csv", "A;75;100;Khối sở", "B;7;100;Khối xã", title="Kết quả năm 2024",
                head="Đơn vị;Điểm;Thang điểm;Khối")  # fmt: skip
    assert "a.csv (tệp thứ 1) không có khối còn tệp khác thì có" in str(refusal([old, new]))
    scores = load_scores([old, new], block=["Khối sở", None])
    assert scores["block"].tolist() == ["Khối sở", "Khối sở", "Khối xã"]


def test_a_list_that_does_not_fit_the_files_is_refused(write):
    file = write("a.csv", "A;80;100")
    assert "year= có 1 giá trị cho 2 tệp" in str(refusal([file, file], year=[2024]))
    assert "Danh sách tệp trống" in str(refusal([]))
    assert "year=[2023, 2024] không dùng được" in str(refusal(file, year=[2023, 2024]))


def test_what_is_told_is_told_once_for_each_file(write):
    files = [write(f"{at}.csv", "A;80;100", title=f"Kết quả năm {at}") for at in (2023, 2024)]
    with pytest.warns(LoadWarning) as told:
        load_scores(files)
    assert [str(one.message)[:8] for one in told] == ["2023.csv", "2024.csv"]
    assert {one.filename for one in told} == {__file__}


@pytest.mark.parametrize(
    "line", ["Cập nhật ngày 05/01/2024", "Cập nhật đến 31/12/2023", "Cập nhật năm 2024"]
)
def test_a_line_on_an_update_is_told_and_no_block(tmp_path, line):
    path = tmp_path / "a.csv"
    path.write_text(f"{line},,\nSTT,Đơn vị,Điểm\n1,Sở A,90\n2,Sở B,80\n", encoding="utf-8")
    with pytest.warns(UserWarning) as told:
        assert not {"year", "block"} & set(load_scores(path))
    assert line in str(told[0].message)
    assert "khối" not in str(told[0].message)


def test_years_side_by_side_are_a_table_each():
    titles = ["Đơn vị", "Năm 2023 Điểm", "Năm 2023 Hạng", "Điểm năm 2024", "Hạng (2024)", "So sánh"]
    rows = [
        ["Sở A", 90, 1, 92, 2, 2],
        ["Sở B", 88, 2, 95, 1, 7],
        ["Bình quân", 89, "", 93.5, "", 5],
    ]
    table = pd.DataFrame(rows, columns=titles)
    scores, told = read_and_told(load_scores, table)
    assert scores[["unit", "year", "score", "published_rank"]].to_numpy().tolist() == [
        ["Sở A", 2023, 90, 1], ["Sở B", 2023, 88, 2], ["Sở A", 2024, 92, 2], ["Sở B", 2024, 95, 1],
    ]  # fmt: skip
    assert "cột 'So sánh'" in told
    assert "đã gộp 2 bảng ('2023', '2024')" in told.replace("Đã", "đã")
    assert list_tables(table)["heading"].tolist() == ["Năm 2023", "Năm 2024"]
    one = load_scores(table, table="Năm 2024")
    assert one[["year", "score"]].to_numpy().tolist() == [[2024, 92], [2024, 95]]
    chosen = loaded(table, columns={"score": "Điểm năm 2024"})  # as one table
    assert chosen[["year", "published_rank"]].to_numpy().tolist() == [[2024, 2], [2024, 1]]


def test_what_ranks_follow_in_each_year_are_its_scores_whatever_they_are_called():
    titles = ["Tỉnh", "DTI 2022", "Hạng 2022", "DTI 2021", "Hạng 2021"]
    table = pd.DataFrame([["a", 80, 1, 60, 2], ["b", 69, 2, 70, 1]], columns=titles)
    scores = loaded(table)
    assert scores[["unit", "year", "score", "published_rank"]].to_numpy().tolist() == [
        ["a", 2021, 60, 2], ["b", 2021, 70, 1], ["a", 2022, 80, 1], ["b", 2022, 69, 2],
    ]  # fmt: skip
    unranked = table.drop(columns=["Hạng 2022", "Hạng 2021"])
    assert "'DTI 2022' và 'DTI 2021' đều có thể là" in refused(unranked)
    other = table.assign(**{"PCI 2022": 3, "PCI 2021": 4})
    assert "đều có thể là" in refused(other)


def test_years_side_by_side_in_blocks_and_with_maxima_of_their_own(tmp_path):
    path = tmp_path / "a.csv"
    titles = "TT;Đơn vị;Điểm tối đa 2023;Điểm 2023;Điểm tối đa 2024;Điểm 2024"
    lines = ["Khối sở", titles, "1;Sở A;80;70;100;92", "Khối xã", titles, "1;Xã A;85;;100;95"]
    path.write_text("\n".join(lines), encoding="utf-8")
    scores = loaded(path)
    assert scores["block"].tolist() == ["Khối sở", "Khối sở", "Khối xã", "Khối xã"]
    assert scores["year"].tolist() == [2023, 2024] * 2
    assert scores["max_score"].tolist() == [80, 100, 85, 100]
    assert scores["score"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize("title", ["Xếp hạng", "Xếp loại", "Tổng điểm"])
def test_what_is_of_no_year_beside_scores_of_several_keeps_them_in_one_table(title):
    table = pd.DataFrame({"Đơn vị": ["Sở A"], "Điểm 2023": [90], "Điểm 2024": [91], title: [12]})
    if title == "Tổng điểm":
        assert loaded(table)["score"].tolist() == [12]
    else:
        assert "đều có thể là" in refused(table)
    assert len(list_tables(table)) == 1
