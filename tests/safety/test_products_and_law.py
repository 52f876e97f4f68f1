import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case import parse_case
from ebbtide.library import load_library
from ebbtide.safety.check import case_findings
from ebbtide.safety.findings import Finding, worse
from ebbtide.safety.places import emergency_number

from .product_cases import CASES, case, law

LIBRARY = load_library()
OWN = ("product.", "legal.", "score.")
OPEN = ("product.not_tested", "product.not_judged", "product.no_certificate")
"""Findings that say what is not known; they may go when more is known."""
FULL = ("rule", "inputs", "sources", "locators", "evidence", "missing", "would_change")


def found(raw: dict[str, Any]) -> dict[str, Finding]:
    findings = case_findings(parse_case(raw, LIBRARY, "case.toml"), LIBRARY)
    return {f["id"]: f for f in findings if f["id"].startswith(OWN)}


@pytest.mark.parametrize("name", CASES)
def test_published_cases(name: str) -> None:
    wanted = CASES[name]
    findings = found(wanted.case)
    assert {
        id: findings[id]["severity"] if id in findings else "silent" for id in wanted.expected
    } == wanted.expected
    loud = [id for id in findings if id.startswith(wanted.silent or ("-",)) and id not in wanted.expected]
    assert not loud
    for one in findings.values():
        assert_whole(one)


def assert_whole(one: Finding) -> None:
    """The basis says rule, inputs, known sources, evidence, what is missing and what would change it."""
    basis = one["basis"]
    assert set(basis) == set(FULL)
    assert one["title"]
    assert one["message"]
    assert one["advice"]
    assert basis["rule"]
    assert basis["evidence"]
    assert basis["would_change"]
    assert basis["inputs"]
    assert set(basis["sources"]) <= set(LIBRARY.sources)
    assert set(basis["locators"]) <= set(basis["sources"])
    json.dumps(one)


METALS = ("lead", "cadmium", "arsenic", "mercury", "nickel", "thallium", "cobalt", "copper")
CONTENT = st.floats(0, 50, allow_nan=False)


@given(
    st.dictionaries(st.sampled_from(METALS), CONTENT, min_size=1, max_size=4),
    st.floats(0.5, 40),
    st.floats(1, 20),
    st.sampled_from([None, 45.0, 70.0, 130.0]),
    st.sampled_from([None, "female", "male"]),
    st.sampled_from([None, 9, 30, 60]),
    st.sampled_from(["US-UT", "US-CA", "DE", None]),
)
def test_more_of_a_contaminant_never_removes_a_finding(
    metals: dict[str, float],
    grams: float,
    more: float,
    weight: float | None,
    sex: str | None,
    age: int | None,
    place: str | None,
) -> None:
    person = {"weight_kg": weight, "sex": sex, "age_years": age, "jurisdiction": place}

    def at(factor: float, only: str | None = None) -> dict[str, Finding]:
        contents = {n: f"{v * (factor if only in (None, n) else 1):.6f} ug/g" for n, v in metals.items()}
        return found(case(grams, contaminants=contents, person=person))

    before = at(1.0)
    for after in (at(more), at(more, next(iter(metals)))):
        for id, finding in before.items():
            if id not in OPEN:
                assert id in after
                assert not worse(finding["severity"], after[id]["severity"])


@given(st.floats(0, 1e9), st.floats(1, 100))
def test_more_colonies_never_remove_a_finding(count: float, more: float) -> None:
    fewer, many = (
        found(case(contaminants={"TAMC": f"{n:.3f} CFU/g", "BTGN": f"{n:.3f} CFU/g"}))
        for n in (count, count * more)
    )
    for id, finding in fewer.items():
        assert id in many
        assert not worse(finding["severity"], many[id]["severity"])


@given(st.floats(0, 30), st.floats(0.0, 20), st.floats(1, 10))
def test_more_7_oh_never_removes_a_finding(mitragynine: float, seven: float, more: float) -> None:
    def at(content: float) -> dict[str, Finding]:
        assay = {"mitragynine": f"{mitragynine + 0.1:.6f} mg/g", "7-OH": f"{content:.6f} mg/g"}
        return found(case(assay=assay, person={"jurisdiction": "US-OK"}))

    little, much = at(seven), at(seven * more)
    for id in little:
        assert id in much


PANEL = (
    "lead",
    "cadmium",
    "arsenic",
    "mercury",
    "nickel",
    "total_aerobic_count",
    "yeast_and_mould",
    "salmonella",
    "e_coli",
)
RESULTS = {
    "total_aerobic_count": "10 CFU/g",
    "yeast_and_mould": "10 CFU/g",
    "salmonella": "absent in 25 g",
    "e_coli": "absent in 10 g",
}


