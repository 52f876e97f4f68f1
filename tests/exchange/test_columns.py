import pytest

from ebbtide.exchange.nonmem import parse_compound, parse_table, run_table
from ebbtide.exchange.nonmem.columns import entry_columns
from ebbtide.library import InputError

COMPOUND = parse_compound({"CL": 3, "V": 30, "KA": 1}, "c.toml")
TABLE = parse_table("ID,TIME,AMT,BIOAV,LAGT,F1,F_CENT,DUR2,RAT2,T_LAG\n1,0,1,1,0,1,1,1,1,0\n", "d.csv")


def places(**options: str) -> dict[str, str]:
    """Column by item and compartment, e.g. ``{"lag 0": "LAGT"}``."""
    given = {item: [text] for item, text in options.items()}
    found, _ = entry_columns(TABLE, COMPOUND, given)
    return {f"{item} {place}": TABLE.columns[column] for (item, place), column in found.items()}


def test_a_column_alone_acts_on_every_compartment() -> None:
    assert places(lag="LAGT") == {"lag 0": "LAGT", "lag 1": "LAGT"}
    assert places(lag="T_LAG") == {"lag 0": "T_LAG", "lag 1": "T_LAG"}


def test_a_name_may_end_with_the_compartment() -> None:
    assert places(fraction="F1") == {"fraction 0": "F1"}
    assert places(fraction="F_CENT", duration="DUR2") == {"fraction 1": "F_CENT", "duration 1": "DUR2"}


def test_the_compartment_may_be_written() -> None:
    assert places(lag="depot=LAGT") == {"lag 0": "LAGT"}
    assert places(lag="2 = LAGT", fraction="GUT=F_CENT") == {"lag 1": "LAGT", "fraction 0": "F_CENT"}


def test_columns_go_with_those_whose_name_ends_with_a_compartment() -> None:
    """As in LAGT, DUR2, RAT2, BIOAV for ALAG2, D2, R2, F2; the user is told."""
    found = places(fraction="BIOAV", lag="LAGT", duration="DUR2", rate="RAT2")
    assert found == {"duration 1": "DUR2", "rate 1": "RAT2", "fraction 1": "BIOAV", "lag 1": "LAGT"}
    result = run_table(TABLE, COMPOUND, {"lag": ["LAGT"], "duration": ["DUR2"]})
    assert result.notes[0].startswith("LAGT: taken for CENTRAL, which the name of DUR2 ends with")
    assert not run_table(TABLE, COMPOUND, {"lag": ["LAGT"], "fraction": ["BIOAV"]}).notes
    assert places(lag="LAGT", duration="DUR2", fraction="F1")["lag 0"] == "LAGT"


def test_the_compound_file_may_name_columns() -> None:
    compound = parse_compound({"CL": 3, "V": 30, "KA": 1, "compartments": {"central": {"F": "BIOAV"}}}, "c")
    found, _ = entry_columns(TABLE, compound, {})
    assert found == {("fraction", 1): TABLE.columns.index("BIOAV")}
    with pytest.raises(InputError, match="unknown column; got 'BIO'"):
        entry_columns(TABLE, parse_compound({"CL": 3, "V": 30, "F1": {"column": "BIO"}}, "c.toml"), {})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lag": ["LAGTT"]}, r"--lag: unknown column; got 'LAGTT'.*Did you mean \"LAGT\""),
        ({"lag": ["DEPOTT=LAGT"]}, r"--lag: no such compartment.*DEPOT=LAGT.*Did you mean \"DEPOT\""),
        ({"lag": ["3=LAGT"]}, "--lag: no such compartment"),
        ({"fraction": ["F1", "1=BIOAV"]}, "--bioavailability: two columns for one thing"),
        ({"fraction": ["BIOAV", "LAGT"]}, "--bioavailability: two columns.*--bioavailability DEPOT="),
    ],
)
def test_impossible_columns(options: dict[str, list[str]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        entry_columns(TABLE, COMPOUND, options)
