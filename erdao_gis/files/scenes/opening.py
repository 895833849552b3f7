"""Rasters as lazy scenes: opened and described here, read by window where they are measured."""

import dataclasses
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.io import DatasetReader

from erdao_gis.crs.file_text import crs_from_file
from erdao_gis.crs.reference import parse_crs, require_known_datum
from erdao_gis.errors import CRSError, FormatError, SchemaError, UnsafeInputError
from erdao_gis.files.paths import checked_path
from erdao_gis.files.recognition import FileKind, recognise
from erdao_gis.files.scenes.bands import SceneBands, scene_bands
from erdao_gis.files.scenes.beside import refuse_beside
from erdao_gis.files.scenes.dates import date_in_name, date_in_tags, period
from erdao_gis.files.scenes.sidecar import Sidecar, read_sidecar
from erdao_gis.files.size_limits import DEFAULT_LIMITS, Limits
from erdao_gis.files.tiff import block_layout

DateFrom = Literal["sidecar", "name", "tags"]

_ENDINGS = (".tif", ".tiff")
_GDAL_OPTIONS = {
    # No file beside the image is read: an .aux.xml overrides nodata and CRS, an .ovr may be a VRT.
    # What would count there is refused by name.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A GeoTIFF that has been looked at and not yet read."""

    path: Path
    "The file."
    crs: CRS
    "CRS of the cells' places."
    transform: Affine
    "From column and row to x and y in the unit of ``crs``."
    width: int
    "Cells across."
    height: int
    "Cells down."
    dtypes: tuple[str, ...]
    "Type of each band as stored, such as ``uint16``."
    nodata: tuple[float | None, ...]
    'Value that means "no data" in each band; None where the file states none.'
    scales: tuple[float, ...]
    "Of each band: true value = stored value * scale + offset. Not applied by reading."
    offsets: tuple[float, ...]
    "See ``scales``."
    descriptions: tuple[str | None, ...]
    "Names of the bands, None where the file gives none."
    colours: tuple[str, ...]
    "Colour interpretation of each band, such as ``gray`` or ``alpha``."
    missing_blocks: int
    "Blocks that were never written; they read as nodata."
    date: str | None
    "When it was taken: year, month or day as ISO text; None where nothing says so."
    date_from: DateFrom | None
    "Where the date stands: in the sidecar, the name or the tags; None without a date."
    sidecar: Sidecar
    "What the user states in ``<stem>.toml``; without a path where there is none."

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
        FormatError
            The file has gone, or cannot be read on: it is named, also while windows are read.
        """
        if not self.path.is_file():
            raise FormatError("scene_gone", {"file": str(self.path)})
        try:
            # Each block is read once: a large cache would only keep what nobody asks for again.
            with rasterio.Env(GDAL_CACHEMAX=64_000_000, **_GDAL_OPTIONS), self._opened() as dataset:
                if dataset.crs is None:
                    raise CRSError("scene_reads_without_crs", {"file": self.path.name})
                yield dataset
        except RasterioIOError as error:
            # An OSError too: who does not know the file would blame the system.
            raise FormatError("raster_damaged", {"file": self.path.name}) from error

    def _opened(self) -> DatasetReader:
        if self.sidecar.scale is None and self.sidecar.offset is None:
            return rasterio.open(self.path, driver="GTiff")
        return _Restated(self)

    @property
    def bands(self) -> SceneBands:
        """Which bands are red, near infrared, quality and alpha.

        Raises
        ------
        SchemaError
            They cannot be known by the names of the bands, or a band may hide ground in a way
            that is not known; the message says what to write into the sidecar.
        """
        return scene_bands(self.path, self.descriptions, self.colours, self.sidecar)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that speak for the scene: itself, and its sidecar if there is one."""
        return (self.path, self.sidecar.path) if self.sidecar.path else (self.path,)

    @property
    def count(self) -> int:
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


class _Restated(DatasetReader):  # type: ignore[misc]  # rasterio is untyped
    """A dataset with the scales and offsets that the sidecar states."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        super().__init__(os.fspath(scene.path), driver="GTiff")

    @property
    def scales(self) -> tuple[float, ...]:
        return self._scene.scales

    @property
    def offsets(self) -> tuple[float, ...]:
        return self._scene.offsets


def open_scene(
    path: str | os.PathLike[str], *, crs: object = None, limits: Limits = DEFAULT_LIMITS
) -> Scene:
    """Look at a GeoTIFF that need not be trusted, without reading its cells.

    Parameters
    ----------
    path
        A GeoTIFF, whatever its name says. A sidecar beside it (``<stem>.toml``) is read; no other
        file is.
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
        Not a GeoTIFF, without georeference, of complex numbers, cut off, or with blocks that were
        never written and no nodata value to stand for them; a mask or an .aux.xml beside it that
        states more than the file itself; a sidecar that is no TOML.
    SchemaError
        A sidecar with keys or values that do not fit.
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
        with rasterio.Env(**_GDAL_OPTIONS), rasterio.open(known, driver="GTiff") as source:
            scene = _described(source, known, stated, layout.missing)
    except RasterioError as error:
        raise FormatError("raster_damaged", {"file": known.name}) from error
    _check(scene, limits)
    refuse_beside(known, scene.sidecar.ignore_beside)
    return scene


def find_scenes(folder: Path, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Scene, ...]:
    """Look at all GeoTIFFs of a folder, the oldest first.

    Parameters
    ----------
    folder
        Where they lie; their names end in .tif or .tiff, in letters of any case.
    limits
        Of bytes and cells of each.

    Returns
    -------
    tuple of Scene
        In the order of their dates, never of their names; empty without scenes or folder.

    Raises
    ------
    SchemaError
        Several scenes of which one has no date, or whose order their dates leave open.
    FormatError, UnsafeInputError, CRSError
        As :func:`open_scene`; the file is named.

    Examples
    --------
    >>> find_scenes(Path("nowhere"))
    ()
    """
    if not folder.is_dir():
        return ()
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _ENDINGS and not path.name.startswith(".")
    )
    scenes = [open_scene(path, limits=limits) for path in paths]
    if len(scenes) < 2:  # noqa: PLR2004 - one needs no order
        return tuple(scenes)
    for scene in scenes:
        if scene.date is None:
            facts = {"file": scene.path.name, "sidecar": scene.path.with_suffix(".toml").name}
            raise SchemaError("scene_without_date", facts)
    scenes.sort(key=lambda scene: period(str(scene.date)))
    for older, newer in itertools.pairwise(scenes):
        if period(str(older.date))[1] >= period(str(newer.date))[0]:
            several = f"{older.path.name} ({older.date}), {newer.path.name} ({newer.date})"
            facts = {"files": several, "sidecar": newer.path.with_suffix(".toml").name}
            raise SchemaError("scene_dates_overlap", facts)
    return tuple(scenes)


