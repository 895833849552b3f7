"""How much of a parcel's outline lies along each street.

An edge of the outline fronts a street where it is within reach of the centre line, runs with it
(less than 45 degrees apart) and looks at it. What is within reach of a straight piece of street
is a stadium, and a straight edge meets a stadium in one interval: a closed form for all pairs.
"""

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.given_parcels import line_names, parcels_given
from erdao_gis.analysis.kernels.edges import ring_edges
from erdao_gis.analysis.kernels.frame_inputs import (
    Floats,
    Given,
    Mask,
    Positions,
    Shapes,
    given,
    per_row,
)
from erdao_gis.analysis.kernels.street_levels import GROUND, street_levels
from erdao_gis.crs import require_metres

NO_FRONTAGE = ("motorway", "link", "footway")
"""Road classes that parcels do not front: no drive leads from a motorway to a door."""

STREET_M = 20.0
"""Metres from a centre line to the parcels along it, where the width of a street is not known."""

_PARALLEL = np.cos(np.pi / 4)
_FLAT = 1e-12
_LEAST_M = 1e-6


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Edges of outlines, each with a straight piece of street: start, direction, and street."""

    a: Floats
    d: Floats
    c: Floats
    e: Floats
    reach: Floats

    def take(self, some: Mask) -> "_Pairs":
        return _Pairs(self.a[some], self.d[some], self.c[some], self.e[some], self.reach[some])


def parcel_frontage(
    parcels: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    street_m: float | str | pd.Series = STREET_M,
    not_streets: Collection[str] = NO_FRONTAGE,
    name: str = "name_zh",
) -> pd.DataFrame:
    """Measure the frontage of each parcel on each street (临街长度).

    Parameters
    ----------
    parcels
        Areas in metres (EPSG:4551) on their codes.
    roads
        Centre lines in the same CRS, with ``road_class``, ``bridge`` and ``tunnel`` if known;
        what is a bridge or tunnel has no frontage.
    street_m
        Metres from the centre line within which an outline fronts the street: a number, a
        column of `roads` or a Series.
    not_streets
        Classes (of ``road_class``) that give no frontage.
    name
        Column with the street's name; rows of one name are one street. A row without one is a
        street of its own, named by its label.

    Returns
    -------
    pandas.DataFrame
        One row for each parcel and street: ``parcel``, ``street``, ``length_m``; by parcel in
        their order, the longest first. Parcels without frontage have no row.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError, SchemaError
        Invalid geometries, codes that occur twice, a reach that is not positive, or a value of
        ``bridge`` or ``tunnel`` that means neither yes nor no.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 10, 50, 80)], index=["A"], crs=4551)
    >>> ways = [LineString([(-99, 0), (99, 0)])]
    >>> roads = gpd.GeoDataFrame({"name_zh": ["甲街"]}, geometry=ways, crs=4551)
    >>> parcel_frontage(plots, roads).to_numpy().tolist()
    [['A', '甲街', 50.0]]
    """
    require_metres(parcels, roads)
    plots, ways = parcels_given(parcels), given(roads, "roads", "lines")
    fronting = _fronting(roads.iloc[ways.placed], not_streets)
    names = line_names(ways, name)[fronting]
    reach = per_row(street_m, ways, "street_m")[fronting]
    streets, street = np.unique(names, return_inverse=True)
    start, step, line = _straight_pieces(ways.shapes[fronting])
    edge, piece, owner, pairs = _near_pairs(plots, start, step, reach[line])
    low, high, runs = _intervals(pairs)
    edge, piece, low, high = edge[runs], piece[runs], low[runs], high[runs]
    met = street[line[piece]]
    lengths = np.hypot(*pairs.d[runs].T)
    group = edge * len(streets) + met
    fresh = _without_repeats(group, low, high) * lengths
    table = pd.DataFrame({"parcel": owner[edge], "street": met, "length_m": fresh})
    sums = table.groupby(["parcel", "street"], as_index=False)["length_m"].sum()
    sums = sums[sums["length_m"] > _LEAST_M]
    sums = sums.sort_values(
        ["parcel", "length_m", "street"], ascending=[True, False, True], ignore_index=True
    )
    parcel = parcels.index[plots.placed[sums["parcel"].to_numpy()]]
    named = pd.Series(streets[sums["street"].to_numpy()], dtype="str")
    return pd.DataFrame({"parcel": parcel, "street": named, "length_m": sums["length_m"]})


def _fronting(rows: gpd.GeoDataFrame, not_streets: Collection[str]) -> Mask:
    fronting = np.asarray(street_levels(rows) == GROUND, dtype=bool)
    if "road_class" in rows.columns:
        fronting &= ~rows["road_class"].isin(list(not_streets)).to_numpy(bool)
    return fronting


def _straight_pieces(lines: Shapes) -> tuple[
    Floats, Floats, Positions
]:  # fmt: skip
    """Cut lines at their corners: start, direction times length, and the line of each."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    long = np.hypot(*(end - start).T) > 0
    return start[long], (end - start)[long], owner[part[:-1][same]][long]


