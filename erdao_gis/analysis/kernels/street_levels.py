"""Where a street lies: on the ground, or over or under it."""

import geopandas as gpd
import numpy as np

from erdao_gis.analysis.kernels.frame_inputs import Shapes
from erdao_gis.yes_no import read_codes

GROUND = "no"
TUNNEL = "tunnel"


def street_levels(roads: gpd.GeoDataFrame) -> Shapes:
    """Give ``bridge``, ``tunnel`` or ``no`` for each row of a roads layer.

    The layer's own column ``bridge`` holds both; files made of OpenStreetMap have a second one,
    ``tunnel``. OpenStreetMap's ``layer`` is an order of drawing and is not read.

    Parameters
    ----------
    roads
        With the columns ``bridge`` and ``tunnel`` if known; words as in `erdao_gis.yes_no`.

    Returns
    -------
    numpy.ndarray
        Texts, ``no`` where nothing is stated.

    Raises
    ------
    SchemaError
        A value that means neither yes nor no, with its features.

    Examples
    --------
    >>> street_levels(gpd.GeoDataFrame({"bridge": ["F", "T"], "tunnel": ["T", "F"]})).tolist()
    ['tunnel', 'bridge']
    """
    levels = np.full(len(roads), GROUND, dtype=object)
    for column in ("tunnel", "bridge"):
        if column in roads.columns:
            told = read_codes(roads[column], column, file="roads").to_numpy(object)
            levels = np.where(told == GROUND, levels, told)
    return np.asarray(levels, dtype=object)
