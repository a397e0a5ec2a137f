"""What a report says of the results of one year and block, sentence by sentence."""

import pandas as pd

from cchc_analysis.groups import has_unit, is_unit, scale_of
from cchc_analysis.scoring import exact
from cchc_analysis.scoring.changes import joined, measure_of
from cchc_analysis.scoring.printing import format_percent
from cchc_analysis.scoring.schemes import GradeScheme
from cchc_analysis.text import MOST_TOLD, listed, lower_first
from cchc_analysis.vocabulary import ASSUMED, NO_GRADE, UNSCORED

_PLACES = {1: "nhất", 2: "nhì", 3: "ba"}


def of_results(part: pd.DataFrame, counts: pd.DataFrame, scheme: GradeScheme) -> str:
    """Return what is told of a group, in order of print, and of how many units have each grade."""
    scored = part[part["score"].notna()]
    told = [_of_units(part, scored)]
    if len(scored):
        told += [_of_grades(counts, len(scored), scheme), *_of_ranks(scored)]
    return " ".join(told)


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


def _of_grades(counts: pd.DataFrame, scored: int, scheme: GradeScheme) -> str:
    """Return how many units have each grade, and the cut-offs."""
    counts = counts[counts["grade"] != UNSCORED]
    bounds = str(scheme).removesuffix(f" ({ASSUMED})")
    called = f"Ngưỡng xếp loại {ASSUMED}" if scheme.assumed else "Ngưỡng xếp loại"
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
    return f"{told}{none}. {called}: {bounds}."


def _of_ranks(scored: pd.DataFrame) -> list[str]:
    """Return the first three places and the last, the mean and the gap."""
    measure, count = measure_of(scored), len(scored)
    values = measure.of(scored)
    best, worst, last = max(values), min(values), scored["rank"].max()
    if count == 1:
        return [f"Đơn vị được chấm là {scored['unit'].iloc[0]} ({measure.text(best)})."]
    if best == worst and scored["rank"].notna().all():
        return [f"Cả {count} đơn vị được chấm đồng hạng nhất, cùng đạt {measure.text(best)}."]
    phrases = []
    told = scored.assign(value=values)
    for rank, place in told[(told["rank"] <= len(_PLACES)) | (told["rank"] == last)].groupby(
        "rank"
    ):
        value = measure.text(place["value"].iloc[0])
        names = joined([f"{unit} ({value})" for unit in place["unit"]])
        if len(place) > MOST_TOLD:
            names = f"{len(place)} đơn vị ({value})"
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


def of_unit(part: pd.DataFrame, unit: str, scheme: GradeScheme) -> str:
    """Return where a unit of the group stands: to the others, the mean, and the next grade.

    Nothing is told in a group that does not have the unit.
    """
    if not has_unit(part, unit):
        return ""
    row = part[is_unit(part, unit)].iloc[0]
    unit, scored = row["unit"], part[part["score"].notna()]
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
    told = f"{unit} đạt {measure.text(value)}, "
    if pd.isna(row["rank"]):
        told += "không được xếp hạng trong bảng công bố"
    else:
        told += f"đồng {place} (cùng với {listed(tied)})" if tied else f"xếp {place}"
    told += f", {grade}"
    if len(scored) > 1:
        name = "điểm trung bình" if measure.in_points else "tỷ lệ điểm trung bình"
        far = value - sum(values) / len(values)
        apart = f"{'cao' if far > 0 else 'thấp'} hơn {name} {measure.gap(abs(far))}"
        told += f"; {apart if far else f'bằng {name}'}"
        if far := max(values) - value:
            told += f", thấp hơn đơn vị cao nhất {measure.gap(far)}"
    out_of = exact.to_fraction(row["max_score"]) if measure.in_points else 100
    cuts = [exact.to_fraction(bound) * out_of / 100 for bound in scheme.bounds]
    missed = [at for at, cut in enumerate(cuts) if value < cut]
    if missed:
        lacks = measure.gap(cuts[missed[-1]] - value)
        told += f"; còn thiếu {lacks} để đạt loại {scheme.grades[missed[-1]]}"
    return f"{told}."
