"""The sample town's truths hold on the layers as written, by shapely, numpy and networkx alone."""

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from erdao_gis import read_layer
from erdao_gis.catalogue import Workspace
from erdao_gis.sample import write_sample
from erdao_gis.sample.town_scenes import SCENES

Read = Callable[[str], gpd.GeoDataFrame]
EAST, NORTH = 470_000, 4_832_000
CLEAR = (4, 5, 6)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The town, written once; no test here changes it."""
    return write_sample(tmp_path_factory.mktemp("truths") / "town")


@pytest.fixture(scope="module")
def known(town: Workspace) -> dict[str, float]:
    """The truths file: key -> value."""
    with (town.folder / "truths.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["key"] for row in rows}) == len(rows)
    assert all(row["how_zh"] and row["how_en"] for row in rows)
    return {row["key"]: float(row["value"]) for row in rows}


@pytest.fixture(scope="module")
def read(town: Workspace) -> Read:
    """Read a layer of the town."""
    return lambda name: read_layer(name, town)


def some(known: dict[str, float], start: str) -> dict[str, float]:
    """Truths whose key begins so, by the rest of the key."""
    return {key[len(start) :]: value for key, value in known.items() if key.startswith(start)}


def shares(units: gpd.GeoDataFrame, land: object) -> dict[str, float]:
    """Share of each unit that lies in a shape."""
    return dict(zip(units.index, units.intersection(land).area / units.area, strict=True))


def test_land_balance(known: dict[str, float], read: Read) -> None:
    """Area and percentage of each class; they make up the town."""
    land = read("land_use")
    areas = land.area.groupby(land["land_use_code"]).sum()
    assert some(known, "land_use:area:") == areas.to_dict()
    percent = some(known, "land_use:percent:")
    assert percent == pytest.approx((100 * areas / known["town:area"]).to_dict())
    assert sum(percent.values()) == pytest.approx(100)


def test_housing_by_community(known: dict[str, float], read: Read) -> None:
    """Housing lies in communities as stated, and is the housing of the land use."""
    home = read("residential").union_all()
    units = read("population")
    measured = {key: shape.intersection(home).area for key, shape in units.geometry.items()}
    assert some(known, "residential:area:") == pytest.approx(measured)
    assert sum(measured.values()) == pytest.approx(known["land_use:area:070102"])


def test_people(known: dict[str, float], read: Read) -> None:
    """15 to a storey of a slab, 4 to a farmhouse: counted again from the buildings as written."""
    houses, units = read("buildings"), read("population")
    slab, farm = houses["use"] == "二类城镇住宅用地", houses["use"] == "农村宅基地"
    people = houses["floors"].where(slab, 0) * 15 + farm * 4
    located = houses.set_geometry(houses.centroid).sjoin(units[["geometry"]], predicate="within")
    counted = people.groupby(located["id_right"]).sum()
    assert some(known, "population:") == counted.to_dict() | {"town": counted.sum()}
    assert units["population"].to_dict() == counted.to_dict()
    assert read("residential")["population"].sum() == people[slab].sum()


def test_green_land(known: dict[str, float], read: Read) -> None:
    """Green land of communities and the built-up area, overlaps once, also 1 m from walls."""
    parks = read("parks_and_green")
    green = parks.union_all()
    units = pd.concat([read("population"), read("built_up_area")])
    assert some(known, "green_ratio:") == pytest.approx(shares(units, green))
    walls = shapely.union_all(shapely.buffer(read("buildings").geometry.to_numpy(), 1.0))
    assert some(known, "green_ratio_1m_from_walls:") == pytest.approx(
        shares(units, green - walls), rel=1e-6
    )
    assert known["parks_and_green:area_once"] == pytest.approx(green.area)
    assert known["parks_and_green:area_summed"] == pytest.approx(parks.area.sum())


def cell_counts(path: Path, box: tuple[float, float, float, float]) -> tuple[int, int, int]:
    """Cells of an upright unit: all, seen, and seen and green (NDVI above 0.3)."""
    with rasterio.open(path) as source:
        window = rasterio.windows.from_bounds(*box, transform=source.transform)
        red, nir, scl = source.read(window=window.round())
    red, nir = (band.astype(float) * 0.0001 - 0.1 for band in (red, nir))
    seen = np.isin(scl, CLEAR)
    return red.size, int(seen.sum()), int(((nir - red) / (nir + red) > 0.3)[seen].sum())


@pytest.mark.parametrize("date", SCENES)
def test_green_cover(known: dict[str, float], read: Read, town: Workspace, date: str) -> None:
    """Cover of what is seen of each community and village, cell by cell."""
    path = town.folder / "scenes" / f"{date}.tif"
    for name in ("population", "villages"):
        for key, shape in read(name).geometry.items():
            cells, seen, green = cell_counts(path, shape.bounds)
            assert known[f"green_cover:{key}:{date}"] == pytest.approx(green / seen)
            if name == "population":
                assert known[f"seen_share:{key}:{date}"] == pytest.approx(seen / cells)


def test_villages_lie_on_both_sides_of_the_target(known: dict[str, float]) -> None:
    """In 2025 one village passes the outline's 30 %, the other does not; in 2021 none."""
    cover = some(known, "green_cover:99010100320")
    assert cover == {"3:2021-07": 0.2, "4:2021-07": 0.1, "3:2025-07": 0.4, "4:2025-07": 0.2}


