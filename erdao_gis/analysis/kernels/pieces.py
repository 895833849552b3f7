"""Large shapes cut into small ones that do not overlap, so that each lookup stays cheap."""

import numpy as np
import shapely

from erdao_gis.analysis.kernels.frame_inputs import Positions, Shapes
from erdao_gis.errors import GeometryError

_MOST_VERTICES = 32
_LEAST_SIDE_M = 0.01
# Rounding of a clip is some 1e-9 m on each crossing; a lost piece is square metres.
_AREA_TOLERANCE = 1e-9


def disjoint_pieces(shapes: Shapes) -> Shapes:
    """Union areas that may overlap and cut the result into polygons of few vertices.

    Each point of the ground that the shapes cover lies in exactly one piece.
    """
    if not shapes.size:
        return shapes
    union = shapely.disjoint_subset_union_all(shapes)
    return cut(shapely.get_parts(np.array([union], dtype=object)), _MOST_VERTICES)[0]


def cut(polygons: Shapes, most_vertices: int) -> tuple[Shapes, Positions]:
    """Halve polygons along their longer side until none has more than ``most_vertices``.

    Returns
    -------
    pieces, owner
        Polygons, and for each the position of the polygon it was cut from.

    Raises
    ------
    GeometryError
        If the pieces do not add up to the whole.
    """
    todo, owner = shapely.get_parts(polygons, return_index=True)
    whole = shapely.area(polygons).sum()
    done: list[Shapes] = []
    done_owner: list[Positions] = []
    while todo.size:
        west, south, east, north = shapely.bounds(todo).T
        # Many corners on one spot stay many, however often they are cut.
        tiny = np.maximum(east - west, north - south) < _LEAST_SIDE_M
        small = tiny | (shapely.get_num_coordinates(todo) <= most_vertices)
        done.append(todo[small])
        done_owner.append(owner[small])
        todo, owner = _halved(todo[~small], owner[~small])
    pieces, owner = _joined(done), np.concatenate([*done_owner, np.empty(0, np.intp)])
    found = shapely.area(pieces).sum()
    if abs(found - whole) > _AREA_TOLERANCE * whole:
        raise GeometryError("analysis_area_lost", {"found": found, "whole": whole})
    return pieces, owner.astype(np.intp)


def _joined(arrays: list[Shapes]) -> Shapes:
    return np.concatenate([*arrays, np.empty(0, dtype=object)])


def _halved(polygons: Shapes, owner: Positions) -> tuple[Shapes, Positions]:
    """Cut each polygon in two at the middle of its bounds."""
    west, south, east, north = shapely.bounds(polygons).reshape(-1, 4).T
    wide = east - west >= north - south
    middle_x = np.where(wide, (west + east) / 2, east)
    middle_y = np.where(wide, north, (south + north) / 2)
    lower = np.stack([west, south, middle_x, middle_y], axis=1)
    upper = np.stack([np.where(wide, middle_x, west), np.where(wide, south, middle_y)], axis=1)
    upper = np.concatenate([upper, np.stack([east, north], axis=1)], axis=1)
    halves = [
        _clipped(polygon, box)
        for boxes in (lower.tolist(), upper.tolist())
        for polygon, box in zip(polygons, boxes, strict=True)
    ]
    parts, origin = shapely.get_parts(np.array(halves, dtype=object), return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return parts[areal], np.tile(owner, 2)[origin[areal]]


def _clipped(polygon: shapely.Polygon, box: list[float]) -> shapely.Geometry:
    return shapely.clip_by_rect(polygon, *box)
