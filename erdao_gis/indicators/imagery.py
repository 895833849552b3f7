"""Vegetation of units from one scene: the one way from imagery to a figure."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.analysis import QualityBand, green_cover
from erdao_gis.errors import GeometryError
from erdao_gis.files import Scene
from erdao_gis.indicators.motion import has_place

ELSEWHERE = "scene:elsewhere"
"""What is missing where a scene lies, but none of the units lies on it."""


def scene_cover(
    units: gpd.GeoDataFrame, scene: Scene, threshold: float, *, min_seen: float = 1.0
) -> pd.DataFrame:
    """Measure 绿化覆盖率 of each unit on one scene: bands, clouds, masks and scale as it has them.

    Parameters
    ----------
    units
        Areas in EPSG:4551; those without geometry have no figure.
    scene
        Its CRS may be another and its grid rotated: units are carried onto it.
    threshold
        NDVI above which a cell is vegetation.
    min_seen
        Least share of a unit that must be seen for it to have a figure.

    Returns
    -------
    pandas.DataFrame
        As :func:`erdao_gis.analysis.green_cover`, shares of 0 to 1 on the index of `units`;
        ``attrs["missing"]`` is `ELSEWHERE` in a tuple where no unit lies on the scene, else empty.

    Raises
    ------
    SchemaError
        The scene's bands cannot be known; the message says what to write into its sidecar.
    FormatError, CRSError, GeometryError
        The scene cannot be read on or names no CRS; units that are no valid areas.
    """
    known = units[has_place(units) & ~units.geometry.is_empty]
    known.attrs = {**units.attrs, "completeness": "complete"}
    bands = scene.bands
    hiding = []
    if bands.quality:
        quality = bands.quality
        hiding = [QualityBand(band=quality.band, values=quality.values, bits=quality.bits)]
    if bands.alpha:
        hiding.append(QualityBand(band=bands.alpha, values=(0,)))
    try:
        with scene.reading() as opened:
            table = green_cover(
                known,
                opened,
                threshold,
                red_nir=(bands.red, bands.nir),
                clouds=hiding,
                warp=True,
                min_seen=min_seen,
            )
    except GeometryError as error:
        if error.key != "analysis_scene_missed":
            raise
        nothing = {"green_cover": np.nan, "seen_share": 0.0, "at_least": 0.0, "at_most": 1.0}
        table = pd.DataFrame(nothing, index=known.index)
        table.attrs.update({"measure": "green_cover", "state": "no_data", "missing": (ELSEWHERE,)})
    result = table.reindex(units.index)
    result.attrs = {"missing": (), **table.attrs}
    return result
