"""The parcels of one date, classified, and what of the common ground they cover twice or not."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.given_parcels import parcels_given, polygon_parts
from erdao_gis.analysis.facts.single_cover import TOLERANCE_M, Cover, cover_of
from erdao_gis.analysis.kernels.frame_inputs import Given, Shapes
from erdao_gis.land_use import PRESENT_EDITION, mixed_codes
from erdao_gis.land_use.codes import code_column, land_use_at_level

FINEST = 3
"""Level at which parcels are classified; a coarser code stands for itself."""

UNCLASSIFIED = "unclassified"
"""Row for parcels without a code, or with one that the edition does not have."""

NONE = "none"
"""Row for ground that this date does not cover and the other does; unit outside of all units."""

OVERLAP = "overlap"
"""Row that takes off what is covered more than once, below zero."""

NO_CLASSES = (UNCLASSIFIED, NONE, OVERLAP)
"""Rows of a balance that are no classes, in the order in which they stand at its end."""

_SHOWN_M2 = 50.0  # from here on rounding would show in hectares of two decimals
_OPEN_M = 1.0  # a narrower slit along the boundary is a gap


@dataclass(frozen=True, kw_only=True)
class BalanceRules:
    """How a balance is drawn up."""

    code: str = "land_use_code"
    "Column with the codes, as text."
    edition: str = PRESENT_EDITION
    "Edition of the codes, one of `EDITIONS`."
    decimals: int = 2
    "Decimals of the percentages, which sum to exactly 100."
    tolerance_m: float = TOLERANCE_M
    "Width in metres up to which an overlap or a gap is rounding."


def in_order(codes: Iterable[str]) -> list[str]:
    """Return codes in the order of a balance: classes, then the rows that are none.

    >>> in_order({"overlap", "unclassified", "14", "07"})
    ['07', '14', 'unclassified', 'overlap']
    """
    found = set(codes)
    return [*sorted(found.difference(NO_CLASSES)), *(code for code in NO_CLASSES if code in found)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Date:
    """Parcels of one date, classified at the finest level."""

    name: str
    "`present` or `planned`."
    rows: Given
    "Its parcels."
    codes: "pd.Series[str]"
    "Finest class of every parcel, placed or not."
    cover: Cover
    findings: pd.DataFrame
    open_m2: float
    "Ground within the boundary that lies open, in no gap between parcels."
    missing: Shapes
    "Ground of the other date that this one does not cover."

    @property
    def placed(self) -> "pd.Series[str]":
        """Class of every parcel with an outline."""
        return self.codes.iloc[self.rows.placed]

    @property
    def areas(self) -> "pd.Series[float]":
        """Square metres of each finest class, parcel by parcel."""
        size = pd.Series(shapely.area(self.rows.shapes), index=self.placed.array)
        return size.groupby(level=0).sum()

    @property
    def doubled_m2(self) -> float:
        """What the parcels count more than once; 0 where it is rounding."""
        twice = self.cover.sum_m2 - self.cover.ground_m2
        return twice if len(self.cover.overlaps) or twice >= _SHOWN_M2 else 0.0

    @property
    def missing_m2(self) -> float:
        """Ground of the other date that this one does not cover."""
        return float(shapely.area(self.missing).sum())

    @property
    def lines(self) -> "pd.Series[float]":
        """Square metres of `areas`, then of what is missing and doubled; they sum to ground."""
        told = {NONE: self.missing_m2, OVERLAP: -self.doubled_m2}
        more = pd.Series({key: value for key, value in told.items() if value}, dtype="float64")
        return pd.concat([self.areas, more]) if len(more) else self.areas


def classified(
    name: str,
    frame: gpd.GeoDataFrame,
    rules: BalanceRules,
    boundary: "shapely.geometry.base.BaseGeometry | None",
) -> Date:
    """Classify the parcels of a date and list what their cover and their codes lack.

    Parameters
    ----------
    name
        ``present`` or ``planned``.
    frame
        Parcels in metres with their codes.
    rules
        Column, edition, tolerance.
    boundary
        What the parcels should cover; None where nobody says.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        The parcels or their codes cannot be measured.
    """
    rows = parcels_given(frame)
    text = code_column(frame, rules.code, rules.edition)
    classes = land_use_at_level(text, FINEST, rules.edition)
    cover = cover_of(rows.shapes, boundary=boundary, tolerance_m=rules.tolerance_m)
    labels = frame.index[rows.placed]
    findings = [
        ("overlap", f"{labels[one]};{labels[other]}", float(shape.area), "")
        for one, other, shape in zip(cover.first, cover.second, cover.overlaps, strict=True)
    ]
    lies_open = _lies_open(cover) if boundary is not None else np.zeros(len(cover.gaps), dtype=bool)
    findings += [
        ("gap", ";".join(str(labels[place]) for place in beside), float(gap.area), "")
        for gap, beside, rest in zip(cover.gaps, cover.beside, lies_open, strict=True)
        if not rest
    ]
    size = frame.area
    findings += [
        ("no_code", str(label), float(size[label]), "")
        if pd.isna(code)
        else (
            "mixed_code" if mixed_codes(str(code)) else "unknown_code",
            str(label),
            float(size[label]),
            str(code),
        )
        for label, code in text[classes.isna()].items()
    ]
    table = pd.DataFrame(findings, columns=["kind", "ids", "area_m2", "found"])
    table.insert(0, "date", name)
    return Date(
        name=name,
        rows=rows,
        codes=classes.fillna(UNCLASSIFIED),
        cover=cover,
        findings=table,
        open_m2=float(shapely.area(cover.gaps[lies_open]).sum()),
        missing=np.empty(0, dtype=object),
    )


def _lies_open(cover: Cover) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Tell which gaps are wide and not enclosed: there the data end, and no parcels part."""
    wide = ~shapely.is_empty(shapely.buffer(cover.gaps, -_OPEN_M / 2))
    parts, _ = polygon_parts(np.array([cover.ground], dtype=object))
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))
    inside = shapely.contains(filled, shapely.point_on_surface(cover.gaps))
    return np.asarray(wide & ~inside, dtype=bool)


def on_one_ground(dates: list[Date], tolerance_m: float) -> list[Date]:
    """Tell each date which ground of the other it does not cover.

    Parameters
    ----------
    dates
        One or two; one alone is returned as it is.
    tolerance_m
        Ground that is nowhere wider is rounding.
    """
    if len(dates) < 2:  # noqa: PLR2004 - nothing to compare
        return dates
    old, new = dates
    return [_missing(old, new, tolerance_m), _missing(new, old, tolerance_m)]


def _missing(date: Date, other: Date, tolerance_m: float) -> Date:
    left = shapely.difference(other.cover.ground, date.cover.ground)
    parts, _ = polygon_parts(np.array([left], dtype=object))
    wide = ~shapely.is_empty(shapely.buffer(parts, -tolerance_m / 2))
    shown = bool(wide.any()) or float(shapely.area(parts).sum()) >= _SHOWN_M2
    return Date(**{**vars(date), "missing": parts if shown else parts[:0]})
