"""Workspaces that were cut off, tampered with or handed over with traps in them."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner
from shapely import LineString, box

import erdao_gis
from erdao_gis.catalogue import Workspace, check, create_workspace, open_workspace
from erdao_gis.catalogue import supplying as supplying_module
from erdao_gis.cli import erdao
from erdao_gis.errors import DatumError, SchemaError, UnsafeInputError, WorkspaceError
from erdao_gis.intake import ImportOptions, apply_import, prepare_import, undo_import

SQUARE = box(461_000, 4_860_000, 461_100, 4_860_100)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Make an empty workspace."""
    return create_workspace(tmp_path / "town")


def given(folder: Path, name: str = "p.geojson", **columns: object) -> Path:
    """Write one parcel with these columns as a GeoJSON."""
    frame = gpd.GeoDataFrame({key: [value] for key, value in columns.items()}, geometry=[SQUARE],
                             crs=4551)  # fmt: skip
    path = folder / name
    path.write_text(frame.to_crs(4326).to_json(drop_id=True), "utf-8")
    return path


def bring(workspace: Workspace, path: Path, layer: str = "parcels", **said: object) -> None:
    """Prepare and apply an import."""
    apply_import(workspace, prepare_import(workspace, path, layer, ImportOptions(**said)))


@pytest.mark.parametrize("heading", ["ID", "FID", "fid", "geom", "Name_ZH", "Area"])
def test_everyday_headings_do_not_clash(workspace: Workspace, tmp_path: Path, heading: str) -> None:
    """Columns that a GeoPackage keeps for itself, or that differ by case only, go in."""
    bring(workspace, given(tmp_path, **{heading: "7", "area": "8"}))
    read = erdao_gis.read_layer("parcels", workspace)
    assert len(read) == 1
    assert check(workspace).faults == ()


def test_an_id_in_capitals_is_the_id(workspace: Workspace, tmp_path: Path) -> None:
    """Headings are matched without regard to case."""
    bring(workspace, given(tmp_path, ID="A7"))
    assert list(erdao_gis.read_layer("parcels", workspace).index) == ["A7"]


def test_whole_numbers_are_codes_without_a_point(workspace: Workspace, tmp_path: Path) -> None:
    """A code that came as the number 1101.0 is the text 1101."""
    bring(workspace, given(tmp_path, id="a", code=701.0), columns={"code": "land_use_code"})
    assert erdao_gis.read_layer("parcels", workspace).loc["a", "land_use_code"] == "701"


def test_undo_writes_through_no_link(workspace: Workspace, tmp_path: Path) -> None:
    """A link planted where undo writes is not followed."""
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    bring(workspace, given(tmp_path, id="a"))
    bring(workspace, given(tmp_path, id="b"))
    (workspace.folder / "layers" / "parcels.gpkg.part").symlink_to(victim)
    undo_import(workspace)
    assert victim.read_text("utf-8") == "mine"


@pytest.mark.parametrize("part", ["layers", "derived", "history", "maps", "scenes"])
def test_folders_that_lead_elsewhere_are_refused(
    workspace: Workspace, tmp_path: Path, part: str
) -> None:
    """A workspace whose folder is a link is not opened."""
    elsewhere = tmp_path / "elsewhere"
    (workspace.folder / part).mkdir(exist_ok=True)
    (workspace.folder / part).rename(elsewhere)
    (workspace.folder / part).symlink_to(elsewhere)
    with pytest.raises(UnsafeInputError, match=part):
        open_workspace(workspace.folder)


def test_a_derived_layer_that_is_a_link_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """A link among the derived layers does not bring another file onto the map."""
    secret = tmp_path / "secret.json"
    secret.write_text("{}", "utf-8")
    workspace.derived_path("nodes").symlink_to(secret)
    with pytest.raises(UnsafeInputError):
        erdao_gis.read_layer("nodes", workspace)


def test_a_damaged_history_entry_deletes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """An entry without its manifest is told, and the supplied layer stays."""
    bring(workspace, given(tmp_path, id="a"))
    (entry,) = (workspace.folder / "history").iterdir()
    (entry / "before.json").unlink()
    with pytest.raises(WorkspaceError, match="damaged"):
        undo_import(workspace)
    assert workspace.supplied_path("parcels").exists()


