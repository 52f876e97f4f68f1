"""Floor 0: everything that is known as data, every number with unit, spread and source.

What each name needs is imported when it is asked for: an error or a help text needs no data model.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import InputError, nearest_name, unknown_name
    from .loader import Library, load_library, validate
    from .medicines import Medicine, Medicines
    from .parameter import Parameter, numbers_of
    from .scales import Scale, ScaleItem
    from .schema import Compound, Product, Source
    from .units import conversion, parse_quantity, registry, same_kind, temperature

_HOMES = {
    "errors": ("InputError", "nearest_name", "unknown_name"),
    "loader": ("Library", "load_library", "validate"),
    "medicines": ("Medicine", "Medicines"),
    "parameter": ("Parameter", "numbers_of"),
    "scales": ("Scale", "ScaleItem"),
    "schema": ("Compound", "Product", "Source"),
    "units": ("conversion", "parse_quantity", "registry", "same_kind", "temperature"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Compound",
    "InputError",
    "Library",
    "Medicine",
    "Medicines",
    "Parameter",
    "Product",
    "Scale",
    "ScaleItem",
    "Source",
    "conversion",
    "load_library",
    "nearest_name",
    "numbers_of",
    "parse_quantity",
    "registry",
    "same_kind",
    "temperature",
    "unknown_name",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(name)
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
