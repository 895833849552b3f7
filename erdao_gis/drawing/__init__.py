"""How things look: one style table, and one SVG drawer for thumbnails, reports, sheets and print.

A drawing is data first (:class:`Sheet`, :class:`SheetLayer`) and text after (:func:`draw_map`):
no browser, no plotting library, nothing fetched, the same bytes for the same input.
"""

from erdao_gis.drawing.chart_parts import ChartRow
from erdao_gis.drawing.charts import range_chart
from erdao_gis.drawing.classes import Classes, classified
from erdao_gis.drawing.drawer import draw_map, draw_thumbnail
from erdao_gis.drawing.sheet import Sheet, SheetLayer, extent_of
from erdao_gis.drawing.styles import (
    EvidenceStyle,
    LayerStyle,
    Style,
    evidence_styles,
    layer_style,
    no_data_style,
    ramp_colours,
    styled_layers,
)

__all__ = [
    "ChartRow",
    "Classes",
    "EvidenceStyle",
    "LayerStyle",
    "Sheet",
    "SheetLayer",
    "Style",
    "classified",
    "draw_map",
    "draw_thumbnail",
    "evidence_styles",
    "extent_of",
    "layer_style",
    "no_data_style",
    "ramp_colours",
    "range_chart",
    "styled_layers",
]
