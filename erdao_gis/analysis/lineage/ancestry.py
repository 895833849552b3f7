"""Where parcels came from, what became of them, and which were in force on a day."""

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis.lineage.split_and_merge import ParcelBook, checked_day, open_book, stacked
from erdao_gis.errors import NotInPlanError


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
    >>> from erdao_gis.analysis.lineage.split_and_merge import split_parcel
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
    >>> from erdao_gis.analysis.lineage.split_and_merge import split_parcel
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
