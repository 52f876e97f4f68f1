"""Floor 0: everything that is known as data, every number with unit, spread and source."""

from .errors import InputError, nearest_name, unknown_name
from .loader import Library, find_scale, load_library, load_scales, validate
from .parameter import Parameter, numbers_of
from .scales import Scale
from .schema import Compound, Product, Source
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
    "find_scale",
    "load_library",
    "load_scales",
    "nearest_name",
    "numbers_of",
    "parse_quantity",
    "registry",
    "unknown_name",
    "validate",
]
