"""Units that were merged between two periods: nobody gets a history that is not theirs."""

import docx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import compare_periods, describe_ranking, format_ranking, write_report

OLD = {"Xã A": 81.2, "Xã B": 79.9, "Xã D": 60}
NEW = {"Phường C": 78, "Xã D": 66}
INTO_C = {"Phường C": ["Xã A", "Xã B"]}


def named(scores, **columns):
    points = pd.Series(list(scores.values()), dtype="float64")
    return pd.DataFrame({"unit": list(scores), "score": points, "max_score": 100.0}).assign(
        **columns
    )


def refused(old, new, **options):
    with pytest.raises(ValueError) as caught:
        compare_periods(named(old), named(new), **options)
    return str(caught.value)


def test_a_merged_unit_stands_with_the_scores_and_places_of_its_old_ones():
    change = compare_periods(named(OLD), named(NEW), predecessors=INTO_C).set_index("unit")
    assert change["status"].to_dict() == {
        "Phường C": "merged", "Xã D": "stayed", "Xã A": "absorbed", "Xã B": "absorbed",
    }  # fmt: skip
    new = change.loc["Phường C"]
    assert new["predecessors"] == "Xã A 81,20 (1/3); Xã B 79,90 (2/3)"
    assert new[["score_before", "score_change", "rank_before", "rank_change"]].isna().all()
    assert change["into"].fillna("").tolist() == ["", "", "Phường C", "Phường C"]
    assert change.loc["Xã D", ["common_units", "rank_change"]].tolist() == [1, 0]
    note = change.attrs["note"]
    assert "Phường C (từ Xã A 81,20 (1/3); Xã B 79,90 (2/3))" in note
    assert "Xã A (nhập vào Phường C); Xã B (nhập vào Phường C)" in note
    assert "Chỉ có ở bảng" not in note
    shown = format_ranking(change.reset_index())
    assert shown["Tình trạng"][0] == "nhập từ đơn vị kỳ trước"
    assert shown["Nhập vào"].tolist() == ["–", "–", "Phường C", "Phường C"]


def test_an_old_unit_that_bears_the_new_name_gives_it_no_history():
    old = {"Phường C": 90, "Xã A": 80, "Xã D": 60}
    olds = {"phường  c": ["Phường C", "Xã A"]}
    change = compare_periods(named(old), named(NEW), predecessors=olds).set_index("unit")
    assert change["status"].tolist() == ["merged", "stayed", "absorbed"]
    assert change.loc["Phường C", "predecessors"] == "Phường C 90,00 (1/3); Xã A 80,00 (2/3)"
    assert change.loc["Phường C", ["score_before", "rank_change"]].isna().all()
    assert change["ranked_before"].tolist() == [3, 3, 3]
    words = describe_ranking(named(NEW), before=named(old), predecessors=olds)
    assert "Phường C (từ Phường C 90,00 (1/3); Xã A 80,00 (2/3))" in words
    assert "không có trong bảng" not in words


TITLES = [
    ("Tên đơn vị mới", "Tên đơn vị cũ"), ("Đơn vị sau sáp nhập", "Đơn vị trước sáp nhập"),
    ("Xã, phường mới", "Xã, phường, thị trấn cũ"), ("Đơn vị", "Đơn vị được sáp nhập"),
    ("Phường, xã", "Thành lập từ các xã, phường cũ"),
]  # fmt: skip


@pytest.mark.parametrize("titles", TITLES)
def test_the_columns_of_mergers_are_called_as_offices_call_them(titles):
    table = pd.DataFrame([["Phường C", "Xã A"], ["Phường C", "Xã B"]], columns=titles)
    change = compare_periods(named(OLD), named(NEW), predecessors=table)
    assert change["status"].tolist() == ["merged", "stayed", "absorbed", "absorbed"]


