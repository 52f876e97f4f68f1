r"""How enzymes change with time, and what that changes about clearance and first pass.

An enzyme pool :math:`E` (1 at rest) turns over, is lost to inactivation and gains by induction; reversible
inhibitors divide its activity (Fahmi 2009 combines the three):

.. math::
    \dot E = k_{deg}\Bigl(1 + \sum_i \frac{E_{max,i} I_i}{EC_{50,i} + I_i}\Bigr)
        - E \Bigl(k_{deg} + \sum_i \frac{k_{inact,i} I_i}{K_{I,i} + I_i}\Bigr), \qquad
    A = \frac{A_0 E}{1 + \sum_i I_i / K_i}

with unbound concentrations :math:`I`: those of plasma, in the liver with what arrives from the gut, in the
gut wall with what is being absorbed. Clearance and first pass follow :mod:`.enzymes`; the linear kinetics
hold those of the person at rest, and what is computed here is the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library

from . import clearance, disposition
from .arrays import Numbers, Values
from .entry import absorption_of, bioavailability
from .enzymes import KIDNEY, escaping_gut, escaping_liver, hepatic_clearance
from .network import GUT_ENZYME, GUT_POOL, Network, Perpetrator, Victim

Array = np.ndarray
People = Float[Values, " people"]


class WayInNumbers(NamedTuple):
    """Absorption by mouth from one depot."""

    rate: People
    unchanged: People
    """Bioavailability with normal enzymes."""
    escaping: People
    """What of that passes gut wall and liver with normal enzymes."""
    gut: People
    """What passes the gut wall with normal enzymes."""
    reach: People
    """What reaches the circulation in the person at rest: this is in the linear kinetics."""
    first_pass: tuple[tuple[People, People], ...]
    """Of each metabolite formed on the way: with normal enzymes, and in the person at rest."""


class VictimNumbers(NamedTuple):
    """One compound's liver in each person, and what the linear kinetics hold."""

    volume: People
    intrinsic: People
    flow: People
    beyond: People
    other: People
    at_rest: People
    """Clearance in the linear kinetics."""
    shares: dict[str, People]
    saturation: People
    """1 over the concentration of half clearance; 0 where it does not saturate."""
    formed: tuple[tuple[People, People], ...]
    """Of each metabolite: fraction of the clearance (or, by a pathway, of the liver's clearance with all
    pathways alike), and the clearance in the linear kinetics.
    """
    ways_in: tuple[WayInNumbers, ...]


class PerpetratorNumbers(NamedTuple):
    """One compound's effect on enzymes; concentrations are unbound."""

    volume: People
    unbound: People
    liver_inflow: tuple[People, ...]
    """Per way in: unbound concentration in the liver (nM) for each nmol in the depot."""
    gut_inflow: tuple[People, ...]
    inhibition: dict[str, People]
    inactivation: dict[str, tuple[People, People]]
    induction: dict[str, tuple[People, People]]


class MetabolismNumbers(NamedTuple):
    """The numbers of a group of people."""

    activity: dict[str, People]
    """Of each pathway in the person at rest."""
    turnover: dict[str, People]
    victims: tuple[VictimNumbers, ...]
    perpetrators: tuple[PerpetratorNumbers, ...]


def prepare(
    library: Library, network: Network, numbers: Numbers, activity: Mapping[str, Array]
) -> MetabolismNumbers:
    """Collect the numbers; ``numbers`` are scaled to the person, with ``person.flow_factor``."""
    return MetabolismNumbers(
        activity={p: np.asarray(values) for p, values in activity.items() if p != KIDNEY},
        turnover={pool: numbers[f"enzymes.turnover.{pool}"] for pool in network.pools},
        victims=tuple(_victim(library, v, numbers, activity) for v in network.victims),
        perpetrators=tuple(_perpetrator(library, p, numbers, activity) for p in network.perpetrators),
    )


def _liver(library: Library, name: str, numbers: Numbers, activity: Mapping[str, Array]) -> clearance.Liver:
    drawn = dict(numbers)
    drawn[f"{name}.disposition.clearance"] = numbers[clearance.normal_name(name)]
    return clearance.liver_of(library.compounds[name], drawn, activity, numbers["person.flow_factor"])


