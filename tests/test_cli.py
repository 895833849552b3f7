"""The command line: the library's verbs, told for people and for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from shapely import box

from erdao_gis.cli import COMMANDS, erdao


def run(*arguments: object) -> Result:
    """Run one command in English."""
    return CliRunner().invoke(erdao, ["--lang", "en", *map(str, arguments)])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself_in_both_languages(command: object) -> None:
    """Help is Chinese and English."""
    said = run(command.name, "--help").output
    assert any("\u4e00" <= character <= "\u9fff" for character in said)
    assert " / " in said


def test_help_loads_nothing_heavy() -> None:
    """`erdao --help` needs neither geopandas nor folium."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom erdao_gis.cli import erdao\n"
        "assert CliRunner().invoke(erdao, ['--help']).exit_code == 0\n"
        "heavy = {'geopandas', 'folium', 'numpy', 'pandas', 'rasterio'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_plan_show_gives_clause_and_quote() -> None:
    """One element is told with its clause, as text and as JSON."""
    assert "东盛大街综合服务节点" in run("plan", "show", "ND03").output
    record = json.loads(run("plan", "show", "ND03", "--json").output)
    assert record["id"] == "ND03"
    assert "东盛大街" in json.dumps(record, ensure_ascii=False)


def test_an_unknown_element_is_told_with_exit_status_2() -> None:
    """Errors of ours come as one message without a traceback."""
    result = run("plan", "show", "ND99")
    assert result.exit_code == 2
    assert "ND99" in result.output
    assert "Traceback" not in result.output


def test_plan_tree_holds_the_21338() -> None:
    """The tree lists all nodes, and JSON holds the same."""
    text, record = run("plan", "tree").output, run("plan", "tree", "--json").output
    for number in range(1, 9):
        assert f"ND0{number}" in text
        assert f"ND0{number}" in record


def test_plan_verify_tells_a_wrong_text(tmp_path: Path) -> None:
    """A text without the quotes ends with status 1."""
    text = tmp_path / "outline.txt"
    text.write_text("第一篇  别的文字\n", "utf-8")
    result = run("plan", "verify", "--text", text, "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["sound"] is False


def test_check_is_clean_and_counts() -> None:
    """The shipped layers pass; counts add up."""
    result = run("check", "--json")
    report = json.loads(result.output)
    assert result.exit_code == 0
    assert report["faults"] == []
    assert report["placed"] + report["unplaced"] == report["features"]
    assert sum(report["by_evidence"].values()) == report["placed"]


def test_derive_on_shipped_layers_changes_nothing() -> None:
    """The shipped plan layers are what their recipes give."""
    assert json.loads(run("derive", "--json").output) == {"changes": [], "written": []}


def test_layers_tell_where_to_get_the_data() -> None:
    """Input layers name the office that has them."""
    assert "registry" in run("layers").output
    assert {entry["role"] for entry in json.loads(run("layers", "--json").output)} == {
        "plan", "base", "input",
    }  # fmt: skip


def test_init_import_undo(tmp_path: Path) -> None:
    """A district's file goes in, is shown first with --dry-run, and comes out again."""
    town, file = tmp_path / "town", tmp_path / "parks.gpkg"
    frame = gpd.GeoDataFrame(
        {"编码": ["K1"]}, geometry=[box(461_000, 4_860_000, 461_100, 4_860_100)], crs=4551
    )
    frame.to_file(file)
    assert run("init", town).exit_code == 0
    into = ["--as", "residential", "--workspace", town, "--map", "编码=id"]
    assert "nothing was written" in run("import", file, *into, "--dry-run").output
    assert not (town / "layers" / "residential.gpkg").exists()
    done = run("import", file, *into)
    assert "1 added" in done.output
    assert (town / "layers" / "residential.gpkg").exists()
    assert run("undo", town).exit_code == 0
    assert not (town / "layers" / "residential.gpkg").exists()


def test_templates_can_be_imported_back(tmp_path: Path) -> None:
    """The blank templates carry every column of the layer and read as an empty layer."""
    assert run("template", "parcels", "--into", tmp_path).exit_code == 0
    blank = gpd.read_file(tmp_path / "parcels.gpkg")
    assert "floor_area_ratio_max" in blank.columns
    assert len(blank) == 0
    assert (tmp_path / "parcels.xlsx").stat().st_size > 5_000


def test_build_writes_the_map_and_says_where(tmp_path: Path) -> None:
    """A build ends with a table and the page that can be opened."""
    result = run("build", "--into", tmp_path / "maps")
    assert result.exit_code == 0, result.output
    pages = list((tmp_path / "maps").glob("*.html"))
    assert pages
    assert pages[0].name in result.output


def test_the_package_runs_as_a_module() -> None:
    """`python -m erdao_gis` is the same command, for a PC where scripts are not on the path."""
    done = subprocess.run(
        [sys.executable, "-m", "erdao_gis", "--lang", "zh", "layers"],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert "八节点" in done.stdout