@pytest.mark.parametrize("cell", ["Xã A, Xã B", "xã a và Xã B", "Xã A; Xã B", "Xã A\nXã B"])
def test_old_units_may_stand_in_one_cell(cell):
    table = pd.DataFrame({"unit": ["Phường C"], "predecessor": [cell]})
    change = compare_periods(named(OLD), named(NEW), predecessors=table)
    assert change["predecessors"][0] == "Xã A 81,20 (1/3); Xã B 79,90 (2/3)"
    change = compare_periods(named(OLD), named(NEW), predecessors={"Phường C": cell})
    assert change["predecessors"][0] == "Xã A 81,20 (1/3); Xã B 79,90 (2/3)"
    if "\n" in cell or ", " in cell:
        one = {cell: 80, "Xã D": 60}  # a name may have a comma
        change = compare_periods(named(one), named(NEW), predecessors=table)
        assert change["status"].tolist() == ["merged", "stayed", "absorbed"]
    wrong = table.assign(predecessor=["Xã A, Xã X"])
    assert "đơn vị cũ 'Xã X' không có" in refused(OLD, NEW, predecessors=wrong)


def test_the_lone_common_unit_of_a_merger_is_neither_up_nor_down():
    change = compare_periods(named({"A": 80, "B": 70, "D": 60}), named({"C": 78, "D": 66}))
    row = change.set_index("unit").loc["D"]
    assert row[["common_units", "rank_change"]].tolist() == [1, 0]
    assert row[["rank_before", "ranked_before", "rank_after", "ranked_after"]].tolist() == [
        3,
        3,
        2,
        2,
    ]
    assert "tăng" not in change.attrs["note"].replace("không nêu tăng", "")
    words = describe_ranking(named({"C": 78, "D": 66}), before=named({"A": 80, "B": 70, "D": 60}))
    assert "tăng 1 hạng" not in words


@pytest.mark.parametrize("form", ["frame", "csv", "one line", "merged cells"])
def test_predecessors_come_as_a_table_or_a_file_too(form, tmp_path):
    table = pd.DataFrame({"unit": ["Phường C"] * 2, "predecessor": ["Xã A", "xã b"]})
    if form == "one line":
        table = pd.DataFrame({"Đơn vị mới": ["Phường C"], "Đơn vị cũ": ["Xã A; Xã B"]})
    if form == "merged cells":
        table["unit"] = ["Phường C", None]
    if form == "csv":
        table.to_csv(tmp_path / "nhập.csv", index=False)
        table = tmp_path / "nhập.csv"
    change = compare_periods(named(OLD), named(NEW), predecessors=table)
    assert change["predecessors"][0] == "Xã A 81,20 (1/3); Xã B 79,90 (2/3)"


def test_every_sheet_of_mergers_is_read(tmp_path):
    with pd.ExcelWriter(tmp_path / "nhập.xlsx") as book:
        for old in OLD:
            sheet = pd.DataFrame({"Đơn vị mới": ["Phường C"], "Đơn vị cũ": [old]})
            sheet[: 0 if old == "Xã D" else 1].to_excel(book, sheet_name=old, index=False)
    change = compare_periods(named(OLD), named(NEW), predecessors=tmp_path / "nhập.xlsx")
    assert change["predecessors"][0] == "Xã A 81,20 (1/3); Xã B 79,90 (2/3)"
    with pd.ExcelWriter(tmp_path / "nhập.xlsx") as book:
        for place, old in enumerate(["Xã A", None]):
            sheet = pd.DataFrame({"Đơn vị mới": ["Phường C"], "Đơn vị cũ": [old]})
            sheet.to_excel(book, sheet_name=f"Đợt {place}", index=False)
    told = refused(OLD, NEW, predecessors=tmp_path / "nhập.xlsx")
    assert "nhập.xlsx, trang tính 'Đợt 1', dòng 2: predecessors: thiếu một tên" in told


def test_a_table_of_mergers_goes_on_over_a_page_break(tmp_path):
    document = docx.Document()
    for rows in ([["STT", "Đơn vị mới", "Đơn vị cũ"], ["1", "Phường C", "Xã A"]],
                 [["2", "Phường C", "Xã B"]]):  # fmt: skip
        table = document.add_table(len(rows), 3)
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, words in zip(cells.cells, row, strict=True):
                cell.text = words
        document.add_paragraph()
    document.save(tmp_path / "nhập.docx")
    change = compare_periods(named(OLD), named(NEW), predecessors=tmp_path / "nhập.docx")
    assert change["predecessors"][0] == "Xã A 81,20 (1/3); Xã B 79,90 (2/3)"