@given(st.sets(st.sampled_from(PANEL), min_size=1))
def test_what_was_not_tested_is_named(tested: set[str]) -> None:
    contaminants = {name: RESULTS.get(name, "<0.001 ug/g") for name in tested}
    findings = found(case(contaminants=contaminants))
    untested = set(PANEL) - tested
    named = set(findings["product.not_tested"]["basis"]["inputs"]["not_tested"])
    assert untested <= named
    assert not named & tested


@pytest.mark.parametrize("text", ["not detected", "ND", "pass", "negative", "<LOQ", "conforms"])
@pytest.mark.parametrize("name", ["lead", "salmonella"])
def test_a_result_without_its_size_is_not_taken_as_clean(name: str, text: str) -> None:
    basis = found(case(contaminants={name: text}))["product.not_tested"]["basis"]
    assert any(text in what for what in basis["missing"])


@pytest.mark.parametrize("key", ["weight_kg", "age_years", "sex"])
def test_an_unknown_trait_is_named_where_it_matters(key: str) -> None:
    basis = found(case(10, contaminants={"lead": "1.6 ug/g"}, person={key: None}))["product.lead"]["basis"]
    assert any(word in " ".join(basis["missing"]) for word in (key, "age or sex"))


def test_the_day_with_most_decides_and_all_products_count_together() -> None:
    raw = case(contaminants={"lead": "0.4 ug/g"})
    raw["products"] += [{"id": "other", "base": "kratom_capsule", "contaminants": {"lead": "0.4 ug/g"}}]
    raw["doses"] = [
        {"product": "lot", "amount": "7 g", "at": "day 2 09:00"},
        {"product": "other", "amount": "7 g", "at": "day 3 08:00"},  # 23 h later: one window of 24 h
    ]
    lead = found(raw)["product.lead"]["basis"]["inputs"]
    assert lead["ug_per_day"] == pytest.approx(5.6)
    assert lead["by_product_ug_per_day"] == {"lot": pytest.approx(2.8), "other": pytest.approx(2.8)}
    assert lead["from"].startswith("2026-09-02T09:00")
    raw["doses"][1]["at"] = "day 3 10:00"
    assert "product.lead" not in found(raw)


def test_a_finding_of_an_alternative_names_it() -> None:
    raw = case(doses=False, contaminants={"lead": "1.6 ug/g"})
    raw["alternatives"] = [{"id": "leaf", "doses": [{"product": "lot", "amount": "10 g", "at": "0 h"}]}]
    assert found(raw)["product.lead"]["basis"]["inputs"]["courses"] == ["leaf"]


def test_contents_per_capsule_count_by_capsule() -> None:
    raw = case(
        base="methadone_tablet",
        amount="2 tablets",
        times=1,
        assay={"methadone": "10 mg/tablet"},
        contaminants={"lead": "3 ug/tablet"},
    )
    assert found(raw)["product.lead"]["basis"]["inputs"]["ug_per_day"] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("US-AL", "911"),
        ("US", "911"),
        ("GB", "999"),
        ("UK", "999"),
        ("DE-BY", "112"),
        ("AU", "000"),
        ("TH", "1669"),
    ],
)
def test_emergency_numbers_go_by_place(code: str, number: str) -> None:
    assert emergency_number(LIBRARY, code)["emergency"] == number


def test_no_number_is_made_up() -> None:
    assert emergency_number(LIBRARY, None) == {}
    assert emergency_number(LIBRARY, "XX") == {}


STATES = sorted(row["id"] for row in LIBRARY.tables["jurisdictions"] if row["id"].startswith("US-"))
TERRITORIES = {"US-PR", "US-GU", "US-VI", "US-AS", "US-MP"}
"""Of which no source was found."""


def test_all_states_are_there() -> None:
    assert len(set(STATES) - TERRITORIES) == 51


@pytest.mark.parametrize("state", sorted(set(STATES) - TERRITORIES))
@pytest.mark.parametrize("base", ["kratom_leaf_powder", "seven_oh_tablet"])
def test_every_state_has_an_entry_with_date_and_source(state: str, base: str) -> None:
    findings = {id: f for id, f in found(law(state, base)).items() if id.startswith("legal.")}
    assert findings
    assert "legal.unknown" not in findings
    for finding in findings.values():
        assert finding["basis"]["sources"]
        assert "legal advice" in finding["advice"]
        entries = finding["basis"]["inputs"].get("entries", [])
        assert all(e["as_of"] >= "2019" for e in entries if isinstance(e, dict))
