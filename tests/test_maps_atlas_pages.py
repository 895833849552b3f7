"""The pages of an atlas in a browser: offline, on a phone, by keyboard, on paper."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

THEMES = ("plan", "streets", "industry", "rivers", "life", "transport")
MEASURES = ("coverage", "green_ratio", "green_cover")

OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.names text')].map(text => {
    const box = text.getBBox(), m = text.getScreenCTM();
    const at = (x, y) => [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
    const l = box.x + 1, r = box.x + box.width - 1, t = box.y + 2, b = box.y + box.height - 2;
    return { text: text.textContent, ring: [at(l, t), at(r, t), at(r, b), at(l, b)] };
  });
  const apart = (p, q) => [p, q].some(ring => [0, 1].some(i => {
    const nx = ring[i + 1][1] - ring[i][1], ny = ring[i][0] - ring[i + 1][0];
    const [a, b] = [p, q].map(points => points.map(([x, y]) => x * nx + y * ny));
    return Math.max(...a) <= Math.min(...b) || Math.max(...b) <= Math.min(...a);
  }));
  return boxes.flatMap((one, i) => boxes.slice(i + 1)
    .filter(other => !apart(one.ring, other.ring)).map(other => one.text + ' / ' + other.text));
}"""


@pytest.fixture
def heard(page: Page) -> tuple[list[str], list[str]]:
    """Collect what the tab asks for and what it complains about."""
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url.split("#")[0]))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return requests, complaints


@pytest.fixture
def opened(page: Page) -> Callable[..., Page]:
    """Return a function that opens a page of an atlas as a double click would."""

    def show(folder: Path, name: str, *, at: str = "") -> Page:
        page.goto((folder / f"{name}.html").as_uri() + at)
        return page

    return show


def test_every_page_opens_alone_and_quietly(
    atlas: Path,
    town_atlas: Path,
    heard: tuple[list[str], list[str]],
    opened: Callable[..., Page],
) -> None:
    """One request each, nothing in the console, and no name meets another in either language."""
    requests, complaints = heard
    pages = [(atlas, name) for name in THEMES] + [(town_atlas, name) for name in MEASURES]
    for number, (folder, name) in enumerate(pages, start=1):
        page = opened(folder, name)
        assert page.locator("path[data-feature]").count() > 0, name
        assert page.evaluate(OVERLAPS) == [], name
        page.click("#language")
        assert page.evaluate(OVERLAPS) == [], name
        assert len(requests) == number
    assert complaints == []


def test_contents_open_quietly(
    atlas: Path, heard: tuple[list[str], list[str]], opened: Callable[..., Page]
) -> None:
    """The contents ask for nothing beside their own file and show a picture for each page."""
    requests, complaints = heard
    page = opened(atlas, "index")
    assert page.locator("#cards a svg").count() == len(THEMES)
    # Without land there is neither a measure nor a balance, and nothing to tell of parcels.
    assert page.locator("#cards .card").count() == len(MEASURES) + 2
    expect(page.locator("#measures")).to_contain_text("无数据")
    expect(page.locator("#layers tbody tr").first).to_contain_text("两区")
    assert len(requests) == 1
    assert complaints == []


def test_language_keeps_from_page_to_page(atlas: Path, opened: Callable[..., Page]) -> None:
    """The choice travels in the address: over links, and over a reload."""
    page = opened(atlas, "index")
    page.click("#language")
    expect(page.locator("#title")).to_have_text("Spatial planning atlas of Erdao District")
    page.locator("#cards a").nth(1).click()
    expect(page.locator("#title")).to_have_text("Feature streets")
    assert page.url.endswith("streets.html#en")
    page.reload()
    expect(page.locator("#pages a").first).to_have_text("Contents")
    page.locator("#pages a").first.press("Enter")
    expect(page.locator("#measures")).to_contain_text("no data")


def test_page_in_the_address_language_can_go_back(atlas: Path, opened: Callable[..., Page]) -> None:
    """An address with #en opens in English; another choice replaces it."""
    page = opened(atlas, "rivers", at="#en")
    expect(page.locator("#title")).to_have_text("Rivers and ecology")
    page.click("#language")
    assert page.url.endswith("#zh")
    assert page.locator("#pages a[aria-current]").inner_text() == "河流与生态"


@pytest.mark.parametrize("width", [1400, 360])
def test_axe_finds_nothing(
    width: int, atlas: Path, town_atlas: Path, page: Page, opened: Callable[..., Page]
) -> None:
    """No violation on the contents, on a theme and on a measure, with panels open."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    for folder, name in ((atlas, "index"), (atlas, "life"), (town_atlas, "coverage")):
        opened(folder, name)
        if name != "index" and width == 360:
            page.click("#list-open")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_phone_needs_no_sideways_scrolling(
    atlas: Path, town_atlas: Path, page: Page, opened: Callable[..., Page]
) -> None:
    """At 360 pixels no page is wider than the screen."""
    page.set_viewport_size({"width": 360, "height": 740})
    for folder, name in ((atlas, "index"), (town_atlas, "index"), (town_atlas, "green_cover")):
        opened(folder, name)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name
        page.click("#language")
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name


def test_measure_prints_on_one_sheet(town_atlas: Path, opened: Callable[..., Page]) -> None:
    """Legend, method and map of a measure fit one page; contents may take more."""
    pdf = opened(town_atlas, "coverage").pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1


def test_unit_tells_its_figure(town_atlas: Path, opened: Callable[..., Page]) -> None:
    """A click on a unit opens its figure in percent beside its other columns."""
    page = opened(town_atlas, "coverage")
    page.locator("path[data-feature='0']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_contain_text(
        "公园绿地服务半径覆盖率（单元内居住用地，直线距离）"
    )
    expect(page.locator("#method")).to_contain_text("98.2")


def test_streets_of_two_carriageways_are_one_line_from_afar(
    atlas: Path, opened: Callable[..., Page]
) -> None:
    """Near the ground both carriageways are drawn, from afar the line between them."""
    page = opened(atlas, "streets")
    parts = """() => {
      const feature = window.erdao.features.find(f => f.mid && f.xy.length > f.mid.length);
      const path = document.querySelector(`path[data-feature='${feature.key}']`);
      return (path.getAttribute("d").match(/M/g) || []).length;
    }"""
    afar = page.evaluate(parts)
    page.evaluate(
        """() => {
        const feature = window.erdao.features.find(f => f.mid && f.xy.length > f.mid.length);
        const [x, y] = feature.mid[0][0];
        window.map_plan.setView([y, x], 15.5, {animate: false});
        }"""
    )
    assert afar == 1
    assert page.evaluate(parts) > 1