def _near_pairs(
    plots: Given, start: Floats, step: Floats, reach: Floats
) -> tuple[Positions, Positions, Positions, _Pairs]:
    """Pair the edges of the parcels with the pieces of street whose surroundings they touch."""
    edges = ring_edges(plots.shapes)
    a = np.stack([edges.x0, edges.y0], axis=1)
    d = np.stack([edges.x1, edges.y1], axis=1) - a
    end = start + step
    low, high = np.minimum(start, end) - reach[:, None], np.maximum(start, end) + reach[:, None]
    around = shapely.box(*low.T, *high.T)
    # Few parcels have a street: look them up before their edges.
    tree = shapely.STRtree(plots.shapes)
    piece, parcel = tree.query(around)
    first = np.searchsorted(edges.owner, np.arange(len(plots.shapes)))
    count = np.bincount(edges.owner, minlength=len(plots.shapes))
    repeats = count[parcel]
    rank = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    edge = np.repeat(first[parcel], repeats) + rank
    piece = np.repeat(piece, repeats)
    far = (np.maximum(a, a + d)[edge] < low[piece]) | (np.minimum(a, a + d)[edge] > high[piece])
    cosine = np.abs((d[edge] * step[piece]).sum(axis=1))
    sizes = np.hypot(*d[edge].T) * np.hypot(*step[piece].T)
    keep = ~far.any(axis=1) & (cosine >= _PARALLEL * sizes) & (sizes > 0)
    edge, piece = edge[keep], piece[keep]
    pairs = _Pairs(a[edge], d[edge], start[piece], step[piece], reach[piece])
    return edge, piece, edges.owner, pairs


def _between(base: Floats, slope: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Where ``low <= base + slope t <= high``; an interval that is empty runs backwards."""
    flat = np.abs(slope) < _FLAT
    safe = np.where(flat, 1.0, slope)
    ends = (low - base) / safe, (high - base) / safe
    inside = (base >= low) & (base <= high)
    begin = np.where(flat, np.where(inside, -np.inf, np.inf), np.minimum(*ends))
    finish = np.where(flat, np.where(inside, np.inf, -np.inf), np.maximum(*ends))
    return begin, finish


def _in_disc(pairs: _Pairs, centre: Floats) -> tuple[Floats, Floats]:
    offset = pairs.a - centre
    square = (pairs.d**2).sum(axis=1)
    half = (pairs.d * offset).sum(axis=1)
    root = half**2 - square * ((offset**2).sum(axis=1) - pairs.reach**2)
    meets = root > 0
    swing = np.sqrt(np.where(meets, root, 0.0))
    begin = np.where(meets, (-half - swing) / square, np.inf)
    finish = np.where(meets, (-half + swing) / square, -np.inf)
    return begin, finish


def _cross(one: Floats, other: Floats) -> Floats:
    product: Floats = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return product


def _intervals(pairs: _Pairs) -> tuple[Floats, Floats, Positions]:
    """Give for each pair the part of the edge (0 to 1) that fronts the piece of street."""
    size = np.hypot(*pairs.e.T)
    u = pairs.e / size[:, None]
    offset = pairs.a - pairs.c
    along = _between((offset * u).sum(axis=1), (pairs.d * u).sum(axis=1), np.zeros(len(u)), size)
    aside = _between(_cross(u, offset), _cross(u, pairs.d), -pairs.reach, pairs.reach)
    low, high = np.maximum(along[0], aside[0]), np.minimum(along[1], aside[1])
    none = low > high
    low, high = np.where(none, np.inf, low), np.where(none, -np.inf, high)
    for centre in (pairs.c, pairs.c + pairs.e):
        begin, finish = _in_disc(pairs, centre)
        low, high = np.minimum(low, begin), np.maximum(high, finish)
    low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    met = low < high
    half = (np.where(met, low, 0.0) + np.where(met, high, 0.0)) / 2
    middle = pairs.a + half[:, None] * pairs.d
    foot = np.clip(((middle - pairs.c) * u).sum(axis=1), 0.0, size)
    street = pairs.c + foot[:, None] * u
    # The inside of a parcel lies to the left of its edges.
    looks = _cross(pairs.d, street - middle) <= 0
    return low, high, np.flatnonzero(met & looks)


def _without_repeats(group: Positions, low: Floats, high: Floats) -> Floats:
    """Length of each interval that no earlier one of its group has covered."""
    order = np.lexsort((low, group))
    _, number = np.unique(group[order], return_inverse=True)
    shift = 2.0 * number  # groups apart: their intervals lie within 0 and 1
    begin, finish = low[order] + shift, high[order] + shift
    covered = np.maximum.accumulate(finish)
    before = np.concatenate([[-1.0], covered[:-1]])
    fresh = np.empty(len(order))
    fresh[order] = np.maximum(finish - np.maximum(begin, before), 0.0)
    return fresh
