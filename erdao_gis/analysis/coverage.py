"""How much of each unit lies within reach of a facility, as the crow flies."""

import geopandas as gpd
import pandas as pd
import shapely

from erdao_gis.analysis.kernels.frame_inputs import given_together, per_row
from erdao_gis.analysis.kernels.overlap import shared_area
from erdao_gis.analysis.kernels.pieces import disjoint_pieces
from erdao_gis.analysis.kernels.results import as_series, counted

# Chords of 32 segments a quarter circle stay within 0.03 % of the reach: 0.15 m of 500 m.
_QUARTER = 32


def service_coverage(
    units: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, reach_m: float | str | pd.Series
) -> pd.Series:
    """Share of each unit's area within reach of at least one facility (服务半径覆盖率).

    ``area(unit and union of the facilities widened by their reach) / area(unit)``; ground within
    reach of several facilities counts once. The reach is a straight line from the facility's
    edge; for walking distances see :func:`walk_coverage`. For the park service rate of
    residential land (GB/T 51346-2019, A.0.3) the units are the residential land and the rate of
    the whole is the mean of the shares weighted with the units' areas.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551), for instance residential land or parcels.
    facilities
        Points, lines or areas in the same CRS.
    reach_m
        Reach in metres: one number for all, the name of a column of `facilities`, or a Series
        on their index (for size classes: 500 m for large parks, 300 m for small ones).

    Returns
    -------
    pandas.Series
        ``service_coverage``, 0 to 1, on the index of `units`. NaN for units without geometry
        (listed in ``attrs["unmeasured"]``). ``attrs["state"]`` is ``value``; ``lower_bound``
        where the facilities' layer is partial or has unplaced rows (a share of 0 then says
        nothing and is NaN); ``no_data`` where the layer says that it is empty (all NaN).

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or two different ones.
    GeometryError
        Invalid geometries, units that are no areas, or nothing placed in a frame that does not
        say that its layer is complete or empty.
    SchemaError
        A reach that is missing or not positive.

    Examples
    --------
    A square of 100 m, and a stop on its western side that reaches 25 m to each side of a line:

    >>> from shapely import LineString, box
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs="EPSG:4551")
    >>> stops = gpd.GeoDataFrame(geometry=[LineString([(0, -50), (0, 150)])], crs="EPSG:4551")
    >>> service_coverage(units, stops, 25).tolist()
    [0.25]
    """
    areas, places = given_together(units, facilities, "facilities")
    reach = per_row(reach_m, places, "reach_m")
    reached = disjoint_pieces(shapely.buffer(places.shapes, reach, quad_segs=_QUARTER))
    share = shared_area(areas.shapes, reached) / shapely.area(areas.shapes)
    figures = counted(areas, share, places)
    return as_series("service_coverage", figures, areas, places, "share")
