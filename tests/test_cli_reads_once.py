"""A command opens its workspace once and reads each layer once, whatever it shows of it."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner

from erdao_gis.catalogue import create_workspace, dataset, layer_text, supplied_files
from erdao_gis.cli import erdao
from erdao_gis.files import FeatureTable, Scene, find_scenes, read_features

OWN = """
from erdao_gis.indicators import Indicator, Result, indicator_inputs

def count(context):
    return Result(amount=context.zeros() + len(context.layer("parcels")))

ours = Indicator(id="ours", name_zh="我们的", name_en="Ours", unit="parcels", function=count,
                 inputs=indicator_inputs("parcels"))
"""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file of a layer is read, hashed and looked for among the scenes.

    That nothing else reads the layers of a workspace is a contract that `lint-imports` holds.
    """
    found: Counter[str] = Counter()
    own, digest = supplied_files.read_own_features, supplied_files.file_sha256

    def counted(path: Path) -> gpd.GeoDataFrame:
        found[f"read {path.stem}"] += 1
        return own(path)

    def counted_foreign(path: Path, **options: str) -> FeatureTable:
        found[f"read {path.stem}"] += 1
        return read_features(path, **options)

    def hashed(path: Path) -> str:
        found[f"hash {path.name}"] += 1
        return digest(path)

    def looked(folder: Path) -> tuple[Scene, ...]:
        found["scenes"] += 1
        return find_scenes(folder)

    monkeypatch.setattr(supplied_files, "read_own_features", counted)
    monkeypatch.setattr(supplied_files, "read_features", counted_foreign)
    monkeypatch.setattr(supplied_files, "file_sha256", hashed)
    monkeypatch.setattr(dataset, "file_sha256", hashed)
    monkeypatch.setattr(dataset, "find_scenes", looked)
    return found


@pytest.mark.parametrize(
    ("command", "least"),
    [
        (["indicators"], 20),
        (["evaluate", "--as-of", "2025", "--into", "out", "--format", "html", "--format", "xlsx"],
         20),
        (["parcels", "facts", "--into", "out"], 10),
        (["parcels", "check", "--into", "out"], 10),
        (["parcels", "balance", "--into", "out", "--unit", "subdistricts"], 2),
        (["build", "--into", "out", "--own", "own.py"], 30),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
)  # fmt: skip
def test_each_layer_is_read_once_per_command(
    town: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Counter[str],
    command: list[str],
    least: int,
) -> None:
    """Tables, pages, reports and workbooks of one command share what was read."""
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(OWN, "utf-8")
    said = CliRunner().invoke(erdao, ["--lang", "en", *command, str(town)])
    assert said.exit_code in (0, 1), said.output  # `check` tells by 1 that limits are broken
    assert said.exception is None or isinstance(said.exception, SystemExit)
    assert {name: times for name, times in read.items() if times > 1} == {}
    layers = [name for name in read if name.startswith("read ")]
    assert len(layers) >= least
    if "--own" in command:
        page = Path("out/own-ours.html").read_text("utf-8")
        assert "Ours" in page
        assert "own-ours.html" in Path("out/index.html").read_text("utf-8")


OPENED: list[str] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith(".geojson"):
        OPENED.append(Path(str(arguments[0])).stem)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """List the shipped and the derived layers whose files Python opens, none being held yet."""
    # A hook cannot be taken off again: it stays, and notes a name.
    if not OPENED:
        sys.addaudithook(_note)
    dataset._shipped.cache_clear()
    layer_text.shipped_text.cache_clear()
    OPENED.clear()
    yield OPENED
    OPENED[:] = ["hooked"]


def test_shipped_and_derived_layers_are_read_once(opened: list[str], tmp_path: Path) -> None:
    """For their features, their record and their hash together."""
    place = create_workspace(tmp_path / "plan")
    nodes = layer_text.shipped_text("nodes")
    place.derived_path("nodes").write_text(nodes, "utf-8")
    opened.clear()
    layer_text.shipped_text.cache_clear()
    for command in (["check", str(place.folder)],
                    ["indicators", str(place.folder), "--id", "axis_length"]):  # fmt: skip
        said = CliRunner().invoke(erdao, ["--lang", "en", *command])
        assert said.exit_code == 0, said.output
        # Its own node layer, and below it the shipped one, which a process reads once.
        times = {name: number for name, number in Counter(opened).items() if number > 1}
        assert times == ({"nodes": 2} if command[0] == "check" else {})
        assert len(opened) >= 1
        opened.clear()
