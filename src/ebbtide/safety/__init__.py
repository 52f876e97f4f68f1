"""Floor 3: what is dangerous, each finding with its basis; thresholds and texts are library data.

The emergency texts need no model: what looks at a forecast is imported when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from .emergency import emergency_texts

if TYPE_CHECKING:
    from .forecast_rules import forecast_findings

__all__ = ["emergency_texts", "forecast_findings"]


def __getattr__(name: str) -> Any:
    if name == "forecast_findings":
        from .forecast_rules import forecast_findings

        return forecast_findings
    raise AttributeError(name)
