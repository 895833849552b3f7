"""A block cut by lanes where it is deep, and into parcels that all front a street."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis.facts.given_parcels import polygon_parts

_STEPS = 24  # halvings: a 1 km block is cut to a tenth of a millimetre
_ROUNDED_M = 0.01
_LEAST_TAIL = 2.0  # as many times as long as a parcel's least width: shorter ones are corners
_LEAST_WORTH = 0.2  # a parcel is at most some five times as long as wide


@dataclass(frozen=True, kw_only=True)
class _Aim:
    street: BaseGeometry
    size_m2: float
    least_frontage_m: float
    least_m2: float


def divided(
    block: Polygon,
    street: BaseGeometry,
    size_m2: float,
    least_frontage_m: float,
    least_m2: float,
) -> list[Polygon]:
    """Cut a block along the sides of its minimum rotated rectangle, again and again.

    A cut that would leave a parcel too small or with too little street is not made; of those
    that remain the one with the squarest parcels is.

    Parameters
    ----------
    block
        An area in metres.
    street
        Areas along which the outline of a parcel counts as frontage.
    size_m2
        Size aimed at.
    least_frontage_m, least_m2
        What every parcel has at least.

    Returns
    -------
    list of Polygon
        Parcels in the order of the cuts; their areas add up to the block's.
    """
    aim = _Aim(
        street=shapely.intersection(street, shapely.box(*block.buffer(1.0).bounds)),
        size_m2=size_m2,
        least_frontage_m=least_frontage_m,
        least_m2=least_m2,
    )
    shapely.prepare(aim.street)
    done: list[Polygon] = []
    todo = [block]
    while todo:
        piece = todo.pop()
        parts = _best_cut(piece, aim)
        if parts:
            todo += reversed(parts)
        else:
            done.append(piece)
    return done


def laned(
    block: Polygon, street: BaseGeometry, most_depth_m: float, lane_m: float
) -> tuple[list[Polygon], list[Polygon]]:
    """Part a block that is too deep for two rows of parcels by lanes across its longer side.

    Parameters
    ----------
    block
        An area in metres.
    street
        Areas along which a lane may begin.
    most_depth_m
        A block whose shorter side is at most this stays whole.
    lane_m
        Metres from a lane's centre line to its parcels.

    Returns
    -------
    blocks, lanes
        Their areas add up to the block's. A lane begins at a street or at another lane.
    """
    done: list[Polygon] = []
    lanes: list[Polygon] = []
    todo = [block]
    while todo:
        piece = todo.pop()
        lane = _lane(piece, lane_m) if min(_extent(piece)) > most_depth_m else None
        if lane is None or not shapely.intersects(lane.buffer(1.0), [street, *lanes]).any():
            done.append(piece)
            continue
        own, _ = polygon_parts(np.array([shapely.intersection(piece, lane)], dtype=object))
        rest, _ = polygon_parts(np.array([shapely.difference(piece, lane)], dtype=object))
        lanes += own.tolist()
        todo += rest.tolist()
    return done, lanes


def untailed(block: Polygon, width_m: float) -> tuple[list[Polygon], list[Polygon]]:
    """Cut off what is too narrow for a parcel: tails that run out, and necks between two parts.

    Parameters
    ----------
    block
        An area in metres.
    width_m
        What is narrower over at least twice this length is cut off.

    Returns
    -------
    blocks, tails
        Their areas add up to the block's; no block where it is narrow everywhere.

    Examples
    --------
    >>> yard, strip = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 5)
    >>> blocks, tails = untailed(shapely.union(yard, strip), 15)
    >>> [round(part.area, -2) for part in (*blocks, *tails)]
    [10000.0, 500.0]
    """
    # Narrowed and widened again: what is gone was narrow. A corner loses its tip only.
    core = block.buffer(-width_m / 2).buffer(width_m / 2 + _ROUNDED_M)
    lost, _ = polygon_parts(np.array([shapely.difference(block, core)], dtype=object))
    tails = lost[shapely.length(lost) / 2 >= _LEAST_TAIL * width_m]
    rest, _ = polygon_parts(np.array([shapely.difference(block, shapely.union_all(tails))]))
    return rest.tolist(), tails.tolist()


def _lane(piece: Polygon, lane_m: float) -> Polygon | None:
    halves = _cut(piece, _sides(piece)[0], 0.5)
    if len(halves) != 2:  # noqa: PLR2004 - a lane has two sides
        return None
    border = shapely.line_merge(shapely.intersection(halves[0].boundary, halves[1].boundary))
    if not isinstance(border, shapely.LineString):
        return None
    lane: Polygon = border.buffer(lane_m, cap_style="square")
    return lane


def _extent(piece: Polygon) -> tuple[float, float]:
    """Shorter and longer side of the minimum rotated rectangle, in metres."""
    x, y = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece)).T[:, :3].tolist()
    one, other = math.hypot(x[1] - x[0], y[1] - y[0]), math.hypot(x[2] - x[1], y[2] - y[1])
    return min(one, other), max(one, other)


def _best_cut(piece: Polygon, aim: _Aim) -> list[Polygon]:
    count = round(piece.area / aim.size_m2)
    if count < 2:  # noqa: PLR2004 - one is what we have
        return []
    shares = {count // 2 / count, (count - 1) // 2 / count} - {0.0}
    # A cut may leave slender parcels only where the piece is slender itself.
    best, parts = min(_LEAST_WORTH, _squareness(piece)), []
    for direction in _sides(piece):
        for share in shares:
            found = _cut(piece, direction, share)
            worth = _worth(found, aim)
            if worth > best:
                best, parts = worth, found
    return parts


def _sides(piece: Polygon) -> list[tuple[float, float]]:
    """Directions of the longer and the shorter side of the minimum rotated rectangle."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece))
    (ax, ay), (bx, by), (cx, cy) = corners[:3].tolist()
    sides = []
    for dx, dy in ((bx - ax, by - ay), (cx - bx, cy - by)):
        length = math.hypot(dx, dy)
        if length > 0:
            sides.append((length, (dx / length, dy / length)))
    return [direction for _, direction in sorted(sides, reverse=True)]


