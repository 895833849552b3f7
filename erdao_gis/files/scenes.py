"""Rasters as lazy scenes: opened and described here, read by window where they are measured."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from erdao_gis.crs.file_text import crs_from_file
from erdao_gis.crs.reference import parse_crs, require_known_datum
from erdao_gis.errors import CRSError, FormatError, UnsafeInputError
from erdao_gis.files.limits import DEFAULT_LIMITS, Limits
from erdao_gis.files.paths import checked_path
from erdao_gis.files.recognition import FileKind, recognise
from erdao_gis.files.tiff import block_layout

__all__ = ["GDAL_OPTIONS", "Scene", "open_scene"]

GDAL_OPTIONS = {
    # No file beside the image speaks: an .aux.xml overrides nodata and CRS, an .ovr may be a VRT.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
}
"""Settings with which a scene is opened, for whoever reads its windows."""


@dataclass(frozen=True)
class Scene:
    """A GeoTIFF that has been looked at and not yet read.

    Parameters
    ----------
    path
        The file.
    crs
        CRS of the cells' places.
    transform
        From column and row to x and y in the unit of ``crs``.
    width, height
        Cells across and down.
    dtypes
        Type of each band as stored, such as ``uint16``.
    nodata
        Value that means "no data" in each band; None where the file states none.
    scales, offsets
        Of each band: true value = stored value * scale + offset. Not applied by reading.
    descriptions
        Names of the bands, None where the file gives none.
    missing_blocks
        Blocks that were never written; they read as nodata.
    """

    path: Path
    crs: CRS
    transform: Affine
    width: int
    height: int
    dtypes: tuple[str, ...]
    nodata: tuple[float | None, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]
    descriptions: tuple[str | None, ...]
    missing_blocks: int

    @contextmanager
    def reading(self) -> Iterator[DatasetReader]:
        """Open the file for reading windows, with nothing beside it heeded.

        Yields
        ------
        rasterio.io.DatasetReader
            What :func:`erdao_gis.analysis.green_cover` measures on; closed afterwards.

        Raises
        ------
        CRSError
            The file itself names no CRS: it must be written into it before it is measured.
        """
        # Each block is read once: a large cache would only keep what nobody asks for again.
        with (
            rasterio.Env(GDAL_CACHEMAX=64_000_000, **GDAL_OPTIONS),
            rasterio.open(self.path, driver="GTiff") as dataset,
        ):
            if dataset.crs is None:
                raise CRSError("scene_reads_without_crs", {"file": self.path.name})
            yield dataset

    @property
    def bands(self) -> int:
        """Number of bands."""
        return len(self.dtypes)

    @property
    def rotated(self) -> bool:
        """Whether rows do not run west to east from north to south (a scan, a south-up image)."""
        return not (
            self.transform.b == 0
            and self.transform.d == 0
            and self.transform.a > 0
            and self.transform.e < 0
        )

    @property
    def cell_size(self) -> tuple[float, float]:
        """Width and height of a cell in the unit of ``crs``."""
        a, b, _, d, e, _, *_ = self.transform
        return (a * a + d * d) ** 0.5, (b * b + e * e) ** 0.5

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest and largest x and y of the corners (x, y, x, y), in the unit of ``crs``."""
        a, b, c, d, e, f, *_ = self.transform
        corners = [
            (a * column + b * row + c, d * column + e * row + f)
            for column in (0, self.width)
            for row in (0, self.height)
        ]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def open_scene(
    path: str | os.PathLike[str], *, crs: object = None, limits: Limits = DEFAULT_LIMITS
) -> Scene:
    """Look at a GeoTIFF that need not be trusted, without reading its cells.

    Parameters
    ----------
    path
        A GeoTIFF, whatever its name says. Files beside it (.aux.xml, .ovr, .tfw) are not read.
    crs
        CRS when the file names none; nothing is warped.
    limits
        Of bytes and cells.

    Returns
    -------
    Scene
        Frozen description; ``with scene.reading() as dataset`` reads windows.

    Raises
    ------
    UnsafeInputError
        A VRT under any name, a URL or GDAL name, a link to elsewhere, or too many cells.
    FormatError
        Not a GeoTIFF, without georeference, cut off, or with blocks that were never written
        and no nodata value to stand for them.
    CRSError
        No CRS, or a datum without parameters.

    Examples
    --------
    >>> from erdao_gis.errors import UnsafeInputError
    >>> try:
    ...     open_scene("/vsicurl/http://example.org/scene.tif")
    ... except UnsafeInputError as error:
    ...     error.key
    'path_not_a_file'
    """
    known = checked_path(path, limits=limits)
    kind = recognise(known)
    if kind is not FileKind.GEOTIFF:
        raise FormatError("not_a_raster", {"file": known.name, "format": kind.value})
    layout = block_layout(known)
    stated = None if crs is None else parse_crs(crs, what=known.name)
    try:
        with rasterio.Env(**GDAL_OPTIONS), rasterio.open(known, driver="GTiff") as source:
            scene = _described(source, known, stated, layout.missing)
    except RasterioError as error:
        raise FormatError("raster_damaged", {"file": known.name}) from error
    _check(scene, limits)
    return scene


def _described(
    source: rasterio.io.DatasetReader, path: Path, stated: CRS | None, missing: int
) -> Scene:
    system = stated
    if system is None and source.crs:
        system = crs_from_file(source.crs.to_wkt(), what=path.name)
    facts: dict[str, object] = {"what": path.name, "file": path.name}
    if source.transform.is_identity:
        raise FormatError("raster_without_place", facts)
    if system is None:
        raise CRSError("raster_without_crs", facts)
    return Scene(
        path=path,
        crs=system,
        transform=source.transform,
        width=source.width,
        height=source.height,
        dtypes=tuple(source.dtypes),
        nodata=tuple(source.nodatavals),
        scales=tuple(source.scales),
        offsets=tuple(source.offsets),
        descriptions=tuple(source.descriptions),
        missing_blocks=missing,
    )


def _check(scene: Scene, limits: Limits) -> None:
    facts: dict[str, object] = {"file": scene.path.name}
    cells = scene.width * scene.height * scene.bands
    if cells > limits.cells:
        raise UnsafeInputError("raster_too_large", facts | {"cells": cells, "limit": limits.cells})
    require_known_datum(scene.crs, what=scene.path.name)
    if scene.missing_blocks and None in scene.nodata:
        raise FormatError("raster_blocks_missing", facts | {"count": scene.missing_blocks})
