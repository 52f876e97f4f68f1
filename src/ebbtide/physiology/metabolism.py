r"""How enzymes change with time, and what that changes about clearance and first pass.

An enzyme pool :math:`E` (1 at rest) turns over, is lost to inactivation and gains by induction; reversible
inhibitors divide its activity (Fahmi 2009 combines the three):

.. math::
    \dot E = k_{deg}\Bigl(1 + \sum_i \frac{E_{max,i} I_i}{EC_{50,i} + I_i}\Bigr)
        - E \Bigl(k_{deg} + \sum_i \frac{k_{inact,i} I_i}{K_{I,i} + I_i}\Bigr), \qquad
    A = \frac{A_0 E}{1 + \sum_i I_i / K_i}

with unbound concentrations :math:`I`: in the gut wall those of plasma with what is being absorbed, in the
liver those of a well-stirred one, which takes in plasma and what arrives from the gut (:math:`R`) and leaves
behind what it does not clear:

.. math::
    I_{liver} = f_u \frac{Q C + R}{Q + CL_{int}}

Clearance and first pass follow :mod:`.enzymes`; the linear kinetics hold those of the person at rest, and
what is computed here is the difference. Numbers are those of :mod:`.metabolism_numbers`: a row for each
compound, so that a few operations serve all of them.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Values, added, put
from .enzymes_now import (
    Arrivals,
    Enzymes,
    Once,
    enzymes_now,
    gut_activity,
    intrinsic,
    passing_liver,
    pools_gain,
    together,
)
from .metabolism_numbers import MetabolismNumbers, VictimNumbers, WayInNumbers
from .network import Network


class Change(NamedTuple):
    """What the linear kinetics lack, and the turnover of the pools."""

    flows: Float[Values, "flows people"]
    """Nmol per hour."""
    pools: Float[Values, "pools people"]
    """Per hour."""


def react(
    network: Network,
    central: Float[Values, "centrals people"],
    arriving: Arrivals,
    pools: Float[Values, "pools people"],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
    passing: Float[Values, "perpetrators people"] | None = None,
    once: Once = lambda compute: compute(),
) -> tuple[Change, Float[Values, "perpetrators people"]]:
    """What the linear kinetics lack, and what passes the liver of the perpetrators that are victims.

    Parameters
    ----------
    central
        Amounts (nmol) in the central compartments of victims, then of other perpetrators.
    pools
        Deviation from 1.
    passing
        What passed the liver a moment ago, which is near what passes now: by default not known.
    """
    now = enzymes_now(network, central, arriving, pools, liver_function, numbers, passing, once)
    change = Change(
        flows(network, central, arriving, now, pools, liver_function, numbers, once),
        pools_gain(network, pools, now, numbers),
    )
    return change, now.passing


def flows(
    network: Network,
    central: Float[Values, "centrals people"],
    arriving: Arrivals,
    now: Enzymes,
    pools: Float[Values, "pools people"],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
    once: Once = lambda compute: compute(),
) -> Float[Values, "flows people"]:
    """What the linear kinetics lack, nmol per hour, into each compartment of :attr:`.Network.writes`."""
    n = numbers.victims
    amount = central[: len(network.victims)]
    active = once(lambda: liver_function * together(n.liver.activity, now.activity))
    passing = once(lambda: passing_liver(n.liver, active, amount))
    gut = once(lambda: gut_activity(network, now, pools, numbers))
    met = _Met(active, passing, amount * n.liver.per_volume, gut)

    def own() -> Values:
        """But for metabolites."""
        change = [(n.at_rest - _cleared(n, met, amount)[1]) * met.concentration]
        for way, absorbed in zip(numbers.ways_in, arriving.absorbed, strict=True):
            change.append((_reach(numbers, way, met)[1] - way.reach) * absorbed)
        return added(change)

    result = once(own)
    spare = len(network.writes) - len(network.victims)
    if spare:
        result = jnp.concatenate([result, jnp.zeros((spare, *result.shape[1:]), result.dtype)])
    for place, those in enumerate(network.formations):
        new = once(partial(_formed, network, place, amount, arriving, now, met, numbers))
        for row, victim in enumerate(network.victims[those]):
            if place < len(victim.formations):
                to = victim.formations[place].row
                result = put(result[to : to + 1] + new[row : row + 1], result, to)
    return result


class _Met(NamedTuple):
    """What victims meet; rows are victims."""

    active: Float[Values, "victims people"]
    """Activity of the liver."""
    passing: Float[Values, "victims people"]
    """What passes it, bypass aside."""
    concentration: Float[Values, "victims people"]
    gut: Float[Values, " people"]
    """Activity in the gut wall."""


def _cleared(
    numbers: VictimNumbers, met: _Met, amount: Float[Values, "victims people"]
) -> tuple[Float[Values, "victims people"], Float[Values, "victims people"]]:
    """Clearance by the liver, and all."""
    by_liver = intrinsic(numbers.liver, met.active, amount) * met.passing + numbers.beyond * met.active
    return by_liver, by_liver + numbers.other


def _reach(
    numbers: MetabolismNumbers, way: WayInNumbers, met: _Met
) -> tuple[Float[Values, "victims people"], Float[Values, "victims people"]]:
    """What passes gut wall and liver, and what reaches the circulation."""
    passing = (numbers.bypass + (1.0 - numbers.bypass) * met.passing) / (1.0 + way.lost_in_gut * met.gut)
    return passing, jnp.minimum(way.unchanged * passing, 1.0)


def _formed(
    network: Network,
    place: int,
    amount: Float[Values, "victims people"],
    arriving: Arrivals,
    now: Enzymes,
    met: _Met,
    numbers: MetabolismNumbers,
) -> Float[Values, "some people"]:
    """What is formed of the metabolites of this place over what the linear kinetics hold."""

    def relative(number: int) -> Values:
        """Activity of what forms a metabolite over that of all."""
        own = numbers.formations[number]
        return together(own.by, now.activity) / _positive(together(own.all, now.activity))

    those, f = network.formations[place], numbers.formations[place]
    by_liver, cleared = (values[those] for values in _cleared(numbers.victims, met, amount))
    formed = jnp.minimum(f.of_liver * relative(place) * by_liver, cleared) + f.of_all * cleared
    change = [(formed - f.at_rest) * met.concentration[those]]
    for way, absorbed in zip(numbers.ways_in, arriving.absorbed, strict=True):
        passing, reach = _reach(numbers, way, met)
        room, lost = 1.0 - reach, (1.0 - passing) * way.per_lost
        part, start = jnp.zeros_like(room), 0
        for number in range(place + 1):  # the first ones first: together they are no more than what is lost
            own = network.formations[number]
            inside = slice(own.start - start, own.stop - start)
            room, start = (room - part)[inside], own.start
            part = jnp.minimum(way.first_pass[number].normal * lost[own] * relative(number), room)
        change.append((part - way.first_pass[place].at_rest) * absorbed[those])
    return added(change)


def _positive(values: Values) -> Values:
    return jnp.maximum(values, jnp.finfo(values.dtype).eps)  # type: ignore[no-untyped-call]
