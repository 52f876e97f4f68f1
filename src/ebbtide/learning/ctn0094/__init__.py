"""Tables in the form of CTN-0094: reading them, and what is predicted of their people."""

from .tables import COLUMNS, Tables, read_tables, shipped_tables

__all__ = ["COLUMNS", "Tables", "read_tables", "shipped_tables"]
