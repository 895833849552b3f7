"""The engine: states, bands, units, parameters and own indicators, on workspaces made by hand."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from erdao_gis.catalogue import Workspace, create_workspace, layer_schema
from erdao_gis.errors import NotInPlanError, SchemaError
from erdao_gis.files import write_features
from erdao_gis.indicators import (
    Context,
    Indicator,
    Result,
    compute_indicators,
    indicator_inputs,
)
from erdao_gis.indicators.units import unit_frame

Row = Mapping[str, object]
Layers = Mapping[str, tuple[str, Sequence[Row]]]
Make = Callable[..., Workspace]
ORIGIN = (470_000, 4_832_000)


def row(key: str, geometry: BaseGeometry | None, **columns: object) -> Row:
    """Give a feature at town metres, exact and named unless said otherwise."""
    place = (
        None if geometry is None else shapely.transform(geometry, lambda xy: xy + np.array(ORIGIN))
    )
    said: Row = {"evidence": "A", "accuracy_m": 0.0, "identity": "named"}
    return {"id": key, "name_zh": key, **said, **columns, "geometry": place}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a fictional workspace out of rows: layer -> (completeness, rows)."""

    def made(**layers: tuple[str, Sequence[Row]]) -> Workspace:
        number = len(list(tmp_path.iterdir()))
        town = create_workspace(tmp_path / f"town{number}", fictional=True)
        for name, (completeness, rows) in layers.items():
            columns = layer_schema(name).column_names
            table = [{column: one.get(column) for column in columns} for one in rows]
            shapes = [one["geometry"] for one in rows]
            frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4551")
            write_features(frame, town.supplied_path(name))
            town.record_path(name).write_text(json.dumps({"completeness": completeness}), "utf-8")
        return town

    return made


DISTRICT = ("complete", [row("D", box(0, 0, 1000, 1000))])
HOMES = ("complete", [row("H", box(0, 0, 1000, 100), population=800.0)])


def test_a_figure_by_hand(make: Make) -> None:
    """A park of 1 ha reaches 500 m along a strip of homes 1000 m long that it starts."""
    park = row("P", box(0, 0, 100, 100))
    town = make(district=DISTRICT, residential=HOMES, parks_and_green=("complete", [park]))
    figure = compute_indicators(town, ids=["park_coverage.straight_land"]).row(
        "park_coverage.straight_land"
    )
    # 600 m of 1000 m: the park's own 100 m and 500 m beyond it.
    assert figure["value"] == pytest.approx(60, abs=1e-6)
    assert figure["state"] == "value"
    assert (figure["target_operator"], figure["target"]) == (">", 80.0)
    assert figure["gap"] == pytest.approx(-20, abs=1e-6)
    assert figure["low"] is None
    assert figure["evidence"] == "A"


def test_an_empty_layer_is_named(make: Make) -> None:
    """No residential land: no figure, and the table says which layer is missing."""
    town = make(district=DISTRICT, parks_and_green=("complete", [row("P", box(0, 0, 100, 100))]))
    figure = compute_indicators(town, ids=["park_coverage.straight_land"]).row(
        "park_coverage.straight_land"
    )
    assert figure["state"] == "no_data"
    assert figure["value"] is None
    assert figure["gap"] is None
    assert figure["missing"] == ["residential"]


def test_every_missing_input_is_named(make: Make) -> None:
    """Not only the first one that is looked for."""
    table = compute_indicators(make(), ids=["park_coverage.walk_people"])
    missing = table.row("park_coverage.walk_people")["missing"]
    homes = "residential.population|population.population"
    assert missing == [homes, "parks_and_green", "roads", "district"]


def test_a_partial_layer_gives_a_lower_bound(make: Make) -> None:
    """More parks may exist: what is found is a floor, without an upper end."""
    park = row("P", box(0, 0, 100, 100))
    town = make(district=DISTRICT, residential=HOMES, parks_and_green=("partial", [park]))
    figure = compute_indicators(town, ids=["park_coverage.straight_land"]).row(
        "park_coverage.straight_land"
    )
    assert figure["state"] == "lower_bound"
    assert figure["value"] == pytest.approx(60, abs=1e-6)
    assert figure["high"] is None


