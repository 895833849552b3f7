"""Floor area ratio, building density, green ratio and height held against their limits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask
from erdao_gis.errors import SchemaError
from erdao_gis.land_use import limit_norms
from erdao_gis.wording import label_list

Norm = dict[str, str]

_ROUNDED = 1e-9
_SUM_OF_LIMITS = "density_and_green_limits"
_BOTH_SIDES = (
    ("floor_area_ratio_min", "floor_area_ratio_max"),
    ("building_density_min", "building_density_max"),
    ("green_ratio_min", "green_ratio_max"),
    ("height_min", "height_max"),
)
_TEXTS = ("parcel", "limit", "value", "bound", "side", "state", "unit", "norm_zh", "norm_en",
          "certainty")  # fmt: skip


def check_limits(
    parcels: pd.DataFrame,
    *,
    values: pd.DataFrame | None = None,
    code: str = "land_use_code",
    industrial_green_max: float | None = None,
    tolerance: float = 0.0,
) -> pd.DataFrame:
    """Hold what is built or planned on each parcel against its limits.

    Floor area ratio, density and height have maxima and the green ratio a minimum; the other
    sides are asked where they are set, as on industrial land, which has at most 20 % green.
    Density and green ratio together cannot exceed 100 %, as built and as limits. Limits that
    contradict each other are ``reversed``: nothing is judged by them. So is the sum of the two
    limits above 100 %: its ``value`` is that sum, nothing that stands there.

    Parameters
    ----------
    parcels
        Frame on the parcel codes with the limits that are known, and perhaps the values:
        ``floor_area_ratio_max``, ``floor_area_ratio_min``, ``building_density_max`` and ``_min``
        (%), ``green_ratio_min`` and ``_max`` (%), ``height_max_m``, ``height_min_m``; the
        land-use code (of any edition) tells what is industrial.
    values
        Frame on the same index with ``floor_area_ratio``, ``building_density`` (%),
        ``green_ratio`` (%) and ``height_m``, as :func:`parcel_intensity` gives them; without it
        these columns of `parcels`.
    code
        Column with the land-use code; parcels without one are held to the general limits.
    industrial_green_max
        Percent, in place of the 20 of the norm, whose wording should be checked.
    tolerance
        By how much a value may pass its bound and still meet it, in the unit of the limit.

    Returns
    -------
    pandas.DataFrame
        One row for each parcel and limit that applies: ``parcel``, ``limit``, ``value``,
        ``bound``, ``side`` (``max`` or ``min``), ``state`` (``met``, ``exceeded``, ``below``,
        ``no_value``, ``no_bound``, ``reversed``), ``unit``, ``norm_zh``, ``norm_en`` and
        ``certainty`` (how sure we are of the norm). ``attrs["ledger"]`` counts rows by state;
        every parcel has a row for each general limit.

    Raises
    ------
    SchemaError
        Values on another index, or figures that are no finite numbers of at least 0.

    Examples
    --------
    >>> plots = pd.DataFrame({"floor_area_ratio_max": [2.0], "floor_area_ratio": [2.5]}, ["A"])
    >>> check_limits(plots).loc[0, ["limit", "state"]].tolist()
    ['floor_area_ratio_max', 'exceeded']
    """
    found = parcels if values is None else values
    if not found.index.equals(parcels.index):
        raise SchemaError("analysis_other_index", {"name": "values"})
    norms: dict[str, Norm] = {
        str(key): {str(name): str(cell) for name, cell in row.items()}
        for key, row in limit_norms().iterrows()
    }
    if industrial_green_max is not None:
        norms["industrial_green_max"]["figure"] = str(float(industrial_green_max))
    case = _Case(parcels=parcels, values=found, tolerance=tolerance)
    reversed_by = _reversed(case, norms, code)
    tables = []
    for key, norm in norms.items():
        subject = _applies(parcels, code, norm["classes"])
        if norm["asked"] == "where_set":
            subject = subject & ~np.isnan(case.bound(norm))
        own = _applies(parcels, code, norm["own_classes"]) & bool(norm["own_classes"])
        tables.append(_rows(case, key, norm, subject, reversed_by, own))
    rows = pd.concat([table for table in tables if len(table)] or tables[:1])
    order = {label: place for place, label in enumerate(parcels.index)}
    rows = rows.sort_values("parcel", key=lambda ids: ids.map(order), kind="stable")
    result = rows.reset_index(drop=True)[list(_TEXTS)]
    result.attrs["ledger"] = {str(k): int(v) for k, v in result["state"].value_counts().items()}
    return result


@dataclass(frozen=True, kw_only=True)
class _Case:
    parcels: pd.DataFrame
    values: pd.DataFrame
    tolerance: float

    def figures(self, frame: pd.DataFrame, column: str) -> Floats:
        """Numbers of a column; NaN where it has none or does not exist."""
        if column not in frame.columns:
            return np.full(len(frame), np.nan)
        numbers = pd.to_numeric(frame[column], errors="coerce").to_numpy(float, na_value=np.nan)
        bad = frame[column].notna().to_numpy(bool) & ~(np.isfinite(numbers) & (numbers >= 0))
        if bad.any():
            facts = {"name": column, "ids": label_list(frame.index[bad])}
            raise SchemaError("parcels_bad_numbers", facts)
        return np.asarray(numbers, dtype=np.float64)

    def value(self, column: str) -> Floats:
        if column == "density_and_green":
            return self.value("building_density") + self.value("green_ratio")
        if column == _SUM_OF_LIMITS:
            most = self.figures(self.parcels, "building_density_max")
            return most + self.figures(self.parcels, "green_ratio_min")
        return self.figures(self.values, column)

    def bound(self, norm: Norm) -> Floats:
        if norm["figure"]:
            return np.full(len(self.parcels), float(norm["figure"]))
        return self.figures(self.parcels, norm["bound_column"])


def _applies(parcels: pd.DataFrame, code: str, classes: str) -> Mask:
    if not classes:
        return np.ones(len(parcels), dtype=bool)
    if code not in parcels.columns:
        return np.zeros(len(parcels), dtype=bool)
    starts = tuple(classes.split(";"))
    told = parcels[code].map(lambda value: isinstance(value, str) and value.startswith(starts))
    return told.to_numpy(bool)


def _reversed(case: _Case, norms: Mapping[str, Norm], code: str) -> Mapping[str, Mask]:
    """Tell for each limit where it contradicts another one."""
    found: dict[str, Mask] = {}
    for least, most in _BOTH_SIDES:
        crossed = case.bound(norms[least]) > case.bound(norms[most]) + _ROUNDED
        found[least] = found[most] = crossed
    industrial = norms["industrial_green_max"]
    green = case.figures(case.parcels, "green_ratio_min")
    subject = _applies(case.parcels, code, industrial["classes"])
    greedy = subject & (green > case.bound(industrial) + _ROUNDED)
    found["industrial_green_max"] = greedy
    found["green_ratio_min"] = found["green_ratio_min"] | greedy
    both = norms[_SUM_OF_LIMITS]
    found[_SUM_OF_LIMITS] = case.value(_SUM_OF_LIMITS) > case.bound(both) + _ROUNDED
    return found


def _rows(
    case: _Case,
    key: str,
    norm: Norm,
    subject: Mask,
    reversed_by: Mapping[str, Mask],
    own: Mask,
) -> pd.DataFrame:
    value, bound = case.value(norm["value_column"])[subject], case.bound(norm)[subject]
    table = pd.DataFrame({"parcel": case.parcels.index[subject], "value": value, "bound": bound})
    over = value > bound + case.tolerance + _ROUNDED
    under = value < bound - case.tolerance - _ROUNDED
    top = norm["bound"] == "max"
    against = reversed_by.get(key, np.zeros(len(case.parcels), dtype=bool))[subject]
    table["state"] = np.select(
        [against, np.isnan(bound), np.isnan(value), over if top else under],
        ["reversed", "no_bound", "no_value", "exceeded" if top else "below"],
        "met",
    )
    table["limit"], table["side"] = key, norm["bound"]
    for column in ("unit", "certainty"):
        table[column] = norm[column]
    for column in ("norm_zh", "norm_en"):
        table[column] = np.where(own[subject], norm[f"own_{column}"], norm[column])
    return table
