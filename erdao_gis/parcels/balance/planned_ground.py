"""The plan as ground: the parcels' planned uses laid over the present land."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely


def planned_uses(present: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lay the parcels' planned uses over the present land use; elsewhere the use stays.

    Parameters
    ----------
    present
        Land use in EPSG:4551.
    parcels
        Parcels in EPSG:4551 with the codes of the plan.

    Returns
    -------
    geopandas.GeoDataFrame
        ``land_use_code`` and outlines: all parcels under their codes, what is left of the
        present land under ``land_use/<id>``.
    """
    columns = ["land_use_code", "geometry"]
    rest = present.loc[present.geometry.notna(), columns].copy()
    lands = rest.geometry.to_numpy().copy()
    met, taken = ground_met(lands, parcels)
    lands[met] = shapely.difference(lands[met], taken)
    rest = rest.set_geometry(gpd.GeoSeries(lands, index=rest.index, crs=present.crs))
    rest = rest.loc[~rest.geometry.is_empty]
    rest.index = pd.Index([f"land_use/{key}" for key in rest.index], name="id")
    both = pd.concat([parcels[columns], rest])
    return gpd.GeoDataFrame(both, geometry="geometry", crs=present.crs)


def ground_met(
    lands: npt.NDArray[np.object_], parcels: gpd.GeoDataFrame
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Return which areas meet parcels, and the outline of the parcels that each of them meets.

    Cutting an area by these takes a small part of the time that cutting by the outline of all
    parcels takes, and gives the same.

    Parameters
    ----------
    lands
        Areas in metres.
    parcels
        Parcels in the same CRS; those without an outline meet nothing.
    """
    shapes = parcels.geometry.dropna().to_numpy()
    land, plot = shapely.STRtree(shapes).query(lands, predicate="intersects")
    met, begin = np.unique(land, return_index=True)
    groups = np.split(plot, begin[1:]) if len(met) else []
    return met, np.array([shapely.union_all(shapes[each]) for each in groups], dtype=object)
