"""Tables as they are printed: Vietnamese heads, decimal comma, halves rounded up.

A printed table is one thing, whoever shows it: Word, Excel, CSV and the notebook render `Printed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

import pandas as pd

from cchc_analysis.groups import (
    check_columns,
    grades_in_words,
    group_columns,
    groups_in_words,
    scale_of,
    several_groups,
)
from cchc_analysis.refusal import Refusal
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.ranking import in_order, rank_units
from cchc_analysis.text import (
    BLANK,
    NO_GRADE,
    SHOWN,
    SHOWN_OF_FIELDS,
    SHOWN_OF_POINTS,
    TABLES,
    TOTAL,
    VALUES,
    WHOLE_TABLE,
    in_years,
    lower_first,
)

LEAST_PLACES = 2
MOST_PLACES = 3  # of what is computed: a mean or a difference has no last place
NUMBERS = ("count", "place", "number", "percent", "change")  # kinds of columns
Look = Literal["count", "place", "name", "text", "number", "percent", "change", "grade"]
_ALIGN = dict.fromkeys(("count", "place", "grade"), "center") | {"name": "left", "text": "left"}
_NEEDED, _AMONG, _PERCENT = TABLES["needed"], TABLES["among"], TABLES["percent"]["columns"]
_LOOKS: dict[str, Look] = dict.fromkeys(_PERCENT, "number")
_LOOKS |= {name: look for look, names in TABLES["looks"].items() for name in names}
_OF_FIELDS = ("fields", "losses")


@dataclass(frozen=True)
class PrintedColumn:
    """One column of a printed table.

    `values` are numbers for the kinds count, place ("3/40"), number, percent (0…100) and change,
    else text; what is missing in them is a dash or a word in `texts`. A number is rounded in its
    text only.
    """

    name: str
    head: str
    values: pd.Series
    texts: tuple[str, ...]
    kind: Look
    align: Literal["left", "center", "right"]

    def cells(self, *, numbers: bool = False) -> pd.Series:
        """Return whole numbers as numbers, all else as text; or all numbers, not rounded."""
        if numbers and self.kind in NUMBERS:
            return self.values
        if self.kind != "count":
            return pd.Series(self.texts, dtype="str")
        return self.values.astype("object").mask(self.values.isna(), BLANK)

    def take(self, rows: Sequence[int]) -> "PrintedColumn":
        """Return the column with these rows, in this order."""
        values = self.values.iloc[list(rows)].reset_index(drop=True)
        return replace(self, values=values, texts=tuple(self.texts[row] for row in rows))


@dataclass(frozen=True)
class Printed:
    """A table as it is printed, with the words below it and the rows that are totals."""

    columns: tuple[PrintedColumn, ...]
    note: str = ""
    total_rows: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.columns[0].texts) if self.columns else 0

    @property
    def names(self) -> list[str]:
        """Return the names of the columns, not their heads."""
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> PrintedColumn:
        """Return a column by its name, not its head."""
        return next(column for column in self.columns if column.name == name)

    @property
    def totals(self) -> int:
        """Return how many rows are totals: the last ones, of one group or after `totals_last`."""
        return len(self.total_rows)

    def totals_last(self) -> "Printed":
        """Return the table with the totals of all groups below it, out of the way of a filter."""
        rows = sorted(range(len(self)), key=lambda row: (row in self.total_rows, row))
        columns = tuple(column.take(rows) for column in self.columns)
        return Printed(columns, self.note, tuple(range(len(self) - self.totals, len(self))))

    def frame(self, *, numbers: bool = False) -> pd.DataFrame:
        """Return text and whole numbers under Vietnamese heads, or all numbers as they are."""
        cells = [column.cells(numbers=numbers) for column in self.columns]
        heads = [
            f"{column.head} (%)" if numbers and column.kind == "percent" else column.head
            for column in self.columns
        ]
        frame = pd.DataFrame(dict(enumerate(cells))).set_axis(heads, axis=1)
        frame.attrs["note"] = self.note
        return frame


def format_number(value: float, places: int) -> str:
    """Return a number as all of the package prints it, halves rounded up: 81.755 is "81,76"."""
    if pd.isna(value):
        return BLANK
    # Nine places first, which is what tells scores apart.
    exact_value = Decimal(repr(float(value))).quantize(Decimal("1e-9"), ROUND_HALF_EVEN)
    rounded = exact_value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
    return f"{rounded:,}".translate(str.maketrans(",.", ".,"))


def format_percent(value: float) -> str:
    """Return a percentage as text with two places: "16,67%"."""
    return BLANK if pd.isna(value) else f"{format_number(value, LEAST_PLACES)}%"


def format_signed(value: float, places: int | None = None) -> str:
    """Return a change with its sign, by default with as many places as it has: "+5,75"."""
    if places is None:
        places = exact.places_of(pd.Series([value], dtype="float64"))
    text = format_number(value, places)
    return f"+{text}" if value > 0 and text.strip("0,") else text


def printed_places(values: pd.Series) -> int:
    """Return the decimal places of the most precise value, at least two."""
    return max(exact.places_of(values), LEAST_PLACES)


def format_ranking(
    table: pd.DataFrame, *, decimals: int | None = None, numbers: bool = False
) -> pd.DataFrame:
    """Format a ranking, or any other table of the package, as it is printed.

    Parameters
    ----------
    table : DataFrame
        Scores or a ranking, which is sorted by rank, then source order, within each year and
        block. Or any other table of this package, whose rows stay in order; a distribution gets
        its row "Tổng cộng".
    decimals : int, optional
        Places of scores, rounded half up. By default as many as the most precise score has, at
        least two. Percentages always have two.
    numbers : bool
        Numbers stay numbers, not rounded, for ``.to_excel``; a missing one is a blank cell.

    Returns
    -------
    DataFrame
        Text and whole numbers under Vietnamese headers. A ranking has STT, Đơn vị, Tổng điểm đánh
        giá, Xếp hạng and (where graded) Xếp loại; Năm, Khối, Điểm tối đa and Tỷ lệ điểm stand
        there only where they differ between rows. ``attrs["note"]`` has the scale of a ranking; of
        a distribution, whether shares leave out unscored units or do not add up to 100%.

    Raises
    ------
    ValueError
        If `decimals` is not a whole number from 0 to 9.

    Examples
    --------
    >>> from cchc_analysis import rank_units
    >>> scores = pd.DataFrame({"unit": ["A", "B"], "score": [81, 97.685], "max_score": 100.0})
    >>> format_ranking(rank_units(scores)).iloc[0].tolist()
    [1, 'B', '97,685', 1]
    """
    return printed(table, kind_of(table), decimals=decimals).frame(numbers=numbers)


def kind_of(table: pd.DataFrame) -> str:
    """Return what a table is: what the function that made it says, else a ranking if it can be."""
    check_columns(table, [])
    kind = table.attrs.get("kind")
    needed = _NEEDED.get(kind) if isinstance(kind, str) else None
    fields = table.attrs.get("fields") if kind == "matrix" else []
    if needed is not None and isinstance(fields, list) and {*needed, *fields} <= set(table):
        return kind
    if "field" in table:
        return "fields"
    is_ranking = {"unit", "score"} <= set(table) and {"rank", "max_score"} & set(table)
    return "ranking" if is_ranking else "table"


def printed(table: pd.DataFrame, kind: str, *, decimals: int | None = None) -> Printed:
    """Return a table as it is printed, being told what it is.

    A "ranking" is put in order, with the columns that a decision prints; a "distribution" gets its
    totals; of "fields" and "losses" the same columns are of one field, and a "matrix" has columns
    that are fields. Every other table ("check", "change", "table"…) is printed as it stands.
    """
    if decimals not in (None, *range(exact.FALLBACK_PLACES + 1)) or isinstance(decimals, bool):
        raise Refusal(f"decimals={decimals!r} phải là số nguyên từ 0 đến {exact.FALLBACK_PLACES}")
    note = ""
    if kind == "ranking":
        note = f"{scale_of(table)}." if len(table) and "max_score" in table else ""
        table = _laid_out(table)
    if kind == "distribution":
        return _with_totals(table)
    attrs, table = table.attrs, table.reset_index(drop=True).rename(columns=str)
    table.attrs = {}  # else every column gets a copy
    among = [_AMONG[name] for name in table if name in _AMONG]
    heads = SHOWN | (SHOWN_OF_FIELDS if kind in _OF_FIELDS else {})
    fields = attrs.get("fields", []) if kind == "matrix" else []
    heads |= {field: f"{field} (%)" for field in fields}
    if kind == "blocks" and attrs.get("in_points"):
        heads |= SHOWN_OF_POINTS
    if kind == "change":
        heads = {name: in_years(head, attrs.get("years")) for name, head in heads.items()}
    return Printed(
        tuple(
            _column(table, name, heads.get(name, name), decimals, is_percent=name in fields)
            for name in table
            if name not in among
        ),
        note,
    )


def _laid_out(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns that are printed of a ranking, in their order, as numbers."""
    ranking = in_order(ranking if "rank" in ranking else rank_units(ranking))
    maxima = set(ranking["max_score"].dropna()) if "max_score" in ranking else set()
    scale = [*(["max_score"] if len(maxima) > 1 else []), *(["percent"] if maxima - {100} else [])]
    columns = ["number", *several_groups(ranking), "unit", "score", *scale, "rank", "grade"]
    columns += ["published_total", "difference", "note"]  # of scores added up from fields
    return ranking[[column for column in columns if column in ranking]]


