"""The balance of land against a calculation by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from erdao_gis.analysis.balance.dated_parcels import NONE, BalanceRules
from erdao_gis.analysis.balance.land_balance import OVERLAP, UNCLASSIFIED, land_balance
from erdao_gis.analysis.balance.rounding import round_to_hundred
from erdao_gis.errors import CRSError, SchemaError

CRS = "EPSG:4551"


def town(codes: list[str | None], widths: list[float] | None = None) -> gpd.GeoDataFrame:
    """Place parcels of 100 m depth side by side, P0 the westernmost."""
    widths = widths or [100.0] * len(codes)
    starts = [sum(widths[:place]) for place in range(len(widths))]
    shapes = [
        box(start, 0, start + width, 100) for start, width in zip(starts, widths, strict=True)
    ]
    index = [f"P{place}" for place in range(len(codes))]
    return gpd.GeoDataFrame({"land_use_code": codes}, geometry=shapes, index=index, crs=CRS)


def test_three_equal_classes_sum_to_exactly_one_hundred() -> None:
    """Thirds are 33.34, 33.33, 33.33, and the missing hundredth is disclosed."""
    balance = land_balance(town(["07", "08", "14"]))
    assert balance.table["present_percent"].tolist() == [33.34, 33.33, 33.33]
    assert balance.total["present_percent"] == 100.0
    row = balance.rounding.loc["present"]
    assert (row["plain_sum"], row["difference"], row["adjusted"]) == (99.99, 0.01, "07")


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=40), st.integers(0, 4))
def test_percentages_always_sum_to_one_hundred(amounts: list[float], decimals: int) -> None:
    """Whatever the areas and decimals are, and none is off by more than one unit."""
    series = pd.Series(amounts)
    percent = round_to_hundred(series, decimals).percent
    if series.sum() > 0:
        scale = 10**decimals
        assert round(percent.sum() * scale) == 100 * scale
        exact = series / series.sum() * 100
        assert ((percent - exact).abs() < 1 / scale + 1e-6).all()


CLASSES = ["0701", "0702", "0703", "0801", "0804", "080404", "080405", "0901", "1001", "1401"]


@given(st.lists(st.floats(0, 1e7), min_size=10, max_size=10), st.integers(0, 4))
def test_a_class_has_one_percentage_at_every_level(amounts: list[float], decimals: int) -> None:
    """Parts sum to what their class has where it stands alone, and none is off by a unit."""
    series = pd.Series(amounts, index=CLASSES)
    if not series.sum() > 0:
        return
    first, second = (pd.Series([code[:n] for code in CLASSES], index=CLASSES) for n in (2, 4))
    fine = round_to_hundred(series, decimals, within=[first, second]).percent
    for labels, within in ((first, []), (second, [first.groupby(second).first()])):
        alone = round_to_hundred(series.groupby(labels).sum(), decimals, within=within).percent
        gap = fine.groupby(labels).sum() - alone
        assert (gap.abs() < 0.5 / 10**decimals).all()
    exact = series / series.sum() * 100
    assert ((fine - exact).abs() < 1 / 10**decimals + 1e-6).all()


def test_class_totals_do_not_depend_on_the_level() -> None:
    """4.806 % of services in two halves: 4.81 at the first level, 2.41 and 2.40 at the second."""
    plots = town(["0801", "0804", "0701"], [24.03, 24.03, 951.94])
    assert land_balance(plots).table.loc["08", "present_percent"] == 4.81
    finer = land_balance(plots, level=2).table["present_percent"]
    assert finer[["0801", "0804"]].tolist() == [2.41, 2.4]


def test_hectares_and_square_metres_a_head() -> None:
    """3 ha of parks for 1,500 people are 20 m2 each."""
    balance = land_balance(town(["1401", "0701"], [300, 100]), population=1500)
    assert balance.table.loc["14", "present_ha"] == 3.0
    assert balance.table.loc["14", "present_m2_per_head"] == 20.0
    assert balance.table.loc["14", "name_zh"] == "绿地与开敞空间用地"


def test_plan_change_and_transition() -> None:
    """Half of a hectare of industry becomes homes: the matrix tells from where to where."""
    planned = town(["0701", "0701", "1001"], [100, 50, 50])
    planned.index = ["Q0", "Q1", "Q2"]
    balance = land_balance(town(["0701", "1001"]), planned, (1000, 2000))
    assert balance.table["change_ha"].to_dict() == {"07": 0.5, "10": -0.5}
    assert balance.table["change_points"].to_dict() == {"07": 25.0, "10": -25.0}
    assert balance.transition.loc["10", ["07", "10", NONE]].tolist() == [0.5, 0.5, 0.0]
    assert balance.table.loc["07", "planned_m2_per_head"] == 7.5


def test_transition_adds_up_where_the_plan_covers_less() -> None:
    """Ground that the plan leaves out stands under none; rows sum to the present classes."""
    balance = land_balance(town(["0701", "1001"]), town(["1401"], [150]))
    assert balance.transition.loc["10"].to_dict() == {"14": 0.5, NONE: 0.5}
    assert balance.transition.sum(axis=1).drop(NONE).tolist() == [1.0, 1.0]


def test_every_cell_leads_to_its_parcels() -> None:
    """A figure of the table, and one of the transition, name what they are made of."""
    balance = land_balance(town(["0701", "0702", "1001"]), town(["0701", "1401", "1001"]))
    assert balance.cell("07").tolist() == ["P0", "P1"]
    assert balance.cell("14", "planned").tolist() == ["P1"]
    assert balance.moved("07", "14")[["present", "planned"]].to_numpy().tolist() == [["P1", "P1"]]


@pytest.mark.parametrize(
    ("level", "codes"), [(1, ["08"]), (2, ["0803", "0804"]), (3, ["0803", "080403", "080404"])]
)
def test_levels_keep_what_is_coarser(level: int, codes: list[str]) -> None:
    """A code of the second level stands for itself in a table of the third."""
    balance = land_balance(town(["080403", "080404", "0803"]), level=level)
    assert balance.table.index.tolist() == codes


def test_parcels_without_a_usable_code_stay_in_the_sum() -> None:
    """Missing and unknown codes have a row of their own and a line each in the audit."""
    balance = land_balance(town(["0701", None, "0799"]))
    assert balance.table.loc[UNCLASSIFIED, "present_ha"] == 2.0
    found = balance.audit.set_index("ids")[["kind", "found"]].T.to_dict("list")
    assert found == {"P1": ["no_code", ""], "P2": ["unknown_code", "0799"]}
    assert balance.total["present_ha"] == 3.0


def test_overlaps_and_gaps_are_listed_with_their_parcels() -> None:
    """Ground counted twice and ground forgotten, each with area and neighbours."""
    plots = town(["0701"] * 3)
    plots.geometry = [box(0, 0, 101, 100), box(100, 0, 199.5, 100), box(200, 0, 300, 100)]
    audit = land_balance(plots).audit.set_index("kind")
    assert audit.loc["overlap", "ids"] == "P0;P1"
    assert audit.loc["overlap", "area_m2"] == pytest.approx(100)
    assert audit.loc["gap", "ids"] == "P1;P2"
    assert audit.loc["gap", "area_m2"] == pytest.approx(50)


def test_two_millimetres_are_rounding() -> None:
    """A gap and an overlap of a millimetre are not listed, but stand in the ledger."""
    plots = town(["0701"] * 3)
    plots.geometry = [box(0, 0, 100.001, 100), box(100, 0, 199.999, 100), box(200, 0, 300, 100)]
    balance = land_balance(plots)
    assert balance.audit.empty
    assert balance.ledger.loc["present", "rounding_m2"] == pytest.approx(0.2, rel=1e-3)
    strict = land_balance(plots, rules=BalanceRules(tolerance_m=0.0005))
    assert sorted(strict.audit["kind"]) == ["gap", "overlap"]


def test_a_long_slit_is_one_gap() -> None:
    """A slit of half a metre through 4,000 parcels is found whole, however the work is parted."""
    cells = [
        box(10 * i + 0.5 * (i >= 20), 10 * j, 10 * i + 10 + 0.5 * (i >= 20), 10 * j + 10)
        for i in range(40)
        for j in range(100)
    ]
    codes = ["0701"] * len(cells)
    plots = gpd.GeoDataFrame({"land_use_code": codes}, geometry=cells, crs=CRS)
    plots.index = [f"P{place}" for place in range(len(cells))]
    audit = land_balance(plots).audit
    assert audit["kind"].tolist() == ["gap"]
    assert audit.loc[0, "area_m2"] == pytest.approx(500)
    assert len(audit.loc[0, "ids"].split(";")) == 200


def test_ledger_reconciles() -> None:
    """The sum of the parcels is the ground they cover plus what is counted twice."""
    plots = town(["0701", "1001", None])
    plots.geometry = [box(0, 0, 100, 100), box(50, 0, 150, 100), None]
    row = land_balance(plots).ledger.loc["present"]
    assert (row["parcels"], row["unplaced"]) == (3, 1)
    assert row["sum_m2"] == row["ground_m2"] + row["overlap_m2"] == 20_000
    assert row["overlap_m2"] == 5000


def test_boundary_shows_what_is_missing() -> None:
    """Where the data end is no gap between parcels but ground without data."""
    boundary = gpd.GeoDataFrame(geometry=[box(0, 0, 500, 100)], crs=CRS)
    balance = land_balance(town(["0701", "1001"]), boundary=boundary)
    assert balance.ledger.loc["present", ["gap_m2", "uncovered_m2"]].tolist() == [0, 30_000]
    assert balance.audit.empty
    plots = town(["0701", "1001"])
    plots.geometry = [box(0, 0, 100, 100), box(100.5, 0, 500, 100)]
    slit = land_balance(plots, boundary=boundary)
    assert slit.audit[["kind", "area_m2"]].to_numpy().tolist() == [["gap", 50.0]]
    assert slit.ledger.loc["present", ["gap_m2", "uncovered_m2"]].tolist() == [50, 0]


def test_what_overlaps_counts_once() -> None:
    """Two hectares that share half a hectare are 1.5 ha of ground, whose percent sum to 100."""
    plots = town(["0701", "1001"])
    plots.geometry = [box(0, 0, 100, 100), box(50, 0, 150, 100)]
    balance = land_balance(plots, population=100)
    assert balance.table["present_ha"].to_dict() == {"07": 1.0, "10": 1.0, OVERLAP: -0.5}
    assert balance.table["present_percent"].tolist() == [66.67, 66.67, -33.34]
    assert balance.total.tolist() == [1.5, 100.0, 150.0]
    assert balance.table.loc[OVERLAP, "name_zh"] == "减：重复压盖"


def test_both_dates_have_the_same_ground() -> None:
    """A planned parcel that sticks out 0.5 ha: the present does not cover that; nothing grows."""
    present = town(["0701", "1001"])
    planned = town(["1401", "0901"], [100, 150])
    balance = land_balance(present, planned)
    assert balance.table.loc[NONE, ["present_ha", "planned_ha", "change_ha"]].tolist() == [
        0.5, 0.0, -0.5,
    ]  # fmt: skip
    assert balance.table.loc[NONE, "name_zh"] == "现状资料未覆盖"
    assert balance.total.to_dict() == {
        "present_ha": 2.5, "present_percent": 100.0, "planned_ha": 2.5, "planned_percent": 100.0,
        "change_ha": 0.0, "change_points": 0.0,
    }  # fmt: skip
    back = land_balance(planned, present)
    assert back.table.loc[NONE, "name_zh"] == "规划未覆盖"
    assert back.transition.loc["09"].to_dict() == {"07": 0.0, "10": 1.0, NONE: 0.5}


def test_transition_closes_over_overlaps_and_open_ground() -> None:
    """Both dates overlap themselves and miss ground: every line sums to that of the table."""
    present, planned = town(["0701", "1001"]), town(["0901", "1401"])
    present.geometry = [box(0, 0, 100, 100), box(50, 0, 150, 100)]  # twice on 50 to 100
    planned.geometry = [box(60, 0, 170, 100), box(90, 0, 200, 100)]  # twice on 90 to 170
    balance = land_balance(present, planned)
    moved, table = balance.transition, balance.table
    assert moved.sum(axis=1).to_dict() == pytest.approx(table["present_ha"][moved.index].to_dict())
    assert moved.sum().to_dict() == pytest.approx(table["planned_ha"][moved.columns].to_dict())
    assert balance.total[["present_ha", "planned_ha"]].tolist() == pytest.approx([2.0, 2.0])
    assert moved.loc[OVERLAP].to_dict() == pytest.approx(
        {"09": -0.4, "14": -0.1, NONE: -0.1, OVERLAP: 0.1}
    )
    assert moved.loc[NONE].to_dict() == pytest.approx(
        {"09": 0.2, "14": 0.5, NONE: 0.0, OVERLAP: -0.2}
    )
    classes = moved.drop(index=OVERLAP, columns=OVERLAP)
    assert (classes >= 0).all(axis=None)


def test_no_unit_is_larger_than_its_ground() -> None:
    """Overlaps and open ground are told in the unit where they lie, and units may overlap."""
    present = town(["0701", "1001"])
    present.geometry = [box(0, 0, 100, 100), box(50, 0, 150, 100)]
    planned = town(["1401"], [200])
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 80, 100), box(60, 0, 180, 100)], index=["W", "E"], crs=CRS
    )
    table = land_balance(present, planned, units=units).by_unit
    sums = table.groupby(level=0)[["present_ha", "planned_ha"]].sum()
    assert sums.loc["W"].tolist() == pytest.approx([0.8, 0.8])
    assert sums.loc["E"].tolist() == pytest.approx([1.2, 1.2])
    assert sums.loc[NONE].tolist() == pytest.approx([0.2, 0.2])
    assert table.loc[("W", OVERLAP), "present_ha"] == pytest.approx(-0.3)
    assert table.loc[("E", OVERLAP), "present_ha"] == pytest.approx(-0.4)
    assert table.loc[("E", NONE), "present_ha"] == pytest.approx(0.3)
    assert table.groupby(level=0)["present_percent"].sum().tolist() == pytest.approx([100] * 3)


def test_fewer_people_than_one_are_refused() -> None:
    """A population of 1e-300 would give endless square metres a head."""
    with pytest.raises(SchemaError) as caught:
        land_balance(town(["0701"]), population=1e-300)
    assert caught.value.key == "parcels_population_below_one"
    assert land_balance(town(["0701"]), population=1).total["present_m2_per_head"] == 10_000


def test_balance_of_each_unit() -> None:
    """A parcel on a border counts on both sides with its part; the rest is outside of all."""
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 150, 100), box(150, 0, 180, 100)], index=["W", "E"], crs=CRS
    )
    table = land_balance(town(["0701", "1001"]), units=units).by_unit
    assert table.loc[("W", "07"), "present_ha"] == pytest.approx(1.0)
    assert table.loc[("W", "10"), "present_percent"] == 33.33
    assert table.loc[("E", "10"), "present_percent"] == 100.0
    assert table.loc[(NONE, "10"), "present_ha"] == pytest.approx(0.2)


def test_gb50137_has_its_own_classes() -> None:
    """Older plans are balanced by the classes they were drawn with."""
    balance = land_balance(town(["R2", "G1"]), rules=BalanceRules(edition="GB50137"))
    assert balance.table["name_zh"].to_dict() == {"G": "绿地与广场用地", "R": "居住用地"}


def test_bad_questions_are_refused() -> None:
    """Degrees, a fourth level, people below one, repeated parcels."""
    plots = town(["0701", "1001"])
    with pytest.raises(CRSError):
        land_balance(plots.to_crs(4490))
    with pytest.raises(SchemaError, match="level"):
        land_balance(plots, level=4)
    with pytest.raises(SchemaError):
        land_balance(plots, population=0)
    with pytest.raises(SchemaError, match="P0"):
        land_balance(plots.iloc[[0, 0]])


def _blocks(seed: int, count: int, prefix: str) -> gpd.GeoDataFrame:
    """Return irregular blocks that fill 800 m by 600 m, one of them with a hole in it."""
    spots = np.random.default_rng(seed).uniform((0, 0), (800, 600), (count, 2))
    ground = box(0, 0, 800, 600)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(spots), extend_to=ground))
    shapes = shapely.intersection(cells, ground)
    whole = int(np.argmax(shapely.area(shapes)))
    shapes[whole] = shapes[whole].difference(shapes[whole].centroid.buffer(8, quad_segs=40))
    codes = [("0701", "0901", "1401")[number % 3] for number in range(count)]
    index = [f"{prefix}{number}" for number in range(count)]
    moved = shapely.transform(shapes, lambda xy: np.add(xy, (460_000, 4_860_000)))
    return gpd.GeoDataFrame({"land_use_code": codes}, geometry=moved, index=index, crs=4551)


@pytest.mark.parametrize("seed", [3, 11])
def test_pieces_agree_with_an_overlay(seed: int) -> None:
    """The ground on which both dates meet is what an overlay cuts, piece by piece."""
    old, new = _blocks(seed, 40, "O"), _blocks(seed + 1, 60, "N")
    found = land_balance(old, new).pieces.set_index(["present", "planned"])["area_m2"]
    left, right = old.reset_index(names="present"), new.reset_index(names="planned")
    cut = gpd.overlay(left[["present", "geometry"]], right[["planned", "geometry"]])
    expected = cut.assign(area_m2=cut.area).groupby(["present", "planned"])["area_m2"].sum()
    expected = expected[expected >= 0.01]
    assert found.index.sort_values().equals(expected.index.sort_values())
    assert (found.sort_index() - expected.sort_index()).abs().max() < 1e-6
