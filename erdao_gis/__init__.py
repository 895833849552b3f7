"""GIS toolkit for the spatial plan of Erdao District (二道区), Changchun.

The everyday door::

    import erdao_gis

    erdao_gis.layer_names()
    erdao_gis.read_layer("nodes")     # EPSG:4551, unplaced elements kept
    erdao_gis.Dataset.open("myplan")  # a workspace over the shipped layers, read once
    erdao_gis.read_plan()             # clauses, elements, relations, figures

Further in: `erdao_gis.analysis` (measures), `erdao_gis.maps` (pages), `erdao_gis.files` and
`erdao_gis.crs` (the doors for files and coordinates).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erdao_gis.catalogue import Dataset, layer_names, read_layer
    from erdao_gis.plan import read_plan

__all__ = ["Dataset", "layer_names", "read_layer", "read_plan"]

_HOMES = {
    "Dataset": "erdao_gis.catalogue",
    "layer_names": "erdao_gis.catalogue",
    "read_layer": "erdao_gis.catalogue",
    "read_plan": "erdao_gis.plan",
}


def __getattr__(name: str) -> object:
    """Import on first use: `import erdao_gis` alone stays quick."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'erdao_gis' has no attribute {name!r}"
    raise AttributeError(message)
