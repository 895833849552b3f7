"""The CRS that a file states: a code or a definition, never a text that makes PROJ open files.

PROJ reads ``+init=/any/file`` and grid files at any path (a pipe there never ends), and shifts
by ``+towgs84`` without a word. A user may state such a system; a file may not.
"""

import json
import re

from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from erdao_gis.crs.reference import display_name, parse_crs
from erdao_gis.errors import CRSError

_LONGEST = 100_000
_CODE = re.compile(r"(EPSG|ESRI|OGC):(\w+)", re.IGNORECASE)
_OGC_NAME = re.compile(
    r"(?:urn:ogc:def:crs:(EPSG|ESRI|OGC):[\w.]*:(\w+))"
    r"|(?:https?://www\.opengis\.net/def/crs/(EPSG|ESRI|OGC)/[\w.]+/(\w+))",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"\{|[A-Z_]{4,20}\s*[\[(]", re.IGNORECASE)
# GDAL writes this into every Web Mercator definition: it names no file.
_NO_GRID = "+nadgrids=@null"
_OPENS_FILES = re.compile(r"init\s*=|grids|PARAMETERFILE|pipeline", re.IGNORECASE)
_MOVES_DATA = re.compile(r'BOUNDCRS|ABRIDGEDTRANSFORMATION|PARAMETERFILE|METHOD\["PROJ')


def crs_from_file(value: object, *, what: str = "") -> CRS:
    """Read the CRS that a file states about itself.

    Parameters
    ----------
    value
        ``EPSG:4490`` (also ESRI and OGC), an OGC URN or address, WKT, or PROJJSON as text or
        dict. PROJ strings, definitions that name grids or other files, and definitions that
        bring their own datum shift are refused; a shift of zero is left out.
    what
        Name of the file, for the message.

    Raises
    ------
    CRSError
        Anything else, or nothing that PROJ knows.

    Examples
    --------
    >>> crs_from_file("urn:ogc:def:crs:EPSG::4490").to_epsg()
    4490
    """
    facts = {"what": display_name(what), "crs": str(value).strip()[:80]}
    text = _as_text(value)
    if text is None or len(text) > _LONGEST:
        raise CRSError("crs_text_refused", facts)
    code = _CODE.fullmatch(text) or _OGC_NAME.fullmatch(text)
    if code is not None:
        authority, number = (part for part in code.groups() if part is not None)
        return parse_crs(f"{authority.upper()}:{number}", what=what)
    if _OPENS_FILES.search(text.replace(_NO_GRID, "")):
        raise CRSError("crs_text_refused", facts)
    if not _DEFINITION.match(text):
        raise CRSError("crs_text_refused" if "=" in text else "unknown_crs", facts)
    try:
        crs = _without_zero_shift(CRS.from_user_input(text))
        definition = crs.to_wkt()
    except ProjCRSError as error:
        raise CRSError("unknown_crs", facts) from error
    if _MOVES_DATA.search(definition):
        raise CRSError("crs_text_refused", facts)
    return parse_crs(crs, what=what)


def _as_text(value: object) -> str | None:
    """Give the value as plain text, with the escapes of JSON undone; None when it is neither."""
    try:
        if isinstance(value, str):
            text = value.strip()
            return _as_text(json.loads(text)) if text.startswith("{") else text
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def _without_zero_shift(crs: CRS) -> CRS:
    """Take off ``TOWGS84[0,0,0,0,0,0,0]``, which older software adds to definitions."""
    operation = crs.coordinate_operation
    if crs.is_bound and crs.source_crs is not None and operation is not None:
        shift = operation.towgs84
        return crs.source_crs if shift and not any(shift) else crs
    return crs
