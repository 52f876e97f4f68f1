"""A traced JAX function as scalar expressions, element by element.

What only moves elements (slices, reshapes, gathers) is done by JAX itself on arrays of node
numbers; what computes makes a node for each element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from .graph import Graph

MOVING = {
    "broadcast_in_dim",
    "concatenate",
    "copy",
    "copy_p",
    "dynamic_slice",
    "dynamic_update_slice",
    "expand_dims",
    "gather",
    "pad",
    "reshape",
    "rev",
    "slice",
    "split",
    "squeeze",
    "stack",
    "transpose",
}
JOINING = {"concatenate": None, "dynamic_update_slice": 2, "pad": None, "stack": None}
"""Of these, the ones of which more than the first argument are elements: how many, or all."""
CALLS = {"jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat"}
SAME = {"stop_gradient", "reduce_precision", "optimization_barrier"}
SCALAR = {
    "add": "add",
    "add_any": "add",
    "sub": "sub",
    "mul": "mul",
    "div": "div",
    "neg": "neg",
    "abs": "abs",
    "exp": "exp",
    "log": "log",
    "log1p": "log1p",
    "expm1": "expm1",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "logistic": "logistic",
    "pow": "pow",
    "max": "max",
    "min": "min",
    "lt": "lt",
    "le": "le",
    "gt": "gt",
    "ge": "ge",
    "eq": "eq",
    "ne": "ne",
    "and": "and",
    "or": "or",
    "not": "not",
}
WHOLE = {"log_by_series": "log", "logistic_by_power": "logistic", "power": "pow"}
"""Functions of the model that are not looked into."""
SOFTPLUS = "softplus"
"""Another, which is written with a logarithm of one plus something."""
REDUCTIONS = {"reduce_sum": "add", "reduce_max": "max", "reduce_min": "min", "reduce_and": "and"}


@dataclass(frozen=True)
class Ids:
    """An array of node numbers."""

    at: NDArray[np.int64]


Value = Ids | NDArray[Any]


def trace(graph: Graph, function: Callable[..., Any], arguments: Any) -> Any:
    """The nodes that ``function`` returns for ``arguments``, a tuple of trees with leaves of :class:`Ids`.

    The result has the structure of what ``function`` returns, with arrays of node numbers as leaves.

    Raises
    ------
    NotImplementedError
        For an operation of JAX that is not known here.
    """
    leaves, structure = jax.tree.flatten(arguments, is_leaf=lambda leaf: isinstance(leaf, Ids))
    shapes = [jax.ShapeDtypeStruct(leaf.at.shape, jnp.float64) for leaf in leaves]
    closed, shape = jax.make_jaxpr(function, return_shape=True)(*jax.tree.unflatten(structure, shapes))
    results = _run(graph, closed.jaxpr, list(map(np.asarray, closed.consts)), leaves)
    return jax.tree.unflatten(jax.tree.structure(shape), [_ids(graph, r).at for r in results])


def _run(graph: Graph, jaxpr: Any, consts: Sequence[Value], inputs: Sequence[Value]) -> list[Value]:
    known: dict[Any, Value] = dict(zip(jaxpr.constvars, consts, strict=True))
    known |= dict(zip(jaxpr.invars, inputs, strict=True))

    def read(atom: Any) -> Value:
        return np.asarray(atom.val) if hasattr(atom, "val") else known[atom]

    for equation in jaxpr.eqns:
        known |= zip(
            equation.outvars, _step(graph, equation, [read(a) for a in equation.invars]), strict=True
        )
    return [read(atom) for atom in jaxpr.outvars]


def _step(graph: Graph, equation: Any, values: list[Value]) -> list[Value]:
    name, params = equation.primitive.name, equation.params
    if params.get("name") in WHOLE:
        return [_each(graph, WHOLE[params["name"]], values)]
    if params.get("name") == SOFTPLUS:
        far = _each(graph, "exp", [_each(graph, "neg", [_each(graph, "abs", values)])])
        return [
            _each(
                graph,
                "add",
                [_each(graph, "max", [values[0], np.zeros(())]), _each(graph, "log1p", [far])],
            )
        ]
    if name in CALLS:
        inner = params.get("jaxpr") or params.get("call_jaxpr") or params["fun_jaxpr"]
        if hasattr(inner, "consts"):
            return _run(graph, inner.jaxpr, list(map(np.asarray, inner.consts)), values)
        return _run(graph, inner, (), values)
    if not any(isinstance(v, Ids) for v in values):
        return [np.asarray(v) for v in _bound(equation, values)]
    if name in SAME:
        return list(values)
    if name in MOVING:
        # the indices of a gather or a slice stay numbers; the rest are elements to be moved
        joined = JOINING.get(name, 0)
        moved = [*(_ids(graph, v) for v in values[:joined]), *([] if joined is None else values[joined:])]
        numbers = [v.at if isinstance(v, Ids) else v for v in moved]
        return [Ids(np.asarray(v)) for v in _bound(equation, numbers)]
    if name == "convert_element_type":
        return [_converted(graph, values[0], params["new_dtype"])]
    if name == "select_n":
        return [_selected(graph, *values)]
    if name == "integer_pow":
        return [_integer_power(graph, values[0], params["y"])]
    if name == "square":
        return [_each(graph, "mul", [values[0], values[0]])]
    if name in REDUCTIONS:
        return [_reduced(graph, REDUCTIONS[name], _ids(graph, values[0]).at, params["axes"])]
    if name == "dot_general":
        return [_product(graph, values[0], values[1], params["dimension_numbers"])]
    if name in SCALAR:
        return [_each(graph, SCALAR[name], values)]
    raise NotImplementedError(f"JAX operation {name}: {equation}")


def _bound(equation: Any, values: Sequence[Any]) -> list[Any]:
    result = equation.primitive.bind(*map(jnp.asarray, values), **equation.params)
    return list(result) if equation.primitive.multiple_results else [result]


def _ids(graph: Graph, value: Value) -> Ids:
    if isinstance(value, Ids):
        return value
    flat = [graph.const(float(v)) for v in np.asarray(value).ravel()]
    return Ids(np.array(flat, dtype=np.int64).reshape(np.shape(value)))


def _each(graph: Graph, op: str, values: Sequence[Value]) -> Ids:
    arrays = np.broadcast_arrays(*(_ids(graph, v).at for v in values))
    flat = [graph.make(op, *map(int, row)) for row in zip(*(a.ravel() for a in arrays), strict=True)]
    return Ids(np.array(flat, dtype=np.int64).reshape(arrays[0].shape))


def _converted(graph: Graph, value: Value, dtype: Any) -> Value:
    if not jnp.issubdtype(dtype, jnp.floating):
        raise NotImplementedError(f"conversion of a computed value to {dtype}")
    return _ids(graph, value)  # truth values are 0 and 1 already


def _selected(graph: Graph, which: Value, *cases: Value) -> Ids:
    if len(cases) != 2:
        raise NotImplementedError("a choice between more than two")
    return _each(graph, "select", [which, cases[1], cases[0]])


def _integer_power(graph: Graph, value: Value, power: int) -> Ids:
    one = _ids(graph, np.ones(np.shape(_ids(graph, value).at)))
    result = one
    for _ in range(abs(power)):
        result = _each(graph, "mul", [result, value])
    return _each(graph, "div", [one, result]) if power < 0 else result


def _reduced(graph: Graph, op: str, at: NDArray[np.int64], axes: Sequence[int]) -> Ids:
    kept = [i for i in range(at.ndim) if i not in axes]
    rows = np.transpose(at, (*axes, *kept)).reshape(-1, *(at.shape[i] for i in kept))
    if len(rows) == 0:
        return _ids(graph, np.full(rows.shape[1:], {"add": 0.0, "and": 1.0}[op]))
    result = Ids(rows[0])
    for row in rows[1:]:
        result = _each(graph, op, [result, Ids(row)])
    return result


def _product(graph: Graph, left: Value, right: Value, dimensions: Any) -> Ids:
    (over_left, over_right), (batch_left, batch_right) = dimensions
    if batch_left or batch_right:
        raise NotImplementedError("a product over batches")
    a, b = _ids(graph, left).at, _ids(graph, right).at
    free_a = [i for i in range(a.ndim) if i not in over_left]
    free_b = [i for i in range(b.ndim) if i not in over_right]
    rows = np.transpose(a, (*free_a, *over_left)).reshape(*(a.shape[i] for i in free_a), -1)
    columns = np.transpose(b, (*over_right, *free_b)).reshape(-1, *(b.shape[i] for i in free_b))
    shape = (*rows.shape[:-1], *columns.shape[1:])
    terms = [
        _each(
            graph,
            "mul",
            [
                Ids(np.broadcast_to(rows[..., k].reshape(*rows.shape[:-1], *(1,) * len(free_b)), shape)),
                Ids(np.broadcast_to(columns[k], shape)),
            ],
        ).at
        for k in range(columns.shape[0])
    ]
    return _reduced(graph, "add", np.stack(terms), (0,)) if terms else _ids(graph, np.zeros(shape))
