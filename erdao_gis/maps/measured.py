"""Measures as classified layers: the figure, its classes, and how it came about."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from itertools import zip_longest

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import green_ratio, service_coverage
from erdao_gis.catalogue import code_lists, supply_record
from erdao_gis.crs import same_crs
from erdao_gis.drawing import classified
from erdao_gis.errors import SchemaError
from erdao_gis.files import Scene, find_scenes
from erdao_gis.indicators.imagery import scene_cover
from erdao_gis.indicators.table import missing_text
from erdao_gis.maps.atlas_source import AtlasSource, spoken
from erdao_gis.maps.atlas_tables import MeasureRow, measure_row, park_reaches
from erdao_gis.maps.content import PageLayer, Pair
from erdao_gis.wording import pair

__all__ = ["MeasuredMap", "input_line", "missing_inputs", "newest_scene", "take_measure"]

_FILE = ("file", "as_of", "sha256")

SCENES = "scenes"
"""Folder of a workspace that holds imagery, and its name among the inputs."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeasuredMap:
    """A measure taken on all units."""

    layer: PageLayer
    """Units with the figure in percent and their classes."""
    against: PageLayer | None
    """What was measured against them, features that do not count left out."""
    whole: float
    """Figure of all measured units together in percent, weighted with their areas; or NaN."""
    state: str
    """value, lower_bound, upper_bound or no_data."""
    method: tuple[tuple[Pair, Pair], ...]
    """How it came about: heading and text, the figure as a whole first."""

    @property
    def whole_line(self) -> Pair:
        """Line that tells the figure as a whole, its state and what is missing."""
        return self.method[0][1]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Taken:
    """Shares on the units' index, with what else is to be said."""

    shares: pd.Series
    state: str
    against: PageLayer | None = None
    parameters: tuple[Pair, ...] = ()
    more: Mapping[str, tuple[Pair, pd.Series]] = dataclasses.field(default_factory=dict)


def newest_scene(source: AtlasSource) -> Scene | None:
    """Return the latest scene of the workspace, by its date."""
    if source.workspace is None:
        return None
    found = find_scenes(source.workspace.folder / SCENES)
    return found[-1] if found else None


def _placed(layer: PageLayer) -> int:
    shapes = layer.frame.geometry
    return int((shapes.notna() & ~shapes.is_empty).sum())


def _units(row: MeasureRow, source: AtlasSource) -> PageLayer | None:
    layers = (source.layer(name) for name in row.units)
    return next((layer for layer in layers if _placed(layer)), None)


def missing_inputs(key: str, source: AtlasSource) -> tuple[str, ...]:
    """Return the inputs without which a measure has no figure: layers, or ``scenes``.

    A layer is missing too where none of its features can count: parks whose size is not known,
    green land that is known as points only.

    Parameters
    ----------
    key
        Name of the measure.
    source
        Layers.

    Examples
    --------
    >>> missing_inputs("coverage", AtlasSource())
    ('residential', 'parks_and_green')
    """
    row = measure_row(key)
    missing = [] if _units(row, source) else [row.units[0]]
    if row.against == SCENES:
        missing += [] if newest_scene(source) else [SCENES]
    elif not len(_COUNTED[key](row, source)):
        missing.append(row.against)
    return tuple(missing)


def _chosen(row: MeasureRow, layer: PageLayer) -> tuple[gpd.GeoDataFrame, int]:
    """Return the features that the measure counts, and how many might count if they said so."""
    frame = layer.frame
    if not row.column or row.column not in frame:
        return frame, 0
    kinds = frame[row.column].astype("string")
    return _kept(frame, kinds.str.startswith(row.prefix, na=False)), int(kinds.isna().sum())


def _kept(frame: gpd.GeoDataFrame, rows: pd.Series) -> gpd.GeoDataFrame:
    """Return some rows of a layer, which stays as complete as it says it is."""
    kept: gpd.GeoDataFrame = frame[rows]
    kept.attrs = dict(frame.attrs)
    return kept


