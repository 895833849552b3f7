"""The land balance of a workspace: what can be balanced is, and what cannot is listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import pandas as pd
import shapely

from erdao_gis.analysis import BalanceRules, LandBalance, land_balance
from erdao_gis.catalogue import Workspace, layer_schema, open_workspace, read_layer
from erdao_gis.errors import Fault, GeometryError
from erdao_gis.land_use import mixed_codes
from erdao_gis.parcels.reading import Place, edition_of, planned_uses, read_parcels
from erdao_gis.parcels.usable import Parted, part_usable

__all__ = ["Scope", "WorkspaceBalance", "balance_parcels", "balanced_ground"]

Scope = Literal["all", "parcels"]
"""All ground that is known, or that of the parcels only."""

_SHOWN = 5
_KEPT = "planned_kept_ha"
_CODE = "land_use_code"
_M2_A_HA = 10_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkspaceBalance(LandBalance):
    """A land balance, with the rows that could not be balanced."""

    left_out: pd.DataFrame
    "One row each: ``layer``, ``parcel``, ``rule`` (why), ``code``, ``area_m2`` (stated)."
    faults: tuple[Fault, ...]
    "Why each row of `left_out` stands there, in its order; then the codes that are numbers."
    reconciled: pd.DataFrame
    """Index ``layer``: ``rows`` = ``balanced`` + ``listed``; ``area_m2`` = ``balanced_m2``
    (outlines) + ``listed_m2`` (as stated); ``unknown``, ``stated_m2``."""
    parcels_only: bool
    "Whether there is no layer of present land use, so that the parcels' own codes count."
    scope: Scope
    "Whether all ground is balanced, or that of the parcels only."
    place: Mapping[str, str]
    "Name of what is balanced, by language."
    edition: str
    "Edition of the codes."
    level: int
    "Level of the classes."

    @property
    def kept_ha(self) -> float:
        """Hectares of the plan that keep their present use; 0 without a plan."""
        return float(self.total.get(_KEPT, 0.0))


def balanced_ground(
    land: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, scope: Scope = "all"
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None]:
    """Give what is balanced: the present land use, and the plan with the parcels laid over it.

    Parameters
    ----------
    land
        Usable rows of the present land use, in EPSG:4551.
    plots
        Usable parcels, in EPSG:4551 with the codes of the plan.
    scope
        ``parcels`` cuts the present to the ground of the parcels, and the plan is the parcels.

    Returns
    -------
    tuple
        Present and plan; the plan is None without parcels. Rows of the present that do not meet
        a parcel are left away under the scope ``parcels``.

    Examples
    --------
    >>> land = gpd.GeoDataFrame({"land_use_code": ["01"]}, geometry=[shapely.box(0, 0, 9, 9)],
    ...                         index=["L"], crs=4551)
    >>> plot = gpd.GeoDataFrame({"land_use_code": ["07"]}, geometry=[shapely.box(0, 0, 3, 9)],
    ...                         index=["P"], crs=4551)
    >>> present, planned = balanced_ground(land, plot, "parcels")
    >>> float(present.area.sum()), planned.index.tolist()
    (27.0, ['P'])
    """
    if not len(plots):
        return land, None
    if scope == "all":
        return land, planned_uses(land, plots)
    ground = shapely.union_all(plots.geometry.to_numpy())
    met = land.loc[land.intersects(ground)]
    # A shared border gives lines beside the areas.
    cut = [_areas(shape) for shape in shapely.intersection(met.geometry.to_numpy(), ground)]
    present = met.set_geometry(gpd.GeoSeries(cut, index=met.index, crs=land.crs))
    return present.loc[~present.geometry.is_empty], plots[["land_use_code", "geometry"]]


def _areas(shape: "shapely.geometry.base.BaseGeometry") -> "shapely.geometry.base.BaseGeometry":
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def balance_parcels(
    workspace: Place = None,
    *,
    level: int = 1,
    population: Sequence[float] = (),
    unit: str | None = None,
    scope: Scope = "all",
) -> WorkspaceBalance:
    """Balance the land of a workspace: present use, and the plan with the parcels' uses.

    Where a land-use layer is there, it is the present, and the parcels with their planned codes
    are laid over it for the plan; else the parcels alone are balanced.

    Rows without an outline, with one that crosses itself or is no area, and rows whose code
    occurs more than once are not balanced but listed with the reason and the area they state:
    for each layer the rows are those balanced and those listed, and the area is that of the
    balanced outlines and the stated area of the listed rows. In the plan the ground of a listed
    parcel keeps its present use. A land-use code that is a number counts as not classified.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    level
        Level of the classes: 1, 2 or 3.
    population
        Residents of the present and of the plan. Without it those of the layer ``population``,
        if it is complete; they say nothing of the plan.
    unit
        Layer of areas for which the balance is drawn up too, such as ``subdistricts``.
    scope
        ``all`` balances the land use with the parcels laid over it; ``parcels`` the ground of
        the parcels only, with the present land use cut to it.

    Returns
    -------
    WorkspaceBalance
        With a plan on all ground the table has ``planned_kept_ha``: what of the planned hectares
        keeps its present use because no parcel says otherwise.

    Raises
    ------
    WorkspaceError
        The workspace has neither parcels nor land use.
    GeometryError
        Not one row of the layer to be balanced can be measured, or the unit has no outlines.
    SchemaError
        More than one edition, codes of the third land survey, or a population that does not
        fit.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     balance = balance_parcels(write_sample(folder + "/town").folder)
    >>> float(balance.total["present_ha"]), int(balance.reconciled.loc["parcels", "rows"])
    (480.0, 64)
    """
    opened = None if workspace is None else open_workspace(workspace)
    land, parcels = read_layer("land_use", opened), read_layer("parcels", opened)
    uses, plots = part_usable(land, "land_use"), part_usable(parcels, "parcels")
    alone = not land.geometry.notna().any()
    planned = boundary = None
    if alone:
        read_parcels(opened)  # says what to do where there are none
        present = _some(plots)
    else:
        present, planned = balanced_ground(_some(uses), plots.usable, scope)
        district = read_layer("district", opened)
        whole = land.attrs["completeness"] == "complete" and district.geometry.notna().all()
        boundary = district if whole and scope == "all" else None
    edition = edition_of(land, parcels)
    heads, told = _heads(opened, list(population), 1 if planned is None else 2)
    balance = land_balance(
        present,
        planned,
        heads,
        level=level,
        units=None if unit is None else _units(unit, opened),
        boundary=boundary,
        rules=BalanceRules(edition=edition),
    )
    if not told:
        # Today's residents are not those of the plan.
        gone = ["planned_m2_per_head"]
        balance = replace(
            balance,
            table=balance.table.drop(columns=gone, errors="ignore"),
            total=balance.total.drop(gone, errors="ignore"),
        )
    if planned is not None and scope == "all":
        balance = _with_the_kept(balance, plots.usable.index)
    said = _originals(parcels, plots)
    before = said if alone else _originals(land, uses)
    kept = {f"land_use/{key}": value for key, value in before.items()}
    audit = _told_apart(balance.audit, {"present": before, "planned": kept | said})
    balance = replace(balance, audit=audit)
    parts = [part for part in (uses, plots) if part.ledger["rows"]]
    ledgers = {part.layer: part.ledger for part in parts}
    rows = [fault for part in parts for fault in part.faults[: len(part.left_out)]]
    numbers = [fault for part in parts for fault in part.faults[len(part.left_out) :]]
    return WorkspaceBalance(
        **vars(balance),
        left_out=pd.concat([part.left_out for part in parts], ignore_index=True),
        faults=(*rows, *numbers),
        reconciled=pd.DataFrame(ledgers).T.rename_axis("layer"),
        parcels_only=alone,
        scope=scope,
        place=_place(opened),
        edition=edition,
        level=level,
    )


def _place(workspace: Workspace | None) -> dict[str, str]:
    """Name the district, with the workspace's title behind it; a fictional place by its own."""
    if workspace is not None and workspace.fictional:
        return {"zh": workspace.title_in("zh"), "en": workspace.title_in("en")}
    district = read_layer("district").iloc[0]
    told = {"zh": str(district["name_zh"]), "en": str(district["name_en"])}
    if workspace is None or workspace.title in told.values():
        return told
    return {
        "zh": f"{told['zh']}（{workspace.title_in('zh')}）",
        "en": f"{told['en']} ({workspace.title_in('en')})",
    }


