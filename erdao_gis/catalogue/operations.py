"""Splits and mergers that are recorded of a layer: new outlines must not silently overrule them."""

import csv

from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import checked_path

_STEP, _FROM, _TO = 0, 3, 4


def recorded_operations(workspace: Workspace, layer: str) -> int:
    """Count the splits, mergers and renumberings recorded of a layer; 0 if there is no record."""
    # One operation is several rows with the same step.
    return len({row[_STEP] for row in _rows(workspace, layer) if row})


def heirs_of_codes(workspace: Workspace, layer: str) -> dict[str, tuple[str, ...]]:
    """Tell which codes took the place of those that operations retired, each step by itself."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows(workspace, layer):
        if len(row) > _TO:
            # A code that a spreadsheet would round stands behind an apostrophe.
            old, new = (row[place].removeprefix("'") for place in (_FROM, _TO))
            found[old] = tuple(dict.fromkeys([*found.get(old, ()), new]))
    return found


def _rows(workspace: Workspace, layer: str) -> list[list[str]]:
    path = workspace.operations_path(layer)
    if not path.exists() and not path.is_symlink():
        return []
    text = checked_path(path).read_text("utf-8-sig", errors="replace")
    return list(csv.reader(text.splitlines()))[1:]


def require_no_operations(workspace: Workspace, layer: str, *, closing: bool) -> None:
    """Refuse new outlines of a layer whose operations are recorded, unless the record is closed.

    Raises
    ------
    WorkspaceError
        Operations are recorded, and they are not to be closed.
    """
    number = recorded_operations(workspace, layer)
    if number and not closing:
        raise WorkspaceError("lineage_open", {"layer": layer, "number": number})


def close_operations(workspace: Workspace, layer: str) -> None:
    """Take the record and what it retired away; the history of the workspace keeps both."""
    workspace.operations_path(layer).unlink(missing_ok=True)
    workspace.retired_path(layer).unlink(missing_ok=True)
