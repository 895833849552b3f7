"""A workspace: importing, what follows from it, and taking it back."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, box

import erdao_gis
from erdao_gis.catalogue import Workspace, check, create_workspace, open_workspace
from erdao_gis.crs import gcj02_to_wgs84, wgs84_to_gcj02
from erdao_gis.errors import DatumError, SchemaError, WorkspaceError
from erdao_gis.intake import ImportOptions, apply_import, prepare_import, undo_import

PLAIN = ImportOptions()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return create_workspace(tmp_path / "town", title='试验 {{7*7}} "<b>"')


def saved(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """Write a district's file as QGIS would."""
    frame.to_file(path)
    return path


def parcels(number: int = 3) -> gpd.GeoDataFrame:
    """Squares of one hectare in the district, with Chinese headings."""
    x, y = 461_000, 4_860_000
    return gpd.GeoDataFrame(
        {
            "地块编号": [f"0{n}" for n in range(number)],
            "用地代码": ["0701"] * number,
            "容积率": [2.0] * number,
            "备注甲": ["<b>{{x}}</b>"] * number,
        },
        geometry=[box(x + 200 * n, y, x + 200 * n + 100, y + 100) for n in range(number)],
        crs=4551,
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_workspace_is_made_and_opened(workspace: Workspace) -> None:
    """Its title survives quotes and braces, and the shipped layers are read through it."""
    assert open_workspace(workspace.folder) == workspace
    assert len(erdao_gis.read_layer("nodes", workspace.folder)) == 8
    with pytest.raises(WorkspaceError, match="town"):
        create_workspace(workspace.folder)
    with pytest.raises(WorkspaceError, match=r"erdao\.toml"):
        open_workspace(workspace.folder / "maps")


def test_chinese_headings_find_their_columns(workspace: Workspace, tmp_path: Path) -> None:
    """Aliases and told pairs map columns; codes stay text; other columns are kept unchanged."""
    file = saved(parcels(), tmp_path / "地块.gpkg")
    options = ImportOptions(columns={"地块编号": "id"}, source="登记中心", as_of="2025")
    prepared = prepare_import(workspace, file, "parcels", options)
    assert prepared.mapped == {
        "地块编号": "id",
        "用地代码": "land_use_code",
        "容积率": "floor_area_ratio_max",
    }
    apply_import(workspace, prepared)
    read = erdao_gis.read_layer("parcels", workspace)
    assert list(read.index) == ["00", "01", "02"]
    assert list(read["land_use_code"]) == ["0701"] * 3
    assert list(read["备注甲"]) == ["<b>{{x}}</b>"] * 3
    assert read.area.to_list() == pytest.approx([10_000.0] * 3)
    assert read.attrs["completeness"] == "complete"
    assert check(workspace).faults == ()


def test_preparing_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """A dry run leaves the folder as it was."""
    before = files_of(workspace.folder)
    prepared = prepare_import(workspace, saved(parcels(), tmp_path / "p.gpkg"), "parcels", PLAIN)
    assert len(prepared.added) == 3
    assert files_of(workspace.folder) == before


def test_a_second_import_tells_what_changes_and_can_be_undone(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Added, changed, removed and unchanged are counted; undo restores the bytes, then says so."""
    options = ImportOptions(columns={"地块编号": "id"})
    first = prepare_import(workspace, saved(parcels(), tmp_path / "1.gpkg"), "parcels", options)
    apply_import(workspace, first)
    before = files_of(workspace.folder)
    later = parcels(4).iloc[1:]
    later.loc[1, "容积率"] = 3.0
    second = prepare_import(workspace, saved(later, tmp_path / "2.gpkg"), "parcels", options)
    assert (second.added, second.changed, second.removed) == (("03",), ("01",), ("00",))
    assert second.unchanged == 1
    apply_import(workspace, second)
    assert undo_import(workspace)[0] == "parcels"
    assert files_of(workspace.folder) == before
    undo_import(workspace)
    assert erdao_gis.read_layer("parcels", workspace).empty
    with pytest.raises(WorkspaceError, match="undo"):
        undo_import(workspace)


def test_plan_features_follow_an_official_outline(workspace: Workspace, tmp_path: Path) -> None:
    """A supplied zone replaces its recipe, what builds on it moves, and undo brings it back."""
    outline = erdao_gis.read_layer("zones").loc[["ZN02"]].geometry.buffer(-500)
    frame = gpd.GeoDataFrame({"id": ["ZN02"], "name_zh": ["开发区"]}, geometry=[*outline], crs=4551)
    prepared = prepare_import(workspace, saved(frame, tmp_path / "z.gpkg"), "zones", PLAIN)
    assert (prepared.changed, prepared.removed) == (("ZN02",), ())
    changes = {change.id: change for change in apply_import(workspace, prepared)}
    assert changes["CL03"].kind == "moved"
    zones = erdao_gis.read_layer("zones", workspace)
    assert zones.loc["ZN02", "evidence"] == "A"
    assert len(zones) == len(erdao_gis.read_layer("zones"))
    undo_import(workspace)
    pd.testing.assert_frame_equal(
        erdao_gis.read_layer("clusters", workspace), erdao_gis.read_layer("clusters")
    )


def test_a_shifted_copy_of_the_roads_is_stopped(workspace: Workspace, tmp_path: Path) -> None:
    """Roads in GCJ-02 are refused unless declared, and then come back to their place."""
    roads = erdao_gis.read_layer("roads")
    traced = roads.loc[(roads["evidence"] == "B") & roads.geometry.notna()].to_crs(4490)
    moved = traced.geometry.transform(lambda xy: np.column_stack(wgs84_to_gcj02(*xy.T)))
    frame = gpd.GeoDataFrame(
        {
            "id": list(traced.index),
            "name_zh": traced["name_zh"].to_list(),
            "road_class": traced["road_class"].to_list(),
        },
        geometry=moved.to_numpy(),
        crs=4490,
    )
    file = saved(frame, tmp_path / "roads.geojson")
    with pytest.raises(DatumError, match="GCJ-02"):
        prepare_import(workspace, file, "roads", PLAIN)
    declared = prepare_import(workspace, file, "roads", ImportOptions(datum="GCJ-02"))
    apart = declared.frame.geometry.hausdorff_distance(roads.geometry[declared.frame.index])
    assert apart.max() < 0.05
    assert gcj02_to_wgs84(*wgs84_to_gcj02(125.4, 43.9))[0] == pytest.approx(125.4, abs=1e-9)


def test_faults_stop_an_import_and_are_all_named(workspace: Workspace, tmp_path: Path) -> None:
    """A layer with wrong codes, doubled ids and empty required columns is not taken."""
    frame = parcels().assign(id=["a", "a", "b"], assumed=["maybe", "no", "no"])
    prepared = prepare_import(workspace, saved(frame, tmp_path / "p.gpkg"), "parcels", PLAIN)
    assert {fault.rule for fault in prepared.faults} == {"id_twice", "code_unknown"}
    before = files_of(workspace.folder)
    with pytest.raises(SchemaError, match="maybe"):
        apply_import(workspace, prepared)
    assert files_of(workspace.folder) == before


def test_words_for_yes_and_no_become_codes(workspace: Workspace, tmp_path: Path) -> None:
    """However the file writes them; a blank stays blank, and the check has nothing to say."""
    frame = parcels().assign(assumed=["是", "F", None])
    prepared = prepare_import(workspace, saved(frame, tmp_path / "p.gpkg"), "parcels", PLAIN)
    assert prepared.faults == ()
    assert prepared.frame["assumed"].isna().tolist() == [False, False, True]
    assert prepared.frame["assumed"].dropna().tolist() == ["yes", "no"]
    truth = saved(parcels().assign(assumed=[True, False, True]), tmp_path / "q.gpkg")
    kept = prepare_import(workspace, truth, "parcels", PLAIN).frame["assumed"]
    assert kept.tolist() == ["yes", "no", "yes"]


def test_bridges_are_told_from_streets_on_the_ground(workspace: Workspace, tmp_path: Path) -> None:
    """T and F as OpenStreetMap's extracts have them; what is neither is named with its street."""
    x, y = 461_000, 4_860_000
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "name_zh": ["甲街", "乙街"], "road_class": "residential",
         "bridge": ["F", "T"]},
        geometry=[LineString([(x, y), (x + 400, y)]), LineString([(x, y - 9), (x, y + 9)])],
        crs=4551,
    )  # fmt: skip
    prepared = prepare_import(workspace, saved(frame, tmp_path / "r.gpkg"), "roads", PLAIN)
    assert prepared.faults == ()
    assert prepared.frame["bridge"].to_dict() == {"a": "no", "b": "bridge"}
    wrong = saved(frame.assign(bridge=["F", "perhaps"]), tmp_path / "w.gpkg")
    faults = prepare_import(workspace, wrong, "roads", PLAIN).faults
    assert [(fault.feature, fault.rule, fault.facts["value"]) for fault in faults] == [
        ("b", "code_unknown", "perhaps")
    ]


def test_a_column_that_is_not_there_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """A wrong --map names the headings of the file and the columns of the layer."""
    file = saved(parcels(), tmp_path / "p.gpkg")
    with pytest.raises(SchemaError, match="地块编号"):
        prepare_import(workspace, file, "parcels", ImportOptions(columns={"编码": "id"}))


def test_a_fictional_town_has_none_of_the_real_district(tmp_path: Path) -> None:
    """In a fictional workspace all layers start empty, and the check leaves the plan alone."""
    town = create_workspace(tmp_path / "sample", fictional=True)
    assert erdao_gis.read_layer("roads", town).empty
    assert erdao_gis.read_layer("nodes", town).empty
    assert check(town).faults == ()
