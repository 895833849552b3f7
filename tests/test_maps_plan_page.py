"""The plan's own page, from the shipped layers."""

import html
from collections.abc import Callable
from pathlib import Path

import folium
import pytest
from playwright.sync_api import Page, expect

from erdao_gis.maps import PageContent, page_html, plan_content, plan_map, write_plan_page

LABELS = """() => {
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


@pytest.fixture(scope="module")
def content() -> PageContent:
    """Read the shipped plan once."""
    return plan_content()


@pytest.fixture(scope="module")
def built(content: PageContent) -> str:
    """Build the page once."""
    return page_html(content)


def test_groups_spell_the_formula(content: PageContent) -> None:
    """The legend opens with 2, 1, 3, 3, 8."""
    assert [group.mark for group in content.groups][:5] == ["2", "1", "3", "3", "8"]


def test_every_register_row_is_accounted_for(content: PageContent) -> None:
    """Placed, without a place and not spatial add up to the 337 rows of the register."""
    assert content.counts is not None
    assert sum(content.counts[:3]) == 337


def test_every_feature_of_the_plan_is_on_the_page(content: PageContent, built: str) -> None:
    """Features in = features out, one a line."""
    rows = sum(len(layer.frame) for group in content.groups for layer in group.layers)
    rows += sum(len(layer.frame) for layer in content.backdrop)
    block = built.partition('id="page-features">')[2].partition("</script>")[0]
    assert block.count("\n{") == rows


def test_first_view_shows_the_layout(built: str, open_sheet: Callable[..., Page]) -> None:
    """All nodes are in view, named, and no label meets another, in both languages."""
    page = open_sheet(built)
    assert page.evaluate(LABELS) == []
    labels = page.locator(".names text").all_text_contents()
    assert sum(label.endswith("节点") for label in labels) == 8
    assert sum(label.endswith("核心") for label in labels) == 2
    page.click("#language")
    assert page.evaluate(LABELS) == []


@pytest.mark.parametrize("zoom", [11, 13.5, 15.5])
def test_labels_stay_apart_with_all_layers_on(
    zoom: float, built: str, open_sheet: Callable[..., Page]
) -> None:
    """No two names meet, however much is switched on."""
    page = open_sheet(built)
    page.evaluate(
        "for (const box of document.querySelectorAll('.layer input:not(:checked)')) box.click()"
    )
    page.evaluate("z => window.map_plan.setView([43.881, 125.372], z, {animate: false})", zoom)
    assert page.evaluate(LABELS) == []
    assert page.locator(".names text").count() > 10


def test_element_tells_its_clause(built: str, open_sheet: Callable[..., Page]) -> None:
    """A row of the list opens the clause and the words of the outline."""
    page = open_sheet(built)
    page.fill("#filter", "ND01")
    page.locator("button.element").first.click()
    expect(page.locator("#details")).to_contain_text("第二篇第一章第四节")
    expect(page.locator("#details blockquote")).to_contain_text("节点")


def test_page_stays_small(built: str) -> None:
    """The whole layout with Leaflet is below 1.5 MB."""
    assert len(built.encode()) < 1_500_000


def test_written_page_is_whole_and_repeatable(tmp_path: Path, built: str) -> None:
    """The file holds exactly the page, with line feeds on every system."""
    path = write_plan_page(tmp_path / "maps" / "plan.html")
    assert path.read_bytes() == built.encode()
    assert [entry.name for entry in path.parent.iterdir()] == ["plan.html"]


def test_notebook_map_is_plain_folium_and_shows_offline(open_sheet: Callable[..., Page]) -> None:
    """In a notebook the map lives in a frame; it draws there, twice if asked twice."""
    chart = plan_map()
    assert type(chart) is folium.Map
    first = chart._repr_html_()
    assert chart._repr_html_() == first
    page = open_sheet(f"<!DOCTYPE html><title>{html.escape('本')}</title>{first}")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#title")).to_contain_text("21338")
    assert frame.locator("path[data-feature]").count() > 30
