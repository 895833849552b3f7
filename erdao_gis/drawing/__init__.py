"""How things look: one style table for pages, thumbnails, reports and print."""

from erdao_gis.drawing.styles import (
    EvidenceStyle,
    LayerStyle,
    Style,
    evidence_styles,
    layer_style,
    styled_layers,
)

__all__ = [
    "EvidenceStyle",
    "LayerStyle",
    "Style",
    "evidence_styles",
    "layer_style",
    "styled_layers",
]
