"""The atlas as files: which pages there are, what they weigh, and what the contents say."""

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
import shapely

from erdao_gis.catalogue import create_workspace, layer_names, layer_schema, read_layer
from erdao_gis.drawing import styled_layers
from erdao_gis.errors import SchemaError, UnsafeInputError
from erdao_gis.indicators import UNITS, indicator
from erdao_gis.indicators.table import figure_pair, number_text, plain_row
from erdao_gis.maps import PageLink, Pair, write_atlas
from erdao_gis.maps.atlas.choropleths import Choropleth, ChoroplethRow, choropleth, choropleth_row
from erdao_gis.maps.atlas.page_rows import page_rows
from erdao_gis.maps.atlas.source import AtlasSource
from erdao_gis.maps.page.navigation import page_links
from erdao_gis.rows import shipped_rows

THEMES = ["plan.html", "streets.html", "industry.html", "rivers.html", "life.html",
          "transport.html"]  # fmt: skip
MEASURES = ["coverage.html", "green_ratio.html", "green_cover.html"]
BALANCE = "balance.html"
PARCELS = "parcels.html"
ROWS = {(row.key, row.realm): row for real in (False, True) for row in page_rows(fictional=real)}


def block(page: Path, name: str) -> Any:
    """Return a data block of a page."""
    text = page.read_text("utf-8").partition(f'id="{name}">')[2].partition("</script>")[0]
    return json.loads(text)


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def source(town: Path) -> AtlasSource:
    """Open the sample town as a source of pages."""
    return AtlasSource(town)


def test_shipped_district_has_its_themes_and_no_measure(atlas: Path) -> None:
    """Without land use there is nothing to colour, so there is no page that could pretend."""
    assert names(atlas) == {"index.html", *THEMES}


def test_contents_say_which_input_is_missing(atlas: Path) -> None:
    """Each measure without a figure names the layer, who has it, and how it gets in."""
    measures = block(atlas / "index.html", "page-sheet")[0]["measures"]
    told = [[line["zh"] for line in measure["missing"]] for measure in measures]
    assert [len(lines) for lines in told] == [1, 1, 2]
    assert all(measure["wholes"] == [] for measure in measures)
    assert told[0][0].startswith("居住用地：向自然资源部门")
    assert "erdao import" in told[1][0]
    assert "scenes" in told[2][1]


def test_whole_atlas_stays_small(atlas: Path) -> None:
    """The shipped atlas with its contents is at most 6 MB."""
    assert sum(path.stat().st_size for path in atlas.iterdir()) <= 6_000_000


def test_written_twice_it_is_the_same_bytes(atlas: Path, tmp_path: Path) -> None:
    """Nothing in an atlas is random or a time; the index comes first and progress is told."""
    told: list[str] = []
    written = write_atlas(tmp_path / "again", progress=told.append)
    assert [path.name for path in written] == ["index.html", *THEMES]
    assert told == [*THEMES, "index.html"]
    assert all(path.read_bytes() == (atlas / path.name).read_bytes() for path in written)


def test_contents_count_what_is_placed(atlas: Path) -> None:
    """A row of the table counts as the layer does."""
    rows = block(atlas / "index.html", "page-sheet")[0]["layers"]
    row = next(row for row in rows if row["title"]["en"] == "Eight nodes")
    nodes = read_layer("nodes")
    assert (row["total"], row["placed"]) == (8, int(nodes.geometry.notna().sum()))
    assert sum(count for _, count in row["grades"]) == row["placed"]
    assert row["amounts"] == [{"zh": "8 个", "en": "8 features"}]


def test_length_counts_sections_and_carriageways_once(town_atlas: Path) -> None:
    """Yi Street 1,600 m and Chou Road 1,600 m; the food section is part of the first."""
    rows = block(town_atlas / "index.html", "page-sheet")[0]["layers"]
    row = next(row for row in rows if row["title"]["en"] == "Feature streets")
    assert row["amounts"] == [{"zh": "3.2 km", "en": "3.2 km"}]


@pytest.mark.parametrize("folder", ["atlas", "town_atlas"])
def test_links_lead_to_files_of_the_atlas(folder: str, request: pytest.FixtureRequest) -> None:
    """Every link is a file beside the page; every page leads to all others."""
    pages: Path = request.getfixturevalue(folder)
    for page in pages.iterdir():
        text = page.read_text("utf-8")
        links = re.findall(r'<a [^>]*href="([^"#]+\.html)"', text)
        assert set(links) <= names(pages)
        if page.name != "index.html":
            assert set(links) == names(pages)


