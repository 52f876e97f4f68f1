import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import InputError, load_library, nearest_name, unknown_name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mitraginine", "mitragynine"),
        ("MORPHIN", "morphine"),
        ("bupernorphine", "buprenorphine"),
        ("naloxon", "naloxone"),
        ("xyzzy", ""),
    ],
)
def test_a_slip_of_the_hand_finds_its_name(typed: str, meant: str) -> None:
    assert nearest_name(typed, load_library().compounds) == meant


@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=8))
def test_the_nearest_name_is_one_of_the_choices_and_a_name_is_nearest_to_itself(
    name: str, choices: list[str]
) -> None:
    assert nearest_name(name, choices) in {*choices, ""}
    if name and not {c.lower() for c in choices} & {name.lower()}:
        assert nearest_name(name, [*choices, name]) == name


def test_a_refusal_says_where_what_is_allowed_and_the_nearest() -> None:
    error = unknown_name("route", "orall", ["oral", "smoked"], "case.toml: doses[0].route")
    assert str(error) == (
        "case.toml: doses[0].route: unknown route; got 'orall'; allowed: oral, smoked. Did you mean \"oral\"?"
    )
    assert "one of 31 names" in str(unknown_name("thing", "x", map(str, range(31))))


def test_told_from_further_out() -> None:
    inner = InputError("needs a unit", where="amount", value=3, allowed="8 mg")
    assert str(inner.within("case.toml")) == "case.toml: amount: needs a unit; got 3; allowed: 8 mg"
    assert str(InputError("empty").within("case.toml")) == "case.toml: empty"


def test_an_error_of_a_worker_process_keeps_its_words() -> None:
    error = InputError("no", where="case.toml: x", value=3, allowed="4", nearest="y")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
