import json
from collections.abc import Callable
from pathlib import Path

from ebbtide.library import load_library
from tests.library.folders import medicine, write

from .conftest import Outcome

Run = Callable[..., Outcome]


def test_every_number_of_a_compound_has_its_source(ebbtide: Run) -> None:
    outcome = ebbtide("compounds", "mitragynine", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    shown = json.loads(outcome.out)
    assert (shown["name"], shown["title"]) == ("mitragynine", "Mitragynine")
    rows = {row["parameter"]: row for row in shown["parameters"]}
    sources = load_library().sources
    for row in rows.values():
        assert row["citation"] == sources[row["source"]].title
        assert row["unit"]
        assert row["basis"] in {"measured", "derived", "fitted", "assumption"}
    clearance = rows["disposition.clearance"]
    # Table 3 of Tanna 2022: CL/F 233 (71.7-302) L/h
    assert clearance["source"] == "Tanna2022"
    bioavailability = rows["absorption.oral.bioavailability"]["value"]
    assert 71.7 < clearance["value"] / bioavailability < 302
    assert rows["receptors.mu.dissociation_constant"]["sourced"] is False


def test_what_is_assumed_is_shown_as_such(ebbtide: Run) -> None:
    shown = json.loads(ebbtide("compounds", "mitragynine", "--json").out)
    for row in shown["parameters"]:
        assert row["sourced"] == (row["verified"] and row["basis"] != "assumption")


def test_the_table_holds_every_parameter(ebbtide: Run) -> None:
    outcome = ebbtide("compounds", "heroin")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Heroin (diacetylmorphine) (heroin)" in outcome.out
    for row in json.loads(ebbtide("compounds", "diamorphine", "--json").out)["parameters"]:
        assert row["parameter"] in outcome.out


def test_all_compounds_are_listed(ebbtide: Run) -> None:
    listed = json.loads(ebbtide("compounds", "--json").out)
    assert {row["name"] for row in listed} == set(load_library().compounds)
    lines = ebbtide("compounds").out.splitlines()
    assert [line.split()[0] for line in lines] == [row["name"] for row in listed]


def test_a_compound_of_ones_own_is_shown_with_the_others(ebbtide: Run, tmp_path: Path) -> None:
    write(tmp_path, "compounds", "testorphine", medicine())
    shown = json.loads(ebbtide("compounds", "TST", "--library", tmp_path, "--json").out)
    assert shown["name"] == "testorphine"


def test_a_source_lists_every_number_that_rests_on_it(ebbtide: Run) -> None:
    outcome = ebbtide("sources", "Tanna2022")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Tanna2022: ")
    assert "mitragynine.disposition.clearance = 48.9 L/h" in outcome.out
    shown = json.loads(ebbtide("sources", "Tanna2022", "--json").out)
    assert shown["key"] == "Tanna2022"
    assert len(shown["numbers"]) > 3
    for row in shown["numbers"]:
        assert row["source"] == "Tanna2022"
        assert row["parameter"] in outcome.out


def test_a_source_without_numbers_says_so(ebbtide: Run) -> None:
    assert "no number of the library rests on it" in ebbtide("sources", "AAN2025").out
