"""Two simulated summer scenes of the sample town, with what each cell shows known.

Values are stored as Sentinel-2 products are: counts = (reflectance + 0.1) * 10,000, 0 where there
is no data, and the scene classification (SCL) as the third band.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from affine import Affine

from erdao_gis import files
from erdao_gis.crs import WORKING
from erdao_gis.sample.land import LAWN
from erdao_gis.sample.layout import (
    GREEN_EXTRA,
    GREENED_WEST_OF,
    HEIGHT,
    ORIGIN,
    POCKETS,
    RIVER,
    WIDTH,
    Box,
    cells,
    net_box,
)

CELL_M, MARGIN_M = 10, 100
SCENES = ("2021-07", "2025-07")
OFFSET, SCALE = -0.1, 0.0001
_RIVER_SCL, _BARE_SCL, _GREEN_SCL = 6, 5, 4
# Reflectance of red and near infrared; lawns are thin: without the offset they would look bare.
_DENSE, _LAWN, _BARE, _WATER, _CLOUD, _SHADOW = (
    (0.04, 0.40),
    (0.08, 0.20),
    (0.15, 0.20),
    (0.03, 0.01),
    (0.60, 0.62),
    (0.02, 0.03),
)


class Hidden(NamedTuple):
    """A block of a scene that shows no ground, and its class in the SCL band."""

    box: Box
    scl: int


# What lies under them is wholly green (fields) or not green at all (works, river).
HIDDEN = {
    "2021-07": (
        Hidden(Box(400, 1620, 700, 1680), 9),
        Hidden(Box(400, 1740, 500, 1780), 3),
        Hidden(Box(2300, 1900, 2400, 2000), 0),
    ),
    "2025-07": (
        Hidden(Box(900, 1820, 1100, 1920), 8),
        Hidden(Box(1600, 100, 1700, 200), 0),
    ),
}
_Grid = npt.NDArray[np.bool_]


def _window(box: Box) -> tuple[slice, slice]:
    """Rows and columns of the scene that a box covers; its sides lie on cell borders."""
    top, left = HEIGHT + MARGIN_M, -MARGIN_M
    rows = slice(round((top - box.north) / CELL_M), round((top - box.south) / CELL_M))
    return rows, slice(round((box.west - left) / CELL_M), round((box.east - left) / CELL_M))


def _empty() -> _Grid:
    return np.zeros(
        ((HEIGHT + 2 * MARGIN_M) // CELL_M, (WIDTH + 2 * MARGIN_M) // CELL_M), dtype=bool
    )


def _patches(column: int, row: int, letter: str, *, later: bool) -> list[Box]:
    """Green boxes on one cell of the drawing."""
    x, y = column * 100, row * 100
    if letter in "NFGg" or (letter == "J" and later):
        return [net_box(column, row)]
    if letter == "R":
        # West of Yi Street only the southern half of the lawns had grown in 2021.
        height = 20 if x < GREENED_WEST_OF and not later else 40
        return [Box(x + LAWN.west, y + LAWN.south, x + LAWN.east, y + LAWN.south + height)]
    if letter in "Vv":
        bands = {("V", False): (0, 10), ("V", True): (0, 10, 80, 90),
                 ("v", False): (0,), ("v", True): (0, 10)}[letter, later]  # fmt: skip
        return [Box(x, y + band, x + 100, y + band + 10) for band in bands]
    return []


@functools.cache
def _green(date: str) -> tuple[_Grid, _Grid]:
    """Cells that are green, and those of them that are thin lawn."""
    later = date == SCENES[1]
    green, thin = _empty(), _empty()
    for column, row, letter in cells():
        for box in _patches(column, row, letter, later=later):
            green[_window(box)] = True
            thin[_window(box)] = letter in "RVv"
    for box in (*POCKETS, *GREEN_EXTRA):
        green[_window(box)] = True
    # Trees stand on the middle of the avenue: cover, and no green land.
    green[_window(Box(0, 790, WIDTH, 810))] = True
    green[_window(RIVER)] = False
    return green, thin


def green_mask(date: str) -> _Grid:
    """Tell which cells are green, under clouds too.

    Parameters
    ----------
    date
        One of `SCENES`.

    Returns
    -------
    numpy.ndarray
        True where vegetation grows; rows from the north, 10 m, 100 m beyond the town all round.

    Examples
    --------
    >>> green_mask("2021-07").shape
    (220, 260)
    """
    return _green(date)[0].copy()


def _bands(date: str) -> npt.NDArray[np.uint16]:
    green, thin = _green(date)
    red, nir = np.full(green.shape, _BARE[0]), np.full(green.shape, _BARE[1])
    scl = np.where(green, _GREEN_SCL, _BARE_SCL)
    river = _empty()
    river[_window(RIVER)] = True
    scl[river] = _RIVER_SCL
    for mask, (r, n) in ((river, _WATER), (green & ~thin, _DENSE), (green & thin, _LAWN)):
        red[mask], nir[mask] = r, n
    for box, kind in HIDDEN[date]:
        window = _window(box)
        scl[window] = kind
        red[window], nir[window] = _SHADOW if kind == 3 else _CLOUD  # noqa: PLR2004 (SCL: shadow)
    generator = np.random.default_rng(int(date[:4]))
    counts = [
        np.rint((band - OFFSET) / SCALE).astype(np.int64) + generator.integers(-20, 21, band.shape)
        for band in (red, nir)
    ]
    bands = np.stack([*counts, scl]).astype(np.uint16)
    bands[:, scl == 0] = 0
    return bands


def write_scene(date: str, path: Path) -> None:
    """Write one scene as a tiled GeoTIFF: red, near infrared, SCL.

    Parameters
    ----------
    date
        One of `SCENES`.
    path
        The file to be; it appears whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_scene("2025-07", Path(folder) / "2025-07.tif")
    ...     files.open_scene(Path(folder) / "2025-07.tif").scales
    (0.0001, 0.0001, 1.0)
    """
    east, north = ORIGIN[0] - MARGIN_M, ORIGIN[1] + HEIGHT + MARGIN_M
    files.write_scene(
        path,
        _bands(date),
        crs=WORKING,
        transform=Affine(CELL_M, 0, east, 0, -CELL_M, north),
        names=("red", "nir", "SCL"),
        scaling=((SCALE, OFFSET), (SCALE, OFFSET), (1.0, 0.0)),
        nodata=0,
        tags={
            "TIFFTAG_DATETIME": f"{date[:4]}:07:15 10:30:00",
            "TIFFTAG_IMAGEDESCRIPTION": "Simulated scene of a fictional town",
        },
    )
