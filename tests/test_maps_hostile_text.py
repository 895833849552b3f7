"""Hostile text neither runs nor breaks a page, and is shown as it is."""

import dataclasses
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Page

from erdao_gis.catalogue import Workspace
from erdao_gis.drawing import classified
from erdao_gis.maps import (
    PageContent,
    PageGroup,
    PageLayer,
    PageLink,
    Pair,
    PlanEntry,
    add_layer,
    page_html,
    page_map,
)
from erdao_gis.maps.atlas.choropleths import Choropleth, choropleth, choropleth_row
from erdao_gis.maps.atlas.index_page import AtlasCard, index_html, missing_line
from erdao_gis.maps.atlas.page_rows import page_rows
from erdao_gis.maps.atlas.source import AtlasSource
from erdao_gis.maps.atlas.theme_page import measure_content
from erdao_gis.maps.page.vendored import static_text

JINJA = "{{ cycler.__init__.__globals__.os.environ.update({'ERDAO_PWNED': '1'}) }}"
PAYLOADS = (
    JINJA,
    "{{ 7 * 7 }}",
    "{{待定}}",
    "{% for x in y %}",
    "{% raw %}",
    "{# comment",
    "{{ this.get_name() }}",
    "%}{{",
    "</script><script>window.__pwned=1</script>",
    "</SCRIPT ><svg onload=window.__pwned=1>",
    "<!--<script>",
    "-->",
    "<img src=x onerror=window.__pwned=1>",
    '"><img src=x onerror=window.__pwned=1>',
    "' onmouseover='window.__pwned=1",
    "<a href=javascript:window.__pwned=1>x</a>",
    "javascript:window.__pwned=1",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "<style>body{display:none}</style>",
    "</style><script>window.__pwned=1</script>",
    "red;background:url(https://example.org/x)",
    "${window.__pwned=1}",
    "`${window.__pwned=1}`",
    "`",
    "\\",
    "\\u003cimg\\u003e",
    '\\";window.__pwned=1;//',
    "';window.__pwned=1;//",
    "line\u2028separator\u2029window.__pwned=1",
    "bidi \u202etxet\u202c \u2066isolate\u2069",
    "nul \x00 bell \x07 escape \x1b[31m",
    "&lt;b&gt; &amp; &#x3c;",
    "很长" * 3000,
    "]]><!DOCTYPE html>",
    "__proto__",
    "constructor",
    "\ufeff\u200bzero width",
    "𠮷 😀 \U000e0041",
    "=cmd|' /C calc'!A0",
    "%s %(name)s {0} $1 $&",
)


MIDDLES = """() => [...document.querySelectorAll("path.leaflet-interactive")].map(path => {
  const box = path.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}).filter(([x, y]) => x > 0 && y > 0 && x < innerWidth && y < innerHeight)"""