@pytest.mark.parametrize(
    ("predecessors", "words"),
    [
        ({"Phường C": ["Xã AA"]}, "đơn vị cũ 'Xã AA' không có trong bảng trước (có phải 'Xã A'?)"),
        ({"Phường X": ["Xã A"]}, "đơn vị mới 'Phường X' không có trong bảng sau"),
        ({"Phường C": ["Xã A", "xã a"]}, "'xã a' có hai lần ở 'Phường C'"),
        ({"Phường C": ["Xã A", "Xã D"]}, "'Xã D' đã nhập vào 'Phường C' nhưng vẫn có trong"),
        ({"Xã D": ["Xã A"]}, "'Xã D' có ở bảng trước nhưng không nằm trong các đơn vị cũ của"),
        ({"Phường C": None}, "'Phường C' không có danh sách tên đơn vị cũ"),
        ({"Phường C": 1}, "'Phường C' không có danh sách tên đơn vị cũ"),
        ({"Phường C": "Xã A; Xã X"}, "đơn vị cũ 'Xã X' không có trong bảng trước"),
        ({"Phường C": []}, "'Phường C' không có danh sách tên đơn vị cũ"),
        (pd.DataFrame({"x": ["a"], "y": ["b"]}), "không có dòng nào dưới hai cột unit"),
        ([("Phường C", "Xã A")], "predecessors: [('Phường C', 'Xã A')] không dùng được"),
        (5, "predecessors: 5 không dùng được; hãy ghi ví dụ"),
        (pd.DataFrame({"unit": ["C"], "predecessor": [""]}), "thiếu một tên ('C')"),
    ],
)
def test_what_is_no_merger_of_these_tables_is_refused(predecessors, words):
    assert words in refused(OLD, NEW, predecessors=predecessors)


def test_an_alias_for_what_may_be_a_merger_is_refused_and_an_abbreviation_is_not():
    told = refused(OLD, NEW, aliases={"Xã A": "Phường C"})
    assert "'Phường C' có thể được nhập từ nhiều đơn vị: ngoài 'Xã A' còn Xã B" in told
    assert 'predecessors={"Phường C": ["Xã A", "Xã B"]}' in told
    told = refused(OLD | {"Xã K": 1}, NEW, aliases={"Xã A": "Phường C"})
    assert 'predecessors={"Phường C": ["Xã A", …]}' in told
    old = {"Sở TN&MT": 80, "Sở NN và PTNT": 70}
    assert "ngoài 'Sở TN&MT' còn" in refused(
        old,
        {"Sở Nông nghiệp và Môi trường": 75},
        aliases={"Sở TN&MT": "Sở Nông nghiệp và Môi trường"},
    )
    full = {"Sở Tài nguyên và Môi trường": 75}
    change = compare_periods(named(old), named(full), aliases={"Sở TN&MT": next(iter(full))})
    assert change["status"].tolist() == ["stayed", "gone"]
    only = compare_periods(
        named(OLD), named(NEW | {"Xã E": 1}), aliases={"Xã A": "Phường C"},
        predecessors={"Xã E": ["Xã B"]},
    )  # fmt: skip
    assert only["status"].tolist() == ["stayed", "stayed", "merged", "absorbed"]


