"""The exported equations are the model's own: for any state, and over a course."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from benchmarks.adapter import run_engine, share_of_range
from benchmarks.export.mrgsolve import write_model, write_mrgsolve
from benchmarks.export.python import write_python
from benchmarks.model import build_model
from benchmarks.peers.base import events_of
from benchmarks.peers.scipy_lsoda import load_solver
from benchmarks.workload import WORKLOADS, count_doses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import PEOPLE

Exported = Callable[..., Any]


@pytest.mark.parametrize("name", WORKLOADS)
def test_equations_are_the_right_hand_side(name: str, exported: Exported) -> None:
    group, equations = exported(name)
    model = build_model(group)
    change, observe = jax.jit(model.change), jax.jit(model.observe)
    kept = [i for i in range(len(model.names)) if i not in model.needless]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.floats(0, 1), min_size=len(model.names), max_size=len(model.names)),
        st.integers(0, PEOPLE - 1),
    )
    def agree(state: list[float], person: int) -> None:
        y = np.array(state)
        own = model.one(model.arguments, person)
        given_state = np.broadcast_to(y[kept, None], (len(kept), PEOPLE))
        exact = np.asarray(change(y, own))[kept]
        scale = np.abs(exact).max()
        np.testing.assert_allclose(
            equations.evaluate(equations.change, given_state)[:, person], exact, rtol=1e-9, atol=1e-12 * scale
        )
        np.testing.assert_allclose(
            equations.evaluate(equations.outputs, given_state)[:, person],
            np.asarray(observe(y, own)),
            rtol=1e-9,
            atol=1e-12,
        )

    agree()


@pytest.mark.parametrize("name", WORKLOADS)
def test_lsoda_on_the_export_gives_the_engines_course(name: str, exported: Exported) -> None:
    group, equations = exported(name, 4)
    solve = load_solver((write_python(equations), events_of(equations)))
    rows = solve(1e-8, equations.values[:, 0], equations.jumps[..., 0])
    engine = run_engine(group, tolerance=1e-4)[..., 0]
    assert share_of_range(engine, rows, equations.quantities).max() < 1e-4


def test_the_standard_workload_is_what_is_said_of_it(exported: Exported) -> None:
    group, equations = exported("standard")
    assert group.people.composition.body.network is None
    assert len(equations.states) == 46
    assert count_doses(group.workload.doses) == len(group.doses) == 200
    assert len(equations.quantities) == 9
    assert len(equations.times_h) == 14 * 24 + 1


def blocks(text: str) -> dict[str, str]:
    parts = [part.split("\n", 1) for part in text.split("$")[1:]]
    return {head.split()[0]: body for head, body in parts}


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler")
def test_mrgsolve_model_computes_the_same_changes(tmp_path: Path, exported: Exported) -> None:
    """Its $ODE block, compiled as the C++ that it is, with names where mrgsolve declares them."""
    _, equations = exported("standard")
    part = blocks(write_model(equations))
    declare = [f"double {n} = y[{i}], dxdt_{n};" for i, n in enumerate(equations.states)]
    returned = [f"dy[{i}] = dxdt_{n};" for i, n in enumerate(equations.states)]
    source = [
        "#include <cmath>\nusing namespace std;",
        part["GLOBAL"],
        'extern "C" void change(const double *y, double *dy) {',
        *(f"const double {line};" for line in part["PARAM"].strip().splitlines()),
        *declare,
        part["ODE"],
        *returned,
        "}",
    ]
    (tmp_path / "model.cpp").write_text("\n".join(source), encoding="utf-8")
    library = tmp_path / "model.so"
    subprocess.run(["c++", "-shared", "-fPIC", "-o", library, tmp_path / "model.cpp"], check=True)
    state = np.random.default_rng(0).uniform(0, 1, len(equations.states))
    result = np.empty_like(state)
    ctypes.CDLL(str(library)).change(ctypes.c_void_p(state.ctypes.data), ctypes.c_void_p(result.ctypes.data))
    exact = equations.evaluate(equations.change, state[:, None], slice(0, 1))[:, 0]
    np.testing.assert_allclose(result, exact, rtol=1e-9, atol=1e-12)


def test_mrgsolve_tables_hold_every_dose(tmp_path: Path, exported: Exported) -> None:
    _, equations = exported("standard")
    write_mrgsolve(equations, tmp_path)
    lines = (tmp_path / "doses.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == PEOPLE * 200
    total = sum(float(line.split(",")[-1]) for line in lines if line.startswith("1,"))
    expected = sum(equations.jumps[kind, :, 0].sum() for _, kind in equations.doses)
    assert total == pytest.approx(expected)
