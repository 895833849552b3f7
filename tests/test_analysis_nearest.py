"""The kernel that finds the nearest street of many shapes."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box

from erdao_gis.analysis.kernels.nearest import Segments, nearest

place = st.tuples(st.integers(0, 200), st.integers(0, 200))
segment = st.tuples(place, place).filter(lambda ends: ends[0] != ends[1])


def shape_of(corners: list[tuple[int, int]], kind: str) -> shapely.Geometry:
    """Make a shape of one kind at some corners."""
    hull = shapely.convex_hull(MultiPoint(corners)).buffer(1)
    kinds = {
        "point": Point(corners[0]),
        "points": MultiPoint(corners),
        "line": LineString([*corners, (corners[0][0] + 1, 0)]),
        "lines": MultiLineString([[corners[0], (0, 0.5)], [corners[-1], (200, 0.5)]]),
        "area": hull,
        "ring": hull.difference(hull.centroid.buffer(0.5)),
        "areas": MultiPolygon([box(0, 0, 1, 1), hull]) if hull.bounds[0] > 1 else hull,
    }
    return kinds[kind]


@settings(max_examples=80)
@given(
    streets=st.lists(segment, min_size=1, max_size=8),
    corners=st.lists(place, min_size=1, max_size=5),
    kind=st.sampled_from(["point", "points", "line", "lines", "area", "ring", "areas"]),
)
def test_gap_and_place_are_shapelys(
    streets: list[tuple[tuple[int, int], tuple[int, int]]],
    corners: list[tuple[int, int]],
    kind: str,
) -> None:
    """The gap is shapely's least distance, and the place on the street lies that far away."""
    ends = np.array(streets, dtype=float) + np.array([500_000, 4_860_000])
    shape = shapely.affinity.translate(shape_of(corners, kind), 500_000, 4_860_000)
    lines = shapely.linestrings(ends)
    found = nearest(Segments.of(ends[:, 0], ends[:, 1]), np.array([shape], dtype=object), 500)
    assert found.gap[0] == pytest.approx(shapely.distance(lines, shape).min(), abs=1e-7)
    foot = lines[found.segment[0]].interpolate(found.along[0])
    assert foot.distance(shape) == pytest.approx(found.gap[0], abs=1e-7)


def test_shape_beyond_the_limit_has_no_street() -> None:
    """A shape 60 m off has none within 50 m; the other keeps its position."""
    streets = Segments.of(np.array([[0.0, 0.0]]), np.array([[100.0, 0.0]]))
    shapes = np.array([Point(50, 60), Point(50, 40)], dtype=object)
    found = nearest(streets, shapes, 50)
    assert found.shape.tolist() == [1]
    assert found.gap.tolist() == [40.0]
    assert found.along.tolist() == [50.0]


def test_street_within_an_area_touches_it() -> None:
    """A path wholly inside a park is at no distance; one inside its pond is."""
    streets = Segments.of(np.array([[40.0, 40.0]]), np.array([[60.0, 40.0]]))
    park = box(0, 0, 100, 100)
    pond = Polygon(park.exterior, [box(30, 30, 70, 50).exterior])
    found = nearest(streets, np.array([park, pond], dtype=object), 50)
    assert found.gap.tolist() == [0.0, 10.0]


def test_no_shapes_give_nothing() -> None:
    """An empty list of shapes is answered with an empty result."""
    streets = Segments.of(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    assert nearest(streets, np.array([], dtype=object), 50).shape.size == 0
