"""Which roads, rivers and railways cross a parcel, and over how many metres."""

from collections.abc import Collection, Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.given_parcels import line_names, parcels_given
from erdao_gis.analysis.facts.single_cover import TOLERANCE_M
from erdao_gis.analysis.kernels.frame_inputs import Given, Positions, given
from erdao_gis.analysis.kernels.least_and_most import metres_off
from erdao_gis.analysis.kernels.results import State, state_of
from erdao_gis.analysis.kernels.street_levels import TUNNEL, street_levels
from erdao_gis.crs import require_metres
from erdao_gis.errors import Fault
from erdao_gis.wording import label_list, words

CROSSED_BY: Mapping[str, str] = {
    "roads": "road",
    "ring_roads": "road",
    "waterways": "water",
    "rivers": "water",
    "railways": "rail",
}
"""Layers whose lines cross parcels, each with its kind; of one line in two layers the first tells.

Metro lines are not among them: they run below the ground, and are drawn through the stations.
"""

NOT_CROSSED_BY = ("service", "footway")
"""Classes of roads that belong to the land they run on: lanes of estates and footpaths."""

_COLUMNS = ("parcel", "layer", "kind", "name_zh", "name_en", "ids", "length_m", "length_low_m",
            "accuracy_m")  # fmt: skip
_NONE = pd.DataFrame(
    {
        "plot": np.empty(0, np.intp),
        **{name: np.empty(0, object) for name in ("name_zh", "name_en", "ids")},
        **{name: np.empty(0) for name in ("length_m", "length_low_m", "accuracy_m")},
        "piece": np.empty(0, object),
        "layer": np.empty(0, object),
    }
)


def parcel_crossings(
    parcels: gpd.GeoDataFrame,
    lines: Mapping[str, gpd.GeoDataFrame],
    *,
    not_crossed_by: Collection[str] = NOT_CROSSED_BY,
) -> pd.DataFrame:
    """List the roads, rivers and railways that run through parcels.

    A line crosses a parcel for certain where some of it lies deeper inside than its
    ``accuracy_m``: the length inside the parcel shrunk by the accuracy, ``length_low_m``, is
    more than 0. What lies nearer to the outline may in truth run beside the parcel; so may any
    line through a parcel that is nowhere twice as wide as the accuracy. Evidence A is exact. A
    line on the outline, to 2 mm, is not inside.

    Parameters
    ----------
    parcels
        Areas in metres (EPSG:4551) on their codes.
    lines
        Lines in the same CRS under the names in `CROSSED_BY`; other layers are not looked at.
        ``name_zh``, ``name_en``, ``evidence`` and ``accuracy_m`` are taken if known, of roads
        ``road_class``, ``bridge`` and ``tunnel`` too. A bridge crosses what lies below it, a
        tunnel does not. A line that runs, within its accuracy, along one of the same kind in an
        earlier layer is the same line and is told once.
    not_crossed_by
        Values of ``road_class`` that do not count.

    Returns
    -------
    pandas.DataFrame
        One row for each parcel, layer and name; lines without a name stand for themselves:
        ``parcel``, ``layer``, ``kind`` (``road``, ``water`` or ``rail``), ``name_zh`` and
        ``name_en`` (of a nameless line its label),
        ``ids`` (joined by ``;``), ``length_m`` inside the parcel as drawn, both carriageways
        counted, ``length_low_m`` that stays inside wherever within its accuracy the line runs,
        and ``accuracy_m`` (of the worst line of that name); by parcel in their order, the
        longest certain crossing first.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError, SchemaError
        Invalid geometries, other shapes than lines, codes that occur twice, an accuracy that is
        negative or endless, or a value of ``bridge`` or ``tunnel`` that means neither yes nor no.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["A"], crs=4551)
    >>> ways = [LineString([(50, -200), (50, 200)]), LineString([(-9, 0), (200, 0)])]
    >>> columns = {"name_zh": ["甲街", "乙街"], "accuracy_m": [15.0, 15.0]}
    >>> roads = gpd.GeoDataFrame(columns, geometry=ways, crs=4551)
    >>> table = parcel_crossings(plots, {"roads": roads})
    >>> table[["parcel", "name_zh", "length_m", "length_low_m"]].to_numpy().tolist()
    [['A', '甲街', 100.0, 70.0]]
    """
    known = {layer: lines[layer] for layer in CROSSED_BY if layer in lines}
    require_metres(parcels, *known.values())
    plots = parcels_given(parcels)
    found = {kind: [_NONE] for kind in CROSSED_BY.values()}
    states, tree = [], shapely.STRtree(plots.shapes)
    for layer, frame in known.items():
        rows, same = given(frame, layer, "lines"), found[CROSSED_BY[layer]]
        some = np.arange(len(rows.placed))
        if CROSSED_BY[layer] == "road":
            some = _public(rows, not_crossed_by)
        pairs = _pairs(tree, rows, some).assign(layer=layer)
        same.append(_not_yet(pairs, pd.concat(same)))
        states.append(state_of(rows))
    every = pd.concat([pairs for same in found.values() for pairs in same])
    table = _by_name(every, parcels.index[plots.placed])
    table.attrs.update({"state": _worst(states), "unmeasured": plots.unplaced})
    return table


def _public(rows: Given, not_crossed_by: Collection[str]) -> Positions:
    """Return the positions, among the placed roads, of those that take ground of the public's."""
    frame = rows.frame.iloc[rows.placed]
    public = street_levels(frame) != TUNNEL
    if "road_class" in frame.columns:
        public &= ~frame["road_class"].isin(list(not_crossed_by)).to_numpy(bool)
    return np.flatnonzero(public)


