from typing import Any

import pytest

from ebbtide.case import parse_case
from ebbtide.library import load_library
from ebbtide.library.tables import words
from ebbtide.safety import case_findings
from ebbtide.safety.interactions import rules_of

LIBRARY = load_library()


def interactions(
    *doses: dict[str, Any], history: tuple[dict[str, Any], ...] = ()
) -> dict[str, dict[str, Any]]:
    raw = {
        "case": {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "60 d"},
        "doses": list(doses),
        "history": list(history),
    }
    found = case_findings(parse_case(raw, LIBRARY, "case.toml"), LIBRARY)
    return {f["id"]: f for f in found if f["id"].startswith("interaction.")}


def dose(product: str, at: str = "day 2 09:00", amount: str = "", **more: Any) -> dict[str, Any]:
    return {"product": product, "at": at, **({"amount": amount} if amount else {}), **more}


def test_measured_effects_stand_beside_the_severity() -> None:
    found = interactions(dose("kratom_tea", amount="2 g"), dose("midazolam_syrup", amount="2.5 mg"))
    finding = found["interaction.kratom.benzodiazepine"]
    assert finding["severity"] == "major"
    (measured,) = finding["basis"]["measured"]
    assert "1.39-fold" in measured
    assert "5.7-fold" in measured
    assert "Tanna2023" in finding["basis"]["sources"]


def test_the_most_specific_rule_wins_even_when_it_is_milder() -> None:
    found = interactions(dose("kratom_tea", amount="2 g"), dose("dextromethorphan_capsule", amount="30 mg"))
    assert found["interaction.kratom.dextromethorphan"]["severity"] == "moderate"
    assert "interaction.kratom.cyp2d6_substrate" not in found, "measured: no change"
    assert found["interaction.kratom.dextromethorphan"]["basis"]["measured"]


def test_one_finding_names_all_pairs_of_its_kind() -> None:
    found = interactions(
        dose("methadone_liquid", amount="30 mg"),
        dose("diazepam_tablet", amount="5 mg"),
        dose("lorazepam"),
    )
    finding = found["interaction.methadone.benzodiazepine"]
    assert {"methadone", "diazepam", "lorazepam"} <= set(finding["basis"]["inputs"])
    assert "diazepam, lorazepam" in finding["title"]


@pytest.mark.parametrize(("day", "told"), [(1, True), (14, True), (16, False)])
def test_what_lingers_still_counts(day: int, told: bool) -> None:
    found = interactions(dose("phenelzine", "day 1 09:00"), dose("sertraline", f"day {day} 09:00"))
    assert ("interaction.maoi.ssri" in found) == told, "labels: 14 days after an MAO inhibitor"


def test_a_former_opioid_is_no_opioid_beside_its_treatment() -> None:
    heroin = {
        "product": "heroin_smoked",
        "amount": "100 mg",
        "every": "8 h",
        "for": "100 d",
        "last": "10 h before start",
    }
    film = dose("buprenorphine_naloxone_film", amount="8 mg", every="1 d")
    assert "interaction.buprenorphine.full_agonist" not in interactions(film, history=(heroin,))
    both = interactions(film, dose("heroin_smoked", "day 4 09:00", "100 mg"), history=(heroin,))
    assert both["interaction.buprenorphine.full_agonist"]["severity"] == "major"


@pytest.mark.parametrize(("amount", "told"), [("4 mg", False), ("40 mg", True)])
def test_loperamide_counts_above_its_label(amount: str, told: bool) -> None:
    """FDA 2016: torsades at many times the dose on the label, above all with inhibitors."""
    found = interactions(
        dose("loperamide_capsule", amount=amount), dose("ketoconazole_tablet", amount="200 mg")
    )
    assert ("interaction.loperamide.cyp3a4_inhibitor" in found) == told


def test_what_is_put_on_the_skin_does_not_interact() -> None:
    found = interactions(
        dose("timolol", route="ophthalmic"), dose("clonidine_tablet", amount="0.1 mg"), dose("verapamil")
    )
    assert not any("timolol" in str(f["basis"]["inputs"]) for f in found.values())
    assert "interaction.clonidine.bradycardic" in found


def test_every_selector_is_a_medicine_or_a_class_that_some_medicine_has() -> None:
    medicines = LIBRARY.medicines
    for rule in rules_of(LIBRARY):
        for selector in (rule.a, rule.b):
            assert selector in medicines or medicines.count(selector), (rule.row["id"], selector)
            assert not (selector in medicines and medicines.count(selector)), f"{selector} means two things"
    for row in LIBRARY.tables["conditions"]:
        for selector in words(row["substance"]):
            assert selector in medicines or medicines.count(selector), (row["id"], selector)


def test_every_class_that_is_told_has_a_title() -> None:
    medicines = LIBRARY.medicines
    told = {s for rule in rules_of(LIBRARY) for s in (rule.a, rule.told_b)}
    told |= {s for row in LIBRARY.tables["conditions"] for s in words(row["substance"])}
    assert sorted(t for t in told if t not in medicines and t not in medicines.class_titles) == []
