"""Writing the sample town as a workspace."""

import hashlib
import json
import tempfile
from importlib import resources
from pathlib import Path

import geopandas as gpd

from erdao_gis.catalogue import Workspace, create_workspace, open_workspace
from erdao_gis.catalogue.workspace import MARKER
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import write_features, write_text_atomic
from erdao_gis.sample.land import land_layers
from erdao_gis.sample.town_frames import AS_OF
from erdao_gis.sample.town_places import place_layers
from erdao_gis.sample.town_scenes import SCENES, write_scene
from erdao_gis.sample.truths import truths, truths_text

# Thirty layers of a few rows each would else be two thirds empty pages.
PAGE_SIZE = 1024
TITLE = "示例镇（虚构） / Sample town (fictional)"
README = """\
# 示例镇（虚构） / Sample town (fictional)

**本文件夹中的一切均为虚构。** 镇、街道、地块、人口、建筑与影像由程序按固定规则生成，
仅供学习和测试，不代表任何真实地方，不得与真实数据叠加使用。

**Everything in this folder is made up.** Town, streets, parcels, people, buildings and images are
made by a program from fixed rules, for learning and testing. They stand for no real place and must
not be laid over real data.

| 内容 what | 说明 about |
|---|---|
| `layers/*.gpkg` | 各图层，EPSG:4551 / the layers |
| `scenes/2021-07.tif` | 模拟影像：红、近红外、SCL / simulated scene: red, near infrared, SCL |
| `scenes/2025-07.tif` | 四年后的模拟影像 / simulated scene four years later |
| `truths.csv` | 已知真值及手算方法 / what is known to be true, and how it follows by hand |

坐标原点（西南角）为 E 470000，N 4832000；镇东西 2400 m、南北 2000 m，路网与用地落在 100 m 格网上。
The south-west corner is E 470000, N 4832000; the town is 2,400 m by 2,000 m on a grid of 100 m.

`erdao check .` · `erdao build .`
"""


def write_sample(folder: Path | str) -> Workspace:
    """Write the sample town as a workspace: layers, scenes, truths and a README.

    Parameters
    ----------
    folder
        New or empty folder. It becomes a workspace when all is written, not before.

    Returns
    -------
    Workspace
        With ``fictional`` set: nothing of the real district is read with it.

    Raises
    ------
    WorkspaceError
        The folder holds other files already.

    Examples
    --------
    >>> from erdao_gis import read_layer
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town")
    ...     float(read_layer("villages", town).area.sum()), town.fictional
    (80000.0, True)
    """
    target = Path(folder).resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise WorkspaceError("workspace_not_empty", {"folder": str(target)})
    target.mkdir(parents=True, exist_ok=True)
    # Beside the folder and not in its place: a shell may stand in it.
    with tempfile.TemporaryDirectory(
        prefix=".erdao-", suffix=".tmp", dir=target.parent, ignore_cleanup_errors=True
    ) as beside:
        draft = create_workspace(Path(beside) / "town", title=TITLE, fictional=True)
        _fill(draft)
        # The marker goes last: a folder with it is whole.
        parts = sorted(draft.folder.iterdir(), key=lambda part: part.name == MARKER)
        for part in parts:
            part.replace(target / part.name)
    return open_workspace(target)


def _fill(town: Workspace) -> None:
    layers = land_layers() | place_layers()
    for name, frame in layers.items():
        _write_layer(town, name, frame)
    for date in SCENES:
        write_scene(date, town.folder / "scenes" / f"{date}.tif")
    write_text_atomic(town.folder / "truths.csv", truths_text(truths(layers["parcels"])))
    reported = resources.files("erdao_gis.shipped") / "sample" / "statistics.csv"
    write_text_atomic(town.folder / "statistics.csv", reported.read_text("utf-8"))
    write_text_atomic(town.folder / "README.md", README)


def _write_layer(town: Workspace, name: str, frame: gpd.GeoDataFrame) -> None:
    path = write_features(frame.reset_index(), town.supplied_path(name), page_size=PAGE_SIZE)
    record = {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "source": "虚构 / fictional",
        "as_of": AS_OF,
        "datum": "CGCS2000",
        "completeness": "complete",
        "layer_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    write_text_atomic(town.record_path(name), text)
