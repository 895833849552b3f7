"""Names on a sheet: apart from one another, inside the window, the important ones first."""

import math

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from erdao_gis.drawing import SheetLayer
from erdao_gis.drawing.feature_markup import Mark, layer_marks
from erdao_gis.drawing.labels import Label, place_labels
from erdao_gis.drawing.window import Box, fit_window

WINDOW = fit_window((0, 0, 400, 300), Box(0, 0, 400, 300), rounded=False)


def marks(shapes: list[object], names: list[str], style: str, **options: bool) -> list[Mark]:
    """Return shapes in metres as marks on a window of one metre a pixel; names serve as ids."""
    table = {"name_zh": names}
    index = [f"{name}{at}" for at, name in enumerate(names)]
    frame = gpd.GeoDataFrame(table, geometry=shapes, index=index, crs="EPSG:4551")
    layer = SheetLayer(frame=frame, style=style, **options)
    return list(layer_marks(layer, 0, WINDOW, "zh").marks)


def placed(every: list[Mark], keep_clear: tuple[Box, ...] = ()) -> list[Label]:
    """Place the names of marks at a scale where every name is wanted."""
    return place_labels(every, WINDOW.box, zoom=19, scale=1, keep_clear=keep_clear)


def words(labels: list[Label]) -> list[str]:
    """Return the names that got a place, in the order they got it."""
    return ["".join(label.lines) for label in labels]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(10, 390), st.integers(10, 290)), min_size=2, max_size=30))
def test_names_never_overlap(places: list[tuple[int, int]]) -> None:
    """However crowded the points, no two names share ground and none leaves the window."""
    shapes = [shapely.Point(place) for place in places]
    names = [f"第{n}商业服务节点" for n in range(len(places))]
    rings = [shapely.Polygon(label.ring) for label in placed(marks(shapes, names, "nodes"))]
    for at, ring in enumerate(rings):
        assert shapely.box(0, 0, 400, 300).contains(ring)
        for other in rings[at + 1 :]:
            assert ring.intersection(other).area < 1e-6


def test_the_more_important_name_gets_the_place() -> None:
    """Where a core and a facility want one spot, the core is named first."""
    spot = shapely.box(100, 100, 160, 130)
    both = marks([spot], ["设施甲"], "facilities") + marks([spot], ["核心乙"], "cores")
    assert words(placed(both))[0] == "核心乙"


def test_names_keep_off_the_furniture() -> None:
    """No name covers a place that is to be kept clear."""
    kept = Box(0, 0, 400, 140)
    labels = placed(marks([shapely.Point(200, 150)], ["东方广场"], "nodes"), (kept,))
    top = min(y for label in labels for _, y in label.ring)
    assert labels
    assert top >= 140


def test_ways_of_one_street_share_a_name() -> None:
    """Two pieces of one street are named once."""
    pieces = [shapely.LineString([(x, 150), (x + 190, 150)]) for x in (5, 200)]
    assert words(placed(marks(pieces, ["吉林大路", "吉林大路"], "axis"))) == ["吉林大路"]


def test_base_map_does_not_repeat_a_name_of_the_plan() -> None:
    """The road below the axis is not named a second time, with or without brackets."""
    line = shapely.LineString([(5, 150), (395, 150)])
    every = marks([line], ["吉林大路（迎宾路）"], "axis")
    every += marks([shapely.LineString([(5, 50), (395, 50)])], ["吉林大路"], "roads", backdrop=True)
    assert words(placed(every)) == ["吉林大路（迎宾路）"]


def test_name_follows_its_line() -> None:
    """A name along a line that falls at 45 degrees is turned by 45 degrees."""
    line = shapely.LineString([(50, 290), (330, 10)])
    label = placed(marks([line], ["东新开河"], "rivers"))[0]
    assert math.degrees(label.spot.angle) == pytest.approx(45, abs=0.01)


def test_chinese_stands_upright_on_a_steep_line() -> None:
    """Along a line due north each character has its own line and is not turned."""
    line = shapely.LineString([(200, 10), (200, 290)])
    label = placed(marks([line], ["临河街"], "feature_streets"))[0]
    assert label.lines == ("临", "河", "街")
    assert label.spot.angle == pytest.approx(0, abs=1e-4)


def test_name_without_room_is_left_out() -> None:
    """A street shorter than its name has none."""
    line = shapely.LineString([(200, 150), (212, 150)])
    assert placed(marks([line], ["福安街巷陌文化街"], "feature_streets")) == []


def test_long_name_is_cut() -> None:
    """A name of 10,000 characters is cut with an ellipsis."""
    labels = placed(marks([shapely.Point(200, 150)], ["核" * 10_000], "nodes"))
    assert all(len(word) <= 26 and word.endswith("…") for word in words(labels))
