"""New outlines over a layer that tables were joined to, or whose codes were recoded.

What the outlines do not say of a feature that is still there stays; what goes with a feature that
is no longer there is listed.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.intake.joining import one_type
from erdao_gis.land_use import EDITIONS
from erdao_gis.land_use.file_edition import CODE, EDITION, blank_cells, is_land_use

_OF_THE_OUTLINES = ("geometry", "source", "datum", "as_of", "evidence", "identity", "register_id")


@dataclass(frozen=True, kw_only=True, eq=False)
class Carried:
    """The new outlines with what earlier tables said."""

    frame: gpd.GeoDataFrame
    cells: Mapping[str, int] = field(default_factory=dict)
    "Column -> number of values that were kept."
    recoded: tuple[str, ...] = ()
    "Features whose code the file has as it was before the recoding: the present one was kept."
    lost: tuple[str, ...] = ()
    "Features that are gone, and what tables said of them with them."


def joined_columns(record: Mapping[str, str], before: pd.DataFrame) -> tuple[str, ...]:
    """Give the columns that tables filled, or a recoding.

    Parameters
    ----------
    record
        Of `supply_record`. One that tells of tables but not of their columns is older: then all
        columns count.
    before
        The layer.

    Examples
    --------
    >>> joined_columns({"joined_columns": '["supply"]'}, pd.DataFrame(columns=["supply", "a"]))
    ('supply',)
    """
    names = set(_listed(record.get("joined_columns", "")))
    if "joined_file" in record and not names:
        names = {str(name) for name in before.columns}
    names |= {f"{CODE}_{edition}" for edition in EDITIONS}
    return tuple(
        str(name) for name in before.columns if name in names and name not in _OF_THE_OUTLINES
    )


def joined_columns_text(known: str, more: Collection[str]) -> str:
    """Write the columns that tables filled, those known before first.

    Examples
    --------
    >>> joined_columns_text('["supply"]', ["容积率"])
    '["supply", "容积率"]'
    """
    names = [*_listed(known), *more]
    return json.dumps(list(dict.fromkeys(names)), ensure_ascii=False)


def _listed(text: str) -> list[str]:
    """Read the columns of a record; one that was edited by hand into something else has none."""
    try:
        names = json.loads(text or "[]")
    except ValueError:
        return []
    return [str(name) for name in names] if isinstance(names, list) else []


def carry_over(
    before: gpd.GeoDataFrame | None,
    after: gpd.GeoDataFrame,
    said: pd.DataFrame,
    columns: Sequence[str],
    *,
    edition: str,
    replace: Collection[str],
) -> Carried:
    """Keep what tables and recodings said of features that are still there.

    Parameters
    ----------
    before
        The layer as supplied; None if nothing was.
    after
        The outlines with all columns of the layer, index: ids.
    said
        What the file itself says, index: ids; columns that it lacks are not there.
    columns
        Those of `joined_columns`.
    edition
        That was stated at the import; empty if none was.
    replace
        Columns in which the file wins even where it says nothing.

    Returns
    -------
    Carried
        The outlines as they are where ids are repeated, for the check to name them.
    """
    if before is None or before.index.has_duplicates or after.index.has_duplicates:
        return Carried(frame=after)
    frame, cells = after.copy(), dict[str, int]()
    both = after.index.intersection(before.index)
    kept = [name for name in columns if name not in {*replace, CODE, EDITION}]
    for name in kept:
        cells |= _kept(frame, before, said, both, name)
    recoded: tuple[str, ...] = ()
    if CODE in frame and EDITION in frame and CODE in before and CODE not in replace:
        recoded = _codes(frame, before, said, both, edition=edition)
        if any(name in columns for name in (CODE, *(f"{CODE}_{one}" for one in EDITIONS))):
            blank = both[blank_cells(frame.loc[both, CODE]).to_numpy(bool)]
            cells |= _kept(frame, before, said, blank, CODE)
            # A code means nothing without its edition: both stay.
            filled = blank[~blank_cells(frame.loc[blank, CODE]).to_numpy(bool)]
            editions = frame[EDITION].astype(object)
            editions.loc[filled] = before.loc[filled, EDITION].astype(object)
            frame[EDITION] = editions
    gone = before.index.difference(after.index)
    spoken = [name for name in kept if not blank_cells(before.loc[gone, name]).all()]
    full = (
        ~pd.concat([blank_cells(before.loc[gone, name]) for name in spoken], axis=1).all(axis=1)
        if spoken
        else pd.Series(False, index=gone)
    )
    order = [name for name in frame.columns if name != "geometry"]
    return Carried(
        frame=frame[[*order, "geometry"]],
        cells=cells,
        recoded=recoded,
        lost=tuple(str(key) for key in gone[full.to_numpy(bool)]),
    )


def _kept(
    frame: gpd.GeoDataFrame,
    before: gpd.GeoDataFrame,
    said: pd.DataFrame,
    both: pd.Index,
    name: str,
) -> dict[str, int]:
    """Put the layer's values into the empty cells of one column; tell how many there were."""
    old = before.loc[both, name]
    silent = blank_cells(said.loc[both, name]) if name in said else pd.Series(True, index=both)
    wanted = both[(silent & ~blank_cells(old)).to_numpy(bool)]
    if wanted.empty:
        return {}
    given = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)
    values = given.astype(object).where(given.notna(), None)
    values.loc[wanted] = old.loc[wanted].astype(object)
    frame[name] = one_type(values, before[name], said[name] if name in said else given.iloc[:0])
    return {name: len(wanted)}


def _codes(
    frame: gpd.GeoDataFrame,
    before: gpd.GeoDataFrame,
    said: pd.DataFrame,
    both: pd.Index,
    *,
    edition: str,
) -> tuple[str, ...]:
    """Keep codes with their edition: equal ones, and those that were recoded from the file's."""
    codes = frame.loc[both, CODE].astype(object)
    old_codes, old_editions = (before.loc[both, name].astype(object) for name in (CODE, EDITION))
    silent = pd.Series(True, index=both)
    if EDITION in said:
        silent = blank_cells(said.loc[both, EDITION])
    recoded: list[str] = []
    for one in EDITIONS:
        name = f"{CODE}_{one}"
        if name not in before or edition not in {"", one}:
            continue
        first = before.loc[both, name].astype(object)
        unsaid = silent if EDITION not in said else silent | (said.loc[both, EDITION] == one)
        same = unsaid & ~blank_cells(first) & (codes == first) & ~blank_cells(old_codes)
        rows = both[same.to_numpy(bool)]
        frame.loc[rows, CODE] = old_codes.loc[rows]
        frame.loc[rows, EDITION] = old_editions.loc[rows]
        recoded += [str(key) for key in rows]
        codes = frame.loc[both, CODE].astype(object)
    if not edition:
        pairs = zip(old_codes, old_editions, strict=True)
        valid = np.array(
            [is_land_use(str(code).strip(), str(stated).strip()) for code, stated in pairs], bool
        )
        equal = silent & valid & (codes == old_codes)
        rows = both[equal.to_numpy(bool)]
        frame.loc[rows, EDITION] = old_editions.loc[rows]
    return tuple(recoded)
