"""Fixtures that several test files share."""

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from erdao_gis.maps import PageContent, PageGroup, PageLayer, Pair, PlanEntry, write_atlas
from erdao_gis.sample import write_sample

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# How long an example takes says nothing of what is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

WAIT_S = 300
"""How long a worker waits for what another one builds."""

# What takes long, and what it is found by: browsers, atlases, notebooks, PDFs, and commands that
# read and write whole workspaces. `make quick` leaves it out.
SLOW_FIXTURES = {"browser", "page", "open_sheet", "atlas", "town", "town_atlas"}
SLOW_FILES = (
    "erdao_gis/maps/**/*.py",
    "erdao_gis/parcels/**/*.py",
    "erdao_gis/reports/**/*.py",
    "erdao_gis/sample/**/*.py",
    "tests/test_analysis_benchmark.py",
    "tests/test_build_same_bytes.py",
    "tests/test_catalogue_layers.py",
    "tests/test_catalogue_workspace*.py",
    "tests/test_cli*.py",
    "tests/test_import_*.py",
    "tests/test_land_use_editions.py",
    "tests/test_indicators_*.py",
    "tests/test_maps_*.py",
    "tests/test_notebooks.py",
    "tests/test_parcels_balance_*.py",
    "tests/test_parcels_com*.py",
    "tests/test_parcels_heirs.py",
    "tests/test_parcels_lineage*.py",
    "tests/test_parcels_records.py",
    "tests/test_reports_*.py",
    "tests/test_sample_*.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what uses something slow: nobody has to remember to."""
    root = Path(__file__).parents[1]
    places = {path for pattern in SLOW_FILES for path in root.glob(pattern)}
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())) or item.path in places:
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Leave the thousands of tests that were collected out of every later garbage collection."""
    gc.freeze()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; a missing one fails the tests that need it."""
    if not Path(CHROMIUM).is_file():
        pytest.fail("The page tests need Chromium: install it, or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a fresh tab of 1400 by 900 pixels, with no network at all."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that gives the folder of a name, filled once for all workers of a run."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def built(name: str, build: Callable[[Path], object]) -> Path:
        claim = shared / f"{name}.claim"
        try:
            claim.mkdir()  # one worker alone can make it
        except FileExistsError:
            until = time.monotonic() + WAIT_S
            while not (claim / "done").exists():
                if time.monotonic() > until:
                    pytest.fail(f"Another worker has not built {name}: look for its error.")
                time.sleep(0.1)
        else:
            (shared / name).mkdir()
            build(shared / name)
            (claim / "done").touch()
        return shared / name

    return built


@pytest.fixture(scope="session")
def town(built_once: Callable[..., Path]) -> Path:
    """Write the sample town once for the whole run; tests read it and never change it."""
    return built_once("sample", lambda folder: write_sample(folder / "town")) / "town"


@pytest.fixture(scope="session")
def atlas(built_once: Callable[..., Path]) -> Path:
    """Write the atlas of the shipped district once for the whole run."""
    return built_once("atlas", write_atlas)


@pytest.fixture(scope="session")
def town_atlas(town: Path, built_once: Callable[..., Path]) -> Path:
    """Write the atlas of the sample town once for the whole run."""
    return built_once("town_atlas", lambda folder: write_atlas(folder, town))


@pytest.fixture
def small_sheet() -> PageContent:
    """Make a page by hand: two areas, a line, three points (one without a place), roads below."""
    areas = [
        {"id": "CO01", "register_id": "CO01", "name_zh": "滨河核", "name_en": "Riverside core",
         "evidence": "D", "identity": "inferred", "accuracy_m": 300, "source": "osm"},
        {"id": "CO02", "register_id": "CO02", "name_zh": "东部核", "name_en": "Eastern core",
         "reason_zh": "纲要未给位置。", "reason_en": "The outline names no place."},
    ]  # fmt: skip
    lines = [
        {"id": "AX01", "register_id": "AX01", "name_zh": "吉林大路", "name_en": "Jilin Road",
         "evidence": "C", "identity": "named", "accuracy_m": 20, "source": "osm"},
    ]  # fmt: skip
    points = [
        {"id": f"ND0{n}", "register_id": f"ND0{n}", "name_zh": f"第{n}节点", "name_en": f"Node {n}",
         "evidence": grade, "identity": "named", "accuracy_m": 50, "source": "osm"}
        for n, grade in enumerate("BCD", start=1)
    ]  # fmt: skip
    roads = [{"id": "r1", "name_zh": "临河街", "road_class": "primary", "evidence": "B"}]

    def layer(
        key: str, zh: str, en: str, rows: list[dict[str, Any]], shapes: list[Any]
    ) -> PageLayer:
        table = pd.DataFrame(rows).set_index("id")
        frame = gpd.GeoDataFrame(table, geometry=shapes, crs=4490)
        return PageLayer(key=key, title=Pair(zh=zh, en=en), frame=frame)

    core = shapely.box(125.40, 43.87, 125.42, 43.885)
    axis = shapely.LineString([(125.35, 43.88), (125.48, 43.88)])
    nodes = [
        shapely.Point(125.36, 43.88),
        shapely.Point(125.39, 43.88),
        shapely.Point(125.45, 43.88),
    ]
    road = shapely.LineString([(125.37, 43.85), (125.37, 43.91)])
    kind = Pair(zh="节点", en="node")
    osm = "© OpenStreetMap contributors, ODbL 1.0"
    clause = Pair(zh="第二篇第一章第四节", en="Part 2 ch. 1 sec. 4")
    road_name = Pair(zh="吉林大路", en="Jilin Road")
    entry = PlanEntry(
        kind=kind,
        clause=clause,
        heading="整体布局",
        quote="绘就“三核八点”",
        relations=((Pair(zh="位于", en="lies on"), "AX01", road_name),),
    )
    return PageContent(
        title=Pair(zh="空间格局图", en="Spatial layout"),
        subtitle=Pair(zh="示例", en="Example"),
        groups=(
            PageGroup(key="axis", mark="1", title=Pair(zh="一路", en="One axis"),
                      layers=(layer("axis", "一路", "One axis", lines, [axis]),)),
            PageGroup(key="cores", mark="3", title=Pair(zh="三核", en="Three cores"),
                      layers=(layer("cores", "三核", "Three cores", areas, [core, None]),)),
            PageGroup(key="nodes", mark="8", title=Pair(zh="八节点", en="Eight nodes"),
                      layers=(layer("nodes", "八节点", "Eight nodes", points, nodes),)),
        ),
        backdrop=(layer("roads", "道路", "Roads", roads, [road]),),
        entries={"ND01": entry},
        sources={"osm": Pair(zh="OpenStreetMap", en="OpenStreetMap")},
        attribution=(Pair(zh=osm, en=osm),),
    )  # fmt: skip


@pytest.fixture
def open_sheet(page: Page, tmp_path: Path) -> Callable[..., Page]:
    """Return a function that writes HTML to a file and opens it as a double click would."""

    def opened(html: str, *, name: str = "page.html") -> Page:
        path = tmp_path / name
        path.write_text(html, encoding="utf-8", newline="")
        page.goto(path.as_uri())
        return page

    return opened
