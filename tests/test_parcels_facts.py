"""Facts of parcels by hand-computable geometry."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

import erdao_gis
from erdao_gis.analysis import walking_graph
from erdao_gis.analysis.facts.frontage import parcel_frontage
from erdao_gis.analysis.facts.intensity import parcel_intensity
from erdao_gis.analysis.facts.memberships import parcel_memberships
from erdao_gis.analysis.facts.parcel_facts import FactRules, parcel_facts
from erdao_gis.errors import CRSError, GeometryError, SchemaError

CRS = "EPSG:4551"


def layer(
    shapes: list[object], completeness: str = "complete", **columns: object
) -> gpd.GeoDataFrame:
    """Make a layer whose rows are called 0, 1, 2 ..."""
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    frame.index = [str(number) for number in range(len(frame))]
    frame.attrs["completeness"] = completeness
    return frame


PLOT = layer([box(0, 0, 100, 50)])
STREET = layer([LineString([(-500, -10), (500, -10)])], name_zh=["甲街"])


def test_size_and_shape() -> None:
    """100 m by 50 m is half a hectare, seven and a half mu, and a square pi/4 times 8/9 round."""
    facts = parcel_facts(PLOT).loc["0"]
    assert facts["area_m2"] == 5000
    assert facts["area_ha"] == 0.5
    assert facts["area_mu"] == pytest.approx(7.5)
    assert facts["perimeter_m"] == 300
    assert facts["compactness"] == pytest.approx(4 * np.pi * 5000 / 300**2)


def frontage(*ways: LineString, plot: shapely.Polygon = PLOT.geometry["0"], reach: float = 20,
             **columns: object) -> dict[str, float]:  # fmt: skip
    """Measure the frontage of one parcel on some streets."""
    roads = layer(list(ways), **columns)
    table = parcel_frontage(layer([plot]), roads, street_m=reach)
    return dict(zip(table["street"], table["length_m"].round(6), strict=True))


def test_frontage_is_the_side_along_the_street() -> None:
    """The sides that run away from the street do not count, near as they are."""
    assert frontage(LineString([(-500, -10), (500, -10)])) == {"0": 100}


def test_frontage_ends_with_reach_beyond_the_street_s_end() -> None:
    """A street that ends beside the parcel reaches on by the radius: 30 m + sqrt(20^2 - 10^2)."""
    assert frontage(LineString([(-500, -10), (30, -10)])) == {"0": round(30 + 300**0.5, 6)}


def test_back_of_a_shallow_parcel_is_no_front() -> None:
    """The far side lies within reach too, but looks away from the street."""
    assert frontage(LineString([(-500, -5), (500, -5)]), plot=box(0, 0, 100, 8)) == {"0": 100}


def test_corner_fronts_two_streets() -> None:
    """Each named street has its own length; two carriageways of a name are one street."""
    ways = [
        LineString([(-500, -10), (500, -10)]),
        LineString([(-500, -14), (500, -14)]),
        LineString([(110, -500), (110, 500)]),
    ]
    assert frontage(*ways, name_zh=["甲街", "甲街", "乙路"]) == {"甲街": 100, "乙路": 50}


def test_bends_count_once() -> None:
    """Where two straight pieces of a street meet, the outline before both counts once."""
    way = LineString([(-500, -10), (50, -10), (500, -10.001)])
    assert frontage(way)["0"] == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize(
    "columns",
    [
        {"road_class": ["motorway"]},
        {"road_class": ["footway"]},
        {"bridge": ["bridge"]},
        {"bridge": ["T"]},
        {"bridge": ["F"], "tunnel": ["T"]},
    ],
)
def test_what_gives_no_frontage(columns: dict[str, object]) -> None:
    """No door opens to a motorway or a bridge."""
    assert frontage(LineString([(-500, -10), (500, -10)]), **columns) == {}


def test_what_is_no_bridge_has_frontage() -> None:
    """However a file writes it."""
    for value in ("F", "no", 0, False, "否", None):
        assert frontage(LineString([(-500, -10), (500, -10)]), bridge=[value]) == {"0": 100}


@settings(max_examples=30)
@given(st.floats(0, 2 * np.pi), st.floats(-1e5, 1e5))
def test_frontage_does_not_turn_with_the_map(angle: float, away: float) -> None:
    """Turned and moved together, parcel and street have the same frontage."""

    def turned(shape: shapely.Geometry) -> shapely.Geometry:
        c, s = np.cos(angle), np.sin(angle)
        return shapely.transform(shape, lambda xy: xy @ [[c, s], [-s, c]] + away)

    found = frontage(turned(LineString([(-500, -10), (70, -10)])), plot=turned(box(0, 0, 100, 50)))
    assert found["0"] == pytest.approx(70 + 300**0.5, abs=1e-4)


def test_streets_in_the_table() -> None:
    """Names stand longest first; a front of 4 m lets a car in."""
    roads = layer(
        [LineString([(-500, -10), (500, -10)]), LineString([(110, -500), (110, 500)])],
        name_zh=["甲街", "乙路"],
    )
    plots = layer([box(0, 0, 100, 50), box(0, 200, 50, 250)])
    facts = parcel_facts(plots, {"roads": roads})
    assert facts["streets"].fillna("-").tolist() == ["甲街;乙路", "-"]
    assert facts["frontage_m"].tolist() == [150, 0]
    assert facts["street_access"].tolist() == ["yes", "no"]


def test_no_street_in_a_partial_layer_is_no_finding() -> None:
    """Where the roads are incomplete, a parcel may well have a street."""
    roads = layer(STREET.geometry.tolist(), "partial")
    facts = parcel_facts(layer([box(0, 0, 100, 50), box(0, 500, 9, 509)]), {"roads": roads})
    assert facts["street_access"].isna().tolist() == [False, True]
    assert facts.attrs["state"]["frontage_m"] == "lower_bound"


def test_memberships_with_shares() -> None:
    """A parcel three quarters in the east belongs there, and a quarter is told too."""
    zones = layer([box(-99, -99, 25, 99), box(25, -99, 200, 99)])
    facts = parcel_facts(PLOT, {"zones": zones}).loc["0"]
    assert facts[["zones", "zones_share", "zones_count"]].tolist() == ["1", 0.75, 2.0]
    assert parcel_memberships(PLOT, zones)["area_m2"].tolist() == [3750, 1250]


def test_nodes_stand_for_their_catchment() -> None:
    """A node 450 m east of the parcel's east end reaches 50 m into it."""
    nodes = layer([Point(550, 25)])
    share = parcel_facts(PLOT, {"nodes": nodes})["nodes_share"]
    assert share.tolist() == [pytest.approx(0.5, abs=0.01)]
    near = parcel_facts(PLOT, {"nodes": nodes}, rules=FactRules(catchment_m=400))
    assert near["nodes"].isna().all()


