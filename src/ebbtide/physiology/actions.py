r"""What compounds do at targets other than mu receptors, from their concentrations.

At a saturable target :math:`t` all compounds compete; an effect in proportion to concentration adds up:

.. math::
    A_t = \frac{\sum_i e_{it} C_i / H_{it}}{1 + \sum_i C_i / H_{it}}, \qquad Q = \sum_i b_i C_i

with the efficacy :math:`e` at saturation and the concentration of half the effect :math:`H` (Gaddum's
equation for several ligands of one site).
"""

from __future__ import annotations

from typing import NamedTuple, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library
from ebbtide.library.schema import LinearTarget, Target

from .arrays import Numbers, Values

TARGETS: tuple[str, ...] = get_args(Target)
LINEAR: tuple[str, ...] = get_args(LinearTarget)


class Actions(NamedTuple):
    """The numbers of the ligands that a group of people meets."""

    affinity: Float[Values, "target ligand people"]
    """1 over the concentration of half the effect (per nM); 0 where a ligand does nothing."""
    efficacy: Float[Values, "target ligand people"]
    slope: Float[Values, "linear ligand people"]


def acts(library: Library, compound: str) -> bool:
    """Whether ``compound`` does anything at these targets."""
    entry = library.compounds[compound]
    return bool(entry.actions or entry.slopes)


def prepare(numbers: Numbers, ligands: tuple[str, ...]) -> Actions:
    """Collect the numbers of ``ligands`` by name."""
    shape = next(iter(numbers.values())).shape

    def table(
        rows: tuple[str, ...], name: str, *, inverse: bool = False
    ) -> Float[np.ndarray, "row ligand people"]:
        result = np.zeros((len(rows), len(ligands), *shape))
        for i, row in enumerate(rows):
            for j, ligand in enumerate(ligands):
                values = numbers.get(name.format(ligand=ligand, row=row))
                if values is not None:
                    result[i, j] = 1.0 / values if inverse else values
        return result

    return Actions(
        affinity=table(TARGETS, "{ligand}.actions.{row}.half_effect", inverse=True),
        efficacy=table(TARGETS, "{ligand}.actions.{row}.efficacy"),
        slope=table(LINEAR, "{ligand}.slopes.{row}"),
    )


def levels(
    effect_nm: Float[Values, "ligand people"], numbers: Actions
) -> dict[str, Float[Values, " people"]]:
    """Level of each target by name: 0-1 of the saturable ones, in units of their own of the linear ones."""
    present = jnp.maximum(effect_nm, 0.0)
    load = numbers.affinity * present
    saturable = (numbers.efficacy * load).sum(axis=1) / (1.0 + load.sum(axis=1))
    linear = (numbers.slope * present).sum(axis=1)
    return dict(zip((*TARGETS, *LINEAR), (*saturable, *linear), strict=True))
