"""Parcels of the sample town: facts, limits and balance are those that are known by hand."""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import erdao_gis
from erdao_gis.errors import SchemaError
from erdao_gis.maps.parcels.parcel_lines import parcel_lines
from erdao_gis.parcels import (
    LimitCheck,
    ParcelFacts,
    balance_parcels,
    check_parcels,
    draft_areas,
    edition_of,
    facts_of_parcels,
    planned_uses,
)
from erdao_gis.sample.layout import ORIGIN

OFFICE = "990101001001GB00013"  # cell x 400-500, y 800-900 at Jia Street and the avenue


@pytest.fixture(scope="module")
def known(town: Path) -> dict[str, float]:
    """Return the truths of the town."""
    with (town / "truths.csv").open(encoding="utf-8") as stream:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def told(town: Path) -> ParcelFacts:
    """Tell the facts once."""
    return facts_of_parcels(town)


@pytest.fixture(scope="module")
def checked(town: Path) -> LimitCheck:
    """Check the limits once."""
    return check_parcels(town)


def test_areas_are_those_of_the_drawing(told: ParcelFacts, known: dict[str, float]) -> None:
    """By present class the parcels are as large as the cells that they hold."""
    classes = ("0801", "080302", "080403", "0805", "080601", "100101", "110101")
    present = told.parcels["land_use_code"]
    for code in classes:
        drawn = sum(v for k, v in known.items() if k.startswith(f"land_use:area:{code}"))
        assert told.facts["area_m2"][present.str.startswith(code)].sum() == pytest.approx(drawn)


def test_facts_of_one_parcel_by_hand(told: ParcelFacts) -> None:
    """90 m by 80 m, 20 m off the avenue and 10 m off Jia Street, a station at the crossing."""
    fact = told.facts.loc[OFFICE]
    assert fact["area_m2"] == pytest.approx(7200)
    assert fact["area_mu"] == pytest.approx(10.8)
    assert fact["perimeter_m"] == pytest.approx(340)
    assert fact["frontage_m"] == pytest.approx(90 + 80)
    assert fact["streets"] == "样例大路;甲街"
    assert fact["street_access"] == "yes"
    assert (fact["zones"], fact["zones_share"]) == ("SZN1", 1.0)
    assert fact["subdistricts"] == "990101001"
    assert fact["metro_stations_m"] == pytest.approx((10**2 + 20**2) ** 0.5)
    assert fact["metro_stations_id"] == "MS1"
    assert fact["clinics_m"] == pytest.approx((50**2 + 100**2) ** 0.5)
    assert fact["floor_area_ratio"] == pytest.approx(1200 * 5 / 7200)


def test_what_is_known_whole_is_a_value(told: ParcelFacts) -> None:
    """Only the ground that subsides is told by no layer."""
    states = told.facts.attrs["state"]
    unknown = {name for name, state in states.items() if state == "no_data"}
    assert {name.split("_")[0] for name in unknown} == {"subsidence"}
    assert set(states.values()) == {"value", "no_data"}
    assert set(states) == set(told.facts.columns)


def test_clashes_are_the_known_ones(told: ParcelFacts, known: dict[str, float]) -> None:
    """A shop block reaches into the river's strip, and the works into the old ones'."""
    river, other = told.facts["river_setback_m2"], told.facts["protected_land_m2"]
    assert river.sum() == pytest.approx(known["clash:river_management:parcels"])
    assert other.sum() == pytest.approx(known["clash:heritage:parcels"])
    assert (river > 0).sum() == (other > 0).sum() == 1


def test_clashes_carry_the_accuracy_of_the_drawing(
    told: ParcelFacts, known: dict[str, float]
) -> None:
    """Protected land was traced to 10 m; lots lie along the farmland's northern border, too."""
    beside = {"low": 0, "high": 10 * (2400 - 2010)}
    for end in ("low", "high"):
        river, other = (
            told.facts[f"{name}_m2_{end}"].sum() for name in ("river_setback", "protected_land")
        )
        assert river == pytest.approx(known[f"clash:river_management:parcels:{end}"])
        heritage = known[f"clash:heritage:parcels:{end}"]
        assert other == pytest.approx(heritage + beside[end], abs=0.5)


def test_what_is_exact_has_no_band(told: ParcelFacts) -> None:
    """Zones, stations and all else of the town is evidence A."""
    for name in ("zones_share", "nodes_share", "metro_stations_m", "parks_m"):
        for end in ("low", "high"):
            assert told.facts[f"{name}_{end}"].equals(told.facts[name])
    assert told.facts["zones_possible"].isna().all()


def test_nothing_crosses_the_parcels(told: ParcelFacts, known: dict[str, float]) -> None:
    """Streets and railway run between the cells, the river has cells of its own."""
    assert len(told.crossings) == known["crossings:parcels"] == 0
    assert told.facts["crossings_m"].eq(0).all()
    assert told.facts["crossings"].isna().all()


