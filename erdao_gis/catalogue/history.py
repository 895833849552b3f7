"""What changes replaced, so that they can be taken back; and one change at a time."""

import json
import os
import platform
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from erdao_gis.catalogue.schema import layer_names
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import write_bytes_atomic, write_text_atomic

_MANIFEST = "before.json"
# A lock older than this was left by a run that was killed.
_STALE_S = 1800.0
_ENTRY = re.compile(r"(\d{4,})-(.+)")


@contextmanager
def sole_writer(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace while it is changed.

    Raises
    ------
    WorkspaceError
        Another run is changing it.
    """
    lock = workspace.folder / ".lock"
    if _abandoned(lock):
        lock.unlink(missing_ok=True)
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        facts = {"folder": str(workspace.folder), "lock": str(lock)}
        raise WorkspaceError("workspace_busy", facts) from None
    os.write(handle, f"{os.getpid()} {platform.node()}".encode())
    os.close(handle)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _abandoned(lock: Path) -> bool:
    """Tell whether the run that made a lock is gone: its process is, or the lock is old."""
    try:
        age = time.time() - lock.stat().st_mtime
        process, _, computer = lock.read_text("utf-8").partition(" ")
    except (OSError, ValueError):
        return False
    here = computer == platform.node() and process.isdecimal()
    if here and os.name == "posix":  # elsewhere a look at a process could end it
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            pass  # another user's, or no number of a process
    return age > _STALE_S


def _entries(workspace: Workspace) -> list[Path]:
    """List the entries of the history, the oldest first."""
    found = (workspace.folder / "history").glob("[0-9]*-*")
    numbered = ((_ENTRY.fullmatch(path.name), path) for path in found)
    return [path for _, path in sorted((int(is_[1]), path) for is_, path in numbered if is_)]


def remember(workspace: Workspace, name: str) -> Path:
    """Keep the layer as it is now, before it is replaced; returns the entry."""
    entries = _entries(workspace)
    number = int(entries[-1].name.partition("-")[0]) + 1 if entries else 1
    entry = workspace.folder / "history" / f"{number:04d}-{name}"
    making = entry.with_name(f".{entry.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    there = []
    for path in workspace.layer_paths(name):
        if path.exists():
            write_bytes_atomic(making / path.name, path.read_bytes())
            there.append(path.name)
    # What was not there before is stated, never inferred from a file that is missing.
    write_text_atomic(making / _MANIFEST, json.dumps({"layer": name, "files": there}) + "\n")
    making.rename(entry)
    return entry


def begin(workspace: Workspace, entry: Path) -> None:
    """Mark that what `entry` keeps is being replaced or put back.

    The mark stays behind only where the run is killed: readers then say so, and undo mends it.
    """
    write_text_atomic(workspace.unfinished_path, entry.name + "\n")


def finish(workspace: Workspace) -> None:
    """Take the mark of `begin` away: all is written."""
    workspace.unfinished_path.unlink(missing_ok=True)


def forget(entry: Path) -> None:
    """Remove an entry so that no half of it can be taken for a whole one."""
    leaving = entry.with_name(f".done-{entry.name}")
    entry.rename(leaving)
    shutil.rmtree(leaving, ignore_errors=True)


def _already_put_back(workspace: Workspace, entries: list[Path]) -> str | None:
    """Tell the layer of a mark whose entry is gone: all but the mark was done before the kill."""
    mark = workspace.unfinished_path.read_text("utf-8", errors="replace").strip()
    name = mark.partition("-")[2]
    gone = mark not in [entry.name for entry in entries]
    return name if gone and name in layer_names() else None


def _entry_files(workspace: Workspace, entry: Path) -> tuple[str, dict[str, bytes]]:
    """Read the layer and the files of an entry; a received one must not reach beyond itself."""
    manifest = json.loads((entry / _MANIFEST).read_text("utf-8"))
    name, files = str(manifest["layer"]), [str(file) for file in manifest["files"]]
    if name not in layer_names() or entry.name.partition("-")[2] != name:
        raise ValueError(f"layer {name!r}")
    foreign = set(files) - {path.name for path in workspace.layer_paths(name)}
    if foreign:
        raise ValueError(f"files {sorted(foreign)}")
    return name, {file: (entry / file).read_bytes() for file in files}


def restore_last(workspace: Workspace) -> str:
    """Put back what the last change replaced; returns the layer's name.

    Raises
    ------
    WorkspaceError
        Nothing to undo, or the entry is damaged.
    """
    entries = _entries(workspace)
    if workspace.unfinished_path.exists():
        put_back = _already_put_back(workspace, entries)
        if put_back is not None:
            return put_back
    if not entries:
        raise WorkspaceError("nothing_to_undo", {"folder": str(workspace.folder)})
    entry = entries[-1]
    try:
        name, kept = _entry_files(workspace, entry)
    except (OSError, ValueError, KeyError, TypeError) as error:
        facts = {"entry": str(entry), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("history_damaged", facts) from error
    begin(workspace, entry)
    for path in workspace.layer_paths(name):
        if path.name in kept:
            write_bytes_atomic(path, kept[path.name])
        else:
            path.unlink(missing_ok=True)
    forget(entry)
    return name
