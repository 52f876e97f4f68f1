"""How a person's liver, kidneys, genes and size scale a clearance.

A clearance is a sum of pathways; each takes its own activity, and what no pathway claims stays
unscaled. Sizes scale by allometry: exponent 0.75 on clearance, 1 on volume.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Array = Any

HEPATIC = ("cyp3a4", "cyp2d6", "cyp2b6", "cyp1a2", "ugt")


def activities(
    numbers: Mapping[str, Array], cyp2d6: str, child_pugh: str, egfr: Array | None
) -> dict[str, Array]:
    """Activity of each pathway as a fraction of normal, shape ``(people,)`` each; ``egfr`` in L/h."""
    liver = numbers[f"enzymes.child_pugh.{child_pugh}"]
    result = {name: liver for name in HEPATIC}
    result["cyp2d6"] = liver * numbers[f"enzymes.cyp2d6.{cyp2d6}"]
    normal = numbers["enzymes.renal.normal_egfr"]
    result["renal"] = normal / normal if egfr is None else egfr / normal
    return result


def clearance_factor(
    numbers: Mapping[str, Array], compound: str, pathways: Iterable[str], activity: Mapping[str, Array]
) -> Array:
    """Clearance of ``compound`` as a fraction of that with all pathways normal."""
    factor = 1.0
    for pathway in pathways:
        factor = factor + numbers[f"{compound}.pathways.{pathway}"] * (activity[pathway] - 1.0)
    return factor


def size_factor(weight_kg: Array, numbers: Mapping[str, Array], what: str) -> Array:
    """Factor on a ``clearance`` or ``volume`` that holds for the reference weight."""
    relative = weight_kg / numbers["population.weight.reference"]
    return relative ** numbers[f"population.allometry.{what}_exponent"]