def test_park_coverage(known: dict[str, float], read: Read) -> None:
    """Housing within 300 and 500 m of the riverside park, and of all parks by size class."""
    home, parks = read("residential").union_all(), read("parks_and_green")
    riverside = parks[parks["name_zh"] == "滨河公园"].union_all()
    for reach in (300, 500):
        near = home.intersection(riverside.buffer(reach, quad_segs=64)).area / home.area
        assert known[f"park_coverage:riverside_only:{reach}"] == pytest.approx(near, rel=1e-9)
    public = parks[parks["green_class"].str.startswith("G1")]
    public = public[public["area_m2"] >= 2000]
    reach = np.where(public["area_m2"] >= 5000, 500.0, 300.0)
    served = shapely.union_all(shapely.buffer(public.geometry.to_numpy(), reach, quad_segs=64))
    share = home.intersection(served).area / home.area
    assert known["park_coverage:size_classes"] == pytest.approx(share, rel=3e-5)


def test_streets(known: dict[str, float], read: Read) -> None:
    """Length, classes, density and bridges."""
    roads = read("roads")
    assert known["roads:length"] == pytest.approx(roads.length.sum())
    assert known["roads:density"] == pytest.approx(roads.length.sum() / 1000 / 4.8)
    classes = roads.length.groupby(roads["road_class"]).sum()
    assert some(known, "roads:length:") == pytest.approx(classes.to_dict())
    bridge = roads["bridge"].notna()
    assert known["roads:bridge_length"] == pytest.approx(roads.length[bridge].sum())
    assert known["roads:bridges"] == bridge.sum()


def network(roads: gpd.GeoDataFrame) -> nx.Graph:
    """Join streets where their ends stand on one point: the layer is noded."""
    graph = nx.Graph()
    for line in roads.geometry:
        graph.add_edge(line.coords[0], line.coords[-1], weight=line.length)
    return graph


def test_no_streets_cross_but_at_their_ends_or_under_a_bridge(read: Read) -> None:
    """The layer is noded; the one crossing left is the viaduct over the avenue."""
    roads = read("roads")
    tree = shapely.STRtree(roads.geometry.to_numpy())
    a, b = tree.query(roads.geometry.to_numpy(), predicate="crosses")
    crossing = {tuple(sorted((roads.index[i], roads.index[j]))) for i, j in zip(a, b, strict=True)}
    assert {pair[0].split(".")[0] for pair in crossing} == {"viaduct"}
    assert {pair[1].split(".")[0] for pair in crossing} == {"yangli"}
    assert len(crossing) == 1


def test_islands_and_dead_ends(known: dict[str, float], read: Read) -> None:
    """One street that nothing joins, one dead end inside the town."""
    graph = network(read("roads"))
    islands = sorted(nx.connected_components(graph), key=len)
    assert len(islands) == known["roads:islands"]
    length = graph.subgraph(islands[0]).size(weight="weight")
    assert length == pytest.approx(known["roads:island_length"])
    rim = read("district").geometry["TOWN"].boundary
    ends = [
        node
        for node, degree in graph.degree
        if degree == 1 and node in islands[-1] and rim.distance(shapely.Point(node)) > 0
    ]
    assert ends == [(EAST + 600, NORTH + 1400)]
    assert len(ends) == known["roads:dead_ends"]


def walked(roads: gpd.GeoDataFrame, places: list[shapely.Point]) -> float:
    """Metres between two places along the streets, each cut into pieces of 50 m at most."""
    graph = nx.Graph()
    for number, line in enumerate(roads.geometry):
        steps = shapely.get_coordinates(shapely.segmentize(line, 50.0)).round(6)
        # A place on the way belongs to its street alone: a bridge has one above another's.
        nodes = [(x, y, number) for x, y in steps]
        nodes[0], nodes[-1] = (*steps[0], -1), (*steps[-1], -1)
        for (start, end), step in zip(pairwise(nodes), np.diff(steps, axis=0), strict=True):
            graph.add_edge(start, end, weight=float(np.hypot(*step)))
    nodes = list(graph)
    tree = shapely.STRtree(shapely.points([node[:2] for node in nodes]))
    (_, near), gaps = tree.query_nearest(places, return_distance=True, all_matches=False)
    start, end = (nodes[position] for position in near)
    if not nx.has_path(graph, start, end):
        return float("inf")
    return float(nx.shortest_path_length(graph, start, end, weight="weight") + sum(gaps))


