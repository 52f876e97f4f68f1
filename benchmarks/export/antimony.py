"""The equations in Antimony, the readable form of SBML: a rate rule for each state, no events.

Doses are jumps that the program which runs the model makes between two stretches of time.
"""

from __future__ import annotations

from .equations import Equations
from .text import ARITHMETIC, Writer

ANTIMONY = {
    **ARITHMETIC,
    "abs": "abs({0})",
    "log": "ln({0})",
    "log1p": "ln(1 + {0})",
    "expm1": "(exp({0}) - 1)",
    "tanh": "tanh({0})",
    "logistic": "1/(1 + exp(-{0}))",
    "pow": "({0})^({1})",
    # not piecewise, at whose changes of branch libRoadRunner stops
    "max": "({0} + {1} + abs({0} - {1}))/2",
    "min": "({0} + {1} - abs({0} - {1}))/2",
    "and": "({0} && {1})",
    "or": "({0} || {1})",
    "not": "!({0})",
    "select": "piecewise({1}, {0}, {2})",
}


def output_name(quantity: str) -> str:
    """The name of a quantity's assignment rule."""
    return "q_" + "".join(c if c.isalnum() else "_" for c in quantity)


def write_antimony(equations: Equations, person: int = 0) -> str:
    """The model with the numbers of one person and all states at 0; time in hours."""
    writer = Writer(ANTIMONY)
    results = [*equations.change, *equations.outputs]
    assignments, expressions = writer.write(equations.graph, results)
    lines = ["model ebbtide()"]
    lines += [f"  {name} := {text};" for name, text in assignments]
    lines += [f"  {name}' = {text};" for name, text in zip(equations.states, expressions, strict=False)]
    shown = expressions[len(equations.states) :]
    lines += [
        f"  {output_name(name)} := {text};" for name, text in zip(equations.quantities, shown, strict=True)
    ]
    lines += [f"  {name} = 0;" for name in equations.states]
    lines += [
        f"  {name} = {value!r};"
        for name, value in zip(equations.parameters, equations.values[:, person].tolist(), strict=True)
    ]
    return "\n".join([*lines, "end", ""])
