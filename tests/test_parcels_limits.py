"""Parcels held against their limits."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from erdao_gis.analysis.facts.audit import audit_parcels
from erdao_gis.analysis.facts.limit_breaches import check_limits
from erdao_gis.errors import SchemaError

HOME = {
    "land_use_code": "0701",
    "floor_area_ratio_max": 2.0,
    "floor_area_ratio_min": 1.0,
    "building_density_max": 30.0,
    "green_ratio_min": 35.0,
    "height_max_m": 54.0,
}
BUILT = {
    "floor_area_ratio": 1.5,
    "building_density": 25.0,
    "green_ratio": 40.0,
    "height_m": 54.0,
}


def states(**changes: object) -> dict[str, str]:
    """Check one parcel and return the state of each limit."""
    rows = check_limits(pd.DataFrame([HOME | BUILT | changes], index=["A"]))
    return dict(zip(rows["limit"], rows["state"], strict=True))


def test_all_limits_met() -> None:
    """A height that equals its limit meets it, and 25 % + 40 % fit."""
    assert set(states().values()) == {"met"}


@pytest.mark.parametrize(
    ("changes", "limit", "state"),
    [
        ({"floor_area_ratio": 2.01}, "floor_area_ratio_max", "exceeded"),
        ({"floor_area_ratio": 0.9}, "floor_area_ratio_min", "below"),
        ({"building_density": 31}, "building_density_max", "exceeded"),
        ({"green_ratio": 34.9}, "green_ratio_min", "below"),
        ({"height_m": 54.5}, "height_max", "exceeded"),
        ({"building_density": 65, "green_ratio": 40}, "density_and_green", "exceeded"),
        ({"building_density_max": 70}, "density_and_green_limits", "reversed"),
        ({"height_m": None}, "height_max", "no_value"),
        ({"height_max_m": None}, "height_max", "no_bound"),
        ({"floor_area_ratio_min": 2.5}, "floor_area_ratio_max", "reversed"),
        ({"land_use_code": "M1", "green_ratio_min": None}, "industrial_green_max", "exceeded"),
        ({"land_use_code": "100101"}, "green_ratio_min", "reversed"),
    ],
)
def test_each_limit_has_its_side(changes: dict[str, object], limit: str, state: str) -> None:
    """Maxima are exceeded, minima fallen below, and what contradicts itself judges nothing."""
    assert states(**changes)[limit] == state


def test_gb50137_industry_is_industry() -> None:
    """M2 land has the green maximum of industrial land."""
    found = states(land_use_code="M2", green_ratio=15, green_ratio_min=None)
    assert found["industrial_green_max"] == "met"


def test_homes_have_no_green_maximum() -> None:
    """The limit of 20 % is not asked of residential land at all."""
    assert "industrial_green_max" not in states()


def test_rows_follow_the_parcels_and_count_up() -> None:
    """Every parcel has its seven rows, in the order given, and the ledger counts all."""
    parcels = pd.DataFrame([HOME | BUILT] * 2, index=["B", "A"])
    rows = check_limits(parcels)
    assert rows["parcel"].unique().tolist() == ["B", "A"]
    assert rows.attrs["ledger"] == {"met": 14}


def test_values_may_stand_apart() -> None:
    """Measured values on the same index take the place of the columns."""
    parcels = pd.DataFrame([HOME], index=["A"])
    rows = check_limits(parcels, values=pd.DataFrame({"height_m": [60.0]}, index=["A"]))
    assert rows.loc[rows["limit"] == "height_max", "state"].tolist() == ["exceeded"]


def test_the_norm_can_be_corrected() -> None:
    """What could not be confirmed is a parameter and says so."""
    parcels = pd.DataFrame([{"land_use_code": "1001", "green_ratio": 18.0}], index=["A"])
    rows = check_limits(parcels, industrial_green_max=15).set_index("limit")
    assert rows.loc["industrial_green_max", ["bound", "state", "certainty"]].tolist() == [
        15.0,
        "exceeded",
        "check",
    ]


@pytest.mark.parametrize("limit", ["floor_area_ratio_min", "building_density_min"])
def test_minima_of_homes_rest_on_the_terms_of_the_grant(limit: str) -> None:
    """The control figures for industrial projects are cited for industrial land alone."""
    rows = [HOME | BUILT | {"building_density_min": 20.0, "land_use_code": code}
            for code in ("070102", "100101", "M1")]  # fmt: skip
    found = check_limits(pd.DataFrame(rows, index=["H", "I", "M"])).set_index(["limit", "parcel"])
    cited = found.loc[limit, "norm_zh"].str.contains("工业项目建设用地控制指标")
    assert cited.to_dict() == {"H": False, "I": True, "M": True}


def test_text_for_a_figure_is_refused_by_name() -> None:
    """A figure that is no number is not taken for a missing one."""
    with pytest.raises(SchemaError, match="A"):
        check_limits(pd.DataFrame([HOME | {"height_max_m": "abc"}], index=["A"]))


def test_values_of_other_parcels_are_refused() -> None:
    """Values are taken row by row, never by position."""
    with pytest.raises(SchemaError) as caught:
        check_limits(pd.DataFrame([HOME], ["A"]), values=pd.DataFrame([BUILT], ["B"]))
    assert caught.value.key == "analysis_other_index"


@pytest.mark.parametrize(
    ("changes", "limit", "state"),
    [
        ({"building_density_min": 25.0}, "building_density_min", "met"),
        ({"building_density_min": 26.0}, "building_density_min", "below"),
        ({"green_ratio_max": 40.0}, "green_ratio_max", "met"),
        ({"green_ratio_max": 39.0}, "green_ratio_max", "exceeded"),
        ({"height_min_m": 55.0, "height_max_m": 60.0}, "height_min", "below"),
        ({"building_density_min": 31.0}, "building_density_max", "reversed"),
        ({"green_ratio_max": 34.0}, "green_ratio_min", "reversed"),
        ({"height_min_m": 54.1}, "height_min", "reversed"),
    ],
)
def test_the_other_sides_are_asked_where_they_are_set(
    changes: dict[str, object], limit: str, state: str
) -> None:
    """Density and height may have a minimum and green a maximum, as on industrial land."""
    assert states(**changes)[limit] == state
    assert limit in states() or limit in ("building_density_min", "green_ratio_max", "height_min")


def test_a_side_that_is_set_for_one_parcel_is_asked_of_that_one_only() -> None:
    """The parcel without the bound has no row for it."""
    parcels = pd.DataFrame([HOME | BUILT, HOME | BUILT | {"green_ratio_max": 45.0}], ["A", "B"])
    rows = check_limits(parcels)
    assert rows.loc[rows["limit"] == "green_ratio_max", "parcel"].tolist() == ["B"]
    assert rows.attrs["ledger"] == {"met": 15}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"building_density_min": 31.0}, "parcels_limits_reversed"),
        ({"green_ratio_max": 34.0}, "parcels_limits_reversed"),
        ({"height_min_m": 55.0}, "parcels_limits_reversed"),
        ({"green_ratio_max": 101.0}, "parcels_bad_figure"),
        ({"building_density_min": 0.3}, "parcels_share_for_percent"),
        ({"height_min_m": -1.0}, "parcels_bad_figure"),
    ],
)
def test_the_audit_knows_the_other_sides(changes: dict[str, float], rule: str) -> None:
    """Reversed, impossible and shares, each with the parcel's code."""
    plot = gpd.GeoDataFrame([HOME | changes], index=["A"], geometry=[box(0, 0, 9, 9)], crs=4551)
    assert [(f.rule, f.feature) for f in audit_parcels(plot).faults] == [(rule, "A")]
