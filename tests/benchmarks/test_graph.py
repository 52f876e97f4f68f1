import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from benchmarks.export.equations import evaluate
from benchmarks.export.graph import Graph
from benchmarks.export.trace import Ids, trace


def test_equal_expressions_are_one_node() -> None:
    g = Graph()
    a, b = g.symbol("a"), g.symbol("b")
    assert g.make("add", a, b) == g.make("add", b, a)
    assert g.make("sub", a, b) != g.make("sub", b, a)


def test_constants_fold_and_zeros_vanish() -> None:
    g = Graph()
    a = g.symbol("a")
    assert g.value(g.make("exp", g.const(1.0))) == math.e
    assert g.make("add", a, g.make("mul", g.const(0.0), g.symbol("b"))) == a


def test_a_traced_function_computes_what_jax_computes() -> None:
    def f(x: jax.Array, y: jax.Array) -> jax.Array:
        table = jnp.stack([x, y, jax.nn.softplus(x - y)])
        most = jnp.where(table[0] > table[1], table[2], jnp.maximum(table, 0.2).sum(axis=0))
        return jnp.concatenate([table.T @ jnp.arange(3.0), jax.nn.sigmoid(most) ** 3, x[1:] / y[1:]])

    g = Graph()
    names = {"x": ("x0", "x1"), "y": ("y0", "y1")}
    x, y = (Ids(np.array([g.symbol(n) for n in names[k]])) for k in ("x", "y"))
    results = trace(g, f, (x, y))
    given = {"x0": 0.3, "x1": 2.0, "y0": 0.7, "y1": -1.2}
    known = evaluate(g, map(int, results), given)
    exact = f(jnp.array([0.3, 2.0]), jnp.array([0.7, -1.2]))
    assert [known[int(r)] for r in results] == pytest.approx(np.asarray(exact).tolist(), rel=1e-12)


def test_an_operation_that_no_exporter_knows_is_refused() -> None:
    g = Graph()
    with pytest.raises(NotImplementedError, match="sort"):
        trace(g, lambda x: jnp.sort(x), (Ids(np.array([g.symbol("a"), g.symbol("b")])),))
