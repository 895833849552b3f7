"""Indicators of the user's own: rows of a workspace with our functions, or a file of Python.

A workspace is data and may come from anybody: its ``indicators.csv`` can name shipped functions
only. Functions of one's own come from a file that the user names on the command line.
"""

from __future__ import annotations

import functools
import re
import sys
import types
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from erdao_gis.catalogue import Workspace, layer_names
from erdao_gis.errors import FormatError, SchemaError
from erdao_gis.files import checked_path
from erdao_gis.files.encodings import decode_text
from erdao_gis.indicators.functions import FUNCTIONS
from erdao_gis.indicators.indicator import Indicator, Input
from erdao_gis.indicators.naming import ground_keys
from erdao_gis.indicators.outline import outline
from erdao_gis.indicators.registry import norms, read_indicators, registry
from erdao_gis.indicators.targets import plan_targets
from erdao_gis.indicators.units import UNITS
from erdao_gis.wording import label_list

# A point parts an indicator from its variant.
_ID = re.compile(r"[\w-]+")

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
    if file.suffix != ".py":
        raise FormatError("own_not_python", {"file": file.name})
    module = types.ModuleType(f"own_{file.stem}")
    module.__file__ = str(file)
    # Dataclasses look their module up.
    sys.modules[module.__name__] = module
    try:
        # Not by an import: that would leave a __pycache__ beside the user's file, and believe it.
        code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        exec(code, vars(module))  # noqa: S102 - the user named it to be run
    except (Exception, SystemExit) as error:
        facts = {"file": file.name, "problem": f"{type(error).__name__}: {error}"}
        raise FormatError("own_fails", facts) from error
    found = {id(value): value for value in vars(module).values() if isinstance(value, Indicator)}
    if not found:
        raise FormatError("own_none", {"file": file.name})
    return tuple(found.values())


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


def require_sound(rows: Sequence[Indicator]) -> None:
    """Make sure that own indicators have ids of their own and name only what there is.

    Raises
    ------
    SchemaError
        A shipped indicator has the id, or it stands twice; or a unit, layer, target, ground,
        norm, clause or element that there is not. File and indicator are named.
    """
    ids = [row.id for row in rows]
    taken = [key for key in ids if key in registry() or ids.count(key) > 1]
    if taken:
        files = dict.fromkeys(function_file(row) or FILE for row in rows if row.id in taken)
        facts = {"file": ", ".join(files), "ids": ", ".join(dict.fromkeys(taken))}
        raise SchemaError("own_id_taken", facts)
    for row in rows:
        facts = {"file": function_file(row) or FILE, "indicator": row.id}
        if not _ID.fullmatch(row.id):
            raise SchemaError("own_bad_id", facts)
        for column, told, known in _references(row):
            strange = [str(name) for name in told if name not in known]
            if strange:
                near = [each for name in strange for each in get_close_matches(name, known, n=3)]
                facts |= {"column": column, "found": label_list(name or "–" for name in strange)}
                names = label_list(near or filter(None, known))
                raise SchemaError("own_unknown", facts | {"names": names})


def _references(row: Indicator) -> Iterator[tuple[str, Collection[object], Collection[str]]]:
    """Tell by column what an indicator refers to, and what there is."""
    plan = outline()
    yield "units", row.units, ["whole", "areas", *UNITS]
    layers = [
        option.layer for item in row.inputs if isinstance(item, Input) for option in item.options
    ]
    strange = [item for item in row.inputs if not isinstance(item, Input)]
    yield "inputs", [*layers, *strange], [*layer_names(), "scene", "statistics"]
    yield "ground", [row.ground_for(each) for each in row.variants or ("",)], ["", *ground_keys()]
    yield "norm", [row.norm], ["", *norms()]
    yield "clauses", row.clauses, [clause.id for clause in plan.clauses]
    yield "register_ids", row.register_ids, [element.id for element in plan.elements]
    yield "target", [row.target], ["", "own", "norm", *plan_targets()]
    if row.target in ("own", "norm"):
        yield "target_operator", [row.target_operator], ["=", "≈", ">=", "<=", ">", "<"]


def function_file(row: Indicator) -> str:
    """Name the file in which the function of an own indicator stands; empty for a shipped one."""
    function = row.function
    if function in FUNCTIONS.values():
        return ""
    inner = function.func if isinstance(function, functools.partial) else function
    code = getattr(inner, "__code__", None)
    return Path(code.co_filename).name if code else type(inner).__name__
