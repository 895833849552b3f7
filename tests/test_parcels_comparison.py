"""Parcels compared: only ground and figures that differ are called a change."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from shapely import LineString, box

from erdao_gis.analysis import compare_parcels
from erdao_gis.catalogue import Dataset, Workspace, create_workspace
from erdao_gis.crs import to_geographic, wgs84_to_gcj02
from erdao_gis.crs.datum import shifted
from erdao_gis.errors import SchemaError, WorkspaceError
from erdao_gis.files import write_features
from erdao_gis.intake import ImportOptions, apply_import, prepare_import
from erdao_gis.parcels import (
    changed_ground,
    compare,
    compare_dates,
    compare_with_file,
    record_merger,
    record_renumbering,
    record_split,
    write_comparison,
)
from erdao_gis.parcels.lineage.comparison_tables import comparison_headings
from erdao_gis.reports.parcel_changes import write_changes_map

X, Y = 460_000, 4_860_000
Box = tuple[float, float, float, float]


def plots(**boxes: Box) -> gpd.GeoDataFrame:
    """Make rectangles on their codes, in metres from the corner of all tests."""
    shapes = [box(X + w, Y + s, X + e, Y + n) for w, s, e, n in boxes.values()]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index(list(boxes), name="id"), crs=4551)


def rows(table: pd.DataFrame) -> list[list[object]]:
    """Give codes, change, area and shared ground of each row."""
    told = table[["from_id", "to_id", "change", "area_m2", "shared_m2"]].round(6)
    return told.astype(object).where(told.notna(), None).to_numpy().tolist()


def place_of(folder: Path, frame: gpd.GeoDataFrame) -> Workspace:
    """Make a workspace with these parcels."""
    place = create_workspace(folder / "plan", fictional=True)
    file = write_features(frame.reset_index(), folder / "in" / "parcels.gpkg")
    apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    return place


LAPPING: Mapping[str, Box] = {"a": (0, 0, 100, 100), "b": (90, 0, 200, 100)}


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ({"a": "a", "b": "b"}, ["unchanged", "unchanged"]),
        ({"a": "a2", "b": "b"}, ["renumbered", "unchanged"]),
        ({"a": "a2", "b": "b2"}, ["renumbered", "renumbered"]),
        ({"a": "b", "b": "a"}, ["renumbered", "renumbered"]),
    ],
)
def test_parcels_that_overlap_as_before_did_not_change(
    codes: dict[str, str], changes: list[str]
) -> None:
    """10 m by 100 m belong to both before and after, whatever the parcels are called."""
    old = plots(**LAPPING)
    table = compare_parcels(old, old.rename(index=codes))
    assert rows(table) == [
        [code, codes[code], change, area, area]
        for (code, area), change in zip({"a": 1e4, "b": 1.1e4}.items(), changes, strict=True)
    ]


def test_an_overlap_that_ends_or_begins_is_one_parcels_change() -> None:
    """The parcel that gave the strip up, or took it, was redrawn by 1000 m2; the other was not."""
    apart = plots(a=(0, 0, 90, 100), b=(90, 0, 200, 100))
    found = rows(compare_parcels(plots(**LAPPING), apart))
    assert found == [["a", "a", "redrawn", 1e3, 9e3], ["b", "b", "unchanged", 1.1e4, 1.1e4]]
    found = rows(compare_parcels(apart, plots(**LAPPING)))
    assert found == [["a", "a", "redrawn", 1e3, 9e3], ["b", "b", "unchanged", 1.1e4, 1.1e4]]


def test_a_parcel_that_moved_changed_by_both_edges() -> None:
    """100 m by 100 m moved by 5 m: 500 m2 given up, 500 m2 taken, 9500 m2 kept."""
    table = compare_parcels(plots(a=(0, 0, 100, 100)), plots(a=(5, 0, 105, 100)))
    assert rows(table) == [["a", "a", "redrawn", 1e3, 9.5e3]]
    assert table[["gone_m2", "new_m2"]].to_numpy().tolist() == [[500.0, 500.0]]


def test_ground_that_passes_between_neighbours_counts_once() -> None:
    """The border moves by 5 m: 500 m2 pass from a to b, and nothing is lost or new."""
    old = plots(a=(0, 0, 100, 100), b=(100, 0, 200, 100))
    new = plots(a=(0, 0, 95, 100), b=(95, 0, 200, 100))
    table = compare_parcels(old, new)
    assert rows(table) == [
        ["a", "a", "redrawn", 0.0, 9.5e3],
        ["a", "b", "redrawn", 500.0, 500.0],
        ["b", "b", "redrawn", 0.0, 1e4],
    ]
    assert table[["gone_m2", "new_m2"]].sum().sum() == 0.0


def test_a_parcel_drawn_over_another_is_new() -> None:
    """The parcel beneath did not change, and the copy comes from nowhere."""
    found = compare_parcels(plots(a=(0, 0, 10, 10)), plots(a=(0, 0, 10, 10), n=(0, 0, 10, 10)))
    assert rows(found) == [["a", "a", "unchanged", 100.0, 100.0], [None, "n", "new", 100.0, 0.0]]


def test_the_record_says_what_happened(tmp_path: Path) -> None:
    """Split, then one part merged and renumbered: the chain is told, never a redrawn border."""
    place = place_of(tmp_path, plots(A=(0, 0, 30, 10), B=(30, 0, 60, 10), C=(55, 0, 90, 10)))
    cut = LineString([(X + 10, Y - 5), (X + 10, Y + 15)])
    record_split(place, "A", cut, date="2025-01-01", new_codes=["A1", "A2"])
    record_merger(place, ["A2", "B"], date="2025-02-01", new_code="D")
    record_renumbering(place, "D", "E", date="2025-03-01")
    found = compare_dates(place, "2024-12-31")
    assert rows(found.table) == [
        ["A", "A1", "split", 100.0, 100.0],
        ["A", "E", "split;merged;renumbered", 200.0, 200.0],
        ["B", "E", "merged;renumbered", 300.0, 300.0],
        ["C", "C", "unchanged", 350.0, 350.0],
    ]
    assert found.totals.loc["redrawn", "pairs"] == 0
    account = found.account
    assert account["before_m2"] == account["shared_m2"] == account["after_m2"] == 950.0
    assert changed_ground(found).area.round(6).tolist() == [100.0, 200.0, 300.0]
    assert rows(compare_dates(place, "2024-12-31", "2025-01-31").table)[1][2] == "split"


def test_changed_ground_is_the_ground_of_the_rows(tmp_path: Path) -> None:
    """Each shape has the area of its row; what a redrawn parcel kept is not among it."""
    old = plots(a=(0, 0, 100, 100), b=(90, 0, 200, 100), c=(300, 0, 400, 100), d=(500, 0, 510, 10))
    new = plots(a=(5, 0, 105, 100), b=(90, 0, 200, 100), c=(300, 0, 390, 100), n=(390, 0, 400, 100))
    found = compare_with_file(
        place_of(tmp_path, old), write_features(new.reset_index(), tmp_path / "new.gpkg")
    )
    ground = changed_ground(found)
    assert ground.area.round(3).tolist() == ground["area_m2"].round(3).tolist()
    shapes = ground.set_index(["from_id", "to_id"]).geometry
    assert shapes["a", "a"].symmetric_difference(
        shapely.union_all([box(X, Y, X + 5, Y + 100), box(X + 100, Y, X + 105, Y + 100)])
    ).area < 1e-6  # fmt: skip


def test_figures_that_differ_are_listed(tmp_path: Path) -> None:
    """An outline that stays with another use is no unchanged parcel; units and words are read."""
    frame = plots(A=(0, 0, 100, 100), B=(100, 0, 200, 100), C=(200, 0, 300, 100))
    stated = frame.assign(land_use_code=["0901"] * 3, floor_area_ratio_max=[2.5, 2.5, None])
    place = place_of(tmp_path, stated)
    other = frame.assign(
        用地代码=["0902", "商业用地", "0901"], 容积率=["≤2.5", "≤2.5", "≤3"], 面积=[1.0, 1.0, 1.0]
    )
    other = other.rename(columns={"面积": "面积（公顷）"}).iloc[::-1]
    file = write_features(other.reset_index(), tmp_path / "other.gpkg")
    found = compare_with_file(place, file)
    assert found.attributes.to_numpy().tolist() == [
        ["A", "land_use_code", "0901", "0902"],
        ["A", "area_m2", None, 10_000.0],
        ["B", "area_m2", None, 10_000.0],
        ["C", "area_m2", None, 10_000.0],
        ["C", "floor_area_ratio_max", None, 3.0],
    ]
    assert set(found.table["change"]) == {"altered"}
    write_comparison(found, tmp_path / "out", "zh")
    page = openpyxl.load_workbook(tmp_path / "out" / "compare.xlsx")["指标变化"]
    assert [cell.value for cell in page[3]] == ["A", "用地代码", "0901", "0902"]


def test_a_renumbered_parcel_keeps_its_figures(tmp_path: Path) -> None:
    """What was stated when it was retired is held against what is stated now."""
    place = place_of(tmp_path, plots(A=(0, 0, 10, 10)).assign(supply=["挂牌"]))
    record_renumbering(place, "A", "B", date="2025-01-01")
    assert compare_dates(place, "2024-12-31").attributes.empty
    table = tmp_path / "t.csv"
    table.write_text("地块编号,供地方式\nB,拍卖\n", "utf-8")
    apply_import(place, prepare_import(place, table, "parcels", ImportOptions()))
    found = compare_dates(place, "2024-12-31")
    assert found.attributes.to_numpy().tolist() == [["B", "supply", "挂牌", "拍卖"]]


def test_outlines_that_all_moved_alike_point_to_the_datum(tmp_path: Path) -> None:
    """Three parcels 30 m east and 40 m south are told as one shift; one alone is not."""
    old = plots(a=(0, 0, 100, 100), b=(200, 0, 300, 100), c=(400, 0, 500, 100))
    place = place_of(tmp_path, old)
    moved = old.set_geometry(old.translate(30, -40))
    found = compare_with_file(place, write_features(moved.reset_index(), tmp_path / "m.gpkg"))
    assert found.common_shift_m == pytest.approx((30.0, -40.0), abs=1e-6)
    one = old.set_geometry([moved.geometry["a"], *old.geometry.iloc[1:]])
    found = compare_with_file(place, write_features(one.reset_index(), tmp_path / "o.gpkg"))
    assert found.common_shift_m is None


def test_a_file_without_crs_or_of_another_datum_is_compared(tmp_path: Path) -> None:
    """Told the datum, GCJ-02 coordinates fall on the same ground again."""
    old = plots(a=(0, 0, 100, 100), b=(200, 0, 300, 100), c=(400, 0, 500, 100))
    place = place_of(tmp_path, old)
    bare = pd.DataFrame({"id": old.index, "wkt": old.geometry.to_wkt().to_numpy()})
    bare.to_csv(tmp_path / "bare.csv", index=False)
    found = compare_with_file(place, tmp_path / "bare.csv", crs="EPSG:4551")
    assert set(found.table["change"]) == {"unchanged"}
    shapes = shifted(to_geographic(old).geometry.to_numpy(), wgs84_to_gcj02)
    amap = gpd.GeoDataFrame({"id": old.index}, geometry=list(shapes), crs=4490)
    file = write_features(amap, tmp_path / "amap.gpkg")
    found = compare_with_file(place, file)
    assert found.common_shift_m is not None
    found = compare_with_file(place, file, datum="GCJ-02")
    assert found.common_shift_m is None
    assert found.account["gone_m2"] < 1.0


def test_days_to_come_are_refused(tmp_path: Path) -> None:
    """Neither recorded nor compared; today's date is named."""
    place = place_of(tmp_path, plots(A=(0, 0, 10, 10)))
    for act in (
        lambda: record_renumbering(place, "A", "B", date="2999-01-01"),
        lambda: compare_dates(place, "2999-01-01"),
    ):
        with pytest.raises(SchemaError) as caught:
            act()
        assert caught.value.key == "lineage_future_date"
        assert str(caught.value.facts["today"]) in caught.value.message("zh")


