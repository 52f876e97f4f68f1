"""Event tables in the form of NONMEM: read, run through one compound, written."""

from .compound import Compound, parse_compound, read_compound
from .run import Result, run_file, run_table, write_result
from .table import Table, parse_table, read_table

__all__ = [
    "Compound",
    "Result",
    "Table",
    "parse_compound",
    "parse_table",
    "read_compound",
    "read_table",
    "run_file",
    "run_table",
    "write_result",
]