def _column(
    table: pd.DataFrame, name: str, head: str, decimals: int | None, *, is_percent: bool = False
) -> PrintedColumn:
    """Return one column as it is printed; the name tells how, else the values do."""
    values = table[name]
    kind = "number" if is_percent else _LOOKS.get(name)
    if _AMONG.get(name) in table:
        kind = "place"
    if kind is None:
        kind = {"i": "count", "u": "count", "f": "number"}.get(values.dtype.kind, "text")
    if kind in ("number", "change"):
        values = pd.Series(exact.floats(values))
        places = LEAST_PLACES if is_percent else _places(values, name, decimals)
        as_text = format_signed if kind == "change" else format_number
        texts = [as_text(value, places) for value in values]
    elif kind in ("count", "place"):
        texts = [BLANK if pd.isna(value) else str(value) for value in values]
        if kind == "place":
            pairs = zip(texts, table[_AMONG[name]], strict=True)
            texts = [text if text == BLANK else f"{text}/{units}" for text, units in pairs]
    else:
        values = _words(table, name)
        texts = list(values)
    return PrintedColumn(name, head, values, tuple(texts), kind, _ALIGN.get(kind, "right"))


def _words(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of words as it is printed, and why there is none where one is missing."""
    values = table[name].astype("object")
    score = name.replace("grade", "score")
    if name == "grade" and score in table:
        return grades_in_words(table).astype("str")
    if name in ("grade_before", "grade_after") and score in table:
        values = values.mask(values.isna() & table[score].notna(), NO_GRADE)
    if name == "item":
        values = values.replace(SHOWN)
    if name in VALUES:
        values = values.map(VALUES[name])
    blank = WHOLE_TABLE if name == "unit" and "fits" not in table else BLANK
    return values.astype("str").fillna(blank)


def _places(values: pd.Series, name: str, decimals: int | None) -> int:
    """Return with how many places a column is printed; only scores take `decimals`."""
    if name == "score":
        return printed_places(values) if decimals is None else int(decimals)
    places = exact.places_of(values)
    if name == "lost":  # a sum
        return min(max(places, LEAST_PLACES), MOST_PLACES)
    if name.startswith("rank_"):
        return places  # halves of a place at most
    if name in _PERCENT or places > exact.MAX_PLACES:
        return LEAST_PLACES
    return places if name == "max_score" else max(places, LEAST_PLACES)


def _with_totals(counts: pd.DataFrame) -> Printed:
    """Return a distribution with the total of each group below it, and what shares leave out."""
    counts = counts.reset_index(drop=True)
    counted = [c for c in ("grade", "units", "share_pct", "moved") if c in counts]
    by = [c for c in counts if c not in counted]
    groups = counts.groupby(by, sort=False, dropna=False) if by else [(None, counts)]
    parts, total_rows = [], []
    notes: dict[str, dict[str, None]] = {}  # each, and the groups that it is of
    names = counts[group_columns(counts)].apply(groups_in_words).agg(" – ".join, axis=1)
    for _, part in groups:
        scored = part["units"][part["share_pct"].notna()].sum()
        for words in _notes_on_shares(part, scored):
            notes.setdefault(words, {})[names[part.index[0]]] = None
        total = {"grade": TOTAL, "units": part["units"].sum()}
        total |= {"share_pct": 100.0 if scored else float("nan")}
        parts += [part, pd.DataFrame([{**part[by].iloc[0], **total}])]
        total_rows.append(sum(map(len, parts)) - 1)
    table = pd.concat(parts, ignore_index=True)[[*by, *counted]]
    columns = [_column(table, name, SHOWN.get(name, str(name)), None) for name in table]
    for at, column in enumerate(columns):
        if column.name == "share_pct":
            texts = [format_percent(share) for share in column.values]
            texts = ["100%" if row in total_rows and text != BLANK else text
                     for row, text in enumerate(texts)]  # fmt: skip
            columns[at] = replace(column, kind="percent", texts=tuple(texts))
    told = [
        words if len(of) == names.nunique() else f"{'; '.join(of)}: {lower_first(words)}"
        for words, of in notes.items()
    ]
    return Printed(tuple(columns), " ".join(told), tuple(total_rows))


def _notes_on_shares(part: pd.DataFrame, scored: int) -> list[str]:
    """Return what must be said of the shares of a group: what they add up to, whom they leave."""
    shares = [format_number(share, LEAST_PLACES) for share in part["share_pct"].dropna()]
    total = sum(Decimal(share.replace(",", ".")) for share in shares)
    unscored = part["units"].sum() - scored
    told = []
    if scored and total != 100:
        told.append(f"Do làm tròn, các tỷ lệ cộng lại là {format_percent(float(total))}.")
    if scored and unscored:
        told.append(
            f"Tỷ lệ tính trên {scored} đơn vị được chấm, không gồm {unscored} đơn vị chưa chấm."
        )
    return told
