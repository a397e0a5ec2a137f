import itertools
import random
import warnings
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_analysis import (
    check_published,
    compare_periods,
    describe_ranking,
    field_influence,
    grade_units,
    implied_cutoffs,
    plot_fields,
    plot_profile,
    rank_units,
    summarise_blocks,
    write_report,
)
from cchc_analysis.scoring import exact


def of(score, max_score):
    return exact.Exact.of(pd.DataFrame({"score": score, "max_score": max_score}))


def series(*values):
    return pd.Series(values, dtype="float64")


def test_integers_of_the_last_printed_place():
    integers, places = exact.to_integers(series(81, 81.9, 81.81, None))
    assert integers.dropna().tolist() == [8100, 8190, 8181]
    assert integers.isna().tolist() == [False, False, False, True]
    assert places == 2


def test_float_noise_is_not_a_difference():
    assert exact.to_integers(series(0.1 + 0.2, 0.3))[0].nunique() == 1


def test_sums_of_sub_scores_do_not_depend_on_their_order():
    parts = [7.35, 12.4, 3.15, 9.85, 14.6, 8.05, 11.7, 6.45]
    shuffled = random.Random(1)
    sums = {reduce(add, shuffled.sample(parts, len(parts))) for _ in range(500)}  # as Excel adds
    assert len(sums) > 1, "floats would have made this test pass by themselves"
    assert exact.to_integers(series(*sums))[0].unique().tolist() == [7355]


def test_places_are_the_fewest_and_at_most_six():
    assert exact.to_integers(series(81.000001))[1] == 6
    assert exact.to_integers(series(97.0))[1] == 0
    integers, places = exact.to_integers(series(1 / 3))
    assert (integers[0], places) == (333333333, 9)


@pytest.mark.parametrize("call", [rank_units, grade_units, describe_ranking, summarise_blocks])
def test_that_scores_are_longer_than_usual_is_told_once_a_call(call):
    scores = pd.DataFrame({"unit": ["a", "b"], "score": [1 / 3, 2 / 3], "max_score": 1})
    with pytest.warns(UserWarning, match="9 chữ số") as told:
        call(scores)
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(scores.assign(percent=scores["score"] * 100))  # it was told before


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e17])
def test_what_a_float_cannot_hold_is_refused(value):
    with pytest.raises(ValueError, match="quá lớn"):
        exact.to_integers(series(value))


@given(st.lists(st.integers(0, 100_000), min_size=1), st.integers(0, 3))
def test_integers_give_every_decimal_back(numbers, places):
    values = series(*(number / 10**places for number in numbers))
    integers, found = exact.to_integers(values)
    assert found <= places
    assert [n * 10 ** (places - found) for n in integers] == numbers


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.sampled_from([84, 70, 62.5, 100, 99.75, 33])),
        min_size=2,
        max_size=12,
    )
)
def test_order_key_orders_as_fractions_do(pairs):
    score = series(*(points / 100 for points, _ in pairs))
    maximum = series(*(m for _, m in pairs))
    key = of(score, maximum).order
    shares = [Fraction(points, 100) / Fraction(str(m)) for points, m in pairs]
    for (a, x), (b, y) in itertools.combinations(zip(key.tolist(), shares, strict=True), 2):
        assert ((a > b) - (a < b)) == ((x > y) - (x < y))


def test_percent_is_rounded_correctly():
    assert of(series(63, 75.6, 89.995), series(70, 84, 100)).percent().tolist() == [
        90,
        90,
        89.995,
    ]


def test_mean_is_exact_over_scored_units_of_any_maximum():
    def mean(score, most):
        return exact.mean_percent(pd.DataFrame({"score": score, "max_score": most}))

    assert mean(series(0.1, 0.2, None), 10) == 1.5
    assert mean(series(35, 84), series(70, 84)) == 75
    assert np.isnan(mean(series(None), 100))