def _units(unit: str, workspace: Place) -> gpd.GeoDataFrame:
    """Read the units; without a single outline nobody can balance within them."""
    units = read_layer(unit, workspace)
    if not units.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        layer = layer_schema(unit)
        facts = {"unit": unit, "title_zh": layer.title_zh, "title_en": layer.title_en}
        raise GeometryError("parcels_unit_without_outlines", facts)
    return units


def _with_the_kept(balance: LandBalance, parcels: pd.Index) -> LandBalance:
    """Tell how much of each planned class no parcel says anything of."""
    rows = balance.parcels
    kept = rows[(rows["date"] == "planned") & ~rows["parcel"].isin(parcels)]
    areas = kept.groupby("code")["area_m2"].sum().reindex(balance.table.index, fill_value=0.0)
    table = balance.table.copy()
    table.insert([*table.columns].index("planned_ha") + 1, _KEPT, areas / _M2_A_HA)
    total = balance.total.copy()
    total[_KEPT] = table[_KEPT].sum()
    figures = [name for name in table.columns if name in total.index]
    return replace(balance, table=table, total=total[figures])


def _originals(frame: gpd.GeoDataFrame, parted: Parted) -> dict[str, str]:
    """Return what stood where a row has no usable code: a number, or a code before recoding."""
    found: dict[str, str] = {}
    for name in frame.columns[frame.columns.astype(str).str.startswith(f"{_CODE}_")]:
        told = frame.loc[frame[name].notna(), name]
        found |= {str(key): str(value).strip() for key, value in told.items()}
    numbers = parted.faults[len(parted.left_out) :]
    found |= {fault.feature: str(fault.facts["found"]) for fault in numbers}
    return {key: value for key, value in found.items() if value}


