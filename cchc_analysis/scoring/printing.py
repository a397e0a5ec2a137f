"""Tables as they are printed: Vietnamese headers, decimal comma, halves rounded up."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pandas as pd

from cchc_analysis.groups import SCORES, grades_in_words, several_groups
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.ranking import in_order
from cchc_analysis.vocabulary import (
    BLANK,
    NO_GRADE,
    SHOWN,
    SHOWN_OF_FIELDS,
    TOTAL,
    VALUES,
    WHOLE_TABLE,
)

LEAST_PLACES = 2
MOST_PLACES = 3  # of what is computed: a mean or a difference has no last place
_PERCENT = (
    "percent", "share_pct", "lost_pct", "percent_before", "percent_after", "percent_change", "mean",
    "median", "best", "worst", "spread",
)  # fmt: skip
_NUMBERS = ("score", "max_score", *_PERCENT)  # whatever their type
_CHANGES = (
    "score_change", "percent_change", "difference", "rank_change", "rank_change_own",
    "rank_change_others",
)  # fmt: skip
# Tables made from a ranking that hold scores and ranks, and yet are not printed as one.
_NO_RANKING = {"points_to_next", "best_rank", "field"}


def format_number(value: float, places: int) -> str:
    """Return a number as Vietnamese text, halves rounded up: 81.755 at 2 places is "81,76".

    This is the one rounding of the package; tables, charts and text all use it.
    """
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


def format_ranking(ranking: pd.DataFrame, *, decimals: int | None = None) -> pd.DataFrame:
    """Format a ranking, or a table made from one, as it is printed.

    Parameters
    ----------
    ranking : DataFrame
        Scores or a ranking, which is sorted by rank, then source order, within each year and
        block. Or any other table of this package, whose rows stay in order; a distribution gets
        its row "Tổng cộng".
    decimals : int, optional
        Places of scores, rounded half up. By default as many as the most precise score has, at
        least two. Percentages always have two.

    Returns
    -------
    DataFrame
        Text and whole numbers under Vietnamese headers. A ranking has STT, Đơn vị, Tổng điểm đánh
        giá, Xếp hạng and (where graded) Xếp loại; Năm, Khối, Điểm tối đa and Tỷ lệ điểm stand
        there only where they differ between rows. ``attrs["note"]`` says it where shares leave
        out unscored units, or do not add up to 100% when rounded.

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
    if decimals not in (None, *range(exact.FALLBACK_PLACES + 1)) or isinstance(decimals, bool):
        raise ValueError(
            f"decimals={decimals!r} phải là số nguyên từ 0 đến {exact.FALLBACK_PLACES}."
        )
    fields = ranking.attrs.get("fields", [])  # of a matrix: they may have any name
    if "share_pct" in ranking and not fields and "field" not in ranking:
        return _format_distribution(ranking)
    ranking = as_laid_out(ranking)
    headers = SHOWN | (SHOWN_OF_FIELDS if "field" in ranking else {})
    headers |= {field: f"{field} (%)" for field in fields}
    return pd.DataFrame({headers.get(c, c): _format_column(ranking, c, decimals) for c in ranking})


def as_laid_out(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns that are printed of a table, in their order, still as numbers."""
    is_ranking = "rank" in ranking or set(SCORES) <= set(ranking)
    if not is_ranking or ranking.attrs.get("fields") or _NO_RANKING & set(ranking):
        return ranking
    ranking = in_order(ranking)
    scaled = "max_score" in ranking and ranking["max_score"].nunique() > 1
    scale = ["max_score", "percent"] if scaled else []
    columns = ["number", *several_groups(ranking), "unit", "score", *scale, "rank", "grade"]
    columns += ["published_total", "difference", "note"]  # of scores added up from fields
    return ranking[[column for column in columns if column in ranking]]


def _format_column(table: pd.DataFrame, column: str, decimals: int | None) -> pd.Series:
    values = table[column]
    if column in table.attrs.get("fields", []):
        return values.map(lambda value: format_number(value, LEAST_PLACES))
    if column in _CHANGES:
        places = exact.places_of(values) if column.startswith("rank") else _places(values, None)
        return values.astype("float64").map(lambda value: format_signed(value, places))
    if column in _NUMBERS or pd.api.types.is_float_dtype(values):
        values = values.astype("float64")
        places = _places(values, decimals)
        return values.map(lambda value: format_number(value, places))
    if column == "item":
        values = values.replace(SHOWN)
    if column in VALUES:
        values = values.astype("object").map(VALUES[column])
    if column == "grade" and "score" in table:
        return grades_in_words(table)
    if column in ("grade_before", "grade_after"):
        scored = table[column.replace("grade", "score")].notna()
        values = values.astype("object").mask(values.isna() & scored, NO_GRADE)
    blank = WHOLE_TABLE if column == "unit" else BLANK
    return values.astype("object").where(values.notna(), blank)


def _places(values: pd.Series, decimals: int | None) -> int:
    """Return with how many places a column is printed; only scores take `decimals`."""
    if values.name == "score":
        return printed_places(values) if decimals is None else int(decimals)
    places = exact.places_of(values)
    if values.name in _PERCENT or places > exact.MAX_PLACES:
        return LEAST_PLACES
    return places if values.name == "max_score" else max(places, LEAST_PLACES)


def _format_distribution(distribution: pd.DataFrame) -> pd.DataFrame:
    counted = [c for c in ("grade", "units", "share_pct", "moved") if c in distribution]
    by = [c for c in distribution if c not in counted]
    groups = distribution.groupby(by, sort=False, dropna=False) if by else [(None, distribution)]
    rows, notes = [], []
    for _, part in groups:
        shares = part["share_pct"].map(format_percent)
        total = sum(Decimal(s.rstrip("%").replace(",", ".")) for s in shares if s != BLANK)
        scored = part["units"][part["share_pct"].notna()].sum()
        unscored = part["units"].sum() - scored
        if scored and total != 100:
            notes.append(f"Do làm tròn, các tỷ lệ cộng lại là {format_percent(float(total))}.")
        if scored and unscored:
            notes.append(
                f"Tỷ lệ tính trên {scored} đơn vị được chấm, không gồm {unscored} đơn vị chưa chấm."
            )
        last = {**part[by].iloc[0], "grade": TOTAL, "units": part["units"].sum()}
        last["share_pct"] = "100%" if scored else BLANK
        rows += [*part.assign(share_pct=shares).to_dict("records"), last]
    printed = pd.DataFrame(rows, columns=[*by, *counted])
    if "moved" in counted:
        printed["moved"] = printed["moved"].fillna(BLANK)
    printed = printed.rename(columns=SHOWN)
    printed.attrs["note"] = " ".join(dict.fromkeys(notes))
    return printed
