"""Reported figures that are no geometry: what the outline states, and what the district fills in.

``layers/statistics/statistics.csv`` ships with what the outline says it has reached; a workspace
adds its own ``statistics.csv`` with the same columns::

    key        register id (IN21), or a key that an indicator names
    part       which of its numbers (IN31: primary), or what it counts (renewal: done)
    feature    feature it belongs to (RA01), empty for the whole district
    operator   =, or >= and <= where only a bound is reported
    value, unit, as_of (a year or date), source_zh, source_en
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from importlib import resources

import pandas as pd

from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.errors import SchemaError
from erdao_gis.files.encodings import decode_text

COLUMNS = (
    "key",
    "part",
    "feature",
    "operator",
    "value",
    "unit",
    "as_of",
    "source_zh",
    "source_en",
)
FILE = "statistics.csv"
_OPERATORS = frozenset({"=", "≈", ">=", "<=", ">", "<"})


def read_statistics(workspace: Workspace | None = None) -> pd.DataFrame:
    """Read the reported figures; rows of the workspace stand over shipped ones of the same time.

    Parameters
    ----------
    workspace
        An opened workspace; None for the shipped figures. Of a fictional town nothing shipped
        is read.

    Returns
    -------
    pandas.DataFrame
        Columns as in the module's account; ``value`` as float, the others as text; sorted.

    Raises
    ------
    SchemaError
        A missing column, or a value, operator or date that is none.

    Examples
    --------
    >>> table = read_statistics()
    >>> table.loc[table["key"] == "IN01", ["value", "unit", "as_of"]].values.tolist()
    [[36.2, '%', '2020']]
    """
    tables = []
    if workspace is None or not workspace.fictional:
        tables.append(_parsed(_shipped_text(), FILE))
    if workspace is not None and (workspace.folder / FILE).exists():
        path = workspace.folder / FILE
        text, _encoding = decode_text(path.read_bytes(), file=path.name)
        tables.append(_parsed(text, path.name))
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"value": float})
    table = pd.concat(tables, ignore_index=True)
    same = ["key", "part", "feature", "as_of"]
    return table.drop_duplicates(same, keep="last").sort_values(same, ignore_index=True)


def _shipped_text() -> str:
    return (resources.files("erdao_gis.shipped") / "statistics" / FILE).read_text("utf-8")


def shipped_statistics_hash() -> str:
    """Return the SHA-256 of the reported figures that ship."""
    return hashlib.sha256(_shipped_text().encode()).hexdigest()


def latest(
    table: pd.DataFrame, key: str, *, part: str = "", feature: str = "", until: str = "9999"
) -> pd.Series | None:
    """Return the newest row of one figure, at the latest of the time ``until``; None if none.

    Times are compared as text from the year on: ``2020`` includes all of 2020.
    """
    rows = table[(table["key"] == key) & (table["part"] == part) & (table["feature"] == feature)]
    rows = rows[rows["as_of"].map(lambda time: time[: len(until)] <= until[: len(time)])]
    return None if rows.empty else rows.sort_values("as_of").iloc[-1]


def _parsed(text: str, file: str) -> pd.DataFrame:
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    found = list(rows[0]) if rows else list(COLUMNS)
    lacking = [column for column in COLUMNS if column not in found]
    if lacking:
        raise SchemaError(
            "indicators_statistics_columns", {"file": file, "columns": ", ".join(lacking)}
        )
    table = []
    for number, cells in enumerate(rows, start=2):
        row = {column: (cells[column] or "").strip() for column in COLUMNS}
        value = _number(row["value"])
        dated = re.match(r"\d{4}($|-)", row["as_of"])
        if value is None or row["operator"] not in _OPERATORS or dated is None:
            facts = {
                "file": file,
                "row": number,
                "found": f"{row['operator']} {row['value']} ({row['as_of']})",
            }
            raise SchemaError("indicators_statistics_row", facts)
        table.append(row | {"value": value})
    return pd.DataFrame(table, columns=list(COLUMNS)).astype({"value": float})


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