def test_nothing_found_in_a_partial_layer_is_no_data(make: Make) -> None:
    """A zero of a layer that is known to be incomplete says nothing."""
    park = row("P", box(900, 900, 1000, 1000))
    homes = ("complete", [row("H", box(0, 0, 100, 100))])
    town = make(district=DISTRICT, residential=homes, parks_and_green=("partial", [park]))
    figure = compute_indicators(town, ids=["park_coverage.straight_land"]).row(
        "park_coverage.straight_land"
    )
    assert figure["state"] == "no_data"
    assert figure["missing"] == ["parks_and_green:partial"]


def test_a_partial_denominator_gives_no_figure(make: Make) -> None:
    """A share of part of the homes bounds the share of all in neither direction."""
    park = row("P", box(0, 0, 100, 100))
    town = make(
        district=DISTRICT,
        residential=("partial", HOMES[1]),
        parks_and_green=("complete", [park]),
    )
    figure = compute_indicators(town, ids=["park_coverage.straight_land"]).row(
        "park_coverage.straight_land"
    )
    assert figure["missing"] == ["residential:partial"]


def test_the_band_moves_shapes_in_and_out(make: Make) -> None:
    """A core of 200 m with 10 m of doubt has between 180 m and 220 m square, corners rounded."""
    core = row("C", box(400, 400, 600, 600), evidence="D", accuracy_m=10.0)
    town = make(district=DISTRICT, cores=("complete", [core]))
    figure = compute_indicators(town, ids=["core_area"]).row("core_area")
    assert figure["value"] == pytest.approx(4.0)
    assert figure["low"] == pytest.approx(3.24)
    assert figure["high"] == pytest.approx(4.0 + 0.8 + 3.1416e-2, abs=1e-3)
    assert figure["evidence"] == "D"


def test_the_doubt_of_a_point_goes_into_its_reach(make: Make) -> None:
    """A node that may be 100 m off reaches 200 to 400 m instead of 300 m."""
    node = row("N", Point(500, 500), evidence="D", accuracy_m=100.0)
    town = make(district=DISTRICT, nodes=("complete", [node]))
    figure = compute_indicators(town, ids=["nodes_5.straight"]).row("nodes_5.straight")
    for end, radius in (("low", 200), ("value", 300), ("high", 400)):
        assert figure[end] == pytest.approx(3.14159 * radius**2 / 1e4, rel=1e-3)


def test_a_reach_that_is_erased_leaves_nothing_certain(make: Make) -> None:
    """300 m of reach and 300 m of doubt: perhaps nothing at all."""
    node = row("N", Point(500, 500), evidence="D", accuracy_m=300.0)
    town = make(district=DISTRICT, nodes=("complete", [node]))
    assert compute_indicators(town, ids=["nodes_5.straight"]).row("nodes_5.straight")["low"] == 0


def test_an_erased_denominator_gives_the_full_range(make: Make) -> None:
    """Built-up land that may not be there: its green ratio may be anything."""
    built = row("B", box(400, 400, 500, 500), evidence="D", accuracy_m=60.0)
    green = row("G", box(400, 400, 500, 450))
    town = make(
        district=DISTRICT,
        built_up_area=("complete", [built]),
        parks_and_green=("complete", [green]),
    )
    figure = compute_indicators(town, ids=["built_up_green_ratio"]).row("built_up_green_ratio")
    assert figure["value"] == pytest.approx(50)
    assert (figure["low"], figure["high"]) == (0.0, 100.0)