def test_distances_are_from_the_edge() -> None:
    """A station 300 m from the east side; the nearer of two schools."""
    facts = parcel_facts(
        PLOT,
        {"metro_stations": layer([Point(400, 25)]),
         "schools": layer([Point(0, 550), Point(50, 80)])},
    ).loc["0"]  # fmt: skip
    assert facts["metro_stations_m"] == 300
    assert facts[["schools_m", "schools_id"]].tolist() == [30, "1"]


def test_walks_where_a_network_is_given() -> None:
    """10 m to the street and 390 m along it are 400 m, at 70 m a minute."""
    home = layer([box(0, 0, 10, 10)])
    facts = parcel_facts(home, {"schools": layer([Point(400, -10)])}, walking=walking_graph(STREET))
    assert facts["schools_walk_min"].tolist() == [pytest.approx(400 / 70, abs=0.15)]
    assert facts.attrs["state"]["schools_walk_min"] == "value"


def test_a_parcel_beside_a_stub_is_named() -> None:
    """Of its walk nothing is known; the other's is as it was."""
    ways = [LineString([(-500, -10), (500, -10)]), LineString([(0, 400), (40, 400)])]
    plots = layer([box(0, 0, 10, 10), box(0, 410, 10, 420)])
    schools = layer([Point(400, -10)])
    facts = parcel_facts(plots, {"schools": schools}, walking=walking_graph(layer(ways)))
    assert facts["schools_walk_min"].isna().tolist() == [False, True]
    assert facts.attrs["cut_off"] == {"schools_walk_min": {"1": 1}}


def test_clashes_count_ground_once() -> None:
    """Two setbacks that overlap on 10 m by 50 m take 30 m of 100 m."""
    setback = layer([box(-50, -9, 20, 99), box(10, -9, 30, 99)])
    facts = parcel_facts(PLOT, {"river_setback": setback}).loc["0"]
    assert facts[["river_setback_m2", "river_setback_share"]].tolist() == [1500, 0.3]


SQUARE = layer([box(0, 0, 100, 100)])
BAND = ("", "_low", "_high")


