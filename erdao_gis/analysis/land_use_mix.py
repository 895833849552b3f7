"""How mixed the land use of a unit is."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, given_together
from erdao_gis.analysis.kernels.overlap import shared_area
from erdao_gis.analysis.kernels.pieces import disjoint_pieces
from erdao_gis.analysis.kernels.results import provenance, spread, state_of
from erdao_gis.errors import GeometryError, SchemaError
from erdao_gis.wording import label_list

# Shares of a unit: what rounding and shared borders may add up to.
_OVERLAP_TOLERANCE = 1e-6


def land_use_mix(
    units: gpd.GeoDataFrame,
    land_use: gpd.GeoDataFrame,
    *,
    code: str = "land_use_code",
    digits: int = 2,
) -> pd.DataFrame:
    """Mix of land-use classes in each unit, as normalised entropy (土地利用混合度).

    ``-sum(p ln p) / ln K`` with p the share of a class in the classified land of the unit and K
    the number of classes in the layer: 0 where there is one class, 1 where all have equal parts.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551).
    land_use
        Areas in the same CRS with a class each; classes must not overlap.
    code
        Column with the class as text (2023 classes: "0701"; never a number, which loses the 0).
    digits
        Leading digits that make the class: 2 for the first level, 4 and 6 for the finer ones. A
        code that is shorter stands for itself.

    Returns
    -------
    pandas.DataFrame
        On the index of `units`: ``land_use_mix`` (0 to 1; NaN where less than the whole unit is
        classified, or only one class exists at all), ``classes`` (how many the unit has, NaN
        likewise) and ``classified_share`` (0 to 1, share of the unit that has a class). A partial
        layer bounds a mix neither way: only the units that it classifies wholly have one.
        ``attrs["state"]`` is ``value``, or ``no_data`` where no unit has a figure;
        ``attrs["unmeasured"]`` lists the units without geometry.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or two different ones.
    GeometryError
        Invalid geometries, no areas, nothing placed, or classes that overlap.
    SchemaError
        No such column, or codes that are missing or no text.

    Examples
    --------
    >>> from shapely import box
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100), box(0, 0, 50, 50)], crs="EPSG:4551")
    >>> land = gpd.GeoDataFrame(
    ...     {"land_use_code": ["0701", "0901"]},
    ...     geometry=[box(0, 0, 50, 100), box(50, 0, 100, 100)],
    ...     crs=units.crs,
    ... )
    >>> land_use_mix(units, land)
       land_use_mix  classes  classified_share
    0           1.0      2.0               1.0
    1           0.0      1.0               1.0
    """
    areas, land = given_together(units, land_use, "land_use", "areas")
    names, group = np.unique(_classes(land, code, digits), return_inverse=True)
    size = shapely.area(areas.shapes)
    shares = np.zeros((len(size), len(names)))
    for position in range(len(names)):
        pieces = disjoint_pieces(land.shapes[group == position])
        shares[:, position] = shared_area(areas.shapes, pieces) / size
    _require_no_overlap(
        areas, shares, shared_area(areas.shapes, disjoint_pieces(land.shapes)) / size
    )
    return _as_frame(areas, land, shares)


def _classes(land: Given, code: str, digits: int) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    if code not in land.frame.columns:
        facts = {"name": "code", "column": code, "columns": label_list(land.frame.columns)}
        raise SchemaError("analysis_no_column", facts)
    column = land.frame[code].iloc[land.placed]
    bad = ~column.map(lambda value: isinstance(value, str) and bool(value.strip())).to_numpy(bool)
    if bad.any():
        raise SchemaError(
            "analysis_codes_no_text", {"column": code, "ids": label_list(column.index[bad])}
        )
    return np.asarray(column.str.strip().str[:digits], dtype=np.str_)


def _require_no_overlap(units: Given, shares: Floats, together: Floats) -> None:
    double = shares.sum(axis=1) > together + _OVERLAP_TOLERANCE
    if double.any():
        labels = units.frame.index[units.placed[double]]
        raise GeometryError("analysis_classes_overlap", {"ids": label_list(labels)})


def _as_frame(units: Given, land: Given, shares: Floats) -> pd.DataFrame:
    classified = shares.sum(axis=1)
    whole = classified >= 1 - _OVERLAP_TOLERANCE
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = np.abs((shares * logs).sum(axis=1))  # abs: no -0.0
    most = np.log(shares.shape[1]) if shares.shape[1] > 1 else np.nan
    mix = np.clip(entropy / most, 0.0, 1.0)
    present = (shares > 0).sum(axis=1).astype(float)
    if state_of(land) == "no_data":
        classified = np.full(len(classified), np.nan)
    columns = {
        "land_use_mix": np.where(whole, mix, np.nan),
        "classes": np.where(whole, present, np.nan),
        "classified_share": np.minimum(classified, 1.0),
    }
    spread_out = {name: spread(units, values) for name, values in columns.items()}
    table = pd.DataFrame(spread_out, index=units.frame.index)
    claims = provenance(units, land) | {"measure": "land_use_mix"}
    # A partial layer bounds a mix neither way; what it classifies wholly has a true figure.
    if claims["state"] == "lower_bound":
        claims["state"] = "value" if whole.any() else "no_data"
    table.attrs.update(claims)
    return table
