"""Laws that hold whatever the numbers are: amounts stay positive and are conserved, antagonists uncover."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.engine.batch import make_batch
from ebbtide.engine.run import Request, run_people, start_states
from ebbtide.population import WITH_UNCERTAINTY

from ..engine.conftest import FILM, HEROIN, make_case, make_group  # noqa: F401
from .conftest import library  # noqa: F401

KRATOM = {"product": "kratom_leaf_powder", "amount": "5 g", "at": "12 h", "every": "6 h", "count": 12}
MIXED = [
    KRATOM,
    {"product": "naloxone_injection", "amount": "0.4 mg", "at": "30 h"},
    {"product": FILM, "amount": "8 mg", "at": "40 h"},
    {"product": "magnesium_citrate", "amount": "400 mg", "as": "magnesium", "at": "20 h"},
    {"product": "melatonin_tablet", "amount": "3 mg", "at": "14 h"},
    {"product": "clonidine_tablet", "amount": "0.1 mg", "at": "16 h"},
    {"product": "alcohol", "amount": "28 g", "at": "36 h"},
]


def test_no_amount_and_no_quantity_is_negative_and_none_leaves_its_scale(
    make_case: Callable[..., Any],  # noqa: F811
    make_group: Callable[..., Any],  # noqa: F811
) -> None:
    case = make_case(
        history=[HEROIN], doses=MIXED, duration="4 d", supports=[{"kind": "counselling", "every": "2 d"}]
    )
    people, regimen = make_group(case, 40, WITH_UNCERTAINTY)
    output = np.arange(0.0, 96.1, 0.25)
    [course] = run_people(people, regimen, Request(96.0, output))
    composition = people.composition
    names = (*composition.body.quantities, *composition.compounds)
    highest = {
        "cows": 48,
        "sows": 64,
        "sows_gossop": 30,
        "oows": 13,
        "cina": 31,
        "mhows": 14,
        "craving": 100,
        "pain": 10,
        "sleep.total": 24,
    }
    for index, name in enumerate(names):
        values = course.rows[:, index]
        assert np.isfinite(values).all(), name
        if name == "qtc_change":
            continue
        assert values.min() >= -1e-9 * max(values.max(), 1.0), name
        fraction = name.startswith(("mor.", "symptom.", "ventilation", "sedation", "activation"))
        assert values.max() <= highest.get(name, 1.0 if fraction else np.inf) + 1e-9, name


def test_what_was_given_is_somewhere(
    make_case: Callable[..., Any],  # noqa: F811
    make_group: Callable[..., Any],  # noqa: F811
) -> None:
    """Kratom inhibits its own and others' enzymes all the time; amounts still add up to what was given."""
    case = make_case(
        doses=[KRATOM, {"product": "midazolam_tablet", "amount": "5 mg", "at": "13 h"}], duration="4 d"
    )
    people, regimen = make_group(case, 8, WITH_UNCERTAINTY)
    assert people.composition.body.network is not None
    batch = make_batch(people, np.arange(8), 1.0)
    start = start_states(people, regimen)
    end = batch.run_between(start, 0.0, 96.0, regimen.arms[0])
    held = [i for i, (_, role) in enumerate(people.kinetics.states) if role != "effect"]
    amounts = np.einsum("smp,mp->sp", people.kinetics.to_states, np.asarray(end.modes))[held]
    given = sum(people.dose_amounts[kind][held] for _, kind in regimen.arms[0])
    np.testing.assert_allclose(amounts.sum(axis=0), given.sum(axis=0), rtol=1e-9)
    assert amounts.min() > -1e-9 * given.max()


@pytest.mark.parametrize("history", [HEROIN, HEROIN | {"product": "kratom_leaf_powder", "amount": "8 g"}])
def test_more_antagonist_never_means_less_withdrawal(
    history: dict[str, str],
    make_case: Callable[..., Any],  # noqa: F811
    make_group: Callable[..., Any],  # noqa: F811
) -> None:
    output = np.arange(0.0, 2.01, 0.1)
    before = np.full((21, 20), -np.inf)
    for dose in (0.0, 0.04, 0.1, 0.4, 1.0, 4.0):
        naloxone = {"product": "naloxone_injection", "amount": f"{max(dose, 1e-9)} mg", "at": "0 h"}
        case = make_case(history=[history], doses=[naloxone], duration="1 d")
        people, regimen = make_group(case, 20, WITH_UNCERTAINTY)
        [course] = run_people(people, regimen, Request(2.0, output, refinement=2.0))
        cows = course.rows[:, people.composition.body.quantities.index("cows")]
        assert (cows >= before - 1e-3).all()
        before = cows
