"""Parcels drafted where no cadastre is given: illustration, never 宗地.

Blocks are what streets, rivers and railways leave of an area; they are cut across their longer
side until the parcels have about the size asked for, each with a street in front.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis.draft.blocks import divided, laned, untailed
from erdao_gis.analysis.facts.given_parcels import polygon_parts
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Shapes, given, per_row, positive
from erdao_gis.analysis.kernels.street_levels import GROUND, TUNNEL, street_levels
from erdao_gis.crs import require_metres
from erdao_gis.errors import Fault

_M2_A_HA = 10_000.0
_TOUCH_M = 0.05
_LEDGER = ("area", "parcels", "streets", "water", "rail", "lanes", "slivers", "without_street",
           "refused")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DraftRules:
    """Choices of ours in drafting; all are parameters because no norm gives them."""

    street_m: float | str | pd.Series = 12.0
    "Metres from a street's centre line to its parcels: a number, or a column of the roads."
    water_m: float | str | pd.Series = 50.0
    "The same for waterways, banks included; the Yitong needs more."
    rail_m: float | str | pd.Series = 15.0
    "The same for railways."
    least_frontage_m: float = 15.0
    "A parcel has at least so much of its outline along streets."
    least_ha: float = 0.1
    """A block below this, or less wide on average than the least frontage, is a sliver (a median);
    so is what a block has of tails that are narrower still."""
    most_depth: float = 2.5
    "A block deeper than this many square roots of the size gets lanes of ours; inf for none."
    lane_m: float = 6.0
    "Metres from the centre line of such a lane to its parcels."
    not_streets: tuple[str, ...] = ("motorway", "link", "footway")
    "Classes (of ``road_class``) that give no frontage; they part blocks nevertheless."


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """Drafted parcels, what could not be drafted, and where all the ground went."""

    parcels: gpd.GeoDataFrame
    "Index ``id``; ``area_id``, ``block``, ``area_m2``, ``frontage_m``, ``streets``, ``assumed``."
    lanes: gpd.GeoDataFrame
    "Lanes that had to be assumed inside deep blocks: areas with ``area_id`` and ``assumed``."
    faults: tuple[Fault, ...]
    "Areas and blocks without parcels, with the reason."
    ledger: pd.DataFrame
    "m2 of each area: area, parcels, streets, water, rail, lanes, slivers, without_street, refused."


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ground:
    """What parts the blocks."""

    streets: Shapes
    names: "pd.Series[str]"
    "Name of each street; empty where it has none."
    fronting: np.ndarray[tuple[int], np.dtype[np.bool_]]
    water: Shapes
    rail: Shapes


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    """What came of one area."""

    label: str
    parcels: pd.DataFrame
    lanes: Shapes
    faults: list[Fault]
    ledger: dict[str, float]


def draft_parcels(
    areas: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    complete_within: gpd.GeoDataFrame | gpd.GeoSeries,
    waterways: gpd.GeoDataFrame | None = None,
    railways: gpd.GeoDataFrame | None = None,
    size_ha: float = 1.0,
    rules: DraftRules | None = None,
) -> Draft:
    """Draft parcels inside placed areas, for illustration and tests.

    Parameters
    ----------
    areas
        Release or renewal areas in metres (EPSG:4551); their outlines close the blocks.
    roads
        Street centre lines in the same CRS, with ``road_class``, ``bridge``, ``tunnel`` and
        ``name_zh`` if known. Tunnels part nothing.
    complete_within
        The ground on which the roads are complete, in the same CRS. Areas that reach beyond are
        refused.
    waterways, railways
        Centre lines in the same CRS.
    size_ha
        Size aimed at; parcels have between half and about one and a half of it, less in small
        blocks and more where a cut would leave a parcel without a street.
    rules
        Widths and least sizes.

    Returns
    -------
    Draft
        Every parcel has ``assumed`` = ``yes`` and ``evidence`` = ``D``. ``streets`` names what
        it fronts, the longest first. The ledger's columns add up to ``area``.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError
        Invalid geometries, or roads that are no lines.
    SchemaError
        A size or width that is not positive, or a value of ``bridge`` or ``tunnel`` that means
        neither yes nor no.

    Examples
    --------
    A block of 100 m by 50 m between two streets becomes two parcels:

    >>> from shapely import LineString, box
    >>> area = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 74)], index=["X"], crs=4551)
    >>> ways = [LineString([(-9, 0), (109, 0)]), LineString([(-9, 74), (109, 74)])]
    >>> roads = gpd.GeoDataFrame({"name_zh": ["甲街", "乙街"]}, geometry=ways, crs=4551)
    >>> draft = draft_parcels(area, roads, complete_within=area, size_ha=0.25)
    >>> draft.parcels["area_m2"].round().to_dict()
    {'X-01-01': 2500.0, 'X-01-02': 2500.0}
    """
    rules = rules or DraftRules()
    size_m2 = positive(size_ha, "size_ha") * _M2_A_HA
    others = [frame for frame in (waterways, railways) if frame is not None]
    require_metres(areas, roads, complete_within, *others)
    ground = _ground(roads, waterways, railways, rules)
    surveyed = shapely.union_all(complete_within.geometry.to_numpy())
    found = []
    for label, shape in zip(areas.index.astype(str), areas.geometry, strict=True):
        problem = _refusal(shape, surveyed)
        if problem:
            found.append(_refused(label, shape, problem))
        else:
            found.append(_drafted(label, shape, ground, size_m2, rules))
    return _as_draft(found, areas)


def _refused(label: str, shape: BaseGeometry | None, problem: str) -> _Found:
    area = 0.0 if shape is None else float(shape.area)
    ledger = {"area": area, "refused": area}
    nothing = np.empty(0, dtype=object)
    faults = [_fault(label, problem)]
    return _Found(label=label, parcels=pd.DataFrame(), lanes=nothing, faults=faults, ledger=ledger)


def _refusal(shape: BaseGeometry | None, surveyed: BaseGeometry) -> str:
    if shape is None or shape.is_empty:
        return "parcels_draft_unplaced"
    # A millimetre: the outline of an area may be the border of the survey itself.
    if not surveyed.buffer(0.001).covers(shape):
        return "parcels_draft_roads_incomplete"
    return ""


def _strips(rows: Given, width: float | str | pd.Series, name: str) -> Shapes:
    strips = shapely.buffer(rows.shapes, per_row(width, rows, name), cap_style="square")
    return np.asarray(strips, dtype=object)


def _ground(
    roads: gpd.GeoDataFrame,
    waterways: gpd.GeoDataFrame | None,
    railways: gpd.GeoDataFrame | None,
    rules: DraftRules,
) -> _Ground:
    ways = given(roads, "roads", "lines")
    rows = roads.iloc[ways.placed]
    none = pd.Series("", index=rows.index)
    level = street_levels(rows)
    classes = rows["road_class"].fillna("").astype(str) if "road_class" in rows else none
    names = rows["name_zh"].fillna("").astype(str) if "name_zh" in rows else none
    above = level != TUNNEL
    fronting = ~classes.isin(rules.not_streets).to_numpy(bool) & (level == GROUND)
    nothing = np.empty(0, dtype=object)
    others = [
        nothing if frame is None else _strips(given(frame, role, "lines"), width, name)
        for frame, role, width, name in (
            (waterways, "waterways", rules.water_m, "water_m"),
            (railways, "railways", rules.rail_m, "rail_m"),
        )
    ]
    return _Ground(
        streets=_strips(ways, rules.street_m, "street_m")[above],
        names=names[above],
        fronting=fronting[above],
        water=others[0],
        rail=others[1],
    )


def _drafted(
    label: str, shape: Polygon, ground: _Ground, size_m2: float, rules: DraftRules
) -> _Found:
    """Draft the parcels of one area; account for every square metre of it."""
    ledger = {"area": float(shape.area), "without_street": 0.0}
    land: BaseGeometry = shape
    strips = {"streets": ground.streets, "water": ground.water, "rail": ground.rail}
    for name, taken in strips.items():
        rest = shapely.difference(land, shapely.union_all(taken[shapely.intersects(taken, shape)]))
        ledger[name] = float(land.area - rest.area)
        land = rest
    near = shapely.intersects(ground.streets, shape) & ground.fronting
    fronts = np.asarray(shapely.buffer(ground.streets[near], _TOUCH_M), dtype=object)
    depth = rules.most_depth * float(np.sqrt(size_m2))
    blocks, lanes, tails = _blocks(land, shapely.union_all(fronts), depth, rules)
    ledger["lanes"] = float(shapely.area(lanes).sum())
    ledger["slivers"] = float(shapely.area(tails).sum())
    street = shapely.union_all([*fronts, *shapely.buffer(lanes, _TOUCH_M)])
    least_m2 = rules.least_ha * _M2_A_HA
    rows, faults, number = [], [], 0
    for block in blocks:
        if block.area < least_m2 or _width(block) < rules.least_frontage_m:
            ledger["slivers"] += float(block.area)
            continue
        number += 1
        mark = f"{number:02d}"
        if shapely.length(shapely.intersection(block.exterior, street)) < rules.least_frontage_m:
            ledger["without_street"] += float(block.area)
            faults.append(_fault(label, "parcels_draft_no_street", block=mark))
            continue
        pieces = divided(block, street, size_m2, rules.least_frontage_m, least_m2)
        rows += [
            (f"{label}-{mark}-{place:02d}", label, mark, piece)
            for place, piece in enumerate(pieces, start=1)
        ]
    table = pd.DataFrame(rows, columns=["id", "area_id", "block", "geometry"]).set_index("id")
    shapes = np.array(table["geometry"], dtype=object)
    table["area_m2"] = shapely.area(shapes)
    table["frontage_m"] = shapely.length(shapely.intersection(shapely.boundary(shapes), street))
    table["streets"] = _fronted(shapes, fronts, ground.names[near])
    ledger["parcels"] = float(table["area_m2"].sum())
    return _Found(label=label, parcels=table, lanes=lanes, faults=faults, ledger=ledger)


def _width(block: Polygon) -> float:
    """Metres across, as of the rectangle with the same area and outline length.

    A median may widen at its end, so what fits into it says little. A shape rounder than a
    square has the width of a square.
    """
    half = block.length / 2
    return float(half - np.sqrt(max(half**2 - 4 * block.area, 0.0))) / 2


def _blocks(
    land: BaseGeometry, street: BaseGeometry, depth_m: float, rules: DraftRules
) -> tuple[list[Polygon], Shapes, Shapes]:
    """Take what is left of an area apart: blocks from north to south, lanes, tails of blocks."""
    blocks: list[Polygon] = []
    lanes: list[Polygon] = []
    tails: list[Polygon] = []
    for block in polygon_parts(np.array([land], dtype=object))[0]:
        parts, own = laned(block, street, depth_m, rules.lane_m)
        lanes += own
        for part in parts:
            kept, cut = untailed(part, rules.least_frontage_m)
            blocks += kept
            tails += cut
    blocks.sort(key=lambda block: -block.centroid.y)
    return blocks, np.array(lanes, dtype=object), np.array(tails, dtype=object)


def _fault(label: str, rule: str, **facts: str) -> Fault:
    return Fault(file="areas", feature=label, rule=rule, facts=facts)


def _fronted(shapes: Shapes, fronts: Shapes, names: "pd.Series[str]") -> list[str]:
    """Name the streets along each parcel, the longest frontage first."""
    told = []
    for outline in shapely.boundary(shapes):
        lengths: Floats = shapely.length(shapely.intersection(outline, fronts))
        by_name = pd.Series(lengths, index=names.array).groupby(level=0).sum()
        by_name = by_name[(by_name > 1) & (by_name.index != "")].sort_values(ascending=False)
        told.append(";".join(by_name.index))
    return told


def _as_draft(found: list[_Found], areas: gpd.GeoDataFrame) -> Draft:
    columns = ["area_id", "block", "area_m2", "frontage_m", "streets"]
    tables = [one.parcels for one in found if len(one.parcels)]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=[*columns, "geometry"])
    shapes = gpd.GeoSeries(list(table["geometry"]), index=table.index, crs=areas.crs)
    parcels = gpd.GeoDataFrame(table[columns], geometry=shapes, crs=areas.crs)
    parcels = parcels.assign(assumed="yes", evidence="D").rename_axis("id")
    parcels.attrs["layer"] = "parcels"
    lanes = [(one.label, lane) for one in found for lane in one.lanes]
    labels, strips = [label for label, _ in lanes], [lane for _, lane in lanes]
    lane_frame = gpd.GeoDataFrame({"area_id": labels}, geometry=strips, crs=areas.crs)
    rows = [[one.ledger.get(name, 0.0) for name in _LEDGER] for one in found]
    return Draft(
        parcels=parcels,
        lanes=lane_frame.assign(assumed="yes"),
        faults=tuple(fault for one in found for fault in one.faults),
        ledger=pd.DataFrame(rows, columns=list(_LEDGER), index=areas.index, dtype=float),
    )
