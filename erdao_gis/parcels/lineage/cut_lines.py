"""The line along which a parcel is cut: read from a file or from coordinates, and its ends."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from erdao_gis.crs import WORKING, to_working
from erdao_gis.crs.reference import parse_crs
from erdao_gis.errors import GeometryError, NotInPlanError, SchemaError
from erdao_gis.files import read_features
from erdao_gis.files.columns import is_code_name

REACH_M = 0.05
"""How far an end that stops short of the edge is led on, in metres: drawing and rounding."""

_BEYOND_M = 0.001
_ON_EDGE_M = 1e-6
_ENDS = 2

Line = LineString | MultiLineString


def read_line(path: Path | str, *, feature: str = "", crs: object = None) -> Line:
    """Read a line from a file.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, shapefile, GeoParquet, or a table with WKT; in any CRS on CGCS2000
        or WGS84.
    feature
        Code of the line, where the file has several.
    crs
        CRS of the coordinates when the file names none.

    Returns
    -------
    shapely.LineString or shapely.MultiLineString
        In EPSG:4551, metres.

    Raises
    ------
    SchemaError
        Not exactly one line, or another kind of geometry.
    NotInPlanError
        The file has no feature with this code.
    FormatError, UnsafeInputError, CRSError
        As `read_features`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.files import write_features
    >>> line = gpd.GeoSeries([LineString([(0, 0), (0, 5)])], crs=4551)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_features(gpd.GeoDataFrame(geometry=line), Path(folder) / "cut.gpkg")
    ...     read_line(file).length
    5.0
    """
    table = read_features(path, crs=crs)
    frame, name = table.frame, Path(path).name
    if len(table.rejects):
        first = table.rejects.iloc[0]
        facts = {"file": name, "row": first["row"]}
        facts |= {f"reason_{lang}": first[f"reason_{lang}"] for lang in ("zh", "en")}
        raise SchemaError("lineage_line_rejected", facts)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SchemaError("lineage_line_no_place", {"file": name})
    if feature:
        codes = [column for column in frame.columns if is_code_name(str(column))]
        chosen = (frame[codes].astype(str) == feature).any(axis=1)
        frame = frame.loc[chosen]
        if frame.empty:
            facts = {"file": name, "feature": feature, "columns": ", ".join(map(str, codes)) or "–"}
            raise NotInPlanError("lineage_line_no_feature", facts)
    if len(frame) != 1:
        raise SchemaError("lineage_line_count", {"file": name, "number": len(frame)})
    return _line(to_working(frame).geometry.iloc[0], name)


def line_of(text: str, *, crs: object = WORKING) -> Line:
    """Read a line from coordinates as they are typed.

    Parameters
    ----------
    text
        Points like ``"461000,4860010 461100,4860010"``: easting (or longitude) before northing
        (or latitude), a comma between the two, blanks or semicolons between points.
    crs
        CRS of the coordinates; EPSG:4551 in metres when left out.

    Returns
    -------
    shapely.LineString
        In EPSG:4551, metres.

    Raises
    ------
    SchemaError
        Not at least two points, or something that is no number.
    CRSError
        An unknown CRS, or coordinates that it cannot have.

    Examples
    --------
    >>> line_of("0,0 30,40").length
    50.0
    """
    pairs = [point.split(",") for point in text.replace(";", " ").split()]
    try:
        points = [(float(x), float(y)) for x, y in pairs]
    except ValueError:
        points = []
    distinct = set(points)
    if len(distinct) < _ENDS or not all(math.isfinite(n) for point in points for n in point):
        raise SchemaError("lineage_line_text", {"text": text[:120]})
    known = parse_crs(crs, what="--line")
    line = gpd.GeoSeries([LineString(points)], crs=known, name="--line")
    return _line(to_working(line).iloc[0], "--line")


def _line(shape: BaseGeometry, name: str) -> Line:
    flat = shapely.remove_repeated_points(shapely.force_2d(shape))
    if isinstance(flat, MultiLineString):
        flat = linemerge(flat)
    if not isinstance(flat, LineString | MultiLineString) or flat.is_empty:
        raise SchemaError("lineage_line_kind", {"file": name, "kind": shape.geom_type})
    return flat


def extended_to_edge(line: Line, area: Polygon | MultiPolygon) -> tuple[Line, float]:
    """Lead the ends of a line that stop just short of an area's edge over this edge.

    Parameters
    ----------
    line, area
        Metres, same CRS.

    Returns
    -------
    tuple
        The line, whose ends inside the area were led on straight by at most `REACH_M` (0.05 m)
        where this reaches the edge; and by how many metres at most.

    Examples
    --------
    >>> square = shapely.box(0, 0, 10, 10)
    >>> longer, metres = extended_to_edge(LineString([(5, 0), (5, 9.98)]), square)
    >>> round(metres, 3), longer.crosses(square)
    (0.02, True)
    """
    parts, most = [], 0.0
    for part in shapely.get_parts(line):
        points = list(part.coords)
        gaps = [_gap(points[0], points[1], area), _gap(points[-1], points[-2], area)]
        near = [gap is not None and gap <= REACH_M for gap in gaps]
        before = [_onward(points[0], points[1], gaps[0])] if near[0] else []
        after = [_onward(points[-1], points[-2], gaps[1])] if near[1] else []
        parts.append(LineString([*before, *points, *after]))
        most = max([most, *(gap for gap, close in zip(gaps, near, strict=True) if gap and close)])
    return (parts[0] if len(parts) == 1 else MultiLineString(parts)), most


def shortfall_m(line: Line, area: Polygon | MultiPolygon) -> float:
    """Tell by how much a line falls short of cutting an area.

    Parameters
    ----------
    line, area
        Metres, same CRS.

    Returns
    -------
    float
        Metres from the farther end inside the area straight on to its edge; 0 where no end lies
        inside.

    Examples
    --------
    >>> shortfall_m(LineString([(5, -1), (5, 7)]), shapely.box(0, 0, 10, 10))
    3.0
    """
    gaps = [0.0]
    for part in shapely.get_parts(line):
        points = list(part.coords)
        gaps += [_gap(points[0], points[1], area) or 0.0, _gap(points[-1], points[-2], area) or 0.0]
    return max(gaps)


def _gap(
    end: tuple[float, ...], before: tuple[float, ...], area: Polygon | MultiPolygon
) -> float | None:
    """Metres from an end straight on to the edge; None where the end lies outside."""
    point = Point(end)
    if area.boundary.distance(point) <= _ON_EDGE_M:
        return 0.0
    if not area.contains(point):
        return None
    west, south, east, north = area.bounds
    ray = LineString([end, _onward(end, before, math.hypot(east - west, north - south))])
    met = shapely.intersection(ray, area.boundary)
    return None if met.is_empty else float(point.distance(met))


def _onward(
    end: tuple[float, ...], before: tuple[float, ...], metres: float | None
) -> tuple[float, float]:
    """Go on straight from an end, a little beyond the metres asked for."""
    way = np.subtract(end[:2], before[:2])
    x, y = np.add(end[:2], way / np.hypot(way[0], way[1]) * ((metres or 0.0) + _BEYOND_M))
    return float(x), float(y)


def require_near(line: Line, area: Polygon | MultiPolygon, code: str) -> None:
    """Say how far a line is from a parcel that it does not cut.

    Raises
    ------
    GeometryError
        The line does not meet the parcel, or stops short of its edge.
    """
    away = float(line.distance(area))
    if away > REACH_M:
        raise GeometryError("lineage_line_away", {"code": code, "metres": f"{away:.2f}"})
    short = shortfall_m(line, area)
    if short > REACH_M:
        facts = {"code": code, "metres": f"{short:.3f}", "reach": f"{REACH_M:g}"}
        raise GeometryError("lineage_line_short", facts)
