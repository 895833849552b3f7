"""Two states of parcels compared by the ground they share, and by what was recorded in between."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.given_parcels import parcels_given
from erdao_gis.analysis.kernels.frame_inputs import Shapes
from erdao_gis.analysis.kernels.overlap import paired_area

_WORDS = {"split": "split", "merge": "merged", "renumber": "renumbered"}
_COLUMNS = ["from_id", "to_id", "change", "area_m2", "shared_m2", "gone_m2", "new_m2"]


def compare_parcels(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    least_m2: float = 0.01,
    operations: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare the parcels of two dates by the ground that passed from one to the other.

    Parameters
    ----------
    before, after
        Parcels in metres (EPSG:4551) on their codes.
    least_m2
        Ground below this many square metres is rounding and not listed.
    operations
        What was recorded between the two (rows of `ParcelBook.operations`). Where given, only
        parcels that an operation links, or that have the same code, are paired, and the record
        decides the word.

    Returns
    -------
    pandas.DataFrame
        One row for each pair of an old and a new parcel, and one for ground without a partner:
        ``from_id``, ``to_id``, ``change`` and four areas. ``shared_m2`` is ground of both;
        ``gone_m2`` and ``new_m2`` are what the parcel lost to no other parcel, and gained from
        none; ``area_m2`` is the ground that the row speaks of: ``gone_m2 + new_m2`` where a
        parcel keeps its code and was redrawn (the ground it kept is no change), else all three.

        ``change`` is ``unchanged``, ``renumbered`` (same ground, other code), ``split``,
        ``merged``, ``redrawn`` (anything else), ``gone`` (no ``to_id``) or ``new`` (no
        ``from_id``); of recorded operations the chain of them, like ``split;merged``.

        Ground passes from a to b only if b did not have it before and a does not have it still:
        parcels that overlap and stay as they are did not change. A code, or the same outline
        under another code, tells which parcel is which. Each side closes:
        before = ``shared_m2`` + ``gone_m2``, after = ``shared_m2`` + ``new_m2``, but for ground
        that parcels of one side share and that two merged or split parcels both pass on.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        Degrees, invalid outlines, or codes that occur twice.

    Examples
    --------
    >>> old = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 30, 10)], index=["A"], crs=4551)
    >>> new = gpd.GeoDataFrame(geometry=[shapely.box(5, 0, 35, 10)], index=["A"], crs=4551)
    >>> compare_parcels(old, new)[["change", "area_m2", "shared_m2"]].to_numpy().tolist()
    [['redrawn', 100.0, 250.0]]
    """
    old, new = parcels_given(before), parcels_given(after)
    first, second, area = paired_area(old.shapes, new.shapes)
    real = area >= least_m2
    pairs = pd.DataFrame(
        {
            "from_id": before.index[old.placed[first[real]]],
            "to_id": after.index[new.placed[second[real]]],
            "shared_m2": area[real],
        }
    )
    sizes = (
        pd.Series(shapely.area(old.shapes), index=before.index[old.placed]),
        pd.Series(shapely.area(new.shapes), index=after.index[new.placed]),
    )
    trails = None if operations is None else _trails(operations)
    if trails is not None:
        linked = [
            one == other or (one, other) in trails
            for one, other in zip(pairs["from_id"], pairs["to_id"], strict=True)
        ]
        pairs = pairs[np.array(linked, dtype=bool)]
    pairs = _passed(pairs, before.geometry, after.geometry, sizes, least_m2)
    pairs["change"] = _changes(pairs, sizes, least_m2)
    if trails is not None:
        told = [trails.get(key) for key in zip(pairs["from_id"], pairs["to_id"], strict=True)]
        pairs["change"] = [word or own for word, own in zip(told, pairs["change"], strict=True)]
    return _closed(pairs, sizes, least_m2)


