"""Where the rows of a layer come from: file, date, edition of codes, completeness, hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from erdao_gis.catalogue.schema import Completeness, code_lists
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import checked_path

Origin = Literal["shipped", "supplied", "given", "none"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class JoinedTable:
    """A table that was joined to the outlines of a layer."""

    file: str
    "Its name."
    sha256: str
    "Of the file."
    source: str
    "Who supplied it."
    as_of: str
    "Year or date of its data."


@dataclass(frozen=True, kw_only=True)
class LayerRecord:
    """Where the rows of a layer come from."""

    layer: str
    "Name of the layer."
    origin: Origin
    """``shipped`` with this package, ``supplied`` by the district, ``given`` to
    `Dataset.with_layers`, or ``none``: an input that nobody has supplied."""
    completeness: Completeness
    "Whether rows are missing: complete, partial or empty."
    complete_bbox: Box | None
    "lon/lat box in which a partial layer is complete, if anything says so."
    hash: str
    "SHA-256 of what is read: the same rows give the same hash."
    file: str = ""
    "Name of the file that was imported."
    sha256: str = ""
    "Of that file."
    source: str = ""
    "Who supplied it."
    as_of: str = ""
    "Year or date of its data."
    datum: str = ""
    "Datum of that file's coordinates."
    edition: str = ""
    "Edition of land-use codes that the file did not state."
    edition_from: str = ""
    "What that rests on: told, file, codes, layer, assumed or recoded."
    joined: tuple[JoinedTable, ...] = ()
    "Tables that were joined to it, in their order."


def layer_record(
    told: Mapping[str, str],
    *,
    layer: str,
    origin: Origin,
    completeness: Completeness,
    complete_bbox: Box | None,
    digest: str,
) -> LayerRecord:
    """Make the record of a layer out of what was told at its import.

    Parameters
    ----------
    told
        From `supply_record`; empty for a layer that nobody supplied.
    layer, origin, completeness, complete_bbox, digest
        See `LayerRecord`; ``digest`` is its ``hash``.
    """
    columns = ("file", "sha256", "source", "as_of")
    # Tables that were joined to the outlines stand one behind the other.
    tables = zip_longest(
        *(told.get(f"joined_{name}", "").split("; ") for name in columns), fillvalue=""
    )
    return LayerRecord(
        layer=layer,
        origin=origin,
        completeness=completeness,
        complete_bbox=complete_bbox,
        hash=digest,
        **{name: told.get(name, "") for name in (*columns, "datum", "edition", "edition_from")},
        joined=tuple(
            JoinedTable(**dict(zip(columns, table, strict=True))) for table in tables if table[0]
        ),
    )


def supply_record(name: str, workspace: Workspace) -> dict[str, str]:
    """Read what was said of the supplied layer ``name`` at its import; empty if none is.

    Keys, all values text: ``file``, ``sha256``, ``source``, ``as_of``, ``datum`` and
    ``completeness`` of the outlines; ``edition`` of codes that did not state it, and
    ``edition_from``, what that rests on (told, file, codes, layer, assumed or recoded);
    ``joined_file``, ``joined_sha256``, ``joined_source`` and ``joined_as_of`` of the tables that
    were joined, in their order, separated by ``"; "``; ``joined_columns``, the columns that they
    filled, as a JSON list; ``layer_sha256`` of the layer's own file.

    Raises
    ------
    WorkspaceError
        The record cannot be read.
    """
    path = workspace.record_path(name)
    if not path.exists():
        return {}
    known = checked_path(path)
    try:
        record = json.loads(known.read_text("utf-8"))
        # A word that is no completeness is damage like any other.
        _ = code_lists()["completeness"][record["completeness"]]
        return {key: str(record[key]) for key in ("completeness", *record)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        facts = {"file": str(path), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("record_damaged", facts) from error