def _cut(piece: Polygon, direction: tuple[float, float], share: float) -> list[Polygon]:
    """Cut across a direction so that the first side has this share of the area."""
    ux, uy = direction
    centre = piece.centroid
    # Turned about the centre, a cut is a straight slice by x.
    turned = shapely.transform(
        piece,
        lambda xy: (xy - [centre.x, centre.y]) @ [[ux, -uy], [uy, ux]],
    )
    west, south, east, north = turned.bounds
    low, high = west, east
    for _ in range(_STEPS):
        middle = (low + high) / 2
        part = shapely.clip_by_rect(turned, west - 1, south - 1, middle, north + 1)
        if part.area < share * piece.area:
            low = middle
        else:
            high = middle
    reach = north - south + 2
    across = [(low, south - reach), (low, north + reach)]
    back = [(centre.x + x * ux - y * uy, centre.y + x * uy + y * ux) for x, y in across]
    edges = shapely.union_all([piece.boundary, shapely.LineString(back)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    return [face for face in faces.tolist() if piece.contains(face.representative_point())]


def _worth(parts: list[Polygon], aim: _Aim) -> float:
    """Tell how square the least square part is; 0 if a part is none of use."""
    if len(parts) < 2:  # noqa: PLR2004 - no cut at all
        return 0.0
    worth = 1.0
    for part in parts:
        frontage = shapely.length(shapely.intersection(part.exterior, aim.street))
        if part.area < aim.least_m2 or frontage < aim.least_frontage_m:
            return 0.0
        worth = min(worth, _squareness(part))
    return worth


def _squareness(part: Polygon) -> float:
    """Give 1 for a square; filling its rectangle counts too, because an L is no good parcel."""
    return float(part.area / max(_extent(part)) ** 2)
