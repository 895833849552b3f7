"""The one door for vector files and tables: recognised, read, screened, typed, accounted for."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from erdao_gis.crs import ERDAO_REGION, Region, diagnose_coordinates, require_known_datum
from erdao_gis.crs.reference import parse_crs
from erdao_gis.errors import CRSError, FormatError, UnsafeInputError, message_text
from erdao_gis.files.columns import is_code_name, typed_column
from erdao_gis.files.geojson import read_geojson
from erdao_gis.files.geopackage import read_geopackage
from erdao_gis.files.geoparquet import read_geoparquet
from erdao_gis.files.limits import DEFAULT_LIMITS, Limits
from erdao_gis.files.paths import checked_path
from erdao_gis.files.raw import Finding, RawLayer
from erdao_gis.files.recognition import FileKind, recognise
from erdao_gis.files.screening import bounds_of, outside_degrees, screen
from erdao_gis.files.shapefile import read_shapefile, read_zipped_shapefile
from erdao_gis.files.tables import read_csv, read_xlsx

__all__ = ["FeatureTable", "read_features"]

NullGeometry = Literal["reject", "keep"]
# An empty layer has no coordinates to look at; its CRS is missed all the same.
_NOWHERE: dict[str, object] = {"bounds": "-", "region": "-"}
_FINDING_COLUMNS = ["row", "id", "reason_zh", "reason_en"]


@dataclass(frozen=True)
class FeatureTable:
    """What a file held: the features that can be used, and the others with their reasons.

    Parameters
    ----------
    frame
        The features, in the CRS of the file; index ``row``: the number of the feature in the
        file, from 1. A plain DataFrame when the file is a table without places.
    rejects
        Rows that cannot be used: ``row``, ``id``, ``reason_zh``, ``reason_en``.
    warnings
        The same columns, on rows that are kept (self-intersections, texts that were cut).
    driver, encoding
        The format by content, and the encoding of its texts.
    crs
        CRS of ``frame``; None for a table without places.
    features_in
        Rows of the file: always those of ``frame`` plus those of ``rejects``.
    """

    frame: pd.DataFrame
    rejects: pd.DataFrame
    warnings: pd.DataFrame
    driver: str
    crs: CRS | None
    encoding: str
    features_in: int

    def __post_init__(self) -> None:
        assert self.features_in == len(self.frame) + len(self.rejects), "a row went missing"

    @property
    def features_out(self) -> int:
        """Number of features that can be used."""
        return len(self.frame)


@dataclass(frozen=True)
class _Stated:
    """What the user says about the file."""

    layer: str | None
    encoding: str | None
    crs: CRS | None


def read_features(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    crs: object = None,
    encoding: str | None = None,
    region: Region | None = None,
    null_geometry: NullGeometry = "reject",
    limits: Limits = DEFAULT_LIMITS,
) -> FeatureTable:
    r"""Read a layer or a table from a file that need not be trusted.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, shapefile (also zipped), GeoParquet, CSV or XLSX, whatever its name
        says. URLs, GDAL names (``/vsi...``, ``WFS:``), VRT and links to elsewhere are refused.
    layer
        Layer of a GeoPackage or sheet of a workbook, when there are several.
    crs
        CRS of the coordinates when the file names none; nothing is converted. GeoJSON and
        columns called lon/lat are EPSG:4490 without it.
    encoding
        Encoding of the texts; told by the bytes when left out (UTF-8 or GB 18030).
    region
        Refuse coordinates that do not lie here, naming the mistake.
    null_geometry
        Whether features without a place are rejected or kept.
    limits
        How large the input may be.

    Returns
    -------
    FeatureTable
        Codes stay text. Nothing is repaired: what cannot be used is listed in ``rejects``.

    Raises
    ------
    UnsafeInputError
        The file or its name would reach beyond itself, or it is too large.
    FormatError
        Not one of the formats, damaged, cut off, or several layers and none named.
    CRSError
        No CRS, a datum without parameters, or coordinates outside ``region``.
    MissingDependencyError
        GeoParquet without pyarrow.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "stops.csv"
    ...     _ = file.write_text("code,lon,lat\n01,125.4,43.9\n02,125.5,\n", "utf-8")
    ...     table = read_features(file)
    >>> table.frame["code"].tolist(), table.rejects["id"].tolist(), table.crs.to_epsg()
    (['01'], ['02'], 4490)
    """
    known = checked_path(path, limits=limits)
    stated = _Stated(layer, encoding, None if crs is None else parse_crs(crs))
    raw = _read(known, recognise(known), stated, limits)
    if raw.geometries is not None:
        _locate(raw, known.name, region, null_geometry, limits)
    return _table(raw)


def _read(path: Path, kind: FileKind, stated: _Stated, limits: Limits) -> RawLayer:
    """Hand the file to the reader of its format."""
    encoding, crs = stated.encoding, stated.crs
    readers: dict[FileKind, Callable[[], RawLayer]] = {
        FileKind.GEOJSON: lambda: read_geojson(path, encoding=encoding, limits=limits, crs=crs),
        FileKind.GEOPACKAGE: lambda: read_geopackage(
            path, layer=stated.layer, limits=limits, crs=crs
        ),
        FileKind.SHAPEFILE: lambda: read_shapefile(path, encoding=encoding, limits=limits, crs=crs),
        FileKind.ZIPPED_SHAPEFILE: lambda: read_zipped_shapefile(
            path, encoding=encoding, limits=limits, crs=crs
        ),
        FileKind.GEOPARQUET: lambda: read_geoparquet(path, limits=limits, crs=crs),
        FileKind.CSV: lambda: read_csv(path, encoding=encoding, limits=limits, crs=crs),
        FileKind.XLSX: lambda: read_xlsx(path, layer=stated.layer, limits=limits, crs=crs),
    }
    if kind not in readers:
        raise FormatError("raster_as_features", {"file": path.name})
    return readers[kind]()


def _locate(
    raw: RawLayer, file: str, region: Region | None, null_geometry: NullGeometry, limits: Limits
) -> None:
    """Settle the CRS and screen the shapes."""
    shapes = raw.geometries
    assert shapes is not None
    if int(shapely.get_num_coordinates(shapes).sum()) > limits.vertices:
        raise UnsafeInputError("too_many_vertices", {"file": file, "limit": limits.vertices})
    faults, notes = screen(shapes, keep_null=null_geometry == "keep")
    raw.faults += faults
    raw.notes += notes
    bounds = bounds_of(shapes)
    stated = raw.crs or raw.assumed
    if stated is None:
        error = diagnose_coordinates(bounds, None, region or ERDAO_REGION, what=file)
        raise error or CRSError("missing_crs_unknown", _NOWHERE | {"what": file})
    if stated.is_geographic:
        outside = outside_degrees(shapes)
        if 2 * len(outside) > int((~shapely.is_missing(shapes)).sum()):
            error = diagnose_coordinates(bounds, raw.crs, region or ERDAO_REGION, what=file)
            if error is not None:
                raise error
        raw.faults += outside
    raw.crs = stated
    require_known_datum(stated, what=file)
    if region is not None:
        lost = {fault.row for fault in raw.faults}
        kept = [row for row in range(len(shapes)) if row not in lost]
        error = diagnose_coordinates(bounds_of(shapes[kept]), stated, region, what=file)
        if error is not None:
            raise error


def _table(raw: RawLayer) -> FeatureTable:
    columns: dict[str, pd.Series[Any]] = {}
    for name, values in raw.columns.items():
        typed = typed_column(name, values, textual=raw.textual)
        columns[name] = typed.series
        raw.faults += typed.faults
        raw.notes += typed.notes
    first_faults = {fault.row: fault for fault in reversed(raw.faults)}
    index = pd.RangeIndex(1, raw.rows + 1, name="row")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(raw.rows)).set_axis(index)
    kept = np.array([row not in first_faults for row in range(raw.rows)], dtype=bool)
    ids = _ids(frame)
    notes = [note for note in raw.notes if note.row not in first_faults]
    notes += _repeated_ids(frame.loc[kept])
    if raw.geometries is not None:
        shapes = gpd.GeoSeries(raw.geometries, index=index, crs=raw.crs)
        frame = gpd.GeoDataFrame(frame, geometry=shapes, crs=raw.crs)
    return FeatureTable(
        frame=frame.loc[kept],
        rejects=_listed((first_faults[row] for row in sorted(first_faults)), ids),
        warnings=_listed(sorted(notes, key=lambda note: note.row), ids),
        driver=raw.driver,
        crs=raw.crs,
        encoding=raw.encoding,
        features_in=raw.rows,
    )


def _ids(frame: pd.DataFrame) -> list[str]:
    """Name each row for a list: by its id, or its first code."""
    codes = [name for name in frame.columns if is_code_name(str(name))]
    for name in ["id", *codes]:
        if name in frame.columns:
            return ["" if value is None or value is pd.NA else str(value) for value in frame[name]]
    return [""] * len(frame)


def _repeated_ids(frame: pd.DataFrame) -> list[Finding]:
    if "id" not in frame.columns:
        return []
    again = frame["id"].duplicated() & frame["id"].notna()
    return [
        Finding(int(row) - 1, "id_repeated", {"id": str(frame["id"].loc[row])})
        for row in frame.index[again]
    ]


def _listed(findings: Iterable[Finding], ids: list[str]) -> pd.DataFrame:
    rows = [
        (
            finding.row + 1,
            ids[finding.row] if finding.row < len(ids) else "",
            message_text(finding.key, finding.facts, "zh"),
            message_text(finding.key, finding.facts, "en"),
        )
        for finding in findings
    ]
    return pd.DataFrame(rows, columns=_FINDING_COLUMNS)
