import tomllib
from pathlib import Path

import pytest

from ebbtide.exchange.nonmem import Compound, parse_compound, read_compound
from ebbtide.library import InputError

LIBRARY = Path(__file__).parents[2] / "src" / "ebbtide" / "library" / "compounds"


def read(text: str) -> Compound:
    return parse_compound(tomllib.loads(text), "c.toml")


@pytest.mark.parametrize(
    "text",
    [
        "CL = 10\nV = 50\nKA = 1.5",
        "cl = '10 L/h'\nv = '50000 mL'\nka = '1.5 1/h'",
        "CL = '10 L/h'\nV = '50'\nKA = '1.5 /h'",
        "Clearance = { value = 240, unit = 'L/day' }\nVolume = { value = 50, note = 'x' }\nK_A = 1.5",
        "[compound]\nname = 'x'\n[parameters]\nCL = { value = 10, unit = 'L/h' }\nV2 = 50\nKA = 1.5",
        "[parameters]\n'CL/F' = 10\n'V/F' = 50\nabsorption_rate = { value = '1.5 1/h' }",
        "[disposition]\nclearance = 10\nvolume = 50\n[absorption]\nrate = 1.5",
        "[disposition]\nclearance = 10\nvolume = 50\n[absorption.oral]\nrate = { value = 1.5, unit = '1/h' }",
        "[compartments.depot]\nka = 1.5\n[compartments.central]\nclearance = 10\nvolume = 50",
    ],
)
def test_spellings_of_one_compound(text: str) -> None:
    compound = read(text)
    assert compound.typical == pytest.approx({"CL": 10.0, "V": 50.0, "KA": 1.5})
    assert compound.compartments == ("DEPOT", "CENTRAL")


@pytest.mark.parametrize(
    "text",
    [
        "CL = 1\nV = 2\nKA = 3\nQ = 4\nVP = 5\nQ2 = 6\nVP2 = 7",
        "CL = 1\nV2 = 2\nKA = 3\nQ3 = 4\nV3 = 5\nQ4 = 6\nV4 = 7",
        "CL = 1\nV1 = 2\nKA = 3\nQ2 = 4\nV2 = 5\nQ3 = 6\nV3 = 7",
        "CL = 1\nVc = 2\nKA = 3\n[[peripherals]]\nvolume = 5\nflow = 4\n[[peripherals]]\nV = '7 L'\nQ = 6",
        "CL = 1\nV = 2\nKA = 3\n[compartments]\nperi = { Q = 4, V = 5 }\nPERI2 = { Q = 6, V = 7 }",
    ],
)
def test_spellings_of_peripheral_compartments(text: str) -> None:
    compound = read(text)
    assert compound.typical == {"CL": 1, "V": 2, "KA": 3, "Q1": 4, "VP1": 5, "Q2": 6, "VP2": 7}
    assert compound.compartments == ("DEPOT", "CENTRAL", "PERIPHERAL1", "PERIPHERAL2")


def test_numbers_of_compartments_without_a_depot() -> None:
    compound = read("CL = 1\nV1 = 2\nQ = 3\nV2 = 4")
    assert compound.compartments == ("CENTRAL", "PERIPHERAL")
    assert [compound.compartment(text) for text in ("1", "2", "3", "depot")] == [0, 1, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "F1 = 0.8\nALAG1 = 0.5\nD2 = 4\nR2 = 20",
        "F = '80 %'\nLAG = '30 min'\nD_CENTRAL = '4 h'\nrate2 = 20",
        "bioavailability = { value = 0.8 }\ntlag = '0.5 h'\n[compartments.CENT]\nduration = 4\nrate = 20",
        "[compartments.1]\nF = 0.8\nALAG = 0.5\n[compartments.2]\nD = 4\nR = 20",
        "F = { depot = 0.8 }\nlag = { 1 = 0.5 }\nduration = { central = 4 }\nR = { CENT = 20 }",
        "[absorption]\nbioavailability = 0.8\nlag = 0.5\n[compartments]\ncent = { dur = '240 min', R = 20 }",
    ],
)
def test_spellings_of_how_doses_enter(text: str) -> None:
    compound = read("CL = 1\nV = 2\nKA = 3\n" + text)
    expected = {("fraction", 0): 0.8, ("lag", 0): 0.5, ("duration", 1): 4.0, ("rate", 1): 20.0}
    assert compound.entries == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "[covariates]\nCL.WT = { reference = 70, exponent = 0.75 }\nV.WT = { ref = 70, power = 1 }",
        "[covariates.WT]\nreference = 70\nCL = 0.75\nV = 1",
        "[covariates.WT]\nreference = '70 kg'\nexponents = { clearance = 0.75, volume = 1 }",
        "[allometry]\nreference = 70\nCL = 0.75\nV = 1",
        "[allometry]\ncolumn = 'WT'\nreference_weight = 70\nexponents = { CL = 0.75, V = 1 }",
        """
        [[covariates]]
        parameter = 'CL'
        covariate = 'WT'
        reference = 70
        exponent = 0.75
        [[covariates]]
        parameter = 'Volume'
        column = 'WT'
        type = 'power'
        reference = 70
        exponent = 1
        """,
    ],
)
def test_spellings_of_allometry(text: str) -> None:
    relations = read("CL = 1\nV = 2\nKA = 3\n" + text).relations
    assert [(r.parameter, r.column, r.form, r.reference, r.size) for r in relations] == [
        ("CL", "WT", "exponent", 70.0, 0.75),
        ("V", "WT", "exponent", 70.0, 1.0),
    ]