def band(facts: pd.DataFrame, column: str, label: str = "0") -> list[float]:
    """Read a figure with its least and most."""
    return [round(float(facts.loc[label, f"{column}{end}"]), 6) for end in BAND]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"evidence": ["D"], "accuracy_m": [20.0]}, [0.5, 0.3, 0.7]),
        ({"accuracy_m": [20.0]}, [0.5, 0.3, 0.7]),
        ({"evidence": ["D"], "accuracy_m": [3000.0]}, [0.5, 0.0, 1.0]),
        ({"evidence": ["A"], "accuracy_m": [20.0]}, [0.5, 0.5, 0.5]),
        ({"evidence": ["D"], "accuracy_m": [None]}, [0.5, 0.5, 0.5]),
        ({}, [0.5, 0.5, 0.5]),
    ],
)
def test_shares_carry_the_accuracy_of_the_zone(
    stated: dict[str, list[object]], expected: list[float]
) -> None:
    """A zone's edge runs through the middle of a square of 100 m, known to 20 m or exactly."""
    zones = layer([box(-900, -900, 50, 900)], **stated)
    facts = parcel_facts(SQUARE, {"zones": zones})
    assert band(facts, "zones_share") == expected
    row = parcel_memberships(SQUARE, zones).loc[0, ["share", "share_low", "share_high"]]
    assert row.astype(float).round(6).tolist() == expected


def test_a_parcel_beside_a_zone_may_lie_in_it() -> None:
    """10 m off an edge that is known to 30 m: in no zone as drawn, 20 m of 100 m at most."""
    zones = layer([box(-900, -900, -10, 900)], evidence=["D"], accuracy_m=[30.0])
    facts = parcel_facts(SQUARE, {"zones": zones})
    assert band(facts, "zones_share") == [0, 0, 0.2]
    assert facts["zones"].isna().all()
    assert facts["zones_count"].tolist() == [0]
    assert facts["zones_possible"].tolist() == ["0"]
    zones.attrs["completeness"] = "partial"
    partial = parcel_facts(SQUARE, {"zones": zones})
    assert partial["zones_share"].isna().all()  # of zones that nobody drew nothing is known
    assert partial["zones_share_high"].round(6).tolist() == [0.2]
    listed = parcel_memberships(SQUARE, zones)
    assert listed[["share", "share_high"]].round(6).to_numpy().tolist() == [[0, 0.2]]


def test_nodes_move_with_their_catchment() -> None:
    """450 m off and known to 300 m: 200 m reach nothing for certain, 800 m may reach all."""
    nodes = layer([Point(550, 25)], evidence=["D"], accuracy_m=[300.0])
    found = band(parcel_facts(PLOT, {"nodes": nodes}), "nodes_share")
    assert found[1:] == [0, 1]


def test_distances_carry_the_accuracy_of_places() -> None:
    """The nearest place is exact, but one that is further away and known to 100 m may be nearer."""
    places = layer([Point(200, 50), Point(50, 250)], evidence=["A", "D"], accuracy_m=[5.0, 100.0])
    facts = parcel_facts(SQUARE, {"parks": places})
    assert band(facts, "parks_m") == [100, 50, 100]
    assert facts["parks_id"].tolist() == ["0"]
    only = parcel_facts(SQUARE, {"parks": places.loc[["1"]]})
    assert band(only, "parks_m") == [150, 50, 250]


def test_clashes_carry_the_accuracy_of_the_outline() -> None:
    """A strip of 30 m by 100 m, known to 10 m, is 20 m to 40 m wide; overlaps count once."""
    strips = layer([box(-50, -99, 30, 199), box(-50, -99, 20, 199)],
                   evidence=["B", "B"], accuracy_m=[10.0, 10.0])  # fmt: skip
    facts = parcel_facts(SQUARE, {"protected_land": strips})
    assert band(facts, "protected_land_m2") == [3000, 2000, 4000]


@pytest.mark.parametrize("accuracy", [-1.0, np.inf])
def test_an_accuracy_is_no_negative_or_endless_number(accuracy: float) -> None:
    """It is refused with the feature's name, for areas, places and clashes alike."""
    wrong = layer([box(0, 0, 9, 9)], accuracy_m=[accuracy])
    for name in ("zones", "parks", "subsidence"):
        with pytest.raises(SchemaError, match="accuracy_m") as caught:
            parcel_facts(SQUARE, {name: wrong})
        assert caught.value.facts["ids"] == "0"


