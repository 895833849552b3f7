"""The files of the layers that a district supplied: as we wrote them, or refused by name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from erdao_gis.catalogue.provenance import supply_record
from erdao_gis.catalogue.schema import layer_names
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.crs import to_working
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import checked_path, read_features, read_own_features


@dataclass(frozen=True, kw_only=True)
class SuppliedFile:
    """The file of a supplied layer, as it was when the dataset was opened."""

    path: Path
    folder: str
    told: Mapping[str, str]
    sha256: str
    ours: bool
    "Whether the record knows the hash: we wrote it, and nobody changed it since."
    stamp: tuple[int, int]


def supplied_files(workspace: Workspace, replacing: str = "") -> dict[str, SuppliedFile]:
    """Look at the supplied layers of a workspace; each file is as it was recorded.

    Parameters
    ----------
    workspace
        The workspace.
    replacing
        Layer whose file, where it was changed or is gone, counts as not there.

    Raises
    ------
    WorkspaceError
        Files that changed since their import, or that are gone; all are named.
    """
    found, absent, changed = {}, [], []
    for name in layer_names():
        path, told = workspace.supplied_path(name), supply_record(name, workspace)
        if not path.exists() and not path.is_symlink():
            absent += [path] if told and name != replacing else []
            continue
        known = checked_path(path)
        sha256, recorded = file_sha256(known), told.get("layer_sha256", "")
        if recorded and recorded != sha256:
            changed += [path] if name != replacing else []
            continue
        found[name] = SuppliedFile(
            path=known,
            folder=str(workspace.folder),
            told=told,
            sha256=sha256,
            ours=bool(recorded),
            stamp=file_stamp(known),
        )
    for key, paths in (("layer_without_file", absent), ("layer_changed", changed)):
        if paths:
            names = ", ".join(str(path) for path in paths)
            raise WorkspaceError(key, {"file": names, "folder": str(workspace.folder)})
    return found


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, which may be larger than the memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file, as cheaply as it can be told."""
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def read_supplied(file: SuppliedFile) -> gpd.GeoDataFrame:
    """Read a supplied layer: EPSG:4551, index ``id``, null geometries kept.

    Raises
    ------
    WorkspaceError
        The file is damaged, or was changed or taken away since `supplied_files` looked at it.
    """
    facts: dict[str, object] = {"file": str(file.path), "folder": file.folder}
    if not file.path.is_file() or (
        file_stamp(file.path) != file.stamp and file_sha256(file.path) != file.sha256
    ):
        raise WorkspaceError("layer_moved_meanwhile", facts)
    if file.ours:
        frame, rejects = read_own_features(file.path), 0
    else:
        table = read_features(file.path, null_geometry="keep")
        frame, rejects = table.frame, len(table.rejects)
    if rejects or not {"id", "register_id"} <= set(frame.columns):
        raise WorkspaceError("layer_damaged", facts | {"number": rejects})
    return to_working(frame).set_index("id").sort_index()
