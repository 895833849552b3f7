"""The shipped base layers: format, sources, reasons and independent positions."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LinearRing, Point, transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

SHIPPED = files("erdao_gis.shipped")
LAYERS = (
    "district",
    "subdistricts",
    "roads",
    "ring_roads",
    "waterways",
    "railways",
    "metro_lines",
    "metro_stations",
    "parks_and_green",
    "places",
)
CARRIED = ("evidence", "identity", "accuracy_m", "source", "licence", "datum")
REASONS = ("reason_zh", "reason_en")
# A position surer than so many metres may have so many decimals; else three.
FINEST_DECIMALS = ((15, 5), (100, 4))
DISTRICT_BOX = (125.25, 43.73, 125.90, 44.05)
# The distance allowed adds the accuracy of the second source to that of the feature.
SOURCE_ALLOWANCE_M = 60

_TO_METRES = Transformer.from_crs(4490, 4551, always_xy=True).transform


@cache
def text(path: str) -> str:
    """Return a shipped file as text."""
    return SHIPPED.joinpath(*path.split("/")).read_text(encoding="utf-8")


@cache
def table(path: str) -> tuple[dict[str, str], ...]:
    """Return a shipped CSV file as rows."""
    return tuple(csv.DictReader(text(path).splitlines()))


@cache
def features(layer: str) -> tuple[dict[str, Any], ...]:
    """Return the features of a shipped layer."""
    return tuple(json.loads(text(f"vector/{layer}.geojson"))["features"])


def properties(layer: str) -> Iterator[dict[str, Any]]:
    """Yield the properties of each feature of a layer."""
    return (feature["properties"] for feature in features(layer))


def geometry(layer: str, identifier: str) -> BaseGeometry:
    """Return one geometry in metres (EPSG:4551); a polygon as its boundary."""
    found = next(f for f in features(layer) if f["properties"]["id"] == identifier)
    metres = transform(shape(found["geometry"]), to_metres)
    return metres.boundary if metres.geom_type == "Polygon" else metres


def to_metres(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project rows of longitude and latitude to EPSG:4551."""
    return np.column_stack(_TO_METRES(lonlat[:, 0], lonlat[:, 1]))


def positions(coordinates: list[Any]) -> Iterator[list[float]]:
    """Yield every position of a GeoJSON coordinate array."""
    if isinstance(coordinates[0], (int, float)):
        yield coordinates
        return
    for part in coordinates:
        yield from positions(part)


def lines(layer: str, *names: str) -> list[list[tuple[float, float]]]:
    """Return the lines of the features that bear one of the names."""
    found: list[list[tuple[float, float]]] = []
    for feature in features(layer):
        if feature["properties"]["name_zh"] in names and feature["geometry"]:
            coordinates = feature["geometry"]["coordinates"]
            parts = [coordinates] if feature["geometry"]["type"] == "LineString" else coordinates
            found += [[(x, y) for x, y in part] for part in parts]
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_one_feature_a_line_sorted_by_id(layer: str) -> None:
    """A change to one feature is a change of one line."""
    head, *body, tail = text(f"vector/{layer}.geojson").splitlines()
    assert head == f'{{"type":"FeatureCollection","name":"{layer}","features":['
    assert tail == "]}"
    ids = [json.loads(line.rstrip(","))["properties"]["id"] for line in body]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("layer", LAYERS)
def test_columns_stand_in_the_order_of_the_schema(layer: str) -> None:
    """Every feature carries all columns of its layer, the common ones first."""
    rows = table("catalogue/columns.csv")
    expected = [row["name"] for own in ("*", layer) for row in rows if row["layer"] == own]
    assert all(list(row) == expected for row in properties(layer))