def test_numerator_and_denominator_widen_the_band_together(make: Make) -> None:
    """The least green over the most land, and the most green over the least land."""
    built = row("B", box(0, 0, 1000, 100), evidence="B", accuracy_m=10.0)
    green = row("G", box(0, 0, 500, 1000))
    town = make(
        district=("complete", [row("D", box(-500, -500, 1500, 1500))]),
        built_up_area=("complete", [built]),
        parks_and_green=("complete", [green]),
    )
    figure = compute_indicators(town, ids=["built_up_green_ratio"]).row("built_up_green_ratio")
    inner, outer = 980 * 80, 1000 * 100 + 2 * 1100 * 10 + 3.1416 * 100
    assert figure["low"] == pytest.approx(100 * 490 * 80 / outer, rel=1e-3)
    # Outwards 10 m more on three sides, but not over the green's own edge at x 0.
    assert figure["high"] == pytest.approx(100 * (500 * 110) / inner, rel=1e-3)


def test_a_street_with_two_carriageways_is_one_street(make: Make) -> None:
    """Drawn twice within 60 m it counts once, and its section not again."""
    street = shapely.MultiLineString([[(0, 100), (900, 100)], [(0, 120), (900, 120)]])
    streets = [
        row("S", street, group="1"),
        row("T", LineString([(0, 100), (400, 100)]), group="N", part_of="S"),
    ]
    town = make(district=DISTRICT, feature_streets=("complete", streets))
    figure = compute_indicators(town, ids=["feature_street_length"]).row("feature_street_length")
    assert figure["value"] == pytest.approx(0.9)


def test_an_unplaced_element_leaves_a_lower_bound(make: Make) -> None:
    """One street has no place yet: the length of the others is a floor."""
    streets = [
        row("S", LineString([(0, 100), (900, 100)]), group="1"),
        row("T", None, group="N", reason_zh="待定", reason_en="open"),
    ]
    town = make(district=DISTRICT, feature_streets=("complete", streets))
    figure = compute_indicators(town, ids=["feature_street_length"]).row("feature_street_length")
    assert (figure["state"], figure["value"]) == ("lower_bound", pytest.approx(0.9))


def zones(*boxes: tuple[float, float, float, float]) -> tuple[str, list[Row]]:
    """Give zones Z0, Z1 and so on."""
    return "complete", [row(f"Z{number}", box(*each)) for number, each in enumerate(boxes)]


def test_units_add_up_to_the_whole(make: Make) -> None:
    """Park land of two zones that part the district is that of the district."""
    parks = ("complete", [row("P", box(300, 0, 700, 100)), row("Q", box(600, 0, 800, 100))])
    town = make(
        district=DISTRICT,
        zones=zones((0, 0, 500, 1000), (500, 0, 1000, 1000)),
        parks_and_green=parks,
        population=("complete", [row("R", box(0, 0, 1000, 1000), population=100.0, year=2025.0)]),
    )
    whole = compute_indicators(town, ids=["park_land_per_head", "green_ratio"])
    parts = compute_indicators(town, unit="zones", ids=["park_land_per_head", "green_ratio"])
    # 5 ha over 100 people; 2 ha and 3 ha over 50 each.
    assert whole.row("park_land_per_head")["value"] == pytest.approx(500)
    each = [parts.row("park_land_per_head", key)["value"] for key in ("Z0", "Z1")]
    assert each == pytest.approx([400, 600])
    assert parts.row("green_ratio", "Z1")["value"] == pytest.approx(6)


def test_overlapping_units_are_listed(make: Make) -> None:
    """Their own figures hold; that they do not add up is said."""
    town = make(district=DISTRICT, zones=zones((0, 0, 600, 1000), (400, 0, 1000, 1000)))
    table = compute_indicators(town, unit="zones", ids=["green_ratio"])
    assert [fault.rule for fault in table.faults] == ["indicators_units_overlap"]
    assert "200000" in table.faults[0].message("en")


def test_a_unit_without_a_place_has_no_figure(make: Make) -> None:
    """It stands in the table, and says that it is not placed."""
    kind, rows = zones((0, 0, 500, 1000))
    away = row("Z9", None, reason_zh="未划定", reason_en="not drawn")
    park = row("P", box(0, 0, 100, 100))
    town = make(
        district=DISTRICT, zones=(kind, [*rows, away]), parks_and_green=("complete", [park])
    )
    table = compute_indicators(town, unit="zones", ids=["green_ratio"])
    assert table.row("green_ratio", "Z9")["missing"] == ["zones:Z9"]
    assert table.row("green_ratio", "Z0")["value"] == pytest.approx(2)


