"""The line that a chart leads with: what is found, from the counts that the report tells.

Each finding is "" where one line cannot say it without being wrong; the subject stands then.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from cchc_analysis.groups import out_of_100, scale_of
from cchc_analysis.text import NO_GRADE, UNSCORED, lower_first

_FEW = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_MOST_LETTERS = 110  # of a title: longer ones are no line


def subject(table: pd.DataFrame) -> str:
    """Return what scores are of: "Điểm CCHC năm 2020, thang điểm 100"."""
    what = "Điểm" if out_of_100(table) else "Tỷ lệ điểm"
    return f"{what} CCHC{when(table)}, {lower_first(scale_of(table))}"


def when(table: pd.DataFrame) -> str:
    """Return the year or years of a table for the middle of a line: " năm 2020"."""
    years = sorted(table["year"].dropna().unique()) if "year" in table else []
    if len(years) > 1:
        return f" các năm {', '.join(map(str, years))}" if len(years) < 4 else (
            f" giai đoạn {years[0]}–{years[-1]}"
        )  # fmt: skip
    return f" năm {years[0]}" if years else ""


def of_grades(counts: pd.DataFrame) -> str:
    """Return how many units of one year have the best grade, and which grade most have."""
    if "year" in counts and counts["year"].nunique() > 1:
        return ""
    units = counts[counts["grade"] != UNSCORED].groupby("grade", sort=False, observed=True)["units"]
    units = units.sum()
    scored, grades = units.sum(), units.drop(NO_GRADE, errors="ignore")
    given = grades[grades > 0]
    if scored < 2 or given.empty:
        return ""
    best, (first, *_) = grades.index[0], given.index
    if given.iloc[0] == scored:
        scored_ones = " được chấm" if (counts["grade"] == UNSCORED).any() else ""
        return f"Cả {_units(scored)}{scored_ones} đều đạt {first}"
    usual = given.idxmax()
    rest = ""
    if len(given) > 1:
        rest = f"; {_units(given.iloc[-1])} ở loại {given.index[-1]}"
    if (given == given.max()).sum() == 1 and usual != best:
        rest = f"; {_share(given.max(), scored)} ở loại {usual}"
        if 2 * given.max() < scored:
            rest = f"; nhiều nhất là loại {usual} ({given.max()}/{scored})"
    told = (
        f"{_units(grades.iloc[0])} đạt {best}" if best == first else f"không đơn vị nào đạt {best}"
    )
    if best == usual and 2 * given.max() >= scored:
        told = f"{_share(given.max(), scored)} đạt {best}"
    return told[:1].upper() + told[1:] + rest


def _units(count: int) -> str:
    return f"{_FEW[count] if count < len(_FEW) else count} đơn vị"


def _share(count: int, of: int) -> str:
    """Return a share of half or more in words: "một nửa (9/18)"."""
    return f"{'một nửa' if 2 * count == of else 'hơn một nửa'} ({count}/{of})"


def _as_title(words: str) -> str:
    """Return a line, or nothing where names make it longer than a title can be."""
    return words if len(words) <= _MOST_LETTERS else ""


def of_mean(above: int, scored: int, mean: str) -> str:
    """Return how many units are above the mean, which is named where there is one."""
    if scored < 2:
        return ""
    return f"{above}/{scored} đơn vị đạt trên mức trung bình{f' ({mean})' if mean else ''}"


def of_unit(unit: str, differences: pd.Series) -> str:
    """Return how many units stand above one, and how many below it."""
    above, below = (differences > 0).sum(), (differences < 0).sum()
    if not above + below:
        return ""
    counts = [f"{count} đơn vị" if count else "không đơn vị nào" for count in (above, below)]
    told = f"{counts[0]} cao hơn {unit}, {counts[1]} thấp hơn"
    return _as_title(told[:1].upper() + told[1:])


def of_change(change: pd.Series, names: pd.Series, texts: pd.Series, what: str) -> str:
    """Return how many units rose and fell, and which rose most."""
    both, up, down = change.count(), (change > 0).sum(), (change < 0).sum()
    if both < 2:
        return ""
    told = f"{up}/{both} đơn vị tăng {what}, {down} đơn vị giảm"
    if up == both or down == both:
        told = f"Cả {both} đơn vị đều {'tăng' if up else 'giảm'} {what}"
    if not up + down:
        return f"Cả {both} đơn vị giữ nguyên {what}"
    most = change.abs().max()
    ends = change.index[change.abs() == most]
    if len(ends) == 1:
        word = "tăng" if change[ends[0]] > 0 else "giảm"
        more = f"; {word} nhiều nhất là {names[ends[0]]} ({texts[ends[0]]})"
        return _as_title(told + more) or told
    return told


def of_means(means: Sequence[float], texts: Sequence[str], columns: Sequence[str]) -> str:
    """Return between which values means lie, not which is better: blocks have own criteria."""
    known = pd.Series(means, dtype="float64").dropna()
    if len(known) < 2:
        return ""
    if texts[known.idxmin()] == texts[known.idxmax()]:
        return ""
    of = " và ".join({"year": "năm", "block": "khối"}[column] for column in columns)
    return f"Trung bình của các {of} từ {texts[known.idxmin()]} đến {texts[known.idxmax()]}"


def of_ends(values: Mapping[str, float], texts: Sequence[str], what: str) -> str:
    """Return which of several has the highest value, and which the lowest."""
    known = pd.Series(list(values.values()), range(len(values)), dtype="float64")
    names = list(values)
    high, low = (known.index[known == end] for end in (known.max(), known.min()))
    if len(high) != 1 or len(low) != 1 or known.count() < 2:
        return ""
    ends = [f"{names[at[0]]} ({texts[at[0]]})" for at in (high, low)]
    return _as_title(f"{what} cao nhất là {ends[0]}, thấp nhất là {ends[1]}")


def of_first(values: pd.Series, text: str, what: str) -> str:
    """Return the first of some in order, by its name and text, unless the second is equal."""
    if pd.isna(values.iloc[0]) or values.iloc[0] in values.tolist()[1:2]:
        return ""
    return _as_title(f"{what} {values.index[0]} ({text})")


def of_history(unit: str, ranks: pd.Series) -> str:
    """Return from which rank to which a unit went between its first and its last year."""
    ranks = ranks.dropna()
    if len(ranks) < 2:
        return ""
    (first, old), (last, new) = (next(iter(part.items())) for part in (ranks, ranks.iloc[-1:]))
    moved = f"từ hạng {old:.0f} {'lên' if new < old else 'xuống'} hạng"
    if old == new:
        moved = "giữ hạng" if ranks.nunique() == 1 else "trở lại hạng"
    return _as_title(f"{unit} {moved} {new:.0f} (năm {first}–{last})")