def test_a_failed_import_leaves_nothing_behind(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk in the middle puts everything back and leaves no entry to undo."""
    bring(workspace, given(tmp_path, id="a"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(supplying_module, "write_features", full)
    with pytest.raises(OSError, match="space"):
        bring(workspace, given(tmp_path, id="b"))
    monkeypatch.undo()
    assert list(erdao_gis.read_layer("parcels", workspace).index) == ["a"]
    assert len(list((workspace.folder / "history").iterdir())) == 1
    assert not (workspace.folder / ".lock").exists()


def test_an_import_that_was_cut_off_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """A layer that does not fit its record is refused, and undo mends it."""
    bring(workspace, given(tmp_path, id="a"))
    bring(workspace, given(tmp_path, id="b"))
    path = workspace.supplied_path("parcels")
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(WorkspaceError, match="undo"):
        erdao_gis.read_layer("parcels", workspace)
    undo_import(workspace)
    assert list(erdao_gis.read_layer("parcels", workspace).index) == ["a"]


def test_two_writers_do_not_meet(workspace: Workspace, tmp_path: Path) -> None:
    """While one import holds the workspace another is refused."""
    (workspace.folder / ".lock").touch()
    with pytest.raises(WorkspaceError, match=r"\.lock"):
        bring(workspace, given(tmp_path, id="a"))


def test_foreign_plan_ids_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    """A plan layer takes its own elements only."""
    file = given(tmp_path, id="XX1")
    prepared = prepare_import(workspace, file, "zones", ImportOptions())
    assert {fault.rule for fault in prepared.faults} == {"not_of_the_plan"}


def test_an_empty_file_does_not_replace_the_roads(workspace: Workspace, tmp_path: Path) -> None:
    """No usable feature is a fault, not an empty layer."""
    file = tmp_path / "roads.geojson"
    file.write_text('{"type":"FeatureCollection","features":[]}', "utf-8")
    prepared = prepare_import(workspace, file, "roads", ImportOptions())
    assert "nothing_usable" in {fault.rule for fault in prepared.faults}


def test_infinite_numbers_are_no_numbers(workspace: Workspace, tmp_path: Path) -> None:
    """1e999 is a fault of its column."""
    text = given(tmp_path, id="a", area_m2=5.5).read_text("utf-8").replace("5.5", "1e999")
    (tmp_path / "inf.geojson").write_text(text, "utf-8")
    try:
        prepared = prepare_import(workspace, tmp_path / "inf.geojson", "parcels", ImportOptions())
    except SchemaError:
        return
    assert prepared.faults or len(prepared.rejects)


def test_roads_two_kilometres_off_are_stopped(workspace: Workspace, tmp_path: Path) -> None:
    """A network that fits no datum is stopped, and taken only when said to be right."""
    roads = erdao_gis.read_layer("roads")
    traced = roads.loc[(roads["evidence"] == "B") & roads.geometry.notna()]
    frame = gpd.GeoDataFrame(
        {"id": list(traced.index), "road_class": traced["road_class"].to_list()},
        geometry=traced.geometry.translate(2_100, 1_700).to_numpy(),
        crs=4551,
    )
    file = tmp_path / "roads.gpkg"
    frame.to_file(file)
    with pytest.raises(DatumError, match="accept-datum"):
        prepare_import(workspace, file, "roads", ImportOptions())
    assert prepare_import(workspace, file, "roads", ImportOptions(accept_datum=True)).added


def test_a_mapping_to_one_column_twice_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """Two headings for one column are refused before anything is done."""
    file = given(tmp_path, a="1", b="2")
    with pytest.raises(SchemaError, match="twice"):
        prepare_import(workspace, file, "parcels", ImportOptions(columns={"a": "id", "b": "id"}))


@pytest.mark.parametrize("text", ["[workspace]\ntitle=1\nfictional=false\n", "[a", "\x00",
                                  '[workspace]\ntitle="x"\nfictional="no"\n'])  # fmt: skip
def test_a_garbled_marker_is_no_workspace(workspace: Workspace, text: str) -> None:
    """erdao.toml of another shape is told, never guessed at."""
    (workspace.folder / "erdao.toml").write_text(text, "utf-8")
    with pytest.raises(WorkspaceError):
        open_workspace(workspace.folder)


def test_refusals_are_json_when_json_is_asked() -> None:
    """A program that reads JSON gets JSON, and exit status 2."""
    result = CliRunner().invoke(erdao, ["--lang", "en", "plan", "show", "ND99", "--json"])
    assert result.exit_code == 2
    assert "ND99" in json.loads(result.stdout)["error"]


def test_a_line_is_no_parcel(workspace: Workspace, tmp_path: Path) -> None:
    """Geometry of another kind than the layer's is a fault that names the feature."""
    frame = gpd.GeoDataFrame({"id": ["x"]}, geometry=[LineString(SQUARE.exterior)], crs=4551)
    frame.to_file(tmp_path / "l.gpkg")
    prepared = prepare_import(workspace, tmp_path / "l.gpkg", "parcels", ImportOptions())
    assert [fault.feature for fault in prepared.faults] == ["x"]


@pytest.mark.parametrize(
    "manifest",
    [
        '{"layer": "../../victim/foo", "files": []}',
        '{"layer": "roads", "files": []}',
        '{"layer": "parcels", "files": ["../../../victim/foo.gpkg"]}',
        '{"layer": "nosuch", "files": []}',
    ],
)
def test_a_forged_history_entry_reaches_nothing(
    workspace: Workspace, tmp_path: Path, manifest: str
) -> None:
    """Undo touches the files of the entry's own layer only, and tells that the entry is damaged."""
    bring(workspace, given(tmp_path, id="a"))
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "foo.gpkg").write_text("keep", "utf-8")
    (entry,) = (workspace.folder / "history").iterdir()
    (entry / "before.json").write_text(manifest, "utf-8")
    with pytest.raises(WorkspaceError, match="damaged"):
        undo_import(workspace)
    assert (victim / "foo.gpkg").read_text("utf-8") == "keep"
    assert entry.exists()
    assert list(erdao_gis.read_layer("parcels", workspace).index) == ["a"]