def test_unknown_facility_types_are_listed_and_left_out(make: Make) -> None:
    """A type that is no code serves nobody, and is not dropped without a word."""
    points = [
        row("F1", Point(50, 50), facility_type="clinic"),
        row("F2", Point(60, 50), facility_type="klinik"),
    ]
    town = make(district=DISTRICT, residential=HOMES, facilities_inventory=("complete", points))
    table = compute_indicators(town, ids=["facility_types_present"])
    assert table.row("facility_types_present")["value"] == 1
    assert [(fault.feature, fault.rule) for fault in table.faults] == [
        ("F2", "indicators_facility_type")
    ]


GRID = [
    *(
        row(f"x{k}", LineString([(k, 0), (k, 400)]), road_class="residential")
        for k in (0, 200, 400)
    ),
    *(
        row(f"y{k}", LineString([(0, k), (400, k)]), road_class="residential")
        for k in (0, 200, 400)
    ),
]
CLINIC = ("complete", [row("C", Point(0, 0), facility_type="clinic")])
ON_GRID = row("H", box(100, 10, 110, 20))


def walk_share(town: Workspace) -> tuple[object, object, list[tuple[str, str]]]:
    """Compute the share of homes that walk to a clinic in 15 minutes, and what is said of it."""
    table = compute_indicators(town, ids=["clinic_coverage.walk_land"])
    figure = table.row("clinic_coverage.walk_land")
    return figure["value"], figure["state"], [(one.feature, one.rule) for one in table.faults]


def test_homes_beside_a_stub_leave_a_lower_bound_and_are_named(make: Make) -> None:
    """They may well be served: nobody lives beside a street that leads nowhere."""
    stub = row("stub", LineString([(600, 0), (640, 0)]), road_class="residential")
    homes = ("complete", [ON_GRID, row("S", box(600, 10, 610, 20))])
    town = make(
        district=DISTRICT,
        residential=homes,
        facilities_inventory=CLINIC,
        roads=("complete", [*GRID, stub]),
    )
    assert walk_share(town) == (pytest.approx(50), "lower_bound", [("S", "walk_cut_off")])
    joined = row("way", LineString([(400, 0), (600, 0)]), road_class="residential")
    whole = make(
        district=DISTRICT,
        residential=homes,
        facilities_inventory=CLINIC,
        roads=("complete", [*GRID, stub, joined]),
    )
    assert walk_share(whole) == (pytest.approx(100), "value", [])


def test_only_homes_beside_a_stub_have_no_share(make: Make) -> None:
    """Nothing found there is no finding, and the table says why."""
    stub = row("stub", LineString([(600, 0), (640, 0)]), road_class="residential")
    town = make(
        district=DISTRICT,
        residential=("complete", [row("S", box(600, 10, 610, 20))]),
        facilities_inventory=CLINIC,
        roads=("complete", [*GRID, stub]),
    )
    table = compute_indicators(town, ids=["clinic_coverage.walk_land"])
    figure = table.row("clinic_coverage.walk_land")
    assert (figure["state"], figure["missing"]) == ("no_data", ["residential:unjoined"])
    assert "Residential land (not joined" in "\n".join(table.lines("en"))


def test_homes_beyond_the_river_are_not_served_and_it_is_said(make: Make) -> None:
    """A part of town with 1.2 km of streets of its own counts, with a word on it."""
    far = [row(f"f{one['id']}", shapely.affinity.translate(one["geometry"], 500 - ORIGIN[0],
                                                           500 - ORIGIN[1]),
               road_class="residential") for one in GRID]  # fmt: skip
    town = make(
        district=DISTRICT,
        residential=("complete", [ON_GRID, row("S", box(600, 510, 610, 520))]),
        facilities_inventory=CLINIC,
        roads=("complete", [*GRID, *far]),
    )
    assert walk_share(town) == (pytest.approx(50), "value", [("S", "walk_other_network")])


