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
what is computed here is the difference.
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
from .enzymes import BYPASS, KIDNEY, escaping_gut, escaping_liver, hepatic_clearance
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
    formed_by: tuple[dict[str, People], ...]
    """Of each metabolite: share of each pathway in forming it."""
    ways_in: tuple[WayInNumbers, ...]


class PerpetratorNumbers(NamedTuple):
    """One compound's effect on enzymes; concentrations are unbound."""

    volume: People
    unbound: People
    passing: People
    """What of it passes the liver of the person at rest."""
    liver_inflow: tuple[People, ...]
    """Per way in: unbound concentration in blood to the liver (nM) for each nmol in the depot."""
    gut_inflow: tuple[People, ...]
    inhibition: dict[str, People]
    inactivation: dict[str, tuple[People, People]]
    induction: dict[str, tuple[People, People]]
    gut_induction: dict[str, tuple[People, People]]


class MetabolismNumbers(NamedTuple):
    """The numbers of a group of people."""

    activity: dict[str, People]
    """Of each pathway in the person at rest."""
    bypass: People
    """Share of portal blood that meets no liver."""
    turnover: dict[str, People]
    victims: tuple[VictimNumbers, ...]
    perpetrators: tuple[PerpetratorNumbers, ...]


def prepare(
    library: Library, network: Network, numbers: Numbers, activity: Mapping[str, Array]
) -> MetabolismNumbers:
    """Collect the numbers; ``numbers`` are scaled to the person, with ``person.flow_factor``."""
    return MetabolismNumbers(
        activity={p: np.asarray(values) for p, values in activity.items() if p != KIDNEY},
        bypass=numbers[BYPASS],
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
    formed, formed_by = [], []
    for f in victim.formations:
        metabolite = library.compounds[name].metabolites[f.index]
        formed_by.append(clearance.formation_shares(name, f.index, metabolite, numbers))
        if not f.systemic:
            formed.append((zero, zero))
            continue
        fraction = numbers[f"{name}.metabolites[{f.index}].fraction_of_clearance"]
        if f.pathways:
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
        formed_by=tuple(formed_by),
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

    def in_gut(enzyme: str) -> str:
        own = f"{name}.enzymes.{enzyme}.gut_induction_maximum"
        return "gut_induction_maximum" if own in numbers else "induction_maximum"

    return PerpetratorNumbers(
        volume=numbers[f"{name}.disposition.volume"],
        unbound=unbound,
        passing=escaping_liver(liver.intrinsic * liver.activity, liver.flow),
        liver_inflow=tuple(liver_inflow),
        gut_inflow=tuple(gut_inflow),
        inhibition={e: numbers[f"{name}.enzymes.{e}.inhibition_constant"] for e in perpetrator.inhibits},
        inactivation={
            e: pair(e, "inactivation_rate", "inactivation_constant") for e in perpetrator.inactivates
        },
        induction={e: pair(e, "induction_maximum", "induction_constant") for e in perpetrator.induces},
        gut_induction={e: pair(e, in_gut(e), "induction_constant") for e in perpetrator.induces},
    )


class Exposure(NamedTuple):
    """Sums over perpetrators at one instant, by enzyme: inhibition, loss per hour, induction."""

    inhibition: dict[str, People]
    loss: dict[str, People]
    induction: dict[str, People]


class EnzymesNow(NamedTuple):
    """What enzymes meet at one instant, and what is left of them."""

    liver: Exposure
    gut: Exposure
    activity: dict[str, People]
    """Of each pathway of the liver, 1 with normal enzymes."""
    gut_activity: People


def _exposure(
    network: Network, numbers: MetabolismNumbers, levels: list[People], *, gut: bool = False
) -> Exposure:
    """What enzymes of the liver, or of the ``gut``, meet at unbound ``levels``, one a perpetrator."""
    seen = Exposure({}, {}, {})
    for who, n, level in zip(network.perpetrators, numbers.perpetrators, levels, strict=True):
        for enzyme in who.inhibits:
            seen.inhibition[enzyme] = seen.inhibition.get(enzyme, 0.0) + level / n.inhibition[enzyme]
        for enzyme in who.inactivates:
            most, half = n.inactivation[enzyme]
            seen.loss[enzyme] = seen.loss.get(enzyme, 0.0) + most * level / (half + level)
        for enzyme in who.induces:
            most, half = (n.gut_induction if gut else n.induction)[enzyme]
            seen.induction[enzyme] = seen.induction.get(enzyme, 0.0) + most * level / (half + level)
    return seen


def enzymes_now(
    network: Network,
    amounts: Float[Values, "states people"],
    pools: Float[Values, "pool people"],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
) -> EnzymesNow:
    """What liver and gut wall meet at ``amounts`` (nmol) in the compartments, and what activity is left.

    The liver concentration of a compound follows from its own clearance, and where it inhibits that, the
    clearance from the concentration: both are brought together by putting one into the other, each time with
    an error smaller by more than the share that the liver takes out of blood.
    """
    present = jnp.maximum(amounts, 0.0)
    inflow, in_gut = [], []
    for who, n in zip(network.perpetrators, numbers.perpetrators, strict=True):
        plasma = n.unbound * present[who.central] / n.volume
        to_liver = to_gut = plasma
        for way, a, b in zip(who.ways_in, n.liver_inflow, n.gut_inflow, strict=True):
            to_liver = to_liver + a * present[way.depot]
            to_gut = to_gut + b * present[way.depot]
        inflow.append(to_liver)
        in_gut.append(to_gut)
    level = {pool: 1.0 + pools[i] for i, pool in enumerate(network.pools)}
    gut = _exposure(network, numbers, in_gut, gut=True)
    gut_activity = level.get(GUT_POOL, 1.0) / (1.0 + gut.inhibition.get(GUT_ENZYME, 0.0))
    passing: list[People] = [n.passing for n in numbers.perpetrators]
    for _ in range(network.passes):
        liver = _exposure(network, numbers, [p * c for p, c in zip(passing, inflow, strict=True)])
        activity = {
            pathway: at_rest
            * liver_function
            * level.get(pathway, 1.0)
            / (1.0 + liver.inhibition.get(pathway, 0.0))
            for pathway, at_rest in numbers.activity.items()
        }
        passing = [
            rest
            if who.victim is None
            else _passing(network.victims[who.victim], numbers.victims[who.victim], activity, present)
            for who, rest in zip(network.perpetrators, passing, strict=True)
        ]
    return EnzymesNow(liver, gut, activity, gut_activity)


def _activity_of(victim: Victim, n: VictimNumbers, activity: Mapping[str, People]) -> People:
    """Share-weighted activity of the liver pathways of a victim."""
    return sum((n.shares[p] * activity[p] for p in victim.pathways), jnp.zeros_like(n.flow))


def _intrinsic(n: VictimNumbers, activity: People, concentration: People) -> People:
    return n.intrinsic * activity / (1.0 + n.saturation * jnp.maximum(concentration, 0.0))


def _passing(
    victim: Victim, n: VictimNumbers, activity: Mapping[str, People], amounts: Float[Values, "states people"]
) -> People:
    """What of a victim passes the liver."""
    intrinsic = _intrinsic(n, _activity_of(victim, n, activity), amounts[victim.central] / n.volume)
    return escaping_liver(intrinsic, n.flow)


def pools_change(
    network: Network,
    pools: Float[Values, "pool people"],
    now: EnzymesNow,
    numbers: MetabolismNumbers,
) -> Float[Values, "pool people"]:
    """Change of the pools (deviation from 1), per hour."""
    changes = []
    for index, pool in enumerate(network.pools):
        exposure, enzyme = (now.gut, GUT_ENZYME) if pool == GUT_POOL else (now.liver, pool)
        rate = numbers.turnover[pool]
        gained = rate * (exposure.induction.get(enzyme, 0.0) - pools[index])
        changes.append(gained - (1.0 + pools[index]) * exposure.loss.get(enzyme, 0.0))
    return jnp.stack(changes) if changes else pools


def flows(
    network: Network,
    amounts: Float[Values, "states people"],
    now: EnzymesNow,
    numbers: MetabolismNumbers,
) -> Float[Values, "states people"]:
    """What the linear kinetics lack, nmol per hour in each compartment; sums to 0 where there is a sink."""
    rows: list[Values] = [jnp.zeros_like(amounts[0])] * amounts.shape[0]

    def move(source: int | None, target: int | None, flow: Values) -> None:
        if source is not None:
            rows[source] = rows[source] - flow
        if target is not None:
            rows[target] = rows[target] + flow

    for victim, n in zip(network.victims, numbers.victims, strict=True):
        at = _activity_of(victim, n, now.activity)
        concentration = amounts[victim.central] / n.volume
        intrinsic = _intrinsic(n, at, concentration)
        by_liver = hepatic_clearance(intrinsic, n.flow) + n.beyond * at
        cleared = by_liver + n.other
        move(victim.central, victim.sink, (cleared - n.at_rest) * concentration)
        # of each metabolite, activity of what forms it over that of all
        relative = [
            clearance.activity_by(by, now.activity) / _positive(at) if by else jnp.ones_like(at)
            for by in n.formed_by
        ]
        for f, (share, at_rest), own in zip(victim.formations, n.formed, relative, strict=True):
            if f.systemic:
                formed = jnp.minimum(share * own * by_liver, cleared) if f.pathways else share * cleared
                move(victim.sink, f.central, (formed - at_rest) * concentration)
        for way, w in zip(victim.ways_in, n.ways_in, strict=True):
            passing = escaping_gut(w.gut, now.gut_activity) * escaping_liver(
                intrinsic, n.flow, numbers.bypass
            )
            reach = jnp.minimum(w.unchanged * passing / w.escaping, 1.0)
            absorbed = w.rate * amounts[way.depot]
            move(victim.sink, victim.central, (reach - w.reach) * absorbed)
            room = 1.0 - reach
            lost = (1.0 - passing) / _positive(1.0 - w.escaping)
            for f, (normal, at_rest), own in zip(victim.formations, w.first_pass, relative, strict=True):
                if f.first_pass:
                    part = jnp.minimum(normal * lost * own, room)
                    room = room - part
                    move(victim.sink, f.central, (part - at_rest) * absorbed)
    return jnp.stack(rows)


def _positive(values: Values) -> Values:
    return jnp.maximum(values, jnp.finfo(values.dtype).eps)  # type: ignore[no-untyped-call]