def _described(source: DatasetReader, path: Path, stated: CRS | None, missing: int) -> Scene:
    system = stated
    if system is None and source.crs:
        system = crs_from_file(source.crs.to_wkt(), what=path.name)
    facts: dict[str, object] = {"what": path.name, "file": path.name}
    if source.transform.is_identity:
        raise FormatError("raster_without_place", facts)
    if system is None:
        raise CRSError("raster_without_crs", facts)
    sidecar = read_sidecar(path, source.count)
    dates: tuple[tuple[str | None, DateFrom], ...] = (
        (sidecar.date, "sidecar"),
        (date_in_name(path.stem), "name"),
        (date_in_tags(lambda domain: source.tags(ns=domain or None)), "tags"),
    )
    date, date_from = next(((date, where) for date, where in dates if date), (None, None))
    scene = Scene(
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
        colours=tuple(colour.name for colour in source.colorinterp),
        missing_blocks=missing,
        date=date,
        date_from=date_from,
        sidecar=sidecar,
    )
    if sidecar.scale is not None:
        scene = dataclasses.replace(scene, scales=(sidecar.scale,) * scene.count)
    if sidecar.offset is not None:
        scene = dataclasses.replace(scene, offsets=(sidecar.offset,) * scene.count)
    return scene


def _check(scene: Scene, limits: Limits) -> None:
    facts: dict[str, object] = {"file": scene.path.name}
    cells = scene.width * scene.height * scene.count
    if cells > limits.cells:
        raise UnsafeInputError("raster_too_large", facts | {"cells": cells, "limit": limits.cells})
    require_known_datum(scene.crs, what=scene.path.name)
    if any(kind.startswith("complex") for kind in scene.dtypes):
        raise FormatError("raster_complex", facts | {"types": ", ".join(scene.dtypes)})
    if scene.missing_blocks and None in scene.nodata:
        raise FormatError("raster_blocks_missing", facts | {"count": scene.missing_blocks})
