"""What a file states but may not mean: areas in another unit, shares, codes without zeros."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.catalogue.measuring_units import Unit, area_units, unit_called
from erdao_gis.catalogue.schema import Layer
from erdao_gis.errors import Finding
from erdao_gis.intake.mapping import HeadingMatch
from erdao_gis.land_use.written_codes import code_doubts

_UNIT_SLACK = 0.05
_AREA_SLACK = 0.02


def doubts_of(
    layer: Layer, frame: gpd.GeoDataFrame, pairs: Sequence[HeadingMatch]
) -> list[Finding]:
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
    list of Finding
        One for a whole file in another unit; else one for each area that is off by more than 2 %.

    Examples
    --------
    >>> from shapely import box
    >>> from erdao_gis.intake.mapping import match_headings
    >>> from erdao_gis.catalogue.schema import layer_schema
    >>> parcels = layer_schema("parcels")
    >>> plot = gpd.GeoDataFrame({"area_m2": [15.0]}, geometry=[box(0, 0, 100, 100)], crs=4551)
    >>> pairs = match_headings(parcels, ["面积"], (), file="").pairs
    >>> doubt = doubts_of(parcels, plot, pairs)[0]
    >>> doubt.key, doubt.facts["unit_en"]
    ('area_in_other_unit', 'mu')
    """
    found: list[Finding] = []
    for pair in pairs:
        column = layer.column(pair.column)
        if column is None or pair.column not in frame:
            continue
        if pair.column == "land_use_code":
            found += code_doubts(frame)
        if pair.column == "area_m2":
            found += _of_areas(frame, pair)
        if column.unit == "%":
            found += _of_shares(frame[pair.column], pair)
    return found


def _of_areas(frame: gpd.GeoDataFrame, pair: HeadingMatch) -> Iterator[Finding]:
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
        yield Finding(-1, "area_in_other_unit", facts)
    for place in np.flatnonzero(known & (np.abs(off_by - 1) > _AREA_SLACK)).tolist():
        said = {"stated": f"{stated[place]:.1f}", "drawn": f"{drawn[place]:.1f}"}
        yield Finding(-1, "area_far_from_outline", said, feature=str(frame.index[place]))


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


def _of_shares(values: pd.Series, pair: HeadingMatch) -> Iterator[Finding]:
    figures = pd.to_numeric(values, errors="coerce").dropna()
    small = (figures > 0) & (figures <= 1)
    if not small.all():
        for key, value in figures[small].items():
            said = {"heading": pair.heading, "value": f"{value:g}"}
            yield Finding(-1, "share_among_percents", said, feature=str(key))
    elif len(figures):
        share = unit_called("share")
        facts = {
            "heading": pair.heading,
            "column": pair.column,
            "most": f"{float(figures.max()):g}",
            "unit": share.name_zh if share else "",
        }
        yield Finding(-1, "share_for_percent", facts)


def difference(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, upsert: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]:
    """Ids added, changed and removed, and how many stay the same.

    Parameters
    ----------
    before, after
        EPSG:4551, index ``id``; where ids are repeated all that stay count as changed.
    upsert
        Nothing is removed: features that ``after`` lacks stay.

    Examples
    --------
    >>> from shapely import Point
    >>> old = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[Point(0, 0)] * 2, index=["x", "y"])
    >>> difference(old, old.iloc[:1], upsert=False)
    ((), (), ('y',), 1)
    """
    added = tuple(str(key) for key in after.index.difference(before.index))
    gone = () if upsert else tuple(str(key) for key in before.index.difference(after.index))
    both = after.index.intersection(before.index)
    if after.index.has_duplicates or before.index.has_duplicates or both.empty:
        return added, tuple(str(key) for key in both.unique()), gone, 0
    columns = [name for name in after.columns if name != "geometry"]
    old = before.loc[both].reindex(columns=[*columns, "geometry"])
    new = after.loc[both]
    alike = (old[columns] == new[columns]) | (old[columns].isna() & new[columns].isna())
    equal = alike.all(axis=1).to_numpy()
    same = equal & shapely.equals_exact(
        old["geometry"].to_numpy(), new.geometry.to_numpy(), tolerance=1e-6
    )
    changed = tuple(str(key) for key in both[~same])
    return added, changed, gone, int(same.sum())
