"""Everything that is wrong with parcels as they came, in one list with their codes."""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.single_cover import TOLERANCE_M, cover_of
from erdao_gis.analysis.kernels.frame_inputs import Mask, Shapes
from erdao_gis.crs import require_metres
from erdao_gis.errors import Fault, SchemaError
from erdao_gis.land_use import PRESENT_EDITION, class_codes, mixed_codes, require_edition
from erdao_gis.land_use.codes import code_column
from erdao_gis.wording import words

_UNITS = ((10_000.0, "公顷", "hectares"), (10_000 / 15, "亩", "mu"), (1e6, "平方公里", "km²"))
_LIMITS = (
    ("floor_area_ratio_min", "floor_area_ratio_max"),
    ("building_density_min", "building_density_max"),
    ("green_ratio_min", "green_ratio_max"),
    ("height_min_m", "height_max_m"),
)
_PERCENTS = ("building_density_max", "building_density_min", "green_ratio_min", "green_ratio_max",
             "building_density", "green_ratio")  # fmt: skip
_FIGURES = ("floor_area_ratio_max", "floor_area_ratio_min", "floor_area_ratio", "height_max_m",
            "height_min_m", "height_m", "area_m2")  # fmt: skip
_UNIT_SLACK = 0.05


@dataclass(frozen=True, kw_only=True)
class AuditRules:
    """How strictly parcels are looked at."""

    code: str = "land_use_code"
    "Column with the land-use codes."
    edition: str = PRESENT_EDITION
    "Edition of the codes."
    tolerance_m: float = TOLERANCE_M
    "Width in metres up to which an overlap is rounding."
    area_percent: float = 2.0
    "By how much a stated area may differ from the outline."


@dataclass(frozen=True, kw_only=True, eq=False)
class ParcelAudit:
    """What was found, and that no row went missing."""

    faults: tuple[Fault, ...]
    "All findings, each with the parcel's code."
    usable: pd.Index
    "Codes of the parcels that every function takes as they are."
    ledger: dict[str, float]
    "rows = usable + no_geometry + not_area + invalid + repeated; area_m2 and usable_m2."


def audit_parcels(
    parcels: gpd.GeoDataFrame, *, rules: AuditRules | None = None, name: str = "parcels"
) -> ParcelAudit:
    """List every fault of parcels; none of them is dropped or mended.

    Looked for are missing, repeated and numeric codes, missing, self-crossing and repeated
    outlines, overlaps, land-use codes that are numbers, missing, mixed (0901/0902), unknown or of
    the third survey, stated areas in another unit or far from the outline, limits that are
    reversed or exclude each other, and percentages given as shares.

    Parameters
    ----------
    parcels
        As they came, in metres (EPSG:4551), index: the parcel codes.
    rules
        Columns, edition and tolerances.
    name
        File or layer, for the messages.

    Raises
    ------
    CRSError
        Degrees, Web Mercator or no CRS: nothing could be measured.
    SchemaError
        An edition that does not exist.

    Examples
    --------
    >>> from shapely import box
    >>> shapes = [box(0, 0, 10, 10), box(9, 0, 20, 10)]
    >>> plots = gpd.GeoDataFrame(geometry=shapes, index=["A", "B"], crs=4551)
    >>> [(fault.rule, fault.feature) for fault in audit_parcels(plots).faults]
    [('parcels_overlap', 'A')]
    """
    rules = rules or AuditRules()
    require_metres(parcels)
    require_edition(rules.edition)
    shapes = np.asarray(parcels.geometry.to_numpy(), dtype=object)
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    flat = ~none & (shapely.get_dimensions(shapes) != 2)  # noqa: PLR2004 - areas
    broken = ~none & ~flat & ~shapely.is_valid(shapes)
    whole = ~(none | flat | broken)
    again = whole & parcels.index.duplicated(keep=False)
    found = _Findings(name, parcels, rules)
    faults = [
        *found.of_codes(),
        *found.of_shapes(none, flat, broken),
        *found.of_cover(whole),
        *found.of_use(),
        *found.of_areas(whole),
        *found.of_limits(),
    ]
    sizes = np.where(none, 0.0, shapely.area(shapes))
    usable = whole & ~again
    ledger = {
        "rows": float(len(parcels)),
        "usable": float(usable.sum()),
        "no_geometry": float(none.sum()),
        "not_area": float(flat.sum()),
        "invalid": float(broken.sum()),
        "repeated": float(again.sum()),
        "area_m2": float(sizes.sum()),
        "usable_m2": float(sizes[usable].sum()),
    }
    return ParcelAudit(faults=tuple(faults), usable=parcels.index[usable], ledger=ledger)


