"""The equations as C functions: the right-hand side and the quantities of one person."""

from __future__ import annotations

from .equations import Equations
from .text import ARITHMETIC, Writer

C = {
    **ARITHMETIC,
    "abs": "fabs({0})",
    "log": "log({0})",
    "log1p": "log1p({0})",
    "expm1": "expm1({0})",
    "tanh": "tanh({0})",
    "logistic": "logistic({0})",
    "pow": "pow({0}, {1})",
    "max": "larger({0}, {1})",
    "min": "smaller({0}, {1})",
    "and": "({0} && {1})",
    "or": "({0} || {1})",
    "not": "(!{0})",
    "select": "({0} ? {1} : {2})",
}
HELPERS = """\
static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline double logistic(double x) { return 1.0/(1.0 + exp(-x)); }
"""


def write_c(equations: Equations) -> str:
    """C that C++ compilers take too: ``right_hand_side``, ``quantities`` and their sizes."""
    symbols = {name: f"y[{i}]" for i, name in enumerate(equations.states)}
    symbols |= {name: f"p[{i}]" for i, name in enumerate(equations.parameters)}
    writer = Writer(C, symbols)

    def body(results: tuple[int, ...], target: str) -> str:
        assignments, expressions = writer.write(equations.graph, results)
        lines = [f"  const double {name} = {text};" for name, text in assignments]
        lines += [f"  {target}[{i}] = {text};" for i, text in enumerate(expressions)]
        return "\n".join(lines)

    sizes = {
        "STATES": len(equations.states),
        "PARAMETERS": len(equations.parameters),
        "QUANTITIES": len(equations.outputs),
    }
    return "\n".join(
        [
            "#include <math.h>",
            *(f"#define {name} {count}" for name, count in sizes.items()),
            HELPERS,
            "static void right_hand_side(double t, const double *y, double *dy, const double *p) {",
            "  (void)t;",
            body(equations.change, "dy"),
            "}\n",
            "static void quantities(const double *y, const double *p, double *q) {",
            body(equations.outputs, "q"),
            "}\n",
        ]
    )
