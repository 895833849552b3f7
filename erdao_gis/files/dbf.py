"""The attribute table of a shapefile, read exactly.

GDAL turns numbers of more than 18 digits into doubles, cannot tell which of two encodings a
table is in, and reads fewer rows than the header says without a word. The format is simple
enough to be read here.
"""

import struct
from dataclasses import dataclass
from typing import Any

from erdao_gis.errors import FormatError
from erdao_gis.files.encodings import decode_fields
from erdao_gis.files.size_limits import DEFAULT_LIMITS, Limits, check_table_size

_HEADER = 32
_DESCRIPTOR = 32
_END_OF_FIELDS = 0x0D
_DELETED = 0x2A
# Language driver ids of the header that say something certain.
_LANGUAGES = {0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950", 0x7A: "gbk"}
_TEXT_TYPES = "CVW"
_NUMBER_TYPES = "NF"


@dataclass(frozen=True)
class AttributeTable:
    """Attributes of a shapefile.

    Parameters
    ----------
    columns
        Values by column name: text, int, float, bool, ISO dates; None where blank.
    rows
        Number of records, deleted ones included.
    deleted
        Positions of records marked as deleted.
    encoding
        What the texts are in.
    cut
        Texts that end in the middle of a character, because the field is too narrow.
    """

    columns: dict[str, list[Any]]
    rows: int
    deleted: tuple[int, ...]
    encoding: str
    cut: int


@dataclass(frozen=True)
class _Field:
    name: bytes
    kind: str
    start: int
    width: int
    decimals: int


def _fields(data: bytes, header_bytes: int, file: str) -> list[_Field]:
    fields: list[_Field] = []
    start, at = 1, _HEADER
    while at + _DESCRIPTOR <= header_bytes and data[at] != _END_OF_FIELDS:
        name = data[at : at + 11].split(b"\x00", 1)[0]
        kind = chr(data[at + 11])
        width, decimals = data[at + 16], data[at + 17]
        if kind == "C":  # long texts keep the upper byte of their width in the decimals
            width, decimals = width + 256 * decimals, 0
        fields.append(_Field(name, kind, start, width, decimals))
        start += width
        at += _DESCRIPTOR
    if not fields:
        raise FormatError("table_damaged", {"file": file})
    return fields


def read_dbf(
    data: bytes,
    *,
    file: str,
    encoding: str | None = None,
    hint: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> AttributeTable:
    """Read a dBASE table from its bytes.

    Parameters
    ----------
    data
        The whole .dbf file.
    file
        Its name, for messages.
    encoding
        What the user states; must fit.
    hint
        What the .cpg file states; often wrong, so it is checked against the bytes.
    limits
        Of columns and values.

    Raises
    ------
    FormatError
        Not a table, cut off, or in no known encoding.
    UnsafeInputError
        Beyond the limits.
    """
    if len(data) < _HEADER:
        raise FormatError("table_damaged", {"file": file})
    count, header_bytes, record_bytes = struct.unpack("<IHH", data[4:12])
    fields = _fields(data, min(header_bytes, len(data)), file)
    if record_bytes < fields[-1].start + fields[-1].width:
        raise FormatError("table_damaged", {"file": file})
    there = (len(data) - header_bytes) // record_bytes
    if there < count:
        raise FormatError("table_cut_off", {"file": file, "rows": there, "expected": count})
    check_table_size(file, rows=count, columns=len(fields), limits=limits)
    records = [
        data[at : at + record_bytes]
        for at in range(header_bytes, header_bytes + count * record_bytes, record_bytes)
    ]
    cells = [[record[f.start : f.start + f.width] for record in records] for f in fields]
    texts = [
        (f.width, [cell.rstrip(b" \x00") for cell in column])
        for f, column in zip(fields, cells, strict=True)
        if f.kind in _TEXT_TYPES
    ]
    # Names are cut at 10 bytes, in the middle of a character if need be.
    names = (10, [f.name for f in fields])
    decoded, used, cut = decode_fields(
        [names, *texts],
        file=file,
        stated=encoding,
        hint=hint or _LANGUAGES.get(data[29]),
    )
    columns = _columns(fields, cells, decoded, file)
    deleted = tuple(row for row, record in enumerate(records) if record[0] == _DELETED)
    return AttributeTable(columns, count, deleted, used, cut)


def _columns(
    fields: list[_Field], cells: list[list[bytes]], decoded: list[list[str]], file: str
) -> dict[str, list[Any]]:
    names, *texts = decoded
    waiting = iter(texts)
    columns: dict[str, list[Any]] = {}
    for field, name, column in zip(fields, names, cells, strict=True):
        values: list[Any]
        if field.kind in _TEXT_TYPES:
            values = [text or None for text in next(waiting)]
        elif field.kind in _NUMBER_TYPES:
            values = [_number(cell, file) for cell in column]
        elif field.kind == "L":
            values = [_flag(cell) for cell in column]
        elif field.kind == "D":
            values = [_date(cell) for cell in column]
        else:
            continue  # memo and binary fields live in other files
        columns[_unused(name.strip() or "field", columns)] = values
    return columns


def _unused(name: str, columns: dict[str, list[Any]]) -> str:
    """Names cut at 10 bytes may coincide; "geometry" is taken by the shapes."""
    taken = {*columns, "geometry"}
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _number(cell: bytes, file: str) -> int | float | None:
    text = cell.strip(b" \x00")
    if not text or text.strip(b"*") == b"":  # stars: the writer's number did not fit
        return None
    try:
        return int(text) if text.lstrip(b"+-").isdigit() else float(text)
    except ValueError as error:
        raise FormatError("table_damaged", {"file": file}) from error


def _flag(cell: bytes) -> bool | None:
    if cell[:1] in b"YyTt" and cell[:1]:
        return True
    return False if cell[:1] and cell[:1] in b"NnFf" else None


def _date(cell: bytes) -> str | None:
    text = cell.strip(b" \x00").decode("ascii", "replace")
    if len(text) != len("YYYYMMDD") or text == "00000000":
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
