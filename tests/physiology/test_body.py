import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pytest

from ebbtide.library import Library
from ebbtide.physiology.body import build_body

LIGANDS = ("morphine", "fentanyl", "buprenorphine", "naloxone")

CHECKED_SHAPES = """
from jaxtyping import install_import_hook

with install_import_hook("ebbtide.physiology", "beartype.beartype"):
    from ebbtide.physiology.body import build_body

import jax.numpy as jnp
import numpy as np
from ebbtide.library import load_library
from ebbtide.population import BETWEEN_PERSON, draw_numbers

library = load_library()
names = ("morphine", "fentanyl", "buprenorphine", "naloxone")
body = build_body(library, names)
numbers = body.prepare(draw_numbers(library, names, 3, 1, BETWEEN_PERSON))
state = jnp.full((body.size, 3), 0.1)
effect = jnp.full((len(body.ligands), 3), 5.0)
assert body.change(state, effect, numbers).shape == state.shape
assert body.observe(state, effect, numbers).shape == (len(body.quantities), 3)
assert body.observe_ventilation(state, effect, numbers).shape == (3,)
assert body.relaxation_rates(numbers).shape == state.shape
for wrong in (effect[:, :2], effect[0], effect.astype(int)):
    try:
        body.change(state, wrong, numbers)
    except Exception as error:
        assert "jaxtyping" in str(type(error)) or "TypeCheckError" in type(error).__name__, repr(error)
    else:
        raise SystemExit(f"taken: {wrong.shape} {wrong.dtype}")
print("shapes hold")
"""


def test_array_shapes_are_as_annotated() -> None:
    result = subprocess.run([sys.executable, "-c", CHECKED_SHAPES], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "shapes hold\n"), result.stderr[-2000:]


def test_rows_are_named_and_ligands_ordered(library: Library, typical: Mapping[str, np.ndarray]) -> None:
    body = build_body(library, LIGANDS)
    assert body.slow == ("buprenorphine",)
    assert body.ligands == ("morphine", "fentanyl", "naloxone", "buprenorphine")
    assert len(body.state_names) == body.size == len(set(body.state_names))
    assert len(set(body.quantities)) == len(body.quantities)
    assert {"cows", "sows", "sows_gossop", "craving", "ventilation", "mor.signal"} <= set(body.quantities)


def test_a_body_that_never_met_a_drug_stays_well(library: Library, typical: Mapping[str, np.ndarray]) -> None:
    body = build_body(library, LIGANDS)
    numbers = body.prepare(typical)
    none = np.zeros((len(body.ligands), 1))
    state = np.zeros((body.size, 1), dtype=np.float32)
    seen = dict(zip(body.quantities, np.asarray(body.observe(state, none, numbers))[:, 0], strict=True))
    assert seen["ventilation"] == 1
    felt = ("mor.", "symptom.", "cows", "sows", "craving", "sedation", "activation", "qtc")
    assert all(value == 0 for name, value in seen.items() if name.startswith(felt))
    # the smooth positive part leaves a drive below what is felt
    change = dict(zip(body.state_names, np.asarray(body.change(state, none, numbers))[:, 0], strict=True))
    assert change["adaptation.fast"] == change["breathing_tolerance"] == change["hyperalgesia"] == 0
    assert max(abs(value) for value in change.values()) < 0.02
    rate = dict(zip(body.state_names, np.asarray(body.relaxation_rates(numbers))[:, 0], strict=True))
    assert max(abs(value / rate[name]) for name, value in change.items()) < 0.02


def test_rounding_below_zero_concentration_does_not_bind(
    library: Library, typical: Mapping[str, np.ndarray]
) -> None:
    body = build_body(library, LIGANDS)
    numbers = body.prepare(typical)
    state = np.full((body.size, 1), 0.2)
    none, rounding = np.zeros((len(body.ligands), 1)), np.full((len(body.ligands), 1), -1e-9)
    np.testing.assert_array_equal(body.change(state, none, numbers), body.change(state, rounding, numbers))


@pytest.mark.parametrize("antagonist_nm", [1.0, 10.0, 100.0])
def test_naloxone_takes_signal_and_raises_the_drive(
    antagonist_nm: float, library: Library, typical: Mapping[str, np.ndarray]
) -> None:
    body = build_body(library, LIGANDS)
    numbers = body.prepare(typical)
    state = np.zeros((body.size, 1), dtype=np.float32)
    state[1:5] = 0.6  # used to a signal of 0.6

    def moment(naloxone: float) -> tuple[float, float, float]:
        effect = np.array([[500.0], [0.0], [naloxone], [0.0]])
        now = body.moment(state, effect, numbers)
        breath = body.observe_ventilation(state, effect, numbers)
        return float(now.signal[0]), float(now.drive[0]), float(breath[0])

    before, after = moment(0.0), moment(antagonist_nm)
    assert after[0] < before[0]
    assert after[1] > before[1]
    assert after[2] > before[2]
