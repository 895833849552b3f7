"""The land that a place's balance rests on, measured once; what cannot be balanced is listed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis import BalanceGround, BalanceRules, balance_ground
from erdao_gis.catalogue import Dataset, shipped_layer
from erdao_gis.errors import Fault, GeometryError, WorkspaceError
from erdao_gis.land_use import mixed_codes
from erdao_gis.parcels.balance.planned_ground import ground_met, planned_uses
from erdao_gis.parcels.facts.facts_tables import assumed_count
from erdao_gis.parcels.facts.usable import Parted, part_usable
from erdao_gis.parcels.parcels_of_place import edition_of
from erdao_gis.wording import Pair

Scope = Literal["all", "parcels"]
"""All ground that is known, or that of the parcels only."""

LAND = ("land_use", "parcels", "district")
"""Layers that the land is read from."""

_SHOWN = 5
_CODE = "land_use_code"
_STAYS = "land_use/"  # planned_uses marks what keeps its present use


@dataclass(frozen=True, kw_only=True, eq=False)
class BalanceBasis:
    """What a balance rests on, at whichever level of the classes."""

    left_out: pd.DataFrame
    "One row each: ``layer``, ``parcel``, ``rule`` (why), ``code``, ``area_m2`` (stated)."
    faults: tuple[Fault, ...]
    "Why each row of `left_out` stands there, in its order; then the codes that are numbers."
    reconciled: pd.DataFrame
    """Index ``layer``: ``rows`` = ``balanced`` + ``listed``; ``area_m2`` = ``balanced_m2``
    (outlines) + ``listed_m2`` (as stated); ``unknown``, ``stated_m2``."""
    parcels_only: bool
    "Whether there is no layer of present land use, so that the parcels' own codes count."
    scope: Scope
    "Whether all ground is balanced, or that of the parcels only."
    place: Pair
    "Name of what is balanced."
    edition: str
    "Edition of the codes."
    drafted: int
    "Balanced parcels that were drafted for illustration."


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredLand(BalanceBasis):
    """The land of a place, measured once for all levels and units."""

    ground: BalanceGround
    "What all figures are sums of."
    frames: Mapping[str, gpd.GeoDataFrame]
    """What is balanced, in EPSG:4551, by date: ``present``, then ``planned`` if there is a plan;
    with the columns that the parcels came with."""
    kept: pd.Index
    "Areas of the plan that keep their present use, because no parcel says otherwise."


def balanced_ground(
    land: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, scope: Scope = "all"
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None]:
    """Give what is balanced: the present land use, and the plan with the parcels laid over it.

    Parameters
    ----------
    land
        Usable rows of the present land use, in EPSG:4551.
    plots
        Usable parcels, in EPSG:4551 with the codes of the plan.
    scope
        ``parcels`` cuts the present to the ground of the parcels, and the plan is the parcels.

    Returns
    -------
    tuple
        Present and plan; the plan is None without parcels. Rows of the present that do not meet
        a parcel are left away under the scope ``parcels``.

    Examples
    --------
    >>> land = gpd.GeoDataFrame({"land_use_code": ["01"]}, geometry=[shapely.box(0, 0, 9, 9)],
    ...                         index=["L"], crs=4551)
    >>> plot = gpd.GeoDataFrame({"land_use_code": ["07"]}, geometry=[shapely.box(0, 0, 3, 9)],
    ...                         index=["P"], crs=4551)
    >>> present, planned = balanced_ground(land, plot, "parcels")
    >>> float(present.area.sum()), planned.index.tolist()
    (27.0, ['P'])
    """
    if not len(plots):
        return land, None
    if scope == "all":
        return land, planned_uses(land, plots)
    lands = land.geometry.to_numpy()
    met, taken = ground_met(lands, plots)
    # A shared border gives lines beside the areas.
    cut = [_areas(shape) for shape in shapely.intersection(lands[met], taken)]
    present = land.iloc[met]
    present = present.set_geometry(gpd.GeoSeries(cut, index=present.index, crs=land.crs))
    return present.loc[~present.geometry.is_empty], plots[[_CODE, "geometry"]]


def _areas(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def measure_land(dataset: Dataset, scope: Scope) -> MeasuredLand:
    """Measure the land of a place: see `erdao_gis.parcels.balance_parcels`.

    Parameters
    ----------
    dataset
        Whose layers `LAND` are read.
    scope
        All ground that is known, or that of the parcels only.

    Raises
    ------
    WorkspaceError
        There are neither parcels nor land use.
    GeometryError
        Not one row of the layer to be balanced can be measured.
    SchemaError
        More than one edition, or codes of the third land survey.
    """
    land, parcels = dataset.layer("land_use"), dataset.layer("parcels")
    uses, plots = part_usable(land, "land_use"), part_usable(parcels, "parcels")
    alone = not land.geometry.notna().any()
    if alone and parcels.empty:
        raise WorkspaceError("parcels_none_here")
    planned = boundary = None
    if alone:
        present = _some(plots)
    else:
        present, planned = balanced_ground(_some(uses), plots.usable, scope)
        district = dataset.layer("district")
        whole = land.attrs["completeness"] == "complete" and district.geometry.notna().all()
        boundary = district if whole and scope == "all" else None
    edition = edition_of(land, parcels)
    rules = BalanceRules(edition=edition)
    ground = balance_ground(present, planned, boundary=boundary, rules=rules)
    frames = {"present": present}
    if planned is not None:
        frames["planned"] = _with_columns(planned, plots.usable, present)
    parts = [part for part in (uses, plots) if part.ledger["rows"]]
    rows = [fault for part in parts for fault in part.faults[: len(part.left_out)]]
    numbers = [fault for part in parts for fault in part.faults[len(part.left_out) :]]
    written = _originals(parcels, plots)
    before = written if alone else _originals(land, uses)
    stays = {f"{_STAYS}{key}": value for key, value in before.items()}
    audit = _unknown_codes(ground.audit, {"present": before, "planned": stays | written})
    last = present.index[:0] if planned is None else planned.index
    return MeasuredLand(
        ground=replace(ground, audit=audit),
        frames=frames,
        kept=last[~last.isin(plots.usable.index)],
        left_out=pd.concat([part.left_out for part in parts], ignore_index=True),
        faults=(*rows, *numbers),
        reconciled=pd.DataFrame({part.layer: part.ledger for part in parts}).T.rename_axis("layer"),
        parcels_only=alone,
        scope=scope,
        place=_place(dataset),
        edition=edition,
        drafted=sum(assumed_count(frame) for frame in frames.values()),
    )


def _with_columns(
    planned: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, present: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Give the plan the columns of its parcels, and of the land use where that stays."""
    stays = present.set_axis([f"{_STAYS}{key}" for key in present.index])
    told = pd.concat([pd.DataFrame(plots), pd.DataFrame(stays)]).reindex(planned.index)
    return planned.join(told.drop(columns=["geometry", _CODE]))


