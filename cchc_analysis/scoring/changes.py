"""The sentences that a report quotes: in points or in percent, and what became of a year."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from cchc_analysis.scoring import exact
from cchc_analysis.scoring.periods import against_points, mergers_told, rescaled_told, why_untold
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    MOST_PLACES,
    format_number,
    format_percent,
    printed_places,
)
from cchc_analysis.scoring.ranking import grade_distribution
from cchc_analysis.text import MOST_TOLD, clean, listed, lower_first
from cchc_analysis.vocabulary import NO_GRADE, UNSCORED

_OTHERS = {
    "new": "không có{} trong bảng kỳ trước",
    "gone": "không có{} trong bảng kỳ này",
    "no score": "thiếu điểm ở một trong hai kỳ",
}


class Measure(NamedTuple):
    """How a group is told: in points, or in percent where maxima differ."""

    in_points: bool
    places: int

    def of(self, table: pd.DataFrame) -> list[Fraction]:
        """Return the scores there are, exactly."""
        table = table[table["score"].notna()]
        points, places = exact.to_integers(table["score"])
        shares = [Fraction(int(point), 10**places) for point in points]
        if self.in_points:
            return shares
        maxima = table["max_score"].map(exact.to_fraction)
        return [share * 100 / most for share, most in zip(shares, maxima, strict=True)]

    def text(self, value: Fraction) -> str:
        """Return a score as it is read."""
        if self.in_points:
            return f"{format_number(float(value), self.places)} điểm"
        return format_percent(float(value))

    def about(self, value: Fraction) -> str:
        """Return a mean as it is read: it has no last place."""
        return self._replace(places=min(self.places, MOST_PLACES)).text(value)

    def gap(self, value: Fraction) -> str:
        """Return a difference, which is positive, as it is read."""
        words = "điểm" if self.in_points else "điểm phần trăm"
        return f"{format_number(float(value), min(self.places, MOST_PLACES))} {words}"


def measure_of(*tables: pd.DataFrame) -> Measure:
    """Return the measure in which all these scores compare."""
    both = pd.concat([table[["score", "max_score"]] for table in tables], ignore_index=True)
    in_points = both["max_score"].nunique() == 1
    return Measure(in_points, printed_places(both["score"]) if in_points else LEAST_PLACES)


def joined(parts: Sequence[str], last: str = " và ") -> str:
    """Return parts of a sentence as they are read: "a, b và c"."""
    return last.join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def of_change(
    change: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, *, where: str = ""
) -> list[str]:
    """Return what changed between two tables whose units `change` compares."""
    years = change.attrs.get("years")
    measure = measure_of(before, after)
    since = f"So với năm {years[0]}" if years else "So với kỳ trước"
    change = change.assign(unit=change["unit"].map(clean))
    both = change[change["status"] == "stayed"]
    told = [f"{since}, không có đơn vị nào có điểm ở cả hai kỳ."]
    few = why_untold(change)
    if few:
        told = [f"{since}: {lower_first(few[0])}"]
        both = both.iloc[:0]
    elif len(both):
        by, ranks = both["score_change"], both["rank_change"]
        if not measure.in_points:  # beyond nine places there is only the noise of a division
            by = (both["percent_after"] - both["percent_before"]).round(exact.FALLBACK_PLACES)
        points = "điểm" if measure.in_points else "tỷ lệ điểm"
        told = [
            f"{since}, trong {len(both)} đơn vị có điểm ở cả hai kỳ, {_counts(by, points)}"
            f"{_most(both, by, points, measure.gap)}.",
            f"Về thứ hạng giữa {ranks.count()} đơn vị có hạng ở cả hai kỳ, {_counts(ranks, 'hạng')}"
            f"{_most(both, ranks, 'hạng', lambda places: f'{int(places)} hạng')}.",
        ]
    told += against_points(both)
    told += _grades_moved(both) if len(both) else []
    told += [] if few else [_grades_against(before, after)]
    told += rescaled_told(both)
    if len(both) > 1:  # like for like: units that came or went would move the mean by themselves
        told.append(_mean_and_gap(measure, both))
    told += mergers_told(change)
    for status, words in _OTHERS.items():
        units = change.loc[change["status"] == status, "unit"].tolist()
        if units:
            told.append(f"Có {len(units)} đơn vị {words.format(where)}: {listed(units)}.")
    return told


def _grades_moved(both: pd.DataFrame) -> list[str]:
    """Return who has a better grade than before, and who a worse one."""
    grades = [both[f"grade_{when}"] for when in ("before", "after")]
    old, new = (grade.cat.codes.where(grade.notna(), len(grade.cat.categories)) for grade in grades)
    words = [grade.astype("object").fillna(NO_GRADE) for grade in grades]
    names = both["unit"] + " (" + words[0] + " → " + words[1] + ")"
    told = []
    for called, some in (("lên loại", new < old), ("xuống loại", new > old)):
        if some.any():
            told.append(f"Có {some.sum()} đơn vị {called}: {listed(names[some].tolist())}.")
    return told or ["Không đơn vị nào có điểm ở cả hai kỳ đổi loại."]


def _grades_against(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Return how many units of each list have each grade, of how many scored ones."""
    counts = [grade_distribution(table).set_index("grade")["units"] for table in (before, after)]
    of = [table["score"].count() for table in (before, after)]
    grades = dict.fromkeys([*counts[1].index, *counts[0].index])
    told = [
        f"{grade} {counts[1].get(grade, 0)}/{of[1]} (kỳ trước {counts[0].get(grade, 0)}/{of[0]})"
        for grade in grades
        if grade != UNSCORED and counts[0].get(grade, 0) + counts[1].get(grade, 0)
    ]
    return f"Số đơn vị được chấm theo loại: {', '.join(told)}."