def test_link_that_is_no_plain_name_is_refused() -> None:
    """A page's key becomes a file name: nothing but small letters, digits, - and _."""
    for key in ("../plan", "a b", "", "https://example.org/x", '"><script>', "計畫", "Plan"):
        with pytest.raises(UnsafeInputError):
            page_links([PageLink(key=key, title=Pair(zh="", en=""))], "plan")


@pytest.mark.parametrize("key", ROWS, ids="-".join)
def test_page_row_names_layers_that_exist(key: tuple[str, str]) -> None:
    """Layers, ground and what is switched off are rows of the catalogue; titles are filled."""
    row = ROWS[key]
    for name in (*row.layers, *row.ground, *row.off):
        assert name == "*" or layer_schema(name)
    assert row.measure or set(row.off) <= set(row.layers)
    for pair in (row.title, row.short, row.subtitle):
        assert pair.zh
        assert pair.en
    if row.view:
        west, south, east, north = row.view
        assert 125.3 < west < east < 125.9
        assert 43.7 < south < north < 44.1


def test_every_layer_of_the_plan_stands_on_a_theme_page() -> None:
    """Nothing of the plan is on the overview only, but zones and places outside."""
    themed = {name for row in ROWS.values() if row.layers != ("*",) for name in row.layers}
    assert set(layer_names(role="plan")) - themed == {"zones", "surroundings"}


def test_measures_read_their_tables() -> None:
    """Every measure on a page has a row whose figure, units and layer exist."""
    for row in ROWS.values():
        if row.measure:
            measure = choropleth_row(row.measure)
            known = indicator(measure.figure)
            assert known.formula("zh")
            assert known.formula("en")
            assert all(UNITS[kind].layer in layer_names() for kind in measure.units)
            assert [indicator(figure).units[0] for figure in measure.wholes]
            assert measure.breaks == tuple(sorted(measure.breaks))
            assert measure.against in ("", *layer_names())
    ramps = [row.ramp for row in shipped_rows("atlas/measures", ChoroplethRow)]
    assert len(ramps) == len(set(ramps))


def test_featured_styles_belong_to_layers() -> None:
    """A style that lets a layer step forward on its own page is named after a layer."""
    for name in styled_layers():
        if name.endswith("_featured"):
            assert name.removesuffix("_featured") in layer_names()


def test_town_has_every_page(town_atlas: Path) -> None:
    """With all inputs filled every measure has its page."""
    assert names(town_atlas) == {"index.html", *THEMES, *MEASURES, BALANCE, PARCELS}


def truth(town: Path, key: str) -> float:
    """Return a known figure of the sample town."""
    with (town / "truths.csv").open(encoding="utf-8") as stream:
        return next(float(row["value"]) for row in csv.DictReader(stream) if row["key"] == key)


def test_classes_name_method_and_limits(town_atlas: Path) -> None:
    """The legend tells how the limits were set, every class with its count, and no data."""
    layer = block(town_atlas / "coverage.html", "page-layers")[0]
    assert layer["method"]["en"].lower().count("given")
    assert [part["title"]["zh"] for part in layer["parts"]] == [
        "0 – 20", "20 – 40", "40 – 60", "60 – 80", "80 – 100", "无数据",
    ]  # fmt: skip
    assert sum(part["count"] for part in layer["parts"]) == 24


def test_figure_is_tied_to_how_it_was_computed(town_atlas: Path) -> None:
    """State, formula, input files with their digests, and parameters stand on the page."""
    rows = block(town_atlas / "green_cover.html", "page-sheet")[0]["method"]
    text = "\n".join(line["zh"] for _, line in rows)
    for told in ("38.11 %", "NDVI", "parcels.gpkg", "SHA-256", "2025-07.tif", "0.3", "SCL"):
        assert told in text


def coloured(name: str, source: AtlasSource) -> tuple[Choropleth, pd.DataFrame]:
    """Return the coloured units, and the rows of the run's table that they show."""
    found = choropleth(choropleth_row(name), source)
    kind = {"coverage": "residential"}.get(name, "parcels")
    table = source.run.indicators(kind, ids=[found.row.figure]).frame.set_index("unit_id")
    return found, table


