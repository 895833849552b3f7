"""How large an input may be before it is refused: a small file must not fill the machine."""

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True)
class Limits:
    """Upper bounds for one input file.

    Parameters
    ----------
    file_bytes
        Size of the file itself.
    text_bytes
        Size of a text file (GeoJSON, CSV), which is read whole.
    unpacked_bytes
        What an archive (zip, xlsx) may unpack to.
    members
        Files in an archive.
    features
        Rows of a layer.
    vertices
        Coordinates of a layer.
    cells
        Cells of a raster, all bands together.

    Examples
    --------
    >>> Limits(features=1000).features
    1000
    """

    file_bytes: int = 8_000_000_000
    text_bytes: int = 1_000_000_000
    unpacked_bytes: int = 4_000_000_000
    members: int = 1000
    features: int = 5_000_000
    vertices: int = 100_000_000
    cells: int = 50_000_000_000


DEFAULT_LIMITS = Limits()
"""Roomy for a district: 200,000 parcels use less than a tenth of each."""
