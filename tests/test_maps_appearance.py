"""How a page looks and fits: labels apart, narrow screens, print, accessibility."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from erdao_gis.maps import PageContent, page_html

# Corners of every label as the browser draws it, turned ones too.
CORNERS = """() => [...document.querySelectorAll('.names text')].map(text => {
  const box = text.getBBox(), m = text.getScreenCTM();
  const at = (x, y) => [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
  const left = box.x + 1, right = box.x + box.width - 1;
  const top = box.y + 2, bottom = box.y + box.height - 2;
  const ring = [at(left, top), at(right, top), at(right, bottom), at(left, bottom)];
  return { text: text.textContent, ring };
})"""


def apart(one: list[list[float]], other: list[list[float]]) -> bool:
    """Tell whether a line separates two rectangles."""
    for ring in (one, other):
        for (ax, ay), (bx, by) in pairwise(ring[:3]):
            first = [x * (by - ay) + y * (ax - bx) for x, y in one]
            second = [x * (by - ay) + y * (ax - bx) for x, y in other]
            if max(first) <= min(second) or max(second) <= min(first):
                return True
    return False


def overlapping(page: Page) -> list[tuple[str, str]]:
    """Return the pairs of labels whose boxes meet."""
    labels = page.evaluate(CORNERS)
    return [
        (one["text"], other["text"])
        for at, one in enumerate(labels)
        for other in labels[at + 1 :]
        if not apart(one["ring"], other["ring"])
    ]


@pytest.mark.parametrize("zoom", [10, 11.5, 12.5, 14])
def test_labels_never_overlap(
    zoom: float, small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """Names stay apart at every zoom, in both languages."""
    page = open_sheet(page_html(small_sheet))
    page.evaluate("z => window.map_plan.setZoom(z, {animate: false})", zoom)
    assert overlapping(page) == []
    page.click("#language")
    assert overlapping(page) == []
    assert page.locator(".names text").count() > 0


def test_phone_needs_no_sideways_scrolling(
    small_sheet: PageContent, page: Page, open_sheet: Callable[..., Page]
) -> None:
    """At 360 pixels nothing is wider than the screen, with the list open or an element told."""
    page.set_viewport_size({"width": 360, "height": 740})
    open_sheet(page_html(small_sheet))
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.click("#list-open")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    page.evaluate("window.erdao.drawing.select(window.erdao.features[0])")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    assert widths == [360, 360, 360]


@pytest.mark.parametrize("width", [1400, 360])
def test_axe_finds_nothing(
    width: int, small_sheet: PageContent, page: Page, open_sheet: Callable[..., Page]
) -> None:
    """No violation of the accessibility rules, with all panels open."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    open_sheet(page_html(small_sheet))
    assert Axe().run(page).violations_count == 0
    if width == 360:
        page.click("#list-open")
    page.evaluate("for (const b of document.querySelectorAll('button.toggle, summary')) b.click()")
    assert Axe().run(page).violations_count == 0
    page.evaluate("window.erdao.drawing.select(window.erdao.features[0])")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_print_is_one_sheet(small_sheet: PageContent, open_sheet: Callable[..., Page]) -> None:
    """Map, legend, title and stamp print on one page; the screen is as before afterwards."""
    page = open_sheet(page_html(small_sheet))
    before = page.evaluate("window.map_plan.getCenter().lng")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    assert abs(page.evaluate("window.map_plan.getCenter().lng") - before) < 1e-3
    assert not page.evaluate("document.documentElement.classList.contains('printing')")


def test_frame_carries_degrees(small_sheet: PageContent, open_sheet: Callable[..., Page]) -> None:
    """Longitude and latitude stand along the frame."""
    page = open_sheet(page_html(small_sheet))
    ticks = page.locator(".tick.top").all_inner_texts()
    assert ticks
    assert all(tick.startswith("125°") for tick in ticks)
