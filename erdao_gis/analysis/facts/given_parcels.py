"""What every parcel function asks of the parcels it is given."""

import geopandas as gpd
import numpy as np
import shapely

from erdao_gis.analysis.kernels.frame_inputs import Given, Positions, Shapes, given
from erdao_gis.crs import require_metres
from erdao_gis.errors import SchemaError
from erdao_gis.wording import label_list


def parcels_given(parcels: gpd.GeoDataFrame) -> Given:
    """Check parcels: metres, valid areas, a code of its own for each.

    Raises
    ------
    CRSError
        Degrees, Web Mercator or no CRS.
    GeometryError
        Invalid shapes, other shapes than areas, or none placed at all.
    SchemaError
        A code that occurs more than once.
    """
    require_metres(parcels)
    repeated = parcels.index.duplicated(keep=False)
    if repeated.any():
        ids = label_list(parcels.index[repeated].unique())
        raise SchemaError("parcels_repeated_index", {"ids": ids})
    return given(parcels, "parcels", "areas")


def line_names(lines: Given, name: str) -> Shapes:
    """Return the name of each placed line: of the column, or its label where it has none there."""
    rows = lines.frame.iloc[lines.placed]
    labels: Shapes = rows.index.astype(str).to_numpy(object)
    if name not in rows.columns:
        return labels
    named: Shapes = rows[name].fillna("").astype(str).to_numpy(object)
    return np.asarray(np.where(named == "", labels, named), dtype=object)


def polygon_parts(shapes: Shapes) -> tuple[Shapes, Positions]:
    """Take the polygons out of shapes of any kind, with the position each comes from."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    inner, outer = shapely.get_parts(parts, return_index=True)  # collections may nest once
    areal = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    areal &= ~shapely.is_empty(inner)
    return inner[areal], owner[outer[areal]]
