"""The sample town as a workspace: whole, clean, small, the same twice, far from the district."""

import csv
import time
from collections import defaultdict
from importlib import resources
from pathlib import Path

import pytest
import shapely

from erdao_gis import read_layer
from erdao_gis.catalogue import Workspace, check, layer_names, open_workspace
from erdao_gis.errors import WorkspaceError
from erdao_gis.sample import TITLE, write_sample
from erdao_gis.sample.layout import DRAWING

HECTARE = 10_000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The town, written once for the tests here; none of them changes it."""
    return write_sample(tmp_path_factory.mktemp("sample") / "town")


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_it_says_that_it_is_fictional(town: Workspace) -> None:
    """Title, marker, README, boundary and every row say so."""
    opened = open_workspace(town.folder)
    assert opened.fictional
    assert opened.title == TITLE
    assert "虚构" in TITLE
    assert "fictional" in TITLE
    assert "一切均为虚构" in (town.folder / "README.md").read_text("utf-8")
    assert read_layer("district", town)["name_zh"].tolist() == ["示例镇（虚构）"]
    for name in layer_names():
        assert read_layer(name, town)["note_zh"].isin(["虚构数据"]).all()


def test_the_check_finds_no_fault(town: Workspace) -> None:
    """Schema, codes, region and geometry of all layers are in order, and all is placed."""
    report = check(town)
    assert [fault.message("en") for fault in report.faults] == []
    assert report.unplaced == 0


@pytest.mark.parametrize("name", [*layer_names(role="input"), "parks_and_green", "roads"])
def test_every_input_layer_is_filled(town: Workspace, name: str) -> None:
    """No input layer is empty, and each says that it is complete."""
    frame = read_layer(name, town)
    assert len(frame) > 0
    assert frame.attrs["completeness"] == "complete"


def test_two_towns_are_the_same_bytes(town: Workspace, tmp_path: Path) -> None:
    """Writing it again gives the same files, byte for byte."""
    assert files_of(write_sample(tmp_path / "again").folder) == files_of(town.folder)


def test_it_is_written_quickly_and_is_small(tmp_path: Path) -> None:
    """Less than 5 seconds and 3 MB."""
    start = time.perf_counter()
    folder = write_sample(tmp_path / "town").folder
    assert time.perf_counter() - start < 5
    assert sum(map(len, files_of(folder).values())) < 3_000_000


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    """What is there stays, and nothing is added beside it."""
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "mine.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="town"):
        write_sample(tmp_path / "town")
    assert files_of(tmp_path) == {"town/mine.txt": b"mine"}


def test_an_empty_folder_is_filled_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is the current one; nothing temporary stays beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write_sample(".")
    assert Path("erdao.toml").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_town_that_was_not_finished_is_no_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails in the middle, the folder stays empty."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("erdao_gis.sample.town_files.write_scene", full)
    with pytest.raises(OSError, match="No space"):
        write_sample(tmp_path / "town")
    assert files_of(tmp_path) == {}


def test_it_lies_away_from_the_real_district(town: Workspace) -> None:
    """More than 10 km from the district's boundary."""
    real = read_layer("district").union_all()
    assert read_layer("district", town).union_all().distance(real) > 10_000


def test_land_use_covers_the_town_exactly(town: Workspace) -> None:
    """No gap and no overlap: areas add up, and the union is the town."""
    land = read_layer("land_use", town)
    whole = read_layer("district", town).geometry["TOWN"]
    assert land.area.sum() == whole.area == 480 * HECTARE
    assert land.union_all().equals(whole)


def test_units_partition_the_town(town: Workspace) -> None:
    """Communities, sub-districts and zones each cover it once."""
    whole = read_layer("district", town).geometry["TOWN"]
    for name in ("population", "subdistricts", "zones"):
        units = read_layer(name, town)
        assert units.area.sum() == whole.area
        assert units.union_all().equals(whole)


def test_all_shapes_are_upright(town: Workspace) -> None:
    """Every side of every area runs along the grid, at whole metres."""
    for name in layer_names():
        for geometry in read_layer(name, town).geometry:
            corners = shapely.get_coordinates(geometry)
            assert (corners == corners.round()).all()
            rings = [r for part in shapely.get_parts(geometry) for r in shapely.get_rings(part)]
            for ring in rings:
                steps = shapely.get_coordinates(ring)
                assert ((steps[1:] == steps[:-1]).any(axis=1)).all()


def test_buildings_stand_on_their_parcel(town: Workspace) -> None:
    """Each building lies within one parcel or one village."""
    plots = [*read_layer("parcels", town).geometry, *read_layer("villages", town).geometry]
    tree = shapely.STRtree(plots)
    houses = read_layer("buildings", town).geometry.to_numpy()
    house, _ = tree.query(houses, predicate="within")
    assert sorted(house) == list(range(len(houses)))


def test_limits_of_housing_are_a_row_of_the_norm(town: Workspace) -> None:
    """Ratio, density and height of GB 50180, table 4.0.2; its green too, or 25 % where rebuilt."""
    shipped = resources.files("erdao_gis.shipped") / "land_use" / "norms.csv"
    storeys: dict[str, dict[str, float]] = defaultdict(dict)
    for row in csv.DictReader(shipped.read_text("utf-8").splitlines()):
        if row["key"].startswith("housing_"):
            storeys[row["note_en"]][row["subject"]] = float(row["high"] or row["low"])
    bounds = ("floor_area_ratio", "building_density", "height_m")
    green = {tuple(row[name] for name in bounds): row["green_ratio"] for row in storeys.values()}
    homes = read_layer("parcels", town)
    homes = homes[homes["land_use_code"] == "070102"]
    assert (len(green), len(homes)) == (5, 25)
    for home in homes.itertuples():
        row = (home.floor_area_ratio_max, home.building_density_max, home.height_max_m)
        assert home.green_ratio_min in (green[row], 25), home.Index


def test_limits_are_those_that_plans_set(town: Workspace) -> None:
    """No plan allows a ratio of 0.2 or a height of 6 m: every bound is in the customary range."""
    parcels = read_layer("parcels", town)
    customary = {
        "floor_area_ratio_max": (0.8, 4.0),
        "floor_area_ratio_min": (0.5, 1.2),
        "building_density_max": (20, 60),
        "building_density_min": (30, 40),
        "green_ratio_min": (20, 40),
        "height_max_m": (12, 80),
    }
    for name, (low, high) in customary.items():
        assert parcels[name].notna().any(), name
        assert parcels[name].dropna().between(low, high).all(), name
    # A parcel is bound by a ratio, a density and a height, as the measures of 2010 ask.
    for least, most in (
        ("floor_area_ratio_min", "floor_area_ratio_max"),
        ("building_density_min", "building_density_max"),
    ):
        assert (parcels[least].notna() | parcels[most].notna()).all()
    assert parcels["height_max_m"].notna().all()


def test_the_sketch_in_the_docstring_is_the_drawing() -> None:
    """What is read is what is built."""
    import erdao_gis.sample  # noqa: PLC0415

    said = erdao_gis.sample.__doc__ or ""
    shown = [line[10:34] for line in said.splitlines() if len(line) >= 34 and "~" in line[10:34]]
    assert shown == DRAWING.splitlines()
