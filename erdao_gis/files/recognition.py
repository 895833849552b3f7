"""What a file is, told by its bytes; its name is only a hint for the message."""

import re
import zipfile
from enum import Enum
from pathlib import Path

from erdao_gis.errors import FormatError, UnsafeInputError

_HEAD_BYTES = 65536
_LINES = 20
_DXF_BYTES = 4096


class FileKind(Enum):
    """The formats that are read; the value is the name a message gives."""

    GEOJSON = "GeoJSON"
    GEOPACKAGE = "GPKG"
    SHAPEFILE = "ESRI Shapefile"
    ZIPPED_SHAPEFILE = "ESRI Shapefile (zip)"
    GEOPARQUET = "GeoParquet"
    CSV = "CSV"
    XLSX = "XLSX"
    DBASE = "dBASE"
    GEOTIFF = "GTiff"


_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"SQLite format 3\x00", FileKind.GEOPACKAGE),
    (b"\x00\x00\x27\x0a", FileKind.SHAPEFILE),
    (b"PAR1", FileKind.GEOPARQUET),
    (b"II*\x00", FileKind.GEOTIFF),
    (b"MM\x00*", FileKind.GEOTIFF),
    (b"II+\x00", FileKind.GEOTIFF),
    (b"MM\x00+", FileKind.GEOTIFF),
)
# Known to be something else: named, so that the remedy can be given.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"AC10", "AutoCAD DWG"),
    (b"AutoCAD Binary DXF", "AutoCAD DXF"),
    (b"\xd0\xcf\x11\xe0", "Excel 97-2003 (xls)"),
    (b"fgb\x03", "FlatGeobuf"),
    (b"PMTiles", "PMTiles"),
)
_VRT = re.compile(
    rb"<(OGRVRTDataSource|VRTDataset|OGRVRTLayer|GDALTileIndexDataset)", re.IGNORECASE
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_MARKUP = ((b"<kml", "KML"), (b"opengis.net/gml", "GML"), (b"<osm", "OSM XML"))


def recognise(path: Path) -> FileKind:
    """Tell the format of a file by its content.

    Parameters
    ----------
    path
        A file that :func:`~erdao_gis.files.checked_path` let pass.

    Raises
    ------
    UnsafeInputError
        A GDAL virtual file (VRT), under any name: it would read other files or servers.
    FormatError
        A web page, another format, or nothing that is known.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "named.tif"
    ...     _ = file.write_text('{"type": "FeatureCollection", "features": []}')
    ...     recognise(file).value
    'GeoJSON'
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _recognise_zip(path)
    if head.startswith(b"PK\x05\x06"):
        raise FormatError("archive_without_layer", {"file": path.name, "names": "-"})
    for magic, name in _OTHERS:
        if head.startswith(magic):
            raise FormatError("format_not_read", {"file": path.name, "format": name})
    return _recognise_text(path, head)


def _recognise_zip(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FormatError("archive_damaged", {"file": path.name}) from error
    if "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
        return FileKind.XLSX
    if any(name.endswith(".shp") for name in names):
        return FileKind.ZIPPED_SHAPEFILE
    if any(name.endswith(".kml") for name in names):
        raise FormatError("format_not_read", {"file": path.name, "format": "KMZ"})
    facts = {"file": path.name, "names": ", ".join(ascii(name)[1:-1] for name in names[:5]) or "-"}
    raise FormatError("archive_without_layer", facts)


def _recognise_text(path: Path, head: bytes) -> FileKind:
    text = head
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = text.decode("utf-16", "replace").encode()
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        _refuse_markup(path, text)
    if text.startswith((b"{", b"[")):
        return FileKind.GEOJSON
    if _is_dxf(text):
        raise FormatError("format_not_read", {"file": path.name, "format": "AutoCAD DXF"})
    if path.suffix.lower() == ".dbf" and not _has_shapes(path):
        return FileKind.DBASE
    if path.suffix.lower() in (".dbf", ".shx", ".prj", ".cpg"):
        raise FormatError("shapefile_part", {"file": path.name})
    # A title may stand above the table, and a table of one column has no delimiter at all.
    top = b"\n".join(text.split(b"\n", _LINES)[:_LINES])
    table = path.suffix.lower() == ".csv" or any(sign in top for sign in (b",", b"\t", b";"))
    if b"\x00" in text or not text or not table:
        raise FormatError("format_unknown", {"file": path.name, "head": ascii(head[:16])[2:-1]})
    return FileKind.CSV


def _has_shapes(path: Path) -> bool:
    """Tell whether a table is the attributes of a shapefile, which is then the file to give."""
    return any(
        entry.suffix.lower() == ".shp" and entry.stem.lower() == path.stem.lower()
        for entry in path.parent.iterdir()
    )


def _is_dxf(text: bytes) -> bool:
    """Tell by the first pair of lines, after comments: the code 0 and the word SECTION."""
    lines = [line.strip() for line in text[:_DXF_BYTES].split(b"\n")]
    start = 0
    while lines[start : start + 1] == [b"999"]:
        start += 2
    return lines[start : start + 2] == [b"0", b"SECTION"]


def _refuse_markup(path: Path, text: bytes) -> None:
    if _VRT.search(text):
        raise UnsafeInputError("virtual_file", {"file": path.name})
    if _HTML.search(text):
        raise FormatError("file_is_web_page", {"file": path.name})
    for mark, name in _MARKUP:
        if mark in text:
            raise FormatError("format_not_read", {"file": path.name, "format": name})
    raise FormatError("format_not_read", {"file": path.name, "format": "XML"})
