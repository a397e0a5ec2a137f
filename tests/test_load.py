import unicodedata

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, loaded, refusal
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import list_tables, load_fields, load_scores
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.vocabulary import HEADERS, MAXIMUM
from cchc_analysis.refusal import Refusal
from cchc_analysis.text import fold

TOWN = load_scores(DATA / "cchc-2020.csv")


def write(folder, text, name="bảng.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(f"{text}\n".encode(encoding) if text else b"")
    return path


def test_the_town_of_2020():
    assert TOWN.columns.tolist() == [
        "unit", "score", "max_score", "published_rank", "published_grade", "max_assumed",
    ]  # fmt: skip
    assert len(TOWN) == 18
    assert TOWN.iloc[0].tolist() == ["Văn phòng HĐND&UBND", 97.23, 100, 1, "XUẤT SẮC", True]
    assert TOWN.iloc[5]["unit"] == "Phòng Lao động, thương binh và xã hội"
    assert TOWN.dtypes.astype(str).tolist() == ["str", "float64", "float64", "Int64", "str", "bool"]
    assert TOWN.index.equals(pd.RangeIndex(18))
    assert scale_of(TOWN) == "Thang điểm 100 – giả định"


def test_an_assumed_maximum_survives_what_loses_attributes(tmp_path):
    both = pd.concat([TOWN.assign(year=2020), TOWN.assign(year=2021)], ignore_index=True)
    assert scale_of(both) == "Thang điểm 100 – giả định"
    stated = load_scores(DATA / "cchc-2020.csv", max_score=100)
    assert "max_assumed" not in stated
    mixed = pd.concat([TOWN, stated], ignore_index=True)
    assert scale_of(mixed) == "Thang điểm 100 – giả định"
    assert load_scores(mixed.assign(year=[1901] * 18 + [1902] * 18))["max_assumed"].sum() == 18


def test_columns_come_in_one_order_and_english_names_are_known():
    regions = load_scores(DATA / "par-index-regions.csv", block="vùng")
    assert regions.columns.tolist()[:5] == ["unit", "score", "max_score", "year", "block"]
    assert regions["year"].dtype == "int64"
    assert regions["block"].unique().tolist() == ["vùng"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize(
    ("encoding", "end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("utf-16", "\r\n")]
)
def test_every_dialect_of_csv_gives_the_identical_table(tmp_path, delimiter, mark, encoding, end):
    frame = pd.read_csv(DATA / "cchc-2020.csv", dtype=str)
    frame["Tổng điểm đánh giá"] = frame["Tổng điểm đánh giá"].str.replace(".", mark)
    text = frame.to_csv(sep=delimiter, index=False, lineterminator=end)
    pd.testing.assert_frame_equal(load_scores(write(tmp_path, text, encoding=encoding)), TOWN)


def test_a_table_in_memory_gives_the_identical_table():
    frame = pd.read_csv(DATA / "cchc-2020.csv")
    pd.testing.assert_frame_equal(load_scores(frame), TOWN)
    pd.testing.assert_frame_equal(load_scores(frame.sample(frac=1, random_state=1)).sort_values(
        "score", ascending=False, ignore_index=True), TOWN)  # fmt: skip
    pd.testing.assert_frame_equal(load_scores(TOWN), TOWN)


@pytest.mark.parametrize(
    ("role", "title"), [(role, title) for role, titles in HEADERS.items() for title in titles
                        if role in ("unit", "score")],
)  # fmt: skip
def test_every_known_name_of_unit_and_score_is_understood(role, title):
    titles = {"unit": "Đơn vị", "score": "Điểm"} | {role: title.upper()}
    frame = pd.DataFrame({titles["unit"]: ["a"], titles["score"]: ["81,5"]})
    assert load_scores(frame)["score"].tolist() == [81.5]


@pytest.mark.parametrize(
    "title",
    ["TỔNG ĐIỂM\nĐÁNH GIÁ", "tổng điểm  đánh giá", "Tổng Ðiểm đánh giá", "Tổng điểm đánh giá:"],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_headers_are_known_in_any_case_form_and_break(title, form):
    frame = pd.DataFrame({"Đơn vị": ["a"], unicodedata.normalize(form, title): [81.5]})
    assert load_scores(frame)["score"].tolist() == [81.5]


@pytest.mark.filterwarnings("ignore:.*3 đơn vị chưa có điểm")
def test_what_a_cell_may_look_like():
    frame = pd.DataFrame(
        {
            "Cơ quan, đơn vị": ["a", "b ", "c\nd", "e", "f", "g"],
            "Kết quả (%)": ["97,685", "82", "81.9 %", "N/A", "–", None],
            "Vị thứ": ["01", "thứ 2", "3/141", "", "-", None],
            "Nhóm": ["A", "B", "b", None, "", "-"],
        }
    )
    scores = load_scores(frame)
    assert scores["unit"].tolist() == ["a", "b", "c d", "e", "f", "g"]
    assert scores["score"].tolist()[:3] == [97.685, 82, 81.9]
    assert scores["score"].isna().sum() == 3
    assert scores["published_rank"].tolist() == [1, 2, 3, pd.NA, pd.NA, pd.NA]
    assert scores["published_grade"].dropna().tolist() == ["A", "B", "b"]
    assert scale_of(scores) == "Thang điểm 100", "a percentage says its scale"


@pytest.mark.filterwarnings("ignore:.*hiểu cột 'Nhóm' là khối")
def test_names_that_mean_several_things_are_told_by_their_values():
    frame = pd.DataFrame({"Đơn vị": ["a", "b"], "Điểm": [95, 80]})
    graded = load_scores(frame.assign(**{"Xếp hạng": ["Xuất sắc", "Tốt"]}))
    assert graded["published_grade"].tolist() == ["Xuất sắc", "Tốt"]
    block = load_scores(frame.assign(Nhóm=["Khối sở", "Khối huyện"]))
    assert block["block"].tolist() == ["Khối sở", "Khối huyện"]


def test_the_maximum_comes_from_the_source_or_the_caller():
    frame = pd.DataFrame({"unit": ["a", "b"], "score": [68.32, 62.62], "max_score": [84, 70]})
    assert load_scores(frame)["max_score"].tolist() == [84, 70]
    assert scale_of(load_scores(frame)) == "Thang điểm riêng của từng đơn vị"
    given = load_scores(frame[["unit", "score"]], max_score=70)
    assert given["max_score"].tolist() == [70, 70]
    assert scale_of(given) == "Thang điểm 70"
    assert "khác thang điểm 70 đã đặt (max_score=)" in refusal(frame, max_score=70)
    for wrong in (0, -1, float("inf"), float("nan")):
        assert "lớn hơn 0" in refusal(frame[["unit", "score"]], max_score=wrong)


def test_a_share_of_one_is_refused_unless_the_maximum_is_given():
    frame = pd.DataFrame({"unit": ["a", "b"], "Chỉ số (%)": [0.9177, 0.88]})
    assert "0,9177 thay cho 91,77%" in refusal(frame)
    assert load_scores(frame, max_score=1)["score"].tolist() == [0.9177, 0.88]


@pytest.mark.parametrize("columns", ["Điểm", {"score": None}, {"score": ["Điểm"]}])
def test_columns_that_are_no_titles_are_refused(columns):
    frame = pd.DataFrame({"Đơn vị": ["a"], "Điểm": [80], "Lĩnh vực": ["x"]})
    assert "không dùng được; hãy ghi ví dụ" in refusal(frame, columns=columns)
    for load in (list_tables, load_fields):
        with pytest.raises(ValueError, match="không dùng được; hãy ghi ví dụ"):
            load(frame, columns=columns)


def test_year_and_block_may_not_contradict_the_source():
    frame = pd.DataFrame({"unit": ["a"], "score": [80], "Năm": [2020]})
    assert load_scores(frame, year=2020)["year"].tolist() == [2020]
    assert "ghi năm '2020'" in refusal(frame, year=2021)
    assert "year='hai nghìn' không dùng được" in refusal(
        frame.drop(columns="Năm"), year="hai nghìn"
    )


def test_what_is_not_used_is_told(tmp_path):
    text = "Bảng điểm\nSTT,Đơn vị,Điểm,Ghi chú\n1,a,80,x\n,,,\n2,b,70,\n,Tổng cộng,150,\n"
    with pytest.warns(
        UserWarning, match=r"bảng.csv: không dùng đến cột 'Ghi chú'; dòng 6 'Tổng cộng 150'"
    ):
        scores = load_scores(write(tmp_path, text))
    assert scores["unit"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["bảng.csv", "trống"]),
        ("Chỉ có chữ, không có bảng\n", ["bảng.csv", "tiêu đề", "STT, Đơn vị"]),
        (
            "Đơn vị,Xếp hạng\na,1\n",
            ["chỉ có xếp hạng, không có cột điểm", "'Đơn vị', 'Xếp hạng'"],
        ),
        ("Đơn vị,Điểm\n", ["không có đơn vị nào"]),
        ("Đơn vị,Điểm\na,9O.5\n", ["dòng 2", "'9O.5'", "cột 'Điểm'", "không phải là số"]),
        ("Đơn vị,Điểm\na,chín mươi\n", ["dòng 2", "chín mươi"]),
        ("Đơn vị,Điểm\na,inf\n", ["dòng 2", "'inf'"]),
        ('Đơn vị,Điểm\na,"1.234,5"\n', ["dòng 2", "'1.234,5'"]),
        ("Đơn vị,Điểm\na,9 7\n", ["dòng 2", "'9 7'"]),
        ("Đơn vị,Điểm\na,-1\n", ["dòng 2", "'-1'", "0 đến 100"]),
        ("Đơn vị,Điểm\na,80\nb,100.5\n", ["dòng 3", "'100.5'", "khác 100 (max_score=)"]),
        ("Đơn vị,Điểm,Điểm tối đa\na,80,70\n", ["dòng 2", "0 đến 70"]),
        ("Đơn vị,Điểm,Điểm tối đa\na,80,\n", ["dòng 2", "ô điểm tối đa để trống"]),
        ("Đơn vị,Điểm,Thang điểm\na,1.000,2000\n", ["dòng 2", "'1.000'", "hàng nghìn"]),
        ("Đơn vị,Điểm\na,80\nA,70\n", ["dòng 3", "'A' đã có ở dòng 2", "Khối"]),
        ("Đơn vị,Điểm\na,97,23\n", ["dòng 2", "3 ô", "2 ô", "ngoặc kép"]),
        ("STT,Đơn vị,Điểm\n1,a,80\n2,b\n", ["dòng 3", "2 ô", "3 ô"]),
        ("Đơn vị,Điểm\na,80\n,70\n", ["dòng 3", "thiếu tên đơn vị"]),
        ("STT,Đơn vị,Điểm\n1,a,80\n3,b,70\n", ["dòng 3", "nhảy đến 3", "thiếu dòng"]),
        ("STT,Đơn vị,Điểm\n2,a,80\n3,b,70\n", ["dòng 2", "nhảy đến 2"]),
        ("Đơn vị,Điểm,Điểm đánh giá\na,80,81\n", ["'Điểm' và 'Điểm đánh giá'", 'columns={"score"']),
        ("Đơn vị,Điểm,Xếp hạng\na,80,nhất1\n", ["dòng 2", "'nhất1'", "Xếp hạng"]),
        ("Đơn vị,Điểm,\na,80,5\n", ["cột thứ 3", "không có tiêu đề"]),
        ("Đơn vị,Điểm,Lĩnh vực\na,80,x\n", ["cột 'Lĩnh vực'", "tổng điểm"]),
        ("Đơn vị,Điểm,Năm\na,80,\n", ["dòng 2", "Năm", "2020"]),
        ("Đơn vị,Điểm,Xếp hạng\na,80,99999999999999999999\n", ["dòng 2", "số nguyên"]),
        ("Đơn vị,Kết quả (%),Điểm tối đa\na,81.33,84\n", ["dòng 2", "'Kết quả (%)'", "84"]),
        ("Đơn vị,Điểm,Tỷ lệ %\na,68.32,81.33\n", ["'Điểm' và 'Tỷ lệ %'"]),
    ],
)
def test_what_is_refused_says_where_and_what_to_do(tmp_path, text, words):
    sentence = refusal(write(tmp_path, text))
    for word in words:
        assert word in sentence
    assert sentence.startswith("bảng.csv")


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="Không tìm thấy tệp .*không-có.csv"):
        load_scores(tmp_path / "không-có.csv")
    assert "thư mục" in refusal(tmp_path)
    assert "định dạng '.doc'" in refusal(write(tmp_path, "x", "bảng.doc"))
    legacy = write(
        tmp_path,
        "unit,score\nPhòng Nội vụ,80\n".replace("ộ", "é").replace("ụ", "ô"),
        "v.csv",
        "latin-1",
    )
    assert "v.csv, dòng 2: tệp không phải là văn bản UTF-8" in refusal(legacy)
    for other in ({"a": 1}, [["a"]]):
        with pytest.raises(Refusal, match="đường dẫn hoặc DataFrame"):
            load_scores(other)


def test_a_header_of_two_levels_is_refused():
    frame = pd.DataFrame(
        [["a", 1]], columns=pd.MultiIndex.from_tuples([("x", "Đơn vị"), ("x", "Điểm")])
    )
    assert "nhiều tầng" in refusal(frame)


def test_a_quoted_cell_over_two_lines_keeps_the_line_numbers(tmp_path):
    text = 'Đơn vị,Điểm\n"Phòng\nNội vụ",80\nb,x\n'
    assert "dòng 4" in refusal(write(tmp_path, text))


NAMES = st.text(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxy ,;\"'&-.0123456789áàảãạấ"),
    min_size=1,
    max_size=90,
).filter(lambda name: any(c.isalpha() for c in name) and not MAXIMUM.match(fold(name)))


