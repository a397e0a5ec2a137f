"""What a report says of the results of one year and block, sentence by sentence."""

import pandas as pd

from cchc_analysis.groups import has_unit, is_unit, scale_of, several_groups
from cchc_analysis.scoring.changes import joined, measure_of
from cchc_analysis.scoring.margins import JUDGED
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_percent,
    printed,
    printed_places,
)
from cchc_analysis.scoring.schemes import BlockSchemes, GradeScheme
from cchc_analysis.text import MOST_TOLD, decimal_comma, listed, lower_first
from cchc_analysis.vocabulary import ASSUMED, NO_GRADE, UNSCORED

NEAR = 1  # percent of the maximum: so near is just below a grade
_PLACES = {1: "nhất", 2: "nhì", 3: "ba"}


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
    measure, count = measure_of(scored), len(scored)
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
    places = f"{'; '.join(filter(None, [', '.join(phrases[:-1]), phrases[-1]]))}."
    mean = sum(values) / count
    above = sum(value > mean for value in values)
    return [
        places[0].upper() + places[1:],
        f"{'Điểm' if measure.in_points else 'Tỷ lệ điểm'} trung bình của {count} đơn vị được chấm "
        f"là {measure.about(mean)}; {above}/{count} đơn vị ({format_percent(above * 100 / count)}) "
        "đạt trên mức trung bình; đơn vị cao nhất hơn đơn vị thấp nhất "
        f"{measure.gap(best - worst)}.",
    ]


def of_nearness(margins: pd.DataFrame) -> str:
    """Return who of a group is just below a grade, and how sure the first places are."""
    scored = margins[margins["score"].notna()]
    if len(scored) < 2:
        return ""
    below = scored.dropna(subset="points_to_next")
    share = below["points_to_next"] / below["max_score"]
    below = below.assign(share=share).sort_values("share", kind="stable")
    measure = measure_of(scored)._replace(places=printed_places(below["points_to_next"]))
    lacks = [
        f"{row.unit} còn thiếu {measure.gap(100 * row.share, row.points_to_next)} để đạt loại "
        f"{row.next_grade}"
        for row in below.itertuples()
    ]
    near = lacks[: (below["share"] <= NEAR / 100).sum()]
    told = []
    if near:
        told = [f"Sát loại trên (thiếu không quá {NEAR}% điểm tối đa): {listed(near)}."]
    elif lacks:
        told = [f"Không đơn vị nào thiếu dưới {NEAR}% điểm tối đa; gần nhất là {lacks[0]}."]
    first = scored[scored["rank"] <= len(_PLACES)]
    places = [
        f"{row.unit} chắc chắn hạng {row.rank}" if row.best_rank == row.worst_rank
        else f"{row.unit} (hạng {row.rank}) có thể từ hạng {row.best_rank} đến {row.worst_rank}"
        for row in first.itertuples()
    ]  # fmt: skip
    if places:
        off = judged(scored)
        told.append(f"Nếu mỗi điểm lệch lên hoặc xuống tối đa {off}: {listed(places)}.")
    return " ".join(told)


def judged(scored: pd.DataFrame) -> str:
    """Return by how much a score may be off: in points, or in percent where maxima differ."""
    maxima = scored["max_score"].dropna().unique()
    if len(maxima) > 1:
        return f"{decimal_comma(JUDGED)}% điểm tối đa"
    return f"{decimal_comma((maxima.max() if len(maxima) else 100) * JUDGED / 100)} điểm"


def of_blocks(
    blocks: pd.DataFrame, counts: pd.DataFrame, scheme: GradeScheme | BlockSchemes
) -> list[str]:
    """Return for each year how its blocks did, or how the years did; nothing of one group.

    Grades of several schemes are not added up.
    """
    several = several_groups(blocks)
    if not several:
        return []
    if "block" not in several:
        means = [f"năm {row.year} {format_percent(row.mean)}" for row in
                 blocks.dropna(subset="mean").sort_values("year").itertuples()]  # fmt: skip
        return [f"Tỷ lệ điểm trung bình các năm: {listed(means)}."] if means else []
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
        means = [f"{row.block} {format_percent(row.mean)}" for row in of_year.itertuples()]
        gap = format_number(of_year["mean"].max() - of_year["mean"].min(), LEAST_PLACES)
        apart = f"; chênh nhau {gap} điểm phần trăm" if len(means) > 1 else ""
        grades = _of_grades(shares, scored) if isinstance(scheme, GradeScheme) else ""
        means = f"Tỷ lệ điểm trung bình của các khối{when}: {listed(means)}{apart}."
        told.append(f"{grades} {means}".strip())
    return told


def of_losses(who: str, losses: pd.DataFrame) -> str:
    """Return in which field most points lack, of all points and of its maximum, or all that tie."""
    if not losses["lost"].max() > 0:  # missing too
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
    if len(influence) == 1 or influence["share_difference"].isna().all():
        return ""
    row = influence.loc[influence["share_difference"].idxmax()]
    return (
        f"Các đơn vị hơn kém nhau nhiều nhất ở lĩnh vực {row['field']}: chiếm "
        f"{format_percent(100 * row['share_difference'])} chênh lệch tổng điểm các lĩnh vực."
    )


def of_unit(margins: pd.DataFrame, unit: str, scheme: GradeScheme) -> str:
    """Return where a unit of the group stands: to the others, the mean, and the next grade.

    Nothing is told in a group that does not have the unit.
    """
    if not has_unit(margins, unit):
        return ""
    row = margins[is_unit(margins, unit)].iloc[0]
    unit, scored = row["unit"], margins[margins["score"].notna()]
    if pd.isna(row["score"]):
        return f"{unit} chưa được chấm điểm nên chưa có xếp hạng và xếp loại."
    measure = measure_of(scored)
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
