"""Charts of fields: units and fields at a glance, and the fields of one unit or a few."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes

from cchc_analysis.charts import units
from cchc_analysis.charts.frame import ACCENT, LETTER, OTHERS, PALE, WIDTH, Frame, wrap
from cchc_analysis.groups import (
    SCORES,
    check_columns,
    group_columns,
    group_numbers,
    is_unit,
    several_groups,
)
from cchc_analysis.refusal import Refusal, check_given
from cchc_analysis.scoring import exact, findings
from cchc_analysis.scoring.fields import (
    field_losses,
    field_matrix,
    self_score_gaps,
    total_fields,
    whole_fields,
)
from cchc_analysis.scoring.printing import (
    LEAST_PLACES,
    format_number,
    format_signed,
    printed_places,
)
from cchc_analysis.text import SHOWN, decimal_comma, unit_key

_OF_FIELDS = (*SCORES, "field")
_NAME = 16, 26  # letters of a unit beside the cells, at least and at most
_CELL = 4  # letters: the width of "100", with a sign
_PALEST, _DARKEST = 0.02, 0.6  # of the shades; black letters read well on all of them
_LINES = 4  # of a head; longer ones are numbers, named below
_FEW = 4  # units side by side
# Beside the columns of fields, none of which is called so.
_TOTAL, _GROUP, _MEAN, _ROW = "(tổng)", "(nhóm)", "(trung bình)", "(dòng)"
# By whether self-scores are drawn: what stands in a cell, which is darker, the topic, what leads,
# the measure.
_WORDS = {
    False: (
        "% điểm tối đa của lĩnh vực, làm tròn", "chưa đạt nhiều hơn",
        "Tỷ lệ điểm theo lĩnh vực của các đơn vị", "Yếu nhất là", "%",
    ),
    True: (
        "tự chấm cao hơn thẩm định, điểm", "chênh nhiều hơn",
        "Tự chấm và thẩm định theo lĩnh vực của các đơn vị", "Tự chấm cao hơn nhiều nhất ở",
        " điểm",
    ),
}  # fmt: skip


@exact.told_once()
def plot_fields(
    fields: pd.DataFrame,
    *,
    unit: str | None = None,
    self_scores: bool = False,
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot units × fields as cells, darker where more points lack, weakest field first.

    In each cell stands the percent of the field's maximum, rounded half up to a whole number.
    Units stand in the order of their total over all fields, those that lack a score last, under
    the mean of their year and block.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score``, as `load_fields` gives it.
    unit : str, optional
        The unit whose name is written bold.
    self_scores : bool
        Draw by how many points each unit scores itself (``self_score``) above its score instead.
    title, subtitle : str, optional
        In place of the finding, and of what the cells are.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the units and fields.

    Raises
    ------
    ValueError
        If a column is missing, or there is no unit, or none of this name.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": ["A", "A"], "field": ["I", "II"], "score": [4, 15]})
    >>> [text.get_text() for text in plot_fields(fields.assign(max_score=[8, 20])).texts][3:6]
    ['50', '75', '68']
    """
    check_columns(fields, _OF_FIELDS)
    check_given(bool, self_scores=self_scores)
    table, names = units.drawn_units(total_fields(fields)), field_matrix(fields).attrs["fields"]
    own, maxima = is_unit(table, unit), _maxima(fields)
    rows = _rows_of_cells(fields, table, names, self_scores=self_scores)
    of = rows[[*group_columns(table), _GROUP]].rename(columns={_GROUP: "group"})
    means = rows.loc[rows[_MEAN], names].mean().round(9)
    order = means.sort_values(ascending=not self_scores, kind="stable").index.tolist()
    values = rows[[*order, _TOTAL]].to_numpy("float64")
    formatted = format_signed if self_scores else format_number
    texts = rows[[*order, _TOTAL]].map(lambda value: formatted(value, 2 * self_scores))
    columns = len(order) + 1.3  # the total stands apart
    room = max(_CELL + 3 * self_scores, 2 + max(map(len, maxima.values()))) * LETTER
    letters = np.clip((72 * (WIDTH - 0.3) - columns * room) / LETTER, *_NAME)
    letters = min(int(letters), max(map(len, rows["unit"])))
    width = max(WIDTH, (letters * LETTER + columns * room) / 72 + 0.3)
    frame = Frame(
        ax, rows["unit"], titles=(title, subtitle), headings=units.headings(of), width=width,
        letters=letters,
    )  # fmt: skip
    heads, key = _heads(order, maxima, (frame.points - letters * LETTER) / columns)
    across = [*range(len(order)), len(order) + 0.3]
    frame.ax.set_xlim(-0.5, columns - 0.5)
    for at, head in zip(across, [*heads, "Tổng"], strict=True):
        frame.write_above((at + 0.5) / columns, head)
    depth = values if self_scores else -values
    low, high = np.nanmin(depth[:, :-1], initial=np.inf), np.nanmax(depth[:, :-1], initial=-np.inf)
    depth = (depth - low) / max(high - low, 1 if self_scores else 10)
    if self_scores:
        depth[:, -1] = 0  # a sum is not as large as its parts
    shades = colormaps["Blues"](_PALEST + (_DARKEST - _PALEST) * depth)
    shades[np.isnan(values)] = 1
    frame.draw_cells(across, shades)
    for (row, column), text in np.ndenumerate(texts.to_numpy()):
        weight = "bold" if rows[_MEAN][row] else "normal"
        at = {"away": (0, 0), "of_axes": False, "ha": "center", "fontweight": weight}
        frame.write(frame.rows[row], text, across[column], **at)
    frame.mark_names(rows[_ROW].map(own).fillna(False))
    frame.ax.set_xticks([])
    frame.ax.spines[:].set_visible(False)
    what, darker, topic, first, measure = _WORDS[self_scores]
    numbers = texts.mask(rows[_MEAN], rows[texts.columns].map(lambda value: formatted(value, 2)))
    heads = {
        name: f"{name} ({f'tối đa {maxima[name]}, ' * bool(maxima[name])}{measure})"
        for name in order
    }
    who = rows[[*several_groups(table), "unit"]].rename(columns=SHOWN)
    finding = ""
    if len(order) > 1:
        weakest = f"{formatted(means[order[0]], 2)}{measure}"
        finding = findings.of_first(means[order], weakest, first)
    return frame.finish(
        finding or topic,
        f"{topic}{findings.when(table)}",
        [
            f"Số trong ô: {what}. Ô đậm hơn: {darker}. Đơn vị xếp theo tổng điểm"
            + (". –: không có điểm" if np.isnan(values).any() else ""),
            key,
        ],
        pd.concat([who, numbers.rename(columns=heads | {_TOTAL: f"Tổng ({measure})"})], axis=1),
        f"Bản đồ nhiệt: {topic[:1].lower()}{topic[1:]}, {len(names)} lĩnh vực, {len(table)} đơn "
        f"vị. {_ranges(rows.loc[~rows[_MEAN], names], measure)}",
    )