@pytest.mark.parametrize("layer", LAYERS)
def test_codes_come_from_the_code_lists(layer: str) -> None:
    """A coded column holds a code of its list, and a required one is never empty."""
    lists: dict[str, set[str]] = defaultdict(set)
    for row in table("catalogue/codes.csv"):
        lists[row["list"]].add(row["code"])
    lists["land_use_edition"] = {row["edition"] for row in table("land_use/editions.csv")}
    columns = [row for row in table("catalogue/columns.csv") if row["layer"] in ("*", layer)]
    coded = {row["name"]: lists[row["codes"]] for row in columns if row["codes"]}
    required = [row["name"] for row in columns if row["required"] == "yes"]
    for row in properties(layer):
        assert all(row[name] is None or row[name] in codes for name, codes in coded.items()), row
        assert all(row[name] not in (None, "") for name in required), row


@pytest.mark.parametrize("layer", LAYERS)
def test_positions_have_five_decimals_and_lie_in_the_region(layer: str) -> None:
    """No coordinate claims more than a metre, and none is swapped or shifted far away."""
    west, south, east, north = DISTRICT_BOX
    for feature in features(layer):
        for x, y in positions(feature["geometry"]["coordinates"]) if feature["geometry"] else ():
            assert (round(x, 5), round(y, 5)) == (x, y)
            assert west < x < east
            assert south < y < north


@pytest.mark.parametrize("layer", LAYERS)
def test_geometries_are_valid_and_wound_as_rfc_7946_says(layer: str) -> None:
    """Outer rings run counter-clockwise; no shape is broken or of no length."""
    for feature in features(layer):
        if feature["geometry"] is None:
            continue
        placed = shape(feature["geometry"])
        assert placed.is_valid
        assert placed.geom_type == "Point" or placed.length > 0
        if placed.geom_type == "Polygon":
            assert LinearRing(feature["geometry"]["coordinates"][0]).is_ccw


@pytest.mark.parametrize("layer", LAYERS)
def test_a_place_has_evidence_and_no_place_has_a_reason(layer: str) -> None:
    """Either the geometry carries its evidence or the row says why there is none."""
    for feature in features(layer):
        row = feature["properties"]
        if feature["geometry"] is None:
            assert all(row[name] for name in REASONS), row["id"]
        else:
            assert all(row[name] is not None for name in CARRIED), row["id"]
            assert not any(row[name] for name in REASONS), row["id"]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_source_key_resolves(layer: str) -> None:
    """The source column names rows of the table of sources."""
    known = {row["key"] for row in table("catalogue/sources.csv")}
    used = {key for row in properties(layer) for key in (row["source"] or "").split(";") if key}
    assert used <= known


@pytest.mark.parametrize("layer", LAYERS)
def test_openstreetmap_geometry_is_licensed_odbl(layer: str) -> None:
    """What was traced from OpenStreetMap is share-alike on every feature."""
    for row in properties(layer):
        if "osm_" in (row["source"] or "") and row["evidence"]:
            assert "ODbL-1.0" in row["licence"], row["id"]


def test_map_provider_positions_are_facts_only() -> None:
    """A point that rests on a map provider alone is rounded to its accuracy."""
    for feature in features("metro_stations"):
        row = feature["properties"]
        if row["licence"] == "facts only":
            assert row["evidence"] == "D"
            decimals = next((n for limit, n in FINEST_DECIMALS if row["accuracy_m"] < limit), 3)
            assert all(round(v, decimals) == v for v in feature["geometry"]["coordinates"]), row[
                "id"
            ]


def test_facts_are_complete_and_no_finer_than_they_are_sure() -> None:
    """Each fact for recipes has a known source, one key, and a position in the region."""
    known = {row["key"] for row in table("catalogue/sources.csv")}
    rows = table("recipes/facts.csv")
    assert [row["key"] for row in rows] == sorted({row["key"] for row in rows})
    west, south, east, north = DISTRICT_BOX
    for row in rows:
        assert set(row["source"].split(";")) <= known, row["key"]
        assert float(row["accuracy_m"]) > 0
        assert west < float(row["lon"]) < east
        assert south < float(row["lat"]) < north
        if row["licence"] == "facts only":
            assert max(len(row[axis].partition(".")[2]) for axis in ("lon", "lat")) <= 4, row


def test_second_sources_resolve() -> None:
    """Each position check names a row of the table of sources."""
    known = {row["key"] for row in table("catalogue/sources.csv")}
    assert {row["source"] for row in table("catalogue/position_checks.csv")} <= known


