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

from typing import TYPE_CHECKING

from erdao_gis.first_use import on_first_use

if TYPE_CHECKING:
    from erdao_gis.catalogue import Dataset, layer_names, read_layer
    from erdao_gis.plan import read_plan

__all__ = ["Dataset", "layer_names", "read_layer", "read_plan"]

__getattr__, __dir__ = on_first_use(
    __name__,
    {
        "Dataset": "erdao_gis.catalogue",
        "layer_names": "erdao_gis.catalogue",
        "read_layer": "erdao_gis.catalogue",
        "read_plan": "erdao_gis.plan",
    },
)
