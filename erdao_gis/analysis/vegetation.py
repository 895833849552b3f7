"""Ground under vegetation (绿化覆盖率), from a red and a near-infrared band."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from pyproj import CRS

from erdao_gis.analysis.kernels.edges import Edges, distinct, expand, ring_edges, runs, sums_by
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Positions, Shapes, given
from erdao_gis.analysis.kernels.results import spread
from erdao_gis.analysis.kernels.row_sums import edge_integrals, row_sums
from erdao_gis.analysis.scenes import Clouds, GreenReader, Scene, Span, green_reader, windows
from erdao_gis.crs import require_known_datum, require_metres, same_crs
from erdao_gis.errors import CRSError, GeometryError, SchemaError

# A straight edge in one projection is a curve in another: none longer than this is carried over.
_EDGE_M = 250.0
# Shares that differ from 0 or 1 by rounding only.
_ROUNDING = 1e-9
_MOST_THREADS = 4


def green_cover(
    units: gpd.GeoDataFrame,
    scene: Scene,
    threshold: float,
    *,
    red_nir: tuple[int, int],
    clouds: Clouds = None,
    warp: bool = False,
    min_seen: float = 1.0,
) -> pd.DataFrame:
    """Share of each unit that is covered by vegetation (绿化覆盖率), from NDVI.

    A cell is green where ``NDVI = (nir - red) / (nir + red)`` exceeds `threshold`; it counts by
    the fraction of it that lies inside the unit, exactly. Scale and offset that the file states
    are applied. This is the projection of vegetation, never green land (绿地率):
    :func:`green_ratio`. In Changchun use a scene of June to September.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551).
    scene
        Open raster. It is read window by window; memory does not grow with it.
    threshold
        NDVI above which a cell is vegetation; -1 to below 1.
    red_nir
        Band numbers of red and near infrared, from 1.
    clouds
        What hides the ground: a band of the scene, several of them, or an array of the scene's
        rows and columns that is true where nothing is seen. The file's own nodata, mask and alpha
        band hide it in any case.
    warp
        Accept a rotated scene or one in another CRS. The units are carried onto the scene's own
        grid, so that no cell is resampled.
    min_seen
        Least `seen_share` for a unit to have a figure; above 0, at most 1.

    Returns
    -------
    pandas.DataFrame
        On the index of `units`, shares of 0 to 1:

        ``green_cover``
            green part of what is seen; NaN where less than `min_seen` of the unit is seen
        ``seen_share``
            part of the unit that the scene shows: not outside, nodata, masked or cloud, and not
            0/0 (reflectances that do not add up to more than 0)
        ``at_least``, ``at_most``
            green part of the whole unit if all that is not seen were bare, or green

        NaN for units without geometry, listed in ``attrs["unmeasured"]``; ``attrs["state"]`` is
        ``value``, or ``no_data`` where no unit has a figure.

    Raises
    ------
    CRSError
        Degrees, Web Mercator or no CRS; without `warp`: a scene in another CRS, or rotated.
    GeometryError
        Invalid geometries, units that are no areas, or none on the scene.
    SchemaError
        A band, threshold, scale or mask that does not fit, or complex numbers.

    Examples
    --------
    Two by two cells of 10 m, green in the west, and a unit over the southern half:

    >>> from affine import Affine
    >>> from rasterio.io import MemoryFile
    >>> from shapely import box
    >>> layout = {"driver": "GTiff", "width": 2, "height": 2, "count": 2, "dtype": "uint16"}
    >>> place = {"crs": "EPSG:4551", "transform": Affine(10, 0, 0, 0, -10, 20)}
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 20, 10)], crs="EPSG:4551")
    >>> with MemoryFile() as memory, memory.open(**layout, **place) as scene:
    ...     scene.write(np.array([[[500, 900], [500, 900]], [[3000, 1000], [3000, 1000]]]))
    ...     green_cover(units, scene, 0.3, red_nir=(1, 2))["green_cover"].tolist()
    [0.5]
    """
    crs = require_metres(units)
    areas = given(units, "units", "areas")
    if not 0 < min_seen <= 1:
        raise SchemaError("analysis_bad_min_seen", {"min_seen": min_seen})
    reader = green_reader(scene, threshold, red_nir, clouds)
    on_grid = _on_grid(areas, crs, scene, warp=warp)
    table = _EdgeTable.of(on_grid.edges, len(on_grid.cells))
    inside = _inside_scene(on_grid, table.bounds, scene)
    green, hidden = (on_grid.turn * part for part in _sums(table, reader))
    return _as_frame(areas, green / on_grid.cells, (inside - hidden) / on_grid.cells, min_seen)


@dataclass(frozen=True, eq=False)
class _OnGrid:
    """Units in columns and rows of a scene."""

    polygons: Shapes
    "In the scene's CRS."
    edges: Edges
    "In columns and rows, owner by owner."
    cells: Floats
    "Size of each unit in cells."
    turn: float
    "1 or -1: which way rings run in columns and rows that are counter-clockwise on the map."


def _on_grid(units: Given, crs: CRS, scene: Scene, *, warp: bool) -> _OnGrid:
    """Carry the units onto the scene's grid; refuse what would need a warp that nobody asked for.

    Carrying corners and not cells keeps the scene's values as they were measured.
    """
    if not scene.crs:
        raise CRSError("analysis_scene_without_crs", {})
    scene_crs = CRS.from_user_input(scene.crs)
    polygons = units.shapes
    rotated = scene.transform.b != 0 or scene.transform.d != 0
    foreign = not same_crs(scene_crs, crs)
    if (rotated or foreign) and not warp:
        facts = {"scene": scene_crs.name, "units": crs.name}
        raise CRSError(
            "analysis_scene_rotated" if rotated else "analysis_scene_elsewhere_crs", facts
        )
    if foreign:
        require_known_datum(scene_crs, what="scene")
        lines = gpd.GeoSeries(shapely.segmentize(polygons, _EDGE_M), crs=crs)
        polygons = _carried(np.asarray(lines.to_crs(scene_crs).to_numpy(), dtype=object), scene)
    edges, place = ring_edges(polygons), scene.transform
    start, end = _cells(place, edges.x0, edges.y0), _cells(place, edges.x1, edges.y1)
    moved = Edges(*start, *end, edges.owner)
    size = place.determinant  # of a cell, negative where rows run south
    return _OnGrid(polygons, moved, shapely.area(polygons) / abs(size), float(np.sign(size)))


def _carried(polygons: Shapes, scene: Scene) -> Shapes:
    """Put units that the scene's CRS cannot hold beside the scene, where nothing is seen."""
    lost = ~np.isfinite(shapely.bounds(polygons)).all(axis=1)
    if lost.any():
        polygons[lost] = _ground(scene.transform, [(-2, -2), (-1, -2), (-1, -1)])
    return polygons


