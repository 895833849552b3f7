"""Roads, rivers and railways across parcels, by hand-computable geometry and on the district."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, box

from erdao_gis import read_layer
from erdao_gis.analysis import (
    CROSSED_BY,
    crossing_faults,
    crossing_figures,
    parcel_crossings,
)
from erdao_gis.errors import CRSError, GeometryError, SchemaError
from erdao_gis.parcels import check_parcels, draft_areas, facts_of_parcels

CRS = "EPSG:4551"
ACROSS = LineString([(50, -200), (50, 300)])


def layer(
    shapes: list[object], completeness: str = "complete", **columns: object
) -> gpd.GeoDataFrame:
    """Make a layer whose rows are called 0, 1, 2 ..."""
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    frame.index = [str(number) for number in range(len(frame))]
    frame.attrs["completeness"] = completeness
    return frame


SQUARE = layer([box(0, 0, 100, 100)])


def metres(*ways: object, layer_name: str = "roads", **columns: object) -> list[list[float]]:
    """Measure what crosses the square: metres inside, and those that are certain."""
    table = parcel_crossings(SQUARE, {layer_name: layer(list(ways), **columns)})
    return table[["length_m", "length_low_m"]].round(6).to_numpy().tolist()


def test_a_road_across_is_as_long_as_the_square() -> None:
    """100 m inside; known to 15 m, 70 m of it are deeper inside than that."""
    assert metres(ACROSS) == [[100, 100]]
    assert metres(ACROSS, accuracy_m=[15.0], evidence=["B"]) == [[100, 70]]
    assert metres(ACROSS, accuracy_m=[15.0], evidence=["A"]) == [[100, 100]]


def test_a_road_along_the_edge_is_none() -> None:
    """On the outline, to 2 mm, and beside it nothing is inside, however long it runs."""
    for x in (100, 99.999, 100.001, 110):
        way = LineString([(x, -50), (x, 150)])
        assert metres(way) == metres(way, accuracy_m=[15.0]) == []


def test_what_runs_along_the_edge_and_turns_in_counts_inside_only() -> None:
    """100 m on the southern side, then 40 m inwards."""
    assert metres(LineString([(0, 0), (60, 0), (60, 40)])) == [[40, 40]]


def test_a_road_within_its_accuracy_of_the_edge_is_no_crossing() -> None:
    """10 m inside and known to 15 m it may run beside the parcel: listed, but no fault."""
    ways = layer([LineString([(90, -50), (90, 150)])], accuracy_m=[15.0], name_zh=["甲街"])
    table = parcel_crossings(SQUARE, {"roads": ways})
    assert table[["length_m", "length_low_m"]].to_numpy().tolist() == [[100, 0]]
    assert list(crossing_faults(table)) == []
    told = crossing_figures(SQUARE, table).loc["0"]
    assert told["crossings_m"] == 0
    assert pd.isna(told["crossings"])
    assert told["crossings_possible"] == "甲街"


def test_streets_of_a_name_are_one_crossing() -> None:
    """Two carriageways, one of them in two stretches: 200 m of one street, with all ids."""
    ways = [LineString([(40, -9), (40, 50)]), LineString([(40, 50), (40, 109)]),
            LineString([(60, -9), (60, 109)]), LineString([(-9, 50), (30, 50)])]  # fmt: skip
    roads = layer(ways, name_zh=["甲街", "甲街", "甲街", None], name_en=["Jia", None, None, None])
    table = parcel_crossings(SQUARE, {"roads": roads})
    columns = ["name_zh", "name_en", "ids", "length_m"]
    assert table[columns].to_numpy().tolist() == [
        ["甲街", "Jia", "0;1;2", 200], ["3", "3", "3", 30],
    ]  # fmt: skip


def test_public_roads_cross_and_lanes_of_estates_do_not() -> None:
    """So do bridges, which need ground below them; a tunnel takes none."""
    classes = {"motorway": 1, "residential": 1, "unclassified": 1, "service": 0, "footway": 0}
    for road_class, number in classes.items():
        assert len(metres(ACROSS, road_class=[road_class])) == number
    assert len(metres(ACROSS, bridge=["bridge"])) == 1
    assert metres(ACROSS, bridge=["tunnel"]) == metres(ACROSS, tunnel=["是"]) == []
    lane = layer([ACROSS], road_class=["service"])
    assert len(parcel_crossings(SQUARE, {"roads": lane}, not_crossed_by=())) == 1


def test_a_line_in_two_layers_is_told_once() -> None:
    """A river drawn again 8 m beside, known to 10 m, is the same; a road across it is another."""
    water = layer([ACROSS], name_zh=["甲河"], accuracy_m=[0.0])
    rivers = layer([LineString([(58, -200), (58, 300)])], name_zh=["乙河"], accuracy_m=[10.0])
    lines = {"waterways": water, "rivers": rivers, "roads": layer([ACROSS], name_zh=["甲桥"])}
    table = parcel_crossings(SQUARE, lines)
    assert sorted(table["name_zh"]) == ["甲桥", "甲河"]
    exact = rivers.assign(accuracy_m=0.0)
    assert sorted(parcel_crossings(SQUARE, lines | {"rivers": exact})["name_zh"]) == [
        "乙河", "甲桥", "甲河",
    ]  # fmt: skip


def test_parts_and_parcels_without_a_place() -> None:
    """A line of two parts counts both; a parcel without an outline has no figures."""
    plots = gpd.GeoDataFrame(geometry=[None, box(0, 0, 100, 100)], index=["z", "a"], crs=CRS)
    way = MultiLineString([[(20, -9), (20, 109)], [(80, -9), (80, 30)]])
    table = parcel_crossings(plots, {"railways": layer([way], name_zh=["甲线"])})
    told = crossing_figures(plots, table)
    assert told.index.tolist() == ["z", "a"]
    assert told["crossings_m"].isna().tolist() == [True, False]
    assert told.loc["a", ["crossings", "crossings_m"]].tolist() == ["甲线", 130]


@pytest.mark.parametrize(
    ("roads", "rivers", "state"),
    [
        ("complete", "complete", "value"),
        ("complete", "partial", "lower_bound"),
        ("complete", "empty", "lower_bound"),
        ("empty", "empty", "no_data"),
    ],
)
def test_where_layers_are_not_complete_there_is_no_zero(
    roads: str, rivers: str, state: str
) -> None:
    """Nothing found is a finding only where all layers are known whole."""
    far = [] if roads == "empty" else [LineString([(900, 0), (900, 9)])]
    away = [] if rivers == "empty" else [LineString([(900, 0), (900, 9)])]
    lines = {"roads": layer(far, roads), "waterways": layer(away, rivers)}
    table = parcel_crossings(SQUARE, lines)
    assert table.attrs["state"] == state
    assert crossing_figures(SQUARE, table)["crossings_m"].isna().all() == (state != "value")


def test_faults_name_line_parcel_and_metres_in_both_languages() -> None:
    """Kind, name, id, metres and accuracy stand in the message; other layers are not looked at."""
    rails = layer([ACROSS], name_zh=["京哈线"], name_en=["Jingha Line"], accuracy_m=[20.0])
    lines = {"railways": rails, "metro_lines": layer([ACROSS])}
    (fault,) = crossing_faults(parcel_crossings(SQUARE, lines))
    assert (fault.rule, fault.feature) == ("parcels_crossed", "0")
    for text in ("铁路", "京哈线", "（0）", "100 m", "±20 m"):
        assert text in fault.message("zh")
    for text in ("railway Jingha Line (0)", "parcel 0", "100 m", "±20 m"):
        assert text in fault.message("en")


def test_bad_input_is_refused() -> None:
    """Points, degrees, negative accuracies and repeated codes, each with an error of ours."""
    with pytest.raises(GeometryError, match="roads"):
        metres(Point(5, 5))
    with pytest.raises(CRSError):
        parcel_crossings(SQUARE, {"roads": layer([ACROSS]).to_crs(4490)})
    with pytest.raises(SchemaError, match="accuracy_m"):
        metres(ACROSS, accuracy_m=[-5.0])
    with pytest.raises(SchemaError, match="0"):
        parcel_crossings(pd.concat([SQUARE, SQUARE]), {"roads": layer([ACROSS])})


# Corners at half metres: no line runs on an edge of the square or of what is left of it.
CORNERS = st.tuples(*[st.integers(-50, 150).map(lambda whole: whole + 0.5)] * 2)


@given(st.lists(CORNERS, min_size=2, max_size=5, unique=True), st.sampled_from([0, 5, 20, 60]))
@settings(max_examples=60)
def test_metres_are_shapely_s_own(corners: list[tuple[float, float]], off: int) -> None:
    """As drawn inside the square; for certain inside the square shrunk by the accuracy."""
    way, plot = LineString(corners), SQUARE.geometry["0"]
    inside = shapely.intersection(way, plot).length
    deep = shapely.intersection(way, plot.buffer(-off)).length
    expected = [[inside, deep]] if inside > 0 else []
    assert metres(way, accuracy_m=[float(off)]) == [
        pytest.approx(one, abs=1e-5) for one in expected
    ]


def own_parcels() -> gpd.GeoDataFrame:
    """Draw two parcels of 100 m on the district: over Yangpu Street and over the Yitong."""
    street = read_layer("roads").geometry["yangpu-street.trunk"]
    river = read_layer("waterways").geometry["yitong-river"]
    middles = [line.interpolate(0.6, normalized=True) for line in (street, river)]
    shapes = [box(p.x - 50, p.y - 50, p.x + 50, p.y + 50) for p in middles]
    return gpd.GeoDataFrame({"name_zh": ["跨街", "跨河"]}, geometry=shapes, index=["P1", "P2"],
                            crs=CRS)  # fmt: skip


def test_the_district_s_street_and_river_are_found() -> None:
    """Yangpu Street and the Yitong each cross one, at least 70 m for certain; the Yitong once."""
    found, checked = (ask(parcels=own_parcels()) for ask in (facts_of_parcels, check_parcels))
    rows = found.crossings.set_index("parcel")
    assert rows["name_zh"].to_dict() == {"P1": "洋浦大街", "P2": "伊通河"}
    assert rows["layer"].to_dict() == {"P1": "roads", "P2": "waterways"}
    assert (rows["length_m"] >= 100).all()
    assert (rows["length_low_m"] >= 70).all()
    assert found.facts["crossings"].tolist() == ["洋浦大街", "伊通河"]
    for audit in (found.audit, checked.audit):
        crossed = [fault.feature for fault in audit.faults if fault.rule == "parcels_crossed"]
        assert crossed == ["P1", "P2"]


def test_drafted_parcels_lie_between_the_lines() -> None:
    """Of all that can be drafted on the district nothing is crossed, nor may be."""
    parcels = draft_areas(areas=["RA03", "RA01"]).draft.parcels
    lines = {name: read_layer(name) for name in CROSSED_BY}
    assert len(parcels) > 40
    assert parcel_crossings(parcels, lines).empty
