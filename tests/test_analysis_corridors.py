"""Lines and areas within units."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from erdao_gis.analysis import corridor_share, length_within

SQUARE = box(0, 0, 100, 100)


def frame(*shapes: shapely.Geometry, **columns: list[object]) -> gpd.GeoDataFrame:
    """Make a frame in EPSG:4551."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4551")


def test_length_of_a_street_is_what_lies_inside() -> None:
    """A diagonal that leaves the unit counts up to the border."""
    line = LineString([(-100, -100), (300, 300)])
    assert length_within(frame(SQUARE), frame(line))[0] == pytest.approx(100 * 2**0.5)


def test_street_drawn_twice_counts_once() -> None:
    """Lines over each other are one street, also in part and in the other direction."""
    lines = frame(LineString([(0, 50), (100, 50)]), LineString([(80, 50), (20, 50)]))
    assert length_within(frame(SQUARE), lines)[0] == pytest.approx(100)


def test_section_cut_out_by_computation_counts_once() -> None:
    """A section whose ends were interpolated lies a rounding error beside its street."""
    street = LineString([(3, 7), (97, 61)])
    section = LineString([street.interpolate(11.1), street.interpolate(66.6)])
    found = length_within(frame(SQUARE), frame(street, section))[0]
    assert found == pytest.approx(street.length, abs=0.01)


def test_section_of_a_listed_street_is_not_counted_again() -> None:
    """A row that is part of another row is left out, even if drawn a little beside it."""
    lines = frame(
        LineString([(0, 50), (100, 50)]),
        LineString([(10, 50.2), (60, 50.2)]),
        part_of=[None, "FS01"],
    )
    lines.index = ["FS01", "FS02"]
    assert length_within(frame(SQUARE), lines)[0] == pytest.approx(100)


def test_section_of_an_unplaced_street_counts() -> None:
    """A section stands for itself where the whole street has no place."""
    lines = frame(None, LineString([(10, 50), (60, 50)]), part_of=[None, "FS01"])
    lines.index = ["FS01", "FS02"]
    assert length_within(frame(SQUARE), lines)[0] == pytest.approx(50)


def test_street_on_a_border_counts_in_both_units() -> None:
    """A border street belongs to either side."""
    units = frame(SQUARE, box(100, 0, 200, 100))
    line = frame(LineString([(100, 0), (100, 100)]))
    assert length_within(units, line).tolist() == [100.0, 100.0]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(-50, 150), st.integers(-50, 150)), min_size=2, max_size=9, unique=True
    )
)
def test_length_equals_the_intersection(corners: list[tuple[int, int]]) -> None:
    """The length is that of shapely's intersection with the line, noded to the millimetre.

    At a shallow angle to the border a millimetre aside is several along it.
    """
    line = LineString(corners)
    if not line.is_valid:
        return
    expected = SQUARE.intersection(shapely.union_all([line], grid_size=0.001)).length
    assert length_within(frame(SQUARE), frame(line))[0] == pytest.approx(expected, abs=0.01)


def test_corridor_has_flat_ends() -> None:
    """A corridor ends where its line ends."""
    line = frame(LineString([(20, 50), (60, 50)]))
    assert corridor_share(frame(SQUARE), line, 10)[0] == pytest.approx(0.08)


def test_crossing_corridors_count_once() -> None:
    """Where two corridors cross the ground counts once: 2 x 2,000 - 400 m2."""
    lines = frame(LineString([(0, 50), (100, 50)]), LineString([(50, 0), (50, 100)]))
    assert corridor_share(frame(SQUARE), lines, 10)[0] == pytest.approx(0.36)


def test_width_per_line_by_column() -> None:
    """Each line has the width of its own row."""
    lines = frame(
        LineString([(0, 20), (100, 20)]), LineString([(0, 80), (100, 80)]), width_m=[5.0, 10.0]
    )
    assert corridor_share(frame(SQUARE), lines, "width_m")[0] == pytest.approx(0.3)


def test_shares_of_units_add_up_to_the_corridor() -> None:
    """A river's corridor through many units is lost and doubled nowhere."""
    course = np.stack(
        [np.linspace(0, 1000, 200), 50 * np.sin(np.linspace(0, 9, 200)) + 100], axis=1
    )
    river = frame(LineString(course))
    units = frame(*(box(x, 0, x + 40, 300) for x in range(-40, 1040, 40)))
    covered = (corridor_share(units, river, 20) * units.area).sum()
    expected = river.geometry[0].buffer(20, cap_style="flat").area
    assert covered == pytest.approx(expected, rel=1e-9)
