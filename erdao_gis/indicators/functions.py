"""Names under which the registry finds its functions: a data file never names code by itself."""

from collections.abc import Mapping
from types import MappingProxyType

from erdao_gis.indicators import (
    catchments,
    green,
    lengths,
    placement,
    progress,
    projects,
    riverside,
    service,
)
from erdao_gis.indicators.indicator import Formula

__all__ = ["FUNCTIONS"]

# What a module offers beside its indicators.
_HELPERS = {"Source"}

_MODULES = (service, green, riverside, lengths, catchments, projects, placement, progress)

FUNCTIONS: Mapping[str, Formula] = MappingProxyType(
    {
        name: getattr(module, name)
        for module in _MODULES
        for name in module.__all__
        if name not in _HELPERS
    }
)
"""Function name in ``layers/indicators/indicators.csv`` -> the function."""
