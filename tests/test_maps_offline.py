"""A page is one file: it opens without network, builds alike twice, and names no address."""

import dataclasses
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from erdao_gis.errors import UnsafeInputError
from erdao_gis.maps import PageContent, Pair, page_html, page_map
from erdao_gis.markup.addresses import refuse_outside_addresses

OUTSIDE = {
    "script": '<script src="https://cdn.example.org/a.js"></script>',
    "relative script": '<script src="leaflet.js"></script>',
    "picture": '<img src="//example.org/a.png">',
    "style sheet": '<link rel="stylesheet" href="style.css">',
    "font in a style": "<style>@font-face { src: url(https://example.org/f.woff2) }</style>",
    "import in a style": '<style>@import "other.css";</style>',
    "style attribute": '<p style="background: url(a.png)">x</p>',
    "tiles in a script": '<script>L.tileLayer("https://{s}.tile.example.org/{z}.png")</script>',
    "protocol-relative": '<script>const a = "//tile.example.org/1.png";</script>',
    "fetch": "<script>fetch(name)</script>",
    "request": "<script>new XMLHttpRequest()</script>",
    "socket": '<script>new WebSocket("wss://example.org")</script>',
    "dynamic import": "<script>import (name)</script>",
    "refresh": '<meta http-equiv="refresh" content="0; url=https://example.org">',
    "page of another folder": '<a href="../plan.html">x</a>',
    "page elsewhere": '<a href="https://example.org/plan.html">x</a>',
    "script address in a link": '<a href="javascript:x.html">x</a>',
    "page in a frame": '<iframe src="plan.html"></iframe>',
    "form": '<form action="https://example.org"></form>',
}


def listen(page: Page) -> tuple[list[str], list[str]]:
    """Collect what a page asks for and what it complains about."""
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return requests, complaints


def test_page_opens_with_one_request_and_no_complaint(
    small_sheet: PageContent, page: Page, open_sheet: Callable[..., Page]
) -> None:
    """The file itself is all that the browser asks for, and nothing reaches the console."""
    requests, complaints = listen(page)
    open_sheet(page_html(small_sheet))
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(300)
    assert [url.rsplit("/", 1)[-1] for url in requests] == ["page.html"]
    assert complaints == []
    assert page.locator("path[data-feature]").count() == 5


def test_map_saved_by_folium_opens_alike(
    small_sheet: PageContent, page: Page, open_sheet: Callable[..., Page]
) -> None:
    """What a notebook saves is the same single file, without the policy."""
    requests, complaints = listen(page)
    open_sheet(page_map(small_sheet).get_root().render())
    assert len(requests) == 1
    assert complaints == []
    assert page.locator(".names text").count() > 0


def test_policy_stops_a_foreign_script(
    small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """Only our scripts run: one that is added to the page does not."""
    page = open_sheet(page_html(small_sheet))
    page.evaluate(
        """() => {
        const script = document.createElement("script");
        script.textContent = "window.foreign = 1";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.foreign = 2'>");
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.foreign") is None


def test_policy_does_not_depend_on_the_data(small_sheet: PageContent) -> None:
    """Data cannot bring a digest of its own into the policy."""
    other = dataclasses.replace(small_sheet, title=Pair(zh="<script>", en="x"), groups=())
    policies = [
        next(line for line in page_html(content).splitlines() if "Content-Security" in line)
        for content in (small_sheet, other)
    ]
    assert policies[0] == policies[1]
    assert "unsafe" not in policies[0]


def test_two_builds_are_the_same_bytes(small_sheet: PageContent) -> None:
    """Nothing in a page is random or a time."""
    assert page_html(small_sheet) == page_html(small_sheet)
    assert page_map(small_sheet).get_root().render() == page_map(small_sheet).get_root().render()


def test_a_changed_name_changes_one_line(small_sheet: PageContent) -> None:
    """One feature stands on one line, so that a change is a small diff."""
    before = page_html(small_sheet).splitlines()
    nodes = small_sheet.groups[2].layers[0].frame
    nodes.loc["ND02", "name_zh"] = "别名"
    after = page_html(small_sheet).splitlines()
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_vendored_scripts_stand_before_the_data(small_sheet: PageContent) -> None:
    """What never changes comes first."""
    page = page_html(small_sheet)
    assert page.index("Leaflet 1.9.4") < page.index('id="page-features"')


@pytest.mark.parametrize("markup", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_outside_address_is_refused(markup: str) -> None:
    """Every way to reach beyond the file is found and named."""
    with pytest.raises(UnsafeInputError, match=r"beyond its file|文件之外"):
        refuse_outside_addresses(f"<!DOCTYPE html><html><body>{markup}</body></html>")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>https://example.org</p>",
        '<script type="application/json">["https://example.org"]</script>',
        '<img src="data:image/png;base64,AA==">',
        '<a href="#list">list</a>',
        '<a href="streets.html">streets</a>',
        '<script>const svg = "http://www.w3.org/2000/svg";</script>',
    ],
)
def test_text_that_only_names_an_address_passes(markup: str) -> None:
    """Shown text, data blocks, inner links and namespaces reach nowhere."""
    refuse_outside_addresses(markup)


def test_build_fails_when_an_asset_names_an_address(
    small_sheet: PageContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finished page is looked at, whatever brought the address in."""
    monkeypatch.setattr(
        "erdao_gis.maps.page.compose.static_text", lambda name: f"@import '{name}';"
    )
    with pytest.raises(UnsafeInputError):
        page_html(small_sheet)
