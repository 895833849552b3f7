"""From metres to the sheet: which piece of ground the window shows and where it falls."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.errors import GeometryError

_ROUND = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0)
PIXEL_M = 0.0254 / 96  # one CSS pixel on paper


@dataclasses.dataclass(frozen=True)
class Box:
    """A rectangle on the sheet in pixels, y downwards."""

    x: float
    """Left edge."""
    y: float
    """Upper edge."""
    w: float
    """Width."""
    h: float
    """Height."""


@dataclasses.dataclass(frozen=True)
class Window:
    """The map's own rectangle on the sheet and the ground it shows."""

    box: Box
    """Place on the sheet in pixels."""
    left: float
    """Easting of the left edge, EPSG:4551."""
    top: float
    """Northing of the upper edge, EPSG:4551."""
    metres: float
    """Metres of ground for one pixel."""

    def pixels(self, metres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return eastings and northings (n, 2) as x and y on the sheet."""
        x = self.box.x + (metres[:, 0] - self.left) / self.metres
        y = self.box.y + (self.top - metres[:, 1]) / self.metres
        return np.column_stack([x, y])

    def ground(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Return the ground shown, widened by ``margin`` pixels: minx, miny, maxx, maxy."""
        wide = margin * self.metres
        right = self.left + self.box.w * self.metres
        bottom = self.top - self.box.h * self.metres
        return self.left - wide, bottom - wide, right + wide, self.top + wide

    @property
    def zoom(self) -> float:
        """Zoom of a web map that shows the ground as large, at this latitude."""
        return math.log2(112_800 / self.metres)


def fit_window(extent: tuple[float, float, float, float], box: Box, *, rounded: bool) -> Window:
    """Return the window that shows all of ``extent``, centred, as large as it fits.

    Parameters
    ----------
    extent
        minx, miny, maxx, maxy in metres, EPSG:4551.
    box
        The window's place on the sheet.
    rounded
        Whether the scale is rounded to one that maps are published at, such as 1:60,000.

    Raises
    ------
    GeometryError
        The extent is not finite, has no width or no height.

    Examples
    --------
    >>> fit_window((0, 0, 200, 100), Box(0, 0, 100, 100), rounded=False).ground()
    (0.0, -50.0, 200.0, 150.0)
    """
    west, south, east, north = extent
    if not all(map(math.isfinite, extent)) or west >= east or south >= north:
        raise GeometryError("drawing_extent", {"extent": ", ".join(map(str, extent))})
    metres = max((east - west) / box.w, (north - south) / box.h)
    if rounded:
        metres = round_scale(metres / PIXEL_M) * PIXEL_M
    left = (west + east) / 2 - metres * box.w / 2
    top = (south + north) / 2 + metres * box.h / 2
    return Window(box=box, left=left, top=top, metres=metres)


def round_scale(denominator: float) -> float:
    """Return the next scale denominator that is round.

    Examples
    --------
    >>> round_scale(52_300)
    60000.0
    """
    power: float = 10.0 ** math.floor(math.log10(denominator))
    # A hair below a round scale is that scale: floating point must not lose a class.
    return next(step * power for step in _ROUND if step * power >= denominator * (1 - 1e-9))


def _tenths(value: int) -> str:
    """Return tenths of a pixel as a number, as short as it can be."""
    whole, rest = divmod(abs(value), 10)
    text = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{text}" if value < 0 else text


def ring_path(coordinates: npt.NDArray[np.float64], *, closed: bool) -> str:
    """Return points as path data in steps of 0.1 px; empty if they fall into one point.

    The first point is absolute, the others are steps from the one before: half the bytes. Steps
    are taken between rounded points, so that nothing drifts.
    """
    tenths = np.rint(coordinates * 10).astype(np.int64)
    steps = np.diff(tenths, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if closed:  # the last side is drawn by Z
        steps = steps[:-1]
    if len(steps) < (2 if closed else 1):
        return ""
    x, y = tenths[0].tolist()
    data = f"M{_tenths(x)} {_tenths(y)}l"
    for value in steps.ravel().tolist():
        text = _tenths(value)
        data += text if text[0] == "-" or data[-1] == "l" else f" {text}"
    return data + ("z" if closed else "")


def shape_path(shape: BaseGeometry) -> str:
    """Return the path data of lines and areas that are in pixels already.

    Examples
    --------
    >>> shape_path(shapely.box(0, 0, 10, 10))
    'M10 0l0 10-10 0 0-10z'
    """
    paths = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            rings = (part.exterior, *part.interiors)
            paths += [ring_path(shapely.get_coordinates(ring), closed=True) for ring in rings]
        else:
            paths.append(ring_path(shapely.get_coordinates(part), closed=False))
    return "".join(paths)
