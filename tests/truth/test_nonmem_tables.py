"""Tables that NONMEM 7.5 itself made, from https://github.com/mrgsolve/nmtests; it prints five digits.

``nonmem_1001.csv``: CP by person and time of dosing run 1001, commit 39524b62. Its control stream has ADVAN2,
TRANS2, CL 1.1, V 20, KA 1.5, ALAG2 = LAGT, F2 = BIOAV, D2 = DUR2, CP in thousandths. People 20, 26 and 27
have bioavailability and lag in the columns while the dose goes into the depot, where the control stream does
not let them act. mrgsolve 1.5.2 differed from NONMEM on people 23 to 25.

``nonmem_2001.csv``: run 2001 (time-varying), commit d2a28bc2: CL 1.1 * (WT/70)**0.75, 100 every 24.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from ebbtide.exchange.nonmem import parse_compound, parse_table, run_table

HERE = Path(__file__).parent
FIVE_DIGITS = 5.1e-5
COMPOUND = {"CL": 1.1, "V": 20, "KA": 1.5}
OPTIONS = {"fraction": ["BIOAV"], "lag": ["LAGT"], "duration": ["DUR2"], "rate": ["RAT2"]}
COLUMNS = ("C", "ID", "time", "evid", "amt", "cmt", "ss", "ii", "addl", "rate")
EXTRA = {"LAGT": 0.0, "MODE": 0, "DUR2": 2, "RAT2": 10, "BIOAV": 1.0}

DOSES: dict[int, list[dict[str, float]]] = {
    1: [{"amt": 100, "ii": 24, "addl": 3, "cmt": 1}],
    2: [{"amt": 100, "ii": 24, "addl": 3, "LAGT": 12.13, "BIOAV": 2.23}],
    3: [{"amt": 100, "ii": 24, "addl": 3, "rate": 10}],
    4: [{"amt": 480, "rate": 10, "BIOAV": 0.5}],
    5: [{"amt": 480, "rate": -2, "BIOAV": 0.5, "MODE": 2, "DUR2": 48}],
    6: [{"amt": 100, "ii": 24, "addl": 3, "rate": 100 / 12, "cmt": 1}],
    7: [{"amt": 100, "ii": 24, "addl": 3, "rate": 10, "LAGT": 4.15}],
    8: [{"amt": 100, "ii": 24, "addl": 3, "rate": 10, "LAGT": 3.25, "BIOAV": 0.412}],
    9: [{"amt": 100, "ii": 24, "addl": 3, "rate": 10, "LAGT": 3.16, "BIOAV": 0.412, "ss": 1}],
    10: [{"amt": 100, "ii": 12, "addl": 4, "rate": 2, "BIOAV": 0.812, "ss": 1}],
    11: [{"amt": 100, "ii": 12, "addl": 3, "rate": 2, "ss": 1}],
    12: [{"amt": 100, "ii": 6, "addl": 12, "rate": 8.3333, "ss": 1}],
    13: [{"amt": 100, "ii": 10, "addl": 8, "rate": 4.12, "BIOAV": 0.412, "ss": 1}],
    14: [{"amt": 100, "ii": 10, "addl": 8, "rate": 10, "ss": 1}],
    15: [{"amt": 100, "ii": 24, "addl": 3, "LAGT": 4, "BIOAV": 0.412, "ss": 1}],
    16: [{"amt": 100, "ii": 24, "addl": 3, "LAGT": 5, "BIOAV": 0.412}],
    17: [{"amt": 100, "LAGT": 1}, {"time": 13, "amt": 50, "ii": 24, "addl": 2, "rate": 24, "cmt": 1}],
    18: [{"amt": 100, "rate": -2, "DUR2": 9, "MODE": 2, "ii": 24, "addl": 3, "LAGT": 5, "BIOAV": 0.61}],
    19: [{"amt": 100, "rate": -2, "DUR2": 9, "MODE": 2, "ii": 24, "addl": 3, "ss": 1, "BIOAV": 0.61}],
    20: [
        {"amt": 100, "ii": 12, "addl": 2, "rate": 50, "BIOAV": 0.61, "cmt": 1},
        {"time": 50, "amt": 120, "evid": 4, "BIOAV": 0.5, "ii": 12, "addl": 3, "cmt": 1},
    ],
    21: [{"amt": 100, "ii": 12, "evid": 4, "ss": 1, "cmt": 1}],
    22: [{"amt": 100, "ii": 12, "evid": 4, "ss": 1, "addl": 2, "cmt": 1}],
    23: [{"amt": 100, "ii": 12, "evid": 4, "ss": 1, "LAGT": 10}],
    24: [{"amt": 100, "ii": 12, "evid": 4, "ss": 1, "addl": 2, "LAGT": 10}],
    25: [{"amt": amount, "ii": 12, "evid": 4, "ss": 1, "LAGT": 5} for amount in (100, 200, 300)],
    26: [
        {"amt": 100, "ii": 12, "addl": 3, "rate": 50, "BIOAV": 0.61, "cmt": 1},
        {"time": 50, "evid": 3},
        {"time": 54, "amt": 120, "ii": 16, "addl": 2, "cmt": 1},
    ],
    27: [
        {"amt": 100, "ii": 12, "addl": 3, "rate": 50, "BIOAV": 0.61, "LAGT": 10, "cmt": 1},
        {"time": 50, "evid": 3, "LAGT": 10},
        {"time": 54, "amt": 120, "ii": 16, "addl": 2, "LAGT": 10, "cmt": 1},
    ],
    28: [
        {"amt": 100, "ii": 24, "addl": 3, "ss": 1, "cmt": 1},
        {"time": 12, "amt": 50, "ii": 24, "addl": 3, "ss": 2, "cmt": 1},
    ],
    29: [{"amt": 0, "rate": 100, "ss": 1, "cmt": 1}],
}


def figures(name: str) -> list[dict[str, float]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def data() -> str:
    """All people in one file: doses before the observation at their time, columns filled forwards."""
    lines = [",".join([*COLUMNS, *EXTRA, "DV"])]

    def line(person: int, row: Mapping[str, float], extra: Mapping[str, float]) -> str:
        fields = {
            "C": ".",
            "ID": person,
            "evid": 1,
            "amt": 0,
            "cmt": 2,
            "ss": 0,
            "ii": 0,
            "addl": 0,
            "rate": 0,
        }
        fields = fields | {"time": 0} | {k: v for k, v in row.items() if k not in EXTRA}
        return ",".join([*(str(fields[name]) for name in COLUMNS), *map(str, extra.values()), "."])

    for person, doses in DOSES.items():
        extra = dict(EXTRA)
        for time in range(131):
            for dose in doses:
                if dose.get("time", 0) == time:
                    extra = EXTRA | {k: v for k, v in dose.items() if k in EXTRA}
                    lines.append(line(person, dose, extra))
            lines.append(line(person, {"time": time, "evid": 0}, extra))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def tables() -> dict[int, dict[float, float]]:
    """CP of the last record at each time, by person."""
    result = run_table(parse_table(data(), "1001.csv"), parse_compound(COMPOUND, "1001.toml"), OPTIONS)
    found: dict[int, dict[float, float]] = {}
    for person, time, value in zip(result.ids, result.times, result.concentration, strict=True):
        found.setdefault(int(person), {})[float(time)] = 1000.0 * value
    return found


@pytest.mark.parametrize("row", figures("nonmem_1001.csv"), ids=lambda row: f"{row['ID']:.0f}")
def test_doses_as_nonmem(row: dict[str, float], tables: dict[int, dict[float, float]]) -> None:
    person, *times = row
    got = [tables[int(row[person])][float(time)] for time in times]
    np.testing.assert_allclose(got, [row[time] for time in times], rtol=FIVE_DIGITS)


def test_each_dose_record_shows_the_state_after_its_own_dose() -> None:
    """Person 25: three resets with a lagged steady-state dose at one time."""
    text = "\n".join([data().split("\n")[0], *(x for x in data().split("\n") if x.startswith(".,25,0,"))])
    result = run_table(parse_table(text, "1001.csv"), parse_compound(COMPOUND, "1001.toml"), OPTIONS)
    got = 1000.0 * result.concentration
    np.testing.assert_allclose(got, [7041.8, 14084, 21126, 21126], rtol=FIVE_DIGITS)


def test_a_covariate_holds_over_the_interval_that_ends_with_its_record() -> None:
    rows = figures("nonmem_2001.csv")
    text = "ID,TIME,WT,EVID,AMT,CMT,II,ADDL\n1,0,62.65,1,100,1,24,3\n"
    text += "\n".join(f"1,{row['TIME']},{row['WT']},0,0,2,0,0" for row in rows)
    compound = COMPOUND | {"covariates": {"CL": {"WT": {"reference": 70, "exponent": 0.75}}}}
    result = run_table(parse_table(text, "2001.csv"), parse_compound(compound, "2001.toml"))
    expected = [0.0, *(row["CP"] for row in rows)]
    np.testing.assert_allclose(1000.0 * result.concentration, expected, rtol=FIVE_DIGITS)
