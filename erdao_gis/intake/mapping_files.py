"""Pairs of headings and columns that somebody stated: on the command line, or in a file.

The file is a table heading, column, unit; the workspace keeps one for each layer.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from erdao_gis.catalogue.measuring_units import plain_text
from erdao_gis.errors import SchemaError
from erdao_gis.files import read_features

Origin = Literal["told", "file", "kept", "name", "alias"]
"""Where a pair comes from."""

_HEADINGS = ("heading", "column", "unit")
# A spreadsheet computes what begins so; a quote before it keeps it text.
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, kw_only=True)
class StatedPair:
    """A pair that somebody stated."""

    heading: str
    column: str
    "Empty: the heading is kept under its own name."
    unit: str = ""
    "Empty: as the heading says, else the column's."
    origin: Origin = "told"
    where: str = ""
    "File and row it stands in."


def stated_pairs(told: Mapping[str, str]) -> tuple[StatedPair, ...]:
    """Read pairs as a person states them: heading to ``column`` or ``column:unit``.

    Examples
    --------
    >>> stated_pairs({"面积": "area_m2:亩"})[0].unit
    '亩'
    """
    return tuple(
        StatedPair(heading=heading, column=text.partition(":")[0], unit=text.partition(":")[2])
        for heading, text in told.items()
    )


def read_mapping(path: Path, *, origin: Origin) -> tuple[StatedPair, ...]:
    """Read a mapping file: CSV or XLSX with the columns heading, column and unit.

    Raises
    ------
    SchemaError
        Another table, a row without a heading, a heading that stands twice, or a formula without
        a stored value.
    FormatError, UnsafeInputError
        The file cannot be read safely.
    """
    # Its headings stand in the first row, and 备注 or 合计 in it is the heading of a file.
    table = read_features(path, null_geometry="keep", header_row=1)
    named = {plain_text(str(name)): name for name in table.frame.columns}
    if not {"heading", "column"} <= set(named) or "geometry" in table.frame or len(table.rejects):
        facts = {"file": path.name, "headings": ", ".join(map(str, table.frame.columns))}
        raise SchemaError("mapping_file_other", facts)
    if table.uncomputed:
        facts = {"file": path.name, "cells": ", ".join(table.uncomputed)}
        raise SchemaError("mapping_file_formulas", facts)
    found: dict[str, StatedPair] = {}
    for row, cells in table.frame.iterrows():
        heading, column, unit = (
            _stated(cells[named[name]]) if name in named else "" for name in _HEADINGS
        )
        # The heading of the table is row 1 of the sheet.
        where = {"file": path.name, "row": int(str(row)) + 1}
        if not heading or heading in found:
            raise SchemaError("mapping_file_row", where | {"heading": heading})
        told = f"{path.name}: {where['row']}"
        found[heading] = StatedPair(
            heading=heading, column=column, unit=unit, origin=origin, where=told
        )
    return tuple(found.values())


def _stated(value: object) -> str:
    text = "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN
    return text[1:] if text.startswith("'") and text[1:].startswith(_COMPUTED) else text


def mapping_text(pairs: Iterable[StatedPair]) -> str:
    """Write pairs as the CSV that `read_mapping` reads; no cell of it computes in a spreadsheet.

    Examples
    --------
    >>> mapping_text([StatedPair(heading="=1+1", column="", unit="")]).splitlines()[1]
    "'=1+1,,"
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for pair in pairs:
        cells = (pair.heading, pair.column, pair.unit)
        writer.writerow(["'" + text if text.startswith(_COMPUTED) else text for text in cells])
    # A byte order mark, without which Excel takes Chinese for another encoding.
    return "\ufeff" + stream.getvalue()