def test_a_bound_is_reached_at_the_bound_and_not_below():
    score, maximum = series(63, 62.99, 75.6, 89.995, 90, None, 0), series(70, 70, 84, *[100] * 4)
    assert of(score, maximum).first_reached((90.0, 80.0)).tolist() == [0, 1, 0, 1, 0, -1, 2]


def test_shares_that_do_not_fit_64_bits_are_still_exact():
    maximum = series(99.999991, 99.999989, 99.999983, 99.999979)
    score = series(50.000001, 50.0, 49.999997, 50.000001)
    shares = [Fraction(str(s)) / Fraction(str(m)) for s, m in zip(score, maximum, strict=True)]
    key = of(score, maximum).order
    assert np.argsort(key.to_numpy("int64")).tolist() == sorted(range(4), key=shares.__getitem__)


# Only the first have one scale whose percent a float holds for sure.
@pytest.mark.parametrize(
    "maxima", [[100, 62.5], [99.991, 89.987], [99.99991, 89.98753], [99.999991, 89.999983]]
)
def test_maxima_on_one_scale_or_not_give_what_fractions_do(maxima):
    rng = np.random.default_rng(6)
    score = pd.Series(rng.integers(-99, 9000, 500) / 100)
    maximum = pd.Series(rng.choice([*maxima, np.nan], 500))
    shares = [
        None if np.isnan(m) else Fraction(str(s)) / Fraction(str(m)) * 100
        for s, m in zip(score, maximum, strict=True)
    ]
    percent = of(score, maximum).percent()
    assert [None if np.isnan(p) else p for p in percent] == [s and float(s) for s in shares]
    bounds = (90.0, 62.5, 0.0)
    reached = of(score, maximum).first_reached(bounds)
    assert reached.tolist() == [-1 if s is None else sum(s < b for b in bounds) for s in shares]
    key = of(score, maximum).order
    assert key.isna().tolist() == [s is None for s in shares]
    known = [(k, s) for k, s in zip(key, shares, strict=True) if s is not None]
    assert sorted(known) == sorted(known, key=lambda pair: pair[::-1])
    assert len({k for k, _ in known}) == len({s for _, s in known})


def test_hundreds_of_maxima_have_a_scale_beyond_any_float():
    points, maximum = np.arange(300) + 1.0, 10 + np.arange(300) / 1000
    key = of(points, maximum).order
    assert key.tolist() == list(range(300))


def test_a_whole_report_warns_of_long_scores_once(tmp_path, coarse):
    scores = pd.DataFrame({"unit": ["a", "b"], "score": [1 / 3, 2 / 3], "max_score": 1})
    with pytest.warns(UserWarning, match="9 chữ số") as told:
        write_report(scores, tmp_path / "r.docx")
    assert len(told) == 1


@pytest.mark.parametrize(
    "what", ["compare", "describe", "report", "check", "influence", "cutoffs", "fields", "profile"]
)
def test_two_tables_with_many_places_are_told_of_once_to_the_caller(what, tmp_path):
    before = pd.DataFrame({"unit": list("ab"), "score": [8.12345678, 7], "max_score": 10.0})
    after = before.assign(score=[9.12345678, 7.2345678])
    fields, graded = after.assign(field="x"), after.assign(published_grade=["A", "B"])
    calls = {
        "compare": lambda: compare_periods(before, after),
        "describe": lambda: describe_ranking(after, before=before),
        "report": lambda: write_report(after, tmp_path / "r.docx", before=before, fields=fields),
        "check": lambda: check_published(after, fields=fields),
        "influence": lambda: field_influence(fields),
        "cutoffs": lambda: implied_cutoffs([graded, graded]),
        "fields": lambda: plot_fields(fields),
        "profile": lambda: plot_profile(fields, unit="a"),
    }
    with pytest.warns(exact.PlacesWarning) as told:
        calls[what]()
    assert [one.filename for one in told] == [__file__]
