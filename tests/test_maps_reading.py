"""Reading a page: details, language, filter, what has no place, keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from erdao_gis.maps import PageContent, page_html


@pytest.fixture
def sheet(small_sheet: PageContent, open_sheet: Callable[..., Page]) -> Page:
    """Open the small page."""
    return open_sheet(page_html(small_sheet))


def shape_of(page: Page, name: str) -> str:
    """Return the selector of a feature's shape on the map."""
    number = page.evaluate("name => window.erdao.features.findIndex(f => f.id === name)", name)
    return f"path[data-feature='{number}']"


def test_click_on_a_node_tells_clause_quote_and_evidence(sheet: Page) -> None:
    """A click on the map opens names, clause, quote, evidence, accuracy and source."""
    sheet.locator(shape_of(sheet, "ND01")).click()
    panel = sheet.locator("#details")
    for text in (
        "第1节点",
        "Node 1",
        "第二篇第一章第四节",
        "绘就“三核八点”",
        "据开放数据描绘",
        "±50",
        "OpenStreetMap",
    ):
        expect(panel).to_contain_text(text)


def test_click_on_a_line_meets_its_wide_target(sheet: Page) -> None:
    """A line answers a few pixels beside its middle."""
    box = sheet.locator(shape_of(sheet, "AX01")).bounding_box()
    assert box is not None
    sheet.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2 + 5)
    expect(sheet.locator("#details-name")).to_have_text("吉林大路")


def test_relation_leads_to_the_other_element(sheet: Page) -> None:
    """A relation in the panel opens the element it names."""
    sheet.locator(shape_of(sheet, "ND01")).click()
    sheet.locator("#details .relation .link").click()
    expect(sheet.locator("#details-name")).to_have_text("吉林大路")


def test_language_switches_without_reload(sheet: Page) -> None:
    """Words, names, title and the document's language change; the page stays."""
    sheet.evaluate("window.kept = true")
    sheet.click("#language")
    expect(sheet.locator("#title")).to_have_text("Spatial layout")
    expect(sheet.locator("[data-word='stamp']")).to_have_text("Internal use, not reviewed")
    assert sheet.evaluate("[document.documentElement.lang, document.title, window.kept]") == [
        "en",
        "Spatial layout",
        True,
    ]
    assert "Node 1" in sheet.locator(".names").text_content()


def test_page_can_open_in_english(
    small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """The language of the first view is a choice of the build."""
    page = open_sheet(page_html(small_sheet, language="en"))
    expect(page.locator("#legend")).to_contain_text("Eight nodes")


def test_unplaced_elements_are_listed_with_their_reason(sheet: Page) -> None:
    """What has no place stands in the side panel with a count per layer, never on the map."""
    expect(sheet.locator("#unplaced-count")).to_have_text("1")
    sheet.locator("#unplaced summary").click()
    expect(sheet.locator("#unplaced")).to_contain_text("纲要未给位置。")
    assert sheet.locator(shape_of(sheet, "CO02")).count() == 0


def test_filter_keeps_what_matches(sheet: Page) -> None:
    """The filter works over both languages and ids, and says how many it found."""
    sheet.fill("#filter", "node 2")
    expect(sheet.locator("#found")).to_have_text("找到 1 项")
    assert sheet.locator("button.element").all_inner_texts()[0].split()[0] == "ND02"


def test_keyboard_leads_from_filter_to_details_and_back(sheet: Page) -> None:
    """Filter, row, details, Escape: no mouse is needed and the focus returns."""
    sheet.focus("#filter")
    sheet.keyboard.type("ND03")
    for _ in range(3):  # checkbox, list button, element
        sheet.keyboard.press("Tab")
    sheet.keyboard.press("Enter")
    expect(sheet.locator("#details-name")).to_have_text("第3节点")
    assert sheet.evaluate("document.activeElement.id") == "details"
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#details")).to_be_hidden()
    assert sheet.evaluate("document.activeElement.dataset.feature") is not None


@pytest.mark.parametrize("name", ["ND02", "AX01", "CO01"])
def test_enter_on_a_shape_opens_it(sheet: Page, name: str) -> None:
    """Points, lines and areas take the focus, have a name and answer to Enter."""
    shape = sheet.locator(shape_of(sheet, name))
    shape.focus()
    assert shape.get_attribute("aria-label")
    sheet.keyboard.press("Enter")
    expect(sheet.locator("#details .overline")).to_contain_text(name)


def test_switched_off_layer_leaves_the_map(sheet: Page) -> None:
    """A box in the legend takes a layer and its labels off and brings them back."""
    box = sheet.locator("[data-layer='nodes'] input")
    box.uncheck()
    assert sheet.locator(shape_of(sheet, "ND01")).count() == 0
    assert "第1节点" not in (sheet.locator(".names").text_content() or "")
    box.check()
    assert sheet.locator(shape_of(sheet, "ND01")).get_attribute("role") == "button"


def test_evidence_shows_in_line_and_fill(sheet: Page) -> None:
    """B is solid, C dashed, D hatched."""

    def look(name: str) -> list[str | None]:
        shape = sheet.locator(shape_of(sheet, name))
        return [shape.get_attribute("stroke-dasharray"), (shape.get_attribute("fill") or "")[:4]]

    assert look("ND01")[0] is None
    assert look("ND02")[0] is not None
    assert look("ND03")[1] == "url("
    assert look("CO01")[1] == "url("


def test_inferred_name_stands_in_italics(sheet: Page) -> None:
    """A name that is our inference is slanted on the map and in the list."""
    assert sheet.locator(".names text.inferred").all_text_contents() == ["滨河核"]


def test_review_number_is_an_empty_field(sheet: Page) -> None:
    """No map review number is ever invented."""
    assert (sheet.locator(".review").text_content() or "").strip() == "审图号："


def test_scale_is_metric(sheet: Page) -> None:
    """The scale names kilometres or metres and nothing else."""
    assert sheet.locator("#scale").text_content().split()[-1] in {"km", "m"}
