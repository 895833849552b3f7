"""How the page fits: narrow and wide screens, paper, assistive programs."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from erdao_gis.indicators import compute_indicators, registry
from erdao_gis.reports import write_report

IDS = ("park_coverage", "park_land_per_head", "green_ratio", "road_density", "ring_road_length")


@pytest.fixture(scope="module")
def sheet(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with some of the town's figures."""
    targets = [row.id for row in registry().values() if row.target not in ("", "norm")]
    table = compute_indicators(town, ids=[*IDS, *targets])
    folder = tmp_path_factory.mktemp("layout")
    (path,) = write_report(folder, town, as_of="2025-12-31", formats=["html"], table=table)
    return path


@pytest.mark.parametrize("width", [320, 360, 768, 1200])
def test_page_never_scrolls_sideways(width: int, sheet: Path, page: Page) -> None:
    """Only drawings may, inside their own frame."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(sheet.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_narrow_rows_keep_their_words_on_lines(sheet: Path, page: Page) -> None:
    """No cell is squeezed into a column of single characters."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(sheet.as_uri())
    heights = page.evaluate(
        "[...document.querySelectorAll('td')].map(td => td.getBoundingClientRect().height)"
    )
    assert max(heights) < 420


def test_axe_finds_nothing(sheet: Path, page: Page) -> None:
    """Headings, tables, drawings and contrast stand up to the checker."""
    # The page lets no script in; the checker comes from outside, past the policy.
    context = page.context.browser.new_context(bypass_csp=True, offline=True)  # type: ignore[union-attr]
    tab = context.new_page()
    tab.goto(sheet.as_uri())
    result = Axe().run(tab)
    context.close()
    assert [violation["id"] for violation in result.response["violations"]] == []


def test_contents_lead_to_every_part(sheet: Path, page: Page) -> None:
    """Ten parts, each with its heading."""
    page.goto(sheet.as_uri())
    links = page.locator("nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(links) == 10
    for link in links:
        assert page.locator(f"section{link} > h2").count() == 1


def test_print_starts_each_annex_on_a_new_page(sheet: Path, page: Page) -> None:
    """The page prints on A4 with cover and annexes apart."""
    page.emulate_media(media="print")
    page.goto(sheet.as_uri())
    breaks = page.locator("section.annex").evaluate_all(
        "all => all.map(part => getComputedStyle(part).breakBefore)"
    )
    assert breaks == ["page"] * 3
    assert page.locator("footer").is_hidden()
