"""The one door for vector files and tables: recognised, read, screened, typed, accounted for."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from erdao_gis.crs import (
    ERDAO_REGION,
    Region,
    diagnose_coordinates,
    require_known_datum,
    same_crs,
)
from erdao_gis.crs.file_text import crs_from_file
from erdao_gis.crs.reference import crs_label, parse_crs
from erdao_gis.errors import CRSError, Finding, FormatError, UnsafeInputError, message_text, visible
from erdao_gis.files.characters import check_names, unstorable
from erdao_gis.files.columns import is_code_name, typed_column
from erdao_gis.files.geojson import read_geojson
from erdao_gis.files.geopackage import read_geopackage
from erdao_gis.files.geoparquet import read_geoparquet
from erdao_gis.files.headings import TableHints
from erdao_gis.files.paths import checked_path
from erdao_gis.files.raw import RawLayer
from erdao_gis.files.recognition import FileKind, recognise
from erdao_gis.files.screening import bounds_of, outside_degrees, screen
from erdao_gis.files.shapefile import read_dbf_table, read_shapefile, read_zipped_shapefile
from erdao_gis.files.size_limits import DEFAULT_LIMITS, Limits
from erdao_gis.files.tables import read_csv, read_xlsx

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
        The same columns, on rows that are kept (self-intersections, repeated ids); row 0 is the
        file as a whole.
    driver, encoding
        The format by content, and the encoding of its texts.
    crs
        CRS of ``frame``; None for a table without places.
    features_in
        Rows of the file: always those of ``frame`` plus those of ``rejects``. What stands above
        the headings is no row and is told in ``warnings``.
    lower
        Of headings joined from two rows (控制指标 容积率), the lower part.
    uncomputed
        Addresses of formulas without a stored value, which read as blank cells.
    """

    frame: pd.DataFrame
    rejects: pd.DataFrame
    warnings: pd.DataFrame
    driver: str
    crs: CRS | None
    encoding: str
    features_in: int
    lower: Mapping[str, str] = field(default_factory=dict)
    uncomputed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.features_in == len(self.frame) + len(self.rejects), "a row went missing"

    @property
    def features_out(self) -> int:
        """Number of features that can be used."""
        return len(self.frame)


