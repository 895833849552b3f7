"""Columns that say yes or no, read by one rule: T, 1, 是 and viaduct are words for a code.

The words are rows of ``layers/catalogue/yes_no_words.csv``, each with the code lists that know
it: ``yes_no``, and for streets ``bridge`` and ``tunnel``, where a bare yes means a bridge in the
one and a tunnel in the other. Blanks, case and full-width letters do not matter; truth values
and numbers are read as they are written. A missing value is no: nobody draws what is not there.

A word that is neither is never taken for one of them. Where values come from a file it is a
fault of the import; a measure has no list of faults and refuses its frame with an error that
names feature and value, because either guess would be a figure that nobody asked for.
"""

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from erdao_gis.errors import SchemaError
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import label_list

WORD_LISTS = ("yes_no", "bridge", "tunnel")
"""Code lists whose codes are also written in other words."""

_NO = "no"
_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class _Word:
    """A row of ``layers/catalogue/yes_no_words.csv``."""

    lists: tuple[str, ...]
    word: str
    code: str


@functools.cache
def _words(codes: str) -> Mapping[str, str]:
    """Give word -> code of one list; what yes and no mean there is looked up once more."""
    lists: dict[str, dict[str, str]] = {}
    for row in shipped_rows("catalogue/yes_no_words", _Word):
        for name in row.lists:
            lists.setdefault(name, {})[row.word] = row.code
    own = lists[codes]
    plain = {word: own.get(code, code) for word, code in lists["yes_no"].items()}
    return own | {word: code for word, code in plain.items() if word not in own}


def _written(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """Write a value as the table of words does; empty where it is missing."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, Real) and not isinstance(value, bool):
        return str(value + 0)  # there is no -0
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def as_codes(values: "pd.Series[Any]", codes: str = "yes_no") -> "pd.Series[Any]":
    """Write codes for the words of a column.

    Parameters
    ----------
    values
        Text, truth values or numbers.
    codes
        One of `WORD_LISTS`.

    Returns
    -------
    pandas.Series
        On the same index; what is missing or no such word stays as it is.

    Examples
    --------
    >>> as_codes(pd.Series(["T", "否", "maybe", None], dtype=object)).tolist()
    ['yes', 'no', 'maybe', None]
    """
    known = _words(codes)
    return pd.Series(
        [known.get(_written(value), value) for value in values], values.index, dtype=object
    )


def read_codes(
    values: "pd.Series[Any]", codes: str = "yes_no", *, file: str = ""
) -> "pd.Series[str]":
    """Read every row of a column; a missing value is no.

    Parameters
    ----------
    values
        Text, truth values or numbers; the index names the features, ``values.name`` the column.
    codes
        One of `WORD_LISTS`.
    file
        File or layer, for the error.

    Returns
    -------
    pandas.Series
        Codes of the list (``yes``, ``bridge``, ``tunnel``) or ``no``, on the same index.

    Raises
    ------
    SchemaError
        Words that mean neither, with their features.

    Examples
    --------
    >>> read_codes(pd.Series(["viaduct", "F", None], dtype=object), "bridge").tolist()
    ['bridge', 'no', 'no']
    """
    known = _words(codes)
    found = [known.get(text) if text else _NO for text in map(_written, values)]
    if None in found:
        wrong = [
            f"{feature} '{value}'"
            for feature, value, code in zip(values.index, values, found, strict=True)
            if code is None
        ]
        raise _unknown(wrong, codes, file, str(values.name))
    return pd.Series(found, values.index, dtype=object)


def is_yes(value: object, *, file: str = "", feature: str = "", column: str = "") -> bool:
    """Tell whether one value means yes; a missing one does not.

    Parameters
    ----------
    value
        Text, truth value or number.
    file, feature, column
        Where it stands, for the error.

    Raises
    ------
    SchemaError
        A word that means neither.

    Examples
    --------
    >>> is_yes("Y"), is_yes(0), is_yes("")
    (True, False, False)
    """
    text = _written(value)
    code = _words("yes_no").get(text) if text else _NO
    if code is None:
        raise _unknown([f"{feature} '{value}'".strip()], "yes_no", file, column)
    return code == "yes"


def _unknown(wrong: list[str], codes: str, file: str, column: str) -> SchemaError:
    words: dict[str, list[str]] = {}
    for word, code in _words(codes).items():
        words.setdefault(code, []).append(word)
    expected = "; ".join(f"{code} ({', '.join(some[:_SHOWN])} …)" for code, some in words.items())
    facts = {"file": file, "column": column, "values": label_list(wrong)}
    return SchemaError("yes_no_unknown", facts | {"expected": expected})
