"""The ground that changed between two states of parcels, piece by piece."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from erdao_gis.analysis.lineage.compared_states import passed_ground, with_counterparts
from erdao_gis.parcels.lineage.comparison import LEAST_M2, Comparison


def changed_ground(found: Comparison) -> gpd.GeoDataFrame:
    """Give the ground that changed, piece by piece.

    Parameters
    ----------
    found
        From `compare`, `compare_dates` or `compare_with_file`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of ``found.table`` whose ground changed (or, of ``altered`` parcels, what they
        state), with the ground of ``area_m2``; EPSG:4551. Where parcels of one side overlap it
        may be less. Empty where nothing changed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from erdao_gis.parcels.lineage.comparison import compare_dates
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     len(changed_ground(compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")))
    0
    """
    same = found.table["change"].isin(["unchanged", "renumbered", "altered"])
    told = with_counterparts(
        found.table.assign(same=same), found.before.geometry, found.after.geometry
    )
    speaks = (told["change"] != "unchanged") & (told["area_m2"] >= LEAST_M2)
    redrawn = (told["from_id"] == told["to_id"]) & (told["change"] == "redrawn")
    paired = told["from_id"].notna() & told["to_id"].notna()
    shapes = np.full(len(told), None, dtype=object)
    passed = (speaks & paired & ~redrawn).to_numpy()
    whole = same | (told["from_id"] == told["to_id"])
    within = told.assign(had_id=told["had_id"].where(~whole), has_id=told["has_id"].where(~whole))[
        passed
    ]
    shapes[passed] = passed_ground(within, found.before.geometry, found.after.geometry)
    partners = (
        found.table.groupby("from_id")["to_id"].agg(list).to_dict(),
        found.table.groupby("to_id")["from_id"].agg(list).to_dict(),
    )
    for row in np.flatnonzero((speaks & (redrawn | ~paired)).to_numpy()).tolist():
        old, new = told["from_id"].iloc[row], told["to_id"].iloc[row]
        shapes[row] = shapely.union_all(
            [
                _left(mine.geometry[code], others.geometry, met.get(code, []))
                for code, mine, others, met in (
                    (old, found.before, found.after, partners[0]),
                    (new, found.after, found.before, partners[1]),
                )
                if isinstance(code, str)
            ]
        )
    frame = gpd.GeoDataFrame(
        found.table[speaks],
        geometry=gpd.GeoSeries(
            [_areas(shape) for shape in shapes[speaks.to_numpy()]],
            index=found.table.index[speaks],
            crs=found.before.crs,
        ),
    )
    return frame[~frame.geometry.is_empty].reset_index(drop=True)


def _left(
    whole: Polygon | MultiPolygon, others: gpd.GeoSeries, codes: Sequence[object]
) -> shapely.Geometry:
    """Give what of a parcel none of its partners on the other side has."""
    partners = [others[code] for code in codes if isinstance(code, str)]
    left: shapely.Geometry = shapely.difference(whole, shapely.union_all(partners))
    return left


def _areas(shape: shapely.Geometry) -> Polygon | MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
