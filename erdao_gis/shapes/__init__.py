"""Geometry constructions on plain shapes: the operations of which recipes are made.

`widen`, `cross`, `section`, `side`, `bounded`, `at`, `union` and `clip` construct; `band`
gives the doubt around the result. All are pure functions on shapely geometries whose
coordinates are metres in EPSG:4551: the caller projects. What cannot be constructed raises
`erdao_gis.errors.GeometryError`; nothing comes back empty unless it says so.

>>> from shapely import LineString, box
>>> from erdao_gis import shapes
>>> shapes.widen(LineString([(0, 0), (0, 100)]), width_m=5).bounds
(-5.0, 0.0, 5.0, 100.0)
"""

from erdao_gis.shapes.bounds import BoundedArea, bounded
from erdao_gis.shapes.centrelines import centreline
from erdao_gis.shapes.compass import SIDES, Side
from erdao_gis.shapes.crossings import cross
from erdao_gis.shapes.places import at, clip, union
from erdao_gis.shapes.sections import section
from erdao_gis.shapes.sides import side
from erdao_gis.shapes.strips import band, widen

__all__ = [
    "SIDES",
    "BoundedArea",
    "Side",
    "at",
    "band",
    "bounded",
    "centreline",
    "clip",
    "cross",
    "section",
    "side",
    "union",
    "widen",
]