@given(st.data())
def test_any_table_comes_back_through_any_dialect(tmp_path_factory, data):
    names = data.draw(
        st.lists(NAMES, min_size=1, max_size=8, unique_by=lambda n: " ".join(n.split()))
    )
    places = data.draw(st.integers(0, 3))
    points = [data.draw(st.none() | st.integers(0, 100 * 10**places)) for _ in names]
    mark, delimiter = data.draw(st.sampled_from([",;", ".;", ".,", ",\t", ",|"]))
    scores = [
        "" if p is None else f"{p / 10**places:.{places}f}".replace(".", mark) for p in points
    ]
    frame = pd.DataFrame({"Đơn vị": names, "Điểm": scores})
    path = tmp_path_factory.mktemp("t") / "t.csv"
    frame.to_csv(path, sep=delimiter, index=False, encoding="utf-8")
    try:
        loaded = load_scores(path)
    except (ValueError, UserWarning):
        return  # a refusal or a word about it is allowed, a different number is not
    expected = [np.nan if p is None else p / 10**places for p in points]
    np.testing.assert_array_equal(loaded["score"], expected)
    assert loaded["unit"].tolist() == [
        " ".join(unicodedata.normalize("NFC", n).split()) for n in names
    ]


@pytest.mark.filterwarnings("ignore:.*không dùng đến")
@pytest.mark.parametrize(
    "row",
    [
        ";Trung bình cộng;75", ";Điểm trung bình toàn tỉnh;75", ";TB;60", ";Tổng cộng (2 mục);60",
        ";Người lập biểu;", "Ghi chú: số liệu tạm tính;;", "1;2;3", "(1);(2);(3)", "A;B;1",
    ],
)  # fmt: skip
def test_rows_that_sum_up_number_the_columns_or_sign_are_no_units(tmp_path, row):
    rows = ["STT;Đơn vị;Điểm", "1;a;80", "2;b;70"]
    rows.insert(1 if row[0] in "1(A" else 3, row)
    assert load_scores(write(tmp_path, "\n".join(rows)))["unit"].tolist() == ["a", "b"]


