"""The id of a run: the same for the same inputs in every process, another for any other."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from erdao_gis import Dataset
from erdao_gis.indicators import Run, load_own, registry

# Sets and nested functions: what has another order or address in each process.
OWN = """
import functools
from erdao_gis.indicators import Indicator, Result, indicator_inputs

KINDS = {"primary_school", "secondary_school", "kindergarten", "clinic"}
FACTOR = 1.0

class Rule:
    share = 0.5

    def of(self, number):
        return number * self.share

def helper(frame):
    return len([key for key in frame.index if key in frame.index])  # every one

def count(context, reach=500):
    frame = context.layer("facilities_inventory", where={"facility_type": KINDS})
    extra = (lambda number: number + (number in {"a", "b", "c"}))(helper(frame))
    return Result(amount=context.zeros() + Rule().of(extra) * FACTOR + reach)

row = Indicator(id="mine", name_zh="甲", name_en="A", unit="u", low=0.0,
                function=functools.partial(count, reach=300),
                inputs=indicator_inputs("facilities_inventory"))
"""


@pytest.fixture
def own_town(town: Path, tmp_path: Path) -> Path:
    """Copy the sample town, so that a test may change it."""
    return shutil.copytree(town, tmp_path / "town")


def own_id(place: Dataset, folder: Path, text: str) -> str:
    """Tell the id of a run with the indicators of a file."""
    file = folder / "mine.py"
    file.write_text(text, "utf-8")
    return Run(place, own=load_own(file)).id


def test_two_processes_give_the_same_id(own_town: Path, tmp_path: Path) -> None:
    """Wherever the workspace lies, whatever order sets have, whatever was asked for first."""
    moved = shutil.copytree(own_town, tmp_path / "elsewhere" / "t")
    here = own_id(Dataset.open(own_town), tmp_path, OWN)
    code = (
        "import sys\nfrom erdao_gis.indicators import Run, load_own\n"
        "run = Run(sys.argv[1], own=load_own(sys.argv[2]))\n"
        "if len(sys.argv) > 3: run.indicators(ids=['axis_length', 'mine'])\n"
        "print(run.id)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed, arguments in (
            ("1", [own_town, tmp_path / "mine.py"]),
            ("2", [moved, shutil.copy(tmp_path / "mine.py", tmp_path / "elsewhere"), "asked"]),
        )
    }
    assert found == {here}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FACTOR = 1.0", "FACTOR = 2.0"),
        ('"clinic"}', '"clinics"}'),
        ("share = 0.5", "share = 0.6"),
        ("number * self.share", "number / self.share"),
        ("in frame.index if key", "in frame.columns if key"),
        ("reach=500", "reach=501"),
        ("reach=300", "reach=301"),
        ('"c"})', '"d"})'),
        ("context.zeros() +", "context.zeros() -"),
        ("low=0.0", "low=0.0, high=1.0"),
        ("low=0.0", "low=0.0, group='green'"),
        ("low=0.0", "low=0.0, target='own', target_operator='>=', target_value=1.0"),
        ("low=0.0", "low=0.0, parameters={'a': '1 m'}"),
        ('("facilities_inventory")', '("facilities_inventory!")'),
        ('id="mine"', 'id="yours"'),
    ],
)
def test_any_change_of_an_own_indicator_is_another_run(
    town: Path, tmp_path: Path, old: str, new: str
) -> None:
    """Constants, helpers, classes, defaults, bound arguments and every column of its row."""
    place = Dataset.open(town)
    assert OWN.count(old) == 1
    assert own_id(place, tmp_path, OWN) != own_id(place, tmp_path, OWN.replace(old, new))


def test_the_code_counts_whatever_group_an_own_indicator_is_in(town: Path, tmp_path: Path) -> None:
    """An indicator beside ours among the greens is still one of the user's own."""
    place, green = Dataset.open(town), OWN.replace("low=0.0", "group='green'")
    ids = [own_id(place, tmp_path, text) for text in (green, green.replace("= 1.0", "= 2.0"))]
    assert ids[0] != ids[1]


