"""A table's rows joined to features by their code; what does not match is listed both ways."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from erdao_gis.intake.fitting import code_text

_NAMED = 3
_KEPT = 15  # digits of a number in a spreadsheet
_LONGEST = 300  # digits that a float can tell the size of
_DECIMALS = re.compile(r"\.0+$")
_ROUNDED = re.compile(r"^(\d)(?:\.(\d{1,20}))?e\+?(\d{1,2})$")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True, eq=False)
class TableJoin:
    """Features with what a table says of them, and what did not find its other half."""

    frame: gpd.GeoDataFrame
    "All features in their order."
    unmatched: Mapping[int, tuple[str, tuple[str, ...]]]
    "Row of the file -> its code, and codes of features that are written almost so."
    repeated: Mapping[str, tuple[int, ...]]
    "Code of a feature -> the rows of the file that have it; none of them was taken."
    without_row: tuple[str, ...]
    "Features that no row speaks of."
    retyped: tuple[str, ...]
    "Columns of the features that became text, because the table has text in them."
    ledger: Mapping[str, int]
    "rows = joined + unmatched + repeated; features = joined + ambiguous + without_row."


def join_rows(features: gpd.GeoDataFrame, rows: pd.DataFrame) -> TableJoin:
    """Join rows to features by code.

    Parameters
    ----------
    features
        Index: codes as text.
    rows
        Index: row of the file; column ``id`` and others. Cells without a value change nothing.

    Returns
    -------
    TableJoin
        Codes match when they are equal but for blanks around them; nothing else is guessed.

    Examples
    --------
    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame({"use": ["a"]}, geometry=[box(0, 0, 9, 9)], index=["01"], crs=4551)
    >>> joined = join_rows(plots, pd.DataFrame({"id": ["1"], "use": ["b"]}, index=[1]))
    >>> joined.unmatched, joined.without_row
    ({1: ('1', ('01',))}, ('01',))
    """
    places = _places(features.index)
    codes = {int(str(row)): _code(value) for row, value in rows["id"].items()}
    by_feature: dict[int, list[int]] = {}
    unmatched: dict[int, str] = {}
    for row, code in codes.items():
        place = places.get(code)
        if place is None:
            unmatched[row] = code
        else:
            by_feature.setdefault(place, []).append(row)
    once = {place: found[0] for place, found in by_feature.items() if len(found) == 1}
    often = {place: found for place, found in by_feature.items() if len(found) > 1}
    near = NearCodes(features.index)
    without = [str(key) for place, key in enumerate(features.index) if place not in by_feature]
    frame = _filled(features, rows.drop(columns="id"), once)
    return TableJoin(
        frame=frame,
        retyped=tuple(
            str(name)
            for name in features.columns
            if pd.api.types.is_numeric_dtype(features[name])
            and not pd.api.types.is_numeric_dtype(frame[name])
        ),
        unmatched={row: (code, near.codes(code)) for row, code in unmatched.items()},
        repeated={str(features.index[place]): tuple(found) for place, found in often.items()},
        without_row=tuple(without),
        ledger={
            "rows": len(rows),
            "joined": len(once),
            "unmatched": len(unmatched),
            "repeated": sum(map(len, often.values())),
            "features": len(features),
            "ambiguous": len(often),
            "without_row": len(without),
        },
    )


def places_of_rows(features: pd.Index, rows: pd.DataFrame) -> dict[int, int]:
    """Tell which row of a table speaks of which feature; rows that match none are left out.

    Examples
    --------
    >>> places_of_rows(pd.Index(["01", "02"]), pd.DataFrame({"id": ["02 ", "3"]}, index=[1, 2]))
    {1: 1}
    """
    places = _places(features)
    codes = {int(str(row)): _code(value) for row, value in rows["id"].items()}
    return {row: places[code] for row, code in codes.items() if code in places}


def _code(value: Any) -> str:  # noqa: ANN401 - a cell
    return code_text(value).strip() if pd.notna(value) else ""


def _places(index: pd.Index) -> dict[str, int]:
    """Place of each feature by its code, and by its code without blanks if that is one only."""
    found: dict[str, list[int]] = {}
    for place, key in enumerate(index):
        found.setdefault(_code(key), []).append(place)
    places = {code: places[0] for code, places in found.items() if code and len(places) == 1}
    return places | {str(key): place for place, key in enumerate(index) if _code(key)}


def _filled(
    features: gpd.GeoDataFrame, rows: pd.DataFrame, once: Mapping[int, int]
) -> gpd.GeoDataFrame:
    """Put the cells that have a value into the features they belong to."""
    frame = features.copy()
    places, given = list(once), rows.loc[list(once.values())]
    # A GeoPackage tells columns apart without regard to case.
    there = {str(name).casefold(): str(name) for name in frame.columns}
    for heading in given.columns:
        name = there.get(str(heading).casefold(), str(heading))
        cells = given[heading].astype(object)
        # A dash is how notices write that nothing is set.
        said = cells.astype(str).str.strip().str.strip("-–—―/\\")
        filled = cells.notna().to_numpy() & (said != "").to_numpy()
        old = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)
        new = old.astype(object).where(old.notna(), None).to_numpy(dtype=object, copy=True)
        for place, value, wanted in zip(places, cells, filled, strict=True):
            if wanted:
                new[place] = value
        frame[name] = one_type(pd.Series(new, index=frame.index, dtype=object), old, given[heading])
    order = [name for name in frame.columns if name != "geometry"]
    return frame[[*order, "geometry"]]


def one_type(
    values: "pd.Series[Any]", old: "pd.Series[Any]", given: "pd.Series[Any]"
) -> "pd.Series[Any]":
    """Give a column one type again: numbers if both sides have them, else text.

    Parameters
    ----------
    values
        Of both sides mixed.
    old, given
        The column of either side; one without values does not count.

    Examples
    --------
    >>> mixed = pd.Series([1.0, "a"], dtype=object)
    >>> one_type(mixed, pd.Series([1.0]), pd.Series(["a"])).tolist()
    ['1', 'a']
    """
    sides = [side for side in (old, given) if side.notna().any()]
    if sides and all(pd.api.types.is_bool_dtype(side.dropna().infer_objects()) for side in sides):
        return values.astype("boolean").astype(object).where(values.notna(), None)
    if sides and all(pd.api.types.is_numeric_dtype(side) for side in sides):
        return pd.to_numeric(values).astype("float64")
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1:
        return values
    return values.map(code_text, na_action="ignore").where(values.notna(), None)


class NearCodes:
    """Finds codes that a person, or a spreadsheet, may have written otherwise.

    Parameters
    ----------
    codes
        Of the features.

    Examples
    --------
    >>> near = NearCodes(pd.Index(["0012", "2201050010010012345"]))
    >>> near.codes("12.0"), near.codes("2.2E+18"), near.codes("13")
    (('0012',), ('2201050010010012345',), ())
    """

    def __init__(self, codes: pd.Index) -> None:
        self._by_form: dict[str, list[str]] = {}
        for code in map(str, codes):
            self._by_form.setdefault(_loose(code), []).append(code)
        self._digits = [code for code in map(str, codes) if code.isdecimal() and code.isascii()]
        self._by_mantissa: dict[int, dict[str, list[str]]] = {}

    def codes(self, code: str) -> tuple[str, ...]:
        """Give codes that differ by blanks, width, case, leading zeros or lost digits only."""
        if not code:
            return ()
        found = self._by_form.get(_loose(code), [])
        return tuple((found or self._rounded(code))[:_NAMED])

    def _rounded(self, code: str) -> Sequence[str]:
        """Give the codes of which a spreadsheet keeps as much: 2.2E+18, or 15 digits of more."""
        if code.isdecimal() and code.isascii() and _KEPT < len(code) <= _LONGEST:
            shown = _ROUNDED.match(f"{int(code):.{_KEPT - 1}e}")
        else:
            shown = _ROUNDED.match(code.casefold())
        if shown is None:
            return ()
        decimals = min(len(shown[2] or ""), _KEPT - 1)
        if decimals not in self._by_mantissa:
            table: dict[str, list[str]] = {}
            for one in self._digits:
                table.setdefault(f"{float(one[:_LONGEST]):.{decimals}e}", []).append(one)
            self._by_mantissa[decimals] = table
        return self._by_mantissa[decimals].get(f"{float(shown[0]):.{decimals}e}", ())


def _loose(code: str) -> str:
    """Write a code in the form that all its everyday spoilings share."""
    plain = _BLANK.sub("", unicodedata.normalize("NFKC", code)).casefold()
    return _DECIMALS.sub("", plain).lstrip("0")
