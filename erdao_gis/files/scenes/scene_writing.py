"""Writing a scene: the only place where a raster is written."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine

from erdao_gis.files.atomic import atomic_file

_TILE = 128


def write_scene(
    path: str | os.PathLike[str],
    bands: npt.NDArray[Any],
    *,
    crs: str,
    transform: Affine,
    names: Sequence[str],
    scaling: Sequence[tuple[float, float]],
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write bands as a tiled GeoTIFF, whole or not at all.

    Parameters
    ----------
    path
        The file to be.
    bands
        Band, row, column, as stored.
    crs, transform
        Where the cells lie.
    names
        Of the bands, by which they are told apart when read.
    scaling
        Scale and offset of each band: true value = stored value * scale + offset.
    nodata
        Value that means "no data" in all bands.
    tags
        Of the file, such as ``TIFFTAG_DATETIME``.

    Raises
    ------
    UnsafeInputError
        The name is unsafe, or a link stands in its place.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.files import open_scene
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = os.path.join(folder, "2025-07.tif")
    ...     write_scene(file, np.ones((2, 3, 4), "uint16"), crs="EPSG:4551",
    ...                 transform=Affine(10, 0, 470000, 0, -10, 4832000),
    ...                 names=("nir", "red"), scaling=((1e-4, -0.1),) * 2)
    ...     scene = open_scene(file)
    ...     scene.date, scene.bands.red, scene.bands.nir
    ('2025-07', 2, 1)
    """
    count, height, width = bands.shape
    floating = np.issubdtype(bands.dtype, np.floating)
    with (
        atomic_file(path) as draft,
        rasterio.open(
            draft,
            "w",
            driver="GTiff",
            dtype=bands.dtype,
            count=count,
            height=height,
            width=width,
            nodata=nodata,
            crs=crs,
            transform=transform,
            tiled=True,
            blockxsize=_TILE,
            blockysize=_TILE,
            compress="deflate",
            predictor=3 if floating else 2,
        ) as target,
    ):
        target.write(bands)
        target.scales, target.offsets = zip(*scaling, strict=True)
        target.descriptions = tuple(names)
        target.update_tags(**(tags or {}))
