"""Parcels drafted from blocks: shape, frontage, ground accounted for, and refusals."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point, box

import erdao_gis
from erdao_gis.analysis.draft.drafting import Draft, DraftRules, draft_parcels
from erdao_gis.crs import to_working
from erdao_gis.errors import CRSError, SchemaError

CRS = "EPSG:4551"
RULES = DraftRules(street_m=10, water_m=15, rail_m=10, least_frontage_m=15)


def lines(*ways: list[tuple[float, float]], **columns: list[str | None]) -> gpd.GeoDataFrame:
    """Make a layer of lines."""
    return gpd.GeoDataFrame(columns, geometry=[LineString(way) for way in ways], crs=CRS)


def area(shape: shapely.Polygon, label: str = "X") -> gpd.GeoDataFrame:
    """Make a layer of one area."""
    return gpd.GeoDataFrame(geometry=[shape], index=[label], crs=CRS)


AROUND = lines(
    [(0, 0), (220, 0)], [(220, 0), (220, 120)], [(220, 120), (0, 120)], [(0, 120), (0, 0)],
    name_zh=["甲街", "乙路", "丙街", "丁路"],
    road_class=["secondary", "tertiary", "tertiary", "residential"],
)  # fmt: skip
BLOCK = area(box(0, 0, 220, 120))


def drafted(areas: gpd.GeoDataFrame = BLOCK, roads: gpd.GeoDataFrame = AROUND,
            size_ha: float = 0.25, **others: object) -> Draft:  # fmt: skip
    """Draft with the rules of the tests, roads complete everywhere."""
    options = {"complete_within": area(box(-1e4, -1e4, 1e4, 1e4)), "rules": RULES} | others
    return draft_parcels(areas, roads, size_ha=size_ha, **options)  # type: ignore[arg-type]


def test_block_is_cut_into_equal_parcels() -> None:
    """200 m by 100 m between the street edges make eight parcels of 50 m by 50 m."""
    parcels = drafted().parcels
    assert parcels["area_m2"].round(2).tolist() == [2500.0] * 8
    assert sorted(parcels.length.round(2)) == [200.0] * 8
    assert (parcels["assumed"] == "yes").all()
    assert (parcels["evidence"] == "D").all()


def test_every_parcel_has_a_street_and_says_which() -> None:
    """A corner parcel fronts two streets with 50 m each."""
    parcels = drafted().parcels
    assert (parcels["frontage_m"].round(1) >= 50).all()
    corner = parcels[parcels.intersects(Point(10, 10).buffer(1))].iloc[0]
    assert set(corner["streets"].split(";")) == {"甲街", "丁路"}
    assert corner["frontage_m"] == pytest.approx(100, abs=0.3)


def test_all_ground_is_accounted_for() -> None:
    """Parcels, streets, water and rail add up to the area; each square metre counts once."""
    river = lines([(-50, 60), (300, 60)])
    rail = lines([(150, -50), (150, 300)])
    draft = drafted(waterways=river, railways=rail)
    entry = draft.ledger.loc["X"]
    assert entry.drop("area").sum() == pytest.approx(entry["area"])
    assert entry["streets"] == pytest.approx(220 * 120 - 200 * 100)
    assert entry["water"] == pytest.approx(200 * 30)
    assert entry["rail"] == pytest.approx(20 * 70)
    assert draft.parcels.area.sum() == pytest.approx(entry["parcels"])


def test_parcels_lie_side_by_side() -> None:
    """Drafted parcels do not overlap: their union is as large as their sum."""
    parcels = drafted().parcels
    assert parcels.union_all().area == pytest.approx(parcels.area.sum())


def test_no_parcel_loses_its_street() -> None:
    """With one street only, parcels become deep instead of lying behind each other."""
    draft = drafted(roads=AROUND.iloc[:1], rules=DraftRules(street_m=10, most_depth=99))
    assert (draft.parcels["frontage_m"] >= 15).all()
    assert draft.parcels.intersects(LineString([(0, 10), (220, 10)]).buffer(0.1)).all()


def test_deep_blocks_get_lanes_that_say_that_they_are_assumed() -> None:
    """A block of 400 m by 400 m is parted by lanes that begin at a street."""
    ring = box(0, 0, 400, 400).exterior
    roads = gpd.GeoDataFrame(geometry=[LineString(ring.coords)], crs=CRS)
    draft = drafted(area(box(0, 0, 400, 400)), roads)
    assert (draft.lanes["assumed"] == "yes").all()
    assert draft.lanes.area.sum() == pytest.approx(draft.ledger.loc["X", "lanes"])
    assert draft.ledger.loc["X"].drop("area").sum() == pytest.approx(160_000)
    assert draft.parcels["area_m2"].between(1250, 5000).all()


def test_lanes_are_no_one_s_wish_when_switched_off() -> None:
    """An endless depth gives no lanes at all."""
    draft = drafted(rules=DraftRules(street_m=10, most_depth=float("inf")))
    assert draft.lanes.empty


def test_blocks_without_a_street_are_listed() -> None:
    """Behind a river and without a street there are no parcels, but a fault and an entry."""
    river = lines([(-50, 60), (300, 60)])
    draft = drafted(roads=AROUND.iloc[:1], waterways=river)
    assert [fault.rule for fault in draft.faults] == ["parcels_draft_no_street"]
    assert draft.ledger.loc["X", "without_street"] == pytest.approx(220 * 45)


def test_motorways_and_bridges_give_no_frontage() -> None:
    """A block along a motorway has no street."""
    roads = AROUND.iloc[:1].assign(road_class="motorway")
    assert drafted(roads=roads).parcels.empty
    assert drafted(roads=AROUND.iloc[:1].assign(bridge="bridge")).parcels.empty


def test_bridges_and_tunnels_are_read_as_they_are_written() -> None:
    """F is no bridge and changes nothing; a T in the column of tunnels parts no block."""
    plain = drafted().parcels
    assert drafted(roads=AROUND.assign(bridge="F", tunnel="F")).parcels.equals(plain)
    middle = lines([(110, -20), (110, 140)], name_zh=["隧"], tunnel=["T"], bridge=["F"])
    both = gpd.GeoDataFrame(pd.concat([AROUND, middle]), geometry="geometry", crs=CRS)
    assert drafted(roads=both).ledger.equals(drafted().ledger)
    with pytest.raises(SchemaError, match="perhaps"):
        drafted(roads=AROUND.assign(bridge="perhaps"))


def test_medians_are_slivers() -> None:
    """A strip of 12 m between two carriageways is no parcel."""
    roads = lines([(-9, 0), (499, 0)], [(-9, 32), (499, 32)])
    draft = drafted(area(box(0, 0, 490, 32)), roads)
    assert draft.parcels.empty
    assert draft.ledger.loc["X", "slivers"] == pytest.approx(490 * 12)


def test_refused_where_roads_are_not_complete() -> None:
    """An area half outside the surveyed ground gets no parcels, but the reason."""
    draft = drafted(complete_within=area(box(0, 0, 150, 500)))
    assert draft.parcels.empty
    assert draft.faults[0].rule == "parcels_draft_roads_incomplete"
    assert "X" in draft.faults[0].message("zh")
    assert draft.ledger.loc["X", "refused"] == pytest.approx(220 * 120)


def test_unplaced_areas_are_listed() -> None:
    """An area without a place is a fault, not an error and not nothing."""
    two = gpd.GeoDataFrame(geometry=[None, BLOCK.geometry["X"]], index=["U", "X"], crs=CRS)
    draft = drafted(two)
    assert [(fault.feature, fault.rule) for fault in draft.faults] == [
        ("U", "parcels_draft_unplaced")
    ]
    assert len(draft.parcels) == 8


def test_degrees_and_bad_sizes_are_refused() -> None:
    """Lengths in degrees mean nothing, and a size of zero never ends."""
    with pytest.raises(CRSError):
        drafted(BLOCK.to_crs(4490))
    with pytest.raises(SchemaError):
        drafted(size_ha=0)


@pytest.mark.parametrize("name", ["RA03", "RA01"])
def test_tractor_factory_and_binhe_east(name: str) -> None:
    """Both areas lie where the roads are complete; all of their parcels front a street."""
    west_to_east = shapely.segmentize(box(125.335, 43.82, 125.39, 43.965), 0.005)
    surveyed = to_working(gpd.GeoSeries([west_to_east], crs=4490, name="surveyed"))
    draft = draft_parcels(
        erdao_gis.read_layer("renewal_areas").loc[[name]],
        erdao_gis.read_layer("roads"),
        complete_within=surveyed,
        waterways=erdao_gis.read_layer("waterways"),
        railways=erdao_gis.read_layer("railways"),
    )
    assert not draft.faults
    assert len(draft.parcels) >= 20
    assert (draft.parcels["frontage_m"] >= 15).all()
    assert draft.parcels["area_m2"].max() < 20_000
    entry = draft.ledger.loc[name]
    assert entry.drop("area").sum() == pytest.approx(entry["area"])


def test_a_median_that_widens_at_its_end_is_a_sliver() -> None:
    """8 m over 300 m is no parcel, though 20 m by 20 m at its end would be wide enough."""
    median = shapely.union_all([box(10, 10, 310, 18), box(310, 4, 330, 24)])
    ring = LineString(median.buffer(10, join_style="mitre").exterior.coords)
    roads = gpd.GeoDataFrame({"name_zh": ["甲街"]}, geometry=[ring], crs=CRS)
    found = drafted(area(median), roads)
    assert found.parcels.empty
    assert found.ledger.loc["X", "slivers"] == pytest.approx(300 * 8 + 20 * 20, rel=0.01)


def test_a_tail_of_a_block_is_a_sliver() -> None:
    """A strip of 6 m over 200 m is cut off the block that it runs out from."""
    block = shapely.union_all([box(10, 10, 210, 110), box(210, 104, 410, 110)])
    ring = LineString(block.buffer(10, join_style="mitre").exterior.coords)
    roads = gpd.GeoDataFrame({"name_zh": ["甲街"]}, geometry=[ring], crs=CRS)
    found = drafted(area(block), roads)
    assert found.parcels.union_all().bounds[2] < 225
    assert found.ledger.loc["X", "slivers"] == pytest.approx(200 * 6, rel=0.05)
    parts = found.ledger.loc["X"].drop("area")
    assert parts.sum() == pytest.approx(found.ledger.loc["X", "area"])
