"""The catalogue's layers under the names that the parcel functions know them by."""

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import shapely

from erdao_gis.analysis import CROSSED_BY
from erdao_gis.catalogue import Dataset, Place
from erdao_gis.crs import WORKING

_MEMBERSHIPS = ("zones", "belts", "clusters", "cores", "nodes", "subdistricts")
_RIVER = ("river_management",)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Rows of a layer: those whose column has some values, or has none of them."""

    layer: str
    column: str
    codes: Collection[str]
    other: bool = False


_PARTS = {
    # Nobody boards at a station that is being built.
    "metro_stations": _Part(
        layer="metro_stations", column="state", codes=("under_construction",), other=True
    ),
    # What has no class yet is known by a park's name.
    "parks": _Part(
        layer="parks_and_green",
        column="green_class",
        codes=("G2", "G3", "RG", "XG", "EG"),
        other=True,
    ),
    "schools": _Part(
        layer="facilities_inventory",
        column="facility_type",
        codes=("primary_school", "secondary_school"),
    ),
    "clinics": _Part(layer="facilities_inventory", column="facility_type", codes=("clinic",)),
    "river_setback": _Part(layer="protected_land", column="protection", codes=_RIVER),
    # No layer tells where the ground subsides: nothing is known, which is not "nowhere".
    "subsidence": _Part(layer="protected_land", column="protection", codes=("subsidence",)),
    "protected_land": _Part(layer="protected_land", column="protection", codes=_RIVER, other=True),
}


def _completeness(frame: gpd.GeoDataFrame) -> str:
    """Tell what a measure may count on: a partial layer without any place tells nothing."""
    stated = str(frame.attrs.get("completeness") or "partial")
    return "empty" if stated == "partial" and not frame.geometry.notna().any() else stated


def as_areas(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the rows that have an area or no place; a park known as a point covers no ground.

    The layer is partial then, or empty where it has no areas at all.
    """
    flat = frame.geom_type.isin(["Point", "MultiPoint", "LineString", "MultiLineString"])
    kept = frame.loc[~flat].copy()
    stated = str(frame.attrs.get("completeness") or "partial")
    kept.attrs = {**frame.attrs, "completeness": "partial" if flat.any() else stated}
    kept.attrs["completeness"] = _completeness(kept)
    return kept


def _layer(name: str, dataset: Dataset) -> gpd.GeoDataFrame:
    frame = dataset.layer(name)
    frame.attrs = {"layer": name, "completeness": _completeness(frame)}
    return frame


def _rows(part: _Part, dataset: Dataset) -> gpd.GeoDataFrame:
    frame = dataset.layer(part.layer)
    chosen = frame.loc[frame[part.column].isin(part.codes) != part.other].copy()
    chosen.attrs = dict(frame.attrs)
    known = "empty" if "subsidence" in part.codes and chosen.empty else _completeness(chosen)
    chosen.attrs = {"layer": part.layer, "completeness": known}
    return as_areas(chosen) if part.layer == "protected_land" else chosen


def surroundings(place: Place = None) -> dict[str, gpd.GeoDataFrame]:
    """Read what `parcel_facts` takes: areas, places, roads and what stands against building.

    Stations under construction are left out, and green that is no park; schools are primary and
    secondary ones, clinics community health services. River management areas are the
    ``river_setback``, all other protected land is ``protected_land``.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped layers.

    Returns
    -------
    dict
        Name -> frame in EPSG:4551; ``attrs["completeness"]`` is ``empty`` where a layer of
        ours is not known to hold anything, so that figures resting on it are "no data".

    Examples
    --------
    >>> around = surroundings()
    >>> around["subsidence"].attrs["completeness"], len(around["nodes"])
    ('empty', 8)
    """
    dataset = Dataset.open(place)
    found = {name: _layer(name, dataset) for name in _MEMBERSHIPS}
    found |= {name: _rows(part, dataset) for name, part in _PARTS.items()}
    return found | {"roads": _layer("roads", dataset)}


def crossing_lines(place: Place = None) -> dict[str, gpd.GeoDataFrame]:
    """Read the roads, rivers and railways that `parcel_crossings` looks at.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped layers.

    Returns
    -------
    dict
        Name -> frame in EPSG:4551, completeness as `surroundings` has it.

    Examples
    --------
    >>> list(crossing_lines())
    ['roads', 'ring_roads', 'waterways', 'rivers', 'railways']
    """
    dataset = Dataset.open(place)
    return {name: _layer(name, dataset) for name in CROSSED_BY}


def roads_complete_on(areas: gpd.GeoDataFrame, place: Place = None) -> gpd.GeoSeries:
    """Tell on which ground the roads are complete, as far as it matters for some areas.

    Parameters
    ----------
    areas
        Areas of interest in EPSG:4551.
    place
        Whose roads; without it those of the shipped layers.

    Returns
    -------
    geopandas.GeoSeries
        The areas themselves where the layer is complete; the box in which the shipped layer
        is; else an empty shape.
    """
    land = Dataset.open(place).complete_on("roads")
    ground = shapely.union_all(areas.geometry.to_numpy()) if land is None else land
    return gpd.GeoSeries([ground], crs=WORKING, name="roads")