def moved_office(town: Path, box: shapely.Polygon) -> gpd.GeoDataFrame:
    """Give the office parcel another outline, in town metres."""
    parcels = erdao_gis.read_layer("parcels", town).copy()
    parcels.loc[OFFICE, "geometry"] = shapely.transform(box, lambda xy: np.add(xy, ORIGIN))
    return parcels


@pytest.mark.parametrize(
    ("outline", "crossed"),
    [
        # 80 m of Jia Street (x 400), which is also beside the avenue (y 800, below).
        ((300, 820, 500, 900), [("roads", "甲街", 80)]),
        # The avenue over the river (x 1600 to 1700) and the river: 60 m and 40 m.
        ((1620, 780, 1680, 820), [("roads", "样例大路", 60), ("waterways", "样河", 40)]),
        ((100, 1750, 200, 1850), [("railways", "样例铁路", 100)]),
        # The ring road is Riverside Street (x 1500) in another layer, and is told once.
        ((1450, 100, 1550, 200), [("roads", "滨河街", 100)]),
        # The island's track is a service road.
        ((1850, 150, 1950, 250), []),
    ],
)
def test_what_crosses_is_told(
    town: Path, outline: tuple[int, ...], crossed: list[tuple[str, str, int]]
) -> None:
    """A parcel over a street, the river or the railway lists it with its metres by hand."""
    parcels = moved_office(town, shapely.box(*outline))
    found, checked = facts_of_parcels(town, parcels=parcels), check_parcels(town, parcels=parcels)
    rows = found.crossings[found.crossings["parcel"] == OFFICE]
    columns = ["layer", "name_zh", "length_m"]
    assert sorted(rows[columns].itertuples(index=False, name=None)) == sorted(crossed)
    assert found.facts["crossings_m"][OFFICE] == sum(metres for *_, metres in crossed)
    for audit in (found.audit, checked.audit):
        faults = [fault for fault in audit.faults if fault.rule == "parcels_crossed"]
        assert sorted(str(fault.facts["line_zh"]) for fault in faults) == sorted(
            name for _, name, _ in crossed
        )
        assert all(OFFICE in fault.message(language) for fault in faults
                   for language in ("zh", "en"))  # fmt: skip


def test_stations_under_construction_serve_nobody(told: ParcelFacts) -> None:
    """North Works is being built: it is no parcel's nearest station."""
    assert "MS4" not in set(told.facts["metro_stations_id"])


def test_walks_follow_the_streets(told: ParcelFacts) -> None:
    """No walk is shorter than the straight line at 70 m a minute."""
    walk = told.facts["metro_stations_walk_min"] * 70
    assert (walk + 1e-6 >= told.facts["metro_stations_m"]).all()


def test_the_breaches_are_found_and_no_others(checked: LimitCheck, known: dict[str, float]) -> None:
    """Twelve limits are broken on purpose, each with the value worked out by hand."""
    found = {
        f"breach:{row.parcel}:{row.limit}".replace("height_max", "height_max_m"): row.value
        for row in checked.broken.itertuples()
    }
    listed = {
        key: value
        for key, value in known.items()
        if key.startswith("breach:") and key != "breach:count"
    }
    assert len(found) == known["breach:count"]
    assert found == pytest.approx(listed)


def test_the_parcels_are_without_fault(checked: LimitCheck) -> None:
    """Nothing overlaps, and every stated area is the outline's."""
    assert checked.audit.faults == ()
    assert checked.audit.ledger["usable"] == 64


def test_the_present_balance_is_the_drawing(town: Path, known: dict[str, float]) -> None:
    """Each class has its known hectares and percent, and all percentages sum to 100."""
    table = balance_parcels(town).at(3).table
    assert len(table) == sum(key.startswith("land_use:area:") for key in known)
    for code, row in table.iterrows():
        assert row["present_ha"] * 1e4 == pytest.approx(known[f"land_use:area:{code}"])
        assert row["present_percent"] == pytest.approx(known[f"land_use:percent:{code}"], abs=0.01)
    hundredths = (table[["present_percent", "planned_percent"]] * 100).round().astype(int)
    assert hundredths.sum().tolist() == [10_000, 10_000]


def test_the_plan_moves_what_the_parcels_say(town: Path, known: dict[str, float]) -> None:
    """Reserved land becomes housing and bare soil shops; nothing else changes."""
    balance = balance_parcels(town).at(3)
    moved = balance.pieces[balance.pieces["from_code"] != balance.pieces["to_code"]]
    sums = moved.groupby(["from_code", "to_code"])["area_m2"].sum().to_dict()
    assert sums == pytest.approx(
        {
            ("16", "070102"): known["land_use:area:16"],
            ("2306", "090101"): known["land_use:area:2306"],
        }
    )
    assert balance.total["planned_ha"] == pytest.approx(480)
    assert balance.audit.empty


def test_square_metres_a_head_are_of_the_present_only(town: Path, known: dict[str, float]) -> None:
    """Residents of today say nothing of the plan, unless the plan's are given."""
    balance = balance_parcels(town).at()
    everybody = known["population:town"]
    assert balance.total["present_m2_per_head"] == pytest.approx(4.8e6 / everybody)
    assert "planned_m2_per_head" not in balance.table
    both = balance_parcels(town, population=(40_000, 48_000)).at()
    assert both.total["planned_m2_per_head"] == pytest.approx(100)


