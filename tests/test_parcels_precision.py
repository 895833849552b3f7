"""Figures of parcels are written with the digits that their band bears."""

import math

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from erdao_gis.parcels import ParcelFacts, cannot_tell, facts_borne, facts_of_parcels
from erdao_gis.parcels.facts.facts_tables import facts_table
from erdao_gis.parcels.facts.precision import borne


def written(*figures: float) -> tuple[float, ...]:
    """Write one figure with its band."""
    return tuple(float(part[0]) for part in borne(*(np.array([one]) for one in figures)))


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ((54.1472, 54.1472, 54.1472), (54.15, 54.14, 54.15)),  # exact: two decimals
        ((54.1472, 53.7, 54.6), (54.15, 53.7, 54.6)),
        ((54.1472, 52.03, 56.01), (54.1, 52.0, 56.1)),
        ((54.1472, 10.4, 99.2), (54, 10, 100)),
        ((50, 30.000000000000004, 70), (50, 30, 70)),
        ((412.3, 312.3, 512.3), (410, 310, 520)),
        ((18_000, 12_600, 21_957), (18_000, 12_600, 22_000)),
        ((0, 0, 3000), (0, 0, 3000)),
    ],
)
def test_the_last_digit_is_a_tenth_of_the_band(
    given_: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    """Under 1 two decimals, from 1 one, from 10 units, from 100 tens; the band is rounded out."""
    assert written(*given_) == pytest.approx(expected)


@given(st.floats(0, 1e6), st.floats(0, 1e5), st.floats(0, 1e5))
def test_written_bands_hold_the_true_ones(value: float, below: float, above: float) -> None:
    """Nothing is narrower than it is, no figure leaves its band, and ten steps fit into it."""
    low, high = max(value - below, 0.0), value + above
    figure, least, most = written(value, low, high)
    assert least <= low + 1e-6 * max(1, low)
    assert most >= high - 1e-6 * max(1, high)
    assert least - 1e-6 <= figure <= most + 1e-6
    step = max(10.0 ** (math.floor(math.log10(high - low)) - 1), 0.01) if high - low >= 1 else 0.01
    assert abs(figure - value) <= step / 2 * (1 + 1e-6) + 1e-9


def test_missing_figures_stay_missing() -> None:
    """A figure that nobody knows has no digits; of a share that lacks its most may be known."""
    assert all(math.isnan(one) for one in written(math.nan, math.nan, math.nan))
    figure, low, high = written(math.nan, 0, 20)
    assert math.isnan(figure)
    assert (low, high) == (0, 20)


def test_nothing_is_told_of_nought_to_a_hundred() -> None:
    """Both ends must be reached."""
    assert cannot_tell(np.array([0.0, 0, 1, np.nan]), np.array([100.0, 99, 100, 100])).tolist() == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> ParcelFacts:
    """Tell the facts of a parcel in the development zone, which is known to 3,000 m."""
    shapes = [box(453_500, 4_862_000, 453_600, 4_862_100)]
    return facts_of_parcels(
        parcels=gpd.GeoDataFrame({"name_zh": ["甲"]}, geometry=shapes, index=["A"], crs=4551)
    )


def test_a_zone_known_to_3000_m_cannot_be_told(found: ParcelFacts) -> None:
    """Words in place of a percentage, in both languages; the data keep figure and band."""
    zh, en = (facts_table(found, language).iloc[0] for language in ("zh", "en"))
    assert zh["所在功能分区"] == "ZN02 开发区，界线 ±3,000 米，不能定"
    assert en["Zone"].endswith("its outline is known to ±3,000 m, so it cannot be told")
    assert np.isnan(zh["在该功能分区内的面积比例（%）"])
    assert zh["在该功能分区内的面积比例（%），最小"] == 0
    assert zh["在该功能分区内的面积比例（%），最大"] == 100
    data = facts_table(found, "zh", codes=True).iloc[0]
    assert data["在该功能分区内的面积比例"] == found.facts.loc["A", "zones_share"] == 1
    assert data["在该功能分区内的面积比例，最小"] == 0


def test_metres_to_a_station_known_to_100_m_are_tens(found: ParcelFacts) -> None:
    """The workbook has no more digits than a tenth of 200 m; the facts keep all."""
    heading = "至最近地铁站直线距离（米）"
    row = facts_table(found, "zh").iloc[0]
    exact = found.facts.loc["A", "metro_stations_m"]
    assert row[heading] == round(exact, -1) != exact
    assert row[f"{heading}，最小"] == math.floor((exact - 100) / 10) * 10
    assert row[f"{heading}，最大"] == math.ceil((exact + 100) / 10) * 10


def test_layers_without_a_place_have_no_columns_of_bands(found: ParcelFacts) -> None:
    """What says no more than the figure itself is left out; the facts have all columns."""
    columns = set(facts_table(found, "zh").columns)
    assert "在该街道（镇）内的面积比例（%），最小" not in columns
    assert "所在街道（镇），界线误差内可能" not in columns
    assert {"subdistricts_share_low", "subdistricts_possible"} <= set(found.facts.columns)
    assert facts_borne(found.facts).columns.equals(found.facts.columns)
