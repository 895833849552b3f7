"""The plan's own layers drawn: small enough for an index page, complete on a sheet."""

import xml.etree.ElementTree as ET

import pytest

from erdao_gis.catalogue import layer_names, layer_schema, read_layer
from erdao_gis.drawing import Sheet, SheetLayer, draw_map, draw_thumbnail, extent_of


@pytest.fixture(scope="module")
def layers() -> tuple[SheetLayer, ...]:
    """Every base and plan layer of the shipped catalogue."""
    return tuple(
        SheetLayer(
            frame=read_layer(name), title=layer_schema(name).title_zh, backdrop=role == "base"
        )
        for role in ("base", "plan")
        for name in layer_names(role=role)
        if name not in ("places", "surroundings")
    )


def test_thumbnail_is_small(layers: tuple[SheetLayer, ...]) -> None:
    """A thumbnail of the whole plan takes less than 40 kB."""
    extent = extent_of([layer.frame for layer in layers if layer.style_name == "zones"])
    assert len(draw_thumbnail(layers, extent).encode()) < 40_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_print_sheet_is_well_formed(layers: tuple[SheetLayer, ...], language: str) -> None:
    """An A3 sheet of all layers parses and names the axis."""
    extent = extent_of([layer.frame for layer in layers if layer.style_name == "zones"])
    svg = draw_map(
        Sheet(extent=extent, size=(420, 297), unit="mm", layers=layers, language=language)  # type: ignore[arg-type]
    )
    words = "".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own output
    assert ("吉林大路" if language == "zh" else "Jilin Road") in words