def test_sources_are_told_in_words_too() -> None:
    """The readable list has a heading for each key of the table, with its date and its note."""
    sections = dict(part.split("`", 1) for part in text("SOURCES.md").split("\n## `")[1:])
    rows = {row["key"]: row for row in table("catalogue/sources.csv")}
    assert list(sections) == list(rows)
    for key, row in rows.items():
        assert f"- {row['note_zh']}。 / {row['note_en']}.\n" in f"{sections[key]}\n", key
        assert (f"时点 / as of: {row['as_of']}\n" in sections[key]) == bool(row["as_of"]), key


@pytest.mark.parametrize(
    "check", table("catalogue/position_checks.csv"), ids=lambda c: f"{c['layer']}-{c['id']}"
)
def test_positions_agree_with_a_source_not_used_for_them(check: dict[str, str]) -> None:
    """A second source lies within the stated accuracies of both."""
    row = next(row for row in properties(check["layer"]) if row["id"] == check["id"])
    assert check["source"] not in row["source"].split(";")
    within = float(check["within_m"])
    assert within <= row["accuracy_m"] + SOURCE_ALLOWANCE_M
    second = Point(_TO_METRES(float(check["check_lon"]), float(check["check_lat"])))
    assert geometry(check["layer"], check["id"]).distance(second) <= within


def test_the_axis_is_one_connected_line() -> None:
    """Jilin Road, its expressway and East Jilin Road share vertices from river to Wukaihe."""
    axis = lines("roads", "吉林大路", "吉林快速路", "东吉林大路")
    neighbours: dict[tuple[float, float], set[tuple[float, float]]] = defaultdict(set)
    for line in axis:
        for one, other in pairwise(line):
            neighbours[one].add(other)
            neighbours[other].add(one)
    reached, open_ends = set(), [min(neighbours)]
    while open_ends:
        vertex = open_ends.pop()
        if vertex not in reached:
            reached.add(vertex)
            open_ends += neighbours[vertex]
    assert min(reached)[0] < 125.347
    assert max(reached)[0] > 125.545


@pytest.mark.parametrize(
    ("street", "crossed"),
    [
        ("民丰大街", "吉林大路"),
        ("福安街", "荣光路"),
        ("乐群街", "同兴路"),
        ("东环城路", "东新路"),
        ("公平路", "民丰大街"),
        ("英俊大街", "东吉林大路"),
    ],
)
def test_fact_streets_meet_at_shared_vertices(street: str, crossed: str) -> None:
    """A walking graph built from the vertices joins the streets at their crossing."""
    here = {vertex for line in lines("roads", street) for vertex in line}
    there = {vertex for line in lines("roads", crossed) for vertex in line}
    assert here & there


def test_no_stretch_of_road_is_drawn_twice() -> None:
    """The western and the eastern extract do not overlap."""
    seen: set[frozenset[tuple[float, float]]] = set()
    names = {row["name_zh"] for row in properties("roads")}
    for line in lines("roads", *names):
        for pair in pairwise(line):
            assert frozenset(pair) not in seen, pair
            seen.add(frozenset(pair))


def test_the_codes_of_subdistricts_are_the_ten_and_four() -> None:
    """Ten sub-districts, three towns and a township, each once; two rows are parts."""
    rows = list(properties("subdistricts"))
    whole = [row for row in rows if row["id"] == row["code"]]
    assert len(whole) == 14
    assert {row["register_id"] for row in rows if row["register_id"]} == {"AD02", "AD03", "AD06"}
    assert sum(row["managed_by"] == "erdao" for row in whole) == 8


def test_roads_of_the_register_are_there() -> None:
    """Each road the outline refers to has a row, placed or not."""
    held = {row["register_id"] for layer in ("roads", "ring_roads") for row in properties(layer)}
    numbers = (1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19)
    assert {f"RF{number:02d}" for number in numbers} <= held


def test_base_layers_stay_light() -> None:
    """All base layers together are under 1.2 MB."""
    assert sum(len(text(f"vector/{layer}.geojson").encode()) for layer in LAYERS) < 1_200_000
