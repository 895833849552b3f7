"""What is built on each parcel: floor area ratio, building density, green ratio and height."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.given_parcels import parcels_given
from erdao_gis.analysis.facts.memberships import shared_ground
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, given
from erdao_gis.analysis.kernels.overlap import paired_area
from erdao_gis.analysis.kernels.results import spread, state_of
from erdao_gis.crs import require_metres

_LEAST_M2 = 1.0  # a wall on the border does not put a building on the neighbour's parcel


def parcel_intensity(
    parcels: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    green: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Measure the figures that :func:`check_limits` holds against the limits.

    A building on several parcels counts on each with the part of its footprint there.

    Parameters
    ----------
    parcels
        Areas in metres (EPSG:4551) on their codes.
    buildings
        Footprints in the same CRS with ``floor_area_m2`` or ``floors`` (floor area is then
        footprint times floors) and ``height_m``, as far as known.
    green
        Green land as areas in the same CRS; without it no green ratio.

    Returns
    -------
    pandas.DataFrame
        On the index of `parcels`: ``floor_area_ratio``, ``building_density`` (%), ``height_m``
        (the highest) and ``green_ratio`` (%). A parcel without a building has a ratio and a
        density of 0 and no height; one with a building whose floor area or height is not known
        has none. ``attrs["state"]`` is ``value``, ``lower_bound`` where the buildings are
        partial (0 then says nothing and is NaN) or ``no_data``.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError, SchemaError
        Invalid geometries, other shapes than areas, or codes that occur twice.

    Examples
    --------
    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["A"], crs=4551)
    >>> houses = gpd.GeoDataFrame({"floors": [6]}, geometry=[box(0, 0, 50, 50)], crs=4551)
    >>> parcel_intensity(plots, houses)[["floor_area_ratio", "building_density"]].loc["A"].tolist()
    [1.5, 25.0]
    """
    require_metres(parcels, buildings)
    plots, houses = parcels_given(parcels), given(buildings, "buildings", "areas")
    size = shapely.area(plots.shapes)
    plot, house, part = paired_area(plots.shapes, houses.shapes)
    real = part >= _LEAST_M2
    plot, house, part = plot[real], house[real], part[real]
    floor_area = part / shapely.area(houses.shapes[house]) * _floor_areas(houses)[house]
    sums = np.bincount(plot, floor_area, len(size))
    highest = np.full(len(size), -np.inf)
    heights = np.nan_to_num(_numbers(houses, "height_m"), nan=np.inf)  # unknown may be any height
    np.maximum.at(highest, plot, heights[house])
    density = shared_ground(plots.shapes, houses.shapes) / size * 100
    columns = {
        "floor_area_ratio": _known(sums / size, houses),
        "building_density": _known(density, houses),
        "height_m": np.where(np.isfinite(highest), highest, np.nan),
    }
    if green is not None:
        require_metres(parcels, green)
        lawns = given(green, "green", "areas")
        columns["green_ratio"] = _known(
            shared_ground(plots.shapes, lawns.shapes) / size * 100, lawns
        )
    table = pd.DataFrame(
        {name: spread(plots, figures) for name, figures in columns.items()}, index=parcels.index
    )
    table.attrs.update({"state": state_of(houses), "unmeasured": plots.unplaced})
    return table


def _numbers(rows: Given, column: str) -> Floats:
    if column not in rows.frame.columns:
        return np.full(len(rows.placed), np.nan)
    numbers = pd.to_numeric(rows.frame[column], errors="coerce")
    figures: Floats = numbers.to_numpy(float, na_value=np.nan)
    return figures[rows.placed]


def _floor_areas(houses: Given) -> Floats:
    stated = _numbers(houses, "floor_area_m2")
    counted = _numbers(houses, "floors") * shapely.area(houses.shapes)
    return np.where(np.isnan(stated), counted, stated)


def _known(figures: Floats, layer: Given) -> Floats:
    """Nothing found in a partial layer is no finding."""
    state = state_of(layer)
    if state == "no_data":
        return np.full(len(figures), np.nan)
    return np.where(figures > 0, figures, np.nan) if state == "lower_bound" else figures
