"""The ground of parcels: cut along a line, or united across borders that differ by rounding."""

from collections.abc import Sequence

import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

from erdao_gis.errors import GeometryError

_ROUNDING_M = 1e-4

Area = Polygon | MultiPolygon


def cut_apart(whole: Area, line: LineString | MultiLineString) -> list[Polygon]:
    """Cut an area along a line.

    Parameters
    ----------
    whole, line
        Metres, same CRS.

    Returns
    -------
    list of shapely.Polygon
        The pieces from west to east, by centroid; the parts themselves where the line cuts
        nothing.

    Examples
    --------
    >>> [piece.area for piece in cut_apart(shapely.box(0, 0, 9, 9), LineString([(3, 0), (3, 9)]))]
    [27.0, 54.0]
    """
    edges = shapely.union_all([shapely.boundary(whole), line])
    faces = [
        face
        for face in polygonize(shapely.get_parts(edges))
        if whole.contains(face.representative_point())
    ]
    return sorted(faces, key=lambda face: (face.centroid.x, face.centroid.y))


def united(shapes: Sequence[Area], codes: Sequence[str]) -> Area:
    """Unite areas whose shared borders may differ by rounding: a cut ends on a neighbour's edge.

    Parameters
    ----------
    shapes
        Areas in metres.
    codes
        What the areas are called, for the message.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        Several parts only where an area has parts that lie apart.

    Raises
    ------
    GeometryError
        They do not share borders.

    Examples
    --------
    >>> united([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1)], ["A", "B"]).area
    3.0
    """
    whole: BaseGeometry = shapes[0]
    for shape in shapes[1:]:
        whole = shapely.snap(whole, shape, _ROUNDING_M)
        whole = shapely.union(whole, shapely.snap(shape, whole, _ROUNDING_M))
    parts = [part for part in shapely.get_parts(whole) if isinstance(part, Polygon)]
    if not _joined(shapes, parts):
        raise GeometryError("parcels_not_touching", {"codes": ", ".join(codes)})
    filled = [
        Polygon(part.exterior, [r for r in part.interiors if Polygon(r).area > _ROUNDING_M**2])
        for part in parts
    ]
    return filled[0] if len(filled) == 1 else MultiPolygon(filled)


def _joined(shapes: Sequence[Area], parts: Sequence[Polygon]) -> bool:
    """Tell whether parcels hang together; one that has two parts already may keep them."""
    insides = [shapely.point_on_surface(shapely.get_parts(shape)) for shape in shapes]
    lies_in = [
        {n for n, part in enumerate(parts) if shapely.intersects(part, points).any()}
        for points in insides
    ]
    reached, waiting = lies_in[0], lies_in[1:]
    while near := [own for own in waiting if own & reached]:
        reached = reached.union(*near)
        waiting = [own for own in waiting if not own & reached]
    return not waiting