def _told_apart(audit: pd.DataFrame, originals: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Call a code that was there but cannot be used unknown, not missing."""
    told = audit.copy()
    lines = zip(audit["date"], audit["ids"], audit["kind"], audit["found"], strict=True)
    pairs = [
        (
            "mixed_code" if mixed_codes(originals[date][ids]) else "unknown_code",
            originals[date][ids],
        )
        if kind == "no_code" and ids in originals[date]
        else (kind, found)
        for date, ids, kind, found in lines
    ]
    told[["kind", "found"]] = pd.DataFrame(pairs, columns=["kind", "found"], index=told.index)
    return told


def _some(parted: Parted) -> gpd.GeoDataFrame:
    """Return the usable rows of a layer that must have some."""
    if not len(parted.usable):
        listed = parted.left_out["parcel"]
        ids = ", ".join(listed.head(_SHOWN)) + (" …" if len(listed) > _SHOWN else "")
        facts = {"layer": parted.layer, "count": len(listed), "ids": ids}
        raise GeometryError("parcels_none_usable", facts)
    return parted.usable


def _heads(
    workspace: Place, population: list[float], dates: int
) -> tuple[list[float] | None, bool]:
    """Residents of each date, and whether somebody told those of the last one."""
    if len(population) == dates:
        return population, True
    if population:
        return population * dates if len(population) == 1 else population, False
    layer = read_layer("population", workspace)
    known = layer.attrs["completeness"] == "complete" and len(layer) > 0
    total = float(layer["population"].sum()) if known else 0.0
    return ([total] * dates, False) if total > 0 else (None, False)
