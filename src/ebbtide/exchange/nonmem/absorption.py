"""The ``[absorption]`` table of a compound file: flat, or by route like that of the library's own files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from ebbtide.case.telling import shown, shown_key
from ebbtide.library import InputError, nearest_name
from ebbtide.library.schema import Route

from .spelling import squeezed

ROUTES: tuple[str, ...] = get_args(Route)
_BESIDE = {"gutavailability", "note", "notes", "source"}
"""What the library says of how a bioavailability comes about; it is not needed to use it."""
_NOT_LINEAR = {
    "releaserate": "a release before absorption needs two depots: this command has one",
    "parts": "several ways in at once need several depots: this command has one",
    "dosedependence": "a bioavailability that depends on the dose is not a constant",
}


def read_absorption(raw: Mapping[str, Any], route: object, where: str) -> dict[str, Any]:
    """The table of one route: ``route``, else oral, else the only one; its ``rate`` becomes ``KA``.

    Raises
    ------
    InputError
        For a route that is not there, several that could be meant, and what one depot cannot do.
    """
    routes = {key: table for key, table in raw.items() if key in ROUTES and isinstance(table, dict)}
    if routes:
        name = _route(routes, route, where)
        if name is None:
            return {}
        raw, where = routes[name], f"{where}.{name}"
    found: dict[str, Any] = {}
    for key, value in raw.items():
        plain = squeezed(key)
        if plain in _NOT_LINEAR:
            raise InputError(_NOT_LINEAR[plain], where=f"{where}.{shown_key(key)}")
        if plain not in _BESIDE:
            found["KA" if plain == "rate" else key] = value
    return found


def _route(routes: Mapping[str, Mapping[str, Any]], route: object, where: str) -> str | None:
    if route is not None:
        if not isinstance(route, str) or route not in routes:
            raise InputError(
                "no such route",
                where=where,
                value=shown(route),
                allowed=", ".join(routes),
                nearest=nearest_name(str(route), routes),
            )
        return route
    if "oral" in routes:
        return "oral"
    absorbed = [name for name, table in routes.items() if name != "intravenous"]
    if len(absorbed) > 1:
        raise InputError(
            "several routes: say which one at the top of the file",
            where=where,
            allowed=" or ".join(f'route = "{name}"' for name in absorbed),
        )
    return absorbed[0] if absorbed else None