def test_points_stand_before_percent_where_the_maximum_is_given():
    frame = pd.DataFrame(
        {"Đơn vị": ["a"], "Tổng điểm": [68.32], "Điểm tối đa": [84], "Tỷ lệ %": [81.33]}
    )
    with pytest.warns(UserWarning, match="không dùng đến cột 'Tỷ lệ %'"):
        assert load_scores(frame)["score"].tolist() == [68.32]


def test_trailing_empty_cells_are_no_cells_too_many(tmp_path):
    text = "STT;Đơn vị;Điểm\n1;a;80;;\n2;b;70;\n"
    assert load_scores(write(tmp_path, text))["score"].tolist() == [80, 70]


def test_numbers_of_any_type_are_read_as_written():
    for score in (97.23, np.float64(97.23), "97,23"):
        assert load_scores(pd.DataFrame({"unit": ["a"], "score": [score]}))["score"][0] == 97.23
    small = load_scores(pd.DataFrame({"unit": ["a", "b"], "score": [1e-05, 90]}))
    assert small["score"].tolist() == [1e-05, 90]
    years = pd.DataFrame({"unit": ["a"], "score": [90], "year": [2020.0]})
    assert load_scores(years, year=2020)["year"].tolist() == [2020]
    assert "max_score='100'" in refusal(years, max_score="100")