def test_parks_serve_by_their_size(source: AtlasSource, town: Path) -> None:
    """The whole is that of the known truth, on the map as in the table."""
    found, table = coloured("coverage", source)
    assert table["value"].between(0, 100).all()
    # Circles are drawn with chords: a hundredth of a percent is lost.
    share = source.run.indicators(ids=[found.row.figure]).row(found.row.figure)["value"]
    assert share == pytest.approx(100 * truth(town, "park_coverage:size_classes"), abs=0.01)
    assert number_text(share) in found.wholes[0].en


@pytest.mark.parametrize("name", ["coverage", "green_ratio", "green_cover"])
def test_units_show_the_figures_of_the_table(name: str, source: AtlasSource) -> None:
    """Every unit tells its figure as the run's table has it, and its class holds the value."""
    found, table = coloured(name, source)
    assert found.layer is not None
    classes = found.layer.classes
    assert classes is not None
    for key, told in found.layer.frame[f"figure_{name}"].items():
        row = plain_row(table.loc[str(key)].to_dict())
        assert told == figure_pair(row)
        number = classes.numbers.loc[key]
        if row["value"] is None:
            assert number == -1
        else:
            low, high = classes.breaks[number], classes.breaks[number + 1]
            assert low <= row["value"] <= high + 1e-9


def test_three_grounds_are_three_figures(source: AtlasSource) -> None:
    """绿地率 of all land, of the built-up area and of the parcels stand under three titles."""
    found, _ = coloured("green_ratio", source)
    titles = [whole.zh.partition("：")[0] for whole in found.wholes]
    assert titles == ["绿地率（区内全部用地）", "建成区绿地率", "地块绿地率"]
    assert len({whole.zh.partition("：")[2] for whole in found.wholes}) == 3


def test_units_under_cloud_are_no_data(town: Path, tmp_path: Path) -> None:
    """On the older scene a cloud hides a block of the works: its parcel has no figure."""
    copy = tmp_path / "town"
    shutil.copytree(town, copy)
    (copy / "scenes" / "2025-07.tif").unlink()
    older = AtlasSource(copy)
    assert [scene.path.name for scene in older.dataset.scenes] == ["2021-07.tif"]
    found, table = coloured("green_cover", older)
    assert found.layer is not None
    assert found.layer.classes is not None
    assert 0 < table["value"].isna().sum() == found.layer.classes.missing


def supply(folder: Path, name: str, completeness: str, frame: gpd.GeoDataFrame) -> None:
    """Put a layer into a workspace as an import leaves it there."""
    whole = frame.assign(register_id=None, name_en=None, evidence="A", identity="named")
    whole.to_file(folder / "layers" / f"{name}.gpkg", driver="GPKG")
    record = {"file": f"{name}.shp", "sha256": "0" * 64, "as_of": "2025"}
    text = json.dumps(record | {"completeness": completeness})
    (folder / "layers" / f"{name}.json").write_text(text, encoding="utf-8")


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """Make a workspace of the real district with two housing blocks of 100 m, 10 km apart."""
    place = create_workspace(tmp_path / "own", title="自有数据")
    blocks = [shapely.box(x, 4_860_000, x + 100, 4_860_100) for x in (450_000, 460_000)]
    columns = {"id": ["R1", "R2"], "name_zh": ["近", "远"]}
    supply(
        place.folder,
        "residential",
        "complete",
        gpd.GeoDataFrame(columns, geometry=blocks, crs=4551),
    )
    return place.folder


def parks(completeness: str, classes: list[str | None], sizes: list[float | None]) -> Any:
    """Return parks as points in the middle of the two blocks."""
    columns = {
        "id": ["P1", "P2"], "name_zh": ["甲园", "乙园"], "green_class": classes, "area_m2": sizes,
    }  # fmt: skip
    points = [shapely.Point(x, 4_860_050) for x in (450_050, 460_050)]
    return "parks_and_green", completeness, gpd.GeoDataFrame(columns, geometry=points, crs=4551)


