"""The equations of a group of people: a graph of scalars, parameters of each person, doses.

Whatever depends on parameters alone is computed once for each person and becomes a parameter, and a
quotient by a parameter becomes a product: what a careful author would write by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ..adapter import Group
from ..model import Model, build_model
from .graph import CONST, SYMBOL, Graph
from .trace import Ids, trace

Array = NDArray[np.float64]
NUMPY: Mapping[str, Any] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "logistic": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "pow": np.power,
    "max": np.maximum,
    "min": np.minimum,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select": np.where,
}


@dataclass(frozen=True)
class Equations:
    """Scalar equations of one person, and the numbers of each."""

    graph: Graph
    states: tuple[str, ...]
    unit: Array
    """One unit of each state in nmol (nM at effect sites), ``(states,)``."""
    parameters: tuple[str, ...]
    values: Array
    """``(parameters, people)``."""
    change: tuple[int, ...]
    """The node of each state's change, per hour."""
    quantities: tuple[str, ...]
    outputs: tuple[int, ...]
    """The node of each quantity."""
    doses: tuple[tuple[float, int], ...]
    """``(time_h, kind)`` in order of time."""
    jumps: Array
    """``(kinds, states, people)``."""
    times_h: Array

    @property
    def people(self) -> int:
        """How many people there are numbers for."""
        return int(self.values.shape[-1])

    def evaluate(self, results: Iterable[int], state: Array, people: slice | int = slice(None)) -> Array:
        """The nodes ``results`` by NumPy for states ``(states, people)``."""
        symbols = dict(zip(self.states, state, strict=True))
        symbols |= dict(zip(self.parameters, self.values[:, people], strict=True))
        results = list(results)
        known = evaluate(self.graph, results, symbols)
        return np.stack([np.broadcast_to(known[r], np.shape(state[0])) for r in results])


def build_equations(group: Group) -> Equations:
    """Trace the model of a group."""
    model = build_model(group)
    raw = Graph()
    arguments, values = _symbols(raw, model)
    state = Ids(np.array([raw.symbol(name) for name in model.names], dtype=np.int64))
    change = trace(raw, model.change, (state, arguments))
    outputs = trace(raw, model.observe, (state, arguments))
    kept = [i for i in range(len(model.names)) if i not in model.needless]
    names = tuple(model.names[i] for i in kept)
    graph, results, parameters, numbers = _with_parameters(
        raw, [*(int(change[i]) for i in kept), *map(int, outputs)], names, values
    )
    return Equations(
        graph=graph,
        states=names,
        unit=model.unit[kept],
        parameters=parameters,
        values=numbers,
        change=tuple(results[: len(kept)]),
        quantities=model.quantities,
        outputs=tuple(results[len(kept) :]),
        doses=group.doses,
        jumps=model.jumps[:, kept],
        times_h=group.times_h,
    )


def _symbols(graph: Graph, model: Model) -> tuple[Any, dict[str, Array]]:
    """The model's arguments as nodes: a constant where all people are alike, else a symbol."""
    values: dict[str, Array] = {}
    named: dict[bytes, int] = {}

    def element(path: str, index: tuple[int, ...], row: Array) -> int:
        if np.all(row == row[0]):
            return graph.const(float(row[0]))
        key = row.tobytes()
        if key not in named:
            words = re.findall(r"[A-Za-z0-9]+", path)
            name = "_".join([*(w for w in words if w not in {"numbers", "body"}), *map(str, index)])
            values[name] = row
            named[key] = graph.symbol(name)
        return named[key]

    def leaf(path: Any, array: Any) -> Ids:
        table = np.asarray(array, dtype=np.float64)
        at = np.zeros((*table.shape[:-1], 1), dtype=np.int64)
        for index in np.ndindex(table.shape[:-1]):
            at[index] = element(jax.tree_util.keystr(path), index, np.ascontiguousarray(table[index]))
        return Ids(at)

    return jax.tree_util.tree_map_with_path(leaf, model.arguments), values


def evaluate(graph: Graph, results: Iterable[int], symbols: Mapping[str, Any]) -> dict[int, Any]:
    """All nodes that ``results`` need, by number, by NumPy."""
    known: dict[int, Any] = {}
    with np.errstate(over="ignore"):  # exp of much is infinite, and its reciprocal 0
        for number in graph.needed(results):
            node = graph.nodes[number]
            if node.op == CONST:
                known[number] = node.value
            elif node.op == SYMBOL:
                known[number] = symbols[str(node.value)]
            else:
                known[number] = NUMPY[node.op](*(known[a] for a in node.args))
    return known


def _with_parameters(
    raw: Graph, results: list[int], states: tuple[str, ...], values: Mapping[str, Array]
) -> tuple[Graph, list[int], tuple[str, ...], Array]:
    """The graph again, with what depends on parameters alone as parameters."""
    order = raw.needed(results)
    moving: set[int] = set()
    for number in order:
        node = raw.nodes[number]
        if (node.op == SYMBOL and node.value in states) or any(a in moving for a in node.args):
            moving.add(number)
    fixed = evaluate(raw, [n for n in order if n not in moving], values)
    graph = Graph()
    found: dict[bytes, int] = {}
    names: list[str] = []
    rows: list[Array] = []
    people = len(next(iter(values.values())))

    def parameter(row: Any, name: str | None) -> int:
        row = np.broadcast_to(np.asarray(row, dtype=np.float64), (people,))
        if np.all(row == row[0]):
            return graph.const(float(row[0]))
        key = np.ascontiguousarray(row).tobytes()
        if key not in found:
            names.append(name or f"derived_{len(names)}")
            rows.append(np.array(row))
            found[key] = graph.symbol(names[-1])
        return found[key]

    new: dict[int, int] = {}

    def at(number: int) -> int:
        if number in new:
            return new[number]
        node = raw.nodes[number]
        return parameter(fixed[number], str(node.value) if node.op == SYMBOL else None)

    for number in order:
        node = raw.nodes[number]
        if number not in moving:
            continue
        if node.op == SYMBOL:
            new[number] = graph.symbol(str(node.value))
        elif node.op == "div" and node.args[1] not in moving:
            inverse = parameter(1.0 / np.asarray(fixed[node.args[1]]), None)
            new[number] = graph.make("mul", at(node.args[0]), inverse)
        else:
            new[number] = graph.make(node.op, *map(at, node.args))
    mapped = [at(number) for number in results]
    # a symbol that nothing reads any longer is no parameter
    read = {graph.nodes[n].value for n in graph.needed(mapped)}
    kept = [i for i, name in enumerate(names) if name in read]
    table = np.array([rows[i] for i in kept]).reshape(len(kept), people)
    return graph, mapped, tuple(names[i] for i in kept), table
