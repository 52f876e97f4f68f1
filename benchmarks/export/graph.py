"""Scalar expressions as a graph in which equal ones are one node; constants are folded as it grows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Key = tuple[str, tuple[int, ...], object]
CONST, SYMBOL = "const", "symbol"
COMMUTE = {"add", "mul", "max", "min", "eq", "ne"}
NEVER = {"ne", "lt", "gt"}
"""Comparisons that do not hold of two equal numbers (nothing here is NaN); the others do."""


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


COMPUTE: Mapping[str, Callable[..., float | bool]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "logistic": _logistic,
    "pow": lambda a, b: a**b,
    "max": max,
    "min": min,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "select": lambda condition, a, b: a if condition else b,
}
"""Every operation that a node may have."""
COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne"}


@dataclass(frozen=True)
class Node:
    """An operation on earlier nodes, a constant, or a symbol."""

    op: str
    args: tuple[int, ...] = ()
    value: float | str | None = None
    """Of a constant its value, of a symbol its name."""


@dataclass
class Graph:
    """Nodes by number; the arguments of a node have smaller numbers."""

    nodes: list[Node] = field(default_factory=list)
    _known: dict[Key, int] = field(default_factory=dict)

    def const(self, value: float) -> int:
        """A number (or a truth value, as 0 or 1)."""
        return self._node(CONST, (), float(value))

    def symbol(self, name: str) -> int:
        """A named input."""
        return self._node(SYMBOL, (), name)

    def value(self, number: int) -> float | None:
        """The value of a constant, else ``None``."""
        node = self.nodes[number]
        return float(node.value) if node.op == CONST and node.value is not None else None

    def make(self, op: str, *args: int) -> int:
        """The node of an operation, simplified where that is exact.

        Raises
        ------
        NotImplementedError
            For an operation that no exporter could write.
        """
        if op not in COMPUTE:
            raise NotImplementedError(f"no scalar operation for {op}")
        known = [self.value(a) for a in args]
        if all(v is not None for v in known):
            return self.const(float(COMPUTE[op](*known)))
        simple = self._simplified(op, args, known)
        if simple is not None:
            return simple
        if op in COMMUTE:
            args = tuple(sorted(args))
        return self._node(op, args, None)

    def _simplified(self, op: str, args: tuple[int, ...], known: list[float | None]) -> int | None:
        a, b = args[0], args[-1]
        first, last = known[0], known[-1]
        match op:
            case "add" if 0.0 in known:
                return b if first == 0.0 else a
            case "sub" if last == 0.0:
                return a
            case "sub" if first == 0.0:
                return self.make("neg", b)
            case "sub" if a == b:
                return self.const(0.0)
            case "mul" if 0.0 in known:
                return self.const(0.0)
            case "mul" if 1.0 in known:
                return b if first == 1.0 else a
            case "div" if first == 0.0:
                return self.const(0.0)
            case "div" | "pow" if last == 1.0:
                return a
            case "neg" if self.nodes[a].op == "neg":
                return self.nodes[a].args[0]
            case "max" | "min" if a == b or (self.nodes[a].op == op and b in self.nodes[a].args):
                return a
            case "select" if known[0] is not None:
                return args[1] if known[0] else b
            case "select" if args[1] == b:
                return b
            case _ if op in COMPARISONS and a == b:
                return self.const(float(op not in NEVER))
        return None

    def _node(self, op: str, args: tuple[int, ...], value: float | str | None) -> int:
        # 0.0 and -0.0 are equal, but not the same constant
        key = (op, args, (value, math.copysign(1.0, value)) if isinstance(value, float) else value)
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(Node(op, args, value))
        return self._known[key]

    def needed(self, results: Iterable[int]) -> list[int]:
        """All nodes that ``results`` are made of, in an order in which they can be computed."""
        seen: set[int] = set()
        todo = list(results)
        while todo:
            number = todo.pop()
            if number not in seen:
                seen.add(number)
                todo.extend(self.nodes[number].args)
        return sorted(seen)
