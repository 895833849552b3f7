"""Indicators of the sample town against its known truths and against other computations."""

import csv
import shutil
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from erdao_gis.catalogue import Workspace, read_layer
from erdao_gis.indicators import Table, compute_indicators, evaluate, registry
from erdao_gis.sample import write_sample


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Write the sample town once; it has every input."""
    return write_sample(tmp_path_factory.mktemp("sample") / "town")


@pytest.fixture(scope="module")
def table(town: Workspace) -> Table:
    """Compute all indicators of the whole town once."""
    return compute_indicators(town)


@pytest.fixture(scope="module")
def truth(town: Workspace) -> dict[str, float]:
    """Read what is known of the town."""
    text = (town.folder / "truths.csv").read_text("utf-8")
    return {row["key"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}


def test_every_indicator_has_a_value(table: Table) -> None:
    """On a town with all inputs nothing is missing, and nothing is but a bound.

    The register speaks of the real district: a fictional place has none.
    """
    without = table.frame[table.frame["state"] != "value"]
    assert without["id"].tolist() == [
        "register_placed",
        "register_unplaced",
        "register_not_spatial",
    ]


def test_values_lie_in_their_range(table: Table) -> None:
    """A share is no more than 100 %, an amount no less than nothing."""
    for row in table.frame[table.frame["state"] == "value"].to_dict("records"):
        known = registry()[row["indicator"]]
        assert known.low is None or row["value"] >= known.low, row["id"]
        assert known.high is None or row["value"] <= known.high + 1e-9, row["id"]


def test_park_coverage_is_the_known_one(table: Table, truth: dict[str, float]) -> None:
    """By size classes: 500 m from 0.5 ha, 300 m from 0.2 ha."""
    value = table.row("park_coverage.straight_land")["value"]
    # Arcs are chords of 32 a quarter: a little less than the truth.
    assert value == pytest.approx(100 * truth["park_coverage:size_classes"], abs=0.02)


def test_unserved_land_is_the_rest(table: Table, truth: dict[str, float]) -> None:
    """Coverage and what is left over make all residential land."""
    rest = truth["land_use:area:070102"] * (1 - truth["park_coverage:size_classes"]) / 1e4
    assert table.row("park_unserved")["value"] == pytest.approx(rest, abs=0.05)


def test_park_land_per_head(table: Table, truth: dict[str, float]) -> None:
    """Parks are class 1401 of the land use, over all residents."""
    value = table.row("park_land_per_head")["value"]
    assert value == pytest.approx(truth["land_use:area:1401"] / truth["population:town"])
    missing = (8 * truth["population:town"] - truth["land_use:area:1401"]) / 1e4
    assert table.row("park_land_missing")["value"] == pytest.approx(missing)


def test_green_ratios(town: Workspace, table: Table, truth: dict[str, float]) -> None:
    """Of the town, of its built-up area and of each community; overlaps count once."""
    area = truth["parks_and_green:area_once"] / truth["town:area"]
    assert table.row("green_ratio")["value"] == pytest.approx(100 * area)
    built = table.row("built_up_green_ratio")["value"]
    assert built == pytest.approx(100 * truth["green_ratio:BU2025"])
    parts = compute_indicators(town, unit="communities", ids=["green_ratio"])
    for row in parts.frame.to_dict("records"):
        known = truth[f"green_ratio:{row['unit_id']}"]
        assert row["value"] == pytest.approx(100 * known)


def test_green_cover_of_villages_is_that_of_the_barest(
    town: Workspace, table: Table, truth: dict[str, float]
) -> None:
    """40 % and 20 %: the mean would be 30 % and hide that one is below the plan's minimum."""
    parts = compute_indicators(town, unit="villages", ids=["village_green_cover"])
    values = dict(zip(parts.frame["unit_id"], parts.frame["value"], strict=True))
    for key, value in values.items():
        assert value == pytest.approx(100 * truth[f"green_cover:{key}:2025-07"])
    row = table.row("village_green_cover")
    assert row["value"] == pytest.approx(20)
    assert row["gap"] == pytest.approx(-10)
    assert table.row("villages_below_cover")["value"] == 1