def test_a_change_that_was_killed_is_told_and_mended(workspace: Workspace, tmp_path: Path) -> None:
    """A run killed between two files leaves a mark: nobody reads half a change, undo mends it."""
    bring(workspace, given(tmp_path, id="a"))
    before = workspace.supplied_path("parcels").read_bytes()
    script = (
        "import os, sys\n"
        "from erdao_gis.catalogue import change_layer, open_workspace\n"
        "place = open_workspace(sys.argv[1])\n"
        "def put():\n"
        "    place.supplied_path('parcels').write_bytes(b'half')\n"
        "    os.kill(os.getpid(), 9)\n"
        "change_layer(place, 'parcels', put)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(workspace.folder)], check=False)
    assert run.returncode != 0
    with pytest.raises(WorkspaceError, match="erdao undo"):
        erdao_gis.read_layer("parcels", workspace.folder)
    # The lock of a process that is gone holds nobody up.
    undo_import(open_workspace(workspace.folder, unfinished=True))
    assert workspace.supplied_path("parcels").read_bytes() == before
    assert list(erdao_gis.read_layer("parcels", workspace.folder).index) == ["a"]


def test_more_than_9999_changes_are_undone_in_order(workspace: Workspace, tmp_path: Path) -> None:
    """Entries are numbers, not texts: the last one is the one that is taken back."""
    bring(workspace, given(tmp_path, id="a"))
    (entry,) = (workspace.folder / "history").iterdir()
    entry.rename(entry.with_name("9999-parcels"))
    bring(workspace, given(tmp_path, id="b"))
    assert (workspace.folder / "history" / "10000-parcels").exists()
    undo_import(workspace)
    assert list(erdao_gis.read_layer("parcels", workspace).index) == ["a"]
