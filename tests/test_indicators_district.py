"""Indicators of the shipped district: what has a value today, and what is honest about the rest."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from erdao_gis.catalogue import layer_names, read_layer
from erdao_gis.indicators import Table, compute_indicators, registry
from erdao_gis.shapes import centreline

# No input that the district would have to supply, no walk: quick enough to compute once here.
QUICK = [
    "axis_length",
    "axis_band",
    "belt_area",
    "built_up_green_ratio",
    "core_area",
    "feature_street_length",
    "green_cover",
    "main_road_density",
    "metro_land_500.straight",
    "metro_stations",
    "nodes_15.straight",
    "park_coverage",
    "placed_by_choice",
    "placed_share",
    "railway_length",
    "renewal_area",
    "renewal_area_third_ring",
    "renewal_done",
    "reported_in01",
    "reported_in20",
    "reported_in35",
    "ring_road_length",
    "river_length",
    "road_density",
    "road_length",
    "road_project_length",
    "village_green_cover",
]


@pytest.fixture(scope="module")
def table() -> Table:
    """Compute the quick ones once."""
    return compute_indicators(ids=QUICK)


@pytest.fixture(scope="module")
def district() -> shapely.Geometry:
    """Return the outline of the district."""
    return read_layer("district").geometry.iloc[0]


def test_a_dozen_figures_have_values_today(table: Table) -> None:
    """Lengths, bands, catchments, rings, roads and placement need no data of the district."""
    known = table.frame[table.frame["state"] != "no_data"]
    assert len(known) >= 12
    assert known["value"].notna().all()


def test_what_is_missing_is_named_by_its_layer(table: Table) -> None:
    """A row without a value says which layer, scene or report it waits for."""
    without = table.frame[table.frame["state"] == "no_data"]
    assert without["value"].isna().all()
    for missing in without["missing"]:
        assert missing
        for token in missing:
            name = token.split("|")[0].split(".")[0].split(":")[0]
            assert name in {*layer_names(), "scene", "statistics"}


def test_every_doubtful_figure_has_a_band(table: Table) -> None:
    """What rests on evidence other than A has a low end; a bound has no high end."""
    for row in table.frame.to_dict("records"):
        if row["state"] == "no_data" or registry()[row["indicator"]].group in ("data", "reported"):
            continue
        assert row["evidence"] in "BCD"
        assert row["low"] <= row["value"]
        if row["state"] in ("value", "part"):
            assert row["high"] >= row["value"]
        else:
            assert np.isnan(row["high"])


def test_the_axis_is_measured_along_one_carriageway(
    table: Table, district: shapely.Geometry
) -> None:
    """Within 1 % of the centre line between the carriageways, clipped to the district."""
    line = centreline(read_layer("axis").geometry.iloc[0]).intersection(district)
    assert table.row("axis_length")["value"] * 1000 == pytest.approx(line.length, rel=0.01)


def test_streets_are_counted_without_their_sections(
    table: Table, district: shapely.Geometry
) -> None:
    """No more than the whole streets as drawn, no less than their single lines."""
    streets = read_layer("feature_streets")
    wholes = streets[~streets["part_of"].isin(streets.index)].geometry.dropna()
    drawn = shapely.length(shapely.intersection(wholes.to_numpy(), district)).sum()
    singles = [line for line in wholes if line.geom_type == "LineString"]
    least = sum(line.intersection(district).length for line in singles)
    assert least < table.row("feature_street_length")["value"] * 1000 < drawn


def test_metro_rings_by_overlay(table: Table, district: shapely.Geometry) -> None:
    """Land within 500 m of the stations: recomputed with buffers and one union."""
    rings = read_layer("metro_stations").buffer(500, quad_segs=64).union_all()
    area = rings.intersection(district).area / 1e4
    assert table.row("metro_land_500.straight")["value"] == pytest.approx(area, rel=1e-3)


def test_density_is_taken_only_where_roads_are_complete(
    table: Table, district: shapely.Geometry
) -> None:
    """West of 125.39 E: the figure of a part, which says so; recomputed with an overlay."""
    corners = np.linspace(0, 1, 60)
    west, south, east, north = 125.335, 43.82, 125.39, 43.965
    ring = [
        *((west + (east - west) * t, south) for t in corners),
        *((east, south + (north - south) * t) for t in corners),
        *((east - (east - west) * t, north) for t in corners),
        *((west, north - (north - south) * t) for t in corners),
    ]
    box = gpd.GeoSeries([shapely.Polygon(ring)], crs=4490).to_crs(4551).iloc[0]
    land = box.intersection(district)
    roads = read_layer("roads")
    classes = ("trunk", "primary", "secondary", "tertiary", "residential")
    drawn = roads[roads["road_class"].isin(classes)].geometry.dropna().intersection(land)
    row = table.row("road_density")
    assert row["state"] == "part"
    assert row["measured_km2"] == pytest.approx(land.area / 1e6, rel=1e-4)
    assert row["whole_km2"] == pytest.approx(district.area / 1e6, rel=1e-6)
    assert row["name_zh"] == "道路网密度（资料完整的部分）"
    assert row["gap"] is None
    # Second carriageways are left out: less than drawn, more than half of it.
    dense = drawn.length.sum() / land.area * 1000
    assert dense / 2 < row["value"] < dense
    assert table.row("road_length")["state"] == "lower_bound"


def test_subareas_of_a_placed_belt_leave_its_area_whole(table: Table) -> None:
    """The six sub-areas of the belts are not drawn, but they lie within belts that are."""
    assert table.row("belt_area")["state"] == "value"


def test_placement_is_counted_from_the_layers(table: Table) -> None:
    """Placed elements over all rows of the plan layers; it has no band: no place enters it."""
    frames = [read_layer(name) for name in layer_names(role="plan")]
    placed = sum(int(frame.geometry.notna().sum()) for frame in frames)
    row = table.row("placed_share")
    assert row["value"] == pytest.approx(100 * placed / sum(len(frame) for frame in frames))
    assert row["low"] is None


def test_placement_by_layer_adds_up() -> None:
    """Each plan layer has its own share."""
    parts = compute_indicators(unit="layers", ids=["placed_share"])
    assert parts.frame["unit_id"].tolist() == layer_names()
    plan = parts.frame["unit_id"].isin(layer_names(role="plan"))
    assert set(parts.frame.loc[~plan, "state"]) == {"no_data"}
    assert parts.row("placed_share", "nodes")["value"] == 100.0
    assert parts.row("placed_share", "facilities")["value"] == 0.0


def test_the_reported_green_ratio_is_no_target(table: Table) -> None:
    """36.2 % stands as reached in 2020; nothing is measured against it."""
    row = table.row("reported_in01")
    assert (row["value"], row["state"], row["target"]) == (36.2, "value", None)
    assert (table.frame["target"] != 36.2).all()
    assert table.row("built_up_green_ratio")["missing"] == ["built_up_area"]


def test_a_reported_bound_stays_a_bound(table: Table) -> None:
    """“85 % 以上” is a lower bound; “控制在 4 % 以内” is no figure at all."""
    assert table.row("reported_in20")["state"] == "lower_bound"
    assert table.row("reported_in35")["state"] == "no_data"
    assert table.row("reported_in35")["target"] == 4.0


def test_renewal_waits_for_reports_and_not_for_guesses(table: Table) -> None:
    """Which areas were not reported on is named."""
    missing = table.row("renewal_done")["missing"]
    assert missing == ["statistics:renewal.done[RA01]", "statistics:renewal.done[RA03]"]


def test_units_without_outlines_have_rows_without_figures() -> None:
    """All sub-districts stand in the table; their layer is named as missing."""
    table = compute_indicators(unit="subdistricts", ids=["road_length"])
    assert len(table.frame) == len(read_layer("subdistricts"))
    assert set(table.frame["state"]) == {"no_data"}
    assert table.frame["missing"].iloc[0][0] == "subdistricts"


def test_nodes_have_their_own_catchments() -> None:
    """Each a circle of 1000 m with 300 m of doubt, cut by the district."""
    table = compute_indicators(unit="nodes", ids=["nodes_15.straight"])
    circle = np.pi * 100
    assert len(table.frame) == 8
    assert table.frame["value"].max() == pytest.approx(circle, rel=1e-3)
    assert table.frame["high"].max() == pytest.approx(circle * 1.3**2, rel=1e-3)
