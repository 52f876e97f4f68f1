r"""How a person's liver, kidneys, genes and size scale clearance and first pass.

Clearance is a sum of pathways. Those of the liver share a well-stirred liver (Pang and Rowland 1977) with
the plasma flow :math:`Q` and the intrinsic clearance :math:`I` that follows from the clearance of a person
with normal enzymes; :math:`f` is the share-weighted activity of the pathways, 1 in that person:

.. math::
    CL_h = \frac{Q I f}{Q + I f}, \qquad F_h = \frac{Q}{Q + I f}, \qquad
    F_g = \frac{1}{1 + (1/F_{g0} - 1) A_{gut}}

Where scarred, some portal blood passes the liver by: of what comes from the gut a share :math:`s` meets no
liver, and :math:`s + (1 - s) F_h` arrives.

Sizes scale by allometry: exponent 0.75 on clearance and flow, 1 on volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ebbtide.library import Compound

Array = Any

LARGEST_EXTRACTION = "enzymes.flow.largest_extraction"
LIVER = "hepatic"
KIDNEY = "renal"
BYPASS = "person.portal_bypass"
"""Name of the share of portal blood that passes a person's liver by."""


def activities(
    numbers: Mapping[str, Array], cyp2d6: str, child_pugh: str, egfr: Array | None
) -> dict[str, Array]:
    """Activity of each pathway as a fraction of normal, shape ``(people,)`` each; ``egfr`` in L/h."""
    liver = numbers[f"enzymes.child_pugh.{child_pugh}"]
    prefix = "enzymes.activity."
    result = {
        name.removeprefix(prefix): liver * own for name, own in numbers.items() if name.startswith(prefix)
    }
    result["cyp2d6"] = result["cyp2d6"] * numbers[f"enzymes.cyp2d6.{cyp2d6}"]
    result[LIVER] = liver
    normal = numbers["enzymes.renal.normal_egfr"]
    result[KIDNEY] = normal / normal if egfr is None else egfr / normal
    return result


def with_cirrhosis(numbers: Mapping[str, Array], child_pugh: str) -> dict[str, Array]:
    """``numbers`` with the portal blood that passes the liver by."""
    return {**numbers, BYPASS: numbers[f"enzymes.portal_bypass.{child_pugh}"]}


def hepatic_share(numbers: Mapping[str, Array], compound: Compound) -> Array:
    """Share of the clearance of a normal person that is the liver's."""
    prefix = f"{compound.name}.pathways"
    total = sum((numbers[f"{prefix}.{p}"] for p in compound.pathways if p != KIDNEY), 0.0)
    return np.minimum(total, 1.0)


def intrinsic_clearance(hepatic: Array, flow: Array, numbers: Mapping[str, Array]) -> tuple[Array, Array]:
    """Intrinsic clearance behind a ``hepatic`` one, and what of that no liver can do at this ``flow``."""
    done = np.minimum(hepatic, numbers[LARGEST_EXTRACTION] * flow)
    return done * flow / (flow - done), hepatic - done


def hepatic_clearance(intrinsic: Array, flow: Array) -> Array:
    """Clearance of the well-stirred liver; ``intrinsic`` is the activity times the intrinsic clearance."""
    return flow * intrinsic / (flow + intrinsic)


def escaping_liver(intrinsic: Array, flow: Array, bypass: Array | float = 0.0) -> Array:
    """Fraction of what enters by the portal vein that passes the liver, ``bypass`` around it included."""
    return bypass + (1.0 - bypass) * flow / (flow + intrinsic)


def escaping_gut(normal: Array, activity: Array) -> Array:
    """Fraction of what is absorbed that passes the gut wall, which is ``normal`` at activity 1."""
    return 1.0 / (1.0 + (1.0 / normal - 1.0) * activity)


def size_factor(weight_kg: Array, numbers: Mapping[str, Array], what: str) -> Array:
    """Factor on a ``clearance`` or ``volume`` that holds for the reference weight."""
    relative = weight_kg / numbers["population.weight.reference"]
    return relative ** numbers[f"population.allometry.{what}_exponent"]
