"""All that the cases of golden.py give is what was stored; `python tests/golden.py` stores it."""

import difflib

import pytest
from golden import EXPECTED, as_text, cases, outcome

CASES = cases()


@pytest.mark.usefixtures("unsaved")  # of pictures, only the alt texts are stored
@pytest.mark.parametrize("name", CASES)
def test_what_a_source_gives_is_what_was_stored(name, tmp_path):
    path = EXPECTED / f"{name}.txt"
    assert path.exists(), f"{path} is not there; python tests/golden.py writes it"
    stored = path.read_text(encoding="utf-8").splitlines()
    given = as_text(outcome(CASES[name], tmp_path)).splitlines()
    diff = "\n".join(difflib.unified_diff(stored, given, "stored", "given", lineterm="", n=1))
    if diff:
        pytest.fail(diff, pytrace=False)


def test_nothing_is_stored_of_a_case_that_is_gone():
    assert {path.name for path in EXPECTED.iterdir()} == {f"{name}.txt" for name in CASES}