def test_sub_districts_add_up_to_the_town(town: Path) -> None:
    """Each of the three is 160 ha, and has percentages of its own."""
    by_unit = balance_parcels(town).within("subdistricts")
    sums = by_unit.groupby(level=0).sum()
    assert sums["present_ha"].tolist() == pytest.approx([160, 160, 160])
    assert sums["planned_percent"].tolist() == pytest.approx([100, 100, 100])


def test_a_figure_drills_down_to_its_parcels(town: Path) -> None:
    """Planned retail rests on the parcels with that code."""
    balance = balance_parcels(town).at(3)
    parcels = erdao_gis.read_layer("parcels", town)
    retail = parcels.index[parcels["land_use_code"] == "090101"]
    assert set(balance.cell("090101", "planned")) == set(retail)


def test_plan_covers_the_ground_of_the_present(town: Path) -> None:
    """Laying parcels over the land use neither loses nor doubles a square metre."""
    land = erdao_gis.read_layer("land_use", town)
    some = erdao_gis.read_layer("parcels", town).iloc[:7]
    shifted = some.set_geometry(some.geometry.translate(3.25, 1.5).intersection(land.union_all()))
    planned = planned_uses(land, gpd.GeoDataFrame(shifted))
    assert planned.area.sum() == pytest.approx(4.8e6)
    assert planned.union_all().area == pytest.approx(4.8e6)


def test_parcels_without_an_outline_are_counted(town: Path) -> None:
    """They stand in the plan's rows and in no figure of it."""
    land, some = (erdao_gis.read_layer(name, town) for name in ("land_use", "parcels"))
    some.loc[OFFICE, "geometry"] = None
    planned = planned_uses(land, some)
    assert planned.geometry.isna().sum() == 1
    assert planned.area.sum() == pytest.approx(4.8e6)


def test_a_self_crossing_parcel_is_named_and_has_no_facts(town: Path) -> None:
    """The audit names it; the others keep their facts, and no row goes missing."""
    parcels = erdao_gis.read_layer("parcels", town).copy()
    bowtie = [(470_000, 4_832_000), (470_090, 4_832_080), (470_090, 4_832_000),
              (470_000, 4_832_080)]  # fmt: skip
    parcels.loc[OFFICE, "geometry"] = shapely.Polygon(bowtie)
    faults = check_parcels(town, parcels=parcels).audit.faults
    assert ("parcels_self_crossing", OFFICE) in {(one.rule, one.feature) for one in faults}
    facts = facts_of_parcels(town, parcels=parcels).facts
    assert len(facts) == 64
    assert facts.index[facts["area_m2"].isna()].tolist() == [OFFICE]


def test_a_parcel_beside_a_track_that_meets_nothing_is_told(town: Path) -> None:
    """Its walks are not known rather than endless: once in the faults, and in its lines."""
    parcels = erdao_gis.read_layer("parcels", town).iloc[:2].copy()
    lost, other = parcels.index
    beside = shapely.box(471_905, 4_832_150, 471_950, 4_832_200)  # Island Track is at x 1900
    parcels.loc[lost, "geometry"] = beside
    found = facts_of_parcels(town, parcels=parcels)
    assert found.facts.loc[lost].filter(like="_walk_min").isna().all()
    assert found.facts.loc[other].filter(like="_walk_min").notna().all()
    told = [(one.feature, one.facts["metres"]) for one in found.audit.faults
            if one.rule == "walk_cut_off"]  # fmt: skip
    assert told == [(lost, 200)]
    lines, _ = parcel_lines(found, check_parcels(town, parcels=parcels))
    assert "未与路网相连" in lines["page_schools"][lost].zh
    assert "未与路网相连" not in lines["page_schools"][other].zh


def test_two_editions_are_not_balanced_together() -> None:
    """Codes of 2020 and 2023 mean different things."""
    frame = gpd.GeoDataFrame({"edition": ["2020", "2023"]}, geometry=[None, None], crs=4551)
    with pytest.raises(SchemaError) as caught:
        edition_of(frame)
    assert caught.value.key == "parcels_mixed_editions"


def test_drafts_fill_the_town_s_areas(town: Path) -> None:
    """Roads are complete: both areas get parcels, all marked, all of their ground told.

    They lie between the streets: nothing crosses them.
    """
    draft = draft_areas(town).draft
    assert draft.faults == ()
    assert facts_of_parcels(town, parcels=draft.parcels).crossings.empty
    assert set(draft.parcels["area_id"]) == {"SRN1", "SRL1"}
    assert (draft.parcels["assumed"] == "yes").all()
    assert draft.ledger["area"].tolist() == [160_000, 60_000]
    assert draft.ledger.drop(columns="area").sum(axis=1).tolist() == pytest.approx(
        [160_000, 60_000]
    )