def _place(dataset: Dataset) -> Pair:
    """Name the district, with the workspace's title behind it; a fictional place by its own."""
    title = dataset.title
    if dataset.fictional and title is not None:
        return title
    district = shipped_layer("district").iloc[0]
    own = Pair(zh=str(district["name_zh"]), en=str(district["name_en"]))
    if title is None or title.zh in (own.zh, own.en):
        return own
    return Pair(zh=f"{own.zh}（{title.zh}）", en=f"{own.en} ({title.en})")


def _originals(frame: gpd.GeoDataFrame, parted: Parted) -> dict[str, str]:
    """Return what stood where a row has no usable code: a number, or a code before recoding."""
    found: dict[str, str] = {}
    for name in frame.columns[frame.columns.astype(str).str.startswith(f"{_CODE}_")]:
        told = frame.loc[frame[name].notna(), name]
        found |= {str(key): str(value).strip() for key, value in told.items()}
    numbers = parted.faults[len(parted.left_out) :]
    found |= {fault.feature: str(fault.facts["found"]) for fault in numbers}
    return {key: value for key, value in found.items() if value}


def _unknown_codes(audit: pd.DataFrame, originals: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Call a code that was there but cannot be used unknown, not missing."""
    told = audit.copy()
    lines = zip(audit["date"], audit["ids"], audit["kind"], audit["found"], strict=True)
    pairs = [
        (
            "mixed_code" if mixed_codes(originals[date][ids]) else "unknown_code",
            originals[date][ids],
        )
        if kind == "no_code" and ids in originals[date]
        else (kind, found)
        for date, ids, kind, found in lines
    ]
    told[["kind", "found"]] = pd.DataFrame(pairs, columns=["kind", "found"], index=told.index)
    return told


def _some(parted: Parted) -> gpd.GeoDataFrame:
    """Return the usable rows of a layer that must have some."""
    if not len(parted.usable):
        listed = parted.left_out["parcel"]
        ids = ", ".join(listed.head(_SHOWN)) + (" …" if len(listed) > _SHOWN else "")
        facts = {"layer": parted.layer, "count": len(listed), "ids": ids}
        raise GeometryError("parcels_none_usable", facts)
    return parted.usable
