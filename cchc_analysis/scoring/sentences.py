"""What a report says of one year and block, sentence by sentence, and of what changed since."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from cchc_analysis.groups import has_unit, is_unit, out_of_100, scale_of, several_groups
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.cutoffs import JUDGED
from cchc_analysis.scoring.periods import (
    against_points,
    against_told,
    mergers_told,
    moves,
    percent_change,
    rescaled_told,
    why_untold,
)
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    MOST_PLACES,
    format_number,
    format_percent,
    printed,
    printed_places,
)
from cchc_analysis.scoring.schemes import GradeScheme, Scheme
from cchc_analysis.text import (
    ASSUMED,
    MOST_TOLD,
    NO_GRADE,
    OTHERS,
    UNSCORED,
    clean,
    decimal_comma,
    in_years,
    listed,
    lower_first,
)

NEAR = 1  # percent of the maximum: so near is just below a grade
_PLACES = {1: "nhất", 2: "nhì", 3: "ba"}


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


def _measure_of(*tables: pd.DataFrame) -> Measure:
    """Return the measure in which all these scores compare: that of the charts, too."""
    both = pd.concat([table[["score", "max_score"]] for table in tables], ignore_index=True)
    return Measure(out_of_100(both), printed_places(both["score"]))


def joined(parts: Sequence[str], last: str = " và ") -> str:
    """Return parts of a sentence as they are read: "a, b và c"."""
    return last.join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def of_results(
    part: pd.DataFrame, counts: pd.DataFrame, scheme: GradeScheme
) -> tuple[str, str, str]:
    """Return what is told of a group in order of print: its units and grades, cut-offs, places."""
    scored = part[part["score"].notna()]
    told = _of_units(part, scored)
    if scored.empty:
        return told, "", ""
    called = f"Ngưỡng xếp loại {ASSUMED}" if scheme.assumed else "Ngưỡng xếp loại"
    told += f" {_of_grades(counts, len(scored))}"
    return told, f"{called}: {scheme.told}.", " ".join(_of_ranks(scored))


def _of_units(part: pd.DataFrame, scored: pd.DataFrame) -> str:
    """Return how many units there are, how many are scored, and of what maximum."""
    missing = part.loc[part["score"].isna(), "unit"].tolist()
    if scored.empty:
        return (
            f"Có {len(part)} đơn vị nhưng chưa đơn vị nào được chấm điểm ({listed(missing)}), nên "
            "chưa có xếp hạng và xếp loại."
        )
    words = scale_of(scored)
    unranked = scored.loc[scored["rank"].isna(), "unit"].tolist()
    words = f"được chấm điểm{'' if unranked else ' và xếp hạng'} ({lower_first(words)})"
    told = f"Có {len(part)} đơn vị {words}."
    if missing:
        told = (
            f"Có {len(part)} đơn vị, trong đó {len(scored)} đơn vị {words}; {len(missing)} đơn vị "
            f"chưa chấm: {listed(missing)}."
        )
    if unranked:
        told += f" Bảng công bố không xếp hạng {len(unranked)} đơn vị: {listed(unranked)}."
    return told


def _of_grades(counts: pd.DataFrame, scored: int) -> str:
    """Return how many units have each grade."""
    counts = counts[counts["grade"] != UNSCORED]
    given = []
    for row in counts[counts["units"] > 0].itertuples():
        words = NO_GRADE.lower() if row.grade == NO_GRADE else f"xếp loại {row.grade}"
        given.append((row.units, f"{words} ({format_percent(row.share_pct)})"))
    told = f"Trong {scored} đơn vị được chấm, có "
    told += joined([f"{units} đơn vị {words}" for units, words in given])
    if scored == 1:
        told = f"Đơn vị được chấm {given[0][1].split(' (')[0]}"
    elif len(given) == 1:
        told = f"Cả {scored} đơn vị được chấm đều {given[0][1]}"
    empty = counts.loc[counts["units"] == 0, "grade"].tolist()
    none = f"; không có đơn vị xếp loại {joined(empty, ' hoặc ')}" if empty else ""
    return f"{told}{none}."


def _of_ranks(scored: pd.DataFrame) -> list[str]:
    """Return the first three places and the last, the mean and the gap."""
    measure, count = _measure_of(scored), len(scored)
    values = measure.of(scored)
    best, worst, last = max(values), min(values), scored["rank"].max()
    if count == 1:
        only = scored.iloc[0]
        return [f"Đơn vị được chấm là {only['unit']} ({measure.text(best, only['score'])})."]
    if best == worst and scored["rank"].notna().all():
        points = scored["score"].iloc[0] if scored["max_score"].nunique() == 1 else None
        best = measure.text(best, points)
        return [f"Cả {count} đơn vị được chấm đồng hạng nhất, cùng đạt {best}."]
    phrases = []
    told = scored.assign(value=values)
    for rank, place in told[(told["rank"] <= len(_PLACES)) | (told["rank"] == last)].groupby(
        "rank"
    ):
        shown = zip(place["unit"], place["value"], place["score"], strict=True)
        names = joined([f"{unit} ({measure.text(*value)})" for unit, *value in shown])
        if len(place) > MOST_TOLD:
            names = f"{len(place)} đơn vị ({measure.text(place['value'].iloc[0])})"
        called = f"cuối (hạng {rank})" if rank == last else _PLACES[rank]
        alone = "xếp" if rank == last else "hạng"
        called = f"{alone if len(place) == 1 else 'đồng hạng'} {called}"
        phrases.append(f"{called} là {names}")
    places = f"{joined(phrases, '; ')}."
    mean = sum(values) / count
    above = sum(value > mean for value in values)
    return [
        places[0].upper() + places[1:],
        f"{'Điểm' if measure.in_points else 'Tỷ lệ điểm'} trung bình của {count} đơn vị được chấm "
        f"là {measure.about(mean)}; {above}/{count} đơn vị ({format_percent(above * 100 / count)}) "
        "đạt trên mức trung bình; đơn vị cao nhất hơn đơn vị thấp nhất "
        f"{measure.gap(best - worst)}.",
    ]


def of_nearness(margins: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """Return who is just below a grade, the nearest first; told by name, and told by how many.

    Both sentences tell how sure the first places are.
    """
    scored = margins[margins["score"].notna()]
    below = scored.dropna(subset="points_to_next")
    share = below["points_to_next"] / below["max_score"]
    below = below.assign(share=share).sort_values("share", kind="stable")
    near = below[below["share"] <= NEAR / 100]
    if len(scored) < 2:
        return near, "", ""
    measure = _measure_of(scored)._replace(places=printed_places(below["points_to_next"]))
    lacks = [
        f"{row.unit} còn thiếu {measure.gap(100 * row.share, row.points_to_next)} để đạt loại "
        f"{row.next_grade}"
        for row in below.itertuples()
    ]
    named = counted = ""
    if len(near):
        limit = f"(thiếu không quá {NEAR}% điểm tối đa)"
        named = f"Sát loại trên {limit}: {listed(lacks[: len(near)])}."
        counted = f"Có {len(near)} đơn vị sát loại trên {limit}."
    elif lacks:
        named = f"Không đơn vị nào thiếu dưới {NEAR}% điểm tối đa; gần nhất là {lacks[0]}."
    first = scored[scored["rank"] <= len(_PLACES)]
    places = [
        f"{row.unit} chắc chắn hạng {row.rank}" if row.best_rank == row.worst_rank
        else f"{row.unit} (hạng {row.rank}) có thể từ hạng {row.best_rank} đến {row.worst_rank}"
        for row in first.itertuples()
    ]  # fmt: skip
    sure = ""
    if places:
        sure = f" Nếu mỗi điểm lệch lên hoặc xuống tối đa {judged(scored)}: {listed(places)}."
    return near, f"{named}{sure}".lstrip(), f"{counted}{sure}".lstrip()


def judged(scored: pd.DataFrame) -> str:
    """Return by how much a score may be off: in points, or in percent where maxima differ."""
    maxima = scored["max_score"].dropna().unique()
    if len(maxima) > 1:
        return f"{decimal_comma(JUDGED)}% điểm tối đa"
    return f"{decimal_comma((maxima.max() if len(maxima) else 100) * JUDGED / 100)} điểm"


def of_blocks(blocks: pd.DataFrame, counts: pd.DataFrame, scheme: Scheme) -> list[str]:
    """Return for each year how its blocks did, or how the years did; nothing of one group."""
    several = several_groups(blocks)
    if not several:
        return []
    measure = Measure(blocks.attrs["in_points"], LEAST_PLACES)
    what = "Điểm" if measure.in_points else "Tỷ lệ điểm"
    if "block" not in several:
        means = [f"năm {row.year} {measure.text(row.mean)}" for row in
                 blocks.dropna(subset="mean").sort_values("year").itertuples()]  # fmt: skip
        return [f"{what} trung bình các năm: {listed(means)}."] if means else []
    years = blocks["year"] if "year" in blocks else pd.Series(0, blocks.index)
    told = []
    for year, of_year in blocks.groupby(years):
        of_all = counts if "year" not in counts else counts[counts["year"] == year]
        scored, when = of_year["scored_units"].sum(), f" năm {year}" if "year" in several else ""
        of_all = of_all.groupby("grade", sort=False, observed=True)["units"].sum().reset_index()
        shares = of_all.assign(share_pct=of_all["units"] * 100 / max(scored, 1))
        of_year = of_year.dropna(subset="mean").sort_values("mean", ascending=False, kind="stable")
        if of_year.empty:
            continue
        named = of_year.fillna({"block": "không ghi khối"})
        means = [f"{row.block} {measure.text(row.mean)}" for row in named.itertuples()]
        gap = measure.gap(of_year["mean"].max() - of_year["mean"].min())
        apart = f"; chênh nhau {gap}" if len(means) > 1 else ""
        grades = _of_grades(shares, scored) if isinstance(scheme, GradeScheme) else ""
        means = f"{what} trung bình của các khối{when}: {listed(means)}{apart}."
        told.append(f"{grades} {means}".strip())
    return told


def of_losses(who: str, losses: pd.DataFrame) -> str:
    """Return in which field most points lack, of all points and of its maximum, or all that tie."""
    if losses["lost"].isna().all():
        return f"Chưa có điểm theo lĩnh vực của {who}."
    if not losses["lost"].max() > 0:
        return f"Không lĩnh vực nào có điểm của {who} còn điểm chưa đạt."
    shown, worst = printed(losses, "losses"), {}
    for name in ("lost", "lost_pct"):
        worst[name] = [at for at, one in enumerate(losses[name]) if one == losses[name].max()]
    names = {name: "; ".join(losses["field"].iloc[rows]) for name, rows in worst.items()}
    at, each = worst["lost"][0], "mỗi lĩnh vực " if len(worst["lost"]) > 1 else ""
    lost, pct, share = (shown[name].texts[at] for name in ("lost", "lost_pct", "share_pct"))
    told = (
        f"Điểm chưa đạt của {who} nhiều nhất ở lĩnh vực {names['lost']}: {each}{lost} điểm "
        f"({pct}% điểm tối đa), chiếm {share}% tổng số điểm chưa đạt."
    )
    if worst["lost"] != worst["lost_pct"]:  # the field with the largest maximum lacks most points
        told += (
            f" So với điểm tối đa, tỷ lệ chưa đạt cao nhất ở lĩnh vực {names['lost_pct']} "
            f"({shown['lost_pct'].texts[worst['lost_pct'][0]]}%)."
        )
    return told


def of_influence(influence: pd.DataFrame) -> str:
    """Return a sentence on the field that makes the largest part of the differences."""
    shares = influence["share_difference"].round(exact.FALLBACK_PLACES)
    if len(influence) == 1 or (shares == shares.max()).sum() != 1:  # none, or several
        return ""
    row = influence.loc[shares.idxmax()]
    return (
        f"Các đơn vị hơn kém nhau nhiều nhất ở lĩnh vực {row['field']}: chiếm "
        f"{format_percent(100 * row['share_difference'])} chênh lệch tổng điểm các lĩnh vực."
    )


def of_unit(margins: pd.DataFrame, unit: str, scheme: GradeScheme) -> str:
    """Return where a unit stands to the others, the mean, the next grade; "" if it is not there."""
    if not has_unit(margins, unit):
        return ""
    row = margins[is_unit(margins, unit)].iloc[0]
    unit, scored = row["unit"], margins[margins["score"].notna()]
    if pd.isna(row["score"]):
        return f"{unit} chưa được chấm điểm nên chưa có xếp hạng và xếp loại."
    measure = _measure_of(scored)
    values = measure.of(scored)
    value = values[scored["unit"].tolist().index(unit)]
    same_rank = scored["rank"].eq(row["rank"]).fillna(False)
    tied = [name for name in scored["unit"][same_rank] if name != unit]
    ranked = scored["rank"].count()
    among = "được chấm" if ranked == len(scored) else "được xếp hạng"
    place = f"hạng {row['rank']} trong {ranked} đơn vị {among}"
    grade = NO_GRADE.lower() if pd.isna(row["grade"]) else f"xếp loại {row['grade']}"
    told = f"{unit} đạt {measure.text(value, row['score'])}"
    if pd.isna(row["rank"]):
        told += ", không được xếp hạng trong bảng công bố"
    elif ranked > 1:
        told += f", đồng {place} (cùng với {listed(tied)})" if tied else f", xếp {place}"
    told += f", {grade}"
    if len(scored) > 1:
        name = "điểm trung bình" if measure.in_points else "tỷ lệ điểm trung bình"
        far = value - sum(values) / len(values)
        apart = f"{'cao' if far > 0 else 'thấp'} hơn {name} {measure.gap(abs(far))}"
        told += f"; {apart if far else f'bằng {name}'}"
        if far := max(values) - value:
            told += f", thấp hơn đơn vị cao nhất {measure.gap(far)}"
    if pd.notna(row["next_grade"]):
        lacks = measure.gap(row["points_to_next"] * 100 / row["max_score"], row["points_to_next"])
        lacks = f"còn thiếu {'hơn ' if row['next_grade'] in scheme.strict else ''}{lacks}"
        lacks = lacks if row["points_to_next"] else "đúng bằng ngưỡng phải vượt"
        told += f"; {lacks} để đạt loại {row['next_grade']}"
    return f"{told}."


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


def of_change(
    change: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame,
    distributions: Iterable[pd.DataFrame], *, where: str = "",
) -> Changes:  # fmt: skip
    """Return what changed between two tables whose units `change` compares."""
    measure = _measure_of(before, after)
    change = change.assign(unit=change["unit"].map(clean))
    both = change[change["status"] == "stayed"]
    moved, places = "So với kỳ trước, không có đơn vị nào có điểm ở cả hai kỳ.", ""
    few = why_untold(change)
    if few:
        moved = f"So với kỳ trước: {lower_first(few[0])}"
        both = both.iloc[:0]
    elif len(both):
        by, ranks = percent_change(both), both["rank_change"]
        points = "điểm" if measure.in_points else "tỷ lệ điểm"
        moved = (
            f"So với kỳ trước, trong {len(both)} đơn vị có điểm ở cả hai kỳ, "
            f"{of_moves(both['unit'], by, points, measure.gap)}."
        )
        if len(both) == 1:
            by, (name,) = by.iloc[0], both["unit"]
            way = f"{'tăng' if by > 0 else 'giảm'} {measure.gap(abs(by))}" if by else "không đổi"
            moved = f"So với kỳ trước, chỉ {name} có điểm ở cả hai kỳ: {points} {way}."
        if ranks.count() > 1:  # one unit has no place among others
            places = (
                f"Về thứ hạng giữa {ranks.count()} đơn vị có hạng ở cả hai kỳ, "
                f"{of_moves(both['unit'], ranks, 'hạng', lambda places: f'{int(places)} bậc')}."
            )
    means = rescaled_told(both)
    if len(both) > 1:  # like for like: units that came or went would move the mean by themselves
        means.append(_mean_and_gap(measure, both))
    others = mergers_told(change)
    for status, words in OTHERS.items():
        units = change.loc[change["status"] == status, "unit"].tolist()
        if units:
            others.append(f"Có {len(units)} đơn vị {words.format(where)}: {listed(units)}.")
    graded = grades_moved(both)
    told = Changes(
        moved,
        places,
        " ".join(against_told(both)),
        " ".join(_grades_named(graded)) if len(both) else "",
        "" if few else _grades_against(*distributions),
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
    """Return how many units of each distribution have each grade, of how many scored ones."""
    counts = [table.set_index("grade")["units"] for table in (before, after)]
    of = [units.drop(UNSCORED, errors="ignore").sum() for units in counts]
    grades = dict.fromkeys([*counts[1].index, *counts[0].index])
    told = [
        f"{grade} {counts[1].get(grade, 0)}/{of[1]} (kỳ trước: {counts[0].get(grade, 0)}/{of[0]})"
        for grade in grades
        if grade != UNSCORED and counts[0].get(grade, 0) + counts[1].get(grade, 0)
    ]
    return f"Số đơn vị được chấm theo loại: {', '.join(told)}." if told else ""


def of_moves(names: pd.Series, by: pd.Series, what: str, text: Callable[[float], str]) -> str:
    """Return how many units rise and fall, the largest rise and fall, and all that share it."""
    counts = {f"{way} {what}": units for way, units in moves(by).items()}
    some = [f"{count} đơn vị {words}" for words, count in counts.items() if count]
    none = [words for words, count in counts.items() if not count]
    told = f"có {joined(some)}" + (f", không có đơn vị {joined(none, ' hoặc ')}" if none else "")
    for words, sign in (("tăng", 1), ("giảm", -1)):
        if (most := (by * sign).max()) > 0:
            units = names[by * sign == most].tolist()
            ends = f"{len(units)} đơn vị" if len(units) > MOST_TOLD else joined(units)
            told += f"; {words} {what} nhiều nhất là {ends} ({words} {text(most)})"
    return told


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
