"""Frames that are held for many readers: nobody can change them, and none is let in unfit."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas.array import GeometryArray
from pyproj import CRS

from erdao_gis.catalogue.schema import Layer
from erdao_gis.crs import WORKING, same_crs
from erdao_gis.errors import CRSError, SchemaError

Held = TypeVar("Held")

_SHOWN = 5


def with_every_column(layer: Layer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the columns that a frame lacks, empty; a column of numbers without one is one too.

    What was supplied before the catalogue had a column says nothing of it.
    """
    nothing = {True: np.nan, False: None}
    added = {
        column.name: pd.Series(
            nothing[column.type == "number"],
            index=frame.index,
            dtype="float64" if column.type == "number" else "object",
        )
        for column in layer.columns
        if column.name != "id"
        and (
            column.name not in frame.columns
            or (column.type == "number" and frame[column.name].isna().all())
        )
    }
    return frame.assign(**added) if added else frame


class _Kept(np.ndarray[Any, Any]):
    """Memory of a column that keeps the held frame alive as long as anyone has a view of it."""

    holder: object = None


def _read_only(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], _Kept]:
    """Return a copy that cannot be written, and the memory behind it."""
    memory = _Kept(values.shape, dtype=values.dtype)  # owns its memory: every view leads here
    memory[...] = values
    memory.flags.writeable = False
    return np.asarray(memory), memory


def unchangeable(frame: gpd.GeoDataFrame, attrs: Mapping[str, object]) -> gpd.GeoDataFrame:
    """Hold a frame in arrays of its own that cannot be written.

    pandas copies on write, but not what is written through ``.array`` of numbers and texts or
    ``.values`` of shapes: read-only arrays refuse that. It also copies only while another frame
    with the same memory is alive: the memory itself keeps that one alive.
    """
    name, columns, memories = frame.geometry.name, dict[Any, Any](), []
    for label, column in frame.items():
        if label != name and not isinstance(column.dtype, np.dtype):
            columns[label] = column.copy()
            continue
        cells, memory = _read_only(
            column.to_numpy(dtype=object) if label == name else column.to_numpy()
        )
        memories.append(memory)
        columns[label] = (
            GeometryArray(cells, crs=frame.crs)
            if label == name
            else pd.Series(cells, index=frame.index, dtype=column.dtype, copy=False)
        )
    held = gpd.GeoDataFrame(
        pd.DataFrame(columns, index=frame.index, copy=False), geometry=name, copy=False
    )
    held.attrs = dict(attrs)
    holder = held.copy(deep=False)
    for memory in memories:
        memory.holder = holder
    return held


def given_out(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame of its own over the same arrays; other types than numpy's are copied."""
    own = frame.copy(deep=False)
    for label, column in own.items():
        if label != own.geometry.name and not isinstance(column.dtype, np.dtype):
            own[label] = column.copy()
    return own


def own_frames(held: Held) -> Held:
    """Return a dataclass whose frames are one's own: changing them changes nothing that is held.

    Frames are looked for in its fields and in mappings of them; pandas copies what is written to.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Answer:
    ...     table: pd.DataFrame
    >>> held = Answer(pd.DataFrame({"a": [1]}))
    >>> own = own_frames(held).table
    >>> own.loc[0, "a"] = 2
    >>> held.table["a"].tolist()
    [1]
    """

    def own(thing: object) -> object:
        if isinstance(thing, gpd.GeoDataFrame):
            return thing.copy()
        if isinstance(thing, pd.DataFrame | pd.Series):
            return thing.copy(deep=False)
        if isinstance(thing, Mapping):
            return {key: own(each) for key, each in thing.items()}
        return thing

    return type(held)(**{name: own(each) for name, each in vars(held).items()})


def require_fit(layer: Layer, frame: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> None:
    """Make sure that a frame can stand for a layer; every fault of it is named.

    Parameters
    ----------
    layer
        What it is to be.
    frame
        What was given.
    before
        The layer as it is: columns that it has beside those of the catalogue may stay.

    Raises
    ------
    CRSError, SchemaError
        See `Dataset.with_layers`.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        facts: dict[str, object] = {"layer": layer.name, "found": type(frame).__name__}
        raise SchemaError("dataset_no_frame", facts)
    if frame.crs is None or not same_crs(frame.crs, CRS.from_user_input(WORKING)):
        found = "-" if frame.crs is None else frame.crs.name
        raise CRSError("dataset_other_crs", {"layer": layer.name, "found": found})
    keys = frame.index
    if keys.hasnans or not keys.is_unique:
        again = sorted({str(key) for key in keys[keys.duplicated()]}) or ["null"]
        ids = ", ".join(again[:_SHOWN])
        raise SchemaError("dataset_repeated_ids", {"layer": layer.name, "ids": ids})
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    known = {*layer.column_names, *before.columns}
    faults = {
        "foreign": [name for name in columns if name not in known],
        "missing": [name for name in ("name_zh", *layer.required_columns) if name not in columns],
        "wordy": [
            column.name
            for column in layer.columns
            if column.type == "number" and column.name in columns and _wordy(frame[column.name])
        ],
    }
    if any(faults.values()):
        facts = {"layer": layer.name, "expected": ", ".join(layer.column_names)}
        facts |= {name: ", ".join(found) or "-" for name, found in faults.items()}
        raise SchemaError("dataset_other_columns", facts)


def _wordy(column: "pd.Series[Any]") -> bool:
    """Tell whether any cell is there that is no number."""
    return bool((pd.to_numeric(column, errors="coerce").isna() & column.notna()).any())


def frame_hash(frame: gpd.GeoDataFrame, completeness: str) -> str:
    """Return the SHA-256 of ids, columns, shapes and completeness; row order counts."""
    digest = hashlib.sha256(completeness.encode())
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index()
    digest.update(table.to_csv(index=False).encode())
    for part in shapely.to_wkb(frame.geometry.to_numpy(dtype=object)):
        digest.update(part or b"-")
    return digest.hexdigest()