def test_cover_and_ratio_are_two_measures(table: Table) -> None:
    """Vegetation from above is not green land; neither takes the other's value or norm."""
    cover, ratio = table.row("green_cover"), table.row("green_ratio")
    assert cover["value"] != pytest.approx(ratio["value"], abs=1)
    assert cover["norm"] != ratio["norm"]
    assert "scene" in cover["inputs"]
    assert "scene" not in ratio["inputs"]


def test_green_cover_by_community(town: Workspace, truth: dict[str, float]) -> None:
    """Where clouds hide little, what is seen gives the figure."""
    parts = compute_indicators(town, unit="communities", ids=["green_cover"])
    for row in parts.frame.to_dict("records"):
        known = truth[f"green_cover:{row['unit_id']}:2025-07"]
        assert row["value"] == pytest.approx(100 * known, abs=1e-6)


def test_road_density_counts_streets_only(table: Table, truth: dict[str, float]) -> None:
    """All streets but the service track, over 4.8 km2."""
    streets = truth["roads:length"] - truth["roads:length:service"]
    assert table.row("road_length")["value"] == pytest.approx(streets / 1e3)
    density = streets / 1e3 / (truth["town:area"] / 1e6)
    assert table.row("road_density")["value"] == pytest.approx(density)
    main = truth["roads:length:primary"] + truth["roads:length:secondary"]
    assert table.row("main_road_density")["value"] == pytest.approx(main / 4800)


def test_lengths_and_bands(table: Table, truth: dict[str, float]) -> None:
    """Feature streets once, the axis, and its band of 500 m to each side."""
    once = truth["feature_streets:length_once"]
    assert table.row("feature_street_length")["value"] == pytest.approx(once / 1e3)
    assert table.row("axis_length")["value"] == pytest.approx(2.4)
    band = truth["corridor_share:SAX1_500m:TOWN"] * truth["town:area"]
    assert table.row("axis_band")["value"] == pytest.approx(band / 1e4)


def test_the_projects_close_the_dead_end(table: Table, truth: dict[str, float]) -> None:
    """Dead End Lane is led through to Yin Road."""
    assert table.row("dead_ends_closed")["value"] == truth["roads:dead_ends"]


def test_bare_land(table: Table, truth: dict[str, float]) -> None:
    """Class 2306 of the land use."""
    assert table.row("bare_land")["value"] == pytest.approx(truth["land_use:area:2306"] / 1e4)
    share = table.row("bare_land_share")["value"]
    assert share == pytest.approx(truth["land_use:percent:2306"])


def test_metro_rings_are_circles(town: Workspace, table: Table) -> None:
    """Four stations with 300 m around each: no ring touches another or the town's edge."""
    ring = 3.14159 * 300**2 / 1e4
    assert table.row("metro_land_300.straight")["value"] == pytest.approx(4 * ring, rel=1e-3)
    each = compute_indicators(town, unit="stations", ids=["metro_land_300.straight"])
    assert each.frame["value"].tolist() == pytest.approx([ring] * 4, rel=1e-3)


def test_people_in_a_ring_by_overlay(town: Workspace, table: Table) -> None:
    """Residents spread evenly over their communities: recomputed with geopandas.overlay."""
    rings = gpd.GeoDataFrame(
        geometry=[read_layer("metro_stations", town).buffer(800, quad_segs=64).union_all()],
        crs="EPSG:4551",
    )
    cells = read_layer("population", town)[["population", "geometry"]]
    cells["whole"] = cells.area
    cut = gpd.overlay(cells, rings, keep_geom_type=True)
    people = (cut["population"] * cut.area / cut["whole"]).sum()
    assert table.row("metro_people_800.straight")["value"] == pytest.approx(people, rel=1e-3)


def test_walking_is_never_nearer_than_the_straight_line(table: Table) -> None:
    """With equal reach: 10 minutes at 70 m are 700 m, and what a walk reaches lies within."""
    for kind in ("nodes_5", "nodes_10", "metro_land_300", "metro_land_500"):
        walk, straight = (table.row(f"{kind}.{way}")["value"] for way in ("walk", "straight"))
        assert 0 < walk < straight


