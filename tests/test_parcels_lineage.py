"""Parcels split, merged and renumbered, and asked where they came from."""

import random
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import LineString, box

from erdao_gis.analysis.lineage.ancestry import lineage, parcels_on
from erdao_gis.analysis.lineage.compared_states import compare_parcels
from erdao_gis.analysis.lineage.split_and_merge import (
    ParcelBook,
    merge_parcels,
    open_book,
    renumber,
    split_parcel,
)
from erdao_gis.errors import ErdaoError, GeometryError, SchemaError

PLOTS = gpd.GeoDataFrame(
    {"land_use_code": ["0701", "0901"], "area_m2": [300.0, 100.0], "start_price": [5.0, 5.0]},
    geometry=[box(0, 0, 30, 10), box(30, 0, 40, 10)],
    index=["A", "B"],
    crs="EPSG:4551",
)
AT_TEN = LineString([(10, -5), (10, 15)])


def test_split_divides_the_stated_area_and_voids_the_price() -> None:
    """A 30 m by 10 m parcel cut at 10 m gives a third and two thirds."""
    book = split_parcel(PLOTS, "A", AT_TEN, date="2024-01-02", new_codes=["A1", "A2"])
    heirs = book.parcels.loc[["A1", "A2"]]
    assert heirs["area_m2"].round(9).tolist() == [100.0, 200.0]
    assert heirs["land_use_code"].tolist() == ["0701", "0701"]
    assert heirs["start_price"].isna().all()


def test_operations_are_a_flat_table() -> None:
    """Each pair of an old and a new parcel is a row with the area that went this way."""
    book = split_parcel(PLOTS, "A", AT_TEN, date="2024-01-02", new_codes=["A1", "A2"])
    book = merge_parcels(book, ["A2", "B"], date="2024-03-01", new_code="C")
    rows = book.operations[["step", "kind", "from_id", "to_id", "area_m2"]].to_numpy().tolist()
    assert rows == [
        [1, "split", "A", "A1", 100.0],
        [1, "split", "A", "A2", 200.0],
        [2, "merge", "A2", "C", 200.0],
        [2, "merge", "B", "C", 100.0],
    ]


def test_merging_keeps_only_what_all_agree_on() -> None:
    """Two uses make no use; the stated areas are summed up."""
    merged = merge_parcels(PLOTS, ["A", "B"], date="2024-01-02").parcels.loc["A+B"]
    assert pd.isna(merged["land_use_code"])
    assert merged["area_m2"] == 400.0


def test_ancestors_and_heirs_over_generations() -> None:
    """The grandparent of a merged parcel is found, and the heirs of the grandparent."""
    book = split_parcel(PLOTS, "A", AT_TEN, date="2024-01-02", new_codes=["A1", "A2"])
    book = merge_parcels(book, ["A2", "B"], date="2024-03-01", new_code="C")
    book = renumber(book, "C", "D", date="2024-03-01")
    ancestors = lineage(book, "D")
    assert ancestors["generation"].to_dict() == {"C": 1, "A2": 2, "B": 2, "A": 3}
    heirs = lineage(book, "A")
    assert heirs.loc[heirs["in_force"]].index.tolist() == ["A1", "D"]


def test_parcels_of_an_earlier_day_come_back() -> None:
    """At the end of the day before the merger both parts are in force."""
    book = split_parcel(PLOTS, "A", AT_TEN, date="2024-01-02", new_codes=["A1", "A2"])
    book = merge_parcels(book, ["A2", "B"], date="2024-03-01", new_code="C")
    assert sorted(parcels_on(book, "2024-02-29").index) == ["A1", "A2", "B"]
    assert sorted(parcels_on(book, "2023-12-31").index) == ["A", "B"]
    assert sorted(parcels_on(book, "2024-03-01").index) == ["A1", "C"]


def test_two_dates_compared_by_ground() -> None:
    """Cut, redrawn, gone and new ground is told apart, and its areas add up."""
    after = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), box(10, 0, 30, 10), box(50, 0, 60, 10)],
        index=["A1", "A2", "N"],
        crs="EPSG:4551",
    )
    table = compare_parcels(PLOTS, after)
    assert table["change"].tolist() == ["split", "split", "gone", "new"]
    assert table.loc[table["from_id"].notna(), "area_m2"].sum() == pytest.approx(400.0)


def test_thousand_random_operations_keep_the_area() -> None:
    """However often parcels are cut and united, the ground stays and nothing overlaps."""
    chance = random.Random(5)  # noqa: S311 - a repeatable walk, no secret
    shapes = [box(449900 + 60 * k, 4861200, 449960 + 60 * k, 4861290) for k in range(4)]
    plots = gpd.GeoDataFrame(geometry=shapes, index=list("ABCD"), crs="EPSG:4551")
    book, whole = open_book(plots), float(plots.area.sum())
    for step in range(1000):
        book = _random_operation(book, chance, step)
    assert float(book.parcels.area.sum()) == pytest.approx(whole, rel=1e-6)
    union = shapely.union_all(book.parcels.geometry.to_numpy(), grid_size=1e-6)
    assert union.area == pytest.approx(whole, rel=1e-6)
    assert int(book.operations["step"].iloc[-1]) == 1000


