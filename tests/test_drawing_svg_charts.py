"""Small charts: lengths by hand, no data apart, every figure told in words."""

import xml.etree.ElementTree as ET

import pytest

from erdao_gis.drawing import ChartRow, range_chart
from erdao_gis.errors import GeometryError, SchemaError

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    """Parse a drawing as XML."""
    return ET.fromstring(svg)  # noqa: S314 - our own output


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
def test_no_data_is_hatched_and_named(nothing: float | None) -> None:
    """A row without a value has no dot at zero."""
    rows = [ChartRow(label="甲", value=1.0), ChartRow(label="乙", value=nothing)]
    svg = range_chart(rows, key="c")
    assert len(list(parsed(svg).iter(f"{SVG}circle"))) == 1
    assert "url(#c-hatch1)" in svg
    assert "无数据" in svg


def test_zero_is_not_no_data() -> None:
    """A value of zero is shown as a figure."""
    svg = range_chart([ChartRow(label="甲", value=0.0), ChartRow(label="乙", value=1.0)])
    assert "无数据" not in svg
    assert ">0.0<" in svg


def test_range_holds_its_dot() -> None:
    """The dot of 50 in a range of 40 to 60 stands in the middle of the band."""
    svg = range_chart([ChartRow(label="甲", value=50.0, low=40.0, high=60.0)])
    band = next(r for r in parsed(svg).iter(f"{SVG}rect") if r.attrib["height"] == "7")
    dot = next(parsed(svg).iter(f"{SVG}circle"))
    bands = [r for r in parsed(svg).iter(f"{SVG}rect") if r.attrib["height"] == "7"]
    band = max(bands, key=lambda rect: float(rect.attrib["width"]))
    middle = float(band.attrib["x"]) + float(band.attrib["width"]) / 2
    assert float(dot.attrib["cx"]) == pytest.approx(middle, abs=0.1)


def test_lower_bound_is_named_as_one() -> None:
    """A lower bound carries its sign in the figure and in the description."""
    svg = range_chart([ChartRow(label="甲", value=48.1, lower_bound=True)])
    assert "≥ 48.1" in (parsed(svg).findtext(f"{SVG}desc") or "")


def test_description_tells_all_figures() -> None:
    """Value, range, target and no data stand in words."""
    rows = [
        ChartRow(label="甲", value=62.0, low=55.0, high=70.0, target=80.0),
        ChartRow(label="乙"),
    ]
    root = parsed(range_chart(rows, title="覆盖率", unit="%", language="en"))
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}desc") == (
        "甲: 62.0 %; range 55.0 to 70.0; target 80.0; 乙: No data"
    )


def test_same_rows_give_the_same_bytes() -> None:
    """Drawing twice gives the same text."""
    rows = [ChartRow(label="甲", value=1 / 3, target=2 / 3)]
    assert range_chart(rows) == range_chart(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [ChartRow(label="甲", value=1.0, low=2.0, high=3.0)],
        [ChartRow(label="甲", low=3.0, high=2.0)],
    ],
)
def test_impossible_rows_are_refused(rows: list[ChartRow]) -> None:
    """No rows, and ranges that do not hold their value, are refused."""
    with pytest.raises(SchemaError):
        range_chart(rows)


def test_width_without_room_is_refused() -> None:
    """A chart of 100 px has no room for its labels."""
    with pytest.raises(GeometryError):
        range_chart([ChartRow(label="甲", value=1.0)], width=100)