def test_a_clinic_beside_a_stub_leaves_a_lower_bound_and_is_named(make: Make) -> None:
    """Who lives near it may be served by it."""
    stub = row("stub", LineString([(600, 0), (640, 0)]), road_class="residential")
    lost = row("L", Point(600, 5), facility_type="clinic")
    town = make(
        district=DISTRICT,
        residential=("complete", [ON_GRID]),
        facilities_inventory=("complete", [*CLINIC[1], lost]),
        roads=("complete", [*GRID, stub]),
    )
    assert walk_share(town) == (pytest.approx(100), "lower_bound", [("L", "walk_cut_off")])


def test_a_station_beside_a_stub_leaves_its_own_figure_open(make: Make) -> None:
    """Of the district the land is a lower bound; of the other station it is a value."""
    stub = row("stub", LineString([(600, 0), (640, 0)]), road_class="residential")
    stations = [row("M1", Point(0, 0), line="1", state="operating"),
                row("M2", Point(600, 5), line="1", state="operating")]  # fmt: skip
    town = make(
        district=DISTRICT,
        metro_stations=("complete", stations),
        roads=("complete", [*GRID, stub]),
    )
    name = "metro_land_300.walk"
    whole = compute_indicators(town, ids=[name])
    assert whole.row(name)["state"] == "lower_bound"
    assert [(one.feature, one.rule) for one in whole.faults] == [("M2", "walk_cut_off")]
    each = compute_indicators(town, unit="stations", ids=[name])
    assert [each.row(name, key)["state"] for key in ("M1", "M2")] == ["value", "lower_bound"]
    # 50 m beside 40 m of street and a quarter of a disc (4 chords) at each end, in the district.
    area = 40 * 50 + 2 * 4 * 50**2 / 2 * np.sin(np.pi / 8)
    assert each.row(name, "M2")["value"] == pytest.approx(area / 1e4)


@pytest.mark.parametrize("name", ["centre_unserved.walk", "walk_reach_gain"])
def test_what_no_part_bounds_has_no_figure_with_a_node_beside_a_stub(make: Make, name: str) -> None:
    """What the node reaches besides is not left over, and its gain is not that of a stub."""
    stub = row("stub", LineString([(600, 0), (640, 0)]), road_class="residential")
    town = make(
        district=DISTRICT,
        residential=("complete", [ON_GRID]),
        nodes=("complete", [row("N", Point(0, 0)), row("S", Point(600, 5))]),
        cores=("complete", [row("K", box(0, 0, 50, 50))]),
        road_projects=("complete", [row("P", LineString([(0, 900), (100, 900)]))]),
        roads=("complete", [*GRID, stub]),
    )
    table = compute_indicators(town, ids=[name])
    assert table.row(name)["missing"] == ["nodes:unjoined"]
    assert [(one.feature, one.rule) for one in table.faults] == [("S", "walk_cut_off")]


def test_two_features_at_one_place_reach_the_same(make: Make) -> None:
    """A node at a station: what was walked for the one is not lost for the other."""
    town = make(
        district=DISTRICT,
        nodes=("complete", [row("N", Point(200, 200))]),
        metro_stations=("complete", [row("M", Point(200, 200), line="1", state="operating")]),
        roads=("complete", GRID),
    )
    table = compute_indicators(town, ids=["nodes_5.walk", "metro_land_300.walk"])
    land = [table.row(name)["value"] for name in ("nodes_5.walk", "metro_land_300.walk")]
    assert land[0] == land[1] > 0


def test_a_tunnel_stays_one_when_projects_are_built(make: Make) -> None:
    """Told in a column of its own, it is not joined to the street above by a project elsewhere.

    From its end 700 m of the street above are walked in 10 minutes, with and without the project.
    """
    streets = [
        row("above", LineString([(0, 0), (1000, 0)]), road_class="residential"),
        row("below", LineString([(500, -200), (500, 200)]), road_class="residential"),
    ]
    town = make(
        district=DISTRICT,
        nodes=("complete", [row("N", Point(0, 0))]),
        road_projects=("complete", [row("P", LineString([(0, 900), (100, 900)]))]),
        roads=("complete", streets),
    )
    path = town.supplied_path("roads")
    write_features(gpd.read_file(path).assign(bridge="F", tunnel=["F", "T"]), path)
    gain = compute_indicators(town, ids=["walk_reach_gain"]).row("walk_reach_gain")
    assert gain["value"] == pytest.approx(0)


