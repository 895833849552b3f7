"""Facts as rows: a CSV of ``layers/`` becomes frozen dataclasses, each cell by its field's type.

A field is read from the column of its name; a `Pair` from ``<name>_zh`` and ``<name>_en``. Lists
stand in one cell, parted by ``;``, mappings as ``key=value;key=value``. Nothing is guessed: a
column too many, a missing one or a cell of another type is an error that names file, row and
column.
"""

import csv
import dataclasses
import functools
import io
import types
import typing
from collections.abc import Hashable, Mapping
from importlib import resources
from typing import Any, Literal, TypeVar, cast

from erdao_gis.errors import SchemaError
from erdao_gis.wording import Pair

Row = TypeVar("Row")

_YES_NO = {"yes": True, "no": False, "": False}


def shipped_rows(table: str, kind: type[Row]) -> tuple[Row, ...]:
    r"""Read a shipped table once.

    Parameters
    ----------
    table
        Path under ``layers/`` without its ending, such as ``catalogue/units``.
    kind
        Frozen dataclass with a field for each column.

    Raises
    ------
    SchemaError
        The table does not fit the dataclass.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True, kw_only=True)
    ... class Reach:
    ...     key: str
    ...     title: Pair
    >>> rows_of("key,title_zh,title_en\na,近,near\n", Reach, file="reach.csv")[0].title.en
    'near'
    """
    return cast("tuple[Row, ...]", _shipped(table, cast("Hashable", kind)))


@functools.cache
def _shipped(table: str, kind: Hashable) -> tuple[Any, ...]:
    folder, _, name = table.rpartition("/")
    path = resources.files("erdao_gis.shipped") / folder / f"{name}.csv"
    return rows_of(path.read_text("utf-8"), cast("type[Any]", kind), file=f"{table}.csv")


def rows_of(text: str, kind: type[Row], *, file: str) -> tuple[Row, ...]:
    r"""Read the rows of a CSV text.

    Parameters
    ----------
    text
        With a row of headings; a byte order mark is passed over.
    kind
        Frozen dataclass; fields with a default may lack their column, or leave their cell empty.
    file
        Name for messages.

    Raises
    ------
    SchemaError
        Columns or cells that do not fit; the first is named with its row (2 is the first below
        the headings).

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True, kw_only=True)
    ... class Class:
    ...     code: str
    ...     low: float | None
    ...     words: tuple[str, ...]
    >>> rows_of("code,low,words\n07,,a;b\n", Class, file="classes.csv")
    (Class(code='07', low=None, words=('a', 'b')),)
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]  # a dataclass by contract
    hints = typing.get_type_hints(kind)
    needed = {column for field in fields for column in _columns(field.name, hints[field.name])}
    there = set(reader.fieldnames or ())
    spare = {
        column
        for field in fields
        if field.default is not dataclasses.MISSING
        for column in _columns(field.name, hints[field.name])
    }
    if there - needed or needed - there - spare:
        facts = {
            "file": file,
            "foreign": ", ".join(sorted(there - needed)) or "-",
            "missing": ", ".join(sorted(needed - there - spare)) or "-",
        }
        raise SchemaError("rows_columns", facts)
    found = []
    for number, cells in enumerate(reader, start=2):
        values = {
            field.name: _value(field.name, hints[field.name], cells, file, number)
            for field in fields
            if there.issuperset(_columns(field.name, hints[field.name]))
            and (field.default is dataclasses.MISSING or cells.get(field.name) != "")
        }
        found.append(kind(**values))
    return tuple(found)


def _columns(name: str, hint: Any) -> tuple[str, ...]:  # noqa: ANN401 - any type of a field
    return (f"{name}_zh", f"{name}_en") if hint is Pair else (name,)


def _value(name: str, hint: Any, cells: Mapping[str, str], file: str, number: int) -> object:  # noqa: ANN401
    if hint is Pair:
        return Pair(zh=cells[f"{name}_zh"], en=cells[f"{name}_en"])
    text = cells[name]
    try:
        return _read(text or "", hint)
    except (ValueError, KeyError) as error:
        facts = {"file": file, "row": number, "column": name, "found": text}
        raise SchemaError("rows_cell", facts | {"expected": _named(hint)}) from error


def _read(text: str, hint: Any) -> object:  # noqa: ANN401
    """Read a cell as a type; ValueError or KeyError where it is none."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        plain = next(each for each in inner if each is not types.NoneType)
        return _read(text, plain) if text else None
    if origin is Literal:
        return {str(each): each for each in inner}[text]
    parts = [part for part in text.split(";") if part]
    if origin is tuple:
        kinds = [inner[0]] * len(parts) if inner[-1] is Ellipsis else inner
        return tuple(_read(part, each) for part, each in zip(parts, kinds, strict=True))
    if origin is Mapping:
        return dict(map(_pair_of, parts))
    return _YES_NO[text] if hint is bool else hint(text)


def _pair_of(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise ValueError(text)
    return key, value


def _named(hint: Any) -> str:  # noqa: ANN401
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
