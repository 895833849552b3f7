"""The units within which a land balance is drawn up, and which ground of a parcel lies in each."""

import dataclasses
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.maps.atlas_source import AtlasSource
from erdao_gis.maps.content import PageLayer, Pair
from erdao_gis.wording import words

__all__ = ["NO_UNIT", "UNIT_LAYERS", "UnitLayer", "inside_units", "unit_layers"]

NO_UNIT = "none"
"""Ground outside of all units, as in the balance."""

UNIT_LAYERS = ("zones", "subdistricts")
"""Layers that are units where they have outlines."""

_LEAST_M2 = 0.01
_M2_A_HA = 10_000.0


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class UnitLayer:
    """One layer of units."""

    layer: PageLayer
    """The layer; its frame in EPSG:4551."""
    names: Mapping[str, Pair]
    """Names by id, those with an outline; ground outside of all is the last."""

    @property
    def key(self) -> str:
        """Name of the layer."""
        return self.layer.key

    @property
    def title(self) -> Pair:
        """Title of the layer."""
        return self.layer.title


def unit_layers(source: AtlasSource, unit: str | None = None) -> tuple[UnitLayer, ...]:
    """Return the layers of units that have outlines; one that is asked for comes first.

    Parameters
    ----------
    source
        Layers.
    unit
        Another layer of areas to be taken too; None takes zones and sub-districts only.

    Raises
    ------
    NotInPlanError
        There is no such layer.

    Examples
    --------
    >>> [layer.key for layer in unit_layers(AtlasSource())]
    ['zones']
    """
    wanted = dict.fromkeys(([unit] if unit else []) + list(UNIT_LAYERS))
    outside = Pair(**words("parcels")["outside_units"])
    found = []
    for key in wanted:
        layer = source.layer(key)
        frame = layer.frame
        areal = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.is_empty]
        if not len(areal):
            continue
        names = {str(label): _name(label, row) for label, row in areal.iterrows()}
        drawn = dataclasses.replace(layer, shown=False)
        found.append(UnitLayer(layer=drawn, names=names | {NO_UNIT: outside}))
    return tuple(found)


def _name(label: object, row: "pd.Series[str]") -> Pair:
    zh, en = (row[f"name_{each}"] if pd.notna(row[f"name_{each}"]) else "" for each in ("zh", "en"))
    return Pair(zh=f"{label} {zh}".strip(), en=f"{label} {en or zh}".strip())


def inside_units(
    frame: gpd.GeoDataFrame, units: Sequence[UnitLayer]
) -> list[list[tuple[str, float]]]:
    """Tell for each parcel how much of it lies in each unit.

    Parameters
    ----------
    frame
        Parcels with outlines, in EPSG:4551.
    units
        Layers of units.

    Returns
    -------
    list
        For each parcel pairs of ``layer/unit`` and hectares; empty without units.

    Examples
    --------
    >>> plot = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], crs=4551)
    >>> inside_units(plot, unit_layers(AtlasSource()))
    [[('zones/none', 1.0)]]
    """
    found: list[list[tuple[str, float]]] = [[] for _ in range(len(frame))]
    shapes = frame.geometry.to_numpy()
    whole = shapely.area(shapes)
    for unit in units:
        lands = unit.layer.frame.geometry
        placed = [key for key in unit.names if key != NO_UNIT]
        lands = lands[[str(label) in unit.names for label in lands.index]]
        plot, land = shapely.STRtree(lands.to_numpy()).query(shapes, predicate="intersects")
        area = shapely.area(shapely.intersection(shapes[plot], lands.to_numpy()[land]))
        rest = whole - np.bincount(plot, weights=area, minlength=len(frame))
        for at, other, size in zip(plot.tolist(), land.tolist(), area.tolist(), strict=True):
            if size >= _LEAST_M2:
                found[at].append((f"{unit.key}/{placed[other]}", round(size / _M2_A_HA, 4)))
        for at in np.flatnonzero(rest >= _LEAST_M2).tolist():
            found[at].append((f"{unit.key}/{NO_UNIT}", round(float(rest[at]) / _M2_A_HA, 4)))
    return found