def test_negative_residents_are_refused(make: Make) -> None:
    """A negative count is a mistake at the source, named with its feature."""
    cells = [row("R", box(0, 0, 1000, 1000), population=-5.0, year=2025.0)]
    town = make(district=DISTRICT, population=("complete", cells))
    with pytest.raises(SchemaError) as caught:
        compute_indicators(town, ids=["axis_people"])
    assert caught.value.key == "indicators_negative_people"


def test_missing_residents_leave_no_figure(make: Make) -> None:
    """One cell without a count: the figure would be too small by an unknown part."""
    cells = [
        row("R", box(0, 0, 500, 1000), population=5.0, year=2025.0),
        row("S", box(500, 0, 1000, 1000), population=None, year=2025.0),
    ]
    axis = ("complete", [row("A", LineString([(0, 500), (1000, 500)]))])
    town = make(district=DISTRICT, population=("complete", cells), axis=axis)
    figure = compute_indicators(town, ids=["axis_people"]).row("axis_people")
    assert figure["missing"] == ["population.population"]


def test_parameters_are_changed_by_name_and_tell_in_the_run_id(make: Make) -> None:
    """Another reach is another figure, and another run."""
    park = row("P", box(0, 0, 100, 100))
    town = make(district=DISTRICT, residential=HOMES, parks_and_green=("complete", [park]))
    ids = ["park_coverage.straight_land"]
    usual = compute_indicators(town, ids=ids)
    shorter = compute_indicators(
        town, ids=ids, parameters={"park_coverage": {"large_reach_m": 200}}
    )
    assert shorter.row(ids[0])["value"] == pytest.approx(30, abs=1e-6)
    assert shorter.run_id != usual.run_id
    assert compute_indicators(town, ids=ids).run_id == usual.run_id


def test_an_unknown_parameter_is_refused(make: Make) -> None:
    """It would else be silently without effect."""
    with pytest.raises(NotInPlanError) as caught:
        compute_indicators(make(), ids=["park_coverage"], parameters={"park_coverage": {"x": 1}})
    assert caught.value.key == "indicators_unknown_parameter"


def test_other_inputs_are_another_run(make: Make) -> None:
    """The run id follows the content of the layers."""
    first = make(district=DISTRICT, axis=("complete", [row("A", LineString([(0, 0), (9, 0)]))]))
    second = make(district=DISTRICT, axis=("complete", [row("A", LineString([(0, 0), (8, 0)]))]))
    runs = [compute_indicators(town, ids=["axis_length"]) for town in (first, second)]
    assert runs[0].run_id != runs[1].run_id
    assert runs[0].inputs["district"] == runs[1].inputs["district"]
    assert runs[0].inputs["axis"] != runs[1].inputs["axis"]


def test_an_indicator_of_ones_own(make: Make) -> None:
    """A row and a pure function; states and bands come by themselves."""

    def count(context: Context) -> Result:
        schools = context.layer("facilities_inventory", where={"facility_type": ["primary_school"]})
        counts = [schools.within(shape).sum() for shape in context.units.geometry]
        return Result(amount=context.zeros() + counts)

    schools = Indicator(
        id="schools",
        name_zh="小学数",
        name_en="Primary schools",
        unit="schools",
        function=count,
        inputs=indicator_inputs("facilities_inventory"),
    )
    points = [row(f"F{x}", Point(x, 50), facility_type="primary_school") for x in (50, 60)]
    town = make(district=DISTRICT, facilities_inventory=("partial", points))
    figure = compute_indicators(town, own=[schools], ids=["schools"]).row("schools")
    assert (figure["value"], figure["state"]) == (2.0, "lower_bound")
    empty = compute_indicators(make(district=DISTRICT), own=[schools], ids=["schools"])
    assert empty.row("schools")["missing"] == ["facilities_inventory"]