def test_partial_parks_give_a_lower_bound(district: Path) -> None:
    """One park serves one block: what it does not reach is no data, never 0 %."""
    supply(district, *parks("partial", ["G11", "G2"], [6000.0, 6000.0]))
    source = AtlasSource(district)
    found = choropleth(choropleth_row("coverage"), source)
    assert found.layer is not None
    texts = found.layer.frame["figure_coverage"]
    assert texts.loc["R1"].en.startswith("≥ 100 %")
    assert texts.loc["R2"].en.startswith("no data")
    # Both blocks are equally large: of the whole at least half is surely reached.
    assert "≥ 50 %" in found.wholes[0].en


@pytest.mark.parametrize(
    ("classes", "sizes"),
    [(["G2", "G3"], [6000.0, 6000.0]), (["G11", "G14"], [None, None])],
    ids=["no park", "no size"],
)
def test_parks_that_cannot_count_are_a_missing_input(
    classes: list[str | None], sizes: list[float | None], district: Path
) -> None:
    """Where nothing can be told, no page of zeros is made, and the contents say what lacks."""
    supply(district, *parks("partial", classes, sizes))
    found = choropleth(choropleth_row("coverage"), AtlasSource(district))
    assert found.layer is None
    assert found.missing == ("parks_and_green",)


def test_page_without_its_data_does_not_outlive_it(district: Path, tmp_path: Path) -> None:
    """A page whose input was taken back goes with the next build; files of others stay."""
    folder = tmp_path / "maps"
    supply(district, *parks("complete", ["G11", "G11"], [6000.0, 6000.0]))
    assert "coverage.html" in {path.name for path in write_atlas(folder, district)}
    (folder / "green_cover.html").write_text("mine", encoding="utf-8")
    for path in (district / "layers").glob("residential.*"):
        path.unlink()
    write_atlas(folder, district)
    assert names(folder) == {"index.html", *THEMES, "green_cover.html"}


def test_inputs_that_are_missing_are_named_in_order(tmp_path: Path) -> None:
    """An empty fictional place lacks units and what is measured against them."""
    source = AtlasSource(create_workspace(tmp_path / "空", fictional=True))
    rows = {key: choropleth_row(key) for key in ("green_ratio", "green_cover", "coverage")}
    missing = {key: choropleth(row, source).missing for key, row in rows.items()}
    assert missing["green_ratio"] == ("parcels", "parks_and_green")
    assert missing["green_cover"] == ("parcels", "scene")
    assert missing["coverage"][:2] == ("residential", "parks_and_green")


def test_empty_place_has_contents_only(tmp_path: Path) -> None:
    """A fictional place without any layer still gets contents that say so."""
    place = create_workspace(tmp_path / "空", title="空镇 / Empty", fictional=True)
    written = write_atlas(tmp_path / "maps", place)
    assert [path.name for path in written] == ["index.html"]
    sheet = block(written[0], "page-sheet")[0]
    assert sheet["title"]["en"] == "Empty: spatial planning atlas"
    assert sheet["layers"] == []


def test_fictional_place_bears_none_of_the_plans_names(town_atlas: Path) -> None:
    """Titles of the town do not speak of Erdao, Jilin Road or eight nodes, and it is stamped."""
    for page in town_atlas.iterdir():
        sheet = block(page, "page-sheet")[0]
        assert sheet["warning"]["zh"] == "虚构地方，非二道区"
        assert "21338" not in sheet["title"]["zh"]
        assert sheet["title"]["zh"].startswith("示例镇（虚构）")
    layers = block(town_atlas / "plan.html", "page-layers")
    assert not any("吉林" in row["title"]["zh"] or "八" in row["title"]["zh"] for row in layers)


def test_scene_without_known_bands_is_refused(town: Path, tmp_path: Path) -> None:
    """Which band is red is never guessed: B4 and B8 are not only Sentinel-2's."""
    copy = tmp_path / "town"
    shutil.copytree(town, copy)
    with rasterio.open(copy / "scenes" / "2025-07.tif", "r+") as scene:
        scene.descriptions = ("B4", "B8", "height")
    with pytest.raises(SchemaError, match=r"2025-07\.tif"):
        choropleth(choropleth_row("green_cover"), AtlasSource(copy))


def test_frames_of_the_source_stay_as_they_are(source: AtlasSource, town: Path) -> None:
    """Colouring adds its column to a copy."""
    choropleth(choropleth_row("coverage"), source)
    kept: gpd.GeoDataFrame = source.layer("residential").frame
    assert list(kept.columns) == list(read_layer("residential", town).columns)
