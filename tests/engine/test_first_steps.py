"""First steps against what a dose does: the share of the receptor that is taken within the step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.engine.first_steps import FLOOD, first_steps
from ebbtide.engine.mesh import FIRST_STEP_H


def first_step(make_case: Callable[..., Any], make_group: Callable[..., Any], **dose: str) -> Any:
    people, _ = make_group(make_case(doses=[{"at": "0 h", **dose}]))
    return people, first_steps(people)[0]


@pytest.mark.parametrize(
    "dose",
    [
        {"product": "naloxone_injection", "amount": "0.4 mg", "route": "intravenous"},
        {"product": "nalmefene_spray", "amount": "2.7 mg"},
        {"product": "methadone_liquid", "amount": "60 mg"},
    ],
)
def test_no_first_step_floods_the_receptor(
    dose: dict[str, str], make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    people, step = first_step(make_case, make_group, **dose)
    # by the end of the step, in compartments: the matrix exponential of the kinetics
    modes = people.doses[0] * np.exp(-people.kinetics.modes.rate * step)
    fast = len(people.composition.body.body.fast)
    load = np.einsum("bmp,mp->bp", people.kinetics.modes.effect[:fast], modes)
    load = load / np.asarray(people.body_numbers.body.receptor.fast_constant)
    assert load.max() <= FLOOD or step == FIRST_STEP_H


def test_an_antagonist_in_a_vein_begins_with_shorter_steps_than_one_in_a_muscle(
    make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    dose = {"product": "naloxone_injection", "amount": "0.4 mg"}
    _, vein = first_step(make_case, make_group, route="intravenous", **dose)
    _, muscle = first_step(make_case, make_group, route="intramuscular", **dose)
    _, little = first_step(make_case, make_group, route="intravenous", **dose | {"amount": "0.04 mg"})
    assert vein < muscle
    assert vein < little