def _reaches(parks: gpd.GeoDataFrame) -> pd.Series:
    """Return how far each park serves by its size; NaN where it is too small or not known."""
    area = parks.geometry.area.where(parks.geometry.area > 0)
    if "area_m2" in parks:
        area = area.fillna(pd.to_numeric(parks["area_m2"], errors="coerce"))
    reach = pd.Series(math.nan, index=parks.index)
    for least, metres in park_reaches():
        reach[area >= least] = metres
    return reach


def _serving(row: MeasureRow, source: AtlasSource) -> gpd.GeoDataFrame:
    """Return the parks that have a place, a class and a size that count."""
    parks, _unknown = _chosen(row, source.layer(row.against))
    return _kept(parks, _reaches(parks).notna() & parks.geometry.notna())


def _coverage(row: MeasureRow, units: gpd.GeoDataFrame, source: AtlasSource) -> _Taken:
    parks, unknown = _chosen(row, source.layer(row.against))
    serving = _serving(row, source)
    said = [
        spoken("reach_text", {"area": f"{least:,.0f}", "reach": f"{metres:g}"})
        for least, metres in park_reaches()
    ]
    facts = {"count": len(serving), "left": len(parks) - len(serving), "unknown": unknown}
    said.append(spoken("reach_counted", facts))
    shares = service_coverage(units, serving, _reaches(serving))
    return _Taken(
        shares=shares,
        state=shares.attrs["state"],
        against=dataclasses.replace(source.layer(row.against), frame=serving),
        parameters=tuple(said),
    )


def _outlines(row: MeasureRow, source: AtlasSource) -> gpd.GeoDataFrame:
    """Return the green land that is known as areas."""
    green, _unknown = _chosen(row, source.layer(row.against))
    return _kept(green, green.geom_type.isin(["Polygon", "MultiPolygon"]))


def _ratio(row: MeasureRow, units: gpd.GeoDataFrame, source: AtlasSource) -> _Taken:
    land, whole = _outlines(row, source), source.layer(row.against)
    if len(land) < len(whole.frame):
        # Green land without an outline is there and not counted: the layer is not complete.
        land.attrs["completeness"] = "partial"
    shares = green_ratio(units, land)
    against = dataclasses.replace(whole, frame=land)
    return _Taken(shares=shares, state=shares.attrs["state"], against=against)


def _cover(row: MeasureRow, units: gpd.GeoDataFrame, source: AtlasSource) -> _Taken:
    scene = newest_scene(source)
    if scene is None:
        raise SchemaError("map_no_scene", {"folder": SCENES})
    table = scene_cover(units, scene, row.threshold)
    facts = {
        "file": scene.path.name,
        "date": scene.date or "",
        "date_from": pair("imagery", f"date_{scene.date_from or 'none'}"),
        "cell": f"{scene.cell_size[0]:g}",
        "threshold": f"{row.threshold:g}",
    }
    said = [spoken("scene_text", facts)]
    if scene.bands.quality:
        said.append(spoken("scene_clouds", {"band": scene.bands.quality.name}))
    if scene.rotated or not same_crs(scene.crs, units.crs):
        said.append(spoken("scene_warped"))
    if table.attrs["missing"]:
        missing = list(table.attrs["missing"])
        reason = Pair(zh=missing_text(missing, "zh"), en=missing_text(missing, "en"))
        said.append(spoken("scene_missing", {"reason": reason}))
    seen = (spoken("seen_percent"), table["seen_share"])
    return _Taken(
        shares=table["green_cover"],
        state=str(table.attrs["state"]),
        parameters=(Pair(zh="".join(s.zh for s in said), en="".join(s.en for s in said)),),
        more={"seen_percent": seen},
    )


_COUNTED: Mapping[str, Callable[[MeasureRow, AtlasSource], gpd.GeoDataFrame]] = {
    "coverage": _serving,
    "green_ratio": _outlines,
}
_TAKE: Mapping[str, Callable[[MeasureRow, gpd.GeoDataFrame, AtlasSource], _Taken]] = {
    "coverage": _coverage,
    "green_ratio": _ratio,
    "green_cover": _cover,
}


