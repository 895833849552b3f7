"""A dataset is opened once, reads each layer once, and nobody can change what it holds."""

import contextlib
import gc
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from geopandas.testing import assert_geodataframe_equal

from erdao_gis import Dataset, layer_names, read_layer
from erdao_gis.catalogue import create_workspace, dataset, open_workspace
from erdao_gis.catalogue.supplied_files import SuppliedFile
from erdao_gis.cli import erdao
from erdao_gis.errors import CRSError, FormatError, NotInPlanError, SchemaError, WorkspaceError
from erdao_gis.files import read_features
from erdao_gis.indicators import Run
from erdao_gis.intake import ImportOptions, apply_import, prepare_import, undo_import


@pytest.fixture
def own_town(town: Path, tmp_path: Path) -> Path:
    """Copy the sample town, so that a test may spoil it."""
    return shutil.copytree(town, tmp_path / "town")


def test_each_layer_is_read_once(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for a layer again, or for its record, opens no file again."""
    read: list[str] = []
    whole = dataset.read_supplied

    def counted(file: SuppliedFile) -> gpd.GeoDataFrame:
        read.append(file.path.stem)
        return whole(file)

    monkeypatch.setattr(dataset, "read_supplied", counted)
    opened = Dataset.open(town)
    for name in [*layer_names(), *layer_names()]:
        opened.layer(name)
        opened.record(name)
    assert len(read) == len(set(read)) > 20


def _cell(frame: gpd.GeoDataFrame) -> None:
    frame.loc["P01", "name_zh"] = "别的"


def _shape(frame: gpd.GeoDataFrame) -> None:
    frame.loc["P01", "geometry"] = shapely.Point(0, 0)


def _drop(frame: gpd.GeoDataFrame) -> None:
    frame.attrs["completeness"] = "empty"
    del frame["land_use_code"]


def _through_values(frame: gpd.GeoDataFrame) -> None:
    frame["area_m2"].values[0] = 1.0  # noqa: PD011 - what a user may well write


def _through_text_values(frame: gpd.GeoDataFrame) -> None:
    frame["name_zh"].array[0] = "别的"


def _through_shapes(frame: gpd.GeoDataFrame) -> None:
    frame.geometry.values[0] = shapely.Point(0, 0)  # noqa: PD011


def _through_numpy(frame: gpd.GeoDataFrame) -> None:
    frame.geometry.to_numpy()[0] = shapely.Point(0, 0)


def _sorted(frame: gpd.GeoDataFrame) -> None:
    some = frame.sort_values("area_m2")
    some.iloc[0, 0] = "别的"


def _fewer(frame: gpd.GeoDataFrame) -> None:
    fewer = frame.drop(columns="name_en")
    fewer.loc["P01", "name_zh"] = "别的"
    fewer.loc["P01", "geometry"] = None


def _in_place(frame: gpd.GeoDataFrame) -> None:
    frame.geometry.array[:] = shapely.Point(0, 0)


@pytest.mark.parametrize(
    "spoil",
    [_cell, _shape, _drop, _through_values, _through_text_values, _through_shapes,
     _through_numpy, _in_place],
)  # fmt: skip
def test_what_is_given_out_changes_nothing_that_is_held(
    town: Path, spoil: Callable[[gpd.GeoDataFrame], None]
) -> None:
    """A frame may be changed, or refuses to be; the next reader gets the layer as it was."""
    opened = Dataset.open(town)
    before = opened.layer("parcels")
    frame = before.set_axis(["P01", *before.index[1:]]).rename_axis("id")
    held = opened.with_layers(parcels=frame)
    first, hashed = held.layer("parcels").copy(deep=True), held.hash(["parcels"])
    with contextlib.suppress(ValueError):  # "assignment destination is read-only"
        spoil(held.layer("parcels"))
    assert_geodataframe_equal(held.layer("parcels"), first)
    assert held.layer("parcels").attrs["completeness"] == "complete"
    assert held.hash(["parcels"]) == hashed


@pytest.mark.parametrize(
    "change",
    [
        _cell,
        _shape,
        lambda f: f.__setitem__("area_m2", f["area_m2"] * 2),
        lambda f: f.loc[f.index[:3], "area_m2"].sum(),
        lambda f: f.loc.__setitem__((f.index[2], "area_m2"), 1.0),
        _sorted,
        _fewer,
    ],
)
def test_a_frame_outlives_its_dataset(
    town: Path, change: Callable[[gpd.GeoDataFrame], object]
) -> None:
    """What was read in one line may be changed as any frame, though its dataset is gone."""
    frame = read_layer("parcels", town)
    frame = frame.set_axis(["P01", *frame.index[1:]])
    gc.collect()
    change(frame)
    cut = read_layer("parcels", town)[["name_zh", "geometry"]]
    gc.collect()
    cut.loc[cut.index[0], "geometry"] = None
    assert cut.geometry.isna().sum() == 1


def test_the_frame_that_was_given_may_change_afterwards() -> None:
    """A scenario keeps what it was given, whatever becomes of the caller's frame."""
    nodes = read_layer("nodes").copy(deep=True)
    scenario = Dataset.open().with_layers(nodes=nodes)
    first = nodes.geometry.iloc[0]
    nodes.geometry.array[0] = shapely.Point(0, 0)
    nodes["name_zh"] = "别的"
    assert scenario.layer("nodes").geometry.iloc[0].equals(first)
    assert "别的" not in set(scenario.layer("nodes")["name_zh"])


def test_own_files_are_read_as_any_file(town: Path) -> None:
    """The quick way for files whose hash is known gives what the careful way gives."""
    opened = Dataset.open(town)
    for path in sorted((town / "layers").glob("*.gpkg")):
        careful = read_features(path, null_geometry="keep").frame.set_index("id").sort_index()
        quick = opened.supplied(path.stem)
        assert quick is not None
        shared = careful.columns
        # Of a column without any value the file does not tell the type; the catalogue does.
        empty = [name for name in shared if careful[name].isna().all() and name != "geometry"]
        careful[empty] = careful[empty].astype(quick[empty].dtypes.to_dict())
        assert_geodataframe_equal(quick[shared], careful[shared])
        texts = [name for name in shared if quick[name].dtype == object]
        assert all(cell is None for name in texts for cell in quick[name][careful[name].isna()])


def test_a_scenario_leaves_the_dataset_alone(town: Path) -> None:
    """Other layers, another hash; what does not rest on them is shared, the rest made anew."""
    opened = Dataset.open(town)
    made: list[str] = []

    def ask(place: Dataset, name: str) -> None:
        place.once(name, lambda: made.append(name), of=[name])

    ask(opened, "roads"), ask(opened, "parcels")
    fewer = opened.layer("parcels").iloc[:10]
    scenario = opened.with_layers(parcels=fewer)
    ask(scenario, "roads"), ask(scenario, "parcels")
    assert made == ["roads", "parcels", "parcels"]
    assert len(scenario.layer("parcels")) == 10
    assert len(opened.layer("parcels")) == 64
    assert scenario.hash() != opened.hash()
    assert scenario.hash(["roads", "land_use"]) == opened.hash(["roads", "land_use"])
    assert scenario.record("parcels").origin == "given"
    again = opened.with_layers(parcels=fewer.copy())
    assert again.hash() == scenario.hash()


def test_a_scenario_over_a_scenario_keeps_both(town: Path) -> None:
    """Layers given one after the other stand side by side."""
    opened = Dataset.open(town)
    both = opened.with_layers(parcels=opened.layer("parcels").iloc[:3]).with_layers(
        villages=opened.layer("villages").iloc[:1]
    )
    assert (len(both.layer("parcels")), len(both.layer("villages"))) == (3, 1)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (lambda f: f.rename(columns={"land_use_code": "DLBM"}), SchemaError, "DLBM"),
        (lambda f: f.drop(columns="name_zh"), SchemaError, "name_zh"),
        (lambda f: f.assign(floor_area_ratio_max="约2"), SchemaError, "floor_area_ratio_max"),
        (lambda f: f.to_crs(4326), CRSError, "EPSG:4551"),
        (lambda f: f.set_axis([None, *f.index[1:]]), SchemaError, "null"),
        (lambda f: f.set_axis([f.index[1], *f.index[1:]]), SchemaError, "id"),
        (lambda f: pd.DataFrame(f.drop(columns="geometry")), SchemaError, "DataFrame"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_by_name(
    town: Path,
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
    error: type[Exception],
    told: str,
) -> None:
    """Other columns, words for numbers, another CRS, bad ids: the layer and they are named."""
    opened = Dataset.open(town)
    with pytest.raises(error) as refused:
        opened.with_layers(parcels=change(opened.layer("parcels")))
    assert told in str(refused.value)
    assert "parcels" in str(refused.value)


def test_columns_left_out_are_there_and_empty(town: Path) -> None:
    """A scenario need not carry what nobody requires; numbers told as text are numbers."""
    opened = Dataset.open(town)
    frame = opened.layer("parcels")[["name_zh", "land_use_code", "geometry"]]
    held = opened.with_layers(parcels=frame.assign(area_m2="12.5")).layer("parcels")
    assert held["height_max_m"].isna().all()
    assert held["area_m2"].tolist() == [12.5] * 64


def test_no_such_layer() -> None:
    """A layer that the catalogue does not have is refused with the names of those it has."""
    with pytest.raises(NotInPlanError):
        Dataset.open().with_layers(parcelle=read_layer("parcels"))


def test_records_tell_where_layers_come_from(town: Path) -> None:
    """Shipped, supplied, or none; with date, file and hash."""
    opened, shipped = Dataset.open(town), Dataset.open()
    record = opened.record("parcels")
    assert (record.origin, record.file, record.completeness) == (
        "supplied", "parcels.gpkg", "complete",
    )  # fmt: skip
    assert record.sha256 == json.loads((town / "layers/parcels.json").read_text("utf-8"))["sha256"]
    assert shipped.record("parcels").origin == "shipped"
    assert shipped.record("parcels").completeness == "empty"
    assert opened.record("zones").origin in ("supplied", "none")
    assert shipped.complete_on("roads").area > 0
    assert opened.complete_on("roads") is None
    assert shipped.complete_on("waterways").is_empty


def test_a_layer_edited_by_hand_is_refused_by_name_and_mended_by_import(
    own_town: Path, tmp_path: Path
) -> None:
    """Nothing is half opened; importing the edited file, or undo, mends the workspace."""
    path = own_town / "layers" / "buildings.gpkg"
    edited = gpd.read_file(path).iloc[:5]
    edited.to_file(path)
    with pytest.raises(WorkspaceError, match=r"buildings\.gpkg"):
        Dataset.open(own_town)
    mine = tmp_path / "buildings.gpkg"
    shutil.copy(path, mine)
    town = open_workspace(own_town)
    apply_import(town, prepare_import(town, mine, "buildings", ImportOptions()))
    assert len(read_layer("buildings", own_town)) == 5
    undo_import(town)
    with pytest.raises(WorkspaceError, match=r"buildings\.gpkg"):
        Dataset.open(own_town)


def test_a_layer_without_its_file_is_refused_by_name(own_town: Path) -> None:
    """A record whose file is gone is no empty layer."""
    (own_town / "layers" / "roads.gpkg").unlink()
    with pytest.raises(WorkspaceError, match=r"roads\.gpkg"):
        Dataset.open(own_town)


def test_a_layer_that_goes_while_the_dataset_is_open_is_named(own_town: Path) -> None:
    """What was not read yet cannot be read from a file that is another one now."""
    opened = Dataset.open(own_town)
    opened.layer("parcels")
    for name in ("parcels", "roads"):
        (own_town / "layers" / f"{name}.gpkg").unlink()
    assert len(opened.layer("parcels")) == 64
    with pytest.raises(WorkspaceError, match=r"roads\.gpkg"):
        opened.layer("roads")


def test_a_workspace_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """Its number is told, and that one has to upgrade."""
    folder = create_workspace(tmp_path / "w").folder
    marker = folder / "erdao.toml"
    marker.write_text(marker.read_text("utf-8").replace("format = 1", "format = 2"), "utf-8")
    with pytest.raises(WorkspaceError) as refused:
        Dataset.open(folder)
    assert refused.value.key == "workspace_newer"
    assert "2" in refused.value.message("en")


def test_a_scene_that_goes_while_the_dataset_is_open_is_named(own_town: Path) -> None:
    """Its cells are read late: then the file and what to do are told, and no figure is given."""
    opened = Dataset.open(own_town)
    latest = opened.scenes[-1].path
    latest.unlink()
    with pytest.raises(FormatError) as caught:
        Run(opened).indicators("subdistricts", ids=["green_cover"])
    assert caught.value.key == "scene_gone"
    assert str(latest) in caught.value.message("en")
    assert "Put it back" in caught.value.message("en")
    # Opened anew, the scene before it is the latest, and another run says so.
    again = Run(own_town)
    assert [scene.path for scene in again.dataset.scenes] == [opened.scenes[0].path]
    assert len(again.id) == 16


@pytest.mark.parametrize("change", ["gone", "edited", "added"])
def test_scenes_that_change_while_the_dataset_is_open_make_no_run(
    own_town: Path, change: str
) -> None:
    """The id is that of the scenes that were there at the opening, or there is none."""
    opened = Dataset.open(own_town)
    path = min((own_town / "scenes").glob("*.tif"))
    if change == "gone":
        path.unlink()
    elif change == "edited":
        path.write_bytes(path.read_bytes() + b" ")
    else:
        path = shutil.copy(path, path.with_name("2019-07.tif"))
    with pytest.raises(WorkspaceError) as caught:
        Run(opened).indicators(ids=["axis_length"])
    assert caught.value.key == "layer_moved_meanwhile"
    assert str(path) in caught.value.message("en")
    assert "run again" in caught.value.message("en")


@pytest.mark.parametrize("spoil", ["newer", "edited", "gone", "cut off"])
@pytest.mark.parametrize(
    "command",
    [["indicators"], ["evaluate", "--as-of", "2025", "--into", "out"], ["build", "--into", "out"],
     ["parcels", "balance", "--into", "out"]],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_spoilt_workspace_is_told_and_nothing_is_written(
    own_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], spoil: str
) -> None:
    """Each command stops before its first figure, names the file and says what to do."""
    marker, layer = own_town / "erdao.toml", own_town / "layers" / "buildings.gpkg"
    if spoil == "newer":
        marker.write_text(marker.read_text("utf-8").replace("format = 1", "format = 9"), "utf-8")
    elif spoil == "edited":
        gpd.read_file(layer).iloc[:5].to_file(layer)
    elif spoil == "gone":
        layer.unlink()
    else:
        (own_town / "history" / "unfinished").write_text("buildings", "utf-8")
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(erdao, ["--lang", "en", *command, str(own_town)])
    assert said.exit_code == 2, said.output
    named, remedy = {
        "newer": (str(own_town), "Upgrade"),
        "edited": (str(layer), "import it again"),
        "gone": (str(layer), "erdao undo"),
        "cut off": (str(own_town), "erdao undo"),
    }[spoil]
    assert named in said.output
    assert remedy in said.output
    assert "Traceback" not in said.output
    assert not (tmp_path / "out").exists()


def test_a_frame_that_does_not_fit_leaves_no_half_scenario(town: Path) -> None:
    """One bad frame among good ones: all is refused, and the dataset is as it was."""
    opened = Dataset.open(town)
    parcels, villages, before = opened.layer("parcels"), opened.layer("villages"), opened.hash()
    with pytest.raises(SchemaError) as caught:
        opened.with_layers(villages=villages.iloc[:1], parcels=parcels.assign(地类=1, 容积率=2))
    for text in ("parcels", "地类", "容积率", "land_use_code", "erdao import"):
        assert text in caught.value.message("en")
    assert opened.hash() == before
    assert len(opened.layer("villages")) == len(villages)


def test_ids_of_a_frame_are_text_whatever_pandas_takes_them_for(town: Path) -> None:
    """A scenario's layer is what a file of it would give, by types too."""
    opened = Dataset.open(town)
    parcels = opened.layer("parcels")
    odd = parcels.set_axis(parcels.index.astype("string"))
    assert_geodataframe_equal(opened.with_layers(parcels=odd).layer("parcels"), parcels)
    numbers = opened.with_layers(parcels=parcels.set_axis(range(len(parcels)))).layer("parcels")
    assert numbers.index[:2].tolist() == ["0", "1"]


def test_a_workspace_of_before_formats_opens(tmp_path: Path) -> None:
    """Workspaces made before the number stood in the marker are read as the first format."""
    folder = create_workspace(tmp_path / "w").folder
    marker = folder / "erdao.toml"
    marker.write_text(marker.read_text("utf-8").replace("format = 1\n", ""), "utf-8")
    assert len(Dataset.open(folder).layer("nodes")) == 8


def test_hashes_follow_what_is_read(own_town: Path) -> None:
    """The same files give the same hash; another completeness or row another one."""
    opened = Dataset.open(own_town)
    assert opened.hash() == Dataset.open(own_town).hash()
    parcels = opened.layer("parcels")
    partial = parcels.copy()
    partial.attrs["completeness"] = "partial"
    moved = parcels.set_geometry(parcels.translate(0.01))
    found = {opened.with_layers(parcels=frame).hash() for frame in (parcels, partial, moved)}
    assert len(found) == 3
    assert opened.with_layers(parcels=partial).layer("parcels").attrs["completeness"] == "partial"


def test_geometry_types_survive(town: Path) -> None:
    """Spatial joins, unions and sorts work on what is given out."""
    frame = Dataset.open(town).layer("parcels")
    assert frame.union_all().area == pytest.approx(frame.area.sum())
    assert len(frame.sjoin(frame[["geometry"]], predicate="intersects")) >= len(frame)
    assert frame.sort_index(ascending=False).index[0] == frame.index[-1]
    assert np.isclose(frame.dissolve().area.iloc[0], frame.area.sum())
