"""Part parcels that can be measured from those that can only be listed; no row goes missing."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.errors import Fault

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Texts = np.ndarray[tuple[int], np.dtype[np.object_]]

_AREA_DIMENSIONS = 2
_CODE = "land_use_code"
_STATED = "area_m2"


@dataclass(frozen=True, kw_only=True, eq=False)
class Parted:
    """Rows of a layer that every measure takes, and the list of the others."""

    layer: str
    "Name of the layer."
    usable: gpd.GeoDataFrame
    "In their order; land-use codes that are numbers are missing here, and a fault names them."
    left_out: pd.DataFrame
    "One row each for the others: ``layer``, ``parcel``, ``rule``, ``code``, ``area_m2``."
    faults: tuple[Fault, ...]
    "Why each row of `left_out` stands there, in its order; then the codes that are numbers."
    ledger: dict[str, float]
    """``rows`` = ``balanced`` + ``listed``; ``area_m2`` = ``balanced_m2`` (outlines) +
    ``listed_m2`` (as stated); ``unknown``: listed rows of unknown area; ``stated_m2``: the sum
    of what all rows state, NaN where one of them states nothing."""


def part_usable(frame: gpd.GeoDataFrame, layer: str) -> Parted:
    """Part the rows that can be measured from those that cannot.

    A row is listed for the first of these: it has no outline, one that is no area, one that
    crosses itself, or a code that another row has too (all of them are listed, for nobody can
    say which one is right). An outline that crosses itself has no size, so a listed row counts
    with the area that it states; one that states none counts with its outline where that is
    sound, else its area is unknown.

    Parameters
    ----------
    frame
        Parcels or land use in EPSG:4551 on their codes, with ``land_use_code`` and ``area_m2``
        (stated square metres) as far as known.
    layer
        Name of the layer, for the list.

    Returns
    -------
    Parted
        Both parts are empty for an empty frame.

    Examples
    --------
    >>> from shapely import Polygon, box
    >>> bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    >>> plots = gpd.GeoDataFrame({"area_m2": [100.0, 50.0]}, geometry=[box(0, 0, 10, 10), bow],
    ...                          index=["A", "B"], crs=4551)
    >>> parted = part_usable(plots, "parcels")
    >>> parted.usable.index.tolist(), parted.left_out["parcel"].tolist()
    (['A'], ['B'])
    >>> [parted.ledger[key] for key in ("area_m2", "balanced_m2", "listed_m2")]
    [150.0, 100.0, 50.0]
    """
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    flat = ~none & (shapely.get_dimensions(shapes) != _AREA_DIMENSIONS)
    broken = ~none & ~flat & ~shapely.is_valid(shapes)
    again = frame.index.duplicated(keep=False)
    counts = frame.index.value_counts()
    reasons: tuple[tuple[str, Mask, Callable[[int], dict[str, object]]], ...] = (
        ("parcels_null_geometry", none, lambda _place: {}),
        ("parcels_not_area", flat, lambda place: {"found": shapes[place].geom_type}),
        ("parcels_self_crossing", broken,
         lambda place: {"reason": shapely.is_valid_reason(shapes[place])}),
        ("parcels_duplicate_code", again,
         lambda place: {"count": int(counts[frame.index[place]])}),
    )  # fmt: skip
    told: dict[int, Fault] = {}
    for rule, mask, facts in reasons:
        for place in np.flatnonzero(mask).tolist():
            feature = str(frame.index[place])
            fault = Fault(file=layer, feature=feature, rule=rule, facts=facts(place))
            told.setdefault(place, fault)
    places = sorted(told)
    kept = np.ones(len(frame), dtype=bool)
    kept[places] = False
    stated = _stated(frame)
    sound = np.where(none | flat | broken, np.nan, shapely.area(shapes))
    listed_m2 = np.where(np.isnan(stated), sound, stated)[places]
    usable, numeric = _with_text_codes(frame.loc[kept], layer)
    listed = pd.DataFrame(
        {
            "layer": layer,
            "parcel": [told[place].feature for place in places],
            "rule": [told[place].rule for place in places],
            "code": _codes(frame)[places],
            "area_m2": listed_m2,
        }
    )
    return Parted(
        layer=layer,
        usable=usable,
        left_out=listed,
        faults=(*(told[place] for place in places), *numeric),
        ledger=_ledger(usable, listed_m2, stated),
    )


def _ledger(usable: gpd.GeoDataFrame, listed_m2: Floats, stated: Floats) -> dict[str, float]:
    balanced, listed = float(usable.area.sum()), float(np.nansum(listed_m2))
    return {
        "rows": float(len(stated)),
        "balanced": float(len(usable)),
        "listed": float(len(listed_m2)),
        "area_m2": balanced + listed,
        "balanced_m2": balanced,
        "listed_m2": listed,
        "unknown": float(np.isnan(listed_m2).sum()),
        "stated_m2": float(stated.sum()),
    }


def _stated(frame: gpd.GeoDataFrame) -> Floats:
    """Square metres that each row states; NaN where it states none that can be."""
    if _STATED not in frame.columns:
        return np.full(len(frame), np.nan)
    figures = pd.to_numeric(frame[_STATED], errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(np.isfinite(figures) & (figures > 0), figures, np.nan)


def _codes(frame: gpd.GeoDataFrame) -> Texts:
    if _CODE not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    told = ["" if pd.isna(code) else str(code) for code in frame[_CODE]]
    return np.array(told, dtype=object)


def _with_text_codes(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Take out land-use codes that are numbers: 701 may be 0701, and nobody should guess."""
    if _CODE not in frame.columns:
        return frame.assign(**{_CODE: pd.Series(pd.NA, index=frame.index, dtype="str")}), []
    codes = frame[_CODE]
    wrong = codes.notna() & ~codes.map(lambda code: isinstance(code, str)).astype(bool)
    if not wrong.any():
        return frame, []
    facts = ({"column": _CODE, "found": found} for found in codes[wrong])
    faults = [
        Fault(file=layer, feature=str(label), rule="parcels_numeric_code", facts=fact)
        for label, fact in zip(codes.index[wrong], facts, strict=True)
    ]
    return frame.assign(**{_CODE: codes.where(~wrong, None).astype("str")}), faults
