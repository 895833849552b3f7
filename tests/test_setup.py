"""The distribution names every package there is."""

import configparser
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def test_every_package_is_in_the_wheel() -> None:
    """A folder with code that setup.cfg forgets would be missing from the wheel."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    named = set(settings["options"]["packages"].split())
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "erdao_gis").rglob("__init__.py")
    }
    assert named == found | {"erdao_gis.shipped"}


def test_nothing_beside_the_agreed_folders() -> None:
    """The top level holds what the project's users expect there, and nothing else."""
    allowed = {"erdao_gis", "layers", "notebooks", "maps", "tests", "setup.cfg", "README.md",
               "pyproject.toml", "Makefile", "CHANGELOG.md", "SECURITY.md", "LICENSE",
               "benchmarks", "docs", "build", "dist"}  # fmt: skip
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found if not name.endswith(".egg-info")} <= allowed


def test_a_module_is_called_by_what_it_holds() -> None:
    """No two modules have one name: a message, an import or a search finds one place."""
    names = [path.name for path in ROOT.glob("erdao_gis/**/*.py") if path.name != "__init__.py"]
    assert sorted(names) == sorted(set(names))


def test_only_packages_say_what_they_offer() -> None:
    """What is public is said once, by the package; a module's own names are one underscore away."""
    modules = [path for path in ROOT.glob("erdao_gis/**/*.py") if path.name != "__init__.py"]
    assert [path.name for path in modules if "\n__all__ = " in path.read_text("utf-8")] == []


@pytest.mark.parametrize("package", ["erdao_gis", "erdao_gis.maps", "erdao_gis.reports"])
def test_a_door_loads_nothing_heavy(package: str) -> None:
    """What a package offers is imported when it is asked for, and is listed before."""
    code = (
        f"import sys, {package} as package\n"
        "heavy = {'folium', 'geopandas', 'numpy', 'openpyxl', 'pandas', 'rasterio', 'scipy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert set(package.__all__) <= set(dir(package))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", ["erdao_gis", "erdao_gis.maps", "erdao_gis.plan",
                                     "erdao_gis.reports"])  # fmt: skip
def test_every_name_of_a_door_is_there(package: str) -> None:
    """No name is missing, and none is a module of the same name that Python put in its place."""
    door = importlib.import_module(package)
    every = {name: getattr(door, name) for name in door.__all__}
    assert [name for name, found in every.items() if isinstance(found, ModuleType)] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = door.nothing


def test_workbooks_look_alike_by_one_module() -> None:
    """Fonts, fills and borders are set nowhere else."""
    modules = ROOT.glob("erdao_gis/**/*.py")
    styled = [path.name for path in modules if "openpyxl.styles" in path.read_text("utf-8")]
    assert styled == ["cell_styles.py"]


def test_the_changelog_has_each_heading_once() -> None:
    """No version stands twice, and no version has two lists of additions or of changes."""
    version, found = "", []
    for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            version = line
        if line.startswith("#"):
            found.append((version, line))
    assert sorted(found) == sorted(set(found))