def _file_line(key: str, file: str, as_of: str, sha256: str) -> Pair:
    dated = Pair(zh=f"{as_of}，", en=f"{as_of}, ") if as_of else Pair(zh="", en="")
    return spoken(key, {"file": file, "as_of": dated, "sha": sha256[:12]})


def input_line(layer: PageLayer, source: AtlasSource) -> Pair:
    """Return one line on an input: how many features, how complete, from which files.

    Parameters
    ----------
    layer
        A layer of the source.
    source
        Layers.

    Examples
    --------
    >>> source = AtlasSource()
    >>> input_line(source.layer("parcels"), source).en.split(";")[0]
    'Parcels: 0 features, empty'
    """
    lists = code_lists()["completeness"].get(layer.completeness, ("", ""))
    record = supply_record(layer.key, source.workspace) if source.workspace else {}
    files = [_file_line("input_file", *(record.get(key, "") for key in _FILE))] if record else []
    # Tables that were joined to the outlines stand one behind the other.
    joined = (record.get(f"joined_{key}", "").split("; ") for key in _FILE)
    told = zip_longest(*joined, fillvalue="")
    files += [_file_line("input_joined", *facts) for facts in told if facts[0]]
    file = Pair(zh="".join(each.zh for each in files), en="".join(each.en for each in files))
    return spoken(
        "input_text",
        {"layer": layer.title, "count": len(layer.frame), "file": file,
         "completeness": Pair(zh=lists[0], en=lists[1])},
    )  # fmt: skip


def _whole(taken: _Taken, units: gpd.GeoDataFrame) -> tuple[float, Pair]:
    """Return the figure of all measured units together, and the line that tells it."""
    known = taken.shares.notna()
    missing = int((~known).sum())
    if not known.any():
        return math.nan, spoken("whole_none", {"missing": missing})
    area = units.geometry.area
    # At least nothing lies in a unit of which nothing is known: a lower bound counts it in full.
    counted = area if taken.state == "lower_bound" else area[known]
    whole = float((taken.shares * area).sum() / counted.sum() * 100)
    facts = {"value": f"{whole:.1f}", "state": spoken(f"state_{taken.state}"),
             "measured": int(known.sum()), "missing": missing}  # fmt: skip
    return whole, spoken("whole_text", facts)


def take_measure(key: str, source: AtlasSource) -> MeasuredMap:
    """Take a measure on the units of a workspace, ready for a classified map.

    Parameters
    ----------
    key
        Name of the measure.
    source
        Layers; none of the measure's inputs may be missing (see :func:`missing_inputs`).

    Returns
    -------
    MeasuredMap
        Units without a figure are a class of their own.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        An input does not fit; the message names it.
    """
    row = measure_row(key)
    units = _units(row, source)
    if units is None:
        raise SchemaError("map_no_units", {"layers": ", ".join(row.units)})
    taken = _TAKE[key](row, units.frame, source)
    column = f"{key}_percent"
    title = spoken("percent", {"name": row.title})
    figures = (taken.shares * 100).round(1)
    added = {column: figures}
    titles = {**units.column_titles, column: title}
    for name, (told, shares) in taken.more.items():
        added[name] = (shares * 100).round(1)
        titles[name] = told
    frame = units.frame.assign(**added)
    # Rounding in the last place must not put a full share beyond the last limit.
    bounded = (taken.shares * 100).clip(row.breaks[0], row.breaks[-1])
    layer = PageLayer(
        key=key,
        title=title,
        frame=frame,
        column_titles=titles,
        style=row.ramp,
        shown=True,
        classes=classified(bounded, method="given", breaks=row.breaks, unit="%", ramp=row.ramp),
    )
    whole, told = _whole(taken, units.frame)
    method = [(spoken("measure_whole"), told), (spoken("measure_formula"), row.formula)]
    method.append((spoken("measure_units"), input_line(units, source)))
    if row.against != SCENES:
        method.append((spoken("measure_inputs"), input_line(source.layer(row.against), source)))
    method += [(spoken("measure_parameters"), line) for line in taken.parameters]
    method.append((spoken("measure_norm"), row.norm))
    return MeasuredMap(
        layer=layer, against=taken.against, whole=whole, state=taken.state, method=tuple(method)
    )
