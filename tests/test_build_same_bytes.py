"""What the repository keeps under maps/ is what the build makes, byte for byte."""

from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from erdao_gis.cli import erdao

ROOT = Path(__file__).parents[1]


def test_the_environment_is_the_pinned_one() -> None:
    """Byte equality is promised for the pinned versions; the suite runs with them."""
    lines = (ROOT / ".ci" / "constraints.txt").read_text("utf-8").split()
    pinned = dict(line.split("==") for line in lines)
    for name in ("folium", "branca", "geopandas", "shapely", "pyproj", "pandas"):
        assert version(name) == pinned[name]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh build of the shipped layers."""
    folder = tmp_path_factory.mktemp("maps")
    result = CliRunner().invoke(erdao, ["build", "--into", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def test_the_kept_maps_are_what_the_build_makes(built: Path) -> None:
    """The same files with the same bytes."""
    kept = {path.name: path.read_bytes() for path in (ROOT / "maps").iterdir()}
    made = {path.name: path.read_bytes() for path in built.iterdir()}
    assert kept.keys() == made.keys()
    assert [name for name in made if made[name] != kept[name]] == []
