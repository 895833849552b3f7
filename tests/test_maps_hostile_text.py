"""Hostile text neither runs nor breaks a page, and is shown as it is."""

import dataclasses
import json
import os
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Page

from erdao_gis.maps import PageContent, PageGroup, PageLayer, Pair, PlanEntry, page_html

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
        attribution=(Pair(zh=text, en=text),),
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
    page.locator("path[data-feature]").nth(9).hover(force=True)
    page.click("#language")
    assert page.evaluate("window.__pwned") is None
    assert complaints == []


def test_names_and_titles_are_shown_as_they_are(hostile: tuple[Page, list[str]]) -> None:
    """Rows of the list and titles of layers carry the text unchanged."""
    page, _ = hostile
    rows = shown(page, "all('#legend h3 + .layer .name')")
    titles = shown(page, "all('.layer-title')")
    assert rows == list(PAYLOADS)
    assert titles == list(PAYLOADS)


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
        assert shown(page, "all('dt.given')") == list(PAYLOADS)
        assert shown(page, "all('dt.given + dd')") == list(PAYLOADS)
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
