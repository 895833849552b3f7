"""Splits, mergers and renumberings recorded of a layer: read by one rule, and never overruled."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.days import is_day
from erdao_gis.errors import FormatError, WorkspaceError
from erdao_gis.files import checked_path
from erdao_gis.files.encodings import decode_text

OPERATION_COLUMNS = ("step", "kind", "date", "from_id", "to_id", "area_m2")
TEXT_MARK = "'"
"""Stands before a code that a spreadsheet program would round or compute."""

_KINDS = ("split", "merge", "renumber")

_Row = tuple[int, str, str, str, str, float]


def recorded_operations(workspace: Workspace, layer: str) -> pd.DataFrame:
    """Read the operations recorded of a layer; empty if there is no record.

    Raises
    ------
    FormatError
        The record is damaged; file and line are named.
    """
    path = workspace.operations_path(layer)
    if not path.exists() and not path.is_symlink():
        return pd.DataFrame(columns=list(OPERATION_COLUMNS))
    return read_operations(path)


def heirs_of_codes(workspace: Workspace, layer: str) -> dict[str, tuple[str, ...]]:
    """Tell which codes took the place of those that operations retired, each step by itself."""
    rows = recorded_operations(workspace, layer)
    found: dict[str, tuple[str, ...]] = {}
    for old, new in zip(rows["from_id"], rows["to_id"], strict=True):
        found[old] = tuple(dict.fromkeys([*found.get(old, ()), new]))
    return found


def require_no_operations(workspace: Workspace, layer: str, *, closing: bool) -> None:
    """Refuse new outlines of a layer whose operations are recorded, unless the record is closed.

    Raises
    ------
    WorkspaceError
        Operations are recorded, and they are not to be closed.
    """
    if closing:
        return
    number = recorded_operations(workspace, layer)["step"].nunique()
    if number:
        raise WorkspaceError("lineage_open", {"layer": layer, "number": number})


def close_operations(workspace: Workspace, layer: str) -> None:
    """Take the record and what it retired away; the history of the workspace keeps both."""
    workspace.operations_path(layer).unlink(missing_ok=True)
    workspace.retired_path(layer).unlink(missing_ok=True)


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
    if tuple(name.strip() for name in header) != OPERATION_COLUMNS:
        facts = {"file": known.name, "found": ",".join(header)[:200]}
        raise FormatError("lineage_header", facts | {"expected": ",".join(OPERATION_COLUMNS)})
    rows = [_row(known.name, line, cells) for line, cells in lines]
    _require_order(known.name, rows, [line for line, _ in lines])
    return pd.DataFrame(rows, columns=list(OPERATION_COLUMNS))


def _row(file: str, line: int, cells: Sequence[str]) -> _Row:
    """Read one line of the file."""
    if len(cells) != len(OPERATION_COLUMNS):
        raise _bad(file, line, "-", ",".join(cells))
    step, kind, date, from_id, to_id, area = cells
    tests = {
        "step": step.isascii() and step.isdigit() and len(step) < 10 and int(step) > 0,  # noqa: PLR2004 - a billion
        "kind": kind in _KINDS,
        "date": is_day(date),
        "from_id": bool(_unmarked(from_id).strip()),
        "to_id": bool(_unmarked(to_id).strip()),
        "area_m2": _is_area(area),
    }
    wrong = next((name for name, right in tests.items() if not right), None)
    if wrong is not None:
        raise _bad(file, line, wrong, cells[OPERATION_COLUMNS.index(wrong)])
    return int(step), kind, date, _unmarked(from_id), _unmarked(to_id), float(area)


def _bad(file: str, line: int, column: str, value: object) -> FormatError:
    facts = {"file": file, "line": line, "column": column, "value": str(value)[:80]}
    return FormatError("lineage_bad_row", facts)


def _is_area(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def _require_order(file: str, rows: Sequence[_Row], lines: Sequence[int]) -> None:
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


def _require_shapes(file: str, rows: Sequence[_Row]) -> None:
    """Hold each step against its kind: a split has one parcel before and several after."""
    steps: dict[int, list[_Row]] = {}
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


def _unmarked(cell: str) -> str:
    return cell.removeprefix(TEXT_MARK)