def _counts(by: pd.Series, what: str) -> str:
    counts = {
        f"tăng {what}": (by > 0).sum(),
        f"giảm {what}": (by < 0).sum(),
        f"giữ nguyên {what}": (by == 0).sum(),
    }
    some = [f"{count} đơn vị {words}" for words, count in counts.items() if count]
    none = [words for words, count in counts.items() if not count]
    return f"có {joined(some)}" + (f", không có đơn vị {joined(none, ' hoặc ')}" if none else "")


def _most(both: pd.DataFrame, by: pd.Series, what: str, text: Callable[[float], str]) -> str:
    """Return the largest rise and the largest fall, with all units that share it."""
    told = []
    for words, sign in (("tăng", 1), ("giảm", -1)):
        if (most := (by * sign).max()) > 0:
            units = both.loc[by * sign == most, "unit"].tolist()
            names = f"{len(units)} đơn vị" if len(units) > MOST_TOLD else joined(units)
            told.append(f"{words} {what} nhiều nhất là {names} ({words} {text(most)})")
    return "".join(f"; {words}" for words in told)


def _mean_and_gap(measure: Measure, both: pd.DataFrame) -> str:
    kind = "score" if measure.in_points else "percent"
    values = [
        [Fraction(value).limit_denominator(10**exact.FALLBACK_PLACES) for value in both[column]]
        for column in (f"{kind}_before", f"{kind}_after")
    ]
    means = [sum(of_period) / len(both) for of_period in values]
    gaps = [max(of_period) - min(of_period) for of_period in values]
    name = "điểm trung bình" if measure.in_points else "tỷ lệ điểm trung bình"
    mean = _moved(means, measure.about, "tăng", "giảm")
    gap = _moved(gaps, measure.gap, "nới rộng", "thu hẹp")
    return (
        f"Ở {len(both)} đơn vị này, {name} {mean}; khoảng cách giữa đơn vị cao nhất và đơn vị thấp "
        f"nhất {gap}."
    )


def _moved(values: Sequence[Fraction], text: Callable[[Fraction], str], up: str, down: str) -> str:
    old, new = map(text, values)
    if old == new:
        return f"{'không đổi' if values[0] == values[1] else 'hầu như không đổi'} ({new})"
    return f"{up} từ {old} lên {new}" if values[1] > values[0] else f"{down} từ {old} xuống {new}"