def _ground(place: Affine, corners: list[tuple[int, int]]) -> shapely.Polygon:
    """Give the ground within corners of columns and rows."""
    turn = np.array([[place.a, place.d], [place.b, place.e]])
    return shapely.Polygon(np.array(corners) @ turn + (place.c, place.f))


def _cells(place: Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Columns and rows of places; from the scene's corner on, to keep all digits."""
    grid, east, south = ~place, x - place.c, y - place.f
    return grid.a * east + grid.b * south, grid.d * east + grid.e * south


def _inside_scene(units: _OnGrid, bounds: Floats, scene: Scene) -> Floats:
    """Cells of each unit that lie on the scene at all."""
    west, north, east, south = bounds.T
    over = (west < 0) | (north < 0) | (east > scene.width) | (south > scene.height)
    inside = units.cells.copy()
    place = scene.transform
    columns, rows = scene.width, scene.height
    ground = _ground(place, [(0, 0), (columns, 0), (columns, rows), (0, rows)])
    shared = shapely.area(shapely.intersection(units.polygons[over], ground))
    inside[over] = shared / abs(place.determinant)
    if len(inside) and not inside.any():
        facts = {"columns": columns, "rows": rows}
        raise GeometryError("analysis_scene_missed", facts)
    return inside


def _sums(table: "_EdgeTable", reader: GreenReader) -> tuple[Floats, Floats]:
    """Green cells and cells not seen in each unit, over all windows of the scene."""
    count = len(table.bounds)
    green, hidden = np.zeros(count), np.zeros(count)
    # In the order of the windows, so that two runs add up to the same last digit.
    for owner, green_part, hidden_part in _in_order(reader, table):
        green += sums_by(owner, green_part, count)
        if hidden_part is not None:
            hidden += sums_by(owner, hidden_part, count)
    return green, hidden


@dataclass(frozen=True, eq=False)
class _EdgeTable:
    """Edges with the bounds of their owners, to find those that a window needs."""

    edges: Edges
    start: Positions
    count: Positions
    bounds: Floats
    "Least column and row, largest column and row."

    @classmethod
    def of(cls, edges: Edges, count: int) -> "_EdgeTable":
        """Make the table for ``count`` owners."""
        start, lengths = runs(edges.owner, count)
        bounds = np.empty((count, 4))
        if count:
            least = [np.minimum.reduceat(end, start) for end in (edges.x0, edges.y0)]
            most = [np.maximum.reduceat(end, start) for end in (edges.x0, edges.y0)]
            bounds = np.stack([*least, *most], axis=1)
        return cls(edges, start, lengths, bounds)

    def within(self, span: Span) -> Positions:
        """Positions of the edges that a window needs, of the units that touch it."""
        (top, bottom), (left, right) = span
        west, north, east, south = self.bounds.T
        touch = (west < right) & (east > left) & (north < bottom) & (south > top)
        unit = np.flatnonzero(touch)
        group, rank = expand(self.count[unit])
        place = self.start[unit][group] + rank
        edges = self.edges
        lower = np.minimum(edges.y0[place], edges.y1[place])
        upper = np.maximum(edges.y0[place], edges.y1[place])
        # What lies west of the window has nothing to its left there.
        east = np.maximum(edges.x0[place], edges.x1[place])
        kept: Positions = place[(lower < bottom) & (upper > top) & (east > left)]
        return kept


Part = tuple[Positions, Floats, Floats | None]


def _in_order(reader: GreenReader, table: _EdgeTable) -> Iterator[Part]:
    """Measure the windows on several threads, a few at a time, and yield them in order."""
    reading = threading.Lock()  # a dataset is read by one thread at a time

    def measured(span: Span) -> Part:
        with reading:
            cells = reader.read(span)
        green, hidden = reader.masks(span, cells)
        edges, (top, left) = table.edges.take(table.within(span)), (span[0][0], span[1][0])
        # An edge that two neighbours draw is walked along once; the other way turns the sign.
        chosen, number, way = distinct(edges)
        walked = edges.take(chosen)
        ends = (walked.x0 - left, walked.y0 - top, walked.x1 - left, walked.y1 - top)
        seen = edge_integrals(row_sums(green), *ends)[number] * way
        unseen = None if hidden is None else edge_integrals(row_sums(hidden), *ends)[number] * way
        return edges.owner, seen, unseen

    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[Future[Part]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for span in windows(reader.scene, table.bounds):
            waiting.append(pool.submit(measured, span))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _as_frame(units: Given, green: Floats, seen: Floats, min_seen: float) -> pd.DataFrame:
    seen = np.where(seen < _ROUNDING, 0.0, np.where(seen > 1 - _ROUNDING, 1.0, seen))
    green = np.clip(np.where(green < _ROUNDING, 0.0, green), 0.0, seen)
    enough = (seen >= min_seen) & (seen > 0)
    cover = np.divide(green, seen, out=np.full(len(seen), np.nan), where=enough)
    columns = {
        "green_cover": cover,
        "seen_share": seen,
        "at_least": green,
        "at_most": green + (1 - seen),
    }
    table = pd.DataFrame(
        {name: spread(units, values) for name, values in columns.items()}, index=units.frame.index
    )
    state = "value" if np.isfinite(cover).any() else "no_data"
    table.attrs.update({"measure": "green_cover", "state": state, "unmeasured": units.unplaced})
    return table
