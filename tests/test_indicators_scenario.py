"""A scenario is measured without a file, and gives what the same change gives when imported."""

import os
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from pandas.testing import assert_frame_equal

from erdao_gis import Dataset
from erdao_gis.cli import erdao
from erdao_gis.files import write_features
from erdao_gis.indicators import Run
from erdao_gis.parcels.balance.lines import balance_lines


def changed_parcels(town: Path) -> gpd.GeoDataFrame:
    """Change the town's parcels: one split, one gone, one of another use, one of other limits."""
    frame = Dataset.open(town).layer("parcels")
    first, second, third, fourth = frame.index[:4]
    west, _, east, _ = frame.geometry[first].bounds
    halves = [
        frame.geometry[first].intersection(shapely.box(left, 0, right, 1e8))
        for left, right in ((west, (west + east) / 2), ((west + east) / 2, east))
    ]
    parts = frame.loc[[first, first]].set_geometry(halves).set_axis([f"{first}-1", f"{first}-2"])
    parts["area_m2"] = parts.area
    rest = frame.drop(index=[first, second])
    rest.loc[third, "land_use_code"] = "1401"
    rest.loc[fourth, "floor_area_ratio_max"] = 9.0
    return pd.concat([rest, parts]).rename_axis("id").sort_index()


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """List all files and folders with size and time of the last change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in [folder, *folder.rglob("*")]
    }


@pytest.fixture(scope="module")
def scenario(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Compute everything of the scenario, in an empty folder, and see that nothing is written."""
    empty, before, here = tmp_path_factory.mktemp("empty"), tree(town), Path.cwd()
    parcels = changed_parcels(town)
    os.chdir(empty)
    try:
        run = Run(Dataset.open(town).with_layers(parcels=parcels), population=[10_000.0])
        assert len(run.indicators().frame)
        assert len(run.indicators("parcels").frame)
        assert len(run.balance.at(1).table)
        assert len(run.facts.facts) == len(parcels)
        assert len(run.limits.limits)
    finally:
        os.chdir(here)
    assert tree(town) == before
    assert not list(empty.iterdir())
    return run


@pytest.fixture(scope="module")
def imported(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Import the same parcels into a copy of the town, as a user does."""
    folder = tmp_path_factory.mktemp("imported")
    copy = shutil.copytree(town, folder / "town")
    file = write_features(changed_parcels(town).reset_index(), folder / "parcels.gpkg")
    said = CliRunner().invoke(
        erdao, ["--lang", "en", "import", str(file), "--as", "parcels", "--workspace", str(copy)]
    )
    assert said.exit_code == 0, said.output
    return Run(copy, population=[10_000.0])


def test_indicators_are_those_of_the_import(scenario: Run, imported: Run, town: Path) -> None:
    """All of them, with state, band, target and what is missing; of the town and of parcels."""
    whole, parcels = scenario.indicators(), scenario.indicators("parcels")
    assert_frame_equal(whole.frame, imported.indicators().frame)
    assert_frame_equal(parcels.frame, imported.indicators("parcels").frame)
    # The change is one that figures show.
    name = "parcel_green_ratio"
    assert whole.row(name)["value"] != Run(town).indicators(ids=[name]).row(name)["value"]
    halves = [key for key in parcels.frame["unit_id"].unique() if key.endswith(("-1", "-2"))]
    assert len(halves) == 2


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_balance_is_that_of_the_import(
    scenario: Run, imported: Run, town: Path, level: int
) -> None:
    """Line by line, with names, areas and shares, also within the sub-districts."""
    found, other, before = (
        [vars(line) for line in balance_lines(run.balance.at(level))]
        for run in (scenario, imported, Run(town, population=[10_000.0]))
    )
    assert found == other
    assert found != before
    parts = [run.balance.within("subdistricts", level) for run in (scenario, imported)]
    assert_frame_equal(*parts)


def test_facts_and_limits_are_those_of_the_import(scenario: Run, imported: Run) -> None:
    """Of every parcel, the two new ones included."""
    assert_frame_equal(scenario.facts.facts, imported.facts.facts)
    assert_frame_equal(scenario.limits.broken, imported.limits.broken)
    assert np.isclose(scenario.facts.parcels.area.sum(), imported.facts.parcels.area.sum())
