"""Nodes as text: one assignment for what is used more than once, nested expressions for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from .graph import CONST, SYMBOL, Graph

DEEPEST = 24
"""Expressions nested deeper than this get assignments too: parsers have limits."""


class Writer:
    """Text of nodes in one language.

    Parameters
    ----------
    operations
        A format string for each operation, with ``{0}``, ``{1}`` for its arguments, brackets included.
    symbols
        How each symbol is written where it is not written by its name.
    temporary
        Name of the assignment of a node.
    """

    def __init__(
        self,
        operations: Mapping[str, str],
        symbols: Mapping[str, str] | None = None,
        temporary: Callable[[int], str] = "t{}".format,
    ) -> None:
        self.operations = operations
        self.symbols = symbols or {}
        self.temporary = temporary

    def write(self, graph: Graph, results: Sequence[int]) -> tuple[list[tuple[str, str]], list[str]]:
        """Assignments ``(name, expression)`` in order, and the expression of each result."""
        order = graph.needed(results)
        uses = Counter(a for n in order for a in graph.nodes[n].args)
        assignments: list[tuple[str, str]] = []
        text: dict[int, str] = {}
        depth: dict[int, int] = {}
        for number in order:
            node = graph.nodes[number]
            if node.op == CONST:
                text[number], depth[number] = self.number(float(node.value or 0.0)), 0
            elif node.op == SYMBOL:
                name = str(node.value)
                text[number], depth[number] = self.symbols.get(name, name), 0
            else:
                expression = self.operations[node.op].format(*(text[a] for a in node.args))
                depth[number] = 1 + max(depth[a] for a in node.args)
                if uses[number] > 1 or depth[number] > DEEPEST:
                    name = self.temporary(number)
                    assignments.append((name, expression))
                    text[number], depth[number] = name, 0
                else:
                    text[number] = expression
        return assignments, [text[r] for r in results]

    @staticmethod
    def number(value: float) -> str:
        """A constant; negative ones in brackets."""
        return repr(value) if value >= 0 else f"({value!r})"


ARITHMETIC = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "{0}*{1}",
    "div": "{0}/({1})",
    "neg": "(-{0})",
    "exp": "exp({0})",
    "sqrt": "sqrt({0})",
    "lt": "({0} < {1})",
    "le": "({0} <= {1})",
    "gt": "({0} > {1})",
    "ge": "({0} >= {1})",
    "eq": "({0} == {1})",
    "ne": "({0} != {1})",
}
"""What all languages here write alike."""
