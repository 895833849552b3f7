"""Mix of land use."""

import math

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from erdao_gis.analysis import land_use_mix
from erdao_gis.errors import GeometryError, SchemaError

UNIT = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs="EPSG:4551")


def land(*rows: tuple[object, int, int]) -> gpd.GeoDataFrame:
    """Make strips of land from west to east: code, from, to."""
    codes = [row[0] for row in rows]
    strips = [box(row[1], 0, row[2], 100) for row in rows]
    return gpd.GeoDataFrame({"land_use_code": codes}, geometry=strips, crs="EPSG:4551")


def test_equal_parts_are_fully_mixed() -> None:
    """Four classes of a quarter each have the mix 1."""
    found = land_use_mix(UNIT, land(("07", 0, 25), ("08", 25, 50), ("09", 50, 75), ("14", 75, 100)))
    assert found["land_use_mix"][0] == pytest.approx(1.0)
    assert found["classes"][0] == 4


def test_unequal_parts_by_hand() -> None:
    """Three quarters and one quarter: -(0.75 ln 0.75 + 0.25 ln 0.25) / ln 2."""
    found = land_use_mix(UNIT, land(("07", 0, 75), ("09", 75, 100)))
    by_hand = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    assert found["land_use_mix"][0] == pytest.approx(by_hand)


def test_codes_of_one_class_are_one() -> None:
    """0701 and 0702 are both residential at the first level, and two classes at the second."""
    layer = land(("0701", 0, 50), ("0702", 50, 100), ("09", 200, 300))
    assert land_use_mix(UNIT, layer)["land_use_mix"][0] == 0.0
    assert land_use_mix(UNIT, layer, digits=4)["classes"][0] == 2


def test_unclassified_land_gives_no_mix() -> None:
    """Where land has no class the mix is not known, and the share that has one is told."""
    found = land_use_mix(UNIT, land(("07", 0, 30), ("09", 30, 60)))
    assert np.isnan(found["land_use_mix"][0])
    assert found["classified_share"][0] == pytest.approx(0.6)


def test_overlapping_classes_are_refused() -> None:
    """One piece of land cannot have two classes."""
    with pytest.raises(GeometryError) as caught:
        land_use_mix(UNIT, land(("07", 0, 60), ("09", 50, 100)))
    assert caught.value.facts["ids"] == "0"


def test_numeric_codes_are_refused() -> None:
    """701 is not 0701."""
    with pytest.raises(SchemaError):
        land_use_mix(UNIT, land((701, 0, 50), (901, 50, 100)))


def test_missing_code_is_refused_by_name() -> None:
    """Land without a code is named, not left out."""
    with pytest.raises(SchemaError) as caught:
        land_use_mix(UNIT, land(("0701", 0, 50), (None, 50, 100)))
    assert caught.value.facts["ids"] == "1"


def test_one_class_in_the_whole_layer_has_no_mix() -> None:
    """With a single class nothing can be mixed: no figure rather than 0/0."""
    assert np.isnan(land_use_mix(UNIT, land(("07", 0, 100)))["land_use_mix"][0])
