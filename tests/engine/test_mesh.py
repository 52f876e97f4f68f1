import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.engine.mesh import FIRST_STEP_H, LONGEST_STEP_H, build_mesh

times = st.lists(st.floats(0, 47.9).map(lambda t: round(t, 3)), max_size=8)


@given(doses=times, outputs=times, refinement=st.sampled_from([1.0, 1.5, 2.0]))
def test_a_mesh_covers_its_span_once_and_lands_on_every_dose_and_output(
    doses: list[float], outputs: list[float], refinement: float
) -> None:
    mesh = build_mesh(0.0, 48.0, [(t, i) for i, t in enumerate(doses)], sorted(set(outputs)), (), refinement)
    assert np.isclose(mesh.step_h.sum(), 48.0)
    assert np.all(mesh.step_h >= 0)
    assert mesh.step_h.max() <= LONGEST_STEP_H / refinement * (1 + 1e-9)
    assert sorted(mesh.dose_kind[mesh.dose_kind >= 0]) == sorted(range(len(doses)))
    for index, kind in enumerate(mesh.dose_kind):
        if kind >= 0:
            assert abs(mesh.time_h[index] - doses[kind]) < 1e-6
    assert np.allclose(mesh.time_h[mesh.is_output], sorted(set(outputs)), atol=1e-6)


def test_steps_start_small_after_each_dose() -> None:
    mesh = build_mesh(0.0, 48.0, [(24.0, 0)])
    after = mesh.step_h[np.searchsorted(mesh.time_h, 24.0)]
    assert after == pytest.approx(FIRST_STEP_H)
    assert mesh.step_h[mesh.time_h < 24.0].max() > 0.9 * LONGEST_STEP_H


@given(doses=times)
def test_pieces_hold_every_node_once(doses: list[float]) -> None:
    mesh = build_mesh(0.0, 48.0, [(t, 0) for t in doses], np.arange(49.0), [0.0, 24.0])
    pieces = mesh.pieces([0.0, 24.0])
    assert sum(piece.stop - piece.start for piece in pieces) == len(mesh)
    assert np.isclose(mesh.step_h[pieces[0]].sum(), 24.0)
