"""How the measures are usually computed, with the best tools at hand; to be compared with."""

import geopandas as gpd
import networkx as nx
import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from rasterstats import zonal_stats

from erdao_gis.analysis import WalkingGraph

Figures = np.ndarray[tuple[int], np.dtype[np.float64]]


def _share(units: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> Figures:
    """Share of units under one union, taken apart before geopandas.overlay to make it quick."""
    pieces = gpd.overlay(units.reset_index(names="unit"), land.explode(), how="intersection")
    return (
        pieces.area.groupby(pieces["unit"]).sum().reindex(units.index, fill_value=0.0) / units.area
    ).to_numpy()


def overlay(units: gpd.GeoDataFrame, green: gpd.GeoDataFrame) -> Figures:
    """Green ratio by union and geopandas.overlay."""
    return _share(units, gpd.GeoDataFrame(geometry=[green.union_all()], crs=green.crs))


def buffer_overlay(
    units: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, reach_m: float, quarter: int
) -> Figures:
    """Coverage by buffer, union and geopandas.overlay."""
    reached = spots.buffer(reach_m, quad_segs=quarter).union_all()
    return _share(units, gpd.GeoDataFrame(geometry=[reached], crs=spots.crs))


def _green_cells(path: str) -> tuple[np.ndarray, rasterio.Affine, rasterio.coords.BoundingBox]:
    """Decode a whole scene on all cores and test NDVI > 0.3, in strips that fit the cache."""
    with rasterio.open(path, num_threads="all_cpus") as scene:
        red, nir = scene.read(1), scene.read(2)
        place, bounds = scene.transform, scene.bounds
    green = np.empty(red.shape, dtype=np.uint8)
    for row in range(0, len(red), 16):
        strip = slice(row, row + 16)
        green[strip] = 7 * nir[strip].astype(np.int32) > 13 * red[strip].astype(np.int32)
    return green, place, bounds


def by_exactextract(units: gpd.GeoDataFrame, path: str) -> Figures:
    """Green cover by exactextract, feature by feature."""
    green, _, (west, south, east, north) = _green_cells(path)
    source = NumPyRasterSource(green, west, south, east, north, srs_wkt=units.crs.to_wkt())
    return exact_extract(source, units, ["mean"], output="pandas")["mean"].to_numpy()


def by_rasterstats(units: gpd.GeoDataFrame, path: str) -> Figures:
    """Green cover by rasterstats: cells whose centre lies inside."""
    green, place, _ = _green_cells(path)
    rows = zonal_stats(units.geometry, green, affine=place, stats=["mean"], nodata=255)
    return np.array([np.nan if row["mean"] is None else row["mean"] for row in rows])


def as_networkx(graph: WalkingGraph) -> nx.Graph:
    """Copy the network; parallel edges keep the shortest."""
    network = nx.Graph()
    matrix = graph.matrix.tocoo()
    a, b = matrix.coords
    network.add_weighted_edges_from(zip(a.tolist(), b.tolist(), matrix.data.tolist(), strict=True))
    return network


def by_networkx(
    network: nx.Graph,
    graph: WalkingGraph,
    homes: gpd.GeoDataFrame,
    spots: gpd.GeoDataFrame,
    reach_m: float | None,
) -> Figures:
    """Walk of each home to the nearest facility in m: one search for each facility.

    Both are tied to the ends of the nearest street, as walk_minutes does. With ``reach_m`` the
    search stops there, and farther homes have inf.
    """
    edges = graph.edges
    table = gpd.GeoDataFrame(
        geometry=shapely.linestrings(
            np.stack([edges.xy[edges.start], edges.xy[edges.end]], axis=1)
        ),
        crs=homes.crs,
    )
    seats = []
    for frame in (homes, spots):
        near = frame[["geometry"]].sjoin_nearest(table, distance_col="gap")
        near = near[~near.index.duplicated()]
        lines = table.geometry.to_numpy()[near["index_right"]]
        foot = shapely.get_point(shapely.shortest_line(lines, near.geometry.to_numpy()), 0)
        seats.append(
            (
                near["index_right"].to_numpy(),
                near["gap"].to_numpy(),
                shapely.line_locate_point(lines, foot),
            )
        )
    (edge, gap, along), (goal_edge, goal_gap, goal_along) = seats
    a, b, left = edges.start[edge], edges.end[edge], edges.length[edge] - along
    best = np.full(len(homes), np.inf)
    for goal, goal_at, goal_way in zip(goal_edge, goal_along, goal_gap, strict=True):
        start = {int(edges.start[goal]): goal_way + goal_at}
        start[int(edges.end[goal])] = goal_way + edges.length[goal] - goal_at
        to_node = np.full(graph.node_count, np.inf)
        network.add_weighted_edges_from((-1, node, metres) for node, metres in start.items())
        found = nx.single_source_dijkstra_path_length(network, -1, cutoff=reach_m)
        network.remove_node(-1)
        del found[-1]
        to_node[list(found)] = list(found.values())
        way = np.minimum(to_node[a] + along, to_node[b] + left)
        here = edge == goal
        way[here] = np.minimum(way[here], np.abs(along[here] - goal_at) + goal_way)
        np.minimum(best, way + gap, out=best)
    return best