def test_a_place_is_compared_with_its_scenario(tmp_path: Path) -> None:
    """One parcel split and another altered in a frame: told from the ground, nothing written."""
    frame = plots(A=(0, 0, 30, 10), B=(30, 0, 60, 10), C=(60, 0, 90, 10))
    place = Dataset.open(place_of(tmp_path, frame.assign(land_use_code="0901")))
    before = place.layer("parcels")
    halves = before.loc[["A", "A"]].set_axis(["A1", "A2"]).rename_axis("id")
    halves = halves.set_geometry([box(X, Y, X + 10, Y + 10), box(X + 10, Y, X + 30, Y + 10)])
    kept = before.loc[["B", "C"]].assign(land_use_code=["0901", "0701"])
    found = compare(place, place.with_layers(parcels=pd.concat([halves, kept])))
    assert rows(found.table) == [
        ["A", "A1", "split", 100.0, 100.0],
        ["A", "A2", "split", 200.0, 200.0],
        ["C", "C", "altered", 300.0, 300.0],
        ["B", "B", "unchanged", 300.0, 300.0],
    ]
    assert found.attributes.to_numpy().tolist() == [["C", "land_use_code", "0901", "0701"]]
    assert comparison_headings(found, "en")[0] == (
        "Before: the workspace as it is. After: a scenario (not written to the workspace)."
    )
    write_comparison(found, tmp_path / "out", "zh")
    page = openpyxl.load_workbook(tmp_path / "out" / "compare.xlsx")["变化"]
    assert page["A1"].value == "变化前：工作区现状；变化后：情景方案（未写入工作区）。"
    assert write_changes_map(found, tmp_path / "out", "en").is_file()


def test_two_workspaces_are_compared_by_their_titles(tmp_path: Path) -> None:
    """Folders stand for their datasets; a file compared tells the same of the same parcels."""
    old = plots(a=(0, 0, 100, 100), b=(200, 0, 300, 100))
    new = plots(a=(0, 0, 90, 100), b=(200, 0, 300, 100))
    one, other = place_of(tmp_path / "one", old), place_of(tmp_path / "other", new)
    found = compare(one.folder, other)
    assert (found.before_label, found.after_label) == (one.title, other.title) == ("plan", "plan")
    assert rows(found.table) == [
        ["a", "a", "redrawn", 1e3, 9e3],
        ["b", "b", "unchanged", 1e4, 1e4],
    ]
    by_file = compare_with_file(one, other.supplied_path("parcels"))
    assert rows(by_file.table) == rows(found.table)
    pd.testing.assert_series_equal(by_file.account, found.account)
    with pytest.raises(WorkspaceError) as caught:
        compare(one, create_workspace(tmp_path / "empty", fictional=True))
    assert caught.value.key == "parcels_none_here"
