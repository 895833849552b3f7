"""Values that an import puts in the place of others: listed, and codes that are left as they were.

A table that is joined never takes a land-use code away for a coarser or another one, or for words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.catalogue.schema import Layer
from erdao_gis.errors import Finding
from erdao_gis.intake.fitting import code_text
from erdao_gis.intake.limit_texts import limit_columns
from erdao_gis.land_use.file_edition import CODE, EDITION, blank_cells, is_class, is_land_use

_REPLACED = ["id", "column", "old", "new", "looser"]
_KEPT = ["id", "layer", "table", "why"]


@dataclass(frozen=True, kw_only=True, eq=False)
class KeptCodes:
    """Rows of a table after the layer's codes were held against theirs."""

    rows: pd.DataFrame
    "Where the layer's code stays the row has none."
    kept: pd.DataFrame
    "id, layer (its code), table (its words), why: coarser, other or no_code."


def no_kept_codes() -> pd.DataFrame:
    """Give the empty table of `KeptCodes`."""
    return pd.DataFrame(columns=_KEPT)


def codes_left(
    features: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    places: Mapping[int, int],
    *,
    words: "pd.Series[Any]",
    heading: str,
    replace: bool,
) -> KeptCodes:
    """Leave a feature its valid land-use code, unless the table has the same or a finer one.

    Parameters
    ----------
    features
        With ``land_use_code`` and ``edition``; every feature with a code says its edition.
    rows
        Index: row of the file; ``land_use_code`` in the editions of the features, perhaps
        ``edition``.
    places
        Row -> place of its feature.
    words
        What the table says of the land use, in its own words, on the same index.
    heading
        Under which name the words are kept, if any code is left.
    replace
        Let the table win.

    Returns
    -------
    KeptCodes
        The rows as given if nothing is left.
    """
    codes, editions = features[CODE].to_numpy(object), features[EDITION].to_numpy(object)
    table = rows.copy()
    left: list[tuple[str, str, str, str]] = []
    blank = blank_cells(rows[CODE])
    for row, place in places.items():
        own = "" if pd.isna(codes[place]) else str(codes[place]).strip()
        edition = "" if pd.isna(editions[place]) else str(editions[place]).strip()
        if replace or blank[row] or not is_land_use(own, edition):
            continue
        given = str(rows[CODE][row]).strip()
        stated = edition
        if EDITION in rows and pd.notna(rows[EDITION][row]):
            stated = str(rows[EDITION][row]).strip() or edition
        finer = is_class(given, edition) and given.startswith(own)
        if stated == edition and (given == own or finer):
            continue
        why = "other" if is_land_use(given, stated) else "no_code"
        why = "coarser" if why == "other" and own.startswith(given) else why
        left.append((str(features.index[place]), own, str(words[row]).strip(), why))
        table.loc[row, CODE] = None
        if EDITION in table:
            table.loc[row, EDITION] = None
    if left:
        table[heading] = words
    return KeptCodes(rows=table, kept=pd.DataFrame(left, columns=_KEPT))


def replaced_values(
    layer: str, before: pd.DataFrame, after: pd.DataFrame, *, passed_over: Sequence[str]
) -> pd.DataFrame:
    """List values that are others now, or none.

    Parameters
    ----------
    layer
        Its name, for the pairs of limits.
    before, after
        Index: ids; without repeated ones.
    passed_over
        Columns that say where the data come from, not what they are.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``column``, ``old``, ``new`` (None where it is gone) and ``looser``: a limit that
        allows more than before, or is gone. Filling an empty cell replaces nothing.

    Examples
    --------
    >>> old, new = (pd.DataFrame({"height_max_m": [value]}, index=["a"]) for value in (60.0, 80.0))
    >>> replaced_values("parcels", old, new, passed_over=()).to_dict("records")
    [{'id': 'a', 'column': 'height_max_m', 'old': 60.0, 'new': 80.0, 'looser': True}]
    """
    side = {pair.most: 1 for pair in limit_columns(layer)}
    side |= {pair.least: -1 for pair in limit_columns(layer)}
    both = before.index.intersection(after.index)
    found: list[tuple[str, str, object, object, bool]] = []
    skip = {"geometry", *passed_over}
    for name in (str(column) for column in before.columns if column not in skip):
        old = before.loc[both, name].astype(object)
        told = after.loc[both, name].astype(object) if name in after else None
        new = pd.Series(None, index=both, dtype=object) if told is None else told
        blank, gone = blank_cells(old), blank_cells(new)
        differ = ~blank & (gone | (old != new))
        for place in np.flatnonzero(differ.to_numpy(bool)).tolist():
            was, now = old.iloc[place], None if gone.iloc[place] else new.iloc[place]
            if now is not None and code_text(was) == code_text(now):
                continue
            looser = name in side and _looser(was, now, side[name])
            found.append((str(both[place]), name, was, now, looser))
    return pd.DataFrame(found, columns=_REPLACED).astype({"old": object, "new": object})


def _looser(old: object, new: object, side: int) -> bool:
    if new is None:
        return True
    try:
        return (float(str(new)) - float(str(old))) * side > 0
    except ValueError:
        return False  # words, which the check names


def bounds_that_meet(layer: Layer, after: pd.DataFrame, given: pd.DataFrame) -> Iterator[Finding]:
    """Find limits whose two sides are equal or crossed, one from the file and one from before.

    Parameters
    ----------
    layer
        Whose pairs of limits are looked at.
    after
        The features as they would be, index: ids.
    given
        What the file says of them, index: ids; columns that it lacks are not there.

    Yields
    ------
    Finding
        One for each feature and pair of limits; the row is not known.
    """
    empty = pd.Series(np.nan, index=given.index)
    for pair in limit_columns(layer.name):
        least, most = (
            pd.to_numeric(after[name], errors="coerce").reindex(given.index)
            for name in (pair.least, pair.most)
        )
        told = [
            pd.to_numeric(given[name], errors="coerce").notna() if name in given else empty.notna()
            for name in (pair.least, pair.most)
        ]
        for key in given.index[(least >= most) & (told[0] ^ told[1])]:
            names = {"least": pair.least, "most": pair.most}
            names["told"] = pair.least if told[0][key] else pair.most
            facts: dict[str, object] = {
                "least_value": f"{least[key]:g}",
                "most_value": f"{most[key]:g}",
            }
            for part, name in names.items():
                column = layer.column(name)
                facts[f"{part}_zh"] = column.title_zh if column else name
                facts[f"{part}_en"] = column.title_en if column else name
            rule = "bounds_equal" if least[key] == most[key] else "bounds_crossed"
            yield Finding(-1, rule, facts, feature=str(key))
