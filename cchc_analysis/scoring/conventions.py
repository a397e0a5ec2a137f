"""By which convention ranks were published, where ours (1-2-2-4, unrounded) does not give them."""

import pandas as pd

from cchc_analysis.groups import group_numbers
from cchc_analysis.scoring import exact
from cchc_analysis.text import listed

_LISTED = "lấy số thứ tự trong danh sách"
_METHODS = {"1-2-2-4": "min", "1-2-2-3": "dense"}
_ROUNDED = {
    2: "làm tròn điểm đến hai chữ số thập phân",
    1: "làm tròn điểm đến một chữ số thập phân",
    0: "làm tròn điểm đến hàng đơn vị",
}


def explain_ranks(ranking: pd.DataFrame, wrong: pd.Series) -> tuple[pd.Series, str]:
    """Return for each wrong rank a convention that gives it, and a sentence about all ranks.

    A convention reproduces the ranks only if it gives every published one.
    """
    notes = pd.Series("", index=ranking.index)
    if not wrong.any():
        return notes, ""
    unscored = ranking["score"].isna() & ranking["published_rank"].notna()
    notes[unscored] = "có hạng nhưng chưa chấm"
    if not (wrong & ~unscored).any():
        return notes, ""
    published = ranking["published_rank"].mask(unscored)
    total = published.count()
    fits = {
        name: (ranks == published).fillna(False).astype("bool")
        for name, ranks in _conventions(ranking).items()
    }
    whole = [name for name, fit in fits.items() if fit.sum() == total]
    by_score = [name for name in fits if name != _LISTED]  # a row may stand there by chance
    for name in whole or by_score:
        notes[wrong & fits[name] & (notes == "")] = f"khớp nếu {name}"
    lost = wrong & (notes == "")
    notes[lost] = "không khớp quy ước nào"
    if whole:
        return notes, f" Cả {total} xếp hạng công bố đều khớp nếu {' hoặc '.join(whole)}."
    sentence = " Không quy ước nào cho đúng mọi xếp hạng công bố."
    if lost.any():
        rows = zip(ranking["unit"][lost], published[lost], strict=True)
        units = listed([f"{unit} (hạng {rank})" for unit, rank in rows])
        sentence += f" Không khớp quy ước nào: {units}."
    return notes, sentence


def _conventions(ranking: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the ranks by each convention but ours, the simplest first."""
    groups = group_numbers(ranking)
    points, places = exact.to_integers(ranking["score"])
    result = {}
    for rounding in (None, *(r for r in _ROUNDED if r < places)):
        score = ranking["score"]
        if rounding is not None:
            last = 10 ** (places - rounding)
            score = (points + last // 2) // last / 10**rounding  # half up
        key = exact.order_key(score.astype("float64"), ranking["max_score"]).groupby(groups)
        for digits, method in _METHODS.items():
            if (rounding, method) != (None, "min"):
                words = f"{_ROUNDED[rounding]} rồi " if rounding is not None else ""
                ranks = key.rank(method=method, ascending=False)
                result[f"{words}xếp {digits}"] = ranks.astype("Int64")
    order = ranking.groupby(groups).cumcount() + 1
    return result | {_LISTED: order.astype("Int64")}
