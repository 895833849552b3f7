"""Levels and units of a balance are sums of ground that is measured once."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from erdao_gis.analysis import (
    BalanceGround,
    balance_at,
    balance_ground,
    balance_within,
    land_balance,
    units_ground,
)
from erdao_gis.analysis.balance.dated_parcels import NO_CLASSES, NONE
from erdao_gis.analysis.balance.ground import LEVELS
from erdao_gis.analysis.balance.land_balance import OVERLAP

CODES = ["0701", "070102", "07", "0901", "090101", "080403", "0803", "16", None, "0799"]
UNITS = gpd.GeoDataFrame(
    geometry=[box(0, -50, 310, 400), box(310, -50, 640, 400)], index=["z", "E"], crs=4551
)
"""Two units that do not overlap, and ground east of both."""
TOLERANCE = {"abs": 1e-6}  # hectares: rounding along borders is not counted


def blocks(seed: int, count: int, *, west: float = 0.0, wider: float = 0.0) -> gpd.GeoDataFrame:
    """Lay irregular blocks from a point on; widened ones overlap their neighbours."""
    chance = np.random.default_rng(seed)
    ground = box(west, 0, west + 700, 300)
    spots = shapely.MultiPoint(chance.uniform((west, 0), (west + 700, 300), (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=ground))
    shapes = shapely.intersection(cells, ground)
    shapes[0] = shapely.buffer(shapes[0], wider, join_style="mitre")
    index = [f"{count}-{number}" for number in range(count)]
    codes = pd.Series(chance.choice(np.array(CODES, object), count), index=index, dtype=object)
    return gpd.GeoDataFrame({"land_use_code": codes}, geometry=shapes, index=index, crs=4551)


def at_level(codes: "pd.Series[str]", level: int) -> "pd.Series[str]":
    """Cut codes to two digits a level, as the standard does; what has none is unclassified."""
    known = codes.notna() & (codes != "0799")
    return codes.str[: 2 * level].where(known, "unclassified")


@st.composite
def grounds(draw: Callable[..., int]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, BalanceGround]:
    """Draw two dates, perhaps on other ground and with an overlap, and measure them."""
    old = blocks(draw(st.integers(0, 99)), draw(st.integers(2, 12)))
    new = blocks(
        draw(st.integers(100, 199)), draw(st.integers(13, 20)),
        west=draw(st.sampled_from([0.0, 60.0])), wider=draw(st.sampled_from([0.0, 7.0])),
    )  # fmt: skip
    return old, new, balance_ground(old, new)


Dates = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, BalanceGround]


@settings(max_examples=25)
@given(grounds())
def test_coarser_levels_are_sums_of_the_finest(dates: Dates) -> None:
    """Hectares of a class are those of its parts, at both dates, and the total never changes."""
    finest = balance_at(dates[2], 3)
    parts = finest.table[["present_ha", "planned_ha"]]
    for level in LEVELS:
        found = balance_at(dates[2], level)
        upper = [code if code in NO_CLASSES else code[: 2 * level] for code in parts.index]
        sums = parts.groupby(np.array(upper)).sum()
        table = found.table[["present_ha", "planned_ha"]]
        pd.testing.assert_frame_equal(table.sort_index(), sums, check_names=False)
        assert found.total["present_ha"] == pytest.approx(finest.total["planned_ha"])


@settings(max_examples=25)
@given(grounds())
def test_transitions_sum_to_the_table_at_every_level(dates: Dates) -> None:
    """Rows sum to the present and columns to the plan, whatever overlaps or is missing."""
    for level in LEVELS:
        found = balance_at(dates[2], level)
        lines = zip(("present_ha", "planned_ha"), (1, 0), strict=True)
        for column, axis in lines:
            sums = found.transition.sum(axis=axis)
            table = found.table[column].reindex(sums.index, fill_value=0.0)
            assert sums.to_dict() == pytest.approx(table.to_dict(), **TOLERANCE)
            others = found.table[column].drop(sums.index, errors="ignore")
            assert (others == 0).all()


@settings(max_examples=25)
@given(grounds())
def test_units_sum_to_the_whole_at_every_level(dates: Dates) -> None:
    """Units that do not overlap and what lies outside of them make up each line."""
    shared = units_ground(dates[2], UNITS)
    for level in LEVELS:
        found, table = balance_within(dates[2], shared, level), balance_at(dates[2], level).table
        sums = found.groupby(level="code").sum()
        for column in ("present_ha", "planned_ha", "change_ha"):
            whole = table[column][table[column].abs() >= 1e-6].to_dict()
            parts = sums[column][sums[column].abs() >= 1e-6].to_dict()
            assert parts == pytest.approx(whole, **TOLERANCE)
        percent = found.groupby(level="unit")[["present_percent", "planned_percent"]].sum()
        assert (percent.round(6).isin([0, 100])).all(axis=None)


@settings(max_examples=15)
@given(grounds(), st.sampled_from(LEVELS))
def test_a_level_is_what_a_plain_overlay_gives(dates: Dates, level: int) -> None:
    """Classes, transitions and units of a level against geopandas, without any grouping of ours."""
    old, new, _ = dates
    found = land_balance(old, new, level=level, units=UNITS)
    codes = {date: at_level(frame["land_use_code"], level) for date, frame in
             (("present", old), ("planned", new))}  # fmt: skip
    for date, frame in (("present", old), ("planned", new)):
        areas = (frame.area.groupby(codes[date]).sum() / 1e4).to_dict()
        lines = found.table[f"{date}_ha"].drop([NONE, OVERLAP], errors="ignore")
        assert lines[lines > 0].to_dict() == pytest.approx(areas)
    left = old[["geometry"]].assign(old=codes["present"])
    right = new[["geometry"]].assign(new=codes["planned"])
    cut = left.overlay(right, how="intersection")
    moved = cut.area.groupby([cut["old"], cut["new"]]).sum() / 1e4
    for (before, after), hectares in moved.items():
        cell = found.transition.loc[before, after]
        assert cell == pytest.approx(hectares, **TOLERANCE)
    units = UNITS.rename_axis("unit").reset_index()
    inside = left.overlay(units, how="intersection")
    sums = inside.area.groupby([inside["unit"], inside["old"]]).sum() / 1e4
    for key, hectares in sums[sums > 1e-6].items():
        assert found.by_unit.loc[key, "present_ha"] == pytest.approx(hectares, **TOLERANCE)


def test_summing_touches_no_outline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once ground and units are measured, levels need neither outlines nor areas."""
    ground = balance_ground(blocks(1, 9), blocks(2, 14, west=60))
    shared = units_ground(ground, UNITS)

    def refuse(*_given: object, **_more: object) -> None:
        pytest.fail("an outline was measured again")

    for name in ("area", "intersection", "difference", "union_all", "buffer"):
        monkeypatch.setattr(shapely, name, refuse)
    monkeypatch.setattr("erdao_gis.analysis.balance.ground.paired_area", refuse)
    for level in LEVELS:
        assert len(balance_at(ground, level).table)
        assert len(balance_within(ground, shared, level))


def test_units_and_lines_keep_their_order() -> None:
    """Units stand in the order of their layer, ground outside last; classes before the rest."""
    ground = balance_ground(blocks(1, 9), blocks(2, 14, west=60, wider=7))
    table = balance_within(ground, units_ground(ground, UNITS))
    assert table.index.get_level_values("unit").unique().tolist() == ["z", "E", NONE]
    for _, part in table.groupby(level="unit"):
        codes = part.index.get_level_values("code").tolist()
        classes = [code for code in codes if code not in NO_CLASSES]
        assert codes == sorted(classes) + [code for code in NO_CLASSES if code in codes]


def test_shares_are_percent_of_the_class() -> None:
    """Of 4 ha of homes one parcel is 1 ha: 25 % at the first level, all of it at the second."""
    plots = gpd.GeoDataFrame(
        {"land_use_code": ["0701", "0702"]},
        geometry=[box(0, 0, 100, 100), box(100, 0, 400, 100)], index=["A", "B"], crs=4551,
    )  # fmt: skip
    ground = balance_ground(plots)
    assert [balance_at(ground, level).shares.tolist() for level in (1, 2)] == [
        [25.0, 75.0], [100.0, 100.0],
    ]  # fmt: skip