def _victim(
    library: Library, victim: Victim, numbers: Numbers, activity: Mapping[str, Array]
) -> VictimNumbers:
    name = victim.compound
    liver = _liver(library, name, numbers, activity)
    zero = np.zeros_like(liver.flow)
    at_rest = numbers[f"{name}.disposition.clearance"]
    formed = []
    for f in victim.formations:
        if not f.systemic:
            formed.append((zero, zero))
            continue
        fraction = numbers[f"{name}.metabolites[{f.index}].fraction_of_clearance"]
        if f.pathway is not None:
            whole = numbers[clearance.normal_name(name)] * numbers["person.flow_factor"]
            fraction = fraction * whole / np.maximum(liver.normal, np.finfo(float).tiny)
        formed.append((fraction, numbers[disposition.formation_name(name, f.compound)]))
    saturation = numbers.get(f"{name}.disposition.saturation")
    return VictimNumbers(
        volume=numbers[f"{name}.disposition.volume"],
        intrinsic=liver.intrinsic,
        flow=liver.flow,
        beyond=liver.beyond,
        other=liver.other,
        at_rest=at_rest,
        shares=dict(liver.shares),
        saturation=zero if saturation is None else 1.0 / saturation,
        formed=tuple(formed),
        ways_in=tuple(_way_in(library, victim, i, liver, numbers) for i in range(len(victim.ways_in))),
    )


def _way_in(
    library: Library, victim: Victim, index: int, liver: clearance.Liver, numbers: Numbers
) -> WayInNumbers:
    way = victim.ways_in[index]
    _, prefix = absorption_of(library, way.entry)
    one = np.ones_like(liver.flow)
    gut = numbers[f"{prefix}.gut_availability"] if way.has_gut else one
    first_pass = []
    for f in victim.formations:
        if f.first_pass:
            normal = numbers[f"{victim.compound}.metabolites[{f.index}].first_pass_fraction"]
            first_pass.append((normal, numbers[disposition.first_pass_name(way.entry, f.compound)]))
        else:
            first_pass.append((0.0 * one, 0.0 * one))
    return WayInNumbers(
        rate=numbers[way.rate],
        unchanged=bioavailability(library, numbers, way.entry),
        escaping=gut * escaping_liver(liver.intrinsic, liver.flow),
        gut=gut,
        reach=numbers[disposition.reach_name(way.entry)],
        first_pass=tuple(first_pass),
    )


def _perpetrator(
    library: Library, perpetrator: Perpetrator, numbers: Numbers, activity: Mapping[str, Array]
) -> PerpetratorNumbers:
    name = perpetrator.compound
    liver = _liver(library, name, numbers, activity)
    gut_flow = numbers["enzymes.flow.gut"] * numbers["person.flow_factor"]
    unbound = numbers[f"{name}.unbound_fraction"]
    past_liver = escaping_liver(liver.intrinsic, liver.flow)
    liver_inflow, gut_inflow = [], []
    for way in perpetrator.ways_in:
        _, prefix = absorption_of(library, way.entry)
        gut = numbers[f"{prefix}.gut_availability"] if way.has_gut else np.ones_like(past_liver)
        # what is absorbed into the gut wall, and what of it arrives in the portal vein
        arriving = np.minimum(bioavailability(library, numbers, way.entry) / past_liver, 1.0)
        taken_up = np.minimum(arriving / gut, 1.0)
        liver_inflow.append(unbound * numbers[way.rate] * arriving / liver.flow)
        gut_inflow.append(unbound * numbers[way.rate] * taken_up / gut_flow)

    def pair(enzyme: str, first: str, second: str) -> tuple[Array, Array]:
        prefix = f"{name}.enzymes.{enzyme}"
        return numbers[f"{prefix}.{first}"], numbers[f"{prefix}.{second}"]

    return PerpetratorNumbers(
        volume=numbers[f"{name}.disposition.volume"],
        unbound=unbound,
        liver_inflow=tuple(liver_inflow),
        gut_inflow=tuple(gut_inflow),
        inhibition={e: numbers[f"{name}.enzymes.{e}.inhibition_constant"] for e in perpetrator.inhibits},
        inactivation={
            e: pair(e, "inactivation_rate", "inactivation_constant") for e in perpetrator.inactivates
        },
        induction={e: pair(e, "induction_maximum", "induction_constant") for e in perpetrator.induces},
    )


class Exposure(NamedTuple):
    """Sums over perpetrators at one instant, by enzyme: inhibition, loss per hour, induction."""

    inhibition: dict[str, People]
    loss: dict[str, People]
    induction: dict[str, People]