def _rows_of_cells(
    fields: pd.DataFrame, table: pd.DataFrame, names: list[str], *, self_scores: bool
) -> pd.DataFrame:
    """Return what is drawn: for each year and block the means of its fields, then its units."""
    where = [*group_columns(table), "unit"]
    if self_scores:
        cells = self_score_gaps(fields).pivot_table("overrated", where, "field").reset_index()
        cells = table[where].merge(cells.reindex(columns=[*where, *names]), on=where, how="left")
        cells[_TOTAL] = cells[names].sum(axis=1, min_count=1)
    else:
        cells = table[where].merge(field_matrix(fields), on=where, how="left")
        cells[_TOTAL] = table["percent"]
    cells = cells.assign(**{_GROUP: table["group"], _MEAN: False, _ROW: table.index})
    whole = whole_fields(fields).merge(cells[[*where, _GROUP]], on=where)
    parts = []
    for group, part in cells.groupby(_GROUP):
        mean = part.head(1).assign(**{"unit": "Trung bình", _MEAN: True, _ROW: -1})
        mean[[*names, _TOTAL]] = part[[*names, _TOTAL]].mean().to_numpy()
        if not self_scores:
            total = table.loc[part.index]
            mean[_TOTAL] = exact.mean_percent(total)
            for name, of in whole[whole[_GROUP] == group].groupby("field"):
                mean[name] = exact.mean_percent(of)
        parts += [mean, part]
    return pd.concat(parts, ignore_index=True)


def _maxima(fields: pd.DataFrame) -> dict[str, str]:
    """Return the maximum of each field in words, where all units have the same."""
    of_field = whole_fields(fields).groupby("field")["max_score"]
    return {
        field: decimal_comma(maximum.iloc[0]) if maximum.nunique() == 1 else ""
        for field, maximum in of_field
    }


