"""The sentences that a report quotes: in points or in percent, and what became of a year."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from cchc_analysis.scoring import exact
from cchc_analysis.scoring.periods import (
    against_points,
    against_told,
    mergers_told,
    rescaled_told,
    why_untold,
)
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    MOST_PLACES,
    format_number,
    format_percent,
    printed_places,
)
from cchc_analysis.scoring.ranking import grade_distribution
from cchc_analysis.text import MOST_TOLD, clean, in_years, listed, lower_first
from cchc_analysis.vocabulary import NO_GRADE, UNSCORED

_OTHERS = {
    "new": "không có{} trong bảng kỳ trước",
    "gone": "không có{} trong bảng kỳ này",
    "no score": "thiếu điểm ở một trong hai kỳ",
}


class Changes(NamedTuple):
    """What changed: points, ranks, ranks that went against points, grades, means, who is new.

    The last two count those whom `against` and `grades` name, for who has them in a table.
    """

    points: str = ""
    ranks: str = ""
    against: str = ""
    grades: str = ""
    counts: str = ""
    means: str = ""
    others: str = ""
    against_counted: str = ""
    grades_counted: str = ""


class Measure(NamedTuple):
    """How a group is told: in points of 100, or in percent of another maximum, points beside."""

    in_points: bool
    places: int  # of points

    def of(self, table: pd.DataFrame) -> list[Fraction]:
        """Return the scores there are, exactly: in percent, which points of 100 are."""
        whole, percent = exact.Exact.of(table[table["score"].notna()]).on_one_scale
        return [int(share) * percent for share in whole]

    def text(self, value: Fraction, points: float | None = None) -> str:
        """Return a score as it is read, a percentage with the points that it is."""
        if self.in_points:
            return f"{format_number(float(value), self.places)} điểm"
        beside = "" if points is None else f", tức {format_number(points, self.places)} điểm"
        return format_percent(float(value)) + beside

    def about(self, value: Fraction) -> str:
        """Return a mean as it is read: it has no last place."""
        return self._replace(places=min(self.places, MOST_PLACES)).text(value)

    def gap(self, value: Fraction | float, points: float | None = None) -> str:
        """Return a difference, which is positive, as it is read, with the points that it is."""
        places = min(self.places, MOST_PLACES)
        if self.in_points:
            return f"{format_number(float(value), places)} điểm"
        beside = "" if points is None else f" ({format_number(points, places)} điểm)"
        return f"{format_number(float(value), LEAST_PLACES)} điểm phần trăm{beside}"


def measure_of(*tables: pd.DataFrame) -> Measure:
    """Return the measure in which all these scores compare: that of the charts, too."""
    both = pd.concat([table[["score", "max_score"]] for table in tables], ignore_index=True)
    in_points = bool((both["max_score"].dropna() == 100).all())
    return Measure(in_points, printed_places(both["score"]))


def joined(parts: Sequence[str], last: str = " và ") -> str:
    """Return parts of a sentence as they are read: "a, b và c"."""
    return last.join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def of_change(
    change: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, *, where: str = ""
) -> Changes:
    """Return what changed between two tables whose units `change` compares."""
    measure = measure_of(before, after)
    change = change.assign(unit=change["unit"].map(clean))
    both = change[change["status"] == "stayed"]
    moved, places = "So với kỳ trước, không có đơn vị nào có điểm ở cả hai kỳ.", ""
    few = why_untold(change)
    if few:
        moved = f"So với kỳ trước: {lower_first(few[0])}"
        both = both.iloc[:0]
    elif len(both):
        # Beyond nine places there is only the noise of a division.
        by = (both["percent_after"] - both["percent_before"]).round(exact.FALLBACK_PLACES)
        ranks = both["rank_change"]
        points = "điểm" if measure.in_points else "tỷ lệ điểm"
        moved = (
            f"So với kỳ trước, trong {len(both)} đơn vị có điểm ở cả hai kỳ, {_counts(by, points)}"
            f"{_most(both, by, points, measure.gap)}."
        )
        places = (
            f"Về thứ hạng giữa {ranks.count()} đơn vị có hạng ở cả hai kỳ, {_counts(ranks, 'hạng')}"
            f"{_most(both, ranks, 'hạng', lambda places: f'{int(places)} bậc')}."
        )
    means = rescaled_told(both)
    if len(both) > 1:  # like for like: units that came or went would move the mean by themselves
        means.append(_mean_and_gap(measure, both))
    others = mergers_told(change)
    for status, words in _OTHERS.items():
        units = change.loc[change["status"] == status, "unit"].tolist()
        if units:
            others.append(f"Có {len(units)} đơn vị {words.format(where)}: {listed(units)}.")
    graded = grades_moved(both)
    told = Changes(
        moved,
        places,
        " ".join(against_told(both)),
        " ".join(_grades_named(graded)) if len(both) else "",
        "" if few else _grades_against(before, after),
        " ".join(means),
        " ".join(others),
        _counted(against_points(both)),
        _counted(graded),
    )
    return Changes(*(in_years(text, change.attrs.get("years")) for text in told))


def _counted(moved: dict[str, pd.DataFrame]) -> str:
    """Return how many units moved which way, without their names."""
    told = [f"{len(units)} đơn vị {words}" for words, units in moved.items() if len(units)]
    return f"Có {joined(told)}." if told else ""


def grades_moved(both: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return who has a better grade than before, and who a worse one."""
    grades = [both[f"grade_{when}"] for when in ("before", "after")]
    old, new = (grade.cat.codes.where(grade.notna(), len(grade.cat.categories)) for grade in grades)
    return {"lên loại": both[new < old], "xuống loại": both[new > old]}


def _grades_named(moved: dict[str, pd.DataFrame]) -> list[str]:
    """Return whose grade is another, and which it was."""
    told = []
    for called, units in moved.items():
        words = [units[f"grade_{when}"].astype("object").fillna(NO_GRADE)
                 for when in ("before", "after")]  # fmt: skip
        names = (units["unit"] + " (" + words[0] + " → " + words[1] + ")").tolist()
        told += [f"Có {len(names)} đơn vị {called}: {listed(names)}."] if names else []
    return told or ["Không đơn vị nào có điểm ở cả hai kỳ đổi loại."]


def _grades_against(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Return how many units of each list have each grade, of how many scored ones."""
    counts = [grade_distribution(table).set_index("grade")["units"] for table in (before, after)]
    of = [table["score"].count() for table in (before, after)]
    grades = dict.fromkeys([*counts[1].index, *counts[0].index])
    told = [
        f"{grade} {counts[1].get(grade, 0)}/{of[1]} (kỳ trước: {counts[0].get(grade, 0)}/{of[0]})"
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
    values = [
        [Fraction(value).limit_denominator(10**exact.FALLBACK_PLACES) for value in both[column]]
        for column in ("percent_before", "percent_after")
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
