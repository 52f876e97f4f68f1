"""Whatever a file holds, the answer is a result of finite numbers or one error that says where."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide.exchange.nonmem import parse_compound, parse_table, run_table
from ebbtide.library import InputError

COMPOUND = parse_compound({"CL": 3, "V": 30, "KA": 1, "Q": 2, "VP": 20}, "c.toml")
FIELDS = [
    *("", ".", "0", "1", "2", "3", "4", "-1", "-2", "0.5", "100", "1e-9", "1e9", "1e30", "-0"),
    *("x", "NA", "nan", "1:30", '"', "#", "C", "DEPOT", "central", "１", "\x00", "1e400"),
]
NAMES = ["AMT", "EVID", "CMT", "RATE", "II", "ADDL", "SS", "MDV", "X"]
ODD = ["C", "DATE", "id", "ID", ""]
sensible = st.sampled_from(["0", "0", "1", "1", "2", "5", "24", "100", "."])
fields = st.one_of(sensible, sensible, sensible, st.sampled_from(FIELDS), st.floats(0, 50).map(str))
heads = st.one_of(
    st.lists(st.sampled_from(NAMES), unique=True),
    st.lists(st.sampled_from(NAMES), unique=True),
    st.lists(st.sampled_from(NAMES + ODD)),
).map(lambda names: ["ID", "TIME", *names])


@st.composite
def tables(draw: st.DrawFn) -> str:
    head = draw(heads)
    rows = draw(st.lists(st.lists(fields, min_size=len(head), max_size=len(head)), max_size=6))
    separator = draw(st.sampled_from([",", ",", ";", "\t", " "]))
    return "\n".join(separator.join(row) for row in [head, *rows])


def told(text: str, **options: list[str]) -> None:
    fault = ""
    try:
        result = run_table(parse_table(text, "d.csv"), COMPOUND, options)
    except InputError as error:
        fault = str(error)
    if fault:
        assert fault.startswith(("d.csv", "--"))
        return
    assert np.isfinite(result.amounts).all()
    assert (result.amounts >= 0.0).all()
    assert len(result.ids) == len(result.amounts)


@settings(max_examples=300)
@given(tables(), st.sampled_from([{}, {"lag": ["X"]}, {"fraction": ["X"], "duration": ["X"], "rate": ["X"]}]))
def test_any_table(text: str, options: dict[str, list[str]]) -> None:
    told(text, **options)


@given(st.text())
def test_any_text_as_a_table(text: str) -> None:
    told(text)
    told(f"ID,TIME,AMT\n{text}")


keys = st.sampled_from(
    [
        *(
            "CL",
            "V",
            "V2",
            "V3",
            "KA",
            "Q",
            "VP",
            "Q2",
            "F1",
            "ALAG",
            "D2",
            "R",
            "value",
            "unit",
            "name",
            "WT",
        ),
        *(
            "covariates",
            "compartments",
            "peripherals",
            "absorption",
            "parameters",
            "allometry",
            "disposition",
        ),
        *("reference", "exponent", "slope", "column", "parameter", "oral", "route", "central", "1", "", "é"),
    ]
)
scalars = st.one_of(
    st.integers(),
    st.floats(),
    st.booleans(),
    st.sampled_from(
        [10**400, "", "10 L/h", "50 L", "1 1/h", "BIOAV", "CL", "WT", "5 kg", "nan L", "1e999", "L"]
    ),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=400)
@given(st.dictionaries(keys, values, max_size=6), st.booleans())
def test_any_compound(raw: dict[str, Any], whole: bool) -> None:
    fault = ""
    try:
        compound = parse_compound({"CL": 3, "V": 30} | raw if whole else raw, "c.toml")
    except InputError as error:
        fault = str(error)
    if fault:
        assert fault.startswith("c.toml")
        return
    assert all(0.0 <= number < np.inf for number in compound.typical.values())
    assert len(compound.compartments) == len(set(compound.compartments))