def hostile_sheet() -> PageContent:
    """Return a page on which every text is a payload."""
    grid = [
        shapely.Point(125.35 + 0.01 * (n % 10), 43.86 + 0.01 * (n // 10))
        for n in range(len(PAYLOADS))
    ]
    table = pd.DataFrame(
        {
            "name_zh": PAYLOADS, "name_en": PAYLOADS, "note_zh": PAYLOADS, "source": PAYLOADS,
            "licence": PAYLOADS, "evidence": "D", "identity": "inferred", "as_of": PAYLOADS,
        },
        index=pd.Index([f"{text[:40]}#{n}" for n, text in enumerate(PAYLOADS)], name="id"),
    )  # fmt: skip
    own = pd.DataFrame(
        {text: [text] * len(PAYLOADS) for text in PAYLOADS}, index=table.index, dtype=object
    )
    frame = gpd.GeoDataFrame(pd.concat([table, own], axis=1), geometry=grid, crs=4490)
    lost = gpd.GeoDataFrame(
        {"name_zh": PAYLOADS, "reason_zh": PAYLOADS}, geometry=[None] * len(PAYLOADS), crs=4490
    )
    layers = [PageLayer(key=PAYLOADS[0], title=Pair(zh=PAYLOADS[0], en=PAYLOADS[0]), frame=frame)]
    figures = pd.Series(range(len(PAYLOADS)), index=table.index, dtype=float)
    classes = classified(figures, method="equal", count=3, unit="".join(PAYLOADS[:32]))
    away = frame.set_geometry(frame.geometry.translate(0.2))
    measured = PageLayer(
        key="measured", title=Pair(zh="m", en="m"), frame=away, classes=classes, shown=True
    )
    layers += [measured]
    layers += [
        PageLayer(key=text, title=Pair(zh=text, en=text), frame=lost, about=Pair(zh=text, en=text))
        for text in PAYLOADS[1:]
    ]
    entries = {
        f"{text[:40]}#{n}": PlanEntry(
            kind=Pair(zh=text, en=text), clause=Pair(zh=text, en=text), heading=text, quote=text,
            relations=((Pair(zh=text, en=text), text, Pair(zh=text, en=text)),),
            questions=(Pair(zh=text, en=text),),
        )
        for n, text in enumerate(PAYLOADS)
    }  # fmt: skip
    text = "".join(PAYLOADS[:32])
    return PageContent(
        title=Pair(zh=text, en=text), subtitle=Pair(zh=text, en=text),
        groups=(
            PageGroup(key=text, mark="{{3}}", title=Pair(zh=text, en=text), layers=tuple(layers)),
        ),
        entries=entries, sources={t: Pair(zh=t, en=t) for t in PAYLOADS[:5]},
        attribution=(Pair(zh=text, en=text),), warning=Pair(zh=text, en=text),
        links=tuple(PageLink(key=f"p{n}", title=Pair(zh=t, en=t)) for n, t in enumerate(PAYLOADS)),
        method=tuple((Pair(zh=str(n), en="x"), Pair(zh=t, en=t)) for n, t in enumerate(PAYLOADS)),
    )  # fmt: skip


@pytest.fixture
def hostile(page: Page, open_sheet: Callable[..., Page]) -> tuple[Page, list[str]]:
    """Open the hostile page; a complaint of the browser is collected."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    open_sheet(page_html(hostile_sheet()))
    return page, complaints


def shown(page: Page, script: str) -> list[str]:
    """Return texts of the page, with every code unit kept; ``all`` finds texts by selector."""
    find = "const all = s => [...document.querySelectorAll(s)].map(e => e.textContent);"
    found = page.evaluate(f"() => {{ {find} return JSON.stringify({script}); }}")
    return [str(text) for text in json.loads(found)]


def test_no_payload_runs_in_python() -> None:
    """Building the page renders no text of the data as a template."""
    page_html(hostile_sheet())
    assert "ERDAO_PWNED" not in os.environ


def test_no_payload_runs_in_the_browser(hostile: tuple[Page, list[str]]) -> None:
    """Hovering, opening and switching language run nothing and break nothing."""
    page, complaints = hostile
    page.evaluate("for (const b of document.querySelectorAll('button.toggle')) b.click()")
    for n in range(len(PAYLOADS)):
        page.evaluate(f"window.erdao.drawing.select(window.erdao.features[{n}])")
    page.click("#details-close")
    page.click("#zoom-all")
    for x, y in page.evaluate(MIDDLES):
        page.mouse.move(x, y)
        page.mouse.click(x, y)
    page.keyboard.press("Escape")
    page.click("#language")
    assert page.evaluate("window.__pwned") is None
    assert complaints == []


def test_names_and_titles_are_shown_as_they_are(hostile: tuple[Page, list[str]]) -> None:
    """Rows of the list and titles of layers carry the text unchanged."""
    page, _ = hostile
    rows = shown(page, "all('#legend h3 + .layer .name')")
    titles = shown(page, "all('.layer-title')")
    assert rows == list(PAYLOADS)
    assert [title for title in titles if title != "m"] == list(PAYLOADS)


def test_details_show_every_text_as_it_is(hostile: tuple[Page, list[str]]) -> None:
    """Quote, clause, note, names of columns and values stand unchanged in the panel."""
    page, _ = hostile
    for n, payload in enumerate(PAYLOADS):
        page.evaluate(f"window.erdao.drawing.select(window.erdao.features[{n}])")
        texts = shown(
            page,
            "[document.getElementById('details-name').textContent,"
            " document.querySelector('.clause blockquote').textContent.slice(1, -1),"
            " document.querySelector('.relation .link, .relation span:last-child').textContent]",
        )
        assert texts == [payload] * 3
        assert shown(page, "all('#details dt.given')") == list(PAYLOADS)
        assert shown(page, "all('#details dt.given + dd')") == list(PAYLOADS)
        assert payload in shown(page, "all('#details dd.given p')")


def test_reasons_and_page_title_are_shown_as_they_are(hostile: tuple[Page, list[str]]) -> None:
    """The list of unplaced elements and the heading carry the text unchanged."""
    page, _ = hostile
    reasons = shown(page, "all('#unplaced details:first-child .reasons p')")
    heading = shown(page, "[document.getElementById('title').textContent]")
    assert reasons == list(PAYLOADS)
    assert heading == ["".join(PAYLOADS[:32])]


@pytest.mark.parametrize("payload", [JINJA, "</script>", "`${1}`", "\\", "\x00", "\u2028"])
def test_file_title_survives(
    payload: str, small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """The title in the head is escaped for HTML."""
    content = dataclasses.replace(small_sheet, title=Pair(zh=payload, en=payload))
    page = open_sheet(page_html(content))
    assert page.evaluate("window.erdao.sheet.title.zh") == payload


def test_links_methods_and_legends_are_shown_as_they_are(hostile: tuple[Page, list[str]]) -> None:
    """Titles of other pages, how figures came about, units and warnings stand unchanged."""
    page, _ = hostile
    text = "".join(PAYLOADS[:32])
    assert shown(page, "all('#pages a')") == list(PAYLOADS)
    assert shown(page, "all('#method dd')") == list(PAYLOADS)
    assert shown(page, "[document.getElementById('warning').textContent]") == [text]
    (told,) = shown(page, "all('.breaks')")
    assert text in told


def hostile_contents(folder: Path) -> str:
    """Return the contents of an atlas on which titles, lines and the workspace are payloads."""
    text = "".join(PAYLOADS[:32])
    place = Workspace(folder=folder, title=text.replace(" / ", "/"), fictional=True)
    row = page_rows()[0]
    cards = [
        AtlasCard(
            row=dataclasses.replace(row, subtitle=Pair(zh=t, en=t)),
            title=Pair(zh=t, en=t),
            said=(Pair(zh=t, en=t),),
            picture="<svg></svg>" if n % 2 else "",
        )
        for n, t in enumerate(PAYLOADS)
    ]
    lines = [
        Choropleth(
            row=choropleth_row("coverage"),
            title=Pair(zh=t, en=t),
            formula=Pair(zh=t, en=t),
            layer=None,
            against=None,
            wholes=() if n % 2 else (Pair(zh=t, en=t),),
            method=(),
            missing=("residential",) if n % 2 else (),
        )
        for n, t in enumerate(PAYLOADS)
    ]
    return index_html(AtlasSource(place), cards, lines)


def test_contents_show_every_text_as_it_is(
    page: Page, open_sheet: Callable[..., Page], tmp_path: Path
) -> None:
    """Names of workspaces, pages, measures and missing inputs neither run nor break."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_sheet(hostile_contents(tmp_path))
    page.click("#language")
    for card in page.locator("#cards > li").all()[:4]:
        card.hover()
    assert shown(page, "all('#cards .name')") == list(PAYLOADS)
    assert shown(page, "all('#cards .about')") == list(PAYLOADS)
    assert shown(page, "all('#cards .said')") == list(PAYLOADS)
    assert shown(page, "all('#measures tbody th')") == list(PAYLOADS)
    assert shown(page, "all('#measures tbody td:nth-child(3)')") == list(PAYLOADS)
    lacking = shown(page, "all('#measures li')")
    assert set(lacking) == {missing_line("residential").en}
    assert (
        "".join(PAYLOADS[:20]) in shown(page, "[document.getElementById('title').textContent]")[0]
    )
    assert page.evaluate("window.__pwned") is None
    assert "ERDAO_PWNED" not in os.environ
    assert complaints == []


@pytest.mark.parametrize(
    "name",
    [
        f"2026 {JINJA[:60]}.tif",
        "2026 <img src=x onerror=window.__pwned=1>.tif",
        "2026 `${window.__pwned=1}` \\u003c \u2028 \u202e.tif",
    ],
)
def test_names_of_input_files_are_shown_as_they_are(
    name: str, town: Path, tmp_path: Path, open_sheet: Callable[..., Page]
) -> None:
    """A scene and an imported file may bear any name that a disk allows."""
    copy = tmp_path / "town"
    shutil.copytree(town, copy)
    (copy / "scenes" / "2025-07.tif").rename(copy / "scenes" / name)
    record = copy / "layers" / "parcels.json"
    said = json.loads(record.read_text("utf-8")) | {"file": name}
    record.write_text(json.dumps(said), encoding="utf-8")
    source = AtlasSource(copy)
    row = next(row for row in page_rows(fictional=True) if row.measure == "green_cover")
    html = page_html(
        measure_content(row, choropleth(choropleth_row("green_cover"), source), source)
    )
    page = open_sheet(html, name="2026 <b>{{7}}.html")
    told = "".join(shown(page, "all('#method dd')"))
    assert told.count(name) == 2
    assert page.evaluate("window.__pwned") is None


def users_frame() -> gpd.GeoDataFrame:
    """Return a frame of the user's whose names, columns and values are payloads."""
    spots = [
        shapely.Point(125.35 + 0.02 * (n % 8), 43.86 + 0.012 * (n // 8))
        for n in range(len(PAYLOADS))
    ]
    columns = {text: [text] * len(PAYLOADS) for text in PAYLOADS} | {"names": list(PAYLOADS)}
    return gpd.GeoDataFrame(columns, geometry=spots, crs=4490)


def test_users_layer_on_the_sheet_is_safe(
    small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """Names and columns of a frame in a notebook go the same way as the plan's."""
    chart = page_map(small_sheet)
    title = "".join(PAYLOADS[:32])
    add_layer(chart, users_frame(), title=title, name="names")
    page = open_sheet(chart.get_root().render())
    page.evaluate("document.querySelector('[data-layer=own-1] button.toggle').click()")
    assert shown(page, "all('[data-layer=own-1] .name')") == list(PAYLOADS)
    assert shown(page, "all('[data-layer=own-1] .layer-title')") == [title]
    for n in range(0, len(PAYLOADS), 7):
        page.evaluate(f"window.erdao.drawing.select(window.erdao.features[{n}])")
        assert shown(page, "all('#details dt.given')") == list(PAYLOADS)
    assert page.evaluate("window.__pwned") is None
    assert "ERDAO_PWNED" not in os.environ


def test_users_layer_on_a_plain_map_is_safe(page: Page, open_sheet: Callable[..., Page]) -> None:
    """Popups, tooltips and the legend on a map that is not ours show text as text."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    chart = folium.Map((43.885, 125.42), zoom_start=13, tiles=None)
    title = "".join(PAYLOADS[:32])
    add_layer(chart, users_frame(), title=title, name="names")
    html = re.sub(r"<script src=[^>]*></script>|<link rel=[^>]*/>", "", chart.get_root().render())
    leaflet = (
        f"<script>{static_text('leaflet/leaflet.js')}</script>"
        f"<style>{static_text('leaflet/leaflet.css')}</style>"
    )
    open_sheet(html.replace("<head>", "<head>" + leaflet, 1))
    assert shown(page, "all('.erdao-legend strong')") == [title]
    for x, y in page.evaluate(MIDDLES)[::5]:
        page.mouse.move(x, y)
        page.mouse.click(x, y)
    # Every popup, opened by its own layer: names, columns and values are unchanged.
    told = shown(
        page,
        """Object.values(window).find(value => value instanceof L.Map)._layers
        && Object.values(Object.values(window).find(value => value instanceof L.Map)._layers)
          .filter(layer => layer.getPopup && layer.getPopup() && layer.getLatLng)
          .map(layer => {
            const box = layer.openPopup().getPopup().getElement();
            return box.querySelector('strong').textContent
              + '\\u0001' + box.querySelector('dt').textContent;
          })""",
    )
    assert sorted(told) == sorted(f"{text}\x01{PAYLOADS[0]}" for text in PAYLOADS)
    assert page.evaluate("window.__pwned") is None
    assert complaints == []
    assert "ERDAO_PWNED" not in os.environ
