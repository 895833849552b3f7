"""What one drawing shows, as plain data."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

import geopandas as gpd
import numpy as np

from erdao_gis.crs import to_working
from erdao_gis.drawing.classes import Classes
from erdao_gis.errors import GeometryError, Language


@dataclasses.dataclass(frozen=True, kw_only=True)
class SheetLayer:
    """One layer of a drawing."""

    frame: gpd.GeoDataFrame
    """Features in any CRS that leads to EPSG:4551; null geometries are counted, not drawn."""
    style: str = ""
    """Layer in the style table; empty takes ``frame.attrs["layer"]``."""
    title: str = ""
    """Text in the legend; a layer without one is not in the legend."""
    part_titles: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Legend texts for values of the style's ``by`` column, where the table has none."""
    backdrop: bool = False
    """Whether the layer is ground for the others: drawn below them, without casing."""
    labels: bool = True
    """Whether the layer may have names on the map."""
    classes: Classes | None = None
    """Colours by class of a measured value, over the same index as the frame."""

    @property
    def style_name(self) -> str:
        """Layer of the style table that this one is drawn as."""
        return self.style or str(self.frame.attrs.get("layer", ""))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sheet:
    """One map drawing: what it shows, how large, and what stands around it."""

    extent: tuple[float, float, float, float]
    """Ground that must be visible: minx, miny, maxx, maxy in metres, EPSG:4551."""
    size: tuple[float, float] = (720.0, 480.0)
    """Width and height of the whole drawing, in ``unit``."""
    unit: Literal["px", "mm"] = "px"
    """``px`` for screens; ``mm`` for paper, with the scale rounded and printed."""
    layers: tuple[SheetLayer, ...] = ()
    """Layers; the style table decides which lies on top."""
    key: str = "map"
    """Leads all ids: drawings that stand in one page need different keys."""
    title: str = ""
    """Title, also read out by assistive programs."""
    subtitle: str = ""
    """Line below the title."""
    about: str = ""
    """Description for assistive programs; empty gives one made from layers and scale."""
    language: Language = "zh"
    """Language of names and words."""
    attribution: tuple[str, ...] = ()
    """Lines that the licences ask for."""
    review_number: str = ""
    """Map review number; while it is empty its field is blank and the sheet is stamped."""
    symbol_scale: float = 1.0
    """Factor on symbols, line widths and names."""
    labels: bool = True
    """Whether names stand on the map."""
    legend: bool = True
    """Whether there is a legend."""
    bare: bool = False
    """Only the map itself, from edge to edge: no margins, legend, scale, north or stamp."""


def extent_of(
    frames: Iterable[gpd.GeoDataFrame], *, margin: float = 0.04
) -> tuple[float, float, float, float]:
    """Return the ground that frames cover, for :attr:`Sheet.extent`.

    Parameters
    ----------
    frames
        Frames in any CRS that leads to EPSG:4551; null and empty geometries do not count.
    margin
        Widening on each side, as a share of the larger side.

    Returns
    -------
    tuple of float
        minx, miny, maxx, maxy in metres, EPSG:4551. A single point gets 500 m on each side.

    Raises
    ------
    CRSError
        A frame has no CRS.
    GeometryError
        No frame has a geometry.

    Examples
    --------
    >>> import shapely
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 50)], crs="EPSG:4551")
    >>> extent_of([square], margin=0.1)
    (-10.0, -10.0, 110.0, 60.0)
    """
    bounds = [to_working(frame[[frame.geometry.name]]).total_bounds for frame in frames]
    known = np.array([each for each in bounds if np.isfinite(each).all()])
    if not len(known):
        raise GeometryError("drawing_nothing", {})
    west, south = known[:, :2].min(axis=0).tolist()
    east, north = known[:, 2:].max(axis=0).tolist()
    wide = max(east - west, north - south) * margin or 500.0
    return west - wide, south - wide, east + wide, north + wide
