"""Floor 3: what is dangerous, each finding with its basis; thresholds and texts are library data.

The emergency texts and the findings of a case need no model: what looks at a forecast is imported when
it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .emergency import emergency_texts

if TYPE_CHECKING:
    from .check import case_findings
    from .findings import joined
    from .forecast_rules import forecast_findings
    from .record_rules import record_findings

_HOME_OF = {
    "case_findings": "check",
    "forecast_findings": "forecast_rules",
    "joined": "findings",
    "record_findings": "record_rules",
}

__all__ = ["case_findings", "emergency_texts", "forecast_findings", "joined", "record_findings"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(name)
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
