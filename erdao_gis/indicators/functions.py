"""Names under which the registry finds its functions: a data file never names code by itself."""

import inspect
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

_MODULES = (service, green, riverside, lengths, catchments, projects, placement, progress)

FUNCTIONS: Mapping[str, Formula] = MappingProxyType(
    {
        name: function
        for module in _MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
)
"""Function name in ``layers/indicators/indicators.csv`` -> the function."""
