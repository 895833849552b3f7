"""A seeded town of any size to measure: parcels, green land, streets, facilities and imagery."""

import numpy as np
import rasterio
import shapely
from affine import Affine
from geopandas import GeoDataFrame
from rasterio.windows import Window
from scipy.ndimage import gaussian_filter

CRS = "EPSG:4551"
ORIGIN = np.array([500_000.0, 4_860_000.0])
PARCEL_M = 57.0  # 3,250 m2: a small residential parcel
MARGIN_M = 40.0


def side_of(count: int) -> float:
    """Side of the square town that holds so many parcels, in m."""
    return float(np.ceil(np.sqrt(count)) * PARCEL_M)


def parcels(count: int) -> GeoDataFrame:
    """Quadrilaterals that share their corners, as a cadastre does."""
    row = int(np.ceil(np.sqrt(count)))
    rng = np.random.default_rng(1)
    x, y = np.meshgrid(np.arange(row + 1) * PARCEL_M, np.arange(row + 1) * PARCEL_M)
    corners = np.stack([x, y], axis=-1) + ORIGIN
    corners += rng.uniform(-0.2, 0.2, corners.shape) * PARCEL_M
    ring = [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]]
    return GeoDataFrame(
        geometry=shapely.polygons(np.stack(ring, axis=2).reshape(-1, 4, 2)[:count]), crs=CRS
    )


def homes(count: int) -> GeoDataFrame:
    """Parcels drawn in to half their size: none touches a street."""
    whole = parcels(count)
    corners = shapely.get_coordinates(whole.geometry.to_numpy()).reshape(count, 5, 2)[:, :4]
    middle = corners.mean(axis=1, keepdims=True)
    return GeoDataFrame(geometry=shapely.polygons(middle + (corners - middle) / 2), crs=CRS)


def green(count: int, side: float) -> GeoDataFrame:
    """Parks and lawns of 12 to 48 corners that overlap, and three river belts."""
    rng = np.random.default_rng(2)
    shapes = []
    for corners in (12, 24, 48):
        number = count // 3
        turn = np.sort(rng.uniform(0, 2 * np.pi, (number, corners)), axis=1)
        reach = 30 * rng.lognormal(0, 0.5, (number, 1)) * rng.uniform(0.7, 1.3, (number, corners))
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * reach[..., None]
        shapes.append(shapely.polygons(ring + rng.uniform(0, side, (number, 1, 2)) + ORIGIN))
    along = np.linspace(0, 1, max(200, int(side / 3)))
    for part in (0.25, 0.5, 0.75):
        north = side * (part + 0.08 * np.sin(9 * along + 6 * part))
        course = np.stack([along * side, north], axis=1) + ORIGIN
        shapes.append(np.array([shapely.LineString(course).buffer(40)]))
    every = np.concatenate(shapes)
    return GeoDataFrame(geometry=every[shapely.is_valid(every)], crs=CRS)


def spots(count: int, side: float) -> GeoDataFrame:
    """Facilities as points."""
    rng = np.random.default_rng(5)
    return GeoDataFrame(geometry=shapely.points(rng.uniform(0, side, (count, 2)) + ORIGIN), crs=CRS)


def streets(side: float) -> GeoDataFrame:
    """Streets round every four parcels and lanes between them, block by block."""
    number = int(side // PARCEL_M)
    rng = np.random.default_rng(6)
    x, y = np.meshgrid(np.arange(number + 1) * PARCEL_M, np.arange(number + 1) * PARCEL_M)
    nodes = np.stack([x, y], axis=-1) + ORIGIN + rng.uniform(-6, 6, (number + 1, number + 1, 2))
    east = np.stack([nodes[:, :-1], nodes[:, 1:]], axis=2).reshape(-1, 2, 2)
    north = np.stack([nodes[:-1, ::2], nodes[1:, ::2]], axis=2).reshape(-1, 2, 2)
    return GeoDataFrame(geometry=shapely.linestrings(np.concatenate([east, north])), crs=CRS)


def write_scene(path: str, side: float, cell: float, kind: str) -> None:
    """Write red and near infrared over the town, in bands of zstd tiles, strip by strip."""
    width = int(np.ceil((side + 2 * MARGIN_M) / cell))
    tile = 2048
    rng = np.random.default_rng(3)
    field = gaussian_filter(rng.normal(size=(tile, tile)), 6, mode="wrap")
    field /= field.std()
    most = 250 if kind == "uint8" else 8000
    step = most // 60  # sensor noise compresses badly; a coarse count stands for it
    red = (np.clip((0.20 - 0.07 * field) * most, 1, most) // step * step + 1).astype(kind)
    nir = (np.clip((0.35 + 0.12 * field) * most, 1, most) // step * step + 1).astype(kind)
    layout = {
        "driver": "GTiff", "width": width, "height": width, "count": 2, "dtype": kind, "crs": CRS,
        "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "zstd",
        "interleave": "band", "num_threads": "all_cpus", "bigtiff": "if_safer",
    }  # fmt: skip
    west, north = ORIGIN[0] - MARGIN_M, ORIGIN[1] + side + MARGIN_M
    with rasterio.open(
        path, "w", **layout, transform=Affine(cell, 0, west, 0, -cell, north)
    ) as out:
        for top in range(0, width, tile):
            rows = min(tile, width - top)
            for band, cells in ((1, red), (2, nir)):
                shifted = np.roll(cells, top // tile * 517, axis=1)[:rows]
                strip = np.tile(shifted, (1, width // tile + 1))[:, :width]
                out.write(strip, band, window=Window(0, top, width, rows))