def _random_operation(book: ParcelBook, chance: random.Random, step: int) -> ParcelBook:
    """Cut a parcel through its inside or, if there are many, unite one with a neighbour."""
    parcels = book.parcels
    if len(parcels) > 24 or (len(parcels) > 8 and chance.random() < 0.5):
        code = parcels.area.idxmin()
        near = parcels.geometry[code].buffer(0.001)  # a cut ends on a neighbour's edge, nearly
        shared = parcels.geometry.drop(code).intersection(near).area
        codes = [code, shared.idxmax()]
        return merge_parcels(book, codes, date="2025-01-01", new_code=f"m{step}")
    code = chance.choice(parcels.index[parcels.area > 100].tolist())
    shape = parcels.geometry[code]
    middle = shape.representative_point()
    dx, dy = chance.uniform(-1, 1), chance.uniform(-1, 1) or 1.0
    reach = 500 / (abs(dx) + abs(dy))
    line = LineString(
        [
            (middle.x - dx * reach, middle.y - dy * reach),
            (middle.x + dx * reach, middle.y + dy * reach),
        ]
    )
    return split_parcel(book, code, line, date="2025-01-01")


DAY = {"date": "2024-01-01"}
PAIR = {"date": "2024-01-01", "new_codes": ["B", "x"]}


def test_a_book_is_taken_up_from_its_tables() -> None:
    """Parcels, operations and retired parcels are frames that can be kept in files."""
    book = split_parcel(PLOTS, "A", AT_TEN, date="2024-01-02", new_codes=["A1", "A2"])
    again = open_book(book.parcels, book.operations, book.retired)
    again = merge_parcels(again, ["A2", "B"], date="2024-03-01", new_code="C")
    assert lineage(again, "C").index.tolist() == ["A2", "B", "A"]
    assert sorted(parcels_on(again, "2023-12-31").index) == ["A", "B"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda: split_parcel(PLOTS, "Z", AT_TEN, **DAY), "parcels_no_such"),
        (lambda: split_parcel(PLOTS, "B", AT_TEN, **DAY), "parcels_not_cut"),
        (lambda: split_parcel(PLOTS, "A", AT_TEN, **DAY, new_codes=["x"]), "parcels_wrong_count"),
        (lambda: split_parcel(PLOTS, "A", AT_TEN, **PAIR), "parcels_code_taken"),
        (lambda: split_parcel(PLOTS, "A", AT_TEN, date="2024-02-30"), "parcels_bad_date"),
        (lambda: merge_parcels(PLOTS, ["A", "A"], **DAY), "parcels_merge_too_few"),
        (lambda: renumber(PLOTS, "A", "B", **DAY), "parcels_code_taken"),
        (lambda: lineage(PLOTS, "Z"), "parcels_no_such"),
        (lambda: open_book(PLOTS.to_crs(4490)), "measure_in_degrees"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(change: Callable[[], object], key: str) -> None:
    """Each refusal has its own message."""
    with pytest.raises(ErdaoError) as caught:
        change()
    assert caught.value.key == key
    assert caught.value.message("zh")


def test_parcels_that_only_meet_at_a_corner_are_not_merged() -> None:
    """A corner is no border."""
    plots = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), box(10, 10, 20, 20)], index=["A", "B"], crs="EPSG:4551"
    )
    with pytest.raises(GeometryError, match="A, B"):
        merge_parcels(plots, ["A", "B"], date="2024-01-01")


def test_dates_run_forward() -> None:
    """An operation before the last one is refused: the order of the table is its history."""
    book = renumber(PLOTS, "A", "C", date="2024-05-01")
    with pytest.raises(SchemaError) as caught:
        renumber(book, "C", "D", date="2024-04-30")
    assert caught.value.facts["last"] == "2024-05-01"


def test_a_parcel_of_two_parts_is_merged_with_one_that_touches_it() -> None:
    """The part that lies apart stays a part; a parcel that touches neither is refused."""
    two = shapely.MultiPolygon([box(0, 0, 10, 10), box(50, 0, 60, 10)])
    plots = gpd.GeoDataFrame(
        geometry=[two, box(10, 0, 20, 10), box(20, 0, 50, 10), box(80, 0, 90, 10)],
        index=["A", "B", "C", "D"],
        crs="EPSG:4551",
    )
    book = merge_parcels(plots, ["B", "A"], date="2024-01-01", new_code="AB")
    assert (book.parcels.geometry["AB"].area, len(book.parcels.geometry["AB"].geoms)) == (300.0, 2)
    book = merge_parcels(book, ["AB", "C"], date="2024-01-01", new_code="W")
    assert book.parcels.geometry["W"].equals(box(0, 0, 60, 10))
    with pytest.raises(GeometryError, match="D"):
        merge_parcels(plots, ["A", "B", "C", "D"], date="2024-01-01")


def test_ground_gained_or_lost_for_good_is_redrawn() -> None:
    """A parcel that grew was not merged, and one that lost a strip was not split."""
    old = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10), box(20, 0, 30, 10)], index=["G", "L"],
                           crs="EPSG:4551")  # fmt: skip
    new = gpd.GeoDataFrame(geometry=[box(0, 0, 12, 10), box(20, 0, 28, 10)], index=["G", "L"],
                           crs="EPSG:4551")  # fmt: skip
    table = compare_parcels(old, new)
    rows = table[["change", "area_m2", "shared_m2", "gone_m2", "new_m2"]].to_numpy().tolist()
    assert rows == [["redrawn", 20.0, 100.0, 0.0, 20.0], ["redrawn", 20.0, 80.0, 20.0, 0.0]]
