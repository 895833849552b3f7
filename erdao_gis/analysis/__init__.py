"""Measures: frames and scenes in, named figures on the same index out.

All are pure functions. Lengths and areas are taken in EPSG:4551, in metres; degrees, Web
Mercator and mixed systems are refused. A figure never claims more than its layers: NaN is "no
data", and ``attrs["state"]`` says ``value``, ``lower_bound`` (a layer is partial; minutes have an
``upper_bound``) or ``no_data``; ``attrs["unmeasured"]`` lists the units without a figure.

================================  ==========================================================
:func:`service_coverage`          share of units within reach of facilities, straight line
:func:`walk_coverage`             the same on foot; :func:`walk_minutes`, :func:`walk_catchment`
:func:`green_ratio`               green land over land (绿地率), from polygons
:func:`green_cover`               ground under vegetation (绿化覆盖率), from imagery
:func:`corridor_share`            share of units along lines
:func:`area_within`               land within units, m2
:func:`length_within`             lines within units, m
:func:`land_use_mix`              how mixed the land use is
================================  ==========================================================
"""

from erdao_gis.analysis.corridors import area_within, corridor_share, length_within
from erdao_gis.analysis.coverage import service_coverage
from erdao_gis.analysis.green_land import green_ratio
from erdao_gis.analysis.land_use import land_use_mix
from erdao_gis.analysis.scenes import QualityBand, Scene
from erdao_gis.analysis.street_network import WalkingGraph, walking_graph
from erdao_gis.analysis.vegetation import green_cover
from erdao_gis.analysis.walking import walk_catchment, walk_coverage, walk_minutes

__all__ = [
    "QualityBand",
    "Scene",
    "WalkingGraph",
    "area_within",
    "corridor_share",
    "green_cover",
    "green_ratio",
    "land_use_mix",
    "length_within",
    "service_coverage",
    "walk_catchment",
    "walk_coverage",
    "walk_minutes",
    "walking_graph",
]
