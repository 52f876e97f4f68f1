"""Floor 0: everything that is known as data, every number with unit, spread and source."""

from .errors import InputError, nearest_name, unknown_name
from .loader import Library, load_library, validate
from .parameter import Parameter, numbers_of
from .schema import Compound, Product, Scale, Source
from .units import conversion, parse_quantity, registry

__all__ = [
    "Compound",
    "InputError",
    "Library",
    "Parameter",
    "Product",
    "Scale",
    "Source",
    "conversion",
    "load_library",
    "nearest_name",
    "numbers_of",
    "parse_quantity",
    "registry",
    "unknown_name",
    "validate",
]
