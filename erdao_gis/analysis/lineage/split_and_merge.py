"""Parcels that are split, merged and renumbered, and where each came from.

Every operation is recorded in a flat table, keeps the area to one part in a million, and keeps
the outline of what it retires, so that the parcels of an earlier day can be asked for.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import pandas as pd
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Polygon

from erdao_gis.analysis.facts.given_parcels import parcels_given
from erdao_gis.analysis.lineage.cut_ground import cut_apart, united
from erdao_gis.days import is_day
from erdao_gis.errors import GeometryError, NotInPlanError, SchemaError
from erdao_gis.wording import label_list

Step = tuple[int, str, str, str, str, float]

_COLUMNS = ("step", "kind", "date", "from_id", "to_id", "area_m2")
_CONSERVED = 1e-6
_LEAST_M2 = 0.01
_STATED_AREA = "area_m2"  # divided with the land and summed up again
_STATED_SLACK = 0.02
_CENT_M2 = 0.01
# A price, and the streets along it when it was drafted, were of the parcel as it was.
_VOID = ("start_price", "frontage_m", "streets")


@dataclass(frozen=True, kw_only=True, eq=False)
class ParcelBook:
    """Parcels with what was done to them; every operation returns a new one."""

    parcels: gpd.GeoDataFrame
    "Those in force, EPSG:4551, index: the parcel codes."
    steps: tuple[Step, ...]
    "Rows of `operations`."
    past: tuple[gpd.GeoDataFrame, ...]
    "Parts of `retired`, one for each operation."

    @cached_property
    def operations(self) -> pd.DataFrame:
        """One row a pair: step, kind (split, merge, renumber), date, from_id, to_id, area_m2."""
        return pd.DataFrame(list(self.steps), columns=list(_COLUMNS))

    @cached_property
    def retired(self) -> gpd.GeoDataFrame:
        """Those no longer in force, as they were."""
        return stacked([*self.past, self.parcels.iloc[:0]])


def open_book(
    parcels: gpd.GeoDataFrame | ParcelBook,
    operations: pd.DataFrame | None = None,
    retired: gpd.GeoDataFrame | None = None,
) -> ParcelBook:
    """Start a book with parcels, or take up one that was kept in files.

    Parameters
    ----------
    parcels
        Those in force, in metres (EPSG:4551) on their codes; a book is returned as it is.
    operations, retired
        What a book of the past had under these names; nothing was done yet without them.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        Degrees, invalid outlines, or codes that occur twice.

    Examples
    --------
    >>> plots = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], index=["A"], crs=4551)
    >>> len(open_book(plots).operations)
    0
    """
    if isinstance(parcels, ParcelBook):
        return parcels
    parcels_given(parcels)
    steps: tuple[Step, ...] = ()
    if operations is not None:
        columns = [operations[name].tolist() for name in _COLUMNS]
        steps = tuple(zip(*columns, strict=True))
    past = () if retired is None or retired.empty else (retired,)
    return ParcelBook(parcels=parcels, steps=steps, past=past)


def split_parcel(
    parcels: gpd.GeoDataFrame | ParcelBook,
    code: str,
    line: LineString | MultiLineString,
    *,
    date: str,
    new_codes: Sequence[str] = (),
    void: Collection[str] = (),
) -> ParcelBook:
    """Cut a parcel along a line.

    Parameters
    ----------
    parcels
        Parcels in metres (EPSG:4551) on their codes, or a book of them.
    code
        The parcel to cut.
    line
        Leads from one side of the parcel to another; metres, same CRS.
    date
        Day of the operation, like ``2025-06-30``.
    new_codes
        Codes of the new parcels, from west to east (by centroid); without them ``<code>-1``,
        ``<code>-2`` and so on. Each part of a parcel that has several is a piece of its own.
    void
        Further columns that were of the parcel as a whole, such as other prices.

    Returns
    -------
    ParcelBook
        The new parcels carry the attributes of the old one. A stated ``area_m2`` is divided in
        proportion, to 0.01 m2 and with the same sum, or void where it differed from the
        outline by more than 2 %. A ``start_price`` is void, and so are ``frontage_m``,
        ``streets`` and the columns of `void`.

    Raises
    ------
    NotInPlanError
        No such parcel in force.
    GeometryError
        The line does not cut it, leaves a piece below 0.01 m2, or the area would change.
    SchemaError
        Codes taken already or too few, or a date out of order.

    Examples
    --------
    >>> plots = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 30, 10)], index=["A"], crs=4551)
    >>> book = split_parcel(plots, "A", LineString([(10, -1), (10, 11)]), date="2025-06-30")
    >>> book.parcels.area.to_dict()
    {'A-1': 100.0, 'A-2': 200.0}
    """
    book = open_book(parcels)
    whole = _in_force(book, [code])[0]
    pieces = cut_apart(whole, line)
    slivers = min(piece.area for piece in pieces) < _LEAST_M2
    if len(pieces) <= shapely.get_num_geometries(whole) or slivers:
        raise GeometryError("parcels_not_cut", {"code": code})
    codes = list(new_codes) or [f"{code}-{number}" for number in range(1, len(pieces) + 1)]
    if len(codes) != len(pieces):
        facts = {"found": len(pieces), "given": len(codes)}
        raise SchemaError("parcels_wrong_count", facts)
    heirs = _heirs(book.parcels.loc[[code] * len(pieces)], codes, pieces, void)
    if _STATED_AREA in heirs:
        stated = pd.to_numeric(heirs[_STATED_AREA], errors="coerce").iloc[0]
        heirs[_STATED_AREA] = _divided(float(stated), [piece.area for piece in pieces])
    return _done(book, "split", date, [(code, heir) for heir in codes], heirs)


def merge_parcels(
    parcels: gpd.GeoDataFrame | ParcelBook,
    codes: Sequence[str],
    *,
    date: str,
    new_code: str = "",
    keep_from: str = "",
    void: Collection[str] = (),
) -> ParcelBook:
    """Unite parcels that share borders.

    Parameters
    ----------
    parcels
        Parcels in metres (EPSG:4551) on their codes, or a book of them.
    codes
        Two or more of them.
    date
        Day of the operation, like ``2025-06-30``.
    new_code
        Code of the new parcel; without it the old codes joined with ``+``.
    keep_from
        The one of them whose attributes hold where they differ.
    void
        Further columns that were of the parcels as they were, such as other prices.

    Returns
    -------
    ParcelBook
        The new parcel keeps the attributes on which all agree; others become missing, or are
        those of `keep_from`. A stated ``area_m2`` is summed up; ``start_price``,
        ``frontage_m``, ``streets`` and the columns of `void` are void.

    Raises
    ------
    NotInPlanError
        No such parcel in force, or `keep_from` is none of those merged.
    GeometryError
        They do not share borders, or overlap so that area would be lost.
    SchemaError
        Fewer than two, a code that is taken, or a date out of order.

    Examples
    --------
    >>> shapes = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)]
    >>> plots = gpd.GeoDataFrame(geometry=shapes, index=["A", "B"], crs=4551)
    >>> merge_parcels(plots, ["A", "B"], date="2025-06-30").parcels.area.to_dict()
    {'A+B': 300.0}
    """
    book = open_book(parcels)
    chosen = list(dict.fromkeys(codes))
    if len(chosen) < 2:  # noqa: PLR2004 - one parcel is no merger
        raise SchemaError("parcels_merge_too_few", {"count": len(chosen)})
    whole = united(_in_force(book, chosen), chosen)
    heir = new_code or "+".join(chosen)
    old = book.parcels.loc[chosen]
    if keep_from and keep_from not in chosen:
        raise NotInPlanError("lineage_keep_from", {"code": keep_from, "codes": ", ".join(chosen)})
    heirs = _heirs(old.loc[[keep_from or chosen[0]]], [heir], [whole], void)
    for column in heirs.columns.difference(["geometry"]):
        if not keep_from and len(old[column].drop_duplicates()) > 1:
            heirs[column] = heirs[column].mask(heirs.index.notna())
    if _STATED_AREA in heirs:
        stated = pd.to_numeric(old[_STATED_AREA], errors="coerce")
        heirs[_STATED_AREA] = float(stated.sum(skipna=False))
    return _done(book, "merge", date, [(one, heir) for one in chosen], heirs)


def renumber(
    parcels: gpd.GeoDataFrame | ParcelBook, code: str, new_code: str, *, date: str
) -> ParcelBook:
    """Give a parcel another code; nothing else changes.

    Parameters
    ----------
    parcels
        Parcels in metres (EPSG:4551) on their codes, or a book of them.
    code, new_code
        Its code and the code it gets.
    date
        Day of the operation, like ``2025-06-30``.

    Raises
    ------
    NotInPlanError
        No such parcel in force.
    SchemaError
        A code that is taken, or a date out of order.

    Examples
    --------
    >>> plots = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], index=["A"], crs=4551)
    >>> renumber(plots, "A", "B", date="2025-06-30").parcels.index.tolist()
    ['B']
    """
    book = open_book(parcels)
    shape = _in_force(book, [code])
    heirs = book.parcels.loc[[code]].copy()
    heirs.index = pd.Index([new_code], name=heirs.index.name)
    heirs.geometry = shape
    return _done(book, "renumber", date, [(code, new_code)], heirs)


def _in_force(book: ParcelBook, codes: Sequence[str]) -> list[Polygon | MultiPolygon]:
    shapes = []
    for code in codes:
        if code not in book.parcels.index or book.parcels.geometry[code] is None:
            raise NotInPlanError("parcels_no_such", {"code": code})
        shapes.append(book.parcels.geometry[code])
    return shapes


def _heirs(
    rows: gpd.GeoDataFrame,
    codes: list[str],
    shapes: Sequence[Polygon | MultiPolygon],
    void: Collection[str],
) -> gpd.GeoDataFrame:
    heirs = rows.copy()
    heirs.index = pd.Index(codes, name=rows.index.name)
    heirs.geometry = list(shapes)
    for column in heirs.columns.intersection([*_VOID, *void]):
        heirs[column] = heirs[column].mask(heirs.index.notna())
    return heirs


def _divided(stated: float, areas: Sequence[float]) -> list[float]:
    """Divide a stated area to the cent, the last piece taking the rest; it must fit the outline."""
    whole = sum(areas)
    if not abs(stated - whole) <= _STATED_SLACK * whole:  # also of what is not stated
        return [math.nan] * len(areas)
    shares = [round(stated * area / whole / _CENT_M2) * _CENT_M2 for area in areas[:-1]]
    return [round(share, 2) for share in (*shares, stated - sum(shares))]


def stacked(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put frames of the same columns below each other; empty ones would change the types."""
    filled = [frame for frame in frames if len(frame)]
    stacked: gpd.GeoDataFrame = pd.concat(filled) if len(filled) > 1 else [*filled, *frames][0]
    return stacked


