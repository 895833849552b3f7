"""Put a layer of the district's own into a workspace: whole or not at all, and to be undone."""

import hashlib
import json
from collections.abc import Callable, Mapping

import geopandas as gpd

from erdao_gis.catalogue.deriving import Change, derive, write_derivation
from erdao_gis.catalogue.history import begin, finish, remember, restore_last, sole_writer
from erdao_gis.catalogue.schema import layer_schema
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.files import write_features, write_text_atomic


def change_layer(workspace: Workspace, name: str, put: Callable[[], None]) -> tuple[Change, ...]:
    """Change a supplied layer as one step that can be undone, and derive what depends on it.

    Parameters
    ----------
    workspace
        Held alone until all is written.
    name
        The layer; its files (`Workspace.layer_paths`) are kept in the history as they were.
    put
        Writes the files. If it fails, what was there before is put back.

    Returns
    -------
    tuple of Change
        Plan features that moved, found a place or lost it.

    Raises
    ------
    WorkspaceError
        Another run is changing the workspace.
    """
    with sole_writer(workspace):
        entry = remember(workspace, name)
        begin(workspace, entry)
        try:
            put()
            changes = derive_again(workspace, name)
        except BaseException:
            # What was half put is put back, and no entry is left that would undo nothing.
            restore_last(workspace) if entry.exists() else None
            derive_again(workspace, name)
            raise
        finally:
            finish(workspace)
        return changes


def write_supplied(
    workspace: Workspace, name: str, frame: gpd.GeoDataFrame, record: Mapping[str, str]
) -> None:
    """Write a layer, and beside it where it came from; within `change_layer` only.

    Parameters
    ----------
    workspace, name
        Where, and which layer.
    frame
        EPSG:4551, index ``id``.
    record
        What `supply_record` will tell: file, sha256, source, as_of, datum, completeness.
    """
    path = workspace.supplied_path(name)
    write_features(frame.reset_index(names="id"), path)
    told = {"layer_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    told |= {key: value for key, value in record.items() if key != "layer_sha256"}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    write_text_atomic(workspace.record_path(name), text)


def derive_again(workspace: Workspace, name: str) -> tuple[Change, ...]:
    """Derive what depends on the layer ``name``; returns what changed."""
    if layer_schema(name).role == "input":
        return ()  # recipes build on the base map and on one another only
    derivation = derive(workspace)
    write_derivation(derivation, workspace)
    return derivation.changes
