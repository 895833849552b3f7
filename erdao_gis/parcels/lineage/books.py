"""The parcels of a workspace with what was done to them, as its files keep it.

``parcels_operations.csv`` is the flat table of splits, mergers and renumberings, and
``parcels_retired.gpkg`` has the parcels that these took out of force, as they were.
"""

import contextlib
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import ParcelBook, open_book
from erdao_gis.catalogue import Workspace, open_workspace, supply_record, write_supplied
from erdao_gis.catalogue.operations import OPERATION_COLUMNS, TEXT_MARK, read_operations
from erdao_gis.crs import to_working
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import read_features, write_features, write_text_atomic
from erdao_gis.parcels.parcels_of_place import read_parcels
from erdao_gis.wording import label_list

LAYER = "parcels"

_AGREES = 1e-6
# What a spreadsheet program would compute, round, take for a date or trim; and our own mark.
_NO_PLAIN_TEXT = re.compile(r"[=+\-@'\s]|[\d\s.,:/eE+%-]+$|.*\s$", re.DOTALL)


def read_book(workspace: Workspace | Path | str) -> ParcelBook:
    """Read the parcels of a workspace with the operations recorded on them.

    Parameters
    ----------
    workspace
        A workspace or its folder.

    Returns
    -------
    ParcelBook
        Parcels in force in EPSG:4551 on their codes, the operations, and what they retired;
        without operations where none were recorded.

    Raises
    ------
    WorkspaceError
        No parcels, or parcels, operations and retired parcels that do not fit each other.
    FormatError
        Operations that cannot be read; file and line are named.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     book = read_book(write_sample(Path(folder) / "town"))
    >>> len(book.operations), book.parcels.crs.to_epsg()
    (0, 4551)
    """
    opened = open_workspace(workspace)
    parcels = read_parcels(opened)
    kept = (opened.operations_path(LAYER), opened.retired_path(LAYER))
    there = [path for path in kept if path.exists() or path.is_symlink()]
    if not there:
        return open_book(parcels)
    if len(there) < len(kept):
        missing = next(path for path in kept if path not in there)
        raise WorkspaceError("lineage_file_missing", {"file": missing.name, "there": there[0].name})
    operations = read_operations(kept[0])
    retired = _read_retired(kept[1])
    _require_fit(operations, parcels, retired)
    return open_book(parcels, operations, retired)


def _read_retired(path: Path) -> gpd.GeoDataFrame:
    table = read_features(path, null_geometry="keep")
    frame = table.frame
    if len(table.rejects) or not isinstance(frame, gpd.GeoDataFrame) or "id" not in frame:
        raise WorkspaceError("lineage_retired_damaged", {"file": path.name})
    return to_working(frame).set_index("id")


def _require_fit(
    operations: pd.DataFrame, parcels: gpd.GeoDataFrame, retired: gpd.GeoDataFrame
) -> None:
    """Make sure that what the operations say is what the parcels are.

    Raises
    ------
    WorkspaceError
        Heirs that are missing, retired parcels still in force, outlines without an operation,
        or areas that differ from those recorded.
    """
    gone = dict.fromkeys(operations["from_id"])
    heirs = [code for code in dict.fromkeys(operations["to_id"]) if code not in gone]
    kept = Counter(retired.index)
    faults = {
        "missing": [code for code in heirs if code not in parcels.index],
        "standing": [code for code in gone if code in parcels.index],
        "lost": [code for code in gone if code not in kept],
        "stray": [code for code, times in kept.items() if code not in gone or times > 1],
    }
    if any(faults.values()):
        raise WorkspaceError("lineage_mismatch", {name: _some(f) for name, f in faults.items()})
    outlines = pd.concat([retired.geometry, parcels.geometry.loc[heirs]])
    areas = outlines.area
    # Of one and many, the many tell how much went each way.
    told = operations["to_id"].where(operations["kind"] != "merge", operations["from_id"])
    found = told.map(areas).fillna(0.0)
    wrong = (found - operations["area_m2"]).abs() > _AGREES * operations["area_m2"]
    if wrong.any():
        raise WorkspaceError("lineage_area_differs", {"codes": _some(told[wrong].tolist())})


def _some(codes: Sequence[object]) -> str:
    return label_list(codes) or "–"


def _marked(code: str) -> str:
    return f"{TEXT_MARK}{code}" if _NO_PLAIN_TEXT.match(code) else code


def operations_text(book: ParcelBook) -> str:
    r"""Format the operations of a book as CSV.

    Returns
    -------
    str
        With a byte-order mark, so that spreadsheet programs read it as UTF-8. A code that such
        a program would compute or round gets a leading apostrophe, which is taken off again by
        `read_operations`; areas have all their digits.

    Examples
    --------
    >>> from shapely import box
    >>> from erdao_gis.analysis import renumber
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10)], index=["01"], crs=4551)
    >>> operations_text(renumber(plots, "01", "A", date="2025-06-30")).splitlines()[1]
    "1,renumber,2025-06-30,'01,A,100.0"
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(OPERATION_COLUMNS)
    for step, kind, day, old, new, area in book.steps:
        writer.writerow([step, kind, day, _marked(old), _marked(new), repr(float(area))])
    return "\ufeff" + buffer.getvalue()


def write_book(workspace: Workspace, book: ParcelBook) -> None:
    """Write parcels, operations and retired parcels; within `change_layer` only.

    Parameters
    ----------
    workspace
        Held by `change_layer`, which puts everything back if this fails.
    book
        What its files shall hold; the record of where the parcels came from stays.
    """
    record = supply_record(LAYER, workspace)
    completeness = str(book.parcels.attrs.get("completeness", "complete"))
    write_supplied(
        workspace, LAYER, book.parcels.sort_index(), {"completeness": completeness} | record
    )
    if book.steps:
        write_features(book.retired.reset_index(names="id"), workspace.retired_path(LAYER))
        write_text_atomic(workspace.operations_path(LAYER), operations_text(book))


def state_of_files(workspace: Workspace, layer: str) -> dict[str, str]:
    """Tell what the files of a layer are now, to see whether someone changed them since.

    Returns
    -------
    dict
        File name -> SHA-256; files that are not there are left out.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.catalogue import create_workspace
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     state_of_files(create_workspace(Path(folder) / "plan"), "parcels")
    {}
    """
    state = {}
    for path in workspace.layer_paths(layer):
        # Another run may take a file away between two looks at it.
        with contextlib.suppress(FileNotFoundError):
            state[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return state
