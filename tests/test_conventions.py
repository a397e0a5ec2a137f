import pandas as pd
import pytest
from conftest import table

from cchc_analysis import check_published

DENSE = "xếp 1-2-2-3"
TWO = "làm tròn điểm đến hai chữ số thập phân"
ONE = "làm tròn điểm đến một chữ số thập phân"
NONE = "làm tròn điểm đến hàng đơn vị"


def checked(scores, ranks, **columns):
    published = pd.array(ranks, dtype="Int64")
    return check_published(table(scores, published_rank=published, **columns))


@pytest.mark.parametrize(
    ("scores", "ranks", "convention"),
    [
        ([9, 8, 8, 7], [1, 2, 2, 3], DENSE),
        # 81,755 is printed 81,76: a half goes up.
        ([81.84, 81.76, 81.755, 80], [1, 2, 2, 4], f"{TWO} rồi xếp 1-2-2-4"),
        ([81.84, 81.76, 81.755, 80], [1, 2, 2, 3], f"{TWO} rồi {DENSE}"),
        ([82.1, 81.74, 81.66, 80], [1, 2, 2, 4], f"{ONE} rồi xếp 1-2-2-4"),
        ([82.1, 81.74, 81.66, 80], [1, 2, 2, 3], f"{ONE} rồi {DENSE}"),
        ([82.4, 81.5, 80], [1, 1, 3], f"{NONE} rồi xếp 1-2-2-4"),
        ([82.4, 81.5, 80], [1, 1, 2], f"{NONE} rồi {DENSE}"),
        ([7, 9, 8], [1, 2, 3], "lấy số thứ tự trong danh sách"),
    ],
)
def test_a_convention_that_gives_every_rank_is_named(scores, ranks, convention):
    check = checked(scores, ranks)
    assert len(check)
    assert set(check["note"]) == {f"khớp nếu {convention}"}
    told = (
        f"Cả {len(scores)} xếp hạng công bố đều khớp nếu {convention}. Số chỗ khác: {len(check)}."
    )
    assert check.attrs["note"].endswith(told)


def test_conventions_that_this_table_cannot_tell_apart_are_all_named():
    check = checked([81.74, 81.66, 79], [1, 1, 3])
    assert "một chữ số thập phân rồi xếp 1-2-2-4 hoặc làm tròn" in check.attrs["note"]
    assert "hàng đơn vị rồi xếp 1-2-2-4." in check.attrs["note"]


def test_a_misprint_fits_no_convention_and_is_listed(town):
    town.loc[3, "published_rank"] = 7
    check = check_published(town)
    assert check["note"].tolist() == ["không khớp quy ước nào"]
    assert (
        " Không quy ước nào cho đúng mọi xếp hạng công bố. Không khớp quy ước nào: "
        "Phòng Giáo dục và Đào tạo (hạng 7). Số chỗ khác: 1."
    ) in check.attrs["note"]


def test_where_none_fits_all_each_row_is_told_the_convention_that_gives_it():
    check = checked([9, 8, 8, 7, 6, 5], [1, 2, 2, 3, 4, 9 - 3])
    assert check[["unit", "note"]].values.tolist() == [
        ["d", f"khớp nếu {DENSE}"],
        ["e", f"khớp nếu {DENSE}"],
    ]
    assert (
        " Không quy ước nào cho đúng mọi xếp hạng công bố. Số chỗ khác: 2." in (check.attrs["note"])
    )
    check = checked([9, 8, 8, 7, 6, 5], [1, 2, 2, 3, 4, 1])
    assert check["note"].tolist()[2] == "không khớp quy ước nào"
    assert "công bố. Không khớp quy ước nào: f (hạng 1)." in check.attrs["note"]


def test_a_rank_that_meets_the_number_of_its_row_by_chance_is_no_convention():
    # An alphabetical list with one misprint, which happens to be its line.
    check = checked([5, 9, 7, 8, 6], [5, 1, 3, 4, 4])
    assert check[["unit", "note"]].values.tolist() == [["d", "không khớp quy ước nào"]]


def test_a_convention_must_hold_in_every_block():
    scores, ranks = [9, 9, 8, 9, 9, 8], [1, 1, 2, 1, 1, 3]
    check = checked(scores, ranks, block=list("xxxyyy"))
    assert "Không quy ước nào cho đúng" in check.attrs["note"]
    ranks[-1] = 2
    check = checked(scores, ranks, block=list("xxxyyy"))
    assert f"Cả 6 xếp hạng công bố đều khớp nếu {DENSE}." in check.attrs["note"]


def test_the_order_of_the_list_begins_again_in_each_block():
    check = checked([7, 9, 7, 9], [1, 2, 1, 2], block=list("xxyy"))
    assert set(check["note"]) == {"khớp nếu lấy số thứ tự trong danh sách"}


def test_a_part_of_a_table_is_left_out():
    check = checked([9, 8, 7, 9, 9, 8], [1, 3, 4, 1, 1, 2], block=list("xxxyyy"))
    assert f"Cả 3 xếp hạng công bố đều khớp nếu {DENSE}." in check.attrs["note"]


def test_other_maxima_and_unscored_units_have_conventions_too():
    check = checked([63, 90, 80, None], [1, 1, 2, None], max_score=[70, 100, 100, 100])
    assert check["note"].tolist() == [f"khớp nếu {DENSE}"]


def test_where_all_agree_nothing_is_said(town):
    assert "quy ước" not in check_published(town).attrs["note"]
    assert "khớp nếu" not in checked([9, 8, 8, 7], [1, 2, 3, 4]).attrs["note"]


def test_a_rank_of_a_unit_without_a_score_is_said():
    checked = check_published(table([90, 80, None], published_rank=[1, 2, 3]))
    assert checked["note"].tolist() == ["có hạng nhưng chưa chấm"]
    assert "khớp nếu" not in checked.attrs["note"]
    alone = check_published(table([None], published_rank=[1]))
    assert alone.attrs["note"] == "Đã đối chiếu: xếp hạng của 1 đơn vị. Số chỗ khác: 1."


def test_a_row_that_fits_a_convention_is_not_said_to_fit_none():
    scores = table([90, 80, 80, 70, 60], published_rank=[1, 2, 2, 3, 5])
    checked = check_published(scores)
    assert checked[["unit", "note"]].values.tolist() == [["d", "khớp nếu xếp 1-2-2-3"]]