def passed_ground(pairs: pd.DataFrame, before: gpd.GeoSeries, after: gpd.GeoSeries) -> Shapes:
    """Give the ground that passed within each pair of an old and a new parcel.

    Parameters
    ----------
    pairs
        ``from_id``, ``to_id``, and the parcels that were and are theirs: ``had_id`` (the old
        parcel that the new one was) and ``has_id`` (the new parcel that the old one is), missing
        where there is none.
    before, after
        Outlines on their codes, metres.

    Returns
    -------
    numpy.ndarray
        Outlines in the order of the rows; empty where nothing passed.

    Examples
    --------
    >>> old = gpd.GeoSeries([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], index=["a", "b"])
    >>> row = {"from_id": ["a"], "to_id": ["b"], "had_id": ["b"], "has_id": ["a"]}
    >>> passed_ground(pd.DataFrame(row), old, old)[0].is_empty
    True
    """
    shapes: Shapes = shapely.intersection(
        before.loc[pairs["from_id"]].to_numpy(), after.loc[pairs["to_id"]].to_numpy()
    )
    for column, outlines in (("had_id", before), ("has_id", after)):
        there = pairs[column].notna().to_numpy(bool)
        others = outlines.loc[pairs.loc[there, column]].to_numpy()
        shapes[there] = shapely.difference(shapes[there], others)
    return shapes


def with_counterparts(
    table: pd.DataFrame, before: gpd.GeoSeries, after: gpd.GeoSeries
) -> pd.DataFrame:
    """Tell of each pair which old parcel the new one was, and which new one the old is.

    Parameters
    ----------
    table
        ``from_id``, ``to_id`` and ``same``: whether the row is the same ground on both sides.
    before, after
        Outlines on their codes.

    Returns
    -------
    pandas.DataFrame
        With ``had_id`` and ``has_id``, as `passed_ground` takes them: by outline, else by code.

    Examples
    --------
    >>> plots = gpd.GeoSeries([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], index=["a", "b"])
    >>> table = pd.DataFrame({"from_id": ["a"], "to_id": ["c"], "same": [False]})
    >>> with_counterparts(table, plots, plots)["has_id"].tolist()
    ['a']
    """
    olds, news = ({code: code for code in side.dropna().index} for side in (before, after))
    same = table[table["same"]]
    olds |= dict(zip(same["to_id"], same["from_id"], strict=True))
    news |= dict(zip(same["from_id"], same["to_id"], strict=True))
    had = table["to_id"].map(olds)
    has = table["from_id"].map(news)
    return table.assign(had_id=had, has_id=has)


def _passed(
    pairs: pd.DataFrame,
    before: gpd.GeoSeries,
    after: gpd.GeoSeries,
    sizes: "tuple[pd.Series[float], pd.Series[float]]",
    least_m2: float,
) -> pd.DataFrame:
    """Leave out of each pair the ground that the new one had before or the old one has still."""
    old = pairs["from_id"].map(sizes[0]).astype(float)
    new = pairs["to_id"].map(sizes[1]).astype(float)
    alike = (old - pairs["shared_m2"] < least_m2) & (new - pairs["shared_m2"] < least_m2)
    told = with_counterparts(pairs.assign(same=alike), before, after)
    crossing = told["from_id"] != told["to_id"]
    others = (told["had_id"].notna() & (told["had_id"] != told["from_id"])) | (
        told["has_id"].notna() & (told["has_id"] != told["to_id"])
    )
    asked = others & ~alike
    left = shapely.area(passed_ground(told[asked], before, after))
    shared = pairs["shared_m2"].copy()
    # Areas of pieces carry rounding: ground that only passed keeps its own.
    whole = shared[asked].to_numpy()
    shared[asked] = np.where(whole - left < least_m2, whole, left)
    kept = shared >= least_m2
    # Of two codes on the same ground, the one that kept it is its heir.
    stayed = told["from_id"][alike & ~crossing]
    doubled = alike & crossing & (told["from_id"].isin(stayed) | told["to_id"].isin(stayed))
    return pairs.assign(shared_m2=shared)[kept & ~doubled].reset_index(drop=True)