def test_coverage_on_foot_by_networkx(town: Workspace, table: Table) -> None:
    """Cells of homes within 700 m of the market by the streets: recomputed with networkx."""
    roads = read_layer("roads", town)
    graph = nx.Graph()
    for line in roads.geometry:
        pieces = shapely.segmentize(line, 5.0).coords
        for a, b in pairwise(pieces):
            graph.add_edge(a, b, weight=float(np.hypot(a[0] - b[0], a[1] - b[1])))
    nodes = np.array(graph.nodes)
    market = read_layer("facilities_inventory", town).loc["FC13"].geometry

    def nearest(x: float, y: float) -> tuple[tuple[float, float], float]:
        gaps = np.hypot(nodes[:, 0] - x, nodes[:, 1] - y)
        return tuple(nodes[gaps.argmin()].tolist()), float(gaps.min())

    goal, gap = nearest(market.x, market.y)
    walks = nx.single_source_dijkstra_path_length(graph, goal, weight="weight")
    served = every = 0.0
    for home in read_layer("residential", town).geometry:
        west, south, east, north = (round(end / 100) for end in home.bounds)
        for x in range(west - 1, east + 1):
            for y in range(south - 1, north + 1):
                cell = home & shapely.box(x * 100, y * 100, x * 100 + 100, y * 100 + 100)
                every += cell.area
                if cell.area:
                    middle = cell.representative_point()
                    start, off = nearest(middle.x, middle.y)
                    walk = walks.get(start, np.inf) + off + gap
                    served += cell.area * (walk <= 700)
    value = table.row("market_coverage.walk_land")["value"]
    # A start snaps to a street cut every 5 m: a cell at the very limit may fall either way.
    assert value == pytest.approx(100 * served / every, abs=1.0)


def test_renewal_is_weighted_by_land(town: Workspace, table: Table) -> None:
    """What is reported of the one area is the town's figure; the ring holds all of it."""
    for part, value in (("done", 60), ("under_way", 30), ("untouched", 10)):
        assert table.row(f"renewal_{part}")["value"] == pytest.approx(value)
    assert table.row("renewal_area_third_ring")["value"] == pytest.approx(16)
    each = compute_indicators(town, unit="renewal_areas", ids=["renewal_done"])
    assert each.row("renewal_done", "SRN1")["value"] == pytest.approx(60)


def test_banks(town: Workspace, table: Table) -> None:
    """Two bridges reach each bank of 2000 m, at y 800 and 1200: 800 m is the longest gap."""
    assert table.row("corridor_spacing")["value"] == pytest.approx(1000)
    assert table.row("closed_stretch")["value"] == pytest.approx(800)
    each = compute_indicators(town, unit="banks", ids=["closed_stretch"])
    assert each.frame["value"].tolist() == pytest.approx([800, 800])


def test_a_scene_that_misses_the_units_gives_no_data(town: Workspace, tmp_path: Path) -> None:
    """Units outside the scene have no green cover, and the reason is named."""
    copy = tmp_path / "copy"
    shutil.copytree(town.folder, copy)
    for path in (copy / "scenes").iterdir():
        with rasterio.open(path, "r+") as scene:
            scene.transform = Affine.translation(50_000, 0) @ scene.transform
    table = compute_indicators(copy, unit="villages", ids=["village_green_cover"])
    assert table.frame["state"].tolist() == ["no_data", "no_data"]
    assert table.frame["missing"].iloc[0] == ("scene:elsewhere",)


def test_two_runs_are_the_same(town: Workspace) -> None:
    """Same inputs, same figures, same run id."""
    ids = ["park_coverage", "metro_people_500", "green_cover"]
    first, second = (compute_indicators(town, ids=ids) for _ in range(2))
    assert first.run_id == second.run_id
    assert first.frame.equals(second.frame)


def test_the_evaluation_reads_the_same_table(town: Workspace, table: Table) -> None:
    """Figures of the evaluation are those of the table given to it."""
    result = evaluate("2025", place=town, table=table)
    row = result.frame.set_index("id").loc["village_green_cover"]
    assert row["actual"] == table.row("village_green_cover")["value"]
    assert row["verdict"] == "no_data"  # 20 % of 30, and no baseline
    assert result.as_dict()["run_id"] == table.run_id