def _pairs(plots: shapely.STRtree, rows: Given, some: Positions) -> pd.DataFrame:
    """Pair parcels with the lines inside them, each with its piece and how much is how deep."""
    shapes, off = rows.shapes[some], metres_off(rows)[some]
    line, plot = plots.query(shapes, predicate="intersects")
    area, way = plots.geometries[plot], shapes[line]
    deep = shapely.intersects(way, shapely.buffer(area, -TOLERANCE_M))
    line, plot, area, way = line[deep], plot[deep], area[deep], way[deep]
    piece = shapely.intersection(way, area)
    along = shapely.intersection(piece, shapely.boundary(area))
    inside = shapely.length(piece) - shapely.length(along)
    sure = shapely.length(shapely.intersection(way, shapely.buffer(area, -off[line])))
    zh, label = (line_names(rows, name)[some][line] for name in ("name_zh", ""))
    en = line_names(rows, "name_en")[some][line]
    return pd.DataFrame(
        {
            "plot": plot,
            "name_zh": zh,
            "name_en": np.where(en == label, zh, en),
            "ids": label,
            "length_m": inside,
            "length_low_m": np.where(off[line] > TOLERANCE_M, np.minimum(sure, inside), inside),
            "accuracy_m": off[line],
            "piece": piece,
        }
    )


def _not_yet(pairs: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Leave out what runs along lines of the same kind that were found in an earlier layer."""
    place = before.groupby("plot").indices
    pieces, off = before["piece"].to_numpy(object), before["accuracy_m"].to_numpy(float)
    again = np.zeros(len(pairs), dtype=bool)
    for number, (plot, piece, own) in enumerate(
        zip(pairs["plot"], pairs["piece"], pairs["accuracy_m"], strict=True)
    ):
        if plot in place:
            rows = place[plot]
            reach = own + off[rows].max() + TOLERANCE_M
            again[number] = shapely.union_all(pieces[rows]).buffer(reach).covers(piece)
    return pairs[~again]


def _by_name(pairs: pd.DataFrame, labels: pd.Index) -> pd.DataFrame:
    """Sum up the lines of one name in one layer."""
    groups = pairs.groupby(["plot", "layer", "name_zh"], sort=False)
    sums = groups[["length_m", "length_low_m"]].sum()
    sums["name_en"], sums["accuracy_m"] = groups["name_en"].first(), groups["accuracy_m"].max()
    sums = sums.assign(ids=groups["ids"].agg(";".join)).reset_index()
    sums = sums.sort_values(
        ["plot", "length_low_m", "length_m"], ascending=[True, False, False], ignore_index=True
    )
    sums["kind"] = sums["layer"].map(CROSSED_BY)
    return sums.assign(parcel=labels[sums["plot"].to_numpy(np.intp)])[list(_COLUMNS)]


def _worst(states: list[State]) -> State:
    """Join the states of layers: one that is partial or unknown leaves crossings out."""
    if all(state == "no_data" for state in states):
        return "no_data"
    return "value" if all(state == "value" for state in states) else "lower_bound"


def crossing_figures(parcels: gpd.GeoDataFrame, crossings: pd.DataFrame) -> pd.DataFrame:
    """Sum up for each parcel what crosses it.

    Parameters
    ----------
    parcels
        As given to `parcel_crossings`.
    crossings
        As it gave them.

    Returns
    -------
    pandas.DataFrame
        On the index of `parcels`: ``crossings`` (the Chinese names of what crosses it for
        certain, joined by ``;``), ``crossings_m`` (metres of it inside) and
        ``crossings_possible`` (names of what lies inside by no more than its accuracy). Where
        layers are partial and nothing is found there is no 0.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["A"], crs=4551)
    >>> way = [LineString([(50, -200), (50, 200)])]
    >>> rails = gpd.GeoDataFrame({"name_zh": ["京哈线"]}, geometry=way, crs=4551)
    >>> table = parcel_crossings(plots, {"railways": rails})
    >>> crossing_figures(plots, table)[["crossings", "crossings_m"]].to_dict("records")
    [{'crossings': '京哈线', 'crossings_m': 100.0}]
    """
    state = crossings.attrs["state"]
    sure = crossings["length_low_m"] > 0
    names = {
        told: rows.groupby("parcel", sort=False)["name_zh"].agg(";".join).reindex(parcels.index)
        for told, rows in (("crossings", crossings[sure]), ("possible", crossings[~sure]))
    }
    metres = crossings[sure].groupby("parcel")["length_m"].sum().reindex(parcels.index)
    if state == "value":
        metres = metres.fillna(0.0).mask(parcels.index.isin(crossings.attrs["unmeasured"]))
    return pd.DataFrame(
        {
            "crossings": names["crossings"].astype("str"),
            "crossings_m": metres.astype(float),
            "crossings_possible": names["possible"].astype("str"),
        },
        index=parcels.index,
    )


def crossing_faults(crossings: pd.DataFrame, name: str = "parcels") -> Iterator[Fault]:
    """Yield what crosses parcels for certain as faults.

    Parameters
    ----------
    crossings
        From `parcel_crossings`.
    name
        File or layer of the parcels, for the messages.
    """
    said = words("parcels")
    for row in crossings[crossings["length_low_m"] > 0].to_dict("records"):
        kind, ids = said[f"line_{row['kind']}"], label_list(row["ids"].split(";"))
        facts = {
            "kind_zh": kind["zh"],
            "kind_en": kind["en"],
            "line_zh": row["name_zh"],
            "line_en": row["name_en"],
            "ids": ids,
            "length_m": f"{row['length_m']:.0f}",
            "accuracy_m": f"{row['accuracy_m']:g}",
        }
        yield Fault(file=name, feature=str(row["parcel"]), rule="parcels_crossed", facts=facts)