def test_a_comment_is_no_change(town: Path, tmp_path: Path) -> None:
    """What does not compute does not count."""
    place = Dataset.open(town)
    assert own_id(place, tmp_path, OWN) == own_id(
        place, tmp_path, "# mine\n\n" + OWN.replace("# every one", "# all of them")
    )


def _cell(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    changed = frame.copy()
    changed.loc[frame.index[0], "name_zh"] = "别的"
    return changed


def _shape(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_list()
    shapes[0] = shapely.transform(shapes[0], lambda xy: xy + 0.001)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _partial(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    changed = frame.copy()
    changed.attrs["completeness"] = "partial"
    return changed


@pytest.mark.parametrize("name", ["parcels", "roads", "villages", "zones"])
def test_any_change_of_a_layer_is_another_run(town: Path, name: str) -> None:
    """A word, a millimetre, a row less, another completeness: also of layers not asked for."""
    place = Dataset.open(town)
    frame = place.layer(name)
    changes: list[Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]] = [
        _cell, _shape, _partial, lambda each: each.iloc[1:],
    ]  # fmt: skip
    runs = [Run(place.with_layers(**{name: change(frame)})).id for change in changes]
    assert len({Run(place).id, *runs}) == len(runs) + 1
    assert Run(place.with_layers(**{name: _cell(frame)})).id == runs[0]


def _scene(folder: Path) -> None:
    path = max((folder / "scenes").glob("*.tif"))
    cells = path.read_bytes()
    path.write_bytes(cells[:-1] + bytes([cells[-1] ^ 1]))


def _scene_gone(folder: Path) -> None:
    min((folder / "scenes").glob("*.tif")).unlink()


def _sidecar(folder: Path) -> None:
    path = min((folder / "scenes").glob("*.tif"))
    path.with_suffix(".toml").write_text('date = "2020-07"\n', "utf-8")


def _statistics(folder: Path) -> None:
    head = "key,part,feature,operator,value,unit,as_of,source_zh,source_en\n"
    path = folder / "statistics.csv"
    text = path.read_text("utf-8") if path.exists() else head
    path.write_text(text + "IN01,,,=,36.5,%,2024,某局,an office\n", "utf-8")


COLUMNS = "id,name_zh,name_en,unit,inputs,function,parameters"
ROW = "x,甲,A,km,axis,length_of,layer=axis"


def _row(folder: Path) -> None:
    (folder / "indicators.csv").write_text(f"{COLUMNS}\n{ROW}\n", "utf-8")


def _row_with_target(folder: Path) -> None:
    text = f"{COLUMNS},target,target_operator,target_value\n{ROW},own,>=,1\n"
    (folder / "indicators.csv").write_text(text, "utf-8")


def test_any_change_of_scenes_statistics_and_rows_is_another_run(
    town: Path, tmp_path: Path
) -> None:
    """One bit of a scene, a scene less, a file beside it, a reported figure, an own row."""
    changes = [_scene, _scene_gone, _sidecar, _statistics, _row, _row_with_target]
    ids = [Run(town).id]
    for change in changes:
        folder = shutil.copytree(town, tmp_path / change.__name__)
        assert Run(folder).id == ids[0]
        change(folder)
        ids.append(Run(folder).id)
    assert len(set(ids)) == len(changes) + 1


def test_other_parameters_are_another_run(town: Path) -> None:
    """Of an indicator, of the balance's residents, of its scope; the usual values are none."""
    place = Dataset.open(town)
    runs = [
        Run(place),
        Run(place, parameters={"park_coverage": {"large_reach_m": 200}}),
        Run(place, parameters={"park_coverage": {"large_reach_m": 201}}),
        Run(place, population=[10_000.0]),
        Run(place, population=[10_000.0, 12_000.0]),
        Run(place, scope="parcels"),
    ]
    assert len({run.id for run in runs}) == len(runs)
    assert Run(place, population=[10_000]).id == runs[3].id
    usual = registry()["park_coverage"].parameter("large_reach_m")
    assert Run(place, parameters={"park_coverage": {"large_reach_m": usual}}).id == runs[0].id