def _changes(
    pairs: pd.DataFrame, sizes: "tuple[pd.Series[float], pd.Series[float]]", least_m2: float
) -> "pd.Series[str]":
    """Tell of each pair what happened between the two."""
    shared = pairs["shared_m2"]
    old = pairs["from_id"].map(sizes[0]).astype(float)
    new = pairs["to_id"].map(sizes[1]).astype(float)
    all_of_old = old - shared < least_m2
    all_of_new = new - shared < least_m2
    # A parcel that gained or lost ground for good was redrawn, not merged or split.
    by_old, by_new = (pairs.groupby(side)["shared_m2"] for side in ("from_id", "to_id"))
    found_again = old - by_old.transform("sum") < least_m2
    all_known = new - by_new.transform("sum") < least_m2
    own = pairs["from_id"] == pairs["to_id"]
    # What keeps its code was split or merged only if nothing but this happened to it.
    only_parts = all_of_new.groupby(pairs["from_id"]).transform("all") | ~own
    only_wholes = all_of_old.groupby(pairs["to_id"]).transform("all") | ~own
    change = pd.Series("redrawn", index=pairs.index)
    change[all_of_old & all_known & only_wholes] = "merged"
    change[all_of_new & found_again & only_parts] = "split"
    same = all_of_old & all_of_new
    change[same] = "renumbered"
    change[same & own] = "unchanged"
    return change


def _closed(
    pairs: pd.DataFrame, sizes: "tuple[pd.Series[float], pd.Series[float]]", least_m2: float
) -> pd.DataFrame:
    """Add what was lost and gained: to the row of a parcel that kept its code, else as rows."""
    table = pairs.assign(gone_m2=0.0, new_m2=0.0)
    own = table["from_id"] == table["to_id"]
    rest = []
    for side, other, size, column, word in (
        ("from_id", "to_id", sizes[0], "gone_m2", "gone"),
        ("to_id", "from_id", sizes[1], "new_m2", "new"),
    ):
        left = size.sub(pairs.groupby(side)["shared_m2"].sum(), fill_value=0.0)
        left = left[left >= least_m2]
        kept = table[side].where(own)
        table[column] = kept.map(left.to_dict()).astype(float).fillna(0.0)
        left = left[~left.index.isin(kept.dropna())]
        lost = dict.fromkeys(("shared_m2", "gone_m2", "new_m2"), 0.0) | {column: left.array}
        rest.append(pd.DataFrame({side: left.index, other: None, "change": word} | lost))
    found = [part for part in (table, *rest) if len(part)]
    whole = pd.concat(found, ignore_index=True) if found else table
    redrawn = (whole["change"] == "redrawn") & (whole["from_id"] == whole["to_id"])
    shared = whole["shared_m2"].where(~redrawn, 0.0)
    whole["area_m2"] = shared + whole["gone_m2"] + whole["new_m2"]
    return whole[_COLUMNS]


def _trails(operations: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Follow all operations once: for each old and later parcel, what was done in between."""
    reached: dict[str, dict[str, frozenset[int]]] = {}
    kinds: dict[int, str] = {}
    for step, kind, old, new in zip(
        *(operations[name] for name in ("step", "kind", "from_id", "to_id")), strict=True
    ):
        kinds[step] = _WORDS[kind]
        known = reached.setdefault(new, {})
        for origin, steps in {**reached.get(old, {}), old: frozenset()}.items():
            known[origin] = known.get(origin, frozenset()) | steps | {step}
    trails = {}
    for code, origins in reached.items():
        for origin, steps in origins.items():
            done = [kinds[step] for step in sorted(steps)]
            once = [
                kind for place, kind in enumerate(done) if place == 0 or kind != done[place - 1]
            ]
            trails[origin, code] = ";".join(once)
    return trails
