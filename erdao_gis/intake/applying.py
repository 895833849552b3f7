"""Put a prepared import into the workspace, so that it can be taken back."""

import hashlib
from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue.dataset import Dataset
from erdao_gis.catalogue.deriving import Change
from erdao_gis.catalogue.history import finish, restore_last, sole_writer
from erdao_gis.catalogue.operations import close_operations, require_no_operations
from erdao_gis.catalogue.provenance import supply_record
from erdao_gis.catalogue.schema import layer_schema
from erdao_gis.catalogue.supplying import change_layer, derive_again, write_supplied
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.crs import WORKING
from erdao_gis.errors import Fault, Language, SchemaError, WorkspaceError
from erdao_gis.files import write_text_atomic
from erdao_gis.intake.carrying import joined_columns_text
from erdao_gis.intake.mapping_files import StatedPair, mapping_text, read_mapping
from erdao_gis.intake.preview import PreparedImport

SAID = 50  # faults told in one error


def apply_import(workspace: Workspace, prepared: PreparedImport) -> tuple[Change, ...]:
    """Put a prepared import into the workspace and derive again what depends on it.

    Pairs of headings and columns that were told are kept for the next import of the layer.

    Returns
    -------
    tuple of Change
        Plan features that moved, found a place or lost it.

    Raises
    ------
    SchemaError
        The prepared layer has faults; all are named.
    WorkspaceError
        The layer has changed since it was looked at, or another run is changing it.
    """
    if prepared.faults:
        shown = prepared.faults[:SAID]
        said = {"faults_zh": _listed(shown, "zh"), "faults_en": _listed(shown, "en")}
        facts = {"file": prepared.path.name, "number": len(prepared.faults)} | said
        raise SchemaError("import_faults", facts)
    return change_layer(workspace, prepared.layer, lambda: _put(workspace, prepared))


def _listed(faults: Iterable[Fault], language: Language) -> str:
    return "".join(f"\n- {fault.message(language)}" for fault in faults)


def _put(workspace: Workspace, prepared: PreparedImport) -> None:
    """Write the layer, and beside it where it came from."""
    name, options = prepared.layer, prepared.options
    path = workspace.supplied_path(name)
    now = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
    if now != prepared.base_sha256:
        raise WorkspaceError("layer_moved_on", {"layer": name, "file": prepared.path.name})
    sha256 = hashlib.sha256(prepared.path.read_bytes()).hexdigest()
    if prepared.join is not None:
        write_supplied(workspace, name, prepared.frame, _joined_record(workspace, prepared, sha256))
    else:
        require_no_operations(workspace, name, closing=options.close_lineage)
        if options.close_lineage:
            close_operations(workspace, name)
        record = {
            "file": prepared.path.name,
            "sha256": sha256,
            "source": options.source,
            "as_of": options.as_of,
            "datum": options.datum,
            "completeness": "partial" if options.partial else "complete",
        }
        record |= _edition_record(prepared)
        if prepared.carried and prepared.carried.cells:
            # What tables said is still there, and so is where it came from.
            earlier = supply_record(name, workspace)
            record |= {key: value for key, value in earlier.items() if key.startswith("joined_")}
        write_supplied(workspace, name, _whole(workspace, prepared), record)
    _keep_mapping(workspace, prepared)


def _whole(workspace: Workspace, prepared: PreparedImport) -> gpd.GeoDataFrame:
    """Give the layer; a plan layer keeps the supplied features that the file does not have."""
    frame = prepared.frame
    if layer_schema(prepared.layer).role != "plan":
        return frame
    supplied = Dataset.open(workspace, replacing=prepared.layer).supplied(prepared.layer)
    if supplied is not None:
        kept = supplied.loc[~supplied.index.isin(frame.index)]
        frame = gpd.GeoDataFrame(pd.concat([kept, frame]).sort_index(), crs=WORKING)
    return frame


def _joined_record(workspace: Workspace, prepared: PreparedImport, sha256: str) -> dict[str, str]:
    """Tell of the outlines as before, and of every table that was joined to them."""
    record = supply_record(prepared.layer, workspace)
    columns = [name for name in prepared.filled if name != "id"]
    record["joined_columns"] = joined_columns_text(record.get("joined_columns", ""), columns)
    told = {
        "joined_file": prepared.path.name,
        "joined_sha256": sha256,
        "joined_source": prepared.options.source,
        "joined_as_of": prepared.options.as_of,
    }
    earlier = "joined_file" in record
    for key, value in told.items():
        record[key] = f"{record.get(key, '')}; {value}" if earlier else value
    return record


def _edition_record(prepared: PreparedImport) -> dict[str, str]:
    """Tell the edition of the codes and what it rests on, where there are codes."""
    edition = prepared.edition
    return {"edition": edition.edition, "edition_from": edition.origin} if edition.edition else {}


def _keep_mapping(workspace: Workspace, prepared: PreparedImport) -> None:
    """Keep what was told for the next import; what this file contradicts is dropped."""
    used = prepared.matched.said
    if not any(one.origin != "kept" for one in used):
        return
    path = workspace.mapping_path(prepared.layer)
    before = read_mapping(path, origin="kept") if path.exists() else ()
    here = prepared.matched.headings
    kept: dict[str, StatedPair] = {one.heading: one for one in before if one.heading not in here}
    kept |= {one.heading: one for one in used}
    write_text_atomic(path, mapping_text(kept.values()))


def undo_import(workspace: Workspace) -> tuple[str, tuple[Change, ...]]:
    """Take back the last change of a supplied layer, or the one that was cut off.

    Returns
    -------
    tuple
        The layer that was put back, and the plan features that changed with it.

    Raises
    ------
    WorkspaceError
        Nothing has been imported, or all was undone already.
    """
    with sole_writer(workspace):
        name = restore_last(workspace)
        changes = derive_again(workspace, name)
        finish(workspace)
        return name, changes