def _ranges(values: pd.DataFrame, measure: str) -> str:
    """Return a sentence on the lowest and the highest cell of each field."""
    ends = values.agg(["min", "max"]).map(lambda value: format_number(value, 0))
    words = [f"{name} {low}–{high}{measure}" for name, (low, high) in ends.items()]
    return f"Thấp nhất–cao nhất từng lĩnh vực: {'; '.join(words)}."


def _heads(names: list[str], maxima: dict[str, str], room: float) -> tuple[list[str], str]:
    """Return the heads of columns so wide, with maxima; long ones as a number, and a key."""
    most = int(room / LETTER)
    ends = [f"\n({maxima[name]})" if maxima[name] else "" for name in names]
    heads = [wrap(name, max(most, 1)) for name in names]
    lines = [line for head in heads for line in head.split("\n")]
    if max(map(len, lines)) <= most and max(head.count("\n") for head in heads) < _LINES:
        return [head + end for head, end in zip(heads, ends, strict=True)], ""
    numbers = [f"{at}{end}" for at, end in enumerate(ends, 1)]
    return numbers, "; ".join(f"{at} {name}" for at, name in enumerate(names, 1))


@exact.told_once()
def plot_profile(
    fields: pd.DataFrame,
    *,
    unit: str | Sequence[str],
    title: str | None = None,
    subtitle: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot the points that a unit lacks in each field as bars, with the mean and the best.

    Most lacking first. Of two to four units, or of a unit in several years, the bars of a field
    stand below one another; of units, where they differ most first.

    Parameters
    ----------
    fields : DataFrame
        Has ``unit``, ``field``, ``score`` and ``max_score``, as `load_fields` gives it.
    unit : str or sequence of str
        The unit, or up to four of one year and block.
    title, subtitle : str, optional
        In place of the finding, and of what the bars are.
    ax : Axes, optional
        Where to draw; by default a new figure, which grows with the number of fields.

    Raises
    ------
    ValueError
        If a column is missing, or if a unit is not in the table, has no score, or stands in
        several blocks.

    Examples
    --------
    >>> fields = pd.DataFrame({"unit": ["A", "A", "B", "B"], "field": ["I", "II"] * 2})
    >>> ax = plot_profile(fields.assign(score=[4, 5, 2, 9], max_score=10), unit="A")
    >>> [float(bar.get_width()) for bar in ax.patches]
    [6.0, 5.0]
    """
    check_columns(fields, _OF_FIELDS)
    units.check_units(fields)
    chosen = units.chosen_units(fields, () if unit is None else unit, most=_FEW)
    fields = _same_groups(fields, chosen)
    lost = _lost(fields, chosen)
    is_one = lost["series"].nunique() == 1
    by_field = lost.groupby("field", sort=False)["lost"]
    weight = by_field.max() if len(chosen) == 1 else by_field.max() - by_field.min()
    if not is_one and len(chosen) == 1:
        weight = by_field.last()
    order = weight.sort_values(ascending=False, kind="stable").index
    lost["at"] = lost["field"].map({field: at for at, field in enumerate(order)})
    lost = lost.sort_values("at", kind="stable", ignore_index=True)
    places = printed_places(lost["lost"])
    texts = lost["lost"].map(lambda points: format_number(points, places))
    of = lost["max_score"].map(lambda most: "" if pd.isna(most) else f"/{decimal_comma(most)}")
    headings = {} if is_one else {
        row: [(lost["field"][row], True)] for row in lost.drop_duplicates("field").index
    }  # fmt: skip
    names = lost["field"] if is_one else lost["series"]
    frame = Frame(ax, names, titles=(title, subtitle), headings=headings)
    ax, rows = frame.ax, frame.rows
    shades = dict(zip(lost["series"].unique(), (ACCENT, "#1f4e79", PALE, OTHERS), strict=False))
    if len(chosen) == 1 and not is_one:
        shades = dict.fromkeys(shades, PALE) | {lost["series"].iloc[-1]: ACCENT}
    ax.barh(rows, lost["lost"].fillna(0), 0.66, color=lost["series"].map(shades), linewidth=0)
    ax.vlines(lost["mean"], rows - 0.42, rows + 0.42, color="black", lw=2, zorder=3)
    least = {"s": 34, "c": "white", "marker": "D", "edgecolor": "black", "linewidth": 0.8}
    frame.let_out(ax.scatter(lost["least"], rows, zorder=4, **least))
    ax.tick_params("y", pad=6)  # what stands at 0 is beside the names
    frame.write_columns({"Chưa đạt/tối đa": texts + of})
    ax.set_xlim(0, max(lost[["lost", "mean"]].max().max() * 1.05, 0.1))
    who = ", ".join(chosen)
    topic = f"Điểm chưa đạt theo lĩnh vực của {who}"
    finding = ""
    if is_one and lost["lost"].max() > 0:
        most = lost.set_index("field")["lost"]
        finding = findings.of_first(most, f"{texts[0]} điểm", f"{who} thiếu nhiều điểm nhất ở")
    elif len(chosen) > 1:
        rows_of = lost[lost["at"] == 0]
        ends = dict(zip(rows_of["series"], rows_of["lost"], strict=True))
        finding = findings.of_ends(
            ends,
            texts[rows_of.index].tolist(),
            f"Chênh nhau nhiều nhất ở {order[0]}: điểm chưa đạt",
        )
    numbers = {
        SHOWN["field"]: lost["field"],
        **({} if is_one else {SHOWN["unit"] if len(chosen) > 1 else SHOWN["year"]: lost["series"]}),
        "Điểm chưa đạt": texts,
        "Điểm tối đa": lost["max_score"].map(
            lambda most: decimal_comma(most) if most == most else ""
        ),
        **{
            head: lost[column].map(lambda points: format_number(points, LEAST_PLACES))
            for head, column in (("Chưa đạt trung bình", "mean"), ("Chưa đạt ít nhất", "least"))
        },
        "Số đơn vị có điểm": lost["units"],
    }
    told = [
        f"{row.field}{'' if is_one else f', {row.series}'}: {text} "
        f"(trung bình {format_number(row.mean, LEAST_PLACES)} của {row.units} đơn vị)."
        for row, text in zip(lost.itertuples(), texts, strict=True)
    ]
    return frame.finish(
        finding or topic,
        f"{topic}{findings.when(fields)}",
        ["Điểm chưa đạt (điểm tối đa trừ điểm). Vạch đậm: trung bình các đơn vị; ◇: ít nhất"],
        numbers,
        f"Biểu đồ thanh ngang: điểm chưa đạt ở {len(order)} lĩnh vực của {who}. {' '.join(told)}",
    )


def _lost(fields: pd.DataFrame, chosen: list[str]) -> pd.DataFrame:
    """Return the points that each chosen unit lacks in each field, with mean and least of all."""
    where = [*group_columns(fields), "field"]
    each = whole_fields(fields)
    each = each.assign(lost=(each["max_score"] - each["score"]).round(exact.FALLBACK_PLACES))
    every = each.groupby(where, dropna=False)["lost"].agg(units="count", mean="mean", least="min")
    parts = []
    for unit in chosen:
        own = field_losses(fields, unit=unit)
        by_year = "year" in own and own["year"].nunique() > 1
        own["series"] = own["year"].astype("str") if by_year else unit
        parts.append(own.sort_values("year", kind="stable") if by_year else own)
    own = pd.concat(parts, ignore_index=True)[[*where, "series", "max_score", "lost"]]
    return own.merge(every, on=where, how="left")


def _same_groups(fields: pd.DataFrame, chosen: list[str]) -> pd.DataFrame:
    """Return the rows of the block and year of the units: one, or of one unit several years."""
    is_chosen = fields["unit"].map(unit_key).isin([unit_key(one) for one in chosen]).to_numpy()
    rows = fields[is_chosen]
    columns = several_groups(rows)
    if "block" in columns or (columns and len(chosen) > 1):
        column = columns[-1]
        raise Refusal(
            f"Đơn vị '{chosen[0]}' có ở nhiều {SHOWN[column].lower()}" if len(chosen) == 1
            else f"Các đơn vị được chọn ở nhiều {SHOWN[column].lower()}",
            "hãy chọn một trước khi vẽ, ví dụ "
            f"bang[bang['{column}'] == {rows[column].tolist()[0]!r}]",
            value=chosen[0],
        )  # fmt: skip
    groups = group_numbers(fields)
    return fields[np.isin(groups, groups[is_chosen])]
