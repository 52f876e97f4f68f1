"""Return to use and leaving, in tables of the CTN-0094 form."""

from .known import TASKS
from .prediction import Report, predict, report, write

__all__ = ["TASKS", "Report", "predict", "report", "write"]