def test_an_unknown_unit_is_refused(make: Make) -> None:
    """The units there are stand in the message."""
    with pytest.raises(NotInPlanError) as caught:
        compute_indicators(make(), unit="wards")
    assert "zones" in caught.value.message("en")


def test_a_unit_that_the_indicator_does_not_have_is_refused(make: Make) -> None:
    """Asked for by name, it is not left out in silence."""
    with pytest.raises(SchemaError) as caught:
        compute_indicators(make(), unit="zones", ids=["placed_share"])
    assert caught.value.key == "indicators_unit_unsupported"


def test_the_table_is_ready_for_json(make: Make) -> None:
    """No NaN, no numpy: what a report or another program reads."""
    table = compute_indicators(make(district=DISTRICT), ids=["green_ratio", "axis_length"])
    text = json.dumps(table.as_dict("en"), allow_nan=False, ensure_ascii=False)
    first = json.loads(text)["figures"][0]
    assert first["missing"] == ["parks_and_green"]
    assert list(first)[:2] == ["id", "name"]
    assert first["name"] == "Green ratio (all land in the district)"


def test_lines_speak_both_languages(make: Make) -> None:
    """The missing layer is named as people call it."""
    table = compute_indicators(make(district=DISTRICT), ids=["green_ratio"])
    assert table.lines("zh")[1] == "green_ratio  绿地率（区内全部用地）：无数据（公园与绿地）"
    assert table.lines("en")[1] == (
        "green_ratio  Green ratio (all land in the district): no data (Parks and green)"
    )


@pytest.mark.parametrize("keys", [["a", None], ["a", "a"]])
def test_units_need_keys_of_their_own(keys: list[str | None]) -> None:
    """A null or repeated id would lose figures without a word."""
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], index=keys, crs="EPSG:4551"
    )
    with pytest.raises(SchemaError) as caught:
        unit_frame(units, "zones")
    assert caught.value.key == "indicators_unit_keys"


def test_what_is_missing_is_said_as_people_say_it(make: Make) -> None:
    """Columns, incomplete layers and unplaced elements read as words in both languages."""
    core = row("C", None, reason_zh="待定", reason_en="open")
    town = make(
        district=DISTRICT,
        residential=("partial", [row("H", box(0, 0, 100, 100))]),
        cores=("complete", [core, row("K", box(0, 0, 10, 10))]),
        nodes=("complete", [row("N", Point(0, 0))]),
    )
    lines = compute_indicators(town, ids=["centre_unserved.straight", "axis_people"])
    assert lines.lines("zh")[1].endswith("无数据（居住用地（资料不完整）；三核（未落位））")
    assert lines.lines("en")[1].endswith(
        "no data (Residential land (incomplete); Three cores (unplaced))"
    )
    assert "人口（“常住人口”字段）" in lines.lines("zh")[2]


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(near=st.integers(1, 900), further=st.integers(1, 900), cut=st.integers(1, 999))
def test_coverage_grows_with_reach_and_not_with_drawing(
    make: Make, near: int, further: int, cut: int
) -> None:
    """More reach serves no less, and homes drawn in two pieces are served as one."""
    parks = ("complete", [row("P", box(450, 0, 550, 100))])
    halves = ("complete", [row("B", box(cut, 0, 1000, 100)), row("A", box(0, 0, cut, 100))])
    ids = ["park_coverage.straight_land"]

    def share(homes: tuple[str, Sequence[Row]], reach: int) -> float:
        town = make(district=DISTRICT, residential=homes, parks_and_green=parks)
        table = compute_indicators(
            town, ids=ids, parameters={"park_coverage": {"large_reach_m": reach}}
        )
        return float(table.frame["value"].iloc[0])

    low, high = sorted((near, further))
    assert share(HOMES, low) <= share(HOMES, high) + 1e-9
    assert share(halves, high) == pytest.approx(share(HOMES, high))
