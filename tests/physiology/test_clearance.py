from pathlib import Path

import numpy as np
import pytest

from ebbtide.library import Library
from ebbtide.physiology.entry import bioavailability, by_mouth, swallowed_name
from ebbtide.population import WITH_UNCERTAINTY

from ..library.folders import library_with, medicine, number
from .conftest import personal

LIVER_FLOW = 87.0  # plasma, where nothing is said of blood cells


def test_with_normal_enzymes_the_library_is_given_back(library: Library) -> None:
    for name, compound in library.compounds.items():
        if compound.disposition is None:
            continue
        inputs = tuple((name, route, "") for route in compound.absorption)
        numbers = personal(library, [name, *(m.compound for m in compound.metabolites)], inputs)
        clearance = numbers[f"{name}.disposition.clearance"][0]
        assert clearance == pytest.approx(compound.disposition.clearance.to("L/h"), rel=1e-9), name
        for route, absorption in compound.absorption.items():
            if route != "intravenous" and absorption.bioavailability is not None:
                entry = (name, route, "")
                reach = numbers[f"reach.{name}/{route}/"][0]
                if share := swallowed_name(library, entry):
                    by_way_of_the_gut = bioavailability(library, numbers, by_mouth(entry))
                    reach += (numbers[share] * by_way_of_the_gut)[0]
                assert reach == pytest.approx(absorption.bioavailability.to("dimensionless"), rel=1e-9), name


def test_a_poor_metaboliser_loses_the_pathway_and_keeps_the_rest(library: Library) -> None:
    entry = ("mitragynine", "oral", "")
    names = ["mitragynine", "7-hydroxymitragynine"]
    normal, poor = (personal(library, names, (entry,), cyp2d6=kind) for kind in ("normal", "poor"))
    name = "mitragynine.disposition.clearance"
    share = normal["mitragynine.pathways.cyp2d6"][0]
    assert (1 - share) * normal[name][0] < poor[name][0] < normal[name][0]  # flow evens it out a little
    assert poor["reach.mitragynine/oral/"][0] > normal["reach.mitragynine/oral/"][0]


@pytest.mark.parametrize("child_pugh", ["none", "B", "C"])
def test_no_person_forms_or_absorbs_more_than_there_is(child_pugh: str, library: Library) -> None:
    for name, compound in library.compounds.items():
        if compound.disposition is None:
            continue
        inputs = tuple((name, route, "") for route in compound.absorption)
        formed = [m.compound for m in compound.metabolites]
        numbers = personal(library, [name, *formed], inputs, 200, WITH_UNCERTAINTY, child_pugh=child_pugh)
        clearance = numbers[f"{name}.disposition.clearance"]
        assert (clearance > 0).all()
        total = sum(
            (numbers[f"{name}.forms.{m}"] for m in formed if f"{name}.forms.{m}" in numbers), np.zeros(200)
        )
        assert (total <= clearance * (1 + 1e-9)).all(), name
        for route in compound.absorption:
            parts = [values for key, values in numbers.items() if key.startswith(f"reach.{name}/{route}/")]
            if parts:
                assert (sum(parts) <= 1 + 1e-9).all(), (name, route)


def cleared(activity: float, clearance: float = 20.0) -> tuple[float, float]:
    """Clearance by a well-stirred liver with ``activity`` of all of it, and what passes."""
    intrinsic = clearance * LIVER_FLOW / (LIVER_FLOW - clearance) * activity
    return LIVER_FLOW * intrinsic / (LIVER_FLOW + intrinsic), LIVER_FLOW / (LIVER_FLOW + intrinsic)


def test_without_the_main_enzyme_the_others_go_on_forming_a_metabolite(tmp_path: Path) -> None:
    """A fifth of the formation is left, in a liver that has lost half of its intrinsic clearance."""
    raw = medicine()
    raw["pathways"] = {"cyp2d6": number(0.5, "dimensionless"), "hepatic": number(0.5, "dimensionless")}
    raw["metabolites"] = [
        {
            "compound": "morphine",
            "fraction_of_clearance": number(0.4, "dimensionless"),
            "first_pass_fraction": number(0.3, "dimensionless"),
            "pathways": {"cyp2d6": number(0.8, "dimensionless"), "hepatic": number(0.2, "dimensionless")},
        }
    ]
    library = library_with(tmp_path, testorphine=raw)
    entry = ("testorphine", "oral", "")
    names = ["testorphine", "morphine"]
    normal, poor = (personal(library, names, (entry,), cyp2d6=kind) for kind in ("normal", "poor"))
    assert normal["testorphine.forms.morphine"][0] == pytest.approx(0.4 * 20.0)
    clearance, passing = cleared(0.5)
    assert poor["testorphine.disposition.clearance"][0] == pytest.approx(clearance)
    # of each unit of intrinsic clearance that is left, the share that forms it
    assert poor["testorphine.forms.morphine"][0] == pytest.approx(0.4 * clearance * 0.2 / 0.5)
    lost = (1.0 - passing) / (1.0 - cleared(1.0)[1])
    assert poor["reach.testorphine/oral//morphine"][0] == pytest.approx(0.3 * lost * 0.2 / 0.5)


@pytest.mark.parametrize("child_pugh", ["A", "B", "C"])
def test_portal_blood_past_the_liver_takes_part_of_the_dose_along(child_pugh: str, tmp_path: Path) -> None:
    raw = medicine()
    raw["pathways"] = {"hepatic": number(1.0, "dimensionless")}
    raw["disposition"]["clearance"] = number(80, "L/h")
    raw["absorption"]["oral"]["bioavailability"] = number(0.04, "dimensionless")
    library = library_with(tmp_path, testorphine=raw)
    numbers = personal(library, ["testorphine"], (("testorphine", "oral", ""),), child_pugh=child_pugh)
    activity = numbers[f"enzymes.child_pugh.{child_pugh}"][0]
    around = numbers[f"enzymes.portal_bypass.{child_pugh}"][0]
    (_, normal), (clearance, passing) = cleared(1.0, 80.0), cleared(activity, 80.0)
    assert 0 < around < 1
    expected = 0.04 * (around + (1 - around) * passing) / normal
    assert numbers["reach.testorphine/oral/"][0] == pytest.approx(expected)
    assert numbers["testorphine.disposition.clearance"][0] == pytest.approx(clearance)


def test_only_what_is_swallowed_meets_a_failing_liver(tmp_path: Path) -> None:
    """Of 0.5 that arrive, 0.5 x 0.4 come by way of gut and liver: the other 0.3 stay as they are."""
    raw = medicine()
    raw["pathways"] = {"hepatic": number(1.0, "dimensionless")}
    raw["absorption"]["sublingual"] = {
        "bioavailability": number(0.5, "dimensionless"),
        "rate": number(1.0, "1/h"),
        "swallowed": number(0.5, "dimensionless"),
    }
    library = library_with(tmp_path, testorphine=raw)
    ways = (("testorphine", "sublingual", ""), ("testorphine", "oral", ""))
    healthy, ill = (personal(library, ["testorphine"], ways, child_pugh=c) for c in ("none", "C"))
    for numbers in (healthy, ill):
        assert numbers["reach.testorphine/sublingual/"][0] == pytest.approx(0.3)
    assert healthy["reach.testorphine/oral/"][0] == pytest.approx(0.4)
    assert ill["reach.testorphine/oral/"][0] > 0.4
