"""Text from data in a drawing is text: in XML, inline in a page, and inside a template."""

import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from erdao_gis.drawing import (
    ChartRow,
    Sheet,
    SheetLayer,
    classified,
    draw_map,
    range_chart,
)

PAYLOADS = [
    "<script>window.hit=1</script>",
    "</text></svg><img src=x onerror=window.hit=1>",
    "]]></title></desc><script>window.hit=1</script>",
    '" onload="window.hit=1',
    "'/><a href='javascript:window.hit=1'>",
    "{{ 7*7 }}{% raw %}${window.hit=1}`#{1}",
    "&lt;b&gt; &amp;amp; &#60;",
    "<!-- --><![CDATA[ x ]]>",
    "a\x00b\x0bc\x1bd\x7fe\ufffff",
    "\u202egnp.exe\u2066x\u2028y\u2029z",
    "url(#x) @import 'http://example.invalid/a.css'",
]


def drawings(text: str) -> dict[str, str]:
    """Put a text into every channel of every kind of drawing."""
    frame = gpd.GeoDataFrame(
        {"name_zh": [text], "name_en": [text], "evidence": [text], "identity": [text], "g": [text]},
        geometry=[shapely.box(0, 0, 900, 600)],
        index=[text],
        crs="EPSG:4551",
    )
    classes = classified(pd.Series([1.0], index=frame.index), unit=text)
    layers = (
        SheetLayer(frame=frame, style="cores", title=text),
        SheetLayer(frame=frame, title=text, classes=classes),
        SheetLayer(frame=frame.rename(columns={"g": "group"}), style="feature_streets", title=text,
                   part_titles={"*": text}),
    )  # fmt: skip
    sheet = Sheet(
        extent=(0, 0, 900, 600), size=(900, 600), layers=layers, title=text, subtitle=text,
        about=text, attribution=(text,), review_number=text,
    )  # fmt: skip
    rows = [ChartRow(label=text, value=1.0, low=0.5, high=2.0, target=3.0), ChartRow(label=text)]
    return {
        "map": draw_map(sheet),
        "ranges": range_chart(rows, title=text, unit=text),
    }


@pytest.mark.parametrize("text", PAYLOADS)
def test_hostile_text_stays_text(text: str) -> None:
    """With any payload the drawing is XML of the same elements as with a harmless word."""
    for kind, svg in drawings(text).items():
        root = ET.fromstring(svg)  # noqa: S314 - our own output
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert names <= {
            "svg", "title", "desc", "defs", "clipPath", "pattern", "rect", "path", "g", "text",
            "tspan", "line", "circle",
        }, kind  # fmt: skip
        attributes = {name for element in root.iter() for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on") or "href" in name}
        assert not attributes & {"style", "class", "src"}


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_template_sign_is_left(text: str) -> None:
    """Braces, percent signs and backticks of data never reach the markup as they are."""
    for svg in drawings(text).values():
        assert not re.search(r"[{}`%]", svg)


def test_nothing_refers_to_the_outside() -> None:
    """The only address is the SVG namespace, which nobody fetches."""
    for svg in drawings("名称").values():
        assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
        assert set(re.findall(r"url\(([^)])", svg)) <= {"#"}


@settings(max_examples=30)
@given(st.text(max_size=40))
def test_any_text_gives_xml(text: str) -> None:
    """Whatever a name holds, the drawing can be parsed, and the title reads as the data."""
    root = ET.fromstring(range_chart([ChartRow(label="a", value=1.0)], title=text))  # noqa: S314 - our own output
    told = root.findtext("{http://www.w3.org/2000/svg}title")
    assert told is not None
    if text.isprintable() and text:
        assert told == text


def test_lone_surrogate_becomes_the_replacement_character() -> None:
    """Half a character, which no file can hold, is shown as the sign for an unreadable one."""
    assert "a\ufffdb" in range_chart([ChartRow(label="a\ud800b")])


def test_inline_in_a_page_nothing_runs(page: Page) -> None:
    """Inline in HTML no payload runs, requests or adds an element, and titles read as given."""
    shown = [svg for text in PAYLOADS for svg in drawings(text).values()]
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content("<!doctype html><meta charset=utf-8>" + "".join(shown))
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.querySelectorAll('img, a, script, iframe').length") == 0
    assert page.evaluate("document.querySelectorAll('body > svg').length") == len(shown)
    assert page.evaluate("document.querySelector('svg > title').textContent") == PAYLOADS[0]
    assert requests == []


def test_marks_that_turn_text_round_become_the_replacement_character() -> None:
    """A name must not reverse what stands after it; page, report and drawing have one escaper."""
    assert "gpj\ufffdexe\ufffd" in range_chart([ChartRow(label="gpj\u202eexe\u2066")])
