"""Types of columns: codes stay text, numbers stay exact, nothing turns into a float by accident."""

import datetime as dt
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from erdao_gis.errors import Finding

_CODE_NAME = re.compile(
    r"(^|[_\W])(id|code|no|fid|uid|guid|uuid|pid|key)$|[a-z](Id|ID|Code|No)$"
    r"|(编号|代码|编码|单元号|标识码|宗地号|地块号|图斑号|登记号|不动产号)$"
    r"|^(BSM|[A-Z_]*(DM|BM|BH|DYH|DKH|ZDH))$",
)
_CODE_NAME_ANY_CASE = re.compile(r"(^|[_\W])(id|code|no|fid|uid|guid|uuid|pid|key)$", re.IGNORECASE)
# As a spreadsheet writes it: 2.2E+18, 2E+18. A code such as 3E12 has neither point nor sign.
_SCIENTIFIC = re.compile(r"^\d(\.\d+[eE]\+?|[eE]\+)\d{2,}$")
_LIKE_SCIENTIFIC = re.compile(r"^\d[eE]\d{2,}$")
_NUMBER = re.compile(r"^-?(0|[1-9]\d{0,14})(\.\d+)?([eE][-+]?\d{1,3})?$")
Plain = bool | int | float | str | None
# Above this a double no longer holds every whole number, and Excel keeps 15 digits only.
_LONGEST_EXACT = 10**15


@dataclass(frozen=True)
class TypedColumn:
    """A column in one type, with what was found on the way.

    Parameters
    ----------
    series
        bool, int64, Int64 (with missing values), float64 or object (text and None).
    faults
        Rows whose value is lost beyond repair (a code that became a rounded number).
    notes
        What is worth knowing.
    """

    series: "pd.Series[Any]"
    faults: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()


def is_code_name(name: str) -> bool:
    """Tell whether a column of this name holds codes, which stay text.

    Examples
    --------
    >>> [is_code_name(name) for name in ("id", "地块编号", "DLBM", "parcelId", "面积")]
    [True, True, True, True, False]
    """
    return bool(_CODE_NAME.search(name) or _CODE_NAME_ANY_CASE.search(name))


def rounded_code(value: object) -> bool:
    """Tell whether a code went through a spreadsheet as a number that keeps 15 digits only.

    Examples
    --------
    >>> [rounded_code(code) for code in (2.2010500100101e18, "2.2E+18", 1101.0, "01")]
    [True, True, False, False]
    """
    if isinstance(value, float):
        return abs(value) >= _LONGEST_EXACT
    return isinstance(value, str) and bool(_SCIENTIFIC.match(value.strip()))


def _plain(value: object) -> Plain:
    """Bring a value to None, bool, int, float or text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _code(name: str, row: int, value: Plain) -> tuple[str | None, Finding | None]:
    """Give a code as text, or the finding that its digits are lost."""
    lost = None
    if isinstance(value, float):
        if not value.is_integer():
            return repr(value), None
        if abs(value) >= _LONGEST_EXACT:
            lost = Finding(row, "code_rounded", {"column": name, "value": f"{value:.15g}"})
        value = int(value)
    elif isinstance(value, str) and _SCIENTIFIC.match(value.strip()):
        lost = Finding(row, "code_rounded", {"column": name, "value": value.strip()})
    return (None if value is None else str(value)), lost


def _codes(name: str, values: list[Plain]) -> TypedColumn:
    pairs = [_code(name, row, value) for row, value in enumerate(values)]
    lost = tuple(finding for _, finding in pairs if finding is not None)
    notes = tuple(
        Finding(row, "code_like_scientific", {"column": name, "value": value})
        for row, value in enumerate(values)
        if isinstance(value, str) and _LIKE_SCIENTIFIC.match(value)
    )
    texts = pd.Series([text for text, _ in pairs], dtype=object)
    return TypedColumn(texts, faults=lost, notes=notes)


def _as_numbers(texts: list[str | None]) -> list[Plain] | None:
    """Read texts as numbers; None when one of them is not a plain number ("01" is a code)."""
    said = [text for text in texts if text is not None]
    if not said or not all(_NUMBER.match(text) for text in said):
        return None
    kind = int if all(text.lstrip("-").isdigit() for text in said) else float
    return [None if text is None else kind(text) for text in texts]


def typed_column(
    name: str, raw: Sequence[object], *, textual: bool = False, text: bool = False
) -> TypedColumn:
    """Give a column one type.

    Parameters
    ----------
    name
        Its name; a code's name keeps the values text.
    raw
        One value a row; None, NaN and NaT are missing.
    textual
        Whether the values are texts that may stand for numbers (CSV), blank meaning missing.
    text
        Whether the values stay text as they are written, like those of a code.

    Returns
    -------
    TypedColumn
        Whole numbers of more than 15 digits become text. Dates become ISO text, lists and
        objects JSON text. A column that mixes numbers and text becomes text, with a note.

    Examples
    --------
    >>> typed_column("dlbm_code", [1, None]).series.tolist()
    ['1', None]
    >>> typed_column("far", ["1.5", "2"], textual=True).series.tolist()
    [1.5, 2.0]
    >>> typed_column("unit", ["01", "02"], textual=True).series.tolist()
    ['01', '02']
    """
    values = [_plain(value) for value in raw]
    code = text or is_code_name(name)
    if textual:
        texts = [value.strip() or None if isinstance(value, str) else None for value in values]
        values = (None if code else _as_numbers(texts)) or list(texts)
    kinds = {type(value) for value in values if value is not None}
    too_long = int in kinds and any(
        isinstance(value, int) and abs(value) >= _LONGEST_EXACT for value in values
    )
    if code or too_long:
        return _codes(name, values)
    return _measured(name, values, kinds)


def _measured(name: str, values: list[Plain], kinds: set[type]) -> TypedColumn:
    """Type a column that holds no codes."""
    missing = None in values
    if kinds == {bool}:
        return TypedColumn(pd.Series(values, dtype="boolean" if missing else "bool"))
    if kinds == {int}:
        return TypedColumn(pd.Series(values, dtype="Int64" if missing else "int64"))
    if kinds in ({float}, {int, float}):
        long = [
            Finding(row, "number_too_long", {"column": name, "value": f"{value:.15g}"})
            for row, value in enumerate(values)
            if isinstance(value, float) and abs(value) >= _LONGEST_EXACT
        ]
        return TypedColumn(pd.Series(values, dtype="float64"), notes=tuple(long[:1]))
    if len(kinds) > 1:
        row = next(row for row, value in enumerate(values) if isinstance(value, str | bool))
        texts = [None if value is None else str(value) for value in values]
        note = Finding(row, "column_mixes_types", {"column": name})
        return TypedColumn(pd.Series(texts, dtype=object), notes=(note,))
    return TypedColumn(pd.Series(values, dtype=object))
