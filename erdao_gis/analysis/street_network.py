"""The streets as a network on which one walks."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask, Positions, Shapes, given, positive
from erdao_gis.analysis.kernels.noding import Noded, noded
from erdao_gis.analysis.kernels.results import State, state_of
from erdao_gis.analysis.kernels.street_levels import GROUND, street_levels
from erdao_gis.crs import require_metres
from erdao_gis.errors import GeometryError


@dataclass(frozen=True, kw_only=True, eq=False)
class WalkingGraph:
    """Streets cut into edges between nodes; made by :func:`walking_graph`."""

    crs: CRS
    "In metres."
    lines: Shapes
    "The streets as LineStrings, before they were cut."
    road: pd.Index
    "Label of the roads' row that each line belongs to."
    edges: Noded
    "Nodes and edges."
    state: State
    "`lower_bound` where the roads are partial: real walks may be shorter."
    snapped: pd.DataFrame
    "Ends joined to a street they do not touch: `road` and `gap_m`."
    least_island_m: float
    "Metres of street that make an island a network of its own."
    least_island_share: float
    "Share of all streets, 0 to 1, that it has as well."

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.edges.xy)

    @cached_property
    def matrix(self) -> csr_array:
        """Lengths in metres between neighbouring nodes, both ways; of parallel edges the least."""
        a = np.concatenate([self.edges.start, self.edges.end])
        b = np.concatenate([self.edges.end, self.edges.start])
        return least_matrix(a, b, np.tile(self.edges.length, 2), self.node_count)

    @cached_property
    def island(self) -> Positions:
        """Number of the island on which each node lies; 0 is the one with most street."""
        _, label = connected_components(self.matrix, directed=False)
        length = np.bincount(label[self.edges.start], self.edges.length, label.max() + 1)
        rank = np.empty(len(length), dtype=np.intp)
        rank[np.argsort(-length, kind="stable")] = np.arange(len(length))
        return np.asarray(rank[label], dtype=np.intp)

    @cached_property
    def island_m(self) -> Floats:
        """Metres of street of each island, the most first."""
        metres = np.bincount(self.island[self.edges.start], self.edges.length)
        return np.asarray(metres, dtype=np.float64)

    @cached_property
    def fragment(self) -> Mask:
        """Whether each island is too little street to be a network of its own.

        It is with less than `least_island_m` of street, or less than `least_island_share` of all;
        not with half of the longest island's, for of two streets neither is a piece of the other.
        """
        metres = self.island_m
        least = max(self.least_island_m, self.least_island_share * metres.sum())
        return np.asarray(metres < min(least, metres.max(initial=0.0) / 2), dtype=bool)

    @property
    def islands(self) -> pd.DataFrame:
        """Streets that no walk connects: `length_m`, `share`, `edges`, `fragment` of each."""
        length = self.island_m
        table = {
            "length_m": length,
            "share": length / length.sum(),
            "edges": np.bincount(self.island[self.edges.start]),
            "fragment": self.fragment,
        }
        return pd.DataFrame(table).rename_axis("island")


def least_matrix(a: Positions, b: Positions, length: Floats, count: int) -> csr_array:
    """Sparse matrix of lengths; where a pair occurs twice the least stands."""
    order = np.lexsort((length, b, a))
    a, b, length = a[order], b[order], length[order]
    first = np.ones(len(a), dtype=bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return csr_array((length[first], (a[first], b[first])), shape=(count, count))


def walking_graph(
    roads: gpd.GeoDataFrame,
    *,
    snap_m: float = 2.0,
    not_walked: Collection[str] = ("motorway",),
    least_island_m: float = 1000.0,
    least_island_share: float = 0.01,
) -> WalkingGraph:
    """Make a walking network of a roads layer.

    Streets meet where they cross on the ground and where an end touches another street. A bridge
    or tunnel (columns ``bridge`` and ``tunnel``) meets others at its ends only. Walking goes both
    ways.

    Streets that nothing connects are islands. A part of town beyond a river may well be one, and
    that no walk leads there is a finding. A stub of 40 m that meets nothing is none: people do
    leave it, and what is missing is a line in the data. Therefore an island is a network of its
    own only from so much street on as a block of housing has around it (1 km, 250 m by 250 m),
    and from one per cent of all streets, because one road of 3 km that nobody joined to the 400
    km of a district is no part of town either. What is less is a *fragment*; of units beside
    one, no walk is known (see :func:`walk_minutes`).

    Parameters
    ----------
    roads
        Lines in metres (EPSG:4551), with the columns ``bridge``, ``tunnel`` and ``road_class`` if
        known; yes and no are read as `erdao_gis.yes_no` does, blank is no.
    snap_m
        Metres within which an end meets a street that it does not touch; coordinates of 5
        decimals are up to 1 m off. Every such join is listed in ``snapped``.
    not_walked
        Classes (of ``road_class``) on which nobody walks.
    least_island_m, least_island_share
        Street in metres, and share of all street (0 to 1), from which on an island is a network
        of its own; both at 0 for every island. Half the street of the longest always is enough.

    Returns
    -------
    WalkingGraph
        With ``snapped`` (ends that were joined), ``islands`` (streets that nothing connects, and
        which of them are fragments) and ``state``: ``lower_bound`` where the roads' layer is
        partial or has unplaced rows.

    Raises
    ------
    CRSError
        Degrees, Web Mercator or no CRS.
    GeometryError
        No lines, invalid ones, or no street left to walk on.
    SchemaError
        A value of ``bridge`` or ``tunnel`` that means neither yes nor no: taken for either, it
        would join or part streets that are not; or a number that is none or negative.

    Examples
    --------
    Two streets that cross, and a bridge over one of them:

    >>> from shapely import LineString
    >>> streets = [[(0, 0), (200, 0)], [(50, -50), (50, 50)], [(150, -50), (150, 50)]]
    >>> roads = gpd.GeoDataFrame(
    ...     {"bridge": [None, None, "bridge"]},
    ...     geometry=[LineString(street) for street in streets],
    ...     crs="EPSG:4551",
    ... )
    >>> graph = walking_graph(roads)
    >>> graph.islands["length_m"].tolist()
    [300.0, 100.0]
    """
    crs = require_metres(roads)
    known = given(roads, "roads", "lines")
    walked = np.ones(len(known.placed), dtype=bool)
    rows = roads.iloc[known.placed]
    if "road_class" in roads.columns:
        walked = ~rows["road_class"].isin(list(not_walked)).to_numpy()
    lines, row = shapely.get_parts(known.shapes[walked], return_index=True)
    if not len(lines):
        raise GeometryError("analysis_no_street", {"classes": ", ".join(not_walked)})
    rows = rows[walked]
    raised = (street_levels(rows) != GROUND)[row]
    rows = rows.iloc[row]
    edges = noded(lines, raised, positive(snap_m, "snap_m", zero=True))
    snapped = {"road": rows.index[edges.snapped_line], "gap_m": edges.snapped_m}
    return WalkingGraph(
        crs=crs,
        lines=lines,
        road=rows.index,
        edges=edges,
        state=state_of(known),
        snapped=pd.DataFrame(snapped),
        least_island_m=positive(least_island_m, "least_island_m", zero=True),
        least_island_share=positive(least_island_share, "least_island_share", zero=True),
    )