def test_what_was_assumed_stays_assumed_when_a_table_is_loaded_again():
    assert scale_of(load_scores(TOWN)) == "Thang điểm 100 – giả định"


def test_a_line_of_prose_that_names_columns_is_no_header(tmp_path):
    lines = ["Đơn vị; Điểm; Xếp hạng", "STT", "Đơn vị", "Điểm", "1", "a", "80", "2", "b", "70"]
    path = write(tmp_path, "\n".join(lines), "t.txt")
    assert load_scores(path)["score"].tolist() == [80, 70]
    tabs = write(tmp_path, "TIÊU ĐỀ\nĐơn vị\tĐiểm\na\t80\n", "t.txt")
    assert load_scores(tabs)["score"].tolist() == [80]


def test_noise_beyond_the_maximum_is_no_score_beyond_it():
    noisy = pd.DataFrame({"unit": ["a"], "score": [100.00000000000001]})
    assert load_scores(noisy)["max_score"].tolist() == [100]
    assert "nằm ngoài khoảng" in refusal(noisy.assign(score=[100.001]))


@pytest.mark.filterwarnings("ignore:.*1 đơn vị chưa có điểm")
def test_ranks_that_pandas_wrote_as_floats_are_ranks(tmp_path):
    frame = pd.DataFrame({"unit": ["a", "b"], "score": [90, None], "published_rank": [1, None]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert load_scores(tmp_path / "t.csv")["published_rank"].tolist() == [1, pd.NA]
    wrong = pd.DataFrame({"unit": ["a"], "score": [90], "published_rank": [1.5]})
    assert "'1.5'" in refusal(wrong)


def test_a_maximum_that_is_given_settles_points_against_percent():
    frame = pd.DataFrame({"Đơn vị": ["a"], "Điểm": ["63"], "Tỷ lệ %": ["90"]})
    with pytest.warns(UserWarning, match="'Tỷ lệ %'"):
        assert load_scores(frame, max_score=70)["score"].tolist() == [63]


@pytest.mark.parametrize("row", ['1;"a;80;x', '1;a;80;"x', '1;a;"80;x'])
def test_a_quote_that_is_not_closed_swallows_no_row(tmp_path, row):
    text = f"STT;Đơn vị;Điểm;Ghi chú\n{row}\n2;b;70;y\n3;c;60;z"
    sentence = refusal(write(tmp_path, text))
    assert "dòng 2: ô mở bằng dấu ngoặc kép nhưng chứa cả các dòng sau" in sentence


def test_a_unit_is_one_wherever_its_tone_stands():
    twice = pd.DataFrame({"Đơn vị": ["Phòng Văn hóa", "Phòng Văn hoá"], "Điểm": [90, 80]})
    assert "đơn vị 'Phòng Văn hoá' đã có ở dòng 1" in refusal(twice)


@pytest.mark.parametrize(
    "text",
    ["(Thang điểm tối đa: 84 điểm)\nSTT;Đơn vị;Điểm\n1;A;60\n",
     "STT;Đơn vị;Điểm\n1;A;60\n(*) Thang điểm đánh giá là 84 điểm;;\n",
     "STT;Đơn vị;Điểm\nI;Khối sở (thang điểm 84);\n1;A;60\nII;Khối huyện;\n1;B;50\n"],
)  # fmt: skip
def test_a_maximum_stated_beside_the_table_is_not_ignored(tmp_path, text):
    assert "số 84" in refusal(write(tmp_path, text))
    usual = write(tmp_path, text.replace("84", "100"), name="trăm.csv")
    assert loaded(usual)["max_score"].iloc[0] == 100
