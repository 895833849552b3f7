"""The parcels of a workspace with what was done to them, as its files keep it.

``parcels_operations.csv`` is the flat table of splits, mergers and renumberings, and
``parcels_retired.gpkg`` has the parcels that these took out of force, as they were.
"""

import contextlib
import csv
import datetime as dt
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
from erdao_gis.crs import to_working
from erdao_gis.errors import FormatError, WorkspaceError
from erdao_gis.files import checked_path, read_features, write_features, write_text_atomic
from erdao_gis.files.encodings import decode_text
from erdao_gis.parcels.facts.surroundings import read_parcels
from erdao_gis.wording import label_list

LAYER = "parcels"

_COLUMNS = ("step", "kind", "date", "from_id", "to_id", "area_m2")
_KINDS = ("split", "merge", "renumber")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AGREES = 1e-6
# What a spreadsheet program would compute, round, take for a date or trim; and our own mark.
_NO_PLAIN_TEXT = re.compile(r"[=+\-@'\s]|[\d\s.,:/eE+%-]+$|.*\s$", re.DOTALL)
_MARK = "'"

Row = tuple[int, str, str, str, str, float]


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


def read_operations(path: Path | str) -> pd.DataFrame:
    r"""Read the operations of a book out of its file.

    Parameters
    ----------
    path
        CSV with the columns ``step,kind,date,from_id,to_id,area_m2``; UTF-8, or GB 18030 as
        spreadsheet programs save it. A leading apostrophe before a code only marks it as text.

    Returns
    -------
    pandas.DataFrame
        Step (whole number), kind, date, from_id, to_id (text) and area_m2, in the order done.

    Raises
    ------
    FormatError
        Other columns, a cell that cannot be right, steps or dates out of order, or a code that
        is issued or retired twice (which a cycle would need); file and line are named.
    UnsafeInputError
        A link, or a file beyond the limits.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "operations.csv"
    ...     head = "step,kind,date,from_id,to_id,area_m2\n"
    ...     _ = file.write_text(head + "1,renumber,2025-06-30,'01,A,100.0\n", "utf-8")
    ...     read_operations(file)["from_id"].tolist()
    ['01']
    """
    known = checked_path(path)
    text, _ = decode_text(known.read_bytes(), file=known.name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        header = next(reader, [])
        lines += [(reader.line_num, cells) for cells in reader if any(cells)]
    except csv.Error as error:
        facts = {"file": known.name, "line": reader.line_num, "why": str(error)[:80]}
        raise FormatError("csv_bad", facts) from error
    if tuple(name.strip() for name in header) != _COLUMNS:
        facts = {"file": known.name, "found": ",".join(header)[:200]}
        raise FormatError("lineage_header", facts | {"expected": ",".join(_COLUMNS)})
    rows = [_row(known.name, line, cells) for line, cells in lines]
    _require_order(known.name, rows, [line for line, _ in lines])
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _row(file: str, line: int, cells: Sequence[str]) -> Row:
    """Read one line of the file."""
    if len(cells) != len(_COLUMNS):
        raise _bad(file, line, "-", ",".join(cells))
    step, kind, date, from_id, to_id, area = cells
    tests = {
        "step": step.isascii() and step.isdigit() and len(step) < 10 and int(step) > 0,  # noqa: PLR2004 - a billion
        "kind": kind in _KINDS,
        "date": _is_day(date),
        "from_id": bool(_unmarked(from_id).strip()),
        "to_id": bool(_unmarked(to_id).strip()),
        "area_m2": _is_area(area),
    }
    wrong = next((name for name, right in tests.items() if not right), None)
    if wrong is not None:
        raise _bad(file, line, wrong, cells[_COLUMNS.index(wrong)])
    return int(step), kind, date, _unmarked(from_id), _unmarked(to_id), float(area)


def _bad(file: str, line: int, column: str, value: object) -> FormatError:
    facts = {"file": file, "line": line, "column": column, "value": str(value)[:80]}
    return FormatError("lineage_bad_row", facts)


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _is_area(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def _require_order(file: str, rows: Sequence[Row], lines: Sequence[int]) -> None:
    """Follow the history once: steps count up, days never go back, a code lives once."""
    last_step, last_day, last_kind = 0, "", ""
    issued: dict[str, int] = {}
    retired: dict[str, int] = {}
    for (step, kind, day, old, new, _), line in zip(rows, lines, strict=True):
        if step < last_step or (step > last_step and step != last_step + 1):
            raise _bad(file, line, "step", step)
        if day < last_day or (step == last_step and day != last_day):
            raise _bad(file, line, "date", day)
        if step == last_step and kind != last_kind:
            raise _bad(file, line, "kind", kind)
        # A parcel is retired once and issued once; only within one step do codes repeat.
        again = (
            old
            if retired.get(old, step) != step or issued.get(old) == step
            else new
            if issued.get(new, step) != step or new in retired or new == old
            else None
        )
        if again is not None:
            facts = {"file": file, "line": line, "code": again}
            raise FormatError("lineage_code_again", facts)
        retired[old], issued[new] = step, step
        last_step, last_day, last_kind = step, day, kind
    _require_shapes(file, rows)


def _require_shapes(file: str, rows: Sequence[Row]) -> None:
    """Hold each step against its kind: a split has one parcel before and several after."""
    steps: dict[int, list[Row]] = {}
    for row in rows:
        steps.setdefault(row[0], []).append(row)
    for step, pairs in steps.items():
        kind = pairs[0][1]
        old, new = len({pair[3] for pair in pairs}), len({pair[4] for pair in pairs})
        right = {
            "split": old == 1 and new == len(pairs) > 1,
            "merge": new == 1 and old == len(pairs) > 1,
            "renumber": len(pairs) == 1,
        }
        if not right[kind]:
            facts = {"file": file, "step": step, "kind": kind, "old": old, "new": new}
            raise FormatError("lineage_bad_step", facts)


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
    return f"{_MARK}{code}" if _NO_PLAIN_TEXT.match(code) else code


def _unmarked(cell: str) -> str:
    return cell.removeprefix(_MARK)


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
    writer.writerow(_COLUMNS)
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
    for path in workspace.kept_paths(layer):
        # Another run may take a file away between two looks at it.
        with contextlib.suppress(FileNotFoundError):
            state[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return state
