import pytest

from ebbtide.exchange.nonmem import parse_compound, parse_table, run_table
from ebbtide.library import InputError

COMPOUND = parse_compound({"CL": 3, "V": 30, "KA": 1, "Q": 2, "VP": 20}, "c.toml")
DOSE = {"ID": "1", "TIME": "0", "EVID": "1", "AMT": "100"}


def run(*rows: dict[str, str], **options: str) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(row.get(name, ".") for name in names) for row in rows)]
    run_table(parse_table("\n".join(lines), "d.csv"), COMPOUND, {k: [v] for k, v in options.items()})


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"EVID": "5"}, "EVID", "0, 1, 2, 3, 4"),
        ({"EVID": "one"}, "EVID", "not a number"),
        ({"MDV": "2"}, "MDV", "0, 1, 100, 101"),
        ({"TIME": "08:30"}, "TIME", "clock times are not read"),
        ({"TIME": "."}, "TIME", "a value is needed"),
        ({"TIME": "1e12"}, "TIME", "impossible time"),
        ({"ID": "."}, "ID", "a value is needed"),
        ({"AMT": "-1"}, "AMT", "not negative"),
        ({"AMT": "0"}, "AMT", "a dose needs an amount"),
        ({"AMT": "0", "RATE": "10"}, "AMT", "a dose needs an amount"),
        ({"AMT": "0", "EVID": "4"}, "AMT", "a dose needs an amount"),
        ({"RATE": "-3"}, "RATE", "0, a rate above 0, -1, -2"),
        ({"RATE": "-1"}, "RATE", "-1 needs a rate"),
        ({"RATE": "-2"}, "RATE", "-2 needs a duration"),
        ({"SS": "4", "II": "8"}, "SS", "0, 1, 2"),
        ({"SS": "1"}, "II", "SS needs an interval"),
        ({"SS": "1", "II": "-8"}, "II", "not negative"),
        ({"ADDL": "3"}, "II", "ADDL needs an interval"),
        ({"ADDL": "-3", "II": "8"}, "ADDL", "whole number"),
        ({"ADDL": "1.5", "II": "8"}, "ADDL", "whole number"),
        ({"ADDL": "1e9", "II": "1e-9"}, "ADDL", "more than 100000 doses"),
        ({"AMT": "0", "SS": "1"}, "RATE", "needs a rate"),
        ({"AMT": "0", "SS": "1", "RATE": "-2"}, "RATE", "needs a rate"),
        ({"AMT": "0", "SS": "1", "RATE": "5", "II": "8"}, "II", "has none"),
        ({"AMT": "0", "SS": "1", "RATE": "5", "ADDL": "2"}, "ADDL", "has none"),
        ({"SS": "1", "II": "1", "RATE": "0.001"}, "", "infusions run at a time"),
        ({"CMT": "4"}, "CMT", "1 or DEPOT, 2 or CENTRAL, 3 or PERIPHERAL"),
        ({"CMT": "1.5"}, "CMT", "no such compartment"),
        ({"CMT": "CENTRL"}, "CMT", 'Did you mean "CENTRAL"'),
        ({"CMT": "-1"}, "CMT", "cannot be switched off here"),
        ({"EVID": "2", "AMT": "0", "CMT": "-2"}, "CMT", "cannot be switched off here"),
        ({"EVID": "0"}, "AMT", "a record with EVID 0 gives no dose"),
        ({"EVID": "2", "AMT": ".", "RATE": "5"}, "RATE", "a record with EVID 2 gives no dose"),
        ({"EVID": "3", "AMT": ".", "SS": "1"}, "SS", "a record with EVID 3 gives no dose"),
    ],
)
def test_impossible_items_are_told_with_line_and_column(
    changes: dict[str, str], place: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as error:
        run(DOSE | {"TIME": "-1"}, DOSE | changes, {"ID": "1", "TIME": "9"})
    assert str(error.value).startswith(f"d.csv: line 3: {place}" if place else "d.csv: line 3: ")


@pytest.mark.parametrize("name", ["DATE", "date", "DAT1", "DAT2", "DAT3"])
def test_dates_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"d.csv: {name}: dates are not read; allowed: TIME as hours"):
        run(DOSE | {name: "2020-01-01"})


def test_time_goes_back_in_a_reset_alone() -> None:
    with pytest.raises(InputError, match="line 3: TIME: time goes back"):
        run(DOSE | {"TIME": "5"}, DOSE | {"TIME": "4"})
    run(DOSE | {"TIME": "5"}, DOSE | {"TIME": "4", "EVID": "4"})
    run(DOSE | {"TIME": "5"}, DOSE | {"TIME": "4", "ID": "2"})


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("fraction", "-0.1", "0 or more"),
        ("lag", "-1", "0 or more"),
        ("duration", "0", "above 0"),
        ("rate", "-5", "above 0"),
    ],
)
def test_impossible_entry_of_a_dose(option: str, value: str, words: str) -> None:
    rate = {"duration": "-2", "rate": "-1"}.get(option, "0")
    with pytest.raises(InputError, match=f"d.csv: line 2: X: impossible value.*{words}"):
        run(DOSE | {"X": value, "RATE": rate}, **{option: "X"})
    run(DOSE, {"ID": "1", "TIME": "1", "X": value, "RATE": "0"}, **{option: "X"})  # means nothing there


def test_a_missing_entry_of_a_dose_is_that_of_the_compound() -> None:
    compound = parse_compound({"CL": 3, "V": 30, "KA": 1, "F": 0.5}, "c.toml")
    text = "ID,TIME,AMT,BIO\n1,0,100,.\n1,0,100,0.2\n"
    result = run_table(parse_table(text, "d"), compound, {"fraction": ["BIO"]})
    assert result.amounts[:, 0].tolist() == [50.0, 70.0]


def test_covariates_are_needed_and_possible() -> None:
    raw = {"CL": 3, "V": 30, "covariates": {"CL": {"WT": {"reference": 70, "exponent": 0.75}}}}
    compound = parse_compound(raw, "c.toml")
    for text, words in [
        ("ID,TIME\n1,0\n", "c.toml: covariates: unknown column; got 'WT'"),
        ("ID,TIME,WT\n1,0,70\n2,0,.\n", "d.csv: line 3: WT: no value for this person"),
        ("ID,TIME,WT\n1,0,70\n1,1,-4\n", "d.csv: line 3: WT: makes CL impossible; got -4.0"),
        ("ID,TIME,WT\n1,0,heavy\n", "d.csv: line 2: WT: not a number"),
    ]:
        with pytest.raises(InputError) as error:
            run_table(parse_table(text, "d.csv"), compound)
        assert words in str(error.value)


def test_kinetics_beyond_numbers_are_told() -> None:
    compound = parse_compound({"CL": 1e-290, "V": 1e-300}, "c.toml")
    with pytest.raises(InputError, match=r"d.csv: line \d: amounts become too large"):
        run_table(parse_table("ID,TIME,AMT\n1,0,1e30\n1,1e9,.\n", "d.csv"), compound)
    with pytest.raises(InputError, match="line 2: no steady state without clearance"):
        run_table(
            parse_table("ID,TIME,AMT,SS,II\n1,0,1,1,5\n", "d.csv"), parse_compound({"CL": 0, "V": 1}, "c")
        )
