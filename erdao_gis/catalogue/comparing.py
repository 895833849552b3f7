"""What a file states but may not mean: areas in another unit, shares, codes without zeros."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.catalogue.mapping import Pair
from erdao_gis.catalogue.schema import Layer
from erdao_gis.catalogue.units import Unit, area_units, unit_called
from erdao_gis.land_use import EDITIONS, class_codes

__all__ = ["Doubt", "doubts_of"]

_UNIT_SLACK = 0.05
_AREA_SLACK = 0.02


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Something that was taken and should be looked at."""

    feature: str
    "Empty for the whole file."
    key: str
    "Row of the message tables."
    facts: Mapping[str, object]


def doubts_of(layer: Layer, frame: gpd.GeoDataFrame, pairs: Sequence[Pair]) -> list[Doubt]:
    """Hold stated areas against the outlines, and look for shares and codes without zeros.

    Parameters
    ----------
    layer
        Whose columns are looked at: ``area_m2``, ``land_use_code`` and those in percent.
    frame
        EPSG:4551, index: codes; the features that the file speaks of.
    pairs
        Which heading filled which column, and by what it was multiplied.

    Returns
    -------
    list of Doubt
        One for a whole file in another unit; else one for each area that is off by more than 2 %.

    Examples
    --------
    >>> from shapely import box
    >>> from erdao_gis.catalogue.mapping import match_headings
    >>> from erdao_gis.catalogue.schema import layer_schema
    >>> parcels = layer_schema("parcels")
    >>> plot = gpd.GeoDataFrame({"area_m2": [15.0]}, geometry=[box(0, 0, 100, 100)], crs=4551)
    >>> pairs = match_headings(parcels, ["面积"], (), file="").pairs
    >>> doubt = doubts_of(parcels, plot, pairs)[0]
    >>> doubt.key, doubt.facts["unit_en"]
    ('area_in_other_unit', 'mu')
    """
    found: list[Doubt] = []
    for pair in pairs:
        column = layer.column(pair.column)
        if column is None or pair.column not in frame:
            continue
        if pair.column == "land_use_code":
            found += _of_codes(frame)
        if pair.column == "area_m2":
            found += _of_areas(frame, pair)
        if column.unit == "%":
            found += _of_shares(frame[pair.column], pair)
    return found


def _of_codes(frame: gpd.GeoDataFrame) -> Iterator[Doubt]:
    """Land-use codes that are none, but would be one with the zero that a spreadsheet drops."""
    editions = frame["edition"].fillna(EDITIONS[0]) if "edition" in frame else EDITIONS[0]
    table = pd.DataFrame({"code": frame["land_use_code"], "edition": editions})
    lost: list[str] = []
    for edition, codes in table.groupby("edition")["code"]:
        known = class_codes(str(edition)) if edition in EDITIONS else frozenset()
        lost += [str(code) for code in codes if code not in known and f"0{code}" in known]
    if lost:
        facts = {"number": len(lost), "found": lost[0], "meant": f"0{lost[0]}"}
        yield Doubt(feature="", key="codes_lost_zeros", facts={"column": "land_use_code"} | facts)


def _of_areas(frame: gpd.GeoDataFrame, pair: Pair) -> Iterator[Doubt]:
    stated = pd.to_numeric(frame["area_m2"], errors="coerce").to_numpy(float)
    shapes = frame.geometry
    area = shapes.notna() & shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & shapes.is_valid
    drawn = np.where(area, shapes.area, np.nan)
    known = np.isfinite(stated) & (stated > 0) & (drawn > 0)
    if not known.any():
        return
    ratio = np.full(len(frame), np.nan)
    ratio[known] = drawn[known] / stated[known]
    unit = _fitting(float(np.median(ratio[known])), pair.ratio)
    off_by = ratio
    if unit is not None:
        factor = float(unit.ratio / pair.ratio)
        off_by = ratio / factor
        facts = {
            "heading": pair.heading,
            "column": pair.column,
            "unit_zh": unit.name_zh,
            "unit_en": unit.name_en,
            "factor": f"{factor:g}",
        }
        yield Doubt(feature="", key="area_in_other_unit", facts=facts)
    for place in np.flatnonzero(known & (np.abs(off_by - 1) > _AREA_SLACK)).tolist():
        said = {"stated": f"{stated[place]:.1f}", "drawn": f"{drawn[place]:.1f}"}
        yield Doubt(feature=str(frame.index[place]), key="area_far_from_outline", facts=said)


def _fitting(ratio: float, used: Fraction) -> Unit | None:
    """Tell which other unit the figures of the file seem to be in; None if as they were taken."""
    if abs(ratio - 1) < _UNIT_SLACK:
        return None
    return next(
        (
            unit
            for unit in area_units()
            if unit.ratio != used and abs(ratio / float(unit.ratio / used) - 1) < _UNIT_SLACK
        ),
        None,
    )


def _of_shares(values: pd.Series, pair: Pair) -> Iterator[Doubt]:
    figures = pd.to_numeric(values, errors="coerce").dropna()
    if len(figures) and ((figures > 0) & (figures <= 1)).all():
        share = unit_called("share")
        facts = {
            "heading": pair.heading,
            "column": pair.column,
            "most": f"{float(figures.max()):g}",
            "unit": share.name_zh if share else "",
        }
        yield Doubt(feature="", key="share_for_percent", facts=facts)
