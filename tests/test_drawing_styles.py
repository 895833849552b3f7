"""The one style table: complete, well formed, and honest about evidence."""

import pytest

from erdao_gis.catalogue import layer_names
from erdao_gis.drawing import evidence_styles, layer_style, styled_layers

DRAWN = [name for role in ("plan", "base") for name in layer_names(role=role)]


def test_evidence_is_solid_dashed_hatched() -> None:
    """A and B are solid, C is dashed, D is dashed and hatched."""
    looks = {grade: (bool(s.dash), s.hatched) for grade, s in evidence_styles().items()}
    assert looks == {
        "A": (False, False),
        "B": (False, False),
        "C": (True, False),
        "D": (True, True),
    }


@pytest.mark.parametrize("name", [name for name in DRAWN if name != "subdistricts"])
def test_every_drawn_layer_has_a_style(name: str) -> None:
    """No layer of the catalogue falls back to the general style (subdistricts has no shapes)."""
    assert name in styled_layers()


@pytest.mark.parametrize("name", styled_layers())
def test_style_can_be_drawn(name: str) -> None:
    """Each style has a line colour and width, and its labels a size and colour."""
    for style in layer_style(name).parts.values():
        assert style.stroke
        assert style.width > 0
        if style.label_priority:
            assert style.label_size > 8
            assert style.label_colour


def test_unknown_layer_gets_the_general_style() -> None:
    """A layer of the user's own is drawn, modestly."""
    assert layer_style("mine").layer == "mine"
    assert layer_style("mine").of("x").stroke == layer_style("yours").of(None).stroke


def test_part_without_a_row_gets_the_rest() -> None:
    """A road class without a row is drawn as a local road."""
    roads = layer_style("roads")
    assert roads.of("footway") == roads.parts["*"]
    assert roads.of("primary").width > roads.of("footway").width


def test_orders_are_distinct() -> None:
    """What lies on top never depends on the order of reading."""
    orders = [s.order for name in styled_layers() for s in layer_style(name).parts.values()]
    assert len(orders) == len(set(orders))
