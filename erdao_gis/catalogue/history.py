"""What imports replaced, so that they can be taken back; and one import at a time."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import write_bytes_atomic, write_text_atomic

_MANIFEST = "before.json"
# A lock older than this was left by a run that was killed.
_STALE_S = 1800.0


@contextmanager
def sole_writer(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace while it is changed.

    Raises
    ------
    WorkspaceError
        Another run is changing it.
    """
    lock = workspace.folder / ".lock"
    try:
        if time.time() - lock.stat().st_mtime > _STALE_S:
            lock.unlink(missing_ok=True)
    except FileNotFoundError:
        pass
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        facts = {"folder": str(workspace.folder), "lock": str(lock)}
        raise WorkspaceError("workspace_busy", facts) from None
    os.close(handle)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _entries(workspace: Workspace) -> list[Path]:
    return sorted((workspace.folder / "history").glob("[0-9][0-9][0-9][0-9]-*"))


def remember(workspace: Workspace, name: str) -> Path:
    """Keep the layer as it is now, before it is replaced; returns the entry."""
    entries = _entries(workspace)
    number = int(entries[-1].name[:4]) + 1 if entries else 1
    entry = workspace.folder / "history" / f"{number:04d}-{name}"
    making = entry.with_name(f".{entry.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    there = []
    for path in workspace.kept_paths(name):
        if path.exists():
            write_bytes_atomic(making / path.name, path.read_bytes())
            there.append(path.name)
    # What was not there before is stated, never inferred from a file that is missing.
    write_text_atomic(making / _MANIFEST, json.dumps({"layer": name, "files": there}) + "\n")
    making.rename(entry)
    return entry


def forget(entry: Path) -> None:
    """Remove an entry so that no half of it can be taken for a whole one."""
    leaving = entry.with_name(f".done-{entry.name}")
    entry.rename(leaving)
    shutil.rmtree(leaving, ignore_errors=True)


def restore_last(workspace: Workspace) -> str:
    """Put back what the last import replaced; returns the layer's name.

    Raises
    ------
    WorkspaceError
        Nothing to undo, or the entry is damaged.
    """
    entries = _entries(workspace)
    if not entries:
        raise WorkspaceError("nothing_to_undo", {"folder": str(workspace.folder)})
    entry = entries[-1]
    try:
        manifest = json.loads((entry / _MANIFEST).read_text("utf-8"))
        name, files = str(manifest["layer"]), list(manifest["files"])
        kept = {file: (entry / file).read_bytes() for file in files}
    except (OSError, ValueError, KeyError, TypeError) as error:
        facts = {"entry": str(entry), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("history_damaged", facts) from error
    for path in workspace.kept_paths(name):
        if path.name in kept:
            write_bytes_atomic(path, kept[path.name])
        else:
            path.unlink(missing_ok=True)
    forget(entry)
    return name
