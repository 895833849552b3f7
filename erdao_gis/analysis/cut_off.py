"""What is to be said of units and places that no street joins to the others."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from erdao_gis.analysis.street_network import WalkingGraph
from erdao_gis.errors import Fault
from erdao_gis.wording import label_list


def cut_off_by_streets(walk: pd.Series, graph: WalkingGraph) -> dict[Hashable, int]:
    """Give the cut-off units for which their own streets are the reason.

    On a network of its own a unit may be cut off from nothing but a facility that stands beside
    a fragment itself; then that facility is what is to be told.

    Parameters
    ----------
    walk
        From :func:`walk_minutes` or :func:`walk_coverage`.
    graph
        The network that was walked.

    Returns
    -------
    dict
        Label -> island, a part of ``walk.attrs["cut_off"]``.
    """
    astray = walk.attrs["cut_off_facilities"]
    islands: dict[Hashable, int] = walk.attrs["cut_off"]
    return {unit: one for unit, one in islands.items() if graph.fragment[one] or not astray}


def cut_off_faults(
    cut_off: Mapping[Hashable, int],
    graph: WalkingGraph,
    *,
    file: str,
    to: str = "",
    each: bool = False,
) -> tuple[Fault, ...]:
    """Put cut-off units or places into words, one fault for each island.

    Parameters
    ----------
    cut_off
        Label -> island, as ``attrs["cut_off"]`` and ``attrs["cut_off_facilities"]`` of a walk.
    graph
        The network that was walked.
    file
        Layer that the labels are of.
    to
        Layer of what was not reached.
    each
        Give each label beside a fragment a fault of its own.

    Returns
    -------
    tuple of Fault
        Of a fragment that walks are not known, of a network of its own that no walk leads off
        it. Each names the units, their number, and the streets with their length.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from erdao_gis.analysis import walking_graph
    >>> lines = [LineString([(0, 0), (900, 0)]), LineString([(0, 90), (40, 90)])]
    >>> graph = walking_graph(gpd.GeoDataFrame(geometry=lines, index=["main", "stub"], crs=4551))
    >>> [(f.rule, f.feature) for f in cut_off_faults({"H1": 1, "H2": 1}, graph, file="homes")]
    [('walk_cut_off', 'H1, H2')]
    """
    by_island: dict[int, list[Hashable]] = {}
    for label, island in cut_off.items():
        by_island.setdefault(island, []).append(label)
    faults = []
    for island, labels in sorted(by_island.items()):
        alone = bool(graph.fragment[island])
        facts = _streets(graph, island) | ({} if alone else {"to": to})
        for group in [[label] for label in labels] if each and alone else [labels]:
            fault = Fault(
                file=file,
                feature=label_list(group),
                rule="walk_cut_off" if alone else "walk_other_network",
                facts={"count": len(group)} | facts,
            )
            faults.append(fault)
    return tuple(faults)


def _streets(graph: WalkingGraph, island: int) -> dict[str, object]:
    """Name the streets of an island, and give their length."""
    edges = graph.edges
    lines = np.unique(edges.line[graph.island[edges.start] == island])
    streets = label_list(dict.fromkeys(graph.road[lines]))
    return {"streets": streets, "metres": round(float(graph.island_m[island]))}
