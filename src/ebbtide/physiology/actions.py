r"""What compounds do at targets other than mu receptors, from their concentrations.

At a saturable target :math:`t` all compounds compete; an effect in proportion to concentration adds up:

.. math::
    A_t = \frac{\sum_i e_{it} C_i / H_{it}}{1 + \sum_i C_i / H_{it}}, \qquad Q = \sum_i b_i C_i

with the efficacy :math:`e` at saturation and the concentration of half the effect :math:`H` (Gaddum's
equation for several ligands of one site).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library
from ebbtide.library.schema import LinearTarget, Target

from .arrays import Numbers, Values

TARGETS: tuple[str, ...] = get_args(Target)
LINEAR: tuple[str, ...] = get_args(LinearTarget)


class Pattern(NamedTuple):
    """Which ligands (by their place) act at which targets; hashable. What nobody acts at costs nothing."""

    saturable: tuple[tuple[str, tuple[int, ...]], ...]
    linear: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """Those that anybody acts at."""
        return tuple(target for target, _ in (*self.saturable, *self.linear))


class Actions(NamedTuple):
    """The numbers of the pairs of a pattern, target after target, in a group of people."""

    affinity: Float[Values, "pair people"]
    """1 over the concentration of half the effect (per nM)."""
    efficacy: Float[Values, "pair people"]
    slope: Float[Values, "linear_pair people"]


def acts(library: Library, compound: str) -> bool:
    """Whether ``compound`` does anything at these targets."""
    entry = library.compounds[compound]
    return bool(entry.actions or entry.slopes)


def pattern(library: Library, ligands: Sequence[str]) -> Pattern:
    """Who acts where."""

    def pairs(targets: tuple[str, ...], what: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
        found = (
            (
                target,
                tuple(
                    i for i, name in enumerate(ligands) if target in getattr(library.compounds[name], what)
                ),
            )
            for target in targets
        )
        return tuple((target, places) for target, places in found if places)

    return Pattern(pairs(TARGETS, "actions"), pairs(LINEAR, "slopes"))


def prepare(numbers: Numbers, ligands: Sequence[str], pattern: Pattern) -> Actions:
    """Collect the numbers of ``ligands`` by name."""
    shape = next(iter(numbers.values())).shape

    def rows(pairs: tuple[tuple[str, tuple[int, ...]], ...], name: str) -> Float[np.ndarray, "pair people"]:
        found = [
            numbers[name.format(ligand=ligands[i], target=target)] for target, places in pairs for i in places
        ]
        return np.stack(found) if found else np.zeros((0, *shape))

    return Actions(
        affinity=1.0 / rows(pattern.saturable, "{ligand}.actions.{target}.half_effect"),
        efficacy=rows(pattern.saturable, "{ligand}.actions.{target}.efficacy"),
        slope=rows(pattern.linear, "{ligand}.slopes.{target}"),
    )


def levels(
    effect_nm: Float[Values, "ligand people"], numbers: Actions, pattern: Pattern
) -> dict[str, Float[Values, " people"]]:
    """Level of each target by name: 0-1 of the saturable ones, in units of their own of the linear ones."""
    none = jnp.zeros(effect_nm.shape[1:], dtype=effect_nm.dtype)
    result = dict.fromkeys((*TARGETS, *LINEAR), none)
    present = [jnp.maximum(row, 0.0) for row in effect_nm]
    pair = 0
    for target, places in pattern.saturable:
        effect, all_bound = none, none + 1.0
        for place in places:
            load = numbers.affinity[pair] * present[place]
            effect, all_bound = effect + numbers.efficacy[pair] * load, all_bound + load
            pair += 1
        result[target] = effect / all_bound
    pair = 0
    for target, places in pattern.linear:
        for place in places:
            result[target] = result[target] + numbers.slope[pair] * present[place]
            pair += 1
    return result