@pytest.mark.parametrize(
    ("old", "new", "aliases", "merged"),
    [
        (OLD, NEW, {"Xã A": "Phường C", "Xã B": "Phường C"}, INTO_C),
        (OLD | {"Xã K": 1}, NEW, {"Phường C": "xã a", "Xã B": "phường c"}, None),
        (OLD, {"Phường C": 78, "Xã E": 7, "Xã B": 5}, {"Phường C": "Xã A", "Xã E": "Xã A"},
         {"Phường C": ["Xã A"], "Xã E": ["Xã A"]}),
        ({"Phòng A": 8, "Phòng B": 7}, {"Phòng Á": 9}, {"Phòng A": "Phòng Á", "Phòng Á": "Phòng B"},
         None),
    ],
)  # fmt: skip
def test_aliases_of_several_units_to_one_are_a_merger_of_the_old_ones(old, new, aliases, merged):
    told = refused(old, new, aliases=aliases)
    if merged is None:  # pairs that go both ways
        assert "hãy ghi mỗi đơn vị cũ một cặp, tên cũ trước, tên mới sau" in told
        return
    words = str(merged).replace("'", '"')
    assert f"hãy thay các cặp ấy bằng predecessors={words} nếu là sáp nhập, chia tách" in told
    change = compare_periods(named(old), named(new), predecessors=merged).set_index("unit")
    assert (change.loc[[*merged], "status"] == "merged").all()
    both = compare_periods(named(old), named(new), predecessors=merged, aliases=aliases)
    assert both["unit"].tolist() == change.index.tolist()


def test_an_alias_within_a_block_proposes_what_stands_in_the_other_table():
    old, new = (named(units, block="I") for units in (OLD, {"Xã B": 8, "Xã D": 7}))
    old, new = (
        pd.concat([one, named({"Xã E": 1}, block="II")], ignore_index=True) for one in (old, new)
    )
    merged = {"Xã B": ["Xã A", "Xã B"]}
    with pytest.raises(ValueError, match=r'predecessors=\{"Xã B": \["Xã A", "Xã B"\]\}'):
        compare_periods(old, new, aliases={"Xã A": "Xã B"})
    assert "merged" in set(compare_periods(old, new, predecessors=merged)["status"])


def test_two_units_of_one_name_are_no_blocks():
    for old, new in (({"Xã A": 9, "xã  a": 8}, NEW), (OLD, {"Phường C": 9, "phường c": 8})):
        told = refused(old, new, predecessors={"Phường C": ["Xã A"]})
        assert "là một tên khi so khớp; hãy sửa tên một trong hai đơn vị" in told


def test_a_merger_is_in_the_report(tmp_path, coarse):
    write_report(named(NEW), tmp_path / "r.docx", before=named(OLD), predecessors=INTO_C)
    with pytest.raises(ValueError, match="predecessors chỉ dùng khi có bảng kỳ trước"):
        write_report(named(NEW), tmp_path / "r.docx", predecessors=INTO_C)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6),
    st.tuples(*[st.integers(0, 9)] * 3),
    st.sampled_from(["Phường C", "Xã A"]),  # it may bear the name of an old one
)
def test_a_merger_moves_nobody_among_the_common_units(pairs, scores, name):
    old, new = ({f"u{i}": pair[at] for i, pair in enumerate(pairs)} for at in (0, 1))
    alone = compare_periods(named(old), named(new)).set_index("unit")
    one, other, both = scores
    merged = compare_periods(
        named(old | {"Xã A": one, "Xã B": other}), named(new | {name: both}),
        predecessors={name: ["Xã A", "Xã B"]},
    ).set_index("unit")  # fmt: skip
    for column in ("common_rank_before", "common_rank_after", "rank_change", "rank_change_own"):
        assert merged.loc[alone.index, column].tolist() == alone[column].tolist()
    assert merged["status"].tolist().count("merged") == 1
    assert merged.drop(index=alone.index)["rank_change"].isna().all()


def test_a_merged_unit_of_a_name_in_two_blocks_is_compared_block_by_block():
    old = named({"Xã A": 81, "Xã B": 79, "Xã E": 70}, block=["I", "I", "II"])
    new = pd.concat([named({"Phường C": 78}, block=block) for block in ("I", "II")])
    with pytest.raises(ValueError, match=r"'Phường C' có ở nhiều khối của bảng sau; hãy so từng"):
        compare_periods(old, new, predecessors=INTO_C)
    change = compare_periods(*(one[one["block"] == "I"] for one in (old, new)), predecessors=INTO_C)
    assert change["status"].tolist() == ["merged", "absorbed", "absorbed"]
