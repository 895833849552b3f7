"""From the ground to the street: where a walk enters the network, and how far it then is."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask, Positions, Shapes
from erdao_gis.analysis.kernels.nearest import Segments, nearest
from erdao_gis.analysis.street_network import WalkingGraph, least_matrix


@dataclass(frozen=True, eq=False)
class Access:
    """Places at which shapes are entered from the street."""

    owner: Positions
    "Position of the shape."
    edge: Positions
    along: Floats
    "Metres from the edge's beginning."
    gap: Floats
    "Straight metres between street and shape."


class StreetFinder:
    """Finds the street next to a shape; built once for a network."""

    def __init__(self, graph: WalkingGraph) -> None:
        self._graph = graph
        corners, line = shapely.get_coordinates(graph.lines, return_index=True)
        same = line[1:] == line[:-1]
        start, end = corners[:-1][same], corners[1:][same]
        lengths = np.hypot(*(end - start).T)
        # One number line for all streets: each street begins where the one before it ended.
        self._offset = np.concatenate([[0.0], np.cumsum(shapely.length(graph.lines))])
        line = line[:-1][same]
        within = np.cumsum(lengths) - lengths
        first = np.searchsorted(line, np.arange(len(graph.lines)))
        self._line = line
        self._along = self._offset[line] + within - within[first][line]
        self._segments = Segments.of(start, end)
        self._edge_begin = self._offset[graph.edges.line] + graph.edges.begin

    def nearest(self, shapes: Shapes, within_m: float) -> Access:
        """Nearest street of each shape, or several; shapes farther than ``within_m`` have none."""
        found = nearest(self._segments, shapes, within_m)
        return self._placed(found.shape, found.segment, found.along, found.gap)

    def gates(self, shapes: Shapes, within_m: float, gate_m: float) -> Access:
        """All entries of each shape.

        A point is entered from its nearest street; other shapes also from every street that
        comes within ``gate_m``, where it does so and where it leaves again.
        """
        first = self.nearest(shapes, within_m)
        wide = np.flatnonzero(shapely.get_dimensions(shapes) > 0)
        tree = self._segments.tree
        place, segment = tree.query(shapes[wide], predicate="dwithin", distance=gate_m)
        owner = wide[place]
        near = np.asarray(shapely.buffer(shapes[wide], gate_m), dtype=object)[place]
        streets = np.asarray(tree.geometries, dtype=object)
        stretch = shapely.intersection(streets[segment], near)
        some = shapely.length(stretch) > 0
        owner, segment = owner[some], segment[some]
        parts, index = shapely.get_parts(stretch[some], return_index=True)
        points = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
        owner, segment = np.tile(owner[index], 2), np.tile(segment[index], 2)
        along = shapely.line_locate_point(streets[segment], points)
        others = self._placed(owner, segment, along, shapely.distance(points, shapes[owner]))
        return Access(
            np.concatenate([first.owner, others.owner]),
            np.concatenate([first.edge, others.edge]),
            np.concatenate([first.along, others.along]),
            np.concatenate([first.gap, others.gap]),
        )

    def _placed(self, owner: Positions, segment: Positions, along: Floats, gap: Floats) -> Access:
        """Find the edges on the number line of all streets."""
        along, line, edges = along + self._along[segment], self._line[segment], self._graph.edges
        edge = np.searchsorted(self._edge_begin, along, side="right") - 1
        # The end of one street is the same number as the beginning of the next.
        last = np.searchsorted(edges.line, line, side="right") - 1
        edge = np.clip(edge, np.searchsorted(edges.line, line), last)
        return Access(
            owner, edge, np.clip(along - self._edge_begin[edge], 0.0, edges.length[edge]), gap
        )


def island_of(graph: WalkingGraph, access: Access, count: int) -> Positions:
    """Find the island from which each of ``count`` shapes is entered; -1 without a street.

    Of several it is the one with most street.
    """
    far = len(graph.island_m)
    found = np.full(count, far, dtype=np.intp)
    np.minimum.at(found, access.owner, graph.island[graph.edges.start[access.edge]])
    return np.where(found == far, -1, found)


def on_fragment(graph: WalkingGraph, island: Positions) -> Mask:
    """Tell which islands are fragments; -1 is none."""
    return (island >= 0) & graph.fragment[island]


def distances_from(graph: WalkingGraph, sources: Access, group: Positions, count: int) -> Floats:
    """Find the walking metres from each of ``count`` groups of entries to every node; inf if none.

    Each group becomes one more node from which streets lead into the network, so that a single
    search serves all entries of a group at once.
    """
    edges, nodes = graph.edges, graph.node_count
    source = nodes + group
    known = graph.matrix.tocoo()
    a = np.concatenate([known.coords[0], source, source])
    b = np.concatenate([known.coords[1], edges.start[sources.edge], edges.end[sources.edge]])
    left = edges.length[sources.edge] - sources.along
    # A source on a node, with no gap, is nearer than any float: still an edge, never a blank.
    ways = np.concatenate([sources.gap + sources.along, sources.gap + left])
    lengths = np.concatenate([known.data, np.maximum(ways, np.finfo(float).tiny)])
    matrix = least_matrix(a, b, lengths, nodes + count)
    return np.asarray(dijkstra(matrix, indices=nodes + np.arange(count)))[:, :nodes]


def nearest_walk(graph: WalkingGraph, starts: Access, goals: Access) -> Floats:
    """Find the walking metres from each start to the nearest goal; inf where no way leads."""
    edges = graph.edges
    one_group = np.zeros(len(goals.owner), dtype=np.intp)
    to_node = distances_from(graph, goals, one_group, 1)[0]
    left = edges.length[starts.edge] - starts.along
    by_node = np.minimum(
        to_node[edges.start[starts.edge]] + starts.along, to_node[edges.end[starts.edge]] + left
    )
    best: Floats = np.minimum(by_node, _same_edge(starts, goals))
    return starts.gap + best


def _same_edge(starts: Access, goals: Access) -> Floats:
    """Metres to the best goal on the very edge where the walk starts; inf where there is none."""
    best = np.full(len(starts.owner), np.inf)
    order = np.lexsort((goals.along, goals.edge))
    edge, at, gap = goals.edge[order], goals.along[order], goals.gap[order]
    first = np.searchsorted(edge, starts.edge, side="left")
    count = np.searchsorted(edge, starts.edge, side="right") - first
    for rank in range(int(count.max(initial=0))):
        some = np.flatnonzero(count > rank)
        goal = first[some] + rank
        way = np.abs(at[goal] - starts.along[some]) + gap[goal]
        best[some] = np.minimum(best[some], way)
    return best