@given(
    st.lists(st.tuples(st.integers(-80, 160), st.integers(-80, 160), st.integers(5, 120),
                       st.integers(5, 120), st.integers(0, 60)), min_size=1, max_size=4),
)  # fmt: skip
@settings(max_examples=60)
def test_bands_are_the_areas_moved_in_and_out(boxes: list[tuple[int, ...]]) -> None:
    """Least and most are those of shapely's own intersections, and hold the figure as drawn."""
    shapes = [box(x, y, x + w, y + h) for x, y, w, h, _ in boxes]
    lands = layer(shapes, accuracy_m=[float(off) for *_, off in boxes])
    facts = parcel_facts(SQUARE, {"zones": lands, "protected_land": lands})
    plot, total = SQUARE.geometry["0"], {}
    for end, sign in (("", 0), ("_low", -1), ("_high", 1)):
        moved = [
            shape.buffer(sign * off, quad_segs=16) if sign * off else shape
            for shape, (*_, off) in zip(shapes, boxes, strict=True)
        ]
        total[end] = plot.intersection(shapely.union_all(moved)).area
        label = facts.loc["0", "zones"]
        own = facts.loc["0", "zones_possible"] if pd.isna(label) else label
        share = 0.0 if pd.isna(own) else plot.intersection(moved[int(own)]).area / plot.area
        assert facts.loc["0", f"zones_share{end}"] == pytest.approx(share, abs=1e-6)
        assert facts.loc["0", f"protected_land_m2{end}"] == pytest.approx(total[end], abs=1e-3)
    for column in ("zones_share", "protected_land_m2"):
        drawn, low, high = (facts.loc["0", f"{column}{end}"] for end in BAND)
        assert low <= drawn <= high


def test_empty_layers_are_no_data() -> None:
    """A layer that says that it is empty gives no zero and no distance."""
    nothing = layer([], "empty")
    facts = parcel_facts(PLOT, dict.fromkeys(["protected_land", "clinics", "zones"], nothing))
    columns = ["protected_land_m2", "clinics_m", "clinics_id", "zones", "zones_share"]
    assert facts[columns].isna().all(axis=None)
    assert facts.attrs["state"]["clinics_m"] == "no_data"


def test_rows_follow_the_parcels() -> None:
    """Unplaced parcels keep their row, without figures, and are listed."""
    plots = gpd.GeoDataFrame(geometry=[None, box(0, 0, 100, 50)], index=["z", "a"], crs=CRS)
    facts = parcel_facts(plots, {"roads": STREET, "metro_stations": layer([Point(400, 25)])})
    assert facts.index.tolist() == ["z", "a"]
    assert facts.loc["z"].isna().all()
    assert facts.attrs["unmeasured"] == ("z",)


def test_inputs_are_checked() -> None:
    """Degrees, self-crossing parcels, repeated codes and unknown layers are refused by name."""
    with pytest.raises(CRSError):
        parcel_facts(PLOT.to_crs(4490))
    with pytest.raises(GeometryError, match="0"):
        parcel_facts(layer([shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])]))
    with pytest.raises(SchemaError, match="0"):
        parcel_facts(pd.concat([PLOT, PLOT]))
    with pytest.raises(SchemaError, match="hospitals"):
        parcel_facts(PLOT, {"hospitals": PLOT})


def test_shipped_layers_are_taken_as_they_are() -> None:
    """On the real district what is unplaced or partial says so, and nothing fails."""
    names = ["zones", "belts", "clusters", "cores", "nodes", "roads", "metro_stations"]
    around = {name: erdao_gis.read_layer(name) for name in names}
    plots = layer([box(450000, 4861300, 450200, 4861500)])
    facts = parcel_facts(plots, around | {"protected_land": erdao_gis.read_layer("protected_land")})
    assert facts.loc["0", "metro_stations_m"] > 0
    assert facts.attrs["state"]["protected_land_m2"] == "no_data"


def test_intensity_of_what_is_built() -> None:
    """A house of six floors on a quarter, half of another across the border."""
    plots = layer([box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 100)])
    houses = layer(
        [box(0, 0, 50, 50), box(90, 0, 110, 100)],
        floors=[6, None], floor_area_m2=[None, 4000.0], height_m=[20.0, None],
    )  # fmt: skip
    lawns = layer([box(0, 50, 80, 100)])
    table = parcel_intensity(plots, houses, green=lawns)
    assert table["floor_area_ratio"].tolist() == [1.7, 0.2, 0.0]
    assert table["building_density"].tolist() == [35.0, 10.0, 0.0]
    assert table["green_ratio"].tolist() == [40.0, 0.0, 0.0]
    assert table["height_m"].isna().all()  # one height is not known, and one has no house


def test_intensity_of_a_known_height() -> None:
    """The highest building counts."""
    houses = layer([box(0, 0, 10, 10), box(20, 0, 30, 10)], height_m=[20.0, 12.0])
    table = parcel_intensity(PLOT, houses)
    assert table["height_m"].tolist() == [20.0]
    assert table["floor_area_ratio"].isna().all()
