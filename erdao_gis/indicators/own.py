"""Indicators of the user's own: rows of a workspace with our functions, or a file of Python.

A workspace is data and may come from anybody: its ``indicators.csv`` can name shipped functions
only. Functions of one's own come from a file that the user names on the command line.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from erdao_gis.catalogue import Workspace
from erdao_gis.errors import FormatError, SchemaError
from erdao_gis.files import checked_path
from erdao_gis.files.encodings import decode_text
from erdao_gis.indicators.indicator import Indicator
from erdao_gis.indicators.registry import read_indicators, registry

FILE = "indicators.csv"
"""Rows of a workspace; columns as in ``layers/indicators/indicators.csv``."""


def load_own(path: Path | str) -> tuple[Indicator, ...]:
    """Run a Python file of the user's own and return the indicators that it defines.

    Parameters
    ----------
    path
        A file whose module-level `Indicator` objects are taken, in their order. It is run as any
        Python program is: name only files that you trust.

    Raises
    ------
    FormatError
        There is no such file, it fails, or it defines no indicator.
    UnsafeInputError
        The path leads elsewhere.
    """
    file = checked_path(path)
    spec = importlib.util.spec_from_file_location(f"own_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise FormatError("own_not_python", {"file": file.name})
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        facts = {"file": file.name, "problem": f"{type(error).__name__}: {error}"}
        raise FormatError("own_fails", facts) from error
    found = [value for value in vars(module).values() if isinstance(value, Indicator)]
    if not found:
        raise FormatError("own_none", {"file": file.name})
    return tuple({row.id: row for row in found}.values())


def workspace_indicators(workspace: Workspace | None) -> tuple[Indicator, ...]:
    """Read the rows that a workspace adds to the registry; none without its ``indicators.csv``.

    Raises
    ------
    SchemaError
        Columns or cells that do not fit, or a function that does not ship.
    """
    if workspace is None or not (workspace.folder / FILE).exists():
        return ()
    path = checked_path(workspace.folder / FILE)
    text, _ = decode_text(path.read_bytes(), file=path.name)
    return read_indicators(text, FILE)


def require_new(rows: Sequence[Indicator]) -> None:
    """Make sure that no row takes the id of a shipped indicator, or one that stands twice.

    Raises
    ------
    SchemaError
        One does.
    """
    ids = [row.id for row in rows]
    taken = [key for key in ids if key in registry() or ids.count(key) > 1]
    if taken:
        raise SchemaError("own_id_taken", {"ids": ", ".join(dict.fromkeys(taken))})
