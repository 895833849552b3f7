"""Parcels drafted in the release and renewal areas: illustration, never 宗地."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis import Draft, DraftRules, draft_parcels
from erdao_gis.catalogue import Dataset, Place
from erdao_gis.errors import NotInPlanError
from erdao_gis.parcels.facts.surroundings import roads_complete_on

_NOTE_ZH = "由道路、河流、铁路围合的街坊划出，仅供示意，不是宗地"
_NOTE_EN = "Cut from blocks between roads, rivers and rail for illustration; no cadastral parcel"


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaDraft:
    """Parcels drafted in release and renewal areas."""

    draft: Draft
    "As `draft_parcels` gives it; ``draft.parcels`` have the columns of the layer ``parcels``."
    areas: gpd.GeoDataFrame
    "The areas that were asked for, with why an unplaced one has no place."
    rules: DraftRules
    "Widths and least sizes that were taken."


def draft_areas(
    place: Place = None,
    *,
    areas: Sequence[str] = (),
    size_ha: float = 1.0,
    rules: DraftRules | None = None,
) -> AreaDraft:
    """Draft parcels in the release and renewal areas, where the roads are complete.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped district.
    areas
        Ids of the areas; all if none are named.
    size_ha
        Size aimed at, in hectares.
    rules
        Widths and least sizes.

    Returns
    -------
    AreaDraft
        Every parcel has ``assumed`` = ``yes`` and ``outside_district_m2``, its ground beyond the
        district's line, which is no survey. Areas without a place, or where the roads are not
        complete, stand in ``draft.faults``.

    Raises
    ------
    NotInPlanError
        There is no such area.
    SchemaError
        A size or width that is not positive.

    Examples
    --------
    >>> drafted = draft_areas(areas=["RA02"])
    >>> len(drafted.draft.parcels), [fault.rule for fault in drafted.draft.faults]
    (0, ['parcels_draft_unplaced'])
    """
    dataset = Dataset.open(place)
    layers = [dataset.layer(name) for name in ("renewal_areas", "release_areas")]
    lands = gpd.GeoDataFrame(pd.concat(layers), geometry="geometry", crs=layers[0].crs)
    unknown = [key for key in areas if key not in lands.index]
    if unknown:
        facts = {"names": ", ".join(unknown), "known": ", ".join(map(str, lands.index))}
        raise NotInPlanError("parcels_no_such_area", facts)
    chosen = lands.loc[list(areas)] if areas else lands
    chosen_rules = rules or DraftRules()
    draft = draft_parcels(
        chosen,
        dataset.layer("roads"),
        complete_within=roads_complete_on(chosen, dataset),
        waterways=_placed(dataset.layer("waterways")),
        railways=_placed(dataset.layer("railways")),
        size_ha=size_ha,
        rules=chosen_rules,
    )
    named = _named(_outside(draft.parcels, dataset.layer("district")))
    return AreaDraft(draft=replace(draft, parcels=named), areas=chosen, rules=chosen_rules)


def _placed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    return frame if frame.geometry.notna().any() else None


def _outside(parcels: gpd.GeoDataFrame, district: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Tell how much of each drafted parcel lies beyond the district's line, as far as known."""
    if district.empty or district.geometry.isna().any():
        return parcels
    line = shapely.union_all(district.geometry.to_numpy())
    beyond = shapely.area(shapely.difference(parcels.geometry.to_numpy(), line))
    return parcels.assign(outside_district_m2=np.round(beyond, 1))


def _named(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say in the names and notes of drafted parcels that they are no cadastral ones."""
    ids = parcels.index.to_series().astype(str)
    return parcels.assign(
        name_zh="示意地块 " + ids,
        name_en="Drafted parcel " + ids,
        identity="inferred",
        note_zh=_NOTE_ZH,
        note_en=_NOTE_EN,
    )