def read_features(  # noqa: PLR0913 - one parameter a thing that a file does not say
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    crs: object = None,
    encoding: str | None = None,
    region: Region | None = None,
    null_geometry: NullGeometry = "reject",
    header_row: int | None = None,
    hints: TableHints | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> FeatureTable:
    r"""Read a layer or a table from a file that need not be trusted.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, shapefile (also zipped), GeoParquet, CSV, XLSX, or a dBASE table
        (.dbf) without a shapefile, told by the content. URLs, GDAL names (``/vsi...``, ``WFS:``),
        VRT and links to elsewhere are refused.
    layer
        Layer of a GeoPackage or sheet of a workbook, when there are several.
    crs
        CRS of the coordinates when the file names none, or a wrong one; nothing is converted.
        GeoJSON and columns called lon/lat are EPSG:4490 without it.
    encoding
        Encoding of the texts; told by the bytes when left out (UTF-8 or GB 18030).
    region
        Refuse coordinates that do not lie here, naming the mistake.
    null_geometry
        Whether features without a place are rejected or kept.
    header_row
        Row of a CSV or a sheet that holds the headings, from 1; found when left out, below rows
        that only hold a title. What stands above it is told in ``warnings``.
    hints
        What is known of the headings of a table; with them rows of sums and remarks are rejects.
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
    stated = None if crs is None else parse_crs(crs, what=known.name)
    kind = recognise(known)
    if kind in (FileKind.CSV, FileKind.XLSX):
        raw = (
            read_csv(known, encoding=encoding, limits=limits, header_row=header_row, hints=hints)
            if kind is FileKind.CSV
            else read_xlsx(known, layer=layer, limits=limits, header_row=header_row, hints=hints)
        )
    else:
        raw = _read(known, kind, layer=layer, encoding=encoding, limits=limits)
    if raw.geometries is None:
        return _table(raw, None, known.name)
    if int(shapely.get_num_coordinates(raw.geometries).sum()) > limits.vertices:
        raise UnsafeInputError("too_many_vertices", {"file": known.name, "limit": limits.vertices})
    faults, notes = screen(raw.geometries, keep_null=null_geometry == "keep")
    raw.faults += faults
    raw.notes += notes
    return _table(raw, _located(raw, known.name, stated, region), known.name)


def _read(
    path: Path, kind: FileKind, *, layer: str | None, encoding: str | None, limits: Limits
) -> RawLayer:
    """Hand the file to the reader of its format."""
    readers: dict[FileKind, Callable[[], RawLayer]] = {
        FileKind.GEOJSON: lambda: read_geojson(path, encoding=encoding, limits=limits),
        FileKind.GEOPACKAGE: lambda: read_geopackage(path, layer=layer, limits=limits),
        FileKind.SHAPEFILE: lambda: read_shapefile(path, encoding=encoding, limits=limits),
        FileKind.ZIPPED_SHAPEFILE: lambda: read_zipped_shapefile(
            path, encoding=encoding, limits=limits
        ),
        FileKind.GEOPARQUET: lambda: read_geoparquet(path, limits=limits),
        FileKind.DBASE: lambda: read_dbf_table(path, encoding=encoding, limits=limits),
    }
    if kind not in readers:
        raise FormatError("raster_as_features", {"file": path.name})
    return readers[kind]()


def _located(raw: RawLayer, file: str, stated: CRS | None, region: Region | None) -> CRS:
    """Settle the CRS, and make sure that the coordinates can be in it."""
    shapes = raw.geometries
    assert shapes is not None
    said = stated or (
        crs_from_file(raw.named_crs, what=file) if raw.named_crs is not None else None
    )
    if stated is not None:
        _note_override(raw, stated)
    crs = said or (parse_crs(raw.assumed_crs) if raw.assumed_crs is not None else None)
    place, bounds = region or ERDAO_REGION, bounds_of(shapes)
    if crs is None:
        raise diagnose_coordinates(bounds, None, place, what=file) or CRSError(
            "missing_crs_unknown", _NOWHERE | {"what": file}
        )
    require_known_datum(crs, what=file)
    wrong = None
    if crs.is_geographic:
        outside = outside_degrees(shapes)
        raw.faults += outside
        if 2 * len(outside) > int((~shapely.is_missing(shapes)).sum()):
            wrong = diagnose_coordinates(bounds, said, place, what=file)
    if region is not None and wrong is None:
        lost = {fault.row for fault in raw.faults}
        kept = [row for row in range(len(shapes)) if row not in lost]
        wrong = diagnose_coordinates(bounds_of(shapes[kept]), crs, region, what=file)
    if wrong is not None:
        raise wrong
    return crs


def _note_override(raw: RawLayer, stated: CRS) -> None:
    """Say so when the user's CRS takes the place of another that the file names."""
    if raw.named_crs is None:
        return
    try:
        named = crs_from_file(raw.named_crs)
    except CRSError:  # what cannot be understood is what the user puts right
        return
    if not same_crs(named, stated):
        facts: dict[str, object] = {"named": crs_label(named), "stated": crs_label(stated)}
        raw.notes.append(Finding(-1, "crs_overridden", facts))


def _table(raw: RawLayer, crs: CRS | None, file: str) -> FeatureTable:
    """Type the columns, set rejects apart, and close the ledger."""
    check_names(raw, file)
    columns: dict[str, pd.Series[Any]] = {}
    for name, values in raw.columns.items():
        typed = typed_column(name, values, textual=raw.textual, text=name in raw.texts)
        columns[name] = typed.series
        raw.faults += typed.faults
        raw.notes += typed.notes
        raw.faults += unstorable(name, typed.series)
    first_faults = {fault.row: fault for fault in reversed(raw.faults)}
    index = pd.RangeIndex(1, raw.rows + 1, name="row")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(raw.rows)).set_axis(index)
    kept = np.array([row not in first_faults for row in range(raw.rows)], dtype=bool)
    ids = _ids(frame, raw.texts)
    notes = [note for note in raw.notes if note.row not in first_faults]
    notes += _repeated_ids(frame.loc[kept])
    if raw.geometries is not None:
        shapes = gpd.GeoSeries(raw.geometries, index=index, crs=crs)
        frame = gpd.GeoDataFrame(frame, geometry=shapes, crs=crs)
    return FeatureTable(
        frame=frame.loc[kept],
        rejects=_listed((first_faults[row] for row in sorted(first_faults)), ids),
        warnings=_listed(sorted(notes, key=lambda note: note.row), ids),
        driver=raw.driver,
        crs=crs,
        encoding=raw.encoding,
        features_in=raw.rows,
        lower=raw.lower,
        uncomputed=tuple(raw.uncomputed),
    )


def _ids(frame: pd.DataFrame, texts: Iterable[str]) -> list[str]:
    """Name each row for a list: by its id, what is known to be a text, or its first code."""
    codes = [name for name in frame.columns if is_code_name(str(name))]
    for name in ["id", *texts, *codes]:
        if name in frame.columns:
            return [
                "" if value is None or value is pd.NA else visible(value) for value in frame[name]
            ]
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
            ids[finding.row] if finding.row >= 0 else "",
            message_text(finding.key, finding.facts, "zh"),
            message_text(finding.key, finding.facts, "en"),
        )
        for finding in findings
    ]
    return pd.DataFrame(rows, columns=_FINDING_COLUMNS)
