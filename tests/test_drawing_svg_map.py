"""A sheet as SVG: coordinates by hand, evidence, legend, and the same bytes each time."""

import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.drawing import (
    Sheet,
    SheetLayer,
    classified,
    draw_map,
    draw_thumbnail,
    extent_of,
)
from erdao_gis.errors import CRSError, GeometryError, SchemaError

SVG = "{http://www.w3.org/2000/svg}"
HUNDRED = (0.0, 0.0, 100.0, 100.0)


def parsed(svg: str) -> ET.Element:
    """Parse a drawing as XML."""
    return ET.fromstring(svg)  # noqa: S314 - our own output


def frame(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    """Make a frame in EPSG:4551."""
    return gpd.GeoDataFrame(dict(columns), geometry=list(shapes), crs="EPSG:4551")


def paths(svg: str) -> list[str]:
    """Return the path data inside the window."""
    return [path.attrib["d"] for path in parsed(svg).iterfind(f"{SVG}g//{SVG}path")]


def texts(svg: str) -> list[str]:
    """Return every text of a drawing."""
    return ["".join(text.itertext()) for text in parsed(svg).iter(f"{SVG}text")]


def square(layer: str = "cores", **columns: object) -> SheetLayer:
    """Make a layer of one square of 100 m."""
    return SheetLayer(frame=frame(shapely.box(*HUNDRED), **columns), style=layer, title="核")


def test_hundred_metres_fill_a_hundred_pixels() -> None:
    """A square of 100 m in a window of 100 px has its corners at the window's corners."""
    svg = draw_thumbnail([square()], HUNDRED, size=(100, 100))
    # From the lower right corner up, left and down again; z closes it.
    assert paths(svg) == ["M100 100l0-100-100 0 0 100z"]


def test_north_is_up() -> None:
    """A line at a northing of 90 m in a window of 100 m runs 10 px below its upper edge."""
    line = frame(shapely.LineString([(0, 90), (100, 90)]))
    svg = draw_thumbnail([SheetLayer(frame=line, backdrop=True)], HUNDRED, size=(100, 100))
    assert paths(svg) == ["M0 10l100 0"]


def test_extent_is_centred_where_the_window_is_wider() -> None:
    """In a window of 200 by 100 px a square of 100 m stands in the middle."""
    line = frame(shapely.LineString([(0, 50), (100, 50)]))
    svg = draw_thumbnail([SheetLayer(frame=line, backdrop=True)], HUNDRED, size=(200, 100))
    assert paths(svg) == ["M50 50l100 0"]


def test_what_lies_outside_is_cut_off() -> None:
    """A line of 100 km leaves only what the window and its margin of 12 px show."""
    line = frame(shapely.LineString([(-50_000, 50), (50_000, 50)]))
    svg = draw_thumbnail([SheetLayer(frame=line, backdrop=True)], HUNDRED, size=(100, 100))
    assert paths(svg) == ["M-12 50l124 0"]


def test_half_a_pixel_is_simplified_away() -> None:
    """A bend of 0.3 px leaves a straight line, one of 3 px stays."""
    bends = [
        shapely.LineString([(0, y), (50, y + bend), (100, y)]) for y, bend in ((80, 0.3), (20, 3))
    ]
    svg = draw_thumbnail([SheetLayer(frame=frame(*bends), backdrop=True)], HUNDRED, size=(100, 100))
    assert paths(svg) == ["M0 20l100 0M0 80l50-3 50 3"]


def test_cost_follows_the_drawing() -> None:
    """Ten thousand parcels below a pixel become one piece for each row of pixels."""
    cells = [shapely.box(x, y, x + 1, y + 1) for x in range(100) for y in range(100)]
    svg = draw_thumbnail([SheetLayer(frame=frame(*cells))], (0, 0, 1000, 1000), size=(100, 100))
    assert 10 <= paths(svg)[0].count("M") <= 11


def test_smallest_area_is_still_seen() -> None:
    """An area of a hundredth of a pixel is drawn as the pixel in which it lies."""
    svg = draw_thumbnail([SheetLayer(frame=frame(shapely.box(30.2, 69.4, 30.3, 69.5)))], HUNDRED,
                         size=(100, 100))  # fmt: skip
    assert paths(svg) == ["M30 31h1v1h-1z"]


def test_hole_stays_open() -> None:
    """A polygon with a hole is one path with two rings."""
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    svg = draw_thumbnail([SheetLayer(frame=frame(ring))], HUNDRED, size=(100, 100))
    assert paths(svg)[0].count("M") == 2


@pytest.mark.parametrize(
    ("grade", "dashed", "hatched"),
    [("A", False, False), ("B", False, False), ("C", True, False), ("D", True, True)],
)
def test_evidence_shows_in_areas(grade: str, dashed: bool, hatched: bool) -> None:
    """A and B are solid, C is dashed, D is dashed and hatched with a pattern of the drawing."""
    svg = draw_thumbnail([square(evidence=[grade])], HUNDRED, size=(100, 100), key="t")
    group = parsed(svg).find(f"{SVG}g/{SVG}g")
    assert group is not None
    assert ("stroke-dasharray" in group.attrib) is dashed
    assert (group.attrib["fill"] == "url(#t-hatch1)") is hatched
    assert ('id="t-hatch1"' in svg) is hatched


@pytest.mark.parametrize("grade", ["A", "B", "C", "D"])
@pytest.mark.parametrize("shape", [shapely.Point(50, 50), shapely.LineString([(0, 0), (99, 99)])])
def test_evidence_shows_in_points_and_lines(grade: str, shape: object) -> None:
    """Points and lines of C and D are dashed, those of A and B are not."""
    layer = SheetLayer(frame=frame(shape, evidence=[grade]), style="nodes")
    group = parsed(draw_thumbnail([layer], HUNDRED, size=(100, 100))).find(f"{SVG}g/{SVG}g")
    assert group is not None
    assert ("stroke-dasharray" in group.attrib) is (grade in "CD")


def test_point_too_small_for_dashes_is_hatched_or_pale() -> None:
    """A point of 2 px shows C by a pale ground and D by hatching, without dashes."""
    two = frame(shapely.Point(20, 50), shapely.Point(80, 50), evidence=["C", "D"])
    layer = SheetLayer(frame=two, style="facilities")
    groups = list(
        parsed(draw_thumbnail([layer], HUNDRED, size=(100, 100))).iterfind(f"{SVG}g/{SVG}g")
    )
    assert all("stroke-dasharray" not in group.attrib for group in groups)
    assert groups[0].attrib["fill-opacity"] == "0.5"
    assert groups[1].attrib["fill"].startswith("url(#")


def test_legend_explains_only_the_grades_on_the_map() -> None:
    """With one area of D the legend has a row for D and none for B."""
    said = texts(draw_map(Sheet(extent=HUNDRED, layers=(square(evidence=["D"]),))))
    assert any(text.startswith("D ") for text in said)
    assert not any(text.startswith("B ") for text in said)


def test_legend_without_room_keeps_the_evidence() -> None:
    """Where rows are left out, they are counted and the grades stay."""
    many = tuple(
        SheetLayer(frame=square(evidence=["D"]).frame, style="cores", title=f"图层{n}")
        for n in range(60)
    )
    said = texts(draw_map(Sheet(extent=HUNDRED, size=(500, 300), layers=many)))
    assert any(text.startswith("D ") for text in said)
    left = [text for text in said if text.startswith("图层")]
    assert f"……另有 {60 - len(left)} 行图例从略" in said


def test_inferred_name_is_italic() -> None:
    """A name that is inferred is set in italics, one from a source upright."""
    two = frame(
        shapely.box(0, 0, 50, 100),
        shapely.box(50, 0, 100, 100),
        name_zh=["甲", "乙"],
        identity=["inferred", "named"],
    )
    svg = draw_map(Sheet(extent=HUNDRED, layers=(SheetLayer(frame=two, style="cores"),)))
    slanted = {
        "".join(text.itertext()): text.attrib.get("font-style")
        for text in parsed(svg).iter(f"{SVG}text")
    }
    assert slanted["甲"] == "italic"
    assert slanted["乙"] is None


def test_legend_names_method_and_breaks() -> None:
    """The legend of a classified layer tells method, unit, each class and what has no data."""
    cells = frame(*(shapely.box(x, 0, x + 25, 100) for x in range(0, 100, 25)))
    values = pd.Series([0.0, 10.0, 30.0, None], index=cells.index)
    classes = classified(values, method="given", breaks=(0, 10, 30), unit="%")
    layer = SheetLayer(frame=cells, title="绿地率", classes=classes)
    said = " ".join(texts(draw_map(Sheet(extent=HUNDRED, size=(900, 600), layers=(layer,)))))
    for words in ("绿地率", "按给定界值分级", "2 级", "%", "0 – 10", "10 – 30", "无数据 (1)"):
        assert words in said


def test_no_data_is_hatched_whatever_its_evidence() -> None:
    """A feature without a value is hatched although its place is authoritative."""
    cell = frame(shapely.box(*HUNDRED), evidence=["A"])
    classes = classified(pd.Series([None], index=cell.index, dtype=float))
    layer = SheetLayer(frame=cell, classes=classes)
    svg = draw_thumbnail([layer], HUNDRED, size=(100, 100), key="t")
    assert 'fill="url(#t-hatch1)"' in svg


def test_unplaced_features_are_counted() -> None:
    """Two rows without a geometry are told in the legend."""
    some = frame(shapely.box(*HUNDRED), None, None)
    said = texts(draw_map(Sheet(extent=HUNDRED, layers=(SheetLayer(frame=some, title="核"),))))
    assert "另有 2 项未落位，图上不画" in said


@pytest.mark.parametrize("shapes", [(), (None,), (shapely.Polygon(),), (shapely.Point(9e5, 9e5),)])
def test_layer_with_nothing_to_draw(shapes: tuple[object, ...]) -> None:
    """No rows, null, empty and far-away geometries give a sheet without them."""
    layer = SheetLayer(frame=frame(*shapes), style="cores", title="核")
    svg = draw_map(Sheet(extent=HUNDRED, layers=(layer,)))
    assert "内部使用，未经审核" in texts(svg)
    assert "核" not in texts(svg)


def test_sheet_carries_its_furniture() -> None:
    """Stamp in two languages, empty review number, scale, north and attribution stand on it."""
    sheet = Sheet(extent=(0, 0, 9000, 6000), title="图", attribution=("© 某",))
    said = texts(draw_map(sheet))
    assert {"内部使用，未经审核", "Internal use, not reviewed", "北", "图"} <= set(said)
    assert any(text.startswith("审图号：") and "© 某" in text for text in said)
    assert any(text.endswith(" km") for text in said)


def test_review_number_replaces_the_stamp() -> None:
    """A sheet with a review number shows it and is not stamped."""
    svg = draw_map(Sheet(extent=HUNDRED, review_number="吉S(2026)001号"))
    assert "吉S(2026)001号" in svg
    assert "内部使用" not in svg


def test_scale_bar_is_as_long_as_it_says() -> None:
    """On a bare ratio of 10 m a pixel, four pieces of the bar make up its figure."""
    svg = draw_map(Sheet(extent=(0, 0, 7000, 3000), legend=False))
    bar = next(g for g in parsed(svg).iter(f"{SVG}g") if g.attrib.get("aria-label"))
    pieces = [float(rect.attrib["width"]) for rect in bar.iterfind(f"{SVG}rect")][1:]
    window = parsed(svg).find(f"{SVG}defs/{SVG}clipPath/{SVG}rect")
    assert window is not None
    wide, high = float(window.attrib["width"]), float(window.attrib["height"])
    metres = max(7000 / wide, 3000 / high)
    figure = next(t for t in texts(svg) if t.endswith(" km"))
    assert sum(pieces) * metres == pytest.approx(float(figure[:-3]) * 1000, rel=0.01)


def test_paper_has_a_round_scale() -> None:
    """A sheet in millimetres states its size in them and a round scale."""
    svg = draw_map(Sheet(extent=(0, 0, 16_000, 9_000), size=(420, 297), unit="mm"))
    assert parsed(svg).attrib["width"] == "420mm"
    scale = re.search(r"比例尺 1∶([\d ]+\d)", " ".join(texts(svg)))
    assert scale is not None
    assert int(scale[1].replace(" ", "")) % 10_000 == 0


def test_two_drawings_share_no_ids() -> None:
    """Drawings with different keys can stand in one page."""
    drawings = [draw_map(Sheet(extent=HUNDRED, layers=(square(),), key=key)) for key in ("a", "b")]
    first, second = (set(re.findall(r' id="([^"]+)"', svg)) for svg in drawings)
    assert first
    assert not first & second


def test_every_reference_is_defined() -> None:
    """Each ``url(#…)`` and label reference points to an id of the same drawing."""
    svg = draw_map(Sheet(extent=HUNDRED, layers=(square(evidence=["D"]),), title="图"))
    ids = set(re.findall(r' id="([^"]+)"', svg))
    used = set(re.findall(r"url\(#([^)]+)\)", svg))
    used |= set(parsed(svg).attrib["aria-labelledby"].split())
    assert used <= ids


def test_drawing_is_accessible() -> None:
    """A drawing is one image with a title and a description."""
    root = parsed(draw_map(Sheet(extent=HUNDRED, layers=(square(),), title="格局图")))
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "格局图"
    assert root.findtext(f"{SVG}desc") == "图上所示：核 1 项。"


def test_same_input_gives_the_same_bytes() -> None:
    """Drawing twice gives the same text."""
    sheet = Sheet(extent=HUNDRED, layers=(square(evidence=["D"], name_zh=["核心"]),))
    assert draw_map(sheet) == draw_map(sheet)


@given(st.permutations(range(4)))
def test_row_order_does_not_matter_for_what_is_drawn(order: list[int]) -> None:
    """The same features in another order give the same paths."""
    cells = frame(*(shapely.box(x, 0, x + 25, 100) for x in range(0, 100, 25)))
    again = cells.iloc[order]
    first, second = (
        sorted(paths(draw_thumbnail([SheetLayer(frame=each)], HUNDRED, size=(100, 100))))
        for each in (cells, again)
    )
    assert first == second


def test_degrees_are_brought_to_metres() -> None:
    """A frame in longitude and latitude is drawn where its metres are."""
    metric = frame(shapely.box(450_000, 4_860_000, 450_100, 4_860_100))
    lonlat = metric.to_crs("EPSG:4490")
    extent = extent_of([metric], margin=0)
    first, second = (
        paths(draw_thumbnail([SheetLayer(frame=each)], extent, size=(100, 100)))
        for each in (metric, lonlat)
    )
    assert first == second


@pytest.mark.parametrize(
    ("extent", "size", "error"),
    [
        ((0, 0, 0, 100), (100, 100), "drawing_extent"),
        ((0, 0, float("nan"), 100), (100, 100), "drawing_extent"),
        (HUNDRED, (10, 100), "drawing_size"),
        (HUNDRED, (float("nan"), 100), "drawing_size"),
    ],
)
def test_impossible_sheet_is_refused(
    extent: tuple[float, ...], size: tuple[float, float], error: str
) -> None:
    """No width, no number and no room are refused with a remedy."""
    with pytest.raises(GeometryError) as caught:
        draw_thumbnail([], extent, size=size)  # type: ignore[arg-type]
    assert caught.value.key == error


def test_frame_without_crs_is_refused() -> None:
    """Nothing is drawn of a frame that does not say where it lies."""
    with pytest.raises(CRSError):
        draw_thumbnail(
            [SheetLayer(frame=gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)]))], HUNDRED
        )


def test_collection_is_refused_by_name() -> None:
    """A geometry collection is named with its feature."""
    mixed = frame(shapely.GeometryCollection([shapely.Point(1, 1)]))
    with pytest.raises(GeometryError, match="GeometryCollection"):
        draw_thumbnail([SheetLayer(frame=mixed)], HUNDRED)


@pytest.mark.parametrize("key", ["", "1a", 'a"b', "图"])
def test_key_that_cannot_lead_ids_is_refused(key: str) -> None:
    """Only Latin letters, digits, - and _ may stand in a key."""
    with pytest.raises(SchemaError):
        draw_map(Sheet(extent=HUNDRED, key=key))


def test_classes_of_another_frame_are_refused() -> None:
    """Colours never slip to other rows."""
    classes = classified(pd.Series([1.0, 2.0], index=["x", "y"]))
    layer = SheetLayer(frame=frame(shapely.Point(1, 1), shapely.Point(2, 2)), classes=classes)
    with pytest.raises(SchemaError):
        draw_thumbnail([layer], HUNDRED)