def test_walks(known: dict[str, float], read: Read) -> None:
    """Each walk by hand is the shortest in the network."""
    roads, starts, goals = read("roads"), read("places"), read("facilities_inventory")
    for pair, metres in some(known, "walk:").items():
        start, goal = pair.split(":")
        assert walked(roads, [starts.geometry[start], goals.geometry[goal]]) == metres, pair


def test_the_road_project_shortens_a_walk(known: dict[str, float], read: Read) -> None:
    """Opening the dead end takes 600 m off: the new stretch, and on from its far end."""
    project = read("road_projects").geometry["SRP1"]
    start, far = (shapely.Point(end) for end in project.coords)
    assert start == read("places").geometry["ST04"]
    onward = walked(read("roads"), [far, read("facilities_inventory").geometry["FC14"]])
    assert known["walk_opened:ST04:FC14"] == project.length + onward


def test_corridors_and_clashes(known: dict[str, float], read: Read) -> None:
    """Belts, bands and overlaps with protected land."""
    zones, protected = read("zones"), read("protected_land")
    belt = read("belts").union_all()
    assert some(known, "corridor_share:SRV1_150m:") == pytest.approx(shares(zones, belt))
    band = read("axis").buffer(500, cap_style="flat").union_all()
    assert known["corridor_share:SAX1_500m:TOWN"] == shares(read("district"), band)["TOWN"]
    river, old = protected.geometry["PT04"], protected.geometry["PT03"]
    parcels = read("parcels")
    assert known["clash:river_management:parcels"] == parcels.intersection(river).area.sum()
    assert known["clash:heritage:parcels"] == parcels.intersection(old).area.sum()
    for end, metres in (("low", -10), ("high", 10)):
        ground = parcels.intersection(river.buffer(metres, quad_segs=64)).area.sum()
        assert known[f"clash:river_management:parcels:{end}"] == pytest.approx(ground)
        ground = parcels.intersection(old.buffer(metres, quad_segs=64)).area.sum()
        assert known[f"clash:heritage:parcels:{end}"] == pytest.approx(ground, rel=1e-6)
    lines = [read(name).union_all() for name in ("roads", "ring_roads", "waterways", "railways")]
    crossed = sum(int(parcels.buffer(-0.01).intersects(line).sum()) for line in lines)
    assert known["crossings:parcels"] == crossed == 0
    houses = read("buildings").intersection(river).area.sum()
    assert known["clash:river_management:buildings"] == houses
    streets = read("feature_streets").union_all()
    assert known["feature_streets:length_once"] == pytest.approx(streets.length)


def test_parcels_that_breach_their_limits(known: dict[str, float], read: Read) -> None:
    """Exactly the listed ones, with the listed figures."""
    parcels = read("parcels")
    houses = read("buildings")
    houses["foot"] = houses.area
    within = houses.set_geometry(houses.centroid).sjoin(parcels[["geometry"]], predicate="within")
    by = within.groupby("id_right")
    floor, foot = (by[name].sum().reindex(parcels.index) for name in ("floor_area_m2", "foot"))
    green = parcels.intersection(read("parks_and_green").union_all()).area
    ratio = floor.fillna(0) / parcels.area
    actual = {
        "floor_area_ratio_max": ratio,
        "floor_area_ratio_min": -ratio,
        "building_density_max": 100 * foot.fillna(0) / parcels.area,
        "building_density_min": -100 * foot.fillna(0) / parcels.area,
        "height_max_m": by["height_m"].max().reindex(parcels.index).fillna(0),
        "green_ratio_min": -100 * green / parcels.area,
    }
    found = {}
    for limit, values in actual.items():
        sign = -1 if "_min" in limit else 1
        broken = parcels.index[values > sign * parcels[limit]]
        found |= {f"{key}:{limit}": sign * values[key] for key in broken}
    bounds = {name for name in parcels if name.endswith(("_max", "_min", "_max_m", "_min_m"))}
    assert {name for name in bounds if parcels[name].notna().any()} == set(actual)
    listed = some(known, "breach:")
    assert listed.pop("count") == len(found)
    assert listed == pytest.approx(found)


def test_parcels_keep_their_codes_as_text(read: Read) -> None:
    """19 characters, each once; stated areas are the true ones."""
    parcels = read("parcels")
    assert parcels.index.is_unique
    assert set(parcels.index.str.len()) == {19}
    assert parcels["area_m2"].to_numpy() == pytest.approx(parcels.area.to_numpy())


def test_all_facility_types_occur(known: dict[str, float], read: Read) -> None:
    """As many of each type as stated."""
    counted = read("facilities_inventory")["facility_type"].value_counts().to_dict()
    assert some(known, "facilities:") == counted
    assert len(counted) == 11
