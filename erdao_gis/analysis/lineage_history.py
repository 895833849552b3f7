"""Where parcels came from, what became of them, and how two dates differ."""

import geopandas as gpd
import pandas as pd
import shapely

from erdao_gis.analysis._overlap import paired_area
from erdao_gis.analysis.lineage import ParcelBook, checked_day, open_book, stacked
from erdao_gis.analysis.parcels_given import parcels_given
from erdao_gis.errors import NotInPlanError

__all__ = ["compare_parcels", "lineage", "parcels_on"]


def lineage(parcels: gpd.GeoDataFrame | ParcelBook, code: str) -> pd.DataFrame:
    """List the ancestors and the heirs of a parcel, in force or not.

    Parameters
    ----------
    parcels
        A book; plain parcels have no history yet.
    code
        Code of the parcel, now or before.

    Returns
    -------
    pandas.DataFrame
        Index ``id``; ``relation`` (``ancestor`` or ``heir``), ``generation`` (operations in
        between), ``in_force``, ``date`` of the nearest operation and ``kind``. Empty where
        nothing was done to it.

    Raises
    ------
    NotInPlanError
        The book has never had such a parcel.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> from erdao_gis.analysis.lineage import split_parcel
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 30, 10)], index=["A"], crs=4551)
    >>> book = split_parcel(plots, "A", LineString([(10, -1), (10, 11)]), date="2025-06-30")
    >>> lineage(book, "A")["relation"].to_dict()
    {'A-1': 'heir', 'A-2': 'heir'}
    """
    book = open_book(parcels)
    if code not in book.parcels.index and code not in book.retired.index:
        raise NotInPlanError("parcels_no_such", {"code": code})
    rows = [
        *_walked(book, code, "ancestor", "to_id", "from_id"),
        *_walked(book, code, "heir", "from_id", "to_id"),
    ]
    columns = ["id", "relation", "generation", "in_force", "date", "kind"]
    return pd.DataFrame(rows, columns=columns).set_index("id")


def parcels_on(book: ParcelBook, date: str) -> gpd.GeoDataFrame:
    """Give the parcels that were in force at the end of a day.

    Parameters
    ----------
    book
        Parcels with their operations.
    date
        A day, like ``2025-06-30``.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> from erdao_gis.analysis.lineage import split_parcel
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 30, 10)], index=["A"], crs=4551)
    >>> book = split_parcel(plots, "A", LineString([(10, -1), (10, 11)]), date="2025-06-30")
    >>> parcels_on(book, "2025-06-29").index.tolist()
    ['A']
    """
    day = checked_day(date, "")
    later = book.operations[book.operations["date"] > day]
    born = set(later["to_id"])
    revived = [one for one in dict.fromkeys(later["from_id"]) if one not in born]
    kept = book.parcels[~book.parcels.index.isin(born)]
    return stacked([kept, book.retired.loc[revived]])


def compare_parcels(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, least_m2: float = 0.01
) -> pd.DataFrame:
    """Compare the parcels of two dates by the ground they share.

    Parameters
    ----------
    before, after
        Parcels in metres (EPSG:4551) on their codes.
    least_m2
        Shared ground below this many square metres is rounding and not listed.

    Returns
    -------
    pandas.DataFrame
        One row for each pair that shares ground: ``from_id``, ``to_id``, ``area_m2`` and
        ``change``: ``unchanged``, ``renumbered`` (same ground, other code), ``split``,
        ``merged``, ``redrawn`` (anything else), ``gone`` (no ``to_id``; what was not found
        again) or ``new`` (no ``from_id``). A parcel that gained new ground or lost some for
        good was redrawn, not merged or split. The areas add up to the ground of both dates.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        Degrees, invalid outlines, or codes that occur twice.

    Examples
    --------
    >>> old = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 30, 10)], index=["A"], crs=4551)
    >>> halves = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)]
    >>> new = gpd.GeoDataFrame(geometry=halves, index=["A1", "A2"], crs=4551)
    >>> compare_parcels(old, new)["change"].tolist()
    ['split', 'split']
    """
    old, new = parcels_given(before), parcels_given(after)
    first, second, area = paired_area(old.shapes, new.shapes)
    real = area >= least_m2
    pairs = pd.DataFrame(
        {
            "from_id": before.index[old.placed[first[real]]],
            "to_id": after.index[new.placed[second[real]]],
            "area_m2": area[real],
        }
    )
    sizes = (
        pd.Series(shapely.area(old.shapes), index=before.index[old.placed]),
        pd.Series(shapely.area(new.shapes), index=after.index[new.placed]),
    )
    pairs["change"] = _changes(pairs, sizes, least_m2)
    rest = []
    for side, other, size, word in (
        ("from_id", "to_id", sizes[0], "gone"),
        ("to_id", "from_id", sizes[1], "new"),
    ):
        left = size.sub(pairs.groupby(side)["area_m2"].sum(), fill_value=0.0)
        left = left[left >= least_m2]
        rest.append(
            pd.DataFrame({side: left.index, other: None, "area_m2": left.array, "change": word})
        )
    found = [table for table in (pairs, *rest) if len(table)]
    columns = ["from_id", "to_id", "area_m2", "change"]
    return pd.concat(found, ignore_index=True)[columns] if found else pairs[columns]


def _changes(
    pairs: pd.DataFrame, sizes: "tuple[pd.Series[float], pd.Series[float]]", least_m2: float
) -> "pd.Series[str]":
    """Tell of each pair what happened between the two."""
    old, new = pairs["from_id"].map(sizes[0]), pairs["to_id"].map(sizes[1])
    all_of_old = old - pairs["area_m2"] < least_m2
    all_of_new = new - pairs["area_m2"] < least_m2
    # A parcel that gained or lost ground for good was redrawn, not merged or split.
    by_old, by_new = (pairs.groupby(side)["area_m2"] for side in ("from_id", "to_id"))
    found_again = old - by_old.transform("sum") < least_m2
    all_known = new - by_new.transform("sum") < least_m2
    change = pd.Series("redrawn", index=pairs.index)
    change[all_of_old & all_known] = "merged"
    change[all_of_new & found_again] = "split"
    same = all_of_old & all_of_new
    change[same] = "renumbered"
    change[same & (pairs["from_id"] == pairs["to_id"])] = "unchanged"
    return change


def _walked(
    book: ParcelBook, code: str, relation: str, here: str, there: str
) -> list[tuple[object, ...]]:
    """Follow the operations from one parcel, nearest first; each relative once."""
    rows: list[tuple[object, ...]] = []
    seen, reached, generation = {code}, [code], 0
    while reached:
        generation += 1
        steps = book.operations[book.operations[here].isin(reached)]
        reached = []
        for other, date, kind in zip(steps[there], steps["date"], steps["kind"], strict=True):
            if other not in seen:
                seen.add(other)
                reached.append(other)
                in_force = other in book.parcels.index
                rows.append((other, relation, generation, in_force, date, kind))
    return rows
