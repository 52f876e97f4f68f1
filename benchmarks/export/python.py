"""The equations as plain Python of floats, for solvers that call a Python function."""

from __future__ import annotations

from .equations import Equations
from .text import ARITHMETIC, Writer

PYTHON = {
    **ARITHMETIC,
    "abs": "abs({0})",
    "log": "log({0})",
    "log1p": "log1p({0})",
    "expm1": "expm1({0})",
    "tanh": "tanh({0})",
    "logistic": "logistic({0})",
    "pow": "({0})**({1})",
    "max": "max({0}, {1})",
    "min": "min({0}, {1})",
    "and": "({0} and {1})",
    "or": "({0} or {1})",
    "not": "(not {0})",
    "select": "({1} if {0} else {2})",
}
HEAD = """\
from math import exp, expm1, log, log1p, sqrt, tanh


def logistic(x):
    return 1.0/(1.0 + exp(-x)) if x > -700.0 else 0.0

"""


def write_python(equations: Equations) -> str:
    """A module with ``right_hand_side(y, t, p)`` and ``quantities(y, p)``, which return lists."""
    writer = Writer(PYTHON)

    def function(head: str, results: tuple[int, ...]) -> str:
        assignments, expressions = writer.write(equations.graph, results)
        lines = [
            f"\ndef {head}:",
            f"    {', '.join(equations.states)}, = y",
            f"    {', '.join(equations.parameters)}, = p",
            *(f"    {name} = {text}" for name, text in assignments),
            "    return [",
            *(f"        {text}," for text in expressions),
            "    ]\n",
        ]
        return "\n".join(lines)

    return (
        HEAD
        + function("right_hand_side(y, t, p)", equations.change)
        + function("quantities(y, p)", equations.outputs)
    )