def _short(value: object) -> object:
    """Round a figure to what a person reads: 18666.67."""
    if isinstance(value, float) and np.isfinite(value):
        return np.format_float_positional(value, precision=2, trim="0")
    return value


def _titles(**columns: str) -> dict[str, object]:
    """Give columns by name, and by their title in both languages."""
    known = words("parcels")
    found: dict[str, object] = dict(columns)
    for fact, column in columns.items():
        keys = (f"column_{column}", f"limit_{column}")
        title = next((known[key] for key in keys if key in known), {"zh": column, "en": column})
        found |= {f"{fact}_zh": title["zh"], f"{fact}_en": title["en"]}
    return found


def _where(mask: Mask) -> list[int]:
    places: list[int] = np.flatnonzero(mask).tolist()
    return places


@dataclass(frozen=True)
class _Findings:
    name: str
    parcels: gpd.GeoDataFrame
    rules: AuditRules

    def fault(self, place: int, rule: str, **facts: object) -> Fault:
        feature = str(self.parcels.index[place])
        return Fault(file=self.name, feature=feature, rule=rule, facts=facts)

    def numbers(self, column: str) -> "pd.Series[float]":
        """Figures of a column; NaN where it has none."""
        if column not in self.parcels.columns:
            return pd.Series(np.nan, index=self.parcels.index, dtype="float64")
        figures: pd.Series[float] = pd.to_numeric(self.parcels[column], errors="coerce")
        return figures.astype("float64")

    def of_codes(self) -> Iterator[Fault]:
        index = self.parcels.index
        if pd.api.types.is_numeric_dtype(index):
            found = index[0] if len(index) else ""
            yield Fault(file=self.name, feature="", rule="parcels_numeric_code",
                        facts={"column": str(index.name or "id"), "found": found})  # fmt: skip
            return
        for place, label in enumerate(index):
            if pd.isna(label) or not str(label).strip():
                yield self.fault(place, "parcels_missing_code", row=place + 1)
            elif not isinstance(label, str):
                yield self.fault(
                    place, "parcels_numeric_code", column=str(index.name or "id"), found=label
                )
        counts = index.value_counts()
        for label, count in counts[counts > 1].items():
            yield Fault(file=self.name, feature=str(label), rule="parcels_duplicate_code",
                        facts={"count": int(count)})  # fmt: skip

    def of_shapes(self, none: Mask, flat: Mask, broken: Mask) -> Iterator[Fault]:
        shapes = self.parcels.geometry.to_numpy()
        for place in _where(none):
            yield self.fault(place, "parcels_null_geometry")
        for place in _where(flat):
            yield self.fault(place, "parcels_not_area", found=shapes[place].geom_type)
        for place in _where(broken):
            reason = shapely.is_valid_reason(shapes[place])
            yield self.fault(place, "parcels_self_crossing", reason=reason)

    def of_cover(self, whole: Mask) -> Iterator[Fault]:
        places = _where(whole)
        shapes: Shapes = np.asarray(self.parcels.geometry.to_numpy(), dtype=object)[places]
        cover = cover_of(shapes, tolerance_m=self.rules.tolerance_m)
        same = shapely.equals(shapes[cover.first], shapes[cover.second])
        pairs = zip(cover.first.tolist(), cover.second.tolist(), cover.overlaps, same, strict=True)
        for one, other, shape, equal in pairs:
            second = str(self.parcels.index[places[other]])
            if equal:
                yield self.fault(places[one], "parcels_duplicate_shape", other=second)
                continue
            facts = {"area_m2": f"{shape.area:.3f}", "tolerance_m": self.rules.tolerance_m}
            yield self.fault(places[one], "parcels_overlap", other=second, **facts)

    def of_use(self) -> Iterator[Fault]:
        column = self.rules.code
        if column not in self.parcels.columns:
            return
        values = self.parcels[column]
        wrong = values.notna() & ~values.map(lambda value: isinstance(value, str)).astype(bool)
        for place in _where(wrong.to_numpy(bool)):
            found = values.iloc[place]
            yield self.fault(place, "parcels_numeric_code", column=column, found=found)
        try:
            codes = code_column(values.mask(wrong), column, self.rules.edition)
        except SchemaError as error:  # a whole set of other codes is one fault
            yield Fault(file=self.name, feature="", rule=error.key, facts=error.facts)
            return
        known = codes.isin(class_codes(self.rules.edition)).to_numpy(bool)
        empty = codes.isna().to_numpy(bool) & ~wrong.to_numpy(bool)
        for place in _where(empty):
            yield self.fault(place, "parcels_no_use")
        for place in _where(~known & codes.notna().to_numpy(bool)):
            found = str(codes.iloc[place])
            parts = mixed_codes(found)
            if parts:
                facts = {"found": found, "parts": ", ".join(parts)}
                yield self.fault(place, "parcels_mixed_code", **facts)
                continue
            facts = {"found": found, "edition": self.rules.edition}
            yield self.fault(place, "parcels_unknown_code", **facts)

    def of_areas(self, whole: Mask) -> Iterator[Fault]:
        stated = self.numbers("area_m2").to_numpy(float)
        drawn = self.parcels.area.to_numpy(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = drawn / stated
        off = whole & (stated > 0) & (np.abs(ratio - 1) > self.rules.area_percent / 100)
        for place in _where(off):
            facts: dict[str, object] = {
                "stated": _short(stated[place]),
                "drawn": f"{drawn[place]:.1f}",
            }
            for factor, zh, en in _UNITS:
                if abs(ratio[place] / factor - 1) < _UNIT_SLACK:
                    yield self.fault(place, "parcels_area_unit", unit_zh=zh, unit_en=en, **facts)
                    break
            else:
                percent = self.rules.area_percent
                yield self.fault(place, "parcels_area_differs", percent=percent, **facts)

    def of_limits(self) -> Iterator[Fault]:
        for lower, upper in _LIMITS:
            low, high = self.numbers(lower).to_numpy(), self.numbers(upper).to_numpy()
            for place in _where(low > high):
                facts = {"lower_value": _short(low[place]), "upper_value": _short(high[place])}
                names = _titles(lower=lower, upper=upper)
                yield self.fault(place, "parcels_limits_reversed", **names, **facts)
        density = self.numbers("building_density_max").to_numpy()
        green = self.numbers("green_ratio_min").to_numpy()
        for place in _where(density + green > 100):  # noqa: PLR2004 - percent
            facts = {"density": _short(density[place]), "green": _short(green[place])}
            yield self.fault(place, "parcels_limits_exclude", **facts)
        for column in (*_PERCENTS, *_FIGURES):
            yield from self._bad_figures(column)

    def _bad_figures(self, column: str) -> Iterator[Fault]:
        if column not in self.parcels.columns:
            return
        given, figures = self.parcels[column], self.numbers(column).to_numpy()
        percent = column in _PERCENTS
        top = 100.0 if percent else np.inf
        bad = given.notna().to_numpy(bool) & ~((figures >= 0) & (figures <= top))
        bad |= np.isinf(figures)
        for place in _where(bad):
            scope = "0–100" if percent else "0–∞"
            yield self.fault(
                place,
                "parcels_bad_figure",
                **_titles(column=column),
                found=_short(given.iloc[place]),
                range=scope,
            )
        if percent:
            for place in _where((figures > 0) & (figures <= 1)):
                facts = {**_titles(column=column), "found": _short(figures[place])}
                yield self.fault(place, "parcels_share_for_percent", **facts)
