"""Odd study files are told what is wrong with them; nothing else is ever raised."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ebbtide.library import InputError, Library
from ebbtide.validation.read import parse_study
from ebbtide.validation.run import run_study

from .studies import arm, dose, held, seen, study

ODD = st.sampled_from(
    [
        None, True, 0, -1, 3.5, 1e300, "", "x", "0 h", "-5 h", "14 mg", "14 mg/kg", "14 mg/h", "1 h to 3 h",
        "day 1", "day 2 to day 1", "3 h to 1 h", "1 nM", "1 h after first testanol_injection",
        "testanol_injection", "plasma.testanol", "urine.testanol", "cows", "AUCinf", "ratio_to",
        "A", "B", [], [1], ["cows"], {},
        {"quantiles": {"p50": "1 h"}}, {"median": "14 mg", "cv": 1.0}, {"mean": 70, "sd": 5}, {"male": 0.5},
        {"rise": 1}, {"fold": 2}, {"band": 90}, {"A": 2}, {"quantity": "plasma.testanol", "value": 3},
    ]
)  # fmt: skip
DOSE = (
    "amount", "rate", "over", "for", "until", "every", "count", "at", "as", "target", "share", "choice",
    "route", "if_missing", "product",
)  # fmt: skip
ROW = (
    "quantity", "statistic", "of", "arm", "arm_at", "at", "from", "within", "within_day", "across", "among",
    "threshold", "bands", "rise", "per", "relative_to", "criterion", "unit", "dose_normalised", "words",
    "value", "accept", "spread", "n",
)  # fmt: skip
PERSON = (
    "weight_kg", "age_years", "sex", "cyp2d6", "egfr", "child_pugh", "smoker", "conditions", "susceptible",
    "select", "n",
)  # fmt: skip
HEAD = ("design", "start", "domain", "inputs", "role")
ARM = ("pool", "population", "history", "supports", "observations", "n", "doses", "observed")
KEYS = st.sampled_from(
    [(kind, key) for kind, keys in enumerate((DOSE, ROW, ROW, PERSON, HEAD, ARM)) for key in keys]
)


def base() -> dict[str, Any]:
    return study(
        arm(
            dose(),
            dose(None, rate="4 mg/h", over="2 h", at="3 h"),
            observed=[seen("Cmax"), seen("value", at="2 h"), seen("AUC", at="0 h to 6 h")],
        ),
        arm(held("plasma.testanol", "10 nM"), observed=[seen("ratio_to", of="Cmax", arm="A")], name="B"),
    )


def places(raw: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The tables that the keys of each kind go into."""
    arms = raw["arms"]

    def inside(key: str) -> list[dict[str, Any]]:
        lists = [a[key] for a in arms if isinstance(a.get(key), list)]
        return [table for tables in lists for table in tables if isinstance(table, dict)]

    doses, observed = inside("doses"), inside("observed")
    return [doses, observed, observed, [raw["population"]], [raw["study"]], arms]


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.integers(0, 40), KEYS, ODD), min_size=1, max_size=3))
def test_only_input_errors(testanol: Library, changes: list[tuple[int, tuple[int, str], Any]]) -> None:
    raw = base()
    for place, (kind, key), value in changes:
        found = places(raw)[kind]
        if found:
            found[place % len(found)][key] = deepcopy(value)
    try:
        read = parse_study(raw, "odd.toml")
    except InputError:
        return
    result = run_study(read, testanol, 16)
    assert result.not_run or result.rows