def checked_day(date: str, last: str) -> str:
    """Return the day of an operation, ISO 8601 and not before the last one."""
    if not is_day(date) or date < last:
        raise SchemaError("parcels_bad_date", {"date": date, "last": last or "-"})
    return date


def _done(
    book: ParcelBook, kind: str, date: str, pairs: list[tuple[str, str]], heirs: gpd.GeoDataFrame
) -> ParcelBook:
    """Record one operation, if it keeps the area and gives new codes."""
    day = checked_day(date, book.steps[-1][2] if book.steps else "")
    used = {*book.parcels.index, *(step[3] for step in book.steps)}
    new_codes = heirs.index.tolist()
    taken = [code for code in new_codes if code in used or new_codes.count(code) > 1]
    if taken:
        raise SchemaError("parcels_code_taken", {"codes": label_list(dict.fromkeys(taken))})
    gone = book.parcels.index.isin([code for code, _ in pairs])
    old = book.parcels[gone]
    sizes = {
        code: float(size)
        for frame in (old, heirs)
        for code, size in zip(frame.index, shapely.area(frame.geometry.to_numpy()), strict=True)
    }
    before, after = sum(sizes[code] for code in old.index), sum(sizes[code] for code in new_codes)
    if abs(before - after) > _CONSERVED * before:
        facts = {"before": f"{before:.4f}", "after": f"{after:.4f}"}
        raise GeometryError("parcels_area_changed", facts)
    number = book.steps[-1][0] + 1 if book.steps else 1
    # Of one and many, the many tell how much went each way.
    steps = tuple(
        (number, kind, day, code, heir, sizes[code if kind == "merge" else heir])
        for code, heir in pairs
    )
    return ParcelBook(
        parcels=stacked([book.parcels[~gone], heirs]),
        steps=book.steps + steps,
        past=(*book.past, old),
    )