def test_relations_follow_the_numbering_of_parameters() -> None:
    text = "CL = 1\nV2 = 2\nKA = 3\nV3 = 4\nQ = 5\n[covariates.WT]\nreference = 70\nV2 = 1\nV3 = 1\nQ = 0.75"
    assert [r.parameter for r in read(text).relations] == ["V", "VP1", "Q1"]


def test_a_parameter_may_hold_its_covariates() -> None:
    text = "V = 2\n[CL]\nvalue = 1\nunit = 'L/h'\ncovariates = { AGE = { reference = 40, slope = -0.01 } }"
    [relation] = read(text).relations
    assert (relation.parameter, relation.column, relation.form, relation.size) == (
        "CL",
        "AGE",
        "slope",
        -0.01,
    )


def test_compartments_may_have_names_of_their_own() -> None:
    compound = read("CL = 1\nV = 2\nKA = 3\ncompartments = ['GUT', 'CENT']")
    assert compound.compartments == ("GUT", "CENT")
    assert [compound.compartment(text) for text in ("gut", "CENT", "central", "2")] == [0, 1, 1, 1]
    assert read("CL = 1\nV = 2\ncompartments.central.name = 'PLASMA'").compartments == ("PLASMA",)


@pytest.mark.parametrize(
    ("name", "entries"), [("methadone", {("fraction", 0): 0.8}), ("clonidine", {("fraction", 0): 0.8})]
)
def test_a_compound_of_the_library(name: str, entries: dict[tuple[str, int], float]) -> None:
    raw = tomllib.loads((LIBRARY / f"{name}.toml").read_text(encoding="utf-8"))
    compound = read_compound(LIBRARY / f"{name}.toml")
    assert compound.name == name
    assert compound.compartments == ("DEPOT", "CENTRAL", "PERIPHERAL")
    assert compound.typical["CL"] == raw["disposition"]["clearance"]["value"]
    assert compound.typical["KA"] == raw["absorption"]["oral"]["rate"]["value"]
    assert compound.entries == entries


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ethanol", "disposition.saturation: saturable kinetics"),
        ("gabapentin", "absorption.oral.dose_dependence"),
        ("loperamide", "absorption.oral.release_rate"),
        ("heroin", 'allowed: route = "smoked" or route = "intranasal"'),
    ],
)
def test_a_compound_of_the_library_that_one_depot_cannot_hold(name: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_compound(LIBRARY / f"{name}.toml")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "c.toml: CL is missing"),
        ("CL = 1", "c.toml: V is missing"),
        ("CL = -1\nV = 1", "c.toml: CL: CL must be 0 or more; got -1"),
        ("CL = 1\nV = 0", "c.toml: V: V must be more than 0"),
        ("CL = nan\nV = 1", "a finite number is needed"),
        ("CL = true\nV = 1", "c.toml: CL: a number is needed; got True; allowed: in L/h"),
        ("CL = 'fast'\nV = 1", "c.toml: CL: a quantity is a number and a unit"),
        ("CL = '1 L'\nV = 1", 'c.toml: CL: "L" cannot be converted to "L/h"'),
        ("CL = { value = 1, unit = 'kg' }\nV = 1", 'c.toml: CL.unit: "kg" cannot be converted to "L/h"'),
        ("CL = { valeu = 1 }\nV = 1", 'Did you mean "value"'),
        ("CL = { unit = 'L/h' }\nV = 1", "c.toml: CL.value: key is missing"),
        ("CL = 1\nclearance = 2\nV = 1", "c.toml: clearance: CL is given twice"),
        ("CL = 1\nV = 1\nVPP = 3", "c.toml: VPP: unknown key"),
        ("CL = 1\nV = 1\nQ = 3", "0 peripheral volumes and 1 flows"),
        ("CL = 1\nV = 1\nQ = 3\nVP = 2\nV3 = 3", "given in two ways"),
        ("CL = 1\nV = 1\nF3 = 0.4", "c.toml: F3: no such compartment; got '3'; allowed: 1 or CENTRAL"),
        ("CL = 1\nV = 1\nF = -0.4", "c.toml: F: impossible value"),
        ("CL = 1\nV = 1\nF = 0.4\nF1 = 0.3", "c.toml: F1: is given twice"),
        ("CL = 1\nV = 1\ncompartments = ['A', 'B']", "no such compartment; got '2'"),
        (
            "CL = 1\nV = 1\nKA = 1\ncompartments = ['A', 'a']",
            "two columns of the results would have one name",
        ),
        ("CL = 1\nV = 1\ncompartments = ['CP']", "two columns of the results would have one name"),
        ("CL = 1\nV = 1\ncompartments = ['A,B']", "not a name"),
        (
            "CL = 1\nV = 1\n[covariates.KA]\nWT = { reference = 70, exponent = 1 }",
            "unknown parameter; got 'KA'",
        ),
        ("CL = 1\nV = 1\n[covariates.CL]\nWT = 0.75", "c.toml: covariates.CL.WT: a table is needed"),
        ("CL = 1\nV = 1\n[covariates.CL]\nWT = { exponent = 1 }", "a reference and one of exponent"),
        ("CL = 1\nV = 1\n[covariates.CL]\nWT = { reference = 0, exponent = 1 }", "a reference above 0"),
        ("CL = 1\nV = 1\n[covariates.WT]\nreference = 70", "no parameter depends on it"),
        ("CL = 1\nV = 1\n[[covariates]]\nparameter = 'CLL'", "unknown parameter; got 'CLL'"),
        ("CL = 1\nV = 1\nroute = 'nasal'\n[absorption.oral]\nrate = 1", "no such route; got 'nasal'"),
    ],
)
def test_what_cannot_be_used_is_told(text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert words in str(error.value)