def exposures(
    network: Network, amounts: Float[Values, "states people"], numbers: MetabolismNumbers
) -> tuple[Exposure, Exposure]:
    """What enzymes meet in the liver and in the gut wall, at ``amounts`` (nmol) in the compartments."""
    present = jnp.maximum(amounts, 0.0)
    liver, gut = Exposure({}, {}, {}), Exposure({}, {}, {})
    for who, n in zip(network.perpetrators, numbers.perpetrators, strict=True):
        plasma = n.unbound * present[who.central] / n.volume
        in_liver = in_gut = plasma
        for way, a, b in zip(who.ways_in, n.liver_inflow, n.gut_inflow, strict=True):
            in_liver = in_liver + a * present[way.depot]
            in_gut = in_gut + b * present[way.depot]
        for place, level in ((liver, in_liver), (gut, in_gut)):
            for enzyme, constant in n.inhibition.items():
                place.inhibition[enzyme] = place.inhibition.get(enzyme, 0.0) + level / constant
            for enzyme, (most, half) in n.inactivation.items():
                place.loss[enzyme] = place.loss.get(enzyme, 0.0) + most * level / (half + level)
            for enzyme, (most, half) in n.induction.items():
                place.induction[enzyme] = place.induction.get(enzyme, 0.0) + most * level / (half + level)
    return liver, gut


def pools_change(
    network: Network,
    pools: Float[Values, "pool people"],
    seen: tuple[Exposure, Exposure],
    numbers: MetabolismNumbers,
) -> Float[Values, "pool people"]:
    """Change of the pools (deviation from 1), per hour."""
    changes = []
    for index, pool in enumerate(network.pools):
        exposure, enzyme = (seen[1], GUT_ENZYME) if pool == GUT_POOL else (seen[0], pool)
        rate = numbers.turnover[pool]
        gained = rate * (exposure.induction.get(enzyme, 0.0) - pools[index])
        changes.append(gained - (1.0 + pools[index]) * exposure.loss.get(enzyme, 0.0))
    return jnp.stack(changes) if changes else pools


def flows(
    network: Network,
    amounts: Float[Values, "states people"],
    pools: Float[Values, "pool people"],
    seen: tuple[Exposure, Exposure],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
) -> Float[Values, "states people"]:
    """What the linear kinetics lack, nmol per hour in each compartment; sums to 0 where there is a sink."""
    level = {pool: 1.0 + pools[i] for i, pool in enumerate(network.pools)}
    activity = {
        pathway: at_rest
        * liver_function
        * level.get(pathway, 1.0)
        / (1.0 + seen[0].inhibition.get(pathway, 0.0))
        for pathway, at_rest in numbers.activity.items()
    }
    gut = level.get(GUT_POOL, 1.0) / (1.0 + seen[1].inhibition.get(GUT_ENZYME, 0.0))
    rows: list[Values] = [jnp.zeros_like(amounts[0])] * amounts.shape[0]

    def move(source: int | None, target: int | None, flow: Values) -> None:
        if source is not None:
            rows[source] = rows[source] - flow
        if target is not None:
            rows[target] = rows[target] + flow

    for victim, n in zip(network.victims, numbers.victims, strict=True):
        at = sum((n.shares[p] * activity[p] for p in victim.pathways), jnp.zeros_like(gut + n.flow))
        concentration = amounts[victim.central] / n.volume
        intrinsic = n.intrinsic * at / (1.0 + n.saturation * jnp.maximum(concentration, 0.0))
        by_liver = hepatic_clearance(intrinsic, n.flow) + n.beyond * at
        cleared = by_liver + n.other
        move(victim.central, victim.sink, (cleared - n.at_rest) * concentration)
        for f, (share, at_rest) in zip(victim.formations, n.formed, strict=True):
            if f.systemic:
                by = cleared if f.pathway is None else activity[f.pathway] / _positive(at) * by_liver
                formed = jnp.minimum(share * by, cleared) if f.pathway else share * by
                move(victim.sink, f.central, (formed - at_rest) * concentration)
        for way, w in zip(victim.ways_in, n.ways_in, strict=True):
            passing = escaping_gut(w.gut, gut) * escaping_liver(intrinsic, n.flow)
            reach = jnp.minimum(w.unchanged * passing / w.escaping, 1.0)
            absorbed = w.rate * amounts[way.depot]
            move(victim.sink, victim.central, (reach - w.reach) * absorbed)
            room = 1.0 - reach
            lost = (1.0 - passing) / _positive(1.0 - w.escaping)
            for f, (normal, at_rest) in zip(victim.formations, w.first_pass, strict=True):
                if f.first_pass:
                    share = 1.0 if f.pathway is None else activity[f.pathway] / _positive(at)
                    part = jnp.minimum(normal * lost * share, room)
                    room = room - part
                    move(victim.sink, f.central, (part - at_rest) * absorbed)
    return jnp.stack(rows)


def _positive(values: Values) -> Values:
    return jnp.maximum(values, jnp.finfo(values.dtype).eps)  # type: ignore[no-untyped-call]
