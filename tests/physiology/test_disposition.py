from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm

from ebbtide.library import Library, load_library
from ebbtide.physiology.disposition import (
    Family,
    absorbed_fraction,
    bioavailability,
    depot_shares,
    families,
    rate_matrix,
)
from ebbtide.population import TYPICAL, WITH_UNCERTAINTY, draw_numbers
from tests.library.folders import library_with, medicine, number

ROUTES = [
    ("heroin", "smoked"),
    ("mitragynine", "oral"),
    ("7-hydroxymitragynine", "oral"),
    ("buprenorphine", "sublingual"),
    ("naloxone", "intravenous"),
    ("methadone", "oral"),
    ("fentanyl", "smoked"),
]


@pytest.fixture(scope="module")
def one_compartment(tmp_path_factory: pytest.TempPathFactory) -> Library:
    raw = medicine()
    raw["disposition"]["peripherals"] = []
    raw["effect_site_rate"] = number(2, "1/h")
    return library_with(tmp_path_factory.mktemp("one"), testorphine=raw)


@pytest.fixture(scope="module")
def two_compartments(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library_with(tmp_path_factory.mktemp("two"), testorphine=medicine())


def family_of(library: Library, route: str) -> tuple[Family, Mapping[str, np.ndarray], np.ndarray]:
    (family,) = families(library, [("testorphine", route)])
    numbers = draw_numbers(library, ["testorphine"], 1, 1, TYPICAL)
    return family, numbers, rate_matrix(library, family, numbers)[0]


@pytest.mark.parametrize("people", [1, 20])
def test_nothing_is_lost_between_compartments(people: int, library: Library) -> None:
    for family in families(library, ROUTES):
        numbers = draw_numbers(library, family.compounds, people, 1, WITH_UNCERTAINTY)
        matrix = rate_matrix(library, family, numbers)
        amounts = [i for i, (_, role) in enumerate(family.states) if role != "effect"]
        flows = matrix[:, amounts][:, :, amounts]
        np.testing.assert_allclose(flows.sum(axis=1), 0, atol=1e-12 * np.abs(matrix).max())
        off_diagonal = flows[:, ~np.eye(len(amounts), dtype=bool)]
        assert np.all(off_diagonal >= -1e-12)
        # nothing flows back from an effect site, and the sink keeps what it has
        effects = [i for i, (_, role) in enumerate(family.states) if role == "effect"]
        assert not np.any(matrix[:, amounts][:, :, effects])
        assert not np.any(matrix[:, :, family.index("", "sink")])


def test_an_oral_dose_follows_bateman(one_compartment: Library) -> None:
    family, numbers, matrix = family_of(one_compartment, "oral")
    ka, ke = 1.5, 20 / 100
    given = np.zeros(len(family.states))
    given[family.index("testorphine", "depot:oral")] = 1.0
    for t in (0.1, 1.0, 2.7, 12.0, 48.0):
        state = expm(matrix * t) @ given
        bateman = ka / (ka - ke) * (np.exp(-ke * t) - np.exp(-ka * t))
        assert state[family.index("testorphine", "central")] == pytest.approx(bateman, rel=1e-9)
    assert absorbed_fraction(one_compartment, numbers, "testorphine", "oral", 10.0)[0] == pytest.approx(0.4)


def test_the_effect_site_follows_plasma_and_takes_nothing(one_compartment: Library) -> None:
    family, _, matrix = family_of(one_compartment, "intravenous")
    given = np.zeros(len(family.states))
    given[family.index("testorphine", "central")] = 100.0  # nmol in 100 L: 1 nM
    ke, k_effect = 0.2, 2.0
    for t in (0.2, 1.0, 6.0):
        state = expm(matrix * t) @ given
        effect = k_effect / (k_effect - ke) * (np.exp(-ke * t) - np.exp(-k_effect * t))
        assert state[family.index("testorphine", "effect")] == pytest.approx(effect, rel=1e-9)
        assert state[family.index("testorphine", "central")] == pytest.approx(100 * np.exp(-ke * t), rel=1e-9)


def test_an_intravenous_dose_falls_with_two_exponentials(two_compartments: Library) -> None:
    family, _, matrix = family_of(two_compartments, "intravenous")
    k10, k12, k21 = 20 / 100, 30 / 100, 30 / 200
    total = k10 + k12 + k21
    root = np.sqrt(total**2 - 4 * k10 * k21)
    alpha, beta = (total + root) / 2, (total - root) / 2
    given = np.zeros(len(family.states))
    given[family.index("testorphine", "central")] = 1.0
    for t in (0.5, 3.0, 10.0, 60.0):
        expected = ((alpha - k21) * np.exp(-alpha * t) + (k21 - beta) * np.exp(-beta * t)) / (alpha - beta)
        state = expm(matrix * t) @ given
        assert state[family.index("testorphine", "central")] == pytest.approx(expected, rel=1e-9)
        assert state.sum() == pytest.approx(1)


def test_exposure_to_each_compound_of_a_chain_is_dose_over_clearance(library: Library) -> None:
    """All heroin becomes 6-MAM and all 6-MAM morphine: each has the same molar AUC times clearance."""
    (family,) = families(library, [("heroin", "intravenous")])
    assert family.compounds == ("heroin", "6-monoacetylmorphine", "morphine")
    numbers = draw_numbers(library, family.compounds, 1, 1, TYPICAL)
    kept = [i for i, (_, role) in enumerate(family.states) if role not in ("sink", "effect")]
    matrix = rate_matrix(library, family, numbers)[0][np.ix_(kept, kept)]
    given = np.zeros(len(kept))
    given[kept.index(family.index("heroin", "central"))] = 1.0
    area = -np.linalg.solve(matrix, given)
    for name in family.compounds:
        volume = numbers[f"{name}.disposition.volume"][0]
        auc = area[kept.index(family.index(name, "central"))] / volume
        assert auc * numbers[f"{name}.disposition.clearance"][0] == pytest.approx(1), name


def test_a_swallowed_dose_splits_between_parent_and_first_pass_metabolite(library: Library) -> None:
    numbers = draw_numbers(library, ["mitragynine", "7-hydroxymitragynine"], 1, 1, TYPICAL)
    shares = depot_shares(library, numbers, "mitragynine", "oral")
    assert sum(share[0] for share in shares.values()) == pytest.approx(1)
    absorbed = absorbed_fraction(library, numbers, "mitragynine", "oral", 30.0)[0]
    unchanged = bioavailability(library, numbers, "mitragynine", "oral", 30.0)[0]
    formed = numbers["mitragynine.metabolites[0].first_pass_fraction"][0]
    assert absorbed * shares["mitragynine"][0] == pytest.approx(unchanged)
    assert absorbed * shares["7-hydroxymitragynine"][0] == pytest.approx(formed)


def test_less_of_a_larger_buprenorphine_dose_is_absorbed(library: Library) -> None:
    """Mendelson1997: 29 % under the tongue at 2-4 mg. Harris2004: the AUC a mg of 16 mg is 70 % of 4 mg's."""
    numbers = draw_numbers(library, ["buprenorphine"], 1, 1, TYPICAL)
    at = {
        mg: bioavailability(library, numbers, "buprenorphine", "sublingual", mg)[0]
        for mg in (0.001, 2.0, 4.0, 16.0, 1e6)
    }
    assert (at[2.0] + at[4.0]) / 2 == pytest.approx(0.29, rel=0.15)
    assert at[16.0] / at[4.0] == pytest.approx(0.70, rel=0.05)
    assert 0 < at[1e6] < at[16.0] < at[2.0] < at[0.001] <= 1


def test_families_hold_what_belongs_together(library: Library) -> None:
    groups = families(library, ROUTES)
    named = [set(family.compounds) for family in groups]
    assert {"heroin", "6-monoacetylmorphine", "morphine"} in named
    assert {"mitragynine", "7-hydroxymitragynine"} in named
    assert {"fentanyl"} in named
    members = [name for group in named for name in group]
    assert len(members) == len(set(members))
    for family in groups:
        for name in family.compounds:
            for formed in load_library().compounds[name].metabolites:
                assert family.compounds.index(name) < family.compounds.index(formed.compound)


def test_a_medicine_of_ones_own_may_form_a_shipped_one(tmp_path: Path) -> None:
    formed = {"compound": "morphine", "fraction_of_clearance": number(0.25, "dimensionless")}
    library = library_with(tmp_path, testorphine=medicine() | {"metabolites": [formed]})
    family, numbers, matrix = (
        *families(library, [("testorphine", "intravenous")]),
        draw_numbers(library, ["testorphine", "morphine"], 1, 1, TYPICAL),
        None,
    )
    matrix = rate_matrix(library, family, numbers)[0]
    into_morphine = matrix[family.index("morphine", "central"), family.index("testorphine", "central")]
    assert into_morphine == pytest.approx(0.25 * 20 / 100)
