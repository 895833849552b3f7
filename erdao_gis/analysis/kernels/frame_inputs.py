"""What every measure asks of the frames it is given, before anything is computed."""

from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from erdao_gis.crs import require_metres
from erdao_gis.errors import GeometryError, SchemaError
from erdao_gis.wording import label_list

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]
Kind = Literal["areas", "lines", "any"]

_TYPES: dict[Kind, tuple[int, ...]] = {
    "areas": (3, 6),  # Polygon, MultiPolygon
    "lines": (1, 2, 5),  # LineString, LinearRing, MultiLineString
    "any": (0, 1, 2, 3, 4, 5, 6),
}
_KIND_WORDS: dict[Kind, tuple[str, str]] = {
    "areas": ("面", "areas"),
    "lines": ("线", "lines"),
    "any": ("点、线或面", "points, lines or areas"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """The usable part of a frame.

    Rows whose geometry is null or empty have no place; they are kept apart, never dropped
    without a word.
    """

    frame: gpd.GeoDataFrame
    "As it was given; never changed."
    shapes: Shapes
    "Geometries of the placed rows, in two dimensions."
    placed: Positions
    "Positions of the placed rows in the frame."
    completeness: str
    "`complete`, `partial` or `empty` as the layer states it; '' where it says nothing."

    @property
    def unplaced(self) -> tuple[Any, ...]:
        """Labels of the rows without a place."""
        away = np.ones(len(self.frame), dtype=bool)
        away[self.placed] = False
        return tuple(self.frame.index[away])


def given(frame: gpd.GeoDataFrame, role: str, kind: Kind = "any") -> Given:
    """Check the geometries of one frame and part the placed rows from the unplaced.

    Raises
    ------
    GeometryError
        Invalid or not finite geometries, another kind than ``kind``, or no placed row in a
        frame that does not say that its layer is complete or empty.
    """
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    placed = np.flatnonzero(usable)
    stated = str(frame.attrs.get("completeness") or "")
    if not placed.size and stated not in ("complete", "empty"):
        raise GeometryError("analysis_nothing_given", {"role": role, "rows": len(frame)})
    shapes = shapes[placed]
    if shapely.has_z(shapes).any():
        shapes = shapely.force_2d(shapes)
    _require_kind(frame, shapes, placed, role, kind)
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        facts = {
            "role": role,
            "count": int(broken.sum()),
            "ids": label_list(frame.index[placed[broken]]),
            "reason": shapely.is_valid_reason(shapes[broken][0]),
        }
        raise GeometryError("analysis_invalid_geometry", facts)
    return Given(frame=frame, shapes=shapes, placed=placed, completeness=stated)


def _require_kind(
    frame: gpd.GeoDataFrame, shapes: Shapes, placed: Positions, role: str, kind: Kind
) -> None:
    wrong = ~np.isin(shapely.get_type_id(shapes), _TYPES[kind])
    if wrong.any():
        zh, en = _KIND_WORDS[kind]
        facts = {
            "role": role,
            "ids": label_list(frame.index[placed[wrong]]),
            "found": shapes[wrong][0].geom_type,
            "expected_zh": zh,
            "expected_en": en,
        }
        raise GeometryError("analysis_wrong_kind", facts)


def given_together(
    units: gpd.GeoDataFrame,
    other: gpd.GeoDataFrame,
    role: str,
    kind: Kind = "any",
) -> tuple[Given, Given]:
    """Check units (areas) and one more frame that is measured against them, in one CRS."""
    require_metres(units, other)
    return given(units, "units", "areas"), given(other, role, kind)


def positive(value: float, name: str, *, zero: bool = False) -> float:
    """Return a finite positive number, or refuse it by name."""
    number = float(value)
    if not np.isfinite(number) or number < 0 or (number == 0 and not zero):
        facts = {"name": name, "value": value, "sign": "≥ 0" if zero else "> 0"}
        raise SchemaError("analysis_bad_number", facts)
    return number


def per_row(value: float | str | pd.Series, rows: Given, name: str) -> Floats:
    """Give one positive number for each placed row: the same for all, a column's or a Series'.

    Raises
    ------
    SchemaError
        No such column, a Series on another index, or a number missing or not positive.
    """
    if not isinstance(value, str | pd.Series):
        return np.full(len(rows.placed), positive(value, name))
    if isinstance(value, str):
        if value not in rows.frame.columns:
            facts = {"name": name, "column": value, "columns": label_list(rows.frame.columns)}
            raise SchemaError("analysis_no_column", facts)
        series = rows.frame[value]
    elif value.index.equals(rows.frame.index):
        series = value
    else:
        raise SchemaError("analysis_other_index", {"name": name})
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(float, na_value=np.nan)[rows.placed]
    bad = ~(np.isfinite(numbers) & (numbers > 0))
    if bad.any():
        ids = label_list(rows.frame.index[rows.placed[bad]])
        raise SchemaError("analysis_bad_numbers", {"name": name, "ids": ids})
    return np.asarray(numbers, dtype=np.float64)
