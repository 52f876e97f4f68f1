import numpy as np
import pytest

from ebbtide.library import Library
from ebbtide.population import WITH_UNCERTAINTY

from .conftest import personal


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
                reach = numbers[f"reach.{name}/{route}/"][0]
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
