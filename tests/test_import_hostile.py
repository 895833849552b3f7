"""Hostile files and texts through the whole chain: import, build, open in the browser."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Page

import erdao_gis
from erdao_gis.cli import erdao

NAME = "{{ 7*7 }}</script><img src=x onerror=window.__pwned=1>`${1}\\"
HEADING = "<b onmouseover=window.__pwned=1>{{x}}"
VALUE = "\"'><svg onload=window.__pwned=1>{% raw %}\u2028"


def run(*arguments: object) -> Result:
    """Run one command in English."""
    return CliRunner().invoke(erdao, ["--lang", "en", *map(str, arguments)])


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make an empty workspace."""
    folder = tmp_path / "town"
    assert run("init", folder, "--title", NAME).exit_code == 0
    return folder


def test_hostile_text_goes_in_and_is_shown_unchanged(
    town: Path, tmp_path: Path, page: Page
) -> None:
    """Names, headings and values of an imported outline neither run nor break the page."""
    zone = erdao_gis.read_layer("zones").geometry["ZN02"].buffer(-300)
    frame = gpd.GeoDataFrame(
        {"id": ["ZN02"], "name_zh": [NAME], "note_zh": [VALUE], HEADING: [VALUE]},
        geometry=[zone],
        crs=4551,
    )
    data = json.loads(frame.to_crs(4326).to_json(drop_id=True))
    file = tmp_path / "zones.geojson"
    file.write_text(json.dumps(data | {"name": NAME}), "utf-8")
    done = run("import", file, "--as", "zones", "--workspace", town, "--source", VALUE)
    assert done.exit_code == 0, done.output
    built = run("build", town)
    assert built.exit_code == 0, built.output
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.goto((town / "maps" / "plan.html").as_uri())
    page.wait_for_timeout(300)
    shown = page.evaluate("document.body.innerText + document.querySelector('body').textContent")
    assert page.evaluate("window.__pwned") is None
    assert faults == []
    assert NAME in shown
    assert page.locator("img, iframe").count() == 0


VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("roads.geojson", VRT),
        ("roads.geojson", ""),
        ("roads.geojson", "<!DOCTYPE html><html><body>404</body></html>"),
        ("roads.gpkg", VRT),
        ("roads.shp", VRT),
    ],
)
def test_files_that_are_not_what_they_claim_are_refused(
    town: Path, tmp_path: Path, name: str, text: str
) -> None:
    """A VRT under another name, an empty file and an error page are told, nothing is written."""
    file = tmp_path / name
    file.write_text(text, "utf-8")
    before = sorted(town.rglob("*"))
    result = run("import", file, "--as", "roads", "--workspace", town)
    assert result.exit_code == 2
    assert name in result.output
    assert sorted(town.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1:9/x.geojson", "http://127.0.0.1:9/x.geojson", "WFS:x"]
)
def test_addresses_are_no_files(town: Path, name: str) -> None:
    """URLs, /vsi paths and driver strings are refused before anything is opened."""
    assert run("import", name, "--as", "roads", "--workspace", town).exit_code == 2


def test_a_link_out_of_the_folder_is_refused(town: Path, tmp_path: Path) -> None:
    """A link that leads elsewhere is not followed."""
    secret = tmp_path / "elsewhere" / "secret.geojson"
    secret.parent.mkdir()
    secret.write_text('{"type":"FeatureCollection","features":[]}', "utf-8")
    given = tmp_path / "given"
    given.mkdir()
    (given / "roads.geojson").symlink_to(secret)
    result = run("import", given / "roads.geojson", "--as", "roads", "--workspace", town)
    assert result.exit_code == 2


def test_a_file_without_crs_is_told_how_to_help(town: Path, tmp_path: Path) -> None:
    """A shapefile without .prj is refused with the remedy, and taken with --crs."""
    frame = gpd.GeoDataFrame(
        {"id": ["p1"]}, geometry=gpd.points_from_xy([461_000], [4_860_000]).buffer(50), crs=4551
    )
    file = tmp_path / "p.shp"
    frame.to_file(file)
    file.with_suffix(".prj").unlink()
    into = ["--as", "parcels", "--workspace", town]
    refused = run("import", file, *into)
    assert refused.exit_code == 2
    assert "crs" in refused.output.lower()
    taken = run("import", file, *into, "--crs", "EPSG:4551", "--json")
    assert json.loads(taken.output)["added"] == ["p1"]
